/* The waterfall: for people in two languages, for programs as JSON, and that both agree with the witness (record_trace). */
#include "fixture.h"

static unsigned char arena_memory[1 << 20];
static char line_memory[1 << 18];

/* Records the decision and reads it back: explain sees what was written, nothing else. */
static struct recorded_decision recorded_of(const struct rulebook *rulebook, const struct event *event, const struct decision *decision) {
  static struct arena arena;
  struct recorded_decision recorded;
  struct fault fault;
  struct buffer line;
  buffer_init(&line, line_memory, sizeof line_memory);
  arena_init(&arena, arena_memory, sizeof arena_memory);
  record_decision(&line, rulebook, event, &fixture_origin, decision);
  assert_int_equal(record_read_decision(buffer_text(&line), &arena, &recorded, &fault), STATUS_OK);
  return recorded;
}

static const struct explain_style english = {.language = LANGUAGE_EN, .only_considered = true};
static const struct explain_style chinese = {.language = LANGUAGE_ZH, .only_considered = true};
static const struct explain_style json = {.language = LANGUAGE_EN, .json = true, .only_considered = true};

static struct decision *friday_decision(void) {
  struct decision *decision = fixture_decision();
  struct outcome limit = fixture_outcome(R_HALF, REASON_LIMIT_REACHED);
  limit.limit = L_DAY, limit.period = period_of(UNIT_DAY, FRIDAY_MS, zone_fixed(480)), limit.expected = limit.actual = 1,
  limit.has_numbers = true;
  decision_add(decision, limit);
  struct gift gift = fixture_gift(GIFT_ISSUED, R_DRAW, I_PRIZE, 88800);
  gift.pool = P_HALF;
  decision->gifts[decision->gift_count++] = gift;
  struct outcome given = fixture_outcome(R_DRAW, REASON_GIVEN);
  given.gift_count = 1;
  decision_add(decision, given);
  decision_add(decision, fixture_outcome(R_CLAIM, REASON_LIMIT_REACHED));
  struct gift coins = fixture_gift(GIFT_ISSUED, R_COINS, I_COINS, 50);
  decision->gifts[decision->gift_count++] = coins;
  struct outcome yen = fixture_outcome(R_COINS, REASON_GIVEN);
  yen.gift_count = 1;
  decision_add(decision, yen);
  return decision;
}

