/* The sections of a rule text, in the order in which banks print them. The text is written twice: what it calls a fact depends on which
 * others it names, which is known when it has been written once. */
#include "parts.h"

/* ---- time ---- */

/* "北京时间", "伦敦当地时间，..."; a zone that is in no table by its name. */
static void zone_say(struct say *say) {
  const struct campaign *c = say->campaign;
  const struct wording *row = wording_find(wording_zones, c->zone_name);
  int32_t minutes = c->zone.minutes < 0 ? -c->zone.minutes : c->zone.minutes;
  if (row != NULL) {
    put(say, row->en, row->zh);
    put(say, " time", "时间");
  } else {
    put(say, "time zone ", "时区");
    put_written(say, c->zone_name);
  }
  if (zone_turns(c->zone))
    put(say, ", as the clocks there show it, summer time included", "，含当地夏令时等时钟调整");
  else if (row == NULL)
    buffer_print(say->out, say_zh(say) ? "，UTC%c%02d:%02d" : ", UTC%c%02d:%02d", c->zone.minutes < 0 ? '-' : '+', minutes / 60,
                 minutes % 60);
}

static bool is_open_later(const struct say *say, const struct trigger *trigger) {
  if (trigger->kind == TRIGGER_CLOSE) return say->rulebook->closes[trigger->close].left == NONE;
  return trigger->kind == TRIGGER_FACT && traits_of(&say->rulebook->facts[trigger->fact])->heard == HEARD_DONE;
}

/* What is open when the campaign ends may finish later: only where something can be open. */
static bool has_open_things(const struct say *say) {
  if (say->campaign->chance_count > 0) return true;
  for (uint32_t i = 0; i < say->campaign->rule_count; i++) {
    const struct rule *rule = &say->rulebook->rules[say->campaign->rule_first + i];
    if (rule->spends != NONE) return true;
    for (uint32_t k = 0; k < rule->on.count; k++) {
      const struct trigger *trigger = &say->rulebook->triggers[rule->on.first + k];
      if (is_open_later(say, trigger)) return true;
    }
  }
  return false;
}

static void section(struct say *say, const char *en, const char *zh) {
  put_str(say, STR("\n## "));
  put(say, en, zh);
  put_str(say, STR("\n\n"));
}

static void time_section(struct say *say) {
  const struct campaign *c = say->campaign;
  uint32_t line = 0;
  section(say, "1. When", "一、活动时间");
  put_line(say, ++line);
  put(say, "From ", "");
  say_instant(say, c->from_ms);
  put(say, " to ", "至");
  say_end(say, c->to_ms);
  put(say, " (", "（");
  zone_say(say);
  put(say, "). What counts is the time at which something happened.\n", "）。以交易或行为的发生时间为准。\n");
  if (c->shown_ms < c->from_ms) {
    put_line(say, ++line);
    put(say, "It is announced from ", "自");
    say_instant(say, c->shown_ms);
    put(say,
        c->enrolment ? " on. Customers may sign up from then on; nothing is given before the campaign begins.\n"
                     : " on; nothing is given before the campaign begins.\n",
        c->enrolment ? "起公布并接受报名；活动开始前不发放奖励。\n" : "起公布；活动开始前不发放奖励。\n");
  }
  if (has_open_things(say)) {
    put_line(say, ++line);
    put(say,
        "After its end nothing new begins. What was begun in time - tasks, chances, figures that are still to be worked out - may be "
        "finished "
        "by ",
        "活动结束后不再产生新的参与资格；已开始的任务、尚未使用的机会和待结算的奖励，可在");
    say_end(say, c->closing_ms);
    put(say, ".\n", "之前完成。\n");
  }
}

/* ---- customers ---- */

static void member_say(struct say *say, const struct member *member) {
  struct str rest = member->is_list ? member->text : member->tag;
  bool segment = !member->is_list && str_starts(rest, STR("segment:"));
  if (member->is_list) {
    put(say, "customers on the list ", "");
    say_customer_list(say, member->list);
    say_noun_behind(say, STR("名单"));
    put(say, "", "内的客户");
    return;
  }
  if (segment) rest = str_from(rest, 8);
  put(say, segment ? "customers of the group \"" : "customers with the tag \"", segment ? "“" : "具有标签“");
  say_group(say, rest);
  put(say, "\"", "”");
  if (segment) say_noun_behind(say, STR("客群"));
  put(say, "", "的客户");
}

