/* The days of the generator: how many lines a day brings, in what order they arrive, and that it is exactly as many as were asked for. */
#include "giftd/traffic.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "parts.h"

#define REPEAT_ONE_IN 200
#define BREAK_ONE_IN 2000
#define PROGRESS_EVERY 4096

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
  for (size_t i = 0; i < traffic->heap_count; i++) traffic->due += traffic->heap[i].at_ms < traffic_day_end(traffic);
}

static enum status out_of_space(struct fault *fault) {
  return fault_set(fault, STATUS_STORAGE, "the traffic could not be written: %s", strerror(errno));
}

static void count_line(struct traffic_counts *counts, const struct act *act) {
  counts->lines++;
  counts->repeated += act->again;
  counts->late += act->at_ms - act->time_ms >= TRAFFIC_HOUR_MS && !act->again;
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
  while (status == STATUS_OK && traffic->heap_count > 0 && traffic->heap[0].at_ms < traffic_day_end(traffic)) {
    if (traffic->counts->lines == traffic->settings->lines) break;
    const struct act act = act_pop(traffic);
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
