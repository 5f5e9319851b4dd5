/* Judgement of one rule, in the order of docs/language.md section 9.1: the first step that fails is the reason. A new step is a function
 * and its line in the table. */
#include "work.h"

struct judging {
  struct work *w;
  const struct rule *rule;
  const struct wake *wake;
  struct outcome *outcome;
  struct outcome lotless; /* why there is no lot: told in its turn */
};

/* No listener of this record filtered: woken by a fact or a gift, or heard as another, where another shard with its rulebook did. */
static bool woken(const struct judging *j) {
  return j->wake->fired != NULL || j->wake->base != NULL || j->w->in->hearing != NULL || j->w->in->closing != NULL;
}

/* A close wakes it, not a gift of one. */
static bool by_close(const struct judging *j) { return j->w->in->closing != NULL && j->wake->base == NULL; }

/* Rules that no listener filtered are judged on lifecycle and schedule here. */
static bool step_lifecycle(struct judging *j) {
  const struct campaign *campaign = work_campaign(j->w, j->rule->campaign);
  int64_t time = j->w->event->time_ms;
  if (!woken(j)) return true;
  bool open_track = j->wake->fired != NULL && j->wake->fired->track; /* what is open may finish while closing */
  bool in_time = by_close(j);                                        /* else it would not have woken it */
  if (!in_time && time < campaign->from_ms)
    j->outcome->reason = REASON_CAMPAIGN_NOT_STARTED;
  else if (!in_time && time >= (open_track || j->rule->spends != NONE ? campaign->closing_ms : campaign->to_ms))
    j->outcome->reason = REASON_CAMPAIGN_ENDED;
  else if (j->rule->schedule != NONE && !schedule_holds(&j->w->book->schedules[j->rule->schedule], time, campaign->zone))
    j->outcome->reason = REASON_OUTSIDE_SCHEDULE;
  else
    return true;
  return false;
}

static bool step_addressed(struct judging *j) {
  struct work *w = j->w;
  if (event_names(w, j->rule)) return true;
  bool here = event_addresses(w, j->rule->campaign);
  j->outcome->reason = REASON_CONDITION_NOT_MET;
  j->outcome->actual_text = event_field(w->event, here ? FIELD_ID_RULE : FIELD_ID_CAMPAIGN)->text;
  return false;
}

static bool step_late(struct judging *j) {
  const struct campaign *campaign = work_campaign(j->w, j->rule->campaign);
  if (campaign_accepts_late(j->w, campaign)) return true;
  j->outcome->reason = REASON_EVENT_TOO_LATE;
  j->outcome->expected = j->w->event->arrival_ms - lateness_of(j->w, campaign), j->outcome->actual = j->w->event->time_ms;
  j->outcome->has_numbers = j->outcome->numbers_are_times = true;
  return false;
}

/* ---- money of another currency ---- */

static bool worth_is_foreign(const struct work *w, const struct worth *worth) {
  return worth_is_derived(worth) && condition_is_foreign(w, worth->of);
}

static bool item_is_foreign(const struct work *w, uint32_t number) {
  for (uint32_t depth = 0; number != NONE && depth <= LIMIT_OR_ELSE; depth++) {
    const struct item *item = &w->book->items[number];
    if (condition_is_foreign(w, item->when) || worth_is_foreign(w, &item->value) || worth_is_foreign(w, &item->count)) return true;
    number = item->or_else;
  }
  return false;
}

static bool rule_is_foreign(const struct work *w, const struct rule *rule) {
  if (condition_is_foreign(w, rule->when)) return true;
  for (uint32_t i = 0; i < rule->on.count; i++)
    if (condition_is_foreign(w, w->book->triggers[rule->on.first + i].when)) return true;
  for (uint32_t i = 0; i < rule->item_count; i++)
    if (item_is_foreign(w, rule->item_first + i)) return true;
  return false;
}

