/* What watchers see of a cluster (docs/OPERATIONS.md, "Looking at it"): its conditions of readiness, and its metrics. */
#include <strings.h>

#include "parts.h"

#define STANDBY_MS 5000 /* a member without shards for so long is a spare one */
#define STAGE_BROKEN (LEDGER_STOPPED + 1)
#define SHARDS_SHOWN (METRIC_SERIES - 1) /* the others share the last series, which shows the worst of them */

bool cluster_is_member(const struct cluster *cluster) {
  return cluster->member && (cluster->was_member || clock_steady_ms() - cluster->member_since_ms >= STANDBY_MS);
}

/* ---- readiness ---- */

/* The first slot whose trouble is Redis's (or not Redis's), or NULL. The redis room's texts begin with its name. */
static const struct slot *troubled(const struct cluster *cluster, bool redis) {
  for (uint32_t i = 0; i < cluster->shards; i++) {
    const struct slot *slot = &cluster->slots[i];
    const bool is_redis = strncasecmp(slot->trouble.text, "redis", 5) == 0;
    if (slot->state != SLOT_NONE && slot->trouble.text[0] != 0 && is_redis == redis) return slot;
  }
  return NULL;
}

static void redis_check_set(const struct cluster *cluster, struct http_check *check) {
  const struct slot *slot = troubled(cluster, true);
  if (slot == NULL)
    check_set(check, "redis", true, "%s", cluster->settings.redis.servers);
  else
    check_set(check, "redis", false, "shard %u: %s", slot->shard, slot->trouble.text);
}

static void group_check_set(const struct cluster *cluster, struct http_check *check) {
  const struct group_port *group = &cluster->group;
  if (cluster_is_member(cluster))
    check_set(check, group->log, true, "member of group %s", group->name);
  else if (cluster->was_member)
    check_set(check, group->log, false, "not a member of group %s: its session ran out; is %s reachable?", group->name, group->log);
  else
    check_set(check, group->log, false, "not a member of group %s: it has not joined yet", group->name);
}

static void shards_check_set(const struct cluster *cluster, struct http_check *check) {
  uint32_t owned = 0, running = 0;
  for (uint32_t i = 0; i < cluster->shards; i++) {
    owned += cluster->slots[i].state != SLOT_NONE;
    running += slot_runs(&cluster->slots[i]);
  }
  const struct slot *slot = troubled(cluster, false);
  if (slot == NULL)
    check_set(check, "shards", running == owned, "%u of %u run here, of %u in all", running, owned, cluster->shards);
  else
    check_set(check, "shards", running == owned, "%u of %u run here; shard %u: %s", running, owned, slot->shard, slot->trouble.text);
}

uint32_t cluster_checks(void *self, struct http_check *campaigns, struct http_check checks[ENGINE_CHECKS]) {
  const struct cluster *cluster = self;
  if (cluster->differs) check_set(campaigns, campaigns->name, false, "%s", cluster->differs_trouble.text);
  group_check_set(cluster, &checks[0]);
  redis_check_set(cluster, &checks[1]);
  shards_check_set(cluster, &checks[2]);
  return 3;
}

/* ---- sums ---- */

void cluster_counts(void *self, struct service_counts *out) {
  const struct cluster *cluster = self;
  *out = cluster->gone;
  for (uint32_t i = 0; i < cluster->shards; i++) {
    const struct slot *slot = &cluster->slots[i];
    if (slot->ledger == NULL) continue;
    shard_counts_add(&out->shard, ledger_shard_counts(slot->ledger));
    ledger_counts_add(&out->ledger, ledger_counts(slot->ledger));
  }
}

int64_t cluster_clock(void *self) {
  const struct cluster *cluster = self;
  int64_t latest_ms = TIME_NONE;
  for (uint32_t i = 0; i < cluster->shards; i++) {
    const struct slot *slot = &cluster->slots[i];
    if (slot->ledger != NULL && ledger_clock(slot->ledger) > latest_ms) latest_ms = ledger_clock(slot->ledger);
  }
  return latest_ms;
}

/* ---- metrics ---- */

