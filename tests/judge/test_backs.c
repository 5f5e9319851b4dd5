/* What of a gift goes back (docs/language.md section 8), to the last fen and unit: which of its items and triggers count when it is judged
 * again, what is left of the event that it was given for, what is told of a gift that was set off, and which of what rests on it goes. */
#include "judge/story.h"

#define FREE "'limits':'unlimited'"
#define VOUCHER "'give':{'reward':'voucher','value':'5.00','pool':'unlimited'}"
#define GOODS "'give':{'reward':'goods','pool':'unlimited'}"
#define TEN "'give':{'reward':'cash_back','value':{'percent':'10%','of':'amount','max':'50.00'},'pool':'unlimited'}"
#define FACT(name, rest) "'facts':{'" name "':{'measure':" rest ",'on':'txn.card_spend','window':'month'}},"
#define UNDO(reward, partial) "'on_reversal':{'reward':'" reward "','partial':'" partial "'}"
#define PAID(min) "{'event':'txn.card_spend','when':{'amount':{'gte':'" min "'}}}"
#define RULE(more) "{'id':'g','on':'txn.card_spend'," more "}"
#define ITEM(id, value, when) "{'id':'" id "','reward':'voucher','value':'" value "','pool':'unlimited'" when "}"
#define ADD_ON(id, points, min)                                                                                      \
  "{'id':'" id "','on':{'reward':'g'},'when':{'amount':{'gte':'" min "'}},'give':{'reward':'points','value':" points \
  ","                                                                                                                \
  "'pool':'unlimited'}," FREE "," UNDO("revoke", "recheck") "}"

static const struct story judged_again[] = {
    {"as long as one of its triggers holds with what is left",
     "'rules':[{'id':'f','on':" PAID("1000.00") "," VOUCHER "," FREE "},{'id':'g','on':[" PAID("100.00") "," PAID("50.00") "]," VOUCHER
                                                                                                                           "," FREE "}]",
     "12-02T10:00 c1 spend 100.00 #a => g+5.00\n"
     "12-02T10:01 c1 refund a 50.00 => \n"
     "12-02T10:02 c1 refund a 0.01 => g-5.00\n"},
    {"an item that still holds stays, whatever stands before it: what was not so then is not so now",
     "'rules':[" RULE("'give':{'first_of':[" ITEM("vip", "3.00", ",'when':{'tag':'vip'}") "," ITEM(
         "plain", "5.00", ",'when':{'amount':{'gte':'50.00'}}") "]}," FREE) "]",
     "12-02T10:00 c1 spend 100.00 #a => g.plain+5.00\n"
     "12-02T10:01 c1 refund a 50.00 => \n"},
    {"the lower item may be the first",
     "'rules':[" RULE("'give':{'first_of':[" ITEM("small", "3.00", ",'when':{'amount':{'lt':'50.00'}}") "," ITEM(
         "big", "5.00", ",'when':{'amount':{'gte':'50.00'}}") "]}," FREE) "]",
     "12-02T10:00 c1 spend 100.00 #a => g.big+5.00\n"
     "12-02T10:01 c1 refund a 50.00 => \n"
     "12-02T10:02 c1 refund a 0.01 => g.big~2.00\n"},
    {"a gift of another event is judged with what is left of that one",
     FACT("s", "'sum','of':'amount'") "'rules':[" RULE("'when':{'fact.s':{'gte':'50.00'},'amount':{'lt':'120.00'}}," TEN "," FREE) "]",
     "12-02T10:00 c1 spend 60.00 #b => g+6.00\n"
     "12-02T10:01 c1 spend 100.00 #a => g+10.00\n"
     "12-02T10:02 c1 refund b 10.00 => g~1.00\n"
     "12-02T10:03 c1 refund a 40.00 => g~4.00\n"
     "12-02T10:04 c1 refund b 5.00 => g~0.50\n"
     "12-02T10:05 c1 refund a 55.01 => g-4.50 g-6.00\n"},
};

