/* What the view must hold: whatever owners come, change and go, the table says of each what it was told last, a tally what its owners'
 * checks add up to, and the root what the tallies are - by whichever road they came to it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "proof.h"

#define OWNERS 3000u
#define BUCKETS 7u

static const struct hash_key secret = {11, 12};
static uint64_t random_state;

static uint32_t upto(uint32_t bound) {
  random_state = random_state * 6364136223846793005u + 1442695040888963407u;
  return (uint32_t)(random_state >> 33) % bound;
}

static struct proof *proof_new(void **memory) {
  struct proof *proof = calloc(1, sizeof *proof);
  *memory = malloc(proof_memory(BUCKETS));
  assert_true(proof != NULL && *memory != NULL);
  proof_init(proof, *memory, BUCKETS, &secret, 3);
  for (uint32_t i = 0; i < BUCKETS; i++) proof_learned(proof, i);
  return proof;
}

static struct str key_of(uint32_t owner, char out[16]) { return (struct str){out, (size_t)snprintf(out, 16, "c%u", owner)}; }

static void owner_change(struct proof *proof, uint64_t truth[OWNERS], uint32_t owner, uint32_t version) {
  char key[16], record[16];
  struct str bytes = {record, version == 0 ? 0 : (size_t)snprintf(record, sizeof record, "v%u", version)};
  assert_false(proof_room(proof, 1));
  truth[owner] = proof_check(proof, key_of(owner, key), bytes);
  assert_true((truth[owner] == 0) == (version == 0));
  proof_change(proof, key_of(owner, key), owner % BUCKETS, truth[owner]);
}

static void truth_compare(const struct proof *proof, const uint64_t truth[OWNERS]) {
  struct tally tallies[BUCKETS] = {0};
  char key[16];
  for (uint32_t i = 0; i < OWNERS; i++) {
    assert_true(proof_of(proof, key_of(i, key)) == truth[i]);
    tally_add(&tallies[i % BUCKETS], truth[i]);
  }
  for (uint32_t i = 0; i < BUCKETS; i++) {
    assert_true(proof_fits(proof, i, &tallies[i]));
    tallies[i].sum ^= 1;
    assert_false(proof_fits(proof, i, &tallies[i]));
  }
}

/* Through the doublings of the table, with gaps closed in between. */
static void the_table_says_what_it_was_told_last(void **unused) {
  (void)unused;
  for (random_state = 1; random_state % 16 != 0; upto(2)) {
    void *memory;
    struct proof *proof = proof_new(&memory);
    static uint64_t truth[OWNERS];
    memset(truth, 0, sizeof truth);
    for (uint32_t i = 0; i < 20000; i++) owner_change(proof, truth, upto(1 + i / 4 % OWNERS), upto(3) == 0 ? 0 : upto(1000));
    truth_compare(proof, truth);
    for (uint32_t i = 0; i < OWNERS; i++) owner_change(proof, truth, i, 0);
    truth_compare(proof, truth);
    proof_close(proof);
    assert_true(proof->root == 0); /* nobody is anywhere: as at the beginning */
    free(memory), free(proof);
  }
}

/* By many batches, or taken from a log. */
static void one_root_by_every_road(void **unused) {
  (void)unused;
  void *memories[2];
  static uint64_t truth[OWNERS];
  struct proof *a = proof_new(&memories[0]), *b = proof_new(&memories[1]);
  random_state = 5;
  for (uint32_t i = 0; i < 5000; i++) {
    owner_change(a, truth, upto(OWNERS), upto(50));
    if (upto(20) == 0) proof_close(a), a->touched_count = 0;
  }
  proof_close(a);
  for (uint32_t i = BUCKETS; i-- > 0;) {
    char bytes[TALLY_BYTES];
    struct tally tally;
    proof_tally(b, i, &(struct tally){9, 9}); /* an older one, which a later record of the log takes the place of */
    assert_true(tally_read(tally_write(&a->tallies[i], bytes), &tally));
    proof_tally(b, i, &tally);
  }
  assert_true(a->root == b->root && a->root != 0);
  proof_tally(b, 2, &(struct tally){a->tallies[2].owners, a->tallies[2].sum + 1});
  assert_true(a->root != b->root);
  for (int i = 0; i < 2; i++) free(memories[i]);
  free(a), free(b);
}

static void a_check_is_of_one_owner_record_shard_and_secret(void **unused) {
  (void)unused;
  void *memories[3];
  struct proof proofs[3];
  for (uint32_t i = 0; i < 3; i++) {
    memories[i] = malloc(proof_memory(BUCKETS));
    proof_init(&proofs[i], memories[i], BUCKETS, i == 2 ? &(struct hash_key){1, 1} : &secret, i);
  }
  uint64_t check = proof_check(&proofs[0], STR("c1"), STR("record"));
  assert_true(check != proof_check(&proofs[0], STR("c2"), STR("record")) && check != proof_check(&proofs[0], STR("c1"), STR("recor")));
  assert_true(check != proof_check(&proofs[1], STR("c1"), STR("record")) && check != proof_check(&proofs[2], STR("c1"), STR("record")));
  assert_true(check == proof_check(&proofs[0], STR("c1"), STR("record")));
  assert_true(proof_check(&proofs[0], STR("c1"), STR("")) == 0);
  for (uint32_t i = 0; i < 3; i++) free(memories[i]);
}

static void damaged_tallies_are_told(void **unused) {
  (void)unused;
  struct tally tally;
  char bytes[TALLY_BYTES];
  struct str good = tally_write(&(struct tally){300, UINT64_MAX}, bytes);
  assert_true(tally_read(good, &tally) && tally.owners == 300 && tally.sum == UINT64_MAX);
  for (size_t i = 1; i < good.length; i++) assert_false(tally_read((struct str){good.at, i}, &tally));
  assert_false(tally_read(STR("\0\1"), &tally));
  assert_false(tally_read(STR("\1\1\1"), &tally));
  assert_true(tally_read(STR(""), &tally) && tally.owners == 0 && tally.sum == 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(the_table_says_what_it_was_told_last), cmocka_unit_test(one_root_by_every_road),
                                     cmocka_unit_test(a_check_is_of_one_owner_record_shard_and_secret),
                                     cmocka_unit_test(damaged_tallies_are_told)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
