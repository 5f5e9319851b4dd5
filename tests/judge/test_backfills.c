/* Back-fill (docs/language.md section 9.3) and payments before their rate (section 2): how late it may be, who hears it then and who does
 * not, which of a group gives for it, and which rule says of a payment that a fact alone hears that its rate is not there yet. */
#include "judge/story.h"

#define FREE "'limits':'unlimited'"
#define GIVE "'give':{'reward':'voucher','value':'5.00','pool':'unlimited'}"
#define RULE(id, on) "{'id':'" id "','on':" on "," GIVE "," FREE "}"
#define ASKING(id, on) "{'id':'" id "','on':'" on "','when':{'fact.n':{'gte':1}}," GIVE "," FREE "}"
#define IN_GROUP(id, on) "{'id':'" id "','on':" on ",'group':'p/g'," GIVE "," FREE "}"
#define LATE "'late':{'accept':'P1D','backfill':'P3D'},'audience':'everyone'"
#define COUNT(on) "'facts':{'n':{'measure':'count','on':'" on "','window':'month'}}"
#define SUM "'facts':{'s':{'measure':'sum','of':'amount','on':'txn.card_spend','window':'month'}}"
#define FX "'fx':{'table':'t','day':'event'},'audience':'everyone'"
#define ASKS_SUM "'when':{'fact.s':{'gte':'1.00'}}"
#define OTHER(id, more) \
  "|{'id':'" id "','version':1,'name':{'zh':'x','en':'x'}," STORY_PERIOD more "}"
#define PROGRAMME(more) "|{'id':'p','version':1,'name':{'zh':'x','en':'x'}," more "}"
#define GROUP PROGRAMME("'groups':{'g':{'mode':'first'}}")
#define RATES                                                                                                                   \
  "|{'rates':'t','currency':'CNY','source':'invented','covers':{'from':'2026-11-30','to':'2026-12-05'},'days':{'2026-11-30':{'" \
  "USD':'7.0'},'2026-12-05':{'USD':'7.2'}}}"

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
     LATE "," COUNT("login") ",'rules':[" ASKING("g", "login") "]"
     OTHER("d", LATE "," COUNT("checkin") ",'rules':[" ASKING("h", "checkin") "]"),
     "12-05T10:00 c1 checkin => h+5.00\n"
     "12-05T10:00 c1 login @12-07T10:00 #a => g!EVENT_TOO_LATE\n"
     "12-05T10:00 c1 login @12-07T10:00 giftmode=backfill #a => g+5.00\n"},
    {"the one of the group that gave when it came first gives for it",
     LATE ",'rules':[" IN_GROUP("r", "'login'") "]" OTHER("d", "'late':{'accept':'P7D'},'audience':'everyone','rules':[" IN_GROUP("s", "'login'") "]") GROUP,
     "12-05T10:00 c1 login @12-07T10:00 #a => r!EVENT_TOO_LATE s+5.00\n"
     "12-05T10:00 c1 login @12-07T11:00 giftmode=backfill #a => r!EXCLUDED_BY_GROUP\n"},
    {"also where a rule of it was not asked then, as its fact did not hear it",
     LATE "," COUNT("login") ",'rules':[{'id':'r','on':{'fact':'n'},'when':{'fact.n':{'gte':1}},'group':'p/g'," GIVE "," FREE "}]" OTHER(
         "d", "'late':{'accept':'P7D'},'audience':'everyone','rules':[" IN_GROUP("s", "'login'") "]") GROUP,
     "12-05T10:00 c1 login @12-07T10:00 #a => s+5.00\n"
     "12-05T10:00 c1 login @12-07T11:00 giftmode=backfill #a => r!EXCLUDED_BY_GROUP\n"},
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
         "d", FX ",'facts':{'s':{'measure':'sum','of':'amount','on':'bill.paid','window':'month'}},'rules':[{'id':'h','on':'login'," ASKS_SUM
                 "," GIVE "," FREE "}]")
     RATES,
     "12-05T10:00 c1 bill.paid 1.00 => \n"
     "12-06T10:00 c1 spend 10.00 currency=USD => g!RATE_UNKNOWN\n"},
    {"before its rate: nothing is said of what is too late besides",
     FX ",'late':{'accept':'P1D'}," SUM ",'rules':[{'id':'g','on':'login'," ASKS_SUM "," GIVE "," FREE "}]" RATES,
     "12-06T10:00 c1 spend 10.00 currency=USD @12-08T10:00 => \n"
     "12-06T10:00 c1 spend 10.00 currency=USD @12-07T10:00 => g!RATE_UNKNOWN\n"},
    {"before its rate: told once, by the rule that hears it or for the fact that does",
     FX "," SUM ",'rules':[{'id':'g','on':'login'," ASKS_SUM "," GIVE "," FREE "}]" OTHER(
         "d", FX "," SUM ",'rules':[{'id':'h','on':'txn.card_spend'," ASKS_SUM "," GIVE "," FREE "}]") RATES,
     "12-06T10:00 c1 spend 10.00 currency=USD => h!RATE_UNKNOWN g!RATE_UNKNOWN\n"},
};

static void backfills(void **unused) {
  (void)unused;
  stories_tell(stories, sizeof stories / sizeof stories[0]);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(backfills)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