static const struct story in_proportion[] = {
    {"a share that comes to nothing is nothing, one fen is one", "'rules':[" RULE(TEN "," FREE "," UNDO("revoke", "prorate")) "]",
     "12-02T10:00 c1 spend 0.10 #a => g+0.01\n"
     "12-02T10:01 c1 refund a 0.06 => g-0.01\n"
     "12-02T10:02 c1 spend 0.20 #b => g+0.02\n"
     "12-02T10:03 c1 refund b 0.10 => g~0.01\n"},
    {"of the last fen of the payment as well", "'rules':[" RULE(VOUCHER "," FREE "," UNDO("revoke", "prorate")) "]",
     "12-02T10:00 c1 spend 1.00 #a => g+5.00\n"
     "12-02T10:01 c1 refund a 0.99 => g~4.95\n"
     "12-02T10:02 c1 refund a 0.01 => g-0.05\n"},
    {"of two units one goes, and its value with it",
     "'rules':[" RULE("'give':{'reward':'voucher','value':'5.00','count':2,'pool':'unlimited'}," FREE "," UNDO("revoke", "prorate")) "]",
     "12-02T10:00 c1 spend 100.00 #a => g+5.00x2\n"
     "12-02T10:01 c1 refund a 50.00 => g~5.00\n"
     "12-02T10:02 c1 refund a 50.00 => g-5.00\n"},
    {"what has no price goes with the last of its payment, and with one of no amount",
     FACT("n", "'count'") "'rules':[" RULE("'when':{'fact.n':{'gte':1}}," GOODS "," FREE "," UNDO("revoke", "prorate")) "]",
     "12-02T10:00 c1 spend 100.00 #a => g+0.00\n"
     "12-02T10:01 c1 refund a 99.99 => \n"
     "12-02T10:02 c1 refund a 0.01 => g-0.00\n"
     "12-02T10:03 c1 spend 100.00 #b => g+0.00\n"
     "12-02T10:04 c1 refund b => g-0.00\n"
     "12-02T10:05 c1 spend #d => g+0.00\n"
     "12-02T10:06 c1 refund d => g-0.00\n"},
};

#define CHOICE(more)                                                                                                       \
  "'rules':[" RULE(                                                                                                        \
      "'give':{'choice_of':[{'id':'tea','reward':'goods','pool':'unlimited'},{'id':'fen','reward':'cash_back','value':'"   \
      "0.01','pool':'unlimited'},{'id':'two','reward':'cash_back','value':'0.02','pool':'unlimited'},{'id':'cash','reward" \
      "':'cash_back','value':'5.00','pool':'unlimited'}],'within':'P7D','default':'cash'}," FREE "," more) "]"

static const struct story chosen[] = {
    {"what is chosen behind a part is the share of what is left, and never nothing as long as anything is",
     CHOICE(UNDO("revoke", "prorate")),
     "12-02T10:00 c1 spend 1.00 #a => g>choice\n"
     "12-02T10:01 c1 claim reward_id=last choice=cash => g.cash+5.00\n"
     "12-02T10:00 c2 spend 1.00 #b => g>choice\n"
     "12-02T10:01 c2 refund b 0.01 => \n"
     "passes 12-09T10:00 c2 => g.cash+4.95\n"
     "12-02T10:00 c3 spend 1.00 #d => g>choice\n"
     "12-02T10:01 c3 refund d 0.60 => \n"
     "passes 12-09T10:00 c3 => g.cash+2.00\n"},
    {"a fen stays a fen, of two a share below one is one, and what has no value has none", CHOICE(UNDO("revoke", "prorate")),
     "12-02T10:00 c1 spend 1.00 #a => g>choice\n"
     "12-02T10:01 c1 refund a 0.60 => \n"
     "12-02T10:02 c1 claim reward_id=last choice=fen => g.fen+0.01\n"
     "12-02T10:00 c2 spend 1.00 #b => g>choice\n"
     "12-02T10:01 c2 refund b 0.60 => \n"
     "12-02T10:02 c2 claim reward_id=last choice=two => g.two+0.01\n"
     "12-02T10:00 c3 spend 1.00 #d => g>choice\n"
     "12-02T10:01 c3 refund d 0.60 => \n"
     "12-02T10:02 c3 claim reward_id=last choice=tea => g.tea+0.00\n"},
    {"before anything is chosen it is no item that goes back", CHOICE(UNDO("revoke", "prorate")),
     "12-02T10:00 c1 spend 1.00 #a => g>choice\n"
     "12-02T10:01 c1 refund a => g-choice\n"},
    {"chosen, it is", CHOICE(UNDO("revoke", "prorate")),
     "12-02T10:00 c1 spend 1.00 #a => g>choice\n"
     "12-02T10:01 c1 claim reward_id=last choice=cash => g.cash+5.00\n"
     "12-02T10:02 c1 refund a => g.cash-5.00\n"},
    {"of a payment without an amount it is what it is", CHOICE(UNDO("revoke", "prorate")),
     "12-02T10:00 c1 spend #a => g>choice\n"
     "12-02T10:01 c1 claim reward_id=last choice=cash => g.cash+5.00\n"},
};

