/* What becomes of a gift when the payment it was given for is refunded or undone. */
#include "parts.h"

/* A measure that refunds lower: gifts that rest on it are judged again, whatever woke their rule. */
static bool is_lowered(const struct say *say, const struct fact *fact) {
  for (uint32_t i = 0; i < 2; i++)
    if (fact->parts[i] != NONE && is_lowered(say, &say->rulebook->facts[fact->parts[i]])) return true;
  return fact->refunds_subtract && acts_reversible(say, fact->on);
}

static bool asks_measure(const struct say *say, uint32_t node) {
  if (node == NONE) return false;
  const struct condition *condition = &say->rulebook->conditions[node];
  for (uint32_t i = 0; condition->kind != CONDITION_LEAF && i < condition->count; i++)
    if (asks_measure(say, condition->first + i)) return true;
  return condition->kind == CONDITION_LEAF && condition->left == LEFT_FACT && is_lowered(say, &say->rulebook->facts[condition->index]);
}

static bool worth_asks(const struct say *say, const struct worth *worth) { return asks_measure(say, worth->of); }

static bool rests_on_measure(const struct say *say, const struct rule *rule) {
  for (uint32_t i = 0; i < rule->item_count; i++) {
    const struct item *item = &say->rulebook->items[rule->item_first + i];
    if (worth_asks(say, &item->value) || worth_asks(say, &item->count) || asks_measure(say, item->when)) return true;
  }
  return asks_measure(say, rule->when);
}

static bool track_may_be_undone(const struct say *say, const struct fact *fact) {
  for (uint32_t i = 0; i < fact->task_count; i++)
    if (acts_reversible(say, fact->tasks[i].on)) return true;
  return false;
}

/* Whether a refund can concern what the rule gave. Gifts upon gifts are without circles. */
static bool may_be_undone(const struct say *say, const struct rule *rule);
static bool trigger_may_be_undone(const struct say *say, const struct trigger *trigger) {
  switch (trigger->kind) {
    case TRIGGER_EVENT: return say->rulebook->catalogue->types[trigger->type].reversible;
    case TRIGGER_FACT: {
      const struct fact *fact = &say->rulebook->facts[trigger->fact];
      return traits_of(fact)->heard == HEARD_DONE ? track_may_be_undone(say, fact) : acts_reversible(say, fact->on);
    }
    case TRIGGER_REWARD: return may_be_undone(say, &say->rulebook->rules[trigger->rule]);
    case TRIGGER_CLOSE: return false; /* the measures that are asked may be lowered */
  }
  return false;
}

static bool may_be_undone(const struct say *say, const struct rule *rule) {
  for (uint32_t i = 0; i < rule->on.count; i++)
    if (trigger_may_be_undone(say, &say->rulebook->triggers[rule->on.first + i])) return true;
  return rests_on_measure(say, rule);
}

/* No payment wakes it that could be undone: a measure that it asks is what refunds lower. */
static bool is_by_figure(const struct say *say, const struct rule *rule) {
  for (uint32_t i = 0; i < rule->on.count; i++) {
    const struct trigger *trigger = &say->rulebook->triggers[rule->on.first + i];
    bool measure = trigger->kind == TRIGGER_FACT && traits_of(&say->rulebook->facts[trigger->fact])->heard == HEARD_BANDS;
    if (!measure && trigger_may_be_undone(say, trigger)) return false;
  }
  return rule->undo.partial == PARTIAL_RECHECK && rule->undo.reward != UNDO_KEEP;
}

static void whole_say(struct say *say, const struct undo *undo) {
  switch (undo->reward) {
    case UNDO_REVOKE:
      put(say, "When the payment is refunded or undone in full, the gift is taken back", "交易全额退款或撤销的，收回已发放的奖励");
      return;
    case UNDO_OFFSET:
      put(say, "When the payment is refunded or undone in full, the value of the gift is set off against later gifts of this campaign",
          "交易全额退款或撤销的，已发放奖励的价值从客户此后在本活动获得的奖励中抵扣");
      return;
    case UNDO_KEEP:
      put(say, "When the payment is refunded or undone, the gift stays with the customer", "交易退款或撤销的，已发放的奖励不收回");
      return;
  }
}

