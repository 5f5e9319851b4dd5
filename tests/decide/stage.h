/* A stage for the heart: campaign texts in, event lines in, decisions out; owners' records kept encoded in a small table, as the shard
 * keeps them. */
#ifndef GIFTD_TESTS_DECIDE_STAGE_H
#define GIFTD_TESTS_DECIDE_STAGE_H

#include <assert.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "giftd/decide.h"

#define STAGE_OWNERS 32768u
#define STAGE_ARENA (64u << 20)

struct stage_owner {
  struct owner owner;
  char *record;
  size_t length;
};

struct stage {
  struct catalogue catalogue;
  struct arena arena, scratch, event_arena;
  struct findings findings;
  const struct rulebook *book;
  const struct match_index *index;
  struct match_cache *cache;
  struct decide_settings settings;
  struct event event;
  struct decision decision;
  uint32_t matches[LIMIT_MATCHES], match_count, owner_count;
  struct owner owners[LIMIT_OWNERS];
  struct state *states[LIMIT_OWNERS];
  struct stage_owner *kept;
  uint32_t kept_count;
};

static inline struct stage *stage_new(const char *const *texts, uint32_t count) {
  struct stage *s = calloc(1, sizeof *s);
  struct source sources[16];
  struct fault fault = {0};
  assert_true(s != NULL && count <= 16);
  for (uint32_t i = 0; i < count; i++) sources[i] = (struct source){.text = str_of(texts[i])};
  arena_init(&s->arena, malloc(STAGE_ARENA), STAGE_ARENA);
  arena_init(&s->scratch, malloc(STAGE_ARENA), STAGE_ARENA);
  arena_init(&s->event_arena, malloc(4u << 20), 4u << 20);
  for (uint32_t i = 0; i < count; i++) sources[i].name = arena_print(&s->arena, "file%u.json", i);
  catalogue_init(&s->catalogue);
  enum status status = rulebook_read(sources, count, &s->catalogue, &s->arena, &s->scratch, &s->findings, &s->book, &fault);
  for (uint32_t i = 0; i < s->findings.count && status != STATUS_OK; i++)
    print_error("%.*s: %.*s\n", STR_FORMAT(s->findings.items[i].pointer), STR_FORMAT(s->findings.items[i].text));
  assert_int_equal(status, STATUS_OK);
  s->index = match_build(s->book, &s->arena, &s->scratch);
  s->cache = match_cache_new(s->index, &s->arena);
  s->settings = (struct decide_settings){.id_key = {1, 2}, .horizon_ms = 7 * MS_PER_DAY, .memory_ms = 90 * MS_PER_DAY};
  s->kept = calloc(STAGE_OWNERS, sizeof *s->kept);
  return s;
}

static inline void stage_free(struct stage *s) {
  for (uint32_t i = 0; i < STAGE_OWNERS; i++) free(s->kept[i].record);
  for (uint32_t i = 0; i < LIMIT_OWNERS; i++) free(s->states[i]);
  free(s->kept), free(s->arena.memory), free(s->scratch.memory), free(s->event_arena.memory), free(s);
}

static inline struct stage_owner *stage_slot(struct stage *s, const struct owner *owner) {
  uint32_t at = (uint32_t)hash64(&HASH_KEY_FIXED, (struct str){owner->key, owner->length}) % STAGE_OWNERS;
  while (s->kept[at].owner.length != 0 &&
         (s->kept[at].owner.length != owner->length || memcmp(s->kept[at].owner.key, owner->key, owner->length) != 0))
    at = (at + 1) % STAGE_OWNERS;
  if (s->kept[at].owner.length == 0) s->kept[at].owner = *owner, s->kept_count++;
  assert_true(s->kept_count < STAGE_OWNERS);
  return &s->kept[at];
}

static inline struct state *stage_state(struct stage *s, uint32_t i) {
  struct fault fault = {0};
  const struct stage_owner *slot = stage_slot(s, &s->owners[i]);
  if (s->states[i] == NULL) s->states[i] = malloc(sizeof *s->states[i]);
  assert_true(state_decode((struct str){slot->record, slot->length}, s->states[i], &fault));
  return s->states[i];
}

static inline void stage_keep(struct stage *s, uint32_t i) {
  static char bytes[LIMIT_STATE_BYTES];
  struct stage_owner *slot = stage_slot(s, &s->owners[i]);
  size_t length = state_encode(s->states[i], bytes, sizeof bytes);
  assert_true(length > 0);
  slot->record = realloc(slot->record, length);
  memcpy(slot->record, bytes, length);
  slot->length = length;
}

/* Decides one line; arrival is the event's own time. */
static inline const struct decision *stage_event(struct stage *s, const char *line) {
  struct event_error error;
  struct fault fault = {0};
  arena_reset(&s->event_arena);
  enum event_problem problem = event_read(&s->catalogue, str_of(line), &s->event_arena, &s->event, &error);
  if (problem != EVENT_OK) print_error("%s: %s %s\n", line, event_problems[problem].code, error.pointer);
  assert_int_equal(problem, EVENT_OK);
  if (s->event.arrival_ms == TIME_NONE) s->event.arrival_ms = s->event.time_ms;
  s->match_count = match_event(s->index, s->cache, &s->event, s->matches);
  s->owners[0] = decide_customer_owner(s->event.customer);
  struct state *customer = stage_state(s, 0);
  s->owner_count = decide_owners(s->book, &s->event, s->matches, s->match_count, customer, s->owners);
  for (uint32_t i = 1; i < s->owner_count; i++) (void)stage_state(s, i);
  struct decide_input input = {s->book, &s->settings, &s->event, s->matches, s->match_count, s->owners, s->owner_count, false, NULL};
  assert_int_equal(decide_event(&input, s->states, &s->event_arena, &s->decision, &fault), STATUS_OK);
  for (uint32_t i = 0; i < s->owner_count; i++)
    if (s->states[i]->changed) stage_keep(s, i);
  return &s->decision;
}

static inline struct pool_left stage_pool(struct stage *s, const char *name) {
  static struct state state;
  struct fault fault = {0};
  for (uint32_t i = 0; i < s->book->pool_count; i++) {
    if (!str_equal(s->book->pools[i].name, str_of(name))) continue;
    struct owner owner = decide_pool_owner(s->book, i, (struct str){NULL, 0});
    const struct stage_owner *slot = stage_slot(s, &owner);
    assert_true(state_decode((struct str){slot->record, slot->length}, &state, &fault));
    return decide_pool_left(s->book, i, &state, (struct str){NULL, 0});
  }
  fail_msg("no pool %s", name);
  return (struct pool_left){0};
}

#endif
