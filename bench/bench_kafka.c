/* What a bare librdkafka program does on the same broker: the loops that giftd is held against, and the clock for its latency.
 *
 *   bench_kafka fill BROKERS TOPIC FILE             produces FILE, one event a line, keyed by "customer" (or "subject")
 *   bench_kafka copy BROKERS TOPIC OUT MS LINES EVERY
 *                                                   reads TOPIC to its end, writes every EVERY-th record to OUT, one transaction per MS,
 *                                                   and per LINES unless that is 0
 *   bench_kafka latency BROKERS TOPIC REWARDS FILE RATE SECONDS
 *                                                   produces FILE at RATE a second; how long until a reward of an event can be read
 *
 * One line of JSON on stdout. CPU-seconds are measured by whoever calls (bench/kafka_to_kafka). */
#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "client.h"

#define LINE_BYTES (256u * 1024u)
#define POLL_MS 100
#define CALL_MS 60000

static void check(rd_kafka_error_t *error, const char *what) {
  if (error != NULL) stop("%s: %s", what, rd_kafka_error_string(error));
}

static rd_kafka_t *producer(const char *brokers, const char *transactional) {
  const char *const pairs[][2] = {{"bootstrap.servers", brokers},
                                  {"queue.buffering.max.messages", "2000000"},
                                  {"queue.buffering.max.kbytes", "1048576"},
                                  {"linger.ms", "5"},
                                  {"compression.codec", "lz4"},
                                  {"partitioner", "murmur2_random"}, /* as giftd expects: else most records are misplaced */
                                  {"transactional.id", transactional}};
  return client(RD_KAFKA_PRODUCER, pairs, transactional == NULL ? 6 : 7);
}

/* All partitions of a topic from `offset` on. */
static rd_kafka_t *consumer(const char *brokers, const char *topic, int64_t offset, int *partitions) {
  const char *const pairs[][2] = {{"bootstrap.servers", brokers},   {"group.id", "bench"},
                                  {"enable.auto.commit", "false"},  {"isolation.level", "read_committed"},
                                  {"enable.partition.eof", "true"}, {"queued.min.messages", "1000000"},
                                  {"fetch.wait.max.ms", "5"}};
  rd_kafka_t *handle = client(RD_KAFKA_CONSUMER, pairs, sizeof pairs / sizeof pairs[0]);
  const struct rd_kafka_metadata *metadata;
  rd_kafka_topic_t *handle_topic = rd_kafka_topic_new(handle, topic, NULL);
  if (rd_kafka_metadata(handle, 0, handle_topic, &metadata, CALL_MS) != RD_KAFKA_RESP_ERR_NO_ERROR) stop("no metadata of %s", topic);
  *partitions = metadata->topics[0].partition_cnt;
  rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(*partitions);
  for (int i = 0; i < *partitions; i++) rd_kafka_topic_partition_list_add(list, topic, i)->offset = offset;
  (void)rd_kafka_assign(handle, list);
  rd_kafka_topic_partition_list_destroy(list);
  rd_kafka_metadata_destroy(metadata);
  rd_kafka_topic_destroy(handle_topic);
  (void)rd_kafka_poll_set_consumer(handle);
  return handle;
}

/* The text behind "name":" up to the next quote; length 0: not there. */
static const char *member(const char *line, const char *name, size_t *length) {
  char wanted[64];
  (void)snprintf(wanted, sizeof wanted, "\"%s\":\"", name);
  const char *at = strstr(line, wanted);
  *length = 0;
  if (at == NULL) return NULL;
  at += strlen(wanted);
  *length = strcspn(at, "\"");
  return at;
}

static void record_send(rd_kafka_t *handle, const char *topic, const void *key, size_t key_length, const void *value, size_t length) {
  rd_kafka_resp_err_t error;
  while ((error = rd_kafka_producev(handle, RD_KAFKA_V_TOPIC(topic), RD_KAFKA_V_KEY(key, key_length),
                                    RD_KAFKA_V_VALUE((void *)(uintptr_t)value, length), RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
                                    RD_KAFKA_V_END)) == RD_KAFKA_RESP_ERR__QUEUE_FULL)
    (void)rd_kafka_poll(handle, POLL_MS);
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) stop("%s", rd_kafka_err2str(error));
}

