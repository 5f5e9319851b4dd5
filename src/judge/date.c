/* Days of the customer's own that come again (docs/language.md section 3): a birthday, the day on which a card was first issued. Which day
 * it is the record says, so any event of the customer's that is heard makes the next one due, and one that says another day moves it. It
 * is one due cell (of period 0), which goes from year to year. A rule gives once for a year: whose day is moved gets nothing twice.
 *
 * done_ms of the cell is how far it was heard, or was over when it was told. Where another file makes a rule's time earlier than that, and
 * by the time of before the rule had still to hear the day, it hears it: done_ms goes back behind the day, and made_ms keeps how far it was
 * heard, so that the others hear nothing again. */
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

/* How far a day was heard: behind after_ms nothing, but up to heard_ms by all who had no more to hear of it. 0: nobody in between. */
struct heard {
  int64_t after_ms, heard_ms;
};

/* Whether a rule whose time is earlier now had still to hear the day of that year by its time of before. */
static bool came_later(const struct work *w, uint32_t rule, uint32_t number, const struct own_day *day, int32_t year, int64_t heard_ms) {
  const struct look *look = w->in->look;
  int64_t time_ms = look == NULL ? TIME_NONE : look->day_time(look->self, rule, number);
  if (time_ms == TIME_NONE) return false;
  return anniversary_ms(year, day->month, day->day, time_ms, date_at(w, number)->zone) > heard_ms;
}

static int64_t rule_hears(const struct work *w, uint32_t rule, uint32_t number, const struct own_day *day, int32_t year,
                          struct heard heard) {
  int64_t at_ms = date_heard(w->book, rule, number, day, year, heard.after_ms);
  bool between = at_ms != TIME_NONE && at_ms <= heard.heard_ms;
  if (!between || came_later(w, rule, number, day, year, heard.heard_ms)) return at_ms;
  return date_heard(w->book, rule, number, day, year, heard.heard_ms);
}

/* When the first rule hears that it is there, in this year; or TIME_NONE. */
static int64_t heard_in(const struct work *w, uint32_t number, const struct own_day *day, int32_t year, struct heard heard) {
  const struct close *close = date_at(w, number);
  int64_t first = TIME_NONE;
  for (uint32_t i = 0; i < close->rule_count; i++) {
    int64_t at_ms = rule_hears(w, w->book->refs[close->rule_first + i], number, day, year, heard);
    if (at_ms != TIME_NONE && (first == TIME_NONE || at_ms < first)) first = at_ms;
  }
  return first;
}

static int64_t heard_next(const struct work *w, uint32_t number, const struct own_day *day, struct heard heard) {
  const struct close *close = date_at(w, number);
  int32_t year = year_of(close, heard.after_ms);
  if (year < day->first_year) year = day->first_year;
  int64_t at_ms = heard_in(w, number, day, year, heard);
  return at_ms != TIME_NONE ? at_ms : heard_in(w, number, day, year + 1, heard);
}

/* Who was heard in between shows only while something lies there. */
static void date_put(struct work *w, uint64_t decl, int64_t due_ms, struct heard heard) {
  struct cell *due = work_make(w, w->customer, CELL_DUE, decl, 0, 0);
  bool between = due_ms <= heard.heard_ms;
  due->due.time_ms = due_ms, due->due.made_ms = between ? heard.heard_ms : 0;
  due->due.done_ms = !between && heard.heard_ms > heard.after_ms ? heard.heard_ms : heard.after_ms;
  due_tell(w, due_ms);
}

/* ---- what makes it due ---- */

static int64_t day_begins(const struct close *close, const struct cell *known) {
  return period_start(UNIT_DAY, period_of(UNIT_DAY, known->due.time_ms, close->zone), close->zone);
}

/* Behind which instant the next is looked for. What is due stays due, though the event may stand behind it - unless it is the day no
 * more, or another is nearer, or its time is earlier now: nobody has heard of that day yet. What was heard already does not come again,
 * whatever late event looks ahead to it. */
