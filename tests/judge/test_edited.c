/* What a file that changed leaves due (docs/language.md section 3 and 10; judge.h, struct look): a rule hears what it had still to hear, of
 * whoever has something to be judged by, and nothing that it heard before - whatever its time, its delay and its campaign's end are now. */
#include "judge/looking.h"

#define FREE "'limits':'unlimited'"
#define VOUCHER "'give':{'reward':'voucher','value':'5.00','pool':'unlimited'}"
#define COUNT "'facts':{'n':{'measure':'count','on':'login','window':'month'}},"
#define CLOSE(id, delay) "{'id':'" id "','on':{'close':'month','delay':'" delay "'},'when':{'fact.n':{'gte':1}}," FREE "," VOUCHER "}"

#define CYCLE "{'cycle':'profile.statement_day'}"
#define OF_CYCLE(id, delay) "{'id':'" id "','on':{'close':" CYCLE ",'delay':'" delay "'},'when':{'fact.n':{'gte':1}}," FREE "," VOUCHER "}"
#define CYCLES                                                                                                                     \
  "'period':{'from':'2026-12-01','to':'2027-03-31','closing':'P40D'},'facts':{'n':{'measure':'count','on':'login','window':" CYCLE \
  "}},'rules':[" OF_CYCLE("g", "P1D") "," OF_CYCLE("h", "P3D") "]"

