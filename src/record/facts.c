/* Facts in an explanation. What was recorded is quoted; thresholds come from the campaign file, so they are as good as it is the same. */
#include "facts.h"
#include "text.h"
#include "words.h"

static bool is_zh(const struct telling *t) { return t->style->language == LANGUAGE_ZH; }

/* ---- the next threshold ---- */

struct nearest {
  const struct rulebook *book;
  uint32_t fact;
  int64_t after, next;
  const struct rule *rule;
};

static void threshold_look(struct nearest *n, int64_t threshold, const struct rule *rule) {
  if (threshold <= n->after || (n->rule != NULL && threshold >= n->next)) return;
  n->next = threshold, n->rule = rule;
}

/* What must be reached, however deep it stands; what must not be passed is no aim. */
static void condition_look(struct nearest *n, uint32_t node, const struct rule *rule) {
  if (node == NONE) return;
  const struct condition *condition = &n->book->conditions[node];
  if (condition->kind == CONDITION_NOT) return;
  for (uint32_t i = 0; condition->kind != CONDITION_LEAF && i < condition->count; i++) condition_look(n, condition->first + i, rule);
  if (condition->kind != CONDITION_LEAF || condition->left != LEFT_FACT || condition->index != n->fact) return;
  if (condition->op == OP_GTE || condition->op == OP_EQ || condition->op == OP_BETWEEN) threshold_look(n, condition->operand.low, rule);
  if (condition->op == OP_GT) threshold_look(n, condition->operand.low + 1, rule);
}

static void worth_look(struct nearest *n, const struct worth *worth, const struct rule *rule) {
  if (worth->band_count == 0) return;
  const struct condition *of = &n->book->conditions[worth->of];
  bool this_fact = of->kind == CONDITION_LEAF && of->left == LEFT_FACT && of->index == n->fact;
  for (uint32_t i = 0; this_fact && i < worth->band_count; i++) threshold_look(n, worth->bands[i].from, rule);
}

static void rule_look(struct nearest *n, const struct rule *rule) {
  condition_look(n, rule->when, rule);
  for (uint32_t i = 0; i < rule->item_count; i++) {
    const struct item *item = &n->book->items[rule->item_first + i];
    condition_look(n, item->when, rule);
    worth_look(n, &item->value, rule);
    worth_look(n, &item->count, rule);
  }
}

/* "300.00" of a fact in money is 30000. */
static bool number_of(struct str text, int64_t *out) {
  *out = 0;
  for (size_t i = 0; i < text.length; i++) {
    if (text.at[i] == '.') continue;
    if (text.at[i] < '0' || text.at[i] > '9' || *out > INT64_MAX / 10 - 10) return false;
    *out = *out * 10 + (text.at[i] - '0');
  }
  return text.length > 0;
}

static void threshold_put(struct buffer *text, const struct rulebook *book, const struct fact *fact, int64_t threshold) {
  if (fact->money && fact->measure != MEASURE_COUNT)
    buffer_money(text, threshold, money_style_of(book, fact->campaign).decimals);
  else
    buffer_int(text, threshold);
}

static void next_find(const struct telling *t, const struct campaign *campaign, struct told_fact *told, struct buffer *text) {
  struct nearest n = {.book = t->rulebook, .fact = (uint32_t)(told->fact - t->rulebook->facts)};
  if (traits_of(told->fact)->heard != HEARD_BANDS || told->effect == NULL || !number_of(told->effect->after, &n.after)) return;
  for (uint32_t i = 0; i < campaign->rule_count; i++) rule_look(&n, &t->rulebook->rules[campaign->rule_first + i]);
  if (n.rule == NULL) return;
  size_t start = text->length;
  threshold_put(text, t->rulebook, told->fact, n.next);
  told->next = (struct str){text->memory + start, text->length - start};
  told->rule = n.rule;
}

bool fact_step(const struct telling *t, const struct rule *rule, const struct fact *fact, struct str value, struct buffer *next) {
  struct nearest n = {.book = t->rulebook, .fact = (uint32_t)(fact - t->rulebook->facts)};
  if (!number_of(value, &n.after)) return false;
  rule_look(&n, rule);
  if (n.rule != NULL) threshold_put(next, t->rulebook, fact, n.next);
  return true;
}

/* As a level's measure. */
static bool level_asks(const struct rulebook *book, const struct rule *rule, uint32_t fact) {
  uint32_t level = trigger_level(&book->triggers[rule->on.first]);
  return level != NONE && book->facts[level].parts[0] == fact;
}

