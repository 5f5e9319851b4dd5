/* Audiences of a day: which instant ends it, which days the rulebook's table has, and until when. */
#include "bench.h"

#define FILES 130u

static char texts[FILES][512], names[FILES][16];

/* Campaign number n, whose audience is of that day in that zone. */
static struct source file(uint32_t n, const char *day, const char *zone, const char *to) {
  (void)snprintf(names[n], sizeof names[n], "c%03u.json", n);
  (void)snprintf(
      texts[n], sizeof texts[n],
      "{\"id\":\"c%03u\",\"version\":1,\"name\":{\"zh\":\"c\",\"en\":\"c\"},\"period\":{\"from\":\"2027-06-01\",\"to\":\"%s\","
      "\"zone\":\"%s\"},\"audience\":{\"include\":[\"tag:x\"],\"as_of\":\"%s\"},\"rules\":[{\"id\":\"r\",\"on\":\"login\"," BENCH_GIVE
          BENCH_LIMITS "}]}",
      n, to, zone, day);
  return (struct source){str_of(names[n]), str_of(texts[n])};
}

static void a_day_is_kept_once_for_all(void **unused) {
  (void)unused;
  struct bench *bench = bench_new();
  const struct source sources[] = {
      file(0, "2027-03-27", "Asia/Shanghai", "2027-06-30"), file(1, "2027-03-27", "Asia/Shanghai", "2027-09-30"),
      file(2, "2027-03-27", "Asia/Shanghai", "2027-07-31"), file(3, "2027-03-28", "Europe/London", "2027-06-30")};
  bench_read(bench, sources, 4);
  assert_non_null(bench->book);
  const struct rulebook *book = bench->book;
  assert_int_equal(book->as_of_count, 2);
  assert_int_equal(book->as_ofs[0].closing_ms, book->campaigns[1].closing_ms); /* the last that closes */
  for (uint32_t i = 0; i < 3; i++) assert_true(book->campaigns[i].audience.as_of.decl == book->as_ofs[0].decl);
  assert_int_equal(book->as_ofs[0].end_ms, INT64_C(1806163200000)); /* 2027-03-28T00:00+08:00 */
  assert_int_equal(book->as_ofs[1].end_ms, INT64_C(1806274800000)); /* of 23 hours: 2027-03-29T00:00+01:00 */
  assert_true(book->as_ofs[0].decl != book->as_ofs[1].decl);
  bench_free(bench);
}

static void days_are_bounded(void **unused) {
  (void)unused;
  static struct source sources[FILES];
  struct bench *bench = bench_new();
  for (uint32_t i = 0; i < FILES; i++) {
    char day[16];
    (void)snprintf(day, sizeof day, "2027-%02u-%02u", 1 + i % 5, 1 + i / 5);
    sources[i] = file(i, day, "Asia/Shanghai", "2027-06-30");
  }
  bench_read(bench, sources, 128);
  assert_non_null(bench->book);
  assert_int_equal(bench->book->as_of_count, 128);
  bench_read(bench, sources, 129);
  assert_true(bench->book == NULL && bench_says(bench, CHECK_TOO_MANY, "/audience/as_of"));
  bench_free(bench);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(a_day_is_kept_once_for_all), cmocka_unit_test(days_are_bounded)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
