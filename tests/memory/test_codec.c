/* Pages as bytes: what is written comes back whole, whatever the kind; the same content gives the same bytes, in whatever order it came;
 * and no bytes whatever can harm the reader. */
#include "cells.h"

/* A state with cells of every kind, some of each, and ids. */
static struct state *filled(uint64_t seed, uint32_t of_each, uint32_t ids) {
  struct dice dice = dice_of(seed);
  struct state *state = block_new(64, ids);
  state->position = 77, state->floor_ms = ids == 0 ? 0 : 1764000000000;
  for (uint32_t i = 0; i < of_each; i++)
    for (uint32_t kind = CELL_FREE + 1; kind < CELL_KIND_COUNT; kind++) state = cell_more(&dice, state, (enum cell_kind)kind);
  for (uint32_t i = 0; i < ids; i++)
    assert_true(state_see(state, dice_word(&dice), dice_below(&dice, 4) == 0 ? (int64_t)dice_word(&dice) : (int64_t)dice_below(&dice, 9)));
  return state;
}

static void every_kind_survives(void **unused) {
  (void)unused;
  for (uint64_t seed = 1; seed <= 40; seed++) {
    struct state *state = filled(seed, (uint32_t)(1 + seed % 7), (uint32_t)(seed % 5 * 11)), *again = read_again(state);
    assert_true(same_cells(state, again) && same_ids(state, again));
    assert_true(again->position == 77 && again->floor_ms == state->floor_ms && again->pages == state->pages);
    assert_false(again->changed);
    free(state), free(again);
  }
}

/* One field at a time, each of its ends: a mask that forgets one, or a form that is too narrow, shows here. */
static void every_field_survives_alone(void **unused) {
  (void)unused;
  static const uint64_t words[] = {1, 0x7f, 0x80, 0xff, UINT32_MAX, INT64_MAX, UINT64_C(1) << 63, UINT64_MAX};
  uint32_t tried = 0;
  for (uint32_t kind = CELL_FREE + 1; kind < CELL_KIND_COUNT; kind++)
    for (uint32_t i = 0; i < cell_kinds[kind].field_count && kind != CELL_PROFILE; i++) /* whose entries test_profile.c tries */
      for (size_t w = 0; w < sizeof words / sizeof words[0]; w++) {
        const struct cell_field *field = &cell_kinds[kind].fields[i];
        struct state *state = block_new(4, 0), *again;
        struct cell *cell = state_add(state, (enum cell_kind)kind, 5, 6, 7);
        bool bounded = kind == CELL_KEPT || kind == CELL_WHOLE || kind == CELL_HEARD;
        uint64_t word = bounded && field->size == 1 ? 3 : words[w];
        memcpy((unsigned char *)cell + field->offset, &word, field->size < 8 ? field->size : 8);
        again = read_again(state);
        assert_true(same_cells(state, again));
        free(state), free(again), tried++;
      }
  assert_true(tried > 600);
}

static void shuffle(struct dice *dice, struct cell *cells, uint32_t count) {
  for (uint32_t i = count; i > 1; i--) {
    uint32_t j = dice_below(dice, i);
    struct cell swap = cells[j];
    cells[j] = cells[i - 1], cells[i - 1] = swap;
  }
}

/* The same cells in another order, with others that came and went between them. */
static struct state *rebuilt(const struct state *state, uint64_t seed) {
  struct dice dice = dice_of(seed);
  struct cell *cells = cells_of(state);
  struct state *other = block_new(state->cell_count + 8, state->seen_count);
  shuffle(&dice, cells, state->cell_count);
  other->position = state->position, other->floor_ms = state->floor_ms;
  for (uint32_t i = 0; i < state->cell_count; i++) {
    struct cell *passing = state_add(other, CELL_LIMIT, 1, i, 1);
    struct cell *cell = state_add(other, cell_kind(&cells[i]), cell_decl(&cells[i]), cells[i].key, cells[i].period);
    assert_true(passing != NULL && cell != NULL);
    *cell = cells[i];
    state_remove(other, passing);
  }
  for (uint32_t i = state->seen_mask + 1; i-- > 0;)
    if (state->seen[i].time_ms != TIME_NONE) assert_true(state_see(other, state->seen[i].digest, state->seen[i].time_ms));
  while (other->pages != state->pages) other->pages *= 2;
  free(cells);
  return other;
}

