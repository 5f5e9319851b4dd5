/* Conditions as sentences. `explain` says what one test came to, in signs and with the value that was found (src/record/condition.c); here
 * the whole condition is said to somebody who has not done anything yet: "金额满200.00元（含）", "the amount is CNY 200.00 or more". */
#include "parts.h"

static const struct condition *node_of(const struct say *say, uint32_t node) {
  assert(node < say->rulebook->condition_count);
  return &say->rulebook->conditions[node];
}

/* ---- left sides ---- */

static void left_of_fact(struct say *say, const struct condition *leaf) {
  const struct fact *fact = &say->rulebook->facts[leaf->index];
  switch (leaf->left) {
    case LEFT_FACT_AT:
      put(say, "the time of the ", "");
      say_fact(say, leaf->index);
      put(say, "", "的时间");
      return;
    case LEFT_FACT_ELAPSED:
      put(say, "the time taken for the ", "完成");
      say_fact(say, leaf->index);
      put(say, "", "所用的时间");
      return;
    case LEFT_FACT_KEEP:
      put(say, "the ", "");
      if (say_zh(say)) say_fact(say, leaf->index);
      put(say, "", "的");
      if (fact->keep != FIELD_NONE) say_field(say, fact->keep);
      put(say, " of the ", "");
      if (!say_zh(say)) say_fact(say, leaf->index);
      return;
    default:
      put(say, words_of(fact)->number_en == NULL ? "the " : words_of(fact)->number_en, "");
      say_fact(say, leaf->index);
      put(say, "", words_of(fact)->number_zh == NULL ? "" : words_of(fact)->number_zh);
      return;
  }
}

static void field_with(struct say *say, const char *en, const char *zh, uint32_t field) {
  put(say, en, zh);
  say_field(say, field);
}

void say_left(struct say *say, const struct condition *leaf) {
  switch (leaf->left) {
    case LEFT_FIELD:
      if (leaf->index == FIELD_ID_AMOUNT)
        put(say, "the amount", "交易金额");
      else
        field_with(say, "the ", "", leaf->index);
      return;
    case LEFT_FACT:
    case LEFT_FACT_AT:
    case LEFT_FACT_KEEP:
    case LEFT_FACT_ELAPSED: left_of_fact(say, leaf); return;
    case LEFT_PROFILE: field_with(say, "the customer's ", "客户资料中的", leaf->index); return;
    case LEFT_TAG: put(say, "the customer", "客户"); return;
    case LEFT_LIST: put(say, "the customer", "客户"); return;
    case LEFT_SCHEDULE: put(say, "the time", "发生时间"); return;
    case LEFT_MONTH: put(say, "the month", "发生月份"); return;
    case LEFT_CAUSED_BY: put(say, leaf->index == 0 ? "it" : "who did it", leaf->index == 0 ? "该行为" : "实际办理人"); return;
    case LEFT_LEVEL: put(say, "the step that was completed", "完成的档位"); return;
    case LEFT_PLACE: put(say, "the place in the ranking", "名次"); return;
    case LEFT_CHANCE: field_with(say, "the chance's ", "取得机会时的", leaf->index); return;
    case LEFT_RULE_REWARD:
      put(say, "the ", "所叠加奖励的");
      put(say,
          leaf->index != 0 ? "number of units"
          : leaf->money    ? "value"
                           : "points",
          leaf->index != 0 ? "数量"
          : leaf->money    ? "金额"
                           : "积分数");
      put(say, " of the gift that it comes on top of", "");
      return;
  }
}

/* ---- values ---- */

static enum field_kind kind_of(const struct say *say, const struct condition *leaf) {
  if (leaf->money) return FIELD_MONEY;
  bool of_field = leaf->left == LEFT_FIELD || leaf->left == LEFT_PROFILE || leaf->left == LEFT_CHANCE;
  if (of_field) return say->rulebook->catalogue->fields[leaf->index].kind;
  if (leaf->left == LEFT_FACT_KEEP) return say->rulebook->catalogue->fields[say->rulebook->facts[leaf->index].keep].kind;
  return leaf->left == LEFT_FACT_AT ? FIELD_TIME : FIELD_INT;
}

static bool is_age(const struct say *say, const struct condition *leaf) {
  bool of_field = leaf->left == LEFT_FIELD || leaf->left == LEFT_PROFILE;
  return of_field && str_equal(say->rulebook->catalogue->fields[leaf->index].campaign_name, STR("age"));
}

