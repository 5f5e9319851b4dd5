/* What stands in the usual line - compact JSON of plain texts and whole numbers, with keys that were met before - is told in a few steps
 * each. None of these reads anything that it does not know for sure; what they leave is read by scan.c as RFC 8259 has it. */
#ifndef GIFTD_EVENT_USUAL_H
#define GIFTD_EVENT_USUAL_H

#include "keys.h"

/* Behind a plain number - one digit, or several that do not start with 0, and then what ends a value; 0 for all others. */
static inline size_t plain_number_end(struct str line, size_t at) {
  size_t end = at;
  while (end < line.length && (unsigned)(line.at[end] - '0') <= 9) end++;
  bool ends = end < line.length && (line.at[end] == ',' || line.at[end] == '}' || line.at[end] == ']');
  return ends && (line.at[at] != '0' ? end > at : end == at + 1) ? end : 0;
}

/* A plain text or whole number at `at`: in compact JSON nearly every value is one. False: it is something else. */
static inline bool glimpse_value(struct str line, size_t at, struct token *value) {
  if (line.at[at] == '"') {
    size_t stop = scan_plain(line, at + 1);
    *value = (struct token){JSON_TYPE_TEXT, false, (uint32_t)at, (uint32_t)stop + 1};
    return stop < line.length && line.at[stop] == '"';
  }
  *value = (struct token){JSON_TYPE_NUMBER, false, (uint32_t)at, (uint32_t)plain_number_end(line, at)};
  return value->end != 0;
}

/* "key": at `at`, and a byte behind: returns where its value begins, 0 when something else stands there. */
static inline size_t glimpse_key(struct str line, size_t at, struct str *name) {
  if (at >= line.length || line.at[at] != '"') return 0;
  size_t end = scan_plain(line, at + 1);
  if (end + 2 >= line.length || line.at[end] != '"' || line.at[end + 1] != ':' || scan_is_blank(line.at[end + 2])) return 0;
  *name = (struct str){line.at + at + 1, end - at - 1};
  return end + 2;
}

/* A key that was met behind the same keys before: r->at is at its value. */
static inline bool same_key(struct reader *r, struct frame *frame) {
  if (frame->shape == SHAPE_NONE || r->key_count == r->key_capacity) return false;
  uint16_t number = shape_next(r->shapes, frame->shape, r->line, r->at);
  if (number == 0) return false;
  const struct shape_key *key = &r->shapes->keys[number];
  (void)list_key(r, frame, (struct str){r->line.at + r->at + key->name_at, key->name_length}, key->hash); /* on a path all keys differ */
  frame->shape = number;
  r->at += key->length;
  if (r->depth > 1) {
    r->data_field = key->field;
    return true;
  }
  r->attribute = key->attribute;
  r->top_field = key->field;
  return true;
}

#endif
