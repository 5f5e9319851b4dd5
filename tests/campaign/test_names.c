/* What counters stand under: an inline limit is named by what it says and never by its place; `was` carries counters over to a new name;
 * no two things have one counter. */
#include "bench.h"

#define ON "\"on\":\"txn.card_spend\","
#define LIMIT(more) "{\"count\":1,\"per\":[\"customer\"],\"period\":\"day\"" more "}"
#define RULE_WITH(head, limits) BENCH_HEAD head "\"rules\":[{\"id\":\"r\"," ON BENCH_GIVE "\"limits\":[" limits "]}]}"

static uint64_t decl_of(const char *name) { return hash64(&HASH_KEY_FIXED, str_of(name)) & ((UINT64_C(1) << 40) - 1); }
static uint32_t mark_of(const char *id) { return (uint32_t)hash64(&HASH_KEY_FIXED, str_of(id)); }

static const struct limit *limit_of(const struct rulebook *book, const char *name) {
  for (uint32_t i = 0; i < book->limit_count; i++)
    if (str_equal(book->limits[i].name, str_of(name))) return &book->limits[i];
  fail_msg("no limit %s", name);
  return NULL;
}

static const struct pool *pool_of(const struct rulebook *book, const char *name) {
  for (uint32_t i = 0; i < book->pool_count; i++)
    if (str_equal(book->pools[i].name, str_of(name))) return &book->pools[i];
  fail_msg("no pool %s", name);
  return NULL;
}

/* ---- what an inline limit says ---- */

static void what_limits_say(void **unused) {
  (void)unused;
  static const struct {
    const char *limit, *name;
  } rows[] = {
      {LIMIT(""), "c/r#count.customer.day"},
      {LIMIT(",\"missing\":\"skip\""), "c/r#count.customer.day"},
      {LIMIT(",\"id\":\"daily\""), "c/r#daily"},
      {"{\"amount\":\"9.00\",\"per\":[\"customer\"],\"period\":\"month\"}", "c/r#amount.customer.month"},
      {"{\"amount\":9,\"per\":[\"customer\"],\"period\":\"month\"}", "c/r#points.customer.month"},
      {"{\"count\":2,\"per_each\":[\"customer\",\"device\"],\"period\":\"campaign\"}", "c/r#count.each-customer+device.campaign"},
      {"{\"count\":2,\"per_each\":[\"device\",\"customer\"],\"period\":\"campaign\"}", "c/r#count.each-customer+device.campaign"},
      {"{\"count\":2,\"per\":[\"fact.scene\",\"customer\"],\"period\":\"day\"}", "c/r#count.customer+fact.scene.day"},
      {"{\"count\":2,\"per\":[\"customer\",\"fact.last_login.at\"],\"period\":\"ever\"}", "c/r#count.customer+fact.last_login.at.ever"},
      {"{\"count\":2,\"per\":[\"customer\",\"fact.bank/last_login.at\"],\"period\":\"ever\"}",
       "c/r#count.customer+fact.last_login.at.ever"},
      {"{\"count\":2,\"per\":[\"merchant\",\"caused_by.id\",\"month\"],\"period\":{\"rolling\":\"P2W\"}}",
       "c/r#count.caused_by.id+merchant+month.P14D"},
  };
  struct bench *bench = bench_new();
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    char text[2048];
    snprintf(text, sizeof text,
             "%s\"facts\":{\"scene\":{\"table\":[{\"of\":\"mcc\",\"in\":[\"tea\"]}],\"cells\":[\"t\"]}},\"rules\":[{\"id\":\"r\",%s"
             "\"give\":[{\"id\":\"a\",\"reward\":\"voucher\",\"value\":\"1.00\",\"pool\":\"unlimited\"},"
             "{\"id\":\"b\",\"reward\":\"points\",\"value\":1,\"pool\":\"unlimited\"}],\"limits\":[%s]}]}",
             BENCH_HEAD, ON, rows[i].limit);
    const struct rulebook *book = bench_good(bench, text);
    const struct limit *limit = &book->limits[book->refs[book->rules[0].limit_first]];
    assert_str(limit->name, rows[i].name);
    assert_str(limit->first_name, rows[i].name);
    assert_true(limit->decl == decl_of(rows[i].name) && limit->rule == 0);
  }
  bench_free(bench);
}

