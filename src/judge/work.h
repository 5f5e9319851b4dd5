/* What one event's judgement works on: borrowed inputs, the answers so far, and the small memos that keep it linear. Private to the room.
 *
 * Files call downwards only; what has to come back up goes through the table of fact kinds (`work.kinds`), which is put in at the top.
 *
 *   judge.c      order of the day: gate, profile, reversal, facts, rules, memory
 *   reversal.c   the reversal at hand                      awaited.c  reversals that came before their event
 *   undo.c       what rests on an event that is undone
 *   takeback.c   one gift goes back                        recheck.c  what is still due of it             policy
 *   descend.c    what is too much of a ladder goes back
 *   rule.c       judgement of one rule                     wake.c     which rules, through what; of a group which one
 *   close.c      periods that close      look.c     whom they forgot           cycle.c    months and years of the customer's own
 *   rank.c       who is first of all customers
 *   give.c       choosers and items      grant.c   what is remembered of a gift
 *   ladder.c     values that go on within a period        pending.c  gifts that are issued later, issue.c when, choice.c chosen,
 *                                                         review.c looked at
 *   chance.c     lots                    limit.c   caps                pool.c     stock and budgets       ids.c  reward ids
 *   draw.c       draws                   missed.c  back-filled for whom it was too late    hand.c  gifts that were handed out by hand
 *   hear.c       what facts hear         audience.c  who takes part
 *   as_of.c      tags of a day
 *   kinds.c      the table of fact kinds -> first.c last.c measure.c (daily.c: of balances) track.c tables.c difference.c picks.c
 *                level.c; worth.c has the forms of worth, and their table
 *   condition.c  tests with state        value.c   left sides          key.c      dimensions              kept.c values in records
 *   figure.c     how far a measure of who caused the event is: told.c
 *   hearer.c     who else hears          terms.c   terms of old        work.c     the work itself
 */
#ifndef GIFTD_JUDGE_WORK_H
#define GIFTD_JUDGE_WORK_H

#include <assert.h>

#include "giftd/base/mutant.h"
#include "giftd/campaign/held.h"
#include "giftd/judge.h"

/* A fact that completed or entered another band: wakes the rules that hear it. */
struct fired {
  uint32_t fact;
  bool track;
  bool elsewhere; /* a track or measure of the customer who caused the event, heard as another */
  uint64_t key;   /* track: its key; measure: the digest of the event */
  int32_t period; /* measure: period of the value that changed; level: that closed */
  bool level;     /* `key` is the number of the level that completed; else, by `reason`, none did */
  enum reason reason;
  int64_t expected, actual; /* of a level that did not complete */
  uint64_t per;             /* measure: its key, and what it came to */
  int64_t figure;
};

/* What woke a rule: the event (fired and base NULL), a fact, or a gift. */
struct wake {
  const struct fired *fired;
  const struct gift *base;
  uint32_t outcome;  /* of the base gift, or NONE */
  uint32_t excluded; /* the rule of its group that gave for this event, MISSED_GONE, or NONE */
};

struct failure {
  uint32_t condition;
  enum reason reason;
  int64_t expected, actual;
  bool numbers, times, money;
  struct str text;
};

/* A gift of this customer, by the event that earned it and its id. */
struct grant_name {
  uint64_t event, id_low;
};

struct candidate {
  uint32_t rule;
  uint32_t fired; /* number in work.fired, or NONE: the event itself */
  bool judged;    /* with its group */
  int64_t worth;  /* GROUP_BEST: what it would give */
};

/* What a reversal works on. */
struct undoing {
  uint64_t original;      /* digest of the event, as records have it */
  int64_t amount, before; /* this reversal; what was left of the original before it */
  bool whole;
  bool awaited;  /* it came before the event: nothing was out yet, so nothing is owed */
  bool again;    /* and before it was heard again: what was heard and given before came down then */
  bool failed;   /* it was never fulfilled: by the rule's forfeit, and not owed either */
  bool refused;  /* it was never issued: `still` did not hold */
  bool rejected; /* it was never issued: its review was not passed */
};

struct work;

/* A kind of fact: one row, one file. What a row does not have, nobody asks of that kind (campaign refuses it). */
struct fact_kind_row {
  enum fact_kind kind;
  /* The event is heard now; `part`: of a track the task, or NONE: its opening. */
  void (*hear)(struct work *w, uint32_t fact, uint32_t part);
  /* Facts that are read before the event is applied hear behind the rules; `reset`: what makes the fact begin anew. */
  void (*hear_later)(struct work *w, uint32_t fact, bool reset);
  /* Its value for this event. */
  struct value (*ask)(struct work *w, const struct fact *fact);
  /* `fact.N.at` and `.elapsed`; NULL: as `ask`. */
  struct value (*ask_more)(struct work *w, const struct fact *fact, enum left_kind left);
  /* Operators of its own: this_event, dormant_for, completed. Fills what is worth telling when it fails. */
  bool (*holds)(struct work *w, const struct condition *leaf, struct failure *failure);
  /* Whether a value is among those that it remembers for the time of the event (in_fact). */
  bool (*has)(struct work *w, const struct fact *fact, const struct value *value);
  /* A reversal of an event that it heard; `fed` is what was remembered of that. */
  void (*undo)(struct work *w, const struct undoing *u, uint32_t fact, const struct cell *fed);
  /* Of one with a field that is kept, and of `per` by its time: when it was reached, for that key; 0: never. */
  int64_t (*reached)(const struct work *w, const struct fact *fact, uint64_t key);
  /* Whether what it remembers is needed until its campaign is over; NULL: never (outlive.c). */
  bool (*outlives)(const struct fact *fact);
  /* Whether the reversal at hand may have changed its value; NULL: none can. */
  bool (*can_change)(const struct work *w, const struct fact *fact);
  uint64_t cells;      /* CELL_BIT of what it remembers under its name */
  bool knows_again;    /* an event that it hears once more changes nothing */
  enum reason refusal; /* of its operators and comparisons */
};