/* Nobody of the campaign heard it: it may come again when the rate is there (missed.c). */
static bool step_rate(struct judging *j) {
  struct str which;
  if (rate_is_known(j->w, work_campaign(j->w, j->rule->campaign), &which)) return true;
  j->outcome->reason = REASON_RATE_UNKNOWN;
  j->outcome->actual_text = which;
  return false;
}

static bool step_currency(struct judging *j) {
  if (!rule_is_foreign(j->w, j->rule)) return true;
  j->outcome->reason = REASON_CONDITION_NOT_MET;
  j->outcome->actual_text = event_field(j->w->event, FIELD_ID_CURRENCY)->text;
  return false;
}

/* ---- the customer ---- */

static bool step_audience(struct judging *j) {
  struct failure failure;
  if (audience_allows(j->w, j->rule->campaign, &failure)) return true;
  failure_into(&failure, j->outcome);
  return false;
}

static bool step_risk(struct judging *j) {
  if (!customer_denied(j->w)) return true;
  j->outcome->reason = REASON_RISK_DENIED;
  return false;
}

/* Nothing completed at this close: nobody is told of it but who takes part. */
static bool step_level(struct judging *j) {
  const struct fired *fired = j->wake->fired;
  if (fired == NULL || !fired->level || fired->reason == REASON_GIVEN) return true;
  j->outcome->reason = fired->reason, j->outcome->of_period = true;
  j->outcome->expected = fired->expected, j->outcome->actual = fired->actual, j->outcome->has_numbers = true;
  j->outcome->numbers_are_money = fired->reason == REASON_TARGET_NOT_REACHED && j->w->book->facts[fired->fact].money;
  return false;
}

/* `when` may ask what the chance kept: the lot is chosen first, its absence is told in its turn. */
static bool step_when(struct judging *j) {
  struct failure failure;
  j->lotless = *j->outcome;
  j->w->lot = j->rule->spends == NONE ? NULL : lot_choose(j->w, j->rule, &j->lotless);
  if (condition_holds(j->w, j->rule->when, j->rule->campaign, woken(j), &failure)) return true;
  failure_into(&failure, j->outcome);
  return false;
}

static bool step_spends(struct judging *j) {
  if (j->rule->spends == NONE || j->w->lot != NULL) return true;
  *j->outcome = j->lotless;
  return false;
}

static uint64_t once_key(struct work *w, const struct rule *rule, bool *known) {
  uint64_t key = 0;
  *known = key_of_dimensions(w, rule->once_per, rule->once_per_count, rule->campaign, &key);
  return key;
}

/* Beside what `once_per` hashes to. Of a day or a cycle of the customer's own its name. */
static uint64_t close_key(const struct work *w) {
  const struct close *close = &w->book->closes[w->in->closing->close];
  if (close->cycle > 0) return w->book->own_cycles[close->cycle - 1].decl;
  return close->left == NONE ? 1 + (uint64_t)close->unit : close->decl;
}

/* What a period has had is asked item by item; at a close all of a rule's items go on, or none (campaign sees to it). */
static bool goes_on(const struct judging *j) { return item_is_ladder(&j->w->book->items[j->rule->item_first]); }

bool close_gave(const struct work *w, const struct rule *rule) {
  return state_find(w->customer, CELL_ONCE, rule->decl, close_key(w), w->in->closing->period) != NULL;
}

/* The level that woke it is remembered by its id, and by its period where it may be had in each. */
static uint64_t level_key(const struct work *w) { return hash64(&HASH_KEY_FIXED, w->level->id); }
static int32_t level_period(const struct judging *j) {
  return j->w->book->facts[j->wake->fired->fact].every_period ? j->w->in->closing->period : 0;
}

static bool level_was_given(const struct judging *j) {
  return state_find(j->w->customer, CELL_ONCE, j->rule->decl, level_key(j->w), level_period(j)) != NULL;
}

/* Once for a period: late events have its close judged again, and the day of a year may be moved. Of levels each is had once; of those that
 * complete at one close one alone, where the highest is heard. */
