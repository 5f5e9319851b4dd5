/* Looking up in the catalogue: a field by the hash of its name, which the reader has made already, and a word of a closed field. */
#ifndef GIFTD_EVENT_CATALOGUE_FIND_H
#define GIFTD_EVENT_CATALOGUE_FIND_H

#include "giftd/base/name.h"
#include "giftd/event.h"

#define FIELD_SLOTS (sizeof((struct catalogue *)0)->field_slots / sizeof(uint16_t))

static inline uint16_t catalogue_field_hashed(const struct catalogue *catalogue, struct str name, uint64_t hash) {
  for (size_t slot = hash % FIELD_SLOTS;; slot = (slot + 1) % FIELD_SLOTS) {
    uint16_t entry = catalogue->field_slots[slot];
    if (entry == 0) return FIELD_NONE;
    if (name_equal(catalogue->fields[entry - 1].event_name, name)) return (uint16_t)(entry - 1);
  }
}

#define WORD_SLOTS (sizeof((struct catalogue *)0)->word_slots / sizeof(uint16_t))

/* Words are few and short: their ends tell nearly all of them apart. Not of an empty text. */
static inline size_t word_slot(uint16_t type, uint16_t field, struct str text) {
  uint64_t ends = (uint64_t)(unsigned char)text.at[0] << 8 | (unsigned char)text.at[text.length - 1];
  return ((ends << 40 | text.length << 32 | (uint64_t)type << 16 | field) * 0x9e3779b97f4a7c15ULL >> 32) % WORD_SLOTS;
}

/* Whether a field of a type may say this, where its words are closed. */
static inline bool catalogue_has_word(const struct catalogue *catalogue, uint16_t type, uint16_t field, struct str text) {
  for (size_t slot = word_slot(type, field, text);; slot = (slot + 1) % WORD_SLOTS) {
    uint16_t entry = catalogue->word_slots[slot];
    if (entry == 0) return false;
    const struct closed_word *word = &catalogue->words[entry - 1];
    if (word->type == type && word->field == field && name_equal(word->text, text)) return true;
  }
}

#endif
