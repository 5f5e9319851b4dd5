/* The catalogue: names of types and fields, found by a hash of their bytes. Looked up for every key of every event, so the hash is a few
 * multiplications; it is not keyed, because the table's size bounds what a hostile key can cost (192 fields in 512 slots). */
#include <assert.h>

#include "catalogue_table.h"
#include "catalogue_find.h"
#include "reader.h"

#define TYPE_SLOTS (sizeof((struct catalogue *)0)->type_slots / sizeof(uint16_t))
_Static_assert(FIELD_SLOTS >= 2 * LIMIT_FIELDS && TYPE_SLOTS >= 2 * LIMIT_EVENT_TYPES && WORD_SLOTS >= 2 * LIMIT_CLOSED_WORDS,
               "the tables stay half empty, so every search ends");

uint16_t catalogue_field(const struct catalogue *catalogue, struct str event_name) {
  return catalogue_field_hashed(catalogue, event_name, name_hash(event_name));
}

uint16_t catalogue_type(const struct catalogue *catalogue, struct str name) {
  for (size_t slot = name_hash(name) % TYPE_SLOTS;; slot = (slot + 1) % TYPE_SLOTS) {
    uint16_t entry = catalogue->type_slots[slot];
    if (entry == 0) return TYPE_UNKNOWN;
    if (name_equal(catalogue->types[entry - 1].name, name)) return (uint16_t)(entry - 1);
  }
}

uint16_t catalogue_campaign_field(const struct catalogue *catalogue, struct str name) {
  for (uint16_t i = 0; i < catalogue->field_count; i++)
    if (str_equal(catalogue->fields[i].campaign_name, name)) return i;
  return FIELD_NONE;
}

static size_t free_slot(const uint16_t *slots, size_t count, struct str name) {
  size_t slot = name_hash(name) % count;
  while (slots[slot] != 0) slot = (slot + 1) % count;
  return slot;
}

/* What events of the type carry, for the reader, who asks it of every field. */
static void type_settle(struct catalogue *catalogue, uint16_t number) {
  struct type_info *type = &catalogue->types[number];
  uint64_t documented = 0;
  for (size_t i = 0; i < FIELD_WORDS; i++) documented |= type->fields[i];
  for (size_t i = 0; i < FIELD_WORDS; i++) type->carried[i] = documented == 0 ? ~UINT64_C(0) : type->fields[i] | catalogue->common[i];
}

enum status catalogue_add_type(struct catalogue *catalogue, const struct type_info *type, struct fault *fault) {
  if (!str_is_id(type->name))
    return fault_set(fault, STATUS_INPUT, "event type \"%.*s\": a name has 1 to 64 of A-Z a-z 0-9 _ . : -", STR_FORMAT(type->name));
  if (catalogue_type(catalogue, type->name) != TYPE_UNKNOWN)
    return fault_set(fault, STATUS_INPUT, "event type %.*s is there already", STR_FORMAT(type->name));
  if (catalogue->type_count == LIMIT_EVENT_TYPES)
    return fault_set(fault, STATUS_LIMIT, "event type %.*s: more than %u types", STR_FORMAT(type->name), LIMIT_EVENT_TYPES);
  size_t slot = free_slot(catalogue->type_slots, TYPE_SLOTS, type->name);
  catalogue->types[catalogue->type_count++] = *type;
  catalogue->type_slots[slot] = catalogue->type_count;
  type_settle(catalogue, (uint16_t)(catalogue->type_count - 1));
  return STATUS_OK;
}

enum status catalogue_extend_type(struct catalogue *catalogue, uint16_t type, const struct type_info *more, struct fault *fault) {
  assert(type < catalogue->type_count);
  struct type_info *of = &catalogue->types[type];
  if (type >= catalogue->own_types) return fault_set(fault, STATUS_INPUT, "event type %.*s is there already", STR_FORMAT(of->name));
  for (size_t i = 0; i < FIELD_WORDS; i++) of->fields[i] |= more->fields[i];
  if (more->help_en.length > 0) of->help_en = more->help_en;
  if (more->help_zh.length > 0) of->help_zh = more->help_zh;
  type_settle(catalogue, type);
  return STATUS_OK;
}

