/* A bank's own event types and fields (R13): catalogue.json beside the campaigns.
 *
 *     {"fields": [{"event_name": "fee_minor", "campaign_name": "fee", "kind": "money", "help": {"zh": "...", "en": "..."}}],
 *      "types":  [{"name": "wifi.joined", "reversible": false, "fields": ["branch", "fee_minor"], "help": {...}},
 *                 {"name": "txn.transfer", "fields": ["fee_minor"], "words": {"method": ["teller"]}}],
 *      "names":  {"TABLET": {"zh": "平板电脑", "en": "tablet computer"}, "lounge": {"zh": "贵宾厅", "en": "airport lounges"}}}
 *
 * A type of giftd's own is extended: what the entry says comes to what the type has. `words` are all that a text field of the type says, or
 * further ones where giftd has some: what is none of them is counted and named in the log (event.h, "unknown").
 * `names` are what people call the words that campaign files use - products, lists, tags, values - in texts like `giftd campaign text`.
 * Kinds are text, money, int, bool, list, time. A money field ends in _minor and is written without that in
 * campaigns, unless it is given another name there. */
#include "compile.h"

static const struct key file_keys[] = {{"$schema", KEY_MAY}, {"fields", KEY_MAY}, {"types", KEY_MAY}, {"names", KEY_MAY}, {NULL, KEY_MAY}};
static const struct key field_keys[] = {
    {"event_name", KEY_MUST}, {"campaign_name", KEY_MAY}, {"kind", KEY_MUST}, {"help", KEY_MAY}, {NULL, KEY_MAY}};
static const struct key type_keys[] = {{"name", KEY_MUST}, {"reversible", KEY_MAY}, {"fields", KEY_MAY},
                                       {"words", KEY_MAY}, {"help", KEY_MAY},       {NULL, KEY_MAY}};
static const struct key name_keys[] = {{"zh", KEY_MUST}, {"en", KEY_MUST}, {NULL, KEY_MAY}};
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

static void field_words_read(struct compile *c, const struct at *at, struct catalogue *catalogue, uint16_t type) {
  struct fault fault = {.text = ""};
  uint32_t count = 0;
  uint16_t field = catalogue_field(catalogue, str_of(at->key));
  if (field == FIELD_NONE) {
    report(c, at, CHECK_UNKNOWN_FIELD, "'%s' is no field; declare it in 'fields'", at->key);
    return;
  }
  const struct str *words = read_texts(c, at, CHECK_BAD_VALUE, &count);
  for (uint32_t i = 0; words != NULL && i < count; i++)
    if (catalogue_add_word(catalogue, type, field, words[i], &fault) != STATUS_OK) {
      report(c, at, CHECK_BAD_VALUE, "%s", fault.text);
      return;
    }
}

static void words_read(struct compile *c, const struct at *at, struct catalogue *catalogue, uint16_t type) {
  if (!json_is_object(at->json)) {
    report(c, at, CHECK_WRONG_TYPE, "'words' is an object: a list of texts for each field, here %s", type_of(at->json));
    return;
  }
  for (void *i = json_object_iter(at->json); i != NULL; i = json_object_iter_next(at->json, i)) {
    struct at child = {.up = at, .json = json_object_iter_value(i), .key = json_object_iter_key(i)};
    field_words_read(c, &child, catalogue, type);
  }
}

/* What is giftd's own is known to rules by what it is: only what it carries and says may be more. */
static bool own_type_extend(struct compile *c, const struct at *at, struct catalogue *catalogue, uint16_t own,
                            const struct type_info *more) {
  struct at name = at_key(at, "name"), reversible = at_key(at, "reversible"), fields = at_key(at, "fields"), words = at_key(at, "words");
  struct fault fault = {.text = ""};
  if (reversible.json != NULL && more->reversible != catalogue->types[own].reversible)
    report(c, &reversible, CHECK_BAD_VALUE, "whether a type of giftd's own can be undone does not change; leave 'reversible' out");
  else if (own < catalogue->own_types && fields.json == NULL && words.json == NULL)
    report(c, &name, CHECK_BAD_ID, "event type %.*s is there already, and nothing is added to it: say 'fields' or 'words'",
           STR_FORMAT(more->name));
  else if (catalogue_extend_type(catalogue, own, more, &fault) != STATUS_OK)
    report(c, &name, CHECK_BAD_ID, "%s", fault.text);
  else
    return true;
  return false;
}

