/* One event, in the order of the day (judge.h): gate, profile, reversal, measures, tracks, rules, first and last, memory. */
#include "work.h"

/* ---- gate ---- */

/* What is older than counters are kept for is too late, whatever is said of its arrival. */
static enum reason gate_of_time(const struct event *event, const struct judge_settings *settings, int64_t clock_ms) {
  if (event->time_ms > event->arrival_ms + LIMIT_FUTURE_MS) return REASON_EVENT_IN_FUTURE;
  bool forgotten = clock_ms != TIME_NONE && event->time_ms < clock_ms - settings->horizon_ms;
  return forgotten || event->time_ms < event->arrival_ms - settings->horizon_ms ? REASON_EVENT_TOO_LATE : REASON_GIVEN;
}

/* A digest that was seen is a duplicate; one that may have been seen and let go (at or before the floor) is too late: never twice. */
static enum reason gate(struct work *w) {
  const struct event *event = w->event;
  int64_t seen_ms;
  bool seen = state_seen(w->customer, event->digest, &seen_ms);
  w->again = w->out->again = seen && missed_again(w);
  if (seen && !w->again && !MUTANT(NO_DUPLICATES)) return REASON_DUPLICATE_EVENT;
  enum reason reason = gate_of_time(event, w->in->settings, w->in->clock_ms);
  bool floored = w->customer->floor_ms > 0 && event->time_ms <= w->customer->floor_ms;
  return reason == REASON_GIVEN && floored ? REASON_EVENT_TOO_LATE : reason;
}

/* ---- profile and enrolment ---- */

/* What is newer stays: an update that arrives late says nothing about today. */
static bool update_counts(const struct work *w, uint16_t field, uint64_t decl) {
  int64_t said_ms;
  bool known = field == FIELD_ID_TAGS ? tags_said(w->customer, &said_ms) : profile_said(w->customer, decl, &said_ms);
  return !known || said_ms <= w->event->time_ms;
}

static void profile_apply(struct work *w) {
  bool cycles = w->book->own_cycle_count > 0;
  for (uint32_t i = 0; i < w->event->field_count; i++) {
    uint16_t field = w->event->field_ids[i];
    uint64_t decl = decl_of_hash(w->book->catalogue->fields[field].hash);
    if (field == FIELD_ID_TAGS) as_of_mind(w, &w->event->values[i]);
    if (!update_counts(w, field, decl)) continue;
    int32_t day = cycles ? cycle_day_said(w, field) : 0;
    work_put_profile(w, field, decl, &w->event->values[i]);
    if (cycles) cycles_mind(w, field, day);
  }
  if (cycles) closes_move(w);
}

/* Who signs up while a campaign is shown takes part when it begins. */
static void enrolment_apply(struct work *w) {
  for (uint32_t i = 0; i < w->book->campaign_count; i++) {
    const struct campaign *campaign = work_campaign(w, i);
    bool open = w->event->time_ms >= campaign->shown_ms && w->event->time_ms < campaign->to_ms;
    if (!(campaign->enrolment || campaign->sign_up) || !open || !event_addresses(w, i)) continue;
    struct cell *cell = work_make(w, w->customer, CELL_ENROLLED, campaign->decl, 0, 0);
    if (cell->enrolled.time_ms == 0 || w->event->time_ms < cell->enrolled.time_ms) cell->enrolled.time_ms = w->event->time_ms;
    cell->expires_day = state_expiry(campaign_over(campaign, w->in->settings));
  }
}

/* ---- memory ---- */

static void original_said(const struct work *w, struct cell *original) {
  const struct value *amount = event_field(w->event, FIELD_ID_AMOUNT), *currency = event_field(w->event, FIELD_ID_CURRENCY);
  original->original.time_ms = w->event->time_ms;
  original->original.amount = amount == NULL || w->is_reversal ? 0 : amount->number;
  original->original.is_reversal = w->is_reversal;
  if (currency != NULL && amount != NULL)
    memcpy(original->original.currency, currency->text.at, 3); /* three letters: the reader sees to it */
}

