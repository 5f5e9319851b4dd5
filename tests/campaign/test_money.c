/* Texts speak of money as the campaign does: in its currency, with its decimals. */
#include "bench.h"

#define IN(currency, rest)                                                                                                       \
  "{\"id\":\"c\",\"version\":2,\"name\":{\"zh\":\"c\",\"en\":\"c\"},\"period\":{\"from\":\"2027-01-01\",\"to\":\"2027-03-31\"}," \
  "\"currency\":\"" currency "\",\"audience\":\"everyone\",\"rules\":[{\"id\":\"r\",\"on\":\"txn.card_spend\"," rest "}]}"
#define GIVE(value) "\"give\":{\"reward\":\"voucher\",\"value\":" value ",\"pool\":{\"stock\":10}}," BENCH_LIMITS
#define DRAW(value)                                                                           \
  "\"give\":{\"draw_of\":[{\"id\":\"a\",\"weight\":1,\"reward\":\"goods\",\"value\":\"" value \
  "\",\"pool\":{\"stock\":9}}],\"when_empty\":\"lose\"}," BENCH_LIMITS

static const struct {
  const char *text;
  enum check_code code;
  const char *says, *never;
} rows[] = {
    {IN("JPY", GIVE("50")), CHECK_BAD_MONEY, "\"50\"", "50.0"},
    {IN("JPY", GIVE("\"50.00\"")), CHECK_BAD_MONEY, "\"50\", with 0 decimals", "\"50.0"},
    {IN("CNY", GIVE("\"50\"")), CHECK_BAD_MONEY, "\"50.00\", with 2 decimals", "50.000"},
    {IN("BHD", GIVE("\"50.00\"")), CHECK_BAD_MONEY, "\"50.000\", with 3 decimals", "\"50.00\""},
    {IN("JPY", "\"when\":[]," GIVE("\"50\"")), CHECK_WRONG_TYPE, "{\"gte\": \"200\"}", "200.0"},
    {IN("BHD", "\"when\":[]," GIVE("\"50.000\"")), CHECK_WRONG_TYPE, "{\"gte\": \"200.000\"}", "200.00\""},
    {IN("JPY", DRAW("50001")), CHECK_PRIZE_CEILING, "50000 JPY", "CNY"},
    {IN("BHD", DRAW("50000.001")), CHECK_PRIZE_CEILING, "50000.000 BHD", "CNY"},
    {IN("CNY", DRAW("50000.01")), CHECK_PRIZE_CEILING, "50000.00 CNY", "BHD"},
};

static bool has(struct str text, const char *piece) { return memmem(text.at, text.length, piece, strlen(piece)) != NULL; }

static void as_the_campaign_does(void **unused) {
  (void)unused;
  struct bench *bench = bench_new();
  uint32_t failed = 0;
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    char memory[2048];
    struct buffer out;
    bool said = false, wrong = false;
    bench_campaign(bench, rows[i].text);
    for (uint32_t f = 0; f < bench->findings.count; f++) {
      buffer_init(&out, memory, sizeof memory);
      finding_print(&out, &bench->findings.items[f]);
      bool is = bench->findings.items[f].code == rows[i].code;
      said = said || (is && has(buffer_text(&out), rows[i].says));
      wrong = wrong || (is && has(buffer_text(&out), rows[i].never));
    }
    if (said && !wrong) continue;
    print_message("row %zu:\n", i);
    bench_tell(bench);
    failed++;
  }
  bench_free(bench);
  assert_int_equal(failed, 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(as_the_campaign_does)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
