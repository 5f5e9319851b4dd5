/* Records on a real broker, byte for byte: CloudEvents in binary mode in and out, decisions packed, dead letters as they came. */
#include "stage.h"

struct world {
  struct stage stage;
  struct kafka *kafka;
  struct kafka_shard *shard;
  struct ledger_log log;
};

static void world_open(struct world *world) {
  stage_make(&world->stage, 1);
  OK(kafka_open(&world->stage.settings, &world->kafka, &fault));
  OK(kafka_shard_open(world->kafka, 0, &world->shard, &fault));
  world->log = kafka_shard_log(world->shard);
  OK(log_fence(world->kafka, &world->log, &fault));
}

static void world_close(struct world *world) {
  kafka_shard_close(world->shard);
  kafka_close(world->kafka);
}

static rd_kafka_headers_t *headers_of(const char *const *pairs) {
  rd_kafka_headers_t *headers = rd_kafka_headers_new(8);
  for (; pairs[0] != NULL; pairs += 2) assert_int_equal(rd_kafka_header_add(headers, pairs[0], -1, pairs[1], -1), 0);
  return headers;
}

static const char *const spend[] = {"ce_specversion",
                                    "1.0",
                                    "ce_id",
                                    "e-1",
                                    "ce_source",
                                    "core\"x",
                                    "ce_type",
                                    "login",
                                    "ce_subject",
                                    "c1",
                                    "ce_time",
                                    "2026-11-20T12:01:07+08:00",
                                    "content-type",
                                    "application/json",
                                    NULL,
                                    NULL};

static void binary_mode_comes_in_as_one_line(void **state) {
  struct world w;
  struct input_line lines[16];
  static const char framed[] = "\0\0\0\0\7{\"n\":6}";
  static const char avro[] = "\0\0\0\0\7\2\4";
  (void)state;
  world_open(&w);
  rd_kafka_t *raw = raw_handle(RD_KAFKA_PRODUCER, NULL);
  raw_send(raw, w.stage.events, 0, "c1", "{\"a\":1}", 7, 1700000000123, headers_of(spend));
  raw_send(raw, w.stage.events, 0, "c1", "{},\"subject\":\"c2\"", 17, 0, headers_of(spend)); /* would speak for c2 */
  raw_send(raw, w.stage.events, 0, "c1", "", 0, 0, headers_of(spend));
  raw_send(raw, w.stage.events, 0, "c1", "{\"n\":4}", 7, 0, NULL);
  raw_send(raw, w.stage.events, 0, NULL, "{\"n\":5}", 7, 0, NULL);
  raw_send(raw, w.stage.events, 0, "c1", framed, sizeof framed - 1, 0, NULL);
  raw_send(raw, w.stage.events, 0, "c1", avro, sizeof avro - 1, 0, NULL);
  raw_send(raw, w.stage.events, 0, "c1", NULL, 0, 0, NULL);
  assert_int_equal(rd_kafka_flush(raw, 10000), 0);
  rd_kafka_destroy(raw);
  log_whole(w.kafka, &w.log, 0, lines, 8);
  const char *line =
      "{ \"specversion\":\"1.0\",\"id\":\"e-1\",\"source\":\"core\\\"x\",\"type\":\"login\",\"subject\":\"c1\","
      "\"time\":\"2026-11-20T12:01:07+08:00\",\"datacontenttype\":\"application/json\"";
  char want[512];
  snprintf(want, sizeof want, "%s,\"data\":{\"a\":1}}", line);
  text_is(lines[0].bytes, want);
  assert_int_equal(lines[0].arrival_ms, 1700000000123);
  text_is(lines[1].bytes, "{},\"subject\":\"c2\"");
  snprintf(want, sizeof want, "%s}", line);
  text_is(lines[2].bytes, want);
  text_is(lines[3].bytes, "{\"n\":4}");
  text_is(lines[3].key, "c1");
  text_is(lines[4].key, ""); /* a record without key: not the same as a log without keys */
  text_is(lines[5].bytes, "{\"n\":6}");
  assert_int_equal(lines[6].bytes.length, sizeof avro - 1);
  text_is(lines[7].bytes, "");
  world_close(&w);
}

