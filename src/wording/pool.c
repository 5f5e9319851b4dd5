/* How many there are: what is said here is what may run out, and who has it then. */
#include "parts.h"

static const struct pool *pool_of(const struct say *say, uint32_t pool) {
  assert(pool < say->rulebook->pool_count);
  return &say->rulebook->pools[pool];
}

static void amount_say(struct say *say, const struct pool *pool, int64_t amount) {
  if (pool->in_points) {
    say_points(say, amount);
  } else if (!pool->of_money) {
    say_number(say, amount);
    put(say, "", "份");
  } else {
    say_money(say, amount);
  }
}

static void shares_say(struct say *say, const struct pool *pool) {
  put(say, "by ", "按");
  say_field(say, pool->by);
  put(say, ": ", "分配：");
  for (uint32_t i = 0; i < pool->share_count; i++) {
    if (i > 0) put(say, ", ", "、");
    say_value(say, say->rulebook->catalogue->fields[pool->by].campaign_name, pool->shares[i].value);
    put(say, " ", "");
    amount_say(say, pool, pool->shares[i].total);
  }
  put(say, "; none for others", "；其他没有名额");
}

/* "at most 3 a week", "每周最多3份"; and when a period's share is released where that is not its first instant. */
static const char *const paces[UNIT_COUNT][4] = {[UNIT_DAY] = {"day", "每日", "", "每日"},
                                                 [UNIT_WEEK] = {"week", "每周", "on Mondays ", "每周一"},
                                                 [UNIT_TEN_DAYS] = {"ten-day period", "每旬", "on its first day ", "每旬首日"},
                                                 [UNIT_MONTH] = {"month", "每月", "on its first day ", "每月1日"},
                                                 [UNIT_QUARTER] = {"quarter", "每季度", "on its first day ", "每季度首日"},
                                                 [UNIT_HALF] = {"half-year", "每半年", "on its first day ", "每半年首日"},
                                                 [UNIT_YEAR] = {"year", "每年", "on its first day ", "每年1月1日"},
                                                 [UNIT_CAMPAIGN] = {"campaign", "活动期", "on its first day ", "活动首日"},
                                                 [UNIT_EVER] = {"", "", "", ""}};

/* Of a pool with `by` each value has a pace of its own. */
static void pace_say(struct say *say, const struct pool *pool) {
  const bool each = pool->share_count > 0;
  if (!pool->paced) return;
  put(say, each ? "; at most " : ", at most ", each ? "；每个" : "，");
  if (each && say_zh(say)) say_field(say, pool->by);
  put(say, "", paces[pool->pace_unit][1]);
  put(say, "", "最多");
  amount_say(say, pool, pool->pace_max);
  put(say, " a ", "");
  put(say, paces[pool->pace_unit][0], "");
  put(say, each ? " for each " : "", "");
  if (each && !say_zh(say)) say_field(say, pool->by);
  if (pool->pace_at_s != 0) {
    put(say, " (released ", "（");
    put(say, paces[pool->pace_unit][2], paces[pool->pace_unit][3]);
    put(say, "at ", "");
    say_clock(say, pool->pace_at_s);
    put(say, ")", "起发放）");
  }
  put(say, pool->carry_over ? "; what is not used is added to the next" : "; what is not used lapses",
      pool->carry_over ? "，当期余量转入下期" : "，当期余量不转入下期");
}

static uint32_t users_of(const struct say *say, uint32_t number) {
  uint32_t users = 0;
  for (uint32_t i = 0; i < say->rulebook->item_count; i++) {
    const struct item *item = &say->rulebook->items[i];
    for (uint32_t k = 0; k < item->pool_count; k++) users += say->rulebook->refs[item->pool_first + k] == number;
  }
  return users;
}

static void total_say(struct say *say, const struct pool *pool) {
  put(say, "", pool->in_points ? "总量" : pool->of_money ? "总额" : "共");
  if (pool->of_money && !say->rulebook->rules[say->rule].rank.shared) put(say, "gifts worth ", "");
  amount_say(say, pool, pool->total);
  if (!pool->of_money && !pool->in_points) put(say, pool->total == 1 ? " gift" : " gifts", "");
  put(say, " in all", "");
}

static void own_say(struct say *say, const struct pool *pool) {
  if (pool->unlimited)
    put(say, "no limit in all", "总量不限");
  else if (pool->by != FIELD_NONE)
    shares_say(say, pool);
  else
    total_say(say, pool);
  pace_say(say, pool);
}

