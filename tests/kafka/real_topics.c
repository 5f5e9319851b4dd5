/* The topics and what is told of them, and what is refused, on a real broker: each text says what, where and what to do. */
#include <syslog.h>

#include "stage.h"

struct told {
  int good, bad, alone; /* alone: has one replica */
  char text[8192];
};

static void hear(void *self, const char *topic, bool ok, const char *text) {
  struct told *told = self;
  size_t length = strlen(told->text);
  told->good += ok;
  told->bad += !ok;
  told->alone += strstr(text, ", 1 replica (lost with its broker") != NULL;
  if (!ok) snprintf(told->text + length, sizeof told->text - length, "%s: %s\n", topic, text);
}

static void contains(const char *text, const char *part) {
  if (strstr(text, part) == NULL) fail_msg("\"%s\" is not in: %s", part, text);
}

static void set_config(struct stage *stage, const char *topic, const char *name, const char *value) {
  rd_kafka_t *raw = raw_handle(RD_KAFKA_PRODUCER, NULL);
  rd_kafka_ConfigResource_t *resource = rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, stage_topic(stage, topic));
  rd_kafka_queue_t *queue = rd_kafka_queue_new(raw);
  assert_int_equal(rd_kafka_ConfigResource_set_config(resource, name, value), 0);
  rd_kafka_AlterConfigs(raw, &resource, 1, NULL, queue);
  rd_kafka_event_t *event = rd_kafka_queue_poll(queue, 10000);
  assert_non_null(event);
  assert_int_equal(rd_kafka_event_error(event), 0);
  rd_kafka_event_destroy(event);
  rd_kafka_ConfigResource_destroy(resource);
  rd_kafka_queue_destroy(queue);
  rd_kafka_destroy(raw);
}

static void make_raw(const char *topic, int partitions) {
  char why[128];
  rd_kafka_t *raw = raw_handle(RD_KAFKA_PRODUCER, NULL);
  rd_kafka_NewTopic_t *made = rd_kafka_NewTopic_new(topic, partitions, 1, why, sizeof why);
  rd_kafka_queue_t *queue = rd_kafka_queue_new(raw);
  rd_kafka_CreateTopics(raw, &made, 1, NULL, queue);
  rd_kafka_event_t *event = rd_kafka_queue_poll(queue, 10000);
  assert_non_null(event);
  rd_kafka_event_destroy(event);
  rd_kafka_NewTopic_destroy(made);
  rd_kafka_queue_destroy(queue);
  rd_kafka_destroy(raw);
  usleep(300000);
}

static void made_topics_are_as_they_must_be(void **state) {
  struct stage stage;
  struct told told = {.good = 0};
  struct kafka_topics_settings topics = {.partitions = 3, .make_events = true};
  struct fault told_fault = {.status = STATUS_OK};
  (void)state;
  stage_make(&stage, 3);
  assert_int_equal(kafka_topics_check(&stage.settings, hear, &told, &told_fault), STATUS_OK);
  assert_int_equal(told.good, TOPIC_COUNT);
  assert_int_equal(told.alone, TOPIC_COUNT);
  assert_int_equal(kafka_topics_create(&stage.settings, &topics, hear, &told, &told_fault), STATUS_OK); /* again: nothing changes */
  assert_int_equal(told.bad, 0);
  topics.partitions = 5;
  assert_int_equal(kafka_topics_create(&stage.settings, &topics, hear, &told, &told_fault), STATUS_USAGE);
  contains(told_fault.text, "has 3 partitions, not 5");
}

static void wrong_forms_are_named(void **state) {
  char command[512];
  struct stage stage;
  struct told told = {.good = 0};
  struct kafka *kafka = NULL;
  struct fault told_fault = {.status = STATUS_OK};
  (void)state;
  stage_make(&stage, 2);
  set_config(&stage, "journal", "retention.ms", "3600000");
  set_config(&stage, "checkpoint", "cleanup.policy", "delete");
  set_config(&stage, "events", "cleanup.policy", "compact");
  set_config(&stage, "messages", "retention.ms", "1000");
  set_config(&stage, "decisions", "max.message.bytes", "1000000");
  set_config(&stage, "events.dlq", "max.message.bytes", "1000");
  usleep(300000);
  assert_int_equal(kafka_topics_check(&stage.settings, hear, &told, &told_fault), STATUS_STATE);
  assert_int_equal(told.bad, 6);
  contains(told.text, "journal: retention.ms is 3600000");
  contains(told.text, "checkpoint: cleanup.policy must be compact");
  contains(told.text, "events: cleanup.policy must be delete");
  contains(told.text, "messages: retention.ms must be 7 days");
  contains(told.text, "decisions: max.message.bytes is 1000000, it must be 9437184");
  contains(told.text, "dlq: max.message.bytes is 1000");
  snprintf(command, sizeof command,
           "kafka-configs.sh --bootstrap-server %s --alter --entity-type topics --entity-name %s --add-config cleanup.policy=compact\n",
           broker(), stage_topic(&stage, "checkpoint"));
  contains(told.text, command);
  assert_int_equal(kafka_open(&stage.settings, &kafka, &told_fault), STATUS_STATE);
  assert_null(kafka);
}

