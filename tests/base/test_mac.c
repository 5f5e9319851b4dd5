/* SHA-256 and HMAC against the examples of their standards: FIPS 180-4 (NIST's examples) and RFC 4231. */
#include "checks.h"
#include "giftd/base/mac.h"

static void is_hex(struct digest256 digest, const char *hex) {
  char text[2 * DIGEST256_BYTES + 1] = {0};
  digest256_to_hex(&digest, text);
  assert_string_equal(text, hex);
}

static void hashes_as_the_standard_says(void **state) {
  (void)state;
  is_hex(hash256(STR("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  is_hex(hash256(STR("")), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  is_hex(hash256(STR("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")),
         "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

static void macs_as_the_standard_says(void **state) {
  (void)state;
  char key[131];
  memset(key, 0x0b, 20);
  is_hex(mac256((struct str){key, 20}, STR("Hi There")), "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  is_hex(mac256(STR("Jefe"), STR("what do ya want for nothing?")), "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  memset(key, 0xaa, sizeof key); /* longer than a block */
  is_hex(mac256((struct str){key, sizeof key}, STR("Test Using Larger Than Block-Size Key - Hash Key First")),
         "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(hashes_as_the_standard_says), cmocka_unit_test(macs_as_the_standard_says)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
