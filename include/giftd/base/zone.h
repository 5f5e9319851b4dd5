/* What the clocks of a zone show at an instant, and at which instant they show it (R95): a table of turns, and arithmetic over it. Nobody
 * here asks a clock or a file; whose table it is says the campaign room (names of the tz database), or a number of minutes alone is a zone.
 *
 * Around a turn the clocks leave times out, or show them twice. As RFC 5545 (section 3.3.5) and java.time have it, both are read with the
 * offset before the turn: a time that is left out means as much later as the gap is wide, one that is shown twice means the first.
 * Turns are more than a day apart, and none goes back into the day before (deploy/zones refuses others): so days, and with them
 * all periods, follow each other without a break, and the first instant of a day is that of its midnight, or of the turn that left it out.
 */
#ifndef GIFTD_BASE_ZONE_H
#define GIFTD_BASE_ZONE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ZONE_MINUTE_MS 60000LL

/* Between these, [from, to), turns are known (2025 to 2037); before and after them clocks stay as they were at that end. */
#define ZONES_FROM_MS 1735689600000LL
#define ZONES_TO_MS 2145916800000LL

struct zone_turn {
  int64_t from_ms; /* UTC */
  int32_t minutes; /* east of UTC, from then on */
};

/* A value, of which every copy is as good: the turns belong to the program. */
struct zone {
  const struct zone_turn *turns; /* rising; NULL: the clocks stay */
  uint32_t turn_count;
  int32_t minutes; /* before the first turn */
};

static inline struct zone zone_fixed(int32_t minutes) { return (struct zone){NULL, 0, minutes}; }
static inline bool zone_turns(struct zone zone) { return zone.turn_count > 0; }
static inline bool zone_is_same(struct zone a, struct zone b) { return a.turns == b.turns && a.minutes == b.minutes; }

/* How many turns are at or before an instant. */
uint32_t zone_turns_before(struct zone zone, int64_t utc_ms);
static inline int32_t zone_after(struct zone zone, uint32_t turns) { return turns == 0 ? zone.minutes : zone.turns[turns - 1].minutes; }

/* Minutes east of UTC at an instant. */
static inline int32_t zone_offset(struct zone zone, int64_t utc_ms) {
  return zone_turns(zone) ? zone_after(zone, zone_turns_before(zone, utc_ms)) : zone.minutes;
}

/* What the clocks show, as milliseconds since they would have shown 1970-01-01T00:00. */
static inline int64_t zone_local(struct zone zone, int64_t utc_ms) { return utc_ms + zone_offset(zone, utc_ms) * ZONE_MINUTE_MS; }

int64_t zone_instant_turned(struct zone zone, int64_t local_ms);
/* The instant at which they show it: the first of two; of none the instant as much later as the gap is wide. */
static inline int64_t zone_instant(struct zone zone, int64_t local_ms) {
  return zone_turns(zone) ? zone_instant_turned(zone, local_ms) : local_ms - zone.minutes * ZONE_MINUTE_MS;
}

/* The time around an instant, [from, to), in which the clocks go on without a turn. */
void zone_stretch(struct zone zone, int64_t utc_ms, int64_t *from_ms, int64_t *to_ms);

#endif
