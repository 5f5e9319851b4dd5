/* `review` of the bank's `risk`: what is wrong with it, and what cannot stand beside it, each beside a twin that is sound. What is found of
 * a campaign is told in its own file. */
#include "bench.h"

#define BANK(review) "{\"id\":\"bank\",\"version\":1,\"name\":{\"zh\":\"b\",\"en\":\"b\"}," FACTS "\"risk\":{\"review\":" review "}}"
#define FACTS "\"facts\":{\"paid\":{\"measure\":\"sum\",\"of\":\"amount\",\"on\":\"txn.card_spend\",\"window\":\"month\"}},"
#define REVIEW(within) "{\"when\":{\"fact.paid\":{\"gte\":\"9.00\"}},\"within\":\"" within "\",\"otherwise\":\"refuse\"}"
#define SOUND BANK(REVIEW("P2D"))
#define RULES(rules) BENCH_HEAD "\"facts\":{\"f\":{\"measure\":\"count\",\"on\":\"login\",\"window\":\"month\"}},\"rules\":[" rules "]}"
#define RULE(id, body) "{\"id\":\"" id "\"," body "," BENCH_LIMITS "}"
#define ON "\"on\":\"txn.card_spend\",\"when\":{\"fact.f\":{\"gte\":1}},"
#define PLAIN RULES(RULE("r", ON GIVE(VOUCHER)))
#define GIVE(give) "\"give\":" give
#define VOUCHER "{\"id\":\"v\",\"reward\":\"voucher\",\"value\":\"5.00\",\"pool\":{\"stock\":10}}"
#define POINTS "{\"id\":\"p\",\"reward\":\"points\",\"value\":5,\"pool\":\"unlimited\"}"
#define CHOICE(choice) "{\"choice_of\":[" VOUCHER "," POINTS "],\"within\":\"P1D\",\"default\":\"p\"" choice "}"
#define BANDS "{\"by\":\"fact.f\",\"bands\":[{\"from\":2,\"value\":5}],\"pay\":\"top_up\"}"
#define LADDER GIVE("{\"reward\":\"points\",\"value\":" BANDS ",\"pool\":\"unlimited\"}")
#define EMPTY(word) GIVE("{\"first_of\":[{\"id\":\"v\",\"reward\":\"goods\",\"pool\":{\"stock\":1},\"when_empty\":\"" word "\"}]}")
#define CHANCE GIVE("{\"reward\":\"chance\",\"chance\":\"k\"}")
#define ADDED RULE("a", "\"on\":{\"reward\":\"r\"}," GIVE(POINTS))
#define SPENDS RULE("s", "\"on\":\"checkin\",\"spends\":\"k\"," GIVE(VOUCHER))

static const struct {
  const char *bank, *campaign;
  enum check_code code; /* CHECK_CODE_COUNT: sound */
  const char *pointer, *says;
} rows[] = {
    {SOUND, PLAIN, CHECK_CODE_COUNT, "", ""},
    {BANK("{\"within\":\"P2D\",\"otherwise\":\"pass\"}"), PLAIN, CHECK_CODE_COUNT, "", ""},
    {BANK("[]"), PLAIN, CHECK_WRONG_TYPE, "/risk/review", "a review must be an object"},
    {BANK("{\"within\":\"P2D\"}"), PLAIN, CHECK_MISSING_KEY, "/risk/review", "otherwise"},
    {BANK("{\"otherwise\":\"pass\"}"), PLAIN, CHECK_MISSING_KEY, "/risk/review", "within"},
    {BANK("{\"within\":\"P2D\",\"otherwise\":\"hold\"}"), PLAIN, CHECK_BAD_VALUE, "/risk/review/otherwise", "hold"},
    {BANK("{\"within\":\"P2D\",\"otherwise\":\"pass\",\"who\":\"x\"}"), PLAIN, CHECK_UNKNOWN_KEY, "/risk/review/who", "who"},
    {BANK(REVIEW("P93D")), PLAIN, CHECK_BAD_VALUE, "/risk/review/within", "92 days"},
    {BANK("{\"when\":{\"fact.f\":{\"gte\":1}},\"within\":\"P2D\",\"otherwise\":\"pass\"}"), PLAIN, CHECK_UNKNOWN_REF,
     "/risk/review/when/fact.f", "f"},
    {BANK("{\"when\":{\"chance.card\":\"x\"},\"within\":\"P2D\",\"otherwise\":\"pass\"}"), PLAIN, CHECK_BAD_CONDITION,
     "/risk/review/when/chance.card", "spends"},
    {BANK("{\"when\":{\"level\":\"x\"},\"within\":\"P2D\",\"otherwise\":\"pass\"}"), PLAIN, CHECK_BAD_CONDITION, "/risk/review/when/level",
     "level"},
    {BANK(REVIEW("P8D")), PLAIN, CHECK_SHORT_CLOSING, "/period", "\"closing\": \"P8D\""},
    {SOUND, RULES(RULE("r", ON GIVE(CHOICE("")))), CHECK_BAD_VALUE, "/rules/0/give", "bank.json"},
    {SOUND, RULES(RULE("r", "\"on\":{\"fact\":\"f\"}," LADDER)), CHECK_BAD_VALUE, "/rules/0/give", "bank.json"},
    {SOUND, RULES(RULE("r", ON EMPTY("queue"))), CHECK_BAD_VALUE, "/rules/0/give", "bank.json"},
    {SOUND, RULES(RULE("r", ON EMPTY("skip"))), CHECK_CODE_COUNT, "", ""},
    {SOUND, RULES(RULE("r", ON GIVE(VOUCHER)) "," ADDED), CHECK_BAD_VALUE, "/rules/0/give", "bank.json"},
    {SOUND, RULES(RULE("r", ON CHANCE) "," ADDED "," SPENDS), CHECK_CODE_COUNT, "", ""},
};

