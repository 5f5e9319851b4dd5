/* What the files of the kafka room share. Threads: everything belongs to the caller's thread but what is marked; each writer has a thread
 * of its own for the calls that block (init_transactions, commit_transaction, destroy), so that no shard waits for another's commit.
 *
 *     group handle    membership only; its partitions stay paused
 *     reader handle   events and messages of all shards held, a queue for each
 *     history handle  journal and checkpoint while a shard is taken over; tells where a partition ends
 *     admin handle    sees uncommitted records too: ends, topics, trimming
 *     writer          one for each shard and takeover: the transactional producer
 */
#ifndef GIFTD_KAFKA_INSIDE_H
#define GIFTD_KAFKA_INSIDE_H

#include <assert.h>
#include <librdkafka/rdkafka.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "giftd/kafka.h"

#define TOPIC_BYTES 256u   /* Kafka allows 249 */
#define TROUBLE_BYTES 320u /* of librdkafka's last complaint */
#define CALL_MS 10000      /* how long a question to the brokers may take */
#define TICK_MS 500        /* how long a writer's thread stays in one call, so that it can be told to give up */
#define PACK_BYTES (64u * 1024u)
#define RECORD_BYTES_MOST (64u * 1024u * 1024u) /* of one record we send: a dead letter may be as large as what came in */

enum topic { TOPIC_EVENTS, TOPIC_MESSAGES, TOPIC_JOURNAL, TOPIC_CHECKPOINT, TOPIC_REWARDS, TOPIC_DECISIONS, TOPIC_DLQ, TOPIC_COUNT };

/* ---- watchdog.c: calls that do not come back ---- */

struct watch {
  _Atomic int64_t since_ms;   /* 0: no call under way */
  _Atomic(const char *) call; /* a literal */
  struct watch *next;
};
struct watchdog {
  pthread_t thread;
  pthread_mutex_t lock;
  pthread_cond_t wake;
  struct watch *first;
  int64_t stall_ms;
  bool running, stop;
  const char *broker;
};
int64_t clock_ms(void); /* monotonic */
enum status watchdog_start(struct watchdog *dog, int64_t stall_ms, const char *broker, struct fault *fault) MUST_USE;
void watchdog_stop(struct watchdog *dog);
void watch_add(struct watchdog *dog, struct watch *watch);
void watch_remove(struct watchdog *dog, struct watch *watch);
void watch_enter(struct watch *watch, const char *call);
void watch_leave(struct watch *watch);

/* ---- client.c ---- */

struct kafka {
  struct kafka_settings settings; /* texts are our own */
  char topics[TOPIC_COUNT][TOPIC_BYTES];
  char *broker; /* bootstrap.servers, for messages */
  uint32_t shards;
  int wake_fd;
  rd_kafka_t *group, *reader, *history, *admin;
  rd_kafka_queue_t *admin_queue;
  rd_kafka_topic_t *events_read, *messages_read, *journal_read, *checkpoint_read;
  struct watchdog dog;
  struct watch watch; /* of the caller's thread */

  pthread_mutex_t lock; /* guards what follows; writers' and librdkafka's threads come here */
  pthread_cond_t writers_gone;
  uint32_t writers;
  char trouble[TROUBLE_BYTES];
  int64_t trouble_ms;

  struct group_state {
    struct group_change *changes; /* not yet handed out */
    uint32_t first, count, capacity;
    bool *owed;     /* of each shard: revoked, not given up yet */
    bool *held;     /* of each shard */
    uint32_t owing; /* how many are owed */
    rd_kafka_topic_partition_list_t *leaving;
    bool joined, closing;
    bool asked, assigned; /* has ever asked to be a member; has ever been told its share, be it none */
    enum status status;   /* what a callback found */
    struct fault fault;
  } members;
};

void kafka_wake(struct kafka *kafka); /* any thread */
/* A handle of its kind. STATUS_USAGE: what librdkafka says of the options. */
enum handle_kind { HANDLE_GROUP, HANDLE_READER, HANDLE_HISTORY, HANDLE_ADMIN, HANDLE_WRITER };
enum status handle_open(struct kafka *kafka, enum handle_kind kind, rd_kafka_conf_t *conf, rd_kafka_t **out, struct fault *fault) MUST_USE;
void queue_wakes(struct kafka *kafka, rd_kafka_queue_t *queue); /* its arrivals end kafka_wait */
/* Handles and topics' names, not the group, not the topics themselves: for topics.c as well. */
enum status kafka_prepare(const struct kafka_settings *settings, struct kafka **out, struct fault *fault) MUST_USE;

