/* Zones of the tz database: those whose clocks stay are known with their minutes, those whose clocks change by their names. */
#include "bench.h"

#include "compile.h"
#include "zone.h"

static void known(const char *name, int32_t minutes) {
  int32_t found = 12345;
  if (!zone_offset(str_of(name), &found) || found != minutes) fail_msg("%s: %d", name, found);
  assert_false(zone_has_summer(str_of(name)));
}

/* As the tz database tells them in its files asia, africa, northamerica, southamerica, australasia, europe and etcetera. */
static void zones_whose_clocks_stay(void **state) {
  (void)state;
  known("Asia/Shanghai", 480), known("Asia/Kolkata", 330), known("Asia/Kathmandu", 345), known("Asia/Kabul", 270);
  known("Asia/Kuwait", 180), known("Asia/Riyadh", 180), known("Asia/Tehran", 210), known("Asia/Yangon", 390), known("Asia/Almaty", 300);
  known("Africa/Lagos", 60), known("Africa/Nairobi", 180), known("Africa/Johannesburg", 120), known("Africa/Abidjan", 0);
  known("America/Bogota", -300), known("America/Sao_Paulo", -180), known("America/Caracas", -240), known("America/Mexico_City", -360);
  known("America/Phoenix", -420), known("Pacific/Honolulu", -600), known("Pacific/Apia", 780), known("Pacific/Kiritimati", 840);
  known("Australia/Perth", 480), known("Australia/Brisbane", 600), known("Europe/Istanbul", 180), known("Europe/Moscow", 180);
  known("UTC", 0), known("Etc/UTC", 0), known("Etc/GMT+8", -480), known("Singapore", 480), known("PRC", 480);
}

static void zones_whose_clocks_change(void **state) {
  (void)state;
  static const char *const names[] = {"Europe/London",    "Europe/Berlin",  "America/New_York", "America/Santiago",  "Australia/Sydney",
                                      "Pacific/Auckland", "Asia/Jerusalem", "Africa/Cairo",     "Africa/Casablanca", "US/Eastern"};
  int32_t minutes;
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
    if (!zone_has_summer(str_of(names[i])) || zone_offset(str_of(names[i]), &minutes)) fail_msg("%s", names[i]);
  assert_false(zone_has_summer(STR("Europe/Atlantis")) || zone_offset(STR("Europe/Atlantis"), &minutes) || zone_offset(STR(""), &minutes));
}

static void names_ascend(const char *before, const char *name) {
  if (strcmp(before, name) >= 0) fail_msg("%s stands before %s", before, name);
}

static void the_tables_are_in_order(void **state) {
  (void)state;
  assert_true(zones_that_stay_count > 300 && zones_that_change_count > 150);
  for (size_t i = 0; i < zones_that_stay_count; i++) {
    assert_true(zones_that_stay[i].minutes >= -720 && zones_that_stay[i].minutes <= 840 && zones_that_stay[i].minutes % 15 == 0);
    if (i > 0) names_ascend(zones_that_stay[i - 1].name, zones_that_stay[i].name);
  }
  for (size_t i = 1; i < zones_that_change_count; i++) names_ascend(zones_that_change[i - 1], zones_that_change[i]);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(zones_whose_clocks_stay), cmocka_unit_test(zones_whose_clocks_change),
                                     cmocka_unit_test(the_tables_are_in_order)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
