/* What refunds take back of a ladder (ladder.c). From the last step down: what a period has had with this step, and is more than the
 * measure is worth now by the terms that the step was given under, goes back as far as the step goes. So the rest is what the measure is
 * worth, in whatever order the events came. */
#include "work.h"

struct descending {
  struct work *w;
  const struct undoing *u;
  int64_t above; /* what stands of the steps behind this one */
};

/* The amount is what it was: what goes back hangs on what was accumulated. */
static bool still_holds(struct work *w, const struct rule *rule, const struct cell *grant) {
  const struct cell *original = state_find(w->customer, CELL_ORIGINAL, 0, grant->key, 0);
  struct failure failure;
  recheck_begin(w, rule, grant, original, original == NULL ? 0 : original->original.amount);
  bool holds = condition_holds(w, rule->when, rule->campaign, true, &failure);
  w->rechecking = false;
  return holds;
}

/* Of a top-up the value of the band that is reached; of `each` that of the step's own. */
static int64_t worth_now(const struct worth *worth, const struct cell *step, int64_t reached) {
  if (worth->pay == PAY_TOP_UP) return bands_value(worth, reached);
  int64_t value = 0;
  for (uint32_t i = 0; i < worth->band_count; i++)
    if (worth->bands[i].from == step->step.from && reached >= step->step.from) value = worth->bands[i].value;
  return value;
}

/* What the ladder may have had. `w->book` is that of the gift's terms. A measure that no refund lowers takes nothing back. */
static int64_t ladder_due(struct work *w, const struct rule *rule, const struct item *item, const struct cell *step,
                          const struct cell *grant) {
  const struct fact *fact = &w->book->facts[w->book->conditions[item->value.of].index];
  const struct cell *fed = fed_find(w, fact, grant->key);
  bool absent = false;
  if (!still_holds(w, rule, grant)) return 0;
  if (fed == NULL) return INT64_MAX;
  return worth_now(&item->value, step, measure_value(w, fact, fed->fed.per, fed->period, &absent));
}

static int64_t too_much(const struct descending *d, const struct cell *step, int64_t due) {
  const struct cell *ladder = state_find(d->w->customer, CELL_LADDER, cell_decl(step), step->step.ladder, step->period);
  if (ladder == NULL) return 0;
  int64_t had = ladder->ladder.paid - d->above;
  return due < had ? had - due : 0;
}

/* What is to go of a step; `w->book` is that of its terms. */
static int64_t step_less(const struct descending *d, const struct rule *rule, const struct cell *step, const struct cell *grant) {
  const struct item *item = grant_item(d->w->book, rule, grant);
  if (item == NULL || !item_is_ladder(item) || rule->undo.reward == UNDO_KEEP) return 0;
  return too_much(d, step, ladder_due(d->w, rule, item, step, grant));
}

static void step_descend(struct descending *d, const struct cell *step) {
  struct work *w = d->w;
  const struct grant_name name = {step->step.event, step->key};
  const struct cell *grant = grant_find(w, name);
  const struct rulebook *book, *before = w->book;
  const struct rule *rule;
  d->above += step->step.forfeited;
  if (grant == NULL || !terms_find(w, grant, &book, &rule)) return;
  int64_t gross = grant->grant.value_minor + set_off_of(w, name.id_low);
  w->book = book;
  int64_t less = step_less(d, rule, step, grant);
  w->book = before;
  if (less > gross) less = gross;
  d->above += gross - less;
  const struct due due = {gross - less, less < gross};
  if (less > 0) grant_lower(w, d->u, name, due);
}

/* Of the ladder's steps the last one before the n-th. */
static const struct cell *step_before(const struct work *w, uint64_t decl, uint64_t ladder, int32_t period, uint32_t n) {
  const struct cell *last = NULL;
  for (const struct cell *step = state_first(w->customer, CELL_STEP, decl, 0); step != NULL; step = state_next(w->customer, step)) {
    bool own = step->step.ladder == ladder && step->period == period && step->step.n < n;
    if (own && (last == NULL || step->step.n > last->step.n)) last = step;
  }
  return last;
}

void ladder_descend(struct work *w, const struct undoing *u, const struct cell *step) {
  struct descending descending = {.w = w, .u = u};
  uint64_t decl = cell_decl(step), ladder = step->step.ladder;
  int32_t period = step->period;
  uint32_t n = UINT32_MAX;
  while ((step = step_before(w, decl, ladder, period, n)) != NULL) {
    n = step->step.n;
    step_descend(&descending, step);
  }
}
