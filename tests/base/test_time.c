/* The calendar against rows worked out by hand, the C library and itself: every day of 400 years goes there and back. */
#include "checks.h"

#include <time.h>

static const struct {
  const char *text;
  int64_t ms;
  int32_t offset;
} moments[] = {
    /* ms -1: refused */
    {"1970-01-01T00:00:00Z", 0, 0},
    {"2026-11-20T12:01:07+08:00", 1795147267000, 480},
    {"2026-11-20t04:01:07z", 1795147267000, 0},
    {"2026-11-20T04:01:07.5Z", 1795147267500, 0},
    {"2026-11-20T04:01:07.123456789Z", 1795147267123, 0},
    {"2026-11-20T04:01:07.999999999Z", 1795147267999, 0},
    {"2026-11-20T04:01:07-00:00", 1795147267000, 0},
    {"2026-11-20T04:01:07+00:00", 1795147267000, 0},
    {"2026-11-20T00:01:07-04:00", 1795147267000, -240},
    {"2026-11-20T09:31:07+05:30", 1795147267000, 330},
    {"2024-02-29T00:00:00Z", 1709164800000, 0},
    {"2000-02-29T00:00:00Z", 951782400000, 0},
    {"2016-12-31T23:59:60Z", 1483228799999, 0},
    {"2017-01-01T07:59:60+08:00", 1483228799999, 480},
    {"2026-11-30T23:59:60Z", 1796083199999, 0},
    {"9999-12-31T23:59:59.999Z", 253402300799999, 0},
    {"2026-11-20T23:59:60Z", -1, 0},
    {"2016-12-31T23:58:60Z", -1, 0},
    {"2017-01-01T07:59:60Z", -1, 0},
    {"2026-11-20T12:01:61Z", -1, 0},
    {"2026-02-29T00:00:00Z", -1, 0},
    {"2100-02-29T00:00:00Z", -1, 0},
    {"2026-04-31T00:00:00Z", -1, 0},
    {"2026-13-01T00:00:00Z", -1, 0},
    {"2026-00-01T00:00:00Z", -1, 0},
    {"2026-01-00T00:00:00Z", -1, 0},
    {"2026-11-20T24:00:00Z", -1, 0},
    {"2026-11-20T12:60:00Z", -1, 0},
    {"2026-11-20T12:01:07", -1, 0},
    {"2026-11-20 12:01:07Z", -1, 0},
    {"2026-11-20T12:01:07.Z", -1, 0},
    {"2026-11-20T12:01:07.1234567890Z", -1, 0},
    {"2026-11-20T12:01:07,5Z", -1, 0},
    {"2026-11-20T12:01Z", -1, 0},
    {"2026-11-20T12:01:07+0800", -1, 0},
    {"2026-11-20T12:01:07+08", -1, 0},
    {"2026-11-20T12:01:07+24:00", -1, 0},
    {"2026-11-20T12:01:07+08:60", -1, 0},
    {"2026-11-20T12:01:07ZZ", -1, 0},
    {"2026-11-20T12:01:07 Z", -1, 0},
    {"2026-11-20T12:01:07Z ", -1, 0},
    {"2026-1-20T12:01:07Z", -1, 0},
    {"26-11-20T12:01:07Z", -1, 0},
    {"12026-11-20T12:01:07Z", -1, 0},
    {"1969-12-31T23:59:59Z", -1, 0},
    {"1970-01-01T00:00:00+08:00", -1, 0},
    {"9999-12-31T23:59:59-08:00", -1, 0},
    {"2026-11-20", -1, 0},
    {"", -1, 0},
    {"1795147267", -1, 0},
};

static void moments_are_rfc_3339(void **state) {
  (void)state;
  for (size_t i = 0; i < COUNT(moments); i++) {
    int64_t ms = -1;
    int32_t offset = 0;
    struct str exact = exact_copy(str_of(moments[i].text));
    bool good = time_parse(exact, &ms, &offset);
    exact_free(exact);
    if (good != (moments[i].ms >= 0) || ms != moments[i].ms || offset != moments[i].offset)
      fail_row("moment", moments[i].text, "%d %lld %d", good, (long long)ms, offset);
  }
  assert_true(time_parse(STR("2026-11-20T04:01:07Z"), &(int64_t){0}, NULL));
}

