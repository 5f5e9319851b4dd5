/* Turns of clocks, looked up by halving: some two a year and thirteen years are five steps, and a zone without turns takes none. */
#include "giftd/base/zone.h"

#include <assert.h>

uint32_t zone_turns_before(struct zone zone, int64_t utc_ms) {
  uint32_t low = 0, high = zone.turn_count;
  while (low < high) {
    uint32_t middle = low + (high - low) / 2;
    if (zone.turns[middle].from_ms <= utc_ms)
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

/* When the clocks show the first time that a turn neither leaves out nor shows twice. */
static int64_t turn_settled(struct zone zone, uint32_t turn) {
  int32_t before = zone_after(zone, turn), after = zone_after(zone, turn + 1);
  return zone.turns[turn].from_ms + (before > after ? before : after) * ZONE_MINUTE_MS;
}

int64_t zone_instant_turned(struct zone zone, int64_t local_ms) {
  uint32_t turns = zone_turns_before(zone, local_ms); /* that would be so on UTC; here it is a turn less or more */
  while (turns < zone.turn_count && turn_settled(zone, turns) <= local_ms) turns++;
  while (turns > 0 && turn_settled(zone, turns - 1) > local_ms) turns--;
  return local_ms - zone_after(zone, turns) * ZONE_MINUTE_MS;
}

void zone_stretch(struct zone zone, int64_t utc_ms, int64_t *from_ms, int64_t *to_ms) {
  uint32_t turns = zone_turns_before(zone, utc_ms);
  *from_ms = turns == 0 ? INT64_MIN / 2 : zone.turns[turns - 1].from_ms;
  *to_ms = turns == zone.turn_count ? INT64_MAX / 2 : zone.turns[turns].from_ms;
  assert(*from_ms <= utc_ms || turns == 0);
}
