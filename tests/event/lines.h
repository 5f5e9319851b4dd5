/* Event lines as data. tests/event/lines_*.txt hold one case a line, in a shorthand that this header writes out:
 *
 *   $CE, $FLAT     the attributes every event has, in the two shapes (without braces)
 *   \xNN           one byte; other backslashes stand as they are, for JSON
 *   <<TEXT*N>>     TEXT N times, with %d in it counting from 0
 *   «              the byte at which the problem must be found; not part of the line
 *
 * A line written out is a heap block of exactly its length: the sanitizer sees a read behind it.
 */
#ifndef GIFTD_TESTS_EVENT_LINES_H
#define GIFTD_TESTS_EVENT_LINES_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "equal.h"

#define COUNT(table) (sizeof(table) / sizeof(table)[0])
#define MARK "\xc2\xab"
#define LINE_CE                                                                            \
  "\"specversion\":\"1.0\",\"id\":\"e1\",\"source\":\"core\",\"type\":\"txn.card_spend\"," \
  "\"subject\":\"c1\",\"time\":\"2026-11-20T12:01:07+08:00\""
#define LINE_FLAT "\"id\":\"e1\",\"source\":\"core\",\"type\":\"txn.card_spend\",\"customer\":\"c1\",\"time\":\"2026-11-20T12:01:07+08:00\""

struct written {
  char *text; /* free() it */
  size_t length, mark;
};

static inline void written_put(struct written *w, const char *bytes, size_t length) {
  w->text = realloc(w->text, w->length + length + 1);
  assert_non_null(w->text);
  memcpy(w->text + w->length, bytes, length);
  w->length += length;
}

static inline const char *written_repeat(struct written *w, const char *at) {
  const char *end = strstr(at, ">>"), *star = end;
  assert_non_null(end);
  while (*star != '*') star--;
  int times = atoi(star + 1);
  for (int i = 0; i < times; i++)
    for (const char *c = at + 2; c < star; c++) {
      char digits[12];
      bool number = c[0] == '%' && c[1] == 'd';
      if (number)
        written_put(w, digits, (size_t)snprintf(digits, sizeof digits, "%d", i));
      else
        written_put(w, c, 1);
      c += number ? 1 : 0;
    }
  return end + 2;
}

/* One piece of shorthand or one byte; returns what follows. */
static inline const char *written_step(struct written *w, const char *at) {
  if (strncmp(at, "$CE", 3) == 0) return written_put(w, LINE_CE, strlen(LINE_CE)), at + 3;
  if (strncmp(at, "$FLAT", 5) == 0) return written_put(w, LINE_FLAT, strlen(LINE_FLAT)), at + 5;
  if (strncmp(at, "<<", 2) == 0) return written_repeat(w, at);
  if (strncmp(at, MARK, 2) == 0) return w->mark = w->length, at + 2;
  if (at[0] == '\\' && at[1] == 'x') {
    char hex[3] = {at[2], at[3], 0}, byte = (char)strtol(hex, NULL, 16);
    return written_put(w, &byte, 1), at + 4;
  }
  return written_put(w, at, 1), at + 1;
}

static inline struct written line_write(const char *shorthand) {
  struct written w = {malloc(1), 0, 0};
  while (*shorthand != '\0') shorthand = written_step(&w, shorthand);
  char *exact = malloc(w.length == 0 ? 1 : w.length);
  assert_non_null(exact);
  memcpy(exact, w.text, w.length);
  free(w.text);
  w.text = exact;
  return w;
}

/* What one reading gave; the arena is of exactly the size that the contract asks for. */
struct reading {
  struct event event;
  struct event_error error;
  enum event_problem problem;
  void *memory; /* free() it */
};

static inline struct arena reading_arena(struct reading *out, struct str line) {
  struct arena arena;
  size_t capacity = 2 * line.length + 4096;
  out->memory = malloc(capacity);
  assert_non_null(out->memory);
  arena_init(&arena, out->memory, capacity);
  return arena;
}

/* However lines before it looked, it reads as it does alone. */
static inline void line_reads_alike(struct event_shapes *shapes, struct str line, const struct reading *alone) {
  struct reading again;
  struct arena arena = reading_arena(&again, line);
  again.problem = event_read_alike(shapes, line, &arena, &again.event, &again.error);
  if (again.problem != alone->problem) fail_msg("%s, not %s", event_problems[again.problem].code, event_problems[alone->problem].code);
  if (again.problem == EVENT_OK)
    assert_true(events_equal(&again.event, &alone->event));
  else
    assert_true(again.error.offset == alone->error.offset && strcmp(again.error.pointer, alone->error.pointer) == 0 &&
                strcmp(again.error.detail, alone->error.detail) == 0);
  free(again.memory);
}

/* Alone; then with the shapes of all lines before it, which learn what is new of it; then as one that is known. */
static inline void line_read(const struct catalogue *catalogue, struct str line, struct reading *out) {
  static struct event_shapes shapes;
  struct arena arena = reading_arena(out, line);
  static uint16_t fields; /* tests add some to a catalogue that was read with */
  if (shapes.catalogue != catalogue || fields != catalogue->field_count || shapes.count == SHAPE_KEYS)
    event_shapes_init(&shapes, catalogue);
  fields = catalogue->field_count;
  out->problem = event_read(catalogue, line, &arena, &out->event, &out->error);
  line_reads_alike(&shapes, line, out);
  line_reads_alike(&shapes, line, out);
}

static inline void list_describe(const struct value *value, struct buffer *out) {
  for (uint32_t i = 0; i < value->count; i++) {
    buffer_byte(out, i == 0 ? '[' : ',');
    buffer_put(out, value->items[i]);
  }
  buffer_put(out, value->count == 0 ? STR("[]") : STR("]"));
}

/* The fields of an event in one line: "amount=12800 tags=[a,b]". */
static inline void event_describe(const struct catalogue *catalogue, const struct event *event, struct buffer *out) {
  for (uint32_t i = 0; i < event->field_count; i++) {
    const struct value *value = &event->values[i];
    struct str name = catalogue->fields[event->field_ids[i]].campaign_name;
    buffer_print(out, "%s%.*s=", i == 0 ? "" : " ", STR_FORMAT(name));
    if (value->kind == VALUE_TEXT)
      buffer_put(out, value->text);
    else if (value->kind == VALUE_LIST)
      list_describe(value, out);
    else if (value->kind == VALUE_ABSENT)
      buffer_put(out, STR("null"));
    else
      buffer_int(out, value->number);
  }
}

/* Calls back for each case of a file: its columns (split at |) and the shorthand behind them. Returns how many there were. */
static inline unsigned lines_each(const char *path, unsigned columns, void (*visit)(char **column, const char *shorthand, void *context),
                                  void *context) {
  static char text[8192];
  unsigned cases = 0;
  FILE *file = fopen(path, "rb");
  assert_non_null(file);
  while (fgets(text, sizeof text, file) != NULL) {
    char *column[4], *at = text;
    size_t length = strlen(text);
    assert_true(length < sizeof text - 1);
    if (length > 0 && text[length - 1] == '\n') text[length - 1] = '\0';
    if (text[0] == '\0' || text[0] == '#') continue;
    for (unsigned i = 0; i < columns; i++) {
      column[i] = at;
      at = strchr(at, '|');
      if (at == NULL) fail_msg("%s: no column %u in: %s", path, i + 1, text);
      *at++ = '\0';
    }
    visit(column, at, context);
    cases++;
  }
  fclose(file);
  return cases;
}

#endif
