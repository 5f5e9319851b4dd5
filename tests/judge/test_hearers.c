/* Who hears an event instead of its customer (docs/language.md sections 3 and 5, `as`): how many, through what, each once; what is heard
 * where the rulebook is another one; and what the customer's own facts hear. */
#include "judge/steps.h"

#define FREE "'limits':'unlimited'"
#define GIVE "'give':{'reward':'voucher','value':'5.00','pool':'unlimited'}"
#define RULE(id, on) "{'id':'" id "','on':" on "," GIVE "," FREE "}"
#define AS(event, sources) "{'event':'" event "','as':" sources "}"
#define WHEN(event, channel, sources) "{'event':'" event "','when':{'channel':'" channel "'},'as':" sources "}"

static struct heard_way ways[LIMIT_HEARD];

/* Forward `number` of the last decision, heard at `time_ms`. */
static const struct decision *hear_at(struct stage *s, uint32_t number, int64_t time_ms) {
  static struct decision decision;
  struct hearing hearing = {.reversal = s->decision.forwards[number].reversal, .ways = ways};
  for (uint32_t i = 0; i < s->decision.heard_count; i++)
    if (s->decision.heard[i].forward == number) ways[hearing.count++] = s->decision.heard[i];
  assert_int_equal(hearing.count, s->decision.forwards[number].ways);
  struct event event = s->event;
  event.cause = event.customer, event.customer = s->decision.forwards[number].hearer;
  event.time_ms = event.arrival_ms = time_ms;
  stage_judge(s, &event, &hearing, &decision);
  assert_int_equal(s->dead.length, 0);
  return &decision;
}
static const struct decision *hear(struct stage *s, uint32_t number) { return hear_at(s, number, s->event.time_ms); }

static void forwarded(const struct stage *s, uint32_t number, const char *hearer, uint32_t count) {
  assert_true(number < s->decision.forward_count && str_equal(s->decision.forwards[number].hearer, str_of(hearer)));
  assert_int_equal(s->decision.forwards[number].ways, count);
}

/* ---- who ---- */

static void each_by_his_own_sources(void **unused) {
  (void)unused;
  static const struct story campaign = {
      "sources",
      "'rules':[" RULE("a", AS("account.opened", "'referrer'")) "," RULE("b", AS("account.opened", "'primary'")) "," RULE(
          "c", "[" WHEN("login", "app", "'primary'") "," AS("login", "'primary'") "]") "," RULE("d", AS("login", "'primary'")) "]",
      ""};
  struct stage *s = story_stage(&campaign);
  assert_int_equal(happens(s, "12-05T10:00 c1 account.opened primary=pam")->forward_count, 1);
  forwarded(s, 0, "pam", 1);
  assert_int_equal(happens(s, "12-05T10:00 c1 account.opened primary=pam referrer=ann")->forward_count, 2);
  forwarded(s, 0, "ann", 1), forwarded(s, 1, "pam", 1);
  assert_int_equal(happens(s, "12-05T10:00 c1 account.opened primary=pam referrer=pam")->forward_count, 1);
  forwarded(s, 0, "pam", 2);
  assert_int_equal(happens(s, "12-05T10:00 c1 login primary=pam channel=app")->forward_count, 1);
  forwarded(s, 0, "pam", 2); /* two triggers of c wake it once */
  assert_int_equal(hear(s, 0)->gift_count, 2);
  stage_free(s);
}

/* One rule that two hear is woken for both. */
static void one_rule_for_two(void **unused) {
  (void)unused;
  static const struct story campaign = {
      "two", "'rules':[" RULE("a", "[" AS("account.opened", "'referrer'") "," AS("account.opened", "'primary'") "]") "]", ""};
  struct stage *s = story_stage(&campaign);
  assert_int_equal(happens(s, "12-05T10:00 c1 account.opened primary=pam referrer=ann")->forward_count, 2);
  forwarded(s, 0, "ann", 1), forwarded(s, 1, "pam", 1);
  stage_free(s);
}

