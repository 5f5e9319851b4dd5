/* SipHash against vectors made elsewhere: the reference implementation's for 2-4 with 128 bits, CPython's hash of bytes (SipHash-1-3 under
 * a key of zeros) and the reference's first for 1-3 with 64 bits. */
#include "checks.h"

static const struct hash_key reference_key = {0x0706050403020100ULL, 0x0f0e0d0c0b0a0908ULL};

/* Message i is the bytes 0, 1, ... i-1; results as bytes, low half first. */
static const struct {
  size_t length;
  const char *digest;
} vectors_24_128[] = {
    {0, "a3817f04ba25a8e66df67214c7550293"},  {1, "da87c1d86b99af44347659119b22fc45"},  {2, "8177228da4a45dc7fca38bdef60affe4"},
    {3, "9c70b60c5267a94e5f33b6b02985ed51"},  {4, "f88164c12d9c8faf7d0f6e7c7bcd5579"},  {5, "1368875980776f8854527a07690e9627"},
    {6, "14eeca338b208613485ea0308fd7a15e"},  {7, "a1f1ebbed8dbc153c0b84aa61ff08239"},  {8, "3b62a9ba6258f5610f83e264f31497b4"},
    {9, "264499060ad9baabc47f8b02bb6d71ed"},  {15, "5493e99933b0a8117e08ec0f97cfc3d9"}, {16, "6ee2a4ca67b054bbfd3315bf85230577"},
    {31, "2939b0183223fafc1723de4f52c43d35"}, {63, "5150d1772f50834a503e069a973fbd7c"},
};

static void hash128_is_the_reference(void **state) {
  (void)state;
  char message[64];
  for (size_t i = 0; i < sizeof message; i++) message[i] = (char)i;
  for (size_t i = 0; i < COUNT(vectors_24_128); i++) {
    struct digest128 digest = hash128(&reference_key, (struct str){message, vectors_24_128[i].length});
    char hex[33] = "";
    for (unsigned b = 0; b < 16; b++) {
      uint64_t half = b < 8 ? digest.low : digest.high;
      snprintf(hex + 2 * b, 3, "%02x", (unsigned)(half >> (8 * (b % 8)) & 0xff));
    }
    if (strcmp(hex, vectors_24_128[i].digest) != 0)
      fail_row("hash128", vectors_24_128[i].digest, "length %zu: got %s", vectors_24_128[i].length, hex);
  }
}

static void hash64_is_siphash_1_3(void **state) {
  (void)state;
  static const struct hash_key zero = {0, 0};
  assert_int_equal(hash64(&reference_key, STR("")), 0xabac0158050fc4dcULL);
  assert_int_equal(hash64(&reference_key, (struct str){NULL, 0}), 0xabac0158050fc4dcULL);
  assert_int_equal(hash64(&zero, STR("a")), 0x407448d2b89b1813ULL);
  assert_int_equal(hash64(&zero, STR("abc")), 0xc03bc3a0042630f2ULL);
  assert_int_equal(hash64(&zero, STR("card-core\0"
                                     "20261120-000001")),
                   0x5112891b90f1da25ULL);
  assert_int_equal(hash64(&zero, STR("0123456789abcdef")), 0x1d42b30f7e060c24ULL);
}

static void a_pair_is_its_sixteen_bytes(void **state) {
  (void)state;
  uint64_t words[2] = {0x0123456789abcdefULL, 0xfedcba9876543210ULL};
  char bytes[16];
  for (unsigned i = 0; i < 16; i++) bytes[i] = (char)(words[i / 8] >> (8 * (i % 8)));
  assert_int_equal(hash64_pair(&reference_key, words[0], words[1]), hash64(&reference_key, (struct str){bytes, 16}));
}

static void every_bit_counts(void **state) {
  (void)state;
  char text[24] = "the same but for one bit";
  uint64_t before = hash64(&HASH_KEY_FIXED, (struct str){text, sizeof text});
  for (size_t bit = 0; bit < sizeof text * 8; bit++) {
    text[bit / 8] = (char)(text[bit / 8] ^ (1 << (bit % 8)));
    assert_int_not_equal(hash64(&HASH_KEY_FIXED, (struct str){text, sizeof text}), before);
    text[bit / 8] = (char)(text[bit / 8] ^ (1 << (bit % 8)));
  }
}

static void digests_as_text(void **state) {
  (void)state;
  char id[ID22_BYTES], hex[16];
  digest_to_id(hash128(&reference_key, STR("")), id);
  check_text("id", "reference digest of nothing", (struct str){id, sizeof id}, "o4F_BLolqOZt9nIUx1UCkw"); /* base64url of a3817f04... */
  digest_to_id((struct digest128){0, 0}, id);
  check_text("id", "zero", (struct str){id, sizeof id}, "AAAAAAAAAAAAAAAAAAAAAA");
  digest_to_id((struct digest128){UINT64_MAX, UINT64_MAX}, id);
  check_text("id", "all ones", (struct str){id, sizeof id}, "_____________________w");
  digest_to_hex(0x0123456789abcdefULL, hex);
  check_text("hex", "digits", (struct str){hex, sizeof hex}, "0123456789abcdef");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(hash128_is_the_reference), cmocka_unit_test(hash64_is_siphash_1_3), cmocka_unit_test(a_pair_is_its_sixteen_bytes),
      cmocka_unit_test(every_bit_counts),         cmocka_unit_test(digests_as_text),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
