/* Builds the index: one partition for each event type that somebody hears (see index.h for the picture). */
#include <assert.h>

#include "index.h"

static void dimension_build(struct build *build, uint32_t first, uint32_t count, struct attribute *out) {
  out->field = build->uses[first].field;
  if (build->rulebook->catalogue->fields[out->field].kind == FIELD_TEXT) {
    texts_build(build, first, count, out);
  } else {
    numbers_build(build, first, count, out);
  }
}

static uint32_t count_fields(const struct build *build) {
  uint32_t fields = 0;
  for (uint32_t i = 0; i < build->use_count; i++) fields += i == 0 || build->uses[i].field != build->uses[i - 1].field;
  return fields < LIMIT_DIMENSIONS_INDEXED ? fields : LIMIT_DIMENSIONS_INDEXED;
}

static void dimensions_build(struct build *build) {
  struct partition *partition = build->partition;
  uint32_t most = count_fields(build);
  struct attribute *dimensions = arena_array(build->arena, most, sizeof *dimensions);
  if (dimensions == NULL) return;
  partition->dimensions = dimensions;
  for (uint32_t i = 0, next; i < build->use_count; i = next) {
    next = i + 1;
    while (next < build->use_count && build->uses[next].field == build->uses[i].field) next++;
    if (partition->dimension_count == most) {
      for (uint32_t k = i; k < next; k++) plan_add_rest(build, build->uses[k].listener, build->uses[k].leaf);
      continue;
    }
    dimension_build(build, i, next - i, &dimensions[partition->dimension_count]);
    partition->dimension_of[build->uses[i].field] = (uint8_t)++partition->dimension_count;
    if (build->scratch->overflowed || build->arena->overflowed) return;
  }
}

/* The rest by listener: a counting sort into one array with starts. */
static void residuals_build(struct build *build) {
  struct partition *partition = build->partition;
  uint32_t *first = arena_array(build->arena, partition->count + 1, sizeof *first);
  uint32_t *nodes = arena_array(build->arena, build->rest_count, sizeof *nodes);
  uint32_t *next = arena_array(build->scratch, partition->count + 1, sizeof *next);
  if (first == NULL || nodes == NULL || next == NULL) return;
  for (uint32_t i = 0; i < build->rest_count; i++) first[build->rest[i].listener + 1]++;
  for (uint32_t i = 0; i < partition->count; i++) first[i + 1] += first[i];
  memcpy(next, first, (partition->count + 1) * sizeof *next);
  for (uint32_t i = 0; i < build->rest_count; i++) nodes[next[build->rest[i].listener]++] = build->rest[i].leaf;
  partition->residual_first = first;
  partition->residuals = nodes;
}

static uint32_t larger(uint32_t a, uint32_t b) { return a > b ? a : b; }

static uint32_t dimension_most(const struct attribute *dimension) {
  uint32_t most = dimension->absent.ones;
  if (dimension->numeric) {
    for (uint32_t i = 0; i <= dimension->start_count; i++) most = larger(most, dimension->rows[i].ones);
    return most;
  }
  most = larger(most, dimension->other.ones);
  for (uint32_t i = 0; i <= dimension->slot_mask; i++) {
    if (dimension->slots[i].row != 0) most = larger(most, dimension->rows[dimension->slots[i].row - 1].ones);
  }
  return most;
}

static uint32_t partition_most(const struct partition *partition) {
  uint32_t most = dimension_most(&partition->period);
  for (uint32_t i = 0; i < partition->dimension_count; i++) {
    uint32_t one = dimension_most(&partition->dimensions[i]);
    if (one < most) most = one;
  }
  return most;
}

