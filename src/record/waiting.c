/* Rules that have no outcome of their own in an explanation, and gifts that were taken back: what was recorded of facts, held against the
 * campaign's file, says how far a customer is and why less is left. */
#include "waiting.h"

#include "words.h"

static void put(struct buffer *out, const struct telling *t, const char *en, const char *zh) {
  buffer_put(out, str_of(t->style->language == LANGUAGE_ZH ? zh : en));
}

/* ---- rules that wait ---- */

static bool has_outcome(const struct telling *t, const struct campaign *campaign, const struct rule *rule) {
  for (uint32_t i = 0; i < t->recorded->outcome_count; i++) {
    const struct recorded_outcome *outcome = &t->recorded->outcomes[i];
    if (str_equal(outcome->rule, rule->id) && str_equal(outcome->campaign, campaign->id)) return true;
  }
  return false;
}

/* Also without an outcome when the rule listens to the event itself: that is told in its own words. */
static bool is_judged(const struct telling *t, const struct campaign *campaign, uint32_t number) {
  const struct rule *rule = &t->rulebook->rules[number];
  if (has_outcome(t, campaign, rule)) return true;
  return t->event != NULL && match_rule_refusal(t->rulebook, number, t->event).refusal != MATCH_OTHER_TYPE;
}

static bool waiting_measure(const struct telling *t, const struct recorded_effect *effect, struct told_waiting *out) {
  struct buffer text;
  buffer_init(&text, out->memory, sizeof out->memory);
  if (!fact_step(t, out->rule, out->fact, effect->after, &text)) return false;
  out->actual = effect->after, out->period = effect->period, out->expected = buffer_text(&text);
  return true;
}

static bool waiting_track(const struct recorded_effect *effect, struct told_waiting *out) {
  bool opened = str_equal(effect->what, STR("opened"));
  struct buffer text;
  if (!opened && !str_equal(effect->what, STR("task"))) return false;
  out->actual = opened ? STR("0") : effect->after;
  buffer_init(&text, out->memory, sizeof out->memory);
  buffer_print(&text, "%u", out->fact->need);
  out->expected = buffer_text(&text);
  return true;
}

/* The first measure that the rule asks and the event moved. */
static bool waiting_close(const struct telling *t, const struct close *close, struct told_waiting *out) {
  for (uint32_t i = 0; i < t->rulebook->fact_count; i++) {
    const struct fact *fact = &t->rulebook->facts[i];
    const struct recorded_effect *effect = fact->close_count > 0 && fact_asked(t, out->rule, fact) ? fact_effect(t, fact, 0) : NULL;
    if (effect == NULL || !str_equal(effect->what, STR("counted"))) continue;
    out->fact = fact, out->close = close;
    out->actual = effect->after, out->period = effect->period;
    return true;
  }
  return false;
}

/* By the first fact that the rule hears and the event moved. */
static bool waiting_tell(const struct telling *t, const struct rule *rule, struct told_waiting *out) {
  for (uint32_t i = 0; i < rule->on.count; i++) {
    const struct trigger *trigger = &t->rulebook->triggers[rule->on.first + i];
    *out = (struct told_waiting){.rule = rule};
    const struct close *close = trigger->kind == TRIGGER_CLOSE ? &t->rulebook->closes[trigger->close] : NULL;
    if (close != NULL && close->left == NONE && waiting_close(t, close, out)) return true;
    if (trigger->kind != TRIGGER_FACT || trigger->as_count > 0) continue;
    out->fact = &t->rulebook->facts[trigger->fact];
    const struct recorded_effect *effect = fact_effect(t, out->fact, 0);
    if (effect == NULL) continue;
    if (traits_of(out->fact)->figure == FIGURE_TASKS ? waiting_track(effect, out) : waiting_measure(t, effect, out)) return true;
  }
  return false;
}

