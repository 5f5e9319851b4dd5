/* What each operator means on each kind of value, absent ones above all; how all, any and not treat what only state can decide; and which
 * refusal is named, in the order of judgement. These are the reference the index is held against, so they are held against a table. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "giftd/match.h"

#define FIELD 3u
#define NOON 1796097600000LL /* 2026-12-01T12:00+08:00, a Tuesday */

static const struct str two_texts[] = {{"qr", 2}, {"pos", 3}};
static const int64_t two_numbers[] = {5, 7};

static struct operand operand_texts(void) {
  return (struct operand){.kind = VALUE_TEXT, .text_count = 2, .texts = two_texts, .list = NONE, .other = NONE};
}
static struct operand operand_range(int64_t low, int64_t high) {
  return (struct operand){
      .kind = VALUE_INT, .low = low, .high = high, .number_count = 2, .numbers = two_numbers, .list = NONE, .other = NONE};
}

static void test_texts(void **state) {
  (void)state;
  static const struct {
    enum condition_op op;
    bool named, other, absent;
  } rows[] = {
      {OP_EQ, true, false, false},      {OP_IN, true, false, false},           {OP_NE, false, true, false},
      {OP_NOT_IN, false, true, false},  {OP_CONTAINS_ANY, true, false, false}, {OP_GT, false, false, false},
      {OP_IN_LIST, true, false, false}, {OP_NOT_IN_LIST, false, true, false},
  };
  struct rulebook rulebook = {0};
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    struct condition leaf = {.kind = CONDITION_LEAF, .op = rows[i].op, .operand = operand_texts()};
    struct value named = {.kind = VALUE_TEXT, .text = STR("pos")}, other = {.kind = VALUE_TEXT, .text = STR("po")},
                 absent = {.kind = VALUE_ABSENT};
    assert_int_equal(match_leaf(&rulebook, &leaf, &named), rows[i].named);
    assert_int_equal(match_leaf(&rulebook, &leaf, &other), rows[i].other);
    assert_int_equal(match_leaf(&rulebook, &leaf, &absent), rows[i].absent);
    assert_int_equal(match_leaf(&rulebook, &leaf, NULL), rows[i].absent);
  }
}

static void test_numbers(void **state) {
  (void)state;
  static const struct {
    enum condition_op op;
    int64_t low, high, number;
    bool holds;
  } rows[] = {
      {OP_EQ, 5, 0, 5, true},
      {OP_EQ, 5, 0, 4, false},
      {OP_NE, 5, 0, 5, false},
      {OP_NE, 5, 0, 6, true},
      {OP_GT, 5, 0, 5, false},
      {OP_GT, 5, 0, 6, true},
      {OP_GTE, 5, 0, 5, true},
      {OP_GTE, 5, 0, 4, false},
      {OP_LT, 5, 0, 5, false},
      {OP_LT, 5, 0, 4, true},
      {OP_LTE, 5, 0, 5, true},
      {OP_LTE, 5, 0, 6, false},
      {OP_BETWEEN, 5, 7, 5, true},
      {OP_BETWEEN, 5, 7, 7, true},
      {OP_BETWEEN, 5, 7, 4, false},
      {OP_BETWEEN, 5, 7, 8, false},
      {OP_BETWEEN, 7, 5, 6, false},
      {OP_IN, 0, 0, 7, true},
      {OP_IN, 0, 0, 6, false},
      {OP_NOT_IN, 0, 0, 7, false},
      {OP_NOT_IN, 0, 0, 6, true},
      {OP_GTE, INT64_MIN, 0, INT64_MIN, true},
      {OP_GT, INT64_MAX, 0, INT64_MAX, false},
      {OP_IN_LIST, 5, 0, 5, false},
  };
  struct rulebook rulebook = {0};
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    struct condition leaf = {.kind = CONDITION_LEAF, .op = rows[i].op, .operand = operand_range(rows[i].low, rows[i].high)};
    struct value value = {.kind = VALUE_INT, .number = rows[i].number}, text = {.kind = VALUE_TEXT, .text = STR("5")};
    if (match_leaf(&rulebook, &leaf, &value) != rows[i].holds) fail_msg("row %zu", i);
    assert_false(match_leaf(&rulebook, &leaf, NULL));
    assert_false(match_leaf(&rulebook, &leaf, &text));
  }
}