/* What decides what money counts as: its currency, "" where an event said none, and when it was paid. */
struct payment {
  struct str currency;
  int64_t time_ms;
};

struct work {
  const struct judge_input *in;
  const struct rulebook *book;              /* the running one; while a gift is undone that of its terms */
  const struct fact_kind_row *const *kinds; /* by enum fact_kind */
  const struct event *event;
  struct state *customer;
  struct arena *arena;
  struct decision *out;
  bool full;             /* a record has no room, ever: the whole decision is void */
  bool crowded;          /* more gifts to take back than one event may: likewise */
  bool takes_back;       /* may use what is kept free for it (LIMIT_STATE_SPARE) */
  bool counted;          /* the fact that hears is a measure, and counted it */
  int64_t counted_at_ms; /* as of that instant: the event's own, or of the day that it speaks of */
  bool kept_something;   /* the event fed a measure or gave: an ORIGINAL is worth remembering */
  bool again;            /* the event came before, too late for some: they alone hear it */
  bool missed_some;      /* it is too late for some, who may hear it later */
  uint32_t queued;       /* gifts of this event that wait for a pool */
  bool hand;             /* the item at hand was handed out by hand ... */
  bool hand_refused;     /* ... though the rule would have given nothing: its other items are not given */
  bool hand_noted;       /* ... though this would have refused it */
  struct outcome hand_why;
  bool is_reversal; /* and took something back: what takes this one back is told apart */
  struct str dead;  /* the event belongs to the dead letters: code; `fault` has the text */
  struct fault *fault;
  uint32_t match_count, fired_count, pending_count, candidate_count;
  const uint32_t *matches; /* listeners that hear: those of the input, or of them those that this customer's facts and rules are */
  /* memo of the last campaign whose audience was asked for */
  uint32_t audience_campaign;
  enum reason audience_reason; /* REASON_COUNT: none yet */
  struct failure audience_failure;
  /* the lot a claim rule is about to spend (LEFT_CHANCE), and the gift an add-on rests on */
  const struct cell *lot;
  const struct gift *base;
  const struct level *level; /* that completed, and woke the rule at hand */
  uint32_t figure_of;        /* the measure whose figure is that of who caused the event, for the rule at hand; or NONE */
  int64_t figure;
  /* a recheck after a reversal: fields other than the amount count as they did then */
  bool rechecking;
  struct stand stand; /* where what is asked stands */
  int64_t recheck_amount;
  struct payment recheck_paid; /* of the event that earned it */
  uint64_t recheck_cause;      /* digest of the event whose gift is rechecked */
  uint64_t recheck_gift;       /* low id of it */
  const struct rule *recheck_rule;
  bool as_given;      /* amounts and what was accumulated count as they did, too */
  uint32_t place;     /* of the customer in the rank of the rule at hand, or 0 */
  int64_t share;      /* of the customer in the pot of the rule at hand, or 0 */
  int64_t closed_ms;  /* of a close: the first instant behind the period; else TIME_NONE */
  uint64_t first_of;  /* decl of the pool whose line the gift at hand is the first of, or 0 */
  int64_t pending_ms; /* when the last gift of this event is issued; TIME_NONE: all are now */
  struct cell spare;  /* what is written when there is no room: the decision is void then */
  /* large, counted above, not cleared for each event */
  uint32_t *parted;             /* [LIMIT_MATCHES] where `matches` are others than those of the input */
  struct fired *fired;          /* [LIMIT_MATCHES] */
  uint32_t *pending;            /* [LIMIT_MATCHES] listeners that hear behind the rules, in order of fact */
  struct candidate *candidates; /* [LIMIT_OUTCOMES] */
  struct grant_name *grants;    /* [LIMIT_STATE_CELLS] of a reversal */
  const struct cell **fed;      /* [LIMIT_STATE_CELLS] what its original did to facts */
};

/* ---- work.c ---- */
void work_init(struct work *w, const struct judge_input *input);
void decision_clear(struct decision *decision); /* nothing was decided yet */
static inline const struct campaign *work_campaign(const struct work *w, uint32_t campaign) { return &w->book->campaigns[campaign]; }
static inline struct zone work_zone(const struct work *w, uint32_t campaign) { return w->book->campaigns[campaign].zone; }
/* The instant whose periods count: the event's own, or the last of the period that closed. */
static inline int64_t counted_ms(const struct work *w) { return w->closed_ms == TIME_NONE ? w->event->time_ms : w->closed_ms - 1; }
/* A fact completed or entered another band: rules that hear it are judged. */
void work_fire(struct work *w, const struct fired *fired);
/* state_make and state_add; without room the spare cell, and the decision is void. */
struct cell *work_make(struct work *w, struct state *state, enum cell_kind kind, uint64_t decl, uint64_t key, int32_t period);
struct cell *work_add(struct work *w, struct state *state, enum cell_kind kind, uint64_t decl, uint64_t key, int32_t period);
/* The event at hand spent of this block (lend_cause_put). */
void work_put_cause(struct work *w, struct state *pool, uint64_t decl, int32_t period);
void work_put_text(struct work *w, enum cell_kind kind, uint64_t decl, uint64_t key, struct str text, int32_t expires_day);
void work_put_profile(struct work *w, uint16_t field, uint64_t decl, const struct value *value); /* or tags */
/* What stood at the end of a day: these tags, of the event's time; NULL: those of now. */
void work_put_frozen(struct work *w, uint64_t day, const struct value *tags, int32_t expires_day);
/* The state of a pool or resource; NULL: not at hand, then it is wanted (or, of another shard, claimed) and the decision void. */
struct state *work_state(struct work *w, const struct owner *owner);
/* The same, when it has been asked for before. */
struct state *work_state_known(const struct work *w, const struct owner *owner);
struct outcome *outcome_new(struct work *w, uint32_t rule, enum reason reason);
void failure_into(const struct failure *failure, struct outcome *outcome);
void due_tell(struct work *w, int64_t due_ms);  /* to the caller: come back then */
void queue_poke(struct work *w, uint64_t pool); /* likewise: look who is first in its line */
void effect_add(struct work *w, uint32_t fact, enum effect_kind kind, int32_t period, int64_t before, int64_t after);
bool event_reversible(const struct work *w);
/* When nothing of a campaign is needed any more: what is late has come, and what it gave cannot be undone. */
static inline int64_t campaign_over(const struct campaign *campaign, const struct judge_settings *settings) {
  return campaign->closing_ms + settings->memory_ms + settings->horizon_ms;
}
/* What a reversal needs is kept until nothing that was in time can come any more. */
int32_t undo_expiry(const struct work *w);
/* A claim or an enrolment may name the campaign it means, and the rule; absent, it addresses all that listen. */
bool event_addresses(const struct work *w, uint32_t campaign);
bool event_names(const struct work *w, const struct rule *rule);
int64_t sum_of(int64_t a, int64_t b); /* at most as far as numbers go */
static inline uint64_t memory_digest(const struct work *w, uint64_t digest) { return cause_digest(w->event, digest); }
static inline uint64_t own_digest(const struct work *w) { return memory_digest(w, w->event->digest); }
/* Of what the reversal at hand takes back. */
static inline uint64_t original_digest(const struct work *w) {
  const struct value *id = event_field(w->event, FIELD_ID_ORIGINAL_ID), *source = event_field(w->event, FIELD_ID_ORIGINAL_SOURCE);
  assert(id != NULL); /* the reader refuses one without */
  return memory_digest(w, event_digest(source == NULL ? w->event->source : source->text, id->text));
}

