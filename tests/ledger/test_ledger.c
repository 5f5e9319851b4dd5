/* One shard's road on the log: the same gifts as in one go, whatever dies in between - the worker, the view, a commit, the old journal. */
#include "parts.h"
#include "rules.h"

#define EVENTS 3000u
#define CUSTOMERS 60u

static const char campaign[] =
    "{\"id\": \"spend\", \"version\": 1, \"name\": {\"zh\": \"消费礼\", \"en\": \"Spend\"}, \"audience\": \"everyone\","
    "\"period\": {\"from\": \"2026-12-01\", \"to\": \"2027-01-31\"}, \"pools\": {\"stock\": {\"stock\": 400}},"
    "\"rules\": [{\"id\": \"daily\", \"on\": \"txn.card_spend\", \"give\": {\"reward\": \"goods\", "
    "\"pool\": \"stock\"}, \"limits\": [{\"per\": [\"customer\"], \"period\": \"day\", \"count\": 1}]}]}";

struct stage {
  struct rules rules;
  struct match_cache *cache;
  struct shard_settings shard;
  struct ledger_settings settings;
  void *memory, *shard_memory;
  struct world *world;
  struct ledger *ledger;
  int64_t now_ms;
  uint32_t doubts;
};

static void lines_make(struct world *w) {
  w->lines = calloc(EVENTS, sizeof *w->lines);
  w->line_count = EVENTS;
  for (uint32_t i = 0; i < EVENTS; i++) {
    w->lines[i] = malloc(256);
    uint32_t same = i > 10 && random_below(20) == 0 ? i - 1 - random_below(10) : i; /* now and then an event comes again */
    if (same != i)
      (void)snprintf(w->lines[i], 256, "%s", w->lines[same]);
    else if (random_below(100) == 0)
      (void)snprintf(w->lines[i], 256, "no event %u", i);
    else
      (void)snprintf(
          w->lines[i], 256,
          "{\"id\":\"e%u\",\"source\":\"t\",\"type\":\"txn.card_spend\",\"customer\":\"c%u\",\"time\":\"2026-12-%02uT%02u:%02u:00+08:00\","
          "\"amount_minor\":1000,\"currency\":\"CNY\"}",
          i, random_below(CUSTOMERS), 1 + i / 300, i / 13 % 24, i % 60);
  }
}

static struct stage *stage_new(uint64_t seed) {
  struct stage *s = calloc(1, sizeof *s);
  assert_non_null(s);
  random_state = seed;
  rules_read(&s->rules, campaign);
  s->cache = match_cache_new(s->rules.index, &s->rules.arena);
  s->shard = (struct shard_settings){.judge = judge_settings_plain, .cache_bytes = 1u << 20};
  s->settings = (struct ledger_settings){.shard = 0,
                                         .shards = 1,
                                         .buckets = 16,
                                         .batch_events = 50,
                                         .batch_ms = 20,
                                         .checkpoint_ms = 60,
                                         .retry_ms = 100,
                                         .pending_bytes = LEDGER_PENDING_LEAST,
                                         .id_key = {1, 2}};
  s->memory = malloc(ledger_memory(&s->settings));
  s->shard_memory = malloc(shard_memory(&s->shard));
  s->world = calloc(1, sizeof *s->world);
  assert_true(s->memory != NULL && s->shard_memory != NULL && s->world != NULL);
  lines_make(s->world);
  s->now_ms = 1000;
  return s;
}

static void stage_free(struct stage *s) {
  world_free(s->world);
  free(s->memory), free(s->shard_memory), rules_free(&s->rules), free(s);
}

/* A new worker; the one before is simply gone. */
static void worker_start(struct stage *s) {
  struct fault fault = {0};
  struct ledger_log log = world_log(s->world);
  struct store_port store = world_store(s->world);
  world_drop(s->world);
  assert_int_equal(ledger_open(s->memory, &s->settings, &s->shard, s->shard_memory, s->rules.book, s->rules.index, s->cache, &log, &store,
                               &s->ledger, &fault),
                   STATUS_OK);
}

static void step(struct stage *s) {
  struct fault fault = {0};
  bool busy, doubted;
  int64_t wake_ms;
  enum status status = ledger_step(s->ledger, s->now_ms, &busy, &wake_ms, &doubted, &fault);
  if (status != STATUS_OK) print_error("%s\n", fault.text);
  assert_int_equal(status, STATUS_OK);
  s->doubts += doubted;
  s->now_ms += 1 + (busy ? 0 : 5);
}

