/* Daily averages (docs/language.md section 5): what a customer had at the end of each day, over the days of a window. A day without a
 * snapshot ends as the one before it; the days before the first snapshot are nothing, and count as days.
 *
 *     settled days                     | oldest snapshot .. newest snapshot, carried on for ever
 *     a sum for each period (MEASURE)  | a cell each (DAY_END): they may still be corrected, or come, in any order
 *
 * A snapshot speaks of a day up to a week before its own time, and may be late by the horizon: what lies before both is settled, and goes
 * into the sum of its period. So the sums are the same in whatever order snapshots come, and a customer's record stays small. Rolling
 * windows have no periods: they keep the snapshots of all their days.
 */
#include "work.h"

_Static_assert(LIMIT_AMOUNT_MINOR < INT64_MAX / (36 * 366 + 366), "the sum of the longest window's days is a number");

/* ---- periods, in the zone of the file that declares the fact ---- */

static int32_t unit_of(const struct work *w, const struct fact *fact, enum unit unit, int64_t time_ms) {
  return period_of(unit, time_ms, work_zone(w, fact->campaign));
}

static int64_t unit_start(const struct work *w, const struct fact *fact, enum unit unit, int32_t period) {
  return period_start(unit, period, work_zone(w, fact->campaign));
}

static int32_t day_of(const struct work *w, const struct fact *fact, int64_t time_ms) { return unit_of(w, fact, UNIT_DAY, time_ms); }

static int64_t day_start(const struct work *w, const struct fact *fact, int32_t day) { return unit_start(w, fact, UNIT_DAY, day); }

static bool by_periods(const struct window *window) {
  return window->kind == WINDOW_LAST_UNITS || (window->kind == WINDOW_UNIT && window->unit < UNIT_CAMPAIGN);
}

/* ---- which days ---- */

struct days {
  int32_t from, to;    /* the first day, and the first that does not count: behind the window, or behind the day at hand */
  int32_t end;         /* the first behind the window */
  int32_t first, last; /* the periods whose sums are in it; all of them of a window that is none of periods */
};

static struct days days_between(const struct work *w, const struct fact *fact, int64_t from_ms, int64_t to_ms) {
  return (struct days){.from = day_of(w, fact, from_ms), .end = day_of(w, fact, to_ms), .first = INT32_MIN, .last = INT32_MAX};
}

static struct days days_of_periods(const struct work *w, const struct fact *fact, int64_t at_ms) {
  enum unit unit = fact->window.unit;
  int32_t count = fact->window.kind == WINDOW_LAST_UNITS ? (int32_t)fact->window.count : 0;
  int32_t behind = unit_of(w, fact, unit, at_ms) - (int32_t)fact->window.previous + (count == 0), first = behind - (count == 0 ? 1 : count);
  struct days days = days_between(w, fact, unit_start(w, fact, unit, first), unit_start(w, fact, unit, behind));
  days.first = first, days.last = behind - 1;
  return days;
}

/* As seen from an instant; where closed periods count, of a close from its end. */
static struct days days_seen(const struct work *w, const struct fact *fact, int64_t at_ms) {
  const struct campaign *campaign = work_campaign(w, fact->campaign);
  int32_t behind = day_of(w, fact, at_ms) + 1;
  struct days days = {0};
  switch (fact->window.kind) {
    case WINDOW_LAST_UNITS: days = days_of_periods(w, fact, w->closed_ms != TIME_NONE ? w->closed_ms : at_ms); break;
    case WINDOW_UNIT:
      days = by_periods(&fact->window) ? days_of_periods(w, fact, at_ms) : days_between(w, fact, campaign->from_ms, campaign->to_ms);
      break;
    case WINDOW_DATES: days = days_between(w, fact, fact->window.from_ms, fact->window.to_ms); break;
    case WINDOW_ROLLING_DAYS:
    case WINDOW_SINCE:
    case WINDOW_ENROLMENT: /* refused (fact.c) */
      days = (struct days){.from = behind - (int32_t)fact->window.count, .end = behind, .first = 1};
      break;
  }
  days.to = days.end < behind ? days.end : behind;
  return days;
}

/* False: it says a day that it cannot know, or one that is settled. */
static bool day_told(const struct work *w, const struct fact *fact, int32_t *day) {
  return event_day_told(w->event, work_zone(w, fact->campaign), day);
}

/* ---- snapshots ---- */

/* That of the first day from this one on, or NULL. */
static const struct cell *snapshot_from(const struct work *w, const struct fact *fact, int32_t day) {
  const struct cell *found = NULL, *cell = state_first(w->customer, CELL_DAY_END, fact->decl, 0);
  for (; cell != NULL; cell = state_next(w->customer, cell))
    if (cell->period >= day && (found == NULL || cell->period < found->period)) found = cell;
  return found;
}

static const struct cell *snapshot_oldest(const struct work *w, const struct fact *fact) { return snapshot_from(w, fact, INT32_MIN); }

