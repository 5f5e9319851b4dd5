/* Measures: counts and sums over windows (docs/language.md section 5), updated before the rules are judged. The order in which events
 * arrive does not matter to them: each adds to the period of its own time. */
#include "work.h"

int32_t measure_period(const struct work *w, const struct fact *fact, int64_t time_ms) {
  struct zone zone = work_zone(w, fact->campaign);
  switch (fact->window.kind) {
    case WINDOW_UNIT:
    case WINDOW_LAST_UNITS: return work_period(w, fact->window.unit, fact->window.cycle, zone, time_ms);
    case WINDOW_ROLLING_DAYS: return period_of(UNIT_DAY, time_ms, zone);
    case WINDOW_DATES:
    case WINDOW_SINCE:
    case WINDOW_ENROLMENT: break;
  }
  return 0;
}

/* At a close: of the period that is over; where closed periods count, it is one of them. */
int32_t measure_now(const struct work *w, const struct fact *fact) {
  bool closed = w->closed_ms != TIME_NONE && fact->window.kind == WINDOW_LAST_UNITS;
  return measure_period(w, fact, closed ? w->closed_ms : counted_ms(w));
}

void measure_window(const struct fact *fact, int32_t period, int32_t *from, int32_t *to) {
  int32_t back = (int32_t)fact->window.previous, count = (int32_t)fact->window.count;
  *from = *to = period - back;
  if (fact->window.kind == WINDOW_LAST_UNITS) *from = period - back - count, *to = period - back - 1;
  if (fact->window.kind == WINDOW_ROLLING_DAYS) *from = period - count + 1, *to = period;
  assert(*from <= *to);
}

/* ---- values ---- */

struct window_of {
  const struct fact *fact;
  uint64_t key;
  int32_t from, to;
};

static bool in_window(const struct cell *cell, const struct window_of *window) {
  return cell->period >= window->from && cell->period <= window->to;
}

/* At most LIMIT_DISTINCT are told apart, of all periods together. */
static int64_t distinct_value(const struct work *w, const struct window_of *window) {
  uint64_t values[LIMIT_DISTINCT];
  uint32_t count = 0;
  const struct cell *cell = state_first(w->customer, CELL_DISTINCT, window->fact->decl, 0);
  for (; cell != NULL && count < LIMIT_DISTINCT; cell = state_next(w->customer, cell)) {
    if (!in_window(cell, window) || cell->distinct.per != window->key) continue;
    bool known = false;
    for (uint32_t i = 0; i < count && !known; i++) known = values[i] == cell->distinct.value;
    if (!known) values[count++] = cell->distinct.value;
  }
  return count;
}

static bool unit_present(const struct work *w, const struct window_of *window, int64_t unit) {
  const struct cell *cell = state_first(w->customer, CELL_DISTINCT, window->fact->decl, 0);
  while (cell != NULL && !(in_window(cell, window) && cell->distinct.per == window->key && cell->distinct.unit == unit))
    cell = state_next(w->customer, cell);
  return cell != NULL;
}

/* Units in a row, the last of them the event's own. */
static int64_t streak_value(const struct work *w, const struct window_of *window) {
  int32_t unit = period_of(window->fact->of_unit, counted_ms(w), work_zone(w, window->fact->campaign));
  int64_t run = 0;
  while (run < (int64_t)LIMIT_DISTINCT && unit_present(w, window, unit - run)) run++;
  return run;
}

/* The sum is as large as it is, so that the order in which periods are added does not matter; whole numbers stop at the ends. */
struct totals {
  int64_t count, max, min;
  __int128_t sum;
};

static int64_t whole(__int128_t sum) { return sum > INT64_MAX ? INT64_MAX : sum < INT64_MIN ? INT64_MIN : (int64_t)sum; }

static struct totals totals_of(const struct work *w, const struct window_of *window) {
  struct totals totals = {0};
  const struct cell *cell = state_first(w->customer, CELL_MEASURE, window->fact->decl, 0);
  for (; cell != NULL; cell = state_next(w->customer, cell)) {
    if (!in_window(cell, window) || cell->key != window->key) continue;
    if (cell->measure.count == 0 && cell->measure.sum == 0) continue;
    if (totals.count == 0 || cell->measure.max > totals.max) totals.max = cell->measure.max;
    if (totals.count == 0 || cell->measure.min < totals.min) totals.min = cell->measure.min;
    totals.count += cell->measure.count, totals.sum += cell->measure.sum;
  }
  return totals;
}

