/* See steps.h. Which steps were passed follows from the one that failed, since judgement stops there; values of passed steps are looked
 * up in the event where it alone has them. What depends on the customer's state and was passed is named without a value: no record keeps
 * it.
 */
#include "steps.h"

#include "words.h"

enum stage {
  STAGE_LIFE,
  STAGE_SCHEDULE,
  STAGE_ON,
  STAGE_LATE,
  STAGE_AUDIENCE,
  STAGE_ENROLMENT,
  STAGE_RISK,
  STAGE_WHEN,
  STAGE_SPENDS,
  STAGE_ONCE,
  STAGE_HOLDOUT,
  STAGE_GROUP,
  STAGE_RANK,
  STAGE_LIMITS,
  STAGE_POOL,
  STAGE_DONE
};

struct walk {
  struct steps *steps;
  const struct rulebook *rulebook;
  const struct event *event;
  const struct told *told;
  const struct rule *rule;
  const struct campaign *campaign;
  struct money_style style;
  enum language language;
  uint32_t failed;  /* condition that failed, or NONE */
  enum stage stage; /* where it failed */
};

static bool is_zh(const struct walk *walk) { return walk->language == LANGUAGE_ZH; }

static struct buffer *step_text(struct walk *walk) { return &walk->steps->text; }

static void step_put(struct walk *walk, const char *en, const char *zh) { buffer_put(step_text(walk), str_of(is_zh(walk) ? zh : en)); }

/* What was written since the last step becomes one. */
static void step_end(struct walk *walk, size_t start, bool passed) {
  struct steps *steps = walk->steps;
  if (steps->count == STEPS_MAX && passed) return;
  if (steps->count == STEPS_MAX) steps->count--;
  steps->items[steps->count++] = (struct step){passed, {steps->text.memory + start, steps->text.length - start}};
}

static void step_failed_detail(struct walk *walk) {
  size_t start = step_text(walk)->length;
  detail_refusal(step_text(walk), walk->rulebook, walk->told, walk->language);
  if (step_text(walk)->length > start) buffer_put(step_text(walk), is_zh(walk) ? STR(":") : STR(": "));
  const struct reason_info *info = &reasons[walk->told->reason];
  buffer_put(step_text(walk), str_of(is_zh(walk) ? info->label_zh : info->label_en));
  step_end(walk, start, false);
}

/* ---- lifecycle, schedule ---- */

static void event_moment(struct walk *walk, const char *en, const char *zh) {
  if (walk->event == NULL) return;
  step_put(walk, en, zh);
  buffer_time_in(step_text(walk), walk->event->time_ms, walk->style.zone);
}

static void step_life(struct walk *walk) {
  struct buffer *text = step_text(walk);
  size_t start = text->length;
  step_put(walk, "campaign runs ", "活动期 ");
  buffer_date(text, period_of(UNIT_DAY, walk->campaign->from_ms, walk->campaign->zone));
  step_put(walk, " to ", " 至 ");
  buffer_date(text, period_of(UNIT_DAY, walk->campaign->to_ms - 1, walk->campaign->zone));
  if (walk->stage == STAGE_LIFE) event_moment(walk, ", event at ", ",事件时间 ");
  step_end(walk, start, walk->stage != STAGE_LIFE);
}

static bool tree_has(const struct rulebook *rulebook, uint32_t tree, uint32_t node) {
  if (tree == NONE || node == NONE) return false;
  if (tree == node) return true;
  const struct condition *condition = &rulebook->conditions[tree];
  for (uint32_t i = 0; condition->kind != CONDITION_LEAF && i < condition->count; i++)
    if (tree_has(rulebook, condition->first + i, node)) return true;
  return false;
}

/* The trigger that was heard, or came nearest: the one with the failed leaf. NONE: no trigger hears this type (woken by a fact or a
 * gift). */
static uint32_t heard_trigger(const struct walk *walk) {
  uint32_t found = NONE;
  for (uint32_t i = 0; i < walk->rule->on.count; i++) {
    uint32_t number = walk->rule->on.first + i;
    const struct trigger *trigger = &walk->rulebook->triggers[number];
    if (trigger->kind != TRIGGER_EVENT || walk->event == NULL || trigger->type != walk->event->type) continue;
    if (tree_has(walk->rulebook, trigger->when, walk->failed)) return number;
    bool holds = trigger->when == NONE || match_condition(walk->rulebook, trigger->when, walk->event, walk->style.zone);
    if (found == NONE && holds) found = number;
  }
  return found;
}

