/* What is due of a customer, and when it closes. */
#include "judge/story.h"

#define FREE "'limits':'unlimited'"
#define VOUCHER "'give':{'reward':'voucher','value':'5.00','pool':'unlimited'}"

static const struct story stories[] = {
    {"a choice",
     "'rules':[{'id':'g','on':'account.opened','give':{'choice_of':[{'id':'tea','reward':'voucher','value':'20.00','pool':{'stock':5}},{'"
     "id'"
     ":'cash','reward':'cash_back','value':'5.00','pool':{'budget':'500.00'}}],'within':'P7D','default':'cash'}," FREE
     "},{'id':'h','on':'login','give':[{'id':'mug','reward':'voucher','value':'7.00','pool':{'stock':5}},{'id':'cup','reward':'voucher','"
     "value':'7.00','pool':{'stock':5}}]," FREE "}]",
     "12-05T10:00 c1 account.opened => g>choice\n"
     "dues c1 => 2026-12-12T10:00 gift\n"
     "12-12T09:59 c1 claim reward_id=last choice=mug => g!CONDITION_NOT_MET\n"
     "why g => CONDITION_NOT_MET mug\n"
     "12-12T09:59:59 c1 claim reward_id=last choice=tea => g.tea+20.00\n"
     "12-12T10:00 c1 claim reward_id=last choice=cash => g!LIMIT_REACHED\n"
     "12-05T10:00 c2 account.opened => g>choice\n"
     "12-12T10:00 c2 claim reward_id=last choice=tea => g!EXPIRED\n"
     "passes 12-12T10:00 c2 => g.cash+5.00\n"
     "dues c2 => \n"},
};

#define COUNT(window) "'facts':{'n':{'measure':'count','on':'login','window':" window "}}"
#define CLOSE(id, unit, delay, limits) "{'id':'" id "','on':{'close':" unit delay "},'when':{'fact.n':{'gte':1}}," limits "," VOUCHER "}"

