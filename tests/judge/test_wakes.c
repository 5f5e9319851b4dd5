/* A rule that a fact or a gift wakes is asked all that its file says, as one that the event wakes: when it runs, on which days, and what it
 * wants of the event. Else a gift would go out that nobody promised. */
#include "judge/story.h"

#define FREE "'limits':'unlimited'"
#define VOUCHER "'give':{'reward':'voucher','value':'5.00','pool':'unlimited'}"

static const struct story stories[] = {
    {"what a measure wakes asks the event",
     "'facts':{'n':{'measure':'count','on':'login','window':'month'}},'rules':[{'id':'g','on':{'fact':'n'},'when':{'fact.n':{'gte':1},'"
     "channel':'app'}," FREE "," VOUCHER "}]",
     "12-05T10:00 c1 login channel=web => g!CONDITION_NOT_MET\n"
     "12-05T10:00 c2 login channel=app => g+5.00\n"},
    {"what a gift wakes asks the event",
     "'rules':[{'id':'g','on':'login'," FREE "," VOUCHER "},{'id':'h','on':{'reward':'g'},'when':{'channel':'app'}," FREE "," VOUCHER "}]",
     "12-05T10:00 c1 login channel=web => g+5.00 h!CONDITION_NOT_MET\n"
     "12-05T10:00 c2 login channel=app => g+5.00 h+5.00\n"},
    {"what stands in for a gift wakes as well",
     "'rules':[{'id':'g','on':'login','give':{'id':'a','reward':'voucher','value':'5.00','pool':{'stock':1},'or_else':{'id':'b','reward':'"
     "voucher','value':'6.00','pool':'unlimited'}}," FREE "},{'id':'h','on':{'reward':'g'}," FREE "," VOUCHER "}]",
     "12-05T10:00 c1 login => g.a+5.00 h+5.00\n"
     "12-05T11:00 c1 login => g.b+6.00 h+5.00\n"},
    {"whom a claim names, and what it named", "'rules':[{'id':'g','on':'reward.claimed'," FREE "," VOUCHER "}]",
     "12-05T10:00 c1 claim rule=g => g+5.00\n"},
    {"money without a rate, and what it was in: of what stands in for another too",
     "'rules':[{'id':'g','on':'txn.card_spend','give':{'id':'a','reward':'voucher','value':'5.00','pool':{'stock':1},'or_else':{'id':'b','"
     "reward':'cash_back','value':{'percent':'1%','of':'amount','max':'5.00'},'pool':'unlimited'}}," FREE "}]",
     "12-05T10:00 c1 spend 100.00 currency=USD => g!CONDITION_NOT_MET\n"
     "why g => CONDITION_NOT_MET USD\n"
     "12-05T10:01 c1 spend 100.00 => g.a+5.00\n"},
};

static void wakes(void **unused) {
  (void)unused;
  stories_tell(stories, sizeof stories / sizeof stories[0]);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(wakes)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
