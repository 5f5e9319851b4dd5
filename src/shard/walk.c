/* Nobody's close is missed (judge.h, struct look): when rules hear closes that they did not hear before, each customer of the shard is
 * looked at once - a few between two lines, all of them while no lines are there - and what he has still to hear is judged right behind.
 *
 *     another rulebook -> walk_rules.c: who hears what -> in order of the view: look -> what is over is judged, what is ahead is due
 *
 * Meanwhile no close is judged of who was not looked at, and no event: an event's customer is looked at first, wherever the walk stands.
 * So it does not matter when he is looked at, and there is one instant for each customer before which all is heard, and behind which all
 * will be. How far the walk is stands in the state ("m:walk"), so it goes on where it was. A mark in the record of who was looked at ahead
 * of it, or has something to be judged, says that he is not looked at twice. */
#include "giftd/base/bytes.h"
#include "parts.h"

#define WALK_KEY STR("m:walk")
#define WALK_VERSION 1
#define WALK_HEAD_BYTES 54u /* without the place */
#define FLAG_WAITS 1u
#define FLAG_UNCLOCKED 2u

/* ---- begin ---- */

/* The event that touches somebody moves the clock when it is decided, behind what is due for him by then; whoever takes the shard over in
 * between finds the clock of before it. What he heard ahead of it he has heard. */
static int64_t known_ms(const struct shard *shard) {
  const int64_t now_ms = due_clock(shard), heard_ms = shard->dues.heard_ms;
  return heard_ms > now_ms && !MUTANT(TOUCH_FORGOTTEN) ? heard_ms : now_ms;
}

static void walk_begin(struct shard *shard, int64_t heard_ms, bool waited) {
  struct walk *walk = &shard->walk;
  assert(!walk->on && !walk->visits);
  const int64_t now_ms = known_ms(shard);
  bool walks = walk_rules_take(shard, !walk->kept, heard_ms, now_ms) && now_ms != TIME_NONE;
  walk->kept = walk->changed = true, walk->again_ms = 0;
  walk->look.taken_ms = now_ms;
  if (!walks || (MUTANT(WALK_SKIPPED) && shard->settings.shards > 1)) return; /* the oracle is alone, and walks */
  walk->on = true, walk->look.number++, walk->look.from_ms = heard_ms, walk->unclocked = waited;
  walk->place.length = 0, walk->ahead_count = walk->ahead_at = 0;
  walk->customers = walk->found = 0, walk->full.length = 0;
}

/* In the middle of a walk what is new has its turn behind it: what was heard till now is heard by the rules of before; what stays as it was
 * goes on being heard meanwhile. */
void walk_swap(struct shard *shard) {
  struct walk *walk = &shard->walk;
  const bool waited = walk->waits_for_clock;
  walk->asked = walk->waits_for_clock = false;
  const bool other = shard->view.customers != NULL && !(walk->kept && walk_rules_agree(shard));
  const int64_t now_ms = known_ms(shard);
  /* Before there is a clock nothing has closed: asked again when there is one. */
  walk->asked = walk->waits_for_clock = other && walk->kept && now_ms == TIME_NONE;
  walk->changed = walk->changed || walk->waits_for_clock != waited;
  if (!other || walk->asked) return;
  if (!walk->on)
    walk_begin(shard, now_ms, waited);
  else if (walk->again_ms == 0)
    walk->again_ms = now_ms == TIME_NONE ? 1 : now_ms, walk->changed = true;
}

static bool walk_awaited(void *self) {
  const struct walk *walk = &((const struct shard *)self)->walk;
  return walk->asked || walk->again_ms != 0;
}

/* Who waits is judged to the end first; whoever is judged behind that was looked at. And first the manifest knows the rulebook: else the
 * one before could come back, when only its rules were said to have heard, and end the walk without them. */
void walk_ask(struct shard *shard) {
  if (shard->walk.asked && !shard->adopting.wanted && !shard->waiting.waits) walk_swap(shard);
}

static void walk_end(struct shard *shard) {
  struct walk *walk = &shard->walk;
  int64_t again_ms = walk->again_ms;
  assert(walk->on && !walk->visits && walk->ahead_count == 0);
  walk->on = false, walk->changed = true;
  shard->dues.since_line = 0, shard->dues.changed = true; /* as if there had been none */
  walk->place.length = 0;
  if (again_ms == 0) return;
  walk_begin(shard, again_ms, false);
  walk->look.taken_ms = INT64_MAX; /* who was looked at behind the change did not hear all that was heard before it */
}

