/* The cursor walks what is JSON and stops, with a place, at what is not; it never reads behind the text. */
#include "checks.h"

/* The sum of a list's numbers; other items are skipped. */
static int64_t list_sum(struct json_cursor *c) {
  int64_t sum = 0;
  assert_true(json_enter_array(c));
  while (json_next_item(c)) {
    int64_t item = 0;
    if (json_peek(c) == JSON_TYPE_NUMBER)
      json_int(c, &item);
    else
      json_skip(c);
    sum += item;
  }
  return sum;
}

static void walks_an_object(void **state) {
  (void)state;
  char memory[256];
  struct arena arena;
  arena_init(&arena, memory, sizeof memory);
  struct json_cursor c =
      json_open(STR(" {\"id\":\"a\\u0062\\n\\ud83d\\ude00\", \"n\":-12,\"t\":true,\"f\":false,\"list\":[1, "
                    "2,[]],\"o\":{\"x\":{}},\"z\":null,\"plain\":\"p\"} "));
  struct str key, id = {0}, raw = {0}, plain = {0};
  int64_t n = 0, sum = 0;
  bool t = false, f = true;
  assert_true(json_enter_object(&c));
  while (json_next_key(&c, &key)) {
    if (str_equal(key, STR("id")))
      json_text(&c, &arena, &id);
    else if (str_equal(key, STR("n")))
      json_int(&c, &n);
    else if (str_equal(key, STR("t")))
      json_bool(&c, &t);
    else if (str_equal(key, STR("f")))
      json_bool(&c, &f);
    else if (str_equal(key, STR("o")))
      json_raw(&c, &raw);
    else if (str_equal(key, STR("plain")))
      json_text(&c, NULL, &plain);
    else if (str_equal(key, STR("list")))
      sum = list_sum(&c);
    else
      json_skip(&c);
  }
  assert_true(json_done(&c));
  check_text("id", "unescaped", id, "ab\n\xf0\x9f\x98\x80");
  check_text("raw", "o", raw, "{\"x\":{}}");
  check_text("plain", "p", plain, "p");
  assert_true(n == -12 && t && !f && sum == 3);
}

static const char *const good[] = {"{}",
                                   "[]",
                                   "0",
                                   "-0",
                                   "1e5",
                                   "1E-5",
                                   "1.25",
                                   "-0.0e+1",
                                   "\"\"",
                                   "true",
                                   "false",
                                   "null",
                                   " [ ] ",
                                   "[[],[{}]]",
                                   "{\"\":\"\"}",
                                   "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u0041\"",
                                   "\"\\ud83d\\ude00\"",
                                   "{\"a\":[1,{\"b\":[]}],\"c\":{}}",
                                   "\"\xf4\x8f\xbf\xbf\"",
                                   "\t\n\r 1",
                                   "\"0123456789abcdef0123456789abcdef\"",
                                   "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]"};

/* Text, and the offset at which it goes wrong. */
static const struct {
  const char *text;
  size_t at;
} bad[] = {{"", 0},
           {" ", 1},
           {"{", 1},
           {"[", 1},
           {"[1", 2},
           {"[1,", 3},
           {"[1,]", 3},
           {"[,1]", 1},
           {"{\"a\"}", 4},
           {"{\"a\":}", 5},
           {"{\"a\":1,}", 7},
           {"{a:1}", 1},
           {"{\"a\":1 \"b\":2}", 7},
           {"[1 2]", 3},
           {"01", 1},
           {"-", 1},
           {"+1", 0},
           {"1.", 2},
           {".5", 0},
           {"1e", 2},
           {"1e+", 3},
           {"tru", 0},
           {"nul", 0},
           {"NaN", 0},
           {"\"", 1},
           {"\"a", 2},
           {"\"\\x\"", 1},
           {"\"\\u12\"", 1},
           {"\"\\u12g4\"", 1},
           {"\"\\ud800\"", 1},
           {"\"\\ude00\"", 1},
           {"\"\\ud800\\u0041\"", 1},
           {"\"\n\"", 1},
           {"\"\xff\"", 1},
           {"\"\xc0\xaf\"", 1},
           {"\"\xed\xa0\x80\"", 1},
           {"1 1", 2},
           {"{} {}", 3},
           {"[1}", 2},
           {"{\"a\":1]", 6},
           {"'a'", 0},
           {"[\"a\",\n4\n,1,", 11},
           {"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]", 32},
           {"1\x00", 1}};

