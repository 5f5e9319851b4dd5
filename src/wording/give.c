/* What a rule gives: the gift with its worth, in which case, with which odds, and how long it can be used. */
#include "parts.h"

static const struct item *item_of(const struct say *say, uint32_t item) {
  assert(item < say->rulebook->item_count);
  return &say->rulebook->items[item];
}

bool rule_is_draw(const struct rulebook *rulebook, uint32_t rule) { return rulebook->rules[rule].give == GIVE_DRAW_OF; }

uint32_t chance_spender(const struct rulebook *rulebook, uint32_t chance) {
  for (uint32_t i = 0; i < rulebook->rule_count; i++)
    if (rulebook->rules[i].spends == chance) return i;
  return NONE;
}

bool rule_has_ladder(const struct rulebook *rulebook, const struct rule *rule) {
  for (uint32_t i = 0; i < rule->item_count; i++)
    if (item_is_ladder(&rulebook->items[rule->item_first + i])) return true;
  return false;
}

/* ---- worth ---- */

static bool is_face_value(struct str reward) {
  const struct reward_form *form = reward_form_find(reward);
  return form != NULL && form->face;
}

void say_in_unit(struct say *say, const struct item *item, int64_t value) {
  if (item->is_points)
    say_points(say, value);
  else
    say_money(say, value);
}

/* "抽奖机会" where a draw is bought with it. */
static void chance_say(struct say *say, const struct item *item, bool many) {
  uint32_t spender = chance_spender(say->rulebook, item->chance);
  bool draw = spender != NONE && rule_is_draw(say->rulebook, spender);
  put(say, many ? "chances" : "chance", draw ? "抽奖机会" : "领取机会");
  put(say, draw ? " to draw" : " to claim", "");
}

void say_form(struct say *say, const struct item *item) {
  if (item->is_chance)
    chance_say(say, item, true);
  else if (bank_name(say, item->template_id).length > 0) /* "平板电脑" for "实物" */
    put_written(say, bank_name(say, item->template_id));
  else
    say_word(say, wording_rewards, item->reward);
}

/* Whether the form is not to be seen from what the bank calls the product: "平板电脑" is goods, "话费券" says itself that it is a voucher.
 */
static bool form_is_hidden(const struct say *say, const struct item *item) {
  struct str name = bank_name(say, item->template_id);
  const struct wording *row = wording_find(wording_rewards, item->reward);
  if (name.length == 0 || item->is_chance) return false;
  return row == NULL || str_find(name, str_of(say_zh(say) ? row->zh : row->en)) == NULL;
}

/* What stands in brackets behind a form: the form where a product's name hides it, worth where that is not said in front, the product. */
void say_brackets(struct say *say, const struct item *item, bool worth) {
  bool form = form_is_hidden(say, item), product = item->template_id.length > 0;
  if (!form && !worth && !product) return;
  put(say, " (", "（");
  if (form) say_word(say, wording_rewards, item->reward);
  if (form && (worth || product)) put(say, ", ", "，");
  if (worth) {
    put(say, is_face_value(item->reward) ? "face value " : "worth ", is_face_value(item->reward) ? "面值" : "价值");
    say_in_unit(say, item, item->value.fixed);
  }
  if (worth && product) put(say, ", ", "，");
  if (product) {
    put(say, "product ", "产品编号");
    put_written(say, item->template_id);
  }
  put(say, ")", "）");
}

/* What the points are where the bank has a name for them: "60,000 points (air miles, product MILES)". */
static void points_of(struct say *say, const struct item *item) {
  const struct str name = bank_name(say, item->template_id);
  if (item->template_id.length == 0) return;
  put(say, " (", "（");
  put_written(say, name);
  if (name.length > 0) put(say, ", ", "，");
  put(say, "product ", "产品编号");
  put_written(say, item->template_id);
  put(say, ")", "）");
}

static void fixed_say(struct say *say, const struct item *item) {
  bool face = is_face_value(item->reward) && !item->is_points && bank_name(say, item->template_id).length == 0;
  if (item->is_points) {
    say_in_unit(say, item, item->value.fixed);
    points_of(say, item);
    return;
  } else if (face && say_zh(say)) {
    say_in_unit(say, item, item->value.fixed);
    say_form(say, item);
  } else {
    say_form(say, item);
    if (face) put(say, " of ", "");
    if (face) say_in_unit(say, item, item->value.fixed);
  }
  say_brackets(say, item, !face && !item->is_points);
}

