/* What is remembered: measures are updated before the rules are judged, first and last after them (campaigns.md section 5). */
#include "work.h"

struct cell *work_make(struct work *w, struct state *state, enum cell_kind kind, uint64_t decl, uint64_t key, int32_t period) {
  struct cell *cell = state_make(work_touch(state), kind, decl, key, period, w->event->arrival_ms);
  if (cell == NULL) w->full = true;
  return cell;
}

struct cell *work_add(struct work *w, struct state *state, enum cell_kind kind, uint64_t decl, uint64_t key, int32_t period) {
  struct cell *cell = state_add(work_touch(state), kind, decl, key, period, w->event->arrival_ms);
  if (cell == NULL) w->full = true;
  return cell;
}

/* Until when a campaign's own facts matter; facts of a programme are kept for ever (0). */
static int64_t fact_until(const struct work *w, const struct fact *fact) {
  const struct campaign *campaign = work_campaign(w, fact->campaign);
  return campaign->programme ? 0 : campaign->closing_ms + w->in->settings->memory_ms;
}

/* ---- keeping values ---- */

const struct cell *kept_cell(struct work *w, uint64_t decl, uint64_t key, uint16_t field, int32_t item) {
  return state_find(w->customer, CELL_KEPT, decl, hash64_pair(&HASH_KEY_FIXED, key, field), item);
}

void keep_values(struct work *w, uint64_t decl, uint64_t key, uint16_t field, const struct value *value, int64_t until_ms) {
  uint64_t name = hash64_pair(&HASH_KEY_FIXED, key, field);
  state_remove_all(w->customer, CELL_KEPT, decl, name);
  if (value == NULL || value->kind == VALUE_ABSENT) return;
  uint32_t count = value->kind == VALUE_LIST ? value->count : 1;
  for (uint32_t i = 0; i < count; i++) {
    struct cell *cell = work_make(w, w->customer, CELL_KEPT, decl, name, (int32_t)i);
    if (cell == NULL) return;
    cell_set_value(cell, value, i);
    cell->expires_day = state_expiry(until_ms);
  }
}

/* An id that is longer than its cell is kept as a whole beside it: somebody may be asked to hear by it (`as`). */
static void keep_whole(struct work *w, uint64_t decl, uint64_t key, uint16_t field, const struct value *value, int64_t until_ms) {
  uint64_t name = hash64_pair(&HASH_KEY_FIXED, key, field);
  state_remove_all(w->customer, CELL_WHOLE, decl, name);
  if (value == NULL || value->kind != VALUE_TEXT || value->text.length <= TEXT_IN_CELL || !str_is_id(value->text)) return;
  if (!state_put_text(w->customer, CELL_WHOLE, decl, name, value->text, w->event->arrival_ms, state_expiry(until_ms))) w->full = true;
}

/* What a fact keeps of the event: a kept id is somebody else's, so nobody is their own referrer (R79). */
static void fact_keep(struct work *w, const struct fact *fact, uint64_t key) {
  if (fact->keep == FIELD_NONE) return;
  const struct value *value = event_field(w->event, fact->keep);
  struct str items[LIMIT_EVENT_LIST];
  struct value others = {.kind = VALUE_LIST, .items = items};
  if (value != NULL && value->kind == VALUE_TEXT && str_equal(value->text, w->event->customer)) value = NULL;
  if (value != NULL && value->kind == VALUE_LIST) {
    assert(value->count <= LIMIT_EVENT_LIST);
    for (uint32_t i = 0; i < value->count; i++)
      if (!str_equal(value->items[i], w->event->customer)) items[others.count++] = value->items[i];
    value = &others;
  }
  keep_values(w, fact->decl, key, fact->keep, value, fact_until(w, fact));
  keep_whole(w, fact->decl, key, fact->keep, value, fact_until(w, fact));
}

/* ---- measures ---- */

int32_t measure_period(const struct work *w, const struct fact *fact, int64_t time_ms) {
  int32_t offset = work_campaign(w, fact->campaign)->offset_minutes;
  switch (fact->window.kind) {
    case WINDOW_UNIT:
    case WINDOW_LAST_UNITS: return period_of(fact->window.unit, time_ms, offset);
    case WINDOW_ROLLING_DAYS: return period_of(UNIT_DAY, time_ms, offset);
    case WINDOW_DATES:
    case WINDOW_ENROLMENT: break;
  }
  return 0;
}