static void test_exists_and_lists(void **state) {
  (void)state;
  struct rulebook rulebook = {0};
  struct str items[] = {STR("vip"), STR("pos")};
  struct value list = {.kind = VALUE_LIST, .count = 2, .items = items}, empty = {.kind = VALUE_LIST};
  struct condition exists = {.kind = CONDITION_LEAF, .op = OP_EXISTS, .operand = {.kind = VALUE_BOOL, .low = 1}};
  assert_true(match_leaf(&rulebook, &exists, &list));
  assert_false(match_leaf(&rulebook, &exists, NULL));
  exists.operand.low = 0;
  assert_false(match_leaf(&rulebook, &exists, &list));
  assert_true(match_leaf(&rulebook, &exists, NULL));
  struct condition any = {.kind = CONDITION_LEAF, .op = OP_CONTAINS_ANY, .operand = operand_texts()};
  assert_true(match_leaf(&rulebook, &any, &list));
  assert_false(match_leaf(&rulebook, &any, &empty));
  any.op = OP_EQ;
  assert_false(match_leaf(&rulebook, &any, &list));
}

/* Nodes: 0 the root; 1 a leaf that holds, 2 one that does not, 3 one that state decides. */
enum { HOLDS = 1, FAILS = 2, STATE = 3 };
static struct condition nodes[16];
static struct rulebook rulebook = {.conditions = nodes, .condition_count = 16};
static struct event event = {.time_ms = NOON, .field_count = 1, .field_ids = {FIELD}, .values = {{.kind = VALUE_INT, .number = 6}}};

static struct condition node_leaf(int which) {
  struct condition leaf = {.kind = CONDITION_LEAF, .left = LEFT_FIELD, .op = OP_EQ, .index = FIELD, .stateless = true};
  leaf.operand = operand_range(which == HOLDS ? 6 : 1, 0);
  if (which == STATE) leaf = (struct condition){.kind = CONDITION_LEAF, .left = LEFT_FACT, .op = OP_GTE};
  return leaf;
}

static void node_group(uint32_t at, enum condition_kind kind, uint32_t first, const int *leaves, uint32_t count) {
  nodes[at] = (struct condition){.kind = kind, .first = first, .count = count, .stateless = true};
  for (uint32_t i = 0; i < count; i++) {
    nodes[first + i] = node_leaf(leaves[i]);
    if (leaves[i] == STATE) nodes[at].stateless = false;
  }
}

static void test_groups(void **state) {
  (void)state;
  static const struct {
    enum condition_kind kind;
    uint32_t count;
    int leaves[2];
    bool holds;
  } rows[] = {
      {CONDITION_ALL, 2, {HOLDS, HOLDS}, true},  {CONDITION_ALL, 2, {HOLDS, FAILS}, false}, {CONDITION_ALL, 2, {HOLDS, STATE}, true},
      {CONDITION_ALL, 2, {STATE, FAILS}, false}, {CONDITION_ANY, 2, {FAILS, HOLDS}, true},  {CONDITION_ANY, 2, {FAILS, FAILS}, false},
      {CONDITION_ANY, 2, {FAILS, STATE}, true},  {CONDITION_NOT, 1, {HOLDS, 0}, false},     {CONDITION_NOT, 1, {FAILS, 0}, true},
      {CONDITION_NOT, 1, {STATE, 0}, true},      {CONDITION_ALL, 0, {0, 0}, true},          {CONDITION_ANY, 0, {0, 0}, false},
  };
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    node_group(0, rows[i].kind, 4, rows[i].leaves, rows[i].count);
    if (match_condition(&rulebook, 0, &event, zone_fixed(480)) != rows[i].holds) fail_msg("row %zu", i);
  }
}

/* not {any: [fails, state]}: the state may make the any true, so nothing can be said: match must not refuse, nor must it by turning "true"
 * round. */
static void test_not_over_state(void **state) {
  (void)state;
  nodes[0] = (struct condition){.kind = CONDITION_NOT, .first = 1, .count = 1};
  node_group(1, CONDITION_ANY, 4, (int[]){FAILS, STATE}, 2);
  assert_true(match_condition(&rulebook, 0, &event, zone_fixed(480)));
  node_group(1, CONDITION_ALL, 4, (int[]){HOLDS, STATE}, 2);
  assert_true(match_condition(&rulebook, 0, &event, zone_fixed(480)));
}

