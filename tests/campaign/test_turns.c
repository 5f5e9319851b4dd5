/* Days of 23 and 25 hours: what durations, moments, schedules and the ends of days mean where the clocks turn, row by row, and schedules
 * held against asking minute by minute. */
#include "clocks.h"

static void is_then(const char *what, const char *zone, int64_t found_ms, const char *wanted) {
  char memory[64];
  struct buffer text;
  buffer_init(&text, memory, sizeof memory);
  buffer_time_in(&text, found_ms, zone_named(zone));
  if (!str_equal(buffer_text(&text), str_of(wanted))) fail_msg("%s, %s: %.*s", zone, what, STR_FORMAT(buffer_text(&text)));
}

#define NEW_YORK "America/New_York"
#define LONDON "Europe/London"
#define SYDNEY "Australia/Sydney"
#define LORD_HOWE "Australia/Lord_Howe"
#define AZORES "Atlantic/Azores" /* leave midnight out, and show it twice */

static void durations(void **unused) {
  (void)unused;
  static const struct {
    const char *zone, *from, *duration, *to;
  } rows[] = {
      {NEW_YORK, "2027-03-13T12:00:00-05:00", "P1D", "2027-03-14T12:00:00-04:00"}, /* 23 hours */
      {NEW_YORK, "2027-03-13T12:00:00-05:00", "PT24H", "2027-03-14T13:00:00-04:00"},
      {NEW_YORK, "2027-03-13T02:30:00-05:00", "P1D", "2027-03-14T03:30:00-04:00"}, /* left out */
      {NEW_YORK, "2027-03-07T02:30:00-05:00", "P1W", "2027-03-14T03:30:00-04:00"},
      {NEW_YORK, "2027-02-14T02:30:00-05:00", "P1M", "2027-03-14T03:30:00-04:00"},
      {NEW_YORK, "2027-11-06T12:00:00-04:00", "P1D", "2027-11-07T12:00:00-05:00"}, /* 25 hours */
      {NEW_YORK, "2027-11-06T12:00:00-04:00", "PT24H", "2027-11-07T11:00:00-05:00"},
      {NEW_YORK, "2027-11-06T01:30:00-04:00", "P1D", "2027-11-07T01:30:00-04:00"}, /* the first of two */
      {NEW_YORK, "2027-11-07T01:30:00-05:00", "P1D", "2027-11-08T01:30:00-05:00"},
      {NEW_YORK, "2027-11-07T01:30:00-05:00", "P0D", "2027-11-07T01:30:00-05:00"},
      {NEW_YORK, "2027-11-07T01:30:00-04:00", "PT1H", "2027-11-07T01:30:00-05:00"},
      {NEW_YORK, "2027-10-07T01:30:00-04:00", "P1M", "2027-11-07T01:30:00-04:00"},
      {LONDON, "2027-03-27T01:30:00Z", "P1D", "2027-03-28T02:30:00+01:00"},
      {LONDON, "2027-10-30T01:30:00+01:00", "P1D", "2027-10-31T01:30:00+01:00"},
      {LONDON, "2027-08-31T09:00:00+01:00", "P3M", "2027-11-30T09:00:00Z"},
      {SYDNEY, "2027-04-03T10:00:00+11:00", "P7D", "2027-04-10T10:00:00+10:00"},
      {LORD_HOWE, "2027-04-03T10:00:00+11:00", "P1D", "2027-04-04T10:00:00+10:30"},
      {LORD_HOWE, "2027-10-02T02:10:00+10:30", "P1D", "2027-10-03T02:40:00+11:00"}, /* half an hour is left out */
  };
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    struct duration duration = {.ms = 0};
    assert_true(duration_parse(str_of(rows[i].duration), &duration));
    is_then(rows[i].from, rows[i].zone, duration_add(instant(rows[i].from), duration, 1, zone_named(rows[i].zone)), rows[i].to);
  }
}

