/* Owners of many records, events of many owners, and events that are refused as a whole: what is kept of them, page by page. */
#include "stage.h"

#ifdef GIFTD_SMALL /* built once more with the simulator's bounds: a cache of a few owners, pages of a few cells */
#define MANY_CELLS 80u
#define MANY_OWNERS 12u
#define TOO_MANY_OWNERS 400u
#define TOO_MANY_CELLS 145u
#else
#define MANY_CELLS 5000u
#define MANY_OWNERS 3000u
#define TOO_MANY_CELLS 262145u
#endif
#define DAY_MS 86400000LL

static struct stage *started(const char *text) {
  struct stage *stage = stage_new(text, 0);
  stage->view.prefetch = fake_prefetch;
  stage_start(stage);
  return stage;
}

static struct str page_name(const char *owner, uint32_t page, char out[96]) { return page_key(str_of(owner), page, out); }

static uint32_t pages_of(struct stage *stage, const char *owner) {
  const struct kept *kept = kept_find(stage, str_of(owner));
  struct page_head head;
  assert_non_null(kept);
  assert_true(page_look((struct str){kept->record, kept->length}, &head, &stage->fault));
  return head.pages;
}

/* The whole owner, read from its records alone: every page is there, once. */
static struct state *owner_read(struct stage *stage, const char *owner, void *block, size_t bytes) {
  struct state *state = state_init(block, bytes, 4096);
  uint32_t pages = pages_of(stage, owner);
  for (uint32_t page = 0; page < pages; page++) {
    char name[96];
    struct page_head head;
    const struct kept *kept = kept_find(stage, page_name(owner, page, name));
    assert_non_null(kept);
    struct str record = {kept->record, kept->length};
    assert_true(page_look(record, &head, &stage->fault));
    assert_true(head.page == page && head.pages == pages);
    assert_true(page_decode(record, state, &stage->fault));
  }
  return state;
}

/* ---- many records ---- */

static char *large_lines_make(uint32_t count, uint64_t seed) {
  char *text = malloc((size_t)count * 64 + 1);
  size_t at = 0;
  assert_non_null(text);
  random_state = seed;
  for (uint32_t i = 0; i < count; i++) {
    at += (size_t)sprintf(text + at, "e%u c%u %lld", i, random_below(6), 20000 * DAY_MS + i * DAY_MS / 8);
    uint32_t what = random_below(10), most = random_below(4) == 0 ? MANY_CELLS / 4 : 6;
    if (what < 4) at += (size_t)sprintf(text + at, " c%u", random_below(most));
    if (what == 4) at += (size_t)sprintf(text + at, " u%u", (20000 + i / 8 + 2) * 1000 + random_below(most < 999 ? most : 999));
    if (what == 5) at += (size_t)sprintf(text + at, " k%u", random_below(most * 2));
    if (what == 6) at += (size_t)sprintf(text + at, " w%u", random_below(MANY_OWNERS / 4 + 1));
    text[at++] = '\n', text[at] = 0;
  }
  return text;
}

/* A shard that begins anew behind every so many lines, and has nothing left of its cache. */
static struct stage *cut_run(const char *text, uint32_t every) {
  struct stage *stage = stage_new(text, 0);
  bool ended = false;
  while (!ended) {
    stage_start(stage);
    for (uint32_t lines = 0; lines < every && !ended; lines++) step(stage, 1, TIME_NONE, &ended);
    flush(stage);
    if (shard_next(stage->shard) != 0) stage->at = (size_t)shard_next(stage->shard);
  }
  return stage;
}

static void large_owners_are_the_same_however_lines_are_cut(void **unused) {
  (void)unused;
  for (uint64_t seed = 1; seed <= 2; seed++) {
    char *text = large_lines_make(400, seed);
    struct stage *plain = started(text);
    run_to_end(plain, 1024, 1000000, TIME_NONE);
    for (uint32_t every = 1; every < 200; every = every * 4 + 1) {
      struct stage *stage = cut_run(text, every);
      outputs_equal(plain, stage);
      records_equal(plain, stage);
      stage_free(stage);
    }
    stage_free(plain);
    free(text);
  }
}

