/* A stage for the heart: campaign texts in, event lines in, decisions out. Every event is decided twice, in a place where states stay as
 * they are and in one where they are stored and read back between two events (place.h): the decisions must be the same. */
#ifndef GIFTD_TESTS_JUDGE_STAGE_H
#define GIFTD_TESTS_JUDGE_STAGE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "judge/place.h"

#define STAGE_ARENA (64u << 20)
#define STAGE_TRAIL (1u << 17)

struct stage {
  struct catalogue catalogue;
  struct arena arena, scratch, event_arena;
  struct findings findings;
  const struct rulebook *book;
  const struct match_index *index;
  struct match_cache *cache;
  struct judge_settings settings;
  struct terms_shelf shelf;
  struct place *live, *stored;
  int64_t clock_ms;                                     /* of the stream, or TIME_NONE */
  const struct closing *closing;                        /* what closes now, or NULL */
  const struct look *look;                              /* what rules have heard of closes, or NULL */
  enum queue_sight (*queue)(void *self, uint64_t pool); /* who waits for pools, or NULL */
  struct event event;
  uint32_t matches[LIMIT_MATCHES], match_count;
  struct str dead; /* why the last event was not decided; empty: it was */
  struct fault fault;
  struct decision decision, again; /* of the live place, of the stored one */
};

static inline void stage_compile(struct stage *s, const char *const *texts, uint32_t count) {
  struct source sources[16];
  struct fault fault = {0};
  assert_true(count <= 16);
  for (uint32_t i = 0; i < count; i++) sources[i] = (struct source){.text = str_of(texts[i])};
  for (uint32_t i = 0; i < count; i++) sources[i].name = arena_print(&s->arena, "file%u.json", i);
  enum status status = rulebook_read(sources, count, &s->catalogue, &s->arena, &s->scratch, &s->findings, &s->book, &fault);
  for (uint32_t i = 0; i < s->findings.count && status != STATUS_OK; i++)
    print_error("%.*s: %.*s\n", STR_FORMAT(s->findings.items[i].pointer), STR_FORMAT(s->findings.items[i].text));
  assert_int_equal(status, STATUS_OK);
  s->index = match_build(s->book, &s->arena, &s->scratch);
  s->cache = match_cache_new(s->index, &s->arena);
}

static inline struct stage *stage_new_with(const char *const *texts, uint32_t count, uint32_t trail) {
  struct stage *s = calloc(1, sizeof *s);
  assert_non_null(s);
  arena_init(&s->arena, malloc(STAGE_ARENA), STAGE_ARENA);
  arena_init(&s->scratch, malloc(STAGE_ARENA), STAGE_ARENA);
  arena_init(&s->event_arena, malloc(16u << 20), 16u << 20);
  catalogue_init(&s->catalogue);
  stage_compile(s, texts, count);
  s->settings = (struct judge_settings){.id_key = {1, 2}, .horizon_ms = 7 * MS_PER_DAY, .memory_ms = 90 * MS_PER_DAY};
  s->live = place_new(false, trail), s->stored = place_new(true, trail);
  s->clock_ms = TIME_NONE;
  return s;
}
static inline struct stage *stage_new(const char *const *texts, uint32_t count) { return stage_new_with(texts, count, STAGE_TRAIL); }

static inline void stage_free(struct stage *s) {
  place_free(s->live), place_free(s->stored);
  free(s->arena.memory), free(s->scratch.memory), free(s->event_arena.memory), free(s);
}

/* ---- the same decision ---- */

#define SAME(member) assert_int_equal(a->member, b->member)
static inline void same_drawing(const struct drawing *a, const struct drawing *b) {
  assert_int_equal(a == NULL, b == NULL);
  if (a == NULL) return;
  assert_true(str_equal(a->key, b->key));
  SAME(count);
  for (uint32_t i = 0; i < a->count; i++) SAME(drawn[i].item), SAME(drawn[i].number), SAME(drawn[i].total);
}
static inline void same_outcome(const struct outcome *a, const struct outcome *b) {
  assert_ptr_equal(a->book, b->book);
  SAME(rule), SAME(reason), SAME(condition), SAME(limit), SAME(pool), SAME(dimension), SAME(period), SAME(expected), SAME(actual);
  SAME(has_numbers), SAME(numbers_are_times), SAME(numbers_are_money), SAME(gift_first), SAME(gift_count), SAME(caused_by);
  assert_true(str_equal(a->actual_text, b->actual_text));
  same_drawing(a->drawing, b->drawing);
}

static inline void same_gift(const struct gift *a, const struct gift *b) {
  assert_ptr_equal(a->book, b->book);
  assert_memory_equal(a->id, b->id, ID22_BYTES);
  SAME(kind), SAME(rule), SAME(item), SAME(instead_of), SAME(pool), SAME(id_length), SAME(id_words[0]), SAME(id_words[1]);
  SAME(value_minor), SAME(count), SAME(offset_minor), SAME(partial), SAME(cut_by), SAME(uncut_minor), SAME(valid_from_ms);
  SAME(valid_to_ms), SAME(cause_digest), SAME(weight_drawn), SAME(weight_total);
}