/* ---- key.c ---- */
uint64_t hash_of_value(uint64_t seed, const struct value *value);
/* Key of a `per` without the customer; false when the event lacks one of the values. No dimension: 0. */
bool key_of_dimensions(struct work *w, const struct dimension *dimensions, uint32_t count, uint32_t campaign, uint64_t *key);
static inline bool key_of_fact(struct work *w, const struct fact *fact, uint64_t *key) {
  return key_of_dimensions(w, fact->dimensions, fact->dimension_count, fact->campaign, key);
}

/* ---- value.c ---- */
static inline struct value value_absent(void) { return (struct value){.kind = VALUE_ABSENT}; }
static inline struct value value_number(int64_t n) { return (struct value){.kind = VALUE_INT, .number = n}; }
/* The value of a left side now; kind VALUE_ABSENT when there is none. */
struct value left_value(struct work *w, const struct condition *leaf);
/* Whether the event's money is of another currency than the campaign's; whether a condition looks at the event's money. */
bool amount_is_foreign(const struct work *w, uint32_t campaign);
/* Of an event that is remembered: "" where it said none. */
static inline struct str original_currency(const struct cell *original) {
  if (original == NULL) return STR("");
  return (struct str){original->original.currency, strnlen(original->original.currency, sizeof original->original.currency)};
}
/* Of an event that is remembered: it counts as what it did when it was paid. */
struct payment paid_then(const struct cell *original);
/* From here until `rechecking` is false again the event at hand is the one that earned the gift, as far as it is asked. */
static inline void recheck_begin(struct work *w, const struct rule *rule, const struct cell *grant, const struct cell *original,
                                 int64_t amount) {
  assert(!w->rechecking && !w->as_given);
  w->rechecking = true, w->recheck_cause = grant->key, w->recheck_gift = grant->grant.id_low, w->recheck_rule = rule;
  w->recheck_amount = amount, w->recheck_paid = paid_then(original);
}
bool condition_is_foreign(const struct work *w, uint32_t node);
/* Money of a currency ("" is the own one) in that of a campaign; false: it has no rate for it. */
bool money_in(const struct work *w, uint32_t campaign, struct payment paid, int64_t minor, int64_t *out);
/* What the event at hand was paid in, and when: of a reversal when its payment was, of a snapshot on the day that it speaks of. Whether its
 * rate is there: a table may not reach its day yet; `which` says which is not. */
struct payment paid_now(const struct work *w, const struct campaign *campaign);
bool rate_is_known(const struct work *w, const struct campaign *campaign, struct str *which);
bool rate_is_awaited(const struct campaign *campaign, struct payment paid, int64_t *day); /* the same, of any payment */
/* Of a gift that is judged again: whether a left side can have changed, and is known as it is now (else it is as it was). */
bool left_can_change(const struct work *w, const struct condition *leaf);
bool fact_can_change(const struct work *w, const struct fact *fact);
/* What was remembered of an event that a measure heard. */
const struct cell *fed_find(const struct work *w, const struct fact *fact, uint64_t cause);

/* ---- kept.c ---- */
/* What the customer's record has of a left side (profile, kept by a fact or a chance), or of an item of its list; false when there is
 * nothing, or the left side is of another kind. */
bool kept_find(struct work *w, const struct condition *leaf, int32_t item, struct remembered *out);
/* Its value, of a long text the beginning; a list tells only that it is one: kept_holds asks its items. */
struct value kept_value(struct work *w, const struct condition *leaf);
bool kept_holds(struct work *w, const struct condition *leaf);
/* A list, and a test of a leaf, with whoever is in a list file now, also where the book at hand is that of earlier terms. */
const struct list *list_now(const struct work *w, uint32_t number);
bool leaf_matches(const struct work *w, const struct condition *leaf, const struct value *actual);
/* Whether the text of a left side is in a list. */
bool left_listed(struct work *w, const struct condition *leaf, struct str text, const struct list *list);
const struct cell *kept_cell(const struct work *w, uint64_t decl, uint64_t key, uint16_t field, int32_t item);
/* Whether the event has the values that were kept. */
bool kept_matches(struct work *w, uint64_t decl, uint64_t key, const uint16_t *fields, uint32_t count);
void keep_values(struct work *w, uint64_t decl, uint64_t key, uint16_t field, const struct value *value, int32_t expires_day);
/* What a first or last keeps of its event (never the customer's own id); and what it had kept under one key goes to another. */
void fact_keep(struct work *w, const struct fact *fact, uint64_t key, int32_t expires_day);
void kept_move(struct work *w, const struct fact *fact, uint64_t from, uint64_t to, int32_t expires_day);
void kept_drop(struct work *w, const struct fact *fact, uint64_t key);

