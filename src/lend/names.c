/* Who is home, what a message is sent with, and the pools of a rulebook one by one. */
#include "inside.h"

struct lend_name lend_name(const struct owner *owner) {
  struct lend_name name;
  owner_split(owner, &name.decl, &name.key);
  return name;
}

uint32_t lend_pool_number(const struct lending *lending, uint64_t decl) {
  const struct rulebook *rulebook = lending->rulebook;
  if (lending->pool < rulebook->pool_count && rulebook->pools[lending->pool].decl == decl) return lending->pool;
  for (uint32_t i = 0; i < rulebook->pool_count; i++)
    if (rulebook->pools[i].decl == decl) return i;
  return NONE;
}

uint32_t lend_home(const struct owner *owner, uint32_t shards) {
  assert(owner->kind != OWNER_CUSTOMER && shards > 0);
  return (uint32_t)(hash64(&HASH_KEY_FIXED, owner_key(owner)) % shards);
}

void lend_send(const struct lending *lending, const struct lend_message *message) {
  struct lend_message sent = *message;
  assert(message->to < lending->shards && message->units >= 0 && message->claim <= LEND_CLAIM_MOST);
  sent.from = lending->shard;
  lending->send(lending->self, &sent);
}

struct cell *lend_cell(struct state *state, enum cell_kind kind, uint64_t decl, uint64_t key, int32_t period) {
  struct cell *cell = state_make(state, kind, decl, key, period);
  assert(kind == CELL_LENT || kind == CELL_BLOCK || kind == CELL_POOL);
  assert(cell != NULL || state->cell_count >= LIMIT_STATE_CELLS); /* whoever calls has made room for LEND_CELLS */
  return cell;
}

enum status lend_full(const struct owner *owner, struct fault *fault) {
  return fault_set(fault, STATUS_LIMIT,
                   "the record of a shared %s is full (%u counters and loans); use fewer partitions, or longer periods",
                   owner->kind == OWNER_POOL ? "pool" : "limit", LIMIT_STATE_CELLS);
}

bool lend_period_over(const struct lending *lending, const struct pool *pool, int32_t period) {
  if (!pool->paced || period == 0) return period != 0;
  struct zone zone = lending->rulebook->campaigns[pool->campaign].zone;
  return lending->clock_ms != TIME_NONE && period_start(pool->pace_unit, period + 2, zone) <= lending->clock_ms;
}

static uint32_t share_count(const struct pool *pool) { return pool->by == FIELD_NONE ? 1 : pool->share_count; }

bool lend_pool_next(const struct rulebook *rulebook, struct lend_cursor *cursor, uint32_t *pool, struct str *share, struct owner *owner) {
  while (cursor->pool < rulebook->pool_count && cursor->share >= share_count(&rulebook->pools[cursor->pool]))
    cursor->pool++, cursor->share = 0;
  if (cursor->pool >= rulebook->pool_count) return false;
  const struct pool *at = &rulebook->pools[cursor->pool];
  *pool = cursor->pool;
  *share = at->by == FIELD_NONE ? (struct str){NULL, 0} : at->shares[cursor->share].value;
  *owner = pool_owner(at, *share);
  cursor->share++;
  return true;
}
