/* How matching costs with the number of campaigns: 10, 1,000 and 10,000, by the index and by a scan of every listener, in one run.
 *
 *     build/release/bench_match [events]
 *
 * Campaigns are made here, shaped like the shipped ones: most listen to card payments, test a few of merchant code, channel, city, merchant
 * and amount, run for some weeks of a year, some on certain days and hours only. Events are drawn from the same values, in order of time.
 * Time is CPU time of this process; no file is read, nothing is printed in between.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "giftd/match.h"

#define YEAR_START_MS 1767196800000LL /* 2026-01-01T00:00+08:00 */
#define EVENT_COUNT 4096u
#define ARENA_BYTES ((size_t)512 << 20)

static struct catalogue catalogue;
static struct arena memory, scratch;
static struct event events[EVENT_COUNT];
static uint32_t matches[LIMIT_MATCHES];
static uint64_t random_state = 42;

static uint32_t below(uint32_t limit) {
  uint64_t z = (random_state += 0x9e3779b97f4a7c15u);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return (uint32_t)(((z ^ (z >> 31)) >> 32) * limit >> 32);
}

static void *take(size_t count, size_t size) {
  void *taken = arena_array(&memory, count, size);
  if (taken == NULL) {
    fprintf(stderr, "bench_match: out of memory\n");
    exit(1);
  }
  return taken;
}

static struct str text(const char *prefix, uint32_t number) {
  char bytes[32];
  int length = snprintf(bytes, sizeof bytes, "%s%05u", prefix, number);
  return arena_copy(&memory, (struct str){bytes, (size_t)length});
}

struct text_field {
  enum known_field field;
  const char *prefix;
  uint32_t values, most;
};
static const struct text_field text_fields[] = {{FIELD_ID_MCC, "mcc", 300, 6},
                                                {FIELD_ID_CHANNEL, "channel", 4, 2},
                                                {FIELD_ID_MERCHANT, "m", 20000, 8},
                                                {FIELD_ID_STATUS, "status", 3, 1}};
#define TEXT_FIELDS (sizeof text_fields / sizeof text_fields[0])

static void leaf_text(struct condition *leaf, const struct text_field *field) {
  uint32_t count = 1 + below(field->most);
  struct str *texts = take(count, sizeof *texts);
  for (uint32_t i = 0; i < count; i++) texts[i] = text(field->prefix, below(field->values));
  *leaf = (struct condition){.kind = CONDITION_LEAF, .left = LEFT_FIELD, .op = OP_IN, .index = field->field, .stateless = true};
  leaf->operand = (struct operand){.kind = VALUE_TEXT, .text_count = count, .texts = texts, .list = NONE, .other = NONE};
}

static void leaf_amount(struct condition *leaf) {
  *leaf = (struct condition){.kind = CONDITION_LEAF, .left = LEFT_FIELD, .op = OP_GTE, .index = FIELD_ID_AMOUNT, .stateless = true};
  leaf->operand = (struct operand){.kind = VALUE_INT, .low = 1000 * (int64_t)(1 + below(200)), .list = NONE, .other = NONE};
}

/* An `all` of a merchant code or a merchant, and often a channel, a status, an amount. */
static uint32_t make_condition(struct rulebook *rulebook, struct condition *conditions) {
  uint32_t root = rulebook->condition_count, first = root + 1, count = 0;
  leaf_text(&conditions[first + count++], &text_fields[below(4) == 0 ? 2 : 0]);
  if (below(2) == 0) leaf_text(&conditions[first + count++], &text_fields[1]);
  if (below(2) == 0) leaf_text(&conditions[first + count++], &text_fields[3]);
  if (below(2) == 0) leaf_amount(&conditions[first + count++]);
  conditions[root] = (struct condition){.kind = CONDITION_ALL, .first = first, .count = count, .stateless = true};
  rulebook->condition_count += 1 + count;
  return root;
}

static void make_listener(struct rulebook *rulebook, struct condition *conditions, struct listener *listener, uint32_t number) {
  *listener = (struct listener){.kind = LISTENER_RULE, .owner = number, .campaign = number, .trigger = NONE};
  listener->from_ms = YEAR_START_MS + (int64_t)below(300) * MS_PER_DAY;
  listener->to_ms = listener->from_ms + (int64_t)(20 + below(100)) * MS_PER_DAY;
  listener->schedule = below(3) == 0 ? below(rulebook->schedule_count) : NONE;
  listener->conditions[0] = listener->conditions[2] = NONE;
  listener->conditions[1] = make_condition(rulebook, conditions);
}