/* More binary records than the scratch holds: a poll gives what fits, the next one goes on; none is lost or doubled. */
static void binary_mode_beyond_the_scratch(void **state) {
  struct world w;
  struct input_line lines[64];
  static char data[900000];
  uint64_t next = 0;
  (void)state;
  world_open(&w);
  memset(data, 'x', sizeof data);
  data[0] = data[sizeof data - 1] = '"';
  const char *options[] = {"message.max.bytes", "2000000", NULL};
  rd_kafka_t *raw = raw_handle(RD_KAFKA_PRODUCER, options);
  for (int i = 0; i < 11; i++) raw_send(raw, w.stage.events, 0, "c1", data, sizeof data, 0, headers_of(spend));
  assert_int_equal(rd_kafka_flush(raw, 20000), 0);
  rd_kafka_destroy(raw);
  OK(w.log.input_seek(w.log.self, NONE_YET, NONE_YET, &fault));
  usleep(1500000); /* all are fetched */
  while (next < 11) {
    uint32_t count = log_lines(w.kafka, &w.log, lines, 64);
    assert_true(count > 0 && count <= 4);
    for (uint32_t i = 0; i < count; i++, next++) {
      assert_int_equal(lines[i].position, next);
      assert_true(lines[i].bytes.length > sizeof data && lines[i].bytes.at[lines[i].bytes.length - 1] == '}');
    }
  }
  world_close(&w);
}

static void a_reward_goes_out_in_binary_mode(void **state) {
  struct world w;
  uint64_t place;
  (void)state;
  world_open(&w);
  OK(w.log.begin(w.log.self, &fault));
  OK(w.log.append(
      w.log.self, OUTPUT_REWARDS, 0,
      STR("{\"specversion\":\"1.0\",\"id\":\"R1\",\"source\":\"giftd\",\"type\":\"gift.reward.issued\",\"subject\":\"c0000042\","
          "\"time\":\"2026-11-20T12:01:07+08:00\",\"traceparent\":\"00-a\\u0062-01\",\"data\":{\"campaign\":\"f\",\"value_minor\":5000}}"
          "\n"),
      &fault));
  OK(w.log.append_journal(w.log.self, STR("j"), &fault));
  OK(log_commit(w.kafka, &w.log, &place, &fault));
  struct raw_reader reader = raw_open(stage_topic(&w.stage, "rewards"), 0, "read_committed");
  rd_kafka_message_t *message = raw_next(&reader);
  assert_non_null(message);
  text_is((struct str){message->key, message->key_len}, "c0000042");
  text_is((struct str){message->payload, message->len}, "{\"campaign\":\"f\",\"value_minor\":5000}");
  text_is(raw_header(message, "ce_id"), "R1");
  text_is(raw_header(message, "ce_specversion"), "1.0");
  text_is(raw_header(message, "ce_source"), "giftd");
  text_is(raw_header(message, "ce_type"), "gift.reward.issued");
  text_is(raw_header(message, "ce_subject"), "c0000042");
  text_is(raw_header(message, "ce_time"), "2026-11-20T12:01:07+08:00");
  text_is(raw_header(message, "ce_traceparent"), "00-ab-01");
  text_is(raw_header(message, "content-type"), "application/json");
  rd_kafka_message_destroy(message);
  assert_null(raw_next(&reader));
  raw_close(&reader);
  world_close(&w);
}

