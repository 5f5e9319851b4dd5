/* See run_log.h. What was counted stands in one table, under the names that programs see. */
#include "run_log.h"

#include "app.h"

enum where { EVERYWHERE, ON_FILES, ON_KAFKA };
#define SHARD(field) offsetof(struct service_counts, shard.field)
#define LEDGER(field) offsetof(struct service_counts, ledger.field)

/* `words`: what the summary for people says of it; NULL: it says it otherwise, or not at all. */
static const struct {
  const char *name;
  size_t at;
  enum where where;
  const char *label, *words;
} counted[] = {
    {"lines", SHARD(lines), EVERYWHERE, NULL, NULL},
    {"events", SHARD(events), EVERYWHERE, "events", "decided"},
    {"gifts", SHARD(gifts), EVERYWHERE, "gifts", "issued"},
    {"revoked", SHARD(revoked), EVERYWHERE, "revoked", "withdrawn after a reversal"},
    {"refusals", SHARD(refusals), EVERYWHERE, NULL, NULL},
    {"duplicates", SHARD(duplicates), EVERYWHERE, "duplicates", "recognised; they add nothing"},
    {"late", SHARD(late), EVERYWHERE, "late", "older than is accepted"},
    {"future", SHARD(future), EVERYWHERE, "future", "from the future"},
    {"dead", SHARD(dead), EVERYWHERE, "dead", "not events; the dead letters say why"},
    {"misplaced", SHARD(misplaced), ON_KAFKA, "misplaced", "of these in the wrong partition (KEY_MISPLACED)"},
    {"unknown_types", SHARD(unknown[UNKNOWN_TYPE]), EVERYWHERE, "unknown",
     "events of types that the catalogue does not know: no rule listens to them"},
    {"unknown_fields", SHARD(unknown[UNKNOWN_FIELD]), EVERYWHERE, "unknown", "fields that the catalogue does not know: no rule read them"},
    {"unknown_values", SHARD(unknown[UNKNOWN_VALUE]), EVERYWHERE, "unknown", "values outside the words of their fields"},
    {"stalls", SHARD(stalls), ON_KAFKA, NULL, NULL},
    {"commits", SHARD(commits), ON_FILES, NULL, NULL},
    {"commits", LEDGER(commits), ON_KAFKA, NULL, NULL},
    {"aborts", LEDGER(aborts), ON_KAFKA, NULL, NULL},
    {"takeovers", LEDGER(takeovers), ON_KAFKA, NULL, NULL},
    {"rebuilds", LEDGER(rebuilds), ON_KAFKA, NULL, NULL}};
#define COUNTED (sizeof counted / sizeof counted[0])

static uint64_t number_of(const struct service_counts *counts, size_t row) {
  uint64_t number;
  memcpy(&number, (const char *)counts + counted[row].at, sizeof number);
  return number;
}

static bool is_counted(const struct run_summary *summary, size_t row) {
  const enum where other = summary->embedded != NULL ? ON_KAFKA : ON_FILES;
  return counted[row].where != other;
}

/* ---- the log ---- */

void run_log_init(struct log *log, const struct config *config, bool service) {
  log_init(log, stderr);
  if (!service) log->format = LOG_FORMAT_TEXT;
  (void)log_format_parse(config_text(config, CONFIG_LOG_FORMAT), &log->format); /* "auto" leaves it as it is */
  (void)log_level_parse(config_text(config, CONFIG_LOG_LEVEL), &log->level);
}

int run_log_failed(const struct log *log, const struct fault *fault) {
  if (log->format == LOG_FORMAT_TEXT) return app_fail("run", fault);
  log_write(log, LOG_LEVEL_ERROR, fault->text, NULL, 0);
  return status_exit_code(fault->status);
}

/* ---- for people ---- */

static const char *grouped(uint64_t number, char out[32]) {
  struct buffer text;
  buffer_init(&text, out, 31);
  buffer_grouped(&text, (int64_t)number);
  out[text.length] = 0;
  return out;
}