static const struct story told[] = {
    {"what goes back has no time from which or until when it counts, and stands for nothing",
     "'rules':[" RULE(
         "'give':{'reward':'cash_back','value':{'percent':'10%','of':'amount','max':'50.00'},'pool':'unlimited','valid':{'for':"
         "'P5D'},'timing':{'after':'P1D'}}," FREE) "]",
     "12-02T10:00 c1 spend 100.00 #a => g>10.00\n"
     "passes 12-03T10:00 c1 => g+10.00\n"
     "gifts => g item 0 1000 until 2026-12-08T10:00\n"
     "12-04T10:01 c1 refund a 40.00 => g~4.00\n"
     "gifts => g item 0 400 x0\n"
     "12-04T10:02 c1 refund a => g-6.00\n"
     "gifts => g item 0 600\n"},
    {"a place is used as long as anything of its gift stands",
     "'rules':[" RULE(TEN ",'limits':[{'count':1,'per':['customer'],'period':'ever'}],'on_reversal':{'limits':'restore','partial':'prorate'"
                          "}") "]",
     "12-02T10:00 c1 spend 100.00 #a => g+10.00\n"
     "12-02T10:01 c1 refund a 50.00 => g~5.00\n"
     "12-02T10:02 c1 spend 100.00 => g!LIMIT_REACHED\n"
     "12-02T10:03 c1 refund a 50.00 => g-5.00\n"
     "12-02T10:04 c1 spend 100.00 => g+10.00\n"},
    {"what has no face value is asked back, not owed", "'rules':[" RULE(GOODS "," FREE "," UNDO("offset", "recheck")) "]",
     "12-02T10:00 c1 spend 100.00 #a => g+0.00\n"
     "12-02T10:01 c1 refund a => g-0.00\n"},
    {"of two units both are owed",
     "'rules':[" RULE("'give':{'reward':'voucher','value':'5.00','count':2,'pool':'unlimited'}," FREE "," UNDO("offset", "prorate")) "]",
     "12-02T10:00 c1 spend 100.00 #a => g+5.00x2\n"
     "12-02T10:01 c1 refund a => g=10.00x2\n"},
};

static const struct story set_off[] = {
    {"of a gift that was set off in part what was paid out goes back first",
     "'rules':[" RULE(TEN "," FREE "," UNDO("offset", "recheck")) "]",
     "12-02T10:00 c1 spend 40.00 #x => g+4.00\n"
     "12-02T10:01 c1 refund x => g=4.00\n"
     "12-02T10:02 c1 spend 100.00 #a => g+6.00\n"
     "12-02T10:03 c1 refund a 1.00 => g=0.10\n"
     "12-02T10:04 c1 spend 100.00 => g+9.90\n"},
    {"a single fen that was set off altogether is owed again", "'rules':[" RULE(TEN "," FREE "," UNDO("offset", "prorate")) "]",
     "12-02T10:00 c1 spend 0.10 #a => g+0.01\n"
     "12-02T10:01 c1 refund a => g=0.01\n"
     "12-02T10:02 c1 spend 0.10 #b => g=0.00\n"
     "12-02T10:03 c1 refund b => g=0.01\n"
     "12-02T10:04 c1 spend 0.30 => g+0.02\n"},
    {"and is not owed twice, though it went in two parts", "'rules':[" RULE(TEN "," FREE "," UNDO("offset", "prorate")) "]",
     "12-02T10:00 c1 spend 0.20 #a => g+0.02\n"
     "12-02T10:01 c1 refund a => g=0.02\n"
     "12-02T10:02 c1 spend 0.30 #b => g+0.01\n"
     "12-02T10:03 c1 refund b 0.20 => g=0.02\n"
     "12-02T10:04 c1 refund b 0.10 => g=0.01\n"
     "12-02T10:05 c1 spend 1.00 => g+0.07\n"},
};