static void every_cut_moment_is_refused(void **state) {
  (void)state;
  const char *text = "2026-11-20T12:01:07.123+08:00";
  for (size_t length = 0; length < strlen(text); length++) {
    int64_t ms = 0;
    struct str exact = exact_copy((struct str){text, length});
    assert_false(time_parse(exact, &ms, NULL));
    exact_free(exact);
  }
}

static void moments_are_written(void **state) {
  (void)state;
  static const struct {
    int64_t ms;
    int32_t offset;
    const char *text;
  } rows[] = {{1795147267000, 480, "2026-11-20T12:01:07+08:00"},
              {1795147267123, 480, "2026-11-20T12:01:07.123+08:00"},
              {1795147267000, 0, "2026-11-20T04:01:07Z"},
              {1795147267001, -210, "2026-11-20T00:31:07.001-03:30"},
              {0, 0, "1970-01-01T00:00:00Z"},
              {0, -60, "1969-12-31T23:00:00-01:00"}};
  for (size_t i = 0; i < COUNT(rows); i++) {
    char memory[64];
    struct buffer buffer;
    buffer_init(&buffer, memory, sizeof memory);
    buffer_time(&buffer, rows[i].ms, rows[i].offset);
    check_text("moment", rows[i].text, buffer_text(&buffer), rows[i].text);
  }
}

static void days_go_there_and_back(void **state) {
  (void)state;
  int64_t day = days_from_civil(1970, 1, 1);
  assert_int_equal(day, 0);
  assert_int_equal(days_from_civil(2000, 3, 1), 11017);
  for (int32_t year = 1970; year < 2370; year++)
    for (int32_t month = 1; month <= 12; month++)
      for (int32_t date = 1; date <= month_days(year, month); date++, day++) {
        struct civil civil = civil_from_ms(day * MS_PER_DAY + 86399999);
        assert_int_equal(days_from_civil(year, month, date), day);
        assert_true(civil.year == year && civil.month == month && civil.day == date && civil.hour == 23 && civil.ms == 999);
        assert_int_equal(ms_from_civil(&civil), day * MS_PER_DAY + 86399999);
      }
}

static void the_c_library_agrees(void **state) {
  (void)state;
  uint64_t random = 88172645463325252ULL;
  for (int i = 0; i < 20000; i++) {
    random ^= random << 13, random ^= random >> 7, random ^= random << 17;
    time_t seconds = (time_t)(random % 253402300800ULL);
    struct tm tm;
    assert_non_null(gmtime_r(&seconds, &tm));
    struct civil civil = civil_from_ms((int64_t)seconds * 1000);
    assert_true(civil.year == tm.tm_year + 1900 && civil.month == tm.tm_mon + 1 && civil.day == tm.tm_mday && civil.hour == tm.tm_hour &&
                civil.minute == tm.tm_min && civil.second == tm.tm_sec);
    assert_int_equal(weekday_of_day((int64_t)seconds / 86400), tm.tm_wday == 0 ? 7 : tm.tm_wday);
    assert_int_equal(period_of(UNIT_YEAR, (int64_t)seconds * 1000, zone_fixed(0)), tm.tm_year - 70);
  }
}

