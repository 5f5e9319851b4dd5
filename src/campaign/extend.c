/* A bank's own event types and fields (R13): catalogue.json beside the campaigns.
 *
 *     {"fields": [{"event_name": "fee_minor", "campaign_name": "fee", "kind": "money", "help": {"zh": "...", "en": "..."}}],
 *      "types":  [{"name": "wifi.joined", "reversible": false, "fields": ["branch", "fee_minor"], "help": {...}}]}
 *
 * Kinds are text, money, int, bool, list, time. A money field ends in _minor and is written without that in
 * campaigns, unless it is given another name there. */
#include "compile.h"

static const struct key file_keys[] = {{"$schema", KEY_MAY}, {"fields", KEY_MAY}, {"types", KEY_MAY}, {NULL, KEY_MAY}};
static const struct key field_keys[] = {
    {"event_name", KEY_MUST}, {"campaign_name", KEY_MAY}, {"kind", KEY_MUST}, {"help", KEY_MAY}, {NULL, KEY_MAY}};
static const struct key type_keys[] = {
    {"name", KEY_MUST}, {"reversible", KEY_MAY}, {"fields", KEY_MAY}, {"help", KEY_MAY}, {NULL, KEY_MAY}};
static const struct key help_keys[] = {{"zh", KEY_MAY}, {"en", KEY_MAY}, {NULL, KEY_MAY}};

static void help_read(struct compile *c, const struct at *at, struct str *en, struct str *zh) {
  struct at help = at_key(at, "help"), help_en = at_key(&help, "en"), help_zh = at_key(&help, "zh");
  *en = *zh = STR("");
  if (help.json == NULL || !keys_check(c, &help, help_keys, "help")) return;
  if (help_en.json != NULL && read_text(c, &help_en, en)) *en = keep_text(c, *en);
  if (help_zh.json != NULL && read_text(c, &help_zh, zh)) *zh = keep_text(c, *zh);
}

static struct str campaign_name(struct str event_name, enum field_kind kind) {
  bool minor = kind == FIELD_MONEY && event_name.length > 6 && memcmp(event_name.at + event_name.length - 6, "_minor", 6) == 0;
  if (minor) event_name.length -= 6;
  return event_name;
}

static void field_extend(struct compile *c, const struct at *at, struct catalogue *catalogue) {
  static const char *const kinds[] = {"text", "money", "int", "bool", "list", "time", NULL};
  struct at name = at_key(at, "event_name"), other = at_key(at, "campaign_name"), kind = at_key(at, "kind");
  struct field_info field = {.kind = FIELD_TEXT};
  struct fault fault = {.text = ""};
  uint32_t word = 0;
  if (!keys_check(c, at, field_keys, "a field") || name.json == NULL || kind.json == NULL) return;
  if (!read_text(c, &name, &field.event_name) || !read_word(c, &kind, kinds, CHECK_BAD_VALUE, &word)) return;
  field.kind = (enum field_kind)word;
  field.event_name = keep_text(c, field.event_name);
  field.campaign_name = campaign_name(field.event_name, field.kind);
  bool minor = field.campaign_name.length < field.event_name.length;
  if (other.json != NULL && read_text(c, &other, &field.campaign_name)) field.campaign_name = keep_text(c, field.campaign_name);
  if (field.kind == FIELD_MONEY && !minor) report(c, &name, CHECK_BAD_ID, "a money field ends in _minor: its numbers are minor units");
  help_read(c, at, &field.help_en, &field.help_zh);
  if (!c->full && catalogue_add_field(catalogue, &field, &fault) != STATUS_OK) report(c, &name, CHECK_BAD_ID, "%s", fault.text);
}

static void type_fields_read(struct compile *c, const struct at *at, const struct catalogue *catalogue, struct type_info *type) {
  uint32_t count;
  if (!read_list(c, at, CHECK_BAD_VALUE, &count)) return;
  for (uint32_t i = 0; i < count && i < LIMIT_FIELDS; i++) {
    struct at item = at_item(at, i);
    struct str name;
    if (!read_text(c, &item, &name)) continue;
    uint16_t field = catalogue_field(catalogue, name);
    if (field == FIELD_NONE)
      report(c, &item, CHECK_UNKNOWN_FIELD, "'%.*s' is not a field; declare it in 'fields'", STR_FORMAT(name));
    else
      type->fields[field / 64] |= UINT64_C(1) << (field % 64);
  }
}

static void type_extend(struct compile *c, const struct at *at, struct catalogue *catalogue) {
  struct at name = at_key(at, "name"), reversible = at_key(at, "reversible"), fields = at_key(at, "fields");
  struct type_info type = {.reversible = false};
  struct fault fault = {.text = ""};
  if (!keys_check(c, at, type_keys, "an event type") || name.json == NULL || !read_text(c, &name, &type.name)) return;
  type.name = keep_text(c, type.name);
  if (reversible.json != NULL) (void)read_bool(c, &reversible, &type.reversible);
  if (fields.json != NULL) type_fields_read(c, &fields, catalogue, &type);
  help_read(c, at, &type.help_en, &type.help_zh);
  if (!c->full && catalogue_add_type(catalogue, &type, &fault) != STATUS_OK) report(c, &name, CHECK_BAD_ID, "%s", fault.text);
}

static void all_extend(struct compile *c, const struct at *root, struct catalogue *catalogue) {
  struct at fields = at_key(root, "fields"), types = at_key(root, "types");
  uint32_t count = 0;
  if (!keys_check(c, root, file_keys, "a catalogue")) return;
  if (fields.json != NULL) (void)read_list(c, &fields, CHECK_BAD_VALUE, &count);
  for (uint32_t i = 0; i < count && i <= LIMIT_FIELDS; i++) {
    struct at item = at_item(&fields, i);
    field_extend(c, &item, catalogue);
  }
  count = 0;
  if (types.json != NULL) (void)read_list(c, &types, CHECK_BAD_VALUE, &count);
  for (uint32_t i = 0; i < count && i <= LIMIT_EVENT_TYPES; i++) {
    struct at item = at_item(&types, i);
    type_extend(c, &item, catalogue);
  }
}

enum status catalogue_extend(struct catalogue *catalogue, struct source source, struct arena *arena, struct findings *findings,
                             struct fault *fault) {
  uint32_t errors = findings->errors;
  unsigned char memory[8192]; /* only for "did you mean" */
  struct arena scratch;
  struct file file = {.source = &source};
  struct compile c = {
      .catalogue = catalogue, .arena = arena, .scratch = &scratch, .findings = findings, .files = &file, .file_count = 1, .rule = NONE};
  arena_init(&scratch, memory, sizeof memory);
  file.json = source_json(&c, &source);
  struct at root = at_root(file.json);
  if (file.json != NULL) all_extend(&c, &root, catalogue);
  json_decref(file.json);
  if (arena->overflowed) return fault_set(fault, STATUS_LIMIT, "%.*s: the catalogue does not fit the memory", STR_FORMAT(source.name));
  if (findings->errors == errors) return STATUS_OK;
  return fault_set(fault, STATUS_INPUT, "%.*s: %u errors", STR_FORMAT(source.name), findings->errors - errors);
}
