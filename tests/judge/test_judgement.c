/* What the language means, construct by construct (docs/language.md sections 3 to 7), as stories: order of judgement, conditions, facts,
 * choosers, limits, pools, chances. Reversals are in test_reversals.c. */
#include "judge/story.h"

#define NINE "'limits':[{'count':9,'per':['customer'],'period':'day'}]"
#define FREE "'limits':'unlimited'"
#define VOUCHER "'give':{'reward':'voucher','value':'5.00','pool':'unlimited'}"

static const struct story order_stories[] = {
    {"before, within, closing, after", "'rules':[{'id':'g','on':'login'," FREE "," VOUCHER "}]",
     "11-30T23:59 c1 login => \n"
     "12-01T00:00 c1 login => g+5.00\n"
     "03-31T23:59 c1 login => g+5.00\n"
     "04-01T00:00 c1 login => \n"},
    {"audience before when",
     "'audience':{'include':['tag:vip']},'facts':{'f':{'first':'login'}},'rules':[{'id':'g','on':'login',"
     "'when':{'fact.f':'this_event'}," FREE "," VOUCHER "}]",
     "12-02T00:00 c1 login => g!NOT_IN_AUDIENCE\n"
     "12-02T00:01 c1 update tags:=[\"vip\"] => \n"
     "12-02T00:02 c1 login => g!NOT_FIRST\n"
     "12-02T00:03 c2 update tags:=[\"vip\"] => \n"
     "12-02T00:04 c2 login => g+5.00\n"
     "12-02T00:05 c2 update tags:=[] => \n"
     "12-02T00:06 c2 login => g!NOT_IN_AUDIENCE\n"},
    {"exclude wins over include",
     "'audience':{'include':['tag:a'],'exclude':['tag:b']},'rules':[{'id':'g','on':'login'," FREE "," VOUCHER "}]",
     "12-02T00:01 c1 update tags:=[\"a\",\"b\"] => \n"
     "12-02T00:02 c1 login => g!NOT_IN_AUDIENCE\n"
     "12-02T00:03 c1 update tags:=[\"a\"] => \n"
     "12-02T00:04 c1 login => g+5.00\n"},
    {"enrolment counts from its own time on",
     "'enrolment':'required','facts':{'n':{'measure':'count','on':'login','window':'month'}},"
     "'rules':[{'id':'g','on':'login','when':{'fact.n':{'gte':2}}," FREE "," VOUCHER "}]",
     "12-02T00:01 c1 login => g!NOT_ENROLLED\n"
     "12-02T00:02 c1 campaign.enrolled campaign=other => \n"
     "12-02T00:03 c1 login => g!NOT_ENROLLED\n"
     "12-02T00:04 c1 campaign.enrolled campaign=c => \n"
     "12-02T00:05 c1 login => g!TARGET_NOT_REACHED\n"
     "12-02T00:03 c1 login => g!NOT_ENROLLED\n"
     "12-02T00:06 c1 login => g+5.00\n"},
    {"a claim addresses a rule or all that listen",
     "'rules':[{'id':'a','on':'reward.claimed'," FREE "," VOUCHER "},{'id':'b','on':'reward.claimed'," FREE "," VOUCHER "}]",
     "12-02T00:01 c1 claim rule=b => a!CONDITION_NOT_MET b+5.00\n"
     "12-02T00:02 c1 claim campaign=x => a!CONDITION_NOT_MET b!CONDITION_NOT_MET\n"
     "12-02T00:03 c1 claim => a+5.00 b+5.00\n"},
    {"what is claimed may be a chance, or several things of which one is there no more",
     "'rules':[{'id':'c','on':'reward.claimed','give':{'reward':'chance','chance':'x','count':2}," FREE "},{'id':'e','on':'reward.claimed',"
     "'give':[{'id':'p','reward':'voucher','value':'1.00','pool':{'stock':1}},{'id':'q','reward':'voucher','value':'2.00','pool':"
     "'unlimited'}]," FREE "},{'id':'use','on':'login','spends':'x'," FREE "," VOUCHER "}]",
     "12-02T00:01 c1 claim => c*2 e.p+1.00 e.q+2.00\n"
     "12-02T00:02 c1 claim rule=e => c!CONDITION_NOT_MET e.q+2.00 e!OUT_OF_STOCK\n"},
    {"a chance stands behind what has run out",
     "'rules':[{'id':'g','on':'login','give':{'first_of':[{'id':'p','when':{'amount':{'exists':false}},'when_empty':'skip','reward':'"
     "voucher',"
     "'value':'1.00','pool':{'stock':1}},{'id':'q','reward':'chance','chance':'x'}]}," FREE "},{'id':'use','on':'reward.claimed','spends':"
     "'x'," FREE "," VOUCHER "}]",
     "12-02T00:01 c1 login => g.p+1.00\n"
     "12-02T00:02 c1 login => g.q*1\n"},
    {"once_per replaces the key", "'rules':[{'id':'g','on':'txn.card_spend','once_per':['authorisation']," FREE "," VOUCHER "}]",
     "12-02T00:01 c1 spend 1.00 authorisation=x => g+5.00\n"
     "12-02T00:02 c1 spend 1.00 authorisation=x => g!LIMIT_REACHED\n"
     "12-02T00:03 c1 spend 1.00 authorisation=y => g+5.00\n"
     "12-02T00:04 c1 spend 1.00 => g!CONDITION_NOT_MET\n"},
    {"the same event twice", "'rules':[{'id':'g','on':'login'," FREE "," VOUCHER "}]",
     "12-02T00:01 c1 login #a => g+5.00\n"
     "12-02T00:01 c1 login #a => DUPLICATE_EVENT\n"
     "12-02T00:01 c2 login #a => g+5.00\n"},
    {"late for the campaign, late for the memory, too early",
     "'late':{'accept':'PT72H'},'rules':[{'id':'g','on':'login'," FREE "," VOUCHER "}]",
     "12-02T00:00 c1 login @12-05T00:00 => g+5.00\n"
     "12-02T00:00 c1 login @12-05T00:01 => g!EVENT_TOO_LATE\n"
     "12-02T00:00 c1 login @12-10T00:00 => EVENT_TOO_LATE\n"
     "12-12T00:06 c1 login @12-12T00:00 => EVENT_IN_FUTURE\n"
     "12-12T00:05 c1 login @12-12T00:00 => g+5.00\n"},
    {"money of another currency is not compared",
     "'rules':[{'id':'g','on':'txn.card_spend','when':{'amount':{'gte':'1.00'}}," FREE "," VOUCHER "},{'id':'h','on':'txn.card_spend'," FREE
     "," VOUCHER "}]",
     "12-02T00:01 c1 spend 5.00 currency=USD => g!CONDITION_NOT_MET h+5.00\n"
     "12-02T00:02 c1 spend 5.00 => g+5.00 h+5.00\n"},
};

