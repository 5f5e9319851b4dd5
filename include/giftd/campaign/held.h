/* Where a test of a condition stands, and what that means for it when a gift is judged again after a refund (docs/language.md section 8,
 * `recheck`). Pure. */
#ifndef GIFTD_CAMPAIGN_HELD_H
#define GIFTD_CAMPAIGN_HELD_H

#include "giftd/campaign.h"

struct stand {
  bool denied; /* behind an odd number of `not` */
  bool apart;  /* one of alternatives: what is above it may hold whether it does or not */
};

/* Of what is below a condition that stands so. */
struct stand stand_below(enum condition_kind kind, struct stand stand);

/* A count or a sum that is bounded from above: refunds lower it, so what held goes on to. */
bool is_bound_above(const struct fact *fact, const struct condition *test, bool denied);

#endif
