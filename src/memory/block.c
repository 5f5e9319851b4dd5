/* Blocks: a state in a piece of memory that its caller gives it, of whatever size.
 *
 *     | head | buckets | next .... | ids | dirty | cells ................ |
 *              ^ hook's hash -> slot + 1     ^ chain       ^ slot
 *
 * As many cells as fit, so no byte of a block is wasted; one that is too small is told, and the state moves to a larger one. */
#include "inside.h"

#define IDS_LEAST 3u /* of a customer; pools and resources have none */

static uint32_t power_of_two(uint32_t least) { return least <= 1 ? 1 : 1u << (32 - __builtin_clz(least - 1)); }

static size_t rounded(size_t bytes) { return (bytes + 15) / 16 * 16; }

/* Three quarters full at most. */
static uint32_t id_slots(uint32_t ids) {
  if (ids == 0) return 1;
  if (ids < IDS_LEAST) ids = IDS_LEAST;
  return power_of_two(ids + (ids + 2) / 3);
}

/* A page for every eight cells and every forty ids is more than anybody wants. */
static uint32_t dirty_words(uint32_t cells, uint32_t slots) {
  uint32_t words = (cells + slots / 4) / (CELLS_OF_A_PAGE * PAGES_OF_A_WORD) + 1;
  return words < LIMIT_STATE_PAGES / PAGES_OF_A_WORD ? words : LIMIT_STATE_PAGES / PAGES_OF_A_WORD;
}

/* One word has its place in the head. */
static size_t dirty_bytes(uint32_t cells, uint32_t slots) {
  uint32_t words = dirty_words(cells, slots);
  return words == 1 ? 0 : rounded(words * sizeof(uint64_t));
}

/* One for every two cells: few stand on one hook, and most blocks are small. */
static uint32_t bucket_count(uint32_t cells) { return power_of_two((cells + 1) / 2); }

static size_t bytes_of(uint32_t cells, uint32_t slots) {
  return rounded(sizeof(struct state)) + slots * sizeof(struct seen) + cells * sizeof(struct cell) + dirty_bytes(cells, slots) +
         rounded(cells * sizeof(uint32_t)) + rounded(bucket_count(cells) * sizeof(uint32_t));
}

size_t state_bytes(uint32_t cells, uint32_t ids) { return bytes_of(cells < 2 ? 2 : cells, id_slots(ids)); }

/* As many cells as the block has room for: more than there may be, for what one decision removes and adds. The first guess leaves out
 * what is rounded, so it is hardly ever off by more than a few. */
static uint32_t cells_that_fit(size_t bytes, uint32_t slots) {
  assert(bytes_of(2, slots) <= bytes);
  size_t room = bytes - rounded(sizeof(struct state)) - slots * sizeof(struct seen);
  size_t guess = room / (sizeof(struct cell) + 3 * sizeof(uint32_t) / 2) + 2;
  uint32_t cells = guess < 2 * LIMIT_STATE_CELLS ? (uint32_t)guess : 2 * LIMIT_STATE_CELLS;
  while (bytes_of(cells, slots) > bytes) cells--;
  return cells;
}

static void *part(unsigned char **at, size_t bytes) {
  void *start = *at;
  *at += rounded(bytes);
  return start;
}

struct state *state_init(void *block, size_t bytes, uint32_t ids) {
  unsigned char *at = block;
  uint32_t slots = id_slots(ids), cells = cells_that_fit(bytes, slots), buckets = bucket_count(cells);
  assert((uintptr_t)block % 16 == 0);
  struct state *state = part(&at, sizeof *state);
  *state = (struct state){.pages = 1, .expire_day = INT32_MAX, .capacity = cells, .bucket_mask = buckets - 1, .seen_mask = slots - 1};
  state->dirty_words = dirty_words(cells, slots);
  state->buckets = part(&at, buckets * sizeof(uint32_t));
  state->next = part(&at, cells * sizeof(uint32_t));
  state->seen = part(&at, slots * sizeof(struct seen));
  state->dirty = state->dirty_words == 1 ? &state->dirty_word : part(&at, dirty_bytes(cells, slots));
  state->cells = (struct cell *)(void *)((unsigned char *)block + bytes) - cells; /* a block that ends on a line has each in a line */
  memset(state->dirty, 0, state->dirty_words * sizeof(uint64_t));
  memset(state->buckets, 0, buckets * sizeof(uint32_t));
  for (uint32_t i = 0; i < slots; i++) state->seen[i].time_ms = TIME_NONE;
  assert(at <= (unsigned char *)state->cells);
  return state;
}

void state_move(struct state *to, const struct state *from) {
  assert(to->cell_count == 0 && to->capacity >= from->cell_count && from->pages <= pages_most(to));
  to->position = from->position, to->floor_ms = from->floor_ms, to->pages = from->pages, to->expire_day = from->expire_day;
  to->changed = from->changed, to->turn = from->turn, to->keeper = from->keeper, to->taken = from->taken, to->trail = from->trail;
  uint32_t words = from->dirty_words < to->dirty_words ? from->dirty_words : to->dirty_words; /* pages that went have marks too */
  memcpy(to->dirty, from->dirty, words * sizeof(uint64_t));
  for (uint32_t slot = 0; slot < from->used; slot++) {
    if (from->cells[slot].name == 0) continue;
    to->cells[to->used] = from->cells[slot];
    cell_hang(to, to->used++);
  }
  to->cell_count = to->used;
  for (uint32_t i = 0; i <= from->seen_mask; i++)
    if (from->seen[i].time_ms != TIME_NONE) seen_put(to, from->seen[i].digest, from->seen[i].time_ms);
}