int64_t measure_value(struct work *w, const struct fact *fact, uint64_t key, int32_t period, bool *absent) {
  struct window_of window = {.fact = fact, .key = key};
  *absent = period == PERIOD_NONE;
  if (*absent) return 0;
  measure_window(fact, period, &window.from, &window.to);
  if (fact->measure == MEASURE_DISTINCT) return distinct_value(w, &window);
  if (fact->measure == MEASURE_STREAK) return streak_value(w, &window);
  const struct totals totals = totals_of(w, &window);
  switch (fact->measure) {
    case MEASURE_COUNT: return totals.count;
    case MEASURE_SUM: return whole(totals.sum);
    case MEASURE_MAX: return totals.max;
    case MEASURE_MIN: return totals.min;
    case MEASURE_AVERAGE: *absent = totals.count == 0; return totals.count == 0 ? 0 : whole(totals.sum / totals.count);
    case MEASURE_DISTINCT:
    case MEASURE_STREAK:
    case MEASURE_DAILY_AVERAGE: break;
  }
  return 0;
}

/* The instants at which what a period holds is in the window: from the first one on, and before the last. A close is judged by the instant
 * before its end; where closed periods count, by the end itself. False: the customer has no such cycle any more. */
static bool window_reach(const struct work *w, const struct fact *fact, int32_t period, int64_t *from_ms, int64_t *to_ms) {
  const struct window *window = &fact->window;
  int32_t back = (int32_t)window->previous, count = (int32_t)window->count;
  struct zone zone = work_zone(w, fact->campaign);
  enum unit unit = window->kind == WINDOW_ROLLING_DAYS ? UNIT_DAY : window->unit;
  bool closed = window->kind == WINDOW_LAST_UNITS, rolling = window->kind == WINDOW_ROLLING_DAYS;
  *from_ms = INT64_MIN / 2, *to_ms = INT64_MAX / 2;
  if (window->kind == WINDOW_DATES || unit >= UNIT_CAMPAIGN) return true;
  *from_ms = work_period_start(w, unit, window->cycle, zone, period + back + closed);
  *to_ms = work_period_start(w, unit, window->cycle, zone, period + back + (closed || rolling ? count : 0) + (rolling ? 0 : 1));
  if (*from_ms == TIME_NONE || *to_ms == TIME_NONE) return false;
  *from_ms += !closed, *to_ms += !closed;
  return true;
}

int64_t measure_counts_next(const struct work *w, const struct fact *fact, int64_t end_ms) {
  bool values = fact->measure == MEASURE_DISTINCT || fact->measure == MEASURE_STREAK;
  if (fact->measure == MEASURE_DAILY_AVERAGE) return daily_counts_next(w, fact, end_ms);
  int64_t next_ms = TIME_NONE, from_ms, to_ms;
  const struct cell *cell = state_first(w->customer, values ? CELL_DISTINCT : CELL_MEASURE, fact->decl, 0);
  for (; cell != NULL; cell = state_next(w->customer, cell)) {
    if (!window_reach(w, fact, cell->period, &from_ms, &to_ms)) continue;
    if (from_ms < end_ms) from_ms = end_ms;
    if (from_ms < to_ms && (next_ms == TIME_NONE || from_ms < next_ms)) next_ms = from_ms;
  }
  return next_ms;
}

bool measure_counted(const struct work *w, const struct fact *fact) {
  assert(w->closed_ms != TIME_NONE);
  return measure_counts_next(w, fact, w->closed_ms) == w->closed_ms;
}

/* What no refund lowers and a gift took as it was. A catalogue of before may have let it fall: the gift then rests on it, and nothing is
 * noted. */
static bool is_noted(const struct work *w, const struct fact *fact) {
  const struct cell *fed = fed_find(w, fact, w->recheck_cause);
  return !fact->falls && (fed == NULL || state_find(w->customer, CELL_RESTS, fact->decl, w->recheck_cause, fed->period) == NULL);
}

