/* What of a customer's record is a promise, for who compares it with the oracle's: all but what hangs on when a walk or a sweep came by. */
#include <stdlib.h>

#include "sim.h"

bool page_is_further(struct str key) {
  return key.at[0] == OWNER_CUSTOMER && key.length > PAGE_KEY_BYTES && key.at[key.length - PAGE_KEY_BYTES] == 0;
}

/* With another rulebook: of an event without a line of its own it is not known under which of them it was heard, so neither at which of
 * their times of a day its customer was told of; nor of a day of his own at which nothing was told, under which of them it was over. */
static void times_plain(struct state *state) {
  for (uint32_t i = 0; i < state->used; i++) {
    struct cell *cell = &state->cells[i];
    if (cell_kind(cell) == CELL_ONCE) cell->once.time_ms = 0;
    if (cell_kind(cell) == CELL_DUE && cell->period == 0 && cell->due.done_ms != 0) cell->due.time_ms -= cell->due.time_ms % MS_PER_DAY;
  }
}

/* What made a close due that came first, an event or a look, hangs on the walk; and so does up to when it counts as heard where nobody
 * hears it in between. What ranks make of it sim_rank.c looks at. */
static void dues_plain(struct state *state) {
  for (const struct cell *due = state_first(state, CELL_DUE, 0, DUE_IN_TIME); due != NULL; due = state_next(state, due)) {
    struct cell *plain = state_write(state, due);
    plain->due.made_ms = 0, plain->due.done_ms = plain->due.done_ms != 0;
  }
}

/* With another rulebook: whoever was still down for the last time of a close when the other came, which has a later one, stays down for
 * that, though no rule that comes then has anything to judge him by; who was through with it is not made due again. Which of both he was
 * hangs on how far the shard was with its lists. The day of a customer's own (of period 0) is due in any case. */
static void dues_heard_drop(struct state *state) {
  const struct cell *due = state_first(state, CELL_DUE, 0, DUE_IN_TIME);
  while (due != NULL) {
    bool heard = due->due.done_ms != 0 && due->period != 0;
    if (heard) state_remove(state, due);
    due = heard ? state_first(state, CELL_DUE, 0, DUE_IN_TIME) : state_next(state, due);
  }
}

/* Of days that closed long before another rulebook came its new rule may have given or not (sim_close.c). */
#define STOOD_STILL_TO 20833 /* 2027-01-15 */
static void overdue_drop(struct state *state) {
  const uint64_t of_day = 1 + (uint64_t)UNIT_DAY; /* judge/rule.c, close_key() */
  for (uint32_t i = 0; i < state->used; i++) {
    const struct cell *cell = &state->cells[i];
    if (cell_kind(cell) == CELL_ONCE && cell->key == of_day && cell->period < STOOD_STILL_TO) state_remove(state, cell);
  }
}

/* All pages of a customer as one; NULL: they are none. To be freed. */
static struct state *state_of(const struct image *image, struct str owner) {
  const size_t bytes = state_bytes(LIMIT_STATE_CELLS, LIMIT_SEEN_SLOTS);
  void *block = aligned_alloc(64, (bytes + 63) / 64 * 64);
  struct state *state = block == NULL ? NULL : state_init(block, bytes, LIMIT_SEEN_SLOTS);
  struct fault fault = {0};
  char key[LIMIT_ID_BYTES + 1 + PAGE_KEY_BYTES];
  bool good = state != NULL;
  assert(good);
  for (uint32_t page = 0; page < LIMIT_STATE_PAGES && good; page++) {
    const struct owner_record *found = image_find(image, page == 0 ? owner : page_key(owner, page, key));
    if (found != NULL) good = page_decode(found->record, state, &fault);
  }
  if (good) return state;
  free(block);
  return NULL;
}

static int32_t last_day(const struct world *world) {
  int64_t last_ms = 0;
  for (uint32_t i = 0; i < world->input_count; i++)
    if (!world->inputs[i].wild && world->inputs[i].time_ms > last_ms) last_ms = world->inputs[i].time_ms;
  return (int32_t)(last_ms / MS_PER_DAY);
}

/* Who was new while customers were looked at keeps the mark of it, if the walk had passed where he stands: whether it had is no promise;
 * nor is when what nobody needs any more is dropped, with the next thing of that customer, since in which minute a gift is due is none.
 * With either more or less of that a record has other pages. */
static size_t packed(const struct world *world, const struct image *image, struct str owner, char *out, size_t capacity) {
  struct state *state = state_of(image, owner);
  if (state == NULL) return 0;
  judge_looked_forget(state);
  dues_plain(state);
  if (world->swapped) times_plain(state), dues_heard_drop(state);
  if (world->swapped && input_stands_still(world)) overdue_drop(state);
  (void)state_expire(state, last_day(world), INT64_MIN, 0);
  state->floor_ms = 0; /* when what is over went is no effect */
  const size_t length = state_pack(state, out, capacity);
  const bool good = length > 0 || state->cell_count == 0;
  free(state);
  return good ? length + 1 : 0;
}

static int64_t clock_of(const struct image *image) {
  const struct owner_record *clock = image_find(image, STR("m:clock"));
  uint64_t now_ms = 0; /* behind the version, little endian */
  if (clock == NULL || clock->record.length < 9) return TIME_NONE;
  for (unsigned i = 8; i > 0; i--) now_ms = now_ms << 8 | (unsigned char)clock->record.at[i];
  return (int64_t)now_ms;
}

/* A gift whose time is over is issued by the next full hour; before that, if a walk comes by its customer: that hangs on when it came. */
static bool gift_is_over(const struct image *image, struct str owner) {
  struct state *state = state_of(image, owner);
  const int64_t now_ms = clock_of(image);
  bool over = false;
  if (state == NULL) return false;
  for (const struct cell *gift = state_first(state, CELL_PENDING, 0, 0); gift != NULL; gift = state_next(state, gift))
    over = over || (gift->pending.waits != PENDING_SETTLED && gift->pending.time_ms <= now_ms);
  free(state);
  return over;
}

bool equal_in_effect(const struct world *world, const struct image *expected, struct str key) {
  static char texts[2][4 * LIMIT_STATE_BYTES];
  const struct str owner = page_is_further(key) ? (struct str){key.at, key.length - PAGE_KEY_BYTES} : key;
  if (world->swapped && (gift_is_over(expected, owner) || gift_is_over(&world->segments[0].now, owner))) return true;
  size_t wanted = packed(world, expected, owner, texts[0], sizeof texts[0]);
  size_t found = packed(world, &world->segments[0].now, owner, texts[1], sizeof texts[1]);
  return wanted > 0 && wanted == found && memcmp(texts[0], texts[1], wanted - 1) == 0;
}

/* What such a gift pays changes its pools. */
bool any_is_over(const struct world *world, const struct image *expected) {
  for (uint32_t i = 0; i < expected->count && world->swapped; i++) {
    const struct str key = expected->owners[i].key;
    const bool first = key.at[0] == OWNER_CUSTOMER && !page_is_further(key);
    if (first && (gift_is_over(expected, key) || gift_is_over(&world->segments[0].now, key))) return true;
  }
  return false;
}
