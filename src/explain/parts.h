/* What the files of the explain room share: where an answer is put together.
 *
 *   explain.c   memory, which question      events.c    of events
 *   customer.c  of a customer, a reward     ranges.c    events that nobody heard, which have no line of their own
 *   tell.c      one explanation             scan.c      lines of files
 *   letters.c   dead letters */
#ifndef GIFTD_EXPLAIN_PARTS_H
#define GIFTD_EXPLAIN_PARTS_H

#include "giftd/explain.h"
#include "ranges.h"
#include "scan.h"

#define EVENTS_MOST 4000000u

/* One event that is asked about. */
struct wanted {
  uint64_t digest, position; /* of its decision line */
  struct str line, customer;
  uint32_t again; /* how often it was stopped as a duplicate or late */
  uint32_t range; /* ranged: number of the range that has it, at `position` of its input */
  uint32_t input; /* --customer: number of its input */
  bool found, gated, ranged;
  bool dead;   /* it could be read and not decided */
  bool filled; /* back-filled: a second decision that judged it, at `filled_at` */
  uint64_t filled_at;
};

struct answer {
  const struct explain_question *question;
  const struct loaded *loaded;
  struct arena texts, arena, event_arena;
  struct buffer out;
  struct wanted *wanted;
  uint32_t wanted_count, *slots, slot_count;
  struct ranges ranges;
  struct unheard_range open; /* of the state, as it was before decisions were read; of no events: none is */
  uint32_t own_count, next;  /* --customer: of `wanted`, those with decisions; the next without */
  uint32_t dead;             /* --event: letters of what is asked */
  uint32_t told, missing, bad_lines, damaged;
};

/* ---- tell.c ---- */

void answer_flush(struct answer *a);
bool event_take(struct answer *a, struct str line, struct event *event);
void explain_one(struct answer *a, const struct event *event, const struct recorded_decision *recorded);
/* The event's own line: where the decision says it stood, checked to be that event. */
bool event_find(struct answer *a, const struct recorded_decision *recorded, struct event *event);
bool decision_read(struct answer *a, struct str line, struct recorded_decision *recorded);
/* A decision with its further parts, which stand right behind it. */
bool decision_whole(struct answer *a, uint64_t position, struct recorded_decision *whole);
/* The range that is still open: before decisions are read. A run that has no state here, or cannot be read, has none. */
void open_range_read(struct answer *a);
/* All decisions were read. */
void ranges_settle(struct answer *a);
/* Takes the line of a range up; false: it is none. */
bool range_taken(struct answer *a, struct str line);

/* ---- letters.c ---- */

/* The dead letters of the run, in their order; what cannot be read is passed over, a run without a file of them has none. */
typedef void letter_take(struct answer *a, const struct recorded_letter *letter);
void letters_walk(struct answer *a, letter_take *take);
/* Whether the line names the customer, as far as that can be told of a line that is no event. */
bool letter_names(const struct recorded_letter *letter, struct str customer);
/* Told as the answer for this customer. */
void letter_explain(struct answer *a, const struct recorded_letter *letter, struct str customer);

/* ---- events.c, customer.c ---- */

enum status answer_events(struct answer *a, struct fault *fault) MUST_USE;
enum status answer_customer(struct answer *a, struct fault *fault) MUST_USE;
enum status answer_reward(struct answer *a, struct fault *fault) MUST_USE;

#endif
