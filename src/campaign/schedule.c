/* Schedules: dates, days of the week and of the calendar, hours of the day (docs/language.md section 1). */
#include "compile.h"

static const struct key schedule_keys[] = {{"from", KEY_MAY}, {"to", KEY_MAY}, {"days", KEY_MAY}, {"hours", KEY_MAY}, {NULL, KEY_MAY}};
const char *const day_words[] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun", "workday", "restday", NULL};
#define DAYS_MOST 400u
#define HOURS_MOST 24u

static bool weekday_word(struct str text, struct schedule *out) {
  for (uint32_t i = 0; day_words[i] != NULL; i++) {
    if (!str_equal(text, str_of(day_words[i]))) continue;
    out->days |= i < 7 ? 1u << (i + 1) : i == 7 ? (uint32_t)DAY_WORKDAY : (uint32_t)DAY_RESTDAY;
    return true;
  }
  return false;
}

static bool named_word(struct compile *c, struct str text, struct schedule *out) {
  const struct calendar *calendar = calendar_now(c);
  for (uint32_t i = 0; calendar != NULL && i < calendar->day_count; i++) {
    if (!str_equal(text, calendar->days[i].id)) continue;
    out->named_days |= 1u << i;
    return true;
  }
  return calendar == NULL; /* that there is none has been told */
}

static void day_unknown(struct compile *c, const struct at *at, struct str text) {
  const struct calendar *calendar = calendar_now(c);
  struct near near = near_start(text);
  for (uint32_t i = 0; day_words[i] != NULL; i++) near_offer(&near, str_of(day_words[i]));
  for (uint32_t i = 0; calendar != NULL && i < calendar->day_count; i++) near_offer(&near, calendar->days[i].id);
  struct str hint = near_text(c, &near);
  report(c, at, CHECK_BAD_SCHEDULE,
         "'%.*s' is not a day: mon tue wed thu fri sat sun workday restday, a named day of the calendar, or a date%.*s", STR_FORMAT(text),
         STR_FORMAT(hint));
}

static void days_read(struct compile *c, const struct at *at, struct schedule *out) {
  uint32_t count;
  if (!read_list(c, at, CHECK_BAD_SCHEDULE, &count)) return;
  if (count > DAYS_MOST) {
    report(c, at, CHECK_TOO_MANY, "%u days; at most %u", count, DAYS_MOST);
    return;
  }
  int64_t *dates = take(c, count, sizeof *dates);
  for (uint32_t i = 0; i < count; i++) {
    struct at item = at_item(at, i);
    struct str text = text_of(item.json);
    int64_t day;
    if (json_is_string(item.json) && date_parse(text, &day)) {
      if (dates != NULL) dates[out->date_count++] = day;
    } else if (!json_is_string(item.json) || (!weekday_word(text, out) && !named_word(c, text, out))) {
      day_unknown(c, &item, text);
    }
  }
  out->dates = dates;
}

/* The calendar is looked for where it is asked alone: a campaign that asks for no day of one goes by none. */
static void calendar_ask(struct compile *c, const struct at *at, struct schedule *out) {
  bool rests = (out->days & (DAY_WORKDAY | DAY_RESTDAY)) != 0;
  if (!rests && out->named_days == 0) return;
  out->calendar = calendar_now(c);
  campaign_now(c)->asks_rests |= rests, campaign_now(c)->asks_named |= out->named_days;
  if (out->calendar == NULL)
    out->days = 1u << 1, out->named_days = 0; /* a harmless stand-in */
  else if (file_now(c)->has_period || out->name.length == 0)
    calendar_cover_check(c, at, out->calendar);
}

static bool hours_parse(struct str text, struct hours *out) {
  struct str from, to;
  return str_split(text, '-', &from, &to) && read_clock(from, &out->from_s) && read_clock(to, &out->to_s);
}

static bool hours_one(struct compile *c, const struct at *at, struct hours *out) {
  struct str text = text_of(at->json);
  if (!json_is_string(at->json) || !hours_parse(text, out)) {
    report(c, at, CHECK_BAD_SCHEDULE, "'%.*s' are not hours; write \"10:00-22:00\" or \"10:00:00-10:05:00\"", STR_FORMAT(text));
    return false;
  }
  if (out->from_s < out->to_s) return true;
  report(c, at, CHECK_BAD_SCHEDULE, "the hours %.*s end before they begin; hours do not go across midnight, write two ranges",
         STR_FORMAT(text));
  return false;
}

