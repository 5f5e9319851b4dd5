/* Rows of amounts, numbers and of event time itself: sorted thresholds, one row for the interval between two of them.
 *
 * Each listener's answer changes only at thresholds of its own, so a sweep over all changes in rising order makes each row from the one
 * before. A field with very many thresholds shares rows between neighbours: such a row holds who may hear somewhere in it, and the
 * listeners whose threshold fell inside are tested again when they survive. Memory and time stay bounded; the answer stays the same.
 */
#include <assert.h>

#include "condition.h"
#include "index.h"

struct sweep {
  struct flip *flips;
  uint32_t count;
  uint64_t *now;     /* answers below the first threshold, then at the sweep's place */
  uint64_t *blurred; /* listeners with a threshold inside a shared row */
};

static uint32_t interval_limit(uint32_t word_count) {
  uint32_t by_bytes = LIMIT_INTERVAL_BYTES / (word_count * (uint32_t)sizeof(uint64_t));
  if (by_bytes > LIMIT_INTERVALS) by_bytes = LIMIT_INTERVALS;
  return by_bytes < 16 ? 15 : by_bytes - 1;
}

static uint32_t count_thresholds(const struct sweep *sweep) {
  uint32_t thresholds = 0;
  for (uint32_t i = 0; i < sweep->count; i++) thresholds += i == 0 || sweep->flips[i].at != sweep->flips[i - 1].at;
  return thresholds;
}

/* Applies the changes at one threshold; returns the index behind them. */
static uint32_t sweep_step(struct sweep *sweep, uint32_t i, bool shared) {
  int64_t at = sweep->flips[i].at;
  for (; i < sweep->count && sweep->flips[i].at == at; i++) {
    bit_turn(sweep->now, sweep->flips[i].listener);
    if (shared) bit_set(sweep->blurred, sweep->flips[i].listener);
  }
  return i;
}

static void words_or(uint64_t *words, const uint64_t *others, uint32_t word_count) {
  for (uint32_t i = 0; i < word_count; i++) words[i] |= others[i];
}

static void intervals_make(struct build *build, struct sweep *sweep, struct attribute *out) {
  uint32_t word_count = build->partition->word_count, thresholds = count_thresholds(sweep), limit = interval_limit(word_count);
  uint32_t step = (thresholds + limit - 1) / limit; /* thresholds to a row */
  uint32_t kept = step == 0 ? 0 : (thresholds + step - 1) / step;
  int64_t *starts = arena_array(build->arena, kept, sizeof *starts);
  struct row *rows = arena_array(build->arena, kept + 1, sizeof *rows);
  uint64_t *words = arena_array(build->arena, (size_t)(kept + 1) * word_count, sizeof *words);
  if (starts == NULL || rows == NULL || words == NULL) return;
  memcpy(words, sweep->now, word_count * sizeof *words);
  uint64_t *row = words;
  for (uint32_t i = 0, threshold = 0; i < sweep->count; threshold++) {
    bool shared = threshold % step != 0;
    int64_t at = sweep->flips[i].at;
    i = sweep_step(sweep, i, shared);
    if (shared) {
      words_or(row, sweep->now, word_count);
      continue;
    }
    row += word_count;
    memcpy(row, sweep->now, word_count * sizeof *row);
    starts[threshold / step] = at;
  }
  for (uint32_t i = 0; i <= kept; i++) {
    const uint64_t *one = words + (size_t)i * word_count;
    rows[i] = (struct row){.words = one, .ones = words_ones(one, word_count)};
  }
  out->numeric = true;
  out->starts = starts;
  out->start_count = kept;
  out->rows = rows;
}

static bool sweep_init(struct build *build, struct sweep *sweep, uint32_t most) {
  sweep->flips = arena_array(build->scratch, most, sizeof *sweep->flips);
  sweep->now = words_new(build->partition->word_count, build->scratch);
  sweep->blurred = words_new(build->partition->word_count, build->scratch);
  sweep->count = 0;
  return !build->scratch->overflowed;
}

static void sweep_sort(struct build *build, struct sweep *sweep) {
  struct flip *sorting = arena_array(build->scratch, sweep->count, sizeof *sorting);
  if (sorting != NULL) sweep->count = flips_sort(sweep->flips, sweep->count, sorting);
}

/* ---- a field ---- */

