/* Rules of a group: which of them pay beside each other for one and the same event (docs/language.md section 6). */
#include "parts.h"

static const struct rule *rule_of(const struct say *say, uint32_t rule) { return &say->rulebook->rules[rule]; }

struct members {
  uint32_t rules[LIMIT_RULES_PER_CAMPAIGN]; /* of this campaign, in the order in which they are tried */
  uint32_t count;
  bool others; /* rules of other campaigns are in it */
};

static void member_add(const struct say *say, struct members *members, uint32_t rule) {
  uint32_t at = members->count++;
  for (; at > 0 && rule_of(say, members->rules[at - 1])->priority > rule_of(say, rule)->priority; at--)
    members->rules[at] = members->rules[at - 1];
  members->rules[at] = rule;
}

static void members_of(const struct say *say, uint32_t group, struct members *out) {
  out->count = 0, out->others = false;
  for (uint32_t i = 0; i < say->rulebook->rule_count; i++) {
    if (rule_of(say, i)->group != group) continue;
    if (rule_of(say, i)->campaign == say->number)
      member_add(say, out, i);
    else
      out->others = true;
  }
}

static void priority_say(struct say *say, int32_t priority) {
  if (priority == PRIORITY_NONE)
    put(say, " (without a priority)", "（未设优先级）");
  else
    buffer_print(say->out, say_zh(say) ? "（优先级%d）" : " (priority %d)", priority);
}

/* Among other campaigns' rules it is the number that says who goes first. */
static void names_say(struct say *say, const struct members *members, bool priorities) {
  for (uint32_t i = 0; i < members->count; i++) {
    if (say_zh(say))
      put(say, "", i > 0 ? "、" : "");
    else
      put_and(say, i, members->count);
    say_rule_name(say, members->rules[i]);
    if (priorities) priority_say(say, rule_of(say, members->rules[i])->priority);
  }
}

static void occasion_say(struct say *say, const struct members *members) {
  bool periods = false, acts = false;
  for (uint32_t i = 0; i < members->count; i++) {
    periods = periods || hears_period(say, rule_of(say, members->rules[i]));
    acts = acts || !hears_period(say, rule_of(say, members->rules[i]));
  }
  if (acts || !periods) put(say, "one and the same payment or act", "同一笔交易或行为");
  if (acts && periods) put(say, ", or the end of one and the same period", "、同一时点的统计");
  if (!acts && periods) put(say, "the end of one and the same period", "同一时点的统计");
}

static bool has_draw(const struct say *say, const struct members *members) {
  for (uint32_t i = 0; i < members->count; i++)
    if (rule_is_draw(say->rulebook, members->rules[i])) return true;
  return false;
}

static void all_say(struct say *say, const struct members *members) {
  size_t start = say->out->length;
  names_say(say, members, false);
  put_capital(say, start);
  if (members->others) put(say, ", and rules of other campaigns of the same group,", "与其他活动的同组规则");
  put(say, members->count == 2 && !members->others ? " may both give something for " : " may all give something for ", "可同时享受：");
  occasion_say(say, members);
  put(say, ".\n", "符合多条规则的，分别奖励。\n");
}

static void order_say(struct say *say, const struct members *members, bool best) {
  if (best && members->others)
    put(say, "the one that is worth most; of those that are worth the same the one with the smallest number, those without a number last",
        "以价值最高者为准；价值相同的，优先级数字小的先适用，未设优先级的排在最后");
  else if (best)
    put(say, "the one that is worth most, of those that are worth the same the one that stands first here",
        "以价值最高者为准；价值相同的，按上列顺序适用");
  else if (members->others)
    put(say, "the one with the smallest number first, those without a number last", "优先级数字小的先适用，未设优先级的排在最后");
  else
    put(say, "they are tried in this order", "按上列顺序适用");
}

static void one_say(struct say *say, const struct members *members, bool best) {
  put(say, "Of ", "");
  names_say(say, members, members->others);
  if (members->others)
    put(say, ", and of rules of other campaigns of the same group,", "与其他活动的规则同组，");
  else
    put(say, "", "为同组规则，");
  put(say, " only one gives something for ", "");
  occasion_say(say, members);
  put(say, ": ", "只享受其中一条：");
  order_say(say, members, best);
  put(say, "; where a rule's conditions are not met, or its limit or supply is used up, the next one is tried",
      "；不符合条件、次数或额度已用完、名额已发完的，顺延至下一条");
  if (has_draw(say, members)) put(say, "; a draw without a prize counts as the one that gave something", "；抽奖未中奖的，视为已享受");
  put(say, ".\n", "。\n");
}

/* One group at the first of its rules here. */
static void group_say(struct say *say, uint32_t rule, uint32_t *line) {
  uint32_t group = rule_of(say, rule)->group;
  struct members members;
  if (group == NONE) return;
  for (uint32_t i = say->campaign->rule_first; i < rule; i++)
    if (rule_of(say, i)->group == group) return;
  members_of(say, group, &members);
  if (members.count < 2 && !members.others) return;
  if (*line == 0) put(say, "\n### Rules beside each other\n\n", "\n### 规则之间\n\n");
  put_line(say, ++*line);
  const enum group_mode mode = say->rulebook->groups[group].mode;
  if (mode == GROUP_ALL)
    all_say(say, &members);
  else
    one_say(say, &members, mode == GROUP_BEST);
}

void say_groups(struct say *say) {
  uint32_t line = 0;
  for (uint32_t i = 0; i < say->campaign->rule_count; i++) group_say(say, say->campaign->rule_first + i, &line);
}
