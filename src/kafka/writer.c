/* The writer of a shard: a transactional producer that lives from one takeover to the next trouble, and never longer. What blocks runs in
 * its own thread, one job at a time; between jobs the caller uses the producer. A writer that is given up ends itself in its thread, so
 * nobody waits for a broker that is gone: the next writer's init_transactions shuts it out (KIP-98, KIP-360), whatever it still does.
 *
 *     fence   init_transactions until done; ask until the last transaction of the journal is settled
 *     commit  hand everything on; commit; again while the answer is only late
 *     look    first offset and stable end of a partition
 */
#include <stdio.h>
#include <string.h>

#include "inside.h"

#define SETTLE_PAUSE_MS 20

static bool given_up(struct writer *writer) {
  pthread_mutex_lock(&writer->lock);
  bool abandoned = writer->abandoned;
  pthread_mutex_unlock(&writer->lock);
  return abandoned;
}

/* ---- texts ---- */

static enum status writer_trouble(struct writer *writer, rd_kafka_error_t *error, const char *doing, struct fault *fault) {
  char fatal[256];
  rd_kafka_resp_err_t code = rd_kafka_error_code(error);
  if (code == RD_KAFKA_RESP_ERR__FATAL || rd_kafka_error_is_fatal(error)) {
    rd_kafka_resp_err_t inner = rd_kafka_fatal_error(writer->handle, fatal, sizeof fatal);
    if (inner != RD_KAFKA_RESP_ERR_NO_ERROR) code = inner;
  }
  if (writer->failed != RD_KAFKA_RESP_ERR_NO_ERROR && writer->failed != RD_KAFKA_RESP_ERR__PURGE_QUEUE && code != RD_KAFKA_RESP_ERR__FENCED)
    return trouble(writer->kafka, fault, writer->failed, "write to", writer->failed_topic, (int)writer->shard);
  enum status status = trouble(writer->kafka, fault, code, doing, writer->kafka->topics[TOPIC_JOURNAL], (int)writer->shard);
  return status;
}

static bool may_try_again(rd_kafka_error_t *error) {
  return rd_kafka_error_is_retriable(error) && !rd_kafka_error_is_fatal(error) && !rd_kafka_error_txn_requires_abort(error);
}

/* ---- jobs, in the writer's thread ---- */

static void delivered(rd_kafka_t *handle, const rd_kafka_message_t *message, void *opaque) {
  struct writer *writer = message->_private;
  (void)handle;
  (void)opaque;
  if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) {
    if (writer->failed != RD_KAFKA_RESP_ERR_NO_ERROR) return;
    writer->failed = message->err;
    for (int i = 0; i < TOPIC_COUNT; i++)
      if (message->rkt == writer->topics[i]) writer->failed_topic = writer->kafka->topics[i];
    return;
  }
  if (message->rkt != writer->topics[TOPIC_JOURNAL]) return;
  writer->journal_seen = message->offset >= 0; /* a broker that had it already may not say where */
  writer->journal_place = (uint64_t)message->offset;
}

static enum status topic_open(struct writer *writer, enum topic topic, struct fault *fault) {
  rd_kafka_topic_conf_t *conf = NULL;
  const char *name = writer->kafka->topics[topic];
  enum status status = conf_topic(writer->kafka, writer->handle, topic, &conf, fault);
  if (status != STATUS_OK) return status;
  writer->topics[topic] = rd_kafka_topic_new(writer->handle, name, conf);
  return writer->topics[topic] != NULL ? STATUS_OK : trouble(writer->kafka, fault, rd_kafka_last_error(), "use", name, -1);
}

static enum status make_handle(struct writer *writer, struct fault *fault) {
  struct kafka *kafka = writer->kafka;
  char id[300];
  rd_kafka_conf_t *conf = NULL;
  snprintf(id, sizeof id, "%s-%u", kafka->settings.group, writer->shard);
  enum status status = conf_make(kafka, HANDLE_WRITER, &conf, fault);
  if (status != STATUS_OK) return status;
  status = conf_put(conf, "transactional.id", id, fault);
  rd_kafka_conf_set_dr_msg_cb(conf, delivered);
  if (status != STATUS_OK) {
    rd_kafka_conf_destroy(conf);
    return status;
  }
  status = handle_open(kafka, HANDLE_WRITER, conf, &writer->handle, fault);
  if (status != STATUS_OK) return status;
  for (int i = TOPIC_MESSAGES; i < TOPIC_COUNT && status == STATUS_OK; i++) status = topic_open(writer, (enum topic)i, fault);
  return status;
}

