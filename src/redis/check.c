/* Everything that can be wrong with the servers, before the first event is read: connecting already judges address, password, database,
 * version, policy and role (welcome.c); what stands there is judged by the segments. */
#include "segment.h"

#include <stdlib.h>

enum status redis_check(struct redis *redis, struct fault *fault) {
  uint32_t shards = redis->shards > redis->server_count ? redis->shards : redis->server_count;
  enum status status = STATUS_OK;
  for (uint32_t server = 0; server < redis->server_count && status == STATUS_OK; server++) {
    struct redis_shard *shard;
    status = redis_shard_open(redis, server, &shard, fault);
    for (uint32_t i = server; i < shards && status == STATUS_OK; i += redis->server_count) {
      struct store_port port = redis_shard_store(shard);
      struct segment segment;
      shard->link.shard = i; /* one connection for all shards of this server */
      status = port.look(port.self, &segment, fault);
    }
    redis_shard_close(shard);
  }
  return status;
}