static const struct look_story closes[] = {
    {"a rule that was added hears the close that lies ahead of it, and nobody else hears it again", COUNT "'rules':[" CLOSE("g", "P1D") "]",
     COUNT "'rules':[" CLOSE("g", "P1D") "," CLOSE("h", "P3D") "]",
     "clock 12-05T10:00 => \n"
     "12-05T10:00 c1 login => \n"
     "clock 01-02T10:00 => \n"
     "passes 01-02T10:00 c1 => g+5.00\n"
     "dues c1 => \n"
     "files => \n"
     "heard g 683 => \n"
     "taken 01-02T11:00 => \n"
     "look 01-02T11:00 c1 => 2027-01-04T00:00 of 683 done 2027-01-02T10:00 made 2027-01-02T11:00\n"
     "passes 01-04T00:00 c1 => h+5.00\n"
     "dues c1 => \n"},
    {"one that was added too late hears it as found, alone", COUNT "'rules':[" CLOSE("g", "P1D") "]",
     COUNT "'rules':[" CLOSE("g", "P1D") "," CLOSE("h", "P3D") "]",
     "clock 12-05T10:00 => \n"
     "12-05T10:00 c1 login => \n"
     "clock 01-10T10:00 => \n"
     "passes 01-02T10:00 c1 => g+5.00\n"
     "files => \n"
     "heard g 683 => \n"
     "taken 01-10T10:00 => \n"
     "look 01-10T11:00 c1 => 2027-01-04T00:00 of 683 found made 2027-01-10T11:00\n"
     "passes 01-10T11:00 c1 => h+5.00\n"
     "dues c1 => \n"},
    {"what it would be judged by is gone: nobody hears it", COUNT "'rules':[" CLOSE("g", "P1D") "]",
     COUNT "'rules':[" CLOSE("g", "P1D") "," CLOSE("h", "P3D") "]",
     "clock 12-05T10:00 => \n"
     "12-05T10:00 c1 login => \n"
     "clock 01-10T10:00 => \n"
     "passes 01-02T10:00 c1 => g+5.00\n"
     "files => \n"
     "heard g 683 => \n"
     "lost h 683 => \n"
     "taken 01-10T10:00 => \n"
     "look 01-10T11:00 c1 => 2027-01-04T00:00 of 683 found made 2027-01-10T11:00\n"
     "passes 01-10T11:00 c1 => \n"
     "dues c1 => \n"},
    {"one that came during a look waits for the next; others do not", COUNT "'rules':[" CLOSE("g", "P3D") "]",
     COUNT "'rules':[" CLOSE("g", "P3D") "," CLOSE("h", "P3D") "]",
     "clock 12-05T10:00 => \n"
     "12-05T10:00 c1 login => \n"
     "files => \n"
     "taken 12-06T10:00 => \n"
     "waits h => \n"
     "passes 01-04T00:00 c1 => g+5.00\n"
     "dues c1 => \n"},
    {"put off to an instant that was still to come: who heard it does not hear it again, though others hear it behind that",
     COUNT "'rules':[" CLOSE("g", "P1D") "," CLOSE("h", "P10D") "]", COUNT "'rules':[" CLOSE("g", "P5D") "," CLOSE("h", "P10D") "]",
     "clock 12-05T10:00 => \n"
     "12-05T10:00 c1 login => \n"
     "clock 01-02T10:00 => \n"
     "passes 01-02T10:00 c1 => g+5.00\n"
     "dues c1 => 2027-01-11T00:00 of 683 done 2027-01-02T00:00 made 2026-12-05T10:00\n"
     "files => \n"
     "heard g 683 => \n"
     "taken 01-02T10:00 => \n"
     "look 01-02T11:00 c1 => 2027-01-11T00:00 of 683 done 2027-01-02T10:00 made 2026-12-05T10:00\n"
     "passes 01-11T00:00 c1 => h+5.00\n"
     "dues c1 => \n"},
    {"put off when it was over already, and was not taken yet: it is heard at its new time",
     COUNT "'rules':[" CLOSE("g", "P1D") "," CLOSE("h", "P3D") "]", COUNT "'rules':[" CLOSE("g", "P1D") "," CLOSE("h", "P9D") "]",
     "clock 12-05T10:00 => \n"
     "12-05T10:00 c1 login => \n"
     "passes 01-02T10:00 c1 => g+5.00\n"
     "dues c1 => 2027-01-04T00:00 of 683 done 2027-01-02T00:00 made 2026-12-05T10:00\n"
     "clock 01-05T10:00 => \n"
     "files => \n"
     "heard g 683 => \n"
     "heard h 683 => \n"
     "taken 01-05T10:00 => \n"
     "look 01-05T10:00 c1 => 2027-01-04T00:00 of 683 done 2027-01-02T00:00 made 2026-12-05T10:00\n"
     "passes 01-05T10:00 c1 => \n"
     "dues c1 => 2027-01-10T00:00 of 683 done 2027-01-04T00:00 made 2026-12-05T10:00\n"
     "passes 01-10T00:00 c1 => h+5.00\n"
     "dues c1 => \n"},
    {"nothing is known of who heard the months of a customer's own: they are heard as they are due", CYCLES, CYCLES,
     "12-01T10:00 c1 update statement_day:=10 => \n"
     "12-15T10:00 c1 login => \n"
     "clock 01-02T10:00 => \n"
     "files => \n"
     "heard g 683 => \n"
     "heard h 683 => \n"
     "taken 01-02T10:00 => \n"
     "look 01-02T10:00 c1 => 2027-01-11T00:00 of 683\n"
     "passes 01-11T00:00 c1 => g+5.00\n"
     "dues c1 => 2027-01-13T00:00 of 683 done 2027-01-11T00:00\n"
     "passes 01-13T00:00 c1 => h+5.00\n"
     "dues c1 => \n"},
    {"due sooner by the file of now: it stays due until the customer is looked at", COUNT "'rules':[" CLOSE("g", "P5D") "]",
     COUNT "'rules':[" CLOSE("g", "P1D") "]",
     "clock 12-05T10:00 => \n"
     "12-05T10:00 c1 login => \n"
     "dues c1 => 2027-01-06T00:00 of 683 made 2026-12-05T10:00\n"
     "files => \n"
     "taken 12-06T10:00 => \n"
     "12-07T10:00 c1 login => \n"
     "dues c1 => 2027-01-06T00:00 of 683 made 2026-12-05T10:00\n"
     "look 12-07T11:00 c1 => 2027-01-02T00:00 of 683 made 2026-12-05T10:00\n"
     "passes 01-02T00:00 c1 => g+5.00\n"
     "dues c1 => \n"},
    {"where files never changed who heard it hears it again for what comes late", COUNT "'rules':[" CLOSE("g", "P1D") "]",
     COUNT "'rules':[" CLOSE("g", "P1D") "]",
     "12-05T10:00 c1 login => \n"
     "passes 01-02T10:00 c1 => g+5.00\n"
     "heard g 683 => \n"
     "12-31T10:00 c1 login @01-02T10:00 => \n"
     "dues c1 => 2027-01-02T00:00 of 683\n"
     "passes 01-02T10:00 c1 => g!LIMIT_REACHED\n"},
};

static void what_rules_had_still_to_hear(void **unused) {
  (void)unused;
  looks_tell(closes, sizeof closes / sizeof closes[0]);
}

/* ---- days of the customer's own ---- */

#define DATE(id, time) "{'id':'" id "','on':{'date':'profile.birthday','time':'" time "'}," FREE "," VOUCHER "}"
#define YEAR "'period':{'from':'2026-12-01','to':'2027-12-31','closing':'P14D'},"