/* ---- condition.c ---- */
/* Whether a tree holds. `all_nodes`: stateless parts too (rules that no listener filtered). Fills failure when it does not. */
bool condition_holds(struct work *w, uint32_t node, uint32_t campaign, bool all_nodes, struct failure *failure);

/* ---- as_of.c ---- */

/* In order of what is the case: one that is held makes up for others. */
enum held { HELD_NO, HELD_UNKNOWN, HELD_YES };
void as_of_mind(struct work *w, const struct value *tags); /* before they are set */
/* Whether the customer had it at the end of that day; without a day, whether he has it. */
enum held as_of_has(const struct work *w, const struct as_of *as_of, struct str tag);
int64_t as_of_over(const struct rulebook *book, const struct judge_settings *settings, uint64_t decl); /* TIME_NONE: nobody asks */

/* ---- audience.c ---- */
/* Whether the customer enrolled at the event's time or before. */
bool signed_up(const struct work *w, uint32_t campaign);
/* Audience and enrolment. */
bool audience_allows(struct work *w, uint32_t campaign, struct failure *failure);
bool customer_denied(const struct work *w);
/* An audience may ask facts. It is remembered within one pass over what hears the event, where a campaign's listeners stand together: so
 * that the answer does not depend on which other campaigns hear the event. */
static inline void audience_ask_anew(struct work *w) { w->audience_reason = REASON_COUNT; }
/* How late an event may be for a campaign: one that is back-filled later than others. */
int64_t lateness_of(const struct work *w, const struct campaign *campaign);
bool campaign_accepts_late(const struct work *w, const struct campaign *campaign);
/* A campaign's own measures and tracks are kept for its audience, from enrolment on, within its lateness. */
bool fact_open_to(struct work *w, const struct fact *fact);
/* Until when a campaign's own facts matter; facts of a programme are kept for ever (0). */
int32_t fact_expiry(const struct work *w, const struct fact *fact);

/* ---- missed.c ---- */
/* Whether an event of this id came too late for a campaign that may have it back-filled. */
bool missed_any(const struct work *w, uint64_t digest);
/* The event at hand is back-filled, came before, and is heard again by those it was too late for. */
bool missed_again(const struct work *w);
/* For whom it is too late now is remembered; heard again, the others do not hear it. Before anything hears. */
void missed_mind(struct work *w);
/* Whether it is too late for a campaign that may have it back-filled. */
bool missed_later(const struct work *w, const struct campaign *campaign);
/* Of a group that a rule of such a campaign is in: which rule gave for the event; and which had when it came before, or NONE. */
#define MISSED_GONE (NONE - 1) /* one that is not in the group any more, or whose file is gone */
void missed_group_mark(struct work *w, uint32_t group, uint32_t winner);
bool missed_group_later(const struct work *w, uint32_t group); /* whether a rule of it may hear the event later */
uint32_t missed_group(const struct work *w, uint32_t group);
/* Behind the rules: campaigns whose facts alone would have heard it, had its rate been there, have that told by a rule that asks them. */
void missed_tell(struct work *w);
/* The rule's gift was handed out, and its campaign hears the event later; and whether it was. */
void missed_hand_mark(struct work *w, const struct rule *rule);
bool missed_hand(const struct work *w, const struct rule *rule);

/* ---- hand.c ---- */
/* False: the event says that a gift was handed out that nobody could have given for it. */
bool by_hand_known(struct work *w);
/* Whether this rule's gift was handed out by hand; and which item, and in place of which. */
bool by_hand(const struct work *w, const struct rule *rule);
/* The rule that it names, of those that hear the event; NULL: none. */
const struct rule *by_hand_rule(const struct work *w);
bool by_hand_item(const struct work *w, const struct rule *rule, uint32_t *item, uint32_t *meant);
/* What would have refused it: told beside it. */
void by_hand_note(struct work *w, const struct outcome *why);
/* Whether it is worth what nobody knows before the rate is there. */
bool by_hand_waits(const struct work *w, const struct rule *rule, const struct item *item);
/* What it is worth is not known: the line is a dead letter, and nothing of it happened. */
void by_hand_worthless(struct work *w, bool waits);

/* ---- fact kinds: first.c last.c measure.c track.c tables.c difference.c picks.c level.c, and their table ---- */
#define FACT_KIND_ROW(NAME, name) extern const struct fact_kind_row fact_kind_##name;
FACT_KINDS(FACT_KIND_ROW)
#undef FACT_KIND_ROW
extern const struct fact_kind_row *const fact_kinds[FACT_KIND_COUNT];
/* For `outlives`. What is kept of a period goes with the period. */
static inline bool outlives_always(const struct fact *fact) {
  (void)fact;
  return true;
}
static inline bool outlives_in_window(const struct fact *fact) {
  const struct window *window = &fact->window;
  bool whole = window->kind == WINDOW_UNIT && window->unit >= UNIT_CAMPAIGN;
  return whole || window->kind == WINDOW_ENROLMENT || window->kind == WINDOW_SINCE;
}
/* A fact with more dimensions keeps LIMIT_FACT_KEYS of them: the one that was longest not used makes way (work.c). */
struct cell *keyed_cell(struct work *w, const struct fact *fact, enum cell_kind kind, uint64_t key, int32_t period);
/* measure.c */
int64_t measure_value(struct work *w, const struct fact *fact, uint64_t key, int32_t period, bool *absent);
int32_t measure_period(const struct work *w, const struct fact *fact, int64_t time_ms);
int32_t measure_now(const struct work *w, const struct fact *fact);
/* At a close: whether it counted anything that is in its window now, for whatever key. */
bool measure_counted(const struct work *w, const struct fact *fact);
/* The first instant, from `end_ms` on, at which a period that ends there has something of it in its window; TIME_NONE: none. */
int64_t measure_counts_next(const struct work *w, const struct fact *fact, int64_t end_ms);
/* The periods [from, to] a window is made of, seen from the event's own period. */
void measure_window(const struct fact *fact, int32_t period, int32_t *from, int32_t *to);
/* Until when what a period holds is needed. */
int32_t measure_expiry(const struct work *w, const struct fact *fact, int32_t period);
/* What an event did to a fact that its reversal undoes; counted false: it fed nothing, but a gift of it rests on the fact. */
void fed_remember(struct work *w, const struct fact *fact, uint64_t per, int32_t period, int64_t amount, bool counted);
/* What a gift of this event asked, for when it is judged again: the value of a measure that no refund lowers, or where a table was. */
void fed_note(struct work *w, const struct fact *fact, uint64_t per, int32_t period, int64_t value);
int64_t table_noted(struct work *w, const struct fact *fact);
/* daily.c: averages of balances, of which an event says what there was at the end of a day */
void daily_hear(struct work *w, uint32_t number, int64_t amount);
struct value daily_ask(struct work *w, const struct fact *fact);
int64_t daily_counts_next(const struct work *w, const struct fact *fact, int64_t end_ms);
/* level.c: at a close. What completes, or the one reason why nothing does: up to LIMIT_LEVELS, how many there are */
uint32_t level_fires(struct work *w, uint32_t fact, struct fired *out);
/* Of a first, unless it begins anew (work.c). */
const struct cell *first_cell(const struct work *w, const struct fact *fact, uint64_t key);
/* track.c */
const struct cell *track_completed(const struct work *w, const struct fact *fact);
/* The track of a fact that was completed last, which is what a rule that asks "completed" means; or NULL. */
const struct cell *track_last(const struct state *customer, uint64_t decl);

