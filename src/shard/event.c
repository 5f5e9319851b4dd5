/* One event: judged on what is at hand, taken back and judged again until it has all that it needs; then kept, or told why not.
 *
 *     expire -> judge -> void: more room, owners from the view -> judge ...
 *                     -> short of what other shards have: claims, and it waits
 *                     -> refused as a whole, or dead: nothing is kept, one outcome
 *     nobody hears it -> a range takes it up (range.c), and no record is touched
 *                     -> kept: remembered, told, forwarded */
#include "parts.h"

struct attempt {
  struct reading *reading;
  const struct origin *origin;
  struct state *customer;
};

/* ---- judging ---- */

/* What the judge asked for stays where it is until the next turn. */
static struct state *owner_find(void *self, const struct owner *owner) {
  struct shard *shard = self;
  struct state *state = cache_find(&shard->cache, cache_key(&shard->cache, owner_key(owner)));
  if (state == NULL || state->turn == shard->turn) return state;
  state->turn = shard->turn, state->taken = 0;
  if (shard->touch_count < LIMIT_WANTS) shard->touches[shard->touch_count] = state;
  shard->touch_count++;
  return state;
}

static struct judge_input input_of(struct shard *shard, const struct attempt *a) {
  return (struct judge_input){.rulebook = shard->rulebook,
                              .shelf = shard->settings.terms == NULL ? NULL : shard->settings.terms->shelf,
                              .settings = &shard->settings.judge,
                              .event = &a->reading->event,
                              .clock_ms = shard->clock.now_ms,
                              .reached_ms = due_clock(shard),
                              .matches = a->reading->matches,
                              .match_count = a->reading->match_count,
                              .customer = a->customer,
                              .find = owner_find,
                              .queue = queue_see,
                              .self = shard,
                              .turn = shard->turn,
                              .lent = shard->settings.shards > 1,
                              .hearing = a->reading->hearing,
                              .closing = a->reading->closing,
                              .closing_passes = a->reading->closing_passes,
                              .look = &shard->walk.look,
                              .memory = shard->judge_memory};
}

/* Bounds of one event that the judge does not see. */
static bool too_much(struct shard *shard, const struct attempt *a) {
  if (shard->touch_count > LIMIT_WANTS) return true;
  return !decision_is_void(&shard->decision) && rewards_too_many(shard, &a->reading->event);
}

/* What may be kept is kept, everything else never happened. */
static enum status judge_once(struct shard *shard, const struct attempt *a, struct str *dead, struct fault *fault) {
  assert(a->reading->match_count <= LIMIT_MATCHES && !a->reading->unheard);
  shard->turn++;
  shard->touch_count = 0;
  struct judge_input input = input_of(shard, a);
  trail_begin(&shard->trail);
  enum status status = judge_event(&input, &a->reading->arena, &shard->decision, dead, fault);
  if (status == STATUS_OK && !judge_refused(&shard->decision) && too_much(shard, a)) judge_refuse(&shard->decision, REASON_TOO_MANY_GIFTS);
  bool decided = status == STATUS_OK && !decision_is_void(&shard->decision) && !judge_refused(&shard->decision);
  if (decided && !shard->looking_ahead)
    trail_keep(&shard->trail);
  else
    trail_undo(&shard->trail);
  return status;
}

/* ---- what it lacked ---- */

static enum status customer_load(struct shard *shard, struct attempt *a, struct fault *fault) {
  struct cache_key key = {owner_key(&a->reading->customer), a->reading->key.tag};
  return owner_load(shard, key, &a->customer, fault);
}

/* Half as much again; blocks are twice as large then. Others need not stay meanwhile. */
static enum status room_make(struct shard *shard, struct state *state, struct fault *fault) {
  cache_turn(&shard->cache);
  uint32_t room = state_room(state);
  return owner_grow(shard, &state, room + (state->cell_count + room) / 2 + 1, state_id_room(state), fault);
}

/* STATUS_LIMIT: it cannot be had. */
static enum status lacking_fetch(struct shard *shard, struct attempt *a, struct fault *fault) {
  struct state *cramped = shard->decision.cramped;
  enum status status = STATUS_OK;
  if (cramped != NULL && !state_can_grow(cramped)) return fault_set(fault, STATUS_LIMIT, "a state that cannot grow");
  if (cramped != NULL)
    status = room_make(shard, cramped, fault);
  else
    status = owners_load(shard, shard->decision.wants, shard->decision.want_count, fault);
  return status == STATUS_OK ? customer_load(shard, a, fault) : status;
}

/* ---- keeping ---- */

#ifdef GIFTD_CHECK_MEMORY
static void check(const struct state *state) {
  const char *broken = memory_check(state);
  if (broken != NULL) __assert_fail(broken, __FILE__, __LINE__, __func__);
}
#else
static void check(const struct state *state) { (void)state; }
#endif

static enum status touch_keep(struct shard *shard, struct state *state, struct fault *fault) {
  state_settle(state);
  check(state);
  return owner_keep(shard, state, fault);
}

static enum status event_keep(struct shard *shard, struct attempt *a, struct fault *fault) {
  assert(!shard->looking_ahead && !decision_is_void(&shard->decision));
  struct judge_input input = input_of(shard, a);
  bool remembered = judge_remember(&input, &shard->decision);
  assert(remembered); /* customer_prepare made room */
  (void)remembered;
  enum status status = shard->settings.shards > 1 ? blocks_mind(shard, fault) : STATUS_OK;
  if (status == STATUS_OK) status = touch_keep(shard, a->customer, fault);
  for (uint32_t i = 0; i < shard->touch_count && status == STATUS_OK; i++) {
    judge_expire_shared(shard->touches[i], shard->clock.now_ms);
    status = touch_keep(shard, shard->touches[i], fault);
  }
  return status;
}