/* ---- topics.c, group.c ---- */

/* The topics are there and have the form they need; sets kafka->shards. */
enum status topics_accept(struct kafka *kafka, struct fault *fault) MUST_USE;
enum status group_init(struct kafka *kafka, struct fault *fault) MUST_USE;
void group_fini(struct kafka *kafka); /* leaves */
/* librdkafka before 2.3 ends the process by an assertion when a cooperative member is destroyed that never heard its share (#4312). */
bool group_destroyable(const struct kafka *kafka);
void group_callbacks(rd_kafka_conf_t *conf);
void answers_drop(struct kafka *kafka); /* of requests nobody waits for (trimming) */

/* ---- conf.c ---- */

/* Options of a handle: what was passed through, then the door's own. *broker: borrowed from settings. */
enum status conf_make(const struct kafka *kafka, enum handle_kind kind, rd_kafka_conf_t **out, struct fault *fault) MUST_USE;
/* What a writer's topic has of its own; NULL: nothing, it is as the handle. For rd_kafka_topic_new, which takes it over. */
enum status conf_topic(const struct kafka *kafka, rd_kafka_t *writer, enum topic topic, rd_kafka_topic_conf_t **out,
                       struct fault *fault) MUST_USE;
enum status conf_check(const struct kafka_settings *settings, const char **broker, struct fault *fault) MUST_USE;
enum status conf_put(rd_kafka_conf_t *conf, const char *name, const char *value, struct fault *fault) MUST_USE;

/* ---- trouble.c: texts ---- */

/* What was being done, with which topic (may be NULL) and partition (-1: none): the error in words, the broker, and what to do. */
enum status trouble(struct kafka *kafka, struct fault *fault, rd_kafka_resp_err_t error, const char *doing, const char *topic,
                    int partition);
/* Keeps librdkafka's own words for the next text. Any thread. */
void trouble_keep(struct kafka *kafka, const char *text);

/* ---- stream.c: one partition being read ---- */

struct stream {
  rd_kafka_t *handle;      /* borrowed */
  rd_kafka_topic_t *topic; /* borrowed */
  struct kafka *kafka;
  int32_t partition;
  rd_kafka_queue_t *queue; /* NULL: not started */
  uint64_t position;       /* what comes next is at or behind this offset */
  rd_kafka_message_t **lent;
  uint32_t lent_count, lent_capacity;
  rd_kafka_message_t *kept; /* was popped, did not fit */
};
void stream_init(struct stream *stream, struct kafka *kafka, rd_kafka_t *handle, rd_kafka_topic_t *topic, uint32_t partition);
enum status stream_start(struct stream *stream, int64_t offset, struct fault *fault) MUST_USE;
void stream_stop(struct stream *stream);
void stream_release(struct stream *stream); /* what was lent */
enum status stream_reserve(struct stream *stream, uint32_t capacity, struct fault *fault) MUST_USE;
/* The next message, without waiting; NULL: nothing now. *ended: the end of the partition was met. The stream keeps it until release. */
enum status stream_next(struct stream *stream, rd_kafka_message_t **out, bool *ended, struct fault *fault) MUST_USE;
void stream_unread(struct stream *stream); /* the last one again at the next call */

/* ---- writer.c ---- */

