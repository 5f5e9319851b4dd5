/* Imported rows into the events topic (import.h): a producer like any of the bank's, so the shards that own the customers hear them in
 * their order, and nothing but events ever changes a state. It is idempotent and not transactional: what a run that was killed had sent is
 * sent again from the last point that was safe, under the same ids, and counts once. A row goes to the partition that the bank's producers
 * choose (events.partitioner): elsewhere it would be KEY_MISPLACED. */
#include <stdio.h>

#include "topics.h"

#define SAFE_EVERY 16384u /* events between points that are safe */
#define ALL_MS 300000     /* that the brokers have to take what was sent */

struct kafka_place {
  struct kafka *kafka;
  struct kafka_place_settings settings;
  char name[3 * TOPIC_BYTES];
  rd_kafka_t *producer;
  rd_kafka_topic_t *topic;
  uint32_t partitions;
  struct import_position position;
  bool known;
  uint64_t next, written;
  rd_kafka_resp_err_t failed; /* first delivery that failed */
};

static void taken(rd_kafka_t *handle, const rd_kafka_message_t *message, void *opaque) {
  struct kafka_place *place = message->_private;
  (void)handle, (void)opaque;
  if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR && place->failed == RD_KAFKA_RESP_ERR_NO_ERROR) place->failed = message->err;
}

static enum status place_trouble(struct kafka_place *place, rd_kafka_resp_err_t error, struct fault *fault) {
  return trouble(place->kafka, fault, error, "write to", place->kafka->topics[TOPIC_EVENTS], -1);
}

/* ---- opening ---- */

static enum status topic_find(struct kafka_place *place, struct fault *fault) {
  struct topic_form form;
  const enum status status = topic_look(place->kafka, TOPIC_EVENTS, &form, fault);
  if (status != STATUS_OK) return status;
  if (!form.exists) return place_trouble(place, RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC, fault);
  place->partitions = form.partitions;
  return STATUS_OK;
}

static enum status producer_open(struct kafka_place *place, struct fault *fault) {
  rd_kafka_conf_t *conf = NULL;
  enum status status = conf_make(place->kafka, HANDLE_WRITER, &conf, fault);
  if (status != STATUS_OK) return status;
  rd_kafka_conf_set_dr_msg_cb(conf, taken);
  status = handle_open(place->kafka, HANDLE_WRITER, conf, &place->producer, fault);
  if (status != STATUS_OK) return status;
  place->topic = rd_kafka_topic_new(place->producer, place->kafka->topics[TOPIC_EVENTS], NULL);
  return place->topic != NULL ? STATUS_OK : place_trouble(place, rd_kafka_last_error(), fault);
}

enum status kafka_place_open(const struct kafka_settings *kafka, const struct kafka_place_settings *settings, struct kafka_place **out,
                             struct fault *fault) {
  struct kafka_place *place = *out = calloc(1, sizeof *place);
  if (place == NULL) return fault_set(fault, STATUS_STORAGE, "no memory");
  if (settings->partitioner == PARTITIONER_OTHER)
    return fault_set(fault, STATUS_USAGE,
                     "events.partitioner is other: an import cannot know where the bank's producers put a customer. Import into a file "
                     "(--output) and send its lines with the bank's own producer");
  place->settings = *settings;
  enum status status = kafka_prepare(kafka, &place->kafka, fault);
  if (status == STATUS_OK) status = topic_find(place, fault);
  if (status == STATUS_OK) status = producer_open(place, fault);
  if (status == STATUS_OK)
    (void)snprintf(place->name, sizeof place->name, "%.200s topic %.255s", place->kafka->broker, place->kafka->topics[TOPIC_EVENTS]);
  return status;
}

void kafka_place_close(struct kafka_place *place) {
  if (place == NULL) return;
  if (place->topic != NULL) rd_kafka_topic_destroy(place->topic);
  if (place->producer != NULL) {
    (void)rd_kafka_purge(place->producer, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT | RD_KAFKA_PURGE_F_NON_BLOCKING);
    (void)rd_kafka_flush(place->producer, TICK_MS);
    rd_kafka_destroy(place->producer);
  }
  kafka_close(place->kafka);
  free(place);
}

/* ---- what is too old ---- */

