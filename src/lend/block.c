/* A pool at the borrower: a block of units for each period. It is spent by deciding; here it is asked for, filled, reported and given
 * back. Whatever leaves this shard leaves in one RETURN with what was spent since the last one, so home's books are always whole. */
#include "inside.h"

static unsigned log2_of(int64_t units) {
  unsigned log = 0;
  while (log < 62 && units >> (log + 1) > 0) log++;
  return log;
}

/* A claim for what an event needs, not for a block ahead. While one stands nothing is given back unasked: home could not know, when it
 * answers that there is no more, whether that has been counted. */
static bool claim_stands(const struct cell *cell) { return (cell->block.flags & BLOCK_ASKED) && !(cell->block.flags & BLOCK_AHEAD); }

static void flags_clear(struct cell *cell, unsigned flags) { cell->block.flags &= (uint8_t)~flags; }

/* A claim asks for what is missing beside what is here: what leaves meanwhile is missing too, and home adds it to the claim as well. */
static void block_return(const struct lending *lending, const struct owner *owner, struct state *state, struct cell *cell, bool units) {
  char cause[LEND_CAUSE_BYTES];
  uint64_t decl = lend_name(owner).decl;
  struct lend_message message = lend_to(LEND_RETURN, lend_home(owner, lending->shards), owner, cell->period);
  message.spent = cell->block.spent;
  if (message.spent > 0 && !MUTANT(LEND_FORGET_CAUSE)) message.record = cause_read(state, decl, cell->period, cause);
  message.units = units ? cell->block.left : 0;
  if (cell->block.flags & BLOCK_FINAL) cell->block.elsewhere += message.units; /* they are elsewhere now: a FINAL stays true */
  if (claim_stands(cell)) message.claim = cell->block.claim, cell->block.claimed += message.units;
  if (units && !MUTANT(LEND_KEEP_RETURNED)) cell->block.left = 0;
  cell->block.spent = 0;
  cell->block.idle = 0;
  assert(message.units >= 0);
  assert(!units || cell->block.left == 0 || MUTANT(LEND_KEEP_RETURNED)); /* units are in one place */
  cause_drop(state, decl, cell->period);
  lend_send(lending, &message);
}

static void claim_send(const struct lending *lending, const struct owner *owner, struct cell *cell, int64_t need) {
  struct lend_message message = lend_to(LEND_CLAIM, lend_home(owner, lending->shards), owner, cell->period);
  assert(need >= 0);
  message.units = need;
  if (need > 0) message.claim = cell->block.claim = (uint8_t)(cell->block.claim % LEND_CLAIM_MOST + 1);
  flags_clear(cell, BLOCK_AHEAD);
  cell->block.flags |= (uint8_t)(BLOCK_ASKED | (need == 0 ? BLOCK_AHEAD : 0));
  cell->block.claimed = need;
  assert(claim_stands(cell) == (need > 0));
  lend_send(lending, &message);
}

/* Only what is missing is claimed: home adds it to what is here. Who asks does not keep what somebody else waits for: of two that hold a
 * part each, the first in line gets all. */
void block_ask(const struct lending *lending, const struct owner *owner, struct state *state, int32_t period, int64_t need) {
  struct cell *cell = lend_cell(state, CELL_BLOCK, lend_name(owner).decl, 0, period);
  if (cell == NULL) return; /* full of other periods' blocks: the next review makes room */
  if (cell->block.flags & BLOCK_RECALLED) {
    flags_clear(cell, BLOCK_RECALLED);
    block_return(lending, owner, state, cell, true);
  }
  int64_t missing = need - cell->block.left;
  if (missing > 0 && !(claim_stands(cell) && cell->block.claimed >= missing)) claim_send(lending, owner, cell, missing);
}

/* What home has no more of is not kept here: somebody else may need it. */
static bool block_left_over(const struct cell *cell) {
  return (cell->block.flags & BLOCK_FINAL) && !(cell->block.flags & BLOCK_RECALLED) && cell->block.left > 0 && !claim_stands(cell);
}

