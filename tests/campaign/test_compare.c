/* Two sets of files compared: what goes on, what starts at nothing, and every change that is refused with what to do about it. */
#include "bench.h"

#define DAY (MS_PER_DAY)
/* Midnight of a day from the campaign's first on, 2027-01-01. */
#define AT(day) ((20819LL + (day)) * MS_PER_DAY - 480 * 60000LL)
#define BEFORE AT(-1)
#define RUNNING AT(31)
#define CLOSED AT(97)
#define FORGOTTEN AT(212)
#define REMEMBERED (90 * DAY)

#define CAMPAIGN(version, rest)            \
  "{\"id\":\"c\",\"version\":" version     \
  ",\"name\":{\"zh\":\"c\",\"en\":\"c\"}," \
  "\"period\":{\"from\":\"2027-01-01\",\"to\":\"2027-03-31\"},\"audience\":\"everyone\"," rest "}"
#define ON "\"on\":\"txn.card_spend\","
#define W(more) "\"limits\":{\"w\":{\"count\":1,\"per\":[\"customer\"],\"period\":\"day\"" more "}},"
#define GIVE "\"give\":{\"id\":\"a\",\"reward\":\"voucher\",\"value\":\"5.00\",\"pool\":{\"stock\":10}},"
#define R(id, limits) "\"rules\":[{\"id\":\"" id "\"," ON GIVE "\"limits\":[" limits "]}]"
#define BASE CAMPAIGN("2", W("") R("r", "\"w\""))

struct pair {
  struct bench *before, *after;
  unsigned char *memory;
  struct arena arena, scratch;
  struct changes changes;
  enum status status;
};

static struct pair *pair_new(void) {
  struct pair *pair = calloc(1, sizeof *pair);
  assert_non_null(pair);
  pair->before = bench_new(), pair->after = bench_new();
  pair->memory = malloc(2u << 20);
  assert_non_null(pair->memory);
  return pair;
}

static void pair_free(struct pair *pair) {
  bench_free(pair->before);
  bench_free(pair->after);
  free(pair->memory);
  free(pair);
}

/* "" is a set with the bank alone. */
static void set_read(struct bench *bench, const char *text) {
  struct source sources[2] = {{STR("bank.json"), STR(BENCH_BANK)}, {STR("c.json"), str_of(text)}};
  bench_read(bench, sources, text[0] == 0 ? 1 : 2);
  if (bench->status != STATUS_OK) bench_tell(bench);
  assert_int_equal(bench->status, STATUS_OK);
}

static void compare(struct pair *pair, const char *before, const char *after, int64_t now_ms) {
  struct fault fault;
  set_read(pair->before, before);
  set_read(pair->after, after);
  arena_init(&pair->arena, pair->memory, 1u << 20);
  arena_init(&pair->scratch, pair->memory + (1u << 20), 1u << 20);
  pair->status = meanings_compare(pair->before->book, pair->after->book, (struct about){now_ms, now_ms}, REMEMBERED, &pair->arena,
                                  &pair->scratch, &pair->changes, &fault);
  assert_true(pair->status == (pair->changes.refused == 0 ? STATUS_OK : STATUS_INPUT));
}

static bool has(struct str text, const char *piece) {
  struct str what = str_of(piece);
  for (size_t i = 0; i + what.length <= text.length; i++)
    if (memcmp(text.at + i, what.at, what.length) == 0) return true;
  return false;
}

static void tell(const struct pair *pair) {
  for (uint32_t i = 0; i < pair->changes.count; i++) {
    char memory[2048];
    struct buffer out;
    buffer_init(&out, memory, sizeof memory);
    change_print(&out, &pair->changes.items[i]);
    print_message("    %.*s\n", STR_FORMAT(buffer_text(&out)));
  }
}

/* ---- one change each ---- */

struct row {
  const char *before, *after;
  int64_t now_ms;
  enum change_class class; /* CHANGE_CLASSES: nothing is told */
  bool refused;
  const char *says; /* a piece of its line */
};

