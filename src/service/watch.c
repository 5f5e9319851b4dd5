/* What watchers of a service see (docs/OPERATIONS.md, "Looking at it"): readiness by name, metrics. The service's thread fills both a few
 * times a second; the endpoint's thread reads atomic numbers and a copy of the checks under a lock. Nothing here can hold the loop up. */
#include <pthread.h>
#include <stdarg.h>
#include <stdlib.h>

#include "parts.h"

#define REFRESH_MS 250
#define STALL_MS 30000 /* a loop that has not come round for so long is not ready */
#define CHECK_LOOP 0
#define CHECK_CAMPAIGNS 1
#define CHECK_ENGINE 2

struct watch {
  struct metrics metrics;
  struct http *http;
  pthread_mutex_t lock; /* of what follows */
  struct http_check checks[HTTP_CHECKS];
  uint32_t check_count;
  int64_t refreshed_ms;
  _Atomic int64_t alive_ms; /* steady clock of the loop's last round */
};

/* ---- readiness ---- */

void check_set(struct http_check *check, const char *name, bool ok, const char *format, ...) {
  va_list arguments;
  check->name = name, check->ok = ok;
  va_start(arguments, format);
  (void)vsnprintf(check->text, sizeof check->text, format, arguments);
  va_end(arguments);
}

/* Called from the endpoint's thread. */
static uint32_t check_ready(void *self, struct http_check checks[HTTP_CHECKS]) {
  struct watch *watch = self;
  const int64_t silent = clock_steady_ms() - atomic_load(&watch->alive_ms);
  (void)pthread_mutex_lock(&watch->lock);
  const uint32_t count = watch->check_count;
  memcpy(checks, watch->checks, sizeof watch->checks);
  (void)pthread_mutex_unlock(&watch->lock);
  if (checks[CHECK_LOOP].ok) check_set(&checks[CHECK_LOOP], "loop", silent < STALL_MS, "last round %lld ms ago", (long long)silent);
  return count;
}

/* While the new ones were refused events go on by the old ones. */
static void campaigns_check(const struct service *service, struct http_check *check) {
  const struct rulebook *rulebook = service->campaigns->loaded.rulebook;
  const struct civil when = civil_from_ms(service->refused_ms);
  const bool any = rulebook->campaign_count > 0;
  if (service->refused_ms == 0)
    check_set(check, "campaigns", any, "%u of them, rulebook %.*s", rulebook->campaign_count, STR_FORMAT(rulebook->digest));
  else
    check_set(check, "campaigns", any,
              "%u of them, rulebook %.*s, the old ones: those read at %02d:%02d:%02d UTC were refused, the log says why",
              rulebook->campaign_count, STR_FORMAT(rulebook->digest), when.hour, when.minute, when.second);
}

static void checks_refresh(struct service *service, struct watch *watch) {
  struct http_check checks[HTTP_CHECKS] = {{.name = NULL}};
  bool ready = true;
  check_set(&checks[CHECK_LOOP], "loop", !service->stopping, "stopping");
  campaigns_check(service, &checks[CHECK_CAMPAIGNS]);
  const uint32_t count = CHECK_ENGINE + service->engine.checks(service->engine.self, &checks[CHECK_CAMPAIGNS], &checks[CHECK_ENGINE]);
  assert(count <= HTTP_CHECKS);
  for (uint32_t i = 0; i < count; i++) ready &= checks[i].ok;
  metrics_set(&watch->metrics, METRIC_READY, 0, ready);
  (void)pthread_mutex_lock(&watch->lock);
  memcpy(watch->checks, checks, sizeof checks);
  watch->check_count = count;
  (void)pthread_mutex_unlock(&watch->lock);
}

/* ---- metrics ---- */

static void labels_set(struct metrics *metrics) {
  for (uint32_t i = 1; i < REASON_COUNT; i++) metrics_label(metrics, METRIC_REFUSALS, i - 1, reasons[i].code);
  for (uint32_t i = 0; i < UNKNOWN_KIND_COUNT; i++) metrics_label(metrics, METRIC_UNKNOWN, i, unknown_kind_names[i]);
  metrics_label(metrics, METRIC_RELOADS, 0, "done");
  metrics_label(metrics, METRIC_RELOADS, 1, "refused");
  metrics_label(metrics, METRIC_BUILD, 0, GIFTD_VERSION);
  metrics_set(metrics, METRIC_BUILD, 0, 1);
}