/* The periods [from, to] a window is made of, seen from the event's own period. */
static void window_range(const struct fact *fact, int32_t period, int32_t *from, int32_t *to) {
  int32_t back = (int32_t)fact->window.previous, count = (int32_t)fact->window.count;
  *from = *to = period - back;
  if (fact->window.kind == WINDOW_LAST_UNITS) *from = period - back - count, *to = period - back - 1;
  if (fact->window.kind == WINDOW_ROLLING_DAYS) *from = period - count + 1, *to = period;
}

static bool in_window(const struct cell *cell, const struct fact *fact, enum cell_kind kind, int32_t from, int32_t to) {
  return cell->kind == (uint8_t)kind && cell->decl == fact->decl && cell->period >= from && cell->period <= to;
}

static int64_t distinct_value(const struct work *w, const struct fact *fact, uint64_t key, int32_t from, int32_t to) {
  int64_t values[LIMIT_DISTINCT];
  uint32_t count = 0;
  for (uint32_t i = 0; i < w->customer->cell_count && count < LIMIT_DISTINCT; i++) {
    const struct cell *cell = &w->customer->cells[i];
    if (!in_window(cell, fact, CELL_DISTINCT, from, to) || cell->v[1] != (int64_t)key) continue;
    bool known = false;
    for (uint32_t j = 0; j < count && !known; j++) known = values[j] == cell->v[0];
    if (!known) values[count++] = cell->v[0];
  }
  return count;
}

static bool unit_present(const struct work *w, const struct fact *fact, uint64_t key, int32_t from, int32_t to, int32_t unit) {
  for (uint32_t i = 0; i < w->customer->cell_count; i++) {
    const struct cell *cell = &w->customer->cells[i];
    if (in_window(cell, fact, CELL_DISTINCT, from, to) && cell->v[1] == (int64_t)key && cell->v[2] == unit) return true;
  }
  return false;
}

/* Units in a row, the last of them the event's own. */
static int64_t streak_value(const struct work *w, const struct fact *fact, uint64_t key, int32_t from, int32_t to) {
  int32_t unit = period_of(fact->of_unit, w->event->time_ms, work_campaign(w, fact->campaign)->offset_minutes);
  int64_t run = 0;
  while (run < (int64_t)LIMIT_DISTINCT && unit_present(w, fact, key, from, to, unit - (int32_t)run)) run++;
  return run;
}

/* Sums of whole numbers stop at the ends: what events carry is not ours to bound. */
int64_t sum_of(int64_t a, int64_t b) {
  int64_t sum;
  if (__builtin_add_overflow(a, b, &sum)) return a < 0 ? INT64_MIN : INT64_MAX;
  return sum;
}

static int64_t measure_total(const struct fact *fact, int64_t count, int64_t sum, int64_t max, int64_t min, bool *absent) {
  switch (fact->measure) {
    case MEASURE_COUNT: return count;
    case MEASURE_SUM: return sum;
    case MEASURE_MAX: return max;
    case MEASURE_MIN: return min;
    case MEASURE_AVERAGE: *absent = count == 0; return count == 0 ? 0 : sum / count;
    case MEASURE_DISTINCT:
    case MEASURE_STREAK: break;
  }
  return 0;
}

int64_t measure_value(struct work *w, const struct fact *fact, uint64_t key, int32_t period, bool *absent) {
  int32_t from, to;
  *absent = false;
  window_range(fact, period, &from, &to);
  if (fact->measure == MEASURE_DISTINCT) return distinct_value(w, fact, key, from, to);
  if (fact->measure == MEASURE_STREAK) return streak_value(w, fact, key, from, to);
  int64_t count = 0, sum = 0, max = 0, min = 0;
  for (uint32_t i = 0; i < w->customer->cell_count; i++) {
    const struct cell *cell = &w->customer->cells[i];
    if (!in_window(cell, fact, CELL_MEASURE, from, to) || cell->key != key) continue;
    if (cell->v[0] <= 0 && cell->v[1] == 0) continue;
    if (count == 0 || cell->v[2] > max) max = cell->v[2];
    if (count == 0 || cell->v[3] < min) min = cell->v[3];
    count += cell->v[0], sum = sum_of(sum, cell->v[1]);
  }
  return measure_total(fact, count, sum, max, min, absent);
}

