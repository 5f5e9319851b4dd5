/* Inside of the campaign room: how files become a rulebook.
 *
 *     sources -> jansson trees -> headers -> declarations (every name of every file) -> signatures of facts
 *             -> compiled nouns, references resolved by number -> what only the whole shows (cycles, listeners, bands, lint) -> rulebook
 *
 * Two passes over the trees, so that a name may be cited before it is declared and across files. Nothing stops at an error: it is
 * reported and a harmless stand-in goes on, so that all errors of all files are told at once. `struct at` is a JSON value together with
 * its way down from the root, which is what JSON pointers are printed from.
 */
#ifndef GIFTD_CAMPAIGN_COMPILE_H
#define GIFTD_CAMPAIGN_COMPILE_H

#include <jansson.h>

#include "giftd/campaign.h"

/* A value and where it stands. Lives on the stack of whoever walks down; what is kept longer is copied whole (struct file, struct decl). */
struct at {
  const struct at *up; /* NULL: the root of a file */
  json_t *json;        /* borrowed from the file's tree; NULL: not there */
  const char *key;     /* NULL: item `index` of a list */
  uint32_t index;
};

/* An array that grows in the scratch arena. */
struct vec {
  unsigned char *items;
  uint32_t count, capacity;
  uint32_t size; /* bytes of one */
};

/* Names by hash of (kind, qualified name). */
struct name_map {
  uint32_t *slots; /* decl + 1 */
  uint32_t slot_count;
};

enum decl_kind {
  DECL_ACTIVITY,
  DECL_LIST,
  DECL_SCHEDULE,
  DECL_FACT,
  DECL_LIMIT,
  DECL_POOL,
  DECL_GROUP,
  DECL_CHANCE,
  DECL_RULE,
  DECL_KINDS
};

struct decl {
  enum decl_kind kind;
  uint32_t file;        /* number of the file (and campaign); NONE: a list file */
  uint32_t number;      /* in the array of its kind */
  struct str name;      /* "woke" */
  struct str qualified; /* "wake-spring/woke" */
  struct at at;
  bool used;            /* somebody cites it */
  bool broken;          /* an error was reported inside: what cites it keeps quiet */
  bool spent;           /* chance: a rule spends it */
  uint16_t keep_fields; /* chance: how many fields its items keep */
};

struct activity {
  struct trigger_set set;
  bool done, under_way;
};

/* The kinds of things that have an old name: within one of them a name is had once. */
enum old_kind { OLD_FACT, OLD_LIMIT, OLD_POOL, OLD_CHANCE, OLD_RULE, OLD_ITEM };

/* A name of `was`. */
struct old {
  enum old_kind kind;
  uint32_t file;
  struct str name, own; /* qualified: what it was, and what it is now */
  struct str pointer;
};

/* One campaign file. Its number is the number of its campaign: they are sorted by id. */
struct file {
  const struct source *source;
  json_t *json; /* owned until the end of reading */
  struct at root, sections[DECL_KINDS];
  struct str id;
  bool is_bank;
  bool has_period;  /* both ends are known */
  bool no_calendar; /* it names one that there is not: what asks it keeps quiet */
  uint32_t errors;  /* reported of it so far */
  uint32_t decl_first[DECL_KINDS], decl_count[DECL_KINDS];
  struct undo undo;       /* on_reversal of the header */
  struct forfeit forfeit; /* on_failure of it */
  uint64_t digest;        /* of its own bytes */
  uint64_t content;       /* of its JSON, however it is laid out */
  struct vec cited;       /* uint32_t: files it cites */
  struct vec listed;      /* uint32_t: list files it cites */
};

/* Bits of what a left side or a trigger may use where it stands. */
enum place { PLACE_TRIGGER, PLACE_FACT, PLACE_RULE, PLACE_AUDIENCE, PLACE_TABLE };

#define SPILL_BYTES 1024
#define LINT_BUDGET 10000000u /* no file can keep the checks busy for longer than a fraction of a second */

