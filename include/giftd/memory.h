/* The memory room: what is remembered of one owner, in memory and as bytes.
 *
 * Every piece of state has exactly one owner (ARCHITECTURE.md, "Owners"): a customer, a resource that a limit is kept for (a device, a
 * phone, an id document), or a pool. What is remembered of an owner is its *state*: a bounded set of *cells*, and for customers the ids of
 * events that were decided. A cell has a kind; the table below says of each kind what its fields mean, and everything that handles cells -
 * the codec, the index, the invariants, the documents - is made from that table.
 *
 *     cells hang on hooks          all that belongs together is one chain: the periods of a limit, the gifts of an event
 *     cells stand in pages         a state of many cells is kept in the store as several records, and only those that changed are written
 *     changes leave a trail        a decision that turns out void is taken back, cell by cell, as if it had never been tried
 *
 * Nothing is forgotten while an event is decided: state_expire() runs before it, by time alone, and state_add() never makes room. Nothing
 * in here knows a campaign. No heap: a state lives in a block of memory that its caller gives it; one that is too small is told, and the
 * state moves to a larger one between two decisions.
 */
#ifndef GIFTD_MEMORY_H
#define GIFTD_MEMORY_H

#include "giftd/event.h"

/* ---- cells ---- */

#define CELL_TEXT_BYTES 25u /* of a text kept for display; equality is by hash */
#define CELL_PACK_BYTES 40u /* of what stands several to a cell (src/memory/profile.c) */
#define CELL_PART_BYTES 39u /* of a text kept as a whole, a part a cell */

/* Fields of each kind: F(of, declaration, name, form). Forms: NUMBER (int64, any), COUNT (unsigned, 8 to 32 bits), DIGEST (64 bits that are
 * a hash), BYTES (a text, filled up with zeros). 40 bytes at most. */
#define CELL_FIRST_FIELDS(F, of)                                                 \
  F(of, int64_t time_ms, time_ms, NUMBER)   /* of the first event that stands */ \
  F(of, uint64_t event, event, DIGEST)      /* its digest */                     \
  F(of, int64_t reset_ms, reset_ms, NUMBER) /* when a reset came, or 0 */        \
  F(of, int64_t heard_ms, heard_ms, NUMBER) /* of the latest event it heard */
#define CELL_STANDING_FIELDS(F, of)                                                                                             \
  F(of, int64_t time_ms, time_ms, NUMBER) /* an event that is the first when those before it are undone; its digest is `key` */ \
  F(of, uint64_t per, per, DIGEST)        /* key of the fact */
#define CELL_LAST_FIELDS(F, of) F(of, int64_t time_ms, time_ms, NUMBER)
#define CELL_MEASURE_FIELDS(F, of)    \
  F(of, int64_t sum, sum, NUMBER)     \
  F(of, int64_t max, max, NUMBER)     \
  F(of, int64_t min, min, NUMBER)     \
  F(of, uint32_t count, count, COUNT) \
  F(of, uint32_t heard_s, heard_s, COUNT) /* second since 1970 of the latest event it heard: the longest unused key makes way */
#define CELL_DISTINCT_FIELDS(F, of)                                         \
  F(of, uint64_t value, value, DIGEST)                                      \
  F(of, uint64_t per, per, DIGEST)  /* key of the fact; `key` is of both */ \
  F(of, int64_t unit, unit, NUMBER) /* number of the unit, for streaks */
#define CELL_TRACK_FIELDS(F, of)                                                     \
  F(of, int64_t opened_ms, opened_ms, NUMBER)                                        \
  F(of, int64_t until_ms, until_ms, NUMBER) /* the first instant that is too late */ \
  F(of, int64_t done_ms, done_ms, NUMBER)   /* when it was completed, or 0 */        \
  F(of, uint32_t tasks, tasks, COUNT)       /* a bit a task that is done */          \
  F(of, uint32_t terms, terms, COUNT)       /* of the campaign's version that opened it */
#define CELL_TASK_FIELDS(F, of)                                          \
  F(of, int64_t time_ms, time_ms, NUMBER) /* of the event that did it */ \
  F(of, uint64_t event, event, DIGEST)                                   \
  F(of, uint32_t fits, fits, COUNT) /* a bit a task that this event could do */
#define CELL_LOT_FIELDS(F, of)                                                                      \
  F(of, int64_t from_ms, from_ms, NUMBER)                                                           \
  F(of, int64_t to_ms, to_ms, NUMBER) /* the first instant that is too late */                      \
  F(of, uint32_t given, given, COUNT)                                                               \
  F(of, uint32_t spent, spent, COUNT)                                                               \
  F(of, uint32_t high_water, high_water, COUNT) /* of a top-up: the most that was ever announced */ \
  F(of, uint32_t terms, terms, COUNT)
#define CELL_LIMIT_FIELDS(F, of) F(of, int64_t used, used, NUMBER)
#define CELL_ONCE_FIELDS(F, of) F(of, int64_t time_ms, time_ms, NUMBER)
#define CELL_GRANT_FIELDS(F, of)                                                   \
  F(of, uint64_t id_low, id_low, DIGEST)                                           \
  F(of, uint64_t id_high, id_high, DIGEST)                                         \
  F(of, int64_t value_minor, value_minor, NUMBER) /* of one unit, as paid out */   \
  F(of, uint32_t units, units, COUNT)                                              \
  F(of, uint32_t item, item, COUNT)   /* mark of the item */                       \
  F(of, uint32_t terms, terms, COUNT) /* of the campaign's version that gave it */ \
  F(of, uint8_t flags, flags, COUNT)