static void the_same_content_is_the_same_bytes(void **unused) {
  (void)unused;
  for (uint64_t seed = 1; seed <= 30; seed++) {
    struct state *state = filled(seed, (uint32_t)(1 + seed % 9), (uint32_t)(seed % 3 * 40));
    if (seed % 2 == 0) state_settle(state);
    struct state *other = rebuilt(state, seed), *again = read_again(state);
    struct pages pages = pages_of(state), others = pages_of(other), agains = pages_of(again);
    assert_true(pages_equal(&pages, &others) && pages_equal(&pages, &agains));
    pages_free(&pages), pages_free(&others), pages_free(&agains);
    free(state), free(other), free(again);
  }
}

/* Gifts have several cells of one name, which differ in what they hold. */
static void cells_of_one_name_have_an_order_too(void **unused) {
  (void)unused;
  struct state *states[2] = {block_new(8, 0), block_new(8, 0)};
  for (uint32_t n = 0; n < 2; n++)
    for (uint32_t i = 0; i < 4; i++) {
      struct cell *taken = state_add(states[n], CELL_TAKEN, 1, 2, 3);
      taken->taken.amount = n == 0 ? i : 3 - i, taken->taken.on = ON_POOL;
    }
  struct pages one = pages_of(states[0]), other = pages_of(states[1]);
  assert_true(pages_equal(&one, &other));
  pages_free(&one), pages_free(&other), free(states[0]), free(states[1]);
}

static void nothing_is_no_bytes(void **unused) {
  (void)unused;
  struct fault fault = {0};
  struct page_head head;
  struct state *state = block_new(4, 4);
  struct pages pages = pages_of(state);
  assert_true(state_is_empty(state) && pages.count == 1 && pages.pages[0].length == 0);
  assert_true(page_look(pages.pages[0], &head, &fault) && head.cells == 0 && head.ids == 0 && head.pages == 1 && head.page == 0);
  assert_true(page_decode(pages.pages[0], state, &fault) && state_is_empty(state));
  pages_free(&pages);
  state->floor_ms = 1; /* is something: what came before is too late */
  pages = pages_of(state);
  assert_true(pages.pages[0].length > 0);
  pages_free(&pages), free(state);
}

static void a_sleeping_customer_is_small(void **unused) {
  (void)unused;
  struct state *state = block_new(4, 0);
  for (uint64_t i = 0; i < 2; i++) state_add(state, CELL_LAST, 1000 + i, 0, 0)->last.time_ms = 1764000000000 + (int64_t)i;
  struct pages pages = pages_of(state);
  assert_true(pages.pages[0].length > 0 && pages.pages[0].length <= 40);
  pages_free(&pages), free(state);
}

/* ---- bytes that are none of ours ---- */

static uint32_t at_most(uint64_t number, uint32_t most) { return number < most ? (uint32_t)number : most; }

/* Into a block of exactly the room that the head asks for: as many cells and ids as in this page in each. What says that it is a further
 * page is never the first that is read. */
static bool reads(const char *bytes, size_t length, struct state **out) {
  struct fault fault = {0};
  struct page_head head;
  struct str exact = {malloc(length == 0 ? 1 : length), length};
  memcpy((void *)(uintptr_t)exact.at, bytes, length);
  bool good = page_look(exact, &head, &fault);
  *out = NULL;
  if (good && head.page == 0) {
    *out = block_new(at_most((uint64_t)head.cells * head.pages, LIMIT_STATE_CELLS), at_most((uint64_t)head.ids * head.pages, LIMIT_SEEN));
    good = state_room(*out) >= head.cells && state_id_room(*out) >= head.ids && page_decode(exact, *out, &fault);
  }
  assert_true(good || (fault.status == STATUS_STATE && fault.text[0] != 0));
  free((void *)(uintptr_t)exact.at);
  return good;
}

