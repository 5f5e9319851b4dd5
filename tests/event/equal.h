/* Whether two readings gave the same event. */
#ifndef GIFTD_TESTS_EVENT_EQUAL_H
#define GIFTD_TESTS_EVENT_EQUAL_H

#include "giftd/event.h"

static inline bool values_equal(const struct value *a, const struct value *b) {
  bool same = a->kind == b->kind && (a->kind != VALUE_TEXT || str_equal(a->text, b->text));
  if (a->kind != VALUE_LIST) return same && (a->kind == VALUE_TEXT || a->kind == VALUE_ABSENT || a->number == b->number);
  for (uint32_t i = 0; same && i < a->count; i++) same = a->count == b->count && str_equal(a->items[i], b->items[i]);
  return same && a->count == b->count;
}

static inline bool events_equal(const struct event *a, const struct event *b) {
  bool same = str_equal(a->id, b->id) && str_equal(a->source, b->source) && str_equal(a->customer, b->customer) &&
              str_equal(a->type_name, b->type_name) && str_equal(a->traceparent, b->traceparent) && a->type == b->type &&
              a->offset_minutes == b->offset_minutes && a->time_ms == b->time_ms && a->arrival_ms == b->arrival_ms &&
              a->digest == b->digest && a->field_count == b->field_count && a->unknown_count == b->unknown_count &&
              memcmp(a->unknown_counts, b->unknown_counts, sizeof a->unknown_counts) == 0;
  for (uint32_t i = 0; same && i < a->field_count; i++)
    same = a->field_ids[i] == b->field_ids[i] && values_equal(&a->values[i], &b->values[i]);
  for (uint32_t i = 0; same && i < a->unknown_count; i++)
    same = a->unknown[i].kind == b->unknown[i].kind && str_equal(a->unknown[i].text, b->unknown[i].text);
  return same;
}

#endif