static bool close_was_given(const struct judging *j) {
  const struct work *w = j->w;
  if (!by_close(j) || goes_on(j) || MUTANT(CLOSE_TWICE)) return false;
  if (w->level != NULL && level_was_given(j)) return true;
  if (w->level != NULL && w->book->facts[j->wake->fired->fact].fires_each) return false;
  return close_gave(w, j->rule);
}

/* once_per replaces the key of the gift: again is LIMIT_REACHED; without the value there is nothing to be unique by. */
static bool step_once(struct judging *j) {
  bool known = true;
  if (close_was_given(j)) {
    j->outcome->reason = REASON_LIMIT_REACHED;
    j->outcome->of_period = true;
    return false;
  }
  if (j->rule->once_per_count == 0) return true;
  uint64_t key = once_key(j->w, j->rule, &known);
  if (known && state_find(j->w->customer, CELL_ONCE, j->rule->decl, key, 0) == NULL) return true;
  j->outcome->reason = known ? REASON_LIMIT_REACHED : REASON_CONDITION_NOT_MET;
  j->outcome->expected = 1, j->outcome->actual = known ? 1 : 0, j->outcome->has_numbers = known;
  return false;
}

static bool step_holdout(struct judging *j) {
  const struct campaign *campaign = work_campaign(j->w, j->rule->campaign);
  if (campaign->audience.holdout_bp == 0) return true;
  assert(campaign->audience.holdout_bp > 0 && campaign->audience.holdout_bp <= 10000);
  uint64_t hash =
      hash64_pair(&j->w->in->settings->id_key, hash64(&HASH_KEY_FIXED, j->w->event->customer), hash64(&HASH_KEY_FIXED, campaign->id));
  if ((int32_t)(hash % 10000u) >= campaign->audience.holdout_bp) return true;
  j->outcome->reason = REASON_HOLDOUT;
  return false;
}

/* Another rule of its group gave for this event. */
static bool step_group(struct judging *j) {
  if (j->wake->excluded == NONE) return true;
  bool gone = j->wake->excluded == MISSED_GONE;
  j->outcome->reason = REASON_EXCLUDED_BY_GROUP;
  j->outcome->actual_text = gone ? j->w->book->groups[j->rule->group].name : j->w->book->rules[j->wake->excluded].name;
  return false;
}

static bool step_limits(struct judging *j) { return limits_have_room(j->w, j->rule, j->outcome); }

/* Behind everything that decides who takes part, before what may run out: whoever is let through and finds nothing left loses his place. */
static bool step_rank(struct judging *j) { return !rank_settles(&j->rule->rank) || rank_lets(j->w, j->rule, j->outcome); }

static uint32_t gifts_most(const struct rulebook *book, const struct rule *rule) {
  uint32_t most = 0;
  if (rule->give != GIVE_EACH && rule->give != GIVE_ONE) return 1;
  for (uint32_t i = 0; i < rule->item_count; i++) most += item_gifts_most(&book->items[rule->item_first + i]);
  return most;
}

/* What one event may give has a bound (LIMIT_GIVEN); so that nothing is given halfway, a rule that could pass it is not begun. */
static bool step_bound(struct judging *j) {
  uint32_t most = gifts_most(j->w->book, j->rule);
  if (j->w->out->gift_count + most <= LIMIT_GIVEN) return true;
  j->outcome->reason = REASON_TOO_MANY_GIFTS;
  j->outcome->expected = LIMIT_GIVEN, j->outcome->actual = j->w->out->gift_count + most, j->outcome->has_numbers = true;
  return false;
}

/* ---- the key of the gift (docs/language.md section 10) ---- */

/* What a track's key and an event's id are unique in is the record of who caused it: heard as another, his name belongs to them. A track
 * of the hearer's own has one key, whoever's event completes it. */
static void key_of_track(const struct work *w, const struct fired *fired, struct reward_key *key) {
  if (!fired->elsewhere)
    key_print(key, "track:%016llx:%d", (unsigned long long)fired->key, fired->period);
  else
    key_print(key, "track:%016llx:%d:%.*s", (unsigned long long)fired->key, fired->period, STR_FORMAT(w->event->cause));
}

