/* One event, in the order of the day (decide.h): gate, profile, reversal, measures, tracks, rules, first and last, memory. */
#include "work.h"

void work_init(struct work *w, const struct decide_input *input, struct state *customer) {
  memset(w, 0, offsetof(struct work, fired));
  w->in = input, w->book = input->rulebook, w->event = input->event, w->customer = customer;
  w->audience_reason = REASON_COUNT;
}

void work_fire(struct work *w, const struct fired *fired) {
  if (w->fired_count == FIRED_MAX) {
    w->crowded = true;
    return;
  }
  w->fired[w->fired_count++] = *fired;
}

struct state *work_state(const struct work *w, const struct owner *owner) {
  for (uint32_t i = 0; i < w->in->owner_count; i++) {
    const struct owner *known = &w->in->owners[i];
    if (known->length == owner->length && memcmp(known->key, owner->key, owner->length) == 0) return w->states[i];
  }
  assert(!"an owner that decide_owners did not name");
  return NULL;
}

/* ---- gate ---- */

/* A digest that was seen is a duplicate; one that may have been seen and let go (at or before the floor) is too late: never twice. */
static enum reason gate(const struct work *w) {
  const struct event *event = w->event;
  if (state_seen(w->customer, event->digest) && !MUTANT(NO_DUPLICATES)) return REASON_DUPLICATE_EVENT;
  if (event->time_ms > event->arrival_ms + LIMIT_FUTURE_MS) return REASON_EVENT_IN_FUTURE;
  bool floored = w->customer->seen_count > 0 && event->time_ms <= w->customer->floor_ms;
  if (floored || event->time_ms < event->arrival_ms - w->in->settings->horizon_ms) return REASON_EVENT_TOO_LATE;
  return REASON_GIVEN;
}

/* ---- profile and enrolment ---- */

static void tags_replace(struct work *w, const struct value *tags) {
  state_remove_all(w->customer, CELL_TAG, 0, 0);
  for (uint32_t i = 0; i < tags->count; i++) {
    uint64_t hash = hash64(&HASH_KEY_FIXED, tags->items[i]);
    (void)work_make(w, w->customer, CELL_TAG, decl_of_hash(hash), hash, 0);
  }
}

static void profile_set(struct work *w, uint16_t field, const struct value *value) {
  struct str name = w->book->catalogue->fields[field].event_name;
  uint64_t decl = name_decl(name);
  uint32_t count = value->kind == VALUE_LIST ? value->count : 1;
  state_remove_all(w->customer, CELL_PROFILE, decl, 0);
  for (uint32_t i = 0; i < count; i++) {
    struct cell *cell = work_make(w, w->customer, CELL_PROFILE, decl, 0, (int32_t)i);
    if (cell != NULL) cell_set_value(cell, value, i);
  }
}

static void profile_apply(struct work *w) {
  work_touch(w->customer);
  for (uint32_t i = 0; i < w->event->field_count; i++) {
    const struct value *value = &w->event->values[i];
    if (value->kind == VALUE_ABSENT) continue;
    if (w->event->field_ids[i] == FIELD_ID_TAGS && value->kind == VALUE_LIST)
      tags_replace(w, value);
    else
      profile_set(w, w->event->field_ids[i], value);
  }
}

static void enrolment_apply(struct work *w) {
  const struct value *named = event_field(w->event, FIELD_ID_CAMPAIGN);
  for (uint32_t i = 0; i < w->book->campaign_count; i++) {
    const struct campaign *campaign = work_campaign(w, i);
    bool open = w->event->time_ms >= campaign->from_ms && w->event->time_ms < campaign->to_ms;
    if (!campaign->enrolment || !open || (named != NULL && !str_equal(named->text, campaign->id))) continue;
    uint64_t decl = name_decl(campaign->id);
    struct cell *cell = work_make(w, w->customer, CELL_ENROLLED, decl, 0, 0);
    if (cell == NULL) return;
    if (cell->v[0] == 0 || w->event->time_ms < cell->v[0]) cell->v[0] = w->event->time_ms;
    cell->expires_day = state_expiry(campaign->closing_ms + w->in->settings->memory_ms);
  }
}

/* ---- rules ---- */

struct candidate {
  uint32_t rule;
  const struct fired *fired;
};
#define CANDIDATES_MAX LIMIT_OUTCOMES

/* A track that completes makes a gift of its own; event and measures that wake a rule at once make one, since its key is the event's. */
static bool by_track(const struct fired *fired) { return fired != NULL && fired->track; }

