/* The cache of owners against a plain table: whatever is put in, what is found is the latest, what changed is never lost, and the bound
 * holds. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "cache.h"

#define OWNERS 4000u
#define MIB (1024u * 1024u)

static uint64_t random_state;

static uint32_t random_below(uint32_t most) {
  random_state = random_state * 6364136223846793005u + 1442695040888963407u;
  return (uint32_t)(random_state >> 33) % most;
}

static const struct hash_key fixed = {1, 2};

/* What an owner's record must be: length and first byte tell versions apart, every byte is checked. */
struct truth {
  uint32_t length;
  uint8_t fill;
  bool handed_over;
  uint32_t kept_length;
  uint8_t kept_fill;
};

struct table {
  struct cache cache;
  void *memory;
  struct truth truths[OWNERS];
  uint64_t hits, misses, flushes;
};

static struct cache_key key_of(const struct table *table, uint32_t owner, char out[32]) {
  int length = snprintf(out, 32, owner % 3 == 0 ? "c%u" : owner % 3 == 1 ? "ccustomer-%08u" : "p%025u", owner);
  return cache_key(&table->cache, (struct str){out, (size_t)length});
}

static void record_check(struct str record, uint32_t length, uint8_t fill) {
  assert_int_equal(record.length, length);
  for (uint32_t i = 0; i < length; i++) assert_int_equal((uint8_t)record.at[i], fill);
}

static uint32_t owner_of(struct str key) {
  return (uint32_t)strtoul(key.at[0] == 'c' && key.at[1] == 'c' ? key.at + 10 : key.at + 1, NULL, 10);
}

/* Hands over what changed, in order of key, each once. */
static void hand_over(struct table *table) {
  char copy[2][80] = {"", ""};
  uint32_t count = cache_sort_changed(&table->cache);
  for (uint32_t i = 0; i < count; i++) {
    struct str key, record;
    cache_changed(&table->cache, i, &key, &record);
    memcpy(copy[i % 2], key.at, key.length);
    copy[i % 2][key.length] = 0;
    if (i > 0) assert_true(strcmp(copy[(i + 1) % 2], copy[i % 2]) < 0);
    struct truth *truth = &table->truths[owner_of(str_of(copy[i % 2]))];
    record_check(record, truth->length, truth->fill);
    truth->kept_length = truth->length;
    truth->kept_fill = truth->fill;
  }
  cache_settle(&table->cache);
  table->flushes++;
}

static void put(struct table *table, uint32_t owner, uint32_t length, uint8_t fill, bool changed) {
  static char bytes[LIMIT_STATE_BYTES];
  char key[32];
  memset(bytes, fill, length);
  if (cache_put(&table->cache, key_of(table, owner, key), (struct str){bytes, length}, changed)) return;
  hand_over(table);
  assert_true(cache_put(&table->cache, key_of(table, owner, key), (struct str){bytes, length}, changed));
}

static void touch(struct table *table, uint32_t owner, uint32_t length_most) {
  char key[32];
  struct str record;
  struct truth *truth = &table->truths[owner];
  if (cache_find(&table->cache, key_of(table, owner, key), &record)) {
    table->hits++;
    record_check(record, truth->length, truth->fill);
  } else {
    table->misses++;
    assert_int_equal(truth->length, truth->kept_length); /* what had changed was handed over before it left */
    assert_int_equal(truth->fill, truth->kept_fill);
    put(table, owner, truth->kept_length, truth->kept_fill, false);
  }
  if (random_below(3) == 0) return;
  uint32_t length = random_below(length_most + 1);
  uint8_t fill = (uint8_t)random_below(256);
  put(table, owner, length, fill, true); /* may hand over the record before this one */
  truth->length = length;
  truth->fill = fill;
}

static struct table *table_new(uint64_t budget) {
  struct table *table = calloc(1, sizeof *table);
  assert_non_null(table);
  table->memory = malloc(cache_memory(budget));
  assert_non_null(table->memory);
  cache_init(&table->cache, table->memory, budget, &fixed);
  return table;
}

static void table_free(struct table *table) {
  free(table->memory);
  free(table);
}

static void what_is_found_is_the_latest(void **unused) {
  (void)unused;
  static const struct {
    uint64_t budget;
    uint32_t owners, length_most, steps;
  } cases[] = {
      {1 * MIB, 50, 300, 20000},   /* all fit */
      {1 * MIB, 4000, 400, 60000}, /* most do not */
      {1 * MIB, 300, 20000, 8000}, /* large ones */
      {1 * MIB, 40, LIMIT_STATE_BYTES, 2000},
      {8 * MIB, 4000, 3000, 40000},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    random_state = i + 1;
    struct table *table = table_new(cases[i].budget);
    for (uint32_t step = 0; step < cases[i].steps; step++) {
      uint32_t owner = random_below(2) == 0 ? random_below(cases[i].owners) : random_below(cases[i].owners / 10 + 1);
      touch(table, owner, random_below(4) == 0 ? cases[i].length_most : cases[i].length_most / 8);
      if (random_below(1000) == 0) hand_over(table);
    }
    hand_over(table);
    for (uint32_t owner = 0; owner < cases[i].owners; owner++)
      assert_int_equal(table->truths[owner].length, table->truths[owner].kept_length);
    if (i == 0) assert_int_equal(table->misses, 50);
    if (i == 1) assert_true(table->flushes > 50);
    table_free(table);
  }
}

/* Those that are used stay when many pass by once. */
static void a_second_chance_keeps_what_is_used(void **unused) {
  (void)unused;
  struct table *table = table_new(1 * MIB);
  struct str record;
  char key[32];
  uint64_t found = 0;
  for (uint32_t step = 0; step < 60000; step++) {
    uint32_t owner = 100 + step % 3900;
    if (!cache_find(&table->cache, key_of(table, owner, key), &record)) put(table, owner, 400, 1, false);
    owner = step % 20;
    if (cache_find(&table->cache, key_of(table, owner, key), &record))
      found++;
    else
      put(table, owner, 400, 1, false);
  }
  assert_true(found > 59900);
  table_free(table);
}

static void more_changes_than_can_be_listed_are_handed_over_first(void **unused) {
  (void)unused;
  struct table *table = table_new(64 * MIB);
  char key[32];
  uint32_t kept = 0;
  for (uint32_t owner = 0; owner < CACHE_CHANGED_MOST + 10; owner++) {
    if (cache_put(&table->cache, key_of(table, owner, key), STR("record"), true))
      kept++;
    else
      break;
  }
  assert_int_equal(kept, CACHE_CHANGED_MOST);
  assert_int_equal(cache_sort_changed(&table->cache), CACHE_CHANGED_MOST);
  cache_settle(&table->cache);
  assert_true(cache_put(&table->cache, key_of(table, CACHE_CHANGED_MOST, key), STR("record"), true));
  table_free(table);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(what_is_found_is_the_latest),
      cmocka_unit_test(a_second_chance_keeps_what_is_used),
      cmocka_unit_test(more_changes_than_can_be_listed_are_handed_over_first),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
