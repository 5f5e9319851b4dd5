/* What is refused and what is warned of, by table: every construct of the language that is not served yet, by its name; and everything that
 * could go wrong commercially, each beside a twin that is sound. The broken files beside this test hold what else may be wrong. */
#include "bench.h"

#define RULE(body) BENCH_HEAD "\"rules\":[{\"id\":\"r\"," body "}]}"
#define ON "\"on\":\"txn.card_spend\","
#define FACT(body) BENCH_HEAD "\"facts\":{\"f\":" body "},\"rules\":[{\"id\":\"r\"," ON BENCH_GIVE BENCH_LIMITS "}]}"
#define HEADER(body) BENCH_HEAD body ",\"rules\":[{\"id\":\"r\"," ON BENCH_GIVE BENCH_LIMITS "}]}"
#define PRIZE(value)                                                     \
  "{\"id\":\"a\",\"weight\":1,\"reward\":\"voucher\",\"value\":\"" value \
  "\",\"pool\":{\"stock\":5}},{\"id\":\"n\",\"weight\":9,\"nothing\":true}"

struct not_served {
  const char *text, *pointer;
};
static const struct not_served not_served[] = {
    {RULE("\"on\":{\"close\":\"month\",\"as\":\"referrer\"}," BENCH_GIVE BENCH_LIMITS), "/rules/0/on/as"},
    {BENCH_HEAD
     "\"facts\":{\"f\":{\"measure\":\"count\",\"on\":\"login\",\"window\":\"month\"}},\"rules\":[{\"id\":\"r\",\"on\":{\"fact\":\"f\","
     "\"as\":\"referrer\"},\"give\":{\"reward\":\"points\",\"value\":{\"by\":\"fact.f\",\"bands\":[{\"from\":2,\"value\":5}],\"pay\":"
     "\"each\"},\"pool\":{\"budget\":9}}," BENCH_LIMITS "}]}",
     "/rules/0/give/value/pay"},
    {RULE(ON "\"when\":{\"week\":\"2027-W01\"}," BENCH_GIVE BENCH_LIMITS), "/rules/0/when/week"},
    {RULE(ON "\"give\":{\"reward\":\"goods\",\"count\":{\"by\":\"amount\",\"bands\":[{\"from\":\"1.00\",\"value\":1}],\"pay\":\"each\"},"
             "\"pool\":{\"stock\":1}}," BENCH_LIMITS),
     "/rules/0/give/count/pay"},
    {FACT("{\"measure\":\"count\",\"on\":\"login\",\"window\":\"day\",\"per\":[\"device\"]}"), "/facts/f/per"},
    {FACT("{\"first\":\"login\",\"per\":[\"device\"]}"), "/facts/f/per"},
    {FACT("{\"track\":{\"opens\":\"login\",\"tasks\":[{\"id\":\"a\",\"on\":\"checkin\",\"match\":[\"channel\"]},{\"id\":\"b\",\"on\":"
          "\"checkin\"}]}}"),
     "/facts/f/track/tasks/1"},
    {"{\"id\":\"c\",\"version\":1,\"name\":{\"zh\":\"c\",\"en\":\"c\"},\"period\":{\"from\":\"2027-01-01\",\"to\":\"2027-03-31\","
     "\"zone\":\"America/"
     "New_York\"},\"audience\":{\"include\":[\"tag:x\"],\"as_of\":\"2026-12-31\",\"when\":{\"profile.age\":{\"gte\":18}}},\"rules\":[{"
     "\"id\":\"r\"," ON BENCH_GIVE BENCH_LIMITS "}]}",
     "/audience/when"},
};

static void every_construct_not_served(void **unused) {
  (void)unused;
  struct bench *bench = bench_new();
  uint32_t failed = 0;
  for (size_t i = 0; i < sizeof not_served / sizeof not_served[0]; i++) {
    bench_campaign(bench, not_served[i].text);
    if (bench->status == STATUS_INPUT && bench->book == NULL && bench_says(bench, CHECK_NOT_SERVED, not_served[i].pointer)) continue;
    print_message("%s is not refused:\n", not_served[i].pointer);
    bench_tell(bench);
    failed++;
  }
  assert_int_equal(failed, 0);
  bench_free(bench);
}

/* ---- commercially ---- */