static void reasons_print(FILE *out, const struct shard_counts *counts) {
  char text[32];
  bool any = false;
  for (int i = 1; i < REASON_COUNT; i++) {
    if (counts->by_reason[i] == 0) continue;
    if (!any) fprintf(out, "  refused, by reason (what event and files alone rule out is not counted):\n");
    any = true;
    fprintf(out, "    %-22s %12s  %s\n", reasons[i].code, grouped(counts->by_reason[i], text), reasons[i].label_en);
  }
}

static void head_print(FILE *out, const struct run_summary *summary) {
  const int64_t elapsed_ms = summary->elapsed_ms;
  const uint64_t lines = summary->counts.shard.lines, rate = elapsed_ms <= 0 ? 0 : lines * 1000 / (uint64_t)elapsed_ms;
  char text[32], rate_text[32];
  fprintf(out, "giftd run: %s lines in %d.%03d s (%s/s)%s\n", grouped(lines, text), (int)(elapsed_ms / 1000), (int)(elapsed_ms % 1000),
          grouped(rate, rate_text),
          summary->embedded != NULL && embedded_start_position(summary->embedded) > 0 ? ", going on where it was committed" : "");
}

static void foot_print(FILE *out, const struct run_summary *summary) {
  const struct service_counts *counts = &summary->counts;
  const uint64_t commits = summary->embedded != NULL ? counts->shard.commits : counts->ledger.commits;
  char size[32], text[32];
  if (summary->embedded != NULL)
    fprintf(out, "  state: %s KiB, ", grouped(embedded_state_bytes(summary->embedded) / 1024, size));
  else
    fprintf(out, "  %s takeover%s, ", grouped(counts->ledger.takeovers, size), counts->ledger.takeovers == 1 ? "" : "s");
  fprintf(out, "%s commit%s\n", grouped(commits, text), commits == 1 ? "" : "s");
}

static void summary_print(const struct run_summary *summary, FILE *out) {
  char text[32];
  head_print(out, summary);
  for (size_t i = 0; i < COUNTED; i++) {
    const uint64_t number = number_of(&summary->counts, i);
    if (counted[i].words == NULL || !is_counted(summary, i) || number == 0) continue;
    fprintf(out, "  %-11s %12s  %s\n", counted[i].label, grouped(number, text), counted[i].words);
  }
  reasons_print(out, &summary->counts.shard);
  foot_print(out, summary);
}

/* ---- for programs ---- */

static uint32_t summary_fields(const struct run_summary *summary, struct log_field fields[COUNTED + 1]) {
  uint32_t count = 0;
  for (size_t i = 0; i < COUNTED; i++)
    if (is_counted(summary, i)) fields[count++] = (struct log_field)LOG_INT(counted[i].name, (int64_t)number_of(&summary->counts, i));
  fields[count++] = (struct log_field)LOG_INT("elapsed_ms", summary->elapsed_ms);
  return count;
}

void run_summary_tell(const struct log *log, const struct run_summary *summary) {
  struct log_field fields[COUNTED + 1];
  if (log->level > LOG_LEVEL_INFO) return;
  if (log->format == LOG_FORMAT_TEXT)
    summary_print(summary, log->stream);
  else
    log_write(log, LOG_LEVEL_INFO, "stopped", fields, summary_fields(summary, fields));
}

void run_summary_json(const struct run_summary *summary, void *stream) {
  FILE *out = stream;
  struct log_field fields[COUNTED + 1];
  const uint32_t count = summary_fields(summary, fields);
  const char *comma = "";
  for (uint32_t i = 0; i < count; i++) fprintf(out, "%c\"%s\":%lld", i == 0 ? '{' : ',', fields[i].key, (long long)fields[i].number);
  if (summary->embedded != NULL)
    fprintf(out, ",\"start_position\":%llu,\"position\":%llu,\"state_bytes\":%llu",
            (unsigned long long)embedded_start_position(summary->embedded), (unsigned long long)embedded_position(summary->embedded),
            (unsigned long long)embedded_state_bytes(summary->embedded));
  fputs(",\"by_reason\":{", out);
  for (int i = 1; i < REASON_COUNT; i++) {
    if (summary->counts.shard.by_reason[i] == 0) continue;
    fprintf(out, "%s\"%s\":%llu", comma, reasons[i].code, (unsigned long long)summary->counts.shard.by_reason[i]);
    comma = ",";
  }
  fputs("}}\n", out);
}
