/* A count of chances with `pay: top_up` (docs/language.md section 6) pays its period once, whatever became of its lot: a customer has up to
 * 32 lots that can still be spent, and those that are spent or too late make way. */
#include "judge/chances.h"

#define ONE_AND_TWO "{'from':'50.00','value':1},{'from':'90.00','value':2}"

#define TEN_DAYS "'keep':['device'],'valid':{'to':{'after':'P10D'}}}," FREE "}"
#define KEEPS_DEVICE \
  "'period':{'from':'2026-12-01','to':'2027-10-31','closing':'P14D'}," SUM("") "'rules':[{'id':'t','on':{'fact':'s'},'give':{'reward'" \
  ":'chance','chance':'x','count':{'by':'fact.s','pay':'top_up','bands':[" ONE_AND_TWO "]}," TEN_DAYS                                  \
  ",{'id':'g','on':'login','give':{'reward':'chance','chance':'x'," TEN_DAYS                                                           \
  ",{'id':'u','on':'reward.claimed','spends':{'chance':'x','match':['device']}," FREE "," VOUCHER "}]"

static const struct story stories[] = {
    {"a top-up that was spent has been paid, however many chances came since",
     SUM("") "'rules':[" TOP_UP(
         "t",
         "{'from':'50.00','value':1},{'from':'90.00','value':2}") ",{'id':'g','on':'login','give':{'reward':'chance','chance':'x'}," FREE
                                                                  "}," SPENDS "]",
     "12-05T10:00 c1 spend 50.00 => t*1\n"
     "12-05T10:01 c1 claim => u+5.00\n" THIRTY_TWO("12-05T11:00 c1 login => g*1\n") "12-05T11:01 c1 login => g!LIMIT_REACHED\n"
                                                                                    "12-05T11:02 c1 claim => u+5.00\n"
                                                                                    "12-05T11:03 c1 spend 40.00 => t*1\n"
                                                                                    "12-05T11:04 c1 claim => u+5.00\n"
                                                                                    "12-05T11:05 c1 login => g*1\n"},
    {"of each key and each month: others' lots make way, none of these",
     SUM(",'per':['customer','merchant']") "'rules':[" TOP_UP(
         "t", ONE_AND_TWO) ",{'id':'g','on':'login','give':{'reward':'chance','chance':'x'}," FREE "}," SPENDS "]",
     "12-05T10:00 c1 spend 50.00 merchant=a => t*1\n"
     "12-05T10:00 c1 spend 90.00 merchant=b => t*2\n"
     "12-05T10:01 c1 claim => u+5.00\n"
     "12-05T10:01 c1 claim => u+5.00\n"
     "12-05T10:01 c1 claim => u+5.00\n" THIRTY_TWO(
         "12-05T11:00 c1 login => g*1\n") "12-05T11:01 c1 login => g!LIMIT_REACHED\n"
                                          "12-05T11:02 c1 claim => u+5.00\n"
                                          "12-05T11:03 c1 spend 39.99 merchant=a => \n"
                                          "12-05T11:03 c1 spend 0.01 merchant=a => t*1\n"
                                          "12-05T11:04 c1 spend 9.00 merchant=b => \n"
                                          "01-01T00:00 c1 spend 90.00 merchant=a => t!LIMIT_REACHED\n"
                                          "12-31T23:59 c1 claim @01-01T00:01 => u+5.00\n"
                                          "01-01T00:02 c1 claim => u+5.00\n"
                                          "01-01T00:03 c1 spend 9.00 merchant=a => \n"
                                          "01-01T00:04 c1 spend 90.00 merchant=b => t*2\n"},
    {"it makes way when what its month counted is forgotten, and no day before", KEEPS_DEVICE,
     "12-05T10:00 c1 spend 50.00 device=a => t*1\n"
     "12-05T10:01 c1 claim device=a => u+5.00\n" THIRTY_TWO(
         "04-09T07:00 c1 login device=b => g*1\n") "04-09T07:01 c1 claim device=b => u+5.00\n"
                                                   "04-09T07:59:59 c1 login device=b => g*1\n"
                                                   "04-09T10:00 c1 claim device=a => u!LIMIT_REACHED\n"
                                                   "12-05T10:00 c2 spend 50.00 device=a => t*1\n"
                                                   "12-05T10:01 c2 claim device=a => u+5.00\n" THIRTY_TWO(
                                                       "04-09T07:00 c2 login device=b => g*1\n") "04-09T07:01 c2 claim device=b => u+5.00\n"
                                                                                                 "04-09T08:00 c2 login device=b => g*1\n"
                                                                                                 "04-09T10:00 c2 claim device=a => "
                                                                                                 "u!CONDITION_NOT_MET\n"},
    {"a late event of the month before lets it stand: it is not paid anew", KEEPS_DEVICE,
     "01-02T10:00 c1 spend 50.00 device=a => t*1\n"
     "01-02T10:01 c1 claim device=a => u+5.00\n" THIRTY_TWO(
         "01-02T11:00 c1 login device=b => g*1\n") "01-02T11:01 c1 claim device=b => u+5.00\n"
                                                   "12-31T10:00 c1 login device=b @01-02T12:00 => g*1\n"
                                                   "01-02T13:00 c1 claim device=b => u+5.00\n"
                                                   "01-02T13:01 c1 spend 40.00 device=a => t*1\n"},
};

static void paid_once(void **unused) {
  (void)unused;
  stories_tell(stories, sizeof stories / sizeof stories[0]);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(paid_once)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