struct commercial {
  const char *bad;
  enum check_code code;
  const char *pointer, *good;
};
static const struct commercial commercial[] = {
    {RULE(ON "\"when\":{\"channel\":\"qr\",\"not\":{\"mcc\":\"1\"},\"all\":[{\"channel\":\"pos\"}]}," BENCH_GIVE BENCH_LIMITS),
     CHECK_CANNOT_HOLD, "/rules/0/when/all/0/channel",
     RULE(ON "\"when\":{\"channel\":\"qr\",\"all\":[{\"channel\":[\"qr\",\"pos\"]}]}," BENCH_GIVE BENCH_LIMITS)},
    {RULE("\"on\":{\"activity\":\"spend\"},\"when\":{\"status\":\"failed\"}," BENCH_GIVE BENCH_LIMITS), CHECK_CANNOT_HOLD,
     "/rules/0/when/status",
     RULE("\"on\":[{\"activity\":\"spend\"},\"txn.transfer\"],\"when\":{\"status\":\"failed\"}," BENCH_GIVE BENCH_LIMITS)},
    {RULE(ON
          "\"when\":{\"mcc\":{\"in_list\":\"dining\"},\"any\":[{\"amount\":{\"gte\":\"9.00\"}}],\"all\":[{\"mcc\":\"5815\"}]}," BENCH_GIVE
              BENCH_LIMITS),
     CHECK_CANNOT_HOLD, "/rules/0/when/all/0/mcc",
     RULE(ON "\"when\":{\"mcc\":{\"in_list\":\"dining\"},\"all\":[{\"mcc\":\"5812\"}]}," BENCH_GIVE BENCH_LIMITS)},
    {RULE(ON "\"when\":{\"mcc\":{\"in_list\":\"tea\",\"ne\":\"5815\"}}," BENCH_GIVE BENCH_LIMITS), CHECK_CANNOT_HOLD, "/rules/0/when/mcc",
     RULE(ON "\"when\":{\"mcc\":{\"in_list\":\"dining\",\"ne\":\"5811\"}}," BENCH_GIVE BENCH_LIMITS)},
    {RULE(ON "\"when\":{\"amount\":{\"gt\":\"5.00\",\"lte\":\"5.00\"}}," BENCH_GIVE BENCH_LIMITS), CHECK_CANNOT_HOLD,
     "/rules/0/when/amount", RULE(ON "\"when\":{\"amount\":{\"gte\":\"5.00\",\"lte\":\"5.00\"}}," BENCH_GIVE BENCH_LIMITS)},
    {RULE("\"on\":{\"event\":\"login\",\"when\":{\"amount\":{\"gte\":\"5.00\"}}}," BENCH_GIVE BENCH_LIMITS), CHECK_CANNOT_HOLD,
     "/rules/0/on/when/amount",
     RULE("\"on\":{\"event\":\"login\",\"when\":{\"amount\":{\"exists\":false},\"device\":\"d\"}}," BENCH_GIVE BENCH_LIMITS)},
    {RULE(ON "\"schedule\":{\"from\":\"2027-05-01\"}," BENCH_GIVE BENCH_LIMITS), CHECK_CANNOT_HOLD, "/rules/0/schedule",
     RULE(ON "\"schedule\":{\"from\":\"2027-03-01\"}," BENCH_GIVE BENCH_LIMITS)},
    {RULE(ON "\"schedule\":{\"to\":\"2026-12-31\"}," BENCH_GIVE BENCH_LIMITS), CHECK_CANNOT_HOLD, "/rules/0/schedule",
     RULE(ON "\"schedule\":{\"to\":\"2027-01-01\"}," BENCH_GIVE BENCH_LIMITS)},
    {RULE("\"on\":\"login\"," BENCH_GIVE "\"limits\":[{\"count\":1,\"per\":[\"merchant\"],\"period\":\"day\"}]"), CHECK_CANNOT_HOLD,
     "/rules/0/limits/0",
     RULE("\"on\":\"login\"," BENCH_GIVE "\"limits\":[{\"count\":1,\"per\":[\"merchant\"],\"period\":\"day\",\"missing\":\"skip\"}]")},
    {RULE("\"on\":\"login\",\"once_per\":[\"card\"]," BENCH_GIVE BENCH_LIMITS), CHECK_CANNOT_HOLD, "/rules/0/once_per",
     RULE("\"on\":\"login\",\"once_per\":[\"device\"]," BENCH_GIVE BENCH_LIMITS)},
    {RULE("\"on\":\"login\",\"give\":{\"reward\":\"voucher\",\"value\":{\"percent\":\"5%\",\"of\":\"amount\",\"max\":\"5.00\"},\"pool\":{"
          "\"stock\":5}}," BENCH_LIMITS),
     CHECK_CANNOT_HOLD, "/rules/0/give/value",
     RULE(ON "\"give\":{\"reward\":\"voucher\",\"value\":{\"percent\":\"5%\",\"of\":\"amount\",\"max\":\"5.00\"},\"pool\":{\"stock\":5}}"
             "," BENCH_LIMITS)},
    {RULE(ON "\"give\":{\"first_of\":[{\"id\":\"a\",\"reward\":\"goods\",\"pool\":{\"stock\":1}},{\"id\":\"b\",\"reward\":\"goods\","
             "\"pool\":{\"stock\":1}}]}," BENCH_LIMITS),
     CHECK_CANNOT_HOLD, "/rules/0/give/first_of/1",
     RULE(ON "\"give\":{\"first_of\":[{\"id\":\"a\",\"reward\":\"goods\",\"when_empty\":\"skip\",\"pool\":{\"stock\":1}},"
             "{\"id\":\"b\",\"reward\":\"goods\",\"pool\":{\"stock\":1}}]}," BENCH_LIMITS)},
    {RULE(ON "\"give\":{\"reward\":\"goods\",\"pool\":{\"budget\":\"100.00\"}}," BENCH_LIMITS), CHECK_BAD_POOL, "/rules/0/give/pool",
     RULE(ON "\"give\":{\"reward\":\"goods\",\"value\":\"5.00\",\"pool\":{\"budget\":\"100.00\"}}," BENCH_LIMITS)},
    {RULE(ON "\"give\":{\"reward\":\"points\",\"value\":5,\"pool\":{\"budget\":\"100.00\"}}," BENCH_LIMITS), CHECK_BAD_POOL,
     "/rules/0/give/pool", RULE(ON "\"give\":{\"reward\":\"points\",\"value\":5,\"pool\":{\"budget\":100}}," BENCH_LIMITS)},
    {RULE(ON BENCH_GIVE "\"limits\":[{\"amount\":500,\"per\":[\"customer\"],\"period\":\"month\"}]"), CHECK_BAD_LIMIT,
     "/rules/0/limits/0/amount", RULE(ON BENCH_GIVE "\"limits\":[{\"amount\":\"500.00\",\"per\":[\"customer\"],\"period\":\"month\"}]")},
    {RULE(ON BENCH_GIVE "\"limits\":[\"card-once\",\"card-once\"]"), CHECK_BAD_LIMIT, "/rules/0/limits/1",
     RULE(ON BENCH_GIVE "\"limits\":[\"card-once\"]")},
    {RULE(ON "\"give\":{\"draw_of\":[" PRIZE("50000.01") "],\"when_empty\":\"lose\"}," BENCH_LIMITS), CHECK_PRIZE_CEILING,
     "/rules/0/give/draw_of/0/value", RULE(ON "\"give\":{\"draw_of\":[" PRIZE("50000.00") "],\"when_empty\":\"lose\"}," BENCH_LIMITS)},
    {RULE(ON "\"give\":{\"id\":\"x\",\"reward\":\"goods\",\"pool\":{\"stock\":1},\"or_else\":{\"id\":\"x\",\"reward\":\"goods\",\"pool\":{"
             "\"stock\":1}}}," BENCH_LIMITS),
     CHECK_NAME_CLASH, "/rules/0/give/or_else/pool",
     RULE(ON "\"give\":{\"id\":\"x\",\"reward\":\"goods\",\"pool\":{\"stock\":1},\"or_else\":{\"id\":\"y\",\"reward\":\"goods\",\"pool\":{"
             "\"stock\":1}}}," BENCH_LIMITS)},
    {BENCH_HEAD "\"limits\":{\"r\":{\"count\":1,\"per\":[\"customer\"],\"period\":\"day\"}},\"rules\":[{\"id\":\"r\"," ON BENCH_GIVE
                "\"limits\":[\"r\"]}]}",
     CHECK_NAME_CLASH, "/limits/r",
     BENCH_HEAD "\"limits\":{\"q\":{\"count\":1,\"per\":[\"customer\"],\"period\":\"day\"}},\"rules\":[{\"id\":\"r\"," ON BENCH_GIVE
                "\"limits\":[\"q\"]}]}"},
    {BENCH_HEAD "\"facts\":{\"n\":{\"measure\":\"count\",\"on\":\"login\",\"window\":\"month\"}},\"rules\":[{\"id\":\"r\",\"on\":{\"fact\":"
                "\"n\"}," BENCH_GIVE BENCH_LIMITS "}]}",
     CHECK_BAD_TRIGGER, "/rules/0/on/fact",
     BENCH_HEAD
     "\"facts\":{\"n\":{\"measure\":\"count\",\"on\":\"login\",\"window\":\"month\"}},\"rules\":[{\"id\":\"r\",\"on\":{\"fact\":\"n\"},"
     "\"when\":{\"fact.n\":{\"gte\":3}}," BENCH_GIVE BENCH_LIMITS "}]}"},
    {BENCH_HEAD "\"rules\":[{\"id\":\"r\"," ON
                "\"give\":{\"reward\":\"chance\",\"chance\":\"k\",\"valid\":{\"to\":{\"after\":\"P8D\"}}}," BENCH_LIMITS
                "},{\"id\":\"s\",\"on\":\"reward.claimed\",\"spends\":\"k\"," BENCH_GIVE BENCH_LIMITS "}]}",
     CHECK_SHORT_CLOSING, "/period",
     BENCH_HEAD "\"rules\":[{\"id\":\"r\"," ON
                "\"give\":{\"reward\":\"chance\",\"chance\":\"k\",\"valid\":{\"to\":{\"after\":\"P7D\"}}}," BENCH_LIMITS
                "},{\"id\":\"s\",\"on\":\"reward.claimed\",\"spends\":\"k\"," BENCH_GIVE BENCH_LIMITS "}]}"},
    {RULE("\"on\":\"txn.reversed\",\"when\":{\"original_time\":{\"older_than\":\"P1D\"}}," BENCH_GIVE BENCH_LIMITS), CHECK_BAD_OPERATOR,
     "/rules/0/when/original_time/older_than",
     RULE(ON "\"when\":{\"fact.last_login.at\":{\"older_than\":\"P1D\"}}," BENCH_GIVE BENCH_LIMITS)},
    {FACT("{\"measure\":\"count\",\"on\":{\"fact\":\"logins\"},\"window\":\"day\"}"), CHECK_BAD_TRIGGER, "/facts/f/on/fact",
     FACT("{\"measure\":\"count\",\"on\":{\"activity\":\"spend\"},\"window\":\"day\"}")},
    {RULE(ON "\"when\":{\"chance.card\":\"x\"}," BENCH_GIVE BENCH_LIMITS), CHECK_BAD_CONDITION, "/rules/0/when/chance.card",
     RULE(ON "\"when\":{\"card\":\"x\"}," BENCH_GIVE BENCH_LIMITS)},
    {RULE(ON "\"when\":{\"rule_reward.value\":{\"gte\":\"1.00\"}}," BENCH_GIVE BENCH_LIMITS), CHECK_BAD_CONDITION,
     "/rules/0/when/rule_reward.value", RULE(ON BENCH_GIVE BENCH_LIMITS)},
};