#define CELL_DEBT_FIELDS CELL_GRANT_FIELDS /* of its gift; `value_minor`: so much of what it paid out is owed */
#define CELL_SET_OFF_FIELDS(F, of) F(of, int64_t amount, amount, NUMBER)
#define CELL_HELD_FIELDS(F, of) F(of, uint64_t tests, tests, DIGEST) /* a bit each: it held when the gift was given */
#define CELL_SEEN_FIELDS(F, of) F(of, int64_t value, value, NUMBER)  /* what a measure came to when the gift was given */
#define CELL_TAKEN_FIELDS(F, of)                                                      \
  F(of, uint64_t owner_key, owner_key, DIGEST) /* of the owner that was counted in */ \
  F(of, int64_t amount, amount, NUMBER)                                               \
  F(of, uint8_t on, on, COUNT)             /* enum taken_on */                        \
  F(of, uint8_t of_value, of_value, COUNT) /* 1: money or points; 0: gifts or units */
#define CELL_CHILD_FIELDS(F, of)                                                                             \
  F(of, uint64_t event, event, DIGEST) /* of the gift that rests on another, or was bought by its chances */ \
  F(of, uint64_t id_low, id_low, DIGEST)
#define CELL_RESTS_FIELDS(F, of)         \
  F(of, uint64_t id_low, id_low, DIGEST) \
  F(of, uint64_t per, per, DIGEST) /* key of the measure when the gift was given */
#define CELL_POOL_FIELDS(F, of)     \
  F(of, int64_t used, used, NUMBER) \
  F(of, uint32_t told, told, COUNT) /* watermarks that were announced */
#define CELL_FED_FIELDS(F, of)                                                                \
  F(of, uint64_t per, per, DIGEST)         /* key of the measure */                           \
  F(of, int64_t amount, amount, NUMBER)    /* that a reversal takes out again */              \
  F(of, uint8_t counted, counted, COUNT)   /* 0: the event fed nothing, a gift of it asked */ \
  F(of, uint8_t of_cause, of_cause, COUNT) /* 1: `amount` is what who caused the event came to, whose measure it is */
#define CELL_ORIGINAL_FIELDS(F, of)                                                           \
  F(of, int64_t time_ms, time_ms, NUMBER)                                                     \
  F(of, int64_t amount, amount, NUMBER)                                                       \
  F(of, int64_t reversed, reversed, NUMBER)                                                   \
  F(of, char currency[4], currency, BYTES)                                                    \
  F(of, uint8_t undone, undone, COUNT)           /* wholly: nothing more can be taken back */ \
  F(of, uint8_t is_reversal, is_reversal, COUNT) /* it took something back: it cannot be taken back itself */
#define CELL_AWAITED_FIELDS(F, of)                                                                \
  F(of, int64_t amount, amount, NUMBER)   /* reversed so far of an event that has not come yet */ \
  F(of, int64_t time_ms, time_ms, NUMBER) /* of the latest reversal */                            \
  F(of, uint8_t whole, whole, COUNT)      /* 1: all of it, whatever it is */
#define CELL_DUE_FIELDS(F, of)                                                                               \
  F(of, int64_t time_ms, time_ms, NUMBER) /* when a period that closes is judged */                          \
  F(of, int64_t done_ms, done_ms, NUMBER) /* when it was last, for rules with a shorter delay; 0: not yet */ \
  F(of, int64_t made_ms, made_ms, NUMBER) /* how far the shard had come then: whom a rank takes; 0: nowhere. A day of his own: date.c */
/* Key of a CELL_DUE. LOOKED: none is due; the customer was looked at, in the look of that number (done_ms) */
enum due_key { DUE_IN_TIME, DUE_FOUND, DUE_LOOKED };
#define CELL_ISSUED_FIELDS(F, of)                                                  \
  F(of, uint64_t id_high, id_high, DIGEST)                                         \
  F(of, uint64_t event, event, DIGEST) /* of the gift, for as long as it stands */ \
  F(of, uint8_t result, result, COUNT) /* enum issued_result */
#define CELL_LADDER_FIELDS(F, of)                                                     \
  F(of, int64_t paid, paid, NUMBER)   /* less what was taken back: money or points */ \
  F(of, uint32_t steps, steps, COUNT) /* gifts that it ever gave: the number of the last one */
#define CELL_STEP_FIELDS(F, of)                                                            \
  F(of, uint64_t event, event, DIGEST)        /* of the gift */                            \
  F(of, uint64_t ladder, ladder, DIGEST)      /* key of the ladder that it is a step of */ \
  F(of, int64_t from, from, NUMBER)           /* where its band begins */                  \
  F(of, int64_t forfeited, forfeited, NUMBER) /* it failed: so much counts as had */       \
  F(of, uint32_t n, n, COUNT)                 /* the n-th that the ladder gave */
#define CELL_DAY_END_FIELDS(F, of)                                                                   \
  F(of, int64_t value, value, NUMBER)     /* what there was at the end of the day */                 \
  F(of, int64_t time_ms, time_ms, NUMBER) /* of the event that said so, and its digest: the later */ \
  F(of, uint64_t event, event, DIGEST)    /* one for a day stands */                                 \
  F(of, uint8_t settled, settled, COUNT)  /* 1: the days before it are in the sums of their periods */
