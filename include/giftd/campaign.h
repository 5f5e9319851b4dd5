/* The campaign room: campaign files in, an immutable rulebook out (docs/language.md is the reference of the language).
 *
 * jansson is seen by this room alone. Reading never half-succeeds: all errors of all files are reported at once, each with file, JSON
 * pointer, code, text, nearest known name and remedy; with any error there is no rulebook. A construct of the reference that is not served
 * yet is refused by name (CHECK_NOT_SERVED).
 *
 * The rulebook is flat arrays in one arena. Everything is referred to by number (index into the array of its kind); NONE is "not there".
 * Nothing in it points at anything that changes, so it can be swapped between two batches and read from many threads.
 *
 * Names of state: every fact, limit, pool, chance and rule has a `decl`, the 40-bit hash of its qualified name ("wake-spring/woke"), which
 * is what records of owners carry. It does not change with versions, so counters go on when a campaign is edited (R99). Two names with the
 * same hash are refused. What was renamed says what it was called before (`was`): it has its new `name` for people, and its `first_name`,
 * the oldest one, is what `decl` is the hash of. Without `was` both are the same text. What stands inside a rule - limits, pools, items -
 * is qualified by the rule: by its name in `name`, by its oldest name in `first_name`.
 */
#ifndef GIFTD_CAMPAIGN_H
#define GIFTD_CAMPAIGN_H

#include "giftd/base/calendar.h"
#include "giftd/base/cycle.h"
#include "giftd/campaign/approval.h"
#include "giftd/campaign/audience.h"
#include "giftd/campaign/findings.h"
#include "giftd/campaign/fx.h"
#include "giftd/campaign/kinds.h"
#include "giftd/event.h"

#define NONE UINT32_MAX
struct rulebook;

/* ---- values written in a file ---- */

enum day_flag { DAY_WORKDAY = 1 << 8, DAY_RESTDAY = 1 << 9 }; /* bits 1..7 are mon..sun (1 << weekday) */

struct hours {
  int32_t from_s, to_s;
};

/* Keys all hold; of the days any. */
struct schedule {
  struct str name;        /* "" for an inline one */
  int64_t from_ms, to_ms; /* [from, to); INT64_MIN/2 and INT64_MAX/2 when open */
  uint32_t days;          /* day_flag bits and 1 << 1..7; 0: any day (unless dates or named days are given) */
  uint32_t named_days;    /* bit per named day of the calendar */
  uint32_t date_count;
  const int64_t *dates; /* days since 1970 */
  uint32_t hour_count;  /* ranges of seconds of the day, start in, end out; 0: all day */
  const struct hours *hours;
  const struct calendar *calendar; /* of workdays, rest days and named days; NULL: it asks none */
};

enum moment_kind { MOMENT_NONE, MOMENT_AT, MOMENT_AFTER, MOMENT_AFTER_WORKING_DAYS, MOMENT_NEXT, MOMENT_END_OF };
struct moment {
  enum moment_kind kind;
  int64_t at_ms;         /* AT */
  struct duration after; /* AFTER; `plus` of END_OF */
  int32_t working_days;  /* AFTER_WORKING_DAYS: keeps the time of day */
  const struct calendar *calendar;
  enum unit unit;      /* NEXT, END_OF */
  int32_t day, time_s; /* NEXT: day of the period (31: last), second of the day */
};

struct band {
  int64_t from;
  int64_t value;
}; /* half-open, rising `from` */

/* ---- conditions ---- */

enum condition_kind { CONDITION_ALL, CONDITION_ANY, CONDITION_NOT, CONDITION_LEAF };

enum left_kind {
  LEFT_FIELD,        /* field of the event: `index` is the catalogue field */
  LEFT_FACT,         /* fact.N: `index` is the fact */
  LEFT_FACT_AT,      /* fact.N.at */
  LEFT_FACT_KEEP,    /* fact.N.field, of first and last with `keep` */
  LEFT_FACT_ELAPSED, /* fact.N.elapsed of a track */
  LEFT_PROFILE,      /* profile.F: `index` is the catalogue field */
  LEFT_TAG,          /* {"tag": "risk-watch"} */
  LEFT_LIST,         /* {"list": "staff"}: the customer is in the list; operand lists */
  LEFT_SCHEDULE,     /* {"schedule": "peak"}: `index` is the schedule */
  LEFT_MONTH,        /* {"month": [6, 7]}: the month of the event's time in the file's zone, 1 to 12 */
  LEFT_CAUSED_BY,    /* `index` 0: "self" or "other"; 1: the id of who caused it */
  LEFT_LEVEL,        /* {"level": "gold"}: the id of the level that completed, in rules that hear one */
  LEFT_PLACE,        /* place: the customer's in the rank of the rule, the first is 1 */
  LEFT_CHANCE,       /* chance.F: what the spent chance kept; `index` is the catalogue field */
  LEFT_RULE_REWARD   /* rule_reward.value / .count of the base gift */
};

