/* What is remembered of a customer. Where a condition asks for it the text has a short name in quotes, made of what is counted and in which
 * period; what it stands for is said among the notes at the end, with the name that the file has for it. */
#include "parts.h"

static const struct fact *fact_of(const struct say *say, uint32_t fact) {
  assert(fact < say->rulebook->fact_count);
  return &say->rulebook->facts[fact];
}

/* ---- windows ---- */

static const char *const now_words[UNIT_COUNT][2] = {[UNIT_DAY] = {"on the day", "当日"},
                                                     [UNIT_WEEK] = {"in the week", "当周"},
                                                     [UNIT_TEN_DAYS] = {"in the ten-day period", "当旬"},
                                                     [UNIT_MONTH] = {"in the month", "当月"},
                                                     [UNIT_QUARTER] = {"in the quarter", "当季"},
                                                     [UNIT_HALF] = {"in the half-year", "当半年"},
                                                     [UNIT_YEAR] = {"in the year", "当年"},
                                                     [UNIT_CAMPAIGN] = {"in the campaign", "活动期"},
                                                     [UNIT_EVER] = {"so far", ""}};
static const char *const count_words[UNIT_COUNT][2] = {[UNIT_DAY] = {"days", "天"},
                                                       [UNIT_WEEK] = {"weeks", "周"},
                                                       [UNIT_TEN_DAYS] = {"ten-day periods", "旬"},
                                                       [UNIT_MONTH] = {"months", "个月"},
                                                       [UNIT_QUARTER] = {"quarters", "个季度"},
                                                       [UNIT_HALF] = {"half-years", "个半年"},
                                                       [UNIT_YEAR] = {"years", "年"},
                                                       [UNIT_CAMPAIGN] = {"campaigns", "个活动期"},
                                                       [UNIT_EVER] = {"lifetimes", "次"}};

static const char *const before_words[UNIT_COUNT][2] = {[UNIT_DAY] = {"on the day before", "前一日"},
                                                        [UNIT_WEEK] = {"in the week before", "上周"},
                                                        [UNIT_TEN_DAYS] = {"in the ten-day period before", "上旬"},
                                                        [UNIT_MONTH] = {"in the month before", "上月"},
                                                        [UNIT_QUARTER] = {"in the quarter before", "上季度"},
                                                        [UNIT_HALF] = {"in the half-year before", "上半年度"},
                                                        [UNIT_YEAR] = {"in the year before", "上一年"},
                                                        [UNIT_CAMPAIGN] = {"", ""},
                                                        [UNIT_EVER] = {"", ""}};

static void unit_window(struct say *say, const struct window *window) {
  const char *const *words = window->previous == 0 ? now_words[window->unit] : before_words[window->unit];
  const char *unit = window->cycle == 0 ? unit_word(say, window->unit) : window->unit == UNIT_YEAR ? "year" : "month";
  if (say_zh(say)) say_cycle(say, window->cycle);
  if (window->previous < 2)
    put(say, words[0], words[1]);
  else if (say_zh(say))
    buffer_print(say->out, "往前第%u个%s", window->previous,
                 window->cycle == 0 ? unit_word(say, window->unit)
                 : *unit == 'y'     ? "年"
                                    : "月");
  else
    buffer_print(say->out, "in number %u back, counted by the %s", window->previous, unit);
  if (!say_zh(say)) say_cycle(say, window->cycle);
}

/* "within 3 months after the first card opening", "首次开卡起3个月内"; "from the first card opening to the end of ...". */
static void since_window(struct say *say, const struct window *window) {
  const struct from first = {"that", "其", "", ""};
  bool span = window->until.kind == MOMENT_AFTER;
  if (span && !say_zh(say)) {
    put(say, "within ", ""), say_duration(say, window->until.after), put(say, " after the customer's ", "");
    say_fact_within(say, window->since);
    return;
  }
  put(say, "from the customer's ", "");
  say_fact_within(say, window->since);
  put(say, " to ", span ? "后" : "起至其");
  if (span)
    say_duration(say, window->until.after);
  else
    say_moment(say, &window->until, true, first);
  put(say, span ? "" : " in which that was", span ? "内" : "止");
}