/* Heard as another no listener of this record filtered: what event and rulebook alone decide is asked here. */
static inline bool asks_all(const struct work *w) { return w->in->hearing != NULL; }

/* ---- hear.c ---- */
void facts_hear(struct work *w);       /* what is read after the event is applied */
void facts_hear_later(struct work *w); /* the rest, behind the rules */
bool listener_is_foreign(const struct work *w, const struct listener *listener);

/* ---- hearer.c ---- */
/* Who hears through a trigger with `as`: false - nobody else; *self: the customer after all. */
bool hearer_find(struct work *w, const struct trigger *trigger, struct str *hearer, bool *self);
/* The event goes on to a hearer: through a rule (fired: the track that completed, or NULL), or to a fact, as this listener hears it. */
void forward_to_rule(struct work *w, struct str hearer, uint32_t rule, const struct fired *fired);
void forward_to_fact(struct work *w, struct str hearer, const struct listener *listener);
void forward_add(struct work *w, struct str hearer, struct heard_way way);
/* A reversal goes where its original went. */
void reversal_forward(struct work *w, uint64_t original);
void forwards_remember(struct work *w);

/* ---- ids.c ---- */
struct reward_key {
  char text[3 * (LIMIT_SOURCE_BYTES + LIMIT_EVENT_ID_BYTES) + LIMIT_ID_BYTES + 64]; /* source and id, encoded, and who caused it */
  size_t length;
};
void key_print(struct reward_key *key, const char *format, ...) __attribute__((format(__printf__, 2, 3)));
struct digest128 reward_digest(const struct work *w, const struct rule *rule, const struct item *item, const struct reward_key *key);
struct digest128 reissue_digest(const struct work *w, struct digest128 first);
struct digest128 repaid_digest(const struct work *w, struct digest128 failed);
uint32_t draw_number(const struct hash_key *key, struct digest128 id, uint32_t attempt, uint32_t total);
uint64_t lot_number(const struct hash_key *key, uint64_t entrant, uint32_t ticket);

/* ---- draw.c ---- */
/* One draw of a rule: by its campaign's secret, and told (outcome.drawing), if it has committed to one, else by the reward id. */
struct draw {
  const struct rule *rule;
  const struct reward_key *key;
  struct digest128 id;     /* of the gift */
  struct digest256 secret; /* of the campaign, if it has committed to one */
  struct drawing *drawing; /* NULL: it has not */
};
void draw_begin(struct work *w, const struct rule *rule, const struct reward_key *key, struct outcome *outcome, struct draw *out);
uint32_t draw_next(const struct work *w, struct draw *draw, uint32_t attempt, uint32_t total);
/* What it fell on; `number`, `total` as in struct drawn. */
void draw_tell(struct draw *draw, uint32_t item, uint32_t number, uint32_t total);

/* ---- cycle.c ---- */
/* The period that an instant is in: of the calendar (number 0), or of a cycle of the customer's, who may have none: PERIOD_NONE. */
int32_t work_period(const struct work *w, enum unit unit, uint32_t number, struct zone zone, int64_t time_ms);
/* Where one begins; of a cycle that does not, where the one before it ends; TIME_NONE: there is neither. */
int64_t work_period_start(const struct work *w, enum unit unit, uint32_t number, struct zone zone, int32_t period);
/* [from, end) of a cycle; false: the customer has none of that number. */
bool work_cycle_span(const struct work *w, uint32_t number, int32_t period, int64_t *from_ms, int64_t *end_ms);
/* The day of the month that a field of the profile says, or 0; and: the event said another than `before`. */
int32_t cycle_day_said(const struct work *w, uint32_t field);
void cycles_mind(struct work *w, uint32_t field, int32_t before);