static void number_say(struct say *say, const struct condition *leaf, int64_t number) {
  enum field_kind kind = kind_of(say, leaf);
  if (leaf->left == LEFT_MONTH)
    say_month(say, number);
  else if (leaf->operand.kind == VALUE_BOOL)
    put(say, number != 0 ? "yes" : "no", number != 0 ? "是" : "否");
  else if (kind == FIELD_MONEY)
    say_money(say, number);
  else if (kind == FIELD_TIME)
    say_instant(say, number);
  else if (leaf->left == LEFT_FACT_ELAPSED)
    say_duration(say, (struct duration){.ms = number});
  else
    say_number(say, number);
  if (is_age(say, leaf)) put(say, "", "周岁");
  if (leaf->left == LEFT_FACT && kind == FIELD_INT) say_fact_unit(say, &say->rulebook->facts[leaf->index], number);
}

/* The field whose words the texts are: "" where there is none. */
static struct str field_of(const struct say *say, const struct condition *leaf) {
  const struct catalogue *catalogue = say->rulebook->catalogue;
  bool of_field = leaf->left == LEFT_FIELD || leaf->left == LEFT_PROFILE || leaf->left == LEFT_CHANCE;
  if (of_field) return catalogue->fields[leaf->index].campaign_name;
  if (leaf->left == LEFT_FACT_KEEP) return catalogue->fields[say->rulebook->facts[leaf->index].keep].campaign_name;
  return STR("");
}

/* A tag is a group of customers: "零售（segment：retail）"; the text of a table or field is a word. */
static void text_say(struct say *say, const struct condition *leaf, struct str text) {
  const struct fact *fact = leaf->left == LEFT_FACT ? &say->rulebook->facts[leaf->index] : NULL;
  if (leaf->left == LEFT_LEVEL && say_level(say, text)) return;
  if (leaf->left == LEFT_TAG || (fact != NULL && traits_of(fact)->figure == FIGURE_TEXT)) {
    put(say, "\"", "“");
    say_group(say, leaf->left == LEFT_TAG && str_starts(text, STR("segment:")) ? str_from(text, 8) : text);
    put(say, "\"", "”");
  } else {
    say_value(say, field_of(say, leaf), text);
  }
}

static void values_say(struct say *say, const struct condition *leaf) {
  const struct operand *operand = &leaf->operand;
  uint32_t count = operand->text_count > 0 ? operand->text_count : operand->number_count;
  for (uint32_t i = 0; i < count; i++) {
    put_or(say, i, count);
    if (operand->text_count > 0)
      text_say(say, leaf, operand->texts[i]);
    else
      number_say(say, leaf, operand->numbers[i]);
  }
  if (count == 0) number_say(say, leaf, operand->low);
}

static void list_one(struct say *say, uint32_t list, bool customers) {
  if (customers)
    say_customer_list(say, list);
  else
    say_list(say, list);
}

static void lists_say(struct say *say, const struct operand *operand, bool customers) {
  uint32_t count = operand->number_count + (operand->list != NONE), place = 0;
  if (operand->list != NONE) {
    put_or(say, place++, count);
    list_one(say, operand->list, customers);
  }
  for (uint32_t i = 0; i < operand->number_count; i++) {
    put_or(say, place++, count);
    list_one(say, (uint32_t)operand->numbers[i], customers);
  }
}

/* ---- leaves ---- */

static bool is_negated(enum condition_op op) { return op == OP_NE || op == OP_NOT_IN || op == OP_NOT_IN_LIST; }

/* "segment:retail" is a group of customers; a tag has its own name. */
static bool is_segment(const struct operand *operand) {
  for (uint32_t i = 0; i < operand->text_count; i++)
    if (!str_starts(operand->texts[i], STR("segment:"))) return false;
  return operand->text_count > 0;
}

static void tag_leaf(struct say *say, const struct condition *leaf) {
  const bool no = is_negated(leaf->op);
  if (is_segment(&leaf->operand)) {
    put(say, no ? "the customer does not belong to the group " : "the customer belongs to the group ", no ? "客户不属于" : "客户属于");
    values_say(say, leaf);
    say_noun_behind(say, STR("客群"));
    return;
  }
  put(say, no ? "the customer does not have the tag " : "the customer has the tag ", no ? "客户没有标签" : "客户具有标签");
  values_say(say, leaf);
}

