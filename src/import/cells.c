/* A row as cells: which column is what, and what stands in it. Columns are called as events call their fields (docs/events.md); money has
 * two names, `amount_minor` in minor units and `amount` with the currency's decimals. A column that nobody knows is refused: what a bank
 * meant to say and giftd read over would be found out by its customers. */
#include <assert.h>

#include "inside.h"

/* ---- columns ---- */

static const struct {
  const char *name;
  enum role role;
} roles[] = {{"customer", ROLE_CUSTOMER}, {"time", ROLE_TIME}, {"id", ROLE_ID},
             {"source", ROLE_SOURCE},     {"type", ROLE_TYPE}, {"gift", ROLE_GIFT}};
#define ROLE_ROWS (sizeof roles / sizeof *roles)

/* What a gift was is known of grants alone. */
static bool has_role(const struct import_settings *settings, enum role role) {
  if (role == ROLE_GIFT) return settings->kind == IMPORT_GRANTS;
  if (settings->kind == IMPORT_LISTS) return role == ROLE_CUSTOMER;
  return role != ROLE_TYPE || settings->kind != IMPORT_BALANCES;
}

static struct column named(const struct import_settings *settings, struct str title, struct str name) {
  const struct catalogue *catalogue = settings->catalogue;
  struct column column = {.title = title, .name = name, .role = ROLE_UNKNOWN, .field = FIELD_NONE};
  for (size_t i = 0; i < ROLE_ROWS; i++)
    if (str_equal(name, str_of(roles[i].name)) && has_role(settings, roles[i].role)) column.role = roles[i].role;
  if (column.role != ROLE_UNKNOWN || settings->kind == IMPORT_LISTS) return column;
  column.field = catalogue_field(catalogue, name);
  if (column.field == FIELD_NONE) {
    column.field = catalogue_campaign_field(catalogue, name);
    column.major = column.field != FIELD_NONE && catalogue->fields[column.field].kind == FIELD_MONEY;
    if (!column.major) column.field = FIELD_NONE;
  }
  if (column.field != FIELD_NONE) column.role = ROLE_FIELD;
  return column;
}

struct column column_of(const struct import_settings *settings, struct str title) {
  for (uint32_t i = 0; i < settings->rename_count; i++) {
    const struct import_rename *rename = &settings->renames[i];
    if (!str_equal(rename->column, title)) continue;
    if (rename->name.length == 0) return (struct column){.title = title, .role = ROLE_SKIPPED, .field = FIELD_NONE};
    return named(settings, title, rename->name);
  }
  return named(settings, title, title);
}

struct str column_near(const struct import_settings *settings, struct str title) {
  struct str best = {NULL, 0};
  unsigned least = 3;
  if (title.length > LIMIT_ID_BYTES) return best;
  for (size_t i = 0; i < ROLE_ROWS; i++) {
    const unsigned distance = has_role(settings, roles[i].role) ? str_distance(title, str_of(roles[i].name), least) : least;
    if (distance < least) least = distance, best = str_of(roles[i].name);
  }
  if (best.length > 0 || settings->kind == IMPORT_LISTS) return best;
  return catalogue_near_field(settings->catalogue, title);
}

static bool same_thing(const struct column *a, const struct column *b) { return a->role == b->role && a->field == b->field; }

/* ---- one cell of CSV ---- */

struct csv {
  struct str rest;
  bool ended;
};

static struct csv csv_of(struct str row) {
  while (row.length > 0 && (row.at[row.length - 1] == '\n' || row.at[row.length - 1] == '\r')) row.length--;
  return (struct csv){row, false};
}

static void csv_step(struct csv *csv, size_t length) {
  csv->ended = length >= csv->rest.length;
  csv->rest = str_from(csv->rest, length + 1);
}

/* Where the closing quote stands; the length of the text: nowhere. */
static size_t closing_quote(struct str text) {
  size_t i = 1;
  for (; i < text.length; i++) {
    if (text.at[i] != '"') continue;
    if (i + 1 == text.length || text.at[i + 1] != '"') break;
    i++;
  }
  return i;
}

