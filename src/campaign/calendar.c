/* Whether a schedule holds, until when the answer stays the same, and which instant a moment means. Asked for every event, so nothing here
 * searches further than it must: a schedule's answer can only change at midnight, at an hour it names, or at its ends. */
#include "compile.h"

#define SEARCH_DAYS 400 /* a window is told no wider than this on either side: it is then asked for again */

static int64_t floor_day(int64_t local_ms) { return local_ms / MS_PER_DAY - (local_ms % MS_PER_DAY < 0 ? 1 : 0); }

bool list_has(const struct list *list, struct str item) {
  if (list->slot_count == 0) {
    for (uint32_t i = 0; i < list->count; i++)
      if (str_equal(list->items[i], item)) return true;
    return false;
  }
  uint32_t mask = list->slot_count - 1;
  for (uint32_t slot = (uint32_t)hash64(&HASH_KEY_FIXED, item) & mask;; slot = (slot + 1) & mask) {
    uint32_t entry = list->slots[slot];
    if (entry == 0) return false;
    if (str_equal(list->items[entry - 1], item)) return true;
  }
}

/* ---- schedules ---- */

static bool day_is_dated(const struct schedule *schedule, int64_t day) {
  for (uint32_t i = 0; i < schedule->date_count; i++)
    if (schedule->dates[i] == day) return true;
  return false;
}

static bool day_holds(const struct schedule *schedule, int64_t day) {
  if (schedule->days == 0 && schedule->named_days == 0 && schedule->date_count == 0) return true;
  if (schedule->days & (1u << weekday_of_day(day))) return true;
  if ((schedule->days & DAY_WORKDAY) && calendar_is_workday(schedule->calendar, day)) return true;
  if ((schedule->days & DAY_RESTDAY) && !calendar_is_workday(schedule->calendar, day)) return true;
  if (schedule->named_days != 0 && (schedule->named_days & calendar_named_days(schedule->calendar, day))) return true;
  return day_is_dated(schedule, day);
}

static bool hours_hold(const struct schedule *schedule, int32_t second) {
  for (uint32_t i = 0; i < schedule->hour_count; i++)
    if (second >= schedule->hours[i].from_s && second < schedule->hours[i].to_s) return true;
  return schedule->hour_count == 0;
}

bool schedule_holds(const struct schedule *schedule, int64_t utc_ms, struct zone zone) {
  if (utc_ms < schedule->from_ms || utc_ms >= schedule->to_ms) return false;
  int64_t local = zone_local(zone, utc_ms), day = floor_day(local);
  return hours_hold(schedule, (int32_t)((local - day * MS_PER_DAY) / MS_PER_SECOND)) && day_holds(schedule, day);
}

/* The part of the day around `second` in which the hours give one answer. */
static struct hours hours_window(const struct schedule *schedule, int32_t second) {
  struct hours window = {0, 86400};
  for (uint32_t i = 0; i < schedule->hour_count; i++) {
    const int32_t edges[2] = {schedule->hours[i].from_s, schedule->hours[i].to_s};
    for (unsigned e = 0; e < 2; e++) {
      if (edges[e] <= second && edges[e] > window.from_s) window.from_s = edges[e];
      if (edges[e] > second && edges[e] < window.to_s) window.to_s = edges[e];
    }
  }
  return window;
}

/* Days in a row that are alike, when whole days are alike. */
static void days_window(const struct schedule *schedule, int64_t day, int64_t *first, int64_t *last) {
  bool holds = day_holds(schedule, day);
  *first = *last = day;
  while (day - *first < SEARCH_DAYS && day_holds(schedule, *first - 1) == holds) (*first)--;
  while (*last - day < SEARCH_DAYS && day_holds(schedule, *last + 1) == holds) (*last)++;
}

/* Where the clocks turn the time of day leaps: an answer is told no further than that. */
static void stretch_clip(struct zone zone, int64_t utc_ms, int64_t *from_ms, int64_t *to_ms) {
  int64_t first, last;
  zone_stretch(zone, utc_ms, &first, &last);
  if (first > *from_ms) *from_ms = first;
  if (last < *to_ms) *to_ms = last;
}

bool schedule_window(const struct schedule *schedule, int64_t utc_ms, struct zone zone, int64_t *from_ms, int64_t *to_ms) {
  *from_ms = INT64_MIN / 2, *to_ms = INT64_MAX / 2;
  if (utc_ms < schedule->from_ms) {
    *to_ms = schedule->from_ms;
    return false;
  }
  if (utc_ms >= schedule->to_ms) {
    *from_ms = schedule->to_ms;
    return false;
  }
  *from_ms = schedule->from_ms, *to_ms = schedule->to_ms;
  int64_t local = zone_local(zone, utc_ms), ahead = local - utc_ms, day = floor_day(local);
  bool any_day = schedule->days == 0 && schedule->named_days == 0 && schedule->date_count == 0;
  bool day_good = day_holds(schedule, day);
  int64_t first = day * MS_PER_DAY, last = first + MS_PER_DAY;
  if (schedule->hour_count > 0 && day_good) {
    struct hours window = hours_window(schedule, (int32_t)((local - first) / MS_PER_SECOND));
    last = first + window.to_s * MS_PER_SECOND;
    first += window.from_s * MS_PER_SECOND;
  } else if (any_day) {
    return true;
  } else {
    days_window(schedule, day, &first, &last);
    first *= MS_PER_DAY, last = (last + 1) * MS_PER_DAY;
  }
  if (zone_turns(zone)) stretch_clip(zone, utc_ms, from_ms, to_ms);
  if (first - ahead > *from_ms) *from_ms = first - ahead;
  if (last - ahead < *to_ms) *to_ms = last - ahead;
  return schedule_holds(schedule, utc_ms, zone);
}