enum condition_op {
  OP_EQ,
  OP_NE,
  OP_GT,
  OP_GTE,
  OP_LT,
  OP_LTE,
  OP_BETWEEN,
  OP_IN,
  OP_NOT_IN,
  OP_EXISTS,
  OP_IN_LIST,
  OP_NOT_IN_LIST,
  OP_CONTAINS_ANY,
  OP_SAME_AS,
  OP_THIS_EVENT,
  OP_OLDER_THAN,
  OP_NEWER_THAN,
  OP_DORMANT_FOR,
  OP_COMPLETED,
  OP_IN_FACT,
  OP_NOT_IN_FACT
};

struct operand {
  enum value_kind kind;   /* what the numbers below are; VALUE_TEXT uses texts[0..text_count) */
  int64_t low, high;      /* numbers: `low` is the operand of a comparison, both are the ends of between; exists: low 0 or 1 */
  const int64_t *numbers; /* in / not_in over numbers */
  uint32_t number_count;
  uint32_t text_count;
  const struct str *texts;  /* eq has one */
  uint32_t list;            /* in_list / not_in_list: number of the list, or NONE */
  struct duration duration; /* dormant_for, older_than, newer_than */
  uint32_t other;           /* same_as: number of a condition node that holds the other left side (kind LEAF, no operator), or NONE */
  uint32_t fact;            /* in_fact / not_in_fact: number of the fact that remembers values */
};

/* Nodes of a tree stand in one array; children of a node are consecutive: [first, first + count). */
struct condition {
  enum condition_kind kind;
  enum left_kind left;
  enum condition_op op;
  uint32_t index;        /* of the left side */
  uint32_t first, count; /* children of ALL, ANY, NOT (one child) */
  bool stateless;        /* decided by event, time and rulebook alone (whole subtree) */
  bool money;            /* operand numbers are minor units of the campaign's currency: printed with decimals */
  uint32_t campaign;     /* whose file says it: by its `fx` money is converted */
  struct operand operand;
  struct str pointer;   /* JSON pointer in its file: "/rules/0/when/amount" */
  struct str left_text; /* as written: "amount", "fact.woke" */
};

/* ---- triggers ---- */

enum trigger_kind { TRIGGER_EVENT, TRIGGER_FACT, TRIGGER_REWARD, TRIGGER_CLOSE };

/* Of `as`: who hears instead of the customer who caused it. A source that names nobody, or the causing customer himself, is passed over. */
enum hearer_kind {
  HEARER_FIELD, /* the customer id in an event field: `index` is the catalogue field */
  HEARER_FACT,  /* the one that a first or last kept: `index` is the fact */
  HEARER_SELF   /* "customer": the causing customer after all */
};
struct hearer {
  enum hearer_kind kind;
  uint32_t index;
};

struct trigger {
  enum trigger_kind kind;
  uint16_t type;               /* EVENT: catalogue type */
  uint32_t when;               /* EVENT: condition node over event fields alone, or NONE */
  uint32_t fact;               /* FACT: track or measure; CLOSE: the level that is judged then, or NONE */
  uint32_t rule;               /* REWARD: the base rule */
  uint32_t close;              /* CLOSE: whose periods, or days */
  struct duration delay;       /* CLOSE: so long behind the period's end, or the beginning of the day */
  uint32_t as_first, as_count; /* `as`: into rulebook.hearers, the first that is present hears; count 0: the customer */
  struct str pointer;
};
/* The level that is heard through a trigger, or NONE. */
static inline uint32_t trigger_level(const struct trigger *trigger) { return trigger->kind == TRIGGER_CLOSE ? trigger->fact : NONE; }
struct trigger_set {
  uint32_t first, count;
}; /* into rulebook.triggers; activities are expanded */

/* Months or years that begin on a day of the customer's own (base/cycle.h). Where one stands for a unit, `unit` is MONTH or YEAR and
 * `cycle` its number + 1; 0: the calendar's. A rulebook knows where to look for the day, the customer's record which it is. */
struct own_cycle {
  struct str name, lacking; /* "cycle.month.fact.bank/opened.at": of a fact by its oldest name; "without fact.bank/opened.at" */
  uint64_t decl, days;      /* of the name; of the name and the zone: what is kept of days that changed */
  enum unit unit;
  uint32_t left; /* condition that holds the left side: a number of the profile, 1..31, or when a first was reached */
  struct zone zone;
};

/* Periods of one unit in one zone: each of them closes once, whatever hears it (docs/language.md section 3). Rules hear it at its end, or a
 * delay later. */
struct close {
  enum unit unit; /* not ever; of days that come again YEAR */
  struct zone zone;
  uint32_t campaign;               /* CAMPAIGN: whose; else NONE */
  uint32_t left, cycle;            /* days that come again, like birthdays: the condition whose left side says which; else NONE */
  struct str name;                 /* "month+08:00", "month@Europe/London", "campaign:ID", "profile.birthday+08:00" */
  uint64_t decl;                   /* of the name: what records of customers know it by */
  uint64_t stayed;                 /* the same of a zone whose clocks turn, as long as they were known to stay; else decl */
  int64_t from_ms, to_ms;          /* of all campaigns whose rules hear it: nothing that closes lies outside */
  int64_t delay_ms;                /* the longest after which a rule hears it */
  bool ranks;                      /* a rule that hears it has a rank */
  uint32_t rule_first, rule_count; /* into refs: the rules, in order of judgement */
};
/* The first instant behind a period. */
int64_t close_end(const struct rulebook *rulebook, const struct close *close, int32_t period);
/* When a rule hears that a period, or a customer's cycle, closed, through one of its triggers: the first such instant after `after_ms`, or
 * TIME_NONE. It has a day in common with the campaign, and the instant is before the campaign has closed. */
