/* Cells of every kind with something in every field, for the memory room's tests; and what a state holds, in an order of its own. */
#ifndef GIFTD_TESTS_MEMORY_CELLS_H
#define GIFTD_TESTS_MEMORY_CELLS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "inside.h"
#include "memory/block.h"

#define DECL_MOST ((UINT64_C(1) << 40) - 1)

/* A text of 1 to `size` bytes, followed by zeros; the last byte of it is none. */
static inline uint8_t fill_bytes(struct dice *dice, unsigned char *at, size_t size) {
  uint8_t length = (uint8_t)(1 + dice_below(dice, (uint32_t)size));
  memset(at, 0, size);
  for (uint8_t i = 0; i < length; i++) at[i] = (unsigned char)(dice_below(dice, 8) == 0 ? 0 : dice_word(dice));
  at[length - 1] |= 1;
  return length;
}

static inline void fill_field(struct dice *dice, struct cell *cell, const struct cell_field *field) {
  unsigned char *at = (unsigned char *)cell + field->offset;
  if (field->form == FORM_BYTES) {
    (void)fill_bytes(dice, at, field->size);
    return;
  }
  uint64_t number = dice_word(dice) >> dice_below(dice, 64);
  if (field->form == FORM_NUMBER && dice_below(dice, 2) == 0) number = -number;
  if (dice_below(dice, 4) == 0) number = dice_below(dice, 2) == 0 ? UINT64_C(1) << 63 : ~UINT64_C(0);
  memcpy(at, &number, field->size);
}

/* Entries as profile_set makes them. */
static inline void fill_profile(struct dice *dice, struct cell *cell) {
  const struct value value = {.kind = VALUE_INT, .number = (int64_t)dice_word(dice) >> dice_below(dice, 64)};
  struct state *state = block_new(4, 0);
  assert_true(profile_set(state, dice_word(dice) & DECL_MOST, 1, &value) && profile_set(state, dice_word(dice) & DECL_MOST, 1, &value));
  memcpy(cell->profile.entries, state_first(state, CELL_PROFILE, 0, 0)->profile.entries, CELL_PACK_BYTES);
  free(state);
}

/* Everything but the name, key and period. What a reader insists on - lengths of texts, kinds of values - is kept. */
static inline void fill_cell(struct dice *dice, struct cell *cell) {
  enum cell_kind kind = cell_kind(cell);
  const struct cell_kind_info *info = &cell_kinds[kind];
  cell->expires_day = dice_below(dice, 3) == 0 ? 0 : (int32_t)dice_word(dice);
  for (uint32_t i = 0; i < info->field_count; i++) fill_field(dice, cell, &info->fields[i]);
  if (kind == CELL_PROFILE) fill_profile(dice, cell);
  if (kind == CELL_KEPT) {
    cell->value.kind = (uint8_t)dice_below(dice, VALUE_LIST + 1);
    cell->value.length = fill_bytes(dice, (unsigned char *)cell->value.text, CELL_TEXT_BYTES);
  }
  if (kind == CELL_WHOLE || kind == CELL_HEARD) cell->part.length = fill_bytes(dice, (unsigned char *)cell->part.text, CELL_PART_BYTES);
}

static inline uint64_t any_decl(struct dice *dice) { return dice_below(dice, 8) == 0 ? 0 : dice_word(dice) & DECL_MOST; }
static inline int32_t any_period(struct dice *dice) {
  static const int32_t ends[] = {0, 1, -1, INT32_MIN, INT32_MAX};
  return dice_below(dice, 2) == 0 ? ends[dice_below(dice, 5)] : (int32_t)dice_word(dice);
}

/* One more cell of the kind; the state grows as it must. */
static inline struct state *cell_more(struct dice *dice, struct state *state, enum cell_kind kind) {
  if (state_room(state) == 0) state = block_grow(state, state->cell_count + 1, state_id_room(state));
  uint64_t decl = any_decl(dice), key = dice_word(dice) >> dice_below(dice, 64);
  struct cell *cell = state_make(state, kind, decl, key, any_period(dice));
  assert_non_null(cell);
  fill_cell(dice, cell);
  return state;
}

static inline int cells_compare(const void *a, const void *b) { return memcmp(a, b, sizeof(struct cell)); }

/* All cells, sorted; of state->cell_count. Freed by the caller. */
static inline struct cell *cells_of(const struct state *state) {
  struct cell *cells = calloc(state->cell_count + 1, sizeof *cells);
  uint32_t slot = 0, count = 0;
  assert_non_null(cells);
  for (const struct cell *cell; (cell = state_any(state, &slot)) != NULL;) cells[count++] = *cell;
  assert_int_equal(count, state->cell_count);
  qsort(cells, count, sizeof *cells, cells_compare);
  return cells;
}

static inline bool same_cells(const struct state *a, const struct state *b) {
  if (a->cell_count != b->cell_count) return false;
  struct cell *one = cells_of(a), *other = cells_of(b);
  bool same = memcmp(one, other, a->cell_count * sizeof *one) == 0;
  free(one), free(other);
  return same;
}

static inline bool same_ids(const struct state *a, const struct state *b) {
  int64_t time_ms;
  if (a->seen_count != b->seen_count) return false;
  for (uint32_t i = 0; i <= a->seen_mask; i++)
    if (a->seen[i].time_ms != TIME_NONE && (!state_seen(b, a->seen[i].digest, &time_ms) || time_ms != a->seen[i].time_ms)) return false;
  return true;
}

/* Encoded and read back. */
static inline struct state *read_again(const struct state *state) {
  struct fault fault = {0};
  struct pages pages = pages_of(state);
  struct state *again = pages_read(&pages, &fault);
  if (again == NULL) print_error("%s\n", fault.text);
  assert_non_null(again);
  pages_free(&pages);
  return again;
}

/* Against what is random in a cell, only the invariants that hold of any content are asked. */
static inline void holds(const struct state *state) {
  const char *broken = memory_check(state);
  if (broken != NULL) print_error("%s\n", broken);
  assert_null(broken);
}

#endif
