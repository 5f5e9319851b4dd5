/* Decisions that are taken back: histories of random changes, of which some are undone and some kept, against a list that is simply copied.
 * Whatever is taken back is as it was byte for byte, page for page; whatever is kept and not stored yet stands in a page that is marked. */
#include "cells.h"

#define CELLS_MOST 300u
#define ENTRIES 64u

/* What should be there. */
struct model {
  uint32_t count;
  struct cell cells[CELLS_MOST];
};

struct history {
  struct dice dice;
  struct trail trail;
  struct trail_entry entries[ENTRIES];
  struct state *state;
  struct model now, before;
  struct pages stored;
  bool grows;
  uint32_t kept, undone, full, cramped, pages_most;
};

static struct history *history_new(uint64_t seed) {
  struct history *h = calloc(1, sizeof *h);
  assert_non_null(h);
  h->dice = dice_of(seed), h->grows = true, h->state = block_new(4, 0);
  h->trail = (struct trail){.entries = h->entries, .capacity = ENTRIES};
  h->state->trail = &h->trail;
  return h;
}

static void history_free(struct history *h) { pages_free(&h->stored), free(h->state), free(h); }

/* ---- the model ---- */

static struct cell *model_find(struct model *model, const struct cell *cell) {
  for (uint32_t i = 0; i < model->count; i++)
    if (memcmp(&model->cells[i], cell, sizeof *cell) == 0) return &model->cells[i];
  return NULL;
}

static void model_remove(struct model *model, const struct cell *cell) {
  struct cell *at = model_find(model, cell);
  assert_non_null(at);
  *at = model->cells[--model->count];
}

static void is_like(const struct state *state, struct model *model) {
  struct cell *cells = cells_of(state);
  assert_int_equal(state->cell_count, model->count);
  qsort(model->cells, model->count, sizeof model->cells[0], cells_compare);
  assert_memory_equal(cells, model->cells, model->count * sizeof *cells);
  free(cells);
  holds(state);
}

/* ---- one change ---- */

/* What is in it holds whatever else is there. */
static void scribble(struct dice *dice, struct cell *cell) {
  int64_t number = dice_below(dice, 1000);
  cell->expires_day = dice_below(dice, 2) == 0 ? 0 : 20000 + (int32_t)dice_below(dice, 9);
  switch (cell_kind(cell)) {
    case CELL_LIMIT: cell->limit.used = number; break;
    case CELL_MEASURE: cell->measure.sum = -number, cell->measure.count = (uint32_t)number; break;
    case CELL_AWAITED: cell->awaited.amount = number; break;
    case CELL_TAKEN: cell->taken.amount = number, cell->taken.owner_key = dice_word(dice); break;
    default: break;
  }
}

static const struct cell *any_cell(struct history *h) {
  uint32_t slot = dice_below(&h->dice, h->state->used + 1);
  const struct cell *cell = state_any(h->state, &slot);
  return cell;
}

/* False: there was no room, and the decision is void. */
static bool change_add(struct history *h) {
  static const enum cell_kind kinds[] = {CELL_LIMIT, CELL_MEASURE, CELL_AWAITED, CELL_TAKEN};
  enum cell_kind kind = kinds[dice_below(&h->dice, 4)];
  uint64_t decl = dice_below(&h->dice, 5), key = dice_below(&h->dice, 40);
  const struct cell *known = kind == CELL_TAKEN ? NULL : state_find(h->state, kind, decl, key, 0);
  if (h->now.count == CELLS_MOST && known == NULL) return true;
  if (known != NULL) model_remove(&h->now, known);
  struct cell *cell = kind == CELL_TAKEN ? state_add(h->state, kind, decl, key, 0) : state_make(h->state, kind, decl, key, 0);
  if (cell == NULL) return false;
  scribble(&h->dice, cell);
  if (!h->trail.full) h->now.cells[h->now.count++] = *cell;
  return !h->trail.full;
}

static bool change_write(struct history *h) {
  const struct cell *cell = any_cell(h);
  if (cell == NULL) return true;
  struct cell was = *cell, *changed = state_write(h->state, cell);
  scribble(&h->dice, changed);
  if (h->trail.full) return false;
  model_remove(&h->now, &was);
  h->now.cells[h->now.count++] = *changed;
  return true;
}

