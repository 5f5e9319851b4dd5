/* Scenarios: stories about campaigns as text, and the machine that plays them (`giftd test`).
 *
 * A scenario file stands beside the campaigns it tests and is written by the people who write campaigns: time passes, events arrive, and
 * indented under each event stands what must come of it. Playing one is the production path without its edges - every event becomes a JSON
 * line and goes through the shard's own loop - so a story that passes here is what the bank will see. The clock is the story's own.
 *
 *     text ──▶ scenario_read ──▶ scenario_bind ──▶ scenario_play ──▶ scenario_compare ──▶ report, coverage
 *              (no rulebook:      (names of rules,   (one event        (expected against
 *               can be fuzzed)     pools, limits)     after another)    observed, in words)
 *
 * The grammar is docs/scenarios.md. Trouble with a file is told with its line, what is wrong, the nearest known word and a remedy; all of a
 * file at once.
 */
#ifndef GIFTD_APP_SCENARIO_H
#define GIFTD_APP_SCENARIO_H

#include "app.h"
#include "giftd/shard.h"

#define SCENARIO_FILE_BYTES (1024u * 1024u)
#define SCENARIO_LINE_BYTES 4096u
#define SCENARIO_WORDS 96u          /* of one line */
#define SCENARIO_REPEAT 100000      /* times */
#define SCENARIO_PROBLEMS 64u       /* told of one file; the rest is counted */
#define SCENARIO_REQUIREMENTS 148u  /* R1..R148 */

/* ---- trouble with a file ---- */

struct scenario_problem { struct str file; uint32_t line; struct str text; };
struct scenario_problems {
  struct scenario_problem items[SCENARIO_PROBLEMS];
  uint32_t count, dropped;
  struct arena *arena; /* texts live here */
};
/* "what is wrong; remedy" at a line. */
void scenario_problem(struct scenario_problems *problems, struct str file, uint32_t line, const char *format, ...) PRINTF_LIKE(4, 5);
/* ", did you mean 'x'?" for the nearest of some names, or "" when none is near; in the problems' arena. */
const char *scenario_near(struct scenario_problems *problems, struct str word, const struct str *names, uint32_t count);

/* ---- a file as it was read ---- */

enum expect_kind {
  EXPECT_GIFT, EXPECT_REFUSE, EXPECT_REVOKE, EXPECT_REDUCE, EXPECT_OFFSET, EXPECT_CHANCE, EXPECT_NOTHING, EXPECT_DUPLICATE, EXPECT_LATE,
  EXPECT_FUTURE, EXPECT_UNKNOWN, EXPECT_KIND_COUNT
};
extern const struct str expect_words[EXPECT_KIND_COUNT];

struct expectation {
  enum expect_kind kind;
  uint32_t line;
  struct str text;              /* as written, without comment */
  struct str rule_text;
  uint32_t rule;                /* NONE until bound */
  struct str reward, value;     /* "any": not looked at; empty: without */
  struct str to;                /* the customer who heard the event as another; empty: who caused it */
  struct str item, pool, instead_of, limit, actual; /* empty: not looked at (instead_of: not a substitute) */
  int64_t count;
  bool partial, has_valid;
  int64_t valid_from_ms, valid_to_ms; /* TIME_NONE: not looked at */
  enum reason reason;
};

enum when_form { WHEN_SAME, WHEN_AFTER, WHEN_AT };
struct scenario_word { struct str key, value; uint16_t field; };

enum step_kind { STEP_EVENT, STEP_POOL };
struct step {
  enum step_kind kind;
  uint32_t line;
  struct str text;              /* the line, without comment */
  enum when_form when;
  int64_t at_ms;
  struct duration after;
  uint32_t repeat;              /* 1 unless said */
  struct str customer, type, id, happened;
  uint32_t word_count;
  struct scenario_word *words;  /* the event's fields */
  uint32_t expect_count;
  struct expectation *expects;
  struct str pool_text, share, left; /* STEP_POOL */
  uint32_t pool;                /* NONE until bound */
};

/* What times and amounts of a story mean where it does not say: as its campaigns under test do. */
struct scenario_home {
  struct str zone, currency;    /* of the first campaign */
  int32_t offset_minutes;
  struct str by, other;         /* ids of two campaigns whose zones differ; empty: they all have the same, or the story says `zone` */
  struct str other_zone;
  struct str money_by, money_other, other_currency; /* the same of currencies */
};

struct scenario {
  struct str title;
  uint32_t line;
  uint32_t campaign_count, cover_count, step_count;
  struct str *campaign_texts;
  uint32_t *campaigns;          /* bound */
  uint32_t campaign_line;
  uint16_t *covers;             /* numbers of requirements */
  struct scenario_home home;
  struct step *steps;
};

struct scenario_file {
  struct str name;              /* as messages show it */
  uint32_t scenario_count;
  struct scenario *scenarios;
};

