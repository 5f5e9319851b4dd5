/* The first ever (docs/language.md section 5): read before the event is applied, by event time. With `refunds: reopen` every event that may
 * yet become the first is remembered as long as one before it can be undone: after a refund the earliest that still stands is the first. */
#include "work.h"

/* ---- hearing ---- */

static uint64_t standing_key(uint64_t per, uint64_t event) { return hash64_pair(&HASH_KEY_FIXED, per, event); }

/* As long as any event before it may be undone: by a reversal, too, that is late. */
static bool may_be_undone(const struct work *w, int64_t first_ms) {
  return first_ms + w->in->settings->memory_ms + w->in->settings->horizon_ms >= w->event->time_ms;
}

static struct cell *standing_make(struct work *w, const struct fact *fact, uint64_t per, uint64_t event, int64_t time_ms) {
  struct cell *standing = work_make(w, w->customer, CELL_STANDING, fact->decl, event, 0);
  standing->standing.time_ms = time_ms, standing->standing.per = per;
  standing->expires_day = state_expiry(time_ms + w->in->settings->memory_ms + w->in->settings->horizon_ms);
  return standing;
}

/* An event behind the first: it stands in line. */
static void stand_behind(struct work *w, const struct fact *fact, uint64_t per, const struct cell *first) {
  if (!fact->refunds_reopen || !may_be_undone(w, first->first.time_ms)) return;
  const struct cell *standing = standing_make(w, fact, per, own_digest(w), w->event->time_ms);
  fact_keep(w, fact, standing_key(per, own_digest(w)), standing->expires_day);
  if (event_reversible(w)) fed_remember(w, fact, per, 0, 0, false);
}

/* The one that was the first until now stands behind this one. */
static void first_step_back(struct work *w, const struct fact *fact, uint64_t per, const struct cell *first) {
  assert(first->first.time_ms > w->event->time_ms); /* an earlier one took its place */
  if (!fact->refunds_reopen || !event_reversible(w)) return;
  const struct cell *standing = standing_make(w, fact, per, first->first.event, first->first.time_ms);
  kept_move(w, fact, per, standing_key(per, first->first.event), standing->expires_day);
}

/* It begins anew after a reset: nothing from before that can be the first any more. */
static void standing_drop(struct work *w, const struct fact *fact, uint64_t per) {
  const struct cell *cell = state_first(w->customer, CELL_STANDING, fact->decl, 0);
  while (cell != NULL) {
    const struct cell *next = state_next(w->customer, cell);
    if (cell->standing.per == per) {
      kept_drop(w, fact, standing_key(per, cell->key));
      state_remove(w->customer, cell);
    }
    cell = next;
  }
}

static void first_take(struct work *w, const struct fact *fact, uint64_t key, struct cell *cell) {
  cell->first.time_ms = w->event->time_ms, cell->first.event = own_digest(w);
  cell->expires_day = fact_expiry(w, fact);
  fact_keep(w, fact, key, cell->expires_day);
  if (fact->refunds_reopen && event_reversible(w)) fed_remember(w, fact, key, 0, 0, false);
  effect_add(w, (uint32_t)(fact - w->book->facts), EFFECT_FIRST, 0, 0, w->event->time_ms);
}

/* A late event earlier than the known first moves the fact, and with it the ends of cycles; one that comes again before a reset was due
 * ends the waiting for it. */
static void first_hear(struct work *w, const struct fact *fact, uint64_t key) {
  bool known = first_cell(w, fact, key) != NULL, there = state_find(w->customer, CELL_FIRST, fact->decl, key, 0) != NULL;
  struct cell *cell = keyed_cell(w, fact, CELL_FIRST, key, 0);
  int64_t time_ms = w->event->time_ms;
  bool earlier = known && time_ms < cell->first.time_ms;
  if (time_ms >= cell->first.reset_ms) cell->first.reset_ms = 0; /* a late one from before the reset does not end the waiting */
  if (!there || time_ms > cell->first.heard_ms) cell->first.heard_ms = time_ms;
  if (known && cell->first.event == own_digest(w)) return; /* it is back-filled, and was heard when it was too late for others */
  if (known && !earlier) {
    stand_behind(w, fact, key, cell);
    return;
  }
  if (earlier) first_step_back(w, fact, key, cell);
  if (there && !known) standing_drop(w, fact, key);
  first_take(w, fact, key, cell);
  if (earlier) closes_move(w);
}

/* Late: since then it began (anew). */
static void reset_hear(struct work *w, const struct fact *fact, uint64_t key) {
  const struct cell *cell = state_find(w->customer, CELL_FIRST, fact->decl, key, 0);
  int64_t time_ms = w->event->time_ms;
  if (cell == NULL || time_ms < cell->first.time_ms || time_ms < cell->first.heard_ms || time_ms <= cell->first.reset_ms) return;
  state_write(w->customer, cell)->first.reset_ms = time_ms;
  effect_add(w, (uint32_t)(fact - w->book->facts), EFFECT_RESET, 0, 0, time_ms);
}

