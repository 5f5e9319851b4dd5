/* Lending: the doors of the room (lend.h). Which side of the protocol a message is for. */
#include "inside.h"

uint32_t lend_cells(const struct lend_message *message, uint32_t shards) {
  struct page_head head;
  struct fault unread;
  bool spreads = message->kind == LEND_CLAIM && shards <= LEND_SPREAD_MOST;
  if (message->owner.kind == OWNER_POOL) return LEND_CELLS + (spreads ? shards : 0);
  return LEND_CELLS + (page_look(message->record, &head, &unread) ? head.cells : 0); /* damaged: whoever takes it says so */
}

bool lend_here(const struct owner *owner, const struct state *state) {
  if (owner->kind != OWNER_RESOURCE) return true;
  struct lend_name name = lend_name(owner);
  const struct cell *block = state_find(state, CELL_BLOCK, name.decl, name.key, 0);
  return block != NULL && (block->block.flags & BLOCK_HELD) != 0;
}

void lend_ask(const struct lending *lending, const struct owner *owner, struct state *state, int32_t period, int64_t need) {
  assert(need >= 0 && (owner->kind == OWNER_POOL || (period == 0 && need == 0)));
  if (owner->kind == OWNER_POOL)
    block_ask(lending, owner, state, period, need);
  else
    whole_ask(lending, owner, state);
}

void lend_release(const struct lending *lending, const struct owner *owner, struct state *state) {
  if (owner->kind == OWNER_POOL) block_release(lending, owner, state);
  if (owner->kind == OWNER_RESOURCE) whole_release(lending, owner, state);
}

void lend_review(const struct lending *lending, const struct owner *owner, struct state *state) {
  if (owner->kind == OWNER_RESOURCE) whole_review(lending, owner, state);
  if (owner->kind != OWNER_POOL) return;
  block_review(lending, owner, state);
  if (lend_home(owner, lending->shards) == lending->shard) home_review(lending, owner, state);
}

static bool heard_at_home(enum lend_kind kind) { return kind == LEND_CLAIM || kind == LEND_RETURN; }

enum status lend_hear(const struct lending *lending, const struct lend_message *message, struct state *state, bool pinned,
                      struct fault *fault) {
  uint32_t home = lend_home(&message->owner, lending->shards);
  assert(lending->shard < lending->shards && lending->record != NULL);
  bool to_home = heard_at_home(message->kind);
  if (message->to != lending->shard || message->from >= lending->shards || (to_home ? message->to : message->from) != home)
    return fault_set(
        fault, STATUS_STATE,
        "a message of shard %u to shard %u about a limit of shard %u, heard by shard %u of %u: the number of partitions changed, "
        "or the messages are another group's; use the topics that belong together",
        message->from, message->to, home, lending->shard, lending->shards);
  if (message->owner.kind == OWNER_RESOURCE) return whole_hear(lending, message, state, pinned, fault);
  return to_home ? home_hear(lending, message, state, fault) : block_hear(lending, message, state, pinned, fault);
}
