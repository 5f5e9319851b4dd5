/* Picks: what a customer chose for a period (docs/language.md section 5). By event time, however the events arrive: the values named first
 * count, with `change: replace` those named last. A value that does not count is not kept: what puts it in again names it anew. */
#include "work.h"

/* Whether one counts rather than another. */
static bool goes_before(const struct fact *fact, const struct cell *a, const struct cell *b) {
  if (a->pick.time_ms != b->pick.time_ms) return (a->pick.time_ms < b->pick.time_ms) != fact->replaces;
  return a->key < b->key;
}

/* How many values a period has, and the one that goes first when they are too many. */
static uint32_t picks_count(const struct work *w, const struct fact *fact, int32_t period, const struct cell **least) {
  uint32_t count = 0;
  *least = NULL;
  for (const struct cell *cell = state_first(w->customer, CELL_PICK, fact->decl, 0); cell != NULL; cell = state_next(w->customer, cell)) {
    if (cell->period != period) continue;
    if (*least == NULL || goes_before(fact, *least, cell)) *least = cell;
    count++;
  }
  return count;
}

/* There may be more in the record than count, since fewer are allowed than were. Whoever has no cycle has no number in it either. */
static struct value ask(struct work *w, const struct fact *fact) {
  const struct cell *least;
  int32_t period = measure_now(w, fact);
  if (period == PERIOD_NONE) return value_absent();
  uint32_t count = picks_count(w, fact, period, &least);
  return value_number(count < fact->most ? count : fact->most);
}

static bool has(struct work *w, const struct fact *fact, const struct value *value) {
  int32_t period = measure_now(w, fact);
  const struct cell *pick = state_find(w->customer, CELL_PICK, fact->decl, hash_of_value(0, value), period);
  uint32_t ahead = 0;
  if (pick == NULL) return false;
  for (const struct cell *cell = state_first(w->customer, CELL_PICK, fact->decl, 0); cell != NULL; cell = state_next(w->customer, cell))
    ahead += cell->period == period && goes_before(fact, cell, pick);
  return ahead < fact->most;
}

/* ---- hearing ---- */

/* False: it was named before, at a time that goes before this one. */
static bool pick_name(struct work *w, const struct fact *fact, uint64_t key, int32_t period) {
  const struct cell *known = state_find(w->customer, CELL_PICK, fact->decl, key, period);
  const struct cell now = {.key = key, .pick.time_ms = w->event->time_ms};
  if (known != NULL && !goes_before(fact, &now, known)) return false;
  struct cell *pick = known != NULL ? state_write(w->customer, known) : work_add(w, w->customer, CELL_PICK, fact->decl, key, period);
  pick->pick.time_ms = w->event->time_ms;
  pick->expires_day = measure_expiry(w, fact, period);
  return known == NULL;
}

static void hear(struct work *w, uint32_t number, uint32_t part) {
  const struct fact *fact = &w->book->facts[number];
  const struct value *value = event_field(w->event, fact->of);
  const struct cell *least;
  (void)part;
  if (value == NULL || !fact_open_to(w, fact)) return;
  uint64_t key = hash_of_value(0, value);
  int32_t period = measure_period(w, fact, w->event->time_ms);
  if (period == PERIOD_NONE) return;
  uint32_t before = picks_count(w, fact, period, &least);
  if (!pick_name(w, fact, key, period)) return;
  uint32_t after = picks_count(w, fact, period, &least);
  bool stays = true;
  for (; after > fact->most; after = picks_count(w, fact, period, &least)) {
    stays &= least->key != key;
    state_remove(w->customer, least);
  }
  if (stays) effect_add(w, number, EFFECT_COUNTED, period, before, after);
}

const struct fact_kind_row fact_kind_picks = {.kind = FACT_PICKS,
                                              .hear = hear,
                                              .ask = ask,
                                              .has = has,
                                              .outlives = outlives_in_window,
                                              .cells = CELL_BIT(CELL_PICK),
                                              .refusal = REASON_TARGET_NOT_REACHED};
