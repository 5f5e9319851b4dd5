/* Every bound of giftd, in one place, and how they relate (requirements: "a limit on everything").
 *
 * A program that must not lose a gift must know beforehand what it can be asked to hold. Whatever grows with the input is
 * bounded here; what is over a bound is refused with a clear error, goes to the dead letters, and nothing is lost.
 * Units stand in the name. Change a number here and the assertions below tell which other number has to follow.
 */
#ifndef GIFTD_BASE_LIMITS_H
#define GIFTD_BASE_LIMITS_H

#include <stdint.h>

#define LIMIT_CAMPAIGNS 10000u
#define LIMIT_RULES 100000u
#define LIMIT_RULES_PER_CAMPAIGN 256u
#define LIMIT_ITEMS_PER_GIVE 64u    /* items of a chooser or list */
#define LIMIT_CONTENTS 16u          /* items in a bundle */
#define LIMIT_LIMITS_PER_RULE 8u    /* campaigns.md section 11: more than 8 claims a gift is refused */
#define LIMIT_DIMENSIONS 6u         /* members of a `per` */
#define LIMIT_POOL_DEPTH 6u         /* a pool, its parents and its fallback */
#define LIMIT_OR_ELSE 3u            /* a chain of three at most */
#define LIMIT_TASKS 16u             /* tasks of a track */
#define LIMIT_BANDS 16u
#define LIMIT_CONDITION_DEPTH 3u
#define LIMIT_CAMPAIGN_BYTES (256u * 1024u) /* one campaign file */

#define LIMIT_EVENT_BYTES (64u * 1024u)
#define LIMIT_EVENT_DEPTH 16u       /* JSON nesting */
#define LIMIT_EVENT_KEYS 256u       /* members of one JSON object */
#define LIMIT_EVENT_FIELDS 64u      /* catalogue fields kept of one event */
#define LIMIT_EVENT_LIST 64u        /* members of a list field (tags, products) */
#define LIMIT_ID_BYTES 64u          /* ids: 1..64 of [A-Za-z0-9_.:-] */
#define LIMIT_TEXT_BYTES 256u       /* any other text field of an event that a campaign can test */
#define LIMIT_EVENT_TYPES 256u
#define LIMIT_FIELDS 192u           /* fields the catalogue may know */
#define LIMIT_AMOUNT_MINOR 1000000000000LL /* 10^12 minor units */
#define LIMIT_FUTURE_MS (5LL * 60 * 1000)  /* an event may be that far ahead of its arrival */

#define LIMIT_SHARDS 1024u
#define LIMIT_STATE_BYTES (64u * 1024u) /* one owner's record, encoded */
#define LIMIT_STATE_CELLS 800u          /* facts, counters, grants, lots of one owner */
#define LIMIT_SEEN 256u                 /* event digests remembered for one customer */
#define LIMIT_FACT_KEYS 32u             /* keys of a fact beside the customer (campaigns.md section 5) */
#define LIMIT_TRACKS_OPEN 4u
#define LIMIT_LOTS 32u
#define LIMIT_ROLLING_DAYS 92u
#define LIMIT_DISTINCT 64u

#define LIMIT_MATCHES 4096u   /* listeners one event may wake */
#define LIMIT_OWNERS 512u     /* owners one event may touch */
#define LIMIT_FORWARDS 16u    /* other customers who hear one event (`as`) */
#define LIMIT_HEARD 256u      /* rules through which they hear it */
#define LIMIT_OUTCOMES 2048u  /* rules judged for one event */
#define LIMIT_GIFTS 512u      /* gifts, revocations and the like of one event */
#define LIMIT_BATCH_EVENTS 65536u
#define LIMIT_REWARD_ID_BYTES 40u

_Static_assert(LIMIT_RULES >= LIMIT_CAMPAIGNS, "a campaign has at least one rule");
_Static_assert(LIMIT_EVENT_FIELDS <= LIMIT_FIELDS, "an event holds a part of the catalogue");
_Static_assert(LIMIT_SEEN * 16u < LIMIT_STATE_BYTES, "the memory of events fits a record");
_Static_assert(LIMIT_STATE_CELLS * 70u + LIMIT_SEEN * 18u + 64u <= LIMIT_STATE_BYTES, "a full record fits, whatever its numbers");
_Static_assert(LIMIT_OUTCOMES <= LIMIT_MATCHES, "every rule judged was woken by a listener");
_Static_assert(LIMIT_AMOUNT_MINOR < INT64_MAX / 10000, "a percentage in basis points of an amount does not overflow");

#endif