int64_t close_heard(const struct rulebook *rulebook, uint32_t rule, uint32_t close, int32_t period, int64_t after_ms);
int64_t cycle_heard(const struct rulebook *rulebook, uint32_t rule, uint32_t close, int64_t from_ms, int64_t end_ms, int64_t after_ms);

/* A day of the customer's own that comes again each year (docs/language.md section 3; R94). A rulebook knows where to look for it, the
 * customer's record which it is. */
struct own_day {
  int32_t month, day;
  int32_t first_year; /* what a fact remembers comes again from the year behind it on; of a birthday 0 */
};
/* When a rule hears that such a day of a year is there, through one of its triggers: the first instant after `after_ms`, or TIME_NONE. The
 * day is due before the rule's campaign begins and behind its end too, so that a campaign that is put beside later, or goes on longer,
 * knows whose day comes; the rule is woken within its campaign's period alone. */
int64_t date_heard(const struct rulebook *rulebook, uint32_t rule, uint32_t close, const struct own_day *day, int32_t year,
                   int64_t after_ms);

/* ---- facts ---- */

enum measure_kind {
  MEASURE_COUNT,
  MEASURE_SUM,
  MEASURE_AVERAGE,
  MEASURE_MAX,
  MEASURE_MIN,
  MEASURE_DISTINCT,
  MEASURE_STREAK,
  MEASURE_DAILY_AVERAGE
};
#define DAILY_TOLD_DAYS 7 /* DAILY_AVERAGE: a snapshot may come, or replace another, so long behind its day */
enum window_kind { WINDOW_UNIT, WINDOW_LAST_UNITS, WINDOW_ROLLING_DAYS, WINDOW_DATES, WINDOW_ENROLMENT, WINDOW_SINCE };

struct window {
  enum window_kind kind;
  enum unit unit;                  /* UNIT (also ever, campaign), LAST_UNITS; ROLLING counts by UNIT_DAY */
  uint32_t count;                  /* LAST_UNITS: closed periods; ROLLING: days */
  int64_t from_ms, to_ms;          /* DATES */
  uint32_t previous, cycle, since; /* periods back; a cycle; SINCE: the first from whose time on it is */
  struct moment until;             /* SINCE: seen from that time */
};

/* Whether it ends before the period of the event at hand, which counts for a window still to come. */
static inline bool window_lags(const struct window *window) { return window->kind == WINDOW_LAST_UNITS || window->previous > 0; }

/* One dimension of a `per`: an event field, the customer, or a table fact. */
enum dimension_kind {
  DIMENSION_CUSTOMER,
  DIMENSION_FIELD,
  DIMENSION_FACT,
  DIMENSION_FACT_AT,
  DIMENSION_UNIT,
  DIMENSION_CAUSE /* caused_by.id */
};
struct dimension {
  enum dimension_kind kind;
  uint32_t index;  /* FIELD: catalogue field; FACT, FACT_AT: fact; UNIT: enum unit */
  struct str text; /* as written */
};

struct task {
  struct str id;
  struct trigger_set on;
  uint32_t when;
};

struct level {
  struct str id;
  int64_t from; /* rising */
};

struct axis {
  uint32_t left;         /* condition node that holds the left side (LEAF without operator) */
  uint32_t count;        /* thresholds or lists */
  const int64_t *from;   /* thresholds, rising; or NULL */
  const uint32_t *lists; /* numbers of lists; or NULL */
};

