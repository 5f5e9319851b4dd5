/* Borrowed bytes with a length. A `struct str` never owns: whoever made the bytes says how long they live. */
#ifndef GIFTD_BASE_STR_H
#define GIFTD_BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct str {
  const char *at; /* may be NULL when length is 0; not terminated */
  size_t length;  /* bytes */
};

#define STR(literal) ((struct str){(literal), sizeof(literal) - 1})
#define STR_FORMAT(s) (int)(s).length, (s).at /* for "%.*s" */

static inline struct str str_of(const char *text) { return (struct str){text, text == NULL ? 0 : strlen(text)}; }

static inline bool str_equal(struct str a, struct str b) {
  return a.length == b.length && (a.length == 0 || memcmp(a.at, b.at, a.length) == 0);
}

static inline struct str str_from(struct str s, size_t start) {
  return start >= s.length ? (struct str){s.at + s.length, 0} : (struct str){s.at + start, s.length - start};
}

bool str_starts(struct str s, struct str prefix);
/* Where `part` (not empty) first stands in s; NULL when it does not. */
const char *str_find(struct str s, struct str part);
/* Bytes before and after the first `mark`; without one, all of it is before and `after` is empty. Returns whether it was there. */
bool str_split(struct str s, char mark, struct str *before, struct str *after);
struct str str_trim(struct str s); /* spaces and tabs, both ends */
/* <0, 0, >0 in byte order. */
int str_compare(struct str a, struct str b);
/* Number of single-byte edits between a and b (transpositions count as one), at most `most` + 1: for "did you mean". */
unsigned str_distance(struct str a, struct str b, unsigned most);
/* An id: 1..64 bytes of [A-Za-z0-9_.:-] (docs/events.md, "Events in"). */
bool str_is_id(struct str s);
/* A whole decimal number, optional '-', nothing around it. False when it does not fit. */
bool str_to_int64(struct str s, int64_t *out);
/* A well-formed UTF-8 text (RFC 3629: no overlong forms, no surrogates, at most U+10FFFF). */
bool str_is_utf8(struct str s);

#endif
