/* Resources are lent as a whole: the record of a device's or a phone's limits is wherever it was needed last. Home keeps who has it and who
 * waits for it; the cells themselves travel in GRANT and RETURN. Where home is the borrower too, nothing but the messages travels.
 *
 *     home, nobody has it:  CLAIM -> GRANT with the record
 *     somebody has it:      CLAIM waits, RECALL to the holder -> RETURN with the record -> GRANT to the first in line
 */
#include "inside.h"

static const struct cell *block_find(const struct state *state, struct lend_name name) {
  return state_find(state, CELL_BLOCK, name.decl, name.key, 0);
}

/* ---- content ---- */

/* The record without what lending itself keeps in it, as bytes in lending->record. */
static struct str content_pack(const struct lending *lending, const struct state *state) {
  return (struct str){lending->record, state_pack(state, lending->record, LIMIT_STATE_BYTES)};
}

static void content_drop(struct state *state) {
  uint32_t slot = 0;
  for (const struct cell *cell; (cell = state_any(state, &slot)) != NULL;)
    if (cell_kind(cell) != CELL_LENT && cell_kind(cell) != CELL_BLOCK) state_remove(state, cell);
  state_floor_set(state, 0);
}

static enum status content_take(const struct lend_message *message, struct state *state, struct fault *fault) {
  content_drop(state);
  if (state_unpack(message->record, state, fault)) return STATUS_OK;
  return fault_prefix(fault, "a record that another shard lent: ");
}

/* ---- the borrower ---- */

static void claim_send(const struct lending *lending, const struct owner *owner) {
  struct lend_message message = lend_to(LEND_CLAIM, lend_home(owner, lending->shards), owner, 0);
  lend_send(lending, &message);
}

void whole_ask(const struct lending *lending, const struct owner *owner, struct state *state) {
  struct lend_name name = lend_name(owner);
  const struct cell *known = block_find(state, name);
  if (known != NULL && (known->block.flags & (BLOCK_ASKED | BLOCK_HELD))) return;
  struct cell *block = lend_cell(state, CELL_BLOCK, name.decl, name.key, 0);
  if (block == NULL) return;
  block->block.flags |= BLOCK_ASKED;
  claim_send(lending, owner);
}

/* Asks once more: home then reminds the holder, who may have been taken over and not know any more that it was asked. */
void whole_review(const struct lending *lending, const struct owner *owner, struct state *state) {
  const struct cell *block = block_find(state, lend_name(owner));
  if (block != NULL && (block->block.flags & BLOCK_ASKED)) claim_send(lending, owner);
}

static void hand_over(const struct lending *lending, const struct owner *owner, struct state *state, const struct cell *block) {
  uint32_t home = lend_home(owner, lending->shards);
  struct lend_message message = lend_to(LEND_RETURN, home, owner, 0);
  assert(block->block.flags & BLOCK_HELD);
  state_remove(state, block);
  if (home != lending->shard) {
    message.record = content_pack(lending, state);
    content_drop(state);
  }
  lend_send(lending, &message);
}

void whole_release(const struct lending *lending, const struct owner *owner, struct state *state) {
  const struct cell *block = block_find(state, lend_name(owner));
  if (block != NULL && (block->block.flags & BLOCK_HELD) && (block->block.flags & BLOCK_RECALLED)) hand_over(lending, owner, state, block);
}

static void hear_recall(const struct lending *lending, const struct lend_message *message, struct state *state, bool pinned) {
  const struct cell *block = block_find(state, lend_name(&message->owner));
  if (block == NULL || !(block->block.flags & BLOCK_HELD)) return; /* handed over already */
  if (!pinned || MUTANT(LEND_NO_PIN))
    hand_over(lending, &message->owner, state, block);
  else
    state_write(state, block)->block.flags |= BLOCK_RECALLED;
}

static enum status hear_grant(const struct lend_message *message, struct state *state, struct fault *fault) {
  struct lend_name name = lend_name(&message->owner);
  struct cell *block = lend_cell(state, CELL_BLOCK, name.decl, name.key, 0);
  if (block == NULL) return lend_full(&message->owner, fault);
  block->block.flags = BLOCK_HELD;
  return message->from == message->to ? STATUS_OK : content_take(message, state, fault); /* home's is there */
}

/* ---- home ---- */

static const struct cell *loan_first(const struct state *state, struct lend_name name) {
  return state_first(state, CELL_LENT, name.decl, 0);
}

