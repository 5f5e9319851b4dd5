/* Gifts that are judged again (docs/language.md section 8): every gift that rests on a measure which a reversal lowers, however it asks for
 * it - by a difference, by a table -, with all else as it was when it was given. */
#include "judge/story.h"

#define FREE "'limits':'unlimited'"
#define VOUCHER "'give':{'reward':'voucher','value':'5.00','pool':'unlimited'}"
#define SUM "'facts':{'s':{'measure':'sum','of':'amount','on':'txn.card_spend','window':'month'},"

static const struct story stories[] = {
    {"difference with a max",
     SUM "'m':{'measure':'max','of':'amount','on':'txn.card_spend','window':'month'},'d':{'difference':['s','m']}},'rules':[{'id':'g','on':"
         "'txn.card_spend','when':{'fact.d':{'gte':'50.00'}}," FREE "," VOUCHER "}]",
     "12-05T10:00 c1 spend 60.00 #a => g!TARGET_NOT_REACHED\n"
     "12-05T10:00 c1 spend 60.00 #b => g+5.00\n"
     "record c1 => MEASURE 2027-01-08, MEASURE 2027-04-08, GRANT 2027-03-13, RESTS 2027-03-13, FED 2027-03-13, ORIGINAL 2027-03-13, SEEN "
     "2027-03-13\n"
     "12-05T11:00 c1 refund a => g-5.00\n"},
    {"difference with another that stays",
     SUM "'m':{'measure':'sum','of':'amount','on':'bill.paid','window':'month'},'d':{'difference':['s','m']}},'rules':[{'id':'g','on':'txn."
         "card_spend','when':{'fact.d':{'gte':'50.00'}}," FREE "," VOUCHER "}]",
     "12-05T10:00 c1 bill.paid amount_minor:=1000 currency=CNY => \n"
     "12-05T10:00 c1 spend 60.00 #b => g+5.00\n"
     "12-05T11:00 c1 refund b 1.00 => g-5.00\n"},
    {"difference with the month before",
     SUM "'m':{'measure':'sum','of':'amount','on':'txn.card_spend','window':'month','previous':1,'refunds':'ignore'},'d':{'difference':['s'"
         ",'m']}},'rules':[{'id':'g','on':'txn.card_spend','when':{'fact.d':{'gte':'50.00'}}," FREE "," VOUCHER "}]",
     "12-05T10:00 c1 spend 60.00 #b => g+5.00\n"
     "12-05T11:00 c1 refund b 20.00 => g-5.00\n"},
    {"compared with a daily average",
     SUM "'a':{'measure':'daily_average','of':'balance','on':'balance.snapshot','window':'month'},'d':{'difference':['s','a']}},'rules':[{'"
         "id':'g','on':'txn.card_spend','when':{'fact.d':{'gte':'50.00'}}," FREE "," VOUCHER "}]",
     "12-01T10:00 c1 balance.snapshot balance_minor:=100 currency=CNY => \n"
     "12-05T10:00 c1 spend 60.00 #b => g+5.00\n"
     "12-05T11:00 c1 refund b 20.00 => g-5.00\n"},
    {"asked of both apart",
     SUM "'m':{'measure':'max','of':'amount','on':'txn.card_spend','window':'month'}},'rules':[{'id':'g','on':'txn.card_spend','when':{'"
         "fact.s':{'gte':'100.00'},'fact.m':{'gte':'60.00'}}," FREE "," VOUCHER "}]",
     "12-05T10:00 c1 spend 60.00 #a => g!TARGET_NOT_REACHED\n"
     "12-05T10:00 c1 spend 60.00 #b => g+5.00\n"
     "12-05T11:00 c1 refund a 20.00 => \n"
     "12-05T11:00 c1 refund a 1.00 => g-5.00\n"},
    {"by a table",
     SUM "'t':{'table':[{'of':'fact.s','from':['0.00','100.00']}],'cells':['low','high']}},'rules':[{'id':'g','on':'txn.card_spend','when':"
         "{'fact.t':'high'}," FREE "," VOUCHER "}]",
     "12-05T10:00 c1 spend 60.00 #a => g!CONDITION_NOT_MET\n"
     "12-05T10:00 c1 spend 60.00 #b => g+5.00\n"
     "12-05T11:00 c1 refund a 20.00 => \n"
     "12-05T11:00 c1 refund a 1.00 => g-5.00\n"},
    {"by a table and a tier",
     SUM "'t':{'table':[{'of':'fact.s','from':['0.00','100.00']},{'of':'profile.age','from':[0,18]}],'cells':['low','low2','high','high2']}"
         "},'rules':[{'id':'g','on':'txn.card_spend','when':{'fact.t':'high2'}," FREE "," VOUCHER "}]",
     "12-05T09:00 c1 update age:=20 => \n"
     "12-05T10:00 c1 spend 60.00 #a => g!CONDITION_NOT_MET\n"
     "12-05T10:00 c1 spend 60.00 #b => g+5.00\n"
     "12-05T11:00 c1 refund b 20.00 => \n"
     "12-05T11:00 c1 refund b 1.00 => g-5.00\n"},
    {"by a table of which the other axis moved meanwhile: that one counts as it did",
     SUM
     "'t':{'table':[{'of':'fact.s','from':['0.00','100.00']},{'of':'profile.tier','in':['basic','high']}],'cells':['a','b','c','d'],'else':"
     "'z'}},'lists':{'basic':['basic'],'high':['gold']},'rules':[{'id':'g','on':'txn.card_spend','when':{'fact.t':['d','z']}," FREE
     "," VOUCHER "}]",
     "12-05T09:00 c1 update tier=gold => \n"
     "12-05T10:00 c1 spend 120.00 #a => g+5.00\n"
     "12-05T10:30 c1 update tier=basic => \n"
     "12-05T11:00 c1 refund a 20.00 => \n"
     "12-05T11:30 c1 update tier=none => \n"
     "12-05T11:31 c1 refund a 0.01 => g-5.00\n"
     "12-05T10:00 c2 spend 120.00 #b => g+5.00\n"
     "12-05T10:30 c2 update tier=basic => \n"
     "12-05T11:00 c2 refund b 60.00 => \n"},
    {"by a table of the amount and the shop",
     "'facts':{'t':{'table':[{'of':'amount','from':['0.00','50.00']},{'of':'mcc','in':['food','tea']}],'cells':['a','b','c','d'],'else':'z'"
     "}},'lists':{'food':['5812'],'tea':['5815']},'rules':[{'id':'g','on':'txn.card_spend','when':{'fact.t':'d'}," FREE "," VOUCHER "}]",
     "12-05T10:00 c1 spend 60.00 mcc=5815 #a => g+5.00\n"
     "12-05T11:00 c1 refund a 10.00 => \n"
     "12-05T11:00 c1 refund a 0.01 => g-5.00\n"
     "12-05T10:00 c2 spend 60.00 mcc=5812 #a => g!CONDITION_NOT_MET\n"},
    {"by a table of nothing that can be undone: it stays as it was",
     "'facts':{'t':{'table':[{'of':'mcc','in':['food','tea']},{'of':'profile.tier','in':['tea']}],'cells':['a','b'],'else':'z'}},'lists':{'"
     "food':['5812'],'tea':['5815']},'rules':[{'id':'g','on':'txn.card_spend','when':{'fact.t':'z'}," FREE "," VOUCHER "}]",
     "12-05T10:00 c1 spend 60.00 mcc=5815 #a => g+5.00\n"
     "12-05T10:30 c1 update tier=5815 => \n"
     "12-05T11:00 c1 refund a 10.00 => \n"
     "12-05T11:00 c1 refund a => g-5.00\n"},
    {"what stays when its own event goes back is judged as it was then, later too",
     SUM "'m':{'measure':'max','of':'amount','on':'txn.card_spend','window':'month'},'d':{'difference':['s','m']}},'rules':[{'id':'g','on':"
         "'bill.paid','when':{'fact.d':{'gte':'50.00'}}," FREE "," VOUCHER "}]",
     "12-05T10:00 c1 spend 60.00 #a => \n"
     "12-05T10:01 c1 spend 60.00 #b => \n"
     "12-05T10:02 c1 spend 60.00 #d => \n"
     "12-05T10:03 c1 bill.paid #p => g+5.00\n"
     "12-05T10:04 c1 spend 500.00 #e => \n"
     "12-05T11:00 c1 refund p => \n"
     "12-05T11:01 c1 refund e => \n"
     "12-05T11:02 c1 refund a => \n"
     "12-05T11:03 c1 refund b 10.00 => \n"
     "12-05T11:04 c1 refund b 0.01 => g-5.00\n"},
    {"given for what nobody can take back: by a table as well",
     SUM "'t':{'table':[{'of':'fact.s','from':['0.00','100.00']}],'cells':['low','high']}},'rules':[{'id':'g','on':'login','when':{'fact.t'"
         ":'high'}," FREE "," VOUCHER
         "},{'id':'h','on':'login','give':{'first_of':[{'id':'big','when':{'fact.t':'high'},'reward':'voucher','value':'9.00','pool':'"
         "unlimited'},{'id':'small','reward':'voucher','value':'4.00','pool':'unlimited'}]}," FREE "}]",
     "12-05T10:00 c1 spend 160.00 #a => \n"
     "12-05T11:00 c1 login => g+5.00 h.big+9.00\n"
     "12-05T11:01 c1 refund a 60.00 => \n"
     "12-05T11:02 c1 refund a 0.01 => g-5.00 h.big~5.00\n"},
    {"at a close what a table asks wakes nobody",
     SUM "'m':{'measure':'count','on':'bill.paid','window':'month'},'t':{'table':[{'of':'fact.s','from':['0.00','100.00']}],'cells':['low',"
         "'high']}},'rules':[{'id':'g','on':{'close':'month'},'when':{'fact.t':'high','fact.m':{'gte':1}}," FREE "," VOUCHER
         "},{'id':'h','on':{'close':'month'},'when':{'fact.s':{'gte':'1.00'}}," FREE "," VOUCHER "}]",
     "12-05T10:00 c1 spend 160.00 => \n"
     "passes 01-01T00:00 c1 => h+5.00\n"
     "01-05T10:00 c1 spend 160.00 => \n"
     "01-05T10:00 c1 bill.paid => \n"
     "passes 02-01T00:00 c1 => g+5.00 h+5.00\n"},
    {"of each cell of a table for itself",
     SUM "'t':{'table':[{'of':'fact.s','from':['0.00','100.00']}],'cells':['low','high']},'n':{'measure':'count','on':'txn.card_spend','"
         "window':'month','per':['customer','fact.t']}},'rules':[{'id':'g','on':'txn.card_spend','when':{'fact.n':{'gte':2}}," FREE
         "," VOUCHER "}]",
     "12-05T10:00 c1 spend 60.00 #a => g!TARGET_NOT_REACHED\n"
     "12-05T10:01 c1 spend 30.00 #b => g+5.00\n"
     "12-05T10:02 c1 spend 30.00 #d => g!TARGET_NOT_REACHED\n"
     "12-05T10:03 c1 refund a => g-5.00\n"},
    {"at a close as well",
     SUM
     "'m':{'measure':'max','of':'amount','on':'txn.card_spend','window':'month'},'d':{'difference':['s','m']},'t':{'table':[{'of':'fact.s',"
     "'from':['0.00','100.00']}],'cells':['low','high']}},'rules':[{'id':'g','on':{'close':'month'},'when':{'fact.d':{'gte':'50.00'}}," FREE
     "," VOUCHER "},{'id':'h','on':{'close':'month'},'when':{'fact.t':'high','fact.s':{'gte':'1.00'}}," FREE "," VOUCHER "}]",
     "12-05T10:00 c1 spend 60.00 #a => \n"
     "12-05T10:01 c1 spend 60.00 #b => \n"
     "passes 01-01T00:00 c1 => g+5.00 h+5.00\n"
     "01-05T10:01 c1 spend 500.00 => \n"
     "01-05T11:00 c1 refund a 10.00 => \n"
     "01-05T11:01 c1 refund a 10.00 => g-5.00\n"
     "01-05T11:02 c1 refund b 0.01 => h-5.00\n"},
};

static void rechecks(void **unused) {
  (void)unused;
  stories_tell(stories, sizeof stories / sizeof stories[0]);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(rechecks)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
