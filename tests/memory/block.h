/* States in blocks of the heap, for tests and fuzz targets: made, grown, and as bytes - all pages of a state, as a store would have them.
 * Blocks are exactly as large as was asked for, and hold garbage before they are a state. */
#ifndef GIFTD_TESTS_MEMORY_BLOCK_H
#define GIFTD_TESTS_MEMORY_BLOCK_H

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "giftd/memory.h"

struct dice {
  uint64_t seed;
};
static inline struct dice dice_of(uint64_t seed) { return (struct dice){(seed + 1) * UINT64_C(0x9E3779B97F4A7C15)}; }
static inline uint64_t dice_word(struct dice *dice) {
  dice->seed ^= dice->seed << 13, dice->seed ^= dice->seed >> 7, dice->seed ^= dice->seed << 17;
  return dice->seed * UINT64_C(2685821657736338717);
}
static inline uint32_t dice_below(struct dice *dice, uint32_t below) { return (uint32_t)((dice_word(dice) >> 33) % below); }

/* ---- blocks ---- */

static inline struct state *block_new(uint32_t cells, uint32_t ids) {
  size_t bytes = state_bytes(cells, ids);
  void *block = malloc(bytes);
  assert(block != NULL);
  memset(block, 0xA5, bytes);
  return state_init(block, bytes, ids);
}

/* The same state with room for so many more, and never for less than there was. */
static inline struct state *block_grow(struct state *state, uint32_t cells, uint32_t ids) {
  if (cells < state_room(state)) cells = state_room(state);
  if (ids < state_id_room(state)) ids = state_id_room(state);
  struct state *to = block_new(state->cell_count + cells, state->seen_count + ids);
  state_move(to, state);
  free(state);
  return to;
}

/* ---- as bytes ---- */

/* Every page of a state; `at` of an empty one is NULL. */
struct pages {
  uint32_t count;
  struct str *pages;
};

static inline void pages_free(struct pages *pages) {
  for (uint32_t i = 0; i < pages->count; i++) free((void *)(uintptr_t)pages->pages[i].at);
  free(pages->pages);
  *pages = (struct pages){0};
}

static inline struct page_plan *pages_plan(void) {
  static struct page_plan plan;
  return &plan;
}

/* Encodes one page of a state that was planned; a copy of exactly its length. */
static inline struct str page_bytes(const struct state *state, uint32_t page) {
  static char bytes[LIMIT_STATE_BYTES];
  size_t length = page_encode(state, pages_plan(), page, bytes, sizeof bytes);
  if (length == 0) return (struct str){NULL, 0};
  char *copy = malloc(length);
  assert(copy != NULL);
  memcpy(copy, bytes, length);
  return (struct str){copy, length};
}

static inline struct pages pages_of(const struct state *state) {
  struct pages pages = {state->pages, calloc(state->pages, sizeof(struct str))};
  assert(pages.pages != NULL);
  page_plan_make(pages_plan(), state);
  for (uint32_t i = 0; i < pages.count; i++) pages.pages[i] = page_bytes(state, i);
  return pages;
}

static inline bool pages_equal(const struct pages *a, const struct pages *b) {
  if (a->count != b->count) return false;
  for (uint32_t i = 0; i < a->count; i++)
    if (!str_equal(a->pages[i], b->pages[i])) return false;
  return true;
}

/* Adds a page; the state may move. False: what is there is no page of it. */
static inline bool page_read(struct state **state, struct str page, struct fault *fault) {
  struct page_head head;
  if (!page_look(page, &head, fault)) return false;
  if (state_room(*state) < head.cells || state_id_room(*state) < head.ids)
    *state = block_grow(*state, (*state)->cell_count + head.cells, (*state)->seen_count + head.ids);
  return page_decode(page, *state, fault);
}

/* A state read back as the shard does it: a block by what the first page says, then page by page. NULL: damaged. */
static inline struct state *pages_read(const struct pages *pages, struct fault *fault) {
  struct page_head head;
  if (!page_look(pages->pages[0], &head, fault)) return NULL;
  uint64_t cells = (uint64_t)head.cells * head.pages, ids = (uint64_t)head.ids * head.pages;
  cells += cells / 4 + 8, ids += ids / 4 + 1;
  struct state *state =
      block_new(cells < LIMIT_STATE_CELLS ? (uint32_t)cells : LIMIT_STATE_CELLS, ids < LIMIT_SEEN ? (uint32_t)ids : LIMIT_SEEN);
  bool good = true;
  for (uint32_t i = 0; i < pages->count && good; i++) good = page_read(&state, pages->pages[i], fault);
  if (good) return state;
  free(state);
  return NULL;
}

/* ---- what stands in a store ---- */

/* Writes the pages that are dirty over those that are kept, as a shard does it; pages that are not there any more are empty. */
static inline void pages_store(struct pages *kept, struct state *state) {
  uint32_t count = kept->count > state->pages ? kept->count : state->pages;
  kept->pages = realloc(kept->pages, count * sizeof(struct str));
  assert(kept->pages != NULL);
  for (; kept->count < count; kept->count++) kept->pages[kept->count] = (struct str){NULL, 0};
  page_plan_make(pages_plan(), state);
  for (uint32_t i = 0; i < count; i++) {
    if (!page_is_dirty(state, i)) continue;
    free((void *)(uintptr_t)kept->pages[i].at);
    kept->pages[i] = page_bytes(state, i);
  }
  pages_clean(state);
}

#endif
