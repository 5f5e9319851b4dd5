/* Daily averages (docs/language.md section 5): when days are settled, and at what they stand then. What is settled stays as it is, though
 * options change so that events are heard which are older; what lies too far back to be told is not told at all, and nothing wrong. */
#include "judge/story.h"

#define FREE "'limits':'unlimited'"
#define VOUCHER "'give':{'reward':'voucher','value':'5.00','pool':'unlimited'}"
#define DAILY(name, window) "'" name "':{'measure':'daily_average','of':'balance','on':'balance.snapshot','window':" window "}"
#define MUCH "'when':{'fact.a':{'gte':'9000000.00'}}," FREE "," VOUCHER "}"
#define ASKS(id) "{'id':'" id "','on':'login'," MUCH
#define HEARS(id) "{'id':'" id "','on':'balance.snapshot'," MUCH
#define CLOSES(id, unit) "{'id':'" id "','on':{'close':" unit "}," MUCH
#define LATE "'late':{'accept':'P30D'},"
#define COUNT "'n':{'measure':'count','on':'login','window':'day'}"
#define BOTH(id, unit) \
  "{'id':'" id "','on':{'close':" unit "},'when':{'any':[{'fact.n':{'gte':9}},{'fact.a':{'gte':'9000000.00'}}]}," FREE "," VOUCHER "}"
#define YUAN(hundreds) "balance.snapshot currency=CNY balance_minor:=" hundreds "0000"

