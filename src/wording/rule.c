/* One rule as a bank prints it: who does what, when, on which conditions, and what he gets. */
#include "parts.h"

static const struct rule *rule_of(const struct say *say, uint32_t rule) {
  assert(rule < say->rulebook->rule_count);
  return &say->rulebook->rules[rule];
}

/* ---- what counts ---- */

static bool has_bands(const struct say *say) {
  const struct rule *rule = rule_of(say, say->rule);
  for (uint32_t i = 0; i < rule->item_count; i++) {
    const struct item *item = &say->rulebook->items[rule->item_first + i];
    if (item->value.band_count > 0 || item->count.band_count > 0) return true;
  }
  return false;
}

static void heard_fact(struct say *say, const struct trigger *trigger) {
  bool track = traits_of(&say->rulebook->facts[trigger->fact])->heard == HEARD_DONE;
  put(say, track ? "the customer completes the " : "the customer's ", track ? "客户完成" : "客户的");
  say_fact(say, trigger->fact);
  if (!track) put(say, " reaches one of the thresholds of this rule", has_bands(say) ? "升至本规则所列的档位" : "升至本规则所列的门槛");
}

/* A trigger without its `when`: that is said with the other conditions where the rule has one trigger alone. */
static void trigger_say(struct say *say, const struct trigger *trigger, bool with_when) {
  switch (trigger->kind) {
    case TRIGGER_EVENT:
      put(say, "a customer's ", "客户");
      say_type(say, trigger->type);
      if (!with_when || trigger->when == NONE) return;
      put(say, ", if ", "，且");
      say_condition(say, trigger->when);
      return;
    case TRIGGER_FACT: heard_fact(say, trigger); return;
    case TRIGGER_REWARD:
      put(say, "the gift of ", "客户获得");
      say_rule_name(say, trigger->rule);
      put(say, "; this one comes on top of it", "的奖励（本奖励与其叠加）");
      return;
    case TRIGGER_CLOSE: say_close(say, trigger); return;
  }
}

static void hearers_of(struct say *say, const struct trigger *trigger) {
  if (trigger->as_count == 0) return;
  put(say, " ", "");
  say_hearers(say, trigger);
}

static void triggers_say(struct say *say, const struct rule *rule) {
  const struct trigger *first = &say->rulebook->triggers[rule->on.first];
  put(say, "**What counts:** ", "**参与方式**：");
  if (rule->on.count == 1) {
    trigger_say(say, first, false);
    return;
  }
  put(say, "any of these:\n\n", "下列任意一种情形：\n\n");
  for (uint32_t i = 0; i < rule->on.count; i++) {
    put_str(say, STR("- "));
    trigger_say(say, &first[i], true);
    put(say, i + 1 < rule->on.count ? ";\n" : ".\n", i + 1 < rule->on.count ? "；\n" : "。\n");
  }
}

static bool same_hearers(const struct trigger *a, const struct trigger *b) {
  return a->as_first == b->as_first && a->as_count == b->as_count;
}

/* Each list of hearers once. */
static void all_hearers(struct say *say, const struct rule *rule) {
  const struct trigger *triggers = &say->rulebook->triggers[rule->on.first];
  for (uint32_t i = 0; i < rule->on.count; i++) {
    bool told = false;
    for (uint32_t k = 0; k < i; k++) told = told || same_hearers(&triggers[k], &triggers[i]);
    if (!told) hearers_of(say, &triggers[i]);
  }
}

static void conditions_of(struct say *say, const struct rule *rule) {
  const struct trigger *first = &say->rulebook->triggers[rule->on.first];
  uint32_t nodes[2] = {rule->on.count == 1 && first->kind == TRIGGER_EVENT ? first->when : NONE, rule->when};
  uint32_t parts = condition_parts(say, nodes[0]) + condition_parts(say, nodes[1]);
  bool several = rule->on.count > 1;
  if (parts == 0) {
    put(say, several ? "" : ".\n", several ? "" : "。\n");
    return;
  }
  if (several)
    put(say, parts == 1 ? "\nThis must hold:\n\n" : "\nAll of the following must hold:\n\n",
        parts == 1 ? "\n须符合以下条件：\n\n" : "\n须同时符合以下条件：\n\n");
  else
    put(say, parts == 1 ? ". This must hold:\n\n" : ". All of the following must hold:\n\n",
        parts == 1 ? "，须符合以下条件：\n\n" : "，须同时符合以下条件：\n\n");
  say_conditions(say, nodes, 2, "");
}

/* ---- what it takes beside conditions ---- */

/* Several rules may give the chances that one spends. */
static bool gives_chance(const struct say *say, uint32_t rule, uint32_t chance) {
  const struct rule *giver = &say->rulebook->rules[rule];
  for (uint32_t i = 0; i < giver->item_count; i++) {
    const struct item *item = &say->rulebook->items[giver->item_first + i];
    if (item->is_chance && item->chance == chance) return true;
  }
  return false;
}

static void givers_say(struct say *say, uint32_t chance) {
  uint32_t givers[LIMIT_RULES_PER_CAMPAIGN], count = 0;
  for (uint32_t i = say->rulebook->chances[chance].given_by; i < say->rulebook->rule_count && count < LIMIT_RULES_PER_CAMPAIGN; i++)
    if (gives_chance(say, i, chance)) givers[count++] = i;
  for (uint32_t i = 0; i < count; i++) {
    put_or(say, i, count);
    say_rule_name(say, givers[i]);
  }
}

