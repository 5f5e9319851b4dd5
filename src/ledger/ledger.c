/* The loop of one shard on a log that is the truth; ledger.h has the picture, takeover.c the way into it.
 *
 * Any doubt - a time-out, an abort, a version that is not the expected one - ends the same way: everything in memory is dropped, and the
 * shard is taken over anew from what is committed. There is no other repair. */
#include "parts.h"

#define STEP_EVENTS 1024u
#define AMISS_MOST 3u  /* so often what a person would have to mend is looked at again first */
#define SOUND_MS 60000 /* who has run so long without a fault is forgiven one */
#define REVIEW_MS 1000
#define POLL_MS 2 /* while a commit or a write is under way */

static size_t rounded(size_t bytes) { return (bytes + 63) / 64 * 64; }

size_t ledger_memory(const struct ledger_settings *settings) {
  return 64 + rounded(sizeof(struct ledger)) + 2 * rounded(OUTPUT_BYTES) + rounded(pending_memory(settings->pending_bytes)) +
         rounded(REDO_BYTES) + rounded(WRITE_BYTES + 2 * REDO_STATE_MOST) + rounded(STAGED_BYTES) +
         2 * rounded(settings->buckets * sizeof(uint64_t)) + proof_memory(settings->buckets);
}

static void *memory_take(unsigned char **at, size_t bytes) {
  void *taken = *at;
  *at += rounded(bytes);
  return taken;
}

static void memory_split(struct ledger *ledger, unsigned char *at) {
  const struct ledger_settings *settings = &ledger->settings;
  for (int i = 0; i < 2; i++) buffer_init(&ledger->batches[i].outputs, memory_take(&at, OUTPUT_BYTES), OUTPUT_BYTES);
  pending_init(&ledger->pending, memory_take(&at, pending_memory(settings->pending_bytes)), settings->pending_bytes, settings->buckets);
  buffer_init(&ledger->part, memory_take(&at, REDO_BYTES), REDO_BYTES);
  buffer_init(&ledger->write_copies, memory_take(&at, WRITE_BYTES + 2 * REDO_STATE_MOST), WRITE_BYTES + 2 * REDO_STATE_MOST);
  buffer_init(&ledger->staged_bytes, memory_take(&at, STAGED_BYTES), STAGED_BYTES);
  ledger->bucket_places = memory_take(&at, settings->buckets * sizeof(uint64_t));
  ledger->bucket_batches = memory_take(&at, settings->buckets * sizeof(uint64_t));
  proof_init(&ledger->proof, at, settings->buckets, &settings->id_key, settings->shard);
}

enum status ledger_open(void *memory, const struct ledger_settings *settings, const struct shard_settings *shard, void *shard_memory,
                        const struct rulebook *rulebook, const struct match_index *index, struct match_cache *cache,
                        const struct ledger_log *log, const struct store_port *store, struct ledger **out, struct fault *fault) {
  if (settings->pending_bytes < LEDGER_PENDING_LEAST)
    return fault_set(fault, STATUS_USAGE, "pending.bytes = %llu is too little: at least %llu for each shard",
                     (unsigned long long)settings->pending_bytes, (unsigned long long)LEDGER_PENDING_LEAST);
  unsigned char *at = memory;
  at += (64 - (uintptr_t)at % 64) % 64;
  struct ledger *ledger = memory_take(&at, sizeof *ledger);
  memset(ledger, 0, sizeof *ledger);
  ledger->settings = *settings, ledger->shard_settings = *shard, ledger->shard_memory = shard_memory;
  ledger->shard_settings.shard = settings->shard, ledger->shard_settings.shards = settings->shards;
  ledger->log = *log, ledger->store = *store;
  ledger->secret = hash64(&settings->id_key, STR("giftd secret"));
  ledger->now_ms = ledger->began_ms = TIME_NONE;
  memory_split(ledger, at);
  ledger_swap(ledger, rulebook, index, cache);
  ledger->stage = LEDGER_FENCING;
  *out = ledger;
  return STATUS_OK;
}

enum status ledger_admits(struct ledger *ledger, const struct terms_port *terms, struct fault *fault) {
  return ledger->shard == NULL ? STATUS_OK : shard_admits(ledger->shard, terms, fault);
}

void ledger_terms(struct ledger *ledger, const struct terms_port *terms) {
  ledger->shard_settings.terms = terms;
  if (ledger->shard != NULL) shard_terms(ledger->shard, terms);
}

void ledger_swap(struct ledger *ledger, const struct rulebook *rulebook, const struct match_index *index, struct match_cache *cache) {
  ledger->rulebook = rulebook, ledger->index = index, ledger->cache = cache;
  if (ledger->shard != NULL) shard_swap(ledger->shard, rulebook, index, cache);
}

void ledger_drain(struct ledger *ledger) { ledger->draining = true; }

/* ---- counts ---- */

const struct shard_counts *ledger_shard_counts(const struct ledger *ledger) {
  struct ledger *own = (struct ledger *)(uintptr_t)ledger; /* a sum made when it is asked for */
  own->all = ledger->before;
  shard_counts_add(&own->all, &ledger->committed);
  return &own->all;
}