/* Who asks and counts hears of every event, whether it has a line or not. */
static void event_observe(struct shard *shard, const struct event *event) {
  decision_count(shard, event);
  if (event->cause.length == 0) unknown_count(shard, event); /* once, with who caused it; a close has nothing unknown */
  if (shard->observer != NULL) shard->observer(shard->observer_self, event, &shard->decision);
}

/* A close that concerned no rule is nothing that happened. */
static enum status event_tell(struct shard *shard, const struct attempt *a, struct fault *fault) {
  const struct event *event = &a->reading->event;
  bool nothing = a->reading->closing != NULL && shard->decision.outcome_count == 0 && shard->decision.gate == REASON_GIVEN;
  if (nothing) return STATUS_OK;
  event_observe(shard, event);
  return decision_tell(shard, event, a->origin, fault);
}

static enum status event_settle(struct shard *shard, struct attempt *a, struct fault *fault) {
  if (shard->looking_ahead) return STATUS_OK;
  enum status status = judge_refused(&shard->decision) ? STATUS_OK : event_keep(shard, a, fault);
  if (status == STATUS_OK) status = event_tell(shard, a, fault);
  if (status == STATUS_OK) status = dues_add(shard, &a->reading->customer, fault);
  if (status == STATUS_OK) status = queues_add(shard, &a->reading->customer, fault);
  if (status == STATUS_OK) status = ranks_add(shard, &a->reading->customer, fault);
  return status == STATUS_OK ? forwards_send(shard, a->reading, a->origin, fault) : status;
}

/* ---- the whole ---- */

static enum status lacking(struct shard *shard, struct attempt *a, bool *again, struct fault *fault) {
  const struct decision *decision = &shard->decision;
  *again = false;
  if (decision->cramped == NULL && decision->want_count == 0) return claims_make(shard, fault);
  enum reason reason = decision->cramped != NULL ? REASON_RECORD_FULL : REASON_TOO_MANY_GIFTS;
  enum status status = lacking_fetch(shard, a, fault);
  *again = status == STATUS_OK;
  if (status != STATUS_LIMIT) return status;
  judge_refuse(&shard->decision, reason);
  return event_settle(shard, a, fault);
}

static enum status event_try(struct shard *shard, struct attempt *a, struct fault *fault) {
  size_t mark = a->reading->arena.used;
  bool again = true;
  while (again) {
    struct str dead = {NULL, 0};
    a->reading->arena.used = mark;
    enum status status = judge_once(shard, a, &dead, fault);
    if (status == STATUS_INPUT) return dead_event(shard, a->reading, a->origin, dead, str_of(fault->text), fault);
    if (status != STATUS_OK) return status;
    if (!decision_is_void(&shard->decision)) return event_settle(shard, a, fault);
    status = lacking(shard, a, &again, fault);
    if (status != STATUS_OK) return status;
  }
  return STATUS_OK;
}

/* What is due of the customer goes before his event. */
static bool closes_first(struct shard *shard, const struct attempt *a) {
  return a->reading->closing == NULL && !shard->looking_ahead && due_touches(shard, &a->reading->customer, a->customer);
}

/* What is not needed any more goes now, never while the event is judged; and there is room for its id. */
static enum status customer_prepare(struct shard *shard, struct attempt *a, struct fault *fault) {
  enum status status = customer_load(shard, a, fault);
  if (status != STATUS_OK || shard->looking_ahead || closes_first(shard, a)) return status;
  const bool ranked = a->reading->closing != NULL && a->reading->closing->rank != NONE; /* when others were there: nothing goes by that */
  if (!ranked) judge_expire(a->customer, shard->rulebook, &shard->settings.judge, shard->clock.now_ms);
  status = owner_keep(shard, a->customer, fault);
  if (status != STATUS_OK || state_id_room(a->customer) > 0 || a->customer->seen_count >= LIMIT_SEEN) return status;
  return owner_grow(shard, &a->customer, state_room(a->customer), a->customer->seen_count / 4 + 1, fault);
}

/* A refusal for its time has a line: people ask for it. */
static enum status unheard_decide(struct shard *shard, const struct reading *reading, const struct origin *origin, struct fault *fault) {
  assert(reading->match_count == 0 && reading->hearing == NULL);
  if (shard->looking_ahead) return STATUS_OK;
  judge_unheard(&reading->event, &shard->settings.judge, shard->clock.now_ms, &shard->decision);
  event_observe(shard, &reading->event);
  if (shard->decision.gate != REASON_GIVEN) return decision_tell(shard, &reading->event, origin, fault);
  range_add(shard, &reading->event, origin);
  return STATUS_OK;
}

enum status event_decide(struct shard *shard, struct reading *reading, const struct reading *next, const struct origin *origin,
                         struct fault *fault) {
  struct attempt a = {.reading = reading, .origin = origin};
  if (reading->unheard) return unheard_decide(shard, reading, origin, fault);
  if (reading->match_count > LIMIT_MATCHES)
    return dead_event(shard, reading, origin, STR("STATE_LIMIT"), STR("more rules and facts hear this event than one may wake"), fault);
  cache_turn(&shard->cache);
  enum status status = customer_prepare(shard, &a, fault);
  bool prefetches = next != NULL && next->problem == EVENT_OK && !next->unheard;
  if (prefetches) cache_prefetch_entry(&shard->cache, next->key); /* its slot has come meanwhile */
  bool waits = reading->closing == NULL && !shard->looking_ahead && shard->dues.touched;
  return status == STATUS_OK && !waits ? event_try(shard, &a, fault) : status;
}
