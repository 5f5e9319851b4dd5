/* How the rule text is put together: everything is written through `struct say`, in the order in which it is read.
 *
 *     campaign.c   the sections          rule.c     who does what, and what he gets    names.c   what things are called
 *     condition.c  what must hold        trigger.c  what is done                       fact.c    what is remembered: its short name
 *     give.c       gifts                 limit.c    how often                          pool.c    how many there are
 *     undo.c       refunds               schedule.c days and hours                     value.c   money, times, names
 *     close.c      periods that end      level.c    what is kept from one to the next  group.c   rules beside each other
 *     rank.c       who is first
 *
 *     kinds.c      the table of fact kinds
 *
 * A new construct of the language needs its phrase where its enum is switched over, the compiler names the place; a kind of fact a row
 * in a file of its own. */
#ifndef GIFTD_WORDING_PARTS_H
#define GIFTD_WORDING_PARTS_H

#include <assert.h>

#include "giftd/wording.h"

/* Facts and lists that the text has used, in order: they are said at its end. */
struct used {
  uint32_t *numbers;  /* in order of use */
  uint32_t *places;   /* of each number: place in `numbers` + 1, or 0 */
  uint32_t *suffixes; /* by place. Of a fact 2 and up where short names are alike, else 0; of a list 1 where it is one of customers */
  uint32_t count;
};

struct say {
  struct buffer *out;
  const struct rulebook *rulebook;
  const struct campaign *campaign;
  uint32_t number; /* of the campaign */
  uint32_t rule;   /* the one at hand */
  enum language language;
  uint32_t brackets; /* how many stand open: what would open another one within them is said otherwise */
  struct used facts, lists;
};

static inline bool say_zh(const struct say *say) { return say->language == LANGUAGE_ZH; }
/* One of two texts. */
static inline void put(struct say *say, const char *en, const char *zh) { buffer_put(say->out, str_of(say_zh(say) ? zh : en)); }
static inline void put_str(struct say *say, struct str text) { buffer_put(say->out, text); }
/* What somebody wrote in a file: it stays on its line. */
void put_written(struct say *say, struct str text);
static inline void put_int(struct say *say, int64_t number) { buffer_int(say->out, number); }
/* Between the items of an enumeration of `count`: "、" / ", " and before the last one "或" / " or " (`and`: "和" / " and "). */
void put_or(struct say *say, uint32_t place, uint32_t count);
void put_and(struct say *say, uint32_t place, uint32_t count);

/* ---- value.c ---- */

void say_number(struct say *say, int64_t number); /* "1,000" */
void say_money(struct say *say, int64_t minor);   /* "1,200.00元" / "CNY 1,200.00" */
void say_money_in(struct say *say, struct str code, int64_t minor, int32_t decimals);
void say_currency(struct say *say, struct str code); /* the unit: "元" / "CNY" */
void say_points(struct say *say, int64_t points);
void say_percent(struct say *say, int32_t basis_points);
void say_duration(struct say *say, struct duration duration); /* "3个月" / "3 months" */
void say_hours(struct say *say, int64_t ms);                  /* "72小时" / "72 hours" */
void say_date(struct say *say, int64_t days);                 /* since 1970: "2027年1月2日" / "2 January 2027" */
void say_month(struct say *say, int64_t month);               /* 1 to 12: "June" / "6月" */
void say_clock(struct say *say, int32_t second);              /* "10:00" */
void say_instant(struct say *say, int64_t utc_ms);            /* date and time of day in the campaign's zone */
void say_end(struct say *say, int64_t utc_ms);                /* the same of what ends there: midnight is 24:00 of the day before */
/* Seen from what: "the gift" / "发放后"; and whose month it is: " in which it is given" / "发放". */
struct from {
  const char *en, *zh, *of_en, *of_zh;
};
void say_moment(struct say *say, const struct moment *moment, bool end, struct from from);
/* Words: a row of a table, else the word itself in quotes. */
void say_word(struct say *say, const struct wording *table, struct str word);
/* What the bank's catalogue calls a word (`names`); empty where it does not. */
struct str bank_name(const struct say *say, struct str word);
void say_field(struct say *say, uint32_t field);                     /* "金额" / "amount" */
void say_fields_many(struct say *say, uint32_t field);               /* "金额" / "amounts" */
void say_types_many(struct say *say, uint16_t type);                 /* "转账" / "transfers" */
void say_value(struct say *say, struct str field, struct str value); /* "扫码" / "QR code"; `field`: campaign name, or empty */
void say_type(struct say *say, uint16_t type);                       /* "转账" / "transfer" */
void say_group(struct say *say, struct str name);                    /* a list, tag or segment without its quotes */
void say_list(struct say *say, uint32_t list);                       /* in quotes; its items are said at the end */
void say_customer_list(struct say *say, uint32_t list);              /* one of customers: who stands on it is not said */
/* In Chinese a noun behind a name in quotes, unless the name ends in it: "“受邀客户”名单", "“房贷客户名单”". */
void say_noun_behind(struct say *say, struct str noun);
void say_quoted(struct say *say, struct str text);

