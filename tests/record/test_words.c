/* Words in both languages: every reason, every operator, trees, schedules, durations, limits. A text exists in both languages or in none.
 */
#include "fixture.h"
#include "words.h"

/* ---- reasons ---- */

static bool has_chinese(const char *text) {
  for (; *text != '\0'; text++)
    if ((unsigned char)*text >= 0xe4) return true;
  return false;
}

static bool is_ascii(const char *text) {
  for (; *text != '\0'; text++)
    if ((unsigned char)*text > 0x7e) return false;
  return true;
}

/* The codes of judge.h, in its order; GIVEN stands before them. */
static const char *const codes[REASON_COUNT] = {
    "GIVEN",           "CAMPAIGN_NOT_STARTED", "CAMPAIGN_ENDED",   "CAMPAIGN_PAUSED",   "OUTSIDE_SCHEDULE", "NOT_IN_AUDIENCE",
    "NOT_ENROLLED",    "CONDITION_NOT_MET",    "NOT_DORMANT",      "NOT_FIRST",         "TASKS_INCOMPLETE", "TARGET_NOT_REACHED",
    "LIMIT_REACHED",   "OUT_OF_STOCK",         "BUDGET_EXHAUSTED", "EXCLUDED_BY_GROUP", "HOLDOUT",          "RISK_DENIED",
    "DUPLICATE_EVENT", "EVENT_TOO_LATE",       "EVENT_IN_FUTURE",  "REVERSED",          "PENDING_HOLD",     "DRAW_LOST",
    "EXPIRED",         "MALFORMED_EVENT",      "TOO_MANY_GIFTS",   "RECORD_FULL",       "ORIGINAL_UNKNOWN",
    "GIFT_UNKNOWN",    "RESULT_CONTRADICTED",  "RATE_UNKNOWN"};

static void every_reason_in_both_languages(void **state) {
  (void)state;
  for (int i = 0; i < REASON_COUNT; i++) {
    const struct reason_info *info = &reasons[i];
    assert_string_equal(info->code, codes[i]);
    const char *english[] = {info->label_en, info->help_en, info->todo_en}, *chinese[] = {info->label_zh, info->help_zh, info->todo_zh};
    for (int k = 0; k < 3; k++) {
      assert_true(english[k][0] != '\0' && is_ascii(english[k]));
      assert_true(has_chinese(chinese[k]) && str_is_utf8(str_of(chinese[k])));
    }
  }
}

/* ---- conditions ---- */

static const struct str vip[] = {S("vip"), S("gold")};
static const struct str many[] = {S("1"), S("2"), S("3"), S("4"), S("5"), S("6"), S("7"), S("8"), S("9"), S("10")};
static const int64_t numbers[] = {100, 250};
static const int64_t list_numbers[] = {0};
#define NO_REFS .list = NONE, .other = NONE
#define LEAF(l, o, i, t) .kind = CONDITION_LEAF, .left = (l), .op = (o), .index = (i), .left_text = S(t)

