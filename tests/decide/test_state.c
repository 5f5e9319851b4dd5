/* Records of owners: what is written comes back, the same state gives the same bytes, and no bytes whatever can harm the reader. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "state.h"

static struct state a, b;
static char bytes[LIMIT_STATE_BYTES], again[LIMIT_STATE_BYTES];

static void fill(struct state *state) {
  memset(state, 0, sizeof *state);
  state->position = 77;
  for (uint32_t i = 0; i < 40; i++) {
    struct cell *cell = state_add(state, (enum cell_kind)(1 + i % (CELL_KIND_COUNT - 1)), i * 1234567u,
                                  i % 3 == 0 ? 0 : i * UINT64_C(0x9e3779b97f4a7c15), (int32_t)i - 20, 0);
    assert_non_null(cell);
    cell->expires_day = i % 4 == 0 ? 0 : (int32_t)i;
    if (cell->kind == CELL_PROFILE || cell->kind == CELL_KEPT)
      cell_set_value(cell, &(struct value){.kind = VALUE_TEXT, .text = STR("gold")}, 0);
    else
      for (unsigned j = 0; j < 4; j++) cell->v[j] = (int64_t)i * (j % 2 ? -1 : 1) * 1000003 * (j + 1);
  }
  for (uint32_t i = 0; i < 20; i++) state_see(state, i * UINT64_C(0xdeadbeefcafe), 1764000000000 + (int64_t)(i * 7919 % 13) * 1000, 0);
}

static void round_trip(void **unused) {
  (void)unused;
  struct fault fault;
  fill(&a);
  size_t length = state_encode(&a, bytes, sizeof bytes);
  assert_true(length > 0);
  assert_true(state_decode((struct str){bytes, length}, &b, &fault));
  assert_int_equal(b.cell_count, a.cell_count);
  assert_memory_equal(b.cells, a.cells, a.cell_count * sizeof a.cells[0]);
  assert_int_equal(b.seen_count, a.seen_count);
  assert_memory_equal(b.seen, a.seen, a.seen_count * sizeof a.seen[0]);
  assert_int_equal(b.position, 77);
  assert_int_equal(state_encode(&b, again, sizeof again), length);
  assert_memory_equal(bytes, again, length);
}

static void every_truncation_is_refused(void **unused) {
  (void)unused;
  struct fault fault;
  fill(&a);
  size_t length = state_encode(&a, bytes, sizeof bytes);
  for (size_t cut = 1; cut < length; cut++) {
    assert_false(state_decode((struct str){bytes, cut}, &b, &fault));
    assert_int_equal(fault.status, STATUS_STATE);
    assert_int_equal(b.cell_count, 0);
  }
  bytes[1] = 2;
  assert_false(state_decode((struct str){bytes, length}, &b, &fault));
  assert_non_null(strstr(fault.text, "version 2"));
  bytes[0] = 'X';
  assert_false(state_decode((struct str){bytes, length}, &b, &fault));
  assert_non_null(strstr(fault.text, "not giftd's"));
}

static void every_changed_byte_is_harmless(void **unused) {
  (void)unused;
  struct fault fault;
  fill(&a);
  size_t length = state_encode(&a, bytes, sizeof bytes);
  for (size_t at = 0; at < length; at++) {
    for (int change = 1; change < 256; change += 37) {
      char kept = bytes[at];
      bytes[at] = (char)(kept + change);
      if (state_decode((struct str){bytes, length}, &b, &fault))
        assert_true(b.cell_count <= LIMIT_STATE_CELLS && b.seen_count <= LIMIT_SEEN);
      bytes[at] = kept;
    }
  }
}

static void a_sleeping_customer_is_small(void **unused) {
  (void)unused;
  memset(&a, 0, sizeof a);
  for (uint64_t i = 0; i < 2; i++) state_add(&a, CELL_LAST, 1000 + i, 0, 0, 0)->v[0] = 1764000000000 + (int64_t)i;
  assert_true(state_encode(&a, bytes, sizeof bytes) <= 40);
}

static void memory_of_events_lets_the_oldest_go_and_keeps_a_floor(void **unused) {
  (void)unused;
  memset(&a, 0, sizeof a);
  for (int64_t i = 1; i <= (int64_t)LIMIT_SEEN; i++) state_see(&a, (uint64_t)i, i * 10, 0);
  assert_int_equal(a.floor_ms, 0);
  state_see(&a, 5000, 55, 0); /* late, within: the oldest (10) goes */
  assert_int_equal(a.floor_ms, 10);
  assert_false(state_seen(&a, 1));
  assert_true(state_seen(&a, 5000));
  state_see(&a, 5001, 99999, 500); /* what is older than 500 goes with its floor */
  assert_int_equal(a.floor_ms, 490);
  assert_false(state_seen(&a, 5000));
  assert_true(state_seen(&a, 50));
  for (uint32_t i = 1; i < a.seen_count; i++) assert_true(a.seen[i - 1].time_ms <= a.seen[i].time_ms);
}

