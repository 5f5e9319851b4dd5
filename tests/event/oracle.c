/* A second opinion on generated lines: jansson says whether a line is JSON (duplicate keys refused), a plain model over its tree says
 * whether it is an event and what its fields are. event_read must agree on every line, in both.
 */
#include "generate.h"

#include <jansson.h>

static struct catalogue catalogue;

static struct str text_of(const json_t *value) { return (struct str){json_string_value(value), json_string_length(value)}; }
static bool is_id_text(const json_t *value) { return json_is_string(value) && str_is_id(text_of(value)); }
static bool is_moment(const json_t *value, int64_t *ms) { return json_is_string(value) && time_parse(text_of(value), ms, NULL); }
static bool absent(const json_t *value) { return value == NULL || json_is_null(value); }
static bool short_text(const json_t *value) {
  return json_is_string(value) && json_string_length(value) >= 1 && json_string_length(value) <= LIMIT_TEXT_BYTES;
}

/* ---- the model: is this tree an event? ---- */

static bool model_text(uint16_t field, const json_t *value) {
  int64_t days = 0;
  if (!short_text(value)) return false;
  struct str text = text_of(value);
  if (field == FIELD_ID_CURRENCY) return currency_decimals(text) >= 0;
  if (field == FIELD_ID_MCC) return text.length == 4 && strspn(text.at, "0123456789") == 4;
  if (field == FIELD_ID_DATE) return date_parse(text, &days);
  if (field == FIELD_ID_ORIGINAL_ID) return event_id_is_good(text);
  if (field == FIELD_ID_ORIGINAL_SOURCE) return event_source_is_good(text);
  return true;
}

static bool model_list(const json_t *value) {
  size_t i;
  json_t *item;
  if (!json_is_array(value) || json_array_size(value) > LIMIT_EVENT_LIST) return false;
  json_array_foreach(value, i, item) if (!short_text(item)) return false;
  return true;
}

static bool model_field(uint16_t field, const json_t *value) {
  int64_t ms = 0;
  switch (catalogue.fields[field].kind) {
    case FIELD_TEXT: return model_text(field, value);
    case FIELD_MONEY: return json_is_integer(value) && json_integer_value(value) >= 0 && json_integer_value(value) <= LIMIT_AMOUNT_MINOR;
    case FIELD_INT: return json_is_integer(value);
    case FIELD_BOOL: return json_is_boolean(value);
    case FIELD_TIME: return is_moment(value, &ms);
    case FIELD_LIST: return model_list(value);
  }
  return false;
}

/* The object that holds the fields, or NULL when the shape is wrong; *cloud tells which shape it is. */
static json_t *model_shape(json_t *root, bool *cloud) {
  json_t *version = json_object_get(root, "specversion"), *data = json_object_get(root, "data");
  *cloud = version != NULL;
  if (json_object_get(root, "data_base64") != NULL) return NULL;
  if (!*cloud) return data == NULL ? root : NULL;
  if (!json_is_string(version) || strcmp(json_string_value(version), "1.0") != 0 || json_string_length(version) != 3) return NULL;
  if (absent(data)) return version; /* no object: no fields */
  return json_is_object(data) ? data : NULL;
}

static bool model_together(json_t *root, json_t *fields) {
  uint16_t type = catalogue_type(&catalogue, text_of(json_object_get(root, "type")));
  if (type == TYPE_ID_REVERSED) return !absent(json_object_get(fields, "original_id"));
  if (type == TYPE_UNKNOWN || (catalogue.types[type].fields[0] >> FIELD_ID_CURRENCY & 1) == 0) return true;
  return absent(json_object_get(fields, "amount_minor")) || !absent(json_object_get(fields, "currency"));
}

