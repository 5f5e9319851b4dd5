/* The loop: the same bytes however the lines are cut into steps, flushes and caches; whose record is loaded when; what becomes of lines
 * that are no events, and of events that other customers hear. The rooms it calls are played (rooms.h has the language of the lines). */
#include "stage.h"

/* ---- what is kept ---- */

static int64_t kept_count_of(struct stage *stage, struct str key) {
  static _Alignas(64) char block[1u << 16];
  struct state *state = state_init(block, sizeof block, 64);
  const struct kept *kept = kept_find(stage, key);
  struct fault fault;
  if (kept == NULL) return 0;
  assert_true(page_decode((struct str){kept->record, kept->length}, state, &fault));
  return count_of(state);
}

/* Lines of many customers and some pools, some of them large; a few are no events, cannot be kept, or come again. */
static char *lines_make(uint32_t count, uint32_t customers) {
  char *text = malloc((size_t)count * 96 + 1);
  size_t at = 0;
  assert_non_null(text);
  random_state = 1;
  for (uint32_t i = 0; i < count; i++) {
    uint32_t what = random_below(100), id = random_below(30) == 0 && i > 20 ? i - random_below(20) : i;
    if (what == 0) {
      at += (size_t)sprintf(text + at, "!\n");
      continue;
    }
    const char *kind = what == 1 ? "L" : what == 2 ? "R" : what == 3 ? "T" : what == 4 ? "F" : "e";
    at += (size_t)sprintf(text + at, "%s%u c%u %lld", kind, id, random_below(customers), 1800000000000LL + (long long)i * 600000);
    if (random_below(3) == 0) at += (size_t)sprintf(text + at, " p%u", random_below(20));
    if (random_below(5) == 0) at += (size_t)sprintf(text + at, " c%u", random_below(6));
    if (random_below(5) == 0) at += (size_t)sprintf(text + at, " u%u", 20833000 + i / 144 * 1000 + 3000 + random_below(6));
    if (random_below(40) == 0) at += (size_t)sprintf(text + at, " k%u", random_below(30));
    if (random_below(200) == 0) at += (size_t)sprintf(text + at, " g%u", random_below(300));
    if (random_below(4) == 0) at += (size_t)sprintf(text + at, " d%u", random_below(2) == 0 ? (i / 500 + 1) * 500 : i + random_below(90));
    text[at++] = '\n', text[at] = 0;
  }
  return text;
}

struct cut {
  uint32_t step, flush_every;
  uint64_t cache_bytes;
  bool ahead; /* the view is asked for what comes next */
};

static struct stage *cut_run(const char *text, const struct cut *cut) {
  struct stage *stage = stage_new(text, cut->cache_bytes);
  if (cut->ahead) stage->view.prefetch = fake_prefetch;
  stage_start(stage);
  run_to_end(stage, cut->step, cut->flush_every, TIME_NONE);
  return stage;
}

static void the_same_lines_give_the_same_bytes_however_they_are_cut(void **unused) {
  (void)unused;
  static const struct cut cuts[] = {
      {1024, 1000000, 64u << 20, false}, {1, 1, 0, false}, {7, 3, 0, true}, {1024, 1, 0, false}, {333, 10, 0, true},
      {100000, 1000000, 0, false}};
  char *text = lines_make(6000, 300);
  struct stage *first = cut_run(text, &cuts[0]);
  assert_int_equal(shard_counts(first->shard)->lines, 6000);
  assert_true(shard_counts(first->shard)->closes > 1000);
  for (size_t i = 1; i < sizeof cuts / sizeof cuts[0]; i++) {
    struct stage *stage = cut_run(text, &cuts[i]);
    outputs_equal(first, stage);
    records_equal(first, stage);
    stage_free(stage);
  }
  stage_free(first);
  free(text);
}

/* A second shard over what the first one stored goes on as if there had been one. */
static void a_restart_anywhere_changes_nothing(void **unused) {
  (void)unused;
  char *text = lines_make(1500, 60);
  const struct cut whole = {1024, 1000000, 0, false};
  struct stage *plain = cut_run(text, &whole);
  for (uint32_t every = 1; every < 1000; every = every * 3 + 1) {
    struct stage *stage = stage_new(text, 0);
    bool ended = false;
    while (!ended) {
      stage_start(stage);
      for (uint32_t lines = 0; lines < every && !ended; lines++) step(stage, 1, TIME_NONE, &ended);
      flush(stage);
      size_t next = (size_t)shard_next(stage->shard);
      if (next != 0) stage->at = next; /* what was polled and not decided comes again */
    }
    outputs_equal(plain, stage);
    records_equal(plain, stage);
    stage_free(stage);
  }
  stage_free(plain);
  free(text);
}

