/* Cycles of the customer at hand (docs/language.md section 1, "Cycles"). Of those that begin on a day of the profile the day of each month
 * is the one that had been said when the month began: the running cycle never gets another beginning, one begins in every month, and what
 * was counted stays where it is. So a day that changes is kept with the month from which it holds, for as long as anything of the months
 * before may come or close; where none is kept, the profile's day always held. Those that count from a moment have one day, the moment's.
 */
#include "giftd/base/bytes.h"
#include "work.h"

#define DAY_BYTES 5u /* period 4, day 1; all zeros: there is none */
#define FROM_FIRST 1 /* before anything that giftd hears */
#define MONTHS_KEPT 3
_Static_assert(CYCLE_DAYS *DAY_BYTES <= CELL_PACK_BYTES, "all changes stand in one cell");

/* ---- days that changed ---- */

static void days_read(const struct cell *cell, struct cycle *out) {
  struct reader r = reader_over((struct str){cell->cycle.days, CYCLE_DAYS * DAY_BYTES});
  for (out->count = 0; out->count < CYCLE_DAYS; out->count++) {
    struct cycle_day day = {.from = (int32_t)get_fixed(&r, 4)};
    day.day = (int32_t)get_byte(&r);
    if (day.from == 0) return;
    out->days[out->count] = day;
  }
}

/* Those that end with another day than the profile's are of a time behind which no file asked for cycles, and nobody heard of moves. */
static bool days_stand(const struct cell *cell, int32_t said, struct cycle *out) {
  days_read(cell, out);
  return out->count > 0 && out->days[out->count - 1].day == said;
}

static void days_write(const struct cycle *cycle, struct cell *cell) {
  struct writer w = writer_into(cell->cycle.days, sizeof cell->cycle.days);
  memset(cell->cycle.days, 0, sizeof cell->cycle.days);
  for (uint32_t i = 0; i < cycle->count; i++) put_fixed(&w, (uint64_t)cycle->days[i].from, 4), put_byte(&w, (uint8_t)cycle->days[i].day);
}

static const struct condition *left_of(const struct work *w, const struct own_cycle *own) { return &w->book->conditions[own->left]; }

static uint64_t field_decl(const struct work *w, uint32_t field) { return decl_of_hash(w->book->catalogue->fields[field].hash); }

int32_t cycle_day_said(const struct work *w, uint32_t field) {
  struct remembered said;
  if (!profile_get(w->customer, field_decl(w, field), 0, &said) || said.value.kind != VALUE_INT) return 0;
  return said.value.number >= 1 && said.value.number <= 31 ? (int32_t)said.value.number : 0;
}

/* ---- the customer's ---- */

static void of_profile(const struct work *w, const struct own_cycle *own, struct cycle *out) {
  const struct cell *changed = state_find(w->customer, CELL_CYCLE, own->days, 0, 0);
  int32_t said = cycle_day_said(w, left_of(w, own)->index);
  if (changed != NULL && !MUTANT(CYCLE_DAY_NOW) && days_stand(changed, said, out)) return;
  out->days[0] = (struct cycle_day){FROM_FIRST, said};
  out->count = out->days[0].day > 0;
}

/* What was counted in a cycle that begins before the moment, since that was an earlier one when it was counted, closes all the same. */
static bool is_closing(const struct work *w, uint32_t number) {
  const struct closing *closing = w->in->closing;
  return closing != NULL && closing->close < w->book->close_count && w->book->closes[closing->close].cycle == number;
}

static void of_moment(const struct work *w, const struct own_cycle *own, struct cycle *out) {
  const struct cell *first = first_cell(w, &w->book->facts[left_of(w, own)->index], 0);
  if (first == NULL) return;
  struct civil civil = civil_from_ms(zone_local(own->zone, first->first.time_ms));
  out->count = 1, out->days[0] = (struct cycle_day){FROM_FIRST, civil.day};
  out->month = civil.month;
  if (!is_closing(w, (uint32_t)(own - w->book->own_cycles) + 1)) out->first = period_of(own->unit, first->first.time_ms, own->zone);
}

