/* Ranges of events that nobody hears: they follow each other, none reaches into the next, and each has exactly the events between its ends
 * that have no outcome of their own; these are such that by this file's own reading of the campaigns nobody hears them. With the lines
 * of sim_check.c: every event is decided once, by one line or by one range. */
#include "sim.h"

#define CAMPAIGNS_DAYS 212 /* 2026-12-01 to 2027-06-30 */

static bool open_next(const struct world *world, uint32_t shard, struct unheard_range *out) {
  struct fault fault;
  const struct owner_record *record = image_find(&world->segments[shard].now, STR("m:range"));
  if (record == NULL || record->record.length == 0) return false;
  return shard_range_read(record->record, out, &fault) == STATUS_OK;
}

bool range_next(const struct world *world, uint32_t shard, struct range_reader *reader, struct unheard_range *out) {
  struct str line;
  struct fault fault;
  struct arena arena;
  if (!reader->opened) reader->lines = (struct line_reader){.partition = &world->log.partitions[TOPIC_DECISIONS][shard]};
  reader->opened = true;
  arena_init(&arena, reader->memory, sizeof reader->memory);
  while (!reader->all && line_next(&reader->lines, &line))
    if (line_is_range(line) && record_read_range(line, &arena, out, &fault) == STATUS_OK) return true;
  bool last = !reader->all;
  reader->all = true;
  return last && open_next(world, shard, out);
}

static bool may_be_unheard(const struct world *world, const struct input *input, const struct unheard_range *range) {
  bool raised = str_equal(range->rulebook, world->books[BOOK_RAISED].rulebook->digest);
  bool outside = input->day < 0 || input->day >= CAMPAIGNS_DAYS;
  return input->kind != KIND_REVERSED && (outside || (input->kind == KIND_VIEWED && !raised));
}

/* What has a line of its own in a range was decided under the range's rulebook. */
static void books_check(struct world *world, uint32_t shard, uint32_t at, const struct unheard_range *range) {
  uint8_t decider = world->deciders[shard][at];
  if (decider != 0 && decider != decider_of(world, range->rulebook))
    sim_break(world, "shard %u: the range from place %llu is of another rulebook than the decision in it, of place %llu", shard,
              (unsigned long long)range->first, (unsigned long long)world->log.partitions[TOPIC_EVENTS][shard].records[at].place);
}

static uint32_t events_take(struct world *world, uint32_t shard, const struct unheard_range *range) {
  const struct partition *events = &world->log.partitions[TOPIC_EVENTS][shard];
  uint32_t count = 0;
  for (uint32_t i = 0; i < events->count; i++) {
    const struct input *input = &world->inputs[events->records[i].input];
    if (events->records[i].place < range->first || events->records[i].place > range->last) continue;
    books_check(world, shard, i, range);
    if (world->outcomes[shard][i] != 0) continue;
    world->outcomes[shard][i] = IN_RANGE;
    if (!may_be_unheard(world, input, range))
      sim_break(world, "event e%u is in a range of events that nobody hears, and somebody does", input->number);
    count++;
  }
  return count;
}

/* Both ends are events of it, or it says that it reaches further than it does. */
static bool ends_are_its(const struct world *world, uint32_t shard, const struct unheard_range *range) {
  const struct partition *events = &world->log.partitions[TOPIC_EVENTS][shard];
  uint32_t found = 0;
  for (uint32_t i = 0; i < events->count; i++) {
    bool is_end = events->records[i].place == range->first || events->records[i].place == range->last;
    found += is_end && world->outcomes[shard][i] == IN_RANGE;
  }
  return found == (range->first == range->last ? 1 : 2);
}

void check_ranges(struct world *world, uint32_t shard) {
  struct range_reader reader = {.opened = false};
  struct unheard_range range;
  for (uint64_t next = 0; range_next(world, shard, &reader, &range); next = range.last + 1) {
    uint32_t count = events_take(world, shard, &range);
    if (range.first < next)
      sim_break(world, "shard %u: a range begins at place %llu, where another is", shard, (unsigned long long)range.first);
    if (count != range.events || !ends_are_its(world, shard, &range))
      sim_break(world, "shard %u: a range has %llu events from place %llu to %llu; without an outcome there are %u", shard,
                (unsigned long long)range.events, (unsigned long long)range.first, (unsigned long long)range.last, count);
  }
}