static const struct story stories[] = {
    {"a month closes once for what is settled: what is told of such a day counts no more, and no close is due for it",
     LATE "'facts':{" DAILY("a", "'month'") "},'rules':[" ASKS("h") "," CLOSES("g", "'month'") "]",
     "clock 12-01T09:00 => \n"
     "12-01T10:00 c1 " YUAN("1") " => \n"
                                 "12-05T10:00 c1 " YUAN(
                                     "2") " => \n"
                                          "clock 12-19T00:00 => \n"
                                          "12-19T10:00 c1 " YUAN(
                                              "3") " => \n"
                                                   "passes 01-01T00:00 c1 => g!TARGET_NOT_REACHED\n"
                                                   "dues c1 => 2027-02-01T00:00 of 684 made 2026-12-01T09:00\n"
                                                   "clock 01-10T00:00 => \n"
                                                   "horizon 40 => \n"
                                                   "12-10T10:00 c1 " YUAN(
                                                       "9") " date=2026-12-04 @01-10T10:00 => \n"
                                                            "dues c1 => 2027-02-01T00:00 of 684 made 2026-12-01T09:00\n"
                                                            "12-19T11:00 c1 login @01-10T11:00 => h!TARGET_NOT_REACHED\n"
                                                            "why h => TARGET_NOT_REACHED condition 0 18421/900000000 money\n"
                                                            "12-10T10:00 c1 " YUAN(
                                                                "9") " date=2026-12-05 @01-10T12:00 => \n"
                                                                     "dues c1 => 2027-01-01T00:00 of 683 made 2027-01-10T00:00, "
                                                                     "2027-02-01T00:00 of 684 made 2026-12-01T09:00\n"},
    {"of days that are settled what all of them come to is told up to the next, and of one among them nothing",
     "'facts':{" DAILY("a", "'month'") "},'rules':[" CLOSES("g", "'day'") "]",
     "clock 12-01T09:00 => \n"
     "12-01T10:00 c1 " YUAN("1") " => \n"
                                 "12-05T10:00 c1 " YUAN("2") " => \n"
                                                             "clock 12-24T00:00 => \n"
                                                             "12-24T10:00 c1 " YUAN(
                                                                 "3") " => \n"
                                                                      "passes 12-02T00:00 c1 => g!TARGET_NOT_REACHED\n"
                                                                      "why g => TARGET_NOT_REACHED condition 0 money\n"
                                                                      "passes 12-04T00:00 c1 => g!TARGET_NOT_REACHED g!TARGET_NOT_REACHED\n"
                                                                      "why g => TARGET_NOT_REACHED condition 0 money\n"
                                                                      "passes 12-05T00:00 c1 => g!TARGET_NOT_REACHED\n"
                                                                      "why g => TARGET_NOT_REACHED condition 0 10000/900000000 money\n"},
    {"of rolling days: those that are all there, and none of which one was let go",
     LATE "'facts':{" DAILY("a", "{'rolling':'P5D'}") "},'rules':[" ASKS("g") "]",
     "clock 12-01T09:00 => \n"
     "12-01T10:00 c1 " YUAN("1") " => \n"
                                 "12-05T10:00 c1 " YUAN("2") " => \n"
                                                             "clock 12-24T00:00 => \n"
                                                             "12-24T10:00 c1 " YUAN(
                                                                 "3") " => \n"
                                                                      "horizon 30 => \n"
                                                                      "12-09T10:00 c1 login @12-24T10:00 => g!TARGET_NOT_REACHED\n"
                                                                      "why g => TARGET_NOT_REACHED condition 0 20000/900000000 money\n"
                                                                      "12-08T10:00 c1 login @12-24T10:00 => g!TARGET_NOT_REACHED\n"
                                                                      "why g => TARGET_NOT_REACHED condition 0 money\n"},
    {"rolling days are there as long as a day may be told whose window they are in",
     LATE "'facts':{" DAILY("a", "{'rolling':'P5D'}") "},'rules':[" HEARS("g") "]",
     "clock 12-01T09:00 => \n"
     "12-01T10:00 c1 " YUAN("1") " => g!TARGET_NOT_REACHED\n"
                                 "12-06T10:00 c1 " YUAN(
                                     "2") " => g!TARGET_NOT_REACHED\n"
                                          "clock 12-20T00:00 => \n"
                                          "12-20T10:00 c1 " YUAN(
                                              "2") " => g!TARGET_NOT_REACHED\n"
                                                   "12-13T10:00 c1 " YUAN(
                                                       "3") " date=2026-12-06 @12-20T10:00 => g!TARGET_NOT_REACHED\n"
                                                            "why g => TARGET_NOT_REACHED condition 0 14000/900000000 money\n"},
    {"a close that is heard days later has the days of its period open as much longer",
     "'facts':{" DAILY("a", "'month'") "},'rules':[" CLOSES("g", "'month','delay':'P3D'") "]",
     "clock 12-01T09:00 => \n"
     "12-01T10:00 c1 " YUAN("1") " => \n"
                                 "12-05T10:00 c1 " YUAN(
                                     "2") " => \n"
                                          "clock 12-21T23:59 => \n"
                                          "12-21T10:00 c1 " YUAN(
                                              "2") " => \n"
                                                   "record c1 => DUE ever, DAY_END 2027-07-21\n"
                                                   "clock 12-22T00:00 => \n"
                                                   "12-21T11:00 c1 " YUAN(
                                                       "2") " => \n"
                                                            "record c1 => MEASURE 2027-02-16, DUE ever, DAY_END 2027-07-21\n"},
    {"without a clock nothing is settled", "'facts':{" DAILY("a", "'month'") "},'rules':[" ASKS("g") "]",
     "12-01T10:00 c1 " YUAN("1") " => \n"
                                 "12-05T10:00 c1 " YUAN("2") " => \n"
                                                             "03-05T10:00 c1 " YUAN("2") " => \n"
                                                                                         "record c1 => DAY_END 2027-07-21\n"},
    {"the sum of a month is there until the day on which nobody asks it any more, and is not written behind that",
     "'facts':{" DAILY("a", "'month'") "},'rules':[" ASKS("g") "]",
     "clock 12-01T09:00 => \n"
     "12-01T10:00 c1 " YUAN(
         "1") " => \n"
              "01-10T10:00 c1 " YUAN(
                  "2") " => \n"
                       "12-01T10:00 c2 " YUAN(
                           "1") " => \n"
                                "01-10T10:00 c2 " YUAN(
                                    "2") " => \n"
                                         "clock 02-17T07:59:50 => \n"
                                         "02-16T10:00 c1 " YUAN(
                                             "3") " => \n"
                                                  "record c1 => MEASURE 2027-02-16, MEASURE 2027-03-19, DAY_END 2027-07-21\n"
                                                  "clock 02-17T08:00:10 => \n"
                                                  "02-16T10:00 c2 " YUAN("3") " => \n"
                                                                              "record c2 => MEASURE 2027-03-19, DAY_END 2027-07-21\n"},
    {"the sum of a month that is asked two months later is there as much longer",
     "'facts':{'a':{'measure':'daily_average','of':'balance','on':'balance.snapshot','window':{'last':2,'unit':'month'},'previous':1}},"
     "'rules':[" ASKS("g") "]",
     "clock 12-01T09:00 => \n"
     "12-01T10:00 c1 " YUAN("1") " => \n"
                                 "12-05T10:00 c1 " YUAN("2") " => \n"
                                                             "clock 12-24T00:00 => \n"
                                                             "12-24T10:00 c1 " YUAN(
                                                                 "3") " => \n"
                                                                      "record c1 => MEASURE 2027-05-17, DAY_END 2027-07-21\n"},
    {"between dates: a day in front of the first that ends where they begin adds nothing",
     "'facts':{" DAILY("a", "{'from':'2026-12-05','to':'2026-12-14'}") "},'rules':[" ASKS("g") "]",
     "clock 12-03T09:00 => \n"
     "12-03T10:00 c1 " YUAN("1") " => \n"
                                 "12-05T10:00 c1 " YUAN("2") " => \n"
                                                             "clock 12-24T00:00 => \n"
                                                             "12-24T10:00 c1 " YUAN(
                                                                 "3") " => \n"
                                                                      "record c1 => DAY_END 2027-07-21\n"
                                                                      "12-24T10:00 c1 login => g!TARGET_NOT_REACHED\n"
                                                                      "why g => TARGET_NOT_REACHED condition 0 20000/900000000 money\n"},
};

