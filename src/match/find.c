/* Matching one event: pick a row for each dimension, AND them block by block, test what is left of the survivors. */
#include <assert.h>

#include "giftd/base/name.h"
#include "index.h"

/* The interval a number is in: how many starts are at or below it. */
static const struct row *number_row(const struct attribute *dimension, int64_t number) {
  uint32_t low = 0, high = dimension->start_count;
  while (low < high) {
    uint32_t middle = low + (high - low) / 2;
    if (dimension->starts[middle] <= number) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return &dimension->rows[low];
}

static const struct row *text_row(const struct attribute *dimension, struct str text) {
  uint32_t at = (uint32_t)name_hash(text) & dimension->slot_mask;
  for (; dimension->slots[at].row != 0; at = (at + 1) & dimension->slot_mask) {
    if (name_equal(dimension->slots[at].text, text)) return &dimension->rows[dimension->slots[at].row - 1];
  }
  return &dimension->other;
}

static const struct row *value_row(const struct attribute *dimension, const struct value *value) {
  if (value->kind == VALUE_ABSENT) return &dimension->absent;
  if (dimension->numeric) {
    assert(value->kind == VALUE_INT || value->kind == VALUE_BOOL);
    return number_row(dimension, value->number);
  }
  assert(value->kind == VALUE_TEXT);
  return text_row(dimension, value->text);
}

/* A row with words of its own, or one made of the other row and its flips in `patch`. */
static const uint64_t *row_words(const struct attribute *dimension, const struct row *row, uint32_t word_count, uint64_t *patch) {
  if (row->words != NULL) return row->words;
  memcpy(patch, dimension->other.words, word_count * sizeof *patch);
  for (uint32_t i = 0; i < row->flip_count; i++) bit_turn(patch, row->flips[i]);
  return patch;
}

static void rows_pick_values(const struct partition *partition, const struct event *event, const struct row **picked) {
  for (uint32_t i = 0; i < partition->dimension_count; i++) picked[i] = &partition->dimensions[i].absent;
  for (uint32_t i = 0; i < event->field_count; i++) {
    uint32_t dimension = partition->dimension_of[event->field_ids[i]];
    if (dimension != 0) picked[dimension - 1] = value_row(&partition->dimensions[dimension - 1], &event->values[i]);
  }
}

/* Emptiest row first, so that most blocks end after one or two rows. */
static uint32_t rows_add(struct match_cache *cache, uint32_t count, const uint64_t *words, uint32_t ones) {
  uint32_t at = count;
  for (; at > 0 && cache->ones[at - 1] > ones; at--) {
    cache->ones[at] = cache->ones[at - 1];
    cache->rows[at] = cache->rows[at - 1];
  }
  cache->ones[at] = ones;
  cache->rows[at] = words;
  return count + 1;
}

static uint32_t rows_pick(struct match_cache *cache, const struct partition *partition, const struct event *event) {
  const struct row *picked[LIMIT_DIMENSIONS_INDEXED];
  rows_pick_values(partition, event, picked);
  const struct row *period = number_row(&partition->period, event->time_ms);
  uint32_t count = rows_add(cache, 0, period->words, period->ones);
  if (partition->class_count > 0) {
    const struct clock_window *window = clock_at(cache, partition, event->time_ms);
    count = rows_add(cache, count, window->words, window->ones);
  }
  for (uint32_t i = 0; i < partition->dimension_count; i++) {
    if (picked[i]->ones == partition->count) continue; /* nobody is refused by it */
    uint64_t *patch = cache->patches + (size_t)i * cache->index->word_most;
    const uint64_t *words = row_words(&partition->dimensions[i], picked[i], partition->word_count, patch);
    count = rows_add(cache, count, words, picked[i]->ones);
  }
  return count;
}

/* The AND of one block; false when nothing is left of it. */
static bool block_and(const struct match_cache *cache, uint32_t row_count, uint32_t at, uint64_t block[BLOCK_WORDS]) {
  memcpy(block, cache->rows[0] + at, BLOCK_WORDS * sizeof *block);
  for (uint32_t row = 1; row <= row_count; row++) {
    uint64_t left = 0;
    for (uint32_t i = 0; i < BLOCK_WORDS; i++) left |= block[i];
    if (left == 0) return false;
    if (row == row_count) break;
    const uint64_t *words = cache->rows[row] + at;
    for (uint32_t i = 0; i < BLOCK_WORDS; i++) block[i] &= words[i];
  }
  return true;
}

static bool survivor_hears(const struct match_index *index, const struct partition *partition, uint32_t local, const struct event *event) {
  const struct listener *listener = &index->rulebook->listeners[partition->first + local];
  if (partition->period_coarse && (event->time_ms < listener->from_ms || event->time_ms >= listener->to_ms)) return false;
  uint32_t first = partition->residual_first[local], end = partition->residual_first[local + 1];
  if (first == end) return true;
  struct zone zone = index->rulebook->campaigns[listener->campaign].zone;
  for (uint32_t i = first; i < end; i++) {
    if (!match_condition(index->rulebook, partition->residuals[i], event, zone)) return false;
  }
  return true;
}

/* Lists the survivors of one word that hear the event; returns how many `out` holds then, or LIMIT_MATCHES + 1. */
static uint32_t word_list(const struct match_index *index, const struct partition *partition, uint64_t word, uint32_t at,
                          const struct event *event, uint32_t *out, uint32_t found) {
  for (; word != 0; word &= word - 1) {
    uint32_t local = at * WORD_BITS + (uint32_t)__builtin_ctzll(word);
    if (!survivor_hears(index, partition, local, event)) continue;
    if (found == LIMIT_MATCHES) return LIMIT_MATCHES + 1;
    out[found++] = partition->first + local;
  }
  return found;
}

uint32_t match_event(const struct match_index *index, struct match_cache *cache, const struct event *event, uint32_t out[LIMIT_MATCHES]) {
  assert(cache->index == index);
  if (event->type == TYPE_UNKNOWN || index->partition_of[event->type] == 0) return 0;
  const struct partition *partition = &index->partitions[index->partition_of[event->type] - 1];
  uint32_t row_count = rows_pick(cache, partition, event), found = 0;
  for (uint32_t at = 0; at < partition->word_count; at += BLOCK_WORDS) {
    uint64_t block[BLOCK_WORDS];
    if (!block_and(cache, row_count, at, block)) continue;
    for (uint32_t i = 0; i < BLOCK_WORDS && found <= LIMIT_MATCHES; i++) {
      found = word_list(index, partition, block[i], at + i, event, out, found);
    }
    if (found > LIMIT_MATCHES) break;
  }
  return found;
}
