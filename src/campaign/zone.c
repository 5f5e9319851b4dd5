/* Zones are named, and known, as the tz database has them: compiled in, so that the same files mean the same wherever they are read. */
#include "zone.h"

#include "compile.h"

bool zone_find(struct str name, struct zone *out) {
  for (size_t i = 0; i < zone_row_count; i++) {
    if (!str_equal(name, str_of(zone_rows[i].name))) continue;
    *out = zone_rows[i].zone;
    return true;
  }
  return false;
}

/* The same files say something else where the clocks turn otherwise: another giftd, with another release of the tz database. */
uint64_t zone_digest(struct zone zone, uint64_t digest) {
  for (uint32_t i = 0; i < zone.turn_count; i++)
    digest = hash64_pair(&HASH_KEY_FIXED, digest + (uint64_t)zone.turns[i].minutes, (uint64_t)zone.turns[i].from_ms);
  return digest;
}

/* Nobody means Etc/GMT-8 who writes another name. */
void zones_offer(struct near *near) {
  for (size_t i = 0; i < zone_row_count; i++)
    if (strchr(zone_rows[i].name, '/') != NULL) near_offer(near, str_of(zone_rows[i].name));
}
