/* What one event's decision works on: borrowed inputs, the answers so far, and the small memos that keep it linear. Private to the decide
 * room.
 *
 *   decide.c    order of the day: gate, profile, reversal, facts, rules, memory
 *   facts.c     measures, first, last         track.c   tracks        table.c  tables and `per` keys
 *   condition.c tests with state              rule.c    judgement of one rule
 *   give.c      choosers and items            limit.c   caps          pool.c   stock and budgets       chance.c lots
 *   undo.c      reversals                     ids.c     reward ids and draws                          owners.c who may be touched
 *   heard.c     who else hears the event, and what a hearer hears
 */
#ifndef GIFTD_DECIDE_WORK_H
#define GIFTD_DECIDE_WORK_H

#include "state.h"

#define FIRED_MAX 256u

/* A fact that completed or entered another band: wakes the rules that hear it. */
struct fired {
  uint32_t fact;
  bool downward;  /* a measure fell: only top-ups care */
  uint64_t key;   /* track: its key; measure: the digest of the event */
  int32_t period; /* measure: period of the value that changed */
  bool track;
};

/* What woke a rule: the event (fired and base NULL), a fact, or a gift. */
struct wake {
  const struct fired *fired;
  const struct gift *base;
  uint32_t outcome; /* of the base gift, or NONE */
};

struct failure {
  uint32_t condition;
  enum reason reason;
  int64_t expected, actual;
  bool numbers, times, money;
  struct str text;
};

struct work {
  const struct decide_input *in;
  const struct rulebook *book;
  const struct event *event;
  struct state **states;
  struct state *customer;
  struct arena *arena;
  struct decision *out;
  uint64_t customer_hash;
  bool full;           /* a record had no room: the whole decision is void */
  bool crowded;        /* more outcomes, gifts or completed facts than one event may have: likewise */
  bool kept_something; /* event fed a measure or gave: an ORIGINAL is worth remembering */
  uint32_t fired_count, pending_count;
  /* memo of the last campaign whose audience was asked for */
  uint32_t audience_campaign;
  enum reason audience_reason; /* REASON_COUNT: none yet */
  struct failure audience_failure;
  /* the lot a claim rule is about to spend (LEFT_CHANCE), and the gift an add-on rests on */
  const struct cell *lot; /* NULL or &lot_copy: the record's cells may move */
  struct cell lot_copy;
  const struct gift *base;
  /* a recheck after a reversal: fields other than the amount count as they did then */
  bool rechecking;
  int64_t recheck_amount;
  uint64_t recheck_cause; /* digest of the event whose gift is rechecked */
  /* large and counted above: not cleared for each event (work_init) */
  struct fired fired[FIRED_MAX];
  int64_t taken[LIMIT_OWNERS];     /* of each pool's block so far, where pools are lent; cleared for the owners there are */
  uint32_t pending[LIMIT_MATCHES]; /* listeners of first, last and resets, applied after the rules */
};

void work_init(struct work *w, const struct decide_input *input, struct state *customer);
static inline const struct campaign *work_campaign(const struct work *w, uint32_t campaign) { return &w->book->campaigns[campaign]; }
/* A fact completed or entered another band: rules that hear it are judged. */
void work_fire(struct work *w, const struct fired *fired);
/* Marks a record as changed. */
static inline struct state *work_touch(struct state *state) {
  state->changed = true;
  return state;
}
/* state_make on the customer's record; NULL sets w->full. */
struct cell *work_make(struct work *w, struct state *state, enum cell_kind kind, uint64_t decl, uint64_t key, int32_t period);
struct cell *work_add(struct work *w, struct state *state, enum cell_kind kind, uint64_t decl, uint64_t key, int32_t period);
/* The record of an owner that decide_owners named; asking for another is a bug. */
struct state *work_state(const struct work *w, const struct owner *owner);

/* table.c */
bool value_of_dimension(struct work *w, const struct dimension *dimension, uint32_t campaign, struct value *out);
uint64_t hash_of_value(uint64_t seed, const struct value *value);
/* Key of a `per` without the customer; false when the event lacks one of the values. No dimension: 0. */
bool key_of_dimensions(struct work *w, const struct dimension *dimensions, uint32_t count, uint32_t campaign, uint64_t *key);
struct str table_cell(struct work *w, const struct fact *fact);