/* A programme's own time, for what lasts a campaign and is declared there: "“旺季”期间（...至...）". */
void say_span(struct say *say, uint32_t campaign);

/* ---- schedule.c ---- */

void say_schedule(struct say *say, const struct schedule *schedule); /* "周五10:00至22:00" / "on Fridays, 10:00 to 22:00" */
const char *unit_word(const struct say *say, enum unit unit);        /* "每个自然月" / "calendar month" */
void say_period(struct say *say, enum unit unit);                    /* of a limit: "每月" / "in each calendar month" */

/* ---- condition.c ---- */

/* What must hold, in one line; `bullets`: the parts of an `all` stand in a list of their own, each with `mark` in front. */
void say_condition(struct say *say, uint32_t node);
/* Parts of a tree that all must hold: 1 of a leaf, `any` and `not`. Of a trigger's and a rule's condition together: a list. */
void say_conditions(struct say *say, const uint32_t *nodes, uint32_t count, const char *indent);
uint32_t condition_parts(const struct say *say, uint32_t node); /* NONE has 0 */
/* What a condition node compares: "金额", "“当月累计金额”". */
void say_left(struct say *say, const struct condition *leaf);

/* ---- trigger.c ---- */

/* "刷卡或扫码消费(状态为已入账)或生活缴费": acts of a fact, one line. */
void say_acts(struct say *say, struct trigger_set set);
/* The same without their conditions, for names: "刷卡或扫码消费或生活缴费". */
void say_act_names(struct say *say, struct trigger_set set, bool many);
/* Whether any of them can be refunded or undone. */
bool acts_reversible(const struct say *say, struct trigger_set set);
/* Who gets what the trigger brings, if it is another one; nothing otherwise. */
void say_hearers(struct say *say, const struct trigger *trigger);
void say_rule_name(struct say *say, uint32_t rule); /* "规则二" / "rule 2" */

/* ---- close.c ---- */

void say_close(struct say *say, const struct trigger *trigger); /* what counts: a period's end, a day of the customer's */
/* Whose month or year it is: before the period in Chinese, behind it in English; nothing of the calendar's. And "month", "year". */
void say_cycle(struct say *say, uint32_t cycle);
void say_cycle_unit(struct say *say, enum unit unit);
void say_cycle_period(struct say *say, enum unit unit, uint32_t cycle); /* of a limit */
void say_close_time(struct say *say, enum unit unit, uint32_t cycle,
                    struct duration delay);                        /* "每月结束满3天时" / "the end of each calendar month" */
bool hears_period(const struct say *say, const struct rule *rule); /* a period that closes, or a day */
void say_close_once(struct say *say, const struct rule *rule);     /* " Each customer is rewarded ...", or nothing */

/* ---- level.c ---- */

void say_daily_note(struct say *say, const struct fact *fact);
void say_level_reached(struct say *say, uint32_t level); /* "客户首次达到“...”中的一档（满...元），并在其后连续3个月保持" */
bool say_level(struct say *say, struct str id); /* of the rule at hand: what it takes; false: it hears no such level */

/* ---- rank.c ---- */

void say_rank(struct say *say, const struct rule *rule);    /* a paragraph, or nothing */
void say_places(struct say *say, int64_t from, int64_t to); /* "第2至5名" / "places 2 to 5"; `to` 0: all behind */

