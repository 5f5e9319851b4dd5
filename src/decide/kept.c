/* Values that stand in the customer's record - the profile, what facts and chances keep - and conditions over them. Of a text that is
 * longer than a cell there are only the beginning and the hash, so it is not compared as it stands: it is looked for among the texts that
 * the condition names. */
#include "work.h"

struct place {
  enum cell_kind kind;
  uint64_t decl, key;
};

static bool fact_place(struct work *w, const struct fact *fact, struct place *out) {
  uint64_t key = 0;
  if (!key_of_dimensions(w, fact->dimensions, fact->dimension_count, fact->campaign, &key)) return false;
  *out = (struct place){CELL_KEPT, fact->decl, hash64_pair(&HASH_KEY_FIXED, key, fact->keep)};
  return true;
}

static bool kept_place(struct work *w, const struct condition *leaf, struct place *out) {
  if (leaf->left == LEFT_FACT_KEEP) return fact_place(w, &w->book->facts[leaf->index], out);
  if (leaf->left == LEFT_PROFILE) {
    *out = (struct place){CELL_PROFILE, name_decl(w->book->catalogue->fields[leaf->index].event_name), 0};
    return true;
  }
  if (leaf->left != LEFT_CHANCE || w->lot == NULL) return false;
  *out = (struct place){CELL_KEPT, w->lot->decl, hash64_pair(&HASH_KEY_FIXED, w->lot->key, leaf->index)};
  return true;
}

const struct cell *kept_find(struct work *w, const struct condition *leaf, int32_t item) {
  struct place place;
  return kept_place(w, leaf, &place) ? state_find(w->customer, place.kind, place.decl, place.key, item) : NULL;
}

struct value kept_value(struct work *w, const struct condition *leaf) {
  const struct cell *cell = kept_find(w, leaf, 0);
  struct value value = {.kind = VALUE_ABSENT};
  if (cell == NULL) return value;
  if (kept_find(w, leaf, 1) != NULL) return (struct value){.kind = VALUE_LIST};
  cell_get_value(cell, &value);
  return value;
}

/* Lists find their items by the hash that the cell has (struct list). */
static const struct str *list_find(const struct list *list, const struct cell *cell) {
  if (list->slot_count == 0) {
    for (uint32_t i = 0; i < list->count; i++)
      if (cell_is_text(cell, list->items[i])) return &list->items[i];
    return NULL;
  }
  uint32_t mask = list->slot_count - 1;
  for (uint32_t slot = (uint32_t)cell->v[0] & mask; list->slots[slot] != 0; slot = (slot + 1) & mask) {
    const struct str *item = &list->items[list->slots[slot] - 1];
    if (cell_is_text(cell, *item)) return item;
  }
  return NULL;
}

bool left_listed(struct work *w, const struct condition *leaf, struct str text, const struct list *list) {
  const struct cell *cell = kept_find(w, leaf, 0);
  return cell != NULL ? list_find(list, cell) != NULL : list_has(list, text);
}

#define TEXT_OF_NOBODY STR("\xff") /* no UTF-8: no condition can name it */

/* The whole text of a cell, if a condition names it. */
static struct str text_named(const struct rulebook *book, const struct operand *operand, const struct cell *cell) {
  for (uint32_t i = 0; i < operand->text_count; i++)
    if (cell_is_text(cell, operand->texts[i])) return operand->texts[i];
  const struct str *item = operand->list == NONE ? NULL : list_find(&book->lists[operand->list], cell);
  return item != NULL ? *item : TEXT_OF_NOBODY;
}

/* Of a list any item will do: `contains_any` is all that may be asked of one. */
bool kept_holds(struct work *w, const struct condition *leaf, int32_t offset_minutes) {
  bool list = kept_find(w, leaf, 1) != NULL;
  if (list && leaf->op != OP_CONTAINS_ANY && leaf->op != OP_EXISTS) return false;
  for (int32_t i = 0; i < (int32_t)LIMIT_EVENT_LIST; i++) {
    const struct cell *cell = kept_find(w, leaf, i);
    if (cell == NULL) return false;
    struct value value;
    cell_get_value(cell, &value);
    if (value.kind == VALUE_TEXT) value.text = text_named(w->book, &leaf->operand, cell);
    if (match_leaf(w->book, leaf, &value, offset_minutes)) return true;
  }
  return false;
}