/* A value by amount in a currency. */
#define IN(version, currency, from, value)                                                                                          \
  "{\"id\":\"c\",\"version\":" version                                                                                              \
  ",\"name\":{\"zh\":\"c\",\"en\":\"c\"},\"period\":{\"from\":\"2027-01-01\",\"to\":\"2027-03-31\"},"                               \
  "\"currency\":\"" currency "\",\"audience\":\"everyone\",\"rules\":[{\"id\":\"r\"," ON                                            \
  "\"give\":{\"id\":\"a\",\"reward\":\"voucher\",\"value\":{\"by\":\"amount\",\"bands\":[{\"from\":\"" from "\",\"value\":\"" value \
  "\"}]},\"pool\":{\"stock\":10}},\"limits\":\"unlimited\"}]}"

static const struct row rows[] = {
    {IN("2", "JPY", "1000", "50"), IN("3", "JPY", "1000", "60"), RUNNING, CHANGE_GOES_ON, false, ": from 1000: 50 -> from 1000: 60"},
    {IN("2", "BHD", "10.000", "0.500"), IN("3", "BHD", "10.000", "0.600"), RUNNING, CHANGE_GOES_ON, false,
     ": from 10.000: 0.500 -> from 10.000: 0.600"},
    {IN("2", "CNY", "100.00", "5.00"), IN("3", "CNY", "128.00", "5.00"), RUNNING, CHANGE_GOES_ON, false,
     ": from 100.00: 5.00 -> from 128.00: 5.00"},
    {BASE, BASE, RUNNING, CHANGE_CLASSES, false, ""},
    {BASE, CAMPAIGN("2", "\"rules\":[{\"limits\":[\"w\"]," ON GIVE "\"id\":\"r\"}]," W("") "\"lists\":{}"), RUNNING, CHANGE_SAME_VERSION,
     true, "raise \"version\" to 3"},
    {BASE, CAMPAIGN("1", W("") R("r", "\"w\"")), RUNNING, CHANGE_VERSION_BACK, true, "version 2 -> version 1; raise \"version\" to 3"},
    {BASE, "", RUNNING, CHANGE_CAMPAIGN_GONE, true, "bring the file back, or end the campaign first: in version 3"},
    {BASE, "", CLOSED, CHANGE_CAMPAIGN_GONE, false, "c.json"},
    {BASE, "", CLOSED - 1, CHANGE_CAMPAIGN_GONE, true, "bring the file back"},
    {BASE, "", BEFORE, CHANGE_CAMPAIGN_GONE, false, ""},
    {"", BASE, RUNNING, CHANGE_NEW, false, "c: change[NEW]: campaign 'c' starts at nothing"},
    {BASE, CAMPAIGN("3", W("") R("r", "\"w\",{\"count\":9,\"per\":[\"device\"],\"period\":\"day\"}")), RUNNING, CHANGE_NEW, false,
     "if this rule had it before and it was taken out, it goes on where it stood"},
    {BASE, CAMPAIGN("3", "\"limits\":{\"w\":{\"count\":2,\"per\":[\"customer\"],\"period\":\"day\"}}," R("r", "\"w\"")), RUNNING,
     CHANGE_GOES_ON, false, "limit 'c/w' goes on with other terms or under another name: at most 1 -> at most 2"},
    {BASE, CAMPAIGN("3", "\"limits\":{\"w\":{\"count\":1,\"per\":[\"customer\"],\"period\":\"week\"}}," R("r", "\"w\"")), RUNNING,
     CHANGE_MEANING, true,
     "by day in Asia/Shanghai -> number of gifts; for each customer, by week in Asia/Shanghai; put the old meaning back"},
    {BASE, CAMPAIGN("3", "\"limits\":{\"w\":{\"amount\":\"1.00\",\"per\":[\"customer\"],\"period\":\"day\"}}," R("r", "\"w\"")), RUNNING,
     CHANGE_MEANING, true, "number of gifts; for each customer, by day in Asia/Shanghai -> value given in CNY"},
    {BASE, CAMPAIGN("3", "\"limits\":{\"w\":{\"count\":1,\"per\":[\"device\"],\"period\":\"day\"}}," R("r", "\"w\"")), BEFORE,
     CHANGE_MEANING, false, "for each device"},
    {BASE, CAMPAIGN("3", "\"limits\":{\"v\":{\"count\":1,\"per\":[\"customer\"],\"period\":\"day\"}}," R("r", "\"v\"")), RUNNING,
     CHANGE_GONE, true, "limit 'c/w' is not there any more"},
    {BASE, CAMPAIGN("3", "\"limits\":{\"v\":{\"count\":1,\"per\":[\"customer\"],\"period\":\"day\"}}," R("r", "\"v\"")), RUNNING,
     CHANGE_GONE, true, "if it is called 'c/v' now, add \"was\": \"c/w\" there; else bring it back"},
    {BASE, CAMPAIGN("3", "\"limits\":{\"v\":{\"was\":\"w\",\"count\":1,\"per\":[\"customer\"],\"period\":\"day\"}}," R("r", "\"v\"")),
     RUNNING, CHANGE_GOES_ON, false, "limit 'c/v', which was 'c/w' goes on"},
    {CAMPAIGN("2", "\"limits\":{\"v\":{\"was\":\"w\",\"count\":1,\"per\":[\"customer\"],\"period\":\"day\"}}," R("r", "\"v\"")),
     CAMPAIGN("3", "\"limits\":{\"u\":{\"was\":\"v\",\"count\":1,\"per\":[\"customer\"],\"period\":\"day\"}}," R("r", "\"u\"")), RUNNING,
     CHANGE_GONE, true, "add \"was\": [\"c/w\", \"c/v\"] there"},
    {BASE, CAMPAIGN("3", W("") R("s", "\"w\"")), RUNNING, CHANGE_GONE, true, "if it is called 'c/s' now, add \"was\": \"r\" there"},
    {BASE, CAMPAIGN("3", W("") "\"rules\":[{\"id\":\"s\",\"was\":\"r\"," ON GIVE "\"limits\":[\"w\"]}]"), RUNNING, CHANGE_GOES_ON, false,
     "rule 'c/s', which was 'c/r' goes on"},
    {BASE,
     CAMPAIGN("3", W("") "\"rules\":[{\"id\":\"r\"," ON "\"give\":{\"id\":\"a\",\"reward\":\"points\",\"value\":5,\"pool\":{\"stock\":10}},"
                         "\"limits\":[\"w\"]}]"),
     RUNNING, CHANGE_MEANING, true, "item 'c/r.a' means something else: things -> points"},
    {BASE,
     CAMPAIGN("3", W("") "\"rules\":[{\"id\":\"r\"," ON "\"give\":[{\"id\":\"a\",\"reward\":\"voucher\",\"value\":\"5.00\",\"pool\":{"
                         "\"stock\":10}}],\"limits\":[\"w\"]}]"),
     RUNNING, CHANGE_MEANING, true, "gives one -> once for each cause; gives a list"},
    {BASE, CAMPAIGN("3", W("") "\"rules\":[{\"id\":\"r\"," ON "\"once_per\":[\"merchant\"]," GIVE "\"limits\":[\"w\"]}]"), RUNNING,
     CHANGE_MEANING, true, "once for each merchant"},
    {BASE,
     CAMPAIGN("3", W("") "\"rules\":[{\"id\":\"r\"," ON "\"give\":{\"id\":\"a\",\"reward\":\"voucher\",\"value\":\"6.00\",\"pool\":{"
                         "\"stock\":12}},\"limits\":[\"w\"]}]"),
     RUNNING, CHANGE_GOES_ON, false, "pool 'c/r.a' goes on with other terms or under another name: 10 -> 12"},
    {BASE,
     "{\"id\":\"c\",\"version\":3,\"name\":{\"zh\":\"c\",\"en\":\"c\"},\"period\":{\"from\":\"2027-01-01\",\"to\":\"2027-03-31\","
     "\"zone\":\"UTC\"},\"audience\":\"everyone\"," W("") R("r", "\"w\"") "}",
     RUNNING, CHANGE_MEANING, true,
     "zone Asia/Shanghai; currency CNY -> zone UTC; currency CNY; put zone, currency, fx, as_of and draws back"},
    {BASE,
     "{\"id\":\"c\",\"version\":3,\"name\":{\"zh\":\"c\",\"en\":\"c\"},\"period\":{\"from\":\"2027-01-01\",\"to\":\"2027-04-30\"},"
     "\"audience\":\"everyone\"," W("") R("r", "\"w\"") "}",
     RUNNING, CHANGE_GOES_ON, false,
     "version 2, 2027-01-01 to 2027-03-31, closes 2027-04-08T00:00:00+08:00 -> version 3, 2027-01-01 to 2027-04-30"},
    /* closed, but what it counted is remembered */
    {BASE, CAMPAIGN("3", "\"limits\":{\"w\":{\"count\":1,\"per\":[\"device\"],\"period\":\"day\"}}," R("r", "\"w\"")), CLOSED + 20 * DAY,
     CHANGE_MEANING, true, "for each device"},
    {BASE, CAMPAIGN("3", "\"limits\":{\"w\":{\"count\":1,\"per\":[\"device\"],\"period\":\"day\"}}," R("r", "\"w\"")), FORGOTTEN,
     CHANGE_MEANING, false, "for each device"},
};

