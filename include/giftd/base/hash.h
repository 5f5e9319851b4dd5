/* One keyed hash for everything that is looked up or derived: SipHash (Aumasson, Bernstein 2012).
 *
 * Customers choose some of the bytes that are hashed (event ids, merchants), so tables and digests need a hash nobody can
 * steer. 64 bits with 1-3 rounds for look-ups, 128 bits with 2-4 rounds for ids that other systems keep (reward ids).
 */
#ifndef GIFTD_BASE_HASH_H
#define GIFTD_BASE_HASH_H

#include "giftd/base/str.h"

struct hash_key {
  uint64_t k0, k1;
};
struct digest128 {
  uint64_t low, high;
};

/* SipHash-1-3 with 64 bits. `key` may be &HASH_KEY_FIXED where the result is only used inside one deployment's records. */
uint64_t hash64(const struct hash_key *key, struct str bytes);
/* The hash of two numbers: for chaining a dimension onto a digest. Same strength as hash64 over their 16 bytes (little endian). */
uint64_t hash64_pair(const struct hash_key *key, uint64_t a, uint64_t b);
/* SipHash-2-4 with 128 bits of result (the reference implementation's variant). */
struct digest128 hash128(const struct hash_key *key, struct str bytes);
extern const struct hash_key HASH_KEY_FIXED;

#define ID22_BYTES 22
/* 128 bits as 22 characters of [0-9A-Za-z_-] (base64url without padding), not terminated. */
void digest_to_id(struct digest128 digest, char out[ID22_BYTES]);
bool digest_from_id(struct str id, struct digest128 *out); /* false: none that digest_to_id writes */
/* 64 bits as 16 lower-case hexadecimal characters, not terminated. */
void digest_to_hex(uint64_t digest, char out[16]);

#endif
