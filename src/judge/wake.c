/* Which rules hear the event, and through what: the event itself, a track or level that completed, a measure in another band. All of them
 * in order of judgement. A track or level that completes makes a gift of its own; an event and measures that wake a rule at once make one,
 * since the key of the gift is the event's. */
#include "work.h"

static bool by_track(const struct work *w, const struct candidate *candidate) {
  return candidate->fired != NONE && (w->fired[candidate->fired].track || w->fired[candidate->fired].level);
}

static void candidate_add(struct work *w, uint32_t rule, uint32_t fired) {
  if (w->candidate_count < LIMIT_OUTCOMES) w->candidates[w->candidate_count] = (struct candidate){rule, fired, false, 0};
  w->candidate_count++; /* one too many: rules_judge tells */
}

static const struct fired *fired_at(const struct work *w, uint32_t fired) { return fired == NONE ? NULL : &w->fired[fired]; }

/* Through one trigger: the customer's own candidate, or another's to hear. What is heard as another goes no further. */
static void trigger_wakes(struct work *w, uint32_t rule, const struct trigger *trigger, uint32_t fired) {
  assert(rule < w->book->rule_count && (fired == NONE || fired < w->fired_count));
  struct str hearer;
  bool self = trigger->as_count == 0;
  bool goes = !self && w->in->hearing == NULL;
  if (goes && hearer_find(w, trigger, &hearer, &self)) {
    forward_to_rule(w, hearer, rule, fired_at(w, fired));
    figure_told(w, hearer, fired_at(w, fired));
  }
  if (self) candidate_add(w, rule, fired);
}

/* A rule that hears a fact, through each of its triggers that does. */
static void fact_wakes(struct work *w, uint32_t number, uint32_t fired) {
  const struct rule *rule = &w->book->rules[number];
  for (uint32_t i = 0; i < rule->on.count; i++) {
    const struct trigger *trigger = &w->book->triggers[rule->on.first + i];
    if (trigger->kind == TRIGGER_FACT && trigger->fact == w->fired[fired].fact) trigger_wakes(w, number, trigger, fired);
  }
}

/* Rules woken by the customer's facts. */
static void fact_candidates(struct work *w) {
  for (uint32_t i = 0; i < w->fired_count; i++) {
    const struct span *hearers = &w->book->fact_hearers[w->fired[i].fact];
    for (uint32_t j = 0; j < hearers->count; j++) fact_wakes(w, w->book->refs[hearers->first + j], i);
  }
}

/* Rules woken by the event and rules woken by facts. */
static void own_candidates(struct work *w) {
  for (uint32_t i = 0; i < w->match_count; i++) {
    const struct listener *listener = &w->book->listeners[w->matches[i]];
    if (listener->kind == LISTENER_RULE) trigger_wakes(w, listener->owner, &w->book->triggers[listener->trigger], NONE);
  }
  fact_candidates(w);
}

/* A rule that hears a level is woken by each that completes, and once when none does. */
static void level_candidates(struct work *w, uint32_t rule, uint32_t fact) {
  struct fired fired[LIMIT_LEVELS];
  uint32_t count = level_fires(w, fact, fired);
  for (uint32_t i = 0; i < count; i++) {
    work_fire(w, &fired[i]);
    candidate_add(w, rule, w->fired_count - 1);
  }
}

/* A period that closed: rules stand in order already. */
static void close_candidates(struct work *w) {
  const struct close *close = &w->book->closes[w->in->closing->close];
  for (uint32_t i = 0; i < close->rule_count; i++) {
    uint32_t rule = w->book->refs[close->rule_first + i];
    uint32_t level = trigger_level(&w->book->triggers[w->book->rules[rule].on.first]); /* it stands alone */
    if (!(is_date(w) ? date_wakes(w, rule) : close_wakes(w, rule))) continue;
    if (level != NONE)
      level_candidates(w, rule, level);
    else
      candidate_add(w, rule, NONE);
  }
}

/* What a hearer hears: through facts of his own, and what was forwarded. A rule that this rulebook does not have is not judged: its
 * campaign has not come here yet, or has gone. */