static const struct story resting[] = {
    {"the add-on goes whose rule does not hold any more, and no other; the others go with the gift",
     "'rules':[" RULE(TEN "," FREE "," UNDO("revoke", "prorate")) "," ADD_ON("p", "7", "60.00") "," ADD_ON("q", "3", "0.01") "," ADD_ON(
         "r", "2", "80.00") "]",
     "12-02T10:00 c1 spend 100.00 #a => g+10.00 p+7 q+3 r+2\n"
     "12-02T10:01 c1 refund a 30.00 => g~3.00 r-2\n"
     "12-02T10:02 c1 refund a 20.00 => g~2.00 p-7\n"
     "12-02T10:03 c1 refund a 50.00 => g-5.00 q-3\n"
     "record c1 => ORIGINAL 2027-03-10\n"},
    {"whichever of them was the first",
     "'rules':[" RULE(TEN "," FREE "," UNDO("revoke", "prorate")) "," ADD_ON("p", "7", "80.00") "," ADD_ON("q", "3", "0.01") "]",
     "12-02T10:00 c1 spend 100.00 #a => g+10.00 p+7 q+3\n"
     "12-02T10:01 c1 refund a 30.00 => g~3.00 p-7\n"
     "12-02T10:02 c1 refund a 70.00 => g-7.00 q-3\n"},
    {"a gift that falls with its measure takes those with it that still rest on it",
     FACT("s", "'sum','of':'amount'") "'rules':[" RULE("'when':{'fact.s':{'gte':'150.00'}}," TEN "," FREE) "," ADD_ON(
         "p", "7", "60.00") "," ADD_ON("q", "3", "0.01") "," ADD_ON("r", "2", "80.00") "]",
     "12-02T10:00 c1 spend 100.00 #b => g!TARGET_NOT_REACHED\n"
     "12-02T10:01 c1 spend 100.00 #a => g+10.00 p+7 q+3 r+2\n"
     "12-02T10:02 c1 refund a 30.00 => g~3.00 r-2\n"
     "12-02T10:03 c1 refund b 20.01 => g-7.00 p-7 q-3\n"},
    {"also where the first of them went before",
     FACT("s", "'sum','of':'amount'") "'rules':[" RULE("'when':{'fact.s':{'gte':'150.00'}}," TEN "," FREE) "," ADD_ON(
         "p", "7", "80.00") "," ADD_ON("q", "3", "0.01") "," ADD_ON("r", "2", "60.00") "]",
     "12-02T10:00 c1 spend 100.00 #b => g!TARGET_NOT_REACHED\n"
     "12-02T10:01 c1 spend 100.00 #a => g+10.00 p+7 q+3 r+2\n"
     "12-02T10:02 c1 refund a 30.00 => g~3.00 p-7\n"
     "12-02T10:03 c1 refund b 20.01 => g-7.00 r-2 q-3\n"},
    {"that it rested there is forgotten", "'rules':[" RULE(TEN "," FREE "," UNDO("revoke", "prorate")) "," ADD_ON("p", "7", "80.00") "]",
     "12-02T10:00 c1 spend 100.00 #a => g+10.00 p+7\n"
     "record c1 => GRANT 2027-03-10, CHILD 2027-03-10, ORIGINAL 2027-03-10\n"
     "12-02T10:01 c1 refund a 30.00 => g~3.00 p-7\n"
     "record c1 => GRANT 2027-03-10, ORIGINAL 2027-03-10\n"},
    {"an add-on that goes on within a period comes down with its measure, not with its gift, and goes with it",
     FACT("s", "'sum','of':'amount'") "'rules':[" RULE(
         TEN "," FREE "," UNDO("revoke", "prorate")) ",{'id':'h','on':{'reward':'g'},'give':{"
                                                     "'reward':'cash_back','value':{'by':'fact.s','pay':'top_up','bands':[{'from':'10.00','"
                                                     "value':'1.00'},{'from':'100.00','value':'3.00'}]},"
                                                     "'pool':'unlimited'}," FREE "}]",
     "12-02T10:00 c1 spend 90.00 #a => g+9.00 h+1.00\n"
     "12-02T10:01 c1 spend 60.00 #b => g+6.00 h+2.00\n"
     "12-02T10:02 c1 refund b 20.00 => g~2.00\n"
     "12-02T10:03 c1 refund a 20.00 => g~2.00\n"
     "12-02T10:04 c1 refund b 20.00 => h-2.00 g~2.00\n"
     "12-02T10:05 c1 refund a 70.00 => g-7.00 h-1.00\n"
     "12-02T10:06 c1 refund b 20.00 => g-2.00\n"},
    {"the last that was reached goes first, though its payment was earlier",
     FACT("s", "'sum','of':'amount'") "'rules':[" RULE(
         TEN "," FREE "," UNDO("revoke", "prorate")) ",{'id':'h','on':{'reward':'g'},'give':{"
                                                     "'reward':'cash_back','value':{'by':'fact.s','pay':'top_up','bands':[{'from':'10.00','"
                                                     "value':'1.00'},{'from':'100.00','value':'3.00'}]},"
                                                     "'pool':'unlimited'}," FREE "}]",
     "12-02T10:01 c1 spend 60.00 #a => g+6.00 h+1.00\n"
     "12-02T10:00 c1 spend 60.00 #b => g+6.00 h+2.00\n"
     "12-02T10:02 c1 refund b 59.00 => g~5.90 h-2.00\n"},
    {"an add-on of chances that top up follows its measure alone",
     FACT("s", "'sum','of':'amount'") "'rules':[" RULE(TEN "," FREE "," UNDO(
         "revoke", "prorate")) ",{'id':'h','on':[{'reward':'g'},{'fact':'s'}],'give':{"
                               "'reward':'chance','chance':'x','count':{'by':'fact.s','pay':'top_up','bands':[{'from':'10.00','value':1},{'"
                               "from':'100.00','value':3}]}}," FREE
                               "},{'id':'u','on':'login','spends':'x','give':{'reward':'points','value':5,'pool':'unlimited'}," FREE "}]",
     "12-02T10:00 c1 spend 150.00 #a => g+15.00 h*3 h!TARGET_NOT_REACHED\n"
     "12-02T10:02 c1 refund a 60.00 => g~6.00\n"
     "12-02T10:03 c1 login => u+5\n"
     "12-02T10:04 c1 login => u!LIMIT_REACHED\n"},
    {"of chances those go that are not covered any more, the last first, with what they bought",
     "'rules':[" RULE("'give':{'reward':'chance','chance':'x','count':{'by':'amount','bands':[{'from':'100.00','value':1},{'from':'200.00',"
                      "'value':2},{'from':'300.00','value':3}]}}," FREE) ",{'id':'use','on':'login','spends':'x','give':{'reward':'points',"
                                                                         "'value':5,'pool':'unlimited'}," FREE "}]",
     "12-02T10:00 c1 spend 300.00 #a => g*3\n"
     "12-03T10:01 c1 login => use+5\n"
     "12-04T10:02 c1 login => use+5\n"
     "12-05T10:03 c1 login => use+5\n"
     "12-05T11:00 c1 refund a 1.00 => g~0.00 use-5\n"
     "record c1 => LOT 2027-07-21, GRANT 2027-03-10, GRANT 2027-03-11, GRANT 2027-03-12, CHILD 2027-03-11, CHILD 2027-03-12, ORIGINAL "
     "2027-03-10, ORIGINAL 2027-03-11, ORIGINAL 2027-03-12, ORIGINAL 2027-03-13\n"
     "12-05T11:01 c1 refund a 100.00 => g~0.00 use-5\n"
     "12-05T11:02 c1 refund a => g-1 use-5\n"},
};