static void missing_topics_and_partitions_are_named(void **state) {
  struct stage stage;
  struct told told = {.good = 0};
  struct kafka_topics_settings topics = {.partitions = 0};
  struct kafka *kafka = NULL;
  struct fault told_fault = {.status = STATUS_OK};
  (void)state;
  stage_name(&stage, 2);
  assert_int_equal(kafka_open(&stage.settings, &kafka, &told_fault), STATUS_STATE);
  contains(told_fault.text, "events: is not there");
  assert_int_equal(kafka_topics_create(&stage.settings, &topics, hear, &told, &told_fault), STATUS_STATE);
  contains(told_fault.text, "is not there");
  make_raw(stage.events, 3);
  make_raw(stage_topic(&stage, "rewards"), 2);
  assert_int_equal(kafka_open(&stage.settings, &kafka, &told_fault), STATUS_STATE);
  contains(told_fault.text, "messages: is not there");
  contains(told_fault.text, "giftd topics create");
  told = (struct told){.good = 0};
  assert_int_equal(kafka_topics_create(&stage.settings, &topics, hear, &told, &told_fault), STATUS_STATE);
  assert_int_equal(told.bad, 1);
  contains(told.text, "rewards: has 2 partitions, the events topic");
}

static void wrong_addresses_are_told_apart(void **state) {
  struct stage stage;
  struct kafka *kafka = NULL;
  struct fault told_fault = {.status = STATUS_OK};
  (void)state;
  stage_name(&stage, 1);
  stage.pairs[0].value = "127.0.0.1:1";
  assert_int_equal(kafka_open(&stage.settings, &kafka, &told_fault), STATUS_SERVICE);
  contains(told_fault.text, "127.0.0.1:1");
  contains(told_fault.text, "refused");
  contains(told_fault.text, "kafka.bootstrap.servers");
  stage.pairs[0].value = "no-such-host.invalid:9092";
  assert_int_equal(kafka_open(&stage.settings, &kafka, &told_fault), STATUS_SERVICE);
  contains(told_fault.text, "no-such-host.invalid");
  contains(told_fault.text, "the name is not known");
  stage.pairs[0].value = broker();
  stage.pairs[1] = (struct kafka_pair){"security.protocol", "sasl_plaintext"};
  stage.pairs[2] = (struct kafka_pair){"sasl.mechanism", "PLAIN"};
  stage.pairs[3] = (struct kafka_pair){"sasl.username", "u"};
  stage.pairs[4] = (struct kafka_pair){"sasl.password", "geheim"};
  stage.settings.pair_count = 5;
  enum status status = kafka_open(&stage.settings, &kafka, &told_fault); /* a broker that speaks no SASL */
  assert_true(status == STATUS_USAGE || status == STATUS_SERVICE);
  assert_null(strstr(told_fault.text, "geheim"));
}

static void options_of_the_door_are_refused(void **state) {
  struct stage stage;
  struct kafka *kafka = NULL;
  struct fault told_fault = {.status = STATUS_OK};
  static const char *const kept[] = {"enable.auto.commit", "isolation.level", "transactional.id", "group.id", "auto.offset.reset", "acks"};
  (void)state;
  stage_name(&stage, 1);
  stage.settings.pair_count = 2;
  for (size_t i = 0; i < sizeof kept / sizeof kept[0]; i++) {
    stage.pairs[1] = (struct kafka_pair){kept[i], "true"};
    assert_int_equal(kafka_open(&stage.settings, &kafka, &told_fault), STATUS_USAGE);
    contains(told_fault.text, kept[i]);
    contains(told_fault.text, "cannot be set");
  }
  stage.pairs[1] = (struct kafka_pair){"fetch.wait.max.mz", "1"};
  assert_int_equal(kafka_open(&stage.settings, &kafka, &told_fault), STATUS_USAGE);
  contains(told_fault.text, "fetch.wait.max.mz");
  stage.pairs[1] = (struct kafka_pair){"fetch.wait.max.ms", "soon"};
  assert_int_equal(kafka_open(&stage.settings, &kafka, &told_fault), STATUS_USAGE);
  contains(told_fault.text, "fetch.wait.max.ms");
}

