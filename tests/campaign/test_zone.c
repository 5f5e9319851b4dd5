/* Zones of the tz database: what the table says of well-known ones, that days follow each other without a break in all of them, and that
 * the C library reads the same out of the machine's own files, where these are of the release the table was made of (deploy/zones). */
#include "clocks.h"

#include <time.h>

#include "zone.h"

#define HOUR_MS (60 * ZONE_MINUTE_MS)

static void stays(const char *name, int32_t minutes) {
  struct zone zone = zone_named(name);
  if (zone_turns(zone) || zone_offset(zone, instant("2026-07-01T00:00:00Z")) != minutes) fail_msg("%s: %d", name, zone.minutes);
}

/* As the tz database tells them in its files asia, africa, northamerica, southamerica, australasia, europe and etcetera. */
static void zones_whose_clocks_stay(void **state) {
  (void)state;
  stays("Asia/Shanghai", 480), stays("Asia/Kolkata", 330), stays("Asia/Kathmandu", 345), stays("Asia/Kabul", 270);
  stays("Asia/Kuwait", 180), stays("Asia/Riyadh", 180), stays("Asia/Tehran", 210), stays("Asia/Yangon", 390), stays("Asia/Almaty", 300);
  stays("Africa/Lagos", 60), stays("Africa/Nairobi", 180), stays("Africa/Johannesburg", 120), stays("Africa/Abidjan", 0);
  stays("America/Bogota", -300), stays("America/Sao_Paulo", -180), stays("America/Caracas", -240), stays("America/Mexico_City", -360);
  stays("America/Phoenix", -420), stays("Pacific/Honolulu", -600), stays("Pacific/Apia", 780), stays("Pacific/Kiritimati", 840);
  stays("Australia/Perth", 480), stays("Australia/Brisbane", 600), stays("Europe/Istanbul", 180), stays("Europe/Moscow", 180);
  stays("UTC", 0), stays("Etc/UTC", 0), stays("Etc/GMT+8", -480), stays("Singapore", 480), stays("PRC", 480);
}

/* The last millisecond before a turn, and the first behind it. */
static void turns(const char *name, const char *at, int32_t before, int32_t after) {
  struct zone zone = zone_named(name);
  int64_t ms = instant(at);
  if (zone_offset(zone, ms - 1) != before || zone_offset(zone, ms) != after)
    fail_msg("%s at %s: %d, %d", name, at, zone_offset(zone, ms - 1), zone_offset(zone, ms));
}

/* Published by governments: the second Sunday of March and the first of November (15 U.S.C. 260a); the last Sundays of March and October
 * (directive 2000/84/EC, Summer Time Order 2002); the first Sundays of April and October (Standard Time Act 1987 of New South Wales);
 * Ramadan 1447 in Morocco (decree 2.18.855). */
static void zones_whose_clocks_turn(void **state) {
  (void)state;
  turns("America/New_York", "2027-03-14T07:00:00Z", -300, -240), turns("America/New_York", "2027-11-07T06:00:00Z", -240, -300);
  turns("Europe/London", "2027-03-28T01:00:00Z", 0, 60), turns("Europe/London", "2027-10-31T01:00:00Z", 60, 0);
  turns("Europe/Berlin", "2027-03-28T01:00:00Z", 60, 120), turns("GB", "2027-10-31T01:00:00Z", 60, 0);
  turns("Australia/Sydney", "2027-04-03T16:00:00Z", 660, 600), turns("Australia/Sydney", "2027-10-02T16:00:00Z", 600, 660);
  turns("Australia/Lord_Howe", "2027-04-03T15:00:00Z", 660, 630), turns("Australia/Lord_Howe", "2027-10-02T15:30:00Z", 630, 660);
  turns("Africa/Casablanca", "2026-02-15T02:00:00Z", 60, 0), turns("Africa/Casablanca", "2026-03-22T02:00:00Z", 0, 60);
  assert_true(zone_is_same(zone_named("US/Eastern"), zone_named("America/New_York")));
  struct zone none;
  assert_false(zone_find(STR("Europe/Atlantis"), &none) || zone_find(STR(""), &none) || zone_find(STR("Factory"), &none));
}

/* ---- all of them ---- */

static void turns_in_order(const struct zone_row *row) {
  int64_t last_ms = ZONES_FROM_MS - MS_PER_DAY;
  int32_t minutes = row->zone.minutes;
  for (uint32_t i = 0; i < row->zone.turn_count; i++) {
    const struct zone_turn *turn = &row->zone.turns[i];
    assert_true(turn->from_ms > last_ms + MS_PER_DAY && turn->from_ms >= ZONES_FROM_MS && turn->from_ms < ZONES_TO_MS);
    assert_true(turn->minutes != minutes && turn->minutes >= -720 && turn->minutes <= 840);
    last_ms = turn->from_ms, minutes = turn->minutes;
  }
}

static void the_table_is_in_order(void **state) {
  (void)state;
  size_t turning = 0;
  for (size_t i = 0; i < zone_row_count; i++) {
    if (i > 0 && strcmp(zone_rows[i - 1].name, zone_rows[i].name) >= 0) fail_msg("%s", zone_rows[i].name);
    turning += zone_turns(zone_rows[i].zone);
    turns_in_order(&zone_rows[i]);
  }
  assert_true(turning > 150 && zone_row_count - turning > 300);
}

