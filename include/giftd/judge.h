/* The judge room: one event and the states of its owners in, outcomes out. A pure function; the heart of giftd.
 *
 * The judge works on the states themselves. It asks for an owner's state when a rule that still stands needs it (`find`): first what the
 * customer's record alone decides, then the pools and resources of the rules that are left. What is not at hand it puts on a list
 * (`wants`), goes on as if there were enough of it, and the decision is void: whoever called takes its changes back (trail_undo), fetches
 * what is wanted, and has the event judged again. So ten thousand campaigns with pools of their own may hear one event, and only those
 * pools are touched that a gift comes from.
 *
 *     trail_begin -> judge_event -> void? -> trail_undo, fetch owners | make room | claim from other shards, wait -> again
 *                                   else  -> trail_keep
 *
 * Order within one event: duplicate and lateness gate - customer.updated - reversal - measures - tracks - rules on the event in order of
 * judgement (with rules on completed facts and on gifts right behind) - first and last - memory. first and last are so read before
 * the event, everything else after it (docs/language.md section 5).
 */
#ifndef GIFTD_JUDGE_H
#define GIFTD_JUDGE_H

#include "giftd/lend.h"
#include "giftd/match.h"

/* ---- reason codes (docs/language.md section 12; closed list) ---- */

enum reason {
  REASON_GIVEN = 0, /* not a refusal: something was given */
  REASON_CAMPAIGN_NOT_STARTED,
  REASON_CAMPAIGN_ENDED,
  REASON_CAMPAIGN_PAUSED,
  REASON_OUTSIDE_SCHEDULE,
  REASON_NOT_IN_AUDIENCE,
  REASON_NOT_ENROLLED,
  REASON_CONDITION_NOT_MET,
  REASON_NOT_DORMANT,
  REASON_NOT_FIRST,
  REASON_TASKS_INCOMPLETE,
  REASON_TARGET_NOT_REACHED,
  REASON_LIMIT_REACHED,
  REASON_OUT_OF_STOCK,
  REASON_BUDGET_EXHAUSTED,
  REASON_EXCLUDED_BY_GROUP,
  REASON_HOLDOUT,
  REASON_RISK_DENIED,
  REASON_DUPLICATE_EVENT,
  REASON_EVENT_TOO_LATE,
  REASON_EVENT_IN_FUTURE,
  REASON_REVERSED,
  REASON_PENDING_HOLD,
  REASON_DRAW_LOST,
  REASON_EXPIRED,
  REASON_MALFORMED_EVENT,
  REASON_TOO_MANY_GIFTS,   /* the event has given all that one event may give (LIMIT_GIFTS, LIMIT_OUTCOMES) */
  REASON_RECORD_FULL,      /* what is remembered of the customer is full (LIMIT_STATE_CELLS) */
  REASON_ORIGINAL_UNKNOWN, /* a reversal of an event that was not seen, or is not remembered any more */
  REASON_GIFT_UNKNOWN,     /* fulfilment failed or a choice or review of a gift that is not the customer's, has no policy for it, or is not
                              remembered any more */
  REASON_RESULT_CONTRADICTED, /* fulfilment or a reviewer said otherwise of this gift before: that stands */
  REASON_RATE_UNKNOWN,        /* money of another currency, paid on a day that the campaign's table of rates does not cover yet */
  REASON_COUNT
};
/* Of an event's gate: told, not stopped. Facts and rules hear the event all the same. */
static inline bool gate_only_tells(enum reason gate) {
  return gate == REASON_ORIGINAL_UNKNOWN || gate == REASON_GIFT_UNKNOWN || gate == REASON_RESULT_CONTRADICTED;
}
struct reason_info {
  const char *code, *label_en, *label_zh, *help_en, *help_zh, *todo_en, *todo_zh;
};
extern const struct reason_info reasons[REASON_COUNT];

/* Under which name a record remembers an event, and a gift what it was given for: ids of events are sure to be unique for the customer who
 * caused them alone, so of what is heard as another that customer belongs to it. */
static inline uint64_t cause_digest(const struct event *event, uint64_t digest) {
  return event->cause.length == 0 ? digest : hash64_pair(&HASH_KEY_FIXED, digest, hash64(&HASH_KEY_FIXED, event->cause));
}