static void accepts_json(void **state) {
  (void)state;
  for (size_t i = 0; i < COUNT(good); i++) {
    struct str exact = exact_copy(str_of(good[i]));
    struct json_cursor c = json_open(exact);
    if (!json_skip(&c) || !json_done(&c)) fail_row("json", good[i], "%s at %zu", c.problem, c.at);
    exact_free(exact);
  }
}

static void refuses_what_is_not_json(void **state) {
  (void)state;
  for (size_t i = 0; i < COUNT(bad); i++) {
    size_t length = strlen(bad[i].text) + (strcmp(bad[i].text, "1") == 0 ? 1 : 0); /* the last row holds a zero byte */
    struct str exact = exact_copy((struct str){bad[i].text, length});
    struct json_cursor c = json_open(exact);
    bool accepted = json_skip(&c) && json_done(&c);
    if (accepted || c.problem == NULL) fail_row("json", bad[i].text, "accepted");
    if (c.at != bad[i].at) fail_row("json", bad[i].text, "at %zu, wanted %zu: %s", c.at, bad[i].at, c.problem);
    exact_free(exact);
  }
}

static void a_problem_is_sticky(void **state) {
  (void)state;
  struct json_cursor c = json_open(STR("[x, 1]"));
  int64_t n = 0;
  struct str raw;
  bool b = false;
  assert_true(json_enter_array(&c));
  assert_false(json_next_item(&c));
  const char *problem = c.problem;
  assert_non_null(problem);
  assert_false(json_next_item(&c) || json_int(&c, &n) || json_skip(&c) || json_raw(&c, &raw) || json_bool(&c, &b) ||
               json_enter_object(&c) || json_done(&c));
  assert_ptr_equal(problem, c.problem);
}

static void types_are_told(void **state) {
  (void)state;
  static const struct {
    const char *text;
    enum json_type type;
  } rows[] = {{"{", JSON_TYPE_OBJECT}, {" [", JSON_TYPE_ARRAY}, {"\"", JSON_TYPE_TEXT}, {"-", JSON_TYPE_NUMBER},
              {"7", JSON_TYPE_NUMBER}, {"t", JSON_TYPE_TRUE},   {"f", JSON_TYPE_FALSE}, {"n", JSON_TYPE_NULL},
              {"", JSON_TYPE_END},     {"x", JSON_TYPE_END},    {"]", JSON_TYPE_END}};
  for (size_t i = 0; i < COUNT(rows); i++) {
    struct json_cursor c = json_open(str_of(rows[i].text));
    assert_int_equal(json_peek(&c), rows[i].type);
  }
  struct json_cursor wrong = json_open(STR("1"));
  struct str text;
  assert_false(json_text(&wrong, NULL, &text));
  struct json_cursor fraction = json_open(STR("1.5")), big = json_open(STR("9223372036854775808")),
                     small = json_open(STR("-9223372036854775808"));
  int64_t n = 0;
  assert_false(json_int(&fraction, &n) || json_int(&big, &n));
  assert_true(json_int(&small, &n) && n == INT64_MIN);
}

/* The same text at every alignment and length around 16: the wide look and the narrow one agree. */
static void strings_of_every_length(void **state) {
  (void)state;
  static const struct {
    const char *tail;
    bool good;
  } tails[] = {{"\"", true},     {"\\n\"", true}, {"\xe4\xba\xa4\"", true}, {"\x01\"", false}, {"\xff\"", false},
               {"\\q\"", false}, {"", false}};
  for (size_t tail = 0; tail < COUNT(tails); tail++)
    for (size_t plain = 0; plain < 70; plain++)
      for (size_t behind = 0; behind < 20; behind++) {
        char text[128] = "\"";
        memset(text + 1, 'x', plain);
        strcpy(text + 1 + plain, tails[tail].tail);
        size_t end = strlen(text);
        memset(text + end, tails[tail].good ? '"' : ' ', behind);
        struct str exact = exact_copy((struct str){text, end + (tails[tail].tail[0] == '\0' ? 0 : behind)});
        struct text_scan scan = scan_text(exact, 0);
        if ((scan.problem == SCAN_OK) != tails[tail].good) fail_row("string", text, "%d", (int)scan.problem);
        assert_int_equal(scan.end, tails[tail].good ? end : plain + 1);
        exact_free(exact);
      }
}