static bool line_send(rd_kafka_t *handle, const char *topic, FILE *file, char *line) {
  size_t length;
  if (fgets(line, LINE_BYTES, file) == NULL) return false;
  line[strcspn(line, "\n")] = 0;
  const char *key = member(line, "customer", &length);
  if (key == NULL) key = member(line, "subject", &length);
  record_send(handle, topic, key, length, line, strlen(line));
  return true;
}

static int fill(char **argv) {
  static char line[LINE_BYTES];
  rd_kafka_t *handle = producer(argv[2], NULL);
  FILE *file = fopen(argv[4], "re");
  if (file == NULL) stop("cannot read %s", argv[4]);
  uint64_t lines = 0;
  for (; line_send(handle, argv[3], file, line); lines++)
    if (lines % 1000 == 0) (void)rd_kafka_poll(handle, 0);
  if (rd_kafka_flush(handle, CALL_MS) != RD_KAFKA_RESP_ERR_NO_ERROR) stop("not all were taken");
  (void)fclose(file);
  rd_kafka_destroy(handle);
  (void)printf("{\"lines\":%" PRIu64 "}\n", lines);
  return 0;
}

static int copy(char **argv) {
  int partitions, ended = 0;
  double interval = atof(argv[5]) / 1000, began = now_s(), opened = began, committed = 0;
  uint64_t lines = strtoull(argv[6], NULL, 10), every = strtoull(argv[7], NULL, 10), read = 0, written = 0, commits = 0, since = 0;
  rd_kafka_t *in = consumer(argv[2], argv[3], RD_KAFKA_OFFSET_BEGINNING, &partitions), *out = producer(argv[2], "bench-copy");
  check(rd_kafka_init_transactions(out, CALL_MS), "init_transactions");
  check(rd_kafka_begin_transaction(out), "begin_transaction");
  rd_kafka_queue_t *queue = rd_kafka_queue_get_consumer(in);
  while (ended < partitions) {
    rd_kafka_message_t *message = rd_kafka_consume_queue(queue, 10);
    if (message != NULL) {
      if (message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) ended++;
      if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR && read++ % every == 0) {
        record_send(out, argv[4], message->key, message->key_len, message->payload, message->len);
        written++;
      }
      rd_kafka_message_destroy(message);
    }
    bool full = lines > 0 && read - since >= lines;
    if (ended < partitions && !full && (read % 64 != 0 || now_s() - opened < interval)) continue;
    double start = now_s();
    check(rd_kafka_commit_transaction(out, CALL_MS), "commit_transaction");
    committed += now_s() - start;
    commits++;
    since = read;
    check(rd_kafka_begin_transaction(out), "begin_transaction");
    opened = now_s();
  }
  (void)printf("{\"lines\":%" PRIu64 ",\"written\":%" PRIu64 ",\"commits\":%" PRIu64 ",\"seconds\":%.3f,\"commit_ms\":%.2f}\n", read,
               written, commits, now_s() - began, commits == 0 ? 0 : committed * 1000 / (double)commits);
  (void)fflush(stdout);
  rd_kafka_queue_destroy(queue);
  rd_kafka_destroy(out);
  rd_kafka_consumer_close(in);
  rd_kafka_destroy(in);
  return 0;
}

/* ---- latency ---- */

#define SLOTS (1u << 22)
struct sent {
  uint64_t hash; /* of the event's id */
  double at;
};
static struct sent sent[SLOTS];
static double waits[SLOTS];

static uint64_t hash_of(const char *text, size_t length) {
  uint64_t hash = 1469598103934665603u; /* FNV-1a */
  for (size_t i = 0; i < length; i++) hash = (hash ^ (unsigned char)text[i]) * 1099511628211u;
  return hash | 1;
}

static struct sent *slot_of(uint64_t hash) {
  uint32_t at = (uint32_t)(hash >> 20) % SLOTS;
  while (sent[at].hash != 0 && sent[at].hash != hash) at = (at + 1) % SLOTS;
  return &sent[at];
}

