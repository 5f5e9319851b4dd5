/* Levels at the closes of months (docs/language.md section 8): what completes, what a decision says where nothing does, and where holds
 * begin and end. December is the first month of the campaigns and March the last; an average is of the balance that stood all month. */
#include "judge/story.h"

#define FREE "'limits':'unlimited'"
#define VOUCHER "'give':{'reward':'voucher','value':'5.00','pool':'unlimited'}"
#define LONG "'period':{'from':'2026-12-01','to':'2027-03-31','closing':'P4M'},"
#define AVERAGE "'avg':{'measure':'daily_average','of':'balance','on':'balance.snapshot','window':'month'}"
#define COUNT "'n':{'measure':'count','on':'login','window':'month','refunds':'ignore'}"
#define A "{'id':'a','from':'100.00'}"
#define B "{'id':'b','from':'200.00'}"
#define C "{'id':'c','from':'300.00'}"
#define LEVEL(of, levels, more) "'lift':{'level':'" of "','levels':[" levels "],'every':'month'" more "}"
#define RULES "'rules':[{'id':'g','on':{'fact':'lift'}," FREE "," VOUCHER "}]"
#define FACTS(facts) "'facts':{" facts "},"
#define BALANCE(day, yuan) day "T10:00 c1 balance.snapshot balance_minor:=" yuan "00 currency=CNY => \n"
#define LOGIN(time) time " c1 login => \n"
#define FOUR(line) line line line line

