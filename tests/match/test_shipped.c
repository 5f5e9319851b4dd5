/* The same comparison on rulebooks that were read from files: the shipped campaigns, and a thousand made campaigns that go through the
 * reader. Events are put together from the values that the rulebook's own conditions name, so that they stand on its thresholds. */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "giftd/match.h"

#define ARENA_BYTES ((size_t)256 << 20)
#define SOURCES_MOST 1100u

static struct catalogue catalogue;
static struct arena memory, scratch, batch;
static struct source sources[SOURCES_MOST];
static uint32_t source_count;
static uint32_t matches[LIMIT_MATCHES];
static uint64_t random_state;

static uint32_t below(uint32_t limit) {
  uint64_t z = (random_state += 0x9e3779b97f4a7c15u);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return (uint32_t)(((z ^ (z >> 31)) >> 32) * limit >> 32);
}

static int setup(void **state) {
  (void)state;
  struct arena *arenas[] = {&memory, &scratch, &batch};
  for (size_t i = 0; i < 3; i++) arena_init(arenas[i], malloc(ARENA_BYTES), ARENA_BYTES);
  return 0;
}

static int teardown(void **state) {
  (void)state;
  free(memory.memory);
  free(scratch.memory);
  free(batch.memory);
  return 0;
}

static void start(void) {
  arena_reset(&memory);
  catalogue_init(&catalogue);
  source_count = 0;
  random_state = 1;
}

static void add_source(struct str name, struct str text) {
  assert_true(source_count < SOURCES_MOST);
  sources[source_count++] = (struct source){name, text};
}

static struct str read_file(const char *path) {
  FILE *file = fopen(path, "rb");
  assert_non_null(file);
  char *bytes = arena_take(&memory, LIMIT_CAMPAIGN_BYTES);
  assert_non_null(bytes);
  size_t length = fread(bytes, 1, LIMIT_CAMPAIGN_BYTES, file);
  fclose(file);
  return (struct str){bytes, length};
}

static bool ends_with(const char *name, const char *ending) {
  size_t length = strlen(name), end = strlen(ending);
  return length >= end && strcmp(name + length - end, ending) == 0;
}

/* Files of a folder; `prefix` goes before their names ("lists/"). */
static void add_folder(const char *folder, const char *prefix, const char *ending) {
  DIR *entries = opendir(folder);
  assert_non_null(entries);
  for (const struct dirent *entry = readdir(entries); entry != NULL; entry = readdir(entries)) {
    if (!ends_with(entry->d_name, ending) || strcmp(entry->d_name, "catalogue.json") == 0) continue;
    struct str path = arena_print(&memory, "%s/%s", folder, entry->d_name);
    add_source(arena_print(&memory, "%s%s", prefix, entry->d_name), read_file(path.at));
  }
  closedir(entries);
}

static const struct rulebook *read_rulebook(void) {
  static struct findings findings;
  struct fault fault;
  const struct rulebook *rulebook = NULL;
  arena_reset(&scratch);
  memset(&findings, 0, sizeof findings);
  enum status status = rulebook_read(sources, source_count, &catalogue, &memory, &scratch, &findings, &rulebook, &fault);
  for (uint32_t i = 0; status != STATUS_OK && i < findings.count && i < 20; i++) {
    char text[2048];
    struct buffer buffer;
    buffer_init(&buffer, text, sizeof text);
    finding_print(&buffer, &findings.items[i]);
    fprintf(stderr, "%.*s\n", STR_FORMAT(buffer_text(&buffer)));
  }
  assert_int_equal(status, STATUS_OK);
  return rulebook;
}

/* A value that some condition on the field names, or stands beside one. */
static bool value_of_conditions(const struct rulebook *rulebook, uint32_t field, struct value *value) {
  for (uint32_t tries = 0, at = below(rulebook->condition_count); tries < 200; tries++, at = (at + 1) % rulebook->condition_count) {
    const struct condition *leaf = &rulebook->conditions[at];
    if (leaf->kind != CONDITION_LEAF || leaf->left != LEFT_FIELD || leaf->index != field) continue;
    const struct operand *operand = &leaf->operand;
    if (catalogue.fields[field].kind == FIELD_TEXT) {
      const struct list *list = operand->list == NONE || operand->text_count > 0 ? NULL : &rulebook->lists[operand->list];
      if (operand->text_count > 0) *value = (struct value){.kind = VALUE_TEXT, .text = operand->texts[below(operand->text_count)]};
      if (list != NULL && list->count > 0) *value = (struct value){.kind = VALUE_TEXT, .text = list->items[below(list->count)]};
      if (value->kind == VALUE_TEXT) return true;
    } else if (catalogue.fields[field].kind != FIELD_LIST) {
      *value = (struct value){.kind = VALUE_INT, .number = (below(2) ? operand->low : operand->high) + (int64_t)below(3) - 1};
      if (catalogue.fields[field].kind == FIELD_BOOL) *value = (struct value){.kind = VALUE_BOOL, .number = below(2)};
      return true;
    }
  }
  return false;
}