struct fact {
  struct str name;       /* qualified: "wake-spring/woke"; of the programme bank: "bank/last_txn" */
  struct str first_name; /* the oldest name: of tables and differences too, since others count by them */
  uint64_t decl;
  enum fact_kind kind;
  uint32_t campaign;        /* declaring campaign or programme */
  uint32_t dimension_count; /* `per` beside customer; customer itself is not among them */
  const struct dimension *dimensions;
  bool per_customer;         /* customer is in `per` */
  struct trigger_set on;     /* first, last, measure, picks; `opens` of a track */
  uint32_t when;             /* stateful condition on hearing (first, measure), or of a track's opening; or NONE */
  uint16_t keep;             /* first, last: field remembered, or FIELD_NONE */
  bool if_never_dormant;     /* last */
  bool refunds_reopen;       /* first */
  struct trigger_set resets; /* first; count 0: never */
  struct duration resets_after;
  enum measure_kind measure;
  uint16_t of;          /* picks and measure of field, or FIELD_NONE (count; distinct of a unit) */
  enum unit of_unit;    /* distinct/streak of a unit when `of` is FIELD_NONE */
  struct window window; /* measure; of picks a unit */
  bool refunds_subtract;
  bool falls;                /* refunds subtract, and it hears what can be refunded */
  bool money;                /* its value is minor units */
  uint32_t task_count, need; /* track: need n of task_count */
  const struct task *tasks;
  bool ordered;
  struct moment within;
  uint32_t match_count; /* track: fields that must have the opening event's value */
  const uint16_t *match;
  enum unit track_period; /* UNIT_CAMPAIGN by default */
  uint32_t axis_count;    /* table: 1 or 2 */
  struct axis axes[2];
  const struct str *cells; /* row-major */
  struct str otherwise;    /* table `else`; empty: none */
  uint32_t parts[2];       /* difference: measures; the first less the second. Level: its measure. NONE in the others */
  uint32_t level_count;    /* level: `window.unit` is the one at whose closes it is judged */
  const struct level *levels;
  uint32_t hold;                           /* level: further closes */
  struct duration delay;                   /* level: behind the close */
  bool restarts, fires_each, every_period; /* level: on_break, fires, once */
  uint32_t most;                           /* picks: so many values of a period count */
  bool replaces;                           /* picks: the latest ones; else the first */
  uint32_t band_count; /* measure: every threshold that rules hearing this fact cite, rising; entering another band is a trigger */
  const int64_t *bands;
  bool seen_by_rules;   /* some rule is triggered by this fact */
  uint32_t close_count; /* measure: closes whose rules ask it */
  const uint32_t *closes;
  bool of_programme; /* it hears before those of campaigns */
  uint32_t turn;     /* measure, picks, track: it hears an event behind those of a lower turn, which it may ask */
};
static inline const struct fact_traits *traits_of(const struct fact *fact) { return fact_traits[fact->kind]; }

/* ---- rewards ---- */

enum pay { PAY_HIGHEST, PAY_EACH, PAY_TOP_UP };
enum when_empty { EMPTY_REFUSE, EMPTY_SKIP, EMPTY_QUEUE };

struct worth {
  enum value_form form;
  int64_t fixed; /* minor units; points: whole. SHARE: what each close divides, or 0: all there is */
  int32_t percent_bp;
  uint32_t of; /* PERCENT, BANDS, SHARE: condition node holding the left side (LEAF without operator) */
  int64_t max; /* PERCENT, SHARE: ceiling, 0 none */
  uint32_t band_count;
  const struct band *bands;
  enum pay pay;
};

struct label {
  struct str key, value;
};

struct item {
  struct str id; /* the rule's id by default */
  /* The oldest id (`was`), by default the rule's oldest. Reward ids are made of it, not of `id`: an item that is only called otherwise
   * must not give the same gift again. */
  struct str first_id;
  uint32_t mark;     /* hash of first_id: what tells items of a rule apart in a customer's record; unique in a rule, substitutes too */
  struct str reward; /* "instant_discount" */
  bool is_nothing, is_chance, is_points, is_notice;
  struct worth value; /* money unless is_points */
  struct worth count; /* units or chances: FIXED or BANDS; default FIXED 1 */
  uint32_t weight;    /* draw_of */
  uint32_t when;      /* first_of: condition or NONE */
  enum when_empty when_empty;
  uint32_t pool_first, pool_count; /* into rulebook.refs: pools; 0: unlimited */
  uint32_t or_else;                /* item given instead, or NONE */
  uint32_t chance;                 /* is_chance: number of the chance */
  uint32_t keep_count;             /* is_chance: fields remembered */
  const uint16_t *keep;
  uint32_t contents_first, contents_count; /* bundle: items */
  struct str template_id;
  uint32_t label_count;
  const struct label *labels;
  struct moment valid_from, valid_to; /* `valid.for` becomes valid_to AFTER */
  struct moment timing;               /* NONE: issued at once */
  uint32_t still;                     /* asked again when it is issued, or NONE */
  struct str pointer;
};

/* Whether its value goes on within a period of a measure: what was paid for it before is asked. */
static inline bool item_is_ladder(const struct item *item) { return !item->is_chance && item->value.pay != PAY_HIGHEST; }

/* Whether how many chances it gives follows its left side up and down. */
static inline bool item_tops_up(const struct item *item) { return item->is_chance && item->count.pay == PAY_TOP_UP; }

/* For one event: with `each` a gift for each band. */
static inline uint32_t item_gifts_most(const struct item *item) {
  return item_is_ladder(item) && item->value.pay == PAY_EACH ? item->value.band_count : 1;
}

enum give_form { GIVE_ONE, GIVE_EACH, GIVE_FIRST_OF, GIVE_DRAW_OF, GIVE_CHOICE_OF };
enum draw_empty { DRAW_REDRAW, DRAW_NEXT, DRAW_LOSE };

struct chance {
  struct str name, first_name;
  uint64_t decl;
  uint32_t campaign;
  uint32_t given_by /* a rule */;
};

/* ---- limits and pools ---- */