static void list_leaf(struct say *say, const struct condition *leaf) {
  put(say, is_negated(leaf->op) ? "the customer is not on the list " : "the customer is on the list ",
      is_negated(leaf->op) ? "客户不在" : "客户在");
  lists_say(say, &leaf->operand, true);
  say_noun_behind(say, STR("名单"));
  put(say, "", "内");
}

static void schedule_leaf(struct say *say, const struct condition *leaf) {
  put(say, is_negated(leaf->op) ? "it does not happen " : "it happens ", is_negated(leaf->op) ? "发生时间不在" : "发生时间在");
  say_schedule(say, &say->rulebook->schedules[leaf->index]);
  put(say, "", "内");
}

static void caused_leaf(struct say *say, const struct condition *leaf) {
  bool self = leaf->operand.text_count == 1 && str_equal(leaf->operand.texts[0], STR("self"));
  bool both = leaf->operand.text_count != 1;
  if (is_negated(leaf->op)) self = !self;
  if (both)
    put(say, "it was done by the customer or by somebody else", "该行为由客户本人或他人发生");
  else
    put(say, self ? "it was done by the customer" : "it was done by somebody else", self ? "该行为由客户本人发生" : "该行为由他人发生");
}

/* Each says whether the number itself is in. Within brackets, where "（含）" would be another pair, Chinese says it by the word. */
static const char *order_word(const struct say *say, const struct condition *leaf) {
  static const char *const plain[4][2] = {
      {" is at least ", "达到"}, {" is more than ", "超过"}, {" is at most ", "不超过"}, {" is less than ", "少于"}};
  static const char *const times[4][2] = {
      {" is not before ", "不早于"}, {" is after ", "晚于"}, {" is not after ", "不晚于"}, {" is before ", "早于"}};
  static const char *const inner[4] = {"不低于", "高于", "不高于", "低于"};
  const enum field_kind kind = kind_of(say, leaf);
  const uint32_t row = leaf->op == OP_GTE ? 0 : leaf->op == OP_GT ? 1 : leaf->op == OP_LTE ? 2 : 3;
  if (kind == FIELD_TIME) return times[row][say_zh(say)];
  if (say_zh(say) && say->brackets > 0) return inner[row];
  if (say_zh(say) && kind == FIELD_MONEY && row == 0) return "满";
  if (say_zh(say) && kind == FIELD_MONEY && row == 3) return "低于";
  return plain[row][say_zh(say)];
}

static void order_leaf(struct say *say, const struct condition *leaf) {
  say_left(say, leaf);
  put_str(say, str_of(order_word(say, leaf)));
  number_say(say, leaf, leaf->operand.low);
  if (kind_of(say, leaf) == FIELD_TIME || say->brackets > 0) return;
  put(say, "", leaf->op == OP_GTE || leaf->op == OP_LTE ? "（含）" : "（不含）");
}

static void same_leaf(struct say *say, const struct condition *leaf) {
  assert(leaf->operand.other != NONE);
  const struct condition *other = node_of(say, leaf->operand.other);
  say_left(say, leaf);
  put(say, leaf->left == LEFT_MONTH ? " is the month of " : " is the same as ", "与");
  say_left(say, other);
  put(say, "", leaf->left == LEFT_MONTH ? "所在月份相同" : "相同");
}

/* "距“首次开户”已满24小时（含）" */
static void age_leaf(struct say *say, const struct condition *leaf) {
  bool older = leaf->op == OP_OLDER_THAN;
  if (say_zh(say)) {
    put(say, "", "距");
    say_fact(say, leaf->index);
    put(say, "", older ? "已满" : "不超过");
    say_duration(say, leaf->operand.duration);
    if (say->brackets == 0) put(say, "", "（含）");
    return;
  }
  put(say, "the ", "");
  say_fact(say, leaf->index);
  put(say, older ? " was at least " : " was at most ", "");
  say_duration(say, leaf->operand.duration);
  put(say, " ago", "");
}

/* Whether somebody who never did it is asleep. In brackets, so that it is not read as said of what "or" joins. */
static void dormant_leaf(struct say *say, const struct condition *leaf) {
  const struct fact *fact = &say->rulebook->facts[leaf->index];
  put(say, "it is at least ", "距");
  if (say_zh(say)) say_fact(say, leaf->index);
  put(say, "", "已满");
  say_duration(say, leaf->operand.duration);
  put(say, " since the ", "");
  if (!say_zh(say)) say_fact(say, leaf->index);
  if (say->brackets > 0)
    put(say, fact->if_never_dormant ? " (or there has been none)" : ", which must be on record",
        fact->if_never_dormant ? "或没有该项记录" : "且有该项记录");
  else
    put(say, fact->if_never_dormant ? " (or there has been none)" : " (whoever has had none does not qualify)",
        fact->if_never_dormant ? "（含；没有该项记录的客户也符合）" : "（含；没有该项记录的客户不符合）");
}

