/* What the tests of the kafka room share: topics of their own on a real broker (its address: broker()), a raw producer and
 * a raw reader that know nothing of the room, and the calls of a log driven to their end. */
#ifndef GIFTD_TESTS_KAFKA_STAGE_H
#define GIFTD_TESTS_KAFKA_STAGE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "inside.h"

struct stage {
  char prefix[64], events[80], group[80];
  struct kafka_pair pairs[8];
  struct kafka_settings settings;
  uint32_t partitions;
};

/* GIFTD_TEST_KAFKA, else the stack that tests share (tests/stack); without either the test fails. */
static inline const char *broker(void) {
  static char line[200];
  const char *address = getenv("GIFTD_TEST_KAFKA");
  if (address != NULL) return address;
  FILE *file = fopen(SOURCE_DIR "/build/test-stack/stack.env", "r");
  while (file != NULL && fgets(line, sizeof line, file) != NULL) {
    line[strcspn(line, "\n")] = '\0';
    if (strncmp(line, "KAFKA=", 6) == 0) return fclose(file) == 0 ? line + 6 : NULL;
  }
  fprintf(stderr, "no broker: set GIFTD_TEST_KAFKA, or run these tests by ctest, which starts one (fixture stack)\n");
  exit(1);
}

#define OK(call)                                                       \
  do {                                                                 \
    struct fault fault = {.status = STATUS_OK};                        \
    enum status ok_status = (call);                                    \
    if (ok_status != STATUS_OK) fail_msg("%s: %s", #call, fault.text); \
  } while (0)

static inline void say_to_stderr(void *self, int level, const char *text) {
  (void)self;
  if (getenv("GIFTD_TEST_LOUD") != NULL) fprintf(stderr, "[%d] %s\n", level, text);
}

static inline void stage_name(struct stage *stage, uint32_t partitions) {
  static unsigned number;
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  snprintf(stage->prefix, sizeof stage->prefix, "t%x.%lx.%u.", (unsigned)getpid(), (unsigned long)now.tv_nsec, number++);
  snprintf(stage->events, sizeof stage->events, "%sevents", stage->prefix);
  snprintf(stage->group, sizeof stage->group, "%sgroup", stage->prefix);
  stage->partitions = partitions;
  stage->pairs[0] = (struct kafka_pair){"bootstrap.servers", broker()};
  stage->settings = (struct kafka_settings){.group = stage->group,
                                            .events_topic = stage->events,
                                            .prefix = stage->prefix,
                                            .start = "earliest",
                                            .pairs = stage->pairs,
                                            .pair_count = 1,
                                            .stall_ms = 60000,
                                            .say = say_to_stderr};
}

static inline void stage_make(struct stage *stage, uint32_t partitions) {
  struct kafka_topics_settings topics = {.partitions = partitions, .make_events = true};
  stage_name(stage, partitions);
  OK(kafka_topics_create(&stage->settings, &topics, NULL, NULL, &fault));
}

static inline const char *stage_topic(struct stage *stage, const char *name) {
  static char topic[8][160];
  static int next;
  char *out = topic[next++ % 8];
  snprintf(out, sizeof topic[0], "%s%s", stage->prefix, name);
  return out;
}

/* ---- a producer and a reader without the room ---- */

static inline rd_kafka_t *raw_handle(rd_kafka_type_t type, const char *const *options) {
  char why[256];
  rd_kafka_conf_t *conf = rd_kafka_conf_new();
  assert_int_equal(rd_kafka_conf_set(conf, "bootstrap.servers", broker(), why, sizeof why), RD_KAFKA_CONF_OK);
  for (; options != NULL && options[0] != NULL; options += 2)
    assert_int_equal(rd_kafka_conf_set(conf, options[0], options[1], why, sizeof why), RD_KAFKA_CONF_OK);
  rd_kafka_t *handle = rd_kafka_new(type, conf, why, sizeof why);
  assert_non_null(handle);
  return handle;
}

static inline void raw_send(rd_kafka_t *handle, const char *topic, int partition, const char *key, const void *value, size_t length,
                            int64_t at_ms, rd_kafka_headers_t *headers) {
  rd_kafka_vu_t parts[7] = {{.vtype = RD_KAFKA_VTYPE_TOPIC, .u.cstr = topic},
                            {.vtype = RD_KAFKA_VTYPE_PARTITION, .u.i32 = partition},
                            {.vtype = RD_KAFKA_VTYPE_MSGFLAGS, .u.i = RD_KAFKA_MSG_F_COPY},
                            {.vtype = RD_KAFKA_VTYPE_TIMESTAMP, .u.i64 = at_ms}};
  size_t count = 4;
  if (key != NULL) parts[count++] = (rd_kafka_vu_t){.vtype = RD_KAFKA_VTYPE_KEY, .u.mem = {(void *)(uintptr_t)key, strlen(key)}};
  if (value != NULL) parts[count++] = (rd_kafka_vu_t){.vtype = RD_KAFKA_VTYPE_VALUE, .u.mem = {(void *)(uintptr_t)value, length}};
  if (headers != NULL) parts[count++] = (rd_kafka_vu_t){.vtype = RD_KAFKA_VTYPE_HEADERS, .u.headers = headers};
  rd_kafka_error_t *error = rd_kafka_produceva(handle, parts, count);
  if (error != NULL) fail_msg("%s", rd_kafka_error_string(error));
}

static inline void raw_events(struct stage *stage, int partition, int first, int count) {
  rd_kafka_t *handle = raw_handle(RD_KAFKA_PRODUCER, NULL);
  for (int i = first; i < first + count; i++) {
    char value[64];
    int length = snprintf(value, sizeof value, "{\"n\":%d}", i);
    raw_send(handle, stage->events, partition, "c1", value, (size_t)length, 0, NULL);
  }
  assert_int_equal(rd_kafka_flush(handle, 10000), RD_KAFKA_RESP_ERR_NO_ERROR);
  rd_kafka_destroy(handle);
}

struct raw_reader {
  rd_kafka_t *handle;
  rd_kafka_topic_t *topic;
  int partition;
};

static inline struct raw_reader raw_open(const char *topic, int partition, const char *isolation) {
  const char *options[] = {"isolation.level", isolation, "enable.partition.eof", "true", "fetch.wait.max.ms", "10", NULL};
  struct raw_reader reader = {.handle = raw_handle(RD_KAFKA_CONSUMER, options), .partition = partition};
  reader.topic = rd_kafka_topic_new(reader.handle, topic, NULL);
  assert_int_equal(rd_kafka_consume_start(reader.topic, partition, RD_KAFKA_OFFSET_BEGINNING), 0);
  return reader;
}

/* The next record; NULL at the end of the partition. */
static inline rd_kafka_message_t *raw_next(struct raw_reader *reader) {
  for (;;) {
    rd_kafka_message_t *message = rd_kafka_consume(reader->topic, reader->partition, 10000);
    assert_non_null(message);
    if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) return message;
    rd_kafka_resp_err_t error = message->err;
    rd_kafka_message_destroy(message);
    if (error == RD_KAFKA_RESP_ERR__PARTITION_EOF) return NULL;
  }
}

