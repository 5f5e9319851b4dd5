/* The one pass over the line: RFC 8259 throughout, with depth, number of keys and keys that stand twice, and without a tree. It keeps a
 * frame for each open object or array, the keys of open objects, and the tokens of members that interpret.c may want. Time is linear in the
 * line, but for keys: one that may have been seen is compared with its object's keys, 256 at most. */
#include <assert.h>

#include "usual.h"

static bool ended(struct reader *r, const char *where) {
  return reader_fail(r, EVENT_TRUNCATED, r->line.length, "the end of the line %s", where);
}

/* What stands at r->at is not what has to stand there. */
static bool unexpected(struct reader *r, const char *wanted) {
  if (r->at >= r->line.length) return ended(r, "inside of the event");
  unsigned char byte = (unsigned char)r->line.at[r->at];
  if (byte > 0x20 && byte < 0x7f) return reader_fail(r, EVENT_BAD_JSON, r->at, "expected %s, found %c", wanted, byte);
  return reader_fail(r, EVENT_BAD_JSON, r->at, "expected %s, found byte 0x%02x", wanted, byte);
}

static bool scan_failed(struct reader *r, enum scan_problem problem, size_t at, const char *where) {
  static const enum event_problem problems[SCAN_PROBLEM_COUNT] = {
      [SCAN_TRUNCATED] = EVENT_TRUNCATED,   [SCAN_CONTROL] = EVENT_CONTROL_CHARACTER,   [SCAN_BAD_UTF8] = EVENT_BAD_UTF8,
      [SCAN_BAD_ESCAPE] = EVENT_BAD_ESCAPE, [SCAN_BAD_SURROGATE] = EVENT_BAD_SURROGATE, [SCAN_BAD_NUMBER] = EVENT_BAD_NUMBER};
  if (problem == SCAN_TRUNCATED) return ended(r, where);
  reader_fail(r, problems[problem], at, " ");
  if (problem == SCAN_CONTROL || problem == SCAN_BAD_UTF8)
    return reader_fail(r, problems[problem], at, "byte 0x%02x", (unsigned char)r->line.at[at]);
  detail_bytes(r->error, (struct str){r->line.at + at, r->line.length - at < 6 ? r->line.length - at : 6});
  return false;
}

/* The string at r->at. Nearly all are plain: their end is found in place. */
static inline bool read_string(struct reader *r, struct token *token) {
  size_t end = scan_plain(r->line, r->at + 1);
  *token = (struct token){JSON_TYPE_TEXT, false, (uint32_t)r->at, (uint32_t)end + 1};
  if (end < r->line.length && r->line.at[end] == '"') {
    r->at = end + 1;
    return true;
  }
  struct text_scan scan = scan_text(r->line, r->at);
  if (scan.problem != SCAN_OK) return scan_failed(r, scan.problem, scan.end, "inside of a text");
  token->escaped = scan.escaped;
  r->at = scan.end;
  token->end = (uint32_t)r->at;
  return true;
}

struct str token_unescape(struct reader *r, struct token token) {
  struct str raw = {r->line.at + token.start + 1, token.end - token.start - 2};
  if (r->scratch == NULL) r->scratch = arena_take(r->arena, r->line.length);
  assert(r->scratch != NULL && "the arena holds 2 x the line and 4 KiB");
  char *text = r->scratch + r->scratch_used;
  size_t length = json_unescape(raw, text);
  r->scratch_used += length;
  assert(r->scratch_used <= r->line.length);
  return (struct str){text, length};
}

/* "key": with the value to follow. */
static bool read_key(struct reader *r, struct frame *frame, size_t from) {
  struct token token;
  if (r->at >= r->line.length || r->line.at[r->at] != '"') return unexpected(r, frame->count == 0 ? "a key or }" : "a key");
  if (!read_string(r, &token)) return false;
  struct str name = token_text(r, token);
  if (!take_key(r, frame, name, token.start)) return false;
  r->at = scan_blank(r->line, r->at);
  if (r->at >= r->line.length || r->line.at[r->at] != ':') return unexpected(r, "a colon");
  r->at = scan_blank(r->line, r->at + 1);
  learn_key(r, frame, from, name, token.escaped);
  return true;
}

