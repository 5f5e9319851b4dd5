/* The lend room: pools and resources between shards (ARCHITECTURE.md, "Owners"), and the arithmetic of pools.
 *
 * Every resource and pool has a home shard, by the hash of its key. A *resource* (a limit kept for a device, a phone, an id document) is
 * lent as a whole: its record moves to the shard that needs it and stays there until another one asks. A *pool* is lent in blocks of units:
 * block = max(1, left / 2 shards), one block a period of its pace. The home takes part as a borrower like any other: it decides from blocks
 * too. So every decision is the same pure function on complete records, and most gifts need no round trip. Where there is plenty the first
 * claim lends a block to every shard. A block stays where it is until home asks for it back, or nobody can want it any more.
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
 * Cells: CELL_LENT at home, one for each (shard, period); CELL_BLOCK at the borrower, one for each period (memory.h). */
#ifndef GIFTD_LEND_H
#define GIFTD_LEND_H

#include "giftd/campaign.h"
#include "giftd/memory.h"

/* CELL_POOL's keys. */
#define POOL_TOTAL 0u
#define POOL_PACE 1u

/* Of CELL_BLOCK. */
enum block_flag {
  BLOCK_ASKED = 1,    /* a claim stands; `claimed` says for how much */
  BLOCK_AHEAD = 2,    /* ... which is for the next block: it may stay without an answer */
  BLOCK_FINAL = 4,    /* home has `elsewhere` units and nobody else holds any */
  BLOCK_RECALLED = 8, /* to be handed over when the event at hand is decided */
  BLOCK_HELD = 16,    /* resources: the whole record is here */
  BLOCK_OUT = 32      /* FINAL is of the total; else of the pace */
};
/* Of CELL_LENT. */
enum lent_flag {
  LENT_RECALLED = 1, /* a recall is under way */
  LENT_TOLD = 2,     /* FINAL was said, with `told` units */
  LENT_HOLDS = 4     /* resources: has the record */
};

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
  struct str record; /* GRANT and RETURN of a resource: its encoded record, may be empty. RETURN of a pool that tells of spending: the event
                        that spent last, "source/id" as rewards name it; empty: a giftd that did not keep it. Borrowed */
};
#define LEND_CLAIM_MOST 63u
#define LEND_CAUSE_BYTES (2u * LIMIT_ID_BYTES + 1u)
#define LEND_MESSAGE_BYTES (LIMIT_STATE_BYTES + 256u)
/* Canonical and versioned, like records. 0: does not fit. */
size_t lend_encode(const struct lend_message *message, char *out, size_t capacity);
bool lend_decode(struct str bytes, struct lend_message *message, struct fault *fault) MUST_USE;

/* Watermarks passed: gift.pool.low / .empty */
struct pool_mark {
  uint32_t pool;
  int32_t watermark_bp; /* 0: empty */
  int64_t left;
};

struct lending {
  const struct rulebook *rulebook;
  uint32_t shard, shards;
  int64_t clock_ms;                                             /* the stream's own time, or TIME_NONE: tells which periods are over */
  void (*send)(void *self, const struct lend_message *message); /* the message is borrowed during the call */
  /* A watermark of a pool was passed by what a RETURN reported (home only; judge_event tells none when `lent`). May be NULL. `owner` has
   * the hash of the share; `cause`: the event that spent last, "source/id", or empty where that was not kept. */
  void (*mark)(void *self, const struct pool_mark *mark, const struct owner *owner, struct str cause);
  void *self;
  uint32_t pool;     /* number of the pool that the owner probably is (lend_pool_next), or anything: saves looking for it */
  int64_t memory_ms; /* judge_settings.memory_ms: how long counters of a pace are kept */
  char *record;      /* a resource's record on its way out: work space of LIMIT_STATE_BYTES */
};

/* The shard that an owner belongs to. Customers: never asked. */
uint32_t lend_home(const struct owner *owner, uint32_t shards);
/* Whether a resource is here as a whole. Pools: always true (what is short of them judge_event tells). */
bool lend_here(const struct owner *owner, const struct state *state);
/* Sends a CLAIM, unless one for as much stands. Resources: period 0, need 0. `state` gets `changed` when it changed, here and below. */
void lend_ask(const struct lending *lending, const struct owner *owner, struct state *state, int32_t period, int64_t need);
/* A claim for the next block before this one is used up: at home's side nothing, at the borrower's below a quarter of the last block.
 * Called for pools that changed in a decision. */
