/* The ring and its table; cache.h has the picture. Invariants: head - tail <= ring_bytes; every entry between tail and head starts on a
 * unit of 16 bytes and ends before the ring wraps; a slot points at exactly the entries that are not GONE. */
#include "cache.h"

#include <assert.h>

#ifdef GIFTD_SMALL /* the simulator's: owners leave it soon */
#define CACHE_LEAST (16u * 1024u)
#else
#define CACHE_LEAST (1024u * 1024u)
#endif
#define UNIT 16u
#define RECORD_ROOM_LEAST 96u /* bytes for a record at first: most grow, and growing in place is cheaper than moving */
#define PREFETCH_BYTES 512u   /* of an entry; most records are smaller */
#define SECOND_CHANCES 64u    /* entries spared in one search for room, so that no single event pays for a whole round */

enum entry_flag { ENTRY_USED = 1, ENTRY_LISTED = 2, ENTRY_GONE = 4 };

struct entry {
  uint32_t tag;
  uint32_t size;   /* bytes of the whole entry, a multiple of UNIT */
  uint32_t length; /* bytes of the record */
  uint8_t key_length;
  uint8_t flags;
  uint8_t unused[2];
  char bytes[]; /* key, record, room to grow */
};
_Static_assert(sizeof(struct entry) == UNIT, "a filler needs no more than one unit");

static uint64_t table_slots(uint64_t budget) {
  uint64_t slots = 1024;
  while (slots * sizeof(struct cache_slot) * 10 < budget) slots *= 2; /* a tenth to a fifth of the budget: at most 60 % full */
  return slots;
}

static uint64_t effective(uint64_t budget) { return budget < CACHE_LEAST ? CACHE_LEAST : budget; }

size_t cache_memory(uint64_t budget) {
  return (size_t)(effective(budget) + CACHE_CHANGED_MOST * (sizeof(uint32_t) + sizeof(struct cache_sorted)) + 4 * UNIT);
}

void cache_init(struct cache *cache, void *memory, uint64_t budget, const struct hash_key *key) {
  uint64_t slots = table_slots(effective(budget));
  struct arena arena;
  arena_init(&arena, memory, cache_memory(budget));
  *cache = (struct cache){.key = *key, .slot_mask = (uint32_t)(slots - 1)};
  cache->ring_bytes = (effective(budget) - slots * sizeof(struct cache_slot)) / UNIT * UNIT;
  assert(cache->ring_bytes / UNIT < UINT32_MAX && slots <= UINT32_MAX);
  unsigned char *at = (unsigned char *)memory;
  at += (UNIT - (uintptr_t)at % UNIT) % UNIT;
  cache->ring = at;
  arena.used = (size_t)(at - arena.memory) + cache->ring_bytes;
  cache->slots = (struct cache_slot *)(void *)(arena.memory + arena.used);
  memset(cache->slots, 0, slots * sizeof(struct cache_slot)); /* the ring is left untouched: memory is used as it fills */
  arena.used += slots * sizeof(struct cache_slot);
  cache->changed = (uint32_t *)(void *)(arena.memory + arena.used);
  arena.used += CACHE_CHANGED_MOST * sizeof(uint32_t);
  cache->sorted = (struct cache_sorted *)(void *)(arena.memory + arena.used);
  arena.used += CACHE_CHANGED_MOST * sizeof(struct cache_sorted);
  assert(arena.used <= arena.capacity);
}

static struct entry *entry_at(const struct cache *cache, uint64_t byte) {
  return (struct entry *)(void *)(cache->ring + byte % cache->ring_bytes);
}

static struct entry *entry_of_place(const struct cache *cache, uint32_t place) {
  return (struct entry *)(void *)(cache->ring + (uint64_t)(place - 1) * UNIT);
}

static uint32_t place_of(const struct cache *cache, const struct entry *entry) {
  return (uint32_t)((uint64_t)((const unsigned char *)entry - cache->ring) / UNIT + 1);
}

static struct str entry_key(const struct entry *entry) { return (struct str){entry->bytes, entry->key_length}; }

/* The slot of a key, or the free one where it would go. */
static uint32_t slot_find(const struct cache *cache, struct cache_key key) {
  uint32_t at = key.tag & cache->slot_mask;
  while (cache->slots[at].place != 0) {
    if (cache->slots[at].tag == key.tag && str_equal(entry_key(entry_of_place(cache, cache->slots[at].place)), key.bytes)) return at;
    at = (at + 1) & cache->slot_mask;
  }
  return at;
}

static uint32_t slot_of_place(const struct cache *cache, uint32_t tag, uint32_t place) {
  uint32_t at = tag & cache->slot_mask;
  while (cache->slots[at].place != place) {
    assert(cache->slots[at].place != 0);
    at = (at + 1) & cache->slot_mask;
  }
  return at;
}

