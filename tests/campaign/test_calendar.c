/* Schedules, moments and the calendar `cn`, asked at their edges; and every window of a schedule held against asking minute by minute. */
#include "bench.h"

#define ZONE_MINUTES 480
#define ZONE zone_fixed(ZONE_MINUTES)
#define AT(y, mo, d, h, mi) (days_from_civil(y, mo, d) * MS_PER_DAY + ((h)*60LL + (mi)) * 60000 - ZONE_MINUTES * 60000LL)

/* The one that is built in, as long as the bench compiles nothing else. */
static const struct calendar *calendar_of(struct bench *bench) {
  const struct rulebook *book = bench_good(
      bench, BENCH_HEAD "\"rules\":[{\"id\":\"r\",\"on\":\"login\",\"schedule\":{\"days\":[\"workday\"]}," BENCH_GIVE BENCH_LIMITS "}]}");
  return book->schedules[book->rules[0].schedule].calendar;
}

static void workdays(void **unused) {
  (void)unused;
  static const struct {
    int y, m, d;
    bool workday;
    const char *name;
  } days[] = {
      {2026, 1, 1, false, "new-year"},
      {2026, 1, 3, false, "new-year"},
      {2026, 1, 4, true, NULL},
      {2026, 1, 5, true, NULL},
      {2026, 2, 14, true, NULL},
      {2026, 2, 15, false, "spring-festival"},
      {2026, 2, 23, false, "spring-festival"},
      {2026, 2, 24, true, NULL},
      {2026, 2, 28, true, NULL},
      {2026, 4, 6, false, "qingming"},
      {2026, 5, 5, false, "labour-day"},
      {2026, 5, 9, true, NULL},
      {2026, 6, 19, false, "dragon-boat"},
      {2026, 9, 20, true, NULL},
      {2026, 9, 25, false, "mid-autumn"},
      {2026, 10, 7, false, "national-day"},
      {2026, 10, 8, true, NULL},
      {2026, 10, 10, true, NULL},
      {2026, 11, 11, true, "double-eleven"},
      {2026, 12, 12, false, "double-twelve"},
      {2026, 6, 18, true, "618"},
      {2027, 1, 1, false, "new-year"},
      {2027, 1, 2, false, NULL},
      {2027, 1, 4, true, NULL},
      {2027, 2, 4, true, NULL},
      {2027, 2, 5, false, "spring-festival"},
      {2027, 2, 8, false, "spring-festival"},
      {2027, 2, 9, true, NULL},
      {2027, 4, 5, false, "qingming"},
      {2027, 5, 2, false, "labour-day"},
      {2027, 6, 9, false, "dragon-boat"},
      {2027, 9, 15, false, "mid-autumn"},
      {2027, 10, 3, false, "national-day"},
      {2027, 10, 4, true, NULL},
      {2031, 1, 1, true, NULL},
      {2031, 1, 4, false, NULL},
      {2031, 11, 11, true, NULL}, /* not covered: the weekend is known */
  };
  struct bench *bench = bench_new();
  const struct calendar *calendar = calendar_of(bench);
  for (size_t i = 0; i < sizeof days / sizeof days[0]; i++) {
    int64_t day = days_from_civil(days[i].y, days[i].m, days[i].d);
    uint32_t bits = 0;
    for (uint32_t n = 0; n < calendar->day_count && days[i].name != NULL; n++)
      if (str_equal(calendar->days[n].id, str_of(days[i].name))) bits |= 1u << n;
    assert_true((bits != 0) == (days[i].name != NULL));
    if (calendar_is_workday(calendar, day) != days[i].workday || calendar_named_days(calendar, day) != bits)
      fail_msg("%d-%02d-%02d", days[i].y, days[i].m, days[i].d);
  }
  bench_free(bench);
}

/* ---- schedules, compiled from text ---- */