static void numbers_tell_what_they_are(void **state) {
  (void)state;
  static const struct {
    const char *text;
    bool whole, fits;
    int64_t value;
    size_t end;
  } rows[] = {{"0", true, true, 0, 1},
              {"-0", true, true, 0, 2},
              {"123,", true, true, 123, 3},
              {"12.5", false, false, 0, 4},
              {"1e3", false, false, 0, 3},
              {"9223372036854775807", true, true, INT64_MAX, 19},
              {"9223372036854775808", true, false, 0, 19},
              {"-9223372036854775808", true, true, INT64_MIN, 20},
              {"123456789012345678901234567890", true, false, 0, 30}};
  for (size_t i = 0; i < COUNT(rows); i++) {
    struct number_scan scan = scan_number(str_of(rows[i].text), 0);
    if (scan.problem != SCAN_OK || scan.whole != rows[i].whole || scan.fits != rows[i].fits || scan.value != rows[i].value ||
        scan.end != rows[i].end)
      fail_row("number", rows[i].text, "%d %d %lld %zu", scan.whole, scan.fits, (long long)scan.value, scan.end);
  }
  bool whole = false, escaped = false;
  const char *problem = NULL;
  assert_int_equal(json_scan_number(STR("12x"), 0, &whole, &problem), 2);
  assert_int_equal(json_scan_number(STR("-x"), 0, &whole, &problem), 0);
  assert_non_null(problem);
  assert_int_equal(json_scan_text(STR(" \"a\\n\" "), 1, &escaped, &problem), 6);
  assert_true(escaped && problem == NULL);
  assert_int_equal(json_scan_text(STR("\"a"), 0, &escaped, &problem), 0);
  assert_non_null(problem);
}

static void unescapes_in_place(void **state) {
  (void)state;
  static const struct {
    const char *escaped, *plain;
  } rows[] = {{"", ""},
              {"abc", "abc"},
              {"\\n", "\n"},
              {"a\\\"b\\\\c\\/d\\b\\f\\r\\t", "a\"b\\c/d\b\f\r\t"},
              {"\\u0041\\u00e9\\u4ea4", "A\xc3\xa9\xe4\xba\xa4"},
              {"\\uD83D\\uDE00!", "\xf0\x9f\x98\x80!"},
              {"\\u007f\\u0080\\u07ff\\u0800\\uffff", "\x7f\xc2\x80\xdf\xbf\xe0\xa0\x80\xef\xbf\xbf"},
              {"\\udbff\\udfff", "\xf4\x8f\xbf\xbf"}};
  for (size_t i = 0; i < COUNT(rows); i++) {
    char in_place[64];
    strcpy(in_place, rows[i].escaped);
    size_t length = json_unescape((struct str){in_place, strlen(in_place)}, in_place);
    check_text("unescape", rows[i].escaped, (struct str){in_place, length}, rows[i].plain);
  }
}

static void what_is_left_open_is_not_done(void **state) {
  (void)state;
  struct json_cursor c = json_open(STR("{"));
  assert_true(json_enter_object(&c));
  assert_false(json_done(&c));
  assert_non_null(c.problem);
}

static void text_without_room_is_a_problem(void **state) {
  (void)state;
  char memory[4];
  struct arena arena;
  struct str out;
  arena_init(&arena, memory, sizeof memory);
  struct json_cursor c = json_open(STR("\"\\n0123456789\""));
  assert_false(json_text(&c, &arena, &out));
  assert_non_null(c.problem);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(walks_an_object),
      cmocka_unit_test(accepts_json),
      cmocka_unit_test(refuses_what_is_not_json),
      cmocka_unit_test(a_problem_is_sticky),
      cmocka_unit_test(types_are_told),
      cmocka_unit_test(strings_of_every_length),
      cmocka_unit_test(numbers_tell_what_they_are),
      cmocka_unit_test(unescapes_in_place),
      cmocka_unit_test(what_is_left_open_is_not_done),
      cmocka_unit_test(text_without_room_is_a_problem),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
