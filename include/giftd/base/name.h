/* A quick hash and comparison of names, for tables that the campaigns and the catalogue fill, and for the few keys of one object. What is
 * looked up in them may come from anybody: it can lengthen no run. A larger table that senders fill takes hash64 (hash.h), whose key they
 * do not know.
 */
#ifndef GIFTD_BASE_NAME_H
#define GIFTD_BASE_NAME_H

#include "giftd/base/str.h"

/* First and last bytes overlap for names of 4..8 and 8..16 bytes, so those are hashed whole; of longer ones the middle is folded in. */
static inline uint64_t name_hash(struct str name) {
  uint64_t a = 0, b = 0, hash = name.length * 0x9e3779b97f4a7c15ULL;
  if (name.length >= 8) {
    memcpy(&a, name.at, 8);
    memcpy(&b, name.at + name.length - 8, 8);
    for (size_t at = 8; at + 8 < name.length; at += 8) {
      uint64_t middle;
      memcpy(&middle, name.at + at, 8);
      hash = (hash ^ middle) * 0xff51afd7ed558ccdULL;
    }
  } else if (name.length >= 4) {
    uint32_t first, last;
    memcpy(&first, name.at, 4);
    memcpy(&last, name.at + name.length - 4, 4);
    a = first;
    b = last;
  } else if (name.length > 0) {
    a = (unsigned char)name.at[0];
    b = (uint64_t)(unsigned char)name.at[name.length / 2] << 8 | (unsigned char)name.at[name.length - 1];
  }
  hash ^= a * 0xc4ceb9fe1a85ec53ULL;
  hash = (hash ^ (hash >> 29)) + b * 0x94d049bb133111ebULL;
  hash = (hash ^ (hash >> 32)) * 0xbf58476d1ce4e5b9ULL; /* serial names differ in the last bytes, which are the highest so far */
  return hash ^ (hash >> 32);
}

/* Equal names, for the lengths that names have: a call of memcmp costs more than the comparison. */
static inline bool name_equal(struct str a, struct str b) {
  if (a.length != b.length) return false;
  if (a.length > 16) return str_equal(a, b);
  if (a.length < 4) {
    size_t last = a.length - 1;
    return a.length == 0 || (a.at[0] == b.at[0] && a.at[last / 2] == b.at[last / 2] && a.at[last] == b.at[last]);
  }
  uint64_t first_a, first_b, last_a, last_b;
  uint32_t half_a, half_b, rest_a, rest_b;
  if (a.length >= 8) {
    memcpy(&first_a, a.at, 8);
    memcpy(&first_b, b.at, 8);
    memcpy(&last_a, a.at + a.length - 8, 8);
    memcpy(&last_b, b.at + b.length - 8, 8);
    return first_a == first_b && last_a == last_b;
  }
  memcpy(&half_a, a.at, 4);
  memcpy(&half_b, b.at, 4);
  memcpy(&rest_a, a.at + a.length - 4, 4);
  memcpy(&rest_b, b.at + b.length - 4, 4);
  return half_a == half_b && rest_a == rest_b;
}

#endif