/* condition.c */
/* The value of a left side now; kind VALUE_ABSENT when there is none. */
struct value left_value(struct work *w, const struct condition *leaf, uint32_t campaign);
/* Whether a tree holds. `all_nodes`: stateless parts too (rules that no listener filtered). Fills failure when it does not. */
bool condition_holds(struct work *w, uint32_t node, uint32_t campaign, bool all_nodes, struct failure *failure);

/* kept.c */
/* The cell of a left side that stands in the customer's record (profile, kept by a fact or a chance), or of an item of its list; NULL when
 * there is none, or the left side is of another kind. */
const struct cell *kept_find(struct work *w, const struct condition *leaf, int32_t item);
/* Its value, of a long text the beginning; a list tells only that it is one: kept_holds asks its items. */
struct value kept_value(struct work *w, const struct condition *leaf);
bool kept_holds(struct work *w, const struct condition *leaf, int32_t offset_minutes);
/* Whether the text of a left side is in a list. */
bool left_listed(struct work *w, const struct condition *leaf, struct str text, const struct list *list);

/* Whether the event's money is of another currency than the campaign's; whether a condition looks at the event's money. */
bool amount_is_foreign(const struct work *w, uint32_t campaign);
bool condition_uses_amount(const struct rulebook *book, uint32_t node);

/* facts.c */
/* Whether a fact does not hear an event after all: its conditions are about money, and the money is of another currency. */
bool listener_is_foreign(const struct work *w, const struct listener *listener);
void facts_hear(struct work *w);          /* measures now, first and last noted */
void facts_apply_pending(struct work *w); /* first, last and resets, after the rules */
int64_t sum_of(int64_t a, int64_t b);     /* at most as far as numbers go */
bool fact_open_to(struct work *w, const struct fact *fact);
bool fact_heard(const struct work *w, uint32_t fact);
int64_t measure_value(struct work *w, const struct fact *fact, uint64_t key, int32_t period, bool *absent);
int32_t measure_period(const struct work *w, const struct fact *fact, int64_t time_ms);
void measure_fired(struct work *w, uint32_t fact, uint64_t key, int32_t period, int64_t before, int64_t after);
const struct cell *first_cell(struct work *w, const struct fact *fact, uint64_t key);
void keep_values(struct work *w, uint64_t decl, uint64_t key, uint16_t field, const struct value *value, int64_t until_ms);
const struct cell *kept_cell(struct work *w, uint64_t decl, uint64_t key, uint16_t field, int32_t item);

/* track.c */
void tracks_hear(struct work *w);
const struct cell *track_completed(struct work *w, const struct fact *fact);

/* rule.c */
void rule_judge(struct work *w, uint32_t rule, const struct wake *wake);
/* Audience and enrolment. */
bool audience_allows(struct work *w, uint32_t campaign, struct failure *failure);
/* An audience may ask facts. It is remembered within one pass over what hears the event, where a campaign's listeners stand together: so
 * that the answer does not depend on which other campaigns hear the event. */
static inline void audience_ask_anew(struct work *w) { w->audience_reason = REASON_COUNT; }
bool campaign_accepts_late(const struct work *w, const struct campaign *campaign);
struct outcome *outcome_new(struct work *w, uint32_t rule, enum reason reason);

/* heard.c */
/* Who hears through a trigger with `as`: false - nobody else; *self: the customer after all. */
bool hearer_find(struct work *w, const struct trigger *trigger, struct str *hearer, bool *self);
bool trigger_may_be_own(const struct rulebook *book, const struct trigger *trigger); /* whether the customer himself may hear through it */
/* The event goes on to a hearer: through a rule (fired: the track that completed, or NULL). */
void forward_add(struct work *w, struct str hearer, uint32_t rule, const struct fired *fired);
/* A reversal goes where its original went. */
void reversal_forward(struct work *w, uint64_t original);
void forwards_remember(struct work *w);
uint32_t rule_number(const struct rulebook *book, uint64_t decl); /* or NONE */

/* ids.c */
struct reward_key {
  char text[3 * LIMIT_ID_BYTES + 64]; /* source, id and who caused it */
  size_t length;
};
void key_print(struct reward_key *key, const char *format, ...) __attribute__((format(__printf__, 2, 3)));
struct digest128 reward_digest(const struct work *w, const struct rule *rule, const struct item *item, const struct reward_key *key);
uint32_t draw_number(const struct hash_key *key, struct digest128 id, uint32_t attempt, uint32_t total);

