/* One shard in this process: opened when the group assigns it, stepped in turn with the others, drained when it is taken away.
 *
 * What goes wrong is of two kinds. What may pass (a service that does not answer) keeps the slot waiting and is told with a count. What a
 * person must act on closes the slot: it stays closed, readiness says so, the other shards go on. */
#include <sys/mman.h>

#include "last_words.h"
#include "worker_parts.h"

#define REOPEN_MS 1000
#define MISPLACED_MS 60000 /* records in the wrong partition come in streams: a line a minute */

/* ---- opening ---- */

static void memory_give(struct slot *slot) {
  last_words_watch(NULL);
  region_give(&slot->ledger_memory);
  region_give(&slot->shard_memory);
  region_give(&slot->cache_memory);
  slot->cache = NULL;
}

static uint64_t part_of(uint64_t bytes, uint32_t shards, uint64_t least) { return bytes / shards > least ? bytes / shards : least; }

static enum status ledger_start(struct worker *worker, struct slot *slot, struct fault *fault) {
  struct ledger_settings settings = worker->settings.ledger;
  struct shard_settings shard = worker->settings.shard;
  const struct loaded *loaded = &worker->loaded;
  settings.shard = shard.shard = slot->shard, settings.shards = shard.shards = worker->shards;
  shard.terms = terms_of(worker->terms);
  settings.pending_bytes = part_of(worker->settings.pending_bytes, worker->shards, LEDGER_PENDING_LEAST);
  shard.cache_bytes = part_of(shard.cache_bytes, worker->shards, 1u << 20);
  slot->ledger_memory = region_take(ledger_memory(&settings));
  slot->shard_memory = region_take(shard_memory(&shard));
  if (slot->ledger_memory.at == NULL || slot->shard_memory.at == NULL)
    return fault_set(fault, STATUS_STORAGE, "the system does not give %zu MiB of memory; make cache.bytes or pending.bytes smaller",
                     (slot->ledger_memory.bytes + slot->shard_memory.bytes) >> 20);
  /* Look-ups are spread over all of it: large pages spare page walks. */
  (void)madvise(slot->shard_memory.at, slot->shard_memory.bytes, MADV_HUGEPAGE);
  const enum status status = cache_open(loaded, &slot->cache_memory, &slot->cache, fault);
  if (status != STATUS_OK) return status;
  const struct ledger_log log = kafka_shard_log(slot->kafka);
  const struct store_port store = redis_shard_store(slot->redis);
  return ledger_open(slot->ledger_memory.at, &settings, &shard, slot->shard_memory.at, loaded->rulebook, loaded->index, slot->cache, &log,
                     &store, &slot->ledger, fault);
}

static enum status slot_open(struct worker *worker, struct slot *slot, struct fault *fault) {
  enum status status = kafka_shard_open(worker->kafka, slot->shard, &slot->kafka, fault);
  if (status == STATUS_OK) status = redis_shard_open(worker->redis, slot->shard, &slot->redis, fault);
  if (status == STATUS_OK) status = ledger_start(worker, slot, fault);
  return status;
}

/* ---- closing ---- */

static void ports_close(struct worker *worker, struct slot *slot) {
  if (slot->ledger != NULL) {
    shard_counts_add(&worker->shard_gone, ledger_shard_counts(slot->ledger));
    ledger_counts_add(&worker->ledger_gone, ledger_counts(slot->ledger));
  }
  slot->ledger = NULL;
  kafka_shard_close(slot->kafka);
  redis_shard_close(slot->redis);
  slot->kafka = NULL, slot->redis = NULL;
  memory_give(slot);
}

void slot_close(struct worker *worker, struct slot *slot) {
  const bool revoked = slot->revoked;
  ports_close(worker, slot);
  *slot = (struct slot){.shard = slot->shard};
  if (revoked) kafka_given_up(worker->kafka, slot->shard);
}

static void slot_break(struct worker *worker, struct slot *slot, const struct fault *fault) {
  ports_close(worker, slot);
  slot->state = SLOT_BROKEN;
  worker->broken = *fault;
  (void)snprintf(slot->trouble.text, sizeof slot->trouble.text, "%.*s", (int)sizeof slot->trouble.text - 1, fault->text);
  worker_say(worker, LOG_LEVEL_ERROR, slot->shard, "this shard stays closed until someone acts: %s", fault->text);
  if (slot->revoked) slot_close(worker, slot);
}

void slot_mend(struct worker *worker, struct slot *slot) {
  if (slot->state != SLOT_BROKEN || worker->stopping) return;
  *slot = (struct slot){.shard = slot->shard, .state = SLOT_OPENING};
  worker->broken.status = STATUS_OK;
  worker_say(worker, LOG_LEVEL_INFO, slot->shard, "tried again");
}

/* ---- what the group says ---- */

void slot_assign(struct worker *worker, struct slot *slot) {
  if (worker->stopping) return; /* it goes back with all the others */
  if (slot->state == SLOT_DRAINING) slot_close(worker, slot);
  if (slot->state == SLOT_OPEN || slot->state == SLOT_OPENING) return;
  *slot = (struct slot){.shard = slot->shard, .state = SLOT_OPENING};
  worker_say(worker, LOG_LEVEL_INFO, slot->shard, "assigned");
}

void slot_drain(struct worker *worker, struct slot *slot) {
  if (slot->state == SLOT_DRAINING || slot->state == SLOT_NONE) return;
  if (slot->state != SLOT_OPEN) {
    slot_close(worker, slot);
    return;
  }
  slot->state = SLOT_DRAINING;
  slot->drain_by_ms = clock_steady_ms() + worker->settings.drain_ms;
  ledger_drain(slot->ledger);
}

