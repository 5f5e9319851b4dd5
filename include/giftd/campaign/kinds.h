/* Kinds of facts, and forms of what a gift is worth: the one list of each, and what other rooms may ask of one without naming it
 * (docs/language.md sections 5 and 6).
 *
 * A new kind is a line in its list here and a file of its own in each room that must know it: how a file says it (campaign), what it comes
 * to (judge), its words (wording). Each of these files has one row, which the tables of the rooms are made of; the linker asks for a row
 * that is missing. Whoever asks what kind something is asks a property of the row (tests/house/kinds.py). */
#ifndef GIFTD_CAMPAIGN_KINDS_H
#define GIFTD_CAMPAIGN_KINDS_H

#include <stdbool.h>

#include "giftd/base/str.h"

/* ---- facts ---- */

/* KIND(NAME, name): new ones go to the end. */
#define FACT_KINDS(KIND)       \
  KIND(FIRST, first)           \
  KIND(LAST, last)             \
  KIND(MEASURE, measure)       \
  KIND(TRACK, track)           \
  KIND(TABLE, table)           \
  KIND(DIFFERENCE, difference) \
  KIND(PICKS, picks)           \
  KIND(LEVEL, level)

#define FACT_KIND_NAME(NAME, name) FACT_##NAME,
enum fact_kind { FACT_KINDS(FACT_KIND_NAME) FACT_KIND_COUNT };
#undef FACT_KIND_NAME

/* How a rule is woken that hears a fact, "on": {"fact": N}. */
enum fact_heard {
  HEARD_NEVER, /* it is only asked */
  HEARD_BANDS, /* it entered another band of the thresholds that these rules name */
  HEARD_DONE,  /* its tasks are done; also while the campaign closes */
  HEARD_CLOSE  /* the close of its unit, with what completed there; nobody asks it */
};

/* What it comes to, and so what an event does to it. */
enum fact_figure {
  FIGURE_NUMBER, /* before -> after */
  FIGURE_TIME,   /* when it happened */
  FIGURE_TASKS,  /* so many of them done */
  FIGURE_TEXT    /* one of the texts of its file */
};

struct fact_traits {
  const char *word; /* the key that a file says it with */
  enum fact_heard heard;
  enum fact_figure figure;
  bool counts;   /* a gift rests on what it counted: a refund that lowers it has the gift judged again */
  bool windowed; /* what it holds is of a window */
};
extern const struct fact_traits *const fact_traits[FACT_KIND_COUNT]; /* by enum fact_kind; all are there */

/* ---- what a gift is worth, and how many there are ---- */

/* FORM(NAME, name): new ones go to the end. */
#define WORTH_FORMS(FORM) \
  FORM(NONE, none)        \
  FORM(FIXED, fixed)      \
  FORM(PERCENT, percent)  \
  FORM(BANDS, bands)      \
  FORM(SHARE, share)

#define WORTH_FORM_NAME(NAME, name) VALUE_FORM_##NAME,
enum value_form { WORTH_FORMS(WORTH_FORM_NAME) VALUE_FORM_COUNT };
#undef WORTH_FORM_NAME

struct worth_traits {
  bool derived; /* by the left side `of`, as it is for the event: a refund may change it */
  bool rounds;  /* what it comes to may be no whole minor units */
  /* In front of what it comes to, where that is too little: "the share comes to " unless a form says it otherwise. */
  const char *comes_en, *comes_zh;
};
extern const struct worth_traits *const worth_traits[VALUE_FORM_COUNT]; /* by enum value_form; all are there */

/* Forms of reward that giftd knows (schemas/rewards.json). The list is open: a form that is none of these is a thing. */
struct reward_form {
  const char *word;
  bool money;  /* its value is the gift itself: it has to have one */
  bool face;   /* its value is its face value */
  bool points; /* its value is a whole number */
  bool chance, notice;
};
extern const struct reward_form reward_forms[];              /* ended by a word that is NULL */
const struct reward_form *reward_form_find(struct str word); /* NULL: none of them */

#endif
