/* Pages: a state of many cells is kept as several records. They fill evenly, follow the state's size, and only those that changed are
 * written; each says which of how many it is, so that one that is lost or another owner's is noticed. */
#include "cells.h"

/* Cells that hold invariants whatever they are: `count` of them, of several kinds. */
static struct state *many(uint64_t seed, uint32_t count, uint32_t ids) {
  static const enum cell_kind kinds[] = {CELL_LIMIT, CELL_MEASURE, CELL_AWAITED, CELL_ONCE, CELL_TAKEN};
  struct dice dice = dice_of(seed);
  struct state *state = block_new(count, ids);
  for (uint32_t i = 0; i < count; i++) {
    struct cell *cell = state_add(state, kinds[i % 5], dice_below(&dice, 50), dice_word(&dice), (int32_t)dice_below(&dice, 60));
    assert_non_null(cell);
    if (i % 5 == 0) cell->limit.used = dice_below(&dice, 9);
    cell->expires_day = 20000 + (int32_t)dice_below(&dice, 300);
  }
  for (uint32_t i = 0; i < ids; i++) assert_true(state_see(state, dice_word(&dice), 1764000000000 + dice_below(&dice, 100000)));
  return state;
}

static void many_cells_come_back_from_their_pages(void **unused) {
  (void)unused;
  static const struct {
    uint32_t cells, ids;
  } rows[] = {{1, 0}, {68, 0}, {69, 1}, {500, 900}, {4400, 60}, {3000, 0}, {0, 3000}, {20000, 9000}};
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    struct state *state = many(i, rows[i].cells, rows[i].ids), *again;
    state->position = 99, state->floor_ms = 1763000000000;
    state_settle(state);
    again = read_again(state);
    assert_true(same_cells(state, again) && same_ids(state, again));
    assert_true(again->pages == state->pages && again->position == 99 && again->floor_ms == state->floor_ms);
    holds(again);
    free(state), free(again);
  }
}

static void a_state_of_the_largest_size_has_a_place(void **unused) {
  (void)unused;
  struct state *state = many(3, LIMIT_STATE_CELLS, LIMIT_SEEN), *again;
  state_settle(state);
  struct pages pages = pages_of(state);
  size_t most = 0;
  for (uint32_t i = 0; i < pages.count; i++) most = pages.pages[i].length > most ? pages.pages[i].length : most;
  assert_true(pages.count <= LIMIT_STATE_PAGES && most < LIMIT_STATE_BYTES / 8);
  pages_free(&pages);
  again = read_again(state);
  assert_true(again->cell_count == LIMIT_STATE_CELLS && again->seen_count == LIMIT_SEEN && same_cells(state, again));
  free(state), free(again);
}

/* What was written is about what was aimed at, neither in one page nor in thousands. */
static void pages_follow_the_size(void **unused) {
  (void)unused;
  struct state *state = many(5, 4000, 0);
  state_settle(state);
  uint32_t large = state->pages;
  assert_true(large >= 32 && large <= 128);
  uint32_t slot = 0, n = 0;
  for (const struct cell *cell; (cell = state_any(state, &slot)) != NULL;)
    if (n++ % 40 != 0) state_remove(state, cell);
  state_settle(state);
  assert_true(state->pages < large);
  uint32_t few = state->pages;
  state_settle(state);
  assert_int_equal(state->pages, few);
  slot = 0;
  for (const struct cell *cell; (cell = state_any(state, &slot)) != NULL;) state_remove(state, cell);
  state_settle(state);
  assert_int_equal(state->pages, 1);
  free(state);
}

/* At either edge a cell more or less does not move everything. */
static void pages_do_not_flutter(void **unused) {
  (void)unused;
  struct state *state = block_new(4000, 0);
  uint32_t moves = 0, pages = 1;
  for (uint64_t i = 0; state->pages < 8; i++) assert_non_null(state_add(state, CELL_LIMIT, 1, i, 0)), state_settle(state);
  for (uint32_t i = 0; i < 200; i++, pages = state->pages) {
    if (i % 2 == 0)
      state_remove(state, state_find(state, CELL_LIMIT, 1, 3, 0));
    else
      assert_non_null(state_add(state, CELL_LIMIT, 1, 3, 0));
    state_settle(state);
    moves += pages != 1 && state->pages != pages;
  }
  assert_int_equal(moves, 0);
  free(state);
}

