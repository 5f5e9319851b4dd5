/* First step of building: which parts of a listener's conditions can become rows of bits.
 *
 * Conditions are trees whose top is nearly always `all`: its leaves on event fields become rows, its schedules the clock. What else can
 * refuse (any, not, comparisons of two fields, very long lists) is the rest, tested on the few listeners that the rows leave over.
 */
#include <assert.h>

#include "condition.h"
#include "index.h"

static uint32_t leaf_mentions(const struct rulebook *rulebook, const struct condition *leaf) {
  const struct operand *operand = &leaf->operand;
  bool listed = (leaf->op == OP_IN_LIST || leaf->op == OP_NOT_IN_LIST) && operand->list != NONE;
  return operand->text_count + operand->number_count + (listed ? rulebook->lists[operand->list].count : 0);
}

static bool text_leaf_has_rows(const struct condition *leaf) {
  switch (leaf->op) {
    case OP_EQ:
    case OP_NE:
    case OP_IN:
    case OP_NOT_IN: return leaf->operand.kind == VALUE_TEXT;
    case OP_IN_LIST:
    case OP_NOT_IN_LIST:
    case OP_EXISTS: return true;
    default: return false;
  }
}

static bool number_leaf_has_rows(const struct condition *leaf) {
  switch (leaf->op) {
    case OP_EQ:
    case OP_NE:
    case OP_GT:
    case OP_GTE:
    case OP_LT:
    case OP_LTE:
    case OP_BETWEEN:
    case OP_IN:
    case OP_NOT_IN: return leaf->operand.kind != VALUE_TEXT;
    case OP_EXISTS: return true;
    default: return false;
  }
}

static bool leaf_has_rows(const struct rulebook *rulebook, const struct condition *leaf) {
  if (leaf_mentions(rulebook, leaf) > LIMIT_MENTIONS) return false;
  assert(leaf->index < rulebook->catalogue->field_count);
  switch (rulebook->catalogue->fields[leaf->index].kind) {
    case FIELD_TEXT: return text_leaf_has_rows(leaf);
    case FIELD_MONEY:
    case FIELD_INT:
    case FIELD_BOOL:
    case FIELD_TIME: return number_leaf_has_rows(leaf);
    default: return false;
  }
}

/* The arrays are NULL in the first round, which only counts. */
static void add_use(struct build *build, uint32_t listener, uint32_t leaf, uint16_t field) {
  if (build->uses != NULL) build->uses[build->use_count] = (struct use){listener, leaf, field};
  build->use_count++;
}

static void add_schedule(struct build *build, uint32_t listener, uint32_t schedule) {
  if (build->schedules != NULL) build->schedules[build->schedule_count] = (struct flip){schedule, listener};
  build->schedule_count++;
}

void plan_add_rest(struct build *build, uint32_t listener, uint32_t node) {
  if (build->rest != NULL) {
    assert(build->rest_count < build->rest_capacity);
    build->rest[build->rest_count] = (struct use){listener, node, 0};
  }
  build->rest_count++;
}

static void plan_leaf(struct build *build, uint32_t listener, uint32_t node) {
  const struct condition *leaf = &build->rulebook->conditions[node];
  if (!leaf->stateless) return;
  assert(leaf_is_judged(leaf)); /* decide takes what is stateless for judged: nothing may fall between the two */
  if (leaf->left == LEFT_FIELD && leaf_has_rows(build->rulebook, leaf)) {
    add_use(build, listener, node, (uint16_t)leaf->index);
  } else if (leaf->left == LEFT_SCHEDULE && leaf->op == OP_EQ) {
    add_schedule(build, listener, leaf->index);
  } else {
    plan_add_rest(build, listener, node);
  }
}

static void plan_node(struct build *build, uint32_t listener, uint32_t node) {
  const struct condition *condition = &build->rulebook->conditions[node];
  switch (condition->kind) {
    case CONDITION_LEAF: plan_leaf(build, listener, node); break;
    case CONDITION_ALL:
      for (uint32_t i = 0; i < condition->count; i++) plan_node(build, listener, condition->first + i);
      break;
    default: plan_add_rest(build, listener, node); break;
  }
}

static void plan_listeners(struct build *build) {
  build->use_count = build->rest_count = build->schedule_count = 0;
  for (uint32_t i = 0; i < build->partition->count; i++) {
    const struct listener *listener = &build->rulebook->listeners[build->partition->first + i];
    if (listener->schedule != NONE) add_schedule(build, i, listener->schedule);
    for (uint32_t k = 0; k < 3; k++) {
      if (listener->conditions[k] != NONE) plan_node(build, i, listener->conditions[k]);
    }
  }
}

/* By field, keeping the order of listeners: a counting sort. */
static void uses_sort(struct build *build) {
  uint32_t starts[LIMIT_FIELDS + 1] = {0};
  struct use *sorted = arena_array(build->scratch, build->use_count, sizeof *sorted);
  if (sorted == NULL) return;
  for (uint32_t i = 0; i < build->use_count; i++) starts[build->uses[i].field + 1]++;
  for (uint32_t field = 0; field < LIMIT_FIELDS; field++) starts[field + 1] += starts[field];
  for (uint32_t i = 0; i < build->use_count; i++) sorted[starts[build->uses[i].field]++] = build->uses[i];
  build->uses = sorted;
}

void plan_make(struct build *build) {
  build->uses = build->rest = NULL;
  build->schedules = NULL;
  plan_listeners(build);
  /* Any use may yet become rest: a field too many, or thresholds that had to share a row. */
  build->rest_capacity = build->rest_count + build->use_count;
  build->uses = arena_array(build->scratch, build->use_count, sizeof *build->uses);
  build->rest = arena_array(build->scratch, build->rest_capacity, sizeof *build->rest);
  build->schedules = arena_array(build->scratch, build->schedule_count, sizeof *build->schedules);
  if (build->scratch->overflowed) return;
  plan_listeners(build);
  uses_sort(build);
}
