/* The scanners under every JSON reader of giftd: white space, strings and numbers of RFC 8259, byte by byte, without a tree.
 *
 * The event path spends most of its time in runs of plain string bytes and of white space, so those two are inline here and look at 16
 * bytes at once where the machine has SSE2. Nothing is ever read outside `text`: the last bytes are looked at by a load that ends where
 * the text ends. Everything rare (escapes, UTF-8 beyond ASCII) is behind a call.
 */
#ifndef GIFTD_BASE_SCAN_H
#define GIFTD_BASE_SCAN_H

#include "giftd/base/str.h"

#if defined(__SSE2__) && !defined(GIFTD_PORTABLE)
#define SCAN_SSE2 1
#include <emmintrin.h>
#else
#define SCAN_SSE2 0
#endif

/* What can be wrong inside a string or number. */
enum scan_problem {
  SCAN_OK = 0,
  SCAN_TRUNCATED,     /* the text ends inside of it */
  SCAN_CONTROL,       /* a control character below U+0020, unescaped */
  SCAN_BAD_UTF8,      /* RFC 3629: stray or missing continuation, overlong, surrogate, above U+10FFFF */
  SCAN_BAD_ESCAPE,    /* a backslash that starts none of the nine escapes */
  SCAN_BAD_SURROGATE, /* \ud800..\udfff not in a pair of high and low */
  SCAN_BAD_NUMBER     /* +1, 01, 1., .5, 1e */
};
#define SCAN_PROBLEM_COUNT 7
/* A few words for each, for messages. */
extern const char *const scan_problem_text[SCAN_PROBLEM_COUNT];

struct text_scan {
  size_t end; /* behind the closing quote, or the offset of the problem */
  enum scan_problem problem;
  bool escaped; /* holds at least one escape */
};

struct number_scan {
  size_t end; /* behind the number, or the offset of the problem */
  enum scan_problem problem;
  bool whole; /* neither fraction nor exponent */
  bool fits;  /* whole and within int64: `value` is set */
  int64_t value;
};

/* The string whose opening quote is at text.at[start]. */
struct text_scan scan_text(struct str text, size_t start);
/* The number that starts at text.at[start] (start < text.length). What stands behind it is not judged. */
struct number_scan scan_number(struct str text, size_t start);
/* Length (1..4) of the UTF-8 sequence at text.at[start], 0 when it is malformed; *truncated when the text ends inside a sequence that
 * could still have been well formed. */
unsigned scan_utf8(struct str text, size_t start, bool *truncated);

#if SCAN_SSE2
static inline __m128i scan_load(const char *at) { return _mm_loadu_si128((const __m128i *)(const void *)at); }

/* One bit for each of 16 bytes that a string cannot hold as it is or that needs a closer look: quote, backslash, below 0x20, above 0x7f. */
static inline unsigned scan_special_mask(const char *at) {
  __m128i bytes = scan_load(at);
  __m128i quote = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('"'));
  __m128i slash = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\'));
  __m128i outside = _mm_cmplt_epi8(bytes, _mm_set1_epi8(0x20)); /* signed: 0x80..0xff are below as well */
  return (unsigned)_mm_movemask_epi8(_mm_or_si128(_mm_or_si128(quote, slash), outside));
}

/* One bit for each of 32 bytes that are the same here and there. */
static inline uint32_t scan_equal_mask(const char *a, const char *b) {
  unsigned first = (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(scan_load(a), scan_load(b)));
  unsigned second = (unsigned)_mm_movemask_epi8(_mm_cmpeq_epi8(scan_load(a + 16), scan_load(b + 16)));
  return first | second << 16;
}
#endif

/* Offset of the first byte at or behind `at` that is not a plain string byte (0x20..0x7f without quote and backslash), or text.length. */
static inline size_t scan_plain(struct str text, size_t at) {
#if SCAN_SSE2
  for (; at + 16 <= text.length; at += 16) {
    unsigned mask = scan_special_mask(text.at + at);
    if (mask != 0) return at + (unsigned)__builtin_ctz(mask);
  }
  if (text.length >= 16 && at < text.length) { /* the last 16 bytes again, without those that are done */
    unsigned mask = scan_special_mask(text.at + text.length - 16) >> (at - (text.length - 16));
    return mask != 0 ? at + (unsigned)__builtin_ctz(mask) : text.length;
  }
#endif
  for (; at < text.length; at++) {
    unsigned char byte = (unsigned char)text.at[at];
    if (byte < 0x20 || byte > 0x7f || byte == '"' || byte == '\\') return at;
  }
  return at;
}

static inline bool scan_is_blank(char byte) { return byte == ' ' || byte == '\t' || byte == '\n' || byte == '\r'; }

/* Offset of the first byte at or behind `at` that is no white space of JSON, or text.length. Compact JSON has none: tried first. */
static inline size_t scan_blank(struct str text, size_t at) {
  while (at < text.length && (unsigned char)text.at[at] <= ' ' && scan_is_blank(text.at[at])) at++;
  return at;
}

#endif