static inline void raw_close(struct raw_reader *reader) {
  rd_kafka_consume_stop(reader->topic, reader->partition);
  rd_kafka_topic_destroy(reader->topic);
  rd_kafka_destroy(reader->handle);
}

static inline int raw_count(const char *topic, int partition) {
  struct raw_reader reader = raw_open(topic, partition, "read_committed");
  rd_kafka_message_t *message;
  int count = 0;
  for (; (message = raw_next(&reader)) != NULL; count++) rd_kafka_message_destroy(message);
  raw_close(&reader);
  return count;
}

static inline struct str raw_header(const rd_kafka_message_t *message, const char *name) {
  rd_kafka_headers_t *headers = NULL;
  const void *value = NULL;
  size_t length = 0;
  if (rd_kafka_message_headers(message, &headers) != RD_KAFKA_RESP_ERR_NO_ERROR) return (struct str){NULL, 0};
  if (rd_kafka_header_get_last(headers, name, &value, &length) != RD_KAFKA_RESP_ERR_NO_ERROR) return (struct str){NULL, 0};
  return (struct str){value, length};
}

static inline void text_is(struct str have, const char *want) {
  if (have.at == NULL || !str_equal(have, str_of(want))) fail_msg("\"%.*s\" instead of \"%s\"", STR_FORMAT(have), want);
}

/* ---- a log driven to the end of a call ---- */

#define UNTIL_MS 90000

static inline enum status log_fence(struct kafka *kafka, const struct ledger_log *log, struct fault *fault) {
  bool done = false;
  enum status status = STATUS_OK;
  for (int64_t until = clock_ms() + UNTIL_MS; status == STATUS_OK && !done && clock_ms() < until;) {
    status = log->fence(log->self, &done, fault);
    if (status == STATUS_OK && !done) kafka_wait(kafka, 20);
  }
  assert_true(done || status != STATUS_OK);
  return status;
}

static inline enum status log_commit(struct kafka *kafka, const struct ledger_log *log, uint64_t *place, struct fault *fault) {
  bool done = false;
  enum status status = log->commit_start(log->self, fault);
  for (int64_t until = clock_ms() + UNTIL_MS; status == STATUS_OK && !done && clock_ms() < until;) {
    status = log->commit_poll(log->self, &done, place, fault);
    if (status == STATUS_OK && !done) kafka_wait(kafka, 20);
  }
  assert_true(done || status != STATUS_OK);
  return status;
}

/* All of the journal from `place`, as one text with a space behind each record. */
static inline void log_journal(struct kafka *kafka, const struct ledger_log *log, uint64_t place, char *text, size_t size) {
  struct log_record records[3];
  uint32_t count = 0;
  bool ended = false;
  size_t length = 0;
  text[0] = '\0';
  OK(log->journal_seek(log->self, place, &fault));
  for (int64_t until = clock_ms() + UNTIL_MS; !ended && clock_ms() < until;) {
    OK(log->journal_read(log->self, records, 3, &count, &ended, &fault));
    for (uint32_t i = 0; i < count; i++) length += (size_t)snprintf(text + length, size - length, "%.*s ", STR_FORMAT(records[i].bytes));
    if (count == 0 && !ended) kafka_wait(kafka, 20);
  }
  assert_true(ended);
}

/* All `want` lines behind `from` in one poll: sought again until that many are there. */
static inline void log_whole(struct kafka *kafka, const struct ledger_log *log, uint64_t from, struct input_line *lines, uint32_t want) {
  uint32_t count = 0;
  for (int64_t until = clock_ms() + UNTIL_MS; count < want && clock_ms() < until;) {
    OK(log->input_seek(log->self, from, 0, &fault));
    usleep(300000);
    OK(log->poll(log->self, lines, want, &count, &fault));
    kafka_wait(kafka, 0);
  }
  assert_int_equal(count, want);
}

/* Lines until `want` were seen or nothing came for a second. */
static inline uint32_t log_lines(struct kafka *kafka, const struct ledger_log *log, struct input_line *lines, uint32_t want) {
  uint32_t count = 0;
  for (int64_t until = clock_ms() + UNTIL_MS; count == 0 && clock_ms() < until;) {
    OK(log->poll(log->self, lines, want, &count, &fault));
    if (count == 0) kafka_wait(kafka, 50);
  }
  return count;
}

#endif
