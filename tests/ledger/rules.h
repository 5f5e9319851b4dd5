/* What the ledger's tests share beside the world: one campaign as a rulebook, settings, and a die. */
#ifndef GIFTD_TESTS_LEDGER_RULES_H
#define GIFTD_TESTS_LEDGER_RULES_H

#include "world.h"

#define RULES_ARENA_BYTES (64u << 20)

struct rules {
  struct catalogue catalogue;
  struct arena arena, scratch;
  struct findings findings;
  const struct rulebook *book;
  const struct match_index *index;
};

static inline void rules_read(struct rules *r, const char *campaign) {
  struct source source = {.name = STR("campaign.json"), .text = str_of(campaign)};
  struct fault fault = {0};
  arena_init(&r->arena, malloc(RULES_ARENA_BYTES), RULES_ARENA_BYTES);
  arena_init(&r->scratch, malloc(RULES_ARENA_BYTES), RULES_ARENA_BYTES);
  catalogue_init(&r->catalogue);
  enum status status = rulebook_read(&source, 1, &r->catalogue, &r->arena, &r->scratch, &r->findings, &r->book, &fault);
  for (uint32_t i = 0; i < r->findings.count && status != STATUS_OK; i++)
    print_error("%.*s: %.*s\n", STR_FORMAT(r->findings.items[i].pointer), STR_FORMAT(r->findings.items[i].text));
  assert_int_equal(status, STATUS_OK);
  r->index = match_build(r->book, &r->arena, &r->scratch);
}

static inline void rules_free(struct rules *r) { free(r->arena.memory), free(r->scratch.memory); }

static const struct judge_settings judge_settings_plain = {.id_key = {1, 2}, .horizon_ms = 7 * MS_PER_DAY, .memory_ms = 90 * MS_PER_DAY};

static uint64_t random_state;
static inline uint32_t random_below(uint32_t most) {
  random_state = random_state * 6364136223846793005u + 1442695040888963407u;
  return (uint32_t)(random_state >> 33) % most;
}

#endif