/* Each whom he brought is another, however short their ids are. */
static void each_cause_for_itself(void **unused) {
  (void)unused;
  static const struct story campaign = {
      "causes", "'rules':[{'id':'a','on':" AS("login", "'primary'") ",'once_per':['caused_by.id']," GIVE "," FREE "}]", ""};
  static const char *const steps[] = {"12-05T10:00 x login primary=p", "12-05T10:00 y login primary=p", "12-05T11:00 x login primary=p"};
  struct stage *s = story_stage(&campaign);
  for (uint32_t i = 0; i < 3; i++) {
    happens(s, steps[i]);
    assert_int_equal(hear(s, 0)->gift_count, i < 2);
  }
  stage_free(s);
}

/* A first that is waiting to be reached anew keeps nobody. */
static void who_was_kept_before_a_reset_hears_no_more(void **unused) {
  (void)unused;
  static const struct story campaign = {"reset",
                                        "'facts':{'brought':{'first':'card.bound','keep':'referrer','resets':{'on':'card.unbound','"
                                        "after':'P2D'}}},'rules':[" RULE("a", AS("login", "['fact.brought','primary']")) "]",
                                        ""};
  struct stage *s = story_stage(&campaign);
  happens(s, "12-05T10:00 c1 card.bound referrer=ann");
  happens(s, "12-06T10:00 c1 login primary=pam"), forwarded(s, 0, "ann", 1);
  happens(s, "12-07T10:00 c1 card.unbound");
  happens(s, "12-08T10:00 c1 login primary=pam"), forwarded(s, 0, "ann", 1);
  happens(s, "12-09T10:00:01 c1 login primary=pam"), forwarded(s, 0, "pam", 1);
  stage_free(s);
}

/* ---- how many ---- */

/* `rules` rules on a login, each as whom fact f0, f1 ... keeps of `facts`. */
static struct stage *stage_of_many(uint32_t facts, uint32_t rules) {
  static char text[1 << 18], second[1 << 18], *texts[] = {text, second};
  uint32_t rule = 0;
  for (int file = 0; file < 2; file++) {
    struct buffer out;
    buffer_init(&out, texts[file], sizeof text - 1);
    buffer_print(&out,
                 "{'id':'c%d','version':1,'name':{'zh':'x','en':'x'},'audience':'everyone','period':{'from':'2026-12-01','to':'2027-03-31'}"
                 ",'facts':{",
                 file);
    for (uint32_t i = 0; i < facts; i++)
      buffer_print(&out, "%s'f%u':{'first':{'event':'account.opened','when':{'channel':'%u'}},'keep':'referrer'}", i == 0 ? "" : ",", i, i);
    buffer_print(&out, "},'rules':[");
    for (uint32_t i = 0; i < 200 && (rule < rules || i == 0); i++, rule++)
      buffer_print(&out, "%s{'id':'r%u','on':{'event':'%s','as':'fact.f%u'}," GIVE "," FREE "}", i == 0 ? "" : ",", i,
                   rule < rules ? "login" : "checkin", rule % facts);
    buffer_print(&out, "]}");
    assert_false(out.overflowed);
    texts[file][out.length] = 0;
    for (char *at = texts[file]; *at != 0; at++)
      if (*at == '\'') *at = '"';
  }
  struct stage *s = stage_new((const char *const *)texts, 2);
  for (uint32_t i = 0; i < facts; i++) {
    char step[128];
    snprintf(step, sizeof step, "12-05T10:00 c1 account.opened channel=%u referrer=h%u", i, i);
    happens(s, step);
  }
  return s;
}