struct leaf_case {
  struct condition leaf;
  const char *en, *zh;
};
static const struct leaf_case leaf_cases[] = {
    {{LEAF(LEFT_FIELD, OP_EQ, FIELD_ID_CHANNEL, "channel"), .operand = {VALUE_TEXT, .text_count = 1, .texts = vip, NO_REFS}},
     "channel = vip",
     "渠道 = vip"},
    {{LEAF(LEFT_FIELD, OP_NE, FIELD_ID_CHANNEL, "channel"), .operand = {VALUE_TEXT, .text_count = 1, .texts = vip, NO_REFS}},
     "channel != vip",
     "渠道 ≠ vip"},
    {{LEAF(LEFT_FIELD, OP_GT, FIELD_ID_AMOUNT, "amount"), .money = true, .operand = {VALUE_INT, .low = 20000, NO_REFS}},
     "amount > 200.00",
     "金额 > 200.00"},
    {{LEAF(LEFT_FIELD, OP_GTE, FIELD_ID_AMOUNT, "amount"), .money = true, .operand = {VALUE_INT, .low = 20000, NO_REFS}},
     "amount >= 200.00",
     "金额 ≥ 200.00"},
    {{LEAF(LEFT_FIELD, OP_LT, FIELD_ID_AMOUNT, "amount"), .money = true, .operand = {VALUE_INT, .low = 5, NO_REFS}},
     "amount < 0.05",
     "金额 < 0.05"},
    {{LEAF(LEFT_FIELD, OP_LTE, FIELD_ID_AMOUNT, "amount"), .money = true, .operand = {VALUE_INT, .low = 5, NO_REFS}},
     "amount <= 0.05",
     "金额 ≤ 0.05"},
    {{LEAF(LEFT_FIELD, OP_BETWEEN, FIELD_ID_AMOUNT, "amount"), .money = true, .operand = {VALUE_INT, .low = 100, .high = 200, NO_REFS}},
     "amount between 1.00 and 2.00",
     "金额 介于 1.00 至 2.00"},
    {{LEAF(LEFT_FIELD, OP_IN, FIELD_ID_CHANNEL, "channel"), .operand = {VALUE_TEXT, .text_count = 2, .texts = vip, NO_REFS}},
     "channel in vip, gold",
     "渠道 属于 vip, gold"},
    {{LEAF(LEFT_FIELD, OP_NOT_IN, FIELD_ID_CHANNEL, "channel"), .operand = {VALUE_TEXT, .text_count = 2, .texts = vip, NO_REFS}},
     "channel not in vip, gold",
     "渠道 不属于 vip, gold"},
    {{LEAF(LEFT_FIELD, OP_IN, FIELD_ID_AMOUNT, "amount"), .money = true,
      .operand = {VALUE_INT, .numbers = numbers, .number_count = 2, NO_REFS}},
     "amount in 1.00, 2.50",
     "金额 属于 1.00, 2.50"},
    {{LEAF(LEFT_FIELD, OP_IN, FIELD_ID_MCC, "mcc"), .operand = {VALUE_TEXT, .text_count = 10, .texts = many, NO_REFS}},
     "mcc in 1, 2, 3, 4, 5, 6, 7, 8, ... (10)",
     "商户类别 属于 1, 2, 3, 4, 5, 6, 7, 8, ... (10)"},
    {{LEAF(LEFT_FIELD, OP_EXISTS, FIELD_ID_DEVICE, "device"), .operand = {VALUE_BOOL, .low = 1, NO_REFS}},
     "device is present",
     "设备 须 有值"},
    {{LEAF(LEFT_FIELD, OP_EXISTS, FIELD_ID_DEVICE, "device"), .operand = {VALUE_BOOL, .low = 0, NO_REFS}},
     "device is absent",
     "设备 须 无值"},
    {{LEAF(LEFT_FIELD, OP_IN_LIST, FIELD_ID_MCC, "mcc"), .operand = {VALUE_TEXT, .list = 0, .other = NONE}},
     "mcc in list staff",
     "商户类别 在名单内: staff"},
    {{LEAF(LEFT_FIELD, OP_NOT_IN_LIST, FIELD_ID_MCC, "mcc"), .operand = {VALUE_TEXT, .list = 0, .other = NONE}},
     "mcc not in list staff",
     "商户类别 不在名单内: staff"},
    {{LEAF(LEFT_FACT_KEEP, OP_CONTAINS_ANY, 0, "fact.held.products"), .operand = {VALUE_TEXT, .text_count = 2, .texts = vip, NO_REFS}},
     "fact.held.products contains any of vip, gold",
     "fact.held.products 含有任一 vip, gold"},
    {{LEAF(LEFT_FIELD, OP_SAME_AS, FIELD_ID_CARD, "card"), .operand = {.list = NONE, .other = 1}},
     "card same as fact.first.card",
     "卡 等同于 fact.first.card"},
    {{LEAF(LEFT_FACT, OP_THIS_EVENT, 0, "fact.first"), .operand = {NO_REFS}}, "fact.first is this event", "fact.first 即本次事件"},
    {{LEAF(LEFT_FACT_AT, OP_OLDER_THAN, 0, "fact.first.at"), .operand = {.duration = {.ms = 3 * MS_PER_DAY, .days = true}, NO_REFS}},
     "fact.first.at older than 3 days",
     "fact.first.at 早于 3 天"},
    {{LEAF(LEFT_FACT_AT, OP_NEWER_THAN, 0, "fact.first.at"), .operand = {.duration = {.ms = 3600000}, NO_REFS}},
     "fact.first.at newer than 1 hour",
     "fact.first.at 近于 1 小时"},
    {{LEAF(LEFT_FACT, OP_DORMANT_FOR, 0, "fact.sleep"), .operand = {.duration = {.months = 3}, NO_REFS}},
     "fact.sleep dormant for 3 months",
     "fact.sleep 沉睡满 3 个月"},
    {{LEAF(LEFT_FACT, OP_COMPLETED, 0, "fact.woke"), .operand = {NO_REFS}}, "fact.woke completed", "fact.woke 已完成"},
    {{LEAF(LEFT_TAG, OP_EQ, 0, "tag"), .operand = {VALUE_TEXT, .text_count = 1, .texts = vip, NO_REFS}},
     "tag is one of vip",
     "标签 有 vip"},
    {{LEAF(LEFT_TAG, OP_NE, 0, "tag"), .operand = {VALUE_TEXT, .text_count = 2, .texts = vip, NO_REFS}},
     "tag is none of vip, gold",
     "标签 没有 vip, gold"},
    {{LEAF(LEFT_LIST, OP_IN, 0, "list"), .operand = {VALUE_TEXT, .numbers = list_numbers, .number_count = 1, NO_REFS}},
     "customer in list staff",
     "客户 在名单内: staff"},
    {{LEAF(LEFT_SCHEDULE, OP_EQ, 0, "schedule"), .operand = {NO_REFS}}, "time within fri 10:00-22:00", "时段 在 周五 10:00-22:00"},
    {{LEAF(LEFT_SCHEDULE, OP_NE, 0, "schedule"), .operand = {NO_REFS}}, "time not within fri 10:00-22:00", "时段 不在 周五 10:00-22:00"},
    {{LEAF(LEFT_FIELD, OP_GTE, FIELD_ID_ORIGINAL_TIME, "original_time"), .operand = {VALUE_INT, .low = FRIDAY_MS, NO_REFS}},
     "original_time >= 2026-12-04T12:30:00+08:00",
     "原交易时间 ≥ 2026-12-04T12:30:00+08:00"},
    {{LEAF(LEFT_PROFILE, OP_EQ, FIELD_ID_STATUS, "profile.status"), .operand = {VALUE_BOOL, .low = 1, NO_REFS}},
     "profile.status = true",
     "profile.status = true"},
};