static bool good_is_quiet(struct bench *bench, const struct commercial *row) {
  bench_campaign(bench, row->good);
  return bench->status == STATUS_OK && !bench_says(bench, row->code, row->pointer);
}

static void commercial_errors(void **unused) {
  (void)unused;
  struct bench *bench = bench_new();
  uint32_t failed = 0;
  for (size_t i = 0; i < sizeof commercial / sizeof commercial[0]; i++) {
    const struct commercial *row = &commercial[i];
    bench_campaign(bench, row->bad);
    bool told = bench->status == STATUS_INPUT && bench_says(bench, row->code, row->pointer);
    if (told && good_is_quiet(bench, row)) continue;
    print_message("row %zu, %s %s: %s\n", i, check_codes[row->code].code, row->pointer, told ? "its sound twin is refused" : "not told");
    bench_tell(bench);
    failed++;
  }
  assert_int_equal(failed, 0);
  bench_free(bench);
}

#define TWO(first, second) BENCH_HEAD "\"rules\":[{\"id\":\"r\"," first "},{\"id\":\"s\"," second "}]}"
static const struct commercial warnings[] = {
    {TWO(ON "\"when\":{\"amount\":{\"gte\":\"5.00\"}}," BENCH_GIVE BENCH_LIMITS,
         ON "\"when\":{\"amount\":{\"gte\":\"9.00\"}}," BENCH_GIVE BENCH_LIMITS),
     CHECK_PAYS_TWICE, "/rules/1",
     TWO(ON "\"when\":{\"amount\":{\"lt\":\"9.00\"}}," BENCH_GIVE BENCH_LIMITS,
         ON "\"when\":{\"amount\":{\"gte\":\"9.00\"}}," BENCH_GIVE BENCH_LIMITS)},
    {TWO(ON BENCH_GIVE BENCH_LIMITS, ON BENCH_GIVE BENCH_LIMITS), CHECK_PAYS_TWICE, "/rules/1",
     TWO(ON BENCH_GIVE "\"limits\":[\"card-once\"]", ON BENCH_GIVE "\"limits\":[\"card-once\"]")},
    {TWO(ON BENCH_GIVE BENCH_LIMITS, ON BENCH_GIVE BENCH_LIMITS), CHECK_PAYS_TWICE, "/rules/1",
     TWO(ON "\"schedule\":{\"days\":[\"workday\"]}," BENCH_GIVE BENCH_LIMITS,
         ON "\"schedule\":{\"days\":[\"restday\"]}," BENCH_GIVE BENCH_LIMITS)},
    {RULE(ON BENCH_GIVE "\"limits\":\"unlimited\""), CHECK_NO_LIMIT_AT_ALL, "/rules/0/limits", RULE(ON BENCH_GIVE BENCH_LIMITS)},
    {RULE(ON "\"give\":{\"reward\":\"voucher\",\"value\":\"5.00\",\"pool\":\"unlimited\"}," BENCH_LIMITS), CHECK_WIDE_OPEN,
     "/rules/0/give/pool", RULE(ON BENCH_GIVE BENCH_LIMITS)},
    {RULE(ON "\"give\":{\"reward\":\"voucher\",\"value\":\"5.00\",\"pool\":{\"budget\":\"4.99\"}}," BENCH_LIMITS), CHECK_POOL_TOO_SMALL,
     "/rules/0/give/pool", RULE(ON "\"give\":{\"reward\":\"voucher\",\"value\":\"5.00\",\"pool\":{\"budget\":\"5.00\"}}," BENCH_LIMITS)},
    {HEADER("\"lists\":{\"spare\":[\"a\"]}"), CHECK_UNUSED, "/lists/spare",
     RULE(ON "\"when\":{\"mcc\":{\"in_list\":\"tea\"}}," BENCH_GIVE BENCH_LIMITS)},
    {HEADER("\"schedules\":{\"spare\":{\"days\":[\"mon\"]}}"), CHECK_UNUSED, "/schedules/spare", RULE(ON BENCH_GIVE BENCH_LIMITS)},
    {HEADER("\"activities\":{\"spare\":[\"login\"]}"), CHECK_UNUSED, "/activities/spare", RULE(ON BENCH_GIVE BENCH_LIMITS)},
};

