/* One process of `giftd run` on Kafka and Redis: a member of the group, and a ledger for each shard the group gives it.
 *
 *     group: assigned -> kafka_shard + redis_shard + ledger -> step, step ... -> revoked: drain, close, given up
 *                                                                             -> lost: close at once
 *
 * One thread turns all shards, a slice each in turn; librdkafka's threads and the endpoint's do the rest. To use more processors more
 * processes are started (family.h): the group shares the shards out, the fence of each shard keeps them exact.
 */
#ifndef GIFTD_APP_WORKER_H
#define GIFTD_APP_WORKER_H

#include "app.h"
#include "giftd/config.h"
#include "giftd/kafka.h"
#include "giftd/redis.h"
#include "giftd/telemetry.h"

struct worker_settings {
  const char *const *campaigns; /* paths of files and folders */
  uint32_t campaign_count;
  const char *http_listen; /* or NULL */
  uint16_t http_offset;    /* http.h: port_offset */
  const struct log *log;
  bool once;              /* until nothing is left to do for three seconds, then drain and end */
  uint64_t pending_bytes; /* of all shards together, as shard.cache_bytes is */
  enum id_key key;        /* whether ids and draws can be foreseen */
  int64_t drain_ms;       /* how long a shard may take to come to rest */
  struct kafka_settings kafka;
  struct redis_settings redis;
  struct shard_settings shard;
  struct ledger_settings ledger;
};

/* Of the configuration; texts live in `arena`, secrets too: wipe it. `campaigns` and `pairs` are room for what the settings point to. */
enum status worker_settings_fill(const struct config *config, struct arena *arena, const char *campaigns[2],
                                 struct kafka_pair pairs[CONFIG_PASSED], struct worker_settings *out, struct fault *fault) MUST_USE;
/* The part of it that `giftd topics` needs. */
enum status worker_kafka_fill(const struct config *config, struct arena *arena, struct kafka_pair pairs[CONFIG_PASSED],
                              struct kafka_settings *out, struct fault *fault) MUST_USE;

/* What came of a run, over all shards it had. */
struct worker_counts {
  struct shard_counts shard;
  struct ledger_counts ledger;
  int64_t elapsed_ms;
};
/* Until SIGTERM or SIGINT (drained, the group left), until there is nothing to do (once), or until no shard can go on: then the status
 * says who must act. Messages go to the log; findings of campaigns to stderr. */
enum status worker_run(const struct worker_settings *settings, struct worker_counts *counts, struct fault *fault) MUST_USE;

#endif
