/* The embedded run; session.h says what it promises. One commit, step by step - a crash between any two of them is harmless:
 *
 *     flush   bytes of the outputs into their files, changed records into the open transaction
 *     sync    fdatasync of the outputs: what the transaction will count on is on the disk
 *     store   lengths of the outputs, position in the input, into the same transaction
 *     commit  LMDB's commit: from here on it has happened
 *     seal    beside the outputs: that it has (files/commit.c)
 */
#include "key_tell.h"
#include "last_words.h"
#include "notify.h"
#include "session_parts.h"

#include <stdlib.h>
#include <sys/mman.h>

#define IDLE_WAIT_MS 1000
#define STEP_EVENTS 1024u
#define HORIZON_MS (7 * MS_PER_DAY)
#define MEMORY_MS (90 * MS_PER_DAY)
#define SECRET_KEY STR("m:secret")

void session_defaults(struct session_settings *settings) {
  *settings = (struct session_settings){
      .command = "run", .progress = true, .handle_signals = true, .key = ID_KEY_SECRET, .commit_events = 200000, .commit_ms = 1000};
  settings->shard =
      (struct shard_settings){.judge = {HASH_KEY_FIXED, HORIZON_MS, MEMORY_MS}, .wall_clock = false, .cache_bytes = 256ull << 20};
}

/* ---- commit ---- */

static void step_tell(const struct session *session, const char *step) {
  if (session->settings.step_hook != NULL) session->settings.step_hook(session->settings.step_self, step);
}

static enum status marks_store(struct session *session, struct fault *fault) {
  struct str record;
  enum status status =
      session->view.store(session->view.self, files_outputs_key(session->files), files_outputs_record(session->files), fault);
  if (status != STATUS_OK) return status;
  status = files_input_record(session->files, &record, fault);
  if (status != STATUS_OK || record.length == 0) return status; /* a stream has no place to go back to */
  return session->view.store(session->view.self, files_input_key(session->files), record, fault);
}

static enum status session_commit(struct session *session, struct fault *fault) {
  int64_t began_ms = clock_steady_ms();
  step_tell(session, "flush");
  enum status status = shard_flush(session->shard, fault);
  if (status != STATUS_OK) return status;
  step_tell(session, "sync");
  status = files_sync(session->files, fault);
  if (status != STATUS_OK) return status;
  step_tell(session, "store");
  status = marks_store(session, fault);
  if (status != STATUS_OK) return status;
  step_tell(session, "commit");
  status = lmdb_commit(session->lmdb, fault);
  if (status != STATUS_OK) return status;
  step_tell(session, "seal");
  status = files_committed(session->files, fault);
  if (status != STATUS_OK) return status;
  step_tell(session, "done");
  session->pending = 0;
  watch_committed(session, clock_steady_ms() - began_ms);
  return STATUS_OK;
}

/* ---- opening ---- */

static void observe(void *self, const struct event *event, const struct decision *decision) {
  struct session *session = self;
  if (session->trace != NULL) trace_write(session, event, decision);
  if (session->settings.observer != NULL) session->settings.observer(session->settings.observer_self, event, decision);
}

static enum status campaigns_load(const struct session *session, struct loaded *out, struct fault *fault) {
  const struct session_settings *settings = &session->settings;
  enum status status = load_open(settings->campaigns, settings->campaign_count, out, fault);
  if (status == STATUS_INPUT) findings_say(session, &out->findings);
  if (status == STATUS_OK) status = judge_check(out->rulebook, &settings->shard.judge, fault);
  return status;
}

/* Reward ids derive from the secret: the same state with another one would issue the same gifts under other ids. */
static enum status secret_check(struct session *session, struct fault *fault) {
  struct str record;
  const struct hash_key *key = &session->settings.shard.judge.id_key;
  uint64_t digest = hash64(key, STR("giftd secret"));
  enum status status = session->view.load(session->view.self, SECRET_KEY, &record, fault);
  if (status != STATUS_OK) return status;
  if (record.length == 0)
    return session->view.store(session->view.self, SECRET_KEY, (struct str){(const char *)&digest, sizeof digest}, fault);
  if (record.length == sizeof digest && memcmp(record.at, &digest, sizeof digest) == 0) return STATUS_OK;
  return fault_set(
      fault, STATUS_STATE,
      "the state in %s was made with another secret: gifts would get other ids and be given twice; use the secret it was made with",
      session->settings.state);
}

static enum status marks_take_up(struct session *session, struct fault *fault) {
  struct str outputs, input = {NULL, 0}, key = files_input_key(session->files);
  enum status status = session->view.load(session->view.self, files_outputs_key(session->files), &outputs, fault);
  if (status == STATUS_OK && key.length > 0) status = session->view.load(session->view.self, key, &input, fault);
  if (status == STATUS_OK) status = files_resume(session->files, outputs, input, fault);
  if (status != STATUS_OK) return status;
  struct str note = files_note(session->files);
  if (note.length > 0) session_say(session, LOG_LEVEL_INFO, "%.*s", STR_FORMAT(note));
  session->start_position = files_position(session->files);
  return STATUS_OK;
}