static void heard_candidates(struct work *w) {
  fact_candidates(w);
  for (uint32_t i = 0; i < w->in->hearing->count; i++) {
    const struct heard_way *heard = &w->in->hearing->ways[i];
    uint32_t rule = heard->rule == 0 ? NONE : rulebook_rule(w->book, heard->rule);
    struct fired fired = {.fact = NONE, .key = heard->key, .period = heard->period, .track = true, .elsewhere = true};
    if (rule == NONE) continue;
    if (heard->what == HEARD_FIGURE) fired.track = false, fired.fact = rulebook_fact(w->book, heard->fact), fired.figure = heard->figure;
    if (heard->fact != 0) work_fire(w, &fired);
    candidate_add(w, rule, heard->fact != 0 ? w->fired_count - 1 : NONE);
  }
}

/* In order of judgement; of one rule what was woken by no track comes first. */
static bool candidate_before(const struct work *w, const struct candidate *a, const struct candidate *b) {
  if (a->rule != b->rule) return a->rule < b->rule;
  bool one = by_track(w, a), other = by_track(w, b);
  return one != other ? !one : a->fired + 1 < b->fired + 1; /* NONE, the event itself, first */
}

static void sift_down(struct work *w, uint32_t root, uint32_t count) {
  struct candidate candidate = w->candidates[root];
  for (uint32_t child = 2 * root + 1; child < count; child = 2 * root + 1) {
    if (child + 1 < count && candidate_before(w, &w->candidates[child], &w->candidates[child + 1])) child++;
    if (!candidate_before(w, &candidate, &w->candidates[child])) break;
    w->candidates[root] = w->candidates[child];
    root = child;
  }
  w->candidates[root] = candidate;
}

/* Those that the event itself wakes stand in order already, and usually there are no others. */
static void candidates_sort(struct work *w, uint32_t count) {
  bool sorted = true;
  for (uint32_t i = 1; i < count && sorted; i++) sorted = !candidate_before(w, &w->candidates[i], &w->candidates[i - 1]);
  if (sorted) return;
  for (uint32_t root = count / 2; root-- > 0;) sift_down(w, root, count);
  for (uint32_t last = count; last-- > 1;) {
    struct candidate top = w->candidates[0];
    w->candidates[0] = w->candidates[last];
    w->candidates[last] = top;
    sift_down(w, 0, last);
  }
}

/* Its gift for this event was handed out before the rate was there: now that its campaign hears it, it is not given again. */
static bool was_handed(const struct work *w, const struct candidate *candidate) {
  return w->again && !by_track(w, candidate) && missed_hand(w, &w->book->rules[candidate->rule]);
}

/* Several triggers of one rule, but one gift of this event: judged once. */
static uint32_t candidates_unique(struct work *w, uint32_t count) {
  uint32_t kept = 0;
  for (uint32_t i = 0; i < count; i++) {
    const struct candidate *candidate = &w->candidates[i];
    bool again = kept > 0 && w->candidates[kept - 1].rule == candidate->rule && !by_track(w, candidate);
    if (!again && !was_handed(w, candidate)) w->candidates[kept++] = *candidate;
  }
  return kept;
}

/* False: this rule and all behind it are not judged. */
static bool candidate_judge(struct work *w, struct candidate *candidate, uint32_t excluded, bool *given) {
  struct wake wake = {.fired = fired_at(w, candidate->fired), .outcome = NONE, .excluded = excluded};
  candidate->judged = true;
  if (w->out->outcome_count >= LIMIT_OUTCOMES - LIMIT_OUTCOMES_SPARE) {
    (void)outcome_new(w, candidate->rule, REASON_TOO_MANY_GIFTS);
    return false;
  }
  *given = rule_judge(w, candidate->rule, &wake);
  return true;
}

/* The group of which one rule gives, or NONE. */
static uint32_t group_of(const struct work *w, const struct candidate *candidate) {
  uint32_t group = w->book->rules[candidate->rule].group;
  assert(group == NONE || group < w->book->group_count);
  return group != NONE && w->book->groups[group].mode != GROUP_ALL && !MUTANT(GROUP_UNASKED) ? group : NONE;
}

