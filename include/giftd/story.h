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
#ifndef GIFTD_STORY_H
#define GIFTD_STORY_H

#include "giftd/load.h"
#include "giftd/shard.h"

#define SCENARIO_FILE_BYTES (1024u * 1024u)
#define SCENARIO_LINE_BYTES 4096u
#define SCENARIO_WORDS 96u          /* of one line */
#define SCENARIO_REPEAT 100000      /* times */
#define SCENARIO_CARRIED 6u         /* labels and funders of one expected gift */
#define SCENARIO_PROBLEMS 64u       /* told of one file; the rest is counted */
#define SCENARIO_REQUIREMENTS 4096u /* of one folder */
#define SCENARIO_NAME_BYTES 32u     /* of a requirement's name */

/* ---- trouble with a file ---- */

struct scenario_problem { struct str file; uint32_t line; struct str text; };
struct scenario_problems {
  struct scenario_problem items[SCENARIO_PROBLEMS];
  uint32_t count, dropped;
  struct arena *arena; /* texts live here */
};

/* ---- a file as it was read ---- */

enum expect_kind {
  EXPECT_GIFT, EXPECT_REFUSE, EXPECT_REVOKE, EXPECT_REDUCE, EXPECT_OFFSET, EXPECT_CHANCE, EXPECT_PENDING, EXPECT_REGISTERED, EXPECT_REISSUE,
  EXPECT_WAIVE, EXPECT_REPAY,
  EXPECT_NOTHING,
  EXPECT_DUPLICATE, EXPECT_LATE, EXPECT_FUTURE, EXPECT_UNKNOWN, EXPECT_CONTRADICTED, EXPECT_KIND_COUNT
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
  struct str template_id;       /* empty: not looked at */
  uint32_t carried_count;
  struct str carried[SCENARIO_CARRIED]; /* "scope=rural", "bank=70%": what the gift carries along; those that are written are looked at */
  bool of_funding[SCENARIO_CARRIED];    /* who pays, not a label */
  int64_t count;
  bool partial, has_valid;
  int64_t valid_from_ms, valid_to_ms; /* TIME_NONE: not looked at */
  int64_t until_ms;                   /* likewise: when what is pending is issued */
  enum reason reason;
};

enum when_form { WHEN_SAME, WHEN_AFTER, WHEN_AT };
struct scenario_word { struct str key, value; uint16_t field; };

enum step_kind { STEP_EVENT, STEP_POOL, STEP_TIME /* time passes: what closes meanwhile */ };
struct step {
  enum step_kind kind;
  uint32_t line;
  struct str text;              /* the line, without comment */
  enum when_form when;
  int64_t at_ms;
  struct duration after;
  uint32_t repeat;              /* 1 unless said */
  struct str customer, type, id, happened, mode, registered;
  uint32_t word_count;
  struct scenario_word *words;  /* the event's fields */
  uint32_t expect_count;
  struct expectation *expects;
  struct str pool_text, share, left; /* STEP_POOL */
  uint32_t pool;                /* NONE until bound */
};

/* What times and amounts of a story mean where it does not say: as its campaigns under test do. */
struct scenario_home {
  struct str zone_name, currency;    /* of the first campaign */
  struct zone zone;
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
  struct str *covers;           /* names of requirements */
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
/* A requirement's name: an id of up to SCENARIO_NAME_BYTES that begins with a letter. */
bool scenario_is_requirement(struct str word);
/* Finds the names a file uses in the rulebook. */
void scenario_bind(struct scenario_file *file, const struct rulebook *rulebook, struct scenario_problems *problems);

/* ---- playing ---- */

struct coverage; /* what was reached */

/* What is needed to play: reserved once, used for every scenario. */
struct stage;
/* `times`: as the run is configured whose campaigns these are; NULL: as long as these campaigns accept late events. */
struct stage *stage_new(const struct loaded *campaigns, const struct run_times *times, struct fault *fault);
void stage_free(struct stage *stage);

/* `lines`: NULL, or gets the events as they are read. */
struct play_options { bool verbose; struct coverage *coverage; struct buffer *lines; };
/* Plays one scenario with fresh state. What failed is written to `out` (file:line, title, diff); with `verbose` also what happened after
 * each event. Returns whether it passed. */
bool scenario_play(struct stage *stage, const struct scenario_file *file, const struct scenario *scenario,
                   const struct play_options *options, struct buffer *out);
/* Events played so far. */
uint64_t stage_events(const struct stage *stage);

/* ---- coverage ---- */

struct coverage *coverage_new(const struct rulebook *rulebook);
void coverage_free(struct coverage *coverage);
struct coverage_sums { uint32_t rules, rules_reached; };
struct coverage_sums coverage_sums(const struct coverage *coverage);
/* The folder has a list of requirements, of which this is one; for each, before any is told of. */
void coverage_expect(struct coverage *coverage, struct str requirement);
/* Which requirements are covered, and what no scenario reaches. */
void coverage_print(struct coverage *coverage, struct buffer *out);
void coverage_json(struct coverage *coverage, struct buffer *out);

#endif
