/* The reader of owners' records before hostile bytes: a state folder may be damaged in ways its checksums do not see. What is refused says
 * why; what is accepted obeys the bounds that deciding relies on, and is written back to bytes that read as the same state.
 */
#include <stdlib.h>

#include "giftd/decide.h"

#define CHECK(condition) ((condition) ? (void)0 : abort())

static struct state first, second;
static char bytes[2][LIMIT_STATE_BYTES];

static void check_bounds(const struct state *state) {
  CHECK(state->cell_count <= LIMIT_STATE_CELLS && state->seen_count <= LIMIT_SEEN);
  for (uint32_t i = 0; i < state->cell_count; i++) {
    CHECK(state->cells[i].kind > 0 && state->cells[i].kind < CELL_KIND_COUNT);
    CHECK(state->cells[i].decl < 1ull << 40);
  }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct fault fault = {0};
  if (!state_decode((struct str){(const char *)data, size}, &first, &fault)) {
    CHECK(fault.status != STATUS_OK && fault.text[0] != 0);
    return 0;
  }
  check_bounds(&first);
  size_t length = state_encode(&first, bytes[0], sizeof bytes[0]);
  CHECK(length > 0);
  CHECK(state_decode((struct str){bytes[0], length}, &second, &fault));
  CHECK(state_encode(&second, bytes[1], sizeof bytes[1]) == length && memcmp(bytes[0], bytes[1], length) == 0);
  return 0;
}
