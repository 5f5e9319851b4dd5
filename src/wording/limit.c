/* How often, and how much a customer may have. */
#include "parts.h"

static void who_say(struct say *say, const struct limit *limit) {
  struct dimension who[LIMIT_DIMENSIONS];
  const uint32_t count = without_units(limit->dimensions, limit->dimension_count, who);
  if (count == 0) {
    put(say, "all customers together", "全部客户合计");
    return;
  }
  if (count == 1 && who[0].kind == DIMENSION_CUSTOMER) {
    put(say, "each customer", "每位客户");
    return;
  }
  say_dimensions(say, who, count, limit->each);
  if (!limit->each && !limit->per_customer) put(say, ", whoever the customer is", "（不分客户）");
  if (limit->each) put(say, ", counted separately", "分别计算，");
}

/* "per day", and of a limit with units among its `per` these too: "once per day", not "for the same day, once ever". */
static void limit_period(struct say *say, const struct limit *limit) {
  struct dimension who[LIMIT_DIMENSIONS];
  const bool units = without_units(limit->dimensions, limit->dimension_count, who) < limit->dimension_count,
             whole = !(units && limit->unit == UNIT_EVER);
  if (whole) say_period(say, limit->unit);
  if (!units) return;
  if (whole) put(say, " and ", "");
  say_each_unit(say, limit->dimensions, limit->dimension_count);
}

static void when_say(struct say *say, const struct limit *limit) {
  bool other = limit->unit == UNIT_CAMPAIGN && limit->campaign != say->number;
  if (limit->rolling_days == 0 && other) {
    put(say, "during ", "在");
    say_span(say, limit->campaign);
    put(say, "", "内");
    return;
  }
  if (limit->rolling_days == 0) {
    limit->cycle > 0 ? say_cycle_period(say, limit->unit, limit->cycle) : limit_period(say, limit);
    return;
  }
  buffer_print(say->out, say_zh(say) ? "任意连续%u天内" : "in any %u days in a row", limit->rolling_days);
}

static void most_say(struct say *say, const struct limit *limit) {
  if (!limit->of_amount && limit->max == 1) {
    put(say, "once", "1次");
  } else if (!limit->of_amount) {
    say_number(say, limit->max);
    put(say, " times", "次");
  } else if (limit->in_points) {
    say_points(say, limit->max);
  } else {
    say_money(say, limit->max);
  }
}

static void partial_say(struct say *say, const struct limit *limit) {
  if (!limit->partial) return;
  put(say, "; a gift that would go above that is cut to what is left", "；超出的，按剩余额度发放");
  if (limit->least == 0) return;
  put(say, ", and is not given when less than ", "，剩余不足");
  if (limit->in_points)
    say_points(say, limit->least);
  else
    say_money(say, limit->least);
  put(say, " is left", "的不发放");
}

static bool asks_more(const struct limit *limit) {
  for (uint32_t i = 0; i < limit->dimension_count; i++)
    if (limit->dimensions[i].kind != DIMENSION_CUSTOMER && limit->dimensions[i].kind != DIMENSION_UNIT) return true;
  return false;
}

/* Who else uses it up: other rules of the campaign, other campaigns. */
static void shared_say(struct say *say, uint32_t number) {
  const struct limit *limit = &say->rulebook->limits[number];
  uint32_t rules = 0;
  for (uint32_t i = 0; i < say->campaign->rule_count; i++) {
    const struct rule *rule = &say->rulebook->rules[say->campaign->rule_first + i];
    for (uint32_t k = 0; k < rule->limit_count; k++) rules += say->rulebook->refs[rule->limit_first + k] == number;
  }
  if (limit->campaign != say->number)
    put(say, "; counted together for all rules and campaigns that share this limit", "；共用此限额的各规则和各活动合并计算");
  else if (rules > 1)
    put(say, "; counted together for all rules of this campaign that share this limit", "；本活动内共用此限额的各规则合并计算");
}

static void limit_say(struct say *say, uint32_t number) {
  const struct limit *limit = &say->rulebook->limits[number];
  who_say(say, limit);
  if (say_zh(say)) when_say(say, limit);
  put(say, ": at most ", "最多");
  most_say(say, limit);
  if (!say_zh(say)) buffer_byte(say->out, ' ');
  if (!say_zh(say)) when_say(say, limit);
  partial_say(say, limit);
  if (asks_more(limit))
    put(say, limit->missing_skip ? "; what is not known is left out" : "; when one of these is not known nothing is given",
        limit->missing_skip ? "；没有该项信息的，该项不计" : "；没有该项信息的，不予发放");
  shared_say(say, number);
}

/* Whether somebody may draw and have nothing: it counts all the same. */
static bool may_lose(const struct say *say, const struct rule *rule) {
  bool nothing = rule->draw_empty == DRAW_LOSE;
  for (uint32_t i = 0; i < rule->item_count; i++) nothing = nothing || say->rulebook->items[rule->item_first + i].is_nothing;
  return rule->give == GIVE_DRAW_OF && nothing;
}

static enum pay ladder_pay(const struct say *say, const struct rule *rule) {
  for (uint32_t i = 0; i < rule->item_count; i++)
    if (item_is_ladder(&say->rulebook->items[rule->item_first + i])) return say->rulebook->items[rule->item_first + i].value.pay;
  return PAY_HIGHEST;
}

static bool counts_steps(const struct say *say, const struct rule *rule) {
  bool counts = false;
  for (uint32_t i = 0; i < rule->limit_count; i++)
    counts = counts || !say->rulebook->limits[say->rulebook->refs[rule->limit_first + i]].of_amount;
  return counts && ladder_pay(say, rule) != PAY_HIGHEST;
}

/* What one firing is where a gift comes in steps. */
static void ladder_say(struct say *say, const struct rule *rule) {
  put(say, rule->limit_count > 1 ? "\n  - " : " ", rule->limit_count > 1 ? "\n  - " : "");
  if (ladder_pay(say, rule) == PAY_TOP_UP)
    put(say, "The first payment and each difference count as once.", "首次发放和每次补发差额各计1次。");
  else
    put(say, "Steps that are reached at once count as once.", "同时达到的各档合计1次。");
}

void say_rule_limits(struct say *say, uint32_t number) {
  const struct rule *rule = &say->rulebook->rules[number];
  put_str(say, STR("- "));
  put(say, "How often:", "次数与额度：");
  if (rule->limit_count < 2) put(say, " ", "");
  if (rule->limit_count == 0) put(say, "no limit.", "不限。");
  for (uint32_t i = 0; i < rule->limit_count; i++) {
    if (rule->limit_count > 1) put_str(say, STR("\n  - "));
    size_t start = say->out->length;
    limit_say(say, say->rulebook->refs[rule->limit_first + i]);
    put(say, ".", "。");
    if (rule->limit_count > 1) put_capital(say, start);
  }
  if (rule->limit_count > 0 && may_lose(say, rule))
    put(say, rule->limit_count > 1 ? "\n  - A draw without a prize counts." : " A draw without a prize counts.",
        rule->limit_count > 1 ? "\n  - 未中奖也计入次数。" : "未中奖也计入次数。");
  if (counts_steps(say, rule)) ladder_say(say, rule);
  put_str(say, STR("\n"));
}
