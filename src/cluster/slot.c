/* One shard in this process: opened when the group assigns it, stepped in turn with the others, drained when it is taken away.
 *
 * What goes wrong is of two kinds. What may pass (a service that does not answer) keeps the slot waiting and is told with a count. What a
 * person must act on closes the slot: it stays closed, readiness says so, the other shards go on. */
#include "parts.h"

#define REOPEN_MS 1000
#define MISPLACED_MS 60000 /* records in the wrong partition come in streams: a line a minute */

/* ---- opening ---- */

/* Only what is touched costs: as much address space as the rulebook has is more than any cache of it needs. */
enum status cache_open(const struct loaded *loaded, struct region *memory, struct match_cache **out, struct fault *fault) {
  struct arena arena;
  *memory = region_take(loaded->region_bytes);
  if (memory->at == NULL) return fault_set(fault, STATUS_STORAGE, "out of memory for the index of the campaigns");
  arena_init(&arena, memory->at, memory->bytes);
  *out = match_cache_new(loaded->index, &arena);
  if (*out != NULL) return STATUS_OK;
  region_give(memory);
  return fault_set(fault, STATUS_LIMIT, "the index of the campaigns does not fit the memory reserved for it");
}

static void memory_give(struct slot *slot) {
  last_words_watch(NULL);
  region_give(&slot->ledger_memory);
  region_give(&slot->shard_memory);
  region_give(&slot->cache_memory);
  slot->cache = NULL;
}

static uint64_t part_of(uint64_t bytes, uint32_t shards, uint64_t least) { return bytes / shards > least ? bytes / shards : least; }

static enum status ledger_start(struct cluster *cluster, struct slot *slot, struct fault *fault) {
  struct ledger_settings settings = cluster->settings.ledger;
  struct shard_settings shard = cluster->settings.shard;
  const struct campaigns *campaigns = cluster->campaigns;
  const struct loaded *loaded = &campaigns->loaded;
  settings.shard = shard.shard = slot->shard, settings.shards = shard.shards = cluster->shards;
  shard.terms = terms_of(campaigns->terms);
  settings.pending_bytes = part_of(cluster->settings.pending_bytes, cluster->shards, LEDGER_PENDING_LEAST);
  shard.cache_bytes = part_of(shard.cache_bytes, cluster->shards, 1u << 20);
  slot->ledger_memory = region_take(ledger_memory(&settings));
  slot->shard_memory = region_take_wide(shard_memory(&shard));
  if (slot->ledger_memory.at == NULL || slot->shard_memory.at == NULL)
    return fault_set(fault, STATUS_STORAGE, "the system does not give %zu MiB of memory; make cache.bytes or pending.bytes smaller",
                     (slot->ledger_memory.bytes + slot->shard_memory.bytes) >> 20);
  const enum status status = cache_open(loaded, &slot->cache_memory, &slot->cache, fault);
  if (status != STATUS_OK) return status;
  const struct store_port store = redis_shard_store(slot->redis);
  return ledger_open(slot->ledger_memory.at, &settings, &shard, slot->shard_memory.at, loaded->rulebook, loaded->index, slot->cache,
                     &slot->log.log, &store, &slot->ledger, fault);
}

static enum status slot_open(struct cluster *cluster, struct slot *slot, struct fault *fault) {
  enum status status = cluster->group.shard_open(cluster->group.self, slot->shard, &slot->log, fault);
  if (status == STATUS_OK) status = redis_shard_open(cluster->redis, slot->shard, &slot->redis, fault);
  if (status == STATUS_OK) status = ledger_start(cluster, slot, fault);
  return status;
}

/* ---- closing ---- */

static void ports_close(struct cluster *cluster, struct slot *slot) {
  if (slot->ledger != NULL) {
    shard_counts_add(&cluster->gone.shard, ledger_shard_counts(slot->ledger));
    ledger_counts_add(&cluster->gone.ledger, ledger_counts(slot->ledger));
  }
  slot->ledger = NULL;
  if (slot->log.self != NULL) cluster->group.shard_close(cluster->group.self, &slot->log);
  redis_shard_close(slot->redis);
  slot->redis = NULL;
  memory_give(slot);
}

