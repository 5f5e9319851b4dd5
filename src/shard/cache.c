/* The table, the blocks and the hand; cache.h has the picture. Invariants: a slot points at exactly the blocks that are taken; a state that
 * `changed` is listed by the end of its turn; `keeper` of a state is the place of its block. */
#include "entry.h"

#ifdef GIFTD_SMALL /* the simulator's: owners leave it soon */
#define CACHE_LEAST (32u * 1024u)
#define LARGE_BYTES (256u * 1024u)
#else
#define CACHE_LEAST (8u * 1024u * 1024u)
#define LARGE_BYTES (160u * 1024u * 1024u) /* the largest state, moving to a block of twice its size, and thirty thousand small ones */
#endif
#define LARGE_PART 16u /* of the first region: what is larger would clear too much of it */
#define ROUNDS 3u      /* of the hand, before there is no room: one takes the marks of use away, one clears */

static uint64_t budget_of(uint64_t budget) { return (budget < CACHE_LEAST ? CACHE_LEAST : budget) / BLOCK_LEAST * BLOCK_LEAST; }

static uint64_t slots_of(uint64_t budget) {
  uint64_t slots = 64;
  while (slots < (budget_of(budget) + LARGE_BYTES / 4) / BLOCK_LEAST * 3 / 2) slots *= 2; /* two thirds full of the smallest blocks */
  return slots;
}

size_t cache_memory(uint64_t budget) {
  uint64_t bytes = budget_of(budget) + LARGE_BYTES;
  return (size_t)(64 + bytes + blocks_tags(bytes) + slots_of(budget) * sizeof(struct cache_slot) +
                  3 * CACHE_CHANGED_MOST * sizeof(struct cache_sorted) + 6 * 64);
}

static void *part(unsigned char **at, size_t bytes) {
  void *start = *at;
  *at += (bytes + 63) / 64 * 64;
  return start;
}

void cache_init(struct cache *cache, void *memory, uint64_t budget, const struct hash_key *key, struct trail *trail) {
  unsigned char *at = memory;
  uint64_t bytes = budget_of(budget), slots = slots_of(budget);
  at += (64 - (uintptr_t)at % 64) % 64;
  assert(bytes / BLOCK_LEAST < UINT32_MAX && slots <= UINT32_MAX);
  *cache = (struct cache){.key = *key, .slot_mask = (uint32_t)(slots - 1), .trail = trail, .turn = 1};
  unsigned char *blocks = part(&at, bytes + LARGE_BYTES);
  uint8_t *tags = part(&at, blocks_tags(bytes + LARGE_BYTES));
  blocks_init(&cache->few, blocks, bytes, tags);
  blocks_init(&cache->large, blocks + bytes, LARGE_BYTES, tags + blocks_tags(bytes));
  cache->slots = part(&at, slots * sizeof(struct cache_slot));
  cache->changed = part(&at, CACHE_CHANGED_MOST * sizeof(struct cache_sorted));
  cache->sorted = part(&at, CACHE_CHANGED_MOST * sizeof(struct cache_sorted));
  cache->sorting = part(&at, CACHE_CHANGED_MOST * sizeof(struct cache_sorted));
  memset(cache->slots, 0, slots * sizeof(struct cache_slot)); /* the blocks are left untouched: memory is used as it fills */
}

struct str cache_owner(const struct cache *cache, const struct state *state) {
  return entry_key(entry_at(cache, state->keeper));
}

/* ---- the table ---- */

