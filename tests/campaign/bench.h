/* What the tests of the campaign room share: files written as texts, compiled, and asked about. */
#ifndef GIFTD_TESTS_CAMPAIGN_BENCH_H
#define GIFTD_TESTS_CAMPAIGN_BENCH_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "giftd/campaign.h"

#define BENCH_BYTES (16u << 20)

/* The bank every test cites. */
#define BENCH_BANK                                                                                                                  \
  "{\"id\":\"bank\",\"version\":1,\"name\":{\"zh\":\"b\",\"en\":\"b\"},\"period\":{\"from\":\"2026-12-01\",\"to\":\"2027-12-31\"}," \
  "\"lists\":{\"dining\":[\"5811\",\"5812\"],\"tea\":[\"5815\"]},"                                                                  \
  "\"activities\":{\"spend\":[{\"event\":\"txn.card_spend\",\"when\":{\"status\":\"settled\"}}]},"                                  \
  "\"facts\":{\"last_login\":{\"last\":\"login\"},\"first_transfer\":{\"first\":\"txn.transfer\"},"                                 \
  "\"logins\":{\"measure\":\"count\",\"on\":\"login\",\"window\":\"day\"}},"                                                        \
  "\"limits\":{\"card-once\":{\"count\":1,\"per\":[\"card\"],\"period\":\"ever\"}},"                                                \
  "\"pools\":{\"top\":{\"budget\":\"1000.00\"},\"small\":{\"budget\":\"500.00\",\"parent\":\"top\"}},"                              \
  "\"schedules\":{\"friday\":{\"days\":[\"fri\"]}},\"risk\":{\"deny\":[\"tag:denied\"]}}"

/* A campaign around some rules. */
#define BENCH_HEAD                                                                                                               \
  "{\"id\":\"c\",\"version\":2,\"name\":{\"zh\":\"c\",\"en\":\"c\"},\"period\":{\"from\":\"2027-01-01\",\"to\":\"2027-03-31\"}," \
  "\"audience\":\"everyone\","
#define BENCH_GIVE "\"give\":{\"reward\":\"voucher\",\"value\":\"5.00\",\"pool\":{\"stock\":10}},"
#define BENCH_LIMITS "\"limits\":[{\"count\":1,\"per\":[\"customer\"],\"period\":\"day\"}]"

struct bench {
  struct catalogue catalogue;
  struct arena arena, scratch;
  struct findings findings;
  struct fault fault;
  const struct rulebook *book;
  enum status status;
};

static inline struct bench *bench_new(void) {
  struct bench *bench = calloc(1, sizeof *bench);
  assert_non_null(bench);
  catalogue_init(&bench->catalogue);
  arena_init(&bench->arena, malloc(BENCH_BYTES), BENCH_BYTES);
  arena_init(&bench->scratch, malloc(BENCH_BYTES), BENCH_BYTES);
  assert_true(bench->arena.memory != NULL && bench->scratch.memory != NULL);
  return bench;
}

static inline void bench_free(struct bench *bench) {
  free(bench->arena.memory);
  free(bench->scratch.memory);
  free(bench);
}

static inline void bench_read(struct bench *bench, const struct source *sources, uint32_t count) {
  arena_reset(&bench->arena);
  arena_reset(&bench->scratch);
  bench->findings = (struct findings){0};
  bench->status =
      rulebook_read(sources, count, &bench->catalogue, &bench->arena, &bench->scratch, &bench->findings, &bench->book, &bench->fault);
}

/* One campaign beside the bank. */
static inline void bench_campaign(struct bench *bench, const char *text) {
  struct source sources[2] = {{STR("bank.json"), STR(BENCH_BANK)}, {STR("c.json"), str_of(text)}};
  bench_read(bench, sources, 2);
}

static inline void bench_tell(const struct bench *bench) {
  char memory[2048];
  struct buffer out;
  for (uint32_t i = 0; i < bench->findings.count; i++) {
    buffer_init(&out, memory, sizeof memory);
    finding_print(&out, &bench->findings.items[i]);
    print_message("  %.*s\n", STR_FORMAT(buffer_text(&out)));
  }
}

/* Compiles without an error. */
static inline const struct rulebook *bench_good(struct bench *bench, const char *text) {
  bench_campaign(bench, text);
  if (bench->status != STATUS_OK) {
    bench_tell(bench);
    fail_msg("%s", bench->fault.text);
  }
  return bench->book;
}

/* Whether a finding of this code stands at this place. */
static inline bool bench_says(const struct bench *bench, enum check_code code, const char *pointer) {
  for (uint32_t i = 0; i < bench->findings.count; i++)
    if (bench->findings.items[i].code == code && str_equal(bench->findings.items[i].pointer, str_of(pointer))) return true;
  return false;
}

#define assert_str(actual, expected)                                                                                  \
  do {                                                                                                                \
    struct str actual_ = (actual), expected_ = str_of(expected);                                                      \
    if (!str_equal(actual_, expected_)) fail_msg("'%.*s' is not '%.*s'", STR_FORMAT(actual_), STR_FORMAT(expected_)); \
  } while (0)

#endif