/* A / in a name is no border between names: it is percent-encoded, and % with it. Most names have neither. */
static struct str encoded(struct str name, struct buffer *out) {
  buffer_encoded(out, name);
  assert(!out->overflowed);
  return buffer_text(out);
}

static void key_of_event(const struct event *event, struct reward_key *key) {
  char sources[3 * LIMIT_SOURCE_BYTES], ids[3 * LIMIT_EVENT_ID_BYTES];
  struct buffer source_text, id_text;
  buffer_init(&source_text, sources, sizeof sources);
  buffer_init(&id_text, ids, sizeof ids);
  struct str source = encoded(event->source, &source_text), id = encoded(event->id, &id_text);
  if (event->cause.length == 0)
    key_print(key, "event:%.*s/%.*s", STR_FORMAT(source), STR_FORMAT(id));
  else
    key_print(key, "event:%.*s/%.*s/%.*s", STR_FORMAT(source), STR_FORMAT(id), STR_FORMAT(event->cause));
}

static void key_of_close(const struct work *w, struct reward_key *key) {
  const struct close *close = &w->book->closes[w->in->closing->close];
  if (close->cycle > 0)
    key_print(key, "close:%010llx:%d", (unsigned long long)w->book->own_cycles[close->cycle - 1].decl, w->in->closing->period);
  else if (close->left == NONE)
    key_print(key, "close:%s:%d", unit_name(close->unit), w->in->closing->period);
  else
    key_print(key, "date:%.*s:%d", STR_FORMAT(close->name), 1970 + w->in->closing->period);
}

static void key_of_level(const struct judging *j, struct reward_key *key) {
  const struct work *w = j->w;
  if (w->book->facts[j->wake->fired->fact].every_period)
    key_print(key, "level:%.*s:%d", STR_FORMAT(w->level->id), w->in->closing->period);
  else
    key_print(key, "level:%.*s", STR_FORMAT(w->level->id));
}

static void key_of_gift(const struct judging *j, struct reward_key *key) {
  struct work *w = j->w;
  bool known = false;
  if (j->rule->once_per_count > 0)
    key_print(key, "once:%016llx", (unsigned long long)once_key(w, j->rule, &known));
  else if (w->lot != NULL)
    key_print(key, "lot:%016llx:%lld", (unsigned long long)w->lot->key, (long long)w->lot->lot.spent + 1);
  else if (j->wake->base != NULL)
    key_print(key, "gift:%.*s", (int)j->wake->base->id_length, j->wake->base->id);
  else if (j->wake->fired != NULL && j->wake->fired->track)
    key_of_track(w, j->wake->fired, key);
  else if (w->level != NULL)
    key_of_level(j, key);
  else if (by_close(j))
    key_of_close(w, key);
  else
    key_of_event(w->event, key);
}

static void once_mark_as(struct work *w, const struct rule *rule, uint64_t key, int32_t period, int64_t until_ms) {
  struct cell *cell = work_make(w, w->customer, CELL_ONCE, rule->decl, key, period);
  cell->once.time_ms = w->event->time_ms;
  cell->expires_day = state_expiry(until_ms);
}

/* A close is judged again for what is late, and that comes within the horizon; a day of the customer's may be moved as long as its year. */
static int64_t close_over(const struct work *w) {
  const struct close *close = &w->book->closes[w->in->closing->close];
  int64_t end_ms = close->left == NONE ? w->event->time_ms : period_start(close->unit, w->in->closing->period + 1, close->zone);
  return end_ms + LIMIT_CLOSE_DELAY_MS + w->in->settings->horizon_ms;
}

static void once_mark(const struct judging *j) {
  bool known = false;
  struct work *w = j->w;
  int64_t over_ms = campaign_over(work_campaign(w, j->rule->campaign), w->in->settings);
  if (j->rule->once_per_count > 0) once_mark_as(w, j->rule, once_key(w, j->rule, &known), 0, over_ms);
  if (w->level != NULL) once_mark_as(w, j->rule, level_key(w), level_period(j), over_ms);
  if (by_close(j) && !goes_on(j)) once_mark_as(w, j->rule, close_key(w), w->in->closing->period, close_over(w));
}

