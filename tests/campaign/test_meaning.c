/* The sentences that say what a name means. States keep them: a sentence may never be worded anew, so they stand here word for word. */
#include "bench.h"

static const char *const campaign_text = BENCH_HEAD
    "\"facts\":{"
    "\"scene\":{\"was\":\"place\",\"table\":[{\"of\":\"mcc\",\"in\":[\"tea\"]}],\"cells\":[\"t\"]},"
    "\"ref\":{\"first\":\"account.opened\",\"keep\":\"referrer\",\"refunds\":\"reopen\"},"
    "\"seen\":{\"last\":\"login\",\"per\":[\"channel\",\"customer\"]},"
    "\"spent\":{\"measure\":\"sum\",\"of\":\"amount\",\"on\":\"bill.paid\",\"per\":[\"customer\",\"fact.scene\"],\"window\":\"month\"},"
    "\"before\":{\"measure\":\"average\",\"of\":\"amount\",\"on\":\"bill.paid\",\"window\":\"month\",\"previous\":1,\"refunds\":\"ignore\"}"
    ","
    "\"closed\":{\"measure\":\"distinct\",\"of\":\"day\",\"on\":\"checkin\",\"window\":{\"last\":2,\"unit\":\"week\"}},"
    "\"family\":{\"measure\":\"sum\",\"of\":\"amount\",\"on\":{\"event\":\"bill.paid\",\"as\":[\"primary\",\"fact.ref\",\"customer\"]},"
    "\"window\":\"month\"},"
    "\"pair\":{\"first\":[\"login\",{\"event\":\"account.opened\",\"as\":\"referrer\"}]},"
    "\"week\":{\"measure\":\"count\",\"on\":\"login\",\"window\":{\"rolling\":\"P7D\"}},"
    "\"ever\":{\"measure\":\"streak\",\"of\":\"day\",\"on\":\"checkin\",\"window\":\"ever\"},"
    "\"dates\":{\"measure\":\"max\",\"of\":\"score\",\"on\":\"game.finished\",\"window\":{\"from\":\"2027-02-01\",\"to\":\"2027-02-10\"}},"
    "\"growth\":{\"difference\":[\"spent\",\"before\"]},"
    "\"woke\":{\"track\":{\"opens\":\"login\",\"tasks\":[{\"id\":\"a\",\"on\":\"page.viewed\"},{\"id\":\"b\",\"on\":\"risk.assessed\"}]}},"
    "\"once\":{\"track\":{\"opens\":\"login\",\"per\":[\"customer\",\"channel\"],\"period\":\"month\",\"tasks\":[{\"id\":\"a\",\"on\":"
    "\"page.viewed\"}]"
    "}}},"
    "\"limits\":{\"weekly\":{\"was\":\"w\",\"count\":1,\"per\":[\"customer\"],\"period\":\"week\"}},"
    "\"pools\":{\"p\":{\"by\":\"channel\",\"stock\":{\"qr\":1},\"pace\":{\"max\":1,\"period\":\"day\",\"at\":\"10:00\"}},\"q\":{\"budget\":"
    "90}},"
    "\"rules\":[{\"id\":\"r\",\"was\":\"old\",\"on\":\"txn.card_spend\",\"once_per\":[\"merchant\",\"customer\"],"
    "\"give\":[{\"id\":\"a\",\"was\":\"z\",\"reward\":\"points\",\"value\":1,\"pool\":\"q\"},"
    "{\"id\":\"k\",\"reward\":\"chance\",\"chance\":{\"id\":\"pack\",\"was\":\"packet\"}},{\"id\":\"n\",\"reward\":\"notice\"}],"
    "\"limits\":[\"weekly\",{\"amount\":5,\"per_each\":[\"customer\",\"device\"],\"period\":{\"rolling\":\"P30D\"}},"
    "{\"count\":5,\"per\":[\"fact.scene\",\"customer\"],\"period\":\"campaign\"}]},"
    "{\"id\":\"s\",\"on\":\"reward.claimed\",\"spends\":\"pack\",\"give\":{\"draw_of\":["
    "{\"id\":\"x\",\"weight\":1,\"reward\":\"cash_back\",\"value\":\"1.00\",\"pool\":{\"budget\":\"9.00\"},"
    "\"or_else\":{\"id\":\"y\",\"reward\":\"goods\",\"value\":\"1.00\",\"pool\":{\"stock\":2}}},"
    "{\"id\":\"none\",\"weight\":1,\"nothing\":true}],\"when_empty\":\"lose\"},"
    "\"limits\":[{\"amount\":\"9.00\",\"per\":[\"customer\"],\"period\":\"ever\"}]}]}";