static struct rulebook *make_rulebook(uint32_t campaigns) {
  struct rulebook *rulebook = take(1, sizeof *rulebook);
  struct condition *conditions = take(campaigns * 8u + 8u, sizeof *conditions);
  struct listener *listeners = take(campaigns, sizeof *listeners);
  struct campaign *headers = take(campaigns, sizeof *headers);
  struct schedule *schedules = take(24, sizeof *schedules);
  for (uint32_t i = 0; i < 24; i++) {
    struct hours *hours = take(1, sizeof *hours);
    *hours = (struct hours){3600 * (int32_t)below(12), 3600 * (13 + (int32_t)below(11))};
    schedules[i] = (struct schedule){
        .from_ms = INT64_MIN / 2, .to_ms = INT64_MAX / 2, .days = (2u << below(7)) | (2u << below(7)), .hours = hours, .hour_count = i % 2};
  }
  *rulebook = (struct rulebook){.catalogue = &catalogue,
                                .campaigns = headers,
                                .campaign_count = campaigns,
                                .rule_count = campaigns,
                                .schedules = schedules,
                                .schedule_count = 24,
                                .conditions = conditions,
                                .listeners = listeners,
                                .listener_count = campaigns};
  for (uint32_t i = 0; i < campaigns; i++) {
    headers[i].zone = zone_fixed(480);
    make_listener(rulebook, conditions, &listeners[i], i);
  }
  return rulebook;
}

static void make_events(void) {
  for (uint32_t i = 0; i < EVENT_COUNT; i++) {
    struct event *event = &events[i];
    *event = (struct event){.customer = STR("c0000042"), .offset_minutes = 480};
    event->time_ms = YEAR_START_MS + 150 * MS_PER_DAY + (int64_t)i * (30 * MS_PER_DAY / EVENT_COUNT);
    for (size_t k = 0; k < TEXT_FIELDS; k++) {
      event->field_ids[k] = (uint16_t)text_fields[k].field;
      event->values[k] = (struct value){.kind = VALUE_TEXT, .text = text(text_fields[k].prefix, below(text_fields[k].values))};
    }
    event->field_ids[TEXT_FIELDS] = FIELD_ID_AMOUNT;
    event->values[TEXT_FIELDS] = (struct value){.kind = VALUE_INT, .number = below(300000)};
    event->field_count = TEXT_FIELDS + 1;
  }
}

static int64_t cpu_ns(void) {
  struct timespec now;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return (int64_t)now.tv_sec * 1000000000LL + now.tv_nsec;
}

static uint64_t scan(const struct rulebook *rulebook, const struct event *event) {
  uint64_t heard = 0;
  for (uint32_t i = 0; i < rulebook->listener_count; i++) heard += match_listener_refusal(rulebook, i, event).refusal == MATCH_HEARS;
  return heard;
}

static int run(uint32_t campaigns, uint32_t event_count) {
  size_t mark = memory.used;
  struct rulebook *rulebook = make_rulebook(campaigns);
  arena_reset(&scratch);
  int64_t start = cpu_ns();
  const struct match_index *index = match_build(rulebook, &memory, &scratch);
  int64_t built = cpu_ns();
  struct match_cache *cache = index == NULL ? NULL : match_cache_new(index, &memory);
  if (cache == NULL) return 1;
  uint64_t heard = 0, scanned = 0;
  for (uint32_t i = 0; i < EVENT_COUNT; i++) heard += match_event(index, cache, &events[i], matches); /* warm */
  heard = 0;
  int64_t before = cpu_ns();
  for (uint32_t i = 0; i < event_count; i++) heard += match_event(index, cache, &events[i % EVENT_COUNT], matches);
  int64_t indexed = cpu_ns() - before;
  uint32_t scans = EVENT_COUNT / (campaigns > 1000 ? 4 : 1);
  before = cpu_ns();
  for (uint32_t i = 0; i < scans; i++) scanned += scan(rulebook, &events[i]);
  int64_t naive = cpu_ns() - before;
  for (uint32_t i = 0; i < scans; i++) scanned -= match_event(index, cache, &events[i], matches);
  printf("%9u  %9.1f  %11.0f  %11.0f  %9.0f  %9.0f  %12zu  %9.2f\n", campaigns, (double)heard / event_count, (double)indexed / event_count,
         (double)naive / scans, 1e6 / ((double)indexed / event_count), 1e6 / ((double)naive / scans), match_bytes(index),
         (double)(built - start) / 1e6);
  memory.used = mark;
  if (scanned != 0) fprintf(stderr, "bench_match: index and scan disagree\n");
  return scanned != 0;
}

int main(int argc, char **argv) {
  uint32_t event_count = argc > 1 ? (uint32_t)strtoul(argv[1], NULL, 10) : 1000000u;
  if (event_count == 0) {
    fprintf(stderr, "usage: bench_match [events]\n");
    return 2;
  }
  void *first = malloc(ARENA_BYTES), *second = malloc(ARENA_BYTES);
  if (first == NULL || second == NULL) return 1;
  arena_init(&memory, first, ARENA_BYTES);
  arena_init(&scratch, second, ARENA_BYTES);
  catalogue_init(&catalogue);
  make_events();
  printf("campaigns  heard/ev.  index ns/ev.  scan ns/ev.  index k/s   scan k/s   index bytes   build ms\n");
  int failed = run(10, event_count) | run(100, event_count) | run(1000, event_count) | run(10000, event_count);
  free(first);
  free(second);
  return failed;
}
