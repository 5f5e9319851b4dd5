/* Metrics: one table of names, one array of numbers, one text (Prometheus exposition format 0.0.4). There is no label per customer. */
#include <sys/resource.h>
#include <unistd.h>

#include "giftd/telemetry.h"

const struct metric_info metric_infos[METRIC_COUNT] = {
    [METRIC_LINES] = {"giftd_input_lines_total", METRIC_KIND_COUNTER, 0, NULL, "Lines read from the input."},
    [METRIC_EVENTS] = {"giftd_events_total", METRIC_KIND_COUNTER, 0, NULL, "Events that were judged."},
    [METRIC_HEARD] = {"giftd_heard_total", METRIC_KIND_COUNTER, 0, NULL,
                      "Events decided for another customer than the one who caused them."},
    [METRIC_CLOSES] = {"giftd_closes_total", METRIC_KIND_COUNTER, 0, NULL, "Closes, and gifts that were due: judged for a customer."},
    [METRIC_LOOKED] = {"giftd_looked_total", METRIC_KIND_COUNTER, 0, NULL,
                       "Customers who were looked at since rules hear other closes than before."},
    [METRIC_DEAD_LETTERS] = {"giftd_dead_letters_total", METRIC_KIND_COUNTER, 0, NULL,
                             "Records that are no event, or could not be decided, and went to the dead letters."},
    [METRIC_MISPLACED] = {"giftd_misplaced_records_total", METRIC_KIND_COUNTER, 0, NULL,
                          "Records in another partition than events.partitioner gives their key; they went to the dead letters."},
    [METRIC_UNKNOWN] = {"giftd_unknown_words_total", METRIC_KIND_COUNTER, 0, "what",
                        "Types, fields and values of events that the catalogue does not know, and that are without effect. The log names "
                        "the first ones."},
    [METRIC_DUPLICATES] = {"giftd_duplicate_events_total", METRIC_KIND_COUNTER, 0, NULL,
                           "Events that were decided before and added nothing."},
    [METRIC_LATE] = {"giftd_late_events_total", METRIC_KIND_COUNTER, 0, NULL, "Events that came too late to be judged."},
    [METRIC_FUTURE] = {"giftd_future_events_total", METRIC_KIND_COUNTER, 0, NULL, "Events from too far in the future."},
    [METRIC_GIFTS] = {"giftd_gifts_total", METRIC_KIND_COUNTER, 0, NULL, "Gifts issued."},
    [METRIC_REVOCATIONS] = {"giftd_revocations_total", METRIC_KIND_COUNTER, 0, NULL, "Gifts taken back, wholly or partly."},
    [METRIC_REFUSALS] = {"giftd_refusals_total", METRIC_KIND_COUNTER, 0, "reason",
                         "Rules that were judged with state and gave nothing, by reason."},
    [METRIC_COMMITS] = {"giftd_commits_total", METRIC_KIND_COUNTER, 0, NULL, "Commits of state, position and outputs."},
    [METRIC_COMMIT_SECONDS] = {"giftd_commit_duration_seconds", METRIC_KIND_HISTOGRAM, 3, NULL, "How long a commit took."},
    [METRIC_EVENT_TIME] = {"giftd_event_time_seconds", METRIC_KIND_GAUGE, 3, NULL, "Latest event time seen, in seconds since 1970."},
    [METRIC_EVENT_TIME_LAG] = {"giftd_event_time_lag_seconds", METRIC_KIND_GAUGE, 3, NULL, "Wall clock minus latest event time."},
    [METRIC_INPUT_BYTES] = {"giftd_input_bytes_total", METRIC_KIND_COUNTER, 0, NULL, "Bytes of the input that were decided and committed."},
    [METRIC_INPUT_LAG_BYTES] = {"giftd_input_lag_bytes", METRIC_KIND_GAUGE, 0, NULL, "Bytes of the input that wait."},
    [METRIC_LAG_EVENTS] =
        {"giftd_input_lag_events", METRIC_KIND_GAUGE, 0, NULL,
         "Events that wait in Kafka, of the shards that run in this process: one that is closed or being taken over is left out."},
    [METRIC_SHARDS_OWNED] = {"giftd_shards_owned", METRIC_KIND_GAUGE, 0, NULL, "Shards that the group has given to this process."},
    [METRIC_SHARD_LAG_EVENTS] = {"giftd_shard_input_lag_events", METRIC_KIND_GAUGE, 0, "shard",
                                 "Events of a shard that wait in Kafka; not shown while it is closed or being taken over."},
    [METRIC_SHARD_TIME_LAG] = {"giftd_shard_event_time_lag_seconds", METRIC_KIND_GAUGE, 3, "shard",
                               "Wall clock minus latest event time of a shard."},
    [METRIC_SHARD_STAGE] =
        {"giftd_shard_stage", METRIC_KIND_GAUGE, 0, "shard",
         "What a shard is at: 0 fencing, 1 looking, 2 reading, 3 epoch, 4 redoing, 5 rebuilding, 6 running, 7 waiting, 8 "
         "stopped, 9 closed until a person acts, 10 proving."},
    [METRIC_ABORTS] = {"giftd_aborts_total", METRIC_KIND_COUNTER, 0, NULL,
                       "Times a shard dropped a batch that was not committed, for whatever reason, and took over anew."},
    [METRIC_TAKEOVERS] = {"giftd_takeovers_total", METRIC_KIND_COUNTER, 0, NULL, "Times a shard was taken over."},
    [METRIC_TAKEOVER_SECONDS] = {"giftd_takeover_duration_seconds", METRIC_KIND_HISTOGRAM, 3, NULL,
                                 "How long taking over a shard took, from the fence until it ran."},
    [METRIC_REBUILDS] = {"giftd_view_rebuilds_total", METRIC_KIND_COUNTER, 0, NULL,
                         "Times a shard's view was built anew from checkpoint and journal."},
    [METRIC_REBUILT_OWNERS] = {"giftd_view_rebuilt_records_total", METRIC_KIND_COUNTER, 0, NULL, "Records of owners written by rebuilds."},
    [METRIC_CHECKPOINTED_BUCKETS] = {"giftd_checkpointed_buckets_total", METRIC_KIND_COUNTER, 0, NULL,
                                     "Buckets written to the checkpoint."},
    [METRIC_VIEW_WRITES] = {"giftd_view_writes_total", METRIC_KIND_COUNTER, 0, NULL, "Writes sent to the view, of up to 500 records each."},
    [METRIC_VIEW_REFUSED] = {"giftd_view_writes_refused_total", METRIC_KIND_COUNTER, 0, NULL,
                             "Times the view had another version than expected."},
    [METRIC_VIEW_DAMAGED] = {"giftd_view_damaged_total", METRIC_KIND_COUNTER, 0, NULL,
                             "Times records of the view were lost, changed or older than the log says; it was built anew then."},
    [METRIC_MESSAGES] = {"giftd_shard_messages_total", METRIC_KIND_COUNTER, 0, "direction", "Messages between shards, by direction."},
    [METRIC_SHARD_HEARD_WAITING] = {"giftd_shard_heard_waiting", METRIC_KIND_GAUGE, 0, "shard",
                                    "Events of customers of other shards that a shard has taken in and not decided yet."},
    [METRIC_SHARD_RANKS_OPEN] = {"giftd_shard_ranks_open", METRIC_KIND_GAUGE, 0, "shard",
                                 "Ranks that a shard has reported and that are not settled: another shard has not come to the close."},
    [METRIC_SHARD_RANK_WAITS_FOR] = {"giftd_shard_rank_waits_for", METRIC_KIND_GAUGE, 0, "shard",
                                     "The shard that the oldest open rank waits for, told by the rank's home; -1 when it waits for none."},
    [METRIC_STALLS] = {"giftd_stalls_total", METRIC_KIND_COUNTER, 0, NULL, "Events that had to wait for another shard."},
    [METRIC_OWNER_LOADS] = {"giftd_record_loads_total", METRIC_KIND_COUNTER, 0, NULL, "Records of owners read from the store."},
    [METRIC_OWNER_HITS] = {"giftd_record_hits_total", METRIC_KIND_COUNTER, 0, NULL, "Records of owners found in the cache."},
    [METRIC_CAMPAIGNS] = {"giftd_campaigns", METRIC_KIND_GAUGE, 0, NULL, "Campaigns in the rulebook."},
    [METRIC_RULES] = {"giftd_rules", METRIC_KIND_GAUGE, 0, NULL, "Rules in the rulebook."},
    [METRIC_RULEBOOKS] = {"giftd_group_rulebooks", METRIC_KIND_GAUGE, 0, NULL,
                          "Different sets of campaigns that the processes of the group run; 1 is right, more for longer than an exchange "
                          "of files is not."},
    [METRIC_RELOADS] = {"giftd_rulebook_reloads_total", METRIC_KIND_COUNTER, 0, "result", "Reloads of the campaigns, by result."},
    [METRIC_READY] = {"giftd_ready", METRIC_KIND_GAUGE, 0, NULL, "1 when events are being worked on, else 0."},
    [METRIC_BUILD] = {"giftd_build_info", METRIC_KIND_GAUGE, 0, "version", "1, with the version as label."},
    [METRIC_START_TIME] = {"process_start_time_seconds", METRIC_KIND_GAUGE, 3, NULL, "When the process started, in seconds since 1970."},
    [METRIC_CPU_SECONDS] = {"process_cpu_seconds_total", METRIC_KIND_COUNTER, 3, NULL, "Processor time used."},
    [METRIC_MEMORY_BYTES] = {"process_resident_memory_bytes", METRIC_KIND_GAUGE, 0, NULL, "Memory in use."},
};