/* Whatever stands before it, and however its dimensions are written. */
static void places_do_not_count(void **unused) {
  (void)unused;
  static const char *const forms[] = {
      LIMIT(""),
      LIMIT("") ",\"card-once\"",
      "\"card-once\",{\"count\":7,\"per\":[\"device\"],\"period\":\"day\"}," LIMIT(""),
      "{\"count\":9,\"per\":[\"customer\"],\"period\":\"month\"}," LIMIT(""),
      LIMIT(",\"id\":\"other\"") "," LIMIT(""),
  };
  struct bench *bench = bench_new();
  for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
    char text[2048];
    snprintf(text, sizeof text, "%s\"rules\":[{\"id\":\"r\",%s%s\"limits\":[%s]}]}", BENCH_HEAD, ON, BENCH_GIVE, forms[i]);
    assert_true(limit_of(bench_good(bench, text), "c/r#count.customer.day")->decl == decl_of("c/r#count.customer.day"));
  }
  bench_free(bench);
}

static void same_names(void **unused) {
  (void)unused;
  static const struct {
    const char *text;
    enum check_code code;
    const char *pointer;
  } rows[] = {
      {RULE_WITH("", LIMIT("") "," LIMIT(",\"missing\":\"skip\"")), CHECK_SAME_NAME, "/rules/0/limits/1"},
      {RULE_WITH("", LIMIT(",\"id\":\"a\"") "," LIMIT(",\"id\":\"a\"")), CHECK_DUPLICATE_ID, "/rules/0/limits/1/id"},
      {BENCH_HEAD "\"rules\":[{\"id\":\"r\"," ON
                  "\"give\":{\"reward\":\"voucher\",\"value\":\"1.00\",\"pool\":[{\"stock\":1},{\"budget\":\"9.00\"}]}," BENCH_LIMITS "}]}",
       CHECK_SAME_NAME, "/rules/0/give/pool/1"},
      {BENCH_HEAD "\"rules\":[{\"id\":\"r\"," ON
                  "\"give\":{\"reward\":\"voucher\",\"value\":\"1.00\",\"pool\":[\"small\",\"small\"]}," BENCH_LIMITS "}]}",
       CHECK_BAD_POOL, "/rules/0/give/pool/1"},
      {RULE_WITH("\"limits\":{\"w\":" LIMIT(",\"id\":\"x\"") "},", "\"w\""), CHECK_BAD_LIMIT, "/limits/w/id"},
  };
  struct bench *bench = bench_new();
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    bench_campaign(bench, rows[i].text);
    if (bench->status == STATUS_INPUT && bench_says(bench, rows[i].code, rows[i].pointer)) continue;
    bench_tell(bench);
    fail_msg("row %zu: %s %s", i, check_codes[rows[i].code].code, rows[i].pointer);
  }
  bench_campaign(bench, RULE_WITH("", LIMIT("") "," LIMIT(",\"id\":\"b\"")));
  assert_int_equal(bench->status, STATUS_OK);
  bench_free(bench);
}

static void inline_pools(void **unused) {
  (void)unused;
  struct bench *bench = bench_new();
  const struct rulebook *book =
      bench_good(bench, BENCH_HEAD
                 "\"rules\":[{\"id\":\"r\"," ON
                 "\"give\":[{\"id\":\"a\",\"reward\":\"voucher\",\"value\":\"1.00\",\"pool\":[\"small\",{\"stock\":5},{\"id\":\"cap\","
                 "\"budget\":\"9.00\"}]},{\"id\":\"b\",\"reward\":\"goods\",\"pool\":{\"stock\":1}}]," BENCH_LIMITS "}]}");
  assert_true(pool_of(book, "c/r.a")->decl == decl_of("c/r.a") && pool_of(book, "c/r.a")->rule == 0);
  assert_true(pool_of(book, "c/r.a#cap")->decl == decl_of("c/r.a#cap") && pool_of(book, "bank/small")->rule == NONE);
  assert_true(pool_of(book, "c/r.b")->decl == decl_of("c/r.b"));
  bench_free(bench);
}

/* ---- was ---- */

