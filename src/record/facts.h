/* What an event did to facts of its customer, for those who explain it: recorded effects with what they lead to, and facts that listened in
 * vain. */
#ifndef GIFTD_RECORD_FACTS_H
#define GIFTD_RECORD_FACTS_H

#include "explain.h"

struct told_fact {
  const struct fact *fact;
  const struct recorded_effect *effect; /* NULL: it listens, and the event did not change it */
  struct str next;                      /* the next threshold that a rule of its campaign has, as text; empty: none */
  const struct rule *rule;              /* whose threshold */
  struct str tasks;                     /* of a track: those that this event could do */
  uint32_t hear_first, hear_behind;     /* without an effect: the listeners by which it listens */
  char memory[512];
};

/* The facts of a campaign that the event did something to, or that listen to it: *at begins at 0. False: there are no more. */
bool facts_next(const struct telling *t, const struct campaign *campaign, uint32_t *at, struct told_fact *out);
/* "m (month 2027-01): 120.00 -> 300.00; 500.00 is next, for big" */
void fact_words(struct buffer *out, const struct telling *t, const struct told_fact *told);
/* What was recorded of a fact: its nth effect, or NULL. "m" of "spring/m". */
const struct recorded_effect *fact_effect(const struct telling *t, const struct fact *fact, uint32_t nth);
struct str fact_short_name(const struct fact *fact);
/* The next threshold of a measure behind `value` that the rule names, as text, or nothing. False: the value is no number. */
bool fact_step(const struct telling *t, const struct rule *rule, const struct fact *fact, struct str value, struct buffer *next);
/* " (2026-12)", " (30 days to 2026-12-07)" of a measure; nothing without a period. */
void fact_period_words(struct buffer *out, const struct telling *t, const struct fact *fact, struct str period);
/* Whether the rule names a threshold of the measure. */
bool fact_asked(const struct telling *t, const struct rule *rule, const struct fact *fact);
/* Of a decision for who heard the event as another: whether the listener may have heard it for that customer (heard.c). */
bool fact_heard_as(const struct telling *t, uint32_t listener);
/* Of a fact that another customer's record keeps (`as`): who heard it, or that nobody was named; false: the customer's own may have. */
bool fact_elsewhere_words(struct buffer *out, const struct telling *t, const struct told_fact *told);
/* Whether the event signs its customer up for the campaign; *words says so, or why not. */
bool enrols(const struct telling *t, const struct campaign *campaign, struct str *words);

#endif
