/* Groups of which one gives (docs/language.md section 7), where it is not the event alone that decides: levels, what came too late and is
 * back-filled, and what is remembered of who gave. */
#include "judge/story.h"

#define FREE "'limits':'unlimited'"
#define VOUCHER "'give':{'reward':'voucher','value':'5.00','pool':'unlimited'}"
#define POINTS(value) "'give':{'reward':'points','value':" value ",'pool':'unlimited'}"
#define GROUP(mode) "'groups':{'x':{'mode':'" mode "'}},"
#define LATE "'late':{'accept':'PT24H','backfill':'P7D'},"

static const struct story stories[] = {
    {"of a level the one that is worth most for the level that was reached",
     "'facts':{'n':{'measure':'count','on':'login','window':'month','refunds':'ignore'},'lift':{'level':'n','levels':[{'id':'a','from':1},{"
     "'"
     "id':'b','from':3}],'every':'month'}}," GROUP("best_value") "'rules':[{'id':'g','on':{'fact':'lift'},'group':'x'," FREE "," POINTS(
         "5") "},{'id':'h','on':{'fact':'lift'},'group':'x'," FREE
              "," POINTS("{'by':'level','bands':[{'from':'a','value':1},{'from':'b','value':9}]}") "}]",
     "12-05T10:00 c1 login => \n"
     "12-05T10:01 c1 login => \n"
     "12-05T10:02 c1 login => \n"
     "12-05T10:03 c2 login => \n"
     "passes 01-01T00:00 c1 => h+9 g!EXCLUDED_BY_GROUP\n"
     "passes 01-01T00:00 c2 => g+5 h!EXCLUDED_BY_GROUP\n"},
    {"who gave for an event is remembered where others may hear it later, and only there",
     GROUP("first") "'rules':[{'id':'g','on':'login','group':'x'," FREE "," VOUCHER "},{'id':'h','on':'login','group':'x'," FREE "," VOUCHER
                    "}]",
     "12-05T10:00 c1 login => g+5.00 h!EXCLUDED_BY_GROUP\n"
     "record c1 => \n"},
    {"back-filled for a campaign that was too late: the group had none, so one gives, once",
     LATE GROUP("first") "'rules':[{'id':'g','on':'login','group':'x'," FREE "," VOUCHER "},{'id':'h','on':'login','group':'x'," FREE
                         "," VOUCHER "}]",
     "12-05T10:00 c1 login @12-07T10:00 #a => g!EVENT_TOO_LATE h!EVENT_TOO_LATE\n"
     "12-05T10:00 c1 login giftmode=backfill @12-08T10:00 #a => g+5.00 h!EXCLUDED_BY_GROUP\n"
     "12-05T10:00 c1 login giftmode=backfill @12-08T11:00 #a => DUPLICATE_EVENT\n"},
    {"one that gave when it came is the one that gives for it",
     LATE
     "'rules':[{'id':'g','on':'login','group':'zz/x'," FREE "," VOUCHER
     "}],'audience':'everyone'|{'id':'d','version':1,'name':{'zh':'x','en':'x'},'late':{'accept':'P7D'},'audience':'everyone'," STORY_PERIOD
     "'rules':[{'id':'h','on':'login','group':'zz/x'," FREE "," VOUCHER
     "}]}|{'id':'zz','version':1,'name':{'zh':'x','en':'x'},'groups':{'x':{'mode':'first'}}}",
     "12-05T10:00 c1 login @12-07T10:00 #a => g!EVENT_TOO_LATE h+5.00\n"
     "12-05T10:00 c1 login giftmode=backfill @12-08T10:00 #a => g!EXCLUDED_BY_GROUP\n"},
};

static void groups(void **unused) {
  (void)unused;
  stories_tell(stories, sizeof stories / sizeof stories[0]);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(groups)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
