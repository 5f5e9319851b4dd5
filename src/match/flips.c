/* Bits and their changes: the small tools of the builder. Sorting is by hand since the library's sort may ask for a heap. */
#include <assert.h>

#include "index.h"

static bool flip_is_before(const struct flip *a, const struct flip *b) {
  return a->at != b->at ? a->at < b->at : a->listener < b->listener;
}

static void flips_merge(const struct flip *from, uint32_t left, uint32_t middle, uint32_t right, struct flip *to) {
  uint32_t a = left, b = middle;
  for (uint32_t i = left; i < right; i++) {
    bool take_left = a < middle && (b >= right || !flip_is_before(&from[b], &from[a]));
    to[i] = take_left ? from[a++] : from[b++];
  }
}

uint32_t flips_sort(struct flip *flips, uint32_t count, struct flip *scratch) {
  struct flip *from = flips, *to = scratch;
  for (uint64_t width = 1; width < count; width *= 2) {
    for (uint64_t left = 0; left < count; left += 2 * width) {
      uint64_t middle = left + width < count ? left + width : count;
      uint64_t right = left + 2 * width < count ? left + 2 * width : count;
      flips_merge(from, (uint32_t)left, (uint32_t)middle, (uint32_t)right, to);
    }
    struct flip *swap = from;
    from = to;
    to = swap;
  }
  uint32_t kept = 0;
  for (uint32_t i = 0; i < count; i++) {
    if (kept > 0 && from[i].at == flips[kept - 1].at && from[i].listener == flips[kept - 1].listener) continue;
    flips[kept++] = from[i];
  }
  return kept;
}

uint32_t *flips_listeners(const struct flip *flips, uint32_t count, struct arena *arena) {
  uint32_t *listeners = arena_array(arena, count, sizeof *listeners);
  if (listeners == NULL) return NULL;
  for (uint32_t i = 0; i < count; i++) listeners[i] = flips[i].listener;
  return listeners;
}

uint64_t *words_new(uint32_t word_count, struct arena *arena) {
  assert(word_count % BLOCK_WORDS == 0);
  return arena_array(arena, word_count, sizeof(uint64_t));
}

void words_fill(uint64_t *words, uint32_t bits) {
  uint32_t whole = bits / WORD_BITS;
  for (uint32_t i = 0; i < whole; i++) words[i] = UINT64_MAX;
  if (bits % WORD_BITS != 0) words[whole] = (1ull << (bits % WORD_BITS)) - 1;
}

uint32_t words_ones(const uint64_t *words, uint32_t word_count) {
  uint32_t ones = 0;
  for (uint32_t i = 0; i < word_count; i++) ones += (uint32_t)__builtin_popcountll(words[i]);
  return ones;
}