static bool csv_quoted(struct csv *csv, struct arena *arena, struct str *out) {
  const struct str text = csv->rest;
  const size_t close = closing_quote(text);
  size_t length = 0;
  if (close >= text.length || (close + 1 < text.length && text.at[close + 1] != ',')) return false;
  char *copy = arena_take(arena, close);
  if (copy == NULL) return false; /* more than a row can hold */
  for (size_t i = 1; i < close; i++) {
    copy[length++] = text.at[i];
    if (text.at[i] == '"') i++;
  }
  csv_step(csv, close + 1);
  *out = (struct str){copy, length};
  return true;
}

/* False: a quote stands where none may be. */
static bool csv_cell(struct csv *csv, struct arena *arena, struct str *out) {
  if (csv->rest.length > 0 && csv->rest.at[0] == '"') return csv_quoted(csv, arena, out);
  const char *comma = csv->rest.length == 0 ? NULL : memchr(csv->rest.at, ',', csv->rest.length);
  *out = (struct str){csv->rest.at, comma == NULL ? csv->rest.length : (size_t)(comma - csv->rest.at)};
  if (out->length > 0 && memchr(out->at, '"', out->length) != NULL) return false;
  csv_step(csv, out->length);
  return true;
}

/* ---- header ---- */

static enum status header_fault(const struct import_settings *settings, struct fault *fault, struct str title, const char *what) {
  return fault_set(fault, STATUS_INPUT, "%s:1: column '%.*s': %s", settings->input, STR_FORMAT(title), what);
}

static enum status unknown(const struct import_settings *settings, struct str title, struct fault *fault) {
  const struct str near = column_near(settings, title);
  if (near.length > 0)
    return fault_set(fault, STATUS_INPUT,
                     "%s:1: column '%.*s': nothing is known by that name; did you mean '%.*s'? (--map %.*s=%.*s, or --skip %.*s)",
                     settings->input, STR_FORMAT(title), STR_FORMAT(near), STR_FORMAT(near), STR_FORMAT(title), STR_FORMAT(title));
  return header_fault(settings, fault, title,
                      "nothing is known by that name: --map NAME=COLUMN says what it is, --skip COLUMN leaves it out");
}

static enum status header_add(const struct import_settings *settings, struct header *header, struct str title, struct fault *fault) {
  if (header->count == IMPORT_COLUMNS_MOST) return header_fault(settings, fault, title, "there are more than 256 columns");
  const struct column column = column_of(settings, title);
  if (column.role == ROLE_UNKNOWN) return unknown(settings, title, fault);
  for (uint32_t i = 0; i < header->count; i++)
    if (column.role != ROLE_SKIPPED && same_thing(&header->columns[i], &column))
      return header_fault(settings, fault, title, "stands twice, or says what another column says; leave one out with --skip COLUMN");
  header->columns[header->count++] = column;
  return STATUS_OK;
}

static enum status renames_check(const struct import_settings *settings, const struct header *header, struct fault *fault) {
  for (uint32_t i = 0; i < settings->rename_count; i++) {
    bool there = false;
    for (uint32_t k = 0; k < header->count && !there; k++) there = str_equal(header->columns[k].title, settings->renames[i].column);
    if (!there)
      return fault_set(fault, STATUS_INPUT, "%s:1: there is no column '%.*s', which --map or --skip names", settings->input,
                       STR_FORMAT(settings->renames[i].column));
  }
  return STATUS_OK;
}

static enum status header_cells(const struct import_settings *settings, struct str row, struct header *header, struct fault *fault) {
  struct arena arena;
  arena_init(&arena, header->memory, sizeof header->memory);
  const struct str copy = arena_copy(&arena, row);
  if (copy.at == NULL) return fault_set(fault, STATUS_INPUT, "%s:1: the header is too long", settings->input);
  for (struct csv csv = csv_of(copy); !csv.ended;) {
    struct str title;
    if (!csv_cell(&csv, &arena, &title)) return header_fault(settings, fault, csv.rest, "a quote stands where none may be");
    const enum status status = header_add(settings, header, str_trim(title), fault);
    if (status != STATUS_OK) return status;
  }
  return STATUS_OK;
}

enum status titles_read(const struct import_settings *settings, struct str row, struct header *header, struct fault *fault) {
  header->count = 0;
  if (memchr(row.at, 0, row.length) != NULL || !str_is_utf8(row))
    return fault_set(fault, STATUS_INPUT, "%s:1: the header is not UTF-8: save the file as UTF-8; of GBK: iconv -f GB18030 -t UTF-8",
                     settings->input);
  if (memchr(row.at, ',', row.length) == NULL && (memchr(row.at, ';', row.length) != NULL || memchr(row.at, '\t', row.length) != NULL))
    return fault_set(fault, STATUS_INPUT, "%s:1: columns are separated by commas (RFC 4180), here by something else: export it so",
                     settings->input);
  const enum status status = header_cells(settings, row, header, fault);
  return status == STATUS_OK ? renames_check(settings, header, fault) : status;
}