static struct cycle cycle_find(const struct work *w, uint32_t number) {
  assert(number > 0 && number <= w->book->own_cycle_count);
  const struct own_cycle *own = &w->book->own_cycles[number - 1];
  struct cycle cycle = {.unit = own->unit, .first = PERIOD_NONE};
  left_of(w, own)->left == LEFT_PROFILE ? of_profile(w, own, &cycle) : of_moment(w, own, &cycle);
  return cycle;
}

int32_t work_period(const struct work *w, enum unit unit, uint32_t number, struct zone zone, int64_t time_ms) {
  if (number == 0) return period_of(unit, time_ms, zone);
  struct cycle cycle = cycle_find(w, number);
  return cycle_of(&cycle, time_ms, zone);
}

int64_t work_period_start(const struct work *w, enum unit unit, uint32_t number, struct zone zone, int32_t period) {
  if (number == 0) return period_start(unit, period, zone);
  struct cycle cycle = cycle_find(w, number);
  int64_t start_ms = cycle_start(&cycle, period, zone);
  return start_ms != TIME_NONE ? start_ms : cycle_end(&cycle, period - 1, zone);
}

bool work_cycle_span(const struct work *w, uint32_t number, int32_t period, int64_t *from_ms, int64_t *end_ms) {
  struct cycle cycle = cycle_find(w, number);
  struct zone zone = w->book->own_cycles[number - 1].zone;
  *from_ms = cycle_start(&cycle, period, zone), *end_ms = cycle_end(&cycle, period, zone);
  return *from_ms != TIME_NONE;
}

/* ---- a day that changes ---- */

/* The month behind the one in which it was said, and heard: nothing of that month can have been counted yet. */
static int32_t holds_from(const struct work *w, const struct own_cycle *own) {
  int64_t heard_ms = w->event->arrival_ms > w->event->time_ms ? w->event->arrival_ms : w->event->time_ms;
  return period_of(UNIT_MONTH, heard_ms, own->zone) + 1;
}

static void day_add(struct cycle *cycle, int32_t from, int32_t day) {
  assert(cycle->count > 0 && day >= 0 && day <= 31);
  struct cycle_day *last = &cycle->days[cycle->count - 1];
  if (last->from >= from) {
    last->day = day;
    return;
  }
  if (cycle->count == CYCLE_DAYS) memmove(cycle->days, cycle->days + 1, --cycle->count * sizeof cycle->days[0]);
  cycle->days[cycle->count++] = (struct cycle_day){from, day};
}

static void cycle_mind(struct work *w, const struct own_cycle *own, int32_t before, int32_t now) {
  const struct cell *known = state_find(w->customer, CELL_CYCLE, own->days, 0, 0);
  struct cycle cycle;
  if (known == NULL || !days_stand(known, before, &cycle)) {
    if (before == 0) return; /* the first that is said holds for what came before, too */
    cycle.count = 1, cycle.days[0] = (struct cycle_day){FROM_FIRST, before};
  }
  int32_t from = holds_from(w, own);
  day_add(&cycle, from, now);
  struct cell *cell = work_make(w, w->customer, CELL_CYCLE, own->days, 0, 0);
  days_write(&cycle, cell);
  cell->expires_day = state_expiry(period_start(UNIT_MONTH, from + MONTHS_KEPT, own->zone) + w->in->settings->horizon_ms +
                                   w->in->settings->memory_ms + LIMIT_CLOSE_DELAY_MS);
}

void cycles_mind(struct work *w, uint32_t field, int32_t before) {
  int32_t now = cycle_day_said(w, field);
  for (uint32_t i = 0; i < w->book->own_cycle_count; i++) {
    const struct own_cycle *own = &w->book->own_cycles[i];
    if (now != before && left_of(w, own)->left == LEFT_PROFILE && left_of(w, own)->index == field) cycle_mind(w, own, before, now);
  }
}