static void so_many_and_no_more(void **unused) {
  (void)unused;
  static const struct {
    uint32_t facts, rules, forwards, heard;
  } edges[] = {{16, 16, 16, 16}, {17, 17, 0, 0}, {1, 256, 1, 256}, {1, 257, 0, 0}};
  for (int i = 0; i < 4; i++) {
    struct stage *s = stage_of_many(edges[i].facts, edges[i].rules);
    const struct decision *decision = happens(s, "12-06T10:00 c1 login");
    assert_int_equal(decision->gate, edges[i].heard > 0 ? REASON_GIVEN : REASON_TOO_MANY_GIFTS);
    assert_true(decision->forward_count == edges[i].forwards && decision->heard_count == edges[i].heard);
    stage_free(s);
  }
}

/* ---- through what ---- */

#define COUNT(id, channel) \
  "'" id "':{'measure':'count','on':[" WHEN("login", channel, "'primary'") "," WHEN("login", "all", "'primary'") "],'window':'month'}"

/* Whatever order the ways are told in, and however often: each fact hears once; and none that was not told. */
static void facts_hear_once_in_any_order(void **unused) {
  (void)unused;
  static const struct story campaign = {
      "order", "'facts':{" COUNT("a", "1") "," COUNT("b", "2") "," COUNT("d", "3") "},'rules':[" RULE("r", "'checkin'") "]", ""};
  static const uint32_t orders[][3] = {{0, 1, 2}, {2, 1, 0}, {2, 0, 1}, {1, 2, 0}, {1, 0, 2}, {0, 2, 1}};
  struct stage *s = story_stage(&campaign);
  for (uint32_t i = 0; i < 6; i++) {
    struct heard_way told[3];
    happens(s, "12-05T10:00 c1 login primary=pam channel=all"), forwarded(s, 0, "pam", 3);
    memcpy(told, s->decision.heard, sizeof told);
    for (uint32_t k = 0; k < 3; k++) s->decision.heard[k] = s->decision.heard[k + 3] = told[orders[i][k]];
    s->decision.heard_count = s->decision.forwards[0].ways = 6;
    const struct decision *heard = hear(s, 0);
    assert_int_equal(heard->effect_count, 3);
    for (uint32_t k = 0; k < 3; k++) assert_true(heard->effects[k].fact == k && heard->effects[k].after == i + 1);
  }
  happens(s, "12-05T10:00 c1 login primary=pam channel=2"), forwarded(s, 0, "pam", 1);
  assert_true(hear(s, 0)->effect_count == 1 && s->decision.effect_count == 0);
  s->decision.heard[0].fact = 9; /* of a rulebook that has more */
  assert_int_equal(hear(s, 0)->effect_count, 0);
  stage_free(s);
}

/* Of a track the way says which part of it heard. */
static void a_task_hears_as_itself(void **unused) {
  (void)unused;
  static const struct story campaign = {
      "track",
      "'facts':{'t':{'track':{'opens':" AS("account.opened", "'primary'") ",'within':'P5D','tasks':[{'id':'a','on':" WHEN(
          "login", "1", "'primary'") "},{'id':'b','on':" WHEN("login", "2", "'primary'") "}]}}},'rules':[" RULE("r", "{'fact':'t'}") "]",
      ""};
  static const char *const steps[] = {"12-05T10:00 c1 account.opened primary=pam", "12-05T11:00 c1 login primary=pam channel=2",
                                      "12-05T12:00 c1 login primary=pam channel=2", "12-05T13:00 c1 login primary=pam channel=1"};
  struct stage *s = story_stage(&campaign);
  for (uint32_t i = 0; i < 4; i++) {
    happens(s, steps[i]), forwarded(s, 0, "pam", 1);
    assert_int_equal(hear(s, 0)->gift_count, i == 3);
  }
  stage_free(s);
}

