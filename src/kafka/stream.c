/* One partition being read, with a queue of its own, so that whoever reads shard 3 gets nothing of shard 5. Each start takes a new queue:
 * what an older position had fetched goes away with the old one and can never be taken for what comes next. Messages are taken one at a
 * time: rd_kafka_consume_batch_queue skips and misroutes around a seek (librdkafka issue 4208).
 */
#include <stdio.h>

#include "inside.h"

void stream_init(struct stream *stream, struct kafka *kafka, rd_kafka_t *handle, rd_kafka_topic_t *topic, uint32_t partition) {
  *stream = (struct stream){.kafka = kafka, .handle = handle, .topic = topic, .partition = (int32_t)partition};
}

void stream_release(struct stream *stream) {
  for (uint32_t i = 0; i < stream->lent_count; i++)
    if (stream->lent[i] != NULL) rd_kafka_message_destroy(stream->lent[i]);
  stream->lent_count = 0;
}

void stream_stop(struct stream *stream) {
  stream_release(stream);
  if (stream->kept != NULL) rd_kafka_message_destroy(stream->kept);
  stream->kept = NULL;
  if (stream->queue == NULL) return;
  watch_enter(&stream->kafka->watch, "rd_kafka_consume_stop");
  (void)rd_kafka_consume_stop(stream->topic, stream->partition);
  watch_leave(&stream->kafka->watch);
  rd_kafka_queue_destroy(stream->queue);
  stream->queue = NULL;
}

enum status stream_start(struct stream *stream, int64_t offset, struct fault *fault) {
  stream_stop(stream);
  stream->position = offset >= 0 ? (uint64_t)offset : 0;
  stream->queue = rd_kafka_queue_new(stream->handle);
  queue_wakes(stream->kafka, stream->queue);
  watch_enter(&stream->kafka->watch, "rd_kafka_consume_start_queue");
  int started = rd_kafka_consume_start_queue(stream->topic, stream->partition, offset, stream->queue);
  watch_leave(&stream->kafka->watch);
  if (started == 0) return STATUS_OK;
  rd_kafka_resp_err_t error = rd_kafka_last_error();
  rd_kafka_queue_destroy(stream->queue);
  stream->queue = NULL;
  return trouble(stream->kafka, fault, error, "read", rd_kafka_topic_name(stream->topic), stream->partition);
}

enum status stream_reserve(struct stream *stream, uint32_t capacity, struct fault *fault) {
  if (capacity <= stream->lent_capacity) return STATUS_OK;
  rd_kafka_message_t **lent = realloc(stream->lent, capacity * sizeof(struct rd_kafka_message_s *));
  if (lent == NULL) return fault_set(fault, STATUS_STORAGE, "out of memory for %u lines", capacity);
  stream->lent = lent;
  stream->lent_capacity = capacity;
  return STATUS_OK;
}

/* A position that is not there any more: what is lost, and that a person must say so. */
static enum status cut_away(struct stream *stream, struct fault *fault) {
  int64_t first = -1, end = -1;
  const char *name = rd_kafka_topic_name(stream->topic);
  watch_enter(&stream->kafka->watch, "rd_kafka_query_watermark_offsets");
  (void)rd_kafka_query_watermark_offsets(stream->handle, name, stream->partition, &first, &end, CALL_MS);
  watch_leave(&stream->kafka->watch);
  unsigned long long wanted = stream->position;
  if (end >= 0 && wanted > (unsigned long long)end)
    return fault_set(fault, STATUS_STATE,
                     "Kafka at %s: %s [partition %d] ends at offset %lld, but %llu was decided already: the topic was made anew, or its "
                     "brokers lost records. Restore the topic, or give giftd new topics (topic.prefix) and a new group.id",
                     stream->kafka->broker, name, stream->partition, (long long)end, wanted);
  bool events = stream->topic == stream->kafka->events_read;
  return fault_set(fault, STATUS_STATE,
                   "Kafka at %s: %s [partition %d] begins at offset %lld, but %llu comes next: retention deleted %lld %s",
                   stream->kafka->broker, name, stream->partition, (long long)first, wanted, (long long)(first - (int64_t)wanted),
                   events ? "records that giftd has not seen, their customers get nothing for them. Raise retention.ms of the topic, bring "
                            "the events back if you can, and let giftd go on behind the gap with input.gap = skip for one start "
                            "(docs/OPERATIONS.md)"
                          : "of giftd's own records before they were read. Restore the topic, and look at its retention (`giftd topics "
                            "check`)");
}

static enum status stream_event(struct stream *stream, const rd_kafka_message_t *message, bool *ended, struct fault *fault) {
  switch (message->err) {
    case RD_KAFKA_RESP_ERR__PARTITION_EOF:
      if (message->offset >= 0 && (uint64_t)message->offset > stream->position) stream->position = (uint64_t)message->offset;
      *ended = true;
      return STATUS_OK;
    case RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET:
    case RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE: return cut_away(stream, fault);
    case RD_KAFKA_RESP_ERR__BAD_MSG:
      return fault_set(
          fault, STATUS_STATE,
          "Kafka at %s: %s [partition %d] holds a record near offset %llu whose checksum is wrong: %s; look at the broker's disk, "
          "and restore the partition from a replica",
          stream->kafka->broker, rd_kafka_topic_name(stream->topic), stream->partition, (unsigned long long)stream->position,
          rd_kafka_message_errstr(message));
    case RD_KAFKA_RESP_ERR__BAD_COMPRESSION:
      return fault_set(
          fault, STATUS_STATE,
          "Kafka at %s: %s [partition %d] holds a batch behind offset %llu that cannot be decompressed: %s; restore the partition "
          "from a replica, or look at who produces it",
          stream->kafka->broker, rd_kafka_topic_name(stream->topic), stream->partition, (unsigned long long)stream->position,
          rd_kafka_message_errstr(message));
    default: return trouble(stream->kafka, fault, message->err, "read", rd_kafka_topic_name(stream->topic), stream->partition);
  }
}

static rd_kafka_message_t *take(struct stream *stream) {
  rd_kafka_message_t *message = stream->kept;
  stream->kept = NULL;
  return message != NULL ? message : rd_kafka_consume_queue(stream->queue, 0);
}

enum status stream_next(struct stream *stream, rd_kafka_message_t **out, bool *ended, struct fault *fault) {
  rd_kafka_message_t *message;
  *out = NULL;
  assert(stream->queue != NULL && stream->lent_count < stream->lent_capacity);
  while ((message = take(stream)) != NULL) {
    if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR && (uint64_t)message->offset >= stream->position) {
      stream->position = (uint64_t)message->offset + 1;
      stream->lent[stream->lent_count++] = message;
      *out = message;
      return STATUS_OK;
    }
    enum status status = message->err != RD_KAFKA_RESP_ERR_NO_ERROR ? stream_event(stream, message, ended, fault) : STATUS_OK;
    rd_kafka_message_destroy(message);
    if (status != STATUS_OK || *ended) return status;
  }
  return STATUS_OK;
}

void stream_unread(struct stream *stream) {
  assert(stream->lent_count > 0 && stream->kept == NULL);
  stream->kept = stream->lent[--stream->lent_count];
  stream->position = (uint64_t)stream->kept->offset;
}