static struct heard looked_from(const struct work *w, const struct close *close, const struct cell *known) {
  int64_t after_ms = w->event->time_ms;
  if (known == NULL) return (struct heard){after_ms, 0};
  const int64_t day_ms = day_begins(close, known);
  if (after_ms >= day_ms) after_ms = day_ms - 1;
  return (struct heard){after_ms > known->due.done_ms ? after_ms : known->due.done_ms, known->due.made_ms};
}

/* Till customers are looked at a day that is due stays due, by the files of before, unless it is the day no more. */
static bool stays_until_looked(const struct work *w, const struct close *close, const struct cell *known, const struct own_day *day) {
  const struct look *look = w->in->look;
  if (known == NULL || look == NULL || !look->awaited(look->self)) return false;
  return anniversary_ms(year_of(close, known->due.time_ms), day->month, day->day, 0, close->zone) == day_begins(close, known);
}

/* Whoever is told of behind one time of the day hears the next of them alone. */
static void date_mind(struct work *w, uint32_t number) {
  const struct close *close = date_at(w, number);
  const struct cell *known = state_find(w->customer, CELL_DUE, close->decl, 0, 0);
  const struct heard heard = looked_from(w, close, known);
  struct own_day day;
  const bool knows = day_of(w, close, &day);
  if (knows && stays_until_looked(w, close, known, &day)) return;
  int64_t next_ms = knows ? heard_next(w, number, &day, heard) : TIME_NONE;
  if (known != NULL && next_ms == TIME_NONE) state_remove(w->customer, known);
  if (next_ms == TIME_NONE || (known != NULL && known->due.time_ms == next_ms)) return;
  date_put(w, close->decl, next_ms, heard);
}

void dates_mind(struct work *w) {
  for (uint32_t i = 0; i < w->book->date_count; i++) date_mind(w, w->book->dates[i]);
}

/* A day of which some have heard, or that was told when it was over for some, and is due for others: where the time of those lies in front
 * of that now, they hear it. Is somebody looked at again before that, all hear the day: a rule gives once. */
static void date_look(struct work *w, uint32_t number) {
  const struct close *close = date_at(w, number);
  const struct cell *known = state_find(w->customer, CELL_DUE, close->decl, 0, 0);
  struct own_day day;
  if (known != NULL && known->due.made_ms != 0) state_write(w->customer, known)->due.made_ms = 0;
  if (known == NULL || known->due.done_ms < day_begins(close, known) || !day_of(w, close, &day)) return;
  const struct heard heard = {day_begins(close, known) - 1, known->due.done_ms};
  int64_t next_ms = heard_next(w, number, &day, heard);
  if (next_ms != TIME_NONE && next_ms <= heard.heard_ms) date_put(w, close->decl, next_ms, heard);
}

void dates_look(struct work *w) {
  for (uint32_t i = 0; i < w->book->date_count; i++) date_look(w, w->book->dates[i]);
  dates_mind(w);
}

/* ---- the day ---- */

/* The cell may stand under what an earlier giftd called the zone; the next year's does not. */
void date_begin(struct work *w) {
  const struct closing *closing = w->in->closing;
  const struct close *close = date_at(w, closing->close);
  const struct cell *known = state_find(w->customer, CELL_DUE, closing->decl, 0, 0);
  struct own_day day;
  assert(known != NULL && known->due.time_ms == w->event->time_ms);
  const struct heard heard = {known->due.time_ms, known->due.made_ms};
  state_remove(w->customer, known);
  if (day_of(w, close, &day)) date_put(w, close->decl, heard_next(w, closing->close, &day, heard), heard);
}

bool date_wakes(struct work *w, uint32_t rule) {
  const struct closing *closing = w->in->closing;
  const struct close *close = date_at(w, closing->close);
  const struct campaign *campaign = work_campaign(w, w->book->rules[rule].campaign);
  bool runs = w->event->time_ms >= campaign->from_ms && w->event->time_ms < campaign->to_ms;
  struct own_day day;
  if (!runs || !day_of(w, close, &day)) return false;
  const struct heard heard = {closing->done_ms, closing->made_ms};
  int64_t at_ms = rule_hears(w, rule, closing->close, &day, year_of(close, w->event->time_ms), heard);
  return at_ms != TIME_NONE && at_ms <= w->event->time_ms;
}