/* To the end, and some seconds more: a view that was lost is noticed without any event. */
static void finish(struct stage *s) {
  int64_t quiet_since_ms = s->now_ms;
  for (uint32_t steps = 0; s->now_ms - quiet_since_ms < 3000; steps++) {
    assert_true(steps < 200000);
    step(s);
    if (!ledger_quiet(s->ledger) || s->world->line_at < s->world->line_count) quiet_since_ms = s->now_ms;
  }
}

static char *joined(const struct rows *rows) {
  size_t length = 0;
  for (uint32_t i = 0; i < rows->count; i++) length += rows->rows[i].length;
  char *text = malloc(length + 1);
  assert_non_null(text);
  length = 0;
  for (uint32_t i = 0; i < rows->count; i++) {
    memcpy(text + length, rows->rows[i].bytes, rows->rows[i].length);
    length += rows->rows[i].length;
  }
  text[length] = 0;
  return text;
}

/* What the world got must be what it gets when nothing happens. */
static void outputs_equal(struct stage *s, uint64_t seed) {
  struct stage *plain = stage_new(seed);
  worker_start(plain);
  finish(plain);
  assert_true(plain->world->outputs[OUTPUT_REWARDS].count > 300 && plain->world->outputs[OUTPUT_DLQ].count > 5);
  for (int i = 0; i < OUTPUT_COUNT; i++) {
    char *a = joined(&s->world->outputs[i]), *b = joined(&plain->world->outputs[i]);
    assert_string_equal(a, b);
    free(a), free(b);
  }
  assert_int_equal(s->world->view_count, plain->world->view_count);
  for (uint32_t i = 0; i < plain->world->view_count; i++) {
    const struct viewed *there = &plain->world->view[i], *here = viewed_find(s->world, (struct str){there->key, there->key_length});
    assert_non_null(here);
    assert_int_equal(here->record_length, there->record_length);
    assert_memory_equal(here->record, there->record, there->record_length);
  }
  stage_free(plain);
}

static void nothing_happens(void **unused) {
  (void)unused;
  struct stage *s = stage_new(1);
  worker_start(s);
  finish(s);
  assert_int_equal(s->doubts, 0);
  assert_true(ledger_counts(s->ledger)->checkpointed_buckets > 16);
  assert_true(s->world->trimmed > 0);
  assert_int_equal(ledger_shard_counts(s->ledger)->lines, EVENTS);
  ledger_drain(s->ledger);
  for (int i = 0; i < 100; i++) step(s);
  assert_int_equal(ledger_stage(s->ledger), LEDGER_STOPPED);
  outputs_equal(s, 1);
  stage_free(s);
}

enum trouble { WORKER_GONE, VIEW_EMPTIED, VIEW_DOWN, COMMIT_FAILS, VIEW_STRANGE, VIEW_BLOWN_UP, VERSION_OTHER, TROUBLES };

static void trouble_make(struct stage *s, enum trouble trouble) {
  switch (trouble) {
    case WORKER_GONE: worker_start(s); break;
    case VIEW_EMPTIED: view_clear(s->world), s->world->segment = (struct segment){0}; break;
    case VIEW_DOWN: s->world->store_down = true; break;
    case COMMIT_FAILS: s->world->fail_commit = true; break;
    case VIEW_STRANGE: s->world->strange = s->world->segment.exists; break;
    case VIEW_BLOWN_UP: s->world->blown_up = s->world->segment.exists; break;
    default: s->world->segment.version.count += 7; break;
  }
  for (uint32_t steps = random_below(30); steps > 0; steps--) step(s);
  s->world->store_down = false;
}

static void whatever_happens_the_gifts_are_the_same(void **unused) {
  (void)unused;
  for (uint64_t seed = 1; seed <= 12; seed++) {
    struct stage *s = stage_new(seed);
    worker_start(s);
    for (uint32_t i = 0; i < 40; i++) {
      for (uint32_t steps = random_below(40); steps > 0; steps--) step(s);
      trouble_make(s, (enum trouble)random_below(TROUBLES));
    }
    finish(s);
    assert_true(s->doubts > 3);
    outputs_equal(s, seed);
    stage_free(s);
  }
}

