/* Lines at pools (docs/language.md section 6, `when_empty`), as one shard tells them: who waits, for whom there is nothing as long as
 * others do, who cannot wait, and what is said in the end. Who stands in a line is the caller's to know; here the test says it. */
#include "judge/steps.h"

#define FREE "'limits':'unlimited'"
#define STOCK(n) "{'stock':" n "}"
#define LINE(id, pool) "'give':{'first_of':[{'id':'" id "','reward':'voucher','value':'5.00','pool':'" pool "','when_empty':'queue'}]}"
#define VOUCHER(pool, more) "'give':{'reward':'voucher','value':'5.00','pool':'" pool "'" more "}"
#define RULE(id, on, give) "{'id':'" id "','on':" on "," give "," FREE "}"
#define COUNTED                                                                                                                  \
  "'give':{'first_of':[{'id':'g','reward':'voucher','value':'5.00','count':{'by':'amount','bands':[{'from':'1.00','value':1},{'" \
  "from':'10.00','value':5},{'from':'100.00','value':10}]},'pool':'a','when_empty':'queue'}]}"
#define FOR(name, other) "'" name "':{'stock':1,'fallback':'" other "'}"

static enum queue_sight sight;
static enum queue_sight sees(void *self, uint64_t pool) {
  (void)self, (void)pool;
  return sight;
}

static struct stage *stage_of(const char *campaign) {
  const struct story story = {"lines", campaign, ""};
  struct stage *s = story_stage(&story);
  s->queue = sees, sight = QUEUE_NOBODY;
  return s;
}

/* More than ever comes at once nobody waits for: all others would wait behind him. What falls in for a pool comes as well, to the last. */
static void who_waits(void **unused) {
  (void)unused;
  struct stage *s = stage_of("'pools':{" FOR("a", "b") "," FOR("b", "c") "," FOR("c", "d") "," FOR("d", "e") "," FOR("e", "f") "," FOR(
      "f", "h") ",'h':" STOCK("9") "},'rules':[" RULE("g", "'txn.card_spend'", COUNTED) "]");
  tells(s, "12-05T10:00 c1 spend 10.00 => g+5.00x5");
  tells(s, "12-05T10:01 c1 spend 10.00 => g>5.00x5");
  tells(s, "12-05T10:02 c1 spend 100.00 => g!OUT_OF_STOCK");
  tells(s, "pool h => 4 left");
  stage_free(s);
}

/* What there is, is for who waits: whatever that is, it is not told to others. */
static void as_long_as_others_wait(void **unused) {
  (void)unused;
  struct stage *s = stage_of("'pools':{'p':" STOCK("9") "},'rules':[" RULE("g", "'login'", VOUCHER("p", "")) "]");
  tells(s, "12-05T10:00 c1 login => g+5.00");
  sight = QUEUE_SOMEBODY;
  tells(s, "12-05T10:01 c1 login => g!OUT_OF_STOCK");
  tells(s, "why g => OUT_OF_STOCK pool 0 period 0");
  tells(s, "12-05T10:02 c1 login registeredgift=c/g => g!5.00");
  sight = QUEUE_NOBODY;
  tells(s, "12-05T10:03 c1 login => g+5.00");
  tells(s, "pool p => 6 left");
  stage_free(s);
}

/* A gift of the same event stands in line at its own pool, and at no other; one that waits for its time stands in none. */
static void gifts_of_one_event(void **unused) {
  (void)unused;
  struct stage *s = stage_of("'pools':{'e':" STOCK("1") ",'p':" STOCK("3") "},'rules':[" RULE("q", "'login'", LINE("q", "e")) "," RULE(
      "t", "'login'",
      VOUCHER("p", ",'timing':{'after':'P2D'}")) "," RULE("g", "'login'",
                                                          VOUCHER("p", "")) "," RULE("r", "'login'",
                                                                                     LINE("r", "e")) "," RULE("k", "'login'",
                                                                                                              VOUCHER("e", "")) "]");
  tells(s, "12-05T10:00 c1 login => q+5.00 t>5.00 g+5.00 r>5.00 k!OUT_OF_STOCK");
  tells(s, "12-05T10:01 c1 login => q>5.00 t>5.00 g!OUT_OF_STOCK r>5.00 k!OUT_OF_STOCK");
  tells(s, "why g => OUT_OF_STOCK pool 1 period 0 0/1");
  tells(s, "why k => OUT_OF_STOCK pool 0 period 0");
  stage_free(s);
}