/* Frees a slot and closes the gap behind it (Knuth 6.4, algorithm R), so that look-ups never meet tombstones. */
static void slot_free(struct cache *cache, uint32_t at) {
  uint32_t gap = at, mask = cache->slot_mask;
  for (uint32_t next = (at + 1) & mask; cache->slots[next].place != 0; next = (next + 1) & mask) {
    uint32_t home = cache->slots[next].tag & mask;
    if (((next - home) & mask) < ((next - gap) & mask)) continue; /* stands between its home and the gap's far side */
    cache->slots[gap] = cache->slots[next];
    gap = next;
  }
  cache->slots[gap] = (struct cache_slot){0, 0};
  cache->entries--;
}

struct cache_key cache_key(const struct cache *cache, struct str bytes) {
  return (struct cache_key){bytes, (uint32_t)hash64(&cache->key, bytes)};
}

void cache_prefetch_slot(const struct cache *cache, struct cache_key key) { __builtin_prefetch(&cache->slots[key.tag & cache->slot_mask]); }

/* Without comparing keys: a wrong guess costs nothing. */
void cache_prefetch_entry(const struct cache *cache, struct cache_key key) {
  const struct cache_slot *slot = &cache->slots[key.tag & cache->slot_mask];
  if (slot->place == 0) return;
  const char *entry = (const char *)entry_of_place(cache, slot->place);
  for (size_t line = 0; line < PREFETCH_BYTES; line += 64) __builtin_prefetch(entry + line);
}

bool cache_find(struct cache *cache, struct cache_key key, struct str *record) {
  uint32_t at = slot_find(cache, key);
  if (cache->slots[at].place == 0) return false;
  struct entry *entry = entry_of_place(cache, cache->slots[at].place);
  entry->flags |= ENTRY_USED;
  *record = (struct str){entry->bytes + entry->key_length, entry->length};
  return true;
}

/* Bytes that an entry of this size takes at the head: its own and those of a filler when it would cross the end of the ring. */
static uint64_t bytes_at_head(const struct cache *cache, uint32_t size) {
  uint64_t to_end = cache->ring_bytes - cache->head % cache->ring_bytes;
  return to_end < size ? to_end + size : size;
}

static bool fits_at_head(const struct cache *cache, uint32_t size) {
  return cache->head - cache->tail + bytes_at_head(cache, size) <= cache->ring_bytes;
}

/* Puts a filler in front of the ring's end if needed; the entry then starts at head. */
static struct entry *head_take(struct cache *cache, uint32_t size) {
  uint64_t to_end = cache->ring_bytes - cache->head % cache->ring_bytes;
  if (to_end < size) {
    *entry_at(cache, cache->head) = (struct entry){.size = (uint32_t)to_end, .flags = ENTRY_GONE};
    cache->head += to_end;
  }
  struct entry *entry = entry_at(cache, cache->head);
  cache->head += size;
  return entry;
}

/* Drops the entry at the tail, or moves it to the head when it was used and may be spared. False: it has not been handed over yet. */
static bool tail_drop(struct cache *cache, uint32_t *chances) {
  struct entry *entry = entry_at(cache, cache->tail);
  if ((entry->flags & ENTRY_LISTED) != 0) return false;
  uint32_t size = entry->size, flags = entry->flags;
  if ((flags & ENTRY_GONE) != 0) {
    cache->tail += size;
    return true;
  }
  uint32_t slot = slot_of_place(cache, entry->tag, place_of(cache, entry));
  cache->tail += size;
  bool spare = (flags & ENTRY_USED) != 0 && *chances > 0 && cache->ring_bytes - cache->head % cache->ring_bytes >= size;
  if (!spare) {
    slot_free(cache, slot);
    return true;
  }
  (*chances)--;
  struct entry *moved = head_take(cache, size); /* no filler: there is room before the end; the ring is never more than full */
  memmove(moved, entry, size);
  moved->flags = 0;
  cache->slots[slot].place = place_of(cache, moved);
  return true;
}

static bool room_make(struct cache *cache, uint32_t size) {
  uint32_t chances = SECOND_CHANCES;
  while (!fits_at_head(cache, size)) {
    assert(cache->tail < cache->head);
    if (!tail_drop(cache, &chances)) return false;
  }
  return true;
}

static bool list_changed(struct cache *cache, struct entry *entry) {
  if ((entry->flags & ENTRY_LISTED) != 0) return true;
  if (cache->changed_count == CACHE_CHANGED_MOST) return false;
  entry->flags |= ENTRY_LISTED;
  cache->changed[cache->changed_count++] = place_of(cache, entry);
  return true;
}

