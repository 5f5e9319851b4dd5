/* What watchers of a running session see: metrics and readiness on http.listen (docs/OPERATIONS.md, "Looking at it"). The session's thread
 * writes atomic numbers, at each commit and at most a few times a second; the endpoint's thread reads them. Nothing here can hold the loop
 * up.
 */
#include <stdlib.h>

#include "giftd/http.h"
#include "session_parts.h"
#include "version.h"
#include "watch_text.h"

#define REFRESH_MS 250
#define STALL_MS 30000 /* a loop that has not come round for so long is not ready */

struct watch {
  struct metrics metrics;
  struct http *http;
  int64_t refreshed_ms;
  _Atomic int64_t alive_ms;   /* steady clock of the loop's last round */
  _Atomic int64_t refused_ms; /* wall clock of the last reload, if it was refused; else 0 */
};

void watch_campaigns_text(struct http_check *check, int64_t count, struct str digest, int64_t refused_ms) {
  char which[48] = "";
  if (digest.length > 0) (void)snprintf(which, sizeof which, ", rulebook %.*s", STR_FORMAT(digest));
  if (refused_ms == 0) {
    (void)snprintf(check->text, sizeof check->text, "%lld of them%s", (long long)count, which);
    return;
  }
  const struct civil when = civil_from_ms(refused_ms);
  (void)snprintf(check->text, sizeof check->text,
                 "%lld of them%s, the old ones: those read at %02d:%02d:%02d UTC were refused, the log says why", (long long)count, which,
                 when.hour, when.minute, when.second);
}

/* Called from the endpoint's thread. */
static uint32_t check_ready(void *self, struct http_check checks[HTTP_CHECKS]) {
  struct watch *watch = self;
  int64_t silent = clock_steady_ms() - atomic_load(&watch->alive_ms);
  checks[0] = (struct http_check){.name = "loop", .ok = silent < STALL_MS};
  (void)snprintf(checks[0].text, sizeof checks[0].text, "last round %lld ms ago", (long long)silent);
  checks[1] = (struct http_check){.name = "campaigns", .ok = metrics_get(&watch->metrics, METRIC_CAMPAIGNS, 0) > 0};
  watch_campaigns_text(&checks[1], metrics_get(&watch->metrics, METRIC_CAMPAIGNS, 0), STR(""), atomic_load(&watch->refused_ms));
  return 2;
}

static void labels_set(struct metrics *metrics) {
  for (uint32_t i = 1; i < REASON_COUNT; i++) metrics_label(metrics, METRIC_REFUSALS, i - 1, reasons[i].code);
  for (uint32_t i = 0; i < UNKNOWN_KIND_COUNT; i++) metrics_label(metrics, METRIC_UNKNOWN, i, unknown_kind_names[i]);
  metrics_label(metrics, METRIC_RELOADS, 0, "done");
  metrics_label(metrics, METRIC_RELOADS, 1, "refused");
  metrics_label(metrics, METRIC_BUILD, 0, GIFTD_VERSION);
  metrics_set(metrics, METRIC_BUILD, 0, 1);
}

enum status watch_open(struct session *session, struct fault *fault) {
  if (session->settings.http_listen == NULL) return STATUS_OK;
  struct watch *watch = session->watch = calloc(1, sizeof *watch);
  if (watch == NULL) return fault_set(fault, STATUS_STORAGE, "no memory");
  metrics_init(&watch->metrics);
  labels_set(&watch->metrics);
  struct http_settings http = {str_of(session->settings.http_listen), &watch->metrics, 0, GIFTD_VERSION, check_ready, watch};
  watch_refresh(session, true);
  return http_open(&http, &watch->http, fault);
}

void watch_close(struct session *session) {
  if (session->watch == NULL) return;
  http_close(session->watch->http);
  free(session->watch);
  session->watch = NULL;
}

static void counts_set(struct metrics *metrics, const struct shard_counts *counts) {
  const struct {
    enum metric_id id;
    uint64_t number;
  } rows[] = {{METRIC_LINES, counts->lines},
              {METRIC_EVENTS, counts->events},
              {METRIC_HEARD, counts->heard},
              {METRIC_DEAD_LETTERS, counts->dead},
              {METRIC_DUPLICATES, counts->duplicates},
              {METRIC_LATE, counts->late},
              {METRIC_FUTURE, counts->future},
              {METRIC_GIFTS, counts->gifts},
              {METRIC_REVOCATIONS, counts->revoked},
              {METRIC_COMMITS, counts->commits},
              {METRIC_OWNER_LOADS, counts->owner_loads},
              {METRIC_OWNER_HITS, counts->owner_hits}};
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) metrics_set(metrics, rows[i].id, 0, (int64_t)rows[i].number);
  for (uint32_t i = 1; i < REASON_COUNT; i++) metrics_set(metrics, METRIC_REFUSALS, i - 1, (int64_t)counts->by_reason[i]);
  for (uint32_t i = 0; i < UNKNOWN_KIND_COUNT; i++) metrics_set(metrics, METRIC_UNKNOWN, i, (int64_t)counts->unknown[i]);
}

void watch_refresh(struct session *session, bool now) {
  struct watch *watch = session->watch;
  if (watch == NULL) return;
  int64_t steady = clock_steady_ms();
  atomic_store(&watch->alive_ms, steady);
  if (!now && steady - watch->refreshed_ms < REFRESH_MS) return;
  watch->refreshed_ms = steady;
  struct metrics *metrics = &watch->metrics;
  uint64_t position = files_position(session->files), size = files_size(session->files);
  counts_set(metrics, session_counts(session));
  metrics_set(metrics, METRIC_INPUT_BYTES, 0, (int64_t)position);
  if (size > 0) metrics_set(metrics, METRIC_INPUT_LAG_BYTES, 0, size > position ? (int64_t)(size - position) : 0);
  metrics_set(metrics, METRIC_CAMPAIGNS, 0, session->loaded.rulebook->campaign_count);
  metrics_set(metrics, METRIC_RULES, 0, session->loaded.rulebook->rule_count);
  metrics_set(metrics, METRIC_READY, 0, 1);
  metrics_process(metrics);
  if (session_clock(session) == TIME_NONE) return;
  metrics_set(metrics, METRIC_EVENT_TIME, 0, session_clock(session));
  metrics_set(metrics, METRIC_EVENT_TIME_LAG, 0, clock_wall_ms() - session_clock(session));
}

void watch_committed(struct session *session, int64_t took_ms) {
  if (session->watch == NULL) return;
  metrics_observe_ms(&session->watch->metrics, METRIC_COMMIT_SECONDS, took_ms);
  watch_refresh(session, true);
}

void watch_reloaded(struct session *session, bool taken) {
  if (session->watch == NULL) return;
  atomic_store(&session->watch->refused_ms, taken ? 0 : clock_wall_ms());
  metrics_add(&session->watch->metrics, METRIC_RELOADS, taken ? 0 : 1, 1);
}