static void left_of(struct say *say, uint32_t node) { say_left(say, &say->rulebook->conditions[node]); }

/* A share of money in points is of whole units of the currency. */
static void percent_say(struct say *say, const struct item *item) {
  const struct worth *worth = &item->value;
  bool of_money = say->rulebook->conditions[worth->of].money;
  say_form(say, item);
  say_brackets(say, item, false);
  put(say, ", ", "，");
  if (say_zh(say)) put(say, "", "为");
  if (say_zh(say)) left_of(say, worth->of);
  if (item->is_points && of_money) {
    put(say, "", "（按");
    if (say_zh(say)) say_currency(say, say->campaign->currency);
    put(say, "", "计）");
  }
  put(say, "", "的");
  say_percent(say, worth->percent_bp);
  if (!say_zh(say)) put(say, " of ", "");
  if (!say_zh(say)) left_of(say, worth->of);
  if (item->is_points) {
    put(say, of_money ? ", in whole " : "", "");
    if (of_money && !say_zh(say)) say_currency(say, say->campaign->currency);
    put(say, ", rounded down", "，舍去小数");
  }
  if (worth->max == 0) return;
  put(say, ", at most ", "，最高");
  say_in_unit(say, item, worth->max);
}

/* "cash back, a share of the pot by “...”, at most 888.00": how much there is in it stands with its pool. */
static void pot_share_say(struct say *say, const struct item *item) {
  say_form(say, item);
  say_brackets(say, item, false);
  put(say, ", a share of ", "，按");
  if (say_zh(say)) left_of(say, item->value.of);
  put(say, "", "占全体合计的比例瓜分");
  if (item->value.fixed > 0) say_in_unit(say, item, item->value.fixed);
  if (item->value.fixed == 0) put(say, "the pot", "奖池");
  if (!say_zh(say)) put(say, " in proportion to ", ""), left_of(say, item->value.of);
  if (item->value.max == 0) return;
  put(say, ", at most ", "，每人最高");
  say_in_unit(say, item, item->value.max);
}

/* ---- bands ---- */

static void threshold_say(struct say *say, const struct condition *left, int64_t number) {
  if (left->left == LEFT_LEVEL && say_level(say, say->rulebook->facts[left->index].levels[number].id)) return;
  if (left->money)
    say_money(say, number);
  else
    say_number(say, number);
  if (!left->money && left->left == LEFT_FACT) say_fact_unit(say, &say->rulebook->facts[left->index], number);
}

static void band_value(struct say *say, const struct item *item, int64_t value, bool count) {
  if (!count) {
    say_in_unit(say, item, value);
    return;
  }
  say_number(say, value);
  if (item->is_chance)
    put(say, value == 1 ? " chance" : " chances", "次");
  else
    put(say, "", "份");
}

static void pay_say(struct say *say, const struct worth *worth, const struct condition *left) {
  if (left->left != LEFT_FACT) return;
  switch (worth->pay) {
    case PAY_HIGHEST: put(say, "; only the highest band reached counts", "；按所达到的最高档计"); return;
    case PAY_EACH: put(say, "; each step once in the same period", "；同一期间内每档只发放一次"); return;
    case PAY_TOP_UP:
      put(say, "; whoever reaches a higher band later in the same period gets the difference",
          "；同一期间内升至更高档的，补发与已发放部分的差额");
      return;
  }
}

/* "CNY 100.00 to less than CNY 500.00: CNY 10.00", "3 to 4: 50 points", "5 or more: 120 points". */
static void band_say(struct say *say, const struct item *item, const struct worth *worth, uint32_t band, bool count) {
  const struct condition *left = &say->rulebook->conditions[worth->of];
  const int64_t from = worth->bands[band].from;
  bool last = band + 1 == worth->band_count;
  threshold_say(say, left, from);
  put(say, last ? " or more" : "", last ? "（含）以上" : "（含）至");
  if (!last) {
    const int64_t next = worth->bands[band + 1].from;
    const bool whole =
        !say_zh(say) && !left->money && left->left != LEFT_LEVEL; /* numbers that are counted: up to the last one is said in fewer words */
    if (!whole) put(say, " to less than ", "");
    if (whole && next - 1 > from) put(say, " to ", "");
    if (!whole || next - 1 > from) threshold_say(say, left, whole ? next - 1 : next);
  }
  put(say, ": ", last ? "为" : "（不含）为");
  band_value(say, item, worth->bands[band].value, count);
}