void slot_revoke(struct worker *worker, struct slot *slot) {
  slot->revoked = true;
  if (slot->state == SLOT_NONE)
    slot_close(worker, slot);
  else
    slot_drain(worker, slot);
}

/* ---- a slice of work ---- */

static void opening_step(struct worker *worker, struct slot *slot, int64_t *wake_ms) {
  struct fault fault = {0};
  const int64_t now_ms = clock_wall_ms();
  if (now_ms >= slot->retry_ms || slot->retry_ms - now_ms > REOPEN_MS) {
    const enum status status = slot_open(worker, slot, &fault);
    if (status == STATUS_OK) {
      slot->state = SLOT_OPEN;
      slot->stage = LEDGER_FENCING;
      *wake_ms = now_ms;
      return;
    }
    if (status != STATUS_SERVICE) {
      slot_break(worker, slot, &fault);
      return;
    }
    ports_close(worker, slot);
    trouble_tell(worker, &slot->trouble, slot->shard, &fault);
    slot->retry_ms = now_ms + REOPEN_MS;
  }
  if (slot->retry_ms < *wake_ms) *wake_ms = slot->retry_ms;
}

static void stage_tell(struct worker *worker, struct slot *slot) {
  const enum ledger_stage stage = ledger_stage(slot->ledger);
  const struct ledger_counts *counts = ledger_counts(slot->ledger);
  if (stage == slot->stage) return;
  slot->stage = stage;
  worker_say(worker, LOG_LEVEL_DEBUG, slot->shard, "%s", stage_name(stage));
  if (stage == LEDGER_REBUILDING)
    worker_say(worker, LOG_LEVEL_INFO, slot->shard, "the view does not fit the log and is built anew from checkpoint and journal");
  if (stage != LEDGER_RUNNING) return;
  worker_say(worker, LOG_LEVEL_INFO, slot->shard, "running, after %lld ms of taking over", (long long)counts->takeover_ms);
  trouble_clear(&slot->trouble);
  worker_watch_taken_over(worker, counts->takeover_ms);
}

static void commits_tell(struct worker *worker, struct slot *slot) {
  const struct ledger_counts *counts = ledger_counts(slot->ledger);
  if (counts->commits == slot->commits) return;
  slot->commits = counts->commits;
  worker_watch_committed(worker, counts->commit_ms);
  const uint64_t next = ledger_events_next(slot->ledger);
  if (next == NONE_YET || next == slot->reported) return;
  slot->reported = next;
  kafka_shard_report(slot->kafka, next);
}

static void misplaced_tell(struct worker *worker, struct slot *slot) {
  const uint64_t misplaced = ledger_shard_counts(slot->ledger)->misplaced;
  const int64_t now_ms = clock_steady_ms();
  if (misplaced == slot->misplaced || (slot->misplaced > 0 && now_ms - slot->misplaced_ms < MISPLACED_MS)) return;
  worker_say(worker, LOG_LEVEL_WARNING, slot->shard,
             "%llu records of this partition belong in another by events.partitioner = %s: they went to the dead letters (KEY_MISPLACED). "
             "Some producer chooses partitions in another way; docs/OPERATIONS.md says what to do",
             (unsigned long long)(misplaced - slot->misplaced), partitioner_name(worker->settings.shard.partitioner));
  slot->misplaced = misplaced, slot->misplaced_ms = now_ms;
}

static void ledger_slice(struct worker *worker, struct slot *slot, bool *busy, int64_t *wake_ms) {
  struct fault fault = {0};
  bool more = false, doubted = false;
  int64_t wake = INT64_MAX;
  worker->stepping = slot->shard;
  last_words_watch(ledger_at_hand(slot->ledger));
  const enum status status = ledger_step(slot->ledger, clock_wall_ms(), &more, &wake, &doubted, &fault);
  last_words_watch(NULL); /* the shard may have gone */
  if (status != STATUS_OK) {
    slot_break(worker, slot, &fault);
    return;
  }
  if (doubted) trouble_tell(worker, &slot->trouble, slot->shard, &fault);
  commits_tell(worker, slot);
  misplaced_tell(worker, slot);
  stage_tell(worker, slot);
  *busy |= more;
  if (wake < *wake_ms) *wake_ms = wake;
}

void slot_step(struct worker *worker, struct slot *slot, bool *busy, int64_t *wake_ms) {
  if (slot->state == SLOT_OPENING) opening_step(worker, slot, wake_ms);
  if (slot->state != SLOT_OPEN && slot->state != SLOT_DRAINING) return;
  ledger_slice(worker, slot, busy, wake_ms);
  if (slot->state != SLOT_DRAINING) return;
  const bool late = clock_steady_ms() >= slot->drain_by_ms;
  if (ledger_stage(slot->ledger) != LEDGER_STOPPED && !late) return;
  if (late) worker_say(worker, LOG_LEVEL_WARNING, slot->shard, "did not finish in time; what was not committed will be decided again");
  worker_say(worker, LOG_LEVEL_INFO, slot->shard, "given back");
  slot_close(worker, slot);
}

bool slot_quiet(const struct slot *slot) {
  if (slot->state == SLOT_NONE || slot->state == SLOT_BROKEN) return true;
  return slot->state == SLOT_OPEN && ledger_quiet(slot->ledger) && kafka_shard_lag(slot->kafka) == 0;
}