static void a_large_owner_comes_back_whole_and_shrinks_again(void **unused) {
  (void)unused;
  static _Alignas(64) char block[8u << 20];
  char text[128];
  snprintf(text, sizeof text, "a c1 1 c%u\nb c1 2\n", MANY_CELLS);
  struct stage *stage = started(text);
  run_to_end(stage, 10, 1, TIME_NONE);
  uint32_t pages = pages_of(stage, "cc1");
  assert_true(pages >= 8);
  const struct state *state = owner_read(stage, "cc1", block, sizeof block);
  assert_int_equal(state->cell_count, MANY_CELLS + 1);
  assert_int_equal(state->seen_count, 2);
  uint64_t loads = stage->loads, prefetched = stage->prefetched;
  stage_text(stage, "c c1 3\n");
  stage_start(stage);
  run_to_end(stage, 10, 1, TIME_NONE);
  assert_int_equal(stage->loads - loads,
                   pages + 6); /* the clock, the queue's ends, what closes, lines at pools, ranks, the range, and each page once */
  assert_int_equal(stage->prefetched - prefetched, pages - 1);
  assert_int_equal(owner_read(stage, "cc1", block, sizeof block)->cell_count, MANY_CELLS + 1);
  snprintf(text, sizeof text, "d c1 4 k%u\n", MANY_CELLS);
  stage_text(stage, text);
  run_to_end(stage, 10, 1, TIME_NONE);
  uint32_t left = pages_of(stage, "cc1");
  assert_true(left <= 2);
  for (uint32_t page = left; page < pages; page++) {
    char name[96];
    assert_int_equal(kept_find(stage, page_name("cc1", page, name))->length, 0);
  }
  snprintf(text, sizeof text, "e c1 5 c%u\n", MANY_CELLS);
  stage_text(stage, text);
  stage_start(stage);
  run_to_end(stage, 10, 1, TIME_NONE);
  assert_int_equal(owner_read(stage, "cc1", block, sizeof block)->cell_count, MANY_CELLS + 1);
  stage_free(stage);
}

/* Only pages that changed are written again. */
static void one_more_cell_writes_few_records(void **unused) {
  (void)unused;
  char text[128];
  snprintf(text, sizeof text, "a c1 1 c%u\n", MANY_CELLS);
  struct stage *stage = started(text);
  run_to_end(stage, 10, 1, TIME_NONE);
  uint64_t stores = stage->stores;
  stage_text(stage, "b c1 2 c1\n");
  run_to_end(stage, 10, 1000, TIME_NONE);
  assert_in_range(stage->stores - stores, 2, 4); /* the count, the cell and the id stand in three pages at most; and the clock */
  stage_free(stage);
}

/* ---- what is lost is told ---- */

enum loss { EMPTY, OF_ANOTHER_PAGE, OF_ANOTHER_OWNER, RUBBISH, LOSSES };

static void lose(struct stage *stage, enum loss loss, uint32_t page) {
  char name[96], other[96];
  const struct kept *from = kept_find(stage, loss == OF_ANOTHER_PAGE ? page_name("cc1", page + 1, other) : STR("cc2"));
  struct str bytes = {from->record, from->length};
  if (loss == EMPTY) bytes = STR("");
  if (loss == RUBBISH) bytes = STR("no record of anybody");
  assert_int_equal(fake_store(stage, page_name("cc1", page, name), bytes, &stage->fault), STATUS_OK);
}

