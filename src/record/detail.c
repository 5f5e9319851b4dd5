/* Sentences of outcomes (detail.h). A recorded outcome carries names and pointers; where the loaded campaigns still have what they name,
 * it is said in the reader's language and with the file's own words, otherwise as it was recorded. */
#include "detail.h"

#include "text.h"
#include "words.h"

/* ---- finding again what a record names ---- */

struct search {
  const struct rulebook *rulebook;
  struct str pointer, expected;
  struct money_style style;
};

static bool says_expected(const struct search *search, const struct condition *leaf) {
  char memory[4096];
  struct buffer text;
  buffer_init(&text, memory, sizeof memory);
  if (search->expected.length == 0) return true;
  if (leaf->kind == CONDITION_LEAF)
    words_expected(&text, search->rulebook, leaf, search->style, LANGUAGE_EN);
  else
    words_condition(&text, search->rulebook, (uint32_t)(leaf - search->rulebook->conditions), search->style, LANGUAGE_EN);
  bool cut = text.length > TOLD_EXPECTED_BYTES; /* a record leaves out what is longer than it keeps */
  return cut ? str_starts(buffer_text(&text), search->expected) : str_equal(buffer_text(&text), search->expected);
}

static uint32_t tree_find(const struct search *search, uint32_t node) {
  if (node == NONE) return NONE;
  const struct condition *condition = &search->rulebook->conditions[node];
  if (str_equal(condition->pointer, search->pointer) && says_expected(search, condition)) return node;
  if (condition->kind == CONDITION_LEAF) return NONE;
  for (uint32_t i = 0; i < condition->count; i++) {
    uint32_t found = tree_find(search, condition->first + i);
    if (found != NONE) return found;
  }
  return NONE;
}

static uint32_t rule_find(const struct search *search, const struct rule *rule) {
  const struct rulebook *rulebook = search->rulebook;
  uint32_t found = tree_find(search, rule->when);
  for (uint32_t i = 0; i < rule->item_count && found == NONE; i++) found = tree_find(search, rulebook->items[rule->item_first + i].still);
  for (uint32_t i = 0; i < rule->on.count && found == NONE; i++) found = tree_find(search, rulebook->triggers[rule->on.first + i].when);
  for (uint32_t i = 0; i < rule->item_count && found == NONE; i++) found = tree_find(search, rulebook->items[rule->item_first + i].when);
  return found != NONE ? found : tree_find(search, rulebook->campaigns[rule->campaign].audience.when);
}

uint32_t detail_condition(const struct rulebook *rulebook, const struct rule *rule, struct str pointer, struct str expected) {
  struct search search = {rulebook, pointer, expected, money_style_of(rulebook, rule->campaign)};
  if (pointer.length == 0) return NONE;
  uint32_t found = rule_find(&search, rule);
  if (found != NONE) return found;
  search.expected = (struct str){NULL, 0}; /* an edited file, or a moment instead of the words */
  return rule_find(&search, rule);
}

uint32_t detail_limit(const struct rulebook *rulebook, const struct rule *rule, struct str name) {
  for (uint32_t i = 0; i < rule->limit_count; i++) {
    uint32_t limit = rulebook->refs[rule->limit_first + i];
    if (str_equal(rulebook->limits[limit].name, name)) return limit;
  }
  return NONE;
}

/* ---- gifts ---- */

static void gift_item(struct told_gift *told, const struct rulebook *rulebook, const struct item *item) {
  told->item = item->id;
  told->reward = item->reward;
  told->points = item->is_points;
  if (item->is_chance && item->chance != NONE) told->chance = rulebook->chances[item->chance].name;
}

struct told_gift told_gift_of(const struct rulebook *rulebook, const struct gift *gift) {
  struct told_gift told = {.id = {gift->id, gift->id_length},
                           .kind = text_gift_kind(gift->kind),
                           .value_minor = gift->value_minor,
                           .count = gift->count,
                           .due_ms = gift->kind == GIFT_PENDING ? gift->due_ms : TIME_NONE,
                           .chosen = gift->kind == GIFT_PENDING && gift->item == NONE,
                           .in_review = gift->in_review,
                           .for_bank = gift->for_bank,
                           .in_queue = gift->in_queue};
  if (gift->item != NONE) gift_item(&told, rulebook, &rulebook->items[gift->item]);
  if (gift->pool != NONE) told.pool = rulebook->pools[gift->pool].name;
  if (gift->kind == GIFT_REISSUED || gift->kind == GIFT_REPAID) told.first_id = (struct str){gift->first_id, sizeof gift->first_id};
  if (gift->instead_of != NONE) told.instead_of = rulebook->items[gift->instead_of].id;
  if (!gift->partial || gift->cut_by == NONE) return told;
  told.cut_limit = &rulebook->limits[gift->cut_by];
  told.cut_by = told.cut_limit->name;
  told.cut_from_minor = gift->uncut_minor;
  return told;
}

