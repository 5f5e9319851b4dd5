/* Pools: stock and budgets with their pace, parents and fallback (R104-R110, R140). A pool is an owner of its own, so it is exact whoever
 * asks. Where several shards decide (`lent`), what there is of a pool is this shard's block of it, and the rest is asked for (lend.h). */
#include "lend.h"
#include "work.h"

static uint64_t share_hash(const struct pool *pool, struct str share) {
  return pool->by == FIELD_NONE ? 0 : hash64(&HASH_KEY_FIXED, share);
}

struct owner pool_owner_of(const struct pool *pool, struct str share) {
  return owner_named(OWNER_POOL, pool->decl, share_hash(pool, share));
}

struct owner decide_pool_owner(const struct rulebook *rulebook, uint32_t pool, struct str share) {
  return pool_owner_of(&rulebook->pools[pool], share);
}

/* The share this event draws on: the value of `by`, or nothing. */
static struct str pool_share(const struct work *w, const struct pool *pool) {
  if (pool->by == FIELD_NONE) return (struct str){NULL, 0};
  const struct value *value = event_field(w->event, pool->by);
  return value == NULL || value->kind != VALUE_TEXT ? (struct str){NULL, 0} : value->text;
}

int64_t pool_share_total(const struct pool *pool, uint64_t share) {
  if (pool->by == FIELD_NONE) return pool->total;
  for (uint32_t i = 0; i < pool->share_count; i++)
    if (hash64(&HASH_KEY_FIXED, pool->shares[i].value) == share) return pool->shares[i].total;
  return 0; /* an unlisted value has none */
}

static int64_t share_total(const struct pool *pool, struct str share) {
  if (pool->by == FIELD_NONE) return pool->total;
  for (uint32_t i = 0; i < pool->share_count; i++)
    if (str_equal(pool->shares[i].value, share)) return pool->shares[i].total;
  return 0;
}

/* Periods of a pace begin at their hour of release. */
static int32_t pace_period(const struct rulebook *book, const struct pool *pool, int64_t time_ms) {
  return period_of(pool->pace_unit, time_ms - (int64_t)pool->pace_at_s * MS_PER_SECOND, book->campaigns[pool->campaign].offset_minutes);
}

static int64_t cell_number(struct state *state, const struct pool *pool, uint64_t key, int32_t period) {
  const struct cell *cell = state_find(state, CELL_POOL, pool->decl, key, period);
  return cell == NULL ? 0 : cell->v[0];
}

/* The first period whose share is released after the pool began: one released before that is none of the pool's. */
static int32_t pace_first(const struct rulebook *book, const struct pool *pool) {
  int32_t first = pace_period(book, pool, pool->start_ms);
  int64_t released = period_start(pool->pace_unit, first, book->campaigns[pool->campaign].offset_minutes) + pool->pace_at_s * MS_PER_SECOND;
  return released < pool->start_ms ? first + 1 : first;
}

int64_t pool_released(const struct rulebook *book, const struct pool *pool, int32_t period) {
  int64_t releases = (int64_t)period - pace_first(book, pool) + 1;
  if (releases < 1) return 0;
  return pool->carry_over ? pool->pace_max * releases : pool->pace_max;
}

/* With carry_over everything released since the start and not used is there; else only this period's release. */
static int64_t pace_left(const struct work *w, const struct pool *pool, struct state *state, int32_t period) {
  int64_t released = pool_released(w->book, pool, period);
  if (released == 0) return 0;
  return released - (pool->carry_over ? cell_number(state, pool, POOL_TOTAL, 0) : cell_number(state, pool, POOL_PACE, period));
}

struct left {
  int64_t total, pace;
  int32_t period;
};

static int32_t pool_period(const struct work *w, const struct pool *pool) {
  return pool->paced ? pace_period(w->book, pool, w->event->time_ms) : 0;
}

static bool book_has(const struct work *w, const struct pool *pool, struct state *state, int64_t wanted, struct left *left) {
  left->total = left->pace = INT64_MAX;
  if (!pool->unlimited) left->total = share_total(pool, pool_share(w, pool)) - cell_number(state, pool, POOL_TOTAL, 0);
  if (pool->paced) left->pace = pace_left(w, pool, state, left->period);
  return left->total >= wanted && left->pace >= wanted;
}

static struct state *pool_state(const struct work *w, const struct pool *pool) {
  struct owner owner = pool_owner_of(pool, pool_share(w, pool));
  return work_state(w, &owner);
}

static int64_t need_of(const struct pool *pool, struct pool_need need) {
  return pool->of_money || pool->in_points ? need.money : need.units;
}

