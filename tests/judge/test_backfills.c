/* Back-fill (docs/language.md section 9.3) and payments before their rate (section 2): how late it may be, who hears it then and who does
 * not, which of a group gives for it, and which rule says of a payment that a fact alone hears that its rate is not there yet. */
#include "judge/looking.h"

#define FREE "'limits':'unlimited'"
#define GIVE "'give':{'reward':'voucher','value':'5.00','pool':'unlimited'}"
#define RULE(id, on) "{'id':'" id "','on':" on "," GIVE "," FREE "}"
#define ASKING(id, on) "{'id':'" id "','on':'" on "','when':{'fact.n':{'gte':1}}," GIVE "," FREE "}"
#define IN_GROUP(id, on) "{'id':'" id "','on':" on ",'group':'p/g'," GIVE "," FREE "}"
#define LATE "'late':{'accept':'P1D','backfill':'P3D'},'audience':'everyone'"
#define COUNT(on) "'facts':{'n':{'measure':'count','on':'" on "','window':'month'}}"
#define SUM "'facts':{'s':{'measure':'sum','of':'amount','on':'txn.card_spend','window':'month'}}"
#define TABLE "'fx':{'table':'t','day':'event'}"
#define FX TABLE ",'audience':'everyone'"
#define ASKS_SUM "'when':{'fact.s':{'gte':'1.00'}}"
#define OTHER(id, more) "|{'id':'" id "','version':1,'name':{'zh':'x','en':'x'}," STORY_PERIOD more "}"
#define PROGRAMME(more) "|{'id':'p','version':1,'name':{'zh':'x','en':'x'}," more "}"
#define GROUP PROGRAMME("'groups':{'g':{'mode':'first'}}")
#define RATES_TO(day, rates) \
  "|{'rates':'t','currency':'CNY','source':'invented','covers':{'from':'2026-11-30','to':'" day "'},'days':{" rates "}}"
#define BEFORE "'2026-11-30':{'USD':'7.0'},'2026-12-05':{'USD':'7.2'}"
#define RATES RATES_TO("2026-12-05", BEFORE)
#define RATES_LATER RATES_TO("2026-12-06", BEFORE ",'2026-12-06':{'USD':'7.1'}")

