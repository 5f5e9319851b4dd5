/* The cursor over JSON text: the caller walks, the cursor checks. Objects and arrays are not remembered as such: the caller, who opened
 * them, knows what it is in; only their number is bounded, and skipping a whole value keeps one bit for each open one. */
#include "giftd/base/json.h"

#include <assert.h>

#include "giftd/base/scan.h"

/* giftd's own lines (decisions) are nested a little deeper than events. */
#define JSON_DEPTH 32u

struct json_cursor json_open(struct str text) {
  return (struct json_cursor){.text = text};
}

static bool fail(struct json_cursor *c, const char *problem) {
  if (c->problem == NULL) c->problem = problem;
  return false;
}

static void skip_blank(struct json_cursor *c) { c->at = scan_blank(c->text, c->at); }

/* The next byte after white space, or 0 at the end or after a problem. */
static char next_byte(struct json_cursor *c) {
  if (c->problem != NULL) return '\0';
  skip_blank(c);
  return c->at < c->text.length ? c->text.at[c->at] : '\0';
}

static const char *const ended = "the text ends too early";

enum json_type json_peek(struct json_cursor *c) {
  char byte = next_byte(c);
  switch (byte) {
    case '{': return JSON_TYPE_OBJECT;
    case '[': return JSON_TYPE_ARRAY;
    case '"': return JSON_TYPE_TEXT;
    case 't': return JSON_TYPE_TRUE;
    case 'f': return JSON_TYPE_FALSE;
    case 'n': return JSON_TYPE_NULL;
    default: return byte == '-' || (byte >= '0' && byte <= '9') ? JSON_TYPE_NUMBER : JSON_TYPE_END;
  }
}

static bool enter(struct json_cursor *c, char bracket, const char *wanted) {
  if (c->problem != NULL) return false;
  if (next_byte(c) != bracket) return fail(c, c->at >= c->text.length ? ended : wanted);
  if (c->depth == JSON_DEPTH) return fail(c, "nested too deep");
  c->at++;
  c->depth++;
  c->first = true;
  return true;
}

bool json_enter_object(struct json_cursor *c) { return enter(c, '{', "an object is expected"); }
bool json_enter_array(struct json_cursor *c) { return enter(c, '[', "a list is expected"); }

/* The closing bracket (consumed: false) or what stands before the next member (true). */
static bool next_member(struct json_cursor *c, char close) {
  char byte = next_byte(c);
  if (c->problem != NULL) return false;
  bool first = c->first;
  c->first = false;
  if (byte == close && c->at < c->text.length) {
    assert(c->depth > 0);
    c->at++;
    c->depth--;
    return false;
  }
  if (first) return true;
  if (byte != ',') return fail(c, c->at >= c->text.length ? ended : close == '}' ? "a comma or } is expected" : "a comma or ] is expected");
  c->at++;
  skip_blank(c);
  return true;
}

/* A string at the cursor, without its quotes. */
static bool take_string(struct json_cursor *c, struct str *raw, bool *escaped, const char *wanted) {
  if (next_byte(c) != '"') return fail(c, c->at >= c->text.length ? ended : wanted);
  struct text_scan scan = scan_text(c->text, c->at);
  if (scan.problem != SCAN_OK) {
    c->at = scan.end;
    return fail(c, scan_problem_text[scan.problem]);
  }
  *raw = (struct str){c->text.at + c->at + 1, scan.end - c->at - 2};
  *escaped = scan.escaped;
  c->at = scan.end;
  return true;
}

bool json_next_key(struct json_cursor *c, struct str *key) {
  bool escaped = false;
  if (!next_member(c, '}')) return false;
  if (!take_string(c, key, &escaped, "a key is expected")) return false;
  if (next_byte(c) != ':') return fail(c, c->at >= c->text.length ? ended : "a colon is expected");
  c->at++;
  return true;
}

bool json_next_item(struct json_cursor *c) {
  if (!next_member(c, ']')) return false;
  if (json_peek(c) == JSON_TYPE_END) return fail(c, c->at >= c->text.length ? ended : "a value is expected");
  return true;
}

bool json_text(struct json_cursor *c, struct arena *arena, struct str *out) {
  struct str raw = {NULL, 0};
  bool escaped = false;
  if (c->problem != NULL || !take_string(c, &raw, &escaped, "a text is expected")) return false;
  c->first = false;
  if (!escaped) {
    *out = raw;
    return true;
  }
  char *memory = arena_take(arena, raw.length);
  if (memory == NULL) return fail(c, "no memory left for the text");
  *out = (struct str){memory, json_unescape(raw, memory)};
  return true;
}

/* A number at the cursor. */
static bool take_number(struct json_cursor *c, struct number_scan *scan) {
  if (json_peek(c) != JSON_TYPE_NUMBER) return fail(c, c->at >= c->text.length ? ended : "a number is expected");
  *scan = scan_number(c->text, c->at);
  if (scan->problem != SCAN_OK) {
    c->at = scan->end;
    return fail(c, scan_problem_text[scan->problem]);
  }
  return true;
}

bool json_int(struct json_cursor *c, int64_t *out) {
  struct number_scan scan;
  if (c->problem != NULL || !take_number(c, &scan)) return false;
  if (!scan.fits) return fail(c, scan.whole ? "the number does not fit into 64 bits" : "a whole number is expected");
  c->at = scan.end;
  c->first = false;
  *out = scan.value;
  return true;
}

static bool take_word(struct json_cursor *c, struct str word) {
  if (!str_starts(str_from(c->text, c->at), word)) return fail(c, "a value is expected");
  c->at += word.length;
  c->first = false;
  return true;
}

