/* Conditions: an object is all of its keys; all, any, not combine; what is stateless is known from below (docs/language.md section 4).
 * Children of a node stand together, so their places are taken before any of them is filled. */
#include "compile.h"

struct filling {
  enum place place;
  uint32_t depth;
};

static void node_fill(struct compile *c, const struct at *at, struct filling how, uint32_t node);

static bool is_combiner(const char *key) { return strcmp(key, "all") == 0 || strcmp(key, "any") == 0 || strcmp(key, "not") == 0; }

/* {"gte": .., "lt": ..} has a leaf for each operator; a schedule's object is a schedule. */
static bool has_operators(const char *key, const json_t *value) {
  if (!json_is_object(value)) return false;
  if (strcmp(key, "schedule") != 0) return true;
  return json_object_get(value, "ne") != NULL || json_object_get(value, "eq") != NULL;
}

static uint32_t leaves_of(const char *key, const json_t *value) {
  return is_combiner(key) || !has_operators(key, value) ? 1 : (uint32_t)json_object_size(value);
}

static struct condition leaf_empty(struct compile *c, const struct at *at, const struct left *left) {
  return (struct condition){.kind = CONDITION_LEAF,
                            .left = left->kind,
                            .op = OP_EQ,
                            .index = left->index,
                            .campaign = c->now,
                            .stateless = left->kind == LEFT_FIELD || left->kind == LEFT_SCHEDULE || left->kind == LEFT_MONTH,
                            .operand = {.list = NONE, .other = NONE},
                            .pointer = at_pointer(c, at),
                            .left_text = left->text};
}

static void op_unknown(struct compile *c, const struct at *at) {
  struct near near = near_start(str_of(at->key));
  op_near(&near);
  struct str hint = near_text(c, &near);
  report(c, at, CHECK_BAD_OPERATOR, "'%s' is no operator%.*s", at->key, STR_FORMAT(hint));
}

static bool side_read(struct compile *c, const struct at *at, enum place place, struct left *out) {
  struct str text = str_of(at->key);
  if (!left_is_month(text)) return left_read(c, at, text, place, out);
  *out = (struct left){.kind = LEFT_MONTH, .type = TYPE_MONTH, .text = STR("month")};
  return true;
}

/* The leaves of one left side, into the nodes from `node` on. */
static void leaves_fill(struct compile *c, const struct at *at, struct filling how, uint32_t node) {
  struct left left;
  bool good = side_read(c, at, how.place, &left);
  uint32_t count = leaves_of(at->key, at->json);
  if (!good) left.type = TYPE_BROKEN;
  struct condition empty = leaf_empty(c, at, &left);
  bool later = fx_asks_later(c, at, how.place, &left);
  empty.stateless &= !later;
  if (!has_operators(at->key, at->json)) {
    if (left.type != TYPE_BROKEN) operand_read(c, at, &left, NULL, how.place, &empty);
    empty.stateless &= !later;
    *condition_at(c, node) = empty;
    return;
  }
  if (count == 0) report(c, at, CHECK_BAD_CONDITION, "'%s' has nothing to be compared with", at->key);
  for (void *i = json_object_iter(at->json); i != NULL; i = json_object_iter_next(at->json, i)) {
    struct at child = {.up = at, .json = json_object_iter_value(i), .key = json_object_iter_key(i)};
    struct condition leaf = empty;
    if (left.type == TYPE_BROKEN)
      leaf.op = OP_EQ;
    else if (!op_is_known(child.key))
      op_unknown(c, &child);
    else
      operand_read(c, &child, &left, child.key, how.place, &leaf);
    leaf.stateless &= !later;
    *condition_at(c, node++) = leaf;
  }
}

/* ---- all, any, not ---- */

static bool subtree_stateless(struct compile *c, uint32_t first, uint32_t count) {
  for (uint32_t i = 0; i < count; i++)
    if (!condition_at(c, first + i)->stateless) return false;
  return true;
}

