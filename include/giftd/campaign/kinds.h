/* Kinds of facts, and forms of what a gift is worth: the one list of each, and what other rooms may ask of one without naming it
 * (docs/language.md sections 5 and 6).
 *
 * A new kind is a line in its list here and a file of its own in each room that must know it: how a file says it (campaign), what it comes
 * to (judge), its words (wording). Each of these files has one row, which the tables of the rooms are made of; the linker asks for a row
 * that is missing. Whoever asks what kind something is asks a property of the row (tests/house/kinds.py). */
#ifndef GIFTD_CAMPAIGN_KINDS_H
#define GIFTD_CAMPAIGN_KINDS_H

#include <stdbool.h>

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

#endif
