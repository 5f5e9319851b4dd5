/* The engine; cluster.h has the picture. Nothing here decides anything: it hands slices to ledgers and carries words between the group and
 * the shards. */
#include <stdlib.h>

#include "parts.h"

#define MEMBER_ASK_MS 500
#define WAIT_MS 100     /* at most: a signal does not wake the group */
#define QUIET_MS 3000   /* once: so long nothing to do */
#define MEMBER_MS 20000 /* once: so long without any shard, others have them all */
#define LEAVE_MS 3000   /* how long the group's last words may take once all shards are closed */
#define CHANGES_MOST 64u

enum status cluster_new(const struct cluster_settings *settings, struct cluster **out, struct fault *fault) {
  *out = calloc(1, sizeof **out);
  if (*out == NULL) return fault_set(fault, STATUS_STORAGE, "no memory");
  (*out)->settings = *settings;
  return STATUS_OK;
}

void cluster_free(struct cluster *cluster) { free(cluster); }

/* ---- opening and closing ---- */

static enum status services_open(struct cluster *cluster, struct fault *fault) {
  struct cluster_settings *settings = &cluster->settings;
  enum status status = settings->group.open(settings->group.self, cluster->service, &cluster->group, fault);
  if (status != STATUS_OK) return status;
  cluster->shards = cluster->group.shards;
  settings->redis.shards = cluster->shards;
  status = redis_open(&settings->redis, pool_counter, cluster, &cluster->redis, fault);
  return status == STATUS_OK ? redis_check(cluster->redis, fault) : status;
}

static enum status slots_make(struct cluster *cluster, struct fault *fault) {
  cluster->slots = calloc(cluster->shards, sizeof *cluster->slots);
  if (cluster->slots == NULL) return fault_set(fault, STATUS_STORAGE, "no memory for %u shards", cluster->shards);
  for (uint32_t i = 0; i < cluster->shards; i++) cluster->slots[i].shard = i;
  return STATUS_OK;
}

static void partitioner_warn(const struct cluster *cluster) {
  if (cluster->settings.shard.partitioner != PARTITIONER_OTHER || cluster->shards < 2) return;
  service_say(cluster->service, LOG_LEVEL_WARNING, NO_SHARD,
              "events.partitioner = other: no key's place is compared, and producers that choose partitions differently give customers "
              "every gift twice without a word; murmur2 or consistent would be checked");
}

static enum status engine_open(void *self, struct service *service, const struct campaigns *campaigns, struct fault *fault) {
  struct cluster *cluster = self;
  struct shard_settings *shard = &cluster->settings.shard;
  cluster->service = service, cluster->campaigns = campaigns;
  shard->judge = service_settings(service)->judge;
  shard->unknown = service_unknown, shard->unknown_self = service;
  for (uint32_t i = 0; i < METRIC_SERIES; i++)
    (void)snprintf(cluster->shard_names[i], sizeof cluster->shard_names[0], "%u%s", i, i + 1 < METRIC_SERIES ? "" : "+");
  enum status status = pool_names_open(campaigns->loaded.rulebook, &cluster->names, fault);
  if (status == STATUS_OK) status = services_open(cluster, fault);
  if (status == STATUS_OK) status = slots_make(cluster, fault);
  if (status != STATUS_OK) return status;
  partitioner_warn(cluster);
  return cluster->group.join(cluster->group.self, fault);
}

static void engine_close(void *self) {
  struct cluster *cluster = self;
  for (uint32_t i = 0; cluster->slots != NULL && i < cluster->shards; i++) slot_close(cluster, &cluster->slots[i]);
  board_close(cluster);
  cluster->settings.group.close(cluster->settings.group.self);
  redis_close(cluster->redis);
  free(cluster->slots);
  pool_names_close(&cluster->names);
  cluster->slots = NULL, cluster->redis = NULL;
}

/* ---- the group ---- */

static void change_take(struct cluster *cluster, const struct group_change *change) {
  assert(change->shard < cluster->shards);
  struct slot *slot = &cluster->slots[change->shard];
  switch (change->what) {
    case GROUP_ASSIGNED:
      cluster->was_member = true;
      slot_assign(cluster, slot);
      return;
    case GROUP_REVOKED: slot_revoke(cluster, slot); return;
    case GROUP_LOST:
      if (slot->state != SLOT_NONE)
        service_say(cluster->service, LOG_LEVEL_WARNING, slot->shard, "lost: the session of this process ran out, another may have it");
      slot->revoked = false;
      slot_close(cluster, slot);
      return;
  }
}

static enum status changes_take(struct cluster *cluster, struct fault *fault) {
  struct group_change changes[CHANGES_MOST];
  uint32_t count = 0;
  const enum status status = cluster->group.changes(cluster->group.self, changes, CHANGES_MOST, &count, fault);
  if (status != STATUS_OK) return status; /* the group goes on without this process: only a new one can join it */
  for (uint32_t i = 0; i < count; i++) change_take(cluster, &changes[i]);
  return STATUS_OK;
}