/* ---- in the state ---- */

static enum status form_unknown(struct fault *fault) {
  return fault_set(fault, STATUS_STATE, "how far customers were looked at is in no known form in the state: written by a newer giftd");
}

static bool head_read(struct walk *walk, struct str record, uint32_t *rule_count) {
  struct reader r = reader_over(record);
  if (record.length < WALK_HEAD_BYTES || get_byte(&r) != WALK_VERSION) return false;
  walk->kept = true, walk->on = get_byte(&r) != 0;
  walk->look.number = (uint32_t)get_fixed(&r, 4);
  walk->look.from_ms = (int64_t)get_fixed(&r, 8), walk->again_ms = (int64_t)get_fixed(&r, 8);
  walk->customers = get_fixed(&r, 8), walk->found = get_fixed(&r, 8);
  *rule_count = (uint32_t)get_fixed(&r, 4);
  walk->look.taken_ms = (int64_t)get_fixed(&r, 8);
  const uint64_t flags = get_fixed(&r, 4);
  walk->waits_for_clock = (flags & FLAG_WAITS) != 0, walk->unclocked = (flags & FLAG_UNCLOCKED) != 0;
  struct str place = str_from(record, WALK_HEAD_BYTES);
  if (place.length == 1 || place.length > 1 + LIMIT_ID_BYTES) return false;
  if (place.length > 0) walk->place = owner_customer(str_from(place, 1));
  return true;
}

enum status walk_open(struct shard *shard, struct fault *fault) {
  struct walk *walk = &shard->walk;
  struct str record;
  uint32_t rule_count = 0;
  walk->on = walk->kept = walk->changed = walk->rules_changed = walk->visits = walk->asked = false;
  walk->waits_for_clock = walk->unclocked = false;
  walk->rule_count = walk->ahead_count = walk->ahead_at = 0;
  walk->place.length = walk->full.length = 0, walk->customers = walk->found = 0, walk->again_ms = 0;
  walk->look = (struct look){.from_ms = TIME_NONE, .taken_ms = TIME_NONE, .self = shard};
  walk->look.unheard = walk_unheard, walk->look.lost = walk_lost, walk->look.waits = walk_waits;
  walk->look.day_time = walk_day_time, walk->look.awaited = walk_awaited;
  if (shard->view.customers == NULL) return STATUS_OK;
  enum status status = shard->view.load(shard->view.self, WALK_KEY, &record, fault);
  if (status != STATUS_OK) return status;
  bool known = record.length > 0 && !MUTANT(WALK_FORGOTTEN);
  if (known && !head_read(walk, record, &rule_count)) return form_unknown(fault);
  if (known) status = walk_rules_load(shard, rule_count, fault);
  if (status != STATUS_OK) return status;
  walk->asked = walk->kept;
  walk->asked ? walk_ask(shard) : walk_swap(shard); /* of a state without a list the manifest of before says who ran */
  return STATUS_OK;
}

enum status walk_store(struct shard *shard, struct fault *fault) {
  struct walk *walk = &shard->walk;
  if (!walk->changed) return STATUS_OK;
  struct writer w = writer_into(shard->record, sizeof shard->record);
  put_byte(&w, WALK_VERSION), put_byte(&w, walk->on);
  put_fixed(&w, walk->look.number, 4);
  put_fixed(&w, (uint64_t)walk->look.from_ms, 8), put_fixed(&w, (uint64_t)walk->again_ms, 8);
  put_fixed(&w, walk->customers, 8), put_fixed(&w, walk->found, 8);
  put_fixed(&w, walk->rule_count, 4);
  put_fixed(&w, (uint64_t)walk->look.taken_ms, 8);
  put_fixed(&w, (walk->waits_for_clock ? FLAG_WAITS : 0) | (walk->unclocked ? FLAG_UNCLOCKED : 0), 4);
  assert((size_t)(w.at - (unsigned char *)shard->record) == WALK_HEAD_BYTES);
  memcpy(w.at, walk->place.key, walk->place.length);
  const struct str record = {shard->record, WALK_HEAD_BYTES + walk->place.length};
  enum status status = shard->view.store(shard->view.self, WALK_KEY, record, fault);
  if (status == STATUS_OK && walk->rules_changed) status = walk_rules_store(shard, fault);
  walk->changed = status != STATUS_OK, walk->rules_changed = walk->rules_changed && status != STATUS_OK;
  return status;
}

