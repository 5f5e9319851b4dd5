/* Decision lines, byte for byte; and back through the reader of records. */
#include "fixture.h"
#include "text.h"
#include "told.h"

#define HEAD                                                                                                                           \
  "{\"specversion\":\"1.0\",\"id\":\"%016llx\",\"source\":\"giftd\",\"type\":\"gift.decision\",\"subject\":\"c1\","                    \
  "\"time\":\"2026-12-04T12:30:00+08:00\",\"data\":{\"event\":{\"source\":\"card-core\",\"id\":\"pay2\",\"type\":\"txn.card_spend\"}," \
  "\"input\":\"events.jsonl\",\"position\":4711,\"rulebook\":\"0123456789abcdef\",\"considered\":["
#define TAIL "]}}\n"

static void assert_considered(const struct decision *decision, const char *considered) {
  struct rulebook rulebook = fixture_rulebook();
  struct event event = fixture_event(STR(SPEND));
  struct buffer out = text_buffer();
  char expected[16384];
  int head = snprintf(expected, sizeof expected, HEAD, (unsigned long long)event.digest);
  snprintf(expected + head, sizeof expected - (size_t)head, "%s" TAIL, considered);
  record_decision(&out, &rulebook, &event, &fixture_origin, decision);
  assert_false(out.overflowed);
  assert_text(buffer_text(&out), expected);
}

static void nothing_considered(void **state) {
  (void)state;
  assert_considered(fixture_decision(), "");
}

static void given_with_gift(void **state) {
  (void)state;
  struct decision *decision = fixture_decision();
  struct gift gift = fixture_gift(GIFT_ISSUED, R_HALF, I_HALF, 4000);
  gift.pool = P_HALF;
  decision->gifts[decision->gift_count++] = gift;
  struct outcome outcome = fixture_outcome(R_HALF, REASON_GIVEN);
  outcome.gift_count = 1;
  decision_add(decision, outcome);
  assert_considered(decision,
                    "{\"campaign\":\"weekend\",\"version\":3,\"rule\":\"half\",\"reason\":\"GIVEN\",\"gifts\":[{\"id\":"
                    "\"AAAAAAAAAAAAAAAAAAAAAA\",\"kind\":\"issued\",\"item\":\"half\",\"reward\":\"instant_discount\","
                    "\"value_minor\":4000,\"count\":1,\"pool\":\"weekend/half\"}]}");
}

static void gift_that_was_cut(void **state) {
  (void)state;
  struct decision *decision = fixture_decision();
  struct gift gift = fixture_gift(GIFT_ISSUED, R_HALF, I_HALF, 4910);
  gift.partial = true, gift.cut_by = L_MONTH, gift.uncut_minor = 5000;
  decision->gifts[decision->gift_count++] = gift;
  struct outcome outcome = fixture_outcome(R_HALF, REASON_GIVEN);
  outcome.gift_count = 1;
  decision_add(decision, outcome);
  assert_considered(decision,
                    "{\"campaign\":\"weekend\",\"version\":3,\"rule\":\"half\",\"reason\":\"GIVEN\",\"gifts\":[{\"id\":"
                    "\"AAAAAAAAAAAAAAAAAAAAAA\",\"kind\":\"issued\",\"item\":\"half\",\"reward\":\"instant_discount\","
                    "\"value_minor\":4910,\"count\":1,\"cut_from_minor\":5000,\"cut_by\":\"weekend/money\"}]}");
}

/* A gift that was undone before it went out is none: an outcome whose gifts all are has REVERSED and no gifts. */
static void undone_gifts_are_not_printed(void **state) {
  (void)state;
  struct decision *decision = fixture_decision();
  decision->gifts[decision->gift_count++] = fixture_gift(GIFT_ISSUED, R_HALF, I_HALF, 4000);
  decision->gifts[decision->gift_count++] = fixture_gift(GIFT_UNDONE, R_HALF, I_HALF, 2000);
  struct outcome outcome = fixture_outcome(R_HALF, REASON_GIVEN);
  outcome.gift_count = 1;
  decision_add(decision, outcome);
  decision->outcomes[0].gift_first = 0;
  decision_add(decision, fixture_outcome(R_PACK, REASON_REVERSED));
  assert_considered(decision,
                    "{\"campaign\":\"weekend\",\"version\":3,\"rule\":\"half\",\"reason\":\"GIVEN\",\"gifts\":[{\"id\":"
                    "\"AAAAAAAAAAAAAAAAAAAAAA\",\"kind\":\"issued\",\"item\":\"half\",\"reward\":\"instant_discount\","
                    "\"value_minor\":4000,\"count\":1}]},"
                    "{\"campaign\":\"weekend\",\"version\":3,\"rule\":\"pack\",\"reason\":\"REVERSED\",\"at\":\"/rules/1/on_reversal\"}");
}

/* An outcome is told in the words of the book it was judged by, whatever the running one says. */
static void outcomes_of_other_terms_have_their_words(void **state) {
  (void)state;
  static struct rule rules[RULES];
  static struct rulebook before;
  struct decision *decision = fixture_decision();
  (void)fixture_rulebook();
  memcpy(rules, fixture_rules, sizeof rules);
  rules[R_PACK].id = STR("old"), rules[R_PACK].name = STR("weekend/old");
  before = fixture_book, before.rules = rules;
  struct outcome outcome = fixture_outcome(R_PACK, REASON_REVERSED);
  outcome.book = &before;
  decision_add(decision, outcome);
  assert_considered(decision,
                    "{\"campaign\":\"weekend\",\"version\":3,\"rule\":\"old\",\"reason\":\"REVERSED\",\"at\":\"/rules/1/on_reversal\"}");
}