/* An inline limit is named by its id, "campaign/rule#ID", else by what it says: "campaign/rule#count.customer.day" - unit, per, period,
 * never its place (docs/language.md section 10 has the spelling). */
struct limit {
  struct str name, first_name; /* qualified */
  uint64_t decl;
  uint32_t campaign; /* whose zone and period count */
  uint32_t rule;     /* inline: the rule it is written in; NONE: a named one */
  bool closes;       /* a rule that hears a close cites it: its counters are needed until that is heard */
  bool of_amount;    /* else count of gifts */
  bool in_points;    /* amount of points */
  int64_t max;
  bool each;                /* per_each: one counter for each dimension; else one for the combination */
  uint32_t dimension_count; /* all of `per`, customer included */
  const struct dimension *dimensions;
  bool per_customer; /* `per` with customer in it: the customer's own record keeps it. In per_each the customer's counter always does */
  enum unit unit;    /* period, unless rolling */
  uint32_t rolling_days, cycle; /* rolling 0: calendar, or a cycle */
  bool partial;
  int64_t least; /* partial: below this it rejects */
  bool missing_skip;
  struct str pointer;
};

struct pool_share {
  struct str value;
  int64_t total;
};
struct funder {
  struct str party;
  int32_t share_bp;
};

/* An inline pool is "campaign/rule.item", with an id "campaign/rule.item#ID" ("campaign/rule" of a single item without an id). */
/* Until when a gift of that instant waits for its pool (`when_empty`): as long as its campaign pays, and no longer than any gift waits. */
static inline int64_t queue_until(int64_t closing_ms, int64_t given_ms) {
  return closing_ms < given_ms + LIMIT_PENDING_MS ? closing_ms : given_ms + LIMIT_PENDING_MS;
}

struct pool {
  struct str name, first_name; /* qualified */
  uint64_t decl;
  uint32_t campaign;
  uint32_t rule; /* inline: the rule it is written in; NONE: a named one */
  bool of_money; /* budget in minor units, else stock in units */
  bool in_points;
  bool unlimited; /* with a pace only */
  int64_t total;
  uint16_t by;          /* field whose value chooses the share, or FIELD_NONE */
  uint32_t share_count; /* by: listed values */
  const struct pool_share *shares;
  bool paced;
  int64_t pace_max;
  enum unit pace_unit;
  int32_t pace_at_s; /* second of the day at which a period's share is released */
  bool carry_over;
  bool pot;                  /* shared out at a close, and nothing else draws on it */
  bool reserve, shut;        /* reserve: it says whether it is `released`; shut: it is not, and pays nothing */
  uint32_t parent, fallback; /* pools or NONE */
  uint32_t low_count;
  const int32_t *low_bp; /* watermarks, falling, in basis points of the total */
  uint32_t funding_count;
  const struct funder *funding;
  int64_t start_ms; /* carry_over counts releases from here */
  struct str pointer;
};

/* ---- reversal ---- */

enum undo_reward { UNDO_REVOKE, UNDO_OFFSET, UNDO_KEEP };
enum undo_partial { PARTIAL_RECHECK, PARTIAL_PRORATE, PARTIAL_IGNORE };
struct undo {
  enum undo_reward reward;
  bool restore_limits, restore_pool;
  enum undo_partial partial;
};

/* When fulfilment says that it failed (docs/language.md section 8; R144): the gift is taken back, or issued anew first. */
struct forfeit {
  bool answers; /* false: the file says nothing, and nothing is done */
  bool reissue; /* once, under another id; what fails again is taken back */
  bool restore_limits, restore_pool;
};

/* ---- rules and campaigns ---- */

/* Rules that one event of a customer may wake: all may give, or the first that can, by priority or, before that, by what it is worth. */
enum group_mode { GROUP_ALL, GROUP_FIRST, GROUP_BEST };
struct group {
  struct str name; /* qualified */
  enum group_mode mode;
};
#define PRIORITY_NONE INT32_MAX
/* Of a rule on a close: only the first `top` of all customers are let through (R59, R60, R122, R145), or all share one pot. A left side is
 * a condition node that holds a fact, its time or what a track took (LEAF without operator). */
struct rank_side {
  uint32_t left;
  bool highest; /* first is who has most; else who has least */
};
struct rank {
  uint32_t top;     /* how many are first; 0: there is no rank */
  bool shared;      /* nobody is first: all share `pot`, each by what he has of `by` */
  int64_t pot;      /* minor units, or points: what its pool has in all */
  uint32_t tickets; /* by lot: `by` is a customer's number of tickets, and so many of them count at most; 0: not by lot */
  struct rank_side by;
  uint32_t tie_count;
  struct rank_side ties[LIMIT_RANK_TIES];
  uint64_t part; /* digest of who takes part: audience and enrolment, the last day, schedule and `when` as they are written */
};
/* Whether all customers have to be known before the rule gives: it has a rank, or gives a share. */
static inline bool rank_settles(const struct rank *rank) { return rank->top > 0 || rank->shared; }
/* How many of the first are told their place, those who won among them; 0 of a share. */
uint32_t rank_kept(const struct rank *rank);

