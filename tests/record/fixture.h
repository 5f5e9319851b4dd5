/* A small rulebook made by hand, an event and decisions over it: what the record room writes is held against texts written out in the
 * tests, with no other room's reader in between.
 *
 *   weekend v3 (CNY)  half: on card spend, fridays, amount >= 20.00 and mcc in 5812, 5813, fact.sleep dormant; limit; pool
 *                     pack: a list of gifts     draw: draw_of     claim: spends a chance
 *   yen v1 (JPY)      coins: on card spend, amount >= 500
 */
#ifndef GIFTD_TESTS_RECORD_FIXTURE_H
#define GIFTD_TESTS_RECORD_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
/* cmocka wants the four above before itself */
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>

#include "giftd/record.h"

#define S(literal) \
  { (literal), sizeof(literal) - 1 }
#define FROM_MS 1796054400000LL   /* 2026-12-01T00:00:00+08:00 */
#define TO_MS 1827590400000LL     /* 2027-12-01T00:00:00+08:00 */
#define FRIDAY_MS 1796358600000LL /* 2026-12-04T12:30:00+08:00 */

enum { C_ROOT, C_AMOUNT, C_MCC, C_SLEEP, C_YEN, C_VALUE_OF, C_CHANNEL, C_ANY, C_A1, C_A2, C_NOT, C_N1, C_TARGET, CONDITIONS };
enum { R_HALF, R_PACK, R_DRAW, R_CLAIM, R_COINS, RULES };
enum { I_HALF, I_OTHER, I_BUNDLE, I_IN1, I_IN2, I_POINTS, I_GOODS, I_CHANCE, I_PRIZE, I_NOTHING, I_CLAIM, I_COINS, ITEMS };
enum { L_DAY, L_MONTH, L_EACH, LIMITS };
enum { P_HALF, P_MONEY, P_PACED, POOLS };

static const struct str fixture_mccs[] = {S("5812"), S("5813")};
static const struct str fixture_qr[] = {S("qr")};

