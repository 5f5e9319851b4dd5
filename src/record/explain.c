/* Explaining one event: for every campaign and rule that listens to it, what became of it. Outcomes that were recorded are quoted; what
 * stateless conditions refused was never written and is judged again from event and rulebook (match_rule_refusal), which gives the same
 * answer as long as the rulebook is the same - its digest says whether it is (R123).
 *
 *   event -> for each campaign -> for each rule: recorded outcomes, else the gate, else the stateless refusal -> verdict -> text or JSON
 */
#include "explain.h"

/* ---- verdicts ---- */

static void verdict_clear(struct verdict *verdict, const struct rule *rule, uint32_t number) {
  struct str none = {NULL, 0};
  verdict->rule = rule;
  verdict->recorded = NULL;
  verdict->code = none;
  verdict->told.rule = number;
  verdict->told.reason = REASON_COUNT;
  struct told *told = &verdict->told;
  told->at = told->limit = told->pool = told->identity = told->period = told->expected = told->actual = none;
  told->shut = none;
  told->rank = told->place = told->pot = told->units = told->units_all = none;
}

static void verdict_recorded(struct verdict *verdict, const struct recorded_outcome *outcome) {
  struct told *told = &verdict->told;
  verdict->kind = VERDICT_RECORDED;
  verdict->recorded = outcome;
  verdict->code = outcome->reason;
  told->reason = reason_of_code(outcome->reason);
  told->shut = outcome->shut;
  told->at = outcome->at, told->limit = outcome->limit, told->pool = outcome->pool, told->identity = outcome->identity;
  told->rank = outcome->rank, told->place = outcome->place;
  told->pot = outcome->pot, told->units = outcome->units, told->units_all = outcome->units_all;
  told->period = outcome->period, told->expected = outcome->expected, told->actual = outcome->actual;
}

static void verdict_of_reason(struct verdict *verdict, enum verdict_kind kind, enum reason reason) {
  verdict->kind = kind;
  verdict->told.reason = reason;
  verdict->code = reason == REASON_COUNT ? (struct str){NULL, 0} : str_of(reasons[reason].code);
}

/* A fact that the event moved woke it for another. */
static bool heard_elsewhere(const struct telling *t, uint32_t number) {
  const struct rule *rule = &t->rulebook->rules[number];
  for (uint32_t i = 0; t->recorded != NULL && i < t->recorded->heard_count; i++) {
    const struct recorded_heard *heard = &t->recorded->heard[i];
    if (str_equal(heard->rule, rule->id) && str_equal(heard->campaign, t->rulebook->campaigns[rule->campaign].id)) return true;
  }
  return false;
}

/* Whether the rule has something to say without a record: false when it does not listen to the type. */
static bool verdict_recomputed(struct verdict *verdict, const struct telling *t, uint32_t number) {
  if (t->event == NULL || telling_heard(t)) return false;
  struct match_answer answer = match_rule_refusal(t->rulebook, number, t->event);
  if (answer.refusal == MATCH_OTHER_TYPE && heard_elsewhere(t, number)) answer.refusal = MATCH_HEARS_AS;
  if (answer.refusal == MATCH_OTHER_TYPE) return false;
  if (t->gate != REASON_GIVEN) {
    verdict_of_reason(verdict, VERDICT_GATED, t->gate);
  } else if (answer.refusal == MATCH_HEARS_AS) {
    verdict_of_reason(verdict, VERDICT_ELSEWHERE, REASON_COUNT);
  } else if (answer.refusal == MATCH_HEARS) {
    verdict_of_reason(verdict, VERDICT_UNDECIDED, REASON_COUNT);
  } else {
    told_refusal(&verdict->told, t->rulebook, number, answer, t->event);
    verdict_of_reason(verdict, VERDICT_RECOMPUTED, verdict->told.reason);
  }
  return true;
}

/* ---- walking ---- */

