/* Owners' states as a shard keeps them: some at hand in blocks of their own, all of them as pages in a store. A block is exactly as large
 * as it was asked for, so a write behind it is seen; a *tight* world asks for no more room than it must have, so states move at every turn.
 *
 *   world.c   places, blocks, pages        judge.c   one event: tried until all it needs is at hand      twin.c   the same once more
 *   ledger.c  what was given and taken back               counts.c   limits and pools, counted anew      lender.c   another shard
 */
#ifndef GIFTD_FUZZ_HEART_WORLD_H
#define GIFTD_FUZZ_HEART_WORLD_H

#include "book.h"
#include "bytes.h"
#include "giftd/judge.h"

#define WORLD_PLACES 1024u
#define WORLD_SLOTS 4096u
#define WORLD_TRAIL 65536u
#define ARENA_BYTES (1u << 20)

/* One owner. */
struct place {
  struct owner owner;
  struct state *state; /* NULL: not at hand */
  void *block;
  uint64_t touched;                    /* turn in which the judge found it */
  struct str pages[LIMIT_STATE_PAGES]; /* as they are stored; of their own */
  uint64_t content;                    /* hash of what it holds, while `known` */
  bool known;
};

struct world {
  struct place places[WORLD_PLACES];
  uint32_t count, slots[WORLD_SLOTS]; /* of owner's hash: number of the place + 1; 0: free */
  const struct world *store;          /* whose pages are read; itself, or of a twin the other */
  bool tight;
  const struct book *book;
  const struct terms_shelf *shelf;
  struct judge_settings settings;
  int64_t clock_ms;
  bool lent;
  uint64_t turn;
  struct trail trail;
  struct decision *decision;
  void *judge_memory;
  struct arena arena;
  uint64_t attempts; /* judgements, of all events */
};

/* All memory that a world needs beside its blocks; made once. `trail`: how many changes one event may make. */
void world_begin(struct world *world, uint32_t trail);
void world_end(struct world *world); /* blocks and pages are given back */

/* The place of an owner, made when it is not there. */
struct place *place_of(struct world *world, const struct owner *owner);
struct place *place_of_state(struct world *world, const struct state *state);
/* Its state at hand, read from the pages that are stored. */
struct state *place_load(struct world *world, struct place *place);
/* So many more cells and ids find room. */
void place_grow(struct world *world, struct place *place, uint32_t cells, uint32_t ids);
/* Pages that changed go to the store, and what is stored then is what the state holds. */
void place_store(struct place *place);
void place_drop(struct place *place); /* not at hand any more; it was stored */
/* All that is at hand. */
void world_store(struct world *world);
/* What it holds may be something else now: its invariants hold. */
void place_changed(struct place *place);
/* What all states at hand hold is what it was at world_note(), wherever they stand by now: of those that were touched always. */
void world_note(struct world *world);
void world_unchanged(struct world *world);

/* Hash of all pages of a state. */
uint64_t state_content(const struct state *state);

/* ---- judge.c ---- */

enum tried { TRIED_KEPT, TRIED_REFUSED, TRIED_DEAD, TRIED_SHORT };
/* As a shard does (src/shard/event.c): room and owners are fetched until the decision stands; short of what other shards have: TRIED_SHORT.
 * Kept: remembered, checked. Else every state is what it was. */
enum tried world_judge(struct world *world, const struct event *event, const struct hearing *hearing);

/* ---- twin.c ---- */

/* Judges the event on states that are read from `world`'s store as it was before, and holds decision and states against those of `world`.
 */
void twin_judge(struct world *twin, const struct world *world, const struct event *event, const struct hearing *hearing, enum tried tried);

#endif