static const struct story stories[] = {
    {"what is lacking is told by the lowest that there is to reach yet", FACTS(AVERAGE "," LEVEL("avg", A "," B "," C, "")) RULES,
     BALANCE("12-01", "50") "passes 12-31T23:59 c1 => \n"
                            "passes 01-01T00:00 c1 => g!TARGET_NOT_REACHED\n"
                            "why g => TARGET_NOT_REACHED 5000/10000 money once\n" BALANCE(
                                "01-01", "100") "passes 02-01T00:00 c1 => g+5.00\n"
                                                "passes 03-01T00:00 c1 => g!TARGET_NOT_REACHED\n"
                                                "why g => TARGET_NOT_REACHED 10000/20000 money once\n" BALANCE(
                                                    "03-01", "200") "passes 04-01T00:00 c1 => g+5.00\n"
                                                                    "passes 05-01T00:00 c1 => \n"},
    {"who has reached all is told the highest",
     FACTS(AVERAGE "," LEVEL("avg", A "," B "," C, "") ",'more':{'level':'avg','levels':[{'id':'a','from':'900.00'}],'every':'month'}")
         RULES,
     BALANCE("12-01", "300") "passes 01-01T00:00 c1 => g+5.00\n"
                             "record c1 => ONCE 2027-02-08, ONCE 2027-07-21, DUE ever, DAY_END 2027-07-21, LEVEL 2027-07-21\n"
                             "passes 02-01T00:00 c1 => g!TARGET_NOT_REACHED\n"
                             "why g => TARGET_NOT_REACHED 30000/30000 money once\n"},
    {"an average that there is none of reaches nothing, and is told as nothing",
     FACTS(AVERAGE "," COUNT "," LEVEL("avg", "{'id':'z','from':'0.00'}," A,
                                       "")) "'rules':[{'id':'g','on':{'fact':'lift'},'when':{'fact.n':{'gte':1}}," FREE "," VOUCHER
                                            "},{'id':'h','on':{'close':'month'},'when':{'fact.n':{'gte':1}}," FREE "," VOUCHER "}]",
     LOGIN("12-05T10:00") "passes 01-01T00:00 c1 => g!TARGET_NOT_REACHED h+5.00\n"
                          "why g => TARGET_NOT_REACHED 0/10000 money once\n"},
    {"each of those that complete, and none is refused beside them",
     FACTS(AVERAGE "," LEVEL("avg", A "," B "," C, ",'fires':'each'")) RULES,
     BALANCE("12-01", "100") "passes 01-01T00:00 c1 => g+5.00\n" BALANCE("01-01", "300") "passes 02-01T00:00 c1 => g+5.00 g+5.00\n"
                                                                                         "passes 03-01T00:00 c1 => g!TARGET_NOT_REACHED\n"},
    {"held for two closes more", LONG FACTS(AVERAGE "," LEVEL("avg", A "," B, ",'hold':2")) RULES,
     BALANCE("12-01", "100") "passes 01-01T00:00 c1 => g!PENDING_HOLD\n"
                             "why g => PENDING_HOLD 0/2 once\n"
                             "passes 02-01T00:00 c1 => g!PENDING_HOLD\n"
                             "why g => PENDING_HOLD 1/2 once\n"
                             "passes 03-01T00:00 c1 => g+5.00\n"
                             "passes 04-01T00:00 c1 => g!TARGET_NOT_REACHED\n"
                             "why g => TARGET_NOT_REACHED 10000/20000 money once\n"},
    {"who breaks off at the first close has had his time", LONG FACTS(AVERAGE "," LEVEL("avg", A, ",'hold':1")) RULES,
     BALANCE("12-01", "100") "passes 01-01T00:00 c1 => g!PENDING_HOLD\n" BALANCE(
         "01-01", "50") "passes 02-01T00:00 c1 => g!TARGET_NOT_REACHED\n" BALANCE("02-01",
                                                                                  "100") "passes 03-01T00:00 c1 => g!TARGET_NOT_REACHED\n"
                                                                                         "passes 05-01T00:00 c1 => g!TARGET_NOT_REACHED\n"},
    {"unless it begins anew", LONG FACTS(AVERAGE "," LEVEL("avg", A, ",'hold':1,'on_break':'restart'")) RULES,
     BALANCE("12-01", "100") "passes 01-01T00:00 c1 => g!PENDING_HOLD\n" BALANCE(
         "01-01", "50") "passes 02-01T00:00 c1 => g!TARGET_NOT_REACHED\n" BALANCE("02-01",
                                                                                  "100") "passes 03-01T00:00 c1 => g!PENDING_HOLD\n"
                                                                                         "passes 04-01T00:00 c1 => g+5.00\n"},
    {"reached in the last month, and held behind it", LONG FACTS(AVERAGE "," LEVEL("avg", A, ",'hold':1")) RULES,
     BALANCE("12-01", "50") "passes 03-01T00:00 c1 => g!TARGET_NOT_REACHED g!TARGET_NOT_REACHED g!TARGET_NOT_REACHED\n" BALANCE(
         "03-01", "100") "passes 04-01T00:00 c1 => g!PENDING_HOLD\n"
                         "passes 05-01T00:00 c1 => g+5.00\n"},
    {"what begins as the campaign ends is not reached in it", LONG FACTS(AVERAGE "," LEVEL("avg", A, ",'hold':1")) RULES,
     BALANCE("12-01", "50") "passes 04-01T00:00 c1 => g!TARGET_NOT_REACHED g!TARGET_NOT_REACHED g!TARGET_NOT_REACHED "
                            "g!TARGET_NOT_REACHED\n" BALANCE("04-01", "100") "passes 06-01T00:00 c1 => \n"},
    {"sixteen of them at once",
     FACTS(COUNT "," LEVEL("n",
                           "{'id':'a','from':1},{'id':'b','from':2},{'id':'c','from':3},{'id':'d','from':4},{'id':'e','from':5},"
                           "{'id':'f','from':6},{'id':'g','from':7},{'id':'h','from':8},{'id':'i','from':9},{'id':'j','from':10},"
                           "{'id':'k','from':11},{'id':'l','from':12},{'id':'m','from':13},{'id':'n','from':14},{'id':'o','from':15},"
                           "{'id':'p','from':16}",
                           "")) RULES,
     FOUR(FOUR(LOGIN("12-05T10:00"))) LOGIN("12-05T10:01") "passes 01-01T00:00 c1 => g+5.00\n"},
};

static void levels(void **unused) {
  (void)unused;
  stories_tell(stories, sizeof stories / sizeof stories[0]);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(levels)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