static bool change_remove(struct history *h) {
  const struct cell *cell = any_cell(h);
  if (cell == NULL) return true;
  struct cell was = *cell;
  state_remove(h->state, cell);
  if (h->trail.full) return false;
  model_remove(&h->now, &was);
  return true;
}

static bool change(struct history *h) {
  uint32_t what = dice_below(&h->dice, 8), adds = h->grows ? 5 : 2;
  if (dice_below(&h->dice, 400) == 0) h->grows = !h->grows; /* so that states become large and small again */
  return what < adds ? change_add(h) : what < adds + 1 ? change_write(h) : change_remove(h);
}

/* ---- one decision ---- */

/* What was not marked is as it is stored. */
static void nothing_is_forgotten(struct history *h) {
  if (h->state->changed) pages_store(&h->stored, h->state);
  struct pages now = pages_of(h->state);
  for (uint32_t i = 0; i < h->stored.count; i++)
    assert_true(i < now.count ? str_equal(h->stored.pages[i], now.pages[i]) : h->stored.pages[i].length == 0);
  pages_free(&now);
}

static void decide(struct history *h) {
  bool good = true;
  struct pages before = pages_of(h->state);
  int32_t expire_day = h->state->expire_day;
  uint64_t dirty = h->state->dirty[0];
  h->before = h->now;
  trail_begin(&h->trail);
  for (uint32_t n = dice_below(&h->dice, 40); n > 0 && good; n--) good = change(h);
  if (good && dice_below(&h->dice, 3) > 0) {
    trail_keep(&h->trail);
    is_like(h->state, &h->now);
    h->kept++;
  } else {
    trail_undo(&h->trail);
    h->now = h->before;
    is_like(h->state, &h->now);
    struct pages after = pages_of(h->state);
    assert_true(pages_equal(&before, &after));
    assert_true(h->state->expire_day == expire_day && h->state->dirty[0] == dirty);
    pages_free(&after);
    h->undone++;
  }
  h->full += h->trail.full, h->cramped += h->state->cramped;
  if (h->state->cramped) h->state = block_grow(h->state, h->state->cell_count / 2 + 8, 0);
  pages_free(&before);
}

/* Between two decisions: what the shard does. */
static void between(struct history *h) {
  state_settle(h->state);
  if (h->state->pages > h->pages_most) h->pages_most = h->state->pages;
  nothing_is_forgotten(h);
  if (dice_below(&h->dice, 10) > 0) return;
  struct state *again = read_again(h->state);
  again->trail = &h->trail;
  free(h->state);
  h->state = again;
  is_like(h->state, &h->now);
}

static void what_is_undone_never_was(void **unused) {
  (void)unused;
  uint32_t kept = 0, undone = 0, full = 0, cramped = 0, pages = 0;
  for (uint64_t seed = 1; seed <= 40; seed++) {
    struct history *h = history_new(seed);
    h->trail.capacity = seed % 3 == 0 ? 12 : ENTRIES;
    for (uint32_t i = 0; i < 150; i++) decide(h), between(h);
    kept += h->kept, undone += h->undone, full += h->full, cramped += h->cramped;
    if (h->pages_most > pages) pages = h->pages_most;
    history_free(h);
  }
  print_message("%u kept, %u undone, %u full, %u cramped, %u pages\n", kept, undone, full, cramped, pages);
  assert_true(kept > 500 && undone > 500 && full > 100 && cramped > 50 && pages > 1);
}

/* ---- cases ---- */

static struct trail_entry entries[8];
static struct trail trail = {.entries = entries, .capacity = 8};

static struct state *state_of_one(void) {
  struct state *state = block_new(8, 0);
  state->trail = &trail;
  state_add(state, CELL_LIMIT, 1, 2, 3)->limit.used = 5;
  return state;
}