static void counts_set(struct cluster *cluster, struct metrics *metrics) {
  struct service_counts all;
  cluster_counts(cluster, &all);
  const struct {
    enum metric_id id;
    uint64_t number;
  } rows[] = {{METRIC_COMMITS, all.ledger.commits},
              {METRIC_STALLS, all.shard.stalls},
              {METRIC_ABORTS, all.ledger.aborts},
              {METRIC_TAKEOVERS, all.ledger.takeovers},
              {METRIC_REBUILDS, all.ledger.rebuilds},
              {METRIC_REBUILT_OWNERS, all.ledger.rebuilt_owners},
              {METRIC_CHECKPOINTED_BUCKETS, all.ledger.checkpointed_buckets},
              {METRIC_VIEW_WRITES, all.ledger.view_writes},
              {METRIC_VIEW_REFUSED, all.ledger.view_refused},
              {METRIC_VIEW_DAMAGED, all.ledger.view_damaged}};
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) metrics_set(metrics, rows[i].id, 0, (int64_t)rows[i].number);
  metrics_label(metrics, METRIC_MESSAGES, 0, "in");
  metrics_label(metrics, METRIC_MESSAGES, 1, "out");
  metrics_set(metrics, METRIC_MESSAGES, 0, (int64_t)all.shard.messages_in);
  metrics_set(metrics, METRIC_MESSAGES, 1, (int64_t)all.shard.messages_out);
}

/* Numbers of one series: of a shard, or of all that share the last one. */
struct shown {
  bool any;
  int64_t lag_events, time_lag_ms, stage, heard, ranks_open, rank_waits_for;
};

static void slot_show(const struct cluster *cluster, const struct slot *slot, int64_t now_ms, struct shown *shown) {
  const bool open = slot->ledger != NULL;
  const int64_t lag = open ? cluster->group.lag(cluster->group.self, &slot->log) : -1;
  const int64_t clock_ms = open ? ledger_clock(slot->ledger) : TIME_NONE;
  const int64_t stage = open                         ? (int64_t)ledger_stage(slot->ledger)
                        : slot->state == SLOT_BROKEN ? (int64_t)STAGE_BROKEN
                                                     : (int64_t)LEDGER_WAITING;
  shown->any = true;
  if (lag > shown->lag_events) shown->lag_events = lag;
  if (clock_ms != TIME_NONE && now_ms - clock_ms > shown->time_lag_ms) shown->time_lag_ms = now_ms - clock_ms;
  if (stage != LEDGER_RUNNING) shown->stage = stage;
  if (!open) return;
  const struct shard_ranks ranks = ledger_ranks(slot->ledger);
  shown->heard += (int64_t)ledger_heard_waiting(slot->ledger);
  shown->ranks_open += ranks.open;
  if (ranks.waits_for >= 0) shown->rank_waits_for = ranks.waits_for;
}

static void shown_set(struct cluster *cluster, struct metrics *metrics, uint32_t series, const struct shown *shown) {
  const struct {
    enum metric_id id;
    int64_t number;
    bool known;
  } rows[] = {{METRIC_SHARD_LAG_EVENTS, shown->lag_events, shown->lag_events >= 0},
              {METRIC_SHARD_TIME_LAG, shown->time_lag_ms, shown->time_lag_ms >= 0},
              {METRIC_SHARD_STAGE, shown->stage, true},
              {METRIC_SHARD_HEARD_WAITING, shown->heard, true},
              {METRIC_SHARD_RANKS_OPEN, shown->ranks_open, true},
              {METRIC_SHARD_RANK_WAITS_FOR, shown->rank_waits_for, true}};
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    const bool any = rows[i].known && shown->any;
    if (any) metrics_set(metrics, rows[i].id, series, rows[i].number);
    metrics_label(metrics, rows[i].id, series, any ? cluster->shard_names[series] : NULL);
  }
}

void cluster_metrics(void *self, struct metrics *metrics) {
  struct cluster *cluster = self;
  const int64_t now_ms = clock_wall_ms();
  int64_t owned = 0, lag = 0;
  struct shown shown[METRIC_SERIES];
  for (uint32_t i = 0; i < METRIC_SERIES; i++) shown[i] = (struct shown){false, -1, -1, LEDGER_RUNNING, 0, 0, -1};
  for (uint32_t i = 0; i < cluster->shards; i++) {
    const struct slot *slot = &cluster->slots[i];
    if (slot->state == SLOT_NONE) continue;
    owned++;
    slot_show(cluster, slot, now_ms, &shown[i < SHARDS_SHOWN ? i : SHARDS_SHOWN]);
    const int64_t behind = slot->ledger != NULL ? cluster->group.lag(cluster->group.self, &slot->log) : 0;
    if (behind > 0) lag += behind;
  }
  counts_set(cluster, metrics);
  for (uint32_t i = 0; i < METRIC_SERIES; i++) shown_set(cluster, metrics, i, &shown[i]);
  metrics_set(metrics, METRIC_SHARDS_OWNED, 0, owned);
  metrics_set(metrics, METRIC_LAG_EVENTS, 0, lag);
  metrics_set(metrics, METRIC_RULEBOOKS, 0, cluster->rulebooks > 0 ? cluster->rulebooks : 1);
}
