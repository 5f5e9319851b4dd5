/* What watchers of a worker see (docs/OPERATIONS.md, "Looking at it"): readiness by name, metrics. The worker's thread fills both a few
 * times a second; the endpoint's thread reads atomic numbers and a copy of the checks under a lock. Nothing here can hold the loop up. */
#include <pthread.h>
#include <stdarg.h>
#include <stdlib.h>
#include <strings.h>

#include "giftd/http.h"
#include "version.h"
#include "watch_text.h"
#include "worker_parts.h"

#define REFRESH_MS 250
#define STALL_MS 30000 /* a loop that has not come round for so long is not ready */
#define CHECKS 5u
#define STAGE_BROKEN LEDGER_STAGE_COUNT
#define SHARDS_SHOWN (METRIC_SERIES - 1) /* the others share the last series, which shows the worst of them */

struct worker_watch {
  struct metrics metrics;
  struct http *http;
  pthread_mutex_t lock; /* of checks */
  struct http_check checks[CHECKS];
  char shard_names[METRIC_SERIES][12];
  int64_t refreshed_ms;
  _Atomic int64_t alive_ms; /* steady clock of the loop's last round */
};

/* ---- readiness ---- */

/* Called from the endpoint's thread. */
static uint32_t check_ready(void *self, struct http_check checks[HTTP_CHECKS]) {
  struct worker_watch *watch = self;
  const int64_t silent = clock_steady_ms() - atomic_load(&watch->alive_ms);
  (void)pthread_mutex_lock(&watch->lock);
  memcpy(checks, watch->checks, sizeof watch->checks);
  (void)pthread_mutex_unlock(&watch->lock);
  checks[0] = (struct http_check){.name = "loop", .ok = silent < STALL_MS};
  (void)snprintf(checks[0].text, sizeof checks[0].text, "last round %lld ms ago", (long long)silent);
  return CHECKS;
}

static void PRINTF_LIKE(3, 4) check_set(struct http_check *check, bool ok, const char *format, ...) {
  va_list arguments;
  check->ok = ok;
  va_start(arguments, format);
  (void)vsnprintf(check->text, sizeof check->text, format, arguments);
  va_end(arguments);
}

static void campaigns_check(const struct worker *worker, struct http_check *check) {
  const uint32_t count = worker->loaded.rulebook->campaign_count;
  check->name = "campaigns", check->ok = count > 0;
  watch_campaigns_text(check, count, worker->loaded.rulebook->digest, worker->reload_refused ? worker->reload_refused_ms : 0);
  if (worker->differs) check_set(check, false, "%s", worker->differs_trouble.text);
}

/* The first slot whose trouble is Redis's (or not Redis's), or NULL. The redis room's texts begin with its name. */
static const struct slot *troubled(const struct worker *worker, bool redis) {
  for (uint32_t i = 0; i < worker->shards; i++) {
    const struct slot *slot = &worker->slots[i];
    const bool is_redis = strncasecmp(slot->trouble.text, "redis", 5) == 0;
    if (slot->state != SLOT_NONE && slot->trouble.text[0] != 0 && is_redis == redis) return slot;
  }
  return NULL;
}

static void services_check(const struct worker *worker, struct http_check *kafka, struct http_check *redis) {
  const struct slot *slot = troubled(worker, true);
  redis->name = "redis", kafka->name = "kafka";
  if (slot == NULL)
    check_set(redis, true, "%s", worker->settings.redis.servers);
  else
    check_set(redis, false, "shard %u: %s", slot->shard, slot->trouble.text);
  if (worker_is_member(worker))
    check_set(kafka, true, "member of group %s", worker->settings.kafka.group);
  else
    check_set(kafka, false, "not a member of group %s: %s", worker->settings.kafka.group,
              worker->was_member ? "its session ran out; is Kafka reachable?" : "it has not joined yet");
}

static void shards_check(const struct worker *worker, struct http_check *check) {
  uint32_t owned = 0, running = 0;
  for (uint32_t i = 0; i < worker->shards; i++) {
    const struct slot *slot = &worker->slots[i];
    owned += slot->state != SLOT_NONE;
    running += slot->state == SLOT_OPEN && slot->stage == LEDGER_RUNNING;
  }
  const struct slot *slot = troubled(worker, false);
  check->name = "shards";
  if (slot == NULL)
    check_set(check, running == owned, "%u of %u run here, of %u in all", running, owned, worker->shards);
  else
    check_set(check, running == owned, "%u of %u run here; shard %u: %s", running, owned, slot->shard, slot->trouble.text);
}

static void checks_refresh(const struct worker *worker, struct worker_watch *watch) {
  struct http_check checks[CHECKS] = {{.name = "loop"}};
  bool ready = !worker->stopping;
  campaigns_check(worker, &checks[1]);
  services_check(worker, &checks[2], &checks[3]);
  shards_check(worker, &checks[4]);
  if (worker->stopping) check_set(&checks[4], false, "stopping");
  for (uint32_t i = 1; i < CHECKS; i++) ready &= checks[i].ok;
  metrics_set(&watch->metrics, METRIC_READY, 0, ready);
  (void)pthread_mutex_lock(&watch->lock);
  memcpy(watch->checks, checks, sizeof checks);
  (void)pthread_mutex_unlock(&watch->lock);
}

