/* Cycles of the customer's own (docs/language.md section 1): the day of a month is the one that had been said when it began, whatever was
 * moved since and however often; what was counted stays in its cycle, and each closes by the days of its time. */
#include "judge/story.h"

#define FREE "'limits':'unlimited'"
#define VOUCHER "'give':{'reward':'voucher','value':'5.00','pool':'unlimited'}"
#define PERIOD "'period':{'from':'2026-12-01','to':'2027-10-31','closing':'P40D'},"
#define CAMPAIGN_OF                                                                                                                      \
  "'facts':{'n':{'measure':'count','on':'login','window':{'cycle':'profile.statement_day'}}},'rules':[{'id':'g','on':{'close':{'cycle':" \
  "'profile.statement_day'}},'when':{'fact.n':{'gte':1}}," FREE "," VOUCHER "}]"
#define CAMPAIGN PERIOD CAMPAIGN_OF

static const struct story stories[] = {
    {"moved in every month, for longer than moves are remembered: each cycle begins and ends as it was said before", CAMPAIGN,
     "12-01T09:00 c1 update statement_day:=1 => \n"
     "12-03T10:00 c1 update statement_day:=2 => \n"
     "12-01T12:00 c1 login @12-03T11:00 => \n"
     "dues c1 => 2027-01-02T00:00 of 683\n"
     "record c1 => MEASURE 2027-03-11, PROFILE ever, DUE ever, CYCLE 2027-08-07\n"
     "passes 01-02T00:00 c1 => g+5.00\n"
     "01-04T10:00 c1 update statement_day:=3 => \n"
     "01-02T12:00 c1 login @01-04T11:00 => \n"
     "dues c1 => 2027-02-03T00:00 of 684\n"
     "passes 02-03T00:00 c1 => g+5.00\n"
     "02-05T10:00 c1 update statement_day:=4 => \n"
     "02-03T12:00 c1 login @02-05T11:00 => \n"
     "dues c1 => 2027-03-04T00:00 of 685\n"
     "passes 03-04T00:00 c1 => g+5.00\n"
     "03-06T10:00 c1 update statement_day:=5 => \n"
     "03-04T12:00 c1 login @03-06T11:00 => \n"
     "dues c1 => 2027-04-05T00:00 of 686\n"
     "passes 04-05T00:00 c1 => g+5.00\n"
     "04-07T10:00 c1 update statement_day:=6 => \n"
     "04-05T12:00 c1 login @04-07T11:00 => \n"
     "dues c1 => 2027-05-06T00:00 of 687\n"
     "passes 05-06T00:00 c1 => g+5.00\n"
     "05-08T10:00 c1 update statement_day:=7 => \n"
     "05-06T12:00 c1 login @05-08T11:00 => \n"
     "dues c1 => 2027-06-07T00:00 of 688\n"
     "passes 06-07T00:00 c1 => g+5.00\n"
     "06-09T10:00 c1 update statement_day:=8 => \n"
     "06-07T12:00 c1 login @06-09T11:00 => \n"
     "dues c1 => 2027-07-08T00:00 of 689\n"
     "passes 07-08T00:00 c1 => g+5.00\n"
     "07-10T10:00 c1 update statement_day:=9 => \n"
     "07-08T12:00 c1 login @07-10T11:00 => \n"
     "dues c1 => 2027-08-09T00:00 of 690\n"
     "passes 08-09T00:00 c1 => g+5.00\n"
     "08-11T10:00 c1 update statement_day:=10 => \n"
     "08-09T12:00 c1 login @08-11T11:00 => \n"
     "dues c1 => 2027-09-10T00:00 of 691\n"
     "passes 09-10T00:00 c1 => g+5.00\n"
     "09-12T10:00 c1 update statement_day:=11 => \n"
     "09-10T12:00 c1 login @09-12T11:00 => \n"
     "dues c1 => 2027-10-11T00:00 of 692\n"
     "passes 10-11T00:00 c1 => g+5.00\n"},
    {"moved many times in one month: the last one holds, from the next month on", CAMPAIGN,
     "12-02T09:00 c1 update statement_day:=1 => \n"
     "12-03T10:00 c1 update statement_day:=20 => \n"
     "12-03T10:10 c1 update statement_day:=21 => \n"
     "12-03T10:20 c1 update statement_day:=22 => \n"
     "12-03T10:30 c1 update statement_day:=23 => \n"
     "12-03T10:40 c1 update statement_day:=24 => \n"
     "12-03T10:50 c1 update statement_day:=25 => \n"
     "12-03T11:00 c1 update statement_day:=26 => \n"
     "12-03T11:10 c1 update statement_day:=27 => \n"
     "12-03T11:20 c1 update statement_day:=28 => \n"
     "12-03T11:30 c1 update statement_day:=20 => \n"
     "12-03T11:40 c1 update statement_day:=21 => \n"
     "12-03T11:50 c1 update statement_day:=22 => \n"
     "12-03T15:00 c1 update statement_day:=5 => \n"
     "12-01T12:00 c1 login @12-03T16:00 => \n"
     "dues c1 => 2027-01-05T00:00 of 683\n"},
    {"each cycle by its own field",
     "'period':{'from':'2026-12-01','to':'2027-10-31','closing':'P40D'},'facts':{'o':{'first':'account.opened'},'n':{'measure':'count','on'"
     ":'login','window':{'cycle':'profile.statement_day'}},'m':{'measure':'count','on':'login','window':{'cycle':'profile.age'}},'f':{'"
     "measure':'count','on':'login','window':{'cycle':'fact.o.at','unit':'month'}}},'rules':[{'id':'g','on':{'close':{'cycle':'profile."
     "statement_day'}},'when':{'fact.n':{'gte':1}}," FREE "," VOUCHER
     "},{'id':'h','on':{'close':{'cycle':'profile.age'}},'when':{'fact.m':{'gte':1}}," FREE "," VOUCHER
     "},{'id':'i','on':{'close':{'cycle':'fact.o.at','unit':'month'}},'when':{'fact.f':{'gte':1}}," FREE "," VOUCHER "}]",
     "12-01T09:00 c1 update statement_day:=2 age:=20 => \n"
     "12-01T09:30 c1 account.opened => \n"
     "12-03T10:00 c1 update statement_day:=4 => \n"
     "12-03T10:01 c1 update age:=25 => \n"
     "12-02T12:00 c1 login @12-03T11:00 => \n"
     "dues c1 => 2026-12-20T00:00 of 682, 2027-01-01T00:00 of 683, 2027-01-04T00:00 of 683\n"
     "12-04T10:00 c1 update statement_day:=6 => \n"
     "dues c1 => 2026-12-20T00:00 of 682, 2027-01-01T00:00 of 683, 2027-01-06T00:00 of 683\n"},
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
    {"as many moves as are remembered: of one more the first is let go, and no other", PERIOD "'late':{'accept':'P7D'}," CAMPAIGN_OF,
     "12-01T09:00 c1 update statement_day:=1 => \n"
     "12-03T10:00 c1 update statement_day:=2 => \n"
     "01-04T10:00 c1 update statement_day:=3 => \n"
     "02-05T10:00 c1 update statement_day:=4 => \n"
     "03-06T10:00 c1 update statement_day:=5 => \n"
     "04-07T10:00 c1 update statement_day:=6 => \n"
     "05-08T10:00 c1 update statement_day:=7 => \n"
     "06-09T10:00 c1 update statement_day:=8 => \n"
     "07-10T10:00 c1 update statement_day:=9 => \n"
     "07-07T12:00 c1 login @07-10T11:00 => \n"
     "dues c1 => 2027-07-08T00:00 of 689\n"},
    {"the same day said again is no move", CAMPAIGN,
     "12-01T09:00 c1 update statement_day:=10 => \n"
     "12-03T10:00 c1 update statement_day:=10 => \n"
     "record c1 => PROFILE ever\n"
     "12-04T10:00 c1 update statement_day:=11 => \n"
     "record c1 => PROFILE ever, CYCLE 2027-08-07\n"},
    {"behind a month in which none begins the next one closes for what is in its window by then",
     PERIOD
     "'facts':{'n':{'measure':'count','on':'login','window':'month','previous':2}},'rules':[{'id':'g','on':{'close':{'cycle':'profile."
     "statement_day'}},'when':{'fact.n':{'gte':1}}," FREE "," VOUCHER "}]",
     "12-01T09:00 c1 update statement_day:=10 => \n"
     "12-12T10:00 c1 login => \n"
     "12-13T10:00 c1 update statement_day:=null => \n"
     "01-05T10:00 c1 update statement_day:=1 => \n"
     "dues c1 => 2027-01-10T00:00 of 683\n"
     "passes 01-10T00:00 c1 => \n"
     "dues c1 => 2027-03-01T00:00 of 685\n"
     "passes 03-01T00:00 c1 => g+5.00\n"},
    {"whose moment is forgotten has no cycle: what is due stays where it is, and nobody hears it",
     PERIOD "'facts':{'o':{'first':'txn.card_spend','refunds':'reopen'},'n':{'measure':'count','on':'login','window':{'cycle':'fact.o.at','"
            "unit':'month'}}},'rules':[{'id':'g','on':{'close':{'cycle':'fact.o.at','unit':'month'}},'when':{'fact.n':{'gte':1}}," FREE
            "," VOUCHER "}]",
     "12-05T10:00 c1 spend 5.00 #a => \n"
     "12-06T10:00 c1 login => \n"
     "dues c1 => 2027-01-05T00:00 of 683\n"
     "12-07T10:00 c1 refund a => \n"
     "12-08T10:00 c1 update city=sh => \n"
     "dues c1 => 2027-01-05T00:00 of 683\n"
     "passes 01-05T00:00 c1 => \n"
     "dues c1 => \n"},
};

static void cycles(void **unused) {
  (void)unused;
  stories_tell(stories, sizeof stories / sizeof stories[0]);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(cycles)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
