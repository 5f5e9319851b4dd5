/* The embedded engine: opened, stepped, seen. embedded.h says what it promises; commit.c keeps it. */
#include <stdlib.h>

#include "parts.h"

#define IDLE_WAIT_MS 1000
#define STEP_EVENTS 1024u
#define SECRET_KEY STR("m:secret")

void embedded_defaults(struct embedded_settings *settings) {
  *settings = (struct embedded_settings){.commit_events = 200000, .commit_ms = 1000, .cache_bytes = 256ull << 20};
}

enum status embedded_new(const struct embedded_settings *settings, struct embedded **out, struct fault *fault) {
  *out = calloc(1, sizeof **out);
  if (*out == NULL) return fault_set(fault, STATUS_STORAGE, "no memory");
  (*out)->settings = *settings;
  return STATUS_OK;
}

void embedded_free(struct embedded *embedded) { free(embedded); }

/* ---- opening ---- */

static void observe(void *self, const struct event *event, const struct decision *decision) {
  struct embedded *embedded = self;
  const struct embedded_settings *settings = &embedded->settings;
  if (embedded->trace != NULL) trace_write(embedded->trace, settings->trace, embedded->campaigns->loaded.rulebook, event, decision);
  if (settings->observer != NULL) settings->observer(settings->observer_self, event, decision);
}

/* Reward ids derive from the secret: the same state with another one would issue the same gifts under other ids. */
static enum status secret_check(struct embedded *embedded, struct fault *fault) {
  const struct view_port *view = &embedded->view;
  struct str record;
  const uint64_t digest = hash64(&service_settings(embedded->service)->judge.id_key, STR("giftd secret"));
  const enum status status = view->load(view->self, SECRET_KEY, &record, fault);
  if (status != STATUS_OK) return status;
  if (record.length == 0) return view->store(view->self, SECRET_KEY, (struct str){(const char *)&digest, sizeof digest}, fault);
  if (record.length == sizeof digest && memcmp(record.at, &digest, sizeof digest) == 0) return STATUS_OK;
  return fault_set(
      fault, STATUS_STATE,
      "the state in %s was made with another secret: gifts would get other ids and be given twice; use the secret it was made with",
      embedded->settings.state);
}

static enum status marks_take_up(struct embedded *embedded, struct fault *fault) {
  const struct view_port *view = &embedded->view;
  struct str outputs, input = {NULL, 0}, key = files_input_key(embedded->files);
  enum status status = view->load(view->self, files_outputs_key(embedded->files), &outputs, fault);
  if (status == STATUS_OK && key.length > 0) status = view->load(view->self, key, &input, fault);
  if (status == STATUS_OK) status = files_resume(embedded->files, outputs, input, fault);
  if (status != STATUS_OK) return status;
  const struct str note = files_note(embedded->files);
  if (note.length > 0) service_say(embedded->service, LOG_LEVEL_INFO, NO_SHARD, "%.*s", STR_FORMAT(note));
  embedded->start_position = files_position(embedded->files);
  return STATUS_OK;
}

static enum status stores_open(struct embedded *embedded, struct fault *fault) {
  const struct embedded_settings *settings = &embedded->settings;
  const struct lmdb_settings store = {settings->state, settings->state_map_bytes};
  const struct files_settings files = {settings->input, settings->output, settings->state, !service_settings(embedded->service)->once};
  enum status status = lmdb_open(&store, &embedded->lmdb, fault);
  if (status != STATUS_OK) return status;
  embedded->view = lmdb_port(embedded->lmdb);
  status = files_open(&files, &embedded->files, fault);
  if (status != STATUS_OK) return status;
  embedded->log = files_port(embedded->files);
  status = secret_check(embedded, fault);
  return status == STATUS_OK ? marks_take_up(embedded, fault) : status;
}

static enum status trace_open(struct embedded *embedded, struct fault *fault) {
  const char *path = embedded->settings.trace;
  if (path == NULL) return STATUS_OK;
  embedded->trace = fopen(path, "we");
  return embedded->trace != NULL ? STATUS_OK : fault_set(fault, STATUS_USAGE, "cannot open the trace %s for writing", path);
}