static void test_same_as(void **state) {
  (void)state;
  struct event two = {.field_count = 2, .field_ids = {FIELD, FIELD + 1}};
  static const struct {
    struct value a, b;
    bool same;
  } rows[] = {
      {{.kind = VALUE_INT, .number = 1}, {.kind = VALUE_INT, .number = 1}, true},
      {{.kind = VALUE_INT, .number = 1}, {.kind = VALUE_INT, .number = 2}, false},
      {{.kind = VALUE_TEXT, .text = {"a", 1}}, {.kind = VALUE_TEXT, .text = {"a", 1}}, true},
      {{.kind = VALUE_TEXT, .text = {"a", 1}}, {.kind = VALUE_TEXT, .text = {"b", 1}}, false},
      {{.kind = VALUE_TEXT, .text = {"a", 1}}, {.kind = VALUE_INT, .number = 1}, false},
      {{.kind = VALUE_ABSENT}, {.kind = VALUE_ABSENT}, false},
  };
  nodes[0] = (struct condition){
      .kind = CONDITION_LEAF, .left = LEFT_FIELD, .op = OP_SAME_AS, .index = FIELD, .stateless = true, .operand = {.other = 1}};
  nodes[1] = (struct condition){.kind = CONDITION_LEAF, .left = LEFT_FIELD, .index = FIELD + 1, .stateless = true};
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    two.values[0] = rows[i].a;
    two.values[1] = rows[i].b;
    if (match_condition(&rulebook, 0, &two, zone_fixed(480)) != rows[i].same) fail_msg("row %zu", i);
  }
}

/* Lifecycle before schedule before conditions; the leaf that failed, not its group - but a failed any itself. */
static void test_refusal_order(void **state) {
  (void)state;
  static const struct hours morning = {0, 6 * 3600};
  static const struct schedule schedules[] = {{.from_ms = INT64_MIN / 2, .to_ms = INT64_MAX / 2, .hour_count = 1, .hours = &morning}};
  static const struct campaign campaign = {.zone = {.minutes = 480}};
  node_group(0, CONDITION_ALL, 4, (int[]){HOLDS, STATE, FAILS}, 3);
  node_group(1, CONDITION_ANY, 8, (int[]){FAILS, FAILS}, 2);
  static const struct {
    uint16_t type;
    int64_t from, to;
    uint32_t schedule, when;
    enum match_refusal refusal;
    uint32_t condition;
  } rows[] = {
      {2, NOON + 1, NOON, 0, 0, MATCH_OTHER_TYPE, NONE},  {1, NOON + 1, NOON + 2, 0, 0, MATCH_NOT_STARTED, NONE},
      {1, NOON - 1, NOON, 0, 0, MATCH_ENDED, NONE},       {1, NOON, NOON + 1, 0, 0, MATCH_OUTSIDE_SCHEDULE, NONE},
      {1, NOON, NOON + 1, NONE, 0, MATCH_CONDITION, 6},   {1, NOON, NOON + 1, NONE, 1, MATCH_CONDITION, 1},
      {1, NOON, NOON + 1, NONE, NONE, MATCH_HEARS, NONE},
  };
  struct listener listener = {.kind = LISTENER_RULE};
  struct rulebook all = {.conditions = nodes,
                         .condition_count = 16,
                         .campaigns = &campaign,
                         .campaign_count = 1,
                         .schedules = schedules,
                         .schedule_count = 1,
                         .listeners = &listener,
                         .listener_count = 1,
                         .rule_count = 1};
  event.type = 1;
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    listener = (struct listener){.kind = LISTENER_RULE,
                                 .type = rows[i].type,
                                 .from_ms = rows[i].from,
                                 .to_ms = rows[i].to,
                                 .schedule = rows[i].schedule,
                                 .conditions = {NONE, rows[i].when, NONE}};
    struct match_answer answer = match_listener_refusal(&all, 0, &event);
    if (answer.refusal != rows[i].refusal || answer.condition != rows[i].condition) fail_msg("row %zu", i);
    assert_int_equal(match_rule_refusal(&all, 0, &event).refusal, rows[i].refusal);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_texts),         cmocka_unit_test(test_numbers),        cmocka_unit_test(test_exists_and_lists),
      cmocka_unit_test(test_groups),        cmocka_unit_test(test_not_over_state), cmocka_unit_test(test_same_as),
      cmocka_unit_test(test_refusal_order),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
