/* Cycles of the customer's own (docs/language.md section 1): the day of a month is the one that had been said when it began, whatever was
 * moved since and however often; what was counted stays in its cycle, and each closes by the days of its time. */
#include "judge/story.h"

#define FREE "'limits':'unlimited'"
#define VOUCHER "'give':{'reward':'voucher','value':'5.00','pool':'unlimited'}"
#define CAMPAIGN                                                                                                                       \
  "'period':{'from':'2026-12-01','to':'2027-10-31','closing':'P40D'},'facts':{'n':{'measure':'count','on':'login','window':{'cycle':'" \
  "profile.statement_day'}}},'rules':[{'id':'g','on':{'close':{'cycle':'profile.statement_day'}},'when':{'fact.n':{'gte':1}}," FREE    \
  "," VOUCHER "}]"

static const struct story stories[] = {
    {"moved in every month, for longer than moves are remembered: each cycle ends where the next one begins", CAMPAIGN,
     "12-10T10:00 c1 update statement_day:=1 => \n"
     "12-10T11:00 c1 login => \n"
     "dues c1 => 2027-01-01T00:00 of 683\n"
     "record c1 => MEASURE 2027-03-11, PROFILE ever, DUE ever\n"
     "12-11T10:00 c1 update statement_day:=20 => \n"
     "dues c1 => 2027-01-20T00:00 of 683\n"
     "12-11T11:00 c1 update statement_day:=2 => \n"
     "dues c1 => 2027-01-02T00:00 of 683\n"
     "record c1 => MEASURE 2027-03-11, PROFILE ever, DUE ever, CYCLE 2027-08-07\n"
     "passes 01-02T00:00 c1 => g+5.00\n"
     "01-11T10:00 c1 update statement_day:=3 => \n"
     "01-15T10:00 c1 login => \n"
     "dues c1 => 2027-02-03T00:00 of 684\n"
     "passes 02-03T00:00 c1 => g+5.00\n"
     "02-11T10:00 c1 update statement_day:=4 => \n"
     "02-08T12:00 c1 login @02-11T11:00 => \n"
     "dues c1 => 2027-03-04T00:00 of 685\n"
     "passes 03-04T00:00 c1 => g+5.00\n"
     "03-11T10:00 c1 update statement_day:=5 => \n"
     "03-15T10:00 c1 login => \n"
     "dues c1 => 2027-04-05T00:00 of 686\n"
     "passes 04-05T00:00 c1 => g+5.00\n"
     "04-11T10:00 c1 update statement_day:=6 => \n"
     "05-11T10:00 c1 update statement_day:=7 => \n"
     "06-11T10:00 c1 update statement_day:=8 => \n"
     "06-15T10:00 c1 login => \n"
     "dues c1 => 2027-07-08T00:00 of 689\n"
     "passes 07-08T00:00 c1 => g+5.00\n"
     "07-11T10:00 c1 update statement_day:=9 => \n"
     "07-15T10:00 c1 login => \n"
     "dues c1 => 2027-08-09T00:00 of 690\n"
     "08-08T23:59 c1 login @08-11T09:00 => \n"
     "08-11T10:00 c1 update statement_day:=10 => \n"
     "dues c1 => 2027-08-09T00:00 of 690\n"
     "passes 08-11T11:00 c1 => g+5.00\n"
     "08-09T00:00 c1 login @08-11T11:00 => \n"
     "dues c1 => 2027-09-10T00:00 of 691\n"
     "09-11T10:00 c1 update statement_day:=11 => \n"
     "passes 09-11T11:00 c1 => g+5.00\n"
     "09-10T00:00 c1 login @09-11T11:00 => \n"
     "dues c1 => 2027-10-11T00:00 of 692\n"
     "10-11T10:00 c1 update statement_day:=12 => \n"
     "passes 10-11T10:00 c1 => g+5.00\n"
     "10-12T10:00 c1 login => \n"
     "dues c1 => 2027-11-12T00:00 of 693\n"},
    {"what reaches giftd in a later month holds from the month behind that", CAMPAIGN,
     "12-10T10:00 c1 update statement_day:=10 => \n"
     "12-12T10:00 c1 login => \n"
     "12-30T10:00 c1 update statement_day:=20 @01-02T10:00 => \n"
     "dues c1 => 2027-01-10T00:00 of 683\n"
     "01-12T10:00 c1 login => \n"
     "dues c1 => 2027-01-10T00:00 of 683, 2027-02-20T00:00 of 684\n"
     "12-10T10:00 c2 update statement_day:=10 => \n"
     "12-12T10:00 c2 login => \n"
     "12-31T23:59:59 c2 update statement_day:=20 => \n"
     "dues c2 => 2027-01-20T00:00 of 683\n"
     "12-10T10:00 c3 update statement_day:=10 => \n"
     "12-12T10:00 c3 login => \n"
     "01-01T00:00 c3 update statement_day:=20 => \n"
     "dues c3 => 2027-01-10T00:00 of 683\n"},
    {"cleared, the running one ends when it was to end, and none begins", CAMPAIGN,
     "12-10T10:00 c1 update statement_day:=10 => \n"
     "12-12T10:00 c1 login => \n"
     "12-13T10:00 c1 update statement_day:=null => \n"
     "dues c1 => 2027-01-10T00:00 of 683\n"
     "01-10T10:00 c1 login => \n"
     "dues c1 => 2027-01-10T00:00 of 683\n"
     "01-09T23:59 c1 login @01-10T11:00 => \n"
     "passes 01-10T11:00 c1 => g+5.00\n"
     "dues c1 => \n"},
    {"the last day of a month is its thirty-first; nothing else is a day of a month", CAMPAIGN,
     "12-10T10:00 c1 update statement_day:=31 => \n"
     "12-12T10:00 c1 login => \n"
     "12-31T00:00 c1 login => \n"
     "02-27T23:59 c1 login => \n"
     "02-28T00:00 c1 login => \n"
     "dues c1 => 2026-12-31T00:00 of 682, 2027-01-31T00:00 of 683, 2027-02-28T00:00 of 684, 2027-03-31T00:00 of 685\n"
     "12-10T10:00 c2 update statement_day:=32 => \n"
     "12-12T10:00 c2 login => \n"
     "dues c2 => \n"
     "12-10T10:00 c3 update statement_day:=0 => \n"
     "12-12T10:00 c3 login => \n"
     "dues c3 => \n"
     "12-12T11:00 c4 login => \n"
     "dues c4 => \n"},
};

static void cycles(void **unused) {
  (void)unused;
  stories_tell(stories, sizeof stories / sizeof stories[0]);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(cycles)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
