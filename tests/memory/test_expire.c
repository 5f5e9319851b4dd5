/* Time: what is not needed any more goes by its own day alone, between two decisions, and nothing goes that is needed. */
#include "cells.h"

#define DAY 20000
static int64_t day_ms(int64_t day) { return day * MS_PER_DAY; }

/* A cell is needed through its last day, whatever hour of it; the day behind it may go. */
static void a_cell_stays_through_its_day(void **unused) {
  (void)unused;
  struct state *state = block_new(8, 0);
  state_add(state, CELL_LIMIT, 1, 0, 0)->expires_day = DAY;
  state_add(state, CELL_LIMIT, 2, 0, 0)->expires_day = 0; /* for ever */
  state_add(state, CELL_LIMIT, 3, 0, 0)->expires_day = DAY + 5;
  assert_false(state_expire(state, DAY - 1, 0, 0));
  assert_int_equal(state->expire_day, DAY + 1);
  assert_false(state_may_expire(state, DAY));
  assert_false(state_expire(state, DAY, 0, 0));
  assert_true(state_may_expire(state, DAY + 1) && state_expire(state, DAY + 1, 0, 0));
  assert_null(state_find(state, CELL_LIMIT, 1, 0, 0));
  assert_int_equal(state->cell_count, 2);
  assert_true(state_expire(state, DAY + 1000, 0, 0));
  assert_true(state->cell_count == 1 && state_find(state, CELL_LIMIT, 2, 0, 0) != NULL);
  assert_int_equal(state->expire_day, INT32_MAX); /* nothing ever */
  holds(state);
  free(state);
}

/* Until an instant: through the day of it, however late in the day the clock of the stream is. */
static void an_expiry_is_never_too_early(void **unused) {
  (void)unused;
  for (int64_t until_ms = day_ms(DAY) - 2; until_ms <= day_ms(DAY + 1) + 2; until_ms += 1237) {
    struct state *state = block_new(4, 0);
    state_add(state, CELL_LIMIT, 1, 0, 0)->expires_day = state_expiry(until_ms);
    for (int64_t now_ms = until_ms - MS_PER_DAY; now_ms <= until_ms; now_ms += MS_PER_DAY / 7)
      assert_false(state_expire(state, (int32_t)(now_ms / MS_PER_DAY), 0, 0));
    assert_true(state_expire(state, (int32_t)((until_ms + 2 * MS_PER_DAY) / MS_PER_DAY), 0, 0)); /* and not kept for ever */
    free(state);
  }
  assert_int_equal(state_expiry(0), 0);
  assert_int_equal(state_expiry(-5), 0);
  assert_int_equal(state_expiry(INT64_MAX), 0);
}

/* Any states, any days: what is left is what a look at every cell leaves; the same day again does nothing; in one step or in many it comes
 * to the same; and until the day that was promised there is nothing to do. */
static struct state *random_state(struct dice *dice) {
  uint32_t count = dice_below(dice, 60), ids = dice_below(dice, 40);
  struct state *state = block_new(count, ids);
  for (uint32_t i = 0; i < count; i++)
    state_add(state, CELL_LIMIT, 1, i, 0)->expires_day = dice_below(dice, 4) == 0 ? 0 : DAY + (int32_t)dice_below(dice, 30);
  for (uint32_t i = 0; i < ids; i++)
    assert_true(state_see(state, dice_word(dice), day_ms(DAY) + (int64_t)dice_below(dice, 30) * MS_PER_DAY + dice_below(dice, 86400000)));
  return state;
}

static bool expire_at(struct state *state, int32_t day, int64_t horizon_ms) {
  return state_expire(state, day, day_ms(day) - horizon_ms, horizon_ms);
}

static void is_expired(const struct state *state, const struct state *before, int32_t day, int64_t from_ms) {
  uint32_t slot = 0, cells = 0, ids = 0;
  for (const struct cell *cell; (cell = state_any(before, &slot)) != NULL;) {
    bool stays = cell->expires_day == 0 || cell->expires_day >= day;
    assert_int_equal(state_find(state, CELL_LIMIT, 1, cell->key, 0) != NULL, stays);
    cells += stays;
  }
  for (uint32_t i = 0; i <= before->seen_mask; i++) {
    int64_t time_ms = before->seen[i].time_ms;
    if (time_ms == TIME_NONE) continue;
    assert_int_equal(state_seen(state, before->seen[i].digest, &time_ms), before->seen[i].time_ms >= from_ms);
    ids += before->seen[i].time_ms >= from_ms;
  }
  assert_true(state->cell_count == cells && state->seen_count == ids);
}