struct compile {
  const struct catalogue *catalogue;
  struct arena *arena, *scratch;
  struct findings *findings;
  struct file *files;
  uint32_t file_count;
  uint32_t now;               /* the file that is being read, its campaign's number */
  struct campaign *campaigns; /* [file_count], in the arena */
  struct vec rules, facts, triggers, conditions, items, limits, pools, chances, schedules, lists, listeners, refs, members, decls,
      activities, hearers, olds, closes, groups, own_cycles, as_ofs;
  uint32_t date_first, date_count; /* into refs: closes that are days of the customer's own */
  struct vec fact_broken;          /* bool for each fact */
  struct vec fact_priced;          /* bool for each fact: a table by amounts of money */
  struct calendar *calendars;      /* one behind the other */
  struct rate_table *rate_tables;
  struct name_map names;
  struct span *fact_hearers, *reward_hearers;
  uint32_t deny_first, deny_count;
  struct review risk_review;
  /* the rule that is being read */
  uint32_t rule; /* number or NONE */
  bool rule_spends, rule_on_reward;
  bool rule_ranks;                 /* what it gives is read, and it has a rank: there is a place */
  bool lasts;                      /* a rule or track that goes on in the campaign's closing */
  uint32_t rule_chance;            /* chance it spends or NONE */
  uint32_t budget;                 /* comparisons left to lint for this file */
  struct buffer content;           /* where files are written anew, one after the other */
  bool full;                       /* an arena is */
  uint64_t spill[SPILL_BYTES / 8]; /* where writes go after that */
};

/* ---- memory.c ---- */
void *vec_at(struct compile *c, struct vec *vec, uint32_t index);
/* Number of the first of `count` zeroed new ones. */
uint32_t vec_push(struct compile *c, struct vec *vec, uint32_t count);
/* Into the arena: the same, tight. */
const void *vec_keep(struct compile *c, const struct vec *vec);
void *take(struct compile *c, size_t count, size_t size); /* of the arena; NULL: full */
struct str keep_text(struct compile *c, struct str text);

#define COMPILE_VEC(type, name, vec) \
  static inline struct type *name(struct compile *c, uint32_t index) { return vec_at(c, &c->vec, index); }
COMPILE_VEC(rule, rule_at, rules)
COMPILE_VEC(fact, fact_at, facts)
COMPILE_VEC(trigger, trigger_at, triggers)
COMPILE_VEC(condition, condition_at, conditions)
COMPILE_VEC(item, item_at, items)
COMPILE_VEC(limit, limit_at, limits)
COMPILE_VEC(pool, pool_at, pools)
COMPILE_VEC(chance, chance_at, chances)
COMPILE_VEC(schedule, schedule_at, schedules)
COMPILE_VEC(list, list_at, lists)
COMPILE_VEC(listener, listener_at, listeners)
COMPILE_VEC(member, member_at, members)
COMPILE_VEC(decl, decl_at, decls)
COMPILE_VEC(activity, activity_at, activities)
COMPILE_VEC(hearer, hearer_at, hearers)
COMPILE_VEC(old, old_at, olds)
COMPILE_VEC(close, close_at, closes)
COMPILE_VEC(group, group_at, groups)
COMPILE_VEC(own_cycle, own_cycle_at, own_cycles)
COMPILE_VEC(as_of, as_of_at, as_ofs)
static inline uint32_t *ref_at(struct compile *c, uint32_t index) { return vec_at(c, &c->refs, index); }
static inline const struct fact *facts_now(const struct compile *c) { return (const struct fact *)(const void *)c->facts.items; }
static inline bool *fact_is_broken(struct compile *c, uint32_t index) { return vec_at(c, &c->fact_broken, index); }

static inline bool *fact_is_priced(struct compile *c, uint32_t index) { return vec_at(c, &c->fact_priced, index); }

static inline struct file *file_now(struct compile *c) { return &c->files[c->now]; }
static inline struct campaign *campaign_now(struct compile *c) { return &c->campaigns[c->now]; }