static void counts_set(const struct service *service, struct metrics *metrics) {
  struct service_counts all = {.shard.lines = 0};
  service->engine.counts(service->engine.self, &all);
  const struct shard_counts *counts = &all.shard;
  const struct {
    enum metric_id id;
    uint64_t number;
  } rows[] = {{METRIC_LINES, counts->lines},
              {METRIC_EVENTS, counts->events},
              {METRIC_HEARD, counts->heard},
              {METRIC_CLOSES, counts->closes},
              {METRIC_LOOKED, counts->looked},
              {METRIC_DEAD_LETTERS, counts->dead},
              {METRIC_MISPLACED, counts->misplaced},
              {METRIC_DUPLICATES, counts->duplicates},
              {METRIC_LATE, counts->late},
              {METRIC_FUTURE, counts->future},
              {METRIC_GIFTS, counts->gifts},
              {METRIC_REVOCATIONS, counts->revoked},
              {METRIC_OWNER_LOADS, counts->owner_loads},
              {METRIC_OWNER_HITS, counts->owner_hits}};
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) metrics_set(metrics, rows[i].id, 0, (int64_t)rows[i].number);
  for (uint32_t i = 1; i < REASON_COUNT; i++) metrics_set(metrics, METRIC_REFUSALS, i - 1, (int64_t)counts->by_reason[i]);
  for (uint32_t i = 0; i < UNKNOWN_KIND_COUNT; i++) metrics_set(metrics, METRIC_UNKNOWN, i, (int64_t)counts->unknown[i]);
}

static void clock_set(const struct service *service, struct metrics *metrics) {
  const int64_t clock_ms = service->engine.clock(service->engine.self);
  if (clock_ms == TIME_NONE) return;
  metrics_set(metrics, METRIC_EVENT_TIME, 0, clock_ms);
  metrics_set(metrics, METRIC_EVENT_TIME_LAG, 0, clock_wall_ms() - clock_ms);
}

void watch_refresh(struct service *service, bool now) {
  struct watch *watch = service->watch;
  if (watch == NULL) return;
  const int64_t steady_ms = clock_steady_ms();
  atomic_store(&watch->alive_ms, steady_ms);
  if (!now && steady_ms - watch->refreshed_ms < REFRESH_MS) return;
  watch->refreshed_ms = steady_ms;
  counts_set(service, &watch->metrics);
  clock_set(service, &watch->metrics);
  service->engine.metrics(service->engine.self, &watch->metrics);
  metrics_set(&watch->metrics, METRIC_CAMPAIGNS, 0, service->campaigns->loaded.rulebook->campaign_count);
  metrics_set(&watch->metrics, METRIC_RULES, 0, service->campaigns->loaded.rulebook->rule_count);
  metrics_process(&watch->metrics);
  checks_refresh(service, watch);
}

void service_took(struct service *service, enum metric_id id, int64_t ms) {
  if (service->watch != NULL) metrics_observe_ms(&service->watch->metrics, id, ms);
}

void watch_reloaded(struct service *service) {
  if (service->watch == NULL) return;
  metrics_add(&service->watch->metrics, METRIC_RELOADS, service->refused_ms == 0 ? 0 : 1, 1);
  watch_refresh(service, true);
}

/* ---- opening ---- */

enum status watch_open(struct service *service, struct fault *fault) {
  if (service->settings.http_listen == NULL) return STATUS_OK;
  struct watch *watch = service->watch = calloc(1, sizeof *watch);
  if (watch == NULL) return fault_set(fault, STATUS_STORAGE, "no memory");
  (void)pthread_mutex_init(&watch->lock, NULL);
  metrics_init(&watch->metrics);
  labels_set(&watch->metrics);
  watch_refresh(service, true);
  const struct http_settings http = {.listen = str_of(service->settings.http_listen),
                                     .metrics = &watch->metrics,
                                     .port_offset = (uint16_t)service->settings.number,
                                     .version = GIFTD_VERSION,
                                     .check = check_ready,
                                     .check_self = watch};
  return http_open(&http, &watch->http, fault);
}

void watch_close(struct service *service) {
  if (service->watch == NULL) return;
  http_close(service->watch->http);
  (void)pthread_mutex_destroy(&service->watch->lock);
  free(service->watch);
  service->watch = NULL;
}
