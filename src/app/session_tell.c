/* What a session tells: progress while it lasts (CONTRIBUTING.md, "A command"), the summary at its end, the trace. Data never goes to
 * stdout here unless the caller hands stdout in (--json). */
#include "session_parts.h"

#include <assert.h>
#include <inttypes.h>
#include <stdarg.h>

#define SAY_BYTES 2048
#define FINDINGS_SAID 40u

static bool says_json(const struct session *session) {
  return session->settings.log != NULL && session->settings.log->format == LOG_FORMAT_JSON;
}

void session_say(const struct session *session, enum log_level level, const char *format, ...) {
  char text[SAY_BYTES];
  va_list arguments;
  va_start(arguments, format);
  (void)vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  if (says_json(session))
    log_write(session->settings.log, level, text, NULL, 0);
  else
    fprintf(stderr, "giftd %s: %s%s\n", session->settings.command, level == LOG_LEVEL_WARNING ? "warning: " : "", text);
}

/* Where there is a bar, the line begins in its place. */
static void unknown_line(void *self, const char *line) {
  struct session *session = self;
  progress_end(&session->progress);
  session_say(session, LOG_LEVEL_WARNING, "%s", line);
}

void unknown_noted(void *self, const struct catalogue *catalogue, const struct event *event) {
  struct session *session = self;
  unknown_name(&session->unknown, catalogue, event, unknown_line, session);
}

void findings_say(const struct session *session, const struct findings *findings) {
  if (!says_json(session)) {
    load_print(findings, stderr, FINDINGS_SAID);
    return;
  }
  for (uint32_t i = 0; i < findings->count && i < FINDINGS_SAID; i++) {
    char text[SAY_BYTES];
    struct buffer line;
    buffer_init(&line, text, sizeof text);
    finding_print(&line, &findings->items[i]);
    session_say(session, LOG_LEVEL_WARNING, "%.*s", STR_FORMAT(buffer_text(&line)));
  }
}

void progress_tell(struct session *session, bool last) {
  if (last) {
    progress_end(&session->progress);
    return;
  }
  progress_step(&session->progress, files_position(session->files) - session->start_position, session_counts(session)->lines);
}

/* A followed input has no end to measure against. */
void progress_open(struct session *session) {
  uint64_t size = session->settings.once ? files_size(session->files) : 0;
  uint64_t total = size > session->start_position ? size - session->start_position : 0;
  progress_start(&session->progress, stderr, session->settings.command, "events", total);
}

/* ---- summary ---- */

static uint64_t rate_of(uint64_t lines, int64_t elapsed_ms) { return elapsed_ms <= 0 ? 0 : lines * 1000 / (uint64_t)elapsed_ms; }

static const char *grouped(uint64_t number, char out[32]) {
  struct buffer text;
  buffer_init(&text, out, 31);
  buffer_grouped(&text, (int64_t)number);
  out[text.length] = 0;
  return out;
}

static void count_print(FILE *out, const char *name, uint64_t number, const char *words) {
  char text[32];
  if (number > 0) fprintf(out, "  %-11s %12s  %s\n", name, grouped(number, text), words);
}

static void reasons_print(FILE *out, const struct shard_counts *counts) {
  char text[32];
  bool any = false;
  for (int i = 1; i < REASON_COUNT; i++) {
    if (counts->by_reason[i] == 0) continue;
    if (!any) fprintf(out, "  refused, by reason:\n");
    any = true;
    fprintf(out, "    %-22s %12s  %s\n", reasons[i].code, grouped(counts->by_reason[i], text), reasons[i].label_en);
  }
}

void session_print(const struct session *session, void *stream) {
  FILE *out = stream;
  const struct shard_counts *counts = session_counts(session);
  int64_t elapsed = session_elapsed_ms(session);
  char lines[32], rate[32], size[32];
  fprintf(out, "giftd %s: %s lines in %d.%03d s (%s/s)%s\n", session->settings.command, grouped(counts->lines, lines),
          (int)(elapsed / 1000), (int)(elapsed % 1000), grouped(rate_of(counts->lines, elapsed), rate),
          session->start_position > 0 ? ", going on where it was committed" : "");
  count_print(out, "events", counts->events, "decided");
  count_print(out, "gifts", counts->gifts, "issued, in rewards.jsonl");
  count_print(out, "revoked", counts->revoked, "withdrawn after a reversal");
  count_print(out, "duplicates", counts->duplicates, "recognised; they add nothing");
  count_print(out, "late", counts->late, "older than is accepted");
  count_print(out, "future", counts->future, "from the future");
  count_print(out, "dead", counts->dead, "not events; see dlq.jsonl for the reasons");
  count_print(out, "unknown", counts->unknown[UNKNOWN_TYPE], "events of types that the catalogue does not know: no rule heard them");
  count_print(out, "unknown", counts->unknown[UNKNOWN_FIELD], "fields that the catalogue does not know: no rule read them");
  count_print(out, "unknown", counts->unknown[UNKNOWN_VALUE], "values outside the words of their fields");
  reasons_print(out, counts);
  fprintf(out, "  state: %s KiB, %s commit%s\n", grouped(lmdb_bytes(session->lmdb) / 1024, size), grouped(counts->commits, lines),
          counts->commits == 1 ? "" : "s");
}