static void a_lost_page_is_told_and_nothing_is_decided(void **unused) {
  (void)unused;
  for (int loss = EMPTY; loss < LOSSES; loss++) {
    char text[128], name[96], before[4096];
    uint32_t count;
    bool ended;
    snprintf(text, sizeof text, "a c1 1 c%u\nb c2 2\n", MANY_CELLS);
    struct stage *stage = started(text);
    run_to_end(stage, 10, 1, TIME_NONE);
    const struct kept *third = kept_find(stage, page_name("cc1", 2, name));
    size_t length = third->length, decisions = stage->output_lengths[OUTPUT_DECISIONS];
    assert_true(length <= sizeof before);
    memcpy(before, third->record, length);
    lose(stage, (enum loss)loss, 2);
    stage_text(stage, "c c1 3\n");
    stage_start(stage);
    for (int again = 0; again < 2; again++) { /* half of an owner is not kept in the cache */
      stage->at = 0;
      assert_int_equal(shard_step(stage->shard, 10, TIME_NONE, &count, &ended, &stage->fault), STATUS_STATE);
      char expected[64];
      snprintf(expected, sizeof expected, "record 3 of the %u", pages_of(stage, "cc1"));
      if (strstr(stage->fault.text, loss == RUBBISH ? "not giftd's" : expected) == NULL) fail_msg("%s", stage->fault.text);
      assert_non_null(strstr(stage->fault.text, "in, byte 0: "));
    }
    assert_int_equal(stage->output_lengths[OUTPUT_DECISIONS], decisions);
    assert_int_equal(fake_store(stage, page_name("cc1", 2, name), (struct str){before, length}, &stage->fault), STATUS_OK);
    stage->at = 0;
    run_to_end(stage, 10, 1, TIME_NONE);
    stage_free(stage);
  }
}

static void a_further_page_in_the_place_of_the_first_is_told(void **unused) {
  (void)unused;
  char text[128];
  uint32_t count;
  bool ended;
  snprintf(text, sizeof text, "a c1 1 c%u\n", MANY_CELLS);
  struct stage *stage = started(text);
  run_to_end(stage, 10, 1, TIME_NONE);
  lose(stage, OF_ANOTHER_PAGE, 0);
  stage_text(stage, "c c1 3\n");
  stage_start(stage);
  stage->at = 0;
  assert_int_equal(shard_step(stage->shard, 10, TIME_NONE, &count, &ended, &stage->fault), STATUS_STATE);
  if (strstr(stage->fault.text, "record 1 of the ") == NULL) fail_msg("%s", stage->fault.text);
  stage_free(stage);
}

/* ---- many owners ---- */

static void an_event_of_many_owners_asks_for_them_together(void **unused) {
  (void)unused;
  char text[128];
  snprintf(text, sizeof text, "a c1 1 w%u\nb c1 2 w%u\n", MANY_OWNERS, MANY_OWNERS);
  struct stage *stage = started(text);
  run_to_end(stage, 10, 1000, TIME_NONE);
  assert_int_equal(
      stage->loads,
      MANY_OWNERS + 7); /* each once; the customer, the clock, the queue's ends, what closes, lines at pools, ranks, the range */
  assert_int_equal(stage->prefetched, MANY_OWNERS);
  assert_int_equal(stage->prefetches, (MANY_OWNERS + 1023) / 1024);
  assert_int_equal(stage->stores, MANY_OWNERS + 2);
  stage_free(stage);
}

/* ---- refusals ---- */

static void expect_gate(const struct stage *stage, const char *id, enum reason reason) {
  char expected[64];
  const char *at = stage->outputs[OUTPUT_DECISIONS];
  snprintf(expected, sizeof expected, "%s in:0 %d\n", id, (int)reason);
  at = strstr(at, expected);
  assert_non_null(at);
  assert_null(strstr(at + 1, expected));
}

