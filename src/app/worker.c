/* The loop of a worker; worker.h has the picture. Nothing here decides anything: it hands slices to ledgers and carries words between the
 * group, the signals and the shards. */
#include "worker_parts.h"

#include <stdlib.h>

#include "notify.h"
#include "signals.h"

#define MEMBER_ASK_MS 500
#define STANDBY_MS 5000 /* a member without shards for so long is a spare one */
#define WAIT_MS 100     /* at most: a signal does not wake kafka_wait */
#define QUIET_MS 3000   /* --once: so long nothing to do */
#define MEMBER_MS 20000 /* --once: so long without any shard, others have them all */
#define LEAVE_MS 3000   /* how long the group's last words may take once all shards are closed */
#define CHANGES_MOST 64u

/* ---- opening and closing ---- */

static enum status services_open(struct worker *worker, struct fault *fault) {
  worker->settings.kafka.say = kafka_say, worker->settings.kafka.say_self = worker;
  enum status status = kafka_open(&worker->settings.kafka, &worker->kafka, fault);
  if (status != STATUS_OK) return status;
  worker->shards = kafka_shards(worker->kafka);
  worker->settings.redis.shards = worker->shards;
  status = redis_open(&worker->settings.redis, pool_counter, worker, &worker->redis, fault);
  return status == STATUS_OK ? redis_check(worker->redis, fault) : status;
}

static enum status worker_open(struct worker *worker, struct fault *fault) {
  signals_open();
  enum status status = campaigns_open(worker, fault);
  if (status == STATUS_OK) status = services_open(worker, fault);
  if (status != STATUS_OK) return status;
  worker->slots = calloc(worker->shards, sizeof *worker->slots);
  if (worker->slots == NULL) return fault_set(fault, STATUS_STORAGE, "no memory for %u shards", worker->shards);
  for (uint32_t i = 0; i < worker->shards; i++) worker->slots[i].shard = i;
  if (worker->settings.shard.partitioner == PARTITIONER_OTHER && worker->shards > 1)
    worker_say(worker, LOG_LEVEL_WARNING, NO_SHARD,
               "events.partitioner = other: no key's place is compared, and producers that choose partitions differently give customers "
               "every gift twice without a word; murmur2 or consistent would be checked");
  status = worker_watch_open(worker, fault);
  return status == STATUS_OK ? kafka_join(worker->kafka, fault) : status;
}

static void worker_close(struct worker *worker) {
  for (uint32_t i = 0; worker->slots != NULL && i < worker->shards; i++) slot_close(worker, &worker->slots[i]);
  worker_watch_close(worker);
  group_close(worker);
  kafka_close(worker->kafka);
  redis_close(worker->redis);
  free(worker->slots);
  campaigns_close(worker);
  signals_close();
}

/* ---- the group ---- */

static void change_take(struct worker *worker, const struct kafka_change *change) {
  assert(change->shard < worker->shards);
  struct slot *slot = &worker->slots[change->shard];
  switch (change->what) {
    case KAFKA_ASSIGNED:
      worker->was_member = true;
      slot_assign(worker, slot);
      return;
    case KAFKA_REVOKED: slot_revoke(worker, slot); return;
    case KAFKA_LOST:
      if (slot->state != SLOT_NONE)
        worker_say(worker, LOG_LEVEL_WARNING, slot->shard, "lost: the session of this process ran out, another may have it");
      slot->revoked = false;
      slot_close(worker, slot);
      return;
  }
}

static enum status changes_take(struct worker *worker, struct fault *fault) {
  struct kafka_change changes[CHANGES_MOST];
  uint32_t count = 0;
  const enum status status = kafka_group(worker->kafka, changes, CHANGES_MOST, &count, fault);
  if (status != STATUS_OK) return status; /* the group goes on without this process: only a new one can join it */
  for (uint32_t i = 0; i < count; i++) change_take(worker, &changes[i]);
  return STATUS_OK;
}

static void member_ask(struct worker *worker) {
  const int64_t now_ms = clock_steady_ms();
  if (now_ms - worker->member_asked_ms < MEMBER_ASK_MS) return;
  worker->member_asked_ms = now_ms;
  const bool member = kafka_member(worker->kafka);
  if (member && !worker->member) worker->member_since_ms = now_ms;
  worker->member = member;
}

/* ---- the loop ---- */

static uint32_t slots_in(const struct worker *worker, enum slot_state state) {
  uint32_t count = 0;
  for (uint32_t i = 0; i < worker->shards; i++) count += worker->slots[i].state == state;
  return count;
}

/* In the group, and past the moment between joining and the first shards. */
bool worker_is_member(const struct worker *worker) {
  return worker->member && (worker->was_member || clock_steady_ms() - worker->member_since_ms >= STANDBY_MS);
}

static bool all_run(const struct worker *worker) {
  for (uint32_t i = 0; i < worker->shards; i++) {
    const struct slot *slot = &worker->slots[i];
    if (slot->state != SLOT_NONE && (slot->state != SLOT_OPEN || slot->stage != LEDGER_RUNNING)) return false;
  }
  return worker_is_member(worker);
}