void say_count_word(struct say *say, enum unit unit) { put(say, count_words[unit][0], count_words[unit][1]); }

/* English stands behind what is counted ("total amount of the month"), Chinese before it ("当月累计金额"). */
void say_window(struct say *say, const struct window *window) {
  bool zh = say_zh(say);
  switch (window->kind) {
    case WINDOW_UNIT: unit_window(say, window); return;
    case WINDOW_LAST_UNITS:
      if (zh) say_cycle(say, window->cycle);
      put(say, "in the last ", "最近");
      put_int(say, window->count);
      put(say, " full ", "个完整");
      put(say, count_words[window->unit][0], window->cycle == 0 ? unit_word(say, window->unit) : window->unit == UNIT_YEAR ? "年" : "月");
      if (!zh) say_cycle(say, window->cycle);
      if (window->previous > 0) buffer_print(say->out, zh ? "（再往前%u期）" : " (%u further back)", window->previous);
      return;
    case WINDOW_ROLLING_DAYS: buffer_print(say->out, zh ? "近%u天" : "in the last %u days", window->count); return;
    case WINDOW_DATES:
      put(say, "from ", "");
      say_instant(say, window->from_ms);
      put(say, " to ", "至");
      say_end(say, window->to_ms);
      return;
    case WINDOW_ENROLMENT: put(say, "since sign-up", "报名后"); return;
    case WINDOW_SINCE: since_window(say, window); return;
  }
}

/* ---- short names ---- */

static const char *const span_words[UNIT_COUNT][2] = {
    [UNIT_DAY] = {"days", "天数"},     [UNIT_WEEK] = {"weeks", "周数"},           [UNIT_TEN_DAYS] = {"ten-day periods", "旬数"},
    [UNIT_MONTH] = {"months", "月数"}, [UNIT_QUARTER] = {"quarters", "季度数"},   [UNIT_HALF] = {"half-years", "半年数"},
    [UNIT_YEAR] = {"years", "年数"},   [UNIT_CAMPAIGN] = {"campaigns", "活动数"}, [UNIT_EVER] = {"times", "次数"}};

/* English: "total amount of card or QR payments in the month"; Chinese: "当月刷卡或扫码消费累计金额". */
static void measure_word(struct say *say, const struct fact *fact) {
  switch (fact->measure) {
    case MEASURE_COUNT: put(say, "number", "次数"); return;
    case MEASURE_SUM: put(say, "total ", "累计"); break;
    case MEASURE_AVERAGE: put(say, "average ", "平均"); break;
    case MEASURE_DAILY_AVERAGE: put(say, "average daily ", "日均"); break;
    case MEASURE_MAX: put(say, "highest ", "最高"); break;
    case MEASURE_MIN: put(say, "lowest ", "最低"); break;
    case MEASURE_DISTINCT:
      if (fact->of == FIELD_NONE) {
        put(say, span_words[fact->of_unit][0], span_words[fact->of_unit][1]);
        return;
      }
      put(say, "number of different ", "不同");
      say_fields_many(say, fact->of);
      put(say, "", "数");
      return;
    case MEASURE_STREAK:
      put(say, span_words[fact->of_unit][0], span_words[fact->of_unit][1]);
      put(say, " in a row", "");
      return;
  }
  say_field(say, fact->of);
}

void say_measure_name(struct say *say, const struct fact *fact) {
  bool units = fact->of == FIELD_NONE && fact->measure != MEASURE_COUNT, daily = fact->measure == MEASURE_DAILY_AVERAGE;
  if (say_zh(say)) {
    say_window(say, &fact->window);
    if (fact->window.kind == WINDOW_LAST_UNITS || fact->window.kind == WINDOW_DATES) put(say, "", "的");
    if (fact->measure == MEASURE_STREAK) put(say, "", "连续");
    if (!daily) say_act_names(say, fact->on, false);
    measure_word(say, fact);
    return;
  }
  measure_word(say, fact);
  if (!daily) put(say, units ? " with " : fact->measure == MEASURE_DISTINCT ? " among " : " of ", "");
  if (!daily) say_act_names(say, fact->on, true);
  buffer_byte(say->out, ' ');
  say_window(say, &fact->window);
}

