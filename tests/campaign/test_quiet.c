/* What is sound although it stands beside something that is refused or warned of (tests/campaign/broken): the checks of what can never
 * hold, never be used, never have an effect must not cry where it can. */
#include "bench.h"

#define RULE(body) BENCH_HEAD "\"rules\":[{\"id\":\"r\"," body "}]}"
#define ON "\"on\":\"txn.card_spend\","
#define VALID(valid) "\"give\":{\"reward\":\"voucher\",\"value\":\"5.00\",\"pool\":{\"stock\":10},\"valid\":" valid "},"
#define FACT(fact, on, when) \
  BENCH_HEAD "\"facts\":{\"f\":" fact "},\"rules\":[{\"id\":\"r\",\"on\":\"" on "\",\"when\":{" when "}," BENCH_GIVE BENCH_LIMITS "}]}"
#define CHANCE(earn, valid, claim)                                                                                        \
  BENCH_HEAD "\"rules\":[{\"id\":\"e\",\"on\":\"checkin\"," earn "\"give\":{\"reward\":\"chance\",\"chance\":\"k\"" valid \
             "}," BENCH_LIMITS "},{\"id\":\"s\",\"on\":\"reward.claimed\"," claim "\"spends\":\"k\"," BENCH_GIVE BENCH_LIMITS "}]}"
#define TRACK(track) FACT("{\"track\":{\"opens\":\"login\"," track "}}", "txn.card_spend", "\"fact.f\":\"completed\"")

#define ENTRY(version, measure, test)                                                                 \
  "{\"id\":\"c\",\"version\":" version                                                                \
  ",\"name\":{\"zh\":\"c\",\"en\":\"c\"},\"period\":{\"from\":\"2027-01-01\",\"to\":\"2027-03-31\"}," \
  "\"audience\":{\"when\":{\"fact.f\":" test "}},\"facts\":{\"f\":{\"measure\":\"" measure            \
  "\",\"of\":\"amount\",\"on\":\"txn.transfer\",\"window\":\"month\"}},\"rules\":[{\"id\":\"r\"," ON BENCH_GIVE BENCH_LIMITS "}]}"

