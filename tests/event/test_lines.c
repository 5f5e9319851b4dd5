/* Event lines as data: every broken one is refused with its code, pointer and offset; every good one gives its fields. */
#include "lines.h"

static struct catalogue catalogue;
static unsigned codes_seen[EVENT_PROBLEM_COUNT], wrong; /* all that is wrong is shown at once */

static void visit_broken(char **column, const char *shorthand, void *context) {
  (void)context;
  struct written line = line_write(shorthand);
  struct reading reading;
  line_read(&catalogue, (struct str){line.text, line.length}, &reading);
  const char *code = event_problems[reading.problem].code;
  char printed[512];
  struct buffer out;
  buffer_init(&out, printed, sizeof printed - 1);
  if (reading.problem != EVENT_OK) event_error_print(&out, &reading.error);
  printed[out.length] = '\0';
  assert_false(out.overflowed);
  bool as_wanted = strcmp(code, column[0]) == 0 && strcmp(reading.error.pointer, column[1]) == 0 && reading.error.offset == line.mark;
  if (!as_wanted) print_error("%s\n  wanted %s at byte %zu, %s\n  got    %s\n", shorthand, column[0], line.mark, column[1], printed);
  wrong += as_wanted ? 0 : 1;
  assert_int_equal(reading.error.problem, reading.problem);
  codes_seen[reading.problem]++;
  free(reading.memory);
  free(line.text);
}

static void broken_lines_are_refused(void **state) {
  (void)state;
  unsigned cases = lines_each(TESTS_DIR "/event/lines_broken.txt", 2, visit_broken, NULL);
  assert_true(cases >= 120);
  assert_int_equal(wrong, 0);
  for (unsigned i = EVENT_OK + 1; i < EVENT_PROBLEM_COUNT; i++)
    if (codes_seen[i] == 0 && i != EVENT_TOO_MANY_FIELDS) fail_msg("no broken line shows %s", event_problems[i].code);
}

static void visit_good(char **column, const char *shorthand, void *context) {
  (void)context;
  struct written line = line_write(shorthand);
  struct reading reading;
  line_read(&catalogue, (struct str){line.text, line.length}, &reading);
  char text[1024];
  struct buffer described;
  buffer_init(&described, text, sizeof text - 1);
  if (reading.problem == EVENT_OK)
    event_describe(&catalogue, &reading.event, &described);
  else
    event_error_print(&described, &reading.error);
  text[described.length] = '\0';
  if (strcmp(text, column[0]) != 0) print_error("%s\n  wanted %s\n  got    %s\n", shorthand, column[0], text), wrong++;
  free(reading.memory);
  free(line.text);
}

static void good_lines_are_read(void **state) {
  (void)state;
  wrong = 0;
  assert_true(lines_each(TESTS_DIR "/event/lines_good.txt", 1, visit_good, NULL) >= 40);
  assert_int_equal(wrong, 0);
}

/* A bank may declare more fields than an event may carry. */
static void too_many_fields_are_refused(void **state) {
  (void)state;
  struct catalogue *wide = malloc(sizeof *wide);
  char names[80][8], line[4096];
  struct buffer out;
  struct reading reading;
  struct fault fault;
  catalogue_init(wide);
  buffer_init(&out, line, sizeof line);
  buffer_put(&out, STR("{" LINE_FLAT));
  for (unsigned i = 0; i < 65; i++) {
    snprintf(names[i], sizeof names[i], "f%u", i);
    struct field_info field = {.event_name = str_of(names[i]), .campaign_name = str_of(names[i]), .kind = FIELD_INT};
    assert_int_equal(catalogue_add_field(wide, &field, &fault), STATUS_OK);
    buffer_print(&out, ",\"%s\":%u", names[i], i);
    struct str so_far = buffer_text(&out);
    buffer_byte(&out, '}');
    line_read(wide, buffer_text(&out), &reading);
    out.length = so_far.length;
    assert_int_equal(reading.problem, i < 64 ? EVENT_OK : EVENT_TOO_MANY_FIELDS);
    free(reading.memory);
  }
  assert_string_equal(reading.error.pointer, "/f64");
  free(wide);
}

/* 240 items in all lists together: more lists than the built-in ones, each within its own bound. */
static void lists_share_a_bound(void **state) {
  (void)state;
  static const char *const names[] = {"la", "lb", "lc", "ld"};
  struct catalogue *wide = malloc(sizeof *wide);
  char line[8192];
  struct fault fault;
  catalogue_init(wide);
  for (unsigned i = 0; i < 4; i++) {
    struct field_info field = {.event_name = str_of(names[i]), .campaign_name = str_of(names[i]), .kind = FIELD_LIST};
    assert_int_equal(catalogue_add_field(wide, &field, &fault), STATUS_OK);
  }
  for (unsigned last = 48; last <= 49; last++) {
    struct buffer out;
    struct reading reading;
    buffer_init(&out, line, sizeof line);
    buffer_put(&out, STR("{" LINE_FLAT));
    for (unsigned i = 0; i < 4; i++) {
      buffer_print(&out, ",\"%s\":[\"x\"", names[i]);
      for (unsigned k = 1; k < (i < 3 ? 64 : last); k++) buffer_put(&out, STR(",\"x\""));
      buffer_byte(&out, ']');
    }
    buffer_byte(&out, '}');
    line_read(wide, buffer_text(&out), &reading);
    assert_int_equal(reading.problem, last == 48 ? EVENT_OK : EVENT_LIST_TOO_LONG);
    free(reading.memory);
  }
  free(wide);
}