static const struct condition *leaf_of(const struct build *build, const struct use *use) { return &build->rulebook->conditions[use->leaf]; }

static bool run_holds(const struct build *build, const struct use *run, uint32_t count, int64_t number) {
  struct value value = {.kind = VALUE_INT, .number = number};
  for (uint32_t i = 0; i < count; i++) {
    if (!match_leaf(build->rulebook, leaf_of(build, &run[i]), &value)) return false;
  }
  return true;
}

static bool run_holds_absent(const struct build *build, const struct use *run, uint32_t count) {
  for (uint32_t i = 0; i < count; i++) {
    if (!match_leaf(build->rulebook, leaf_of(build, &run[i]), NULL)) return false;
  }
  return true;
}

/* A change at `number`, if the listener's answer changes there. */
static void sweep_try(struct build *build, struct sweep *sweep, const struct use *run, uint32_t count, int64_t number) {
  if (number == INT64_MIN) return;
  if (run_holds(build, run, count, number) == run_holds(build, run, count, number - 1)) return;
  sweep->flips[sweep->count++] = (struct flip){number, run->listener};
}

/* Wherever a condition may change its answer: at its numbers and right behind them. */
static void sweep_run(struct build *build, struct sweep *sweep, const struct use *run, uint32_t count) {
  for (uint32_t i = 0; i < count; i++) {
    const struct operand *operand = &leaf_of(build, &run[i])->operand;
    for (uint32_t k = 0; k < operand->number_count + 2; k++) {
      int64_t number = k == 0 ? operand->low : k == 1 ? operand->high : operand->numbers[k - 2];
      sweep_try(build, sweep, run, count, number);
      if (number != INT64_MAX) sweep_try(build, sweep, run, count, number + 1);
    }
  }
}

static uint32_t count_changes(const struct build *build, const struct use *uses, uint32_t count) {
  uint32_t changes = 0;
  for (uint32_t i = 0; i < count; i++) changes += 2 * (leaf_of(build, &uses[i])->operand.number_count + 2);
  return changes;
}

void numbers_build(struct build *build, uint32_t first, uint32_t count, struct attribute *out) {
  const struct use *uses = &build->uses[first];
  uint32_t word_count = build->partition->word_count;
  uint64_t *absent = words_new(word_count, build->arena);
  struct sweep sweep;
  if (!sweep_init(build, &sweep, count_changes(build, uses, count)) || absent == NULL) return;
  words_fill(absent, build->partition->count);
  words_fill(sweep.now, build->partition->count);
  for (uint32_t i = 0, next; i < count; i = next) {
    next = i + 1;
    while (next < count && uses[next].listener == uses[i].listener) next++;
    if (!run_holds_absent(build, &uses[i], next - i)) bit_clear(absent, uses[i].listener);
    if (!run_holds(build, &uses[i], next - i, INT64_MIN)) bit_clear(sweep.now, uses[i].listener);
    sweep_run(build, &sweep, &uses[i], next - i);
  }
  out->absent = (struct row){.words = absent, .ones = words_ones(absent, word_count)};
  sweep_sort(build, &sweep);
  if (build->scratch->overflowed) return;
  intervals_make(build, &sweep, out);
  for (uint32_t i = 0; i < count; i++) {
    if (bit_is_set(sweep.blurred, uses[i].listener)) plan_add_rest(build, uses[i].listener, uses[i].leaf);
  }
}

/* ---- the time in which a listener hears ---- */

void period_build(struct build *build) {
  struct partition *partition = build->partition;
  struct sweep sweep;
  if (!sweep_init(build, &sweep, 2 * partition->count)) return;
  for (uint32_t i = 0; i < partition->count; i++) {
    const struct listener *listener = &build->rulebook->listeners[partition->first + i];
    if (listener->from_ms >= listener->to_ms) continue;
    if (listener->from_ms == INT64_MIN) {
      bit_set(sweep.now, i);
    } else {
      sweep.flips[sweep.count++] = (struct flip){listener->from_ms, i};
    }
    sweep.flips[sweep.count++] = (struct flip){listener->to_ms, i};
  }
  sweep_sort(build, &sweep);
  if (build->scratch->overflowed) return;
  intervals_make(build, &sweep, &partition->period);
  partition->period_coarse = words_ones(sweep.blurred, partition->word_count) > 0;
}
