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
    {"a chance may be spent while its campaign closes; what its gift would wake has ended",
     "'rules':[{'id':'g','on':'login','give':{'reward':'chance','chance':'x','count':3}," FREE
     "},{'id':'u','on':'reward.claimed','spends':'x'," FREE "," VOUCHER "},{'id':'h','on':{'reward':'u'}," FREE "," VOUCHER "}]",
     "03-31T10:00 c1 login => g*3\n"
     "03-31T23:59:59.999 c1 claim => u+5.00 h+5.00\n"
     "04-01T00:00 c1 claim => u+5.00 h!CAMPAIGN_ENDED\n"},
    {"money without a rate, and what it was in: of what stands in for another too",
     "'rules':[{'id':'g','on':'txn.card_spend','give':{'id':'a','reward':'voucher','value':'5.00','pool':{'stock':1},'or_else':{'id':'b','"
     "reward':'cash_back','value':{'percent':'1%','of':'amount','max':'5.00'},'pool':'unlimited'}}," FREE "}]",
     "12-05T10:00 c1 spend 100.00 currency=USD => g!CONDITION_NOT_MET\n"
     "why g => CONDITION_NOT_MET USD\n"
     "12-05T10:01 c1 spend 100.00 => g.a+5.00\n"},
    {"what a close wakes asks the day on which it is heard",
     "'facts':{'n':{'measure':'count','on':'login','window':'month'}},'rules':[{'id':'g','on':{'close':'month'},'when':{'fact.n':{'gte':1},"
     "'month':[2]}," FREE "," VOUCHER "},{'id':'h','on':{'close':'month'},'when':{'fact.n':{'gte':1}},'schedule':{'days':['mon']}," FREE
     "," VOUCHER "}]",
     "12-05T10:00 c1 login => \n"
     "passes 01-02T00:00 c1 => g!CONDITION_NOT_MET h!OUTSIDE_SCHEDULE\n"
     "01-05T10:00 c1 login => \n"
     "passes 02-02T00:00 c1 => g+5.00 h+5.00\n"},
    {"what claims another rule, or of another campaign, says which it was",
     "'rules':[{'id':'g','on':'login','give':{'reward':'chance','chance':'x','count':3}," FREE
     "},{'id':'u','on':'reward.claimed','spends':'x'," FREE "," VOUCHER "}]",
     "12-05T10:00 c1 login => g*3\n"
     "12-05T10:01 c1 claim campaign=d rule=u => u!CONDITION_NOT_MET\n"
     "why u => CONDITION_NOT_MET d\n"
     "12-05T10:02 c1 claim campaign=c rule=v => u!CONDITION_NOT_MET\n"
     "why u => CONDITION_NOT_MET v\n"
     "12-05T10:03 c1 claim campaign=c rule=u => u+5.00\n"},
};

static void wakes(void **unused) {
  (void)unused;
  stories_tell(stories, sizeof stories / sizeof stories[0]);
}

/* `explain` says whose gift it was that woke a rule: of what the event wakes, nobody's. */
static void whose_gift_it_was(void **unused) {
  (void)unused;
  static const struct story story = {"caused",
                                     "'rules':[{'id':'f','on':'login'," FREE "," VOUCHER "},{'id':'g','on':'login'," FREE "," VOUCHER
                                     "},{'id':'h','on':{'reward':'g'}," FREE "," VOUCHER "}]",
                                     ""};
  struct stage *s = story_stage(&story);
  char line[] = "12-05T10:00 c1 login", *words[8];
  const struct decision *d = stage_event(s, story_line(words, story_words(line, words, 8), 1));
  assert_int_equal(d->outcome_count, 3);
  assert_true(d->outcomes[0].caused_by == NONE && d->outcomes[1].caused_by == NONE && d->outcomes[2].caused_by == 1);
  stage_free(s);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(wakes), cmocka_unit_test(whose_gift_it_was)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