static const struct condition fixture_conditions[CONDITIONS] = {
    [C_ROOT] = {.kind = CONDITION_ALL, .first = C_AMOUNT, .count = 3, .pointer = S("/rules/0/when")},
    [C_AMOUNT] = {.kind = CONDITION_LEAF,
                  .left = LEFT_FIELD,
                  .op = OP_GTE,
                  .index = FIELD_ID_AMOUNT,
                  .stateless = true,
                  .money = true,
                  .operand = {.kind = VALUE_INT, .low = 2000, .list = NONE, .other = NONE},
                  .pointer = S("/rules/0/when/amount"),
                  .left_text = S("amount")},
    [C_MCC] = {.kind = CONDITION_LEAF,
               .left = LEFT_FIELD,
               .op = OP_IN,
               .index = FIELD_ID_MCC,
               .stateless = true,
               .operand = {.kind = VALUE_TEXT, .text_count = 2, .texts = fixture_mccs, .list = NONE, .other = NONE},
               .pointer = S("/rules/0/when/mcc"),
               .left_text = S("mcc")},
    [C_SLEEP] = {.kind = CONDITION_LEAF,
                 .left = LEFT_FACT,
                 .op = OP_DORMANT_FOR,
                 .index = 0,
                 .operand = {.duration = {.months = 3}, .list = NONE, .other = NONE},
                 .pointer = S("/rules/0/when/fact.sleep"),
                 .left_text = S("fact.sleep")},
    [C_YEN] = {.kind = CONDITION_LEAF,
               .left = LEFT_FIELD,
               .op = OP_GTE,
               .index = FIELD_ID_AMOUNT,
               .stateless = true,
               .money = true,
               .operand = {.kind = VALUE_INT, .low = 500, .list = NONE, .other = NONE},
               .pointer = S("/rules/0/when/amount"),
               .left_text = S("amount")},
    [C_VALUE_OF] = {.kind = CONDITION_LEAF, .left = LEFT_FIELD, .index = FIELD_ID_AMOUNT, .left_text = S("amount")},
    [C_CHANNEL] = {.kind = CONDITION_LEAF,
                   .left = LEFT_FIELD,
                   .op = OP_EQ,
                   .index = FIELD_ID_CHANNEL,
                   .stateless = true,
                   .operand = {.kind = VALUE_TEXT, .text_count = 1, .texts = fixture_qr, .list = NONE, .other = NONE},
                   .pointer = S("/rules/1/when"),
                   .left_text = S("channel")},
    [C_ANY] = {.kind = CONDITION_ANY, .first = C_A1, .count = 2, .pointer = S("/rules/2/when/any")},
    [C_A1] = {.kind = CONDITION_LEAF,
              .left = LEFT_FIELD,
              .op = OP_GTE,
              .index = FIELD_ID_AMOUNT,
              .stateless = true,
              .money = true,
              .operand = {.kind = VALUE_INT, .low = 2000, .list = NONE, .other = NONE},
              .pointer = S("/rules/2/when/any/0"),
              .left_text = S("amount")},
    [C_A2] = {.kind = CONDITION_LEAF,
              .left = LEFT_FACT,
              .op = OP_GTE,
              .index = 0,
              .money = false,
              .operand = {.kind = VALUE_INT, .low = 3, .list = NONE, .other = NONE},
              .pointer = S("/rules/2/when/any/1"),
              .left_text = S("fact.visits")},
    [C_NOT] = {.kind = CONDITION_NOT, .first = C_N1, .count = 1, .pointer = S("/rules/3/when/not")},
    [C_N1] = {.kind = CONDITION_LEAF,
              .left = LEFT_FIELD,
              .op = OP_EXISTS,
              .index = FIELD_ID_DEVICE,
              .stateless = true,
              .operand = {.kind = VALUE_BOOL, .low = 1, .list = NONE, .other = NONE},
              .pointer = S("/rules/3/when/not/device"),
              .left_text = S("device")},
    [C_TARGET] = {.kind = CONDITION_LEAF,
                  .left = LEFT_FACT,
                  .op = OP_GTE,
                  .index = 0,
                  .money = true,
                  .operand = {.kind = VALUE_INT, .low = 100000, .list = NONE, .other = NONE},
                  .pointer = S("/rules/1/when/fact.total"),
                  .left_text = S("fact.total")}};

static const struct label fixture_labels[] = {{S("line"), S("cards")}, {S("scope"), S("dining \"north\"")}};
#define FIXED_COUNT(n) \
  { .form = VALUE_FORM_FIXED, .fixed = (n), .of = NONE }

static const struct band fixture_bands[] = {{500, 50}};