static void what_goes_is_what_a_look_at_every_cell_finds(void **unused) {
  (void)unused;
  uint32_t went = 0, stayed = 0;
  for (uint64_t seed = 1; seed <= 300; seed++) {
    struct dice dice = dice_of(seed);
    struct state *before = random_state(&dice), *at_once = read_again(before), *by_days = read_again(before);
    int64_t horizon_ms = (int64_t)dice_below(&dice, 8) * MS_PER_DAY;
    int32_t day = DAY + (int32_t)dice_below(&dice, 34);
    bool any = expire_at(at_once, day, horizon_ms);
    is_expired(at_once, before, day, day_ms(day) - horizon_ms);
    assert_int_equal(any, at_once->cell_count < before->cell_count || at_once->seen_count < before->seen_count);
    assert_false(expire_at(at_once, day, horizon_ms));
    holds(at_once);
    for (int32_t d = DAY - 3; d <= day; d++) {
      bool may = state_may_expire(by_days, d);
      bool did = expire_at(by_days, d, horizon_ms);
      assert_true(may || !did);
    }
    struct pages one = pages_of(at_once), other = pages_of(by_days);
    assert_true(pages_equal(&one, &other));
    pages_free(&one), pages_free(&other);
    went += any, stayed += at_once->cell_count;
    free(before), free(at_once), free(by_days);
  }
  assert_true(went > 100 && stayed > 1000);
}

/* What went has to be stored, as far as it stood in pages that changed. */
static void what_went_is_marked(void **unused) {
  (void)unused;
  for (uint64_t seed = 1; seed <= 60; seed++) {
    struct dice dice = dice_of(seed);
    struct state *state = random_state(&dice);
    struct pages kept = {0}, now;
    for (uint32_t i = 0; i < 3; i++) {
      state->pages *= 2;
      for (uint32_t page = 0; page < state->pages; page++) page_mark_number(state, page);
    }
    pages_store(&kept, state);
    bool went = expire_at(state, DAY + 15, MS_PER_DAY);
    assert_int_equal(went, state->changed);
    pages_store(&kept, state);
    now = pages_of(state);
    assert_true(pages_equal(&kept, &now));
    pages_free(&now), pages_free(&kept), free(state);
  }
}

/* A cell that was changed or came in a decision is looked at in time. */
static void what_a_decision_leaves_is_looked_at_in_time(void **unused) {
  (void)unused;
  static struct trail_entry entries[8];
  static struct trail trail = {.entries = entries, .capacity = 8};
  struct state *state = block_new(8, 0);
  state->trail = &trail;
  state_add(state, CELL_LIMIT, 1, 0, 0)->expires_day = DAY + 100;
  (void)state_expire(state, DAY, 0, 0);
  trail_begin(&trail);
  state_write(state, state_find(state, CELL_LIMIT, 1, 0, 0))->expires_day = DAY + 3;
  state_add(state, CELL_LIMIT, 2, 0, 0)->expires_day = DAY + 2;
  trail_keep(&trail);
  assert_int_equal(state->expire_day, DAY + 3);
  holds(state);
  assert_true(state_expire(state, DAY + 3, 0, 0));
  assert_int_equal(state->expire_day, DAY + 4);
  state_write(state, state_find(state, CELL_LIMIT, 1, 0, 0))->expires_day = DAY + 1; /* outside of one too */
  assert_true(state_may_expire(state, DAY + 3));
  holds(state);
  free(state);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_cell_stays_through_its_day),
      cmocka_unit_test(an_expiry_is_never_too_early),
      cmocka_unit_test(what_goes_is_what_a_look_at_every_cell_finds),
      cmocka_unit_test(what_went_is_marked),
      cmocka_unit_test(what_a_decision_leaves_is_looked_at_in_time),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