struct told_gift told_gift_read(const struct rulebook *rulebook, const struct rule *rule, const struct recorded_gift *gift) {
  struct told_gift told = {.id = gift->id,
                           .kind = gift->kind,
                           .item = gift->item,
                           .reward = gift->reward,
                           .pool = gift->pool,
                           .cut_by = gift->cut_by,
                           .first_id = gift->reissue_of.length > 0 ? gift->reissue_of : gift->repays,
                           .value_minor = gift->value_minor,
                           .count = gift->count,
                           .cut_from_minor = gift->cut_from_minor,
                           .points = str_equal(gift->reward, STR("points"))};
  told.chosen = str_equal(gift->why, STR("choice")), told.in_review = str_equal(gift->why, STR("review"));
  told.in_queue = str_equal(gift->why, STR("queue")), told.for_bank = str_equal(gift->asked_by, STR("bank"));
  if (gift->due.length == 0 || !time_parse(gift->due, &told.due_ms, NULL)) told.due_ms = TIME_NONE;
  if (rule == NULL) return told;
  uint32_t limit = detail_limit(rulebook, rule, gift->cut_by);
  if (limit != NONE) told.cut_limit = &rulebook->limits[limit];
  for (uint32_t i = 0; i < rule->item_count; i++) {
    const struct item *item = &rulebook->items[rule->item_first + i];
    if (str_equal(item->id, gift->item) && str_equal(item->reward, gift->reward)) gift_item(&told, rulebook, item);
  }
  return told;
}

/* The verb for each kind, and whether a value is what follows. */
struct gift_verb {
  struct str kind;
  const char *en, *zh;
};
static const struct gift_verb gift_verbs[] = {
    {{"issued", 6}, "gave", "发放"},
    {{"substituted", 11}, "gave", "发放"},
    {{"chance", 6}, "gave", "发放"},
    {{"revoked", 7}, "took back", "收回"},
    {{"reduced", 7}, "took back a part:", "部分收回"},
    {{"offset", 6}, "set off", "冲抵"},
    {{"pending", 7}, "holds for later:", "待发放"},
    {{"registered", 10}, "recorded as handed out:", "登记已发放"},
    {{"reissued", 8}, "gave again, under another id, what could not be delivered:", "发放失败,换新编号补发"},
    {{"waived", 6}, "since the gift was never delivered, nothing is owed any more for", "奖励未能成功发放,不再抵扣"},
    {{"repaid", 6},
     "paid out what later gifts had been made smaller by, for a gift that was never delivered:",
     "未能成功发放的奖励已抵扣的部分,予以补付"},
    {{"lost", 4}, "drew a blank", "未中奖"}};

static const char *gift_verb(struct str kind, enum language language) {
  for (size_t i = 0; i < sizeof gift_verbs / sizeof *gift_verbs; i++)
    if (str_equal(gift_verbs[i].kind, kind)) return language == LANGUAGE_ZH ? gift_verbs[i].zh : gift_verbs[i].en;
  return language == LANGUAGE_ZH ? "记录" : "recorded";
}

static void gift_number(struct buffer *out, const struct campaign *campaign, bool points, int64_t number) {
  if (points)
    buffer_int(out, number);
  else
    buffer_money(out, number, campaign->decimals);
}

static void gift_value(struct buffer *out, const struct campaign *campaign, const struct told_gift *gift) {
  if (gift->value_minor == 0) return;
  buffer_byte(out, ' ');
  gift_number(out, campaign, gift->points, gift->value_minor);
  if (gift->points) return;
  buffer_byte(out, ' ');
  buffer_put(out, campaign->currency);
}