/* 3,000 lines of about 100 bytes and one of 200,000: all of them, in order, whole lines a record, few records. */
static void decisions_are_packed_by_whole_lines(void **state) {
  struct world w;
  static char lines[400000], large[200001];
  uint64_t place;
  size_t length = 0;
  int records = 0, next = 0;
  (void)state;
  world_open(&w);
  OK(w.log.begin(w.log.self, &fault));
  for (int i = 0; i < 3000; i++) length += (size_t)snprintf(lines + length, sizeof lines - length, "{\"n\":%d,\"pad\":\"%080d\"}\n", i, i);
  OK(w.log.append(w.log.self, OUTPUT_DECISIONS, 0, (struct str){lines, length}, &fault));
  memset(large, 'y', sizeof large);
  large[sizeof large - 1] = '\n';
  OK(w.log.append(w.log.self, OUTPUT_DECISIONS, 0, (struct str){large, sizeof large}, &fault));
  OK(w.log.append(w.log.self, OUTPUT_DECISIONS, 0, STR("last\n"), &fault));
  OK(log_commit(w.kafka, &w.log, &place, &fault));
  static char read[800000];
  size_t have = 0;
  struct raw_reader reader = raw_open(stage_topic(&w.stage, "decisions"), 0, "read_committed");
  for (rd_kafka_message_t *message; (message = raw_next(&reader)) != NULL; records++, next++) {
    assert_int_equal(((const char *)message->payload)[message->len - 1], '\n');
    assert_true(message->len <= PACK_BYTES || message->len == sizeof large);
    memcpy(read + have, message->payload, message->len);
    have += message->len;
    rd_kafka_message_destroy(message);
  }
  raw_close(&reader);
  assert_int_equal(have, length + sizeof large + 5);
  assert_memory_equal(read, lines, length);
  assert_memory_equal(read + length, large, sizeof large);
  assert_true(records <= 8);
  world_close(&w);
}

/* ---- dead letters ---- */

static const char *const carried[] = {"trace", "abc", "trace", "again", "empty", "", NULL, NULL};
#define LETTER                                                                                                                 \
  "{\"input\":\"events\",\"position\":0,\"reason\":\"MALFORMED_EVENT\",\"code\":\"NOT_JSON\",\"pointer\":\"/a\",\"offset\":3," \
  "\"text\":\"not JSON\",\"detail\":\"a \\\"quote\\\"\",\"remedy\":\"mend it\",\"bytes\":7,\"line\":\"...\"}\n"

static void dead_check(const rd_kafka_message_t *message, const char *key, const void *value, size_t length, int offset) {
  char number[16];
  snprintf(number, sizeof number, "%d", offset);
  if (key == NULL)
    assert_null(message->key);
  else
    text_is((struct str){message->key, message->key_len}, key);
  assert_int_equal(message->len, length);
  if (value == NULL)
    assert_null(message->payload);
  else
    assert_memory_equal(message->payload, value, length);
  text_is(raw_header(message, "giftd.reason"), "MALFORMED_EVENT");
  text_is(raw_header(message, "__connect.errors.offset"), number);
  text_is(raw_header(message, "__connect.errors.partition"), "0");
  text_is(raw_header(message, "__connect.errors.exception.class.name"), "NOT_JSON");
}

static void carried_check(const rd_kafka_message_t *message) {
  rd_kafka_headers_t *headers = NULL;
  const char *name;
  const void *value;
  size_t length;
  assert_int_equal(rd_kafka_message_headers(message, &headers), 0);
  for (size_t i = 0; carried[2 * i] != NULL; i++) {
    assert_int_equal(rd_kafka_header_get_all(headers, i, &name, &value, &length), 0);
    assert_string_equal(name, carried[2 * i]);
    text_is((struct str){value, length}, carried[2 * i + 1]);
  }
}