static void a_change_writes_its_page_alone(void **unused) {
  (void)unused;
  struct dice dice = dice_of(7);
  struct state *state = many(7, 3000, 500);
  struct pages kept = {0}, now;
  state_settle(state);
  assert_int_equal(pages_dirty(state), state->pages); /* their number changed: all of them */
  pages_store(&kept, state);
  for (uint32_t i = 0; i < 300; i++) {
    assert_true(pages_dirty(state) == 0 && !state->changed);
    uint32_t slot = dice_below(&dice, state->used), what = dice_below(&dice, 4);
    const struct cell *cell = state_any(state, &slot);
    if (what == 0 && cell != NULL) state_remove(state, cell);
    if (what == 1 && cell != NULL) state_write(state, cell)->expires_day++;
    if (what == 2 && state_room(state) > 0) assert_non_null(state_add(state, CELL_LIMIT, 60, i, 0));
    if (what == 3 && state_id_room(state) > 0) assert_true(state_see(state, dice_word(&dice), 1764000000000 + i));
    assert_true(pages_dirty(state) <= 1 && (pages_dirty(state) == 1) == state->changed);
    pages_store(&kept, state);
    now = pages_of(state);
    assert_true(pages_equal(&kept, &now));
    pages_free(&now);
  }
  pages_free(&kept), free(state);
}

/* The plan orders slots by page: every cell and id once, in the page that the cell names. */
static void a_plan_has_everything_once(void **unused) {
  (void)unused;
  struct state *state = many(9, 2000, 700);
  static struct page_plan plan;
  static bool planned[8192];
  state_settle(state);
  page_plan_make(&plan, state);
  assert_true(plan.starts[0] == 0 && plan.id_starts[0] == 0);
  assert_true(plan.starts[state->pages] == state->cell_count && plan.id_starts[state->pages] == state->seen_count);
  for (uint32_t page = 0; page < state->pages; page++) {
    for (uint32_t i = plan.starts[page]; i < plan.starts[page + 1]; i++) {
      uint32_t slot = plan.cells[i].slot;
      assert_true(!planned[slot] && page_of_cell(state, &state->cells[slot]) == page);
      planned[slot] = true;
    }
    for (uint32_t i = plan.id_starts[page]; i < plan.id_starts[page + 1]; i++)
      assert_int_equal(page_of_id(state, state->seen[plan.ids[i].slot].digest), page);
  }
  free(state);
}

/* How much of a pool is used is read by whoever reads one record. */
static void a_pools_total_stands_in_the_first_page(void **unused) {
  (void)unused;
  struct fault fault = {0};
  struct page_head head;
  struct state *state = many(11, 3000, 0), *first;
  for (int32_t period = 1; period < 400; period++) {
    if (state_room(state) == 0) state = block_grow(state, 500, 0);
    assert_non_null(state_add(state, CELL_POOL, 9, 1, period));
  }
  state_add(state, CELL_POOL, 9, 0, 0)->pool.used = 1234;
  state_settle(state);
  assert_true(state->pages > 1);
  struct pages pages = pages_of(state);
  assert_true(page_look(pages.pages[0], &head, &fault));
  first = block_new(head.cells * head.pages, 0);
  assert_true(page_decode(pages.pages[0], first, &fault));
  assert_int_equal(state_find(first, CELL_POOL, 9, 0, 0)->pool.used, 1234);
  pages_free(&pages), free(state), free(first);
}

static void every_page_says_who_it_is(void **unused) {
  (void)unused;
  struct fault fault = {0};
  struct state *state = many(13, 2000, 300);
  state_settle(state);
  struct pages pages = pages_of(state);
  for (uint32_t i = 0; i < pages.count; i++) {
    struct page_head head;
    assert_true(page_look(pages.pages[i], &head, &fault));
    assert_true(head.page == i && head.pages == pages.count);
  }
  struct page_head lost;
  assert_true(page_look((struct str){NULL, 0}, &lost, &fault));
  assert_true(lost.page == 0 && lost.pages == 1); /* one that is not there is no further page of anybody */
  pages_free(&pages), free(state);
}

/* A block made by a further page has no marks for all of them. */
static void a_further_page_is_no_first_one(void **unused) {
  (void)unused;
  struct fault fault = {0};
  struct state *state = many(14, 20000, 300), *small = block_new(200, 8);
  state_settle(state);
  struct pages pages = pages_of(state);
  assert_true(pages.count > 64);
  assert_false(page_decode(pages.pages[5], small, &fault));
  assert_non_null(strstr(fault.text, "damaged"));
  pages_free(&pages), free(state), free(small);
}