/* Under which name a record remembers an event: ids of events are sure to be unique for the customer who caused them alone. */
static inline uint64_t memory_digest(const struct work *w, uint64_t digest) {
  const struct str cause = w->event->cause;
  return cause.length == 0 ? digest : hash64_pair(&HASH_KEY_FIXED, digest, hash64(&HASH_KEY_FIXED, cause));
}

/* limit.c */
#define CLAIMS_MAX 64u
/* What one gift took from a limit or pool: remembered with the grant where an undo gives it back. */
enum claim_on { ON_RESOURCE, ON_POOL, ON_CUSTOMER }; /* whose record was counted in: kept with the grant (state.h, TAKEN) */
struct claim {
  enum claim_on on;
  uint64_t decl, owner_key;
  int32_t period;
  int64_t amount;
};
struct claims {
  uint32_t count;
  struct claim claims[CLAIMS_MAX];
};
static inline void claim_add(struct claims *claims, enum claim_on on, uint64_t decl, uint64_t owner_key, int32_t period, int64_t amount) {
  if (claims->count < CLAIMS_MAX && amount != 0) claims->claims[claims->count++] = (struct claim){on, decl, owner_key, period, amount};
}
/* Room for one firing of a rule: false fills the outcome. */
bool limits_have_room(struct work *w, const struct rule *rule, struct outcome *outcome);
/* How much of `value` the amount limits leave (points or money by `points`); false: none or below `least`. */
bool limits_cut(struct work *w, const struct rule *rule, bool points, int64_t *value, uint32_t *cut_by, struct outcome *outcome);
void limits_take_count(struct work *w, const struct rule *rule, struct claims *claims);
void limits_take_amount(struct work *w, const struct rule *rule, bool points, int64_t value, struct claims *claims);
/* owners.c: the key of a resource or pool, as decide.h lays it out. */
struct owner owner_named(enum owner_kind kind, uint64_t decl, uint64_t key);
struct owner limit_owner(const struct limit *limit, uint64_t key);

/* pool.c */
struct pool_need {
  int64_t units, money;
};
/* Whether all pools of an item (or what pays for them) have it; fills which pay. False fills pool, period and reason of the outcome. */
bool pools_have(struct work *w, const struct item *item, struct pool_need need, struct outcome *outcome, uint32_t *paying,
                uint32_t *paying_count);
void pools_take(struct work *w, const uint32_t *paying, uint32_t count, struct pool_need need, struct claims *claims);
void pool_give_back(struct work *w, uint32_t pool, struct state *state, int32_t period, int64_t amount);
struct owner pool_owner_of(const struct pool *pool, struct str share);
#define PAYING_MAX 16u

/* chance.c */
const struct cell *lot_choose(struct work *w, const struct rule *rule, struct outcome *outcome);
void lot_spend(struct work *w);
/* Of a value by bands below the lowest one: how much there was, and where that band begins. */
void worth_below(struct work *w, const struct worth *worth, struct outcome *outcome);
/* Gives the chances of an item; false fills the outcome. */
bool lot_give(struct work *w, const struct rule *rule, const struct item *item, const struct wake *wake, struct gift *gift,
              struct outcome *outcome);
/* A measure fell: what a top-up gave is lowered, never below what was spent. */
void lots_lower(struct work *w, const struct fired *fired);
void lot_take_back(struct work *w, const struct item *item, uint64_t lot_key, int64_t count);
int64_t moment_or(const struct moment *moment, int64_t from_ms, int32_t offset_minutes, int64_t otherwise);

/* give.c */
/* What the chosen items come to; false fills the outcome. */
bool give_items(struct work *w, const struct rule *rule, const struct reward_key *key, const struct wake *wake, struct outcome *outcome);
int64_t item_value(struct work *w, const struct item *item, uint32_t campaign);
int64_t item_count(struct work *w, const struct item *item, uint32_t campaign);
uint16_t item_mark(const struct item *item);
uint64_t id_low(const struct gift *gift);

/* undo.c */
void undo_apply(struct work *w);
/* Whether the customer's record still has what this reversal is about. */
bool undo_known(const struct work *w);
/* recheck.c */
/* What a gift is still worth with what is left after a reversal, at most `now`; 0: nothing. */
int64_t recheck_value(struct work *w, const struct rule *rule, const struct cell *grant, int64_t amount_left, int64_t now);
bool rule_rests_on(const struct work *w, const struct rule *rule, uint64_t fact_decl);
const struct item *grant_item(const struct work *w, const struct rule *rule, const struct cell *grant);

#endif