/* ---- report.c ---- */
struct at at_root(json_t *json);
struct at at_key(const struct at *at, const char *key); /* json NULL when it is not there */
struct at at_item(const struct at *at, uint32_t index);
struct str at_pointer(struct compile *c, const struct at *at); /* into the arena */
static inline bool at_is_there(const struct at *at) { return at->json != NULL; }
void report(struct compile *c, const struct at *at, enum check_code code, const char *format, ...) PRINTF_LIKE(4, 5);
/* "WHAT not served yet", with the substitute of `name` (instead.c) as its remedy. */
void report_not_served(struct compile *c, const struct at *at, const char *name, const char *format, ...) PRINTF_LIKE(4, 5);
void report_in(struct compile *c, struct str file, const struct at *at, enum check_code code, const char *format, ...) PRINTF_LIKE(5, 6);
/* Below a pointer that was kept as text: "/pools/a" and "parent". */
/* Of a file that is not being read. */
void report_named(struct compile *c, struct str file, struct str pointer, enum check_code code, const char *format, ...) PRINTF_LIKE(5, 6);
void report_text_at(struct compile *c, struct str pointer, const char *key, enum check_code code, const char *format, ...)
    PRINTF_LIKE(5, 6);
/* Of a whole file, with line and column. */
void report_line(struct compile *c, struct str file, enum check_code code, uint32_t line, uint32_t column, const char *text);

void findings_sort(struct compile *c);

/* "; did you mean 'x'?" or nothing: words are offered one by one. */
struct near {
  struct str word, best;
  unsigned least;
};
struct near near_start(struct str word);
void near_offer(struct near *near, struct str candidate);
struct str near_text(struct compile *c, const struct near *near);

/* ---- keys.c ---- */
enum key_need { KEY_MAY, KEY_MUST };
struct key {
  const char *name;
  enum key_need need;
};
/* An object whose keys are all in the table; reports everything else. False when it is no object at all. */
bool keys_check(struct compile *c, const struct at *at, const struct key *keys, const char *what);

/* ---- value.c ---- */
struct str text_of(const json_t *json); /* "" when it is no text */
const char *type_of(const json_t *json);
bool read_text(struct compile *c, const struct at *at, struct str *out); /* not empty; in the tree's memory */
bool read_bool(struct compile *c, const struct at *at, bool *out);
bool read_int(struct compile *c, const struct at *at, int64_t least, int64_t most, enum check_code code, int64_t *out);
struct str money_example(struct compile *c, int64_t units);
bool read_money(struct compile *c, const struct at *at, bool zero_too, int64_t *out);
bool read_percent(struct compile *c, const struct at *at, int32_t *out);
bool read_duration(struct compile *c, const struct at *at, struct duration *out);
bool read_unit(struct compile *c, const struct at *at, bool calendar_only, enum unit *out);
/* The same, or a cycle of the customer's own (own_cycle.c): its number + 1, else 0. */
bool read_period(struct compile *c, const struct at *at, bool calendar_only, enum unit *unit, uint32_t *cycle);
uint64_t days_name(struct compile *c, struct str name); /* of what is kept by days of the file's zone */
/* Of an audience whose lists are read (as_of.c), and what is said of it. */
void as_of_read(struct compile *c, const struct at *audience, struct audience *out);
void as_of_lint(struct compile *c, const struct campaign *campaign);
void cycle_times_check(struct compile *c);                               /* when all is read */
bool first_of_customer(struct compile *c, uint32_t fact);                /* a `first`, of the customer alone */
void unit_check(struct compile *c, const struct at *at, enum unit unit); /* that a 'campaign' has a period */
bool read_date(struct compile *c, const struct at *at, int64_t *day);
/* A date or a date with a time of day; as an end a date ends with that day. */
bool read_instant(struct compile *c, const struct at *at, bool end, enum check_code code, int64_t *utc_ms);
bool read_clock(struct str text, int32_t *second);
/* One of some words (ended by NULL): its number. */
bool read_word(struct compile *c, const struct at *at, const char *const *words, enum check_code code, uint32_t *out);
bool read_id(struct compile *c, const struct at *at, bool underscore, struct str *out);
bool read_list(struct compile *c, const struct at *at, enum check_code empty_code, uint32_t *count);
bool id_is_good(struct str id, bool underscore);
bool read_moment(struct compile *c, const struct at *at, bool end, struct moment *out);
const struct str *read_texts(struct compile *c, const struct at *at, enum check_code code, uint32_t *count); /* a list of texts */

