/* The loop; service.h has the picture. Nothing here decides anything: it hands slices to the engine and carries words between signals,
 * campaigns, watchers and the engine. */
#include <stdlib.h>

#include "notify.h"
#include "parts.h"
#include "signals.h"

#define HORIZON_MS (7 * MS_PER_DAY)
#define MEMORY_MS (90 * MS_PER_DAY)

void service_defaults(struct service_settings *settings) {
  *settings = (struct service_settings){.command = "run",
                                        .progress = true,
                                        .handle_signals = true,
                                        .reloads = true,
                                        .key = ID_KEY_SECRET,
                                        .judge = {.id_key = HASH_KEY_FIXED, .horizon_ms = HORIZON_MS, .memory_ms = MEMORY_MS}};
}

/* ---- opening and closing ---- */

static void started_tell(struct service *service) {
  const struct rulebook *rulebook = service->campaigns->loaded.rulebook;
  const struct log *log = service->settings.log;
  struct log_field fields[3 + ENGINE_FIELDS] = {LOG_INT("campaigns", rulebook->campaign_count), LOG_INT("rules", rulebook->rule_count),
                                                LOG_TEXT("rulebook", rulebook->digest)};
  const uint32_t more = service->engine.started(service->engine.self, fields + 3);
  assert(more <= ENGINE_FIELDS);
  if (log != NULL) log_write(log, log->format == LOG_FORMAT_JSON ? LOG_LEVEL_INFO : LOG_LEVEL_DEBUG, "started", fields, 3 + more);
}

static enum status parts_open(struct service *service, struct fault *fault) {
  enum status status = campaigns_open(service, &service->campaigns, fault);
  if (status == STATUS_OK) status = service->engine.open(service->engine.self, service, service->campaigns, fault);
  if (status == STATUS_OK) status = watch_open(service, fault);
  if (status != STATUS_OK) return status;
  started_tell(service);
  key_warn(service, NULL);
  return STATUS_OK;
}

enum status service_open(const struct service_settings *settings, const struct engine *engine, struct service **out, struct fault *fault) {
  *out = NULL;
  struct service *service = calloc(1, sizeof *service);
  if (service == NULL) return fault_set(fault, STATUS_STORAGE, "no memory");
  service->settings = *settings, service->engine = *engine;
  service->started_ms = service->ended_ms = clock_steady_ms();
  if (settings->handle_signals) signals_open();
  const enum status status = parts_open(service, fault);
  if (status == STATUS_OK)
    *out = service;
  else
    service_close(service);
  return status;
}

void service_close(struct service *service) {
  if (service == NULL) return;
  watch_close(service);
  service->engine.close(service->engine.self);
  reading_drop(service);
  campaigns_close(service->campaigns);
  if (service->settings.handle_signals) signals_close();
  free(service);
}

/* ---- the loop ---- */

/* A followed input has no end to measure against. */
static void progress_open(struct service *service) {
  uint64_t done = 0, total = 0;
  service->shows_progress = service->settings.progress && service->engine.progress != NULL;
  if (!service->shows_progress) return;
  service->engine.progress(service->engine.self, &done, &total);
  progress_start(&service->progress, stderr, service->settings.command, "events", service->settings.once ? total : 0);
}

static void progress_tell(struct service *service) {
  struct service_counts counts;
  uint64_t done, total;
  if (!service->shows_progress) return;
  service->engine.progress(service->engine.self, &done, &total);
  service_counts(service, &counts);
  progress_step(&service->progress, done, counts.shard.lines);
}

static void stop_begin(struct service *service, enum log_level level, const char *why) {
  service->stopping = true;
  service_say(service, level, NO_SHARD, "stopping: %s", why);
  notify_send("STOPPING=1");
  service->engine.stop(service->engine.self);
}

/* A manager that still waits for the first READY=1 must not take a reload's for it. */
static void reload(struct service *service) {
  service->reload_told = service->ready_told;
  if (service->reload_told) notify_send("RELOADING=1");
  reading_begin(service);
}

static void reloaded(struct service *service) {
  bool again;
  if (!reading_end(service, &again)) return;
  if (service->reload_told) notify_send("READY=1");
  if (again) reload(service);
}

/* Who is stopping decides nothing more: reading thousands of files would only hold up the end. */
static void words_take(struct service *service) {
  const bool signals = service->settings.handle_signals, again = signals && signals_reload();
  if (service->stopping) return;
  reloaded(service);
  if (again && service->settings.reloads) reload(service);
  if (signals && (signals_stop() || (again && !service->settings.reloads)))
    stop_begin(service, LOG_LEVEL_INFO, "a signal came");
  else if (service->engine.done(service->engine.self))
    stop_begin(service, LOG_LEVEL_DEBUG, "nothing is left to do");
}

/* Once: what comes and goes later is for who asks /readyz. */
static void ready_tell(struct service *service) {
  struct http_check campaigns = {.name = "campaigns", .ok = true}, checks[ENGINE_CHECKS];
  bool ready = true;
  if (service->ready_told || service->stopping) return;
  const uint32_t count = service->engine.checks(service->engine.self, &campaigns, checks);
  for (uint32_t i = 0; i < count; i++) ready &= checks[i].ok;
  if (ready) notify_send("READY=1");
  service->ready_told = ready;
}

static void round_end(struct service *service, bool busy) {
  watch_refresh(service, false);
  progress_tell(service);
  notify_alive(clock_steady_ms());
  ready_tell(service);
  if (!busy) service->engine.wait(service->engine.self, service->settings.handle_signals ? signals_wake() : -1);
}

static enum status loop(struct service *service, struct fault *fault) {
  const struct engine *engine = &service->engine;
  while (!engine->stopped(engine->self)) {
    bool busy = false;
    words_take(service);
    const enum status status = engine->step(engine->self, &busy, fault);
    if (status != STATUS_OK) return status;
    if (!engine->stopped(engine->self)) round_end(service, busy);
  }
  return service->settings.once && engine->outcome != NULL ? engine->outcome(engine->self, fault) : STATUS_OK;
}

enum status service_run(struct service *service, struct fault *fault) {
  service->started_ms = clock_steady_ms();
  service->ended_ms = 0;
  progress_open(service);
  const enum status status = loop(service, fault);
  last_words_watch(NULL);
  service->ended_ms = clock_steady_ms();
  if (service->shows_progress) progress_end(&service->progress);
  return status;
}

/* ---- what came of it ---- */

const struct service_settings *service_settings(const struct service *service) { return &service->settings; }
const struct loaded *service_loaded(const struct service *service) { return &service->campaigns->loaded; }

void service_counts(const struct service *service, struct service_counts *out) {
  memset(out, 0, sizeof *out);
  service->engine.counts(service->engine.self, out);
}

int64_t service_elapsed_ms(const struct service *service) {
  return (service->ended_ms != 0 ? service->ended_ms : clock_steady_ms()) - service->started_ms;
}
