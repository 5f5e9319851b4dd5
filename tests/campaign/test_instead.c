/* What is refused as not served yet names a substitute that compiles, or says that there is none: a row for each remedy - what is refused,
 * a piece of the remedy, and a campaign written as it says. */
#include "bench.h"

#define RULES(rules) BENCH_HEAD "\"rules\":[" rules "]}"
#define RULE(body) "{\"id\":\"r\"," body "}"
#define ON "\"on\":\"txn.card_spend\","
#define END BENCH_GIVE BENCH_LIMITS
#define GIVE(give) "\"give\":" give ","
#define VOUCHER "{\"id\":\"v\",\"reward\":\"voucher\",\"value\":\"5.00\",\"pool\":{\"stock\":10}}"
#define FACT(fact) "\"facts\":{\"f\":" fact "},"
#define WITH(fact, rule) BENCH_HEAD FACT(fact) "\"rules\":[" RULE(rule) "]}"
#define COUNT "{\"measure\":\"count\",\"on\":\"login\",\"window\":\"month\"}"
#define SPENDS(on) "{\"id\":\"s\"," on "\"spends\":\"k\"," END "}"
#define CHANCE(rest) "{\"id\":\"e\",\"on\":\"checkin\"," GIVE("{\"reward\":\"chance\",\"chance\":\"k\"" rest "}") BENCH_LIMITS "},"
#define STEPS                                                                                                                              \
  GIVE(                                                                                                                                    \
      "{\"reward\":\"points\",\"value\":{\"by\":\"fact.f\",\"bands\":[{\"from\":2,\"value\":5}],\"pay\":\"top_up\"},\"pool\":{\"budget\":" \
      "99}}")                                                                                                                              \
  BENCH_LIMITS
#define NONE_YET NULL

#define HELD(of, when)                                                                                                           \
  "{\"id\":\"c\",\"version\":1,\"name\":{\"zh\":\"c\",\"en\":\"c\"},\"period\":{\"from\":\"2027-01-01\",\"to\":\"2027-03-31\"}," \
  "\"audience\":{\"include\":[\"tag:x\"],\"as_of\":\"2026-12-31\"" of "},\"rules\":[" RULE(ON when END) "]}"
#define RATES "\"rates\":{\"USD\":\"7.0825\"}"
#define FX "\"fx\":{" RATES "},\"rules\":["
static const struct {
  const char *refused, *remedy, *instead; /* NULL: there is none */
} rows[] = {
    {HELD(",\"when\":{\"profile.age\":{\"gte\":18}}", ""), "`when` of each rule", HELD("", "\"when\":{\"profile.age\":{\"gte\":18}},")},
    {WITH(COUNT, "\"on\":{\"close\":\"month\",\"as\":\"referrer\"},\"when\":{\"fact.f\":{\"gte\":3}}," END),
     "the customer's own rule hear the close", WITH(COUNT, "\"on\":{\"close\":\"month\"},\"when\":{\"fact.f\":{\"gte\":3}}," END)},
    {WITH(COUNT, "\"on\":{\"fact\":\"f\",\"as\":\"referrer\"}," STEPS), "the other's own measure",
     WITH("{\"measure\":\"count\",\"on\":{\"event\":\"login\",\"as\":\"fact.edge\"},\"per\":[\"customer\",\"caused_by.id\"],\"window\":"
          "\"ever\"}",
          "\"on\":{\"fact\":\"f\"}," STEPS)},
    {BENCH_HEAD FX RULE("\"on\":{\"event\":\"txn.card_spend\",\"when\":{\"amount\":{\"gte\":\"1.00\"}}}," END) "]}", "`when` of the rule",
     BENCH_HEAD FX RULE(ON "\"when\":{\"amount\":{\"gte\":\"1.00\"}}," END) "]}"},
    {WITH(COUNT, "\"on\":{\"fact\":\"f\"}," GIVE("{\"reward\":\"goods\",\"count\":{\"by\":\"fact.f\",\"bands\":[{\"from\":2,\"value\":"
                                                 "5}],\"pay\":\"each\"},\"pool\":{\"stock\":9}}") BENCH_LIMITS),
     "a rule for each band",
     WITH(COUNT, "\"on\":{\"fact\":\"f\"},\"when\":{\"fact.f\":{\"gte\":2}}," BENCH_GIVE
                 "\"limits\":[{\"count\":1,\"per\":[\"customer\"],\"period\":\"month\"}]")},
    {RULES(RULE(ON "\"when\":{\"week\":\"2027-W01\"}," END)), "`schedules`",
     BENCH_HEAD "\"schedules\":{\"jan\":{\"to\":\"2027-01-31\"}},\"rules\":[" RULE(ON "\"when\":{\"schedule\":\"jan\"}," END) "]}"},
    {WITH("{\"measure\":\"count\",\"on\":\"login\",\"window\":\"month\",\"per\":[\"device\"]}",
          "\"on\":\"login\",\"when\":{\"fact.f\":{\"gte\":2}}," END),
     "\"per\": [\"device\"]",
     RULES(RULE("\"on\":\"login\"," BENCH_GIVE "\"limits\":[{\"count\":1,\"per\":[\"device\"],\"period\":\"day\"}]"))},
};

/* Who heard whom, for `as`. */
#define EDGE "\"facts\":{\"edge\":{\"first\":\"account.opened\",\"keep\":\"referrer\"},"

static bool has(struct str text, const char *piece) { return memmem(text.at, text.length, piece, strlen(piece)) != NULL; }

static const struct finding *refusal(const struct bench *bench) {
  for (uint32_t i = 0; i < bench->findings.count; i++)
    if (bench->findings.items[i].code == CHECK_NOT_SERVED) return &bench->findings.items[i];
  return NULL;
}

static bool starts_well(struct str remedy) {
  return str_starts(remedy, STR("instead ")) || str_starts(remedy, STR("there is no substitute yet"));
}

/* `fact.edge` is declared where it is cited. */
static const char *with_edge(const char *text, char *memory) {
  const char *facts = strstr(text, "\"facts\":{");
  if (strstr(text, "fact.edge") == NULL) return text;
  assert_non_null(facts);
  (void)sprintf(memory, "%.*s" EDGE "%s", (int)(facts - text), text, facts + strlen("\"facts\":{"));
  return memory;
}

static void what_is_refused_has_a_substitute(void **unused) {
  (void)unused;
  struct bench *bench = bench_new();
  char memory[4096];
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    bench_campaign(bench, rows[i].refused);
    const struct finding *finding = refusal(bench);
    if (finding == NULL) bench_tell(bench);
    assert_non_null(finding);
    if (!has(finding->remedy, rows[i].remedy) || !starts_well(finding->remedy)) {
      bench_tell(bench);
      fail_msg("row %zu: the remedy does not say %s", i, rows[i].remedy);
    }
    assert_int_equal(rows[i].instead == NONE_YET, str_starts(finding->remedy, STR("there is no substitute yet")));
    if (rows[i].instead != NONE_YET) (void)bench_good(bench, with_edge(rows[i].instead, memory));
  }
  bench_free(bench);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(what_is_refused_has_a_substitute)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