/* Of two for one day the later stands, by their own times. */
static bool replaces(const struct work *w, const struct cell *known) {
  if (w->event->time_ms != known->day_end.time_ms) return w->event->time_ms > known->day_end.time_ms;
  return w->event->digest > known->day_end.event;
}

/* False: a later one is known for that day, or the day is settled. */
static bool snapshot_put(struct work *w, const struct fact *fact, int32_t day, int64_t amount) {
  const struct cell *known = state_find(w->customer, CELL_DAY_END, fact->decl, 0, day), *oldest = snapshot_oldest(w, fact);
  if (known != NULL && !replaces(w, known)) return false;
  if (oldest != NULL && oldest->day_end.settled && day < oldest->period) return false;
  struct cell *cell = known != NULL ? state_write(w->customer, known) : work_add(w, w->customer, CELL_DAY_END, fact->decl, 0, day);
  cell->day_end.value = amount, cell->day_end.time_ms = w->event->time_ms, cell->day_end.event = w->event->digest;
  cell->expires_day = fact_expiry(w, fact);
  return true;
}

/* ---- the value ---- */

struct known {
  __int128_t sum;
  int64_t days;
};

static void settled_add(const struct work *w, const struct fact *fact, const struct days *days, struct known *known) {
  const struct cell *cell = state_first(w->customer, CELL_MEASURE, fact->decl, 0);
  for (; cell != NULL; cell = state_next(w->customer, cell)) {
    if (cell->period < days->first || cell->period > days->last) continue;
    known->sum += cell->measure.sum, known->days += cell->measure.count;
  }
}

/* The snapshot that a window begins with - the last one up to its first day, else the oldest - and the newest of all. */
static const struct cell *snapshot_into(const struct work *w, const struct fact *fact, int32_t day, int32_t *newest) {
  const struct cell *into = snapshot_oldest(w, fact), *cell = state_first(w->customer, CELL_DAY_END, fact->decl, 0);
  for (*newest = INT32_MIN; cell != NULL; cell = state_next(w->customer, cell)) {
    if (cell->period <= day && cell->period > into->period) into = cell;
    if (cell->period > *newest) *newest = cell->period;
  }
  return into;
}

/* Day by day up to the newest, which is carried on. */
static void snapshots_add(const struct work *w, const struct fact *fact, const struct days *days, struct known *known) {
  int32_t newest;
  const struct cell *at = snapshot_into(w, fact, days->from, &newest);
  for (int32_t day = at->period > days->from ? at->period : days->from, count; day < days->to; day += count) {
    const struct cell *cell = state_find(w->customer, CELL_DAY_END, fact->decl, 0, day);
    if (cell != NULL) at = cell;
    count = day >= newest ? days->to - day : 1;
    known->sum += (__int128_t)at->day_end.value * count, known->days += count;
  }
}

/* Whether it can still be told: days behind the one at hand are in the sum already, or days that roll were let go. Neither happens but when
 * files or options are edited, so that a close is asked for longer back than before. */
static bool is_settled_past(const struct fact *fact, const struct days *days, const struct cell *oldest) {
  if (!oldest->day_end.settled) return false;
  if (fact->window.kind == WINDOW_ROLLING_DAYS) return days->from < oldest->period;
  return days->to < days->end && days->to < oldest->period;
}

/* False: nothing is known of any of its days. */
static bool average(const struct work *w, const struct fact *fact, int64_t at_ms, int64_t *out) {
  const struct days days = days_seen(w, fact, at_ms);
  const struct cell *oldest = snapshot_oldest(w, fact);
  struct known known = {0, 0};
  *out = 0;
  if (oldest == NULL || days.from >= days.to) return false;
  if (is_settled_past(fact, &days, oldest)) return false;
  settled_add(w, fact, &days, &known);
  snapshots_add(w, fact, &days, &known);
  assert(known.days <= days.to - days.from);
  const __int128_t value = known.sum / (days.to - days.from);
  *out = value > INT64_MAX ? INT64_MAX : value < INT64_MIN ? INT64_MIN : (int64_t)value;
  return known.days > 0;
}

struct value daily_ask(struct work *w, const struct fact *fact) {
  int32_t day;
  int64_t value, at_ms = counted_ms(w);
  if (w->closed_ms == TIME_NONE && day_told(w, fact, &day)) at_ms = day_start(w, fact, day);
  return average(w, fact, at_ms, &value) ? value_number(value) : value_absent();
}

/* From when on a window holds a day that is known; never before it begins. */
int64_t daily_counts_next(const struct work *w, const struct fact *fact, int64_t end_ms) {
  const struct window *window = &fact->window;
  const struct cell *oldest = snapshot_oldest(w, fact);
  if (oldest == NULL) return TIME_NONE;
  if (oldest->day_end.settled) return end_ms;
  bool closed = window->kind == WINDOW_LAST_UNITS;
  int64_t from_ms = day_start(w, fact, oldest->period) + 1;
  if (by_periods(window))
    from_ms = unit_start(w, fact, window->unit, unit_of(w, fact, window->unit, from_ms) + (int32_t)window->previous + closed) + !closed;
  return from_ms > end_ms ? from_ms : end_ms;
}

