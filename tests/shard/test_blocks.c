/* The buddy scheme against a table of units: blocks never overlap, none is refused while there is room for it, whatever is given back
 * joins, and the hand always stands where a block starts. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "blocks.h"

#define UNITS_MOST 4096u
#define TAKEN_MOST 2048u

static uint64_t random_state;
static uint32_t random_below(uint32_t most) {
  random_state = random_state * 6364136223846793005u + 1442695040888963407u;
  return (uint32_t)(random_state >> 33) % most;
}

struct taken {
  unsigned char *at;
  uint32_t units, asked; /* asked: bytes */
  unsigned char fill;
};
struct table {
  struct blocks blocks;
  unsigned char *memory;
  uint8_t tags[UNITS_MOST];
  bool used[UNITS_MOST];
  struct taken taken[TAKEN_MOST];
  uint32_t count;
};

static struct table *table_new(uint32_t units) {
  struct table *table = calloc(1, sizeof *table);
  assert_non_null(table);
  table->memory = aligned_alloc(64, (size_t)units * BLOCK_LEAST);
  assert_non_null(table->memory);
  for (uint32_t i = 1; i < UNITS_MOST; i++) table->tags[i] = (uint8_t)(0x80 + __builtin_ctz(i)); /* those of no block mean nothing */
  blocks_init(&table->blocks, table->memory, (size_t)units * BLOCK_LEAST + 100, table->tags);    /* the rest is of no use */
  assert_int_equal(table->blocks.units, units);
  return table;
}

static void table_free(struct table *table) {
  free(table->memory);
  free(table);
}

static uint32_t units_of(uint32_t bytes) {
  uint32_t units = 1;
  while (units * BLOCK_LEAST < bytes) units *= 2;
  return units;
}

/* By the table alone: a run of free units that starts at a multiple of its length. */
static bool has_room(const struct table *table, uint32_t units) {
  for (uint32_t from = 0; from + units <= table->blocks.units; from += units) {
    uint32_t free_units = 0;
    while (free_units < units && !table->used[from + free_units]) free_units++;
    if (free_units == units) return true;
  }
  return false;
}

static void take(struct table *table, uint32_t bytes) {
  uint32_t units = units_of(bytes);
  bool room = has_room(table, units);
  unsigned char *at = table->count < TAKEN_MOST ? blocks_take(&table->blocks, bytes) : NULL;
  if (table->count == TAKEN_MOST) return;
  assert_int_equal(at != NULL, room);
  if (at == NULL) return;
  uint32_t first = (uint32_t)((size_t)(at - table->memory) / BLOCK_LEAST);
  assert_true(at >= table->memory && (size_t)(at - table->memory) % ((size_t)units * BLOCK_LEAST) == 0);
  assert_true(first + units <= table->blocks.units);
  assert_int_equal(blocks_size(bytes), (size_t)units * BLOCK_LEAST);
  for (uint32_t i = first; i < first + units; i++) {
    assert_false(table->used[i]);
    table->used[i] = true;
  }
  struct taken *taken = &table->taken[table->count++];
  *taken = (struct taken){at, units, bytes, (unsigned char)random_below(256)};
  memset(at, taken->fill, bytes);
}

static void give(struct table *table, uint32_t which) {
  struct taken taken = table->taken[which];
  uint32_t first = (uint32_t)((size_t)(taken.at - table->memory) / BLOCK_LEAST);
  for (uint32_t i = 0; i < taken.asked; i++) assert_int_equal(taken.at[i], taken.fill); /* nobody else wrote here */
  memset(&table->used[first], 0, taken.units);
  table->taken[which] = table->taken[--table->count];
  blocks_give(&table->blocks, taken.at);
}

