/* The line of a range: its bytes, and that what was written is read back. */
#include "fixture.h"

static const struct unheard_range written = {.first = 280,
                                             .last = 65100,
                                             .events = 17,
                                             .digest = 0x0123456789abcdefu,
                                             .earliest_ms = 1796083200000 - 1,
                                             .latest_ms = 1796083200000,
                                             .input = {"in \"1\"", 6},
                                             .rulebook = {"00000000000000aa", 16}};

static struct buffer out;
static char memory[4096], texts[4096];

static struct str line_of(const struct unheard_range *range) {
  buffer_init(&out, memory, sizeof memory);
  record_range(&out, range);
  assert_false(out.overflowed);
  return (struct str){out.memory, out.length - 1};
}

static void its_bytes(void **unused) {
  (void)unused;
  struct str line = line_of(&written);
  assert_int_equal(line.at[line.length], '\n');
  out.memory[line.length] = 0;
  assert_string_equal(out.memory,
                      "{\"specversion\":\"1.0\",\"id\":\"0123456789abcdef.280\",\"source\":\"giftd\",\"type\":\"gift.decision.range\","
                      "\"time\":\"2026-12-01T00:00:00Z\",\"data\":{\"input\":\"in \\\"1\\\"\",\"first\":280,\"last\":65100,\"events\":17,"
                      "\"earliest\":\"2026-11-30T23:59:59.999Z\",\"rulebook\":\"00000000000000aa\"}}");
}

static void it_is_read_back(void **unused) {
  (void)unused;
  struct unheard_range range;
  struct fault fault;
  struct arena arena;
  arena_init(&arena, texts, sizeof texts);
  assert_true(record_is_range(line_of(&written)));
  assert_int_equal(record_read_range(line_of(&written), &arena, &range, &fault), STATUS_OK);
  assert_true(range.first == written.first && range.last == written.last && range.events == written.events);
  assert_true(range.digest == written.digest && range.earliest_ms == written.earliest_ms && range.latest_ms == written.latest_ms);
  assert_true(str_equal(range.input, written.input) && str_equal(range.rulebook, written.rulebook));
}

/* Every line that is cut, and what its members must not be. */
static void what_is_none_is_told(void **unused) {
  (void)unused;
  static const char *const spoilt[][2] = {{"\"events\":17", "\"events\":0"},    {"\"events\":17", "\"events\":-1"},
                                          {"\"first\":280", "\"first\":65101"}, {"gift.decision.range", "gift.decision.Range"},
                                          {"abcdef.280", "abcdeg.280"},         {"abcdef.280", "abcdef"},
                                          {"2026-12-01T", "2026-13-01T"},       {"\"rulebook\":\"00", "\"rulebool\":\"00"}};
  char text[4096];
  struct unheard_range range;
  struct fault fault;
  struct arena arena;
  struct str line = line_of(&written);
  for (size_t length = 0; length < line.length; length++) {
    arena_init(&arena, texts, sizeof texts);
    assert_int_equal(record_read_range((struct str){line.at, length}, &arena, &range, &fault), STATUS_INPUT);
  }
  out.memory[line.length] = 0;
  for (size_t i = 0; i < sizeof spoilt / sizeof spoilt[0]; i++) {
    const char *at = strstr(out.memory, spoilt[i][0]);
    assert_non_null(at);
    int length = snprintf(text, sizeof text, "%.*s%s%s", (int)(at - out.memory), out.memory, spoilt[i][1], at + strlen(spoilt[i][0]));
    arena_init(&arena, texts, sizeof texts);
    assert_int_equal(record_read_range((struct str){text, (size_t)length}, &arena, &range, &fault), STATUS_INPUT);
    assert_true(strstr(fault.text, "not the line of a range") != NULL);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(its_bytes), cmocka_unit_test(it_is_read_back),
                                     cmocka_unit_test(what_is_none_is_told)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
