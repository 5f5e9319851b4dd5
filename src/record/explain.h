/* How one event is told: the walk (explain.c) meets campaigns and rules in order and hands each to a sink - text for people, JSON for
 * programs - so that both always say the same. */
#ifndef GIFTD_RECORD_EXPLAIN_H
#define GIFTD_RECORD_EXPLAIN_H

#include "steps.h"
#include "words.h"

enum verdict_kind {
  VERDICT_RECORDED,   /* quoted from the decision line */
  VERDICT_RECOMPUTED, /* refused by event, time and rulebook alone */
  VERDICT_GATED,      /* the event was stopped before any rule */
  VERDICT_ELSEWHERE,  /* judged for another customer, or for nobody (`as`) */
  VERDICT_UNDECIDED   /* it would be judged with the customer's state, but no decision was recorded */
};

struct verdict {
  enum verdict_kind kind;
  const struct rule *rule;
  const struct recorded_outcome *recorded; /* RECORDED */
  struct str code;                         /* reason code; empty: undecided */
  struct told told;                        /* reason REASON_COUNT: undecided, or a code of a newer giftd */
};

struct telling;
struct sink {
  void (*open)(struct telling *t);
  void (*facts)(struct telling *t, const struct campaign *campaign); /* before its rules, with those that wait for one */
  void (*rule)(struct telling *t, const struct campaign *campaign, const struct verdict *verdict);
  void (*campaign_end)(struct telling *t, const struct campaign *campaign);
  void (*foreign)(struct telling *t, const struct recorded_outcome *outcome);
  void (*end)(struct telling *t);
};
extern const struct sink explain_text, explain_json;

struct telling {
  struct buffer *out;
  const struct rulebook *rulebook;
  const struct event *event;                /* or NULL: its line is not at hand */
  const struct recorded_decision *recorded; /* or NULL: it was never decided */
  const struct explain_style *style;
  const struct sink *sink;
  enum reason gate;
  bool same_rulebook;
  uint32_t hear_first, hear_behind; /* listeners of the event's type that belong to facts, in order of fact */
  uint32_t facts_told;              /* in this campaign: what it did to facts, and sign-ups */
  uint32_t waiting_told;            /* in this campaign: rules that wait for a fact, as text; also among the facts */
  uint32_t rules_told;              /* in this campaign */
  uint32_t campaigns_told;          /* so far */
  uint32_t foreign_told;
  uint32_t silent; /* campaigns that had nothing to say */
};

/* A decision for a customer who heard the event as another: about what was forwarded, and nothing else. */
static inline bool telling_heard(const struct telling *t) { return t->recorded != NULL && t->recorded->caused_by.length > 0; }

/* Nothing was judged of a gift that was issued anew, nor of what goes out for a debt that was none. */
static inline bool verdict_is_anew(const struct verdict *verdict) {
  if (verdict->recorded == NULL || verdict->recorded->gift_count == 0) return false;
  const struct str kind = verdict->recorded->gifts[0].kind;
  return str_equal(kind, STR("reissued")) || str_equal(kind, STR("repaid"));
}

/* The rate by which a campaign read the event's money; false also where it was not there when that was decided. */
static inline bool telling_rate(const struct telling *t, const struct campaign *campaign, struct fx_rate *out) {
  return t->event != NULL && !words_rate_unknown(t->recorded, campaign) && words_rate(t->rulebook, t->event, campaign, out);
}
/* What the event says that the catalogue does not know; nothing when there is nothing. */
void unknown_text(const struct telling *t);
void unknown_json(const struct telling *t);
/* "limit reached: 1 of 1 per customer, day 2026-12-05", or what was given. */
void verdict_words(struct buffer *out, const struct telling *t, const struct verdict *verdict);

#endif