/* While a gift is judged again its measures are those that its own event saw; what no refund lowers is as it was. What came later may make
 * up for what was refunded, and else means nothing. */
static struct value ask_again(struct work *w, const struct fact *fact) {
  bool none = false;
  const struct cell *fed = fed_find(w, fact, w->recheck_cause);
  if (is_noted(w, fact)) return fed == NULL ? value_absent() : value_number(fed->fed.amount);
  if (fact->measure == MEASURE_DAILY_AVERAGE) return daily_ask(w, fact);
  if (fed == NULL) return value_absent();
  int64_t value = measure_value(w, fact, fed->fed.per, fed->period, &none);
  const struct cell *seen = state_find(w->customer, CELL_SEEN, fact->decl, w->recheck_cause, fed->period);
  if (seen != NULL && seen->seen.value < value) value = seen->seen.value;
  return none ? value_absent() : value_number(value);
}

static struct value ask(struct work *w, const struct fact *fact) {
  uint64_t key = 0;
  bool none = false;
  if (w->rechecking) return ask_again(w, fact);
  if (fact->measure == MEASURE_DAILY_AVERAGE) return daily_ask(w, fact);
  if (!key_of_fact(w, fact, &key)) return value_absent();
  int64_t value = measure_value(w, fact, key, measure_now(w, fact), &none);
  return none ? value_absent() : value_number(value);
}

/* ---- hearing ---- */

static uint32_t band_of(const struct fact *fact, int64_t value) {
  uint32_t band = 0;
  while (band < fact->band_count && value >= fact->bands[band]) band++;
  return band;
}

/* Rules hear of another band when the value rose; what fell wakes nobody (gifts that rest on it are judged again, undo.c). */
static void bands_fire(struct work *w, const struct fact *fact, uint64_t per, int32_t period, int64_t before, int64_t after) {
  if (!fact->seen_by_rules || band_of(fact, after) <= band_of(fact, before)) return;
  struct fired fired = {.fact = (uint32_t)(fact - w->book->facts), .key = own_digest(w), .period = period, .per = per, .figure = after};
  work_fire(w, &fired);
}

/* Until when a window's cell is needed: as long as it is looked at, and the time that late events have. A refund has what rests on it
 * judged again: what counts in a period, logins beside payments too, must be known as long as anything in it can be refunded. */
int32_t measure_expiry(const struct work *w, const struct fact *fact, int32_t period) {
  const struct window *window = &fact->window;
  int64_t spare = w->in->settings->horizon_ms + (fact->close_count > 0 ? LIMIT_CLOSE_DELAY_MS : 0);
  if (fact->falls) spare += w->in->settings->memory_ms;
  int32_t ahead = (int32_t)(window->previous + window->count) + 1 + (window->cycle > 0); /* a cycle ends in the month behind its own */
  struct zone zone = work_zone(w, fact->campaign);
  if (window->kind == WINDOW_ROLLING_DAYS) return state_expiry(period_start(UNIT_DAY, period + ahead, zone) + spare);
  if (window->kind == WINDOW_DATES) return state_expiry(window->to_ms + w->in->settings->memory_ms + spare);
  if (window->unit == UNIT_EVER || window->unit == UNIT_CAMPAIGN) return fact_expiry(w, fact);
  return state_expiry(period_start(window->unit, period + ahead, zone) + spare);
}

void fed_remember(struct work *w, const struct fact *fact, uint64_t per, int32_t period, int64_t amount, bool counted) {
  assert(counted || amount == 0); /* what fed nothing has nothing to give back */
  const struct cell *known = fed_find(w, fact, own_digest(w));
  bool later = known != NULL && counted && !known->fed.counted; /* a gift that was handed out rested on it before it heard the event */
  if (known != NULL && !later) return;
  if (later) state_remove(w->customer, known);
  struct cell *fed = work_add(w, w->customer, CELL_FED, fact->decl, own_digest(w), period);
  fed->fed.per = per, fed->fed.amount = amount, fed->fed.counted = counted;
  fed->expires_day = undo_expiry(w);
  w->kept_something = true;
}

