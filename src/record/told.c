/* From numbers to the texts of a record (told.h). All texts of one outcome stand in one small block; longer lists of values are cut by the
 * words themselves, so the block never overflows by what a campaign file may say.
 */
#include "told.h"

#include "text.h"
#include "words.h"

static const char *const refusal_places[REASON_COUNT] = {
    [REASON_CAMPAIGN_NOT_STARTED] = "/period", [REASON_CAMPAIGN_ENDED] = "/period",    [REASON_NOT_IN_AUDIENCE] = "/audience",
    [REASON_NOT_ENROLLED] = "/enrolment",      [REASON_HOLDOUT] = "/audience/holdout", [REASON_RISK_DENIED] = "/risk/deny",
    [REASON_EVENT_TOO_LATE] = "/late",         [REASON_RATE_UNKNOWN] = "/fx"};

/* Places inside the rule, behind its own pointer. LIMIT_REACHED without a limit is `once_per` or an empty chance. */
static const char *place_in_rule(const struct rule *rule, enum reason reason) {
  switch (reason) {
    case REASON_OUTSIDE_SCHEDULE: return "/schedule";
    case REASON_LIMIT_REACHED: return rule->once_per_count > 0 && rule->spends == NONE ? "/once_per" : "/spends";
    case REASON_EXPIRED:
    case REASON_PENDING_HOLD: return "/spends";
    case REASON_DRAW_LOST:
    case REASON_OUT_OF_STOCK:
    case REASON_BUDGET_EXHAUSTED: return "/give";
    case REASON_CONDITION_NOT_MET: return rule->spends != NONE ? "/spends" : rule->once_per_count > 0 ? "/once_per" : "/on";
    case REASON_REVERSED: return "/on_reversal";
    case REASON_EXCLUDED_BY_GROUP: return "/group";
    default: return "";
  }
}

static struct str told_place(struct buffer *text, const struct rule *rule, enum reason reason) {
  if (reason == REASON_GIVEN) return (struct str){NULL, 0};
  if (refusal_places[reason] != NULL) return str_of(refusal_places[reason]);
  size_t start = text->length;
  buffer_put(text, rule->pointer);
  buffer_put(text, str_of(place_in_rule(rule, reason)));
  return (struct str){text->memory + start, text->length - start};
}

const char *const told_rankings[] = {
    [RANKING_NONE] = "",     [RANKING_OPEN] = "open",       [RANKING_BEHIND] = "behind", [RANKING_LOST] = "lost",
    [RANKING_LATE] = "late", [RANKING_NOTHING] = "nothing", [RANKING_WON] = "won",       [RANKING_SHARED] = "shared"};

static struct str since(const struct buffer *text, size_t start) { return (struct str){text->memory + start, text->length - start}; }

enum number_kind { NUMBER_PLAIN, NUMBER_MONEY, NUMBER_TIME };

static struct str told_number(struct buffer *text, int64_t number, enum number_kind kind, struct money_style style) {
  size_t start = text->length;
  if (kind == NUMBER_MONEY)
    buffer_money(text, number, style.decimals);
  else if (kind == NUMBER_TIME)
    text_time(text, number, zone_offset(style.zone, number));
  else
    buffer_int(text, number);
  return since(text, start);
}

static struct str told_period(struct buffer *text, enum unit unit, uint32_t rolling_days, int32_t period) {
  size_t start = text->length;
  if (rolling_days > 0)
    buffer_print(text, "P%uD", rolling_days);
  else
    buffer_period(text, unit, period);
  return since(text, start);
}

static struct str told_identity(struct buffer *text, const struct limit *limit, uint32_t dimension) {
  size_t start = text->length;
  if (limit->each && dimension < limit->dimension_count)
    words_dimensions(text, &limit->dimensions[dimension], 1, LANGUAGE_EN);
  else
    words_dimensions(text, limit->dimensions, limit->dimension_count, LANGUAGE_EN);
  return since(text, start);
}

static void told_limit(struct told *told, struct buffer *text, const struct limit *limit, const struct outcome *outcome) {
  told->at = limit->pointer;
  told->limit = limit->name;
  told->identity = told_identity(text, limit, outcome->dimension);
  if (outcome->period != PERIOD_NONE) told->period = told_period(text, limit->unit, limit->rolling_days, outcome->period);
}

