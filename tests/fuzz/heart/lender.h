/* Another shard beside the one that decides: pools are lent in blocks and resources as a whole, messages go to and fro until there are
 * none, and meanwhile the other one asks for, spends and holds what this one needs (lend.h). */
#ifndef GIFTD_FUZZ_HEART_LENDER_H
#define GIFTD_FUZZ_HEART_LENDER_H

#include "world.h"

void lender_begin(const struct world *world);
void lender_end(void);
/* The decision at hand is short of something: it is claimed, and every message delivered. */
void lender_claim(struct world *world);
/* After a decision: blocks that run low, what the other shard does meanwhile, reviews; units are where they are counted. */
void lender_mind(struct world *world, struct bytes *b);

#endif