/* ---- group.c ---- */

void say_groups(struct say *say); /* those of the campaign's rules, with a heading; or nothing */

/* ---- kinds of facts: fact.c, level.c, and their table ---- */

struct fact_words {
  void (*name)(struct say *say, const struct fact *fact); /* short, without quotes: "当月累计金额" */
  void (*note)(struct say *say, const struct fact *fact); /* what it stands for */
  /* Behind a number of it, in Chinese; or NULL. */
  void (*unit)(struct say *say, const struct fact *fact);
  /* Around the name where its number is meant, while the name alone is of something else; NULL: "the " stands before it. */
  const char *number_en, *number_zh;
};
#define FACT_WORDS(NAME, kind) extern const struct fact_words fact_words_##kind;
FACT_KINDS(FACT_WORDS)
#undef FACT_WORDS
extern const struct fact_words *const fact_word_rows[FACT_KIND_COUNT];
static inline const struct fact_words *words_of(const struct fact *fact) { return fact_word_rows[fact->kind]; }

/* ---- fact.c ---- */

void say_measure_name(struct say *say, const struct fact *fact);

void say_fact(struct say *say, uint32_t fact);                                /* its short name in quotes; it is explained at the end */
void say_fact_within(struct say *say, uint32_t fact);                         /* the same within another name: without quotes */
void say_fact_unit(struct say *say, const struct fact *fact, int64_t number); /* behind a number: "次", "个"; English has none */
void say_note(struct say *say, uint32_t fact);                                /* what the short name stands for */
void say_window(struct say *say, const struct window *window);
void say_count_word(struct say *say, enum unit unit); /* behind a number: "个月" / "months" */
/* Numbers those whose short names are alike; `hashes` has room for all facts. */
void number_facts(struct say *say, uint64_t *hashes);
void say_dimensions(struct say *say, const struct dimension *dimensions, uint32_t count, bool each);
/* Of those that are calendar units: "per calendar quarter", "每自然季度". */
void say_each_unit(struct say *say, const struct dimension *dimensions, uint32_t count);
/* The others into `others`, which has room for `count`; returns how many. */
uint32_t without_units(const struct dimension *dimensions, uint32_t count, struct dimension *others);

/* ---- give.c, and the table of forms of worth ---- */

struct worth_words {
  void (*say)(struct say *say, const struct item *item); /* what the item is, and how much: "立减金50.00元" */
};
#define WORTH_WORDS(NAME, form) extern const struct worth_words worth_words_##form;
WORTH_FORMS(WORTH_WORDS)
#undef WORTH_WORDS
extern const struct worth_words *const worth_word_rows[VALUE_FORM_COUNT];
void say_form(struct say *say, const struct item *item);                   /* "立减金" */
void say_brackets(struct say *say, const struct item *item, bool worth);   /* behind it: its product; `worth`: its fixed value too */
void say_in_unit(struct say *say, const struct item *item, int64_t value); /* points or money */

/* ---- the rest ---- */

void say_rule(struct say *say, uint32_t rule);      /* section "content" */
void say_risk_review(struct say *say);              /* the bank's, of every gift */
void say_give(struct say *say, uint32_t rule);      /* the list of what it gives */
void say_item_name(struct say *say, uint32_t item); /* "立减金50.00元" */
void say_supply(struct say *say, uint32_t rule);    /* how many there are, a line an item */
void say_rule_limits(struct say *say, uint32_t rule);
void say_undo(struct say *say); /* section "refunds" */
bool rule_has_ladder(const struct rulebook *rulebook, const struct rule *rule);
bool rule_is_draw(const struct rulebook *rulebook, uint32_t rule);
uint32_t chance_spender(const struct rulebook *rulebook, uint32_t chance); /* the rule that spends it */
/* Brackets around what may have some itself. */
void put_open(struct say *say);
void put_close(struct say *say);
/* "1. " and the like in front of a line. */
void put_line(struct say *say, uint32_t number);
/* The letter at `start` becomes a capital: what stands there begins a sentence. */
void put_capital(struct say *say, size_t start);
void put_ordinal(struct say *say, uint32_t number); /* of a rule: "2" / "二" */

#endif