bool fact_asked(const struct telling *t, const struct rule *rule, const struct fact *fact) {
  struct nearest n = {.book = t->rulebook, .fact = (uint32_t)(fact - t->rulebook->facts), .after = INT64_MIN};
  rule_look(&n, rule);
  return n.rule != NULL || level_asks(t->rulebook, rule, n.fact);
}

/* ---- which facts ---- */

static bool listens(const struct telling *t, uint32_t fact, struct told_fact *out, uint32_t *tasks) {
  const struct listener *listeners = t->rulebook->listeners;
  uint32_t low = t->hear_first, high = t->hear_behind;
  *tasks = 0;
  while (low < high) {
    uint32_t middle = low + (high - low) / 2;
    if (listeners[middle].owner < fact)
      low = middle + 1;
    else
      high = middle;
  }
  uint32_t first = low;
  bool any = false;
  for (; low < t->hear_behind && listeners[low].owner == fact; low++) {
    if (telling_heard(t) && !fact_heard_as(t, low)) continue; /* a hearer hears what was forwarded alone */
    any = true;
    if (listeners[low].kind == LISTENER_TASK) *tasks |= 1u << listeners[low].part;
  }
  out->hear_first = first, out->hear_behind = low;
  return any;
}

static void tasks_name(struct told_fact *told, uint32_t tasks, struct buffer *text) {
  size_t start = text->length;
  for (uint32_t i = 0; i < told->fact->task_count; i++) {
    if (!(tasks >> i & 1)) continue;
    if (text->length > start) buffer_put(text, STR(", "));
    buffer_put(text, told->fact->tasks[i].id);
  }
  told->tasks = (struct str){text->memory + start, text->length - start};
}

const struct recorded_effect *fact_effect(const struct telling *t, const struct fact *fact, uint32_t nth) {
  for (uint32_t i = 0; t->recorded != NULL && i < t->recorded->effect_count; i++)
    if (str_equal(t->recorded->effects[i].fact, fact->name) && nth-- == 0) return &t->recorded->effects[i];
  return NULL;
}

/* *at: the fact, and which of its effects. */
#define EFFECTS_EACH 64u

static bool fact_tell(const struct telling *t, const struct campaign *campaign, uint32_t number, uint32_t nth, struct told_fact *out) {
  struct buffer text;
  uint32_t tasks = 0;
  *out = (struct told_fact){.fact = &t->rulebook->facts[number]};
  out->effect = fact_effect(t, out->fact, nth);
  if (out->effect == NULL && (nth > 0 || t->recorded == NULL || t->gate != REASON_GIVEN)) return false;
  bool heard = out->effect == NULL || traits_of(out->fact)->figure == FIGURE_TASKS ? listens(t, number, out, &tasks) : true;
  if (out->effect == NULL && !heard) return false;
  buffer_init(&text, out->memory, sizeof out->memory);
  tasks_name(out, tasks, &text);
  next_find(t, campaign, out, &text);
  return true;
}

bool facts_next(const struct telling *t, const struct campaign *campaign, uint32_t *at, struct told_fact *out) {
  while (*at < campaign->fact_count * EFFECTS_EACH) {
    uint32_t nth = *at % EFFECTS_EACH;
    if (fact_tell(t, campaign, campaign->fact_first + *at / EFFECTS_EACH, nth, out)) {
      (*at)++;
      return true;
    }
    *at += EFFECTS_EACH - nth; /* no further one of this fact */
  }
  return false;
}

/* ---- in words ---- */

/* "m" of "spring/m". */
struct str fact_short_name(const struct fact *fact) {
  struct str home, rest;
  return str_split(fact->name, '/', &home, &rest) ? rest : fact->name;
}

static void put(struct buffer *out, const struct telling *t, const char *en, const char *zh) {
  buffer_put(out, str_of(is_zh(t) ? zh : en));
}

void fact_period_words(struct buffer *out, const struct telling *t, const struct fact *fact, struct str period) {
  if (period.length == 0) return;
  if (!traits_of(fact)->windowed || fact->window.kind != WINDOW_ROLLING_DAYS)
    buffer_print(out, " (%.*s)", STR_FORMAT(period));
  else if (is_zh(t))
    buffer_print(out, " (截至 %.*s 的 %u 天)", STR_FORMAT(period), fact->window.count);
  else
    buffer_print(out, " (%u days to %.*s)", fact->window.count, STR_FORMAT(period));
}