static bool partition_build(struct build *build) {
  size_t mark = build->scratch->used;
  struct partition *partition = build->partition;
  uint32_t words = (partition->count + WORD_BITS - 1) / WORD_BITS;
  partition->word_count = (words + BLOCK_WORDS - 1) / BLOCK_WORDS * BLOCK_WORDS;
  plan_make(build);
  if (!build->scratch->overflowed) period_build(build);
  if (!build->scratch->overflowed) clock_build(build);
  if (!build->scratch->overflowed) dimensions_build(build);
  if (!build->scratch->overflowed) residuals_build(build);
  if (build->scratch->overflowed || build->arena->overflowed) return false;
  partition->most = partition_most(partition);
  build->scratch->used = mark;
  return true;
}

static bool listener_follows(const struct listener *a, const struct listener *b) {
  if (a->type != b->type) return a->type < b->type;
  bool a_rule = a->kind == LISTENER_RULE, b_rule = b->kind == LISTENER_RULE;
  if (a_rule != b_rule) return b_rule;
  return !a_rule || a->owner <= b->owner;
}

/* What match_rule_refusal's search and the order of answers rest on; the campaign room promises it. */
static uint32_t count_types(const struct rulebook *rulebook) {
  uint32_t types = 0;
  for (uint32_t i = 0; i < rulebook->listener_count; i++) {
    assert(i == 0 || listener_follows(&rulebook->listeners[i - 1], &rulebook->listeners[i]));
    types += i == 0 || rulebook->listeners[i].type != rulebook->listeners[i - 1].type;
  }
  return types;
}

static bool partitions_build(struct match_index *index, struct partition *partitions, struct arena *arena, struct arena *scratch) {
  const struct rulebook *rulebook = index->rulebook;
  for (uint32_t first = 0, next; first < rulebook->listener_count; first = next) {
    next = first + 1;
    while (next < rulebook->listener_count && rulebook->listeners[next].type == rulebook->listeners[first].type) next++;
    struct partition *partition = &partitions[index->partition_count];
    *partition = (struct partition){.type = rulebook->listeners[first].type, .first = first, .count = next - first};
    struct build build = {.rulebook = rulebook, .arena = arena, .scratch = scratch, .partition = partition};
    if (!partition_build(&build)) return false;
    partition->cache_number = index->clock_count++;
    index->partition_of[partition->type] = (uint16_t)++index->partition_count;
    index->most = larger(index->most, partition->most);
    index->word_most = larger(index->word_most, partition->word_count);
  }
  return true;
}

const struct match_index *match_build(const struct rulebook *rulebook, struct arena *arena, struct arena *scratch) {
  size_t before = arena->used;
  uint32_t types = count_types(rulebook);
  struct match_index *index = arena_array(arena, 1, sizeof *index);
  struct partition *partitions = arena_array(arena, types, sizeof *partitions);
  if (index == NULL || partitions == NULL) return NULL;
  index->rulebook = rulebook;
  index->partitions = partitions;
  if (!partitions_build(index, partitions, arena, scratch)) return NULL;
  index->bytes = arena->used - before;
  return index;
}

/* An empty window contains no instant. */
static bool clock_new(struct clock *clock, const struct partition *partition, struct arena *arena) {
  clock->classes = arena_array(arena, partition->class_count, sizeof *clock->classes);
  for (uint32_t i = 0; i < CLOCK_WINDOWS; i++) clock->windows[i].words = words_new(partition->word_count, arena);
  return !arena->overflowed;
}

struct match_cache *match_cache_new(const struct match_index *index, struct arena *arena) {
  struct match_cache *cache = arena_array(arena, 1, sizeof *cache);
  if (cache == NULL) return NULL;
  cache->index = index;
  cache->clocks = arena_array(arena, index->clock_count, sizeof *cache->clocks);
  cache->patches = words_new(LIMIT_DIMENSIONS_INDEXED * index->word_most, arena);
  if (cache->clocks == NULL || cache->patches == NULL) return NULL;
  for (uint32_t i = 0; i < index->partition_count; i++) {
    const struct partition *partition = &index->partitions[i];
    if (!clock_new(&cache->clocks[partition->cache_number], partition, arena)) return NULL;
  }
  return cache;
}

uint32_t match_most(const struct match_index *index) { return index->most; }
size_t match_bytes(const struct match_index *index) { return index->bytes; }
