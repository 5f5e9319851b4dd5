/* Text: splitting, comparing, ids, whole numbers, distances for "did you mean", UTF-8. */
#include "checks.h"

static void splits_and_trims(void **state) {
  (void)state;
  struct str before, after;
  assert_true(str_split(STR("a=b=c"), '=', &before, &after));
  check_text("before", "a=b=c", before, "a");
  check_text("after", "a=b=c", after, "b=c");
  assert_false(str_split(STR("abc"), '=', &before, &after));
  check_text("before", "abc", before, "abc");
  check_text("after", "abc", after, "");
  assert_true(str_split(STR("="), '=', &before, &after));
  assert_int_equal(before.length + after.length, 0);
  assert_false(str_split(STR(""), '=', &before, &after));
  check_text("trim", "both ends", str_trim(STR(" \t a b\t ")), "a b");
  check_text("trim", "blank", str_trim(STR(" \t")), "");
  assert_true(str_starts(STR("abc"), STR("ab")) && str_starts(STR("abc"), STR("")) && !str_starts(STR("ab"), STR("abc")));
}

static void finds(void **state) {
  (void)state;
  struct str s = STR("a=b=b");
  assert_ptr_equal(str_find(s, STR("=b")), s.at + 1);
  assert_ptr_equal(str_find(s, s), s.at);
  assert_null(str_find(s, STR("ba")));
  assert_null(str_find((struct str){NULL, 0}, STR("a")));
}

static void compares_in_byte_order(void **state) {
  (void)state;
  assert_true(str_compare(STR("a"), STR("b")) < 0 && str_compare(STR("b"), STR("a")) > 0 && str_compare(STR("a"), STR("a")) == 0);
  assert_true(str_compare(STR("a"), STR("aa")) < 0 && str_compare(STR("aa"), STR("a")) > 0 && str_compare(STR(""), STR("")) == 0);
  assert_true(str_compare(STR("\xff"), STR("a")) > 0);
}

static const struct {
  const char *a, *b;
  unsigned most, distance;
} distances[] = {
    {"", "", 3, 0},
    {"amount", "amount", 3, 0},
    {"amount", "amout", 3, 1},
    {"amount", "ammount", 3, 1},
    {"amount", "amuont", 3, 1},
    {"amount", "emount", 3, 1},
    {"channel", "chanel", 3, 1},
    {"kitten", "sitting", 3, 3},
    {"kitten", "sitting", 2, 3},
    {"abc", "xyz", 1, 2},
    {"ab", "ba", 2, 1},
    {"limits", "limit", 2, 1},
    {"", "abc", 3, 3},
    {"", "abcd", 3, 4},
    {"ca", "abc", 3, 3},
    {"once_per", "onceper", 2, 1},
    {"schedule", "shcedlue", 3, 2},
};

static void distances_count_edits(void **state) {
  (void)state;
  for (size_t i = 0; i < COUNT(distances); i++) {
    unsigned got = str_distance(str_of(distances[i].a), str_of(distances[i].b), distances[i].most);
    unsigned back = str_distance(str_of(distances[i].b), str_of(distances[i].a), distances[i].most);
    if (got != distances[i].distance || back != got)
      fail_row("distance", distances[i].a, "to %s: %u, wanted %u", distances[i].b, got, distances[i].distance);
  }
  char a[500], b[500];
  memset(a, 'x', sizeof a);
  memset(b, 'y', sizeof b);
  assert_int_equal(str_distance((struct str){a, 500}, (struct str){b, 500}, 3), 4); /* too long to be a typing error */
}

static void ids_have_their_alphabet(void **state) {
  (void)state;
  static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.:-";
  for (int byte = 0; byte < 256; byte++) {
    char text[3] = {'a', (char)byte, 'z'};
    bool wanted = byte != 0 && strchr(alphabet, byte) != NULL;
    if (str_is_id((struct str){text, 3}) != wanted) fail_row("id", "byte", "0x%02x", (unsigned)byte);
  }
  char longest[65];
  memset(longest, 'a', sizeof longest);
  assert_true(str_is_id((struct str){longest, 64}) && str_is_id((struct str){longest, 1}));
  assert_false(str_is_id((struct str){longest, 65}) || str_is_id(STR("")));
}

static const struct {
  const char *text;
  bool good;
  int64_t value;
} numbers[] = {
    {"0", true, 0},
    {"-0", true, 0},
    {"7", true, 7},
    {"-12", true, -12},
    {"9223372036854775807", true, INT64_MAX},
    {"-9223372036854775808", true, INT64_MIN},
    {"9223372036854775808", false, 0},
    {"-9223372036854775809", false, 0},
    {"99999999999999999999", false, 0},
    {"", false, 0},
    {"-", false, 0},
    {"+1", false, 0},
    {" 1", false, 0},
    {"1 ", false, 0},
    {"1a", false, 0},
    {"--1", false, 0},
    {"1.0", false, 0},
};

static void numbers_fit_or_fail(void **state) {
  (void)state;
  for (size_t i = 0; i < COUNT(numbers); i++) {
    int64_t value = 77;
    bool good = str_to_int64(str_of(numbers[i].text), &value);
    if (good != numbers[i].good || value != (good ? numbers[i].value : 77))
      fail_row("number", numbers[i].text, "%d %lld", good, (long long)value);
  }
}

/* RFC 3629, after Kuhn's stress test: the edges of each length and what is just outside. */
static const struct {
  const char *bytes;
  bool good;
} texts[] = {
    {"", true},
    {"plain", true},
    {"\x7f", true},
    {"\xc2\x80", true},
    {"\xdf\xbf", true},
    {"\xe0\xa0\x80", true},
    {"\xed\x9f\xbf", true},
    {"\xee\x80\x80", true},
    {"\xef\xbf\xbf", true},
    {"\xf0\x90\x80\x80", true},
    {"\xf4\x8f\xbf\xbf", true},
    {"\xe4\xba\xa4\xe6\x98\x93", true},
    {"\x80", false},
    {"\xbf", false},
    {"a\x80", false},
    {"\xc0\xaf", false},
    {"\xc1\xbf", false},
    {"\xc2", false},
    {"\xc2x", false},
    {"\xe0\x80\x80", false},
    {"\xe0\x9f\xbf", false},
    {"\xe4\xba", false},
    {"\xed\xa0\x80", false},
    {"\xed\xbf\xbf", false},
    {"\xf0\x80\x80\x80", false},
    {"\xf0\x8f\xbf\xbf", false},
    {"\xf4\x90\x80\x80", false},
    {"\xf5\x80\x80\x80", false},
    {"\xfe", false},
    {"\xff", false},
    {"\xf8\x88\x80\x80\x80", false},
    {"\xf0\x9f\x98", false},
};

static void utf8_is_strict(void **state) {
  (void)state;
  for (size_t i = 0; i < COUNT(texts); i++) {
    struct str exact = exact_copy(str_of(texts[i].bytes));
    if (str_is_utf8(exact) != texts[i].good) fail_row("utf8", texts[i].bytes, "row %zu", i);
    exact_free(exact);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(splits_and_trims),        cmocka_unit_test(finds),
      cmocka_unit_test(compares_in_byte_order),  cmocka_unit_test(distances_count_edits),
      cmocka_unit_test(ids_have_their_alphabet), cmocka_unit_test(numbers_fit_or_fail),
      cmocka_unit_test(utf8_is_strict),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
