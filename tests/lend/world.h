/* Shards that lend to each other, in one thread: the real heart decides, the real protocol lends, and a seed chooses who does what next.
 * What the world knows better than any shard - how much was really spent - is kept beside, and every step is held against it.
 *
 * The rules of waiting are those of the shard room: the event at hand asks for all it misses and keeps, in order of key, what stands in
 * front of the first that is missing. Every other history stores its states in pages between any two steps (judge/place.h). */
#ifndef GIFTD_TESTS_LEND_WORLD_H
#define GIFTD_TESTS_LEND_WORLD_H

#include "inside.h"
#include "judge/stage.h"

#define WORLD_SHARDS 6u
#define WORLD_LINES 120u
#define WORLD_MESSAGES 4096u
#define WORLD_POOLS 16u
#define WORLD_DAYS 8u
#define WORLD_DEVICES 8u
#define WORLD_WAITS 64u
#define WORLD_TRAIL 4096u
#define WORLD_SPENDERS (WORLD_SHARDS * WORLD_LINES)

/* An owner that the event at hand waits for, or touched. */
struct world_wait {
  struct owner owner;
  bool missing, pinned;
};
struct world_shard {
  struct place *place;
  uint32_t line_count, line_at, looked_to;
  char *lines[WORLD_LINES];
  int64_t clock_ms;
  bool waits;
  uint32_t wait_count;
  struct world_wait wait[WORLD_WAITS];
};
struct world_queue {
  struct str messages[WORLD_MESSAGES];
  uint32_t first, count;
};
struct world_plan {
  uint64_t seed;
  uint32_t shards, events;
  bool refunds, look_ahead, takeovers, keep_unpinned; /* keep_unpinned: what is not pinned any more is not let go (a defect) */
  bool trace;                                         /* every message is printed */
};
struct world {
  struct stage *stage; /* rulebook and reader of events */
  struct world_plan plan;
  struct dice dice;
  struct world_shard shards[WORLD_SHARDS];
  struct world_queue queues[WORLD_SHARDS][WORLD_SHARDS];
  uint32_t speaking; /* the shard at work */
  uint64_t delivered, stalls, recalls, finals, opens, grants, gifts, refusals;
  /* the truth, by pool and share (0: none) */
  int64_t spent[WORLD_POOLS][3], spent_on[WORLD_POOLS][3][WORLD_DAYS];
  uint32_t marks[WORLD_POOLS][3];
  uint64_t spenders[WORLD_POOLS][3][WORLD_SPENDERS]; /* digests of events that spent of it */
  uint32_t spender_count[WORLD_POOLS][3];
  uint32_t device_gifts[WORLD_DEVICES];
  int32_t first_day;
  char failure[512];
  char record[LIMIT_STATE_BYTES], bytes[LEND_MESSAGE_BYTES];
};

static inline void world_fail(struct world *w, const char *format, ...) __attribute__((format(__printf__, 2, 3)));
static inline void world_fail(struct world *w, const char *format, ...) {
  va_list args;
  if (w->failure[0] != 0) return;
  va_start(args, format);
  vsnprintf(w->failure, sizeof w->failure, format, args);
  va_end(args);
}

static inline uint32_t world_draw(struct world *w, uint32_t below) { return dice_below(&w->dice, below); }

/* ---- messages ---- */

static inline void world_send(void *self, const struct lend_message *message) {
  struct world *w = self;
  size_t length = lend_encode(message, w->bytes, sizeof w->bytes);
  struct world_queue *queue = &w->queues[w->speaking][message->to];
  assert_true(length > 0 && message->from == w->speaking && queue->count < WORLD_MESSAGES);
  char *copy = malloc(length);
  memcpy(copy, w->bytes, length);
  queue->messages[(queue->first + queue->count++) % WORLD_MESSAGES] = (struct str){copy, length};
  w->recalls += message->kind == LEND_RECALL, w->finals += message->kind == LEND_FINAL, w->opens += message->kind == LEND_OPEN;
  w->grants += message->kind == LEND_GRANT;
}

