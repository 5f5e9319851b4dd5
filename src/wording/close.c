/* Periods that close and days that come again: nobody does anything then, the bank looks at what there is. */
#include "parts.h"

bool hears_period(const struct say *say, const struct rule *rule) {
  for (uint32_t i = 0; i < rule->on.count; i++)
    if (say->rulebook->triggers[rule->on.first + i].kind == TRIGGER_CLOSE) return true;
  return false;
}

static const char *const period_words[UNIT_COUNT][2] = {
    [UNIT_DAY] = {"每日", "该日"},   [UNIT_WEEK] = {"每周", "该周"},         [UNIT_TEN_DAYS] = {"每旬", "该旬"},
    [UNIT_MONTH] = {"每月", "该月"}, [UNIT_QUARTER] = {"每季度", "该季度"},  [UNIT_HALF] = {"每半年", "该半年"},
    [UNIT_YEAR] = {"每年", "该年"},  [UNIT_CAMPAIGN] = {"活动", "活动期内"}, [UNIT_EVER] = {"", ""}};

/* "每月结束满3天时", "3 days after the end of each calendar month". */
void say_close_time(struct say *say, enum unit unit, uint32_t cycle, struct duration delay) {
  bool late = delay.ms != 0 || delay.months != 0;
  if (say_zh(say)) {
    say_cycle(say, cycle);
    put(say, "", period_words[unit][0]);
    put(say, "", late ? "结束满" : "结束");
    if (late) say_duration(say, delay);
    put(say, "", "时");
    return;
  }
  if (late) say_duration(say, delay);
  put(say, late ? " after the end of " : "the end of ", "");
  put(say, unit == UNIT_CAMPAIGN ? "the " : "each ", "");
  if (cycle == 0) {
    put_str(say, str_of(unit_word(say, unit)));
    return;
  }
  say_cycle_unit(say, unit);
  say_cycle(say, cycle);
}

static void period_say(struct say *say, const struct trigger *trigger, enum unit unit, uint32_t cycle) {
  say_close_time(say, unit, cycle, trigger->delay);
  put(say, ", when each customer's figures for that period are worked out (customers without any figures are left out)", "，统计客户");
  put(say, "", period_words[unit][1]);
  put(say, "", "的情况（没有可统计数据的客户除外）");
}

static void own_day_say(struct say *say, const struct condition *left) {
  bool fact = left->left == LEFT_FACT_AT, birthday = str_equal(left->left_text, STR("profile.birthday"));
  if (say_zh(say)) {
    put(say, "", birthday ? "客户生日当天" : fact ? "客户每年" : "客户资料中");
    if (fact) say_fact(say, left->index);
    if (!fact && !birthday) say_field(say, left->index);
    if (!birthday) put(say, "", fact ? "的周年日" : "每年当天");
    return;
  }
  put(say, fact ? "each year, the anniversary of the customer's " : "each year, the customer's ", "");
  if (fact)
    say_fact(say, left->index);
  else
    say_field(say, left->index);
}

/* "客户生日当天09:00", "each year, the customer's birthday, at 09:00". */
static void date_say(struct say *say, const struct trigger *trigger, const struct condition *left) {
  own_day_say(say, left);
  put(say, ", at ", "");
  say_clock(say, (int32_t)(trigger->delay.ms / MS_PER_SECOND));
  put(say, " (", "（");
  if (left->left == LEFT_FACT_AT) put(say, "from the following year on; ", "自次年起；");
  put(say, "in years without 29 February, 28 February counts)", "2月29日的，平年按2月28日计）");
}

void say_close(struct say *say, const struct trigger *trigger) {
  const struct close *close = &say->rulebook->closes[trigger->close];
  if (trigger->fact != NONE)
    say_level_reached(say, trigger->fact);
  else if (close->left == NONE)
    period_say(say, trigger, close->unit, close->cycle);
  else
    date_say(say, trigger, &say->rulebook->conditions[close->left]);
}

/* How often one of them is rewarded by itself. A ladder goes on within its period, and of a level its note says it. */
void say_close_once(struct say *say, const struct rule *rule) {
  bool periods = false, told = false, facts = false;
  for (uint32_t i = 0; i < rule->on.count; i++) {
    const struct trigger *trigger = &say->rulebook->triggers[rule->on.first + i];
    if (trigger->kind != TRIGGER_CLOSE || trigger->fact != NONE) continue;
    uint32_t left = say->rulebook->closes[trigger->close].left;
    periods = periods || left == NONE;
    if (left != NONE && say->rulebook->conditions[left].left == LEFT_FACT_AT) facts = true;
    if (left != NONE && say->rulebook->conditions[left].left != LEFT_FACT_AT) told = true;
  }
  if (periods && !rule_has_ladder(say->rulebook, rule))
    put(say, " Each customer is rewarded once for each period.", "每位客户每期只奖励一次。");
  if (told)
    put(say, " Each customer is rewarded once a year; a change of the date on record brings no second gift.",
        "每位客户每年只奖励一次，登记的日期更正后不重复奖励。");
  else if (facts)
    put(say, " Each customer is rewarded once a year.", "每位客户每年只奖励一次。");
}
