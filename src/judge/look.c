/* Closes that nobody made due (judge.h, struct look). A customer becomes one of whom a close is judged when a measure counts, and at the
 * close before. Where rules hear closes that they did not hear then - a campaign goes on longer, comes back, has another zone, is taken up
 * behind a programme that counted long before - nothing comes of who is silent. So each customer is looked at once.
 *
 *     what a rule has still to hear of a close that lies before now  -> FOUND: heard by those rules alone, one close behind the other
 *     what lies ahead                                                -> due, as if a measure had just counted
 */
#include "work.h"

static bool is_over(const struct work *w, int64_t at_ms) { return w->in->reached_ms != TIME_NONE && at_ms <= w->in->reached_ms; }

static uint32_t rule_of(const struct work *w, const struct close *close, uint32_t n) { return w->book->refs[close->rule_first + n]; }

/* ---- which period ---- */

/* A campaign closes once. */
static int32_t campaign_found(struct work *w, uint32_t number, uint32_t rule) {
  const struct close *close = &w->book->closes[number];
  bool new = close_unheard(w, rule, number, 0) == 0 && close_heard(w->book, rule, number, 0, TIME_NONE) != TIME_NONE;
  return new ? close_counts_next(w, number, rule, close_end(w->book, close, 0)) : INT32_MAX;
}

/* The first behind `end_ms` that the rule has to hear, and has something to be judged by. */
static int32_t rule_found(struct work *w, uint32_t number, uint32_t rule, int64_t end_ms) {
  const struct close *close = &w->book->closes[number];
  if (close->unit == UNIT_CAMPAIGN) return campaign_found(w, number, rule);
  for (;;) {
    int32_t period = close_counts_next(w, number, rule, end_ms);
    if (period == INT32_MAX) return period;
    int32_t unheard = close_unheard(w, rule, number, period);
    if (unheard == period) return period;
    assert(unheard > period);
    end_ms = close_end(w->book, close, unheard);
  }
}

static int32_t close_found(struct work *w, uint32_t number, int64_t end_ms) {
  const struct close *close = &w->book->closes[number];
  int32_t found = INT32_MAX;
  for (uint32_t i = 0; i < close->rule_count; i++) {
    int32_t period = rule_found(w, number, rule_of(w, close, i), end_ms);
    if (period < found) found = period;
  }
  return found;
}

/* When the first rule hears it that did not before. */
static int64_t unheard_next(const struct work *w, uint32_t number, int32_t period, int64_t after_ms) {
  const struct close *close = &w->book->closes[number];
  int64_t first = TIME_NONE;
  for (uint32_t i = 0; i < close->rule_count; i++) {
    uint32_t rule = rule_of(w, close, i);
    if (close_unheard(w, rule, number, period) != period) continue;
    int64_t at_ms = close_heard(w->book, rule, number, period, after_ms);
    if (at_ms != TIME_NONE && (first == TIME_NONE || at_ms < first)) first = at_ms;
  }
  return first;
}

/* ---- due ---- */

static void due_put(struct work *w, struct cell *due, int64_t time_ms, int64_t done_ms) {
  due->due.time_ms = time_ms, due->due.done_ms = done_ms;
  due_tell(w, time_ms);
}

/* What was due stays due, at the time that the rulebook says now if that is before. */
static void known_bring_forward(struct work *w, const struct cell *known, uint32_t number) {
  int64_t after_ms = known->due.done_ms == 0 ? TIME_NONE : known->due.done_ms;
  int64_t at_ms = close_heard_next(w, number, known->period, after_ms);
  if (at_ms != TIME_NONE && at_ms < known->due.time_ms) due_put(w, state_write(w->customer, known), at_ms, known->due.done_ms);
}

/* Rules that heard of it before `reached` have heard, or hear it as found. */
static void ahead_make(struct work *w, uint32_t number, int32_t period, int64_t made_ms) {
  uint64_t decl = w->book->closes[number].decl;
  const struct cell *known = state_find(w->customer, CELL_DUE, decl, DUE_IN_TIME, period);
  int64_t at_ms = close_heard_next(w, number, period, TIME_NONE), done_ms = 0;
  if (known != NULL) {
    known_bring_forward(w, known, number);
    return;
  }
  if (at_ms != TIME_NONE && is_over(w, at_ms)) done_ms = w->in->reached_ms, at_ms = close_heard_next(w, number, period, done_ms);
  if (at_ms == TIME_NONE) return;
  struct cell *due = work_make(w, w->customer, CELL_DUE, decl, DUE_IN_TIME, period);
  due->due.made_ms = made_ms;
  due_put(w, due, at_ms, done_ms);
}