static uint32_t fact_use(struct used *used, uint32_t fact) {
  if (used->places[fact] == 0) {
    used->numbers[used->count++] = fact;
    used->places[fact] = used->count;
  }
  return used->places[fact] - 1;
}

void say_fact_within(struct say *say, uint32_t fact) {
  uint32_t place = fact_use(&say->facts, fact);
  words_of(fact_of(say, fact))->name(say, fact_of(say, fact));
  if (say->facts.suffixes[place] == 0) return;
  put(say, ", no. ", "之");
  put_ordinal(say, say->facts.suffixes[place]);
}

void say_fact(struct say *say, uint32_t fact) {
  put(say, "\"", "“");
  say_fact_within(say, fact);
  put(say, "\"", "”");
}

#define NAME_BYTES 1024u

void number_facts(struct say *say, uint64_t *hashes) {
  char memory[NAME_BYTES];
  struct buffer name, *out = say->out;
  struct used *used = &say->facts;
  for (uint32_t i = 0; i < used->count; i++) {
    buffer_init(&name, memory, sizeof memory);
    say->out = &name;
    const struct fact *fact = fact_of(say, used->numbers[i]);
    words_of(fact)->name(say, fact);
    hashes[i] = hash64(&HASH_KEY_FIXED, buffer_text(&name));
    uint32_t alike = 0;
    for (uint32_t k = 0; k < i; k++) {
      if (hashes[k] != hashes[i]) continue;
      if (alike++ == 0) used->suffixes[k] = 1;
    }
    used->suffixes[i] = alike > 0 ? alike + 1 : 0;
  }
  say->out = out;
}

static void measure_unit(struct say *say, const struct fact *fact) {
  if (fact->measure == MEASURE_COUNT) put(say, "", "次");
  if (fact->measure == MEASURE_DISTINCT || fact->measure == MEASURE_STREAK)
    put(say, "", fact->of == FIELD_NONE ? count_words[fact->of_unit][1] : "个");
}

void say_fact_unit(struct say *say, const struct fact *fact, int64_t number) {
  (void)number;
  if (say_zh(say) && words_of(fact)->unit != NULL) words_of(fact)->unit(say, fact);
}

/* ---- by what something is counted ---- */

static void dimension_say(struct say *say, const struct dimension *dimension) {
  switch (dimension->kind) {
    case DIMENSION_CUSTOMER: put(say, "customer", "客户"); return;
    case DIMENSION_FIELD: say_field(say, dimension->index); return;
    case DIMENSION_FACT: say_fact(say, dimension->index); return;
    case DIMENSION_FACT_AT: say_fact(say, dimension->index); return;
    case DIMENSION_UNIT: put_str(say, str_of(unit_word(say, (enum unit)dimension->index))); return;
    case DIMENSION_CAUSE: put(say, "person who did it", "实际办理人"); return;
  }
}

void say_dimensions(struct say *say, const struct dimension *dimensions, uint32_t count, bool each) {
  for (uint32_t i = 0; i < count; i++) {
    if (say_zh(say))
      put(say, "", i > 0 ? "、" : "");
    else
      put_and(say, i, count);
    bool card = dimensions[i].kind == DIMENSION_FIELD && dimensions[i].index == FIELD_ID_CARD;
    bool person = dimensions[i].kind == DIMENSION_CAUSE;
    put(say, each ? "each " : "the same ", card ? "同一张" : person ? "同一位" : "同一");
    dimension_say(say, &dimensions[i]);
  }
}

void say_each_unit(struct say *say, const struct dimension *dimensions, uint32_t count) {
  bool any = false;
  for (uint32_t i = 0; i < count; i++) {
    if (dimensions[i].kind != DIMENSION_UNIT) continue;
    put(say, any ? " and per " : "per ", "每");
    put_str(say, str_of(unit_word(say, (enum unit)dimensions[i].index)));
    any = true;
  }
}