/* A period's first instant is in it, and the one before is in the one before. */
static void period_begins(const struct zone_row *row, enum unit unit, int64_t at_ms) {
  int32_t period = period_of(unit, at_ms, row->zone);
  int64_t start_ms = period_start(unit, period, row->zone), next_ms = period_start(unit, period + 1, row->zone);
  bool good = start_ms <= at_ms && at_ms < next_ms && period_of(unit, start_ms, row->zone) == period &&
              period_of(unit, start_ms - 1, row->zone) == period - 1 && period_of(unit, next_ms, row->zone) == period + 1;
  if (!good) fail_msg("%s: %s at %lld", row->name, unit_name(unit), (long long)at_ms);
}

static void periods_follow_each_other(void **state) {
  (void)state;
  for (size_t i = 0; i < zone_row_count; i++) {
    const struct zone_row *row = &zone_rows[i];
    for (uint32_t t = 0; t < row->zone.turn_count; t++) {
      int64_t turn_ms = row->zone.turns[t].from_ms;
      for (int64_t at_ms = turn_ms - 50 * HOUR_MS - 1; at_ms < turn_ms + 50 * HOUR_MS; at_ms += 25 * ZONE_MINUTE_MS)
        period_begins(row, UNIT_DAY, at_ms);
      for (unsigned unit = 0; unit < UNIT_CAMPAIGN; unit++)
        period_begins(row, (enum unit)unit, turn_ms), period_begins(row, (enum unit)unit, turn_ms - 1);
    }
  }
}

/* ---- against the C library ---- */

/* Zones whose rules no government has touched since 2007: they are asked whatever release the machine has. */
static const char *const steady[] = {"America/New_York", "America/Chicago",  "America/Los_Angeles", "Europe/London",       "Europe/Berlin",
                                     "Europe/Paris",     "Australia/Sydney", "Pacific/Auckland",    "Australia/Lord_Howe", "Asia/Shanghai"};

static bool is_steady(const char *name) {
  for (size_t i = 0; i < sizeof steady / sizeof steady[0]; i++)
    if (strcmp(steady[i], name) == 0) return true;
  return false;
}

/* 0: the machine has no tz database; 1: one of another release; 2: the table's own. */
static int release_of_machine(void) {
  char path[512], line[64] = "", wanted[64];
  const char *folder = getenv("TZDIR");
  snprintf(path, sizeof path, "%s/tzdata.zi", folder != NULL ? folder : "/usr/share/zoneinfo");
  FILE *file = fopen(path, "r");
  if (file == NULL) return 0;
  bool read = fgets(line, sizeof line, file) != NULL;
  fclose(file);
  snprintf(wanted, sizeof wanted, "# version %s\n", zones_release);
  return read && strcmp(line, wanted) == 0 ? 2 : 1;
}

static int64_t libc_offset_ms(int64_t utc_ms) {
  time_t second = (time_t)(utc_ms / 1000);
  struct tm tm;
  assert_non_null(localtime_r(&second, &tm));
  return tm.tm_gmtoff * 1000LL;
}

static void offset_is_libcs(const struct zone_row *row, int64_t utc_ms) {
  if (zone_offset(row->zone, utc_ms) * ZONE_MINUTE_MS != libc_offset_ms(utc_ms)) fail_msg("%s at %lld", row->name, (long long)utc_ms);
}

/* The first instant at which the library's clocks show it; where they never do, as much later as the gap is wide. */
static void instant_is_libcs(const struct zone_row *row, int64_t local_ms, int64_t before_ms, int64_t after_ms) {
  int64_t early = local_ms - (before_ms > after_ms ? before_ms : after_ms), late = local_ms - (before_ms < after_ms ? before_ms : after_ms);
  bool first = early + libc_offset_ms(early) == local_ms, second = late + libc_offset_ms(late) == local_ms;
  int64_t wanted = first ? early : second ? late : local_ms - before_ms;
  if (zone_instant(row->zone, local_ms) != wanted) fail_msg("%s shows %lld", row->name, (long long)local_ms);
}

static void zone_is_libcs(const struct zone_row *row) {
  setenv("TZ", row->name, 1);
  tzset();
  for (int64_t at_ms = ZONES_FROM_MS; at_ms < ZONES_TO_MS; at_ms += 5 * MS_PER_DAY + 7 * HOUR_MS) offset_is_libcs(row, at_ms);
  for (uint32_t t = 0; t < row->zone.turn_count; t++) {
    int64_t turn_ms = row->zone.turns[t].from_ms, before_ms = libc_offset_ms(turn_ms - 1000), after_ms = libc_offset_ms(turn_ms);
    offset_is_libcs(row, turn_ms - 1000), offset_is_libcs(row, turn_ms);
    for (int64_t away = -2 * HOUR_MS; away <= 2 * HOUR_MS; away += 10 * ZONE_MINUTE_MS) {
      offset_is_libcs(row, turn_ms + away);
      instant_is_libcs(row, turn_ms + before_ms + away, before_ms, after_ms);
      instant_is_libcs(row, turn_ms + after_ms + away, before_ms, after_ms);
    }
  }
}

static void zones_are_those_of_the_library(void **state) {
  (void)state;
  int release = release_of_machine();
  if (release == 0) skip();
  for (size_t i = 0; i < zone_row_count; i++)
    if (release == 2 || is_steady(zone_rows[i].name)) zone_is_libcs(&zone_rows[i]);
  if (release == 1) print_message("the machine's tz database is not %s: only steady zones were held against it\n", zones_release);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(zones_whose_clocks_stay), cmocka_unit_test(zones_whose_clocks_turn),
                                     cmocka_unit_test(the_table_is_in_order), cmocka_unit_test(periods_follow_each_other),
                                     cmocka_unit_test(zones_are_those_of_the_library)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
