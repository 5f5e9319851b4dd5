/* The door of the room: event_read and what is asked of an event afterwards. */
#include <assert.h>

#include "shapes.h"

const struct value *event_field(const struct event *event, uint16_t field) {
  for (uint32_t i = 0; i < event->field_count; i++)
    if (event->field_ids[i] == field) return event->values[i].kind == VALUE_ABSENT ? NULL : &event->values[i];
  return NULL;
}

/* All but the values, which are valid up to field_count. */
static void event_clear(struct event *event) {
  struct str none = {NULL, 0};
  event->id = event->source = event->customer = event->cause = event->type_name = event->traceparent = event->registered = none;
  event->backfill = false;
  event->type = TYPE_UNKNOWN;
  event->offset_minutes = 0;
  event->time_ms = event->arrival_ms = TIME_NONE;
  event->digest = 0;
  event->field_count = event->unknown_count = 0;
  memset(event->unknown_counts, 0, sizeof event->unknown_counts);
}

/* Only what has to start empty is cleared; the rest is written before it is read. */
static void reader_init(struct reader *r, const struct catalogue *catalogue, struct event_shapes *shapes, struct str line,
                        struct arena *arena, struct event_error *error) {
  r->line = line;
  r->at = 0;
  r->catalogue = catalogue;
  r->shapes = shapes;
  r->arena = arena;
  r->error = error;
  r->scratch = NULL;
  r->scratch_used = 0;
  r->depth = 0;
  r->inside = r->in_data = r->short_of_keys = false;
  r->attribute = ATTRIBUTE_NONE;
  r->top_field = r->data_field = FIELD_NONE;
  r->top_count = r->data_count = r->key_count = r->top_strangers.count = r->data_strangers.count = 0;
  memset(r->attributes, 0, sizeof r->attributes);
  _Static_assert(JSON_TYPE_END == 0, "a token of zeros is absent");
}

static bool read_with(struct reader *r, struct key *keys, uint32_t capacity, struct event *event) {
  r->keys = keys;
  r->key_capacity = capacity;
  event_clear(event);
  return scan_event(r) && interpret_event(r, event);
}

/* A frame of 64 KB, which a hardened build touches page by page at every call: kept off the usual path (it cost a fifth of the rate). */
static __attribute__((noinline, cold)) bool read_with_most_keys(struct reader *r, struct event *event) {
  struct key keys[KEYS_MOST];
  return read_with(r, keys, KEYS_MOST, event);
}

static enum event_problem read_line(const struct catalogue *catalogue, struct event_shapes *shapes, struct str line, struct arena *arena,
                                    struct event *event, struct event_error *error) {
  struct reader reader;
  struct key keys[KEYS_USUAL];
  error->problem = EVENT_OK;
  reader_init(&reader, catalogue, shapes, line, arena, error);
  if (read_with(&reader, keys, KEYS_USUAL, event)) return EVENT_OK;
  if (reader.short_of_keys) { /* the first walk's texts stay in the arena: that is why it holds 2 x the line */
    reader_init(&reader, catalogue, NULL, line, arena, error);
    if (read_with_most_keys(&reader, event)) return EVENT_OK;
  }
  assert(error->problem != EVENT_OK);
  return error->problem;
}

enum event_problem event_read(const struct catalogue *catalogue, struct str line, struct arena *arena, struct event *event,
                              struct event_error *error) {
  return read_line(catalogue, NULL, line, arena, event, error);
}

void event_shapes_init(struct event_shapes *shapes, const struct catalogue *catalogue) {
  shapes->catalogue = catalogue;
  shapes->count = SHAPE_DATA + 1;
  shapes->missed = 0;
  shapes->keys[SHAPE_TOP] = shapes->keys[SHAPE_DATA] = (struct shape_key){.length = 0};
}

enum event_problem event_read_alike(struct event_shapes *shapes, struct str line, struct arena *arena, struct event *event,
                                    struct event_error *error) {
  if (shapes->missed >= SHAPE_MISSES) event_shapes_init(shapes, shapes->catalogue);
  return read_line(shapes->catalogue, shapes, line, arena, event, error);
}
