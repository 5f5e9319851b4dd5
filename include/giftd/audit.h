/* The audit room: holds what was decided against what the opened secret says, every draw of one campaign, from the lines that a run wrote
 * (docs/draws.md; R55).
 *
 *     decisions ─▶ draw: recomputed, number by number ─▶ tallies by rule and prize ─▶ test of fit
 *                     └▶ gifts ─▶ rewards: each once, and no other
 */
#ifndef GIFTD_AUDIT_H
#define GIFTD_AUDIT_H

#include <stdio.h>

#include "giftd/judge.h"
#include "giftd/record.h"

/* Of one rule that draws; by place of the item in it. */
struct draw_tally {
  uint64_t draws;                       /* each once, however often it was tried: by what it was drawn by */
  uint64_t drawn[LIMIT_ITEMS_PER_GIVE]; /* what the first number fell on */
  uint64_t given[LIMIT_ITEMS_PER_GIVE]; /* what it came to, substitutes under what they stand for; of items that are nothing: lost */
  uint64_t empty[LIMIT_ITEMS_PER_GIVE]; /* how often it had run out when it was drawn */
};

struct draw_seen; /* draws and gifts that were met, draw_audit.c */

struct draw_audit {
  const struct rulebook *book;
  const struct campaign *campaign;
  struct digest256 secret;
  struct draw_tally *tallies; /* one for each rule of the campaign */
  struct draw_seen *seen;
  uint64_t lines, damaged;           /* lines; that are no decisions */
  uint64_t draws, refused, versions; /* outcomes with a draw; refused afterwards, by a limit say; of other versions than the file's */
  uint64_t findings;                 /* what does not follow: told on `tell`, the first of them */
  uint64_t gifts, rewards;           /* draws that brought something to send out; that were found among the rewards */
  FILE *tell;
};

/* STATUS_STORAGE: no memory. */
enum status draw_audit_open(struct draw_audit *audit, const struct rulebook *book, const struct campaign *campaign,
                            const struct digest256 *secret, FILE *tell, struct fault *fault) MUST_USE;
void draw_audit_close(struct draw_audit *audit);
/* Reads lines to the end. STATUS_STORAGE: no memory; STATUS_INPUT: the file cannot be read on. */
enum status draw_audit_decisions(struct draw_audit *audit, FILE *file, struct fault *fault) MUST_USE;
/* Behind the decisions. */
enum status draw_audit_rewards(struct draw_audit *audit, FILE *file, struct fault *fault) MUST_USE;
/* Tells what was found. `rewards`: they were read. False: something does not follow, or the outcome does not fit the odds. */
bool draw_audit_verdict(const struct draw_audit *audit, bool rewards);

/* ---- the odds ---- */

/* Whether what was drawn is what was promised: Pearson's chi-square test of goodness of fit. For reports alone: nothing is given by it. */
#define FIT_CELLS LIMIT_ITEMS_PER_GIVE

struct fit {
  double statistic;
  uint32_t freedom;   /* degrees; 0: too few draws to say anything */
  double probability; /* that honest draws come out at least so far off */
};
/* `counts` of draws on cells that were to come by `weights`, above 0. Cells of which fewer than five are expected are taken together,
 * the least likely first (Cochran's rule). */
struct fit fit_of(const uint64_t *counts, const uint32_t *weights, uint32_t count);

#endif
