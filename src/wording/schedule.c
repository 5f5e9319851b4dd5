/* Days and hours, and the periods that are counted by. Weeks begin on Monday; a range of hours has its first instant and not its last. */
#include "parts.h"

static const char *const weekdays[8][2] = {{"", ""},
                                           {"Mondays", "周一"},
                                           {"Tuesdays", "周二"},
                                           {"Wednesdays", "周三"},
                                           {"Thursdays", "周四"},
                                           {"Fridays", "周五"},
                                           {"Saturdays", "周六"},
                                           {"Sundays", "周日"}};

struct row {
  uint32_t place, count;
};
static void day_join(struct say *say, struct row *row) { put_or(say, row->place++, row->count); }

static uint32_t days_count(const struct schedule *schedule) {
  uint32_t count = schedule->date_count;
  for (unsigned bit = 0; bit < 32; bit++) count += (schedule->days >> bit & 1) + (schedule->named_days >> bit & 1);
  return count;
}

static void calendar_say(struct say *say, const struct calendar *calendar) { put_written(say, say_zh(say) ? calendar->zh : calendar->en); }

/* Whose holidays they are is said where days are not moved: where they are, it is one official calendar that everybody knows. */
static void workday_say(struct say *say, const struct calendar *calendar) {
  if (calendar->moves) {
    put(say, "working days (days moved by the official calendar count as they were moved)", "工作日（含调休上班日，法定节假日除外）");
    return;
  }
  put(say, "working days (not weekends and public holidays: ", "工作日（周末及公众假期除外：");
  calendar_say(say, calendar);
  put(say, ")", "）");
}

static void restday_say(struct say *say, const struct calendar *calendar) {
  if (calendar->moves) {
    put(say, "rest days (weekends and public holidays; weekend days that are worked instead do not count)",
        "休息日（周末及法定节假日，调休上班日除外）");
    return;
  }
  put(say, "rest days (weekends and public holidays: ", "休息日（周末及公众假期：");
  calendar_say(say, calendar);
  put(say, ")", "）");
}

static void dates_say(struct say *say, int64_t first, int64_t last) {
  say_date(say, first);
  if (last == first) return;
  put(say, " to ", "至");
  say_date(say, last);
}

#define DATES_MOST 12u /* runs of days: a campaign of ten years has ten Spring Festivals */

/* A named day's dates within the campaign's period, as the calendar has them: "春节（2027年2月5日至2027年2月11日）". */
static void named_say(struct say *say, const struct calendar *calendar, uint32_t bit) {
  const struct campaign *c = say->campaign;
  int64_t first = zone_local(c->zone, c->from_ms) / MS_PER_DAY, last = zone_local(c->zone, c->to_ms - 1) / MS_PER_DAY;
  uint32_t runs = 0;
  put_written(say, say_zh(say) ? calendar->days[bit].zh : calendar->days[bit].en);
  if (first < calendar->from_day) first = calendar->from_day;
  if (last > calendar->to_day) last = calendar->to_day;
  for (int64_t day = first; day <= last && runs < DATES_MOST; day++) {
    if ((calendar_named_days(calendar, day) >> bit & 1) == 0) continue;
    const int64_t begin = day;
    while (day < last && (calendar_named_days(calendar, day + 1) >> bit & 1) != 0) day++;
    put(say, runs == 0 ? " (" : ", ", runs == 0 ? "（" : "、");
    runs++;
    dates_say(say, begin, day);
  }
  if (runs > 0) put(say, ")", "）");
}

/* Any of them. */
static void days_say(struct say *say, const struct schedule *schedule) {
  struct row row = {0, days_count(schedule)};
  for (unsigned day = 1; day <= 7; day++) {
    if (!(schedule->days & (1u << day))) continue;
    day_join(say, &row);
    put(say, weekdays[day][0], weekdays[day][1]);
  }
  if (schedule->days & (unsigned)DAY_WORKDAY) {
    day_join(say, &row);
    workday_say(say, schedule->calendar);
  }
  if (schedule->days & (unsigned)DAY_RESTDAY) {
    day_join(say, &row);
    restday_say(say, schedule->calendar);
  }
  for (unsigned i = 0; i < 32; i++) {
    if (!(schedule->named_days & (1u << i))) continue;
    day_join(say, &row);
    named_say(say, schedule->calendar, i);
  }
  for (uint32_t i = 0; i < schedule->date_count; i++) {
    day_join(say, &row);
    say_date(say, schedule->dates[i]);
  }
}

static void hours_say(struct say *say, const struct schedule *schedule) {
  for (uint32_t i = 0; i < schedule->hour_count; i++) {
    put_and(say, i, schedule->hour_count);
    bool whole = schedule->hours[i].to_s == 24 * 3600;
    say_clock(say, schedule->hours[i].from_s);
    put(say, whole ? " to " : " up to, but not including, ", "至");
    say_clock(say, schedule->hours[i].to_s);
    put(say, "", whole ? "" : "（不含）");
  }
}

static bool is_open(int64_t ms) { return ms <= INT64_MIN / 2 || ms >= INT64_MAX / 2; }

static void ends_say(struct say *say, const struct schedule *schedule) {
  bool from = !is_open(schedule->from_ms), to = !is_open(schedule->to_ms);
  if (from) {
    put(say, "from ", "");
    say_instant(say, schedule->from_ms);
    put(say, to ? " " : " on", to ? "" : "起");
  }
  if (to) {
    put(say, from ? "to " : "until ", from ? "至" : "截至");
    say_end(say, schedule->to_ms);
  }
}

void say_schedule(struct say *say, const struct schedule *schedule) {
  bool ends = !is_open(schedule->from_ms) || !is_open(schedule->to_ms);
  bool days = schedule->days != 0 || schedule->named_days != 0 || schedule->date_count > 0;
  ends_say(say, schedule);
  if (ends && days) put(say, ", ", "，");
  if (days) {
    put(say, "on ", "");
    days_say(say, schedule);
  }
  if ((ends || days) && schedule->hour_count > 0) put(say, ", ", "的");
  if (!ends && !days && schedule->hour_count > 0) put(say, "daily, ", "每日");
  hours_say(say, schedule);
}

static const char *const unit_words[UNIT_COUNT][2] = {[UNIT_DAY] = {"day", "日"},
                                                      [UNIT_WEEK] = {"calendar week", "自然周"},
                                                      [UNIT_TEN_DAYS] = {"ten-day period (1-10, 11-20, 21-end of the month)", "旬"},
                                                      [UNIT_MONTH] = {"calendar month", "自然月"},
                                                      [UNIT_QUARTER] = {"calendar quarter", "自然季度"},
                                                      [UNIT_HALF] = {"half-year", "半年（上、下半年）"},
                                                      [UNIT_YEAR] = {"calendar year", "自然年"},
                                                      [UNIT_CAMPAIGN] = {"campaign", "活动期"},
                                                      [UNIT_EVER] = {"lifetime", "历史全部期间"}};

const char *unit_word(const struct say *say, enum unit unit) { return unit_words[unit][say_zh(say)]; }

void say_period(struct say *say, enum unit unit) {
  if (unit == UNIT_CAMPAIGN) {
    put(say, "in the whole campaign", "活动期内");
  } else if (unit == UNIT_EVER) {
    put(say, "ever", "不限时间累计");
  } else {
    put(say, "per ", "每");
    put(say, unit_words[unit][0], unit_words[unit][1]);
  }
}