static uint32_t band_of(const struct fact *fact, int64_t value) {
  uint32_t band = 0;
  while (band < fact->band_count && value >= fact->bands[band]) band++;
  return band;
}

void measure_fired(struct work *w, uint32_t number, uint64_t key, int32_t period, int64_t before, int64_t after) {
  const struct fact *fact = &w->book->facts[number];
  uint32_t from = band_of(fact, before), to = band_of(fact, after);
  (void)key;
  if (from == to || !fact->seen_by_rules) return;
  struct fired fired = {.fact = number, .downward = to < from, .key = w->event->digest, .period = period};
  work_fire(w, &fired);
}

/* Until when a window's cell is needed: one period more than it is looked at, and the time that late events and reversals have. */
static int32_t measure_expiry(const struct work *w, const struct fact *fact, int32_t period) {
  const struct window *window = &fact->window;
  int32_t offset = work_campaign(w, fact->campaign)->offset_minutes;
  int64_t spare = w->in->settings->horizon_ms;
  int32_t ahead = (int32_t)(window->previous + window->count) + 2;
  if (window->kind == WINDOW_ROLLING_DAYS) return state_expiry(period_start(UNIT_DAY, period + ahead, offset) + spare);
  if (window->kind == WINDOW_DATES) return state_expiry(window->to_ms + w->in->settings->memory_ms);
  if (window->unit == UNIT_EVER || window->unit == UNIT_CAMPAIGN) return state_expiry(fact_until(w, fact));
  return state_expiry(period_start(window->unit, period + ahead, offset) + spare);
}

/* A fact with more dimensions keeps LIMIT_FACT_KEYS of them: the one that was longest not used goes. */
static struct cell *keyed_cell(struct work *w, const struct fact *fact, enum cell_kind kind, uint64_t key, int32_t period) {
  struct cell *cell = state_find(w->customer, kind, fact->decl, key, period);
  if (fact->dimension_count == 0) return cell != NULL ? cell : work_make(w, w->customer, kind, fact->decl, key, period);
  if (cell != NULL) { /* used now: to the end, so that the longest unused stands first */
    struct cell copy = *cell;
    state_remove(w->customer, cell);
    w->customer->cells[w->customer->cell_count] = copy;
    return &w->customer->cells[w->customer->cell_count++];
  }
  uint32_t count = 0;
  struct cell *oldest = NULL;
  for (uint32_t i = 0; i < w->customer->cell_count; i++) {
    struct cell *other = &w->customer->cells[i];
    if (other->kind != (uint8_t)kind || other->decl != fact->decl || other->period != period) continue;
    if (count++ == 0) oldest = other;
  }
  if (count >= LIMIT_FACT_KEYS) state_remove(w->customer, oldest);
  return work_make(w, w->customer, kind, fact->decl, key, period);
}

static bool reversible(const struct work *w) {
  return w->event->type != TYPE_UNKNOWN && w->book->catalogue->types[w->event->type].reversible;
}

/* What a reversal subtracts again: remembered under the digest of the event. */
static void remember_fed(struct work *w, const struct fact *fact, uint64_t key, int32_t period, int64_t amount) {
  bool counts = fact->measure == MEASURE_COUNT || fact->measure == MEASURE_SUM || fact->measure == MEASURE_AVERAGE;
  if (!counts || !fact->refunds_subtract || !reversible(w)) return;
  struct cell *fed = work_make(w, w->customer, CELL_FED, fact->decl, w->event->digest, period);
  if (fed == NULL) return;
  fed->v[0] = (int64_t)key, fed->v[1] = amount, fed->v[2] = w->event->time_ms;
  fed->expires_day = state_expiry(w->event->time_ms + w->in->settings->memory_ms);
  w->kept_something = true;
}

