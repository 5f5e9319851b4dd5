/* Conditions in words: the leaf that failed, what was wanted, what was found. The left side and the operator are the file's own (amount >=
 * 200.00); only what a reader of Chinese would stumble over is translated. Lists of values are cut after a few: nobody reads forty MCCs.
 */
#include "words.h"

#define WORDS_VALUES 8u /* of a list of values, so many are said */

struct operator_words {
  const char *en, *zh;
};

static const struct operator_words operators[] = {[OP_EQ] = {"=", "="},
                                                  [OP_NE] = {"!=", "≠"},
                                                  [OP_GT] = {">", ">"},
                                                  [OP_GTE] = {">=", "≥"},
                                                  [OP_LT] = {"<", "<"},
                                                  [OP_LTE] = {"<=", "≤"},
                                                  [OP_BETWEEN] = {"between", "介于"},
                                                  [OP_IN] = {"in", "属于"},
                                                  [OP_NOT_IN] = {"not in", "不属于"},
                                                  [OP_EXISTS] = {"is", "须"},
                                                  [OP_IN_LIST] = {"in list", "在名单内:"},
                                                  [OP_NOT_IN_LIST] = {"not in list", "不在名单内:"},
                                                  [OP_CONTAINS_ANY] = {"contains any of", "含有任一"},
                                                  [OP_SAME_AS] = {"same as", "等同于"},
                                                  [OP_THIS_EVENT] = {"is this event", "即本次事件"},
                                                  [OP_OLDER_THAN] = {"older than", "早于"},
                                                  [OP_NEWER_THAN] = {"newer than", "近于"},
                                                  [OP_DORMANT_FOR] = {"dormant for", "沉睡满"},
                                                  [OP_COMPLETED] = {"completed", "已完成"},
                                                  [OP_IN_FACT] = {"chosen in", "属于所选"},
                                                  [OP_NOT_IN_FACT] = {"not chosen in", "不属于所选"}};

struct str words_operator(enum condition_op op, enum language language) {
  assert((size_t)op < sizeof operators / sizeof *operators);
  return str_of(language == LANGUAGE_ZH ? operators[op].zh : operators[op].en);
}

static const char *absent_word(enum language language) { return language == LANGUAGE_ZH ? "无" : "absent"; }

/* ---- values ---- */

static void number_words(struct buffer *out, int64_t number, enum field_kind kind, struct money_style style) {
  if (kind == FIELD_MONEY)
    buffer_money(out, number, style.decimals);
  else if (kind == FIELD_TIME)
    buffer_time_in(out, number, style.zone);
  else
    buffer_int(out, number);
}

static void texts_words(struct buffer *out, const struct str *texts, uint32_t count) {
  for (uint32_t i = 0; i < count && i < WORDS_VALUES; i++) {
    if (i > 0) buffer_put(out, STR(", "));
    buffer_put(out, texts[i]);
  }
  if (count > WORDS_VALUES) buffer_print(out, ", ... (%u)", count);
}

void words_value(struct buffer *out, const struct value *value, enum field_kind kind, struct money_style style, enum language language) {
  if (value == NULL || value->kind == VALUE_ABSENT) {
    buffer_put(out, str_of(absent_word(language)));
    return;
  }
  switch (value->kind) {
    case VALUE_TEXT: buffer_put(out, value->text); return;
    case VALUE_BOOL: buffer_put(out, value->number != 0 ? STR("true") : STR("false")); return;
    case VALUE_LIST: texts_words(out, value->items, value->count); return;
    case VALUE_INT: number_words(out, value->number, kind, style); return;
    case VALUE_ABSENT: break;
  }
}

/* ---- operands ---- */

static enum field_kind leaf_kind(const struct rulebook *rulebook, const struct condition *leaf) {
  if (leaf->money) return FIELD_MONEY;
  bool of_field = leaf->left == LEFT_FIELD || leaf->left == LEFT_PROFILE || leaf->left == LEFT_CHANCE;
  if (of_field && leaf->index < rulebook->catalogue->field_count) return rulebook->catalogue->fields[leaf->index].kind;
  return leaf->left == LEFT_FACT_AT ? FIELD_TIME : FIELD_INT;
}

static void number_operand(struct buffer *out, const struct condition *leaf, int64_t number, enum field_kind kind,
                           struct money_style style) {
  if (leaf->operand.kind == VALUE_BOOL)
    buffer_put(out, number != 0 ? STR("true") : STR("false"));
  else
    number_words(out, number, kind, style);
}