static struct schedule schedule_of(struct bench *bench, const char *text) {
  struct str whole = arena_print(&bench->scratch, "%s\"rules\":[{\"id\":\"r\",\"on\":\"login\",\"schedule\":%s,%s%s}]}", BENCH_HEAD, text,
                                 BENCH_GIVE, BENCH_LIMITS);
  char *copy = malloc(whole.length + 1);
  assert_non_null(copy);
  memcpy(copy, whole.at, whole.length), copy[whole.length] = 0;
  const struct rulebook *book = bench_good(bench, copy);
  free(copy);
  return book->schedules[book->rules[0].schedule];
}

static const char *const schedules[] = {
    "{\"days\":[\"fri\"]}",
    "{\"hours\":\"10:00-22:00\"}",
    "{\"hours\":[\"08:00-09:30\",\"20:00:00-20:05:30\",\"23:00-24:00\"]}",
    "{\"days\":[\"restday\"],\"hours\":\"10:00-22:00\"}",
    "{\"days\":[\"workday\"]}",
    "{\"days\":[\"spring-festival\",\"2027-03-05\"]}",
    "{\"from\":\"2027-01-15\",\"to\":\"2027-02-10\",\"days\":[\"mon\",\"tue\"]}",
    "{\"from\":\"2027-02-01T10:30\",\"to\":\"2027-02-03T09:00\"}",
    "{\"from\":\"2027-01-15\",\"hours\":\"00:00-12:00\"}",
    "{\"days\":[\"2027-03-05\"]}",
};

static void holds(void **unused) {
  (void)unused;
  const struct {
    uint32_t schedule;
    int64_t at;
    bool holds;
  } rows[] = {
      {0, AT(2027, 1, 1, 0, 0), true},   {0, AT(2027, 1, 1, 23, 59), true}, {0, AT(2027, 1, 2, 0, 0), false},
      {1, AT(2027, 1, 1, 9, 59), false}, {1, AT(2027, 1, 1, 10, 0), true},  {1, AT(2027, 1, 1, 22, 0), false},
      {2, AT(2027, 1, 1, 9, 29), true},  {2, AT(2027, 1, 1, 20, 5), true},  {2, AT(2027, 1, 1, 20, 6), false},
      {2, AT(2027, 1, 1, 23, 59), true}, {3, AT(2027, 1, 2, 10, 0), true},  {3, AT(2027, 1, 4, 10, 0), false},
      {4, AT(2027, 2, 5, 12, 0), false}, {4, AT(2027, 2, 4, 12, 0), true},  {5, AT(2027, 2, 6, 1, 0), true},
      {5, AT(2027, 3, 5, 1, 0), true},   {6, AT(2027, 1, 12, 1, 0), false}, {6, AT(2027, 1, 18, 1, 0), true},
      {6, AT(2027, 2, 9, 23, 0), true},  {6, AT(2027, 2, 15, 1, 0), false}, {7, AT(2027, 2, 1, 10, 29), false},
      {7, AT(2027, 2, 1, 10, 30), true}, {7, AT(2027, 2, 3, 9, 0), false},
  };
  struct bench *bench = bench_new();
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    struct schedule schedule = schedule_of(bench, schedules[rows[i].schedule]);
    if (schedule_holds(&schedule, rows[i].at, ZONE) != rows[i].holds) fail_msg("row %zu", i);
  }
  bench_free(bench);
}