/* Upper bounds of a histogram's buckets, in milliseconds; series 0..n-1 count them, n counts the rest, n+1 sums. */
static const int64_t bucket_ms[] = {1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000, 20000, 60000, 120000, 300000};
#define BUCKETS ((uint32_t)(sizeof(bucket_ms) / sizeof(bucket_ms[0])))
_Static_assert(sizeof(bucket_ms) / sizeof(bucket_ms[0]) + 2 <= METRIC_SERIES, "a histogram fits its series");

void metrics_init(struct metrics *metrics) {
  for (uint32_t id = 0; id < METRIC_COUNT; id++) {
    metrics->given[id] = metric_infos[id].kind != METRIC_KIND_GAUGE;
    for (uint32_t i = 0; i < METRIC_SERIES; i++) {
      atomic_init(&metrics->labels[id][i], NULL);
      atomic_init(&metrics->values[id][i], 0);
    }
  }
}

void metrics_label(struct metrics *metrics, enum metric_id id, uint32_t series, const char *value) {
  assert(series < METRIC_SERIES && metric_infos[id].label != NULL);
  atomic_store_explicit(&metrics->labels[id][series], value, memory_order_relaxed);
}

void metrics_add(struct metrics *metrics, enum metric_id id, uint32_t series, int64_t amount) {
  assert(series < METRIC_SERIES && amount >= 0);
  atomic_fetch_add_explicit(&metrics->values[id][series], amount, memory_order_relaxed);
}