static void a_full_record_forgets_what_expired_then_old_events_then_refuses(void **unused) {
  (void)unused;
  memset(&a, 0, sizeof a);
  for (uint64_t i = 0; i < LIMIT_STATE_CELLS - 2; i++) assert_non_null(state_add(&a, CELL_LIMIT, i + 1, 0, 0, 0));
  struct cell *original = state_add(&a, CELL_ORIGINAL, 0, 42, 0, 0);
  original->v[0] = 1;
  assert_non_null(state_add(&a, CELL_FED, 9, 42, 0, 0));
  assert_int_equal(a.cell_count, LIMIT_STATE_CELLS);
  assert_non_null(state_add(&a, CELL_LIMIT, 999999, 0, 0, 0)); /* the event and what it fed made way */
  assert_null(state_find(&a, CELL_ORIGINAL, 0, 42, 0));
  assert_null(state_find(&a, CELL_FED, 9, 42, 0));
  const struct cell *forgotten = state_find(&a, CELL_FORGOTTEN, 0, 0, 0); /* in the other's place */
  assert_non_null(forgotten);
  assert_int_equal(forgotten->v[0], 1);
  assert_null(state_add(&a, CELL_LIMIT, 1000001, 0, 0, 0));
  a.cells[5].expires_day = 3;
  assert_non_null(state_add(&a, CELL_LIMIT, 1000001, 0, 0, 4 * MS_PER_DAY));
}

static void a_long_text_is_kept_by_its_beginning_and_its_hash(void **unused) {
  (void)unused;
  struct value text = {.kind = VALUE_TEXT, .text = STR("bank: 中国建设银行股份有限公司")}, shown;
  struct cell cell = {0}, other = {0};
  cell_set_value(&cell, &text, 0);
  cell_get_value(&cell, &shown);
  assert_true(str_equal(shown.text, STR("bank: 中国建设银行")));
  assert_true(cell_is_text(&cell, text.text));
  assert_false(cell_is_text(&cell, shown.text));
  assert_false(cell_is_text(&cell, STR("bank: 中国建设银行股份总公司")));
  text.text.length -= 3;
  cell_set_value(&other, &text, 0);
  assert_false(cells_same_text(&cell, &other));
  text.text.length += 3;
  cell_set_value(&other, &text, 0);
  assert_true(cells_same_text(&cell, &other));
  text.text = STR("gold");
  cell_set_value(&cell, &text, 0);
  assert_true(cell_is_text(&cell, text.text));
  assert_false(cell_is_text(&cell, STR("gold1")));
  text.text = STR("xx: 中国建设银行股份有限公司"); /* byte 24 is in the midst of a character */
  cell_set_value(&cell, &text, 0);
  cell_get_value(&cell, &shown);
  assert_true(str_equal(shown.text, STR("xx: 中国建设银行")));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(round_trip),
      cmocka_unit_test(every_truncation_is_refused),
      cmocka_unit_test(every_changed_byte_is_harmless),
      cmocka_unit_test(a_sleeping_customer_is_small),
      cmocka_unit_test(a_long_text_is_kept_by_its_beginning_and_its_hash),
      cmocka_unit_test(memory_of_events_lets_the_oldest_go_and_keeps_a_floor),
      cmocka_unit_test(a_full_record_forgets_what_expired_then_old_events_then_refuses),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