/* Of places, where those further back stand behind. */
static void place_band_say(struct say *say, const struct item *item, const struct worth *worth, uint32_t band, bool count) {
  bool last = band + 1 == worth->band_count;
  say_places(say, worth->bands[band].from, last ? 0 : worth->bands[band + 1].from - 1);
  put(say, ": ", "为");
  band_value(say, item, worth->bands[band].value, count);
}

/* Where each is paid beside those below it. */
static void step_say(struct say *say, const struct item *item, const struct worth *worth, uint32_t band, bool count) {
  put(say, "at ", "达到");
  threshold_say(say, &say->rulebook->conditions[worth->of], worth->bands[band].from);
  put(say, band == 0 ? ": " : ": another ", band == 0 ? "发放" : "再发放");
  band_value(say, item, worth->bands[band].value, count);
}

static void bands_say(struct say *say, const struct item *item, const struct worth *worth, bool count) {
  const struct condition *left = &say->rulebook->conditions[worth->of];
  bool number = count || item->is_points;
  put(say, number ? "; the number depends on " : "; the value depends on ", number ? "，数量按" : "，金额按");
  say_left(say, left);
  put(say, ": ", "分档：");
  for (uint32_t i = 0; i < worth->band_count; i++) {
    if (i > 0) put(say, "; ", "，");
    if (worth->pay == PAY_EACH && left->left == LEFT_FACT)
      step_say(say, item, worth, i, count);
    else if (left->left == LEFT_PLACE)
      place_band_say(say, item, worth, i, count);
    else
      band_say(say, item, worth, i, count);
  }
  if (left->left == LEFT_PLACE && worth->bands[0].from <= 1) return;
  put(say, left->left == LEFT_PLACE ? "; before place " : "; below ", left->left == LEFT_PLACE ? "，名次先于" : "，不足");
  threshold_say(say, left, worth->bands[0].from);
  put(say, ": nothing", "的不发放");
  pay_say(say, worth, left);
}

static void plain_say(struct say *say, const struct item *item) {
  say_form(say, item);
  say_brackets(say, item, false);
}

static void banded_say(struct say *say, const struct item *item) {
  plain_say(say, item);
  bands_say(say, item, &item->value, false);
}

const struct worth_words worth_words_none = {plain_say};
const struct worth_words worth_words_fixed = {fixed_say};
const struct worth_words worth_words_percent = {percent_say};
const struct worth_words worth_words_bands = {banded_say};
const struct worth_words worth_words_share = {pot_share_say};

static void value_say(struct say *say, const struct item *item) { worth_word_rows[item->value.form]->say(say, item); }

static void count_say(struct say *say, const struct item *item) {
  const struct worth *count = &item->count;
  if (count->band_count > 0) {
    bands_say(say, item, count, true);
  } else if (count->fixed != 1) {
    put(say, " × ", "×");
    put_int(say, count->fixed);
  }
}

/* "抽奖机会2次", "2 chances to draw". */
static void chances_say(struct say *say, const struct item *item) {
  if (item->count.band_count > 0) {
    chance_say(say, item, true);
    bands_say(say, item, &item->count, true);
    return;
  }
  if (!say_zh(say)) put_int(say, item->count.fixed);
  put(say, " ", "");
  chance_say(say, item, item->count.fixed != 1);
  if (say_zh(say)) put_int(say, item->count.fixed);
  put(say, "", "次");
}

/* ---- how long ---- */

