/* Periods that close (docs/language.md section 3). What a measure counts in a period makes the customer one of whom its close is judged: a
 * due cell in the customer's record says when, and the decision tells the caller to come back then. The close is an event of its own: at
 * its instant, with the period that is over as its own. It is judged from the record as it stands then, and again whenever a late event
 * counted in that period; what was given stays, since a rule gives once for a period (rule.c).
 *
 *     measure counts -> due cell (unit and zone, period) -> decision.dues -> ... -> judge_event with `closing` -> the cell goes, or waits
 * for the next delay; and the next period's is made where there is something already to be judged of it
 */
#include "work.h"

/* When a rule hears that a period, or the customer's cycle, closed; TIME_NONE: not behind `after_ms`, or he has no such cycle. */
static int64_t rule_hears(const struct work *w, uint32_t rule, uint32_t number, int32_t period, int64_t after_ms) {
  const struct close *close = &w->book->closes[number];
  int64_t from_ms, end_ms;
  if (close->cycle == 0) return close_heard(w->book, rule, number, period, after_ms);
  if (!work_cycle_span(w, close->cycle, period, &from_ms, &end_ms)) return TIME_NONE;
  return cycle_heard(w->book, rule, number, from_ms, end_ms, after_ms);
}

/* The first instant behind it, or TIME_NONE. */
static int64_t end_of(const struct work *w, const struct close *close, int32_t period) {
  int64_t from_ms, end_ms;
  if (close->cycle == 0) return close_end(w->book, close, period);
  return work_cycle_span(w, close->cycle, period, &from_ms, &end_ms) ? end_ms : TIME_NONE;
}

int64_t close_heard_next(const struct work *w, uint32_t number, int32_t period, int64_t after_ms) {
  const struct close *close = &w->book->closes[number];
  int64_t first = TIME_NONE;
  for (uint32_t i = 0; i < close->rule_count; i++) {
    int64_t at_ms = rule_hears(w, w->book->refs[close->rule_first + i], number, period, after_ms);
    if (at_ms != TIME_NONE && (first == TIME_NONE || at_ms < first)) first = at_ms;
  }
  return first;
}

static bool in_its_time(const struct work *w, const struct close *close, int32_t period) {
  if (close->unit == UNIT_CAMPAIGN) return period == 0;
  if (period == PERIOD_NONE) return false;
  int64_t from_ms = work_period_start(w, close->unit, close->cycle, close->zone, period);
  return from_ms < close->to_ms && end_of(w, close, period) > close->from_ms;
}

/* What a close leaves for the next is as old as itself, whenever it was judged; a day of the customer's own leaves none. */
int64_t close_made_ms(const struct work *w) {
  bool closes = w->in->closing != NULL && !is_date(w);
  int64_t made_ms = closes ? w->in->closing->made_ms : w->in->reached_ms;
  return made_ms == TIME_NONE ? 0 : made_ms;
}

/* One of which some rules have heard, and others have still to, begins anew: what was counted now counts for the first of them too. A rank
 * that came with another file goes by who is due when it is heard, so whoever is due later is due then. */
static void due_make(struct work *w, uint32_t number, int32_t period) {
  const struct close *close = &w->book->closes[number];
  const struct cell *known = state_find(w->customer, CELL_DUE, close->decl, DUE_IN_TIME, period);
  bool waits = known != NULL && known->due.done_ms == 0;
  if (!in_its_time(w, close, period) || (waits && !close->ranks)) return;
  int64_t due_ms = close_heard_next(w, number, period, TIME_NONE);
  if (due_ms == TIME_NONE || (waits && known->due.time_ms <= due_ms)) return;
  struct cell *due = work_make(w, w->customer, CELL_DUE, close->decl, DUE_IN_TIME, period);
  due->due.time_ms = due_ms, due->due.done_ms = 0;
  due->due.made_ms = close_made_ms(w);
  due_tell(w, due_ms);
}

/* The period that the event counts in, or the first with a day of a campaign that asks: a window may reach back before that. */
static int32_t period_minded(const struct work *w, const struct close *close) {
  int64_t time_ms = w->counted_at_ms > close->from_ms ? w->counted_at_ms : close->from_ms;
  return work_period(w, close->unit, close->cycle, close->zone, time_ms);
}

/* What counts behind the last day of a campaign is none of its close's. */
void closes_mind(struct work *w, const struct fact *fact) {
  for (uint32_t i = 0; i < fact->close_count; i++) {
    const struct close *close = &w->book->closes[fact->closes[i]];
    bool over = close->unit == UNIT_CAMPAIGN && w->counted_at_ms >= close->to_ms;
    if (!over) due_make(w, fact->closes[i], period_minded(w, close));
  }
}