void metrics_set(struct metrics *metrics, enum metric_id id, uint32_t series, int64_t value) {
  assert(series < METRIC_SERIES);
  metrics->given[id] = true;
  atomic_store_explicit(&metrics->values[id][series], value, memory_order_relaxed);
}

int64_t metrics_get(const struct metrics *metrics, enum metric_id id, uint32_t series) {
  assert(series < METRIC_SERIES);
  return atomic_load_explicit(&metrics->values[id][series], memory_order_relaxed);
}

void metrics_observe_ms(struct metrics *metrics, enum metric_id id, int64_t ms) {
  assert(metric_infos[id].kind == METRIC_KIND_HISTOGRAM);
  uint32_t bucket = 0;
  while (bucket < BUCKETS && ms > bucket_ms[bucket]) bucket++;
  metrics_add(metrics, id, bucket, 1);
  metrics_add(metrics, id, BUCKETS + 1, ms < 0 ? 0 : ms);
}

/* ---- the process ---- */

static int64_t timeval_ms(struct timeval time) { return (int64_t)time.tv_sec * 1000 + time.tv_usec / 1000; }

static int64_t resident_bytes(void) {
  FILE *file = fopen("/proc/self/statm", "re");
  if (file == NULL) return 0;
  long long all = 0, resident = 0;
  const int found = fscanf(file, "%lld %lld", &all, &resident);
  (void)fclose(file);
  return found == 2 ? (int64_t)resident * sysconf(_SC_PAGESIZE) : 0;
}

void metrics_process(struct metrics *metrics) {
  struct rusage usage;
  if (metrics->given[METRIC_EVENT_TIME]) { /* the lag grows while nothing comes: it is measured when it is asked for */
    metrics_set(metrics, METRIC_EVENT_TIME_LAG, 0, clock_wall_ms() - metrics_get(metrics, METRIC_EVENT_TIME, 0));
  }
  if (!metrics->given[METRIC_START_TIME]) metrics_set(metrics, METRIC_START_TIME, 0, clock_wall_ms());
  if (getrusage(RUSAGE_SELF, &usage) == 0)
    metrics_set(metrics, METRIC_CPU_SECONDS, 0, timeval_ms(usage.ru_utime) + timeval_ms(usage.ru_stime));
  const int64_t resident = resident_bytes();
  if (resident > 0) metrics_set(metrics, METRIC_MEMORY_BYTES, 0, resident);
}

/* ---- text ---- */