struct stretch {
  int64_t from_ms, to_ms;
};

/* Schedules change their answers at midnight, where hours begin or end, and at their own ends: the first instant at which all hold is one
 * of those at which one of them begins, or the beginning itself. In `part` - a day, or what of it lies on one side of a turn - the clocks
 * go on without a leap; they showed midnight at its beginning, or would have. */
static int64_t first_of_part(const struct schedule *const *schedules, uint32_t count, struct stretch part, int64_t midnight,
                             struct zone zone) {
  int64_t found = TIME_NONE;
  for (uint32_t i = 0; i < count; i++) {
    for (uint32_t h = 0; h < schedules[i]->hour_count + 2; h++) {
      int64_t at = h == 0 ? part.from_ms : h == 1 ? schedules[i]->from_ms : midnight + schedules[i]->hours[h - 2].from_s * MS_PER_SECOND;
      bool all = at >= part.from_ms && at < part.to_ms && (found == TIME_NONE || at < found);
      for (uint32_t j = 0; j < count && all; j++) all = schedule_holds(schedules[j], at, zone);
      if (all) found = at;
    }
  }
  return found;
}

static int64_t first_of_day(const struct schedule *const *schedules, uint32_t count, struct stretch span, int64_t day, struct zone zone) {
  struct stretch all = {zone_instant(zone, day * MS_PER_DAY), zone_instant(zone, (day + 1) * MS_PER_DAY)};
  int64_t found = TIME_NONE;
  if (all.from_ms < span.from_ms) all.from_ms = span.from_ms;
  if (all.to_ms > span.to_ms) all.to_ms = span.to_ms;
  while (all.from_ms < all.to_ms && found == TIME_NONE) {
    struct stretch part = all, stretch;
    zone_stretch(zone, all.from_ms, &stretch.from_ms, &stretch.to_ms);
    if (part.to_ms > stretch.to_ms) part.to_ms = stretch.to_ms;
    found = first_of_part(schedules, count, part, day * MS_PER_DAY - zone_offset(zone, part.from_ms) * ZONE_MINUTE_MS, zone);
    all.from_ms = part.to_ms;
  }
  return found;
}

#define FIRST_DAYS 36600 /* a campaign of a hundred years is looked through */

int64_t schedules_first(const struct schedule *const *schedules, uint32_t count, int64_t from_ms, int64_t to_ms, struct zone zone) {
  struct stretch span = {from_ms, to_ms};
  for (uint32_t i = 0; i < count; i++) {
    if (schedules[i]->from_ms > span.from_ms) span.from_ms = schedules[i]->from_ms;
    if (schedules[i]->to_ms < span.to_ms) span.to_ms = schedules[i]->to_ms;
  }
  if (count == 0 || span.from_ms >= span.to_ms) return span.from_ms < span.to_ms ? span.from_ms : TIME_NONE;
  int64_t day = floor_day(zone_local(zone, span.from_ms));
  for (int64_t last = day + FIRST_DAYS; day <= last && zone_instant(zone, day * MS_PER_DAY) < span.to_ms; day++) {
    int64_t found = first_of_day(schedules, count, span, day, zone);
    if (found != TIME_NONE) return found;
  }
  return TIME_NONE;
}

/* ---- moments ---- */

static int64_t after_working_days(const struct moment *moment, int64_t utc_ms, struct zone zone) {
  int32_t count = moment->working_days;
  int64_t local = zone_local(zone, utc_ms), day = floor_day(local), start = day;
  while (count > 0) {
    day++;
    if (calendar_is_workday(moment->calendar, day)) count--;
  }
  return day == start ? utc_ms : zone_instant(zone, local + (day - start) * MS_PER_DAY);
}

/* Day 31 of a period is its last one. */
static int64_t in_next_period(const struct moment *moment, int64_t utc_ms, struct zone zone) {
  int32_t period = period_of(moment->unit, utc_ms, zone) + 1;
  int64_t day = period_first_day(moment->unit, period) + moment->day - 1, last = period_first_day(moment->unit, period + 1) - 1;
  return zone_instant(zone, (day < last ? day : last) * MS_PER_DAY + moment->time_s * MS_PER_SECOND);
}

int64_t moment_resolve(const struct moment *moment, int64_t utc_ms, struct zone zone) {
  switch (moment->kind) {
    case MOMENT_NONE: break;
    case MOMENT_AT: return moment->at_ms;
    case MOMENT_AFTER: return duration_add(utc_ms, moment->after, 1, zone);
    case MOMENT_AFTER_WORKING_DAYS: return after_working_days(moment, utc_ms, zone);
    case MOMENT_NEXT: return in_next_period(moment, utc_ms, zone);
    case MOMENT_END_OF: {
      if (moment->unit == UNIT_CAMPAIGN || moment->unit == UNIT_EVER) return duration_add(moment->at_ms, moment->after, 1, zone);
      int64_t end = period_start(moment->unit, period_of(moment->unit, utc_ms, zone) + 1, zone);
      return duration_add(end, moment->after, 1, zone);
    }
  }
  return utc_ms;
}

int64_t moment_end(const struct moment *moment, int64_t utc_ms, struct zone zone) {
  if (moment->kind == MOMENT_NONE) return INT64_MAX / 2;
  bool age = moment->kind == MOMENT_AFTER || moment->kind == MOMENT_AFTER_WORKING_DAYS;
  return moment_resolve(moment, utc_ms, zone) + (age ? 1 : 0);
}
