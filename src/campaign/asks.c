/* Which measures a rule asks: in its `when`, in the conditions of its items, in what these are worth, as a level that it hears; through
 * differences too. */
#include "compile.h"

struct asking {
  struct compile *c;
  asked_measure *fn;
  void *self;
  bool any;
};

static void fact_asks(struct asking *a, uint32_t number) {
  const struct fact fact = *fact_at(a->c, number);
  if (traits_of(&fact)->counts) a->any |= a->fn(a->c, number, a->self);
  for (uint32_t i = 0; i < 2; i++)
    if (fact.parts[i] != NONE) fact_asks(a, fact.parts[i]);
}

static void node_asks(struct asking *a, uint32_t node) {
  if (node == NONE) return;
  const struct condition condition = *condition_at(a->c, node);
  if (condition.kind == CONDITION_LEAF && condition.left == LEFT_FACT) fact_asks(a, condition.index);
  for (uint32_t i = 0; condition.kind != CONDITION_LEAF && i < condition.count; i++) node_asks(a, condition.first + i);
}

static void worth_asks(struct asking *a, const struct worth *worth) {
  if (worth_traits[worth->form]->derived) node_asks(a, worth->of);
}

bool rule_asks(struct compile *c, const struct rule *rule, asked_measure *fn, void *self) {
  struct asking asking = {c, fn, self, false};
  uint32_t level = rule_level(c, rule);
  node_asks(&asking, rule->when);
  if (level != NONE) fact_asks(&asking, level);
  if (rank_settles(&rule->rank)) node_asks(&asking, rule->rank.by.left);
  for (uint32_t i = 0; i < rule->rank.tie_count; i++) node_asks(&asking, rule->rank.ties[i].left);
  for (uint32_t i = 0; i < rule->item_count; i++) {
    const struct item item = *item_at(c, rule->item_first + i);
    node_asks(&asking, item.when);
    worth_asks(&asking, &item.value);
    worth_asks(&asking, &item.count);
  }
  return asking.any;
}
