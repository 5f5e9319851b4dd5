/* Only zones whose clocks stay are served: a day that is an hour longer would make "per day", "10:00-22:00" and months mean two things at
 * once. */
#include "zone.h"

#include "compile.h"

bool zone_offset(struct str name, int32_t *minutes) {
  for (size_t i = 0; i < zones_that_stay_count; i++) {
    if (!str_equal(name, str_of(zones_that_stay[i].name))) continue;
    *minutes = zones_that_stay[i].minutes;
    return true;
  }
  return false;
}

bool zone_has_summer(struct str name) {
  for (size_t i = 0; i < zones_that_change_count; i++)
    if (str_equal(name, str_of(zones_that_change[i]))) return true;
  return false;
}

/* Nobody means Etc/GMT-8 who writes another name. */
void zones_offer(struct near *near) {
  for (size_t i = 0; i < zones_that_stay_count; i++)
    if (strchr(zones_that_stay[i].name, '/') != NULL) near_offer(near, str_of(zones_that_stay[i].name));
  for (size_t i = 0; i < zones_that_change_count; i++) near_offer(near, str_of(zones_that_change[i]));
}