static void pool_refuse(struct work *w, uint32_t number, const struct left *left, int64_t need, struct outcome *outcome) {
  const struct pool *pool = &w->book->pools[number];
  bool money = pool->of_money || pool->in_points;
  int64_t there = left->total < left->pace ? left->total : left->pace;
  outcome->reason = money ? REASON_BUDGET_EXHAUSTED : REASON_OUT_OF_STOCK;
  outcome->pool = number, outcome->period = left->total < need ? 0 : left->period;
  outcome->expected = need, outcome->actual = there < 0 ? 0 : there;
  outcome->has_numbers = true, outcome->numbers_are_money = pool->of_money && !pool->in_points;
}

/* How often a pool already stands in what pays for this gift: two pools of one parent draw on it twice. */
static int64_t times_paying(const struct work *w, const uint32_t *paying, uint32_t count, uint32_t number) {
  int64_t times = 0;
  for (uint32_t i = 0; i < count; i++)
    for (uint32_t above = paying[i]; above != NONE; above = w->book->pools[above].parent) times += above == number;
  return times;
}

struct paying {
  const uint32_t *pools;
  uint32_t count;
};

/* ---- of a block ---- */

static uint32_t owner_index(const struct work *w, const struct state *state) {
  uint32_t index = 0;
  while (w->states[index] != state) index++;
  return index;
}

/* Several gifts of one event may draw on a pool: what all of them need must be there at once. */
static void shortage_add(struct work *w, uint32_t number, const struct state *state, int32_t period, int64_t wanted) {
  struct decision *out = w->out;
  uint32_t owner = owner_index(w, state), i = 0;
  int64_t need = wanted + w->taken[owner];
  while (i < out->shortage_count && (out->shortages[i].owner != owner || out->shortages[i].period != period)) i++;
  if (i == SHORTAGES_MOST) return; /* asked for when these are there */
  if (i == out->shortage_count) out->shortages[out->shortage_count++] = (struct shortage){owner, number, period, 0};
  if (out->shortages[i].need < need) out->shortages[i].need = need;
}

/* False only when it is certain that there is not enough. When there may be, it counts as there, and the decision as void. */
static bool block_has(struct work *w, uint32_t number, struct state *state, int64_t wanted, struct left *left) {
  const struct pool *pool = &w->book->pools[number];
  const struct cell *block = state_find(state, CELL_BLOCK, pool->decl, 0, left->period);
  int64_t here = block == NULL ? 0 : block->v[0];
  left->total = left->pace = INT64_MAX;
  if (here >= wanted) return true;
  bool none = !pool->unlimited && share_total(pool, pool_share(w, pool)) <= 0;
  bool early = pool->paced && pool_released(w->book, pool, left->period) <= 0;
  if (none) left->total = 0;
  if (early) left->pace = 0;
  if (none || early) return false;
  if (block != NULL && (block->flags & BLOCK_FINAL)) {
    bool out = (block->flags & BLOCK_OUT) || !pool->paced;
    *(out ? &left->total : &left->pace) = here + block->v[2];
    if (here + block->v[2] < wanted) return false;
  }
  shortage_add(w, number, state, left->period, wanted);
  return true;
}

/* Spends (or, below 0, gives back). What is given back is here until it is reported; what is over goes home by itself. */
static void block_take(struct work *w, const struct pool *pool, struct state *state, int32_t period, int64_t amount) {
  struct cell *block = work_make(w, state, CELL_BLOCK, pool->decl, 0, period);
  if (block == NULL) return;
  block->v[0] -= amount, block->v[1] += amount;
  if (period == pool_period(w, pool)) w->taken[owner_index(w, state)] += amount;
}

/* ---- having and taking ---- */

/* A pool and all above it. */
static bool chain_has(struct work *w, uint32_t number, struct pool_need need, struct paying before, struct outcome *outcome) {
  for (uint32_t depth = 0; number != NONE; depth++, number = w->book->pools[number].parent) {
    const struct pool *pool = &w->book->pools[number];
    assert(depth < LIMIT_POOL_DEPTH);
    struct state *state = pool_state(w, pool);
    int64_t wanted = need_of(pool, need) * (1 + times_paying(w, before.pools, before.count, number));
    struct left left = {.period = pool_period(w, pool)};
    if (w->in->lent ? block_has(w, number, state, wanted, &left) : book_has(w, pool, state, wanted, &left)) continue;
    pool_refuse(w, number, &left, wanted, outcome);
    return false;
  }
  return true;
}