static void commercial_warnings(void **unused) {
  (void)unused;
  struct bench *bench = bench_new();
  uint32_t failed = 0;
  for (size_t i = 0; i < sizeof warnings / sizeof warnings[0]; i++) {
    const struct commercial *row = &warnings[i];
    bench_campaign(bench, row->bad);
    bool told = bench->status == STATUS_OK && bench_says(bench, row->code, row->pointer);
    if (told && good_is_quiet(bench, row)) continue;
    print_message("row %zu, %s %s: %s\n", i, check_codes[row->code].code, row->pointer, told ? "its sound twin is warned of" : "not told");
    bench_tell(bench);
    failed++;
  }
  assert_int_equal(failed, 0);
  bench_free(bench);
}

static void programme_ends_first(void **unused) {
  (void)unused;
  static const char *const campaign =
      "{\"id\":\"c\",\"version\":1,\"name\":{\"zh\":\"c\",\"en\":\"c\"},\"period\":{\"from\":\"2027-12-01\",\"to\":\"2028-01-31\"},"
      "\"audience\":\"everyone\",\"rules\":[{\"id\":\"r\",\"on\":{\"activity\":\"spend\"}," BENCH_GIVE BENCH_LIMITS "}]}";
  struct bench *bench = bench_new();
  bench_campaign(bench, campaign);
  assert_int_equal(bench->status, STATUS_OK);
  assert_true(bench_says(bench, CHECK_ENDED, "/period"));
  bench_free(bench);
}