static void valid_say(struct say *say, const struct item *item) {
  static const struct from gift = {"the gift", "发放后", " in which it is given", "发放"};
  bool from = item->valid_from.kind != MOMENT_NONE, to = item->valid_to.kind != MOMENT_NONE;
  if (!from && !to) {
    if (!item->is_chance) return;
    put(say, "; to be used by ", "；使用期限至");
    say_end(say, say->campaign->closing_ms);
    return;
  }
  if (!from && item->valid_to.kind == MOMENT_AFTER) {
    put(say, "; valid for ", "；自发放起");
    say_duration(say, item->valid_to.after);
    put(say, "", "内有效");
    return;
  }
  put(say, "; can be used", "；有效期");
  if (from) {
    put(say, " from ", "自");
    say_moment(say, &item->valid_from, false, gift);
    put(say, " on", "起");
  }
  if (to) {
    put(say, " until ", "至");
    say_moment(say, &item->valid_to, true, gift);
    put(say, "", "止");
  }
}

/* ---- one gift ---- */

static void contents_say(struct say *say, const struct item *item) {
  for (uint32_t i = 0; i < item->contents_count; i++) {
    put(say, i == 0 ? ", which holds: " : ", ", i == 0 ? "，内含：" : "、");
    value_say(say, item_of(say, item->contents_first + i));
    count_say(say, item_of(say, item->contents_first + i));
  }
}

void say_item_name(struct say *say, uint32_t number) {
  const struct item *item = item_of(say, number);
  if (item->is_nothing) {
    put(say, "no prize", "未中奖");
    return;
  }
  if (item->is_chance) {
    chances_say(say, item);
    return;
  }
  value_say(say, item);
  count_say(say, item);
}

static void still_say(struct say *say, const struct item *item) {
  if (item->still == NONE) return;
  put(say, "; it is issued only if this still holds then: ", "，届时须仍符合：");
  say_condition(say, item->still);
  put(say, "", "（否则不予发放）");
}

/* When it is issued, and what is asked again by then. */
static void timing_say(struct say *say, const struct item *item) {
  static const struct from event = {"it is earned", "获得资格后", " in which it is earned", "获得资格"};
  if (item->timing.kind == MOMENT_NONE) return;
  put(say, "; it is set aside at once and issued later: ", "；获得资格时即预留，发放时间为");
  say_moment(say, &item->timing, false, event);
  still_say(say, item);
}

/* Until when is the campaign's, or the longest that any gift waits. */
static void queue_say(struct say *say, const struct item *item) {
  put(say, "; when it has run out, whoever qualifies waits in line, first come, first served, until there is more, and for ",
      "；发完后按先后顺序排队等候补充，最多等候");
  say_number(say, LIMIT_PENDING_MS / MS_PER_DAY);
  put(say, " days at most, no longer than until ", "天，且不晚于");
  say_end(say, say->campaign->closing_ms);
  put(say, "; after that it is not given", "，逾期仍无补充的不予发放");
  still_say(say, item);
}

static void item_say(struct say *say, uint32_t number) {
  const struct item *item = item_of(say, number);
  say_item_name(say, number);
  contents_say(say, item);
  timing_say(say, item);
  if (!item->is_nothing) valid_say(say, item);
  if (item->or_else == NONE) return;
  put(say, ". When there are none left, instead: ", "。发完后改为发放：");
  item_say(say, item->or_else);
}

/* ---- choosers ---- */

/* Parts of a million as a percentage, without zeros at its end. */
static void ppm_say(struct say *say, uint64_t ppm) {
  uint64_t rest = ppm % 10000;
  unsigned digits = 4;
  for (; digits > 0 && rest % 10 == 0; digits--) rest /= 10;
  put_int(say, (int64_t)(ppm / 10000));
  if (digits > 0) {
    buffer_byte(say->out, '.');
    buffer_digits(say->out, (int64_t)rest, digits);
  }
  buffer_byte(say->out, '%');
}

static void odds_say(struct say *say, uint32_t weight, uint64_t sum) {
  uint64_t scaled = (uint64_t)weight * 1000000u, ppm = (scaled + sum / 2) / sum;
  buffer_print(say->out, "%u/%llu", weight, (unsigned long long)sum);
  put(say, scaled % sum == 0 ? " (" : " (about ", scaled % sum == 0 ? "（" : "（约");
  ppm_say(say, ppm);
  put(say, ")", "）");
}

