/* A shard's log on a real broker: what is promised of fencing, settling, committing and reading to the stable end (ARCHITECTURE.md, "Log
 * first", KIP-98, KIP-360). A mock broker neither fences nor hides what was aborted, so none is used. */
#include "stage.h"

static void journal_write(struct kafka *kafka, const struct ledger_log *log, const char *text, uint64_t *place) {
  OK(log->begin(log->self, &fault));
  OK(log->append_journal(log->self, str_of(text), &fault));
  OK(log_commit(kafka, log, place, &fault));
}

struct world {
  struct stage stage;
  struct kafka *kafka;
  struct kafka_shard *shard;
  struct ledger_log log;
};

static void world_open(struct world *world, uint32_t partitions) {
  stage_make(&world->stage, partitions);
  OK(kafka_open(&world->stage.settings, &world->kafka, &fault));
  assert_int_equal(kafka_shards(world->kafka), partitions);
  OK(kafka_shard_open(world->kafka, 0, &world->shard, &fault));
  world->log = kafka_shard_log(world->shard);
}

static void world_close(struct world *world) {
  kafka_shard_close(world->shard);
  kafka_close(world->kafka);
}

static void commits_and_reads_back(void **state) {
  struct world w;
  uint64_t first = 99, second = 99;
  char text[256];
  (void)state;
  world_open(&w, 1);
  OK(log_fence(w.kafka, &w.log, &fault));
  log_journal(w.kafka, &w.log, 0, text, sizeof text);
  assert_string_equal(text, "");
  journal_write(w.kafka, &w.log, "one", &first);
  assert_int_equal(first, 0);
  OK(w.log.begin(w.log.self, &fault));
  OK(w.log.append_journal(w.log.self, STR("two-a"), &fault));
  OK(w.log.append_journal(w.log.self, STR("two-b"), &fault));
  OK(log_commit(w.kafka, &w.log, &second, &fault));
  assert_int_equal(second, 3); /* a marker took offset 1 */
  log_journal(w.kafka, &w.log, 0, text, sizeof text);
  assert_string_equal(text, "one two-a two-b ");
  log_journal(w.kafka, &w.log, second, text, sizeof text);
  assert_string_equal(text, "two-b ");
  struct fault gone = {.status = STATUS_OK};
  assert_int_equal(w.log.journal_seek(w.log.self, 1000, &gone), STATUS_STATE); /* never written */
  w.log.drop(w.log.self);
  OK(log_fence(w.kafka, &w.log, &fault));
  log_journal(w.kafka, &w.log, second + 1, text, sizeof text); /* nothing but a marker: never "an empty journal" */
  assert_string_equal(text, "one two-a two-b ");
  world_close(&w);
}

static void nothing_is_visible_before_its_commit(void **state) {
  struct world w;
  uint64_t place;
  (void)state;
  world_open(&w, 1);
  OK(log_fence(w.kafka, &w.log, &fault));
  OK(w.log.begin(w.log.self, &fault));
  OK(w.log.append_journal(w.log.self, STR("hidden"), &fault));
  OK(w.log.append(w.log.self, OUTPUT_DECISIONS, 0, STR("{\"a\":1}\n"), &fault));
  usleep(300000); /* it is on the broker by now */
  assert_int_equal(raw_count(stage_topic(&w.stage, "journal"), 0), 0);
  OK(log_commit(w.kafka, &w.log, &place, &fault));
  assert_int_equal(raw_count(stage_topic(&w.stage, "journal"), 0), 1);
  assert_int_equal(raw_count(stage_topic(&w.stage, "decisions"), 0), 1);
  world_close(&w);
}

/* The older of two writers of a shard cannot commit, whatever it had under way, and what it wrote is never seen. */
static void the_older_writer_is_shut_out(void **state) {
  struct world w;
  struct kafka *second_kafka;
  struct kafka_shard *second_shard;
  uint64_t place;
  char text[256];
  (void)state;
  world_open(&w, 1);
  OK(log_fence(w.kafka, &w.log, &fault));
  journal_write(w.kafka, &w.log, "mine", &place);
  OK(w.log.begin(w.log.self, &fault));
  OK(w.log.append_journal(w.log.self, STR("late"), &fault));
  OK(kafka_open(&w.stage.settings, &second_kafka, &fault));
  OK(kafka_shard_open(second_kafka, 0, &second_shard, &fault));
  struct ledger_log second = kafka_shard_log(second_shard);
  OK(log_fence(second_kafka, &second, &fault));
  struct fault shut_out = {.status = STATUS_OK};
  assert_int_equal(log_commit(w.kafka, &w.log, &place, &shut_out), STATUS_SERVICE);
  assert_non_null(strstr(shut_out.text, "taken"));
  journal_write(second_kafka, &second, "theirs", &place);
  log_journal(second_kafka, &second, 0, text, sizeof text);
  assert_string_equal(text, "mine theirs ");
  w.log.drop(w.log.self);
  kafka_shard_close(second_shard);
  kafka_close(second_kafka);
  world_close(&w);
}