static const struct story stories[] = {
    {"as late as backfill to the instant, once, and known as long as its id", LATE ",'rules':[" RULE("g", "'login'") "]",
     "12-05T10:00 c1 login @12-08T10:00 #a => g!EVENT_TOO_LATE\n"
     "record c1 => ONCE 2026-12-13\n"
     "12-05T10:00 c1 login @12-08T10:00 giftmode=backfill #a => g+5.00\n"
     "record c1 => \n"
     "12-05T10:00 c1 login @12-08T10:00 giftmode=backfill #a => DUPLICATE_EVENT\n"
     "12-05T10:00 c2 login @12-08T10:00:00.001 #b => g!EVENT_TOO_LATE\n"
     "record c2 => \n"},
    {"who did not listen is not asked, whatever the event before was heard by",
     LATE
     "," COUNT("login") ",'rules':[" ASKING("g", "login") "]" OTHER("d", LATE "," COUNT("checkin") ",'rules':[" ASKING("h", "checkin") "]"),
     "12-05T10:00 c1 checkin => h+5.00\n"
     "12-05T10:00 c1 login @12-07T10:00 #a => g!EVENT_TOO_LATE\n"
     "12-05T10:00 c1 login @12-07T10:00 giftmode=backfill #a => g+5.00\n"},
    {"the one of the group that gave when it came first gives for it",
     LATE ",'rules':[" IN_GROUP("r", "'login'") "]" OTHER(
         "d", "'late':{'accept':'P7D'},'audience':'everyone','rules':[" IN_GROUP("s", "'login'") "]") GROUP,
     "12-05T10:00 c1 login @12-07T10:00 #a => r!EVENT_TOO_LATE s+5.00\n"
     "12-05T10:00 c1 login @12-07T11:00 giftmode=backfill #a => r!EXCLUDED_BY_GROUP\n"
     "why r => EXCLUDED_BY_GROUP d/s\n"},
    {"also where a rule of it was not asked then, as its fact did not hear it",
     LATE "," COUNT("login") ",'rules':[{'id':'r','on':{'fact':'n'},'when':{'fact.n':{'gte':1}},'group':'p/g'," GIVE "," FREE
                             "}]" OTHER("d", "'late':{'accept':'P7D'},'audience':'everyone','rules':[" IN_GROUP("s", "'login'") "]") GROUP,
     "12-05T10:00 c1 login @12-07T10:00 #a => s+5.00\n"
     "12-05T10:00 c1 login @12-07T11:00 giftmode=backfill #a => r!EXCLUDED_BY_GROUP\n"
     "why r => EXCLUDED_BY_GROUP d/s\n"},
    {"where none of the group gave the first that can gives, and excludes those behind it",
     LATE ",'rules':[" IN_GROUP("r", "'login'") "," IN_GROUP("s", "'login'") "]" GROUP,
     "12-05T10:00 c1 login @12-07T10:00 #a => r!EVENT_TOO_LATE s!EVENT_TOO_LATE\n"
     "12-05T10:00 c1 login @12-07T11:00 giftmode=backfill #a => r+5.00 s!EXCLUDED_BY_GROUP\n"},
    {"a `first` of a programme heard it when it came, and knows it again",
     LATE ",'rules':[{'id':'g','on':'login','when':{'fact.p/f':'this_event'}," GIVE "," FREE
          "}]" PROGRAMME("'facts':{'f':{'first':'login'}}"),
     "12-05T10:00 c1 login @12-07T10:00 #a => g!EVENT_TOO_LATE\n"
     "12-06T10:00 c1 login #b => g!NOT_FIRST\n"
     "12-05T10:00 c1 login @12-07T11:00 giftmode=backfill #a => g+5.00\n"},
    {"before its rate: not one who hears nothing of it, whatever the event before was heard by",
     FX "," SUM ",'rules':[{'id':'g','on':'login'," ASKS_SUM "," GIVE "," FREE "}]" OTHER(
         "d", FX ",'facts':{'s':{'measure':'sum','of':'amount','on':'bill.paid','window':'month'},'t':{'measure':'max','of':'amount','on':'"
                 "bill.paid','window':'month'}},'rules':[{'id':'h','on':'login','when':{'fact.s':{'gte':'1.00'},'fact.t':{'gte':'1.00'}}"
                 "," GIVE "," FREE "}]") RATES,
     "12-05T10:00 c1 bill.paid 1.00 => \n"
     "12-06T10:00 c1 spend 10.00 currency=USD => g!RATE_UNKNOWN\n"},
    {"before its rate: nothing is said of what is too late besides",
     FX ",'late':{'accept':'P1D'}," SUM ",'rules':[{'id':'g','on':'login'," ASKS_SUM "," GIVE "," FREE "}]" RATES,
     "12-06T10:00 c1 spend 10.00 currency=USD @12-08T10:00 => \n"
     "12-06T10:00 c1 spend 10.00 currency=USD @12-07T10:00 => g!RATE_UNKNOWN\n"},
    {"before its rate: told once, by the rule that hears it or for the fact that does",
     FX "," SUM ",'rules':[{'id':'g','on':'login'," ASKS_SUM "," GIVE "," FREE
        "}]" OTHER("d", FX "," SUM ",'rules':[{'id':'h','on':'txn.card_spend'," ASKS_SUM "," GIVE "," FREE "}]") RATES,
     "12-06T10:00 c1 spend 10.00 currency=USD => h!RATE_UNKNOWN g!RATE_UNKNOWN\n"},
    {"no mark of one who did not listen, whatever the event before was heard by",
     "'late':{'accept':'P3D'},'audience':'everyone','rules':[" RULE("g", "'login'") "]" OTHER(
         "d", LATE ",'rules':[" RULE("h", "'checkin'") "," RULE("i", "'checkin'") "]"),
     "12-05T10:00 c1 checkin => h+5.00 i+5.00\n"
     "12-05T10:00 c1 login @12-07T10:00 #a => g+5.00\n"
     "record c1 => \n"},
    {"a `first` of a programme that does not hear it, whatever the event before was heard by",
     LATE ",'rules':[" RULE("g", "'login'") ",{'id':'k','on':'checkin','when':{'fact.p/e':'this_event','fact.p/f':'this_event'}," GIVE
                                            "," FREE "}]" PROGRAMME("'facts':{'e':{'first':'checkin'},'f':{'first':'checkin'}}"),
     "12-05T10:00 c1 login @12-07T10:00 #a => g!EVENT_TOO_LATE\n"
     "12-07T10:00 c2 checkin => k+5.00\n"
     "12-05T10:00 c1 login @12-07T11:00 giftmode=backfill #a => g+5.00\n"
     "12-07T12:00 c1 checkin => k+5.00\n"},
    {"before its rate: the rule that its fact wakes by a level, not the first of its campaign",
     FX
     ",'facts':{'n':{'measure':'count','on':'login','window':'month'},'s':{'measure':'sum','of':'amount','on':'txn.card_spend','window':'"
     "month','refunds':'ignore'},'l':{'level':'s','levels':[{'id':'a','from':'1.00'}],'every':'month'}},'rules':[" ASKING(
         "a", "login") "," RULE("g", "{'fact':'l'}") "]" RATES,
     "12-06T10:00 c1 spend 10.00 currency=USD => g!RATE_UNKNOWN\n"},
    {"before its rate: the rule whose second trigger is the fact",
     FX "," SUM ",'rules':[" RULE("a", "'login'") "," RULE("g", "['checkin',{'fact':'s'}]") ",{'id':'z','on':{'fact':'s'}," ASKS_SUM
                                                                                            "," GIVE "," FREE "}]" RATES,
     "12-06T10:00 c1 spend 10.00 currency=USD => g!RATE_UNKNOWN\n"},
};