static void gift_count(struct buffer *out, const struct told_gift *gift) {
  bool chance = gift->chance.length > 0 || str_equal(gift->kind, STR("chance"));
  if (gift->chance.length > 0) {
    buffer_byte(out, ' ');
    buffer_put(out, gift->chance);
  }
  if (!chance && gift->count <= 1) return;
  buffer_put(out, STR(" x "));
  buffer_int(out, gift->count);
}

/* " (cut from 50.00 by limit 160.00 per customer, month)": why a customer has less than the campaign says. */
static void gift_cut(struct buffer *out, const struct rulebook *rulebook, uint32_t campaign, const struct told_gift *gift,
                     enum language language) {
  const bool zh = language == LANGUAGE_ZH;
  if (gift->cut_by.length == 0) return;
  buffer_put(out, zh ? STR("(原 ") : STR(" (cut from "));
  gift_number(out, &rulebook->campaigns[campaign], gift->points, gift->cut_from_minor);
  buffer_put(out, zh ? STR(",受限于额度 ") : STR(" by limit "));
  if (gift->cut_limit != NULL)
    words_limit(out, rulebook, gift->cut_limit, language);
  else
    buffer_put(out, gift->cut_by);
  buffer_byte(out, ')');
}

/* "; it waits until 2026-03-10T10:00:00+08:00 for its issue" */
static void gift_due(struct buffer *out, const struct campaign *campaign, const struct told_gift *gift, enum language language) {
  const bool zh = language == LANGUAGE_ZH;
  if (gift->due_ms == TIME_NONE) return;
  if (gift->chosen)
    buffer_put(out, zh ? STR("客户选择,截至 ") : STR("the customer's choice until "));
  else if (gift->in_review && gift->for_bank)
    buffer_put(out, zh ? STR(";待本行风险复核,截至 ") : STR("; it waits for the bank's risk review until "));
  else if (gift->in_review)
    buffer_put(out, zh ? STR(";待复核,截至 ") : STR("; it waits to be reviewed until "));
  else if (gift->in_queue)
    buffer_put(out, zh ? STR(";已发完,排队等候,截至 ") : STR("; it has run out, and it waits in line until "));
  else
    buffer_put(out, zh ? STR(";待 ") : STR("; it waits until "));
  buffer_time_in(out, gift->due_ms, campaign->zone);
  if (!gift->chosen && !gift->in_review && !gift->in_queue) buffer_put(out, zh ? STR(" 发放") : STR(" for its issue"));
}

void detail_gift(struct buffer *out, const struct rulebook *rulebook, uint32_t campaign, const struct told_gift *gift,
                 enum language language) {
  bool zh = language == LANGUAGE_ZH;
  if (gift->chosen)
    buffer_put(out, zh ? STR("待") : STR("waits for "));
  else
    buffer_put(out, str_of(gift_verb(gift->kind, language)));
  if (str_equal(gift->kind, STR("lost"))) return;
  if (gift->reward.length > 0) {
    buffer_byte(out, ' ');
    buffer_put(out, words_reward(gift->reward, language));
  }
  gift_value(out, &rulebook->campaigns[campaign], gift);
  gift_count(out, gift);
  gift_cut(out, rulebook, campaign, gift, language);
  gift_due(out, &rulebook->campaigns[campaign], gift, language);
  if (gift->first_id.length > 0) {
    buffer_put(out, zh ? STR(",原奖励 ") : STR(", of "));
    buffer_put(out, gift->first_id);
  }
  if (gift->instead_of.length == 0) {
    if (str_equal(gift->kind, STR("substituted"))) buffer_put(out, zh ? STR("(替换)") : STR(" (substitute)"));
    return;
  }
  buffer_put(out, zh ? STR(",代替 ") : STR(" instead of "));
  buffer_put(out, gift->instead_of);
}

/* ---- refusals ---- */

static void put_two(struct buffer *out, const char *before, struct str text) {
  buffer_put(out, str_of(before));
  buffer_put(out, text);
}

/* It counts by a cycle that the customer does not have. */
static void cycleless_detail(struct buffer *out, const struct rulebook *rulebook, const struct limit *limit, enum language language) {
  bool zh = language == LANGUAGE_ZH;
  put_two(out, zh ? "客户没有 " : "the customer is without ",
          limit == NULL || limit->cycle == 0 ? STR("-") : words_cycle(rulebook, limit->cycle));
  buffer_put(out, zh ? STR(",限额没有可计入的周期") : STR(", so the limit has no period to count in"));
}

