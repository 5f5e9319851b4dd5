/* Cycles. One begins in each month or year of the calendar, so the one an instant is in began in this month or in the one before. */
#include "giftd/base/cycle.h"

#include <assert.h>

/* The day on which a cycle begins that period; 0: none does. */
static int32_t day_of(const struct cycle *cycle, int32_t period) {
  uint32_t at = 0;
  assert(cycle->count <= CYCLE_DAYS && (cycle->unit == UNIT_MONTH || cycle->unit == UNIT_YEAR));
  if (cycle->count == 0 || (cycle->first != PERIOD_NONE && period < cycle->first)) return 0;
  while (at + 1 < cycle->count && cycle->days[at + 1].from <= period) at++;
  return cycle->days[at].day;
}

static int64_t begins(const struct cycle *cycle, int32_t period, int32_t day, struct zone zone) {
  int64_t first = period_first_day(cycle->unit, period);
  struct civil civil = civil_from_ms(first * MS_PER_DAY);
  return anniversary_ms(civil.year, cycle->unit == UNIT_YEAR ? cycle->month : civil.month, day, 0, zone);
}

int64_t cycle_start(const struct cycle *cycle, int32_t period, struct zone zone) {
  int32_t day = day_of(cycle, period);
  return day == 0 ? TIME_NONE : begins(cycle, period, day, zone);
}

int64_t cycle_end(const struct cycle *cycle, int32_t period, struct zone zone) {
  int32_t day = day_of(cycle, period), next = day_of(cycle, period + 1);
  return day == 0 ? TIME_NONE : begins(cycle, period + 1, next == 0 ? day : next, zone);
}

static bool is_within(const struct cycle *cycle, int32_t period, int64_t utc_ms, struct zone zone) {
  int64_t start_ms = cycle_start(cycle, period, zone);
  return start_ms != TIME_NONE && utc_ms >= start_ms && utc_ms < cycle_end(cycle, period, zone);
}

int32_t cycle_of(const struct cycle *cycle, int64_t utc_ms, struct zone zone) {
  int32_t period = period_of(cycle->unit, utc_ms, zone);
  if (is_within(cycle, period, utc_ms, zone)) return period;
  return is_within(cycle, period - 1, utc_ms, zone) ? period - 1 : PERIOD_NONE;
}

int64_t cycle_end_most(enum unit unit, int32_t period, struct zone zone) { return period_start(unit, period + 2, zone); }