/* A window tells the truth: everywhere inside it the answer is the same. */
static void windows(void **unused) {
  (void)unused;
  struct bench *bench = bench_new();
  for (size_t s = 0; s < sizeof schedules / sizeof schedules[0]; s++) {
    struct schedule schedule = schedule_of(bench, schedules[s]);
    int64_t from = 0, to = 0;
    bool answer = false;
    uint32_t windows_seen = 0;
    for (int64_t at = AT(2026, 12, 30, 0, 0); at < AT(2027, 3, 20, 0, 0); at += 5 * 60000 + 30000) {
      if (windows_seen == 0 || at >= to) {
        answer = schedule_window(&schedule, at, ZONE, &from, &to);
        windows_seen++;
        assert_true(from <= at && at < to);
        assert_true(schedule_holds(&schedule, to - 1, ZONE) == answer || to == INT64_MAX / 2);
        assert_true(from == INT64_MIN / 2 || schedule_holds(&schedule, from, ZONE) == answer);
      }
      if (schedule_holds(&schedule, at, ZONE) != answer) fail_msg("schedule %zu at %lld", s, (long long)at);
    }
    assert_true(windows_seen < 700);
  }
  bench_free(bench);
}

/* ---- moments ---- */

static void moments(void **unused) {
  (void)unused;
  struct bench *bench = bench_new();
  const struct calendar *cn = calendar_of(bench);
  const int64_t at = AT(2027, 1, 29, 15, 30); /* a Friday */
  const struct {
    struct moment moment;
    int64_t expected;
  } rows[] = {
      {{.kind = MOMENT_AT, .at_ms = 77}, 77},
      {{.kind = MOMENT_AFTER, .after = {.ms = 2 * 3600000}}, AT(2027, 1, 29, 17, 30)},
      {{.kind = MOMENT_AFTER, .after = {.months = 1}}, AT(2027, 2, 28, 15, 30)},
      {{.kind = MOMENT_AFTER_WORKING_DAYS, .working_days = 1, .calendar = cn}, AT(2027, 2, 1, 15, 30)},
      {{.kind = MOMENT_AFTER_WORKING_DAYS, .working_days = 5, .calendar = cn}, AT(2027, 2, 9, 15, 30)}, /* over the Spring Festival */
      {{.kind = MOMENT_NEXT, .unit = UNIT_MONTH, .day = 10, .time_s = 36000}, AT(2027, 2, 10, 10, 0)},
      {{.kind = MOMENT_NEXT, .unit = UNIT_MONTH, .day = 31}, AT(2027, 2, 28, 0, 0)},
      {{.kind = MOMENT_NEXT, .unit = UNIT_WEEK, .day = 1}, AT(2027, 2, 1, 0, 0)},
      {{.kind = MOMENT_END_OF, .unit = UNIT_MONTH, .after = {.ms = 7 * MS_PER_DAY}}, AT(2027, 2, 8, 0, 0)},
      {{.kind = MOMENT_END_OF, .unit = UNIT_DAY}, AT(2027, 1, 30, 0, 0)},
      {{.kind = MOMENT_END_OF, .unit = UNIT_CAMPAIGN, .at_ms = 1000, .after = {.ms = 5}}, 1005},
  };
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
    if (moment_resolve(&rows[i].moment, at, ZONE) != rows[i].expected)
      fail_msg("row %zu: %lld", i, (long long)moment_resolve(&rows[i].moment, at, ZONE));
  bench_free(bench);
}