static const char *kind_name(enum metric_kind kind) {
  return kind == METRIC_KIND_COUNTER ? "counter" : kind == METRIC_KIND_GAUGE ? "gauge" : "histogram";
}

static void value_render(int64_t value, uint8_t decimals, struct buffer *out) {
  int64_t unit = 1;
  for (uint8_t i = 0; i < decimals; i++) unit *= 10;
  if (value < 0) buffer_byte(out, '-'), value = -value;
  buffer_int(out, value / unit);
  if (decimals > 0) buffer_print(out, ".%0*lld", decimals, (long long)(value % unit));
}

/* A label value in quotes: backslash, quote and newline are escaped. */
static void label_render(const char *text, struct buffer *out) {
  buffer_byte(out, '"');
  for (; *text != 0; text++) {
    if (*text == '\n')
      buffer_put(out, STR("\\n"));
    else if (*text == '"' || *text == '\\')
      buffer_print(out, "\\%c", *text);
    else
      buffer_byte(out, *text);
  }
  buffer_byte(out, '"');
}

static void histogram_render(const struct metrics *metrics, enum metric_id id, struct buffer *out) {
  const char *name = metric_infos[id].name;
  int64_t sum = 0;
  for (uint32_t i = 0; i < BUCKETS; i++) {
    sum += metrics_get(metrics, id, i);
    buffer_print(out, "%s_bucket{le=\"", name);
    value_render(bucket_ms[i], metric_infos[id].decimals, out);
    buffer_print(out, "\"} %lld\n", (long long)sum);
  }
  sum += metrics_get(metrics, id, BUCKETS);
  buffer_print(out, "%s_bucket{le=\"+Inf\"} %lld\n%s_sum ", name, (long long)sum, name);
  value_render(metrics_get(metrics, id, BUCKETS + 1), metric_infos[id].decimals, out);
  buffer_print(out, "\n%s_count %lld\n", name, (long long)sum);
}

static void series_render(const struct metrics *metrics, enum metric_id id, struct buffer *out) {
  const struct metric_info *info = &metric_infos[id];
  for (uint32_t i = 0; i < METRIC_SERIES; i++) {
    if (info->label == NULL && i > 0) return;
    const char *label = info->label == NULL ? NULL : atomic_load_explicit(&metrics->labels[id][i], memory_order_relaxed);
    if (info->label != NULL && label == NULL) continue;
    buffer_put(out, str_of(info->name));
    if (info->label != NULL) {
      buffer_print(out, "{%s=", info->label);
      label_render(label, out);
      buffer_byte(out, '}');
    }
    buffer_byte(out, ' ');
    value_render(metrics_get(metrics, id, i), info->decimals, out);
    buffer_byte(out, '\n');
  }
}

void metrics_render(const struct metrics *metrics, struct buffer *out) {
  for (uint32_t id = 0; id < METRIC_COUNT; id++) {
    if (!metrics->given[id]) continue;
    const struct metric_info *info = &metric_infos[id];
    buffer_print(out, "# HELP %s %s\n# TYPE %s %s\n", info->name, info->help_en, info->name, kind_name(info->kind));
    if (info->kind == METRIC_KIND_HISTOGRAM)
      histogram_render(metrics, id, out);
    else
      series_render(metrics, id, out);
  }
}

void metrics_document(struct buffer *out) {
  buffer_put(out,
             STR("# Metrics\n\n"
                 "Written by `giftd config docs --metrics` from the table of metrics; change the table (src/telemetry/metrics.c), not "
                 "this page.\n\n"
                 "`http.listen` (off by default) switches `/metrics` on, in Prometheus' text format. A gauge that nobody has set is not "
                 "shown: on files those\n"
                 "of shards, on Kafka the bytes that wait. Counters begin at 0 with the process. There is no label per customer. A "
                 "histogram has `_bucket`,\n"));
  buffer_print(out, "`_sum` and `_count`, with bounds from 0.001 to %lld seconds.", (long long)(bucket_ms[BUCKETS - 1] / 1000));
  buffer_print(out, " Shards from number %u on share the series `%u+`, which shows the worst of them.\n\n", METRIC_SERIES - 1,
               METRIC_SERIES - 1);
  buffer_put(out, STR("| metric | kind | label | meaning |\n|---|---|---|---|\n"));
  for (uint32_t id = 0; id < METRIC_COUNT; id++) {
    const struct metric_info *info = &metric_infos[id];
    buffer_print(out, "| `%s` | %s | %s | %s |\n", info->name, kind_name(info->kind), info->label == NULL ? "" : info->label,
                 info->help_en);
  }
}