/* ---- the close ---- */

/* It was heard now; somebody may hear it later. */
static void due_move(struct work *w, const struct closing *closing) {
  const struct cell *known = state_find(w->customer, CELL_DUE, closing->decl, DUE_IN_TIME, closing->period);
  int64_t next_ms = close_heard_next(w, closing->close, closing->period, w->event->time_ms);
  assert(known != NULL && known->due.time_ms == w->event->time_ms);
  if (next_ms == TIME_NONE) {
    state_remove(w->customer, known);
    return;
  }
  struct cell *due = state_write(w->customer, known);
  due->due.done_ms = due->due.time_ms, due->due.time_ms = next_ms;
  due_tell(w, next_ms);
}

struct asking {
  struct work *w;
  bool any;
};

static void measure_asks(void *self, uint32_t fact) {
  struct asking *asking = self;
  asking->any = asking->any || measure_counted(asking->w, &asking->w->book->facts[fact]);
}

/* Whether a measure that the rule asks counted anything that is in its window now. */
static bool rule_concerned(struct work *w, uint32_t rule) {
  struct asking asking = {w, false};
  rule_measures(w->book, &w->book->rules[rule], measure_asks, &asking);
  return asking.any;
}

int32_t close_unheard(const struct work *w, uint32_t rule, uint32_t close, int32_t period) {
  const struct look *look = w->in->look;
  return look == NULL ? period : look->unheard(look->self, rule, close, period);
}

/* Heard before the files changed, and by what they say now at an instant that was still to come then. */
bool close_put_off(const struct work *w, uint32_t rule, uint32_t number, int32_t period) {
  const struct close *close = &w->book->closes[number];
  if (w->in->look == NULL || close->left != NONE || close->cycle > 0) return false;
  if (close_unheard(w, rule, number, period) == period) return false;
  return close_heard(w->book, rule, number, period, w->in->look->taken_ms) == close_heard(w->book, rule, number, period, TIME_NONE);
}

bool close_wakes(struct work *w, uint32_t rule) {
  const struct closing *closing = w->in->closing;
  const struct look *look = w->in->look;
  if (closing->rank != NONE) return rule == closing->rank;
  if (look != NULL && look->waits != NULL && look->waits(look->self, rule, closing->close, closing->period)) return false;
  if (look != NULL && look->lost(look->self, rule, closing->close, closing->period)) return false;
  bool looked = !closing->found && look != NULL && closing->done_ms >= look->taken_ms; /* not one that was over then, and not taken yet */
  if (looked && closing->done_ms != TIME_NONE && close_put_off(w, rule, closing->close, closing->period)) return false;
  if (closing->found && close_unheard(w, rule, closing->close, closing->period) != closing->period) return false;
  int64_t at_ms = rule_hears(w, rule, closing->close, closing->period, closing->done_ms);
  return at_ms != TIME_NONE && at_ms <= w->event->time_ms && rule_concerned(w, rule);
}

/* The first period behind this one at whose close a measure of the rule has something in its window, though nothing more is counted. */
struct looking {
  struct work *w;
  uint32_t close, rule;
  int64_t end_ms; /* of the first period that is looked at: behind this one, and of the rule's campaign */
  int32_t found;  /* INT32_MAX: none */
};

static void measure_looks(void *self, uint32_t fact) {
  struct looking *looking = self;
  const struct rulebook *book = looking->w->book;
  const struct close *close = &book->closes[looking->close];
  int64_t at_ms = measure_counts_next(looking->w, &book->facts[fact], looking->end_ms);
  if (at_ms == TIME_NONE) return;
  int32_t period = work_period(looking->w, close->unit, close->cycle, close->zone, at_ms - 1);
  if (period == PERIOD_NONE) return;
  bool heard = rule_hears(looking->w, looking->rule, looking->close, period, TIME_NONE) != TIME_NONE;
  if (heard && period < looking->found) looking->found = period;
}

int32_t close_counts_next(struct work *w, uint32_t close, uint32_t rule, int64_t end_ms) {
  int64_t from_ms = work_campaign(w, w->book->rules[rule].campaign)->from_ms;
  struct looking looking = {w, close, rule, end_ms > from_ms ? end_ms : from_ms + 1, INT32_MAX};
  rule_measures(w->book, &w->book->rules[rule], measure_looks, &looking);
  return looking.found;
}