/* One that is back-filled may say otherwise than when it came first: what refunds are taken off stays what others heard. */
static void original_remember(struct work *w) {
  if (!w->kept_something && !w->is_reversal) return;
  assert(!w->takes_back && w->book == w->in->rulebook);
  bool said = w->again && state_find(w->customer, CELL_ORIGINAL, 0, own_digest(w), 0) != NULL;
  struct cell *original = work_make(w, w->customer, CELL_ORIGINAL, 0, own_digest(w), 0);
  if (!said) original_said(w, original);
  int32_t expires_day = undo_expiry(w);
  if (!said || expires_day > original->expires_day) original->expires_day = expires_day;
}

/* ---- the order of the day ---- */

/* Heard as another: the rules and facts that it was forwarded to. What it tells of its customer - the profile, an enrolment - is in that
 * customer's record. */
static void heard_judge(struct work *w) {
  figures_note(w); /* what of the event at hand rests on it as a part does not go as a whole */
  if (w->in->hearing->reversal) reversal_apply(w);
  figures_apply(w);
  w->out->gate = REASON_GIVEN; /* late or not is said to who caused it */
  facts_hear(w);
  rules_judge(w);
  facts_hear_later(w);
  dates_mind(w);
  original_remember(w);
  figures_note(w); /* of the event at hand, which was undone before it came */
  awaited_apply(w);
}

/* What an event says by itself; it says it once. */
static void own_say(struct work *w) {
  if (w->event->type == TYPE_ID_CUSTOMER_UPDATED) profile_apply(w); /* these are judge_concerns() */
  if (w->event->type == TYPE_ID_ENROLLED) enrolment_apply(w);
  if (w->event->type == TYPE_ID_REVERSED) reversal_apply(w);
  if (w->event->type == TYPE_ID_FULFILMENT) fulfilment_apply(w);
  if (w->event->type == TYPE_ID_REVIEWED) review_apply(w);
  if (w->event->type == TYPE_ID_CLAIMED) choice_apply(w);
}

static void own_judge(struct work *w) {
  if (!by_hand_known(w)) return; /* a dead letter */
  if (!w->again) own_say(w);
  if (w->out->gate != REASON_GIVEN && !gate_only_tells(w->out->gate)) {
    if (w->out->remembers) original_remember(w);
    return;
  }
  missed_mind(w);
  facts_hear(w);
  rules_judge(w);
  missed_tell(w);
  facts_hear_later(w);
  dates_mind(w);
  forwards_remember(w);
  original_remember(w);
  awaited_apply(w);
}

/* Nothing hears it but rules, and its id is not remembered: the due cell does that. */
static void closed_judge(struct work *w) {
  if (w->in->closing->close == NONE) {
    if (!w->in->closing_passes) pending_issue(w);
    return;
  }
  bool date = is_date(w);
  date ? date_begin(w) : close_begin(w);
  look_move(w);
  if (!w->in->closing_passes) rules_judge(w);
  if (!date) close_leave(w);
  look_leave(w);
  original_remember(w);
}

/* One outcome, and nothing else: whatever was done is taken back by the caller. */
void judge_refuse(struct decision *decision, enum reason reason) {
  assert(reason == REASON_RECORD_FULL || reason == REASON_TOO_MANY_GIFTS);
  decision_clear(decision);
  decision->gate = reason;
}

enum status judge_event(const struct judge_input *input, struct arena *arena, struct decision *decision, struct str *reason,
                        struct fault *fault) {
  struct work w;
  assert(input->event->arrival_ms != TIME_NONE && (input->hearing == NULL) == (input->event->cause.length == 0));
  work_init(&w, input);
  w.kinds = fact_kinds, w.arena = arena, w.out = decision, w.fault = fault;
  decision_clear(decision);
  decision->closed = input->closing != NULL;
  decision->gate = input->hearing != NULL || input->closing != NULL ? REASON_GIVEN : gate(&w);
  if (input->hearing != NULL)
    heard_judge(&w);
  else if (input->closing != NULL)
    closed_judge(&w);
  else if (decision->gate == REASON_GIVEN)
    own_judge(&w);
  assert(!w.takes_back && !w.rechecking && w.book == input->rulebook && w.lot == NULL && w.base == NULL);
  if (decision_is_void(decision)) return STATUS_OK;
  if (w.dead.length > 0) {
    *reason = w.dead;
    return STATUS_INPUT;
  }
  bool trail_full = input->customer->trail != NULL && input->customer->trail->full;
  if (w.full) judge_refuse(decision, REASON_RECORD_FULL);
  if (w.crowded || trail_full) judge_refuse(decision, REASON_TOO_MANY_GIFTS);
  if (decision->gate == REASON_GIVEN && input->closing == NULL && !w.again) decision->remembers = true;
  assert(decision->outcome_count <= LIMIT_OUTCOMES && decision->gift_count <= LIMIT_GIFTS);
  return STATUS_OK;
}