void lend_ask_ahead(const struct lending *lending, const struct owner *owner, struct state *state);
/* The event at hand spent of a pool's block: remembered until that is reported. False: no room in this block. */
bool lend_cause_put(struct state *state, uint64_t decl, int32_t period, struct str source, struct str id) MUST_USE;
/* Cells that lend_ask and lend_hear may add to a state: there must be room for them, and for what a message brings. The others add none. */
#define LEND_CELLS 4u
uint32_t lend_cells(const struct lend_message *message, uint32_t shards);
/* With more shards than this none gets a block unasked: its home's record would be long. */
#define LEND_SPREAD_MOST 64u
/* A message for `owner` came in. `pinned`: the event at hand waits and keeps it; a recall is answered by lend_release. STATUS_LIMIT: the
 * owner's record is full. STATUS_STATE: a message that cannot be (a foreign one, of another number of shards). */
enum status lend_hear(const struct lending *lending, const struct lend_message *message, struct state *state, bool pinned,
                      struct fault *fault) MUST_USE;
/* The event is decided (or dead), or waits on without `pinning` this owner any more: recalls that waited are answered. */
void lend_release(const struct lending *lending, const struct owner *owner, struct state *state);
/* Once a second for each pool of the rulebook and each share, unless it is pinned: as borrower reports what was spent, gives back what
 * lay idle for LEND_IDLE_REVIEWS rounds after its period or its campaign was over; as home looks again at claims and tells OPEN where there
 * is more than was said (refunds, a larger total). And for each resource that the event at hand waits for: asks again, so that a holder
 * that was taken over is reminded. */
void lend_review(const struct lending *lending, const struct owner *owner, struct state *state);
#define LEND_IDLE_REVIEWS 3u
/* Every pool owner of the rulebook with its share in turn, from a cursor of zeros; false behind the last. */
struct lend_cursor {
  uint32_t pool, share;
};
bool lend_pool_next(const struct rulebook *rulebook, struct lend_cursor *cursor, uint32_t *pool, struct str *share, struct owner *owner);
/* At home: lent and not yet reported back, of all shards and periods. */
int64_t lend_outstanding(const struct rulebook *rulebook, uint32_t pool, const struct state *state);

/* ---- ranks (docs/language.md section 6) ----
 *
 * Who is first of all customers nobody knows alone: each shard keeps its own first ones of a rule and a period that closed, and the rank's
 * home merges them when every shard has told them.
 *
 *     a shard                                              home
 *     judges the close of each customer: the first are
 *       kept (rank_take)
 *     all are judged: REPORT, its first ones    ->         merges; when all shards have reported the rank is settled, for ever
 *     its customers' closes are judged again    <- VERDICT who of them has which place
 *
 * What a shard keeps stands in a record of its own (rank_owner): CELL_RANK, and CELL_RANKED for each who is kept. The merged ones stand in
 * another, at home: there CELL_RANK with key shard + 1 says that a shard has reported. Messages say all that home needs to know of the
 * rule, since its shard may not have the rulebook yet, or not any more. */
enum rank_stage { RANK_OPEN, RANK_REPORTED, RANK_SETTLED };
struct rank_name {
  uint64_t decl; /* of the rule */
  int32_t period;
};
/* A customer of a rank. Who has less is before others: first by `order`, then by the ties, last by the key. */
struct ranked {
  int64_t order, ties[LIMIT_RANK_TIES]; /* INT64_MAX: there is none */
  uint64_t key;                         /* a keyed hash of the customer, of this rule and period */
  uint32_t entry, place;                /* memory.h */
};
bool ranked_before(const struct ranked *a, const struct ranked *b);
struct ranked ranked_of(const struct cell *cell);
/* `all`: the record of all shards, at home. */
struct owner rank_owner(struct rank_name name, bool all);
const struct cell *rank_head(const struct state *state, struct rank_name name);
const struct cell *rank_find(const struct state *state, struct rank_name name, uint64_t key);
/* Makes a cell that is not there, or finds it to be changed; there is room, or what was done is void. */
typedef struct cell *rank_make(void *self, struct state *state, enum cell_kind kind, uint64_t decl, uint64_t key, int32_t period);
/* Whether one who is not there would be kept among the first `kept`; and keeps him: whoever is one too many goes. */
bool rank_fits(const struct state *state, struct rank_name name, uint32_t kept, const struct ranked *ranked);
void rank_take(struct state *state, struct rank_name name, uint32_t kept, const struct ranked *ranked, rank_make *make, void *self);

/* Of a share nobody is first: a shard reports what all its customers have together, and home tells what the customers of all shards have.
 * The sum of many measures may be more than 64 bits. The pot is what the rule's pool has, by the file of the shard; where files differ, the
 * least. */