static bool model_accepts(json_t *root, json_t **fields) {
  bool cloud = false;
  int64_t ms = 0;
  const char *key;
  json_t *value;
  if (!json_is_object(root)) return false;
  *fields = model_shape(root, &cloud);
  if (*fields == NULL) return false;
  const json_t *id = json_object_get(root, "id"), *source = json_object_get(root, "source");
  if (!json_is_string(id) || !event_id_is_good(text_of(id)) || !json_is_string(source) || !event_source_is_good(text_of(source)))
    return false;
  if (!is_id_text(json_object_get(root, "type"))) return false;
  if (!is_id_text(json_object_get(root, cloud ? "subject" : "customer")) || !is_moment(json_object_get(root, "time"), &ms)) return false;
  json_t *recorded = json_object_get(root, "recordedtime");
  if (!absent(recorded) && !is_moment(recorded, &ms)) return false;
  json_object_foreach(*fields, key, value) {
    uint16_t field = catalogue_field(&catalogue, str_of(key));
    if (field != FIELD_NONE && !json_is_null(value) && !model_field(field, value)) return false;
  }
  return model_together(root, *fields);
}

/* ---- agreement ---- */

static bool same_value(const struct value *got, const json_t *wanted, enum field_kind kind) {
  int64_t ms = 0;
  if (kind == FIELD_TEXT) return got->kind == VALUE_TEXT && str_equal(got->text, text_of(wanted));
  if (kind == FIELD_BOOL) return got->kind == VALUE_BOOL && got->number == json_is_true(wanted);
  if (kind == FIELD_TIME) return got->kind == VALUE_INT && is_moment(wanted, &ms) && got->number == ms;
  if (kind != FIELD_LIST) return got->kind == VALUE_INT && got->number == json_integer_value(wanted);
  bool same = got->kind == VALUE_LIST && got->count == json_array_size(wanted);
  for (uint32_t i = 0; same && i < got->count; i++) same = str_equal(got->items[i], text_of(json_array_get(wanted, i)));
  return same;
}

static void check_fields(struct str line, const struct event *event, json_t *fields) {
  uint32_t wanted = 0;
  const char *key;
  json_t *value;
  bool clears = event->type == TYPE_ID_CUSTOMER_UPDATED; /* where null is a field without a value */
  json_object_foreach(fields, key, value) {
    uint16_t field = catalogue_field(&catalogue, str_of(key));
    if (field == FIELD_NONE || (json_is_null(value) && !clears)) continue;
    if (json_is_null(value) && event_field(event, field) != NULL) fail_msg("%.*s: field %s is not cleared", STR_FORMAT(line), key);
    wanted++;
    if (json_is_null(value)) continue;
    const struct value *got = event_field(event, field);
    if (got == NULL || !same_value(got, value, catalogue.fields[field].kind)) fail_msg("%.*s: field %s differs", STR_FORMAT(line), key);
  }
  assert_int_equal(event->field_count, wanted);
}

/* ---- what the catalogue does not know ---- */

static bool is_envelope(const char *key) {
  static const char *const keys[] = {
      "id",       "source",         "type",         "time",        "customer",    "subject",         "specversion", "data",
      "giftmode", "registeredgift", "recordedtime", "data_base64", "traceparent", "datacontenttype", "dataschema",  "tracestate"};
  for (size_t i = 0; i < COUNT(keys); i++)
    if (strcmp(keys[i], key) == 0) return true;
  return false;
}

static bool model_word(uint16_t type, uint16_t field, const json_t *value) {
  bool closed = false;
  for (uint16_t i = 0; i < catalogue.word_count; i++) {
    const struct closed_word *word = &catalogue.words[i];
    if (word->type != type || word->field != field) continue;
    closed = true;
    if (str_equal(word->text, text_of(value))) return true;
  }
  return !closed;
}

