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

static struct str table_cell(struct work *w, const struct fact *fact) {
  uint32_t at = 0;
  assert(fact->kind == FACT_TABLE && fact->axis_count > 0);
  for (uint32_t i = 0; i < fact->axis_count; i++) {
    uint32_t index = axis_index(w, &fact->axes[i]);
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
  for (uint32_t i = 0; i < fact->axis_count; i++)
    if (!left_can_change(w, &w->book->conditions[fact->axes[i].left])) return false;
  return true;
}

const struct fact_kind_row fact_kind_table = {
    .kind = FACT_TABLE, .ask = ask, .can_change = can_change, .refusal = REASON_CONDITION_NOT_MET};