static bool step_give(struct judging *j) {
  struct reward_key key;
  key_of_gift(j, &key);
  if (!give_items(j->w, j->rule, &key, j->wake, j->outcome)) return false;
  once_mark(j);
  if (j->w->lot != NULL) lot_spend(j->w);
  return true;
}

static bool (*const steps[])(struct judging *j) = {step_lifecycle, step_addressed, step_late,   step_rate,   step_currency, step_audience,
                                                   step_risk,      step_level,     step_when,   step_spends, step_once,     step_holdout,
                                                   step_group,     step_rank,      step_limits, step_bound,  step_give};

/* What is no reason any more when the customer has the gift: it is told beside it. */
static bool let_pass(bool (*step)(struct judging *j)) {
  return step == step_rate || step == step_currency || step == step_audience || step == step_risk || step == step_when ||
         step == step_holdout || step == step_group || step == step_limits;
}

static bool judge(struct judging *j) {
  struct outcome plain = *j->outcome;
  for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
    if (steps[i](j)) continue;
    if (!j->w->hand || !let_pass(steps[i])) return false;
    by_hand_note(j->w, j->outcome);
    j->w->hand_refused = true;
    *j->outcome = plain;
  }
  return true;
}

static void wake_hearers(struct work *w, uint32_t rule, uint32_t outcome_number) {
  const struct span *hearers = &w->book->reward_hearers[rule];
  uint32_t first = w->out->outcomes[outcome_number].gift_first, count = w->out->outcomes[outcome_number].gift_count;
  for (uint32_t i = 0; i < hearers->count; i++)
    for (uint32_t g = first; g < first + count; g++) {
      const struct gift *base = &w->out->gifts[g];
      if (base->kind != GIFT_ISSUED && base->kind != GIFT_SUBSTITUTED && base->kind != GIFT_REGISTERED) continue;
      struct wake wake = {.base = base, .outcome = outcome_number, .excluded = NONE};
      (void)rule_judge(w, w->book->refs[hearers->first + i], &wake);
    }
}

const struct level *fired_level(const struct work *w, const struct fired *fired) {
  if (fired == NULL || !fired->level || fired->reason != REASON_GIVEN) return NULL;
  assert(fired->key < w->book->facts[fired->fact].level_count);
  return &w->book->facts[fired->fact].levels[fired->key];
}

bool rule_judge(struct work *w, uint32_t number, const struct wake *wake) {
  uint32_t outcome_number = w->out->outcome_count;
  struct judging judging = {.w = w, .rule = &w->book->rules[number], .wake = wake, .outcome = outcome_new(w, number, REASON_GIVEN)};
  struct outcome *outcome = judging.outcome;
  outcome->caused_by = wake->base == NULL ? NONE : wake->outcome;
  w->lot = NULL, w->base = wake->base, w->level = fired_level(w, wake->fired), w->place = 0, w->share = 0;
  figure_take(w, wake->fired);
  w->hand = wake->base == NULL && wake->fired == NULL && by_hand(w, judging.rule), w->hand_noted = w->hand_refused = false;
  bool given = judge(&judging);
  if (given && w->hand) missed_hand_mark(w, judging.rule);
  w->hand = false;
  outcome->gift_count = w->out->gift_count - outcome->gift_first;
  bool gave = outcome->reason == REASON_GIVEN || outcome->reason == REASON_DRAW_LOST;
  assert(w->crowded || (given == gave && given == (outcome->gift_count > 0))); /* a refusal has a reason, and no gifts */
  w->lot = NULL, w->base = NULL, w->level = NULL, w->place = 0, w->share = 0;
  figure_take(w, NULL);
  if (given && w->hand_noted) *outcome_new(w, number, w->hand_why.reason) = w->hand_why;
  if (given && outcome->reason == REASON_GIVEN) wake_hearers(w, number, outcome_number);
  return given;
}