static struct rulebook with_conditions(struct condition *conditions, uint32_t count) {
  static const struct list lists[] = {{.name = S("staff")}};
  struct rulebook rulebook = fixture_rulebook();
  rulebook.conditions = conditions;
  rulebook.condition_count = count;
  rulebook.lists = lists;
  rulebook.list_count = 1;
  rulebook.rule_count = rulebook.campaign_count = 0;
  return rulebook;
}

static void every_operator(void **state) {
  (void)state;
  bool seen[OP_COMPLETED + 1] = {false};
  for (size_t i = 0; i < sizeof leaf_cases / sizeof *leaf_cases; i++) {
    struct condition conditions[2] = {leaf_cases[i].leaf, {.kind = CONDITION_LEAF, .left_text = S("fact.first.card")}};
    struct rulebook rulebook = with_conditions(conditions, 2);
    struct buffer out = text_buffer();
    seen[leaf_cases[i].leaf.op] = true;
    record_condition(&out, &rulebook, 0, LANGUAGE_EN);
    assert_text(buffer_text(&out), leaf_cases[i].en);
    buffer_reset(&out);
    record_condition(&out, &rulebook, 0, LANGUAGE_ZH);
    assert_text(buffer_text(&out), leaf_cases[i].zh);
  }
  for (int op = 0; op <= OP_COMPLETED; op++) assert_true(seen[op]);
}