/* Reads a file's text. `name` is shown in messages and its base name is the default campaign. What is wrong is added to `problems`; the
 * file is usable when none was added. `rulebook` says what zone and currency its campaigns have; NULL: nobody knows. Everything lives in
 * `arena` (20 MiB are enough for any file) or borrows from `text`. */
struct scenario_file *scenario_read(struct str name, struct str text, const struct catalogue *catalogue, const struct rulebook *rulebook,
                                    struct arena *arena, struct scenario_problems *problems);
/* Zone and currency of a story, of the campaigns it names; without a rulebook, or of none that is known: Asia/Shanghai and CNY. */
struct scenario_home scenario_home_of(const struct rulebook *rulebook, const struct str *campaigns, uint32_t count);
/* The zone that the story says, one of those its campaigns have; false: none of them. */
bool scenario_home_zone(struct scenario_home *home, const struct rulebook *rulebook, struct str zone, const struct str *campaigns,
                        uint32_t count);
/* Finds the names a file uses in the rulebook. */
void scenario_bind(struct scenario_file *file, const struct rulebook *rulebook, struct scenario_problems *problems);

/* The words of a line: split at blanks, "..." keeps blanks, # ends the line, as does a word that begins with '('. Returns their number, or
 * SCENARIO_WORDS + 1 with *trouble set. `end` is the byte behind the last word. */
uint32_t scenario_split(struct str line, struct str words[SCENARIO_WORDS], size_t *end, const char **trouble);
/* One expectation from its words; false with a problem added. */
bool scenario_read_expectation(struct str file, uint32_t line, const struct str *words, uint32_t count, const struct scenario_home *home,
                               struct expectation *out, struct scenario_problems *problems);
/* "2026-12-04" or "2026-12-04T12:30[:05]" in the story's zone. As the end of a span a date ends with that day. */
bool scenario_moment(struct str text, bool as_end, int32_t offset_minutes, int64_t *ms);

/* The event of a step as a JSON line for its n-th repetition, at a time. False: *trouble says what no event can be made of. */
bool scenario_event_line(const struct step *step, uint32_t n, int64_t now_ms, const struct scenario_home *home,
                         const struct catalogue *catalogue, struct buffer *out, struct buffer *trouble);

/* ---- playing ---- */

/* Records of owners, kept as their bytes. */
struct record_table;
struct record_table *record_table_new(void);
void record_table_free(struct record_table *table);
struct str record_table_get(const struct record_table *table, struct str key);
bool record_table_put(struct record_table *table, struct str key, struct str bytes); /* false: out of memory */

struct coverage; /* scenario_coverage.c */

/* What is needed to play: reserved once, used for every scenario. */
struct stage;
struct stage *stage_new(const struct loaded *campaigns, struct fault *fault);
void stage_free(struct stage *stage);

struct play_options { bool verbose; struct coverage *coverage; };
/* Plays one scenario with fresh state. What failed is written to `out` (file:line, title, diff); with `verbose` also what happened after
 * each event. Returns whether it passed. */
bool scenario_play(struct stage *stage, const struct scenario_file *file, const struct scenario *scenario,
                   const struct play_options *options, struct buffer *out);
/* Events played so far. */
uint64_t stage_events(const struct stage *stage);

/* ---- comparing ---- */

/* One thing that happened, ready to be compared and printed. */
struct sight {
  enum expect_kind kind;
  uint32_t rule;                /* NONE for the gate */
  enum reason reason;
  const struct gift *gift;      /* of gifts, revocations, chances */
  const struct outcome *outcome; /* of refusals that were judged with state */
  uint32_t outcome_index;
  uint32_t condition;           /* of refusals that were recomputed; or NONE */
  struct str to;                /* as in struct expectation */
  bool required;                /* must be listed */
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
  struct sight *sights;         /* SCENARIO_SIGHTS */
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
/* One sight in the words of a scenario. */
void scenario_print_sight(const struct comparison *c, const struct sight *sight, struct buffer *out);
/* "50.00" or "120" (points) of a rule's item; decimals of its campaign. */
void scenario_print_value(const struct rulebook *rulebook, uint32_t rule, uint32_t item, int64_t value, struct buffer *out);

/* ---- coverage ---- */

struct coverage *coverage_new(const struct rulebook *rulebook);
void coverage_free(struct coverage *coverage);
void coverage_decision(struct coverage *coverage, const struct comparison *c);
void coverage_passed(struct coverage *coverage, const struct scenario *scenario);
struct coverage_sums { uint32_t rules, rules_reached; };
struct coverage_sums coverage_sums(const struct coverage *coverage);
/* Which requirements are covered, and what no scenario reaches. */
void coverage_print(const struct coverage *coverage, struct buffer *out);
void coverage_json(const struct coverage *coverage, struct buffer *out);

#endif