static uint32_t entry_size(size_t key_length, size_t record_length) {
  size_t room = record_length + record_length / 4;
  if (room < RECORD_ROOM_LEAST) room = RECORD_ROOM_LEAST;
  return (uint32_t)((sizeof(struct entry) + key_length + room + UNIT - 1) / UNIT * UNIT);
}

/* What handing it over may take at the other side, its bookkeeping counted in. */
static uint64_t changed_size(struct cache_key key, struct str record) { return key.bytes.length + record.length + 64; }

static bool entry_add(struct cache *cache, struct cache_key key, struct str record, bool changed) {
  uint32_t size = entry_size(key.bytes.length, record.length);
  assert(size < cache->ring_bytes / 2);
  if (changed && cache->changed_count == CACHE_CHANGED_MOST) return false;
  if (!room_make(cache, size)) return false;
  struct entry *entry = head_take(cache, size);
  *entry = (struct entry){.tag = key.tag, .size = size, .length = (uint32_t)record.length, .key_length = (uint8_t)key.bytes.length};
  memcpy(entry->bytes, key.bytes.at, key.bytes.length);
  if (record.length > 0) memcpy(entry->bytes + key.bytes.length, record.at, record.length);
  uint32_t at = slot_find(cache, key); /* after making room: that moves slots */
  if (cache->slots[at].place != 0) {   /* the smaller entry of the same owner */
    entry_of_place(cache, cache->slots[at].place)->flags |= ENTRY_GONE;
    cache->entries--;
  }
  cache->slots[at] = (struct cache_slot){key.tag, place_of(cache, entry)};
  cache->entries++;
  assert(cache->entries <= cache->slot_mask);
  if (changed) cache->changed_bytes += changed_size(key, record);
  return !changed || list_changed(cache, entry);
}

bool cache_put(struct cache *cache, struct cache_key key, struct str record, bool changed) {
  assert(key.bytes.length > 0 && key.bytes.length <= CACHE_KEY_MOST && record.length <= LIMIT_STATE_BYTES);
  uint32_t at = slot_find(cache, key);
  if (cache->slots[at].place == 0) return entry_add(cache, key, record, changed);
  struct entry *entry = entry_of_place(cache, cache->slots[at].place);
  if (sizeof *entry + entry->key_length + record.length > entry->size) return entry_add(cache, key, record, changed);
  if (changed && !list_changed(cache, entry)) return false;
  if (record.length > 0) memcpy(entry->bytes + entry->key_length, record.at, record.length);
  entry->length = (uint32_t)record.length;
  entry->flags |= ENTRY_USED;
  if (changed) cache->changed_bytes += changed_size(key, record);
  return true;
}

/* ---- what changed, in order of key: the store's pages are then written once each, front to back ---- */

static uint64_t key_number(struct str key, size_t start) {
  uint64_t number = 0;
  for (size_t i = 0; i < 8; i++) number = number << 8 | (start + i < key.length ? (uint8_t)key.at[start + i] : 0);
  return number;
}

static bool sorts_before(const struct cache *cache, const struct cache_sorted *a, const struct cache_sorted *b) {
  if (a->first != b->first) return a->first < b->first;
  if (a->second != b->second) return a->second < b->second;
  return str_compare(entry_key(entry_of_place(cache, a->place)), entry_key(entry_of_place(cache, b->place))) < 0;
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

uint32_t cache_sort_changed(struct cache *cache) {
  uint32_t count = 0;
  for (uint32_t i = 0; i < cache->changed_count; i++) {
    const struct entry *entry = entry_of_place(cache, cache->changed[i]);
    if ((entry->flags & ENTRY_GONE) != 0) continue; /* it grew and stands elsewhere, listed there too */
    struct str key = entry_key(entry);
    cache->sorted[count++] = (struct cache_sorted){key_number(key, 0), key_number(key, 8), cache->changed[i]};
  }
  sort_items(cache, cache->sorted, count);
  return count;
}

void cache_changed(const struct cache *cache, uint32_t n, struct str *key, struct str *record) {
  const struct entry *entry = entry_of_place(cache, cache->sorted[n].place);
  *key = entry_key(entry);
  *record = (struct str){entry->bytes + entry->key_length, entry->length};
}

void cache_settle(struct cache *cache) {
  for (uint32_t i = 0; i < cache->changed_count; i++) {
    struct entry *entry = entry_of_place(cache, cache->changed[i]);
    entry->flags = (uint8_t)(entry->flags & ~ENTRY_LISTED);
  }
  cache->changed_count = 0;
  cache->changed_bytes = 0;
}
