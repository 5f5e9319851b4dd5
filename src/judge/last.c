/* The last time: read before the event is applied, so that a login can ask how long ago the one before it was (R17). */
#include "work.h"

static const struct cell *last_cell(struct work *w, const struct fact *fact, bool *known) {
  uint64_t key = 0;
  *known = key_of_fact(w, fact, &key);
  return *known ? state_find(w->customer, CELL_LAST, fact->decl, key, 0) : NULL;
}

static void hear_later(struct work *w, uint32_t number, bool reset) {
  const struct fact *fact = &w->book->facts[number];
  uint64_t key = 0;
  (void)reset; /* a last has none */
  if (!key_of_fact(w, fact, &key)) return;
  struct cell *cell = keyed_cell(w, fact, CELL_LAST, key, 0);
  if (cell->last.time_ms != 0 && cell->last.time_ms > w->event->time_ms) return;
  effect_add(w, number, EFFECT_LAST, 0, cell->last.time_ms, w->event->time_ms);
  cell->last.time_ms = w->event->time_ms;
  cell->expires_day = fact_expiry(w, fact);
  fact_keep(w, fact, key, cell->expires_day);
}

static struct value ask(struct work *w, const struct fact *fact) {
  bool known;
  const struct cell *cell = last_cell(w, fact, &known);
  return cell == NULL ? value_absent() : value_number(cell->last.time_ms);
}

static bool holds(struct work *w, const struct condition *leaf, struct failure *failure) {
  const struct fact *fact = &w->book->facts[leaf->index];
  bool known;
  const struct cell *cell = last_cell(w, fact, &known);
  if (cell == NULL) return known && fact->if_never_dormant;
  int64_t until = duration_add(cell->last.time_ms, leaf->operand.duration, 1, work_zone(w, fact->campaign));
  failure->expected = until, failure->actual = w->event->time_ms, failure->numbers = failure->times = true;
  return until <= w->event->time_ms;
}

static int64_t reached(const struct work *w, const struct fact *fact, uint64_t key) {
  const struct cell *cell = state_find(w->customer, CELL_LAST, fact->decl, key, 0);
  return cell == NULL ? 0 : cell->last.time_ms;
}

const struct fact_kind_row fact_kind_last = {.kind = FACT_LAST,
                                             .hear_later = hear_later,
                                             .ask = ask,
                                             .holds = holds,
                                             .reached = reached,
                                             .outlives = outlives_always,
                                             .cells = CELL_BIT(CELL_LAST),
                                             .refusal = REASON_NOT_DORMANT};