static void every_truncation_is_refused(void **unused) {
  (void)unused;
  struct state *state = filled(3, 2, 20), *out;
  struct pages pages = pages_of(state);
  struct str whole = pages.pages[0];
  for (size_t cut = 1; cut < whole.length; cut++) {
    assert_false(reads(whole.at, cut, &out));
    free(out);
  }
  char *longer = malloc(whole.length + 1);
  memcpy(longer, whole.at, whole.length);
  longer[whole.length] = 0;
  assert_false(reads(longer, whole.length + 1, &out));
  free(out), free(longer), pages_free(&pages), free(state);
}

static void refused_for(const char *bytes, size_t length, const char *words) {
  struct fault fault = {0};
  struct page_head head;
  assert_false(page_look((struct str){bytes, length}, &head, &fault));
  assert_int_equal(fault.status, STATUS_STATE);
  assert_non_null(strstr(fault.text, words));
}

static void other_versions_are_named(void **unused) {
  (void)unused;
  struct state *state = filled(3, 1, 0);
  struct pages pages = pages_of(state);
  char *bytes = (char *)(uintptr_t)pages.pages[0].at;
  bytes[1]++;
  refused_for(bytes, pages.pages[0].length, "version 4, this giftd knows version 3; use the giftd that wrote it, or a newer one");
  bytes[1] = 1;
  refused_for(bytes, pages.pages[0].length, "version 1, this giftd knows version 3; use the giftd that wrote it, or rebuild");
  bytes[0] = 'X';
  refused_for(bytes, pages.pages[0].length, "not giftd's");
  refused_for("G", 1, "version 0");
  pages_free(&pages), free(state);
}

/* What is accepted is a state: found again by its index, and written as bytes that read as the same. */
static void is_a_state(struct state *state) {
  for (uint32_t slot = 0; slot < state->used; slot++) {
    const struct cell *cell = &state->cells[slot];
    const struct cell *found = state_first(state, cell_kind(cell), cell_decl(cell), cell->key);
    while (found != NULL && found != cell) found = state_next(state, found);
    assert_ptr_equal(found, cell);
  }
  struct state *again = read_again(state);
  assert_true(same_cells(state, again) && same_ids(state, again));
  free(again);
}

static void every_changed_byte_is_harmless(void **unused) {
  (void)unused;
  uint32_t accepted = 0, refused = 0;
  struct state *state = filled(5, 1, 6), *out;
  struct pages pages = pages_of(state);
  char *bytes = (char *)(uintptr_t)pages.pages[0].at;
  for (size_t at = 0; at < pages.pages[0].length; at++) {
    char right = bytes[at];
    for (int change = 1; change < 256; change += at < 24 ? 1 : 17) {
      bytes[at] = (char)(right + change);
      bool good = reads(bytes, pages.pages[0].length, &out);
      if (good && out != NULL && out->pages == 1) is_a_state(out);
      accepted += good, refused += !good;
      free(out);
    }
    bytes[at] = right;
  }
  assert_true(accepted > 1000 && refused > 1000);
  pages_free(&pages), free(state);
}

static void noise_is_harmless(void **unused) {
  (void)unused;
  struct dice dice = dice_of(11);
  char bytes[96] = "G\x02";
  struct state *out;
  for (uint32_t i = 0; i < 20000; i++) {
    size_t length = 2 + dice_below(&dice, sizeof bytes - 2);
    for (size_t at = 2; at < length; at++) bytes[at] = (char)(dice_below(&dice, 3) == 0 ? dice_word(&dice) : dice_below(&dice, 4));
    (void)reads(bytes, length, &out);
    free(out);
  }
}

