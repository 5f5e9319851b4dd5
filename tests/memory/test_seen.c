/* Ids of events that were decided: none is judged twice, whatever is let go. What goes raises the floor, so that whatever may have been
 * seen and let go is too late. */
#include "cells.h"

static int64_t hour(int64_t n) { return 1764000000000 + n * 3600000; }

static bool is_seen(const struct state *state, uint64_t digest) {
  int64_t time_ms;
  return state_seen(state, digest, &time_ms);
}

static void ids_are_remembered_with_their_time(void **unused) {
  (void)unused;
  int64_t time_ms = 0;
  struct state *state = block_new(2, 10);
  assert_true(state_see(state, 0, 5) && state_see(state, UINT64_MAX, -5)); /* no digest is special */
  assert_true(state_seen(state, 0, &time_ms) && time_ms == 5);
  assert_true(state_seen(state, UINT64_MAX, &time_ms) && time_ms == -5);
  assert_false(is_seen(state, 1));
  assert_true(state->changed && state->seen_count == 2 && state->floor_ms == 0);
  holds(state);
  free(state);
}

/* Against a plain list: ids that crowd into few slots come and go by their time. */
struct list {
  uint32_t count;
  struct seen ids[400];
};

static void list_keep_from(struct list *list, int64_t from_ms, int64_t *floor_ms) {
  uint32_t kept = 0;
  for (uint32_t i = 0; i < list->count; i++) {
    if (list->ids[i].time_ms >= from_ms)
      list->ids[kept++] = list->ids[i];
    else if (list->ids[i].time_ms > *floor_ms)
      *floor_ms = list->ids[i].time_ms;
  }
  list->count = kept;
}

static void is_list(const struct state *state, const struct list *list, int64_t floor_ms) {
  assert_true(state->seen_count == list->count && state->floor_ms == floor_ms);
  for (uint32_t i = 0; i < list->count; i++) {
    int64_t time_ms;
    assert_true(state_seen(state, list->ids[i].digest, &time_ms) && time_ms == list->ids[i].time_ms);
  }
  holds(state);
}

static void what_goes_by_time_is_what_a_list_lets_go(void **unused) {
  (void)unused;
  for (uint64_t seed = 1; seed <= 400; seed++) {
    struct dice dice = dice_of(seed);
    struct list list = {0};
    struct state *state = block_new(2, 6 + dice_below(&dice, 40));
    int64_t floor_ms = 0, from_ms = 0;
    uint64_t last = 0;
    for (uint32_t i = 0; i < 200; i++) {
      /* homes at the table's end and beginning: what is in their way wraps around */
      uint64_t home = dice_below(&dice, 2) == 0 ? UINT32_MAX - dice_below(&dice, 3) : dice_below(&dice, 3), digest = home << 32 | ++last;
      if (state_id_room(state) > 0 && dice_below(&dice, 5) > 0) {
        int64_t time_ms = from_ms + dice_below(&dice, 100);
        assert_true(state_see(state, digest, time_ms));
        list.ids[list.count++] = (struct seen){digest, time_ms};
        continue;
      }
      from_ms += dice_below(&dice, 60);
      seen_keep_from(state, from_ms);
      list_keep_from(&list, from_ms, &floor_ms);
      is_list(state, &list, floor_ms);
    }
    free(state);
  }
}