/* Facts alone would have heard it, had its rate been there; the rule that tells it did not, and nothing of its own was asked. */
static bool of_facts_alone(const struct walk *walk) {
  return walk->told->reason == REASON_RATE_UNKNOWN && walk->event != NULL && heard_trigger(walk) == NONE;
}

static void step_schedule(struct walk *walk) {
  if (walk->rule->schedule == NONE || of_facts_alone(walk)) return;
  struct buffer *text = step_text(walk);
  size_t start = text->length;
  step_put(walk, "schedule ", "时段 ");
  words_schedule(text, &walk->rulebook->schedules[walk->rule->schedule], walk->style.zone, walk->language);
  event_moment(walk, ", event at ", ",事件时间 ");
  step_end(walk, start, walk->stage != STAGE_SCHEDULE);
}

/* ---- conditions ---- */

static void condition_step(struct walk *walk, uint32_t node) {
  const struct condition *condition = &walk->rulebook->conditions[node];
  struct buffer *text = step_text(walk);
  size_t start = text->length;
  if (tree_has(walk->rulebook, node, walk->failed)) {
    detail_refusal(text, walk->rulebook, walk->told, walk->language);
    step_end(walk, start, false);
    return;
  }
  char memory[1024];
  struct buffer actual;
  buffer_init(&actual, memory, sizeof memory);
  bool known = walk->event != NULL && words_actual(&actual, walk->rulebook, condition, walk->event, walk->style, walk->language);
  if (condition->kind == CONDITION_LEAF)
    words_leaf(text, walk->rulebook, condition, known ? buffer_text(&actual) : (struct str){NULL, 0}, walk->style, walk->language);
  else
    words_condition(text, walk->rulebook, node, walk->style, walk->language);
  step_end(walk, start, true);
}

/* The members of a top-level `all`, or the node itself: those that are stateless, or those that are not. False when the failed one was
 * met. */
static bool condition_steps(struct walk *walk, uint32_t node, bool stateless) {
  if (node == NONE) return true;
  const struct condition *condition = &walk->rulebook->conditions[node];
  bool all = condition->kind == CONDITION_ALL;
  uint32_t first = all ? condition->first : node, count = all ? condition->count : 1;
  for (uint32_t i = 0; i < count; i++) {
    if (walk->rulebook->conditions[first + i].stateless != stateless) continue;
    condition_step(walk, first + i);
    if (tree_has(walk->rulebook, first + i, walk->failed)) return false;
  }
  return true;
}

static void woken_by(struct walk *walk, const struct trigger *trigger) {
  const struct rulebook *book = walk->rulebook;
  switch (trigger->kind) {
    case TRIGGER_EVENT: break;
    case TRIGGER_FACT:
      step_put(walk, "woken by fact ", "由事实触发:");
      buffer_put(step_text(walk), book->facts[trigger->fact].name);
      break;
    case TRIGGER_REWARD:
      step_put(walk, "woken by a gift of ", "由其他规则的礼品触发:");
      buffer_put(step_text(walk), book->rules[trigger->rule].name);
      break;
    case TRIGGER_CLOSE:
      if (book->closes[trigger->close].left != NONE) {
        step_put(walk, "woken by the day ", "由日期触发:");
        buffer_put(step_text(walk), book->conditions[book->closes[trigger->close].left].left_text);
        break;
      }
      step_put(walk, "woken by the close of a ", "由周期结束触发:");
      words_period(step_text(walk), book, book->closes[trigger->close].unit, book->closes[trigger->close].cycle, walk->language);
      if (trigger->fact == NONE) break;
      step_put(walk, ", which judges ", ",判断分档 ");
      buffer_put(step_text(walk), book->facts[trigger->fact].name);
      break;
  }
}

static void step_woken(struct walk *walk) {
  for (uint32_t i = 0; i < walk->rule->on.count; i++) {
    const struct trigger *trigger = &walk->rulebook->triggers[walk->rule->on.first + i];
    size_t start = step_text(walk)->length;
    if (trigger->kind == TRIGGER_EVENT) continue;
    woken_by(walk, trigger);
    step_end(walk, start, true);
  }
}