static const struct {
  const char *text;
  enum check_code code;
} rows[] = {
    /* usable on the last day, to the end of the day, for a second */
    {RULE(ON VALID("{\"to\":\"2027-03-31\"}") BENCH_LIMITS), CHECK_NOT_ALWAYS_VALID},
    {RULE(ON VALID("{\"to\":{\"end_of\":\"day\"}}") BENCH_LIMITS), CHECK_NOT_ALWAYS_VALID},
    {RULE(ON VALID("{\"for\":\"PT1S\"}") BENCH_LIMITS), CHECK_NEVER_VALID},
    {RULE(ON VALID("{\"from\":\"2027-02-10\",\"to\":\"2027-04-10\"}") BENCH_LIMITS), CHECK_NOT_ALWAYS_VALID},
    {RULE(ON "\"schedule\":{\"to\":\"2027-02-28\"}," VALID("{\"to\":\"2027-02-28\"}") BENCH_LIMITS), CHECK_NOT_ALWAYS_VALID},
    {RULE(ON "\"schedule\":{\"hours\":\"10:00-12:00\"}," VALID("{\"to\":{\"end_of\":\"day\"}}") BENCH_LIMITS), CHECK_NOT_ALWAYS_VALID},
    {RULE(ON VALID("{\"to\":{\"next\":\"month\",\"day\":31,\"time\":\"23:59\"}}") BENCH_LIMITS), CHECK_NOT_ALWAYS_VALID},
    /* a claim in the closing week, a claim on the weekend after */
    {CHANCE("", "", "\"schedule\":{\"from\":\"2027-04-02\",\"to\":\"2027-04-05\"},"), CHECK_CANNOT_HOLD},
    {CHANCE("\"schedule\":{\"days\":[\"fri\"]},", ",\"valid\":{\"to\":{\"after\":\"P2D\"}}", "\"schedule\":{\"days\":[\"sat\"]},"),
     CHECK_NEVER_VALID},
    {CHANCE("", ",\"keep\":[\"channel\"]", "\"when\":{\"chance.channel\":\"app\"},"), CHECK_CANNOT_HOLD},
    {CHANCE("", "", "\"when\":{\"chance.channel\":{\"exists\":false}},"), CHECK_CANNOT_HOLD},
    /* schedules that meet */
    {RULE(ON "\"schedule\":{\"hours\":\"09:00-12:00\"},\"when\":{\"schedule\":{\"hours\":\"11:59-18:00\",\"days\":[\"mon\"]}}," BENCH_GIVE
              BENCH_LIMITS),
     CHECK_CANNOT_HOLD},
    {RULE(ON "\"schedule\":{\"days\":[\"spring-festival\"]}," BENCH_GIVE BENCH_LIMITS), CHECK_CANNOT_HOLD},
    {RULE(ON "\"schedule\":{\"days\":[\"fri\"]},\"when\":{\"schedule\":{\"ne\":\"friday\"}}," BENCH_GIVE BENCH_LIMITS), CHECK_CANNOT_HOLD},
    /* conditions that can hold */
    {RULE(ON "\"when\":{\"amount\":{\"gte\":\"200.00\"},\"any\":[{\"amount\":{\"lt\":\"100.00\"}},{\"channel\":\"qr\"}]}," BENCH_GIVE
              BENCH_LIMITS),
     CHECK_CANNOT_HOLD},
    {RULE(ON "\"when\":{\"amount\":{\"gte\":\"100.00\"},\"not\":{\"amount\":{\"gte\":\"200.00\"}}}," BENCH_GIVE BENCH_LIMITS),
     CHECK_CANNOT_HOLD},
    {RULE(ON "\"when\":{\"channel\":\"qr\",\"not\":{\"channel\":\"qr\",\"mcc\":\"5811\"}}," BENCH_GIVE BENCH_LIMITS), CHECK_CANNOT_HOLD},
    {RULE(ON
          "\"when\":{\"all\":[{\"amount\":[\"1.00\",\"9.00\"]},{\"amount\":{\"gte\":\"9.00\"}},{\"amount\":{\"ne\":\"1.00\"}}]}," BENCH_GIVE
              BENCH_LIMITS),
     CHECK_CANNOT_HOLD},
    {RULE(ON "\"when\":{\"not\":{\"any\":[{\"channel\":\"qr\"},{\"channel\":\"pos\"}]},\"channel\":\"app\"}," BENCH_GIVE BENCH_LIMITS),
     CHECK_CANNOT_HOLD},
    {RULE("\"on\":[\"login\",\"txn.transfer\"],\"when\":{\"fact.first_transfer\":\"this_event\"}," BENCH_GIVE BENCH_LIMITS),
     CHECK_CANNOT_HOLD},
    {RULE("\"on\":{\"event\":\"login\",\"as\":[\"referrer\",\"primary\"]}," BENCH_GIVE BENCH_LIMITS), CHECK_CANNOT_HOLD},
    /* what facts can come to */
    {FACT("{\"picks\":\"txn.card_spend\",\"of\":\"merchant\",\"most\":2,\"period\":\"month\",\"change\":\"no\"}", "txn.card_spend",
          "\"merchant\":{\"in_fact\":\"f\"},\"fact.f\":{\"gte\":2}"),
     CHECK_CANNOT_HOLD},
    {FACT("{\"measure\":\"count\",\"on\":\"login\",\"window\":\"month\"}", "login", "\"fact.f\":{\"in\":[-1,0]}"), CHECK_CANNOT_HOLD},
    {FACT("{\"measure\":\"count\",\"on\":\"login\",\"per\":[\"customer\",\"channel\"],\"window\":\"month\"}", "login",
          "\"fact.f\":{\"exists\":false}"),
     CHECK_CANNOT_HOLD},
    /* an audience by what its campaign's facts have heard */
    {ENTRY("1", "max", "{\"lt\":\"10.00\"}"), CHECK_CANNOT_HOLD},
    {ENTRY("1", "min", "{\"exists\":true}"), CHECK_CANNOT_HOLD},
    {ENTRY("1", "sum", "\"0.00\""), CHECK_CANNOT_HOLD},
    {ENTRY("1", "average", "{\"exists\":false}"), CHECK_CANNOT_HOLD},
    {ENTRY("2", "sum", "{\"gte\":\"10.00\"}"), CHECK_CANNOT_HOLD},
    {FACT("{\"measure\":\"sum\",\"of\":\"amount\",\"on\":\"txn.transfer\",\"window\":\"month\"}", "login", "\"fact.f\":{\"lt\":\"0.00\"}"),
     CHECK_CANNOT_HOLD},
    {FACT("{\"measure\":\"max\",\"of\":\"amount\",\"on\":\"txn.transfer\",\"window\":\"month\"}", "login", "\"fact.f\":{\"exists\":false}"),
     CHECK_CANNOT_HOLD},
    /* looking back */
    {FACT("{\"measure\":\"count\",\"on\":\"login\",\"window\":\"month\",\"previous\":2}", "login", "\"fact.f\":{\"gte\":1}"),
     CHECK_CANNOT_HOLD},
    {FACT("{\"measure\":\"count\",\"on\":\"login\",\"window\":{\"rolling\":\"P30D\"}}", "login", "\"fact.f\":{\"gte\":1}"),
     CHECK_EMPTY_AT_FIRST},
    {BENCH_HEAD
     "\"facts\":{\"f\":{\"measure\":\"count\",\"on\":\"login\",\"window\":\"month\",\"previous\":2}},"
     "\"rules\":[{\"id\":\"r\",\"on\":\"login\",\"schedule\":{\"from\":\"2027-03-01\"},\"when\":{\"fact.f\":{\"gte\":1}}," BENCH_GIVE
         BENCH_LIMITS "}]}",
     CHECK_EMPTY_AT_FIRST},
    {FACT("{\"last\":\"login\",\"per\":[\"customer\",\"channel\"],\"keep\":\"channel\"}", "login", "\"fact.f\":{\"dormant_for\":\"P9D\"}"),
     CHECK_NO_EFFECT},
    /* tasks: in turn, any of them, or apart */
    {TRACK("\"order\":\"listed\",\"tasks\":[{\"id\":\"a\",\"on\":\"bill.paid\"},{\"id\":\"b\",\"on\":\"bill.paid\"}]"), CHECK_TASKS_MEET},
    {TRACK("\"need\":\"any\",\"tasks\":[{\"id\":\"a\",\"on\":\"bill.paid\"},{\"id\":\"b\",\"on\":\"bill.paid\"}]"), CHECK_TASKS_MEET},
    {TRACK("\"tasks\":[{\"id\":\"a\",\"on\":\"bill.paid\",\"when\":{\"amount\":{\"lt\":\"50.00\"}}},{\"id\":\"b\",\"on\":\"bill.paid\","
           "\"when\":{\"amount\":{\"gte\":\"50.00\"}}}]"),
     CHECK_TASKS_MEET},
    {TRACK("\"within\":\"2027-03-31\",\"per\":[\"customer\",\"channel\"],\"tasks\":[{\"id\":\"a\",\"on\":\"bill.paid\"}]"),
     CHECK_NO_EFFECT},
    /* what has an effect */
    {RULE(ON BENCH_GIVE "\"limits\":[{\"count\":1,\"per_each\":[\"customer\",\"device\"],\"period\":\"day\",\"missing\":\"skip\"}]"),
     CHECK_NO_EFFECT},
    {RULE(ON
          "\"give\":{\"reward\":\"voucher\",\"value\":\"5.00\",\"pool\":{\"stock\":10,\"low_at\":[\"20%\"],\"pace\":{\"max\":9,\"period\":"
          "\"day\"}}}," BENCH_LIMITS),
     CHECK_NO_EFFECT},
    {BENCH_HEAD "\"on_reversal\":{\"reward\":\"keep\",\"partial\":\"ignore\"},\"rules\":[{\"id\":\"r\"," ON BENCH_GIVE BENCH_LIMITS "}]}",
     CHECK_NO_EFFECT},
    {RULE(ON "\"give\":{\"reward\":\"voucher\",\"value\":\"5.00\",\"pool\":[\"small\",{\"stock\":9}]}," BENCH_LIMITS), CHECK_BAD_POOL},
};

