/* The index answers as the one-by-one reference does, listener by listener: random rulebooks x random events, and the shapes that have
 * a path of their own - many thresholds, many texts, long lists, more fields than rows, many schedules, time going back and forth. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "index.h"
#include "random_rulebook.h"

#define ARENA_BYTES ((size_t)1 << 30)

static struct catalogue catalogue;
static struct arena rulebook_arena, index_arena, scratch, batch;

static int setup(void **state) {
  (void)state;
  struct arena *arenas[] = {&rulebook_arena, &index_arena, &scratch, &batch};
  for (size_t i = 0; i < 4; i++) arena_init(arenas[i], malloc(ARENA_BYTES / 4), ARENA_BYTES / 4);
  catalogue_init(&catalogue);
  return 0;
}

static int teardown(void **state) {
  (void)state;
  struct arena *arenas[] = {&rulebook_arena, &index_arena, &scratch, &batch};
  for (size_t i = 0; i < 4; i++) free(arenas[i]->memory);
  return 0;
}

static uint32_t matches[LIMIT_MATCHES];

/* Every listener's own answer against its place among the matches, which stand in rising order. */
static uint32_t compare(const struct rulebook *rulebook, const struct event *event, uint32_t count, uint64_t seed) {
  uint32_t next = 0;
  for (uint32_t i = 0; i < rulebook->listener_count; i++) {
    bool hears = match_listener_refusal(rulebook, i, event).refusal == MATCH_HEARS;
    bool found = next < count && matches[next] == i;
    if (hears != found) {
      fail_msg("seed %llu: listener %u: the reference says %d, the index %d", (unsigned long long)seed, i, hears, found);
    }
    next += found;
  }
  assert_int_equal(next, count);
  return count;
}

/* The best answer over a rule's listeners, without the search. */
static enum match_refusal rule_refusal(const struct rulebook *rulebook, uint32_t rule, const struct event *event) {
  static const int nearness[] = {
      [MATCH_HEARS] = 5, [MATCH_CONDITION] = 4, [MATCH_OUTSIDE_SCHEDULE] = 3, [MATCH_ENDED] = 2, [MATCH_NOT_STARTED] = 1};
  enum match_refusal best = MATCH_OTHER_TYPE;
  for (uint32_t i = 0; i < rulebook->listener_count; i++) {
    const struct listener *listener = &rulebook->listeners[i];
    if (listener->kind != LISTENER_RULE || listener->owner != rule) continue;
    enum match_refusal refusal = match_listener_refusal(rulebook, i, event).refusal;
    if (nearness[refusal] > nearness[best]) best = refusal;
  }
  return best;
}

/* Returns how many listeners heard something, so that a recipe which proves nothing is noticed. */
static uint64_t run_recipe(const struct recipe *recipe, uint32_t events) {
  struct arena *arenas[] = {&rulebook_arena, &index_arena, &scratch};
  for (size_t i = 0; i < 3; i++) arena_reset(arenas[i]);
  const struct rulebook *rulebook = rulebook_random(recipe, &catalogue, &rulebook_arena);
  const struct match_index *index = match_build(rulebook, &index_arena, &scratch);
  assert_non_null(index);
  assert_true(match_bytes(index) > 0 && match_bytes(index) <= index_arena.used);
  struct match_cache *cache = match_cache_new(index, &index_arena);
  assert_non_null(cache);
  uint64_t heard = 0, random = recipe->seed ^ 0x5555;
  struct event event;
  for (uint32_t i = 0; i < events; i++) {
    arena_reset(&batch);
    event_random(recipe, &catalogue, &random, &batch, &event);
    uint32_t count = match_event(index, cache, &event, matches);
    assert_true(count <= match_most(index));
    heard += compare(rulebook, &event, count, recipe->seed);
    uint32_t rule = random_below(&random, rulebook->rule_count);
    assert_int_equal(match_rule_refusal(rulebook, rule, &event).refusal, rule_refusal(rulebook, rule, &event));
  }
  return heard;
}