/* What a campaign with rules declares is its own. */
static void only_programmes_are_cited(void **unused) {
  (void)unused;
  static const char *const other =
      "{\"id\":\"d\",\"version\":1,\"name\":{\"zh\":\"d\",\"en\":\"d\"},\"period\":{\"from\":\"2027-01-01\",\"to\":\"2027-03-31\"},"
      "\"audience\":\"everyone\",\"pools\":{\"p\":{\"stock\":5}},\"rules\":[{\"id\":\"r\",\"on\":\"login\","
      "\"give\":{\"reward\":\"goods\",\"pool\":\"p\"}," BENCH_LIMITS "}]}";
  static const char *const citing = RULE(ON "\"give\":{\"reward\":\"goods\",\"pool\":\"d/p\"}," BENCH_LIMITS);
  struct bench *bench = bench_new();
  struct source sources[3] = {{STR("bank.json"), STR(BENCH_BANK)}, {STR("d.json"), str_of(other)}, {STR("c.json"), str_of(citing)}};
  bench_read(bench, sources, 2);
  assert_int_equal(bench->status, STATUS_OK);
  bench_read(bench, sources, 3);
  assert_int_equal(bench->status, STATUS_INPUT);
  assert_true(bench_says(bench, CHECK_UNKNOWN_REF, "/rules/0/give/pool"));
  bench_free(bench);
}