/* ---- outcome ---- */

/* How far a rule's rank came ("ranks", below). */
enum ranking {
  RANKING_NONE,    /* the rule has no rank, or it did not come to that */
  RANKING_OPEN,    /* not settled yet */
  RANKING_BEHIND,  /* so many of this shard are before that he is not among the first of all: `expected` is what the last of them has */
  RANKING_LOST,    /* settled: `expected` is what the last winner has */
  RANKING_LATE,    /* what he has came behind the close */
  RANKING_NOTHING, /* he has nothing to be ranked by */
  RANKING_WON,
  RANKING_SHARED /* settled: a share of a pot, by what he has of what all have together */
};

/* A draw of a campaign that has committed to its secret: what it was drawn by, and what came out, time after time. All items but the last
 * were empty then; with `next` what was drawn is the first alone. What the last one came to the outcome says. */
struct drawn {
  uint32_t item;          /* number in the rulebook */
  uint32_t number, total; /* the number drawn, of how many; total 0: not drawn, the next one in the list */
};
struct drawing {
  struct str key; /* of the gift: docs/draws.md */
  uint32_t count;
  struct drawn *drawn;
};

/* What a judged rule came to. Everything `explain` prints about stateful judgement is in here. */
struct outcome {
  const struct rulebook *book; /* whose numbers these are: the running one, or of the terms a gift was given under */
  uint32_t rule;
  enum reason reason;
  uint32_t condition; /* the leaf that failed, or NONE */
  uint32_t limit;     /* LIMIT_REACHED: number of the limit, or NONE (once_per, chance) */
  uint32_t pool;      /* OUT_OF_STOCK, BUDGET_EXHAUSTED: number of the pool */
  uint32_t shut;      /* likewise: the reserve that would have been asked and is not released, or NONE */
  uint32_t dimension; /* LIMIT_REACHED of per_each: which identity was full; NONE otherwise */
  int32_t period;     /* LIMIT_REACHED, paced pools: period number */
  int64_t expected, actual;
  bool has_numbers; /* expected and actual mean something */
  bool of_period;   /* LIMIT_REACHED: the rule hears a close, and gave for this period before */
  bool of_review;   /* EXPIRED: nobody reviewed the gift in time, and who asked for it refuses then ... */
  bool for_bank;    /* ... the bank, at least */
  bool of_choice;   /* what the customer chose cannot be: it is not there (actual_text), too late, or was settled before */
  bool numbers_are_times, numbers_are_money;
  enum ranking ranking;
  uint32_t place;                  /* in the rank, or 0: not known */
  int64_t pot, units, units_all;   /* SHARED: minor units or points; what he has and what all have; INT64_MAX: that or more */
  struct str actual_text;          /* of conditions on text (in the batch arena), or empty */
  uint32_t gift_first, gift_count; /* GIVEN, DRAW_LOST: into decision.gifts */
  const struct drawing *drawing;   /* how it was drawn, in the batch arena; NULL: nothing was, or by no commitment */
  uint32_t caused_by;              /* index of the outcome whose gift or fact woke this rule, or NONE: the event itself */
};

enum gift_kind {
  GIFT_ISSUED,
  GIFT_SUBSTITUTED /* issued in place of another */,
  GIFT_CHANCE,
  GIFT_REVOKED,
  GIFT_REDUCED /* partly taken back */,
  GIFT_OFFSET /* less, or owed, for an earlier one */,
  GIFT_LOST,       /* draw lost: no event goes out */
  GIFT_UNDONE,     /* given and taken back at once, by a reversal that came before its event: no event goes out */
  GIFT_REGISTERED, /* handed out by hand before the event came: nobody fulfils it again */
  GIFT_REISSUED,   /* given before, not delivered, and issued anew under another id: nothing more is given */
  GIFT_WAIVED,     /* owed for a gift by a refund, and owed no more since it was never delivered */
  GIFT_REPAID,     /* what later gifts were made smaller by for that: it goes out under an id of its own */
  GIFT_PENDING /* qualified now, with its limits and, unless it is to be chosen (item NONE), its pools; issued by `due_ms`, under its id */
};