static bool full_after_a_line(void *self) {
  const struct stage *stage = self;
  return stage->stops && shard_counts(stage->shard)->lines == 1;
}

/* Numbers of types and fields are those of the catalogue it was read with: a line that was read ahead is read anew. */
static void what_was_read_ahead_is_read_anew_by_the_next_rulebook(void **unused) {
  (void)unused;
  struct stage *stage = stage_new("a c1 1\nb c1 2\n", 0);
  uint32_t count;
  bool ended;
  stage->log.full = full_after_a_line;
  stage->stops = true;
  stage_start(stage);
  read_with_next = 0;
  assert_int_equal(shard_step(stage->shard, 10, TIME_NONE, &count, &ended, &stage->fault), STATUS_OK);
  assert_int_equal(count, 1);
  shard_swap(stage->shard, &next_rulebook, NULL, NULL);
  stage->stops = false;
  run_to_end(stage, 10, 1000, TIME_NONE);
  assert_int_equal(read_with_next, 1);
  stage_free(stage);
}

/* And what the survey of a poll found that nobody hears is read once, and anew when others may hear it. */
static void what_nobody_hears_is_read_once_by_each_rulebook(void **unused) {
  (void)unused;
  struct stage *stage = stage_new("a c1 1\nN c1 2\nN c2 3\n", 0);
  uint32_t count;
  bool ended;
  stage->view.prefetch = fake_prefetch;
  stage->log.full = full_after_a_line;
  stage->stops = true;
  stage_start(stage);
  uint32_t before = read_in_all;
  assert_int_equal(shard_step(stage->shard, 10, TIME_NONE, &count, &ended, &stage->fault), STATUS_OK);
  assert_int_equal(count, 1);
  assert_int_equal(read_in_all - before, 4); /* the survey, and what is heard when its turn comes */
  read_with_next = 0;
  shard_swap(stage->shard, &next_rulebook, NULL, NULL);
  stage->stops = false;
  run_to_end(stage, 10, 1000, TIME_NONE);
  assert_int_equal(read_with_next, 2);
  assert_int_equal(shard_counts(stage->shard)->lines, 3);
  stage_free(stage);
}

static void owners_come_from_the_cache_after_the_first_time(void **unused) {
  (void)unused;
  struct stage *stage = stage_new("a c1 1 pa\nb c1 2 pa\nc c2 3 pa\n", 0);
  stage_start(stage);
  run_to_end(stage, 10, 1000, TIME_NONE);
  assert_int_equal(shard_counts(stage->shard)->owner_loads, 3);
  assert_int_equal(stage->loads,
                   9); /* with the clock, the ends of the queue of what is heard, what closes, lines at pools, ranks, the open range */
  assert_int_equal(stage->stores, 4); /* two customers, a pool, the clock */
  stage_free(stage);
}

/* ---- heard as another ---- */

/* What another hears is decided right behind the event, before the next line, however the lines are cut; and the state remembers that it
 * was. */
