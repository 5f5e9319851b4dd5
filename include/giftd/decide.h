/* The decide room: event + states of owners + rulebook in, outcomes + changed states out. A pure function; the heart of giftd.
 *
 * Every piece of state has exactly one owner (design.md section 3): a customer, a resource that a limit or fact is kept for (a device, a
 * phone, an id document), or a pool. An owner's record is a bounded set of cells plus, for customers, the memory of recent events. Before
 * an event is decided the shard asks decide_owners() which owners it may touch, loads them, and hands them in; nothing else is read or
 * written.
 *
 * Order within one event: duplicate and lateness gate - customer.updated - reversal - measures - tracks - rules on the event in order of
 * judgement (with rules on completed facts and on gifts right behind) - first and last - memory. first and last are so read before
 * the event, everything else after it (campaigns.md section 5).
 */
#ifndef GIFTD_DECIDE_H
#define GIFTD_DECIDE_H

#include "giftd/match.h"

/* ---- reason codes (interface.md; closed list) ---- */

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
  REASON_COUNT
};
struct reason_info {
  const char *code, *label_en, *label_zh, *help_en, *help_zh, *todo_en, *todo_zh;
};
extern const struct reason_info reasons[REASON_COUNT];

/* ---- state ---- */

enum cell_kind {
  CELL_FIRST = 1,
  CELL_LAST,
  CELL_MEASURE,
  CELL_DISTINCT,
  CELL_TRACK,
  CELL_LOT,
  CELL_LIMIT,
  CELL_GRANT,
  CELL_POOL,
  CELL_FED,
  CELL_ORIGINAL,
  CELL_TAG,
  CELL_PROFILE,
  CELL_ENROLLED,
  CELL_OWED,
  CELL_KEPT,
  CELL_TAKEN,
  CELL_BASE,
  CELL_BLOCK,     /* what another shard (or this one, as home) lent */
  CELL_LENT,      /* at home: to whom */
  CELL_WHOLE,     /* a kept customer id that is longer than its cell */
  CELL_HEARD,     /* who heard an event of this customer: what undoes it goes there too */
  CELL_FORGOTTEN, /* up to when events were forgotten for want of room: what takes them back is too late */
  CELL_KIND_COUNT
};

/* One remembered thing. What the four numbers mean is a table in src/decide/state.h, one row a kind. */
struct cell {
  uint8_t kind;
  uint8_t flags;
  uint16_t small;      /* kind's own use */
  int32_t period;      /* period number, or 0 */
  int32_t expires_day; /* last day (since 1970, UTC) on which it is needed; 0: for ever */
  uint64_t decl;       /* 40-bit name of the fact, limit, pool, rule, chance */
  uint64_t key;        /* hash of the dimension values, digest of an event ..., or 0 */
  int64_t v[4];
};

/* A digest of an event that was decided for this customer: guards counts and sums against duplicates. */
struct seen {
  uint64_t digest;
  int64_t time_ms;
};

struct state {
  uint64_t position; /* of the journal: the last change. Set by the shard */
  int64_t floor_ms;  /* events at or before this time whose digest is not in `seen` are too late: their digests were let go */
  uint32_t cell_count, seen_count;
  bool changed; /* decide touched it */
  struct cell cells[LIMIT_STATE_CELLS];
  struct seen seen[LIMIT_SEEN];
};

enum owner_kind { OWNER_CUSTOMER = 'c', OWNER_RESOURCE = 'r', OWNER_POOL = 'p' };
/* Key under which an owner's record is kept, at most 72 bytes: 'c' + customer id; 'r' + 5 bytes decl + 8 bytes key hash; 'p' + 5 bytes decl
 * + 8 bytes hash of the share. */
struct owner {
  enum owner_kind kind;
  uint8_t length;
  char key[79];
};

/* Bytes of a record (versioned, compact, canonical: same state, same bytes). Returns 0 when it does not fit `capacity` (at most
 * LIMIT_STATE_BYTES). */