/* ---- a resource on its way ---- */

static void a_packed_state_leaves_lending_behind(void **unused) {
  (void)unused;
  struct fault fault = {0};
  struct page_head head;
  char bytes[4096], again[4096];
  struct state *state = block_new(64, 0), *other = block_new(64, 0);
  for (uint32_t i = 0; i < 20; i++) state_add(state, CELL_LIMIT, 77, i, (int32_t)i)->limit.used = i;
  state_add(state, CELL_BLOCK, 77, 0, 0)->block.left = 4;
  state_add(state, CELL_LENT, 77, 3, 0)->lent.outstanding = 9;
  size_t length = state_pack(state, bytes, sizeof bytes);
  assert_true(length > 0 && page_look((struct str){bytes, length}, &head, &fault) && head.cells == 20);
  state_add(other, CELL_BLOCK, 77, 0, 0)->block.left = 1;
  pages_clean(other);
  assert_true(state_unpack((struct str){bytes, length}, other, &fault));
  assert_true(other->cell_count == 21 && other->changed && page_is_dirty(other, 0));
  for (uint32_t i = 0; i < 20; i++) assert_int_equal(state_find(other, CELL_LIMIT, 77, i, (int32_t)i)->limit.used, i);
  assert_int_equal(state_find(other, CELL_BLOCK, 77, 0, 0)->block.left, 1);
  assert_int_equal(state_pack(other, again, sizeof again), length);
  assert_memory_equal(bytes, again, length);
  for (size_t room = 0; room < length; room++) assert_int_equal(state_pack(state, again, room), 0);
  for (size_t cut = 1; cut < length; cut++) assert_false(state_unpack((struct str){bytes, cut}, other, &fault));
  free(state), free(other);
}

/* What went of a record must be known wherever it goes, even when there is nothing left: else it would count from 0 again. */
static void the_floor_goes_with_what_is_packed(void **unused) {
  (void)unused;
  struct fault fault = {0};
  char bytes[64];
  struct state *state = block_new(4, 0), *other = block_new(4, 0);
  state_floor_set(state, 20000 * MS_PER_DAY);
  size_t length = state_pack(state, bytes, sizeof bytes);
  assert_true(length > 0 && state_unpack((struct str){bytes, length}, other, &fault));
  assert_true(other->changed && page_is_dirty(other, 0) && state_is_gone(other, 19999) && !state_is_gone(other, 20000));
  state_floor_set(other, 30000 * MS_PER_DAY);
  assert_true(state_unpack((struct str){bytes, length}, other, &fault) && state_is_gone(other, 29999));
  free(state), free(other);
}

static void nothing_packed_is_no_bytes(void **unused) {
  (void)unused;
  struct fault fault = {0};
  char bytes[64];
  struct state *state = block_new(4, 0);
  state_add(state, CELL_BLOCK, 77, 0, 0)->block.left = 4;
  assert_int_equal(state_pack(state, bytes, sizeof bytes), 0);
  assert_true(state_unpack((struct str){NULL, 0}, state, &fault));
  assert_int_equal(state->cell_count, 1);
  free(state);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_kind_survives),
      cmocka_unit_test(every_field_survives_alone),
      cmocka_unit_test(the_same_content_is_the_same_bytes),
      cmocka_unit_test(cells_of_one_name_have_an_order_too),
      cmocka_unit_test(nothing_is_no_bytes),
      cmocka_unit_test(a_sleeping_customer_is_small),
      cmocka_unit_test(every_truncation_is_refused),
      cmocka_unit_test(other_versions_are_named),
      cmocka_unit_test(every_changed_byte_is_harmless),
      cmocka_unit_test(noise_is_harmless),
      cmocka_unit_test(a_packed_state_leaves_lending_behind),
      cmocka_unit_test(the_floor_goes_with_what_is_packed),
      cmocka_unit_test(nothing_packed_is_no_bytes),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