/* Names that mean the same at the top of every event: a field of that name could not be told from them. */
static bool is_attribute(struct str name) {
  static const char *const attributes[] = {"id",          "source",          "type",      "time",         "customer",
                                           "subject",     "specversion",     "data",      "recordedtime", "data_base64",
                                           "traceparent", "datacontenttype", "dataschema"};
  for (size_t i = 0; i < sizeof attributes / sizeof attributes[0]; i++)
    if (str_equal(name, str_of(attributes[i]))) return true;
  return false;
}

enum status catalogue_add_field(struct catalogue *catalogue, const struct field_info *field, struct fault *fault) {
  struct str name = field->event_name;
  if (!str_is_id(name) || !str_is_id(field->campaign_name))
    return fault_set(fault, STATUS_INPUT, "field \"%.*s\": a name has 1 to 64 of A-Z a-z 0-9 _ . : -", STR_FORMAT(name));
  if (is_attribute(name)) return fault_set(fault, STATUS_INPUT, "field %.*s: every event has an attribute of that name", STR_FORMAT(name));
  if (catalogue_field(catalogue, name) != FIELD_NONE || catalogue_campaign_field(catalogue, field->campaign_name) != FIELD_NONE)
    return fault_set(fault, STATUS_INPUT, "field %.*s is there already", STR_FORMAT(name));
  if (catalogue->field_count == LIMIT_FIELDS)
    return fault_set(fault, STATUS_LIMIT, "field %.*s: more than %u fields", STR_FORMAT(name), LIMIT_FIELDS);
  size_t slot = free_slot(catalogue->field_slots, FIELD_SLOTS, name);
  struct field_info *added = &catalogue->fields[catalogue->field_count++];
  *added = *field;
  added->hash = hash64(&HASH_KEY_FIXED, name);
  catalogue->field_slots[slot] = catalogue->field_count;
  return STATUS_OK;
}

enum status catalogue_add_word(struct catalogue *catalogue, uint16_t type, uint16_t field, struct str word, struct fault *fault) {
  assert(type < catalogue->type_count && field < catalogue->field_count);
  struct type_info *of = &catalogue->types[type];
  struct str name = catalogue->fields[field].event_name;
  if (catalogue->fields[field].kind != FIELD_TEXT || !catalogue_carries(catalogue, type, field))
    return fault_set(fault, STATUS_INPUT, "%.*s carries no text field %.*s", STR_FORMAT(of->name), STR_FORMAT(name));
  if (word.length == 0 || word.length > LIMIT_TEXT_BYTES)
    return fault_set(fault, STATUS_INPUT, "a word of %.*s has 1 to %u bytes", STR_FORMAT(name), LIMIT_TEXT_BYTES);
  of->closed[field / 64] |= UINT64_C(1) << (field % 64);
  if (catalogue_has_word(catalogue, type, field, word)) return STATUS_OK;
  if (catalogue->word_count == LIMIT_CLOSED_WORDS)
    return fault_set(fault, STATUS_LIMIT, "a word of %.*s: more than %u words", STR_FORMAT(name), LIMIT_CLOSED_WORDS);
  size_t slot = word_slot(type, field, word);
  while (catalogue->word_slots[slot] != 0) slot = (slot + 1) % WORD_SLOTS;
  catalogue->words[catalogue->word_count++] = (struct closed_word){word, type, field};
  catalogue->word_slots[slot] = catalogue->word_count;
  return STATUS_OK;
}

static void add_field_row(struct catalogue *out, const struct field_row *row) {
  struct fault fault = {.text = ""};
  struct str campaign_name = str_of(row->campaign_name == NULL ? row->event_name : row->campaign_name);
  struct field_info field = {str_of(row->event_name), campaign_name, row->kind, str_of(row->help_en), str_of(row->help_zh), 0};
  enum status status = catalogue_add_field(out, &field, &fault);
  assert(status == STATUS_OK && "the built-in fields have names of their own");
  (void)status;
}

