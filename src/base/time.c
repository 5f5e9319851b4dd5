/* The calendar: days from civil dates and back (Hinnant's method: years begin in March, so the leap day comes last), RFC 3339, durations.
 */
#include "giftd/base/time.h"

#include <assert.h>

#include "giftd/base/limits.h"

#define DAYS_TO_1970 719468       /* from 0000-03-01 */
#define DAYS_PER_ERA 146097       /* 400 years */
#define LAST_MS 253402300799999LL /* 9999-12-31T23:59:59.999Z */

static int64_t floor_div(int64_t a, int64_t b) { return a / b - (a % b != 0 && (a < 0) != (b < 0) ? 1 : 0); }
static int64_t floor_mod(int64_t a, int64_t b) { return a - floor_div(a, b) * b; }

int64_t days_from_civil(int32_t year, int32_t month, int32_t day) {
  int64_t shifted = (int64_t)year - (month <= 2 ? 1 : 0);
  int64_t era = floor_div(shifted, 400), year_of_era = shifted - era * 400;
  int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return era * DAYS_PER_ERA + day_of_era - DAYS_TO_1970;
}

/* Neri and Schneider, "Euclidean affine functions and their application to calendar algorithms" (Software: Practice and Experience, 2022),
 * figure 12: one multiplication gives the year in its high half and the day of it in its low one, another the month and its day. It is
 * asked of nearly every event, and more than once. */
#define YEAR_FACTOR 2939745u /* 2^32 by 1461, the quarters of a day in a year */
#define MONTH_FACTOR 2141u   /* 2^16 by 30.6, the days in a month from March on */

static struct civil civil_from_days(int64_t days) {
  int64_t shifted = days + DAYS_TO_1970, era = floor_div(shifted, DAYS_PER_ERA);
  uint32_t quarters = 4 * (uint32_t)(shifted - era * DAYS_PER_ERA) + 3, century = quarters / DAYS_PER_ERA;
  uint64_t product = (uint64_t)YEAR_FACTOR * (quarters % DAYS_PER_ERA / 4 * 4 + 3);
  uint32_t year = (uint32_t)(product >> 32), day_of_year = (uint32_t)product / YEAR_FACTOR / 4;
  uint32_t months = MONTH_FACTOR * day_of_year + 197913, month = months >> 16, day = (months & 0xffff) / MONTH_FACTOR;
  bool next = day_of_year >= 306; /* January and February end a year that began in March */
  return (struct civil){.year = (int32_t)(era * 400) + (int32_t)(100 * century + year) + next,
                        .month = (int32_t)(next ? month - 12 : month),
                        .day = (int32_t)day + 1};
}

struct civil civil_from_ms(int64_t local_ms) {
  int64_t days = floor_div(local_ms, MS_PER_DAY);
  int32_t rest = (int32_t)(local_ms - days * MS_PER_DAY);
  struct civil civil = civil_from_days(days);
  civil.hour = rest / 3600000;
  civil.minute = rest / 60000 % 60;
  civil.second = rest / 1000 % 60;
  civil.ms = rest % 1000;
  return civil;
}

int64_t ms_from_civil(const struct civil *civil) {
  int64_t seconds = ((int64_t)civil->hour * 60 + civil->minute) * 60 + civil->second;
  return days_from_civil(civil->year, civil->month, civil->day) * MS_PER_DAY + seconds * MS_PER_SECOND + civil->ms;
}

bool year_is_leap(int32_t year) { return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0); }

int32_t month_days(int32_t year, int32_t month) {
  static const int8_t days[12] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  assert(month >= 1 && month <= 12);
  return month == 2 && year_is_leap(year) ? 29 : days[month - 1];
}

int32_t weekday_of_day(int64_t days) { return (int32_t)floor_mod(days + 3, 7) + 1; /* day 0 was a Thursday */ }

/* Two digits; sets `bad` where one is none. */
static inline int32_t digits_read(const char *at, unsigned *bad) {
  unsigned tens = (unsigned)(at[0] - '0'), ones = (unsigned)(at[1] - '0');
  *bad |= (unsigned)(tens > 9) | (unsigned)(ones > 9);
  return (int32_t)(tens * 10 + ones);
}

static bool byte_at(struct str text, size_t at, char byte) { return at < text.length && text.at[at] == byte; }

/* "2026-11-20" at the start of the text. */
static bool civil_date(struct str text, struct civil *civil) {
  if (text.length < 10) return false;
  const char *at = text.at;
  unsigned bad = (unsigned)(at[4] != '-') | (unsigned)(at[7] != '-');
  civil->year = digits_read(at, &bad) * 100 + digits_read(at + 2, &bad);
  civil->month = digits_read(at + 5, &bad);
  civil->day = digits_read(at + 8, &bad);
  if (bad != 0 || civil->year < 1970 || civil->month < 1 || civil->month > 12 || civil->day < 1) return false;
  return civil->day <= 28 || civil->day <= month_days(civil->year, civil->month);
}