static void step_on(struct walk *walk) {
  if (of_facts_alone(walk)) return;
  uint32_t trigger = heard_trigger(walk);
  if (trigger == NONE)
    step_woken(walk);
  else if (!condition_steps(walk, walk->rulebook->triggers[trigger].when, true))
    return;
  if (!condition_steps(walk, walk->rule->when, true)) return;
  if (walk->stage == STAGE_ON) step_failed_detail(walk); /* currency, or a claim that means another campaign */
}

static void step_when(struct walk *walk) {
  if (condition_steps(walk, walk->rule->when, false) && walk->stage == STAGE_WHEN) step_failed_detail(walk);
}

/* ---- who ---- */

static void members_put(struct walk *walk, uint32_t first, uint32_t count) {
  for (uint32_t i = 0; i < count && i < 8; i++) {
    if (i > 0) step_put(walk, ", ", "、");
    buffer_put(step_text(walk), walk->rulebook->members[first + i].text);
  }
  if (count > 8) buffer_put(step_text(walk), STR(" ..."));
}

static void step_audience(struct walk *walk) {
  const struct audience *audience = &walk->campaign->audience;
  size_t start = step_text(walk)->length;
  step_put(walk, "audience ", "目标客群 ");
  if (audience->everyone)
    step_put(walk, "everyone", "全部客户");
  else
    members_put(walk, audience->include_first, audience->include_count);
  if (audience->exclude_count > 0) step_put(walk, " except ", ",排除 ");
  members_put(walk, audience->exclude_first, audience->exclude_count);
  if (audience->as_of.decl != 0) {
    step_put(walk, ", tags as they were at the end of ", ",标签以此日终为准: ");
    buffer_date(step_text(walk), audience->as_of.day);
  }
  if (walk->stage == STAGE_AUDIENCE && walk->failed != NONE) {
    step_put(walk, "; ", ";");
    detail_refusal(step_text(walk), walk->rulebook, walk->told, walk->language);
  }
  step_end(walk, start, walk->stage != STAGE_AUDIENCE);
}

static void step_words(struct walk *walk, const char *en, const char *zh, bool passed) {
  size_t start = step_text(walk)->length;
  step_put(walk, en, zh);
  step_end(walk, start, passed);
}

static void step_enrolment(struct walk *walk) {
  if (walk->campaign->enrolment) step_words(walk, "customer has enrolled", "客户已报名", walk->stage != STAGE_ENROLMENT);
}

static void step_risk(struct walk *walk) {
  if (walk->rulebook->deny_count > 0) step_words(walk, "not on the bank's deny lists", "不在风险名单内", walk->stage != STAGE_RISK);
}

static void step_holdout(struct walk *walk) {
  if (walk->campaign->audience.holdout_bp == 0) return;
  size_t start = step_text(walk)->length;
  step_put(walk, "not in the control group of ", "不属于对照组,比例 ");
  buffer_percent(step_text(walk), walk->campaign->audience.holdout_bp);
  step_end(walk, start, walk->stage != STAGE_HOLDOUT);
}

static void step_group(struct walk *walk) {
  if (walk->stage == STAGE_GROUP) step_failed_detail(walk);
}

/* "among the first 10 by fact.spent: place 3" */
static void step_rank(struct walk *walk) {
  struct buffer *text = step_text(walk);
  size_t start = text->length;
  if (!rank_settles(&walk->rule->rank)) return;
  if (walk->stage == STAGE_RANK) {
    detail_refusal(text, walk->rulebook, walk->told, walk->language);
    step_end(walk, start, false);
    return;
  }
  if (walk->rule->rank.shared) {
    detail_share(text, walk->rulebook, walk->told, walk->language);
    step_end(walk, start, true);
    return;
  }
  buffer_print(text, is_zh(walk) ? "排名前 %u 名,按 " : "among the first %u by ", walk->rule->rank.top);
  if (walk->rule->rank.tickets > 0) step_put(walk, "lot, tickets ", "抽签,签数 ");
  buffer_put(text, words_field(walk->rulebook->conditions[walk->rule->rank.by.left].left_text, walk->language));
  if (walk->told->place.length > 0) step_put(walk, ": place ", ",名次 ");
  buffer_put(text, walk->told->place);
  step_end(walk, start, true);
}

/* ---- how often, from what ---- */