static bool has(struct str text, const char *piece) { return memmem(text.at, text.length, piece, strlen(piece)) != NULL; }

static bool says(const struct bench *bench, size_t row) {
  for (uint32_t i = 0; i < bench->findings.count; i++) {
    const struct finding *one = &bench->findings.items[i];
    if (one->code == rows[row].code && str_equal(one->pointer, str_of(rows[row].pointer)) && has(one->text, rows[row].says)) return true;
  }
  return rows[row].code == CHECK_CODE_COUNT;
}

static void what_the_bank_reviews(void **unused) {
  (void)unused;
  struct bench *bench = bench_new();
  uint32_t failed = 0;
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    const struct source sources[] = {{STR("bank.json"), str_of(rows[i].bank)}, {STR("c.json"), str_of(rows[i].campaign)}};
    bench_read(bench, sources, 2);
    bool sound = rows[i].code == CHECK_CODE_COUNT;
    if (says(bench, i) && bench->findings.errors == !sound) continue;
    print_message("row %zu:\n", i);
    bench_tell(bench);
    failed++;
  }
  assert_int_equal(failed, 0);
  bench_free(bench);
}

/* Beside the rule's own what cannot be held is told once. */
static void told_once(void **unused) {
  (void)unused;
  struct bench *bench = bench_new();
  const struct source sources[] = {
      {STR("bank.json"), STR(SOUND)},
      {STR("c.json"), STR(RULES(RULE("r", ON GIVE(CHOICE("")) ",\"review\":{\"within\":\"P1D\",\"otherwise\":\"pass\"}")))}};
  bench_read(bench, sources, 2);
  assert_int_equal(bench->findings.errors, 1);
  assert_true(bench_says(bench, CHECK_BAD_VALUE, "/rules/0/review"));
  bench_free(bench);
}

/* What is held may be had later than by the rule alone: who has it on the last day cannot use it. */
static void validity(void **unused) {
  (void)unused;
  struct bench *bench = bench_new();
  const char *const banks[] = {SOUND, BANK("{\"within\":\"P7D\",\"otherwise\":\"pass\"}")};
  for (size_t i = 0; i < 2; i++) {
    const struct source sources[] = {
        {STR("bank.json"), str_of(banks[i])},
        {STR("c.json"),
         STR(RULES(
             RULE("r", ON GIVE("{\"reward\":\"voucher\",\"value\":\"5.00\",\"pool\":{\"stock\":1},\"valid\":{\"to\":\"2027-04-04\"}}"))))}};
    bench_read(bench, sources, 2);
    assert_int_equal(bench->findings.errors, 0);
    assert_int_equal(bench_says(bench, CHECK_NOT_ALWAYS_VALID, "/rules/0/give/valid"), i == 1);
  }
  bench_free(bench);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(what_the_bank_reviews), cmocka_unit_test(told_once), cmocka_unit_test(validity)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
