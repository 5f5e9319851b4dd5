/* One shard's log: the table of calls that the ledger room makes, and what a shard tells the group and the brokers beside it (offsets for
 * lag tools, trimming the journal). Nothing here is needed for exactness but fence and commit.
 */
#include <stdio.h>
#include <string.h>

#include "inside.h"

#define REPORT_MS 1000
#define TRIM_MS 30000

/* ---- beside exactness ---- */

static enum status shard_trim(void *self, uint64_t place, struct fault *fault) {
  struct kafka_shard *shard = self;
  struct kafka *kafka = shard->kafka;
  int64_t now_ms = clock_ms();
  (void)fault;
  if (place <= shard->trimmed || (shard->trimmed_ms != 0 && now_ms - shard->trimmed_ms < TRIM_MS)) return STATUS_OK;
  shard->trimmed_ms = now_ms;
  shard->trimmed = place;
  rd_kafka_topic_partition_list_t *before = rd_kafka_topic_partition_list_new(1);
  rd_kafka_topic_partition_list_add(before, kafka->topics[TOPIC_JOURNAL], (int32_t)shard->shard)->offset = (int64_t)place;
  rd_kafka_DeleteRecords_t *request = rd_kafka_DeleteRecords_new(before);
  rd_kafka_DeleteRecords(kafka->admin, &request, 1, NULL, kafka->admin_queue);
  rd_kafka_DeleteRecords_destroy(request);
  rd_kafka_topic_partition_list_destroy(before);
  return STATUS_OK;
}

static void report(struct kafka_shard *shard) {
  struct kafka *kafka = shard->kafka;
  uint64_t events_next = shard->to_report;
  shard->to_report = NONE_YET;
  if (!kafka->members.held[shard->shard] && !kafka->members.owed[shard->shard]) return; /* another one tells */
  rd_kafka_topic_partition_list_t *offsets = rd_kafka_topic_partition_list_new(1);
  rd_kafka_topic_partition_list_add(offsets, kafka->topics[TOPIC_EVENTS], (int32_t)shard->shard)->offset = (int64_t)events_next;
  (void)rd_kafka_commit(kafka->group, offsets, 1); /* a lag tool sees the next one */
  rd_kafka_topic_partition_list_destroy(offsets);
}

void kafka_shard_report(struct kafka_shard *shard, uint64_t events_next) {
  int64_t now_ms = clock_ms();
  shard->to_report = events_next;
  if (events_next == NONE_YET || (shard->reported_ms != 0 && now_ms - shard->reported_ms < REPORT_MS)) return;
  shard->reported_ms = now_ms;
  report(shard);
}

int64_t kafka_shard_lag(const struct kafka_shard *shard) {
  int64_t first = 0, end = 0;
  if (shard->events.queue == NULL) return -1;
  rd_kafka_resp_err_t error =
      rd_kafka_get_watermark_offsets(shard->kafka->reader, shard->kafka->topics[TOPIC_EVENTS], (int32_t)shard->shard, &first, &end);
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR || end < 0) return -1;
  return end > (int64_t)shard->events.position ? end - (int64_t)shard->events.position : 0;
}

/* ---- opening and closing ---- */

enum status kafka_shard_open(struct kafka *kafka, uint32_t shard, struct kafka_shard **out, struct fault *fault) {
  assert(shard < kafka->shards);
  struct kafka_shard *made = calloc(1, sizeof *made);
  char *scratch = malloc(SCRATCH_BYTES);
  if (made == NULL || scratch == NULL) {
    free(made);
    free(scratch);
    return fault_set(fault, STATUS_STORAGE, "out of memory for shard %u", shard);
  }
  made->kafka = kafka;
  made->shard = shard;
  (void)snprintf(made->input, sizeof made->input, "%s/%u", kafka->topics[TOPIC_EVENTS], shard);
  made->to_report = NONE_YET;
  buffer_init(&made->scratch, scratch, SCRATCH_BYTES);
  stream_init(&made->events, kafka, kafka->reader, kafka->events_read, shard);
  stream_init(&made->inbox, kafka, kafka->reader, kafka->messages_read, shard);
  stream_init(&made->journal.stream, kafka, kafka->history, kafka->journal_read, shard);
  stream_init(&made->checkpoint.stream, kafka, kafka->history, kafka->checkpoint_read, shard);
  made->journal.topic = TOPIC_JOURNAL;
  made->checkpoint.topic = TOPIC_CHECKPOINT;
  *out = made;
  return STATUS_OK;
}

