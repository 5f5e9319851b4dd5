/* The first measure less the second, absent when either is (docs/language.md section 5): an increment against a baseline (R64). */
#include "work.h"

static struct value part_value(struct work *w, uint32_t number) {
  assert(number < w->book->fact_count);
  const struct fact *fact = &w->book->facts[number];
  return w->kinds[fact->kind]->ask(w, fact);
}

static struct value ask(struct work *w, const struct fact *fact) {
  struct value first = part_value(w, fact->parts[0]), second = part_value(w, fact->parts[1]);
  if (first.kind == VALUE_ABSENT || second.kind == VALUE_ABSENT) return value_absent();
  return value_number(sum_of(first.number, second.number == INT64_MIN ? INT64_MAX : -second.number));
}

static bool can_change(const struct work *w, const struct fact *fact) {
  return fact_can_change(w, &w->book->facts[fact->parts[0]]) && fact_can_change(w, &w->book->facts[fact->parts[1]]);
}

const struct fact_kind_row fact_kind_difference = {
    .kind = FACT_DIFFERENCE, .ask = ask, .can_change = can_change, .refusal = REASON_TARGET_NOT_REACHED};
