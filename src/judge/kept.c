/* Values that stand in the customer's record - the profile, what facts and chances keep - and conditions over them. Of a text that is
 * longer than a cell there are only the beginning and the hash, so it is not compared as it stands: it is looked for among the texts that
 * the condition names. */
#include "work.h"

static uint64_t field_name(uint64_t key, uint64_t field) { return hash64_pair(&HASH_KEY_FIXED, key, field); }

/* ---- finding ---- */

struct place {
  enum cell_kind kind;
  uint64_t decl, key;
};

static bool fact_place(struct work *w, const struct fact *fact, struct place *out) {
  uint64_t key = 0;
  if (!key_of_fact(w, fact, &key)) return false;
  *out = (struct place){CELL_KEPT, fact->decl, field_name(key, fact->keep)};
  return true;
}

static bool kept_place(struct work *w, const struct condition *leaf, struct place *out) {
  if (leaf->left == LEFT_FACT_KEEP) return fact_place(w, &w->book->facts[leaf->index], out);
  if (leaf->left != LEFT_CHANCE || w->lot == NULL) return false;
  *out = (struct place){CELL_KEPT, cell_decl(w->lot), field_name(w->lot->key, leaf->index)};
  return true;
}

static uint64_t profile_field(const struct work *w, const struct condition *leaf) {
  assert(leaf->left == LEFT_PROFILE);
  return decl_of_hash(w->book->catalogue->fields[leaf->index].hash);
}

bool kept_find(struct work *w, const struct condition *leaf, int32_t item, struct remembered *out) {
  struct place place;
  if (leaf->left == LEFT_PROFILE) return profile_get(w->customer, profile_field(w, leaf), (uint32_t)item, out);
  if (!kept_place(w, leaf, &place)) return false;
  const struct cell *cell = state_find(w->customer, place.kind, place.decl, place.key, item);
  if (cell == NULL) return false;
  *out = cell_get_value(cell);
  return true;
}

struct value kept_value(struct work *w, const struct condition *leaf) {
  struct remembered first, second;
  if (!kept_find(w, leaf, 0, &first)) return (struct value){.kind = VALUE_ABSENT};
  return kept_find(w, leaf, 1, &second) ? (struct value){.kind = VALUE_LIST} : first.value;
}

/* ---- keeping ---- */

const struct cell *kept_cell(const struct work *w, uint64_t decl, uint64_t key, uint16_t field, int32_t item) {
  return state_find(w->customer, CELL_KEPT, decl, field_name(key, field), item);
}

void keep_values(struct work *w, uint64_t decl, uint64_t key, uint16_t field, const struct value *value, int32_t expires_day) {
  uint64_t name = field_name(key, field);
  assert(field != FIELD_NONE);
  state_remove_all(w->customer, CELL_KEPT, decl, name);
  if (value == NULL || value->kind == VALUE_ABSENT) return;
  uint32_t count = value->kind == VALUE_LIST ? value->count : 1;
  for (uint32_t i = 0; i < count; i++) {
    struct cell *cell = work_make(w, w->customer, CELL_KEPT, decl, name, (int32_t)i);
    cell_set_value(cell, value, i);
    cell->expires_day = expires_day;
  }
}

/* An id that is longer than its cell is kept as a whole beside it: somebody may be asked to hear by it (`as`). */
static void keep_whole(struct work *w, uint64_t decl, uint64_t key, uint16_t field, const struct value *value, int32_t expires_day) {
  uint64_t name = field_name(key, field);
  state_remove_all(w->customer, CELL_WHOLE, decl, name);
  if (value == NULL || value->kind != VALUE_TEXT || value->text.length <= CELL_TEXT_BYTES || !str_is_id(value->text)) return;
  work_put_text(w, CELL_WHOLE, decl, name, value->text, expires_day);
}

/* A kept id is somebody else's, so nobody is their own referrer (R79). */
void fact_keep(struct work *w, const struct fact *fact, uint64_t key, int32_t expires_day) {
  if (fact->keep == FIELD_NONE) return;
  const struct value *value = event_field(w->event, fact->keep);
  struct str items[LIMIT_EVENT_LIST];
  struct value others = {.kind = VALUE_LIST, .items = items};
  if (value != NULL && value->kind == VALUE_TEXT && str_equal(value->text, w->event->customer)) value = NULL;
  if (value != NULL && value->kind == VALUE_LIST) {
    assert(value->count <= LIMIT_EVENT_LIST);
    for (uint32_t i = 0; i < value->count; i++)
      if (!str_equal(value->items[i], w->event->customer)) items[others.count++] = value->items[i];
    value = &others;
  }
  keep_values(w, fact->decl, key, fact->keep, value, expires_day);
  keep_whole(w, fact->decl, key, fact->keep, value, expires_day);
}

void kept_drop(struct work *w, const struct fact *fact, uint64_t key) {
  if (fact->keep == FIELD_NONE) return;
  state_remove_all(w->customer, CELL_KEPT, fact->decl, field_name(key, fact->keep));
  state_remove_all(w->customer, CELL_WHOLE, fact->decl, field_name(key, fact->keep));
}