struct shard_walk shard_walk(const struct shard *shard) {
  const struct walk *walk = &shard->walk;
  return (struct shard_walk){walk->on, walk->look.number, walk->customers, walk->found};
}

/* ---- one customer ---- */

static bool is_ahead(const struct shard *shard, const struct owner *owner) {
  struct str place = owner_key(&shard->walk.place), key = owner_key(owner);
  if (place.length == 0) return true;
  return shard->view.before != NULL ? shard->view.before(shard->view.self, place, key) : str_compare(place, key) < 0;
}

bool walk_meets(const struct shard *shard, const struct owner *owner, const struct state *state) {
  const struct walk *walk = &shard->walk;
  if (walk->on && str_equal(owner_key(&walk->full), owner_key(owner))) return false;
  return walk->on && is_ahead(shard, owner) && !judge_looked(state, walk->look.number);
}

/* Whether he is where the walk stands, and goes on from there by himself. An event may have touched another one meanwhile. */
bool walk_visits(const struct shard *shard, const struct owner *owner) {
  const struct walk *walk = &shard->walk;
  assert(!walk->visits || walk->ahead_at < walk->ahead_count);
  return walk->visits && str_equal(owner_key(&walk->ahead[walk->ahead_at]), owner_key(owner));
}

/* The look is no event: it has an instant, and a customer. */
static void look_event(struct shard *shard, struct reading *reading) {
  struct event *event = &reading->event;
  int64_t now_ms = shard->walk.look.from_ms;
  memset(event, 0, GLANCE_BYTES);
  event->customer = str_from(owner_key(&reading->customer), 1);
  event->id = STR("look"), event->source = STR("giftd");
  event->type = TYPE_UNKNOWN, event->type_name = STR("look");
  event->time_ms = event->arrival_ms = now_ms == TIME_NONE ? 0 : now_ms;
  event->field_count = event->unknown_count = 0;
  memset(event->unknown_counts, 0, sizeof event->unknown_counts);
  assert(event->customer.length > 0 && event->customer.length <= LIMIT_ID_BYTES);
  reading->hearing = NULL, reading->closing = NULL;
  arena_reset(&reading->arena);
}

static struct state *nobody(void *self, const struct owner *owner) {
  (void)self, (void)owner;
  return NULL;
}

static void look_once(struct shard *shard, struct reading *reading, struct state *state, bool marks) {
  struct judge_input input = {.rulebook = shard->rulebook,
                              .settings = &shard->settings.judge,
                              .event = &reading->event,
                              .clock_ms = shard->clock.now_ms,
                              .reached_ms = known_ms(shard),
                              .customer = state,
                              .find = nobody,
                              .self = shard,
                              .turn = ++shard->turn,
                              .lent = shard->settings.shards > 1,
                              .look = &shard->walk.look,
                              .memory = shard->judge_memory};
  assert(shard->walk.on && !shard->looking_ahead);
  trail_begin(&shard->trail);
  judge_look(&input, marks, &shard->decision, &reading->arena);
  if (decision_is_void(&shard->decision) || judge_refused(&shard->decision))
    trail_undo(&shard->trail);
  else
    trail_keep(&shard->trail);
}

/* What is over is taken right behind. */
static void over_drop(struct shard *shard) {
  struct decision *decision = &shard->decision;
  int64_t now_ms = due_clock(shard);
  uint32_t kept = 0;
  for (uint32_t i = 0; i < decision->due_count; i++)
    if (now_ms == TIME_NONE || decision->dues[i] > now_ms) decision->dues[kept++] = decision->dues[i];
  decision->due_count = kept;
}

