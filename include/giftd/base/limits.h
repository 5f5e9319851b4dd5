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
#define LIMIT_ITEMS_PER_GIVE 64u /* items of a chooser or list */
#define LIMIT_CONTENTS 16u       /* items in a bundle */
#define LIMIT_LIMITS_PER_RULE 8u /* docs/language.md section 11: more than 8 claims a gift is refused */
#define LIMIT_DIMENSIONS 6u      /* members of a `per` */
#define LIMIT_POOL_DEPTH 6u      /* pools above one, and in for one */
#define LIMIT_OR_ELSE 3u         /* a chain of three at most */
#define LIMIT_TASKS 16u          /* tasks of a track */
#define LIMIT_BANDS 16u
#define LIMIT_CONDITION_DEPTH 3u
#define LIMIT_CAMPAIGN_BYTES (256u * 1024u) /* one campaign file */

#define LIMIT_EVENT_BYTES (64u * 1024u)
#define LIMIT_EVENT_DEPTH 16u     /* JSON nesting */
#define LIMIT_EVENT_KEYS 256u     /* members of one JSON object */
#define LIMIT_EVENT_FIELDS 64u    /* catalogue fields kept of one event */
#define LIMIT_EVENT_LIST 64u      /* members of a list field (tags, products) */
#define LIMIT_ID_BYTES 64u        /* ids: 1..64 of [A-Za-z0-9_.:-]; but for those of events */
#define LIMIT_EVENT_ID_BYTES 128u /* an event's id: printable ASCII without blanks */
#define LIMIT_SOURCE_BYTES 256u   /* an event's source: a URI reference (RFC 3986) */
#define LIMIT_TEXT_BYTES 256u     /* any other text field of an event that a campaign can test */
#define LIMIT_EVENT_TYPES 256u
#define LIMIT_FIELDS 192u       /* fields the catalogue may know */
#define LIMIT_CLOSED_WORDS 512u /* words of fields with closed words, of all types together */
#define LIMIT_EVENT_UNKNOWN 64u /* words of one event that are noted because the catalogue does not know them; more are counted */
#define LIMIT_AMOUNT_MINOR 1000000000000LL /* 10^12 minor units */
#define LIMIT_FUTURE_MS (5LL * 60 * 1000)  /* an event may be that far ahead of its arrival */