/* What came between the first owner's epoch and its first line is not skipped by the next one, though the end has moved on since. */
static void where_a_shard_began_is_kept_with_its_first_epoch(void **unused) {
  (void)unused;
  struct stage *s = stage_new(1);
  s->world->line_count = 100;
  s->world->latest = 100;
  worker_start(s);
  while (ledger_stage(s->ledger) != LEDGER_RUNNING) step(s);
  s->world->line_count = EVENTS;
  s->world->latest = 200;
  worker_start(s);
  finish(s);
  assert_int_equal(ledger_shard_counts(s->ledger)->lines, EVENTS - 100);
  stage_free(s);
}

static void a_lost_view_is_rebuilt_and_counted(void **unused) {
  (void)unused;
  struct stage *s = stage_new(1);
  worker_start(s);
  finish(s);
  uint64_t before = ledger_counts(s->ledger)->rebuilds;
  assert_int_equal(ledger_counts(s->ledger)->rebuilt_owners, 0); /* of an empty journal */
  trouble_make(s, VIEW_EMPTIED);
  finish(s);
  assert_int_equal(ledger_counts(s->ledger)->rebuilds, before + 1);
  assert_true(ledger_counts(s->ledger)->rebuilt_owners >= s->world->view_count);
  outputs_equal(s, 1);
  stage_free(s);
}

enum damage { RECORD_LOST, RECORD_CHANGED, RECORDS_EXCHANGED, TALLY_LOST, TALLY_CHANGED, DAMAGES };

static void viewed_swap(struct viewed *a, struct viewed *b) {
  struct viewed held = *a;
  a->record = b->record, a->record_length = b->record_length;
  b->record = held.record, b->record_length = held.record_length;
}

static void damage_make(struct world *w, enum damage damage) {
  for (uint32_t i = 1; i < w->view_count; i++) {
    struct viewed *viewed = &w->view[i];
    bool of_tallies = viewed->key[0] == 's', lost = damage == RECORD_LOST || damage == TALLY_LOST;
    if (of_tallies != (damage >= TALLY_LOST) || viewed->record_length == 0) continue;
    if (lost) {
      viewed_remove(w, &w->view[i--]);
      continue;
    }
    if (damage == RECORD_CHANGED || damage == TALLY_CHANGED) viewed->record[viewed->record_length - 1] ^= 1;
    if (damage == RECORDS_EXCHANGED && w->view[i - 1].key[0] != 's') viewed_swap(viewed, &w->view[i - 1]);
  }
}

/* Its version and mark stand; records, or what says which there must be, are not what was written. */
static void a_damaged_view_is_noticed_before_it_is_used(void **unused) {
  (void)unused;
  for (uint32_t i = 0; i < 2 * DAMAGES; i++) {
    struct stage *s = stage_new(i + 1);
    worker_start(s);
    s->world->line_count = EVENTS / 2;
    finish(s); /* what is redone at a take-over would be whole again */
    s->world->line_count = EVENTS;
    bool anew = i >= DAMAGES || i % DAMAGES >= TALLY_LOST;
    damage_make(s->world, (enum damage)(i % DAMAGES));
    if (anew) worker_start(s); /* who goes on has tallies and customers in memory, and writes most of it again */
    finish(s);
    assert_in_range(ledger_counts(s->ledger)->view_damaged, anew, 2);
    assert_in_range(ledger_counts(s->ledger)->rebuilds, anew, 3);
    outputs_equal(s, i + 1);
    stage_free(s);
  }
}

/* A bucket that needed two records and needs one now: the second is still in the topic, with an owner who is gone. */
static void older_part_add(struct stage *s) {
  static char memory[REDO_BYTES];
  struct rows *rows = &s->world->checkpoint;
  struct buffer out;
  uint64_t secret = hash64(&s->settings.id_key, STR("giftd secret"));
  buffer_init(&out, memory, sizeof memory);
  redo_open(
      &out,
      &(struct redo_head){
          .kind = REDO_CHECKPOINT, .part = 1, .epoch = 1, .sequence = 1, .shards = 1, .buckets = 16, .secret = secret, .tallied = true});
  assert_true(redo_put(&out, STR("cgone"), STR("of long ago")));
  rows_add(rows, buffer_text(&out), 3 * BUCKET_PARTS + 1);
  struct row last = rows->rows[rows->count - 1];
  memmove(&rows->rows[1], &rows->rows[0], (rows->count - 1) * sizeof last);
  rows->rows[0] = last;
}