size_t state_encode(const struct state *state, char *out, size_t capacity);
/* False when the bytes are not a record of a known version (fault says what): foreign, newer, truncated. Empty bytes are an empty state. */
bool state_decode(struct str bytes, struct state *state, struct fault *fault) MUST_USE;

/* ---- outcome ---- */

/* What a judged rule came to. Everything `explain` prints about stateful judgement is in here. */
struct outcome {
  uint32_t rule;
  enum reason reason;
  uint32_t condition; /* the leaf that failed, or NONE */
  uint32_t limit;     /* LIMIT_REACHED: number of the limit, or NONE (once_per, chance) */
  uint32_t pool;      /* OUT_OF_STOCK, BUDGET_EXHAUSTED: number of the pool */
  uint32_t dimension; /* LIMIT_REACHED of per_each: which identity was full; NONE otherwise */
  int32_t period;     /* LIMIT_REACHED, paced pools: period number */
  int64_t expected, actual;
  bool has_numbers; /* expected and actual mean something */
  bool numbers_are_times, numbers_are_money;
  struct str actual_text;          /* of conditions on text (in the batch arena), or empty */
  uint32_t gift_first, gift_count; /* GIVEN, DRAW_LOST: into decision.gifts */
  uint32_t caused_by;              /* index of the outcome whose gift or fact woke this rule, or NONE: the event itself */
};

enum gift_kind {
  GIFT_ISSUED,
  GIFT_SUBSTITUTED /* issued in place of another */,
  GIFT_CHANCE,
  GIFT_REVOKED,
  GIFT_REDUCED /* partly taken back */,
  GIFT_OFFSET /* less, or owed, for an earlier one */,
  GIFT_LOST /* draw lost: no event goes out */
};

struct gift {
  enum gift_kind kind;
  uint32_t rule, item; /* item that was given (of a substitution: the one given) */
  uint32_t instead_of; /* SUBSTITUTED: the item it stands for; else NONE */
  uint32_t pool;       /* that paid, or NONE */
  char id[ID22_BYTES]; /* reward id (campaigns.md section 10); of revocations: that of the gift */
  uint8_t id_length;
  uint64_t id_words[2];                /* the same id as numbers */
  int64_t value_minor;                 /* after ceiling, partial, offset; of REVOKED and REDUCED: how much goes back */
  int64_t count;                       /* units or chances */
  int64_t offset_minor;                /* how much of the value an earlier reversal owed took away */
  bool partial;                        /* cut by an amount limit ... */
  uint32_t cut_by;                     /* ... this one, that left least */
  int64_t uncut_minor;                 /* ... from this, of all units together */
  int64_t valid_from_ms, valid_to_ms;  /* TIME_NONE: not said */
  uint64_t cause_digest;               /* REVOKED..OFFSET: digest of the original event */
  uint32_t weight_drawn, weight_total; /* draws: the number drawn, of how many */
};

/* Watermarks passed by this event: gift.pool.low / .empty */
struct pool_mark {
  uint32_t pool;
  int32_t watermark_bp; /* 0: empty */
  int64_t left;
};

/* A pool of which this shard holds too little to say yes, and knows too little to say no. */
struct shortage {
  uint32_t owner; /* index into decide_input.owners */
  uint32_t pool;
  int32_t period; /* of its pace, or 0 */
  int64_t need;   /* in the pool's unit: what there must be in this shard's block */
};
#define SHORTAGES_MOST 16u

/* ---- heard as another (`as`, campaigns.md section 3) ----
 *
 * The record of the customer who caused an event tells who else hears it; the rule itself - audience, limits, pools, reward id - is judged
 * for the hearer, with the hearer's record. So the causing customer's decision ends with *forwards*, and the caller has each of them
 * decided for its hearer: the same event with `customer` the hearer and `cause` who caused it, and a `hearing` that names the rules. Once
 * only: what is decided for a hearer forwards nothing. It has no gate either: a duplicate or a late event never leaves its customer.
 *
 *     causing customer: decide_event -> forwards -> (own shard's queue, or a message) -> hearer: decide_event with `hearing`
 *
 * A reversal goes to whoever heard the event it takes back (CELL_HEARD), when the causing customer's record still knows that event. */

