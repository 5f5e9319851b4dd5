/* What is kept with a gift of what its event saw (judge/held.c, grant.c): of alternatives which held, where not all did; what measures came
 * to, where a rule bounds one from above; nothing else, and no longer than the gift may be undone. */
#include "judge/story.h"

#define FREE "'limits':'unlimited'"
#define VOUCHER "'give':{'reward':'voucher','value':'5.00','pool':'unlimited'}"
#define ONE(on, when) "'rules':[{'id':'g','on':" on ",'when':" when "," FREE "," VOUCHER "}]"
#define SPEND(when) ONE("'txn.card_spend'", when)
#define MONTH "'facts':{'n':{'measure':'count','on':'txn.card_spend','window':'month'}},"
#define KEPT "GRANT 2027-03-13, ORIGINAL 2027-03-13"
#define MADE "MEASURE 2027-04-08, "
#define FED "FED 2027-03-13, ORIGINAL 2027-03-13"

static const struct story stories[] = {
    {"one of two alternatives held", SPEND("{'any':[{'amount':{'gte':'100.00'}},{'channel':'app'}]}"),
     "12-05T10:00 c1 spend 200.00 channel=web => g+5.00\n"
     "record c1 => " KEPT ", HELD 2027-03-13\n"},
    {"both held: as where all have to", SPEND("{'any':[{'amount':{'gte':'100.00'}},{'channel':'app'}]}"),
     "12-05T10:00 c1 spend 200.00 channel=app => g+5.00\n"
     "record c1 => " KEPT "\n"},
    {"neither held, and neither was to", SPEND("{'not':{'any':[{'amount':{'lt':'100.00'}},{'channel':'app'}]}}"),
     "12-05T10:00 c1 spend 200.00 channel=web => g+5.00\n"
     "record c1 => " KEPT "\n"},
    {"one held of which not all were to", SPEND("{'not':{'all':[{'amount':{'lt':'100.00'}},{'channel':'app'}]}}"),
     "12-05T10:00 c1 spend 200.00 channel=app => g+5.00\n"
     "record c1 => " KEPT ", HELD 2027-03-13\n"},
    {"no refund changes any of them", SPEND("{'any':[{'channel':'web'},{'merchant':'x'}]}"),
     "12-05T10:00 c1 spend 200.00 channel=web => g+5.00\n"
     "record c1 => " KEPT "\n"},
    {"a refund changes all of them", SPEND("{'any':[{'amount':{'gte':'100.00'}},{'amount':{'gte':'300.00'}}]}"),
     "12-05T10:00 c1 spend 200.00 channel=web => g+5.00\n"
     "record c1 => " KEPT "\n"},
    {"another type of event", ONE("[{'event':'txn.card_spend','when':{'amount':{'gte':'9.00'}}},'login']", "{'channel':'web'}"),
     "12-05T10:00 c1 spend 200.00 channel=web => g+5.00\n"
     "record c1 => " KEPT ", HELD 2027-03-13\n"},
    {"types of events alone", ONE("['txn.card_spend','login']", "{'channel':'web'}"),
     "12-05T10:00 c1 spend 200.00 channel=web => g+5.00\n"
     "record c1 => " KEPT "\n"},
    {"handed out, whatever held", SPEND("{'any':[{'amount':{'gte':'100.00'}},{'channel':'app'}]}"),
     "12-05T10:00 c1 spend 200.00 channel=web registeredgift=c/g => g!5.00\n"
     "record c1 => " KEPT "\n"},
    {"it goes with the gift", SPEND("{'any':[{'amount':{'gte':'100.00'}},{'channel':'app'}]}"),
     "12-05T10:00 c1 spend 200.00 channel=web #a => g+5.00\n"
     "12-05T11:00 c1 refund a 150.00 => g-5.00\n"
     "record c1 => ORIGINAL 2027-03-13\n"},
    {"a goal: of a count of payments nothing is seen but what is left", MONTH SPEND("{'fact.n':{'gte':1}}"),
     "12-05T10:00 c1 spend 1.00 => g+5.00\n"
     "record c1 => " MADE "GRANT 2027-03-13, RESTS 2027-03-13, " FED "\n"},
    {"a number: what it came to is kept", MONTH SPEND("{'fact.n':1}"),
     "12-05T10:00 c1 spend 1.00 => g+5.00\n"
     "record c1 => " MADE "GRANT 2027-03-13, RESTS 2027-03-13, " FED ", SEEN 2027-03-13\n"},
    {"a bound from above: nothing rests on it", MONTH SPEND("{'fact.n':{'lte':1}}"),
     "12-05T10:00 c1 spend 1.00 => g+5.00\n"
     "record c1 => " MADE "GRANT 2027-03-13, " FED "\n"},
    {"the same, said with not", MONTH SPEND("{'not':{'fact.n':{'gt':1}}}"),
     "12-05T10:00 c1 spend 1.00 => g+5.00\n"
     "record c1 => " MADE "GRANT 2027-03-13, " FED "\n"},
    {"as an alternative it is asked", MONTH SPEND("{'any':[{'fact.n':{'lte':1}},{'fact.n':{'gte':9}}]}"),
     "12-05T10:00 c1 spend 1.00 => g+5.00\n"
     "record c1 => " MADE "GRANT 2027-03-13, RESTS 2027-03-13, " FED ", SEEN 2027-03-13\n"},
    {"of a mean nothing is kept",
     "'facts':{'n':{'measure':'average','of':'amount','on':'txn.card_spend','window':'month'}}," SPEND("{'fact.n':{'lte':'9.00'}}"),
     "12-05T10:00 c1 spend 1.00 => g+5.00\n"
     "record c1 => " MADE "GRANT 2027-03-13, RESTS 2027-03-13, " FED "\n"},
};

static void what_is_kept(void **unused) {
  (void)unused;
  stories_tell(stories, sizeof stories / sizeof stories[0]);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(what_is_kept)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