static void inner_set(struct compile *c, const struct at *at, uint32_t node, enum condition_kind kind, uint32_t first, uint32_t count) {
  *condition_at(c, node) = (struct condition){.kind = kind,
                                              .first = first,
                                              .count = count,
                                              .stateless = subtree_stateless(c, first, count),
                                              .operand = {.list = NONE, .other = NONE},
                                              .pointer = at_pointer(c, at),
                                              .left_text = STR("")};
}

static void nothing_set(struct compile *c, const struct at *at, uint32_t node) {
  *condition_at(c, node) = (struct condition){.kind = CONDITION_LEAF,
                                              .op = OP_EXISTS,
                                              .stateless = true,
                                              .operand = {.list = NONE, .other = NONE},
                                              .pointer = at_pointer(c, at),
                                              .left_text = STR("")};
}

static void combiner_fill(struct compile *c, const struct at *at, struct filling how, uint32_t node) {
  enum condition_kind kind = at->key[0] == 'n' ? CONDITION_NOT : strcmp(at->key, "all") == 0 ? CONDITION_ALL : CONDITION_ANY;
  uint32_t count = 1;
  nothing_set(c, at, node);
  how.depth++;
  if (how.depth > LIMIT_CONDITION_DEPTH) {
    report(c, at, CHECK_TOO_DEEP, "all, any and not can be nested at most %u deep", LIMIT_CONDITION_DEPTH);
    return;
  }
  if (kind != CONDITION_NOT && !read_list(c, at, CHECK_BAD_CONDITION, &count)) return;
  if (count > TESTS_MOST) {
    report(c, at, CHECK_TOO_MANY, "%u conditions; at most %u", count, TESTS_MOST);
    return;
  }
  uint32_t first = vec_push(c, &c->conditions, count);
  for (uint32_t i = 0; i < count; i++) {
    struct at child = kind == CONDITION_NOT ? *at : at_item(at, i);
    node_fill(c, &child, how, first + i);
  }
  inner_set(c, at, node, kind, first, count);
}

static void key_fill(struct compile *c, const struct at *at, struct filling how, uint32_t node) {
  if (is_combiner(at->key))
    combiner_fill(c, at, how, node);
  else
    leaves_fill(c, at, how, node);
}

static uint32_t count_leaves(const struct at *at) {
  uint32_t count = 0;
  for (void *i = json_object_iter(at->json); i != NULL; i = json_object_iter_next(at->json, i))
    count += leaves_of(json_object_iter_key(i), json_object_iter_value(i));
  return count;
}

/* An object. Recursion is as deep as combiners may stand in each other. */
static void node_fill(struct compile *c, const struct at *at, struct filling how, uint32_t node) {
  nothing_set(c, at, node);
  if (!json_is_object(at->json)) {
    report(c, at, CHECK_WRONG_TYPE, "a condition must be an object like {\"amount\": {\"gte\": \"%.*s\"}}, found %s",
           STR_FORMAT(money_example(c, 200)), type_of(at->json));
    return;
  }
  uint32_t count = count_leaves(at), first = node;
  if (json_object_size(at->json) == 0) {
    report(c, at, CHECK_BAD_CONDITION, "the condition is empty: it holds for everything; leave it out");
    return;
  }
  if (count > TESTS_MOST) {
    report(c, at, CHECK_TOO_MANY, "%u tests in one condition; at most %u", count, TESTS_MOST);
    return;
  }
  if (count != 1) first = vec_push(c, &c->conditions, count);
  uint32_t next = first;
  for (void *i = json_object_iter(at->json); i != NULL; i = json_object_iter_next(at->json, i)) {
    struct at child = {.up = at, .json = json_object_iter_value(i), .key = json_object_iter_key(i)};
    key_fill(c, &child, how, next);
    next += leaves_of(child.key, child.json);
  }
  if (count != 1) inner_set(c, at, node, CONDITION_ALL, first, count);
}

bool condition_read(struct compile *c, const struct at *at, enum place place, uint32_t *node) {
  *node = NONE;
  if (at->json == NULL) return false;
  uint32_t place_of = vec_push(c, &c->conditions, 1);
  uint32_t errors = c->findings->errors;
  node_fill(c, at, (struct filling){place, 0}, place_of);
  if (c->findings->errors == errors && !c->full) condition_lint(c, place_of);
  *node = place_of;
  return true;
}
