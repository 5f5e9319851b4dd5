/* Findings: what is wrong, where, and what would be right. */
#include "compile.h"

#define FINDINGS_MOST 2000u /* nobody reads more; they are counted all the same */
#define POINTER_DEPTH 64u
#define TEXT_BYTES 600u

struct at at_root(json_t *json) {
  return (struct at){.json = json};
}

struct at at_key(const struct at *at, const char *key) {
  return (struct at){.up = at, .json = json_object_get(at->json, key), .key = key};
}

struct at at_item(const struct at *at, uint32_t index) {
  return (struct at){.up = at, .json = json_array_get(at->json, index), .index = index};
}

/* RFC 6901: "~" is written ~0 and "/" ~1. */
static void put_token(struct buffer *out, const struct at *at) {
  buffer_byte(out, '/');
  if (at->key == NULL) {
    buffer_int(out, at->index);
    return;
  }
  for (const char *p = at->key; *p != 0; p++) {
    if (*p == '~')
      buffer_put(out, STR("~0"));
    else if (*p == '/')
      buffer_put(out, STR("~1"));
    else
      buffer_byte(out, *p);
  }
}

struct str at_pointer(struct compile *c, const struct at *at) {
  const struct at *way[POINTER_DEPTH];
  uint32_t depth = 0;
  char memory[512];
  struct buffer out;
  buffer_init(&out, memory, sizeof memory);
  for (; at != NULL && at->up != NULL && depth < POINTER_DEPTH; at = at->up) way[depth++] = at;
  while (depth > 0) put_token(&out, way[--depth]);
  return keep_text(c, buffer_text(&out));
}

static struct finding *finding_new(struct compile *c, enum check_code code) {
  struct findings *all = c->findings;
  if (code < CHECK_WARNINGS)
    all->errors++;
  else
    all->warnings++;
  if (all->count == FINDINGS_MOST) {
    all->dropped++;
    return NULL;
  }
  if (all->count == all->capacity) {
    uint32_t capacity = all->capacity == 0 ? 16 : 2 * all->capacity;
    struct finding *items = take(c, capacity, sizeof *items);
    if (items == NULL) {
      all->dropped++;
      return NULL;
    }
    if (all->count > 0) memcpy(items, all->items, all->count * sizeof *items);
    all->items = items, all->capacity = capacity;
  }
  struct finding *finding = &all->items[all->count++];
  *finding = (struct finding){.code = code, .remedy = str_of(check_codes[code].remedy_en)};
  return finding;
}

/* What a file brings into a message may be anything: no control character gets onto the terminal, and a cut is made between characters. */
static struct str text_clean(char *text, size_t length) {
  while (length > 0 && !str_is_utf8((struct str){text, length})) length--;
  for (size_t i = 0; i < length; i++)
    if ((unsigned char)text[i] < 0x20 || text[i] == 0x7f) text[i] = '?';
  return (struct str){text, length};
}

PRINTF_LIKE(5, 0)
static void report_text(struct compile *c, struct str file, struct str pointer, enum check_code code, const char *format,
                        va_list arguments) {
  char text[TEXT_BYTES];
  struct finding *finding = finding_new(c, code);
  if (finding == NULL) return;
  int length = vsnprintf(text, sizeof text, format, arguments);
  size_t used = length < 0 ? 0 : (size_t)length < sizeof text ? (size_t)length : sizeof text - 1;
  finding->file = keep_text(c, file);
  finding->pointer = pointer;
  finding->text = keep_text(c, text_clean(text, used));
}

void report(struct compile *c, const struct at *at, enum check_code code, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  report_text(c, c->files[c->now].source->name, at_pointer(c, at), code, format, arguments);
  c->files[c->now].errors += code < CHECK_WARNINGS;
  va_end(arguments);
}

void report_in(struct compile *c, struct str file, const struct at *at, enum check_code code, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  report_text(c, file, at_pointer(c, at), code, format, arguments);
  va_end(arguments);
}

void report_named(struct compile *c, struct str file, struct str pointer, enum check_code code, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  report_text(c, file, pointer, code, format, arguments);
  va_end(arguments);
}

void report_text_at(struct compile *c, struct str pointer, const char *key, enum check_code code, const char *format, ...) {
  va_list arguments;
  struct str whole = key == NULL ? pointer : arena_print(c->arena, "%.*s/%s", STR_FORMAT(pointer), key);
  va_start(arguments, format);
  report_text(c, c->files[c->now].source->name, whole, code, format, arguments);
  c->files[c->now].errors += code < CHECK_WARNINGS;
  va_end(arguments);
}

void report_line(struct compile *c, struct str file, enum check_code code, uint32_t line, uint32_t column, const char *text) {
  report_in(c, file, NULL, code, "%s", text);
  struct finding *last = c->findings->count > 0 ? &c->findings->items[c->findings->count - 1] : NULL;
  if (last == NULL || last->code != code) return;
  last->line = line, last->column = column;
}

static bool finding_before(const struct finding *a, const struct finding *b) {
  int order = str_compare(a->file, b->file);
  return order != 0 ? order < 0 : a->line <= b->line;
}

/* By file, and of each as they were found: a stable merge sort. */
void findings_sort(struct compile *c) {
  uint32_t count = c->findings->count;
  struct finding *from = c->findings->items, *to = take(c, c->findings->capacity, sizeof *to);
  if (to == NULL) return;
  for (uint32_t width = 1; width < count; width *= 2) {
    for (uint32_t low = 0; low < count; low += 2 * width) {
      uint32_t middle = low + width < count ? low + width : count, high = middle + width < count ? middle + width : count;
      for (uint32_t i = low, a = low, b = middle; i < high; i++)
        to[i] = a < middle && (b >= high || finding_before(&from[a], &from[b])) ? from[a++] : from[b++];
    }
    struct finding *swap = from;
    from = to, to = swap;
  }
  c->findings->items = from;
}

/* ---- did you mean ---- */

struct near near_start(struct str word) {
  unsigned most = word.length < 3 ? 1 : word.length > 9 ? 3 : (unsigned)word.length / 3 + 1;
  return (struct near){.word = word, .least = most + 1};
}

/* Whole words that begin like a short one are meant as well: "friday" for "fri", "daily" is near "day". */
void near_offer(struct near *near, struct str candidate) {
  unsigned distance = str_distance(candidate, near->word, near->least);
  bool longer = candidate.length >= 3 && str_starts(near->word, candidate);
  if (longer && distance >= near->least) distance = near->least - 1;
  bool alike = candidate.length > 0 && near->word.length > 0 && candidate.at[0] == near->word.at[0];
  bool best_alike = near->best.length > 0 && near->best.at[0] == near->word.at[0];
  if (distance > near->least || (distance == near->least && (near->best.length == 0 || !alike || best_alike))) return;
  near->least = distance, near->best = candidate;
}

struct str near_text(struct compile *c, const struct near *near) {
  if (near->best.length == 0) return STR("");
  return arena_print(c->scratch, "; did you mean '%.*s'?", STR_FORMAT(near->best));
}