/* Whether the topic ever had an event. */
static enum status begun(struct kafka_place *place, bool *yes, struct fault *fault) {
  *yes = false;
  for (uint32_t i = 0; i < place->partitions && !*yes; i++) {
    int64_t first = 0, behind = 0;
    const char *topic = place->kafka->topics[TOPIC_EVENTS];
    const rd_kafka_resp_err_t error = rd_kafka_query_watermark_offsets(place->kafka->admin, topic, (int32_t)i, &first, &behind, CALL_MS);
    if (error != RD_KAFKA_RESP_ERR_NO_ERROR) return trouble(place->kafka, fault, error, "find the end of", topic, (int)i);
    *yes = behind > 0;
  }
  return STATUS_OK;
}

/* History goes in before all else: a stream that has begun has let go what is older than its horizon. What is no history arrives now. By
 * the events' own times (events.clock) nobody knows here how far the stream is. */
static enum status oldest(struct kafka_place *place, struct fault *fault) {
  bool yes = true;
  const enum status status = place->settings.history ? begun(place, &yes, fault) : STATUS_OK;
  if (yes && !place->settings.own_clock) place->position.oldest_ms = place->settings.now_ms - place->settings.horizon_ms;
  return status;
}

static enum status place_look(void *self, uint64_t digest, int64_t *oldest_ms, bool *whole, struct fault *fault) {
  struct kafka_place *place = self;
  enum status status = import_position_take(place->settings.position, place->name, digest, &place->position, &place->known, fault);
  if (status == STATUS_OK && !place->known) status = oldest(place, fault);
  *oldest_ms = place->position.oldest_ms, *whole = place->position.whole;
  return status;
}

/* ---- sending ---- */

static enum status place_begin(void *self, struct fault *fault) {
  struct kafka_place *place = self;
  place->next = place->position.done;
  return import_position_write(place->settings.position, &place->position, fault);
}

/* Until the brokers have all of it. */
static enum status safe(struct kafka_place *place, uint64_t done, bool whole, struct fault *fault) {
  const int64_t until_ms = clock_ms() + ALL_MS;
  while (rd_kafka_outq_len(place->producer) > 0 && place->failed == RD_KAFKA_RESP_ERR_NO_ERROR && clock_ms() < until_ms)
    (void)rd_kafka_flush(place->producer, TICK_MS);
  if (place->failed != RD_KAFKA_RESP_ERR_NO_ERROR) return place_trouble(place, place->failed, fault);
  if (rd_kafka_outq_len(place->producer) > 0) return place_trouble(place, RD_KAFKA_RESP_ERR__TIMED_OUT, fault);
  place->position.done = done, place->position.whole = whole;
  return import_position_write(place->settings.position, &place->position, fault);
}

static enum status event_send(struct kafka_place *place, struct str customer, struct str line, struct fault *fault) {
  const int32_t partition = (int32_t)partition_choose(place->settings.partitioner, customer, place->partitions);
  for (;;) {
    if (rd_kafka_produce(place->topic, partition, RD_KAFKA_MSG_F_COPY, (void *)(uintptr_t)line.at, line.length, customer.at,
                         customer.length, place) == 0)
      return STATUS_OK;
    const rd_kafka_resp_err_t error = rd_kafka_last_error();
    if (error != RD_KAFKA_RESP_ERR__QUEUE_FULL || place->failed != RD_KAFKA_RESP_ERR_NO_ERROR) return place_trouble(place, error, fault);
    (void)rd_kafka_poll(place->producer, 100);
  }
}

static enum status place_send(void *self, uint64_t number, struct str customer, struct str line, struct fault *fault) {
  struct kafka_place *place = self;
  assert(line.length > 0 && line.at[line.length - 1] == '\n');
  if (number < place->next) return STATUS_OK;
  line.length--;
  const enum status status = event_send(place, customer, line, fault);
  place->next = number + 1, place->written++;
  (void)rd_kafka_poll(place->producer, 0);
  if (status != STATUS_OK || place->next % SAFE_EVERY != 0) return status;
  return safe(place, place->next, false, fault);
}

static enum status place_end(void *self, uint64_t *written, struct fault *fault) {
  struct kafka_place *place = self;
  *written = place->written;
  return safe(place, place->next, true, fault);
}

struct import_place kafka_place_of(struct kafka_place *place) {
  return (struct import_place){place, place->name, place_look, place_begin, place_send, place_end};
}