/* A rule through which an event is heard, by the names that records have: shards may have different rulebooks for a moment. */
struct heard_rule {
  uint64_t rule; /* decl */
  uint64_t fact; /* decl of the track that completed, with its key and period; 0: the event itself is heard */
  uint64_t key;
  int32_t period;
  uint32_t forward; /* of decision.forwards */
  uint32_t number;  /* of the rule, at the sender */
};
struct forward {
  struct str hearer; /* in the event or the arena */
  bool reversal;     /* the hearer heard what this event takes back */
  uint32_t rules;    /* how many of decision.heard are this one's */
};
struct hearing {
  bool reversal;
  uint32_t count;
  const struct heard_rule *rules;
};

struct decision {
  uint32_t shortage_count; /* > 0: the decision is void, nothing has changed; lend_ask for them and decide again when there are news */
  struct shortage shortages[SHORTAGES_MOST];
  enum reason gate; /* GIVEN: went through; else DUPLICATE_EVENT, EVENT_TOO_LATE, EVENT_IN_FUTURE: nothing was judged */
  uint32_t outcome_count, gift_count, mark_count;
  uint32_t forward_count, heard_count; /* the rules of all forwards stand in `heard` */
  struct forward forwards[LIMIT_FORWARDS];
  struct heard_rule heard[LIMIT_HEARD];
  struct outcome outcomes[LIMIT_OUTCOMES + 1]; /* the last is where a decision that is void writes on */
  struct gift gifts[LIMIT_GIFTS + 1];
  struct pool_mark marks[64];
};

/* ---- deciding ---- */

struct decide_settings {
  struct hash_key id_key; /* secret: reward ids and draws derive from it */
  int64_t horizon_ms;     /* how long event digests are remembered; >= every campaign's `late` (checked by the caller with decide_check) */
  int64_t memory_ms;      /* how long what a reversal needs is remembered: 90 days */
};

/* STATUS_INPUT when a campaign accepts later events than the horizon, naming it. */
enum status decide_check(const struct rulebook *rulebook, const struct decide_settings *settings, struct fault *fault) MUST_USE;

/* Which owners may be touched: the customer first (decide_customer_owner: load that one before, since a reversal's owners stand in the
 * customer's record), then resources and pools, each once. Returns their number, or LIMIT_OWNERS + 1 when
 * there are more: the event belongs to the dead letters. */
uint32_t decide_owners(const struct rulebook *rulebook, const struct event *event, const uint32_t *matches, uint32_t match_count,
                       const struct state *customer, struct owner owners[LIMIT_OWNERS]);
/* The same for what a hearer hears. */
uint32_t decide_hearer_owners(const struct rulebook *rulebook, const struct event *event, const struct hearing *hearing,
                              const struct state *customer, struct owner owners[LIMIT_OWNERS]);

struct decide_input {
  const struct rulebook *rulebook;
  const struct decide_settings *settings;
  const struct event *event; /* with arrival_ms set */
  const uint32_t *matches;   /* of match_event */
  uint32_t match_count;
  const struct owner *owners; /* of decide_owners */
  uint32_t owner_count;
  bool lent;                     /* several shards: pools are spent from blocks (below). Resources must be here as a whole: lend_here */
  const struct hearing *hearing; /* heard as another: event->cause is set, there are no matches. NULL: the customer's own event */
};

/* Decides. `states[i]` is the record of owners[i]; those that changed have `changed` set and are to be kept. Texts in `decision` live in
 * `arena` or in the event. STATUS_LIMIT when a record would outgrow its bound: then nothing has changed and the event belongs to the dead
 * letters. */
enum status decide_event(const struct decide_input *input, struct state **states, struct arena *arena, struct decision *decision,
                         struct fault *fault) MUST_USE;

/* Draws: the number in [0, total) for a reward id; the same id draws the same for ever (R55). */
uint32_t decide_draw(const struct hash_key *key, const char *id, size_t id_length, uint32_t total);