/* ---- names.c ---- */
bool names_reserve(struct compile *c, uint32_t count);
struct str qualified(struct compile *c, struct str file_id, struct str name);
/* A new name; NONE when it is there already (nothing is reported) or memory is out. */
uint32_t name_add(struct compile *c, const struct decl *decl);
uint32_t name_find(struct compile *c, enum decl_kind kind, struct str file_id, struct str name);
/* What a ref means in the file that is being read; NONE after reporting. Marks it used and the file as cited. */
uint32_t name_resolve(struct compile *c, const struct at *at, enum decl_kind kind, struct str ref);
const char *kind_name(enum decl_kind kind);
uint64_t name_hash40(struct str qualified_name);
void cite_file(struct compile *c, uint32_t file);

/* ---- was.c ---- */
/* Whose `was` is read, and where its names are at home. */
struct was_scope {
  enum old_kind kind;
  struct str own;  /* its qualified name */
  struct str home; /* what an inline name ("#count.customer.day") or an item's stands behind: "campaign/rule"; "" where there is none */
};
/* The name its counters stand under: the first of `was`, qualified, or `otherwise` when there is none (or it is broken). */
struct str was_read(struct compile *c, const struct at *object, const struct was_scope *scope, struct str otherwise);
void was_check(struct compile *c);

/* ---- says.c ---- */
/* The canonical words of what is counted, which names are made of; `first`: with the oldest names of the facts that stand in them.
 * `own` is the id of the campaign whose facts need no prefix; `cycle` the name of the limit's, if it has one. */
void dimension_say(struct buffer *out, const struct dimension *dimension, const struct fact *facts, struct str own, bool first);
void dimensions_say(struct buffer *out, const struct dimension *dimensions, uint32_t count, const struct fact *facts, struct str own,
                    const char *between);
void limit_say(struct buffer *out, const struct limit *limit, const struct fact *facts, struct str cycle, struct str own, bool first);

/* ---- unit.c ---- */
enum tally_kind { TALLY_THINGS, TALLY_POINTS, TALLY_MONEY };
struct tally {
  enum tally_kind kind;
  uint32_t campaign; /* MONEY: in its currency */
};
enum unit_use {
  USE_DRAW,     /* a gift's value from a pool */
  USE_PARENT,   /* a pool from its parent */
  USE_FALLBACK, /* a pool, and the one that pays when it is empty */
  USE_PERCENT,  /* a value, and what it is a percentage of */
  USE_CAP,      /* what a rule gives, and its limit */
  USE_COMPARE,  /* a number of this file, and what it is held against */
  USE_CHOOSE    /* what a rule gives, and what another of its group does: the more is chosen */
};
/* Why the two do not go together; text.length 0: they do. */
struct clash {
  enum check_code code;
  struct str text;
};
struct clash tally_clash(struct compile *c, enum unit_use use, struct tally left, struct tally right);
struct tally tally_of_pool(const struct pool *pool);
struct tally tally_of_limit(const struct limit *limit);
struct tally tally_of_item(const struct item *item, uint32_t campaign);
bool currency_is(const struct compile *c, uint32_t campaign, uint32_t other);
/* Bits 1 << TALLY_POINTS, TALLY_MONEY of what a rule gives, from its JSON. */
uint32_t give_units(const json_t *rule);

/* ---- terms.c ---- */
/* What may change under a living name, in one line; "" for what has no short one. `number` of the kind, of that campaign. */
void terms_say(struct buffer *out, const struct rulebook *book, enum meaning_kind kind, uint32_t campaign, uint32_t number);

