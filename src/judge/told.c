/* Who was told how far a measure of this customer came (figure.c), and is told that it fell. */
#include "work.h"

void figure_told(struct work *w, struct str hearer, const struct fired *fired) {
  if (fired == NULL || fired->track || !w->book->facts[fired->fact].falls) return;
  const struct fact *fact = &w->book->facts[fired->fact];
  uint64_t key = hash64_pair(&HASH_KEY_FIXED, own_digest(w), name_decl(hearer));
  struct cell *told = work_make(w, w->customer, CELL_TOLD, fact->decl, key, fired->period);
  told->told.event = own_digest(w), told->told.hearer = name_decl(hearer), told->told.per = fired->per;
  told->told.value = fired->figure, told->told.from = fact->bands[0];
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
  if (length > 0 && !MUTANT(FIGURE_STAYS)) forward_add(w, arena_copy(w->arena, (struct str){id, length}), way);
  if (figure < told->told.from)
    state_remove(w->customer, told); /* who was told needs no more of it: else all who ever were would be, of each refund */
  else
    state_write(w->customer, told)->told.value = figure;
}

void figures_fell(struct work *w, const struct fact *fact, const struct cell *fed) {
  bool counted = fact->falls && fed->fed.counted && w->in->hearing == NULL;
  if (!counted || state_find(w->customer, CELL_MEASURE, fact->decl, fed->fed.per, fed->period) == NULL) return;
  struct cell last;
  for (const struct cell *told = NULL; (told = told_behind(w, fact, fed->fed.per, fed->period, told)) != NULL;) {
    bool none = false;
    int64_t now = measure_value(w, fact, fed->fed.per, told->period, &none);
    last = *told;
    if (now < told->told.value) fell_tell(w, told, now);
    told = &last;
  }
}