static void what_another_hears_is_decided_right_behind(void **unused) {
  (void)unused;
  for (uint32_t most = 1; most <= 4; most++) {
    struct stage *stage = stage_new("a c1 1\nF c1 2\nb c2 3\nG c2 4\nc c1 5\n", 0);
    stage_start(stage);
    run_to_end(stage, most, 1, TIME_NONE);
    expect_output(stage, OUTPUT_DECISIONS,
                  "a in:0 0\nF in:7 12\nF in:7 0\nb in:14 0\nG in:21 12\nG in:21 12\nG in:21 0\nG in:21 0\nG in:21 0\nc in:28 12\n");
    assert_int_equal(shard_counts(stage->shard)->events, 5);
    assert_int_equal(shard_counts(stage->shard)->heard, 5);
    assert_false(shard_waits(stage->shard));
    assert_int_equal(kept_count_of(stage, STR("chearer")), 2);
    const struct kept *ends = kept_find(stage, STR("m:heard"));
    assert_non_null(ends);
    assert_memory_equal(ends->record + 1, "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 16);
    stage->at = stage->length;
    stage_start(stage); /* nothing is heard again */
    assert_false(shard_waits(stage->shard));
    stage_free(stage);
  }
}

/* Files commit the position behind what was polled: a line that is left over is lost with the next stop. However many hear the lines before
 * it, and however few a step may take. */
static void a_step_decides_all_that_it_polled(void **unused) {
  (void)unused;
  for (uint32_t most = 1; most <= 6; most++) {
    struct stage *stage = stage_new("F c1 1\nG c1 2\nG c2 3\na c3 4\nG c1 5\nF c2 6\nb c3 7\n", 0);
    stage_start(stage);
    bool ended = false;
    for (uint32_t count = 0; !ended;) {
      size_t before = stage->at;
      assert_int_equal(shard_step(stage->shard, most, TIME_NONE, &count, &ended, &stage->fault), STATUS_OK);
      if (stage->at > before) assert_int_equal(shard_next(stage->shard), stage->at);
    }
    assert_int_equal(shard_counts(stage->shard)->events, 7);
    stage_free(stage);
  }
}

/* One that does not fit a record of the state goes through the queue in pieces. */
static void a_long_event_is_heard_as_a_whole(void **unused) {
  (void)unused;
  char *text = malloc(LIMIT_EVENT_BYTES + 2);
  assert_non_null(text);
  for (size_t length = LIMIT_EVENT_BYTES - 60; length <= LIMIT_EVENT_BYTES; length++) {
    memset(text, ' ', length);
    memcpy(text, "F c1 2 ", 7);
    text[length] = '\n', text[length + 1] = 0;
    struct stage *stage = stage_new(text, 0);
    stage_start(stage);
    run_to_end(stage, 10, 1, TIME_NONE);
    assert_int_equal(shard_counts(stage->shard)->heard, 1);
    const struct kept *piece = kept_find(stage, (struct str){"f\0\0\0\0\0\0\0\0\0", 10});
    assert_non_null(piece);
    assert_int_equal(piece->length, 0);
    stage_free(stage);
  }
  free(text);
}

static void the_length_of_the_queue_is_told(void **unused) {
  (void)unused;
  struct stage *stage = stage_new("a c1 1\n", 0);
  struct fault fault;
  assert_int_equal(fake_store(stage, STR("m:heard"), (struct str){"\1\2\0\0\0\0\0\0\0\5\0\0\0\0\0\0\0", 17}, &fault), STATUS_OK);
  stage_start(stage);
  assert_int_equal(shard_heard_waiting(stage->shard), 3);
  stage_free(stage);
}

/* Of version 2, and of 1, which does not say how far ahead of the clock anybody heard: one list, of one entry that names nobody. */
static enum status opened_with(const char *bytes, size_t length) {
  struct stage *stage = stage_new("a c1 1\n", 0);
  struct fault fault;
  assert_int_equal(fake_store(stage, STR("m:due"), (struct str){bytes, length}, &fault), STATUS_OK);
  enum status status =
      shard_open(stage->memory, &stage->settings, &fake_rulebook, NULL, NULL, &stage->log, &stage->view, &stage->shard, &fault);
  if (status == STATUS_OK) assert_false(shard_due(stage->shard)); /* there is no clock */
  if (status != STATUS_OK) assert_non_null(strstr(fault.text, "periods that close"));
  stage_free(stage);
  return status;
}

static void the_list_of_closes_of_an_older_giftd_is_read(void **unused) {
  (void)unused;
  static const char newer[41] = {2, [5] = 7, [21] = 1, [25] = 9, [37] = 1}, older[33] = {1, [5] = 7, [13] = 1, [17] = 9, [29] = 1};
  static const char next[41] = {3, [21] = 1};
  assert_int_equal(opened_with(newer, sizeof newer), STATUS_OK);
  assert_int_equal(opened_with(older, sizeof older), STATUS_OK);
  assert_int_equal(opened_with(next, sizeof next), STATUS_STATE);
  static const size_t cut[] = {1, 24, 25, 32, 40}; /* within the head, behind it, within the list */
  for (size_t i = 0; i < sizeof cut / sizeof cut[0]; i++) assert_int_equal(opened_with(newer, cut[i]), STATUS_STATE);
  for (size_t i = 0; i < 3; i++) assert_int_equal(opened_with(older, i == 0 ? cut[i] : cut[i] - 8), STATUS_STATE);
}

static void what_cannot_be_decided_for_its_hearer_is_a_dead_letter(void **unused) {
  (void)unused;
  struct stage *stage = stage_new("a c1 1\nM c1 2\nb c2 3\n", 0);
  stage_start(stage);
  run_to_end(stage, 10, 1, TIME_NONE);
  expect_output(stage, OUTPUT_DECISIONS, "a in:0 0\nM in:7 12\nb in:14 0\n");
  expect_output(stage, OUTPUT_DLQ, "dead 7 OUTGROWN as it was heard by customer hearer alone: not for the hearer 6\n");
  assert_true(stage->dead_which == LINE_NONE);
  assert_int_equal(shard_counts(stage->shard)->dead, 1);
  assert_false(shard_waits(stage->shard));
  stage_free(stage);
}

/* ---- lines that are no events ---- */

static void count_decisions(void *self, const struct event *event, const struct decision *decision) {
  (void)event, (void)decision;
  ++*(uint32_t *)self;
}

static void lines_that_are_no_events_are_dead_letters(void **unused) {
  (void)unused;
  struct stage *stage = stage_new("!\nL c1 5\nD c1 6\ne c1 7\n", 0);
  uint32_t observed = 0;
  stage_start(stage);
  shard_observe(stage->shard, count_decisions, &observed);
  run_to_end(stage, 10, 1, TIME_NONE);
  const struct shard_counts *counts = shard_counts(stage->shard);
  char expected[64];
  snprintf(expected, sizeof expected, "D in:9 %d\ne in:16 0\n", (int)REASON_DUPLICATE_EVENT);
  expect_output(stage, OUTPUT_DLQ, "dead 0 4 1\ndead 2 OUTGROWN never 6\n");
  expect_output(stage, OUTPUT_DECISIONS, expected);
  expect_output(stage, OUTPUT_REWARDS, "gift c1 0\n");
  assert_int_equal(observed, 2);
  assert_int_equal(counts->lines, 4);
  assert_int_equal(counts->events, 2);
  assert_int_equal(counts->dead, 2);
  assert_int_equal(counts->duplicates, 1);
  assert_int_equal(counts->gifts, 1);
  assert_int_equal(counts->by_reason[REASON_MALFORMED_EVENT], 2);
  stage_free(stage);
}

static void a_piece_of_a_line_is_a_dead_letter_whatever_it_holds(void **unused) {
  (void)unused;
  struct stage *stage = stage_new("e c1 7\n", 0);
  stage->pieces = true;
  stage_start(stage);
  run_to_end(stage, 10, 1, TIME_NONE);
  assert_int_equal(shard_counts(stage->shard)->dead, 1);
  assert_int_equal(shard_counts(stage->shard)->events, 0);
  stage_free(stage);
}

/* ---- what nobody hears ---- */

/* It is counted and told in a range, and leaves no record; the same again is no duplicate, and its id does not stand in the way of another
 * event. */
static void what_nobody_hears_touches_no_record(void **unused) {
  (void)unused;
  struct stage *stage = stage_new("N c1 7\nN c1 7\nN c2 -7\nU c3 8\na c1 9\n", 0);
  uint32_t observed = 0;
  stage_start(stage);
  shard_observe(stage->shard, count_decisions, &observed);
  run_to_end(stage, 10, 1, TIME_NONE);
  const struct shard_counts *counts = shard_counts(stage->shard);
  char expected[128];
  snprintf(expected, sizeof expected, "N in:14 %d\nU in:22 0\na in:29 0\nrange in:0-7 2 of 00000000000000aa\n", (int)REASON_EVENT_TOO_LATE);
  expect_output(stage, OUTPUT_DECISIONS, expected);
  expect_output(stage, OUTPUT_REWARDS, "gift c3 0\ngift c1 0\n");
  assert_int_equal(observed, 5);
  assert_int_equal(counts->events, 5);
  assert_int_equal(counts->late, 1);
  assert_int_equal(counts->duplicates, 0);
  assert_int_equal(counts->owner_loads + counts->owner_hits, 2); /* of c3 and c1 */
  stage_free(stage);
}

/* ---- failures ---- */

static enum status run_into(struct stage *stage) {
  uint32_t count;
  bool ended = false;
  enum status status = STATUS_OK;
  while (status == STATUS_OK && !ended) status = shard_step(stage->shard, 100, TIME_NONE, &count, &ended, &stage->fault);
  return status == STATUS_OK ? shard_flush(stage->shard, &stage->fault) : status;
}

/* Whichever call fails, its status comes up with words in front and nothing is taken for done. */
static void every_failure_comes_up(void **unused) {
  (void)unused;
  char *text = lines_make(1500, 100);
  for (int which = 0; which < 3; which++) {
    uint32_t failures = 0;
    for (int call = 1; call < 20000; call = call * 5 + 1) {
      struct stage *stage = stage_new(text, 0);
      stage_start(stage);
      (which == 0 ? (stage->fail_load = call) : which == 1 ? (stage->fail_store = call) : (stage->fail_append = call));
      enum status status = run_into(stage);
      if (status != STATUS_OK) {
        assert_int_equal(status, STATUS_STORAGE);
        assert_non_null(strstr(stage->fault.text, "fails"));
        failures++;
      }
      stage_free(stage);
    }
    assert_true(failures > 0);
  }
  free(text);
}

static void a_record_that_is_none_is_told(void **unused) {
  (void)unused;
  struct stage *stage = stage_new("e c1 7\n", 0);
  uint32_t count;
  bool ended;
  struct fault fault;
  assert_int_equal(fake_store(stage, STR("cc1"), STR("rubbish"), &fault), STATUS_OK);
  stage_start(stage);
  assert_int_equal(shard_step(stage->shard, 10, TIME_NONE, &count, &ended, &fault), STATUS_STATE);
  assert_non_null(strstr(fault.text, "in, byte 0: "));
  stage_free(stage);
}

/* ---- words that the catalogue does not know ---- */

static uint32_t told_unknown;
static void unknown_told(void *self, const struct catalogue *catalogue, const struct event *event) {
  assert_true(self == &told_unknown && catalogue == &fake_catalogue && event->unknown_count > 0 && event->cause.length == 0);
  told_unknown++;
}

/* Counted once an event that was decided, with who caused it alone; a duplicate is one more event that says so. */
static void unknown_words_are_counted_and_told(void **unused) {
  (void)unused;
  for (int told = 0; told < 2; told++) {
    struct stage *stage = stage_new("e1 c1 100 ?1\nF2 c2 200 !2 $3\n!\ne3 c1 300\ne4 c3 400 $1\ne4 c3 400 $1\n", 0);
    told_unknown = 0;
    if (told) stage->settings.unknown = unknown_told, stage->settings.unknown_self = &told_unknown;
    stage_start(stage);
    run_to_end(stage, 2, 3, TIME_NONE);
    const struct shard_counts *counts = shard_counts(stage->shard);
    assert_int_equal(counts->unknown[UNKNOWN_TYPE], 1);
    assert_int_equal(counts->unknown[UNKNOWN_FIELD], 2);
    assert_int_equal(counts->unknown[UNKNOWN_VALUE], 5);
    assert_int_equal(told_unknown, told ? 4 : 0);
    assert_true(counts->heard > 0 && counts->dead == 1);
    stage_free(stage);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(unknown_words_are_counted_and_told),
      cmocka_unit_test(the_same_lines_give_the_same_bytes_however_they_are_cut),
      cmocka_unit_test(a_restart_anywhere_changes_nothing),
      cmocka_unit_test(what_was_read_ahead_is_read_anew_by_the_next_rulebook),
      cmocka_unit_test(what_nobody_hears_is_read_once_by_each_rulebook),
      cmocka_unit_test(owners_come_from_the_cache_after_the_first_time),
      cmocka_unit_test(what_another_hears_is_decided_right_behind),
      cmocka_unit_test(a_step_decides_all_that_it_polled),
      cmocka_unit_test(a_long_event_is_heard_as_a_whole),
      cmocka_unit_test(the_length_of_the_queue_is_told),
      cmocka_unit_test(the_list_of_closes_of_an_older_giftd_is_read),
      cmocka_unit_test(what_cannot_be_decided_for_its_hearer_is_a_dead_letter),
      cmocka_unit_test(lines_that_are_no_events_are_dead_letters),
      cmocka_unit_test(a_piece_of_a_line_is_a_dead_letter_whatever_it_holds),
      cmocka_unit_test(what_nobody_hears_touches_no_record),
      cmocka_unit_test(every_failure_comes_up),
      cmocka_unit_test(a_record_that_is_none_is_told),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