static void part_say(struct say *say, const struct undo *undo) {
  const bool back = undo->reward == UNDO_REVOKE;
  switch (undo->partial) {
    case PARTIAL_RECHECK:
      put(say, "; after a partial refund the gift is worked out again from what is left of the payment, and ",
          "；部分退款的，按退款后的剩余金额重新计算应得的奖励，");
      put(say, back ? "what is too much is taken back" : "what is too much is set off in the same way",
          back ? "多发的部分收回" : "多发的部分同样抵扣");
      return;
    case PARTIAL_PRORATE:
      put(say, "; after a partial refund the same share of the gift is ", "；部分退款的，按退款比例");
      put(say, back ? "taken back" : "set off", back ? "收回奖励" : "抵扣");
      return;
    case PARTIAL_IGNORE: put(say, "; a partial refund changes nothing", "；部分退款不影响已发放的奖励"); return;
  }
}

/* A place in a ranking is settled: a refund may take the gift, not the place. */
static void ranked_say(struct say *say, const struct rule *rule) {
  const bool back = rule->undo.reward == UNDO_REVOKE;
  put(say,
      "Refunds change no place. When so much of what counts in the figures is refunded or undone, in full or in part, that a condition "
      "does not hold any more, ",
      "退款或撤销不改变名次；计入统计的交易退款或撤销（含部分退款）后不再符合条件的，");
  put(say, back ? "the gift is taken back" : "the value of the gift is set off against later gifts of this campaign",
      back ? "收回已发放的奖励" : "已发放奖励的价值从客户此后在本活动获得的奖励中抵扣");
  for (uint32_t i = 0; i < rule->item_count; i++) {
    const struct item *item = &say->rulebook->items[rule->item_first + i];
    if (!worth_asks(say, &item->value) && !worth_asks(say, &item->count)) continue;
    put(say, "; a gift that goes by a figure is worked out again from what is left", "；奖励按统计数值计算的，按余下的数值重新计算");
    return;
  }
}

/* Where a figure is what counts, no payment by itself is. */
static void figure_say(struct say *say, const struct rule *rule) {
  bool back = rule->undo.reward == UNDO_REVOKE;
  if (rule->rank.top > 0) {
    ranked_say(say, rule);
    return;
  }
  if (rule->rank.shared) {
    put(say,
        "When so much of what counts in the figures is refunded or undone that nothing is left of them, or that a condition does not hold "
        "any more, ",
        "计入统计的交易退款或撤销（含部分退款）后，已无余下数值或不再符合条件的，");
    put(say,
        back ? "the gift is taken back as a whole; otherwise it stays as it is"
             : "its value is set off against later gifts of this campaign",
        back ? "全额收回已发放的奖励；其他情形不变" : "已发放奖励的价值从客户此后在本活动获得的奖励中抵扣");
    return;
  }
  put(say,
      "When a payment that counts in the figures is refunded or undone, in full or in part, the gift is worked out again from what is "
      "left, and ",
      "计入统计的交易退款或撤销（含部分退款）的，按余下的数值重新计算应得的奖励，");
  put(say, back ? "what is too much is taken back" : "the value of what is too much is set off against later gifts of this campaign",
      back ? "多发的部分收回" : "多发部分的价值从客户此后在本活动获得的奖励中抵扣");
  if (back && rule_has_ladder(say->rulebook, rule))
    put(say, "; a step that is reached again is given again as far as the limits allow", "；之后再次达到的，在次数和额度内重新发放");
}

/* What becomes of its place among the customer's limits and of what it took of the pool. */
static void counts_say(struct say *say, const struct undo *undo, bool others) {
  const bool limits = undo->restore_limits;
  put(say, undo->reward == UNDO_REVOKE ? ". What is taken back " : ". What is set off ", "");
  put(say, limits ? "no longer counts towards the customer's limits" : "still counts towards the customer's limits",
      limits ? "。已占用的次数和额度恢复" : "。已占用的次数和额度不恢复");
  put(say, limits == others ? ", and" : ", but", "");
  put(say, others ? " it becomes available to other customers again" : " it is not given to anybody else",
      others ? "，名额退回供其他客户使用" : "，名额不退回");
}