/* What stands above it must have it too, and what stands behind it pays when it is empty: six above each other at most. */
static void pool_say(struct say *say, uint32_t number) {
  const struct pool *pool = pool_of(say, number);
  own_say(say, pool);
  if (pool->campaign != say->number)
    put(say, " (shared with other campaigns)", "（与其他活动共用）");
  else if (users_of(say, number) > 1)
    put(say, " (shared by the gifts of this campaign)", "（由本活动的多项奖励共用）");
  for (uint32_t up = pool->parent; up != NONE; up = pool_of(say, up)->parent) {
    if (up == pool->parent)
      put(say, "; and within the budgets above it: ", "；并受上级额度限制：");
    else
      put(say, ", ", "、");
    own_say(say, pool_of(say, up));
    if (pool_of(say, up)->campaign != say->number) put(say, " (shared with other campaigns)", "（与其他活动共用）");
  }
  if (pool->fallback == NONE) return;
  if (pool_of(say, pool->fallback)->shut)
    put(say, "; when it has run out, from a reserve, once the bank has released it: ", "；用完后由备用额度发放（须经本行开放）：");
  else
    put(say, "; when it has run out, from a reserve: ", "；用完后由备用额度发放：");
  own_say(say, pool_of(say, pool->fallback));
}

/* All pools of an item have to have it. */
static void item_supply(struct say *say, const struct item *item) {
  if (item->pool_count == 0) put(say, "no limit", "不限");
  for (uint32_t i = 0; i < item->pool_count; i++) {
    if (i > 0) put(say, "; and also ", "；并且");
    pool_say(say, say->rulebook->refs[item->pool_first + i]);
  }
}

static bool has_supply(const struct item *item) {
  return !item->is_nothing && !item->is_chance && (item->pool_count > 0 || !item->is_notice);
}

/* The item itself and what is given instead of it. */
static uint32_t next_item(const struct say *say, const struct rule *rule, uint32_t *place, uint32_t item) {
  uint32_t other = say->rulebook->items[item].or_else;
  if (other != NONE) return other;
  return ++*place < rule->item_count ? rule->item_first + *place : NONE;
}

static uint32_t supply_count(const struct say *say, const struct rule *rule, bool *bounded) {
  uint32_t count = 0, place = 0;
  for (uint32_t item = rule->item_first; item != NONE; item = next_item(say, rule, &place, item)) {
    count += has_supply(&say->rulebook->items[item]);
    *bounded = *bounded || say->rulebook->items[item].pool_count > 0;
  }
  return count;
}

/* At the end of a period it is not who comes first that has it. A day of the customer's own is one on which he comes. */
static bool settles_together(const struct say *say, const struct rule *rule) {
  bool together = rule->on.count > 0;
  for (uint32_t i = 0; i < rule->on.count; i++) {
    const struct trigger *trigger = &say->rulebook->triggers[rule->on.first + i];
    const bool close = trigger->kind == TRIGGER_CLOSE && (trigger->fact != NONE || say->rulebook->closes[trigger->close].left == NONE);
    together = together && close;
  }
  return together;
}

void say_supply(struct say *say, uint32_t number) {
  const struct rule *rule = &say->rulebook->rules[number];
  bool bounded = false;
  uint32_t count = supply_count(say, rule, &bounded), place = 0;
  if (count == 0) return;
  say->rule = number;
  put(say, rule->rank.shared ? "- The pot" : "- How many", rule->rank.shared ? "- 奖池" : "- 数量");
  if (bounded && !rank_settles(&rule->rank) && settles_together(say, rule))
    put(say, " (all are settled together; while they last)", "（统一结算，发完为止）");
  else if (bounded && !rank_settles(&rule->rank))
    put(say, " (first come, first served)", "（先到先得，发完为止）");
  put(say, count > 1 ? ":" : ": ", "：");
  for (uint32_t n = rule->item_first; n != NONE; n = next_item(say, rule, &place, n)) {
    if (!has_supply(&say->rulebook->items[n])) continue;
    if (count > 1) {
      put_str(say, STR("\n  - "));
      size_t start = say->out->length;
      say_item_name(say, n);
      put_capital(say, start);
      put(say, ": ", "：");
    }
    item_supply(say, &say->rulebook->items[n]);
    put(say, ".", "。");
  }
  put_str(say, STR("\n"));
}
