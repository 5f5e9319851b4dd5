/* Averages over days and the steps they reach: what is looked at when a period closes, and what has to be kept for further ones. */
#include "parts.h"

/* ---- daily averages ---- */

void say_daily_note(struct say *say, const struct fact *fact) {
  put(say, "the ", "指");
  if (say_zh(say)) say_window(say, &fact->window);
  put(say, "", fact->window.kind == WINDOW_DATES ? "期间每日日终" : "内每日日终");
  say_field(say, fact->of);
  put(say, " at the end of each day ", "之和除以该期间天数所得的平均值（不足最小单位的舍去");
  if (!window_lags(&fact->window)) put(say, "", "；期间未结束的，计至当日");
  put(say, "", "），以");
  if (!say_zh(say)) say_window(say, &fact->window);
  put(say, ", added up and divided by the number of days", "");
  if (!window_lags(&fact->window)) put(say, " (before the period is over, of the days so far)", "");
  put(say, ", rounded down to the smallest unit, as reported by ", "");
  say_acts(say, fact->on);
  put(say, "", "为准");
  if (fact->when != NONE) {
    put(say, ", if ", "，且须符合：");
    say_condition(say, fact->when);
  }
  put(say, "; a day without a report counts with the figure of the day before, and days before the first report count as zero",
      "；当日没有登记的，沿用前一日的数值，首次登记以前的各日按零计");
  buffer_print(say->out,
               say_zh(say) ? "；同一日有多次登记的，以最后一次为准，可在该日之后%u天内补登或更正"
                           : "; where a day is reported several times the latest report counts, up to %u days after that day",
               (unsigned)DAILY_TOLD_DAYS);
}

/* ---- levels ---- */

static void step_say(struct say *say, const struct fact *measure, int64_t from) {
  if (measure->money)
    say_money(say, from);
  else
    say_number(say, from);
  say_fact_unit(say, measure, from);
}

static const struct fact *measure_of(const struct say *say, const struct fact *level) { return &say->rulebook->facts[level->parts[0]]; }

/* What rules call by its id people know by what it takes. */
bool say_level(struct say *say, struct str id) {
  const struct rule *rule = &say->rulebook->rules[say->rule];
  const struct trigger *first = &say->rulebook->triggers[rule->on.first];
  const struct fact *fact = trigger_level(first) == NONE ? NULL : &say->rulebook->facts[trigger_level(first)];
  for (uint32_t i = 0; fact != NULL && i < fact->level_count; i++) {
    if (!str_equal(fact->levels[i].id, id)) continue;
    step_say(say, measure_of(say, fact), fact->levels[i].from);
    return true;
  }
  return false;
}

static void steps_say(struct say *say, const struct fact *fact) {
  for (uint32_t i = 0; i < fact->level_count; i++) {
    if (say_zh(say))
      put(say, "", i > 0 ? "、满" : "满");
    else
      put_and(say, i, fact->level_count);
    step_say(say, measure_of(say, fact), fact->levels[i].from);
    put(say, " or more", "");
  }
  put(say, "", fact->level_count > 1 ? "，均含本数" : "，含本数");
}

static void any_step(struct say *say, const struct fact *fact) {
  put(say, " (", "（");
  for (uint32_t i = 0; i < fact->level_count; i++) {
    put_or(say, i, fact->level_count);
    put(say, "", "满");
    step_say(say, measure_of(say, fact), fact->levels[i].from);
    put(say, " or more", "");
  }
  put(say, ")", "）");
}

void say_level_reached(struct say *say, uint32_t level) {
  const struct fact *fact = &say->rulebook->facts[level];
  bool first = !fact->every_period && !(fact->hold > 0 && fact->restarts);
  put(say, "the customer reaches a ", first ? "客户首次达到" : "客户达到");
  say_fact(say, level);
  put(say, "", "中的一档");
  any_step(say, fact);
  if (first) put(say, " for the first time", "");
  if (fact->hold == 0) return;
  put(say, " and keeps it for the next ", "，并在其后连续");
  put_int(say, fact->hold);
  if (!say_zh(say)) buffer_byte(say->out, ' ');
  say_count_word(say, fact->window.unit);
  put(say, "", "保持");
}

/* "首次达到某档后，其后连续3个月均须保持该档，方为完成". */
static void hold_say(struct say *say, const struct fact *fact) {
  put(say, "; a step is completed by whoever reaches it and still has it on the next ", "；达到某档后，在其后连续");
  put_int(say, fact->hold);
  put(say, fact->hold == 1 ? " such date" : " such dates", "");
  if (say_zh(say)) say_count_word(say, fact->window.unit);
  put(say, ", once in the campaign", "的核定中均保持该档的，方为完成，每档在活动期内只完成一次");
  put(say,
      fact->restarts ? "; whoever loses it in between begins again when it is next reached"
                     : "; whoever loses it in between cannot complete it any more",
      fact->restarts ? "；中途未保持的，再次达到时重新起算" : "；中途未保持的，不能再完成该档");
  put(say, "; it has to be reached within the campaign's period, and may be kept beyond its end",
      "；须在活动期内达到，保持的时间可延续到活动结束之后");
}

static void together_say(struct say *say, const struct fact *fact) {
  if (fact->level_count < 2) return;
  if (fact->fires_each)
    put(say, "; of several that are completed at once each counts", "；同时完成多档的，各档均计");
  else
    put(say, "; of several that are completed at once the highest counts", "；同时完成多档的，只计最高一档");
  if (!fact->fires_each && !fact->every_period) put(say, ", and the others count as completed", "，其余各档视为已完成，不再另计");
}

static void level_note(struct say *say, const struct fact *fact) {
  put(say, "what the ", "指");
  if (!say_zh(say)) say_fact(say, fact->parts[0]);
  bool late = fact->delay.ms != 0 || fact->delay.months != 0;
  put(say, late ? " has reached " : " has reached at ", "");
  say_close_time(say, fact->window.unit, 0, fact->delay);
  put(say, ": ", "，按");
  if (say_zh(say)) {
    say_fact(say, fact->parts[0]);
    put(say, "", "核定的档位，共");
    put_int(say, fact->level_count);
    put(say, "", "档：");
  }
  steps_say(say, fact);
  if (fact->every_period)
    put(say, "; a step is completed each time that it is reached", "；每次核定时达到的，均为完成");
  else if (fact->hold == 0)
    put(say, "; a step is completed when it is reached for the first time, once in the campaign",
        "；首次达到某档即为完成，每档在活动期内只完成一次");
  else
    hold_say(say, fact);
  together_say(say, fact);
}

static void level_name(struct say *say, const struct fact *fact) {
  put(say, "step of the ", "");
  say_measure_name(say, &say->rulebook->facts[fact->parts[0]]);
  put(say, "", "档位");
}

const struct fact_words fact_words_level = {.name = level_name, .note = level_note};