/* ---- doubt ---- */

static void doubt(struct ledger *ledger) {
  ledger->log.drop(ledger->log.self);
  ledger->store.drop(ledger->store.self);
  shard_counts_add(&ledger->before, &ledger->committed);
  ledger->committed = (struct shard_counts){0};
  ledger->shard = NULL;
  ledger->flying = ledger->open = NULL;
  pending_clear(&ledger->pending);
  proof_clear(&ledger->proof);
  ledger->forgotten_to = ledger->pending.head;
  ledger->customers_bucket = 0;
  ledger->committed_to = ledger->written_to = ledger->pending.head;
  ledger->marks_count = 0;
  ledger->writes_sent = ledger->writes_answered = 0;
  ledger->write_count = 0, ledger->write_bytes = 0;
  ledger->staged_count = 0;
  memset(ledger->staged_slots, 0, sizeof ledger->staged_slots);
  ledger->bucket_next = 0;
  buffer_reset(&ledger->write_copies);
  ledger->counts.aborts++;
  ledger->retry_at_ms = ledger->now_ms + ledger->settings.retry_ms;
  ledger->began_ms = TIME_NONE;
  ledger->stage = ledger->draining ? LEDGER_STOPPED : LEDGER_WAITING;
}

/* While the view is not there no owner is shut out for nothing. */
static enum status waiting(struct ledger *ledger, bool *busy, struct fault *fault) {
  if (ledger->draining) {
    ledger->stage = LEDGER_STOPPED;
    return STATUS_OK;
  }
  if (ledger->now_ms < ledger->retry_at_ms && ledger->now_ms >= ledger->retry_at_ms - ledger->settings.retry_ms) return STATUS_OK;
  *busy = true;
  enum status status = ledger->store.look(ledger->store.self, &ledger->seen, fault);
  if (status == STATUS_OK) {
    ledger->stage = LEDGER_FENCING;
    ledger->history_count = ledger->history_at = 0;
    ledger->seek_done = false;
  }
  return status;
}

/* ---- running ---- */

static bool batch_stirred(const struct ledger *ledger) {
  return ledger->open->lines > 0 || ledger->open->stirred || shard_changed_bytes(ledger->shard) > 0 ||
         ledger->open->to != ledger->open->from;
}

static bool commit_is_due(const struct ledger *ledger) {
  const struct batch *batch = ledger->open;
  if (ledger->flying != NULL || ledger->marks_count >= MARKS_MOST - 1 || !batch_stirred(ledger)) return false;
  if (ledger->draining || batch->lines >= ledger->settings.batch_events || batch_full(ledger)) return true;
  if (shard_hurries(ledger->shard)) return true;
  int64_t open_for = ledger->now_ms - batch->opened_ms;
  return open_for >= ledger->settings.batch_ms || open_for < 0;
}

static enum status lines_decide(struct ledger *ledger, bool *busy, struct fault *fault) {
  struct batch *batch = ledger->open;
  if (ledger->draining || batch->lines >= ledger->settings.batch_events || batch_full(ledger)) return STATUS_OK;
  bool ended, was_stirred = batch_stirred(ledger);
  uint32_t count = 0, most = (uint32_t)(ledger->settings.batch_events - batch->lines);
  assert(most > 0);
  enum status status = shard_step(ledger->shard, most < STEP_EVENTS ? most : STEP_EVENTS, ledger->now_ms, &count, &ended, fault);
  if (status != STATUS_OK) return status;
  batch->lines += count;
  *busy |= count > 0;
  if (!was_stirred) batch->opened_ms = ledger->now_ms;
  return STATUS_OK;
}

static enum status review(struct ledger *ledger, struct fault *fault) {
  bool due = ledger->now_ms >= ledger->review_at_ms || ledger->now_ms < ledger->review_at_ms - REVIEW_MS;
  if (ledger->draining || !due || batch_full(ledger)) return STATUS_OK;
  ledger->review_at_ms = ledger->now_ms + REVIEW_MS;
  enum status status = view_check(ledger, fault);
  return status == STATUS_OK ? shard_review(ledger->shard, fault) : status;
}

static enum status running(struct ledger *ledger, bool *busy, struct fault *fault) {
  if (ledger->distrusted) return view_damaged(ledger, fault); /* seen by who asked whether files may be exchanged */
  enum status status = batch_poll(ledger, busy, fault);
  if (status == STATUS_OK) status = lines_decide(ledger, busy, fault);
  if (status == STATUS_OK) status = review(ledger, fault);
  if (status == STATUS_OK && commit_is_due(ledger)) {
    *busy = true;
    status = batch_commit(ledger, fault);
  }
  if (status == STATUS_OK) status = view_write_behind(ledger, ledger->draining || !*busy, busy, fault);
  if (status != STATUS_OK || !ledger->draining || ledger->flying != NULL || batch_stirred(ledger) || !view_settled(ledger)) return status;
  ledger->log.drop(ledger->log.self);
  ledger->store.drop(ledger->store.self);
  ledger->stage = LEDGER_STOPPED;
  return STATUS_OK;
}

