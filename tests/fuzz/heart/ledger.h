/* What was given, kept beside the states and counted anew, so that no decision may give twice, take back more than there was, pass a limit
 * or take from a pool what it does not have.
 *
 *   ledger.c   gifts by their ids       counts.c   limits in count       stock.c   pools
 */
#ifndef GIFTD_FUZZ_HEART_LEDGER_H
#define GIFTD_FUZZ_HEART_LEDGER_H

#include "world.h"

#define LEDGER_MOST 16384u
#define LEDGER_SLOTS 32768u
#define CHAIN_MOST (LIMIT_POOL_DEPTH + 1u)

/* What a gift took from a pool and the pools above it. */
struct drawing_on {
  uint64_t decl, share;
  int64_t amount;
  bool of_value;
};
struct entry {
  uint64_t low, high;
  int64_t value, units, offset; /* of a unit, as it went out and was not taken back; what went into a debt */
  bool gone;
  uint32_t drawn_count;
  struct drawing_on drawn[CHAIN_MOST];
};

/* A rule gave once, and a limit in count was counted up. */
struct firing {
  uint64_t limit, key, gift;
  int32_t period;
  bool undone;
};
#define FIRINGS_MOST 16384u

/* What is out of a pool. */
struct stock {
  uint64_t decl, share;
  int64_t out;
  bool unsure; /* several pools paid at once: who paid what is not told */
};
#define STOCKS_MOST 512u

struct ledger {
  uint32_t count, slots[LEDGER_SLOTS];
  struct entry entries[LEDGER_MOST];
  uint32_t firing_count, stock_count;
  struct firing firings[FIRINGS_MOST];
  struct stock stocks[STOCKS_MOST];
  bool edited; /* totals may be below what is out */
};

void ledger_begin(struct ledger *ledger);
/* A decision that was kept. */
void ledger_take(struct ledger *ledger, const struct world *world, const struct event *event);
/* Bounds and references of any decision that stands. */
void decision_check(const struct decision *decision);

/* ---- between the files ---- */

struct entry *ledger_entry(struct ledger *ledger, const struct gift *gift); /* or NULL */
/* Whether the gift goes back (else it is given now). */
bool gift_is_back(const struct gift *gift, const struct event *event);
void counts_given(struct ledger *ledger, const struct world *world, const struct event *event, const struct outcome *outcome);
void counts_back(struct ledger *ledger, const struct gift *gift);
void stock_given(struct ledger *ledger, const struct event *event, const struct gift *gift, struct entry *entry);
void stock_unsure(struct ledger *ledger, const struct event *event, const struct gift *gift); /* who paid what is not told */
/* Before the entry is lowered. */
void stock_back(struct ledger *ledger, const struct gift *gift, struct entry *entry);
void stock_check(struct ledger *ledger, struct world *world);

#endif