/* ---- all errors of all files at once ---- */

static void all_at_once(void **unused) {
  (void)unused;
  struct bench *bench = bench_new();
  struct source sources[5] = {{STR("z.json"), STR("{\"id\":\"z\"")},
                              {STR("bank.json"), STR(BENCH_BANK)},
                              {STR("a.json"), str_of(RULE("\"on\":\"logn\",\"when\":{\"mccs\":1}," BENCH_GIVE BENCH_LIMITS))},
                              {STR("m.json"), STR("[]")},
                              {STR("lists/Staff list.txt"), STR("x")}};
  bench_read(bench, sources, 5);
  assert_int_equal(bench->status, STATUS_INPUT);
  assert_true(bench_says(bench, CHECK_UNKNOWN_EVENT, "/rules/0/on") && bench_says(bench, CHECK_UNKNOWN_FIELD, "/rules/0/when/mccs"));
  assert_true(bench_says(bench, CHECK_SYNTAX, "") && bench_says(bench, CHECK_NOT_OBJECT, "") && bench_says(bench, CHECK_BAD_ID, ""));
  for (uint32_t i = 1; i < bench->findings.count; i++)
    assert_true(str_compare(bench->findings.items[i - 1].file, bench->findings.items[i].file) <= 0);
  for (uint32_t i = 0; i < bench->findings.count; i++) {
    const struct finding *finding = &bench->findings.items[i];
    if (finding->code == CHECK_SYNTAX) assert_true(finding->line == 1 && finding->column > 0);
    assert_true(finding->text.length > 0 && finding->remedy.length > 0);
  }
  bench_free(bench);
}

/* ---- lists that are still being written ---- */

/* Of a list that is written from front to end every state but those at the end of a line is refused, and so is the empty one. */
static void lists_that_are_cut(void **unused) {
  (void)unused;
  static const char whole[] = "# staff\nc1\r\nc22\n\n# more\nc3\n";
  struct bench *bench = bench_new();
  for (size_t length = 0; length < sizeof whole; length++) {
    struct source sources[2] = {{STR("bank.json"), STR(BENCH_BANK)}, {STR("lists/staff.txt"), {whole, length}}};
    const bool good = length > 0 && whole[length - 1] == '\n';
    bench_read(bench, sources, 2);
    assert_int_equal(bench->status, good ? STATUS_OK : STATUS_INPUT);
    assert_int_equal(bench_says(bench, CHECK_LIST_CUT, ""), !good);
    if (good) continue;
    assert_true(bench->findings.errors == 1 && bench->findings.items[0].line >= 1);
    assert_int_equal(str_find(bench->findings.items[0].text, STR("the file is empty")) != NULL, length == 0);
  }
  bench_free(bench);
}

static void every_code_has_words(void **unused) {
  (void)unused;
  for (unsigned i = 0; i < CHECK_CODE_COUNT; i++) {
    assert_non_null(check_codes[i].code);
    assert_true(check_codes[i].text_en[0] != 0 && check_codes[i].text_zh[0] != 0 && check_codes[i].remedy_en[0] != 0);
    for (unsigned j = 0; j < i; j++) assert_string_not_equal(check_codes[i].code, check_codes[j].code);
  }
}

