/* States on their way to the view, against a plain table: the latest is found, what left is not, order is kept, the ring never overflows.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "pending.h"

#define OWNERS 300u
#define RING (600u * 1024u)

static uint64_t random_state;

static uint32_t random_below(uint32_t most) {
  random_state = random_state * 6364136223846793005u + 1442695040888963407u;
  return (uint32_t)(random_state >> 33) % most;
}

struct truth {
  uint64_t position; /* behind its latest entry; 0: none */
  uint64_t batch;
  uint32_t length;
  uint8_t fill;
};

struct bench {
  struct pending pending;
  struct truth truths[OWNERS];
  char bytes[LIMIT_STATE_BYTES];
};

static struct str key_of(uint32_t owner, char out[32]) {
  return (struct str){out, (size_t)snprintf(out, 32, "c%0*u", 3 + (int)(owner % 9), owner)};
}

static void add(struct bench *bench, uint32_t owner, uint32_t length, uint64_t batch) {
  char key[32];
  uint8_t fill = (uint8_t)random_below(256);
  memset(bench->bytes, fill, length);
  struct str record = {bench->bytes, length}, name = key_of(owner, key);
  if (pending_room(&bench->pending) < pending_size(name, record)) {
    pending_drop(&bench->pending, bench->pending.head);
    for (uint32_t i = 0; i < OWNERS; i++) bench->truths[i].position = 0;
  }
  pending_add(&bench->pending, name, record, batch);
  bench->truths[owner] = (struct truth){bench->pending.head, batch, length, fill};
}

static void check(const struct bench *bench, uint32_t owner) {
  char key[32];
  struct str record;
  const struct truth *truth = &bench->truths[owner];
  bool found = pending_find(&bench->pending, key_of(owner, key), &record);
  assert_int_equal(found, truth->position > bench->pending.tail);
  if (!found) return;
  assert_int_equal(record.length, truth->length);
  for (size_t i = 0; i < record.length; i++) assert_int_equal((uint8_t)record.at[i], truth->fill);
}

/* Walks all entries: each key's last one is the latest, and all others know it. */
static void walk(const struct bench *bench) {
  uint64_t at = bench->pending.tail, batch = 0;
  uint32_t latest = 0, known = 0;
  for (const struct pending_entry *entry; (entry = pending_next(&bench->pending, &at, bench->pending.head)) != NULL;) {
    assert_true(entry->batch >= batch);
    batch = entry->batch;
    assert_int_equal(entry->bucket, pending_bucket(&bench->pending, pending_key(entry)));
    if (pending_is_latest(entry)) latest++;
  }
  for (uint32_t i = 0; i < OWNERS; i++) known += bench->truths[i].position > bench->pending.tail;
  assert_int_equal(latest, known);
}

/* Lets the oldest entries go, as answers of the view do: always at the end of an entry. */
static void drop_some(struct bench *bench) {
  uint64_t at = bench->pending.tail;
  for (uint32_t n = random_below(40); n > 0 && pending_next(&bench->pending, &at, bench->pending.head) != NULL; n--)
    ;
  pending_drop(&bench->pending, at);
}

static void the_latest_is_found_until_it_left(void **unused) {
  (void)unused;
  struct bench *bench = calloc(1, sizeof *bench);
  void *memory = malloc(pending_memory(RING));
  assert_non_null(bench);
  assert_non_null(memory);
  for (uint64_t seed = 1; seed <= 6; seed++) {
    random_state = seed;
    memset(bench->truths, 0, sizeof bench->truths);
    pending_init(&bench->pending, memory, RING, 64);
    for (uint32_t step = 0; step < 20000; step++) {
      uint32_t owner = random_below(random_below(2) == 0 ? 20 : OWNERS);
      add(bench, owner, random_below(50) == 0 ? random_below(LIMIT_STATE_BYTES) : random_below(200), step / 16);
      check(bench, random_below(OWNERS));
      if (random_below(30) == 0) drop_some(bench);
      if (step % 500 == 0) walk(bench);
    }
    assert_true(bench->pending.head > 4 * RING); /* it went round */
    pending_clear(&bench->pending);
    for (uint32_t i = 0; i < OWNERS; i++) check(bench, i);
  }
  free(memory);
  free(bench);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(the_latest_is_found_until_it_left)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
