/* Judgement of one rule, in the order of campaigns.md section 9.1: the first test that fails is the reason. */
#include "work.h"

struct outcome *outcome_new(struct work *w, uint32_t rule, enum reason reason) {
  struct outcome *outcome = &w->out->outcomes[w->out->outcome_count];
  if (w->out->outcome_count < LIMIT_OUTCOMES) {
    w->out->outcome_count++;
  } else {
    w->crowded = true;
  }
  *outcome = (struct outcome){.rule = rule,
                              .reason = reason,
                              .condition = NONE,
                              .limit = NONE,
                              .pool = NONE,
                              .dimension = NONE,
                              .gift_first = w->out->gift_count,
                              .caused_by = NONE};
  return outcome;
}

bool campaign_accepts_late(const struct work *w, const struct campaign *campaign) {
  return w->event->time_ms >= w->event->arrival_ms - campaign->late_ms;
}

/* ---- audience ---- */

static bool member_holds(const struct work *w, const struct member *member) {
  if (member->is_list) return list_has(&w->book->lists[member->list], w->event->customer);
  uint64_t hash = hash64(&HASH_KEY_FIXED, member->tag);
  return state_find(w->customer, CELL_TAG, decl_of_hash(hash), hash, 0) != NULL;
}

static bool any_member(const struct work *w, uint32_t first, uint32_t count) {
  for (uint32_t i = 0; i < count; i++)
    if (member_holds(w, &w->book->members[first + i])) return true;
  return false;
}

static bool audience_holds(struct work *w, uint32_t number, struct failure *failure) {
  const struct audience *audience = &work_campaign(w, number)->audience;
  *failure = (struct failure){.condition = NONE, .reason = REASON_NOT_IN_AUDIENCE};
  if (any_member(w, audience->exclude_first, audience->exclude_count)) return false;
  if (!audience->everyone && !any_member(w, audience->include_first, audience->include_count)) return false;
  struct failure inner;
  if (condition_holds(w, audience->when, number, true, &inner)) return true;
  *failure = inner;
  failure->reason = REASON_NOT_IN_AUDIENCE;
  return false;
}

static bool enrolled(const struct work *w, uint32_t number) {
  const struct campaign *campaign = work_campaign(w, number);
  if (!campaign->enrolment) return true;
  uint64_t decl = name_decl(campaign->id);
  const struct cell *cell = state_find(w->customer, CELL_ENROLLED, decl, 0, 0);
  return cell != NULL && cell->v[0] <= w->event->time_ms;
}

bool audience_allows(struct work *w, uint32_t campaign, struct failure *failure) {
  if (w->audience_campaign != campaign || w->audience_reason == REASON_COUNT) {
    struct failure now = {.condition = NONE};
    enum reason reason = REASON_GIVEN;
    if (!audience_holds(w, campaign, &now))
      reason = REASON_NOT_IN_AUDIENCE;
    else if (!enrolled(w, campaign))
      reason = REASON_NOT_ENROLLED;
    w->audience_campaign = campaign, w->audience_reason = reason, w->audience_failure = now;
  }
  *failure = w->audience_failure;
  failure->reason = w->audience_reason;
  return w->audience_reason == REASON_GIVEN;
}

/* ---- the steps ---- */

/* No listener of this record filtered: woken by a fact or a gift, or heard as another, where another shard with its rulebook did. */
static bool woken(const struct work *w, const struct wake *wake) {
  return wake->fired != NULL || wake->base != NULL || w->in->hearing != NULL;
}

/* Rules that no listener filtered are judged on lifecycle and schedule here. */
static bool step_lifecycle(struct work *w, const struct rule *rule, const struct wake *wake, struct outcome *outcome) {
  const struct campaign *campaign = work_campaign(w, rule->campaign);
  int64_t time = w->event->time_ms;
  if (!woken(w, wake)) return true;
  bool open_track = wake->fired != NULL && wake->fired->track; /* what is open may finish while closing */
  if (time < campaign->from_ms)
    outcome->reason = REASON_CAMPAIGN_NOT_STARTED;
  else if (time >= (open_track || rule->spends != NONE ? campaign->closing_ms : campaign->to_ms))
    outcome->reason = REASON_CAMPAIGN_ENDED;
  else if (rule->schedule != NONE && !schedule_holds(&w->book->schedules[rule->schedule], time, campaign->offset_minutes))
    outcome->reason = REASON_OUTSIDE_SCHEDULE;
  else
    return true;
  return false;
}

static bool step_late(struct work *w, const struct rule *rule, struct outcome *outcome) {
  const struct campaign *campaign = work_campaign(w, rule->campaign);
  if (campaign_accepts_late(w, campaign)) return true;
  outcome->reason = REASON_EVENT_TOO_LATE;
  outcome->expected = w->event->arrival_ms - campaign->late_ms, outcome->actual = w->event->time_ms;
  outcome->has_numbers = outcome->numbers_are_times = true;
  return false;
}

