/* Zones by their names in the tz database (zone_table.c). */
#ifndef GIFTD_CAMPAIGN_ZONE_H
#define GIFTD_CAMPAIGN_ZONE_H

#include <stddef.h>
#include <stdint.h>

struct zone {
  const char *name;
  int32_t minutes; /* east of UTC */
};
extern const struct zone zones_that_stay[];
extern const char *const zones_that_change[];
extern const size_t zones_that_stay_count, zones_that_change_count;

#endif
