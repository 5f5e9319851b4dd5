/* What a refusal was decided on, as text: the values of an outcome (or of a stateless refusal) the way decisions carry them and people
 * read them - money with decimals, times in the campaign's zone, periods by their label. Written once here, so that a decision line, a
 * scenario's diff and `giftd explain` can never say different things.
 */
#ifndef GIFTD_RECORD_TOLD_H
#define GIFTD_RECORD_TOLD_H

#include "giftd/record.h"

#define TOLD_BYTES 4096u
#define TOLD_EXPECTED_BYTES 256u /* of a condition's words: an event may have LIMIT_OUTCOMES of them */

struct told {
  enum reason reason;
  uint32_t rule;
  struct str shut;                                                /* the reserve that is not released */
  struct str at, limit, pool, identity, period, expected, actual; /* empty: not said; in `memory`, the rulebook or the event */
  struct str rank, place;                                         /* how far the rule's rank came: told_rankings; and the place */
  struct str pot, units, units_all;                               /* of a share: of what, what he has, what all have */
  char memory[TOLD_BYTES];
};

void told_outcome(struct told *told, const struct rulebook *rulebook, const struct outcome *outcome);
/* A refusal that event, time and rulebook alone decide. `answer` is no MATCH_HEARS and no MATCH_OTHER_TYPE. */
void told_refusal(struct told *told, const struct rulebook *rulebook, uint32_t rule, struct match_answer answer, const struct event *event);

/* What an event did to a fact. */
struct told_effect {
  struct str period, before, after; /* as above; of times nothing */
  bool times;
  char memory[256];
};
void told_effect(struct told_effect *told, const struct rulebook *rulebook, const struct effect *effect);

/* "open" "behind" "lost" "late" "nothing" "won" "shared"; by enum ranking. */
extern const char *const told_rankings[];
/* Whether it was refused for its rank, or its share. */
bool told_is_ranked(const struct told *told);
/* Whether `at` ends with a key: "/spends". */
bool told_is_choice(const struct told *told); /* what the customer chose could not be */
bool told_is_at(const struct told *told, struct str key);

enum reason reason_of_refusal(enum match_refusal refusal);
/* The reason with this code, or REASON_COUNT. */
enum reason reason_of_code(struct str code);

#endif
