/* Arena and buffer at their ends: nothing behind the last byte, overflow is remembered, what was written stays. */
#include "checks.h"

static void arena_hands_out_to_its_end(void **state) {
  (void)state;
  unsigned char *memory = malloc(64); /* exactly: the sanitizer guards the end */
  struct arena arena;
  arena_init(&arena, memory, 64);
  memset(memory, 0xaa, 64);
  unsigned char *a = arena_take(&arena, 5), *b = arena_take(&arena, 16);
  assert_non_null(a);
  assert_non_null(b);
  assert_int_equal((uintptr_t)b % 16, 0);
  for (int i = 0; i < 16; i++) assert_int_equal(b[i], 0);
  assert_non_null(arena_take(&arena, 0));
  assert_non_null(arena_take(&arena, 32)); /* 16 + 16 + 32: full */
  assert_false(arena.overflowed);
  assert_null(arena_take(&arena, 1));
  assert_true(arena.overflowed);
  assert_null(arena_take(&arena, 0)); /* sticky */
  arena_reset(&arena);
  assert_non_null(arena_take(&arena, 64));
  free(memory);
}

static void arena_refuses_what_cannot_be(void **state) {
  (void)state;
  _Alignas(16) unsigned char memory[64];
  struct arena arena;
  arena_init(&arena, memory, sizeof memory);
  assert_null(arena_array(&arena, SIZE_MAX / 2, 3));
  assert_true(arena.overflowed);
  arena_reset(&arena);
  assert_null(arena_take(&arena, SIZE_MAX));
  arena_reset(&arena);
  assert_null(arena_copy(&arena, (struct str){"x", SIZE_MAX}).at);
  arena_reset(&arena);
  assert_non_null(arena_array(&arena, 2, 4));
  arena_init(&arena, memory, 20);
  assert_non_null(arena_take(&arena, 5));
  assert_null(arena_take(&arena, 8)); /* 15 are left, but not behind the gap */
  arena_init(&arena, NULL, 0);
  assert_null(arena_take(&arena, 1));
}

static void arena_writes_text(void **state) {
  (void)state;
  char memory[32];
  struct arena arena;
  arena_init(&arena, memory, sizeof memory);
  struct str copy = arena_copy(&arena, STR("abc")), printed = arena_print(&arena, "%d-%s", 42, "x");
  check_text("copy", "abc", copy, "abc");
  assert_int_equal(copy.at[3], 0);
  check_text("print", "42-x", printed, "42-x");
  assert_null(arena_print(&arena, "%s", "far too long for what is left here").at);
  assert_true(arena.overflowed);
  check_text("copy", "still there", copy, "abc");
}

static void buffer_stops_at_its_end(void **state) {
  (void)state;
  char *memory = malloc(8);
  struct buffer buffer;
  buffer_init(&buffer, memory, 8);
  buffer_put(&buffer, STR("1234567"));
  buffer_byte(&buffer, '8');
  assert_false(buffer.overflowed);
  buffer_byte(&buffer, '9');
  assert_true(buffer.overflowed);
  check_text("buffer", "full", buffer_text(&buffer), "12345678");
  buffer_reset(&buffer);
  buffer_put(&buffer, STR("12345"));
  buffer_put(&buffer, STR("too much"));
  buffer_byte(&buffer, '6'); /* there would be room, but a hole in the text would be a lie */
  check_text("buffer", "after an overflow", buffer_text(&buffer), "12345");
  buffer_reset(&buffer);
  buffer_print(&buffer, "%s", "1234567");
  check_text("print", "one less than the room", buffer_text(&buffer), "1234567");
  buffer_print(&buffer, "%s", "");
  assert_false(buffer.overflowed);
  buffer_print(&buffer, "%s", "ab");
  assert_true(buffer.overflowed);
  free(memory);
}

static void buffer_writes_numbers(void **state) {
  (void)state;
  static const struct {
    int64_t number;
    const char *text;
  } rows[] = {
      {0, "0"}, {7, "7"}, {-7, "-7"}, {1000000, "1000000"}, {INT64_MAX, "9223372036854775807"}, {INT64_MIN, "-9223372036854775808"}};
  for (size_t i = 0; i < COUNT(rows); i++) {
    char memory[32];
    struct buffer buffer;
    buffer_init(&buffer, memory, sizeof memory);
    buffer_int(&buffer, rows[i].number);
    check_text("int", rows[i].text, buffer_text(&buffer), rows[i].text);
  }
}