static void spends_say(struct say *say, const struct rule *rule) {
  if (rule->spends == NONE) return;
  put(say, " Each time uses up one chance given by ", "每次使用一次由");
  givers_say(say, rule->spends);
  put(say, "; of several the one that expires first", "发放的机会，先到期的先使用");
  if (rule->spends_match_count > 0) put(say, "; it must have the same ", "，且");
  for (uint32_t i = 0; i < rule->spends_match_count; i++) {
    put_and(say, i, rule->spends_match_count);
    say_field(say, rule->spends_match[i]);
  }
  if (rule->spends_match_count > 0) put(say, " as the act that the chance was given for", "须与取得机会时相同");
  put(say, ".", "。");
}

static void once_say(struct say *say, const struct rule *rule) {
  struct dimension others[LIMIT_DIMENSIONS];
  const uint32_t count = without_units(rule->once_per, rule->once_per_count, others);
  const bool units = count < rule->once_per_count;
  if (rule->once_per_count == 0) return;
  put(say, " A customer is rewarded once in the campaign", "每位客户");
  if (count > 0) put(say, " for ", "就"), say_dimensions(say, others, count, false);
  if (units) put(say, " ", count > 0 ? "在" : ""), say_each_unit(say, rule->once_per, rule->once_per_count);
  put(say, ".", count == 0 ? "只奖励一次。" : units ? "内只奖励一次。" : "在活动期内只奖励一次。");
}

static void extras_say(struct say *say, const struct rule *rule) {
  size_t start = say->out->length;
  put(say, "\n**Also:**", "\n**说明**：");
  size_t heading = say->out->length;
  spends_say(say, rule);
  once_say(say, rule);
  say_close_once(say, rule);
  all_hearers(say, rule);
  if (say->out->length == heading)
    say->out->length = start;
  else
    put_str(say, STR("\n"));
}

static void heading_say(struct say *say, uint32_t number) {
  put(say, "### Rule ", "### 规则");
  put_ordinal(say, number - say->campaign->rule_first + 1);
  put_str(say, STR("\n\n"));
}

static void review_end_say(struct say *say, const struct review *review) {
  put(say, ". That takes up to ", "，复核期限为");
  say_duration(say, review->within);
  put(say,
      review->passes ? "; when nothing has been decided by then, it is issued"
                     : "; when nothing has been decided by then, it is not issued",
      review->passes ? "，逾期未作决定的予以发放" : "，逾期未作决定的不予发放");
}

/* What is held until somebody has looked at it. */
static void review_say(struct say *say, const struct rule *rule) {
  const struct review *review = &rule->review;
  if (!review->asked) return;
  put(say, "\nA gift is reviewed by the bank before it is issued", "\n奖励须先经复核后发放");
  if (review->when != NONE) {
    put(say, ", if this holds: ", "，限符合以下条件的：");
    say_condition(say, review->when);
  }
  review_end_say(say, review);
  if (rule->forfeit.reissue)
    put(say, ". A gift that is refused is forfeited, like one that could not be delivered twice.\n",
        "。复核未通过的，该奖励作废，按两次未能成功发放处理。\n");
  else
    put(say, ". A gift that is refused is treated like one that cannot be delivered.\n", "。复核未通过的，按未能成功发放处理。\n");
}

static bool reviews_itself(const struct say *say) {
  bool any = false;
  for (uint32_t i = 0; i < say->campaign->rule_count; i++) any |= say->rulebook->rules[say->campaign->rule_first + i].review.asked;
  return any;
}

/* Which gifts it is about is the bank's own affair, unless it is all of them. */
void say_risk_review(struct say *say) {
  const struct review *review = &say->rulebook->risk_review;
  if (review->when == NONE)
    put(say, "The bank reviews each gift before it is issued", "奖励须先经本行复核后发放");
  else
    put(say, "The bank may review a gift before it is issued", "本行可对奖励先行复核，复核后发放");
  review_end_say(say, review);
  if (reviews_itself(say))
    put(say,
        ". Where a rule has a review of its own, one review is both: the earlier time counts, and what nobody has decided is issued only "
        "if "
        "both say so",
        "。规则另有复核的，两项复核合并进行，以较早届满的期限为准；两者均规定逾期发放的，方逾期发放");
  put(say, ". A gift that is refused is forfeited, like one that cannot be delivered, and it is not issued anew.\n",
      "。复核未通过的，该奖励作废，按未能成功发放处理，且不再补发。\n");
}

void say_rule(struct say *say, uint32_t number) {
  const struct rule *rule = rule_of(say, number);
  say->rule = number;
  heading_say(say, number);
  if (rule->schedule != NONE) {
    put(say, "**Days and hours:** ", "**参与时间**：");
    say_schedule(say, &say->rulebook->schedules[rule->schedule]);
    put(say, ".\n\n", "。\n\n");
  }
  triggers_say(say, rule);
  conditions_of(say, rule);
  say_rank(say, rule);
  extras_say(say, rule);
  put_str(say, STR("\n"));
  say_give(say, number);
  review_say(say, rule);
}
