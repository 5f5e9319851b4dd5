/* Decision tables: one or two axes of thresholds or lists, and a text in every cell (docs/language.md section 5). */
#include "fact_row.h"

static const struct key table_keys[] = {{"table", KEY_MUST}, {"cells", KEY_MUST}, {"else", KEY_MAY}, {"was", KEY_MAY}, {NULL, KEY_MAY}};

static const struct key axis_keys[] = {{"of", KEY_MUST}, {"from", KEY_MAY}, {"in", KEY_MAY}, {NULL, KEY_MAY}};
#define AXIS_MOST 64u

static void thresholds_read(struct compile *c, const struct at *at, const struct left *left, struct axis *out) {
  uint32_t count;
  if (!read_list(c, at, CHECK_BAD_TABLE, &count)) return;
  int64_t *from = take(c, count, sizeof *from);
  for (uint32_t i = 0; i < count && from != NULL; i++) {
    struct at item = at_item(at, i);
    bool good = left->type == TYPE_MONEY ? read_money(c, &item, true, &from[i])
                                         : read_int(c, &item, -LIMIT_AMOUNT_MINOR, LIMIT_AMOUNT_MINOR, CHECK_BAD_TABLE, &from[i]);
    if (!good || i == 0 || from[i] > from[i - 1]) continue;
    report(c, &item, CHECK_BAD_TABLE, "the thresholds must rise; this one is not above the one before");
  }
  out->from = from, out->count = count;
}

static void axis_lists_read(struct compile *c, const struct at *at, struct axis *out) {
  uint32_t count;
  if (!read_list(c, at, CHECK_BAD_TABLE, &count)) return;
  uint32_t *lists = take(c, count, sizeof *lists);
  for (uint32_t i = 0; i < count && lists != NULL; i++) {
    struct at item = at_item(at, i);
    struct str name;
    if (!read_text(c, &item, &name)) continue;
    uint32_t decl = name_resolve(c, &item, DECL_LIST, name);
    if (decl != NONE) lists[i] = decl_at(c, decl)->number;
  }
  out->lists = lists, out->count = count;
}

static void axis_read(struct compile *c, const struct at *at, struct axis *out) {
  struct at of = at_key(at, "of"), from = at_key(at, "from"), in = at_key(at, "in");
  struct left left = {.type = TYPE_BROKEN};
  *out = (struct axis){.left = NONE};
  if (!keys_check(c, at, axis_keys, "an axis") || of.json == NULL) return;
  out->left = left_node(c, &of, PLACE_TABLE, &left);
  if ((from.json == NULL) == (in.json == NULL)) {
    report(c, at, CHECK_BAD_TABLE, "an axis has either 'from', thresholds that rise, or 'in', lists of values");
    return;
  }
  if (json_array_size(from.json) > AXIS_MOST || json_array_size(in.json) > AXIS_MOST) {
    report(c, at, CHECK_TOO_MANY, "an axis has at most %u steps", AXIS_MOST);
    return;
  }
  bool number = left.type == TYPE_MONEY || left.type == TYPE_INT, text = left.type == TYPE_TEXT;
  if (left.type != TYPE_BROKEN && (from.json != NULL ? !number : !text)) {
    report(c, at, CHECK_BAD_TABLE, "'%.*s' %s", STR_FORMAT(left.text),
           from.json != NULL ? "is not a number: thresholds say nothing about it" : "is not a text: it stands in no list");
    return;
  }
  if (from.json != NULL && number) thresholds_read(c, &from, &left, out);
  if (in.json != NULL) axis_lists_read(c, &in, out);
}

/* Cells row by row; with two axes they may be written as rows. */
static void cells_read(struct compile *c, const struct at *at, struct fact *fact) {
  uint32_t rows, cells = fact->axes[0].count * (fact->axis_count == 2 ? fact->axes[1].count : 1), filled = 0;
  if (!read_list(c, at, CHECK_BAD_TABLE, &rows) || cells == 0) return;
  struct str *out = take(c, cells, sizeof *out);
  bool good = out != NULL;
  for (uint32_t r = 0; r < rows; r++) {
    struct at row = at_item(at, r);
    bool nested = json_is_array(row.json);
    uint32_t count = nested ? (uint32_t)json_array_size(row.json) : 1;
    for (uint32_t i = 0; i < count; i++, filled++) {
      struct at cell = nested ? at_item(&row, i) : row;
      struct str text;
      if (!read_text(c, &cell, &text))
        good = false;
      else if (out != NULL && filled < cells)
        out[filled] = keep_text(c, text);
    }
  }
  fact->cells = out;
  if (good && filled != cells) report(c, at, CHECK_BAD_TABLE, "there are %u cells, but the axes make %u", filled, cells);
}

static void table_read(struct compile *c, const struct at *at, struct fact *fact) {
  struct at table = at_key(at, "table"), cells = at_key(at, "cells"), otherwise = at_key(at, "else");
  (void)keys_check(c, at, table_keys, "a table");
  bool list = json_is_array(table.json);
  uint32_t count = list ? (uint32_t)json_array_size(table.json) : 1, errors = c->findings->errors;
  if (count < 1 || count > 2) {
    report(c, &table, CHECK_BAD_TABLE, "a table has one or two axes, found %u", count);
    return;
  }
  fact->axis_count = count;
  for (uint32_t i = 0; i < count; i++) {
    struct at axis = list ? at_item(&table, i) : table;
    axis_read(c, &axis, &fact->axes[i]);
  }
  if (cells.json != NULL && c->findings->errors == errors) cells_read(c, &cells, fact);
  struct str text;
  if (otherwise.json != NULL && read_text(c, &otherwise, &text)) fact->otherwise = keep_text(c, text);
}

/* Whether an axis of a table is by amounts of money. */
static bool axis_is_priced(struct compile *c, const json_t *axis) {
  struct str of = text_of(json_object_get(axis, "of")), name, part;
  if (json_object_get(axis, "from") == NULL) return false;
  if (str_starts(of, STR("fact."))) {
    (void)str_split(str_from(of, 5), '.', &name, &part);
    uint32_t decl = name_find(c, DECL_FACT, file_now(c)->id, name);
    return decl != NONE && fact_at(c, decl_at(c, decl)->number)->money;
  }
  uint16_t field = catalogue_campaign_field(c->catalogue, str_starts(of, STR("profile.")) ? str_from(of, 8) : of);
  return field != FIELD_NONE && c->catalogue->fields[field].kind == FIELD_MONEY;
}

static bool priced(struct compile *c, const json_t *json) {
  const json_t *table = json_object_get(json, "table");
  bool priced = axis_is_priced(c, table);
  for (size_t i = 0; i < json_array_size(table); i++) priced = priced || axis_is_priced(c, json_array_get(table, i));
  return priced;
}

const struct fact_row fact_row_table = {.traits = {.word = "table", .figure = FIGURE_TEXT},
                                        .type = TYPE_TEXT,
                                        .computed = true,
                                        .divides = true,
                                        .priced = priced,
                                        .read = table_read};