bool json_bool(struct json_cursor *c, bool *out) {
  enum json_type type = json_peek(c);
  if (c->problem != NULL) return false;
  if (type != JSON_TYPE_TRUE && type != JSON_TYPE_FALSE) return fail(c, c->at >= c->text.length ? ended : "true or false is expected");
  if (!take_word(c, type == JSON_TYPE_TRUE ? STR("true") : STR("false"))) return false;
  *out = type == JSON_TYPE_TRUE;
  return true;
}

/* One value that holds no others. */
static bool skip_scalar(struct json_cursor *c, enum json_type type) {
  struct str raw;
  struct number_scan number;
  bool escaped;
  switch (type) {
    case JSON_TYPE_TEXT:
      if (!take_string(c, &raw, &escaped, "a text is expected")) return false;
      break;
    case JSON_TYPE_NUMBER:
      if (!take_number(c, &number)) return false;
      c->at = number.end;
      break;
    case JSON_TYPE_TRUE: return take_word(c, STR("true"));
    case JSON_TYPE_FALSE: return take_word(c, STR("false"));
    case JSON_TYPE_NULL: return take_word(c, STR("null"));
    default: return fail(c, c->at >= c->text.length ? ended : "a value is expected");
  }
  c->first = false;
  return true;
}

/* Into an object or array (pushing what it is), or over a scalar. */
static bool skip_step(struct json_cursor *c, uint64_t *objects) {
  enum json_type type = json_peek(c);
  if (c->problem != NULL) return false;
  if (type != JSON_TYPE_OBJECT && type != JSON_TYPE_ARRAY) return skip_scalar(c, type);
  if (!(type == JSON_TYPE_OBJECT ? json_enter_object(c) : json_enter_array(c))) return false;
  *objects = *objects << 1 | (type == JSON_TYPE_OBJECT ? 1u : 0u);
  return true;
}

bool json_skip(struct json_cursor *c) {
  unsigned outside = c->depth;
  uint64_t objects = 0; /* the lowest bit tells whether the innermost open one is an object */
  _Static_assert(JSON_DEPTH < 64, "one bit for each level");
  struct str key;
  if (!skip_step(c, &objects)) return false;
  while (c->depth > outside) {
    unsigned depth = c->depth;
    bool member = (objects & 1) != 0 ? json_next_key(c, &key) : json_next_item(c);
    if (c->problem != NULL) return false;
    if (!member)
      objects >>= c->depth < depth ? 1 : 0;
    else if (!skip_step(c, &objects))
      return false;
  }
  return true;
}

bool json_raw(struct json_cursor *c, struct str *out) {
  if (c->problem != NULL) return false;
  skip_blank(c);
  size_t start = c->at;
  if (!json_skip(c)) return false;
  *out = (struct str){c->text.at + start, c->at - start};
  return true;
}

bool json_done(struct json_cursor *c) {
  if (c->problem != NULL) return false;
  skip_blank(c);
  if (c->depth > 0) return fail(c, ended);
  if (c->at < c->text.length) return fail(c, "something follows the value");
  return true;
}

size_t json_scan_text(struct str text, size_t start, bool *escaped, const char **problem) {
  struct text_scan scan = scan_text(text, start);
  *escaped = scan.escaped;
  *problem = scan.problem == SCAN_OK ? NULL : scan_problem_text[scan.problem];
  return scan.problem == SCAN_OK ? scan.end : 0;
}

size_t json_scan_number(struct str text, size_t start, bool *whole, const char **problem) {
  struct number_scan scan = scan_number(text, start);
  *whole = scan.whole;
  *problem = scan.problem == SCAN_OK ? NULL : scan_problem_text[scan.problem];
  return scan.problem == SCAN_OK ? scan.end : 0;
}

static unsigned unit_at(const char *digits) {
  unsigned unit = 0;
  for (int i = 0; i < 4; i++) {
    unsigned char byte = (unsigned char)digits[i];
    unit = unit * 16 + (byte <= '9' ? byte - 48u : (byte | 0x20u) - 87u); /* '0' is 48, 'a' - 10 is 87 */
  }
  return unit;
}

static size_t put_utf8(uint32_t point, char *out) {
  if (point < 0x80) {
    out[0] = (char)point;
    return 1;
  }
  unsigned length = point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
  static const unsigned char lead[5] = {0, 0, 0xc0, 0xe0, 0xf0};
  for (unsigned i = length - 1; i > 0; i--, point >>= 6) out[i] = (char)(0x80 | (point & 0x3f));
  out[0] = (char)(lead[length] | point);
  return length;
}

/* One escape (at its backslash): writes its character, returns how many bytes the escape has. */
static size_t unescape_one(const char *at, char *out, size_t *written) {
  static const char letters[] = "bfnrt", bytes[] = "\b\f\n\r\t";
  if (at[1] != 'u') {
    const char *found = strchr(letters, at[1]);
    out[0] = found == NULL ? at[1] : bytes[found - letters];
    *written = 1;
    return 2;
  }
  uint32_t point = unit_at(at + 2);
  bool pair = point >= 0xd800 && point <= 0xdbff;
  if (pair) point = 0x10000 + ((point - 0xd800) << 10) + (unit_at(at + 8) - 0xdc00);
  *written = put_utf8(point, out);
  return pair ? 12 : 6;
}

size_t json_unescape(struct str escaped, char *out) {
  size_t length = 0;
  for (size_t at = 0; at < escaped.length;) {
    const char *slash = memchr(escaped.at + at, '\\', escaped.length - at);
    size_t plain = slash == NULL ? escaped.length - at : (size_t)(slash - (escaped.at + at));
    if (plain > 0) memmove(out + length, escaped.at + at, plain);
    length += plain;
    at += plain;
    if (slash == NULL) break;
    size_t written = 0;
    at += unescape_one(slash, out + length, &written);
    length += written;
  }
  return length;
}
