/* What the files of the import room share. */
#ifndef GIFTD_IMPORT_INSIDE_H
#define GIFTD_IMPORT_INSIDE_H

#include "giftd/import.h"

/* ---- rows.c: a file as rows ---- */

struct rows {
  int file;
  const char *path;
  uint64_t size;
  int64_t changed_s, changed_ns; /* of the file when it was opened */
  bool jsonl;
  char *memory;
  size_t from, to; /* what is in memory and was not handed out */
  uint64_t base;   /* where memory[0] stands in the file */
  uint64_t line;   /* of what comes next, from 1 */
};
struct row {
  struct str bytes; /* with its end; borrowed until the next call */
  uint64_t offset, line;
  bool too_long; /* bytes are its start alone */
};
enum status rows_open(const char *path, struct rows *rows, struct fault *fault) MUST_USE;
void rows_close(struct rows *rows);
/* The next row that is not blank; *more false: there is none. */
enum status rows_next(struct rows *rows, struct row *row, bool *more, struct fault *fault) MUST_USE;
/* One that was there before. */
enum status rows_at(struct rows *rows, uint64_t offset, size_t length, struct str *bytes, struct fault *fault) MUST_USE;
/* STATUS_STORAGE: it is not the file that was opened. */
enum status rows_same(const struct rows *rows, struct fault *fault) MUST_USE;

/* ---- refusal.c: why a row is no event ---- */

enum import_problem {
  IMPORT_OK,
  IMPORT_ROW_TOO_LONG, IMPORT_NUL_BYTE, IMPORT_NOT_UTF8, IMPORT_BAD_QUOTE, IMPORT_CELL_COUNT, IMPORT_BAD_JSON, IMPORT_UNKNOWN_COLUMN,
  IMPORT_COLUMN_TWICE, IMPORT_MISSING, IMPORT_BAD_TEXT, IMPORT_BAD_MONEY, IMPORT_BAD_NUMBER, IMPORT_BAD_BOOL, IMPORT_BAD_LIST,
  IMPORT_BAD_TIME, IMPORT_NO_OFFSET, IMPORT_IN_FUTURE, IMPORT_TOO_OLD, IMPORT_NOT_HISTORY, IMPORT_NO_BEFORE, IMPORT_CONFLICT,
  IMPORT_UNKNOWN_WORD,
  IMPORT_EVENT, /* what the reader of events says */
  IMPORT_PROBLEM_COUNT
};
struct refusal {
  enum import_problem problem;
  enum event_problem event;
  struct str column; /* as the file calls it; may be empty; borrowed from the row or the columns */
  char detail[320];
};
/* Returns false, for `return refuse(...)`. */
bool refuse(struct refusal *refusal, enum import_problem problem, struct str column, const char *format, ...) PRINTF_LIKE(4, 5);
/* A line of the error file. A row over several lines - a cell holds a line end, or a quote is missing and rows were taken for one - says
 * its last one. */
void refusal_print(const struct refusal *refusal, uint64_t line, uint64_t last, struct str row, struct buffer *out);

/* ---- cells.c: a row as cells ---- */

enum role { ROLE_CUSTOMER, ROLE_TIME, ROLE_ID, ROLE_SOURCE, ROLE_TYPE, ROLE_GIFT, ROLE_FIELD, ROLE_SKIPPED, ROLE_UNKNOWN };
struct column {
  struct str title; /* as the file calls it */
  struct str name;
  enum role role;
  uint16_t field;
  bool major; /* money with its decimals: "50.00" */
};
struct cell {
  struct column column;
  struct str text;     /* JSON: of what is no text its bytes */
  enum json_type type; /* JSON_TYPE_END: of CSV, where all are texts */
};
struct cells {
  struct cell items[IMPORT_COLUMNS_MOST]; /* in order of what they are */
  uint32_t count;
};
struct column column_of(const struct import_settings *settings, struct str title);
/* The name that may have been meant, or nothing. */
struct str column_near(const struct import_settings *settings, struct str title);
struct header {
  struct column columns[IMPORT_COLUMNS_MOST];
  uint32_t count;
  char memory[2 * IMPORT_ROW_BYTES + 16 * IMPORT_COLUMNS_MOST];
};
/* STATUS_INPUT: the first row is no header. */
enum status titles_read(const struct import_settings *settings, struct str row, struct header *header, struct fault *fault) MUST_USE;
/* Of a row that is neither too long nor blank; empty cells are left out. */
bool cells_csv(const struct header *header, struct str row, struct arena *arena, struct cells *cells, struct refusal *refusal);
bool cells_jsonl(const struct import_settings *settings, struct str row, struct arena *arena, struct cells *cells,
                 struct refusal *refusal);

/* ---- line.c: cells as the line of an event ---- */

struct line {
  struct str text;     /* the event, with its newline */
  struct str customer; /* borrowed as the line is */
  int64_t time_ms;
  uint64_t key; /* rows with one key say the same, or contradict each other */
};
struct line_maker {
  const struct import_settings *settings;
  struct arena arena; /* of a row */
  struct event event;
  struct buffer data, line;
  struct cells cells;
};
enum status line_maker_init(struct line_maker *maker, const struct import_settings *settings, void *memory, struct fault *fault) MUST_USE;
#define LINE_MAKER_BYTES (8u * IMPORT_ROW_BYTES + 2u * 2u * LIMIT_EVENT_BYTES + 65536u)
bool line_make(struct line_maker *maker, struct line *line, struct refusal *refusal);

#endif