/* Number of the share; behind the listed ones: one that is not listed. */
static inline uint32_t world_share(const struct pool *pool, const struct owner *owner) {
  uint32_t share = 0;
  while (pool->by != FIELD_NONE && share < pool->share_count && lend_name(owner).key != hash64(&HASH_KEY_FIXED, pool->shares[share].value))
    share++;
  return share;
}

/* Who is said to have brought a pool so low did spend of it. */
static inline void world_mark(void *self, const struct pool_mark *mark, const struct owner *owner, struct str cause) {
  struct world *w = self;
  struct str source, id;
  uint32_t share = world_share(&w->stage->book->pools[mark->pool], owner), at = 0;
  w->marks[mark->pool][share]++;
  uint64_t digest = str_split(cause, '/', &source, &id) ? event_digest(source, id) : 0;
  while (at < w->spender_count[mark->pool][share] && w->spenders[mark->pool][share][at] != digest) at++;
  if (at == w->spender_count[mark->pool][share])
    world_fail(w, "pool %u: a mark by '%.*s', who spent nothing of it", mark->pool, STR_FORMAT(cause));
}

static inline struct lending world_lending(struct world *w, uint32_t shard) {
  w->speaking = shard;
  return (struct lending){.rulebook = w->stage->book,
                          .shard = shard,
                          .shards = w->plan.shards,
                          .clock_ms = w->shards[shard].clock_ms,
                          .memory_ms = w->stage->settings.memory_ms,
                          .send = world_send,
                          .mark = world_mark,
                          .self = w,
                          .record = w->record};
}

/* ---- the truth ---- */

static inline uint32_t world_day(const struct world *w, int32_t period) {
  int32_t day = period == 0 ? 0 : period - w->first_day;
  assert_true(day >= 0 && day < (int32_t)WORLD_DAYS);
  return (uint32_t)day;
}

static inline uint32_t world_pool(const struct world *w, const struct owner *owner) {
  uint32_t number = 0;
  while (w->stage->book->pools[number].decl != lend_name(owner).decl) number++;
  return number;
}

static inline int64_t world_total(const struct pool *pool, uint32_t share) {
  if (pool->by != FIELD_NONE) return share < pool->share_count ? pool->shares[share].total : 0;
  return pool->unlimited ? INT64_MAX / 2 : pool->total;
}

static inline void world_book_total(struct world *w, uint32_t number, uint32_t share) {
  const struct pool *pool = &w->stage->book->pools[number];
  int64_t all = 0;
  if (w->spent[number][share] > world_total(pool, share))
    world_fail(w, "pool %u: %lld spent of %lld", number, (long long)w->spent[number][share], (long long)world_total(pool, share));
  for (uint32_t day = 0; pool->paced && day < WORLD_DAYS; day++) {
    int64_t on = w->spent_on[number][share][day], most = pool_released(w->stage->book, pool, w->first_day + (int32_t)day);
    all += on;
    if (on > 0 && (pool->carry_over ? all : on) > most)
      world_fail(w, "pool %u, day %u: %lld spent of %lld released", number, day, (long long)on, (long long)most);
  }
}

/* What a block had spent before the decision at hand: the trail tells. */
static inline int64_t world_spent_before(const struct place *place, const struct state *state, const struct cell *block) {
  uint32_t slot = (uint32_t)(block - state->cells);
  for (uint32_t i = 0; i < place->trail.count; i++) {
    const struct trail_entry *entry = &place->trail.entries[i];
    if (entry->state == state && entry->slot == slot) return entry->what == TRAIL_ADDED ? 0 : entry->before.block.spent;
  }
  return block->block.spent;
}

static inline void world_spender(struct world *w, uint32_t number, uint32_t share) {
  uint32_t *count = &w->spender_count[number][share];
  if (*count < WORLD_SPENDERS) w->spenders[number][share][(*count)++] = w->stage->event.digest;
}

/* What a decision spent of a pool is what its blocks' counts of spent moved by. */
static inline void world_book(struct world *w, const struct place *place, const struct place_owner *owner) {
  uint32_t number = world_pool(w, &owner->owner), share = world_share(&w->stage->book->pools[number], &owner->owner), slot = 0;
  for (const struct cell *cell; (cell = state_any(owner->state, &slot)) != NULL;) {
    if (cell_kind(cell) != CELL_BLOCK) continue;
    int64_t moved = cell->block.spent - world_spent_before(place, owner->state, cell);
    if (moved > 0) world_spender(w, number, share);
    w->spent[number][share] += moved, w->spent_on[number][share][world_day(w, cell->period)] += moved;
    if (cell->block.left < 0) world_fail(w, "pool %u: %lld units left in a block", number, (long long)cell->block.left);
  }
  world_book_total(w, number, share);
}