/* Ever by priority, and before that by worth where the group says so. */
static bool goes_before(const struct work *w, const struct candidate *a, const struct candidate *b) {
  if (a->worth != b->worth && !MUTANT(WORTH_UNASKED)) return a->worth > b->worth;
  return w->book->rules[a->rule].priority < w->book->rules[b->rule].priority;
}

/* What each would give, as long as none gave: nothing that a refused one does changes what the others are worth. */
static void members_weigh(struct work *w, uint32_t group, uint32_t from, uint32_t count) {
  for (uint32_t i = from; i < count; i++) {
    if (group_of(w, &w->candidates[i]) != group) continue;
    figure_take(w, fired_at(w, w->candidates[i].fired));
    w->level = fired_level(w, fired_at(w, w->candidates[i].fired));
    w->candidates[i].worth = give_worth(w, &w->book->rules[w->candidates[i].rule]);
  }
}

/* Whose turn it is in a group; of equals in order of judgement. */
static struct candidate *member_next(const struct work *w, uint32_t group, uint32_t from, uint32_t count) {
  struct candidate *next = NULL;
  for (uint32_t i = from; i < count; i++) {
    struct candidate *one = &w->candidates[i];
    if (one->judged || group_of(w, one) != group) continue;
    if (next == NULL || goes_before(w, one, next)) next = one;
  }
  return next;
}

/* A close is judged again: which of the group it gave for before. */
static uint32_t group_had(const struct work *w, uint32_t group) {
  const struct close *close = &w->book->closes[w->in->closing->close];
  for (uint32_t i = 0; i < close->rule_count; i++) {
    uint32_t rule = w->book->refs[close->rule_first + i];
    if (w->book->rules[rule].group == group && close_gave(w, &w->book->rules[rule])) return rule;
  }
  return NONE;
}

/* The customer has its gift already: no other of the group gives one. */
static uint32_t handed_of(const struct work *w, uint32_t group, uint32_t from, uint32_t count) {
  for (uint32_t i = from; i < count; i++)
    if (group_of(w, &w->candidates[i]) == group && by_hand(w, &w->book->rules[w->candidates[i].rule])) return w->candidates[i].rule;
  return NONE;
}

/* One gives: the first that can. Those behind it are judged as far as that they are told why not. All of the group in the turn of the one
 * that stands first, whatever stands between them: so it does not matter to it what else hears the event. */
static bool group_judge(struct work *w, uint32_t group, uint32_t from, uint32_t count) {
  uint32_t winner = w->in->closing == NULL ? missed_group(w, group) : group_had(w, group);
  if (winner == NONE) winner = handed_of(w, group, from, count);
  bool later = false; /* some may hear it when it is back-filled */
  if (w->book->groups[group].mode == GROUP_BEST) members_weigh(w, group, from, count);
  for (struct candidate *one; (one = member_next(w, group, from, count)) != NULL;) {
    bool given = false; /* a rule is no other to itself: of two tracks or levels both give */
    if (!candidate_judge(w, one, winner == one->rule ? NONE : winner, &given)) return false;
    if (given) winner = one->rule;
    later |= missed_later(w, work_campaign(w, w->book->rules[one->rule].campaign));
  }
  if (winner != NONE && (later || missed_group_later(w, group))) missed_group_mark(w, group, winner);
  return true;
}

void rules_judge(struct work *w) {
  if (w->in->hearing != NULL)
    heard_candidates(w);
  else if (w->in->closing != NULL)
    close_candidates(w);
  else
    own_candidates(w);
  uint32_t count = w->candidate_count < LIMIT_OUTCOMES ? w->candidate_count : LIMIT_OUTCOMES;
  candidates_sort(w, count);
  count = candidates_unique(w, count);
  bool goes_on = true, given;
  for (uint32_t i = 0; i < count && goes_on; i++) {
    uint32_t group = group_of(w, &w->candidates[i]);
    if (w->candidates[i].judged) continue;
    goes_on = group == NONE ? candidate_judge(w, &w->candidates[i], NONE, &given) : group_judge(w, group, i, count);
  }
}
