/* Hooks: an index from what belongs together to chains of cells. Where a cell stands means nothing: the order in which a chain is read
 * differs after a state was stored and read back, so nothing may depend on it (tests read every history both ways). */
#include "inside.h"

static uint32_t hook_hash(enum cell_kind kind, uint64_t decl, uint64_t key) {
  enum cell_hook hook = cell_kinds[kind].hook;
  uint64_t hash = (uint64_t)kind * UINT64_C(0x165667b19e3779f9);
  if (hook == BY_DECL || hook == BY_BOTH) hash ^= decl * UINT64_C(0x9e3779b97f4a7c15);
  if (hook == BY_KEY || hook == BY_BOTH) hash ^= (key ^ key >> 29) * UINT64_C(0xc2b2ae3d27d4eb4f);
  return (uint32_t)(hash >> 32) ^ (uint32_t)hash;
}

static bool on_hook(const struct cell *cell, enum cell_kind kind, uint64_t decl, uint64_t key) {
  enum cell_hook hook = cell_kinds[kind].hook;
  if (hook == BY_DECL) return cell->name == (decl << 8 | kind);
  if (hook == BY_BOTH) return cell->name == (decl << 8 | kind) && cell->key == key;
  return cell_kind(cell) == kind && (hook == BY_NOTHING || cell->key == key);
}

static uint32_t *bucket_of(const struct state *state, enum cell_kind kind, uint64_t decl, uint64_t key) {
  return &state->buckets[hook_hash(kind, decl, key) & state->bucket_mask];
}

void cell_hang(struct state *state, uint32_t slot) {
  const struct cell *cell = &state->cells[slot];
  uint32_t *bucket = bucket_of(state, cell_kind(cell), cell_decl(cell), cell->key);
  state->next[slot] = *bucket;
  *bucket = slot + 1;
}

void cell_unhang(struct state *state, uint32_t slot) {
  const struct cell *cell = &state->cells[slot];
  uint32_t *at = bucket_of(state, cell_kind(cell), cell_decl(cell), cell->key);
  while (*at != slot + 1) {
    assert(*at != 0);
    at = &state->next[*at - 1];
  }
  *at = state->next[slot];
}

static const struct cell *chain_from(const struct state *state, uint32_t place, enum cell_kind kind, uint64_t decl, uint64_t key) {
  for (; place != 0; place = state->next[place - 1])
    if (on_hook(&state->cells[place - 1], kind, decl, key)) return &state->cells[place - 1];
  return NULL;
}

const struct cell *state_first(const struct state *state, enum cell_kind kind, uint64_t decl, uint64_t key) {
  assert(kind > CELL_FREE && kind < CELL_KIND_COUNT && decl >> 40 == 0);
  return chain_from(state, *bucket_of(state, kind, decl, key), kind, decl, key);
}

const struct cell *state_next(const struct state *state, const struct cell *cell) {
  return chain_from(state, state->next[slot_of(state, cell)], cell_kind(cell), cell_decl(cell), cell->key);
}

const struct cell *state_find(const struct state *state, enum cell_kind kind, uint64_t decl, uint64_t key, int32_t period) {
  uint64_t name = decl << 8 | kind;
  assert(decl >> 40 == 0);
  for (uint32_t place = *bucket_of(state, kind, decl, key); place != 0; place = state->next[place - 1]) {
    const struct cell *cell = &state->cells[place - 1];
    if (cell->name == name && cell->key == key && cell->period == period) return cell;
  }
  return NULL;
}

const struct cell *state_any(const struct state *state, uint32_t *slot) {
  while (*slot < state->used)
    if (state->cells[(*slot)++].name != 0) return &state->cells[*slot - 1];
  return NULL;
}

void slot_free(struct state *state, uint32_t slot) {
  assert(state->cells[slot].name == 0);
  state->next[slot] = state->free_slot;
  state->free_slot = slot + 1;
}