/* What anybody could still have of a pool in a period. */
static inline int64_t world_there(const struct world *w, uint32_t number, uint32_t share, int32_t period) {
  const struct pool *pool = &w->stage->book->pools[number];
  int64_t spent = w->spent[number][share], there = world_total(pool, share) - spent;
  if (!pool->paced) return there;
  int64_t pace =
      pool_released(w->stage->book, pool, period) - (pool->carry_over ? spent : w->spent_on[number][share][world_day(w, period)]);
  return pace < there ? pace : there;
}

static inline int32_t world_period(const struct world *w, uint32_t pool) {
  return period_of(UNIT_DAY, w->stage->event.time_ms, w->stage->book->campaigns[w->stage->book->pools[pool].campaign].zone);
}

/* Nobody is refused while there is enough somewhere. With refunds there may be, until it is reported. */
static inline void world_check_refusals(struct world *w, const struct decision *decision) {
  for (uint32_t i = 0; i < decision->outcome_count; i++) {
    const struct outcome *outcome = &decision->outcomes[i];
    bool of_pool = outcome->reason == REASON_OUT_OF_STOCK || outcome->reason == REASON_BUDGET_EXHAUSTED;
    w->refusals += of_pool;
    if (!of_pool || w->plan.refunds) continue;
    const struct pool *pool = &w->stage->book->pools[outcome->pool];
    struct owner owner = pool_owner(pool, pool->by == FIELD_NONE ? (struct str){NULL, 0} : event_field(&w->stage->event, pool->by)->text);
    uint32_t share = world_share(pool, &owner);
    int64_t left = world_there(w, outcome->pool, share, pool->paced ? world_period(w, outcome->pool) : 0);
    if (left >= outcome->expected)
      world_fail(w, "pool %u: %lld refused while there are %lld", outcome->pool, (long long)outcome->expected, (long long)left);
    if (outcome->actual < left && !pool->paced)
      world_fail(w, "pool %u: refused with %lld left, there are %lld", outcome->pool, (long long)outcome->actual, (long long)left);
  }
}

/* Rule "device" gives DEVICE_MOST times for a device, whoever asks, and not once less. */
#define DEVICE_MOST 3u
static inline void world_check_devices(struct world *w, const struct decision *decision) {
  const struct value *device = event_field(&w->stage->event, FIELD_ID_DEVICE);
  if (device == NULL || w->plan.refunds) return;
  uint32_t *given = &w->device_gifts[device->text.at[1] - '0'];
  for (uint32_t i = 0; i < decision->outcome_count; i++) {
    const struct outcome *outcome = &decision->outcomes[i];
    if (!str_equal(w->stage->book->rules[outcome->rule].id, STR("device"))) continue;
    if (outcome->reason == REASON_GIVEN && ++*given > DEVICE_MOST) world_fail(w, "a device got %u of %u", *given, DEVICE_MOST);
    if (outcome->reason == REASON_LIMIT_REACHED && *given < DEVICE_MOST) world_fail(w, "a device refused at %u of %u", *given, DEVICE_MOST);
  }
}

/* ---- a shard's loop ---- */

static inline struct state *world_state(struct world *w, uint32_t shard, const struct owner *owner) {
  return place_state(w->shards[shard].place, owner);
}

/* For the lending room, which may add cells; kept behind it. */
static inline struct place_owner *world_take_state(struct world *w, uint32_t shard, const struct owner *owner, uint32_t cells) {
  struct place_owner *at = place_owner(w->shards[shard].place, owner);
  (void)place_room(w->shards[shard].place, at, cells);
  return at;
}

typedef void world_attend(const struct lending *lending, const struct owner *owner, struct state *state);
static inline void world_do(struct world *w, uint32_t shard, const struct owner *owner, world_attend *attend) {
  struct lending lending = world_lending(w, shard);
  struct place_owner *at = world_take_state(w, shard, owner, LEND_CELLS);
  attend(&lending, owner, at->state);
  place_keep(w->shards[shard].place, at);
}

