/* What is signed: a text of one line a file, so that anybody can compute it anew with sha256sum (docs/OPERATIONS.md, "Signatures").
 *
 * Of a catalogue only what the campaign names is signed, or every campaign would have to be signed anew whenever one is given an event type
 * of its own. A name counts as named wherever it stands in the file or in a programme that it cites: rather once too often. What the
 * catalogue calls things (`names`, `help`) is for texts alone. A calendar that giftd brings comes with the program, not with the files. */
#include "compile.h"

#include "giftd/campaign/signature.h"

#define FLAGS (JSON_SORT_KEYS | JSON_COMPACT | JSON_ENCODE_ANY)

struct signed_file {
  bool hashed, searched;
  struct digest256 digest;
  bool *names; /* [declared_count] */
};
struct signed_list {
  bool hashed;
  struct digest256 digest;
};

static enum status full(struct fault *fault) { return fault_set(fault, STATUS_LIMIT, "what is signed does not fit the memory"); }

/* The tree as one line of text, in the arena: keys in order, no spaces, names in one spelling. */
static struct str compact(const json_t *json, struct arena *arena) {
  size_t length = json_dumpb(json, NULL, 0, FLAGS);
  char *memory = arena_take(arena, length + 1);
  if (memory == NULL) return (struct str){NULL, 0};
  (void)json_dumpb(json, memory, length, FLAGS);
  return (struct str){memory, length};
}

/* ---- catalogues ---- */

static int declared_order(const struct declared *a, const struct declared *b) {
  int order = strcmp(a->kind, b->kind);
  if (order == 0) order = str_compare(a->name, b->name);
  return order != 0 ? order : memcmp(a->digest.bytes, b->digest.bytes, DIGEST256_BYTES);
}

static void declared_insert(struct signing *signing, const struct declared *one) {
  uint32_t at = signing->declared_count++;
  for (; at > 0 && declared_order(&signing->declared[at - 1], one) > 0; at--) signing->declared[at] = signing->declared[at - 1];
  signing->declared[at] = *one;
}

/* As campaign files write it: extend.c. */
static struct str written_name(const json_t *entry, struct str name) {
  const struct str other = text_of(json_object_get(entry, "campaign_name")), minor = STR("_minor");
  if (other.length > 0) return other;
  const bool money = str_equal(text_of(json_object_get(entry, "kind")), STR("money"));
  const bool ends = name.length > minor.length && str_equal(str_from(name, name.length - minor.length), minor);
  return money && ends ? (struct str){name.at, name.length - minor.length} : name;
}

static void declared_add(struct signing *signing, json_t *entry, const char *kind, const char *name_key) {
  struct arena *arena = signing->arena;
  struct str name = text_of(json_object_get(entry, name_key));
  struct declared one = {.kind = kind, .name = arena_copy(arena, name), .written = arena_copy(arena, written_name(entry, name))};
  (void)json_object_del(entry, "help");
  one.digest = hash256(compact(entry, arena));
  declared_insert(signing, &one);
}

static uint32_t entries_of(const json_t *json) {
  return (uint32_t)(json_array_size(json_object_get(json, "types")) + json_array_size(json_object_get(json, "fields")));
}

static bool catalogue_sign(struct signing *signing, const json_t *json) {
  const json_t *types = json_object_get(json, "types"), *fields = json_object_get(json, "fields");
  struct declared *more = arena_array(signing->arena, signing->declared_count + entries_of(json), sizeof *more);
  if (more == NULL) return false;
  if (signing->declared_count > 0) memcpy(more, signing->declared, signing->declared_count * sizeof *more);
  signing->declared = more;
  for (size_t i = 0; i < json_array_size(types); i++) declared_add(signing, json_array_get(types, i), "type", "name");
  for (size_t i = 0; i < json_array_size(fields); i++) declared_add(signing, json_array_get(fields, i), "field", "event_name");
  return true;
}

enum status signing_open(struct signing *signing, const struct rulebook *rulebook, const struct source *catalogues,
                         uint32_t catalogue_count, struct arena *arena, struct fault *fault) {
  *signing = (struct signing){.rulebook = rulebook, .arena = arena};
  signing->files = arena_array(arena, rulebook->campaign_count, sizeof *signing->files);
  signing->lists = arena_array(arena, rulebook->list_count, sizeof *signing->lists);
  signing->text = arena_take(arena, STATEMENT_BYTES);
  bool good = signing->files != NULL && signing->lists != NULL && signing->text != NULL;
  for (uint32_t i = 0; good && i < catalogue_count; i++) {
    json_t *json = json_loadb(catalogues[i].text.at, catalogues[i].text.length, JSON_DECODE_ANY, NULL);
    good = json == NULL || catalogue_sign(signing, json); /* one that is no JSON was refused long before */
    json_decref(json);
  }
  return good && !arena->overflowed ? STATUS_OK : full(fault);
}

/* ---- files ---- */

static const struct digest256 *file_digest(struct signing *signing, uint32_t number) {
  struct signed_file *file = &signing->files[number];
  if (!file->hashed) file->digest = hash256(signing->rulebook->campaigns[number].source_text);
  file->hashed = true;
  return &file->digest;
}

static const struct digest256 *list_digest(struct signing *signing, uint32_t number) {
  struct signed_list *list = &signing->lists[number];
  if (!list->hashed) list->digest = hash256(signing->rulebook->lists[number].source_text);
  list->hashed = true;
  return &list->digest;
}

