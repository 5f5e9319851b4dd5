/* Zones by their names in the tz database (zone_table.c). */
#ifndef GIFTD_CAMPAIGN_ZONE_H
#define GIFTD_CAMPAIGN_ZONE_H

#include "giftd/base/zone.h"

struct zone_row {
  const char *name;
  struct zone zone;
};
extern const struct zone_row zone_rows[];
extern const size_t zone_row_count;
extern const char zones_release[]; /* "2026f" */

#endif