static void test_random(void **state) {
  (void)state;
  uint64_t heard = 0;
  for (uint64_t seed = 1; seed <= 300; seed++) {
    struct recipe recipe = {.seed = seed,
                            .listeners = 1 + (uint32_t)(seed * 7 % 150),
                            .types = 1 + (uint32_t)seed % 3,
                            .fields = 8,
                            .numbers = 8,
                            .texts = 5,
                            .schedules = 4,
                            .list_length = 5,
                            .leaves = 1 + (uint32_t)seed % 4};
    heard += run_recipe(&recipe, 200);
  }
  assert_true(heard > 100000);
}

static void test_shapes(void **state) {
  (void)state;
  static const struct {
    const char *name;
    struct recipe recipe;
  } shapes[] = {
      {"many thresholds share rows",
       {.seed = 101,
        .listeners = 3000,
        .types = 1,
        .fields = 2,
        .numbers = 100000,
        .texts = 4,
        .schedules = 2,
        .list_length = 3,
        .leaves = 2}},
      {"many texts",
       {.seed = 102,
        .listeners = 1500,
        .types = 1,
        .fields = 5,
        .numbers = 5,
        .texts = 3000,
        .schedules = 2,
        .list_length = 40,
        .leaves = 2}},
      {"few texts for many listeners: rows of their own",
       {.seed = 103, .listeners = 1500, .types = 1, .fields = 5, .numbers = 5, .texts = 3, .schedules = 2, .list_length = 3, .leaves = 2}},
      {"lists too long for rows",
       {.seed = 104,
        .listeners = 60,
        .types = 1,
        .fields = 5,
        .numbers = 5,
        .texts = 20000,
        .schedules = 2,
        .list_length = LIMIT_MENTIONS + 50,
        .leaves = 2}},
      {"many schedules",
       {.seed = 105, .listeners = 400, .types = 2, .fields = 3, .numbers = 5, .texts = 4, .schedules = 200, .list_length = 3, .leaves = 1}},
      {"periods share rows",
       {.seed = 109,
        .listeners = 2500,
        .types = 1,
        .fields = 2,
        .numbers = 5,
        .texts = 3,
        .schedules = 2,
        .list_length = 3,
        .leaves = 1,
        .fine_periods = true}},
      {"one listener",
       {.seed = 106, .listeners = 1, .types = 1, .fields = 3, .numbers = 5, .texts = 4, .schedules = 1, .list_length = 3, .leaves = 1}},
      {"exactly a block",
       {.seed = 107, .listeners = 512, .types = 1, .fields = 3, .numbers = 5, .texts = 4, .schedules = 1, .list_length = 3, .leaves = 1}},
      {"a block and one",
       {.seed = 108, .listeners = 513, .types = 1, .fields = 3, .numbers = 5, .texts = 4, .schedules = 1, .list_length = 3, .leaves = 1}},
  };
  for (size_t i = 0; i < sizeof shapes / sizeof shapes[0]; i++) {
    if (run_recipe(&shapes[i].recipe, 60) == 0) fail_msg("%s: nothing was ever heard", shapes[i].name);
  }
}

/* The whole catalogue and more: fields beyond the last row are tested on the survivors. */
static void test_more_fields_than_rows(void **state) {
  (void)state;
  struct fault fault;
  static char names[LIMIT_FIELDS][16];
  while (catalogue.field_count < 100) {
    char *name = names[catalogue.field_count];
    snprintf(name, sizeof names[0], "extra%u", (unsigned)catalogue.field_count);
    struct field_info field = {
        .event_name = str_of(name), .campaign_name = str_of(name), .kind = catalogue.field_count % 2 ? FIELD_TEXT : FIELD_INT};
    assert_int_equal(catalogue_add_field(&catalogue, &field, &fault), STATUS_OK);
  }
  struct recipe recipe = {
      .seed = 201, .listeners = 800, .types = 1, .fields = 100, .numbers = 3, .texts = 2, .schedules = 2, .list_length = 3, .leaves = 1};
  assert_true(run_recipe(&recipe, 200) > 0);
}

