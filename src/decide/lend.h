/* Lending between shards, inside the decide room: what the flags of its cells mean, and which part does what.
 *
 *   lend.c         who is home, which message goes where, the pools of a rulebook
 *   lend_block.c   pools at the borrower     lend_home.c   pools at home     lend_whole.c  resources, both sides
 *   lend_codec.c   messages as bytes         pool.c        spending a block, and how much a pool has
 *
 * A pool's units are always in exactly one place: used (reported), outstanding (lent: in a block, spent and not yet reported, or on their
 * way), or free at home. Messages move them between places; nothing else does. */
#ifndef GIFTD_DECIDE_LEND_H
#define GIFTD_DECIDE_LEND_H

#include "giftd/base/mutant.h"
#include "state.h"

/* CELL_POOL's keys. */
#define POOL_TOTAL 0u
#define POOL_PACE 1u

/* Of CELL_BLOCK. */
enum block_flag {
  BLOCK_ASKED = 1,    /* a claim stands; v[3] says for how much */
  BLOCK_AHEAD = 2,    /* ... which is for the next block: it may stay without an answer */
  BLOCK_FINAL = 4,    /* home has v[2] units and nobody else holds any */
  BLOCK_RECALLED = 8, /* to be handed over when the event at hand is decided */
  BLOCK_HELD = 16,    /* resources: the whole record is here */
  BLOCK_OUT = 32      /* FINAL is of the total; else of the pace */
};
/* CELL_BLOCK's `small`: reviews it lay idle, number of the last claim, size of the last block as a power of two. */
#define BLOCK_IDLE_MASK 0x3u
#define BLOCK_CLAIM_SHIFT 2u
#define BLOCK_CLAIM_MASK (LEND_CLAIM_MOST << BLOCK_CLAIM_SHIFT)
#define BLOCK_SIZE_SHIFT 8u
_Static_assert(LEND_IDLE_REVIEWS <= BLOCK_IDLE_MASK && BLOCK_CLAIM_MASK < 1u << BLOCK_SIZE_SHIFT, "three numbers in sixteen bits");

/* Of CELL_LENT; its `small` is the number of the claim that waits. */
enum lent_flag {
  LENT_RECALLED = 1, /* a recall is under way */
  LENT_TOLD = 2,     /* FINAL was said, with v[3] units */
  LENT_HOLDS = 4     /* resources: has the record */
};

struct lend_name {
  uint64_t decl, key;
};
struct lend_name lend_name(const struct owner *owner);
uint32_t lend_pool_number(const struct lending *lending, uint64_t decl); /* or NONE */
void lend_send(const struct lending *lending, const struct lend_message *message);
static inline struct lend_message lend_to(enum lend_kind kind, uint32_t to, const struct owner *owner, int32_t period) {
  return (struct lend_message){.kind = kind, .to = to, .owner = *owner, .period = period};
}
/* A cell made for lending: never expires by itself, since what it counts must not be forgotten. */
struct cell *lend_cell(const struct lending *lending, struct state *state, enum cell_kind kind, uint64_t decl, uint64_t key,
                       int32_t period);
enum status lend_full(const struct owner *owner, struct fault *fault);
/* Whether nobody needs to know of this period any more that there was nothing left. */
bool lend_period_over(const struct lending *lending, const struct pool *pool, int32_t period);

/* lend_home.c: messages to home, and its part of the review */
enum status home_hear(const struct lending *lending, const struct lend_message *message, struct state *state, struct fault *fault);
void home_review(const struct lending *lending, const struct owner *owner, struct state *state);
/* lend_block.c: messages to a borrower, and its part of the rest */
enum status block_hear(const struct lending *lending, const struct lend_message *message, struct state *state, bool pinned,
                       struct fault *fault);
void block_ask(const struct lending *lending, const struct owner *owner, struct state *state, int32_t period, int64_t need);
void block_release(const struct lending *lending, const struct owner *owner, struct state *state);
void block_review(const struct lending *lending, const struct owner *owner, struct state *state);
/* lend_whole.c */
enum status whole_hear(const struct lending *lending, const struct lend_message *message, struct state *state, bool pinned,
                       struct fault *fault);
void whole_ask(const struct lending *lending, const struct owner *owner, struct state *state);
void whole_review(const struct lending *lending, const struct owner *owner, struct state *state);
void whole_release(const struct lending *lending, const struct owner *owner, struct state *state);

/* pool.c: how much there is. `share`: hash of the value of `by`, or 0. */
int64_t pool_share_total(const struct pool *pool, uint64_t share);
/* What the pace has released for a period, used or not; with carry_over since the start. */
int64_t pool_released(const struct rulebook *rulebook, const struct pool *pool, int32_t period);
int32_t pool_pace_expiry(const struct rulebook *rulebook, const struct pool *pool, int32_t period, int64_t memory_ms);
/* Moves the watermark of a POOL cell; false: none was passed. */
bool pool_watermark(const struct rulebook *rulebook, uint32_t number, struct cell *used, int64_t total, struct pool_mark *out);

#endif
