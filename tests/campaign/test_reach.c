/* Sets of campaigns that reach a bound together, and do not when they follow one another. Sizes come from the bounds themselves. */
#include "bench.h"

#define SETS_MOST 64u
#define ITEMS 64u
#define ROOM (96u << 20)

struct set {
  struct bench *bench;
  struct source sources[SETS_MOST + 1];
  char *texts, names[SETS_MOST][16];
  uint32_t count;
};

typedef int (*rule_print)(char *out, size_t size, uint32_t rule);

static int list_rule(char *out, size_t size, uint32_t rule, const char *on) {
  int length = snprintf(out, size, "%s{\"id\":\"r%u\",\"on\":%s,\"give\":[", rule == 0 ? "" : ",", rule, on);
  for (uint32_t i = 0; i < ITEMS; i++)
    length += snprintf(out + length, size - (size_t)length, "%s{\"id\":\"i%u\",\"reward\":\"notice\"}", i == 0 ? "" : ",", i);
  return length + snprintf(out + length, size - (size_t)length, "]," BENCH_LIMITS "}");
}

static int gifts_rule(char *out, size_t size, uint32_t rule) { return list_rule(out, size, rule, "\"login\""); }
static int add_on_rule(char *out, size_t size, uint32_t rule) {
  return list_rule(out, size, rule, rule == 0 ? "\"login\"" : "{\"reward\":\"r0\"}");
}

static int cells_rule(char *out, size_t size, uint32_t rule) {
  return snprintf(out, size,
                  "%s{\"id\":\"r%u\",\"on\":\"login\",\"give\":{\"reward\":\"notice\"},\"limits\":[{\"count\":1,\"per\":[\"customer\"],"
                  "\"period\":{\"rolling\":\"P92D\"}}]}",
                  rule == 0 ? "" : ",", rule);
}

/* One campaign of `rules` rules, in January or in a month of its own. */
static void campaign_print(struct set *set, uint32_t number, uint32_t rules, bool apart, rule_print print) {
  char *out = set->texts + (size_t)number * LIMIT_CAMPAIGN_BYTES;
  size_t size = LIMIT_CAMPAIGN_BYTES;
  uint32_t year = 2027 + (apart ? number / 12 : 0), month = 1 + (apart ? number % 12 : 0);
  int length = snprintf(out, size,
                        "{\"id\":\"c%u\",\"version\":1,\"name\":{\"zh\":\"c\",\"en\":\"c\"},\"period\":{\"from\":\"%u-%02u-01\",\"to\":"
                        "\"%u-%02u-28\",\"closing\":\"PT0S\"},\"audience\":\"everyone\",\"rules\":[",
                        number, year, month, year, month);
  for (uint32_t i = 0; i < rules; i++) length += print(out + length, size - (size_t)length, i);
  length += snprintf(out + length, size - (size_t)length, "]}");
  snprintf(set->names[number], sizeof set->names[number], "c%u.json", number);
  set->sources[number] = (struct source){str_of(set->names[number]), {out, (size_t)length}};
}

static void set_read(struct set *set, uint32_t count, uint32_t rules, bool apart, rule_print print) {
  assert_true(count <= SETS_MOST);
  for (uint32_t i = 0; i < count; i++) campaign_print(set, i, rules, apart, print);
  set->count = count;
  bench_read(set->bench, set->sources, count);
  if (set->bench->status != STATUS_OK) bench_tell(set->bench);
  assert_int_equal(set->bench->status, STATUS_OK);
}

static struct set *set_new(void) {
  struct set *set = calloc(1, sizeof *set);
  assert_non_null(set);
  set->bench = bench_new();
  free(set->bench->arena.memory);
  free(set->bench->scratch.memory);
  arena_init(&set->bench->arena, malloc(ROOM), ROOM);
  arena_init(&set->bench->scratch, malloc(ROOM), ROOM);
  set->texts = malloc((size_t)SETS_MOST * LIMIT_CAMPAIGN_BYTES);
  assert_true(set->texts != NULL && set->bench->arena.memory != NULL && set->bench->scratch.memory != NULL);
  return set;
}

static void set_free(struct set *set) {
  free(set->texts);
  bench_free(set->bench);
  free(set);
}

static bool says(const struct set *set, const char *piece) {
  struct str what = str_of(piece);
  for (uint32_t i = 0; i < set->bench->findings.count; i++) {
    const struct finding *finding = &set->bench->findings.items[i];
    for (size_t at = 0; finding->code == CHECK_REACH && at + what.length <= finding->text.length; at++)
      if (memcmp(finding->text.at + at, what.at, what.length) == 0) return true;
  }
  return false;
}

/* As many campaigns as just fit one after the other, and one more. */
static void together_and_apart(struct set *set, uint32_t rules, uint32_t each, uint32_t most, rule_print print, const char *piece) {
  assert_true(rules > 0 && each <= most);
  uint32_t count = most / each + 1;
  set_read(set, count, rules, true, print);
  assert_false(bench_says(set->bench, CHECK_REACH, ""));
  set_read(set, count, rules, false, print);
  if (!says(set, piece)) {
    bench_tell(set->bench);
    fail_msg("%u campaigns of %u: %s is not told", count, each, piece);
  }
  assert_true(says(set, "on 2027-01-01 "));
}

static void gifts_of_one_event(void **unused) {
  (void)unused;
  struct set *set = set_new();
  uint32_t rules = LIMIT_GIFTS / ITEMS < 100 ? LIMIT_GIFTS / ITEMS : 100;
  together_and_apart(set, rules, rules * ITEMS, LIMIT_GIFTS, gifts_rule, "one event 'login' may give ");
  set_free(set);
}

static void cells_of_one_customer(void **unused) {
  (void)unused;
  struct set *set = set_new();
  uint32_t most = LIMIT_STATE_CELLS / 2 / 93, rules = most < 250 ? most : 250;
  together_and_apart(set, rules, rules * 93, LIMIT_STATE_CELLS, cells_rule, "a customer's record may need ");
  set_free(set);
}

/* What add-ons give is given for the event that woke their base. */
static void add_ons_count(void **unused) {
  (void)unused;
  struct set *set = set_new();
  uint32_t rules = LIMIT_GIFTS / ITEMS < 100 ? LIMIT_GIFTS / ITEMS : 100;
  together_and_apart(set, rules, rules * ITEMS, LIMIT_GIFTS, add_on_rule, "one event 'login' may give ");
  set_free(set);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(gifts_of_one_event), cmocka_unit_test(cells_of_one_customer),
                                     cmocka_unit_test(add_ons_count)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
