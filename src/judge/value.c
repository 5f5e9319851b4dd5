/* Left sides: what a condition, a worth or an axis looks at, as it is now. */
#include "work.h"

static struct value event_value(struct work *w, uint32_t field) {
  if (w->rechecking && field == FIELD_ID_AMOUNT) return value_number(w->recheck_amount);
  const struct value *value = event_field(w->event, (uint16_t)field);
  return value == NULL ? value_absent() : *value;
}

static struct value fact_value(struct work *w, const struct condition *leaf) {
  const struct fact *fact = &w->book->facts[leaf->index];
  const struct fact_kind_row *row = w->kinds[fact->kind];
  return leaf->left == LEFT_FACT || row->ask_more == NULL ? row->ask(w, fact) : row->ask_more(w, fact, leaf->left);
}

/* Who caused the event: index 0 whether it was the customer, 1 the id. */
static struct value cause_value(const struct work *w, uint32_t index) {
  bool other = w->event->cause.length > 0;
  struct str id = other ? w->event->cause : w->event->customer;
  return (struct value){.kind = VALUE_TEXT, .text = index == 1 ? id : other ? STR("other") : STR("self")};
}

struct value left_value(struct work *w, const struct condition *leaf) {
  assert(leaf >= w->book->conditions && leaf < w->book->conditions + w->book->condition_count); /* never of another book */
  switch (leaf->left) {
    case LEFT_FIELD: return event_value(w, leaf->index);
    case LEFT_FACT:
    case LEFT_FACT_AT:
    case LEFT_FACT_ELAPSED: return fact_value(w, leaf);
    case LEFT_FACT_KEEP:
    case LEFT_PROFILE:
    case LEFT_CHANCE: return kept_value(w, leaf);
    case LEFT_PLACE: return w->place == 0 ? value_absent() : value_number(w->place);
    case LEFT_RULE_REWARD: return w->base == NULL ? value_absent() : value_number(leaf->index == 0 ? w->base->value_minor : w->base->count);
    case LEFT_CAUSED_BY: return cause_value(w, leaf->index);
    case LEFT_LEVEL: return w->level == NULL ? value_absent() : (struct value){.kind = VALUE_TEXT, .text = w->level->id};
    case LEFT_TAG:
    case LEFT_LIST:
    case LEFT_SCHEDULE:
    case LEFT_MONTH: break; /* of the event in a campaign's zone: condition.c */
  }
  return value_absent();
}

/* Without `fx`, money of another currency is never compared or converted: the test fails (docs/language.md section 2). */
bool amount_is_foreign(const struct work *w, uint32_t campaign) {
  const struct value *currency = event_field(w->event, FIELD_ID_CURRENCY);
  if (currency == NULL || event_field(w->event, FIELD_ID_AMOUNT) == NULL) return false;
  return !str_equal(currency->text, work_campaign(w, campaign)->currency);
}

bool condition_uses_amount(const struct rulebook *book, uint32_t node) {
  if (node == NONE) return false;
  assert(node < book->condition_count);
  const struct condition *condition = &book->conditions[node];
  if (condition->kind != CONDITION_LEAF) {
    for (uint32_t i = 0; i < condition->count; i++)
      if (condition_uses_amount(book, condition->first + i)) return true;
    return false;
  }
  if (condition->left == LEFT_FIELD) return condition->money;
  if (condition->left != LEFT_FACT || book->facts[condition->index].kind != FACT_TABLE) return false;
  const struct fact *table = &book->facts[condition->index];
  for (uint32_t i = 0; i < table->axis_count; i++)
    if (condition_uses_amount(book, table->axes[i].left)) return true;
  return false;
}

const struct cell *fed_find(const struct work *w, const struct fact *fact, uint64_t cause) {
  const struct cell *fed = state_first(w->customer, CELL_FED, 0, cause);
  assert(fact->decl != 0);
  while (fed != NULL && cell_decl(fed) != fact->decl) fed = state_next(w->customer, fed);
  return fed;
}

/* ---- after a reversal ---- */

static bool fact_can_change(const struct work *w, const struct fact *fact) {
  if (fact->kind == FACT_MEASURE) return fed_find(w, fact, w->recheck_cause) != NULL;
  for (uint32_t i = 0; fact->kind == FACT_DIFFERENCE && i < 2; i++)
    if (!fact_can_change(w, &w->book->facts[fact->parts[i]])) return false;
  for (uint32_t i = 0; fact->kind == FACT_TABLE && i < fact->axis_count; i++)
    if (!left_can_change(w, &w->book->conditions[fact->axes[i].left])) return false;
  return fact->kind == FACT_DIFFERENCE || fact->kind == FACT_TABLE;
}

bool left_can_change(const struct work *w, const struct condition *leaf) {
  if (leaf->left == LEFT_FIELD) return leaf->index == FIELD_ID_AMOUNT;
  return leaf->left == LEFT_FACT && fact_can_change(w, &w->book->facts[leaf->index]);
}