static void operand_values(struct buffer *out, const struct rulebook *rulebook, const struct condition *leaf, struct money_style style,
                           enum language language) {
  const struct operand *operand = &leaf->operand;
  enum field_kind kind = leaf_kind(rulebook, leaf);
  if (operand->text_count > 0) {
    texts_words(out, operand->texts, operand->text_count);
  } else if (operand->number_count > 0) {
    for (uint32_t i = 0; i < operand->number_count && i < WORDS_VALUES; i++) {
      if (i > 0) buffer_put(out, STR(", "));
      number_operand(out, leaf, operand->numbers[i], kind, style);
    }
    if (operand->number_count > WORDS_VALUES) buffer_print(out, ", ... (%u)", operand->number_count);
  } else if (leaf->op == OP_BETWEEN) {
    number_operand(out, leaf, operand->low, kind, style);
    buffer_put(out, language == LANGUAGE_ZH ? STR(" 至 ") : STR(" and "));
    number_operand(out, leaf, operand->high, kind, style);
  } else {
    number_operand(out, leaf, operand->low, kind, style);
  }
}

/* Names of the lists of in_list and of {"list": [...]}: one stands in `list`, several as numbers, inline ids as texts. */
static void lists_words(struct buffer *out, const struct rulebook *rulebook, const struct operand *operand) {
  if (operand->list != NONE) buffer_put(out, rulebook->lists[operand->list].name);
  for (uint32_t i = 0; i < operand->number_count && i < WORDS_VALUES; i++) {
    if (i > 0) buffer_put(out, STR(", "));
    buffer_put(out, rulebook->lists[operand->numbers[i]].name);
  }
  texts_words(out, operand->texts, operand->text_count);
}

static void operand_words(struct buffer *out, const struct rulebook *rulebook, const struct condition *leaf, struct money_style style,
                          enum language language) {
  const struct operand *operand = &leaf->operand;
  if (leaf->left == LEFT_LIST) {
    lists_words(out, rulebook, operand);
    return;
  }
  switch (leaf->op) {
    case OP_THIS_EVENT:
    case OP_COMPLETED: return;
    case OP_EXISTS:
      if (language == LANGUAGE_ZH)
        buffer_put(out, operand->low != 0 ? STR("有值") : STR("无值"));
      else
        buffer_put(out, operand->low != 0 ? STR("present") : STR("absent"));
      return;
    case OP_IN_LIST:
    case OP_NOT_IN_LIST: lists_words(out, rulebook, operand); return;
    case OP_DORMANT_FOR:
    case OP_OLDER_THAN:
    case OP_NEWER_THAN: words_duration(out, operand->duration, language); return;
    case OP_SAME_AS:
      if (operand->other != NONE) buffer_put(out, rulebook->conditions[operand->other].left_text);
      return;
    case OP_IN_FACT:
    case OP_NOT_IN_FACT: buffer_put(out, rulebook->facts[operand->fact].name); return;
    default: operand_values(out, rulebook, leaf, style, language); return;
  }
}

static bool has_operand(enum condition_op op) { return op != OP_THIS_EVENT && op != OP_COMPLETED; }

/* {"tag": "vip"} and {"list": "staff"} ask for membership: "has vip", "in staff". */
static struct str operator_of(const struct condition *leaf, enum language language) {
  bool zh = language == LANGUAGE_ZH, negated = leaf->op == OP_NE || leaf->op == OP_NOT_IN || leaf->op == OP_NOT_IN_LIST;
  if (leaf->left == LEFT_TAG) return str_of(negated ? (zh ? "没有" : "is none of") : (zh ? "有" : "is one of"));
  if (leaf->left == LEFT_LIST) return words_operator(negated ? OP_NOT_IN_LIST : OP_IN_LIST, language);
  return words_operator(leaf->op, language);
}

void words_expected(struct buffer *out, const struct rulebook *rulebook, const struct condition *leaf, struct money_style style,
                    enum language language) {
  buffer_put(out, operator_of(leaf, language));
  if (!has_operand(leaf->op)) return;
  buffer_byte(out, ' ');
  operand_words(out, rulebook, leaf, style, language);
}

/* ---- leaves and trees ---- */

/* "fact.woke" and its like stay as written; fields of events have Chinese names. */
static struct str left_words(const struct condition *leaf, enum language language) {
  if (leaf->left == LEFT_TAG) return language == LANGUAGE_ZH ? STR("标签") : STR("tag");
  if (leaf->left == LEFT_LIST) return language == LANGUAGE_ZH ? STR("客户") : STR("customer");
  if (leaf->left == LEFT_SCHEDULE) return language == LANGUAGE_ZH ? STR("时段") : STR("time");
  if (leaf->left == LEFT_MONTH) return language == LANGUAGE_ZH ? STR("月份") : STR("month");
  return leaf->left == LEFT_FIELD ? words_field(leaf->left_text, language) : leaf->left_text;
}

/* {"schedule": "peak"} has no operator of its own: "time within peak". */
static void schedule_leaf(struct buffer *out, const struct rulebook *rulebook, const struct condition *leaf, struct money_style style,
                          enum language language) {
  bool zh = language == LANGUAGE_ZH, negated = leaf->op == OP_NE || leaf->op == OP_NOT_IN;
  buffer_put(out, negated ? str_of(zh ? "不在 " : "not within ") : str_of(zh ? "在 " : "within "));
  words_schedule(out, &rulebook->schedules[leaf->index], style.zone, language);
}

