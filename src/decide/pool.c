/* Pools: stock and budgets with their pace, parents and fallback (R104-R110, R140). A pool is an owner of its own, so it is exact whoever
 * asks. */
#include "work.h"

#define POOL_TOTAL 0u
#define POOL_PACE 1u

struct owner pool_owner_of(const struct pool *pool, struct str share) {
  return owner_named(OWNER_POOL, pool->decl, pool->by == FIELD_NONE ? 0 : hash64(&HASH_KEY_FIXED, share));
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

static int64_t share_total(const struct pool *pool, struct str share) {
  if (pool->by == FIELD_NONE) return pool->total;
  for (uint32_t i = 0; i < pool->share_count; i++)
    if (str_equal(pool->shares[i].value, share)) return pool->shares[i].total;
  return 0; /* an unlisted value has none */
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

/* With carry_over everything released since the start and not used is there; else only this period's release. */
static int64_t pace_left(const struct work *w, const struct pool *pool, struct state *state, int32_t period) {
  int64_t releases = (int64_t)period - pace_first(w->book, pool) + 1;
  if (releases < 1) return 0;
  if (pool->carry_over) return pool->pace_max * releases - cell_number(state, pool, POOL_TOTAL, 0);
  return pool->pace_max - cell_number(state, pool, POOL_PACE, period);
}

struct left {
  int64_t total, pace;
  int32_t period;
  bool paced_out;
};

static struct left pool_left_now(const struct work *w, const struct pool *pool, struct state *state) {
  struct left left = {.total = INT64_MAX, .pace = INT64_MAX};
  if (!pool->unlimited) left.total = share_total(pool, pool_share(w, pool)) - cell_number(state, pool, POOL_TOTAL, 0);
  if (pool->paced) {
    left.period = pace_period(w->book, pool, w->event->time_ms);
    left.pace = pace_left(w, pool, state, left.period);
  }
  return left;
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

/* A pool and all above it. */
static bool chain_has(struct work *w, uint32_t number, struct pool_need need, struct paying before, struct outcome *outcome) {
  for (uint32_t depth = 0; number != NONE; depth++, number = w->book->pools[number].parent) {
    const struct pool *pool = &w->book->pools[number];
    assert(depth < LIMIT_POOL_DEPTH);
    struct left left = pool_left_now(w, pool, pool_state(w, pool));
    int64_t wanted = need_of(pool, need) * (1 + times_paying(w, before.pools, before.count, number));
    if (left.total >= wanted && left.pace >= wanted) continue;
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

static int32_t pool_expiry(const struct work *w, const struct pool *pool, int32_t period) {
  const struct campaign *campaign = work_campaign(w, pool->campaign);
  return state_expiry(period_start(pool->pace_unit, period + 2, campaign->offset_minutes) + w->in->settings->memory_ms);
}

static void mark_watermark(struct work *w, uint32_t number, struct cell *cell, int64_t total) {
  const struct pool *pool = &w->book->pools[number];
  int64_t left = total - cell->v[0];
  uint32_t reached = (uint32_t)cell->v[1];
  uint32_t marks = pool->low_count + 1; /* the last is "empty" */
  int32_t told = -1;
  while (reached < marks) {
    int32_t bp = reached < pool->low_count ? pool->low_bp[reached] : 0;
    if (left > percent_of(total, bp)) break;
    told = bp, reached++;
  }
  if (told < 0) return;
  cell->v[1] = (int64_t)reached;
  if (w->out->mark_count < sizeof w->out->marks / sizeof w->out->marks[0])
    w->out->marks[w->out->mark_count++] = (struct pool_mark){number, told, left};
}

static void pool_take(struct work *w, uint32_t number, int64_t amount, struct claims *claims) {
  const struct pool *pool = &w->book->pools[number];
  struct str share = pool_share(w, pool);
  struct state *state = pool_state(w, pool);
  int32_t period = pool->paced ? pace_period(w->book, pool, w->event->time_ms) : 0;
  struct cell *total = work_make(w, state, CELL_POOL, pool->decl, POOL_TOTAL, 0);
  if (total == NULL) return;
  total->v[0] += amount;
  if (!pool->unlimited) mark_watermark(w, number, total, share_total(pool, share));
  struct cell *pace = pool->paced ? work_make(w, state, CELL_POOL, pool->decl, POOL_PACE, period) : NULL;
  if (pace != NULL) pace->v[0] += amount, pace->expires_day = pool_expiry(w, pool, period);
  claim_add(claims, true, pool->decl, pool->by == FIELD_NONE ? 0 : hash64(&HASH_KEY_FIXED, share), period, amount);
}

void pools_take(struct work *w, const uint32_t *paying, uint32_t count, struct pool_need need, struct claims *claims) {
  for (uint32_t i = 0; i < count; i++)
    for (uint32_t number = paying[i]; number != NONE; number = w->book->pools[number].parent)
      pool_take(w, number, need_of(&w->book->pools[number], need), claims);
}

void pool_give_back(struct work *w, uint32_t number, struct state *state, int32_t period, int64_t amount) {
  const struct pool *pool = &w->book->pools[number];
  struct cell *total = state_find(work_touch(state), CELL_POOL, pool->decl, POOL_TOTAL, 0);
  struct cell *pace = state_find(state, CELL_POOL, pool->decl, POOL_PACE, period);
  if (total != NULL) total->v[0] -= amount < total->v[0] ? amount : total->v[0];
  if (pace != NULL) pace->v[0] -= amount < pace->v[0] ? amount : pace->v[0];
  (void)w;
}

struct pool_left decide_pool_left(const struct rulebook *rulebook, uint32_t number, const struct state *state, struct str share) {
  const struct pool *pool = &rulebook->pools[number];
  struct pool_left left = {.total = share_total(pool, share), .unlimited = pool->unlimited};
  for (uint32_t i = 0; i < state->cell_count; i++) {
    const struct cell *cell = &state->cells[i];
    if (cell->kind == CELL_POOL && cell->decl == pool->decl && cell->key == POOL_TOTAL && cell->period == 0) left.used = cell->v[0];
  }
  left.left = left.total - left.used;
  return left;
}
