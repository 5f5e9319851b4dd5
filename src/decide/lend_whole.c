/* Resources are lent as a whole: the record of a device's or a phone's limits is wherever it was needed last. Home keeps who has it and who
 * waits for it; the cells themselves travel in GRANT and RETURN. Where home is the borrower too, nothing but the messages travels.
 *
 *     home, nobody has it:  CLAIM -> GRANT with the record
 *     somebody has it:      CLAIM waits, RECALL to the holder -> RETURN with the record -> GRANT to the first in line
 */
#include "lend.h"

static bool is_loan(const struct cell *cell, struct lend_name name) { return cell->kind == CELL_LENT && cell->decl == name.decl; }
static bool is_lending(const struct cell *cell) { return cell->kind == CELL_LENT || cell->kind == CELL_BLOCK; }

static struct cell *block_find(struct state *state, struct lend_name name) { return state_find(state, CELL_BLOCK, name.decl, name.key, 0); }

/* ---- content ---- */

/* The record without what lending itself keeps in it, as bytes in lending->record. */
static struct str content_pack(const struct lending *lending, const struct state *state) {
  struct state *out = lending->unpacked;
  out->position = 0, out->floor_ms = 0, out->cell_count = 0, out->seen_count = 0;
  for (uint32_t i = 0; i < state->cell_count; i++)
    if (!is_lending(&state->cells[i])) out->cells[out->cell_count++] = state->cells[i];
  size_t length = out->cell_count == 0 ? 0 : state_encode(out, lending->record, LIMIT_STATE_BYTES);
  assert(length > 0 || out->cell_count == 0);
  return (struct str){lending->record, length};
}

static void content_drop(struct state *state) {
  uint32_t kept = 0;
  for (uint32_t i = 0; i < state->cell_count; i++)
    if (is_lending(&state->cells[i])) state->cells[kept++] = state->cells[i];
  state->cell_count = kept;
}

static enum status content_take(const struct lending *lending, const struct lend_message *message, struct state *state,
                                struct fault *fault) {
  struct state *in = lending->unpacked;
  if (!state_decode(message->record, in, fault)) return fault_prefix(fault, "a record that another shard lent: ");
  content_drop(state);
  if (state->cell_count + in->cell_count > LIMIT_STATE_CELLS) return lend_full(&message->owner, fault);
  memcpy(&state->cells[state->cell_count], in->cells, in->cell_count * sizeof in->cells[0]);
  state->cell_count += in->cell_count;
  return STATUS_OK;
}

/* ---- the borrower ---- */

static void claim_send(const struct lending *lending, const struct owner *owner) {
  struct lend_message message = lend_to(LEND_CLAIM, lend_home(owner, lending->shards), owner, 0);
  lend_send(lending, &message);
}

void whole_ask(const struct lending *lending, const struct owner *owner, struct state *state) {
  struct lend_name name = lend_name(owner);
  struct cell *block = lend_cell(lending, state, CELL_BLOCK, name.decl, name.key, 0);
  if (block == NULL || (block->flags & (BLOCK_ASKED | BLOCK_HELD))) return;
  block->flags |= BLOCK_ASKED;
  claim_send(lending, owner);
}

/* Asks once more: home then reminds the holder, who may have been taken over and not know any more that it was asked. */
void whole_review(const struct lending *lending, const struct owner *owner, struct state *state) {
  const struct cell *block = block_find(state, lend_name(owner));
  if (block != NULL && (block->flags & BLOCK_ASKED)) claim_send(lending, owner);
}

static void hand_over(const struct lending *lending, const struct owner *owner, struct state *state, struct cell *block) {
  uint32_t home = lend_home(owner, lending->shards);
  struct lend_message message = lend_to(LEND_RETURN, home, owner, 0);
  state_remove(state, block);
  state->changed = true;
  if (home != lending->shard) {
    message.record = content_pack(lending, state);
    content_drop(state);
  }
  lend_send(lending, &message);
}

void whole_release(const struct lending *lending, const struct owner *owner, struct state *state) {
  struct cell *block = block_find(state, lend_name(owner));
  if (block != NULL && (block->flags & BLOCK_HELD) && (block->flags & BLOCK_RECALLED)) hand_over(lending, owner, state, block);
}

static void hear_recall(const struct lending *lending, const struct lend_message *message, struct state *state, bool pinned) {
  struct cell *block = block_find(state, lend_name(&message->owner));
  if (block == NULL || !(block->flags & BLOCK_HELD)) return; /* handed over already */
  if (!pinned || MUTANT(LEND_NO_PIN)) {
    hand_over(lending, &message->owner, state, block);
    return;
  }
  block->flags |= BLOCK_RECALLED;
  state->changed = true;
}