/* ---- one for each noun ---- */
bool zone_find(struct str name, struct zone *out);
uint64_t zone_digest(struct zone zone, uint64_t digest); /* with how its clocks turn in it, if they do */
void zones_offer(struct near *near);
void header_read(struct compile *c);
void header_rest(struct compile *c); /* audience, risk, on_reversal: cites names */
void draws_lint(struct compile *c);
/* approval.c: the roles of a file; and, when all is read, those of the bank with them, and the list files that are signed too. */
void approval_read(struct compile *c, const struct at *at);
void approvals_make(struct compile *c);
void declare_file(struct compile *c);
bool declare_list_file(struct compile *c, const struct source *source);
void lists_read(struct compile *c);
void list_fill(struct compile *c, struct list *list);
uint32_t schedule_read(struct compile *c, const struct at *at, struct str name); /* number */
uint32_t schedule_ref(struct compile *c, const struct at *at);                   /* ref or inline; NONE after reporting */
void schedules_read(struct compile *c);
bool condition_read(struct compile *c, const struct at *at, enum place place, uint32_t *node); /* NONE when it is not there */
bool dimensions_read(struct compile *c, const struct at *at, const struct dimension **out, uint32_t *count);
/* `as` beside a trigger, into the triggers that were read since `first`. */
void as_read(struct compile *c, const struct at *at, struct vec *triggers, uint32_t first);
bool fact_hears_as(struct compile *c, uint32_t fact); /* through one of its triggers */
void fact_as_check(struct compile *c, const struct at *at, const struct fact *fact);
/* Whether it is the measure that the rule at hand hears as another: then it hears nothing else. */
bool asks_figure(struct compile *c, enum left_kind left, uint32_t index);
void figure_check(struct compile *c, const struct at *at, const struct trigger_set *on);
/* All that a fact hears: itself, what resets it, its tasks. */
#define FACT_SETS (LIMIT_TASKS + 2u)
static inline uint32_t fact_sets(const struct fact *fact, struct trigger_set out[FACT_SETS]) {
  uint32_t count = 0;
  out[count++] = fact->on;
  out[count++] = fact->resets;
  for (uint32_t i = 0; i < fact->task_count && i < LIMIT_TASKS; i++) out[count++] = fact->tasks[i].on;
  return count;
}
void triggers_read(struct compile *c, const struct at *at, enum place place, struct trigger_set *out);
void activities_read(struct compile *c);
/* Calls fn for each measure that the rule asks, some of them more than once; whether it said so of any. */
typedef bool asked_measure(struct compile *c, uint32_t fact, void *self);
bool rule_asks(struct compile *c, const struct rule *rule, asked_measure *fn, void *self);