static void buffer_writes_json_text(void **state) {
  (void)state;
  static const struct {
    struct str text;
    const char *json;
  } rows[] = {
      {{"", 0}, "\"\""},
      {{"plain text of more than sixteen bytes", 37}, "\"plain text of more than sixteen bytes\""},
      {{"a\"b\\c/", 6}, "\"a\\\"b\\\\c/\""},
      {{"\b\f\n\r\t", 5}, "\"\\b\\f\\n\\r\\t\""},
      {{"\0\x01\x1f\x7f", 4}, "\"\\u0000\\u0001\\u001f\x7f\""},
      {{"\xe4\xba\xa4", 3}, "\"\xe4\xba\xa4\""},
      {{"a\xff\xc0"
        "b",
        4},
       "\"a\xef\xbf\xbd\xef\xbf\xbd"
       "b\""},
      {{"\xe4\xba", 2}, "\"\xef\xbf\xbd\xef\xbf\xbd\""},
  };
  for (size_t i = 0; i < COUNT(rows); i++) {
    char memory[128];
    struct buffer buffer;
    struct str exact = exact_copy(rows[i].text);
    buffer_init(&buffer, memory, sizeof memory);
    buffer_json(&buffer, exact);
    check_text("json", rows[i].json, buffer_text(&buffer), rows[i].json);
    exact_free(exact);
  }
}

static void faults_grow_in_front(void **state) {
  (void)state;
  struct fault fault;
  assert_int_equal(fault_set(&fault, STATUS_INPUT, "line %u", 7u), STATUS_INPUT);
  assert_int_equal(fault_prefix(&fault, "file %s: ", "a%b.json"), STATUS_INPUT);
  assert_string_equal(fault.text, "file a%b.json: line 7");
  char longer[2000];
  memset(longer, 'x', sizeof longer - 1);
  longer[sizeof longer - 1] = '\0';
  fault_prefix(&fault, "%s", longer);
  assert_int_equal(strlen(fault.text), sizeof fault.text - 1);
  fault_set(&fault, STATUS_STATE, "%s", longer);
  assert_int_equal(strlen(fault.text), sizeof fault.text - 1);
  fault_prefix(&fault, "ab");
  assert_memory_equal(fault.text, "abxx", 4);
  assert_int_equal(strlen(fault.text), sizeof fault.text - 1);
}

static void statuses_have_exit_codes(void **state) {
  (void)state;
  static const int codes[] = {[STATUS_OK] = 0,       [STATUS_USAGE] = 2,    [STATUS_INPUT] = 1, [STATUS_STATE] = 2,
                              [STATUS_STORAGE] = 75, [STATUS_SERVICE] = 69, [STATUS_LIMIT] = 1};
  for (size_t i = 0; i < COUNT(codes); i++) assert_int_equal(status_exit_code((enum status)i), codes[i]);
}

/* A name between slashes holds none, and comes back from what stands there. */
static void names_between_slashes(void **state) {
  (void)state;
  static const char *const rows[][2] = {{"", ""},         {"card-core", "card-core"}, {"/", "%2F"},    {"%", "%25"},
                                        {"%2F", "%252F"}, {"a/b%c/", "a%2Fb%25c%2F"}, {"//", "%2F%2F"}};
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    char memory[64];
    struct buffer out;
    buffer_init(&out, memory, sizeof memory);
    buffer_encoded(&out, str_of(rows[i][0]));
    assert_true(str_equal(buffer_text(&out), str_of(rows[i][1])) && out.length <= 3 * strlen(rows[i][0]));
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(names_between_slashes),        cmocka_unit_test(arena_hands_out_to_its_end),
      cmocka_unit_test(arena_refuses_what_cannot_be), cmocka_unit_test(arena_writes_text),
      cmocka_unit_test(buffer_stops_at_its_end),      cmocka_unit_test(buffer_writes_numbers),
      cmocka_unit_test(buffer_writes_json_text),      cmocka_unit_test(faults_grow_in_front),
      cmocka_unit_test(statuses_have_exit_codes),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
