/* Cycles: months or years that begin on a day of the customer's own - the statement month of a card, the year since it was approved
 * (docs/language.md section 1, "Cycles"). In each month, or year, of the calendar exactly one begins, and it is numbered as that is
 * (time.h): so consecutive cycles have consecutive numbers, a label says when one began, and whatever day they begin on, or begin on from
 * now on, nobody has more of them in a year than the calendar has.
 */
#ifndef GIFTD_BASE_CYCLE_H
#define GIFTD_BASE_CYCLE_H

#include "giftd/base/time.h"

#define CYCLE_DAYS 8u         /* changes of the day that are remembered */
#define PERIOD_NONE INT32_MIN /* no period: somebody has no cycle then */

/* From the period of that number on a cycle begins on this day of the month (31: its last); 0: none begins. */
struct cycle_day {
  int32_t from, day;
};
struct cycle {
  enum unit unit;                    /* MONTH or YEAR */
  int32_t month;                     /* of YEAR: 1..12, and one day; 29 February is the 28th in other years */
  int32_t first;                     /* none begins before the period of this number; PERIOD_NONE: no bound */
  uint32_t count;                    /* 0: there is no cycle at all */
  struct cycle_day days[CYCLE_DAYS]; /* rising; the first one holds before it as well */
};

/* The cycle that an instant is in, or PERIOD_NONE. */
int32_t cycle_of(const struct cycle *cycle, int64_t utc_ms, struct zone zone);
/* The first millisecond of one, and the first behind it: where the next has no day, by its own. Of one that does not begin TIME_NONE. */
int64_t cycle_start(const struct cycle *cycle, int32_t period, struct zone zone);
int64_t cycle_end(const struct cycle *cycle, int32_t period, struct zone zone);
/* Until when one ends at the latest, whatever its days are: of months and years alone. */
int64_t cycle_end_most(enum unit unit, int32_t period, struct zone zone);

#endif
