/* The days of the generator: how many lines a day brings, in what order they arrive, and that it is exactly as many as were asked for. */
#include "traffic.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "traffic_parts.h"

#define REPEAT_ONE_IN 200
#define BREAK_ONE_IN 2000
#define LATE_ONE_IN 300
#define TOO_LATE_ONE_IN 6000
#define HOUR_MS (3600 * MS_PER_SECOND)
#define PROGRESS_EVERY 4096

/* ---- chance ---- */

uint64_t random_next(struct random *random) {
  uint64_t z = random->state += 0x9e3779b97f4a7c15u;
  z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
  z = (z ^ z >> 27) * 0x94d049bb133111ebu;
  return z ^ z >> 31;
}

uint32_t random_below(struct random *random, uint32_t bound) {
  assert(bound > 0);
  return (uint32_t)((random_next(random) >> 32) * bound >> 32);
}

int64_t random_between(struct random *random, int64_t least, int64_t most) {
  assert(least <= most && most - least < UINT32_MAX);
  return least + random_below(random, (uint32_t)(most - least) + 1);
}

int64_t random_skewed(struct random *random, int64_t least, int64_t most) {
  const int64_t part = (int64_t)random_below(random, 65536) * random_below(random, 65536) >> 16;
  return least + ((most - least) * part >> 16);
}

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

static struct act heap_pop(struct traffic *traffic) {
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

static int64_t day_end(const struct traffic *traffic) { return traffic->day_ms + MS_PER_DAY; }

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
    copy.at_ms += random_between(&traffic->random, 97, 150) * HOUR_MS;
  } else if (random_one_in(&traffic->random, LATE_ONE_IN)) {
    copy.at_ms += random_between(&traffic->random, 1, 30) * HOUR_MS;
  }
  if (copy.at_ms < day_end(traffic)) traffic->due++;
  heap_push(traffic, &copy);
}

/* Upstream sends some events again: at once, after minutes, sometimes after a day. */
static void repeat(struct traffic *traffic, const struct act *act) {
  struct act copy = *act;
  copy.again = true;
  copy.at_ms += random_skewed(&traffic->random, 1, 36 * 3600) * MS_PER_SECOND;
  act_push(traffic, &copy);
}

/* ---- days ---- */

/* How much a day brings, in parts of an ordinary one (100). */
static uint32_t day_weight(int64_t day) {
  const struct civil date = civil_from_ms(day * MS_PER_DAY);
  const int32_t weekday = weekday_of_day(day), month_day = date.month * 100 + date.day;
  uint32_t weight = weekday == 5 ? 115 : weekday == 6 ? 130 : weekday == 7 ? 118 : 100;
  if (date.day == 10 || date.day == 15 || date.day == 25) weight += 20;
  if (month_day == 1212) weight += 60; /* the sales day of December */
  if (month_day == 1231 || month_day == 101) weight += 30;
  if (month_day >= 201 && month_day <= 205) weight += 35; /* before the Spring Festival of 2027 (6 February) */
  if (month_day >= 206 && month_day <= 212) weight += 20;
  return date.month >= 9 && date.month <= 11 ? weight / 8 : weight;
}

static int64_t first_day(void) { return days_from_civil(2026, 9, 1); }

static uint64_t all_weight(void) {
  uint64_t sum = 0;
  for (int32_t day = 0; day < TRAFFIC_DAYS; day++) sum += day_weight(first_day() + day);
  return sum;
}

static void day_open(struct traffic *traffic, int32_t day) {
  traffic->day = day;
  traffic->day_ms = (first_day() + day) * MS_PER_DAY - TRAFFIC_OFFSET_MS;
  traffic->numbered = 1;
  traffic->due = 0;
  for (size_t i = 0; i < traffic->heap_count; i++) traffic->due += traffic->heap[i].at_ms < day_end(traffic);
}

static enum status out_of_space(struct fault *fault) {
  return fault_set(fault, STATUS_STORAGE, "the traffic could not be written: %s", strerror(errno));
}

