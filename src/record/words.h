/* The campaign's own words, in English and Chinese: operators, periods, identities, reward forms, schedules. Everything `explain` says
 * is put together from these, so a text exists in both languages or in none. */
#ifndef GIFTD_RECORD_WORDS_H
#define GIFTD_RECORD_WORDS_H

#include "giftd/record.h"

/* How numbers of a campaign are printed. */
struct money_style {
  int32_t decimals;
  struct zone zone;
};
struct money_style money_style_of(const struct rulebook *rulebook, uint32_t campaign);

/* Name of an event field as people say it: "amount" / "金额"; as written in campaigns where there is no Chinese word. */
struct str words_field(struct str campaign_name, enum language language);
/* "instant_discount" / "立减金"; open list: unknown forms as written. */
struct str words_reward(struct str reward, enum language language);
/* "day" / "每日" */
struct str words_unit(enum unit unit, enum language language);
/* The same where a cycle may stand: "month by profile.statement_day" / "每月(按 profile.statement_day)". */
void words_period(struct buffer *out, const struct rulebook *rulebook, enum unit unit, uint32_t cycle, enum language language);
static inline struct str words_cycle(const struct rulebook *rulebook, uint32_t cycle) {
  return rulebook->conditions[rulebook->own_cycles[cycle - 1].left].left_text;
}
/* "customer", "device" / "客户" */
struct str words_dimension(const struct dimension *dimension, enum language language);
/* "gte" is ">=" / "≥". The symbol or word that stands between left side and operand. */
struct str words_operator(enum condition_op op, enum language language);
/* "P3M" is "3 months" / "3 个月" */
void words_duration(struct buffer *out, struct duration duration, enum language language);
/* "fri 10:00-22:00" / "周五 10:00-22:00" */
void words_schedule(struct buffer *out, const struct schedule *schedule, struct zone zone, enum language language);
/* "1 per customer, day" / "每客户每日 1 次" */
void words_limit(struct buffer *out, const struct rulebook *rulebook, const struct limit *limit, enum language language);
/* "customer, device" / "客户、设备" */
void words_dimensions(struct buffer *out, const struct dimension *dimensions, uint32_t count, enum language language);

/* One value of an event: "80.00", "qr", "a, b", "absent". NULL is absent. */
void words_value(struct buffer *out, const struct value *value, enum field_kind kind, struct money_style style, enum language language);
/* A condition subtree in words. */
void words_condition(struct buffer *out, const struct rulebook *rulebook, uint32_t node, struct money_style style, enum language language);
/* A leaf with what was found: "amount 80.00 >= 20.00". `actual` empty: as words_condition. */
void words_leaf(struct buffer *out, const struct rulebook *rulebook, const struct condition *leaf, struct str actual,
                struct money_style style, enum language language);
/* Operator and operand alone: ">= 20.00". */
void words_expected(struct buffer *out, const struct rulebook *rulebook, const struct condition *leaf, struct money_style style,
                    enum language language);
/* Whether it is a leaf whose actual value can be looked up in the event, and that value in words. */
bool words_actual(struct buffer *out, const struct rulebook *rulebook, const struct condition *leaf, const struct event *event,
                  struct money_style style, enum language language);

/* "LIMIT_REACHED limit reached. What it means. What to do." */
void words_reason(struct buffer *out, enum reason reason, enum language language);

/* The rate by which a campaign reads the event's money, or NULL: it is in its own currency, or in one that it has none for. */
bool words_rate(const struct rulebook *rulebook, const struct event *event, const struct campaign *campaign, struct fx_rate *out);

/* Whether nobody of the campaign heard the event, since its rate was not there. `recorded` may be NULL. */
bool words_rate_unknown(const struct recorded_decision *recorded, const struct campaign *campaign);

#endif