static void step_spends(struct walk *walk) {
  if (walk->rule->spends == NONE) return;
  struct buffer *text = step_text(walk);
  size_t start = text->length;
  step_put(walk, "chance ", "机会 ");
  buffer_put(text, walk->rulebook->chances[walk->rule->spends].name);
  if (walk->stage == STAGE_SPENDS) {
    const struct reason_info *info = &reasons[walk->told->reason];
    step_put(walk, ": ", ":");
    size_t detail = text->length;
    if (walk->told->reason == REASON_CONDITION_NOT_MET)
      step_put(walk, "never had one", "从未获得");
    else
      detail_refusal(text, walk->rulebook, walk->told, walk->language);
    if (text->length == detail) buffer_put(text, str_of(is_zh(walk) ? info->label_zh : info->label_en));
  } else {
    step_put(walk, " to spend", " 可用");
  }
  step_end(walk, start, walk->stage != STAGE_SPENDS);
}

static void step_once(struct walk *walk) {
  if (walk->stage == STAGE_ONCE && told_is_at(walk->told, STR("/on"))) { /* a close that was judged before */
    step_failed_detail(walk);
    return;
  }
  if (walk->rule->once_per_count == 0) return;
  size_t start = step_text(walk)->length;
  step_put(walk, "once per ", "仅一次,按 ");
  words_dimensions(step_text(walk), walk->rule->once_per, walk->rule->once_per_count, walk->language);
  step_end(walk, start, walk->stage != STAGE_ONCE);
}

/* ": 1 of 1 used on 2026-12-04", and by which identity where each has a counter of its own. */
static void limit_used(struct walk *walk, const struct limit *limit) {
  struct buffer *text = step_text(walk);
  const struct told *told = walk->told;
  bool dated = limit->rolling_days == 0 && limit->unit < UNIT_CAMPAIGN;
  step_put(walk, ": ", ":");
  if (is_zh(walk) && dated) buffer_put(text, told->period);
  step_put(walk, "", " 已用 ");
  buffer_put(text, told->actual);
  step_put(walk, " of ", "/");
  buffer_put(text, told->expected);
  step_put(walk, " used", "");
  if (limit->each) {
    step_put(walk, " by ", ",按 ");
    buffer_put(text, words_field(told->identity, walk->language));
  }
  if (dated && !is_zh(walk)) {
    buffer_put(text, STR(" on "));
    buffer_put(text, told->period);
  }
}

static void step_limits(struct walk *walk) {
  for (uint32_t i = 0; i < walk->rule->limit_count; i++) {
    const struct limit *limit = &walk->rulebook->limits[walk->rulebook->refs[walk->rule->limit_first + i]];
    size_t start = step_text(walk)->length;
    bool failed = walk->stage == STAGE_LIMITS && str_equal(limit->name, walk->told->limit);
    step_put(walk, "limit ", "限额 ");
    words_limit(step_text(walk), walk->rulebook, limit, walk->language);
    if (failed && walk->told->reason == REASON_CONDITION_NOT_MET) {
      step_put(walk, ": ", ":");
      detail_refusal(step_text(walk), walk->rulebook, walk->told, walk->language);
    } else if (failed) {
      limit_used(walk, limit);
    }
    step_end(walk, start, !failed);
    if (failed) return;
  }
  if (walk->stage == STAGE_LIMITS) step_failed_detail(walk); /* a limit that the loaded file does not have any more */
}

static void step_pool(struct walk *walk) {
  if (walk->stage == STAGE_POOL) step_failed_detail(walk);
}

/* ---- which step failed ---- */

static enum stage stage_of_condition(const struct walk *walk) {
  const struct told *told = walk->told;
  if (told->limit.length > 0) return STAGE_LIMITS;
  if (told_is_at(told, STR("/spends"))) return STAGE_SPENDS;
  if (told_is_at(told, STR("/once_per"))) return STAGE_ONCE;
  if (str_equal(told->at, STR("/currency")) || told_is_at(told, STR("/on"))) return STAGE_ON;
  if (walk->failed == NONE || !tree_has(walk->rulebook, walk->rule->when, walk->failed)) {
    for (uint32_t i = 0; i < walk->rule->on.count; i++)
      if (tree_has(walk->rulebook, walk->rulebook->triggers[walk->rule->on.first + i].when, walk->failed)) return STAGE_ON;
    return told_is_at(told, STR("/when")) ? STAGE_WHEN : STAGE_POOL; /* which item: asked when all else had passed */
  }
  return walk->rulebook->conditions[walk->failed].stateless ? STAGE_ON : STAGE_WHEN;
}

