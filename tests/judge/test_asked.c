/* Conditions that ask what is remembered (docs/language.md section 4): each operator on what is there, what is not, and what just is not;
 * and which of several alternatives is told. */
#include "judge/story.h"

#define FREE "'limits':'unlimited'"
#define VOUCHER "'give':{'reward':'voucher','value':'5.00','pool':'unlimited'}"
#define RULE(id, when) "{'id':'" id "','on':'login','when':" when "," FREE "," VOUCHER "}"

static const struct story stories[] = {
    {"the same as another: what is absent is the same as nothing, not even as what is absent",
     "'rules':[" RULE("g", "{'city':{'same_as':'profile.region'}}") ",{'id':'h','on':'game.finished','when':{'score':{'same_as':'"
                                                                    "profile.age'}}," FREE "," VOUCHER "}]",
     "12-05T10:00 c1 login => g!CONDITION_NOT_MET\n"
     "12-05T10:00 c1 login city=sh => g!CONDITION_NOT_MET\n"
     "12-05T10:00 c1 game.finished => h!CONDITION_NOT_MET\n"
     "12-05T10:00 c1 game.finished score:=7 => h!CONDITION_NOT_MET\n"
     "12-05T10:01 c1 update region=sh age:=7 => \n"
     "12-05T10:02 c1 login => g!CONDITION_NOT_MET\n"
     "12-05T10:02 c1 login city=sz => g!CONDITION_NOT_MET\n"
     "12-05T10:02 c1 login city=sh => g+5.00\n"
     "12-05T10:02 c1 game.finished => h!CONDITION_NOT_MET\n"
     "12-05T10:02 c1 game.finished score:=6 => h!CONDITION_NOT_MET\n"
     "12-05T10:02 c1 game.finished score:=8 => h!CONDITION_NOT_MET\n"
     "12-05T10:02 c1 game.finished score:=7 => h+5.00\n"},
    {"lists: in any of several, in none",
     "'lists':{'a':['c1'],'b':['c2']},'rules':[" RULE("g", "{'list':['a','b']}") "," RULE("h", "{'list':'b'}") "," RULE(
         "i", "{'list':{'not_in':['a','b']}}") "," RULE("j", "{'list':{'ne':'a'}}") "]",
     "12-05T10:00 c1 login => g+5.00 h!CONDITION_NOT_MET i!CONDITION_NOT_MET j!CONDITION_NOT_MET\n"
     "12-05T10:00 c2 login => g+5.00 h+5.00 i!CONDITION_NOT_MET j+5.00\n"
     "12-05T10:00 c3 login => g!CONDITION_NOT_MET h!CONDITION_NOT_MET i+5.00 j+5.00\n"},
    {"tags: any of several, none; who has none is in none",
     "'rules':[" RULE("g", "{'tag':['a','b']}") "," RULE("h", "{'tag':'b'}") "," RULE("i", "{'tag':{'not_in':['a','b']}}") "," RULE(
         "j", "{'tag':{'ne':'a'}}") "]",
     "12-05T09:00 c1 update tags:=[\"a\",\"z\"] => \n"
     "12-05T09:00 c2 update tags:=[\"b\"] => \n"
     "12-05T10:00 c1 login => g+5.00 h!CONDITION_NOT_MET i!CONDITION_NOT_MET j!CONDITION_NOT_MET\n"
     "12-05T10:00 c2 login => g+5.00 h+5.00 i!CONDITION_NOT_MET j+5.00\n"
     "12-05T10:00 c3 login => g!CONDITION_NOT_MET h!CONDITION_NOT_MET i+5.00 j+5.00\n"},
    {"a schedule within alternatives, and one that must not hold",
     "'rules':[" RULE("g", "{'any':[{'schedule':{'hours':'10:00-11:00'}},{'tag':'a'}]}") "," RULE(
         "h", "{'any':[{'schedule':{'ne':{'hours':'10:00-11:00'}}},{'tag':'a'}]}") "," RULE("i", "{'not':{'tag':'a'}}") "]",
     "12-05T10:00 c1 login => g+5.00 h!CONDITION_NOT_MET i+5.00\n"
     "12-05T11:00 c1 login => g!CONDITION_NOT_MET h+5.00 i+5.00\n"
     "12-05T11:01 c1 update tags:=[\"a\"] => \n"
     "12-05T11:02 c1 login => g+5.00 h+5.00 i!CONDITION_NOT_MET\n"
     "why i => CONDITION_NOT_MET condition 6\n"},
    {"the month of a birthday, and a time that is too early: what there was of what was asked",
     "'facts':{'l':{'last':'login'}},'rules':[" RULE("g", "{'month':{'same_as':'profile.birthday'}}") "," RULE(
         "h", "{'fact.l.at':{'gte':'2026-12-06T00:00'}}") "]",
     "12-05T10:00 c1 update birthday=1990-05-17 => \n"
     "12-05T10:00 c1 login => g!CONDITION_NOT_MET h!CONDITION_NOT_MET\n"
     "why g => CONDITION_NOT_MET condition 0 12/5\n"
     "why h => CONDITION_NOT_MET condition 2\n"
     "12-05T10:01 c1 login => g!CONDITION_NOT_MET h!CONDITION_NOT_MET\n"
     "why h => CONDITION_NOT_MET condition 2 1796436000000/1796486400000 times\n"
     "12-06T00:00 c1 login => g!CONDITION_NOT_MET h!CONDITION_NOT_MET\n"
     "12-06T00:00 c1 login => g!CONDITION_NOT_MET h+5.00\n"},
    {"yes and no", "'rules':[" RULE("g", "{'any':[{'profile.real_name':true},{'all':[{'tag':'x'},{'tag':'y'}]}]}") "]",
     "12-05T10:00 c1 update real_name:=true => \n"
     "12-05T10:01 c1 login => g+5.00\n"
     "12-05T10:02 c1 update real_name:=false => \n"
     "12-05T10:03 c1 login => g!CONDITION_NOT_MET\n"
     "why g => CONDITION_NOT_MET condition 1 0/1\n"},
    {"which cycle he lacks",
     "'facts':{'o':{'first':'account.opened'},'n':{'measure':'count','on':'login','window':{'cycle':'profile.statement_day'}},'m':{'"
     "measure':'count','on':'login','window':{'cycle':'fact.o.at','unit':'month'}}},'rules':[" RULE("g", "{'fact.n':{'gte':1}}") "," RULE(
         "h", "{'fact.m':{'gte':1}}") "]",
     "12-05T10:00 c1 login => g!CONDITION_NOT_MET h!CONDITION_NOT_MET\n"
     "why g => CONDITION_NOT_MET condition 2 without profile.statement_day\n"
     "why h => CONDITION_NOT_MET condition 3 without fact.o.at\n"},
    {"of alternatives the one with the fewest tests that fail is told",
     "'facts':{'n':{'measure':'count','on':'login','window':'month'}},'rules':[" RULE(
         "g", "{'any':[{'profile.tier':'gold'},{'all':[{'fact.n':{'gte':3}},{'tag':'vip'}]}]}") "]",
     "12-05T10:00 c1 update tier=silver => \n"
     "12-05T10:00 c1 login => g!CONDITION_NOT_MET\n"
     "why g => CONDITION_NOT_MET condition 1 silver\n"
     "12-05T10:00 c1 login => g!CONDITION_NOT_MET\n"
     "why g => CONDITION_NOT_MET condition 1 silver\n"
     "12-05T10:00 c1 login => g!CONDITION_NOT_MET\n"
     "why g => CONDITION_NOT_MET condition 0\n"
     "12-05T10:01 c1 update tags:=[\"vip\"] => \n"
     "12-05T10:02 c1 login => g+5.00\n"},
    {"then the figure that is nearest, from above and from below",
     "'facts':{'n':{'measure':'count','on':'login','window':'month'},'m':{'measure':'count','on':'login','window':'day'}},'rules':[" RULE(
         "g", "{'any':[{'fact.n':{'gte':20}},{'fact.m':{'lt':1}}]}") "," RULE("h",
                                                                              "{'any':[{'fact.n':{'lte':0}},{'fact.m':{'gte':5}}]}") "]",
     "12-05T10:00 c1 login => g!TARGET_NOT_REACHED h!TARGET_NOT_REACHED\n"
     "why g => TARGET_NOT_REACHED condition 2 1/1\n"
     "why h => TARGET_NOT_REACHED condition 5 1/5\n"
     "12-05T10:01 c1 login => g!TARGET_NOT_REACHED h!TARGET_NOT_REACHED\n"
     "why g => TARGET_NOT_REACHED condition 1 2/20\n"
     "why h => TARGET_NOT_REACHED condition 5 2/5\n"},
    {"above what was allowed is as far as below what was asked; a difference may be below nothing",
     "'facts':{'n':{'measure':'count','on':'txn.card_spend','window':'month'},'m':{'measure':'count','on':'login','window':'month'},'s':{'"
     "measure':'sum','of':'amount','on':'txn.card_spend','window':'month'},'d':{'difference':['n','m']}},'rules':[{'id':'g','on':'"
     "txn.card_spend','when':{'any':[{'fact.n':{'gte':5}},{'fact.s':{'lte':'10.00'}}]}," FREE "," VOUCHER
     "},{'id':'h','on':'login','when':{'any':[{'fact.d':{'gte':-2}},{'fact.m':{'gte':20}}]}," FREE "," VOUCHER "}]",
     "12-05T10:00 c1 spend 11.00 => g!TARGET_NOT_REACHED\n"
     "why g => TARGET_NOT_REACHED condition 2 1100/1000 money\n"
     "12-05T10:00 c1 spend 11.00 => g!TARGET_NOT_REACHED\n"
     "why g => TARGET_NOT_REACHED condition 1 2/5\n"
     "12-05T10:00 c2 login => h+5.00\n"
     "12-05T10:00 c2 login => h+5.00\n"
     "12-05T10:00 c2 login => h!TARGET_NOT_REACHED\n"
     "why h => TARGET_NOT_REACHED condition 4 -3/-2\n"},
    {"what must not be is asked as a whole", "'rules':[" RULE("g", "{'not':{'all':[{'channel':'app'},{'tag':'a'}]}}") "]",
     "12-05T10:00 c1 update tags:=[\"a\"] => \n"
     "12-05T10:01 c1 login channel=pos => g+5.00\n"
     "12-05T10:01 c1 login channel=app => g!CONDITION_NOT_MET\n"
     "12-05T10:01 c2 login channel=app => g+5.00\n"},
    {"where two are as near none is named before the other, and their reason only if they share it",
     "'facts':{'l':{'last':'checkin'}},'rules':[" RULE("g", "{'any':[{'profile.tier':'gold'},{'fact.l':{'dormant_for':'P7D'}}]}") "," RULE(
         "h", "{'any':[{'profile.tier':'gold'},{'profile.city':'sh'}]}") "]",
     "12-05T10:00 c1 login => g!CONDITION_NOT_MET h!CONDITION_NOT_MET\n"
     "why g => CONDITION_NOT_MET condition 0\n"
     "why h => CONDITION_NOT_MET condition 3\n"},
};

static void asked(void **unused) {
  (void)unused;
  stories_tell(stories, sizeof stories / sizeof stories[0]);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(asked)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