static void days_begin(void **unused) {
  (void)unused;
  static const struct {
    const char *zone, *in, *start;
    int hours;
  } rows[] = {
      {NEW_YORK, "2027-03-14T18:00:00-04:00", "2027-03-14T00:00:00-05:00", 23},
      {NEW_YORK, "2027-11-07T18:00:00-05:00", "2027-11-07T00:00:00-04:00", 25},
      {NEW_YORK, "2027-11-08T00:00:00-05:00", "2027-11-08T00:00:00-05:00", 24},
      {LONDON, "2027-10-31T23:59:59Z", "2027-10-31T00:00:00+01:00", 25},
      {SYDNEY, "2027-10-03T12:00:00+11:00", "2027-10-03T00:00:00+10:00", 23},
      {AZORES, "2027-03-28T12:00:00Z", "2027-03-28T01:00:00Z", 23},      /* no midnight */
      {AZORES, "2027-10-31T12:00:00-01:00", "2027-10-31T00:00:00Z", 25}, /* the first of two */
  };
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    struct zone zone = zone_named(rows[i].zone);
    int32_t day = period_of(UNIT_DAY, instant(rows[i].in), zone);
    int64_t start_ms = period_start(UNIT_DAY, day, zone);
    is_then(rows[i].in, rows[i].zone, start_ms, rows[i].start);
    assert_int_equal(period_start(UNIT_DAY, day + 1, zone) - start_ms, rows[i].hours * 60 * ZONE_MINUTE_MS);
  }
}

static void moments(void **unused) {
  (void)unused;
  static const struct calendar plain = {.weekend = 1u << 6 | 1u << 7, .to_day = -1};
  static const struct {
    const char *zone, *at;
    struct moment moment;
    const char *to;
  } rows[] = {
      {NEW_YORK,
       "2027-03-12T09:00:00-05:00",
       {.kind = MOMENT_AFTER_WORKING_DAYS, .working_days = 1, .calendar = &plain},
       "2027-03-15T09:00:00-04:00"},
      {NEW_YORK,
       "2027-03-08T09:00:00-05:00",
       {.kind = MOMENT_NEXT, .unit = UNIT_WEEK, .day = 1, .time_s = 36000},
       "2027-03-15T10:00:00-04:00"},
      {NEW_YORK,
       "2027-03-13T09:00:00-05:00",
       {.kind = MOMENT_NEXT, .unit = UNIT_DAY, .day = 1, .time_s = 9000},
       "2027-03-14T03:30:00-04:00"},
      {NEW_YORK,
       "2027-11-06T09:00:00-04:00",
       {.kind = MOMENT_NEXT, .unit = UNIT_DAY, .day = 1, .time_s = 5400},
       "2027-11-07T01:30:00-04:00"},
      {NEW_YORK, "2027-11-07T09:00:00-05:00", {.kind = MOMENT_END_OF, .unit = UNIT_DAY}, "2027-11-08T00:00:00-05:00"},
      {NEW_YORK, "2027-03-14T01:00:00-05:00", {.kind = MOMENT_END_OF, .unit = UNIT_MONTH}, "2027-04-01T00:00:00-04:00"},
      {NEW_YORK,
       "2027-10-10T01:00:00-04:00",
       {.kind = MOMENT_END_OF, .unit = UNIT_MONTH, .after = {.ms = 10 * MS_PER_DAY, .days = true}},
       "2027-11-11T00:00:00-05:00"},
      {AZORES, "2027-03-20T09:00:00-01:00", {.kind = MOMENT_NEXT, .unit = UNIT_WEEK, .day = 7}, "2027-03-28T01:00:00Z"},
      {AZORES, "2027-03-20T09:00:00-01:00", {.kind = MOMENT_NEXT, .unit = UNIT_WEEK, .day = 7, .time_s = 36000}, "2027-03-28T10:00:00Z"},
  };
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
    is_then(rows[i].at, rows[i].zone, moment_resolve(&rows[i].moment, instant(rows[i].at), zone_named(rows[i].zone)), rows[i].to);
}

/* ---- schedules ---- */

static struct hours some_hours[] = {{5400, 9000}, {8400, 9600}, {82800, 86400}};
static const struct schedule schedules[] = {
    {.from_ms = INT64_MIN / 2, .to_ms = INT64_MAX / 2, .hours = &some_hours[0], .hour_count = 1},                 /* 01:30-02:30 */
    {.from_ms = INT64_MIN / 2, .to_ms = INT64_MAX / 2, .hours = &some_hours[1], .hour_count = 1, .days = 1 << 7}, /* 02:20-02:40, Sundays */
    {.from_ms = INT64_MIN / 2, .to_ms = INT64_MAX / 2, .hours = some_hours, .hour_count = 3, .days = 1 << 6 | 1 << 7},
    {.from_ms = INT64_MIN / 2, .to_ms = INT64_MAX / 2, .days = 1 << 7},
};
#define SCHEDULES (sizeof schedules / sizeof schedules[0])

