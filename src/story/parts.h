/* What the files of the story room share:
 *
 *   words.c, home.c, expect.c, read.c   text to steps          bind.c       names to numbers
 *   event.c                             a step as JSON line    run.c        plays, over table.c
 *   sight.c, diff.c                     what happened, in words, against what was expected
 *   coverage.c, requirements.c          what no scenario reached, or shows
 */
#ifndef GIFTD_STORY_PARTS_H
#define GIFTD_STORY_PARTS_H

#include "giftd/story.h"

/* A gift of a rule: issued, also anew, held for later, or handed out by hand. */
static inline bool expects_gift(enum expect_kind kind) {
  return kind == EXPECT_GIFT || kind == EXPECT_PENDING || kind == EXPECT_REGISTERED || kind == EXPECT_REISSUE || kind == EXPECT_REPAY;
}

/* ---- trouble ---- */

/* "what is wrong; remedy" at a line. */
void scenario_problem(struct scenario_problems *problems, struct str file, uint32_t line, const char *format, ...) PRINTF_LIKE(4, 5);
/* ", did you mean 'x'?" for the nearest of some names, or "" when none is near; in the problems' arena. */
const char *scenario_near(struct scenario_problems *problems, struct str word, const struct str *names, uint32_t count);

/* ---- reading ---- */

/* Zone and currency of a story, of the campaigns it names; without a rulebook, or of none that is known: Asia/Shanghai and CNY. */
struct scenario_home scenario_home_of(const struct rulebook *rulebook, const struct str *campaigns, uint32_t count);
/* The zone that the story says, one of those its campaigns have; false: none of them. */
bool scenario_home_zone(struct scenario_home *home, const struct rulebook *rulebook, struct str name, const struct str *campaigns,
                        uint32_t count);
/* The words of a line: split at blanks, "..." keeps blanks, # ends the line, as does a word that begins with '('. Returns their number, or
 * SCENARIO_WORDS + 1 with *trouble set. `end` is the byte behind the last word. */
uint32_t scenario_split(struct str line, struct str words[SCENARIO_WORDS], size_t *end, const char **trouble);
/* One expectation from its words; false with a problem added. */
bool scenario_read_expectation(struct str file, uint32_t line, const struct str *words, uint32_t count, const struct scenario_home *home,
                               struct expectation *out, struct scenario_problems *problems);
/* "2026-12-04" or "2026-12-04T12:30[:05]" in the story's zone; with seconds and offset where its clocks show a time twice. As the end of a
 * span a date ends with that day. */
bool scenario_moment(struct str text, bool as_end, struct zone zone, int64_t *ms);

/* Gifts of the scenario so far, the latest of each rule: {gift:RULE} in an event stands for the id of one. NULL: it is only read. */
#define SCENARIO_GIFTS 64u
struct scenario_gifts {
  uint32_t count;
  struct scenario_gift {
    struct str rule; /* its id */
    char id[22];
  } items[SCENARIO_GIFTS];
};

/* The event of a step as a JSON line for its n-th repetition, at a time. False: *trouble says what no event can be made of. */
bool scenario_event_line(const struct step *step, uint32_t n, int64_t now_ms, const struct scenario_home *home,
                         const struct scenario_gifts *gifts, const struct catalogue *catalogue, struct buffer *out, struct buffer *trouble);

/* ---- playing ---- */

/* Records of owners, kept as their bytes. */
struct record_table;
struct record_table *record_table_new(void);
void record_table_free(struct record_table *table);
struct str record_table_get(const struct record_table *table, struct str key);
bool record_table_put(struct record_table *table, struct str key, struct str bytes); /* false: out of memory */

/* ---- comparing ---- */

/* One thing that happened, ready to be compared and printed. */
struct sight {
  enum expect_kind kind;
  uint32_t rule; /* NONE for the gate */
  enum reason reason;
  const struct gift *gift;       /* of gifts, revocations, chances */
  const struct outcome *outcome; /* of refusals that were judged with state */
  uint32_t outcome_index;
  uint32_t condition; /* of refusals that were recomputed; or NONE */
  struct str to;      /* as in struct expectation */
  bool required;      /* must be listed */
  bool matched;
};
#define SCENARIO_SIGHTS (LIMIT_GIFTS + LIMIT_OUTCOMES + 1u)

/* The decision of a step holds what it came to for the customer, and behind that for each who heard it as another. */
struct scenario_heard {
  struct str hearer;
  uint32_t gift_first, outcome_first;
};

struct comparison {
  const struct rulebook *rulebook;
  const struct scenario *scenario;
  const struct event *event;
  const struct decision *decision;
  struct sight *sights; /* SCENARIO_SIGHTS */
  uint32_t sight_count;
  const struct scenario_heard *heard; /* in order */
  uint32_t heard_count;
};
/* Collects what happened to the campaigns under test. */
void scenario_sights(struct comparison *c);
/* Compares; true when everything expected happened and nothing else that must be listed. Marks matched sights. */
bool scenario_compare(struct comparison *c, const struct step *step, bool missing[SCENARIO_WORDS]);
/* The diff: "- " expected lines that did not happen, "+ " what happened instead. */
void scenario_diff(const struct comparison *c, const struct step *step, const bool missing[SCENARIO_WORDS], struct buffer *out);
/* Whether another one says it: what went back says so itself, that the rule was refused for it (REVERSED) says nothing more. */
bool scenario_said(const struct comparison *c, const struct sight *sight);
/* One sight in the words of a scenario. */
void scenario_print_sight(const struct comparison *c, const struct sight *sight, struct buffer *out);
/* "50.00" or "120" (points) of a rule's item; decimals of its campaign. */
void scenario_print_value(const struct rulebook *rulebook, uint32_t rule, uint32_t item, int64_t value, struct buffer *out);

/* ---- coverage ---- */

struct requirement {
  char name[SCENARIO_NAME_BYTES];
  uint32_t length, place; /* in the list */
  bool listed, covered;
};
struct requirements {
  struct requirement items[SCENARIO_REQUIREMENTS];
  uint32_t count;
  bool is_list; /* the folder has a list of them */
};
/* One that is in the folder's list, or one that a story shows. What is more than there is room for is left out. */
void requirements_note(struct requirements *all, struct str name, bool listed);
void requirements_print(struct requirements *all, struct buffer *out);
void requirements_json(struct requirements *all, struct buffer *out);

void coverage_decision(struct coverage *coverage, const struct comparison *c);
void coverage_passed(struct coverage *coverage, const struct scenario *scenario);

#endif