static void told_pool(struct told *told, struct buffer *text, const struct rulebook *rulebook, const struct outcome *outcome) {
  const struct pool *pool = &rulebook->pools[outcome->pool];
  if (outcome->shut != NONE) told->shut = rulebook->pools[outcome->shut].name;
  told->at = pool->pointer;
  told->pool = pool->name;
  if (pool->paced && outcome->period != 0) /* 0: the pool itself is empty, not only this period's release */
    told->period = told_period(text, pool->pace_unit, 0, outcome->period);
}

/* A leaf says what it wanted in its own words, unless a moment was computed from it (dormant until ...): that moment is the better
 * answer. */
static void told_condition(struct told *told, struct buffer *text, const struct rulebook *rulebook, uint32_t node,
                           struct money_style style) {
  const struct condition *condition = &rulebook->conditions[node];
  told->at = condition->pointer;
  if (told->expected.length > 0) return;
  size_t start = text->length, capacity = text->capacity;
  if (start + TOLD_EXPECTED_BYTES < capacity) text->capacity = start + TOLD_EXPECTED_BYTES; /* what does not fit is left out */
  if (condition->kind == CONDITION_LEAF)
    words_expected(text, rulebook, condition, style, LANGUAGE_EN);
  else
    words_condition(text, rulebook, node, style, LANGUAGE_EN);
  told->expected = since(text, start);
  text->capacity = capacity;
  text->overflowed = false;
}

static enum number_kind number_kind(const struct rulebook *rulebook, const struct outcome *outcome) {
  if (outcome->numbers_are_times) return NUMBER_TIME;
  if (outcome->limit != NONE) {
    const struct limit *limit = &rulebook->limits[outcome->limit];
    return limit->of_amount && !limit->in_points ? NUMBER_MONEY : NUMBER_PLAIN;
  }
  if (outcome->pool != NONE) {
    const struct pool *pool = &rulebook->pools[outcome->pool];
    return pool->of_money && !pool->in_points ? NUMBER_MONEY : NUMBER_PLAIN;
  }
  return outcome->numbers_are_money ? NUMBER_MONEY : NUMBER_PLAIN;
}

static void told_numbers(struct told *told, struct buffer *text, const struct rulebook *rulebook, const struct outcome *outcome,
                         struct money_style style) {
  told->actual = outcome->actual_text;
  if (!outcome->has_numbers) return;
  enum number_kind kind = number_kind(rulebook, outcome);
  if (outcome->condition == NONE || kind == NUMBER_TIME) told->expected = told_number(text, outcome->expected, kind, style);
  if (told->actual.length == 0) told->actual = told_number(text, outcome->actual, kind, style);
}

static void told_clear(struct told *told, struct buffer *text, enum reason reason, uint32_t rule) {
  struct str none = {NULL, 0};
  told->reason = reason;
  told->rule = rule;
  told->shut = none;
  told->at = told->limit = told->pool = told->identity = told->period = told->expected = told->actual = none;
  told->rank = told->place = told->pot = told->units = told->units_all = none;
  buffer_init(text, told->memory, sizeof told->memory);
}

static struct str told_key(struct buffer *text, const struct rule *rule, struct str key) {
  size_t start = text->length;
  buffer_put(text, rule->pointer);
  buffer_put(text, key);
  return since(text, start);
}

/* Two tests have no condition of their own: money of another currency (no `fx`), and a claim or enrolment that names another campaign or
 * rule. Their actual text tells them apart: currencies are upper case, ids lower. */
static void told_unwritten_test(struct told *told, struct buffer *text, const struct rulebook *rulebook, const struct rule *rule) {
  bool currency = told->actual.length > 0 && told->actual.at[0] >= 'A' && told->actual.at[0] <= 'Z';
  told->at = told_place(text, rule, told->reason);
  if (told->expected.length > 0 && (told->reason == REASON_CONDITION_NOT_MET || told->reason == REASON_TARGET_NOT_REACHED)) {
    told->at = told_key(text, rule, STR("/give")); /* below the lowest band */
    return;
  }
  if (told->reason != REASON_CONDITION_NOT_MET || told->actual.length == 0) return;
  told->at = currency ? STR("/currency") : told->at;
  told->expected = currency ? rulebook->campaigns[rule->campaign].currency : rule->name;
}

