/* Hooks: an index from what belongs together to chains of cells. Where a cell stands means nothing: the order in which a chain is read
 * differs after a state was stored and read back, so nothing may depend on it (tests read every history both ways). */
#include "inside.h"

/* What a cell on the hook reads like, and which bits of it count. */
struct hook {
  uint64_t name, names, key, keys;
};

static struct hook hook_of(enum cell_kind kind, uint64_t decl, uint64_t key) {
  uint64_t by = cell_kinds[kind].hook, decls = -(by & BY_DECL), keys = -(by >> 1);
  return (struct hook){(decl & decls) << 8 | kind, decls << 8 | 0xff, key & keys, keys};
}

static bool on_hook(const struct cell *cell, const struct hook *hook) {
  return ((cell->name & hook->names) ^ hook->name) == 0 && ((cell->key & hook->keys) ^ hook->key) == 0;
}

static uint32_t *bucket_of(const struct state *state, const struct hook *hook) {
  uint64_t hash = (hook->name & 0xff) * UINT64_C(0x165667b19e3779f9) ^ (hook->name >> 8) * UINT64_C(0x9e3779b97f4a7c15);
  hash ^= (hook->key ^ hook->key >> 29) * UINT64_C(0xc2b2ae3d27d4eb4f);
  return &state->buckets[((uint32_t)(hash >> 32) ^ (uint32_t)hash) & state->bucket_mask];
}

static struct hook hook_of_cell(const struct cell *cell) { return hook_of(cell_kind(cell), cell_decl(cell), cell->key); }

void cell_hang(struct state *state, uint32_t slot) {
  const struct cell *cell = &state->cells[slot];
  const struct hook hook = hook_of_cell(cell);
  uint32_t *bucket = bucket_of(state, &hook);
  state->next[slot] = *bucket;
  *bucket = slot + 1;
  state->kinds |= CELL_BIT(cell_kind(cell));
}

void cell_unhang(struct state *state, uint32_t slot) {
  const struct cell *cell = &state->cells[slot];
  const struct hook hook = hook_of_cell(cell);
  uint32_t *at = bucket_of(state, &hook);
  while (*at != slot + 1) {
    assert(*at != 0);
    at = &state->next[*at - 1];
  }
  *at = state->next[slot];
}

static const struct cell *chain_from(const struct state *state, uint32_t place, const struct hook *hook) {
  for (; place != 0; place = state->next[place - 1])
    if (on_hook(&state->cells[place - 1], hook)) return &state->cells[place - 1];
  return NULL;
}

const struct cell *state_first(const struct state *state, enum cell_kind kind, uint64_t decl, uint64_t key) {
  assert(kind > CELL_FREE && kind < CELL_KIND_COUNT && decl >> 40 == 0);
  if (!state_knows(state, kind)) return NULL;
  const struct hook hook = hook_of(kind, decl, key);
  return chain_from(state, *bucket_of(state, &hook), &hook);
}

const struct cell *state_next(const struct state *state, const struct cell *cell) {
  const struct hook hook = hook_of_cell(cell);
  return chain_from(state, state->next[slot_of(state, cell)], &hook);
}

const struct cell *state_find(const struct state *state, enum cell_kind kind, uint64_t decl, uint64_t key, int32_t period) {
  uint64_t name = decl << 8 | kind;
  assert(decl >> 40 == 0);
  if (!state_knows(state, kind)) return NULL;
  const struct hook hook = hook_of(kind, decl, key);
  for (uint32_t place = *bucket_of(state, &hook); place != 0; place = state->next[place - 1]) {
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
