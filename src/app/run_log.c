/* See run_log.h. */
#include "run_log.h"

#define UNKNOWN_FIELDS(counts)                                              \
  LOG_INT("unknown_types", (int64_t)(counts)->unknown[UNKNOWN_TYPE]),       \
      LOG_INT("unknown_fields", (int64_t)(counts)->unknown[UNKNOWN_FIELD]), \
      LOG_INT("unknown_values", (int64_t)(counts)->unknown[UNKNOWN_VALUE])
#define FIELDS(fields) (fields), (uint32_t)(sizeof(fields) / sizeof(fields)[0])

void run_log_init(struct log *log, const struct config *config, bool service) {
  log_init(log, stderr);
  if (!service) log->format = LOG_FORMAT_TEXT;
  (void)log_format_parse(config_text(config, CONFIG_LOG_FORMAT), &log->format); /* "auto" leaves it as it is */
  (void)log_level_parse(config_text(config, CONFIG_LOG_LEVEL), &log->level);
}

void run_log_started(const struct log *log, const struct session *session) {
  const struct rulebook *rulebook = session_loaded(session)->rulebook;
  const struct log_field fields[] = {LOG_INT("campaigns", rulebook->campaign_count), LOG_INT("rules", rulebook->rule_count),
                                     LOG_TEXT("rulebook", rulebook->digest), LOG_INT("position", (int64_t)session_start_position(session))};
  log_write(log, log->format == LOG_FORMAT_JSON ? LOG_LEVEL_INFO : LOG_LEVEL_DEBUG, "started", FIELDS(fields));
}

int run_log_failed(const struct log *log, const struct fault *fault) {
  if (log->format == LOG_FORMAT_TEXT) return app_fail("run", fault);
  log_write(log, LOG_LEVEL_ERROR, fault->text, NULL, 0);
  return status_exit_code(fault->status);
}

void run_log_stopped(const struct log *log, const struct session *session) {
  const struct shard_counts *counts = session_counts(session);
  if (log->level > LOG_LEVEL_INFO) return;
  if (log->format == LOG_FORMAT_TEXT) {
    session_print(session, log->stream);
    return;
  }
  const struct log_field fields[] = {LOG_INT("lines", (int64_t)counts->lines),
                                     LOG_INT("events", (int64_t)counts->events),
                                     LOG_INT("gifts", (int64_t)counts->gifts),
                                     LOG_INT("revoked", (int64_t)counts->revoked),
                                     LOG_INT("dead", (int64_t)counts->dead),
                                     LOG_INT("duplicates", (int64_t)counts->duplicates),
                                     LOG_INT("late", (int64_t)counts->late),
                                     LOG_INT("future", (int64_t)counts->future),
                                     UNKNOWN_FIELDS(counts),
                                     LOG_INT("commits", (int64_t)counts->commits),
                                     LOG_INT("elapsed_ms", session_elapsed_ms(session))};
  log_write(log, LOG_LEVEL_INFO, "stopped", FIELDS(fields));
}

#define COUNTS_MOST 24u

/* What a worker counted, under the names of the summary. */
static uint32_t worker_fields(const struct worker_counts *counts, struct log_field fields[COUNTS_MOST]) {
  const struct shard_counts *shard = &counts->shard;
  const struct ledger_counts *ledger = &counts->ledger;
  const struct log_field all[] = {LOG_INT("lines", (int64_t)shard->lines),
                                  LOG_INT("events", (int64_t)shard->events),
                                  LOG_INT("gifts", (int64_t)shard->gifts),
                                  LOG_INT("revoked", (int64_t)shard->revoked),
                                  LOG_INT("refusals", (int64_t)shard->refusals),
                                  LOG_INT("dead", (int64_t)shard->dead),
                                  LOG_INT("misplaced", (int64_t)shard->misplaced),
                                  LOG_INT("duplicates", (int64_t)shard->duplicates),
                                  LOG_INT("late", (int64_t)shard->late),
                                  LOG_INT("future", (int64_t)shard->future),
                                  UNKNOWN_FIELDS(shard),
                                  LOG_INT("stalls", (int64_t)shard->stalls),
                                  LOG_INT("commits", (int64_t)ledger->commits),
                                  LOG_INT("aborts", (int64_t)ledger->aborts),
                                  LOG_INT("takeovers", (int64_t)ledger->takeovers),
                                  LOG_INT("rebuilds", (int64_t)ledger->rebuilds),
                                  LOG_INT("elapsed_ms", counts->elapsed_ms)};
  _Static_assert(sizeof all / sizeof all[0] <= COUNTS_MOST, "all of them fit");
  memcpy(fields, all, sizeof all);
  return sizeof all / sizeof all[0];
}

void run_log_worker(const struct log *log, const struct worker_counts *counts) {
  struct log_field fields[COUNTS_MOST];
  log_write(log, LOG_LEVEL_INFO, "stopped", fields, worker_fields(counts, fields));
}

void run_json_worker(const struct worker_counts *counts, void *stream) {
  struct log_field fields[COUNTS_MOST];
  const uint32_t count = worker_fields(counts, fields);
  for (uint32_t i = 0; i < count; i++) fprintf(stream, "%c\"%s\":%lld", i == 0 ? '{' : ',', fields[i].key, (long long)fields[i].number);
  fputs("}\n", stream);
}
