/* Pages: in which record of the store a cell stands. By the hash of what it is, so that pages fill evenly whatever the chains are; their
 * number is a power of two that follows the state's size, so a sleeping customer has one. */
#include "inside.h"

#ifdef GIFTD_SMALL /* the simulator's: most states have several */
#define PAGE_BYTES 256u
#else
#define PAGE_BYTES 2048u /* aimed at; a page is written whole when one of its cells changes */
#endif
#define CELL_BYTES 30u /* encoded, on average */
#define ID_BYTES 12u

static uint64_t mixed(uint64_t hash, uint64_t number) {
  hash = (hash ^ number) * UINT64_C(0xff51afd7ed558ccd);
  return hash ^ hash >> 33;
}

/* What a cell is, as a number: its page, and its place in the page, follow from it. */
static uint64_t cell_hash(const struct cell *cell) {
  uint64_t hash = mixed(mixed(mixed(0, cell->name), cell->key), (uint64_t)(int64_t)cell->period);
  if (cell_kind(cell) == CELL_RESTS) hash = mixed(hash, cell->rests.id_low); /* ten thousand gifts of one event may rest on one fact */
  return hash;
}

/* How much there is of a pool in all is read by who reads one record. */
static uint32_t page_of_hash(const struct state *state, const struct cell *cell, uint64_t hash) {
  bool first = cell_kind(cell) == CELL_POOL && cell->key == 0;
  return first ? 0 : (uint32_t)hash & (state->pages - 1);
}

uint32_t page_of_cell(const struct state *state, const struct cell *cell) {
  return state->pages == 1 ? 0 : page_of_hash(state, cell, cell_hash(cell));
}

void page_mark(struct state *state, const struct cell *cell) { page_mark_number(state, page_of_cell(state, cell)); }

static uint64_t weight(const struct state *state) {
  return (uint64_t)state->cell_count * CELL_BYTES + (uint64_t)state->seen_count * ID_BYTES;
}

static void pages_set(struct state *state, uint32_t pages) {
  uint32_t most = pages > state->pages ? pages : state->pages; /* those that are not there any more are stored empty */
  state->pages = pages;
  for (uint32_t page = 0; page < most; page++) page_mark_number(state, page);
}

/* Larger as soon as pages are full; smaller when they are nearly empty, so that nothing flutters. */
void state_settle(struct state *state) {
  uint32_t pages = state->pages, most = pages_most(state);
  if (most > LIMIT_STATE_PAGES) most = LIMIT_STATE_PAGES;
  while (weight(state) > (uint64_t)pages * PAGE_BYTES && pages * 2 <= most) pages *= 2;
  while (pages > 1 && weight(state) < (uint64_t)pages * PAGE_BYTES / 8) pages /= 2;
  if (pages != state->pages) pages_set(state, pages);
}

uint32_t pages_dirty(const struct state *state) {
  uint32_t count = 0;
  if (state->dirty_words == 1 && state->dirty[0] <= 1) return (uint32_t)state->dirty[0]; /* most states have no other page than 0 */
  for (uint32_t word = 0; word < state->dirty_words; word++) count += (uint32_t)__builtin_popcountll(state->dirty[word]);
  return count;
}

void pages_clean(struct state *state) {
  memset(state->dirty, 0, state->dirty_words * sizeof(uint64_t));
  state->changed = false;
}

/* Counting sort: how many in each page, where each page begins, then everything to its place. */
static void starts_sum(uint32_t *starts, uint32_t pages) {
  uint32_t sum = 0;
  for (uint32_t page = 0; page <= pages; page++) {
    uint32_t count = starts[page];
    starts[page] = sum;
    sum += count;
  }
}

/* Filling moves each start to its page's end, which is the next one's start. */
static void starts_back(uint32_t *starts, uint32_t pages) {
  memmove(&starts[1], &starts[0], pages * sizeof starts[0]);
  starts[0] = 0;
}

static void plan_cells(struct page_plan *plan, const struct state *state) {
  memset(plan->starts, 0, (state->pages + 1) * sizeof plan->starts[0]);
  for (uint32_t slot = 0; slot < state->used && state->pages > 1; slot++)
    if (state->cells[slot].name != 0) plan->starts[page_of_cell(state, &state->cells[slot])]++;
  starts_sum(plan->starts, state->pages);
  for (uint32_t slot = 0; slot < state->used; slot++) {
    const struct cell *cell = &state->cells[slot];
    if (cell->name == 0) continue;
    uint64_t hash = cell_hash(cell);
    plan->cells[plan->starts[page_of_hash(state, cell, hash)]++] = (struct page_item){hash, slot};
  }
  starts_back(plan->starts, state->pages);
}

static void plan_ids(struct page_plan *plan, const struct state *state) {
  memset(plan->id_starts, 0, (state->pages + 1) * sizeof plan->id_starts[0]);
  for (uint32_t i = 0; i <= state->seen_mask && state->pages > 1; i++)
    if (state->seen[i].time_ms != TIME_NONE) plan->id_starts[page_of_id(state, state->seen[i].digest)]++;
  starts_sum(plan->id_starts, state->pages);
  for (uint32_t i = 0; i <= state->seen_mask && state->seen_count > 0; i++) {
    const struct seen *seen = &state->seen[i];
    if (seen->time_ms == TIME_NONE) continue;
    plan->ids[plan->id_starts[page_of_id(state, seen->digest)]++] = (struct page_item){seen->digest, i};
  }
  starts_back(plan->id_starts, state->pages);
}

void page_plan_make(struct page_plan *plan, const struct state *state) {
  plan_cells(plan, state);
  plan_ids(plan, state);
  assert(plan->starts[state->pages] == state->cell_count && plan->id_starts[state->pages] == state->seen_count);
}