static void durations_have_one_unit(void **state) {
  (void)state;
  static const struct {
    const char *text;
    bool good;
    int32_t months;
    int64_t ms;
    const char *back;
  } rows[] = {{"P3M", true, 3, 0, "P3M"},
              {"P1Y", true, 12, 0, "P1Y"},
              {"P18M", true, 18, 0, "P18M"},
              {"P7D", true, 0, 7 * MS_PER_DAY, "P7D"},
              {"P2W", true, 0, 14 * MS_PER_DAY, "P14D"},
              {"PT2H", true, 0, 7200000, "PT2H"},
              {"PT30M", true, 0, 1800000, "PT30M"},
              {"PT10S", true, 0, 10000, "PT10S"},
              {"PT72H", true, 0, 3 * MS_PER_DAY, "PT72H"},
              {"PT90M", true, 0, 5400000, "PT90M"},
              {"P99999D", true, 0, 99999 * MS_PER_DAY, "P99999D"},
              {"P0D", true, 0, 0, "P0D"},
              {"", false, 0, 0, ""},
              {"P", false, 0, 0, ""},
              {"PT", false, 0, 0, ""},
              {"P3", false, 0, 0, ""},
              {"3M", false, 0, 0, ""},
              {"P1Y2M", false, 0, 0, ""},
              {"P1DT2H", false, 0, 0, ""},
              {"P-3M", false, 0, 0, ""},
              {"-P3M", false, 0, 0, ""},
              {"P2H", false, 0, 0, ""},
              {"PT3D", false, 0, 0, ""},
              {"P1.5D", false, 0, 0, ""},
              {"P3m", false, 0, 0, ""},
              {"p3M", false, 0, 0, ""},
              {"P100000D", false, 0, 0, ""},
              {"P3M ", false, 0, 0, ""}};
  for (size_t i = 0; i < COUNT(rows); i++) {
    struct duration d = {.ms = 0};
    bool good = duration_parse(str_of(rows[i].text), &d);
    if (good != rows[i].good || d.months != rows[i].months || d.ms != rows[i].ms)
      fail_row("duration", rows[i].text, "%d %d %lld", good, d.months, (long long)d.ms);
    if (!good) continue;
    char memory[32];
    struct buffer buffer;
    buffer_init(&buffer, memory, sizeof memory);
    buffer_duration(&buffer, d);
    check_text("duration back", rows[i].text, buffer_text(&buffer), rows[i].back);
  }
}

static void months_end_where_the_day_is_missing(void **state) {
  (void)state;
  static const struct {
    const char *from, *duration;
    int32_t times;
    const char *to;
  } rows[] = {/* all in +08:00 */
              {"2026-01-31T10:00:00+08:00", "P1M", 1, "2026-02-28T10:00:00+08:00"},
              {"2028-01-31T10:00:00+08:00", "P1M", 1, "2028-02-29T10:00:00+08:00"},
              {"2026-03-31T00:30:00+08:00", "P1M", -1, "2026-02-28T00:30:00+08:00"},
              {"2026-11-20T12:01:07+08:00", "P3M", 1, "2027-02-20T12:01:07+08:00"},
              {"2028-02-29T00:00:00+08:00", "P1Y", 1, "2029-02-28T00:00:00+08:00"},
              {"2026-12-31T23:59:59+08:00", "P1M", 1, "2027-01-31T23:59:59+08:00"},
              {"2026-01-15T00:00:00+08:00", "P1M", -1, "2025-12-15T00:00:00+08:00"},
              {"2026-11-30T00:00:00+08:00", "P7D", 1, "2026-12-07T00:00:00+08:00"},
              {"2026-11-30T00:00:00+08:00", "PT2H", -1, "2026-11-29T22:00:00+08:00"},
              {"2026-03-01T07:00:00+08:00", "P1M", -1, "2026-02-01T07:00:00+08:00"}};
  for (size_t i = 0; i < COUNT(rows); i++) {
    int64_t from = 0, to = 0;
    struct duration d = {.ms = 0};
    assert_true(time_parse(str_of(rows[i].from), &from, NULL) && time_parse(str_of(rows[i].to), &to, NULL) &&
                duration_parse(str_of(rows[i].duration), &d));
    int64_t got = duration_add(from, d, rows[i].times, zone_fixed(480));
    if (got != to)
      fail_row("add", rows[i].from, "%s x %d: %lld, wanted %lld", rows[i].duration, rows[i].times, (long long)got, (long long)to);
  }
}

