/* Moments, durations and calendar periods. Pure arithmetic on milliseconds since 1970-01-01T00:00:00Z: nobody here asks a clock.
 *
 * Days are those of a zone (zone.h): where its clocks turn one has 23 hours, or 25. Proleptic Gregorian calendar, years 1970..9999.
 * Semantics: docs/language.md sections 1 and 9 (31 Jan + P1M is the last of February; weeks start on Monday; ten days are 1-10, 11-20,
 * 21-end).
 */
#ifndef GIFTD_BASE_TIME_H
#define GIFTD_BASE_TIME_H

#include "giftd/base/memory.h"
#include "giftd/base/str.h"
#include "giftd/base/zone.h"

#define MS_PER_SECOND 1000LL
#define MS_PER_DAY 86400000LL
#define TIME_NONE INT64_MIN

/* What time it is, where that is not known for sure: between these, both included. TIME_NONE: not known at all. */
struct about {
  int64_t earliest_ms, latest_ms;
};

struct civil {
  int32_t year;                     /* 1970..9999 */
  int32_t month, day;               /* 1..12, 1..31 */
  int32_t hour, minute, second, ms; /* 0..23, 0..59, 0..59, 0..999 */
};

/* Days since 1970-01-01 of a civil date and back. */
int64_t days_from_civil(int32_t year, int32_t month, int32_t day);
struct civil civil_from_ms(int64_t local_ms); /* local_ms = utc ms + offset */
int64_t ms_from_civil(const struct civil *civil);
bool year_is_leap(int32_t year);
int32_t month_days(int32_t year, int32_t month);
/* 1 Monday .. 7 Sunday. */
int32_t weekday_of_day(int64_t days);

/* RFC 3339 date-time with an offset (section 5.6): upper or lower case T and Z, a space is not accepted, 1..9 fraction digits (kept to
 * the millisecond, cut not rounded), leap days checked, second 60 accepted only at 23:59 UTC of a month's end and read as :59.999.
 * offset_minutes may be NULL. False if it is not one; nothing is written then. */
bool time_parse(struct str text, int64_t *utc_ms, int32_t *offset_minutes);
/* "2026-11-20" alone. */
bool date_parse(struct str text, int64_t *days);
/* The month, 1..12, of a moment in a zone; of a date (0001 to 9999), or of a day without a year: "1990-05-17", "05-17", "--05-17"
 * (ISO 8601:2000, 5.2.1.3). 0: the text is neither. */
int32_t month_of(int64_t utc_ms, struct zone zone);
int32_t month_of_date(struct str text);
/* Month and day of such a text; false: it is neither. */
bool month_day_parse(struct str text, int32_t *month, int32_t *day);
/* The instant at which a day of the calendar comes again in a year, at a time of the clock (ms since midnight): 29 February on the 28th in
 * years without one. */
int64_t anniversary_ms(int32_t year, int32_t month, int32_t day, int64_t clock_ms, struct zone zone);
/* "2026-11-20T12:01:07+08:00"; with ".123" only when the milliseconds are not zero. */
void buffer_time(struct buffer *buffer, int64_t utc_ms, int32_t offset_minutes);
/* The same with the offset that the zone has then. */
void buffer_time_in(struct buffer *buffer, int64_t utc_ms, struct zone zone);
/* "2026-11-20" */
void buffer_date(struct buffer *buffer, int64_t days);

/* ISO 8601 duration of one unit: P3M, P7D, P2W, P1Y, PT2H, PT30M, PT10S. Units are not mixed (docs/language.md section 1). */
struct duration {
  int32_t months; /* years count as 12 */
  int64_t ms;     /* weeks, days, hours, minutes, seconds; weeks and days as 24 hours each */
  bool days;      /* weeks or days: from a time of the clock to the same time of another day, however long these are */
};
bool duration_parse(struct str text, struct duration *out);
/* The moment a duration later (or earlier: `times` -1) in a zone; months end on the last day where the day is missing. A time that the
 * clocks leave out or show twice: zone.h. */
int64_t duration_add(int64_t utc_ms, struct duration duration, int32_t times, struct zone zone);
void buffer_duration(struct buffer *buffer, struct duration duration); /* as it is written: P3M, P7D, PT2H */

enum unit { UNIT_DAY, UNIT_WEEK, UNIT_TEN_DAYS, UNIT_MONTH, UNIT_QUARTER, UNIT_HALF, UNIT_YEAR, UNIT_CAMPAIGN, UNIT_EVER };
#define UNIT_COUNT 9
bool unit_parse(struct str text, enum unit *out); /* "day week ten_days month quarter half year campaign ever" */
const char *unit_name(enum unit unit);
/* The number of the period an instant is in: consecutive periods have consecutive numbers. Campaign and ever: 0. */
int32_t period_of(enum unit unit, int64_t utc_ms, struct zone zone);
/* The first day of a period, in days since 1970-01-01; not of campaign and ever. */
int64_t period_first_day(enum unit unit, int32_t period);
/* First millisecond of a period (and of the next: period + 1). For campaign and ever: INT64_MIN/2 and INT64_MAX/2. */
int64_t period_start(enum unit unit, int32_t period, struct zone zone);
/* The period's label as people write it: 2026-11-20, 2026-W47, 2026-11/2 (second ten days), 2026-11, 2026-Q4, 2026-H2, 2026, campaign,
 * ever. */
void buffer_period(struct buffer *buffer, enum unit unit, int32_t period);

#endif
