/* See ranges.h. */
#include "ranges.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scan.h"

/* ---- taking up ---- */

static uint32_t name_take(struct ranges *ranges, struct str name) {
  for (uint32_t i = ranges->name_count; i-- > 0;)
    if (str_equal(ranges->names[i], name)) return i;
  if (ranges->name_count == RANGE_NAMES_MOST) return RANGE_NAMES_MOST;
  ranges->names[ranges->name_count] = arena_copy(ranges->texts, name);
  return ranges->name_count++;
}

uint32_t ranges_input(struct ranges *ranges, struct str name) { return name_take(ranges, name); }

/* They ascend in a file, so the last one of its name tells. */
static void replaced_drop(struct ranges *ranges, const struct noted_range *next) {
  uint32_t at = ranges->count, kept = 0;
  while (at > 0 && ranges->items[at - 1].input != next->input) at--;
  if (at == 0 || ranges->items[at - 1].last < next->first) return;
  for (uint32_t i = 0; i < ranges->count; i++)
    if (ranges->items[i].input != next->input) ranges->items[kept++] = ranges->items[i];
  ranges->count = kept;
}

static bool range_note(struct ranges *ranges, const struct unheard_range *range, struct fault *fault) {
  struct noted_range noted = {range->first, range->last, range->events, range->digest, range->earliest_ms, range->latest_ms, 0, 0, false};
  noted.input = name_take(ranges, range->input), noted.rulebook = name_take(ranges, range->rulebook);
  bool room = ranges->count < RANGES_MOST && noted.input < RANGE_NAMES_MOST && noted.rulebook < RANGE_NAMES_MOST;
  if (!room) return fault_set(fault, STATUS_LIMIT, "more ranges, inputs or rulebooks than can be explained at once"), false;
  replaced_drop(ranges, &noted);
  ranges->items[ranges->count++] = noted;
  return true;
}

bool ranges_add(struct ranges *ranges, struct str line, struct arena *arena, struct fault *fault) {
  struct unheard_range range;
  return record_read_range(line, arena, &range, fault) == STATUS_OK && range_note(ranges, &range, fault);
}

/* It may have ended since: then its line is there. */
static bool is_noted(const struct ranges *ranges, const struct unheard_range *range) {
  for (uint32_t i = ranges->count; i-- > 0;) {
    const struct noted_range *noted = &ranges->items[i];
    if (noted->first == range->first && noted->digest == range->digest && str_equal(ranges->names[noted->input], range->input)) return true;
  }
  return false;
}

void ranges_open_add(struct ranges *ranges, const struct unheard_range *range) {
  struct fault fault;
  if (range->events > 0 && !is_noted(ranges, range)) (void)range_note(ranges, range, &fault);
}

static int by_place(const void *one, const void *other) {
  const struct noted_range *a = one, *b = other;
  if (a->input != b->input) return a->input < b->input ? -1 : 1;
  return a->first < b->first ? -1 : a->first > b->first;
}

void ranges_sort(struct ranges *ranges) {
  if (ranges->count > 0) qsort(ranges->items, ranges->count, sizeof *ranges->items, by_place);
}

void ranges_get(const struct ranges *ranges, uint32_t number, struct unheard_range *out) {
  const struct noted_range *noted = &ranges->items[number];
  *out = (struct unheard_range){.first = noted->first,
                                .last = noted->last,
                                .events = noted->events,
                                .digest = noted->digest,
                                .earliest_ms = noted->earliest_ms,
                                .latest_ms = noted->latest_ms,
                                .input = ranges->names[noted->input],
                                .rulebook = ranges->names[noted->rulebook]};
}

/* ---- in their inputs ---- */

/* The first event of a range is known by its digest: so another file under the name of the input is noticed. */
static bool is_its_first(const struct ranges *ranges, const struct noted_range *range, struct str line) {
  struct event_error error;
  struct event event;
  arena_reset(ranges->event);
  return event_read(ranges->catalogue, line, ranges->event, &event, &error) == EVENT_OK && event.digest == range->digest;
}

struct walk {
  struct ranges *ranges;
  uint32_t at, behind; /* the ranges of one input that are still before the line, and behind all of it */
  range_line *take;
  void *self;
};

static bool line_walk(struct walk *walk, struct str line, uint64_t position) {
  struct noted_range *items = walk->ranges->items;
  while (walk->at < walk->behind && items[walk->at].last < position) walk->at++;
  if (walk->at == walk->behind || position < items[walk->at].first) return true;
  struct noted_range *range = &items[walk->at];
  if (position == range->first) range->away = !is_its_first(walk->ranges, range, line);
  return range->away || walk->take(walk->self, line, position, walk->at);
}

static bool input_walk(struct walk *walk, const char *path) {
  struct scan scan;
  struct fault fault;
  struct str line;
  uint64_t position;
  bool goes_on = true;
  if (!scan_is_file(path) || scan_open(&scan, path, &fault) != STATUS_OK) return true;
  while (goes_on && walk->at < walk->behind && scan_next(&scan, &line, &position)) goes_on = line_walk(walk, line, position);
  scan_close(&scan);
  return goes_on;
}

void ranges_walk(struct ranges *ranges, const char *path, range_line *take, void *self) {
  bool goes_on = true;
  for (uint32_t i = 0; i < ranges->count; i++) ranges->items[i].away = true;
  for (uint32_t at = 0; at < ranges->count && goes_on;) {
    char own[4200];
    struct walk walk = {ranges, at, at, take, self};
    while (walk.behind < ranges->count && ranges->items[walk.behind].input == ranges->items[at].input) walk.behind++;
    (void)snprintf(own, sizeof own, "%.*s", STR_FORMAT(ranges->names[ranges->items[at].input]));
    at = walk.behind;
    goes_on = input_walk(&walk, path != NULL ? path : own);
  }
}

/* ---- whose inputs are away ---- */

uint32_t ranges_of_time(const struct ranges *ranges, int64_t time_ms, struct unheard_range *out) {
  uint32_t count = 0, rulebook = RANGE_NAMES_MOST;
  for (uint32_t i = 0; i < ranges->count; i++) {
    const struct noted_range *range = &ranges->items[i];
    if (!range->away || time_ms < range->earliest_ms || time_ms > range->latest_ms) continue;
    if (count > 0 && rulebook != range->rulebook) return 0;
    rulebook = range->rulebook;
    ranges_get(ranges, i, out);
    count++;
  }
  return count;
}

uint32_t ranges_away(const struct ranges *ranges, int64_t since_ms, uint64_t *events) {
  uint32_t count = 0;
  *events = 0;
  for (uint32_t i = 0; i < ranges->count; i++) {
    if (!ranges->items[i].away || (since_ms != TIME_NONE && ranges->items[i].latest_ms < since_ms)) continue;
    *events += ranges->items[i].events;
    count++;
  }
  return count;
}
