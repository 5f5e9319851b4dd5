/* A pool's record as numbers for people. */
#include "giftd/lend.h"

#define CELLS_MOST (LIMIT_STATE_BYTES / 4u) /* none is shorter */

bool pool_tell(const struct rulebook *rulebook, uint32_t pool, struct str share, struct str record, struct pool_told *out,
               struct fault *fault) {
  static _Alignas(64) unsigned char block[CELLS_MOST * (sizeof(struct cell) + 16u) + 4096u]; /* one thread asks */
  struct page_head head;
  if (!page_look(record, &head, fault)) return false;
  struct state *state = state_init(block, sizeof block, head.ids);
  if (head.cells > state_room(state) || !page_decode(record, state, fault)) return false;
  out->left = pool_left(rulebook, pool, state, share);
  out->lent = head.pages > 1 ? TOLD_UNKNOWN : lend_outstanding(rulebook, pool, state);
  return true;
}
