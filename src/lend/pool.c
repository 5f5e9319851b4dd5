/* How much a pool has: totals and shares, what its pace has released, watermarks. Arithmetic of the rulebook and a pool's own cells, the
 * same for whoever decides and for whoever lends (R104-R110, R140). */
#include "inside.h"

uint64_t pool_share_hash(const struct pool *pool, struct str share) { return pool->by == FIELD_NONE ? 0 : hash64(&HASH_KEY_FIXED, share); }

struct owner pool_owner(const struct pool *pool, struct str share) {
  return owner_named(OWNER_POOL, pool->decl, pool_share_hash(pool, share));
}

int64_t pool_share_total(const struct pool *pool, uint64_t share) {
  if (pool->by == FIELD_NONE) return pool->total;
  for (uint32_t i = 0; i < pool->share_count; i++)
    if (hash64(&HASH_KEY_FIXED, pool->shares[i].value) == share) return pool->shares[i].total;
  return 0; /* an unlisted value has none */
}

/* When the share of a period is released: on its first day, by the clock. */
static int64_t release_ms(const struct pool *pool, int32_t period, struct zone zone) {
  if (pool->pace_unit >= UNIT_CAMPAIGN) return period_start(pool->pace_unit, period, zone);
  return zone_instant(zone, period_first_day(pool->pace_unit, period) * MS_PER_DAY + pool->pace_at_s * MS_PER_SECOND);
}

int32_t pool_pace_period(const struct rulebook *rulebook, const struct pool *pool, int64_t time_ms) {
  struct zone zone = rulebook->campaigns[pool->campaign].zone;
  int32_t period = period_of(pool->pace_unit, time_ms, zone);
  while (time_ms < release_ms(pool, period, zone)) period--; /* twice at most: a release that is left out may come behind midnight */
  return period;
}

/* The first period whose share is released after the pool began: one released before that is none of the pool's. */
static int32_t pace_first(const struct rulebook *rulebook, const struct pool *pool) {
  int32_t first = pool_pace_period(rulebook, pool, pool->start_ms);
  return release_ms(pool, first, rulebook->campaigns[pool->campaign].zone) < pool->start_ms ? first + 1 : first;
}

int64_t pool_released(const struct rulebook *rulebook, const struct pool *pool, int32_t period) {
  assert(pool->paced && pool->pace_max >= 0);
  int64_t releases = (int64_t)period - pace_first(rulebook, pool) + 1;
  if (releases < 1) return 0;
  return pool->carry_over ? pool->pace_max * releases : pool->pace_max;
}

int32_t pool_pace_expiry(const struct rulebook *rulebook, const struct pool *pool, int32_t period, int64_t memory_ms) {
  return state_expiry(period_start(pool->pace_unit, period + 2, rulebook->campaigns[pool->campaign].zone) + memory_ms);
}

int64_t pool_used(const struct state *state, const struct pool *pool, uint64_t key, int32_t period) {
  const struct cell *cell = state_find(state, CELL_POOL, pool->decl, key, period);
  return cell == NULL ? 0 : cell->pool.used;
}

int64_t pool_pace_used(const struct rulebook *rulebook, const struct pool *pool, const struct state *state, int32_t period,
                       int64_t memory_ms) {
  if (state_is_gone(state, pool_pace_expiry(rulebook, pool, period, memory_ms))) return pool->pace_max;
  return pool_used(state, pool, POOL_PACE, period);
}

bool pool_watermark(const struct rulebook *rulebook, uint32_t number, struct cell *used, int64_t total, struct pool_mark *out) {
  const struct pool *pool = &rulebook->pools[number];
  int64_t left = total - used->pool.used;
  uint32_t reached = used->pool.told, marks = pool->low_count + 1; /* the last is "empty" */
  int32_t told = -1;
  while (reached < marks) {
    int32_t bp = reached < pool->low_count ? pool->low_bp[reached] : 0;
    if (left > percent_of(total, bp)) break;
    told = bp, reached++;
  }
  if (told < 0) return false;
  assert(reached > used->pool.told && reached <= marks);
  used->pool.told = reached;
  *out = (struct pool_mark){number, told, left};
  return true;
}

int64_t lend_outstanding(const struct rulebook *rulebook, uint32_t pool, const struct state *state) {
  int64_t outstanding = 0;
  const struct cell *loan = state_first(state, CELL_LENT, rulebook->pools[pool].decl, 0);
  for (; loan != NULL; loan = state_next(state, loan)) outstanding += loan->lent.outstanding;
  return outstanding;
}

struct pool_left pool_left(const struct rulebook *rulebook, uint32_t number, const struct state *state, struct str share) {
  const struct pool *pool = &rulebook->pools[number];
  struct pool_left left = {.total = pool_share_total(pool, pool_share_hash(pool, share)), .unlimited = pool->unlimited};
  left.used = pool_used(state, pool, POOL_TOTAL, 0);
  left.left = left.total - left.used - lend_outstanding(rulebook, number, state);
  return left;
}
