/* The same event on the same states, read anew from the store: in what order cells stand there, and in what block, must mean nothing. */
#include <stdio.h>

#include "world.h"

#define SAME(field) CHECK(a->field == b->field)

static void outcome_same(const struct outcome *a, const struct outcome *b) {
  SAME(book), SAME(rule), SAME(reason), SAME(condition), SAME(limit), SAME(pool), SAME(dimension), SAME(period), SAME(has_numbers);
  SAME(numbers_are_times), SAME(numbers_are_money), SAME(gift_first), SAME(gift_count), SAME(caused_by);
  if (a->has_numbers) SAME(expected), SAME(actual);
  CHECK(str_equal(a->actual_text, b->actual_text));
}

static void gift_same(const struct gift *a, const struct gift *b) {
  SAME(book), SAME(kind), SAME(rule), SAME(item), SAME(instead_of), SAME(pool), SAME(id_length), SAME(id_words[0]), SAME(id_words[1]);
  SAME(value_minor), SAME(count), SAME(offset_minor), SAME(partial), SAME(cut_by), SAME(uncut_minor), SAME(valid_from_ms),
      SAME(valid_to_ms);
  SAME(cause_digest), SAME(weight_drawn), SAME(weight_total);
  CHECK(memcmp(a->id, b->id, a->id_length) == 0);
}

static void effect_same(const struct effect *a, const struct effect *b) { SAME(fact), SAME(kind), SAME(period), SAME(before), SAME(after); }

static void heard_same(const struct heard_way *a, const struct heard_way *b) {
  SAME(rule), SAME(fact), SAME(key), SAME(period), SAME(forward), SAME(number);
}

static void decision_same(const struct decision *a, const struct decision *b) {
  SAME(gate), SAME(remembers), SAME(undone_whole), SAME(undone_minor), SAME(outcome_count), SAME(gift_count), SAME(mark_count);
  SAME(effect_count), SAME(forward_count), SAME(heard_count), SAME(shortage_count), SAME(want_count);
  for (uint32_t i = 0; i < a->outcome_count; i++) outcome_same(&a->outcomes[i], &b->outcomes[i]);
  for (uint32_t i = 0; i < a->gift_count; i++) gift_same(&a->gifts[i], &b->gifts[i]);
  for (uint32_t i = 0; i < a->effect_count; i++) effect_same(&a->effects[i], &b->effects[i]);
  for (uint32_t i = 0; i < a->heard_count; i++) heard_same(&a->heard[i], &b->heard[i]);
  for (uint32_t i = 0; i < a->mark_count; i++)
    CHECK(a->marks[i].pool == b->marks[i].pool && a->marks[i].watermark_bp == b->marks[i].watermark_bp &&
          a->marks[i].left == b->marks[i].left);
  for (uint32_t i = 0; i < a->forward_count; i++)
    CHECK(str_equal(a->forwards[i].hearer, b->forwards[i].hearer) && a->forwards[i].reversal == b->forwards[i].reversal &&
          a->forwards[i].ways == b->forwards[i].ways);
}

/* Cells and ids of one that the other does not have: for people. */
static void difference_tell(const char *whose, const struct state *one, const struct state *other) {
  uint32_t slot = 0;
  int64_t time_ms;
  fprintf(stderr, "  %s: %u cells, %u ids, %u pages, floor %lld\n", whose, one->cell_count, one->seen_count, one->pages,
          (long long)one->floor_ms);
  for (const struct cell *cell; (cell = state_any(one, &slot)) != NULL;) {
    const struct cell *found = state_find(other, cell_kind(cell), cell_decl(cell), cell->key, cell->period);
    if (found != NULL && memcmp(found, cell, sizeof *cell) == 0) continue;
    fprintf(stderr, "    %s decl %llx key %llx period %d expires %d:", cell_kind_name(cell_kind(cell)), (unsigned long long)cell_decl(cell),
            (unsigned long long)cell->key, cell->period, cell->expires_day);
    for (unsigned i = 0; i < 5; i++) fprintf(stderr, " %llx", (unsigned long long)((const uint64_t *)(const void *)cell)[3 + i]);
    fprintf(stderr, "\n");
  }
  for (uint32_t i = 0; i <= one->seen_mask; i++)
    if (one->seen[i].time_ms != TIME_NONE && !state_seen(other, one->seen[i].digest, &time_ms))
      fprintf(stderr, "    id %llx of %lld\n", (unsigned long long)one->seen[i].digest, (long long)one->seen[i].time_ms);
}

/* Owners that the twin did not ask for did not change either: those that it has are all that may differ. What it alone fetched, since it
 * knew less at its first try, came to nothing. */
static void states_same(struct world *twin, const struct world *world) {
  for (uint32_t i = 0; i < twin->count; i++) {
    struct place *place = &twin->places[i];
    if (place->state == NULL) continue;
    const struct place *other = place_of((struct world *)(uintptr_t)world, &place->owner);
    CHECK(other->state != NULL || !place->state->changed);
    if (other->state == NULL || state_content(place->state) == state_content(other->state)) continue;
    difference_tell("at hand", other->state, place->state);
    difference_tell("from the store", place->state, other->state);
    CHECK(!"a state that was read again comes to something else");
  }
}

void twin_judge(struct world *twin, const struct world *world, const struct event *event, const struct hearing *hearing, enum tried tried) {
  world_begin(twin, world->trail.capacity);
  twin->store = world, twin->book = world->book, twin->shelf = world->shelf, twin->settings = world->settings;
  twin->clock_ms = world->clock_ms, twin->lent = world->lent, twin->tight = false;
  CHECK(world_judge(twin, event, hearing) == tried);
  if (tried == TRIED_KEPT || tried == TRIED_REFUSED) decision_same(world->decision, twin->decision);
  states_same(twin, world);
  world_end(twin);
}