static enum stage stage_of(const struct walk *walk) {
  if (told_is_ranked(walk->told)) return STAGE_RANK;
  if (told_is_choice(walk->told)) return STAGE_POOL;
  switch (walk->told->reason) {
    case REASON_CAMPAIGN_NOT_STARTED:
    case REASON_CAMPAIGN_ENDED:
    case REASON_CAMPAIGN_PAUSED: return STAGE_LIFE;
    case REASON_OUTSIDE_SCHEDULE: return STAGE_SCHEDULE;
    case REASON_EVENT_TOO_LATE:
    case REASON_RATE_UNKNOWN:
    case REASON_ORIGINAL_UNKNOWN:
    case REASON_GIFT_UNKNOWN:
    case REASON_RESULT_CONTRADICTED:
    case REASON_EVENT_IN_FUTURE:
    case REASON_DUPLICATE_EVENT: return STAGE_LATE;
    case REASON_NOT_IN_AUDIENCE: return STAGE_AUDIENCE;
    case REASON_NOT_ENROLLED: return STAGE_ENROLMENT;
    case REASON_RISK_DENIED: return STAGE_RISK;
    case REASON_EXPIRED: return STAGE_SPENDS;
    case REASON_HOLDOUT: return STAGE_HOLDOUT;
    case REASON_EXCLUDED_BY_GROUP: return STAGE_GROUP;
    case REASON_OUT_OF_STOCK:
    case REASON_BUDGET_EXHAUSTED: return STAGE_POOL;
    case REASON_LIMIT_REACHED:
      if (walk->told->limit.length > 0) return STAGE_LIMITS;
      if (told_is_at(walk->told, STR("/give"))) return STAGE_POOL;
      return told_is_at(walk->told, STR("/once_per")) || told_is_at(walk->told, STR("/on")) ? STAGE_ONCE : STAGE_SPENDS;
    case REASON_CONDITION_NOT_MET:
    case REASON_NOT_DORMANT:
    case REASON_NOT_FIRST:
    case REASON_TASKS_INCOMPLETE:
    case REASON_TARGET_NOT_REACHED:
    case REASON_PENDING_HOLD: return stage_of_condition(walk);
    default: return STAGE_DONE;
  }
}

static void step_late(struct walk *walk) {
  if (walk->stage == STAGE_LATE) step_failed_detail(walk);
}

void steps_fill(struct steps *steps, const struct rulebook *rulebook, const struct event *event, const struct told *told,
                enum language language) {
  static void (*const stages[STAGE_DONE])(struct walk *) = {
      [STAGE_LIFE] = step_life,         [STAGE_SCHEDULE] = step_schedule,   [STAGE_ON] = step_on,           [STAGE_LATE] = step_late,
      [STAGE_AUDIENCE] = step_audience, [STAGE_ENROLMENT] = step_enrolment, [STAGE_RISK] = step_risk,       [STAGE_WHEN] = step_when,
      [STAGE_SPENDS] = step_spends,     [STAGE_ONCE] = step_once,           [STAGE_HOLDOUT] = step_holdout, [STAGE_GROUP] = step_group,
      [STAGE_RANK] = step_rank,         [STAGE_LIMITS] = step_limits,       [STAGE_POOL] = step_pool};
  const struct rule *rule = &rulebook->rules[told->rule];
  struct walk walk = {.steps = steps,
                      .rulebook = rulebook,
                      .event = event,
                      .told = told,
                      .rule = rule,
                      .language = language,
                      .campaign = &rulebook->campaigns[rule->campaign],
                      .style = money_style_of(rulebook, rule->campaign)};
  steps->count = 0;
  buffer_init(&steps->text, steps->memory, sizeof steps->memory);
  walk.failed = told->reason == REASON_GIVEN ? NONE : detail_condition(rulebook, rule, told->at, told->expected);
  walk.stage = stage_of(&walk);
  for (int stage = STAGE_LIFE; stage < STAGE_DONE && stage <= (int)walk.stage; stage++) stages[stage](&walk);
}
