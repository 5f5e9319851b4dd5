/* Terms: a gift is undone by what its campaign said when it was given. The running rulebook has them if the campaign did not change since;
 * else they stand on the shelf of earlier versions (judge.h). */
#include "work.h"

uint32_t item_mark(const struct item *item) { return item->mark; }

static const struct rulebook *shelf_find(const struct terms_shelf *shelf, uint64_t campaign, uint32_t number) {
  uint32_t low = 0, high = shelf == NULL ? 0 : shelf->count;
  while (low < high) {
    uint32_t middle = low + (high - low) / 2;
    const struct terms *at = &shelf->items[middle];
    if (at->campaign == campaign && at->number == number) return at->book;
    if (at->campaign < campaign || (at->campaign == campaign && at->number < number))
      low = middle + 1;
    else
      high = middle;
  }
  return NULL;
}

static const struct rule *rule_in(const struct rulebook *book, uint64_t decl, uint32_t number) {
  uint32_t rule = rulebook_rule(book, decl);
  if (rule == NONE || terms_number(&book->campaigns[book->rules[rule].campaign]) != number) return NULL;
  return &book->rules[rule];
}

/* Which campaign a rule was of is not in its name's hash: every book on the shelf has few rules, and few books have this one. */
static const struct rulebook *shelf_of_rule(const struct terms_shelf *shelf, uint64_t decl, uint32_t number) {
  for (uint32_t i = 0; shelf != NULL && i < shelf->count; i++)
    if (shelf->items[i].number == number && rulebook_rule(shelf->items[i].book, decl) != NONE) return shelf->items[i].book;
  return NULL;
}

bool terms_find(const struct work *w, const struct cell *grant, const struct rulebook **book, const struct rule **rule) {
  const struct rulebook *running = w->in->rulebook;
  uint32_t now = rulebook_rule(running, cell_decl(grant));
  *book = running, *rule = rule_in(running, cell_decl(grant), grant->grant.terms);
  if (*rule != NULL && !MUTANT(TERMS_OF_TODAY)) return true;
  if (now != NONE) *book = shelf_find(w->in->shelf, running->campaigns[running->rules[now].campaign].decl, grant->grant.terms);
  if (now == NONE) *book = shelf_of_rule(w->in->shelf, cell_decl(grant), grant->grant.terms);
  if (*book == NULL || MUTANT(TERMS_OF_TODAY)) *book = running;
  uint32_t number = rulebook_rule(*book, cell_decl(grant));
  if (number != NONE) *rule = &(*book)->rules[number];
  assert(number == NONE || (*rule)->decl == cell_decl(grant));
  return number != NONE;
}

static const struct item *chain_item(const struct rulebook *book, uint32_t number, uint32_t mark) {
  for (uint32_t depth = 0; number != NONE && depth <= LIMIT_OR_ELSE; depth++) {
    const struct item *item = &book->items[number];
    if (item_mark(item) == mark) return item;
    number = item->or_else;
  }
  return NULL;
}

const struct item *item_of_mark(const struct rulebook *book, const struct rule *rule, uint32_t mark) {
  for (uint32_t i = 0; i < rule->item_count; i++) {
    const struct item *item = chain_item(book, rule->item_first + i, mark);
    if (item != NULL) return item;
  }
  return NULL;
}

const struct item *grant_item(const struct rulebook *book, const struct rule *rule, const struct cell *grant) {
  return item_of_mark(book, rule, grant->grant.item);
}

bool terms_fact(const struct work *w, uint64_t decl, const struct rulebook **book, uint32_t *fact) {
  *book = w->in->rulebook, *fact = rulebook_fact(*book, decl);
  for (uint32_t i = 0; *fact == NONE && w->in->shelf != NULL && i < w->in->shelf->count; i++)
    *book = w->in->shelf->items[i].book, *fact = rulebook_fact(*book, decl);
  return *fact != NONE;
}