/* From block to block: each is where the table has it, the hand stands at one, and no two halves of a block are both free. */
static void walk(const struct table *table) {
  bool hand = false;
  uint32_t unit = 0, next, before = UINT32_MAX;
  for (; unit < table->blocks.units; unit = next) {
    const unsigned char *at = blocks_at(&table->blocks, unit, &next);
    uint32_t length = next - unit;
    assert_true(next > unit && next <= table->blocks.units && unit % length == 0 && (length & (length - 1)) == 0);
    hand |= table->blocks.hand == unit;
    assert_int_equal(at != NULL, table->used[unit]);
    bool joins = at == NULL && before != UINT32_MAX && unit - before == length && before % (2 * length) == 0;
    assert_false(joins && length < 1u << (BLOCK_CLASSES - 1));
    before = at == NULL ? unit : UINT32_MAX;
  }
  assert_int_equal(unit, table->blocks.units);
  assert_true(hand);
}

/* The run around the hand is whole blocks, has the hand, and has the size it was asked for unless the region ends there. */
static void hand_move(struct table *table, uint32_t bytes) {
  uint32_t from, to, unit = 0, next, units = units_of(bytes);
  blocks_run(&table->blocks, bytes, &from, &to);
  bool starts = false;
  assert_true(from <= table->blocks.hand && table->blocks.hand < to && to <= table->blocks.units);
  assert_true(to - from >= units || to == table->blocks.units);
  for (; unit < table->blocks.units && unit < to; unit = next) {
    (void)blocks_at(&table->blocks, unit, &next);
    starts |= unit == from;
  }
  assert_true(starts && unit == to);
  blocks_step(&table->blocks, to);
  assert_int_equal(table->blocks.hand, to == table->blocks.units ? 0 : to);
}

static uint32_t bytes_draw(uint32_t largest) {
  uint32_t bytes = 1 + random_below(random_below(3) == 0 ? 16 * BLOCK_LEAST : 2 * BLOCK_LEAST);
  return random_below(20) == 0 ? 1 + random_below(largest) : bytes;
}

static void blocks_never_overlap_and_are_found_while_there_is_room(void **unused) {
  (void)unused;
  static const uint32_t regions[] = {1, 2, 3, 7, 64, 96, 97, 1000, 4095};
  for (size_t i = 0; i < sizeof regions / sizeof regions[0]; i++) {
    struct table *table = table_new(regions[i]);
    random_state = i + 1;
    for (uint32_t step = 0; step < 6000; step++) {
      bool filling = step / 500 % 2 == 0;
      if (table->count > 0 && random_below(100) < (filling ? 30 : 70))
        give(table, random_below(table->count));
      else
        take(table, bytes_draw(regions[i] * BLOCK_LEAST));
      if (random_below(8) == 0) hand_move(table, bytes_draw(regions[i] * BLOCK_LEAST));
      if (step % 16 == 0) walk(table);
    }
    while (table->count > 0) give(table, random_below(table->count));
    walk(table);
    table_free(table);
  }
}

/* What a region gives in its largest blocks at first it gives again when all came back, in whatever order. */
static void everything_joins_again(void **unused) {
  (void)unused;
  struct table *table = table_new(1000);
  for (uint32_t round = 0; round < 20; round++) {
    random_state = round;
    uint32_t sizes[] = {512, 256, 128, 64, 32, 8};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) take(table, sizes[i] * BLOCK_LEAST); /* 1000 = 512 + 256 + ... + 8 */
    assert_int_equal(table->count, 6);
    assert_null(blocks_take(&table->blocks, 1));
    while (table->count > 0) give(table, random_below(table->count));
    while (has_room(table, 1) && table->count < TAKEN_MOST) take(table, bytes_draw(8 * BLOCK_LEAST));
    while (table->count > 0) give(table, random_below(table->count));
  }
  table_free(table);
}

static void what_is_larger_than_any_block_is_refused(void **unused) {
  (void)unused;
  struct table *table = table_new(64);
  assert_null(blocks_take(&table->blocks, 64 * BLOCK_LEAST + 1));
  assert_null(blocks_take(&table->blocks, (size_t)BLOCK_LEAST << (BLOCK_CLASSES + 3)));
  assert_non_null(blocks_take(&table->blocks, 64 * BLOCK_LEAST));
  assert_null(blocks_take(&table->blocks, 1));
  table_free(table);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(blocks_never_overlap_and_are_found_while_there_is_room),
      cmocka_unit_test(everything_joins_again),
      cmocka_unit_test(what_is_larger_than_any_block_is_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