#define CELL_LEVEL_FIELDS(F, of) F(of, char marks[CELL_PACK_BYTES], marks, BYTES) /* of so many closes, how many levels were reached */
#define CELL_CYCLE_FIELDS(F, of) F(of, char days[CELL_PACK_BYTES], days, BYTES)   /* on which day they begin, and from which period on */
#define CELL_RANK_FIELDS(F, of)                                                                      \
  F(of, uint64_t worst, worst, DIGEST) /* key of the last of those who are kept, when no more are */ \
  F(of, int64_t last, last, NUMBER)    /* settled: of the last who won, as `order` below */          \
  F(of, uint32_t count, count, COUNT)  /* who are kept */                                            \
  F(of, uint32_t told, told, COUNT)    /* who wait to be told; of all shards: which have reported */ \
  F(of, uint32_t winners, winners, COUNT)                                                            \
  F(of, uint32_t asked, asked, COUNT) /* settled: up to which place who won was judged */            \
  F(of, uint8_t stage, stage, COUNT)  /* enum rank_stage (lend.h) */
#define CELL_SHARE_FIELDS(F, of)                                                                                              \
  F(of, int64_t pot, pot, NUMBER)      /* what all are given together */                                                      \
  F(of, uint64_t units, units, DIGEST) /* what it is divided by, of those who were put down; settled: of all. And above it */ \
  F(of, uint64_t units_high, units_high, DIGEST)
#define CELL_RANKED_FIELDS(F, of)                                                                      \
  F(of, int64_t order, order, NUMBER) /* what the rank is by: who has less is before others */         \
  F(of, int64_t tie_a, tie_a, NUMBER)                                                                  \
  F(of, int64_t tie_b, tie_b, NUMBER)                                                                  \
  F(of, int64_t tie_c, tie_c, NUMBER)                                                                  \
  F(of, uint32_t entry, entry, COUNT) /* number among those who wait; of all shards: whose customer */ \
  F(of, uint32_t place, place, COUNT) /* settled; 0: not known */
#define CELL_PENDING_FIELDS(F, of)                                                                      \
  F(of, int64_t time_ms, time_ms, NUMBER) /* when it is issued, or what it waits for is over */         \
  F(of, uint64_t event, event, DIGEST)    /* of the gift */                                             \
  F(of, uint64_t id_high, id_high, DIGEST)                                                              \
  F(of, uint64_t pool, pool, DIGEST)  /* decl of the pool that paid, or it waits for; or 0 */           \
  F(of, uint32_t meant, meant, COUNT) /* mark of the item that was meant */                             \
  F(of, uint16_t ahead, ahead, COUNT) /* of UTC: minutes of the campaign's clocks by then, and a day */ \
  F(of, uint8_t waits, waits, COUNT)  /* enum pending_for */                                            \
  F(of, uint8_t flags, flags, COUNT)  /* enum pending_flag */
#define CELL_TOLD_FIELDS(F, of)                                                                                             \
  F(of, uint64_t event, event, DIGEST)                                  /* that brought the measure so far */               \
  F(of, uint64_t hearer, hearer, DIGEST)                                /* by name_decl: the id is in the HEARD cells */    \
  F(of, uint64_t per, per, DIGEST)                                      /* key of the measure */                            \
  F(of, int64_t value, value, NUMBER)                                   /* the least that the hearer was told that it is */ \
  F(of, int64_t from, from, NUMBER)                                     /* the lowest threshold of then: below it nothing is left to fall */
#define CELL_PICK_FIELDS(F, of) F(of, int64_t time_ms, time_ms, NUMBER) /* of the event that named it first, or last */
#define CELL_TAG_FIELDS(F, of) F(of, char hashes[CELL_PACK_BYTES], hashes, BYTES)
#define CELL_FROZEN_FIELDS CELL_TAG_FIELDS
#define CELL_PROFILE_FIELDS(F, of) F(of, char entries[CELL_PACK_BYTES], entries, BYTES)
#define CELL_VALUE_FIELDS(F, of)                                               \
  F(of, int64_t word, word, NUMBER)    /* a number; of a text its hash */      \
  F(of, uint8_t kind, kind, COUNT)     /* enum value_kind */                   \
  F(of, uint8_t length, length, COUNT) /* of the text, as far as it is kept */ \
  F(of, char text[CELL_TEXT_BYTES], text, BYTES)
#define CELL_KEPT_FIELDS CELL_VALUE_FIELDS
#define CELL_PART_FIELDS(F, of)        \
  F(of, uint8_t length, length, COUNT) \
  F(of, char text[CELL_PART_BYTES], text, BYTES)
