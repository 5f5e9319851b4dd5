/* How far somebody's measure came, for a rule that hears it as another (docs/language.md section 5; src/judge/told.c, figure.c): who is
 * told that it fell, how often, and until when either record knows of it. */
#include "judge/steps.h"

#define FREE "'limits':'unlimited'"
#define VOUCHER "'give':{'reward':'voucher','value':'5.00','pool':'unlimited'},'on_reversal':{'reward':'revoke'}"
#define FACTS                                                                            \
  "'facts':{'s':{'measure':'sum','of':'amount','on':'txn.card_spend','window':'month'}," \
  "'n':{'measure':'count','on':'login','window':'month'}},"
#define BIG(id, more) "{'id':'" id "','on':{'fact':'s','as':'primary'},'when':{'fact.s':{'gte':'100.00'}" more "}," VOUCHER "," FREE "}"

static struct heard_way ways[LIMIT_HEARD];
static const struct story one = {"one", FACTS "'rules':[" BIG("big", "") "]", ""};

/* What forward `number` of the last decision comes to for its hearer, as text. */
static const char *hear(struct stage *s, uint32_t number) {
  static struct decision decision;
  static char told[512];
  struct hearing hearing = {.reversal = s->decision.forwards[number].reversal, .ways = ways};
  struct buffer out;
  for (uint32_t i = 0; i < s->decision.heard_count; i++)
    if (s->decision.heard[i].forward == number) ways[hearing.count++] = s->decision.heard[i];
  assert_int_equal(hearing.count, s->decision.forwards[number].ways);
  struct event event = s->event;
  event.cause = event.customer, event.customer = s->decision.forwards[number].hearer;
  stage_judge(s, &event, &hearing, &decision);
  assert_int_equal(s->dead.length, 0);
  buffer_init(&out, told, sizeof told - 1);
  story_told(&out, &decision);
  told[out.length] = 0;
  return told;
}

static void hears(struct stage *s, const char *step, const char *hearer, const char *told) {
  happens(s, step);
  assert_int_equal(s->decision.forward_count, hearer == NULL ? 0 : 1);
  if (hearer == NULL) return;
  assert_true(str_equal(s->decision.forwards[0].hearer, str_of(hearer)));
  assert_string_equal(hear(s, 0), told);
}

static void remembers(struct stage *s, const char *customer, const char *expected) {
  char told[512];
  struct buffer out;
  buffer_init(&out, told, sizeof told - 1);
  story_record(s, customer, &out);
  told[out.length] = 0;
  assert_string_equal(told, expected);
}

/* Whoever was told hears each time that it fell further, and once only that it is below all that he could rest on; what rose and fell again
 * above what he knows is nothing to him. The id of a hearer may be one letter. */
static void what_fell_is_told(void **unused) {
  (void)unused;
  struct stage *s = story_stage(&one);
  hears(s, "12-05T10:00 c1 spend 60.00 primary=p #a", NULL, "");
  hears(s, "12-05T11:00 c1 spend 50.00 primary=p #b", "p", "big+5.00");
  hears(s, "12-05T12:00 c1 spend 10.00 primary=p #d", NULL, "");
  hears(s, "12-06T10:00 c1 refund d", NULL, ""); /* as far as he knows */
  hears(s, "12-06T11:00 c1 refund a 5.00", "p", "");
  assert_true(s->decision.heard[0].what == HEARD_FELL && s->decision.heard[0].figure == 10500 && s->decision.heard[0].number == NONE);
  hears(s, "12-06T12:00 c1 spend 4.00 primary=p #e", NULL, "");
  hears(s, "12-06T13:00 c1 refund e 2.00", NULL, "");
  hears(s, "12-06T14:00 c1 refund e", NULL, "");
  hears(s, "12-06T15:00 c1 refund a 6.00", "p", "big-5.00");
  hears(s, "12-06T16:00 c1 refund a", NULL, "");
  stage_free(s);
}

static uint32_t fell(const struct decision *decision) {
  uint32_t count = 0;
  for (uint32_t i = 0; i < decision->heard_count; i++) count += decision->heard[i].what == HEARD_FELL;
  return count;
}