static void undo_say(struct say *say, const struct rule *rule) {
  const struct undo *undo = &rule->undo;
  bool figure = is_by_figure(say, rule);
  if (figure)
    figure_say(say, rule);
  else
    whole_say(say, undo);
  if (undo->reward == UNDO_KEEP) {
    put(say, ". The gift still counts towards the customer's limits", "。已占用的次数、额度和名额不恢复");
    return;
  }
  if (!figure) part_say(say, undo);
  counts_say(say, undo, undo->restore_pool && !rule->rank.shared);
}

static bool same_undo(const struct say *say, const struct rule *one, const struct rule *other) {
  const struct undo *a = &one->undo, *b = &other->undo;
  bool figure = is_by_figure(say, one), ladder = figure && rule_has_ladder(say->rulebook, one);
  return a->reward == b->reward && a->restore_limits == b->restore_limits && a->restore_pool == b->restore_pool &&
         a->partial == b->partial && one->rank.shared == other->rank.shared && (one->rank.top > 0) == (other->rank.top > 0) &&
         figure == is_by_figure(say, other) && ladder == (figure && rule_has_ladder(say->rulebook, other));
}

/* Rules with one policy are named together, at the first of them. */
static bool is_told(const struct say *say, uint32_t place) {
  const struct rule *rules = &say->rulebook->rules[say->campaign->rule_first];
  for (uint32_t i = 0; i < place; i++)
    if (may_be_undone(say, &rules[i]) && same_undo(say, &rules[i], &rules[place])) return true;
  return false;
}

static void rules_say(struct say *say, uint32_t place) {
  const struct rule *rules = &say->rulebook->rules[say->campaign->rule_first];
  uint32_t named = 0;
  if (say->campaign->rule_count == 1) return;
  for (uint32_t i = place; i < say->campaign->rule_count; i++) {
    if (!may_be_undone(say, &rules[i]) || !same_undo(say, &rules[i], &rules[place])) continue;
    if (named++ > 0) put(say, ", ", "、");
    put(say, named == 1 ? "Rule " : "rule ", "规则");
    put_ordinal(say, i + 1);
  }
  put(say, ": ", "：");
}

/* What is no payment cannot be refunded. */
static void none_say(struct say *say, uint32_t *lines) {
  const struct rule *rules = &say->rulebook->rules[say->campaign->rule_first];
  uint32_t named = 0;
  for (uint32_t i = 0; i < say->campaign->rule_count; i++) {
    if (may_be_undone(say, &rules[i])) continue;
    if (named == 0) put_line(say, ++*lines);
    if (say->campaign->rule_count > 1) {
      if (named > 0) put(say, ", ", "、");
      put(say, named == 0 ? "Rule " : "rule ", "规则");
      put_ordinal(say, i + 1);
    }
    named++;
  }
  if (named == 0) return;
  if (say->campaign->rule_count > 1) put(say, ": ", "：");
  put(say, say->campaign->rule_count > 1 ? "nothing" : "Nothing", "");
  put(say, " that is rewarded here can be refunded or undone.\n", "所奖励的行为不涉及退款或撤销。\n");
}

static bool gives_chances(const struct say *say, const struct rule *rule) {
  for (uint32_t i = 0; i < rule->item_count; i++)
    if (say->rulebook->items[rule->item_first + i].is_chance) return true;
  return false;
}

static bool some_chances(const struct say *say) {
  for (uint32_t i = 0; i < say->campaign->rule_count; i++) {
    const struct rule *rule = &say->rulebook->rules[say->campaign->rule_first + i];
    if (gives_chances(say, rule) && may_be_undone(say, rule) && rule->undo.reward != UNDO_KEEP) return true;
  }
  return false;
}

/* ---- what could not be delivered ---- */

static bool is_delivered(const struct say *say, const struct rule *rule) {
  for (uint32_t i = 0; i < rule->item_count; i++) {
    const struct item *item = &say->rulebook->items[rule->item_first + i];
    if (!item->is_chance && !item->is_nothing) return true;
  }
  return false;
}

