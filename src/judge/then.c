/* What of a rule's conditions held when a gift was given (held.c): a bit for each trigger and each test. All but the amount and what was
 * accumulated counts as it did then. */
#include "held.h"

static void tests_below(const struct visiting *v, uint32_t node, bool denied, uint32_t *number) {
  if (node == NONE) return;
  const struct condition *condition = &v->book->conditions[node];
  if (condition->kind == CONDITION_LEAF) {
    v->test(v->self, (*number)++, node, denied);
    return;
  }
  for (uint32_t i = 0; i < condition->count; i++)
    tests_below(v, condition->first + i, denied != (condition->kind == CONDITION_NOT), number);
}

/* In the order of the file; triggers have the first numbers. */
void tests_visit(const struct visiting *v, const struct rule *rule) {
  uint32_t number = rule->on.count;
  for (uint32_t i = 0; i < rule->on.count; i++) tests_below(v, v->book->triggers[rule->on.first + i].when, false, &number);
  tests_below(v, rule->when, false, &number);
  for (uint32_t i = 0; i < rule->item_count; i++) tests_below(v, v->book->items[rule->item_first + i].when, false, &number);
}

static bool bit_then(const struct work *w, uint32_t number, bool usual) {
  const struct cell *cell = state_find(w->customer, CELL_HELD, 0, w->recheck_gift, (int32_t)(number / HELD_BITS));
  return cell == NULL ? usual : (cell->held.tests >> number % HELD_BITS & 1) != 0;
}

struct sought {
  uint32_t node, number;
};

static void test_find(void *self, uint32_t number, uint32_t node, bool denied) {
  struct sought *f = self;
  (void)denied;
  if (node == f->node) f->number = number;
}

bool held_then(const struct work *w, uint32_t node, bool usual) {
  struct sought f = {node, NONE};
  const struct visiting visiting = {w->book, test_find, &f};
  assert(w->rechecking);
  if (!w->recheck_rule->notes_held) return usual;
  tests_visit(&visiting, w->recheck_rule);
  return f.number == NONE ? usual : bit_then(w, f.number, usual);
}

bool woken_then(const struct work *w, uint32_t trigger) {
  assert(w->rechecking && trigger < w->recheck_rule->on.count);
  return !w->recheck_rule->notes_held || bit_then(w, trigger, true);
}
