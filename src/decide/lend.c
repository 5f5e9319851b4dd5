/* Lending: the doors of the room (decide.h). Who is home, which side of the protocol a message is for, and the pools of a rulebook one by
 * one. */
#include "lend.h"

struct lend_name lend_name(const struct owner *owner) {
  struct lend_name name = {0, 0};
  assert(owner->length == 14 && (owner->kind == OWNER_RESOURCE || owner->kind == OWNER_POOL));
  for (unsigned i = 0; i < 5; i++) name.decl |= (uint64_t)(unsigned char)owner->key[1 + i] << (8 * i);
  for (unsigned i = 0; i < 8; i++) name.key |= (uint64_t)(unsigned char)owner->key[6 + i] << (8 * i);
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
  return (uint32_t)(hash64(&HASH_KEY_FIXED, (struct str){owner->key, owner->length}) % shards);
}

void lend_send(const struct lending *lending, const struct lend_message *message) {
  struct lend_message sent = *message;
  sent.from = lending->shard;
  lending->send(lending->self, &sent);
}

struct cell *lend_cell(const struct lending *lending, struct state *state, enum cell_kind kind, uint64_t decl, uint64_t key,
                       int32_t period) {
  int64_t now_ms = lending->clock_ms == TIME_NONE ? 0 : lending->clock_ms;
  struct cell *cell = state_make(state, kind, decl, key, period, now_ms);
  if (cell != NULL) state->changed = true;
  return cell;
}

enum status lend_full(const struct owner *owner, struct fault *fault) {
  return fault_set(fault, STATUS_LIMIT,
                   "the record of a shared %s is full (%u counters and loans); use fewer partitions, or longer periods",
                   owner->kind == OWNER_POOL ? "pool" : "limit", LIMIT_STATE_CELLS);
}

bool lend_period_over(const struct lending *lending, const struct pool *pool, int32_t period) {
  if (!pool->paced || period == 0) return period != 0;
  int32_t offset = lending->rulebook->campaigns[pool->campaign].offset_minutes;
  return lending->clock_ms != TIME_NONE && period_start(pool->pace_unit, period + 2, offset) <= lending->clock_ms;
}

/* ---- doors ---- */

bool lend_here(const struct owner *owner, const struct state *state) {
  if (owner->kind != OWNER_RESOURCE) return true;
  struct lend_name name = lend_name(owner);
  for (uint32_t i = 0; i < state->cell_count; i++) {
    const struct cell *cell = &state->cells[i];
    if (cell->kind == CELL_BLOCK && cell->decl == name.decl && cell->key == name.key) return (cell->flags & BLOCK_HELD) != 0;
  }
  return false;
}

void lend_ask(const struct lending *lending, const struct owner *owner, struct state *state, int32_t period, int64_t need) {
  if (owner->kind == OWNER_POOL)
    block_ask(lending, owner, state, period, need);
  else
    whole_ask(lending, owner, state);
}

void lend_release(const struct lending *lending, const struct owner *owner, struct state *state) {
  if (owner->kind == OWNER_POOL) block_release(lending, owner, state);
  if (owner->kind == OWNER_RESOURCE) whole_release(lending, owner, state);
}

void lend_review(const struct lending *lending, const struct owner *owner, struct state *state) {
  if (owner->kind == OWNER_RESOURCE) whole_review(lending, owner, state);
  if (owner->kind != OWNER_POOL) return;
  block_review(lending, owner, state);
  if (lend_home(owner, lending->shards) == lending->shard) home_review(lending, owner, state);
}

static bool heard_at_home(enum lend_kind kind) { return kind == LEND_CLAIM || kind == LEND_RETURN; }

enum status lend_hear(const struct lending *lending, const struct lend_message *message, struct state *state, bool pinned,
                      struct fault *fault) {
  uint32_t home = lend_home(&message->owner, lending->shards);
  bool to_home = heard_at_home(message->kind);
  if (message->to != lending->shard || message->from >= lending->shards || (to_home ? message->to : message->from) != home)
    return fault_set(
        fault, STATUS_STATE,
        "a message of shard %u to shard %u about a limit of shard %u, heard by shard %u of %u: the number of partitions changed, "
        "or the messages are another group's; use the topics that belong together",
        message->from, message->to, home, lending->shard, lending->shards);
  if (message->owner.kind == OWNER_RESOURCE) return whole_hear(lending, message, state, pinned, fault);
  return to_home ? home_hear(lending, message, state, fault) : block_hear(lending, message, state, pinned, fault);
}

/* ---- the pools of a rulebook ---- */

static uint32_t share_count(const struct pool *pool) { return pool->by == FIELD_NONE ? 1 : pool->share_count; }

bool lend_pool_next(const struct rulebook *rulebook, struct lend_cursor *cursor, uint32_t *pool, struct str *share, struct owner *owner) {
  while (cursor->pool < rulebook->pool_count && cursor->share >= share_count(&rulebook->pools[cursor->pool]))
    cursor->pool++, cursor->share = 0;
  if (cursor->pool >= rulebook->pool_count) return false;
  const struct pool *at = &rulebook->pools[cursor->pool];
  *pool = cursor->pool;
  *share = at->by == FIELD_NONE ? (struct str){NULL, 0} : at->shares[cursor->share].value;
  *owner = decide_pool_owner(rulebook, *pool, *share);
  cursor->share++;
  return true;
}

int64_t lend_outstanding(const struct rulebook *rulebook, uint32_t pool, const struct state *state) {
  int64_t outstanding = 0;
  for (uint32_t i = 0; i < state->cell_count; i++) {
    const struct cell *cell = &state->cells[i];
    if (cell->kind == CELL_LENT && cell->decl == rulebook->pools[pool].decl) outstanding += cell->v[0];
  }
  return outstanding;
}
