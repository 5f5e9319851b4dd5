/* Values and texts in cells, and the keys of owners. */
#include "cells.h"

static struct value text(const char *at) { return (struct value){.kind = VALUE_TEXT, .text = str_of(at)}; }

static bool is_text(const struct cell *cell, struct str other) {
  struct remembered kept = cell_get_value(cell);
  return remembered_is(&kept, other);
}

static bool same_text(const struct cell *a, const struct cell *b) {
  struct remembered one = cell_get_value(a), other = cell_get_value(b);
  return remembered_same(&one, &other);
}

static void values_are_what_they_were(void **unused) {
  (void)unused;
  struct str items[] = {STR("a"), STR("bb"), STR("")};
  const struct value list = {.kind = VALUE_LIST, .items = items, .count = 3};
  struct cell cell = {0};
  cell_set_value(&cell, &(struct value){.kind = VALUE_INT, .number = INT64_MIN}, 0);
  struct value read = cell_get_value(&cell).value;
  assert_true(read.kind == VALUE_INT && read.number == INT64_MIN);
  cell_set_value(&cell, &(struct value){.kind = VALUE_BOOL, .number = 1}, 0);
  read = cell_get_value(&cell).value;
  assert_true(read.kind == VALUE_BOOL && read.number == 1);
  for (uint32_t i = 0; i < 3; i++) {
    cell_set_value(&cell, &list, i);
    read = cell_get_value(&cell).value;
    assert_true(read.kind == VALUE_TEXT && str_equal(read.text, items[i]) && is_text(&cell, items[i]));
  }
  const struct value flag = {.kind = VALUE_BOOL}; /* nothing of the text that stood there is left */
  struct cell clean = {0};
  cell_set_value(&cell, &flag, 0), cell_set_value(&clean, &flag, 0);
  assert_memory_equal(&cell, &clean, sizeof cell);
}

static void a_long_text_is_kept_by_its_beginning_and_its_hash(void **unused) {
  (void)unused;
  struct value bank = text("bank: 中国建设银行股份有限公司"), shown;
  struct cell cell = {0}, other = {0};
  cell_set_value(&cell, &bank, 0);
  shown = cell_get_value(&cell).value;
  assert_true(str_equal(shown.text, STR("bank: 中国建设银行"))); /* 24 bytes, and one of the next character */
  assert_true(is_text(&cell, bank.text));
  assert_false(is_text(&cell, shown.text));
  assert_false(is_text(&cell, STR("bank: 中国建设银行股份总公司")));
  cell_set_value(&other, &shown, 0);
  assert_false(same_text(&cell, &other));
  cell_set_value(&other, &bank, 0);
  assert_true(same_text(&cell, &other));
  bank = text("xx: 中国建设银行股份有限公司"); /* all of the cell is filled */
  cell_set_value(&cell, &bank, 0);
  shown = cell_get_value(&cell).value;
  assert_true(str_equal(shown.text, STR("xx: 中国建设银行股")));
  assert_true(str_is_utf8(shown.text) && shown.text.length <= CELL_TEXT_BYTES);
}

static void texts_and_numbers_are_not_the_same(void **unused) {
  (void)unused;
  struct value gold = text("gold");
  struct cell cell = {0}, number = {0};
  cell_set_value(&cell, &gold, 0);
  assert_true(is_text(&cell, STR("gold")));
  assert_false(is_text(&cell, STR("gold1")) || is_text(&cell, STR("gol")) || is_text(&cell, (struct str){NULL, 0}));
  cell_set_value(&number, &(struct value){.kind = VALUE_INT, .number = cell.value.word}, 0);
  assert_false(same_text(&cell, &number) || same_text(&number, &cell));
  assert_false(is_text(&number, STR("gold")));
}

