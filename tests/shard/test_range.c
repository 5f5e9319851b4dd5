/* Ranges of events that nobody hears: where they end, that they go on behind a restart as if there had been none, and that whatever a run
 * does besides, each event without a line of its own is in one range. */
#include "stage.h"

#define SPAN 65536u /* as src/shard/range.c has it for files */
#define BOOK "of 00000000000000aa\n"

static const char *name = "in";
static bool keyed;

static enum status named_poll(void *self, struct input_line *out, uint32_t capacity, uint32_t *count, bool *ended, struct fault *fault) {
  enum status status = fake_poll(self, out, capacity < 1024 ? capacity : 1024, count, ended, fault);
  for (uint32_t i = 0; i < *count; i++)
    if (keyed) out[i].key = STR("c1"), out[i].next = (out[i].position /= 7) + 1;
  return status;
}
static struct str named(void *self) {
  (void)self;
  return str_of(name);
}

static struct stage *started(const char *text) {
  struct stage *stage = stage_new(text, 0);
  name = "in", keyed = false;
  stage->log.poll = named_poll, stage->log.input_name = named;
  stage_start(stage);
  return stage;
}

static void expect_ranges(const char *text, const char *expected) {
  struct stage *stage = started(text);
  run_to_end(stage, 10, 1, TIME_NONE);
  expect_output(stage, OUTPUT_DECISIONS, expected);
  stage_free(stage);
}

/* What is heard in between, and what is no event, ends none; nothing is told where there was nothing. */
static void a_range_takes_up_what_has_no_line(void **unused) {
  (void)unused;
  expect_ranges("", "");
  expect_ranges("a c1 7\n", "a in:0 0\n");
  expect_ranges("N c1 7\n", "range in:0-0 1 " BOOK);
  expect_ranges("a c1 7\nN c1 7\nx\nb c2 7\nN c2 7\nN c2 7\nd c3 7\n", "a in:0 0\nb in:16 0\nd in:37 0\nrange in:7-30 3 " BOOK);
}

/* At bytes of a file, at offsets of a partition; and not because a line reaches over the border. */
static void it_ends_at_fixed_positions(void **unused) {
  (void)unused;
  uint32_t count = 3 * SPAN / 7;
  char *text = malloc(7u * count + 1), expected[512];
  for (uint32_t i = 0; i < count; i++) memcpy(text + 7u * i, "N c1 7\n", 8);
  uint32_t per[3], last[3];
  for (uint32_t i = 0, at = 0; i < 3; i++, at = last[i - 1] + 7)
    last[i] = i == 2 ? 7 * (count - 1) : ((i + 1) * SPAN - 1) / 7 * 7, per[i] = (last[i] - at) / 7 + 1;
  snprintf(expected, sizeof expected, "range in:0-%u %u " BOOK "range in:%u-%u %u " BOOK "range in:%u-%u %u " BOOK, last[0], per[0],
           last[0] + 7, last[1], per[1], last[1] + 7, last[2], per[2]);
  expect_ranges(text, expected);
  text[7 * 600] = 0;
  struct stage *stage = started(text);
  keyed = true;
  run_to_end(stage, 1000, 1, TIME_NONE);
  expect_output(stage, OUTPUT_DECISIONS, "range in:0-255 256 " BOOK "range in:256-511 256 " BOOK "range in:512-599 88 " BOOK);
  stage_free(stage);
  free(text);
}

/* A line that nobody hears is not needed for that. */
static void any_line_behind_the_border_ends_it(void **unused) {
  (void)unused;
  char *text = malloc(SPAN + 64);
  strcpy(text, "N c1 7\na c1 7");
  memset(text + strlen(text), ' ', SPAN);
  strcpy(text + SPAN, "\nb c2 7\n");
  expect_ranges(text, "a in:7 0\nrange in:0-0 1 " BOOK "b in:65537 0\n");
  free(text);
}

static void another_rulebook_ends_it(void **unused) {
  (void)unused;
  bool ended;
  struct stage *stage = started("N c1 7\nN c1 7\nN c1 7\na c1 7\n");
  step(stage, 2, TIME_NONE, &ended);
  shard_swap(stage->shard, &next_rulebook, NULL, NULL);
  shard_swap(stage->shard, &fake_rulebook, NULL, NULL); /* nothing was decided under it */
  step(stage, 1, TIME_NONE, &ended);
  flush(stage);
  expect_output(stage, OUTPUT_DECISIONS, "");
  shard_swap(stage->shard, &next_rulebook, NULL, NULL);
  run_to_end(stage, 10, 1, TIME_NONE);
  expect_output(stage, OUTPUT_DECISIONS, "range in:0-14 3 " BOOK "a in:21 0\n");
  stage_free(stage);
}

