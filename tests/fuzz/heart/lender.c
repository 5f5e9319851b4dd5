/* Messages between two shards (lender.h). */
#include "lender.h"

#define SHARDS 2u
#define MESSAGES_MOST 256u
#define DELIVERIES_MOST 4096u

struct message {
  size_t length;
  char *bytes;
};
static struct world other;
static struct world *here;
static struct message queue[MESSAGES_MOST];
static uint32_t first, queued;

static struct world *shard_world(uint32_t shard) { return shard == 0 ? here : &other; }

/* ---- messages ---- */

static void send(void *self, const struct lend_message *message) {
  static char bytes[LEND_MESSAGE_BYTES];
  size_t length = lend_encode(message, bytes, sizeof bytes);
  (void)self;
  CHECK(length > 0 && queued < MESSAGES_MOST && message->to < SHARDS);
  struct message *place = &queue[(first + queued++) % MESSAGES_MOST];
  *place = (struct message){length, malloc(length)};
  CHECK(place->bytes != NULL);
  memcpy(place->bytes, bytes, length);
}

static struct lending lending_of(uint32_t shard) {
  static char record[LIMIT_STATE_BYTES];
  return (struct lending){.rulebook = here->book->rulebook,
                          .shard = shard,
                          .shards = SHARDS,
                          .clock_ms = here->clock_ms,
                          .send = send,
                          .memory_ms = here->settings.memory_ms,
                          .record = record};
}

/* At hand, with room for what lending adds. */
static struct place *place_with_room(uint32_t shard, const struct owner *owner, uint32_t cells) {
  struct world *world = shard_world(shard);
  struct place *place = place_of(world, owner);
  (void)place_load(world, place);
  if (state_room(place->state) < cells) place_grow(world, place, cells + place->state->cell_count / 2, state_id_room(place->state));
  return place;
}

static void settle(struct place *place) {
  state_settle(place->state);
  place_changed(place);
}

static void deliver(void) {
  struct message one = queue[first];
  struct lend_message message;
  struct fault fault = {0};
  first = (first + 1) % MESSAGES_MOST, queued--;
  CHECK(lend_decode((struct str){one.bytes, one.length}, &message, &fault));
  struct lending lending = lending_of(message.to);
  struct place *place = place_with_room(message.to, &message.owner, lend_cells(&message, SHARDS));
  enum status status = lend_hear(&lending, &message, place->state, false, &fault);
  if (status != STATUS_OK) heart_fail(fault.text, __FILE__, __LINE__);
  settle(place);
  free(one.bytes);
}

static void deliver_all(void) {
  for (uint32_t n = 0; queued > 0; n++) {
    CHECK(n < DELIVERIES_MOST);
    deliver();
  }
}

void lender_begin(const struct world *world) {
  world_begin(&other, WORLD_TRAIL);
  here = (struct world *)(uintptr_t)world;
  first = queued = 0;
}

void lender_end(void) { world_end(&other); }

/* ---- this shard ---- */

void lender_claim(struct world *world) {
  const struct decision *decision = world->decision;
  struct lending lending = lending_of(0);
  CHECK(decision->shortage_count > 0);
  for (uint32_t i = 0; i < decision->shortage_count; i++) {
    const struct shortage *shortage = &decision->shortages[i];
    struct place *place = place_with_room(0, &shortage->owner, LEND_CELLS);
    lend_ask(&lending, &shortage->owner, place->state, shortage->period, shortage->need);
    settle(place);
  }
  deliver_all();
}

static void blocks_mind(struct world *world) {
  struct lending lending = lending_of(0);
  for (uint32_t i = 0; i < world->count; i++) {
    struct place *place = &world->places[i];
    if (place->touched != world->turn || place->state == NULL || place->owner.kind == OWNER_CUSTOMER) continue;
    place = place_with_room(0, &place->owner, 2 * LEND_CELLS);
    lend_release(&lending, &place->owner, place->state);
    if (place->owner.kind == OWNER_POOL) lend_ask_ahead(&lending, &place->owner, place->state);
    settle(place);
  }
}

