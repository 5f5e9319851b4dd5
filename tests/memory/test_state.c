/* A state in its block: cells are found by what they are, chains hold all that belongs together and nothing else, and a block that is full
 * says so. */
#include "cells.h"

/* Few names, so that chains are long and names come again. */
struct name {
  enum cell_kind kind;
  uint64_t decl, key;
  int32_t period;
};
static struct name any_name(struct dice *dice) {
  static const enum cell_kind kinds[] = {CELL_LIMIT, CELL_MEASURE, CELL_AWAITED, CELL_TAG, CELL_TAKEN, CELL_KEPT};
  return (struct name){kinds[dice_below(dice, 6)], dice_below(dice, 3), dice_below(dice, 4), (int32_t)dice_below(dice, 3) - 1};
}

static bool is_on_hook(const struct cell *cell, const struct name *name) {
  enum cell_hook hook = cell_kinds[name->kind].hook;
  if (cell_kind(cell) != name->kind) return false;
  bool decl = cell_decl(cell) == name->decl, key = cell->key == name->key;
  return hook == BY_NOTHING || (hook == BY_DECL && decl) || (hook == BY_KEY && key) || (hook == BY_BOTH && decl && key);
}

/* By looking at every cell. */
static uint32_t count_on_hook(const struct state *state, const struct name *name, bool exactly) {
  uint32_t slot = 0, count = 0;
  for (const struct cell *cell; (cell = state_any(state, &slot)) != NULL;) {
    bool named = cell_decl(cell) == name->decl && cell->key == name->key && cell->period == name->period;
    count += is_on_hook(cell, name) && (!exactly || named);
  }
  return count;
}

static void check_name(const struct state *state, const struct name *name) {
  uint32_t count = 0;
  for (const struct cell *cell = state_first(state, name->kind, name->decl, name->key); cell != NULL; cell = state_next(state, cell)) {
    assert_true(is_on_hook(cell, name));
    count++;
  }
  assert_int_equal(count, count_on_hook(state, name, false));
  const struct cell *found = state_find(state, name->kind, name->decl, name->key, name->period);
  assert_int_equal(found != NULL, count_on_hook(state, name, true) > 0);
  if (found == NULL) return;
  assert_true(cell_kind(found) == name->kind && cell_decl(found) == name->decl && found->key == name->key && found->period == name->period);
}

static struct state *any_change(struct dice *dice, struct state *state, const struct name *name) {
  if (dice_below(dice, 3) > 0) {
    if (state_room(state) == 0) state = block_grow(state, state->cell_count, 0);
    bool again = name->kind == CELL_TAKEN;
    assert_non_null((again ? state_add : state_make)(state, name->kind, name->decl, name->key, name->period));
  } else if (dice_below(dice, 6) == 0) {
    state_remove_all(state, name->kind, name->decl, name->key);
    assert_null(state_first(state, name->kind, name->decl, name->key));
  } else {
    const struct cell *cell = state_find(state, name->kind, name->decl, name->key, name->period);
    if (cell != NULL) state_remove(state, cell);
  }
  return state;
}

static void chains_are_what_looking_at_every_cell_finds(void **unused) {
  (void)unused;
  for (uint64_t seed = 1; seed <= 20; seed++) {
    struct dice dice = dice_of(seed);
    struct state *state = block_new(4, 0);
    for (uint32_t i = 0; i < 600; i++) {
      struct name name = any_name(&dice);
      state = any_change(&dice, state, &name);
      check_name(state, &name);
      holds(state);
    }
    free(state);
  }
}

static void a_new_cell_is_all_zeros_but_its_name(void **unused) {
  (void)unused;
  struct dice dice = dice_of(3);
  struct state *state = block_new(2, 0);
  for (uint32_t kind = CELL_FREE + 1; kind < CELL_KIND_COUNT; kind++) {
    struct cell named = {.name = UINT64_C(7) << 8 | kind, .key = 8, .period = 9}, *cell;
    for (uint32_t round = 0; round < 3; round++) { /* in a block's garbage, and where another stood */
      cell = state_add(state, (enum cell_kind)kind, 7, 8, 9);
      assert_memory_equal(cell, &named, sizeof named);
      memset((unsigned char *)cell + offsetof(struct cell, first), (int)dice_word(&dice), sizeof *cell - offsetof(struct cell, first));
      state_remove(state, cell);
    }
  }
  free(state);
}

static void pointers_stay_while_others_come_and_go(void **unused) {
  (void)unused;
  struct state *state = block_new(64, 0);
  struct cell *stays = state_add(state, CELL_LIMIT, 1, 2, 3);
  stays->limit.used = 42;
  for (uint32_t i = 0; i < 500; i++) {
    const struct cell *passing = state_add(state, CELL_LIMIT, 1, 2, (int32_t)i + 4);
    assert_non_null(passing);
    if (i % 3 != 0) state_remove(state, passing);
    if (state_room(state) < 2) state_remove_all(state, CELL_MEASURE, 1, 0);
    if (state_room(state) < 2) break;
  }
  assert_ptr_equal(state_find(state, CELL_LIMIT, 1, 2, 3), stays);
  assert_int_equal(stays->limit.used, 42);
  free(state);
}