#define CELL_WHOLE_FIELDS CELL_PART_FIELDS
#define CELL_HEARD_FIELDS CELL_PART_FIELDS
#define CELL_ENROLLED_FIELDS(F, of) F(of, int64_t time_ms, time_ms, NUMBER)
#define CELL_OWED_FIELDS(F, of) F(of, int64_t amount, amount, NUMBER)
#define CELL_BLOCK_FIELDS(F, of)                                                                          \
  F(of, int64_t left, left, NUMBER)                                                                       \
  F(of, int64_t spent, spent, NUMBER)         /* and not reported yet; below 0 after refunds */           \
  F(of, int64_t elsewhere, elsewhere, NUMBER) /* FINAL: so much is not here, and nobody else holds any */ \
  F(of, int64_t claimed, claimed, NUMBER)                                                                 \
  F(of, uint8_t flags, flags, COUNT)         /* enum block_flag (lend.h) */                               \
  F(of, uint8_t claim, claim, COUNT)         /* number of the last claim */                               \
  F(of, uint8_t size_log2, size_log2, COUNT) /* of the last block */                                      \
  F(of, uint8_t idle, idle, COUNT)           /* reviews it lay unused */
#define CELL_LENT_FIELDS(F, of)                                            \
  F(of, int64_t outstanding, outstanding, NUMBER)                          \
  F(of, int64_t claimed, claimed, NUMBER)                                  \
  F(of, int64_t told, told, NUMBER)   /* FINAL's units */                  \
  F(of, uint32_t place, place, COUNT) /* in the line of claims */          \
  F(of, uint8_t claim, claim, COUNT)  /* number of the claim that waits */ \
  F(of, uint8_t flags, flags, COUNT)  /* enum lent_flag (lend.h) */

/* KIND(NAME, member, hook, decl, key, period): what a cell is found by. Cells with the same hook are one chain: BY_DECL all of a fact,
 * BY_KEY all of an event or gift, BY_BOTH those of one counter. A `decl` is the 40-bit hash of the qualified name. */
#define CELL_KINDS(KIND)                                                                                \
  KIND(FIRST, first, BY_DECL, "fact", "of `per`", "")                                                   \
  KIND(STANDING, standing, BY_DECL, "fact", "digest of event", "")                                      \
  KIND(LAST, last, BY_DECL, "fact", "of `per`", "")                                                     \
  KIND(MEASURE, measure, BY_DECL, "fact", "of `per`", "of the window")                                  \
  KIND(DISTINCT, distinct, BY_DECL, "fact", "of `per` and value", "of the window")                      \
  KIND(TRACK, track, BY_DECL, "fact", "its key", "of the track")                                        \
  KIND(TASK, task, BY_BOTH, "fact", "key of the track", "number of the task, or of one that may do it") \
  KIND(LOT, lot, BY_DECL, "chance", "low id of the gift, or of the top-up", "of the top-up")            \
  KIND(LIMIT, limit, BY_BOTH, "limit", "of the identity", "of the limit")                               \
  KIND(ONCE, once, BY_BOTH, "rule", "of `once_per`", "")                                                \
  KIND(GRANT, grant, BY_KEY, "rule", "digest of event", "ordinal of the gift")                          \
  KIND(SET_OFF, set_off, BY_KEY, "", "low id of the gift", "")                                          \
  KIND(TAKEN, taken, BY_KEY, "limit or pool", "low id of the gift", "of limit or pace")                 \
  KIND(CHILD, child, BY_KEY, "", "low id of the base gift or lot", "n-th of the lot")                   \
  KIND(RESTS, rests, BY_DECL, "fact", "digest of event", "of the fact")                                 \
  KIND(POOL, pool, BY_DECL, "pool", "0 total, 1 a pace period", "of the pace")                          \
  KIND(FED, fed, BY_KEY, "fact", "digest of event", "of the window")                                    \
  KIND(ORIGINAL, original, BY_KEY, "", "digest of event", "")                                           \
  KIND(AWAITED, awaited, BY_KEY, "", "digest of event", "letters of the currency")                      \
  KIND(TAG, tag, BY_DECL, "", "time of the event that said them", "n-th cell of its tags")              \
  KIND(PROFILE, profile, BY_DECL, "", "time of the event that said it", "n-th cell of its fields")      \
  KIND(KEPT, value, BY_BOTH, "fact or chance", "of owner and field", "item of a list")                  \
  KIND(ENROLLED, enrolled, BY_DECL, "campaign", "", "")                                                 \
  KIND(OWED, owed, BY_DECL, "campaign", "0 money, 1 points", "")                                        \
  KIND(BLOCK, block, BY_DECL, "pool or limit", "of a resource", "of the pace")                          \
  KIND(LENT, lent, BY_DECL, "pool or limit", "shard + 1", "of the pace")                                \
  KIND(WHOLE, part, BY_BOTH, "fact or pool", "as KEPT; of the pace", "part of the text")                \
  KIND(HEARD, part, BY_KEY, "hearer", "digest of event", "part of the id")                              \
  KIND(PICK, pick, BY_DECL, "fact", "of the value", "of the unit")                                      \
  KIND(DUE, due, BY_KEY, "unit and zone", "", "that closes")                                            \
  KIND(ISSUED, issued, BY_KEY, "rule", "low id of the gift", "")                                        \
  KIND(LADDER, ladder, BY_DECL, "rule", "of item and `per`", "of the measure")                          \
  KIND(STEP, step, BY_DECL, "rule", "low id of the gift", "of the measure")                             \
  KIND(DAY_END, day_end, BY_DECL, "fact", "", "of the day")                                             \
  KIND(LEVEL, level, BY_DECL, "fact", "", "forty closes")                                               \
  KIND(RANK, rank, BY_KEY, "rule", "0, or shard + 1", "that closed")                                    \
  KIND(RANKED, ranked, BY_KEY, "rule", "of the customer, or 0 of a share", "that closed")               \
  KIND(SHARE, share, BY_KEY, "rule", "", "that closed")                                                 \
  KIND(CYCLE, cycle, BY_DECL, "cycle", "", "")                                                          \
  KIND(PENDING, pending, BY_DECL, "", "low id of the gift", "")                                         \
  KIND(FROZEN, tag, BY_DECL, "day", "time of the event that said them", "n-th cell of its tags")        \
  KIND(TOLD, told, BY_DECL, "fact", "digest of event and hearer", "of the window")                      \
  KIND(DEBT, grant, BY_KEY, "rule", "digest of event", "ordinal of the gift")                           \
  KIND(HELD, held, BY_KEY, "", "low id of the gift", "so many times 64 tests")                          \
  KIND(SEEN, seen, BY_DECL, "fact", "digest of event", "of the window")

