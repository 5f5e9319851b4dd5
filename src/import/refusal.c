/* Why a row is no event: code, what is wrong, what to do. Codes stay as they are; operators look for them. */
#include <assert.h>
#include <stdarg.h>
#include <stdio.h>

#include "inside.h"

struct problem_row {
  const char *code, *text, *remedy;
};
#define PROBLEM(name, text, remedy) [IMPORT_##name] = {#name, text, remedy}
static const struct problem_row problems[IMPORT_PROBLEM_COUNT] = {
    PROBLEM(OK, "", ""),
    PROBLEM(ROW_TOO_LONG, "the row is longer than 65536 bytes", "import what campaigns test, not whole documents"),
    PROBLEM(NUL_BYTE, "the row holds a zero byte", "export the file again; a zero byte is none of a text"),
    PROBLEM(NOT_UTF8, "the row is not UTF-8", "save the file as UTF-8; of GBK: iconv -f GB18030 -t UTF-8"),
    PROBLEM(BAD_QUOTE, "a quote stands where none may be", "put quotes around the whole cell and write one inside of it as two (RFC 4180)"),
    PROBLEM(CELL_COUNT, "the row has another number of cells than the header", "put quotes around cells that hold a comma"),
    PROBLEM(BAD_JSON, "the row is no flat JSON object", "write one object a line: {\"customer\":\"c1\",\"tier\":\"gold\"}"),
    PROBLEM(UNKNOWN_COLUMN, "nothing is known by that name", "--map NAME=COLUMN says what a column is, --skip COLUMN leaves it out"),
    PROBLEM(COLUMN_TWICE, "two columns say the same thing", "leave one out with --skip COLUMN; which is meant is never guessed"),
    PROBLEM(MISSING, "the row does not say it", "fill the cell, or name a value for all rows by a flag (giftd import --help)"),
    PROBLEM(BAD_TEXT, "a text is needed", "put it into quotes"),
    PROBLEM(BAD_MONEY, "this is no amount with its currency's decimals",
            "write 128.00 CNY, 128 JPY: all decimals, a point, no thousands, no sign; in JSON as a text. Or name the column ..._minor and "
            "write minor units"),
    PROBLEM(BAD_NUMBER, "this is no whole number", "write digits alone; amounts in minor units have no point"),
    PROBLEM(BAD_BOOL, "this is neither true nor false", "write true or false"),
    PROBLEM(BAD_LIST, "this is no list of texts", "in CSV write a;b;c, in JSON [\"a\",\"b\"]"),
    PROBLEM(BAD_TIME, "this is no time", "write 2026-11-20T12:01:07+08:00; the day must exist"),
    PROBLEM(NO_OFFSET, "the time has no offset", "write +08:00 behind it, or say --offset +08:00 for all rows; a zone is never guessed"),
    PROBLEM(IN_FUTURE, "the time is still to come",
            "correct it; a date that stands for 'for ever', as 9999-12-31, is left out. It would carry the stream's clock off"),
    PROBLEM(TOO_OLD, "giftd has let go what is so old: it would be EVENT_TOO_LATE",
            "history goes in before the first live event; afterwards say what is known as of today (--as-of)"),
    PROBLEM(NOT_HISTORY, "the row is not older than --before",
            "what campaigns are to judge belongs into the stream; move --before only as far as the first campaign's first day"),
    PROBLEM(NO_BEFORE, "what happened is history, and history ends where campaigns begin",
            "say --before TIME: the first day of the first campaign"),
    PROBLEM(CONFLICT, "another row says something else of the same thing", "keep the row that is right; none of them was taken"),
    PROBLEM(UNKNOWN_WORD, "the catalogue does not know it, so it would be without effect",
            "correct the word, or add it to the catalogue (docs/events.md)"),
    PROBLEM(EVENT, "", ""),
};

bool refuse(struct refusal *refusal, enum import_problem problem, struct str column, const char *format, ...) {
  va_list arguments;
  assert(problem != IMPORT_OK && problem < IMPORT_PROBLEM_COUNT);
  *refusal = (struct refusal){.problem = problem, .column = column};
  va_start(arguments, format);
  (void)vsnprintf(refusal->detail, sizeof refusal->detail, format, arguments);
  va_end(arguments);
  return false;
}

static struct problem_row row_of(const struct refusal *refusal) {
  if (refusal->problem != IMPORT_EVENT) return problems[refusal->problem];
  const struct event_problem_info *info = &event_problems[refusal->event];
  return (struct problem_row){info->code, info->text_en, info->remedy_en};
}

static void member(struct buffer *out, const char *name, struct str text) {
  buffer_print(out, ",\"%s\":", name);
  buffer_json(out, text);
}

void refusal_print(const struct refusal *refusal, uint64_t line, uint64_t last, struct str row, struct buffer *out) {
  const struct problem_row what = row_of(refusal);
  char text[640];
  (void)snprintf(text, sizeof text, "%s%s%s", what.text, refusal->detail[0] == '\0' ? "" : ": ", refusal->detail);
  while (row.length > 0 && (row.at[row.length - 1] == '\n' || row.at[row.length - 1] == '\r')) row.length--;
  buffer_print(out, "{\"line\":%llu", (unsigned long long)line);
  if (last > line) buffer_print(out, ",\"last_line\":%llu", (unsigned long long)last);
  member(out, "code", str_of(what.code));
  if (refusal->column.length > 0) member(out, "column", refusal->column);
  member(out, "text", str_of(text));
  member(out, "remedy", str_of(what.remedy));
  member(out, "row", row);
  buffer_put(out, STR("}\n"));
}
