/* Kafka as the group that a ledger's engine stands on (ledger.h): the same functions behind a table. */
#include "inside.h"

static enum status port_join(void *self, struct fault *fault) { return kafka_join(self, fault); }

static enum status port_changes(void *self, struct group_change *changes, uint32_t capacity, uint32_t *count, struct fault *fault) {
  return kafka_group(self, changes, capacity, count, fault);
}

static void port_given_up(void *self, uint32_t shard) { kafka_given_up(self, shard); }
static bool port_member(void *self) { return kafka_member(self); }
static void port_leave(void *self) { kafka_leave(self); }
static void port_wait(void *self, int timeout_ms) { kafka_wait(self, timeout_ms); }

static enum status port_shard_open(void *self, uint32_t shard, struct group_shard *out, struct fault *fault) {
  struct kafka_shard *opened = NULL;
  const enum status status = kafka_shard_open(self, shard, &opened, fault);
  if (status == STATUS_OK) *out = (struct group_shard){opened, kafka_shard_log(opened)};
  return status;
}

static void port_shard_close(void *self, struct group_shard *shard) {
  (void)self;
  kafka_shard_close(shard->self);
  shard->self = NULL;
}

static void port_report(void *self, struct group_shard *shard, uint64_t events_next) {
  (void)self;
  kafka_shard_report(shard->self, events_next);
}

static int64_t port_lag(void *self, const struct group_shard *shard) {
  (void)self;
  return kafka_shard_lag(shard->self);
}

struct group_port kafka_port(struct kafka *kafka) {
  return (struct group_port){.self = kafka,
                             .service = "Kafka",
                             .name = kafka->settings.group,
                             .shards = kafka_shards(kafka),
                             .join = port_join,
                             .changes = port_changes,
                             .given_up = port_given_up,
                             .member = port_member,
                             .leave = port_leave,
                             .wait = port_wait,
                             .shard_open = port_shard_open,
                             .shard_close = port_shard_close,
                             .report = port_report,
                             .lag = port_lag};
}