static const struct item fixture_items[ITEMS] = {
    [I_HALF] = {.id = S("half"),
                .reward = S("instant_discount"),
                .value = {.form = VALUE_FORM_PERCENT, .percent_bp = 5000, .of = C_VALUE_OF, .max = 5000},
                .count = FIXED_COUNT(1),
                .when = NONE,
                .pool_count = 1,
                .or_else = I_OTHER,
                .template_id = S("T-1"),
                .label_count = 2,
                .labels = fixture_labels},
    [I_OTHER] = {.id = S("other"),
                 .reward = S("voucher"),
                 .value = {.form = VALUE_FORM_FIXED, .fixed = 4000, .of = NONE},
                 .count = FIXED_COUNT(1),
                 .when = NONE,
                 .or_else = NONE},
    [I_BUNDLE] = {.id = S("set"),
                  .reward = S("bundle"),
                  .count = FIXED_COUNT(1),
                  .when = NONE,
                  .or_else = NONE,
                  .contents_first = I_IN1,
                  .contents_count = 2},
    [I_IN1] = {.id = S("tea"),
               .reward = S("voucher"),
               .value = {.form = VALUE_FORM_FIXED, .fixed = 1000, .of = NONE},
               .count = FIXED_COUNT(2),
               .when = NONE,
               .or_else = NONE,
               .template_id = S("T-2")},
    [I_IN2] = {.id = S("score"),
               .reward = S("points"),
               .is_points = true,
               .value = {.form = VALUE_FORM_FIXED, .fixed = 88, .of = NONE},
               .count = FIXED_COUNT(1),
               .when = NONE,
               .or_else = NONE},
    [I_POINTS] = {.id = S("points"),
                  .reward = S("points"),
                  .is_points = true,
                  .value = {.form = VALUE_FORM_FIXED, .fixed = 500, .of = NONE},
                  .count = FIXED_COUNT(1),
                  .when = NONE,
                  .or_else = NONE},
    [I_GOODS] = {.id = S("cup"), .reward = S("goods"), .count = FIXED_COUNT(2), .when = NONE, .or_else = NONE},
    [I_CHANCE] =
        {.id = S("ticket"), .reward = S("chance"), .is_chance = true, .chance = 0, .count = FIXED_COUNT(3), .when = NONE, .or_else = NONE},
    [I_PRIZE] = {.id = S("prize"),
                 .reward = S("cash_back"),
                 .value = {.form = VALUE_FORM_FIXED, .fixed = 88800, .of = NONE},
                 .count = FIXED_COUNT(1),
                 .weight = 1,
                 .when = NONE,
                 .or_else = NONE},
    [I_NOTHING] = {.id = S("nothing"), .reward = S("nothing"), .is_nothing = true, .weight = 99, .when = NONE, .or_else = NONE},
    [I_CLAIM] = {.id = S("claim"),
                 .reward = S("voucher"),
                 .value = {.form = VALUE_FORM_FIXED, .fixed = 500, .of = NONE},
                 .count = FIXED_COUNT(1),
                 .when = NONE,
                 .or_else = NONE},
    [I_COINS] = {.id = S("coins"),
                 .reward = S("cash_back"),
                 .value = {.form = VALUE_FORM_BANDS, .of = C_YEN, .band_count = 1, .bands = fixture_bands},
                 .count = FIXED_COUNT(1),
                 .when = NONE,
                 .or_else = NONE}};

static const struct dimension fixture_customer[] = {{.kind = DIMENSION_CUSTOMER, .text = S("customer")}};
static const struct dimension fixture_each[] = {{.kind = DIMENSION_CUSTOMER, .text = S("customer")},
                                                {.kind = DIMENSION_FIELD, .index = FIELD_ID_DEVICE, .text = S("device")}};
static const struct limit fixture_limits[LIMITS] = {[L_DAY] = {.name = S("weekend/half#count.customer.day"),
                                                               .decl = 11,
                                                               .max = 1,
                                                               .dimension_count = 1,
                                                               .dimensions = fixture_customer,
                                                               .per_customer = true,
                                                               .unit = UNIT_DAY,
                                                               .pointer = S("/rules/0/limits/0")},
                                                    [L_MONTH] = {.name = S("weekend/money"),
                                                                 .decl = 12,
                                                                 .of_amount = true,
                                                                 .max = 30000,
                                                                 .dimension_count = 1,
                                                                 .dimensions = fixture_customer,
                                                                 .per_customer = true,
                                                                 .unit = UNIT_MONTH,
                                                                 .partial = true,
                                                                 .pointer = S("/limits/money")},
                                                    [L_EACH] = {.name = S("weekend/any"),
                                                                .decl = 13,
                                                                .max = 2,
                                                                .each = true,
                                                                .dimension_count = 2,
                                                                .dimensions = fixture_each,
                                                                .rolling_days = 30,
                                                                .pointer = S("/limits/any")}};