static inline int world_compare(const struct owner *a, const struct owner *b) { return str_compare(owner_key(a), owner_key(b)); }

static inline struct world_wait *world_wait_find(struct world_shard *shard, const struct owner *owner) {
  for (uint32_t i = 0; i < shard->wait_count; i++)
    if (world_compare(&shard->wait[i].owner, owner) == 0) return &shard->wait[i];
  return NULL;
}

/* Asks for everything that is missing. */
static inline void world_ask(struct world *w, uint32_t number) {
  const struct decision *decision = &w->stage->decision;
  for (uint32_t i = 0; i < decision->shortage_count; i++) {
    const struct shortage *shortage = &decision->shortages[i];
    struct lending lending = world_lending(w, number);
    struct place_owner *at = world_take_state(w, number, &shortage->owner, LEND_CELLS);
    lend_ask(&lending, &shortage->owner, at->state, shortage->period, shortage->need);
    place_keep(w->shards[number].place, at);
  }
}

/* What the event touched, and what of that is missing; what it kept and does not touch any more is let go. */
static inline void world_touch(struct world *w, uint32_t number) {
  struct world_shard *shard = &w->shards[number];
  const struct decision *decision = &w->stage->decision;
  struct world_wait before[WORLD_WAITS];
  uint32_t count = shard->wait_count;
  memcpy(before, shard->wait, count * sizeof before[0]);
  assert_true(shard->place->touch_count <= WORLD_WAITS);
  shard->wait_count = shard->place->touch_count;
  for (uint32_t i = 0; i < shard->wait_count; i++) shard->wait[i] = (struct world_wait){.owner = shard->place->touches[i]->owner};
  for (uint32_t i = 0; i < decision->shortage_count; i++) {
    struct world_wait *wait = world_wait_find(shard, &decision->shortages[i].owner);
    assert_non_null(wait); /* the judge found its state */
    wait->missing = true;
  }
  for (uint32_t i = 0; i < count; i++)
    if (world_wait_find(shard, &before[i].owner) == NULL) world_do(w, number, &before[i].owner, lend_release);
}

static inline void world_wait(struct world *w, uint32_t number) {
  struct world_shard *shard = &w->shards[number];
  const struct owner *first = NULL;
  shard->waits = true, w->stalls++;
  for (uint32_t i = 0; i < shard->wait_count; i++)
    if (shard->wait[i].missing && (first == NULL || world_compare(&shard->wait[i].owner, first) < 0)) first = &shard->wait[i].owner;
  assert_true(first != NULL);
  for (uint32_t i = 0; i < shard->wait_count; i++) {
    shard->wait[i].pinned = world_compare(&shard->wait[i].owner, first) < 0;
    if (!shard->wait[i].pinned && !w->plan.keep_unpinned) world_do(w, number, &shard->wait[i].owner, lend_release);
  }
}

static inline void world_check_whole(struct world *w, uint32_t number) {
  const struct place *place = w->shards[number].place;
  for (uint32_t i = 0; i < place->touch_count; i++) {
    const struct owner *owner = &place->touches[i]->owner;
    if (owner->kind != OWNER_RESOURCE) continue;
    for (uint32_t other = 0; other < w->plan.shards; other++)
      if (other != number && lend_here(owner, world_state(w, other, owner)))
        world_fail(w, "a record is at shard %u and at shard %u", number, other);
  }
}

/* The event is decided and not kept yet. */
static inline void world_attend_touched(void *self) {
  struct world *w = self;
  struct place *place = w->shards[w->speaking].place;
  struct lending lending = world_lending(w, w->speaking);
  for (uint32_t i = 0; i < place->touch_count; i++)
    if (place->touches[i]->owner.kind == OWNER_POOL) world_book(w, place, place->touches[i]);
  for (uint32_t i = 0; i < place->touch_count; i++) {
    struct place_owner *at = place->touches[i];
    (void)place_room(place, at, 2 * LEND_CELLS);
    lend_release(&lending, &at->owner, at->state);
    if (at->owner.kind == OWNER_POOL) lend_ask_ahead(&lending, &at->owner, at->state);
  }
}

