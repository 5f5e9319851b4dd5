/* Which rules keep with a gift what of their conditions held (judge/held.c). A refund lowers amounts and what was counted; all else counts
 * as it did, and where a rule asks for all of its conditions it held. Of alternatives nobody could tell later which of them it was. */
#include "giftd/campaign/held.h"
#include "compile.h"

enum answer {
  MAY_FALL = 1, /* a refund may change it */
  STAYS = 2,    /* nothing does */
  MAY_RISE = 4, /* a refund may make it hold */
  MAY_PASS = 8  /* what comes later may make it fail: a measure that is bounded from above, or that others are taken from */
};

struct stand stand_below(enum condition_kind kind, struct stand stand) {
  bool alternative = kind == (stand.denied ? CONDITION_ALL : CONDITION_ANY);
  return (struct stand){stand.denied != (kind == CONDITION_NOT), stand.apart || alternative};
}

bool is_bound_above(const struct fact *fact, const struct condition *test, bool denied) {
  bool above = test->op == OP_LT || test->op == OP_LTE, below = test->op == OP_GT || test->op == OP_GTE;
  return fact->falls && fact->measure != MEASURE_AVERAGE && (denied ? below : above);
}

static bool may_change(struct compile *c, const struct condition *leaf, struct stand stand) {
  if (leaf->left == LEFT_FIELD) return leaf->index == FIELD_ID_AMOUNT;
  if (leaf->left != LEFT_FACT) return leaf->left == LEFT_RULE_REWARD;
  const struct fact *fact = fact_at(c, leaf->index);
  if (!stand.apart && is_bound_above(fact, leaf, stand.denied)) return false; /* it held */
  return fact->falls || fact->parts[0] != NONE || fact->axis_count > 0;
}

/* An amount, a count and a sum only become less. */
static bool may_rise(struct compile *c, const struct condition *leaf, bool denied) {
  const struct fact *fact = leaf->left == LEFT_FACT ? fact_at(c, leaf->index) : NULL;
  bool lessens = fact == NULL || (fact->falls && fact->measure != MEASURE_AVERAGE);
  return denied || !lessens || (leaf->op != OP_GTE && leaf->op != OP_GT);
}

static uint32_t answer_of(struct compile *c, const struct condition *leaf, struct stand stand) {
  if (!may_change(c, leaf, stand)) return STAYS;
  if (!may_rise(c, leaf, stand.denied)) return MAY_FALL;
  return leaf->left == LEFT_FACT ? MAY_FALL | MAY_RISE | MAY_PASS : MAY_FALL | MAY_RISE;
}

/* Enum answers of what stands below; *differ: some alternative stays and another does not. */
static uint32_t answers_below(struct compile *c, uint32_t node, struct stand stand, bool *differ) {
  const struct condition condition = *condition_at(c, node);
  if (condition.kind == CONDITION_LEAF) return answer_of(c, &condition, stand);
  uint32_t answers = 0;
  for (uint32_t i = 0; i < condition.count; i++)
    answers |= answers_below(c, condition.first + i, stand_below(condition.kind, stand), differ);
  if (condition.kind != CONDITION_ALL && (answers & MAY_FALL) != 0 && (answers & STAYS) != 0) *differ = true;
  return answers;
}

static uint32_t answers_of(struct compile *c, uint32_t node, bool *differ) {
  return node == NONE ? 0 : answers_below(c, node, (struct stand){0}, differ);
}

/* One of several triggers woke it, by conditions that a refund may change. */
static bool triggers_differ(struct compile *c, const struct rule *rule) {
  bool differ = false;
  uint32_t answers = 0;
  for (uint32_t i = 0; i < rule->on.count; i++) answers |= answers_of(c, trigger_at(c, rule->on.first + i)->when, &differ);
  return differ || (rule->on.count > 1 && (answers & MAY_FALL) != 0);
}

/* The first that could be given: behind a refund it may be one behind it, or one before it that was not open. */
static bool items_differ(struct compile *c, const struct rule *rule) {
  bool differ = false;
  uint32_t answers = 0;
  if (rule->give != GIVE_FIRST_OF) return false;
  for (uint32_t i = 0; i < rule->item_count; i++) answers |= answers_of(c, item_at(c, rule->item_first + i)->when, &differ);
  return (answers & MAY_RISE) != 0 || ((answers & MAY_FALL) != 0 && (answers & STAYS) != 0);
}

/* A worth by what is made of several measures. */
static bool is_made(struct compile *c, const struct worth *worth) {
  if (!worth_traits[worth->form]->derived || worth->of == NONE) return false;
  const struct condition *of = condition_at(c, worth->of);
  const struct fact *fact = of->left == LEFT_FACT ? fact_at(c, of->index) : NULL;
  return fact != NULL && (fact->parts[0] != NONE || fact->axis_count > 0);
}

bool rule_notes_held(struct compile *c, const struct rule *rule) {
  bool differ = false;
  (void)answers_of(c, rule->when, &differ);
  return differ || triggers_differ(c, rule) || items_differ(c, rule);
}

bool rule_notes_seen(struct compile *c, const struct rule *rule) {
  bool unread;
  uint32_t answers = answers_of(c, rule->when, &unread);
  for (uint32_t i = 0; i < rule->item_count; i++) {
    const struct item item = *item_at(c, rule->item_first + i);
    answers |= answers_of(c, item.when, &unread);
    if (is_made(c, &item.value) || is_made(c, &item.count)) return true;
  }
  return (answers & MAY_PASS) != 0;
}
