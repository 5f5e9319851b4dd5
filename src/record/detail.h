/* One sentence for one outcome: what was given, or which number stood against which. Used by scenarios' diffs (record_outcome_line) and by
 * `giftd explain` alike, from an outcome just decided or from one read back. */
#ifndef GIFTD_RECORD_DETAIL_H
#define GIFTD_RECORD_DETAIL_H

#include "told.h"

/* A gift with its names, from either side. */
struct told_gift {
  struct str id, kind, item, reward, pool, instead_of, chance, cut_by, first_id; /* empty: not said */
  int64_t value_minor, count, cut_from_minor;
  int64_t due_ms; /* of what is pending; TIME_NONE: it is not, or nobody knows */
  bool chosen;    /* it waits for the customer's choice */
  bool in_review; /* it waits for a reviewer ... */
  bool for_bank;  /* ... whom the bank asks for, whatever its rule says */
  bool in_queue;  /* it waits for its pool */
  bool points;
  const struct limit *cut_limit; /* the limit `cut_by` names, or NULL: the loaded campaigns do not have it any more */
};
struct told_gift told_gift_of(const struct rulebook *rulebook, const struct gift *gift);
/* `rule` is NULL when the loaded campaigns do not know it: then only what was recorded is said. */
struct told_gift told_gift_read(const struct rulebook *rulebook, const struct rule *rule, const struct recorded_gift *gift);

/* "gave instant_discount 40.00 CNY" / "发放 立减金 40.00 CNY" */
void detail_gift(struct buffer *out, const struct rulebook *rulebook, uint32_t campaign, const struct told_gift *gift,
                 enum language language);
/* What stands behind the reason code: "1 of 1 per customer, day 2026-12-05". Nothing when the code says it all. */
/* What a share of a pot is of; of a gift, or of what comes to nothing. */
void detail_share(struct buffer *out, const struct rulebook *rulebook, const struct told *told, enum language language);
void detail_refusal(struct buffer *out, const struct rulebook *rulebook, const struct told *told, enum language language);

/* The condition of a rule (trigger, when, items, audience) that a pointer names; of several the one whose words are `expected`. Or NONE. */
uint32_t detail_condition(const struct rulebook *rulebook, const struct rule *rule, struct str pointer, struct str expected);
/* The rule's limit of that name, or NONE. */
uint32_t detail_limit(const struct rulebook *rulebook, const struct rule *rule, struct str name);

#endif