/* Another file under the same state, or in the place of the one that was there. */
static void another_input_ends_it(void **unused) {
  (void)unused;
  bool ended;
  struct stage *stage = started("N c1 7\nN c1 7\n");
  step(stage, 2, TIME_NONE, &ended);
  flush(stage);
  stage_text(stage, "N c1 7\n");
  step(stage, 2, TIME_NONE, &ended);
  stage_text(stage, "N c1 7\nN c2 7\n");
  name = "other";
  stage_start(stage); /* the last one is lost: it was not flushed */
  run_to_end(stage, 10, 1, TIME_NONE);
  expect_output(stage, OUTPUT_DECISIONS, "range in:0-7 2 " BOOK "range other:0-7 2 " BOOK);
  stage_free(stage);
}

static void a_file_in_its_place_ends_it(void **unused) {
  (void)unused;
  bool ended;
  struct stage *stage = started("N c1 7\nN c1 7\n");
  step(stage, 2, TIME_NONE, &ended);
  stage_text(stage, "N c1 7\n");
  run_to_end(stage, 10, 1, TIME_NONE);
  expect_output(stage, OUTPUT_DECISIONS, "range in:0-7 2 " BOOK "range in:0-0 1 " BOOK);
  stage_free(stage);
}

static char *any_lines(uint32_t count) {
  char *text = malloc(count * 24u + 1);
  size_t at = 0;
  random_state = 7;
  for (uint32_t i = 0; i < count; i++) {
    static const char kinds[] = "NNNNNNNaUx";
    char kind = kinds[random_below(10)];
    at += (size_t)sprintf(text + at,
                          kind == 'x'   ? "%c\n"
                          : kind == 'a' ? "%c%u c%u %u\n"
                                        : "%c c%u %u\n",
                          kind, kind == 'a' ? i : i % 9, i % 9, 7 + i);
  }
  return text;
}

/* However it is cut into steps and commits, and wherever it is begun anew from what was committed: the same bytes, the same records. */
static void a_restart_anywhere_changes_nothing(void **unused) {
  (void)unused;
  char *text = any_lines(20000);
  struct stage *whole = started(text);
  run_to_end(whole, 1000, 1000000, TIME_NONE);
  assert_non_null(strstr(whole->outputs[OUTPUT_DECISIONS], "range in:"));
  for (uint32_t round = 0; round < 4; round++) {
    struct stage *stage = started(text);
    bool ended = false;
    for (uint64_t next = 0; !ended;) {
      for (uint32_t steps = random_below(40) + 1; steps > 0 && !ended; steps--) step(stage, 1 + random_below(97), TIME_NONE, &ended);
      flush(stage);
      if (shard_next(stage->shard) > next) next = shard_next(stage->shard);
      if (ended || random_below(2) == 0) continue;
      stage_start(stage);
      stage->at = next;
    }
    flush(stage);
    outputs_equal(whole, stage);
    records_equal(whole, stage);
    stage_free(stage);
  }
  stage_free(whole);
  free(text);
}

/* Its line is work that is committed, and there is no second. */
static void the_end_is_told_once(void **unused) {
  (void)unused;
  uint32_t count;
  bool ended = false;
  struct stage *stage = started("N c1 7\n");
  assert_int_equal(shard_step(stage->shard, 10, TIME_NONE, &count, &ended, &stage->fault), STATUS_OK);
  flush(stage);
  expect_output(stage, OUTPUT_DECISIONS, "");
  assert_int_equal(shard_step(stage->shard, 10, TIME_NONE, &count, &ended, &stage->fault), STATUS_OK);
  assert_true(ended && count == 1);
  flush(stage);
  stage_start(stage);
  assert_int_equal(shard_step(stage->shard, 10, TIME_NONE, &count, &ended, &stage->fault), STATUS_OK);
  assert_true(ended && count == 0);
  flush(stage);
  expect_output(stage, OUTPUT_DECISIONS, "range in:0-0 1 " BOOK);
  stage_free(stage);
}

static void a_record_that_is_none_is_told(void **unused) {
  (void)unused;
  struct fault fault;
  char record[80] = {1};
  struct unheard_range range;
  assert_int_equal(shard_range_read((struct str){record, 0}, &range, &fault), STATUS_OK);
  assert_int_equal(range.events, 0);
  assert_int_equal(shard_range_read((struct str){record, 70}, &range, &fault), STATUS_STATE); /* of no events */
  record[17] = 1;
  assert_int_equal(shard_range_read((struct str){record, 70}, &range, &fault), STATUS_OK);
  assert_int_equal(shard_range_read((struct str){record, 60}, &range, &fault), STATUS_STATE);
  record[0] = 2;
  assert_int_equal(shard_range_read((struct str){record, 70}, &range, &fault), STATUS_STATE);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_range_takes_up_what_has_no_line),
      cmocka_unit_test(it_ends_at_fixed_positions),
      cmocka_unit_test(any_line_behind_the_border_ends_it),
      cmocka_unit_test(another_rulebook_ends_it),
      cmocka_unit_test(another_input_ends_it),
      cmocka_unit_test(a_file_in_its_place_ends_it),
      cmocka_unit_test(a_restart_anywhere_changes_nothing),
      cmocka_unit_test(the_end_is_told_once),
      cmocka_unit_test(a_record_that_is_none_is_told),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
