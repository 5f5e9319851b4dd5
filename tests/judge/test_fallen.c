/* Somebody was told of a measure, and it fell or is forgotten (docs/language.md section 5). Of a fact 32 keys are kept: what another comes
 * to nobody knows any more, so a refund says nothing of it to who was told, and what he got stays. An event that brought it so far is known
 * as long as that may be undone, also one that fed nothing that refunds lower. */
#include "judge/steps.h"

#define FREE "'limits':'unlimited'"
#define KEYS_KEPT 32

static struct heard_way ways[LIMIT_HEARD];
static const struct story campaign = {
    "fallen",
    "'facts':{'s':{'measure':'sum','of':'amount','on':'txn.card_spend','per':['customer','merchant'],'window':'month'}},'rules':[{'id':'"
    "big',"
    "'on':{'fact':'s','as':'primary'},'when':{'fact.s':{'gte':'100.00'}},'give':{'reward':'voucher','value':'5.00','pool':'unlimited'},"
    "'on_reversal':{'reward':'revoke'}," FREE "}]",
    ""};

/* What the one forward of the last decision comes to for p. */
static void heard_by_p(struct stage *s, const char *expected) {
  static struct decision decision;
  char told[128];
  struct hearing hearing = {.reversal = s->decision.forwards[0].reversal, .ways = ways, .count = s->decision.heard_count};
  struct event event = s->event;
  struct buffer out;
  assert_true(s->decision.forward_count == 1 && str_equal(s->decision.forwards[0].hearer, STR("p")));
  memcpy(ways, s->decision.heard, s->decision.heard_count * sizeof ways[0]);
  event.cause = event.customer, event.customer = s->decision.forwards[0].hearer;
  stage_judge(s, &event, &hearing, &decision);
  buffer_init(&out, told, sizeof told - 1);
  story_told(&out, &decision);
  told[out.length] = 0;
  assert_string_equal(told, expected);
}

/* c1 comes past the threshold at shop m, p is told; then c1 pays at so many others. */
static struct stage *told_then_others(uint32_t others) {
  struct stage *s = story_stage(&campaign);
  char step[128];
  assert_int_equal(happens(s, "12-05T10:00 c1 spend 60.00 primary=p merchant=m #a")->forward_count, 0);
  happens(s, "12-05T11:00 c1 spend 50.00 primary=p merchant=m #b");
  heard_by_p(s, "big+5.00");
  for (uint32_t i = 0; i < others; i++) {
    snprintf(step, sizeof step, "12-05T12:%02u c1 spend 1.00 primary=p merchant=o%u", i, i);
    assert_int_equal(happens(s, step)->forward_count, 0);
  }
  return s;
}

static void of_what_is_forgotten_nobody_is_told(void **unused) {
  (void)unused;
  struct stage *s = told_then_others(KEYS_KEPT - 1);
  assert_int_equal(happens(s, "12-06T10:00 c1 refund a")->heard_count, 1);
  assert_true(s->decision.heard[0].what == HEARD_FELL && s->decision.heard[0].figure == 5000);
  heard_by_p(s, "big-5.00");
  stage_free(s);
  s = told_then_others(KEYS_KEPT);
  assert_int_equal(happens(s, "12-06T10:00 c1 refund a")->heard_count, 0);
  assert_int_equal(s->decision.forward_count, 0);
  stage_free(s);
}

/* A login lowers nothing when it is taken back, so what was given stays; but it is known, weeks behind it, and who was told hears of it. */
static void what_brought_it_so_far_is_known(void **unused) {
  (void)unused;
  static const struct story logins = {
      "logins",
      "'facts':{'n':{'measure':'count','on':['txn.card_spend','login'],'window':'month'}},'rules':[{'id':'two','on':{'fact':'n','as':'"
      "primary"
      "'},'when':{'fact.n':{'gte':2}},'give':{'reward':'voucher','value':'5.00','pool':'unlimited'},'on_reversal':{'reward':'revoke'}," FREE
      "}]",
      ""};
  struct stage *s = story_stage(&logins);
  char told[256];
  struct buffer out;
  happens(s, "12-05T10:00 c1 login primary=p");
  happens(s, "12-05T11:00 c1 login primary=p #l");
  heard_by_p(s, "two+5.00");
  buffer_init(&out, told, sizeof told - 1);
  story_record(s, "c1", &out);
  told[out.length] = 0;
  assert_string_equal(told, "MEASURE 2027-04-08, ORIGINAL 2027-03-13, HEARD 2027-03-13, TOLD 2027-03-13");
  assert_int_equal(happens(s, "12-20T10:00 c1 refund l")->gate, REASON_GIVEN);
  assert_true(s->decision.forward_count == 1 && s->decision.forwards[0].reversal);
  heard_by_p(s, "");
  assert_int_equal(happens(s, "12-20T10:00 c1 refund nothing")->gate, REASON_ORIGINAL_UNKNOWN);
  stage_free(s);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(of_what_is_forgotten_nobody_is_told),
                                     cmocka_unit_test(what_brought_it_so_far_is_known)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