static bool is_of_rule(const struct recorded_outcome *outcome, const struct campaign *campaign, const struct rule *rule) {
  return str_equal(outcome->rule, rule->id) && str_equal(outcome->campaign, campaign->id);
}

/* All recorded outcomes of a rule; false when there is none. */
static bool explain_recorded(struct telling *t, const struct campaign *campaign, uint32_t number, struct verdict *verdict) {
  bool any = false;
  const struct rule *rule = &t->rulebook->rules[number];
  for (uint32_t i = 0; t->recorded != NULL && i < t->recorded->outcome_count; i++) {
    if (!is_of_rule(&t->recorded->outcomes[i], campaign, rule)) continue;
    verdict_clear(verdict, rule, number);
    verdict_recorded(verdict, &t->recorded->outcomes[i]);
    t->sink->rule(t, campaign, verdict);
    any = true;
  }
  return any;
}

static void explain_campaign(struct telling *t, uint32_t number) {
  const struct campaign *campaign = &t->rulebook->campaigns[number];
  struct verdict verdict;
  t->rules_told = t->facts_told = t->waiting_told = 0;
  t->sink->facts(t, campaign);
  for (uint32_t r = campaign->rule_first; r < campaign->rule_first + campaign->rule_count; r++) {
    if (explain_recorded(t, campaign, r, &verdict)) continue;
    verdict_clear(&verdict, &t->rulebook->rules[r], r);
    if (verdict_recomputed(&verdict, t, r)) t->sink->rule(t, campaign, &verdict);
  }
  bool spoke = t->rules_told + t->facts_told > 0;
  if (spoke || (!t->style->only_considered && !campaign->programme)) t->sink->campaign_end(t, campaign);
  if (!spoke && !campaign->programme) t->silent++;
}

static bool is_loaded(const struct rulebook *rulebook, const struct recorded_outcome *outcome) {
  for (uint32_t r = 0; r < rulebook->rule_count; r++) {
    const struct rule *rule = &rulebook->rules[r];
    if (is_of_rule(outcome, &rulebook->campaigns[rule->campaign], rule)) return true;
  }
  return false;
}

/* Outcomes of campaigns or rules that the loaded files do not have: quoted all the same, nothing recorded is hidden. */
static void explain_foreign(struct telling *t) {
  for (uint32_t i = 0; t->recorded != NULL && i < t->recorded->outcome_count; i++)
    if (!is_loaded(t->rulebook, &t->recorded->outcomes[i])) t->sink->foreign(t, &t->recorded->outcomes[i]);
}

/* Listeners are grouped by type, those of facts first. */
static void hearing_find(struct telling *t) {
  const struct rulebook *book = t->rulebook;
  uint32_t at = 0;
  if (t->event == NULL) return;
  while (at < book->listener_count && (book->listeners[at].type != t->event->type || book->listeners[at].kind == LISTENER_RULE)) at++;
  t->hear_first = at;
  while (at < book->listener_count && book->listeners[at].type == t->event->type && book->listeners[at].kind != LISTENER_RULE) at++;
  t->hear_behind = at;
}

void record_explain(struct buffer *out, const struct rulebook *rulebook, const struct event *event,
                    const struct recorded_decision *recorded, const struct explain_style *style) {
  assert(event != NULL || recorded != NULL);
  struct telling t = {.out = out,
                      .rulebook = rulebook,
                      .event = event,
                      .recorded = recorded,
                      .style = style,
                      .gate = REASON_GIVEN,
                      .sink = style->json ? &explain_json : &explain_text};
  if (recorded != NULL && recorded->gate.length > 0) t.gate = reason_of_code(recorded->gate);
  t.same_rulebook = recorded != NULL && str_equal(recorded->rulebook_digest, rulebook->digest);
  hearing_find(&t);
  t.sink->open(&t);
  for (uint32_t i = 0; i < rulebook->campaign_count; i++) explain_campaign(&t, i);
  explain_foreign(&t);
  t.sink->end(&t);
}