#define TWO_YEARS "'period':{'from':'2026-12-01','to':'2028-12-31','closing':'P14D'},"
#define OPENED \
  "'facts':{'o':{'first':'account.opened'}},'rules':[{'id':'g','on':'checkin','when':{'fact.o.at':{'exists':true}}," FREE "," VOUCHER "}"

static const struct look_story dates[] = {
    {"earlier by the file of now than what was heard of the day: who had still to hear it does, nobody else again",
     YEAR "'rules':[" DATE("g", "12:00") "," DATE("h", "18:00") "]", YEAR "'rules':[" DATE("g", "12:00") "," DATE("h", "09:00") "]",
     "12-05T10:00 c1 update birthday=1990-12-20 => \n"
     "passes 12-20T12:00 c1 => g+5.00\n"
     "dues c1 => 2026-12-20T18:00 of 0 done 2026-12-20T12:00\n"
     "clock 12-20T13:00 => \n"
     "files => \n"
     "time g 12:00 => \n"
     "time h 18:00 => \n"
     "look 12-20T13:00 c1 => 2026-12-20T09:00 of 0 done 2026-12-19T23:59 made 2026-12-20T12:00\n"
     "passes 12-20T13:00 c1 => h+5.00\n"
     "dues c1 => 2027-12-20T09:00 of 0 done 2026-12-20T12:00\n"},
    {"looked at twice before that, all hear the day, and each gives once", YEAR "'rules':[" DATE("g", "12:00") "," DATE("h", "18:00") "]",
     YEAR "'rules':[" DATE("g", "12:00") "," DATE("h", "09:00") "]",
     "12-05T10:00 c1 update birthday=1990-12-20 => \n"
     "passes 12-20T12:00 c1 => g+5.00\n"
     "clock 12-20T13:00 => \n"
     "files => \n"
     "time g 12:00 => \n"
     "time h 18:00 => \n"
     "look 12-20T13:00 c1 => 2026-12-20T09:00 of 0 done 2026-12-19T23:59 made 2026-12-20T12:00\n"
     "look 12-20T13:00 c1 => 2026-12-20T09:00 of 0 done 2026-12-19T23:59\n"
     "passes 12-20T13:00 c1 => h+5.00 g!LIMIT_REACHED\n"},
    {"a rule that was not there when its time of the day was over hears the next year's",
     YEAR "'rules':[" DATE("g", "12:00") "," DATE("h", "18:00") "]",
     YEAR "'rules':[" DATE("g", "12:00") "," DATE("h", "18:00") "," DATE("i", "09:00") "]",
     "12-05T10:00 c1 update birthday=1990-12-20 => \n"
     "passes 12-20T12:00 c1 => g+5.00\n"
     "clock 12-20T13:00 => \n"
     "files => \n"
     "time g 12:00 => \n"
     "time h 18:00 => \n"
     "look 12-20T13:00 c1 => 2026-12-20T18:00 of 0 done 2026-12-20T12:00\n"
     "passes 12-20T18:00 c1 => h+5.00\n"
     "dues c1 => 2027-12-20T09:00 of 0 done 2026-12-20T18:00\n"},
    {"brought forward to midnight, when others heard it", YEAR "'rules':[" DATE("g", "00:00") "," DATE("h", "18:00") "]",
     YEAR "'rules':[" DATE("g", "00:00") "," DATE("h", "00:00") "]",
     "12-05T10:00 c1 update birthday=1990-12-20 => \n"
     "passes 12-20T00:00 c1 => g+5.00\n"
     "clock 12-20T10:00 => \n"
     "files => \n"
     "time g 00:00 => \n"
     "time h 18:00 => \n"
     "look 12-20T10:00 c1 => 2026-12-20T00:00 of 0 done 2026-12-19T23:59 made 2026-12-20T00:00\n"
     "passes 12-20T10:00 c1 => h+5.00\n"
     "dues c1 => 2027-12-20T00:00 of 0 done 2026-12-20T00:00\n"},
    {"what a rule heard by its time of before it does not hear again by an earlier one",
     YEAR "'rules':[" DATE("g", "10:00") "," DATE("h", "18:00") "]", YEAR "'rules':[" DATE("g", "09:00") "," DATE("h", "18:00") "]",
     "12-05T10:00 c1 update birthday=1990-12-20 => \n"
     "passes 12-20T10:00 c1 => g+5.00\n"
     "clock 12-20T10:00 => \n"
     "files => \n"
     "time g 10:00 => \n"
     "time h 18:00 => \n"
     "look 12-20T10:00 c1 => 2026-12-20T18:00 of 0 done 2026-12-20T10:00\n"
     "passes 12-20T18:00 c1 => h+5.00\n"
     "dues c1 => 2027-12-20T09:00 of 0 done 2026-12-20T18:00\n"},
    {"until he is looked at the day stays due by the file of before, whatever he does, but for another day",
     YEAR "'rules':[" DATE("g", "18:00") "]", YEAR "'rules':[" DATE("g", "09:00") "]",
     "12-05T10:00 c1 update birthday=1990-12-20 => \n"
     "12-05T10:00 c2 update birthday=1990-12-20 => \n"
     "files => \n"
     "time g 18:00 => \n"
     "awaited yes => \n"
     "12-06T10:00 c1 update city=sh => \n"
     "dues c1 => 2026-12-20T18:00 of 0 done 2026-12-05T10:00\n"
     "12-06T10:00 c2 update birthday=1990-12-21 => \n"
     "dues c2 => 2026-12-21T09:00 of 0 done 2026-12-06T10:00\n"
     "12-06T10:00 c3 update birthday=1990-12-22 => \n"
     "dues c3 => 2026-12-22T09:00 of 0 done 2026-12-06T10:00\n"
     "awaited no => \n"
     "look 12-07T10:00 c1 => 2026-12-20T09:00 of 0 done 2026-12-07T10:00\n"
     "passes 12-20T09:00 c1 => g+5.00\n"},
    {"and so does what is left of a day of which some heard, when the files changed once more behind the look",
     YEAR "'rules':[" DATE("g", "12:00") "," DATE("h", "18:00") "]", YEAR "'rules':[" DATE("g", "12:00") "," DATE("h", "20:00") "]",
     "12-05T10:00 c1 update birthday=1990-12-20 => \n"
     "passes 12-20T12:00 c1 => g+5.00\n"
     "clock 12-20T13:00 => \n"
     "files => \n"
     "time g 12:00 => \n"
     "time h 18:00 => \n"
     "awaited yes => \n"
     "look 12-20T13:00 c1 => 2026-12-20T18:00 of 0 done 2026-12-20T12:00\n"
     "awaited no => \n"
     "look 12-20T13:00 c1 => 2026-12-20T20:00 of 0 done 2026-12-20T12:00\n"},
    {"the first year of a day that was reached is the one behind it, however long before that something comes that makes it due",
     TWO_YEARS OPENED "]", TWO_YEARS OPENED ",{'id':'h','on':{'date':'fact.o.at'}," FREE "," VOUCHER "}]",
     "01-01T10:00 c1 account.opened => \n"
     "files => \n"
     "12-31T10:00 c1 login @01-01T12:00 => \n"
     "dues c1 => 2028-01-01T00:00 of 0 done 2026-12-31T10:00\n"},
};