uint32_t without_units(const struct dimension *dimensions, uint32_t count, struct dimension *others) {
  uint32_t kept = 0;
  for (uint32_t i = 0; i < count; i++)
    if (dimensions[i].kind != DIMENSION_UNIT) others[kept++] = dimensions[i];
  return kept;
}

/* ---- notes ---- */

static void per_note(struct say *say, const struct fact *fact) {
  if (fact->dimension_count == 0) return;
  put(say, "; counted separately for ", "；按");
  if (!say_zh(say)) say_dimensions(say, fact->dimensions, fact->dimension_count, true);
  for (uint32_t i = 0; say_zh(say) && i < fact->dimension_count; i++) {
    if (i > 0) put(say, "", "、");
    dimension_say(say, &fact->dimensions[i]);
  }
  put(say, "", "分别计算");
}

static void when_note(struct say *say, const struct fact *fact) {
  if (fact->when == NONE) return;
  put(say, "; it counts only if this holds: ", "；仅在符合以下条件时计入：");
  say_condition(say, fact->when);
}

static void first_note(struct say *say, const struct fact *fact) {
  put(say, "the first ", "指有记录以来第一次");
  say_acts(say, fact->on);
  if (say_zh(say)) put(say, "", "");
  put(say, " since records began", "");
  when_note(say, fact);
  per_note(say, fact);
  if (fact->resets.count > 0) {
    put(say, "; after a ", "；");
    say_acts(say, fact->resets);
    if (fact->resets_after.ms != 0 || fact->resets_after.months != 0) {
      put(say, " and ", "之后满");
      say_duration(say, fact->resets_after);
      put(say, " more", "，");
    } else {
      put(say, "", "之后，");
    }
    put(say, " the next one may count as the first again, unless there was one in between", "可以重新视为首次，但期间再次发生的除外");
  }
  if (fact->refunds_reopen && acts_reversible(say, fact->on))
    put(say, "; one that is refunded or undone in full does not count", "；全额退款或撤销的不算");
}

static void last_note(struct say *say, const struct fact *fact) {
  put(say, "the latest ", "指在本次之前最近一次");
  say_acts(say, fact->on);
  put(say, " before this one", "");
  per_note(say, fact);
}

/* "指当月内刷卡或扫码消费（...）的金额之和", "adds up the amount of every card or QR payment (...) in the month". */
static void measure_head(struct say *say, const struct fact *fact) {
  switch (fact->measure) {
    case MEASURE_DAILY_AVERAGE: return; /* level.c */
    case MEASURE_COUNT: put(say, "counts every ", ""); return;
    case MEASURE_SUM: put(say, "adds up the ", ""); break;
    case MEASURE_AVERAGE: put(say, "the average, rounded down to the smallest unit, of the ", ""); break;
    case MEASURE_MAX: put(say, "the highest ", ""); break;
    case MEASURE_MIN: put(say, "the lowest ", ""); break;
    case MEASURE_DISTINCT:
      if (fact->of == FIELD_NONE) {
        put(say, "counts the ", "");
        put(say, span_words[fact->of_unit][0], "");
        put(say, " with at least one ", "有");
        return;
      }
      put(say, "counts how many different ", "");
      if (!say_zh(say)) say_fields_many(say, fact->of);
      put(say, " there are in every ", "");
      return;
    case MEASURE_STREAK:
      put(say, "counts the ", "连续有");
      put(say, span_words[fact->of_unit][0], "");
      put(say, " in a row with at least one ", "");
      return;
  }
  if (say_zh(say)) return;
  say_field(say, fact->of);
  put(say, fact->measure == MEASURE_MAX || fact->measure == MEASURE_MIN ? " of any " : " of every ", "");
}