static void hear_later(struct work *w, uint32_t number, bool reset) {
  const struct fact *fact = &w->book->facts[number];
  uint64_t key = 0;
  if (!key_of_fact(w, fact, &key)) return;
  if (reset)
    reset_hear(w, fact, key);
  else
    first_hear(w, fact, key);
}

/* ---- asking ---- */

static struct value ask(struct work *w, const struct fact *fact) {
  uint64_t key = 0;
  const struct cell *cell = key_of_fact(w, fact, &key) ? first_cell(w, fact, key) : NULL;
  return cell == NULL ? value_absent() : value_number(cell->first.time_ms);
}

/* Whether the fact hears this event: listeners stand in order of their fact. */
static bool hears_now(const struct work *w, uint32_t fact) {
  uint32_t low = 0, high = w->pending_count;
  while (low < high) {
    uint32_t middle = low + (high - low) / 2;
    if (w->book->listeners[w->pending[middle]].owner < fact)
      low = middle + 1;
    else
      high = middle;
  }
  for (; low < w->pending_count && w->book->listeners[w->pending[low]].owner == fact; low++)
    if (w->book->listeners[w->pending[low]].kind == LISTENER_FACT) return true;
  return false;
}

static bool holds(struct work *w, const struct condition *leaf, struct failure *failure) {
  const struct fact *fact = &w->book->facts[leaf->index];
  uint64_t key = 0;
  if (!hears_now(w, leaf->index) || !key_of_fact(w, fact, &key)) return false;
  const struct cell *cell = first_cell(w, fact, key);
  if (cell == NULL || cell->first.event == own_digest(w)) return true;
  failure->expected = w->event->time_ms, failure->actual = cell->first.time_ms, failure->numbers = failure->times = true;
  return false;
}

/* ---- undoing ---- */

static const struct cell *standing_first(const struct work *w, const struct fact *fact, uint64_t per) {
  const struct cell *first = NULL, *cell = state_first(w->customer, CELL_STANDING, fact->decl, 0);
  for (; cell != NULL; cell = state_next(w->customer, cell)) {
    if (cell->standing.per != per) continue;
    if (first == NULL || cell->standing.time_ms < first->standing.time_ms ||
        (cell->standing.time_ms == first->standing.time_ms && cell->key < first->key))
      first = cell;
  }
  return first;
}

static void first_promote(struct work *w, const struct fact *fact, uint64_t per, const struct cell *first) {
  const struct cell *standing = standing_first(w, fact, per);
  if (standing == NULL) {
    kept_drop(w, fact, per);
    state_remove(w->customer, first);
    return;
  }
  struct cell *changed = state_write(w->customer, first);
  changed->first.time_ms = standing->standing.time_ms, changed->first.event = standing->key;
  kept_move(w, fact, standing_key(per, standing->key), per, first->expires_day);
  state_remove(w->customer, standing);
}

static void undo(struct work *w, const struct undoing *u, uint32_t number, const struct cell *fed) {
  const struct fact *fact = &w->book->facts[number];
  if (!u->whole || !fact->refunds_reopen) return;
  const struct cell *first = state_find(w->customer, CELL_FIRST, fact->decl, fed->fed.per, 0);
  assert(cell_kind(fed) == CELL_FED && cell_decl(fed) == fact->decl);
  const struct cell *standing = state_find(w->customer, CELL_STANDING, fact->decl, u->original, 0);
  if (standing != NULL) {
    kept_drop(w, fact, standing_key(fed->fed.per, u->original));
    state_remove(w->customer, standing);
  }
  if (first == NULL || first->first.event != u->original) return;
  const struct cell *next = standing_first(w, fact, fed->fed.per);
  effect_add(w, number, EFFECT_REOPENED, 0, first->first.time_ms, next == NULL ? 0 : next->standing.time_ms);
  first_promote(w, fact, fed->fed.per, first);
}

static int64_t reached(const struct work *w, const struct fact *fact, uint64_t key) {
  const struct cell *cell = state_find(w->customer, CELL_FIRST, fact->decl, key, 0);
  return cell == NULL ? 0 : cell->first.time_ms;
}

const struct fact_kind_row fact_kind_first = {.kind = FACT_FIRST,
                                              .hear_later = hear_later,
                                              .ask = ask,
                                              .holds = holds,
                                              .undo = undo,
                                              .reached = reached,
                                              .outlives = outlives_always,
                                              .cells = CELL_BIT(CELL_FIRST),
                                              .knows_again = true,
                                              .refusal = REASON_NOT_FIRST};
