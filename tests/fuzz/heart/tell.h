/* What the inputs came to, for people who want to know whether the campaigns and histories are any good (GIFTD_HEART_COUNTS). */
#ifndef GIFTD_FUZZ_HEART_TELL_H
#define GIFTD_FUZZ_HEART_TELL_H

#include "giftd/judge.h"

extern struct counts {
  uint64_t inputs, events, kept, refused, dead, voids, heard, swaps;
  uint64_t gifts[GIFT_PENDING + 1], reasons[REASON_COUNT], gates[REASON_COUNT];
} counts;

void count_decision(const struct decision *decision);
void counts_tell(void);

#endif
