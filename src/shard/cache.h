/* A bounded cache of owners' states as they are judged, so that most events touch no store and nothing is decoded or encoded for them.
 *
 *     slots: tag, place  ->  block of the buddy allocator:  | entry | key | state (memory.h) .................. |
 *
 * There are two regions of blocks. Nearly all states stand in the first, which is as large as the budget says. The largest ones - and what
 * has no place there while one event pins it all - stand in the second, which is address space alone until somebody needs it.
 *
 * A state that changed is *listed* until it was handed to the view (cache_sort_changed, cache_settle): what has not been handed over is
 * never dropped. What the event at hand touched is *pinned* for its turn. Everything else makes way when room is needed: a hand walks
 * through memory by address, so that the blocks it clears join to one of the size that is asked for; who was used since it last came by
 * gets a second chance (CLOCK, Corbato 1968).
 *
 * Pointers to states are good until the next cache_turn, and of a state that grows until then.
 */
#ifndef GIFTD_SHARD_CACHE_H
#define GIFTD_SHARD_CACHE_H

#include "blocks.h"
#include "giftd/memory.h"

#define CACHE_CHANGED_MOST 131072u /* states listed as changed */
#define CACHE_KEY_MOST 79u         /* bytes of a key */

struct cache_slot {
  uint32_t tag, place; /* place: of the block, unit + 1; 0: free */
};

struct cache_sorted {
  uint64_t first, second; /* key bytes 0..15 as big-endian numbers: sorts as the bytes do */
  uint32_t place;
};

struct cache {
  struct hash_key key;
  struct blocks few, large; /* large stands behind the other in memory */
  struct cache_slot *slots;
  uint32_t slot_mask, entries;
  uint64_t turn;
  struct trail *trail;          /* of every state in here */
  struct cache_sorted *changed; /* in the order in which they were listed */
  uint32_t changed_count;
  uint64_t changed_units;                /* of the first region: what stands there cannot make way before it was handed over */
  uint64_t changed_bytes;                /* what handing over all that changed takes, roughly and rather too much */
  struct cache_sorted *sorted, *sorting; /* in order of key, once asked for; and room for sorting */
};

/* A key with its hash, which is taken once and used for every look-up of the owner. The bytes are borrowed. */
struct cache_key {
  struct str bytes;
  uint32_t tag;
};

static inline uint32_t at_most(uint64_t number, uint32_t most) { return number < most ? (uint32_t)number : most; }

/* Bytes of memory for a budget (at least CACHE_LEAST is used); table, list and the region of large blocks come on top. */
size_t cache_memory(uint64_t budget);
void cache_init(struct cache *cache, void *memory, uint64_t budget, const struct hash_key *key, struct trail *trail);
struct cache_key cache_key(const struct cache *cache, struct str bytes);
/* Asks the processor for what a later cache_find of the key will touch: first the slot, and when that is there the entry. */
void cache_prefetch_slot(const struct cache *cache, struct cache_key key);
void cache_prefetch_entry(const struct cache *cache, struct cache_key key);
/* Another event: nothing is pinned any more. */
void cache_turn(struct cache *cache);
/* Whether a state is here; neither pins nor counts as use. */
bool cache_has(const struct cache *cache, struct cache_key key);
/* NULL: not here. Pins. */
struct state *cache_find(struct cache *cache, struct cache_key key);
/* An empty state for an owner that is not here, with room for so many cells and ids. NULL: there is no room before what changed was handed
 * over - and when nothing is listed, none as long as so much is pinned. Pins. */
struct state *cache_add(struct cache *cache, struct cache_key key, uint32_t cells, uint32_t ids);
/* The same state with more room. NULL as above; then the state is where it was. */
struct state *cache_grow(struct cache *cache, struct state *state, uint32_t cells, uint32_t ids);
/* It is not here any more, and need not be handed over: it did not change. */
void cache_drop(struct cache *cache, struct state *state);
/* The owner's key; borrowed while the state stays. */
struct str cache_owner(const struct cache *cache, const struct state *state);
/* Lists a state that changed; again after each further change, for the bytes. False: the list is full, or what is listed fills so much of
 * the cache that there is hardly anything else to make way. */
bool cache_list(struct cache *cache, struct state *state) MUST_USE;
/* Sorts what changed by key and returns how many there are; cache_changed reads the n-th. */
uint32_t cache_sort_changed(struct cache *cache);
struct state *cache_changed(const struct cache *cache, uint32_t n);
/* All that changed was handed over: it may be dropped from now on. */
void cache_settle(struct cache *cache);

#endif