/* Every length there is, in parts; a shorter one leaves nothing of a longer one. */
static void a_text_is_kept_as_a_whole(void **unused) {
  (void)unused;
  char id[LIMIT_ID_BYTES], read[LIMIT_ID_BYTES];
  for (size_t i = 0; i < sizeof id; i++) id[i] = (char)('a' + i % 26);
  for (size_t length = 1; length <= LIMIT_ID_BYTES; length++) {
    struct state *state = block_new(4, 0), *again;
    assert_true(state_put_text(state, CELL_WHOLE, 1, 2, (struct str){id, length}, 20000));
    assert_int_equal(state_get_text(state, CELL_WHOLE, 1, 2, read), length);
    assert_memory_equal(read, id, length);
    assert_int_equal(state->cell_count, (length + CELL_PART_BYTES - 1) / CELL_PART_BYTES);
    assert_int_equal(state_find(state, CELL_WHOLE, 1, 2, 0)->expires_day, 20000);
    again = read_again(state);
    assert_int_equal(state_get_text(again, CELL_WHOLE, 1, 2, read), length);
    assert_int_equal(state_get_text(again, CELL_WHOLE, 1, 3, read), 0);
    free(state), free(again);
  }
}

static void putting_a_text_replaces(void **unused) {
  (void)unused;
  char read[LIMIT_ID_BYTES];
  const char *longer = "a-customer-whose-id-is-longer-than-one-cell-and-longer-than-two";
  struct state *state = block_new(8, 0);
  assert_true(state_put_text(state, CELL_HEARD, 1, 2, str_of(longer), 0));
  assert_true(state_put_text(state, CELL_HEARD, 1, 2, STR("bob"), 0));
  assert_int_equal(state_get_text(state, CELL_HEARD, 1, 2, read), 3);
  assert_memory_equal(read, "bob", 3);
  free(state);
}

static void a_text_without_room_is_not_put(void **unused) {
  (void)unused;
  const char *longer = "a-customer-whose-id-is-longer-than-one-cell-and-longer-than-two";
  struct state *state = block_new(4, 0);
  while (state_room(state) > 1) assert_non_null(state_add(state, CELL_LIMIT, 1, state->cell_count, 0));
  assert_false(state_put_text(state, CELL_WHOLE, 1, 2, str_of(longer), 0));
  assert_true(state->cramped);
  free(state);
}

static void owners_have_keys_of_their_own(void **unused) {
  (void)unused;
  struct owner customer = owner_customer(STR("c1")), pool = owner_named(OWNER_POOL, 0xfedcba9876, UINT64_MAX - 1);
  struct owner resource = owner_named(OWNER_RESOURCE, 0xfedcba9876, UINT64_MAX - 1);
  uint64_t decl, key;
  assert_true(str_equal(owner_key(&customer), STR("cc1")));
  assert_true(owner_key(&pool).length == 14 && !str_equal(owner_key(&pool), owner_key(&resource)));
  owner_split(&pool, &decl, &key);
  assert_true(decl == 0xfedcba9876 && key == UINT64_MAX - 1);
  owner_split(&resource, &decl, &key);
  assert_true(decl == 0xfedcba9876 && key == UINT64_MAX - 1);
  char longest[LIMIT_ID_BYTES];
  memset(longest, 'x', sizeof longest);
  assert_int_equal(owner_customer((struct str){longest, sizeof longest}).length, LIMIT_ID_BYTES + 1);
}

static void names_are_told_apart(void **unused) {
  (void)unused;
  assert_true(name_decl(STR("a/b")) != name_decl(STR("a/c")) && name_decl(STR("a/b")) >> 40 == 0);
  for (uint32_t kind = CELL_FREE + 1; kind < CELL_KIND_COUNT; kind++)
    for (uint32_t other = CELL_FREE + 1; other < kind; other++)
      assert_string_not_equal(cell_kind_name((enum cell_kind)kind), cell_kind_name((enum cell_kind)other));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(values_are_what_they_were),
      cmocka_unit_test(a_long_text_is_kept_by_its_beginning_and_its_hash),
      cmocka_unit_test(texts_and_numbers_are_not_the_same),
      cmocka_unit_test(a_text_is_kept_as_a_whole),
      cmocka_unit_test(putting_a_text_replaces),
      cmocka_unit_test(a_text_without_room_is_not_put),
      cmocka_unit_test(owners_have_keys_of_their_own),
      cmocka_unit_test(names_are_told_apart),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