void close_leave(struct work *w) {
  const struct closing *closing = w->in->closing;
  const struct close *close = &w->book->closes[closing->close];
  int32_t found = INT32_MAX;
  if (close->unit == UNIT_CAMPAIGN || closing->rank != NONE || closing->found) return;
  int64_t end_ms = end_of(w, close, closing->period + 1);
  if (end_ms == TIME_NONE) end_ms = w->closed_ms + 1; /* no cycle follows this one: nothing from before it closes again */
  for (uint32_t i = 0; i < close->rule_count; i++) {
    int32_t next = close_counts_next(w, closing->close, w->book->refs[close->rule_first + i], end_ms);
    if (next < found) found = next;
  }
  if (found != INT32_MAX) due_make(w, closing->close, found);
}

void close_begin(struct work *w) {
  const struct closing *closing = w->in->closing;
  w->closed_ms = end_of(w, &w->book->closes[closing->close], closing->period);
  if (w->closed_ms == TIME_NONE) w->closed_ms = w->event->time_ms; /* he has no such cycle any more: no rule hears it */
  if (closing->rank == NONE && !closing->found) due_move(w, closing);
}

/* ---- a cycle whose days are others ---- */

static void due_retime(struct work *w, uint32_t number, const struct cell *known) {
  int64_t next_ms = close_heard_next(w, number, known->period, known->due.done_ms == 0 ? TIME_NONE : known->due.done_ms);
  if (next_ms == TIME_NONE || next_ms == known->due.time_ms) return;
  state_write(w->customer, known)->due.time_ms = next_ms;
  due_tell(w, next_ms);
}

void closes_move(struct work *w) {
  for (uint32_t i = 0; i < w->book->close_count; i++) {
    if (w->book->closes[i].cycle == 0) continue;
    for (const struct cell *due = state_first(w->customer, CELL_DUE, 0, 0); due != NULL; due = state_next(w->customer, due))
      if (cell_decl(due) == w->book->closes[i].decl) due_retime(w, i, due);
  }
}

/* ---- for the caller ---- */

static bool due_before(const struct cell *a, const struct cell *b) {
  if (due_time(a) != due_time(b)) return due_time(a) < due_time(b);
  if (cell_kind(a) != cell_kind(b)) return cell_kind(a) == CELL_DUE;
  if (a->name != b->name) return a->name < b->name;
  return a->period != b->period ? a->period < b->period : a->key < b->key;
}

const struct cell *due_first(const struct state *customer) {
  const struct cell *first = NULL;
  if (!state_knows(customer, CELL_DUE) && !state_knows(customer, CELL_PENDING)) return NULL; /* nearly everybody, at each event */
  for (uint64_t key = DUE_IN_TIME; key <= DUE_FOUND; key++)
    for (const struct cell *due = state_first(customer, CELL_DUE, 0, key); due != NULL; due = state_next(customer, due))
      if (first == NULL || due_before(due, first)) first = due;
  for (const struct cell *due = state_first(customer, CELL_PENDING, 0, 0); due != NULL; due = state_next(customer, due))
    if (due->pending.waits != PENDING_SETTLED && (first == NULL || due_before(due, first))) first = due;
  return first;
}

static void closing_of_gift(const struct cell *pending, struct closing *out) {
  *out = (struct closing){.close = NONE, .at_ms = pending->pending.time_ms, .done_ms = TIME_NONE, .made_ms = TIME_NONE, .rank = NONE};
  out->gift = (struct digest128){pending->key, pending->pending.id_high};
  out->ahead = (int32_t)pending->pending.ahead - MINUTES_A_DAY;
}

/* Where a country's clocks begin to turn, what is due was written by a giftd to which they stayed. */
static uint32_t close_known_as(const struct rulebook *rulebook, uint64_t decl) {
  for (uint32_t i = 0; i < rulebook->close_count; i++)
    if (rulebook->closes[i].decl == decl) return i;
  for (uint32_t i = 0; i < rulebook->close_count; i++)
    if (rulebook->closes[i].stayed == decl) return i;
  return NONE;
}

/* A gift waits whatever the files say by now: it has its own terms. */
bool closing_of(const struct rulebook *rulebook, const struct cell *due, struct closing *out) {
  if (cell_kind(due) == CELL_PENDING) {
    closing_of_gift(due, out);
    return true;
  }
  uint32_t close = close_known_as(rulebook, cell_decl(due));
  if (close == NONE) return false;
  const struct close *which = &rulebook->closes[close];
  int32_t period = which->left == NONE ? due->period : period_of(which->unit, due->due.time_ms, which->zone);
  *out = (struct closing){.close = close, .decl = cell_decl(due), .period = period, .at_ms = due->due.time_ms, .rank = NONE};
  out->found = due->key == DUE_FOUND;
  out->done_ms = due->due.done_ms == 0 ? TIME_NONE : due->due.done_ms; /* nothing closes in 1970 */
  out->made_ms = due->due.made_ms == 0 ? TIME_NONE : due->due.made_ms;
  return true;
}
