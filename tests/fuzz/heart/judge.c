/* One event, tried as a shard tries it: expire, judge, void - take back, fetch, again - or kept (src/shard/event.c). */
#include "world.h"

#define ATTEMPTS_MOST 4096u /* each fetches an owner or makes room, so there is an end */

static struct state *owner_find(void *self, const struct owner *owner) {
  struct world *world = self;
  struct place *place = place_of(world, owner);
  if (place->state == NULL) return NULL;
  if (place->touched != world->turn) place->state->turn = world->turn, place->state->taken = 0;
  place->touched = world->turn;
  return place->state;
}

struct attempt {
  struct world *world;
  const struct event *event;
  const struct hearing *hearing;
  struct place *customer;
  uint32_t match_count;
};
static uint32_t matches[LIMIT_MATCHES];

static struct judge_input input_of(const struct attempt *a) {
  struct world *world = a->world;
  return (struct judge_input){.rulebook = world->book->rulebook,
                              .shelf = world->shelf,
                              .settings = &world->settings,
                              .event = a->event,
                              .clock_ms = world->clock_ms,
                              .matches = matches,
                              .match_count = a->match_count,
                              .customer = a->customer->state,
                              .find = owner_find,
                              .self = world,
                              .turn = world->turn,
                              .lent = world->lent,
                              .hearing = a->hearing,
                              .memory = world->judge_memory};
}

/* What may be kept is kept, everything else never happened. */
static enum status judge_once(struct attempt *a) {
  struct world *world = a->world;
  struct fault fault = {0};
  struct str dead = {NULL, 0};
  world->turn++, world->attempts++;
  world_note(world);
  arena_reset(&world->arena);
  struct judge_input input = input_of(a);
  trail_begin(&world->trail);
  enum status status = judge_event(&input, &world->arena, world->decision, &dead, &fault);
  bool refused = judge_refused(world->decision);
  CHECK(status == STATUS_OK || (status == STATUS_INPUT && dead.length > 0 && fault.text[0] != 0));
  if (status == STATUS_OK && !decision_is_void(world->decision) && !refused) {
    CHECK(!world->trail.full);
    trail_keep(&world->trail);
    return status;
  }
  trail_undo(&world->trail);
  world_unchanged(world);
  return status;
}

/* ---- what it lacked ---- */

static void room_make(struct world *world, struct place *place) {
  uint32_t room = state_room(place->state);
  uint32_t more = world->tight ? room + 1 : room + (place->state->cell_count + room) / 2 + 1;
  place_grow(world, place, more, state_id_room(place->state));
}

/* False: it cannot be had. */
static bool lacking_fetch(struct world *world) {
  struct state *cramped = world->decision->cramped;
  if (cramped != NULL && !state_can_grow(cramped)) return false;
  if (cramped != NULL) room_make(world, place_of_state(world, cramped));
  for (uint32_t i = 0; cramped == NULL && i < world->decision->want_count; i++)
    (void)place_load(world, place_of(world, &world->decision->wants[i]));
  return true;
}

/* ---- keeping ---- */

static void keep_one(struct place *place) {
  state_settle(place->state);
  place_changed(place);
}

static void event_keep(struct attempt *a) {
  struct world *world = a->world;
  struct judge_input input = input_of(a);
  CHECK(judge_remember(&input, world->decision));
  keep_one(a->customer);
  for (uint32_t i = 0; i < world->count; i++) {
    struct place *place = &world->places[i];
    if (place->touched != world->turn || place->state == NULL) continue;
    judge_expire_shared(place->state, world->clock_ms);
    keep_one(place);
  }
}

/* ---- the whole ---- */

static void customer_prepare(struct attempt *a) {
  struct world *world = a->world;
  struct owner owner = owner_customer(a->event->customer);
  a->customer = place_of(world, &owner);
  struct state *state = place_load(world, a->customer);
  judge_expire(state, world->book->rulebook, &world->settings, world->clock_ms);
  place_changed(a->customer);
  if (state_id_room(state) > 0 || state->seen_count >= LIMIT_SEEN) return;
  place_grow(world, a->customer, state_room(state), world->tight ? 1 : state->seen_count / 4 + 1);
}

/* More than a reversal adds, and less than what is kept free for it. */
#define REVERSAL_CELLS (LIMIT_STATE_SPARE / 2)

/* What takes back is refused only when that is used up too. */
static enum tried refused(const struct attempt *a) {
  uint32_t most = 0;
  for (uint32_t i = 0; i < a->world->count; i++) {
    const struct place *place = &a->world->places[i];
    if (place->state != NULL && place->state->cell_count > most) most = place->state->cell_count;
  }
  bool full = a->event->type == TYPE_ID_REVERSED && a->world->decision->gate == REASON_RECORD_FULL;
  CHECK(!full || most + REVERSAL_CELLS > LIMIT_STATE_CELLS);
  return TRIED_REFUSED;
}

static enum tried refuse(const struct attempt *a, enum reason reason) {
  judge_refuse(a->world->decision, reason);
  return refused(a);
}

enum tried world_judge(struct world *world, const struct event *event, const struct hearing *hearing) {
  struct attempt a = {.world = world, .event = event, .hearing = hearing};
  a.match_count = hearing != NULL ? 0 : match_event(world->book->index, world->book->cache, event, matches);
  if (a.match_count > LIMIT_MATCHES) return TRIED_DEAD;
  customer_prepare(&a);
  for (uint32_t i = 0; i < ATTEMPTS_MOST; i++) {
    const struct decision *decision = world->decision;
    if (judge_once(&a) == STATUS_INPUT) return TRIED_DEAD;
    if (!decision_is_void(decision)) {
      if (judge_refused(decision)) return refused(&a);
      event_keep(&a);
      return TRIED_KEPT;
    }
    if (decision->cramped == NULL && decision->want_count == 0) return TRIED_SHORT;
    if (!lacking_fetch(world)) return refuse(&a, decision->cramped != NULL ? REASON_RECORD_FULL : REASON_TOO_MANY_GIFTS);
  }
  CHECK(!"an event that is never decided");
  return TRIED_DEAD;
}
