/* The ring of states that the view lacks, and its index; pending.h has the picture. Invariants: head - tail <= ring_bytes; an entry starts
 * on a unit of 16 bytes and never crosses the ring's end; a slot points at the latest entry of its key, all others are stale, and no slot
 * points before tail. Whether an entry is the latest is written on it: it is asked of every entry three times, and the index is large. */
#include "pending.h"

#include <assert.h>

#include "proof.h"

#define UNIT 16u
#define BYTES_A_SLOT 64u /* few entries take less, and none less than 48; two slots for so many bytes: the index is never full */

static uint64_t slot_count(uint64_t bytes) {
  uint64_t slots = 1024;
  while (slots * BYTES_A_SLOT < 2 * bytes) slots *= 2;
  return slots;
}

static uint64_t ring_size(uint64_t bytes) { return bytes / UNIT * UNIT; }

size_t pending_memory(uint64_t bytes) { return (size_t)(ring_size(bytes) + slot_count(bytes) * sizeof(uint32_t) + 2 * UNIT); }

void pending_init(struct pending *pending, void *memory, uint64_t bytes, uint32_t buckets) {
  unsigned char *at = memory;
  at += (UNIT - (uintptr_t)at % UNIT) % UNIT;
  *pending = (struct pending){.ring = at, .ring_bytes = ring_size(bytes), .buckets = buckets};
  assert(pending->ring_bytes / UNIT < UINT32_MAX && slot_count(bytes) <= UINT32_MAX && buckets > 0);
  pending->slots = (uint32_t *)(void *)(at + pending->ring_bytes);
  pending->slot_mask = (uint32_t)(slot_count(bytes) - 1);
  memset(pending->slots, 0, slot_count(bytes) * sizeof(uint32_t));
}

static struct pending_entry *entry_at(const struct pending *pending, uint64_t at) {
  return (struct pending_entry *)(void *)(pending->ring + at % pending->ring_bytes);
}

static struct pending_entry *entry_of_slot(const struct pending *pending, uint32_t slot) {
  return (struct pending_entry *)(void *)(pending->ring + (uint64_t)(pending->slots[slot] - 1) * UNIT);
}

static uint32_t place_of(const struct pending *pending, const struct pending_entry *entry) {
  return (uint32_t)((uint64_t)((const unsigned char *)entry - pending->ring) / UNIT + 1);
}

static uint32_t slot_find(const struct pending *pending, uint32_t tag, struct str key) {
  uint32_t at = tag & pending->slot_mask;
  for (; pending->slots[at] != 0; at = (at + 1) & pending->slot_mask) {
    const struct pending_entry *entry = entry_of_slot(pending, at);
    if (entry->tag == tag && str_equal(pending_key(entry), key)) return at;
  }
  return at;
}

/* Closes the gap behind a freed slot (Knuth 6.4, algorithm R). */
static void slot_free(struct pending *pending, uint32_t at) {
  uint32_t gap = at, mask = pending->slot_mask;
  for (uint32_t next = (at + 1) & mask; pending->slots[next] != 0; next = (next + 1) & mask) {
    uint32_t home = entry_of_slot(pending, next)->tag & mask;
    if (((next - home) & mask) < ((next - gap) & mask)) continue;
    pending->slots[gap] = pending->slots[next];
    gap = next;
  }
  pending->slots[gap] = 0;
}

void pending_clear(struct pending *pending) {
  pending_drop(pending, pending->head);
  assert(pending->tail == pending->head);
}

static uint32_t entry_size(struct str key, struct str record) {
  return (uint32_t)((sizeof(struct pending_entry) + key.length + record.length + UNIT - 1) / UNIT * UNIT);
}

uint64_t pending_size(struct str key, struct str record) { return entry_size(key, record); }

uint64_t pending_room(const struct pending *pending) {
  uint64_t left = pending->ring_bytes - (pending->head - pending->tail);
  uint64_t lost = 2u * (LIMIT_STATE_BYTES + sizeof(struct pending_entry) + 256u); /* an entry at the ring's end, and its filler */
  return left > lost ? left - lost : 0;
}

static uint32_t bucket_of(const struct pending *pending, struct str key, uint64_t hash) {
  return key_is_tally(key) ? pending->buckets : (uint32_t)(hash >> 32) % pending->buckets;
}

uint32_t pending_bucket(const struct pending *pending, struct str key) { return bucket_of(pending, key, hash64(&HASH_KEY_FIXED, key)); }

void pending_add(struct pending *pending, struct str key, struct str record, uint64_t batch) {
  assert(key.length > 0 && key.length <= UINT8_MAX && record.length <= LIMIT_STATE_BYTES);
  uint32_t size = entry_size(key, record);
  uint64_t to_end = pending->ring_bytes - pending->head % pending->ring_bytes, hash = hash64(&HASH_KEY_FIXED, key);
  assert(pending->head - pending->tail + size + (to_end < size ? to_end : 0) <= pending->ring_bytes);
  if (to_end < size) {
    struct pending_entry *filler = entry_at(pending, pending->head); /* a unit of 16 holds size to bucket */
    filler->size = (uint32_t)to_end, filler->bucket = PENDING_FILLER;
    pending->head += to_end;
  }
  struct pending_entry *entry = entry_at(pending, pending->head);
  *entry = (struct pending_entry){.size = size,
                                  .record_length = (uint32_t)record.length,
                                  .tag = (uint32_t)hash,
                                  .bucket = bucket_of(pending, key, hash),
                                  .batch = batch,
                                  .key_length = (uint8_t)key.length};
  memcpy(entry->bytes, key.at, key.length);
  if (record.length > 0) memcpy(entry->bytes + key.length, record.at, record.length);
  uint32_t at = slot_find(pending, entry->tag, key);
  if (pending->slots[at] != 0) entry_of_slot(pending, at)->stale = true;
  pending->slots[at] = place_of(pending, entry);
  pending->head += size;
}

bool pending_find(const struct pending *pending, struct str key, struct str *record) {
  uint32_t at = slot_find(pending, (uint32_t)hash64(&HASH_KEY_FIXED, key), key);
  if (pending->slots[at] == 0) return false;
  *record = pending_record(entry_of_slot(pending, at));
  return true;
}

const struct pending_entry *pending_next(const struct pending *pending, uint64_t *at, uint64_t end) {
  while (*at < end) {
    const struct pending_entry *entry = entry_at(pending, *at);
    *at += entry->size;
    if (entry->bucket != PENDING_FILLER) return entry;
  }
  return NULL;
}

const struct pending_entry *pending_latest(const struct pending *pending, const struct pending_entry *entry) {
  if (!entry->stale) return entry;
  uint32_t at = slot_find(pending, entry->tag, pending_key(entry));
  assert(pending->slots[at] != 0);
  return entry_of_slot(pending, at);
}

bool pending_is_latest(const struct pending_entry *entry) { return !entry->stale; }

void pending_drop(struct pending *pending, uint64_t before) {
  assert(before <= pending->head);
  while (pending->tail < before) {
    const struct pending_entry *entry = entry_at(pending, pending->tail);
    if (entry->bucket != PENDING_FILLER && !entry->stale) {
      uint32_t at = slot_find(pending, entry->tag, pending_key(entry));
      assert(pending->slots[at] == place_of(pending, entry));
      slot_free(pending, at);
    }
    pending->tail += entry->size;
  }
}
