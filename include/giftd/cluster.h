/* The cluster engine: shards of a log that a group shares out among processes, a ledger for each that this process has, the view in Redis.
 *
 *     group: assigned -> log + store + ledger -> step, step ... -> revoked: drain, close, given up
 *                                                               -> lost: close at once
 *
 * One thread turns all shards, a slice each in turn; the libraries' threads and the endpoint's do the rest. To use more processors more
 * processes are started (service.h, family_run): the group shares the shards out, the fence of each shard keeps them exact.
 *
 * Which log it is the engine does not know: it comes through `struct group_port` (ledger.h). Kafka's is kafka_port; another needs no change
 * here.
 */
#ifndef GIFTD_CLUSTER_H
#define GIFTD_CLUSTER_H

#include "giftd/redis.h"
#include "giftd/service.h"

struct cluster;

/* Opens the log once the campaigns are known to be right, and closes it when all shards are closed. */
struct group_opener {
  void *self;
  enum status (*open)(void *self, struct service *service, struct group_port *out, struct fault *fault);
  void (*close)(void *self); /* also after an open that failed, or was never asked for */
};

struct cluster_settings {
  struct group_opener group;
  bool once;              /* until nothing is left to do for three seconds, then drain and end */
  int64_t drain_ms;       /* how long a shard may take to come to rest */
  uint64_t pending_bytes; /* of all shards together, as shard.cache_bytes is */
  struct redis_settings redis;
  struct shard_settings shard; /* judge, terms, unknown: set by the engine */
  struct ledger_settings ledger;
};

/* Opens nothing yet: the engine does, in service_open. Settings are copied, the texts in them are borrowed. STATUS_STORAGE: no memory. */
enum status cluster_new(const struct cluster_settings *settings, struct cluster **out, struct fault *fault) MUST_USE;
void cluster_free(struct cluster *cluster); /* after service_close; NULL is fine */
struct engine cluster_engine(struct cluster *cluster);

#endif