static void quiet(void **unused) {
  (void)unused;
  struct bench *bench = bench_new();
  uint32_t failed = 0;
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    bool said = false;
    bench_campaign(bench, rows[i].text);
    for (uint32_t f = 0; f < bench->findings.count; f++) said = said || bench->findings.items[f].code == rows[i].code;
    if (!said && bench->status == STATUS_OK) continue;
    print_message("row %zu, %s:\n", i, check_codes[rows[i].code].code);
    bench_tell(bench);
    failed++;
  }
  bench_free(bench);
  assert_int_equal(failed, 0);
}

/* What looks back is empty for a campaign's own measure alone: a programme's has heard everything since the import. */
static void programmes_look_back(void **unused) {
  (void)unused;
  static const char *const programme =
      "{\"id\":\"p\",\"version\":1,\"name\":{\"zh\":\"p\",\"en\":\"p\"},\"facts\":{\"m\":{\"measure\":\"count\",\"on\":\"login\","
      "\"window\":\"month\",\"previous\":9}}}";
  static const char *const citing = RULE("\"on\":\"login\",\"when\":{\"fact.p/m\":{\"gte\":1}}," BENCH_GIVE BENCH_LIMITS);
  struct bench *bench = bench_new();
  struct source sources[3] = {{STR("bank.json"), STR(BENCH_BANK)}, {STR("p.json"), str_of(programme)}, {STR("c.json"), str_of(citing)}};
  bench_read(bench, sources, 3);
  assert_int_equal(bench->status, STATUS_OK);
  assert_int_equal(bench->findings.count, 0);
  bench_free(bench);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(quiet), cmocka_unit_test(programmes_look_back)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