#define CELL_ENUM(NAME, member, hook, decl, key, period) CELL_##NAME,
enum cell_kind { CELL_FREE, CELL_KINDS(CELL_ENUM) CELL_KIND_COUNT };
#undef CELL_ENUM
#define CELL_BIT(kind) (UINT64_C(1) << (kind)) /* a set of kinds is a word */
_Static_assert(CELL_KIND_COUNT <= 64, "a bit for each kind of cell");

/* Whose record was counted in. */
enum taken_on { ON_RESOURCE, ON_POOL, ON_CUSTOMER };
/* What fulfilment said of a gift that has a policy for it. REISSUED: that it failed, and it stands under another id now, which has a cell
 * of its own. */
enum issued_result { ISSUED_UNTOLD, ISSUED_DONE, ISSUED_FAILED, ISSUED_REISSUED };
/* What a gift that was qualified waits for. */
enum pending_for {
  PENDING_TIMING,
  PENDING_CHOICE,
  PENDING_SETTLED /* chosen, or over: nothing waits */,
  PENDING_REVIEW,
  PENDING_QUEUE /* for its pool, behind those who waited before */
};
/* ON_PASS: when nobody has answered a review in time the gift is issued. PASSED, REFUSED: what its review came to. FOR_BANK: the bank asked
 * for it, whatever the rule asks. */
enum pending_flag { PENDING_PARTIAL = 1, PENDING_ON_PASS = 2, PENDING_PASSED = 4, PENDING_REFUSED = 8, PENDING_FOR_BANK = 16 };
/* Of a grant. */
enum grant_flag { GRANT_BY_FACT = 1 /* a measure or track woke the rule */ };

#define CELL_FIELD(of, declaration, name, form) declaration;
/* One remembered thing. */
struct cell {
  uint64_t name;       /* decl << 8 | kind; 0: free */
  uint64_t key;        /* hash of the dimension values, digest of an event ..., or 0 */
  int32_t period;      /* period number, or what the kind's row says, or 0 */
  int32_t expires_day; /* last day (since 1970, UTC) on which it is needed; 0: for ever */
  union {
    unsigned char all[40]; /* the first is what C sets to zeros in a cell that is made by its name alone */
    struct {
      CELL_FIRST_FIELDS(CELL_FIELD, first)
    } first;
    struct {
      CELL_STANDING_FIELDS(CELL_FIELD, standing)
    } standing;
    struct {
      CELL_LAST_FIELDS(CELL_FIELD, last)
    } last;
    struct {
      CELL_MEASURE_FIELDS(CELL_FIELD, measure)
    } measure;
    struct {
      CELL_DISTINCT_FIELDS(CELL_FIELD, distinct)
    } distinct;
    struct {
      CELL_TRACK_FIELDS(CELL_FIELD, track)
    } track;
    struct {
      CELL_TASK_FIELDS(CELL_FIELD, task)
    } task;
    struct {
      CELL_LOT_FIELDS(CELL_FIELD, lot)
    } lot;
    struct {
      CELL_LIMIT_FIELDS(CELL_FIELD, limit)
    } limit;
    struct {
      CELL_ONCE_FIELDS(CELL_FIELD, once)
    } once;
    struct {
      CELL_GRANT_FIELDS(CELL_FIELD, grant)
    } grant;
    struct {
      CELL_SET_OFF_FIELDS(CELL_FIELD, set_off)
    } set_off;
    struct {
      CELL_HELD_FIELDS(CELL_FIELD, held)
    } held;
    struct {
      CELL_SEEN_FIELDS(CELL_FIELD, seen)
    } seen;
    struct {
      CELL_TAKEN_FIELDS(CELL_FIELD, taken)
    } taken;
    struct {
      CELL_CHILD_FIELDS(CELL_FIELD, child)
    } child;
    struct {
      CELL_RESTS_FIELDS(CELL_FIELD, rests)
    } rests;
    struct {
      CELL_POOL_FIELDS(CELL_FIELD, pool)
    } pool;
    struct {
      CELL_FED_FIELDS(CELL_FIELD, fed)
    } fed;
    struct {
      CELL_ORIGINAL_FIELDS(CELL_FIELD, original)
    } original;
    struct {
      CELL_AWAITED_FIELDS(CELL_FIELD, awaited)
    } awaited;
    struct {
      CELL_PICK_FIELDS(CELL_FIELD, pick)
    } pick;
    struct {
      CELL_DUE_FIELDS(CELL_FIELD, due)
    } due;
    struct {
      CELL_ISSUED_FIELDS(CELL_FIELD, issued)
    } issued;
    struct {
      CELL_LADDER_FIELDS(CELL_FIELD, ladder)
    } ladder;
    struct {
      CELL_STEP_FIELDS(CELL_FIELD, step)
    } step;
    struct {
      CELL_DAY_END_FIELDS(CELL_FIELD, day_end)
    } day_end;
    struct {
      CELL_LEVEL_FIELDS(CELL_FIELD, level)
    } level;
    struct {
      CELL_TOLD_FIELDS(CELL_FIELD, told)
    } told;
    struct {
      CELL_RANK_FIELDS(CELL_FIELD, rank)
    } rank;
    struct {
      CELL_RANKED_FIELDS(CELL_FIELD, ranked)
    } ranked;
    struct {
      CELL_SHARE_FIELDS(CELL_FIELD, share)
    } share;
    struct {
      CELL_CYCLE_FIELDS(CELL_FIELD, cycle)
    } cycle;
    struct {
      CELL_PENDING_FIELDS(CELL_FIELD, pending)
    } pending;
    struct {
      CELL_TAG_FIELDS(CELL_FIELD, tag)
    } tag;
    struct {
      CELL_PROFILE_FIELDS(CELL_FIELD, profile)
    } profile;
    struct {
      CELL_VALUE_FIELDS(CELL_FIELD, value)
    } value; /* KEPT */
    struct {
      CELL_ENROLLED_FIELDS(CELL_FIELD, enrolled)
    } enrolled;
    struct {
      CELL_OWED_FIELDS(CELL_FIELD, owed)
    } owed;
    struct {
      CELL_BLOCK_FIELDS(CELL_FIELD, block)
    } block;
    struct {
      CELL_LENT_FIELDS(CELL_FIELD, lent)
    } lent;
    struct {
      CELL_PART_FIELDS(CELL_FIELD, part)
    } part; /* WHOLE and HEARD */
  };
};
#undef CELL_FIELD
_Static_assert(sizeof(struct cell) == 64, "a cell is a cache line");