static enum status ask_ends(struct writer *writer, rd_kafka_t *handle, enum topic topic, struct ends *ends, struct fault *fault) {
  struct kafka *kafka = writer->kafka;
  watch_enter(&writer->watch, "rd_kafka_query_watermark_offsets");
  rd_kafka_resp_err_t error =
      rd_kafka_query_watermark_offsets(handle, kafka->topics[topic], (int32_t)writer->shard, &ends->first, &ends->end, CALL_MS);
  watch_leave(&writer->watch);
  if (error == RD_KAFKA_RESP_ERR_NO_ERROR) return STATUS_OK;
  return trouble(kafka, fault, error, "find the end of", kafka->topics[topic], (int)writer->shard);
}

static void rest(void) {
  struct timespec pause = {0, SETTLE_PAUSE_MS * 1000000L};
  nanosleep(&pause, NULL);
}

/* The stable end: where readers of committed records end as well. Behind a fence the two meet as soon as the markers are written. */
static enum status stable_end(struct writer *writer, enum topic topic, struct ends *out, struct fault *fault) {
  struct kafka *kafka = writer->kafka;
  int64_t until_ms = clock_ms() + kafka->dog.stall_ms / 2;
  for (;;) {
    struct ends all = {0, 0}, stable = {0, 0};
    enum status status = ask_ends(writer, kafka->admin, topic, &all, fault);
    if (status == STATUS_OK) status = ask_ends(writer, kafka->history, topic, &stable, fault);
    if (status != STATUS_OK) return status;
    *out = stable;
    if (stable.end == all.end) return STATUS_OK;
    if (given_up(writer) || clock_ms() > until_ms)
      return fault_set(
          fault, STATUS_SERVICE,
          "Kafka at %s: %s [partition %u] has a transaction that does not end: committed records end at %lld, all at %lld. If "
          "it stays, somebody else writes to giftd's topic, or a transaction hangs: kafka-transactions.sh find-hanging, then abort",
          kafka->broker, kafka->topics[topic], writer->shard, (long long)stable.end, (long long)all.end);
    rest();
  }
}

static enum status job_fence(struct writer *writer, struct fault *fault) {
  struct ends ends;
  enum status status = make_handle(writer, fault);
  int64_t until_ms = clock_ms() + writer->kafka->dog.stall_ms / 2;
  while (status == STATUS_OK) {
    watch_enter(&writer->watch, "rd_kafka_init_transactions");
    rd_kafka_error_t *error = rd_kafka_init_transactions(writer->handle, TICK_MS);
    watch_leave(&writer->watch);
    if (error == NULL) break;
    bool again = may_try_again(error) && clock_ms() < until_ms && !given_up(writer);
    if (!again) status = writer_trouble(writer, error, "shut out the last owner of", fault);
    rd_kafka_error_destroy(error);
  }
  if (status != STATUS_OK) return status;
  const struct rd_kafka_metadata *metadata = NULL; /* of our topics: else the first records wait for it */
  watch_enter(&writer->watch, "rd_kafka_metadata");
  if (rd_kafka_metadata(writer->handle, 0, NULL, &metadata, CALL_MS) == RD_KAFKA_RESP_ERR_NO_ERROR) rd_kafka_metadata_destroy(metadata);
  watch_leave(&writer->watch);
  status = stable_end(writer, TOPIC_CHECKPOINT, &ends, fault);
  return status == STATUS_OK ? stable_end(writer, TOPIC_JOURNAL, &writer->ends, fault) : status;
}

static enum status job_commit(struct writer *writer, struct fault *fault) {
  int64_t until_ms = clock_ms() + writer->kafka->dog.stall_ms;
  for (;;) {
    watch_enter(&writer->watch, "rd_kafka_commit_transaction");
    rd_kafka_error_t *error = rd_kafka_commit_transaction(writer->handle, TICK_MS);
    watch_leave(&writer->watch);
    if (error == NULL) {
      writer->open = false;
      return STATUS_OK;
    }
    bool again = may_try_again(error) && clock_ms() < until_ms && !given_up(writer);
    enum status status = again ? STATUS_OK : writer_trouble(writer, error, "commit the transaction of", fault);
    rd_kafka_error_destroy(error);
    if (!again) return status != STATUS_OK ? status : STATUS_SERVICE;
  }
}

static enum status run_job(struct writer *writer, enum writer_job job, enum topic look, struct fault *fault) {
  switch (job) {
    case JOB_FENCE: return job_fence(writer, fault);
    case JOB_COMMIT: return job_commit(writer, fault);
    case JOB_LOOK: return stable_end(writer, look, &writer->ends, fault);
    case JOB_NONE: break;
  }
  return STATUS_OK;
}