/* As retention does it. */
static void events_delete(const struct stage *stage, int64_t first) {
  rd_kafka_t *raw = raw_handle(RD_KAFKA_PRODUCER, NULL);
  rd_kafka_queue_t *queue = rd_kafka_queue_new(raw);
  rd_kafka_topic_partition_list_t *before = rd_kafka_topic_partition_list_new(1);
  rd_kafka_topic_partition_list_add(before, stage->events, 0)->offset = first;
  rd_kafka_DeleteRecords_t *request = rd_kafka_DeleteRecords_new(before);
  rd_kafka_DeleteRecords(raw, &request, 1, NULL, queue);
  rd_kafka_event_destroy(rd_kafka_queue_poll(queue, 10000));
  rd_kafka_DeleteRecords_destroy(request);
  rd_kafka_topic_partition_list_destroy(before);
  rd_kafka_queue_destroy(queue);
  rd_kafka_destroy(raw);
}

/* Retention took what comes next: never a guess, but a text with the offsets and the way out. */
static void a_position_that_is_gone_is_told(void **state) {
  struct stage stage;
  struct kafka *kafka;
  struct kafka_shard *shard;
  struct input_line lines[4];
  struct fault told_fault = {.status = STATUS_OK};
  enum status status = STATUS_OK;
  uint32_t count = 0;
  (void)state;
  stage_make(&stage, 1);
  raw_events(&stage, 0, 0, 100);
  events_delete(&stage, 60);
  OK(kafka_open(&stage.settings, &kafka, &fault));
  OK(kafka_shard_open(kafka, 0, &shard, &fault));
  struct ledger_log log = kafka_shard_log(shard);
  static const struct {
    uint64_t place;
    const char *says;
  } gone[] = {{20, "begins at offset 60, but 20 comes next: retention deleted 40 records"},
              {500, "ends at offset 100, but 500 was decided"}};
  for (size_t i = 0; i < 2; i++) {
    status = log.input_seek(log.self, gone[i].place, NONE_YET, &told_fault);
    for (int64_t until = clock_ms() + 90000; status == STATUS_OK && clock_ms() < until; kafka_wait(kafka, 20)) {
      status = log.poll(log.self, lines, 4, &count, &told_fault);
      assert_int_equal(count, 0);
    }
    assert_int_equal(status, STATUS_STATE);
    contains(told_fault.text, gone[i].says);
  }
  OK(log.input_seek(log.self, NONE_YET, NONE_YET, &fault));
  assert_true(log_lines(kafka, &log, lines, 1) == 1 && lines[0].position == 60);
  kafka_shard_close(shard);
  kafka_close(kafka);
}

static void warned(void *self, int level, const char *text) {
  if (level == LOG_WARNING && strstr(text, "passed over") != NULL) snprintf(self, 512, "%s", text); /* not librdkafka's own */
}

/* input.gap = skip: what retention took is named and passed over; what is still there, or was decided and is not there, stays as it is. */
static void a_gap_is_passed_over_when_a_person_says_so(void **state) {
  static const struct {
    bool skip;
    uint64_t next, goes_on;
  } rows[] = {{false, 20, 20}, {true, 20, 60}, {true, 60, 60}, {true, 80, 80}, {true, 100, 100}, {true, 500, 500}};
  struct stage stage;
  struct kafka *kafka;
  struct kafka_shard *shard;
  (void)state;
  stage_make(&stage, 1);
  raw_events(&stage, 0, 0, 100);
  events_delete(&stage, 60);
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    char text[512] = "";
    uint64_t next = rows[i].next;
    stage.settings.skip_gap = rows[i].skip;
    stage.settings.say = warned, stage.settings.say_self = text;
    OK(kafka_open(&stage.settings, &kafka, &fault));
    OK(kafka_shard_open(kafka, 0, &shard, &fault));
    struct ledger_log log = kafka_shard_log(shard);
    OK(log.input_gap(log.self, &next, &fault));
    kafka_shard_close(shard);
    kafka_close(kafka);
    assert_true(next == rows[i].goes_on);
    assert_true((strstr(text, "offsets 20 to 59 are passed over") != NULL) == (next != rows[i].next));
  }
}