struct gift {
  const struct rulebook *book; /* as of its outcome */
  enum gift_kind kind;
  uint32_t rule, item; /* item that was given (of a substitution: the one given) */
  uint32_t instead_of; /* SUBSTITUTED: the item it stands for; else NONE */
  uint32_t pool;       /* that paid, or NONE */
  char id[ID22_BYTES]; /* reward id (docs/language.md section 10); of revocations: that of the gift */
  uint8_t id_length;
  char first_id[ID22_BYTES];           /* REISSUED, REPAID: of the gift that was not delivered */
  uint64_t id_words[2];                /* the same id as numbers */
  int64_t value_minor;                 /* after ceiling, partial, offset; of REVOKED and REDUCED: how much goes back */
  int64_t count;                       /* units or chances */
  int64_t offset_minor;                /* how much of the value an earlier reversal owed took away */
  bool partial;                        /* cut by an amount limit ... */
  uint32_t cut_by;                     /* ... this one, that left least */
  int64_t uncut_minor;                 /* ... from this, of all units together */
  int64_t valid_from_ms, valid_to_ms;  /* TIME_NONE: not said */
  int64_t due_ms;                      /* PENDING */
  bool in_review, passes;              /* PENDING, and `due_ms` is when its review is over; what nobody reviewed is issued then */
  bool for_bank;                       /* `in_review`: the bank asks for it, whatever the rule asks */
  bool in_queue;                       /* PENDING, and `pool` is what it waits for, until `due_ms` */
  uint64_t cause_digest;               /* REVOKED..OFFSET: digest of the original event */
  uint32_t weight_drawn, weight_total; /* draws: the number drawn, of how many */
};

/* What the event did to a fact of its customer: for those who ask later how far the customer is. */
enum effect_kind {
  EFFECT_COUNTED, /* a measure: before, after */
  EFFECT_LOWERED, /* a measure, by a reversal: before, after */
  EFFECT_FIRST,   /* a first or last: after is its time */
  EFFECT_LAST,
  EFFECT_REOPENED, /* a first: after is the time of the event that is the first now, or 0: none */
  EFFECT_RESET,
  EFFECT_OPENED,   /* a track: after is its deadline */
  EFFECT_TASK,     /* a track: before is how many tasks were done, after how many are */
  EFFECT_COMPLETED /* likewise, and it is complete */
};
struct effect {
  uint32_t fact;
  enum effect_kind kind;
  int32_t period;
  int64_t before, after;
};

/* A pool of which this shard holds too little to say yes, and knows too little to say no; or a resource that another shard has. */
struct shortage {
  struct owner owner;
  int32_t period; /* of a pool's pace, or 0 */
  int64_t need;   /* in the pool's unit: what there must be in this shard's block. Resources: 0 */
};

/* ---- heard as another (`as`, docs/language.md section 3) ----
 *
 * The record of the customer who caused an event tells who else hears it; what hears it - a rule with its audience, limits, pools, reward
 * id, or a fact, kept in the hearer's record (R136) - hears it for the hearer. So the causing customer's decision ends with *forwards*, and
 * the caller has each of them decided for its hearer: the same event with `customer` the hearer and `cause` who caused it, and a `hearing`
 * that names the rules and facts. Once only: what is decided for a hearer forwards nothing. It has no gate either: a duplicate or a late
 * event never leaves its customer. What is older than the hearer's shard remembers counters for no fact hears there: what it would be added
 * to may be forgotten.
 *
 *     causing customer: judge_event -> forwards -> (own shard's queue, or a message) -> hearer: judge_event with `hearing`
 *
 * A reversal goes to whoever heard the event it takes back (CELL_HEARD), when the causing customer's record still knows that event. */