static const struct story order[] = {
    {"sixteen gifts go back in order of their events' time, whatever the order they came in",
     FACT("n", "'count'") "'rules':[{'id':'g','on':'bill.paid','when':{'fact.n':{'gte':1}},'give':{'reward':'cash_back','value':{'percent':"
                          "'100%','of':'amount','max':'50.00'},'pool':'unlimited'}," FREE "}]",
     "12-02T10:00 c1 spend 1.00 #a => \n"
     "12-02T11:07 c1 bill.paid 7.00 => g+7.00\n"
     "12-02T11:12 c1 bill.paid 12.00 => g+12.00\n"
     "12-02T11:03 c1 bill.paid 3.00 => g+3.00\n"
     "12-02T11:16 c1 bill.paid 16.00 => g+16.00\n"
     "12-02T11:01 c1 bill.paid 1.00 => g+1.00\n"
     "12-02T11:10 c1 bill.paid 10.00 => g+10.00\n"
     "12-02T11:05 c1 bill.paid 5.00 => g+5.00\n"
     "12-02T11:14 c1 bill.paid 14.00 => g+14.00\n"
     "12-02T11:02 c1 bill.paid 2.00 => g+2.00\n"
     "12-02T11:09 c1 bill.paid 9.00 => g+9.00\n"
     "12-02T11:15 c1 bill.paid 15.00 => g+15.00\n"
     "12-02T11:06 c1 bill.paid 6.00 => g+6.00\n"
     "12-02T11:11 c1 bill.paid 11.00 => g+11.00\n"
     "12-02T11:04 c1 bill.paid 4.00 => g+4.00\n"
     "12-02T11:13 c1 bill.paid 13.00 => g+13.00\n"
     "12-02T11:08 c1 bill.paid 8.00 => g+8.00\n"
     "12-02T12:00 c1 refund a => g-1.00 g-2.00 g-3.00 g-4.00 g-5.00 g-6.00 g-7.00 g-8.00 g-9.00 g-10.00 g-11.00 g-12.00 g-13.00 g-14.00"
     " g-15.00 g-16.00\n"},
};