/* "1 of 1 per customer, day 2026-12-05"; "每客户每日 1 次,2026-12-05 已用 1" */
static void limit_detail(struct buffer *out, const struct rulebook *rulebook, const struct told *told, enum language language) {
  const struct rule *rule = &rulebook->rules[told->rule];
  uint32_t number = detail_limit(rulebook, rule, told->limit);
  const struct limit *limit = number == NONE ? NULL : &rulebook->limits[number];
  bool dated = limit != NULL && limit->rolling_days == 0 && limit->unit < UNIT_CAMPAIGN;
  if (told->reason == REASON_CONDITION_NOT_MET) {
    cycleless_detail(out, rulebook, limit, language);
    return;
  }
  if (language == LANGUAGE_ZH) {
    if (limit != NULL)
      words_limit(out, rulebook, limit, language);
    else
      put_two(out, "", told->limit);
    put_two(out, ",", dated ? told->period : STR("已"));
    put_two(out, dated ? " 已用 " : "用 ", told->actual);
    return;
  }
  put_two(out, "", told->actual);
  put_two(out, " of ", told->expected);
  if (told->identity.length > 0) put_two(out, " per ", told->identity);
  if (limit != NULL && limit->rolling_days > 0)
    buffer_print(out, ", any %u days", limit->rolling_days);
  else if (limit != NULL)
    buffer_put(out, STR(", ")), words_period(out, rulebook, limit->unit, limit->cycle, language);
  if (limit == NULL || dated) put_two(out, " ", told->period);
}

static void pool_detail(struct buffer *out, const struct told *told, enum language language) {
  bool zh = language == LANGUAGE_ZH;
  put_two(out, zh ? "奖池 " : "pool ", told->pool);
  if (told->period.length > 0) put_two(out, zh ? "," : ", ", told->period);
  if (told->actual.length > 0) put_two(out, zh ? ":剩余 " : ": ", told->actual);
  if (told->actual.length > 0 && !zh) buffer_put(out, STR(" left"));
  if (told->expected.length > 0) put_two(out, zh ? ",需 " : ", needs ", told->expected);
  if (told->expected.length == 0) buffer_put(out, zh ? STR(":先到者正在排队等候") : STR(": others wait in line for what there is"));
}

/* What was wanted and what there was, where both are moments or a schedule and a moment: in which words. */
struct moment_words {
  enum reason reason;
  const char *en, *zh;
};
static const struct moment_words moment_words[] = {{REASON_CAMPAIGN_NOT_STARTED, "starts ", "开始于 "},
                                                   {REASON_CAMPAIGN_ENDED, "ended ", "结束于 "},
                                                   {REASON_OUTSIDE_SCHEDULE, "", ""},
                                                   {REASON_EVENT_TOO_LATE, "accepted from ", "接受起点 "},
                                                   {REASON_PENDING_HOLD, "from ", "最早 "},
                                                   {REASON_EXPIRED, "until ", "有效至 "}};

static enum unit closing_unit(const struct rulebook *rulebook, const struct rule *rule) {
  const struct trigger *trigger = &rulebook->triggers[rule->on.first];
  return trigger->kind == TRIGGER_CLOSE ? rulebook->closes[trigger->close].unit : UNIT_MONTH;
}

/* Of a level: "reached, and held for 2 of 3 months". */
static void held_detail(struct buffer *out, const struct rulebook *rulebook, const struct told *told, enum language language) {
  static const char *const words[UNIT_COUNT][2] = {
      [UNIT_DAY] = {" days", " 天"},       [UNIT_WEEK] = {" weeks", " 周"},           [UNIT_TEN_DAYS] = {" ten-day periods", " 旬"},
      [UNIT_MONTH] = {" months", " 个月"}, [UNIT_QUARTER] = {" quarters", " 个季度"}, [UNIT_HALF] = {" half-years", " 个半年"},
      [UNIT_YEAR] = {" years", " 年"}};
  const bool zh = language == LANGUAGE_ZH;
  const char *unit = words[closing_unit(rulebook, &rulebook->rules[told->rule])][zh];
  put_two(out, zh ? "已达标,已保持 " : "reached, and held for ", told->actual);
  put_two(out, zh ? "/" : " of ", told->expected);
  buffer_put(out, str_of(unit == NULL ? "" : unit));
}

