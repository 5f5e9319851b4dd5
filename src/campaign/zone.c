/* Zones by their names in the tz database. Only zones whose clocks stay are served: a day that is an hour longer would make "per day",
 * "10:00-22:00" and months mean two things at once. */
#include "compile.h"

struct zone {
  const char *name;
  int32_t minutes;
};
static const struct zone zones[] = {{"Asia/Shanghai", 480},
                                    {"Asia/Chongqing", 480},
                                    {"Asia/Harbin", 480},
                                    {"Asia/Urumqi", 360},
                                    {"Asia/Hong_Kong", 480},
                                    {"Asia/Macau", 480},
                                    {"Asia/Taipei", 480},
                                    {"Asia/Singapore", 480},
                                    {"Asia/Kuala_Lumpur", 480},
                                    {"Asia/Manila", 480},
                                    {"Asia/Bangkok", 420},
                                    {"Asia/Ho_Chi_Minh", 420},
                                    {"Asia/Jakarta", 420},
                                    {"Asia/Tokyo", 540},
                                    {"Asia/Seoul", 540},
                                    {"Asia/Kolkata", 330},
                                    {"Asia/Dubai", 240},
                                    {"UTC", 0},
                                    {"Etc/UTC", 0},
                                    {NULL, 0}};

bool zone_offset(struct str name, int32_t *minutes) {
  for (const struct zone *zone = zones; zone->name != NULL; zone++) {
    if (!str_equal(name, str_of(zone->name))) continue;
    *minutes = zone->minutes;
    return true;
  }
  return false;
}

bool zone_has_summer(struct str name) {
  static const char *const regions[] = {"Europe/",     "America/", "Australia/", "Pacific/", "Atlantic/",
                                        "Antarctica/", "US/",      "Canada/",    NULL};
  for (uint32_t i = 0; regions[i] != NULL; i++)
    if (str_starts(name, str_of(regions[i]))) return true;
  return false;
}

void zones_offer(struct near *near) {
  for (const struct zone *zone = zones; zone->name != NULL; zone++) near_offer(near, str_of(zone->name));
}
