/* What giftd shows of itself, as bytes: widths, numbers for people, tables, progress, log lines, metrics. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "giftd/telemetry.h"

#define COUNT(table) (sizeof(table) / sizeof(table)[0])
static unsigned char memory[1u << 20];
static char text[64 * 1024];
static struct arena arena;
static struct buffer out;

static int fresh(void **state) {
  (void)state;
  arena_init(&arena, memory, sizeof memory);
  memset(text, 0, sizeof text);
  buffer_init(&out, text, sizeof text - 1);
  return 0;
}

static void check_out(const char *wanted) {
  text[out.length] = 0;
  if (strcmp(text, wanted) != 0) fail_msg("\n--- got\n%s\n--- wanted\n%s", text, wanted);
  buffer_reset(&out);
}

/* ---- width ---- */

static const struct {
  const char *text;
  int width, cut_to;
  const char *cut;
} widths[] = {
    {"", 0, 5, ""},
    {"abc", 3, 3, "abc"},
    {"abc", 3, 2, "a…"},
    {"周五餐饮", 8, 8, "周五餐饮"},
    {"周五餐饮", 8, 7, "周五餐…"},
    {"周五餐饮", 8, 6, "周五…"},
    {"周五a", 5, 4, "周…"},
    {"e\xcc\x81", 1, 5, "e\xcc\x81"},
    {"█░", 2, 2, "█░"},
    {",（", 3, 3, ",（"},
    {"\xff\xfe", 2, 2, "\xff\xfe"},
    {"\xe5\x91", 2, 2, "\xe5\x91"},
    {"\xf0\x9f\x8e\x81", 2, 2, "\xf0\x9f\x8e\x81"},
};

static void widths_are_what_is_seen(void **state) {
  (void)state;
  for (size_t i = 0; i < COUNT(widths); i++) {
    const struct str row = str_of(widths[i].text);
    if (text_width(row) != widths[i].width) fail_msg("\"%s\": %d columns, wanted %d", widths[i].text, text_width(row), widths[i].width);
    const struct str cut = text_cut(&arena, row, widths[i].cut_to);
    if (!str_equal(cut, str_of(widths[i].cut))) fail_msg("\"%s\" cut to %d: \"%.*s\"", widths[i].text, widths[i].cut_to, STR_FORMAT(cut));
    assert_true(text_width(cut) <= widths[i].cut_to);
  }
}

/* ---- numbers ---- */

static const struct {
  int64_t number;
  const char *grouped, *brief;
} numbers[] = {
    {0, "0", "0"},
    {999, "999", "999"},
    {1000, "1,000", "1.0 k"},
    {12345, "12,345", "12.3 k"},
    {999999, "999,999", "999 k"},
    {1234567, "1,234,567", "1.2 M"},
    {-1234, "-1,234", "-1234"},
    {INT64_MIN, "-9,223,372,036,854,775,808", "-9223372036854775808"},
};
static const struct {
  int64_t ms;
  const char *text;
} spans[] = {{0, "0.0 s"}, {850, "0.8 s"}, {9999, "9.9 s"}, {12000, "12 s"}, {185000, "3 min 05 s"}, {7800000, "2 h 10 min"}};

static void numbers_are_for_people(void **state) {
  (void)state;
  for (size_t i = 0; i < COUNT(numbers); i++) {
    buffer_grouped(&out, numbers[i].number);
    check_out(numbers[i].grouped);
    buffer_short(&out, numbers[i].number);
    check_out(numbers[i].brief);
  }
  for (size_t i = 0; i < COUNT(spans); i++) {
    buffer_span(&out, spans[i].ms);
    check_out(spans[i].text);
  }
}

/* ---- tables ---- */

static const struct table_column columns[] = {{"campaign", ALIGN_LEFT, true}, {"gifts", ALIGN_RIGHT, false}, {"", ALIGN_LEFT, false}};

static void table_fill(struct table *table) {
  table_init(table, &arena, columns, COUNT(columns));
  table_row(table);
  table_text(table, STR("周五餐饮五折"));
  table_number(table, 1234);
  table_text(table, STR("x"));
  table_row(table);
  table_print(table, "%s", "wake-spring");
  table_text(table, STR(""));
  table_text(table, STR("yy"));
  table_rule(table);
  table_row(table);
  table_text(table, STR("all"));
  table_number(table, 7);
}

static void table_is_aligned(void **state) {
  (void)state;
  struct table table;
  table_fill(&table);
  table_write(&table, &(struct table_style){0, false, 1}, &out);
  check_out(
      " campaign      gifts\n"
      " 周五餐饮五折  1,234  x\n"
      " wake-spring          yy\n"
      " ───────────────────────\n"
      " all               7\n");
}

static void table_is_cut_to_the_screen(void **state) {
  (void)state;
  struct table table;
  table_fill(&table);
  table_write(&table, &(struct table_style){20, true, 1}, &out);
  check_out(
      "\033[1m campaign  gifts\n\033[0m"
      " 周五餐…   1,234  x\n"
      " wake-sp…         yy\n"
      " ───────────────────\n"
      " all           7\n");
}