static inline enum cell_kind cell_kind(const struct cell *cell) { return (enum cell_kind)(cell->name & 0xff); }
static inline uint64_t cell_decl(const struct cell *cell) { return cell->name >> 8; }
const char *cell_kind_name(enum cell_kind kind); /* "GRANT" */

/* A 40-bit name as it stands in cells, of a hash or of the name itself. */
static inline uint64_t decl_of_hash(uint64_t hash) { return hash & ((UINT64_C(1) << 40) - 1); }
static inline uint64_t name_decl(struct str name) { return decl_of_hash(hash64(&HASH_KEY_FIXED, name)); }

/* ---- owners ---- */

enum owner_kind { OWNER_CUSTOMER = 'c', OWNER_RESOURCE = 'r', OWNER_POOL = 'p', OWNER_RANK = 'k' };
/* Key under which an owner's state is kept, at most 72 bytes: 'c' + customer id; 'r' + 5 bytes decl + 8 bytes key hash; 'p' + 5 bytes decl
 * + 8 bytes hash of the share; 'k' + 5 bytes decl of the rule + 8 bytes period (lend.h, rank_owner). */
struct owner {
  enum owner_kind kind;
  uint8_t length;
  char key[79];
};
static inline struct str owner_key(const struct owner *owner) { return (struct str){owner->key, owner->length}; }
struct owner owner_customer(struct str customer);
struct owner owner_named(enum owner_kind kind, uint64_t decl, uint64_t key); /* resources, pools, ranks */
/* Decl and key of one of those. */
void owner_split(const struct owner *owner, uint64_t *decl, uint64_t *key);

/* ---- a state ---- */

/* An event that was decided for this customer: guards counts, sums and gifts against duplicates. */
struct seen {
  uint64_t digest;
  int64_t time_ms; /* TIME_NONE: a free slot */
};

struct trail;

struct state {
  uint64_t position; /* of the journal: the last change. Set by whoever stores it */
  int64_t floor_ms;  /* events at or before this time whose digest is not among `seen` are too late: digests up to it were let go. Of a
                      * shared record: cells that were needed until a day before it may have been let go */
  uint32_t cell_count, seen_count;
  uint32_t pages;     /* a power of two */
  int32_t expire_day; /* the day from which on something can be dropped; INT32_MAX: nothing ever */
  bool changed;       /* some page differs from what is stored */
  bool cramped;       /* a cell or id found no room in this block: state_move() to a larger one */
  uint32_t keeper;    /* whoever keeps the block may write here where it stands */
  uint64_t turn;      /* the judge's: of the event at hand; what was taken from this pool for it */
  int64_t taken;
  struct trail *trail; /* where old contents go while an event is decided; NULL: nowhere */
  /* private to the room */
  uint32_t capacity, used, free_slot, bucket_mask, seen_mask, dirty_words;
  uint64_t kinds;           /* CELL_BIT of each of which a cell was ever here */
  uint32_t *next, *buckets; /* slot + 1; 0: the end */
  struct cell *cells;
  struct seen *seen;
  uint64_t *dirty, dirty_word; /* a bit a page; `dirty` is the word beside it while that is enough */
};

/* Cells that may be added before the block is full; between two decisions. */
static inline uint32_t state_room(const struct state *state) { return state->capacity - state->cell_count; }
static inline uint32_t state_id_room(const struct state *state) { return (state->seen_mask + 1) / 4 * 3 - state->seen_count; }
static inline bool state_can_grow(const struct state *state) { return state->capacity < LIMIT_STATE_CELLS; }