/* ---- the other shard ---- */

/* Some of each block is spent there. */
static void other_spends(struct place *place, struct bytes *b) {
  uint64_t decl, key;
  owner_split(&place->owner, &decl, &key);
  const struct cell *cell = state_first(place->state, CELL_BLOCK, decl, 0);
  for (; cell != NULL; cell = state_next(place->state, cell)) {
    if (place->owner.kind != OWNER_POOL || cell->block.left <= 0 || one_in(b, 3)) continue;
    int64_t part = 1 + pick(b, 64);
    struct cell *block = state_write(place->state, cell);
    if (part > block->block.left) part = block->block.left;
    block->block.left -= part, block->block.spent += part;
  }
  settle(place);
}

static void other_does(struct world *world, struct bytes *b) {
  const struct owner owner = world->places[pick(b, world->count)].owner;
  struct lending lending = lending_of(1);
  if (owner.kind == OWNER_CUSTOMER) return;
  struct place *place = place_with_room(1, &owner, 2 * LEND_CELLS);
  int32_t period = 0;
  uint32_t pool = NONE;
  uint64_t decl, key;
  owner_split(&owner, &decl, &key);
  if (owner.kind == OWNER_POOL) pool = rulebook_pool(world->book->rulebook, decl);
  if (owner.kind == OWNER_POOL && pool == NONE) return;
  if (pool != NONE && world->book->rulebook->pools[pool].paced)
    period =
        pool_pace_period(world->book->rulebook, &world->book->rulebook->pools[pool], world->clock_ms == TIME_NONE ? 0 : world->clock_ms);
  lend_ask(&lending, &owner, place->state, period, owner.kind == OWNER_POOL ? 1 + pick(b, 8) : 0);
  deliver_all();
  other_spends(place_with_room(1, &owner, LEND_CELLS), b);
}

static void review(uint32_t shard, const struct owner *owner) {
  struct lending lending = lending_of(shard);
  struct place *place = place_with_room(shard, owner, LEND_CELLS);
  lend_review(&lending, owner, place->state);
  settle(place);
}

/* ---- what must hold while nothing is on its way ---- */

static const struct cell *block_of(uint32_t shard, const struct owner *owner, int32_t period) {
  uint64_t decl, key;
  owner_split(owner, &decl, &key);
  struct place *place = place_of(shard_world(shard), owner);
  return state_find(place_load(shard_world(shard), place), CELL_BLOCK, decl, 0, period);
}

/* What home has lent is in the block, or was spent from it. */
static void loans_check(const struct owner *owner, const struct state *home) {
  uint64_t decl, key;
  owner_split(owner, &decl, &key);
  const struct cell *loan = state_first(home, CELL_LENT, decl, 0);
  for (; loan != NULL; loan = state_next(home, loan)) {
    const struct cell *block = block_of((uint32_t)loan->key - 1, owner, loan->period);
    int64_t there = block == NULL ? 0 : block->block.left + block->block.spent;
    CHECK(there == loan->lent.outstanding && (block == NULL || block->block.left >= 0));
  }
}

static void owner_check(const struct owner *owner) {
  uint32_t home = lend_home(owner, SHARDS);
  struct place *place = place_of(shard_world(home), owner);
  const struct state *state = place_load(shard_world(home), place);
  if (owner->kind == OWNER_POOL) {
    loans_check(owner, state);
    return;
  }
  bool both = lend_here(owner, place_load(here, place_of(here, owner))) && lend_here(owner, place_load(&other, place_of(&other, owner)));
  CHECK(!both); /* a record is at one place */
}

void lender_mind(struct world *world, struct bytes *b) {
  blocks_mind(world);
  deliver_all();
  if (one_in(b, 3)) other_does(world, b);
  bool reviews = one_in(b, 6);
  for (uint32_t i = 0; i < world->count; i++) {
    const struct owner owner = world->places[i].owner;
    if (owner.kind == OWNER_CUSTOMER) continue;
    if (reviews) review(0, &owner), review(1, &owner);
    deliver_all();
    owner_check(&owner);
  }
}