static rd_kafka_resp_err_t abort_once(struct writer *writer) {
  watch_enter(&writer->watch, "rd_kafka_abort_transaction");
  rd_kafka_error_t *error = rd_kafka_abort_transaction(writer->handle, 2 * TICK_MS);
  watch_leave(&writer->watch);
  rd_kafka_resp_err_t code = error == NULL ? RD_KAFKA_RESP_ERR_NO_ERROR : rd_kafka_error_code(error);
  if (error != NULL) rd_kafka_error_destroy(error);
  return code;
}

/* A transaction whose commit was not confirmed is aborted, as a courtesy to readers of what it wrote, and because it must not be open any
 * more when the producer is destroyed: librdkafka (2.0.2, 2.8.0) still registers partitions then, its own end fails the request at once,
 * and rd_kafka_txn_handle_AddPartitionsToTxn ends the process by an assertion (txn_req_cnt > 0). A commit that ran into its deadline lets
 * no other call in before it was asked again, so it is. Whatever came of it, the next owner finds it in the log. */
static void end_transaction(struct writer *writer) {
  if (abort_once(writer) != RD_KAFKA_RESP_ERR__CONFLICT) return;
  watch_enter(&writer->watch, "rd_kafka_commit_transaction");
  rd_kafka_error_t *error = rd_kafka_commit_transaction(writer->handle, 2 * TICK_MS);
  watch_leave(&writer->watch);
  if (error == NULL) return;
  rd_kafka_error_destroy(error);
  (void)abort_once(writer);
}

