/* What stands in a block of the cache. Private to cache.c and changed.c. */
#ifndef GIFTD_SHARD_ENTRY_H
#define GIFTD_SHARD_ENTRY_H

#include <assert.h>

#include "cache.h"

struct entry {
  uint32_t tag;
  uint32_t listed; /* number in the list of changed, + 1; 0: not listed */
  uint64_t turn;   /* pinned while this is the cache's */
  uint32_t bytes;  /* counted in changed_bytes */
  uint8_t key_length;
  bool used;
  char key[];
};

/* Blocks of both regions are counted through: the large ones stand behind the small ones. */
static inline size_t head_bytes(size_t key_length) { return (sizeof(struct entry) + key_length + 15) / 16 * 16; }

static inline struct entry *entry_at(const struct cache *cache, uint32_t place) {
  return (struct entry *)(void *)(cache->few.memory + (size_t)(place - 1) * BLOCK_LEAST);
}

static inline uint32_t place_of(const struct cache *cache, const void *block) {
  return (uint32_t)((size_t)((const unsigned char *)block - cache->few.memory) / BLOCK_LEAST) + 1;
}

static inline struct state *state_of(struct entry *entry) {
  return (struct state *)(void *)((unsigned char *)entry + head_bytes(entry->key_length));
}

/* Of the first region. */
static inline uint32_t entry_units(const struct cache *cache, const struct entry *entry) {
  uint32_t unit = place_of(cache, entry) - 1, next = unit;
  if (unit < cache->few.units) (void)blocks_at(&cache->few, unit, &next);
  return next - unit;
}

#define PREFETCH_BYTES 1024u /* of a block; most states are hardly larger */

static inline void entry_prefetch(const struct cache *cache, uint32_t place) {
  const char *entry = (const char *)entry_at(cache, place);
  for (size_t line = 0; line < PREFETCH_BYTES; line += 64) __builtin_prefetch(entry + line);
}

static inline struct str entry_key(const struct entry *entry) { return (struct str){entry->key, entry->key_length}; }

#endif