/* A claim or an enrolment may name the campaign and rule it means; absent, it addresses all that listen. */
static bool step_addressed(struct work *w, const struct rule *rule, struct outcome *outcome) {
  if (w->event->type != TYPE_ID_CLAIMED && w->event->type != TYPE_ID_ENROLLED) return true;
  const struct value *campaign = event_field(w->event, FIELD_ID_CAMPAIGN), *named = event_field(w->event, FIELD_ID_RULE);
  outcome->reason = REASON_CONDITION_NOT_MET;
  if (campaign != NULL && !str_equal(campaign->text, work_campaign(w, rule->campaign)->id)) {
    outcome->actual_text = campaign->text;
    return false;
  }
  if (named != NULL && !str_equal(named->text, rule->id)) {
    outcome->actual_text = named->text;
    return false;
  }
  return true;
}

static bool worth_uses_amount(const struct rulebook *book, const struct worth *worth) {
  bool derived = worth->form == VALUE_FORM_PERCENT || worth->form == VALUE_FORM_BANDS;
  return derived && condition_uses_amount(book, worth->of);
}

static bool item_uses_amount(const struct rulebook *book, uint32_t number) {
  for (uint32_t depth = 0; number != NONE && depth <= LIMIT_OR_ELSE; depth++) {
    const struct item *item = &book->items[number];
    if (condition_uses_amount(book, item->when) || worth_uses_amount(book, &item->value) || worth_uses_amount(book, &item->count))
      return true;
    number = item->or_else;
  }
  return false;
}

static bool rule_uses_amount(const struct rulebook *book, const struct rule *rule) {
  if (condition_uses_amount(book, rule->when)) return true;
  for (uint32_t i = 0; i < rule->on.count; i++)
    if (condition_uses_amount(book, book->triggers[rule->on.first + i].when)) return true;
  for (uint32_t i = 0; i < rule->item_count; i++)
    if (item_uses_amount(book, rule->item_first + i)) return true;
  return false;
}

static bool step_currency(struct work *w, const struct rule *rule, struct outcome *outcome) {
  if (!amount_is_foreign(w, rule->campaign) || !rule_uses_amount(w->book, rule)) return true;
  outcome->reason = REASON_CONDITION_NOT_MET;
  outcome->actual_text = event_field(w->event, FIELD_ID_CURRENCY)->text;
  return false;
}

static void failure_into(const struct failure *failure, struct outcome *outcome) {
  outcome->reason = failure->reason, outcome->condition = failure->condition;
  outcome->expected = failure->expected, outcome->actual = failure->actual;
  outcome->has_numbers = failure->numbers, outcome->numbers_are_times = failure->times, outcome->numbers_are_money = failure->money;
  outcome->actual_text = failure->text;
}

static bool step_audience(struct work *w, const struct rule *rule, struct outcome *outcome) {
  struct failure failure;
  if (!audience_allows(w, rule->campaign, &failure)) {
    failure_into(&failure, outcome);
    return false;
  }
  if (!any_member(w, w->book->deny_first, w->book->deny_count)) return true;
  outcome->reason = REASON_RISK_DENIED;
  return false;
}

static bool step_when(struct work *w, const struct rule *rule, const struct wake *wake, struct outcome *outcome) {
  struct failure failure;
  if (condition_holds(w, rule->when, rule->campaign, woken(w, wake), &failure)) return true;
  failure_into(&failure, outcome);
  return false;
}

static uint64_t once_key(struct work *w, const struct rule *rule, bool *known) {
  uint64_t key = 0;
  *known = key_of_dimensions(w, rule->once_per, rule->once_per_count, rule->campaign, &key);
  return key;
}

/* once_per replaces the key of the gift: again is LIMIT_REACHED; without the value there is nothing to be unique by. */
static bool step_once(struct work *w, const struct rule *rule, struct outcome *outcome) {
  bool known = true;
  if (rule->once_per_count == 0) return true;
  uint64_t key = once_key(w, rule, &known);
  if (known && state_find(w->customer, CELL_LIMIT, rule->decl, key, 0) == NULL) return true;
  outcome->reason = known ? REASON_LIMIT_REACHED : REASON_CONDITION_NOT_MET;
  outcome->expected = 1, outcome->actual = known ? 1 : 0, outcome->has_numbers = known;
  return false;
}

static bool step_holdout(struct work *w, const struct rule *rule, struct outcome *outcome) {
  const struct campaign *campaign = work_campaign(w, rule->campaign);
  if (campaign->audience.holdout_bp == 0) return true;
  uint64_t hash = hash64_pair(&w->in->settings->id_key, w->customer_hash, hash64(&HASH_KEY_FIXED, campaign->id));
  if ((int32_t)(hash % 10000u) >= campaign->audience.holdout_bp) return true;
  outcome->reason = REASON_HOLDOUT;
  return false;
}

