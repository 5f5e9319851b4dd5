/* The waterfall of one rule: the steps of judgement in their order (docs/language.md section 9.1; what event, time and rulebook alone
 * decide stands first), each passed or failed, up to the one that failed.
 *
 *   campaign runs - schedule - event's own conditions - lateness - audience - enrolment - risk - conditions with memory -
 *   chance - once per - control group - limits - pool - gift
 */
#ifndef GIFTD_RECORD_STEPS_H
#define GIFTD_RECORD_STEPS_H

#include "detail.h"

#define STEPS_MAX 96u
#define STEPS_BYTES (24u * 1024u)

struct step {
  bool passed;
  struct str text;
};
struct steps {
  uint32_t count;
  struct step items[STEPS_MAX]; /* what has no room is left out: the failed step is always there */
  struct buffer text;
  char memory[STEPS_BYTES];
};

/* `event` may be NULL (its line is not at hand): then no values of it are said. */
void steps_fill(struct steps *steps, const struct rulebook *rulebook, const struct event *event, const struct told *told,
                enum language language);

#endif
