/* The calendar `cn`: holidays of the People's Republic of China and working days moved onto weekends, by year (R28, R98).
 *
 * 2026: as arranged by the State Council in November 2025, holidays with their moved days.
 * 2027: the statutory days alone (State Council order on national holidays, as amended for 2025). The arrangement that moves days around
 * them was not published when this table was made, so weekends beside the festivals are plain weekends and no Saturday or Sunday is
 * worked. Add its rows here when it is out, with the tests of tests/campaign/test_calendar.c.
 * Outside these years Monday to Friday are worked and only the named days that a date fixes are known. */
#include "compile.h"

const char *const calendar_names[] = {"new-year",     "spring-festival", "qingming",      "labour-day", "dragon-boat", "mid-autumn",
                                      "national-day", "double-eleven",   "double-twelve", "618",        NULL};
enum name {
  NEW_YEAR,
  SPRING_FESTIVAL,
  QINGMING,
  LABOUR_DAY,
  DRAGON_BOAT,
  MID_AUTUMN,
  NATIONAL_DAY,
  DOUBLE_ELEVEN,
  DOUBLE_TWELVE,
  SIX_ONE_EIGHT
};

struct rest {
  int16_t year;
  int8_t month, day, days;
  int8_t name;
};
static const struct rest rests[] = {
    {2026, 1, 1, 3, NEW_YEAR},        {2026, 2, 15, 9, SPRING_FESTIVAL}, {2026, 4, 4, 3, QINGMING},      {2026, 5, 1, 5, LABOUR_DAY},
    {2026, 6, 19, 3, DRAGON_BOAT},    {2026, 9, 25, 3, MID_AUTUMN},      {2026, 10, 1, 7, NATIONAL_DAY}, {2027, 1, 1, 1, NEW_YEAR},
    {2027, 2, 5, 4, SPRING_FESTIVAL}, {2027, 4, 5, 1, QINGMING},         {2027, 5, 1, 2, LABOUR_DAY},    {2027, 6, 9, 1, DRAGON_BOAT},
    {2027, 9, 15, 1, MID_AUTUMN},     {2027, 10, 1, 3, NATIONAL_DAY},
};

struct worked {
  int16_t year;
  int8_t month, day;
};
static const struct worked worked[] = {{2026, 1, 4}, {2026, 2, 14}, {2026, 2, 28}, {2026, 5, 9}, {2026, 9, 20}, {2026, 10, 10}};

/* The same date every year. */
struct fixed {
  int8_t month, day;
  int8_t name;
};
static const struct fixed fixed[] = {{11, 11, DOUBLE_ELEVEN}, {12, 12, DOUBLE_TWELVE}, {6, 18, SIX_ONE_EIGHT}};

#define COUNT(table) (sizeof(table) / sizeof(table)[0])

static int rest_name(const struct civil *date, int64_t day) {
  for (size_t i = 0; i < COUNT(rests); i++) {
    const struct rest *rest = &rests[i];
    if (rest->year != date->year) continue;
    int64_t first = days_from_civil(rest->year, rest->month, rest->day);
    if (day >= first && day < first + rest->days) return rest->name;
  }
  return -1;
}

bool calendar_day_moved(int64_t day, bool *workday) {
  struct civil date = civil_from_ms(day * MS_PER_DAY);
  *workday = false;
  if (rest_name(&date, day) >= 0) return true;
  for (size_t i = 0; i < COUNT(worked); i++)
    if (worked[i].year == date.year && worked[i].month == date.month && worked[i].day == date.day) *workday = true;
  return *workday;
}

uint32_t calendar_named_days(int64_t day) {
  struct civil date = civil_from_ms(day * MS_PER_DAY);
  int name = rest_name(&date, day);
  uint32_t bits = name < 0 ? 0 : 1u << name;
  for (size_t i = 0; i < COUNT(fixed); i++)
    if (fixed[i].month == date.month && fixed[i].day == date.day) bits |= 1u << fixed[i].name;
  return bits;
}

uint32_t calendar_name_count(void) { return (uint32_t)COUNT(calendar_names) - 1; }