void session_print_json(const struct session *session, void *stream) {
  FILE *out = stream;
  const struct shard_counts *counts = session_counts(session);
  const char *comma = "";
  fprintf(out, "{\"lines\":%" PRIu64 ",\"events\":%" PRIu64 ",\"gifts\":%" PRIu64 ",\"revoked\":%" PRIu64 ",\"refusals\":%" PRIu64,
          counts->lines, counts->events, counts->gifts, counts->revoked, counts->refusals);
  fprintf(out, ",\"duplicates\":%" PRIu64 ",\"late\":%" PRIu64 ",\"future\":%" PRIu64 ",\"dead\":%" PRIu64 ",\"commits\":%" PRIu64,
          counts->duplicates, counts->late, counts->future, counts->dead, counts->commits);
  for (int i = 0; i < UNKNOWN_KIND_COUNT; i++) fprintf(out, ",\"unknown_%ss\":%" PRIu64, unknown_kind_names[i], counts->unknown[i]);
  fprintf(out,
          ",\"elapsed_ms\":%" PRId64 ",\"start_position\":%" PRIu64 ",\"position\":%" PRIu64 ",\"state_bytes\":%" PRIu64 ",\"by_reason\":{",
          session_elapsed_ms(session), session->start_position, files_position(session->files), lmdb_bytes(session->lmdb));
  for (int i = 1; i < REASON_COUNT; i++) {
    if (counts->by_reason[i] == 0) continue;
    fprintf(out, "%s\"%s\":%" PRIu64, comma, reasons[i].code, counts->by_reason[i]);
    comma = ",";
  }
  fprintf(out, "}}\n");
}

/* ---- trace ---- */

static void trace_head(FILE *trace, const struct event *event) {
  char memory[64];
  struct buffer time;
  buffer_init(&time, memory, sizeof memory);
  buffer_time(&time, event->time_ms, event->offset_minutes);
  fprintf(trace, "%.*s %.*s/%.*s %.*s %.*s\n", STR_FORMAT(buffer_text(&time)), STR_FORMAT(event->source), STR_FORMAT(event->id),
          STR_FORMAT(event->type_name), STR_FORMAT(event->customer));
}

/* A trace that is called *.jsonl is for programs: the witness of what every listening rule came to; explain is held against it (R123). */
static bool trace_is_witness(const struct session *session) {
  struct str name = str_of(session->settings.trace), ending = STR(".jsonl");
  return name.length >= ending.length && str_equal(str_from(name, name.length - ending.length), ending);
}

static void witness_write(struct session *session, const struct event *event, const struct decision *decision) {
  static char memory[16 * 1024 * 1024]; /* 100,000 rules at most, with their names and reasons */
  struct buffer out;
  buffer_init(&out, memory, sizeof memory);
  record_trace(&out, session->loaded.rulebook, event, decision);
  assert(!out.overflowed);
  (void)fwrite(out.memory, 1, out.length, session->trace);
}

/* One line for the event, one for each outcome, in the words of scenarios and explain. */
void trace_write(struct session *session, const struct event *event, const struct decision *decision) {
  static char memory[64 * 1024];
  if (trace_is_witness(session)) {
    witness_write(session, event, decision);
    return;
  }
  trace_head(session->trace, event);
  if (decision->gate != REASON_GIVEN) fprintf(session->trace, "  %s\n", reasons[decision->gate].code);
  for (uint32_t i = 0; i < decision->outcome_count; i++) {
    struct buffer out;
    buffer_init(&out, memory, sizeof memory);
    record_outcome_line(&out, session->loaded.rulebook, decision, i, LANGUAGE_EN);
    if (out.length > 0 && memory[out.length - 1] == '\n') out.length--;
    fprintf(session->trace, "  %.*s\n", STR_FORMAT(buffer_text(&out)));
  }
}
