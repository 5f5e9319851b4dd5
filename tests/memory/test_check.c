/* The numbered invariants (src/memory/check.c): a state that holds them all, and then each is broken by hand and must be named. */
#include "cells.h"

/* A state with something of everything that the invariants speak of. */
static struct state *whole(void) {
  struct state *state = block_new(64, 20);
  struct cell *cell = state_add(state, CELL_ORIGINAL, 0, 100, 0);
  cell->original.amount = 500, cell->original.reversed = 200;
  state_add(state, CELL_GRANT, 1, 100, 0)->grant.id_low = 7;
  state_add(state, CELL_GRANT, 1, 100, 1)->grant.id_low = 8;
  state_add(state, CELL_FED, 2, 100, 3)->fed.amount = 5;
  state_add(state, CELL_RESTS, 2, 100, 3)->rests.id_low = 7;
  cell = state_add(state, CELL_CHILD, 0, 7, 0);
  cell->child.event = 100, cell->child.id_low = 8;
  state_add(state, CELL_TAKEN, 3, 7, 0)->taken.amount = 1;
  state_add(state, CELL_TAKEN, 3, 7, 0)->taken.amount = 1; /* two of one name */
  state_add(state, CELL_SET_OFF, 0, 7, 0)->set_off.amount = 1;
  state_add(state, CELL_LIMIT, 3, 9, 0)->limit.used = 1;
  state_add(state, CELL_POOL, 3, 0, 0)->pool.used = 1;
  state_add(state, CELL_OWED, 3, 0, 0)->owed.amount = 1;
  state_add(state, CELL_LENT, 3, 1, 0)->lent.outstanding = 1;
  state_add(state, CELL_BLOCK, 3, 0, 0)->block.left = 1;
  cell = state_add(state, CELL_LOT, 4, 1, 0);
  cell->lot.given = 2, cell->lot.spent = 2, cell->lot.high_water = 2;
  cell = state_add(state, CELL_TRACK, 5, 1, 0);
  cell->track.opened_ms = 10, cell->track.until_ms = 20, cell->track.done_ms = 15, cell->track.tasks = 2, cell->expires_day = 20000;
  state_add(state, CELL_TASK, 5, 1, 1)->task.time_ms = 12;
  for (uint64_t i = 0; i < 10; i++) assert_true(state_see(state, i << 33, 1000 + (int64_t)i));
  (void)state_expire(state, 19000, 0, MS_PER_DAY);
  return state;
}

/* Each break is undone with the state: one is made for each. */
static void broken(struct state *state, const char *words) {
  const char *found = memory_check(state);
  if (found == NULL || strstr(found, words) == NULL) print_error("%s: found %s\n", words, found == NULL ? "nothing" : found);
  assert_true(found != NULL && strstr(found, words) != NULL);
  free(state);
}

static struct cell *at(struct state *state, enum cell_kind kind) {
  for (uint32_t slot = 0; slot < state->used; slot++)
    if (state->cells[slot].name != 0 && cell_kind(&state->cells[slot]) == kind) return &state->cells[slot];
  fail_msg("no %s", cell_kind_name(kind));
  return NULL;
}

static void a_whole_state_holds(void **unused) {
  (void)unused;
  struct state *state = whole();
  holds(state);
  struct state *again = read_again(state);
  holds(again);
  free(state), free(again);
}

static void first_what_is_counted_is_there(void **unused) {
  (void)unused;
  struct state *state = whole();
  state->cell_count++;
  broken(state, "1: cells are miscounted");
  state = whole();
  cell_unhang(state, slot_of(state, at(state, CELL_LIMIT))); /* lives and hangs nowhere */
  broken(state, "1: cells are miscounted");
  state = whole();
  at(state, CELL_LIMIT)->name = 0; /* hangs and does not live */
  broken(state, "1: a hook has a cell that is not there");
  state = whole();
  at(state, CELL_LIMIT)->key ^= 1u << 20; /* hangs where nobody looks for it */
  broken(state, "1: a cell hangs on another's hook");
  state = whole();
  state->next[slot_of(state, at(state, CELL_LIMIT))] = slot_of(state, at(state, CELL_LIMIT)) + 1; /* a circle */
  broken(state, "1: ");
}

static void first_ids_are_where_they_are_looked_for(void **unused) {
  (void)unused;
  struct state *state = whole();
  state->seen_count--;
  broken(state, "1: ids are miscounted");
  state = whole();
  for (uint32_t i = state->seen_mask + 1; i-- > 0;)
    if (state->seen[i].time_ms == TIME_NONE && state->seen[(i + 1) & state->seen_mask].time_ms == TIME_NONE) { /* behind a gap */
      struct seen *seen = seen_slot(state, UINT64_C(3) << 33);
      if (seen == &state->seen[(i + 1) & state->seen_mask] || (UINT64_C(3) << 1 & state->seen_mask) == ((i + 1) & state->seen_mask))
        continue;
      state->seen[(i + 1) & state->seen_mask] = *seen;
      seen->time_ms = TIME_NONE;
      break;
    }
  broken(state, "1: an id cannot be found");
}

