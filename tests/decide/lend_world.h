/* Shards that lend to each other, in one thread: the real heart decides, the real protocol lends, and a seed chooses who does what next.
 * What the world knows better than any shard - how much was really spent - is kept beside, and every step is held against it.
 *
 * The rules of waiting are those of the shard room: the event at hand asks for all it misses and keeps, in order of key, what stands in
 * front of the first that is missing. */
#ifndef GIFTD_TESTS_DECIDE_LEND_WORLD_H
#define GIFTD_TESTS_DECIDE_LEND_WORLD_H

#include "lend.h"
#include "stage.h"

#define WORLD_SHARDS 6u
#define WORLD_OWNERS 96u
#define WORLD_LINES 120u
#define WORLD_MESSAGES 4096u
#define WORLD_POOLS 16u
#define WORLD_DAYS 8u
#define WORLD_DEVICES 8u

struct world_record {
  struct owner owner;
  struct state *state;
};
struct world_shard {
  struct world_record records[WORLD_OWNERS];
  uint32_t record_count, line_count, line_at, looked_to;
  char *lines[WORLD_LINES];
  int64_t clock_ms;
  bool waits;
  uint32_t wait_count;
  struct owner wait_owners[LIMIT_OWNERS];
  bool pinned[LIMIT_OWNERS];
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
  uint64_t random;
  struct world_shard shards[WORLD_SHARDS];
  struct world_queue queues[WORLD_SHARDS][WORLD_SHARDS];
  uint32_t speaking; /* the shard at work */
  uint64_t delivered, stalls, recalls, finals, opens, grants, gifts, refusals;
  /* the truth, by pool and share (0: none) */
  int64_t spent[WORLD_POOLS][3], spent_on[WORLD_POOLS][3][WORLD_DAYS];
  uint32_t marks[WORLD_POOLS][3];
  uint32_t device_gifts[WORLD_DEVICES];
  int32_t first_day;
  char failure[512];
  struct state *scratch[LIMIT_OWNERS], *unpacked;
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

static inline uint64_t world_draw(struct world *w, uint64_t below) {
  w->random ^= w->random << 13, w->random ^= w->random >> 7, w->random ^= w->random << 17;
  return (w->random * UINT64_C(2685821657736338717) >> 33) % below;
}

/* ---- records ---- */

static inline struct state *world_state(struct world_shard *shard, const struct owner *owner) {
  for (uint32_t i = 0; i < shard->record_count; i++)
    if (memcmp(shard->records[i].owner.key, owner->key, sizeof owner->key) == 0) return shard->records[i].state;
  assert_true(shard->record_count < WORLD_OWNERS);
  struct world_record *record = &shard->records[shard->record_count++];
  record->owner = *owner, record->state = malloc(sizeof *record->state);
  record->state->position = 0, record->state->floor_ms = 0, record->state->cell_count = 0, record->state->seen_count = 0;
  return record->state;
}

static inline void state_copy(struct state *to, const struct state *from) {
  to->position = from->position, to->floor_ms = from->floor_ms, to->changed = false;
  to->cell_count = from->cell_count, to->seen_count = from->seen_count;
  memcpy(to->cells, from->cells, from->cell_count * sizeof from->cells[0]);
  memcpy(to->seen, from->seen, from->seen_count * sizeof from->seen[0]);
}

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

static inline void world_mark(void *self, const struct pool_mark *mark, const struct owner *owner) {
  struct world *w = self;
  w->marks[mark->pool][world_share(&w->stage->book->pools[mark->pool], owner)]++;
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
                          .record = w->record,
                          .unpacked = w->unpacked};
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

/* What a decision spent of a pool is what its blocks' counts of spent moved by. */
static inline void world_book(struct world *w, const struct owner *owner, const struct state *before, const struct state *after) {
  uint32_t number = world_pool(w, owner);
  const struct pool *pool = &w->stage->book->pools[number];
  uint32_t share = world_share(pool, owner);
  for (int side = 0; side < 2; side++) {
    const struct state *state = side == 0 ? before : after;
    for (uint32_t i = 0; i < state->cell_count; i++) {
      const struct cell *cell = &state->cells[i];
      if (cell->kind != CELL_BLOCK) continue;
      int64_t moved = side == 0 ? -cell->v[1] : cell->v[1];
      w->spent[number][share] += moved, w->spent_on[number][share][world_day(w, cell->period)] += moved;
      if (side == 1 && cell->v[0] < 0) world_fail(w, "pool %u: %lld units left in a block", number, (long long)cell->v[0]);
    }
  }
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
  return period_of(UNIT_DAY, w->stage->event.time_ms, w->stage->book->campaigns[w->stage->book->pools[pool].campaign].offset_minutes);
}

/* Nobody is refused while there is enough somewhere. With refunds there may be, until it is reported. */
static inline void world_check_refusals(struct world *w, const struct decision *decision) {
  for (uint32_t i = 0; i < decision->outcome_count; i++) {
    const struct outcome *outcome = &decision->outcomes[i];
    bool of_pool = outcome->reason == REASON_OUT_OF_STOCK || outcome->reason == REASON_BUDGET_EXHAUSTED;
    w->refusals += of_pool;
    if (!of_pool || w->plan.refunds) continue;
    const struct pool *pool = &w->stage->book->pools[outcome->pool];
    struct owner owner = decide_pool_owner(w->stage->book, outcome->pool,
                                           pool->by == FIELD_NONE ? (struct str){NULL, 0} : event_field(&w->stage->event, pool->by)->text);
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

static inline int world_compare(const struct owner *a, const struct owner *b) { return memcmp(a->key, b->key, sizeof a->key); }

/* The event at hand as a line of `shard`: read, matched, its owners named. */
static inline void world_read(struct world *w, struct world_shard *shard, uint32_t line) {
  struct stage *s = w->stage;
  struct event_error error;
  arena_reset(&s->event_arena);
  assert_int_equal(event_read(&s->catalogue, str_of(shard->lines[line]), &s->event_arena, &s->event, &error), EVENT_OK);
  s->event.arrival_ms = s->event.time_ms;
  s->match_count = match_event(s->index, s->cache, &s->event, s->matches);
  s->owners[0] = decide_customer_owner(s->event.customer);
  s->owner_count = decide_owners(s->book, &s->event, s->matches, s->match_count, world_state(shard, &s->owners[0]), s->owners);
}

static inline void world_decide(struct world *w, struct world_shard *shard) {
  struct stage *s = w->stage;
  struct fault fault = {0};
  struct decide_input input = {s->book, &s->settings, &s->event, s->matches, s->match_count, s->owners, s->owner_count, true, NULL};
  for (uint32_t i = 0; i < s->owner_count; i++) state_copy(w->scratch[i], world_state(shard, &s->owners[i]));
  assert_int_equal(decide_event(&input, w->scratch, &s->event_arena, &s->decision, &fault), STATUS_OK);
}

/* Asks for everything that is missing; false: nothing is, and the decision stands in w->stage. */
static inline bool world_ask(struct world *w, uint32_t number, bool missing[LIMIT_OWNERS]) {
  struct world_shard *shard = &w->shards[number];
  struct stage *s = w->stage;
  struct lending lending = world_lending(w, number);
  bool any = false;
  missing[0] = false;
  for (uint32_t i = 1; i < s->owner_count; i++) {
    struct state *state = world_state(shard, &s->owners[i]);
    missing[i] = !lend_here(&s->owners[i], state);
    if (missing[i]) lend_ask(&lending, &s->owners[i], state, 0, 0);
    any |= missing[i];
  }
  if (any) return true;
  world_decide(w, shard);
  for (uint32_t i = 0; i < s->decision.shortage_count; i++) {
    const struct shortage *shortage = &s->decision.shortages[i];
    const struct owner *owner = &s->owners[shortage->owner];
    missing[shortage->owner] = true;
    lend_ask(&lending, owner, world_state(shard, owner), shortage->period, shortage->need);
  }
  return s->decision.shortage_count > 0;
}

static inline void world_wait(struct world *w, uint32_t number, const bool missing[LIMIT_OWNERS]) {
  struct world_shard *shard = &w->shards[number];
  struct stage *s = w->stage;
  const struct owner *first = NULL;
  struct lending lending = world_lending(w, number);
  shard->waits = true, w->stalls++;
  shard->wait_count = s->owner_count;
  for (uint32_t i = 1; i < s->owner_count; i++)
    if (missing[i] && (first == NULL || world_compare(&s->owners[i], first) < 0)) first = &s->owners[i];
  assert_true(first != NULL);
  for (uint32_t i = 0; i < s->owner_count; i++) {
    shard->wait_owners[i] = s->owners[i];
    shard->pinned[i] = i > 0 && world_compare(&s->owners[i], first) < 0;
    if (i > 0 && !shard->pinned[i] && !w->plan.keep_unpinned) lend_release(&lending, &s->owners[i], world_state(shard, &s->owners[i]));
  }
}

static inline void world_check_whole(struct world *w, uint32_t number) {
  struct stage *s = w->stage;
  for (uint32_t i = 1; i < s->owner_count; i++) {
    if (s->owners[i].kind != OWNER_RESOURCE) continue;
    for (uint32_t other = 0; other < w->plan.shards; other++)
      if (other != number && lend_here(&s->owners[i], world_state(&w->shards[other], &s->owners[i])))
        world_fail(w, "a record is at shard %u and at shard %u", number, other);
  }
}

static inline void world_keep(struct world *w, uint32_t number) {
  struct world_shard *shard = &w->shards[number];
  struct stage *s = w->stage;
  struct lending lending = world_lending(w, number);
  world_check_whole(w, number);
  for (uint32_t i = 0; i < s->owner_count; i++) {
    struct state *state = world_state(shard, &s->owners[i]);
    if (s->owners[i].kind == OWNER_POOL) world_book(w, &s->owners[i], state, w->scratch[i]);
    bool changed = w->scratch[i]->changed;
    if (changed) state_copy(state, w->scratch[i]);
    if (i > 0) lend_release(&lending, &s->owners[i], state);
    if (changed && s->owners[i].kind == OWNER_POOL) lend_ask_ahead(&lending, &s->owners[i], state);
  }
  world_check_refusals(w, &s->decision);
  world_check_devices(w, &s->decision);
  w->gifts += s->decision.gift_count;
  if (s->event.time_ms > shard->clock_ms) shard->clock_ms = s->event.time_ms;
  for (uint32_t i = 1; shard->waits && i < shard->wait_count; i++)
    lend_release(&lending, &shard->wait_owners[i], world_state(shard, &shard->wait_owners[i]));
  shard->waits = false;
  shard->line_at++;
}

static inline void world_look_ahead(struct world *w, uint32_t number) {
  struct world_shard *shard = &w->shards[number];
  bool missing[LIMIT_OWNERS];
  if (shard->looked_to <= shard->line_at) shard->looked_to = shard->line_at + 1;
  for (; shard->looked_to < shard->line_count && shard->looked_to < shard->line_at + 8; shard->looked_to++) {
    world_read(w, shard, shard->looked_to);
    (void)world_ask(w, number, missing);
  }
}

static inline void world_take(struct world *w, uint32_t number) {
  struct world_shard *shard = &w->shards[number];
  bool missing[LIMIT_OWNERS] = {false};
  if (shard->line_at == shard->line_count) return;
  world_read(w, shard, shard->line_at);
  if (!world_ask(w, number, missing)) {
    world_keep(w, number);
    return;
  }
  world_wait(w, number, missing);
  if (w->plan.look_ahead) world_look_ahead(w, number);
}

static inline bool world_pinned(const struct world_shard *shard, const struct owner *owner, bool *waited) {
  *waited = false;
  for (uint32_t i = 1; shard->waits && i < shard->wait_count; i++) {
    if (world_compare(&shard->wait_owners[i], owner) != 0) continue;
    *waited = true;
    return shard->pinned[i];
  }
  return false;
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
  if (lend_hear(&lending, &message, world_state(shard, &message.owner), pinned, &fault) != STATUS_OK) world_fail(w, "%s", fault.text);
  free((char *)(uintptr_t)bytes.at);
  if (waited && message.kind != LEND_RECALL && message.kind != LEND_CLAIM) world_take(w, to);
}

static inline void world_review(struct world *w, uint32_t number) {
  struct lend_cursor cursor = {0};
  struct owner owner;
  struct str share;
  struct lending lending = world_lending(w, number);
  bool waited;
  while (lend_pool_next(w->stage->book, &cursor, &lending.pool, &share, &owner))
    if (!world_pinned(&w->shards[number], &owner, &waited)) lend_review(&lending, &owner, world_state(&w->shards[number], &owner));
  struct world_shard *shard = &w->shards[number];
  for (uint32_t i = 1; shard->waits && i < shard->wait_count; i++)
    if (shard->wait_owners[i].kind == OWNER_RESOURCE)
      lend_review(&lending, &shard->wait_owners[i], world_state(shard, &shard->wait_owners[i]));
}

/* ---- a whole history ---- */

/* One delivery, from anybody to anybody; false: nothing is on its way. */
static inline bool world_deliver_any(struct world *w) {
  uint32_t pairs = w->plan.shards * w->plan.shards, at = (uint32_t)world_draw(w, pairs);
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

static inline void world_step(struct world *w) {
  uint32_t shard = (uint32_t)world_draw(w, w->plan.shards);
  uint64_t what = world_draw(w, 100);
  if (what < 2)
    world_review(w, shard);
  else if (what < 4 && w->plan.takeovers)
    w->shards[shard].waits = false, w->shards[shard].looked_to = 0; /* who takes over knows the records, not who waited */
  else if (what < 40 && !w->shards[shard].waits)
    world_take(w, shard);
  else if (!world_deliver_any(w) && world_all_wait(w) && !world_done(w))
    world_fail(w, "everybody waits and nothing is on its way");
}

static inline void world_settle(struct world *w) {
  for (uint32_t round = 0; round < LEND_IDLE_REVIEWS + 4; round++) {
    while (w->failure[0] == 0 && world_deliver_any(w)) {}
    for (uint32_t i = 0; i < w->plan.shards; i++) world_review(w, i);
  }
  for (uint32_t i = 0; i < 100000 && w->failure[0] == 0 && world_deliver_any(w); i++) {}
}

static inline void world_check_blocks(struct world *w, uint32_t number, uint32_t share, uint32_t shard, const struct state *state) {
  for (uint32_t i = 0; i < state->cell_count; i++) {
    const struct cell *block = &state->cells[i];
    if (block->kind != CELL_BLOCK) continue;
    if (block->v[0] != 0 || block->v[1] != 0 || (block->flags & ~(BLOCK_FINAL | BLOCK_OUT)))
      world_fail(w, "pool %u: a block is left at shard %u", number, shard);
    int64_t there = world_there(w, number, share, block->period);
    if ((block->flags & BLOCK_FINAL) && there > block->v[2])
      world_fail(w, "pool %u: shard %u knows of %lld, there are %lld", number, shard, (long long)block->v[2], (long long)there);
  }
}

/* Quiet: everything spent is reported, nothing is lent, and whoever was told that there is no more was told the truth. */
static inline void world_check_home(struct world *w, uint32_t number, uint32_t share, const struct owner *owner) {
  const struct pool *pool = &w->stage->book->pools[number];
  struct state *home = world_state(&w->shards[lend_home(owner, w->plan.shards)], owner);
  const struct cell *used = state_find(home, CELL_POOL, pool->decl, POOL_TOTAL, 0);
  int64_t booked = used == NULL ? 0 : used->v[0], spent = w->spent[number][share];
  if (booked != spent) world_fail(w, "pool %u: %lld booked, %lld spent", number, (long long)booked, (long long)spent);
  if (lend_outstanding(w->stage->book, number, home) != 0) world_fail(w, "pool %u: something is stranded", number);
  for (uint32_t day = 0; pool->paced && day < WORLD_DAYS; day++) {
    const struct cell *pace = state_find(home, CELL_POOL, pool->decl, POOL_PACE, w->first_day + (int32_t)day);
    if ((pace == NULL ? 0 : pace->v[0]) != w->spent_on[number][share][day]) world_fail(w, "pool %u, day %u: booked otherwise", number, day);
  }
  for (uint32_t i = 0; i < w->plan.shards; i++) world_check_blocks(w, number, share, i, world_state(&w->shards[i], owner));
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

static inline void world_tell_waiting(const struct world *w) {
  for (uint32_t i = 0; i < w->plan.shards; i++) {
    const struct world_shard *shard = &w->shards[i];
    for (uint32_t j = 1; shard->waits && j < shard->wait_count; j++) {
      struct lend_name name = lend_name(&shard->wait_owners[j]);
      print_message(
          "shard %u waits: %c %02x%02x decl %llx key %llx%s%s home %u\n", i, shard->wait_owners[j].kind,
          (unsigned char)shard->wait_owners[j].key[1], (unsigned char)shard->wait_owners[j].key[2], (unsigned long long)name.decl,
          (unsigned long long)(name.key & 0xffff), shard->pinned[j] ? " pinned" : "",
          lend_here(&shard->wait_owners[j], world_state((struct world_shard *)(uintptr_t)shard, &shard->wait_owners[j])) ? "" : " missing",
          lend_home(&shard->wait_owners[j], w->plan.shards));
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
