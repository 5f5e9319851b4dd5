/* The stream's own time: it is where half of the last sixteen events say it is or is past, whatever single events say; it never goes back;
 * and a restart anywhere changes nothing. */
#include "stage.h"

#define DAY_MS 86400000LL
#define YEAR_MS (365 * DAY_MS)
#define NOW_MS (20000 * DAY_MS)
#define EVENTS_MOST 100u

/* The rule once more, as its sentence says it. */
struct reference {
  int64_t last[16], now_ms;
  uint32_t count;
};

static int64_t reference_hear(struct reference *r, int64_t time_ms) {
  r->last[r->count++ % 16] = time_ms;
  for (uint32_t i = 0; i < 16 && r->count >= 16; i++) {
    uint32_t there = 0;
    for (uint32_t k = 0; k < 16; k++) there += r->last[k] >= r->last[i];
    if (there >= 8 && r->last[i] > r->now_ms) r->now_ms = r->last[i];
  }
  return r->now_ms;
}

/* ---- a stream of so many events ---- */

static char *times_text(const int64_t *times, uint32_t count) {
  char *text = malloc(count * 48u + 1);
  size_t at = 0;
  assert_non_null(text);
  text[0] = 0;
  for (uint32_t i = 0; i < count; i++) at += (size_t)sprintf(text + at, "e%u c%u %lld\n", i, i % 7, (long long)times[i]);
  return text;
}

static struct stage *times_run(const int64_t *times, uint32_t count) {
  char *text = times_text(times, count);
  struct stage *stage = stage_new(text, 0);
  stage_start(stage);
  run_to_end(stage, 10, 1, TIME_NONE);
  assert_int_equal(arrival_count, count);
  free(text);
  return stage;
}

static void times_fill(int64_t *times, uint32_t from, uint32_t to, int64_t start_ms) {
  for (uint32_t i = from; i < to; i++) times[i] = start_ms + (int64_t)(i - from) * 60000;
}

/* What an event arrives at that nobody says an arrival of. */
static int64_t arrival_of(int64_t time_ms, int64_t clock_ms) {
  bool goes_on = clock_ms == TIME_NONE || (time_ms > clock_ms && time_ms - clock_ms <= 5 * 366 * DAY_MS);
  return goes_on ? time_ms : clock_ms;
}

static int64_t time_draw(int64_t stream_ms) {
  switch (random_below(8)) {
    case 0: return stream_ms + (int64_t)random_below(4000) * DAY_MS;
    case 1: return stream_ms - (int64_t)random_below(4000) * DAY_MS;
    case 2: return random_below(2) == 0 ? 0 : 253402300799999LL;
    default: return stream_ms - (int64_t)random_below(7200) * 1000;
  }
}

static void the_clock_is_where_half_of_the_last_sixteen_are(void **unused) {
  (void)unused;
  for (uint64_t seed = 1; seed <= 40; seed++) {
    int64_t times[EVENTS_MOST], stream_ms = NOW_MS;
    struct reference reference = {.now_ms = TIME_NONE};
    random_state = seed;
    for (uint32_t i = 0; i < EVENTS_MOST; i++) times[i] = time_draw(stream_ms += 1 + random_below(3600000));
    struct stage *stage = times_run(times, EVENTS_MOST);
    for (uint32_t i = 0; i < EVENTS_MOST; i++) {
      int64_t clock_ms = reference_hear(&reference, times[i]);
      assert_true(clocks[i] == clock_ms && arrivals[i] == arrival_of(times[i], clock_ms));
    }
    stage_free(stage);
  }
}

/* ---- the sentences of its rule ---- */

static void before_sixteen_events_there_is_none(void **unused) {
  (void)unused;
  int64_t times[20];
  times_fill(times, 0, 20, NOW_MS);
  struct stage *stage = times_run(times, 20);
  for (uint32_t i = 0; i < 15; i++) assert_true(clocks[i] == TIME_NONE && arrivals[i] == times[i]);
  for (uint32_t i = 15; i < 20; i++) assert_int_equal(clocks[i], times[i - 7]);
  assert_int_equal(shard_clock(stage->shard), times[19]);
  stage_free(stage);
}

/* The first, one in the middle, seven in a row or among others: as if they had not been. */
static void wild_times_move_nothing(void **unused) {
  (void)unused;
  static const struct { uint32_t from, count, every; } rows[] = {{0, 1, 1}, {20, 1, 1}, {20, 7, 1}, {20, 7, 2}, {0, 7, 1}, {9, 7, 1}};
  static const int64_t wilds[] = {4 * YEAR_MS, 6 * YEAR_MS, 100 * YEAR_MS, 30 * DAY_MS, -40 * YEAR_MS};
  for (size_t row = 0; row < sizeof rows / sizeof rows[0]; row++)
    for (size_t w = 0; w < sizeof wilds / sizeof wilds[0]; w++) {
      int64_t times[60];
      times_fill(times, 0, 60, NOW_MS);
      for (uint32_t i = 0; i < rows[row].count; i++) times[rows[row].from + i * rows[row].every] += wilds[w];
      struct stage *stage = times_run(times, 60);
      for (uint32_t i = 15; i < 60; i++) assert_true(clocks[i] <= NOW_MS + (int64_t)i * 60000);
      assert_true(clocks[59] >= NOW_MS + 50 * 60000);
      stage_free(stage);
    }
}

