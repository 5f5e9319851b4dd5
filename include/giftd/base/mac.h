/* What is promised to people outside: SHA-256 (FIPS 180-4) and HMAC with it (RFC 2104, RFC 4231). A commitment that is published has to
 * hold against whoever made it, and anybody has to be able to compute it anew with the tools at hand; hash.h is for what stays inside. */
#ifndef GIFTD_BASE_MAC_H
#define GIFTD_BASE_MAC_H

#include "giftd/base/str.h"

#define DIGEST256_BYTES 32u
struct digest256 {
  unsigned char bytes[DIGEST256_BYTES];
};

struct digest256 hash256(struct str bytes);
/* `key` may have any length; where it is a digest256 it has 32 bytes. */
struct digest256 mac256(struct str key, struct str message);
static inline struct str digest256_str(const struct digest256 *digest) {
  return (struct str){(const char *)digest->bytes, DIGEST256_BYTES};
}
/* 64 lower-case hexadecimal characters, not terminated. */
void digest256_to_hex(const struct digest256 *digest, char out[2 * DIGEST256_BYTES]);

#endif
