/* The records of owners while a scenario is played: key -> bytes, in memory. What giftd keeps in its store, a story keeps here, as the very
 * same bytes. An open table that doubles; nothing is ever removed but the whole.
 */
#include <stdlib.h>

#include "parts.h"

struct record_slot {
  char *key;
  uint32_t key_length, record_length;
  char *record;
};
struct record_table {
  struct record_slot *slots;
  size_t capacity /* a power of two */, count;
};

struct record_table *record_table_new(void) {
  struct record_table *table = calloc(1, sizeof *table);
  if (table == NULL) return NULL;
  table->capacity = 1024;
  table->slots = calloc(table->capacity, sizeof *table->slots);
  if (table->slots != NULL) return table;
  free(table);
  return NULL;
}

void record_table_free(struct record_table *table) {
  if (table == NULL) return;
  for (size_t i = 0; i < table->capacity; i++) {
    free(table->slots[i].key);
    free(table->slots[i].record);
  }
  free(table->slots);
  free(table);
}

static struct record_slot *slot_of(struct record_slot *slots, size_t capacity, struct str key) {
  size_t at = (size_t)hash64(&HASH_KEY_FIXED, key) & (capacity - 1);
  while (slots[at].key != NULL && !str_equal((struct str){slots[at].key, slots[at].key_length}, key)) at = (at + 1) & (capacity - 1);
  return &slots[at];
}

struct str record_table_get(const struct record_table *table, struct str key) {
  const struct record_slot *slot = slot_of(table->slots, table->capacity, key);
  return slot->key == NULL ? (struct str){NULL, 0} : (struct str){slot->record, slot->record_length};
}

static bool grow(struct record_table *table) {
  size_t capacity = table->capacity * 2;
  struct record_slot *slots = calloc(capacity, sizeof *slots);
  if (slots == NULL) return false;
  for (size_t i = 0; i < table->capacity; i++) {
    const struct record_slot *old = &table->slots[i];
    if (old->key != NULL) *slot_of(slots, capacity, (struct str){old->key, old->key_length}) = *old;
  }
  free(table->slots);
  table->slots = slots;
  table->capacity = capacity;
  return true;
}

bool record_table_put(struct record_table *table, struct str key, struct str bytes) {
  if (table->count * 2 >= table->capacity && !grow(table)) return false;
  struct record_slot *slot = slot_of(table->slots, table->capacity, key);
  char *record = realloc(slot->record, bytes.length + 1);
  if (record == NULL) return false;
  slot->record = record;
  memcpy(record, bytes.at, bytes.length);
  slot->record_length = (uint32_t)bytes.length;
  if (slot->key != NULL) return true;
  slot->key = malloc(key.length + 1);
  if (slot->key == NULL) return false;
  memcpy(slot->key, key.at, key.length);
  slot->key_length = (uint32_t)key.length;
  table->count++;
  return true;
}