/* ---- limit.c ---- */
#define CLAIMS_MAX 128u
/* What one gift took from a limit or pool: remembered with the grant where an undo gives it back. */
struct claim {
  enum taken_on on;
  bool of_value; /* money or points; else gifts or units */
  uint64_t decl, owner_key;
  int32_t period;
  int64_t amount;
};
struct claims {
  uint32_t count;
  struct claim claims[CLAIMS_MAX];
};
_Static_assert(LIMIT_LIMITS_PER_RULE *LIMIT_DIMENSIONS + 8u * LIMIT_POOL_DEPTH < CLAIMS_MAX, "all that one gift can take");
static inline void claim_add(struct claims *claims, const struct claim *claim) {
  assert(claims->count < CLAIMS_MAX);
  if (claim->amount != 0) claims->claims[claims->count++] = *claim;
}
/* Room for one firing of a rule: false fills the outcome. */
bool limits_have_room(struct work *w, const struct rule *rule, struct outcome *outcome);
/* How much of `value` the amount limits leave (points or money by `points`); false: none or below `least`. */
bool limits_cut(struct work *w, const struct rule *rule, bool points, int64_t *value, uint32_t *cut_by, struct outcome *outcome);
void limits_take_count(struct work *w, const struct rule *rule, struct claims *claims);
void limits_take_amount(struct work *w, const struct rule *rule, bool points, int64_t value, struct claims *claims);
/* What a claim took goes back, if its period is still counted. */
void limit_give_back(struct work *w, const struct cell *taken, int64_t amount);

/* ---- pool.c ---- */
struct pool_need {
  int64_t units, money;
};
#define PAYING_MAX 16u
/* By what file an item's pools are counted: what there is of a pool the running one says, also of what was qualified under another; its own
 * terms if the running one has them no more. */
const struct rulebook *pools_book(const struct work *w, const struct item *item);
/* Whether all pools of an item (or what pays for them) have it; fills which pay, numbers of pools_book. False fills pool, period and reason
 * of the outcome. */
bool pools_have(struct work *w, const struct item *item, struct pool_need need, struct outcome *outcome, uint32_t *paying,
                uint32_t *paying_count);
/* Whether the pool, or what falls in for it, will ever have so much, if its file stays as it is. */
bool pool_could(const struct rulebook *book, uint32_t number, struct pool_need need);
void pools_take(struct work *w, const uint32_t *paying, uint32_t count, struct pool_need need, struct claims *claims);
/* What a claim took goes back: to the pool's record, or to this shard's block of it. */
void pool_give_back(struct work *w, const struct cell *taken, int64_t amount);

/* ---- chance.c ---- */
const struct cell *lot_choose(struct work *w, const struct rule *rule, struct outcome *outcome);
void lot_spend(struct work *w);
/* Gives the chances of an item; false fills the outcome. */
bool lot_give(struct work *w, const struct rule *rule, const struct item *item, struct gift *gift, struct outcome *outcome);
/* A measure fell at a key and period: what top-ups gave for it is lowered; what is spent is spent. */
void lots_lower(struct work *w, uint32_t fact, uint64_t per, int32_t period);
/* A gift of chances comes to `left` of them now; those that are spent stay so. */
void lot_lower(struct work *w, uint64_t chance_decl, uint64_t lot_key, uint32_t left);

/* ---- worth.c ---- */
int64_t item_value(struct work *w, const struct item *item, uint32_t campaign);
int64_t item_count(struct work *w, const struct item *item, uint32_t campaign);
/* Of a value by bands below the lowest one: how much there was, and where that band begins. Of a share: nothing, and the smallest unit. */
void worth_below(struct work *w, const struct item *item, const struct worth *worth, struct outcome *outcome);
int64_t bands_value(const struct worth *worth, int64_t by);
/* A form of worth: one row, and a file where it is more than a few lines. */
struct worth_form_row {
  /* NULL: there is none, so it is what there is otherwise. */
  int64_t (*value)(struct work *w, const struct worth *worth, const struct item *item, uint32_t campaign);
  /* What is worth telling where it comes to nothing; or NULL. */
  void (*below)(struct work *w, const struct item *item, const struct worth *worth, struct outcome *outcome);
};
#define WORTH_FORM_ROW(NAME, name) extern const struct worth_form_row worth_form_##name;
WORTH_FORMS(WORTH_FORM_ROW)
#undef WORTH_FORM_ROW
static inline bool worth_is_derived(const struct worth *worth) { return worth_traits[worth->form]->derived; }
int64_t moment_or(const struct moment *moment, int64_t from_ms, struct zone zone, int64_t otherwise);
/* The first instant behind a moment that is an end: dates and ends of units end with their last instant, durations count it in. */
int64_t moment_behind(const struct moment *moment, int64_t from_ms, struct zone zone, int64_t otherwise);

/* ---- grant.c ---- */
struct granting {
  const struct rule *rule;
  const struct item *item;
  const struct gift *gift, *base; /* base: the gift an add-on rests on, or NULL */
  const struct claims *claims;
};
/* Of a gift whose item was chosen: what it comes to, and what it took. */
void grant_chosen(struct work *w, const struct granting *g, uint64_t event);
/* What an undo will need: the grant, what it took that is to be given back, what it rests on. */
void grant_keep(struct work *w, const struct granting *g);
const struct cell *grant_find(const struct work *w, struct grant_name name);
/* The gift that woke an add-on, of the same event; NULL: it is none, or its base is not remembered any more. */
const struct cell *base_of(const struct work *w, const struct cell *grant);
void grant_remove(struct work *w, struct grant_name name);
static inline struct digest128 grant_digest(const struct cell *grant) {
  return (struct digest128){grant->grant.id_low, grant->grant.id_high};
}
/* What fulfilment's answer about a gift of that id is found by; NULL: its rule has no word for it, or it is forgotten. */
const struct cell *issued_find(const struct work *w, struct digest128 id);
/* The id under which the gift stands: its first one, or that under which it was issued anew. */
struct digest128 grant_standing(const struct work *w, const struct cell *grant);
/* The measures that a rule or its items ask: fn for each. */
void rule_measures(const struct rulebook *book, const struct rule *rule, void (*fn)(void *self, uint32_t fact), void *self);
uint32_t item_mark(const struct item *item); /* terms.c: what a grant remembers of its item */
/* What of a gift went into an earlier debt. */
int64_t set_off_of(const struct work *w, uint64_t id_low);

/* ---- debt.c ---- */
/* So much more is owed, of what a gift had paid out. */
void debt_keep(struct work *w, const struct rule *rule, const struct cell *grant, int64_t amount);
/* What is owed of a gift, as a cell like its grant; NULL: nothing, or it could not fail. */
const struct cell *debt_find(const struct work *w, struct grant_name name);
/* takeback.c: what it took of limits and pools goes back by the word for what failed. */
void debt_give_back(struct work *w, const struct rule *rule, const struct cell *debt);