/* The next of a row's fields: its number, and its words with | between, or an empty text. */
static uint16_t next_field(const struct catalogue *catalogue, struct str *rest, struct str *words) {
  struct str name, one;
  str_split(*rest, ' ', &one, rest);
  if (str_split(one, '(', &name, words)) words->length--; /* the closing bracket */
  uint16_t field = catalogue_field(catalogue, name);
  assert(field != FIELD_NONE && "a built-in type names built-in fields");
  return field;
}

static void add_row_words(struct catalogue *out, uint16_t type, uint16_t field, struct str words) {
  struct fault fault = {.text = ""};
  struct str word;
  while (words.length > 0) {
    str_split(words, '|', &word, &words);
    enum status status = catalogue_add_word(out, type, field, word, &fault);
    assert(status == STATUS_OK && "words stand behind text fields");
    (void)status;
  }
}

static void add_type_row(struct catalogue *out, const struct type_row *row) {
  struct fault fault = {.text = ""};
  struct type_info type = {
      .name = str_of(row->name), .reversible = row->reversible, .help_en = str_of(row->help_en), .help_zh = str_of(row->help_zh)};
  struct str words;
  for (struct str rest = str_of(row->fields); rest.length > 0;) {
    uint16_t field = next_field(out, &rest, &words);
    type.fields[field / 64] |= UINT64_C(1) << (field % 64);
  }
  enum status status = catalogue_add_type(out, &type, &fault);
  assert(status == STATUS_OK && "the built-in types have names of their own");
  (void)status;
  for (struct str rest = str_of(row->fields); rest.length > 0;) {
    uint16_t field = next_field(out, &rest, &words);
    add_row_words(out, (uint16_t)(out->type_count - 1), field, words);
  }
}

static void add_common(struct catalogue *out) {
  struct str words;
  for (struct str rest = str_of(common_fields); rest.length > 0;) {
    uint16_t field = next_field(out, &rest, &words);
    out->common[field / 64] |= UINT64_C(1) << (field % 64);
  }
}

void catalogue_init(struct catalogue *out) {
  memset(out, 0, sizeof *out);
  for (size_t i = 0; i < field_row_count; i++) add_field_row(out, &field_rows[i]);
  add_common(out);
  for (size_t i = 0; i < type_row_count; i++) add_type_row(out, &type_rows[i]);
  out->own_types = out->type_count;
  assert(catalogue_field(out, STR("result")) == FIELD_ID_RESULT && FIELD_ID_RESULT == FIELD_ID_KNOWN_COUNT - 1);
  assert(catalogue_type(out, STR("reward.reviewed")) == TYPE_ID_REVIEWED && TYPE_ID_REVIEWED == TYPE_ID_KNOWN_COUNT - 1);
}

unsigned near_edits(struct str name) { return name.length < 3 ? 0 : name.length > 9 ? 3 : (unsigned)name.length / 3; }

struct str catalogue_near_type(const struct catalogue *catalogue, struct str name) {
  struct str nearest = {NULL, 0};
  unsigned least = near_edits(name) + 1;
  for (uint16_t i = 0; i < catalogue->type_count; i++) {
    unsigned distance = str_distance(catalogue->types[i].name, name, least);
    if (distance >= least) continue;
    least = distance;
    nearest = catalogue->types[i].name;
  }
  return nearest;
}

struct str catalogue_near_field(const struct catalogue *catalogue, struct str campaign_name) {
  struct str nearest = {NULL, 0};
  unsigned least = near_edits(campaign_name) + 1;
  uint16_t by_event_name = catalogue_field(catalogue, campaign_name); /* "amount_minor" where "amount" is meant */
  if (by_event_name != FIELD_NONE) return catalogue->fields[by_event_name].campaign_name;
  for (uint16_t i = 0; i < catalogue->field_count; i++) {
    unsigned distance = str_distance(catalogue->fields[i].campaign_name, campaign_name, least);
    if (distance >= least) continue;
    least = distance;
    nearest = catalogue->fields[i].campaign_name;
  }
  return nearest;
}
