/* What an event is known by: which ids and sources are taken, byte by byte and by the grammar of RFC 3986. */
#include "lines.h"

static void ids_are_printable(void **state) {
  (void)state;
  char text[LIMIT_EVENT_ID_BYTES + 1];
  for (int byte = 0; byte < 256; byte++) {
    char id[3] = {'a', (char)byte, 'b'};
    assert_int_equal(event_id_is_good((struct str){id, 3}), byte > 0x20 && byte < 0x7f);
  }
  memset(text, 'x', sizeof text);
  for (size_t length = 0; length <= sizeof text; length++)
    assert_int_equal(event_id_is_good((struct str){text, length}), length >= 1 && length <= LIMIT_EVENT_ID_BYTES);
}

static void sources_are_uri_references(void **state) {
  (void)state;
  static const char *const good[] = {"core",
                                     "card-core",
                                     "a_b:c",
                                     "a_b",
                                     ":x",
                                     "1:2",
                                     "..",
                                     "/",
                                     "//",
                                     "/mybank/cards",
                                     "./a:b",
                                     "a/b:c",
                                     "urn:x:y",
                                     "urn:",
                                     "mailto:a@b.cn",
                                     "https://a/b?c#d",
                                     "https://user:pass@bank.cn:8443/cards/?a=/?&b#/?",
                                     "//bank.cn",
                                     "//bank.cn:/x",
                                     "http://[2001:db8::7]:80/a",
                                     "http://[v1.a:b]",
                                     "http://[::1]",
                                     "?",
                                     "#",
                                     "?q",
                                     "#f",
                                     "/%E4%BA%A4",
                                     "/a%2fb",
                                     "/a;v=1,2",
                                     "/~bank/(1)!$&'*+=@:",
                                     "file:///etc/x",
                                     "a+b-c.d://h",
                                     "kafka://topic/0#12"};
  static const char *const bad[] = {"",     " ",        "a b",       "/a b",         "/a\t",   "交易",      "/交易",  "/a%",
                                    "/a%2", "/a%2g",    "/a%%41",    "/a\"b",        "/a\\b",  "/a<b>",     "/a{b}",  "/a|b",
                                    "/a^b", "/a`b",     "/[a]",      "/a#b#c",       "#a#",    "//a@b@c",   "//[::1", "//::1]",
                                    "//[]", "//[::1]x", "//[::1]:x", "//a:b:c",      "//a:8o", "//[a%20b]", "1a://x", "a_b://x",
                                    ":/x",  "/a?[b]",   "/a#[b]",    "http://a[b]/", "//a]b",  "//[a]b]"};
  for (size_t i = 0; i < COUNT(good); i++)
    if (!event_source_is_good(str_of(good[i]))) fail_msg("%s is refused", good[i]);
  for (size_t i = 0; i < COUNT(bad); i++)
    if (event_source_is_good(str_of(bad[i]))) fail_msg("%s is taken", bad[i]);
}

static void sources_have_a_length(void **state) {
  (void)state;
  char text[LIMIT_SOURCE_BYTES + 1];
  memset(text, 'x', sizeof text);
  for (size_t length = 0; length <= sizeof text; length++)
    assert_int_equal(event_source_is_good((struct str){text, length}), length >= 1 && length <= LIMIT_SOURCE_BYTES);
}

/* Everything that was a name before is one now, and nothing that could break out of a JSON string is a source. */
static void what_was_taken_is_taken(void **state) {
  (void)state;
  struct dice {
    uint64_t state;
  } dice = {88172645463325252ULL};
  static const char alphabet[] = "abcXYZ019_.:-", other[] = "/?#[]@!$&'()*+,;=%\"\\ {}|^`<>~\n\x7f\x80";
  for (unsigned i = 0; i < 200000; i++) {
    char text[24];
    bool plain = i % 2 == 0;
    size_t length = 1 + i / 2 % sizeof text;
    for (size_t k = 0; k < length; k++) {
      dice.state ^= dice.state << 13, dice.state ^= dice.state >> 7, dice.state ^= dice.state << 17;
      bool word = plain || dice.state >> 60 < 12;
      text[k] = word ? alphabet[dice.state % (sizeof alphabet - 1)] : other[dice.state % (sizeof other - 1)];
    }
    struct str name = {text, length};
    if (plain) assert_true(str_is_id(name) && event_id_is_good(name) && event_source_is_good(name));
    if (!event_source_is_good(name)) continue;
    for (size_t k = 0; k < length; k++) assert_true(text[k] > 0x20 && text[k] < 0x7f && text[k] != '"' && text[k] != '\\');
  }
}

/* The border between source and id cannot be moved, and the longest ones have a digest. */
static void digests_keep_the_border(void **state) {
  (void)state;
  char longest[LIMIT_SOURCE_BYTES];
  assert_true(event_digest(STR("a/b"), STR("c")) != event_digest(STR("a"), STR("b/c")));
  assert_true(event_digest(STR("core"), STR("e1")) == hash64(&HASH_KEY_FIXED, (struct str){"core\0e1", 7}));
  memset(longest, 'x', sizeof longest);
  struct str source = {longest, sizeof longest}, id = {longest, LIMIT_EVENT_ID_BYTES};
  assert_true(event_digest(source, id) != event_digest(source, STR("x")));
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(ids_are_printable), cmocka_unit_test(sources_are_uri_references),
                                     cmocka_unit_test(sources_have_a_length), cmocka_unit_test(what_was_taken_is_taken),
                                     cmocka_unit_test(digests_keep_the_border)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