/* Of a fact: whether it has happened. */
static void exists_leaf(struct say *say, const struct condition *leaf) {
  const bool there = leaf->operand.low != 0, fact = leaf->left == LEFT_FACT || leaf->left == LEFT_FACT_AT;
  if (fact) {
    put(say, "the ", "");
    say_fact(say, leaf->index);
    put(say, there ? " is on record" : " is not on record", there ? "已有记录" : "没有记录");
    return;
  }
  put(say, "", there ? "有" : "没有");
  say_left(say, leaf);
  put(say, there ? " is known" : " is not known", "信息");
}

static void in_fact_leaf(struct say *say, const struct condition *leaf) {
  bool in = leaf->op == OP_IN_FACT;
  say_left(say, leaf);
  put(say, in ? " is one of the " : " is none of the ", in ? "属于客户的" : "不属于客户的");
  say_fact(say, leaf->operand.fact);
}

static void equal_leaf(struct say *say, const struct condition *leaf) {
  bool negated = is_negated(leaf->op);
  say_left(say, leaf);
  put(say, negated ? " is not " : " is ", negated ? "不为" : "为");
  values_say(say, leaf);
}

static void between_leaf(struct say *say, const struct condition *leaf) {
  say_left(say, leaf);
  put(say, " is between ", "在");
  number_say(say, leaf, leaf->operand.low);
  put(say, " and ", "至");
  number_say(say, leaf, leaf->operand.high);
  put(say, say->brackets > 0 ? ", both included" : " (both included)", say->brackets > 0 ? "之间，两端均含" : "之间（两端均含）");
}

static void listed_leaf(struct say *say, const struct condition *leaf) {
  bool in = leaf->op == OP_IN_LIST;
  say_left(say, leaf);
  put(say, in ? " is in the list " : " is not in the list ", in ? "属于" : "不属于");
  lists_say(say, &leaf->operand, false);
}

static void contains_leaf(struct say *say, const struct condition *leaf) {
  say_left(say, leaf);
  put(say, " include ", "包含");
  if (leaf->operand.list != NONE) {
    put(say, "one of the list ", "名单");
    lists_say(say, &leaf->operand, false);
    put(say, "", "中的任意一项");
    return;
  }
  values_say(say, leaf);
}

static void operator_leaf(struct say *say, const struct condition *leaf) {
  switch (leaf->op) {
    case OP_EQ:
    case OP_NE:
    case OP_IN:
    case OP_NOT_IN: equal_leaf(say, leaf); return;
    case OP_GT:
    case OP_GTE:
    case OP_LT:
    case OP_LTE: order_leaf(say, leaf); return;
    case OP_BETWEEN: between_leaf(say, leaf); return;
    case OP_EXISTS: exists_leaf(say, leaf); return;
    case OP_IN_LIST:
    case OP_NOT_IN_LIST: listed_leaf(say, leaf); return;
    case OP_CONTAINS_ANY: contains_leaf(say, leaf); return;
    case OP_SAME_AS: same_leaf(say, leaf); return;
    case OP_THIS_EVENT:
      put(say, "this is the ", "本次即为客户的");
      say_fact(say, leaf->index);
      return;
    case OP_OLDER_THAN:
    case OP_NEWER_THAN: age_leaf(say, leaf); return;
    case OP_DORMANT_FOR: dormant_leaf(say, leaf); return;
    case OP_COMPLETED:
      put(say, "the customer has completed the ", "客户已完成");
      say_fact(say, leaf->index);
      return;
    case OP_IN_FACT:
    case OP_NOT_IN_FACT: in_fact_leaf(say, leaf); return;
  }
}

static void leaf_say(struct say *say, const struct condition *leaf) {
  bool asks_other = leaf->op == OP_SAME_AS;
  if (leaf->left == LEFT_TAG && !asks_other)
    tag_leaf(say, leaf);
  else if (leaf->left == LEFT_LIST)
    list_leaf(say, leaf);
  else if (leaf->left == LEFT_SCHEDULE)
    schedule_leaf(say, leaf);
  else if (leaf->left == LEFT_CAUSED_BY && leaf->index == 0 && !asks_other)
    caused_leaf(say, leaf);
  else
    operator_leaf(say, leaf);
}

