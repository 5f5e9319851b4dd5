/* The one pass over the line: RFC 8259 throughout, with depth, number of keys and keys that stand twice, and without a tree. It keeps a
 * frame for each open object or array, the keys of open objects, and the tokens of members that interpret.c may want. Time is linear in the
 * line, but for keys: one that may have been seen is compared with its object's keys, 256 at most. */
#include <assert.h>

#include "name_hash.h"
#include "reader.h"

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

#define IS(name, literal) (memcmp((name).at, literal, sizeof(literal) - 1) == 0)

/* The lengths are compared first, so that every memcmp has a constant one and is a load or two. */
static inline enum attribute attribute_of(struct str name) {
  switch (name.length) {
    case 2: return IS(name, "id") ? ATTRIBUTE_ID : ATTRIBUTE_NONE;
    case 4:
      return IS(name, "type") ? ATTRIBUTE_TYPE : IS(name, "time") ? ATTRIBUTE_TIME : IS(name, "data") ? ATTRIBUTE_DATA : ATTRIBUTE_NONE;
    case 6: return IS(name, "source") ? ATTRIBUTE_SOURCE : ATTRIBUTE_NONE;
    case 7: return IS(name, "subject") ? ATTRIBUTE_SUBJECT : ATTRIBUTE_NONE;
    case 8: return IS(name, "customer") ? ATTRIBUTE_CUSTOMER : ATTRIBUTE_NONE;
    case 11:
      if (IS(name, "specversion")) return ATTRIBUTE_SPECVERSION;
      if (IS(name, "traceparent")) return ATTRIBUTE_TRACEPARENT;
      return IS(name, "data_base64") ? ATTRIBUTE_DATA_BASE64 : ATTRIBUTE_NONE;
    case 12: return IS(name, "recordedtime") ? ATTRIBUTE_RECORDEDTIME : ATTRIBUTE_NONE;
    default: return ATTRIBUTE_NONE;
  }
}

/* A key whose hash was seen before in this object: is it there? */
static bool key_is_new(struct reader *r, const struct frame *frame, const struct key *key, size_t offset) {
  for (const struct key *other = r->keys + frame->first_key; other < key; other++) {
    if (other->hash != key->hash || other->length != key->length) continue;
    if (key->length > 0 && memcmp(other->at, key->at, key->length) != 0) continue;
    reader_fail(r, EVENT_DUPLICATE_KEY, offset, " ");
    detail_bytes(r->error, (struct str){key->at, key->length});
    return false;
  }
  return true;
}

static inline bool note_key(struct reader *r, struct frame *frame, struct str name, uint64_t hash, size_t offset) {
  if (frame->count == LIMIT_EVENT_KEYS) return reader_fail(r, EVENT_TOO_MANY_KEYS, offset, "key number %u", LIMIT_EVENT_KEYS + 1);
  if (r->key_count == r->key_capacity) {
    assert(r->key_capacity < KEYS_MOST);
    r->short_of_keys = true;
    return false;
  }
  frame->count++;
  struct key *key = &r->keys[r->key_count++];
  *key = (struct key){name.at, (uint32_t)name.length, (uint32_t)hash};
  r->inside = true;
  uint64_t bit = 1ULL << (hash >> 32 & 63), *word = &frame->seen[hash >> 38 & 3];
  bool maybe_seen = (*word & bit) != 0;
  *word |= bit;
  return !maybe_seen || key_is_new(r, frame, key, offset);
}

/* "key": with the value to follow. */
static inline bool read_key(struct reader *r, struct frame *frame) {
  struct token token;
  if (r->at >= r->line.length || r->line.at[r->at] != '"') return unexpected(r, frame->count == 0 ? "a key or }" : "a key");
  if (!read_string(r, &token)) return false;
  struct str name = token_text(r, token);
  uint64_t hash = name_hash(name);
  if (!note_key(r, frame, name, hash, token.start)) return false;
  if (r->depth == 1) {
    r->attribute = attribute_of(name);
    r->top_field = r->attribute == ATTRIBUTE_NONE ? catalogue_field_hashed(r->catalogue, name, hash) : FIELD_NONE;
  } else if (r->in_data && r->depth == 2) {
    r->data_field = catalogue_field_hashed(r->catalogue, name, hash);
  }
  r->at = scan_blank(r->line, r->at);
  if (r->at >= r->line.length || r->line.at[r->at] != ':') return unexpected(r, "a colon");
  r->at = scan_blank(r->line, r->at + 1);
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
  r->frames[r->depth] = (struct frame){.start = (uint32_t)r->at, .first_key = r->key_count, .object = object};
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

/* Behind a plain number - one digit, or several that do not start with 0, and then what ends a value; 0 for all others. */
static inline size_t plain_number_end(struct str line, size_t at) {
  size_t end = at;
  while (end < line.length && (unsigned)(line.at[end] - '0') <= 9) end++;
  bool ends = end < line.length && (line.at[end] == ',' || line.at[end] == '}' || line.at[end] == ']');
  return ends && (line.at[at] != '0' ? end > at : end == at + 1) ? end : 0;
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
static inline bool read_value(struct reader *r) {
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
static inline bool read_member(struct reader *r) {
  struct frame *frame = &r->frames[r->depth];
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
  if (frame->object) return read_key(r, frame) && read_value(r);
  frame->count++;
  r->inside = true;
  return read_value(r);
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
    if (!read_member(r)) return false;
  r->at = scan_blank(r->line, r->at);
  if (r->at == r->line.length) return true;
  reader_fail(r, EVENT_TRAILING_BYTES, r->at, " ");
  detail_bytes(r->error, (struct str){r->line.at + r->at, r->line.length - r->at < 12 ? r->line.length - r->at : 12});
  return false;
}