static void order_of_judgement(void **unused) {
  (void)unused;
  stories_tell(order_stories, sizeof order_stories / sizeof order_stories[0]);
}

static const struct story fact_stories[] = {
    {"first by event time: a late earlier one moves it and gives nothing",
     "'facts':{'f':{'first':'login'}},'rules':[{'id':'g','on':'login','when':{'fact.f':'this_event'}," FREE "," VOUCHER "}]",
     "12-03T00:00 c1 login => g+5.00\n"
     "12-02T00:00 c1 login => g!NOT_FIRST\n"
     "12-04T00:00 c1 login => g!NOT_FIRST\n"},
    {"first per card",
     "'facts':{'f':{'first':'card.bound','per':['customer','card']}},'rules':[{'id':'g','on':'card.bound',"
     "'when':{'fact.f':'this_event'}," FREE "," VOUCHER "}]",
     "12-03T00:00 c1 card.bound card=k1 => g+5.00\n"
     "12-03T00:01 c1 card.bound card=k2 => g+5.00\n"
     "12-03T00:02 c1 card.bound card=k1 => g!NOT_FIRST\n"
     "12-03T00:03 c1 card.bound => g!NOT_FIRST\n"},
    {"a first resets when its time has come",
     "'facts':{'f':{'first':'card.bound','resets':{'on':'card.unbound','after':'P7D'}}},"
     "'rules':[{'id':'g','on':'card.bound','when':{'fact.f':'this_event'}," FREE "," VOUCHER "}]",
     "12-03T00:00 c1 card.bound => g+5.00\n"
     "12-04T00:00 c1 card.unbound => \n"
     "12-10T23:59 c1 card.bound => g!NOT_FIRST\n"
     "12-11T00:00 c1 card.unbound => \n"
     "12-18T00:00 c1 card.bound => g+5.00\n"
     "12-18T00:01 c1 card.bound => g!NOT_FIRST\n"},
    {"a late binding from before the reset leaves the reset alone",
     "'facts':{'f':{'first':'card.bound','resets':{'on':'card.unbound','after':'P7D'}}},"
     "'rules':[{'id':'g','on':'card.bound','when':{'fact.f':'this_event'}," FREE "," VOUCHER "}]",
     "12-03T00:00 c1 card.bound => g+5.00\n"
     "12-05T00:00 c1 card.unbound => \n"
     "12-04T00:00 c1 card.bound => g!NOT_FIRST\n"
     "12-12T00:00 c1 card.bound => g+5.00\n"},
    {"a late unbinding from before the binding resets nothing",
     "'facts':{'f':{'first':'card.bound','resets':{'on':'card.unbound','after':'P1D'}}},"
     "'rules':[{'id':'g','on':'card.bound','when':{'fact.f':'this_event'}," FREE "," VOUCHER "}]",
     "12-03T00:00 c1 card.bound => g+5.00\n"
     "12-02T00:00 c1 card.unbound => \n"
     "12-05T00:00 c1 card.bound => g!NOT_FIRST\n"},
    {"a late unbinding from before the card was bound again resets nothing",
     "'facts':{'f':{'first':'card.bound','resets':{'on':'card.unbound','after':'P7D'}}},"
     "'rules':[{'id':'g','on':'card.bound','when':{'fact.f':'this_event'}," FREE "," VOUCHER "}]",
     "12-03T00:00 c1 card.bound => g+5.00\n"
     "12-05T00:00 c1 card.unbound => \n"
     "12-06T00:00 c1 card.bound => g!NOT_FIRST\n"
     "12-05T12:00 c1 card.unbound => \n"
     "12-20T00:00 c1 card.bound => g!NOT_FIRST\n"},
    {"dormant: ages end in, never is not dormant, months end on the last day",
     "'facts':{'l':{'last':'login'}},'rules':[{'id':'g','on':'login','when':{'fact.l':{'dormant_for':'P2M'}}," FREE "," VOUCHER "}]",
     "12-31T10:00 c1 login => g!NOT_DORMANT\n"
     "02-28T09:59 c1 login => g!NOT_DORMANT\n"
     "12-31T10:00 c2 login => g!NOT_DORMANT\n"
     "02-28T10:00 c2 login => g+5.00\n"},
    {"dormant if never",
     "'facts':{'l':{'last':'login','if_never':'dormant'}},'rules':[{'id':'g','on':'login',"
     "'when':{'fact.l':{'dormant_for':'P1M'}}," FREE "," VOUCHER "}]",
     "12-31T10:00 c1 login => g+5.00\n"
     "12-31T10:01 c1 login => g!NOT_DORMANT\n"},
    {"older and newer than",
     "'facts':{'f':{'first':'account.opened'}},'rules':[{'id':'o','on':'login','when':{'fact.f.at':"
     "{'older_than':'P7D'}}," FREE "," VOUCHER "},{'id':'n','on':'login','when':{'fact.f.at':{'newer_than':'P7D'}}," FREE "," VOUCHER "}]",
     "12-01T10:00 c1 login => o!NOT_FIRST n!NOT_FIRST\n"
     "12-02T10:00 c1 account.opened => \n"
     "12-09T09:59 c1 login => o!PENDING_HOLD n+5.00\n"
     "12-09T10:00 c1 login => o+5.00 n+5.00\n"
     "12-09T10:01 c1 login => o+5.00 n!NOT_FIRST\n"},
    {"count of a month, heard when it reaches its threshold",
     "'facts':{'n':{'measure':'count','on':'login','window':'month'}},'rules':[{'id':'g','on':{'fact':'n'},'when':{'fact.n':{'gte':3}}"
     "," FREE "," VOUCHER "}]",
     "12-01T10:00 c1 login => \n"
     "12-01T10:01 c1 login => \n"
     "12-01T10:02 c1 login => g+5.00\n"
     "12-01T10:03 c1 login => \n"
     "01-01T10:00 c1 login => \n"
     "12-30T10:00 c1 login => \n"},
    {"sum, average, max, min, distinct",
     "'facts':{'s':{'measure':'sum','of':'amount','on':'txn.card_spend','window':'day'},"
     "'a':{'measure':'average','of':'amount','on':'txn.card_spend','window':'day'},'x':{'measure':'max','of':'amount','on':'txn.card_spend'"
     ","
     "'window':'day'},'m':{'measure':'min','of':'amount','on':'txn.card_spend','window':'day'},'d':{'measure':'distinct','of':'merchant',"
     "'on':'txn.card_spend','window':'day'}},'rules':["
     "{'id':'s','on':'checkin','when':{'fact.s':'60.00'}," FREE "," VOUCHER "},{'id':'a','on':'checkin','when':{'fact.a':'20.00'}," FREE
     "," VOUCHER "},{'id':'x','on':'checkin','when':{'fact.x':'30.00'}," FREE "," VOUCHER
     "},{'id':'m','on':'checkin','when':{'fact.m':'10.00'}," FREE "," VOUCHER "},{'id':'d','on':'checkin','when':{'fact.d':2}," FREE
     "," VOUCHER "}]",
     "12-01T09:00 c1 checkin => s!TARGET_NOT_REACHED a!TARGET_NOT_REACHED x!TARGET_NOT_REACHED m!TARGET_NOT_REACHED d!TARGET_NOT_REACHED\n"
     "12-01T10:00 c1 spend 20.00 merchant=a => \n"
     "12-01T10:01 c1 spend 30.00 merchant=b => \n"
     "12-01T10:02 c1 spend 10.00 merchant=a => \n"
     "12-01T10:03 c1 checkin => s+5.00 a+5.00 x+5.00 m+5.00 d+5.00\n"
     "12-02T10:03 c1 checkin => s!TARGET_NOT_REACHED a!TARGET_NOT_REACHED x!TARGET_NOT_REACHED m!TARGET_NOT_REACHED "
     "d!TARGET_NOT_REACHED\n"},
    {"windows: rolling, last n, previous, dates",
     "'facts':{'r':{'measure':'count','on':'login','window':{'rolling':'P3D'}},"
     "'l':{'measure':'count','on':'login','window':{'last':2,'unit':'day'}},'p':{'measure':'count','on':'login','window':'day','previous':"
     "1},"
     "'t':{'measure':'count','on':'login','window':{'from':'2026-12-02','to':'2026-12-02'}}},'rules':["
     "{'id':'r','on':'checkin','when':{'fact.r':3}," FREE "," VOUCHER "},{'id':'l','on':'checkin','when':{'fact.l':2}," FREE "," VOUCHER
     "},{'id':'p','on':'checkin','when':{'fact.p':1}," FREE "," VOUCHER "},{'id':'t','on':'checkin','when':{'fact.t':1}," FREE "," VOUCHER
     "}]",
     "12-01T10:00 c1 login => \n"
     "12-02T10:00 c1 login => \n"
     "12-03T10:00 c1 login => \n"
     "12-03T11:00 c1 checkin => r+5.00 l+5.00 p+5.00 t+5.00\n"
     "12-04T11:00 c1 checkin => r!TARGET_NOT_REACHED l+5.00 p+5.00 t+5.00\n"
     "12-05T11:00 c1 checkin => r!TARGET_NOT_REACHED l!TARGET_NOT_REACHED p!TARGET_NOT_REACHED t+5.00\n"},
    {"streak of days",
     "'facts':{'k':{'measure':'streak','of':'day','on':'checkin','window':'ever'}},'rules':[{'id':'g','on':'checkin',"
     "'when':{'fact.k':{'gte':3}}," FREE "," VOUCHER "}]",
     "12-01T10:00 c1 checkin => g!TARGET_NOT_REACHED\n"
     "12-02T10:00 c1 checkin => g!TARGET_NOT_REACHED\n"
     "12-02T11:00 c1 checkin => g!TARGET_NOT_REACHED\n"
     "12-03T10:00 c1 checkin => g+5.00\n"
     "12-05T10:00 c1 checkin => g!TARGET_NOT_REACHED\n"},
    {"a count with a condition on money hears no other currency",
     "'facts':{'n':{'measure':'count','on':'txn.card_spend','when':{'amount':{'gte':'10.00'}},'window':'day'}},'rules':[{'id':'g','on':'"
     "checkin',"
     "'when':{'fact.n':{'gte':1}}," FREE "," VOUCHER "}]",
     "12-01T10:00 c1 spend 20.00 currency=USD => \n"
     "12-01T10:01 c1 checkin => g!TARGET_NOT_REACHED\n"
     "12-01T10:02 c1 spend 20.00 => \n"
     "12-01T10:03 c1 checkin => g+5.00\n"},
    {"holdings kept by last",
     "'facts':{'h':{'last':'balance.snapshot','keep':'products'}},'rules':[{'id':'g','on':'login',"
     "'when':{'fact.h.products':{'contains_any':['fund','gold']}}," FREE "," VOUCHER "}]",
     "12-01T10:00 c1 balance.snapshot products:=[\"cash\",\"gold\"] => \n"
     "12-01T10:01 c1 login => g+5.00\n"
     "12-02T10:00 c1 balance.snapshot products:=[\"gold\"] => \n"
     "12-02T10:01 c1 login => g+5.00\n"
     "12-01T12:00 c1 balance.snapshot products:=[\"cash\"] => \n"
     "12-02T10:02 c1 login => g+5.00\n"
     "12-03T10:00 c1 balance.snapshot products:=[\"cash\"] => \n"
     "12-03T10:01 c1 login => g!CONDITION_NOT_MET\n"},
    {"a kept id that is the customer's own is not kept",
     "'facts':{'f':{'first':'account.opened','keep':'referrer'}},'rules':[{'id':'g',"
     "'on':'login','when':{'fact.f.referrer':{'exists':true}}," FREE "," VOUCHER "}]",
     "12-01T10:00 c1 account.opened referrer=c1 => \n"
     "12-01T10:01 c1 login => g!CONDITION_NOT_MET\n"
     "12-01T10:00 c2 account.opened referrer=c1 => \n"
     "12-01T10:01 c2 login => g+5.00\n"},
    {"of a list of ids the customer's own is left out",
     "'facts':{'f':{'last':'balance.snapshot','keep':'products'}},'rules':[{'id':'g',"
     "'on':'login','when':{'fact.f.products':{'contains_any':['c1','c2']}}," FREE "," VOUCHER "}]",
     "12-01T10:00 c1 balance.snapshot products:=[\"c1\",\"c3\"] => \n"
     "12-01T10:01 c1 login => g!CONDITION_NOT_MET\n"
     "12-01T10:02 c1 balance.snapshot products:=[\"c1\",\"c2\"] => \n"
     "12-01T10:03 c1 login => g+5.00\n"
     "12-01T10:04 c1 balance.snapshot products:=[\"c1\"] => \n"
     "12-01T10:05 c1 login => g!CONDITION_NOT_MET\n"},
    {"profile texts longer than a cell",
     "'lists':{'big':['中国建设银行股份有限公司']},'rules':[{'id':'eq','on':'login','when':{"
     "'profile.employer':'中国建设银行股份有限公司'}," FREE "," VOUCHER
     "},{'id':'list','on':'login','when':{'profile.employer':{'in_list':'big'}}," FREE "," VOUCHER
     "},{'id':'same','on':'payroll.credited','when':{'employer':{'same_as':'profile.employer'}}," FREE "," VOUCHER "}]",
     "12-01T10:00 c1 update employer=中国建设银行股份有限公司 => \n"
     "12-01T10:01 c1 login => eq+5.00 list+5.00\n"
     "12-01T10:02 c1 payroll.credited employer=中国建设银行股份有限公司 => same+5.00\n"
     "12-01T10:03 c1 payroll.credited employer=中国建设银行股份总公司 => same!CONDITION_NOT_MET\n"
     "12-01T10:04 c1 update employer=中国建设银行股份总公司 => \n"
     "12-01T10:05 c1 login => eq!CONDITION_NOT_MET list!CONDITION_NOT_MET\n"},
    {"long texts that begin alike, in lists, tables and what is kept",
     "'lists':{'a':['Industrial-and-Commercial-Bank'],'b':['Industrial-and-Commercial-Bank-of-China','x'],'c':['Industrial-and-Commercia']}"
     ","
     "'facts':{'t':{'table':[{'of':'profile.employer','in':['c','a','b']}],'cells':['C','A','B'],'else':'none'},"
     "'k':{'last':'balance.snapshot','keep':'products'}},'rules':["
     "{'id':'a','on':'login','when':{'fact.t':'A'}," FREE "," VOUCHER "},{'id':'b','on':'login','when':{'fact.t':'B'}," FREE "," VOUCHER
     "},{'id':'c','on':'login','when':{'fact.t':'C'}," FREE "," VOUCHER
     "},{'id':'ne','on':'login','when':{'profile.employer':{'ne':'Industrial-and-Commercial-Bank'}}," FREE "," VOUCHER
     "},{'id':'out','on':'login','when':{'profile.employer':{'not_in_list':'b'}}," FREE "," VOUCHER
     "},{'id':'kept','on':'login','when':{'fact.k.products':{'contains_any':['Industrial-and-Commercial-Bank']}}," FREE "," VOUCHER "}]",
     "12-01T10:00 c1 update employer=Industrial-and-Commercial-Bank => \n"
     "12-01T10:01 c1 balance.snapshot products:=[\"x\",\"Industrial-and-Commercial-Bank-of-China\"] => \n"
     "12-01T10:02 c1 login => a+5.00 b!CONDITION_NOT_MET c!CONDITION_NOT_MET ne!CONDITION_NOT_MET out+5.00 kept!CONDITION_NOT_MET\n"
     "12-01T10:03 c1 update employer=Industrial-and-Commercial-Bank-of-China => \n"
     "12-01T10:04 c1 balance.snapshot products:=[\"x\",\"Industrial-and-Commercial-Bank\"] => \n"
     "12-01T10:05 c1 login => a!CONDITION_NOT_MET b+5.00 c!CONDITION_NOT_MET ne+5.00 out!CONDITION_NOT_MET kept+5.00\n"
     "12-01T10:06 c1 update employer=Industrial-and-Commercia => \n"
     "12-01T10:07 c1 login => a!CONDITION_NOT_MET b!CONDITION_NOT_MET c+5.00 ne+5.00 out+5.00 kept+5.00\n"
     "12-01T10:08 c1 update employer=Industrial-and-Commercial-Ban => \n"
     "12-01T10:09 c1 login => a!CONDITION_NOT_MET b!CONDITION_NOT_MET c!CONDITION_NOT_MET ne+5.00 out+5.00 kept+5.00\n"},
    {"long texts of the record with one another",
     "'facts':{'k':{'last':'payroll.credited','keep':'employer'}},'rules':[{'id':'g','on':'login',"
     "'when':{'profile.employer':{'same_as':'fact.k.employer'}}," FREE "," VOUCHER "}]",
     "12-01T10:00 c1 update employer=Industrial-and-Commercial-Bank => \n"
     "12-01T10:01 c1 login => g!CONDITION_NOT_MET\n"
     "12-01T10:02 c1 payroll.credited employer=Industrial-and-Commercial-Bureau => \n"
     "12-01T10:03 c1 login => g!CONDITION_NOT_MET\n"
     "12-01T10:04 c1 payroll.credited employer=Industrial-and-Commercial-Bank => \n"
     "12-01T10:05 c1 login => g+5.00\n"},
    {"a track in order, one event is one step",
     "'facts':{'t':{'track':{'opens':'login','tasks':[{'id':'a','on':'bill.paid'},{'id':'b','on':'bill.paid'}],'need':'all','order':'"
     "listed',"
     "'within':'P7D'}}},'rules':[{'id':'g','on':{'fact':'t'}," FREE "," VOUCHER "}]",
     "12-01T10:00 c1 login => \n"
     "12-01T10:01 c1 bill.paid 1.00 => \n"
     "12-01T10:02 c1 bill.paid 1.00 => g+5.00\n"},
    {"a track's tasks within its time, on the same card",
     "'facts':{'t':{'track':{'opens':'card.issued','match':['card'],'tasks':[{'id':'a',"
     "'on':'txn.card_spend'}],'need':'all','within':'P2D','per':['card']}}},'rules':[{'id':'g','on':{'fact':'t'}," FREE "," VOUCHER "}]",
     "12-01T10:00 c1 card.issued card=k1 => \n"
     "12-01T11:00 c1 card.issued card=k2 => \n"
     "12-01T12:00 c1 spend 1.00 card=k3 => \n"
     "12-01T12:01 c1 spend 1.00 card=k1 => g+5.00\n"
     "12-03T11:01 c1 spend 1.00 card=k2 => \n"},
    {"completed, and how long it took",
     "'facts':{'t':{'track':{'opens':'login','tasks':[{'id':'a','on':'checkin'},{'id':'b','on':'bill.paid'}],"
     "'need':'any','within':'P7D'}}},'rules':[{'id':'g','on':'service.rated','when':{'fact.t':'completed'}," FREE "," VOUCHER "}]",
     "12-01T10:00 c1 service.rated => g!TASKS_INCOMPLETE\n"
     "12-01T10:01 c1 login => \n"
     "12-01T10:02 c1 service.rated => g!TASKS_INCOMPLETE\n"
     "12-01T10:03 c1 bill.paid 1.00 => \n"
     "12-01T10:04 c1 service.rated => g+5.00\n"},
    {"a rule that hears an event and a measure gives once",
     "'facts':{'n':{'measure':'count','on':'login','window':'month'},'m':{'measure':'count','on':'login','window':'month','when':{'channel'"
     ":'app'}}},"
     "'rules':[{'id':'g','on':['login',{'fact':'n'}],'when':{'fact.n':{'gte':1}}," FREE "," VOUCHER
     "},{'id':'h','on':[{'fact':'n'},{'fact':'m'}],"
     "'when':{'fact.n':{'gte':1},'fact.m':{'gte':1}}," FREE "," VOUCHER "}]",
     "12-01T10:00 c1 login channel=app => g+5.00 h+5.00\n"},
    {"an audience by a measure is the same whoever else asks",
     "'audience':{'include':['tag:x'],'when':{'fact.zz/n':{'gte':1}}},'rules':[{'id':'g','on':'login'," FREE "," VOUCHER "}],"
     "'facts':{'own':{'measure':'count','on':'login','window':'day'}}"
     "|{'id':'zz','version':1,'name':{'zh':'x','en':'x'},'facts':{'n':{'measure':'count','on':'login','window':'ever'}}}",
     "12-01T10:00 c1 update tags:=[\"x\"] => \n"
     "12-01T10:01 c1 login => g+5.00\n"},
    {"the tracks of an audience by a measure are the same whoever else hears the event",
     "'audience':{'when':{'fact.zz/n':{'gte':1}}},'facts':{'own':{'measure':'count','on':'login','window':'day'},'t':{'track':{'opens':"
     "'login','tasks':[{'id':'a','on':'checkin'}],'need':'all','within':'P7D'}}},'rules':[{'id':'g','on':{'fact':'t'}," FREE "," VOUCHER
     "}]|{'id':'zz','version':1,'name':{'zh':'x','en':'x'},'facts':{'n':{'measure':'count','on':'login','window':'ever'}}}",
     "12-01T10:00 c1 login => \n"
     "12-01T10:01 c1 checkin => g+5.00\n"},
    {"whole numbers as far as they go",
     "'facts':{'s':{'measure':'sum','of':'score','on':'game.finished','window':'month'},'t':{'measure':'sum',"
     "'of':'score','on':'game.finished','window':'month','when':{'tier':'x'}},'d':{'difference':['t','s']}},'rules':[{'id':'g','on':'game."
     "finished','when':{'fact.s':{'gte':5}},"
     "'give':{'reward':'points','value':{'percent':'1000%','of':'fact.s'},'pool':'unlimited'}," FREE
     "},{'id':'h','on':'game.finished','when':{'fact.d':{'lt':0}}," FREE "," VOUCHER "}]",
     "12-01T10:00 c1 game.finished score:=9223372036854775807 => g+1000000000000 h+5.00\n"
     "12-01T10:01 c1 game.finished score:=9223372036854775807 => g+1000000000000 h+5.00\n"
     "12-01T10:02 c1 game.finished score:=-9223372036854775808 => g!TARGET_NOT_REACHED h!TARGET_NOT_REACHED\n"},
};

static void facts_and_conditions(void **unused) {
  (void)unused;
  stories_tell(fact_stories, sizeof fact_stories / sizeof fact_stories[0]);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(order_of_judgement), cmocka_unit_test(facts_and_conditions)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