/* What was recorded says it as the file does; the rule's own schedule can be said in both languages. */
static void schedule_detail(struct buffer *out, const struct rulebook *rulebook, const struct told *told, enum language language) {
  const struct rule *rule = &rulebook->rules[told->rule];
  words_schedule(out, &rulebook->schedules[rule->schedule], rulebook->campaigns[rule->campaign].zone, language);
  put_two(out, language == LANGUAGE_ZH ? ",事件时间 " : ", event at ", told->actual);
}

static bool moment_detail(struct buffer *out, const struct rulebook *rulebook, const struct told *told, enum language language) {
  if (told->expected.length == 0 || told->actual.length == 0) return false;
  if (told->reason == REASON_OUTSIDE_SCHEDULE && rulebook->rules[told->rule].schedule != NONE) {
    schedule_detail(out, rulebook, told, language);
    return true;
  }
  for (size_t i = 0; i < sizeof moment_words / sizeof *moment_words; i++) {
    if (moment_words[i].reason != told->reason) continue;
    put_two(out, language == LANGUAGE_ZH ? moment_words[i].zh : moment_words[i].en, told->expected);
    put_two(out, language == LANGUAGE_ZH ? ",事件时间 " : ", event at ", told->actual);
    return true;
  }
  return false;
}

static void plain_detail(struct buffer *out, const struct rulebook *rulebook, const struct told *told, enum language language) {
  bool zh = language == LANGUAGE_ZH, both = told->expected.length > 0 && told->actual.length > 0;
  if (moment_detail(out, rulebook, told, language)) return;
  if (told->expected.length > 0) put_two(out, zh ? "要求 " : "expected ", told->expected);
  if (told->actual.length > 0) put_two(out, both ? (zh ? ",实际 " : ", actual ") : (zh ? "实际 " : "actual "), told->actual);
}

static bool is_moment(struct str text) {
  int64_t ms = 0;
  return time_parse(text, &ms, NULL);
}

/* A leaf in the file's words with what was found; a moment that was computed says from when on it would have held. */
static void condition_detail(struct buffer *out, const struct rulebook *rulebook, const struct told *told, uint32_t node,
                             enum language language) {
  const struct condition *condition = &rulebook->conditions[node];
  struct money_style style = money_style_of(rulebook, rulebook->rules[told->rule].campaign);
  struct str none = {NULL, 0};
  bool moment = is_moment(told->expected), zh = language == LANGUAGE_ZH;
  if (condition->kind != CONDITION_LEAF)
    words_condition(out, rulebook, node, style, language);
  else
    words_leaf(out, rulebook, condition, moment ? none : told->actual, style, language);
  if (!moment) return;
  if (condition->kind == CONDITION_LEAF && condition->op == OP_THIS_EVENT) { /* another one was the first */
    put_two(out, zh ? ":首次为 " : ": the first was at ", told->actual);
    return;
  }
  put_two(out, zh ? ":" : ": from ", told->expected);
  put_two(out, zh ? " 起满足,事件时间 " : " on, event at ", told->actual);
}

static bool hears_level(const struct rulebook *rulebook, const struct rule *rule) {
  return trigger_level(&rulebook->triggers[rule->on.first]) != NONE;
}

/* LIMIT_REACHED that no limit names: every chance is spent, once_per was used up, the period was closed before and gave then, or has had
 * all that bands pay. */