/* ---- metrics ---- */

static void labels_set(struct worker_watch *watch) {
  struct metrics *metrics = &watch->metrics;
  for (uint32_t i = 1; i < REASON_COUNT; i++) metrics_label(metrics, METRIC_REFUSALS, i - 1, reasons[i].code);
  for (uint32_t i = 0; i < UNKNOWN_KIND_COUNT; i++) metrics_label(metrics, METRIC_UNKNOWN, i, unknown_kind_names[i]);
  metrics_label(metrics, METRIC_RELOADS, 0, "done");
  metrics_label(metrics, METRIC_RELOADS, 1, "refused");
  metrics_label(metrics, METRIC_MESSAGES, 0, "in");
  metrics_label(metrics, METRIC_MESSAGES, 1, "out");
  metrics_label(metrics, METRIC_BUILD, 0, GIFTD_VERSION);
  metrics_set(metrics, METRIC_BUILD, 0, 1);
  for (uint32_t i = 0; i < SHARDS_SHOWN; i++) (void)snprintf(watch->shard_names[i], sizeof watch->shard_names[i], "%u", i);
  (void)snprintf(watch->shard_names[SHARDS_SHOWN], sizeof watch->shard_names[0], "%u+", SHARDS_SHOWN);
}

struct row {
  enum metric_id id;
  uint64_t number;
};

static void counts_set(struct worker *worker, struct metrics *metrics) {
  struct shard_counts shard;
  struct ledger_counts ledger;
  worker_sum(worker, &shard, &ledger);
  const struct row rows[] = {{METRIC_LINES, shard.lines},
                             {METRIC_EVENTS, shard.events},
                             {METRIC_HEARD, shard.heard},
                             {METRIC_DEAD_LETTERS, shard.dead},
                             {METRIC_MISPLACED, shard.misplaced},
                             {METRIC_DUPLICATES, shard.duplicates},
                             {METRIC_LATE, shard.late},
                             {METRIC_FUTURE, shard.future},
                             {METRIC_GIFTS, shard.gifts},
                             {METRIC_REVOCATIONS, shard.revoked},
                             {METRIC_COMMITS, ledger.commits},
                             {METRIC_OWNER_LOADS, shard.owner_loads},
                             {METRIC_OWNER_HITS, shard.owner_hits},
                             {METRIC_STALLS, shard.stalls},
                             {METRIC_ABORTS, ledger.aborts},
                             {METRIC_TAKEOVERS, ledger.takeovers},
                             {METRIC_REBUILDS, ledger.rebuilds},
                             {METRIC_REBUILT_OWNERS, ledger.rebuilt_owners},
                             {METRIC_CHECKPOINTED_BUCKETS, ledger.checkpointed_buckets},
                             {METRIC_VIEW_WRITES, ledger.view_writes},
                             {METRIC_VIEW_REFUSED, ledger.view_refused}};
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) metrics_set(metrics, rows[i].id, 0, (int64_t)rows[i].number);
  for (uint32_t i = 1; i < REASON_COUNT; i++) metrics_set(metrics, METRIC_REFUSALS, i - 1, (int64_t)shard.by_reason[i]);
  for (uint32_t i = 0; i < UNKNOWN_KIND_COUNT; i++) metrics_set(metrics, METRIC_UNKNOWN, i, (int64_t)shard.unknown[i]);
  metrics_set(metrics, METRIC_MESSAGES, 0, (int64_t)shard.messages_in);
  metrics_set(metrics, METRIC_MESSAGES, 1, (int64_t)shard.messages_out);
}

/* Numbers of one series: of a shard, or of all that share the last one. */
struct shown {
  bool any;
  int64_t lag_events, time_lag_ms, stage, heard;
};

static void slot_show(const struct slot *slot, int64_t now_ms, struct shown *shown) {
  const bool open = slot->ledger != NULL;
  const int64_t lag = open ? kafka_shard_lag(slot->kafka) : -1;
  const int64_t clock_ms = open ? ledger_clock(slot->ledger) : TIME_NONE;
  const int64_t stage = open                         ? (int64_t)ledger_stage(slot->ledger)
                        : slot->state == SLOT_BROKEN ? (int64_t)STAGE_BROKEN
                                                     : (int64_t)LEDGER_WAITING;
  shown->any = true;
  if (lag > shown->lag_events) shown->lag_events = lag;
  if (clock_ms != TIME_NONE && now_ms - clock_ms > shown->time_lag_ms) shown->time_lag_ms = now_ms - clock_ms;
  if (stage != LEDGER_RUNNING) shown->stage = stage;
  if (open) shown->heard += (int64_t)ledger_heard_waiting(slot->ledger);
}

