/* The trail: what a decision changed, so that it can be taken back whole. A decision is tried with what is at hand; when it lacks an owner,
 * a unit or room, it is void, and what it did goes back in the opposite order. So a decision never has to be careful: it works on the
 * states themselves, and no copy of them is made. */
#include "inside.h"

void trail_begin(struct trail *trail) {
  assert(!trail->open);
  trail->count = 0, trail->open = true, trail->full = false;
}

/* Without a place nothing is changed any more: what is written goes to a spare cell, and the decision is void. */
bool trail_add(struct state *state, uint32_t slot, enum trail_what what) {
  struct trail *trail = state->trail;
  if (trail_is_full(trail)) return false;
  struct trail_entry *entry = &trail->entries[trail->count++];
  entry->state = state, entry->slot = slot, entry->what = what;
  if (what != TRAIL_ADDED) entry->before = state->cells[slot];
  return true;
}

bool trail_is_full(struct trail *trail) {
  trail->full |= trail->count == trail->capacity;
  return trail->full;
}

struct cell *trail_spare(struct state *state, struct cell like) {
  state->trail->spare = like;
  return &state->trail->spare;
}

static void entry_undo(const struct trail_entry *entry) {
  struct state *state = entry->state;
  struct cell *cell = &state->cells[entry->slot];
  switch (entry->what) {
    case TRAIL_CHANGED: *cell = entry->before; return;
    case TRAIL_ADDED:
      cell_unhang(state, entry->slot);
      cell->name = 0;
      state->cell_count--;
      slot_free(state, entry->slot);
      return;
    case TRAIL_REMOVED:
      *cell = entry->before;
      cell_hang(state, entry->slot);
      state->cell_count++;
      return;
  }
}

void trail_undo(struct trail *trail) {
  assert(trail->open);
  while (trail->count > 0) entry_undo(&trail->entries[--trail->count]);
  trail->open = false;
}

static void expiry_note(struct state *state, const struct cell *cell) {
  if (cell->expires_day != 0 && (int64_t)cell->expires_day + 1 < state->expire_day) state->expire_day = cell->expires_day + 1;
}

/* What was added and stayed is in a page by what it is now; what was removed, by what it was. */
static const struct cell *entry_place(const struct trail_entry *entry, const struct cell *now) {
  if (entry->what != TRAIL_ADDED) return &entry->before;
  return now->name != 0 ? now : NULL;
}

void trail_keep(struct trail *trail) {
  assert(trail->open && !trail->full);
  trail->open = false;
  for (uint32_t i = 0; i < trail->count; i++) {
    struct trail_entry *entry = &trail->entries[i];
    const struct cell *cell = &entry->state->cells[entry->slot], *place = entry_place(entry, cell);
    if (place != NULL) page_mark(entry->state, place);
    if (cell->name != 0) expiry_note(entry->state, cell);
    if (entry->what == TRAIL_REMOVED) slot_free(entry->state, entry->slot);
  }
}