bool pools_have(struct work *w, const struct item *item, struct pool_need need, struct outcome *outcome, uint32_t *paying,
                uint32_t *paying_count) {
  *paying_count = 0;
  for (uint32_t i = 0; i < item->pool_count; i++) {
    uint32_t number = w->book->refs[item->pool_first + i];
    struct outcome first = *outcome; /* the pool that was meant is the one to name, not its fallback */
    struct paying before = {paying, *paying_count};
    bool has = chain_has(w, number, need, before, &first);
    for (uint32_t depth = 0; !has && w->book->pools[number].fallback != NONE && depth < LIMIT_POOL_DEPTH; depth++) {
      struct outcome other = *outcome;
      number = w->book->pools[number].fallback;
      has = chain_has(w, number, need, before, &other);
    }
    if (!has) {
      *outcome = first;
      return false;
    }
    assert(*paying_count < PAYING_MAX);
    paying[(*paying_count)++] = number;
  }
  return true;
}

int32_t pool_pace_expiry(const struct rulebook *book, const struct pool *pool, int32_t period, int64_t memory_ms) {
  return state_expiry(period_start(pool->pace_unit, period + 2, book->campaigns[pool->campaign].offset_minutes) + memory_ms);
}

bool pool_watermark(const struct rulebook *book, uint32_t number, struct cell *used, int64_t total, struct pool_mark *out) {
  const struct pool *pool = &book->pools[number];
  int64_t left = total - used->v[0];
  uint32_t reached = (uint32_t)used->v[1];
  uint32_t marks = pool->low_count + 1; /* the last is "empty" */
  int32_t told = -1;
  while (reached < marks) {
    int32_t bp = reached < pool->low_count ? pool->low_bp[reached] : 0;
    if (left > percent_of(total, bp)) break;
    told = bp, reached++;
  }
  if (told < 0) return false;
  used->v[1] = (int64_t)reached;
  *out = (struct pool_mark){number, told, left};
  return true;
}

static void mark_watermark(struct work *w, uint32_t number, struct cell *cell, int64_t total) {
  struct pool_mark mark;
  if (pool_watermark(w->book, number, cell, total, &mark) && w->out->mark_count < sizeof w->out->marks / sizeof w->out->marks[0])
    w->out->marks[w->out->mark_count++] = mark;
}

static void book_take(struct work *w, uint32_t number, struct state *state, int32_t period, int64_t amount) {
  const struct pool *pool = &w->book->pools[number];
  struct cell *total = work_make(w, state, CELL_POOL, pool->decl, POOL_TOTAL, 0);
  if (total == NULL) return;
  total->v[0] += amount;
  if (!pool->unlimited) mark_watermark(w, number, total, share_total(pool, pool_share(w, pool)));
  struct cell *pace = pool->paced ? work_make(w, state, CELL_POOL, pool->decl, POOL_PACE, period) : NULL;
  if (pace == NULL) return;
  pace->v[0] += amount;
  pace->expires_day = pool_pace_expiry(w->book, pool, period, w->in->settings->memory_ms);
}

static void pool_take(struct work *w, uint32_t number, int64_t amount, struct claims *claims) {
  const struct pool *pool = &w->book->pools[number];
  struct state *state = pool_state(w, pool);
  int32_t period = pool_period(w, pool);
  if (w->in->lent)
    block_take(w, pool, state, period, amount);
  else
    book_take(w, number, state, period, amount);
  claim_add(claims, ON_POOL, pool->decl, share_hash(pool, pool_share(w, pool)), period, amount);
}

void pools_take(struct work *w, const uint32_t *paying, uint32_t count, struct pool_need need, struct claims *claims) {
  for (uint32_t i = 0; i < count; i++)
    for (uint32_t number = paying[i]; number != NONE; number = w->book->pools[number].parent)
      pool_take(w, number, need_of(&w->book->pools[number], need), claims);
}

void pool_give_back(struct work *w, uint32_t number, struct state *state, int32_t period, int64_t amount) {
  const struct pool *pool = &w->book->pools[number];
  if (w->in->lent) {
    block_take(w, pool, state, period, -amount);
    return;
  }
  struct cell *total = state_find(work_touch(state), CELL_POOL, pool->decl, POOL_TOTAL, 0);
  struct cell *pace = state_find(state, CELL_POOL, pool->decl, POOL_PACE, period);
  if (total != NULL) total->v[0] -= amount < total->v[0] ? amount : total->v[0];
  if (pace != NULL) pace->v[0] -= amount < pace->v[0] ? amount : pace->v[0];
}

struct pool_left decide_pool_left(const struct rulebook *rulebook, uint32_t number, const struct state *state, struct str share) {
  const struct pool *pool = &rulebook->pools[number];
  struct pool_left left = {.total = share_total(pool, share), .unlimited = pool->unlimited};
  for (uint32_t i = 0; i < state->cell_count; i++) {
    const struct cell *cell = &state->cells[i];
    if (cell->kind == CELL_POOL && cell->decl == pool->decl && cell->key == POOL_TOTAL && cell->period == 0) left.used = cell->v[0];
  }
  left.left = left.total - left.used - lend_outstanding(rulebook, number, state);
  return left;
}