/* ---- repay.c ---- */
/* The pool that a gift was paid from: its first, or what fell in for that; NONE: it has none. */
uint32_t pool_paid(const struct work *w, const struct item *item, const struct cell *grant);
/* The gift was never delivered: `debt` goes. `id`: under which it stood. */
void debt_void(struct work *w, const struct cell *debt, struct digest128 id);

/* ---- ladder.c ---- */
/* Where the measure of a ladder stands for this event. */
struct ladder_sight {
  uint64_t per;
  int32_t period;
  int64_t reached;
};
/* One step: what a band pays now, less what the ladder has had. */
struct step {
  uint64_t ladder;
  int32_t period;
  uint32_t n;
  int64_t from, value, paid;
};
/* False: the event lacks a dimension of the measure. */
bool ladder_look(struct work *w, const struct item *item, struct ladder_sight *out);
/* Whether the band pays anything now. */
bool ladder_step(struct work *w, const struct rule *rule, const struct item *item, const struct ladder_sight *sight, uint32_t band,
                 struct step *out);
/* No band did: fills the outcome. */
void ladder_refuse(struct work *w, const struct rule *rule, const struct item *item, const struct ladder_sight *sight,
                   struct outcome *outcome);
void key_of_step(const struct step *step, struct reward_key *key);
/* The gift was given. */
void ladder_keep(struct work *w, const struct rule *rule, const struct item *item, const struct step *step, const struct gift *gift);
/* The step that a gift is; NULL: none. And: so much of it went back. */
const struct cell *step_find(const struct work *w, uint64_t rule_decl, uint64_t id_low);
void ladder_lowered(struct work *w, uint64_t rule_decl, uint64_t id_low, int64_t amount, bool whole);
/* It failed and keeps its place: so much counts as had, and nothing of it goes back any more. */
void ladder_forfeited(struct work *w, uint64_t rule_decl, uint64_t id_low, int64_t amount);

/* ---- give.c ---- */
/* What the chosen items come to; false fills the outcome. */
/* What a rule of a group that gives what is worth most would give now; reads only. */
int64_t give_worth(struct work *w, const struct rule *rule);
bool give_items(struct work *w, const struct rule *rule, const struct reward_key *key, const struct wake *wake, struct outcome *outcome);
/* The item that a gift comes to that was to be chosen; false fills the outcome, and nothing changed. */
bool give_chosen(struct work *w, const struct rule *rule, const struct item *item, const struct cell *pending, struct outcome *outcome);
/* One that waited for its pool is given what is left of it, if the pool has that now; else `outcome` says why not. */
enum waited { WAITED_GIVEN, WAITED_EMPTY, WAITED_REFUSED /* by `still` */ };
enum waited give_waited(struct work *w, const struct rule *rule, const struct item *item, const struct cell *pending,
                        struct outcome *outcome);

/* ---- terms.c ---- */
/* Under which terms a gift was given: `book` and `rule` of them; false: they are not known any more. */
bool terms_find(const struct work *w, const struct cell *grant, const struct rulebook **book, const struct rule **rule);
/* The item of a grant: one of the rule's, or a substitute of one; NULL: the terms have none of that mark. */
const struct item *item_of_mark(const struct rulebook *book, const struct rule *rule, uint32_t mark);
const struct item *grant_item(const struct rulebook *book, const struct rule *rule, const struct cell *grant);
/* A fact by its name in records, in whatever book has it; false: nobody has. */
bool terms_fact(const struct work *w, uint64_t decl, const struct rulebook **book, uint32_t *fact);

/* ---- recheck.c ---- */
/* What is still due of a gift with what is left of its event: value of a unit, and units; both at most as they are. */
struct due {
  int64_t value;
  uint32_t units;
};
struct due recheck(struct work *w, const struct undoing *u, const struct rule *rule, const struct cell *grant);
/* Whether that is less than the gift is now; a value that came down to nothing is no gift any more. */
bool due_is_less(const struct work *w, const struct cell *grant, struct due *due);
/* Of one unit its value, of several as many units as the rest is worth, in the customer's favour. */
struct due due_prorated(struct due now, int64_t left, int64_t before);
/* Of a gift that is chosen now, when a part of its event was taken back while it waited. */
struct due due_of_chosen(const struct work *w, const struct rule *rule, uint64_t event, struct due whole);

/* ---- takeback.c ---- */
/* A gift comes to what is due; what rests on it goes with it. */
void grant_lower(struct work *w, const struct undoing *u, struct grant_name name, struct due due);
/* All that is left of a gift that no reversal takes back: it was never fulfilled, or never issued. */
void grant_take_back(struct work *w, const struct undoing *u, uint64_t id_low);

/* ---- descend.c ---- */
/* A refund may have lowered what the ladder of this step is worth. */
void ladder_descend(struct work *w, const struct undoing *u, const struct cell *step);

/* ---- undo.c ---- */
void undo_apply(struct work *w, struct undoing *u);
/* What fell elsewhere and was noted: what rests on it is judged again. */
void figures_apply(struct work *w);

/* ---- figure.c: a measure of who caused the event, which a rule hears as another ---- */
/* The rule at hand was woken by that, or by something else. */
void figure_take(struct work *w, const struct fired *fired);
/* What the measure is for the rule at hand, or was for the gift that is judged again; false: it is the hearer's own. */
bool figure_find(const struct work *w, const struct fact *fact, int64_t *figure);
/* A gift of the rule at hand rests on it. */
void figure_keep(struct work *w, const struct fact *fact, uint64_t id_low);
/* What fell elsewhere is noted. */
void figures_note(struct work *w);

/* ---- told.c ---- */
/* Who was told how far it came is remembered, as long as it may fall. `fired` may be no measure, or NULL. */
void figure_told(struct work *w, struct str hearer, const struct fired *fired);
/* A measure fell in what this event fed: who was told more than it is now hears it. */
void figures_fell(struct work *w, const struct fact *fact, const struct cell *fed);