static void stop_begin(struct worker *worker, const char *why) {
  worker->stopping = true;
  worker->stop_by_ms = clock_steady_ms() + worker->settings.drain_ms + LEAVE_MS;
  worker_say(worker, LOG_LEVEL_INFO, NO_SHARD, "stopping: %s", why);
  notify_send("STOPPING=1");
  for (uint32_t i = 0; i < worker->shards; i++) slot_drain(worker, &worker->slots[i]);
  kafka_leave(worker->kafka);
}

/* --once: nothing to do anywhere for a while. Without a shard of its own for long, others do the work. */
static bool work_is_done(struct worker *worker, int64_t now_ms) {
  for (uint32_t i = 0; i < worker->shards; i++) {
    if (!slot_quiet(&worker->slots[i])) worker->quiet_since_ms = now_ms;
  }
  return now_ms - worker->quiet_since_ms >= (worker->was_member ? QUIET_MS : MEMBER_MS);
}

static void words_take(struct worker *worker) {
  if (signals_reload()) {
    notify_send("RELOADING=1");
    campaigns_reload(worker);
    notify_send("READY=1");
  }
  if (worker->stopping) return;
  if (signals_stop())
    stop_begin(worker, "a signal came");
  else if (worker->settings.once && work_is_done(worker, clock_steady_ms()))
    stop_begin(worker, "nothing is left to do");
}

/* Every shard it has is closed for a person: nothing can go on here. */
static bool all_broken(const struct worker *worker) {
  const uint32_t broken = slots_in(worker, SLOT_BROKEN);
  return broken > 0 && broken + slots_in(worker, SLOT_NONE) == worker->shards;
}

static void round_end(struct worker *worker, bool busy, int64_t wake_ms) {
  group_look(worker);
  worker_watch_refresh(worker, false);
  notify_alive(clock_steady_ms());
  if (!worker->ready_told && all_run(worker)) {
    notify_send("READY=1");
    worker->ready_told = true;
  }
  if (busy) return;
  const int64_t left_ms = wake_ms - clock_wall_ms();
  if (left_ms > 0) kafka_wait(worker->kafka, left_ms < WAIT_MS ? (int)left_ms : WAIT_MS);
}

/* All shards closed, and out of the group: the others need not wait for the end of a session. */
static bool has_stopped(struct worker *worker) {
  const int64_t now_ms = clock_steady_ms();
  if (!worker->stopping) return false;
  if (slots_in(worker, SLOT_NONE) < worker->shards) return now_ms >= worker->stop_by_ms;
  if (now_ms + LEAVE_MS < worker->stop_by_ms) worker->stop_by_ms = now_ms + LEAVE_MS;
  return now_ms >= worker->stop_by_ms || !kafka_member(worker->kafka);
}

static enum status worker_loop(struct worker *worker, struct fault *fault) {
  while (!has_stopped(worker)) {
    bool busy = false;
    int64_t wake_ms = INT64_MAX;
    words_take(worker);
    const enum status status = changes_take(worker, fault);
    if (status != STATUS_OK) return status;
    member_ask(worker);
    for (uint32_t i = 0; i < worker->shards; i++) slot_step(worker, &worker->slots[i], &busy, &wake_ms);
    if (!worker->stopping && all_broken(worker)) {
      *fault = worker->broken;
      return fault->status;
    }
    round_end(worker, busy, wake_ms);
  }
  if (!worker->settings.once || worker->broken.status == STATUS_OK) return STATUS_OK;
  *fault = worker->broken; /* it ended, but not all of it was done */
  return fault->status;
}

static void started_tell(struct worker *worker) {
  const struct rulebook *rulebook = worker->loaded.rulebook;
  const struct log_field fields[] = {LOG_INT("campaigns", rulebook->campaign_count), LOG_INT("rules", rulebook->rule_count),
                                     LOG_TEXT("rulebook", rulebook->digest), LOG_INT("shards", worker->shards)};
  log_write(worker->settings.log, LOG_LEVEL_INFO, "started", fields, sizeof fields / sizeof fields[0]);
  key_warn(worker, NULL);
}

enum status worker_run(const struct worker_settings *settings, struct worker_counts *counts, struct fault *fault) {
  struct worker *worker = calloc(1, sizeof *worker);
  if (worker == NULL) return fault_set(fault, STATUS_STORAGE, "no memory");
  worker->settings = *settings;
  worker->settings.shard.unknown = unknown_told, worker->settings.shard.unknown_self = worker;
  worker->started_ms = worker->quiet_since_ms = clock_steady_ms();
  enum status status = worker_open(worker, fault);
  if (status == STATUS_OK) {
    started_tell(worker);
    worker->quiet_since_ms = clock_steady_ms();
    status = worker_loop(worker, fault);
  }
  if (worker->slots != NULL) worker_sum(worker, &counts->shard, &counts->ledger);
  counts->elapsed_ms = clock_steady_ms() - worker->started_ms;
  worker_close(worker);
  free(worker);
  return status;
}