/* ---- the key of the gift (campaigns.md section 10) ---- */

/* What a track's key and an event's id are unique in is the record of who caused it: heard as another, his name belongs to them. */
static void key_of_track(const struct work *w, const struct fired *fired, struct reward_key *key) {
  if (w->event->cause.length == 0)
    key_print(key, "track:%016llx:%d", (unsigned long long)fired->key, fired->period);
  else
    key_print(key, "track:%016llx:%d:%.*s", (unsigned long long)fired->key, fired->period, STR_FORMAT(w->event->cause));
}

static void key_of_event(const struct event *event, struct reward_key *key) {
  if (event->cause.length == 0)
    key_print(key, "event:%.*s/%.*s", STR_FORMAT(event->source), STR_FORMAT(event->id));
  else
    key_print(key, "event:%.*s/%.*s/%.*s", STR_FORMAT(event->source), STR_FORMAT(event->id), STR_FORMAT(event->cause));
}

static void key_of_gift(struct work *w, const struct rule *rule, const struct wake *wake, struct reward_key *key) {
  bool known = false;
  if (rule->once_per_count > 0)
    key_print(key, "once:%016llx", (unsigned long long)once_key(w, rule, &known));
  else if (w->lot != NULL)
    key_print(key, "lot:%016llx:%lld", (unsigned long long)w->lot->key, (long long)w->lot->v[3] + 1);
  else if (wake->base != NULL)
    key_print(key, "gift:%.*s", (int)wake->base->id_length, wake->base->id);
  else if (wake->fired != NULL && wake->fired->track)
    key_of_track(w, wake->fired, key);
  else
    key_of_event(w->event, key);
}

static void once_mark(struct work *w, const struct rule *rule) {
  bool known = false;
  if (rule->once_per_count == 0) return;
  struct cell *cell = work_make(w, w->customer, CELL_LIMIT, rule->decl, once_key(w, rule, &known), 0);
  if (cell == NULL) return;
  cell->v[0] = 1;
  cell->expires_day = state_expiry(work_campaign(w, rule->campaign)->closing_ms + w->in->settings->memory_ms);
}

static bool judge(struct work *w, const struct rule *rule, const struct wake *wake, struct outcome *outcome) {
  if (!step_lifecycle(w, rule, wake, outcome) || !step_addressed(w, rule, outcome) || !step_late(w, rule, outcome)) return false;
  if (!step_currency(w, rule, outcome) || !step_audience(w, rule, outcome)) return false;
  /* `when` may ask what the chance kept: the lot is chosen first, its absence is told in its turn. */
  struct outcome lotless = *outcome;
  const struct cell *lot = rule->spends == NONE ? NULL : lot_choose(w, rule, &lotless);
  if (lot != NULL) w->lot_copy = *lot, w->lot = &w->lot_copy;
  if (!step_when(w, rule, wake, outcome)) return false;
  if (rule->spends != NONE && lot == NULL) {
    *outcome = lotless;
    return false;
  }
  if (!step_once(w, rule, outcome) || !step_holdout(w, rule, outcome) || !limits_have_room(w, rule, outcome)) return false;
  struct reward_key key;
  key_of_gift(w, rule, wake, &key);
  if (!give_items(w, rule, &key, wake, outcome)) return false;
  once_mark(w, rule);
  if (w->lot != NULL) lot_spend(w);
  return true;
}

static void wake_hearers(struct work *w, uint32_t rule, uint32_t outcome_number) {
  const struct span *hearers = &w->book->reward_hearers[rule];
  uint32_t first = w->out->outcomes[outcome_number].gift_first, count = w->out->outcomes[outcome_number].gift_count;
  for (uint32_t i = 0; i < hearers->count; i++)
    for (uint32_t g = first; g < first + count; g++) {
      const struct gift *base = &w->out->gifts[g];
      if (base->kind != GIFT_ISSUED && base->kind != GIFT_SUBSTITUTED) continue;
      struct wake wake = {.base = base, .outcome = outcome_number};
      rule_judge(w, w->book->refs[hearers->first + i], &wake);
    }
}

void rule_judge(struct work *w, uint32_t number, const struct wake *wake) {
  const struct rule *rule = &w->book->rules[number];
  uint32_t outcome_number = w->out->outcome_count;
  struct outcome *outcome = outcome_new(w, number, REASON_GIVEN);
  outcome->caused_by = wake->base == NULL ? NONE : wake->outcome;
  w->lot = NULL, w->base = wake->base;
  bool given = judge(w, rule, wake, outcome);
  outcome->gift_count = w->out->gift_count - outcome->gift_first;
  w->lot = NULL, w->base = NULL;
  if (given && outcome->reason == REASON_GIVEN) wake_hearers(w, number, outcome_number);
}
