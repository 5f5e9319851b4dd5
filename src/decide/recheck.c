/* What a gift is still worth after a partial reversal: the rule judged again with what is left (campaigns.md section 8). Everything but the
 * amount and what was accumulated held when the gift was given and is taken as it was. */
#include "work.h"

static bool condition_cites(const struct rulebook *book, uint32_t node, uint64_t decl) {
  if (node == NONE) return false;
  const struct condition *condition = &book->conditions[node];
  if (condition->kind == CONDITION_LEAF) return condition->left == LEFT_FACT && book->facts[condition->index].decl == decl;
  for (uint32_t i = 0; i < condition->count; i++)
    if (condition_cites(book, condition->first + i, decl)) return true;
  return false;
}

static bool worth_cites(const struct rulebook *book, const struct worth *worth, uint64_t decl) {
  bool derived = worth->form == VALUE_FORM_PERCENT || worth->form == VALUE_FORM_BANDS;
  return derived && condition_cites(book, worth->of, decl);
}

bool rule_rests_on(const struct work *w, const struct rule *rule, uint64_t decl) {
  const struct rulebook *book = w->book;
  if (condition_cites(book, rule->when, decl)) return true;
  for (uint32_t i = 0; i < rule->on.count; i++) {
    const struct trigger *trigger = &book->triggers[rule->on.first + i];
    if (trigger->kind == TRIGGER_FACT && book->facts[trigger->fact].decl == decl) return true;
  }
  for (uint32_t i = 0; i < rule->item_count; i++) {
    const struct item *item = &book->items[rule->item_first + i];
    if (condition_cites(book, item->when, decl) || worth_cites(book, &item->value, decl)) return true;
  }
  return false;
}

/* The item of a grant: one of the rule's, or a substitute of one. */
const struct item *grant_item(const struct work *w, const struct rule *rule, const struct cell *grant) {
  for (uint32_t i = 0; i < rule->item_count; i++) {
    const struct item *item = &w->book->items[rule->item_first + i];
    for (uint32_t depth = 0; depth <= LIMIT_OR_ELSE; depth++) {
      if (item_mark(item) == grant->small) return item;
      if (item->or_else == NONE) break;
      item = &w->book->items[item->or_else];
    }
  }
  return NULL; /* the item left the file with a later version */
}

static bool triggers_hold(struct work *w, const struct rule *rule) {
  struct failure failure;
  for (uint32_t i = 0; i < rule->on.count; i++) {
    const struct trigger *trigger = &w->book->triggers[rule->on.first + i];
    if (trigger->kind != TRIGGER_EVENT || condition_holds(w, trigger->when, rule->campaign, true, &failure)) return true;
  }
  return false;
}

/* Of a chooser by amount the item may now be a lower one: its value is what remains, if it is the same kind of reward. */
static const struct item *item_now(struct work *w, const struct rule *rule, const struct item *given) {
  struct failure failure;
  if (rule->give != GIVE_FIRST_OF || condition_holds(w, given->when, rule->campaign, true, &failure)) return given;
  for (uint32_t i = 0; i < rule->item_count; i++) {
    const struct item *item = &w->book->items[rule->item_first + i];
    if (condition_holds(w, item->when, rule->campaign, true, &failure)) return str_equal(item->reward, given->reward) ? item : NULL;
  }
  return NULL;
}

static int64_t value_left(struct work *w, const struct rule *rule, const struct item *given, int64_t now) {
  struct failure failure;
  if (!triggers_hold(w, rule) || !condition_holds(w, rule->when, rule->campaign, true, &failure)) return 0;
  const struct item *item = item_now(w, rule, given);
  if (item == NULL) return 0;
  bool derived = item->value.form == VALUE_FORM_PERCENT || item->value.form == VALUE_FORM_BANDS;
  bool add_on = derived && w->book->conditions[item->value.of].left == LEFT_RULE_REWARD;
  if (item->value.form == VALUE_FORM_NONE || add_on) return now > 0 ? now : 1;
  int64_t value = item_value(w, item, rule->campaign);
  return value < now ? value : now;
}

int64_t recheck_value(struct work *w, const struct rule *rule, const struct cell *grant, int64_t amount_left, int64_t now) {
  const struct item *given = grant_item(w, rule, grant);
  if (given == NULL) return now;
  w->rechecking = true, w->recheck_amount = amount_left, w->recheck_cause = grant->key;
  int64_t value = value_left(w, rule, given, now);
  w->rechecking = false;
  return value;
}