/* A snapshot that counts for no day; what is known of its own day is in the customer's record. */
static void snapshot_words(struct buffer *out, const struct telling *t, const struct fact *fact) {
  const struct value *date = t->event == NULL ? NULL : event_field(t->event, FIELD_ID_DATE);
  int64_t day = 0;
  bool told = date != NULL && date->kind == VALUE_TEXT && date_parse(date->text, &day);
  int32_t now = t->event == NULL ? 0 : period_of(UNIT_DAY, t->event->time_ms, t->rulebook->campaigns[fact->campaign].zone);
  if (told && day > now)
    put(out, t, ": not counted, its date is still to come", ":未计入,业务日期尚未到来");
  else if (told && day < now - DAILY_TOLD_DAYS)
    put(out, t, ": not counted, its date is more than seven days back", ":未计入,业务日期早于七天前");
  else
    put(out, t,
        ": not counted: a later snapshot of that day is known, it is too long ago to change, or by its conditions, or a field that the "
        "event lacks",
        ":未计入:该日已有更新的余额,或该日已久不再更改,或未满足自身条件,或事件缺少字段");
}

/* Why the event changed nothing, as far as it can be told without the customer's record. */
static struct match_answer refusal_of(const struct telling *t, const struct told_fact *told) {
  struct match_answer best = {.refusal = MATCH_OTHER_TYPE};
  for (uint32_t i = told->hear_first; i < told->hear_behind && t->event != NULL; i++) {
    best = match_listener_refusal(t->rulebook, i, t->event);
    if (best.refusal == MATCH_HEARS || best.refusal == MATCH_HEARS_AS) break;
  }
  return best;
}

static void condition_words(struct buffer *out, const struct telling *t, uint32_t node, uint32_t campaign) {
  const struct condition *condition = &t->rulebook->conditions[node];
  struct money_style style = money_style_of(t->rulebook, campaign);
  char memory[1024];
  struct buffer actual;
  buffer_init(&actual, memory, sizeof memory);
  bool known = words_actual(&actual, t->rulebook, condition, t->event, style, t->style->language);
  put(out, t, ": ", ":");
  if (condition->kind == CONDITION_LEAF)
    words_leaf(out, t->rulebook, condition, known ? buffer_text(&actual) : (struct str){NULL, 0}, style, t->style->language);
  else
    words_condition(out, t->rulebook, node, style, t->style->language);
}

static void event_lacks_words(struct buffer *out, const struct telling *t, const struct fact *fact) {
  if (fact->money) put(out, t, ", a currency that counts as nothing here", "、币种不计入");
  put(out, t, ", or a field that the event lacks", ",或事件缺少字段");
}

static void unchanged_words(struct buffer *out, const struct telling *t, const struct told_fact *told) {
  const struct match_answer answer = refusal_of(t, told);
  const struct fact *fact = told->fact;
  const enum reason reason = reason_of_refusal(answer.refusal);
  bool adds = fact->measure == MEASURE_COUNT || fact->measure == MEASURE_SUM || fact->measure == MEASURE_AVERAGE;
  bool hears = answer.refusal == MATCH_HEARS || answer.refusal == MATCH_HEARS_AS;
  if (reason != REASON_COUNT) {
    put(out, t, ": ", ":");
    buffer_put(out, str_of(is_zh(t) ? reasons[reason].label_zh : reasons[reason].label_en));
    if (answer.refusal == MATCH_CONDITION) condition_words(out, t, answer.condition, fact->campaign);
  } else if (hears && words_rate_unknown(t->recorded, &t->rulebook->campaigns[fact->campaign])) {
    put(out, t, ": ", ":");
    buffer_put(out, str_of(is_zh(t) ? reasons[REASON_RATE_UNKNOWN].label_zh : reasons[REASON_RATE_UNKNOWN].label_en));
  } else if (answer.refusal == MATCH_HEARS_AS && !telling_heard(t) && fact_elsewhere_words(out, t, told)) {
    return;
  } else if (hears && fact->measure == MEASURE_DAILY_AVERAGE) {
    snapshot_words(out, t, fact);
  } else if (hears && traits_of(fact)->counts && fact->window.cycle > 0) {
    put(out, t, ": not counted by what was known of the customer then: ", ":按当时的客户情况未计入:");
    buffer_put(out, words_cycle(t->rulebook, fact->window.cycle));
    put(out, t, ", enrolment, audience, its conditions", "、报名、客群、自身条件");
    event_lacks_words(out, t, fact);
  } else if (hears && traits_of(fact)->counts && adds) {
    put(out, t, ": not counted by what was known of the customer then: enrolment, audience, its conditions",
        ":按当时的客户情况未计入:报名、客群、自身条件");
    event_lacks_words(out, t, fact);
  } else {
    put(out, t, ": listens, this event changed nothing", ":监听此类事件,本次未变化");
  }
}