/* Whoever was told, of whatever event, hears that it fell below what he knows. */
static void all_who_were_told_hear(void **unused) {
  (void)unused;
  static const struct story two = {
      "two",
      FACTS "'rules':[" BIG("big", "") ",{'id':'huge','on':{'fact':'s','as':'referrer'},'when':{'fact.s':{'gte':'200.00'}}," VOUCHER
                                       "," FREE "}]",
      ""};
  struct stage *s = story_stage(&two);
  hears(s, "12-05T10:00 c1 spend 100.00 primary=ann #a", "ann", "big+5.00");
  hears(s, "12-05T11:00 c1 spend 100.00 referrer=cat #b", "cat", "huge+5.00");
  assert_int_equal(fell(happens(s, "12-06T10:00 c1 refund a")), 1); /* to what ann knows */
  assert_int_equal(fell(happens(s, "12-06T11:00 c1 refund b 20.00")), 2);
  assert_int_equal(fell(happens(s, "12-06T12:00 c1 refund b 20.00")), 0);
  stage_free(s);
}

/* The rule asks the hearer's own of everything else. */
static void other_facts_are_the_hearers_own(void **unused) {
  (void)unused;
  static const struct story campaign = {"own", FACTS "'rules':[" BIG("big", ",'fact.n':{'gte':2}") "]", ""};
  struct stage *s = story_stage(&campaign);
  for (uint32_t i = 0; i < 3; i++) happens(s, "12-05T09:00 c1 login");
  hears(s, "12-05T10:00 c1 spend 100.00 primary=pam", "pam", "big!TARGET_NOT_REACHED");
  hears(s, "12-05T09:00 pam login", NULL, ""), hears(s, "12-05T09:01 pam login", NULL, "");
  hears(s, "12-05T11:00 c2 spend 100.00 primary=pam", "pam", "big+5.00");
  stage_free(s);
}

/* What stands behind the ways that a message brought is none of them: here that it fell to nothing. */
static void what_stands_behind_the_ways_is_none(void **unused) {
  (void)unused;
  struct stage *s = story_stage(&one);
  hears(s, "12-05T10:00 c1 spend 100.00 primary=pam #a", "pam", "big+5.00");
  assert_int_equal(fell(happens(s, "12-05T11:00 c1 refund a 10.00")), 1);
  for (uint32_t i = 0; i < s->decision.heard_count; i++) {
    struct heard_way *way = &s->decision.heard[i];
    if (way->what == HEARD_FELL) ways[s->decision.heard_count] = *way, ways[s->decision.heard_count].figure = 0, way->figure = 10000;
  }
  assert_string_equal(hear(s, 0), "");
  stage_free(s);
}

/* It may have come that far by an event that nothing takes back: who heard that is known all the same. */
static void it_falls_below_what_a_login_brought(void **unused) {
  (void)unused;
  static const struct story both = {"both",
                                    "'facts':{'n':{'measure':'count','on':['txn.card_spend','login'],'window':'month'}},'rules':[{'id':'"
                                    "two','on':{'fact':'n','as':'primary'}"
                                    ",'when':{'fact.n':{'gte':2}}," VOUCHER "," FREE "}]",
                                    ""};
  struct stage *s = story_stage(&both);
  hears(s, "12-05T10:00 c1 spend 1.00 #a", NULL, "");
  hears(s, "12-05T11:00 c1 login primary=pam", "pam", "two+5.00");
  hears(s, "12-05T12:00 c1 refund a", "pam", "two-5.00");
  stage_free(s);
}

/* Either record knows of it as long as an event may be undone. */
static void how_long_it_is_known(void **unused) {
  (void)unused;
  struct stage *s = story_stage(&one);
  hears(s, "12-05T10:00 c1 spend 100.00 primary=pam", "pam", "big+5.00");
  remembers(s, "c1", "MEASURE 2027-04-08, FED 2027-03-13, ORIGINAL 2027-03-13, HEARD 2027-03-13, TOLD 2027-03-13");
  remembers(s, "pam", "GRANT 2027-03-13, RESTS 2027-03-13, FED 2027-03-13, ORIGINAL 2027-03-13");
  stage_free(s);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(what_fell_is_told),
                                     cmocka_unit_test(all_who_were_told_hear),
                                     cmocka_unit_test(other_facts_are_the_hearers_own),
                                     cmocka_unit_test(how_long_it_is_known),
                                     cmocka_unit_test(what_stands_behind_the_ways_is_none),
                                     cmocka_unit_test(it_falls_below_what_a_login_brought)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