static void distinct_add(struct work *w, const struct fact *fact, uint64_t key, int32_t period) {
  struct value value = {.kind = VALUE_INT};
  int32_t unit = period_of(fact->of_unit, w->event->time_ms, work_campaign(w, fact->campaign)->offset_minutes);
  value.number = unit;
  if (fact->of != FIELD_NONE) {
    const struct value *field = event_field(w->event, fact->of);
    if (field == NULL || field->kind == VALUE_LIST) return;
    value = *field;
  }
  uint64_t hash = hash_of_value(0, &value), name = hash64_pair(&HASH_KEY_FIXED, key, hash);
  if (state_find(w->customer, CELL_DISTINCT, fact->decl, name, period) != NULL) return;
  if (fact->measure == MEASURE_DISTINCT && distinct_value(w, fact, key, period, period) >= (int64_t)LIMIT_DISTINCT) return;
  struct cell *cell = work_make(w, w->customer, CELL_DISTINCT, fact->decl, name, period);
  if (cell == NULL) return;
  cell->v[0] = (int64_t)hash, cell->v[1] = (int64_t)key, cell->v[2] = unit;
  cell->expires_day = measure_expiry(w, fact, period);
}

static void measure_add(struct work *w, const struct fact *fact, uint64_t key, int32_t period, int64_t amount) {
  if (fact->measure == MEASURE_DISTINCT || fact->measure == MEASURE_STREAK) {
    distinct_add(w, fact, key, period);
    return;
  }
  struct cell *cell = keyed_cell(w, fact, CELL_MEASURE, key, period);
  if (cell == NULL) return;
  bool first = cell->v[0] == 0;
  cell->v[0] += 1, cell->v[1] = sum_of(cell->v[1], amount);
  if (first || amount > cell->v[2]) cell->v[2] = amount;
  if (first || amount < cell->v[3]) cell->v[3] = amount;
  cell->expires_day = measure_expiry(w, fact, period);
  remember_fed(w, fact, key, period, fact->measure == MEASURE_COUNT ? 1 : amount);
}

/* The amount a measure hears; false when the event has none that counts (absent, another currency, outside the dates). */
static bool measure_amount(const struct work *w, const struct fact *fact, int64_t *amount) {
  int64_t time = w->event->time_ms;
  if (fact->window.kind == WINDOW_DATES && (time < fact->window.from_ms || time >= fact->window.to_ms)) return false;
  *amount = 0;
  if (fact->measure == MEASURE_COUNT || fact->measure == MEASURE_DISTINCT || fact->measure == MEASURE_STREAK) return true;
  const struct value *value = event_field(w->event, fact->of);
  if (value == NULL || value->kind != VALUE_INT) return false;
  *amount = value->number;
  const struct value *currency = event_field(w->event, FIELD_ID_CURRENCY);
  return !fact->money || currency == NULL || str_equal(currency->text, work_campaign(w, fact->campaign)->currency);
}

/* A campaign's own measures and tracks are kept for its audience, from enrolment on, within its lateness. */
bool fact_open_to(struct work *w, const struct fact *fact) {
  const struct campaign *campaign = work_campaign(w, fact->campaign);
  struct failure failure;
  return campaign->programme || (campaign_accepts_late(w, campaign) && audience_allows(w, fact->campaign, &failure));
}

static void measure_hear(struct work *w, uint32_t number) {
  const struct fact *fact = &w->book->facts[number];
  struct failure failure;
  uint64_t key = 0;
  int64_t amount = 0;
  bool absent = false;
  if (!measure_amount(w, fact, &amount) || !fact_open_to(w, fact)) return;
  if (!condition_holds(w, fact->when, fact->campaign, false, &failure)) return;
  if (!key_of_dimensions(w, fact->dimensions, fact->dimension_count, fact->campaign, &key)) return;
  int32_t period = measure_period(w, fact, w->event->time_ms);
  int64_t before = fact->seen_by_rules ? measure_value(w, fact, key, period, &absent) : 0;
  measure_add(w, fact, key, period, amount);
  if (fact->seen_by_rules) measure_fired(w, number, key, period, before, measure_value(w, fact, key, period, &absent));
}

/* ---- first and last ---- */

const struct cell *first_cell(struct work *w, const struct fact *fact, uint64_t key) {
  const struct cell *cell = state_find(w->customer, CELL_FIRST, fact->decl, key, 0);
  if (cell == NULL || cell->v[2] == 0) return cell;
  int64_t anew = duration_add(cell->v[2], fact->resets_after, 1, work_campaign(w, fact->campaign)->offset_minutes);
  return anew <= w->event->time_ms ? NULL : cell;
}

