/* Ranks between shards: whichever report comes last, and in whatever order customers were judged, the same ones are first; messages as
 * bytes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "inside.h"

#define SHARDS 3u
#define TOP 5u
#define KEPT 10u
#define CUSTOMERS 120u

static const struct rank_name name = {.decl = 77, .period = 20800};
static char block[SHARDS + 1][256u * 1024u];
static struct ranked entries[SHARDS][LIMIT_RANK_KEPT], verdict_entries[LIMIT_RANK_KEPT];
static char bytes[LEND_MESSAGE_BYTES];

static struct cell *make(void *self, struct state *state, enum cell_kind kind, uint64_t decl, uint64_t key, int32_t period) {
  struct cell *cell = state_make(state, kind, decl, key, period);
  (void)self;
  assert_non_null(cell);
  return cell;
}

static uint64_t random_next(uint64_t *random) { return (*random = *random * 6364136223846793005u + 1442695040888963407u) >> 33; }

/* Few different values, so that ties and keys decide. */
static struct ranked customer_of(uint32_t number) {
  uint64_t random = number + 1;
  struct ranked ranked = {.order = (int64_t)(random_next(&random) % 7) - 3, .key = random_next(&random) << 20 | number};
  ranked.ties[0] = (int64_t)(random_next(&random) % 3), ranked.ties[2] = (int64_t)(random_next(&random) % 2);
  return ranked;
}

static struct state *state_new(uint32_t shard) { return state_init(block[shard], sizeof block[shard], 0); }

static void customer_judge(struct state *state, uint32_t number) {
  struct ranked ranked = customer_of(number);
  ranked.entry = number;
  if (rank_fits(state, name, KEPT, &ranked)) rank_take(state, name, KEPT, &ranked, make, NULL);
}

/* In an order that follows from `seed`; customer n is shard n % SHARDS's. */
static void reports_make(uint64_t seed, struct rank_message reports[SHARDS]) {
  uint32_t order[CUSTOMERS];
  for (uint32_t i = 0; i < CUSTOMERS; i++) order[i] = i;
  for (uint32_t i = CUSTOMERS; seed > 0 && i > 1; i--) {
    uint32_t other = (uint32_t)(random_next(&seed) % i), swap = order[i - 1];
    order[i - 1] = order[other], order[other] = swap;
  }
  for (uint32_t shard = 0; shard < SHARDS; shard++) {
    struct state *state = state_new(shard);
    for (uint32_t i = 0; i < CUSTOMERS; i++)
      if (order[i] % SHARDS == shard) customer_judge(state, order[i]);
    reports[shard] = (struct rank_message){.from = shard, .name = name, .top = TOP, .kept = KEPT, .entries = entries[shard]};
    rank_report(state, &reports[shard]);
    assert_int_equal(reports[shard].count, KEPT);
    assert_null(memory_check(state));
  }
}

static uint32_t place_among_all(uint32_t number) {
  struct ranked self = customer_of(number);
  uint32_t place = 1;
  for (uint32_t i = 0; i < CUSTOMERS; i++) {
    struct ranked other = customer_of(i);
    place += ranked_before(&other, &self);
  }
  return place;
}

static void verdicts_check(const struct state *home) {
  uint32_t told = 0;
  for (uint32_t shard = 0; shard < SHARDS; shard++) {
    struct rank_message verdict = {.name = name, .entries = verdict_entries};
    rank_verdict(home, shard, &verdict);
    assert_int_equal(verdict.winners, TOP);
    told += verdict.count;
    for (uint32_t i = 0; i < verdict.count; i++) {
      uint32_t number = (uint32_t)(verdict.entries[i].key & 0xfffff);
      assert_int_equal(number % SHARDS, shard);
      assert_int_equal(verdict.entries[i].place, place_among_all(number));
    }
  }
  assert_int_equal(told, KEPT);
}

static void the_same_are_first_in_any_order(void **unused) {
  static const uint32_t orders[][SHARDS] = {{0, 1, 2}, {2, 1, 0}, {1, 0, 2}, {2, 0, 1}};
  (void)unused;
  for (uint64_t seed = 0; seed < 40; seed++) {
    struct rank_message reports[SHARDS];
    reports_make(seed, reports);
    struct state *home = state_new(SHARDS);
    for (uint32_t i = 0; i < SHARDS; i++) {
      const struct rank_message *report = &reports[orders[seed % 4][i]];
      assert_false(rank_has_reported(home, name, report->from));
      assert_int_equal(rank_merge(home, report, SHARDS), i == SHARDS - 1);
      assert_false(rank_merge(home, report, SHARDS)); /* again: nothing new */
      assert_true(rank_has_reported(home, name, report->from));
    }
    assert_null(memory_check(home));
    verdicts_check(home);
  }
}

static void nobody_at_all_is_settled_too(void **unused) {
  (void)unused;
  struct state *home = state_new(SHARDS);
  for (uint32_t shard = 0; shard < SHARDS; shard++) {
    struct state *state = state_new(shard);
    struct rank_message report = {.from = shard, .name = name, .top = TOP, .kept = KEPT, .entries = entries[shard]};
    rank_report(state, &report);
    assert_int_equal(report.count, 0);
    assert_int_equal(rank_merge(home, &report, SHARDS), shard == SHARDS - 1);
  }
  assert_int_equal(rank_head(home, name)->rank.winners, 0);
}

