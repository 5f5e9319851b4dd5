/* The parts of the scanners that are rare in bank traffic: escapes, characters beyond ASCII, numbers with fraction or exponent. */
#include "giftd/base/scan.h"

#include <assert.h>

const char *const scan_problem_text[SCAN_PROBLEM_COUNT] = {
    [SCAN_OK] = "",
    [SCAN_TRUNCATED] = "the text ends too early",
    [SCAN_CONTROL] = "a control character must be escaped",
    [SCAN_BAD_UTF8] = "not UTF-8",
    [SCAN_BAD_ESCAPE] = "no such escape",
    [SCAN_BAD_SURROGATE] = "half of a surrogate pair",
    [SCAN_BAD_NUMBER] = "not a number",
};

/* RFC 3629 section 4: the second byte's range depends on the first; all others are 80..BF. */
struct utf8_form {
  unsigned length;
  unsigned char low, high;
};

static struct utf8_form utf8_form(unsigned char first) {
  if (first < 0x80) return (struct utf8_form){1, 0, 0};
  if (first < 0xc2) return (struct utf8_form){0, 0, 0}; /* continuation, or overlong C0 C1 */
  if (first < 0xe0) return (struct utf8_form){2, 0x80, 0xbf};
  if (first < 0xf0) return (struct utf8_form){3, first == 0xe0 ? 0xa0 : 0x80, first == 0xed ? 0x9f : 0xbf};
  if (first < 0xf5) return (struct utf8_form){4, first == 0xf0 ? 0x90 : 0x80, first == 0xf4 ? 0x8f : 0xbf};
  return (struct utf8_form){0, 0, 0};
}

unsigned scan_utf8(struct str text, size_t start, bool *truncated) {
  assert(start < text.length);
  const unsigned char *bytes = (const unsigned char *)text.at + start;
  size_t left = text.length - start;
  struct utf8_form form = utf8_form(bytes[0]);
  *truncated = false;
  if (form.length <= 1) return form.length;
  for (unsigned i = 1; i < form.length; i++) {
    if (i >= left) {
      *truncated = true;
      return 0;
    }
    unsigned char low = i == 1 ? form.low : 0x80, high = i == 1 ? form.high : 0xbf;
    if (bytes[i] < low || bytes[i] > high) return 0;
  }
  return form.length;
}

static int hex_digit(char byte) {
  if (byte >= '0' && byte <= '9') return byte - '0';
  if (byte >= 'a' && byte <= 'f') return byte - 'a' + 10;
  if (byte >= 'A' && byte <= 'F') return byte - 'A' + 10;
  return -1;
}

/* Four hexadecimal digits at `at`. */
static enum scan_problem scan_hex4(struct str text, size_t at, unsigned *unit) {
  *unit = 0;
  for (size_t i = at; i < at + 4; i++) {
    if (i >= text.length) return SCAN_TRUNCATED;
    int digit = hex_digit(text.at[i]);
    if (digit < 0) return SCAN_BAD_ESCAPE;
    *unit = *unit * 16 + (unsigned)digit;
  }
  return SCAN_OK;
}

/* \uXXXX at `at` (the backslash), and its partner when it is the first of a pair. */
static enum scan_problem scan_unicode(struct str text, size_t at, unsigned *length) {
  unsigned unit = 0, low = 0;
  enum scan_problem problem = scan_hex4(text, at + 2, &unit);
  *length = 6;
  if (problem != SCAN_OK || unit < 0xd800 || unit > 0xdfff) return problem;
  if (unit >= 0xdc00) return SCAN_BAD_SURROGATE;
  if (at + 6 >= text.length) return SCAN_TRUNCATED;
  if (text.at[at + 6] != '\\') return SCAN_BAD_SURROGATE;
  if (at + 7 >= text.length) return SCAN_TRUNCATED;
  if (text.at[at + 7] != 'u') return SCAN_BAD_SURROGATE;
  problem = scan_hex4(text, at + 8, &low);
  *length = 12;
  if (problem != SCAN_OK) return problem;
  return low >= 0xdc00 && low <= 0xdfff ? SCAN_OK : SCAN_BAD_SURROGATE;
}

