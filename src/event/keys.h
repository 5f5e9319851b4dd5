/* The keys of objects that are open: what each is for, that none stands twice, and the shape of line they make. Of scan.c alone. */
#ifndef GIFTD_EVENT_KEYS_H
#define GIFTD_EVENT_KEYS_H

#include <assert.h>

#include "catalogue_find.h"
#include "shapes.h"

#define IS(name, literal) (memcmp((name).at, literal, sizeof(literal) - 1) == 0)

/* The lengths are compared first, so that every memcmp has a constant one and is a load or two. */
static inline enum attribute attribute_of(struct str name) {
  switch (name.length) {
    case 2: return IS(name, "id") ? ATTRIBUTE_ID : ATTRIBUTE_NONE;
    case 4:
      return IS(name, "type") ? ATTRIBUTE_TYPE : IS(name, "time") ? ATTRIBUTE_TIME : IS(name, "data") ? ATTRIBUTE_DATA : ATTRIBUTE_NONE;
    case 6: return IS(name, "source") ? ATTRIBUTE_SOURCE : ATTRIBUTE_NONE;
    case 7: return IS(name, "subject") ? ATTRIBUTE_SUBJECT : ATTRIBUTE_NONE;
    case 8: return IS(name, "customer") ? ATTRIBUTE_CUSTOMER : IS(name, "giftmode") ? ATTRIBUTE_GIFTMODE : ATTRIBUTE_NONE;
    case 11:
      if (IS(name, "specversion")) return ATTRIBUTE_SPECVERSION;
      if (IS(name, "traceparent")) return ATTRIBUTE_TRACEPARENT;
      return IS(name, "data_base64") ? ATTRIBUTE_DATA_BASE64 : ATTRIBUTE_NONE;
    case 12: return IS(name, "recordedtime") ? ATTRIBUTE_RECORDEDTIME : ATTRIBUTE_NONE;
    case 14: return IS(name, "registeredgift") ? ATTRIBUTE_REGISTEREDGIFT : ATTRIBUTE_NONE;
    default: return ATTRIBUTE_NONE;
  }
}

/* A key whose hash was seen before in this object: is it there? */
static __attribute__((noinline)) bool key_is_new(struct reader *r, const struct frame *frame, const struct key *key, size_t offset) {
  for (const struct key *other = r->keys + frame->first_key; other < key; other++) {
    if (other->hash != key->hash || other->length != key->length) continue;
    if (key->length > 0 && memcmp(other->at, key->at, key->length) != 0) continue;
    reader_fail(r, EVENT_DUPLICATE_KEY, offset, " ");
    detail_bytes(r->error, (struct str){key->at, key->length});
    return false;
  }
  return true;
}

/* Lists the key of one more member. False: its object may have had one of this hash. */
static inline bool list_key(struct reader *r, struct frame *frame, struct str name, uint64_t hash) {
  r->keys[r->key_count++] = (struct key){name.at, (uint32_t)name.length, (uint32_t)hash};
  frame->count++;
  r->inside = true;
  uint64_t bit = 1ULL << (hash >> 32 & 63), *word = &frame->seen[hash >> 38 & 3];
  bool is_new = (*word & bit) == 0;
  *word |= bit;
  return is_new;
}

static inline bool note_key(struct reader *r, struct frame *frame, struct str name, uint64_t hash, size_t offset) {
  if (frame->count == LIMIT_EVENT_KEYS) return reader_fail(r, EVENT_TOO_MANY_KEYS, offset, "key number %u", LIMIT_EVENT_KEYS + 1);
  if (r->key_count == r->key_capacity) {
    assert(r->key_capacity < KEYS_MOST);
    r->short_of_keys = true;
    return false;
  }
  return list_key(r, frame, name, hash) || key_is_new(r, frame, &r->keys[r->key_count - 1], offset);
}

/* Behind a key that stood in no shape, at its value: `from` is where the value in front of it ended. */
static inline void learn_key(struct reader *r, struct frame *frame, size_t from, struct str name, bool escaped) {
  bool known = frame->shape != SHAPE_NONE, cut = r->at == r->line.length; /* that is no line to learn from */
  if (!known || escaped || cut) {
    frame->shape = SHAPE_NONE;
    return;
  }
  bool top = r->depth == 1;
  struct shape_key like = {.hash = name_hash(name),
                           .name_at = (uint8_t)((size_t)(name.at - r->line.at) - from),
                           .name_length = (uint8_t)name.length,
                           .attribute = (uint8_t)r->attribute,
                           .field = top ? r->top_field : r->data_field};
  frame->shape = shape_learn(r->shapes, frame->shape, (struct str){r->line.at + from, r->at - from}, like);
}

/* A key of the innermost object, whose value is still to come. */
static inline bool take_key(struct reader *r, struct frame *frame, struct str name, size_t offset) {
  uint64_t hash = name_hash(name);
  if (!note_key(r, frame, name, hash, offset)) return false;
  if (r->depth == 1) {
    r->attribute = attribute_of(name);
    r->top_field = r->attribute == ATTRIBUTE_NONE ? catalogue_field_hashed(r->catalogue, name, hash) : FIELD_NONE;
  } else if (r->in_data && r->depth == 2) {
    r->data_field = catalogue_field_hashed(r->catalogue, name, hash);
  }
  return true;
}

#endif