static void unnamed_limit_detail(struct buffer *out, const struct rulebook *rulebook, const struct told *told, enum language language) {
  const struct rule *rule = &rulebook->rules[told->rule];
  bool zh = language == LANGUAGE_ZH;
  if (told_is_at(told, STR("/on")) && hears_level(rulebook, rule)) {
    buffer_put(out, zh ? STR("每档仅一次,此前已发放") : STR("each level once, and of one close the highest; it was given before"));
    return;
  }
  if (told_is_at(told, STR("/on"))) {
    buffer_put(out, zh ? STR("每个周期仅一次,本周期已发放") : STR("once a period, and given for this one before"));
    return;
  }
  if (told_is_at(told, STR("/give"))) {
    buffer_put(out, zh ? STR("本周期各档已全部发放") : STR("this period has had all that the bands pay"));
    return;
  }
  if (rule->spends == NONE && rule->once_per_count > 0) {
    buffer_put(out, zh ? STR("仅一次,按 ") : STR("once per "));
    words_dimensions(out, rule->once_per, rule->once_per_count, language);
    return;
  }
  if (told->actual.length == 0 || told->expected.length == 0) return;
  put_two(out, zh ? "机会已用 " : "", told->actual);
  put_two(out, zh ? "/" : " of ", told->expected);
  if (!zh) buffer_put(out, STR(" chances spent"));
}

static const struct worth *bands_find(const struct rulebook *rulebook, const struct rule *rule) {
  for (uint32_t i = 0; i < rule->item_count; i++) {
    const struct item *item = &rulebook->items[rule->item_first + i];
    const struct worth *worth = item->is_chance ? &item->count : &item->value;
    if (worth->band_count > 0) return worth;
  }
  return NULL;
}

static void begins_at(struct buffer *out, const struct worth *bands, struct str from, bool zh) {
  if (bands->pay == PAY_HIGHEST)
    put_two(out, zh ? ",最低档起点 " : ", the lowest band begins at ", from);
  else
    put_two(out, zh ? ",下一档起点 " : ", the next band begins at ", from);
}

static void comes_to(struct buffer *out, const struct rulebook *rulebook, const struct rule *rule, struct str actual, bool zh) {
  const char *words = zh ? "按比例所得 " : "the share comes to ";
  for (uint32_t i = 0; i < rule->item_count; i++) {
    const struct worth_traits *traits = worth_traits[rulebook->items[rule->item_first + i].value.form];
    if (traits->comes_en != NULL) words = zh ? traits->comes_zh : traits->comes_en;
  }
  put_two(out, words, actual);
}

/* A value by bands that is below the lowest: "amount 223.80, the lowest band begins at 300.00"; or a share that rounds to nothing. */
static void bands_detail(struct buffer *out, const struct rulebook *rulebook, const struct told *told, enum language language) {
  const struct worth *bands = bands_find(rulebook, &rulebook->rules[told->rule]);
  const bool zh = language == LANGUAGE_ZH;
  if (bands == NULL) {
    comes_to(out, rulebook, &rulebook->rules[told->rule], told->actual, zh);
    put_two(out, zh ? ",不足 " : ", less than ", told->expected);
    return;
  }
  buffer_put(out, words_field(rulebook->conditions[bands->of].left_text, language));
  buffer_byte(out, ' ');
  buffer_put(out, told->actual);
  begins_at(out, bands, told->expected, zh);
}

static bool is_below_bands(const struct told *told) {
  return (told->reason == REASON_CONDITION_NOT_MET || told->reason == REASON_TARGET_NOT_REACHED) && told_is_at(told, STR("/give")) &&
         told->expected.length > 0;
}

/* ---- ranks ---- */

static bool is_ranked(const struct told *told, enum ranking ranking) { return str_equal(told->rank, str_of(told_rankings[ranking])); }

/* "fact.spent 340.00" */
static void rank_value(struct buffer *out, const struct rulebook *rulebook, const struct told *told, enum language language) {
  const struct rule *rule = &rulebook->rules[told->rule];
  if (rank_settles(&rule->rank)) buffer_put(out, words_field(rulebook->conditions[rule->rank.by.left].left_text, language));
  put_two(out, " ", told->actual);
}

/* "place 12 of the first 10: fact.spent 340.00, the last winner had 355.00" */
static void rank_lost_detail(struct buffer *out, const struct rulebook *rulebook, const struct told *told, enum language language) {
  const uint32_t top = rulebook->rules[told->rule].rank.top;
  const bool zh = language == LANGUAGE_ZH;
  if (told->place.length > 0)
    put_two(out, zh ? "第 " : "place ", told->place);
  else
    buffer_put(out, zh ? STR("未入围") : STR("not among those told their place"));
  if (zh)
    buffer_print(out, told->place.length > 0 ? " 名,前 %u 名获奖" : ",前 %u 名获奖", top);
  else
    buffer_print(out, ", the first %u win", top);
  if (told->expected.length == 0) return; /* by lot */
  buffer_put(out, zh ? STR(":") : STR(": "));
  rank_value(out, rulebook, told, language);
  put_two(out, zh ? ",最后一名获奖者为 " : ", the last winner had ", told->expected);
}

