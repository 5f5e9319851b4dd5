/* Ids of events that were decided. An open-addressed table, since a busy customer has ten thousand a day; what is let go raises the floor,
 * so an event is judged at most once, whatever is sent again. */
#include "inside.h"

/* By its highest bits: so the table is nearly in order of digests, which is the order in which pages have them. */
static uint32_t seen_home(const struct state *state, uint64_t digest) {
  return (uint32_t)(digest >> (32 + __builtin_clz(state->seen_mask | 1))) & state->seen_mask;
}

struct seen *seen_slot(const struct state *state, uint64_t digest) {
  uint32_t at = seen_home(state, digest);
  while (state->seen[at].time_ms != TIME_NONE && state->seen[at].digest != digest) at = (at + 1) & state->seen_mask;
  return &state->seen[at];
}

bool state_seen(const struct state *state, uint64_t digest, int64_t *time_ms) {
  const struct seen *seen = seen_slot(state, digest);
  if (seen->time_ms == TIME_NONE) return false;
  *time_ms = seen->time_ms;
  return true;
}

void seen_put(struct state *state, uint64_t digest, int64_t time_ms) {
  struct seen *seen = seen_slot(state, digest);
  assert(seen->time_ms == TIME_NONE && time_ms != TIME_NONE && state->seen_count <= state->seen_mask);
  *seen = (struct seen){digest, time_ms};
  state->seen_count++;
}

/* Closes the gap (Knuth 6.4, algorithm R), so that look-ups never meet tombstones. */
static void seen_drop(struct state *state, uint32_t gap) {
  uint32_t mask = state->seen_mask;
  for (uint32_t next = (gap + 1) & mask; state->seen[next].time_ms != TIME_NONE; next = (next + 1) & mask) {
    uint32_t home = seen_home(state, state->seen[next].digest);
    if (((next - home) & mask) < ((next - gap) & mask)) continue;
    state->seen[gap] = state->seen[next];
    gap = next;
  }
  state->seen[gap].time_ms = TIME_NONE;
  state->seen_count--;
}

/* From a free slot backwards, so that what closes a gap was looked at before: no run of ids goes over a free slot. */
void seen_keep_from(struct state *state, int64_t from_ms) {
  uint32_t free_slot = 0, mask = state->seen_mask;
  while (state->seen[free_slot].time_ms != TIME_NONE) free_slot++;
  for (uint32_t n = 1; n <= mask && state->seen_count > 0; n++) {
    struct seen *seen = &state->seen[(free_slot - n) & mask];
    while (seen->time_ms != TIME_NONE && seen->time_ms < from_ms) {
      if (seen->time_ms > state->floor_ms) state->floor_ms = seen->time_ms;
      page_mark_number(state, page_of_id(state, seen->digest));
      page_mark_number(state, 0); /* it has the floor */
      seen_drop(state, (uint32_t)(seen - state->seen));
    }
  }
}

static uint32_t ids_before(const struct state *state, int64_t time_ms) {
  uint32_t before = 0;
  for (uint32_t i = 0; i <= state->seen_mask; i++) before += state->seen[i].time_ms != TIME_NONE && state->seen[i].time_ms < time_ms;
  return before;
}

/* The first instant before which at least an eighth of the ids lies. */
static int64_t oldest_eighth(const struct state *state) {
  int64_t low = INT64_MAX, high = INT64_MIN;
  for (uint32_t i = 0; i <= state->seen_mask; i++) {
    int64_t time_ms = state->seen[i].time_ms;
    if (time_ms != TIME_NONE && time_ms < low) low = time_ms;
    if (time_ms != TIME_NONE && time_ms >= high) high = time_ms < INT64_MAX ? time_ms + 1 : time_ms;
  }
  while ((uint64_t)high - (uint64_t)low > 1) { /* before `low` there are less than an eighth, before `high` not */
    int64_t middle = low + (int64_t)(((uint64_t)high - (uint64_t)low) / 2);
    if (ids_before(state, middle) < state->seen_count / 8)
      low = middle;
    else
      high = middle;
  }
  return high;
}

bool state_see(struct state *state, uint64_t digest, int64_t time_ms) {
  assert(seen_slot(state, digest)->time_ms == TIME_NONE);
  if (state->seen_count >= LIMIT_SEEN) seen_keep_from(state, oldest_eighth(state));
  if ((uint64_t)(state->seen_count + 1) * 4 > ((uint64_t)state->seen_mask + 1) * 3) {
    state->cramped = true;
    return false;
  }
  seen_put(state, digest, time_ms);
  page_mark_number(state, page_of_id(state, digest));
  return true;
}
