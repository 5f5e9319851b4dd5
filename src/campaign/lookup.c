/* From decls, as records carry them, back to rules, facts, limits, pools and campaigns: one table each, made when the rulebook is. */
#include "compile.h"

static uint32_t slots_for(uint32_t count) {
  uint32_t slots = 8;
  while (slots < 2 * count) slots *= 2;
  return slots;
}

static bool table_open(struct compile *c, struct decl_table *table, uint32_t count, uint32_t **slots) {
  table->mask = slots_for(count) - 1;
  table->slots = *slots = take(c, slots_for(count), sizeof **slots);
  return *slots != NULL;
}

/* Decls are the ends of hashes already. */
static void table_put(const struct decl_table *table, uint32_t *slots, uint64_t decl, uint32_t number) {
  uint32_t at = (uint32_t)decl & table->mask;
  while (slots[at] != 0) at = (at + 1) & table->mask;
  slots[at] = number + 1;
}

/* One function for each array, since the arrays are of different things. */
#define LOOKUP(what, plural)                                                                                          \
  static void plural##_index(struct compile *c, struct rulebook *book) {                                              \
    uint32_t *slots;                                                                                                  \
    if (!table_open(c, &book->what##_decls, book->what##_count, &slots)) return;                                      \
    for (uint32_t i = 0; i < book->what##_count; i++) table_put(&book->what##_decls, slots, book->plural[i].decl, i); \
  }                                                                                                                   \
  uint32_t rulebook_##what(const struct rulebook *book, uint64_t decl) {                                              \
    const struct decl_table *table = &book->what##_decls;                                                             \
    for (uint32_t at = (uint32_t)decl & table->mask; table->slots[at] != 0; at = (at + 1) & table->mask)              \
      if (book->plural[table->slots[at] - 1].decl == decl) return table->slots[at] - 1;                               \
    return NONE;                                                                                                      \
  }
LOOKUP(rule, rules)
LOOKUP(fact, facts)
LOOKUP(limit, limits)
LOOKUP(pool, pools)
LOOKUP(campaign, campaigns)

static bool follows_fact(const struct rulebook *book, const struct item *item) {
  return item_tops_up(item) && book->conditions[item->count.of].left == LEFT_FACT;
}

static void top_ups_make(struct compile *c, struct rulebook *book) {
  uint32_t count = 0;
  for (uint32_t i = 0; i < book->item_count; i++) count += follows_fact(book, &book->items[i]);
  struct top_up *top_ups = take(c, count, sizeof *top_ups);
  for (uint32_t rule = 0; top_ups != NULL && rule < book->rule_count; rule++) {
    for (uint32_t i = 0; i < book->rules[rule].item_count; i++) {
      uint32_t item = book->rules[rule].item_first + i;
      if (follows_fact(book, &book->items[item]))
        top_ups[book->top_up_count++] = (struct top_up){book->conditions[book->items[item].count.of].index, rule, item};
    }
  }
  book->top_ups = top_ups;
}

void lookups_make(struct compile *c, struct rulebook *book) {
  top_ups_make(c, book);
  rules_index(c, book);
  facts_index(c, book);
  limits_index(c, book);
  pools_index(c, book);
  campaigns_index(c, book);
}

uint32_t terms_number(const struct campaign *campaign) {
  uint32_t number = (uint32_t)hash64(&HASH_KEY_FIXED, campaign->digest);
  return number == 0 ? 1 : number;
}
