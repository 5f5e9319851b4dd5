/* Daily averages (docs/language.md section 5), to the fen: which days a window has, what a day ends with, what may be corrected and until
 * when, and that none of it changes when days are settled, so that a record stays small. Rules that ask far too much tell the average. */
#include "judge/story.h"

#define FREE "'limits':'unlimited'"
#define VOUCHER "'give':{'reward':'voucher','value':'5.00','pool':'unlimited'}"
#define DAILY(name, window) "'" name "':{'measure':'daily_average','of':'balance','on':'balance.snapshot','window':" window "}"
#define MUCH "'when':{'fact.a':{'gte':'9000000.00'}}," FREE "," VOUCHER "}"
#define ASKS(id) "{'id':'" id "','on':'login'," MUCH
#define CLOSES(id, unit) "{'id':'" id "','on':{'close':" unit "}," MUCH
#define HAS(yuan) "balance.snapshot currency=CNY balance_minor:=" yuan "00"
#define TOO_LITTLE "g!TARGET_NOT_REACHED\n"
#define WHY_2(minor) "why g => TARGET_NOT_REACHED condition 1 " minor "/900000000 money\n"
#define WHY(minor) "why g => TARGET_NOT_REACHED condition 0 " minor "/900000000 money\n"

static const struct story stories[] = {
    {"of a month: the days up to the event's own, each with what there was at its end",
     "'facts':{" DAILY("a", "'month'") "},'rules':[" ASKS("g") "]",
     "12-05T00:00 c1 login => " TOO_LITTLE "why g => TARGET_NOT_REACHED condition 0 money\n"
     "12-05T23:59 c1 " HAS(
         "100") " => \n"
                "12-05T23:59 c1 login => " TOO_LITTLE WHY("2000") "12-06T00:00 c1 login => " TOO_LITTLE WHY("3333") "12-09T10:00 c1 " HAS(
                    "400") " => \n"
                           "12-10T23:59 c1 login => " TOO_LITTLE WHY("12000") "12-31T23:59 c1 login => " TOO_LITTLE WHY(
                               "30967") "01-01T00:00 c1 login => " TOO_LITTLE WHY("40000")},
    {"the day that it says, its own or one of the seven before it; of two the later by their own times",
     "'facts':{" DAILY("a", "'month'") "},'rules':[" ASKS("g") "]",
     "12-10T10:00 c1 " HAS(
         "100") " date=2026-12-03 => \n"
                "12-10T10:00 c1 login => " TOO_LITTLE WHY("8000") "12-10T10:01 c1 " HAS(
                    "900") " date=2026-12-02 => \n"
                           "12-10T10:01 c1 " HAS(
                               "900") " date=2026-12-11 => \n"
                                      "12-10T10:01 c1 login => " TOO_LITTLE WHY("8000") "12-10T10:02 c1 " HAS(
                                          "900") " date=2026-12-10 => \n"
                                                 "12-10T10:02 c1 login => " TOO_LITTLE WHY("16000") "12-10T10:01 c1 " HAS(
                                                     "500") " date=2026-12-10 => \n"
                                                            "12-10T10:02 c1 login => " TOO_LITTLE WHY("16000") "12-10T10:03 c1 " HAS(
                                                                "500") " date=2026-12-10 => \n"
                                                                       "12-10T10:03 c1 login => " TOO_LITTLE
                                                                           WHY("12000") "12-11T10:00 c1 " HAS(
                                                                               "1000") " date=2026-12-06 => \n"
                                                                                       "12-11T10:00 c1 login => " TOO_LITTLE WHY("48181")},
    {"what is settled goes into the sum of its month, and no average changes",
     "'facts':{" DAILY("a", "'month'") "},'rules':[" ASKS("h") "," CLOSES("g", "'month'") "]",
     "clock 12-01T09:00 => \n"
     "12-01T10:00 c1 " HAS(
         "100") " => \n"
                "12-05T10:00 c1 " HAS(
                    "200") " => \n"
                           "clock 12-18T23:59 => \n"
                           "12-19T10:00 c1 " HAS(
                               "300") " => \n"
                                      "record c1 => DUE ever, DAY_END 2027-07-21\n"
                                      "clock 12-19T00:00 => \n"
                                      "12-19T10:01 c1 " HAS(
                                          "300") " => \n"
                                                 "record c1 => MEASURE 2027-02-16, DUE ever, DAY_END 2027-07-21\n"
                                                 "12-19T10:02 c1 " HAS(
                                                     "700") " date=2026-12-12 => \n"
                                                            "12-19T10:03 c1 " HAS(
                                                                "900") " date=2026-12-04 => \n"
                                                                       "12-20T10:00 c1 login => h!TARGET_NOT_REACHED\n"
                                                                       "why h => TARGET_NOT_REACHED condition 0 36500/900000000 money\n"
                                                                       "passes 01-01T00:00 c1 => " TOO_LITTLE WHY_2(
                                                                           "34193") "dues c1 => 2027-02-01T00:00 of 684 made "
                                                                                    "2026-12-01T09:00\n"
                                                                                    "clock 02-01T00:00 => \n"
                                                                                    "passes 02-01T00:00 c1 => " TOO_LITTLE
                                                                                        WHY_2("30000") "02-01T10:00 c1 " HAS(
                                                                                            "400") " => \n"
                                                                                                   "02-17T10:00 c1 " HAS(
                                                                                                       "500") " => \n"
                                                                                                              "clock 02-15T00:00 => \n"
                                                                                                              "02-17T10:01 c1 " HAS(
                                                                                                                  "500") " => \n"
                                                                                                                         "record c1 => "
                                                                                                                         "MEASURE "
                                                                                                                         "2027-02-16, "
                                                                                                                         "MEASURE "
                                                                                                                         "2027-03-19, DUE "
                                                                                                                         "ever, DAY_END "
                                                                                                                         "2027-07-21\n"
                                                                                                                         "passes "
                                                                                                                         "03-01T00:00 c1 "
                                                                                                                         "=> " TOO_LITTLE
                                                                                                                             WHY_2(
                                                                                                                                 "44285")},
    {"of several months that are over, at their close and between",
     "'facts':{" DAILY("a", "{'last':2,'unit':'month'}") "},'rules':[" CLOSES("g", "'month'") "," ASKS("h") "]",
     "11-16T10:00 c1 " HAS("100") " => \n"
                                  "12-11T10:00 c1 " HAS(
                                      "300") " => \n"
                                             "12-12T10:00 c1 login => h!TARGET_NOT_REACHED\n"
                                             "why h => TARGET_NOT_REACHED condition 1 2459/900000000 money\n"
                                             "passes 01-01T00:00 c1 => " TOO_LITTLE WHY(
                                                 "14426") "01-31T10:00 c1 login => h!TARGET_NOT_REACHED\n"
                                                          "why h => TARGET_NOT_REACHED condition 1 14426/900000000 money\n"
                                                          "passes 02-01T00:00 c1 => " TOO_LITTLE WHY("26774")},
    {"of the month before, and of two months before that",
     "'facts':{'a':{'measure':'daily_average','of':'balance','on':'balance.snapshot','window':'month','previous':2}},'rules':[" CLOSES(
         "g", "'month'") "]",
     "12-11T10:00 c1 " HAS("300") " => \n"
                                  "dues c1 => 2027-01-01T00:00 of 683\n"
                                  "passes 01-01T00:00 c1 => \n"
                                  "dues c1 => 2027-03-01T00:00 of 685\n"
                                  "passes 03-01T00:00 c1 => " TOO_LITTLE WHY("20322") "dues c1 => 2027-04-01T00:00 of 686\n"
                                                                                      "passes 04-01T00:00 c1 => " TOO_LITTLE WHY("30000")},
    {"of closed months that lie further back",
     "'facts':{'a':{'measure':'daily_average','of':'balance','on':'balance.snapshot','window':{'last':1,'unit':'month'},'previous':1}},'"
     "rules':[" CLOSES("g", "'month'") "]",
     "12-11T10:00 c1 " HAS("300") " => \n"
                                  "passes 01-01T00:00 c1 => \n"
                                  "dues c1 => 2027-02-01T00:00 of 684\n"
                                  "passes 02-01T00:00 c1 => " TOO_LITTLE WHY("20322")},
    {"between dates, both in: settled days beside them count nothing",
     "'facts':{" DAILY("a", "{'from':'2026-12-05','to':'2026-12-14'}") "},'rules':[" ASKS("g") "," CLOSES("h", "'month'") "]",
     "clock 12-03T09:00 => \n"
     "12-03T10:00 c1 " HAS("100") " => \n"
                                  "12-04T10:00 c1 login => g!TARGET_NOT_REACHED\n"
                                  "why g => TARGET_NOT_REACHED condition 0 money\n"
                                  "12-05T10:00 c1 login => " TOO_LITTLE WHY("10000") "12-08T10:00 c1 " HAS(
                                      "200") " => \n"
                                             "12-14T10:00 c1 login => " TOO_LITTLE WHY("17000") "12-16T10:00 c1 " HAS(
                                                 "1000") " => \n"
                                                         "12-17T10:00 c1 login => " TOO_LITTLE WHY(
                                                             "17000") "clock 01-02T09:00 => \n"
                                                                      "01-03T10:00 c1 " HAS(
                                                                          "2000") " => \n"
                                                                                  "01-03T10:00 c1 login => " TOO_LITTLE WHY(
                                                                                      "17000") "record c1 => MEASURE 2027-07-21, DUE ever, "
                                                                                               "DAY_END 2027-07-21\n"},
    {"of the whole campaign so far", "'facts':{" DAILY("a", "'campaign'") "},'rules':[" ASKS("g") "]",
     "clock 11-25T09:00 => \n"
     "11-28T10:00 c1 " HAS("100") " => \n"
                                  "12-02T10:00 c1 login => " TOO_LITTLE WHY("10000") "12-03T10:00 c1 " HAS(
                                      "400") " => \n"
                                             "12-03T10:00 c1 login => " TOO_LITTLE WHY(
                                                 "20000") "clock 12-25T09:00 => \n"
                                                          "12-25T10:00 c1 " HAS(
                                                              "500") " => \n"
                                                                     "12-25T10:00 c1 login => " TOO_LITTLE WHY(
                                                                         "38000") "03-31T10:00 c1 login => " TOO_LITTLE WHY("47520")},
    {"whoever hears the balance asks as of the day that it speaks of",
     "'facts':{" DAILY("a", "'month'") "},'rules':[{'id':'g','on':'balance.snapshot'," MUCH "]",
     "12-10T10:00 c1 " HAS("100") " date=2026-12-04 => " TOO_LITTLE WHY("2500") "12-10T10:01 c1 " HAS(
         "300") " date=2026-12-05 => " TOO_LITTLE WHY("8000") "12-10T10:02 c1 " HAS("500") " => " TOO_LITTLE WHY("21000")},
    {"of a programme, between dates: what is settled is known for ever",
     "'rules':[{'id':'g','on':'login','when':{'fact.zz/a':{'gte':'9000000.00'}}," FREE "," VOUCHER
     "}]|{'id':'zz','version':1,'name':{'zh':'x','en':'x'},'facts':{" DAILY("a", "{'from':'2026-12-05','to':'2026-12-14'}") "}}",
     "clock 12-03T09:00 => \n"
     "12-05T10:00 c1 " HAS("100") " => \n"
                                  "12-10T10:00 c1 " HAS("200") " => \n"
                                                               "clock 01-20T09:00 => \n"
                                                               "01-20T10:00 c1 " HAS(
                                                                   "900") " => \n"
                                                                          "01-20T10:00 c1 login => " TOO_LITTLE WHY(
                                                                              "15000") "record c1 => MEASURE ever, DAY_END ever\n"},
    {"of rolling days: their snapshots stay, those behind them go",
     "'facts':{" DAILY("a", "{'rolling':'P5D'}") "},'rules':[" ASKS("g") "," CLOSES("h", "'day'") "]",
     "clock 12-01T09:00 => \n"
     "12-01T10:00 c1 " HAS(
         "100") " => \n"
                "dues c1 => 2026-12-02T00:00 of 20788 made 2026-12-01T09:00\n"
                "12-01T10:00 c1 login => " TOO_LITTLE WHY("2000") "12-03T10:00 c1 " HAS(
                    "300") " => \n"
                           "12-05T10:00 c1 login => " TOO_LITTLE WHY("22000") "12-06T10:00 c1 login => " TOO_LITTLE WHY(
                               "26000") "clock 12-26T00:00 => \n"
                                        "12-26T10:00 c1 " HAS(
                                            "800") " => \n"
                                                   "12-26T10:00 c1 login => " TOO_LITTLE WHY("40000") "12-22T10:00 c1 " HAS(
                                                       "500") " @12-23T10:00 => \n"
                                                              "12-26T10:00 c1 login => " TOO_LITTLE WHY(
                                                                  "56000") "record c1 => DUE ever, DAY_END 2027-07-21\n"},
    {"the first day that is not settled may still be corrected", "'facts':{" DAILY("a", "'month'") "},'rules':[" ASKS("g") "]",
     "clock 12-01T09:00 => \n"
     "12-01T10:00 c1 " HAS("100") " => \n"
                                  "12-05T10:00 c1 " HAS("200") " => \n"
                                                               "clock 12-19T00:00 => \n"
                                                               "12-19T10:00 c1 " HAS(
                                                                   "300") " => \n"
                                                                          "12-12T11:00 c1 " HAS(
                                                                              "400") " date=2026-12-05 @12-19T10:03 => \n"
                                                                                     "12-20T10:00 c1 login => " TOO_LITTLE WHY("33000")},
};

static void daily(void **unused) {
  (void)unused;
  stories_tell(stories, sizeof stories / sizeof stories[0]);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(daily)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