/* A transaction that its owner left open is settled by the fence: the journal is read past it at once, not after its time-out. */
static void the_fence_settles_what_was_left_open(void **state) {
  struct world w;
  uint64_t place;
  char text[256];
  const char *options[] = {"transactional.id", NULL, NULL};
  char id[100];
  (void)state;
  world_open(&w, 1);
  OK(log_fence(w.kafka, &w.log, &fault));
  journal_write(w.kafka, &w.log, "first", &place);
  w.log.drop(w.log.self);
  snprintf(id, sizeof id, "%s-0", w.stage.group);
  options[1] = id;
  rd_kafka_t *zombie = raw_handle(RD_KAFKA_PRODUCER, options); /* dies without a word */
  assert_null(rd_kafka_init_transactions(zombie, 10000));
  assert_null(rd_kafka_begin_transaction(zombie));
  raw_send(zombie, stage_topic(&w.stage, "journal"), 0, NULL, "open", 4, 0, NULL);
  assert_int_equal(rd_kafka_flush(zombie, 10000), RD_KAFKA_RESP_ERR_NO_ERROR);
  int64_t began_ms = clock_ms();
  OK(log_fence(w.kafka, &w.log, &fault));
  log_journal(w.kafka, &w.log, 0, text, sizeof text);
  assert_string_equal(text, "first ");
  assert_true(clock_ms() - began_ms < 45000); /* transaction.timeout.ms is 60 s */
  rd_kafka_error_t *late = rd_kafka_commit_transaction(zombie, 10000);
  assert_non_null(late);
  rd_kafka_error_destroy(late);
  rd_kafka_destroy(zombie);
  journal_write(w.kafka, &w.log, "second", &place);
  log_journal(w.kafka, &w.log, 0, text, sizeof text);
  assert_string_equal(text, "first second ");
  world_close(&w);
}

static void aborted_transactions_in_between_are_not_seen(void **state) {
  struct world w;
  uint64_t place;
  char text[256], want[256] = "";
  (void)state;
  world_open(&w, 1);
  for (int i = 0; i < 4; i++) {
    char name[16];
    OK(log_fence(w.kafka, &w.log, &fault));
    snprintf(name, sizeof name, "kept%d", i);
    journal_write(w.kafka, &w.log, name, &place);
    snprintf(want + strlen(want), sizeof want - strlen(want), "%s ", name);
    OK(w.log.begin(w.log.self, &fault));
    OK(w.log.append_journal(w.log.self, STR("aborted"), &fault));
    usleep(50000);
    w.log.drop(w.log.self);
  }
  OK(log_fence(w.kafka, &w.log, &fault));
  log_journal(w.kafka, &w.log, 0, text, sizeof text);
  assert_string_equal(text, want);
  world_close(&w);
}

/* A transaction of somebody else in the journal hides what is committed behind it: until it ends there is no end to read to. */
static void an_unstable_end_is_waited_for(void **state) {
  struct world w;
  uint64_t place;
  char text[256];
  bool done = false;
  const char *options[] = {"transactional.id", "somebody-else", NULL, NULL};
  (void)state;
  world_open(&w, 1);
  OK(log_fence(w.kafka, &w.log, &fault));
  rd_kafka_t *other = raw_handle(RD_KAFKA_PRODUCER, options);
  assert_null(rd_kafka_init_transactions(other, 10000));
  assert_null(rd_kafka_begin_transaction(other));
  raw_send(other, stage_topic(&w.stage, "journal"), 0, NULL, "open", 4, 0, NULL);
  assert_int_equal(rd_kafka_flush(other, 10000), RD_KAFKA_RESP_ERR_NO_ERROR);
  journal_write(w.kafka, &w.log, "hidden", &place);
  w.log.drop(w.log.self);
  for (int64_t until = clock_ms() + 3000; clock_ms() < until; kafka_wait(w.kafka, 20)) {
    OK(w.log.fence(w.log.self, &done, &fault));
    assert_false(done);
  }
  assert_null(rd_kafka_abort_transaction(other, 10000));
  while (!done) {
    OK(w.log.fence(w.log.self, &done, &fault));
    kafka_wait(w.kafka, 20);
  }
  log_journal(w.kafka, &w.log, 0, text, sizeof text);
  assert_string_equal(text, "hidden ");
  rd_kafka_destroy(other);
  world_close(&w);
}

static void checkpoints_come_back_with_their_bucket(void **state) {
  struct world w;
  uint64_t place, seen = 0;
  struct log_record records[8];
  uint32_t count;
  bool ended = false;
  (void)state;
  world_open(&w, 1);
  OK(log_fence(w.kafka, &w.log, &fault));
  OK(w.log.begin(w.log.self, &fault));
  OK(w.log.append_bucket(w.log.self, 16383, STR("states"), &fault));
  OK(w.log.append_bucket(w.log.self, 0, STR(""), &fault));
  OK(w.log.append_journal(w.log.self, STR("j"), &fault));
  OK(log_commit(w.kafka, &w.log, &place, &fault));
  OK(w.log.checkpoint_seek(w.log.self, &fault));
  for (int64_t until = clock_ms() + UNTIL_MS; !ended && clock_ms() < until;) {
    OK(w.log.checkpoint_read(w.log.self, records, 8, &count, &ended, &fault));
    for (uint32_t i = 0; i < count; i++) {
      text_is(records[i].bytes, seen == 0 ? "states" : "");
      assert_int_equal(records[i].bucket, seen == 0 ? 16383 : 0);
      seen++;
    }
    if (count == 0 && !ended) kafka_wait(w.kafka, 20);
  }
  assert_int_equal(seen, 2);
  world_close(&w);
}