/* One outcome, no gift, and every record as it was; the event is not remembered, so it is judged again when it is sent again. */
static void refused_twice(const char *before, const char *line, const char *id, enum reason reason) {
  struct stage *stage = started(before);
  struct stage *untouched = started(before);
  run_to_end(stage, 10, 1, TIME_NONE);
  run_to_end(untouched, 10, 1, TIME_NONE);
  for (int again = 0; again < 2; again++) {
    size_t decisions = stage->output_lengths[OUTPUT_DECISIONS], rewards = stage->output_lengths[OUTPUT_REWARDS];
    uint64_t refusals = shard_counts(stage->shard)->by_reason[reason];
    stage_text(stage, line);
    run_to_end(stage, 10, 1, TIME_NONE);
    expect_gate((struct stage *)stage, id, reason);
    assert_int_equal(shard_counts(stage->shard)->by_reason[reason], refusals + 1);
    assert_true(stage->output_lengths[OUTPUT_DECISIONS] > decisions);
    assert_int_equal(stage->output_lengths[OUTPUT_REWARDS], rewards);
    stage->output_lengths[OUTPUT_DECISIONS] = decisions;
    if (stage->outputs[OUTPUT_DECISIONS] != NULL) stage->outputs[OUTPUT_DECISIONS][decisions] = 0;
  }
  struct kept *clock = kept_find(stage, STR("m:clock")), *other = kept_find(untouched, STR("m:clock"));
  clock->length = other->length = 0; /* it has heard the event */
  records_equal(stage, untouched);
  stage_free(stage);
  stage_free(untouched);
}

static void what_is_refused_as_a_whole_keeps_nothing(void **unused) {
  (void)unused;
  char line[128];
  static const char before[] = "a c1 1 c5 pa\nb c2 2 w3\n";
  refused_twice(before, "Rx c1 3 c7 pa pb\n", "Rx", REASON_RECORD_FULL);
  refused_twice(before, "Tx c1 3 c7 pa pb k3\n", "Tx", REASON_TOO_MANY_GIFTS);
  snprintf(line, sizeof line, "x c1 3 pa c%u\n", TOO_MANY_CELLS);
  refused_twice(before, line, "x", REASON_RECORD_FULL);
#ifdef TOO_MANY_OWNERS
  snprintf(line, sizeof line, "x c1 3 w%u\n", TOO_MANY_OWNERS);
  refused_twice(before, line, "x", REASON_TOO_MANY_GIFTS);
#endif
  refused_twice(before, "Bx c1 3 c2 g20000\n", "Bx", REASON_TOO_MANY_GIFTS);
  refused_twice("", "Tx nobody 3 c7\n", "Tx", REASON_TOO_MANY_GIFTS); /* who was nobody is nobody */
}

static void what_belongs_to_the_dead_letters_keeps_nothing(void **unused) {
  (void)unused;
  struct stage *stage = started("a c1 1 c5 pa\n"), *untouched = started("a c1 1 c5 pa\n");
  run_to_end(stage, 10, 1, TIME_NONE);
  run_to_end(untouched, 10, 1, TIME_NONE);
  stage_text(stage, "Lx c1 2 c3 pa pb k2\n");
  run_to_end(stage, 10, 1, TIME_NONE);
  assert_int_equal(shard_counts(stage->shard)->dead, 1);
  kept_find(stage, STR("m:clock"))->length = kept_find(untouched, STR("m:clock"))->length = 0;
  records_equal(stage, untouched);
  stage_free(stage);
  stage_free(untouched);
}

#ifdef TOO_MANY_OWNERS /* with the bounds of a bank the cache holds whatever one event may touch */
/* What an event needs more of its owners than the cache holds is refused the same way whatever went through the cache before. */
static void what_the_cache_cannot_hold_is_refused_whatever_was_before(void **unused) {
  (void)unused;
  for (uint32_t used = 0; used < 3; used++) {
    struct stage *stage = started("");
    char text[4096], line[64];
    size_t at = 0;
    for (uint32_t i = 0; i < used * 40; i++) at += (size_t)sprintf(text + at, "f%u c%u 1 c%u\n", i, i % 30, i % 50);
    if (at > 0) stage_text(stage, text), run_to_end(stage, 7, 3, TIME_NONE);
    snprintf(line, sizeof line, "x c1 3 w%u\n", TOO_MANY_OWNERS);
    stage_text(stage, line);
    run_to_end(stage, 10, 1, TIME_NONE);
    expect_gate(stage, "x", REASON_TOO_MANY_GIFTS);
    stage_text(stage, "y c1 4 w9\n"); /* and the next one has all the room there is */
    run_to_end(stage, 10, 1, TIME_NONE);
    assert_int_equal(shard_counts(stage->shard)->by_reason[REASON_TOO_MANY_GIFTS], 1);
    stage_free(stage);
  }
}
#endif