/* Decides a line; false: it is short of something, and the stage's decision says of what. */
static inline bool world_decide(struct world *w, uint32_t number, uint32_t line) {
  struct stage *s = w->stage;
  struct world_shard *shard = &w->shards[number];
  struct str dead = {NULL, 0};
  stage_read(s, shard->lines[line]);
  struct judge_input input = stage_input(s, &s->event, NULL);
  input.lent = true, w->speaking = number;
  enum judged judged = place_judge(shard->place, &input, &s->event_arena, &s->decision, &dead, &s->fault);
  assert_int_not_equal(judged, JUDGED_DEAD);
  return judged == JUDGED;
}

static inline void world_decided(struct world *w, uint32_t number) {
  struct world_shard *shard = &w->shards[number];
  world_check_whole(w, number);
  world_check_refusals(w, &w->stage->decision);
  world_check_devices(w, &w->stage->decision);
  w->gifts += w->stage->decision.gift_count;
  if (w->stage->event.time_ms > shard->clock_ms) shard->clock_ms = w->stage->event.time_ms;
  for (uint32_t i = 0; i < shard->wait_count; i++) world_do(w, number, &shard->wait[i].owner, lend_release);
  shard->waits = false, shard->wait_count = 0;
  shard->line_at++;
}

/* Lines behind the one that waits are tried for their claims alone: whatever such a try would decide is not kept. */
static inline bool world_try(struct world *w, uint32_t number, uint32_t line) {
  struct stage *s = w->stage;
  struct place *place = w->shards[number].place;
  stage_read(s, w->shards[number].lines[line]);
  struct judge_input input = stage_input(s, &s->event, NULL);
  input.lent = true;
  return place_try(place, &input, &s->event_arena, &s->decision, &s->fault) && s->decision.shortage_count > 0;
}

static inline void world_look_ahead(struct world *w, uint32_t number) {
  struct world_shard *shard = &w->shards[number];
  if (shard->looked_to <= shard->line_at) shard->looked_to = shard->line_at + 1;
  for (; shard->looked_to < shard->line_count && shard->looked_to < shard->line_at + 8; shard->looked_to++)
    if (world_try(w, number, shard->looked_to)) world_ask(w, number);
}

static inline void world_take(struct world *w, uint32_t number) {
  struct world_shard *shard = &w->shards[number];
  if (shard->line_at == shard->line_count) return;
  if (world_decide(w, number, shard->line_at)) {
    world_decided(w, number);
    return;
  }
  world_touch(w, number);
  world_ask(w, number);
  world_wait(w, number);
  if (w->plan.look_ahead) world_look_ahead(w, number);
}

static inline bool world_pinned(struct world_shard *shard, const struct owner *owner, bool *waited) {
  const struct world_wait *wait = shard->waits ? world_wait_find(shard, owner) : NULL;
  *waited = wait != NULL;
  return wait != NULL && wait->pinned;
}

static inline void world_tell(const struct world *w, const struct lend_message *message, bool pinned) {
  static const char *const kinds[] = {"", "claim", "grant", "final", "open", "recall", "return"};
  char name[64] = "resource";
  struct lend_name named = lend_name(&message->owner);
  if (message->owner.kind == OWNER_POOL)
    snprintf(name, sizeof name, "%.*s", STR_FORMAT(w->stage->book->pools[world_pool(w, &message->owner)].name));
  print_message("%u -> %u %s %s %llx period %d: %lld, spent %lld%s\n", message->from, message->to, kinds[message->kind], name,
                (unsigned long long)(named.key & 0xffff), message->period, (long long)message->units, (long long)message->spent,
                pinned ? ", pinned" : "");
}

