/* Which events do the tasks of a track (docs/language.md section 5): of a set, and of a sequence, however they arrive; and which of two
 * that are completed at once is the last. */
#include "judge/story.h"

#define FREE "'limits':'unlimited'"
#define VOUCHER "'give':{'reward':'voucher','value':'5.00','pool':'unlimited'}"
#define ASKS(id, when) "{'id':'" id "','on':'bill.paid','when':" when "," FREE "," VOUCHER "}"

#define TRACK(order, tasks) "'facts':{'t':{'track':{'opens':'account.opened','tasks':[" tasks "],'need':'all','order':'" order "'}}},"
#define DONE "'rules':[{'id':'g','on':{'fact':'t'}," FREE "," VOUCHER "}]"
#define IN_THE_APP(id) "{'id':'" id "','on':'login','when':{'channel':'app'}}"
#define SIX(line) line line line line line line
#define OPENED_TWICE TRACK("any", "{'id':'a','on':'login'}") "'rules':[" ASKS("h", "{'fact.t.elapsed':{'lte':'PT1H'}}") "]"
#define STEPS "{'id':'a','on':'login'},{'id':'b','on':'checkin'},{'id':'c','on':'bill.paid'}"

static const struct story stories[] = {
    {"an event does a task that it fits, whatever was tried in vain before: of two that fit one task alone one counts",
     TRACK("any", "{'id':'a','on':'login'}," IN_THE_APP("b") "," IN_THE_APP("c")) DONE,
     "12-05T10:00 c1 account.opened => \n"
     "12-05T11:00 c1 login channel=web => \n"
     "12-05T12:00 c1 login channel=app => \n"
     "12-05T13:00 c1 login channel=web => \n"
     "12-05T14:00 c1 login channel=app => g+5.00\n"},
    {"what comes at the time of a step that is done does not take the place of what may do it sooner", TRACK("listed", STEPS) DONE,
     "12-05T09:00 c1 account.opened => \n"
     "12-05T10:01 c1 checkin => \n"
     "12-05T10:02 c1 checkin => \n"
     "12-05T10:03 c1 checkin => \n"
     "12-05T10:04 c1 checkin => \n"
     "12-05T10:05 c1 checkin => \n"
     "12-05T10:06 c1 checkin => \n"
     "12-05T10:10 c1 login => \n"
     "12-05T10:20 c1 checkin => \n"
     "12-05T10:20 c1 checkin => \n"
     "12-05T10:02:30 c1 bill.paid @12-05T11:00 => \n"
     "12-05T10:00 c1 login @12-05T11:01 => g+5.00\n"},
    {"at one and the same time by arrival, however many came too early at that time", TRACK("listed", STEPS) DONE,
     "12-05T09:00 c1 account.opened => \n" SIX("12-05T10:00 c1 checkin => \n") "12-05T10:00 c1 login => \n"
                                                                               "12-05T10:00 c1 checkin => \n"
                                                                               "12-05T10:30 c1 bill.paid => g+5.00\n"},
    {"of two that are completed at once the one that was opened last is the last", OPENED_TWICE,
     "12-05T10:00 c1 account.opened => \n"
     "12-05T11:00 c1 account.opened => \n"
     "12-05T12:00 c1 login => \n"
     "12-05T12:01 c1 bill.paid => h+5.00\n"},
    {"whichever of them came first", OPENED_TWICE,
     "12-05T11:00 c1 account.opened => \n"
     "12-05T10:00 c1 account.opened @12-05T11:30 => \n"
     "12-05T12:00 c1 login => \n"
     "12-05T12:01 c1 bill.paid => h+5.00\n"},
};

static void tasks(void **unused) {
  (void)unused;
  stories_tell(stories, sizeof stories / sizeof stories[0]);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(tasks)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