static bool row_told(const struct pair *pair, const struct row *row) {
  for (uint32_t i = 0; i < pair->changes.count; i++) {
    char memory[2048];
    struct buffer out;
    const struct change *change = &pair->changes.items[i];
    buffer_init(&out, memory, sizeof memory);
    change_print(&out, change);
    if (change->class != row->class || change->refused != row->refused || !has(buffer_text(&out), row->says)) continue;
    assert_true((change->remedy.length > 0) == change->refused);
    return true;
  }
  return row->class == CHANGE_CLASSES && pair->changes.count == 0;
}

static void one_change_each(void **unused) {
  (void)unused;
  assert_true(AT(0) == days_from_civil(2027, 1, 1) * MS_PER_DAY - 480 * 60000LL && CLOSED == AT(90) + 7 * DAY);
  struct pair *pair = pair_new();
  uint32_t failed = 0;
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    compare(pair, rows[i].before, rows[i].after, rows[i].now_ms);
    if (row_told(pair, &rows[i])) continue;
    print_message("row %zu: %s\n", i, rows[i].says);
    tell(pair);
    failed++;
  }
  pair_free(pair);
  assert_int_equal(failed, 0);
}

/* ---- as a whole ---- */

/* A rule that is gone is told once; what stood in it is not told again. */
static void gone_once(void **unused) {
  (void)unused;
  static const char *const two =
      CAMPAIGN("2", "\"rules\":[{\"id\":\"r\"," ON GIVE BENCH_LIMITS "},{\"id\":\"s\",\"on\":\"login\"," GIVE BENCH_LIMITS "}]");
  static const char *const one = CAMPAIGN("3", "\"rules\":[{\"id\":\"r\"," ON GIVE BENCH_LIMITS "}]");
  struct pair *pair = pair_new();
  compare(pair, two, one, RUNNING);
  assert_int_equal(pair->changes.refused, 1);
  assert_true(has(pair->changes.items[1].remedy, "to stop it, give it a schedule that is over"));
  compare(pair, one, two, RUNNING); /* an old version, and four names that start at nothing */
  assert_int_equal(pair->changes.refused, 1);
  assert_int_equal(pair->changes.count, 1 + 1 + 4);
  pair_free(pair);
}