static void periods_have_labels(void **state) {
  (void)state;
  static const struct {
    const char *at;
    enum unit unit;
    const char *label;
  } rows[] = {/* in +08:00 */
              {"2026-11-20T12:00:00+08:00", UNIT_DAY, "2026-11-20"},     {"2026-11-19T16:00:00Z", UNIT_DAY, "2026-11-20"},
              {"2026-11-19T15:59:59.999Z", UNIT_DAY, "2026-11-19"},      {"2026-11-20T12:00:00+08:00", UNIT_WEEK, "2026-W47"},
              {"2026-11-22T23:59:59+08:00", UNIT_WEEK, "2026-W47"},      {"2026-11-23T00:00:00+08:00", UNIT_WEEK, "2026-W48"},
              {"2027-01-03T12:00:00+08:00", UNIT_WEEK, "2026-W53"},      {"2027-01-04T00:00:00+08:00", UNIT_WEEK, "2027-W01"},
              {"2025-12-29T00:00:00+08:00", UNIT_WEEK, "2026-W01"},      {"2026-11-10T23:59:59+08:00", UNIT_TEN_DAYS, "2026-11/1"},
              {"2026-11-11T00:00:00+08:00", UNIT_TEN_DAYS, "2026-11/2"}, {"2026-11-21T00:00:00+08:00", UNIT_TEN_DAYS, "2026-11/3"},
              {"2026-10-31T12:00:00+08:00", UNIT_TEN_DAYS, "2026-10/3"}, {"2026-11-20T12:00:00+08:00", UNIT_MONTH, "2026-11"},
              {"2026-11-20T12:00:00+08:00", UNIT_QUARTER, "2026-Q4"},    {"2026-03-31T23:59:59+08:00", UNIT_QUARTER, "2026-Q1"},
              {"2026-06-30T23:59:59+08:00", UNIT_HALF, "2026-H1"},       {"2026-07-01T00:00:00+08:00", UNIT_HALF, "2026-H2"},
              {"2026-12-31T23:59:59+08:00", UNIT_YEAR, "2026"},          {"2026-12-31T16:00:00Z", UNIT_YEAR, "2027"},
              {"2026-12-31T16:00:00Z", UNIT_CAMPAIGN, "campaign"},       {"2026-12-31T16:00:00Z", UNIT_EVER, "ever"}};
  for (size_t i = 0; i < COUNT(rows); i++) {
    int64_t ms = 0;
    char memory[32];
    struct buffer buffer;
    buffer_init(&buffer, memory, sizeof memory);
    assert_true(time_parse(str_of(rows[i].at), &ms, NULL));
    buffer_period(&buffer, rows[i].unit, period_of(rows[i].unit, ms, zone_fixed(480)));
    check_text("period", rows[i].at, buffer_text(&buffer), rows[i].label);
  }
}

/* For every unit: periods follow each other without a gap, and each instant lies in its period. */
static void periods_tile_the_time(void **state) {
  (void)state;
  static const int32_t offsets[] = {0, 480, -210, 840};
  for (unsigned u = 0; u < UNIT_CAMPAIGN; u++)
    for (size_t o = 0; o < COUNT(offsets); o++)
      for (int64_t ms = 0; ms < 4LL * 366 * MS_PER_DAY; ms += 7 * 3600000 + 1234567) {
        enum unit unit = (enum unit)u;
        int32_t period = period_of(unit, ms, zone_fixed(offsets[o]));
        int64_t start = period_start(unit, period, zone_fixed(offsets[o])), next = period_start(unit, period + 1, zone_fixed(offsets[o]));
        assert_true(start <= ms && ms < next);
        assert_int_equal(period_of(unit, start, zone_fixed(offsets[o])), period);
        assert_int_equal(period_of(unit, next, zone_fixed(offsets[o])), period + 1);
        assert_int_equal(period_of(unit, next - 1, zone_fixed(offsets[o])), period);
      }
  assert_int_equal(period_of(UNIT_EVER, 5, zone_fixed(0)), 0);
  assert_true(period_start(UNIT_CAMPAIGN, 0, zone_fixed(480)) == INT64_MIN / 2 &&
              period_start(UNIT_EVER, 1, zone_fixed(0)) == INT64_MAX / 2);
}

static void units_have_names(void **state) {
  (void)state;
  for (unsigned u = 0; u < UNIT_COUNT; u++) {
    enum unit unit = UNIT_EVER;
    assert_true(unit_parse(str_of(unit_name((enum unit)u)), &unit));
    assert_int_equal(unit, u);
  }
  assert_false(unit_parse(STR("days"), &(enum unit){0}) || unit_parse(STR(""), &(enum unit){0}));
}

