/* Good lines, damaged in every place: cut behind every byte, every byte replaced by every other, bytes taken out and doubled. The reader
 * must neither read outside nor crash, must say the same twice, and never calls a cut line good.
 */
#include "lines.h"

static struct catalogue catalogue;

static const char *const lines[] = {
    "{" LINE_CE
    ",\"data\":{\"amount_minor\":12800,\"currency\":\"CNY\",\"mcc\":\"5812\",\"tags\":[\"a\",\"\\u4ea4\\ud83d\\ude00\"],\"city\":"
    "\"\xe4\xba\xa4\"}}",
    "{" LINE_FLAT ",\"amount_minor\":1,\"currency\":\"CNY\",\"x\":[1.5e-3,true,null,{\"y\":{}}],\"\\u0063ity\":\"n\\\"\"}",
};

static void check_reading(struct str line, const struct reading *reading) {
  if (reading->problem == EVENT_OK) {
    assert_true(event_id_is_good(reading->event.id) && str_is_id(reading->event.customer) && reading->event.time_ms >= 0);
    return;
  }
  assert_true(reading->error.offset <= line.length);
  assert_true(memchr(reading->error.pointer, 0, sizeof reading->error.pointer) != NULL && str_is_utf8(str_of(reading->error.pointer)));
  for (const char *c = reading->error.detail; *c != '\0'; c++) assert_true(*c >= 0x20 && *c < 0x7f);
}

/* Reads an exact copy, twice. */
static enum event_problem read_copy(const char *text, size_t length) {
  char *copy = malloc(length == 0 ? 1 : length);
  struct reading one, two;
  memcpy(copy, text, length);
  line_read(&catalogue, (struct str){copy, length}, &one);
  line_read(&catalogue, (struct str){copy, length}, &two);
  check_reading((struct str){copy, length}, &one);
  assert_int_equal(one.problem, two.problem);
  if (one.problem != EVENT_OK) assert_int_equal(one.error.offset, two.error.offset);
  free(one.memory);
  free(two.memory);
  free(copy);
  return one.problem;
}

static void cut_lines_are_truncated(void **state) {
  (void)state;
  for (size_t i = 0; i < COUNT(lines); i++) {
    size_t length = strlen(lines[i]);
    assert_int_equal(read_copy(lines[i], length), EVENT_OK);
    assert_int_equal(read_copy(lines[i], 0), EVENT_EMPTY_LINE);
    for (size_t cut = 1; cut < length; cut++) {
      enum event_problem problem = read_copy(lines[i], cut);
      if (problem != EVENT_TRUNCATED) fail_msg("cut behind %zu bytes: %s", cut, event_problems[problem].code);
    }
  }
}

static void every_byte_is_replaced(void **state) {
  (void)state;
  unsigned accepted = 0, refused = 0;
  for (size_t i = 0; i < COUNT(lines); i++) {
    char text[512];
    size_t length = strlen(lines[i]);
    memcpy(text, lines[i], length);
    for (size_t change = 0; change < length * 256; change++) {
      size_t at = change / 256;
      text[at] = (char)(change % 256);
      bool good = read_copy(text, length) == EVENT_OK;
      accepted += good ? 1 : 0;
      refused += good ? 0 : 1;
      text[at] = lines[i][at];
    }
  }
  assert_true(accepted > 1000 && refused > 10000); /* a letter of a text may be another; a bracket may not */
}

static void bytes_are_taken_out_and_doubled(void **state) {
  (void)state;
  for (size_t i = 0; i < COUNT(lines); i++) {
    char text[1024];
    size_t length = strlen(lines[i]);
    for (size_t at = 0; at < length; at++)
      for (size_t count = 1; count <= 8 && at + count <= length; count++) {
        memcpy(text, lines[i], at);
        memcpy(text + at, lines[i] + at + count, length - at - count);
        read_copy(text, length - count);
        memcpy(text, lines[i], at + count);
        memcpy(text + at + count, lines[i] + at, length - at);
        read_copy(text, length + count);
      }
  }
}

/* Hostile keys: all of them share the length and nearly all bytes. Bounded by 256 keys an object, so the longest line stays cheap. */
static void many_like_keys_are_bounded(void **state) {
  (void)state;
  char *text = malloc(LIMIT_EVENT_BYTES);
  struct buffer out;
  struct reading reading;
  buffer_init(&out, text, LIMIT_EVENT_BYTES);
  buffer_put(&out, STR("{" LINE_FLAT ",\"x\":["));
  while (out.length + 256 * 10 + 8 < LIMIT_EVENT_BYTES) {
    buffer_byte(&out, '{');
    for (int i = 0; i < 255; i++) buffer_print(&out, "\"k%03d\":0,", i);
    buffer_put(&out, STR("\"kxxx\":0},"));
  }
  buffer_put(&out, STR("0]}"));
  assert_false(out.overflowed);
  for (int i = 0; i < 50; i++) {
    line_read(&catalogue, buffer_text(&out), &reading);
    assert_int_equal(reading.problem, EVENT_OK);
    free(reading.memory);
  }
  free(text);
}

static int set_up(void **state) {
  (void)state;
  catalogue_init(&catalogue);
  return 0;
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(cut_lines_are_truncated),
      cmocka_unit_test(every_byte_is_replaced),
      cmocka_unit_test(bytes_are_taken_out_and_doubled),
      cmocka_unit_test(many_like_keys_are_bounded),
  };
  return cmocka_run_group_tests(tests, set_up, NULL);
}