bool fact_heard(const struct work *w, uint32_t fact) {
  for (uint32_t i = 0; i < w->pending_count; i++) {
    const struct listener *listener = &w->book->listeners[w->pending[i]];
    if (listener->kind == LISTENER_FACT && listener->owner == fact) return true;
  }
  return false;
}

/* A late event earlier than the known first moves the fact; one that comes again before a reset was due ends the waiting for it. */
static void first_apply(struct work *w, const struct fact *fact, uint64_t key) {
  bool known = first_cell(w, fact, key) != NULL;
  struct cell *cell = keyed_cell(w, fact, CELL_FIRST, key, 0);
  if (cell == NULL) return;
  work_touch(w->customer);
  bool earlier = known && w->event->time_ms < cell->v[0];
  if (w->event->time_ms >= cell->v[2]) cell->v[2] = 0; /* a late one from before the reset does not end the waiting */
  if (fact->resets.count > 0 && w->event->time_ms > cell->v[3]) cell->v[3] = w->event->time_ms;
  if (known && !earlier) return;
  cell->v[0] = w->event->time_ms, cell->v[1] = (int64_t)w->event->digest;
  cell->expires_day = state_expiry(fact_until(w, fact));
  fact_keep(w, fact, key);
}

static void last_apply(struct work *w, const struct fact *fact, uint64_t key) {
  struct cell *cell = keyed_cell(w, fact, CELL_LAST, key, 0);
  if (cell == NULL) return;
  if (cell->v[0] != 0 && cell->v[0] > w->event->time_ms) return;
  work_touch(w->customer);
  cell->v[0] = w->event->time_ms;
  cell->expires_day = state_expiry(fact_until(w, fact));
  fact_keep(w, fact, key);
}

static void reset_apply(struct work *w, const struct fact *fact, uint64_t key) {
  struct cell *cell = state_find(w->customer, CELL_FIRST, fact->decl, key, 0);
  if (cell == NULL || w->event->time_ms < cell->v[0] || w->event->time_ms < cell->v[3]) return; /* late: since then it began (anew) */
  work_touch(w->customer);
  if (w->event->time_ms > cell->v[2]) cell->v[2] = w->event->time_ms;
}

static void pending_apply(struct work *w, const struct listener *listener) {
  const struct fact *fact = &w->book->facts[listener->owner];
  uint64_t key = 0;
  if (!key_of_dimensions(w, fact->dimensions, fact->dimension_count, fact->campaign, &key)) return;
  if (listener->kind == LISTENER_RESET)
    reset_apply(w, fact, key);
  else if (fact->kind == FACT_FIRST)
    first_apply(w, fact, key);
  else
    last_apply(w, fact, key);
}

void facts_apply_pending(struct work *w) {
  for (uint32_t i = 0; i < w->pending_count; i++) pending_apply(w, &w->book->listeners[w->pending[i]]);
}

bool listener_is_foreign(const struct work *w, const struct listener *listener) {
  if (!amount_is_foreign(w, listener->campaign)) return false;
  return condition_uses_amount(w->book, listener->conditions[0]) || condition_uses_amount(w->book, listener->conditions[1]);
}

static bool measure_repeated(const struct work *w, uint32_t match) {
  const struct listener *listener = &w->book->listeners[w->in->matches[match]];
  for (uint32_t i = 0; i < match; i++) {
    const struct listener *other = &w->book->listeners[w->in->matches[i]];
    if (other->kind == LISTENER_FACT && other->owner == listener->owner && !listener_is_foreign(w, other)) return true;
  }
  return false;
}

/* An event that several triggers of one fact let in counts once. */
void facts_hear(struct work *w) {
  for (uint32_t i = 0; i < w->in->match_count; i++) {
    const struct listener *listener = &w->book->listeners[w->in->matches[i]];
    bool fact = listener->kind == LISTENER_FACT, reset = listener->kind == LISTENER_RESET;
    struct failure failure;
    if (!fact && !reset) continue;
    if (listener_is_foreign(w, listener) || (fact && measure_repeated(w, i))) continue;
    if (fact && w->book->facts[listener->owner].kind == FACT_MEASURE) {
      measure_hear(w, listener->owner);
      continue;
    }
    if (reset || condition_holds(w, w->book->facts[listener->owner].when, listener->campaign, false, &failure))
      w->pending[w->pending_count++] = w->in->matches[i];
  }
}