/* Bytes of a block for so many cells and ids, and an empty state in one: of at least so many, and as many cells as fit. Blocks are aligned
 * to 16. */
size_t state_bytes(uint32_t cells, uint32_t ids);
struct state *state_init(void *block, size_t bytes, uint32_t ids);
/* The same state in another block (made by state_init) with room for at least as many cells and ids. */
void state_move(struct state *to, const struct state *from);
/* Whether nobody could tell it from a state that never was. */
static inline bool state_is_empty(const struct state *state) {
  return state->cell_count == 0 && state->seen_count == 0 && state->floor_ms == 0;
}

/* False: it has no cell of the kind. True: it had one once, and may have it yet. Nearly all that is asked of a customer is of a kind that
 * he has nothing of: asking this first spares the look for a chain. */
static inline bool state_knows(const struct state *state, enum cell_kind kind) { return (state->kinds & CELL_BIT(kind)) != 0; }

/* The cell of (kind, decl, key, period), or NULL. */
const struct cell *state_find(const struct state *state, enum cell_kind kind, uint64_t decl, uint64_t key, int32_t period);
/* The cells on a hook, in no order that means anything: what is found must not depend on it. What the kind's hook does not name (BY_DECL:
 * key) is not looked at. NULL behind the last. Adding and removing other cells meanwhile is fine. */
const struct cell *state_first(const struct state *state, enum cell_kind kind, uint64_t decl, uint64_t key);
const struct cell *state_next(const struct state *state, const struct cell *cell);
/* All cells of whatever kind: *slot begins at 0; NULL behind the last. */
const struct cell *state_any(const struct state *state, uint32_t *slot);
/* The same cell, to be changed: everything but name, key and period. */
struct cell *state_write(struct state *state, const struct cell *cell);
/* A further cell, zeroed but for its name; state_make: the one of that name, if it is there. NULL: no room in this block (`cramped`), or
 * none at all (LIMIT_STATE_CELLS). */
struct cell *state_add(struct state *state, enum cell_kind kind, uint64_t decl, uint64_t key, int32_t period) MUST_USE;
struct cell *state_make(struct state *state, enum cell_kind kind, uint64_t decl, uint64_t key, int32_t period) MUST_USE;
/* The cell is gone; pointers to it must not be used any more. */
void state_remove(struct state *state, const struct cell *cell);
/* Every cell on a hook. */
void state_remove_all(struct state *state, enum cell_kind kind, uint64_t decl, uint64_t key);

/* ---- the trail of a decision ---- */

enum trail_what { TRAIL_CHANGED, TRAIL_ADDED, TRAIL_REMOVED };
struct trail_entry {
  struct state *state;
  uint32_t slot;
  enum trail_what what;
  struct cell before; /* not of one that was added */
};
struct trail {
  struct trail_entry *entries; /* borrowed */
  uint32_t capacity, count;
  bool open, full;   /* full: there was no place for a change, and none was made: the decision must be taken back */
  struct cell spare; /* what is written then */
};
/* From here on every change of a state whose `trail` this is can be taken back. */
void trail_begin(struct trail *trail);
/* It never happened. */
void trail_undo(struct trail *trail);
/* It happened: pages are marked, states that changed have `changed` set. The entries can be read until the next trail_begin. */
void trail_keep(struct trail *trail);

/* ---- ids of events ---- */

bool state_seen(const struct state *state, uint64_t digest, int64_t *time_ms);
/* Never for an id that is there. False: no room in this block. At LIMIT_SEEN the oldest eighth is let go and the floor is raised: events
 * from before it are then too late, never judged twice. Not part of the trail: call it when the decision is sure. */
bool state_see(struct state *state, uint64_t digest, int64_t time_ms) MUST_USE;

/* ---- time ---- */

/* The day after which a cell that matters until `until_ms` may go. */
int32_t state_expiry(int64_t until_ms);
/* Drops what is not needed any more on that day, and ids of events from before `ids_from_ms`, the day's beginning less the horizon. Called
 * before an event is decided, never inside; the same day again does nothing. Returns whether anything went. */
bool state_expire(struct state *state, int32_t today, int64_t ids_from_ms, int64_t horizon_ms);
/* The same of a record that events of several shards come to, some of whose clocks are behind: LIMIT_SHARED_KEPT cells stay whatever the
 * day, and when more go the floor is raised (state_is_gone). */
bool state_expire_shared(struct state *state, int32_t today);
/* Whether a cell of a shared record that was needed until `expires_day` may have been there and be gone: what it counted is not known. */
static inline bool state_is_gone(const struct state *state, int32_t expires_day) {
  return expires_day != 0 && expires_day < state->floor_ms / MS_PER_DAY;
}
/* Its cells go elsewhere, or come from there: what was let go of them is known by the floor, so that goes with them (state_pack). */
void state_floor_set(struct state *state, int64_t floor_ms);
static inline bool state_may_expire(const struct state *state, int32_t today) { return today >= state->expire_day; }
/* Something may go from that day on: an id that was seen. */
static inline void state_look_on(struct state *state, int64_t day) {
  if (day < state->expire_day) state->expire_day = (int32_t)day;
}

/* ---- pages and bytes ---- */

