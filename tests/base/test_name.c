/* Tables of names are filled by what people count up: names that differ in their last bytes alone must not meet in one run of slots. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "giftd/base/name.h"

#define NAMES 10000u
#define SLOTS 32768u

static bool taken[SLOTS];

/* Slots that are looked at until the name has one; as match/texts.c and the catalogue do it. */
static unsigned probes(struct str name) {
  unsigned count = 1;
  size_t at = (uint32_t)name_hash(name) & (SLOTS - 1);
  for (; taken[at]; at = (at + 1) & (SLOTS - 1)) count++;
  taken[at] = true;
  return count;
}

struct serial {
  const char *before;
  int digits;
  const char *behind;
};

static void serial_names_spread(const struct serial *serial) {
  unsigned sum = 0, most = 0;
  memset(taken, 0, sizeof taken);
  for (unsigned i = 0; i < NAMES; i++) {
    char text[64];
    int length = snprintf(text, sizeof text, "%s%0*u%s", serial->before, serial->digits, i, serial->behind);
    unsigned count = probes((struct str){text, (size_t)length});
    sum += count;
    if (count > most) most = count;
  }
  if (sum > NAMES * 3 / 2 || most > 40)
    fail_msg("%s%s: %.2f on average, %u at most", serial->before, serial->behind, (double)sum / NAMES, most);
}

static void names_that_are_counted_up(void **state) {
  (void)state;
  static const struct serial all[] = {{"", 4, ""},
                                      {"", 5, ""},
                                      {"s", 4, ""},
                                      {"shop", 4, ""},
                                      {"shop-", 5, ""},
                                      {"merch-", 6, ""},
                                      {"M", 11, ""},
                                      {"cafe_de_la_", 5, ""},
                                      {"", 16, ""},
                                      {"621700000000", 7, ""},
                                      {"merchant-of-the-north-", 5, ""},
                                      {"", 4, "-north-and-south"},
                                      {"", 4, "-at-the-corner-of"}};
  for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) serial_names_spread(&all[i]);
}

/* Of 256 bits that tell which keys an object had (event/keys.h), such keys use nearly as many as chance would. */
static void keys_that_are_counted_up(void **state) {
  (void)state;
  bool seen[256] = {false};
  unsigned count = 0;
  for (unsigned i = 0; i < 100; i++) {
    char text[32];
    struct str name = {text, (size_t)snprintf(text, sizeof text, "attribute_%03u", i)};
    bool *bit = &seen[name_hash(name) >> 32 & 255];
    count += !*bit;
    *bit = true;
  }
  assert_true(count > 70); /* 83 by chance */
}

static void equal_names(void **state) {
  (void)state;
  for (size_t length = 0; length < 40; length++) {
    char a[40], b[40];
    memset(a, 'x', sizeof a);
    memcpy(b, a, sizeof b);
    assert_true(name_equal((struct str){a, length}, (struct str){b, length}));
    assert_int_equal(name_hash((struct str){a, length}), name_hash((struct str){b, length}));
    for (size_t at = 0; at < length; at++) {
      b[at] = 'y';
      assert_false(name_equal((struct str){a, length}, (struct str){b, length}));
      assert_true(name_hash((struct str){a, length}) != name_hash((struct str){b, length}));
      b[at] = 'x';
    }
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(names_that_are_counted_up), cmocka_unit_test(keys_that_are_counted_up),
                                     cmocka_unit_test(equal_names)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
