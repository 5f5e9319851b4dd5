/* What is left of a pool, from its record in a store. */
#ifndef GIFTD_APP_POOL_STATE_H
#define GIFTD_APP_POOL_STATE_H

#include "giftd/lend.h"

struct pool_told {
  struct pool_left left;
  int64_t lent; /* to other shards; TOLD_UNKNOWN: the record is one of several, and this one does not tell */
};
#define TOLD_UNKNOWN (-1)
/* `record` is the first of the owner's: it has what is used in all. Empty: nothing yet. */
bool pool_tell(const struct rulebook *rulebook, uint32_t pool, struct str share, struct str record, struct pool_told *out,
               struct fault *fault) MUST_USE;

#endif