/* The slot of a key, or the free one where it would go. */
static uint32_t slot_find(const struct cache *cache, struct cache_key key) {
  uint32_t at = key.tag & cache->slot_mask;
  while (cache->slots[at].place != 0) {
    if (cache->slots[at].tag == key.tag && str_equal(entry_key(entry_at(cache, cache->slots[at].place)), key.bytes)) return at;
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
  if (slot->place != 0) entry_prefetch(cache, slot->place);
}

void cache_turn(struct cache *cache) { cache->turn++; }

bool cache_has(const struct cache *cache, struct cache_key key) { return cache->slots[slot_find(cache, key)].place != 0; }

struct state *cache_find(struct cache *cache, struct cache_key key) {
  uint32_t place = cache->slots[slot_find(cache, key)].place;
  if (place == 0) return NULL;
  struct entry *entry = entry_at(cache, place);
  entry->used = true;
  entry->turn = cache->turn;
  return state_of(entry);
}

/* ---- room ---- */

static void block_give(struct cache *cache, struct entry *entry) {
  bool large = (const unsigned char *)entry >= cache->large.memory;
  blocks_give(large ? &cache->large : &cache->few, entry);
}

static void entry_drop(struct cache *cache, struct entry *entry) {
  assert(entry->listed == 0 && !state_of(entry)->changed);
  slot_free(cache, slot_of_place(cache, entry->tag, place_of(cache, entry)));
  block_give(cache, entry);
}

void cache_drop(struct cache *cache, struct state *state) { entry_drop(cache, entry_at(cache, state->keeper)); }

/* Whether a whole run of blocks may go; marks of use are taken away where one stands in the way. */
static bool run_may_go(const struct cache *cache, const struct blocks *blocks, uint32_t from, uint32_t to) {
  bool may = true;
  for (uint32_t unit = from, next; unit < to; unit = next) {
    struct entry *entry = blocks_at(blocks, unit, &next);
    if (entry == NULL) continue;
    may &= entry->listed == 0 && entry->turn != cache->turn && !entry->used;
    entry->used = false;
  }
  return may;
}

/* Blocks are dropped one by one and join meanwhile; where the next one stands is known before. */
static void run_drop(struct cache *cache, const struct blocks *blocks, uint32_t from, uint32_t to) {
  for (uint32_t unit = from, next; unit < to; unit = next) {
    struct entry *entry = blocks_at(blocks, unit, &next);
    if (entry != NULL) entry_drop(cache, entry);
  }
}

/* The hand's next run for so many bytes; how many units it was. */
static uint32_t hand_move(struct cache *cache, struct blocks *blocks, size_t bytes) {
  uint32_t from, to;
  blocks_run(blocks, bytes, &from, &to);
  if (run_may_go(cache, blocks, from, to)) run_drop(cache, blocks, from, to);
  blocks_step(blocks, to);
  return to - from;
}

static void *block_of(struct cache *cache, struct blocks *blocks, size_t bytes) {
  void *block = blocks_take(blocks, bytes);
  for (uint64_t left = (uint64_t)blocks->units * ROUNDS; block == NULL && left > 0;) {
    uint32_t walked = hand_move(cache, blocks, bytes);
    left = left > walked ? left - walked : 0;
    block = blocks_take(blocks, bytes);
  }
  return block;
}

/* The second region has room for more small states than the table has. */
static bool table_has_room(struct cache *cache) {
  uint32_t most = cache->slot_mask / 8 * 7;
  for (uint64_t left = (uint64_t)cache->large.units * ROUNDS; cache->entries >= most && left > 0;) {
    uint32_t walked = hand_move(cache, &cache->large, 1);
    left = left > walked ? left - walked : 0;
  }
  return cache->entries < most;
}

static void *block_take(struct cache *cache, size_t bytes) {
  if (!table_has_room(cache)) return NULL;
  size_t most = (size_t)cache->few.units * BLOCK_LEAST / LARGE_PART;
  void *block = bytes > most ? NULL : block_of(cache, &cache->few, bytes);
  return block != NULL ? block : block_of(cache, &cache->large, bytes);
}

/* A state in a block of its own; the table does not know it yet. */
static struct entry *entry_make(struct cache *cache, struct str key, uint32_t cells, uint32_t ids) {
  size_t head = head_bytes(key.length), bytes = blocks_size(head + state_bytes(cells, ids));
  struct entry *entry = block_take(cache, bytes);
  if (entry == NULL) return NULL;
  *entry = (struct entry){.turn = cache->turn, .key_length = (uint8_t)key.length};
  memcpy(entry->key, key.at, key.length);
  struct state *state = state_init((unsigned char *)entry + head, bytes - head, ids);
  state->trail = cache->trail;
  state->keeper = place_of(cache, entry);
  return entry;
}

struct state *cache_add(struct cache *cache, struct cache_key key, uint32_t cells, uint32_t ids) {
  assert(key.bytes.length > 0 && key.bytes.length <= CACHE_KEY_MOST);
  struct entry *entry = entry_make(cache, key.bytes, cells, ids);
  if (entry == NULL) return NULL;
  uint32_t at = slot_find(cache, key); /* after making room: that moves slots */
  assert(cache->slots[at].place == 0 && cache->entries < cache->slot_mask);
  entry->tag = key.tag;
  cache->slots[at] = (struct cache_slot){key.tag, place_of(cache, entry)};
  cache->entries++;
  return state_of(entry);
}

static void changed_move(struct cache *cache, const struct entry *from, const struct entry *to) {
  cache->changed[to->listed - 1].place = place_of(cache, to);
  cache->changed_units += entry_units(cache, to);
  cache->changed_units -= entry_units(cache, from);
}

struct state *cache_grow(struct cache *cache, struct state *state, uint32_t cells, uint32_t ids) {
  struct entry *old = entry_at(cache, state->keeper);
  old->turn = cache->turn;
  struct entry *entry = entry_make(cache, entry_key(old), cells, ids);
  if (entry == NULL) return NULL;
  state_move(state_of(entry), state);
  state_of(entry)->keeper = place_of(cache, entry);
  entry->tag = old->tag, entry->listed = old->listed, entry->bytes = old->bytes;
  cache->slots[slot_of_place(cache, old->tag, place_of(cache, old))].place = place_of(cache, entry);
  if (entry->listed != 0) changed_move(cache, old, entry);
  block_give(cache, old);
  return state_of(entry);
}