/* A rule or fact through which an event is heard, by the names that records have: shards may have different rulebooks for a moment. */
enum heard_what {
  HEARD_WAKES,  /* the event, or a track of who caused it, wakes the rule; or a fact hears it */
  HEARD_FIGURE, /* a measure of who caused it rose to `figure`: that wakes the rule, and is what it is judged by */
  HEARD_FELL    /* what was told so of the event `key` is `figure` now */
};
struct heard_way {
  uint64_t rule; /* decl; 0: no rule, a fact hears the event, or a figure fell */
  uint64_t fact; /* its decl. Of a rule that of the track that completed, with its key and period; 0: the event itself is heard */
  uint64_t key;  /* of a fact that hears: as what, enum listener_kind */
  enum heard_what what;
  int64_t figure;
  int32_t period;   /* of a fact that hears: of a track the task */
  uint32_t forward; /* of decision.forwards */
  uint32_t number;  /* of the rule, or of the fact that hears, at the sender */
};
struct forward {
  struct str hearer; /* in the event or the arena */
  bool reversal;     /* the hearer heard what this event takes back */
  uint32_t ways;     /* how many of decision.heard are this one's */
};
struct hearing {
  bool reversal;
  bool undone_whole;    /* a reversal came before the event: all of it is undone ... */
  int64_t undone_minor; /* ... or so much */
  uint32_t count;
  const struct heard_way *ways;
};

/* ---- periods that close (docs/language.md section 3) ----
 *
 * A close is an event that nobody sends: giftd's own, at its instant, for each customer of whom a measure counted something in the period.
 * What makes it due stands in the customer's record (CELL_DUE), and a decision says when it made one: whoever called comes back to that
 * customer when the stream's clock has reached that instant, or before the next event that is heard of him, whichever comes first. So what
 * a close gives does not depend on when others are worked off. Of several that are due the earliest comes first (due_first), and it is
 * judged with an event of type "period.closed", TYPE_UNKNOWN to the catalogue, at `at_ms`, and a `closing`; it has no gate and no id. */
struct closing {
  uint32_t close; /* number in the rulebook */
  uint64_t decl;  /* by which the customer's record knows it: the close's, or what that was when an earlier giftd wrote it */
  int32_t period;
  int64_t at_ms;
  int64_t done_ms; /* what rules hear until then they have heard; TIME_NONE: nothing yet */
  int64_t made_ms; /* how far the shard had come when it was made due (judge_input.reached_ms); TIME_NONE: nowhere */
  bool found;      /* a look made it due: rules that heard it before do not hear it again */
  /* A rank is settled: its rule alone hears the close again, of a customer who waited for that. NONE: a close that is due. */
  uint32_t rank;
  int64_t rank_order; /* what he had of what the rank is by when it closed (struct ranked) */
  /* `close` is NONE: a gift is due that was qualified before (docs/language.md section 6, `timing`), an event "gift.due". */
  struct digest128 gift;
  int32_t ahead; /* minutes of its campaign's clocks before UTC */
  bool first;    /* it is not due: it waits for a pool, as the first of its line, and is asked for */
  bool in_front; /* it waits for a pool, as the first of its line: nobody is before it */
};
/* What is due of a customer first, of all that is: a close or a gift; NULL: nothing. */
const struct cell *due_first(const struct state *customer);
static inline int64_t due_time(const struct cell *due) { return cell_kind(due) == CELL_PENDING ? due->pending.time_ms : due->due.time_ms; }
/* False: no rule of this rulebook hears such closes any more; the cell may go. */
bool closing_of(const struct rulebook *rulebook, const struct cell *due, struct closing *out);

/* A look at a customer of whom nothing comes, because rules hear closes now that they did not hear before: what is due by his record and
 * this rulebook is made due. What was to be heard before now is made due as `found`, for the rules that did not hear it; whoever looks
 * takes it right behind. So a customer who is looked at has no close behind him that a rule should have heard, and none before him that he
 * will not be asked for. */
