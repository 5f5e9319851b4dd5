/* Zones and instants by the names that people write, for tests of clocks. */
#ifndef GIFTD_TESTS_CLOCKS_H
#define GIFTD_TESTS_CLOCKS_H

#include "bench.h"

#include "compile.h"

static struct zone zone_named(const char *name) {
  struct zone zone = zone_fixed(0);
  if (!zone_find(str_of(name), &zone)) fail_msg("%s is not known", name);
  return zone;
}

static int64_t instant(const char *text) {
  int64_t ms = 0;
  if (!time_parse(str_of(text), &ms, NULL)) fail_msg("%s", text);
  return ms;
}

#endif
