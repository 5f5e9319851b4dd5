/* Transactions dropped in their first milliseconds, at moments that are drawn: left open, handed on for commit, or a little later. That is
 * what doubt about the view does to a batch just written, and where librdkafka ends the process by an assertion when a producer is
 * destroyed while it registers its partitions (writer.c: end_handle). Whatever the moment: the process lives, the next
 * owner of the shard gets it, and a transaction is there as a whole or not at all. GIFTD_TEST_ROUNDS makes it longer. */
#include "stage.h"

#define SHARDS 8

static uint32_t chance(uint32_t of) {
  static uint64_t seed = 7;
  seed = seed * 6364136223846793005u + 1442695040888963407u;
  return (uint32_t)(seed >> 33) % of;
}

static void spin_us(uint32_t us) { /* usleep is too coarse by far */
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  for (int64_t until = now.tv_sec * 1000000000LL + now.tv_nsec + us * 1000LL; now.tv_sec * 1000000000LL + now.tv_nsec < until;)
    clock_gettime(CLOCK_MONOTONIC, &now);
}

static void fence_all(struct kafka *kafka, const struct ledger_log *logs) {
  bool done[SHARDS] = {false};
  int left = SHARDS;
  for (int64_t until = clock_ms() + UNTIL_MS; left > 0 && clock_ms() < until;) {
    for (int i = 0; i < SHARDS; i++) {
      if (done[i]) continue;
      OK(logs[i].fence(logs[i].self, &done[i], &fault));
      if (done[i]) left--;
    }
    if (left > 0) kafka_wait(kafka, 20);
  }
  assert_int_equal(left, 0);
}

static void write_and_drop(const struct ledger_log *log) {
  OK(log->begin(log->self, &fault));
  OK(log->append_journal(log->self, str_of("j"), &fault));
  OK(log->append_bucket(log->self, 1, str_of("b"), &fault));
  for (uint32_t to = 0; to < SHARDS; to++) OK(log->append(log->self, OUTPUT_MESSAGES, to, str_of("m"), &fault));
  OK(log->append(log->self, OUTPUT_DECISIONS, 0, str_of("{}\n"), &fault));
  spin_us(chance(2000));
  if (chance(4) > 0) OK(log->commit_start(log->self, &fault));
  if (chance(4) == 0) spin_us(chance(2000));
  log->drop(log->self);
}

static void a_producer_may_be_dropped_at_any_moment(void **state) {
  struct stage stage;
  struct kafka *kafka;
  struct kafka_shard *shards[SHARDS];
  struct ledger_log logs[SHARDS];
  int rounds = getenv("GIFTD_TEST_ROUNDS") != NULL ? atoi(getenv("GIFTD_TEST_ROUNDS")) : 40;
  int64_t fencing_ms = 0;
  (void)state;
  stage_make(&stage, SHARDS);
  OK(kafka_open(&stage.settings, &kafka, &fault));
  for (uint32_t i = 0; i < SHARDS; i++) {
    OK(kafka_shard_open(kafka, i, &shards[i], &fault));
    logs[i] = kafka_shard_log(shards[i]);
  }
  for (int round = 0; round < rounds; round++) {
    int64_t began_ms = clock_ms();
    fence_all(kafka, logs);
    fencing_ms += clock_ms() - began_ms;
    for (int i = 0; i < SHARDS; i++) write_and_drop(&logs[i]);
  }
  fence_all(kafka, logs); /* the last ones are settled as well */
  for (int i = 0; i < SHARDS; i++) kafka_shard_close(shards[i]);
  kafka_close(kafka);
  int journal = 0, decisions = 0, messages = 0;
  for (int i = 0; i < SHARDS; i++) {
    journal += raw_count(stage_topic(&stage, "journal"), i);
    decisions += raw_count(stage_topic(&stage, "decisions"), i);
    messages += raw_count(stage_topic(&stage, "messages"), i);
  }
  printf("%d transactions dropped, %d of them committed; %lld ms to take %d shards over\n", rounds * SHARDS, journal,
         (long long)(fencing_ms / rounds), SHARDS);
  assert_int_equal(decisions, journal);
  assert_int_equal(messages, journal * SHARDS);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(a_producer_may_be_dropped_at_any_moment)};
  return cmocka_run_group_tests_name("kafka drop", tests, NULL, NULL);
}