/* The month of a moment is its zone's; of a text that is a date, or a day without a year. */
static void months(void **state) {
  (void)state;
  static const char *const none[] = {"",         "5",          "05",         "2027-5-17", "2027-13-01", "2027-02-30",  "00-10",
                                     "13-10",    "04-31",      "--4-30",     "--04-3",    "17/05",      "2027-05-17 ", "05-17-",
                                     "---05-17", "1969-02-29", "19a9-05-17", "ab-cd",     "20270517"};
  assert_int_equal(month_of_date(STR("1990-05-17")), 5);
  assert_int_equal(month_of_date(STR("2027-12-31")), 12);
  assert_int_equal(month_of_date(STR("1949-10-01")), 10);
  assert_int_equal(month_of_date(STR("02-29")), 2);
  assert_int_equal(month_of_date(STR("--02-29")), 2);
  assert_int_equal(month_of_date(STR("--12-01")), 12);
  for (size_t i = 0; i < sizeof none / sizeof none[0]; i++)
    if (month_of_date(str_of(none[i])) != 0) fail_row("month", none[i], "accepted");
  int64_t new_year_in_china;
  assert_true(time_parse(STR("2027-01-01T00:00:00+08:00"), &new_year_in_china, NULL));
  assert_int_equal(month_of(new_year_in_china, zone_fixed(480)), 1);
  assert_int_equal(month_of(new_year_in_china - 1, zone_fixed(480)), 12);
  assert_int_equal(month_of(new_year_in_china, zone_fixed(0)), 12);
  assert_int_equal(month_of(new_year_in_china, zone_fixed(-300)), 12);
  assert_int_equal(month_of(new_year_in_china, zone_fixed(780)), 1);
}

/* 29 February comes on the 28th in years that have none; the day begins in the zone. */
static void anniversaries(void **state) {
  (void)state;
  int32_t month = 0, day = 0;
  int64_t leap = 0, plain = 0;
  assert_true(month_day_parse(STR("1992-02-29"), &month, &day));
  assert_int_equal(month, 2);
  assert_int_equal(day, 29);
  assert_false(month_day_parse(STR("1991-02-29"), &month, &day));
  assert_true(time_parse(STR("2028-02-29T00:00:00+08:00"), &leap, NULL) && time_parse(STR("2027-02-28T00:00:00+08:00"), &plain, NULL));
  assert_int_equal(anniversary_ms(2028, 2, 29, 0, zone_fixed(480)), leap);
  assert_int_equal(anniversary_ms(2027, 2, 29, 0, zone_fixed(480)), plain);
  assert_int_equal(anniversary_ms(2027, 2, 28, 3600000, zone_fixed(0)), plain + 540 * 60000LL);
}

static void dates_exist(void **state) {
  (void)state;
  int64_t days = 0;
  char memory[16];
  struct buffer buffer;
  buffer_init(&buffer, memory, sizeof memory);
  assert_true(date_parse(STR("2026-11-20"), &days) && days == 20777);
  buffer_date(&buffer, days);
  check_text("date", "back", buffer_text(&buffer), "2026-11-20");
  static const char *const bad[] = {"2026-02-29", "2026-11-31", "2026-11-20T00:00:00Z", "2026-11-2",  "2026/11/20",
                                    "20261120",   "",           "1969-12-31",           "2026-11-20 "};
  for (size_t i = 0; i < COUNT(bad); i++)
    if (date_parse(str_of(bad[i]), &days)) fail_row("date", bad[i], "accepted");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(moments_are_rfc_3339),
      cmocka_unit_test(every_cut_moment_is_refused),
      cmocka_unit_test(moments_are_written),
      cmocka_unit_test(days_go_there_and_back),
      cmocka_unit_test(the_c_library_agrees),
      cmocka_unit_test(durations_have_one_unit),
      cmocka_unit_test(months_end_where_the_day_is_missing),
      cmocka_unit_test(months),
      cmocka_unit_test(anniversaries),
      cmocka_unit_test(periods_have_labels),
      cmocka_unit_test(periods_tile_the_time),
      cmocka_unit_test(units_have_names),
      cmocka_unit_test(dates_exist),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