/* How many pages a state of this size should have; called when an event is decided. */
void state_settle(struct state *state);

/* Bytes of one page (versioned, compact, canonical: same content, same bytes). */
struct page_head {
  uint32_t page, pages;
  uint32_t cells, ids; /* in this page; of the first page at least so many cells that a block for so many in each has marks for all pages */
};
#define PAGE_KEY_BYTES 3u /* behind the owner's key, from the second page on */
/* Whether it is the key of a customer, that of his first page: further ones have a zero behind it, which no id has. */
bool key_is_customer(struct str key);
/* Key of a page; `out` holds the owner's key and PAGE_KEY_BYTES. */
struct str page_key(struct str owner, uint32_t page, char *out);
/* Slots of a state ordered by page, so that many pages are encoded in one pass. */
struct page_item {
  uint64_t rank; /* order within the page */
  uint32_t slot;
};
struct page_plan {
  uint32_t starts[LIMIT_STATE_PAGES + 1], id_starts[LIMIT_STATE_PAGES + 1];
  struct page_item cells[LIMIT_STATE_CELLS], ids[LIMIT_SEEN_SLOTS];
};
void page_plan_make(struct page_plan *plan, const struct state *state);
/* 0: there is nothing to keep of it: an empty record. At most LIMIT_STATE_BYTES. */
size_t page_encode(const struct state *state, struct page_plan *plan, uint32_t page, char *out, size_t capacity);
static inline bool page_is_dirty(const struct state *state, uint32_t page) { return (state->dirty[page / 64] >> (page % 64) & 1) != 0; }
uint32_t pages_dirty(const struct state *state);
void pages_clean(struct state *state); /* all of them were stored */
/* False when the bytes are no page of a known version (fault says what): foreign, newer, truncated. Empty bytes are an empty page. */
bool page_look(struct str bytes, struct page_head *head, struct fault *fault) MUST_USE;
/* Adds what stands in a page; the state has room for it (page_look). */
bool page_decode(struct str bytes, struct state *state, struct fault *fault) MUST_USE;
/* All cells of a state but those of lending in one record, whatever its pages, and its floor: a resource on its way to another shard.
 * 0: there is nothing, or it does not fit. */
size_t state_pack(const struct state *state, char *out, size_t capacity);
/* Adds them to a state that has room (page_look); its floor is that of the two which is later. */
bool state_unpack(struct str bytes, struct state *state, struct fault *fault) MUST_USE;

/* ---- values and texts ---- */

/* A value as it is remembered: a number whole, of a text its beginning (borrowed) and the hash of all of it. */
struct remembered {
  struct value value;
  uint64_t hash;
};
/* Of a list its n-th item. */
struct remembered remembered_of(const struct value *value, uint32_t item);
/* Whether it is this text, or two are the same one: by what is kept of it and by its hash. */
bool remembered_is(const struct remembered *it, struct str text);
bool remembered_same(const struct remembered *a, const struct remembered *b);
/* In a KEPT cell. */
void cell_set_value(struct cell *cell, const struct value *value, uint32_t item);
struct remembered cell_get_value(const struct cell *cell);
/* A text of up to LIMIT_ID_BYTES as a whole, in WHOLE or HEARD cells, one a part. Putting replaces; false: no room. */
bool state_put_text(struct state *state, enum cell_kind kind, uint64_t decl, uint64_t key, struct str text, int32_t expires_day) MUST_USE;
size_t state_get_text(const struct state *state, enum cell_kind kind, uint64_t decl, uint64_t key, char out[LIMIT_ID_BYTES]);

/* What the bank says of a customer (R20). `field`: decl of its name. A field's value, of a list its n-th item; false: none. */
bool profile_get(const struct state *state, uint64_t field, uint32_t item, struct remembered *out);
/* All its values, in no order that means anything; the cursor begins as zeros. */
struct profile_cursor {
  const struct cell *cell;
  uint32_t byte;
};
bool profile_next(const struct state *state, uint64_t field, struct profile_cursor *at, struct remembered *out);
/* When it was said, or cleared; false: never. */
bool profile_said(const struct state *state, uint64_t field, int64_t *time_ms);
/* Replaces it; VALUE_ABSENT clears. False: no room in this block, and what was is gone: the decision is void. */
bool profile_set(struct state *state, uint64_t field, int64_t time_ms, const struct value *value) MUST_USE;
/* The same of the customer's tags, all at once. */
bool tags_have(const struct state *state, struct str tag);
bool tags_said(const struct state *state, int64_t *time_ms);
bool tags_set(struct state *state, int64_t time_ms, const struct value *tags) MUST_USE;
/* Tags as they were at the end of a day, beside those of now: `day` is the day's name. Frozen are those of now, or none where none were
 * ever said; a late event may still say others. */
bool frozen_have(const struct state *state, uint64_t day, struct str tag);
bool frozen_said(const struct state *state, uint64_t day, int64_t *time_ms);
bool frozen_set(struct state *state, uint64_t day, int64_t time_ms, const struct value *tags, int32_t expires_day) MUST_USE;
bool tags_freeze(struct state *state, uint64_t day, int32_t expires_day) MUST_USE;

/* ---- invariants ---- */

/* NULL, or which of the numbered invariants (src/memory/check.c) does not hold. For debug, simulator and fuzz builds: O(cells). */
const char *memory_check(const struct state *state);

#endif
