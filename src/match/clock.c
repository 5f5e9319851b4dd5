/* Schedules as one row per partition: "every schedule this listener needs holds now".
 *
 * Schedules change seldom - at the edges of days and opening hours - so the row is worked out once for the widest window of time in which
 * no answer changes and kept by the caller's cache. Listeners with equal schedules in one zone form a class that is asked once. The cache
 * never changes an answer: a window that does not contain the instant is not used.
 */
#include <assert.h>

#include "index.h"

static bool bytes_same(const void *a, const void *b, size_t size) { return size == 0 || memcmp(a, b, size) == 0; }

static bool schedule_is_same(const struct schedule *a, const struct schedule *b) {
  if (a == b) return true;
  if (a->from_ms != b->from_ms || a->to_ms != b->to_ms || a->days != b->days || a->named_days != b->named_days) return false;
  if (a->date_count != b->date_count || a->hour_count != b->hour_count || a->calendar != b->calendar) return false;
  return bytes_same(a->dates, b->dates, a->date_count * sizeof *a->dates) &&
         bytes_same(a->hours, b->hours, a->hour_count * sizeof *a->hours);
}

static uint64_t schedule_hash(const struct schedule *schedule, struct zone zone) {
  uint64_t hash = hash64_pair(&HASH_KEY_FIXED, (uint64_t)schedule->from_ms, (uint64_t)schedule->to_ms);
  hash = hash64_pair(&HASH_KEY_FIXED, hash, (uint64_t)schedule->days << 32 | schedule->named_days);
  struct str hours = {(const char *)schedule->hours, schedule->hour_count * sizeof *schedule->hours};
  hash = hash64_pair(&HASH_KEY_FIXED, hash, hash64(&HASH_KEY_FIXED, hours));
  return hash64_pair(&HASH_KEY_FIXED, hash, (uint64_t)(uint32_t)zone.minutes << 32 | zone.turn_count);
}

struct classing {
  const struct rulebook *rulebook;
  struct clock_class *classes;
  uint32_t class_count, mask;
  uint32_t *slots; /* class + 1 */
};

static uint32_t class_of(struct classing *classing, uint32_t schedule, struct zone zone) {
  const struct schedule *wanted = &classing->rulebook->schedules[schedule];
  uint32_t at = (uint32_t)schedule_hash(wanted, zone) & classing->mask;
  for (; classing->slots[at] != 0; at = (at + 1) & classing->mask) {
    const struct clock_class *known = &classing->classes[classing->slots[at] - 1];
    bool same_zone = zone_is_same(known->zone, zone);
    if (same_zone && schedule_is_same(&classing->rulebook->schedules[known->schedule], wanted)) return classing->slots[at] - 1;
  }
  classing->classes[classing->class_count] = (struct clock_class){.schedule = schedule, .zone = zone};
  classing->slots[at] = ++classing->class_count;
  return classing->class_count - 1;
}

static bool classing_init(struct build *build, struct classing *classing) {
  uint32_t slots = 4;
  while (slots < 2 * build->schedule_count) slots *= 2;
  *classing = (struct classing){.rulebook = build->rulebook, .mask = slots - 1};
  classing->slots = arena_array(build->scratch, slots, sizeof *classing->slots);
  classing->classes = arena_array(build->scratch, build->schedule_count, sizeof *classing->classes);
  return !build->scratch->overflowed;
}

void clock_build(struct build *build) {
  struct partition *partition = build->partition;
  const struct listener *listeners = &build->rulebook->listeners[partition->first];
  struct classing classing;
  struct flip *sorting = arena_array(build->scratch, build->schedule_count, sizeof *sorting);
  if (!classing_init(build, &classing)) return;
  for (uint32_t i = 0; i < build->schedule_count; i++) {
    struct flip *need = &build->schedules[i];
    struct zone zone = build->rulebook->campaigns[listeners[need->listener].campaign].zone;
    need->at = class_of(&classing, (uint32_t)need->at, zone);
  }
  build->schedule_count = flips_sort(build->schedules, build->schedule_count, sorting);
  for (uint32_t i = build->schedule_count; i > 0; i--) {
    struct clock_class *one = &classing.classes[build->schedules[i - 1].at];
    one->member_first = i - 1;
    one->member_count++;
  }
  struct clock_class *classes = arena_array(build->arena, classing.class_count, sizeof *classes);
  partition->members = flips_listeners(build->schedules, build->schedule_count, build->arena);
  if (classes == NULL || partition->members == NULL) return;
  if (classing.class_count > 0) memcpy(classes, classing.classes, classing.class_count * sizeof *classes);
  partition->classes = classes;
  partition->class_count = classing.class_count;
}

/* Works the row out anew; classes whose window still contains the instant keep their answer. */
static void clock_turn(const struct match_index *index, struct clock *clock, const struct partition *partition, int64_t time_ms,
                       struct clock_window *window) {
  window->from_ms = INT64_MIN;
  window->to_ms = INT64_MAX;
  memset(window->words, 0, partition->word_count * sizeof *window->words);
  words_fill(window->words, partition->count);
  for (uint32_t i = 0; i < partition->class_count; i++) {
    const struct clock_class *one = &partition->classes[i];
    struct class_now *now = &clock->classes[i];
    if (time_ms < now->from_ms || time_ms >= now->to_ms) {
      const struct schedule *schedule = &index->rulebook->schedules[one->schedule];
      now->holds = schedule_window(schedule, time_ms, one->zone, &now->from_ms, &now->to_ms);
      assert(now->from_ms <= time_ms && time_ms < now->to_ms);
    }
    if (now->from_ms > window->from_ms) window->from_ms = now->from_ms;
    if (now->to_ms < window->to_ms) window->to_ms = now->to_ms;
    if (now->holds) continue;
    for (uint32_t k = 0; k < one->member_count; k++) bit_clear(window->words, partition->members[one->member_first + k]);
  }
  window->ones = words_ones(window->words, partition->word_count);
}

const struct clock_window *clock_at(struct match_cache *cache, const struct partition *partition, int64_t time_ms) {
  struct clock *clock = &cache->clocks[partition->cache_number];
  for (uint32_t i = 0; i < CLOCK_WINDOWS; i++) {
    struct clock_window *window = &clock->windows[i];
    if (window->from_ms <= time_ms && time_ms < window->to_ms) return window;
  }
  struct clock_window *window = &clock->windows[clock->next];
  clock->next = (clock->next + 1) % CLOCK_WINDOWS;
  clock_turn(cache->index, clock, partition, time_ms, window);
  return window;
}
