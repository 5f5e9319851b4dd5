/* What a shard reads: events and messages from where the journal says, and once in a while the journal and the checkpoint up to their
 * stable end. A record becomes a line of the same bytes; one in CloudEvents binary mode is written out as a structured line first.
 *
 * The end of a history is asked for when it is sought (by the writer's thread: it may take a while) and is the same for readers of
 * committed records and for all; only then is anything read. Markers of transactions take offsets too and are never handed out, so the
 * end is reached when the partition says so, or when the next offset is not before it.
 */
#include <stdio.h>
#include <syslog.h>

#include "inside.h"

/* ---- input ---- */

static enum status events_ends(struct kafka_shard *shard, struct ends *ends, struct fault *fault) {
  struct kafka *kafka = shard->kafka;
  const char *name = kafka->topics[TOPIC_EVENTS];
  watch_enter(&kafka->watch, "rd_kafka_query_watermark_offsets");
  rd_kafka_resp_err_t error =
      rd_kafka_query_watermark_offsets(kafka->reader, name, (int32_t)shard->shard, &ends->first, &ends->end, CALL_MS);
  watch_leave(&kafka->watch);
  return error == RD_KAFKA_RESP_ERR_NO_ERROR ? STATUS_OK : trouble(kafka, fault, error, "find the ends of", name, (int)shard->shard);
}

/* Fixed for "earliest" too: from the first epoch on what retention deletes is a gap. */
enum status shard_input_first(void *self, uint64_t *events, struct fault *fault) {
  struct kafka_shard *shard = self;
  struct ends ends = {0, 0};
  enum status status = events_ends(shard, &ends, fault);
  if (status != STATUS_OK) return status;
  *events = (uint64_t)(strcmp(shard->kafka->settings.start, "latest") == 0 ? ends.end : ends.first);
  return STATUS_OK;
}

/* input.gap = skip. What is passed over is told: nobody else will. */
enum status shard_input_gap(void *self, uint64_t *events, struct fault *fault) {
  struct kafka_shard *shard = self;
  const struct kafka *kafka = shard->kafka;
  struct ends ends = {0, 0};
  char text[512];
  if (!kafka->settings.skip_gap) return STATUS_OK;
  enum status status = events_ends(shard, &ends, fault);
  if (status != STATUS_OK || *events >= (uint64_t)ends.first) return status;
  snprintf(text, sizeof text,
           "Kafka at %s: %s [partition %u]: offsets %llu to %lld are passed over (input.gap = skip): retention deleted them before giftd "
           "read them. Set input.gap back to stop",
           kafka->broker, kafka->topics[TOPIC_EVENTS], shard->shard, (unsigned long long)*events, (long long)ends.first - 1);
  if (kafka->settings.say != NULL) kafka->settings.say(kafka->settings.say_self, LOG_WARNING, text);
  *events = (uint64_t)ends.first;
  return STATUS_OK;
}

static int64_t offset_of(uint64_t next) { return next == NONE_YET ? RD_KAFKA_OFFSET_BEGINNING : (int64_t)next; }

enum status shard_input_seek(void *self, uint64_t events, uint64_t inbox, struct fault *fault) {
  struct kafka_shard *shard = self;
  history_stop(shard);
  dead_forget(shard);
  enum status status = stream_start(&shard->events, offset_of(events), fault);
  return status == STATUS_OK ? stream_start(&shard->inbox, offset_of(inbox), fault) : status;
}

static struct str key_of(const rd_kafka_message_t *message) {
  return message->key != NULL ? (struct str){message->key, message->key_len} : (struct str){"", 0};
}

static void line_of(const rd_kafka_message_t *message, struct str bytes, struct input_line *line) {
  rd_kafka_timestamp_type_t type;
  int64_t at_ms = rd_kafka_message_timestamp(message, &type);
  *line = (struct input_line){.bytes = bytes,
                              .key = key_of(message),
                              .position = (uint64_t)message->offset,
                              .next = (uint64_t)message->offset + 1,
                              .arrival_ms = type == RD_KAFKA_TIMESTAMP_NOT_AVAILABLE || at_ms < 0 ? TIME_NONE : at_ms,
                              .piece = message->len > LIMIT_LINE_BYTES};
}