/* "142 of 10000 fact.units of all, of 50000.00": what it comes to stands with the gift. */
void detail_share(struct buffer *out, const struct rulebook *rulebook, const struct told *told, enum language language) {
  const struct rule *rule = &rulebook->rules[told->rule];
  const bool zh = language == LANGUAGE_ZH;
  struct str by = words_field(rulebook->conditions[rule->rank.by.left].left_text, language);
  if (told->pot.length == 0) { /* what is told of it is not known */
    put_two(out, zh ? "瓜分奖池,按 " : "a share of one pot by ", by);
    return;
  }
  put_two(out, zh ? "瓜分奖池 " : "a share of ", told->pot);
  put_two(out, zh ? ",按 " : " by ", by);
  put_two(out, zh ? ":本人 " : ": ", told->units);
  put_two(out, zh ? "/全体 " : " of ", told->units_all);
}

/* By lot, or before all had been heard. */
static void share_refused(struct buffer *out, const struct rulebook *rulebook, const struct told *told, enum language language) {
  const bool zh = language == LANGUAGE_ZH;
  if (is_ranked(told, RANKING_OPEN)) {
    buffer_put(out, zh ? STR("奖池尚未瓜分:") : STR("the pot is not shared out yet: "));
    rank_value(out, rulebook, told, language);
  } else if (is_ranked(told, RANKING_LATE)) {
    buffer_put(out, zh ? STR("周期结束被处理之后才计入,不参与瓜分") : STR("it counted after the close was heard: too late for a share"));
  } else if (is_ranked(told, RANKING_SHARED)) {
    detail_share(out, rulebook, told, language);
    buffer_put(out, zh ? STR(",不足最小单位") : STR(": less than the smallest unit"));
  } else {
    buffer_put(out, zh ? STR("没有可参与瓜分的数值") : STR("there is nothing to have a share by"));
  }
}

static void rank_detail(struct buffer *out, const struct rulebook *rulebook, const struct told *told, enum language language) {
  const bool zh = language == LANGUAGE_ZH;
  if (rulebook->rules[told->rule].rank.shared) {
    share_refused(out, rulebook, told, language);
  } else if (is_ranked(told, RANKING_LOST)) {
    rank_lost_detail(out, rulebook, told, language);
  } else if (is_ranked(told, RANKING_OPEN)) {
    buffer_put(out, zh ? STR("排名尚未确定:") : STR("the rank is not settled yet: "));
    rank_value(out, rulebook, told, language);
  } else if (is_ranked(told, RANKING_BEHIND)) {
    buffer_print(out, zh ? "未进入前 %u 名:" : "not among the first %u: ", rulebook->rules[told->rule].rank.top);
    rank_value(out, rulebook, told, language);
    if (told->expected.length == 0) return; /* by lot */
    put_two(out, zh ? ",排在其前的均不低于 " : ", more than that many customers have ", told->expected);
    if (!zh) buffer_put(out, STR(" or are before it"));
  } else if (is_ranked(told, RANKING_LATE)) {
    buffer_put(out, zh ? STR("周期结束被处理之后才计入,不参与排名") : STR("it counted after the close was heard: too late for the rank"));
  } else {
    buffer_put(out, zh ? STR("没有可用于排名的数值") : STR("there is nothing to be ranked by"));
  }
}

/* What was chosen cannot be. */
static void choice_detail(struct buffer *out, const struct told *told, bool zh) {
  if (told->reason == REASON_LIMIT_REACHED)
    buffer_put(out, zh ? STR("此前已选定,或逾期后已按默认项发放")
                       : STR("it was chosen before, or given as the default when the time to choose was over"));
  else if (told->reason == REASON_EXPIRED)
    buffer_put(out, zh ? STR("已过选择期限") : STR("the time to choose was over"));
  else
    put_two(out, zh ? "可选项中没有 " : "there is nothing to choose that is called ", told->actual);
}