/* ---- facts ---- */

struct effect_case {
  struct fact fact;
  struct effect effect;
  const char *json;
};
#define FACT(...) \
  { .name = S("weekend/f"), __VA_ARGS__ }
#define DAY(of) .window = {.kind = (of), .unit = UNIT_DAY, .count = 3}
#define NOON ((int64_t)20791 * MS_PER_DAY + 16200000) /* 2026-12-04T12:30:00+08:00 */
static const struct effect_case effect_cases[] = {
    {FACT(.kind = FACT_MEASURE, .measure = MEASURE_COUNT, DAY(WINDOW_UNIT)),
     {.kind = EFFECT_COUNTED, .period = 20791, .before = 0, .after = 1},
     "\"what\":\"counted\",\"period\":\"2026-12-04\",\"before\":\"0\",\"after\":\"1\""},
    {FACT(.kind = FACT_MEASURE, .measure = MEASURE_SUM, .money = true, DAY(WINDOW_LAST_UNITS)),
     {.kind = EFFECT_LOWERED, .period = 20791, .before = 12345, .after = 5},
     "\"what\":\"lowered\",\"period\":\"2026-12-04\",\"before\":\"123.45\",\"after\":\"0.05\""},
    {FACT(.kind = FACT_MEASURE, .measure = MEASURE_SUM, DAY(WINDOW_ROLLING_DAYS)),
     {.kind = EFFECT_COUNTED, .period = 20791, .before = -3, .after = INT64_MAX},
     "\"what\":\"counted\",\"period\":\"2026-12-04\",\"before\":\"-3\",\"after\":\"9223372036854775807\""},
    {FACT(.kind = FACT_MEASURE, .measure = MEASURE_MAX, DAY(WINDOW_DATES)),
     {.kind = EFFECT_COUNTED, .before = 1, .after = 2},
     "\"what\":\"counted\",\"before\":\"1\",\"after\":\"2\""},
    {FACT(.kind = FACT_FIRST), {.kind = EFFECT_FIRST, .after = NOON}, "\"what\":\"first\""}, /* the event's own time is not said again */
    {FACT(.kind = FACT_FIRST), {.kind = EFFECT_FIRST, .after = NOON - 1000}, "\"what\":\"first\",\"after\":\"2026-12-04T12:29:59+08:00\""},
    {FACT(.kind = FACT_LAST),
     {.kind = EFFECT_LAST, .before = NOON, .after = NOON + 1000},
     "\"what\":\"last\",\"before\":\"2026-12-04T12:30:00+08:00\",\"after\":\"2026-12-04T12:30:01+08:00\""},
    {FACT(.kind = FACT_FIRST), {.kind = EFFECT_REOPENED, .before = NOON}, "\"what\":\"reopened\",\"before\":\"2026-12-04T12:30:00+08:00\""},
    {FACT(.kind = FACT_FIRST), {.kind = EFFECT_RESET, .after = NOON + 1000}, "\"what\":\"reset\",\"after\":\"2026-12-04T12:30:01+08:00\""},
    {FACT(.kind = FACT_TRACK),
     {.kind = EFFECT_OPENED, .before = NOON, .after = NOON + 1000},
     "\"what\":\"opened\",\"before\":\"2026-12-04T12:30:00+08:00\",\"after\":\"2026-12-04T12:30:01+08:00\""},
    {FACT(.kind = FACT_TRACK), {.kind = EFFECT_TASK, .before = 0, .after = 1}, "\"what\":\"task\",\"before\":\"0\",\"after\":\"1\""},
    {FACT(.kind = FACT_TRACK),
     {.kind = EFFECT_COMPLETED, .before = 1, .after = 2},
     "\"what\":\"completed\",\"before\":\"1\",\"after\":\"2\""},
};
#define EFFECTS (sizeof effect_cases / sizeof effect_cases[0])

static struct rulebook effects_book(struct decision *decision) {
  static struct fact facts[EFFECTS];
  struct rulebook rulebook = fixture_rulebook();
  for (uint32_t i = 0; i < EFFECTS; i++) {
    facts[i] = effect_cases[i].fact;
    decision->effects[i] = effect_cases[i].effect, decision->effects[i].fact = i;
  }
  decision->effect_count = EFFECTS;
  rulebook.facts = facts, rulebook.fact_count = EFFECTS;
  return rulebook;
}