static void table_without_memory_loses_rows_only(void **state) {
  (void)state;
  struct table table;
  arena_init(&arena, memory, 400);
  table_fill(&table);
  table_write(&table, &(struct table_style){0, false, 0}, &out);
  assert_true(arena.overflowed);
}

/* ---- progress ---- */

static const struct {
  uint64_t total, done, items;
  int64_t after_ms;
  const char *line;
} lines[] = {
    {1000, 0, 0, 3000, "run  [>                   ]   0 %  0 events  0/s"},
    {1000, 520, 520000, 2000, "run  [==========>         ]  52 %  520,000 events  260 k/s  ETA 1.8 s"},
    {1000, 1000, 1000000, 2000, "run  [====================] 100 %  1,000,000 events  500 k/s  ETA 0.0 s"},
    {1000, 2000, 5, 1000, "run  [====================] 100 %  5 events  5/s  ETA 0.0 s"},
    {0, 77, 1234, 1000, "run  1,234 events  1.2 k/s"},
};

static void progress_tells_rate_and_time_left(void **state) {
  (void)state;
  for (size_t i = 0; i < COUNT(lines); i++) {
    const struct progress progress = {
        .label = "run", .unit = "events", .total = lines[i].total, .done = lines[i].done, .items = lines[i].items, .started_ms = 1000};
    progress_render(&progress, 1000 + lines[i].after_ms, &out);
    check_out(lines[i].line);
  }
}

static void progress_of_huge_work_does_not_overflow(void **state) {
  (void)state;
  const struct progress progress = {
      .label = "run", .unit = "events", .total = UINT64_MAX / 200, .done = UINT64_MAX / 400, .items = 1, .started_ms = 0};
  progress_render(&progress, 1000000, &out);
  check_out("run  [==========>         ]  50 %  1 events  0/s  ETA 16 min 40 s");
}

static void progress_is_silent_at_first(void **state) {
  (void)state;
  FILE *stream = tmpfile();
  struct progress progress;
  assert_non_null(stream);
  progress_start(&progress, stream, "run", "events", 10);
  progress_step(&progress, 5, 5);
  assert_int_equal(ftell(stream), 0);
  progress.started_ms -= 3000;
  progress_step(&progress, 6, 6);
  const long length = ftell(stream);
  assert_true(length > 0);
  progress_step(&progress, 7, 7); /* not every step */
  assert_int_equal(ftell(stream), length);
  progress_end(&progress);
  rewind(stream);
  assert_non_null(fgets(text, sizeof text, stream));
  assert_null(strchr(text, '\r')); /* no terminal: plain lines */
  assert_int_equal(text[strlen(text) - 1], '\n');
  fclose(stream);
}

/* ---- log ---- */

static void log_lines(void **state) {
  (void)state;
  struct log log = {.format = LOG_FORMAT_JSON, .key = {1, 2}};
  const struct log_field fields[] = {LOG_TEXT("path", STR("a \"b\"\nc")), LOG_INT("bytes", -5), LOG_CUSTOMER("customer", STR("c0000042"))};
  log_render(&log, 1795147267000, LOG_LEVEL_WARNING, "it is \"so\"", fields, COUNT(fields), &out);
  assert_null(strstr(text, "c0000042"));
  struct json_cursor cursor = json_open((struct str){text, out.length - 1});
  assert_true(json_skip(&cursor) && json_done(&cursor));
  assert_non_null(strstr(text,
                         "\"time\":\"2026-11-20T04:01:07Z\",\"level\":\"warning\",\"message\":\"it is \\\"so\\\"\",\"path\":\"a "
                         "\\\"b\\\"\\nc\",\"bytes\":-5"));
  buffer_reset(&out);
  log.format = LOG_FORMAT_TEXT;
  log_render(&log, 1795147267000, LOG_LEVEL_INFO, "done", fields, 2, &out);
  check_out("04:01:07 info    done  path=\"a \\\"b\\\"\\nc\"  bytes=-5\n");
}

static void customers_stand_in_logs_as_keyed_digests(void **state) {
  (void)state;
  char first[256];
  struct log log = {.format = LOG_FORMAT_TEXT, .key = {1, 2}};
  const struct log_field field = LOG_CUSTOMER("customer", STR("c0000042"));
  log_render(&log, 0, LOG_LEVEL_INFO, "x", &field, 1, &out);
  memcpy(first, text, out.length + 1);
  buffer_reset(&out);
  log_render(&log, 0, LOG_LEVEL_INFO, "x", &field, 1, &out);
  assert_string_equal(text, first);
  buffer_reset(&out);
  log.key.k0 = 9;
  log_render(&log, 0, LOG_LEVEL_INFO, "x", &field, 1, &out);
  assert_string_not_equal(text, first);
}

