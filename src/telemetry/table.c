/* Tables for people: aligned by what is seen (Chinese takes two columns a character), cut to the screen, plain enough to be piped. */
#include <stdarg.h>

#include "giftd/telemetry.h"

#define GAP 2
#define BOLD "\033[1m"
#define PLAIN "\033[0m"
#define SHRINK_LEAST 8

struct table_row {
  struct table_row *next;
  bool rule;
  uint32_t count;
  struct str cells[TABLE_COLUMNS];
};

void table_init(struct table *table, struct arena *arena, const struct table_column *columns, uint32_t count) {
  assert(count > 0 && count <= TABLE_COLUMNS);
  *table = (struct table){.arena = arena, .columns = columns, .column_count = count};
}

static struct table_row *row_add(struct table *table) {
  struct table_row *row = arena_take(table->arena, sizeof(*row));
  if (row == NULL) return NULL;
  if (table->last == NULL)
    table->first = row;
  else
    table->last->next = row;
  table->last = row;
  return row;
}

void table_row(struct table *table) { (void)row_add(table); }

void table_rule(struct table *table) {
  struct table_row *row = row_add(table);
  if (row != NULL) row->rule = true;
}

static void cell_add(struct table *table, struct str text) {
  struct table_row *row = table->last;
  if (row == NULL || table->arena->overflowed) return; /* a full arena loses rows at the end, never memory */
  assert(row->count < table->column_count);
  row->cells[row->count++] = text;
}

void table_text(struct table *table, struct str text) { cell_add(table, arena_copy(table->arena, text)); }

void table_print(struct table *table, const char *format, ...) {
  char text[512];
  va_list arguments;
  va_start(arguments, format);
  const int length = vsnprintf(text, sizeof(text), format, arguments);
  va_end(arguments);
  assert(length >= 0);
  table_text(table, (struct str){text, (size_t)length < sizeof(text) ? (size_t)length : sizeof(text) - 1});
}

void table_number(struct table *table, int64_t number) {
  char memory[40];
  struct buffer text;
  buffer_init(&text, memory, sizeof(memory));
  buffer_grouped(&text, number);
  table_text(table, buffer_text(&text));
}

static int table_measure(const struct table *table, int widths[TABLE_COLUMNS]) {
  int total = GAP * ((int)table->column_count - 1);
  for (uint32_t i = 0; i < table->column_count; i++) {
    widths[i] = text_width(str_of(table->columns[i].title));
    for (const struct table_row *row = table->first; row != NULL; row = row->next) {
      const int width = i < row->count ? text_width(row->cells[i]) : 0;
      if (width > widths[i]) widths[i] = width;
    }
    total += widths[i];
  }
  return total;
}

/* Takes what is too much from the widest column that may shrink, one column of the screen after another. */
static int table_shrink(const struct table *table, int widths[TABLE_COLUMNS], int total, int most) {
  while (total > most) {
    uint32_t widest = TABLE_COLUMNS;
    for (uint32_t i = 0; i < table->column_count; i++) {
      if (!table->columns[i].shrinks || widths[i] <= SHRINK_LEAST) continue;
      if (widest == TABLE_COLUMNS || widths[i] > widths[widest]) widest = i;
    }
    if (widest == TABLE_COLUMNS) break;
    widths[widest]--, total--;
  }
  return total;
}

static void put_times(struct buffer *out, const char *text, int times) {
  for (int i = 0; i < times; i++) buffer_put(out, str_of(text));
}

/* One line of cells; blanks are written only in front of something. */
static void line_write(const struct table *table, const int *widths, const struct str *cells, uint32_t count, int indent,
                       struct buffer *out) {
  int blanks = indent;
  for (uint32_t i = 0; i < count; i++) {
    const struct str cell = text_cut(table->arena, cells[i], widths[i]);
    const int missing = widths[i] - text_width(cell);
    const bool right = table->columns[i].align == ALIGN_RIGHT;
    if (right) blanks += missing;
    if (cell.length > 0) {
      put_times(out, " ", blanks);
      buffer_put(out, cell);
      blanks = 0;
    }
    blanks += GAP + (right ? 0 : missing);
  }
  buffer_byte(out, '\n');
}

void table_write(const struct table *table, const struct table_style *style, struct buffer *out) {
  int widths[TABLE_COLUMNS];
  struct str titles[TABLE_COLUMNS];
  int total = table_measure(table, widths);
  if (style->columns > 0) total = table_shrink(table, widths, total, style->columns - style->indent);
  for (uint32_t i = 0; i < table->column_count; i++) titles[i] = str_of(table->columns[i].title);
  if (style->color) buffer_put(out, STR(BOLD));
  line_write(table, widths, titles, table->column_count, style->indent, out);
  if (style->color) buffer_put(out, STR(PLAIN));
  for (const struct table_row *row = table->first; row != NULL; row = row->next) {
    if (!row->rule) {
      line_write(table, widths, row->cells, row->count, style->indent, out);
      continue;
    }
    put_times(out, " ", style->indent);
    put_times(out, "─", total);
    buffer_byte(out, '\n');
  }
}
