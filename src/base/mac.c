/* The door to nettle, which has both functions in memory of the caller's: no heap, no start-up, no state of its own, so that a pure room
 * may ask. (OpenSSL's come through objects on the heap; libsodium wants to be started; libb2 has no HMAC that a shell has too.) */
#include "giftd/base/mac.h"

#include <nettle/hmac.h>

struct digest256 hash256(struct str bytes) {
  struct sha256_ctx sha;
  struct digest256 out;
  sha256_init(&sha);
  sha256_update(&sha, bytes.length, (const uint8_t *)bytes.at);
  sha256_digest(&sha, sizeof out.bytes, out.bytes);
  return out;
}

struct digest256 mac256(struct str key, struct str message) {
  struct hmac_sha256_ctx mac;
  struct digest256 out;
  hmac_sha256_set_key(&mac, key.length, (const uint8_t *)key.at);
  hmac_sha256_update(&mac, message.length, (const uint8_t *)message.at);
  hmac_sha256_digest(&mac, sizeof out.bytes, out.bytes);
  return out;
}

void digest256_to_hex(const struct digest256 *digest, char out[2 * DIGEST256_BYTES]) {
  static const char digits[] = "0123456789abcdef";
  for (unsigned i = 0; i < DIGEST256_BYTES; i++) {
    out[2 * i] = digits[digest->bytes[i] >> 4];
    out[2 * i + 1] = digits[digest->bytes[i] & 15];
  }
}
