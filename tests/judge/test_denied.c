/* A partial refund has a rule judged again with what is left (docs/language.md section 8, `recheck`): all conditions but of the amount and
 * of what was accumulated count as they did when the gift was given. They held then, and did not where they stand behind `not`. */
#include "judge/story.h"

#define BACK(pay)                                                                                                              \
  "'give':{'reward':'cash_back','value':{'percent':'10%','of':'amount','max':'50.00'},'pool':{'budget':'1000.00'}},'limits':'" \
  "unlimited'" pay
#define RULE(when) "'rules':[{'id':'g','on':'txn.card_spend','when':" when "," BACK("") "}]"
#define SPENT "12-05T10:00 c1 spend 100.00 channel=app #a => g+10.00\n"

static const struct story stories[] = {
    {"what is denied still is", RULE("{'not':{'channel':'web'}}"),
     SPENT "12-05T11:00 c1 refund a 40.00 => g~4.00\n"
           "12-05T12:00 c1 refund a => g-6.00\n"},
    {"what holds still holds, and what is denied beside it still is",
     RULE("{'channel':'app','not':{'any':[{'channel':'web'},{'city':'sh'}]}}"), SPENT "12-05T11:00 c1 refund a 40.00 => g~4.00\n"},
    {"denied with the amount: the amount decides as long as it can", RULE("{'not':{'any':[{'channel':'web'},{'amount':{'lt':'50.00'}}]}}"),
     SPENT "12-05T11:00 c1 refund a 50.00 => g~5.00\n"
           "12-05T12:00 c1 refund a 0.01 => g-5.00\n"},
    {"denied together with an amount: it was the channel that was another",
     RULE("{'not':{'all':[{'channel':'web'},{'amount':{'lt':'80.00'}}]}}"), SPENT "12-05T11:00 c1 refund a 40.00 => g~4.00\n"},
    {"denied twice it holds", RULE("{'not':{'not':{'channel':'app'}}}"), SPENT "12-05T11:00 c1 refund a 40.00 => g~4.00\n"},
    {"of alternatives the other stands though it was denied", RULE("{'any':[{'not':{'channel':'web'}},{'amount':{'gte':'90.00'}}]}"),
     SPENT "12-05T11:00 c1 refund a 40.00 => g~4.00\n"},
    {"of a ladder what is still reached stays",
     "'facts':{'s':{'measure':'sum','of':'amount','on':'txn.card_spend','window':'month'}},'rules':[{'id':'g','on':'txn.card_spend','when':"
     "{"
     "'not':{'channel':'web'}},'give':{'reward':'cash_back','value':{'by':'fact.s','bands':[{'from':'50.00','value':'10.00'},{'from':'90."
     "00',"
     "'value':'25.00'}],'pay':'top_up'},'pool':{'budget':'1000.00'}},'limits':'unlimited'}]",
     "12-05T10:00 c1 spend 100.00 channel=app #a => g+25.00\n"
     "12-05T11:00 c1 refund a 40.00 => g~15.00\n"},
};

static void denied(void **unused) {
  (void)unused;
  stories_tell(stories, sizeof stories / sizeof stories[0]);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(denied)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
