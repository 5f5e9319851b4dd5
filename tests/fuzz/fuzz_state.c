/* The reader of owners' records before hostile bytes: a state folder may be damaged in ways its checksums do not see, and records of
 * resources come from other shards. What is refused says why; what is accepted obeys the bounds that deciding relies on, can be asked for
 * its invariants and let expire, and is written back to bytes that read as the same state.
 */
#include <stdlib.h>

#include "giftd/memory.h"

#define CHECK(condition) ((condition) ? (void)0 : abort())
#define PAGES_BYTES (4u << 20)

/* All pages of a state, one behind the other. */
struct pages {
  size_t length, starts[LIMIT_STATE_PAGES + 1];
  char bytes[PAGES_BYTES];
};
static struct pages written[2];
static struct page_plan plan;

static uint32_t at_most(uint64_t number, uint32_t most) { return number < most ? (uint32_t)number : most; }

/* As a shard makes a place for what the first page tells of; of exactly that size, so that a read behind it is seen. */
static struct state *place_for(const struct page_head *head) {
  uint64_t cells = (uint64_t)head->cells * head->pages, ids = (uint64_t)head->ids * head->pages;
  uint32_t room = at_most(cells + cells / 4 + 8, LIMIT_STATE_CELLS), id_room = at_most(ids + ids / 4 + 1, LIMIT_SEEN);
  size_t bytes = state_bytes(room, id_room);
  void *block = aligned_alloc(16, (bytes + 15) / 16 * 16);
  CHECK(block != NULL);
  return state_init(block, bytes, id_room);
}

static void check_bounds(const struct state *state) {
  uint32_t slot = 0;
  struct remembered value;
  CHECK(!profile_get(state, 5, 63, &value) || value.value.kind != VALUE_LIST);
  CHECK(!tags_have(state, STR("no tag")));
  CHECK(state->cell_count <= LIMIT_STATE_CELLS && state->seen_count <= LIMIT_SEEN && state->pages <= LIMIT_STATE_PAGES);
  for (const struct cell *cell; (cell = state_any(state, &slot)) != NULL;) {
    CHECK(cell_kind(cell) > CELL_FREE && cell_kind(cell) < CELL_KIND_COUNT && cell_kind_name(cell_kind(cell))[0] != 0);
    char text[LIMIT_ID_BYTES];
    if (cell_kind(cell) == CELL_KEPT) (void)cell_get_value(cell);
    if (cell_kind(cell) == CELL_WHOLE || cell_kind(cell) == CELL_HEARD)
      CHECK(state_get_text(state, cell_kind(cell), cell_decl(cell), cell->key, text) <= LIMIT_ID_BYTES);
  }
}

static void pages_write(const struct state *state, struct pages *out) {
  out->length = 0;
  page_plan_make(&plan, state);
  for (uint32_t page = 0; page < state->pages; page++) {
    out->starts[page] = out->length;
    CHECK(out->length + LIMIT_STATE_BYTES <= sizeof out->bytes);
    out->length += page_encode(state, &plan, page, out->bytes + out->length, LIMIT_STATE_BYTES);
  }
  out->starts[state->pages] = out->length;
}

static bool pages_fit(const struct state *state) {
  return (uint64_t)state->pages * 16 + (uint64_t)state->cell_count * 96 + (uint64_t)state->seen_count * 18 + LIMIT_STATE_BYTES <
         PAGES_BYTES;
}

/* By what the first page tells, and room for all there is: foreign pages are not filled evenly. */
static struct state *place_by_first(const struct state *state, const struct pages *pages) {
  uint32_t cells = state->cell_count / state->pages + 1, ids = state->seen_count / state->pages + 1;
  struct page_head head;
  struct fault fault = {0};
  CHECK(page_look((struct str){pages->bytes, pages->starts[1]}, &head, &fault));
  if (head.cells < cells) head.cells = cells;
  if (head.ids < ids) head.ids = ids;
  return place_for(&head);
}

/* Written, read back page by page, and written again. */
static void check_written(const struct state *state) {
  struct fault fault = {0};
  if (!pages_fit(state)) return;
  pages_write(state, &written[0]);
  struct state *again = place_by_first(state, &written[0]);
  for (uint32_t page = 0; page < state->pages; page++) {
    struct str bytes = {written[0].bytes + written[0].starts[page], written[0].starts[page + 1] - written[0].starts[page]};
    struct page_head head;
    CHECK(page_look(bytes, &head, &fault) && head.page == page && (bytes.length == 0 || head.pages == state->pages));
    CHECK(page_decode(bytes, again, &fault));
  }
  pages_write(again, &written[1]);
  CHECK(written[0].length == written[1].length && memcmp(written[0].bytes, written[1].bytes, written[0].length) == 0);
  free(again);
}

/* Nothing relies on the invariants of foreign bytes, but asking must not hurt; nor may time. */
static void check_living(struct state *state) {
  (void)memory_check(state);
  (void)state_expire(state, 20000, INT64_C(1700000000000), 7 * MS_PER_DAY);
  state_settle(state);
  check_bounds(state);
  check_written(state);
}

/* The same bytes as a record that another shard lent. */
static void check_lent(struct str bytes, const struct page_head *head) {
  static char packed[2][LIMIT_STATE_BYTES];
  struct state *first = place_for(head), *second = place_for(head);
  struct fault fault = {0};
  if (state_unpack(bytes, first, &fault)) {
    size_t length = state_pack(first, packed[0], sizeof packed[0]);
    CHECK(state_unpack((struct str){packed[0], length}, second, &fault));
    CHECK(state_pack(second, packed[1], sizeof packed[1]) == length && memcmp(packed[0], packed[1], length) == 0);
  } else {
    CHECK(fault.status != STATUS_OK && fault.text[0] != 0);
  }
  free(first);
  free(second);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  struct fault fault = {0};
  struct page_head head;
  struct str bytes = {(const char *)data, size};
  if (!page_look(bytes, &head, &fault)) {
    CHECK(fault.status != STATUS_OK && fault.text[0] != 0);
    return 0;
  }
  CHECK(head.page < head.pages && head.pages <= LIMIT_STATE_PAGES);
  struct state *state = place_for(&head);
  if (page_decode(bytes, state, &fault)) {
    check_bounds(state);
    check_written(state);
    check_living(state);
  } else {
    CHECK(fault.status != STATUS_OK && fault.text[0] != 0);
  }
  check_lent(bytes, &head);
  free(state);
  return 0;
}