static void cells_move(struct work *w, enum cell_kind kind, uint64_t decl, uint64_t from, uint64_t to, int32_t expires_day) {
  const struct cell *cell = state_first(w->customer, kind, decl, from);
  assert(from != to && (kind == CELL_KEPT || kind == CELL_WHOLE));
  while (cell != NULL) {
    const struct cell *next = state_next(w->customer, cell); /* without room nothing is moved, and the decision is void */
    struct cell *copy = work_make(w, w->customer, kind, decl, to, cell->period);
    copy->value = cell->value; /* PART is of the same size */
    copy->expires_day = expires_day;
    state_remove(w->customer, cell);
    cell = next;
  }
}

void kept_move(struct work *w, const struct fact *fact, uint64_t from, uint64_t to, int32_t expires_day) {
  if (fact->keep == FIELD_NONE) return;
  kept_drop(w, fact, to);
  cells_move(w, CELL_KEPT, fact->decl, field_name(from, fact->keep), field_name(to, fact->keep), expires_day);
  cells_move(w, CELL_WHOLE, fact->decl, field_name(from, fact->keep), field_name(to, fact->keep), expires_day);
}

bool kept_matches(struct work *w, uint64_t decl, uint64_t key, const uint16_t *fields, uint32_t count) {
  for (uint32_t i = 0; i < count; i++) {
    const struct cell *kept = kept_cell(w, decl, key, fields[i], 0);
    const struct value *value = event_field(w->event, fields[i]);
    struct cell probe = {0};
    if (kept == NULL || value == NULL || value->kind == VALUE_LIST) return false;
    cell_set_value(&probe, value, 0);
    if (probe.value.word != kept->value.word || probe.value.kind != kept->value.kind) return false;
  }
  return true;
}

/* ---- conditions ---- */

/* Lists find their items by the hash that is kept (struct list). */
static const struct str *list_find(const struct list *list, const struct remembered *kept) {
  if (list->slot_count == 0) {
    for (uint32_t i = 0; i < list->count; i++)
      if (remembered_is(kept, list->items[i])) return &list->items[i];
    return NULL;
  }
  uint32_t mask = list->slot_count - 1;
  assert((list->slot_count & mask) == 0 && list->slot_count > list->count); /* a free slot ends every search */
  for (uint32_t slot = (uint32_t)kept->hash & mask; list->slots[slot] != 0; slot = (slot + 1) & mask) {
    const struct str *item = &list->items[list->slots[slot] - 1];
    if (remembered_is(kept, *item)) return item;
  }
  return NULL;
}

bool left_listed(struct work *w, const struct condition *leaf, struct str text, const struct list *list) {
  struct remembered kept;
  return kept_find(w, leaf, 0, &kept) ? list_find(list, &kept) != NULL : list_has(list, text);
}

/* Who is in a list file is never a campaign's terms: earlier ones have the files by name, with nobody in them. */
static uint32_t list_running(const struct work *w, uint32_t number) {
  const struct rulebook *running = w->in->rulebook;
  const struct list *list = &w->book->lists[number];
  for (uint32_t i = 0; w->book != running && list->of_file && i < running->list_count; i++)
    if (running->lists[i].of_file && str_equal(running->lists[i].name, list->name)) return i;
  return NONE;
}

const struct list *list_now(const struct work *w, uint32_t number) {
  uint32_t running = list_running(w, number);
  return running == NONE ? &w->book->lists[number] : &w->in->rulebook->lists[running];
}

bool leaf_matches(const struct work *w, const struct condition *leaf, const struct value *actual) {
  struct condition asked = *leaf;
  uint32_t running = leaf->operand.list == NONE ? NONE : list_running(w, leaf->operand.list);
  if (running != NONE) asked.operand.list = running;
  return match_leaf(running == NONE ? w->book : w->in->rulebook, &asked, actual);
}

#define TEXT_OF_NOBODY STR("\xff") /* no UTF-8: no condition can name it */

/* The whole text of what is kept, if a condition names it. */
static struct str text_named(const struct work *w, const struct operand *operand, const struct remembered *kept) {
  for (uint32_t i = 0; i < operand->text_count; i++)
    if (remembered_is(kept, operand->texts[i])) return operand->texts[i];
  const struct str *item = operand->list == NONE ? NULL : list_find(list_now(w, operand->list), kept);
  return item != NULL ? *item : TEXT_OF_NOBODY;
}

static bool item_holds(struct work *w, const struct condition *leaf, const struct remembered *kept) {
  struct value value = kept->value;
  if (value.kind == VALUE_TEXT) value.text = text_named(w, &leaf->operand, kept);
  return leaf_matches(w, leaf, &value);
}

static bool profile_holds(struct work *w, const struct condition *leaf) {
  struct profile_cursor at = {NULL, 0};
  struct remembered kept;
  while (profile_next(w->customer, profile_field(w, leaf), &at, &kept))
    if (item_holds(w, leaf, &kept)) return true;
  return false;
}

/* Of a list any item will do: `contains_any` is all that may be asked of one. */
bool kept_holds(struct work *w, const struct condition *leaf) {
  struct remembered kept;
  bool list = kept_find(w, leaf, 1, &kept);
  if (list && leaf->op != OP_CONTAINS_ANY && leaf->op != OP_EXISTS) return false;
  if (leaf->left == LEFT_PROFILE) return profile_holds(w, leaf);
  for (int32_t i = 0; i < (int32_t)LIMIT_EVENT_LIST && kept_find(w, leaf, i, &kept); i++)
    if (item_holds(w, leaf, &kept)) return true;
  return false;
}