void block_release(const struct lending *lending, const struct owner *owner, struct state *state) {
  uint64_t decl = lend_name(owner).decl;
  for (const struct cell *cell = state_first(state, CELL_BLOCK, decl, 0); cell != NULL; cell = state_next(state, cell)) {
    if (!((cell->block.flags & BLOCK_RECALLED) || block_left_over(cell))) continue;
    struct cell *changed = state_write(state, cell);
    flags_clear(changed, BLOCK_RECALLED);
    block_return(lending, owner, state, changed, true);
  }
}

/* The latest period's block, since older ones only see late events. */
void lend_ask_ahead(const struct lending *lending, const struct owner *owner, struct state *state) {
  if (owner->kind != OWNER_POOL) return;
  uint64_t decl = lend_name(owner).decl;
  const struct cell *latest = NULL;
  for (const struct cell *cell = state_first(state, CELL_BLOCK, decl, 0); cell != NULL; cell = state_next(state, cell)) {
    if (block_left_over(cell)) block_return(lending, owner, state, state_write(state, cell), true);
    if (latest == NULL || cell->period > latest->period) latest = cell;
  }
  if (latest == NULL || (latest->block.flags & (BLOCK_ASKED | BLOCK_FINAL | BLOCK_RECALLED))) return;
  int64_t quarter = (INT64_C(1) << latest->block.size_log2) / 4;
  if (latest->block.left < quarter) claim_send(lending, owner, state_write(state, latest), 0);
}

/* ---- messages ---- */

static bool answers(const struct cell *cell, uint32_t claim) {
  return claim == 0 ? (cell->block.flags & BLOCK_AHEAD) != 0 : claim_stands(cell) && cell->block.claim == claim;
}

static void claim_answered(struct cell *cell, uint32_t claim) {
  if (!answers(cell, claim)) return;
  flags_clear(cell, BLOCK_ASKED | BLOCK_AHEAD);
  cell->block.claimed = 0;
  assert(!claim_stands(cell));
}

/* What is here now is not elsewhere any more: a FINAL stays true. */
static void hear_grant(struct cell *cell, const struct lend_message *message) {
  cell->block.left += message->units;
  cell->block.elsewhere = cell->block.elsewhere > message->units ? cell->block.elsewhere - message->units : 0;
  cell->block.size_log2 = (uint8_t)log2_of(message->units);
  claim_answered(cell, message->claim);
}

/* What went back since the claim, and home had not heard of when it said this, is elsewhere too. The answer to a claim that another one
 * replaced is no more true, and that one's will come. */
static void hear_final(struct cell *cell, const struct lend_message *message) {
  if (!answers(cell, message->claim)) return;
  cell->block.elsewhere = message->units + (cell->block.claimed - message->claimed);
  flags_clear(cell, BLOCK_OUT);
  cell->block.flags |= (uint8_t)(BLOCK_FINAL | (message->spent != 0 ? BLOCK_OUT : 0));
  claim_answered(cell, message->claim);
}

/* Nothing here and nothing to say: home waits for an answer all the same. */
static void recall_answer(const struct lending *lending, const struct lend_message *message, struct state *state, struct cell *cell,
                          bool pinned) {
  if (cell == NULL) {
    struct lend_message empty = lend_to(LEND_RETURN, message->from, &message->owner, message->period);
    lend_send(lending, &empty);
  } else if (pinned && !MUTANT(LEND_NO_PIN)) {
    cell->block.flags |= BLOCK_RECALLED;
  } else if (!MUTANT(LEND_KEEP_RECALLED)) {
    block_return(lending, &message->owner, state, cell, true);
  }
}

