/* The event reader before hostile bytes. Beside "no crash, no read outside": whatever is refused names a code and a place in the line,
 * whatever is accepted obeys the bounds that the rooms behind rely on, and the reader gives the same answer twice.
 */
#include <stdlib.h>

#include "../event/equal.h"

#define CHECK(condition) ((condition) ? (void)0 : abort())

static struct catalogue catalogue;
static unsigned char memory[2 * LIMIT_EVENT_BYTES + 4096];

static void check_value(const struct value *value) {
  CHECK(value->kind != VALUE_ABSENT);
  if (value->kind == VALUE_TEXT) CHECK(value->text.length >= 1 && value->text.length <= LIMIT_TEXT_BYTES && str_is_utf8(value->text));
  if (value->kind == VALUE_BOOL) CHECK(value->number == 0 || value->number == 1);
  if (value->kind != VALUE_LIST) return;
  CHECK(value->count <= LIMIT_EVENT_LIST);
  for (uint32_t i = 0; i < value->count; i++)
    CHECK(value->items[i].length >= 1 && value->items[i].length <= LIMIT_TEXT_BYTES && str_is_utf8(value->items[i]));
}

static void check_event(const struct event *event) {
  CHECK(event_id_is_good(event->id) && event_source_is_good(event->source) && str_is_id(event->customer) && str_is_id(event->type_name));
  CHECK(event->type == TYPE_UNKNOWN || event->type < catalogue.type_count);
  CHECK(event->time_ms >= 0 && event->digest == event_digest(event->source, event->id));
  CHECK(event->field_count <= LIMIT_EVENT_FIELDS);
  for (uint32_t i = 0; i < event->field_count; i++) {
    CHECK(event->field_ids[i] < catalogue.field_count);
    CHECK(event_field(event, event->field_ids[i]) == &event->values[i]); /* no field twice */
    check_value(&event->values[i]);
  }
}

static void check_error(const struct event_error *error, size_t size) {
  char text[1024];
  struct buffer printed;
  buffer_init(&printed, text, sizeof text);
  CHECK(error->problem > EVENT_OK && error->problem < EVENT_PROBLEM_COUNT);
  CHECK(error->offset <= size);
  CHECK(memchr(error->pointer, 0, sizeof error->pointer) != NULL && memchr(error->detail, 0, sizeof error->detail) != NULL);
  CHECK(str_is_utf8(str_of(error->pointer)));
  event_error_print(&printed, error);
  CHECK(!printed.overflowed);
}

/* One of several lines, by what those before it looked like; then as one that is known. */
static void check_alike(struct event_shapes *shapes, struct str line) {
  static struct event event, again;
  static char more[sizeof memory];
  struct event_error error, error_again;
  struct arena arena, other;
  arena_init(&arena, memory, sizeof memory);
  enum event_problem problem = event_read(&catalogue, line, &arena, &event, &error);
  for (int i = 0; i < 2; i++) {
    arena_init(&other, more, sizeof more);
    CHECK(event_read_alike(shapes, line, &other, &again, &error_again) == problem);
    if (problem == EVENT_OK)
      CHECK(events_equal(&event, &again));
    else
      CHECK(error.offset == error_again.offset && strcmp(error.pointer, error_again.pointer) == 0 &&
            strcmp(error.detail, error_again.detail) == 0);
  }
}

/* Lines of a stream: what is learned of one is there for the next. */
static void check_lines(struct str lines) {
  static struct event_shapes shapes;
  event_shapes_init(&shapes, &catalogue);
  while (lines.length > 0) {
    const char *end = memchr(lines.at, '\n', lines.length);
    size_t length = end == NULL ? lines.length : (size_t)(end - lines.at);
    check_alike(&shapes, (struct str){lines.at, length});
    lines = str_from(lines, length + (end != NULL));
  }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static struct event event, again;
  struct event_error error, error_again;
  struct arena arena;
  if (catalogue.field_count == 0) catalogue_init(&catalogue);
  struct str line = {(const char *)data, size};
  size_t room = size > LIMIT_EVENT_BYTES ? sizeof memory : 2 * size + 4096;
  arena_init(&arena, memory, room);
  enum event_problem problem = event_read(&catalogue, line, &arena, &event, &error);
  if (problem == EVENT_OK)
    check_event(&event);
  else
    check_error(&error, size);
  arena_reset(&arena);
  CHECK(event_read(&catalogue, line, &arena, &again, &error_again) == problem);
  CHECK(problem == EVENT_OK || (error.offset == error_again.offset && strcmp(error.pointer, error_again.pointer) == 0));
  check_lines(line);
  return 0;
}