/* Pages of a state that shrank may be nearly empty: the block that a reader makes by the first of them must hold the marks of all. */
static void a_sparse_state_can_be_read_and_written(void **unused) {
  (void)unused;
  uint32_t sparse = 0;
  for (uint64_t seed = 1; seed <= 40; seed++) {
    struct fault fault = {0};
    struct state *state = many(seed, 9000, 0);
    uint32_t slot = 0, n = 0;
    state_settle(state);
    for (const struct cell *cell; (cell = state_any(state, &slot)) != NULL;)
      if (n++ % 7 != 0) state_remove(state, cell);
    for (slot = 0; seed % 2 == 0 && slot < state->used; slot++) /* the first page empty */
      if (state->cells[slot].name != 0 && page_of_cell(state, &state->cells[slot]) == 0) state_remove(state, &state->cells[slot]);
    struct pages pages = pages_of(state);
    struct state *again = pages_read(&pages, &fault);
    assert_true(again != NULL && same_cells(state, again) && again->pages == state->pages);
    assert_true(pages_most(again) >= again->pages);
    sparse += again->pages > 64 && seed % 2 == 0;
    for (slot = 0; slot < again->used; slot++) (void)state_write(again, &again->cells[slot]);
    struct state *grown = block_grow(again, again->cell_count, 10);
    assert_true(pages_dirty(grown) <= grown->pages && pages_dirty(grown) > 0);
    pages_free(&pages), free(state), free(grown);
  }
  assert_true(sparse > 10);
}

/* Room for ids that the first page did not tell of is made while pages are read. */
static void few_ids_in_many_pages_can_be_read(void **unused) {
  (void)unused;
  struct state *state = many(19, 4400, 0), *again;
  for (uint64_t i = 0; i < 60; i++) {
    if (state_id_room(state) == 0) state = block_grow(state, 0, 60);
    assert_true(state_see(state, i << 40 | 3, 1764000000000));
  }
  state_settle(state);
  assert_true(state->pages > 64);
  again = read_again(state);
  assert_true(same_cells(state, again) && same_ids(state, again));
  free(state), free(again);
}

/* Pages that are not there any more have to be emptied in the store, wherever the state moves before that. */
static void pages_that_went_are_marked_wherever_the_state_moves(void **unused) {
  (void)unused;
  struct state *state = many(17, 9000, 0);
  struct pages kept = {0};
  state_settle(state);
  pages_store(&kept, state);
  uint32_t before = state->pages, slot = 0, n = 0;
  for (const struct cell *cell; (cell = state_any(state, &slot)) != NULL;)
    if (n++ % 20 != 0) state_remove(state, cell);
  state_settle(state);
  assert_true(state->pages < before && before > 64);
  struct state *to = block_new(9000, 0);
  state_move(to, state);
  pages_store(&kept, to);
  for (uint32_t i = to->pages; i < before; i++) assert_int_equal(kept.pages[i].length, 0);
  pages_free(&kept), free(state), free(to);
}

static void keys_of_pages_are_nobody_elses(void **unused) {
  (void)unused;
  char bytes[128];
  struct owner customer = owner_customer(STR("c1")), pool = owner_named(OWNER_POOL, 7, 9);
  struct str first = page_key(owner_key(&customer), 0, bytes);
  assert_true(str_equal(first, STR("cc1")));
  struct str later = page_key(owner_key(&customer), 258, bytes);
  assert_true(later.length == 3 + PAGE_KEY_BYTES && memcmp(later.at, "cc1\0\2\1", 6) == 0);
  struct str last = page_key(owner_key(&pool), LIMIT_STATE_PAGES - 1, bytes);
  assert_int_equal(last.length, 14 + PAGE_KEY_BYTES);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(many_cells_come_back_from_their_pages),
      cmocka_unit_test(a_state_of_the_largest_size_has_a_place),
      cmocka_unit_test(pages_follow_the_size),
      cmocka_unit_test(pages_do_not_flutter),
      cmocka_unit_test(a_change_writes_its_page_alone),
      cmocka_unit_test(a_plan_has_everything_once),
      cmocka_unit_test(a_pools_total_stands_in_the_first_page),
      cmocka_unit_test(every_page_says_who_it_is),
      cmocka_unit_test(a_further_page_is_no_first_one),
      cmocka_unit_test(a_sparse_state_can_be_read_and_written),
      cmocka_unit_test(few_ids_in_many_pages_can_be_read),
      cmocka_unit_test(pages_that_went_are_marked_wherever_the_state_moves),
      cmocka_unit_test(keys_of_pages_are_nobody_elses),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
