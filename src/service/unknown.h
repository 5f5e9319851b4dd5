/* Words of events that the catalogue does not know, named in the log: each once a process, with what may have been meant, and after the
 * first UNKNOWN_NAMES a line that says that the others are only counted. So a bank's producer who writes `amount` for `amount_minor` is
 * found on the first day, and one who sends a thousand such words does not fill the log. */
#ifndef GIFTD_SERVICE_UNKNOWN_H
#define GIFTD_SERVICE_UNKNOWN_H

#include "giftd/event.h"

#define UNKNOWN_NAMES 64u

struct unknown_names {
  uint32_t count;
  bool enough; /* it was said that no more are named */
  uint64_t said[UNKNOWN_NAMES];
};

/* Says what is new in the event's unknown words: a line each, without newline. All zeros is a keeper who said nothing yet. */
typedef void unknown_say(void *self, const char *line);
void unknown_name(struct unknown_names *names, const struct catalogue *catalogue, const struct event *event, unknown_say *say, void *self);

#endif