static void several_states_go_back_together(void **unused) {
  (void)unused;
  struct state *a = state_of_one(), *b = state_of_one();
  struct pages before[2] = {pages_of(a), pages_of(b)}, after[2];
  trail_begin(&trail);
  state_write(a, state_find(a, CELL_LIMIT, 1, 2, 3))->limit.used = 6;
  state_remove(b, state_find(b, CELL_LIMIT, 1, 2, 3));
  state_add(b, CELL_LIMIT, 1, 2, 3)->limit.used = 7;
  state_add(a, CELL_OWED, 1, 0, 0)->owed.amount = 1;
  trail_undo(&trail);
  after[0] = pages_of(a), after[1] = pages_of(b);
  for (int i = 0; i < 2; i++) {
    assert_true(pages_equal(&before[i], &after[i]));
    pages_free(&before[i]), pages_free(&after[i]);
  }
  free(a), free(b);
}

/* One that was removed and one that came in its place, in either order of undoing. */
static void a_slot_is_not_used_again_before_the_end(void **unused) {
  (void)unused;
  struct state *state = state_of_one();
  const struct cell *first = state_find(state, CELL_LIMIT, 1, 2, 3);
  trail_begin(&trail);
  state_remove(state, first);
  assert_ptr_not_equal(state_add(state, CELL_LIMIT, 1, 2, 4), first);
  trail_undo(&trail);
  assert_ptr_equal(state_find(state, CELL_LIMIT, 1, 2, 3), first);
  assert_int_equal(first->limit.used, 5);
  trail_begin(&trail);
  state_remove(state, first);
  trail_keep(&trail);
  assert_ptr_equal(state_add(state, CELL_LIMIT, 1, 2, 4), first); /* now it is */
  free(state);
}

/* Nothing is changed any more by a decision whose trail is full: what is written to is no cell of the state. */
static void a_full_trail_changes_nothing(void **unused) {
  (void)unused;
  struct state *state = state_of_one();
  const struct cell *cell = state_find(state, CELL_LIMIT, 1, 2, 3);
  trail_begin(&trail);
  for (uint32_t i = 0; i < trail.capacity; i++) state_write(state, cell)->limit.used = i;
  assert_false(trail.full);
  struct cell was = *cell;
  state_write(state, cell)->limit.used = 99;
  assert_true(trail.full);
  state_remove(state, cell);
  state_make(state, CELL_LIMIT, 1, 2, 3)->limit.used = 98;
  struct cell *added = state_add(state, CELL_LIMIT, 1, 2, 4);
  assert_true(added != NULL && added->period == 4 && cell_kind(added) == CELL_LIMIT);
  assert_true(state->cell_count == 1 && memcmp(cell, &was, sizeof was) == 0);
  trail_undo(&trail);
  assert_int_equal(cell->limit.used, 5);
  free(state);
}

static void what_is_kept_is_marked_and_noted(void **unused) {
  (void)unused;
  struct state *state = state_of_one();
  (void)state_expire(state, 20000, 0, 0);
  pages_clean(state);
  trail_begin(&trail);
  trail_keep(&trail);
  assert_false(state->changed); /* nothing happened */
  trail_begin(&trail);
  state_write(state, state_find(state, CELL_LIMIT, 1, 2, 3))->expires_day = 20010;
  assert_false(state->changed); /* not before it is kept */
  trail_keep(&trail);
  assert_true(state->changed && page_is_dirty(state, 0));
  assert_true(state->expire_day == 20011 && state_may_expire(state, 20011) && !state_may_expire(state, 20010));
  free(state);
}

static void outside_of_a_decision_nothing_is_taken_back(void **unused) {
  (void)unused;
  struct state *state = state_of_one();
  trail_begin(&trail);
  trail_keep(&trail);
  state_write(state, state_find(state, CELL_LIMIT, 1, 2, 3))->limit.used = 8;
  trail_begin(&trail);
  trail_undo(&trail);
  assert_int_equal(state_find(state, CELL_LIMIT, 1, 2, 3)->limit.used, 8);
  free(state);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(what_is_undone_never_was),
      cmocka_unit_test(several_states_go_back_together),
      cmocka_unit_test(a_slot_is_not_used_again_before_the_end),
      cmocka_unit_test(a_full_trail_changes_nothing),
      cmocka_unit_test(what_is_kept_is_marked_and_noted),
      cmocka_unit_test(outside_of_a_decision_nothing_is_taken_back),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