static void members_say(struct say *say, uint32_t first, uint32_t count) {
  for (uint32_t i = 0; i < count; i++) {
    put_or(say, i, count);
    member_say(say, &say->rulebook->members[first + i]);
  }
}

static void audience_section(struct say *say) {
  const struct audience *audience = &say->campaign->audience;
  uint32_t line = 0;
  section(say, "2. Who", "二、活动对象");
  put_line(say, ++line);
  if (audience->everyone)
    put(say, "All customers of the bank.\n", "本行全体客户。\n");
  else {
    size_t start = say->out->length;
    members_say(say, audience->include_first, audience->include_count);
    put_capital(say, start);
    put(say, ".\n", "。\n");
  }
  if (audience->when != NONE) {
    put_line(say, ++line);
    put(say, "Customers must also meet this: ", "客户还须符合：");
    say_condition(say, audience->when);
    put(say, ".\n", "。\n");
  }
  if (audience->exclude_count > 0) {
    put_line(say, ++line);
    put(say, "Not for ", "");
    members_say(say, audience->exclude_first, audience->exclude_count);
    put(say, ".\n", "不参加本活动。\n");
  }
  if (audience->as_of.decl != 0) {
    put_line(say, ++line);
    put(say, "Who has which tag, and is of which group, is settled at the end of ", "标签和客群以");
    say_date(say, audience->as_of.day);
    put(say, "; what changes behind it counts for nothing here.\n", "日终为准，此后的变化在本活动中不计。\n");
  }
  if (!say->campaign->enrolment) return;
  put_line(say, ++line);
  put(say, "Customers sign up first. What they did before they signed up does not count.\n",
      "客户须先报名。报名之前的交易和行为不计入。\n");
}

/* ---- content and rules ---- */

static void content_section(struct say *say) {
  section(say, "3. What", "三、活动内容");
  for (uint32_t i = 0; i < say->campaign->rule_count; i++) {
    if (i > 0) put_str(say, STR("\n"));
    say_rule(say, say->campaign->rule_first + i);
  }
}

static void limits_of(struct say *say, uint32_t rule) {
  say_rule_limits(say, rule);
  say_supply(say, rule);
}

/* What is said of a rule, as a number: rules of which the same is said are said together. */
static uint64_t limits_hash(struct say *say, uint32_t rule) {
  size_t start = say->out->length;
  limits_of(say, rule);
  uint64_t hash = hash64(&HASH_KEY_FIXED, (struct str){say->out->memory + start, say->out->length - start});
  say->out->length = start;
  return hash;
}

static void rules_heading(struct say *say, const uint64_t *hashes, uint32_t place) {
  uint32_t named = 0;
  put_str(say, STR("### "));
  for (uint32_t i = place; i < say->campaign->rule_count; i++) {
    if (hashes[i] != hashes[place]) continue;
    if (named++ > 0) put(say, ", ", "、");
    put(say, named == 1 ? "Rule " : "rule ", "规则");
    put_ordinal(say, i + 1);
  }
  put(say, named > 1 ? ", each by itself\n\n" : "\n\n", named > 1 ? "（分别适用）\n\n" : "\n\n");
}

static void limits_section(struct say *say) {
  const struct campaign *c = say->campaign;
  uint64_t hashes[LIMIT_RULES_PER_CAMPAIGN];
  section(say, "4. How often, and how many", "四、活动规则");
  for (uint32_t i = 0; i < c->rule_count; i++) hashes[i] = limits_hash(say, c->rule_first + i);
  for (uint32_t i = 0; i < c->rule_count; i++) {
    bool told = false;
    for (uint32_t k = 0; k < i; k++) told = told || hashes[k] == hashes[i];
    if (told) continue;
    if (i > 0) put_str(say, STR("\n"));
    if (c->rule_count > 1) rules_heading(say, hashes, i);
    limits_of(say, c->rule_first + i);
  }
  say_groups(say);
}

/* ---- notes ---- */

