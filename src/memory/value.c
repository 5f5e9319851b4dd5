/* Values and texts in cells. Of a text that is longer than its cell there are the beginning, for people, and the hash, for comparing. */
#include "inside.h"

/* No character is cut in two. */
static struct str text_shown(struct str text) {
  struct str shown = {text.at, text.length < CELL_TEXT_BYTES ? text.length : CELL_TEXT_BYTES};
  while (text.length > CELL_TEXT_BYTES && shown.length > 0 && !str_is_utf8(shown)) shown.length--;
  return shown;
}

struct remembered remembered_of(const struct value *value, uint32_t item) {
  if (value->kind != VALUE_TEXT && value->kind != VALUE_LIST) return (struct remembered){.value = *value};
  struct str text = value->kind == VALUE_LIST ? value->items[item] : value->text;
  return (struct remembered){.value = {.kind = VALUE_TEXT, .text = text_shown(text)}, .hash = hash64(&HASH_KEY_FIXED, text)};
}

bool remembered_is(const struct remembered *it, struct str text) {
  struct str shown = it->value.text;
  if (it->value.kind != VALUE_TEXT || text.length < shown.length) return false;
  if (shown.length > 0 && memcmp(text.at, shown.at, shown.length) != 0) return false;
  return hash64(&HASH_KEY_FIXED, text) == it->hash;
}

bool remembered_same(const struct remembered *a, const struct remembered *b) {
  return a->value.kind == VALUE_TEXT && b->value.kind == VALUE_TEXT && a->hash == b->hash && str_equal(a->value.text, b->value.text);
}

void cell_set_value(struct cell *cell, const struct value *value, uint32_t item) {
  struct remembered what = remembered_of(value, item);
  memset(&cell->value, 0, sizeof cell->value);
  cell->value.kind = (uint8_t)what.value.kind;
  if (what.value.kind != VALUE_TEXT) {
    cell->value.word = what.value.number;
    return;
  }
  cell->value.word = (int64_t)what.hash;
  cell->value.length = (uint8_t)what.value.text.length;
  if (what.value.text.length > 0) memcpy(cell->value.text, what.value.text.at, what.value.text.length);
}

struct remembered cell_get_value(const struct cell *cell) {
  enum value_kind kind = (enum value_kind)cell->value.kind;
  if (kind != VALUE_TEXT) return (struct remembered){.value = {.kind = kind, .number = cell->value.word}};
  return (struct remembered){.value = {.kind = kind, .text = {cell->value.text, cell->value.length}}, .hash = (uint64_t)cell->value.word};
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
