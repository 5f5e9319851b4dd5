/* Bytes of an input as choices. When they have run out a generator goes on whose seed stands in the input, so a short input has a long
 * history too, and what the fuzzer changes at the front of a part changes nothing behind it. Of one expression only one part may ask for a
 * choice, since its parts are evaluated in any order: a kept input must mean the same to every compiler. */
#ifndef GIFTD_FUZZ_HEART_BYTES_H
#define GIFTD_FUZZ_HEART_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

/* What must hold whatever the input is. */
#define CHECK(condition) ((condition) ? (void)0 : heart_fail(#condition, __FILE__, __LINE__))
_Noreturn void heart_fail(const char *what, const char *file, int line);

struct bytes {
  const uint8_t *at, *end;
  uint64_t random; /* not 0 */
};

static inline struct bytes bytes_of(const uint8_t *at, size_t size, uint64_t seed) {
  return (struct bytes){at, size == 0 ? at : at + size, seed * UINT64_C(0x9e3779b97f4a7c15) | 1};
}

static inline uint8_t bytes_next(struct bytes *b) {
  if (b->at < b->end) return *b->at++;
  b->random ^= b->random << 13, b->random ^= b->random >> 7, b->random ^= b->random << 17;
  return (uint8_t)(b->random * UINT64_C(2685821657736338717) >> 56);
}

/* A number below `below`, which is at most 65536. */
static inline uint32_t pick(struct bytes *b, uint32_t below) {
  uint32_t number = bytes_next(b);
  if (below > 256) number = number << 8 | bytes_next(b);
  return number % below;
}

static inline bool one_in(struct bytes *b, uint32_t many) { return pick(b, many) == many - 1; }

#define PICK(b, array) ((array)[pick(b, (uint32_t)(sizeof(array) / sizeof((array)[0])))])

#endif