void slot_close(struct cluster *cluster, struct slot *slot) {
  const bool revoked = slot->revoked;
  ports_close(cluster, slot);
  *slot = (struct slot){.shard = slot->shard};
  if (revoked) cluster->group.given_up(cluster->group.self, slot->shard);
}

static void slot_break(struct cluster *cluster, struct slot *slot, const struct fault *fault) {
  ports_close(cluster, slot);
  slot->state = SLOT_BROKEN;
  cluster->broken = *fault;
  (void)snprintf(slot->trouble.text, sizeof slot->trouble.text, "%.*s", (int)sizeof slot->trouble.text - 1, fault->text);
  service_say(cluster->service, LOG_LEVEL_ERROR, slot->shard, "this shard stays closed until someone acts: %s", fault->text);
  if (slot->revoked) slot_close(cluster, slot);
}

void slot_mend(struct cluster *cluster, struct slot *slot) {
  if (slot->state != SLOT_BROKEN || cluster->stopping) return;
  *slot = (struct slot){.shard = slot->shard, .state = SLOT_OPENING};
  cluster->broken.status = STATUS_OK;
  service_say(cluster->service, LOG_LEVEL_INFO, slot->shard, "tried again");
}

/* ---- what the group says ---- */

void slot_assign(struct cluster *cluster, struct slot *slot) {
  if (cluster->stopping) return; /* it goes back with all the others */
  if (slot->state == SLOT_DRAINING) slot_close(cluster, slot);
  if (slot->state == SLOT_OPEN || slot->state == SLOT_OPENING) return;
  *slot = (struct slot){.shard = slot->shard, .state = SLOT_OPENING};
  service_say(cluster->service, LOG_LEVEL_INFO, slot->shard, "assigned");
}

void slot_drain(struct cluster *cluster, struct slot *slot) {
  if (slot->state == SLOT_DRAINING || slot->state == SLOT_NONE) return;
  if (slot->state != SLOT_OPEN) {
    slot_close(cluster, slot);
    return;
  }
  slot->state = SLOT_DRAINING;
  slot->drain_by_ms = clock_steady_ms() + cluster->settings.drain_ms;
  ledger_drain(slot->ledger);
}

void slot_revoke(struct cluster *cluster, struct slot *slot) {
  slot->revoked = true;
  if (slot->state == SLOT_NONE)
    slot_close(cluster, slot);
  else
    slot_drain(cluster, slot);
}

/* ---- a slice of work ---- */

static void opening_step(struct cluster *cluster, struct slot *slot) {
  struct fault fault = {0};
  const int64_t now_ms = clock_wall_ms();
  if (now_ms >= slot->retry_ms || slot->retry_ms - now_ms > REOPEN_MS) {
    const enum status status = slot_open(cluster, slot, &fault);
    if (status == STATUS_OK) {
      slot->state = SLOT_OPEN;
      slot->stage = LEDGER_FENCING;
      cluster->wake_ms = now_ms;
      return;
    }
    if (status != STATUS_SERVICE) {
      slot_break(cluster, slot, &fault);
      return;
    }
    ports_close(cluster, slot);
    trouble_tell(cluster->service, &slot->trouble, slot->shard, &fault);
    slot->retry_ms = now_ms + REOPEN_MS;
  }
  if (slot->retry_ms < cluster->wake_ms) cluster->wake_ms = slot->retry_ms;
}

static const char *const stage_names[LEDGER_STAGE_COUNT] = {
    [LEDGER_FENCING] = "fencing", [LEDGER_LOOKING] = "looking",       [LEDGER_READING] = "reading", [LEDGER_EPOCH] = "epoch",
    [LEDGER_REDOING] = "redoing", [LEDGER_REBUILDING] = "rebuilding", [LEDGER_PROVING] = "proving", [LEDGER_RUNNING] = "running",
    [LEDGER_WAITING] = "waiting", [LEDGER_STOPPED] = "stopped"};

