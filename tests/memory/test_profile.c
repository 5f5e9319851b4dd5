/* What the bank says of a customer, several to a cell: whatever is said, in whatever order, reads back as it was said last, also from
 * bytes, and takes no more cells than it must. */
#include "cells.h"

#define FIELDS 12u
#define ITEMS 3u

/* What a profile should say, kept without any packing. */
struct said {
  bool ever;
  int64_t time_ms;
  struct value value;
  struct str items[ITEMS];
  char texts[ITEMS][64];
};

static void say_text(struct dice *dice, struct said *said, uint32_t item) {
  size_t length = dice_below(dice, 3) == 0 ? dice_below(dice, 64) : dice_below(dice, 9);
  for (size_t i = 0; i < length; i++) said->texts[item][i] = (char)('a' + dice_below(dice, 26));
  said->items[item] = (struct str){said->texts[item], length};
}

static void say(struct dice *dice, struct said *said, int64_t time_ms) {
  static const int64_t ends[] = {0, 1, -1, 127, 128, -129, INT64_MAX, INT64_MIN};
  said->ever = true, said->time_ms = time_ms;
  said->value = (struct value){.kind = (enum value_kind)dice_below(dice, VALUE_LIST + 1)};
  for (uint32_t i = 0; i < ITEMS; i++) say_text(dice, said, i);
  if (said->value.kind == VALUE_LIST) said->value.items = said->items, said->value.count = dice_below(dice, ITEMS + 1);
  if (said->value.kind == VALUE_TEXT) said->value.text = said->items[0];
  if (said->value.kind == VALUE_BOOL) said->value.number = dice_below(dice, 2);
  if (said->value.kind == VALUE_INT) said->value.number = dice_below(dice, 2) == 0 ? ends[dice_below(dice, 8)] : (int64_t)dice_word(dice);
}

static void reads_as_said(const struct state *state, uint64_t field, const struct said *said) {
  struct remembered read;
  int64_t time_ms = 0;
  assert_true(profile_said(state, field, &time_ms) == said->ever && (!said->ever || time_ms == said->time_ms));
  uint32_t count = said->value.kind == VALUE_LIST ? said->value.count : said->ever && said->value.kind != VALUE_ABSENT;
  struct profile_cursor at = {NULL, 0};
  uint32_t all = 0;
  while (profile_next(state, field, &at, &read)) all++;
  assert_int_equal(all, count);
  assert_false(profile_get(state, field, count, &read));
  for (uint32_t i = 0; i < count; i++) {
    assert_true(profile_get(state, field, i, &read));
    bool text = said->value.kind == VALUE_TEXT || said->value.kind == VALUE_LIST;
    if (text)
      assert_true(remembered_is(&read, said->items[i]));
    else
      assert_true(read.value.kind == said->value.kind && read.value.number == said->value.number);
  }
}

static struct state *set(struct state *state, uint64_t field, const struct said *said) {
  if (state_room(state) < FIELDS) state = block_grow(state, state->cell_count + 2 * FIELDS, 0);
  assert_true(profile_set(state, field, said->time_ms, &said->value));
  return state;
}

/* Names that differ in their last bit alone, and none of them in the bytes that cells keep first. */
static uint64_t name_of(uint32_t n) { return n == 0 ? 0 : DECL_MOST - n; }

static void what_is_said_last_is_read(void **unused) {
  (void)unused;
  for (uint64_t seed = 1; seed <= 60; seed++) {
    struct dice dice = dice_of(seed);
    struct said said[FIELDS] = {0};
    struct state *state = block_new(4, 0);
    for (uint32_t turn = 0; turn < 60; turn++) {
      uint32_t n = dice_below(&dice, FIELDS);
      say(&dice, &said[n], dice_below(&dice, 4) == 0 ? -5 : (int64_t)turn / 8);
      state = set(state, name_of(n), &said[n]);
      for (uint32_t i = 0; i < FIELDS; i++) reads_as_said(state, name_of(i), &said[i]);
      holds(state);
    }
    struct state *again = read_again(state);
    for (uint32_t i = 0; i < FIELDS; i++) reads_as_said(again, name_of(i), &said[i]);
    assert_true(same_cells(state, again));
    free(state), free(again);
  }
}

/* A usual customer: status, tier, region, age, a flag and an employer; three tags. */
static void a_handful_takes_three_cells(void **unused) {
  (void)unused;
  struct str texts[] = {STR("normal"), STR("silver"), STR("510100"), STR("e020")};
  struct str names[] = {STR("tier:silver"), STR("segment:retail"), STR("segment:payroll")};
  const struct value tags = {.kind = VALUE_LIST, .items = names, .count = 3}, age = {.kind = VALUE_INT, .number = 60};
  const struct value real = {.kind = VALUE_BOOL, .number = 1};
  struct state *state = block_new(8, 0);
  assert_true(tags_set(state, 7, &tags) && profile_set(state, 1, 7, &age) && profile_set(state, 2, 7, &real));
  for (uint32_t i = 0; i < 4; i++) assert_true(profile_set(state, 3 + i, 7, &(struct value){.kind = VALUE_TEXT, .text = texts[i]}));
  assert_int_equal(state->cell_count, 3);
  for (uint32_t i = 0; i < 4; i++) assert_true(profile_set(state, 3 + i, 9, &(struct value){.kind = VALUE_ABSENT}));
  assert_int_equal(state->cell_count, 3); /* one of each time, and the tags */
  free(state);
}

