/* The list of what changed, and its order when it is handed over. */
#include "entry.h"

#define AHEAD 4u /* states that are on their way from memory while one is handed over */

/* A page is rarely three times as full as the others; keys and bookkeeping at the other side are counted in. */
static uint32_t bytes_to_store(const struct state *state) {
  uint64_t whole = (uint64_t)state->cell_count * 60 + (uint64_t)state->seen_count * 14, dirty = pages_dirty(state);
  uint64_t part = 3 * whole * dirty >> __builtin_ctz(state->pages); /* a power of two */
  return (uint32_t)((part < whole ? part : whole) + 256 * dirty);
}

static uint64_t key_number(struct str key, size_t start) {
  uint64_t number = 0;
  for (size_t i = 0; i < 8; i++) number = number << 8 | (start + i < key.length ? (uint8_t)key.at[start + i] : 0);
  return number;
}

/* With what it is sorted by, since it is at hand now: when all is handed over it is long out of the processor's caches. */
static struct cache_sorted changed_item(const struct entry *entry, uint32_t place) {
  struct str key = entry_key(entry);
  return (struct cache_sorted){key_number(key, 0), key_number(key, 8), place};
}

static bool list_is_full(const struct cache *cache) {
  return cache->changed_count == CACHE_CHANGED_MOST || cache->changed_units > cache->few.units / 4 * 3;
}

bool cache_list(struct cache *cache, struct state *state) {
  struct entry *entry = entry_at(cache, state->keeper);
  if (entry->listed == 0) {
    if (list_is_full(cache)) return false;
    cache->changed_units += entry_units(cache, entry);
    cache->changed[cache->changed_count++] = changed_item(entry, state->keeper);
    entry->listed = cache->changed_count;
  }
  cache->changed_bytes -= entry->bytes;
  entry->bytes = bytes_to_store(state);
  cache->changed_bytes += entry->bytes;
  return true;
}

static bool sorts_before(const struct cache *cache, const struct cache_sorted *a, const struct cache_sorted *b) {
  if (a->first != b->first) return a->first < b->first;
  if (a->second != b->second) return a->second < b->second;
  return str_compare(entry_key(entry_at(cache, a->place)), entry_key(entry_at(cache, b->place))) < 0;
}

/* From two runs that are in order, one. */
static void runs_merge(const struct cache *cache, const struct cache_sorted *from, uint32_t middle, uint32_t end, struct cache_sorted *to) {
  uint32_t left = 0, right = middle;
  assert(middle <= end);
  for (uint32_t i = 0; i < end; i++) {
    bool take_left = right == end || (left < middle && !sorts_before(cache, &from[right], &from[left]));
    to[i] = take_left ? from[left++] : from[right++];
  }
}

/* Merge sort from below: front to back through memory, no recursion, no bad case. (qsort of glibc takes memory from the heap.) */
static void sort_items(struct cache *cache, uint32_t count) {
  struct cache_sorted *spare = cache->sorting;
  for (uint32_t run = 1; run < count; run *= 2) {
    for (uint32_t at = 0; at < count; at += 2 * run) {
      uint32_t middle = at_most((uint64_t)at + run, count), end = at_most((uint64_t)at + 2 * run, count);
      runs_merge(cache, cache->sorted + at, middle - at, end - at, spare + at);
    }
    struct cache_sorted *sorted = spare;
    spare = cache->sorted, cache->sorted = sorted;
  }
  cache->sorting = spare;
}

/* In order of key the store's pages are written once each, front to back. */
uint32_t cache_sort_changed(struct cache *cache) {
  memcpy(cache->sorted, cache->changed, cache->changed_count * sizeof cache->sorted[0]);
  sort_items(cache, cache->changed_count);
  return cache->changed_count;
}

struct state *cache_changed(const struct cache *cache, uint32_t n) {
  assert(n < cache->changed_count);
  if (n + AHEAD < cache->changed_count) entry_prefetch(cache, cache->sorted[n + AHEAD].place);
  return state_of(entry_at(cache, cache->sorted[n].place));
}

void cache_settle(struct cache *cache) {
  for (uint32_t i = 0; i < cache->changed_count; i++) {
    if (i + AHEAD < cache->changed_count) __builtin_prefetch(entry_at(cache, cache->changed[i + AHEAD].place));
    struct entry *entry = entry_at(cache, cache->changed[i].place);
    assert(!state_of(entry)->changed);
    entry->listed = 0, entry->bytes = 0;
  }
  cache->changed_count = 0;
  cache->changed_units = 0;
  cache->changed_bytes = 0;
}