/* "T12:01:07" behind the date. */
static bool civil_clock(struct str text, struct civil *civil) {
  if (text.length < 19) return false;
  const char *at = text.at;
  unsigned bad = (unsigned)(at[10] != 'T' && at[10] != 't') | (unsigned)(at[13] != ':') | (unsigned)(at[16] != ':');
  civil->hour = digits_read(at + 11, &bad);
  civil->minute = digits_read(at + 14, &bad);
  civil->second = digits_read(at + 17, &bad);
  return bad == 0 && civil->hour <= 23 && civil->minute <= 59 && civil->second <= 60;
}

/* ".123456789": what is finer than a millisecond is cut. *at moves behind it. */
static bool civil_fraction(struct str text, size_t *at, struct civil *civil) {
  if (!byte_at(text, *at, '.')) return true;
  int32_t scale = 100;
  size_t first = ++*at;
  for (; *at < text.length && text.at[*at] >= '0' && text.at[*at] <= '9'; (*at)++, scale /= 10) civil->ms += (text.at[*at] - '0') * scale;
  return *at - first >= 1 && *at - first <= 9;
}

/* "Z" or "+08:00" as the rest of the text. */
static bool offset_read(struct str rest, int32_t *minutes) {
  unsigned bad = 0;
  *minutes = 0;
  if (rest.length == 1) return rest.at[0] == 'Z' || rest.at[0] == 'z';
  if (rest.length != 6 || (rest.at[0] != '+' && rest.at[0] != '-') || rest.at[3] != ':') return false;
  int32_t hour = digits_read(rest.at + 1, &bad), minute = digits_read(rest.at + 4, &bad);
  if (bad != 0 || hour > 23 || minute > 59) return false;
  *minutes = rest.at[0] == '-' ? -(hour * 60 + minute) : hour * 60 + minute;
  return true;
}

/* Leap seconds are inserted at the end of a month in UTC; giftd counts none, so that last second is read as the one before, nearly over. */
static bool leap_second(struct civil *civil, int32_t offset_minutes) {
  if (civil->second != 60) return true;
  civil->second = 59;
  civil->ms = 999;
  struct civil utc = civil_from_ms(ms_from_civil(civil) - (int64_t)offset_minutes * 60000);
  return utc.hour == 23 && utc.minute == 59 && utc.day == month_days(utc.year, utc.month);
}

bool time_parse(struct str text, int64_t *utc_ms, int32_t *offset_minutes) {
  struct civil civil = {.ms = 0};
  size_t at = 19;
  int32_t offset = 0;
  if (!civil_date(text, &civil) || !civil_clock(text, &civil) || !civil_fraction(text, &at, &civil)) return false;
  if (!offset_read(str_from(text, at), &offset) || !leap_second(&civil, offset)) return false;
  int64_t ms = ms_from_civil(&civil) - (int64_t)offset * 60000;
  if (ms < 0 || ms > LAST_MS) return false;
  *utc_ms = ms;
  if (offset_minutes != NULL) *offset_minutes = offset;
  return true;
}

bool date_parse(struct str text, int64_t *days) {
  struct civil civil = {.ms = 0};
  if (text.length != 10 || !civil_date(text, &civil)) return false;
  *days = days_from_civil(civil.year, civil.month, civil.day);
  return true;
}

int32_t month_of(int64_t utc_ms, struct zone zone) { return civil_from_ms(zone_local(zone, utc_ms)).month; }

/* A day without a year is one of a leap year: somebody was born on 29 February. Years before 1970 are no moments, but birthdays. */
bool month_day_parse(struct str text, int32_t *month, int32_t *day) {
  unsigned bad = 0;
  int32_t year = 2000;
  bool whole = text.length == 10 && text.at[4] == '-';
  if (whole) year = digits_read(text.at, &bad) * 100 + digits_read(text.at + 2, &bad);
  struct str rest = str_from(text, whole ? 5 : str_starts(text, STR("--")) ? 2 : 0);
  if (rest.length != 5 || rest.at[2] != '-') return false;
  *month = digits_read(rest.at, &bad), *day = digits_read(rest.at + 3, &bad);
  return bad == 0 && *month >= 1 && *month <= 12 && *day >= 1 && *day <= month_days(year, *month);
}

int32_t month_of_date(struct str text) {
  int32_t month, day;
  return month_day_parse(text, &month, &day) ? month : 0;
}

int64_t anniversary_ms(int32_t year, int32_t month, int32_t day, int64_t clock_ms, struct zone zone) {
  int32_t most = month_days(year, month);
  return zone_instant(zone, days_from_civil(year, month, day < most ? day : most) * MS_PER_DAY + clock_ms);
}