static inline void same_hearing(const struct decision *a, const struct decision *b) {
  for (uint32_t i = 0; i < a->forward_count; i++) {
    assert_true(str_equal(a->forwards[i].hearer, b->forwards[i].hearer));
    SAME(forwards[i].reversal), SAME(forwards[i].ways);
  }
  for (uint32_t i = 0; i < a->heard_count; i++) {
    SAME(heard[i].rule), SAME(heard[i].fact), SAME(heard[i].key), SAME(heard[i].period), SAME(heard[i].forward), SAME(heard[i].number);
  }
}

static inline void same_decision(const struct decision *a, const struct decision *b) {
  SAME(gate), SAME(remembers), SAME(undone_whole), SAME(undone_minor), SAME(outcome_count), SAME(gift_count), SAME(mark_count);
  SAME(effect_count), SAME(forward_count), SAME(heard_count);
  for (uint32_t i = 0; i < a->outcome_count; i++) same_outcome(&a->outcomes[i], &b->outcomes[i]);
  for (uint32_t i = 0; i < a->gift_count; i++) same_gift(&a->gifts[i], &b->gifts[i]);
  for (uint32_t i = 0; i < a->mark_count; i++) SAME(marks[i].pool), SAME(marks[i].watermark_bp), SAME(marks[i].left);
  for (uint32_t i = 0; i < a->effect_count; i++) {
    SAME(effects[i].fact), SAME(effects[i].kind), SAME(effects[i].period), SAME(effects[i].before), SAME(effects[i].after);
  }
  same_hearing(a, b);
}
#undef SAME

/* ---- events ---- */

static inline struct judge_input stage_input(const struct stage *s, const struct event *event, const struct hearing *hearing) {
  return (struct judge_input){.rulebook = s->book,
                              .shelf = &s->shelf,
                              .settings = &s->settings,
                              .event = event,
                              .clock_ms = s->clock_ms,
                              .reached_ms = s->clock_ms,
                              .matches = s->matches,
                              .match_count = hearing != NULL ? 0 : s->match_count,
                              .hearing = hearing,
                              .queue = s->queue,
                              .closing = s->closing,
                              .look = s->look};
}

/* In both places; the answers go to `decision` and `s->again`. */
static inline void stage_judge(struct stage *s, const struct event *event, const struct hearing *hearing, struct decision *decision) {
  struct judge_input input = stage_input(s, event, hearing);
  struct str dead = {NULL, 0};
  s->dead = dead;
  enum judged judged = place_judge(s->live, &input, &s->event_arena, decision, &s->dead, &s->fault);
  assert_int_equal(place_judge(s->stored, &input, &s->event_arena, &s->again, &dead, &s->fault), judged);
  assert_true(judged != JUDGED_SHORT && str_equal(s->dead, dead) && (judged == JUDGED_DEAD) == (dead.length > 0));
  if (judged == JUDGED) same_decision(decision, &s->again);
}

static inline void stage_read(struct stage *s, const char *line) {
  struct event_error error;
  arena_reset(&s->event_arena);
  enum event_problem problem = event_read(&s->catalogue, str_of(line), &s->event_arena, &s->event, &error);
  if (problem != EVENT_OK) print_error("%s: %s %s\n", line, event_problems[problem].code, error.pointer);
  assert_int_equal(problem, EVENT_OK);
  if (s->event.arrival_ms == TIME_NONE) s->event.arrival_ms = s->event.time_ms;
  s->match_count = match_event(s->index, s->cache, &s->event, s->matches);
}

/* Decides one line, or says in s->dead why not; arrival is the event's own time when the line tells none. */
static inline const struct decision *stage_try(struct stage *s, const char *line) {
  stage_read(s, line);
  stage_judge(s, &s->event, NULL, &s->decision);
  return &s->decision;
}

static inline const struct decision *stage_event(struct stage *s, const char *line) {
  (void)stage_try(s, line);
  if (s->dead.length > 0) print_error("%s: %.*s %s\n", line, STR_FORMAT(s->dead), s->fault.text);
  assert_int_equal(s->dead.length, 0);
  return &s->decision;
}

static inline const struct state *stage_customer(struct stage *s, const char *id) {
  struct owner owner = owner_customer(str_of(id));
  return place_state(s->live, &owner);
}

static inline struct pool_left stage_pool(struct stage *s, const char *name) {
  const struct str whole = {NULL, 0};
  for (uint32_t i = 0; i < s->book->pool_count; i++) {
    if (!str_equal(s->book->pools[i].name, str_of(name))) continue;
    struct owner owner = pool_owner(&s->book->pools[i], whole);
    struct pool_left live = pool_left(s->book, i, place_state(s->live, &owner), whole);
    struct pool_left stored = pool_left(s->book, i, place_state(s->stored, &owner), whole);
    assert_true(live.total == stored.total && live.used == stored.used && live.left == stored.left);
    return live;
  }
  fail_msg("no pool %s", name);
  return (struct pool_left){0};
}

#endif