static void measure_words(struct buffer *out, const struct telling *t, const struct told_fact *told) {
  const struct recorded_effect *effect = told->effect;
  fact_period_words(out, t, told->fact, effect->period);
  buffer_print(out, ": %.*s → %.*s", STR_FORMAT(effect->before), STR_FORMAT(effect->after));
  if (told->next.length == 0) return;
  put(out, t, "; next at ", ";下一档 ");
  buffer_put(out, told->next);
  put(out, t, ", for ", ",规则 ");
  buffer_put(out, told->rule->id);
}

static void track_words(struct buffer *out, const struct telling *t, const struct told_fact *told) {
  const struct recorded_effect *effect = told->effect;
  if (str_equal(effect->what, STR("opened"))) {
    put(out, t, ": opened, 0 of ", ":已开启,完成 0 / ");
    buffer_print(out, "%u", told->fact->need);
    put(out, t, " tasks, until ", " 项任务,截止 ");
    buffer_put(out, effect->after);
    return;
  }
  if (told->tasks.length > 0) {
    put(out, t, ": task ", ":任务 ");
    buffer_print(out, "%.*s, ", STR_FORMAT(told->tasks));
  } else {
    buffer_put(out, STR(": "));
  }
  buffer_print(out, "%.*s", STR_FORMAT(effect->after));
  put(out, t, " of ", " / ");
  buffer_print(out, "%u", told->fact->need);
  if (str_equal(effect->what, STR("completed"))) put(out, t, ", completed", ",已完成");
}

struct happening {
  struct str what;
  const char *en, *zh;
};

static void moment_words(struct buffer *out, const struct telling *t, const struct told_fact *told) {
  static const struct happening rows[] = {{{"first", 5}, ": the first", ":首次"},
                                          {{"last", 4}, ": the latest so far", ":最近一次"},
                                          {{"reopened", 8}, ": the first was undone; the first is now that of ", ":首次已撤销,现首次为 "},
                                          {{"reset", 5}, ": begins anew at ", ":重新起算于 "}};
  const struct recorded_effect *effect = told->effect;
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
    if (str_equal(rows[i].what, effect->what)) put(out, t, rows[i].en, rows[i].zh);
  if (str_equal(effect->what, STR("reopened")) && effect->after.length == 0) put(out, t, "none", "无");
  bool after = str_equal(effect->what, STR("reopened")) || str_equal(effect->what, STR("reset"));
  if (after) buffer_put(out, effect->after);
  if (after || effect->before.length == 0) return;
  put(out, t, ", before it ", ",此前 ");
  buffer_put(out, effect->before);
}

void fact_words(struct buffer *out, const struct telling *t, const struct told_fact *told) {
  put(out, t, "fact ", "事实 ");
  buffer_put(out, fact_short_name(told->fact));
  const enum fact_figure figure = traits_of(told->fact)->figure;
  if (told->effect == NULL && window_lags(&told->fact->window))
    put(out, t, ": listens, an event counts for later periods only", ":监听此类事件,只计入以后的周期");
  else if (told->effect == NULL)
    unchanged_words(out, t, told);
  else if (figure == FIGURE_NUMBER)
    measure_words(out, t, told);
  else if (figure == FIGURE_TASKS)
    track_words(out, t, told);
  else
    moment_words(out, t, told);
}

/* ---- enrolment ---- */

bool enrols(const struct telling *t, const struct campaign *campaign, struct str *words) {
  if (t->event == NULL || t->event->type != TYPE_ID_ENROLLED || !campaign->enrolment || t->gate != REASON_GIVEN) return false;
  const struct value *named = event_field(t->event, FIELD_ID_CAMPAIGN);
  if (named != NULL && !str_equal(named->text, campaign->id)) return false;
  bool open = t->event->time_ms >= campaign->shown_ms && t->event->time_ms < campaign->to_ms;
  if (open)
    *words = is_zh(t) ? STR("报名:该客户已报名本活动") : STR("enrolment: the customer is signed up for this campaign");
  else
    *words = is_zh(t) ? STR("报名:不在可报名时间内,未计入")
                      : STR("enrolment: the campaign cannot be signed up for at this time; it does not count");
  return true;
}