static void an_older_part_of_a_bucket_stays_behind(void **unused) {
  (void)unused;
  struct stage *s = stage_new(1);
  worker_start(s);
  finish(s);
  older_part_add(s);
  trouble_make(s, VIEW_EMPTIED);
  finish(s);
  assert_int_equal(ledger_counts(s->ledger)->view_damaged, 0);
  assert_null(viewed_find(s->world, STR("cgone")));
  outputs_equal(s, 1);
  stage_free(s);
}

/* As a giftd before wrote them: no tallies, and heads that do not speak of them. */
static void journal_age(struct rows *rows, uint64_t secret) {
  for (uint32_t i = 0; i < rows->count; i++) {
    struct row *row = &rows->rows[i];
    struct redo_head head;
    struct redo_reader reader;
    struct fault fault;
    assert_int_equal(redo_read((struct str){row->bytes, row->length}, &head, &reader, &fault), STATUS_OK);
    assert_true(head.secret == secret);
    size_t states = row->length - reader.rest.length, at = states; /* the two numbers stand last, the first of them in one byte */
    while (at > 0 && ((unsigned char)row->bytes[at - 1] >= 0x80 || at == states)) at--;
    memmove(row->bytes + at - 1, row->bytes + states, reader.rest.length);
    row->bytes[1] = 1, row->length -= states - (at - 1);
  }
}

static void a_log_without_tallies_gets_them(void **unused) {
  (void)unused;
  for (int emptied = 0; emptied < 2; emptied++) {
    struct stage *s = stage_new(1);
    uint64_t secret = hash64(&s->settings.id_key, STR("giftd secret"));
    worker_start(s);
    while (s->world->line_at < EVENTS / 2) step(s);
    journal_age(&s->world->journal, secret);
    journal_age(&s->world->checkpoint, secret);
    damage_make(s->world, TALLY_LOST);
    worker_start(s);
    if (emptied) trouble_make(s, VIEW_EMPTIED);
    finish(s);
    assert_int_equal(ledger_counts(s->ledger)->view_damaged, 0);
    outputs_equal(s, 1);
    stage_free(s);
  }
}

/* What can be neither read nor written where giftd's keys are is no reason to stay closed: in the middle, and where a worker begins. */
static void keys_that_are_not_giftds_are_built_over(void **unused) {
  (void)unused;
  for (int i = 0; i < 4; i++) {
    struct stage *s = stage_new(1);
    s->world->line_count = EVENTS / 2;
    worker_start(s);
    finish(s);
    const enum trouble trouble = i % 2 == 0 ? VIEW_STRANGE : VIEW_BLOWN_UP;
    uint64_t before = i < 2 ? ledger_counts(s->ledger)->rebuilds : 0;
    s->world->strange = trouble == VIEW_STRANGE, s->world->blown_up = trouble == VIEW_BLOWN_UP;
    s->world->line_count = EVENTS;
    if (i >= 2) worker_start(s);
    finish(s);
    assert_int_equal(ledger_counts(s->ledger)->rebuilds, before + 1);
    assert_int_equal(ledger_counts(s->ledger)->view_damaged, 1);
    outputs_equal(s, 1);
    stage_free(s);
  }
}

static void another_giftds_journal_is_refused(void **unused) {
  (void)unused;
  const struct {
    uint32_t shards, buckets;
    uint64_t key;
    const char *text;
  } rows[] = {{2, 16, 1, "number of partitions"}, {1, 8, 1, "view.buckets"}, {1, 16, 9, "another secret"}};
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    struct stage *s = stage_new(1);
    worker_start(s);
    for (int steps = 0; steps < 200; steps++) step(s);
    s->settings.shards = rows[i].shards, s->settings.buckets = rows[i].buckets, s->settings.id_key.k0 = rows[i].key;
    worker_start(s);
    struct fault fault = {0};
    enum status status = STATUS_OK;
    bool busy, doubted;
    int64_t wake_ms;
    for (int steps = 0; steps < 400 && status == STATUS_OK; steps++)
      status = ledger_step(s->ledger, s->now_ms += 5, &busy, &wake_ms, &doubted, &fault);
    assert_int_equal(status, STATUS_STATE);
    if (strstr(fault.text, rows[i].text) == NULL) fail_msg("%s", fault.text);
    stage_free(s);
  }
}