/* At the bound about an eighth goes, the oldest, and the floor tells of it. */
static void at_the_bound_the_oldest_eighth_goes(void **unused) {
  (void)unused;
  struct dice dice = dice_of(3);
  struct state *state = block_new(2, LIMIT_SEEN);
  for (uint64_t i = 0; i < LIMIT_SEEN; i++) assert_true(state_see(state, i * UINT64_C(0x9e3779b97f4a7c15), hour(dice_below(&dice, 20000))));
  assert_true(state->seen_count == LIMIT_SEEN && state->floor_ms == 0 && !state->cramped);
  assert_true(state_see(state, 1, hour(20000)));
  assert_true(state->seen_count > LIMIT_SEEN / 8 * 6 && state->seen_count < LIMIT_SEEN / 8 * 7 + 100);
  int64_t oldest = INT64_MAX;
  for (uint32_t i = 0; i <= state->seen_mask; i++)
    if (state->seen[i].time_ms != TIME_NONE && state->seen[i].time_ms < oldest) oldest = state->seen[i].time_ms;
  assert_true(state->floor_ms > 0 && state->floor_ms < oldest);
  assert_true(is_seen(state, 1));
  holds(state);
  free(state);
}

/* Of one instant there is no oldest part: all go, and whatever is of that instant is too late. Of two instants the older goes. */
static void ids_of_few_instants_go_together(void **unused) {
  (void)unused;
  for (int64_t instants = 1; instants <= 3; instants++) {
    struct state *state = block_new(2, LIMIT_SEEN);
    for (uint64_t i = 0; i < LIMIT_SEEN; i++)
      assert_true(state_see(state, i * UINT64_C(0x9e3779b97f4a7c15), hour(0) + (int64_t)i % instants));
    assert_true(state_see(state, 1, hour(1)));
    assert_int_equal(state->floor_ms, hour(0));
    assert_int_equal(state->seen_count, instants == 1 ? 1 : LIMIT_SEEN - LIMIT_SEEN / (uint32_t)instants + 1);
    free(state);
  }
}

/* The gate of the judge in small: an event counts when its id is not there and its time is above the floor. However the ids come and go,
 * none counts twice. */
static void no_event_counts_twice(void **unused) {
  (void)unused;
  enum { EVENTS = 150000 };
  struct dice dice = dice_of(5);
  struct state *state = block_new(2, LIMIT_SEEN);
  uint8_t *counted = calloc(EVENTS, 1);
  uint32_t all = 0, late = 0;
  assert_non_null(counted);
  for (uint32_t i = 0; i < 3 * EVENTS; i++) {
    uint32_t event = i < EVENTS ? i : dice_below(&dice, EVENTS);
    uint64_t digest = hash64_pair(&HASH_KEY_FIXED, event, 1);
    int64_t time_ms = hour(event / 4);
    if (is_seen(state, digest)) continue;
    late += time_ms <= state->floor_ms;
    if (state->floor_ms > 0 && time_ms <= state->floor_ms) continue;
    assert_int_equal(counted[event]++, 0);
    assert_true(state_see(state, digest, time_ms));
    all++;
    if (i % 30000 == 0) (void)state_expire(state, (int32_t)(time_ms / MS_PER_DAY), time_ms - 1000 * MS_PER_DAY, 1000 * MS_PER_DAY);
  }
  assert_true(all == EVENTS && late > 1000);
  free(counted), free(state);
}

static void the_floor_and_the_ids_are_stored(void **unused) {
  (void)unused;
  struct state *state = block_new(2, 500), *again;
  for (uint64_t i = 0; i < 500; i++) assert_true(state_see(state, i * UINT64_C(0x9e3779b97f4a7c15), hour((int64_t)i)));
  state_settle(state);
  pages_clean(state);
  seen_keep_from(state, hour(100));
  assert_true(state->floor_ms == hour(99) && state->seen_count == 400);
  assert_true(state->changed && page_is_dirty(state, 0)); /* which has the floor */
  again = read_again(state);
  assert_true(again->floor_ms == hour(99) && same_ids(state, again));
  free(state), free(again);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(ids_are_remembered_with_their_time),
      cmocka_unit_test(what_goes_by_time_is_what_a_list_lets_go),
      cmocka_unit_test(at_the_bound_the_oldest_eighth_goes),
      cmocka_unit_test(ids_of_few_instants_go_together),
      cmocka_unit_test(no_event_counts_twice),
      cmocka_unit_test(the_floor_and_the_ids_are_stored),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