struct look {
  int64_t from_ms;  /* days of the customer's own are looked for behind it; and what is due was made due then */
  int64_t taken_ms; /* when the files became what they are: what rules had heard by then is known */
  uint32_t number;  /* of this look: a customer is looked at once in it */
  void *self;
  /* The first period, from this one on, whose close the rule has not heard before. */
  int32_t (*unheard)(void *self, uint32_t rule, uint32_t close, int32_t period);
  /* Whether it closed so long before this look that what it is judged by may be gone, and the rule did not run then: nobody hears it. */
  bool (*lost)(void *self, uint32_t rule, uint32_t close, int32_t period);
  /* Whether it does not hear it yet: it came or changed during a look, and the next one finds that for everybody. NULL: never. */
  bool (*waits)(void *self, uint32_t rule, uint32_t close, int32_t period);
  /* At what time of the day, in ms, the rule heard days of the customer's own before the files changed; TIME_NONE: it was not there. */
  int64_t (*day_time)(void *self, uint32_t rule, uint32_t close);
  /* Whether files changed behind this look, and the next has still to begin. */
  bool (*awaited)(void *self);
};
/* Of all that says at which closes of a kind a rule is woken, and of whom: another number, and customers have to be looked at. */
uint64_t look_sign(const struct rulebook *rulebook, uint32_t rule, uint32_t close);
/* Whether the customer was looked at in this look before the look came to him; and that he is not to be known as that any more. */
bool judge_looked(const struct state *customer, uint32_t number);
void judge_looked_forget(struct state *customer);

/* ---- ranks (docs/language.md section 6; between shards: lend.h) ----
 *
 * A rule with a rank is judged twice. At its close a customer for whom all else holds is put down among the first of his shard, in the
 * rank's record there (rank_owner), and the rule is refused for now: PENDING_HOLD. The decision says whom the caller comes back to: with a
 * `closing` that names the rule, when the rank is settled. Then who won is let through, with his place. It goes by what was there when the
 * stream's clock came to the close: what makes the close due again later (closing.made_ms) comes too late for it. */
struct rank_wait {
  uint32_t rule;  /* in the rulebook */
  uint32_t entry; /* his number among those of this rank who wait */
  int64_t order;  /* struct ranked */
};

/* ---- lines at pools (docs/language.md section 6, `when_empty`) ----
 *
 * A gift that waits for a pool stands in its line: the caller keeps one for each pool that somebody waits for in its shard, in the order in
 * which they came, and asks for the first of it when the pool may have something again, by a `closing` that says so. What the decision
 * tells for that: gifts that are pending `in_queue` go to the end; at `pokes` something may be to be had, or one who waited is gone. As
 * long as there is a line, its pool has nothing for anybody but the first. */
enum queue_sight { QUEUE_NOBODY, QUEUE_SOMEBODY, QUEUE_NO_ROOM /* nobody waits, and nobody can: there are too many lines */ };
#define LIMIT_QUEUED 8u /* gifts of one event that wait for a pool; for more there is none */
#define LIMIT_POKES 16u /* more are found by whoever looks from time to time */

/* ---- the terms of earlier versions ---- */

/* A gift is undone by the terms it was given under, whatever became of the file (docs/language.md section 9.5). Each campaign's version has
 * a number of its terms; those that are not the running ones stand here, each compiled with what it cites. */
struct terms {
  uint64_t campaign; /* decl of its id */
  uint32_t number;   /* terms_number() */
  const struct rulebook *book;
};
struct terms_shelf {
  uint32_t count;
  const struct terms *items; /* in order of campaign and number */
};

struct decision {
  /* Void when any of these says so: nothing is decided, and nothing may be kept. */
  uint32_t want_count; /* owners that were not at hand */
  struct owner wants[LIMIT_WANTS];
  struct state *cramped;   /* a state that has to move to a larger block; or NULL */
  uint32_t shortage_count; /* claim them from other shards, and judge again when there are news */
  struct shortage shortages[LIMIT_WANTS];