/* What is passed over is in the epoch's record: whoever comes next begins behind it too, though nothing was decided there yet. */
static void where_a_gap_ends_is_kept_with_the_epoch(void **unused) {
  (void)unused;
  struct stage *s = stage_new(1);
  s->world->line_count = 100;
  worker_start(s);
  finish(s);
  s->world->gap_to = 200;
  worker_start(s);
  while (ledger_stage(s->ledger) != LEDGER_RUNNING) step(s);
  s->world->gap_to = 0;
  s->world->line_count = EVENTS;
  worker_start(s);
  finish(s);
  assert_int_equal(ledger_shard_counts(s->ledger)->lines, EVENTS - 200);
  stage_free(s);
}

/* Whether what a person must mend, met so long after each takeover, ends the shard within ten minutes. */
static bool gap_ends(struct stage *s, int64_t after_ms) {
  struct fault fault = {0};
  enum status status = STATUS_OK;
  bool busy, doubted;
  int64_t wake_ms, ran_since_ms = s->now_ms;
  for (int64_t end_ms = s->now_ms + 600000; status == STATUS_OK && s->now_ms < end_ms; s->now_ms += 5) {
    if (ledger_stage(s->ledger) != LEDGER_RUNNING) ran_since_ms = s->now_ms;
    s->world->gap = ledger_stage(s->ledger) == LEDGER_RUNNING && s->now_ms - ran_since_ms >= after_ms;
    status = ledger_step(s->ledger, s->now_ms, &busy, &wake_ms, &doubted, &fault);
  }
  s->world->gap = false;
  if (status == STATUS_OK) return false;
  assert_int_equal(status, STATUS_STATE);
  assert_string_equal(fault.text, "a gap");
  return true;
}

/* Also when it is met while the shard runs, not at its opening, and when it is met late; a rare one does not add up. Once it is mended
 * nothing is lost. */
static void a_fault_for_a_person_ends_a_running_shard(void **unused) {
  static const struct {
    int64_t after_ms;
    bool ends;
  } rows[] = {{0, true}, {11000, true}, {50000, true}, {70000, false}};
  (void)unused;
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    struct stage *s = stage_new(1);
    s->world->line_count = EVENTS / 2;
    worker_start(s);
    assert_int_equal(gap_ends(s, rows[i].after_ms), rows[i].ends);
    s->world->line_count = EVENTS;
    worker_start(s);
    finish(s);
    outputs_equal(s, 1);
    stage_free(s);
  }
}

/* A checkpoint without the journal it belongs to is not a new shard, however often it is tried. */
static void a_journal_that_was_emptied_is_no_new_shard(void **unused) {
  (void)unused;
  struct stage *s = stage_new(1);
  worker_start(s);
  for (int steps = 0; steps < 400; steps++) step(s);
  assert_true(ledger_counts(s->ledger)->checkpointed_buckets > 0);
  rows_clear(&s->world->journal);
  for (int tries = 0; tries < 3; tries++) {
    struct fault fault = {0};
    enum status status = STATUS_OK;
    bool busy, doubted;
    int64_t wake_ms;
    worker_start(s);
    for (int steps = 0; steps < 400 && status == STATUS_OK; steps++)
      status = ledger_step(s->ledger, s->now_ms += 5, &busy, &wake_ms, &doubted, &fault);
    assert_int_equal(status, STATUS_STATE);
    if (strstr(fault.text, "emptied or made anew") == NULL) fail_msg("%s", fault.text);
  }
  stage_free(s);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(nothing_happens),
                                     cmocka_unit_test(whatever_happens_the_gifts_are_the_same),
                                     cmocka_unit_test(where_a_shard_began_is_kept_with_its_first_epoch),
                                     cmocka_unit_test(a_lost_view_is_rebuilt_and_counted),
                                     cmocka_unit_test(a_damaged_view_is_noticed_before_it_is_used),
                                     cmocka_unit_test(an_older_part_of_a_bucket_stays_behind),
                                     cmocka_unit_test(a_log_without_tallies_gets_them),
                                     cmocka_unit_test(keys_that_are_not_giftds_are_built_over),
                                     cmocka_unit_test(another_giftds_journal_is_refused),
                                     cmocka_unit_test(where_a_gap_ends_is_kept_with_the_epoch),
                                     cmocka_unit_test(a_fault_for_a_person_ends_a_running_shard),
                                     cmocka_unit_test(a_journal_that_was_emptied_is_no_new_shard)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