/* Eight of the last sixteen are the stream. */
static void eight_are_the_stream(void **unused) {
  (void)unused;
  int64_t times[60];
  times_fill(times, 0, 60, NOW_MS);
  for (uint32_t i = 30; i < 45; i += 2) times[i] = NOW_MS + YEAR_MS;
  struct stage *stage = times_run(times, 60);
  assert_true(clocks[43] < NOW_MS + DAY_MS); /* seven */
  assert_int_equal(clocks[44], NOW_MS + YEAR_MS);
  assert_int_equal(clocks[59], NOW_MS + YEAR_MS); /* and never back */
  assert_int_equal(arrivals[59], NOW_MS + YEAR_MS);
  stage_free(stage);
}

/* After years in which nothing came the eighth event knows the new time; those before it are judged at their own. */
static void a_stream_that_was_quiet_goes_on(void **unused) {
  (void)unused;
  static const int64_t pauses[] = {3 * DAY_MS, 2 * YEAR_MS, 4 * YEAR_MS, 9 * YEAR_MS};
  for (size_t p = 0; p < sizeof pauses / sizeof pauses[0]; p++) {
    int64_t times[60];
    times_fill(times, 0, 30, NOW_MS);
    times_fill(times, 30, 60, NOW_MS + pauses[p]);
    struct stage *stage = times_run(times, 60);
    bool judged = pauses[p] < 5 * YEAR_MS; /* one that is further ahead arrives now: it is refused */
    for (uint32_t i = 30; i < 37; i++) assert_true(clocks[i] < NOW_MS + DAY_MS && (arrivals[i] == times[i]) == judged);
    for (uint32_t i = 37; i < 60; i++) assert_true(clocks[i] == times[i - 7] && arrivals[i] == times[i]);
    stage_free(stage);
  }
}

/* ---- who says when it arrived ---- */

static void an_arrival_that_is_told_comes_first(void **unused) {
  (void)unused;
  char text[256];
  snprintf(text, sizeof text, "a c %lld\nb c %lld r%lld\nc c %lld\n", (long long)NOW_MS, (long long)NOW_MS + 1, (long long)NOW_MS + 99,
           (long long)(NOW_MS + DAY_MS));
  static const struct {
    bool wall, own;
    int64_t log_ms, expected[3];
  } rows[] = {
      {false, false, TIME_NONE, {NOW_MS, NOW_MS + 99, NOW_MS + DAY_MS}}, {true, false, TIME_NONE, {NOW_MS + 7, NOW_MS + 99, NOW_MS + 7}},
      {true, false, NOW_MS + 5, {NOW_MS + 5, NOW_MS + 99, NOW_MS + 5}},  {false, false, NOW_MS + 5, {NOW_MS + 5, NOW_MS + 99, NOW_MS + 5}},
      {false, true, NOW_MS + 5, {NOW_MS, NOW_MS + 99, NOW_MS + DAY_MS}},
  };
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    struct stage *stage = stage_new(text, 0);
    stage->settings.wall_clock = rows[i].wall, stage->settings.own_clock = rows[i].own;
    stage->arrival_ms = rows[i].log_ms;
    stage_start(stage);
    run_to_end(stage, 10, 1, NOW_MS + 7);
    for (int k = 0; k < 3; k++) assert_int_equal(arrivals[k], rows[i].expected[k]);
    bool told = rows[i].wall || (rows[i].log_ms != TIME_NONE && !rows[i].own); /* then the third is from the future: no time at all */
    assert_int_equal(shard_clock(stage->shard), told ? NOW_MS + 1 : NOW_MS + DAY_MS);
    stage_free(stage);
  }
}

/* What a log that knows arrivals says is from the future does not count, however many there are. */
static void the_future_does_not_count(void **unused) {
  (void)unused;
  int64_t times[60];
  times_fill(times, 0, 60, NOW_MS);
  for (uint32_t i = 20; i < 50; i++) times[i] = NOW_MS + YEAR_MS;
  char *text = times_text(times, 60);
  struct stage *stage = stage_new(text, 0);
  stage->arrival_ms = NOW_MS + 3600000;
  stage_start(stage);
  run_to_end(stage, 10, 1, TIME_NONE);
  for (uint32_t i = 15; i < 60; i++) assert_true(clocks[i] <= NOW_MS + 3600000);
  assert_int_equal(clocks[59], times[52 - 30 + 30]); /* seven behind the last: only what counts is counted */
  stage_free(stage);
  free(text);
}

/* ---- what is kept ---- */