static void draw_item(struct say *say, uint32_t number, uint64_t sum) {
  const struct item *item = item_of(say, number);
  put_str(say, STR("- "));
  put(say, "odds ", item->is_nothing ? "概率" : "中奖概率");
  odds_say(say, item->weight, sum);
  put(say, ": ", "：");
  item_say(say, number);
  put(say, ".\n", "。\n");
}

static void draw_say(struct say *say, const struct rule *rule) {
  uint64_t sum = 0;
  for (uint32_t i = 0; i < rule->item_count; i++) sum += item_of(say, rule->item_first + i)->weight;
  put(say, "a draw, made at once, of one of these:\n\n", "抽奖，当即开奖，每次抽取下列一项：\n\n");
  for (uint32_t i = 0; i < rule->item_count; i++) draw_item(say, rule->item_first + i, sum);
  put(say, "\n", "\n");
  switch (rule->draw_empty) {
    case DRAW_REDRAW:
      put(say,
          "When the prize that was drawn has run out, there is another draw among the prizes that are left, with the same odds to each "
          "other. ",
          "抽中的奖品已发完时，在其余各项中按原概率之比重新抽取。");
      break;
    case DRAW_NEXT:
      put(say, "When the prize that was drawn has run out, the next prize below it in this list that is left is given. ",
          "抽中的奖品已发完时，按上列顺序顺延至其后第一个尚有余量的奖项，不向前顺延。");
      break;
    case DRAW_LOSE:
      put(say, "When the prize that was drawn has run out, nothing is won, and the draw counts.\n",
          "抽中的奖品已发完时，视为未中奖，计入次数。\n");
      return;
  }
  put(say, "When none is left nothing is given, and the draw does not count.\n", "没有余量可发的，不发放奖品，也不计入次数。\n");
}

static void choice_say(struct say *say, const struct rule *rule) {
  put(say, "one of these, which the customer chooses:\n\n", "下列各项由客户任选其一：\n\n");
  for (uint32_t i = 0; i < rule->item_count; i++) {
    put_str(say, STR("- "));
    item_say(say, rule->item_first + i);
    put(say, ".\n", "。\n");
  }
  put(say, "\nThe customer has to choose within ", "\n须在获得资格后");
  say_duration(say, rule->within);
  put(say, "; otherwise the gift is: ", "内选定；逾期未选的，发放：");
  say_item_name(say, rule->otherwise);
  put(say, ". A gift that has run out cannot be chosen any more.\n", "。已发完的不可再选。\n");
}

static void first_item(struct say *say, uint32_t number, uint32_t place) {
  const struct item *item = item_of(say, number);
  put_line(say, place + 1);
  if (item->when != NONE) {
    put(say, "if ", "");
    say_condition(say, item->when);
    put(say, ": ", "的：");
  } else {
    put(say, "otherwise: ", "其他情形：");
  }
  item_say(say, number);
  switch (item->when_empty) {
    case EMPTY_REFUSE: break;
    case EMPTY_SKIP: put(say, "; when it has run out, the next gift in this list that applies", "；发完后适用下一项"); break;
    case EMPTY_QUEUE: queue_say(say, item); break;
  }
  put(say, ".\n", "。\n");
}

void say_give(struct say *say, uint32_t number) {
  const struct rule *rule = &say->rulebook->rules[number];
  put(say, "**Gift:** ", "**奖励**：");
  switch (rule->give) {
    case GIVE_ONE:
      item_say(say, rule->item_first);
      put(say, ".\n", "。\n");
      return;
    case GIVE_EACH:
      put(say, "all of these (when one has run out, the others are given all the same):\n\n",
          "同时发放下列各项，其中某项发完的，不影响其他各项：\n\n");
      for (uint32_t i = 0; i < rule->item_count; i++) {
        put_str(say, STR("- "));
        item_say(say, rule->item_first + i);
        put(say, ".\n", "。\n");
      }
      return;
    case GIVE_FIRST_OF:
      put(say, "the first of these that applies:\n\n", "按下列顺序，只发放第一个适用的：\n\n");
      for (uint32_t i = 0; i < rule->item_count; i++) first_item(say, rule->item_first + i, i);
      return;
    case GIVE_DRAW_OF: draw_say(say, rule); return;
    case GIVE_CHOICE_OF: choice_say(say, rule); return;
  }
}