void words_leaf(struct buffer *out, const struct rulebook *rulebook, const struct condition *leaf, struct str actual,
                struct money_style style, enum language language) {
  buffer_put(out, left_words(leaf, language));
  buffer_byte(out, ' ');
  if (actual.length > 0) {
    buffer_put(out, actual);
    buffer_byte(out, ' ');
  }
  if (leaf->left == LEFT_SCHEDULE)
    schedule_leaf(out, rulebook, leaf, style, language);
  else if (leaf->op == OP_COMPLETED && actual.length > 0) /* a set of tasks: how many are done */
    buffer_print(out, language == LANGUAGE_ZH ? "项已完成,需完成 %u 项" : "of %u tasks done", rulebook->facts[leaf->index].need);
  else
    words_expected(out, rulebook, leaf, style, language);
}

bool words_actual(struct buffer *out, const struct rulebook *rulebook, const struct condition *leaf, const struct event *event,
                  struct money_style style, enum language language) {
  if (leaf->kind != CONDITION_LEAF) return false;
  if (leaf->left == LEFT_SCHEDULE) {
    buffer_time_in(out, event->time_ms, style.zone);
    return true;
  }
  if (leaf->left == LEFT_MONTH) {
    buffer_int(out, month_of(event->time_ms, style.zone));
    return true;
  }
  if (leaf->left != LEFT_FIELD) return false;
  words_value(out, event_field(event, (uint16_t)leaf->index), leaf_kind(rulebook, leaf), style, language);
  return true;
}

static const char *joint(enum condition_kind kind, enum language language) {
  if (kind == CONDITION_ANY) return language == LANGUAGE_ZH ? " 或 " : " or ";
  return language == LANGUAGE_ZH ? " 且 " : " and ";
}

/* Trees are three deep by the language and bounded by the rulebook's reader; the recursion is as deep as the tree. */
static void tree_words(struct buffer *out, const struct rulebook *rulebook, uint32_t node, struct money_style style, enum language language,
                       bool inner) {
  assert(node < rulebook->condition_count);
  const struct condition *condition = &rulebook->conditions[node];
  if (condition->kind == CONDITION_LEAF) {
    words_leaf(out, rulebook, condition, (struct str){NULL, 0}, style, language);
    return;
  }
  bool negated = condition->kind == CONDITION_NOT, brackets = negated || (inner && condition->count > 1);
  if (negated) buffer_put(out, language == LANGUAGE_ZH ? STR("并非") : STR("not "));
  if (brackets) buffer_byte(out, '(');
  for (uint32_t i = 0; i < condition->count; i++) {
    if (i > 0) buffer_put(out, str_of(joint(condition->kind, language)));
    tree_words(out, rulebook, condition->first + i, style, language, !negated);
  }
  if (brackets) buffer_byte(out, ')');
}

void words_condition(struct buffer *out, const struct rulebook *rulebook, uint32_t node, struct money_style style, enum language language) {
  tree_words(out, rulebook, node, style, language, false);
}

/* ---- whose condition it is: for the currency's decimals and the zone ---- */

static bool tree_has(const struct rulebook *rulebook, uint32_t tree, uint32_t node) {
  if (tree == NONE) return false;
  if (tree == node) return true;
  const struct condition *condition = &rulebook->conditions[tree];
  if (condition->kind == CONDITION_LEAF) return false;
  for (uint32_t i = 0; i < condition->count; i++)
    if (tree_has(rulebook, condition->first + i, node)) return true;
  return false;
}

static bool campaign_has(const struct rulebook *rulebook, const struct campaign *campaign, uint32_t node) {
  if (tree_has(rulebook, campaign->audience.when, node)) return true;
  for (uint32_t r = campaign->rule_first; r < campaign->rule_first + campaign->rule_count; r++) {
    const struct rule *rule = &rulebook->rules[r];
    if (tree_has(rulebook, rule->when, node)) return true;
    for (uint32_t i = 0; i < rule->item_count; i++)
      if (tree_has(rulebook, rulebook->items[rule->item_first + i].when, node) ||
          tree_has(rulebook, rulebook->items[rule->item_first + i].still, node))
        return true;
    for (uint32_t i = 0; i < rule->on.count; i++)
      if (tree_has(rulebook, rulebook->triggers[rule->on.first + i].when, node)) return true;
  }
  return false;
}

void record_condition(struct buffer *out, const struct rulebook *rulebook, uint32_t condition, enum language language) {
  struct money_style style = {2, zone_fixed(480)}; /* of facts' conditions, whose numbers are said as in China */
  for (uint32_t i = 0; i < rulebook->campaign_count; i++)
    if (campaign_has(rulebook, &rulebook->campaigns[i], condition)) {
      style = money_style_of(rulebook, i);
      break;
    }
  words_condition(out, rulebook, condition, style, language);
}
