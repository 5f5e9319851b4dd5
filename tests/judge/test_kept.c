/* What is remembered of an event, and until which day: as long as a late event, a refund or a close may ask for it, and no longer, since
 * records are bounded. The campaigns end with 31 March 2027 and close fourteen days later; late events come within seven days, refunds
 * within ninety. A day is the last on which a cell is needed, in UTC. */
#include "judge/story.h"

#define FREE "'limits':'unlimited'"
#define VOUCHER "'give':{'reward':'voucher','value':'5.00','pool':'unlimited'}"
#define LIMITED(id, on, period) "{'id':'" id "','on':'" on "'," VOUCHER ",'limits':[{'count':1,'per':['customer'],'period':" period "}]}"

static const struct story stories[] = {
    {"of a day: seven days behind it", "'rules':[" LIMITED("g", "login", "'day'") "]",
     "12-05T10:00 c1 login => g+5.00\n"
     "record c1 => LIMIT 2026-12-13\n"},
    {"of a week", "'rules':[" LIMITED("g", "login", "'week'") "]",
     "12-05T10:00 c1 login => g+5.00\n"
     "record c1 => LIMIT 2026-12-14\n"},
    {"of a month", "'rules':[" LIMITED("g", "login", "'month'") "]",
     "12-05T10:00 c1 login => g+5.00\n"
     "record c1 => LIMIT 2027-01-08\n"},
    {"of the campaign: as long as anything of it can be undone", "'rules':[" LIMITED("g", "login", "'campaign'") "]",
     "12-05T10:00 c1 login => g+5.00\n"
     "record c1 => LIMIT 2027-07-21\n"},
    {"for ever is as long as the campaign", "'rules':[" LIMITED("g", "login", "'ever'") "]",
     "12-05T10:00 c1 login => g+5.00\n"
     "record c1 => LIMIT 2027-07-21\n"},
    {"of three days: those behind it count as well", "'rules':[" LIMITED("g", "login", "{'rolling':'P3D'}") "]",
     "12-05T10:00 c1 login => g+5.00\n"
     "record c1 => LIMIT 2026-12-15\n"},
    {"of a cycle: its longest", "'rules':[" LIMITED("g", "login", "{'cycle':'profile.statement_day'}") "]",
     "12-04T10:00 c1 update statement_day:=10 => \n"
     "12-05T10:00 c1 login => g+5.00\n"
     "record c1 => LIMIT 2027-01-08, PROFILE ever\n"},
    {"of a device: in its own record",
     "'rules':[{'id':'g','on':'login'," VOUCHER ",'limits':[{'count':1,'per':['device'],'period':'day'}]}]",
     "12-05T10:00 c1 login device=d => g+5.00\n"
     "record c1 => \n"
     "record * => LIMIT 2026-12-13\n"},
    {"a limit that a close asks stands until the last close is over",
     "'facts':{'n':{'measure':'count','on':'login','window':'month'}},'limits':{'one':{'count':1,'per':['customer'],'period':'month'}},'"
     "rules':[{'id':'g','on':'login'," VOUCHER
     ",'limits':['one']},{'id':'h','on':{'close':'month','delay':'P10D'},'when':{'fact.n':{'gte':1}}," VOUCHER ",'limits':['one']}]",
     "12-05T10:00 c1 login => g+5.00\n"
     "record c1 => MEASURE 2027-02-08, LIMIT 2027-02-08, DUE ever\n"},
    {"the same of a limit of the campaign",
     "'facts':{'n':{'measure':'count','on':'login','window':'month'}},'limits':{'one':{'count':1,'per':['customer'],'period':'campaign'}},'"
     "rules':[{'id':'g','on':'login'," VOUCHER
     ",'limits':['one']},{'id':'h','on':{'close':'month','delay':'P10D'},'when':{'fact.n':{'gte':1}}," VOUCHER ",'limits':['one']}]",
     "12-05T10:00 c1 login => g+5.00\n"
     "record c1 => MEASURE 2027-02-08, LIMIT 2027-08-21, DUE ever\n"},
    {"and of one for ever",
     "'facts':{'n':{'measure':'count','on':'login','window':'month'}},'limits':{'one':{'count':1,'per':['customer'],'period':'ever'}},'"
     "rules':[{'id':'g','on':'login'," VOUCHER
     ",'limits':['one']},{'id':'h','on':{'close':'month','delay':'P10D'},'when':{'fact.n':{'gte':1}}," VOUCHER ",'limits':['one']}]",
     "12-05T10:00 c1 login => g+5.00\n"
     "record c1 => MEASURE 2027-02-08, LIMIT 2027-08-21, DUE ever\n"},
    {"a limit of the programme: for ever",
     "'rules':[{'id':'g','on':'login'," VOUCHER ",'limits':['zz/"
     "one']}]|{'id':'zz','version':1,'name':{'zh':'x','en':'x'},'limits':{'one':{'count':1,'per':['customer'],'period':'ever'}}}",
     "12-05T10:00 c1 login => g+5.00\n"
     "record c1 => LIMIT ever\n"},
    {"the first, its gift, and the payment that may go back",
     "'facts':{'f':{'first':'txn.card_spend'}},'rules':[{'id':'g','on':'txn.card_spend','when':{'fact.f':'this_event'}," FREE "," VOUCHER
     "}]",
     "12-05T10:00 c1 spend 10.00 => g+5.00\n"
     "record c1 => FIRST 2027-07-21, GRANT 2027-03-13, ORIGINAL 2027-03-13\n"},
    {"the last",
     "'facts':{'f':{'last':'login'}},'rules':[{'id':'g','on':'login','when':{'fact.f':{'dormant_for':'P2D'}}," FREE "," VOUCHER "}]",
     "12-05T10:00 c1 login => g!NOT_DORMANT\n"
     "record c1 => LAST 2027-07-21\n"},
    {"a sum that may be lowered: as long as a refund may come",
     "'facts':{'f':{'measure':'sum','of':'amount','on':'txn.card_spend','window':'month'}},'rules':[{'id':'g','on':'txn.card_spend','when':"
     "{'fact.f':{'gte':'5.00'}}," FREE "," VOUCHER "}]",
     "12-05T10:00 c1 spend 10.00 => g+5.00\n"
     "record c1 => MEASURE 2027-04-08, GRANT 2027-03-13, RESTS 2027-03-13, FED 2027-03-13, ORIGINAL 2027-03-13\n"},
    {"a count of logins, which nobody takes back",
     "'facts':{'f':{'measure':'count','on':'login','window':'day'}},'rules':[{'id':'g','on':'login','when':{'fact.f':{'gte':2}}," FREE
     "," VOUCHER "}]",
     "12-05T10:00 c1 login => g!TARGET_NOT_REACHED\n"
     "record c1 => MEASURE 2026-12-13\n"},
    {"a window of three days",
     "'facts':{'f':{'measure':'count','on':'login','window':{'rolling':'P3D'}}},'rules':[{'id':'g','on':'login','when':{'fact.f':{'gte':2}}"
     "," FREE "," VOUCHER "}]",
     "12-05T10:00 c1 login => g!TARGET_NOT_REACHED\n"
     "record c1 => MEASURE 2026-12-16\n"},
    {"a window with dates",
     "'facts':{'f':{'measure':'count','on':'login','window':{'from':'2026-12-02','to':'2026-12-10'}}},'rules':[{'id':'g','on':'login','"
     "when':{'fact.f':{'gte':2}}," FREE "," VOUCHER "}]",
     "12-05T10:00 c1 login => g!TARGET_NOT_REACHED\n"
     "record c1 => MEASURE 2027-03-18\n"},
    {"a window without end is as long as the campaign",
     "'facts':{'f':{'measure':'count','on':'login','window':'ever'}},'rules':[{'id':'g','on':'login','when':{'fact.f':{'gte':2}}," FREE
     "," VOUCHER "}]",
     "12-05T10:00 c1 login => g!TARGET_NOT_REACHED\n"
     "record c1 => MEASURE 2027-07-21\n"},
    {"three months that are over: until the third of them is",
     "'facts':{'f':{'measure':'count','on':'login','window':{'last':3,'unit':'month'}}},'rules':[{'id':'g','on':'login','when':{'fact.f':{'"
     "gte':2}}," FREE "," VOUCHER "}]",
     "12-05T10:00 c1 login => g!TARGET_NOT_REACHED\n"
     "record c1 => MEASURE 2027-04-08\n"},
    {"different values",
     "'facts':{'f':{'measure':'distinct','of':'channel','on':'login','window':'month'}},'rules':[{'id':'g','on':'login','when':{'fact.f':{'"
     "gte':2}}," FREE "," VOUCHER "}]",
     "12-05T10:00 c1 login channel=app => g!TARGET_NOT_REACHED\n"
     "record c1 => DISTINCT 2027-01-08\n"},
    {"a month that closes",
     "'facts':{'f':{'measure':'count','on':'login','window':'month'}},'rules':[{'id':'g','on':{'close':'month'},'when':{'fact.f':{'gte':2}}"
     "," FREE "," VOUCHER "}]",
     "12-05T10:00 c1 login => \n"
     "record c1 => MEASURE 2027-02-08, DUE ever\n"},
    {"once for an authorisation", "'rules':[{'id':'g','on':'txn.card_spend','once_per':['authorisation']," FREE "," VOUCHER "}]",
     "12-05T10:00 c1 spend 1.00 authorisation=x => g+5.00\n"
     "record c1 => ONCE 2027-07-21, GRANT 2027-03-13, ORIGINAL 2027-03-13\n"},
    {"a chance",
     "'rules':[{'id':'g','on':'login','give':{'reward':'chance','chance':'x'}," FREE "},{'id':'u','on':'reward.claimed','spends':'x'," FREE
     "," VOUCHER "}]",
     "12-05T10:00 c1 login => g*1\n"
     "record c1 => LOT 2027-07-21\n"},
    {"a track and what was done of it: seven days, and what a refund has",
     "'facts':{'t':{'track':{'opens':'login','tasks':[{'id':'a','on':'checkin'},{'id':'b','on':'bill.paid'}],'need':'all','within':'P7D'}}}"
     ",'rules':[{'id':'g','on':{'fact':'t'}," FREE "," VOUCHER "}]",
     "12-05T10:00 c1 login => \n"
     "12-05T11:00 c1 checkin => \n"
     "record c1 => TRACK 2027-03-13, TASK 2027-03-13\n"},
    {"who takes part", "'enrolment':'required','rules':[{'id':'g','on':'login'," FREE "," VOUCHER "}]",
     "12-05T10:00 c1 campaign.enrolled campaign=c => \n"
     "record c1 => ENROLLED 2027-07-21\n"},
    {"a pool; of its days until a late event may have come",
     "'pools':{'p':{'stock':3,'pace':{'max':1,'period':'day'}}},'rules':[{'id':'g','on':'login','give':{'reward':'voucher','value':'5.00','"
     "pool':'p'}," FREE "}]",
     "12-05T10:00 c1 login => g+5.00\n"
     "record c1 => \n"
     "record * => POOL ever, POOL 2027-03-07\n"},
    {"a refund that came first", "'rules':[{'id':'g','on':'txn.card_spend'," FREE "," VOUCHER "}]",
     "12-05T10:00 c1 refund e1 40.00 => ORIGINAL_UNKNOWN\n"
     "record c1 => ORIGINAL 2027-03-13, AWAITED 2026-12-20\n"},
    {"what a month was paid",
     "'facts':{'f':{'measure':'sum','of':'amount','on':'txn.card_spend','window':'month'}},'rules':[{'id':'g','on':'txn.card_spend','give':"
     "{'reward':'cash_back','value':{'by':'fact.f','pay':'top_up','bands':[{'from':'5.00','value':'1.00'},{'from':'50.00','value':'2.00'}]}"
     ",'pool':'unlimited'}," FREE "}]",
     "12-05T10:00 c1 spend 10.00 => g+1.00\n"
     "record c1 => MEASURE 2027-04-08, GRANT 2027-03-13, RESTS 2027-03-13, FED 2027-03-13, ORIGINAL 2027-03-13, LADDER 2027-04-08, STEP "
     "2027-03-13\n"},
    {"what was chosen for a month",
     "'facts':{'f':{'picks':'reward.claimed','of':'choice','most':2,'period':'month','change':'no'}},'rules':[{'id':'g','on':'login','when'"
     ":{'channel':{'in_fact':'f'}}," FREE "," VOUCHER "}]",
     "12-05T10:00 c1 claim choice=app => \n"
     "record c1 => PICK 2027-01-08\n"},
    {"what was chosen for good is as long as the campaign",
     "'facts':{'f':{'picks':'page.viewed','of':'page','most':2,'period':'ever','change':'replace'}},'rules':[{'id':'g','on':'login','when':"
     "{'channel':{'in_fact':'f'}}," FREE "," VOUCHER "}]",
     "12-05T10:00 c1 page.viewed page=app => \n"
     "record c1 => PICK 2027-07-21\n"},
    {"what a fact keeps goes with it",
     "'facts':{'f':{'first':'login','keep':'channel'}},'rules':[{'id':'g','on':'checkin','when':{'fact.f.channel':'app'}," FREE "," VOUCHER
     "}]",
     "12-05T10:00 c1 login channel=app => \n"
     "record c1 => FIRST 2027-07-21, KEPT 2027-07-21\n"},
    {"balances of days",
     "'facts':{'f':{'measure':'daily_average','of':'balance','on':'balance.snapshot','window':'month'}},'rules':[{'id':'g','on':{'close':'"
     "month','delay':'P1D'},'when':{'fact.f':{'gte':'1.00'}}," FREE "," VOUCHER "}]",
     "12-05T10:00 c1 balance.snapshot balance_minor:=10000 currency=CNY => \n"
     "record c1 => DUE ever, DAY_END 2027-07-21\n"},
    {"what a reviewer has five days for can be undone from then on",
     "'rules':[{'id':'g','on':'txn.card_spend','review':{'within':'P5D','otherwise':'refuse'},'on_reversal':{'pool':'restore'}," FREE
     ",'give':{'reward':'voucher','value':'5.00','pool':{'stock':10}}}]",
     "12-05T10:00 c1 spend 10.00 => g>5.00\n"
     "record c1 => GRANT 2027-03-18, TAKEN 2027-03-18, ORIGINAL 2027-03-18, PENDING 2027-03-18\n"},
    {"a gift that may fail",
     "'rules':[{'id':'g','on':'txn.card_spend','on_failure':{'pool':'restore'}," FREE
     ",'give':{'reward':'voucher','value':'5.00','pool':{'stock':10}}}]",
     "12-05T10:00 c1 spend 10.00 => g+5.00\n"
     "record c1 => GRANT 2027-03-13, TAKEN 2027-03-13, ORIGINAL 2027-03-13, ISSUED 2027-03-13\n"},
    {"a place that passed to the other of two gifts goes with that",
     "'rules':[{'id':'g','on':'txn.card_spend','give':[{'id':'a','reward':'cash_back','value':{'percent':'10%','of':'amount','max':'50.00'}"
     ",'pool':'unlimited'},{'id':'b','reward':'voucher','value':'5.00','pool':'unlimited'}],'limits':[{'count':1,'per':['customer'],'"
     "period':'day'}],'on_reversal':{'limits':'restore','partial':'recheck'}}]",
     "12-05T10:00 c1 spend 100.00 #a => g.a+10.00 g.b+5.00\n"
     "record c1 => LIMIT 2026-12-13, GRANT 2027-03-13, TAKEN 2027-03-13, ORIGINAL 2027-03-13\n"
     "12-05T11:00 c1 refund a 99.99 => g.a-10.00\n"
     "record c1 => LIMIT 2026-12-13, GRANT 2027-03-13, TAKEN 2027-03-13, ORIGINAL 2027-03-13\n"},
    {"what a gift took, and what was given for it",
     "'rules':[{'id':'g','on':'txn.card_spend'," VOUCHER
     ",'limits':[{'count':1,'per':['customer'],'period':'day'}],'on_reversal':{'limits':'restore'}},{'id':'h','on':{'reward':'g'}," FREE
     "," VOUCHER "}]",
     "12-05T10:00 c1 spend 10.00 => g+5.00 h+5.00\n"
     "record c1 => LIMIT 2026-12-13, GRANT 2027-03-13, TAKEN 2027-03-13, CHILD 2027-03-13, ORIGINAL 2027-03-13\n"},
    {"of the programme: for ever",
     "'rules':[{'id':'g','on':'login','when':{'fact.zz/f':'this_event'}," FREE "," VOUCHER
     "}]|{'id':'zz','version':1,'name':{'zh':'x','en':'x'},'facts':{'f':{'first':'login'}}}",
     "12-05T10:00 c1 login => g+5.00\n"
     "record c1 => FIRST ever\n"},
    {"the profile: for ever", "'rules':[{'id':'g','on':'login','when':{'profile.tier':'gold'}," FREE "," VOUCHER "}]",
     "12-05T10:00 c1 update tier=gold tags:=[\"a\"] => \n"
     "12-05T10:00 c1 login => g+5.00\n"
     "record c1 => TAG ever, PROFILE ever\n"},
};

static void kept_until(void **unused) {
  (void)unused;
  stories_tell(stories, sizeof stories / sizeof stories[0]);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(kept_until)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