static bool same_forfeit(const struct say *say, const struct rule *a, const struct rule *b) {
  return a->forfeit.answers && b->forfeit.answers && is_delivered(say, a) && is_delivered(say, b) &&
         a->forfeit.reissue == b->forfeit.reissue && a->forfeit.restore_limits == b->forfeit.restore_limits &&
         a->forfeit.restore_pool == b->forfeit.restore_pool;
}

static void forfeit_rules(struct say *say, uint32_t place) {
  const struct rule *rules = &say->rulebook->rules[say->campaign->rule_first];
  uint32_t named = 0;
  if (say->campaign->rule_count == 1) return;
  for (uint32_t i = place; i < say->campaign->rule_count; i++) {
    if (!same_forfeit(say, &rules[place], &rules[i])) continue;
    if (named++ > 0) put(say, ", ", "、");
    put(say, named == 1 ? "Rule " : "rule ", "规则");
    put_ordinal(say, i + 1);
  }
  put(say, ": ", "：");
}

static void forfeit_say(struct say *say, const struct forfeit *forfeit) {
  put(say, say->campaign->rule_count > 1 ? "when" : "When", "");
  if (forfeit->reissue)
    put(say, " a gift cannot be delivered, it is issued once more; if that cannot be delivered either, it is forfeited",
        "奖励未能成功发放的，重新发放一次；仍未成功的，该奖励作废");
  else
    put(say, " a gift cannot be delivered, it is forfeited", "奖励未能成功发放的，该奖励作废");
  put(say,
      forfeit->restore_limits ? ". It no longer counts towards the customer's limits" : ". It still counts towards the customer's limits",
      forfeit->restore_limits ? "。已占用的次数和额度恢复" : "。已占用的次数和额度不恢复");
  put(say, forfeit->restore_limits == forfeit->restore_pool ? ", and" : ", but", "");
  put(say, forfeit->restore_pool ? " it becomes available to other customers again.\n" : " it is not given to anybody else.\n",
      forfeit->restore_pool ? "，名额退回供其他客户使用。\n" : "，名额不退回。\n");
}

static void forfeits_say(struct say *say, uint32_t *lines) {
  const struct rule *rules = &say->rulebook->rules[say->campaign->rule_first];
  for (uint32_t i = 0; i < say->campaign->rule_count; i++) {
    bool told = !same_forfeit(say, &rules[i], &rules[i]);
    for (uint32_t k = 0; k < i; k++) told = told || same_forfeit(say, &rules[k], &rules[i]);
    if (told) continue;
    put_line(say, ++*lines);
    forfeit_rules(say, i);
    forfeit_say(say, &rules[i].forfeit);
  }
}

static bool owes_what_may_fail(const struct say *say, const struct rule *rule) {
  return rule->undo.reward == UNDO_OFFSET && rule->forfeit.answers && is_delivered(say, rule) && may_be_undone(say, rule);
}

/* Refund first or failure first: it comes to the same. */
static void debts_say(struct say *say, uint32_t *lines) {
  bool any = false;
  for (uint32_t i = 0; i < say->campaign->rule_count; i++)
    any = any || owes_what_may_fail(say, &say->rulebook->rules[say->campaign->rule_first + i]);
  if (!any) return;
  put_line(say, ++*lines);
  put(say, "Nothing is set off for a gift that could not be delivered; what was set off for it before is paid out.\n",
      "奖励未能成功发放的，不因其退款抵扣此后的奖励；此前已抵扣的部分予以补付。\n");
}

/* ---- the section ---- */

void say_undo(struct say *say) {
  const struct rule *rules = &say->rulebook->rules[say->campaign->rule_first];
  uint32_t lines = 0;
  for (uint32_t i = 0; i < say->campaign->rule_count; i++) {
    if (!may_be_undone(say, &rules[i]) || is_told(say, i)) continue;
    put_line(say, ++lines);
    rules_say(say, i);
    undo_say(say, &rules[i]);
    put(say, ".\n", "。\n");
  }
  none_say(say, &lines);
  forfeits_say(say, &lines);
  debts_say(say, &lines);
  if (!some_chances(say)) return;
  put_line(say, ++lines);
  put(say, "Only chances that have not been used yet are taken back.\n", "机会只收回尚未使用的部分。\n");
}
