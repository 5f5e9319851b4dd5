/* Which days are worked, and which have names (R28, R98): what a calendar file says (src/campaign/calendar_file.c), as an array of days.
 * Pure look-ups, since every event of a schedule asks. `giftd check` sees to it that campaigns ask for days that are covered; of others the
 * weekend alone is known. */
#ifndef GIFTD_BASE_CALENDAR_H
#define GIFTD_BASE_CALENDAR_H

#include "giftd/base/str.h"
#include "giftd/base/time.h"

struct calendar_day {
  struct str id, zh, en; /* "national-day", and what people call it */
};

/* Lives as long as the rulebook whose schedules ask it. */
struct calendar {
  const struct calendar *next; /* while files are read */
  struct str id, zh, en;       /* "sg", and what people call it */
  int64_t from_day, to_day;    /* days since 1970 that it covers, both in */
  uint32_t weekend;            /* 1 << weekday, 1 to 7 */
  bool moves;                  /* days of a weekend are worked */
  uint32_t day_count;
  const struct calendar_day *days; /* [day_count]: bit n of named */
  const uint32_t *named;           /* [to_day - from_day + 1] */
  const bool *rests;
  struct str source_text; /* the file's bytes: borrowed */
  uint64_t digest;        /* of them */
};

static inline bool calendar_covers(const struct calendar *calendar, int64_t day) {
  return day >= calendar->from_day && day <= calendar->to_day;
}
static inline bool calendar_is_workday(const struct calendar *calendar, int64_t day) {
  if (calendar_covers(calendar, day)) return !calendar->rests[day - calendar->from_day];
  return (calendar->weekend & (1u << weekday_of_day(day))) == 0;
}
/* A bit for each name of the day. */
static inline uint32_t calendar_named_days(const struct calendar *calendar, int64_t day) {
  return calendar_covers(calendar, day) ? calendar->named[day - calendar->from_day] : 0;
}

#endif
