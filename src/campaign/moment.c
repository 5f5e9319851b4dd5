/* Moments: a fixed date, so long after an event, the n-th day of the next month, the end of a quarter (docs/language.md section 1). */
#include "compile.h"

static const struct key after_keys[] = {{"after", KEY_MUST}, {NULL, KEY_MAY}};
static const struct key working_keys[] = {{"working_days", KEY_MUST}, {NULL, KEY_MAY}};
static const struct key next_keys[] = {{"next", KEY_MUST}, {"day", KEY_MAY}, {"time", KEY_MAY}, {NULL, KEY_MAY}};
static const struct key end_keys[] = {{"end_of", KEY_MUST}, {"plus", KEY_MAY}, {NULL, KEY_MAY}};

static bool working_read(struct compile *c, const struct at *at, struct moment *out) {
  int64_t days = 0;
  struct at child = at_key(at, "working_days");
  if (!keys_check(c, at, working_keys, "a duration in working days") || child.json == NULL) return false;
  if (!read_int(c, &child, 1, 366, CHECK_BAD_DURATION, &days)) return false;
  const struct calendar *calendar = calendar_now(c);
  if (calendar == NULL) return false;
  *out = (struct moment){.kind = MOMENT_AFTER_WORKING_DAYS, .working_days = (int32_t)days, .calendar = calendar};
  calendar_reach_check(c, at, out);
  return true;
}

static bool after_read(struct compile *c, const struct at *at, struct moment *out) {
  struct at child = at_key(at, "after");
  (void)keys_check(c, at, after_keys, "a moment with 'after', which takes no other");
  if (json_is_object(child.json)) return working_read(c, &child, out);
  *out = (struct moment){.kind = MOMENT_AFTER};
  return read_duration(c, &child, &out->after);
}

static bool next_read(struct compile *c, const struct at *at, struct moment *out) {
  struct at unit = at_key(at, "next"), day = at_key(at, "day"), time = at_key(at, "time");
  int64_t number = 1;
  *out = (struct moment){.kind = MOMENT_NEXT, .day = 1};
  bool good = keys_check(c, at, next_keys, "a moment with 'next', which takes 'day' and 'time'") && read_unit(c, &unit, true, &out->unit);
  if (day.json != NULL && !read_int(c, &day, 1, 31, CHECK_BAD_MOMENT, &number)) good = false;
  out->day = (int32_t)number;
  if (time.json == NULL) return good;
  if (json_is_string(time.json) && read_clock(text_of(time.json), &out->time_s)) return good;
  report(c, &time, CHECK_BAD_MOMENT, "'%.*s' is not a time of day; write \"10:00\"", STR_FORMAT(text_of(time.json)));
  return false;
}

static bool end_read(struct compile *c, const struct at *at, struct moment *out) {
  struct at unit = at_key(at, "end_of"), plus = at_key(at, "plus");
  *out = (struct moment){.kind = MOMENT_END_OF};
  bool good = keys_check(c, at, end_keys, "a moment with 'end_of', which takes 'plus'") && read_unit(c, &unit, false, &out->unit);
  if (good && out->unit == UNIT_EVER) {
    report(c, &unit, CHECK_BAD_UNIT, "'ever' has no end");
    good = false;
  }
  if (out->unit == UNIT_CAMPAIGN) out->at_ms = campaign_now(c)->to_ms;
  return (plus.json == NULL || read_duration(c, &plus, &out->after)) && good;
}

bool read_moment(struct compile *c, const struct at *at, bool end, struct moment *out) {
  *out = (struct moment){.kind = MOMENT_NONE};
  if (json_is_string(at->json) && duration_parse(text_of(at->json), &out->after)) {
    out->kind = MOMENT_AFTER;
    return true;
  }
  if (json_is_string(at->json)) {
    out->kind = MOMENT_AT;
    return read_instant(c, at, end, CHECK_BAD_MOMENT, &out->at_ms);
  }
  if (json_object_get(at->json, "after") != NULL) return after_read(c, at, out);
  if (json_object_get(at->json, "next") != NULL) return next_read(c, at, out);
  if (json_object_get(at->json, "end_of") != NULL) return end_read(c, at, out);
  if (json_object_get(at->json, "working_days") != NULL) return working_read(c, at, out);
  report(c, at, CHECK_BAD_MOMENT, "a moment is a date, a duration, or an object with 'after', 'next' or 'end_of'");
  return false;
}