/* What is left of a pool (share: value of `by`, or empty), for summaries: total, used, used in the period of `at_ms`. */
struct pool_left {
  int64_t total, used, left;
  bool unlimited;
};
struct pool_left decide_pool_left(const struct rulebook *rulebook, uint32_t pool, const struct state *state, struct str share);
struct owner decide_pool_owner(const struct rulebook *rulebook, uint32_t pool, struct str share);
struct owner decide_customer_owner(struct str customer);

/* ---- lending: pools and resources between shards (design.md section 3, "two kinds of owner") ----
 *
 * Every resource and pool has a home shard, by the hash of its key. A *resource* (a limit kept for a device, a phone, an id document) is
 * lent as a whole: its record moves to the shard that needs it and stays there until another one asks. A *pool* is lent in blocks of units:
 * block = max(1, left / 2 shards), one block a period of its pace. The home takes part as a borrower like any other: it decides from blocks
 * too. So every decision is the same pure function on complete records, and most gifts need no round trip.
 *
 *     borrower                          home
 *     CLAIM (need)          ->          free >= need: GRANT a block. Else RECALL from all who hold some; claims wait in log order
 *                           <- GRANT    nobody is refused while a unit lies idle elsewhere
 *     RETURN (spent, left)  ->          when all have answered: GRANT exactly the need, or
 *                           <- FINAL    so much is left, and no more: the borrower refuses from now on, without asking
 *                           <- OPEN     there is some again (a refund, a new period's rulebook, a larger total): ask again
 *
 * A CLAIM names what is missing at the borrower. What FINAL says - so much is elsewhere - moves with what the borrower gets and gives back,
 * so it stays true until OPEN; what it has left over goes home at once. Units are always in one place: used (reported), outstanding (lent,
 * spent and not reported, on their way), or free at home.
 *
 * Deadlock: an event that waits keeps what it holds only in the prefix of its owners in order of key (`pinned`); all else is handed over
 * at once when it is recalled. So who waits for a key holds only smaller ones, and the chain ends.
 *
 * Messages are records of the sender's transaction and inputs of the receiver's: exactly once by the ledger. They are idempotent all the
 * same where it costs nothing: a claim that stands is not made twice, a second claim of one shard for one period replaces the first.
 * Cells: CELL_LENT at home, one for each (shard, period); CELL_BLOCK at the borrower, one for each period. src/decide/state.h has them. */

enum lend_kind { LEND_CLAIM = 1, LEND_GRANT, LEND_FINAL, LEND_OPEN, LEND_RECALL, LEND_RETURN };

struct lend_message {
  enum lend_kind kind;
  uint32_t from, to; /* shards */
  struct owner owner;
  int32_t period; /* pools: of the pace, or 0 */
  int64_t units;  /* CLAIM: needed at least (0: a block before it is needed); GRANT: lent; FINAL: left at home; RETURN: not spent */
  uint32_t claim; /* pools: number of the CLAIM for a need, 1 to LEND_CLAIM_MOST, or 0; of the one that a GRANT or FINAL answers; of the one
                     that stands when a RETURN is sent */
  int64_t spent;  /* RETURN: since the last one; negative after refunds. FINAL: 1 when the total is short, 0 when its pace is */
  int64_t claimed;   /* FINAL: how much the claim was for, with what home had heard of that went back meanwhile */
  struct str record; /* GRANT and RETURN of a resource: its encoded record, may be empty; borrowed */
};
#define LEND_CLAIM_MOST 63u
#define LEND_MESSAGE_BYTES (LIMIT_STATE_BYTES + 256u)
/* Canonical and versioned, like records. 0: does not fit. */
size_t lend_encode(const struct lend_message *message, char *out, size_t capacity);
bool lend_decode(struct str bytes, struct lend_message *message, struct fault *fault) MUST_USE;