/* Why a customer has less than the campaign says: in both languages, for programs, and when the limit is not in the campaigns any more. */
static void gift_that_was_cut(void **state) {
  (void)state;
  struct rulebook rulebook = fixture_rulebook();
  struct event event = fixture_event(STR(SPEND));
  struct decision *decision = fixture_decision();
  struct gift gift = fixture_gift(GIFT_ISSUED, R_HALF, I_HALF, 4910);
  gift.partial = true, gift.cut_by = L_MONTH, gift.uncut_minor = 5000;
  decision->gifts[decision->gift_count++] = gift;
  struct outcome given = fixture_outcome(R_HALF, REASON_GIVEN);
  given.gift_count = 1;
  decision_add(decision, given);
  struct recorded_decision recorded = recorded_of(&rulebook, &event, decision);
  const struct {
    const struct explain_style *style;
    const char *words;
  } cases[] = {
      {&english, "  ✓ half: gave instant_discount 49.10 CNY (cut from 50.00 by limit 300.00 per customer, month)\n"},
      {&chinese, "  ✓ half: 发放 立减金 49.10 CNY(原 50.00,受限于额度 每客户每月 300.00)\n"},
      {&json, "\"value_minor\":4910,\"count\":1,\"cut_from_minor\":5000,\"cut_by\":\"weekend/money\"}"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct buffer out = text_buffer();
    record_explain(&out, &rulebook, &event, &recorded, cases[i].style);
    buffer_byte(&out, 0);
    assert_non_null(strstr(out.memory, cases[i].words));
  }
  struct buffer out = text_buffer();
  recorded.outcomes[0].gifts[0].cut_by = STR("weekend/gone");
  record_explain(&out, &rulebook, &event, &recorded, &english);
  buffer_byte(&out, 0);
  assert_non_null(strstr(out.memory, "49.10 CNY (cut from 50.00 by limit weekend/gone)\n"));
}

#define HEAD_EN                                                             \
  "txn.card_spend card-core/pay2, customer c1, 2026-12-04T12:30:00+08:00\n" \
  "  amount 80.00, currency CNY, mcc 5812, merchant m7\n"                   \
  "  decided from events.jsonl, position 4711, rulebook 0123456789abcdef\n"

static void english_text(void **state) {
  (void)state;
  struct rulebook rulebook = fixture_rulebook();
  struct event event = fixture_event(STR(SPEND));
  struct recorded_decision recorded = recorded_of(&rulebook, &event, friday_decision());
  struct buffer out = text_buffer();
  record_explain(&out, &rulebook, &event, &recorded, &english);
  assert_text(buffer_text(&out), HEAD_EN
              "\n"
              "weekend v3  Weekend half price\n"
              "  ✗ half: LIMIT_REACHED limit reached: 1 of 1 per customer, day 2026-12-04\n"
              "      ✓ campaign runs 2026-12-01 to 2027-11-30\n"
              "      ✓ schedule fri 10:00-22:00, event at 2026-12-04T12:30:00+08:00\n"
              "      ✓ amount 80.00 >= 20.00\n"
              "      ✓ mcc 5812 in 5812, 5813\n"
              "      ✓ audience everyone\n"
              "      ✓ fact.sleep dormant for 3 months\n"
              "      ✗ limit 1 per customer, day: 1 of 1 used on 2026-12-04\n"
              "  ✗ pack: CONDITION_NOT_MET a condition does not hold: channel absent = qr\n"
              "      ✓ campaign runs 2026-12-01 to 2027-11-30\n"
              "      ✗ channel absent = qr\n"
              "  ✓ draw: gave cash_back 888.00 CNY\n"
              "        reward AAAAAAAAAAAAAAAAAAAAAA, pool weekend/half\n"
              "      ✓ campaign runs 2026-12-01 to 2027-11-30\n"
              "      ✓ audience everyone\n"
              "      ✓ amount >= 20.00 or fact.visits >= 3\n"
              "  ✗ claim: LIMIT_REACHED limit reached\n"
              "      ✓ campaign runs 2026-12-01 to 2027-11-30\n"
              "      ✓ audience everyone\n"
              "      ✓ not (device is present)\n"
              "      ✗ chance weekend/pack: limit reached\n"
              "\n"
              "yen v1  Yen\n"
              "  ✓ coins: gave cash_back 50 JPY\n"
              "        reward AAAAAAAAAAAAAAAAAAAAAA\n"
              "      ✓ campaign runs 2026-12-01 to 2027-12-01\n"
              "      ✓ amount 8000 >= 500\n"
              "      ✓ audience everyone\n");
}

static void chinese_text(void **state) {
  (void)state;
  struct rulebook rulebook = fixture_rulebook();
  struct event event = fixture_event(STR(SPEND));
  struct recorded_decision recorded = recorded_of(&rulebook, &event, friday_decision());
  struct buffer out = text_buffer();
  rulebook.campaign_count = 1;
  rulebook.rule_count = 1;
  fixture_campaigns[0].rule_count = 1;
  recorded.outcome_count = 1;
  record_explain(&out, &rulebook, &event, &recorded, &chinese);
  fixture_campaigns[0].rule_count = 4;
  assert_text(buffer_text(&out),
              "txn.card_spend card-core/pay2,客户 c1,2026-12-04T12:30:00+08:00\n"
              "  金额 80.00, 币种 CNY, 商户类别 5812, 商户 m7\n"
              "  决策依据:events.jsonl, 位置 4711,规则版本 0123456789abcdef\n"
              "\n"
              "weekend v3  周末半价\n"
              "  ✗ half: LIMIT_REACHED 已达上限:每客户每日 1 次,2026-12-04 已用 1\n"
              "      ✓ 活动期 2026-12-01 至 2027-11-30\n"
              "      ✓ 时段 周五 10:00-22:00,事件时间 2026-12-04T12:30:00+08:00\n"
              "      ✓ 金额 80.00 ≥ 20.00\n"
              "      ✓ 商户类别 5812 属于 5812, 5813\n"
              "      ✓ 目标客群 全部客户\n"
              "      ✓ fact.sleep 沉睡满 3 个月\n"
              "      ✗ 限额 每客户每日 1 次:2026-12-04 已用 1/1\n");
}

/* ---- one waterfall for each place where judgement may stop ---- */

static struct outcome with_condition(uint32_t rule, enum reason reason, uint32_t condition) {
  struct outcome outcome = fixture_outcome(rule, reason);
  outcome.condition = condition;
  return outcome;
}

/* The last step that explain shows for an outcome of a rule. */
static void assert_last_step(struct outcome outcome, enum language language, const char *expected) {
  struct rulebook rulebook = fixture_rulebook();
  struct event event = fixture_event(STR(SPEND));
  struct decision *decision = fixture_decision();
  decision_add(decision, outcome);
  struct recorded_decision recorded = recorded_of(&rulebook, &event, decision);
  struct explain_style style = {.language = language, .only_considered = true};
  struct buffer out = text_buffer();
  record_explain(&out, &rulebook, &event, &recorded, &style);
  char name[128];
  snprintf(name, sizeof name, "%.*s: %s", STR_FORMAT(rulebook.rules[outcome.rule].id), reasons[outcome.reason].code);
  const char *at = memmem(out.memory, out.length, name, strlen(name));
  assert_non_null(at);
  struct str rest = {at, out.length - (size_t)(at - out.memory)}, line, last = {NULL, 0};
  (void)str_split(rest, '\n', &line, &rest);
  while (str_split(rest, '\n', &line, &rest) && str_starts(line, STR("      "))) last = line;
  assert_text(str_from(last, 6), expected);
}

static void where_it_stopped(void **state) {
  (void)state;
  static const struct {
    uint32_t rule;
    enum reason reason;
    uint32_t condition;
    const char *en, *zh;
  } cases[] = {
      {R_HALF, REASON_CAMPAIGN_ENDED, NONE, "✗ campaign runs 2026-12-01 to 2027-11-30, event at 2026-12-04T12:30:00+08:00",
       "✗ 活动期 2026-12-01 至 2027-11-30,事件时间 2026-12-04T12:30:00+08:00"},
      {R_HALF, REASON_OUTSIDE_SCHEDULE, NONE, "✗ schedule fri 10:00-22:00, event at 2026-12-04T12:30:00+08:00",
       "✗ 时段 周五 10:00-22:00,事件时间 2026-12-04T12:30:00+08:00"},
      {R_HALF, REASON_CONDITION_NOT_MET, C_MCC, "✗ mcc in 5812, 5813", "✗ 商户类别 属于 5812, 5813"},
      {R_HALF, REASON_EVENT_TOO_LATE, NONE, "✗ event came too late", "✗ 事件到达过晚"},
      {R_HALF, REASON_NOT_IN_AUDIENCE, NONE, "✗ audience everyone", "✗ 目标客群 全部客户"},
      {R_HALF, REASON_NOT_DORMANT, C_SLEEP, "✗ fact.sleep dormant for 3 months", "✗ fact.sleep 沉睡满 3 个月"},
      {R_PACK, REASON_TARGET_NOT_REACHED, C_TARGET, "✗ fact.total >= 1000.00", "✗ fact.total ≥ 1000.00"},
      {R_CLAIM, REASON_EXPIRED, NONE, "✗ chance weekend/pack: chance, task or review has expired",
       "✗ 机会 weekend/pack:机会、任务或复核已过期"},
      {R_CLAIM, REASON_PENDING_HOLD, NONE, "✗ chance weekend/pack: too early: only time is needed", "✗ 机会 weekend/pack:尚在等待期"},
      {R_CLAIM, REASON_CONDITION_NOT_MET, NONE, "✗ chance weekend/pack: never had one", "✗ 机会 weekend/pack:从未获得"},
      {R_HALF, REASON_DRAW_LOST, NONE, "✓ limit 300.00 per customer, month", "✓ 限额 每客户每月 300.00"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    assert_last_step(with_condition(cases[i].rule, cases[i].reason, cases[i].condition), LANGUAGE_EN, cases[i].en);
    assert_last_step(with_condition(cases[i].rule, cases[i].reason, cases[i].condition), LANGUAGE_ZH, cases[i].zh);
  }
  struct outcome stock = fixture_outcome(R_HALF, REASON_OUT_OF_STOCK);
  stock.pool = P_HALF, stock.expected = 1, stock.has_numbers = true;
  assert_last_step(stock, LANGUAGE_EN, "✗ pool weekend/half: 0 left, needs 1: out of stock");
  assert_last_step(stock, LANGUAGE_ZH, "✗ 奖池 weekend/half:剩余 0,需 1:库存已发完");
}

/* ---- what is said about the record itself ---- */

static void assert_contains(const struct buffer *out, const char *text) {
  if (memmem(out->memory, out->length, text, strlen(text)) == NULL) fail_msg("'%s' is not in:\n%.*s", text, STR_FORMAT(buffer_text(out)));
}

static void other_rulebook(void **state) {
  (void)state;
  struct rulebook rulebook = fixture_rulebook();
  struct event event = fixture_event(STR(SPEND));
  struct recorded_decision recorded = recorded_of(&rulebook, &event, friday_decision());
  struct buffer out = text_buffer();
  rulebook.digest = STR("fedcba9876543210");
  record_explain(&out, &rulebook, &event, &recorded, &english);
  assert_contains(&out, "! the campaigns loaded here are not those it was decided with");
  assert_contains(&out, "pack: CONDITION_NOT_MET a condition does not hold: channel absent = qr (now)\n");
  buffer_reset(&out);
  record_explain(&out, &rulebook, &event, &recorded, &chinese);
  assert_contains(&out, "! 当前加载的活动与决策时不同");
  buffer_reset(&out);
  record_explain(&out, &rulebook, &event, &recorded, &json);
  assert_contains(&out, "\"same_rulebook\":false");
}

static void never_decided(void **state) {
  (void)state;
  struct rulebook rulebook = fixture_rulebook();
  struct event event = fixture_event(STR(SPEND));
  struct buffer out = text_buffer();
  record_explain(&out, &rulebook, &event, NULL, &english);
  assert_contains(&out, "! no decision was recorded for this event");
  assert_contains(&out, "  ? half: would be judged with the customer's state; nothing is recorded\n");
  assert_contains(&out, "  ✗ pack: CONDITION_NOT_MET ");
  buffer_reset(&out);
  record_explain(&out, &rulebook, &event, NULL, &json);
  assert_contains(&out, "\"recorded\":false,\"campaigns\":[");
  assert_contains(&out, "{\"rule\":\"half\",\"reason\":null,\"recorded\":false,");
}

static void line_is_not_at_hand(void **state) {
  (void)state;
  struct rulebook rulebook = fixture_rulebook();
  struct event event = fixture_event(STR(SPEND));
  struct recorded_decision recorded = recorded_of(&rulebook, &event, friday_decision());
  struct buffer out = text_buffer();
  record_explain(&out, &rulebook, NULL, &recorded, &english);
  assert_contains(&out, "txn.card_spend card-core/pay2, customer c1, 2026-12-04T12:30:00+08:00\n  decided from");
  assert_contains(&out, "! the event's own line is not at hand");
  assert_contains(&out, "✓ amount >= 20.00\n"); /* without a value */
  assert_null(memmem(out.memory, out.length, "  ✗ pack:", 11));
}

static void gated(void **state) {
  (void)state;
  struct rulebook rulebook = fixture_rulebook();
  struct event event = fixture_event(STR(SPEND));
  struct decision *decision = fixture_decision();
  decision->gate = REASON_DUPLICATE_EVENT;
  struct recorded_decision recorded = recorded_of(&rulebook, &event, decision);
  struct buffer out = text_buffer();
  record_explain(&out, &rulebook, &event, &recorded, &english);
  assert_contains(&out, "  ✗ DUPLICATE_EVENT event was already seen. An event with the same source and id");
  assert_contains(&out, "  ✗ half: DUPLICATE_EVENT event was already seen\n  ✗ pack: DUPLICATE_EVENT ");
}

static void foreign_outcomes_are_told(void **state) {
  (void)state;
  struct rulebook rulebook = fixture_rulebook();
  struct event event = fixture_event(STR(SPEND));
  struct recorded_decision recorded = recorded_of(&rulebook, &event, friday_decision());
  struct buffer out = text_buffer();
  recorded.outcomes[1].campaign = STR("archived");
  record_explain(&out, &rulebook, &event, &recorded, &english);
  assert_contains(&out, "recorded, but not in the campaigns loaded here:\n  archived/draw v3: GIVEN AAAAAAAAAAAAAAAAAAAAAA\n");
  buffer_reset(&out);
  record_explain(&out, &rulebook, &event, &recorded, &json);
  assert_contains(&out, "],\"elsewhere\":[{\"campaign\":\"archived\",\"version\":3,\"rule\":\"draw\",\"reason\":\"GIVEN\"");
}

static void campaigns_that_do_not_listen(void **state) {
  (void)state;
  struct rulebook rulebook = fixture_rulebook();
  struct event event = fixture_event(
      STR("{\"id\":\"l1\",\"source\":\"app\",\"type\":\"login\",\"customer\":\"c1\",\"time\":\"2026-12-04T12:30:00+08:00\"}"));
  struct recorded_decision recorded = recorded_of(&rulebook, &event, fixture_decision());
  struct explain_style all = {.language = LANGUAGE_EN};
  struct buffer out = text_buffer();
  record_explain(&out, &rulebook, &event, &recorded, &english);
  assert_contains(&out, "\n2 other campaigns do not listen to this type of event.\n");
  buffer_reset(&out);
  record_explain(&out, &rulebook, &event, &recorded, &all);
  assert_contains(&out, "weekend v3  Weekend half price\n  - does not listen to this type of event\n");
  buffer_reset(&out);
  all.json = true;
  record_explain(&out, &rulebook, &event, &recorded, &all);
  assert_contains(
      &out,
      "\"campaigns\":[{\"campaign\":\"weekend\",\"version\":3,\"name\":{\"zh\":\"周末半价\",\"en\":\"Weekend half price\"},\"rules\":[]},");
}

static void colors(void **state) {
  (void)state;
  struct rulebook rulebook = fixture_rulebook();
  struct event event = fixture_event(STR(SPEND));
  struct explain_style style = english;
  struct buffer out = text_buffer();
  style.color = true;
  record_explain(&out, &rulebook, &event, NULL, &style);
  assert_contains(&out, "\033[31m✗ \033[0m");
}

/* ---- JSON ---- */

static void assert_json(struct str line) {
  struct json_cursor cursor = json_open(line);
  assert_true(json_skip(&cursor));
  if (!json_done(&cursor)) fail_msg("byte %zu: %s", cursor.at, cursor.problem);
}

static void json_is_valid_and_has_its_members(void **state) {
  (void)state;
  struct rulebook rulebook = fixture_rulebook();
  struct event event = fixture_event(STR(SPEND));
  struct recorded_decision recorded = recorded_of(&rulebook, &event, friday_decision());
  for (int language = LANGUAGE_EN; language <= LANGUAGE_ZH; language++) {
    struct explain_style style = json;
    struct buffer out = text_buffer();
    style.language = (enum language)language;
    record_explain(&out, &rulebook, &event, &recorded, &style);
    assert_json(buffer_text(&out));
    assert_int_equal(out.memory[out.length - 1], '\n');
    assert_contains(
        &out,
        "{\"event\":{\"source\":\"card-core\",\"id\":\"pay2\",\"type\":\"txn.card_spend\",\"time\":\"2026-12-04T12:30:00+08:00\"},"
        "\"customer\":\"c1\",\"recorded\":true,\"rulebook\":\"0123456789abcdef\",\"same_rulebook\":true,\"input\":\"events.jsonl\","
        "\"position\":4711,\"campaigns\":[{\"campaign\":\"weekend\",\"version\":3,");
    assert_contains(&out, "{\"rule\":\"half\",\"reason\":\"LIMIT_REACHED\",\"recorded\":true,\"text\":");
    assert_contains(&out,
                    "\"at\":\"/rules/0/limits/0\",\"limit\":\"weekend/half#count.customer.day\",\"identity\":\"customer\","
                    "\"period\":\"2026-12-04\",\"expected\":\"1\",\"actual\":\"1\",\"steps\":[{\"passed\":true,");
    assert_contains(&out, "{\"rule\":\"pack\",\"reason\":\"CONDITION_NOT_MET\",\"recorded\":false,");
    assert_contains(&out,
                    "\"gifts\":[{\"id\":\"AAAAAAAAAAAAAAAAAAAAAA\",\"kind\":\"issued\",\"item\":\"prize\",\"reward\":\"cash_back\","
                    "\"value_minor\":88800,\"count\":1,\"pool\":\"weekend/half\"}]");
  }
}

/* A list of values too long for a record is left out of `expected`; what was found is said all the same. */
static void long_lists_are_cut(void **state) {
  (void)state;
  static char letters[200];
  static struct str values[8];
  static struct condition conditions[CONDITIONS];
  struct rulebook rulebook = fixture_rulebook();
  struct event event = fixture_event(STR(SPEND));
  struct buffer out = text_buffer();
  memset(letters, 'x', sizeof letters);
  for (int i = 0; i < 8; i++) values[i] = (struct str){letters, sizeof letters};
  memcpy(conditions, fixture_conditions, sizeof conditions);
  conditions[C_MCC].operand.texts = values, conditions[C_MCC].operand.text_count = 8;
  rulebook.conditions = conditions;
  record_explain(&out, &rulebook, &event, NULL, &json);
  assert_json(buffer_text(&out));
  assert_contains(&out, "xx, \",\"actual\":\"5812\"");
}

/* ---- the witness ---- */

static void trace_says_the_same(void **state) {
  (void)state;
  struct rulebook rulebook = fixture_rulebook();
  struct event event = fixture_event(STR(SPEND));
  struct decision *decision = friday_decision();
  struct buffer out = text_buffer();
  record_trace(&out, &rulebook, &event, decision);
  assert_text(buffer_text(&out),
              "{\"source\":\"card-core\",\"id\":\"pay2\",\"customer\":\"c1\",\"gate\":\"GIVEN\",\"rules\":[\"weekend/half LIMIT_REACHED\","
              "\"weekend/pack CONDITION_NOT_MET\",\"weekend/draw GIVEN\",\"weekend/claim LIMIT_REACHED\",\"yen/coins GIVEN\"]}\n");
  buffer_reset(&out);
  decision->gate = REASON_EVENT_TOO_LATE;
  decision->outcome_count = 0;
  record_trace(&out, &rulebook, &event, decision);
  assert_contains(&out, "\"gate\":\"EVENT_TOO_LATE\",\"rules\":[\"weekend/half EVENT_TOO_LATE\",");
}

/* A rule that was woken but has no outcome is a bug of somebody: the witness shows it. */
static void trace_shows_what_is_missing(void **state) {
  (void)state;
  struct rulebook rulebook = fixture_rulebook();
  struct event event = fixture_event(STR(SPEND));
  struct buffer out = text_buffer();
  record_trace(&out, &rulebook, &event, fixture_decision());
  assert_contains(&out, "\"weekend/half UNDECIDED\"");
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(gift_that_was_cut),
                                     cmocka_unit_test(english_text),
                                     cmocka_unit_test(chinese_text),
                                     cmocka_unit_test(where_it_stopped),
                                     cmocka_unit_test(other_rulebook),
                                     cmocka_unit_test(never_decided),
                                     cmocka_unit_test(line_is_not_at_hand),
                                     cmocka_unit_test(gated),
                                     cmocka_unit_test(foreign_outcomes_are_told),
                                     cmocka_unit_test(campaigns_that_do_not_listen),
                                     cmocka_unit_test(colors),
                                     cmocka_unit_test(json_is_valid_and_has_its_members),
                                     cmocka_unit_test(long_lists_are_cut),
                                     cmocka_unit_test(trace_says_the_same),
                                     cmocka_unit_test(trace_shows_what_is_missing)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
