/* Keys: what a `per` comes to for this event. */
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

static bool fact_cell(struct work *w, const struct fact *fact, struct value *out) {
  assert(w->kinds[fact->kind]->kind == fact->kind); /* the table of kinds is in order */
  *out = w->kinds[fact->kind]->ask(w, fact);
  return out->kind == VALUE_TEXT;
}

/* Never: an episode of its own. */
static bool fact_time(struct work *w, const struct fact *fact, struct value *out) {
  uint64_t key = 0;
  assert(w->kinds[fact->kind]->reached != NULL);
  if (!key_of_fact(w, fact, &key)) return false;
  *out = value_number(w->kinds[fact->kind]->reached(w, fact, key));
  return true;
}

static bool value_of_dimension(struct work *w, const struct dimension *dimension, uint32_t campaign, struct value *out) {
  switch (dimension->kind) {
    case DIMENSION_CUSTOMER: break; /* no part of a key: the record is his */
    case DIMENSION_CAUSE:
      *out = (struct value){.kind = VALUE_TEXT, .text = w->event->cause.length > 0 ? w->event->cause : w->event->customer};
      return true;
    case DIMENSION_FIELD: return field_value(w->event, dimension->index, out);
    case DIMENSION_FACT: return fact_cell(w, &w->book->facts[dimension->index], out);
    case DIMENSION_FACT_AT: return fact_time(w, &w->book->facts[dimension->index], out);
    case DIMENSION_UNIT: *out = value_number(period_of((enum unit)dimension->index, counted_ms(w), work_zone(w, campaign))); return true;
  }
  return false;
}

bool key_of_dimensions(struct work *w, const struct dimension *dimensions, uint32_t count, uint32_t campaign, uint64_t *key) {
  assert(count <= LIMIT_DIMENSIONS);
  *key = 0;
  for (uint32_t i = 0; i < count; i++) {
    struct value value;
    if (dimensions[i].kind == DIMENSION_CUSTOMER) continue;
    if (!value_of_dimension(w, &dimensions[i], campaign, &value)) return false;
    *key = hash_of_value(*key + i + 1, &value);
  }
  return true;
}