static const struct funder fixture_funding[] = {{S("bank"), 6000}, {S("merchant"), 4000}};
static const struct pool fixture_pools[POOLS] = {[P_HALF] = {.name = S("weekend/half"),
                                                             .decl = 21,
                                                             .total = 1000,
                                                             .by = FIELD_NONE,
                                                             .parent = NONE,
                                                             .fallback = NONE,
                                                             .funding_count = 2,
                                                             .funding = fixture_funding,
                                                             .pointer = S("/pools/half")},
                                                 [P_MONEY] = {.name = S("weekend/money"),
                                                              .decl = 22,
                                                              .of_money = true,
                                                              .total = 5000000,
                                                              .by = FIELD_ID_MERCHANT,
                                                              .parent = NONE,
                                                              .fallback = NONE,
                                                              .pointer = S("/pools/money")},
                                                 [P_PACED] = {.name = S("weekend/day"),
                                                              .decl = 23,
                                                              .total = 1000,
                                                              .by = FIELD_NONE,
                                                              .paced = true,
                                                              .pace_max = 10,
                                                              .pace_unit = UNIT_DAY,
                                                              .parent = NONE,
                                                              .fallback = NONE,
                                                              .pointer = S("/pools/day")}};

static const struct trigger fixture_triggers[] = {{.kind = TRIGGER_EVENT, .type = 0, .when = NONE},
                                                  {.kind = TRIGGER_EVENT, .type = 0, .when = C_CHANNEL}};
static const struct hours fixture_hours[] = {{36000, 79200}};
static const struct schedule fixture_schedules[] = {
    {.from_ms = INT64_MIN / 2, .to_ms = INT64_MAX / 2, .days = 1u << 5, .hour_count = 1, .hours = fixture_hours}};
static const struct fact fixture_facts[] = {{.name = S("weekend/sleep"), .kind = FACT_LAST, .per_customer = true}};
static const struct chance fixture_chances[] = {{.name = S("weekend/pack"), .decl = 31, .given_by = R_PACK}};
static const uint32_t fixture_refs[] = {L_DAY, L_MONTH, L_EACH};

static struct rule fixture_rules[RULES] = {[R_HALF] = {.id = S("half"),
                                                       .name = S("weekend/half"),
                                                       .on = {0, 1},
                                                       .schedule = 0,
                                                       .when = C_ROOT,
                                                       .spends = NONE,
                                                       .item_first = I_HALF,
                                                       .item_count = 1,
                                                       .limit_first = 0,
                                                       .limit_count = 2,
                                                       .pointer = S("/rules/0")},
                                           [R_PACK] = {.id = S("pack"),
                                                       .name = S("weekend/pack"),
                                                       .on = {1, 1},
                                                       .schedule = NONE,
                                                       .when = C_TARGET,
                                                       .spends = NONE,
                                                       .give = GIVE_EACH,
                                                       .item_first = I_BUNDLE,
                                                       .item_count = 6,
                                                       .limit_first = 2,
                                                       .limit_count = 1,
                                                       .pointer = S("/rules/1")},
                                           [R_DRAW] = {.id = S("draw"),
                                                       .name = S("weekend/draw"),
                                                       .on = {0, 1},
                                                       .schedule = NONE,
                                                       .when = C_ANY,
                                                       .spends = NONE,
                                                       .give = GIVE_DRAW_OF,
                                                       .item_first = I_PRIZE,
                                                       .item_count = 2,
                                                       .pointer = S("/rules/2")},
                                           [R_CLAIM] = {.id = S("claim"),
                                                        .name = S("weekend/claim"),
                                                        .on = {0, 1},
                                                        .schedule = NONE,
                                                        .when = C_NOT,
                                                        .spends = 0,
                                                        .item_first = I_CLAIM,
                                                        .item_count = 1,
                                                        .pointer = S("/rules/3")},
                                           [R_COINS] = {.id = S("coins"),
                                                        .name = S("yen/coins"),
                                                        .campaign = 1,
                                                        .on = {0, 1},
                                                        .schedule = NONE,
                                                        .when = C_YEN,
                                                        .spends = NONE,
                                                        .item_first = I_COINS,
                                                        .item_count = 1,
                                                        .pointer = S("/rules/0")}};

