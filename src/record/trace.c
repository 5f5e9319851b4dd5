/* The witness: one line an event, made at the moment of decision, that says for every rule that listens to its type what became of it.
 * It shares nothing with explain: it reads the decision itself, not its record, and asks listener by listener, not the rule. Tests
 * compare `giftd explain --json` with it (R123); nobody else reads it.
 *
 *   {"source":"card-core","id":"pay2","customer":"c1","gate":"GIVEN","rules":["weekend-dining/half LIMIT_REACHED", ...]}
 */
#include "text.h"

#include "told.h"

/* The farther a listener came in the order of judgement, the more it says why the rule was not woken. */
static int refusal_rank(enum match_refusal refusal) {
  static const int ranks[] = {[MATCH_OTHER_TYPE] = 0, [MATCH_NOT_STARTED] = 1, [MATCH_ENDED] = 2, [MATCH_OUTSIDE_SCHEDULE] = 3,
                              [MATCH_CONDITION] = 4,  [MATCH_HEARS_AS] = 5,    [MATCH_HEARS] = 6};
  return ranks[refusal];
}

static void trace_entry(struct buffer *out, bool *first, struct str name, struct str reason) {
  if (!*first) PUT(out, ",");
  *first = false;
  PUT(out, "\"");
  text_put(out, name);
  PUT(out, " ");
  text_put(out, reason);
  PUT(out, "\"");
}

static const struct rule *rule_of(const struct outcome *outcome) { return &outcome->book->rules[outcome->rule]; }

/* By name: a gift of an earlier version was undone under that version's terms. */
static bool trace_outcomes(struct buffer *out, const struct rulebook *rulebook, const struct decision *decision, uint32_t rule,
                           bool *first) {
  bool any = false;
  for (uint32_t i = 0; i < decision->outcome_count; i++) {
    const struct outcome *outcome = &decision->outcomes[i];
    if (rule_of(outcome)->decl != rulebook->rules[rule].decl) continue;
    trace_entry(out, first, rulebook->rules[rule].name, str_of(reasons[outcome->reason].code));
    any = true;
  }
  return any;
}

/* Rules that are not there any more. */
static void trace_gone(struct buffer *out, const struct rulebook *rulebook, const struct decision *decision, bool *first) {
  for (uint32_t i = 0; i < decision->outcome_count; i++) {
    const struct outcome *outcome = &decision->outcomes[i];
    if (rulebook_rule(rulebook, rule_of(outcome)->decl) != NONE) continue;
    trace_entry(out, first, rule_of(outcome)->name, str_of(reasons[outcome->reason].code));
  }
}

/* Of all listeners of the rule for this type, the answer of the one that came farthest. */
static enum match_refusal trace_refusal(const struct rulebook *rulebook, uint32_t rule, const struct event *event) {
  enum match_refusal best = MATCH_OTHER_TYPE;
  for (uint32_t i = 0; i < rulebook->listener_count; i++) {
    const struct listener *listener = &rulebook->listeners[i];
    if (listener->kind != LISTENER_RULE || listener->owner != rule || listener->type != event->type) continue;
    enum match_refusal now = match_listener_refusal(rulebook, i, event).refusal;
    if (refusal_rank(now) > refusal_rank(best)) best = now;
  }
  return best;
}

void record_trace(struct buffer *out, const struct rulebook *rulebook, const struct event *event, const struct decision *decision) {
  bool first = true;
  PUT(out, "{\"source\":\"");
  text_put(out, event->source);
  PUT(out, "\",\"id\":\"");
  text_escaped(out, event->id);
  PUT(out, "\",\"customer\":\"");
  text_put(out, event->customer);
  PUT(out, "\",\"gate\":\"");
  text_put(out, str_of(reasons[decision->gate].code));
  PUT(out, "\",\"rules\":[");
  for (uint32_t rule = 0; rule < rulebook->rule_count; rule++) {
    if (trace_outcomes(out, rulebook, decision, rule, &first)) continue;
    enum match_refusal refusal = trace_refusal(rulebook, rule, event);
    struct str name = rulebook->rules[rule].name;
    if (refusal == MATCH_OTHER_TYPE || event->cause.length > 0) continue; /* a hearer hears what was forwarded alone */
    if (decision->gate != REASON_GIVEN)
      trace_entry(out, &first, name, str_of(reasons[decision->gate].code));
    else if (refusal == MATCH_HEARS_AS)
      trace_entry(out, &first, name, STR("HEARD_AS_ANOTHER"));
    else if (refusal == MATCH_HEARS)
      trace_entry(out, &first, name, STR("UNDECIDED")); /* woken, yet without an outcome: a bug */
    else
      trace_entry(out, &first, name, str_of(reasons[reason_of_refusal(refusal)].code));
  }
  trace_gone(out, rulebook, decision, &first);
  PUT(out, "]}\n");
}