/* ---- a bank's own events ---- */

static void catalogue_extension(void **unused) {
  (void)unused;
  static const char *const good =
      "{\"fields\":[{\"event_name\":\"fee_minor\",\"kind\":\"money\"},{\"event_name\":\"seat\",\"campaign_name\":\"place_of\",\"kind\":"
      "\"text\"}],"
      "\"types\":[{\"name\":\"event.booked\",\"reversible\":true,\"fields\":[\"fee_minor\",\"seat\"],\"help\":{\"en\":\"booked\"}}]}";
  static const struct {
    const char *text;
    enum check_code code;
    const char *pointer;
  } bad[] = {
      {"{\"fields\":[{\"event_name\":\"mcc\",\"kind\":\"text\"}]}", CHECK_BAD_ID, "/fields/0/event_name"},
      {"{\"fields\":[{\"event_name\":\"fee\",\"kind\":\"money\"}]}", CHECK_BAD_ID, "/fields/0/event_name"},
      {"{\"fields\":[{\"event_name\":\"seat\",\"kind\":\"string\"}]}", CHECK_BAD_VALUE, "/fields/0/kind"},
      {"{\"types\":[{\"name\":\"login\"}]}", CHECK_BAD_ID, "/types/0/name"},
      {"{\"types\":[{\"name\":\"x.y\",\"fields\":[\"nowhere\"]}]}", CHECK_UNKNOWN_FIELD, "/types/0/fields/0"},
      {"{\"types\":[{\"name\":\"login\",\"help\":{\"en\":\"x\"}}]}", CHECK_BAD_ID, "/types/0/name"},     /* it adds nothing */
      {"{\"types\":[{\"name\":\"event.booked\",\"fields\":[\"mcc\"]}]}", CHECK_BAD_ID, "/types/0/name"}, /* a bank's own, twice */
      {"{\"types\":[{\"name\":\"txn.transfer\",\"fields\":[\"nowhere\"]}]}", CHECK_UNKNOWN_FIELD, "/types/0/fields/0"},
      {"{\"types\":[{\"name\":\"txn.transfer\",\"reversible\":false,\"fields\":[\"mcc\"]}]}", CHECK_BAD_VALUE, "/types/0/reversible"},
      {"{\"types\":[{\"name\":\"txn.transfer\",\"words\":[\"mcc\"]}]}", CHECK_WRONG_TYPE, "/types/0/words"},
      {"{\"types\":[{\"name\":\"txn.transfer\",\"words\":{\"methd\":[\"x\"]}}]}", CHECK_UNKNOWN_FIELD, "/types/0/words/methd"},
      {"{\"types\":[{\"name\":\"txn.transfer\",\"words\":{\"method\":[]}}]}", CHECK_BAD_VALUE, "/types/0/words/method"},
      {"{\"types\":[{\"name\":\"txn.transfer\",\"words\":{\"method\":[1]}}]}", CHECK_WRONG_TYPE, "/types/0/words/method/0"},
      {"{\"types\":[{\"name\":\"txn.transfer\",\"words\":{\"mcc\":[\"5812\"]}}]}", CHECK_BAD_VALUE, "/types/0/words/mcc"}, /* not carried */
      {"{\"types\":[{\"name\":\"txn.transfer\",\"words\":{\"amount_minor\":[\"1\"]}}]}", CHECK_BAD_VALUE, "/types/0/words/amount_minor"},
      {"{\"names\":[]}", CHECK_WRONG_TYPE, "/names"},
      {"{\"names\":{\"A\":{\"en\":\"a\"}}}", CHECK_MISSING_KEY, "/names/A"},
      {"{\"names\":{\"A\":{\"en\":\"a\",\"zh\":\"\"}}}", CHECK_BAD_VALUE, "/names/A/zh"},
      {"{\"names\":{\"A\":{\"en\":\"a\",\"zh\":\"b\",\"fr\":\"c\"}}}", CHECK_UNKNOWN_KEY, "/names/A/fr"},
      {"{\"type\":[]}", CHECK_UNKNOWN_KEY, "/type"},
      {"[1]", CHECK_WRONG_TYPE, ""},
      {"{", CHECK_SYNTAX, ""},
  };
  struct bench *bench = bench_new();
  assert_int_equal(catalogue_extend(&bench->catalogue, (struct source){STR("catalogue.json"), str_of(good)}, &bench->arena,
                                    &bench->findings, &bench->fault),
                   STATUS_OK);
  uint16_t type = catalogue_type(&bench->catalogue, STR("event.booked")),
           seat = catalogue_campaign_field(&bench->catalogue, STR("place_of"));
  assert_true(type != TYPE_UNKNOWN && bench->catalogue.types[type].reversible && seat != FIELD_NONE);
  assert_int_equal(bench->catalogue.fields[catalogue_campaign_field(&bench->catalogue, STR("fee"))].kind, FIELD_MONEY);
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
    bench->findings = (struct findings){0};
    struct source source = {STR("catalogue.json"), str_of(bad[i].text)};
    enum status status = catalogue_extend(&bench->catalogue, source, &bench->arena, &bench->findings, &bench->fault);
    if (status != STATUS_INPUT || !bench_says(bench, bad[i].code, bad[i].pointer)) fail_msg("%s is not told", bad[i].text);
  }
  bench_free(bench);
}