static void effects_on_facts(void **state) {
  (void)state;
  static unsigned char memory[1 << 16];
  static const char *const words[] = {"counted", "lowered",  "counted", "counted", "first", "first",
                                      "last",    "reopened", "reset",   "opened",  "task",  "completed"};
  struct decision *decision = fixture_decision();
  struct rulebook rulebook = effects_book(decision);
  struct event event = fixture_event(STR(SPEND));
  struct buffer out = text_buffer();
  char expected[4096];
  size_t length = (size_t)snprintf(expected, sizeof expected, ",\"facts\":[");
  for (size_t i = 0; i < EFFECTS; i++)
    length += (size_t)snprintf(expected + length, sizeof expected - length, "%s{\"fact\":\"weekend/f\",%s}", i == 0 ? "" : ",",
                               effect_cases[i].json);
  snprintf(expected + length, sizeof expected - length, "]}}\n");
  record_decision(&out, &rulebook, &event, &fixture_origin, decision);
  out.memory[out.length] = '\0';
  assert_non_null(strstr(out.memory, expected));
  struct recorded_decision read;
  struct fault fault;
  struct arena arena;
  arena_init(&arena, memory, sizeof memory);
  assert_int_equal(record_read_decision(buffer_text(&out), &arena, &read, &fault), STATUS_OK);
  assert_int_equal(read.effect_count, EFFECTS);
  for (uint32_t i = 0; i < EFFECTS; i++) {
    assert_text(read.effects[i].fact, "weekend/f");
    assert_text(read.effects[i].what, words[i]);
  }
  assert_text(read.effects[1].before, "123.45");
  assert_text(read.effects[1].period, "2026-12-04");
  assert_int_equal(read.effects[4].before.length, 0);
}

/* The same decision is the same bytes, whatever stands in the buffer before it. */
static void nothing_depends_on_what_was_written_before(void **state) {
  (void)state;
  static char memory[1 << 20];
  struct decision *decision = fixture_decision();
  struct rulebook rulebook = effects_book(decision);
  struct event event = fixture_event(STR(SPEND));
  struct buffer alone = text_buffer(), behind;
  record_decision(&alone, &rulebook, &event, &fixture_origin, decision);
  buffer_init(&behind, memory, sizeof memory);
  while (behind.length < DECISION_PART_BYTES + 1000) buffer_byte(&behind, '\n');
  size_t start = behind.length;
  record_decision(&behind, &rulebook, &event, &fixture_origin, decision);
  assert_int_equal(behind.length - start, alone.length);
  assert_memory_equal(memory + start, alone.memory, alone.length);
}

/* ---- one refusal of each shape ---- */

static struct outcome limit_day(void) {
  struct outcome o = fixture_outcome(R_HALF, REASON_LIMIT_REACHED);
  o.limit = L_DAY, o.period = period_of(UNIT_DAY, FRIDAY_MS, zone_fixed(480)), o.expected = 1, o.actual = 1, o.has_numbers = true;
  return o;
}
static struct outcome limit_money(void) {
  struct outcome o = fixture_outcome(R_HALF, REASON_LIMIT_REACHED);
  o.limit = L_MONTH, o.period = period_of(UNIT_MONTH, FRIDAY_MS, zone_fixed(480)), o.expected = 30000, o.actual = 30000,
  o.has_numbers = true;
  o.numbers_are_money = true;
  return o;
}
static struct outcome limit_each(void) {
  struct outcome o = fixture_outcome(R_PACK, REASON_LIMIT_REACHED);
  o.limit = L_EACH, o.dimension = 1, o.period = period_of(UNIT_DAY, FRIDAY_MS, zone_fixed(480)), o.expected = 2, o.actual = 2,
  o.has_numbers = true;
  return o;
}
static struct outcome stock(void) {
  struct outcome o = fixture_outcome(R_HALF, REASON_OUT_OF_STOCK);
  o.pool = P_HALF, o.expected = 1, o.actual = 0, o.has_numbers = true;
  return o;
}
static struct outcome paced_out(void) {
  struct outcome o = fixture_outcome(R_HALF, REASON_OUT_OF_STOCK);
  o.pool = P_PACED, o.period = period_of(UNIT_DAY, FRIDAY_MS, zone_fixed(480)), o.expected = 1, o.actual = 0, o.has_numbers = true;
  return o;
}
static struct outcome paced_pool_empty(void) {
  struct outcome o = paced_out();
  o.period = 0;
  return o;
}
static struct outcome budget(void) {
  struct outcome o = fixture_outcome(R_HALF, REASON_BUDGET_EXHAUSTED);
  o.pool = P_MONEY, o.expected = 4000, o.actual = 1234, o.has_numbers = o.numbers_are_money = true;
  return o;
}
static struct outcome dormant(void) {
  struct outcome o = fixture_outcome(R_HALF, REASON_NOT_DORMANT);
  o.condition = C_SLEEP, o.expected = FRIDAY_MS + MS_PER_DAY, o.actual = FRIDAY_MS, o.has_numbers = o.numbers_are_times = true;
  return o;
}
static struct outcome target(void) {
  struct outcome o = fixture_outcome(R_PACK, REASON_TARGET_NOT_REACHED);
  o.condition = C_TARGET, o.expected = 100000, o.actual = 99999, o.has_numbers = o.numbers_are_money = true;
  return o;
}
static struct outcome text_condition(void) {
  struct outcome o = fixture_outcome(R_HALF, REASON_CONDITION_NOT_MET);
  o.condition = C_MCC, o.actual_text = STR("5411\"\n");
  return o;
}
static struct outcome other_currency(void) {
  struct outcome o = fixture_outcome(R_HALF, REASON_CONDITION_NOT_MET);
  o.actual_text = STR("USD");
  return o;
}
static struct outcome other_campaign(void) {
  struct outcome o = fixture_outcome(R_HALF, REASON_CONDITION_NOT_MET);
  o.actual_text = STR("spring");
  return o;
}
static struct outcome below_bands(void) {
  struct outcome o = fixture_outcome(R_COINS, REASON_CONDITION_NOT_MET);
  o.expected = 500, o.actual = 499, o.has_numbers = o.numbers_are_money = true;
  return o;
}
static struct outcome chance_spent(void) {
  struct outcome o = fixture_outcome(R_CLAIM, REASON_LIMIT_REACHED);
  o.expected = o.actual = 3, o.has_numbers = true;
  return o;
}
static struct outcome chance_never(void) { return fixture_outcome(R_CLAIM, REASON_CONDITION_NOT_MET); }
static struct outcome chance_expired(void) { return fixture_outcome(R_CLAIM, REASON_EXPIRED); }
static struct outcome too_late(void) {
  struct outcome o = fixture_outcome(R_HALF, REASON_EVENT_TOO_LATE);
  o.expected = FRIDAY_MS + 1000, o.actual = FRIDAY_MS, o.has_numbers = o.numbers_are_times = true;
  return o;
}
static struct outcome audience(void) { return fixture_outcome(R_HALF, REASON_NOT_IN_AUDIENCE); }
static struct outcome not_enrolled(void) { return fixture_outcome(R_HALF, REASON_NOT_ENROLLED); }
static struct outcome holdout(void) { return fixture_outcome(R_HALF, REASON_HOLDOUT); }
static struct outcome denied(void) { return fixture_outcome(R_HALF, REASON_RISK_DENIED); }
static struct outcome ended(void) { return fixture_outcome(R_HALF, REASON_CAMPAIGN_ENDED); }
static struct outcome too_many(void) {
  struct outcome o = fixture_outcome(R_PACK, REASON_TOO_MANY_GIFTS);
  o.expected = LIMIT_GIVEN, o.actual = LIMIT_GIVEN + 6, o.has_numbers = true;
  return o;
}
static struct outcome yen(void) {
  struct outcome o = fixture_outcome(R_COINS, REASON_TARGET_NOT_REACHED);
  o.condition = C_YEN, o.expected = 500, o.actual = 499, o.has_numbers = o.numbers_are_money = true;
  return o;
}