static void backfills(void **unused) {
  (void)unused;
  stories_tell(stories, sizeof stories / sizeof stories[0]);
}

static void steps(struct stage *s, const char *files, const char *lines) {
  char text[512];
  const struct story story = {files, files, ""};
  looking_files(s, files);
  for (uint32_t number = 0; *lines != 0; lines += strcspn(lines, "\n") + 1) {
    snprintf(text, sizeof text, "%.*s", (int)strcspn(lines, "\n"), lines);
    assert_true(story_step(s, &story, text, ++number));
  }
}

/* How many, each of the time of the event that it is of. */
static uint32_t marks(struct stage *s, const char *customer) {
  const struct state *state = stage_customer(s, customer);
  uint32_t count = 0;
  for (uint32_t slot = 0; slot < state->used; slot++) {
    if (state->cells[slot].name == 0 || cell_kind(&state->cells[slot]) != CELL_ONCE) continue;
    assert_int_equal(state->cells[slot].once.time_ms, s->event.time_ms);
    count++;
  }
  return count;
}

#define WAITS LATE "," TABLE ",'rules':[" IN_GROUP("r", "'txn.card_spend'") "]"
#define ASKED_BY_SUM LATE "," TABLE "," SUM ",'rules':[{'id':'r','on':{'fact':'s'}," ASKS_SUM ",'group':'p/g'," GIVE "," FREE "}]"
#define BACKFILLED OTHER("d", LATE ",'rules':[" IN_GROUP("s", "'txn.card_spend'") "]")
#define GIVES OTHER("d", "'audience':'everyone','rules':[" IN_GROUP("s", "'txn.card_spend'") "]")

/* Of the one that gave the file may go before the rate comes, and the event be sent in vain between: the group knows all the same. */
static void a_group_knows_that_one_gave_whose_file_is_gone(void **unused) {
  (void)unused;
  static const struct story campaign = {"gone", WAITS GIVES GROUP RATES, ""};
  struct stage *s = story_stage(&campaign);
  steps(s, WAITS GIVES GROUP RATES, "12-06T10:00 c1 spend 10.00 currency=USD #a => r!RATE_UNKNOWN s+5.00\n");
  steps(s, WAITS GROUP RATES, "12-06T10:00 c1 spend 10.00 currency=USD giftmode=backfill @12-07T10:00 #a => r!RATE_UNKNOWN\n");
  steps(s, WAITS GROUP RATES_LATER,
        "12-06T10:00 c1 spend 10.00 currency=USD giftmode=backfill @12-08T10:00 #a => r!EXCLUDED_BY_GROUP\n"
        "why r => EXCLUDED_BY_GROUP p/g\n");
  stage_free(s);
}

/* A full record lets others go: a group marks what somebody of it may still ask for, and nothing for who is not of it. */
static void a_group_marks_for_its_own(void **unused) {
  (void)unused;
  static const struct story campaign = {"own",
                                        LATE ",'rules':[" RULE("g", "'login'") "]" OTHER(
                                            "d", "'late':{'accept':'P7D'},'audience':'everyone','rules':[" IN_GROUP("s", "'login'") "]")
                                            GROUP,
                                        ""};
  struct stage *s = story_stage(&campaign);
  steps(s, campaign.campaign, "12-05T10:00 c1 login @12-07T10:00 #a => g!EVENT_TOO_LATE s+5.00\n");
  assert_int_equal(marks(s, "c1"), 1);
  stage_free(s);
}

/* One that gave when the event came again excludes, like one that gave at first, who waits for the rate yet. */
static void one_that_gave_when_it_came_again_excludes(void **unused) {
  (void)unused;
  static const struct story campaign = {"again", ASKED_BY_SUM BACKFILLED GROUP RATES, ""};
  struct stage *s = story_stage(&campaign);
  steps(s, ASKED_BY_SUM BACKFILLED GROUP RATES,
        "12-06T10:00 c1 spend 10.00 currency=USD @12-08T10:00 #a => s!EVENT_TOO_LATE\n"
        "12-06T10:00 c1 spend 10.00 currency=USD giftmode=backfill @12-08T11:00 #a => s+5.00 r!RATE_UNKNOWN\n");
  steps(s, ASKED_BY_SUM BACKFILLED GROUP RATES_LATER,
        "12-06T10:00 c1 spend 10.00 currency=USD giftmode=backfill @12-08T12:00 #a => r!EXCLUDED_BY_GROUP\n"
        "why r => EXCLUDED_BY_GROUP d/s\n");
  stage_free(s);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(backfills), cmocka_unit_test(a_group_knows_that_one_gave_whose_file_is_gone),
                                     cmocka_unit_test(a_group_marks_for_its_own),
                                     cmocka_unit_test(one_that_gave_when_it_came_again_excludes)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
