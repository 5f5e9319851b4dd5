/* See watch.h. The worker copies its counters into the metrics after each commit; the endpoint's thread reads only those. */
#include "watch.h"

#include <string.h>

#include "version.h"

/* Counters of the shard that are metrics as they stand. */
static void counts_publish(struct watch *watch) {
  const struct shard_counts *counts = session_counts(watch->session);
  struct metrics *metrics = &watch->metrics;
  const struct {
    enum metric_id id;
    uint64_t value;
  } plain[] = {{METRIC_LINES, counts->lines},
               {METRIC_EVENTS, counts->events},
               {METRIC_DEAD_LETTERS, counts->dead},
               {METRIC_DUPLICATES, counts->duplicates},
               {METRIC_LATE, counts->late},
               {METRIC_FUTURE, counts->future},
               {METRIC_GIFTS, counts->gifts},
               {METRIC_REVOCATIONS, counts->revoked},
               {METRIC_COMMITS, counts->commits},
               {METRIC_OWNER_LOADS, counts->owner_loads},
               {METRIC_OWNER_HITS, counts->owner_hits}};
  for (size_t i = 0; i < sizeof(plain) / sizeof(plain[0]); i++) metrics_set(metrics, plain[i].id, 0, (int64_t)plain[i].value);
  for (uint32_t i = 1; i < REASON_COUNT; i++) metrics_set(metrics, METRIC_REFUSALS, i, (int64_t)counts->by_reason[i]);
  if (session_clock(watch->session) != TIME_NONE) metrics_set(metrics, METRIC_EVENT_TIME, 0, session_clock(watch->session));
}

static void rulebook_publish(struct watch *watch) {
  const struct rulebook *rulebook = session_loaded(watch->session)->rulebook;
  metrics_set(&watch->metrics, METRIC_CAMPAIGNS, 0, rulebook->campaign_count);
  metrics_set(&watch->metrics, METRIC_RULES, 0, rulebook->rule_count);
}

void watch_step(void *self, const char *step) {
  struct watch *watch = self;
  if (strcmp(step, "flush") == 0) watch->flush_ms = clock_steady_ms();
  if (strcmp(step, "done") != 0) return;
  metrics_observe_ms(&watch->metrics, METRIC_COMMIT_SECONDS, clock_steady_ms() - watch->flush_ms);
  if (watch->session == NULL) return; /* the commit of the opening */
  counts_publish(watch);
  rulebook_publish(watch);
}

static uint32_t check(void *self, struct http_check checks[HTTP_CHECKS]) {
  struct watch *watch = self;
  const bool running = atomic_load(&watch->running);
  checks[0] = (struct http_check){"session", running, ""};
  (void)snprintf(checks[0].text, sizeof(checks[0].text), "%s", running ? "events are being worked on" : "starting or draining");
  return 1;
}

static void metrics_open(struct metrics *metrics) {
  metrics_init(metrics);
  for (uint32_t i = 1; i < REASON_COUNT; i++) metrics_label(metrics, METRIC_REFUSALS, i, reasons[i].code);
  metrics_label(metrics, METRIC_BUILD, 0, GIFTD_VERSION);
  metrics_set(metrics, METRIC_BUILD, 0, 1);
  metrics_set(metrics, METRIC_READY, 0, 0);
  metrics_process(metrics);
}

enum status watch_open(struct watch *watch, const struct config *config, bool service, struct fault *fault) {
  memset(watch, 0, sizeof(*watch));
  metrics_open(&watch->metrics);
  log_init(&watch->log, stderr);
  if (!service) watch->log.format = LOG_FORMAT_TEXT;
  (void)log_format_parse(config_text(config, CONFIG_LOG_FORMAT), &watch->log.format); /* "auto" leaves it */
  (void)log_level_parse(config_text(config, CONFIG_LOG_LEVEL), &watch->log.level);
  const struct http_settings settings = {.listen = config_text(config, CONFIG_HTTP_LISTEN),
                                         .metrics = &watch->metrics,
                                         .version = GIFTD_VERSION,
                                         .check = check,
                                         .check_self = watch};
  return http_open(&settings, &watch->http, fault);
}

void watch_start(struct watch *watch, const struct session *session) {
  const struct loaded *loaded = session_loaded(session);
  watch->session = session;
  counts_publish(watch);
  rulebook_publish(watch);
  metrics_set(&watch->metrics, METRIC_READY, 0, 1);
  atomic_store(&watch->running, true);
  const struct log_field fields[] = {LOG_INT("campaigns", loaded->rulebook->campaign_count), LOG_INT("rules", loaded->rulebook->rule_count),
                                     LOG_TEXT("rulebook", loaded->rulebook->digest),
                                     LOG_INT("position", (int64_t)session_start_position(session)),
                                     LOG_INT("http_port", http_port(watch->http))};
  if (watch->log.format == LOG_FORMAT_JSON) log_write(&watch->log, LOG_LEVEL_INFO, "started", fields, sizeof(fields) / sizeof(fields[0]));
}

void watch_stop(struct watch *watch) {
  if (watch->session == NULL) return;
  const struct shard_counts *counts = session_counts(watch->session);
  atomic_store(&watch->running, false);
  metrics_set(&watch->metrics, METRIC_READY, 0, 0);
  const struct log_field fields[] = {LOG_INT("lines", (int64_t)counts->lines),
                                     LOG_INT("events", (int64_t)counts->events),
                                     LOG_INT("gifts", (int64_t)counts->gifts),
                                     LOG_INT("revoked", (int64_t)counts->revoked),
                                     LOG_INT("duplicates", (int64_t)counts->duplicates),
                                     LOG_INT("late", (int64_t)counts->late),
                                     LOG_INT("dead", (int64_t)counts->dead),
                                     LOG_INT("commits", (int64_t)counts->commits),
                                     LOG_INT("elapsed_ms", session_elapsed_ms(watch->session))};
  if (watch->log.format == LOG_FORMAT_JSON) log_write(&watch->log, LOG_LEVEL_INFO, "stopped", fields, sizeof(fields) / sizeof(fields[0]));
  watch->session = NULL;
}

void watch_close(struct watch *watch) {
  http_close(watch->http);
  watch->http = NULL;
}
