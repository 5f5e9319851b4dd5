/* What goes together although it looks like another unit: counts and stocks are shared by campaigns of any currency, points follow money
 * and points. What does not go together is told by the files units-* in tests/campaign/broken. */
#include "bench.h"

static const char *const dollars =
    "{\"id\":\"usd\",\"version\":1,\"name\":{\"zh\":\"u\",\"en\":\"u\"},\"currency\":\"USD\","
    "\"period\":{\"from\":\"2026-12-01\",\"to\":\"2027-12-31\"},"
    "\"facts\":{\"visits\":{\"measure\":\"count\",\"on\":\"txn.card_spend\",\"when\":{\"amount\":{\"gte\":\"5.00\"}},\"window\":\"month\"},"
    "\"kind\":{\"table\":[{\"of\":\"mcc\",\"in\":[\"m\"]}],\"cells\":[\"x\"]},\"seen\":{\"last\":\"login\"}},"
    "\"lists\":{\"m\":[\"5811\"]},\"activities\":{\"pay\":[{\"event\":\"txn.card_spend\",\"when\":{\"mcc\":\"5811\"}}]},"
    "\"limits\":{\"once\":{\"count\":1,\"per\":[\"customer\",\"fact.kind\"],\"period\":\"day\"},"
    "\"points\":{\"amount\":500,\"per\":[\"customer\"],\"period\":\"day\"}},"
    "\"pools\":{\"units\":{\"stock\":9},\"credit\":{\"budget\":5000}}}";

static const char *const yuan = BENCH_HEAD
    "\"rules\":[{\"id\":\"r\",\"on\":{\"activity\":\"usd/pay\"},\"when\":{\"fact.usd/visits\":{\"gte\":2},\"fact.usd/kind\":\"x\"},"
    "\"once_per\":[\"fact.usd/seen.at\"],\"give\":[{\"id\":\"a\",\"reward\":\"voucher\",\"value\":\"5.00\",\"pool\":\"usd/units\"},"
    "{\"id\":\"b\",\"reward\":\"points\",\"value\":{\"percent\":\"200%\",\"of\":\"amount\"},\"pool\":\"usd/credit\"}],"
    "\"limits\":[\"usd/once\",\"usd/points\"]},"
    "{\"id\":\"p\",\"on\":\"bill.paid\",\"give\":{\"reward\":\"points\",\"value\":7,\"pool\":\"unlimited\"}," BENCH_LIMITS
    "},"
    "{\"id\":\"q\",\"on\":{\"reward\":\"p\"},\"when\":{\"rule_reward.value\":{\"gte\":5}},"
    "\"give\":{\"reward\":\"points\",\"value\":{\"percent\":\"100%\",\"of\":\"rule_reward.value\"},\"pool\":\"unlimited\"}," BENCH_LIMITS
    "},"
    "{\"id\":\"s\",\"on\":{\"reward\":\"m\"},\"when\":{\"rule_reward.value\":{\"gte\":\"5.00\"}},"
    "\"give\":{\"reward\":\"points\",\"value\":{\"percent\":\"100%\",\"of\":\"rule_reward.value\"},\"pool\":\"unlimited\"}," BENCH_LIMITS
    "},"
    "{\"id\":\"m\",\"on\":\"payroll.credited\"," BENCH_GIVE BENCH_LIMITS "}]}";

static void shared(void **unused) {
  (void)unused;
  struct bench *bench = bench_new();
  struct source sources[3] = {{STR("bank.json"), STR(BENCH_BANK)}, {STR("usd.json"), str_of(dollars)}, {STR("c.json"), str_of(yuan)}};
  bench_read(bench, sources, 3);
  if (bench->status != STATUS_OK) bench_tell(bench);
  assert_int_equal(bench->status, STATUS_OK);
  for (uint32_t i = 0; i < bench->book->condition_count; i++) {
    const struct condition *leaf = &bench->book->conditions[i];
    if (leaf->left != LEFT_RULE_REWARD || leaf->op != OP_GTE) continue;
    assert_true(leaf->money == (leaf->operand.low == 500) && (leaf->money || leaf->operand.low == 5)); /* 5.00 of money, 5 points */
  }
  bench_free(bench);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(shared)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
