/* A JSON cursor without a tree (RFC 8259): walks valid JSON once, front to back, and hands out slices of it.
 *
 * Used where giftd reads its own lines back (decisions, rewards) and by small readers; the event path has its own one-pass reader in
 * the event room, built on the same scanners. Input is untrusted all the same: depth and keys are bounded, UTF-8 and escapes checked.
 *
 *     struct json_cursor c = json_open(line);
 *     if (json_enter_object(&c)) while (json_next_key(&c, &key)) { if (str_equal(key, STR("id"))) json_text(&c, &arena, &id); else
 * json_skip(&c); } if (!json_done(&c)) -> c.problem says what, c.at where
 */
#ifndef GIFTD_BASE_JSON_H
#define GIFTD_BASE_JSON_H

#include "giftd/base/memory.h"

enum json_type {
  JSON_TYPE_END,
  JSON_TYPE_OBJECT,
  JSON_TYPE_ARRAY,
  JSON_TYPE_TEXT,
  JSON_TYPE_NUMBER,
  JSON_TYPE_TRUE,
  JSON_TYPE_FALSE,
  JSON_TYPE_NULL
};

struct json_cursor {
  struct str text;
  size_t at;           /* byte offset of what comes next, or of the problem */
  unsigned depth;      /* open objects and arrays */
  bool first;          /* just behind the opening bracket */
  const char *problem; /* NULL while all is well; sticky */
};

struct json_cursor json_open(struct str text);
enum json_type json_peek(struct json_cursor *c); /* type of the value that comes next */
bool json_enter_object(struct json_cursor *c);
bool json_next_key(struct json_cursor *c,
                   struct str *key); /* raw key bytes (keys with escapes: as written); false at '}' (consumed) or on a problem */
bool json_enter_array(struct json_cursor *c);
bool json_next_item(struct json_cursor *c);                                  /* false at ']' (consumed) or on a problem */
bool json_text(struct json_cursor *c, struct arena *arena, struct str *out); /* unescaped; a slice of the input when it has no escapes */
bool json_int(struct json_cursor *c, int64_t *out);
bool json_bool(struct json_cursor *c, bool *out);
bool json_skip(struct json_cursor *c);                 /* any value */
bool json_raw(struct json_cursor *c, struct str *out); /* any value, as its bytes */
bool json_done(struct json_cursor *c);                 /* no problem, nothing left but white space */

/* The string whose opening quote is at text.at[start]: returns the offset behind its closing quote, or 0 with *problem set. `*escaped`
 * tells whether it holds escapes. UTF-8, control characters, escapes and surrogate pairs are checked. */
size_t json_scan_text(struct str text, size_t start, bool *escaped, const char **problem);
/* Writes the unescaped bytes (never longer than the input) and returns their number. Only for text that json_scan_text accepted (without
 * quotes). */
size_t json_unescape(struct str escaped, char *out);
/* A number: returns the offset behind it or 0 with *problem; `*whole` tells whether it has neither fraction nor exponent. */
size_t json_scan_number(struct str text, size_t start, bool *whole, const char **problem);

#endif