/* By the period of the rulebook where it is heard, both ends as everywhere: from its first instant, to the last before its end. */
static void within_the_campaign_that_is_there(void **unused) {
  (void)unused;
  static const struct story campaign = {"period", "'facts':{" COUNT("a", "1") "},'rules':[" RULE("r", "'checkin'") "]", ""};
  static const struct {
    const char *time;
    uint32_t effects;
  } edges[] = {{"11-30T23:59:59.999", 0}, {"12-01T00:00", 1}, {"03-31T23:59:59.999", 1}, {"04-01T00:00", 0}};
  struct stage *s = story_stage(&campaign);
  for (int i = 0; i < 4; i++) {
    happens(s, "12-05T10:00 c1 login primary=pam channel=1"), forwarded(s, 0, "pam", 1);
    assert_int_equal(hear_at(s, 0, story_instant_of(edges[i].time))->effect_count, edges[i].effects);
  }
  stage_free(s);
}

/* What the hearer's record does not know is told to who caused it, not to him. */
static void an_unknown_reversal_is_said_to_who_caused_it(void **unused) {
  (void)unused;
  static const struct story campaign = {"reversal", "'rules':[" RULE("a", AS("txn.card_spend", "'primary'")) "]", ""};
  struct stage *s = story_stage(&campaign);
  happens(s, "12-05T10:00 c1 spend 10.00 primary=pam #p"); /* pam's partition has not heard it */
  happens(s, "12-05T11:00 c1 refund p"), forwarded(s, 0, "pam", 0);
  const struct decision *heard = hear(s, 0);
  assert_true(s->decision.forwards[0].reversal && heard->gate == REASON_GIVEN && heard->gift_count == 0);
  happens(s, "12-05T10:00 c1 spend 10.00 primary=pam #q"), forwarded(s, 0, "pam", 1);
  assert_int_equal(hear(s, 0)->gift_count, 1);
  happens(s, "12-05T11:00 c1 refund q");
  heard = hear_at(s, 0, s->event.time_ms + s->settings.memory_ms); /* too late for what pam's record says */
  assert_true(heard->gate == REASON_GIVEN && heard->gift_count == 0);
  stage_free(s);
}

/* ---- the customer's own facts ---- */