/* A member that is no field. A null says nothing. */
static __attribute__((noinline, cold)) void add_stranger(struct reader *r, struct strangers *strangers, struct token token) {
  const struct frame *frame = &r->frames[r->depth];
  const struct key *key = &r->keys[frame->first_key + frame->count - 1];
  if (token.type == JSON_TYPE_NULL) return;
  if (strangers->count < LIMIT_EVENT_UNKNOWN) strangers->names[strangers->count] = (struct str){key->at, key->length};
  strangers->count++;
}

static inline void add_member(struct member *members, uint32_t *count, uint16_t field, struct token token) {
  assert(*count < LIMIT_FIELDS && "keys are unique, so a field comes once");
  members[(*count)++] = (struct member){token, field};
}

/* A value of the innermost frame is complete. */
static inline void note_value(struct reader *r, struct token token) {
  r->inside = false;
  if (r->depth == 1) {
    if (r->attribute != ATTRIBUTE_NONE)
      r->attributes[r->attribute] = token;
    else if (r->top_field != FIELD_NONE)
      add_member(r->top, &r->top_count, r->top_field, token);
    else if (r->attributes[ATTRIBUTE_SPECVERSION].type == JSON_TYPE_END) /* beside data it is for those who carry the event */
      add_stranger(r, &r->top_strangers, token);
  } else if (r->in_data && r->depth == 2) {
    if (r->data_field != FIELD_NONE)
      add_member(r->data, &r->data_count, r->data_field, token);
    else
      add_stranger(r, &r->data_strangers, token);
  }
}

static bool open_frame(struct reader *r, bool object) {
  if (r->depth == LIMIT_EVENT_DEPTH) return reader_fail(r, EVENT_TOO_DEEP, r->at, "level %u", LIMIT_EVENT_DEPTH + 1);
  if (r->depth == 1) r->in_data = object && r->attribute == ATTRIBUTE_DATA;
  r->depth++;
  uint16_t shape = r->shapes == NULL || r->depth > 2 || (r->depth == 2 && !r->in_data) ? SHAPE_NONE
                   : r->depth == 2                                                     ? SHAPE_DATA
                                                                                       : SHAPE_TOP;
  r->frames[r->depth] = (struct frame){.start = (uint32_t)r->at, .first_key = r->key_count, .shape = shape, .object = object};
  r->inside = false;
  r->at++;
  return true;
}

static void close_frame(struct reader *r, const struct frame *frame) {
  r->at++;
  r->key_count = frame->first_key;
  r->depth--;
  if (r->depth == 0) return;
  struct token token = {frame->object ? JSON_TYPE_OBJECT : JSON_TYPE_ARRAY, false, frame->start, (uint32_t)r->at};
  note_value(r, token);
}

static bool read_word(struct reader *r, struct str word, enum json_type type) {
  struct str rest = str_from(r->line, r->at);
  if (!str_starts(rest, word)) {
    if (str_starts(word, rest)) return ended(r, "inside of a word");
    return unexpected(r, "a value");
  }
  struct token token = {type, false, (uint32_t)r->at, (uint32_t)(r->at + word.length)};
  r->at = token.end;
  note_value(r, token);
  return true;
}

static bool read_number(struct reader *r) {
  struct token plain = {JSON_TYPE_NUMBER, false, (uint32_t)r->at, (uint32_t)plain_number_end(r->line, r->at)};
  if (plain.end != 0) {
    r->at = plain.end;
    note_value(r, plain);
    return true;
  }
  struct number_scan scan = scan_number(r->line, r->at);
  if (scan.problem != SCAN_OK) return scan_failed(r, scan.problem, r->at, "inside of a number");
  struct token token = {JSON_TYPE_NUMBER, false, (uint32_t)r->at, (uint32_t)scan.end};
  r->at = scan.end;
  note_value(r, token);
  return true;
}

/* A scalar whole, or the opening bracket of an object or array. */
static bool read_value(struct reader *r) {
  if (r->at >= r->line.length) return unexpected(r, "a value");
  struct token token;
  switch (r->line.at[r->at]) {
    case '"':
      if (!read_string(r, &token)) return false;
      note_value(r, token);
      return true;
    case '{': return open_frame(r, true);
    case '[': return open_frame(r, false);
    case 't': return read_word(r, STR("true"), JSON_TYPE_TRUE);
    case 'f': return read_word(r, STR("false"), JSON_TYPE_FALSE);
    case 'n': return read_word(r, STR("null"), JSON_TYPE_NULL);
    case '-':
    case '0':
    case '1':
    case '2':
    case '3':
    case '4':
    case '5':
    case '6':
    case '7':
    case '8':
    case '9': return read_number(r);
    case '+':
    case '.': return scan_failed(r, SCAN_BAD_NUMBER, r->at, "");
    default: return unexpected(r, "a value");
  }
}

