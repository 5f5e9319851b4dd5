/* A pool at the borrower: a block of units for each period. It is spent by deciding (pool.c); here it is asked for, filled, reported and
 * given back. Whatever leaves this shard leaves in one RETURN with what was spent since the last one, so home's books are always whole. */
#include "lend.h"

static unsigned log2_of(int64_t units) {
  unsigned log = 0;
  while (log < 62 && units >> (log + 1) > 0) log++;
  return log;
}

/* A claim for what an event needs, not for a block ahead. While one stands nothing is given back unasked: home could not know, when it
 * answers that there is no more, whether that has been counted. */
static bool claim_stands(const struct cell *block) { return (block->flags & BLOCK_ASKED) && !(block->flags & BLOCK_AHEAD); }
static uint32_t claim_number(const struct cell *block) { return (block->small & BLOCK_CLAIM_MASK) >> BLOCK_CLAIM_SHIFT; }

/* A claim asks for what is missing beside what is here: what leaves meanwhile is missing too, and home adds it to the claim as well. */
static void block_return(const struct lending *lending, const struct owner *owner, struct state *state, struct cell *block, bool units) {
  struct lend_message message = lend_to(LEND_RETURN, lend_home(owner, lending->shards), owner, block->period);
  message.spent = block->v[1];
  message.units = units ? block->v[0] : 0;
  if (block->flags & BLOCK_FINAL) block->v[2] += message.units; /* they are elsewhere now: a FINAL stays true */
  if (claim_stands(block)) message.claim = claim_number(block), block->v[3] += message.units;
  if (units && !MUTANT(LEND_KEEP_RETURNED)) block->v[0] = 0;
  block->v[1] = 0;
  block->small &= (uint16_t)~BLOCK_IDLE_MASK;
  state->changed = true;
  lend_send(lending, &message);
}

static void claim_send(const struct lending *lending, const struct owner *owner, struct state *state, struct cell *block, int64_t need) {
  struct lend_message message = lend_to(LEND_CLAIM, lend_home(owner, lending->shards), owner, block->period);
  message.units = need;
  if (need > 0) {
    message.claim = claim_number(block) % LEND_CLAIM_MOST + 1;
    block->small = (uint16_t)((block->small & ~BLOCK_CLAIM_MASK) | message.claim << BLOCK_CLAIM_SHIFT);
  }
  block->flags = (uint8_t)((block->flags & ~BLOCK_AHEAD) | BLOCK_ASKED | (need == 0 ? BLOCK_AHEAD : 0));
  block->v[3] = need;
  state->changed = true;
  lend_send(lending, &message);
}

/* Only what is missing is claimed: home adds it to what is here. Who asks does not keep what somebody else waits for: of two that hold a
 * part each, the first in line gets all. */
void block_ask(const struct lending *lending, const struct owner *owner, struct state *state, int32_t period, int64_t need) {
  struct cell *block = lend_cell(lending, state, CELL_BLOCK, lend_name(owner).decl, 0, period);
  if (block == NULL) return; /* full of other periods' blocks: the next review makes room */
  if (block->flags & BLOCK_RECALLED) {
    block->flags &= (uint8_t)~BLOCK_RECALLED;
    block_return(lending, owner, state, block, true);
  }
  int64_t missing = need - block->v[0];
  if (missing > 0 && !(claim_stands(block) && block->v[3] >= missing)) claim_send(lending, owner, state, block, missing);
}

/* What home has no more of is not kept here: somebody else may need it. */
static bool block_left_over(const struct cell *block) {
  return (block->flags & BLOCK_FINAL) && !(block->flags & BLOCK_RECALLED) && block->v[0] > 0 && !claim_stands(block);
}

void block_release(const struct lending *lending, const struct owner *owner, struct state *state) {
  uint64_t decl = lend_name(owner).decl;
  for (uint32_t i = 0; i < state->cell_count; i++) {
    struct cell *block = &state->cells[i];
    if (block->kind != CELL_BLOCK || block->decl != decl || !((block->flags & BLOCK_RECALLED) || block_left_over(block))) continue;
    block->flags &= (uint8_t)~BLOCK_RECALLED;
    block_return(lending, owner, state, block, true);
  }
}

/* The latest period's block, since older ones only see late events. */
void lend_ask_ahead(const struct lending *lending, const struct owner *owner, struct state *state) {
  if (owner->kind != OWNER_POOL) return;
  uint64_t decl = lend_name(owner).decl;
  struct cell *latest = NULL;
  for (uint32_t i = 0; i < state->cell_count; i++) {
    struct cell *block = &state->cells[i];
    if (block->kind != CELL_BLOCK || block->decl != decl) continue;
    if (block_left_over(block)) block_return(lending, owner, state, block, true);
    if (latest == NULL || block->period > latest->period) latest = block;
  }
  if (latest == NULL || (latest->flags & (BLOCK_ASKED | BLOCK_FINAL | BLOCK_RECALLED))) return;
  int64_t quarter = (INT64_C(1) << (latest->small >> BLOCK_SIZE_SHIFT)) / 4;
  if (latest->v[0] < quarter) claim_send(lending, owner, state, latest, 0);
}