/* Whether he was of an audience of a day nobody knows: what was set since has taken the place of what stood then. */
static bool as_of_detail(struct buffer *out, const struct rulebook *rulebook, const struct told *told, enum language language) {
  const struct as_of *as_of = &rulebook->campaigns[rulebook->rules[told->rule].campaign].audience.as_of;
  bool zh = language == LANGUAGE_ZH;
  if (told->reason != REASON_NOT_IN_AUDIENCE || as_of->decl == 0 || !str_equal(told->actual, as_of->unknown)) return false;
  buffer_put(out, zh ? STR("无从得知 ") : STR("the customer's tags at the end of "));
  buffer_date(out, as_of->day);
  buffer_put(out, zh ? STR(" 日终的标签") : STR(" are not known"));
  return true;
}

void detail_refusal(struct buffer *out, const struct rulebook *rulebook, const struct told *told, enum language language) {
  const struct rule *rule = &rulebook->rules[told->rule];
  if (as_of_detail(out, rulebook, told, language)) return;
  if (told->limit.length > 0) {
    limit_detail(out, rulebook, told, language);
    return;
  }
  if (told_is_ranked(told)) {
    rank_detail(out, rulebook, told, language);
    return;
  }
  if (told_is_choice(told)) {
    choice_detail(out, told, language == LANGUAGE_ZH);
    return;
  }
  if (told_is_at(told, STR("/review"))) {
    buffer_put(out, language == LANGUAGE_ZH ? STR("逾期未复核") : STR("nobody had reviewed it in time"));
    return;
  }
  if (told->reason == REASON_LIMIT_REACHED) {
    unnamed_limit_detail(out, rulebook, told, language);
    return;
  }
  if (told->reason == REASON_CONDITION_NOT_MET && rule->spends != NONE && told_is_at(told, STR("/spends"))) {
    buffer_put(out, language == LANGUAGE_ZH ? STR("从未获得机会 ") : STR("never had a chance "));
    buffer_put(out, rulebook->chances[rule->spends].name);
    return;
  }
  if (told->reason == REASON_PENDING_HOLD && told_is_at(told, STR("/on"))) {
    held_detail(out, rulebook, told, language);
    return;
  }
  if (told->pool.length > 0) {
    pool_detail(out, told, language);
    if (told->shut.length > 0) put_two(out, language == LANGUAGE_ZH ? ";备用池尚未开放:" : "; its reserve is not released: ", told->shut);
    return;
  }
  if (told->reason == REASON_EXCLUDED_BY_GROUP) {
    buffer_put(out, told->actual); /* the rule that did, or the group */
    return;
  }
  if (is_below_bands(told)) {
    bands_detail(out, rulebook, told, language);
    return;
  }
  uint32_t condition = detail_condition(rulebook, rule, told->at, told->expected);
  if (condition != NONE)
    condition_detail(out, rulebook, told, condition, language);
  else
    plain_detail(out, rulebook, told, language);
}

/* ---- the line ---- */

void record_outcome_line(struct buffer *out, const struct rulebook *rulebook, const struct decision *decision, uint32_t number,
                         enum language language) {
  assert(number < decision->outcome_count);
  const struct outcome *outcome = &decision->outcomes[number];
  if (outcome->book != NULL) rulebook = outcome->book; /* of the terms that a gift was given under */
  const struct rule *rule = &rulebook->rules[outcome->rule];
  buffer_put(out, rule->name);
  buffer_put(out, STR(": "));
  if (outcome->reason != REASON_GIVEN) buffer_put(out, str_of(reasons[outcome->reason].code));
  for (uint32_t i = 0; i < outcome->gift_count; i++) {
    struct told_gift gift = told_gift_of(rulebook, &decision->gifts[outcome->gift_first + i]);
    if (i > 0 || outcome->reason != REASON_GIVEN) buffer_put(out, i > 0 ? STR(", ") : STR(" "));
    detail_gift(out, rulebook, rule->campaign, &gift, language);
  }
  if (outcome->reason == REASON_GIVEN && outcome->gift_count == 0) buffer_put(out, STR("GIVEN"));
  if (outcome->reason == REASON_GIVEN || outcome->gift_count > 0) return;
  struct told told;
  told_outcome(&told, rulebook, outcome);
  size_t start = out->length;
  buffer_byte(out, ' ');
  detail_refusal(out, rulebook, &told, language);
  if (out->length == start + 1) out->length = start;
}