#define PART(id) "{'id':'" id "','on':'txn.card_spend'," TEN "," FREE "," UNDO("revoke", "prorate") "}"

/* `f` tells first, so that the gifts of `b` stand where those of the payment that comes again do not reach. */
static const struct story again[] = {
    {"what was taken off those who heard the payment first is not taken off them when another hears it",
     "'period':{'from':'2026-12-01','to':'2027-03-31'},'audience':'everyone','late':{'accept':'P1D','backfill':'P7D'}," FACT(
         "s",
         "'sum','of':'amount'") "'rules':[" RULE("'when':{'fact.s':{'gte':'1.00'}}," TEN "," FREE
                                                 "," UNDO("revoke",
                                                          "prorate")) "]|{'id':'b','version':1,'name':{'zh':'x','en':'x'},'period':{'from':"
                                                                      "'2026-12-01','to':'2027-03-31'},"
                                                                      "'audience':'everyone','late':{'accept':'P7D'}," FACT(
                                                                          "t",
                                                                          "'sum','of':'amount'") "'rules':["
                                                                                                 "{'id':'f','on':'txn.card_spend'," VOUCHER
                                                                                                 "," FREE "}," PART(
                                                                                                     "h") ",{'id':'w','on':'txn.card_spend'"
                                                                                                          ",'when':"
                                                                                                          "{'fact.t':{'gte':'61.00'},'"
                                                                                                          "amount':{'lt':'2.00'}}," VOUCHER
                                                                                                          "," FREE "}]}",
     "12-01T10:00 c1 spend 100.00 @12-05T10:00 #a => f+5.00 h+10.00 g!EVENT_TOO_LATE\n"
     "12-05T10:30 c1 refund a 40.00 => h~4.00\n"
     "12-01T10:00 c1 spend 100.00 @12-05T11:00 giftmode=backfill #a => g+6.00\n"
     "12-05T12:00 c1 spend 1.00 => f+5.00 h+0.10 w+5.00 g+0.10\n"},
};

#define TELLS(name)                                   \
  static void tell_##name(void **unused) {            \
    (void)unused;                                     \
    stories_tell(name, sizeof name / sizeof name[0]); \
  }
TELLS(judged_again)
TELLS(in_proportion)
TELLS(chosen)
TELLS(told)
TELLS(set_off)
TELLS(resting)
TELLS(order)
TELLS(again)

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(tell_judged_again), cmocka_unit_test(tell_in_proportion),
                                     cmocka_unit_test(tell_chosen),       cmocka_unit_test(tell_told),
                                     cmocka_unit_test(tell_set_off),      cmocka_unit_test(tell_resting),
                                     cmocka_unit_test(tell_order),        cmocka_unit_test(tell_again)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