static inline void world_deliver(struct world *w, uint32_t from, uint32_t to) {
  struct world_queue *queue = &w->queues[from][to];
  struct world_shard *shard = &w->shards[to];
  struct lend_message message;
  struct fault fault = {0};
  struct str bytes = queue->messages[queue->first];
  bool waited;
  queue->first = (queue->first + 1) % WORLD_MESSAGES, queue->count--;
  w->delivered++;
  assert_true(lend_decode(bytes, &message, &fault));
  bool pinned = world_pinned(shard, &message.owner, &waited);
  if (w->plan.trace) world_tell(w, &message, pinned);
  struct lending lending = world_lending(w, to);
  struct place_owner *at = world_take_state(w, to, &message.owner, lend_cells(&message, w->plan.shards));
  if (lend_hear(&lending, &message, at->state, pinned, &fault) != STATUS_OK) world_fail(w, "%s", fault.text);
  place_keep(shard->place, at);
  free((char *)(uintptr_t)bytes.at);
  if (waited && message.kind != LEND_RECALL && message.kind != LEND_CLAIM) world_take(w, to);
}

static inline void world_review(struct world *w, uint32_t number) {
  struct lend_cursor cursor = {0};
  struct owner owner;
  struct str share;
  struct world_shard *shard = &w->shards[number];
  uint32_t pool;
  bool waited;
  while (lend_pool_next(w->stage->book, &cursor, &pool, &share, &owner))
    if (!world_pinned(shard, &owner, &waited)) world_do(w, number, &owner, lend_review);
  for (uint32_t i = 0; shard->waits && i < shard->wait_count; i++)
    if (shard->wait[i].owner.kind == OWNER_RESOURCE) world_do(w, number, &shard->wait[i].owner, lend_review);
}

/* ---- a whole history ---- */

/* One delivery, from anybody to anybody; false: nothing is on its way. */
static inline bool world_deliver_any(struct world *w) {
  uint32_t pairs = w->plan.shards * w->plan.shards, at = world_draw(w, pairs);
  for (uint32_t i = 0; i < pairs; i++, at = (at + 1) % pairs) {
    if (w->queues[at / w->plan.shards][at % w->plan.shards].count == 0) continue;
    world_deliver(w, at / w->plan.shards, at % w->plan.shards);
    return true;
  }
  return false;
}

static inline bool world_all_wait(const struct world *w) {
  for (uint32_t i = 0; i < w->plan.shards; i++)
    if (w->shards[i].line_at < w->shards[i].line_count && !w->shards[i].waits) return false;
  return true;
}

static inline bool world_done(const struct world *w) {
  for (uint32_t i = 0; i < w->plan.shards; i++)
    if (w->shards[i].line_at < w->shards[i].line_count) return false;
  return true;
}

/* Who takes over knows the records, not who waited. */
static inline void world_take_over(struct world *w, uint32_t shard) {
  w->shards[shard].waits = false, w->shards[shard].wait_count = 0, w->shards[shard].looked_to = 0;
}

static inline void world_step(struct world *w) {
  uint32_t shard = world_draw(w, w->plan.shards);
  uint32_t what = world_draw(w, 100);
  if (what < 2)
    world_review(w, shard);
  else if (what < 4 && w->plan.takeovers)
    world_take_over(w, shard);
  else if (what < 40 && !w->shards[shard].waits)
    world_take(w, shard);
  else if (!world_deliver_any(w) && world_all_wait(w) && !world_done(w))
    world_fail(w, "everybody waits and nothing is on its way");
}

/* Blocks stay where they are until they are asked for, or nobody can want them any more: all campaigns are over. */
static inline void world_settle(struct world *w) {
  const struct campaign *campaign = &w->stage->book->campaigns[0];
  for (uint32_t i = 0; i < w->plan.shards; i++) w->shards[i].clock_ms = campaign->closing_ms + campaign->late_ms;
  for (uint32_t round = 0; round < LEND_IDLE_REVIEWS + 4; round++) {
    while (w->failure[0] == 0 && world_deliver_any(w)) {}
    for (uint32_t i = 0; i < w->plan.shards; i++) world_review(w, i);
  }
  for (uint32_t i = 0; i < 100000 && w->failure[0] == 0 && world_deliver_any(w); i++) {}
}