static const struct {
  enum meaning_kind kind;
  const char *name, *first, *text;
} rows[] = {
    {MEANING_CAMPAIGN, "c", "c", "zone Asia/Shanghai; currency CNY"},
    {MEANING_FACT, "c/ref", "c/ref", "first of events; for each customer; refunds reopen it"},
    {MEANING_FACT, "c/seen", "c/seen", "last of events; for each customer, channel"},
    {MEANING_FACT, "c/spent", "c/spent",
     "sum of amount in CNY; for each customer, fact.place, by month in Asia/Shanghai; refunds are subtracted"},
    {MEANING_FACT, "c/before", "c/before",
     "average of amount in CNY; for each customer, by month in Asia/Shanghai, 1 before; refunds leave it"},
    {MEANING_FACT, "c/closed", "c/closed",
     "number of different day; for each customer, over 2 closed periods of week in Asia/Shanghai; refunds leave it"},
    {MEANING_FACT, "c/family", "c/family",
     "sum of amount in CNY; for each customer, by month in Asia/Shanghai; refunds are subtracted; heard as primary, else fact.ref, else "
     "customer"},
    {MEANING_FACT, "c/pair", "c/pair", "first of events; for each customer; refunds leave it; own events, others heard as referrer"},
    {MEANING_FACT, "c/week", "c/week", "number of events; for each customer, over 7 days in Asia/Shanghai; refunds are subtracted"},
    {MEANING_FACT, "c/ever", "c/ever", "run of day; for each customer, ever; refunds leave it"},
    {MEANING_FACT, "c/dates", "c/dates", "largest score; for each customer, from 2027-02-01T00:00:00+08:00; refunds leave it"},
    {MEANING_FACT, "c/woke", "c/woke", "track of a, b; for each customer and opening, over the campaign"},
    {MEANING_FACT, "c/once", "c/once", "track of a; for each customer, channel, by month in Asia/Shanghai"},
    {MEANING_LIMIT, "c/weekly", "c/w", "number of gifts; for each customer, by week in Asia/Shanghai"},
    {MEANING_POOL, "c/p", "c/p", "stock in units; by channel; released, by day in Asia/Shanghai"},
    {MEANING_POOL, "c/q", "c/q", "budget in points"},
    {MEANING_CHANCE, "c/pack", "c/packet", "chances of a customer"},
    {MEANING_RULE, "c/r", "c/old", "once for each customer, merchant; gives a list"},
    {MEANING_LIMIT, "c/r#points.each-customer+device.P30D", "c/old#points.each-customer+device.P30D",
     "points given; a counter for each of customer, device, over 30 days in Asia/Shanghai"},
    {MEANING_LIMIT, "c/r#count.customer+fact.scene.campaign", "c/old#count.customer+fact.place.campaign",
     "number of gifts; for each customer, fact.place, over the campaign"},
    {MEANING_ITEM, "c/r.a", "c/old.z", "points"},
    {MEANING_ITEM, "c/r.k", "c/old.k", "chances c/packet"},
    {MEANING_ITEM, "c/r.n", "c/old.n", "notice"},
    {MEANING_RULE, "c/s", "c/s", "once for each cause; gives one"},
    {MEANING_LIMIT, "c/s#amount.customer.ever", "c/s#amount.customer.ever", "value given in CNY; for each customer, ever"},
    {MEANING_ITEM, "c/s.x", "c/s.x", "money in CNY"},
    {MEANING_POOL, "c/s.x", "c/s.x", "budget in CNY"},
    {MEANING_ITEM, "c/s.y", "c/s.y", "things"},
    {MEANING_POOL, "c/s.y", "c/s.y", "stock in units"},
};
#define ROWS (sizeof rows / sizeof rows[0])

static uint64_t decl_of(struct str name) { return hash64(&HASH_KEY_FIXED, name) & ((UINT64_C(1) << 40) - 1); }

static void sentences(void **unused) {
  (void)unused;
  struct bench *bench = bench_new();
  const struct rulebook *book = bench_good(bench, campaign_text);
  uint32_t number = str_equal(book->campaigns[0].id, STR("c")) ? 0 : 1;
  struct meaning_cursor at = {0};
  struct meaning one;
  for (size_t i = 0; i < ROWS; i++) {
    if (!meaning_next(book, number, &at, &one)) fail_msg("row %zu is missing", i);
    assert_str(one.name, rows[i].name);
    assert_int_equal(one.kind, rows[i].kind);
    assert_str(one.first, rows[i].first);
    assert_str(one.text, rows[i].text);
    assert_true(one.decl == decl_of(one.first));
  }
  assert_false(meaning_next(book, number, &at, &one));
  assert_false(meaning_next(book, number, &at, &one));
  bench_free(bench);
}