static void shown_set(struct worker_watch *watch, uint32_t series, const struct shown *shown) {
  const struct {
    enum metric_id id;
    int64_t number;
    bool known;
  } rows[] = {{METRIC_SHARD_LAG_EVENTS, shown->lag_events, shown->lag_events >= 0},
              {METRIC_SHARD_TIME_LAG, shown->time_lag_ms, shown->time_lag_ms >= 0},
              {METRIC_SHARD_STAGE, shown->stage, true},
              {METRIC_SHARD_HEARD_WAITING, shown->heard, true}};
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    if (rows[i].known && shown->any) metrics_set(&watch->metrics, rows[i].id, series, rows[i].number);
    metrics_label(&watch->metrics, rows[i].id, series, rows[i].known && shown->any ? watch->shard_names[series] : NULL);
  }
}

static void shards_set(const struct worker *worker, struct worker_watch *watch) {
  const int64_t now_ms = clock_wall_ms();
  int64_t owned = 0, lag = 0, latest_ms = TIME_NONE;
  struct shown shown[METRIC_SERIES];
  for (uint32_t i = 0; i < METRIC_SERIES; i++) shown[i] = (struct shown){false, -1, -1, LEDGER_RUNNING, 0};
  for (uint32_t i = 0; i < worker->shards; i++) {
    const struct slot *slot = &worker->slots[i];
    if (slot->state == SLOT_NONE) continue;
    owned++;
    slot_show(slot, now_ms, &shown[i < SHARDS_SHOWN ? i : SHARDS_SHOWN]);
    if (slot->ledger == NULL) continue;
    if (kafka_shard_lag(slot->kafka) > 0) lag += kafka_shard_lag(slot->kafka);
    if (ledger_clock(slot->ledger) > latest_ms) latest_ms = ledger_clock(slot->ledger);
  }
  for (uint32_t i = 0; i < METRIC_SERIES; i++) shown_set(watch, i, &shown[i]);
  metrics_set(&watch->metrics, METRIC_SHARDS_OWNED, 0, owned);
  metrics_set(&watch->metrics, METRIC_LAG_EVENTS, 0, lag);
  if (latest_ms == TIME_NONE) return;
  metrics_set(&watch->metrics, METRIC_EVENT_TIME, 0, latest_ms);
  metrics_set(&watch->metrics, METRIC_EVENT_TIME_LAG, 0, now_ms - latest_ms);
}

void worker_watch_refresh(struct worker *worker, bool now) {
  struct worker_watch *watch = worker->watch;
  if (watch == NULL) return;
  const int64_t steady_ms = clock_steady_ms();
  atomic_store(&watch->alive_ms, steady_ms);
  if (!now && steady_ms - watch->refreshed_ms < REFRESH_MS) return;
  watch->refreshed_ms = steady_ms;
  counts_set(worker, &watch->metrics);
  shards_set(worker, watch);
  metrics_set(&watch->metrics, METRIC_CAMPAIGNS, 0, worker->loaded.rulebook->campaign_count);
  metrics_set(&watch->metrics, METRIC_RULEBOOKS, 0, worker->rulebooks > 0 ? worker->rulebooks : 1);
  metrics_set(&watch->metrics, METRIC_RULES, 0, worker->loaded.rulebook->rule_count);
  metrics_process(&watch->metrics);
  checks_refresh(worker, watch);
}

void worker_watch_committed(struct worker *worker, int64_t took_ms) {
  if (worker->watch != NULL) metrics_observe_ms(&worker->watch->metrics, METRIC_COMMIT_SECONDS, took_ms);
}

void worker_watch_taken_over(struct worker *worker, int64_t took_ms) {
  if (worker->watch != NULL) metrics_observe_ms(&worker->watch->metrics, METRIC_TAKEOVER_SECONDS, took_ms);
}

void worker_watch_reloaded(struct worker *worker, bool taken) {
  if (worker->watch == NULL) return;
  metrics_add(&worker->watch->metrics, METRIC_RELOADS, taken ? 0 : 1, 1);
  worker_watch_refresh(worker, true);
}

/* ---- opening ---- */

enum status worker_watch_open(struct worker *worker, struct fault *fault) {
  if (worker->settings.http_listen == NULL) return STATUS_OK;
  struct worker_watch *watch = worker->watch = calloc(1, sizeof *watch);
  if (watch == NULL) return fault_set(fault, STATUS_STORAGE, "no memory");
  (void)pthread_mutex_init(&watch->lock, NULL);
  metrics_init(&watch->metrics);
  labels_set(watch);
  worker_watch_refresh(worker, true);
  const struct http_settings http = {.listen = str_of(worker->settings.http_listen),
                                     .metrics = &watch->metrics,
                                     .port_offset = worker->settings.http_offset,
                                     .version = GIFTD_VERSION,
                                     .check = check_ready,
                                     .check_self = watch};
  return http_open(&http, &watch->http, fault);
}

void worker_watch_close(struct worker *worker) {
  if (worker->watch == NULL) return;
  http_close(worker->watch->http);
  (void)pthread_mutex_destroy(&worker->watch->lock);
  free(worker->watch);
  worker->watch = NULL;
}