#define LIMIT_SHARDS 1024u
#define LIMIT_STATE_BYTES (64u * 1024u) /* one record of the store: a page of an owner's state, encoded */
#ifdef GIFTD_SMALL                      /* the simulator's: records of several pages, and full ones, are met often */
#define LIMIT_STATE_CELLS 144u
#define LIMIT_STATE_SPARE 32u
#define LIMIT_SHARED_KEPT 3u
#define LIMIT_STATE_PAGES 64u
#define LIMIT_SEEN 96u
#define LIMIT_SEEN_SLOTS 128u
#else
#define LIMIT_STATE_CELLS 262144u /* facts, counters, grants, lots of one owner: 20 MB in memory, some 10 MB stored */
#define LIMIT_STATE_SPARE 16384u  /* of them kept free for what takes back, undoes and gives back */
#define LIMIT_SHARED_KEPT 16u     /* counters that a record of several shards keeps though their time is over */
#define LIMIT_STATE_PAGES 4096u   /* records that one owner's state is kept in */
#define LIMIT_SEEN 98304u         /* ids of events remembered for one customer: 14,000 a day at a horizon of a week */
#define LIMIT_SEEN_SLOTS 131072u  /* of the table that holds them */
#endif
#define LIMIT_TRACKS_OPEN 4u
#define LIMIT_CLOSES 4096u                     /* kinds of periods that close: each unit in each zone, each campaign */
#define LIMIT_CLOSES_ASKED 256u                /* of them at which rules ask one measure */
#define LIMIT_DATE_NAME 40u                    /* bytes of the name of a day that comes again, in ids of events */
#define LIMIT_DATE_TIMES 16u                   /* times of day at which such days are heard, of all days together */
#define LIMIT_DUES 1024u                       /* instants at which what one event counts for closes */
#define LIMIT_CLOSE_DELAY_MS (31 * 86400000LL) /* a close is heard so much later at most */
#define LIMIT_PENDING_MS (92 * 86400000LL)     /* a gift that is issued later waits so long at most */
#define LIMIT_LEVELS 16u                       /* of one measure */
#define LIMIT_LEVEL_CLOSES 400u                /* at which a level is judged, of one campaign */
#define LIMIT_RANKS 64u                        /* rules with a rank, of all files */
#define LIMIT_RANK_TOP 1000u                   /* customers whom a rank lets through */
#define LIMIT_RANK_KEPT 1600u                  /* of whom a shard tells, and whose place is known */
#define LIMIT_RANK_TIES 3u
#define LIMIT_ROLES 16u        /* who signs one campaign, those of the bank's programme among them */
#define LIMIT_TICKETS 10000u   /* of one customer in a draw by lot */
#define LIMIT_RANKS_OPEN 1024u /* ranks of one shard that are not forgotten yet: of each rule with each period */
#define LIMIT_PICKS 16u        /* values that a customer may choose in one period */
#define LIMIT_ROLLING_DAYS 92u
#define LIMIT_FACTS 200000u /* of all campaigns and programmes */
#ifdef GIFTD_NARROW         /* the fuzzer's: crowded decisions and facts are met often */
#define LIMIT_FACT_KEYS 3u
#define LIMIT_LOTS 3u
#define LIMIT_DISTINCT 4u
#define LIMIT_MATCHES 96u
#define LIMIT_WANTS 24u
#define LIMIT_FORWARDS 2u
#define LIMIT_HEARD 4u
#define LIMIT_OUTCOMES 40u
#define LIMIT_OUTCOMES_SPARE 12u
#define LIMIT_GIVEN 6u
#define LIMIT_GIFTS 14u
#define LIMIT_CHILDREN 4u
#define LIMIT_EFFECTS 12u
#else
#define LIMIT_FACT_KEYS 32u        /* keys of a fact beside the customer (docs/language.md section 5) */
#define LIMIT_LOTS 32u             /* open lots of a chance */
#define LIMIT_DISTINCT 64u         /* values that are told apart */
#define LIMIT_MATCHES 131072u      /* listeners one event may wake */
#define LIMIT_WANTS 32768u         /* owners one event may touch, beside its customer */
#define LIMIT_FORWARDS 16u         /* other customers who hear one event (`as`) */
#define LIMIT_HEARD 256u           /* rules and facts through which they hear it */
#define LIMIT_OUTCOMES 32768u      /* rules judged for one event */
#define LIMIT_OUTCOMES_SPARE 4096u /* of them kept for what the last rule comes to behind itself: items that fail alone, add-ons */
#define LIMIT_GIVEN 10240u         /* gifts that one event may give; a rule that would give more is refused (TOO_MANY_GIFTS) */
#define LIMIT_GIFTS 32768u         /* gifts, revocations and the like of one event: a reversal takes back what gifts bought as well */
#define LIMIT_CHILDREN 1024u       /* gifts that rest on one gift */
#define LIMIT_EFFECTS 4096u        /* facts that one event changed, as they are told to those who ask */
_Static_assert(LIMIT_GIVEN >= LIMIT_CAMPAIGNS, "every campaign may give a gift for one event");
#endif
#define LIMIT_TRAIL 1048576u /* changes of cells by one event */
#define LIMIT_BATCH_EVENTS 65536u
#define LIMIT_REWARD_ID_BYTES 40u

_Static_assert(LIMIT_RULES >= LIMIT_CAMPAIGNS, "a campaign has at least one rule");
_Static_assert(LIMIT_EVENT_FIELDS <= LIMIT_FIELDS, "an event holds a part of the catalogue");
_Static_assert(LIMIT_SOURCE_BYTES <= LIMIT_TEXT_BYTES && LIMIT_EVENT_ID_BYTES <= LIMIT_TEXT_BYTES, "both are fields of reversals");
_Static_assert(LIMIT_SEEN_SLOTS * 3u / 4u >= LIMIT_SEEN, "the table of ids is never more than three quarters full");
_Static_assert(LIMIT_STATE_CELLS / LIMIT_STATE_PAGES * 70u * 8u < LIMIT_STATE_BYTES, "a page of eight times the usual fill fits");
_Static_assert(LIMIT_RANK_TOP <= LIMIT_RANK_KEPT && LIMIT_RANK_KEPT * 40u + 128u <= LIMIT_STATE_BYTES, "one message tells of all of them");
_Static_assert(LIMIT_OUTCOMES <= LIMIT_MATCHES, "every rule judged was woken by a listener");
_Static_assert(LIMIT_OUTCOMES_SPARE < LIMIT_OUTCOMES, "some rules are judged");
_Static_assert(LIMIT_GIVEN <= LIMIT_GIFTS && LIMIT_GIFTS <= LIMIT_OUTCOMES, "what is taken back has outcomes of its own");
_Static_assert(LIMIT_AMOUNT_MINOR < INT64_MAX / 10000, "a percentage in basis points of an amount does not overflow");

#endif