/* Whether the rule tops up by this very measure: then it is the one that must be known to have woken it. */
static bool follows(const struct work *w, uint32_t rule, const struct fired *fired) {
  const struct worth *count = &w->book->items[w->book->rules[rule].item_first].count;
  if (fired == NULL || count->form != VALUE_FORM_BANDS || count->pay != PAY_TOP_UP) return false;
  const struct condition *by = &w->book->conditions[count->of];
  return by->left == LEFT_FACT && by->index == fired->fact;
}

static uint32_t candidate_add(struct work *w, struct candidate *candidates, uint32_t count, uint32_t rule, const struct fired *fired) {
  uint32_t at = count;
  while (at > 0 && candidates[at - 1].rule > rule) at--;
  for (uint32_t i = at; i > 0 && candidates[i - 1].rule == rule && !by_track(fired); i--) {
    if (by_track(candidates[i - 1].fired)) continue;
    if (follows(w, rule, fired)) candidates[i - 1].fired = fired;
    return count; /* several triggers of one rule, but one gift of this event: judged once */
  }
  if (count == CANDIDATES_MAX) {
    w->crowded = true;
    return count;
  }
  memmove(&candidates[at + 1], &candidates[at], (count - at) * sizeof candidates[0]);
  candidates[at] = (struct candidate){rule, fired};
  return count + 1;
}

/* Through one trigger: the customer's own candidate, or another's to hear. */
static uint32_t trigger_wakes(struct work *w, struct candidate *candidates, uint32_t count, uint32_t rule, const struct trigger *trigger,
                              const struct fired *fired) {
  struct str hearer;
  bool self = trigger->as_count == 0;
  if (!self && hearer_find(w, trigger, &hearer, &self)) forward_add(w, hearer, rule, fired);
  return self ? candidate_add(w, candidates, count, rule, fired) : count;
}

/* A rule that hears a fact, through each of its triggers that does. */
static uint32_t fact_wakes(struct work *w, struct candidate *candidates, uint32_t count, uint32_t number, const struct fired *fired) {
  const struct rule *rule = &w->book->rules[number];
  for (uint32_t i = 0; i < rule->on.count; i++) {
    const struct trigger *trigger = &w->book->triggers[rule->on.first + i];
    if (trigger->kind == TRIGGER_FACT && trigger->fact == fired->fact) count = trigger_wakes(w, candidates, count, number, trigger, fired);
  }
  return count;
}

/* Rules woken by the event and rules woken by facts. */
static uint32_t own_candidates(struct work *w, struct candidate *candidates) {
  uint32_t count = 0;
  for (uint32_t i = 0; i < w->in->match_count; i++) {
    const struct listener *listener = &w->book->listeners[w->in->matches[i]];
    if (listener->kind == LISTENER_RULE)
      count = trigger_wakes(w, candidates, count, listener->owner, &w->book->triggers[listener->trigger], NULL);
  }
  for (uint32_t i = 0; i < w->fired_count; i++) {
    const struct span *hearers = &w->book->fact_hearers[w->fired[i].fact];
    if (w->fired[i].downward) lots_lower(w, &w->fired[i]);
    for (uint32_t j = 0; !w->fired[i].downward && j < hearers->count; j++)
      count = fact_wakes(w, candidates, count, w->book->refs[hearers->first + j], &w->fired[i]);
  }
  return count;
}

/* What a hearer hears. A rule that this rulebook does not have is not judged: its campaign has not come here yet, or has gone. */
static uint32_t heard_candidates(struct work *w, struct candidate *candidates) {
  uint32_t count = 0;
  for (uint32_t i = 0; i < w->in->hearing->count; i++) {
    const struct heard_rule *heard = &w->in->hearing->rules[i];
    uint32_t rule = rule_number(w->book, heard->rule);
    struct fired fired = {.fact = NONE, .key = heard->key, .period = heard->period, .track = true};
    if (rule == NONE) continue;
    if (heard->fact != 0) work_fire(w, &fired);
    count = candidate_add(w, candidates, count, rule, heard->fact != 0 ? &w->fired[w->fired_count - 1] : NULL);
  }
  return count;
}

/* All together in order of judgement. */
static void rules_judge(struct work *w) {
  struct candidate candidates[CANDIDATES_MAX];
  uint32_t count = w->in->hearing != NULL ? heard_candidates(w, candidates) : own_candidates(w, candidates);
  for (uint32_t i = 0; i < count; i++) {
    struct wake wake = {.fired = candidates[i].fired, .outcome = NONE};
    rule_judge(w, candidates[i].rule, &wake);
  }
}