  enum reason gate;  /* GIVEN: went through; DUPLICATE_EVENT, EVENT_TOO_LATE, EVENT_IN_FUTURE, RECORD_FULL, TOO_MANY_GIFTS: nothing was
                        judged; ORIGINAL_UNKNOWN, GIFT_UNKNOWN, RESULT_CONTRADICTED:
                        told of an event that facts and rules hear all the same */
  bool unheard;      /* nobody hears it (judge_unheard): it is decided again when it comes again */
  bool closed;       /* of a period that closed: its close is judged again when a late event counts in it */
  bool again;        /* the event came before, too late for those that hear it now: it is decided more than once */
  bool remembers;    /* the event's id is remembered (judge_remember) */
  bool undone_whole; /* what a reversal had undone before the event came: goes with its forwards */
  int64_t undone_minor;
  uint32_t outcome_count, gift_count, mark_count, effect_count;
  uint32_t forward_count, heard_count; /* the rules and facts of all forwards stand in `heard` */
  struct forward forwards[LIMIT_FORWARDS];
  struct heard_way heard[LIMIT_HEARD];
  uint32_t due_count; /* closes that this event made due, each instant once */
  int64_t dues[LIMIT_DUES];
  uint32_t poke_count; /* decls of pools */
  uint64_t pokes[LIMIT_POKES];
  uint32_t rank_wait_count; /* ranks that this close waits for */
  struct rank_wait rank_waits[LIMIT_RANKS];
  struct outcome outcomes[LIMIT_OUTCOMES + 1]; /* the last is where one too many is written */
  struct gift gifts[LIMIT_GIFTS + 1];
  struct pool_mark marks[64];
  struct effect effects[LIMIT_EFFECTS];
};
static inline bool decision_is_void(const struct decision *decision) {
  return decision->want_count > 0 || decision->cramped != NULL || decision->shortage_count > 0;
}

/* ---- judging ---- */

struct judge_settings {
  struct hash_key id_key; /* secret: reward ids and draws derive from it */
  int64_t horizon_ms;     /* how long event digests are remembered; >= every campaign's `late` (checked by the caller with judge_check) */
  int64_t memory_ms;      /* how long what a reversal needs is remembered: 90 days */
  struct digest256 draws; /* secret: those of campaigns derive from it (config_id_key); zeros: none was told, good for trying out */
};

/* STATUS_INPUT when a campaign accepts later events than the horizon, naming it. */
enum status judge_check(const struct rulebook *rulebook, const struct judge_settings *settings, struct fault *fault) MUST_USE;

struct judge_input {
  const struct rulebook *rulebook;
  const struct terms_shelf *shelf; /* or NULL: none */
  const struct judge_settings *settings;
  const struct event *event; /* with arrival_ms set */
  int64_t clock_ms;          /* the stream's own time, or TIME_NONE */
  int64_t reached_ms;        /* how far the caller has come: what is due by then is judged before anything else; or TIME_NONE */
  const uint32_t *matches;   /* of match_event */
  uint32_t match_count;
  struct state *customer;
  /* The state of another owner (resource or pool), or NULL: it is wanted. What was given stays at hand until the decision is kept. */
  struct state *(*find)(void *self, const struct owner *owner);
  /* Who waits for the pool of that decl. NULL: nobody does, and nobody can. */
  enum queue_sight (*queue)(void *self, uint64_t pool);
  void *self;
  uint64_t turn;                 /* a number that no other judgement had: tells what of a state's transient fields is old */
  bool lent;                     /* several shards: pools are spent from blocks, resources must be here as a whole (lend.h) */
  const struct hearing *hearing; /* heard as another: event->cause is set, there are no matches. NULL: the customer's own event */
  const struct closing *closing; /* a period that closed: the event is its own, there are no matches. NULL: any other event */
  bool closing_passes;           /* it could not be decided: nothing is judged, but what is due behind it is */
  const struct look *look;       /* what rules have heard, and the last look; NULL: they heard what they were due for */
  void *memory;                  /* judge_memory() bytes of work space, aligned to 64 */
};
size_t judge_memory(void);

/* What is not needed any more leaves the customer's state, by the stream's own time; before the event is judged, each time. What a campaign
 * needs that goes on longer than it was to stays. */
void judge_expire(struct state *customer, const struct rulebook *rulebook, const struct judge_settings *settings, int64_t clock_ms);
/* Judges. Texts in `decision` live in `arena` or in the event. The trail of the states is open. STATUS_INPUT: the event belongs to the dead
 * letters: *reason (CURRENCY_MISMATCH ...), fault has the text; nothing may be kept then. */
enum status judge_event(const struct judge_input *input, struct arena *arena, struct decision *decision, struct str *reason,
                        struct fault *fault) MUST_USE;
