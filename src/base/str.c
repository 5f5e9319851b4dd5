/* Borrowed bytes: comparing, splitting and the two spellings everybody checks (ids, whole numbers). UTF-8 is judged by the scanners. */
#include "giftd/base/str.h"

#include <assert.h>

#include "giftd/base/limits.h"
#include "giftd/base/scan.h"

bool str_starts(struct str s, struct str prefix) {
  return s.length >= prefix.length && (prefix.length == 0 || memcmp(s.at, prefix.at, prefix.length) == 0);
}

const char *str_find(struct str s, struct str part) {
  assert(part.length > 0);
  return s.length == 0 ? NULL : memmem(s.at, s.length, part.at, part.length);
}

bool str_split(struct str s, char mark, struct str *before, struct str *after) {
  const char *found = s.length == 0 ? NULL : memchr(s.at, mark, s.length);
  if (found == NULL) {
    *before = s;
    *after = (struct str){NULL, 0};
    return false;
  }
  size_t length = (size_t)(found - s.at);
  *before = (struct str){s.at, length};
  *after = (struct str){found + 1, s.length - length - 1};
  return true;
}

static bool is_space(char byte) { return byte == ' ' || byte == '\t'; }

struct str str_trim(struct str s) {
  while (s.length > 0 && is_space(s.at[0])) s = (struct str){s.at + 1, s.length - 1};
  while (s.length > 0 && is_space(s.at[s.length - 1])) s.length--;
  return s;
}

int str_compare(struct str a, struct str b) {
  size_t shorter = a.length < b.length ? a.length : b.length;
  int order = shorter == 0 ? 0 : memcmp(a.at, b.at, shorter);
  if (order != 0) return order;
  return (a.length > b.length) - (a.length < b.length);
}

static unsigned least(unsigned a, unsigned b) { return a < b ? a : b; }

/* Names longer than this are never a typing error of each other. */
#define DISTANCE_BYTES 128u

/* One row of the table of optimal string alignment: row[j] is the distance of a[0..i] and b[0..j]. Returns the smallest of the row. */
static unsigned distance_row(struct str a, struct str b, size_t i, const unsigned *before_last, const unsigned *last, unsigned *row) {
  row[0] = (unsigned)i;
  unsigned smallest = row[0];
  for (size_t j = 1; j <= b.length; j++) {
    unsigned replaced = last[j - 1] + (a.at[i - 1] == b.at[j - 1] ? 0u : 1u);
    row[j] = least(replaced, least(last[j], row[j - 1]) + 1);
    bool swapped = i > 1 && j > 1 && a.at[i - 1] == b.at[j - 2] && a.at[i - 2] == b.at[j - 1];
    if (swapped) row[j] = least(row[j], before_last[j - 2] + 1);
    smallest = least(smallest, row[j]);
  }
  return smallest;
}

unsigned str_distance(struct str a, struct str b, unsigned most) {
  size_t apart = a.length > b.length ? a.length - b.length : b.length - a.length;
  if (str_equal(a, b)) return 0;
  if (apart > most || a.length > DISTANCE_BYTES || b.length > DISTANCE_BYTES) return most + 1;
  unsigned rows[3][DISTANCE_BYTES + 1] = {{0}};
  for (size_t j = 0; j <= b.length; j++) rows[0][j] = (unsigned)j;
  for (size_t i = 1; i <= a.length; i++) {
    unsigned smallest = distance_row(a, b, i, rows[(i + 1) % 3], rows[(i + 2) % 3], rows[i % 3]);
    if (smallest > most) return most + 1; /* later rows only grow: what a swap reaches from two rows back has its neighbour in this one */
  }
  return least(rows[a.length % 3][b.length], most + 1);
}

/* Whether a byte may stand in an id: - . : _ 0..9 A..Z a..z */
/* clang-format off */
static const uint8_t id_bytes[256] = {
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, /* 0x00 */
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, /* 0x10 */
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 0, /* 0x20 */
    1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, /* 0x30 */
    0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, /* 0x40 */
    1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 1, /* 0x50 */
    0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, /* 0x60 */
    1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, /* 0x70 */
};
/* clang-format on */

/* Every byte is looked at, without a branch: nearly all are good, and each event has some fifty. */
bool str_is_id(struct str s) {
  if (s.length == 0 || s.length > LIMIT_ID_BYTES) return false;
  uint8_t good = 1;
  for (size_t i = 0; i < s.length; i++) good &= id_bytes[(unsigned char)s.at[i]];
  return good != 0;
}

bool str_to_int64(struct str s, int64_t *out) {
  bool negative = s.length > 0 && s.at[0] == '-';
  size_t at = negative ? 1 : 0;
  if (at == s.length) return false;
  int64_t value = 0; /* kept negative: INT64_MIN has no positive twin */
  for (; at < s.length; at++) {
    char byte = s.at[at];
    if (byte < '0' || byte > '9') return false;
    if (__builtin_mul_overflow(value, 10, &value) || __builtin_sub_overflow(value, byte - '0', &value)) return false;
  }
  if (!negative && value == INT64_MIN) return false;
  *out = negative ? value : -value;
  return true;
}

bool str_is_utf8(struct str s) {
  bool truncated = false;
  for (size_t at = 0; at < s.length;) {
    unsigned length = scan_utf8(s, at, &truncated);
    if (length == 0) return false;
    at += length;
  }
  return true;
}