/* A list of codes is told; who stands on one of customers is nobody else's business, and a file of thousands is the bank's own. */
#define LIST_FILE_MOST 500u

static void list_note(struct say *say, uint32_t number) {
  const struct list *list = &say->rulebook->lists[number];
  const bool of_customers = say->lists.suffixes[say->lists.places[number] - 1] != 0;
  put_str(say, STR("- "));
  say_list(say, number);
  put(say, ": ", "：");
  if (list->count == 0 || of_customers || (list->of_file && list->count > LIST_FILE_MOST)) {
    put(say, "as kept by the bank", "以本行名单为准");
  } else {
    for (uint32_t i = 0; i < list->count; i++) {
      if (i > 0) put(say, ", ", "、");
      say_value(say, STR(""), list->items[i]);
    }
  }
  put(say, ". (", "。（");
  put_str(say, list->name);
  put(say, ")\n", "）\n");
}

static void notes_section(struct say *say) {
  if (say->facts.count == 0 && say->lists.count == 0) return;
  section(say, "Words used above", "附：名词说明");
  for (uint32_t i = 0; i < say->facts.count; i++) say_note(say, say->facts.numbers[i]);
  for (uint32_t i = 0; i < say->lists.count; i++) list_note(say, say->lists.numbers[i]);
}

/* ---- the rest ---- */

static bool has_percent(const struct say *say) {
  for (uint32_t i = 0; i < say->campaign->rule_count; i++) {
    const struct rule *rule = &say->rulebook->rules[say->campaign->rule_first + i];
    for (uint32_t k = 0; k < rule->item_count; k++) {
      const struct item *item = &say->rulebook->items[rule->item_first + k];
      if (worth_traits[item->value.form]->rounds && !item->is_points) return true;
    }
  }
  return false;
}

/* How a draw is made, and what anybody can hold it against: the commitment is to be published before the campaign begins. */
static void draws_say(struct say *say) {
  const struct campaign *c = say->campaign;
  put(say,
      "Draws are decided by a secret that was fixed before the campaign began, and by who did what: nobody can draw again. The "
      "commitment to that secret is ",
      "抽奖结果由活动开始前即已确定的密钥和参与行为本身决定，任何人不能重新抽取。该密钥的承诺值为");
  put_str(say, c->commitment);
  put(say, ". From ", "。自");
  say_instant(say, draws_open_ms(c));
  put(say,
      " on the bank opens the secret to whoever asks, and anybody can then recompute every draw from its published record. A draw's number "
      "is the first 64 bits of HMAC-SHA256, keyed with the secret, of six lines - ",
      "起本行公开该密钥，届时任何人均可依据公布的抽奖记录复核每一次抽奖。抽取的数字按下列方法得出：以该密钥对六行文字（");
  put(say,
      "\"giftd draw 2\", campaign, rule, customer, key of the gift, and how many prizes drawn before had run out - times the sum of "
      "the weights, divided by 2^64 and rounded down; the prizes take so many numbers each as their weights say, from the top of the "
      "list.\n",
      "“giftd draw "
      "2”、活动编号、规则编号、客户编号、奖励键、此前已抽中但已发完的次数）计算HMAC-"
      "SHA256，取其前64位，乘以概率权重之和，除以2的64次方，舍去小数；"
      "各奖项自上而下按其权重依次占有相应个数的数字。\n");
}

/* "; other currencies count as in the table 'pboc' of the day of the payment", "；外币按汇率表“pboc”中交易当日的汇率折算" */
static void table_say(struct say *say, const struct campaign_fx *fx) {
  static const char *const days[][2] = {[RATE_DAY_EVENT] = {"the day of the payment", "交易当日"},
                                        [RATE_DAY_PREVIOUS_WORKDAY] = {"the workday before the payment", "交易前一工作日"},
                                        [RATE_DAY_MONTH_END] = {"the last day of the month before the payment", "交易上月最后一日"}};
  put(say, "; other currencies count as on ", "；外币按汇率表“");
  if (say_zh(say)) put_str(say, fx->table->id), put(say, "", "”中");
  if (fx->day == RATE_DAY_FIXED)
    buffer_date(say->out, fx->fixed_day);
  else
    put(say, days[fx->day][0], days[fx->day][1]);
  put(say, " by the table of rates \"", "的汇率折算");
  if (!say_zh(say)) put_str(say, fx->table->id), put(say, "\"", "");
  put(say, ", a day without rates as the last before it", "（当日无汇率的，用此前最近一日的汇率）");
}