static struct shard_settings shard_settings_of(const struct embedded *embedded) {
  return (struct shard_settings){.judge = service_settings(embedded->service)->judge,
                                 .wall_clock = embedded->settings.wall_clock,
                                 .cache_bytes = embedded->settings.cache_bytes,
                                 .terms = terms_of(embedded->campaigns->terms),
                                 .unknown = service_unknown,
                                 .unknown_self = embedded->service};
}

static enum status shard_start(struct embedded *embedded, struct fault *fault) {
  const struct loaded *loaded = &embedded->campaigns->loaded;
  const struct shard_settings settings = shard_settings_of(embedded);
  embedded->memory = region_take_wide(shard_memory(&settings));
  if (embedded->memory.at == NULL)
    return fault_set(fault, STATUS_STORAGE, "the system does not give %zu MiB of memory; make the cache smaller",
                     embedded->memory.bytes >> 20);
  const enum status status = shard_open(embedded->memory.at, &settings, loaded->rulebook, loaded->index, loaded->cache, &embedded->log,
                                        &embedded->view, &embedded->shard, fault);
  if (status != STATUS_OK) return status;
  if (embedded->trace != NULL || embedded->settings.observer != NULL) shard_observe(embedded->shard, observe, embedded);
  last_words_watch(shard_at_hand(embedded->shard));
  return embedded_commit(embedded, fault); /* from here on the state knows its outputs, however this run ends */
}

static enum status engine_open(void *self, struct service *service, const struct campaigns *campaigns, struct fault *fault) {
  struct embedded *embedded = self;
  embedded->service = service, embedded->campaigns = campaigns;
  enum status status = stores_open(embedded, fault);
  if (status == STATUS_OK) status = trace_open(embedded, fault); /* who does not get the state must not empty another's trace */
  return status == STATUS_OK ? shard_start(embedded, fault) : status;
}

static void engine_close(void *self) {
  struct embedded *embedded = self;
  last_words_watch(NULL);
  if (embedded->trace != NULL) fclose(embedded->trace);
  files_close(embedded->files);
  lmdb_close(embedded->lmdb);
  region_give(&embedded->memory);
  embedded->trace = NULL, embedded->files = NULL, embedded->lmdb = NULL, embedded->shard = NULL;
}

/* ---- work ---- */

static enum status engine_swap(void *self, const struct campaigns *fresh, struct fault *fault) {
  struct embedded *embedded = self;
  const enum status status = shard_admits(embedded->shard, terms_of(fresh->terms), fault);
  if (status != STATUS_OK) return status;
  shard_terms(embedded->shard, terms_of(fresh->terms));
  shard_swap(embedded->shard, fresh->loaded.rulebook, fresh->loaded.index, fresh->loaded.cache);
  embedded->campaigns = fresh;
  return STATUS_OK;
}

static uint32_t step_most(const struct embedded *embedded) {
  const uint32_t most = embedded->settings.commit_events;
  const uint32_t left = most > embedded->pending ? most - embedded->pending : 1;
  return left < STEP_EVENTS ? left : STEP_EVENTS;
}

static bool commit_is_due(const struct embedded *embedded, uint32_t taken) {
  if (embedded->pending == 0) return false;
  if (embedded->pending >= embedded->settings.commit_events || (taken == 0 && embedded->ended)) return true;
  return clock_steady_ms() - embedded->pending_since_ms >= (int64_t)embedded->settings.commit_ms;
}

static enum status engine_step(void *self, bool *busy, struct fault *fault) {
  struct embedded *embedded = self;
  uint32_t taken = 0;
  if (embedded->stopping) {
    const enum status status = embedded->pending > 0 ? embedded_commit(embedded, fault) : STATUS_OK;
    embedded->stopped = true;
    return status;
  }
  const int64_t now_ms = embedded->settings.wall_clock ? clock_wall_ms() : TIME_NONE;
  const enum status status = shard_step(embedded->shard, step_most(embedded), now_ms, &taken, &embedded->ended, fault);
  if (status != STATUS_OK) return status;
  service_say_walk(embedded->service, NO_SHARD, shard_walk(embedded->shard), &embedded->walk);
  if (taken > 0 && embedded->pending == 0) embedded->pending_since_ms = clock_steady_ms();
  embedded->pending += taken;
  *busy = taken > 0 || embedded->ended;
  return commit_is_due(embedded, taken) ? embedded_commit(embedded, fault) : STATUS_OK;
}