static bool goes_on(const struct rulebook *rulebook, const struct rule *rule) {
  bool any = false;
  for (uint32_t i = 0; i < rule->item_count; i++) any |= item_is_ladder(&rulebook->items[rule->item_first + i]);
  return any;
}

static void told_share(struct told *told, struct buffer *text, const struct rulebook *rulebook, const struct rule *rule,
                       const struct outcome *outcome) {
  const struct money_style style = money_style_of(rulebook, rule->campaign);
  const struct worth *worth = &rulebook->items[rule->item_first].value;
  const enum number_kind unit = worth->of != NONE && rulebook->conditions[worth->of].money ? NUMBER_MONEY : NUMBER_PLAIN;
  const bool points = rulebook->items[rule->item_first].is_points;
  told->pot = told_number(text, outcome->pot, points ? NUMBER_PLAIN : NUMBER_MONEY, style);
  told->units = told_number(text, outcome->units, unit, style);
  told->units_all = told_number(text, outcome->units_all, unit, style);
}

/* Before it is settled nobody knows what has to be reached: what the customer has stands alone. */
static void told_rank(struct told *told, struct buffer *text, const struct rule *rule, const struct outcome *outcome) {
  told->rank = str_of(told_rankings[outcome->ranking]);
  if (outcome->place > 0) told->place = told_number(text, outcome->place, NUMBER_PLAIN, (struct money_style){0});
  if (outcome->ranking == RANKING_WON) return; /* what refused him, if anything, has its own place */
  told->at = told_key(text, rule, rule->rank.shared ? STR("/give/value") : STR("/rank"));
  if (outcome->ranking == RANKING_OPEN) told->expected = (struct str){NULL, 0};
}

void told_outcome(struct told *told, const struct rulebook *rulebook, const struct outcome *outcome) {
  struct buffer text;
  told_clear(told, &text, outcome->reason, outcome->rule);
  const struct rule *rule = &rulebook->rules[outcome->rule];
  if (outcome->ranking == RANKING_WON || outcome->ranking == RANKING_SHARED) told_rank(told, &text, rule, outcome);
  if (outcome->ranking == RANKING_SHARED) told_share(told, &text, rulebook, rule, outcome);
  told->at = (struct str){NULL, 0};
  if (outcome->reason == REASON_GIVEN) return;
  struct money_style style = money_style_of(rulebook, rule->campaign);
  told_numbers(told, &text, rulebook, outcome, style);
  if (outcome->condition != NONE)
    told_condition(told, &text, rulebook, outcome->condition, style);
  else if (outcome->limit != NONE)
    told_limit(told, &text, &rulebook->limits[outcome->limit], outcome);
  else if (outcome->pool != NONE)
    told_pool(told, &text, rulebook, outcome);
  else if (outcome->ranking != RANKING_NONE && outcome->ranking != RANKING_WON)
    told_rank(told, &text, rule, outcome);
  else if (outcome->of_choice)
    told->at = told_key(&text, rule, STR("/give/choice_of"));
  else if (outcome->of_review)
    told->at = outcome->for_bank ? STR("/risk/review") : told_key(&text, rule, STR("/review"));
  else if (outcome->of_period)
    told->at = told_key(&text, rule, goes_on(rulebook, rule) ? STR("/give") : STR("/on"));
  else
    told_unwritten_test(told, &text, rulebook, rule);
}

/* ---- what an event did to a fact ---- */

static enum number_kind effect_number(const struct fact *fact, enum effect_kind kind) {
  switch (kind) {
    case EFFECT_COUNTED:
    case EFFECT_LOWERED: return fact->money && fact->measure != MEASURE_COUNT ? NUMBER_MONEY : NUMBER_PLAIN;
    case EFFECT_TASK:
    case EFFECT_COMPLETED: return NUMBER_PLAIN;
    default: return NUMBER_TIME;
  }
}