/* A gift is held until somebody has looked at it (section 8, `review`; R125). */
struct review {
  bool asked, passes; /* passes: also when nobody answered in time */
  uint32_t when;      /* condition or NONE: every gift */
  uint32_t campaign;  /* whose file asks for it */
  struct duration within;
};

struct rule {
  struct str id;   /* "half" */
  struct str name; /* qualified: "weekend-dining/half" */
  /* The oldest id and name (`was`). Reward ids are made of first_id, not of `id`: a renamed rule must not give the same gift again. */
  struct str first_id, first_name;
  uint64_t decl;
  uint32_t campaign;
  struct trigger_set on;
  uint32_t schedule; /* or NONE */
  uint32_t when;     /* condition or NONE: top level of `when` */
  uint32_t spends;   /* chance or NONE */
  uint32_t spends_match_count;
  const uint16_t *spends_match;
  uint32_t once_per_count;
  const struct dimension *once_per;
  enum give_form give;
  enum draw_empty draw_empty;
  uint32_t item_first, item_count;
  struct duration within;            /* CHOICE_OF: how long the customer may choose ... */
  uint32_t otherwise;                /* ... and the item that it is then */
  uint32_t limit_first, limit_count; /* into rulebook.refs: limits; own ones first, shared ones after */
  struct undo undo;
  struct forfeit forfeit;
  struct review review;
  uint32_t group;   /* or NONE */
  int32_t priority; /* the smaller goes first; PRIORITY_NONE: not said */
  struct rank rank;
  bool notes_held;    /* with its gifts is kept what of its conditions held: it has alternatives, and refunds change some */
  bool notes_seen;    /* and what measures came to: it bounds one from above, or takes one from another */
  struct str pointer; /* "/rules/0" */
};

struct campaign {
  struct str id, name_zh, name_en, file;
  uint32_t version;
  bool programme;         /* no rules: others cite it */
  int64_t from_ms, to_ms; /* [from, to): both dates in */
  int64_t shown_ms;       /* shown_from, or from_ms */
  int64_t closing_ms;     /* to_ms + closing: what is open may finish until here */
  struct zone zone;
  struct str zone_name;            /* as the file says it */
  const struct calendar *calendar; /* NULL: the file names none and asks none */
  uint32_t asks_named;             /* bits of the named days that its schedules ask for */
  bool asks_rests;                 /* they ask which days are worked */
  int64_t late_ms, backfill_ms;    /* accepted lateness; of what is back-filled, or 0 */
  struct str currency;
  int32_t decimals;
  struct campaign_fx fx;
  bool enrolment; /* required */
  bool sign_up;   /* when a customer enrolled is remembered though nobody has to: a window begins there */
  struct audience audience;
  uint32_t rule_first, rule_count;
  uint64_t decl; /* of its id */
  /* What it declares by name, each in a row in the array of its kind; what is written inside rules stands elsewhere. */
  uint32_t fact_first, fact_count, limit_first, limit_count, pool_first, pool_count, chance_first, chance_count;
  uint32_t cited_first,
      cited_count;        /* into rulebook.refs: campaigns it cites, directly or through others, rising; itself is not among them */
  struct str commitment;  /* "2:" and 64 hex: its draws are made by a secret that it commits to (judge.h); empty: by the reward ids' key */
  struct str digest;      /* 16 hex: of the file and what it cites; quoted in decisions */
  uint64_t content;       /* hash of the file's JSON with its keys in order and no spaces: laying it out anew changes nothing */
  struct str source_text; /* the file's bytes, borrowed from the sources; its name is `file` */
  struct approval approval;
};

struct list {
  struct str name;
  bool of_file;           /* lists/NAME.txt; else declared in a campaign file */
  struct str source_text; /* of_file: the file's bytes, borrowed */
  uint32_t count;
  const struct str *items;
  uint32_t slot_count;
  const uint32_t *slots;
};

/* How late anything may be, back-filled or not. */
static inline int64_t campaign_late_most(const struct campaign *campaign) {
  return campaign->backfill_ms > campaign->late_ms ? campaign->backfill_ms : campaign->late_ms;
}
/* From when on nothing can be drawn any more: what is open may finish until the closing, and be heard of so much later. */
static inline int64_t draws_open_ms(const struct campaign *campaign) { return campaign->closing_ms + campaign_late_most(campaign); }

/* What hears events of the bank: a rule, or a fact that remembers. Built from triggers, one for each (owner, trigger). The match room
 * indexes these. The numbers of kinds are in messages between shards (judge.h, struct heard_way). */
enum listener_kind { LISTENER_RULE, LISTENER_FACT, LISTENER_RESET, LISTENER_OPEN, LISTENER_TASK };
struct listener {
  enum listener_kind kind;
  uint16_t type;    /* catalogue type it hears */
  uint32_t owner;   /* rule or fact */
  uint32_t part;    /* TASK: number of the task */
  uint32_t trigger; /* number of the trigger */
  uint32_t campaign;
  uint32_t conditions[3]; /* condition nodes or NONE: the trigger's `when`, the rule's (fact's, task's) `when`, unused. Only stateless parts
                             count in match */
  uint32_t schedule;      /* rule's schedule or NONE */
  int64_t from_ms, to_ms; /* [from, to) in which it hears anything */
};

