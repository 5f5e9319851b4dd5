/* The reference meaning of conditions that need no state (docs/language.md section 4). The index must answer the same; where the index
 * cannot say something by bitmaps it calls this file on the survivors.
 *
 * Two rules run through it: an absent field fails every test but {"exists": false}; and what is not decided here counts as true, so that
 * match may wake a rule too many (decide refuses it with a reason) but never one too few. Hence `not` over something undecided is true as
 * well.
 */
#include "condition.h"

#include <assert.h>

bool leaf_is_judged(const struct condition *leaf) {
  if (leaf->kind != CONDITION_LEAF || !leaf->stateless) return false;
  return leaf->left == LEFT_FIELD || leaf->left == LEFT_SCHEDULE || leaf->left == LEFT_LIST || leaf->left == LEFT_MONTH;
}

static bool text_is_named(const struct operand *operand, struct str text) {
  for (uint32_t i = 0; i < operand->text_count; i++) {
    if (str_equal(operand->texts[i], text)) return true;
  }
  return false;
}

static bool number_is_named(const struct operand *operand, int64_t number) {
  for (uint32_t i = 0; i < operand->number_count; i++) {
    if (operand->numbers[i] == number) return true;
  }
  return false;
}

static bool text_is_listed(const struct rulebook *rulebook, const struct operand *operand, struct str text) {
  if (operand->list != NONE && list_has(&rulebook->lists[operand->list], text)) return true;
  return text_is_named(operand, text);
}

static bool text_holds(const struct rulebook *rulebook, const struct condition *leaf, struct str text) {
  const struct operand *operand = &leaf->operand;
  switch (leaf->op) {
    case OP_EQ:
    case OP_IN: return operand->kind == VALUE_TEXT && text_is_named(operand, text);
    case OP_NE:
    case OP_NOT_IN: return operand->kind == VALUE_TEXT && !text_is_named(operand, text);
    case OP_IN_LIST:
    case OP_CONTAINS_ANY: return text_is_listed(rulebook, operand, text);
    case OP_NOT_IN_LIST: return !text_is_listed(rulebook, operand, text);
    default: return false;
  }
}

static bool number_holds(const struct condition *leaf, int64_t number) {
  const struct operand *operand = &leaf->operand;
  if (operand->kind == VALUE_TEXT) return false;
  switch (leaf->op) {
    case OP_EQ: return number == operand->low;
    case OP_NE: return number != operand->low;
    case OP_GT: return number > operand->low;
    case OP_GTE: return number >= operand->low;
    case OP_LT: return number < operand->low;
    case OP_LTE: return number <= operand->low;
    case OP_BETWEEN: return operand->low <= number && number <= operand->high;
    case OP_IN: return number_is_named(operand, number);
    case OP_NOT_IN: return !number_is_named(operand, number);
    default: return false;
  }
}

static bool items_hold(const struct rulebook *rulebook, const struct condition *leaf, const struct value *actual) {
  if (leaf->op != OP_CONTAINS_ANY) return false;
  for (uint32_t i = 0; i < actual->count; i++) {
    if (text_is_listed(rulebook, &leaf->operand, actual->items[i])) return true;
  }
  return false;
}

bool match_leaf(const struct rulebook *rulebook, const struct condition *leaf, const struct value *actual) {
  assert(leaf->kind == CONDITION_LEAF);
  bool present = actual != NULL && actual->kind != VALUE_ABSENT;
  if (leaf->op == OP_EXISTS) return present == (leaf->operand.low != 0);
  if (!present) return false;
  switch (actual->kind) {
    case VALUE_TEXT: return text_holds(rulebook, leaf, actual->text);
    case VALUE_INT:
    case VALUE_BOOL: return number_holds(leaf, actual->number);
    case VALUE_LIST: return items_hold(rulebook, leaf, actual);
    default: return false;
  }
}

bool leaf_holds_elsewhere(const struct condition *leaf) {
  if (leaf->op == OP_EXISTS) return leaf->operand.low != 0;
  return leaf->op == OP_NE || leaf->op == OP_NOT_IN || leaf->op == OP_NOT_IN_LIST;
}