static enum status stores_open(struct session *session, struct fault *fault) {
  const struct session_settings *settings = &session->settings;
  struct lmdb_settings store = {settings->state, settings->state_map_bytes};
  struct files_settings files = {settings->input, settings->output, settings->state, !settings->once};
  enum status status = lmdb_open(&store, &session->lmdb, fault);
  if (status != STATUS_OK) return status;
  session->view = lmdb_port(session->lmdb);
  status = files_open(&files, &session->files, fault);
  if (status != STATUS_OK) return status;
  session->log = files_port(session->files);
  status = secret_check(session, fault);
  return status == STATUS_OK ? marks_take_up(session, fault) : status;
}

static void warning_say(void *self, const char *text) { session_say(self, LOG_LEVEL_WARNING, "%s", text); }

/* ---- terms ---- */

static void change_say(void *self, const char *line) { session_say(self, LOG_LEVEL_ERROR, "%s", line); }

static enum status terms_make(struct session *session, const struct loaded *loaded, struct terms_keeper **out, struct fault *fault) {
  const struct judge_settings *judge = &session->settings.shard.judge;
  *out = terms_open(loaded, judge->memory_ms + judge->horizon_ms, change_say, session);
  return *out != NULL ? STATUS_OK : fault_set(fault, STATUS_STORAGE, "no memory");
}

static enum status shard_start(struct session *session, struct fault *fault) {
  const struct loaded *loaded = &session->loaded;
  session->memory_bytes = shard_memory(&session->settings.shard);
  session->memory = region_open(session->memory_bytes);
  if (session->memory == NULL)
    return fault_set(fault, STATUS_STORAGE, "the system does not give %zu MiB of memory; make the cache smaller",
                     session->memory_bytes >> 20);
  /* Look-ups are spread over all of it: large pages spare page walks. */
  (void)madvise(session->memory, session->memory_bytes, MADV_HUGEPAGE);
  enum status status = terms_make(session, loaded, &session->terms, fault);
  if (status != STATUS_OK) return status;
  session->settings.shard.terms = terms_of(session->terms);
  session->settings.shard.unknown = unknown_noted, session->settings.shard.unknown_self = session;
  status = shard_open(session->memory, &session->settings.shard, loaded->rulebook, loaded->index, loaded->cache, &session->log,
                      &session->view, &session->shard, fault);
  if (status != STATUS_OK) return status;
  if (session->trace != NULL || session->settings.observer != NULL) shard_observe(session->shard, observe, session);
  return session_commit(session, fault); /* from here on the state knows its outputs, however this run ends */
}

static enum status trace_open(struct session *session, struct fault *fault) {
  if (session->settings.trace == NULL) return STATUS_OK;
  session->trace = fopen(session->settings.trace, "we");
  return session->trace != NULL ? STATUS_OK
                                : fault_set(fault, STATUS_USAGE, "cannot open the trace %s for writing", session->settings.trace);
}

enum status session_open(const struct session_settings *settings, struct session **out, struct fault *fault) {
  *out = NULL;
  struct session *session = calloc(1, sizeof *session);
  if (session == NULL) return fault_set(fault, STATUS_STORAGE, "no memory");
  session->settings = *settings;
  if (settings->handle_signals) signals_open();
  enum status status = campaigns_load(session, &session->loaded, fault);
  if (status == STATUS_OK) status = trace_open(session, fault);
  if (status == STATUS_OK) status = stores_open(session, fault);
  if (status == STATUS_OK) status = shard_start(session, fault);
  if (status == STATUS_OK) status = watch_open(session, fault);
  if (status != STATUS_OK) {
    session_close(session);
    return status;
  }
  key_tell(settings->key, session->loaded.rulebook, NULL, warning_say, session);
  session->started_ms = session->ended_ms = clock_steady_ms();
  *out = session;
  return STATUS_OK;
}

void session_close(struct session *session) {
  if (session == NULL) return;
  watch_close(session);
  if (session->trace != NULL) fclose(session->trace);
  files_close(session->files);
  lmdb_close(session->lmdb);
  if (session->memory != NULL) region_close(session->memory, session->memory_bytes);
  terms_close(session->terms);
  load_close(&session->loaded);
  if (session->settings.handle_signals) signals_close();
  free(session);
}

/* ---- the loop ---- */

static void fresh_take(struct session *session, const struct loaded *fresh, struct terms_keeper *terms) {
  shard_terms(session->shard, terms_of(terms));
  shard_swap(session->shard, fresh->rulebook, fresh->index, fresh->cache);
  terms_close(session->terms);
  load_close(&session->loaded);
  session->loaded = *fresh, session->terms = terms;
}