static void measure_tail(struct say *say, const struct fact *fact) {
  switch (fact->measure) {
    case MEASURE_DAILY_AVERAGE: return;
    case MEASURE_COUNT: put(say, "", "的次数"); return;
    case MEASURE_SUM: put(say, "", "的"); break;
    case MEASURE_AVERAGE: put(say, "", "的平均"); break;
    case MEASURE_MAX: put(say, "", "的最高"); break;
    case MEASURE_MIN: put(say, "", "的最低"); break;
    case MEASURE_DISTINCT: put(say, "", fact->of == FIELD_NONE ? "的" : "的不同"); break;
    case MEASURE_STREAK: put(say, ", up to that of the event itself", "的"); break;
  }
  bool units = fact->of == FIELD_NONE;
  if (units) put(say, "", span_words[fact->of_unit][1]);
  if (!units && say_zh(say)) say_field(say, fact->of);
  if (fact->measure == MEASURE_SUM) put(say, "", "之和");
  if (fact->measure == MEASURE_DISTINCT && !units) put(say, "", "的个数");
  if (fact->measure == MEASURE_AVERAGE) put(say, "", "（不足最小单位的舍去）");
  if (fact->measure == MEASURE_STREAK) put(say, "", "，计至");
  if (fact->measure == MEASURE_STREAK) put(say, "", now_words[fact->of_unit][1]);
}

static void programme_note(struct say *say, const struct fact *fact) {
  if (!fact->of_programme || fact->window.unit != UNIT_CAMPAIGN || fact->window.kind != WINDOW_UNIT) return;
  put(say, "; the campaign is here ", "；此处的活动期为");
  say_span(say, fact->campaign);
}

static void measure_note(struct say *say, const struct fact *fact) {
  if (fact->measure == MEASURE_DAILY_AVERAGE) {
    say_daily_note(say, fact);
    programme_note(say, fact);
    return;
  }
  enum window_kind kind = fact->window.kind;
  bool inside = kind == WINDOW_ROLLING_DAYS || kind == WINDOW_LAST_UNITS || (kind == WINDOW_UNIT && fact->window.unit != UNIT_EVER);
  put(say, "", "指");
  if (say_zh(say)) say_window(say, &fact->window);
  put(say, "", inside ? "内" : kind == WINDOW_DATES ? "期间" : "");
  measure_head(say, fact);
  say_acts(say, fact->on);
  if (!say_zh(say)) {
    buffer_byte(say->out, ' ');
    say_window(say, &fact->window);
  }
  measure_tail(say, fact);
  when_note(say, fact);
  per_note(say, fact);
  bool adds = fact->measure == MEASURE_COUNT || fact->measure == MEASURE_SUM || fact->measure == MEASURE_AVERAGE;
  if (adds && acts_reversible(say, fact->on))
    put(say, fact->refunds_subtract ? "; refunds are taken off" : "; refunds are not taken off",
        fact->refunds_subtract ? "；退款相应扣减" : "；退款不扣减");
  programme_note(say, fact);
  if (!fact->of_programme) put(say, "; only the campaign's own period counts", "；只计算活动期内的");
}

static void threshold_say(struct say *say, const struct condition *left, int64_t number) {
  if (left->money)
    say_money(say, number);
  else
    say_number(say, number);
}

/* One step of an axis: a list, or from one threshold up to the next. */
static void step_say(struct say *say, const struct axis *axis, uint32_t step) {
  const struct condition *left = &say->rulebook->conditions[axis->left];
  bool last = step + 1 >= axis->count;
  say_left(say, left);
  if (axis->lists != NULL) {
    put(say, " is in the list ", "属于");
    say_list(say, axis->lists[step]);
    return;
  }
  put(say, last ? " is at least " : " is from ", "满");
  threshold_say(say, left, axis->from[step]);
  put(say, last ? "" : " to less than ", last ? "（含）" : "（含）不满");
  if (!last) threshold_say(say, left, axis->from[step + 1]);
}

static void cell_say(struct say *say, struct str cell) {
  put(say, "\"", "“");
  say_group(say, cell);
  put(say, "\"", "”");
}

