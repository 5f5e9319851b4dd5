/* Tracks (docs/language.md section 5): a completed track stays completed, for as long as its campaign goes on. */
#include "judge/story.h"

#define FREE "'limits':'unlimited'"
#define VOUCHER "'give':{'reward':'voucher','value':'5.00','pool':'unlimited'}"
#define YEAR "'period':{'from':'2026-12-01','to':'2027-10-31','closing':'P14D'},"
#define WEEK "'facts':{'t':{'track':{'opens':'login','tasks':[{'id':'a','on':'checkin'}],'need':'all','within':'P7D'}}},"
#define ASKS(id, when) "{'id':'" id "','on':'bill.paid','when':" when "," FREE "," VOUCHER "}"

static const struct story stories[] = {
    {"months behind its time it is completed yet, and known by its time and how long it took",
     YEAR WEEK "'rules':[" ASKS("g", "{'fact.t':'completed'}") "," ASKS("h", "{'fact.t.at':{'older_than':'P90D'}}") "," ASKS(
         "i", "{'fact.t.elapsed':{'lte':'PT23H'}}") "]",
     "12-05T10:00 c1 login => \n"
     "12-06T09:00 c1 checkin => \n"
     "12-06T11:00 c1 bill.paid => g+5.00 h!PENDING_HOLD i+5.00\n"
     "record c1 => TRACK 2027-03-13, TASK 2027-03-13, GRANT 2027-03-14, ORIGINAL 2027-03-14\n"
     "clock 03-12T11:00 => \n"
     "03-12T11:00 c1 bill.paid => g+5.00 h+5.00 i+5.00\n"
     "clock 03-20T11:00 => \n"
     "03-20T11:00 c1 bill.paid => g+5.00 h+5.00 i+5.00\n"
     "clock 10-31T23:59 => \n"
     "10-31T23:59 c1 bill.paid => g+5.00 h+5.00 i+5.00\n"},
    {"the last that was completed is the one; what came before it, or ran out, is forgotten",
     YEAR WEEK "'rules':[" ASKS("g", "{'fact.t':'completed'}") "," ASKS("h", "{'fact.t.elapsed':{'lte':'PT2H'}}") "]",
     "12-05T10:00 c1 login => \n"
     "12-05T11:00 c1 checkin => \n"
     "01-05T10:00 c1 login => \n"
     "01-05T13:00 c1 checkin => \n"
     "02-05T10:00 c1 login => \n"
     "02-05T10:00 c2 login => \n"
     "02-05T11:00 c1 bill.paid => g+5.00 h!CONDITION_NOT_MET\n"
     "clock 06-20T11:00 => \n"
     "06-20T11:00 c1 bill.paid => g+5.00 h!CONDITION_NOT_MET\n"
     "06-20T11:00 c2 bill.paid => g!TASKS_INCOMPLETE h!CONDITION_NOT_MET\n"
     "record c1 => TRACK 2028-02-20, TASK 2028-02-20, GRANT 2027-09-26, ORIGINAL 2027-09-26\n"
     "record c2 => \n"},
};

static void tracks(void **unused) {
  (void)unused;
  stories_tell(stories, sizeof stories / sizeof stories[0]);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(tracks)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