static void second_bounds(void **unused) {
  (void)unused;
  static const uint32_t pages[] = {0, 3, LIMIT_STATE_PAGES * 2};
  for (size_t i = 0; i < 3; i++) {
    struct state *state = whole();
    state->pages = pages[i];
    broken(state, "2: pages");
  }
  struct state *state = whole();
  state->cell_count = LIMIT_STATE_CELLS + 1;
  broken(state, "2: more than a state may hold");
  state = whole();
  state->seen_count = LIMIT_SEEN + 1;
  broken(state, "2: more than a state may hold");
}

static void third_somebody_looks_before_a_cell_expires(void **unused) {
  (void)unused;
  struct state *state = whole();
  assert_true(state->expire_day <= 20001);
  state->expire_day = 20002;
  broken(state, "3: a cell expires before anybody looks");
}

static void fourth_a_name_stands_once(void **unused) {
  (void)unused;
  struct state *state = whole();
  assert_non_null(state_add(state, CELL_LIMIT, 3, 9, 0));
  broken(state, "4: two cells of one name");
}

static void fifth_what_undoing_needs_hangs_together(void **unused) {
  (void)unused;
  struct state *state = whole();
  state_remove(state, at(state, CELL_ORIGINAL));
  broken(state, "5: ");
  state = whole();
  state_remove(state, at(state, CELL_FED)), state_remove(state, at(state, CELL_ORIGINAL));
  broken(state, "5: a gift without its event");
  state = block_new(8, 0);
  assert_non_null(state_add(state, CELL_FED, 1, 100, 0));
  broken(state, "5: what fed a fact without its event");
  state = whole();
  at(state, CELL_RESTS)->rests.id_low = 9;
  broken(state, "5: what rests on a fact without its gift");
  state = whole(); /* a child that outlived its gift */
  at(state, CELL_CHILD)->child.id_low = 9;
  holds(state);
  free(state);
}

static void sixth_counts_are_not_below_nothing(void **unused) {
  (void)unused;
  enum { COUNTS = 11 };
  for (int i = 0; i < COUNTS; i++) {
    struct state *state = whole();
    int64_t *const counts[COUNTS] = {&at(state, CELL_LIMIT)->limit.used,         &at(state, CELL_POOL)->pool.used,
                                     &at(state, CELL_OWED)->owed.amount,         &at(state, CELL_SET_OFF)->set_off.amount,
                                     &at(state, CELL_TAKEN)->taken.amount,       &at(state, CELL_GRANT)->grant.value_minor,
                                     &at(state, CELL_ORIGINAL)->original.amount, &at(state, CELL_ORIGINAL)->original.reversed,
                                     &at(state, CELL_LENT)->lent.claimed,        &at(state, CELL_LENT)->lent.told,
                                     &at(state, CELL_BLOCK)->block.claimed};
    *counts[i] = -1;
    broken(state, "6: a count below nothing");
  }
  struct state *state = whole(); /* refunds that are not reported yet */
  at(state, CELL_BLOCK)->block.spent = -3;
  holds(state);
  free(state);
}

static void seventh_shares(void **unused) {
  (void)unused;
  struct state *state = whole();
  at(state, CELL_ORIGINAL)->original.reversed = 501;
  broken(state, "7: more was reversed than there was");
  state = whole();
  at(state, CELL_LOT)->lot.spent = 3;
  broken(state, "7: more chances were spent than were ever given");
}

static void eighth_tracks(void **unused) {
  (void)unused;
  struct state *state = whole();
  state_remove(state, at(state, CELL_TASK));
  broken(state, "8: a task that is done without its event");
  static const int64_t outside[] = {9, 20, 21};
  for (size_t i = 0; i < 3; i++) {
    state = whole();
    at(state, CELL_TRACK)->track.done_ms = outside[i];
    broken(state, "8: a track was completed outside of its time");
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_whole_state_holds),
      cmocka_unit_test(first_what_is_counted_is_there),
      cmocka_unit_test(first_ids_are_where_they_are_looked_for),
      cmocka_unit_test(second_bounds),
      cmocka_unit_test(third_somebody_looks_before_a_cell_expires),
      cmocka_unit_test(fourth_a_name_stands_once),
      cmocka_unit_test(fifth_what_undoing_needs_hangs_together),
      cmocka_unit_test(sixth_counts_are_not_below_nothing),
      cmocka_unit_test(seventh_shares),
      cmocka_unit_test(eighth_tracks),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