static void table_note(struct say *say, const struct fact *fact) {
  uint32_t columns = fact->axis_count == 2 ? fact->axes[1].count : 1;
  for (uint32_t i = 0; i < fact->axes[0].count * columns; i++) {
    if (i > 0) put(say, "; ", "；");
    if (!say_zh(say)) cell_say(say, fact->cells[i]);
    put(say, " where ", "");
    step_say(say, &fact->axes[0], i / columns);
    if (fact->axis_count == 2) {
      put(say, " and ", "且");
      step_say(say, &fact->axes[1], i % columns);
    }
    put(say, "", "的为");
    if (say_zh(say)) cell_say(say, fact->cells[i]);
  }
  put(say, "; else ", fact->otherwise.length == 0 ? "；其余不属于任何一类" : "；其余为");
  if (fact->otherwise.length == 0)
    put(say, "there is no class", "");
  else
    cell_say(say, fact->otherwise);
}

static void need_say(struct say *say, const struct fact *fact) {
  bool all = fact->need >= fact->task_count;
  if (all || fact->need == 1)
    put(say, all ? "all of the following" : "any one of the following", all ? "全部完成下列事项" : "完成下列任意一项");
  else
    buffer_print(say->out, say_zh(say) ? "完成下列事项中的%u项" : "%u of the following", fact->need);
}

static void tasks_say(struct say *say, const struct fact *fact) {
  for (uint32_t i = 0; i < fact->task_count; i++) {
    put_str(say, STR("\n  - "));
    say_acts(say, fact->tasks[i].on);
    if (fact->tasks[i].when != NONE) {
      put(say, ", if ", "，且");
      say_condition(say, fact->tasks[i].when);
    }
    put(say, i + 1 < fact->task_count ? ";" : "", i + 1 < fact->task_count ? "；" : "");
  }
}

static void fields_say(struct say *say, const uint16_t *fields, uint32_t count) {
  for (uint32_t i = 0; i < count; i++) {
    put_and(say, i, count);
    say_field(say, fields[i]);
  }
}

/* How often it may be begun, and for what: "对同一产品每自然季度只开始一次". */
static void opens_note(struct say *say, const struct fact *fact) {
  struct dimension others[LIMIT_DIMENSIONS];
  const uint32_t count = without_units(fact->dimensions, fact->dimension_count, others);
  bool units = count < fact->dimension_count, same = false;
  if (fact->dimension_count == 0) {
    put(say, "Each of them begins a set of its own", "每次发生都开始一组新的任务");
    return;
  }
  for (uint32_t i = 0; i < fact->dimension_count; i++)
    same = same || (fact->dimensions[i].kind == DIMENSION_UNIT && fact->dimensions[i].index == (uint32_t)fact->track_period);
  put(say, "It begins once", "");
  if (count > 0) put(say, " for ", "对"), say_dimensions(say, others, count, false);
  if (units) put(say, " ", ""), say_each_unit(say, fact->dimensions, fact->dimension_count);
  if (!same && !(units && fact->track_period == UNIT_EVER)) {
    put(say, " ", "");
    say_period(say, fact->track_period);
  }
  put(say, "", "只开始一次");
}

static void track_note(struct say *say, const struct fact *fact) {
  static const struct from start = {"the beginning", "开始后", " in which it begins", "开始"};
  put(say, "begins with: ", "自客户");
  say_acts(say, fact->on);
  put(say, "", "时开始");
  if (fact->when != NONE) {
    put(say, ", if ", "，且须符合：");
    say_condition(say, fact->when);
  }
  put(say, ". ", "。");
  opens_note(say, fact);
  put(say, "; a customer has at most four of them under way at a time", "；同时进行的最多四组");
  put(say, fact->within.kind == MOMENT_AFTER ? ". Within " : ". By ", "。在");
  if (fact->within.kind == MOMENT_NONE)
    put(say, "the end of the campaign's closing period", "活动收尾期结束前");
  else
    say_moment(say, &fact->within, true, start);
  put(say, " the customer has to do ", fact->within.kind == MOMENT_AFTER ? "内" : fact->within.kind == MOMENT_NONE ? "" : "前");
  need_say(say, fact);
  put(say, fact->ordered ? ", in this order" : ", in any order", fact->ordered ? "（按所列顺序）" : "（顺序不限）");
  if (fact->match_count > 0) {
    put(say, ", with the same ", "，各项的");
    fields_say(say, fact->match, fact->match_count);
    put(say, " as at the beginning", "须与开始时相同");
  }
  put(say, ":", "：");
  tasks_say(say, fact);
  put(say, ".\n  The act that begins it does not count as one of the tasks", "。\n  开始任务的那一次不计为其中的事项");
  bool refunded = false;
  for (uint32_t i = 0; i < fact->task_count; i++) refunded = refunded || acts_reversible(say, fact->tasks[i].on);
  if (refunded)
    put(say, "; when something is refunded, a completed set still counts as completed, and section 5 says what becomes of the gift",
        "；完成后发生退款的，任务仍视为完成，已发放的奖励按第五节处理");
}

