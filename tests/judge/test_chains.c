/* Pools one above the other, and one in for the other (docs/language.md section 7): as many as a file may have, and what all of them have.
 */
#include "judge/story.h"

#define FREE "'limits':'unlimited'"
#define VOUCHER(pool) "'give':{'reward':'voucher','value':'5.00','pool':" pool "}"
#define RULE(pool) "'rules':[{'id':'g','on':'login'," VOUCHER(pool) "," FREE "}]"
#define BELOW(name, above) "'" name "':{'stock':9,'parent':'" above "'}"
#define FOR(name, other) "'" name "':{'stock':1,'fallback':'" other "'}"

static const struct story stories[] = {
    {"six above one",
     "'pools':{" BELOW("a", "b") "," BELOW("b", "c") "," BELOW("c", "d") "," BELOW("d", "e") "," BELOW("e", "f") "," BELOW(
         "f", "h") ",'h':{'stock':1}}," RULE("'a'"),
     "12-05T10:00 c1 login => g+5.00\n"
     "12-05T11:00 c1 login => g!OUT_OF_STOCK\n"
     "pool a => 8 left\n"},
    {"six in for one",
     "'pools':{" FOR("a", "b") "," FOR("b", "c") "," FOR("c", "d") "," FOR("d", "e") "," FOR("e", "f") "," FOR(
         "f", "h") ",'h':{'stock':1}}," RULE("'a'"),
     "12-05T10:00 c1 login => g+5.00\n"
     "12-05T10:01 c1 login => g+5.00\n"
     "12-05T10:02 c1 login => g+5.00\n"
     "12-05T10:03 c1 login => g+5.00\n"
     "12-05T10:04 c1 login => g+5.00\n"
     "12-05T10:05 c1 login => g+5.00\n"
     "12-05T10:06 c1 login => g+5.00\n"
     "gifts => g item 0 500 pool 6\n"
     "12-05T10:07 c1 login => g!OUT_OF_STOCK\n"
     "why g => OUT_OF_STOCK pool 0 period 0 0/1\n"},
};

static void chains(void **unused) {
  (void)unused;
  stories_tell(stories, sizeof stories / sizeof stories[0]);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(chains)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