static enum status poll_stream(struct stream *stream, struct input_line *lines, uint32_t capacity, uint32_t *count, struct buffer *scratch,
                               struct fault *fault) {
  *count = 0;
  stream_release(stream);
  enum status status = stream->queue == NULL ? fault_set(fault, STATUS_SERVICE, "the input was not sought") : STATUS_OK;
  if (status == STATUS_OK) status = stream_reserve(stream, capacity, fault);
  while (status == STATUS_OK && *count < capacity) {
    rd_kafka_message_t *message = NULL;
    struct str bytes;
    bool ended = false;
    status = stream_next(stream, &message, &ended, fault);
    if (status != STATUS_OK || message == NULL) break;
    bytes = (struct str){message->payload != NULL ? message->payload : "", message->len};
    if (scratch != NULL && !cloudevent_line(message, scratch, &bytes) && *count > 0) {
      stream_unread(stream); /* the first of the next poll, with all the scratch for itself */
      break;
    }
    line_of(message, bytes, &lines[(*count)++]);
  }
  return status;
}

enum status shard_poll(void *self, struct input_line *lines, uint32_t capacity, uint32_t *count, struct fault *fault) {
  struct kafka_shard *shard = self;
  buffer_reset(&shard->scratch);
  return poll_stream(&shard->events, lines, capacity, count, &shard->scratch, fault);
}

enum status shard_poll_inbox(void *self, struct input_line *lines, uint32_t capacity, uint32_t *count, struct fault *fault) {
  struct kafka_shard *shard = self;
  return poll_stream(&shard->inbox, lines, capacity, count, NULL, fault);
}

/* ---- history ---- */

void history_stop(struct kafka_shard *shard) {
  stream_stop(&shard->journal.stream);
  stream_stop(&shard->checkpoint.stream);
  shard->journal.asked = shard->journal.known = shard->checkpoint.asked = shard->checkpoint.known = false;
}

static void history_seek(struct history *history, uint64_t place) {
  stream_stop(&history->stream);
  history->place = place;
  history->asked = history->known = history->ended = history->any = false;
}

/* A place that was trimmed away or never written is said at once: what remembers it (a view's mark) is of another journal. */
enum status shard_journal_seek(void *self, uint64_t place, struct fault *fault) {
  struct kafka_shard *shard = self;
  struct ends written = shard->written;
  history_seek(&shard->journal, place);
  if (place == 0 && written.first > 0 && written.first == written.end)
    return fault_set(
        fault, STATUS_STATE,
        "Kafka at %s: %s [partition %u] had %lld records and has none: retention or somebody else deleted them. Restore it, and "
        "look at its retention.ms (`giftd topics check`); with an empty journal every counter, limit and pool would begin anew",
        shard->kafka->broker, shard->kafka->topics[TOPIC_JOURNAL], shard->shard, (long long)written.first);
  if (place == 0 || (place >= (uint64_t)written.first && place < (uint64_t)written.end)) return STATUS_OK;
  return fault_set(fault, STATUS_STATE,
                   "Kafka at %s: %s [partition %u] holds offsets %lld to %lld, but %llu is needed: records were deleted by somebody else "
                   "than giftd, or the topic was made anew. Restore it; look at its retention.ms (`giftd topics check`)",
                   shard->kafka->broker, shard->kafka->topics[TOPIC_JOURNAL], shard->shard, (long long)written.first,
                   (long long)written.end - 1, (unsigned long long)place);
}

enum status shard_checkpoint_seek(void *self, struct fault *fault) {
  (void)fault;
  history_seek(&((struct kafka_shard *)self)->checkpoint, 0);
  return STATUS_OK;
}