/* SIGHUP: the new campaigns are taken only when all of them are right and mean what the old ones meant; else the old ones stay and the
 * reasons are told. */
static void campaigns_reload(struct session *session) {
  struct loaded fresh = {0};
  struct terms_keeper *terms = NULL;
  struct fault fault = {0};
  enum status status = campaigns_load(session, &fresh, &fault);
  if (status == STATUS_OK) status = terms_make(session, &fresh, &terms, &fault);
  if (status == STATUS_OK) status = shard_admits(session->shard, terms_of(terms), &fault);
  watch_reloaded(session, status == STATUS_OK);
  if (status != STATUS_OK) {
    session_say(session, LOG_LEVEL_ERROR, "the new campaigns are not taken, the old ones go on: %s", fault.text);
    terms_close(terms);
    load_close(&fresh);
    return;
  }
  key_tell(session->settings.key, fresh.rulebook, session->loaded.rulebook, warning_say, session);
  fresh_take(session, &fresh, terms);
  session_say(session, LOG_LEVEL_INFO, "campaigns read again: %u of them, rulebook %.*s", fresh.rulebook->campaign_count,
              STR_FORMAT(fresh.rulebook->digest));
}

static uint32_t step_most(const struct session *session) {
  uint32_t left = session->settings.commit_events > session->pending ? session->settings.commit_events - session->pending : 1;
  return left < STEP_EVENTS ? left : STEP_EVENTS;
}

static bool commit_is_due(const struct session *session, uint32_t taken, bool ended) {
  if (session->pending == 0) return false;
  if (session->pending >= session->settings.commit_events || (taken == 0 && ended)) return true;
  return clock_steady_ms() - session->pending_since_ms >= (int64_t)session->settings.commit_ms;
}

static void idle_wait(const struct session *session) {
  int64_t left = IDLE_WAIT_MS;
  if (session->pending > 0) left = session->pending_since_ms + (int64_t)session->settings.commit_ms - clock_steady_ms();
  if (left > 0) files_wait(session->files, session->settings.handle_signals ? signals_wake() : -1, (int)left);
}

static enum status session_step(struct session *session, bool *ended, struct fault *fault) {
  uint32_t taken;
  int64_t now_ms = session->settings.shard.wall_clock ? clock_wall_ms() : TIME_NONE;
  enum status status = shard_step(session->shard, step_most(session), now_ms, &taken, ended, fault);
  if (status != STATUS_OK) return status;
  if (taken > 0 && session->pending == 0) session->pending_since_ms = clock_steady_ms();
  session->pending += taken;
  if (commit_is_due(session, taken, *ended)) return session_commit(session, fault);
  if (taken == 0 && !*ended) idle_wait(session);
  return STATUS_OK;
}

enum status session_run(struct session *session, struct fault *fault) {
  bool ended = false, signals = session->settings.handle_signals;
  enum status status = STATUS_OK;
  session->started_ms = clock_steady_ms();
  last_words_watch(shard_at_hand(session->shard));
  if (session->settings.progress) progress_open(session);
  notify_send("READY=1");
  while (status == STATUS_OK && !ended && !(signals && signals_stop())) {
    if (signals && signals_reload()) campaigns_reload(session);
    status = session_step(session, &ended, fault);
    watch_refresh(session, false);
    notify_alive(clock_steady_ms());
    if (session->settings.progress) progress_tell(session, false);
  }
  notify_send("STOPPING=1");
  if (status == STATUS_OK && session->pending > 0) status = session_commit(session, fault);
  session->ended_ms = clock_steady_ms();
  last_words_watch(NULL);
  if (session->settings.progress) progress_tell(session, true);
  return status;
}

/* ---- what came of it ---- */

const struct shard_counts *session_counts(const struct session *session) { return shard_counts(session->shard); }
const struct loaded *session_loaded(const struct session *session) { return &session->loaded; }
int64_t session_clock(const struct session *session) { return shard_clock(session->shard); }
uint64_t session_start_position(const struct session *session) { return session->start_position; }
int64_t session_elapsed_ms(const struct session *session) { return session->ended_ms - session->started_ms; }

enum status session_pool(struct session *session, uint32_t pool, struct str share, struct pool_left *out, struct fault *fault) {
  const struct rulebook *rulebook = session->loaded.rulebook;
  struct owner owner = pool_owner(&rulebook->pools[pool], share);
  struct str record;
  struct pool_told told;
  enum status status = session->view.load(session->view.self, owner_key(&owner), &record, fault);
  if (status != STATUS_OK) return status;
  if (!pool_tell(rulebook, pool, share, record, &told, fault))
    return fault_prefix(fault, "the record of pool %.*s: ", STR_FORMAT(rulebook->pools[pool].name));
  *out = told.left;
  return STATUS_OK;
}