/* Makes due what `input->look` finds; the trail is open, the event tells the instant of the look and the customer. `marks`: he is known as
 * looked at, whatever was found; else where something is to be taken right behind. Void where the state is cramped; else RECORD_FULL is all
 * that can be wrong. */
void judge_look(const struct judge_input *input, bool marks, struct decision *decision, struct arena *arena);
/* Whether an event that no listener hears may change its customer's record all the same: profile, enrolment, reversal. One that may not
 * needs no record: nothing is fed or given for it, so its id need not be known when it comes again - then, too, it gives what the campaigns
 * that run by then give, once. */
bool judge_concerns(const struct event *event);
/* Decides one that no listener hears and that concerns no record: out of time, or nothing came of it. Never called a duplicate. */
void judge_unheard(const struct event *event, const struct judge_settings *settings, int64_t clock_ms, struct decision *decision);
/* The decision is one outcome alone, RECORD_FULL or TOO_MANY_GIFTS: what was tried has to be taken back, nothing is remembered. */
bool judge_refused(const struct decision *decision);
/* Makes it one: for bounds that the caller sees. */
void judge_refuse(struct decision *decision, enum reason reason);
/* Of a resource or pool. */
void judge_expire_shared(struct state *state, int64_t clock_ms);
/* The decision is kept: remembers that the event was decided. False: the state is cramped; to be asked again in a larger block. */
bool judge_remember(const struct judge_input *input, const struct decision *decision) MUST_USE;

/* ---- draws that can be audited (docs/draws.md, byte by byte; R55) ----
 *
 *     installation's secret -> secret of a campaign -> commitment, published in the campaign's text before it begins
 *                                                   -> the number of each draw, recomputed by anybody once the secret is opened
 *
 * A campaign's secret is a MAC of its id and first day, so whoever is told one learns nothing of another, nor of reward ids. */
#define DRAW_SCHEME "2"
#define DRAW_COMMITMENT_BYTES (2u + 2u * DIGEST256_BYTES) /* "2:" and 64 hex */
struct digest256 draw_secret(const struct digest256 *root, const struct campaign *campaign);
void draw_commitment(const struct digest256 *secret, const struct campaign *campaign, char out[DRAW_COMMITMENT_BYTES]);
/* What a draw is drawn by; `attempt` from 0, one more each time that the prize drawn was empty. Texts without newlines. */
struct draw_facts {
  struct str campaign, rule, customer, key; /* the rule by its oldest id; key: of the gift */
  uint32_t attempt;
};
/* The number in [0, total): the MAC's first 64 bits times total, shifted by 64; no number is likelier than another by more than 2^-64. */
uint32_t draw_of_secret(const struct digest256 *secret, const struct draw_facts *facts, uint32_t total);
/* STATUS_INPUT: a campaign has committed to another secret than these settings have, or to another id or first day than it has. */
enum status draws_check(const struct rulebook *rulebook, const struct judge_settings *settings, struct fault *fault) MUST_USE;

/* A forward as bytes: what goes to the hearer's shard, whichever that is, and what its queue keeps. Canonical and versioned. */
struct forward_message {
  uint32_t from, to;              /* shards */
  uint64_t position;              /* of the event in its input, for the hearer's decision */
  int64_t arrival_ms;             /* as the causing customer's shard saw it: the journey makes nothing late */
  struct str input, hearer, line; /* line: the event's own bytes */
  struct hearing hearing;
};
#define FORWARD_INPUT_BYTES 4096u /* a path, or topic and partition */
#define FORWARD_BYTES (LIMIT_EVENT_BYTES + FORWARD_INPUT_BYTES + LIMIT_ID_BYTES + LIMIT_HEARD * 36u + 64u)
bool forward_is(struct str message); /* or one of lending */
/* The ways are those of `decision->heard` that belong to forward number `forward`; message.hearing is not read. 0: does not fit. */
size_t forward_encode(const struct forward_message *message, const struct decision *decision, uint32_t forward, char *out, size_t capacity);
/* `ways` is where the hearing's ways go: LIMIT_HEARD of them. Texts are borrowed from `bytes`. */
bool forward_decode(struct str bytes, struct heard_way *ways, struct forward_message *message, struct fault *fault) MUST_USE;

#endif
