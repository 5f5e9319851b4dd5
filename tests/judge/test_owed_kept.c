/* What is remembered of a debt (judge/debt.c): of whose gift it is, where that may turn out never to have been delivered. */
#include "judge/story.h"

#define FREE "'limits':'unlimited'"
#define TENTH "'give':{'reward':'cash_back','value':{'percent':'10%','of':'amount','max':'50.00'},'pool':'unlimited'}"
#define OWED "'on_reversal':{'reward':'offset','partial':'prorate'},"
#define FAILS "'on_failure':{'reward':'forfeit'},"
#define RULE "'rules':[{'id':'g','on':'txn.card_spend'," FREE "," TENTH "}]"

static const struct story stories[] = {
    {"a gift that may fail", OWED FAILS RULE,
     "12-05T10:00 c1 spend 100.00 #a => g+10.00\n"
     "12-05T11:00 c1 refund a => g=10.00\n"
     "record c1 => ORIGINAL 2027-03-13, OWED ever, ISSUED 2027-03-13, DEBT 2027-03-13\n"},
    {"nobody hears of failures", OWED RULE,
     "12-05T10:00 c1 spend 100.00 #a => g+10.00\n"
     "12-05T11:00 c1 refund a => g=10.00\n"
     "record c1 => ORIGINAL 2027-03-13, OWED ever\n"},
    {"asked back", "'on_reversal':{'reward':'revoke','partial':'prorate'}," FAILS RULE,
     "12-05T10:00 c1 spend 100.00 #a => g+10.00\n"
     "12-05T11:00 c1 refund a => g-10.00\n"
     "record c1 => ORIGINAL 2027-03-13, ISSUED 2027-03-13\n"},
    {"in two parts", OWED FAILS RULE,
     "12-05T10:00 c1 spend 100.00 #a => g+10.00\n"
     "12-05T11:00 c1 refund a 10.00 => g=1.00\n"
     "12-05T11:00 c1 refund a 10.00 => g=1.00\n"
     "record c1 => GRANT 2027-03-13, ORIGINAL 2027-03-13, OWED ever, ISSUED 2027-03-13, DEBT 2027-03-13\n"},
    {"set off against the next, which is asked back as well", OWED RULE,
     "12-05T10:00 c1 spend 100.00 #a => g+10.00\n"
     "12-05T11:00 c1 refund a => g=10.00\n"
     "12-05T12:00 c1 spend 200.00 #b => g+10.00\n"
     "record c1 => GRANT 2027-03-13, SET_OFF 2027-03-13, ORIGINAL 2027-03-13, OWED ever\n"
     "12-05T13:00 c1 refund b => g=20.00\n"
     "record c1 => ORIGINAL 2027-03-13, OWED ever\n"},
};

static void what_is_kept(void **unused) {
  (void)unused;
  stories_tell(stories, sizeof stories / sizeof stories[0]);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(what_is_kept)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