/* ---- messages ---- */

static bool answers(const struct cell *block, uint32_t claim) {
  return claim == 0 ? (block->flags & BLOCK_AHEAD) != 0 : claim_stands(block) && claim_number(block) == claim;
}

static void claim_answered(struct cell *block, uint32_t claim) {
  if (answers(block, claim)) block->flags &= (uint8_t) ~(BLOCK_ASKED | BLOCK_AHEAD), block->v[3] = 0;
}

/* What is here now is not elsewhere any more: a FINAL stays true. */
static void hear_grant(struct cell *block, const struct lend_message *message) {
  block->v[0] += message->units;
  block->v[2] = block->v[2] > message->units ? block->v[2] - message->units : 0;
  block->small = (uint16_t)((block->small & BLOCK_CLAIM_MASK) | log2_of(message->units) << BLOCK_SIZE_SHIFT);
  claim_answered(block, message->claim);
}

/* What went back since the claim, and home had not heard of when it said this, is elsewhere too. The answer to a claim that another one
 * replaced is no more true, and that one's will come. */
static void hear_final(struct cell *block, const struct lend_message *message) {
  if (!answers(block, message->claim)) return;
  block->v[2] = message->units + (block->v[3] - message->claimed);
  block->flags = (uint8_t)((block->flags & ~BLOCK_OUT) | BLOCK_FINAL | (message->spent != 0 ? BLOCK_OUT : 0));
  claim_answered(block, message->claim);
}

/* Nothing here and nothing to say: home waits for an answer all the same. */
static void recall_answer(const struct lending *lending, const struct lend_message *message, struct state *state, struct cell *block,
                          bool pinned) {
  if (block == NULL) {
    struct lend_message empty = lend_to(LEND_RETURN, message->from, &message->owner, message->period);
    lend_send(lending, &empty);
    return;
  }
  state->changed = true;
  if (pinned && !MUTANT(LEND_NO_PIN))
    block->flags |= BLOCK_RECALLED;
  else
    block_return(lending, &message->owner, state, block, true);
}

enum status block_hear(const struct lending *lending, const struct lend_message *message, struct state *state, bool pinned,
                       struct fault *fault) {
  uint64_t decl = lend_name(&message->owner).decl;
  if (message->kind == LEND_RECALL || message->kind == LEND_OPEN) {
    struct cell *known = state_find(state, CELL_BLOCK, decl, 0, message->period);
    if (message->kind == LEND_RECALL) recall_answer(lending, message, state, known, pinned);
    if (message->kind == LEND_OPEN && known != NULL)
      known->flags &= (uint8_t) ~(BLOCK_FINAL | BLOCK_OUT), known->v[2] = 0, state->changed = true;
    return STATUS_OK;
  }
  struct cell *block = lend_cell(lending, state, CELL_BLOCK, decl, 0, message->period);
  if (block == NULL) return lend_full(&message->owner, fault);
  if (message->kind == LEND_GRANT) hear_grant(block, message);
  if (message->kind == LEND_FINAL) hear_final(block, message);
  return STATUS_OK;
}

/* ---- review ---- */

static bool block_idle(const struct cell *block) { return (block->small & BLOCK_IDLE_MASK) >= LEND_IDLE_REVIEWS; }

static void block_look(const struct lending *lending, const struct owner *owner, struct state *state, struct cell *block) {
  if (block->flags & BLOCK_AHEAD) { /* not answered: there was none to spare */
    block->flags &= (uint8_t) ~(BLOCK_ASKED | BLOCK_AHEAD);
    state->changed = true;
  }
  /* asked back while an event kept it that is forgotten by now (the shard was taken over, with another rulebook) */
  bool owes = block_left_over(block) || (block->flags & BLOCK_RECALLED);
  block->flags &= (uint8_t)~BLOCK_RECALLED;
  if (owes || block->v[1] != 0) {
    block_return(lending, owner, state, block, owes);
    return;
  }
  if (block->v[0] <= 0 || (block->flags & BLOCK_ASKED)) return;
  block->small++;
  state->changed = true;
  if (block_idle(block)) block_return(lending, owner, state, block, true);
}

static bool block_empty(const struct lending *lending, const struct pool *pool, const struct cell *block) {
  bool told = (block->flags & BLOCK_FINAL) && !(pool != NULL && lend_period_over(lending, pool, block->period));
  return block->v[0] == 0 && block->v[1] == 0 && !(block->flags & (BLOCK_ASKED | BLOCK_RECALLED)) && !told;
}

void block_review(const struct lending *lending, const struct owner *owner, struct state *state) {
  uint64_t decl = lend_name(owner).decl;
  uint32_t number = lend_pool_number(lending, decl);
  const struct pool *pool = number == NONE ? NULL : &lending->rulebook->pools[number];
  for (uint32_t i = state->cell_count; i-- > 0;) {
    struct cell *block = &state->cells[i];
    if (block->kind != CELL_BLOCK || block->decl != decl) continue;
    block_look(lending, owner, state, block);
    if (!block_empty(lending, pool, block)) continue;
    state_remove(state, block);
    state->changed = true;
  }
}