static bool type_enter(struct compile *c, const struct at *at, struct catalogue *catalogue, const struct type_info *type) {
  struct at name = at_key(at, "name");
  struct fault fault = {.text = ""};
  uint16_t known = catalogue_type(catalogue, type->name);
  if (c->full) return false;
  if (known != TYPE_UNKNOWN) return own_type_extend(c, at, catalogue, known, type);
  if (catalogue_add_type(catalogue, type, &fault) == STATUS_OK) return true;
  report(c, &name, CHECK_BAD_ID, "%s", fault.text);
  return false;
}

static void type_extend(struct compile *c, const struct at *at, struct catalogue *catalogue) {
  struct at name = at_key(at, "name"), reversible = at_key(at, "reversible"), fields = at_key(at, "fields"), words = at_key(at, "words");
  struct type_info type = {.reversible = false};
  if (!keys_check(c, at, type_keys, "an event type") || name.json == NULL || !read_text(c, &name, &type.name)) return;
  type.name = keep_text(c, type.name);
  if (reversible.json != NULL) (void)read_bool(c, &reversible, &type.reversible);
  if (fields.json != NULL) type_fields_read(c, &fields, catalogue, &type);
  help_read(c, at, &type.help_en, &type.help_zh);
  if (type_enter(c, at, catalogue, &type) && words.json != NULL) words_read(c, &words, catalogue, catalogue_type(catalogue, type.name));
}

/* ---- names of words ---- */

#define NAMES_MOST 4096u

static bool name_part(struct compile *c, const struct at *at, struct str *out) {
  if (at->json == NULL || !read_text(c, at, out)) return false;
  if (out->length == 0 || out->length > LIMIT_TEXT_BYTES) {
    report(c, at, CHECK_BAD_VALUE, "a name is a text of 1 to %u bytes", LIMIT_TEXT_BYTES);
    return false;
  }
  *out = keep_text(c, *out);
  return true;
}

static bool name_read(struct compile *c, const struct at *at, struct word_name *out) {
  struct at zh = at_key(at, "zh"), en = at_key(at, "en");
  if (!keys_check(c, at, name_keys, "a name")) return false;
  out->written = keep_text(c, str_of(at->key));
  return name_part(c, &zh, &out->zh) && name_part(c, &en, &out->en);
}

/* Those of an earlier file stay; the same word again is called as the later file says, since it is looked for from the end. */
static void names_read(struct compile *c, const struct at *at, struct catalogue *catalogue) {
  if (!json_is_object(at->json)) {
    report(c, at, CHECK_WRONG_TYPE, "'names' is an object: {\"zh\", \"en\"} for each word, here %s", type_of(at->json));
    return;
  }
  const uint32_t more = (uint32_t)json_object_size(at->json), all = catalogue->name_count + more;
  if (all > NAMES_MOST) {
    report(c, at, CHECK_TOO_MANY, "%u names; at most %u", all, NAMES_MOST);
    return;
  }
  struct word_name *names = take(c, all, sizeof *names);
  if (names == NULL) return;
  if (catalogue->name_count > 0) memcpy(names, catalogue->names, catalogue->name_count * sizeof *names);
  for (void *i = json_object_iter(at->json); i != NULL; i = json_object_iter_next(at->json, i)) {
    struct at child = {.up = at, .json = json_object_iter_value(i), .key = json_object_iter_key(i)};
    if (name_read(c, &child, &names[catalogue->name_count])) catalogue->name_count++;
  }
  catalogue->names = names;
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
  struct at names = at_key(root, "names");
  if (names.json != NULL) names_read(c, &names, catalogue);
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