static void messages_are_read_as_they_were_written(void **unused) {
  struct rank_message reports[SHARDS], read = {.entries = verdict_entries};
  struct fault fault;
  (void)unused;
  reports_make(3, reports);
  reports[1].to = 2, reports[1].at_ms = 1800000000000;
  size_t length = rank_encode(&reports[1], bytes, sizeof bytes);
  assert_true(length > 0 && rank_is((struct str){bytes, length}));
  assert_true(rank_decode((struct str){bytes, length}, &read, &fault));
  assert_int_equal(read.count, reports[1].count);
  assert_int_equal(read.at_ms, reports[1].at_ms);
  for (uint32_t i = 0; i < read.count; i++) {
    assert_int_equal(read.entries[i].key, entries[1][i].key);
    assert_int_equal(read.entries[i].order, entries[1][i].order);
    assert_memory_equal(read.entries[i].ties, entries[1][i].ties, sizeof read.entries[i].ties);
  }
  for (size_t cut = 0; cut < length; cut++) assert_false(rank_decode((struct str){bytes, cut}, &read, &fault));
  bytes[1] ^= 3;
  assert_false(rank_decode((struct str){bytes, length}, &read, &fault));
}

static void the_longest_message_fits(void **unused) {
  struct rank_message report = {.kind = RANK_REPORT, .top = LIMIT_RANK_TOP, .kept = LIMIT_RANK_KEPT, .count = LIMIT_RANK_KEPT};
  (void)unused;
  report.name = name, report.entries = entries[0];
  for (uint32_t i = 0; i < LIMIT_RANK_KEPT; i++)
    entries[0][i] = (struct ranked){.order = INT64_MIN + 2, .ties = {INT64_MAX, -1, INT64_MIN + 2}, .key = UINT64_MAX - i};
  assert_true(rank_encode(&report, bytes, sizeof bytes) > 0);
}

/* ---- shares ---- */

static uint64_t wide(uint64_t *random) { return random_next(random) << 32 ^ random_next(random); }

/* A number of up to so many bits, from 1 on. */
static int64_t some(uint64_t *random, unsigned bits) { return (int64_t)(wide(random) & (UINT64_MAX >> (64 - bits))) + (bits < 63); }

static void all_shares_together_are_never_more_than_the_pot(void **unused) {
  uint64_t random = 7;
  (void)unused;
  for (uint32_t round = 0; round < 3000; round++) {
    int64_t units[40];
    const uint32_t count = 1 + round % 40;
    struct share share = {.pot = round % 5 == 0 ? INT64_MAX : some(&random, 1 + round % 60)};
    for (uint32_t i = 0; i < count; i++) {
      units[i] = round % 7 == 0 ? INT64_MAX : some(&random, 1 + (round + i) % 62);
      share.units += (uint64_t)units[i];
    }
    units_sum given = 0;
    for (uint32_t i = 0; i < count; i++) {
      int64_t part = share_part(&share, units[i]);
      assert_true(part >= 0 && part <= share.pot);
      assert_true((units_sum)(uint64_t)part * share.units <= (units_sum)(uint64_t)share.pot * (uint64_t)units[i]);
      given += (uint64_t)part;
    }
    assert_true(given <= (uint64_t)share.pot && (uint64_t)share.pot - given < count); /* less than one for each is left */
  }
}

static void share_judge(struct state *state, int64_t units) {
  make(NULL, state, CELL_RANK, name.decl, 0, name.period)->rank.told++;
  share_add(make(NULL, state, CELL_SHARE, name.decl, 0, name.period), units);
}

/* Where files differ what no file has is not divided; who has most is beyond 64 bits. */
static void sums_of_all_shards_come_back_to_each(void **unused) {
  static const uint32_t orders[][SHARDS] = {{0, 1, 2}, {2, 1, 0}, {1, 2, 0}};
  (void)unused;
  for (uint32_t order = 0; order < 3; order++) {
    struct state *home = state_new(SHARDS);
    struct rank_message read = {.entries = verdict_entries};
    struct fault fault;
    for (uint32_t i = 0; i < SHARDS; i++) {
      const uint32_t from = orders[order][i];
      struct state *state = state_new(from);
      struct rank_message report = {.from = from, .to = 2, .name = name, .share.pot = 5000 + from, .entries = entries[0]};
      for (uint32_t customer = 0; customer < from; customer++) share_judge(state, INT64_MAX); /* shard 0 has nobody */
      rank_report(state, &report);
      size_t length = rank_encode(&report, bytes, sizeof bytes);
      assert_true(length > 0 && rank_decode((struct str){bytes, length}, &read, &fault));
      assert_int_equal(rank_merge(home, &read, SHARDS), i == SHARDS - 1);
    }
    struct rank_message verdict = {.from = 2, .name = name, .entries = verdict_entries};
    rank_verdict(home, 1, &verdict);
    size_t length = rank_encode(&verdict, bytes, sizeof bytes);
    assert_true(length > 0 && rank_decode((struct str){bytes, length}, &read, &fault));
    struct state *state = state_new(0);
    rank_settle(state, &read);
    const struct share share = share_of(state, name);
    assert_int_equal(share.pot, 5000);
    assert_true(share.units == (units_sum)INT64_MAX * 3);
    assert_int_equal(share_part(&share, INT64_MAX), 1666);
    assert_null(memory_check(state));
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(the_same_are_first_in_any_order),
                                     cmocka_unit_test(nobody_at_all_is_settled_too),
                                     cmocka_unit_test(messages_are_read_as_they_were_written),
                                     cmocka_unit_test(the_longest_message_fits),
                                     cmocka_unit_test(all_shares_together_are_never_more_than_the_pot),
                                     cmocka_unit_test(sums_of_all_shards_come_back_to_each)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