static int64_t wake_at(const struct ledger *ledger) {
  if (ledger->stage == LEDGER_WAITING) return ledger->retry_at_ms;
  if (ledger->stage != LEDGER_RUNNING) return ledger->now_ms + POLL_MS;
  if (ledger->flying != NULL || ledger->writes_sent != ledger->writes_answered) return ledger->now_ms + POLL_MS;
  int64_t at = ledger->review_at_ms;
  assert(ledger->open != NULL);
  if (batch_stirred(ledger) && ledger->open->opened_ms + ledger->settings.batch_ms < at)
    at = ledger->open->opened_ms + ledger->settings.batch_ms;
  return at;
}

static enum status stage_step(struct ledger *ledger, bool *busy, struct fault *fault) {
  switch (ledger->stage) {
    case LEDGER_RUNNING: return running(ledger, busy, fault);
    case LEDGER_WAITING: return waiting(ledger, busy, fault);
    case LEDGER_STOPPED: return STATUS_OK;
    default: break;
  }
  if (ledger->draining) { /* nothing was decided: nothing to save */
    doubt(ledger);
    return STATUS_OK;
  }
  return takeover_step(ledger, busy, fault);
}

/* A new owner may have trimmed what this one was reading while it stood still: looked at again, and it may have stood still again. */
static bool look_again(struct ledger *ledger, enum status status) {
  if (ledger->stage != LEDGER_RUNNING || ledger->now_ms < ledger->sound_since_ms) ledger->sound_since_ms = ledger->now_ms;
  if (ledger->now_ms - ledger->sound_since_ms >= SOUND_MS) {
    ledger->amiss -= ledger->amiss > 0;
    ledger->sound_since_ms = ledger->now_ms;
  }
  return status == STATUS_STATE && ledger->amiss++ < AMISS_MOST;
}

enum status ledger_step(struct ledger *ledger, int64_t now_ms, bool *busy, int64_t *wake_ms, bool *doubted, struct fault *fault) {
  *busy = *doubted = false;
  assert(ledger->stage < LEDGER_STAGE_COUNT && (ledger->stage != LEDGER_RUNNING || (ledger->shard != NULL && ledger->open != NULL)));
  ledger->now_ms = now_ms;
  if (ledger->began_ms == TIME_NONE) ledger->began_ms = now_ms;
  enum status status = stage_step(ledger, busy, fault);
  if (look_again(ledger, status)) status = STATUS_SERVICE;
  if (status == STATUS_SERVICE) {
    *doubted = true, *busy = false;
    doubt(ledger);
    status = STATUS_OK;
  }
  *wake_ms = wake_at(ledger);
  return status;
}

/* ---- what is asked from outside ---- */

enum ledger_stage ledger_stage(const struct ledger *ledger) { return ledger->stage; }

void ledger_counts_add(struct ledger_counts *sum, const struct ledger_counts *more) {
  sum->commits += more->commits, sum->aborts += more->aborts, sum->takeovers += more->takeovers, sum->redone += more->redone;
  sum->rebuilds += more->rebuilds, sum->rebuilt_owners += more->rebuilt_owners;
  sum->checkpointed_buckets += more->checkpointed_buckets;
  sum->view_writes += more->view_writes, sum->view_refused += more->view_refused, sum->view_damaged += more->view_damaged;
  sum->claims += more->claims;
}

const struct ledger_counts *ledger_counts(const struct ledger *ledger) { return &ledger->counts; }
struct shard_ranks ledger_ranks(const struct ledger *ledger) {
  return ledger->shard == NULL ? (struct shard_ranks){.waits_for = -1} : shard_ranks(ledger->shard);
}

struct shard_walk ledger_walk(const struct ledger *ledger) {
  return ledger->shard == NULL ? (struct shard_walk){0} : shard_walk(ledger->shard);
}
uint64_t ledger_heard_waiting(const struct ledger *ledger) { return ledger->shard == NULL ? 0 : shard_heard_waiting(ledger->shard); }

const struct at_hand *ledger_at_hand(const struct ledger *ledger) { return ledger->shard == NULL ? NULL : shard_at_hand(ledger->shard); }
int64_t ledger_clock(const struct ledger *ledger) { return ledger->shard == NULL ? TIME_NONE : shard_clock(ledger->shard); }
uint64_t ledger_events_next(const struct ledger *ledger) { return ledger->past.events_next == 0 ? NONE_YET : ledger->past.events_next - 1; }
uint64_t ledger_inbox_next(const struct ledger *ledger) { return ledger->past.inbox_next == 0 ? NONE_YET : ledger->past.inbox_next - 1; }

bool ledger_quiet(const struct ledger *ledger) {
  return ledger->stage == LEDGER_RUNNING && ledger->flying == NULL && !batch_stirred(ledger) && view_settled(ledger) &&
         !shard_waits(ledger->shard);
}