/* ---- held.c ---- */
/* Whether it must be known with a gift what of its conditions held. */
bool rule_notes_held(struct compile *c, const struct rule *rule);
/* Whether it must be known what its measures came to. */
bool rule_notes_seen(struct compile *c, const struct rule *rule);
void trigger_add(struct compile *c, struct vec *out, const struct trigger *trigger);
/* A trigger {"close": unit, "delay"}; and, when all is read, who hears which close. */
void close_read(struct compile *c, const struct at *at, const struct at *whole, struct vec *out);
/* daily.c: what is wrong with a daily average, and what is worth telling of it. */
void daily_check(struct compile *c, const struct at *at, const struct fact *fact);
void daily_lint(struct compile *c, const struct at *at, const struct fact *fact);
/* The same of a level, behind each close of a unit; and `delay` alone. */
void close_trigger(struct compile *c, const struct at *at, enum unit unit, uint32_t cycle, const struct trigger *how, struct vec *out);
bool close_delay_read(struct compile *c, const struct at *at, struct duration *out);
/* level.c: the level that a rule hears, or NONE */
uint32_t rule_level(struct compile *c, const struct rule *rule);
void rule_level_lint(struct compile *c, const struct rule *rule);
void closes_make(struct compile *c);
bool hears_close(struct compile *c, const struct rule *rule); /* of a period, or a day that comes again */
/* The close of this name in the zone of the file at hand ("month", "profile.birthday"): its number, old or new. */
uint32_t close_add(struct compile *c, struct close close, struct str what);
/* A trigger {"date": left side, "time"}; and, when all is read, which days there are. */
void date_read(struct compile *c, const struct at *at, const struct at *whole, struct vec *out);
void dates_make(struct compile *c);
/* The rank of a rule whose triggers are read. */
void rank_read(struct compile *c, const struct at *at, struct rule *rule);
/* The share of a rule whose gift is read; and, when all is read, of which pots. */
void share_read(struct compile *c, const struct at *give, struct rule *rule);
void shares_make(struct compile *c);
void facts_sign(struct compile *c);
void facts_sign_parts(struct compile *c);
void facts_price(struct compile *c);
/* Whether the file that is read may use a fact: one that is in money is in its currency. `at` is where to report. */
bool fact_fits(struct compile *c, const struct at *at, uint32_t number, bool money);
void facts_read(struct compile *c);
void track_lint(struct compile *c, const struct at *at, const struct fact *fact); /* lint_fact.c */
void field_unknown(struct compile *c, const struct at *at, struct str name);      /* reports, with what may be meant */
void limits_named_read(struct compile *c);
void rule_limits_read(struct compile *c, const struct at *rule_at, struct rule *rule);
/* `named`: name, first_name, decl and rule are set. */
void pool_read(struct compile *c, const struct at *at, const struct pool *named, uint32_t number);
void pools_named_read(struct compile *c);
bool worth_value_read(struct compile *c, const struct at *at, bool points, struct worth *out);
bool worth_count_read(struct compile *c, const struct at *at, struct worth *out);
enum item_place { ITEM_ALONE, ITEM_OF_LIST, ITEM_OF_FIRST, ITEM_OF_DRAW, ITEM_OF_BUNDLE, ITEM_SUBSTITUTE };
/* Into the item of that number; `depth` counts the substitutes before it. */
void item_read(struct compile *c, const struct at *at, enum item_place place, uint32_t depth, const struct rule *rule, uint32_t number);
bool reward_is_money(struct str form); /* its value is the gift itself */
/* timing.c: `timing` and `still` of an item that is read; and, when all is read, who hears a gift that waits. */
void timing_read(struct compile *c, const struct at *at, enum item_place place, struct item *item);
void timing_lint(struct compile *c, uint32_t rule);
/* Whether what pays of its pools, or of those above them, hangs on a field of the event. */
bool item_pays_by_field(struct compile *c, const struct item *item);
/* What cannot wait for its pool. */
void queue_check(struct compile *c, const struct at *at, const struct item *item);
/* How long a gift waits for somebody; and in words: to be what, and what becomes of the last day's. */
struct waiting_words {
  const char *end, *last;
};
void waiting_read(struct compile *c, const struct at *at, struct duration *within, struct waiting_words words);
void waiting_bound(struct compile *c, const struct at *at, struct duration within, struct waiting_words words);
void review_read(struct compile *c, const struct at *at, struct rule *rule);
void risk_review_read(struct compile *c, const struct at *at); /* the bank's, of every gift */
void risk_review_check(struct compile *c);                     /* that the gifts of the file can be held for it */
bool rule_is_reviewed(struct compile *c, const struct rule *rule);
void give_read(struct compile *c, const struct at *at, struct rule *rule);
void choice_limits_check(struct compile *c, const struct at *limits, const struct rule *rule);
void undo_read(struct compile *c, const struct at *at, struct undo *out);
void failure_read(struct compile *c, const struct at *at, struct forfeit *out);
/* Groups of rules; `group` and `priority` of a rule, behind its triggers. */
void groups_read(struct compile *c);
void rule_group_read(struct compile *c, const struct at *at, struct rule *rule);
/* All rules are read: whether what those of a group give can be compared, where it is. */
void groups_check(struct compile *c);
/* Of a rule that is read: what its items' `pay` does not go with. */
void ladders_check(struct compile *c, const struct at *give, const struct rule *rule);
void rules_read(struct compile *c);
enum colour { WHITE, GREY, BLACK }; /* of a walk: not yet, on the way, done */
/* The fact whose value, time or kept field a left side is, or a dimension divides by; NONE: none. */
static inline uint32_t left_fact(const struct condition *left) {
  return left->left == LEFT_FACT || left->left == LEFT_FACT_AT || left->left == LEFT_FACT_KEEP ? left->index : NONE;
}
static inline uint32_t dimension_fact(const struct dimension *dimension) {
  return dimension->kind == DIMENSION_FACT || dimension->kind == DIMENSION_FACT_AT ? dimension->index : NONE;
}
void cycles_check(struct compile *c);
const struct decl *decl_of_fact(struct compile *c, uint32_t number);
void turns_make(struct compile *c);
void hearers_make(struct compile *c);
void listeners_make(struct compile *c);
void lint(struct compile *c);
void names_lint(struct compile *c);
void belongings_make(struct compile *c);
void digests_make(struct compile *c);
void lookups_make(struct compile *c, struct rulebook *book); /* lookup.c */
uint64_t content_digest(struct compile *c, const json_t *json);