static void on_the_clock(void **unused) {
  (void)unused;
  static const struct {
    const char *at;
    bool holds;
  } rows[] = {
      {"2027-03-14T01:29:59-05:00", false}, {"2027-03-14T01:30:00-05:00", true},  {"2027-03-14T01:59:59-05:00", true},
      {"2027-03-14T03:00:00-04:00", false}, {"2027-11-07T01:30:00-04:00", true},  {"2027-11-07T01:59:59-04:00", true},
      {"2027-11-07T01:00:00-05:00", false}, {"2027-11-07T01:29:59-05:00", false}, {"2027-11-07T01:30:00-05:00", true},
      {"2027-11-07T02:29:59-05:00", true},  {"2027-11-07T02:30:00-05:00", false},
  };
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
    if (schedule_holds(&schedules[0], instant(rows[i].at), zone_named(NEW_YORK)) != rows[i].holds) fail_msg("%s", rows[i].at);
}

/* A window tells the truth: everywhere inside it the answer is the same; and it does not end for nothing. */
static void windows_hold(const struct schedule *schedule, struct zone zone, int64_t from_ms, int64_t to_ms) {
  int64_t from = 0, to = INT64_MIN;
  bool answer = false;
  uint32_t seen = 0;
  for (int64_t at = from_ms; at < to_ms; at += 10 * ZONE_MINUTE_MS) {
    if (at >= to) {
      answer = schedule_window(schedule, at, zone, &from, &to), seen++;
      assert_true(from <= at && at < to && schedule_holds(schedule, from, zone) == answer &&
                  schedule_holds(schedule, to - 1, zone) == answer);
    }
    if (schedule_holds(schedule, at, zone) != answer) fail_msg("at %lld", (long long)at);
  }
  assert_true(seen < 40);
}

static void first_holds(const struct schedule *a, const struct schedule *b, struct zone zone, int64_t from_ms, int64_t to_ms) {
  const struct schedule *both[2] = {a, b};
  int64_t wanted = TIME_NONE;
  for (int64_t at = from_ms; at < to_ms && wanted == TIME_NONE; at += 10 * ZONE_MINUTE_MS)
    if (schedule_holds(a, at, zone) && schedule_holds(b, at, zone)) wanted = at;
  int64_t found = schedules_first(both, 2, from_ms, to_ms, zone);
  if (found != wanted) fail_msg("from %lld: %lld, not %lld", (long long)from_ms, (long long)found, (long long)wanted);
}

static void schedules_over_turns(void **unused) {
  (void)unused;
  static const char *const names[] = {NEW_YORK,          LONDON, SYDNEY, LORD_HOWE, AZORES, "Africa/Casablanca", "America/Santiago",
                                      "Antarctica/Troll"};
  for (size_t n = 0; n < sizeof names / sizeof names[0]; n++) {
    struct zone zone = zone_named(names[n]);
    assert_true(zone_turns(zone));
    for (uint32_t t = 0; t < zone.turn_count && t < 6; t++) {
      int64_t turn_ms = zone.turns[t].from_ms;
      for (size_t s = 0; s < SCHEDULES; s++) windows_hold(&schedules[s], zone, turn_ms - 2 * MS_PER_DAY, turn_ms + 2 * MS_PER_DAY);
      for (size_t s = 0; s < SCHEDULES * SCHEDULES; s++)
        for (int64_t at = turn_ms - 150 * ZONE_MINUTE_MS; at < turn_ms + 150 * ZONE_MINUTE_MS; at += 30 * ZONE_MINUTE_MS)
          first_holds(&schedules[s / SCHEDULES], &schedules[s % SCHEDULES], zone, at, at + 3 * MS_PER_DAY);
    }
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(durations), cmocka_unit_test(days_begin), cmocka_unit_test(moments),
                                     cmocka_unit_test(on_the_clock), cmocka_unit_test(schedules_over_turns)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