/* Somebody adds partitions to the events topic while giftd runs: its customers are elsewhere now. */
static void partitions_that_are_added_stop_the_group(void **state) {
  struct stage stage;
  struct kafka *kafka;
  struct group_change changes[8];
  struct fault grown = {.status = STATUS_OK};
  uint32_t count = 0, assigned = 0;
  char why[128];
  (void)state;
  stage_make(&stage, 1);
  stage.pairs[1] = (struct kafka_pair){"topic.metadata.refresh.interval.ms", "500"};
  stage.settings.pair_count = 2;
  OK(kafka_open(&stage.settings, &kafka, &fault));
  OK(kafka_join(kafka, &fault));
  for (int64_t until = clock_ms() + 90000; assigned < 1 && clock_ms() < until; kafka_wait(kafka, 20)) {
    OK(kafka_group(kafka, changes, 8, &count, &fault));
    assigned += count;
  }
  assert_int_equal(assigned, 1);
  rd_kafka_t *raw = raw_handle(RD_KAFKA_PRODUCER, NULL);
  rd_kafka_queue_t *queue = rd_kafka_queue_new(raw);
  rd_kafka_NewPartitions_t *more = rd_kafka_NewPartitions_new(stage.events, 3, why, sizeof why);
  rd_kafka_CreatePartitions(raw, &more, 1, NULL, queue);
  rd_kafka_event_destroy(rd_kafka_queue_poll(queue, 10000));
  rd_kafka_NewPartitions_destroy(more);
  rd_kafka_queue_destroy(queue);
  rd_kafka_destroy(raw);
  enum status status = STATUS_OK;
  for (int64_t until = clock_ms() + 90000; status == STATUS_OK && clock_ms() < until; kafka_wait(kafka, 20))
    status = kafka_group(kafka, changes, 8, &count, &grown);
  assert_int_equal(status, STATUS_STATE);
  contains(grown.text, "has more partitions than the 1");
  kafka_close(kafka);
}

static void where_a_new_shard_begins(void **state) {
  struct stage stage;
  struct kafka *kafka;
  struct kafka_shard *shard;
  uint64_t first = 7;
  (void)state;
  stage_make(&stage, 1);
  raw_events(&stage, 0, 0, 10);
  events_delete(&stage, 4);
  for (int latest = 0; latest < 2; latest++) {
    stage.settings.start = latest ? "latest" : "earliest";
    OK(kafka_open(&stage.settings, &kafka, &fault));
    OK(kafka_shard_open(kafka, 0, &shard, &fault));
    struct ledger_log log = kafka_shard_log(shard);
    OK(log.input_first(log.self, &first, &fault));
    assert_true(first == (latest ? 10 : 4));
    kafka_shard_close(shard);
    kafka_close(kafka);
  }
}

static void the_journal_is_trimmed(void **state) {
  struct stage stage;
  struct kafka *kafka;
  struct kafka_shard *shard;
  uint64_t place = 0;
  struct group_change change;
  uint32_t none;
  char text[256];
  int64_t first = 0, end = 0;
  (void)state;
  stage_make(&stage, 1);
  OK(kafka_open(&stage.settings, &kafka, &fault));
  OK(kafka_shard_open(kafka, 0, &shard, &fault));
  struct ledger_log log = kafka_shard_log(shard);
  OK(log_fence(kafka, &log, &fault));
  for (int i = 0; i < 3; i++) {
    char name[16];
    snprintf(name, sizeof name, "j%d", i);
    OK(log.begin(log.self, &fault));
    OK(log.append_journal(log.self, str_of(name), &fault));
    OK(log_commit(kafka, &log, &place, &fault));
  }
  OK(log.trim(log.self, place, &fault));
  for (int64_t until = clock_ms() + 90000; (uint64_t)first != place && clock_ms() < until; usleep(20000)) {
    OK(kafka_group(kafka, &change, 1, &none, &fault));
    assert_int_equal(rd_kafka_query_watermark_offsets(kafka->history, kafka->topics[TOPIC_JOURNAL], 0, &first, &end, 5000), 0);
  }
  assert_int_equal(first, place);
  log_journal(kafka, &log, 0, text, sizeof text);
  assert_string_equal(text, "j2 ");
  log.drop(log.self);
  OK(log_fence(kafka, &log, &fault));
  struct fault gone = {.status = STATUS_OK};
  assert_int_equal(log.journal_seek(log.self, place - 2, &gone), STATUS_STATE); /* trimmed away */
  OK(log.journal_seek(log.self, place, &fault));
  kafka_shard_close(shard);
  kafka_close(kafka);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(made_topics_are_as_they_must_be),
      cmocka_unit_test(wrong_forms_are_named),
      cmocka_unit_test(missing_topics_and_partitions_are_named),
      cmocka_unit_test(wrong_addresses_are_told_apart),
      cmocka_unit_test(options_of_the_door_are_refused),
      cmocka_unit_test(a_position_that_is_gone_is_told),
      cmocka_unit_test(a_gap_is_passed_over_when_a_person_says_so),
      cmocka_unit_test(where_a_new_shard_begins),
      cmocka_unit_test(the_journal_is_trimmed),
      cmocka_unit_test(partitions_that_are_added_stop_the_group),
  };
  return cmocka_run_group_tests_name("kafka topics", tests, NULL, NULL);
}
