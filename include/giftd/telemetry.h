/* The telemetry room: what giftd shows of itself while it works - progress, tables, log lines, metrics.
 *
 * An edge room: it may ask clocks and write to streams. Everything that can be wrong in a text is a pure function behind the door
 * (progress_render, table_print, log_render, metrics_render), so tests look at bytes. Conventions: CONTRIBUTING.md, "A command" - NO_COLOR,
 * a bar on terminals and plain lines elsewhere, JSON log lines as a service, Prometheus text with base units, customers as keyed digests.
 */
#ifndef GIFTD_TELEMETRY_H
#define GIFTD_TELEMETRY_H

#include <assert.h>
#include <stdatomic.h>
#include <stdio.h>

#include "giftd/base.h"

/* The version of giftd: the number of CMakeLists.txt, repeated for C (tests compare the two). */
#define GIFTD_VERSION "0.1.0"

/* ---- clocks: the only place of giftd that asks for the time, beside the shard's callers ---- */

int64_t clock_steady_ms(void); /* for durations; no relation to the calendar */
int64_t clock_wall_ms(void);   /* milliseconds since 1970, UTC */

/* ---- terminals and text ---- */

struct terminal {
  bool is_terminal;
  bool color;  /* a terminal, NO_COLOR not set (https://no-color.org), TERM not "dumb" */
  int columns; /* 80 when unknown; 40..200 */
};
struct terminal terminal_detect(FILE *stream);

/* Columns a UTF-8 text takes on a terminal: Chinese characters take two, combining ones none; broken bytes one each. */
int text_width(struct str text);
/* The longest start of the text that fits `columns`, with "…" when something was cut. Copied into the arena. */
struct str text_cut(struct arena *arena, struct str text, int columns);
/* 1234567 -> "1,234,567" */
void buffer_grouped(struct buffer *out, int64_t number);
/* 12500 -> "12.5 k", 3400000 -> "3.4 M": three digits that a person can take in. */
void buffer_short(struct buffer *out, int64_t number);
/* Milliseconds as "0.8 s", "12 s", "3 min 05 s", "2 h 10 min". */
void buffer_span(struct buffer *out, int64_t ms);

/* ---- tables ---- */

enum align { ALIGN_LEFT, ALIGN_RIGHT };
struct table_column {
  const char *title;
  enum align align;
  bool shrinks; /* is cut with … when the table would be wider than the screen */
};
#define TABLE_COLUMNS 12
struct table_row;
struct table {
  struct arena *arena; /* borrowed; rows and cells live there */
  const struct table_column *columns;
  uint32_t column_count;
  struct table_row *first, *last;
};
struct table_style {
  int columns; /* of the screen; 0: as wide as it needs */
  bool color;
  int indent;
};
void table_init(struct table *table, struct arena *arena, const struct table_column *columns, uint32_t count);
void table_row(struct table *table);  /* begins a row */
void table_rule(struct table *table); /* a line across, before a sum */
void table_text(struct table *table, struct str text);
void table_print(struct table *table, const char *format, ...) PRINTF_LIKE(2, 3);
void table_number(struct table *table, int64_t number); /* grouped */
/* Titles, a rule, rows. Columns are two blanks apart; no line ends in blanks. */
void table_write(const struct table *table, const struct table_style *style, struct buffer *out);

/* ---- progress ---- */

struct progress {
  FILE *stream;
  struct terminal terminal;
  const char *label; /* "run" */
  const char *unit;  /* "events": of what is counted in the rate */
  uint64_t total;    /* of the work; 0: unknown (no bar, no ETA) */
  uint64_t done, items;
  int64_t started_ms, shown_ms; /* steady clock; shown_ms TIME_NONE: nothing shown yet */
};
/* `total` and `done` measure the work (bytes of the input), `items` are what the rate counts. Nothing is shown in the first two seconds;
 * then a bar ten times a second on a terminal, elsewhere a plain line every ten seconds. */
void progress_start(struct progress *progress, FILE *stream, const char *label, const char *unit, uint64_t total);
void progress_step(struct progress *progress, uint64_t done, uint64_t items);
/* Removes the bar, so that what follows begins on a clean line. */
void progress_end(struct progress *progress);
/* The line itself, without newline: "run  [=====>    ]  52 %  520,000 events  301 k/s  ETA 3 s". */
void progress_render(const struct progress *progress, int64_t now_ms, struct buffer *out);

/* ---- log ---- */

enum log_level { LOG_LEVEL_DEBUG, LOG_LEVEL_INFO, LOG_LEVEL_WARNING, LOG_LEVEL_ERROR };
enum log_format { LOG_FORMAT_TEXT, LOG_FORMAT_JSON };

struct log {
  FILE *stream;
  enum log_format format;
  enum log_level level; /* lower ones are left out */
  bool color;
  struct hash_key key; /* of customers' digests */
};
enum log_field_kind { LOG_FIELD_TEXT, LOG_FIELD_INT, LOG_FIELD_CUSTOMER /* written as a keyed digest, never as it is */ };
struct log_field {
  const char *key;
  enum log_field_kind kind;
  struct str text;
  int64_t number;
};
#define LOG_TEXT(name, value) \
  { (name), LOG_FIELD_TEXT, (value), 0 }
