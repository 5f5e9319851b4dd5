/* How far a measure of the customer who caused the event is, for a rule that hears it as another (`as`; R23, R75, R77).
 *
 *     who caused it                                        who hears it
 *     rises past a threshold -> TOLD, forward: FIGURE ---> the rule is judged by the figure; what it gave rests on it (FED, RESTS)
 *     falls below what was told -> forward: FELL --------> the figure is less: what rests on it is judged again
 *
 * The measure is in one record alone; the other has the figure that it was told, for the event that it was told of. It only ever comes
 * down: what rises again is heard again, of another event. So it matters to neither how far the other's partition has read.
 */
#include "work.h"

/* ---- who hears ---- */

void figure_take(struct work *w, const struct fired *fired) {
  bool there = fired != NULL && fired->elsewhere && !fired->track && fired->fact != NONE;
  w->figure_of = there ? fired->fact : NONE;
  w->figure = there ? fired->figure : 0;
}

static const struct cell *figure_cell(const struct work *w, uint64_t decl, uint64_t event) {
  const struct cell *fed = state_find(w->customer, CELL_FED, decl, event, 0);
  return fed != NULL && fed->fed.of_cause ? fed : NULL;
}

bool figure_find(const struct work *w, const struct fact *fact, int64_t *figure) {
  const struct cell *known = w->rechecking ? figure_cell(w, fact->decl, w->recheck_cause) : NULL;
  bool here = !w->rechecking && w->figure_of != NONE && fact == &w->book->facts[w->figure_of];
  *figure = known != NULL ? known->fed.amount : w->figure;
  return known != NULL || here;
}

/* At no key that the hearer's own measure has: what falls there says nothing of it. */
void figure_keep(struct work *w, const struct fact *fact, uint64_t id_low) {
  assert(w->in->hearing != NULL && fact == &w->book->facts[w->figure_of]);
  struct cell *fed = work_make(w, w->customer, CELL_FED, fact->decl, own_digest(w), 0);
  fed->fed.of_cause = 1, fed->fed.amount = w->figure;
  fed->expires_day = undo_expiry(w);
  struct cell *rests = work_add(w, w->customer, CELL_RESTS, fact->decl, own_digest(w), 0);
  rests->rests.id_low = id_low, rests->rests.per = own_digest(w);
  rests->expires_day = undo_expiry(w);
  w->kept_something = true;
}

/* ---- who is told ---- */

void figure_told(struct work *w, struct str hearer, const struct fired *fired) {
  const struct fact *fact = &w->book->facts[fired->fact];
  uint64_t key = hash64_pair(&HASH_KEY_FIXED, own_digest(w), name_decl(hearer));
  if (!measure_falls(fact)) return;
  struct cell *told = work_make(w, w->customer, CELL_TOLD, fact->decl, key, fired->period);
  told->told.event = own_digest(w), told->told.hearer = name_decl(hearer), told->told.per = fired->per;
  told->told.value = fired->figure;
  told->expires_day = undo_expiry(w);
  work_put_text(w, CELL_HEARD, name_decl(hearer), own_digest(w), hearer, undo_expiry(w));
  w->kept_something = true;
}

static bool has_period(const struct fact *fact, const struct cell *told, uint64_t per, int32_t period) {
  int32_t from, to;
  measure_window(fact, told->period, &from, &to);
  return told->told.per == per && period >= from && period <= to;
}

/* In order of their keys: where they stand in the record means nothing. */
static const struct cell *told_behind(const struct work *w, const struct fact *fact, uint64_t per, int32_t period,
                                      const struct cell *last) {
  const struct cell *next = NULL, *cell = state_first(w->customer, CELL_TOLD, fact->decl, 0);
  for (; cell != NULL; cell = state_next(w->customer, cell))
    if (has_period(fact, cell, per, period) && (last == NULL || cell->key > last->key) && (next == NULL || cell->key < next->key))
      next = cell;
  return next;
}

static void fell_tell(struct work *w, const struct cell *told, int64_t figure) {
  char id[LIMIT_ID_BYTES];
  struct heard_way way = {.fact = cell_decl(told), .key = told->told.event, .what = HEARD_FELL, .figure = figure, .number = NONE};
  size_t length = state_get_text(w->customer, CELL_HEARD, told->told.hearer, told->told.event, id);
  state_write(w->customer, told)->told.value = figure;
  if (length > 0 && !MUTANT(FIGURE_STAYS)) forward_add(w, arena_copy(w->arena, (struct str){id, length}), way);
}

void figures_fell(struct work *w, const struct fact *fact, uint64_t per, int32_t period) {
  for (const struct cell *told = NULL; w->in->hearing == NULL && (told = told_behind(w, fact, per, period, told)) != NULL;) {
    bool none = false;
    int64_t now = measure_value(w, fact, per, told->period, &none);
    if (now < told->told.value) fell_tell(w, told, now);
  }
}

/* ---- what fell ---- */

void figures_note(struct work *w) {
  const struct hearing *hearing = w->in->hearing;
  for (uint32_t i = 0; i < hearing->count; i++) {
    const struct heard_way *way = &hearing->ways[i];
    const struct cell *known = way->what == HEARD_FELL ? figure_cell(w, way->fact, memory_digest(w, way->key)) : NULL;
    if (known != NULL && way->figure < known->fed.amount) state_write(w->customer, known)->fed.amount = way->figure;
  }
}

void figures_apply(struct work *w) {
  const struct hearing *hearing = w->in->hearing;
  uint64_t events[LIMIT_HEARD];
  uint32_t count = 0;
  for (uint32_t i = 0; i < hearing->count; i++)
    if (hearing->ways[i].what == HEARD_FELL) events[count++] = memory_digest(w, hearing->ways[i].key);
  if (count > 0) undo_resting(w, events, count);
}