static void shard_drop(void *self) {
  struct kafka_shard *shard = self;
  writer_abandon(shard->writer);
  shard->writer = NULL;
  shard->fencing = false;
  shard->looking = NULL;
  stream_stop(&shard->events);
  stream_stop(&shard->inbox);
  history_stop(shard);
  dead_forget(shard);
}

void kafka_shard_close(struct kafka_shard *shard) {
  if (shard == NULL) return;
  if (shard->to_report != NONE_YET) report(shard);
  shard_drop(shard);
  struct stream *streams[] = {&shard->events, &shard->inbox, &shard->journal.stream, &shard->checkpoint.stream};
  for (size_t i = 0; i < sizeof streams / sizeof streams[0]; i++) free(streams[i]->lent);
  free(shard->held);
  free(shard->scratch.memory);
  free(shard);
}

/* ---- fence and transactions ---- */

static enum status shard_fence(void *self, bool *done, struct fault *fault) {
  struct kafka_shard *shard = self;
  *done = false;
  if (!shard->fencing) {
    shard_drop(shard); /* a writer that fenced is never asked to fence again */
    enum status status = writer_open(shard->kafka, shard->shard, &shard->writer, fault);
    if (status != STATUS_OK) return status;
    shard->fencing = true;
    writer_start(shard->writer, JOB_FENCE, TOPIC_JOURNAL);
    return STATUS_OK;
  }
  enum status status = writer_poll(shard->writer, done, fault);
  if (!*done) return status;
  shard->fencing = false;
  shard->written = shard->writer->ends;
  return status;
}

static enum status shard_begin(void *self, struct fault *fault) {
  struct kafka_shard *shard = self;
  assert(shard->writer != NULL && !shard->fencing && !shard->writer->open);
  return writer_begin(shard->writer, fault);
}

static enum status shard_commit_start(void *self, struct fault *fault) {
  struct kafka_shard *shard = self;
  assert(shard->writer != NULL && shard->writer->open);
  enum status status = outputs_finish(shard, fault);
  if (status == STATUS_OK) writer_start(shard->writer, JOB_COMMIT, TOPIC_JOURNAL);
  return status;
}

static enum status shard_commit_poll(void *self, bool *done, uint64_t *place, struct fault *fault) {
  struct kafka_shard *shard = self;
  enum status status = writer_poll(shard->writer, done, fault);
  if (status != STATUS_OK || !*done) return status;
  if (!shard->writer->journal_sent) return STATUS_OK;
  if (!shard->writer->journal_seen)
    return fault_set(fault, STATUS_SERVICE, "Kafka at %s did not tell where the journal record of shard %u stands; it is looked up",
                     shard->kafka->broker, shard->shard);
  *place = shard->writer->journal_place;
  shard->written.end = (int64_t)*place + 1;
  return STATUS_OK;
}

static struct str shard_input_name(void *self) {
  const struct kafka_shard *shard = self;
  return str_of(shard->input);
}

struct ledger_log kafka_shard_log(struct kafka_shard *shard) {
  return (struct ledger_log){.self = shard,
                             .fence = shard_fence,
                             .drop = shard_drop,
                             .journal_seek = shard_journal_seek,
                             .journal_read = shard_journal_read,
                             .checkpoint_seek = shard_checkpoint_seek,
                             .checkpoint_read = shard_checkpoint_read,
                             .input_first = shard_input_first,
                             .input_gap = shard_input_gap,
                             .input_seek = shard_input_seek,
                             .poll = shard_poll,
                             .poll_inbox = shard_poll_inbox,
                             .input_name = shard_input_name,
                             .wrap_dead = shard_wrap_dead,
                             .begin = shard_begin,
                             .append = shard_append,
                             .append_journal = shard_append_journal,
                             .append_bucket = shard_append_bucket,
                             .commit_start = shard_commit_start,
                             .commit_poll = shard_commit_poll,
                             .trim = shard_trim};
}