static void picks_note(struct say *say, const struct fact *fact) {
  put(say, "what the customer chose by ", "指客户通过");
  say_acts(say, fact->on);
  put(say, "", "选定的");
  if (fact->of != FIELD_NONE && say_zh(say)) say_field(say, fact->of);
  put(say, fact->replaces ? "; the latest " : "; the first ", fact->replaces ? "，以最后选定的" : "，以最先选定的");
  put_int(say, fact->most);
  put(say, fact->most == 1 ? " counts" : " count", "个为准");
  if (fact->window.unit >= UNIT_CAMPAIGN) return;
  put(say, ", anew in each ", fact->window.cycle > 0 ? "，" : "，每");
  if (say_zh(say)) say_cycle(say, fact->window.cycle);
  if (fact->window.cycle > 0) put(say, "", "每");
  if (fact->window.cycle > 0)
    say_cycle_unit(say, fact->window.unit);
  else
    put_str(say, str_of(unit_word(say, fact->window.unit)));
  if (!say_zh(say)) say_cycle(say, fact->window.cycle);
  put(say, "", "重新选择");
}

static void difference_note(struct say *say, const struct fact *fact) {
  if (say_zh(say)) put(say, "", "指");
  say_fact(say, fact->parts[0]);
  put(say, " less ", "减去");
  say_fact(say, fact->parts[1]);
  put(say, "", "的差额");
}

void say_note(struct say *say, uint32_t number) {
  const struct fact *fact = fact_of(say, number);
  put_str(say, STR("- "));
  say_fact(say, number);
  put(say, ": ", "：");
  words_of(fact)->note(say, fact);
  put(say, ". (", "。（");
  put_str(say, fact->name);
  put(say, ")\n", "）\n");
}

/* ---- rows ---- */

static void first_name(struct say *say, const struct fact *fact) {
  put(say, "first ", "首次");
  say_act_names(say, fact->on, false);
}

static void last_name(struct say *say, const struct fact *fact) {
  put(say, "last ", "最近一次");
  say_act_names(say, fact->on, false);
}

static void track_name(struct say *say, const struct fact *fact) {
  (void)fact;
  put(say, "set of tasks", "任务");
}

static void table_name(struct say *say, const struct fact *fact) {
  (void)fact;
  put(say, "class", "分类");
}

static void difference_name(struct say *say, const struct fact *fact) {
  (void)fact;
  put(say, "difference", "增量");
}

static void picks_name(struct say *say, const struct fact *fact) {
  put(say, "chosen ", "所选");
  if (fact->of == FIELD_NONE) return;
  if (say_zh(say))
    say_field(say, fact->of);
  else
    say_fields_many(say, fact->of);
}

const struct fact_words fact_words_first = {.name = first_name, .note = first_note};
const struct fact_words fact_words_last = {.name = last_name, .note = last_note};
const struct fact_words fact_words_measure = {.name = say_measure_name, .note = measure_note, .unit = measure_unit};
const struct fact_words fact_words_track = {.name = track_name, .note = track_note};
const struct fact_words fact_words_table = {.name = table_name, .note = table_note};
const struct fact_words fact_words_difference = {.name = difference_name, .note = difference_note};
const struct fact_words fact_words_picks = {
    .name = picks_name, .note = picks_note, .number_en = "the number of the ", .number_zh = "的个数"};