struct refusal_case {
  struct outcome (*make)(void);
  const char *json, *en, *zh;
};
#define HALF(rest) "{\"campaign\":\"weekend\",\"version\":3,\"rule\":\"half\"," rest "}"
static const struct refusal_case refusal_cases[] = {
    {limit_day,
     HALF("\"reason\":\"LIMIT_REACHED\",\"at\":\"/rules/0/limits/0\",\"limit\":\"weekend/"
          "half#count.customer.day\",\"identity\":\"customer\",\"period\":\"2026-12-04\",\"expected\":\"1\",\"actual\":\"1\""),
     "weekend/half: LIMIT_REACHED 1 of 1 per customer, day 2026-12-04", "weekend/half: LIMIT_REACHED 每客户每日 1 次,2026-12-04 已用 1"},
    {limit_money,
     HALF("\"reason\":\"LIMIT_REACHED\",\"at\":\"/limits/money\",\"limit\":\"weekend/"
          "money\",\"identity\":\"customer\",\"period\":\"2026-12\",\"expected\":\"300.00\",\"actual\":\"300.00\""),
     "weekend/half: LIMIT_REACHED 300.00 of 300.00 per customer, month 2026-12",
     "weekend/half: LIMIT_REACHED 每客户每月 300.00,2026-12 已用 300.00"},
    {limit_each,
     "{\"campaign\":\"weekend\",\"version\":3,\"rule\":\"pack\",\"reason\":\"LIMIT_REACHED\",\"at\":\"/limits/any\",\"limit\":\"weekend/"
     "any\",\"identity\":\"device\",\"period\":\"P30D\",\"expected\":\"2\",\"actual\":\"2\"}",
     "weekend/pack: LIMIT_REACHED 2 of 2 per device, any 30 days", "weekend/pack: LIMIT_REACHED 分别每客户、设备任意 30 天内 2 次,已用 2"},
    {stock, HALF("\"reason\":\"OUT_OF_STOCK\",\"at\":\"/pools/half\",\"pool\":\"weekend/half\",\"expected\":\"1\",\"actual\":\"0\""),
     "weekend/half: OUT_OF_STOCK pool weekend/half: 0 left, needs 1", "weekend/half: OUT_OF_STOCK 奖池 weekend/half:剩余 0,需 1"},
    {paced_out,
     HALF("\"reason\":\"OUT_OF_STOCK\",\"at\":\"/pools/day\",\"pool\":\"weekend/"
          "day\",\"period\":\"2026-12-04\",\"expected\":\"1\",\"actual\":\"0\""),
     "weekend/half: OUT_OF_STOCK pool weekend/day, 2026-12-04: 0 left, needs 1",
     "weekend/half: OUT_OF_STOCK 奖池 weekend/day,2026-12-04:剩余 0,需 1"},
    {paced_pool_empty,
     HALF("\"reason\":\"OUT_OF_STOCK\",\"at\":\"/pools/day\",\"pool\":\"weekend/day\",\"expected\":\"1\",\"actual\":\"0\""),
     "weekend/half: OUT_OF_STOCK pool weekend/day: 0 left, needs 1", "weekend/half: OUT_OF_STOCK 奖池 weekend/day:剩余 0,需 1"},
    {budget,
     HALF("\"reason\":\"BUDGET_EXHAUSTED\",\"at\":\"/pools/money\",\"pool\":\"weekend/money\",\"expected\":\"40.00\",\"actual\":\"12.34\""),
     "weekend/half: BUDGET_EXHAUSTED pool weekend/money: 12.34 left, needs 40.00",
     "weekend/half: BUDGET_EXHAUSTED 奖池 weekend/money:剩余 12.34,需 40.00"},
    {dormant,
     HALF("\"reason\":\"NOT_DORMANT\",\"at\":\"/rules/0/when/"
          "fact.sleep\",\"expected\":\"2026-12-05T12:30:00+08:00\",\"actual\":\"2026-12-04T12:30:00+08:00\""),
     "weekend/half: NOT_DORMANT fact.sleep dormant for 3 months: from 2026-12-05T12:30:00+08:00 on, event at 2026-12-04T12:30:00+08:00",
     "weekend/half: NOT_DORMANT fact.sleep 沉睡满 3 个月:2026-12-05T12:30:00+08:00 起满足,事件时间 2026-12-04T12:30:00+08:00"},
    {target,
     "{\"campaign\":\"weekend\",\"version\":3,\"rule\":\"pack\",\"reason\":\"TARGET_NOT_REACHED\",\"at\":\"/rules/1/when/"
     "fact.total\",\"expected\":\">= 1000.00\",\"actual\":\"999.99\"}",
     "weekend/pack: TARGET_NOT_REACHED fact.total 999.99 >= 1000.00", "weekend/pack: TARGET_NOT_REACHED fact.total 999.99 ≥ 1000.00"},
    {text_condition,
     HALF("\"reason\":\"CONDITION_NOT_MET\",\"at\":\"/rules/0/when/mcc\",\"expected\":\"in 5812, 5813\",\"actual\":\"5411\\\"\\n\""),
     "weekend/half: CONDITION_NOT_MET mcc 5411\"\n in 5812, 5813", "weekend/half: CONDITION_NOT_MET 商户类别 5411\"\n 属于 5812, 5813"},
    {other_currency, HALF("\"reason\":\"CONDITION_NOT_MET\",\"at\":\"/currency\",\"expected\":\"CNY\",\"actual\":\"USD\""),
     "weekend/half: CONDITION_NOT_MET expected CNY, actual USD", "weekend/half: CONDITION_NOT_MET 要求 CNY,实际 USD"},
    {other_campaign, HALF("\"reason\":\"CONDITION_NOT_MET\",\"at\":\"/rules/0/on\",\"expected\":\"weekend/half\",\"actual\":\"spring\""),
     "weekend/half: CONDITION_NOT_MET expected weekend/half, actual spring",
     "weekend/half: CONDITION_NOT_MET 要求 weekend/half,实际 spring"},
    {below_bands,
     "{\"campaign\":\"yen\",\"version\":1,\"rule\":\"coins\",\"reason\":\"CONDITION_NOT_MET\",\"at\":\"/rules/0/"
     "give\",\"expected\":\"500\",\"actual\":\"499\"}",
     "yen/coins: CONDITION_NOT_MET amount 499, the lowest band begins at 500", "yen/coins: CONDITION_NOT_MET 金额 499,最低档起点 500"},
    {chance_spent,
     "{\"campaign\":\"weekend\",\"version\":3,\"rule\":\"claim\",\"reason\":\"LIMIT_REACHED\",\"at\":\"/rules/3/"
     "spends\",\"expected\":\"3\",\"actual\":\"3\"}",
     "weekend/claim: LIMIT_REACHED 3 of 3 chances spent", "weekend/claim: LIMIT_REACHED 机会已用 3/3"},
    {chance_never,
     "{\"campaign\":\"weekend\",\"version\":3,\"rule\":\"claim\",\"reason\":\"CONDITION_NOT_MET\",\"at\":\"/rules/3/spends\"}",
     "weekend/claim: CONDITION_NOT_MET never had a chance weekend/pack", "weekend/claim: CONDITION_NOT_MET 从未获得机会 weekend/pack"},
    {chance_expired, "{\"campaign\":\"weekend\",\"version\":3,\"rule\":\"claim\",\"reason\":\"EXPIRED\",\"at\":\"/rules/3/spends\"}",
     "weekend/claim: EXPIRED", "weekend/claim: EXPIRED"},
    {too_late,
     HALF("\"reason\":\"EVENT_TOO_LATE\",\"at\":\"/"
          "late\",\"expected\":\"2026-12-04T12:30:01+08:00\",\"actual\":\"2026-12-04T12:30:00+08:00\""),
     "weekend/half: EVENT_TOO_LATE accepted from 2026-12-04T12:30:01+08:00, event at 2026-12-04T12:30:00+08:00",
     "weekend/half: EVENT_TOO_LATE 接受起点 2026-12-04T12:30:01+08:00,事件时间 2026-12-04T12:30:00+08:00"},
    {audience, HALF("\"reason\":\"NOT_IN_AUDIENCE\",\"at\":\"/audience\""), "weekend/half: NOT_IN_AUDIENCE",
     "weekend/half: NOT_IN_AUDIENCE"},
    {not_enrolled, HALF("\"reason\":\"NOT_ENROLLED\",\"at\":\"/enrolment\""), "weekend/half: NOT_ENROLLED", "weekend/half: NOT_ENROLLED"},
    {holdout, HALF("\"reason\":\"HOLDOUT\",\"at\":\"/audience/holdout\""), "weekend/half: HOLDOUT", "weekend/half: HOLDOUT"},
    {denied, HALF("\"reason\":\"RISK_DENIED\",\"at\":\"/risk/deny\""), "weekend/half: RISK_DENIED", "weekend/half: RISK_DENIED"},
    {ended, HALF("\"reason\":\"CAMPAIGN_ENDED\",\"at\":\"/period\""), "weekend/half: CAMPAIGN_ENDED", "weekend/half: CAMPAIGN_ENDED"},
    {too_many,
     "{\"campaign\":\"weekend\",\"version\":3,\"rule\":\"pack\",\"reason\":\"TOO_MANY_GIFTS\",\"at\":\"/rules/"
     "1\",\"expected\":\"10240\",\"actual\":\"10246\"}",
     "weekend/pack: TOO_MANY_GIFTS expected 10240, actual 10246", "weekend/pack: TOO_MANY_GIFTS 要求 10240,实际 10246"},
    {yen,
     "{\"campaign\":\"yen\",\"version\":1,\"rule\":\"coins\",\"reason\":\"TARGET_NOT_REACHED\",\"at\":\"/rules/0/when/"
     "amount\",\"expected\":\">= 500\",\"actual\":\"499\"}",
     "yen/coins: TARGET_NOT_REACHED amount 499 >= 500", "yen/coins: TARGET_NOT_REACHED 金额 499 ≥ 500"},
};

