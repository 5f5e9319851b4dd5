/* SipHash by its paper and reference implementation: c compression rounds, d finalisation rounds, 64 or 128 bits of result. */
#include "giftd/base/hash.h"

/* Arbitrary and fixed for good: records of a state folder are found again by hashes under this key. */
const struct hash_key HASH_KEY_FIXED = {0x67696674642d6b30ULL, 0x9e3779b97f4a7c15ULL};

struct sip {
  uint64_t v0, v1, v2, v3;
};

static inline uint64_t rotate(uint64_t x, unsigned bits) { return (x << bits) | (x >> (64 - bits)); }

static inline void sip_round(struct sip *s) {
  s->v0 += s->v1;
  s->v2 += s->v3;
  s->v1 = rotate(s->v1, 13) ^ s->v0;
  s->v3 = rotate(s->v3, 16) ^ s->v2;
  s->v0 = rotate(s->v0, 32) + s->v3;
  s->v2 += s->v1;
  s->v3 = rotate(s->v3, 21) ^ s->v0;
  s->v1 = rotate(s->v1, 17) ^ s->v2;
  s->v2 = rotate(s->v2, 32);
}

static inline void sip_word(struct sip *s, uint64_t word, unsigned rounds) {
  s->v3 ^= word;
  for (unsigned i = 0; i < rounds; i++) sip_round(s);
  s->v0 ^= word;
}

static inline uint64_t sip_fold(const struct sip *s) { return s->v0 ^ s->v1 ^ s->v2 ^ s->v3; }

static inline struct sip sip_start(const struct hash_key *key) {
  return (struct sip){key->k0 ^ 0x736f6d6570736575ULL, key->k1 ^ 0x646f72616e646f6dULL, key->k0 ^ 0x6c7967656e657261ULL,
                      key->k1 ^ 0x7465646279746573ULL};
}

/* Little endian on every machine. */
static inline uint32_t load32(const char *at) {
  uint32_t word;
  memcpy(&word, at, sizeof word);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
  word = __builtin_bswap32(word);
#endif
  return word;
}

static inline uint64_t load64(const char *at) {
  uint64_t word;
  memcpy(&word, at, sizeof word);
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
  word = __builtin_bswap64(word);
#endif
  return word;
}

/* The last bytes, fewer than eight, as a word of their own: two loads that overlap, or three of one byte. */
static inline uint64_t load_rest(struct str bytes, size_t start) {
  size_t length = bytes.length - start;
  if (length == 0) return 0; /* of an empty text there may be no address */
  const char *at = bytes.at + start;
  const unsigned char *byte = (const unsigned char *)at;
  if (length < 4) return byte[0] | (uint64_t)byte[length / 2] << 8 * (length / 2) | (uint64_t)byte[length - 1] << 8 * (length - 1);
  uint64_t first = load32(at), last = load32(at + length - 4);
  return first | last << 8 * (length - 4);
}

static inline void sip_bytes(struct sip *s, struct str bytes, unsigned rounds) {
  size_t at = 0;
  for (; at + 8 <= bytes.length; at += 8) sip_word(s, load64(bytes.at + at), rounds);
  sip_word(s, (uint64_t)bytes.length << 56 | load_rest(bytes, at), rounds);
}

static inline uint64_t sip_finish64(struct sip *s) {
  s->v2 ^= 0xff;
  for (int i = 0; i < 3; i++) sip_round(s);
  return sip_fold(s);
}

uint64_t hash64(const struct hash_key *key, struct str bytes) {
  struct sip s = sip_start(key);
  sip_bytes(&s, bytes, 1);
  return sip_finish64(&s);
}

uint64_t hash64_pair(const struct hash_key *key, uint64_t a, uint64_t b) {
  struct sip s = sip_start(key);
  sip_word(&s, a, 1);
  sip_word(&s, b, 1);
  sip_word(&s, (uint64_t)16 << 56, 1);
  return sip_finish64(&s);
}

struct digest128 hash128(const struct hash_key *key, struct str bytes) {
  struct sip s = sip_start(key);
  s.v1 ^= 0xee;
  sip_bytes(&s, bytes, 2);
  struct digest128 digest;
  s.v2 ^= 0xee;
  for (int i = 0; i < 4; i++) sip_round(&s);
  digest.low = sip_fold(&s);
  s.v1 ^= 0xdd;
  for (int i = 0; i < 4; i++) sip_round(&s);
  digest.high = sip_fold(&s);
  return digest;
}

void digest_to_id(struct digest128 digest, char out[ID22_BYTES]) {
  static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  unsigned char bytes[18] = {0}; /* the reference's order: low first, little endian; two zero bytes complete the last group of three */
  for (unsigned i = 0; i < 8; i++) {
    bytes[i] = (unsigned char)(digest.low >> (8 * i));
    bytes[8 + i] = (unsigned char)(digest.high >> (8 * i));
  }
  for (unsigned i = 0; i < ID22_BYTES; i++) {
    unsigned group = (i / 4) * 3;
    unsigned word = (unsigned)bytes[group] << 16 | (unsigned)bytes[group + 1] << 8 | bytes[group + 2];
    out[i] = alphabet[(word >> (18 - 6 * (i % 4))) & 63];
  }
}

static int32_t letter_value(char letter) {
  if (letter >= 'A' && letter <= 'Z') return letter - 'A';
  if (letter >= 'a' && letter <= 'z') return letter - 'a' + 26;
  if (letter >= '0' && letter <= '9') return letter - '0' + 52;
  return letter == '-' ? 62 : letter == '_' ? 63 : -1;
}

static uint64_t word_from(const unsigned char bytes[8]) {
  uint64_t word = 0;
  for (unsigned i = 0; i < 8; i++) word |= (uint64_t)bytes[i] << (8 * i);
  return word;
}

/* The last letter has four bits of nothing: an id that has something there is none. */
bool digest_from_id(struct str id, struct digest128 *out) {
  unsigned char bytes[18] = {0};
  unsigned bits = 0, at = 0, held = 0;
  if (id.length != ID22_BYTES) return false;
  for (unsigned i = 0; i < ID22_BYTES; i++) {
    int32_t value = letter_value(id.at[i]);
    if (value < 0) return false;
    held = (held << 6 | (unsigned)value) & 0xffff, bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    bytes[at++] = (unsigned char)(held >> bits);
  }
  *out = (struct digest128){.low = word_from(bytes), .high = word_from(bytes + 8)};
  return at == 16 && (held & ((1u << bits) - 1)) == 0;
}

void digest_to_hex(uint64_t digest, char out[16]) {
  static const char digits[] = "0123456789abcdef";
  for (unsigned i = 0; i < 8; i++) { /* a byte a turn: every decision has one */
    unsigned byte = (unsigned)(digest >> (56 - 8 * i)) & 0xff;
    out[2 * i] = digits[byte >> 4];
    out[2 * i + 1] = digits[byte & 15];
  }
}