/* A forward as bytes: what goes to the hearer's shard, whichever that is, and what its queue keeps. Canonical and versioned. */
struct forward_message {
  uint32_t from, to;              /* shards */
  uint64_t position;              /* of the event in its input, for the hearer's decision */
  int64_t arrival_ms;             /* as the causing customer's shard saw it: the journey makes nothing late */
  struct str input, hearer, line; /* line: the event's own bytes */
  struct hearing hearing;
};
#define FORWARD_INPUT_BYTES 4096u /* a path, or topic and partition */
#define FORWARD_BYTES (LIMIT_EVENT_BYTES + FORWARD_INPUT_BYTES + LIMIT_ID_BYTES + LIMIT_HEARD * 24u + 64u)
bool forward_is(struct str message); /* or one of lending */
/* The rules are those of `decision->heard` that belong to forward number `forward`; message.hearing is not read. 0: does not fit. */
size_t forward_encode(const struct forward_message *message, const struct decision *decision, uint32_t forward, char *out, size_t capacity);
/* `rules` is where the hearing's rules go: LIMIT_HEARD of them. Texts are borrowed from `bytes`. */
bool forward_decode(struct str bytes, struct heard_rule *rules, struct forward_message *message, struct fault *fault) MUST_USE;

struct lending {
  const struct rulebook *rulebook;
  uint32_t shard, shards;
  int64_t clock_ms;                                             /* the stream's own time, or TIME_NONE: tells which periods are over */
  void (*send)(void *self, const struct lend_message *message); /* the message is borrowed during the call */
  /* A watermark of a pool was passed by what a RETURN reported (home only; decide_event tells none when `lent`). May be NULL. `owner` has
   * the hash of the share. */
  void (*mark)(void *self, const struct pool_mark *mark, const struct owner *owner);
  void *self;
  uint32_t pool;     /* number of the pool that the owner probably is (lend_pool_next), or anything: saves looking for it */
  int64_t memory_ms; /* decide_settings.memory_ms: how long counters of a pace are kept */
  /* A resource's record travels in a message: work space of LIMIT_STATE_BYTES each */
  char *record;           /* bytes on their way out */
  struct state *unpacked; /* a record that came in */
};

/* The shard that an owner belongs to. Customers: never asked. */
uint32_t lend_home(const struct owner *owner, uint32_t shards);
/* Whether a resource is here as a whole. Pools: always true (what is short of them decide_event tells). */
bool lend_here(const struct owner *owner, const struct state *state);
/* Sends a CLAIM, unless one for as much stands. Resources: period 0, need 0. `state` gets `changed` when it changed, here and below. */
void lend_ask(const struct lending *lending, const struct owner *owner, struct state *state, int32_t period, int64_t need);
/* A claim for the next block before this one is used up: at home's side nothing, at the borrower's below a quarter of the last block.
 * Called for pools that changed in a decision. */
void lend_ask_ahead(const struct lending *lending, const struct owner *owner, struct state *state);
/* A message for `owner` came in. `pinned`: the event at hand waits and keeps it; a recall is answered by lend_release. STATUS_LIMIT: the
 * owner's record is full. STATUS_STATE: a message that cannot be (a foreign one, of another number of shards). */
enum status lend_hear(const struct lending *lending, const struct lend_message *message, struct state *state, bool pinned,
                      struct fault *fault) MUST_USE;
/* The event is decided (or dead), or waits on without `pinning` this owner any more: recalls that waited are answered. */
void lend_release(const struct lending *lending, const struct owner *owner, struct state *state);
/* Once a second for each pool of the rulebook and each share, unless it is pinned: as borrower reports what was spent, gives back what lay
 * idle for LEND_IDLE_REVIEWS rounds; as home looks again at claims and tells OPEN where there is more than was said (refunds, a larger
 * total). And for each resource that the event at hand waits for: asks again, so that a holder that was taken over is reminded. */
void lend_review(const struct lending *lending, const struct owner *owner, struct state *state);
#define LEND_IDLE_REVIEWS 3u
/* Every pool owner of the rulebook with its share in turn, from a cursor of zeros; false behind the last. */
struct lend_cursor {
  uint32_t pool, share;
};
bool lend_pool_next(const struct rulebook *rulebook, struct lend_cursor *cursor, uint32_t *pool, struct str *share, struct owner *owner);
/* At home: lent and not yet reported back, of all shards and periods. */
int64_t lend_outstanding(const struct rulebook *rulebook, uint32_t pool, const struct state *state);

#endif