/* An inline limit that says something else is another one: the old is missed, in the words that mend it. */
static void inline_limits(void **unused) {
  (void)unused;
  static const char *const day = CAMPAIGN("2", R("r", "{\"count\":1,\"per\":[\"customer\"],\"period\":\"day\"}"));
  static const char *const week = CAMPAIGN("3", R("r", "{\"count\":1,\"per\":[\"customer\"],\"period\":\"week\"}"));
  static const char *const both = CAMPAIGN("3", R("r",
                                                  "{\"count\":1,\"per\":[\"customer\"],\"period\":\"week\"},"
                                                  "{\"count\":9,\"per\":[\"customer\"],\"period\":\"day\"}"));
  static const char *const named = CAMPAIGN("3", R("r",
                                                   "{\"id\":\"x\",\"was\":\"#count.customer.day\",\"count\":1,\"per\":[\"customer\"],"
                                                   "\"period\":\"day\"}"));
  struct pair *pair = pair_new();
  compare(pair, day, week, RUNNING);
  assert_int_equal(pair->changes.refused, 1);
  compare(pair, day, both, RUNNING);
  assert_int_equal(pair->changes.refused, 0);
  compare(pair, day, named, RUNNING);
  assert_int_equal(pair->changes.refused, 0);
  pair_free(pair);
}

