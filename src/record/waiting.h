/* What an explanation says of rules beside their own outcomes: those that still wait for a measure or a track, and why what was given was
 * taken back. */
#ifndef GIFTD_RECORD_WAITING_H
#define GIFTD_RECORD_WAITING_H

#include "facts.h"

/* A rule that hears a measure or a track which the event moved without reaching what wakes the rule, or a close, and asks a measure which
 * it moved: it was not judged and has no outcome, and how far the customer is stands in what happened to the fact alone. */
struct told_waiting {
  const struct rule *rule;
  const struct fact *fact;
  struct str actual, period; /* what there is now; of a measure by periods which one */
  struct str expected;       /* what wakes the rule next; empty: it has no higher step */
  const struct close *close; /* what it waits for; or NULL */
  char memory[64];
};
/* The next such rule of a campaign: *at begins at 0. False: there are no more. */
bool waiting_next(const struct telling *t, const struct campaign *campaign, uint32_t *at, struct told_waiting *out);
/* "not yet: month is 45.00 of 100.00 (2026-12)" */
void waiting_words(struct buffer *out, const struct telling *t, const struct told_waiting *told);
/* Why a gift was taken back or reduced, as the campaign's file has it: "partial refund, 'recheck': judged again with what is left of the
 * payment". Nothing where the whole event was undone. */
void undone_words(struct buffer *out, const struct telling *t, const struct rule *rule);

#endif