void fed_note(struct work *w, const struct fact *fact, uint64_t per, int32_t period, int64_t value) {
  if (fed_find(w, fact, own_digest(w)) != NULL) return;
  struct cell *fed = work_add(w, w->customer, CELL_FED, fact->decl, own_digest(w), period);
  fed->fed.per = per, fed->fed.amount = value, fed->fed.counted = false;
  fed->expires_day = undo_expiry(w);
  w->kept_something = true;
}

static void distinct_add(struct work *w, const struct fact *fact, uint64_t key, int32_t period) {
  int32_t unit = period_of(fact->of_unit, w->event->time_ms, work_zone(w, fact->campaign));
  struct value value = value_number(unit);
  const struct window_of window = {fact, key, period, period};
  if (fact->of != FIELD_NONE) {
    const struct value *field = event_field(w->event, fact->of);
    if (field == NULL || field->kind == VALUE_LIST) return;
    value = *field;
  }
  uint64_t hash = hash_of_value(0, &value), name = hash64_pair(&HASH_KEY_FIXED, key, hash);
  if (state_find(w->customer, CELL_DISTINCT, fact->decl, name, period) != NULL) return;
  if (fact->measure == MEASURE_DISTINCT && distinct_value(w, &window) >= (int64_t)LIMIT_DISTINCT) return;
  struct cell *cell = work_add(w, w->customer, CELL_DISTINCT, fact->decl, name, period);
  cell->distinct.value = hash, cell->distinct.per = key, cell->distinct.unit = unit;
  cell->expires_day = measure_expiry(w, fact, period);
}

static uint32_t second_of(int64_t time_ms) {
  return time_ms <= 0 ? 0 : time_ms / MS_PER_SECOND > UINT32_MAX ? UINT32_MAX : (uint32_t)(time_ms / MS_PER_SECOND);
}

/* Another file may need it for less long. 0 is for ever. */
static int32_t later_day(int32_t known, int32_t day, bool first) { return first || day == 0 || (known != 0 && day > known) ? day : known; }

static void measure_add(struct work *w, const struct fact *fact, uint64_t key, int32_t period, int64_t amount) {
  struct cell *cell = keyed_cell(w, fact, CELL_MEASURE, key, period);
  bool first = cell->measure.count == 0;
  if (cell->measure.count < UINT32_MAX) cell->measure.count++;
  cell->measure.sum = sum_of(cell->measure.sum, amount);
  if (first || amount > cell->measure.max) cell->measure.max = amount;
  if (first || amount < cell->measure.min) cell->measure.min = amount;
  if (second_of(w->event->time_ms) > cell->measure.heard_s) cell->measure.heard_s = second_of(w->event->time_ms);
  cell->expires_day = later_day(cell->expires_day, measure_expiry(w, fact, period), first);
  bool counting = fact->measure == MEASURE_COUNT;
  if (fact->falls && event_reversible(w)) fed_remember(w, fact, key, period, counting ? 1 : amount, true);
}

/* From the customer's own moment on, as it was known before this event. */
static bool since_has(const struct work *w, const struct fact *fact, int64_t time_ms) {
  const struct cell *first = first_cell(w, &w->book->facts[fact->window.since], 0);
  if (first == NULL || time_ms < first->first.time_ms) return false;
  return time_ms < moment_end(&fact->window.until, first->first.time_ms, work_zone(w, fact->campaign));
}

/* The amount a measure hears; false where none counts: it is absent, in another currency, outside the window, before the sign-up. */
static bool measure_amount(const struct work *w, const struct fact *fact, int64_t *amount) {
  int64_t time = w->event->time_ms;
  bool all = fact->measure == MEASURE_DAILY_AVERAGE; /* what is carried into the window stands before it */
  if (!all && fact->window.kind == WINDOW_DATES && (time < fact->window.from_ms || time >= fact->window.to_ms)) return false;
  if (fact->window.kind == WINDOW_ENROLMENT && !signed_up(w, fact->campaign)) return false;
  if (fact->window.kind == WINDOW_SINCE && !since_has(w, fact, time)) return false;
  *amount = 0;
  if (fact->measure == MEASURE_COUNT || fact->measure == MEASURE_DISTINCT || fact->measure == MEASURE_STREAK) return true;
  const struct value *value = event_field(w->event, fact->of);
  if (value == NULL || value->kind != VALUE_INT) return false;
  *amount = value->number;
  const struct value *currency = event_field(w->event, FIELD_ID_CURRENCY);
  return !fact->money || currency == NULL ||
         money_in(w, fact->campaign, paid_now(w, work_campaign(w, fact->campaign)), value->number, amount);
}

