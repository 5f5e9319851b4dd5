/* Validity: a gift that can be used by nobody, or not by all who get it, and chances that can be spent by no rule. Moments are seen from
 * the instant at which the gift is had, so the days at which it can be had are gone through: those of the campaign at which the rule is
 * open. */
#include "compile.h"

#define MINUTE_MS 60000LL

struct span_ms {
  int64_t from_ms, to_ms;
};

/* Whether a rule may give while its campaign closes: it rests on what is open by then - a chance, a track, a period that
 * closes, a gift of such a rule. Not on a day of the customer's own. */
static bool gives_in_closing(struct compile *c, const struct rule *rule, uint32_t depth) {
  if (rule->spends != NONE) return true;
  for (uint32_t i = 0; i < rule->on.count; i++) {
    const struct trigger trigger = *trigger_at(c, rule->on.first + i);
    if (trigger.kind == TRIGGER_CLOSE && close_at(c, trigger.close)->left == NONE) return true;
    if (trigger.kind == TRIGGER_FACT && traits_of(fact_at(c, trigger.fact))->heard == HEARD_DONE) return true;
    if (trigger.kind != TRIGGER_REWARD || depth > 8) continue;
    const struct rule base = *rule_at(c, trigger.rule);
    if (gives_in_closing(c, &base, depth + 1)) return true;
  }
  return false;
}

static struct span_ms judged_in(struct compile *c, const struct rule *rule) {
  const struct campaign *campaign = &c->campaigns[rule->campaign];
  return (struct span_ms){campaign->from_ms, gives_in_closing(c, rule, 0) ? campaign->closing_ms : campaign->to_ms};
}

/* Going through days costs; a file whose budget is used up is told nothing more. */
static bool days_spend(struct compile *c, struct span_ms span, uint32_t count) {
  int64_t days = span.to_ms > span.from_ms ? (span.to_ms - span.from_ms) / MS_PER_DAY + 1 : 1;
  return lint_spend(c, days > LINT_BUDGET / 64 ? LINT_BUDGET : (uint32_t)days * (count + 1));
}

/* ---- schedules ---- */

uint32_t schedules_of_rule(struct compile *c, const struct rule *rule, uint32_t when, const struct schedule *out[SCHEDULES_MOST]) {
  const uint32_t whens[2] = {rule->when, when};
  uint32_t leaves[TESTS_MOST], count = 0;
  if (rule->schedule != NONE) out[count++] = schedule_at(c, rule->schedule);
  for (uint32_t w = 0; w < 2; w++) {
    uint32_t found = leaves_of_all(c, whens[w], leaves, TESTS_MOST);
    for (uint32_t i = 0; i < found && count < SCHEDULES_MOST; i++) {
      const struct condition *leaf = condition_at(c, leaves[i]);
      if (leaf->left == LEFT_SCHEDULE && leaf->op == OP_EQ && leaf->index != NONE) out[count++] = schedule_at(c, leaf->index);
    }
  }
  return count;
}

/* Schedules that all must hold, and never do while the rule is judged. */
void schedule_lint(struct compile *c, const struct rule *rule, uint32_t when, struct str pointer) {
  const struct schedule *schedules[SCHEDULES_MOST];
  uint32_t count = schedules_of_rule(c, rule, when, schedules);
  struct span_ms span = judged_in(c, rule);
  if (count == 0 || !days_spend(c, span, count)) return;
  if (schedules_first(schedules, count, span.from_ms, span.to_ms, c->campaigns[rule->campaign].zone) != TIME_NONE) return;
  report_text_at(c, pointer, rule->schedule != NONE && when == NONE ? "schedule" : "when", CHECK_CANNOT_HOLD, "%s",
                 count == 1 ? "the schedule never holds while the campaign runs"
                            : "the schedules that must hold here never hold together while the campaign runs");
}

/* ---- one instant ---- */

struct validity {
  const struct item *item;
  struct zone zone;
  int64_t closing_ms;             /* of a chance: nothing is spent after it */
  const struct duration *held[2]; /* how long a reviewer - of the rule, of the bank - or the customer's choice may take; NULL: not asked */
};

static struct validity validity_of(const struct compile *c, const struct rule *rule, const struct item *item) {
  const struct campaign *campaign = &c->campaigns[rule->campaign];
  struct validity v = {.item = item, .zone = campaign->zone, .closing_ms = campaign->closing_ms};
  if (item->is_chance) return v;
  if (rule->give == GIVE_CHOICE_OF) v.held[0] = &rule->within;
  if (rule->review.asked) v.held[0] = &rule->review.within;
  if (c->risk_review.asked) v.held[1] = &c->risk_review.within;
  return v;
}

/* When the customer has it, at the latest. */
static int64_t held_until(const struct validity *v, int64_t given_ms) {
  if (v->item->when_empty == EMPTY_QUEUE && given_ms < v->closing_ms) return queue_until(v->closing_ms, given_ms);
  int64_t latest = given_ms;
  for (uint32_t i = 0; i < 2; i++) {
    int64_t until = v->held[i] == NULL ? given_ms : duration_add(given_ms, *v->held[i], 1, v->zone);
    if (until > latest) latest = until;
  }
  return latest;
}