static enum scan_problem scan_escape(struct str text, size_t at, unsigned *length) {
  if (at + 1 >= text.length) return SCAN_TRUNCATED;
  char kind = text.at[at + 1];
  *length = 2;
  if (kind == 'u') return scan_unicode(text, at, length);
  return kind != '\0' && strchr("\"\\/bfnrt", kind) != NULL ? SCAN_OK : SCAN_BAD_ESCAPE;
}

/* One byte that is not plain and not the closing quote. */
static enum scan_problem scan_special(struct str text, size_t at, unsigned *length, bool *escaped) {
  unsigned char byte = (unsigned char)text.at[at];
  if (byte == '\\') {
    *escaped = true;
    return scan_escape(text, at, length);
  }
  if (byte < 0x20) return SCAN_CONTROL;
  bool truncated = false;
  *length = scan_utf8(text, at, &truncated);
  if (*length > 0) return SCAN_OK;
  return truncated ? SCAN_TRUNCATED : SCAN_BAD_UTF8;
}

struct text_scan scan_text(struct str text, size_t start) {
  assert(start < text.length && text.at[start] == '"');
  struct text_scan scan = {start + 1, SCAN_OK, false};
  for (;;) {
    scan.end = scan_plain(text, scan.end);
    if (scan.end == text.length) {
      scan.problem = SCAN_TRUNCATED;
      return scan;
    }
    if (text.at[scan.end] == '"') {
      scan.end++;
      return scan;
    }
    unsigned length = 1;
    scan.problem = scan_special(text, scan.end, &length, &scan.escaped);
    if (scan.problem != SCAN_OK) return scan;
    scan.end += length;
  }
}

static bool is_digit_at(struct str text, size_t at) { return at < text.length && text.at[at] >= '0' && text.at[at] <= '9'; }

/* At least one digit at scan->end. */
static bool scan_digits(struct str text, struct number_scan *scan) {
  if (!is_digit_at(text, scan->end)) {
    scan->problem = scan->end >= text.length ? SCAN_TRUNCATED : SCAN_BAD_NUMBER;
    return false;
  }
  while (is_digit_at(text, scan->end)) scan->end++;
  return true;
}

/* The whole part; its value is kept negative while it grows. */
static bool scan_whole(struct str text, struct number_scan *scan) {
  bool leading_zero = scan->end < text.length && text.at[scan->end] == '0';
  size_t first = scan->end;
  if (!scan_digits(text, scan)) return false;
  if (leading_zero && scan->end - first > 1) {
    scan->problem = SCAN_BAD_NUMBER;
    scan->end = first + 1;
    return false;
  }
  scan->fits = true;
  for (size_t at = first; at < scan->end && scan->fits; at++) {
    int digit = text.at[at] - '0';
    scan->fits = !__builtin_mul_overflow(scan->value, 10, &scan->value) && !__builtin_sub_overflow(scan->value, digit, &scan->value);
  }
  return true;
}

static bool scan_fraction(struct str text, struct number_scan *scan) {
  if (scan->end >= text.length || text.at[scan->end] != '.') return true;
  scan->whole = false;
  scan->end++;
  return scan_digits(text, scan);
}

static bool scan_exponent(struct str text, struct number_scan *scan) {
  if (scan->end >= text.length || (text.at[scan->end] != 'e' && text.at[scan->end] != 'E')) return true;
  scan->whole = false;
  scan->end++;
  if (scan->end < text.length && (text.at[scan->end] == '+' || text.at[scan->end] == '-')) scan->end++;
  return scan_digits(text, scan);
}

struct number_scan scan_number(struct str text, size_t start) {
  assert(start < text.length);
  struct number_scan scan = {.end = start, .problem = SCAN_OK, .whole = true};
  bool negative = text.at[start] == '-';
  if (negative) scan.end++;
  if (!scan_whole(text, &scan) || !scan_fraction(text, &scan) || !scan_exponent(text, &scan)) {
    scan.whole = scan.fits = false;
    return scan;
  }
  if (!negative && scan.value == INT64_MIN) scan.fits = false;
  if (!scan.whole) scan.fits = false;
  if (!scan.fits)
    scan.value = 0;
  else if (!negative)
    scan.value = -scan.value;
  return scan;
}
