/* Events that nobody heard have no decision line; ranges tell of them (record.h). What `giftd explain` knows of ranges: where they are in
 * their inputs, and which lines of an input stand in one. */
#ifndef GIFTD_EXPLAIN_RANGES_H
#define GIFTD_EXPLAIN_RANGES_H

#include "giftd/record.h"

#define RANGES_MOST 8000000u
#define RANGE_NAMES_MOST 4096u /* inputs, rulebooks */

struct noted_range {
  uint64_t first, last, events, digest;
  int64_t earliest_ms, latest_ms;
  uint32_t input, rulebook; /* of `names` */
  bool away;                /* its input is not at hand, or another file stands there */
};
struct ranges {
  struct noted_range *items; /* [RANGES_MOST]; sorted by ranges_sort */
  uint32_t count, name_count;
  struct arena *texts, *event; /* names; the event at hand */
  const struct catalogue *catalogue;
  struct str names[RANGE_NAMES_MOST];
};

/* Takes up the line of a range. A file that took another's place begins anew: ranges of what is gone go. False: it is damaged, or there are
 * too many. */
bool ranges_add(struct ranges *ranges, struct str line, struct arena *arena, struct fault *fault);
/* The one that is still open, as a state told it before the lines were read; of no events: none is. */
void ranges_open_add(struct ranges *ranges, const struct unheard_range *range);
/* The number of an input, in the order in which they were met; RANGE_NAMES_MOST: there are too many. */
uint32_t ranges_input(struct ranges *ranges, struct str name);
/* By input and position; before what follows. */
void ranges_sort(struct ranges *ranges);
void ranges_get(const struct ranges *ranges, uint32_t number, struct unheard_range *out);
/* Every line that stands in a range, with and without an outcome of its own, in the order of the input; false from `take` ends it. The file
 * is `path`, or NULL: the one that the range names. Ranges whose lines are not there are `away` from then on. */
typedef bool range_line(void *self, struct str line, uint64_t position, uint32_t range);
void ranges_walk(struct ranges *ranges, const char *path, range_line *take, void *self);
/* Of those that are away: how many are of an event's time, and one of them. 0 too when they are of several rulebooks. */
uint32_t ranges_of_time(const struct ranges *ranges, int64_t time_ms, struct unheard_range *out);
/* Of those that are away, with events from this time on: how many, and of how many events. */
uint32_t ranges_away(const struct ranges *ranges, int64_t since_ms, uint64_t *events);

#endif
