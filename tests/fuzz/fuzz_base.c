/* The base room's readers before hostile bytes: the JSON cursor, moments, durations, money, percentages, numbers. Every reader sees every
 * input; what one of them accepts and can be written must come back the same.
 */
#include <stdlib.h>

#include "giftd/base.h"

#define CHECK(condition) ((condition) ? (void)0 : abort())
#define WRITTEN_BYTES 64

static char memory[WRITTEN_BYTES];

static struct buffer fresh(void) {
  struct buffer buffer;
  buffer_init(&buffer, memory, sizeof memory);
  return buffer;
}

static void check_times(struct str text) {
  int64_t ms = 0, again = 0;
  int32_t offset = 0, offset_again = 0;
  struct duration duration, duration_again;
  struct buffer out = fresh();
  if (time_parse(text, &ms, &offset)) {
    buffer_time(&out, ms, offset);
    CHECK(time_parse(buffer_text(&out), &again, &offset_again) && again == ms && offset_again == offset);
  }
  out = fresh();
  if (!duration_parse(text, &duration)) return;
  buffer_duration(&out, duration);
  CHECK(duration_parse(buffer_text(&out), &duration_again) && duration_again.months == duration.months && duration_again.ms == duration.ms);
}

static void check_amounts(struct str text) {
  int64_t minor = 0, number = 0;
  int32_t points = 0, points_again = 0;
  for (int decimals = 0; decimals <= 4; decimals++) {
    struct buffer out = fresh();
    if (!money_parse(text, decimals, &minor)) continue;
    CHECK(minor >= 0 && minor <= LIMIT_AMOUNT_MINOR);
    buffer_money(&out, minor, decimals);
    CHECK(str_equal(buffer_text(&out), text));
  }
  struct buffer out = fresh();
  if (percent_parse(text, &points)) {
    buffer_percent(&out, points);
    CHECK(percent_parse(buffer_text(&out), &points_again) && points_again == points);
  }
  out = fresh();
  if (!str_to_int64(text, &number)) return;
  buffer_int(&out, number);
  CHECK(str_to_int64(buffer_text(&out), &minor) && minor == number);
}

/* Skipping a value and taking it out must agree, and a refusal names a place in the text. */
static void check_json(struct str text) {
  struct json_cursor skipping = json_open(text), taking = json_open(text);
  struct str raw = {NULL, 0};
  bool skipped = json_skip(&skipping), taken = json_raw(&taking, &raw);
  CHECK(skipped == taken && skipping.at == taking.at && skipping.at <= text.length);
  CHECK(skipped == (skipping.problem == NULL));
  if (!skipped) return;
  struct json_cursor alone = json_open(raw);
  CHECK(json_skip(&alone) && json_done(&alone) && alone.at == raw.length);
}

/* Any bytes written as a JSON text are one, and come back when they were UTF-8. */
static void check_json_text(struct str text) {
  static char written[8192], unescaped[8192];
  struct buffer out;
  struct arena arena;
  struct str back = {NULL, 0};
  buffer_init(&out, written, sizeof written);
  arena_init(&arena, unescaped, sizeof unescaped);
  buffer_json(&out, text);
  if (out.overflowed) return;
  struct json_cursor c = json_open(buffer_text(&out));
  CHECK(json_text(&c, &arena, &back) && json_done(&c) && str_is_utf8(back));
  CHECK(!str_is_utf8(text) || str_equal(back, text));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct str text = {(const char *)data, size};
  check_times(text);
  check_amounts(text);
  check_json(text);
  check_json_text(text);
  return 0;
}