void told_effect(struct told_effect *told, const struct rulebook *rulebook, const struct effect *effect) {
  const struct fact *fact = &rulebook->facts[effect->fact];
  struct money_style style = money_style_of(rulebook, fact->campaign);
  enum number_kind kind = effect_number(fact, effect->kind);
  struct buffer text;
  buffer_init(&text, told->memory, sizeof told->memory);
  told->period = (struct str){NULL, 0};
  bool by_unit = traits_of(fact)->windowed && (fact->window.kind == WINDOW_UNIT || fact->window.kind == WINDOW_LAST_UNITS);
  if (by_unit) told->period = told_period(&text, fact->window.unit, 0, effect->period);
  if (traits_of(fact)->windowed && fact->window.kind == WINDOW_ROLLING_DAYS) told->period = told_period(&text, UNIT_DAY, 0, effect->period);
  told->times = kind == NUMBER_TIME;
  told->before = told->times ? (struct str){NULL, 0} : told_number(&text, effect->before, kind, style);
  told->after = told->times ? (struct str){NULL, 0} : told_number(&text, effect->after, kind, style);
}

bool told_is_ranked(const struct told *told) {
  return told->rank.length > 0 && (told_is_at(told, STR("/rank")) || told_is_at(told, STR("/give/value")));
}

bool told_is_choice(const struct told *told) { return told_is_at(told, STR("/give/choice_of")); }

bool told_is_at(const struct told *told, struct str key) {
  return told->at.length >= key.length && str_equal(str_from(told->at, told->at.length - key.length), key);
}

/* ---- what event, time and rulebook alone refuse ---- */

enum reason reason_of_refusal(enum match_refusal refusal) {
  switch (refusal) {
    case MATCH_NOT_STARTED: return REASON_CAMPAIGN_NOT_STARTED;
    case MATCH_ENDED: return REASON_CAMPAIGN_ENDED;
    case MATCH_OUTSIDE_SCHEDULE: return REASON_OUTSIDE_SCHEDULE;
    case MATCH_CONDITION: return REASON_CONDITION_NOT_MET;
    case MATCH_HEARS:
    case MATCH_HEARS_AS:
    case MATCH_OTHER_TYPE: break;
  }
  return REASON_COUNT;
}

enum reason reason_of_code(struct str code) {
  int reason = 0;
  while (reason < REASON_COUNT && !str_equal(str_of(reasons[reason].code), code)) reason++;
  return (enum reason)reason;
}

static struct str told_expected_time(struct buffer *text, const struct rulebook *rulebook, const struct rule *rule, enum reason reason) {
  const struct campaign *campaign = &rulebook->campaigns[rule->campaign];
  size_t start = text->length;
  if (reason == REASON_CAMPAIGN_NOT_STARTED) buffer_time_in(text, campaign->from_ms, campaign->zone);
  if (reason == REASON_CAMPAIGN_ENDED) buffer_time_in(text, campaign->to_ms, campaign->zone);
  if (reason == REASON_OUTSIDE_SCHEDULE && rule->schedule != NONE)
    words_schedule(text, &rulebook->schedules[rule->schedule], campaign->zone, LANGUAGE_EN);
  return since(text, start);
}

void told_refusal(struct told *told, const struct rulebook *rulebook, uint32_t rule_number, struct match_answer answer,
                  const struct event *event) {
  const struct rule *rule = &rulebook->rules[rule_number];
  struct money_style style = money_style_of(rulebook, rule->campaign);
  struct buffer text;
  told_clear(told, &text, reason_of_refusal(answer.refusal), rule_number);
  assert(told->reason != REASON_COUNT);
  if (answer.refusal != MATCH_CONDITION) {
    told->at = told_place(&text, rule, told->reason);
    told->expected = told_expected_time(&text, rulebook, rule, told->reason);
    told->actual = told_number(&text, event->time_ms, NUMBER_TIME, style);
    return;
  }
  told_condition(told, &text, rulebook, answer.condition, style);
  size_t start = text.length;
  words_actual(&text, rulebook, &rulebook->conditions[answer.condition], event, style, LANGUAGE_EN);
  told->actual = since(&text, start);
}
