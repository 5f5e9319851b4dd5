/* Dead letters: the line byte for byte, whatever it is, with reason, place and remedy. */
#include "fixture.h"

static unsigned char read_memory[4 << 20];

/* The line that a dead letter carries, read back. */
static struct str carried(struct str letter, struct arena *arena, bool *base64) {
  struct str key, value = {NULL, 0}, line = {NULL, 0};
  struct json_cursor json = json_open(letter);
  assert_true(json_enter_object(&json));
  while (json_next_key(&json, &key)) {
    *base64 = str_equal(key, STR("line_base64"));
    if (*base64 || str_equal(key, STR("line")))
      assert_true(json_text(&json, arena, &line));
    else
      assert_true(json_raw(&json, &value));
  }
  assert_true(json_done(&json));
  return line;
}

static struct str unbase64(struct str text, struct arena *arena) {
  static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  char *out = arena_take(arena, text.length);
  size_t length = 0;
  for (size_t i = 0; i + 3 < text.length; i += 4) {
    uint32_t group = 0;
    for (size_t k = 0; k < 4; k++) group = group << 6 | (text.at[i + k] == '=' ? 0u : (uint32_t)(strchr(digits, text.at[i + k]) - digits));
    for (size_t k = 0; k < 3; k++)
      if (text.at[i + 1 + k] != '=') out[length++] = (char)(group >> (16 - 8 * k));
  }
  return (struct str){out, length};
}

static void golden(void **state) {
  (void)state;
  struct buffer out = text_buffer();
  struct event_error error = {.problem = EVENT_NOT_WHOLE, .offset = 37, .pointer = "/data/amount_minor", .detail = "12.5"};
  record_dead_letter(&out, STR("{\"id\":\"a\"}\r"), &fixture_origin, &error);
  char expected[1024];
  snprintf(expected, sizeof expected,
           "{\"input\":\"events.jsonl\",\"position\":4711,\"reason\":\"MALFORMED_EVENT\",\"code\":\"NOT_WHOLE\",\"pointer\":\"/data/"
           "amount_minor\","
           "\"offset\":37,\"text\":\"%s\",\"detail\":\"12.5\",\"remedy\":\"%s\",\"bytes\":11,\"line\":\"{\\\"id\\\":\\\"a\\\"}\\r\"}\n",
           event_problems[EVENT_NOT_WHOLE].text_en, event_problems[EVENT_NOT_WHOLE].remedy_en);
  assert_text(buffer_text(&out), expected);
}

static void golden_event(void **state) {
  (void)state;
  struct buffer out = text_buffer();
  record_dead_event(&out, STR("{}"), &fixture_origin, STR("STATE_FULL"), STR("the record of c1 would be \"too large\""));
  assert_text(buffer_text(&out),
              "{\"input\":\"events.jsonl\",\"position\":4711,\"reason\":\"STATE_FULL\",\"text\":\"the record of c1 would be "
              "\\\"too large\\\"\",\"bytes\":2,\"line\":\"{}\"}\n");
}

/* Every problem has a code and a remedy, and the letter is valid JSON that carries them. */
static void every_problem(void **state) {
  (void)state;
  for (int problem = EVENT_OK + 1; problem < EVENT_PROBLEM_COUNT; problem++) {
    struct buffer out = text_buffer();
    struct event_error error = {.problem = (enum event_problem)problem};
    struct arena arena;
    bool base64;
    arena_init(&arena, read_memory, sizeof read_memory);
    record_dead_letter(&out, STR("x"), &fixture_origin, &error);
    assert_text(carried(buffer_text(&out), &arena, &base64), "x");
    assert_false(base64);
    assert_non_null(memmem(out.memory, out.length, event_problems[problem].code, strlen(event_problems[problem].code)));
  }
}

/* What explain reads back: all that was written; cut or damaged letters are none. */
static void read_back(void **state) {
  (void)state;
  struct buffer out = text_buffer();
  struct recorded_letter letter;
  struct fault fault;
  struct arena arena;
  struct event_error error = {.problem = EVENT_NOT_WHOLE, .offset = 37, .pointer = "/data/amount_minor", .detail = "12.5"};
  record_dead_letter(&out, STR("{\"id\":\"a\"}\r"), &fixture_origin, &error);
  arena_init(&arena, read_memory, sizeof read_memory);
  assert_int_equal(record_read_letter(buffer_text(&out), &arena, &letter, &fault), STATUS_OK);
  assert_text(letter.line, "{\"id\":\"a\"}\r");
  assert_text(letter.input, "events.jsonl");
  assert_text(letter.code, "NOT_WHOLE");
  assert_text(letter.pointer, "/data/amount_minor");
  assert_text(letter.remedy, event_problems[EVENT_NOT_WHOLE].remedy_en);
  assert_int_equal(letter.position, 4711);
  for (size_t length = 0; length < out.length - 1; length++)
    assert_int_equal(record_read_letter((struct str){out.memory, length}, &arena, &letter, &fault), STATUS_INPUT);
  assert_int_equal(record_read_letter(STR("{\"position\":4}"), &arena, &letter, &fault), STATUS_INPUT);
  assert_int_equal(record_read_letter(STR("{\"reason\":\"X\",\"position\":-4}"), &arena, &letter, &fault), STATUS_INPUT);
}

static void assert_carried(struct str line, bool as_base64) {
  static char memory[1 << 21];
  struct buffer out;
  struct arena arena;
  bool base64 = false;
  struct event_error error = {.problem = EVENT_BAD_JSON};
  buffer_init(&out, memory, sizeof memory);
  arena_init(&arena, read_memory, sizeof read_memory);
  record_dead_letter(&out, line, &fixture_origin, &error);
  assert_false(out.overflowed);
  struct str back = carried(buffer_text(&out), &arena, &base64);
  assert_int_equal(base64, as_base64);
  if (base64) back = unbase64(back, &arena);
  assert_true(str_equal(back, line));
}

static void byte_for_byte(void **state) {
  (void)state;
  assert_carried(STR(""), false);
  assert_carried(STR("plain"), false);
  assert_carried(STR("\0zero\0"), false);
  assert_carried(STR("\x01\x1f \"\\ \x7f"), false);
  assert_carried(STR("\xe9\x87\x91\xe9\xa2\x9d \xf0\x9f\x8e\x81"), false);
  assert_carried(STR("\xff"), true);
  assert_carried(STR("a\xc3"), true);
  assert_carried(STR("ab\xed\xa0\x80"), true);
  assert_carried(STR("\xef\xbb\xbf{}"), false);
  static char every[256];
  for (int i = 0; i < 256; i++) every[i] = (char)i;
  for (size_t cut = 0; cut <= 256; cut++) assert_carried((struct str){every, cut}, cut > 128);
}

static void long_lines(void **state) {
  (void)state;
  static char line[1 << 20];    /* the shard hands on longer lines in pieces of this size */
  memset(line, 1, sizeof line); /* six bytes each as text */
  assert_carried((struct str){line, 128 * 1024}, false);
  assert_carried((struct str){line, 128 * 1024 + 1}, true);
  assert_carried((struct str){line, sizeof line}, true);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(golden),        cmocka_unit_test(golden_event),  cmocka_unit_test(read_back),
                                     cmocka_unit_test(every_problem), cmocka_unit_test(byte_for_byte), cmocka_unit_test(long_lines)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