static void renamed(void **unused) {
  (void)unused;
  struct bench *bench = bench_new();
  const struct rulebook *book = bench_good(
      bench, BENCH_HEAD
      "\"facts\":{\"place\":{\"was\":\"scene\",\"table\":[{\"of\":\"mcc\",\"in\":[\"tea\"]}],\"cells\":[\"t\"]},"
      "\"spent\":{\"was\":[\"sum\",\"spending\"],\"measure\":\"sum\",\"of\":\"amount\",\"on\":\"txn.card_spend\",\"window\":\"month\"}},"
      "\"limits\":{\"w\":{\"was\":\"old#weekly\",\"count\":9,\"per\":[\"customer\"],\"period\":\"week\"},"
      "\"v\":{\"was\":\"r#monthly\",\"count\":9,\"per\":[\"customer\"],\"period\":\"month\"}},"
      "\"pools\":{\"p\":{\"was\":\"q\",\"stock\":9}},"
      "\"rules\":[{\"id\":\"r\",\"was\":[\"first\",\"second\"]," ON
      "\"when\":{\"fact.spent\":{\"gte\":\"5.00\"}},"
      "\"give\":[{\"id\":\"a\",\"was\":\"x\",\"reward\":\"goods\",\"pool\":[\"p\",{\"stock\":5}]},"
      "{\"id\":\"k\",\"reward\":\"chance\",\"chance\":{\"id\":\"pack\",\"was\":\"packet\"}},"
      "{\"id\":\"b\",\"reward\":\"goods\",\"pool\":{\"was\":\"#1\",\"stock\":5}}],"
      "\"limits\":[\"w\",\"v\",{\"count\":1,\"per\":[\"customer\",\"fact.place\"],\"period\":\"day\"},"
      "{\"id\":\"n\",\"was\":\"#count.customer.day\",\"count\":1,\"per\":[\"customer\"],\"period\":\"day\"}]},"
      "{\"id\":\"s\",\"was\":\"t\",\"on\":\"reward.claimed\",\"spends\":\"pack\"," BENCH_GIVE
      "\"limits\":[{\"was\":\"spring/cap\",\"count\":1,\"per\":[\"customer\"],\"period\":\"day\"}]}]}");
  const struct rule *rule = &book->rules[0], *claim = &book->rules[1];
  assert_true(rule->decl == decl_of("c/first") && claim->decl == decl_of("c/t"));
  assert_str(rule->id, "r");
  assert_str(rule->first_id, "first");
  assert_str(rule->first_name, "c/first");
  for (uint32_t i = 0; i < book->fact_count; i++)
    if (str_equal(book->facts[i].name, STR("c/spent"))) assert_true(book->facts[i].decl == decl_of("c/sum"));
  assert_true(limit_of(book, "c/w")->decl == decl_of("c/old#weekly"));    /* a rule that is gone */
  assert_true(limit_of(book, "c/v")->decl == decl_of("c/first#monthly")); /* a rule that was renamed: followed */
  assert_true(limit_of(book, "c/r#count.customer+fact.place.day")->decl == decl_of("c/first#count.customer+fact.scene.day"));
  assert_true(limit_of(book, "c/r#n")->decl == decl_of("c/first#count.customer.day"));
  assert_true(limit_of(book, "c/s#count.customer.day")->decl == decl_of("spring/cap"));
  assert_true(pool_of(book, "c/p")->decl == decl_of("c/q") && pool_of(book, "c/r.a")->decl == decl_of("c/first.x"));
  assert_true(pool_of(book, "c/r.b")->decl == decl_of("c/first.b#1") && pool_of(book, "c/s")->decl == decl_of("c/t"));
  assert_true(book->chances[0].decl == decl_of("c/packet"));
  assert_str(book->chances[0].name, "c/pack");
  const struct item *items = &book->items[rule->item_first];
  assert_str(items[0].first_id, "x");
  assert_true(items[0].mark == mark_of("x") && items[2].mark == mark_of("b"));
  assert_str(items[2].first_id, "b");
  assert_str(book->items[claim->item_first].id, "s");
  assert_str(book->items[claim->item_first].first_id, "t"); /* an item without an id is called as its rule */
  bench_free(bench);
}

#define TWO_LIMITS(first, second)                                                                                  \
  BENCH_HEAD "\"limits\":{\"a\":" LIMIT(first) ",\"b\":" LIMIT(second) "},\"rules\":[{\"id\":\"r\"," ON BENCH_GIVE \
                                                                       "\"limits\":[\"a\",\"b\"]}]}"
