/* Lending between shards: which part does what.
 *
 *   lend.c    the doors: which message goes where      names.c   who is home, sending, the pools of a rulebook
 *   block.c   pools at the borrower                    home.c    pools at home             whole.c   resources, both sides
 *   codec.c   messages as bytes                        pool.c    how much a pool has          cause.c   who spent last
 *   rank.c    ranks, both sides                        rank_codec.c   their messages as bytes
 *
 * A pool's units are always in exactly one place: used (reported), outstanding (lent: in a block, spent and not yet reported, or on their
 * way), or free at home. Messages move them between places; nothing else does. */
#ifndef GIFTD_LEND_INSIDE_H
#define GIFTD_LEND_INSIDE_H

#include <assert.h>

#include "giftd/base/mutant.h"
#include "giftd/lend.h"

struct lend_name {
  uint64_t decl, key;
};
struct lend_name lend_name(const struct owner *owner);
uint32_t lend_pool_number(const struct lending *lending, uint64_t decl); /* or NONE */
/* So many gifts for each shard are plenty: a block of that is half of them. */
#define LEND_PLENTY 16
void lend_send(const struct lending *lending, const struct lend_message *message);
static inline struct lend_message lend_to(enum lend_kind kind, uint32_t to, const struct owner *owner, int32_t period) {
  return (struct lend_message){.kind = kind, .to = to, .owner = *owner, .period = period};
}
/* A cell made for lending: never expires by itself, since what it counts must not be forgotten. */
struct cell *lend_cell(struct state *state, enum cell_kind kind, uint64_t decl, uint64_t key, int32_t period);
enum status lend_full(const struct owner *owner, struct fault *fault);
/* Whether nobody needs to know of this period any more that there was nothing left. */
bool lend_period_over(const struct lending *lending, const struct pool *pool, int32_t period);

/* cause.c: "source/id" of the event that spent last of a block, or empty; the text may be in `out`. Whether it could be one. */
struct str cause_read(const struct state *state, uint64_t decl, int32_t period, char out[LEND_CAUSE_BYTES]);
void cause_drop(struct state *state, uint64_t decl, int32_t period);
bool cause_holds(struct str cause);
/* home.c: messages to home, and its part of the review */
enum status home_hear(const struct lending *lending, const struct lend_message *message, struct state *state, struct fault *fault);
void home_review(const struct lending *lending, const struct owner *owner, struct state *state);
/* block.c: messages to a borrower, and its part of the rest */
enum status block_hear(const struct lending *lending, const struct lend_message *message, struct state *state, bool pinned,
                       struct fault *fault);
void block_ask(const struct lending *lending, const struct owner *owner, struct state *state, int32_t period, int64_t need);
void block_release(const struct lending *lending, const struct owner *owner, struct state *state);
void block_review(const struct lending *lending, const struct owner *owner, struct state *state);
/* whole.c */
enum status whole_hear(const struct lending *lending, const struct lend_message *message, struct state *state, bool pinned,
                       struct fault *fault);
void whole_ask(const struct lending *lending, const struct owner *owner, struct state *state);
void whole_review(const struct lending *lending, const struct owner *owner, struct state *state);
void whole_release(const struct lending *lending, const struct owner *owner, struct state *state);

#endif
