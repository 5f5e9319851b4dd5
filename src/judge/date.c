/* Days of the customer's own that come again (docs/language.md section 3): a birthday, the day on which a card was first issued. Which day
 * it is the record says, so any event of the customer's that is heard makes the next one due, and one that says another day moves it. It
 * is one due cell (of period 0), which goes from year to year. A rule gives once for a year: whose day is moved gets nothing twice.
 */
#include "work.h"

static const struct close *date_at(const struct work *w, uint32_t number) {
  assert(w->book->closes[number].left != NONE && w->book->closes[number].unit == UNIT_YEAR);
  return &w->book->closes[number];
}

static int32_t year_of(const struct close *close, int64_t time_ms) { return civil_from_ms(zone_local(close->zone, time_ms)).year; }

/* Texts are read as dates; a time is that of its day in the zone. False: the record knows none. */
static bool day_of(struct work *w, const struct close *close, struct own_day *out) {
  const struct condition *leaf = &w->book->conditions[close->left];
  struct value value = left_value(w, leaf);
  *out = (struct own_day){0, 0, 0};
  if (value.kind == VALUE_TEXT) return month_day_parse(value.text, &out->month, &out->day);
  if (value.kind != VALUE_INT) return false;
  struct civil civil = civil_from_ms(zone_local(close->zone, value.number));
  *out = (struct own_day){civil.month, civil.day, leaf->left == LEFT_FACT_AT ? civil.year + 1 : 0};
  return true;
}

/* When the first rule behind `after_ms` hears that it is there, in this year; or TIME_NONE. */
static int64_t heard_in(const struct work *w, uint32_t number, const struct own_day *day, int32_t year, int64_t after_ms) {
  const struct close *close = date_at(w, number);
  int64_t first = TIME_NONE;
  for (uint32_t i = 0; i < close->rule_count; i++) {
    int64_t at_ms = date_heard(w->book, w->book->refs[close->rule_first + i], number, day, year, after_ms);
    if (at_ms != TIME_NONE && (first == TIME_NONE || at_ms < first)) first = at_ms;
  }
  return first;
}

static int64_t heard_next(const struct work *w, uint32_t number, const struct own_day *day, int64_t after_ms) {
  const struct close *close = date_at(w, number);
  int32_t year = year_of(close, after_ms);
  if (year < day->first_year) year = day->first_year;
  int64_t at_ms = heard_in(w, number, day, year, after_ms);
  return at_ms != TIME_NONE ? at_ms : heard_in(w, number, day, year + 1, after_ms);
}

/* ---- what makes it due ---- */

/* Behind which instant the next is looked for. What is due stays due, though the event may stand behind it - unless it is the day no
 * more, or another is nearer, or its time is earlier now: nobody has heard of that day yet. What was heard already does not come again,
 * whatever late event looks ahead to it. */
static int64_t looked_from(const struct work *w, const struct close *close, const struct cell *known) {
  int64_t after_ms = w->event->time_ms;
  if (known == NULL) return after_ms;
  const int64_t day_ms = period_start(UNIT_DAY, period_of(UNIT_DAY, known->due.time_ms, close->zone), close->zone);
  if (after_ms >= day_ms) after_ms = day_ms - 1;
  return after_ms > known->due.done_ms ? after_ms : known->due.done_ms;
}

/* Whoever is told of behind one time of the day hears the next of them alone. */
static void date_mind(struct work *w, uint32_t number) {
  const struct close *close = date_at(w, number);
  const struct cell *known = state_find(w->customer, CELL_DUE, close->decl, 0, 0);
  int64_t after_ms = looked_from(w, close, known);
  struct own_day day;
  int64_t next_ms = day_of(w, close, &day) ? heard_next(w, number, &day, after_ms) : TIME_NONE;
  if (known != NULL && next_ms == TIME_NONE) state_remove(w->customer, known);
  if (next_ms == TIME_NONE || (known != NULL && known->due.time_ms == next_ms)) return;
  struct cell *due = work_make(w, w->customer, CELL_DUE, close->decl, 0, 0);
  due->due.time_ms = next_ms, due->due.done_ms = after_ms;
  due_tell(w, next_ms);
}

void dates_mind(struct work *w) {
  for (uint32_t i = 0; i < w->book->date_count; i++) date_mind(w, w->book->dates[i]);
}

/* ---- the day ---- */

/* The cell may stand under what an earlier giftd called the zone; the next year's does not. */
void date_begin(struct work *w) {
  const struct closing *closing = w->in->closing;
  const struct close *close = date_at(w, closing->close);
  const struct cell *known = state_find(w->customer, CELL_DUE, closing->decl, 0, 0);
  int64_t now_ms = w->event->time_ms;
  struct own_day day;
  assert(known != NULL && known->due.time_ms == now_ms);
  state_remove(w->customer, known);
  if (!day_of(w, close, &day)) return;
  struct cell *due = work_make(w, w->customer, CELL_DUE, close->decl, 0, 0);
  due->due.done_ms = now_ms, due->due.time_ms = heard_next(w, closing->close, &day, now_ms);
  due_tell(w, due->due.time_ms);
}

bool date_wakes(struct work *w, uint32_t rule) {
  const struct closing *closing = w->in->closing;
  const struct close *close = date_at(w, closing->close);
  const struct campaign *campaign = work_campaign(w, w->book->rules[rule].campaign);
  bool runs = w->event->time_ms >= campaign->from_ms && w->event->time_ms < campaign->to_ms;
  struct own_day day;
  if (!runs || !day_of(w, close, &day)) return false;
  int64_t at_ms = date_heard(w->book, rule, closing->close, &day, year_of(close, w->event->time_ms), closing->done_ms);
  return at_ms != TIME_NONE && at_ms <= w->event->time_ms;
}