static void tags_are_replaced_as_a_whole(void **unused) {
  (void)unused;
  struct str names[LIMIT_EVENT_LIST];
  char texts[LIMIT_EVENT_LIST][8];
  int64_t time_ms = 0;
  struct state *state = block_new(LIMIT_EVENT_LIST, 0);
  assert_false(tags_said(state, &time_ms) || tags_have(state, STR("t1")));
  for (uint32_t i = 0; i < LIMIT_EVENT_LIST; i++) (void)snprintf(texts[i], sizeof texts[i], "t%u", i);
  for (uint32_t i = 0; i < LIMIT_EVENT_LIST; i++) names[i] = str_of(texts[i]);
  for (uint32_t count = LIMIT_EVENT_LIST + 1; count-- > 0;) {
    struct value tags = {.kind = count == 0 ? VALUE_ABSENT : VALUE_LIST, .items = names, .count = count};
    assert_true(tags_set(state, (int64_t)count - 9, &tags));
    for (uint32_t i = 0; i < LIMIT_EVENT_LIST; i++) assert_true(tags_have(state, names[i]) == (i < count));
    assert_true(tags_said(state, &time_ms) && time_ms == (int64_t)count - 9);
    assert_int_equal(state->cell_count, count == 0 ? 1 : (count + 4) / 5);
  }
  free(state);
}

/* Of two days, beside those of now: each keeps what stood when it was frozen, or what is said of it since. */
static void tags_of_a_day_stay(void **unused) {
  (void)unused;
  enum { DAY = 11, OTHER = 12 };
  struct str names[] = {STR("a"), STR("b"), STR("c"), STR("d"), STR("e"), STR("f"), STR("g")};
  const struct value seven = {.kind = VALUE_LIST, .items = names, .count = 7}, one = {.kind = VALUE_LIST, .items = names + 6, .count = 1};
  struct state *state = block_new(32, 0);
  int64_t time_ms = 0;
  assert_true(tags_freeze(state, OTHER, 20));
  assert_true(frozen_said(state, OTHER, &time_ms) && time_ms == TIME_NONE && !frozen_said(state, DAY, &time_ms));
  assert_true(tags_set(state, 5, &seven) && tags_freeze(state, DAY, 20) && tags_set(state, 9, &one));
  assert_true(frozen_said(state, DAY, &time_ms) && time_ms == 5 && tags_said(state, &time_ms) && time_ms == 9);
  for (uint32_t i = 0; i < 7; i++) assert_true(frozen_have(state, DAY, names[i]) && tags_have(state, names[i]) == (i == 6));
  assert_false(frozen_have(state, OTHER, names[0]));
  assert_true(frozen_set(state, OTHER, 7, &one, 30) && frozen_have(state, OTHER, names[6]) && frozen_have(state, DAY, names[0]));
  assert_int_equal(state->cell_count, 4); /* two of the day, one of the other, one of now */
  for (const struct cell *cell = state_first(state, CELL_FROZEN, DAY, 0); cell != NULL; cell = state_next(state, cell))
    assert_int_equal(cell->expires_day, 20);
  (void)state_expire(state, 21, 0, 0);
  assert_true(!frozen_said(state, DAY, &time_ms) && frozen_said(state, OTHER, &time_ms) && tags_have(state, names[6]));
  free(state);
}

/* Bytes that are no entries are refused by the reader, wherever they are wrong. */
static void damaged_entries_are_refused(void **unused) {
  (void)unused;
  struct state *state = block_new(4, 0);
  assert_true(profile_set(state, 5, 1, &(struct value){.kind = VALUE_TEXT, .text = STR("gold")}));
  const struct cell *cell = state_first(state, CELL_PROFILE, 0, 0);
  struct cell damaged = *cell;
  assert_true(profile_cell_holds(&damaged));
  damaged.profile.entries[20] = 1; /* behind the last entry */
  assert_false(profile_cell_holds(&damaged));
  damaged = *cell, damaged.profile.entries[1] = (char)(VALUE_LIST << 5 | 4); /* a list in a list */
  assert_false(profile_cell_holds(&damaged));
  damaged = *cell, damaged.profile.entries[1] = (char)(VALUE_INT << 5 | 9); /* a number of nine bytes */
  assert_false(profile_cell_holds(&damaged));
  memset(damaged.profile.entries, 0xff, CELL_PACK_BYTES); /* longer than the cell */
  assert_false(profile_cell_holds(&damaged));
  free(state);
}

static void without_room_nothing_is_promised(void **unused) {
  (void)unused;
  struct state *state = block_new(4, 0);
  while (state_room(state) > 0) assert_non_null(state_add(state, CELL_LIMIT, 1, state->cell_count, 0));
  assert_false(profile_set(state, 1, 1, &(struct value){.kind = VALUE_INT, .number = 1}));
  assert_false(tags_set(state, 1, &(struct value){.kind = VALUE_ABSENT}));
  assert_true(state->cramped);
  free(state);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(what_is_said_last_is_read),    cmocka_unit_test(a_handful_takes_three_cells),
      cmocka_unit_test(tags_are_replaced_as_a_whole), cmocka_unit_test(tags_of_a_day_stay),
      cmocka_unit_test(damaged_entries_are_refused),  cmocka_unit_test(without_room_nothing_is_promised),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