static bool is_letter(char letter) { return (letter >= 'a' && letter <= 'z') || (letter >= '0' && letter <= '9') || letter == '_'; }

/* As a word of its own: "profile.fee" names `fee`, "coffee" does not. */
static bool has_word(struct str text, struct str word) {
  const char *end = text.at + text.length;
  for (const char *at = text.at; (at = str_find((struct str){at, (size_t)(end - at)}, word)) != NULL; at++) {
    const bool begins = at == text.at || !is_letter(at[-1]), ends = at + word.length == end || !is_letter(at[word.length]);
    if (begins && ends) return true;
  }
  return false;
}

/* Fields of a profile are what `customer.updated` carries, which no file needs to name for them. */
static bool is_named(const struct declared *one, struct str text) {
  if (one->written.length > 0 && has_word(text, one->written)) return true;
  return str_equal(one->name, STR("customer.updated")) && has_word(text, STR("profile"));
}

static bool file_search(struct signing *signing, uint32_t number) {
  struct signed_file *file = &signing->files[number];
  struct str source = signing->rulebook->campaigns[number].source_text;
  if (file->searched) return true;
  file->names = arena_array(signing->arena, signing->declared_count, sizeof *file->names);
  json_t *json = json_loadb(source.at, source.length, JSON_DECODE_ANY, NULL);
  struct str text = file->names == NULL || json == NULL ? (struct str){NULL, 0} : compact(json, signing->arena);
  for (uint32_t i = 0; text.at != NULL && i < signing->declared_count; i++) file->names[i] = is_named(&signing->declared[i], text);
  json_decref(json);
  return file->searched = text.at != NULL;
}

/* ---- the statement ---- */

static void line(struct buffer *out, const struct digest256 *digest, const char *kind, struct str name) {
  char hex[2 * DIGEST256_BYTES];
  digest256_to_hex(digest, hex);
  buffer_print(out, "%.*s  %s %.*s\n", (int)sizeof hex, hex, kind, STR_FORMAT(name));
}

/* The campaign, and the programmes that it cites: their numbers are in order of id. */
static uint32_t part(const struct signing *signing, uint32_t campaign, uint32_t i) {
  return i == 0 ? campaign : signing->rulebook->refs[signing->rulebook->campaigns[campaign].cited_first + i - 1];
}

static void calendars_put(struct signing *signing, uint32_t campaign, struct buffer *out) {
  uint32_t parts = signing->rulebook->campaigns[campaign].cited_count + 1;
  const struct calendar *last = NULL;
  for (;;) {
    const struct calendar *next = NULL;
    for (uint32_t i = 0; i < parts; i++) {
      const struct calendar *one = signing->rulebook->campaigns[part(signing, campaign, i)].calendar;
      if (one == NULL || one->source_text.at == calendar_cn.text.at || (last != NULL && str_compare(one->id, last->id) <= 0)) continue;
      if (next == NULL || str_compare(one->id, next->id) < 0) next = one;
    }
    if (next == NULL) return;
    struct digest256 digest = hash256(next->source_text);
    line(out, &digest, "calendar", next->id);
    last = next;
  }
}

/* Its days come every day, and what was there stays: signed is whose rates they are. A table belongs to the campaign, never to a programme.
 */
static void rates_put(struct signing *signing, uint32_t campaign, struct buffer *out) {
  const struct rate_table *table = signing->rulebook->campaigns[campaign].fx.table;
  if (table == NULL) return;
  struct digest256 digest = hash256(table->head);
  line(out, &digest, "rates", table->id);
}

static bool declared_put(struct signing *signing, uint32_t campaign, struct buffer *out) {
  uint32_t parts = signing->rulebook->campaigns[campaign].cited_count + 1;
  for (uint32_t i = 0; signing->declared_count > 0 && i < parts; i++)
    if (!file_search(signing, part(signing, campaign, i))) return false;
  for (uint32_t n = 0; n < signing->declared_count; n++) {
    bool named = false;
    for (uint32_t i = 0; i < parts && !named; i++) named = signing->files[part(signing, campaign, i)].names[n];
    if (named) line(out, &signing->declared[n].digest, signing->declared[n].kind, signing->declared[n].name);
  }
  return true;
}

enum status signing_statement(struct signing *signing, uint32_t campaign, struct str *out, struct fault *fault) {
  const struct rulebook *rulebook = signing->rulebook;
  const struct campaign *of = &rulebook->campaigns[campaign];
  struct buffer text;
  buffer_init(&text, signing->text, STATEMENT_BYTES);
  buffer_put(&text, STR("giftd-approval 1\n"));
  for (uint32_t i = 0; i <= of->cited_count; i++) {
    uint32_t number = part(signing, campaign, i);
    line(&text, file_digest(signing, number), i == 0 ? "campaign" : "programme", rulebook->campaigns[number].id);
  }
  for (uint32_t i = 0; i < of->approval.list_count; i++)
    line(&text, list_digest(signing, of->approval.lists[i]), "list", rulebook->lists[of->approval.lists[i]].name);
  calendars_put(signing, campaign, &text);
  rates_put(signing, campaign, &text);
  if (!declared_put(signing, campaign, &text) || text.overflowed) return full(fault);
  *out = buffer_text(&text);
  return STATUS_OK;
}