static void refusals(void **state) {
  (void)state;
  struct rulebook rulebook = fixture_rulebook();
  for (size_t i = 0; i < sizeof refusal_cases / sizeof *refusal_cases; i++) {
    struct decision *decision = fixture_decision();
    decision_add(decision, refusal_cases[i].make());
    assert_considered(decision, refusal_cases[i].json);
    for (int language = LANGUAGE_EN; language <= LANGUAGE_ZH; language++) {
      struct buffer out = text_buffer();
      record_outcome_line(&out, &rulebook, decision, 0, (enum language)language);
      assert_text(buffer_text(&out), language == LANGUAGE_EN ? refusal_cases[i].en : refusal_cases[i].zh);
    }
  }
}

/* ---- the gate ---- */

static void gate(void **state) {
  (void)state;
  struct rulebook rulebook = fixture_rulebook();
  struct event event = fixture_event(STR(SPEND));
  struct decision *decision = fixture_decision();
  struct buffer out = text_buffer();
  char expected[1024];
  decision->gate = REASON_DUPLICATE_EVENT;
  record_decision(&out, &rulebook, &event, &fixture_origin, decision);
  snprintf(
      expected, sizeof expected,
      "{\"specversion\":\"1.0\",\"id\":\"%016llx.4711\",\"source\":\"giftd\",\"type\":\"gift.decision\",\"subject\":\"c1\",\"time\":"
      "\"2026-12-04T12:30:00+08:00\",\"data\":{\"event\":{\"source\":\"card-core\",\"id\":\"pay2\",\"type\":\"txn.card_spend\"},"
      "\"input\":\"events.jsonl\",\"position\":4711,\"gate\":\"DUPLICATE_EVENT\",\"rulebook\":\"0123456789abcdef\",\"considered\":[]}}\n",
      (unsigned long long)event.digest);
  assert_text(buffer_text(&out), expected);
}