__extension__ typedef unsigned __int128 units_sum;
struct share {
  int64_t pot; /* 0: there is a rank, and no share */
  units_sum units;
};
struct share share_of(const struct state *state, struct rank_name name);
/* What one of them has of it: rounded down, so that all together have no more than there is. What is left over stays in the pool. */
int64_t share_part(const struct share *share, int64_t units);
/* A customer of this shard takes part, with so many units; `cell` is the share's. */
void share_add(struct cell *cell, int64_t units);

enum rank_kind { RANK_REPORT = 1, RANK_VERDICT };
struct rank_message {
  enum rank_kind kind;
  uint32_t from, to; /* shards */
  struct rank_name name;
  uint32_t top, kept;     /* REPORT: of the rule; both 0 of a share */
  struct share share;     /* REPORT: of this shard; VERDICT: of all */
  int64_t at_ms;          /* REPORT: when its close is heard */
  uint32_t winners;       /* VERDICT: of all shards ... */
  int64_t last;           /* ... and the order of the last of them */
  uint32_t count;         /* REPORT: who are kept; VERDICT: who of them has a place */
  struct ranked *entries; /* [LIMIT_RANK_KEPT], borrowed; a VERDICT tells key and place alone */
};
/* How many cells a message may add to a record. */
static inline uint32_t rank_cells(const struct rank_message *message) { return message->count + 3; }
bool rank_is(struct str message);
/* Canonical and versioned. 0: does not fit. */
size_t rank_encode(const struct rank_message *message, char *out, size_t capacity);
/* message->entries is where the entries go. */
bool rank_decode(struct str bytes, struct rank_message *message, struct fault *fault) MUST_USE;
/* A shard's own record: what it reports; nothing is kept any more after that. */
void rank_report(struct state *state, struct rank_message *message);
/* A verdict: who has a place knows it. */
void rank_settle(struct state *state, const struct rank_message *message);
/* At home, on the record of all shards, with room for rank_cells(): a report came. True: the last one; the rank is settled. */
bool rank_merge(struct state *state, const struct rank_message *report, uint32_t shards) MUST_USE;
bool rank_has_reported(const struct state *state, struct rank_name name, uint32_t shard);
/* What a settled rank says to a shard. */
void rank_verdict(const struct state *state, uint32_t shard, struct rank_message *message);

/* ---- pools: how much there is ---- */

/* Hash of the value of `by`, as it stands in owners' keys; 0 without `by`. */
uint64_t pool_share_hash(const struct pool *pool, struct str share);
struct owner pool_owner(const struct pool *pool, struct str share);
/* Total of a share, by its hash; 0 of a value that is not listed. */
int64_t pool_share_total(const struct pool *pool, uint64_t share);
/* Period of the pace at an instant; periods of a pace begin at their hour of release. */
int32_t pool_pace_period(const struct rulebook *rulebook, const struct pool *pool, int64_t time_ms);
/* What the pace has released for a period, used or not; with carry_over since the start. */
int64_t pool_released(const struct rulebook *rulebook, const struct pool *pool, int32_t period);
int32_t pool_pace_expiry(const struct rulebook *rulebook, const struct pool *pool, int32_t period, int64_t memory_ms);
int64_t pool_used(const struct state *state, const struct pool *pool, uint64_t key, int32_t period);
/* Used of one period of a pace: all of it when a shard whose clock is ahead let the count go (state_is_gone), for nobody knows any more.
 * So it is out of stock, and what stands in for it may be given: that has limits of its own. */
int64_t pool_pace_used(const struct rulebook *rulebook, const struct pool *pool, const struct state *state, int32_t period,
                       int64_t memory_ms);

/* Moves the watermark of a POOL cell; false: none was passed. */
bool pool_watermark(const struct rulebook *rulebook, uint32_t number, struct cell *used, int64_t total, struct pool_mark *out);

/* What is left of a pool (share: value of `by`, or empty), for summaries: total, used, left. */
struct pool_left {
  int64_t total, used, left;
  bool unlimited;
};
struct pool_left pool_left(const struct rulebook *rulebook, uint32_t pool, const struct state *state, struct str share);

/* The same from the record of its owner in a store. */
struct pool_told {
  struct pool_left left;
  int64_t lent; /* to other shards; TOLD_UNKNOWN: the record is one of several, and this one does not tell */
};
#define TOLD_UNKNOWN (-1)
/* `record` is the first of the owner's: it has what is used in all. Empty: nothing yet. */
bool pool_tell(const struct rulebook *rulebook, uint32_t pool, struct str share, struct str record, struct pool_told *out,
               struct fault *fault) MUST_USE;

#endif
