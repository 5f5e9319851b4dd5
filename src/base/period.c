/* Calendar periods as consecutive numbers: counters, limits and reports name a period by one int32 and come back to its dates from there.
 */
#include <assert.h>

#include "giftd/base/time.h"

static const char *const unit_names[UNIT_COUNT] = {"day", "week", "ten_days", "month", "quarter", "half", "year", "campaign", "ever"};

const char *unit_name(enum unit unit) {
  assert((unsigned)unit < UNIT_COUNT);
  return unit_names[unit];
}

bool unit_parse(struct str text, enum unit *out) {
  for (unsigned i = 0; i < UNIT_COUNT; i++) {
    if (!str_equal(text, str_of(unit_names[i]))) continue;
    *out = (enum unit)i;
    return true;
  }
  return false;
}

static int64_t floor_div(int64_t a, int64_t b) { return a / b - (a % b != 0 && (a < 0) != (b < 0) ? 1 : 0); }
static int32_t floor_div32(int32_t a, int32_t b) { return (int32_t)floor_div(a, b); }

#define FIRST_MONDAY 3 /* week 0 began three days before 1970-01-01 */

int32_t period_of(enum unit unit, int64_t utc_ms, struct zone zone) {
  int64_t local = zone_local(zone, utc_ms);
  int64_t day = floor_div(local, MS_PER_DAY);
  if (unit == UNIT_CAMPAIGN || unit == UNIT_EVER) return 0;
  if (unit == UNIT_DAY) return (int32_t)day;
  if (unit == UNIT_WEEK) return (int32_t)floor_div(day + FIRST_MONDAY, 7);
  struct civil civil = civil_from_ms(local);
  int32_t month = (civil.year - 1970) * 12 + civil.month - 1;
  switch (unit) {
    case UNIT_TEN_DAYS: return month * 3 + (civil.day <= 10 ? 0 : civil.day <= 20 ? 1 : 2);
    case UNIT_MONTH: return month;
    case UNIT_QUARTER: return floor_div32(month, 3);
    case UNIT_HALF: return floor_div32(month, 6);
    default: assert(unit == UNIT_YEAR); return floor_div32(month, 12);
  }
}

/* The first day of a month counted from January 1970, or a later one of it. */
static int64_t month_day(int32_t month, int32_t day) {
  int32_t years = floor_div32(month, 12);
  return days_from_civil(1970 + years, month - years * 12 + 1, day);
}

int64_t period_first_day(enum unit unit, int32_t period) {
  switch (unit) {
    case UNIT_DAY: return period;
    case UNIT_WEEK: return (int64_t)period * 7 - FIRST_MONDAY;
    case UNIT_TEN_DAYS: return month_day(floor_div32(period, 3), 1 + 10 * (period - floor_div32(period, 3) * 3));
    case UNIT_MONTH: return month_day(period, 1);
    case UNIT_QUARTER: return month_day(period * 3, 1);
    case UNIT_HALF: return month_day(period * 6, 1);
    default: assert(unit == UNIT_YEAR); return month_day(period * 12, 1);
  }
}

int64_t period_start(enum unit unit, int32_t period, struct zone zone) {
  if (unit == UNIT_CAMPAIGN || unit == UNIT_EVER) return period <= 0 ? INT64_MIN / 2 : INT64_MAX / 2;
  return zone_instant(zone, period_first_day(unit, period) * MS_PER_DAY);
}

/* ISO 8601: a week belongs to the year of its Thursday. */
static void put_week(struct buffer *buffer, int32_t period) {
  int64_t thursday = period_first_day(UNIT_WEEK, period) + 3;
  struct civil civil = civil_from_ms(thursday * MS_PER_DAY);
  buffer_digits(buffer, civil.year, 4);
  buffer_put(buffer, STR("-W"));
  buffer_digits(buffer, (thursday - days_from_civil(civil.year, 1, 1)) / 7 + 1, 2);
}

static void put_part(struct buffer *buffer, struct str mark, int32_t number, unsigned digits) {
  buffer_put(buffer, mark);
  buffer_digits(buffer, number, digits);
}

/* Without a format: it stands in the decisions of many events. */
static void put_civil(struct buffer *buffer, enum unit unit, const struct civil *c) {
  bool dated = unit == UNIT_DAY || unit == UNIT_TEN_DAYS || unit == UNIT_MONTH;
  buffer_digits(buffer, c->year, 4);
  if (dated) put_part(buffer, STR("-"), c->month, 2);
  if (unit == UNIT_DAY) put_part(buffer, STR("-"), c->day, 2);
  if (unit == UNIT_TEN_DAYS) put_part(buffer, STR("/"), (c->day - 1) / 10 + 1, 1);
  if (unit == UNIT_QUARTER) put_part(buffer, STR("-Q"), (c->month - 1) / 3 + 1, 1);
  if (unit == UNIT_HALF) put_part(buffer, STR("-H"), (c->month - 1) / 6 + 1, 1);
}

void buffer_period(struct buffer *buffer, enum unit unit, int32_t period) {
  if (unit == UNIT_CAMPAIGN || unit == UNIT_EVER) {
    buffer_put(buffer, str_of(unit_name(unit)));
    return;
  }
  if (unit == UNIT_WEEK) {
    put_week(buffer, period);
    return;
  }
  struct civil civil = civil_from_ms(period_first_day(unit, period) * MS_PER_DAY);
  put_civil(buffer, unit, &civil);
}