/* Clocks and arrivals of every event, stopped and started again behind every line, or nowhere. */
static void a_restart_in_the_middle_changes_nothing(void **unused) {
  (void)unused;
  for (uint64_t seed = 1; seed <= 5; seed++) {
    int64_t times[EVENTS_MOST], stream_ms = NOW_MS, plain_clocks[EVENTS_MOST], plain_arrivals[EVENTS_MOST];
    random_state = seed;
    for (uint32_t i = 0; i < EVENTS_MOST; i++) times[i] = time_draw(stream_ms += 1 + random_below(3600000));
    struct stage *plain = times_run(times, EVENTS_MOST);
    memcpy(plain_clocks, clocks, sizeof plain_clocks), memcpy(plain_arrivals, arrivals, sizeof plain_arrivals);
    char *text = times_text(times, EVENTS_MOST);
    struct stage *stage = stage_new(text, 0);
    for (uint32_t i = 0; i < EVENTS_MOST; i++) {
      bool ended;
      stage_start(stage);
      assert_true(i == 0 || shard_clock(stage->shard) != TIME_NONE);
      step(stage, 1, TIME_NONE, &ended);
      flush(stage);
      stage->at = (size_t)shard_next(stage->shard);
      assert_true(arrival_count == 1 && clocks[0] == plain_clocks[i] && arrivals[0] == plain_arrivals[i]);
    }
    outputs_equal(plain, stage);
    records_equal(plain, stage);
    stage_free(plain), stage_free(stage);
    free(text);
  }
}

static void a_clock_that_is_none_is_told(void **unused) {
  (void)unused;
  int64_t times[20];
  times_fill(times, 0, 20, NOW_MS);
  struct stage *stage = times_run(times, 20);
  struct kept *kept = kept_find(stage, STR("m:clock"));
  char record[256];
  size_t length = kept->length;
  memcpy(record, kept->record, length);
  for (int what = 0; what < 4; what++) {
    memcpy(kept->record, record, length);
    kept->length = what == 0 ? length - 1 : what == 1 ? 17 : length;
    if (what == 2) kept->record[0] = 1;   /* a version of old */
    if (what == 3) kept->record[17] = 17; /* more events than are remembered */
    struct shard *shard;
    assert_int_equal(
        shard_open(stage->memory, &stage->settings, &fake_rulebook, NULL, NULL, &stage->log, &stage->view, &shard, &stage->fault),
        STATUS_STATE);
    assert_non_null(strstr(stage->fault.text, "clock"));
  }
  stage_free(stage);
}

/* Lines that are no events say nothing about time. */
static void what_is_no_event_is_not_heard(void **unused) {
  (void)unused;
  struct stage *stage = stage_new("!\n!\n", 0);
  stage_start(stage);
  run_to_end(stage, 10, 1, TIME_NONE);
  assert_true(shard_clock(stage->shard) == TIME_NONE);
  stage_free(stage);
}

/* What a few events say of the time: whether something has begun, and whether it is over, are different questions. */
static void a_few_events_say_a_span(void **unused) {
  (void)unused;
  static const struct {
    int64_t times[5];
    uint32_t count;
    int64_t earliest_ms, latest_ms;
  } rows[] = {
      {{0}, 0, TIME_NONE, TIME_NONE},
      {{NOW_MS + YEAR_MS}, 1, TIME_NONE, NOW_MS + YEAR_MS}, /* one alone does not say that anything is over */
      {{NOW_MS + YEAR_MS, NOW_MS}, 2, NOW_MS, NOW_MS + YEAR_MS},
      {{NOW_MS + YEAR_MS, NOW_MS, NOW_MS + 1}, 3, NOW_MS + 1, NOW_MS + 1},
      {{NOW_MS - YEAR_MS, NOW_MS, NOW_MS + 1, NOW_MS + YEAR_MS}, 4, NOW_MS, NOW_MS + 1},
      {{NOW_MS, NOW_MS, NOW_MS, 0, 0}, 5, NOW_MS, NOW_MS},
  };
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    struct stage *stage = times_run(rows[i].times, rows[i].count);
    struct about about;
    struct fault fault;
    assert_int_equal(shard_time(&stage->view, &about, &fault), STATUS_OK);
    assert_true(about.earliest_ms == rows[i].earliest_ms && about.latest_ms == rows[i].latest_ms);
    stage_free(stage);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_clock_is_where_half_of_the_last_sixteen_are),
      cmocka_unit_test(before_sixteen_events_there_is_none),
      cmocka_unit_test(a_few_events_say_a_span),
      cmocka_unit_test(wild_times_move_nothing),
      cmocka_unit_test(eight_are_the_stream),
      cmocka_unit_test(a_stream_that_was_quiet_goes_on),
      cmocka_unit_test(an_arrival_that_is_told_comes_first),
      cmocka_unit_test(the_future_does_not_count),
      cmocka_unit_test(a_restart_in_the_middle_changes_nothing),
      cmocka_unit_test(a_clock_that_is_none_is_told),
      cmocka_unit_test(what_is_no_event_is_not_heard),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