/* ---- rows ---- */

static int cell_order(const struct column *a, const struct column *b) {
  if (a->role != b->role) return a->role < b->role ? -1 : 1;
  return a->field < b->field ? -1 : a->field > b->field;
}

/* In its place: what a row says does not hang on the order of its columns. False: it stands there. */
static bool cell_put(struct cells *cells, const struct cell *cell) {
  uint32_t at = cells->count;
  while (at > 0 && cell_order(&cells->items[at - 1].column, &cell->column) > 0) at--;
  if (at > 0 && cell_order(&cells->items[at - 1].column, &cell->column) == 0) return false;
  memmove(&cells->items[at + 1], &cells->items[at], (cells->count - at) * sizeof *cells->items);
  cells->items[at] = *cell;
  cells->count++;
  return true;
}

static bool bytes_good(struct str row, struct refusal *refusal) {
  if (memchr(row.at, 0, row.length) != NULL) return refuse(refusal, IMPORT_NUL_BYTE, STR(""), "%s", "");
  return str_is_utf8(row) || refuse(refusal, IMPORT_NOT_UTF8, STR(""), "%s", "");
}

bool cells_csv(const struct header *header, struct str row, struct arena *arena, struct cells *cells, struct refusal *refusal) {
  struct csv csv = csv_of(row);
  uint32_t count = 0;
  cells->count = 0;
  if (!bytes_good(row, refusal)) return false;
  for (; !csv.ended; count++) {
    struct cell cell = {.type = JSON_TYPE_END};
    if (count < header->count) cell.column = header->columns[count];
    if (!csv_cell(&csv, arena, &cell.text)) return refuse(refusal, IMPORT_BAD_QUOTE, cell.column.title, "%s", "");
    if (count >= header->count || cell.column.role == ROLE_SKIPPED || cell.text.length == 0) continue;
    if (!cell_put(cells, &cell)) return refuse(refusal, IMPORT_COLUMN_TWICE, cell.column.title, "%s", "");
  }
  return count == header->count || refuse(refusal, IMPORT_CELL_COUNT, STR(""), "%u cells, %u columns", count, header->count);
}

static bool jsonl_value(struct json_cursor *c, struct arena *arena, struct cell *cell) {
  cell->type = json_peek(c);
  return cell->type == JSON_TYPE_TEXT ? json_text(c, arena, &cell->text) : json_raw(c, &cell->text);
}

static bool jsonl_cell(const struct import_settings *settings, const struct cell *cell, struct cells *cells, struct refusal *refusal) {
  const struct str title = cell->column.title;
  if (cell->column.role == ROLE_SKIPPED) return true;
  if (cell->column.role == ROLE_UNKNOWN) {
    const struct str near = column_near(settings, title);
    return refuse(refusal, IMPORT_UNKNOWN_COLUMN, title, "%s%.*s%s", near.length > 0 ? "did you mean " : "", STR_FORMAT(near),
                  near.length > 0 ? "?" : "");
  }
  if (cells->count == IMPORT_COLUMNS_MOST - 1) return refuse(refusal, IMPORT_CELL_COUNT, STR(""), "more than %u", IMPORT_COLUMNS_MOST);
  return cell_put(cells, cell) || refuse(refusal, IMPORT_COLUMN_TWICE, title, "%s", "");
}

bool cells_jsonl(const struct import_settings *settings, struct str row, struct arena *arena, struct cells *cells,
                 struct refusal *refusal) {
  struct json_cursor c = json_open(row);
  struct str key;
  cells->count = 0;
  if (!bytes_good(row, refusal)) return false;
  bool good = json_enter_object(&c);
  while (good && json_next_key(&c, &key)) {
    struct cell cell = {.column = column_of(settings, key)};
    if (!jsonl_value(&c, arena, &cell)) break;
    if (!jsonl_cell(settings, &cell, cells, refusal)) return false;
  }
  return json_done(&c) || refuse(refusal, IMPORT_BAD_JSON, STR(""), "%s", c.problem != NULL ? c.problem : "something follows it");
}
