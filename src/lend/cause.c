/* Which event spent of a block last. The RETURN that reports what was spent tells it to home, so that a watermark names who caused it. Kept
 * in the block's own record: whoever takes the shard over, before it was reported, knows it too. */
#include "inside.h"

enum part { OF_SOURCE, OF_ID };

static uint64_t text_key(int32_t period, enum part part) { return (uint64_t)(uint32_t)period << 1 | (uint64_t)part; }

void cause_drop(struct state *state, uint64_t decl, int32_t period) {
  state_remove_all(state, CELL_WHOLE, decl, text_key(period, OF_SOURCE));
  state_remove_all(state, CELL_WHOLE, decl, text_key(period, OF_ID));
}

/* Names that are longer, or hold what the message's form does not, are left out: the mark then names nobody. */
bool lend_cause_put(struct state *state, uint64_t decl, int32_t period, struct str source, struct str id) {
  if (!str_is_id(source) || !str_is_id(id)) {
    cause_drop(state, decl, period);
    return true;
  }
  return state_put_text(state, CELL_WHOLE, decl, text_key(period, OF_SOURCE), source, 0) &&
         state_put_text(state, CELL_WHOLE, decl, text_key(period, OF_ID), id, 0);
}

struct str cause_read(const struct state *state, uint64_t decl, int32_t period, char out[LEND_CAUSE_BYTES]) {
  size_t length = state_get_text(state, CELL_WHOLE, decl, text_key(period, OF_SOURCE), out);
  if (length == 0) return (struct str){NULL, 0}; /* spent by a giftd that did not keep it */
  out[length++] = '/';
  length += state_get_text(state, CELL_WHOLE, decl, text_key(period, OF_ID), out + length);
  return (struct str){out, length};
}

bool cause_holds(struct str cause) {
  struct str source, id;
  return str_split(cause, '/', &source, &id) && str_is_id(source) && str_is_id(id);
}
