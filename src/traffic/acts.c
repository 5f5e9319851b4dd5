/* Acts that wait for the moment at which they reach the stream: a heap in order of arrival. */
#include <stdlib.h>

#include "parts.h"

#define LATE_ONE_IN 300
#define TOO_LATE_ONE_IN 6000

/* ---- the heap: the act that arrives first is on top ---- */

static bool earlier(const struct act *a, const struct act *b) { return a->at_ms != b->at_ms ? a->at_ms < b->at_ms : a->order < b->order; }

static bool heap_grow(struct traffic *traffic) {
  const size_t capacity = traffic->heap_capacity == 0 ? 4096 : traffic->heap_capacity * 2;
  struct act *heap = realloc(traffic->heap, capacity * sizeof(*heap));
  if (heap == NULL) return false;
  traffic->heap = heap;
  traffic->heap_capacity = capacity;
  return true;
}

static void heap_push(struct traffic *traffic, const struct act *act) {
  if (traffic->heap_count == traffic->heap_capacity && !heap_grow(traffic)) {
    traffic->no_memory = true;
    return;
  }
  size_t at = traffic->heap_count++;
  while (at > 0 && earlier(act, &traffic->heap[(at - 1) / 2])) {
    traffic->heap[at] = traffic->heap[(at - 1) / 2];
    at = (at - 1) / 2;
  }
  traffic->heap[at] = *act;
}

struct act act_pop(struct traffic *traffic) {
  struct act *heap = traffic->heap;
  const struct act top = heap[0], last = heap[--traffic->heap_count];
  size_t at = 0;
  for (size_t child; (child = 2 * at + 1) < traffic->heap_count; at = child) {
    if (child + 1 < traffic->heap_count && earlier(&heap[child + 1], &heap[child])) child++;
    if (!earlier(&heap[child], &last)) break;
    heap[at] = heap[child];
  }
  heap[at] = last;
  return top;
}

/* ---- acts ---- */

struct act act_of(struct traffic *traffic, enum act_kind kind, uint32_t customer, int64_t time_ms) {
  const struct civil today = civil_from_ms(traffic->day_ms + TRAFFIC_OFFSET_MS);
  const uint64_t date = (uint64_t)today.year * 10000 + (uint64_t)today.month * 100 + (uint64_t)today.day;
  return (struct act){
      .at_ms = time_ms, .time_ms = time_ms, .id = date * 10000000 + traffic->numbered++, .customer = customer, .kind = (uint8_t)kind};
}

void act_push(struct traffic *traffic, const struct act *act) {
  struct act copy = *act;
  copy.order = traffic->order++;
  if (act->again || act->kind == ACT_PROFILE) { /* as it is */
  } else if (random_one_in(&traffic->random, TOO_LATE_ONE_IN)) {
    copy.at_ms += random_between(&traffic->random, 97, 150) * TRAFFIC_HOUR_MS;
  } else if (random_one_in(&traffic->random, LATE_ONE_IN)) {
    copy.at_ms += random_between(&traffic->random, 1, 30) * TRAFFIC_HOUR_MS;
  }
  if (copy.at_ms < traffic_day_end(traffic)) traffic->due++;
  heap_push(traffic, &copy);
}