enum writer_job { JOB_NONE, JOB_FENCE, JOB_COMMIT, JOB_LOOK };
struct ends {
  int64_t first, end;
};
struct writer {
  struct kafka *kafka;
  uint32_t shard;
  struct watch watch;
  pthread_mutex_t lock;
  pthread_cond_t turn;
  enum writer_job job; /* guarded by lock, as are done, status, fault, ends, abandoned */
  bool done, abandoned;
  enum status status;
  struct fault fault;
  enum topic look;
  struct ends ends;
  /* of whoever has the turn: the thread while a job runs, the caller else */
  rd_kafka_t *handle;
  rd_kafka_topic_t *topics[TOPIC_COUNT];
  bool open; /* a transaction was begun, and it is not known that it was committed */
  bool journal_sent, journal_seen;
  uint64_t journal_place;
  rd_kafka_resp_err_t failed; /* first delivery that failed */
  const char *failed_topic;   /* one of kafka->topics */
  char *pack;                 /* decisions on their way into one record */
  size_t pack_length;
};
enum status writer_open(struct kafka *kafka, uint32_t shard, struct writer **out, struct fault *fault) MUST_USE;
void writer_abandon(struct writer *writer); /* its thread ends it; NULL is fine */
void writer_start(struct writer *writer, enum writer_job job, enum topic look);
/* *done false: still under way. */
enum status writer_poll(struct writer *writer, bool *done, struct fault *fault) MUST_USE;
enum status writer_begin(struct writer *writer, struct fault *fault) MUST_USE;
struct record {
  struct str key, value;
  bool has_key, has_value;
  int64_t timestamp_ms; /* 0: now */
  uint32_t partition;
  rd_kafka_headers_t *headers; /* taken over; may be NULL */
};
enum status writer_send(struct writer *writer, enum topic topic, struct record *record, struct fault *fault) MUST_USE;

/* ---- cloudevent.c ---- */

/* Binary mode (ce_ headers) as one structured line in `scratch`; false: it does not fit. Any other value as it is. */
bool cloudevent_line(const rd_kafka_message_t *message, struct buffer *scratch, struct str *line);
/* The attributes as headers, copied. */
rd_kafka_headers_t *cloudevent_headers(const struct record_parts *parts);
/* What a value is that is no event, in words for its dead letter; NULL: nothing special. */
const char *cloudevent_foreign(const rd_kafka_message_t *message);

/* ---- shard.c, reader.c, outputs.c, dead.c ---- */

#define SCRATCH_BYTES (4u * 1024u * 1024u)
#define HELD_BYTES (64u * 1024u) /* a larger dead record is kept as a message rather than copied */

struct history {
  struct stream stream;
  enum topic topic;
  bool asked, known, ended, any; /* any: a record was handed out since the seek */
  uint64_t place, end;
};
struct kafka_shard {
  struct kafka *kafka;
  uint32_t shard;
  char input[TOPIC_BYTES + 16]; /* topic/partition of its events, as decisions name it */
  struct writer *writer;        /* NULL: not fencing yet */
  bool fencing;
  struct stream events, inbox;
  struct history journal, checkpoint;
  struct history *looking; /* whose end the writer's thread asks for */
  struct ends written;     /* of the journal: as it was at the fence, and what was committed since */
  struct buffer scratch;
  struct held {
    rd_kafka_message_t *message;
    uint64_t id;
  } * held;
  uint32_t held_count, held_capacity;
  uint64_t held_next;
  int64_t reported_ms, trimmed_ms;
  uint64_t to_report, trimmed;
};

enum status shard_input_first(void *self, uint64_t *events, struct fault *fault);
enum status shard_input_gap(void *self, uint64_t *events, struct fault *fault);
enum status shard_input_seek(void *self, uint64_t events, uint64_t inbox, struct fault *fault);
enum status shard_poll(void *self, struct input_line *lines, uint32_t capacity, uint32_t *count, struct fault *fault);
enum status shard_poll_inbox(void *self, struct input_line *lines, uint32_t capacity, uint32_t *count, struct fault *fault);
enum status shard_journal_seek(void *self, uint64_t place, struct fault *fault);
enum status shard_journal_read(void *self, struct log_record *records, uint32_t capacity, uint32_t *count, bool *ended,
                               struct fault *fault);
enum status shard_checkpoint_seek(void *self, struct fault *fault);
enum status shard_checkpoint_read(void *self, struct log_record *records, uint32_t capacity, uint32_t *count, bool *ended,
                                  struct fault *fault);
void history_stop(struct kafka_shard *shard);

enum status shard_append(void *self, enum output output, uint32_t which, struct str bytes, struct fault *fault);
enum status shard_append_journal(void *self, struct str bytes, struct fault *fault);
enum status shard_append_bucket(void *self, uint32_t bucket, struct str bytes, struct fault *fault);
enum status outputs_finish(struct kafka_shard *shard, struct fault *fault) MUST_USE; /* what was packed goes out */

enum status shard_wrap_dead(void *self, uint32_t line, struct str letter, struct buffer *out, struct fault *fault);
enum status dead_append(struct kafka_shard *shard, struct str wrapped, struct fault *fault) MUST_USE;
void dead_forget(struct kafka_shard *shard);

#endif
