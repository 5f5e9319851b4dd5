/* What of a rule's conditions held when a gift was given, for when it is judged again after a refund (docs/language.md section 8,
 * `recheck`). */
#ifndef JUDGE_HELD_H
#define JUDGE_HELD_H

#include "work.h"

#define HELD_WORDS 8u /* what stands behind so many is taken as if all had to hold */
#define HELD_BITS 64u
struct visiting {
  const struct rulebook *book;
  void (*test)(void *self, uint32_t number, uint32_t node, bool denied);
  void *self;
};
/* Every test of a rule, in the order of the file; its triggers have the first numbers. */
void tests_visit(const struct visiting *v, const struct rule *rule);
/* Of the gift that is judged again: whether a test held when it was given, `usual` where nothing was kept; whether a trigger of its rule,
 * by number, may have woken it. */
bool held_then(const struct work *w, uint32_t node, bool usual);
bool woken_then(const struct work *w, uint32_t trigger);

/* Keeps with a gift what of its rule's conditions held. */
void held_keep(struct work *w, const struct rule *rule, uint64_t id_low);

#endif