#define EVERYONE \
  { .everyone = true, .when = NONE }
static struct campaign fixture_campaigns[] = {{.id = S("weekend"),
                                               .name_zh = S("周末半价"),
                                               .name_en = S("Weekend half price"),
                                               .version = 3,
                                               .from_ms = FROM_MS,
                                               .to_ms = TO_MS,
                                               .shown_ms = FROM_MS,
                                               .closing_ms = TO_MS,
                                               .zone = {.minutes = 480},
                                               .late_ms = 3 * MS_PER_DAY,
                                               .currency = S("CNY"),
                                               .decimals = 2,
                                               .audience = EVERYONE,
                                               .rule_first = 0,
                                               .rule_count = 4,
                                               .digest = S("00000000000000aa")},
                                              {.id = S("yen"),
                                               .name_zh = S("日元"),
                                               .name_en = S("Yen"),
                                               .version = 1,
                                               .from_ms = FROM_MS,
                                               .to_ms = TO_MS,
                                               .shown_ms = FROM_MS,
                                               .closing_ms = TO_MS,
                                               .zone = {.minutes = 540},
                                               .currency = S("JPY"),
                                               .decimals = 0,
                                               .audience = EVERYONE,
                                               .rule_first = 4,
                                               .rule_count = 1,
                                               .digest = S("00000000000000bb")}};

/* Types are filled in by fixture_rulebook: the catalogue knows their numbers. */
static struct listener fixture_listeners[RULES] = {
    {.kind = LISTENER_RULE, .owner = R_HALF, .conditions = {NONE, C_ROOT, NONE}, .schedule = 0, .from_ms = FROM_MS, .to_ms = TO_MS},
    {.kind = LISTENER_RULE,
     .owner = R_PACK,
     .trigger = 1,
     .conditions = {C_CHANNEL, C_TARGET, NONE},
     .schedule = NONE,
     .from_ms = FROM_MS,
     .to_ms = TO_MS},
    {.kind = LISTENER_RULE, .owner = R_DRAW, .conditions = {NONE, C_ANY, NONE}, .schedule = NONE, .from_ms = FROM_MS, .to_ms = TO_MS},
    {.kind = LISTENER_RULE, .owner = R_CLAIM, .conditions = {NONE, C_NOT, NONE}, .schedule = NONE, .from_ms = FROM_MS, .to_ms = TO_MS},
    {.kind = LISTENER_RULE,
     .owner = R_COINS,
     .campaign = 1,
     .conditions = {NONE, C_YEN, NONE},
     .schedule = NONE,
     .from_ms = FROM_MS,
     .to_ms = TO_MS}};

static struct catalogue fixture_catalogue;
static struct trigger fixture_trigger_copy[2];
static struct rulebook fixture_book; /* whose numbers outcomes and gifts have */
static const uint32_t fixture_rule_slots[16] = {[1] = R_HALF + 1, R_PACK + 1, R_DRAW + 1, R_CLAIM + 1, R_COINS + 1}; /* by decl */