#define TWO_ITEMS(first, second)                                                                  \
  BENCH_HEAD "\"rules\":[{\"id\":\"r\"," ON "\"give\":[{\"id\":\"a\",\"reward\":\"notice\"" first \
             "},{\"id\":\"b\",\"reward\":\"notice\"" second "}]," BENCH_LIMITS "}]}"

static void bad_old_names(void **unused) {
  (void)unused;
  static const struct {
    const char *text, *pointer;
  } rows[] = {
      {TWO_LIMITS(",\"was\":\"a\"", ""), "/limits/a/was"},
      {TWO_LIMITS(",\"was\":\"c/a\"", ""), "/limits/a/was"},
      {TWO_LIMITS(",\"was\":\"b\"", ""), "/limits/a/was"},
      {TWO_LIMITS(",\"was\":[\"x\",\"b\"]", ""), "/limits/a/was/1"},
      {TWO_LIMITS(",\"was\":\"x\"", ",\"was\":\"x\""), "/limits/b/was"},
      {TWO_LIMITS(",\"was\":\"bank/card-once\"", ""), "/limits/a/was"},
      {TWO_LIMITS(",\"was\":\"#count.customer.day\"", ""), "/limits/a/was"},
      {TWO_LIMITS(",\"was\":\"A b\"", ""), "/limits/a/was"},
      {TWO_LIMITS(",\"was\":[]", ""), "/limits/a/was"},
      {TWO_ITEMS(",\"was\":\"b\"", ""), "/rules/0/give/0/was"},
      {TWO_ITEMS(",\"was\":\"x\"", ",\"was\":\"x\""), "/rules/0/give/1/was"},
      {TWO_ITEMS(",\"was\":\"#x\"", ""), "/rules/0/give/0/was"},
      {RULE_WITH("", LIMIT(",\"was\":\"#count.customer.day\"")), "/rules/0/limits/0/was"},
      {RULE_WITH("\"facts\":{\"f\":{\"was\":\"last_login\",\"last\":\"login\"},\"g\":{\"was\":\"bank/last_login\",\"last\":\"login\"}},",
                 LIMIT("")),
       "/facts/g/was"},
      {BENCH_HEAD "\"rules\":[{\"id\":\"r\",\"was\":\"s\"," ON BENCH_GIVE BENCH_LIMITS "},{\"id\":\"s\"," ON BENCH_GIVE BENCH_LIMITS "}]}",
       "/rules/0/was"},
      {BENCH_HEAD "\"rules\":[{\"id\":\"r\",\"was\":\"d/s\"," ON BENCH_GIVE BENCH_LIMITS "}]}", "/rules/0/was"},
      {BENCH_HEAD "\"rules\":[{\"id\":\"r\"," ON
                  "\"give\":{\"reward\":\"bundle\",\"value\":\"9.00\",\"pool\":{\"stock\":3},\"contents\":[{\"id\":\"x\",\"was\":\"y\","
                  "\"reward\":\"voucher\",\"value\":\"9.00\"}]}," BENCH_LIMITS "}]}",
       "/rules/0/give/contents/0/was"},
  };
  struct bench *bench = bench_new();
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    bench_campaign(bench, rows[i].text);
    if (bench->status == STATUS_INPUT && bench->findings.errors == 1 && bench_says(bench, CHECK_BAD_WAS, rows[i].pointer)) continue;
    bench_tell(bench);
    fail_msg("row %zu: %s", i, rows[i].pointer);
  }
  bench_free(bench);
}

/* A name of another kind is another name. */
static void kinds_are_apart(void **unused) {
  (void)unused;
  struct bench *bench = bench_new();
  (void)bench_good(
      bench, RULE_WITH("\"facts\":{\"x\":{\"last\":\"login\"}},\"pools\":{\"x\":{\"stock\":1}},", LIMIT(",\"id\":\"y\",\"was\":\"x\"")));
  bench_free(bench);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(what_limits_say), cmocka_unit_test(places_do_not_count),
      cmocka_unit_test(same_names),      cmocka_unit_test(inline_pools),
      cmocka_unit_test(renamed),         cmocka_unit_test(bad_old_names),
      cmocka_unit_test(kinds_are_apart),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
