/* Decision tables: a cell by one axis or two (R85). They remember nothing. */
#include "work.h"

static uint32_t axis_index(struct work *w, const struct axis *axis) {
  const struct condition *left = &w->book->conditions[axis->left];
  struct value value = left_value(w, left);
  uint32_t found = NONE;
  for (uint32_t i = 0; i < axis->count; i++) {
    if (axis->from != NULL) {
      if (value.kind == VALUE_INT && value.number >= axis->from[i]) found = i; /* thresholds rise: the last that holds */
    } else if (value.kind == VALUE_TEXT && left_listed(w, left, value.text, &w->book->lists[axis->lists[i]])) {
      return i;
    }
  }
  return found;
}

/* ---- a gift that is judged again ---- */

#define AXIS_BITS 16 /* of what is noted of a gift's event: a step of each axis, from 1 on, or 0 */

int64_t table_noted(struct work *w, const struct fact *fact) {
  int64_t noted = 0;
  for (uint32_t i = 0; i < fact->axis_count; i++) noted |= (int64_t)(axis_index(w, &fact->axes[i]) + 1) << (AXIS_BITS * i);
  return noted;
}

static const struct cell *noted_of(const struct work *w, const struct fact *fact) { return fed_find(w, fact, w->recheck_cause); }

/* What cannot have changed is where it was then. */
static uint32_t axis_now(struct work *w, const struct fact *fact, uint32_t number) {
  const struct axis *axis = &fact->axes[number];
  const struct cell *noted = w->rechecking && !left_can_change(w, &w->book->conditions[axis->left]) ? noted_of(w, fact) : NULL;
  if (noted == NULL) return axis_index(w, axis);
  return (uint32_t)(noted->fed.amount >> (AXIS_BITS * number) & ((1 << AXIS_BITS) - 1)) - 1;
}

/* ---- asking ---- */

static struct str table_cell(struct work *w, const struct fact *fact) {
  uint32_t at = 0;
  assert(fact->kind == FACT_TABLE && fact->axis_count > 0);
  for (uint32_t i = 0; i < fact->axis_count; i++) {
    uint32_t index = axis_now(w, fact, i);
    if (index == NONE) return fact->otherwise;
    at = at * fact->axes[i].count + index;
  }
  return fact->cells[at];
}

static struct value ask(struct work *w, const struct fact *fact) {
  struct str cell = table_cell(w, fact);
  return cell.length == 0 ? value_absent() : (struct value){.kind = VALUE_TEXT, .text = cell};
}

static bool can_change(const struct work *w, const struct fact *fact) {
  uint32_t changing = 0;
  for (uint32_t i = 0; i < fact->axis_count; i++) changing += left_can_change(w, &w->book->conditions[fact->axes[i].left]);
  return changing == fact->axis_count || (changing > 0 && noted_of(w, fact) != NULL);
}

const struct fact_kind_row fact_kind_table = {
    .kind = FACT_TABLE, .ask = ask, .can_change = can_change, .refusal = REASON_CONDITION_NOT_MET};