/* "; USD 1 counts as CNY 7.0825", "；1美元按7.0825元折算" */
static void rates_say(struct say *say) {
  const struct campaign_fx *fx = &say->campaign->fx;
  if (fx->table != NULL) table_say(say, fx);
  for (uint32_t i = 0; i < fx->rate_count; i++) {
    const struct fx_rate *rate = &fx->rates[i];
    put(say, "; ", "；");
    put(say, "", "1");
    say_currency(say, rate->currency);
    put(say, " 1 counts as ", "按");
    if (!say_zh(say)) put_str(say, say->campaign->currency), buffer_byte(say->out, ' ');
    buffer_fx(say->out, rate->rate_e8);
    if (say_zh(say)) say_currency(say, say->campaign->currency);
    put(say, "", "折算");
  }
  if (fx_converts(fx)) put(say, "; what comes of it is rounded half up", "；折算结果四舍五入");
}

/* "CNY (yuan)", "人民币". */
static void currency_say(struct say *say) {
  const struct str code = say->campaign->currency;
  const struct wording *row = wording_find(wording_currencies, code);
  if (say_zh(say) && str_equal(code, STR("CNY"))) {
    put(say, "", "人民币");
    return;
  }
  say_currency(say, code);
  if (say_zh(say) || row == NULL) return;
  put_str(say, STR(" ("));
  put_str(say, str_of(row->en));
  put_str(say, STR(")"));
}

/* Whether the day on which a month of the customer's begins may change. */
static bool has_cycle(const struct say *say) {
  const struct campaign *campaign = say->campaign;
  bool any = false;
  for (uint32_t i = 0; i < say->facts.count; i++) any |= say->rulebook->facts[say->facts.numbers[i]].window.cycle > 0;
  for (uint32_t i = 0; i < campaign->rule_count; i++) {
    const struct rule *rule = &say->rulebook->rules[campaign->rule_first + i];
    for (uint32_t k = 0; k < rule->limit_count; k++) any |= say->rulebook->limits[say->rulebook->refs[rule->limit_first + k]].cycle > 0;
  }
  return any;
}

static void other_section(struct say *say) {
  uint32_t line = 0;
  section(say, "6. Other", "六、其他");
  put_line(say, ++line);
  put(say, "Each rule rewards one and the same payment or act once, however often it is reported.\n",
      "同一笔交易或行为在同一规则下只奖励一次。\n");
  put_line(say, ++line);
  put(say, "A condition that asks for something that is not known is not met.\n", "条件所涉及的信息缺失的，视为不符合该条件。\n");
  if (has_cycle(say)) {
    put_line(say, ++line);
    put(say,
        "A period counted from a day of the customer's begins on the last day of a month that has no such day. When that day is changed, "
        "the "
        "new one applies from the next month on. For customers without such a day nothing counts.\n",
        "按客户自有日期起算的周期，当月无该日的，自当月最后一日起算；该日期变更的，自次月起适用；没有该日期的，不予计入。\n");
  }
  put_line(say, ++line);
  put(say, "What reaches the bank's campaign system more than ", "在发生后超过");
  say_hours(say, say->campaign->late_ms);
  put(say, " after it happened does not count", "才送达本行活动系统的交易或行为不计入");
  if (say->campaign->backfill_ms > 0) {
    put(say, "; what the bank itself enters later counts up to ", "；由本行补录的，在发生后");
    say_hours(say, say->campaign->backfill_ms);
    put(say, " after it happened", "内补录的仍予计入");
  }
  put(say, ".\n", "。\n");
  put_line(say, ++line);
  put(say, "Amounts are in ", "金额均以");
  currency_say(say);
  put(say, "", "计");
  rates_say(say);
  bool table = say->campaign->fx.table != NULL;
  put(say, table ? "; a payment in a currency without a rate" : "; a payment in another currency", table ? "；无汇率的币种" : "；其他币种");
  put(say, " meets no condition on an amount and does not count towards any total of amounts",
      "的交易不符合有关金额的条件，也不计入累计金额");
  if (table) put(say, ", and nothing is given for one before its rate is known", "；所用汇率公布前的外币交易不发放奖励");
  put(say, ".\n", "。\n");
  if (has_percent(say)) {
    put_line(say, ++line);
    put(say, "Percentages of amounts are rounded half up to the smallest unit of the currency.\n",
        "按比例计算的金额四舍五入到最小货币单位。\n");
  }
  if (say->campaign->commitment.length > 0) {
    put_line(say, ++line);
    draws_say(say);
  }
  if (say->rulebook->deny_count > 0) {
    put_line(say, ++line);
    put(say, "Customers whom the bank has barred for reasons of risk receive no gift.\n", "被本行列入风险名单的客户不能获得奖励。\n");
  }
  if (!say->rulebook->risk_review.asked) return;
  put_line(say, ++line);
  say_risk_review(say);
}