static void trees(void **state) {
  (void)state;
  struct rulebook rulebook = fixture_rulebook();
  struct buffer out = text_buffer();
  record_condition(&out, &rulebook, C_ROOT, LANGUAGE_EN);
  assert_text(buffer_text(&out), "amount >= 20.00 and mcc in 5812, 5813 and fact.sleep dormant for 3 months");
  buffer_reset(&out);
  record_condition(&out, &rulebook, C_ANY, LANGUAGE_ZH);
  assert_text(buffer_text(&out), "金额 ≥ 20.00 或 fact.visits ≥ 3");
  buffer_reset(&out);
  record_condition(&out, &rulebook, C_NOT, LANGUAGE_EN);
  assert_text(buffer_text(&out), "not (device is present)");
  struct condition nested[] = {{.kind = CONDITION_ALL, .first = 1, .count = 2},
                               {.kind = CONDITION_ANY, .first = 3, .count = 2},
                               fixture_conditions[C_MCC],
                               fixture_conditions[C_AMOUNT],
                               fixture_conditions[C_CHANNEL]};
  struct rulebook other = with_conditions(nested, 5);
  buffer_reset(&out);
  record_condition(&out, &other, 0, LANGUAGE_EN);
  assert_text(buffer_text(&out), "(amount >= 20.00 or channel = qr) and mcc in 5812, 5813");
}

/* Decimals are those of the campaign that the condition belongs to. */
static void currency_of_the_campaign(void **state) {
  (void)state;
  struct rulebook rulebook = fixture_rulebook();
  struct buffer out = text_buffer();
  record_condition(&out, &rulebook, C_YEN, LANGUAGE_EN);
  assert_text(buffer_text(&out), "amount >= 500");
}

/* ---- the rest ---- */

struct duration_case {
  struct duration duration;
  const char *en, *zh;
};
static const struct duration_case duration_cases[] = {{{.months = 1}, "1 month", "1 个月"},
                                                      {{.months = 3}, "3 months", "3 个月"},
                                                      {{.months = 12}, "1 year", "1 年"},
                                                      {{.months = 24}, "2 years", "2 年"},
                                                      {{.ms = 14 * MS_PER_DAY, .days = true}, "2 weeks", "2 周"},
                                                      {{.ms = MS_PER_DAY, .days = true}, "1 day", "1 天"},
                                                      {{.ms = 72 * 3600000LL}, "72 hours", "72 小时"},
                                                      {{.ms = 5400000}, "90 minutes", "90 分钟"},
                                                      {{.ms = 7200000}, "2 hours", "2 小时"},
                                                      {{.ms = 61000}, "61 seconds", "61 秒"},
                                                      {{.ms = 0}, "0 seconds", "0 秒"},
                                                      {{.ms = 1500}, "1500 ms", "1500 ms"}};

static void durations(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof duration_cases / sizeof *duration_cases; i++) {
    struct buffer out = text_buffer();
    words_duration(&out, duration_cases[i].duration, LANGUAGE_EN);
    assert_text(buffer_text(&out), duration_cases[i].en);
    buffer_reset(&out);
    words_duration(&out, duration_cases[i].duration, LANGUAGE_ZH);
    assert_text(buffer_text(&out), duration_cases[i].zh);
  }
}