/* ---- settling ---- */

/* As long as a close may ask for it, or have it judged again: one of a campaign, too, that is taken up when the sum is there already. */
static int32_t sum_expiry(const struct work *w, const struct fact *fact, int32_t period) {
  const struct window *window = &fact->window;
  int64_t spare = w->in->settings->horizon_ms + (DAILY_TOLD_DAYS + 1) * MS_PER_DAY + LIMIT_CLOSE_DELAY_MS;
  int32_t ahead = (int32_t)(window->previous + window->count) + 1;
  if (!by_periods(window)) return fact_expiry(w, fact);
  return state_expiry(unit_start(w, fact, window->unit, period + ahead) + spare);
}

static void sum_add(struct work *w, const struct fact *fact, int32_t period, int64_t value, int32_t days) {
  int32_t expires = sum_expiry(w, fact, period);
  assert(days > 0);
  if (expires != 0 && expires < w->in->clock_ms / MS_PER_DAY) return;
  struct cell *cell = work_make(w, w->customer, CELL_MEASURE, fact->decl, 0, period);
  const __int128_t sum = cell->measure.sum + (__int128_t)value * days;
  cell->measure.sum = sum > INT64_MAX ? INT64_MAX : sum < INT64_MIN ? INT64_MIN : (int64_t)sum;
  cell->measure.count += (uint32_t)days;
  cell->expires_day = expires;
}

/* Days that ended with one balance go into the sums of their periods. */
static void days_settle(struct work *w, const struct fact *fact, int32_t from, int32_t to, int64_t value) {
  if (fact->window.kind == WINDOW_ROLLING_DAYS) return;
  if (!by_periods(&fact->window)) {
    const struct days days = days_seen(w, fact, w->event->time_ms);
    if (from < days.from) from = days.from;
    if (to > days.end) to = days.end;
    if (from < to) sum_add(w, fact, 0, value, to - from);
    return;
  }
  for (int32_t end; from < to; from = end) {
    int32_t period = unit_of(w, fact, fact->window.unit, day_start(w, fact, from));
    end = day_of(w, fact, unit_start(w, fact, fact->window.unit, period + 1));
    if (end > to) end = to;
    sum_add(w, fact, period, value, end - from);
  }
}

/* The first day that is not settled: what is asked at a close was there so long ago, what is rolling looks back so far. */
static int32_t day_open(const struct work *w, const struct fact *fact) {
  int64_t delay_ms = 0;
  for (uint32_t i = 0; i < fact->close_count; i++)
    if (w->book->closes[fact->closes[i]].delay_ms > delay_ms) delay_ms = w->book->closes[fact->closes[i]].delay_ms;
  int32_t rolling = fact->window.kind == WINDOW_ROLLING_DAYS ? (int32_t)fact->window.count : 0;
  return day_of(w, fact, w->in->clock_ms - w->in->settings->horizon_ms - delay_ms) - DAILY_TOLD_DAYS - rolling;
}

/* The record has no room, and what was written went nowhere. */
static bool is_void(const struct work *w) { return w->full || w->out->cramped != NULL; }

/* The oldest snapshot goes when the one behind it is of a settled day too: its days are none that anything may still change. */
static void settle(struct work *w, const struct fact *fact) {
  int32_t open = w->in->clock_ms == TIME_NONE ? INT32_MIN : day_open(w, fact);
  while (!is_void(w)) {
    const struct cell *oldest = snapshot_oldest(w, fact), *next = snapshot_from(w, fact, oldest->period + 1);
    if (next == NULL || next->period > open) return;
    days_settle(w, fact, oldest->period, next->period, oldest->day_end.value);
    state_remove(w->customer, oldest);
    state_write(w->customer, next)->day_end.settled = 1;
  }
}

/* ---- hearing ---- */

static int32_t period_told(const struct work *w, const struct fact *fact, int32_t day) {
  if (fact->window.kind == WINDOW_ROLLING_DAYS) return day;
  return by_periods(&fact->window) ? unit_of(w, fact, fact->window.unit, day_start(w, fact, day)) : 0;
}

void daily_hear(struct work *w, uint32_t number, int64_t amount) {
  const struct fact *fact = &w->book->facts[number];
  int32_t day;
  int64_t before, after, settled;
  if (!day_told(w, fact, &day)) return;
  int64_t at_ms = day_start(w, fact, day);
  (void)average(w, fact, at_ms, &before);
  if (!snapshot_put(w, fact, day, amount)) return;
  (void)average(w, fact, at_ms, &after);
  settle(w, fact);
  (void)average(w, fact, at_ms, &settled);
  assert(settled == after || is_void(w)); /* settling changes no average */
  w->counted = true, w->counted_at_ms = at_ms;
  if (!window_lags(&fact->window)) effect_add(w, number, EFFECT_COUNTED, period_told(w, fact, day), before, after);
}