static void foot_say(struct say *say) {
  const struct campaign *c = say->campaign;
  put_str(say, STR("\n---\n\n"));
  put(say, "Campaign ", "活动编号");
  put_str(say, c->id);
  buffer_print(say->out, say_zh(say) ? "，第%u版，规则摘要" : ", version %u, digest ", c->version);
  put_str(say, c->digest);
  put(say, ". Made from the definition by which gifts are decided.", "。本细则由发放奖励所依据的活动定义生成。");
  put(say, " In it the rules are called: ", "其中各规则的编号：");
  for (uint32_t i = 0; i < c->rule_count; i++) {
    if (i > 0) put(say, ", ", "、");
    say_rule_name(say, c->rule_first + i);
    buffer_byte(say->out, ' ');
    put_str(say, say->rulebook->rules[c->rule_first + i].id);
  }
  put(say, ".\n", "。\n");
}

static void undo_section(struct say *say) {
  bool forfeits = false;
  for (uint32_t i = 0; i < say->campaign->rule_count; i++)
    forfeits = forfeits || say->rulebook->rules[say->campaign->rule_first + i].forfeit.answers;
  if (forfeits)
    section(say, "5. Refunds and failed deliveries", "五、退款、撤销与发放失败");
  else
    section(say, "5. Refunds", "五、退款与撤销");
  say_undo(say);
}

static void text_say(struct say *say) {
  const struct campaign *c = say->campaign;
  put_str(say, STR("# "));
  put_written(say, say_zh(say) ? c->name_zh : c->name_en);
  put(say, ": rules of the campaign\n", "活动细则\n");
  time_section(say);
  audience_section(say);
  content_section(say);
  limits_section(say);
  undo_section(say);
  other_section(say);
  notes_section(say);
  foot_say(say);
}

static bool used_init(struct used *used, uint32_t count, struct arena *scratch) {
  used->numbers = arena_array(scratch, count, sizeof *used->numbers);
  used->places = arena_array(scratch, count, sizeof *used->places);
  used->suffixes = arena_array(scratch, count, sizeof *used->suffixes);
  used->count = 0;
  return used->numbers != NULL && used->places != NULL && used->suffixes != NULL;
}

enum status wording_campaign(struct buffer *out, const struct rulebook *rulebook, uint32_t campaign, enum language language,
                             struct arena *scratch, struct fault *fault) {
  assert(campaign < rulebook->campaign_count && !rulebook->campaigns[campaign].programme);
  struct say say = {.out = out, .rulebook = rulebook, .campaign = &rulebook->campaigns[campaign], .number = campaign, .language = language};
  uint64_t *hashes = arena_array(scratch, rulebook->fact_count, sizeof *hashes);
  size_t start = out->length;
  if (!used_init(&say.facts, rulebook->fact_count, scratch) || !used_init(&say.lists, rulebook->list_count, scratch) || hashes == NULL)
    return fault_set(fault, STATUS_LIMIT, "no memory for the names of %u facts and %u lists", rulebook->fact_count, rulebook->list_count);
  text_say(&say);
  number_facts(&say, hashes);
  out->length = start;
  text_say(&say);
  if (out->overflowed) return fault_set(fault, STATUS_LIMIT, "the rule text has more than %zu bytes", out->capacity);
  return STATUS_OK;
}