/* ---- two ends of one left side are one range ---- */

static bool is_low_end(const struct condition *leaf) { return leaf->op == OP_GTE || leaf->op == OP_GT; }
static bool is_high_end(const struct condition *leaf) { return leaf->op == OP_LTE || leaf->op == OP_LT; }

static bool is_range(const struct condition *low, const struct condition *high) {
  return low->kind == CONDITION_LEAF && high->kind == CONDITION_LEAF && low->left == high->left && low->index == high->index &&
         is_low_end(low) && is_high_end(high) && str_equal(low->left_text, high->left_text);
}

static void range_say(struct say *say, const struct condition *low, const struct condition *high) {
  const bool at = kind_of(say, low) == FIELD_TIME;
  say_left(say, low);
  if (!say_zh(say)) put_str(say, str_of(order_word(say, low)));
  if (say_zh(say) && say->brackets > 0) put(say, "", low->op == OP_GTE ? "不低于" : "高于");
  if (say_zh(say) && say->brackets == 0) put(say, "", "在");
  number_say(say, low, low->operand.low);
  if (say_zh(say) && say->brackets > 0) put(say, "", high->op == OP_LTE ? "且不高于" : "且低于");
  if (say_zh(say) && say->brackets == 0) put(say, "", low->op == OP_GTE ? "（含）至" : "（不含）至");
  put(say, high->op == OP_LTE ? (at ? " and not after " : " and at most ") : at ? " and before " : " and less than ", "");
  number_say(say, high, high->operand.low);
  if (say->brackets == 0) put(say, "", high->op == OP_LTE ? "（含）之间" : "（不含）之间");
}

/* One part of a node's children, `inner`: beside others on its line. Returns how many children it took. */
static uint32_t part_say(struct say *say, const struct condition *parent, uint32_t child, bool inner);

/* ---- trees ---- */

/* As deep as combiners may stand in each other, three. */
static void tree_say(struct say *say, uint32_t node, bool inner) {
  const struct condition *condition = node_of(say, node);
  if (condition->kind == CONDITION_LEAF) {
    leaf_say(say, condition);
    return;
  }
  bool any = condition->kind == CONDITION_ANY, brackets = inner && condition->count > 1;
  if (condition->kind == CONDITION_NOT) {
    put(say, "not this: ", "不属于以下情形：");
    put_open(say);
    tree_say(say, condition->first, false);
    put_close(say);
    return;
  }
  if (brackets) put_open(say);
  for (uint32_t i = 0; i < condition->count;) {
    if (i > 0) put(say, any ? ", or " : " and ", any ? "，或者" : "，并且");
    i += any ? (tree_say(say, condition->first + i, true), 1u) : part_say(say, condition, i, true);
  }
  if (brackets) put_close(say);
}

static uint32_t part_say(struct say *say, const struct condition *parent, uint32_t child, bool inner) {
  if (child + 1 < parent->count) {
    const struct condition *low = node_of(say, parent->first + child), *high = node_of(say, parent->first + child + 1);
    if (is_range(low, high)) {
      range_say(say, low, high);
      return 2;
    }
  }
  tree_say(say, parent->first + child, inner);
  return 1;
}

void say_condition(struct say *say, uint32_t node) { tree_say(say, node, false); }

/* ---- as a list ---- */

uint32_t condition_parts(const struct say *say, uint32_t node) {
  if (node == NONE) return 0;
  const struct condition *condition = node_of(say, node);
  return condition->kind == CONDITION_ALL ? condition->count : 1;
}

static void part_line(struct say *say, const char *indent, uint32_t *count) {
  if ((*count)++ > 0) put(say, ";\n", "；\n");
  put_str(say, str_of(indent));
  put_str(say, STR("- "));
}

void say_conditions(struct say *say, const uint32_t *nodes, uint32_t count, const char *indent) {
  uint32_t lines = 0;
  for (uint32_t i = 0; i < count; i++) {
    if (nodes[i] == NONE) continue;
    const struct condition *condition = node_of(say, nodes[i]);
    bool all = condition->kind == CONDITION_ALL;
    for (uint32_t k = 0; all && k < condition->count;) {
      part_line(say, indent, &lines);
      k += part_say(say, condition, k, false);
    }
    if (all) continue;
    part_line(say, indent, &lines);
    tree_say(say, nodes[i], false);
  }
  if (lines > 0) put(say, ".\n", "。\n");
}