/* One member of the innermost frame, or its end. */
static bool read_member(struct reader *r) {
  struct frame *frame = &r->frames[r->depth];
  size_t from = r->at;
  r->at = scan_blank(r->line, r->at);
  char byte = r->at < r->line.length ? r->line.at[r->at] : '\0';
  if (byte == (frame->object ? '}' : ']')) {
    close_frame(r, frame);
    return true;
  }
  if (frame->count > 0) {
    if (byte != ',') return unexpected(r, frame->object ? "a comma or }" : "a comma or ]");
    r->at = scan_blank(r->line, r->at + 1);
  }
  if (frame->object) return read_key(r, frame, from) && read_value(r);
  frame->count++;
  r->inside = true;
  return read_value(r);
}

/* ---- the usual line ---- */

/* A key in compact JSON, with a comma in front unless it is the first; r->at is at its value then. False: something else stands there. */
static __attribute__((noinline)) bool compact_key(struct reader *r, struct frame *frame, bool *good) {
  size_t from = r->at, at = from + (frame->count > 0);
  struct str name;
  if (frame->count > 0 && r->line.at[from] != ',') return false;
  size_t start = glimpse_key(r->line, at, &name);
  if (start == 0) return false;
  *good = take_key(r, frame, name, at);
  r->at = start;
  if (*good) learn_key(r, frame, from, name, false);
  return true;
}

/* Nearly all members are "key":"text" or "key":123. */
static inline bool step_member(struct reader *r) {
  struct frame *frame = &r->frames[r->depth];
  struct token value;
  bool good = true;
  if (!frame->object || r->at >= r->line.length || r->line.at[r->at] == '}') return read_member(r);
  if (!same_key(r, frame) && !compact_key(r, frame, &good)) return read_member(r);
  if (!good) return false;
  if (!glimpse_value(r->line, r->at, &value)) {
    r->at = scan_blank(r->line, r->at); /* more of them than there were when the key was learned */
    return read_value(r);
  }
  r->at = value.end;
  note_value(r, value);
  return true;
}

/* What some sender puts in front of the JSON. True: r->at is at the opening brace. */
static bool read_start(struct reader *r) {
  struct str line = r->line;
  if (str_starts(line, STR("\xef\xbb\xbf"))) return reader_fail(r, EVENT_BYTE_ORDER_MARK, 0, "bytes ef bb bf");
  bool framed = line.length >= 5 && line.at[0] == '\0'; /* Confluent: 0, then the number of the schema in four bytes */
  r->at = scan_blank(line, framed ? 5 : 0);
  if (r->at == line.length && !framed) return reader_fail(r, EVENT_EMPTY_LINE, 0, " ");
  if (r->at < line.length && line.at[r->at] == '{') return true;
  if (framed) return reader_fail(r, EVENT_BINARY_FRAMED, 0, "the first byte is 0");
  reader_fail(r, EVENT_NOT_OBJECT, r->at, " ");
  detail_bytes(r->error, (struct str){line.at + r->at, line.length - r->at < 12 ? line.length - r->at : 12});
  return false;
}

bool scan_event(struct reader *r) {
  if (r->line.length > LIMIT_EVENT_BYTES) return reader_fail(r, EVENT_TOO_LONG, LIMIT_EVENT_BYTES, "%zu bytes", r->line.length);
  if (!read_start(r) || !open_frame(r, true)) return false;
  while (r->depth > 0)
    if (!step_member(r)) return false;
  r->at = scan_blank(r->line, r->at);
  if (r->at == r->line.length) return true;
  reader_fail(r, EVENT_TRAILING_BYTES, r->at, " ");
  detail_bytes(r->error, (struct str){r->line.at + r->at, r->line.length - r->at < 12 ? r->line.length - r->at : 12});
  return false;
}