static bool value_is_same(const struct value *a, const struct value *b) {
  if (a == NULL || b == NULL || a->kind != b->kind) return false;
  if (a->kind == VALUE_TEXT) return str_equal(a->text, b->text);
  return (a->kind == VALUE_INT || a->kind == VALUE_BOOL) && a->number == b->number;
}

static bool field_leaf_holds(const struct rulebook *rulebook, const struct condition *leaf, const struct event *event) {
  const struct value *actual = event_field(event, (uint16_t)leaf->index);
  if (leaf->op != OP_SAME_AS) return match_leaf(rulebook, leaf, actual);
  assert(leaf->operand.other != NONE);
  const struct condition *other = &rulebook->conditions[leaf->operand.other];
  return other->left == LEFT_FIELD && value_is_same(actual, event_field(event, (uint16_t)other->index));
}

/* {"schedule": "peak"} holds while the schedule does; {"schedule": {"ne": ..}} and `exists: false` the other way round. */
static bool schedule_leaf_holds(const struct rulebook *rulebook, const struct condition *leaf, const struct event *event,
                                struct zone zone) {
  bool holds = schedule_holds(&rulebook->schedules[leaf->index], event->time_ms, zone);
  bool turned = leaf->op == OP_NE || leaf->op == OP_NOT_IN || (leaf->op == OP_EXISTS && leaf->operand.low == 0);
  return holds != turned;
}

static bool list_leaf_holds(const struct rulebook *rulebook, const struct condition *leaf, const struct event *event) {
  bool listed = text_is_listed(rulebook, &leaf->operand, event->customer);
  bool turned = leaf->op == OP_NE || leaf->op == OP_NOT_IN || leaf->op == OP_NOT_IN_LIST;
  return listed != turned;
}

int32_t match_month(const struct value *value, struct zone zone) {
  if (value == NULL) return 0;
  if (value->kind == VALUE_TEXT) return month_of_date(value->text);
  return value->kind == VALUE_INT ? month_of(value->number, zone) : 0;
}

static bool month_leaf_holds(const struct rulebook *rulebook, const struct condition *leaf, const struct event *event, struct zone zone) {
  const struct value month = {.kind = VALUE_INT, .number = month_of(event->time_ms, zone)};
  if (leaf->op != OP_SAME_AS) return match_leaf(rulebook, leaf, &month);
  const struct condition *other = &rulebook->conditions[leaf->operand.other];
  assert(other->left == LEFT_FIELD);
  return match_month(event_field(event, (uint16_t)other->index), zone) == month.number;
}

bool leaf_holds(const struct rulebook *rulebook, const struct condition *leaf, const struct event *event, struct zone zone) {
  assert(leaf_is_judged(leaf));
  switch (leaf->left) {
    case LEFT_FIELD: return field_leaf_holds(rulebook, leaf, event);
    case LEFT_SCHEDULE: return schedule_leaf_holds(rulebook, leaf, event, zone);
    case LEFT_MONTH: return month_leaf_holds(rulebook, leaf, event, zone);
    default: return list_leaf_holds(rulebook, leaf, event);
  }
}

/* A `not` may only be turned round when everything under it is decided here. */
static bool subtree_is_judged(const struct rulebook *rulebook, const struct condition *node) {
  if (node->kind == CONDITION_LEAF) return leaf_is_judged(node);
  for (uint32_t i = 0; i < node->count; i++) {
    if (!subtree_is_judged(rulebook, &rulebook->conditions[node->first + i])) return false;
  }
  return true;
}

/* Recursion is bounded by LIMIT_CONDITION_DEPTH (three; the campaign room refuses more). */
bool match_condition(const struct rulebook *rulebook, uint32_t node, const struct event *event, struct zone zone) {
  const struct condition *condition = &rulebook->conditions[node];
  switch (condition->kind) {
    case CONDITION_LEAF: return !leaf_is_judged(condition) || leaf_holds(rulebook, condition, event, zone);
    case CONDITION_NOT:
      if (!subtree_is_judged(rulebook, condition)) return true;
      return !match_condition(rulebook, condition->first, event, zone);
    default: break;
  }
  bool any = condition->kind == CONDITION_ANY;
  for (uint32_t i = 0; i < condition->count; i++) {
    if (match_condition(rulebook, condition->first + i, event, zone) == any) return any;
  }
  return !any;
}
