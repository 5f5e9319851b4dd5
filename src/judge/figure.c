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

/* ---- what fell ---- */

void figures_note(struct work *w) {
  const struct hearing *hearing = w->in->hearing;
  for (uint32_t i = 0; i < hearing->count; i++) {
    const struct heard_way *way = &hearing->ways[i];
    const struct cell *known = way->what == HEARD_FELL ? figure_cell(w, way->fact, memory_digest(w, way->key)) : NULL;
    if (known != NULL && way->figure < known->fed.amount) state_write(w->customer, known)->fed.amount = way->figure;
  }
}