static inline void world_check_blocks(struct world *w, uint32_t number, uint32_t share, uint32_t shard, const struct state *state) {
  uint32_t slot = 0;
  for (const struct cell *cell; (cell = state_any(state, &slot)) != NULL;) {
    if (cell_kind(cell) != CELL_BLOCK) continue;
    if (cell->block.left != 0 || cell->block.spent != 0 || (cell->block.flags & ~(BLOCK_FINAL | BLOCK_OUT)))
      world_fail(w, "pool %u: a block is left at shard %u", number, shard);
    int64_t there = world_there(w, number, share, cell->period);
    if ((cell->block.flags & BLOCK_FINAL) && there > cell->block.elsewhere)
      world_fail(w, "pool %u: shard %u knows of %lld, there are %lld", number, shard, (long long)cell->block.elsewhere, (long long)there);
  }
}

/* Quiet: everything spent is reported, nothing is lent, and whoever was told that there is no more was told the truth. */
static inline void world_check_home(struct world *w, uint32_t number, uint32_t share, const struct owner *owner) {
  const struct pool *pool = &w->stage->book->pools[number];
  struct state *home = world_state(w, lend_home(owner, w->plan.shards), owner);
  const struct cell *used = state_find(home, CELL_POOL, pool->decl, POOL_TOTAL, 0);
  int64_t booked = used == NULL ? 0 : used->pool.used, spent = w->spent[number][share];
  if (booked != spent) world_fail(w, "pool %u: %lld booked, %lld spent", number, (long long)booked, (long long)spent);
  if (lend_outstanding(w->stage->book, number, home) != 0) world_fail(w, "pool %u: something is stranded", number);
  for (uint32_t day = 0; pool->paced && day < WORLD_DAYS; day++) {
    const struct cell *pace = state_find(home, CELL_POOL, pool->decl, POOL_PACE, w->first_day + (int32_t)day);
    if ((pace == NULL ? 0 : pace->pool.used) != w->spent_on[number][share][day])
      world_fail(w, "pool %u, day %u: booked otherwise", number, day);
  }
  for (uint32_t i = 0; i < w->plan.shards; i++) world_check_blocks(w, number, share, i, world_state(w, i, owner));
}

static inline void world_check_marks(struct world *w, uint32_t number, uint32_t share) {
  const struct pool *pool = &w->stage->book->pools[number];
  if (w->plan.refunds || pool->low_count == 0) return;
  int64_t total = world_total(pool, share), left = total - w->spent[number][share];
  uint32_t expected = left == 0 ? 1 : 0;
  for (uint32_t i = 0; i < pool->low_count; i++) expected += left <= percent_of(total, pool->low_bp[i]);
  /* one RETURN may pass several: the last is told */
  if (w->marks[number][share] > expected || (expected > 0 && w->marks[number][share] == 0))
    world_fail(w, "pool %u: %u watermarks of %u", number, w->marks[number][share], expected);
}

static inline void world_tell_waiting(struct world *w) {
  for (uint32_t i = 0; i < w->plan.shards; i++) {
    const struct world_shard *shard = &w->shards[i];
    for (uint32_t j = 0; shard->waits && j < shard->wait_count; j++) {
      const struct world_wait *wait = &shard->wait[j];
      struct lend_name name = lend_name(&wait->owner);
      print_message("shard %u waits: %c decl %llx key %llx%s%s home %u\n", i, wait->owner.kind, (unsigned long long)name.decl,
                    (unsigned long long)(name.key & 0xffff), wait->pinned ? " pinned" : "", wait->missing ? " missing" : "",
                    lend_home(&wait->owner, w->plan.shards));
    }
  }
}

static inline void world_run(struct world *w) {
  uint64_t bound = 2000u + 600u * (uint64_t)w->plan.events;
  for (uint64_t i = 0; w->failure[0] == 0 && !world_done(w); i++) {
    if (i > bound * w->plan.shards) world_fail(w, "not done after %llu steps", (unsigned long long)i);
    world_step(w);
  }
  if (w->failure[0] != 0 && w->plan.trace) world_tell_waiting(w);
  if (w->failure[0] == 0) world_settle(w);
  struct lend_cursor cursor = {0};
  struct owner owner;
  struct str text;
  for (uint32_t pool; w->failure[0] == 0 && lend_pool_next(w->stage->book, &cursor, &pool, &text, &owner);) {
    uint32_t share = world_share(&w->stage->book->pools[pool], &owner);
    world_check_home(w, pool, share, &owner);
    world_check_marks(w, pool, share);
  }
}

#endif