/* A reward names its event: "source_events":["SOURCE/ID"]. */
static bool reward_take(const rd_kafka_message_t *message, double *wait) {
  static char text[LINE_BYTES];
  if (message->len >= sizeof text) return false;
  memcpy(text, message->payload, message->len);
  text[message->len] = 0;
  const char *list = strstr(text, "\"source_events\":[\"");
  const char *slash = list == NULL ? NULL : strchr(list, '/');
  if (slash == NULL) return false;
  const struct sent *event = slot_of(hash_of(slash + 1, strcspn(slash + 1, "\"")));
  *wait = now_s() - event->at;
  return event->hash != 0;
}

static uint64_t rewards_take(rd_kafka_queue_t *queue, int wait_ms, uint64_t count) {
  for (rd_kafka_message_t *message; (message = rd_kafka_consume_queue(queue, wait_ms)) != NULL; wait_ms = 0) {
    if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR && count < SLOTS && reward_take(message, &waits[count])) count++;
    rd_kafka_message_destroy(message);
  }
  return count;
}

static int wait_compare(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

static bool event_send(rd_kafka_t *out, const char *topic, FILE *file) {
  static char line[LINE_BYTES];
  size_t length;
  if (!line_send(out, topic, file, line)) return false;
  const char *id = member(line, "id", &length);
  struct sent *slot = slot_of(hash_of(id, length));
  if (slot->hash == 0) *slot = (struct sent){hash_of(id, length), now_s()};
  return true;
}

static int latency(char **argv) {
  int partitions;
  double rate = atof(argv[6]), seconds = atof(argv[7]), began = now_s();
  uint64_t produced = 0, count = 0;
  FILE *file = fopen(argv[5], "re");
  if (file == NULL) stop("cannot read %s", argv[5]);
  rd_kafka_t *in = consumer(argv[2], argv[4], RD_KAFKA_OFFSET_END, &partitions), *out = producer(argv[2], NULL);
  rd_kafka_queue_t *queue = rd_kafka_queue_get_consumer(in);
  for (double until = now_s() + 2; now_s() < until;) count = rewards_take(queue, 50, 0); /* until the ends are known */
  for (began = now_s(); now_s() - began < seconds && produced < SLOTS / 2;) {
    for (uint64_t due = (uint64_t)((now_s() - began) * rate); produced < due; produced++)
      if (!event_send(out, argv[3], file)) seconds = 0, due = produced;
    (void)rd_kafka_poll(out, 0);
    count = rewards_take(queue, 1, count);
  }
  (void)rd_kafka_flush(out, CALL_MS);
  for (double until = now_s() + 10; now_s() < until;) count = rewards_take(queue, 50, count);
  qsort(waits, count, sizeof waits[0], wait_compare);
  if (count == 0) stop("no reward was seen");
  (void)printf("{\"events\":%" PRIu64 ",\"rewards\":%" PRIu64 ",\"p50_ms\":%.1f,\"p90_ms\":%.1f,\"p99_ms\":%.1f,\"max_ms\":%.1f}\n",
               produced, count, waits[count / 2] * 1000, waits[count * 9 / 10] * 1000, waits[count * 99 / 100] * 1000,
               waits[count - 1] * 1000);
  rd_kafka_queue_destroy(queue);
  rd_kafka_destroy(out);
  rd_kafka_consumer_close(in);
  rd_kafka_destroy(in);
  (void)fclose(file);
  return 0;
}

int main(int argc, char **argv) {
  if (argc == 5 && strcmp(argv[1], "fill") == 0) return fill(argv);
  if (argc == 8 && strcmp(argv[1], "copy") == 0) return copy(argv);
  if (argc == 8 && strcmp(argv[1], "latency") == 0) return latency(argv);
  stop("usage: bench_kafka fill BROKERS TOPIC FILE | copy BROKERS TOPIC OUT MS EVERY | latency BROKERS TOPIC REWARDS FILE RATE SECONDS");
  return 2;
}