/* Adding and removing others while a chain is read. */
static void a_chain_may_change_while_it_is_read(void **unused) {
  (void)unused;
  struct state *state = block_new(200, 0);
  for (int32_t i = 0; i < 40; i++) assert_non_null(state_add(state, CELL_MEASURE, 5, (uint64_t)i, 0));
  uint32_t read = 0;
  for (const struct cell *cell = state_first(state, CELL_MEASURE, 5, 0); cell != NULL; cell = state_next(state, cell)) {
    assert_non_null(state_add(state, CELL_MEASURE, 6, read, 0));
    assert_non_null(state_add(state, CELL_LIMIT, 5, read, 0));
    state_remove(state, state_find(state, CELL_MEASURE, 6, read, 0));
    read++;
  }
  assert_int_equal(read, 40);
  free(state);
}

/* ---- blocks ---- */

static void a_block_has_the_room_that_was_asked_for(void **unused) {
  (void)unused;
  for (uint32_t cells = 0; cells < 300; cells += 7)
    for (uint32_t ids = 0; ids < 200; ids += 13) {
      struct state *state = block_new(cells, ids);
      assert_true(state_room(state) >= cells && state_id_room(state) >= ids);
      for (uint32_t i = 0; i < cells; i++) assert_non_null(state_add(state, CELL_LIMIT, 1, i, 0));
      for (uint32_t i = 0; i < ids; i++) assert_true(state_see(state, i * UINT64_C(0x9e3779b97f4a7c15), 1 + (int64_t)i));
      assert_false(state->cramped);
      holds(state);
      free(state);
    }
}

static void a_full_block_says_so(void **unused) {
  (void)unused;
  struct state *state = block_new(4, 2);
  while (state_room(state) > 0) assert_non_null(state_add(state, CELL_LIMIT, 1, state->cell_count, 0));
  assert_false(state->cramped);
  assert_null(state_add(state, CELL_LIMIT, 2, 0, 0));
  assert_true(state->cramped && state_can_grow(state));
  uint32_t cells = state->cell_count;
  assert_null(state_make(state, CELL_LIMIT, 2, 0, 0));
  assert_non_null(state_make(state, CELL_LIMIT, 1, 1, 0)); /* one that is there needs no room */
  assert_int_equal(state->cell_count, cells);
  state = block_grow(state, 1, 1);
  assert_false(state->cramped);
  assert_non_null(state_add(state, CELL_LIMIT, 2, 0, 0));
  holds(state);
  free(state);
}

static void ids_without_room_say_so_too(void **unused) {
  (void)unused;
  struct state *state = block_new(2, 2);
  uint64_t id = 0;
  while (state_id_room(state) > 0) assert_true(state_see(state, ++id, 5));
  assert_false(state->cramped);
  assert_false(state_see(state, ++id, 5));
  assert_true(state->cramped && state->floor_ms == 0); /* nothing is let go for want of room in a block */
  state = block_grow(state, 0, 1);
  assert_true(state_see(state, id, 5));
  free(state);
}

/* All that there may be, whatever room the block has. */
static void no_state_has_more_cells_than_the_bound(void **unused) {
  (void)unused;
  struct state *state = block_new(LIMIT_STATE_CELLS + 100, 0);
  for (uint32_t i = 0; i < LIMIT_STATE_CELLS; i++) assert_non_null(state_add(state, CELL_LIMIT, 1, i, 0));
  assert_null(state_add(state, CELL_LIMIT, 2, 0, 0));
  assert_false(state->cramped || state_can_grow(state));
  state_remove(state, state_find(state, CELL_LIMIT, 1, 7, 0));
  assert_non_null(state_add(state, CELL_LIMIT, 2, 0, 0));
  free(state);
}

/* ---- moving ---- */

static void a_state_that_moved_is_the_same(void **unused) {
  (void)unused;
  for (uint64_t seed = 1; seed <= 30; seed++) {
    struct dice dice = dice_of(seed);
    struct trail trail = {0};
    struct state *state = block_new(8, 40), *to;
    state->position = 5, state->floor_ms = 6, state->keeper = 7, state->turn = 8, state->taken = 9, state->trail = &trail;
    for (uint32_t i = 0; i < 60; i++) state = cell_more(&dice, state, (enum cell_kind)(1 + dice_below(&dice, CELL_KIND_COUNT - 1)));
    for (uint32_t i = 0; i < 30; i++) assert_true(state_see(state, dice_word(&dice), (int64_t)i));
    for (uint32_t i = 0; i < 20; i++) {
      uint32_t slot = dice_below(&dice, state->used);
      const struct cell *cell = state_any(state, &slot);
      if (cell != NULL) state_remove(state, cell);
    }
    struct pages before = pages_of(state);
    to = block_new(state->cell_count + 1, state->seen_count);
    state_move(to, state);
    struct pages after = pages_of(to);
    assert_true(pages_equal(&before, &after) && same_cells(state, to) && same_ids(state, to));
    assert_true(to->position == 5 && to->floor_ms == 6 && to->keeper == 7 && to->turn == 8 && to->taken == 9 && to->trail == &trail);
    assert_true(to->changed == state->changed && to->expire_day == state->expire_day && !to->cramped);
    pages_free(&before), pages_free(&after), free(state), free(to);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(chains_are_what_looking_at_every_cell_finds),
      cmocka_unit_test(a_new_cell_is_all_zeros_but_its_name),
      cmocka_unit_test(pointers_stay_while_others_come_and_go),
      cmocka_unit_test(a_chain_may_change_while_it_is_read),
      cmocka_unit_test(a_block_has_the_room_that_was_asked_for),
      cmocka_unit_test(a_full_block_says_so),
      cmocka_unit_test(ids_without_room_say_so_too),
      cmocka_unit_test(no_state_has_more_cells_than_the_bound),
      cmocka_unit_test(a_state_that_moved_is_the_same),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