static inline struct rulebook fixture_rulebook(void) {
  catalogue_init(&fixture_catalogue);
  uint16_t spend = catalogue_type(&fixture_catalogue, STR("txn.card_spend"));
  for (uint32_t i = 0; i < RULES; i++) fixture_listeners[i].type = spend, fixture_rules[i].decl = i + 1;
  for (int i = 0; i < 2; i++) fixture_trigger_copy[i] = fixture_triggers[i], fixture_trigger_copy[i].type = spend;
  fixture_book = (struct rulebook){.digest = S("0123456789abcdef"),
                                   .catalogue = &fixture_catalogue,
                                   .campaign_count = 2,
                                   .rule_count = RULES,
                                   .fact_count = 1,
                                   .trigger_count = 2,
                                   .condition_count = CONDITIONS,
                                   .item_count = ITEMS,
                                   .limit_count = LIMITS,
                                   .pool_count = POOLS,
                                   .chance_count = 1,
                                   .schedule_count = 1,
                                   .listener_count = RULES,
                                   .ref_count = 3,
                                   .campaigns = fixture_campaigns,
                                   .rules = fixture_rules,
                                   .facts = fixture_facts,
                                   .triggers = fixture_trigger_copy,
                                   .conditions = fixture_conditions,
                                   .items = fixture_items,
                                   .limits = fixture_limits,
                                   .pools = fixture_pools,
                                   .chances = fixture_chances,
                                   .schedules = fixture_schedules,
                                   .listeners = fixture_listeners,
                                   .refs = fixture_refs,
                                   .rule_decls = {fixture_rule_slots, 15}};
  return fixture_book;
}

static const struct origin fixture_origin = {S("events.jsonl"), 4711};
static unsigned char fixture_memory[1 << 20];

/* Reads a line with the real reader. */
static inline struct event fixture_event(struct str line) {
  static struct event event;
  struct event_error error;
  struct arena arena;
  arena_init(&arena, fixture_memory, sizeof fixture_memory);
  if (event_read(&fixture_catalogue, line, &arena, &event, &error) != EVENT_OK) fail_msg("%s: %s", error.pointer, error.detail);
  return event;
}

#define SPEND                                                                                                         \
  "{\"specversion\":\"1.0\",\"id\":\"pay2\",\"source\":\"card-core\",\"type\":\"txn.card_spend\",\"subject\":\"c1\"," \
  "\"time\":\"2026-12-04T12:30:00+08:00\",\"data\":{\"amount_minor\":8000,\"currency\":\"CNY\",\"mcc\":\"5812\",\"merchant\":\"m7\"}}"

static inline struct outcome fixture_outcome(uint32_t rule, enum reason reason) {
  return (struct outcome){.book = &fixture_book,
                          .rule = rule,
                          .reason = reason,
                          .condition = NONE,
                          .limit = NONE,
                          .pool = NONE,
                          .shut = NONE,
                          .dimension = NONE,
                          .caused_by = NONE};
}

static inline struct gift fixture_gift(enum gift_kind kind, uint32_t rule, uint32_t item, int64_t value) {
  struct gift gift = {.book = &fixture_book,
                      .kind = kind,
                      .rule = rule,
                      .item = item,
                      .instead_of = NONE,
                      .pool = NONE,
                      .value_minor = value,
                      .count = 1,
                      .id_length = 22,
                      .valid_from_ms = TIME_NONE,
                      .valid_to_ms = TIME_NONE};
  memcpy(gift.id, "AAAAAAAAAAAAAAAAAAAAAA", 22);
  return gift;
}

/* One static decision: it is large. */
static inline struct decision *fixture_decision(void) {
  static struct decision decision;
  decision.gate = REASON_GIVEN;
  decision.outcome_count = decision.gift_count = decision.mark_count = decision.effect_count = 0;
  decision.forward_count = decision.heard_count = 0;
  return &decision;
}

static inline void decision_add(struct decision *decision, struct outcome outcome) {
  outcome.gift_first = decision->gift_count - outcome.gift_count;
  decision->outcomes[decision->outcome_count++] = outcome;
}

static char text_memory[1 << 20];
static inline struct buffer text_buffer(void) {
  struct buffer buffer;
  buffer_init(&buffer, text_memory, sizeof text_memory);
  return buffer;
}

static inline void assert_text(struct str actual, const char *expected) {
  if (str_equal(actual, str_of(expected))) return;
  fprintf(stderr, "\n got      %.*s\n expected %s\n", STR_FORMAT(actual), expected); /* cmocka cuts long messages */
  fail();
}

#endif