static const struct story stories[] = {
    {"money of another currency meets no condition, so nothing of it is counted",
     "'facts':{'n':{'measure':'count','on':{'event':'txn.card_spend','when':{'amount':{'gte':'10.00'}}},'window':'month'},'m':{'measure':'"
     "count','on':{'activity':[{'event':'txn.card_spend','when':{'amount':{'gte':'10.00'}}}]},'window':'month'}},'rules':[{'id':'g','on':'"
     "login','when':{'fact.n':{'gte':1}}," GIVE "," FREE "},{'id':'h','on':'login','when':{'fact.m':{'gte':1}}," GIVE "," FREE "}]",
     "12-05T10:00 c1 spend 20.00 currency=USD => \n"
     "12-05T10:01 c1 login => g!TARGET_NOT_REACHED h!TARGET_NOT_REACHED\n"
     "12-05T10:02 c1 spend 20.00 => \n"
     "12-05T10:03 c1 login => g+5.00 h+5.00\n"},
    {"a claim that means another campaign is heard by no fact of this one",
     "'facts':{'n':{'measure':'count','on':'reward.claimed','window':'month'},'f':{'first':'reward.claimed'},'t':{'track':{'opens':'"
     "account.opened','within':'P5D','tasks':[{'id':'a','on':'reward.claimed'}]}}},'rules':[{'id':'g','on':'login','when':{'fact.n':{'gte'"
     ":1}}," GIVE "," FREE "},{'id':'h','on':'login','when':{'fact.f.at':{'exists':true}}," GIVE "," FREE
     "}," RULE("i", "{'fact':'t'}") "]",
     "12-05T09:00 c1 account.opened => \n"
     "12-05T10:00 c1 claim campaign=other => \n"
     "12-05T10:01 c1 login => g!TARGET_NOT_REACHED h!CONDITION_NOT_MET\n"
     "12-05T10:02 c1 claim campaign=c => i+5.00\n"
     "12-05T10:03 c1 login => g+5.00 h+5.00\n"},
    {"a task is done by its own event alone",
     "'facts':{'t':{'track':{'opens':'account.opened','within':'P5D','tasks':[{'id':'a','on':'login'},{'id':'b','on':'checkin'}]}}},'rules'"
     ":[" RULE("g", "{'fact':'t'}") "]",
     "12-05T09:00 c1 account.opened => \n"
     "12-05T10:00 c1 checkin => \n"
     "12-05T11:00 c1 checkin => \n"
     "12-05T12:00 c1 login => g+5.00\n"},
    {"whoever leaves the audience by this event has left it, for the rules; what the campaign counts goes by what was before",
     "'audience':{'include':'everyone','when':{'fact.n':{'lt':2}}},'facts':{'n':{'measure':'count','on':'login','window':'month'}},'rules':"
     "[" RULE("g", "'login'") "]",
     "12-05T09:00 c1 login => g+5.00\n"
     "12-05T10:00 c1 login => g!NOT_IN_AUDIENCE\n"},
    {"a payment before its rate that a fact alone would have heard is told by the rule that asks it",
     "'fx':{'table':'t','day':'event'},'facts':{'s':{'measure':'sum','of':'amount','on':'txn.card_spend','window':'month'}},'rules':[{'id':"
     "'"
     "g','on':'login','when':{'fact.s':{'gte':'1.00'}}," GIVE "," FREE
     "}]|{'rates':'t','currency':'CNY','source':'invented','covers':{'from':'2026-11-30','to':'2026-12-05'},'days':{'2026-11-30':{'USD':'"
     "7.0'},'2026-12-05':{'USD':'7.2'}}}",
     "12-06T10:00 c1 spend 10.00 currency=USD => g!RATE_UNKNOWN\n"
     "12-06T10:01 c1 spend 10.00 => \n"},
};

static void own_facts(void **unused) {
  (void)unused;
  stories_tell(stories, sizeof stories / sizeof stories[0]);
}

/* An event that two triggers of one fact let in is heard by it once. */
static void two_triggers_of_the_only_fact_are_one_step(void **unused) {
  (void)unused;
  static const struct story campaign = {
      "step",
      "'facts':{'l':{'last':[{'event':'login','when':{'channel':'app'}},'login']}},'rules':[{'id':'g','on':'"
      "checkin','when':{'fact.l':{'dormant_for':'P1D'}}," GIVE "," FREE "}]",
      ""};
  struct stage *s = story_stage(&campaign);
  assert_int_equal(happens(s, "12-05T10:00 c1 login channel=app")->effect_count, 1);
  stage_free(s);
}

static void two_triggers_are_one_step(void **unused) {
  (void)unused;
  static const struct story campaign = {
      "steps",
      "'facts':{'f':{'first':[{'event':'login','when':{'channel':'app'}},'login']},'l':{'last':[{'event':'login','when':{'channel':'app'}},"
      "'"
      "login']},'m':{'last':['login','checkin']}},'rules':[{'id':'g','on':'txn.card_spend','when':{'fact.f.at':{'exists':true},'fact.l':{'"
      "dormant_for':'P1D'},'fact.m':{'dormant_for':'P1D'}}," GIVE "," FREE "}]",
      ""};
  struct stage *s = story_stage(&campaign);
  assert_int_equal(happens(s, "12-05T10:00 c1 login channel=app")->effect_count, 3);
  assert_int_equal(happens(s, "12-06T10:00 c1 login channel=app")->effect_count, 2);
  assert_int_equal(happens(s, "12-07T10:00 c1 checkin")->effect_count, 1);
  stage_free(s);
}