static const struct cell *holder_find(const struct state *state, struct lend_name name) {
  const struct cell *loan = loan_first(state, name);
  while (loan != NULL && !(loan->lent.flags & LENT_HOLDS)) loan = state_next(state, loan);
  return loan;
}

/* The claim that waits longest (or, `last`, shortest). */
static const struct cell *claim_find(const struct state *state, struct lend_name name, bool last) {
  const struct cell *found = NULL;
  for (const struct cell *loan = loan_first(state, name); loan != NULL; loan = state_next(state, loan)) {
    if (loan->lent.claimed == 0) continue;
    if (found == NULL || (last ? loan->lent.place > found->lent.place : loan->lent.place < found->lent.place)) found = loan;
  }
  return found;
}

static void grant(const struct lending *lending, const struct owner *owner, struct state *state, const struct cell *claim) {
  struct lend_message message = lend_to(LEND_GRANT, (uint32_t)(claim->key - 1), owner, 0);
  assert(claim->lent.claimed > 0 && holder_find(state, lend_name(owner)) == NULL); /* one holder, always */
  struct cell *loan = state_write(state, claim);
  loan->lent.claimed = 0, loan->lent.place = 0;
  loan->lent.flags = LENT_HOLDS;
  if (message.to != lending->shard) {
    message.record = content_pack(lending, state);
    content_drop(state);
  }
  lend_send(lending, &message);
}

/* `remind`: a recall that is under way is said again. */
static void serve(const struct lending *lending, const struct owner *owner, struct state *state, bool remind) {
  struct lend_name name = lend_name(owner);
  const struct cell *claim = claim_find(state, name, false), *holder = holder_find(state, name);
  if (claim != NULL && holder == NULL) {
    grant(lending, owner, state, claim);
    claim = claim_find(state, name, false), holder = holder_find(state, name);
  }
  assert(claim == NULL || holder != NULL); /* who waits waits for somebody */
  if (claim == NULL || ((holder->lent.flags & LENT_RECALLED) && !remind)) return;
  state_write(state, holder)->lent.flags |= LENT_RECALLED;
  struct lend_message message = lend_to(LEND_RECALL, (uint32_t)(holder->key - 1), owner, 0);
  lend_send(lending, &message);
}

static enum status hear_claim(const struct lend_message *message, struct state *state, bool *again, struct fault *fault) {
  struct lend_name name = lend_name(&message->owner);
  const struct cell *last = claim_find(state, name, true);
  uint32_t place = last == NULL ? 1 : last->lent.place + 1;
  struct cell *loan = lend_cell(state, CELL_LENT, name.decl, (uint64_t)message->from + 1, 0);
  if (loan == NULL) return lend_full(&message->owner, fault);
  *again = loan->lent.claimed != 0;
  if ((loan->lent.flags & LENT_HOLDS) || *again) return STATUS_OK; /* its GRANT is under way or there, or it stands in line */
  loan->lent.claimed = 1, loan->lent.place = place;
  return STATUS_OK;
}

static enum status hear_return(const struct lend_message *message, struct state *state, struct fault *fault) {
  struct lend_name name = lend_name(&message->owner);
  const struct cell *loan = state_find(state, CELL_LENT, name.decl, (uint64_t)message->from + 1, 0);
  if (loan == NULL || !(loan->lent.flags & LENT_HOLDS))
    return fault_set(fault, STATUS_STATE,
                     "shard %u gives back a record that it was not lent; the messages and the journal do not belong together",
                     message->from);
  state_remove(state, loan);
  return message->from == message->to ? STATUS_OK : content_take(message, state, fault);
}

enum status whole_hear(const struct lending *lending, const struct lend_message *message, struct state *state, bool pinned,
                       struct fault *fault) {
  enum status status = STATUS_OK;
  bool again = false;
  if (message->kind == LEND_RECALL) hear_recall(lending, message, state, pinned);
  if (message->kind == LEND_GRANT) return hear_grant(message, state, fault);
  if (message->kind == LEND_CLAIM) status = hear_claim(message, state, &again, fault);
  if (message->kind == LEND_RETURN) status = hear_return(message, state, fault);
  if (status == STATUS_OK && (message->kind == LEND_CLAIM || message->kind == LEND_RETURN)) serve(lending, &message->owner, state, again);
  return status;
}