struct span {
  uint32_t first, count;
};

/* An item whose number of chances tops up by a measure: what it gave follows that measure up and down. */
struct top_up {
  uint32_t fact, rule, item;
};

/* From a decl, as records carry it, to the number of what has it: open-addressed, number + 1; 0: free. */
struct decl_table {
  const uint32_t *slots;
  uint32_t mask;
};

struct rulebook {
  struct str digest;                 /* 16 hex: of all files, in order of campaign id */
  const struct catalogue *catalogue; /* borrowed */
  uint32_t campaign_count, rule_count, fact_count, trigger_count, condition_count, item_count, limit_count, pool_count, chance_count,
      schedule_count, list_count, listener_count, ref_count, member_count;
  uint32_t hearer_count; /* 0: nobody hears as another */
  uint32_t close_count;  /* at most LIMIT_CLOSES */
  uint32_t group_count, own_cycle_count, as_of_count;
  const struct as_of *as_ofs; /* each day once */
  const struct group *groups;
  const struct own_cycle *own_cycles;
  const struct close *closes;
  uint32_t date_count; /* of them days that come again: into refs, numbers of closes */
  const uint32_t *dates;
  const struct campaign *campaigns; /* in order of id, programmes among them */
  const struct rule *rules;         /* in order of campaign, then file: the order of judgement */
  const struct fact *facts;
  const struct trigger *triggers;
  const struct hearer *hearers;
  const struct condition *conditions;
  const struct item *items;
  const struct limit *limits;
  const struct pool *pools;
  const struct chance *chances;
  const struct schedule *schedules;
  const struct list *lists;
  const struct listener *listeners; /* grouped by type: facts first, rules after, each in order */
  const uint32_t *refs;
  const struct member *members;
  uint32_t deny_first, deny_count; /* into members: the bank's risk.deny lists (RISK_DENIED); no campaign key can switch them off (R130) */
  struct review risk_review;       /* likewise its risk.review, of every gift of every campaign, before a rule's own */
  /* Which rules hear a fact / a rule's gift: for rule r and fact f, in order of judgement. */
  const struct span *fact_hearers;   /* [fact_count] into refs: rules */
  const struct span *reward_hearers; /* [rule_count] into refs: rules */
  uint32_t top_up_count;
  const struct top_up *top_ups;
  struct decl_table rule_decls, fact_decls, limit_decls, pool_decls, campaign_decls; /* rulebook_rule() ... */
};

/* ---- reading ---- */

struct source {
  struct str name, text;
}; /* one file: the name shown in messages, the bytes; lists are given as name "lists/x.txt", an id a line,
    and a newline behind the last one too */

/* Compiles all files. `rulebook` and everything it points to live in `arena` (about 4 KiB a campaign); `scratch` may be reset after.
 * Findings live in `arena` too. The texts of the sources are borrowed by the rulebook (campaign.source_text). Returns STATUS_OK with a
 * rulebook when no finding is an error, STATUS_INPUT when there is one (findings say all), STATUS_LIMIT when the arena is full. Same files,
 * same bytes (in whatever order they are given): they are sorted by name. */
enum status rulebook_read(const struct source *sources, uint32_t source_count, const struct catalogue *catalogue, struct arena *arena,
                          struct arena *scratch, struct findings *findings, const struct rulebook **rulebook, struct fault *fault) MUST_USE;
/* What a run would refuse with these settings, or forget too early for what the files count: more findings, behind those that
 * rulebook_read made of the same sources. False: there is an error among them. */
struct run_times {
  int64_t horizon_ms, memory_ms; /* events.horizon, events.memory */
};
bool rulebook_fits(const struct rulebook *rulebook, const struct source *sources, uint32_t source_count, const struct run_times *times,
                   struct arena *arena, struct findings *findings) MUST_USE;
/* Adds the fields and types of a catalogue extension file (schemas/catalogue.schema.json). */
enum status catalogue_extend(struct catalogue *catalogue, struct source file, struct arena *arena, struct findings *findings,
                             struct fault *fault) MUST_USE;

/* ---- what names mean (docs/language.md section 9.5) ---- */

/* Everything that counts or remembers under a name, and the campaign itself. The numbers are kept in states: new ones go to the end. */
enum meaning_kind {
  MEANING_CAMPAIGN,
  MEANING_FACT,
  MEANING_LIMIT,
  MEANING_POOL,
  MEANING_CHANCE,
  MEANING_RULE,
  MEANING_ITEM,
  MEANING_KINDS
};
extern const char *const meaning_words[MEANING_KINDS]; /* "campaign" "fact" ... */