/* What names mean is what records know them by. */
static void decls_agree(void **unused) {
  (void)unused;
  struct bench *bench = bench_new();
  const struct rulebook *book = bench_good(bench, campaign_text);
  for (uint32_t c = 0; c < book->campaign_count; c++) {
    struct meaning_cursor at = {0};
    struct meaning one;
    while (meaning_next(book, c, &at, &one)) {
      if (one.kind == MEANING_FACT) assert_true(one.decl == book->facts[one.number].decl);
      if (one.kind == MEANING_LIMIT) assert_true(one.decl == book->limits[one.number].decl);
      if (one.kind == MEANING_POOL) assert_true(one.decl == book->pools[one.number].decl);
      if (one.kind == MEANING_CHANCE) assert_true(one.decl == book->chances[one.number].decl);
      if (one.kind == MEANING_RULE) assert_true(one.decl == book->rules[one.number].decl);
    }
  }
  bench_free(bench);
}

/* ---- content, source, what is cited ---- */

static const struct campaign *campaign_of(const struct rulebook *book, const char *id) {
  for (uint32_t i = 0; i < book->campaign_count; i++)
    if (str_equal(book->campaigns[i].id, str_of(id))) return &book->campaigns[i];
  fail_msg("no campaign %s", id);
  return NULL;
}

#define PROGRAMME(id, rest) "{\"id\":\"" id "\",\"version\":1,\"name\":{\"zh\":\"p\",\"en\":\"p\"}," rest "}"

static void content_is_json(void **unused) {
  (void)unused;
  static const char *const forms[] = {
      PROGRAMME("p", "\"lists\":{\"a\":[\"1\",\"2\"],\"b\":[\"3\"]}"),
      "{ \"lists\" : {\"b\":[ \"\\u0033\" ],\n\"a\":[\"1\", \"2\"]},\"name\":{\"en\":\"p\",\"zh\":\"p\"},\"version\":1,\"id\":\"p\"}\n",
      PROGRAMME("p", "\"lists\":{\"a\":[\"2\",\"1\"],\"b\":[\"3\"]}"),
  };
  uint64_t contents[3];
  struct bench *bench = bench_new();
  for (uint32_t i = 0; i < 3; i++) {
    struct source source = {STR("p.json"), str_of(forms[i])};
    bench_read(bench, &source, 1);
    assert_int_equal(bench->status, STATUS_OK);
    contents[i] = bench->book->campaigns[0].content;
    assert_true(bench->book->campaigns[0].source_text.at == forms[i]);
  }
  assert_true(contents[0] == contents[1] && contents[0] != contents[2]);
  bench_free(bench);
}

static void cited(void **unused) {
  (void)unused;
  static const char *const campaign = BENCH_HEAD "\"rules\":[{\"id\":\"r\",\"on\":{\"activity\":\"p/paid\"}," BENCH_GIVE
                                                 "\"schedule\":\"friday\",\"limits\":[\"p/one\"]}]}";
  struct source sources[4] = {
      {STR("c.json"), str_of(campaign)},
      {STR("bank.json"), STR(BENCH_BANK)},
      {STR("p.json"), STR(PROGRAMME("p",
                                    "\"activities\":{\"paid\":[{\"activity\":\"a/pay\"}]},"
                                    "\"limits\":{\"one\":{\"count\":1,\"per\":[\"customer\"],\"period\":\"day\"}}"))},
      {STR("a.json"), STR(PROGRAMME("a", "\"activities\":{\"pay\":[\"bill.paid\"],\"more\":[\"login\"]}"))}};
  struct bench *bench = bench_new();
  bench_read(bench, sources, 4);
  if (bench->status != STATUS_OK) bench_tell(bench);
  assert_int_equal(bench->status, STATUS_OK);
  const struct campaign *c = campaign_of(bench->book, "c"), *p = campaign_of(bench->book, "p");
  assert_int_equal(c->cited_count, 3);
  assert_str(bench->book->campaigns[bench->book->refs[c->cited_first]].id, "a");
  assert_str(bench->book->campaigns[bench->book->refs[c->cited_first + 1]].id, "bank");
  assert_str(bench->book->campaigns[bench->book->refs[c->cited_first + 2]].id, "p");
  assert_true(p->cited_count == 1 && campaign_of(bench->book, "a")->cited_count == 0);
  assert_true(p->limit_count == 1 && bench->book->limits[p->limit_first].rule == NONE);
  char digest[16]; /* and its digest covers what it cites through others */
  memcpy(digest, c->digest.at, 16);
  sources[3].text = STR(PROGRAMME("a", "\"activities\":{\"pay\":[\"bill.paid\"],\"more\":[\"checkin\"]}"));
  bench_read(bench, sources, 4);
  assert_int_equal(bench->status, STATUS_OK);
  assert_memory_not_equal(digest, campaign_of(bench->book, "c")->digest.at, 16);
  bench_free(bench);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(sentences), cmocka_unit_test(decls_agree), cmocka_unit_test(content_is_json),
                                     cmocka_unit_test(cited)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