#define LOG_INT(name, value) \
  { (name), LOG_FIELD_INT, {NULL, 0}, (value) }
#define LOG_CUSTOMER(name, value) \
  { (name), LOG_FIELD_CUSTOMER, (value), 0 }

/* Text on a terminal, JSON elsewhere. */
void log_init(struct log *log, FILE *stream);
bool log_format_parse(struct str text, enum log_format *out); /* "text", "json"; "auto" is the caller's business */
bool log_level_parse(struct str text, enum log_level *out);   /* "debug" "info" "warning" "error" */
void log_write(const struct log *log, enum log_level level, const char *message, const struct log_field *fields, uint32_t count);
/* One line with newline. JSON: {"time":...,"level":...,"message":...,fields}; text: "12:01:07 info  message  key=value". */
void log_render(const struct log *log, int64_t now_ms, enum log_level level, const char *message, const struct log_field *fields,
                uint32_t count, struct buffer *out);

/* ---- metrics ---- */

enum metric_id {
  METRIC_LINES,
  METRIC_EVENTS,
  METRIC_HEARD,
  METRIC_CLOSES,
  METRIC_LOOKED,
  METRIC_DEAD_LETTERS,
  METRIC_MISPLACED,
  METRIC_UNKNOWN,
  METRIC_DUPLICATES,
  METRIC_LATE,
  METRIC_FUTURE,
  METRIC_GIFTS,
  METRIC_REVOCATIONS,
  METRIC_REFUSALS,
  METRIC_COMMITS,
  METRIC_COMMIT_SECONDS,
  METRIC_EVENT_TIME,
  METRIC_EVENT_TIME_LAG,
  METRIC_INPUT_BYTES,
  METRIC_INPUT_LAG_BYTES,
  METRIC_LAG_EVENTS,
  METRIC_SHARDS_OWNED,
  METRIC_SHARD_LAG_EVENTS,
  METRIC_SHARD_TIME_LAG,
  METRIC_SHARD_STAGE,
  METRIC_ABORTS,
  METRIC_TAKEOVERS,
  METRIC_TAKEOVER_SECONDS,
  METRIC_REBUILDS,
  METRIC_REBUILT_OWNERS,
  METRIC_CHECKPOINTED_BUCKETS,
  METRIC_VIEW_WRITES,
  METRIC_VIEW_REFUSED,
  METRIC_VIEW_DAMAGED,
  METRIC_MESSAGES,
  METRIC_STALLS,
  METRIC_SHARD_HEARD_WAITING,
  METRIC_SHARD_RANKS_OPEN,
  METRIC_SHARD_RANK_WAITS_FOR,
  METRIC_OWNER_LOADS,
  METRIC_OWNER_HITS,
  METRIC_CAMPAIGNS,
  METRIC_RULES,
  METRIC_RULEBOOKS,
  METRIC_RELOADS,
  METRIC_READY,
  METRIC_BUILD,
  METRIC_START_TIME,
  METRIC_CPU_SECONDS,
  METRIC_MEMORY_BYTES,
  METRIC_COUNT
};
enum metric_kind { METRIC_KIND_COUNTER, METRIC_KIND_GAUGE, METRIC_KIND_HISTOGRAM /* of milliseconds, shown in seconds */ };
struct metric_info {
  const char *name; /* Prometheus conventions: base unit, _total */
  enum metric_kind kind;
  uint8_t decimals;  /* the value kept is in 10^-decimals of the unit: milliseconds of seconds have 3 */
  const char *label; /* NULL: one series */
  const char *help_en;
};
extern const struct metric_info metric_infos[METRIC_COUNT];

#define METRIC_SERIES 64u
struct metrics {
  _Atomic int64_t values[METRIC_COUNT][METRIC_SERIES];       /* written by the worker, read by the endpoint's thread */
  _Atomic(const char *) labels[METRIC_COUNT][METRIC_SERIES]; /* of families with a label; NULL: the series is not shown */
  _Atomic bool given[METRIC_COUNT];                          /* ever set: gauges nobody set are not shown */
};
void metrics_init(struct metrics *metrics);
/* Names a series of a family with a label; `value` is borrowed for ever, NULL takes the series away. Series 0 of a family without a label
 * needs no name. */
void metrics_label(struct metrics *metrics, enum metric_id id, uint32_t series, const char *value);
void metrics_add(struct metrics *metrics, enum metric_id id, uint32_t series, int64_t amount);
void metrics_set(struct metrics *metrics, enum metric_id id, uint32_t series, int64_t value);
void metrics_observe_ms(struct metrics *metrics, enum metric_id id, int64_t ms); /* histograms */
int64_t metrics_get(const struct metrics *metrics, enum metric_id id, uint32_t series);
/* Processor time, memory, start time from the system; the lag of event time from the clock. */
void metrics_process(struct metrics *metrics);
/* Prometheus text format 0.0.4; fits 64 KiB. */
void metrics_render(const struct metrics *metrics, struct buffer *out);
/* docs/METRICS.md: all metrics as Markdown. */
void metrics_document(struct buffer *out);

#endif