static void hear(struct work *w, uint32_t number, uint32_t part) {
  const struct fact *fact = &w->book->facts[number];
  struct failure failure;
  uint64_t key = 0;
  int64_t amount = 0;
  bool absent = false;
  (void)part;
  bool balance = fact->measure == MEASURE_DAILY_AVERAGE; /* as it is whoever takes part, and since when */
  if (!measure_amount(w, fact, &amount) || !(balance || fact_open_to(w, fact))) return;
  if (!condition_holds(w, fact->when, fact->campaign, asks_all(w), &failure) || !key_of_fact(w, fact, &key)) return;
  if (balance) {
    daily_hear(w, number, amount);
    return;
  }
  int32_t period = measure_period(w, fact, w->event->time_ms);
  if (period == PERIOD_NONE) return; /* nobody knows when it would begin */
  int64_t before = measure_value(w, fact, key, period, &absent);
  if (fact->measure == MEASURE_DISTINCT || fact->measure == MEASURE_STREAK)
    distinct_add(w, fact, key, period);
  else
    measure_add(w, fact, key, period, amount);
  int64_t after = measure_value(w, fact, key, period, &absent);
  bands_fire(w, fact, key, period, before, after);
  w->counted = true;
  if (!window_lags(&fact->window)) effect_add(w, number, EFFECT_COUNTED, period, before, after);
}

/* ---- undoing ---- */

/* Of a part only money goes back; a count, or a sum of something else, stands until the whole is undone. What was converted comes down to
 * what is left of it, converted: so parts add up to the whole. */
static int64_t part_of(const struct work *w, const struct fact *fact, const struct undoing *u, const struct cell *fed) {
  int64_t left;
  assert(fed->fed.counted && u->amount >= 0);
  if (u->whole) return fed->fed.amount;
  if (fact->measure == MEASURE_COUNT || fact->of != FIELD_ID_AMOUNT) return 0;
  struct payment paid = paid_then(state_find(w->customer, CELL_ORIGINAL, 0, u->original, 0));
  bool own = paid.currency.length == 0 || str_equal(paid.currency, work_campaign(w, fact->campaign)->currency);
  if (own) return u->amount < fed->fed.amount ? u->amount : fed->fed.amount;
  if (!money_in(w, fact->campaign, paid, u->before - u->amount, &left)) return 0; /* nothing was added */
  return left < fed->fed.amount ? fed->fed.amount - left : 0;
}

static void undo(struct work *w, const struct undoing *u, uint32_t number, const struct cell *fed) {
  const struct fact *fact = &w->book->facts[number];
  const struct cell *known = state_find(w->customer, CELL_MEASURE, fact->decl, fed->fed.per, fed->period);
  if (known == NULL || !fed->fed.counted) return;
  bool absent = false;
  int64_t before = measure_value(w, fact, fed->fed.per, fed->period, &absent), part = part_of(w, fact, u, fed);
  struct cell *cell = state_write(w->customer, known);
  if (fact->measure != MEASURE_COUNT) cell->measure.sum = sum_of(cell->measure.sum, part == INT64_MIN ? INT64_MAX : -part);
  if (u->whole && cell->measure.count > 0) cell->measure.count--;
  if (!u->whole) state_write(w->customer, fed)->fed.amount -= part;
  int64_t after = measure_value(w, fact, fed->fed.per, fed->period, &absent);
  if (after != before) effect_add(w, number, EFFECT_LOWERED, fed->period, before, after);
}

static bool can_change(const struct work *w, const struct fact *fact) { return fed_find(w, fact, w->recheck_cause) != NULL; }

const struct fact_kind_row fact_kind_measure = {.kind = FACT_MEASURE,
                                                .hear = hear,
                                                .ask = ask,
                                                .undo = undo,
                                                .outlives = outlives_in_window,
                                                .can_change = can_change,
                                                .cells = CELL_BIT(CELL_MEASURE) | CELL_BIT(CELL_DISTINCT),
                                                .refusal = REASON_TARGET_NOT_REACHED};