/* What was refused as a whole names no rule. */
static void refused_as_a_whole(void **state) {
  (void)state;
  static const enum reason gates[] = {REASON_TOO_MANY_GIFTS, REASON_RECORD_FULL};
  struct rulebook rulebook = fixture_rulebook();
  struct event event = fixture_event(STR(SPEND));
  struct decision *decision = fixture_decision();
  decision_add(decision, limit_day());
  decision->effect_count = 1;
  for (size_t i = 0; i < 2; i++) {
    char expected[128];
    struct buffer out = text_buffer();
    judge_refuse(decision, gates[i]);
    record_decision(&out, &rulebook, &event, &fixture_origin, decision);
    out.memory[out.length] = '\0';
    snprintf(expected, sizeof expected, "\"gate\":\"%s\",\"rulebook\":\"0123456789abcdef\",\"considered\":[]}}\n", reasons[gates[i]].code);
    assert_non_null(strstr(out.memory, expected));
  }
}

static void traceparent_and_names_are_escaped(void **state) {
  (void)state;
  struct rulebook rulebook = fixture_rulebook();
  struct event event = fixture_event(STR(SPEND));
  struct buffer out = text_buffer();
  event.traceparent = STR("00-4bf9-\"x\"-01");
  struct origin origin = {STR("dir/\xe4\xba\x8b\xe4\xbb\xb6 \"1\".jsonl"), 0};
  record_decision(&out, &rulebook, &event, &origin, fixture_decision());
  out.memory[out.length] = '\0';
  assert_non_null(strstr(out.memory, ",\"traceparent\":\"00-4bf9-\\\"x\\\"-01\","));
  assert_non_null(strstr(out.memory, "\"input\":\"dir/\xe4\xba\x8b\xe4\xbb\xb6 \\\"1\\\".jsonl\",\"position\":0,"));
}