static void stage_tell(struct cluster *cluster, struct slot *slot) {
  const enum ledger_stage stage = ledger_stage(slot->ledger);
  const struct ledger_counts *counts = ledger_counts(slot->ledger);
  if (stage == slot->stage) return;
  slot->stage = stage;
  service_say(cluster->service, LOG_LEVEL_DEBUG, slot->shard, "%s", stage_names[stage]);
  if (stage == LEDGER_REBUILDING)
    service_say(cluster->service, LOG_LEVEL_INFO, slot->shard,
                "the view does not fit the log and is built anew from checkpoint and journal");
  if (stage != LEDGER_RUNNING) return;
  service_say(cluster->service, LOG_LEVEL_INFO, slot->shard, "running, after %lld ms of taking over", (long long)counts->takeover_ms);
  trouble_clear(&slot->trouble);
  service_took(cluster->service, METRIC_TAKEOVER_SECONDS, counts->takeover_ms);
}

static void commits_tell(struct cluster *cluster, struct slot *slot) {
  const struct ledger_counts *counts = ledger_counts(slot->ledger);
  if (counts->commits == slot->commits) return;
  slot->commits = counts->commits;
  service_took(cluster->service, METRIC_COMMIT_SECONDS, counts->commit_ms);
  const uint64_t next = ledger_events_next(slot->ledger);
  if (next == NONE_YET || next == slot->reported) return;
  slot->reported = next;
  cluster->group.report(cluster->group.self, &slot->log, next);
}

static void misplaced_tell(struct cluster *cluster, struct slot *slot) {
  const uint64_t misplaced = ledger_shard_counts(slot->ledger)->misplaced;
  const int64_t now_ms = clock_steady_ms();
  if (misplaced == slot->misplaced || (slot->misplaced > 0 && now_ms - slot->misplaced_ms < MISPLACED_MS)) return;
  service_say(cluster->service, LOG_LEVEL_WARNING, slot->shard,
              "%llu records of this partition belong in another by events.partitioner = %s: they went to the dead letters (KEY_MISPLACED). "
              "Some producer chooses partitions in another way; docs/OPERATIONS.md says what to do",
              (unsigned long long)(misplaced - slot->misplaced), partitioner_name(cluster->settings.shard.partitioner));
  slot->misplaced = misplaced, slot->misplaced_ms = now_ms;
}

static void ledger_slice(struct cluster *cluster, struct slot *slot, bool *busy) {
  struct fault fault = {0};
  bool more = false, doubted = false;
  int64_t wake = INT64_MAX;
  cluster->stepping = slot->shard;
  last_words_watch(ledger_at_hand(slot->ledger));
  const enum status status = ledger_step(slot->ledger, clock_wall_ms(), &more, &wake, &doubted, &fault);
  last_words_watch(NULL); /* the shard may have gone */
  if (status != STATUS_OK) {
    slot_break(cluster, slot, &fault);
    return;
  }
  if (doubted) trouble_tell(cluster->service, &slot->trouble, slot->shard, &fault);
  service_say_walk(cluster->service, slot->shard, ledger_walk(slot->ledger), &slot->walk);
  commits_tell(cluster, slot);
  misplaced_tell(cluster, slot);
  stage_tell(cluster, slot);
  *busy |= more;
  if (wake < cluster->wake_ms) cluster->wake_ms = wake;
}

void slot_step(struct cluster *cluster, struct slot *slot, bool *busy) {
  if (slot->state == SLOT_OPENING) opening_step(cluster, slot);
  if (slot->state != SLOT_OPEN && slot->state != SLOT_DRAINING) return;
  ledger_slice(cluster, slot, busy);
  if (slot->state != SLOT_DRAINING) return;
  const bool late = clock_steady_ms() >= slot->drain_by_ms;
  if (ledger_stage(slot->ledger) != LEDGER_STOPPED && !late) return;
  if (late)
    service_say(cluster->service, LOG_LEVEL_WARNING, slot->shard, "did not finish in time; what was not committed will be decided again");
  service_say(cluster->service, LOG_LEVEL_INFO, slot->shard, "given back");
  slot_close(cluster, slot);
}

bool slot_quiet(const struct cluster *cluster, const struct slot *slot) {
  if (slot->state == SLOT_NONE || slot->state == SLOT_BROKEN) return true;
  return slot->state == SLOT_OPEN && ledger_quiet(slot->ledger) && cluster->group.lag(cluster->group.self, &slot->log) == 0;
}