static void engine_wait(void *self, int wake) {
  const struct embedded *embedded = self;
  int64_t left_ms = IDLE_WAIT_MS;
  if (embedded->pending > 0) left_ms = embedded->pending_since_ms + (int64_t)embedded->settings.commit_ms - clock_steady_ms();
  if (left_ms > 0) files_wait(embedded->files, wake, (int)left_ms);
}

static bool engine_done(void *self) {
  const struct embedded *embedded = self;
  return embedded->ended && embedded->pending == 0;
}

static void engine_stop(void *self) { ((struct embedded *)self)->stopping = true; }
static bool engine_stopped(void *self) { return ((struct embedded *)self)->stopped; }

/* ---- what is seen of it ---- */

static uint32_t engine_checks(void *self, struct http_check *campaigns, struct http_check checks[ENGINE_CHECKS]) {
  const struct embedded *embedded = self;
  (void)campaigns;
  check_set(&checks[0], "input", true, "%s, %llu bytes of it", embedded->settings.input,
            (unsigned long long)files_position(embedded->files));
  check_set(&checks[1], "state", true, "%s", embedded->settings.state);
  return 2;
}

static void engine_counts(void *self, struct service_counts *out) {
  shard_counts_add(&out->shard, shard_counts(((const struct embedded *)self)->shard));
}

static void engine_metrics(void *self, struct metrics *metrics) {
  const struct embedded *embedded = self;
  const uint64_t position = files_position(embedded->files), size = files_size(embedded->files);
  metrics_set(metrics, METRIC_COMMITS, 0, (int64_t)shard_counts(embedded->shard)->commits);
  metrics_set(metrics, METRIC_INPUT_BYTES, 0, (int64_t)position);
  if (size > 0) metrics_set(metrics, METRIC_INPUT_LAG_BYTES, 0, size > position ? (int64_t)(size - position) : 0);
}

static int64_t engine_clock(void *self) { return shard_clock(((const struct embedded *)self)->shard); }

static uint32_t engine_started(void *self, struct log_field fields[ENGINE_FIELDS]) {
  fields[0] = (struct log_field)LOG_INT("position", (int64_t)((const struct embedded *)self)->start_position);
  return 1;
}

static void engine_progress(void *self, uint64_t *done, uint64_t *total) {
  const struct embedded *embedded = self;
  const uint64_t size = files_size(embedded->files);
  *done = files_position(embedded->files) - embedded->start_position;
  *total = size > embedded->start_position ? size - embedded->start_position : 0;
}

struct engine embedded_engine(struct embedded *embedded) {
  return (struct engine){.self = embedded,
                         .open = engine_open,
                         .close = engine_close,
                         .swap = engine_swap,
                         .step = engine_step,
                         .wait = engine_wait,
                         .done = engine_done,
                         .stop = engine_stop,
                         .stopped = engine_stopped,
                         .checks = engine_checks,
                         .counts = engine_counts,
                         .metrics = engine_metrics,
                         .clock = engine_clock,
                         .started = engine_started,
                         .progress = engine_progress};
}

/* ---- what came of it ---- */

uint64_t embedded_start_position(const struct embedded *embedded) { return embedded->start_position; }
uint64_t embedded_position(const struct embedded *embedded) { return files_position(embedded->files); }
uint64_t embedded_state_bytes(const struct embedded *embedded) { return lmdb_bytes(embedded->lmdb); }

enum status embedded_pool(struct embedded *embedded, uint32_t pool, struct str share, struct pool_left *out, struct fault *fault) {
  const struct rulebook *rulebook = embedded->campaigns->loaded.rulebook;
  const struct owner owner = pool_owner(&rulebook->pools[pool], share);
  struct str record;
  struct pool_told told;
  const enum status status = embedded->view.load(embedded->view.self, owner_key(&owner), &record, fault);
  if (status != STATUS_OK) return status;
  if (!pool_tell(rulebook, pool, share, record, &told, fault))
    return fault_prefix(fault, "the record of pool %.*s: ", STR_FORMAT(rulebook->pools[pool].name));
  *out = told.left;
  return STATUS_OK;
}