static void hours_read(struct compile *c, const struct at *at, struct schedule *out) {
  uint32_t count = 1;
  bool list = json_is_array(at->json);
  if (list && !read_list(c, at, CHECK_BAD_SCHEDULE, &count)) return;
  if (count > HOURS_MOST) {
    report(c, at, CHECK_TOO_MANY, "%u ranges of hours; at most %u", count, HOURS_MOST);
    return;
  }
  struct hours *hours = take(c, count, sizeof *hours);
  for (uint32_t i = 0; i < count; i++) {
    struct hours one;
    struct at item = list ? at_item(at, i) : *at;
    if (hours_one(c, &item, &one) && hours != NULL) hours[out->hour_count++] = one;
  }
  out->hours = hours;
}

static void ends_read(struct compile *c, const struct at *at, struct schedule *out) {
  struct at from = at_key(at, "from"), to = at_key(at, "to");
  bool good = true;
  if (from.json != NULL) good = read_instant(c, &from, false, CHECK_BAD_DATE, &out->from_ms);
  if (to.json != NULL) good = read_instant(c, &to, true, CHECK_BAD_DATE, &out->to_ms) && good;
  if (!good)
    out->from_ms = INT64_MIN / 2, out->to_ms = INT64_MAX / 2;
  else if (out->from_ms >= out->to_ms)
    report(c, at, CHECK_BAD_SCHEDULE, "the schedule ends before it begins");
}

/* A schedule that never meets the campaign's own time can never hold: by its ends, or because none of its days, by weekday, date and
 * calendar, lies in it. */
static void period_check(struct compile *c, const struct at *at, const struct schedule *schedule) {
  const struct campaign *campaign = campaign_now(c);
  if (!file_now(c)->has_period || campaign->programme || schedule->from_ms >= schedule->to_ms) return;
  int64_t days = (campaign->closing_ms - campaign->from_ms) / MS_PER_DAY;
  if (schedule->to_ms <= campaign->from_ms || schedule->from_ms >= campaign->closing_ms)
    report(c, at, CHECK_CANNOT_HOLD, "the schedule lies outside the campaign's period");
  else if (lint_spend(c, days > LINT_BUDGET ? LINT_BUDGET : (uint32_t)days + 1) &&
           schedules_first(&schedule, 1, campaign->from_ms, campaign->closing_ms, campaign->zone) == TIME_NONE)
    report(c, at, CHECK_CANNOT_HOLD, "the schedule never holds: none of its days lies in the campaign's period");
}

uint32_t schedule_read(struct compile *c, const struct at *at, struct str name) {
  struct schedule schedule = {.name = name, .from_ms = INT64_MIN / 2, .to_ms = INT64_MAX / 2};
  struct at days = at_key(at, "days"), hours = at_key(at, "hours");
  uint32_t number = vec_push(c, &c->schedules, 1), errors = c->findings->errors;
  if (keys_check(c, at, schedule_keys, "a schedule")) {
    if (json_object_size(at->json) == 0) report(c, at, CHECK_BAD_SCHEDULE, "the schedule says nothing; give days, hours, from or to");
    ends_read(c, at, &schedule);
    if (days.json != NULL) days_read(c, &days, &schedule);
    if (days.json != NULL) calendar_ask(c, &days, &schedule);
    if (hours.json != NULL) hours_read(c, &hours, &schedule);
    if (c->findings->errors == errors) period_check(c, at, &schedule);
  }
  *schedule_at(c, number) = schedule;
  return number;
}

uint32_t schedule_ref(struct compile *c, const struct at *at) {
  struct str ref;
  if (json_is_object(at->json)) return schedule_read(c, at, STR(""));
  if (!read_text(c, at, &ref)) return NONE;
  uint32_t decl = name_resolve(c, at, DECL_SCHEDULE, ref);
  if (decl == NONE) return NONE;
  bool checked = decl_at(c, decl)->file == c->now && file_now(c)->has_period && !c->lasts; /* where it is declared */
  if (!checked) calendar_cover_check(c, at, schedule_at(c, decl_at(c, decl)->number)->calendar);
  return decl_at(c, decl)->number;
}

void schedules_read(struct compile *c) {
  const struct file *file = file_now(c);
  for (uint32_t i = 0; i < file->decl_count[DECL_SCHEDULE]; i++) {
    struct decl decl = *decl_at(c, file->decl_first[DECL_SCHEDULE] + i);
    uint32_t number = schedule_read(c, &decl.at, keep_text(c, decl.name));
    decl_at(c, file->decl_first[DECL_SCHEDULE] + i)->number = number;
  }
}