/* Whoever hears it behind what was heard in time, hears it in time. */
static bool comes_in_time(const struct cell *known, int64_t at_ms) { return known != NULL && at_ms > known->due.done_ms; }

static void found_make(struct work *w, uint32_t number, int32_t period, int64_t made_ms) {
  uint64_t decl = w->book->closes[number].decl;
  const struct cell *known = state_find(w->customer, CELL_DUE, decl, DUE_IN_TIME, period);
  int64_t at_ms = unheard_next(w, number, period, TIME_NONE);
  if (at_ms == TIME_NONE || !is_over(w, at_ms) || comes_in_time(known, at_ms)) {
    ahead_make(w, number, period, made_ms);
    return;
  }
  struct cell *due = work_make(w, w->customer, CELL_DUE, decl, DUE_FOUND, period);
  due->due.made_ms = made_ms;
  due_put(w, due, at_ms, 0);
}

static void look_behind(struct work *w, uint32_t number, int64_t end_ms, int64_t made_ms) {
  int32_t period = close_found(w, number, end_ms);
  if (period != INT32_MAX) found_make(w, number, period, made_ms);
}

/* When the first rule hears it that has still to. */
static int64_t ahead_next(const struct work *w, uint32_t number, int32_t period) {
  const struct close *close = &w->book->closes[number];
  int64_t first = TIME_NONE;
  for (uint32_t i = 0; i < close->rule_count; i++) {
    uint32_t rule = rule_of(w, close, i);
    int64_t at_ms = close_heard(w->book, rule, number, period, w->in->reached_ms);
    bool sooner = at_ms != TIME_NONE && (first == TIME_NONE || at_ms < first);
    if (sooner && !close_put_off(w, rule, number, period)) first = at_ms;
  }
  return first;
}

/* Of a close that some have heard, and others hear later: what lies before now was heard, or is found, so it is due for what lies ahead.
 * What is over and was not taken yet stands. */
static void known_pass(struct work *w, uint32_t number) {
  uint64_t decl = w->book->closes[number].decl;
  for (const struct cell *due = state_first(w->customer, CELL_DUE, 0, DUE_IN_TIME); due != NULL; due = state_next(w->customer, due)) {
    if (cell_decl(due) != decl || due->due.done_ms == 0 || is_over(w, due->due.time_ms)) continue;
    int64_t next_ms = ahead_next(w, number, due->period);
    bool stays = next_ms == TIME_NONE || next_ms == due->due.time_ms;
    struct cell *known = state_write(w->customer, due);
    if (stays)
      known->due.done_ms = w->in->reached_ms;
    else
      due_put(w, known, next_ms, w->in->reached_ms);
  }
}

/* ---- a close that was found ---- */

void look_move(struct work *w) {
  const struct closing *closing = w->in->closing;
  if (!closing->found) return;
  const struct cell *known = state_find(w->customer, CELL_DUE, closing->decl, DUE_FOUND, closing->period);
  int64_t now_ms = w->event->time_ms, next_ms = unheard_next(w, closing->close, closing->period, now_ms);
  const struct cell *in_time = state_find(w->customer, CELL_DUE, closing->decl, DUE_IN_TIME, closing->period);
  assert(known != NULL && known->due.time_ms == now_ms);
  if (next_ms != TIME_NONE && is_over(w, next_ms) && !comes_in_time(in_time, next_ms)) {
    due_put(w, state_write(w->customer, known), next_ms, now_ms);
    return;
  }
  state_remove(w->customer, known);
  if (next_ms != TIME_NONE) ahead_make(w, closing->close, closing->period, close_made_ms(w));
}

void look_leave(struct work *w) {
  const struct closing *closing = w->in->closing;
  if (!closing->found || w->book->closes[closing->close].unit == UNIT_CAMPAIGN) return;
  look_behind(w, closing->close, close_end(w->book, &w->book->closes[closing->close], closing->period + 1), close_made_ms(w));
}

