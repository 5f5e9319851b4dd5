/* The explain room: what became of events, from what a run left in its folder (R123). Decisions, ranges of events that nobody heard,
 * rewards, dead letters and the input are read, never mapped, and nothing is written but the answer; a run may go on meanwhile.
 */
#ifndef GIFTD_EXPLAIN_H
#define GIFTD_EXPLAIN_H

#include "giftd/load.h"
#include "giftd/record.h"

/* One of event, reward and customer is asked. */
struct explain_question {
  const char *event;    /* path of a file of events, "-": standard input */
  const char *reward;   /* id of a gift, or of what took it back */
  const char *customer; /* id; with `since` as it was written, and the time it means (TIME_NONE: from the beginning) */
  const char *since;
  int64_t since_ms;
  const char *input;                         /* the file of events where the one that decisions name is elsewhere, or NULL */
  const char *decisions, *rewards, *letters; /* paths of the run's outputs */
  const char *state;                         /* folder of the run's state, for the range that is still open; or NULL */
  bool output_named;                         /* they were asked for by name: they must be there */
  struct explain_style style;
};

struct explain_count {
  uint32_t told, missing; /* explanations; of what was asked, how much has no decision */
  uint32_t damaged;       /* lines of decisions that are none */
};

/* Explanations to stdout, what is missing to stderr. STATUS_USAGE: a file cannot be read; STATUS_LIMIT: too many events at once. */
enum status explain_answer(const struct explain_question *question, const struct loaded *loaded, struct explain_count *count,
                           struct fault *fault) MUST_USE;

#endif