/* Room for what the event adds to one of its owners is found at the cost of the others, which come back. */
static void growth_in_an_event_of_many_owners_finds_room(void **unused) {
  (void)unused;
  static const char *const words[] = {"w20 c114", "c114 w20"};
  for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
    char text[128];
    snprintf(text, sizeof text, "a c1 1 c1\nb c2 2 c70\nx c1 3 %s\n", words[i]);
    struct stage *stage = started(text);
    run_to_end(stage, 10, 1, TIME_NONE);
    assert_int_equal(shard_counts(stage->shard)->by_reason[REASON_RECORD_FULL], 0);
    assert_int_equal(shard_counts(stage->shard)->by_reason[REASON_TOO_MANY_GIFTS], 0);
    stage_free(stage);
  }
}

#ifndef GIFTD_SMALL
/* However large the cache is. */
static void more_owners_than_an_event_may_touch_are_refused(void **unused) {
  (void)unused;
  char text[64];
  snprintf(text, sizeof text, "a c1 1 w%u\nb c1 2 w%u\n", LIMIT_WANTS, LIMIT_WANTS + 1);
  struct stage *stage = stage_new(text, 128u << 20);
  stage_start(stage);
  run_to_end(stage, 10, 1, TIME_NONE);
  expect_gate(stage, "a", REASON_GIVEN);
  assert_int_equal(shard_counts(stage->shard)->by_reason[REASON_TOO_MANY_GIFTS], 1);
  stage_free(stage);
}
#endif

/* However many gifts, they go out in pieces, all of them, once and in order. */
static void many_gifts_go_out_in_pieces(void **unused) {
  (void)unused;
  char text[64];
  snprintf(text, sizeof text, "a c1 1 g%u\nB c1 2 g9999\n", LIMIT_GIVEN);
  struct stage *stage = started(text);
  run_to_end(stage, 10, 1, TIME_NONE);
  assert_true(stage->output_lengths[OUTPUT_REWARDS] > 9999u * 1024u);
  const char *at = stage->outputs[OUTPUT_REWARDS];
  for (uint32_t i = 0; i < LIMIT_GIVEN; i++) {
    char expected[32];
    int length = snprintf(expected, sizeof expected, "gift c1 %u\n", i);
    assert_memory_equal(at, expected, (size_t)length);
    at += length;
  }
  assert_memory_equal(at, "gift c1 0    ", 13);
  stage_free(stage);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(large_owners_are_the_same_however_lines_are_cut),
      cmocka_unit_test(a_large_owner_comes_back_whole_and_shrinks_again),
      cmocka_unit_test(one_more_cell_writes_few_records),
      cmocka_unit_test(a_lost_page_is_told_and_nothing_is_decided),
      cmocka_unit_test(a_further_page_in_the_place_of_the_first_is_told),
      cmocka_unit_test(an_event_of_many_owners_asks_for_them_together),
      cmocka_unit_test(what_is_refused_as_a_whole_keeps_nothing),
      cmocka_unit_test(what_belongs_to_the_dead_letters_keeps_nothing),
#ifdef TOO_MANY_OWNERS
      cmocka_unit_test(what_the_cache_cannot_hold_is_refused_whatever_was_before),
#endif
      cmocka_unit_test(growth_in_an_event_of_many_owners_finds_room),
#ifndef GIFTD_SMALL
      cmocka_unit_test(more_owners_than_an_event_may_touch_are_refused),
#endif
      cmocka_unit_test(many_gifts_go_out_in_pieces),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
