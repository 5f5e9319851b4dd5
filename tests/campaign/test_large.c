/* Ten thousand campaigns compile, in bounded memory: the figures are printed, and the arena given per campaign is asserted. */
#include <time.h>

#include "bench.h"

#define CAMPAIGNS LIMIT_CAMPAIGNS
#define CAMPAIGN_BYTES 6144u /* of rulebook for one of these campaigns (two rules, a fact, nine conditions), at most */
#define ARENA (96u << 20)
#define SCRATCH (256u << 20)

static struct source campaign_make(char *out, size_t size, uint32_t i) {
  int length = snprintf(
      out, size,
      "{\"id\":\"load-%05u\",\"version\":1,\"name\":{\"zh\":\"\xE6\xB4\xBB\xE5\x8A\xA8\",\"en\":\"Load %u\"},"
      "\"period\":{\"from\":\"2027-01-01\",\"to\":\"2027-%02u-28\"},\"audience\":{\"include\":[\"segment:s%u\"]},"
      "\"facts\":{\"n\":{\"measure\":\"sum\",\"of\":\"amount\",\"on\":{\"activity\":\"spend\"},\"window\":\"month\"}},"
      "\"rules\":[{\"id\":\"a\",\"on\":{\"activity\":\"spend\"},\"schedule\":\"friday\",\"when\":{\"mcc\":[\"%04u\",\"%04u\"],"
      "\"amount\":{\"gte\":\"%u.00\"},\"city\":\"%06u\"},\"give\":{\"reward\":\"voucher\",\"value\":\"5.00\",\"pool\":{\"stock\":%u}},%s},"
      "{\"id\":\"b\",\"on\":{\"activity\":\"spend\"},\"when\":{\"fact.n\":{\"gte\":\"900.00\"},\"channel\":\"qr\"},"
      "\"give\":{\"reward\":\"points\",\"value\":20,\"pool\":\"unlimited\"},%s}]}",
      i, i, 2 + i % 10, i % 50, 4000 + i % 2000, 5000 + i % 1000, 10 + i % 300, 110000 + i % 700, 100 + i, BENCH_LIMITS, BENCH_LIMITS);
  assert_true(length > 0 && (size_t)length < size);
  return (struct source){STR(""), {out, (size_t)length}};
}

static void ten_thousand(void **unused) {
  (void)unused;
  struct bench *bench = bench_new();
  struct source *sources = calloc(CAMPAIGNS, sizeof *sources);
  char *texts = malloc((size_t)CAMPAIGNS * 1536), *names = malloc((size_t)CAMPAIGNS * 24);
  struct arena arena, scratch;
  arena_init(&arena, malloc(ARENA), ARENA);
  arena_init(&scratch, malloc(SCRATCH), SCRATCH);
  assert_true(sources != NULL && texts != NULL && names != NULL && arena.memory != NULL && scratch.memory != NULL);
  sources[0] = (struct source){STR("bank.json"), STR(BENCH_BANK)};
  for (uint32_t i = 1; i < CAMPAIGNS; i++) {
    sources[i] = campaign_make(texts + (size_t)i * 1536, 1536, i);
    snprintf(names + (size_t)i * 24, 24, "load-%05u.json", i);
    sources[i].name = str_of(names + (size_t)i * 24);
  }
  clock_t start = clock();
  enum status status =
      rulebook_read(sources, CAMPAIGNS, &bench->catalogue, &arena, &scratch, &bench->findings, &bench->book, &bench->fault);
  double ms = (double)(clock() - start) * 1000 / CLOCKS_PER_SEC;
  if (status != STATUS_OK) bench_tell(bench);
  assert_int_equal(status, STATUS_OK);
  assert_int_equal(bench->book->campaign_count, CAMPAIGNS);
  assert_int_equal(bench->book->rule_count, 2 * (CAMPAIGNS - 1));
  assert_int_equal(bench->book->listener_count, 3 * (CAMPAIGNS - 1) + 3);
  size_t each = arena.used / CAMPAIGNS;
  print_message("%u campaigns: %zu bytes of rulebook each, %.1f MiB of scratch, %.0f ms\n", CAMPAIGNS, each, (double)scratch.used / 1048576,
                ms);
  assert_true(each <= CAMPAIGN_BYTES);
  free(arena.memory);
  free(scratch.memory);
  free(sources);
  free(texts);
  free(names);
  bench_free(bench);
}

/* Nobody reads more than some thousand findings: they are counted, and memory stays bounded. */
static void many_findings(void **unused) {
  (void)unused;
  struct bench *bench = bench_new();
  char *text = malloc(LIMIT_CAMPAIGN_BYTES);
  assert_non_null(text);
  int length = snprintf(text, LIMIT_CAMPAIGN_BYTES, "{\"id\":\"c\",\"version\":1,\"name\":{\"zh\":\"c\",\"en\":\"c\"}");
  for (uint32_t i = 0; i < 8000; i++) length += snprintf(text + length, 32, ",\"key%u\":%u", i, i);
  snprintf(text + length, 8, "}");
  bench_campaign(bench, text);
  assert_int_equal(bench->status, STATUS_INPUT);
  assert_int_equal(bench->findings.errors, 8000);
  assert_int_equal(bench->findings.count + bench->findings.dropped, 8000);
  assert_true(bench->findings.count <= 2000 && bench->arena.used < (4u << 20));
  free(text);
  bench_free(bench);
}

/* One more is refused. */
static void too_many(void **unused) {
  (void)unused;
  struct bench *bench = bench_new();
  uint32_t count = LIMIT_CAMPAIGNS + 1;
  struct source *sources = calloc(count, sizeof *sources);
  char *texts = malloc((size_t)count * 96);
  assert_true(sources != NULL && texts != NULL);
  for (uint32_t i = 0; i < count; i++) {
    int length = snprintf(texts + (size_t)i * 96, 96, "{\"id\":\"p-%u\",\"version\":1,\"name\":{\"zh\":\"p\",\"en\":\"p\"}}", i);
    sources[i] = (struct source){STR("p.json"), {texts + (size_t)i * 96, (size_t)length}};
  }
  bench_read(bench, sources, count);
  assert_true(bench->status == STATUS_INPUT || bench->status == STATUS_LIMIT);
  if (bench->status == STATUS_INPUT) assert_true(bench_says(bench, CHECK_TOO_MANY, ""));
  free(sources);
  free(texts);
  bench_free(bench);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(ten_thousand), cmocka_unit_test(too_many), cmocka_unit_test(many_findings)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
