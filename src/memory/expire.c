/* Time: what is not needed any more goes, by its own day alone, and only between two decisions. */
#include "inside.h"

int32_t state_expiry(int64_t until_ms) {
  if (until_ms <= 0 || until_ms / MS_PER_DAY >= INT32_MAX - 2) return 0;
  return (int32_t)(until_ms / MS_PER_DAY) + 1;
}

void state_floor_set(struct state *state, int64_t floor_ms) {
  assert(floor_ms >= 0);
  if (floor_ms == state->floor_ms) return;
  state->floor_ms = floor_ms;
  page_mark_number(state, 0); /* it has the floor */
}

static int32_t earlier(int32_t day, int64_t other) { return other < day ? (int32_t)other : day; }

/* Returns the day from which on one of those that stay can go. */
static int32_t cells_expire(struct state *state, int32_t today) {
  int32_t next = INT32_MAX;
  for (uint32_t slot = 0; slot < state->used; slot++) {
    const struct cell *cell = &state->cells[slot];
    if (cell->name == 0 || cell->expires_day == 0) continue;
    if (cell->expires_day < today)
      state_remove(state, cell);
    else
      next = earlier(next, (int64_t)cell->expires_day + 1);
  }
  return next;
}

bool state_expire_shared(struct state *state, int32_t today) {
  uint32_t cells = state->cell_count;
  assert(state->trail == NULL || !state->trail->open);
  if (cells <= LIMIT_SHARED_KEPT) return false; /* and it is asked again at the next change */
  state->expire_day = cells_expire(state, today);
  assert(state->expire_day > today); /* what is not dropped is needed today */
  if (state->cell_count == cells) return false;
  if (today * MS_PER_DAY > state->floor_ms) state_floor_set(state, today * MS_PER_DAY);
  return true;
}

static int32_t ids_next(const struct state *state, int64_t horizon_ms) {
  int64_t oldest_ms = INT64_MAX;
  for (uint32_t i = 0; i <= state->seen_mask && state->seen_count > 0; i++)
    if (state->seen[i].time_ms != TIME_NONE && state->seen[i].time_ms < oldest_ms) oldest_ms = state->seen[i].time_ms;
  return oldest_ms < INT64_MAX - horizon_ms - MS_PER_DAY ? earlier(INT32_MAX, (oldest_ms + horizon_ms) / MS_PER_DAY + 1) : INT32_MAX;
}

bool state_expire(struct state *state, int32_t today, int64_t ids_from_ms, int64_t horizon_ms) {
  uint32_t cells = state->cell_count, ids = state->seen_count;
  assert(state->trail == NULL || !state->trail->open);
  int32_t next = cells_expire(state, today);
  seen_keep_from(state, ids_from_ms);
  next = earlier(next, ids_next(state, horizon_ms));
  state->expire_day = next <= today ? today + 1 : next; /* ids of this very day: looked at once a day is enough */
  return state->cell_count != cells || state->seen_count != ids;
}