/* What is over, or has not begun, waits for nothing. */
static bool is_open(const struct telling *t, const struct campaign *campaign) {
  return t->event == NULL || (t->event->time_ms >= campaign->from_ms && t->event->time_ms < campaign->to_ms);
}

bool waiting_next(const struct telling *t, const struct campaign *campaign, uint32_t *at, struct told_waiting *out) {
  if (t->recorded == NULL || t->gate != REASON_GIVEN || !is_open(t, campaign)) return false;
  while (*at < campaign->rule_count) {
    uint32_t number = campaign->rule_first + (*at)++;
    if (waiting_tell(t, &t->rulebook->rules[number], out) && !is_judged(t, campaign, number)) return true;
  }
  return false;
}

static void close_words(struct buffer *out, const struct telling *t, const struct told_waiting *told) {
  put(out, t, "not yet: waits for the close of the ", "尚未判断:待周期结束(");
  words_period(out, t->rulebook, told->close->unit, told->close->cycle, t->style->language);
  put(out, t, "; ", ");");
  buffer_put(out, fact_short_name(told->fact));
  put(out, t, " is ", " 为 ");
  buffer_put(out, told->actual);
  fact_period_words(out, t, told->fact, told->period);
}

void waiting_words(struct buffer *out, const struct telling *t, const struct told_waiting *told) {
  if (told->close != NULL) {
    close_words(out, t, told);
    return;
  }
  bool track = traits_of(told->fact)->figure == FIGURE_TASKS, past = told->expected.length == 0;
  if (!past) put(out, t, "not yet: ", "尚未达到:");
  buffer_put(out, fact_short_name(told->fact));
  put(out, t, track ? " has " : " is ", track ? " 已完成 " : " 为 ");
  buffer_put(out, told->actual);
  if (!past) put(out, t, " of ", " / ");
  buffer_put(out, told->expected);
  if (track) put(out, t, told->fact->need == 1 ? " task" : " tasks", " 项任务");
  fact_period_words(out, t, told->fact, told->period);
  if (past) put(out, t, ", past the last step of this rule", ",已超过本规则的最高档");
}

/* ---- why it was taken back ---- */

/* A measure that the reversal lowered and the rule hears or asks. */
static const struct recorded_effect *lowered_for(const struct telling *t, const struct rule *rule, const struct fact **fact) {
  for (uint32_t i = 0; i < t->rulebook->fact_count; i++) {
    const struct recorded_effect *effect = fact_effect(t, &t->rulebook->facts[i], 0);
    if (effect == NULL || !str_equal(effect->what, STR("lowered")) || !fact_asked(t, rule, &t->rulebook->facts[i])) continue;
    *fact = &t->rulebook->facts[i];
    return effect;
  }
  return NULL;
}

static bool is_partial(const struct telling *t) {
  return t->event != NULL && t->event->type == TYPE_ID_REVERSED && event_field(t->event, FIELD_ID_AMOUNT) != NULL;
}

void undone_words(struct buffer *out, const struct telling *t, const struct rule *rule) {
  const struct fact *fact = NULL;
  if (t->recorded == NULL) return;
  const struct recorded_effect *effect = lowered_for(t, rule, &fact);
  if (effect != NULL) {
    put(out, t, "it rests on fact ", "该奖励取决于事实 ");
    buffer_put(out, fact_short_name(fact));
    put(out, t, ", now ", ",现为 ");
    buffer_put(out, effect->after);
    put(out, t, ": judged again with that", ":已按此重新判断");
  } else if (is_partial(t) && rule->undo.partial == PARTIAL_RECHECK) {
    put(out, t, "partial refund, 'recheck': judged again with what is left of the payment", "部分退款(recheck):已按剩余金额重新判断");
  } else if (is_partial(t) && rule->undo.partial == PARTIAL_PRORATE) {
    put(out, t, "partial refund, 'prorate': as much of the value as of the payment", "部分退款(prorate):按退款比例收回");
  }
}