/* Which closes are due of somebody, of whom something else was counted before the first balance. */
static const struct story closes[] = {
    {"of rolling days no close is due before the day of the first balance but that of what was counted",
     LATE "'facts':{" COUNT "," DAILY("a", "{'rolling':'P5D'}") "},'rules':[" BOTH("g", "'day'") "]",
     "12-10T10:00 c1 " YUAN("1") " => \n"
                                 "12-05T10:00 c1 login @12-10T11:00 => \n"
                                 "dues c1 => 2026-12-06T00:00 of 20792, 2026-12-11T00:00 of 20797\n"
                                 "passes 12-06T00:00 c1 => g!TARGET_NOT_REACHED\n"
                                 "dues c1 => 2026-12-11T00:00 of 20797\n"
                                 "passes 12-11T00:00 c1 => g!TARGET_NOT_REACHED\n"
                                 "dues c1 => 2026-12-12T00:00 of 20798\n"},
    {"of the month so far each day closes from that of the balance on",
     "'facts':{" DAILY("a", "'month'") "},'rules':[" CLOSES("g", "'day'") "]",
     "12-10T10:00 c1 " YUAN("1") " => \n"
                                 "dues c1 => 2026-12-11T00:00 of 20797\n"
                                 "passes 12-11T00:00 c1 => g!TARGET_NOT_REACHED\n"
                                 "dues c1 => 2026-12-12T00:00 of 20798\n"
                                 "passes 12-12T00:00 c1 => g!TARGET_NOT_REACHED\n"
                                 "dues c1 => 2026-12-13T00:00 of 20799\n"},
    {"of the last month that closed each day from the one on at whose end it is over",
     "'facts':{" COUNT "," DAILY("a", "{'last':1,'unit':'month'}") "},'rules':[" BOTH("g", "'day'") "]",
     "12-10T10:00 c1 " YUAN("1") " => \n"
                                 "12-12T10:00 c1 login => \n"
                                 "passes 12-13T00:00 c1 => g!TARGET_NOT_REACHED\n"
                                 "dues c1 => 2027-01-01T00:00 of 20818\n"
                                 "passes 01-01T00:00 c1 => g!TARGET_NOT_REACHED\n"
                                 "dues c1 => 2027-01-02T00:00 of 20819\n"},
    {"of whom no balance is known none is due but for what was counted",
     "'facts':{" COUNT "," DAILY("a", "'month'") "},'rules':[" BOTH("g", "'day'") "]",
     "12-12T10:00 c1 login => \n"
     "passes 12-13T00:00 c1 => g!TARGET_NOT_REACHED\n"
     "dues c1 => \n"},
};

static void settled(void **unused) {
  (void)unused;
  stories_tell(stories, sizeof stories / sizeof stories[0]);
}

static void which_closes_are_due(void **unused) {
  (void)unused;
  stories_tell(closes, sizeof closes / sizeof closes[0]);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(settled), cmocka_unit_test(which_closes_are_due)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