static void make_event(const struct rulebook *rulebook, struct event *event) {
  const struct listener *listener = &rulebook->listeners[below(rulebook->listener_count)];
  *event = (struct event){.customer = STR("c0000042"), .type = listener->type, .offset_minutes = 480};
  int64_t from = 1796054400000LL; /* 2026-12-01 */
  event->time_ms = from + (int64_t)below(400 * 48) * (MS_PER_DAY / 48) + (int64_t)below(3) - 1;
  for (uint32_t field = 0; field < catalogue.field_count && event->field_count < LIMIT_EVENT_FIELDS; field++) {
    struct value value = {.kind = VALUE_ABSENT};
    if (below(4) == 0 || !value_of_conditions(rulebook, field, &value)) continue;
    event->field_ids[event->field_count] = (uint16_t)field;
    event->values[event->field_count++] = value;
  }
}

static uint64_t compare_all(const struct rulebook *rulebook, uint32_t events) {
  arena_reset(&scratch);
  const struct match_index *index = match_build(rulebook, &memory, &scratch);
  assert_non_null(index);
  struct match_cache *cache = match_cache_new(index, &memory);
  assert_non_null(cache);
  uint64_t heard = 0;
  struct event event;
  for (uint32_t i = 0; i < events; i++) {
    make_event(rulebook, &event);
    uint32_t count = match_event(index, cache, &event, matches), next = 0;
    for (uint32_t listener = 0; listener < rulebook->listener_count; listener++) {
      bool hears = match_listener_refusal(rulebook, listener, &event).refusal == MATCH_HEARS;
      bool found = next < count && matches[next] == listener;
      if (hears != found) fail_msg("event %u, listener %u: the reference says %d, the index %d", i, listener, hears, found);
      next += found;
    }
    heard += count;
  }
  return heard;
}

static void test_shipped(void **state) {
  (void)state;
  start();
  add_folder(SOURCE_DIR "/deploy/demo", "", ".json");
  add_folder(SOURCE_DIR "/deploy/demo/lists", "lists/", ".txt");
  assert_true(compare_all(read_rulebook(), 20000) > 20000);
}

static struct str made_when(void) {
  uint32_t value = below(30), amount = 20 + below(500);
  switch (below(5)) {
    case 0: return arena_print(&memory, "{'mcc': ['5812', '58%02u'], 'amount': {'gte': '%u.00'}}", value, amount);
    case 1: return arena_print(&memory, "{'merchant': 'm%u', 'channel': {'not_in': ['atm']}, 'amount': {'lt': '%u.00'}}", value, amount);
    case 2: return arena_print(&memory, "{'any': [{'city': '31%04u'}, {'amount': {'between': ['10.00', '%u.00']}}]}", value, amount);
    case 3: return arena_print(&memory, "{'not': {'mcc': '58%02u'}, 'amount': {'gt': '%u.00'}}", value, amount);
    default: return arena_print(&memory, "{'card': {'exists': false}, 'mcc': {'ne': '58%02u'}, 'amount': {'lte': '%u.00'}}", value, amount);
  }
}

/* One campaign of one rule. Its amount, values, days and period are drawn. Written with single quotes, for reading. */
static void add_made(uint32_t number) {
  static const char *const schedules[] = {"", "'schedule': {'days': ['fri']},", "'schedule': {'hours': '10:00-22:00'},",
                                          "'schedule': {'days': ['restday'], 'hours': '08:00-12:00'},"};
  struct str when = made_when();
  struct str text = arena_print(&memory,
                                "{'id': 'made-%04u', 'version': 1, 'name': {'zh': 'made', 'en': 'made'},\n"
                                "'period': {'from': '2027-%02u-01', 'to': '2027-%02u-28'}, 'audience': 'everyone',\n"
                                "'rules': [{'id': 'r', 'on': 'txn.card_spend', %s 'when': %.*s,\n"
                                "'give': {'reward': 'voucher', 'value': '5.00', 'pool': {'stock': 100}},\n"
                                "'limits': [{'count': 1, 'per': ['customer'], 'period': 'day'}]}]}\n",
                                number, 1 + below(6), 7 + below(6), schedules[below(4)], STR_FORMAT(when));
  char *bytes = (char *)(uintptr_t)text.at;
  for (size_t i = 0; i < text.length; i++) bytes[i] = bytes[i] == '\'' ? '"' : bytes[i];
  add_source(arena_print(&memory, "made-%04u.json", number), text);
}

static void test_made(void **state) {
  (void)state;
  start();
  for (uint32_t i = 0; i < 1000; i++) add_made(i);
  assert_true(compare_all(read_rulebook(), 300) > 300);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_shipped), cmocka_unit_test(test_made)};
  return cmocka_run_group_tests(tests, setup, teardown);
}
