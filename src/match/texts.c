/* Rows of a text field: one for each value that campaigns name, one for any other value, one for no value.
 *
 * A listener that does not test the field has its bit in every row. One that does is judged for "any other value" once; after that only the
 * values it names itself can differ from that answer, so building costs as much as the campaigns say and not listeners x values.
 */
#include <assert.h>

#include "condition.h"
#include "giftd/base/name.h"
#include "index.h"

struct naming { /* what one field's listeners name */
  struct build *build;
  struct text_slot *slots;
  uint32_t slot_mask;
  struct str *texts; /* by number, in order of first naming */
  uint32_t text_count;
  struct flip *flips;
  uint32_t flip_count;
};

static uint32_t slots_for(uint32_t count) {
  uint32_t slots = 4;
  while (slots < 2 * count) slots *= 2;
  return slots;
}

static struct text_slot *slot_find(struct text_slot *slots, uint32_t mask, struct str text) {
  uint32_t at = (uint32_t)name_hash(text) & mask;
  while (slots[at].row != 0 && !name_equal(slots[at].text, text)) at = (at + 1) & mask;
  return &slots[at];
}

static uint32_t text_number(struct naming *naming, struct str text) {
  struct text_slot *slot = slot_find(naming->slots, naming->slot_mask, text);
  if (slot->row == 0) {
    naming->texts[naming->text_count] = text;
    *slot = (struct text_slot){text, ++naming->text_count};
  }
  return slot->row - 1;
}

static const struct condition *leaf_of(const struct build *build, const struct use *use) { return &build->rulebook->conditions[use->leaf]; }

static const struct list *leaf_list(const struct build *build, const struct condition *leaf) {
  bool listed = leaf->op == OP_IN_LIST || leaf->op == OP_NOT_IN_LIST;
  return listed && leaf->operand.list != NONE ? &build->rulebook->lists[leaf->operand.list] : NULL;
}

static bool run_holds(const struct build *build, const struct use *run, uint32_t count, const struct value *value) {
  for (uint32_t i = 0; i < count; i++) {
    if (!match_leaf(build->rulebook, leaf_of(build, &run[i]), value)) return false;
  }
  return true;
}

static bool run_holds_elsewhere(const struct build *build, const struct use *run, uint32_t count) {
  for (uint32_t i = 0; i < count; i++) {
    if (!leaf_holds_elsewhere(leaf_of(build, &run[i]))) return false;
  }
  return true;
}

/* A lone condition answers differently for exactly the values it names; several on one field are judged together. */
static void name_text(struct naming *naming, const struct use *run, uint32_t count, bool elsewhere, struct str text) {
  if (count > 1) {
    struct value value = {.kind = VALUE_TEXT, .text = text};
    if (run_holds(naming->build, run, count, &value) == elsewhere) return;
  }
  naming->flips[naming->flip_count++] = (struct flip){text_number(naming, text), run->listener};
}

static void name_run(struct naming *naming, const struct use *run, uint32_t count, bool elsewhere) {
  for (uint32_t i = 0; i < count; i++) {
    const struct condition *leaf = leaf_of(naming->build, &run[i]);
    const struct list *list = leaf_list(naming->build, leaf);
    for (uint32_t k = 0; k < leaf->operand.text_count; k++) name_text(naming, run, count, elsewhere, leaf->operand.texts[k]);
    for (uint32_t k = 0; list != NULL && k < list->count; k++) name_text(naming, run, count, elsewhere, list->items[k]);
  }
}

static uint32_t count_names(const struct build *build, const struct use *uses, uint32_t count) {
  uint32_t names = 0;
  for (uint32_t i = 0; i < count; i++) {
    const struct condition *leaf = leaf_of(build, &uses[i]);
    const struct list *list = leaf_list(build, leaf);
    names += leaf->operand.text_count + (list != NULL ? list->count : 0);
  }
  return names;
}

/* Bits that differ from `other`: kept as a list while that is shorter and quicker than a row of its own. */
static struct row row_make(struct build *build, const struct row *other, const struct flip *flips, uint32_t count) {
  uint32_t word_count = build->partition->word_count;
  struct row row = {.ones = other->ones};
  for (uint32_t i = 0; i < count; i++) {
    if (bit_is_set(other->words, flips[i].listener)) {
      row.ones--;
    } else {
      row.ones++;
    }
  }
  if (count <= 8 + word_count / 4) {
    row.flips = flips_listeners(flips, count, build->arena);
    row.flip_count = count;
    return row;
  }
  uint64_t *words = words_new(word_count, build->arena);
  if (words == NULL) return row;
  memcpy(words, other->words, word_count * sizeof *words);
  for (uint32_t i = 0; i < count; i++) bit_turn(words, flips[i].listener);
  row.words = words;
  return row;
}

static void rows_make(struct naming *naming, struct attribute *out) {
  struct build *build = naming->build;
  struct row *rows = arena_array(build->arena, naming->text_count, sizeof *rows);
  uint32_t slot_count = slots_for(naming->text_count);
  struct text_slot *slots = arena_array(build->arena, slot_count, sizeof *slots);
  if (rows == NULL || slots == NULL) return;
  uint32_t row_count = 0;
  for (uint32_t i = 0, next; i < naming->flip_count; i = next) {
    next = i + 1;
    while (next < naming->flip_count && naming->flips[next].at == naming->flips[i].at) next++;
    struct str text = naming->texts[naming->flips[i].at];
    rows[row_count] = row_make(build, &out->other, &naming->flips[i], next - i);
    *slot_find(slots, slot_count - 1, text) = (struct text_slot){text, ++row_count};
  }
  out->rows = rows;
  out->slots = slots;
  out->slot_mask = slot_count - 1;
}

static bool naming_init(struct naming *naming, struct build *build, uint32_t names) {
  uint32_t slot_count = slots_for(names);
  *naming = (struct naming){.build = build, .slot_mask = slot_count - 1};
  naming->slots = arena_array(build->scratch, slot_count, sizeof *naming->slots);
  naming->texts = arena_array(build->scratch, names, sizeof *naming->texts);
  naming->flips = arena_array(build->scratch, names, sizeof *naming->flips);
  return !build->scratch->overflowed;
}

void texts_build(struct build *build, uint32_t first, uint32_t count, struct attribute *out) {
  const struct use *uses = &build->uses[first];
  uint32_t word_count = build->partition->word_count, names = count_names(build, uses, count);
  uint64_t *absent = words_new(word_count, build->arena), *other = words_new(word_count, build->arena);
  struct flip *sorting = arena_array(build->scratch, names, sizeof *sorting);
  struct naming naming;
  if (!naming_init(&naming, build, names) || absent == NULL || other == NULL) return;
  words_fill(absent, build->partition->count);
  words_fill(other, build->partition->count);
  for (uint32_t i = 0, next; i < count; i = next) {
    next = i + 1;
    while (next < count && uses[next].listener == uses[i].listener) next++;
    bool elsewhere = run_holds_elsewhere(build, &uses[i], next - i);
    if (!elsewhere) bit_clear(other, uses[i].listener);
    if (!run_holds(build, &uses[i], next - i, NULL)) bit_clear(absent, uses[i].listener);
    name_run(&naming, &uses[i], next - i, elsewhere);
  }
  out->absent = (struct row){.words = absent, .ones = words_ones(absent, word_count)};
  out->other = (struct row){.words = other, .ones = words_ones(other, word_count)};
  naming.flip_count = flips_sort(naming.flips, naming.flip_count, sorting);
  rows_make(&naming, out);
}