static void log_leaves_out_what_is_below_its_level(void **state) {
  (void)state;
  FILE *stream = tmpfile();
  struct log log;
  enum log_level level;
  enum log_format format;
  assert_non_null(stream);
  log_init(&log, stream);
  assert_int_equal(log.format, LOG_FORMAT_JSON);
  assert_true(log_level_parse(STR("error"), &log.level) && log_format_parse(STR("text"), &log.format));
  assert_false(log_level_parse(STR("loud"), &level) || log_format_parse(STR("auto"), &format));
  log_write(&log, LOG_LEVEL_WARNING, "no", NULL, 0);
  assert_int_equal(ftell(stream), 0);
  log_write(&log, LOG_LEVEL_ERROR, "yes", NULL, 0);
  assert_true(ftell(stream) > 0);
  fclose(stream);
}

/* ---- metrics ---- */

static void metrics_are_prometheus_text(void **state) {
  (void)state;
  static struct metrics metrics;
  metrics_init(&metrics);
  metrics_label(&metrics, METRIC_REFUSALS, 3, "LIMIT_REACHED");
  metrics_label(&metrics, METRIC_BUILD, 0, "a\"b\\c\nd");
  metrics_set(&metrics, METRIC_BUILD, 0, 1);
  metrics_add(&metrics, METRIC_REFUSALS, 3, 5);
  metrics_add(&metrics, METRIC_EVENTS, 0, 7);
  metrics_set(&metrics, METRIC_EVENT_TIME_LAG, 0, -1500);
  metrics_observe_ms(&metrics, METRIC_COMMIT_SECONDS, 3);
  metrics_observe_ms(&metrics, METRIC_COMMIT_SECONDS, 99999);
  metrics_render(&metrics, &out);
  static const char *const there[] = {
      "# HELP giftd_events_total Events that were judged.\n# TYPE giftd_events_total counter\ngiftd_events_total 7\n",
      "giftd_refusals_total{reason=\"LIMIT_REACHED\"} 5\n",
      "giftd_build_info{version=\"a\\\"b\\\\c\\nd\"} 1\n",
      "giftd_event_time_lag_seconds -1.500\n",
      "giftd_commit_duration_seconds_bucket{le=\"0.002\"} 0\n",
      "giftd_commit_duration_seconds_bucket{le=\"0.005\"} 1\n",
      "giftd_commit_duration_seconds_bucket{le=\"+Inf\"} 2\n",
      "giftd_commit_duration_seconds_sum 100.002\n",
      "giftd_commit_duration_seconds_count 2\n",
  };
  for (size_t i = 0; i < COUNT(there); i++) {
    if (strstr(text, there[i]) == NULL) fail_msg("missing:\n%s\nin:\n%s", there[i], text);
  }
  assert_null(strstr(text, "giftd_ready")); /* a gauge nobody set is not shown */
  metrics_process(&metrics);
  assert_true(metrics_get(&metrics, METRIC_MEMORY_BYTES, 0) > 0 && metrics_get(&metrics, METRIC_START_TIME, 0) > 0);
}

/* Conventions of Prometheus: _total on counters and nowhere else, base units, no name twice. */
static void metric_names_are_as_they_should_be(void **state) {
  (void)state;
  for (unsigned i = 0; i < METRIC_COUNT; i++) {
    const struct metric_info *info = &metric_infos[i];
    const size_t length = strlen(info->name);
    const bool total = length > 6 && strcmp(info->name + length - 6, "_total") == 0;
    assert_int_equal(total, info->kind == METRIC_KIND_COUNTER);
    assert_true(strstr(info->name, "_ms") == NULL && info->help_en[strlen(info->help_en) - 1] == '.');
    for (unsigned j = 0; j < i; j++) assert_string_not_equal(info->name, metric_infos[j].name);
  }
  metrics_document(&out);
  assert_false(out.overflowed);
  assert_non_null(strstr(text, "| `giftd_events_total` | counter |  | Events that were judged. |\n"));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup(widths_are_what_is_seen, fresh),
      cmocka_unit_test_setup(numbers_are_for_people, fresh),
      cmocka_unit_test_setup(table_is_aligned, fresh),
      cmocka_unit_test_setup(table_is_cut_to_the_screen, fresh),
      cmocka_unit_test_setup(table_without_memory_loses_rows_only, fresh),
      cmocka_unit_test_setup(progress_tells_rate_and_time_left, fresh),
      cmocka_unit_test_setup(progress_of_huge_work_does_not_overflow, fresh),
      cmocka_unit_test_setup(progress_is_silent_at_first, fresh),
      cmocka_unit_test_setup(log_lines, fresh),
      cmocka_unit_test_setup(customers_stand_in_logs_as_keyed_digests, fresh),
      cmocka_unit_test_setup(log_leaves_out_what_is_below_its_level, fresh),
      cmocka_unit_test_setup(metrics_are_prometheus_text, fresh),
      cmocka_unit_test_setup(metric_names_are_as_they_should_be, fresh),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