static void the_longest_line_is_read(void **state) {
  (void)state;
  char *text = malloc(LIMIT_EVENT_BYTES + 1);
  struct reading reading;
  memset(text, ' ', LIMIT_EVENT_BYTES + 1);
  memcpy(text, "{" LINE_FLAT "}", strlen("{" LINE_FLAT "}"));
  line_read(&catalogue, (struct str){text, LIMIT_EVENT_BYTES}, &reading);
  assert_int_equal(reading.problem, EVENT_OK);
  free(reading.memory);
  line_read(&catalogue, (struct str){text, LIMIT_EVENT_BYTES + 1}, &reading);
  assert_int_equal(reading.problem, EVENT_TOO_LONG);
  free(reading.memory);
  free(text);
}

static void attributes_arrive(void **state) {
  (void)state;
  struct reading reading;
  struct str line =
      STR("{\"traceparent\":\"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01\",\"recordedtime\":\"2026-11-20T04:02:00Z\"," LINE_CE
          "}");
  line_read(&catalogue, line, &reading);
  assert_int_equal(reading.problem, EVENT_OK);
  const struct event *e = &reading.event;
  assert_true(str_equal(e->id, STR("e1")) && str_equal(e->source, STR("core")) && str_equal(e->customer, STR("c1")));
  assert_true(str_equal(e->type_name, STR("txn.card_spend")) && e->type == catalogue_type(&catalogue, STR("txn.card_spend")));
  assert_true(e->time_ms == 1795147267000 && e->offset_minutes == 480 && e->arrival_ms == 1795147320000);
  assert_true(str_equal(e->traceparent, STR("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")));
  assert_int_equal(e->digest, event_digest(STR("core"), STR("e1")));
  for (char c = 1; c < 127; c++) { /* whatever an id may hold, it cannot move the border between source and id */
    char moved[3] = {'a', c, 'b'}, behind[2] = {c, 'b'};
    assert_int_not_equal(event_digest((struct str){moved, 1}, (struct str){behind, 2}), event_digest((struct str){moved, 2}, STR("b")));
  }
  assert_null(event_field(e, FIELD_ID_AMOUNT));
  free(reading.memory);
  line_read(&catalogue, STR("{" LINE_FLAT ",\"traceparent\":\"not one\"}"), &reading);
  assert_int_equal(reading.problem, EVENT_OK);
  assert_true(reading.event.arrival_ms == TIME_NONE && reading.event.traceparent.length == 0);
  free(reading.memory);
}

/* A profile's field that is null is cleared: it is among the event's fields, and has no value. Everywhere else null is absent. */
static void nulls_clear_a_profile(void **state) {
  (void)state;
  struct reading reading;
  line_read(&catalogue,
            STR("{\"id\":\"1\",\"source\":\"core\",\"type\":\"customer.updated\",\"customer\":\"c1\",\"time\":\"2026-11-20T12:01:07Z\","
                "\"tags\":null,\"employer\":null,\"channel\":\"app\"}"),
            &reading);
  assert_int_equal(reading.problem, EVENT_OK);
  assert_int_equal(reading.event.field_count, 3);
  assert_null(event_field(&reading.event, FIELD_ID_TAGS));
  uint32_t cleared = 0;
  for (uint32_t i = 0; i < 3; i++) cleared += reading.event.values[i].kind == VALUE_ABSENT;
  assert_int_equal(cleared, 2);
  free(reading.memory);
}

static void every_problem_has_words(void **state) {
  (void)state;
  for (unsigned i = EVENT_OK + 1; i < EVENT_PROBLEM_COUNT; i++) {
    const struct event_problem_info *info = &event_problems[i];
    assert_true(info->code != NULL && info->code[0] != '\0' && info->text_en[0] != '\0' && info->remedy_en[0] != '\0');
    for (unsigned k = EVENT_OK + 1; k < i; k++) assert_string_not_equal(info->code, event_problems[k].code);
  }
  struct event_error error = {EVENT_NOT_WHOLE, 37, "/data/amount_minor", "12.5"};
  char text[400];
  struct buffer out;
  buffer_init(&out, text, sizeof text);
  event_error_print(&out, &error);
  struct str wanted =
      STR("byte 37: /data/amount_minor: NOT_WHOLE: a whole number is needed; amounts are in minor units: 12.5; write 12.50 CNY as 1250, "
          "1250 JPY as 1250, 1.250 BHD as 1250: no point, no exponent");
  assert_true(str_equal(buffer_text(&out), wanted));
}

static int set_up(void **state) {
  (void)state;
  catalogue_init(&catalogue);
  return 0;
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(broken_lines_are_refused), cmocka_unit_test(good_lines_are_read),      cmocka_unit_test(too_many_fields_are_refused),
      cmocka_unit_test(lists_share_a_bound),      cmocka_unit_test(the_longest_line_is_read), cmocka_unit_test(attributes_arrive),
      cmocka_unit_test(nulls_clear_a_profile),    cmocka_unit_test(every_problem_has_words),
  };
  return cmocka_run_group_tests(tests, set_up, NULL);
}
