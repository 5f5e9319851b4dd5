/* Numbers as bytes and back, for records, messages and the journal: little-endian varints, zigzag where they may be negative. A writer that
 * is full and a reader that ran past its end stay so: they are asked once, at the end. Not part of base.h: who writes bytes asks for it. */
#ifndef GIFTD_BASE_BYTES_H
#define GIFTD_BASE_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "giftd/base/str.h"

struct writer {
  unsigned char *at, *end;
  bool full;
};

static inline struct writer writer_into(void *memory, size_t bytes) {
  return (struct writer){memory, (unsigned char *)memory + bytes, false};
}

/* What was written since `memory`, where the writer began. */
static inline struct str written(const struct writer *w, const void *memory) {
  return (struct str){memory, (size_t)(w->at - (const unsigned char *)memory)};
}

static inline void put_byte(struct writer *w, unsigned char byte) {
  if (w->at == w->end)
    w->full = true;
  else
    *w->at++ = byte;
}

#define VARINT_BYTES 10u /* at most */

static inline void put_varint(struct writer *w, uint64_t number) {
  unsigned char *at = w->at;
  if ((size_t)(w->end - at) < VARINT_BYTES) { /* near the end, where every byte is asked for */
    for (; number >= 0x80; number >>= 7) put_byte(w, (unsigned char)(number | 0x80));
    put_byte(w, (unsigned char)number);
    return;
  }
  for (; number >= 0x80; number >>= 7) *at++ = (unsigned char)(number | 0x80);
  *at++ = (unsigned char)number;
  w->at = at;
}

static inline uint64_t zigzag(int64_t number) { return ((uint64_t)number << 1) ^ (uint64_t)(number >> 63); }
static inline int64_t unzigzag(uint64_t number) { return (int64_t)(number >> 1) ^ -(int64_t)(number & 1); }

static inline void put_fixed(struct writer *w, uint64_t number, unsigned bytes) {
  if ((size_t)(w->end - w->at) < bytes) {
    w->full = true;
    return;
  }
  unsigned char *at = w->at;
  for (unsigned i = 0; i < bytes; i++) at[i] = (unsigned char)(number >> (8 * i));
  w->at = at + bytes;
}

struct reader {
  const unsigned char *at, *end;
  bool bad;
};

static inline struct reader reader_over(struct str bytes) {
  const unsigned char *at = (const unsigned char *)bytes.at;
  return (struct reader){at, at + bytes.length, false};
}

static inline unsigned get_byte(struct reader *r) {
  if (r->at == r->end) {
    r->bad = true;
    return 0;
  }
  return *r->at++;
}

static inline uint64_t get_varint(struct reader *r) {
  uint64_t number = 0;
  if (r->at < r->end && *r->at < 0x80) return *r->at++;
  for (unsigned shift = 0; shift < 64; shift += 7) {
    unsigned byte = get_byte(r);
    number |= (uint64_t)(byte & 0x7f) << shift;
    if (!(byte & 0x80)) return number;
  }
  r->bad = true;
  return 0;
}

static inline int64_t get_zigzag(struct reader *r) { return unzigzag(get_varint(r)); }

static inline uint64_t get_fixed(struct reader *r, unsigned bytes) {
  if ((size_t)(r->end - r->at) < bytes) {
    r->bad = true;
    return 0;
  }
  const unsigned char *at = r->at;
  uint64_t number = 0;
  for (unsigned i = 0; i < bytes; i++) number |= (uint64_t)at[i] << (8 * i);
  r->at = at + bytes;
  return number;
}

#endif