static enum status hear_grant(const struct lending *lending, const struct lend_message *message, struct state *state, struct fault *fault) {
  struct lend_name name = lend_name(&message->owner);
  struct cell *block = lend_cell(lending, state, CELL_BLOCK, name.decl, name.key, 0);
  if (block == NULL) return lend_full(&message->owner, fault);
  block->flags = BLOCK_HELD;
  return message->from == message->to ? STATUS_OK : content_take(lending, message, state, fault); /* home's is there */
}

/* ---- home ---- */

static struct cell *holder_find(struct state *state, struct lend_name name) {
  for (uint32_t i = 0; i < state->cell_count; i++)
    if (is_loan(&state->cells[i], name) && (state->cells[i].flags & LENT_HOLDS)) return &state->cells[i];
  return NULL;
}

/* The claim that waits longest (or, `last`, shortest). */
static struct cell *claim_find(struct state *state, struct lend_name name, bool last) {
  struct cell *found = NULL;
  for (uint32_t i = 0; i < state->cell_count; i++) {
    struct cell *loan = &state->cells[i];
    if (!is_loan(loan, name) || loan->v[1] == 0) continue;
    if (found == NULL || (last ? loan->v[2] > found->v[2] : loan->v[2] < found->v[2])) found = loan;
  }
  return found;
}

static void grant(const struct lending *lending, const struct owner *owner, struct state *state, struct cell *claim) {
  struct lend_message message = lend_to(LEND_GRANT, (uint32_t)(claim->key - 1), owner, 0);
  claim->v[1] = claim->v[2] = 0;
  claim->flags = LENT_HOLDS;
  state->changed = true;
  if (message.to != lending->shard) {
    message.record = content_pack(lending, state);
    content_drop(state);
  }
  lend_send(lending, &message);
}

/* `remind`: a recall that is under way is said again. */
static void serve(const struct lending *lending, const struct owner *owner, struct state *state, bool remind) {
  struct lend_name name = lend_name(owner);
  struct cell *claim = claim_find(state, name, false), *holder = holder_find(state, name);
  if (claim != NULL && holder == NULL) {
    grant(lending, owner, state, claim);
    claim = claim_find(state, name, false), holder = holder_find(state, name);
  }
  if (claim == NULL || ((holder->flags & LENT_RECALLED) && !remind)) return;
  holder->flags |= LENT_RECALLED;
  state->changed = true;
  struct lend_message message = lend_to(LEND_RECALL, (uint32_t)(holder->key - 1), owner, 0);
  lend_send(lending, &message);
}

static enum status hear_claim(const struct lending *lending, const struct lend_message *message, struct state *state, bool *again,
                              struct fault *fault) {
  struct lend_name name = lend_name(&message->owner);
  const struct cell *last = claim_find(state, name, true);
  int64_t place = last == NULL ? 1 : last->v[2] + 1;
  struct cell *loan = lend_cell(lending, state, CELL_LENT, name.decl, (uint64_t)message->from + 1, 0);
  if (loan == NULL) return lend_full(&message->owner, fault);
  *again = loan->v[1] != 0;
  if ((loan->flags & LENT_HOLDS) || *again) return STATUS_OK; /* its GRANT is under way or there, or it stands in line */
  loan->v[1] = 1, loan->v[2] = place;
  return STATUS_OK;
}

static enum status hear_return(const struct lending *lending, const struct lend_message *message, struct state *state,
                               struct fault *fault) {
  struct lend_name name = lend_name(&message->owner);
  struct cell *loan = state_find(state, CELL_LENT, name.decl, (uint64_t)message->from + 1, 0);
  if (loan == NULL || !(loan->flags & LENT_HOLDS))
    return fault_set(fault, STATUS_STATE,
                     "shard %u gives back a record that it was not lent; the messages and the journal do not belong together",
                     message->from);
  state_remove(state, loan);
  state->changed = true;
  return message->from == message->to ? STATUS_OK : content_take(lending, message, state, fault);
}

enum status whole_hear(const struct lending *lending, const struct lend_message *message, struct state *state, bool pinned,
                       struct fault *fault) {
  enum status status = STATUS_OK;
  bool again = false;
  if (message->kind == LEND_RECALL) hear_recall(lending, message, state, pinned);
  if (message->kind == LEND_GRANT) return hear_grant(lending, message, state, fault);
  if (message->kind == LEND_CLAIM) status = hear_claim(lending, message, state, &again, fault);
  if (message->kind == LEND_RETURN) status = hear_return(lending, message, state, fault);
  if (status == STATUS_OK && (message->kind == LEND_CLAIM || message->kind == LEND_RETURN)) serve(lending, &message->owner, state, again);
  return status;
}