static void the_gift_at_hand_waits_for_none(void **unused) {
  (void)unused;
  struct stage *s = stage_of("'pools':{'e':" STOCK("1") ",'p':" STOCK("4") "},'rules':[" RULE("q", "'login'", LINE("q", "e")) "," RULE(
      "t", "'login'", VOUCHER("p", ",'timing':{'after':'P2D'}")) "," RULE("g", "'login'", VOUCHER("p", "")) "]");
  tells(s, "12-05T10:00 c1 login => q+5.00 t>5.00 g+5.00");
  tells(s, "12-05T10:01 c1 login => q>5.00 t>5.00 g+5.00");
  stage_free(s);
}

/* What the event before this one gave is no gift of this one. */
static void gifts_of_the_event_before(void **unused) {
  (void)unused;
  struct stage *s = stage_of("'pools':{'e':" STOCK("1") ",'p':" STOCK("1") "},'rules':[" RULE("q", "'login'", LINE("q", "e")) "," RULE(
      "r", "'login'",
      LINE("r", "p")) ",{'id':'k','on':'txn.card_spend'," VOUCHER("p", "") "," FREE
                                                                           ",'on_reversal':{'reward':'revoke','pool':'restore'}}," RULE(
                                                                               "h", "'checkin'", VOUCHER("e", "")) "]");
  tells(s, "12-05T10:00 c1 spend 1.00 #a => k+5.00");
  tells(s, "12-05T10:01 c1 checkin => h+5.00");
  tells(s, "12-05T10:02 c1 login => q>5.00 r>5.00");
  tells(s, "12-05T10:03 c1 refund a => k-5.00");
  tells(s, "12-05T10:04 c1 login => q>5.00 r+5.00");
  stage_free(s);
}

/* A period that closes gives nothing of a pool that others wait for, and says nothing of what it has. */
static void at_a_close(void **unused) {
  (void)unused;
  struct stage *s = stage_of("'facts':{'n':{'measure':'count','on':'login','window':'month'}},'pools':{'p':" STOCK("1") "},'rules':[" RULE(
      "c", "{'close':'month'}", "'when':{'fact.n':{'gte':1}}," VOUCHER("p", "")) "," RULE("g", "'checkin'", VOUCHER("p", "")) "]");
  tells(s, "12-05T10:00 c1 login => ");
  tells(s, "12-05T10:01 c1 checkin => g+5.00");
  sight = QUEUE_SOMEBODY;
  tells(s, "passes 01-05T00:00 c1 => c!OUT_OF_STOCK");
  tells(s, "why c => OUT_OF_STOCK pool 0 period 0");
  stage_free(s);
}

/* Who waited until the end is told what there is. */
static void in_the_end(void **unused) {
  (void)unused;
  struct stage *s = stage_of("'pools':{'p':" STOCK("1") "},'rules':[" RULE("g", "'login'", LINE("g", "p")) "]");
  tells(s, "02-05T10:00 c1 login => g+5.00");
  tells(s, "02-05T10:01 c1 login => g>5.00");
  tells(s, "dues c1 => 2027-04-15T00:00 gift");
  sight = QUEUE_SOMEBODY;
  tells(s, "passes 04-14T23:59 c1 => ");
  tells(s, "passes 04-15T00:00 c1 => g!OUT_OF_STOCK g-5.00");
  tells(s, "why g => OUT_OF_STOCK pool 0 period 0 0/1, REVERSED");
  stage_free(s);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(who_waits),
      cmocka_unit_test(as_long_as_others_wait),
      cmocka_unit_test(gifts_of_one_event),
      cmocka_unit_test(the_gift_at_hand_waits_for_none),
      cmocka_unit_test(gifts_of_the_event_before),
      cmocka_unit_test(at_a_close),
      cmocka_unit_test(in_the_end),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