/* Asks where the partition begins and ends; when that is known, reads from the first that is there. */
static enum status history_find(struct kafka_shard *shard, struct history *history, struct fault *fault) {
  bool done = false;
  if (shard->writer == NULL) return fault_set(fault, STATUS_SERVICE, "history is read behind a fence only");
  if (shard->looking != NULL && shard->looking != history) { /* another question is under way: its answer is not wanted any more */
    enum status status = writer_poll(shard->writer, &done, fault);
    if (status != STATUS_OK || !done) return status;
    shard->looking->asked = false;
    shard->looking = NULL;
  }
  if (!history->asked) {
    if (shard->looking == history) { /* sought again meanwhile */
      enum status status = writer_poll(shard->writer, &done, fault);
      if (status != STATUS_OK || !done) return status;
    }
    writer_start(shard->writer, JOB_LOOK, history->topic);
    history->asked = true;
    shard->looking = history;
    return STATUS_OK;
  }
  enum status status = writer_poll(shard->writer, &done, fault);
  if (status != STATUS_OK || !done) return status;
  shard->looking = NULL;
  struct ends ends = shard->writer->ends;
  history->known = true;
  history->end = (uint64_t)ends.end;
  if (history->place < (uint64_t)ends.first) history->place = (uint64_t)ends.first;
  history->ended = history->place >= history->end;
  return history->ended ? STATUS_OK : stream_start(&history->stream, (int64_t)history->place, fault);
}

static enum status bucket_of(struct kafka_shard *shard, const rd_kafka_message_t *message, uint32_t *out, struct fault *fault) {
  int64_t bucket = -1;
  if (!str_to_int64(key_of(message), &bucket) || bucket < 0 || bucket > UINT32_MAX)
    return fault_set(fault, STATUS_STATE,
                     "Kafka at %s: %s [partition %u] offset %lld has a key that giftd did not write: somebody else writes to this topic. "
                     "Take its right to write away, and give giftd a topic of its own (topic.prefix)",
                     shard->kafka->broker, shard->kafka->topics[TOPIC_CHECKPOINT], shard->shard, (long long)message->offset);
  *out = (uint32_t)bucket;
  return STATUS_OK;
}

static enum status history_take(struct kafka_shard *shard, struct history *history, struct log_record *record, bool *got,
                                struct fault *fault) {
  rd_kafka_message_t *message = NULL;
  bool met = false;
  enum status status = stream_next(&history->stream, &message, &met, fault);
  if (status != STATUS_OK) return status;
  *got = message != NULL;
  if (message != NULL && (uint64_t)message->offset >= history->end) { /* written after the seek */
    *got = false;
    history->ended = true;
    return STATUS_OK;
  }
  if (history->stream.position >= history->end) history->ended = true;
  if (message == NULL) return STATUS_OK;
  history->any = true;
  *record =
      (struct log_record){.bytes = {message->payload != NULL ? message->payload : "", message->len}, .place = (uint64_t)message->offset};
  return history->topic == TOPIC_CHECKPOINT ? bucket_of(shard, message, &record->bucket, fault) : STATUS_OK;
}

static enum status history_read(struct kafka_shard *shard, struct history *history, struct log_record *records, uint32_t capacity,
                                uint32_t *count, bool *ended, struct fault *fault) {
  enum status status = STATUS_OK;
  bool got = true;
  *count = 0;
  *ended = false;
  stream_release(&history->stream);
  if (!history->known) status = history_find(shard, history, fault);
  if (status == STATUS_OK) status = stream_reserve(&history->stream, capacity, fault);
  while (status == STATUS_OK && history->known && !history->ended && got && *count < capacity) {
    status = history_take(shard, history, &records[*count], &got, fault);
    if (status == STATUS_OK && got) (*count)++;
  }
  *ended = status == STATUS_OK && history->known && history->ended;
  if (*ended && !history->any && history->place > 0 && history->place > (uint64_t)shard->written.first) {
    *ended = false; /* nothing but markers: no place that was ever told. From the oldest, so that an empty journal is never believed in */
    history_seek(history, 0);
  }
  return status;
}

enum status shard_journal_read(void *self, struct log_record *records, uint32_t capacity, uint32_t *count, bool *ended,
                               struct fault *fault) {
  struct kafka_shard *shard = self;
  return history_read(shard, &shard->journal, records, capacity, count, ended, fault);
}

enum status shard_checkpoint_read(void *self, struct log_record *records, uint32_t capacity, uint32_t *count, bool *ended,
                                  struct fault *fault) {
  struct kafka_shard *shard = self;
  return history_read(shard, &shard->checkpoint, records, capacity, count, ended, fault);
}