static const struct story close_stories[] = {
    {"a close leaves no next one due for a rule whose campaign does not hear that, though another's does",
     "'period':{'from':'2026-12-01','to':'2026-12-31','closing':'P14D'},'audience':'everyone'," COUNT(
         "{'rolling':'P40D'}") ",'rules':[" CLOSE("g", "'month'", "", FREE) "]|{'id':'zz','version':1,'name':{'zh':'x','en':'x'},'audience'"
                                                                            ":'everyone'," STORY_PERIOD
                                                                            "'facts':{'m':{'measure':'count','on':'checkin','window':'"
                                                                            "month'}},'rules':[{'id':'h','on':{'close':'"
                                                                            "month'},'when':{'fact.m':{'gte':1}}," FREE "," VOUCHER "}]}",
     "12-28T10:00 c1 login => \n"
     "passes 01-01T00:00 c1 => g+5.00\n"
     "dues c1 => \n"},
    {"of two months that are due at one instant the earlier is heard first, in whatever order they became due",
     "'period':{'from':'2026-12-01','to':'2027-03-31','closing':'P40D'}," COUNT("'month'") ",'rules':[" CLOSE(
         "g", "'month'", "", FREE) "," CLOSE("h", "'month'", ",'delay':'P31D'", FREE) "]",
     "12-05T10:00 c1 login => \n"
     "passes 01-01T00:00 c1 => g+5.00\n"
     "01-02T10:00 c1 login => \n"
     "passes 02-01T00:00 c1 => h+5.00 g+5.00\n"
     "01-02T09:00 c2 login => \n"
     "12-31T10:00 c2 login @01-02T10:00 => \n"
     "passes 01-02T00:00 c2 => g+5.00\n"
     "passes 02-01T00:00 c2 => h+5.00 g+5.00\n"},
    {"a month closes with its delay, once; what comes late has it judged again and is given nothing more",
     COUNT("'month'") ",'rules':[" CLOSE("g", "'month'", ",'delay':'P3D'", FREE) "]",
     "12-05T10:00 c1 login => \n"
     "dues c1 => 2027-01-04T00:00 of 683\n"
     "12-31T23:59:59 c1 login => \n"
     "dues c1 => 2027-01-04T00:00 of 683\n"
     "passes 01-03T23:59:59 c1 => \n"
     "passes 01-04T00:00 c1 => g+5.00\n"
     "dues c1 => \n"
     "12-31T23:59:59 c1 login @01-03T23:00 => \n"
     "dues c1 => 2027-01-04T00:00 of 683\n"
     "passes 01-05T00:00 c1 => g!LIMIT_REACHED\n"
     "why g => LIMIT_REACHED once\n"
     "dues c1 => \n"},
    {"two rules hear it at their own times; a late event begins anew for the first",
     COUNT("'month'") ",'rules':[" CLOSE("h", "'month'", ",'delay':'P3D'", FREE) "," CLOSE("g", "'month'", ",'delay':'P1D'", FREE) "]",
     "12-05T10:00 c1 login => \n"
     "dues c1 => 2027-01-02T00:00 of 683\n"
     "passes 01-02T00:00 c1 => g+5.00\n"
     "dues c1 => 2027-01-04T00:00 of 683 done 2027-01-02T00:00\n"
     "12-31T10:00 c1 login @01-02T10:00 => \n"
     "dues c1 => 2027-01-02T00:00 of 683\n"
     "passes 01-03T00:00 c1 => g!LIMIT_REACHED\n"
     "dues c1 => 2027-01-04T00:00 of 683 done 2027-01-02T00:00\n"
     "passes 01-04T00:00 c1 => h+5.00\n"
     "dues c1 => \n"},
    {"how far the stream was when it was made due, and its next one is as old",
     COUNT("{'last':2,'unit':'month'}") ",'rules':[" CLOSE("g", "'month'", ",'delay':'P1D'", FREE) "]",
     "clock 12-05T09:00 => \n"
     "12-05T10:00 c1 login => \n"
     "dues c1 => 2027-01-02T00:00 of 683 made 2026-12-05T09:00\n"
     "clock 01-07T09:00 => \n"
     "passes 01-07T09:00 c1 => g+5.00\n"
     "dues c1 => 2027-02-02T00:00 of 684 made 2026-12-05T09:00\n"
     "01-07T10:00 c1 login => \n"
     "dues c1 => 2027-02-02T00:00 of 684 made 2026-12-05T09:00\n"
     "passes 02-02T00:00 c1 => g+5.00\n"
     "dues c1 => 2027-03-02T00:00 of 685 made 2026-12-05T09:00\n"},
    {"who has something in a longer window is judged until there is nothing in it",
     COUNT("{'last':2,'unit':'month'}") ",'rules':[" CLOSE("g", "'month'", "", FREE) "]",
     "12-05T10:00 c1 login => \n"
     "passes 01-01T00:00 c1 => g+5.00\n"
     "dues c1 => 2027-02-01T00:00 of 684\n"
     "passes 02-01T00:00 c1 => g+5.00\n"
     "dues c1 => \n"},
    {"who has something for ever until the campaign is over", COUNT("'campaign'") ",'rules':[" CLOSE("g", "'month'", "", FREE) "]",
     "12-05T10:00 c1 login => \n"
     "passes 03-01T00:00 c1 => g+5.00 g+5.00 g+5.00\n"
     "dues c1 => 2027-04-01T00:00 of 686\n"
     "passes 04-14T00:00 c1 => g+5.00\n"
     "dues c1 => \n"},
    {"of rolling days each day that has something in its window", COUNT("{'rolling':'P3D'}") ",'rules':[" CLOSE("g", "'day'", "", FREE) "]",
     "12-05T10:00 c1 login => \n"
     "dues c1 => 2026-12-06T00:00 of 20792\n"
     "passes 12-08T00:00 c1 => g+5.00 g+5.00 g+5.00\n"
     "dues c1 => \n"},
    {"several rules with windows of their own: each is woken where its own has something",
     "'facts':{'n':{'measure':'count','on':'login','window':'month'},'m':{'measure':'count','on':'checkin','window':{'last':2,'unit':'"
     "month'"
     "}}},'rules':[" CLOSE("g", "'month'", "", FREE) ",{'id':'h','on':{'close':'month'},'when':{'fact.m':{'gte':1}}," FREE "," VOUCHER "}]",
     "12-05T10:00 c1 checkin => \n"
     "passes 01-01T00:00 c1 => h+5.00\n"
     "01-05T10:00 c1 login => \n"
     "passes 02-01T00:00 c1 => g+5.00 h+5.00\n"
     "dues c1 => \n"},
    {"the campaign closes once, for what counted until its last day",
     "'facts':{'a':{'measure':'daily_average','of':'balance','on':'balance.snapshot','window':'campaign'}},'rules':[{'id':'g','on':{'close'"
     ":"
     "'campaign','delay':'P2D'},'when':{'fact.a':{'gte':'1.00'}}," FREE "," VOUCHER "}]",
     "03-31T23:59 c1 balance.snapshot balance_minor:=2000000 currency=CNY => \n"
     "dues c1 => 2027-04-03T00:00 of 0\n"
     "passes 04-03T00:00 c1 => g+5.00\n"
     "dues c1 => \n"
     "04-01T00:00 c2 balance.snapshot balance_minor:=2000000 currency=CNY => \n"
     "dues c2 => \n"},
    {"a programme counts before and behind the campaign: it closes for its own days",
     "'rules':[{'id':'g','on':{'close':'month'},'when':{'fact.zz/n':{'gte':1}}," FREE "," VOUCHER
     "}]|{'id':'zz','version':1,'name':{'zh':'x','en':'x'},'facts':{'n':{'measure':'count','on':'login','window':'ever'}}}",
     "11-15T10:00 c1 login => \n"
     "dues c1 => 2027-01-01T00:00 of 683\n"
     "04-01T00:00 c2 login => \n"
     "dues c2 => \n"
     "03-31T23:59 c2 login => \n"
     "dues c2 => 2027-04-01T00:00 of 686\n"
     "12-01T00:00 c3 login => \n"
     "dues c3 => 2027-01-01T00:00 of 683\n"},
    {"a cycle closes by the day that was said, and moves with it; months beside it stay",
     "'period':{'from':'2026-12-01','to':'2027-03-31','closing':'P40D'},'facts':{'n':{'measure':'count','on':'login','window':{'cycle':'"
     "profile.statement_day'}},'m':{'measure':'count','on':'login','window'"
     ":"
     "'month'}},'rules':[" CLOSE("g", "{'cycle':'profile.statement_day'}", "", FREE) "," CLOSE(
         "h", "{'cycle':'profile.statement_day'}", ",'delay':'P3D'",
         FREE) ",{'id':'i','on':{'close':'month','delay':'P20D'},'when':{'fact.m':{'gte':1}}," FREE "," VOUCHER "}]",
     "12-01T10:00 c2 login => \n"
     "dues c2 => 2027-01-21T00:00 of 683\n"
     "12-01T10:00 c1 update statement_day:=10 => \n"
     "12-15T10:00 c1 login => \n"
     "dues c1 => 2027-01-10T00:00 of 683, 2027-01-21T00:00 of 683\n"
     "12-20T10:00 c1 update statement_day:=20 => \n"
     "dues c1 => 2027-01-20T00:00 of 683, 2027-01-21T00:00 of 683\n"
     "12-21T10:00 c1 update statement_day:=5 => \n"
     "dues c1 => 2027-01-05T00:00 of 683, 2027-01-21T00:00 of 683\n"
     "passes 01-05T00:00 c1 => g+5.00\n"
     "dues c1 => 2027-01-08T00:00 of 683 done 2027-01-05T00:00, 2027-01-21T00:00 of 683\n"
     "01-06T10:00 c1 update statement_day:=7 => \n"
     "dues c1 => 2027-01-08T00:00 of 683 done 2027-01-05T00:00, 2027-01-21T00:00 of 683\n"
     "passes 01-21T00:00 c1 => h+5.00 i+5.00\n"
     "dues c1 => \n"},
    {"a month that no rule hears closes for nobody, though something counts in it",
     "'period':{'from':'2026-12-01','to':'2027-01-31','closing':'P31D'},'audience':'everyone','facts':{'a':{'measure':'daily_average','of':"
     "'balance','on':'"
     "balance."
     "snapshot','window':'month'}},'rules':[{'id':'g','on':{'close':'month'},'when':{'fact.a':{'gte':'1.00'}}," FREE "," VOUCHER
     "}]|{'id':'d','version':1,'name':{'zh':'x','en':'x'},'period':{'from':'2027-03-01','to':'2027-04-30'},'audience':'everyone','facts':{'"
     "a'"
     ":{'measure':'daily_average','of':'balance','on':'balance.snapshot','window':'month'}},'rules':[{'id':'h','on':{'close':'month'},'"
     "when'"
     ":{'fact.a':{'gte':'1.00'}}," FREE "," VOUCHER "}]}",
     "02-10T10:00 c1 balance.snapshot currency=CNY balance_minor:=2000000 => \n"
     "dues c1 => \n"
     "12-10T10:00 c2 balance.snapshot currency=CNY balance_minor:=2000000 => \n"
     "dues c2 => 2027-01-01T00:00 of 683\n"
     "passes 02-01T00:00 c2 => g+5.00 g+5.00\n"
     "dues c2 => 2027-04-01T00:00 of 686\n"
     "passes 05-02T00:00 c2 => h+5.00 h+5.00\n"
     "dues c2 => \n"},
    {"months counted from a moment: they move with it, and without it nobody hears them",
     "'period':{'from':'2026-12-01','to':'2027-03-31','closing':'P40D'},'facts':{'o':{'first':'txn.card_spend','refunds':'reopen'},'n':{'"
     "measure':'count','on':'login','window':{'cycle':'fact.o.at','unit':'month'}}},'rules':[" CLOSE(
         "g", "{'cycle':'fact.o.at','unit':'month'}", "", FREE) "," CLOSE("h", "{'cycle':'fact.o.at','unit':'month'}", ",'delay':'P2D'",
                                                                          FREE) "]",
     "12-05T10:00 c1 spend 10.00 #a => \n"
     "12-06T10:00 c1 login => \n"
     "dues c1 => 2027-01-05T00:00 of 683\n"
     "12-03T10:00 c1 spend 10.00 #b @12-06T09:00 => \n"
     "dues c1 => 2027-01-03T00:00 of 683\n"
     "passes 01-03T00:00 c1 => g+5.00\n"
     "dues c1 => 2027-01-05T00:00 of 683 done 2027-01-03T00:00\n"
     "01-03T10:00 c1 refund b => \n"
     "dues c1 => 2027-01-05T00:00 of 683 done 2027-01-03T00:00\n"
     "01-03T11:00 c1 refund a => \n"
     "passes 01-10T00:00 c1 => \n"
     "dues c1 => \n"
     "12-05T10:00 c2 spend 10.00 #d => \n"
     "12-06T10:00 c2 login => \n"
     "12-07T10:00 c2 refund d => \n"
     "dues c2 => 2027-01-05T00:00 of 683\n"
     "passes 01-10T00:00 c2 => \n"
     "dues c2 => \n"},
    {"of a rank it is known since when it is due: what comes behind that changes nothing of it",
     "'facts':{'s':{'measure':'sum','of':'amount','on':'txn.card_spend','window':'month'}},'rules':[{'id':'g','on':{'close':'month','delay'"
     ":'P3D'},'when':{'fact.s':{'gte':'1.00'}},'rank':{'by':'fact.s','order':'highest','top':2},'limits':[{'count':1,'per':['customer'],'"
     "period':'month'}]," VOUCHER "}]",
     "clock 12-05T09:00 => \n"
     "12-05T10:00 c1 spend 10.00 => \n"
     "dues c1 => 2027-01-04T00:00 of 683 made 2026-12-05T09:00\n"
     "clock 01-02T09:00 => \n"
     "12-31T10:00 c1 spend 10.00 @01-02T10:00 => \n"
     "dues c1 => 2027-01-04T00:00 of 683 made 2026-12-05T09:00\n"},
    {"what closes comes before a gift of the same instant",
     COUNT("'month'") ",'rules':[" CLOSE(
         "g", "'month'", "",
         FREE) ",{'id':'h','on':'login','give':{'reward':'points','value':3,'timing':{'next':'month'},'pool':'unlimited'}," FREE "}]",
     "12-05T10:00 c1 login => h>3\n"
     "dues c1 => 2027-01-01T00:00 of 683, 2027-01-01T00:00 gift\n"
     "passes 01-01T00:00 c1 => g+5.00 h+3\n"
     "dues c1 => \n"},
};

static void closes(void **unused) {
  (void)unused;
  stories_tell(close_stories, sizeof close_stories / sizeof close_stories[0]);
}

static void passing(void **unused) {
  (void)unused;
  stories_tell(stories, sizeof stories / sizeof stories[0]);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(passing), cmocka_unit_test(closes)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