/* An empty rulebook, and a type that nobody hears. */
static void test_nobody(void **state) {
  (void)state;
  arena_reset(&index_arena);
  arena_reset(&scratch);
  struct rulebook rulebook = {.catalogue = &catalogue};
  const struct match_index *index = match_build(&rulebook, &index_arena, &scratch);
  struct match_cache *cache = match_cache_new(index, &index_arena);
  struct event event = {.type = 0};
  assert_int_equal(match_event(index, cache, &event, matches), 0);
  event.type = TYPE_UNKNOWN;
  assert_int_equal(match_event(index, cache, &event, matches), 0);
  assert_int_equal(match_most(index), 0);
}

/* More listeners than one event may wake are told by a number above the bound; exactly as many are still listed. */
static void test_too_many(void **state) {
  (void)state;
  static const struct {
    uint32_t listeners, found;
  } rows[] = {{LIMIT_MATCHES, LIMIT_MATCHES}, {LIMIT_MATCHES + 1, LIMIT_MATCHES + 1}, {LIMIT_MATCHES + 2000, LIMIT_MATCHES + 1}};
  static const struct campaign campaign;
  struct event event = {.time_ms = 5};
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    arena_reset(&rulebook_arena);
    arena_reset(&index_arena);
    arena_reset(&scratch);
    struct listener *listeners = arena_array(&rulebook_arena, rows[i].listeners, sizeof *listeners);
    assert_non_null(listeners);
    for (uint32_t k = 0; k < rows[i].listeners; k++) {
      listeners[k] = (struct listener){.kind = LISTENER_RULE, .owner = k, .to_ms = 10, .schedule = NONE, .conditions = {NONE, NONE, NONE}};
    }
    struct rulebook rulebook = {.catalogue = &catalogue, .campaigns = &campaign, .campaign_count = 1, .listeners = listeners};
    rulebook.listener_count = rulebook.rule_count = rows[i].listeners;
    const struct match_index *index = match_build(&rulebook, &index_arena, &scratch);
    struct match_cache *cache = match_cache_new(index, &index_arena);
    assert_int_equal(match_event(index, cache, &event, matches), rows[i].found);
    assert_int_equal(matches[LIMIT_MATCHES - 1], LIMIT_MATCHES - 1);
    assert_int_equal(match_most(index), rows[i].listeners);
  }
}

/* A full arena is told by NULL, wherever it happens, and nothing is written past its end. */
static void test_full_arena(void **state) {
  (void)state;
  struct recipe recipe = {
      .seed = 7, .listeners = 200, .types = 2, .fields = 8, .numbers = 8, .texts = 5, .schedules = 4, .list_length = 5, .leaves = 3};
  arena_reset(&rulebook_arena);
  const struct rulebook *rulebook = rulebook_random(&recipe, &catalogue, &rulebook_arena);
  arena_reset(&index_arena);
  arena_reset(&scratch);
  assert_non_null(match_build(rulebook, &index_arena, &scratch));
  size_t needed = index_arena.used;
  for (size_t bytes = 0; bytes < needed; bytes += 97) {
    struct arena small;
    void *memory = malloc(bytes + 1);
    arena_init(&small, memory, bytes);
    arena_reset(&scratch);
    assert_null(match_build(rulebook, &small, &scratch));
    free(memory);
  }
  for (size_t bytes = 0; bytes < 4000; bytes += 97) {
    struct arena small;
    void *memory = malloc(bytes + 1);
    arena_init(&small, memory, bytes);
    arena_reset(&index_arena);
    assert_null(match_build(rulebook, &index_arena, &small));
    free(memory);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_random), cmocka_unit_test(test_shapes),     cmocka_unit_test(test_more_fields_than_rows),
      cmocka_unit_test(test_nobody), cmocka_unit_test(test_full_arena), cmocka_unit_test(test_too_many),
  };
  return cmocka_run_group_tests(tests, setup, teardown);
}
