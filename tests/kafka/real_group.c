/* Two members of a group on a real broker: a shard is handed over only when its owner has given it up, the others stay where they are
 * (KIP-429), and leaving gives everything back. */
#include "stage.h"

struct worker {
  struct kafka *kafka;
  bool has[8];
  int revoked, lost, assigned;
  bool keep; /* does not give up what is revoked */
  int owed[8], owed_count;
};

static void serve(struct worker *worker) {
  struct group_change changes[3];
  uint32_t count = 0;
  OK(kafka_group(worker->kafka, changes, 3, &count, &fault));
  for (uint32_t i = 0; i < count; i++) {
    bool assigned = changes[i].what == GROUP_ASSIGNED;
    worker->has[changes[i].shard] = assigned;
    worker->assigned += assigned;
    worker->revoked += changes[i].what == GROUP_REVOKED;
    worker->lost += changes[i].what == GROUP_LOST;
    if (changes[i].what == GROUP_REVOKED) worker->owed[worker->owed_count++] = (int)changes[i].shard;
  }
  while (!worker->keep && worker->owed_count > 0) kafka_given_up(worker->kafka, (uint32_t)worker->owed[--worker->owed_count]);
}

static int held(const struct worker *worker) {
  int count = 0;
  for (int i = 0; i < 8; i++) count += worker->has[i];
  return count;
}

static bool served_until(struct worker *a, struct worker *b, int a_holds, int b_holds, int within_ms) {
  for (int64_t until = clock_ms() + within_ms; clock_ms() < until; kafka_wait(a->kafka, 20)) {
    serve(a);
    if (b != NULL) serve(b);
    for (int i = 0; b != NULL && i < 8; i++) assert_false(a->has[i] && b->has[i]);
    if (held(a) == a_holds && (b == NULL || held(b) == b_holds)) return true;
  }
  return false;
}

static void shards_are_handed_over_one_by_one(void **state) {
  struct stage stage;
  struct worker a = {.keep = true}, b = {.keep = false};
  (void)state;
  stage_make(&stage, 4);
  OK(kafka_open(&stage.settings, &a.kafka, &fault));
  OK(kafka_join(a.kafka, &fault));
  assert_true(served_until(&a, NULL, 4, 0, 90000));
  OK(kafka_open(&stage.settings, &b.kafka, &fault));
  OK(kafka_join(b.kafka, &fault));
  assert_true(served_until(&a, &b, 2, 0, 90000)); /* two are to go ... */
  assert_int_equal(a.revoked, 2);
  assert_false(served_until(&a, &b, 2, 2, 5000)); /* ... and go nowhere before they are given up */
  a.keep = false;
  assert_true(served_until(&a, &b, 2, 2, 90000));
  assert_int_equal(a.revoked, 2); /* the other two never moved */
  assert_int_equal(a.assigned, 4);
  kafka_leave(b.kafka);
  assert_true(served_until(&a, &b, 4, 0, 90000));
  assert_int_equal(b.revoked, 2);
  assert_int_equal(a.lost + b.lost, 0);
  kafka_close(b.kafka);
  kafka_close(a.kafka);
}

/* Closing without leaving, as at the end of a process in a hurry: the group goes on without waiting for a time-out. */
static void closing_leaves_the_group(void **state) {
  struct stage stage;
  struct worker a = {.keep = false}, b = {.keep = false};
  (void)state;
  stage_make(&stage, 2);
  OK(kafka_open(&stage.settings, &a.kafka, &fault));
  OK(kafka_open(&stage.settings, &b.kafka, &fault));
  OK(kafka_join(a.kafka, &fault));
  OK(kafka_join(b.kafka, &fault));
  assert_true(served_until(&a, &b, 1, 1, 90000));
  kafka_close(b.kafka);
  assert_true(served_until(&a, NULL, 2, 0, 90000));
  kafka_close(a.kafka);
}

/* Offsets are told for lag tools; nothing is read while only the group runs. */
static void offsets_are_told(void **state) {
  struct stage stage;
  struct worker a = {.keep = false};
  struct kafka_shard *shard;
  int64_t told = -1;
  (void)state;
  stage_make(&stage, 1);
  raw_events(&stage, 0, 0, 10);
  OK(kafka_open(&stage.settings, &a.kafka, &fault));
  OK(kafka_join(a.kafka, &fault));
  assert_true(served_until(&a, NULL, 1, 0, 90000));
  OK(kafka_shard_open(a.kafka, 0, &shard, &fault));
  const char *options[] = {"group.id", stage.group, NULL};
  rd_kafka_t *raw = raw_handle(RD_KAFKA_CONSUMER, options);
  rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(1);
  rd_kafka_topic_partition_list_add(list, stage.events, 0);
  for (int64_t until = clock_ms() + 60000; told != 7 && clock_ms() < until; usleep(50000)) {
    serve(&a);
    kafka_shard_report(shard, 7);
    assert_int_equal(rd_kafka_committed(raw, list, 5000), 0);
    told = list->elems[0].offset;
  }
  assert_int_equal(told, 7);
  rd_kafka_topic_partition_list_destroy(list);
  rd_kafka_destroy(raw);
  kafka_shard_close(shard);
  kafka_close(a.kafka);
}

/* A member that did not come round for too long is told that its shards are another's by now, and gets what there is again. */
static void a_late_member_is_told_what_it_lost(void **state) {
  struct stage stage;
  struct worker a = {.keep = false};
  (void)state;
  stage_make(&stage, 2);
  stage.pairs[1] = (struct kafka_pair){"session.timeout.ms", "6000"};
  stage.pairs[2] = (struct kafka_pair){"max.poll.interval.ms", "6000"};
  stage.settings.pair_count = 3;
  OK(kafka_open(&stage.settings, &a.kafka, &fault));
  OK(kafka_join(a.kafka, &fault));
  assert_true(served_until(&a, NULL, 2, 0, 90000));
  usleep(9000000);
  for (int64_t until = clock_ms() + 60000; a.lost < 2 && clock_ms() < until; kafka_wait(a.kafka, 20)) serve(&a);
  assert_int_equal(a.lost, 2);
  assert_true(served_until(&a, NULL, 2, 0, 90000));
  assert_int_equal(a.revoked, 0);
  kafka_close(a.kafka);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(shards_are_handed_over_one_by_one),
      cmocka_unit_test(closing_leaves_the_group),
      cmocka_unit_test(offsets_are_told),
      cmocka_unit_test(a_late_member_is_told_what_it_lost),
  };
  return cmocka_run_group_tests_name("kafka group", tests, NULL, NULL);
}
