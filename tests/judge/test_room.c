/* Room in a record (limits.h): who may use how much of it, and whether a bound was met or the block at hand is too small. What is over the
 * bound is refused and told; what is cramped is judged again in a larger block; and neither is ever written beside it. */
#include "judge/story.h"
#include "work.h"

#define DECL 7u
#define OTHERS (LIMIT_STATE_CELLS - LIMIT_STATE_SPARE) /* what is left free for what takes back is not theirs */

static struct judge_input input;
static struct closing closing;

static struct stage *stage_of(const char *type) {
  static const struct story campaign = {
      "room", "'rules':[{'id':'g','on':'login','give':{'reward':'voucher','value':'5.00','pool':'unlimited'},'limits':'unlimited'}]", ""};
  static char line[256]; /* the event borrows from it */
  struct stage *s = story_stage(&campaign);
  snprintf(
      line, sizeof line,
      "{\"id\":\"1\",\"source\":\"t\",\"customer\":\"c1\",\"type\":\"%s\",\"time\":\"2026-12-05T10:00:00+08:00\",\"original_id\":\"0\"}",
      type);
  stage_read(s, line);
  return s;
}

static struct work work_of(struct stage *s, struct state *state) {
  input = stage_input(s, &s->event, NULL);
  decision_clear(&s->decision);
  return (struct work){.in = &input, .book = s->book, .event = &s->event, .out = &s->decision, .customer = state};
}

/* Whether one more is written where so many stand; else the record is full, and it is written where nobody reads it. */
static bool one_more(struct work *w, uint32_t count) {
  static uint64_t key;
  uint32_t before = w->customer->cell_count;
  w->customer->cell_count = count, w->full = false;
  const struct cell *cell = work_add(w, w->customer, CELL_LIMIT, DECL, ++key, 3);
  bool added = cell != &w->spare;
  assert_true(w->customer->cell_count == count + added && w->full == !added && w->out->cramped == NULL);
  assert_true(cell_decl(cell) == DECL && cell_kind(cell) == CELL_LIMIT && cell->key == key && cell->period == 3);
  w->customer->cell_count = before + added;
  return added;
}

static void assert_bound(struct work *w, uint32_t most) { assert_true(one_more(w, most - 1) && !one_more(w, most)); }

static void who_may_use_what(void **unused) {
  (void)unused;
  struct stage *s = stage_of("login"), *reversal = stage_of("txn.reversed");
  struct state *state = block_new(64, 1);
  struct work w = work_of(s, state);
  assert_bound(&w, OTHERS);
  w.takes_back = true;
  assert_bound(&w, LIMIT_STATE_CELLS);
  w.takes_back = false;
  closing = (struct closing){.close = 0}, input.closing = &closing;
  assert_bound(&w, OTHERS);
  closing.close = 1;
  assert_bound(&w, OTHERS);
  closing.close = NONE; /* a gift that was promised */
  assert_bound(&w, LIMIT_STATE_CELLS);
  w = work_of(reversal, state);
  assert_bound(&w, LIMIT_STATE_CELLS);
  free(state);
  stage_free(s), stage_free(reversal);
}

static struct state *block_filled(void) {
  struct state *state = block_new(8, 1);
  for (uint64_t key = 0; state_room(state) > 0; key++) assert_non_null(state_add(state, CELL_LIMIT, DECL, key, 0));
  return state;
}

/* A block without a place: the record is full where it has as many cells as there may be, else another block is asked for. */
static void full_or_cramped(void **unused) {
  (void)unused;
  struct stage *s = stage_of("login");
  struct state *state = block_filled();
  struct work w = work_of(s, state);
  state->cell_count = LIMIT_STATE_CELLS - 1;
  work_put_text(&w, CELL_WHOLE, DECL, 1, STR("text"), 0);
  assert_true(w.out->cramped == state && !w.full);
  w = work_of(s, state);
  state->cell_count = LIMIT_STATE_CELLS;
  work_put_text(&w, CELL_WHOLE, DECL, 1, STR("text"), 0);
  assert_true(w.out->cramped == NULL && w.full);
  state->cell_count = state->capacity;
  free(state);
  stage_free(s);
}

/* Whatever is put in several cells is void where one of them is lacking. */
static void what_takes_several_cells(void **unused) {
  (void)unused;
  struct stage *s = stage_of("login");
  struct state *state = block_filled();
  struct work w = work_of(s, state);
  work_put_frozen(&w, 20792, NULL, 0);
  assert_ptr_equal(w.out->cramped, state);
  w = work_of(s, state);
  work_put_cause(&w, state, DECL, 0);
  assert_ptr_equal(w.out->cramped, state);
  w = work_of(s, state);
  struct cell *cell = work_add(&w, state, CELL_LIMIT, DECL, 99, 0);
  assert_true(w.out->cramped == state && cell == &w.spare && !w.full);
  free(state);
  stage_free(s);
}

/* Of a fact's keys the one that was used longest ago makes way: of a first when it was heard last, whenever it was the first. */
static void the_key_that_was_used_longest_ago(void **unused) {
  (void)unused;
  static const enum cell_kind kinds[] = {CELL_FIRST, CELL_LAST};
  static const struct fact fact = {.decl = DECL, .dimension_count = 1};
  struct stage *s = stage_of("login");
  for (int i = 0; i < 2; i++) {
    struct state *state = block_new(64, 1);
    struct work w = work_of(s, state);
    for (int64_t key = 1; key <= LIMIT_FACT_KEYS; key++) {
      struct cell *cell = keyed_cell(&w, &fact, kinds[i], (uint64_t)key, 0);
      if (kinds[i] == CELL_FIRST)
        cell->first.time_ms = 1000 + key, cell->first.heard_ms = 3000 - key;
      else
        cell->last.time_ms = 3000 - key;
    }
    assert_int_equal(state->cell_count, LIMIT_FACT_KEYS);
    assert_non_null(keyed_cell(&w, &fact, kinds[i], 99, 0));
    assert_int_equal(state->cell_count, LIMIT_FACT_KEYS);
    assert_null(state_find(state, kinds[i], DECL, LIMIT_FACT_KEYS, 0));
    assert_non_null(state_find(state, kinds[i], DECL, 1, 0));
    free(state);
  }
  stage_free(s);
}

/* What is no type of the catalogue's is none of those that can be undone, and is not looked for among them. */
static void an_event_of_no_type(void **unused) {
  (void)unused;
  size_t bytes = offsetof(struct catalogue, types) + (TYPE_UNKNOWN + 1u) * sizeof(struct type_info);
  struct catalogue *catalogue = malloc(bytes);
  assert_non_null(catalogue);
  memset(catalogue, 1, bytes);
  const struct rulebook book = {.catalogue = catalogue};
  struct event event = {.type = TYPE_UNKNOWN};
  const struct work w = {.book = &book, .event = &event};
  assert_false(event_reversible(&w));
  event.type = LIMIT_EVENT_TYPES - 1;
  assert_true(event_reversible(&w));
  free(catalogue);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(who_may_use_what),         cmocka_unit_test(full_or_cramped),
      cmocka_unit_test(what_takes_several_cells), cmocka_unit_test(the_key_that_was_used_longest_ago),
      cmocka_unit_test(an_event_of_no_type),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
