/* The match room: which listeners hear an event. An index over the rulebook, so that ten thousand campaigns cost about as much as ten.
 *
 * Partitioned by event type; in a partition every attribute that listeners test by equality has one bitmap per value (and one for "does not
 * care"), amounts have sorted thresholds with one bitmap per interval, schedules and periods one "active now" bitmap kept per window of
 * time. Matching is one AND over those bitmaps; what they cannot say (any, not, odd operators) is evaluated on the survivors ("residual").
 * The answer is the same as testing every listener one by one with match_listener_refusal(): a test holds them together.
 */
#ifndef GIFTD_MATCH_H
#define GIFTD_MATCH_H

#include "giftd/campaign.h"

struct match_index; /* immutable, in the rulebook's arena */
struct match_cache; /* one per thread: the active-now bitmaps, by window of time */

/* NULL when the arena is full. */
const struct match_index *match_build(const struct rulebook *rulebook, struct arena *arena, struct arena *scratch);
struct match_cache *match_cache_new(const struct match_index *index, struct arena *arena);

/* Fills `out` with the listeners that hear the event, in rulebook order (facts before rules); returns their number, or
 * LIMIT_MATCHES + 1 when there are more: the event then belongs to the dead letters. Pure but for the cache, which never changes an answer.
 */
uint32_t match_event(const struct match_index *index, struct match_cache *cache, const struct event *event, uint32_t out[LIMIT_MATCHES]);
/* The most listeners that one event can wake, as far as single rows of bits can tell (of each type the smallest over period and fields of
 * the largest row): an upper bound, for telling. */
uint32_t match_most(const struct match_index *index);
size_t match_bytes(const struct match_index *index);

/* The month that {"month": {"same_as": ...}} takes from a value - of a date's text, of a time in the zone; 0: it has none. */
int32_t match_month(const struct value *value, struct zone zone);

/* Stateless test of one condition node (a subtree that is not stateless counts as true). */
bool match_condition(const struct rulebook *rulebook, uint32_t node, const struct event *event, struct zone zone);
/* Whether a leaf's operator and operand hold for a value, whatever its left side is; NULL or VALUE_ABSENT fails all but exists: false.
 * Not for OP_SAME_AS and the operators on facts. */
bool match_leaf(const struct rulebook *rulebook, const struct condition *leaf, const struct value *actual);

/* Why a listener does not hear the event, judged one by one and without the index, in the order of docs/language.md section 9.1. */
/* HEARS_AS: another customer hears it, if the event or the customer's record names one (`as`). */
enum match_refusal {
  MATCH_HEARS,
  MATCH_HEARS_AS,
  MATCH_OTHER_TYPE,
  MATCH_NOT_STARTED,
  MATCH_ENDED,
  MATCH_OUTSIDE_SCHEDULE,
  MATCH_CONDITION
};
struct match_answer {
  enum match_refusal refusal;
  uint32_t condition; /* CONDITION: the leaf that failed (deepest of a failed all; the node itself of a failed any or not) */
};
struct match_answer match_listener_refusal(const struct rulebook *rulebook, uint32_t listener, const struct event *event);
/* The same for a rule: the best of its listeners for this event's type (hears before condition before schedule before ended...).
 * OTHER_TYPE: it was not considered. */
struct match_answer match_rule_refusal(const struct rulebook *rulebook, uint32_t rule, const struct event *event);

#endif
