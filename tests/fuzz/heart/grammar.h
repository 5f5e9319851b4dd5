/* Campaign files made of choices, over the whole language that is served (docs/language-changes.md says what is not). Most of them are
 * accepted; what `check` refuses is none of this target's business.
 *
 *   grammar.c   header, audience, declarations    facts.c   facts    when.c   conditions    rules.c   triggers, limits, rules
 *   items.c     gifts: items, choosers, pools
 *   words.c     the words of campaigns and events      edits.c   the same file with other numbers
 */
#ifndef GIFTD_FUZZ_HEART_GRAMMAR_H
#define GIFTD_FUZZ_HEART_GRAMMAR_H

#include <stdio.h>

#include "bytes.h"
#include "giftd/campaign.h"
#include "words.h"

#define GRAMMAR_FACTS 7u
#define GRAMMAR_RULES 6u
#define GRAMMAR_LEFTS 48u

struct grammar_fact {
  enum fact_kind kind;
  unsigned heard;    /* kind of event */
  bool money, keyed; /* keyed: by more than the customer */
  bool average, hearer;
  const char *keep, *lists;
};

enum left_form {
  FORM_TEXT,
  FORM_AMOUNT,
  FORM_SCORE,
  FORM_FACT,
  FORM_AT,
  FORM_KEEP,
  FORM_ELAPSED,
  FORM_TIER,
  FORM_INCOME,
  FORM_TAG,
  FORM_LIST,
  FORM_SCHEDULE,
  FORM_CAUSE,
  FORM_CHANCE,
  FORM_BASE
};
struct grammar_left {
  enum left_form form;
  unsigned index;
  bool used;
};

struct grammar_rule {
  unsigned kind;                /* of the event, or of the fact's, or of the base rule's */
  bool event, as, fact, reward; /* what it hears */
  unsigned of_fact;
  bool money, points; /* what it gives */
  bool spends, keeps; /* of a chance */
};

struct grammar {
  struct bytes *b;
  struct buffer *out;
  struct grammar_fact facts[GRAMMAR_FACTS];
  unsigned fact_count, rule_count;
  unsigned money_kind, other_kind; /* what most of the campaign is about: kinds of events with and without an amount */
  struct grammar_rule rules[GRAMMAR_RULES];
  struct grammar_left lefts[GRAMMAR_LEFTS]; /* what a condition at hand may ask, each once */
  unsigned left_count;
  bool chances, keeps;
  bool over_soon;
  bool generous;      /* asks little and bounds little: much is given, so much can go back */
  unsigned days_open; /* how long tracks and chances may be open: the campaign closes so long after its end */
};

/* Writes one campaign with this id. `shared`: a bank programme of grammar_bank() is beside it. */
void grammar_campaign(struct bytes *b, struct buffer *out, const char *id);
void grammar_bank(struct bytes *b, struct buffer *out);

/* ---- parts ---- */

#define SAY(...) buffer_print(g->out, __VA_ARGS__)
void say_money(struct grammar *g, uint32_t least, uint32_t most); /* whole units of money, quoted */

/* The campaign's own kind, or one of these. */
unsigned kind_pick(struct grammar *g, bool money, const unsigned *kinds, uint32_t count);
#define KIND_OF(g, money, kinds) kind_pick(g, money, kinds, (uint32_t)(sizeof(kinds) / sizeof((kinds)[0])))

void facts_write(struct grammar *g);

/* What events of a kind may be asked. */
void lefts_of_event(struct grammar *g, unsigned kind);
void lefts_of_state(struct grammar *g, unsigned facts); /* profile, tags, lists and the first so many facts */
void left_add(struct grammar *g, enum left_form form, unsigned index);
/* An object of up to so many tests over the lefts at hand. */
void when_write(struct grammar *g, unsigned tests);

void trigger_write(struct grammar *g, unsigned kind); /* an event of the kind, with or without a test of its own */
void rule_write(struct grammar *g, unsigned number);
void pools_write(struct grammar *g); /* the named ones */
void limit_write(struct grammar *g, const struct grammar_rule *rule, const char *id);
void give_write(struct grammar *g, unsigned rule);

/* ---- edits ---- */

/* The same file with its version one higher and some of its numbers changed (never dates). */
void edits_write(struct bytes *b, struct str file, struct buffer *out);

#endif
