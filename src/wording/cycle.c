/* Cycles of the customer's own: "in the month counted from the customer's statement day", "按客户账单日起算的当月". What it is stands
 * before the period in Chinese and behind it in English. */
#include "parts.h"

void say_cycle(struct say *say, uint32_t cycle) {
  if (cycle == 0) return;
  const struct condition *left = &say->rulebook->conditions[say->rulebook->own_cycles[cycle - 1].left];
  bool fact = left->left == LEFT_FACT_AT;
  put(say, " counted from the customer's ", fact ? "自客户" : "按客户");
  if (fact)
    say_fact_within(say, left->index);
  else
    say_field(say, left->index);
  put(say, "", "起算的");
}

/* Of a limit: "per month counted from ...", "按...起算的每月". */
void say_cycle_period(struct say *say, enum unit unit, uint32_t cycle) {
  if (say_zh(say)) say_cycle(say, cycle);
  put(say, "per ", "每");
  say_cycle_unit(say, unit);
  if (!say_zh(say)) say_cycle(say, cycle);
}

/* "month", not "calendar month". */
void say_cycle_unit(struct say *say, enum unit unit) { put(say, unit == UNIT_YEAR ? "year" : "month", unit == UNIT_YEAR ? "年" : "月"); }