/* ---- memory ---- */

static void remember(struct work *w) {
  if (w->in->hearing == NULL)
    state_see(work_touch(w->customer), w->event->digest, w->event->time_ms, w->event->arrival_ms - w->in->settings->horizon_ms);
  if (!w->kept_something || w->event->type == TYPE_UNKNOWN || !w->book->catalogue->types[w->event->type].reversible) return;
  const struct value *amount = event_field(w->event, FIELD_ID_AMOUNT);
  struct cell *original = work_make(w, w->customer, CELL_ORIGINAL, 0, memory_digest(w, w->event->digest), 0);
  if (original == NULL) return;
  original->v[0] = w->event->time_ms, original->v[1] = amount == NULL ? 0 : amount->number;
  original->expires_day = state_expiry(w->event->time_ms + w->in->settings->memory_ms);
}

/* Heard as another: rules alone. What the event tells of its customer - profile, facts, tracks - is in that customer's record. */
static void hearing_decide(struct work *w) {
  if (w->in->hearing->reversal) undo_apply(w);
  rules_judge(w);
  remember(w);
}

static void decide_all(struct work *w) {
  if (w->event->type == TYPE_ID_CUSTOMER_UPDATED) profile_apply(w);
  if (w->event->type == TYPE_ID_ENROLLED) enrolment_apply(w);
  if (w->event->type == TYPE_ID_REVERSED) undo_apply(w);
  if (w->out->gate != REASON_GIVEN) return;
  facts_hear(w);
  tracks_hear(w);
  audience_ask_anew(w);
  rules_judge(w);
  facts_apply_pending(w);
  forwards_remember(w);
  remember(w);
}

enum status decide_event(const struct decide_input *input, struct state **states, struct arena *arena, struct decision *decision,
                         struct fault *fault) {
  assert(input->owner_count > 0 && input->owners[0].kind == OWNER_CUSTOMER && input->event->arrival_ms != TIME_NONE);
  struct work w;
  work_init(&w, input, states[0]);
  w.states = states, w.arena = arena, w.out = decision;
  w.customer_hash = hash64(&HASH_KEY_FIXED, input->event->customer);
  assert((input->hearing == NULL) == (input->event->cause.length == 0));
  decision->gate = input->hearing != NULL ? REASON_GIVEN : gate(&w);
  decision->forward_count = decision->heard_count = 0;
  decision->outcome_count = decision->gift_count = decision->mark_count = decision->shortage_count = 0;
  if (input->lent) memset(w.taken, 0, input->owner_count * sizeof w.taken[0]);
  if (input->hearing != NULL)
    hearing_decide(&w);
  else if (decision->gate == REASON_GIVEN)
    decide_all(&w);
  bool void_so_far = decision->shortage_count > 0; /* judged as if there were enough: even a full record proves nothing yet */
  if (!w.full && !w.crowded && !void_so_far) return STATUS_OK;
  for (uint32_t i = 0; i < input->owner_count; i++) states[i]->changed = false;
  decision->forward_count = decision->heard_count = 0;
  if (void_so_far) return STATUS_OK;
  if (w.crowded)
    return fault_set(fault, STATUS_LIMIT,
                     "one event may be judged by %u rules, give %u gifts and be heard by %u other customers through %u rules at most; let "
                     "fewer campaigns hear it",
                     LIMIT_OUTCOMES, LIMIT_GIFTS, LIMIT_FORWARDS, LIMIT_HEARD);
  return fault_set(fault, STATUS_LIMIT,
                   "customer %.*s: the record is full (%u facts, counters and gifts); end campaigns that keep too many keys",
                   STR_FORMAT(input->event->customer), LIMIT_STATE_CELLS);
}

enum status decide_check(const struct rulebook *rulebook, const struct decide_settings *settings, struct fault *fault) {
  for (uint32_t i = 0; i < rulebook->campaign_count; i++) {
    const struct campaign *campaign = &rulebook->campaigns[i];
    if (campaign->late_ms > settings->horizon_ms)
      return fault_set(fault, STATUS_INPUT,
                       "campaign %.*s accepts events %lld hours late, but event ids are remembered for %lld hours: raise events.horizon or "
                       "lower late.accept",
                       STR_FORMAT(campaign->id), (long long)(campaign->late_ms / 3600000), (long long)(settings->horizon_ms / 3600000));
  }
  return STATUS_OK;
}