/* First and last of a campaign that has not begun have heard everything since the import. */
static void firsts_live_before(void **unused) {
  (void)unused;
  static const char *const kept = CAMPAIGN(
      "2",
      "\"facts\":{\"f\":{\"first\":\"login\"},\"m\":{\"measure\":\"count\",\"on\":\"login\",\"window\":\"day\"}}," R("r", "\"card-once\""));
  static const char *const other = CAMPAIGN(
      "3",
      "\"facts\":{\"f\":{\"last\":\"login\"},\"m\":{\"measure\":\"count\",\"on\":\"login\",\"window\":\"week\"}}," R("r", "\"card-once\""));
  struct pair *pair = pair_new();
  compare(pair, kept, other, BEFORE);
  assert_int_equal(pair->changes.refused, 1);
  compare(pair, kept, other, RUNNING);
  assert_int_equal(pair->changes.refused, 2);
  pair_free(pair);
}

#define NAMED(version, id, was) \
  CAMPAIGN(version, "\"limits\":{\"" id "\":{" was "\"count\":1,\"per\":[\"customer\"],\"period\":\"month\"}}," R("r", "\"" id "\""))

/* A name that comes back is its own first one: the remedy is no `was`. */
static void renamed_and_back(void **unused) {
  (void)unused;
  static const char *const b = NAMED("2", "b", "\"was\":\"c/a\",");
  struct pair *pair = pair_new();
  compare(pair, b, NAMED("3", "a", ""), RUNNING);
  assert_int_equal(pair->changes.refused, 0);
  compare(pair, b, NAMED("3", "a", "\"was\":\"c/b\","), RUNNING);
  assert_int_equal(pair->changes.refused, 1);
  bool told = false;
  for (uint32_t i = 0; i < pair->changes.count; i++) told |= has(pair->changes.items[i].remedy, "leave \"was\" out there");
  assert_true(told);
  pair_free(pair);
}

/* A limit that becomes a programme's, with the same meaning. */
static void moves_to_a_programme(void **unused) {
  (void)unused;
  static const char *const programme =
      "{\"id\":\"p\",\"version\":1,\"name\":{\"zh\":\"p\",\"en\":\"p\"},\"limits\":{\"w\":{\"was\":\"c/"
      "w\",\"count\":1,\"per\":[\"customer\"],"
      "\"period\":\"day\"}}}";
  static const char *const citing = CAMPAIGN("3", R("r", "\"p/w\""));
  struct pair *pair = pair_new();
  struct fault fault;
  compare(pair, BASE, CAMPAIGN("3", R("r", "\"card-once\"")), RUNNING);
  assert_int_equal(pair->changes.refused, 1);
  struct source sources[3] = {{STR("bank.json"), STR(BENCH_BANK)}, {STR("c.json"), str_of(citing)}, {STR("p.json"), str_of(programme)}};
  bench_read(pair->after, sources, 3);
  assert_int_equal(pair->after->status, STATUS_OK);
  assert_int_equal(meanings_compare(pair->before->book, pair->after->book, (struct about){RUNNING, RUNNING}, REMEMBERED, &pair->arena,
                                    &pair->scratch, &pair->changes, &fault),
                   STATUS_OK);
  pair_free(pair);
}

static void small_memory(void **unused) {
  (void)unused;
  struct pair *pair = pair_new();
  struct fault fault;
  uint32_t refused = 0;
  compare(pair, BASE, CAMPAIGN("3", R("s", "\"card-once\"")), RUNNING);
  for (size_t bytes = 0; bytes < 6000; bytes += 64) {
    arena_init(&pair->arena, pair->memory, bytes);
    arena_init(&pair->scratch, pair->memory + (1u << 20), 1u << 20);
    enum status status = meanings_compare(pair->before->book, pair->after->book, (struct about){RUNNING, RUNNING}, REMEMBERED, &pair->arena,
                                          &pair->scratch, &pair->changes, &fault);
    assert_true(status == STATUS_LIMIT || status == STATUS_INPUT);
    refused += status == STATUS_LIMIT;
  }
  assert_true(refused > 10);
  pair_free(pair);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(one_change_each),    cmocka_unit_test(gone_once),    cmocka_unit_test(inline_limits),
      cmocka_unit_test(firsts_live_before), cmocka_unit_test(small_memory), cmocka_unit_test(moves_to_a_programme),
      cmocka_unit_test(renamed_and_back),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
