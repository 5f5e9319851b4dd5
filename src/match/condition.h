/* How one condition is judged without state: shared by the one-by-one reference (refusal.c), the builder and the residual tests. */
#ifndef GIFTD_MATCH_CONDITION_H
#define GIFTD_MATCH_CONDITION_H

#include "giftd/match.h"

/* Whether event, time and rulebook alone decide this leaf. Any other leaf counts as true here and is judged by decide. */
bool leaf_is_judged(const struct condition *leaf);
/* A leaf that is judged, against the event. */
bool leaf_holds(const struct rulebook *rulebook, const struct condition *leaf, const struct event *event, struct zone zone);
/* A leaf on an event field, against a text that no condition of the rulebook names. */
bool leaf_holds_elsewhere(const struct condition *leaf);

#endif