static void days_of_the_customers_own(void **unused) {
  (void)unused;
  looks_tell(dates, sizeof dates / sizeof dates[0]);
}

/* ---- cycles of the customer's own ---- */

#define OPEN_LONG "'period':{'from':'2026-12-01','to':'2027-10-31','closing':'P40D'},"

static const struct look_story cycles[] = {
    {"while no file asked for cycles nobody heard of moves: of before nothing is left, and the day that held then holds",
     OPEN_LONG "'facts':{'n':{'measure':'count','on':'login','window':" CYCLE "}},'rules':[" OF_CYCLE("g", "P1D") "]",
     OPEN_LONG "'rules':[{'id':'g','on':'checkin'," FREE "," VOUCHER "}]",
     "12-01T09:00 c1 update statement_day:=1 => \n"
     "12-03T10:00 c1 update statement_day:=2 => \n"
     "01-04T10:00 c1 update statement_day:=3 => \n"
     "02-05T10:00 c1 update statement_day:=4 => \n"
     "files => \n"
     "02-06T10:00 c1 update statement_day:=20 => \n"
     "files back => \n"
     "02-07T10:00 c1 update statement_day:=25 => \n"
     "02-21T10:00 c1 login => \n"
     "dues c1 => 2027-03-26T00:00 of 685\n"},
};

static void cycles_of_the_customers_own(void **unused) {
  (void)unused;
  looks_tell(cycles, sizeof cycles / sizeof cycles[0]);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(what_rules_had_still_to_hear), cmocka_unit_test(days_of_the_customers_own),
                                     cmocka_unit_test(cycles_of_the_customers_own)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
