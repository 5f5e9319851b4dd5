/* A bounded cache of owners' records, so that most events touch no store.
 *
 * One ring of bytes holds the entries in the order they came; an open-addressed table of (tag, place) finds them. Room is made at the tail:
 * an entry that was used since gets a second chance at the head, others go. A ring never fragments, needs no allocator and no lists.
 *
 *        tail                                   head
 *     .. [clean][gone][clean][changed][changed] ......        -> grows to the right, wraps with a filler entry
 *
 * An entry that changed is listed until it was handed to the view (cache_changed, cache_settle); the tail stops at it: what has not been
 * handed over is never dropped. The caller then hands over and asks again.
 */
#ifndef GIFTD_SHARD_CACHE_H
#define GIFTD_SHARD_CACHE_H

#include "giftd/base.h"

#define CACHE_CHANGED_MOST 131072u /* entries listed as changed */
#define CACHE_KEY_MOST 79u         /* bytes of a key */

struct cache_slot {
  uint32_t tag, place;
}; /* place: unit of 16 bytes in the ring, + 1; 0: free */

struct cache_sorted {
  uint64_t first, second;
  uint32_t place;
}; /* key bytes 0..15 as big-endian numbers: sorts as the bytes do */

struct cache {
  struct hash_key key;
  unsigned char *ring;
  uint64_t ring_bytes;
  uint64_t head, tail; /* bytes ever written and dropped; place = modulo ring_bytes */
  struct cache_slot *slots;
  uint32_t slot_mask, entries;
  uint32_t *changed;
  uint32_t changed_count;
  uint64_t changed_bytes; /* at most what all that changed takes, each change counted */
  struct cache_sorted *sorted;
};

/* A key with its hash, which is taken once and used for every look-up of the owner. The bytes are borrowed. */
struct cache_key {
  struct str bytes;
  uint32_t tag;
};

/* Bytes of memory for a budget (at least 1 MiB is used); the table is part of the budget, the list of changed entries comes on top. */
size_t cache_memory(uint64_t budget);
void cache_init(struct cache *cache, void *memory, uint64_t budget, const struct hash_key *key);
struct cache_key cache_key(const struct cache *cache, struct str bytes);
/* Asks the processor for what a later cache_find of the key will touch: first the slot, and when that is there the entry. */
void cache_prefetch_slot(const struct cache *cache, struct cache_key key);
void cache_prefetch_entry(const struct cache *cache, struct cache_key key);
/* False: not here. The record (may be empty: known to be absent) is borrowed until the next cache_put. */
bool cache_find(struct cache *cache, struct cache_key key, struct str *record);
/* Keeps a copy. False: there is no room before what changed was handed over and settled; nothing was kept. A record may be up to
 * LIMIT_STATE_BYTES. */
bool cache_put(struct cache *cache, struct cache_key key, struct str record, bool changed) MUST_USE;
/* Sorts what changed by key and returns how many there are; cache_changed reads the n-th. */
uint32_t cache_sort_changed(struct cache *cache);
void cache_changed(const struct cache *cache, uint32_t n, struct str *key, struct str *record);
/* All that changed was handed over: it may be dropped from now on. */
void cache_settle(struct cache *cache);

#endif
