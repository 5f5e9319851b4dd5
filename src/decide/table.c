/* Keys and tables: what a `per` comes to for this event, and the cell a decision table points at (campaigns.md section 5). */
#include "work.h"

uint64_t hash_of_value(uint64_t seed, const struct value *value) {
  switch (value->kind) {
    case VALUE_TEXT: return hash64_pair(&HASH_KEY_FIXED, seed, hash64(&HASH_KEY_FIXED, value->text));
    case VALUE_INT:
    case VALUE_BOOL: return hash64_pair(&HASH_KEY_FIXED, seed ^ 1, (uint64_t)value->number);
    case VALUE_LIST:
    case VALUE_ABSENT: break;
  }
  return seed;
}

static bool field_value(const struct event *event, uint32_t field, struct value *out) {
  const struct value *value = event_field(event, (uint16_t)field);
  if (value == NULL || value->kind == VALUE_LIST) return false;
  *out = *value;
  return true;
}

static bool fact_value(struct work *w, const struct fact *fact, struct value *out) {
  if (fact->kind != FACT_TABLE) return false;
  struct str cell = table_cell(w, fact);
  *out = (struct value){.kind = VALUE_TEXT, .text = cell};
  return cell.length > 0;
}

static bool fact_time(struct work *w, const struct fact *fact, struct value *out) {
  uint64_t key = 0;
  if (!key_of_dimensions(w, fact->dimensions, fact->dimension_count, fact->campaign, &key)) return false;
  const struct cell *cell = state_find(w->customer, fact->kind == FACT_FIRST ? CELL_FIRST : CELL_LAST, fact->decl, key, 0);
  *out = (struct value){.kind = VALUE_INT, .number = cell == NULL ? 0 : cell->v[0]};
  return true; /* never: an episode of its own */
}

bool value_of_dimension(struct work *w, const struct dimension *dimension, uint32_t campaign, struct value *out) {
  int32_t offset = work_campaign(w, campaign)->offset_minutes;
  switch (dimension->kind) {
    case DIMENSION_CUSTOMER: *out = (struct value){.kind = VALUE_TEXT, .text = w->event->customer}; return true;
    case DIMENSION_CAUSE:
      *out = (struct value){.kind = VALUE_TEXT, .text = w->event->cause.length > 0 ? w->event->cause : w->event->customer};
      return true;
    case DIMENSION_FIELD: return field_value(w->event, dimension->index, out);
    case DIMENSION_FACT: return fact_value(w, &w->book->facts[dimension->index], out);
    case DIMENSION_FACT_AT: return fact_time(w, &w->book->facts[dimension->index], out);
    case DIMENSION_UNIT:
      *out = (struct value){.kind = VALUE_INT, .number = period_of((enum unit)dimension->index, w->event->time_ms, offset)};
      return true;
  }
  return false;
}

bool key_of_dimensions(struct work *w, const struct dimension *dimensions, uint32_t count, uint32_t campaign, uint64_t *key) {
  *key = 0;
  for (uint32_t i = 0; i < count; i++) {
    struct value value;
    if (dimensions[i].kind == DIMENSION_CUSTOMER) continue;
    if (!value_of_dimension(w, &dimensions[i], campaign, &value)) return false;
    *key = hash_of_value(*key + i + 1, &value);
  }
  return true;
}

static uint32_t axis_index(struct work *w, const struct axis *axis, uint32_t campaign) {
  const struct condition *left = &w->book->conditions[axis->left];
  struct value value = left_value(w, left, campaign);
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

struct str table_cell(struct work *w, const struct fact *fact) {
  uint32_t at = 0;
  for (uint32_t i = 0; i < fact->axis_count; i++) {
    uint32_t index = axis_index(w, &fact->axes[i], fact->campaign);
    if (index == NONE) return fact->otherwise;
    at = at * fact->axes[i].count + index;
  }
  return fact->cells[at];
}