static void put_date(struct buffer *buffer, const struct civil *civil) {
  buffer_digits(buffer, civil->year, 4);
  buffer_byte(buffer, '-');
  buffer_digits(buffer, civil->month, 2);
  buffer_byte(buffer, '-');
  buffer_digits(buffer, civil->day, 2);
}

void buffer_time(struct buffer *buffer, int64_t utc_ms, int32_t offset_minutes) {
  struct civil civil = civil_from_ms(utc_ms + (int64_t)offset_minutes * 60000);
  put_date(buffer, &civil);
  buffer_byte(buffer, 'T');
  buffer_digits(buffer, civil.hour, 2);
  buffer_byte(buffer, ':');
  buffer_digits(buffer, civil.minute, 2);
  buffer_byte(buffer, ':');
  buffer_digits(buffer, civil.second, 2);
  if (civil.ms != 0) {
    buffer_byte(buffer, '.');
    buffer_digits(buffer, civil.ms, 3);
  }
  int32_t distance = offset_minutes < 0 ? -offset_minutes : offset_minutes;
  if (distance == 0) {
    buffer_byte(buffer, 'Z');
    return;
  }
  buffer_byte(buffer, offset_minutes < 0 ? '-' : '+');
  buffer_digits(buffer, distance / 60, 2);
  buffer_byte(buffer, ':');
  buffer_digits(buffer, distance % 60, 2);
}

void buffer_time_in(struct buffer *buffer, int64_t utc_ms, struct zone zone) { buffer_time(buffer, utc_ms, zone_offset(zone, utc_ms)); }

void buffer_date(struct buffer *buffer, int64_t days) {
  struct civil civil = civil_from_days(days);
  put_date(buffer, &civil);
}

/* ---- durations ---- */

static const struct {
  char letter;
  bool clock;
  int32_t months;
  int64_t ms;
} duration_units[] = {
    {'Y', false, 12, 0},   {'M', false, 1, 0},   {'W', false, 0, 7 * MS_PER_DAY}, {'D', false, 0, MS_PER_DAY}, {'H', true, 0, 3600000},
    {'M', true, 0, 60000}, {'S', true, 0, 1000},
};
#define DURATION_UNITS (sizeof duration_units / sizeof duration_units[0])

bool duration_parse(struct str text, struct duration *out) {
  int64_t number = 0;
  if (!str_starts(text, STR("P"))) return false;
  bool clock = str_starts(text, STR("PT"));
  struct str rest = str_from(text, clock ? 2 : 1);
  if (rest.length < 2 || rest.length > 6) return false; /* at most 99,999 of a unit */
  char letter = rest.at[rest.length - 1];
  if (rest.at[0] == '-' || !str_to_int64((struct str){rest.at, rest.length - 1}, &number)) return false;
  for (size_t i = 0; i < DURATION_UNITS; i++) {
    if (duration_units[i].letter != letter || duration_units[i].clock != clock) continue;
    *out = (struct duration){(int32_t)number * duration_units[i].months, number * duration_units[i].ms, duration_units[i].ms >= MS_PER_DAY};
    return true;
  }
  return false;
}

static int64_t months_later(int64_t local_ms, int64_t months) {
  struct civil civil = civil_from_ms(local_ms);
  int64_t month = (int64_t)civil.year * 12 + civil.month - 1 + months;
  civil.year = (int32_t)floor_div(month, 12);
  civil.month = (int32_t)floor_mod(month, 12) + 1;
  int32_t last = month_days(civil.year, civil.month);
  if (civil.day > last) civil.day = last;
  return ms_from_civil(&civil);
}

int64_t duration_add(int64_t utc_ms, struct duration duration, int32_t times, struct zone zone) {
  if (duration.months != 0) return zone_instant(zone, months_later(zone_local(zone, utc_ms), (int64_t)duration.months * times));
  if (duration.days && duration.ms != 0 && zone_turns(zone)) return zone_instant(zone, zone_local(zone, utc_ms) + duration.ms * times);
  return utc_ms + duration.ms * times;
}

void buffer_duration(struct buffer *buffer, struct duration duration) {
  assert(duration.months == 0 || duration.ms == 0);
  if (duration.months != 0) {
    bool years = duration.months % 12 == 0;
    buffer_print(buffer, "P%d%c", years ? duration.months / 12 : duration.months, years ? 'Y' : 'M');
    return;
  }
  if (duration.days)
    buffer_print(buffer, "P%lldD", (long long)(duration.ms / MS_PER_DAY));
  else if (duration.ms != 0 && duration.ms % 3600000 == 0)
    buffer_print(buffer, "PT%lldH", (long long)(duration.ms / 3600000));
  else if (duration.ms != 0 && duration.ms % 60000 == 0)
    buffer_print(buffer, "PT%lldM", (long long)(duration.ms / 60000));
  else
    buffer_print(buffer, "PT%lldS", (long long)(duration.ms / 1000));
}