/* Of one that is held until `had_ms`. */
static struct span_ms valid_at(const struct validity *v, int64_t given_ms, int64_t had_ms) {
  const struct moment *timing = &v->item->timing;
  int64_t later_ms = timing->kind == MOMENT_NONE ? given_ms : moment_resolve(timing, given_ms, v->zone);
  int64_t at_ms = later_ms > had_ms ? later_ms : had_ms;
  struct span_ms span = {at_ms, moment_end(&v->item->valid_to, at_ms, v->zone)};
  if (v->item->valid_from.kind != MOMENT_NONE) span.from_ms = moment_resolve(&v->item->valid_from, at_ms, v->zone);
  if (span.from_ms < at_ms) span.from_ms = at_ms;
  if (v->item->is_chance && span.to_ms > v->closing_ms) span.to_ms = v->closing_ms;
  return span;
}

/* An age ends in: from and to at one instant are a millisecond. */
static bool is_usable(struct span_ms span) { return span.to_ms - span.from_ms > 1; }

/* ---- who spends it ---- */

static bool spent_in(struct compile *c, const struct rule *rule, struct span_ms span) {
  const struct schedule *schedules[SCHEDULES_MOST];
  uint32_t count = schedules_of_rule(c, rule, NONE, schedules);
  return !days_spend(c, span, count) ||
         schedules_first(schedules, count, span.from_ms, span.to_ms, c->campaigns[rule->campaign].zone) != TIME_NONE;
}

static bool can_be_spent(struct compile *c, const struct rule *giving, const struct item *item, struct span_ms span) {
  const struct campaign *campaign = &c->campaigns[giving->campaign];
  for (uint32_t i = 0; i < campaign->rule_count; i++) {
    const struct rule rule = *rule_at(c, campaign->rule_first + i);
    if (rule.spends == item->chance && spent_in(c, &rule, span)) return true;
  }
  return false;
}

/* ---- all days ---- */

struct days_seen {
  bool some;            /* it can be had at all */
  bool usable, spent;   /* on some day */
  int64_t unusable_day; /* the first day on which it is of no use, or INT64_MIN */
};

/* Had at once, and as late as it may be held. */
static bool usable_always(const struct validity *v, int64_t given_ms) {
  return is_usable(valid_at(v, given_ms, given_ms)) && is_usable(valid_at(v, given_ms, held_until(v, given_ms)));
}

/* A day's first instant at which it can be had, and one minute before its end. */
static void day_look(struct compile *c, const struct rule *rule, const struct validity *v, struct span_ms day, struct days_seen *seen) {
  const struct schedule *schedules[SCHEDULES_MOST];
  uint32_t count = schedules_of_rule(c, rule, v->item->when, schedules);
  int64_t first = schedules_first(schedules, count, day.from_ms, day.to_ms, v->zone), last = day.to_ms - MINUTE_MS;
  if (first == TIME_NONE) return;
  struct span_ms span = valid_at(v, first, first);
  bool usable = is_usable(span), open = schedules_first(schedules, count, last, last + 1, v->zone) != TIME_NONE;
  seen->some = true, seen->usable = seen->usable || usable;
  if (usable && !seen->spent && v->item->is_chance) seen->spent = can_be_spent(c, rule, v->item, span);
  if (usable_always(v, first) && (!open || last < first || usable_always(v, last))) return;
  if (seen->unusable_day == INT64_MIN) seen->unusable_day = day.from_ms;
}

static struct days_seen days_look(struct compile *c, const struct rule *rule, const struct validity *v) {
  struct span_ms all = judged_in(c, rule);
  struct days_seen seen = {.unusable_day = INT64_MIN};
  for (int64_t day = all.from_ms, next; day < all.to_ms && lint_spend(c, 4); day = next) {
    next = period_start(UNIT_DAY, period_of(UNIT_DAY, day, v->zone) + 1, v->zone);
    day_look(c, rule, v, (struct span_ms){day, next < all.to_ms ? next : all.to_ms}, &seen);
  }
  return seen;
}

static void some_day_report(struct compile *c, const struct validity *v, int64_t day_ms) {
  char memory[32];
  struct buffer day;
  const bool waits = v->held[0] != NULL || v->held[1] != NULL || v->item->when_empty == EMPTY_QUEUE;
  buffer_init(&day, memory, sizeof memory);
  buffer_date(&day, period_of(UNIT_DAY, day_ms, v->zone));
  report_text_at(c, v->item->pointer, "valid", CHECK_NOT_ALWAYS_VALID, "who %s on %.*s cannot use it%s", waits ? "earns it" : "gets it",
                 STR_FORMAT(buffer_text(&day)), waits ? " when it is held as long as it may be" : "");
}

void valid_lint(struct compile *c, const struct rule *rule, const struct item *item) {
  const struct validity v = validity_of(c, rule, item);
  bool says = item->valid_from.kind != MOMENT_NONE || item->valid_to.kind != MOMENT_NONE;
  if ((!says && !item->is_chance) || !c->files[rule->campaign].has_period) return;
  struct days_seen seen = days_look(c, rule, &v);
  if (!seen.some || c->budget == 0) return;
  if (!seen.usable)
    report_text_at(c, item->pointer, says ? "valid" : NULL, CHECK_NEVER_VALID,
                   "it ends before it begins, or before it can be had: nobody can use it");
  else if (item->is_chance && !seen.spent)
    report_text_at(c, item->pointer, says ? "valid" : NULL, CHECK_NEVER_VALID, "no rule that spends it is open while it can be spent");
  else if (seen.unusable_day != INT64_MIN)
    some_day_report(c, &v, seen.unusable_day);
  else if (item->valid_to.kind == MOMENT_NEXT && item->valid_to.day == 31 && item->valid_to.time_s == 0)
    report_text_at(c, item->pointer, "valid", CHECK_NOT_ALWAYS_VALID,
                   "it ends as the last day begins, so nobody can use it on that day ({\"end_of\": ..., \"plus\": ...} ends with it)");
}