/* ---- never.c, exclude.c and lint_*.c ---- */
#define TESTS_MOST 64u /* of one condition */
void condition_lint(struct compile *c, uint32_t node);
/* The leaves that must all hold for a node to hold; at most `most`. */
uint32_t leaves_of_all(struct compile *c, uint32_t node, uint32_t *out, uint32_t most);
bool lint_spend(struct compile *c, uint32_t steps);
bool leaf_implies(struct compile *c, const struct condition *a, const struct condition *b);
bool leaves_exclude(struct compile *c, const struct condition *a, const struct condition *b);
/* Whether a test asks of a count what it can never be (`most`: what it can come to); whether it fails while the fact has heard nothing.
 * When all facts are known. */
bool fact_never_comes_to(struct compile *c, const struct condition *leaf, int64_t *most);
bool fails_at_first(struct compile *c, const struct condition *leaf);
void facts_asked_lint(struct compile *c, uint32_t node); /* of a condition, its alternatives too */
bool schedules_exclude(const struct schedule *a, const struct schedule *b);
bool never_carried(struct compile *c, const struct trigger_set *on, uint32_t field); /* all are events, and none carries it */
void trigger_lint(struct compile *c, const struct trigger *trigger);
/* `whose`: "rule", "fact", "task". */
void when_lint(struct compile *c, const struct trigger_set *on, uint32_t when, const char *whose);
/* Whether a condition asks the event's status somewhere. */
bool asks_status(struct compile *c, uint32_t node);
/* An event is heard as another by the customer that it names: one that names none is heard by nobody. */
void as_lint(struct compile *c, struct str owner, const struct trigger_set *on, const char *whose);
/* An event that has a status, named in the place `owner` itself and not by an activity, while nothing there asks for it. */
void status_lint(struct compile *c, struct str owner, const struct trigger_set *on, uint32_t when);
struct hearing {
  struct trigger_set on;
  uint32_t when;
};
bool hear_together(struct compile *c, const struct hearing *a, const struct hearing *b); /* one event, as far as the file tells */
void cells_lint(struct compile *c, uint32_t node);
#define SCHEDULES_MOST 16u
/* Schedules that must hold for a rule, and for the further condition `when` (an item's, or NONE). */
uint32_t schedules_of_rule(struct compile *c, const struct rule *rule, uint32_t when, const struct schedule *out[SCHEDULES_MOST]);
void schedule_lint(struct compile *c, const struct rule *rule, uint32_t when, struct str pointer);
void valid_lint(struct compile *c, const struct rule *rule, const struct item *item);
void item_lint(struct compile *c, const struct rule *rule, uint32_t number);
void facts_lint(struct compile *c);
void reach_lint(struct compile *c);
bool may_be_undone(struct compile *c, const struct rule *rule);
void rule_lint(struct compile *c, uint32_t number);
void pairs_lint(struct compile *c, uint32_t campaign);