static void end_handle(struct writer *writer) {
  if (writer->handle == NULL) return;
  if (writer->open) end_transaction(writer);
  watch_enter(&writer->watch, "rd_kafka_destroy of a producer");
  (void)rd_kafka_purge(writer->handle, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT | RD_KAFKA_PURGE_F_NON_BLOCKING);
  for (int i = 0; i < TOPIC_COUNT; i++)
    if (writer->topics[i] != NULL) rd_kafka_topic_destroy(writer->topics[i]);
  rd_kafka_destroy_flags(writer->handle, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
  watch_leave(&writer->watch);
}

static void writer_free(struct writer *writer) {
  struct kafka *kafka = writer->kafka;
  watch_remove(&kafka->dog, &writer->watch);
  pthread_mutex_destroy(&writer->lock);
  pthread_cond_destroy(&writer->turn);
  free(writer->pack);
  free(writer);
  pthread_mutex_lock(&kafka->lock);
  if (--kafka->writers == 0) pthread_cond_signal(&kafka->writers_gone);
  pthread_mutex_unlock(&kafka->lock);
}

static void *writer_thread(void *self) {
  struct writer *writer = self;
  pthread_mutex_lock(&writer->lock);
  while (!writer->abandoned) {
    if (writer->job == JOB_NONE || writer->done) {
      pthread_cond_wait(&writer->turn, &writer->lock);
      continue;
    }
    enum writer_job job = writer->job;
    enum topic look = writer->look;
    struct fault fault = {.status = STATUS_OK};
    pthread_mutex_unlock(&writer->lock);
    enum status status = run_job(writer, job, look, &fault);
    pthread_mutex_lock(&writer->lock);
    writer->status = status;
    writer->fault = fault;
    writer->done = true;
    if (!writer->abandoned) kafka_wake(writer->kafka);
  }
  pthread_mutex_unlock(&writer->lock);
  end_handle(writer);
  writer_free(writer);
  return NULL;
}

/* ---- the caller's side ---- */

enum status writer_open(struct kafka *kafka, uint32_t shard, struct writer **out, struct fault *fault) {
  pthread_t thread;
  struct writer *writer = calloc(1, sizeof *writer);
  char *pack = malloc(PACK_BYTES);
  if (writer == NULL || pack == NULL) {
    free(writer);
    free(pack);
    return fault_set(fault, STATUS_STORAGE, "out of memory for the writer of shard %u", shard);
  }
  writer->kafka = kafka;
  writer->shard = shard;
  writer->pack = pack;
  pthread_mutex_init(&writer->lock, NULL);
  pthread_cond_init(&writer->turn, NULL);
  pthread_mutex_lock(&kafka->lock);
  kafka->writers++;
  pthread_mutex_unlock(&kafka->lock);
  watch_add(&kafka->dog, &writer->watch);
  if (pthread_create(&thread, NULL, writer_thread, writer) != 0) {
    writer_free(writer);
    return fault_set(fault, STATUS_STORAGE, "cannot start a thread for shard %u: raise the limit of processes (ulimit -u)", shard);
  }
  pthread_detach(thread);
  *out = writer;
  return STATUS_OK;
}

void writer_abandon(struct writer *writer) {
  if (writer == NULL) return;
  pthread_mutex_lock(&writer->lock);
  writer->abandoned = true;
  pthread_cond_signal(&writer->turn);
  pthread_mutex_unlock(&writer->lock); /* from here on it may be gone */
}

void writer_start(struct writer *writer, enum writer_job job, enum topic look) {
  pthread_mutex_lock(&writer->lock);
  assert(writer->job == JOB_NONE);
  writer->job = job;
  writer->look = look;
  writer->done = false;
  pthread_cond_signal(&writer->turn);
  pthread_mutex_unlock(&writer->lock);
}

enum status writer_poll(struct writer *writer, bool *done, struct fault *fault) {
  enum status status = STATUS_OK;
  pthread_mutex_lock(&writer->lock);
  *done = writer->done;
  if (writer->done) {
    status = writer->status;
    if (status != STATUS_OK) *fault = writer->fault;
    writer->job = JOB_NONE;
    writer->done = false;
  }
  pthread_mutex_unlock(&writer->lock);
  return status;
}

enum status writer_begin(struct writer *writer, struct fault *fault) {
  writer->journal_sent = writer->journal_seen = false;
  writer->failed = RD_KAFKA_RESP_ERR_NO_ERROR;
  writer->pack_length = 0;
  watch_enter(&writer->kafka->watch, "rd_kafka_begin_transaction");
  rd_kafka_error_t *error = rd_kafka_begin_transaction(writer->handle);
  watch_leave(&writer->kafka->watch);
  if (error == NULL) {
    writer->open = true;
    return STATUS_OK;
  }
  enum status status = writer_trouble(writer, error, "begin a transaction of", fault);
  rd_kafka_error_destroy(error);
  return status;
}

/* The array form: the other one's macros are a GNU extension. */
static rd_kafka_resp_err_t send_once(struct writer *writer, enum topic topic, const struct record *record) {
  static char nothing[1];
  char *value = record->value.length > 0 ? (char *)(uintptr_t)record->value.at : nothing;
  char *key = record->key.length > 0 ? (char *)(uintptr_t)record->key.at : nothing;
  rd_kafka_vu_t parts[8] = {
      {.vtype = RD_KAFKA_VTYPE_RKT, .u.rkt = writer->topics[topic]},
      {.vtype = RD_KAFKA_VTYPE_PARTITION, .u.i32 = (int32_t)record->partition},
      {.vtype = RD_KAFKA_VTYPE_MSGFLAGS, .u.i = RD_KAFKA_MSG_F_COPY},
      {.vtype = RD_KAFKA_VTYPE_TIMESTAMP, .u.i64 = record->timestamp_ms},
      {.vtype = RD_KAFKA_VTYPE_OPAQUE, .u.ptr = writer},
  };
  size_t count = 5;
  if (record->has_value) parts[count++] = (rd_kafka_vu_t){.vtype = RD_KAFKA_VTYPE_VALUE, .u.mem = {value, record->value.length}};
  if (record->has_key) parts[count++] = (rd_kafka_vu_t){.vtype = RD_KAFKA_VTYPE_KEY, .u.mem = {key, record->key.length}};
  if (record->headers != NULL) parts[count++] = (rd_kafka_vu_t){.vtype = RD_KAFKA_VTYPE_HEADERS, .u.headers = record->headers};
  rd_kafka_error_t *error = rd_kafka_produceva(writer->handle, parts, count);
  rd_kafka_resp_err_t code = error == NULL ? RD_KAFKA_RESP_ERR_NO_ERROR : rd_kafka_error_code(error);
  if (error != NULL) rd_kafka_error_destroy(error);
  return code;
}

enum status writer_send(struct writer *writer, enum topic topic, struct record *record, struct fault *fault) {
  int64_t until_ms = 0;
  if (topic == TOPIC_JOURNAL) writer->journal_sent = true;
  rd_kafka_resp_err_t error = send_once(writer, topic, record);
  while (error == RD_KAFKA_RESP_ERR__QUEUE_FULL) { /* what is sent makes room */
    if (until_ms == 0) until_ms = clock_ms() + CALL_MS;
    if (clock_ms() > until_ms) break;
    (void)rd_kafka_poll(writer->handle, SETTLE_PAUSE_MS);
    error = send_once(writer, topic, record);
  }
  if (error == RD_KAFKA_RESP_ERR_NO_ERROR) return STATUS_OK;
  if (record->headers != NULL) rd_kafka_headers_destroy(record->headers);
  return trouble(writer->kafka, fault, error, "write to", writer->kafka->topics[topic], (int)record->partition);
}