bool judge_concerns(const struct event *event) {
  if (MUTANT(CONCERN_UNSEEN)) return false;
  if (event->registered.length > 0) return true; /* what was handed out is told, whoever hears it */
  return event->type == TYPE_ID_CUSTOMER_UPDATED || event->type == TYPE_ID_ENROLLED || event->type == TYPE_ID_REVERSED ||
         event->type == TYPE_ID_FULFILMENT || event->type == TYPE_ID_REVIEWED ||
         (event->type == TYPE_ID_CLAIMED && event_field(event, FIELD_ID_REWARD_ID) != NULL);
}

void judge_unheard(const struct event *event, const struct judge_settings *settings, int64_t clock_ms, struct decision *decision) {
  assert(!judge_concerns(event) && event->arrival_ms != TIME_NONE && event->cause.length == 0);
  decision_clear(decision);
  decision->unheard = true, decision->closed = false;
  decision->gate = gate_of_time(event, settings, clock_ms);
}

bool judge_refused(const struct decision *decision) {
  return decision->gate == REASON_RECORD_FULL || decision->gate == REASON_TOO_MANY_GIFTS;
}

/* An id that is older than the others may be the first to go. */
bool judge_remember(const struct judge_input *input, const struct decision *decision) {
  assert(!decision_is_void(decision) && !judge_refused(decision));
  if (input->hearing != NULL || !decision->remembers) return true;
  if (MUTANT(UNHEARD_TWICE) && input->rulebook->campaigns[0].version > 1) return true;
  if (!state_see(input->customer, input->event->digest, input->event->time_ms)) return false;
  state_look_on(input->customer, (input->event->time_ms + input->settings->horizon_ms) / MS_PER_DAY + 1);
  return true;
}

/* What a close that is due will be judged by stays until then, however far the clock went meanwhile. */
static int64_t expiry_clock(const struct state *state, int64_t clock_ms) {
  const struct cell *due = MUTANT(CLOSE_EXPIRED) ? NULL : due_first(state);
  return due != NULL && due_time(due) < clock_ms ? due_time(due) : clock_ms;
}

/* By whole days, ids too: so it does not matter how often it is asked in one, nor whether the state was read anew meanwhile. */
void judge_expire(struct state *state, const struct rulebook *rulebook, const struct judge_settings *settings, int64_t clock_ms) {
  if (clock_ms == TIME_NONE || !state_may_expire(state, (int32_t)(clock_ms / MS_PER_DAY))) return;
  int32_t today = (int32_t)(expiry_clock(state, clock_ms) / MS_PER_DAY);
  int64_t ids_from_ms = today * MS_PER_DAY - settings->horizon_ms;
  if (!state_may_expire(state, today)) return;
  cells_outlive(state, rulebook, settings, today);
  (void)state_expire(state, today, ids_from_ms, settings->horizon_ms);
}

void judge_expire_shared(struct state *state, int64_t clock_ms) {
  int32_t today = clock_ms == TIME_NONE ? 0 : (int32_t)(clock_ms / MS_PER_DAY);
  if (clock_ms != TIME_NONE && state_may_expire(state, today)) (void)state_expire_shared(state, today);
}

enum status judge_check(const struct rulebook *rulebook, const struct judge_settings *settings, struct fault *fault) {
  for (uint32_t i = 0; i < rulebook->campaign_count; i++) {
    const struct campaign *campaign = &rulebook->campaigns[i];
    int64_t late_ms = campaign_late_most(campaign);
    if (!campaign->programme && late_ms > settings->horizon_ms) /* a programme judges nothing */
      return fault_set(fault, STATUS_INPUT,
                       "campaign %.*s accepts events %lld hours late, but event ids are remembered for %lld hours: raise events.horizon or "
                       "lower %s",
                       STR_FORMAT(campaign->id), (long long)(late_ms / 3600000), (long long)(settings->horizon_ms / 3600000),
                       campaign->late_ms > settings->horizon_ms ? "late.accept" : "late.backfill");
  }
  return STATUS_OK;
}
