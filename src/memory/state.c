/* Changing a state. Cells never move while the block lives, so a pointer to one is good until that cell is removed. A slot that was freed
 * inside a decision is not used again before its end. What is changed while a decision is tried is told to the trail; everything else marks
 * its page at once. */
#include "inside.h"

static bool logged(const struct state *state) { return state->trail != NULL && state->trail->open; }

/* Outside of a decision nobody says what the cell will come to: the next look at the clock finds out. */
static void changed_now(struct state *state, const struct cell *cell) {
  page_mark(state, cell);
  state->expire_day = INT32_MIN;
}

struct cell *state_write(struct state *state, const struct cell *cell) {
  uint32_t slot = slot_of(state, cell);
  if (!logged(state))
    changed_now(state, cell);
  else if (!trail_add(state, slot, TRAIL_CHANGED))
    return trail_spare(state, *cell);
  return &state->cells[slot];
}

static bool slot_take(struct state *state, uint32_t *slot) {
  if (state->cell_count >= LIMIT_STATE_CELLS) return false;
  if (state->free_slot != 0) {
    *slot = state->free_slot - 1;
    state->free_slot = state->next[*slot];
    return true;
  }
  state->cramped |= state->used == state->capacity;
  if (state->used == state->capacity) return false;
  *slot = state->used++;
  return true;
}

struct cell *state_add(struct state *state, enum cell_kind kind, uint64_t decl, uint64_t key, int32_t period) {
  uint32_t slot;
  bool kept = logged(state);
  assert(kind > CELL_FREE && kind < CELL_KIND_COUNT && decl >> 40 == 0);
  if (kept && trail_is_full(state->trail)) return trail_spare(state, (struct cell){.name = decl << 8 | kind, .key = key, .period = period});
  if (!slot_take(state, &slot)) return NULL;
  struct cell *cell = &state->cells[slot];
  *cell = (struct cell){.name = decl << 8 | kind, .key = key, .period = period};
  cell_hang(state, slot);
  state->cell_count++;
  if (kept)
    (void)trail_add(state, slot, TRAIL_ADDED);
  else
    changed_now(state, cell);
  return cell;
}

struct cell *state_make(struct state *state, enum cell_kind kind, uint64_t decl, uint64_t key, int32_t period) {
  const struct cell *cell = state_find(state, kind, decl, key, period);
  return cell != NULL ? state_write(state, cell) : state_add(state, kind, decl, key, period);
}

void state_remove(struct state *state, const struct cell *cell) {
  uint32_t slot = slot_of(state, cell);
  bool kept = logged(state);
  if (kept && !trail_add(state, slot, TRAIL_REMOVED)) return;
  if (!kept) changed_now(state, cell);
  cell_unhang(state, slot);
  state->cells[slot].name = 0;
  state->cell_count--;
  if (!kept) slot_free(state, slot);
}

void state_remove_all(struct state *state, enum cell_kind kind, uint64_t decl, uint64_t key) {
  const struct cell *cell = state_first(state, kind, decl, key);
  while (cell != NULL) {
    const struct cell *next = state_next(state, cell);
    state_remove(state, cell);
    cell = next;
  }
}