static void count_line(struct traffic_counts *counts, const struct act *act) {
  counts->lines++;
  counts->repeated += act->again;
  counts->late += act->at_ms - act->time_ms >= HOUR_MS && !act->again;
  counts->refunds += act->kind == ACT_REVERSED && !act->again;
  if (counts->from_ms == TIME_NONE) counts->from_ms = act->time_ms;
  if (act->time_ms > counts->to_ms) counts->to_ms = act->time_ms;
}

static enum status line_put(struct traffic *traffic, const struct act *act, struct fault *fault) {
  char memory[TRAFFIC_LINE_BYTES];
  struct buffer line;
  buffer_init(&line, memory, sizeof(memory));
  line_of_act(traffic, act, &line);
  if (random_one_in(&traffic->random, BREAK_ONE_IN)) {
    line_break(&traffic->random, &line);
    traffic->counts->broken++;
  }
  buffer_byte(&line, '\n');
  assert(!line.overflowed);
  count_line(traffic->counts, act);
  if (traffic->settings->progress != NULL && traffic->counts->lines % PROGRESS_EVERY == 0) {
    traffic->settings->progress(traffic->settings->progress_self, traffic->counts->lines);
  }
  return fwrite(line.memory, 1, line.length, traffic->out) == line.length ? STATUS_OK : out_of_space(fault);
}

static enum status day_write(struct traffic *traffic, struct fault *fault) {
  enum status status = STATUS_OK;
  while (status == STATUS_OK && traffic->heap_count > 0 && traffic->heap[0].at_ms < day_end(traffic)) {
    if (traffic->counts->lines == traffic->settings->lines) break;
    const struct act act = heap_pop(traffic);
    if (!act.again && random_one_in(&traffic->random, REPEAT_ONE_IN)) repeat(traffic, &act);
    status = line_put(traffic, &act, fault);
  }
  return status;
}

static enum status days(struct traffic *traffic, struct fault *fault) {
  const uint64_t all = all_weight();
  uint64_t weight = 0;
  enum status status = STATUS_OK;
  for (int32_t day = 0; day < TRAFFIC_DAYS && status == STATUS_OK; day++) {
    weight += day_weight(first_day() + day);
    const uint64_t lines = traffic->settings->lines;
    const uint64_t target = lines / all * weight + lines % all * weight / all; /* lines until the end of this day */
    day_open(traffic, day);
    if (day == 0) traffic_begin(traffic);
    traffic_duties(traffic);
    while (traffic->counts->lines + traffic->due < target && !traffic->no_memory) traffic_session(traffic);
    if (traffic->no_memory)
      return fault_set(fault, STATUS_LIMIT, "no memory for %zu events that wait; ask for fewer customers or events", traffic->heap_count);
    status = day_write(traffic, fault);
  }
  return status;
}

enum status traffic_write(const struct traffic_settings *settings, FILE *out, struct traffic_counts *counts, struct fault *fault) {
  struct traffic traffic = {.settings = settings, .counts = counts, .out = out, .random = {settings->seed}};
  memset(counts, 0, sizeof(*counts));
  counts->from_ms = TIME_NONE;
  const uint64_t one_in_fifty = settings->lines / 50;
  traffic.customers = settings->customers != 0 ? settings->customers : (uint32_t)(one_in_fifty < 20 ? 20 : one_in_fifty);
  if (traffic.customers > TRAFFIC_CUSTOMERS_MOST) traffic.customers = (uint32_t)TRAFFIC_CUSTOMERS_MOST;
  counts->customers = traffic.customers;
  enum status status = STATUS_OK;
  if (!traffic_people(&traffic)) status = fault_set(fault, STATUS_LIMIT, "no memory for %u customers; ask for fewer", traffic.customers);
  if (status == STATUS_OK) status = days(&traffic, fault);
  if (status == STATUS_OK && fflush(out) != 0) status = out_of_space(fault);
  free(traffic.heap);
  free(traffic.people);
  free(traffic.picks);
  return status;
}