/* A rule hears by the file that the hearer's shard has by then: when it runs, and what it asks of the event. */
static void a_rule_hears_by_the_file_that_is_there(void **unused) {
  (void)unused;
  static const struct story campaign = {"period", "'rules':[" RULE("r", WHEN("login", "app", "'primary'")) "]", ""};
  static const struct {
    const char *time;
    enum reason reason;
  } edges[] = {{"11-30T23:59:59.999", REASON_CAMPAIGN_NOT_STARTED},
               {"12-01T00:00", REASON_GIVEN},
               {"03-31T23:59:59.999", REASON_GIVEN},
               {"04-01T00:00", REASON_CAMPAIGN_ENDED}};
  struct stage *s = story_stage(&campaign);
  for (int i = 0; i < 4; i++) {
    happens(s, "12-05T10:00 c1 login primary=pam channel=app"), forwarded(s, 0, "pam", 1);
    assert_int_equal(hear_at(s, 0, story_instant_of(edges[i].time))->outcomes[0].reason, edges[i].reason);
  }
  char *texts[STORY_FILES];
  happens(s, "12-05T11:00 c1 login primary=pam channel=app");
  uint32_t count = story_texts("'rules':[{'id':'r','on':" AS("login", "'primary'") ",'when':{'channel':'web'}," GIVE "," FREE "}]", texts);
  stage_compile(s, (const char *const *)texts, count), free(texts[0]);
  assert_int_equal(hear(s, 0)->outcomes[0].reason, REASON_CONDITION_NOT_MET);
  stage_free(s);
}

/* `caused_by` is who did it, however short his id is. */
static void who_caused_it(void **unused) {
  (void)unused;
  static const struct story campaign = {
      "caused",
      "'rules':[{'id':'other','on':" AS(
          "login",
          "['primary','customer']") ",'when':{'caused_by':{'eq':'other'}}," GIVE "," FREE
                                    "},{'id':'self','on':" AS(
                                        "login",
                                        "['primary','customer']") ",'when':{'caused_by':{'eq':'self'}}," GIVE "," FREE
                                                                  "},{'id':'x','on':" AS(
                                                                      "login",
                                                                      "['primary','customer']") ",'when':{'caused_by.id':{'eq':'x'}}," GIVE
                                                                                                "," FREE "}]",
      ""};
  static const char *const steps[] = {"12-05T10:00 x login primary=p", "12-05T10:01 y login primary=x"};
  static const bool gave[][3] = {{true, false, true}, {true, false, false}};
  struct stage *s = story_stage(&campaign);
  for (int i = 0; i < 2; i++) {
    assert_int_equal(happens(s, steps[i])->gift_count, 0);
    const struct decision *heard = hear(s, 0);
    for (uint32_t rule = 0; rule < 3; rule++) assert_int_equal(heard->outcomes[rule].reason == REASON_GIVEN, gave[i][rule]);
  }
  const struct decision *own = happens(s, "12-05T10:02 x login");
  assert_true(own->outcomes[0].reason != REASON_GIVEN && own->outcomes[1].reason == REASON_GIVEN &&
              own->outcomes[2].reason == REASON_GIVEN);
  stage_free(s);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(each_by_his_own_sources),
      cmocka_unit_test(one_rule_for_two),
      cmocka_unit_test(each_cause_for_itself),
      cmocka_unit_test(who_was_kept_before_a_reset_hears_no_more),
      cmocka_unit_test(so_many_and_no_more),
      cmocka_unit_test(facts_hear_once_in_any_order),
      cmocka_unit_test(a_task_hears_as_itself),
      cmocka_unit_test(within_the_campaign_that_is_there),
      cmocka_unit_test(a_rule_hears_by_the_file_that_is_there),
      cmocka_unit_test(who_caused_it),
      cmocka_unit_test(an_unknown_reversal_is_said_to_who_caused_it),
      cmocka_unit_test(own_facts),
      cmocka_unit_test(two_triggers_of_the_only_fact_are_one_step),
      cmocka_unit_test(two_triggers_are_one_step),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