enum status block_hear(const struct lending *lending, const struct lend_message *message, struct state *state, bool pinned,
                       struct fault *fault) {
  uint64_t decl = lend_name(&message->owner).decl;
  if (message->kind == LEND_RECALL || message->kind == LEND_OPEN) {
    const struct cell *known = state_find(state, CELL_BLOCK, decl, 0, message->period);
    struct cell *cell = known == NULL ? NULL : state_write(state, known);
    if (message->kind == LEND_RECALL) recall_answer(lending, message, state, cell, pinned);
    if (message->kind == LEND_OPEN && cell != NULL) flags_clear(cell, BLOCK_FINAL | BLOCK_OUT), cell->block.elsewhere = 0;
    return STATUS_OK;
  }
  struct cell *cell = lend_cell(state, CELL_BLOCK, decl, 0, message->period);
  if (cell == NULL) return lend_full(&message->owner, fault);
  if (message->kind == LEND_GRANT) hear_grant(cell, message);
  if (message->kind == LEND_FINAL) hear_final(cell, message);
  return STATUS_OK;
}

/* ---- review ---- */

/* Home asks for a block back when a claim finds too little (home.c, recall_for); until then it stays where it is used, however seldom: who
 * gives it back unasked halts his shard for the next gift. It goes home by itself when hardly anybody can want it any more. A pool may be
 * cited by campaigns that run longer than its own, so only what lies idle goes. */
static bool block_outlived(const struct lending *lending, const struct pool *pool, const struct cell *cell) {
  if (pool == NULL || lend_period_over(lending, pool, cell->period)) return true;
  const struct campaign *campaign = &lending->rulebook->campaigns[pool->campaign];
  return lending->clock_ms != TIME_NONE && lending->clock_ms >= campaign->closing_ms + campaign_late_most(campaign) &&
         !MUTANT(LEND_KEEP_OUTLIVED);
}

static void block_look(const struct lending *lending, const struct owner *owner, const struct pool *pool, struct state *state,
                       const struct cell *cell) {
  bool ahead = (cell->block.flags & BLOCK_AHEAD) != 0; /* not answered: there was none to spare */
  /* asked back while an event kept it that is forgotten by now (the shard was taken over, with another rulebook) */
  bool owes = block_left_over(cell) || (cell->block.flags & BLOCK_RECALLED);
  bool idle = cell->block.left > 0 && (ahead || !(cell->block.flags & BLOCK_ASKED)) && block_outlived(lending, pool, cell);
  if (!ahead && !owes && cell->block.spent == 0 && !idle) return;
  struct cell *changed = state_write(state, cell);
  if (ahead) flags_clear(changed, BLOCK_ASKED | BLOCK_AHEAD);
  flags_clear(changed, BLOCK_RECALLED);
  if (owes || changed->block.spent != 0)
    block_return(lending, owner, state, changed, owes);
  else if (idle && ++changed->block.idle >= LEND_IDLE_REVIEWS)
    block_return(lending, owner, state, changed, true);
}

static bool block_empty(const struct lending *lending, const struct pool *pool, const struct cell *cell) {
  bool told = (cell->block.flags & BLOCK_FINAL) && !(pool != NULL && lend_period_over(lending, pool, cell->period));
  return cell->block.left == 0 && cell->block.spent == 0 && !(cell->block.flags & (BLOCK_ASKED | BLOCK_RECALLED)) && !told;
}

void block_review(const struct lending *lending, const struct owner *owner, struct state *state) {
  uint64_t decl = lend_name(owner).decl;
  uint32_t number = lend_pool_number(lending, decl);
  const struct pool *pool = number == NONE ? NULL : &lending->rulebook->pools[number];
  const struct cell *cell = state_first(state, CELL_BLOCK, decl, 0);
  while (cell != NULL) {
    const struct cell *next = state_next(state, cell);
    block_look(lending, owner, pool, state, cell);
    if (block_empty(lending, pool, cell)) {
      cause_drop(state, decl, cell->period);
      state_remove(state, cell);
    }
    cell = next;
  }
}
