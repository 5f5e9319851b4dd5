/* The kafka room: the door to librdkafka, and the only one that sees it. Gives the ledger room its log (one for each shard), the consumer
 * group that says which shards this process has, and the topics.
 *
 * Topics, all with the same number of partitions P (a shard is one partition number):
 *
 *   events       in: keyed by customer                     kafka.topic.events
 *   messages     between shards (claims, verdicts)         <prefix>messages       delete, kept as long as the journal
 *   journal      one record or more a batch                <prefix>journal        delete, no retention by time: trimmed by giftd
 *   checkpoint   key: bucket number                        <prefix>checkpoint     compact
 *   rewards      out: CloudEvents binary mode              <prefix>rewards        key: customer
 *   decisions    out: audit, JSON lines, many in a record  <prefix>decisions
 *   dlq          out: <events topic>.dlq                   key, value, headers and time as they came, plus giftd.reason and
 * __connect.errors.*
 *
 * One transactional producer for each shard (transactional.id = <group>-<shard>): init_transactions fences every earlier owner and settles
 * its last transaction (KIP-98, KIP-360). Group membership (KIP-429 cooperative, KIP-62) only says who should own what; ownership is the
 * fence. Group offsets are written for lag tools and never read.
 *
 * librdkafka's traps (ARCHITECTURE.md, "Traps in the libraries") are kept inside: no consume_batch_queue, check.crcs,
 * auto.offset.reset=error, no auto commit, read_committed; a call that does not come back ends the process (watchdog). Passwords are never
 * logged.
 */
#ifndef GIFTD_KAFKA_H
#define GIFTD_KAFKA_H

#include "giftd/import.h"
#include "giftd/ledger.h"

struct kafka;
struct kafka_shard;

struct kafka_pair {
  const char *name, *value;
};
struct kafka_settings {
  const char *group; /* consumer group, and prefix of transactional ids */
  const char *events_topic;
  const char *prefix;             /* of giftd's own topics, "giftd." */
  const char *start;              /* of a shard without a journal: "earliest" or "latest" */
  bool skip_gap;                  /* events that retention deleted before they were read are passed over, with a warning */
  const struct kafka_pair *pairs; /* kafka.* options passed through to librdkafka: bootstrap.servers, security.*, sasl.*, ssl.* ... */
  uint32_t pair_count;
  int64_t stall_ms; /* a call that takes longer ends the process with a message: 90 s */
  /* Called from librdkafka's threads with its own log lines (no secrets); level as syslog. May be NULL. */
  void (*say)(void *self, int level, const char *text);
  void *say_self;
};

/* Checks options and the topics (kafka_topics_check with every_one false); does not join the group yet. STATUS_USAGE: an option that
 * librdkafka does not know or the door keeps for itself; STATUS_SERVICE: not reachable, says which address and what to do. */
enum status kafka_open(const struct kafka_settings *settings, struct kafka **out, struct fault *fault) MUST_USE;
void kafka_close(struct kafka *kafka);            /* leaves the group; NULL is fine */
uint32_t kafka_shards(const struct kafka *kafka); /* partitions of the events topic */

/* ---- the group ---- */

/* Serves the group: at most `capacity` changes since the last call. A shard that is taken away is to be closed with kafka_shard_close
 * within max.poll.interval; the group gives it to another only after kafka_given_up(shard) for all that were revoked (cooperative: those
 * alone). */
enum status kafka_group(struct kafka *kafka, struct group_change *changes, uint32_t capacity, uint32_t *count,
                        struct fault *fault) MUST_USE;
void kafka_given_up(struct kafka *kafka, uint32_t shard);
enum status kafka_join(struct kafka *kafka, struct fault *fault) MUST_USE;
/* Whether the group counts this process in, with shards or without; false again after a session that ran out, and when leaving is done. */
bool kafka_member(const struct kafka *kafka);
/* Leaves: revokes everything that is held (as changes). Serve the group until kafka_member is false: librdkafka 2.0.2 forgets to leave when
 * it is closed in between, and the others wait for the session's end. */
void kafka_leave(struct kafka *kafka);
/* Waits until anything may have come (input, commit, group) or the time is over. */
void kafka_wait(struct kafka *kafka, int timeout_ms);

/* ---- one shard ---- */

enum status kafka_shard_open(struct kafka *kafka, uint32_t shard, struct kafka_shard **out, struct fault *fault) MUST_USE;
void kafka_shard_close(struct kafka_shard *shard); /* aborts what is open; NULL is fine */
struct ledger_log kafka_shard_log(struct kafka_shard *shard);
/* Tells the group how far this shard has committed; for lag tools only, never waits. */
void kafka_shard_report(struct kafka_shard *shard, uint64_t events_next);
/* Events between what was polled and the end of the partition, as last heard; -1: not known. */
int64_t kafka_shard_lag(const struct kafka_shard *shard);

/* All of the above as the port that a ledger's engine stands on (ledger.h). Borrows `kafka`. */
struct group_port kafka_port(struct kafka *kafka);

/* ---- topics ---- */

struct kafka_topics_settings {
  uint32_t partitions, replicas; /* 0: as many as the events topic has; replicas of that, or where it has one, are the broker's default */
  bool make_events;              /* make the events topic too; its dlq is always made */
};
/* One line a topic about what is (for check) or was made (for create); called for each. ok false: `text` says what is wrong and what to do.
 */
typedef void kafka_topic_teller(void *self, const char *topic, bool ok, const char *text);
enum status kafka_topics_create(const struct kafka_settings *settings, const struct kafka_topics_settings *topics, kafka_topic_teller *tell,
                                void *self, struct fault *fault) MUST_USE;
/* STATUS_STATE when any topic is missing or has the wrong form (partitions, cleanup.policy, retention, min.insync.replicas 2 where there
 * are 3 replicas). */
enum status kafka_topics_check(const struct kafka_settings *settings, kafka_topic_teller *tell, void *self, struct fault *fault) MUST_USE;

/* ---- imported rows ---- */

/* Where `giftd import` sends events: the events topic, each to its customer's partition. */
struct kafka_place;
struct kafka_place_settings {
  const char *position; /* path of the file that says how far the import came; borrowed */
  enum partitioner partitioner;
  int64_t horizon_ms, now_ms;
  bool history;   /* rows arrived when they happened */
  bool own_clock; /* events.clock is event: what is too old cannot be told here */
};
/* STATUS_USAGE: a partitioner that cannot be computed; STATUS_SERVICE: not reachable, or there is no such topic. Close it after any. */
enum status kafka_place_open(const struct kafka_settings *kafka, const struct kafka_place_settings *settings, struct kafka_place **out,
                             struct fault *fault) MUST_USE;
struct import_place kafka_place_of(struct kafka_place *place);
void kafka_place_close(struct kafka_place *place); /* NULL is fine */

#endif