static void schedules(void **state) {
  (void)state;
  static const int64_t dates[] = {20788};
  static const struct hours hours[] = {{0, 3600}, {36000, 36001}};
  struct schedule schedule = {.name = S("peak"),
                              .from_ms = FRIDAY_MS,
                              .to_ms = INT64_MAX / 2,
                              .days = DAY_WORKDAY | DAY_RESTDAY | 1 << 1 | 1 << 7,
                              .date_count = 1,
                              .dates = dates,
                              .hour_count = 2,
                              .hours = hours};
  struct buffer out = text_buffer();
  words_schedule(&out, &schedule, zone_fixed(480), LANGUAGE_EN);
  assert_text(buffer_text(&out), "peak (from 2026-12-04T12:30:00+08:00 mon sun workday restday 2026-12-01 00:00-01:00 10:00-10:00:01)");
  buffer_reset(&out);
  words_schedule(&out, &schedule, zone_fixed(480), LANGUAGE_ZH);
  assert_text(buffer_text(&out), "peak (自 2026-12-04T12:30:00+08:00 周一 周日 工作日 休息日 2026-12-01 00:00-01:00 10:00-10:00:01)");
}

static void limits(void **state) {
  (void)state;
  static const struct {
    uint32_t limit;
    const char *en, *zh;
  } cases[] = {{L_DAY, "1 per customer, day", "每客户每日 1 次"},
               {L_MONTH, "300.00 per customer, month", "每客户每月 300.00"},
               {L_EACH, "2 per each of customer, device, any 30 days", "分别每客户、设备任意 30 天内 2 次"}};
  struct rulebook rulebook = fixture_rulebook();
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct buffer out = text_buffer();
    words_limit(&out, &rulebook, &fixture_limits[cases[i].limit], LANGUAGE_EN);
    assert_text(buffer_text(&out), cases[i].en);
    buffer_reset(&out);
    words_limit(&out, &rulebook, &fixture_limits[cases[i].limit], LANGUAGE_ZH);
    assert_text(buffer_text(&out), cases[i].zh);
  }
}

static void every_unit(void **state) {
  (void)state;
  for (int unit = 0; unit < UNIT_COUNT; unit++) {
    assert_true(words_unit((enum unit)unit, LANGUAGE_EN).length > 0);
    assert_true(has_chinese(words_unit((enum unit)unit, LANGUAGE_ZH).at));
  }
}

static void values(void **state) {
  (void)state;
  struct money_style style = {2, zone_fixed(480)};
  static const struct str items[] = {S("a"), S("b")};
  struct value money = {.kind = VALUE_INT, .number = 1}, yes = {.kind = VALUE_BOOL, .number = 1}, none = {.kind = VALUE_ABSENT};
  struct value list = {.kind = VALUE_LIST, .count = 2, .items = items}, text = {.kind = VALUE_TEXT, .text = STR("qr")};
  const struct {
    const struct value *value;
    enum field_kind kind;
    enum language language;
    const char *words;
  } cases[] = {{&money, FIELD_MONEY, LANGUAGE_EN, "0.01"},
               {&money, FIELD_INT, LANGUAGE_EN, "1"},
               {&money, FIELD_TIME, LANGUAGE_EN, "1970-01-01T08:00:00.001+08:00"},
               {&yes, FIELD_BOOL, LANGUAGE_EN, "true"},
               {&list, FIELD_LIST, LANGUAGE_EN, "a, b"},
               {&text, FIELD_TEXT, LANGUAGE_EN, "qr"},
               {&none, FIELD_TEXT, LANGUAGE_EN, "absent"},
               {NULL, FIELD_TEXT, LANGUAGE_ZH, "无"}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct buffer out = text_buffer();
    words_value(&out, cases[i].value, cases[i].kind, style, cases[i].language);
    assert_text(buffer_text(&out), cases[i].words);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(every_reason_in_both_languages),
                                     cmocka_unit_test(every_operator),
                                     cmocka_unit_test(trees),
                                     cmocka_unit_test(currency_of_the_campaign),
                                     cmocka_unit_test(durations),
                                     cmocka_unit_test(schedules),
                                     cmocka_unit_test(limits),
                                     cmocka_unit_test(every_unit),
                                     cmocka_unit_test(values)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