#define MEANING_BYTES 3072
/* Texts stand in the cursor, until the next call. */
struct meaning {
  enum meaning_kind kind;
  uint32_t number;  /* in the array of its kind */
  struct str name;  /* qualified: "c/weekly"; an item "c/rule.item" */
  struct str first; /* its oldest name, qualified; `name` when it was never renamed */
  uint64_t decl;    /* 40-bit hash of `first`: what it is known by within its kind; nobody makes sure that those of items differ */
  struct str text;  /* what may never change as long as the name lives; word for word the same in every version */
};
struct meaning_cursor {
  uint32_t stage, index, limit, item, chain, pool; /* private */
  char name[256], first[256], text[MEANING_BYTES];
};
/* The next name of a campaign: the campaign, its facts, limits, pools and chances, then each rule with its limits, items and pools. Starts
 * with a zeroed cursor; false when there are no more. Tables and differences remember nothing and have no meaning. */
bool meaning_next(const struct rulebook *rulebook, uint32_t campaign, struct meaning_cursor *cursor, struct meaning *out);

/* What a set of files changes against the one before. */
enum change_class {
  CHANGE_NEW,           /* starts at nothing */
  CHANGE_GOES_ON,       /* means the same under the same or another name; its terms changed, or it was renamed */
  CHANGE_MEANING,       /* a living name means something else */
  CHANGE_GONE,          /* a living name is not there any more, but its campaign is */
  CHANGE_VERSION_BACK,  /* a lower version than before */
  CHANGE_SAME_VERSION,  /* other content under the same version */
  CHANGE_CAMPAIGN_GONE, /* the file is not there any more */
  CHANGE_PAST_DAY,      /* a day that was judged by is another one in the calendar now */
  CHANGE_PAST_RATE,     /* what the table said of a day it does not say any more */
  CHANGE_CLASSES
};
struct change_class_info {
  const char *code, *text_en, *text_zh;
};
extern const struct change_class_info change_classes[CHANGE_CLASSES];

struct change {
  enum change_class class;
  bool refused; /* the new set may not be taken; else it is told for information */
  enum meaning_kind kind;
  struct str campaign;       /* id; of NEW in the new set, else in the old one */
  struct str name, old_name; /* qualified, in the new and in the old set; "" where it is not there */
  struct str before, after;  /* what it meant and means; of GOES_ON its terms. "" where there is none */
  struct str remedy;         /* what to do; "" when nothing is refused */
};
struct changes {
  struct change *items; /* in the arena */
  uint32_t count, refused;
};

/* Compares two compiled sets. `now` is the time of the stream: where it is not sure, whatever may be running is. What a campaign counted is
 * remembered for `remembered_ms` after it closed, and so long its names are living; before it begins only its first and last are (what a
 * programme declares always is). A campaign may go when it has closed, or has not begun. Returns STATUS_OK when nothing is refused,
 * STATUS_INPUT when something is (`changes` say what), STATUS_LIMIT when an arena is full. `changes` live in `arena`; `scratch` may be
 * reset after. */
enum status meanings_compare(const struct rulebook *before, const struct rulebook *after, struct about now, int64_t remembered_ms,
                             struct arena *arena, struct arena *scratch, struct changes *changes, struct fault *fault) MUST_USE;
/* "weekend: refused[CHANGED_MEANING]: limit 'weekend/w': number of gifts, ... -> ...; remedy" */
void change_print(struct buffer *out, const struct change *change);

/* ---- what match and judge ask of it ---- */

/* The number of what a decl names, or NONE. */
uint32_t rulebook_rule(const struct rulebook *rulebook, uint64_t decl);
uint32_t rulebook_fact(const struct rulebook *rulebook, uint64_t decl);
uint32_t rulebook_limit(const struct rulebook *rulebook, uint64_t decl);
uint32_t rulebook_pool(const struct rulebook *rulebook, uint64_t decl);
uint32_t rulebook_campaign(const struct rulebook *rulebook, uint64_t decl); /* of its id */
/* Number of a campaign's terms: of all its file and what it cites say. Never 0. What was given under it is undone under it. */
uint32_t terms_number(const struct campaign *campaign);

bool list_has(const struct list *list, struct str item);
bool schedule_holds(const struct schedule *schedule, int64_t utc_ms, struct zone zone);
/* Whether the schedule holds at an instant, and the widest [from, to) around it in which the answer is the same (for the active-now
 * bitmap). */
bool schedule_window(const struct schedule *schedule, int64_t utc_ms, struct zone zone, int64_t *from_ms, int64_t *to_ms);
/* The first instant of [from, to) at which all of the schedules hold, or TIME_NONE. */
int64_t schedules_first(const struct schedule *const *schedules, uint32_t count, int64_t from_ms, int64_t to_ms, struct zone zone);
/* The moment seen from an instant (event time), in the zone. */
int64_t moment_resolve(const struct moment *moment, int64_t utc_ms, struct zone zone);
/* The same as an end: the first instant that is outside. A date ends with its day and `end_of` with its last instant, so that is the next
 * midnight; a time of day ends there (NEXT has one, 00:00 by default); an age ends in, so one millisecond after it. NONE has no end:
 * INT64_MAX / 2. */
int64_t moment_end(const struct moment *moment, int64_t utc_ms, struct zone zone);
#endif
