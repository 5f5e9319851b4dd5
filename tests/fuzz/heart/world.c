/* Places, blocks and pages (world.h). */
#include "world.h"

#include <stdio.h>

static struct page_plan plan;

void world_begin(struct world *world, uint32_t trail) {
  if (world->judge_memory == NULL) {
    world->judge_memory = aligned_alloc(64, (judge_memory() + 63) / 64 * 64);
    world->decision = malloc(sizeof *world->decision);
    world->trail.entries = malloc(WORLD_TRAIL * sizeof *world->trail.entries);
    void *memory = malloc(ARENA_BYTES);
    CHECK(world->judge_memory != NULL && world->decision != NULL && world->trail.entries != NULL && memory != NULL);
    arena_init(&world->arena, memory, ARENA_BYTES);
  }
  CHECK(trail <= WORLD_TRAIL);
  world->trail.capacity = trail, world->trail.open = false;
  world->turn = 0, world->store = world;
}

void world_end(struct world *world) {
  for (uint32_t i = 0; i < world->count; i++) {
    struct place *place = &world->places[i];
    free(place->block);
    for (uint32_t page = 0; page < LIMIT_STATE_PAGES; page++) free((char *)(uintptr_t)place->pages[page].at);
    *place = (struct place){.state = NULL};
  }
  world->count = 0;
  memset(world->slots, 0, sizeof world->slots);
}

/* ---- finding ---- */

static uint32_t *slot_of(const struct world *world, const struct owner *owner) {
  uint32_t at = (uint32_t)hash64(&HASH_KEY_FIXED, owner_key(owner)) % WORLD_SLOTS;
  for (; world->slots[at] != 0; at = (at + 1) % WORLD_SLOTS)
    if (str_equal(owner_key(&world->places[world->slots[at] - 1].owner), owner_key(owner))) break;
  return (uint32_t *)(uintptr_t)&world->slots[at];
}

static struct place *place_find(const struct world *world, const struct owner *owner) {
  uint32_t slot = *slot_of(world, owner);
  return slot == 0 ? NULL : (struct place *)(uintptr_t)&world->places[slot - 1];
}

struct place *place_of(struct world *world, const struct owner *owner) {
  uint32_t *slot = slot_of(world, owner);
  if (*slot != 0) return &world->places[*slot - 1];
  CHECK(world->count < WORLD_PLACES);
  struct place *place = &world->places[world->count++];
  *place = (struct place){.owner = *owner};
  *slot = world->count;
  return place;
}

struct place *place_of_state(struct world *world, const struct state *state) {
  for (uint32_t i = 0; i < world->count; i++)
    if (world->places[i].state == state) return &world->places[i];
  CHECK(!"a state of no place");
  return NULL;
}

/* ---- blocks ---- */

static uint32_t at_most(uint64_t number, uint32_t most) { return number < most ? (uint32_t)number : most; }

/* Behind a full record there is room for what one decision removes and adds, as in the shard's blocks of powers of two. */
static void block_take(struct world *world, struct place *place, uint32_t cells, uint32_t ids) {
  if (cells >= LIMIT_STATE_CELLS) cells = 2 * LIMIT_STATE_CELLS;
  size_t bytes = state_bytes(cells, ids);
  void *block = aligned_alloc(16, (bytes + 15) / 16 * 16);
  CHECK(block != NULL);
  struct state *state = state_init(block, bytes, ids);
  if (place->state != NULL) {
    state_move(state, place->state);
    free(place->block);
  }
  place->block = block, place->state = state;
  state->trail = &world->trail;
}

void place_grow(struct world *world, struct place *place, uint32_t cells, uint32_t ids) {
  uint32_t cells_to = at_most((uint64_t)place->state->cell_count + cells, LIMIT_STATE_CELLS);
  uint32_t ids_to = at_most((uint64_t)place->state->seen_count + ids, LIMIT_SEEN);
  block_take(world, place, cells_to, ids_to);
}

void place_drop(struct place *place) {
  CHECK(!place->state->changed);
  free(place->block);
  place->block = NULL, place->state = NULL, place->known = false;
}

/* ---- pages ---- */

static struct str page_stored(const struct world *world, const struct owner *owner, uint32_t page) {
  const struct place *place = place_find(world->store, owner);
  return place == NULL ? (struct str){NULL, 0} : place->pages[page];
}