static void member_ask(struct cluster *cluster) {
  const int64_t now_ms = clock_steady_ms();
  if (now_ms - cluster->member_asked_ms < MEMBER_ASK_MS) return;
  cluster->member_asked_ms = now_ms;
  const bool member = cluster->group.member(cluster->group.self);
  if (member && !cluster->member) cluster->member_since_ms = now_ms;
  cluster->member = member;
}

/* ---- a round ---- */

static uint32_t slots_in(const struct cluster *cluster, enum slot_state state) {
  uint32_t count = 0;
  for (uint32_t i = 0; i < cluster->shards; i++) count += cluster->slots[i].state == state;
  return count;
}

/* Every shard it has is closed for a person: nothing can go on here. */
static bool all_broken(const struct cluster *cluster) {
  const uint32_t broken = slots_in(cluster, SLOT_BROKEN);
  return broken > 0 && broken + slots_in(cluster, SLOT_NONE) == cluster->shards;
}

static enum status engine_step(void *self, bool *busy, struct fault *fault) {
  struct cluster *cluster = self;
  const enum status status = changes_take(cluster, fault);
  if (status != STATUS_OK) return status;
  cluster->wake_ms = INT64_MAX;
  member_ask(cluster);
  for (uint32_t i = 0; i < cluster->shards; i++) slot_step(cluster, &cluster->slots[i], busy);
  board_look(cluster);
  if (cluster->stopping || !all_broken(cluster)) return STATUS_OK;
  *fault = cluster->broken;
  return fault->status;
}

static void engine_wait(void *self, int wake) {
  const struct cluster *cluster = self;
  const int64_t left_ms = cluster->wake_ms - clock_wall_ms();
  (void)wake;
  if (left_ms > 0) cluster->group.wait(cluster->group.self, left_ms < WAIT_MS ? (int)left_ms : WAIT_MS);
}

static bool engine_ready(void *self) {
  const struct cluster *cluster = self;
  for (uint32_t i = 0; i < cluster->shards; i++)
    if (cluster->slots[i].state != SLOT_NONE && !slot_runs(&cluster->slots[i])) return false;
  return cluster_is_member(cluster);
}

/* ---- the end ---- */

/* Nothing to do anywhere for a while. Without a shard of its own for long, others do the work. */
static bool engine_done(void *self) {
  struct cluster *cluster = self;
  const int64_t now_ms = clock_steady_ms();
  if (!cluster->settings.once) return false;
  if (cluster->quiet_since_ms == 0) cluster->quiet_since_ms = now_ms;
  for (uint32_t i = 0; i < cluster->shards; i++)
    if (!slot_quiet(cluster, &cluster->slots[i])) cluster->quiet_since_ms = now_ms;
  return now_ms - cluster->quiet_since_ms >= (cluster->was_member ? QUIET_MS : MEMBER_MS);
}

static void engine_stop(void *self) {
  struct cluster *cluster = self;
  cluster->stopping = true;
  cluster->stop_by_ms = clock_steady_ms() + cluster->settings.drain_ms + LEAVE_MS;
  for (uint32_t i = 0; i < cluster->shards; i++) slot_drain(cluster, &cluster->slots[i]);
  cluster->group.leave(cluster->group.self);
}

/* All shards closed, and out of the group: the others need not wait for the end of a session. */
static bool engine_stopped(void *self) {
  struct cluster *cluster = self;
  const int64_t now_ms = clock_steady_ms();
  if (!cluster->stopping) return false;
  if (slots_in(cluster, SLOT_NONE) < cluster->shards) return now_ms >= cluster->stop_by_ms;
  if (now_ms + LEAVE_MS < cluster->stop_by_ms) cluster->stop_by_ms = now_ms + LEAVE_MS;
  return now_ms >= cluster->stop_by_ms || !cluster->group.member(cluster->group.self);
}

/* It ended, but perhaps not all of it was done. */
static enum status engine_outcome(void *self, struct fault *fault) {
  const struct cluster *cluster = self;
  if (cluster->broken.status == STATUS_OK) return STATUS_OK;
  *fault = cluster->broken;
  return fault->status;
}

static uint32_t engine_started(void *self, struct log_field fields[ENGINE_FIELDS]) {
  fields[0] = (struct log_field)LOG_INT("shards", ((const struct cluster *)self)->shards);
  return 1;
}

struct engine cluster_engine(struct cluster *cluster) {
  return (struct engine){.self = cluster,
                         .may_run = cluster_may_run,
                         .open = engine_open,
                         .close = engine_close,
                         .swap = cluster_swap,
                         .step = engine_step,
                         .wait = engine_wait,
                         .done = engine_done,
                         .stop = engine_stop,
                         .stopped = engine_stopped,
                         .outcome = engine_outcome,
                         .ready = engine_ready,
                         .checks = cluster_checks,
                         .counts = cluster_counts,
                         .metrics = cluster_metrics,
                         .clock = cluster_clock,
                         .started = engine_started};
}