/* The first instant outside: the midnight behind a day that is named, a time of day itself, a millisecond behind an age. */
static void ends(void **unused) {
  (void)unused;
  const int64_t at = AT(2027, 1, 29, 15, 30);
  const struct {
    const char *to;
    int64_t expected;
  } rows[] = {
      {"\"2027-02-15\"", AT(2027, 2, 16, 0, 0)},
      {"\"2027-02-15T10:00\"", AT(2027, 2, 15, 10, 0)},
      {"{\"after\":\"P2D\"}", AT(2027, 1, 31, 15, 30) + 1},
      {"{\"after\":{\"working_days\":1}}", AT(2027, 2, 1, 15, 30) + 1},
      {"{\"end_of\":\"month\"}", AT(2027, 2, 1, 0, 0)},
      {"{\"end_of\":\"month\",\"plus\":\"P7D\"}", AT(2027, 2, 8, 0, 0)},
      {"{\"end_of\":\"campaign\"}", AT(2027, 4, 1, 0, 0)},
      {"{\"next\":\"month\",\"day\":10}", AT(2027, 2, 10, 0, 0)}, /* 00:00 by default, as written */
      {"{\"next\":\"month\",\"day\":10,\"time\":\"10:00\"}", AT(2027, 2, 10, 10, 0)},
  };
  struct bench *bench = bench_new();
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    char text[2048];
    snprintf(
        text, sizeof text,
        "%s\"rules\":[{\"id\":\"r\",\"on\":\"login\",\"give\":{\"reward\":\"goods\",\"pool\":{\"stock\":1},\"valid\":{\"to\":%s}},%s}]}",
        BENCH_HEAD, rows[i].to, BENCH_LIMITS);
    const struct rulebook *book = bench_good(bench, text);
    int64_t end = moment_end(&book->items[book->rules[0].item_first].valid_to, at, ZONE);
    if (end != rows[i].expected) fail_msg("%s: %lld", rows[i].to, (long long)end);
  }
  const struct moment none = {.kind = MOMENT_NONE};
  assert_true(moment_end(&none, at, ZONE) == INT64_MAX / 2);
  bench_free(bench);
}

/* The first instant at which several hold, against asking minute by minute. */
static void first_together(void **unused) {
  (void)unused;
  static const struct { uint32_t a, b; } pairs[] = {{0, 1}, {0, 2}, {3, 4}, {5, 1}, {6, 8}, {7, 1}, {9, 3}, {0, 0}, {4, 7}, {5, 6}};
  struct bench *bench = bench_new(), *other = bench_new();
  const int64_t from = AT(2027, 1, 1, 6, 30), to = AT(2027, 3, 20, 9, 0);
  for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++) {
    struct schedule a = schedule_of(bench, schedules[pairs[i].a]);
    struct schedule b = schedule_of(other, schedules[pairs[i].b]);
    const struct schedule *both[2] = {&a, &b};
    int64_t expected = TIME_NONE;
    for (int64_t at = from; at < to && expected == TIME_NONE; at += 30000)
      if (schedule_holds(&a, at, ZONE) && schedule_holds(&b, at, ZONE)) expected = at;
    int64_t found = schedules_first(both, 2, from, to, ZONE);
    if (found != expected) fail_msg("pair %zu: %lld, not %lld", i, (long long)found, (long long)expected);
  }
  assert_true(schedules_first(NULL, 0, from, to, ZONE) == from && schedules_first(NULL, 0, to, from, ZONE) == TIME_NONE);
  bench_free(bench);
  bench_free(other);
}

static void long_lists(void **unused) {
  (void)unused;
  struct bench *bench = bench_new();
  char *text = malloc(400000);
  assert_non_null(text);
  size_t length = 0;
  for (uint32_t i = 0; i < 20000; i++) length += (size_t)snprintf(text + length, 32, "c%07u\n", i * 7);
  struct source sources[2] = {{STR("bank.json"), STR(BENCH_BANK)}, {STR("deploy/lists/many.txt"), {text, length}}};
  bench_read(bench, sources, 2);
  assert_int_equal(bench->status, STATUS_OK);
  const struct list *list = NULL;
  for (uint32_t i = 0; i < bench->book->list_count; i++)
    if (str_equal(bench->book->lists[i].name, STR("many"))) list = &bench->book->lists[i];
  assert_non_null(list);
  for (uint32_t i = 0; i < 140000; i += 3) {
    char id[16];
    int id_length = snprintf(id, sizeof id, "c%07u", i);
    assert_true(list_has(list, (struct str){id, (size_t)id_length}) == (i % 7 == 0));
  }
  free(text);
  bench_free(bench);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(workdays),  cmocka_unit_test(holds), cmocka_unit_test(windows),
                                     cmocka_unit_test(moments),   cmocka_unit_test(ends),  cmocka_unit_test(first_together),
                                     cmocka_unit_test(long_lists)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