/* Times stand as base writes them, in the offset of the event. */
static void times(void **state) {
  (void)state;
  static const int64_t moments[] = {0, 1, 999, 1000, FRIDAY_MS, FRIDAY_MS + 1, FROM_MS - 1, 951782400000LL, 253402300799000LL};
  static const int32_t offsets[] = {0, 480, 540, 345, 1, 840, 720};
  for (size_t i = 0; i < sizeof moments / sizeof *moments; i++)
    for (size_t k = 0; k < sizeof offsets / sizeof *offsets; k++)
      for (int sign = -1; sign <= 1; sign += 2) {
        if (sign < 0 && moments[i] < MS_PER_DAY) continue; /* years before 1970 are no event's */
        struct buffer out = text_buffer();
        text_time(&out, moments[i], sign * offsets[k]);
        size_t length = out.length;
        buffer_time(&out, moments[i], sign * offsets[k]);
        assert_int_equal(out.length, 2 * length);
        assert_memory_equal(out.memory, out.memory + length, length);
      }
}

/* A buffer that is full stays within its bounds and says so. */
static void full_buffer(void **state) {
  (void)state;
  struct rulebook rulebook = fixture_rulebook();
  struct event event = fixture_event(STR(SPEND));
  struct decision *decision = fixture_decision();
  decision_add(decision, limit_day());
  for (size_t size = 0; size < 300; size += 7) {
    char *memory = malloc(size == 0 ? 1 : size);
    struct buffer out;
    buffer_init(&out, memory, size);
    record_decision(&out, &rulebook, &event, &fixture_origin, decision);
    assert_true(out.overflowed && out.length <= size);
    free(memory);
  }
}

/* ---- parts ---- */

static struct rulebook longest_book(void) {
  static char control[256];
  static struct str values[20];
  static struct condition conditions[CONDITIONS];
  struct rulebook rulebook = fixture_rulebook();
  memset(control, 1, sizeof control);
  for (int i = 0; i < 20; i++) values[i] = (struct str){control, 250};
  memcpy(conditions, fixture_conditions, sizeof conditions);
  conditions[C_MCC].operand.texts = values, conditions[C_MCC].operand.text_count = 20;
  rulebook.conditions = conditions;
  fixture_book = rulebook;
  return rulebook;
}

/* As many outcomes as there can be, each with the longest texts, and as many facts: parts of which each is below what the shard keeps free,
 * all of them together name every outcome once and in order, and the first has facts. */
static void the_largest_comes_in_parts(void **state) {
  (void)state;
  static char memory[2u << 20], longest[256];
  static unsigned char read_memory[16u << 20];
  struct rulebook rulebook = longest_book();
  struct event event = fixture_event(STR(SPEND));
  struct decision *decision = fixture_decision();
  struct decision_cursor cursor = {0};
  memset(longest, 1, sizeof longest);
  for (uint32_t i = 0; i < LIMIT_OUTCOMES; i++) {
    struct outcome outcome = i % 2 == 0 ? text_condition() : limit_day();
    if (i % 2 == 0) outcome.actual_text = (struct str){longest, sizeof longest};
    decision_add(decision, outcome);
  }
  for (uint32_t i = 0; i < LIMIT_EFFECTS; i++)
    decision->effects[i] = (struct effect){.kind = EFFECT_LAST, .before = FRIDAY_MS, .after = FRIDAY_MS};
  decision->effect_count = LIMIT_EFFECTS;
  decision->forward_count = 1, decision->forwards[0] = (struct forward){.hearer = STR("ann"), .reversal = true};
  uint32_t outcomes = 0, parts = 0, brief = 0;
  for (bool more = true; more; parts++) {
    struct recorded_decision read;
    struct fault fault;
    struct arena arena;
    struct buffer out;
    char id[64];
    buffer_init(&out, memory, sizeof memory);
    more = record_decision_part(&out, &rulebook, &event, &fixture_origin, decision, &cursor);
    assert_true(!out.overflowed && out.length < (parts == 0 ? 2 : 1) * DECISION_PART_BYTES + 16384 && out.memory[out.length - 1] == '\n');
    arena_init(&arena, read_memory, sizeof read_memory);
    assert_int_equal(record_read_decision(buffer_text(&out), &arena, &read, &fault), STATUS_OK);
    snprintf(id, sizeof id, parts == 0 ? "%016llx" : "%016llx+%u", (unsigned long long)event.digest, parts + 1);
    assert_text(read.id, id);
    assert_true(read.outcome_count > 0 && (read.effect_count > 1000) == (parts == 0) && (read.heard_count == 1) == !more);
    for (uint32_t i = 0; i < read.outcome_count; i++) {
      assert_text(read.outcomes[i].reason, (outcomes + i) % 2 == 0 ? "CONDITION_NOT_MET" : "LIMIT_REACHED");
      brief += read.outcomes[i].at.length == 0;
    }
    if (parts == 0) assert_int_equal(read.outcomes[0].actual.length, sizeof longest);
    if (parts == 0) assert_in_range(read.outcomes[0].expected.length, 250, TOLD_EXPECTED_BYTES);
    outcomes += read.outcome_count;
  }
  assert_int_equal(outcomes, LIMIT_OUTCOMES);
  assert_true(parts > DECISION_FULL_BYTES / DECISION_PART_BYTES && parts < 40 && brief > 1000);
}

