/* Cycles: in each month one begins, on the day that holds then; the days of one join those of the next without a gap. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "giftd/base/cycle.h"

static const struct zone east = {.minutes = 480};

static int64_t at(int32_t year, int32_t month, int32_t day) { return zone_instant(east, days_from_civil(year, month, day) * MS_PER_DAY); }
static int32_t month(int32_t year, int32_t number) { return (year - 1970) * 12 + number - 1; }

static struct cycle monthly(int32_t day) {
  return (struct cycle){.unit = UNIT_MONTH, .first = PERIOD_NONE, .count = 1, .days = {{1, day}}};
}

static void begins_on_its_day_or_the_last(void **state) {
  const struct cycle five = monthly(5), last = monthly(31);
  (void)state;
  assert_int_equal(cycle_of(&five, at(2027, 2, 5) - 1, east), month(2027, 1));
  assert_int_equal(cycle_of(&five, at(2027, 2, 5), east), month(2027, 2));
  assert_int_equal(cycle_start(&last, month(2027, 2), east), at(2027, 2, 28));
  assert_int_equal(cycle_start(&last, month(2028, 2), east), at(2028, 2, 29));
  assert_int_equal(cycle_end(&last, month(2027, 2), east), at(2027, 3, 31));
  assert_int_equal(cycle_of(&last, at(2027, 2, 28) - 1, east), month(2027, 1));
}

/* 5, from February on 20, from April on 1: no gap, no instant twice. */
static void another_day_leaves_no_gap(void **state) {
  const struct cycle cycle = {
      .unit = UNIT_MONTH, .first = PERIOD_NONE, .count = 3, .days = {{1, 5}, {month(2027, 2), 20}, {month(2027, 4), 1}}};
  (void)state;
  assert_int_equal(cycle_end(&cycle, month(2027, 1), east), at(2027, 2, 20));
  assert_int_equal(cycle_end(&cycle, month(2027, 3), east), at(2027, 4, 1));
  int32_t before = cycle_of(&cycle, at(2026, 12, 1), east);
  for (int64_t day = days_from_civil(2026, 12, 1); day < days_from_civil(2027, 7, 1); day++) {
    int32_t now = cycle_of(&cycle, zone_instant(east, day * MS_PER_DAY), east);
    assert_true(now == before || now == before + 1);
    assert_true(cycle_end(&cycle, now, east) == cycle_start(&cycle, now + 1, east));
    before = now;
  }
}

static void who_has_no_day_is_in_none(void **state) {
  const struct cycle none = {.unit = UNIT_MONTH, .first = PERIOD_NONE},
                     cleared = {
                         .unit = UNIT_MONTH, .first = PERIOD_NONE, .count = 3, .days = {{1, 5}, {month(2027, 2), 0}, {month(2027, 4), 7}}};
  (void)state;
  assert_int_equal(cycle_of(&none, at(2027, 2, 5), east), PERIOD_NONE);
  assert_int_equal(cycle_of(&cleared, at(2027, 2, 5) - 1, east), month(2027, 1));
  assert_int_equal(cycle_of(&cleared, at(2027, 2, 5), east), PERIOD_NONE);
  assert_int_equal(cycle_of(&cleared, at(2027, 4, 7) - 1, east), PERIOD_NONE);
  assert_int_equal(cycle_of(&cleared, at(2027, 4, 7), east), month(2027, 4));
  assert_int_equal(cycle_end(&cleared, month(2027, 1), east), at(2027, 2, 5));
  assert_int_equal(cycle_start(&cleared, month(2027, 2), east), TIME_NONE);
}

static void years_from_a_leap_day(void **state) {
  const struct cycle leap = {.unit = UNIT_YEAR, .month = 2, .first = 2028 - 1970, .count = 1, .days = {{1, 29}}};
  (void)state;
  assert_int_equal(cycle_of(&leap, at(2028, 2, 29) - 1, east), PERIOD_NONE);
  assert_int_equal(cycle_of(&leap, at(2028, 2, 29), east), 2028 - 1970);
  assert_int_equal(cycle_end(&leap, 2028 - 1970, east), at(2029, 2, 28));
  assert_int_equal(cycle_end(&leap, 2031 - 1970, east), at(2032, 2, 29));
  assert_true(cycle_end(&leap, 2028 - 1970, east) <= cycle_end_most(UNIT_YEAR, 2028 - 1970, east));
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(begins_on_its_day_or_the_last), cmocka_unit_test(another_day_leaves_no_gap),
                                     cmocka_unit_test(who_has_no_day_is_in_none), cmocka_unit_test(years_from_a_leap_day)};
  return cmocka_run_group_tests_name("cycle", tests, NULL, NULL);
}