/* A record that is full has no room for what is due: that is not looked for a second time for this event. */
enum status walk_look(struct shard *shard, struct reading *reading, bool marks, struct fault *fault) {
  struct state *state;
  enum status status = owner_load(shard, reading->key, &state, fault);
  if (status != STATUS_OK) return status;
  look_event(shard, reading);
  look_once(shard, reading, state, marks);
  while (shard->decision.cramped != NULL) {
    if (!state_can_grow(state)) break;
    status = owner_grow(shard, &state, 2 * state_room(state) + state->cell_count / 2 + 1, state_id_room(state), fault);
    if (status != STATUS_OK) return status;
    look_once(shard, reading, state, marks);
  }
  if (decision_is_void(&shard->decision) || judge_refused(&shard->decision)) {
    shard->walk.full = reading->customer, shard->counts.passed++;
    return STATUS_OK;
  }
  shard->walk.found += shard->decision.due_count;
  over_drop(shard);
  state_settle(state);
  status = owner_keep(shard, state, fault);
  return status == STATUS_OK ? dues_add(shard, &reading->customer, fault) : status;
}

/* ---- one after the other ---- */

bool walk_turn(const struct shard *shard) {
  bool line = shard->line_at < shard->line_count;
  return shard->walk.on && (!line || shard->dues.since_line < DUES_A_LINE);
}

/* Who was new since the last flush is not in the view when it begins. */
static enum status customers_find(struct shard *shard, bool *ended, struct fault *fault) {
  struct walk *walk = &shard->walk;
  enum status status = walk->place.length == 0 ? changed_store(shard, fault) : STATUS_OK;
  walk->ahead_at = walk->ahead_count = 0;
  if (status != STATUS_OK) return status;
  return shard->view.customers(shard->view.self, owner_key(&walk->place), walk->ahead, WALK_AHEAD, &walk->ahead_count, ended, fault);
}

/* Where loading costs a round trip: one for many. */
static enum status customers_ahead(struct shard *shard, struct fault *fault) {
  const struct walk *walk = &shard->walk;
  uint32_t left = walk->ahead_count - walk->ahead_at, count = left < WALK_LOADED ? left : WALK_LOADED;
  if (shard->view.prefetch == NULL || walk->ahead_at % WALK_LOADED != 0 || count < 2) return STATUS_OK;
  cache_turn(&shard->cache);
  enum status status = owners_load(shard, walk->ahead + walk->ahead_at, count, fault);
  return status == STATUS_LIMIT ? STATUS_OK : status; /* too large together: one by one, then */
}

/* He is behind the walk from now on, and needs no mark. */
static enum status customer_pass(struct shard *shard, const struct owner *owner, struct state *state, struct fault *fault) {
  struct walk *walk = &shard->walk;
  assert(walk->ahead_at < walk->ahead_count && is_ahead(shard, owner));
  judge_looked_forget(state);
  state_settle(state);
  walk->place = *owner;
  walk->ahead_at++, walk->customers++, shard->counts.looked++;
  walk->visits = false, walk->changed = true;
  shard->dues.since_line++, shard->dues.changed = true;
  return owner_keep(shard, state, fault);
}

static enum status customer_visit(struct shard *shard, const struct owner *owner, struct fault *fault) {
  struct reading *reading = &shard->heard_reading;
  struct state *state;
  reading->customer = *owner;
  enum status status = customer_reading(shard, reading, &state, fault);
  if (status == STATUS_OK && walk_meets(shard, owner, state)) {
    status = walk_look(shard, reading, false, fault);
    if (status == STATUS_OK) status = owner_load(shard, reading->key, &state, fault);
  }
  if (status != STATUS_OK) return status;
  if (!due_waits(shard, state)) return customer_pass(shard, owner, state, fault);
  shard->walk.visits = true; /* what is over for him is judged, and he comes here again */
  due_touch(shard, owner);
  return STATUS_OK;
}

enum status walk_take(struct shard *shard, struct fault *fault) {
  struct walk *walk = &shard->walk;
  bool ended = false;
  assert(walk->on && !shard->dues.touched && !shard->waiting.waits);
  enum status status = walk->ahead_at < walk->ahead_count ? STATUS_OK : customers_find(shard, &ended, fault);
  if (status == STATUS_OK && ended && walk->ahead_count == 0) walk_end(shard);
  if (status == STATUS_OK && walk->on && walk->ahead_count == 0) shard->dues.since_line++; /* looking where nobody is takes time too */
  if (status != STATUS_OK || walk->ahead_at == walk->ahead_count) return status;
  const struct owner owner = walk->ahead[walk->ahead_at];
  status = customers_ahead(shard, fault);
  return status == STATUS_OK ? customer_visit(shard, &owner, fault) : status;
}