/* All parts one behind the other are what record_decision writes; a small decision has one. */
static void parts_are_the_whole(void **state) {
  (void)state;
  static char memory[2][8u << 20];
  struct rulebook rulebook = fixture_rulebook();
  struct event event = fixture_event(STR(SPEND));
  for (uint32_t count = 1; count <= LIMIT_OUTCOMES; count *= 32) {
    struct decision *decision = fixture_decision();
    struct decision_cursor cursor = {0};
    struct buffer whole, parts;
    for (uint32_t i = 0; i < count; i++) decision_add(decision, limit_day());
    buffer_init(&whole, memory[0], sizeof memory[0]), buffer_init(&parts, memory[1], sizeof memory[1]);
    record_decision(&whole, &rulebook, &event, &fixture_origin, decision);
    while (record_decision_part(&parts, &rulebook, &event, &fixture_origin, decision, &cursor)) {}
    assert_true(!whole.overflowed && str_equal(buffer_text(&whole), buffer_text(&parts)));
    assert_true(count < 1000 ? cursor.part == 1 : count < 2000 || cursor.part > 10);
  }
}

/* ---- round trip ---- */

static unsigned char arena_memory[1 << 20];

static void assert_same(const struct recorded_outcome *read, const struct refusal_case *wanted) {
  struct buffer out = text_buffer();
  const char *keys[] = {"campaign", "rule", "reason", "at", "limit", "pool", "identity", "period", "expected", "actual"};
  const struct str values[] = {read->campaign, read->rule,     read->reason, read->at,       read->limit,
                               read->pool,     read->identity, read->period, read->expected, read->actual};
  buffer_byte(&out, '{');
  for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
    if (values[i].length == 0) continue;
    if (i > 0) buffer_byte(&out, ',');
    buffer_json(&out, str_of(keys[i]));
    buffer_byte(&out, ':');
    buffer_json(&out, values[i]);
    if (i == 0) buffer_print(&out, ",\"version\":%u", read->campaign_version);
  }
  buffer_byte(&out, '}');
  assert_text(buffer_text(&out), wanted->json);
}

static void round_trip(void **state) {
  (void)state;
  struct rulebook rulebook = fixture_rulebook();
  struct event event = fixture_event(STR(SPEND));
  struct decision *decision = fixture_decision();
  size_t cases = sizeof refusal_cases / sizeof *refusal_cases;
  for (size_t i = 0; i < cases; i++) decision_add(decision, refusal_cases[i].make());
  struct gift gift = fixture_gift(GIFT_ISSUED, R_HALF, I_HALF, 4000);
  gift.pool = P_HALF;
  decision->gifts[decision->gift_count++] = gift;
  struct outcome given = fixture_outcome(R_HALF, REASON_GIVEN);
  given.gift_count = 1;
  decision_add(decision, given);
  static char line_memory[1 << 16];
  struct buffer line;
  buffer_init(&line, line_memory, sizeof line_memory);
  record_decision(&line, &rulebook, &event, &fixture_origin, decision);
  struct arena arena;
  struct recorded_decision read;
  struct fault fault;
  arena_init(&arena, arena_memory, sizeof arena_memory);
  assert_int_equal(record_read_decision(buffer_text(&line), &arena, &read, &fault), STATUS_OK);
  assert_text(read.event_source, "card-core");
  assert_text(read.event_id, "pay2");
  assert_text(read.event_type, "txn.card_spend");
  assert_text(read.customer, "c1");
  assert_text(read.time, "2026-12-04T12:30:00+08:00");
  assert_text(read.input, "events.jsonl");
  assert_text(read.rulebook_digest, "0123456789abcdef");
  assert_int_equal(read.gate.length, 0);
  assert_int_equal(read.position, 4711);
  assert_int_equal(read.outcome_count, cases + 1);
  for (size_t i = 0; i < cases; i++) assert_same(&read.outcomes[i], &refusal_cases[i]);
  const struct recorded_gift *back = &read.outcomes[cases].gifts[0];
  assert_int_equal(read.outcomes[cases].gift_count, 1);
  assert_text(back->id, "AAAAAAAAAAAAAAAAAAAAAA");
  assert_text(back->kind, "issued");
  assert_text(back->item, "half");
  assert_text(back->reward, "instant_discount");
  assert_text(back->pool, "weekend/half");
  assert_int_equal(back->value_minor, 4000);
  assert_int_equal(back->count, 1);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(nothing_considered),
                                     cmocka_unit_test(given_with_gift),
                                     cmocka_unit_test(gift_that_was_cut),
                                     cmocka_unit_test(refusals),
                                     cmocka_unit_test(gate),
                                     cmocka_unit_test(traceparent_and_names_are_escaped),
                                     cmocka_unit_test(times),
                                     cmocka_unit_test(full_buffer),
                                     cmocka_unit_test(undone_gifts_are_not_printed),
                                     cmocka_unit_test(outcomes_of_other_terms_have_their_words),
                                     cmocka_unit_test(effects_on_facts),
                                     cmocka_unit_test(nothing_depends_on_what_was_written_before),
                                     cmocka_unit_test(refused_as_a_whole),
                                     cmocka_unit_test(the_largest_comes_in_parts),
                                     cmocka_unit_test(parts_are_the_whole),
                                     cmocka_unit_test(round_trip)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
