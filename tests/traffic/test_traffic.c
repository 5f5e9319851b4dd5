/* The generator of bank traffic: the same seed gives the same bytes, exactly as many lines as asked for, in the order of arrival, and every
 * line is an event but those that were broken on purpose. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "giftd/event.h"
#include "giftd/traffic.h"

struct made {
  char *bytes;
  size_t length;
  struct traffic_counts counts;
};

static struct made make(uint64_t lines, uint32_t customers, uint64_t seed) {
  struct made made = {.bytes = NULL};
  struct fault fault;
  const struct traffic_settings settings = {.lines = lines, .customers = customers, .seed = seed};
  FILE *out = open_memstream(&made.bytes, &made.length);
  assert_non_null(out);
  assert_int_equal(traffic_write(&settings, out, &made.counts, &fault), STATUS_OK);
  fclose(out);
  return made;
}

static uint64_t lines_in(const struct made *made) {
  uint64_t lines = 0;
  for (size_t i = 0; i < made->length; i++) lines += made->bytes[i] == '\n';
  return lines;
}

static void same_seed_same_bytes(void **state) {
  (void)state;
  struct made one = make(5000, 0, 7), two = make(5000, 0, 7), other = make(5000, 0, 8);
  assert_true(one.length == two.length && memcmp(one.bytes, two.bytes, one.length) == 0);
  assert_true(one.length != other.length || memcmp(one.bytes, other.bytes, one.length) != 0);
  free(one.bytes), free(two.bytes), free(other.bytes);
}

static const struct {
  uint64_t lines;
  uint32_t customers;
} sizes[] = {{1, 0}, {1, 1}, {19, 0}, {100, 1}, {1000, 0}, {777, 2000}, {20000, 37}};

static void exactly_as_many_as_asked_for(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
    struct made made = make(sizes[i].lines, sizes[i].customers, 1);
    assert_int_equal(lines_in(&made), sizes[i].lines);
    assert_int_equal(made.counts.lines, sizes[i].lines);
    free(made.bytes);
  }
}

/* What the reader says of all lines. */
struct seen {
  uint64_t events, dead, unknown, customers_without_profile, backwards;
  uint64_t types[LIMIT_EVENT_TYPES];
  int64_t clock_ms;
};

static void read_all(const struct made *made, struct catalogue *catalogue, struct seen *seen) {
  static unsigned char memory[2 * LIMIT_EVENT_BYTES + 4096];
  static struct event event;
  struct event_error error;
  struct arena arena;
  catalogue_init(catalogue);
  for (struct str rest = {made->bytes, made->length}, line; rest.length > 0;) {
    (void)str_split(rest, '\n', &line, &rest);
    arena_init(&arena, memory, sizeof memory);
    if (event_read(catalogue, line, &arena, &event, &error) != EVENT_OK) {
      seen->dead++;
      continue;
    }
    seen->events++;
    seen->unknown += event.type == TYPE_UNKNOWN;
    if (event.type != TYPE_UNKNOWN) seen->types[event.type]++;
    seen->backwards += event.time_ms < seen->clock_ms;
    if (event.time_ms > seen->clock_ms) seen->clock_ms = event.time_ms;
  }
}

static void lines_are_events_but_the_broken_ones(void **state) {
  (void)state;
  static struct catalogue catalogue;
  static struct seen seen;
  static const char *const there[] = {"txn.card_spend", "txn.transfer",     "txn.reversed",   "payroll.credited", "login",
                                      "page.viewed",    "risk.assessed",    "card.bound",     "cert.issued",      "reward.claimed",
                                      "bill.paid",      "wealth.purchased", "loan.disbursed", "account.opened",   "customer.updated",
                                      "checkin",        "card.issued",      "fx.settled"};
  struct made made = make(60000, 0, 1);
  read_all(&made, &catalogue, &seen);
  assert_int_equal(seen.dead, made.counts.broken);
  assert_int_equal(seen.events + seen.dead, 60000);
  assert_int_equal(seen.unknown, 0);
  assert_true(made.counts.broken > 10 && made.counts.repeated > 200 && made.counts.late > 100 && made.counts.refunds > 300);
  assert_true(seen.backwards > 100 && seen.backwards < 1500); /* late ones and repeats only */
  for (size_t i = 0; i < sizeof there / sizeof there[0]; i++) {
    if (seen.types[catalogue_type(&catalogue, str_of(there[i]))] == 0) fail_msg("no %s", there[i]);
  }
  free(made.bytes);
}

static void a_full_disk_is_told(void **state) {
  (void)state;
  struct traffic_counts counts;
  struct fault fault;
  const struct traffic_settings settings = {.lines = 100000, .seed = 1};
  FILE *full = fopen("/dev/full", "we");
  if (full == NULL) skip();
  assert_int_equal(traffic_write(&settings, full, &counts, &fault), STATUS_STORAGE);
  assert_non_null(strstr(fault.text, "could not be written"));
  fclose(full);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(same_seed_same_bytes),
      cmocka_unit_test(exactly_as_many_as_asked_for),
      cmocka_unit_test(lines_are_events_but_the_broken_ones),
      cmocka_unit_test(a_full_disk_is_told),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
