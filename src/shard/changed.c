/* The list of what changed, and its order when it is handed over. */
#include "entry.h"

/* A page is rarely three times as full as the others; keys and bookkeeping at the other side are counted in. */
static uint32_t bytes_to_store(const struct state *state) {
  uint64_t whole = (uint64_t)state->cell_count * 60 + (uint64_t)state->seen_count * 14, dirty = pages_dirty(state);
  uint64_t part = 3 * whole * dirty / state->pages;
  return (uint32_t)((part < whole ? part : whole) + 256 * dirty);
}

bool cache_list(struct cache *cache, struct state *state) {
  struct entry *entry = entry_at(cache, state->keeper);
  if (entry->listed == 0) {
    if (cache->changed_count == CACHE_CHANGED_MOST) return false;
    cache->changed[cache->changed_count++] = state->keeper;
    entry->listed = cache->changed_count;
  }
  cache->changed_bytes -= entry->bytes;
  entry->bytes = bytes_to_store(state);
  cache->changed_bytes += entry->bytes;
  return true;
}

static uint64_t key_number(struct str key, size_t start) {
  uint64_t number = 0;
  for (size_t i = 0; i < 8; i++) number = number << 8 | (start + i < key.length ? (uint8_t)key.at[start + i] : 0);
  return number;
}

static bool sorts_before(const struct cache *cache, const struct cache_sorted *a, const struct cache_sorted *b) {
  if (a->first != b->first) return a->first < b->first;
  if (a->second != b->second) return a->second < b->second;
  return str_compare(entry_key(entry_at(cache, a->place)), entry_key(entry_at(cache, b->place))) < 0;
}

static void sift_down(const struct cache *cache, struct cache_sorted *items, uint32_t root, uint32_t count) {
  struct cache_sorted item = items[root];
  for (uint32_t child = 2 * root + 1; child < count; child = 2 * root + 1) {
    if (child + 1 < count && sorts_before(cache, &items[child], &items[child + 1])) child++;
    if (!sorts_before(cache, &item, &items[child])) break;
    items[root] = items[child];
    root = child;
  }
  items[root] = item;
}

/* Heap sort: no recursion, no memory, no bad case. (qsort of glibc takes memory from the heap.) */
static void sort_items(const struct cache *cache, struct cache_sorted *items, uint32_t count) {
  for (uint32_t root = count / 2; root-- > 0;) sift_down(cache, items, root, count);
  for (uint32_t last = count; last-- > 1;) {
    struct cache_sorted top = items[0];
    items[0] = items[last];
    items[last] = top;
    sift_down(cache, items, 0, last);
  }
}

/* In order of key the store's pages are written once each, front to back. */
uint32_t cache_sort_changed(struct cache *cache) {
  for (uint32_t i = 0; i < cache->changed_count; i++) {
    struct str key = entry_key(entry_at(cache, cache->changed[i]));
    cache->sorted[i] = (struct cache_sorted){key_number(key, 0), key_number(key, 8), cache->changed[i]};
  }
  sort_items(cache, cache->sorted, cache->changed_count);
  return cache->changed_count;
}

struct state *cache_changed(const struct cache *cache, uint32_t n) {
  return state_of(entry_at(cache, cache->sorted[n].place));
}

void cache_settle(struct cache *cache) {
  for (uint32_t i = 0; i < cache->changed_count; i++) {
    struct entry *entry = entry_at(cache, cache->changed[i]);
    assert(!state_of(entry)->changed);
    entry->listed = 0, entry->bytes = 0;
  }
  cache->changed_count = 0;
  cache->changed_bytes = 0;
}