static void extend(struct bench *bench, const char *text) {
  struct source source = {STR("catalogue.json"), str_of(text)};
  enum status status = catalogue_extend(&bench->catalogue, source, &bench->arena, &bench->findings, &bench->fault);
  if (status != STATUS_OK) fail_msg("%s: %s", text, bench->fault.text);
}

/* What a file adds to giftd's own types comes to what they have, from several files too. */
static void own_types_are_extended(void **unused) {
  (void)unused;
  struct bench *bench = bench_new();
  struct catalogue *catalogue = &bench->catalogue;
  uint16_t enrolled = TYPE_ID_ENROLLED, transfer = catalogue_type(catalogue, STR("txn.transfer"));
  uint16_t mcc = FIELD_ID_MCC, method = catalogue_field(catalogue, STR("method")), words = catalogue->word_count;
  assert_false(catalogue_carries(catalogue, enrolled, mcc) || catalogue_carries(catalogue, transfer, mcc));
  extend(bench,
         "{\"fields\":[{\"event_name\":\"kiosk\",\"kind\":\"text\"}],"
         "\"types\":[{\"name\":\"campaign.enrolled\",\"fields\":[\"kiosk\",\"mcc\"]},"
         "{\"name\":\"txn.transfer\",\"reversible\":true,\"fields\":[\"mcc\"],\"words\":{\"method\":[\"teller\",\"voice\"]}}]}");
  extend(bench,
         "{\"types\":[{\"name\":\"campaign.enrolled\",\"words\":{\"kiosk\":[\"k1\"]},\"help\":{\"en\":\"signed\"}},"
         "{\"name\":\"txn.transfer\",\"fields\":[\"mcc\",\"kiosk\"]}]}");
  uint16_t kiosk = catalogue_field(catalogue, STR("kiosk"));
  assert_true(catalogue_carries(catalogue, enrolled, kiosk) && catalogue_carries(catalogue, enrolled, mcc));
  assert_true(catalogue_carries(catalogue, enrolled, FIELD_ID_CAMPAIGN) && catalogue_carries(catalogue, enrolled, FIELD_ID_DEVICE));
  assert_true(catalogue_carries(catalogue, transfer, kiosk) && catalogue_carries(catalogue, transfer, mcc));
  assert_true(catalogue->types[transfer].reversible && catalogue_carries(catalogue, transfer, FIELD_ID_AMOUNT));
  assert_int_equal(catalogue->word_count, words + 2); /* voice was there */
  assert_true((catalogue->types[transfer].closed[method / 64] >> (method % 64) & 1) != 0);
  assert_true(str_equal(catalogue->types[enrolled].help_en, STR("signed")) && catalogue->types[enrolled].help_zh.length > 0);
  assert_int_equal(catalogue->types[enrolled].closed[kiosk / 64] >> (kiosk % 64) & 1, 1);
  bench_free(bench);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_construct_not_served), cmocka_unit_test(commercial_errors),   cmocka_unit_test(commercial_warnings),
      cmocka_unit_test(programme_ends_first),       cmocka_unit_test(all_at_once),         cmocka_unit_test(lists_that_are_cut),
      cmocka_unit_test(every_code_has_words),       cmocka_unit_test(catalogue_extension), cmocka_unit_test(only_programmes_are_cited),
      cmocka_unit_test(own_types_are_extended),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