static void dead_letters_keep_everything(void **state) {
  struct world w;
  struct input_line lines[8];
  static char wrapped[400000], big[300000];
  struct buffer out;
  struct str pieces[4];
  uint64_t place;
  (void)state;
  world_open(&w);
  for (size_t i = 0; i < sizeof big; i++) big[i] = (char)(i * 31 + 7);
  rd_kafka_t *raw = raw_handle(RD_KAFKA_PRODUCER, NULL);
  raw_send(raw, w.stage.events, 0, "k\xff", "\x80\0bytes", 7, 1700000000001, headers_of(carried));
  raw_send(raw, w.stage.events, 0, NULL, big, sizeof big, 1700000000002, headers_of(carried)); /* too large to be copied */
  raw_send(raw, w.stage.events, 0, "k", NULL, 0, 1700000000003, NULL);
  raw_send(raw, w.stage.events, 0, "k", "\0\0\0\0\1\2", 6, 1700000000004, NULL);
  assert_int_equal(rd_kafka_flush(raw, 10000), 0);
  rd_kafka_destroy(raw);
  log_whole(w.kafka, &w.log, 0, lines, 4);
  buffer_init(&out, wrapped, sizeof wrapped);
  for (uint32_t i = 0; i < 4; i++) {
    size_t start = out.length;
    OK(w.log.wrap_dead(w.log.self, i, STR(LETTER), &out, &fault));
    pieces[i] = (struct str){wrapped + start, out.length - start};
  }
  assert_true(out.length < 8192); /* the large one is kept, not copied */
  uint32_t none;
  OK(w.log.poll(w.log.self, lines, 8, &none, &fault)); /* what was lent is gone */
  OK(w.log.begin(w.log.self, &fault));
  for (int i = 0; i < 4; i++) OK(w.log.append(w.log.self, OUTPUT_DLQ, 0, pieces[i], &fault));
  OK(w.log.append_journal(w.log.self, STR("j"), &fault));
  OK(log_commit(w.kafka, &w.log, &place, &fault));
  struct raw_reader reader = raw_open(stage_topic(&w.stage, "events.dlq"), 0, "read_committed");
  for (int i = 0; i < 4; i++) {
    static const char *const keys[] = {"k\xff", NULL, "k", "k"};
    const void *values[] = {"\x80\0bytes", big, NULL, "\0\0\0\0\1\2"};
    static const size_t lengths[] = {7, sizeof big, 0, 6};
    static const char *const says[] = {"not JSON: a \"quote\"; mend it", "no key", "tombstone", "Confluent-framed Avro"};
    rd_kafka_message_t *message = raw_next(&reader);
    assert_non_null(message);
    dead_check(message, keys[i], values[i], lengths[i], i);
    assert_int_equal(rd_kafka_message_timestamp(message, NULL), 1700000000001 + i);
    if (i < 2) carried_check(message);
    struct str why = raw_header(message, "__connect.errors.exception.message");
    assert_non_null(memmem(why.at, why.length, says[i], strlen(says[i])));
    rd_kafka_message_destroy(message);
  }
  assert_null(raw_next(&reader));
  raw_close(&reader);
  world_close(&w);
}

/* What was wrapped and never sent is let go with its batch. */
static void a_drop_forgets_held_records(void **state) {
  struct world w;
  struct input_line lines[8];
  static char wrapped[4096], big[300000];
  struct buffer out;
  (void)state;
  world_open(&w);
  memset(big, 'b', sizeof big);
  rd_kafka_t *raw = raw_handle(RD_KAFKA_PRODUCER, NULL);
  raw_send(raw, w.stage.events, 0, "k", big, sizeof big, 0, NULL);
  assert_int_equal(rd_kafka_flush(raw, 10000), 0);
  rd_kafka_destroy(raw);
  for (int i = 0; i < 3; i++) {
    OK(log_fence(w.kafka, &w.log, &fault));
    OK(w.log.input_seek(w.log.self, 0, NONE_YET, &fault));
    assert_int_equal(log_lines(w.kafka, &w.log, lines, 8), 1);
    buffer_init(&out, wrapped, sizeof wrapped);
    OK(w.log.wrap_dead(w.log.self, 0, STR(LETTER), &out, &fault));
    w.log.drop(w.log.self);
    assert_int_equal(w.shard->held_count, 0);
  }
  world_close(&w);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(binary_mode_comes_in_as_one_line), cmocka_unit_test(binary_mode_beyond_the_scratch),
      cmocka_unit_test(a_reward_goes_out_in_binary_mode), cmocka_unit_test(decisions_are_packed_by_whole_lines),
      cmocka_unit_test(dead_letters_keep_everything),     cmocka_unit_test(a_drop_forgets_held_records),
  };
  return cmocka_run_group_tests_name("kafka records", tests, NULL, NULL);
}