/* ---- outlive.c ---- */
/* Of what would go by `today`, what a campaign still needs that goes on longer than it was to when it was remembered. */
void cells_outlive(struct state *state, const struct rulebook *book, const struct judge_settings *settings, int32_t today);

/* ---- rule.c: of the close at hand ---- */
/* Whether the rule gave for it before. */
bool close_gave(const struct work *w, const struct rule *rule);
/* The level that completed, or NULL. */
const struct level *fired_level(const struct work *w, const struct fired *fired);

/* ---- close.c ---- */
/* The measure counted the event: the closes of its periods whose rules ask it are due. */
void closes_mind(struct work *w, const struct fact *fact);
/* The close at hand: before its rules are judged, and behind them. */
void close_begin(struct work *w);
void close_leave(struct work *w);
/* Whether the close at hand wakes a rule that hears it. */
bool close_wakes(struct work *w, uint32_t rule);
/* When the first rule behind `after_ms` hears that the period closed, or TIME_NONE. */
int64_t close_heard_next(const struct work *w, uint32_t close, int32_t period, int64_t after_ms);
/* The first period that ends at `end_ms` or later, at whose close a measure of the rule has something in its window; INT32_MAX: none. */
int32_t close_counts_next(struct work *w, uint32_t close, uint32_t rule, int64_t end_ms);
/* How far the caller had come when what is made due now was; 0: nowhere. */
int64_t close_made_ms(const struct work *w);
/* The first period, from this one on, whose close the rule has not heard before customers are looked at. */
int32_t close_unheard(const struct work *w, uint32_t rule, uint32_t close, int32_t period);
/* Whether it heard that before files changed, which say a later instant now: only what counts in the period afterwards wakes it again. */
bool close_put_off(const struct work *w, uint32_t rule, uint32_t close, int32_t period);
/* The days of cycles may be others: what is due at their ends is due when they are. */
void closes_move(struct work *w);

/* ---- look.c ---- */
/* The close at hand was found by a look: what is due behind it, before its rules are judged, and behind them. */
void look_move(struct work *w);
void look_leave(struct work *w);

/* ---- date.c ---- */
/* Of an event that was heard: days of the customer's own that come next are due. */
void dates_mind(struct work *w);
/* The same of a customer who is looked at. */
void dates_look(struct work *w);
/* The close at hand is such a day: before its rules are judged; whether it wakes one. */
void date_begin(struct work *w);
bool date_wakes(struct work *w, uint32_t rule);
/* A day of the customer's own, not a period. */
static inline bool is_date(const struct work *w) { return w->in->closing != NULL && w->book->closes[w->in->closing->close].left != NONE; }

/* ---- pending.c ---- */
#define MINUTES_A_DAY 1440
/* When an item is issued that was earned at `from_ms`, or TIME_NONE: now. */
int64_t pending_until(const struct work *w, const struct item *item, uint32_t campaign, int64_t from_ms);
/* When silent customers are looked at for what is due then; and the minutes that its campaign's clocks are ahead of UTC then, and a day. */
int64_t pending_queues_until(const struct work *w, uint32_t campaign); /* how long for its pool; TIME_NONE: not at all */
/* What is asked again when it is issued. */
bool pending_still(struct work *w, const struct rule *rule, const struct cell *pending, struct failure *failure);
int64_t pending_looked_at(int64_t due_ms);
uint16_t pending_ahead(const struct work *w, uint32_t campaign, int64_t due_ms);
/* Whether a gift of the rule is held until somebody has looked at it: then it says until when. */
bool review_begin(struct work *w, const struct rule *rule, struct gift *gift);
/* The gift waits: `meant` is the item that was, if another stands in for it; of a choice the one that it is in the end. */
void pending_keep(struct work *w, const struct gift *gift, const struct item *meant, const struct rule *rule);
/* A gift that was not issued yet; NULL: there is none of that id. */
const struct cell *pending_gift(const struct work *w, uint64_t id_low);
/* The same, or one that was settled and is remembered. */
const struct cell *pending_known(const struct work *w, uint64_t id_low);
/* The same, of the `reward_id` that the event at hand names. */
const struct cell *pending_named(const struct work *w);
/* Nothing waits any more; that it did is remembered. */
void pending_settle(struct cell *pending);

/* ---- issue.c ---- */
/* The gift at hand is due: it is issued, or refused by `still`; of a choice it is the default. */
void pending_issue(struct work *w);
/* What of a gift is issued now, or again, by what is remembered of it; no pool is named yet. */
struct gift *gift_of_grant(struct work *w, const struct rule *rule, const struct item *item, const struct cell *grant, int64_t at_ms);
/* A review is over: the gift is issued, or waits for its time; or it is refused. */
void pending_reviewed(struct work *w, const struct cell *pending, bool passed, enum reason refusal);

/* ---- review.c ---- */
/* The answer at hand, of a reviewer. */
void review_apply(struct work *w);

/* ---- choice.c ---- */
/* The claim at hand chooses a gift's item. */
void choice_apply(struct work *w);

/* ---- fulfil.c ---- */
/* What became of a gift downstream. */
void fulfilment_apply(struct work *w);

/* ---- rank.c ---- */
/* Whether the rank of a rule that hears the close at hand lets its customer through; false fills the outcome. */
bool rank_lets(struct work *w, const struct rule *rule, struct outcome *outcome);

/* ---- reversal.c ---- */
/* Finds its original, or remembers that it waits for one. */
void reversal_apply(struct work *w);

/* ---- awaited.c ---- */
/* A reversal that came before this event. */
void awaited_apply(struct work *w);
void awaited_remember(struct work *w, uint64_t digest);

/* ---- rule.c ---- */
/* Whether it gave, or drew and lost. */
bool rule_judge(struct work *w, uint32_t rule, const struct wake *wake);

/* ---- wake.c ---- */
/* Every rule that hears, in order of judgement. */
void rules_judge(struct work *w);

#endif