/* ---- what it hangs on ---- */

struct signing {
  const struct rulebook *book;
  uint64_t sign;
};

static void sign_add(struct signing *signing, uint64_t more) { signing->sign = hash64_pair(&HASH_KEY_FIXED, signing->sign, more); }

static void measure_sign(void *self, uint32_t fact) {
  struct signing *signing = self;
  const struct fact *measure = &signing->book->facts[fact];
  const struct window *window = &measure->window;
  const uint64_t words[] = {measure->decl,    (uint64_t)window->kind,    (uint64_t)window->unit, window->count,
                            window->previous, (uint64_t)window->from_ms, (uint64_t)window->to_ms};
  for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) sign_add(signing, words[i]);
}

static void triggers_sign(struct signing *signing, const struct rule *rule, uint32_t close) {
  for (uint32_t i = 0; i < rule->on.count; i++) {
    const struct trigger *trigger = &signing->book->triggers[rule->on.first + i];
    if (trigger->kind != TRIGGER_CLOSE || trigger->close != close) continue;
    sign_add(signing, (uint64_t)trigger->delay.ms);
    sign_add(signing, trigger->fact == NONE ? 0 : signing->book->facts[trigger->fact].hold);
  }
}

uint64_t look_sign(const struct rulebook *rulebook, uint32_t number, uint32_t close) {
  const struct rule *rule = &rulebook->rules[number];
  const struct campaign *campaign = &rulebook->campaigns[rule->campaign];
  struct signing signing = {rulebook, rulebook->closes[close].decl};
  triggers_sign(&signing, rule, close);
  if (rulebook->closes[close].left != NONE) return signing.sign; /* a day of the customer's own is due whoever hears it, and when */
  sign_add(&signing, (uint64_t)campaign->from_ms), sign_add(&signing, (uint64_t)campaign->to_ms);
  sign_add(&signing, (uint64_t)campaign->closing_ms);
  rule_measures(rulebook, rule, measure_sign, &signing);
  return signing.sign;
}

/* ---- the look ---- */

static const struct cell *looked_cell(const struct state *customer) { return state_find(customer, CELL_DUE, 0, DUE_LOOKED, 0); }

bool judge_looked(const struct state *customer, uint32_t number) {
  const struct cell *looked = looked_cell(customer);
  return looked != NULL && looked->due.done_ms == number && !MUTANT(LOOKED_TWICE);
}

void judge_looked_forget(struct state *customer) {
  const struct cell *looked = looked_cell(customer);
  if (looked != NULL) state_remove(customer, looked);
}

/* It is due never. */
static void looked_mark(struct work *w) {
  struct cell *looked = work_make(w, w->customer, CELL_DUE, 0, DUE_LOOKED, 0);
  looked->due.time_ms = INT64_MAX, looked->due.done_ms = w->in->look->number;
}

static bool any_over(const struct work *w) {
  const struct cell *due = due_first(w->customer);
  return due != NULL && is_over(w, due_time(due));
}

void judge_look(const struct judge_input *input, bool marks, struct decision *decision, struct arena *arena) {
  struct work w;
  assert(input->look != NULL && input->closing == NULL && input->hearing == NULL);
  work_init(&w, input);
  w.kinds = fact_kinds, w.arena = arena, w.out = decision;
  decision_clear(decision);
  decision->gate = REASON_GIVEN, decision->closed = true;
  int64_t made_ms = input->look->from_ms == TIME_NONE ? 0 : input->look->from_ms;
  for (uint32_t i = 0; i < w.book->close_count; i++) {
    if (w.book->closes[i].left != NONE || w.book->closes[i].cycle > 0) continue;
    look_behind(&w, i, INT64_MIN, made_ms);
    if (input->reached_ms != TIME_NONE) known_pass(&w, i);
  }
  dates_look(&w);
  if (marks || any_over(&w)) looked_mark(&w);
  if (decision_is_void(decision) || !(w.full || w.crowded)) return;
  decision_clear(decision); /* whatever was made is taken back by the caller */
  decision->gate = w.full ? REASON_RECORD_FULL : REASON_TOO_MANY_GIFTS;
}