static void check_unknown(struct str line, const struct event *event, json_t *root, json_t *fields) {
  uint32_t wanted[UNKNOWN_KIND_COUNT] = {event->type == TYPE_UNKNOWN, 0, 0};
  bool flat = json_object_get(root, "specversion") == NULL, profile = event->type == TYPE_ID_CUSTOMER_UPDATED;
  const char *key;
  json_t *value;
  if (event->type != TYPE_UNKNOWN && json_is_object(fields)) json_object_foreach(fields, key, value) {
      uint16_t field = catalogue_field(&catalogue, str_of(key));
      if (json_is_null(value) || (flat && is_envelope(key))) continue;
      bool known = field != FIELD_NONE && (profile || catalogue_carries(&catalogue, event->type, field));
      wanted[UNKNOWN_FIELD] += !known;
      wanted[UNKNOWN_VALUE] += known && !model_word(event->type, field, value);
    }
  if (event->type != TYPE_UNKNOWN && !flat) json_object_foreach(root, key, value) {
      wanted[UNKNOWN_FIELD] += !json_is_null(value) && !is_envelope(key) && catalogue_field(&catalogue, str_of(key)) != FIELD_NONE;
    }
  for (int i = 0; i < UNKNOWN_KIND_COUNT; i++)
    if (event->unknown_counts[i] != wanted[i])
      fail_msg("%.*s: %u unknown words of kind %d, wanted %u", STR_FORMAT(line), event->unknown_counts[i], i, wanted[i]);
}

static void check_attributes(const struct event *event, json_t *root) {
  int64_t ms = 0;
  const char *customer = json_object_get(root, "specversion") != NULL ? "subject" : "customer";
  assert_true(str_equal(event->id, text_of(json_object_get(root, "id"))) &&
              str_equal(event->source, text_of(json_object_get(root, "source"))));
  assert_true(str_equal(event->customer, text_of(json_object_get(root, customer))));
  assert_true(is_moment(json_object_get(root, "time"), &ms) && ms == event->time_ms);
}

struct tally {
  unsigned lines, json, events, unknown[UNKNOWN_KIND_COUNT];
};

static void compare(struct str line, struct tally *tally) {
  struct reading reading;
  json_error_t why;
  json_t *fields = NULL, *root = json_loadb(line.at, line.length, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL | JSON_DECODE_ANY, &why);
  if (root == NULL && json_error_code(&why) == json_error_numeric_overflow) return; /* jansson's own bound, not JSON's */
  line_read(&catalogue, line, &reading);
  bool is_json = reading.problem == EVENT_OK || reading.problem > EVENT_BINARY_FRAMED;
  bool object = json_is_object(root);
  if (is_json != object)
    fail_msg("%.*s: jansson %s; %s at %u", STR_FORMAT(line), root == NULL ? why.text : "accepts", event_problems[reading.problem].code,
             reading.error.offset);
  bool wanted = object && model_accepts(root, &fields);
  if (wanted != (reading.problem == EVENT_OK))
    fail_msg("%.*s: the model %s, event_read %s", STR_FORMAT(line), wanted ? "accepts" : "refuses", event_problems[reading.problem].code);
  if (wanted) check_attributes(&reading.event, root);
  if (wanted) check_fields(line, &reading.event, fields);
  if (wanted) check_unknown(line, &reading.event, root, fields);
  tally->lines++;
  tally->json += object ? 1 : 0;
  tally->events += wanted ? 1 : 0;
  for (int i = 0; i < UNKNOWN_KIND_COUNT && wanted; i++) tally->unknown[i] += reading.event.unknown_counts[i];
  json_decref(root);
  free(reading.memory);
}

static void generated_lines_agree(void **state) {
  (void)state;
  static char memory[16384];
  struct dice dice = {0x9e3779b97f4a7c15ULL};
  struct tally tally = {0, 0, 0, {0}};
  for (unsigned i = 0; i < 60000; i++) {
    struct str line = generate_line(&dice, &catalogue, memory, sizeof memory);
    char *exact = malloc(line.length);
    memcpy(exact, line.at, line.length);
    compare((struct str){exact, line.length}, &tally);
    free(exact);
  }
  print_message("%u lines: %u JSON, %u events\n", tally.lines, tally.json, tally.events);
  assert_true(tally.events > tally.lines / 5 && tally.json > tally.events + tally.lines / 10 &&
              tally.json < tally.lines - tally.lines / 20);
  for (int i = 0; i < UNKNOWN_KIND_COUNT; i++) assert_true(tally.unknown[i] > 100);
}

static int set_up(void **state) {
  (void)state;
  catalogue_init(&catalogue);
  return 0;
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(generated_lines_agree)};
  return cmocka_run_group_tests(tests, set_up, NULL);
}