/* A place for what the first page tells of; then each page finds room. */
static void pages_read(struct world *world, struct place *place) {
  struct page_head head;
  struct fault fault = {0};
  struct str first = page_stored(world, &place->owner, 0);
  bool customer = place->owner.kind == OWNER_CUSTOMER;
  CHECK(page_look(first, &head, &fault));
  uint64_t cells = (uint64_t)head.cells * head.pages + (world->tight ? 0 : 8), ids = (uint64_t)head.ids * head.pages + (customer ? 1 : 0);
  block_take(world, place, at_most(cells, LIMIT_STATE_CELLS), at_most(ids, LIMIT_SEEN));
  for (uint32_t page = 0; page < head.pages; page++) {
    struct page_head one;
    struct str bytes = page_stored(world, &place->owner, page);
    CHECK(page_look(bytes, &one, &fault) && (page == 0 || (one.page == page && one.pages == head.pages)));
    if (state_room(place->state) < one.cells || state_id_room(place->state) < one.ids) place_grow(world, place, one.cells, one.ids);
    CHECK(page_decode(bytes, place->state, &fault));
  }
}

struct state *place_load(struct world *world, struct place *place) {
  if (place->state == NULL) pages_read(world, place);
  return place->state;
}

static void page_put(struct place *place, uint32_t page, struct str bytes) {
  free((char *)(uintptr_t)place->pages[page].at);
  char *copy = bytes.length == 0 ? NULL : malloc(bytes.length);
  CHECK(bytes.length == 0 || copy != NULL);
  if (bytes.length > 0) memcpy(copy, bytes.at, bytes.length);
  place->pages[page] = (struct str){copy, bytes.length};
}

static struct str page_now(const struct state *state, uint32_t page) {
  static char bytes[LIMIT_STATE_BYTES];
  return (struct str){bytes, page_encode(state, &plan, page, bytes, sizeof bytes)};
}

/* Only what is marked is written; after that nothing may differ. */
void place_store(struct place *place) {
  struct state *state = place->state;
  uint32_t left = pages_dirty(state);
  CHECK(left == 0 || state->changed);
  page_plan_make(&plan, state);
  for (uint32_t page = 0; left > 0; page++) {
    if (!page_is_dirty(state, page)) continue;
    page_put(place, page, page_now(state, page));
    left--;
  }
  pages_clean(state);
  for (uint32_t page = 0; page < LIMIT_STATE_PAGES; page++) CHECK(str_equal(place->pages[page], page_now(state, page)));
}

void world_store(struct world *world) {
  for (uint32_t i = 0; i < world->count; i++) {
    struct place *place = &world->places[i];
    if (place->state != NULL && (place->state->changed || world->turn % 16 == 0)) place_store(place);
  }
}

/* ---- checks ---- */

uint64_t state_content(const struct state *state) {
  static char bytes[LIMIT_STATE_BYTES];
  uint64_t content = 0;
  page_plan_make(&plan, state);
  for (uint32_t page = 0; page < state->pages; page++) {
    size_t length = page_encode(state, &plan, page, bytes, sizeof bytes);
    content = hash64_pair(&HASH_KEY_FIXED, content, hash64(&HASH_KEY_FIXED, (struct str){bytes, length}));
  }
  return content;
}

void place_changed(struct place *place) {
  const char *broken = memory_check(place->state);
  if (broken != NULL) heart_fail(broken, __FILE__, __LINE__);
  place->known = false;
}

void world_note(struct world *world) {
  for (uint32_t i = 0; i < world->count; i++) {
    struct place *place = &world->places[i];
    if (place->state == NULL || place->known) continue;
    place->content = state_content(place->state), place->known = true;
  }
}

void world_unchanged(struct world *world) {
  for (uint32_t i = 0; i < world->count; i++) {
    struct place *place = &world->places[i];
    bool touched = place->touched == world->turn || place->owner.kind == OWNER_CUSTOMER;
    if (place->state == NULL || !(touched || world->turn % 8 == 0)) continue;
    uint64_t before = place->content;
    place_changed(place);
    CHECK(before == state_content(place->state));
    place->known = true;
  }
}