/* Forwards and back again while more was fetched than taken: what comes next is always what was asked for. */
static void a_seek_forgets_what_was_fetched(void **state) {
  struct world w;
  struct input_line lines[7];
  static const uint64_t places[] = {0, 4000, 3, 3999, 1, 2500, 0, 4999, 17};
  (void)state;
  world_open(&w, 1);
  raw_events(&w.stage, 0, 0, 5000);
  for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
    OK(w.log.input_seek(w.log.self, places[i], 0, &fault));
    for (uint64_t next = places[i]; next < places[i] + 20 && next < 5000;) {
      uint32_t count = log_lines(w.kafka, &w.log, lines, 7);
      assert_true(count > 0);
      for (uint32_t k = 0; k < count; k++, next++) {
        char want[32];
        snprintf(want, sizeof want, "{\"n\":%llu}", (unsigned long long)next);
        text_is(lines[k].bytes, want);
        assert_int_equal(lines[k].position, next);
        assert_int_equal(lines[k].next, next + 1);
        assert_true(lines[k].arrival_ms > 1700000000000);
        text_is(lines[k].key, "c1");
      }
    }
  }
  assert_true(kafka_shard_lag(w.shard) > 4000);
  world_close(&w);
}

/* Behind the last event of a transaction stands its marker: there is nothing left to read all the same. */
static void lag_is_nothing_at_the_end(void **state) {
  struct world w;
  struct input_line lines[8];
  uint32_t count = 0, seen = 0;
  const char *options[] = {"transactional.id", NULL, NULL, NULL};
  (void)state;
  world_open(&w, 1);
  options[1] = w.stage.events;
  rd_kafka_t *raw = raw_handle(RD_KAFKA_PRODUCER, options);
  assert_null(rd_kafka_init_transactions(raw, 10000));
  assert_null(rd_kafka_begin_transaction(raw));
  for (int i = 0; i < 3; i++) raw_send(raw, w.stage.events, 0, "c1", "{}", 2, 0, NULL);
  assert_null(rd_kafka_commit_transaction(raw, 10000));
  rd_kafka_destroy(raw);
  OK(w.log.input_seek(w.log.self, 0, NONE_YET, &fault));
  for (int64_t until = clock_ms() + 90000; kafka_shard_lag(w.shard) != 0 && clock_ms() < until; kafka_wait(w.kafka, 20)) {
    OK(w.log.poll(w.log.self, lines, 8, &count, &fault));
    seen += count;
  }
  assert_int_equal(seen, 3);
  assert_int_equal(kafka_shard_lag(w.shard), 0);
  world_close(&w);
}

static void messages_go_to_their_shard(void **state) {
  struct world w;
  struct input_line lines[4];
  struct kafka_shard *other;
  uint64_t place;
  uint32_t count = 0;
  (void)state;
  world_open(&w, 2);
  OK(kafka_shard_open(w.kafka, 1, &other, &fault));
  struct ledger_log log = kafka_shard_log(other);
  OK(log_fence(w.kafka, &w.log, &fault));
  OK(log.input_seek(log.self, NONE_YET, NONE_YET, &fault));
  OK(w.log.begin(w.log.self, &fault));
  OK(w.log.append(w.log.self, OUTPUT_MESSAGES, 1, STR("claim"), &fault));
  OK(log_commit(w.kafka, &w.log, &place, &fault));
  for (int64_t until = clock_ms() + UNTIL_MS; count == 0 && clock_ms() < until; kafka_wait(w.kafka, 20))
    OK(log.poll_inbox(log.self, lines, 4, &count, &fault));
  assert_int_equal(count, 1);
  text_is(lines[0].bytes, "claim");
  kafka_shard_close(other);
  world_close(&w);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(commits_and_reads_back),
      cmocka_unit_test(nothing_is_visible_before_its_commit),
      cmocka_unit_test(the_older_writer_is_shut_out),
      cmocka_unit_test(the_fence_settles_what_was_left_open),
      cmocka_unit_test(aborted_transactions_in_between_are_not_seen),
      cmocka_unit_test(an_unstable_end_is_waited_for),
      cmocka_unit_test(checkpoints_come_back_with_their_bucket),
      cmocka_unit_test(a_seek_forgets_what_was_fetched),
      cmocka_unit_test(messages_go_to_their_shard),
      cmocka_unit_test(lag_is_nothing_at_the_end),
  };
  return cmocka_run_group_tests_name("kafka log", tests, NULL, NULL);
}
