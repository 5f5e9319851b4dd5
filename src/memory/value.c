/* Values and texts in cells. Of a text that is longer than its cell there are the beginning, for people, and the hash, for comparing. */
#include "inside.h"

void cell_set_value(struct cell *cell, const struct value *value, uint32_t item) {
  memset(&cell->value, 0, sizeof cell->value);
  cell->value.kind = (uint8_t)value->kind;
  if (value->kind == VALUE_INT || value->kind == VALUE_BOOL) {
    cell->value.word = value->number;
    return;
  }
  struct str text = value->kind == VALUE_LIST ? value->items[item] : value->text;
  cell->value.kind = VALUE_TEXT;
  cell->value.word = (int64_t)hash64(&HASH_KEY_FIXED, text);
  struct str shown = {text.at, text.length < CELL_TEXT_BYTES ? text.length : CELL_TEXT_BYTES};
  while (text.length > CELL_TEXT_BYTES && shown.length > 0 && !str_is_utf8(shown)) shown.length--; /* no character is cut in two */
  cell->value.length = (uint8_t)shown.length;
  if (shown.length > 0) memcpy(cell->value.text, text.at, shown.length);
}

static struct str cell_text(const struct cell *cell) { return (struct str){cell->value.text, cell->value.length}; }

void cell_get_value(const struct cell *cell, struct value *out) {
  *out = (struct value){.kind = (enum value_kind)cell->value.kind};
  if (out->kind == VALUE_TEXT)
    out->text = cell_text(cell);
  else
    out->number = cell->value.word;
}

bool cell_is_text(const struct cell *cell, struct str text) {
  struct str shown = cell_text(cell);
  if (cell->value.kind != VALUE_TEXT || text.length < shown.length) return false;
  if (shown.length > 0 && memcmp(text.at, shown.at, shown.length) != 0) return false;
  return hash64(&HASH_KEY_FIXED, text) == (uint64_t)cell->value.word;
}

bool cells_same_text(const struct cell *a, const struct cell *b) {
  return a->value.kind == VALUE_TEXT && b->value.kind == VALUE_TEXT && a->value.word == b->value.word &&
         str_equal(cell_text(a), cell_text(b));
}

bool state_put_text(struct state *state, enum cell_kind kind, uint64_t decl, uint64_t key, struct str text, int32_t expires_day) {
  int32_t part = 0;
  assert(text.length <= LIMIT_ID_BYTES && (kind == CELL_WHOLE || kind == CELL_HEARD));
  for (; text.length > 0; part++) {
    struct cell *cell = state_make(state, kind, decl, key, part);
    if (cell == NULL) return false;
    size_t length = text.length < CELL_PART_BYTES ? text.length : CELL_PART_BYTES;
    memset(&cell->part, 0, sizeof cell->part);
    memcpy(cell->part.text, text.at, length);
    cell->part.length = (uint8_t)length, cell->expires_day = expires_day;
    text = str_from(text, length);
  }
  for (const struct cell *cell; (cell = state_find(state, kind, decl, key, part)) != NULL; part++) state_remove(state, cell);
  return true;
}

size_t state_get_text(const struct state *state, enum cell_kind kind, uint64_t decl, uint64_t key, char out[LIMIT_ID_BYTES]) {
  size_t length = 0;
  for (int32_t part = 0;; part++) {
    const struct cell *cell = state_find(state, kind, decl, key, part);
    if (cell == NULL || length + cell->part.length > LIMIT_ID_BYTES) return length;
    memcpy(out + length, cell->part.text, cell->part.length);
    length += cell->part.length;
  }
}