/* ---- left.c ---- */
enum left_type {
  TYPE_TEXT,
  TYPE_MONEY,
  TYPE_INT,
  TYPE_BOOL,
  TYPE_LIST,
  TYPE_TIME,
  TYPE_DURATION,
  TYPE_FIRST,
  TYPE_LAST,
  TYPE_TRACK,
  TYPE_TAG,
  TYPE_CUSTOMER_LIST,
  TYPE_SCHEDULE,
  TYPE_MONTH,
  TYPE_BROKEN
};
struct left {
  enum left_kind kind;
  enum left_type type;
  uint32_t index;
  struct str text; /* as written, in the arena */
};
/* `at` is where to report. False after reporting. */
bool left_read(struct compile *c, const struct at *at, struct str text, enum place place, struct left *out);
/* {"month": ...} stands on the left of a condition alone. */
bool left_is_month(struct str text);
enum left_type left_of_field(const struct compile *c, uint32_t field);
/* A leaf without operator that holds a left side; NONE after reporting. */
uint32_t left_node(struct compile *c, const struct at *at, enum place place, struct left *out);
/* ---- operand.c ---- */
/* The test in `at` (a bare value, a list, or one operator's operand) into a leaf. */
void operand_read(struct compile *c, const struct at *at, const struct left *left, const char *op, enum place place,
                  struct condition *leaf);
bool op_is_known(const char *name);
void op_near(struct near *near);

/* rulebook.c: the tree of one file, or NULL after reporting. */
json_t *source_json(struct compile *c, const struct source *source);

/* ---- fx.c ---- */
void fx_read(struct compile *c, const struct at *at);
#define RATE_EXPECTED "a rate is a text like \"7.0825\", %.*s for one %.*s, above 0, at most 1000000000, with at most eight decimals"
void fx_day_check(struct compile *c,
                  const struct at *at); /* when the header has been read: a day before the event's is asked of the calendar */
/* Report what is heard as another in a file with a table: what a trigger names, and `as` itself. */
void fx_as_check(struct compile *c, const struct at *at, struct vec *triggers, uint32_t first);
void fx_as_refuse(struct compile *c, const struct at *at);
/* Whether a left side is money of the event that is converted: the index cannot ask it. Reports where nobody else would. */
bool fx_asks_later(struct compile *c, const struct at *at, enum place place, const struct left *left);
void fx_keeps(struct compile *c, const struct at *at, uint16_t field); /* reports money that would be kept as it came */

/* ---- rates_file.c ---- */
bool is_rates(const json_t *json);
void rates_read(struct compile *c); /* the file at hand is one */
/* The one of that name, or NULL after reporting. */
const struct rate_table *rates_find(struct compile *c, const struct at *at);

/* ---- calendar_file.c ---- */
bool is_calendar(const json_t *json);
/* The file at hand is one. */
void calendar_read(struct compile *c);
/* "covers" of a file of days: its first and last day, as they are said. False: told. */
bool covers_read(struct compile *c, const struct at *covers, int64_t *from_day, int64_t *to_day);
/* The one that giftd brings along, before all files. */
void calendar_built_in(struct compile *c);
extern const struct source calendar_cn; /* deploy/calendars/cn.json, embedded */
/* `calendar` of the header. */
void calendar_name_read(struct compile *c, const struct at *at);
/* The calendar of the file that is read; NULL: it names one that there is not. */
const struct calendar *calendar_now(struct compile *c);
/* That a calendar knows all days on which the file that is read asks it; and, with a warning, those to which working days may lead. */
void calendar_cover_check(struct compile *c, const struct at *at, const struct calendar *calendar);
void calendar_reach_check(struct compile *c, const struct at *at, const struct moment *moment);
/* The first day up to `until_day` of which a campaign's schedules were told something else than they would be now. */
bool calendar_past_differs(const struct campaign *old, const struct campaign *now, int64_t until_day, int64_t *day);
extern const char *const day_words[]; /* schedule.c: "mon" ... "restday", ended by NULL */

#endif
