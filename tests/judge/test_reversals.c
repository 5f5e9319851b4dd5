/* What a reversal does (docs/language.md section 8), as stories: by policy, whole and in parts, before its event and again, what rests on
 * facts, what chances bought; and the memory of it all, which must let nothing be taken back twice. */
#include "judge/story.h"

#define NINE "'limits':[{'count':9,'per':['customer'],'period':'day'}]"
#define FREE "'limits':'unlimited'"
#define TEN "'give':{'reward':'cash_back','value':{'percent':'10%','of':'amount','max':'50.00'},'pool':{'budget':'100.00'}}"
#define UNDO(reward, partial) "'on_reversal':{'reward':'" reward "','limits':'restore','pool':'restore','partial':'" partial "'}"

static const struct story policy_stories[] = {
    {"revoked as a whole, and pool and limit have it back",
     "'pools':{'p':{'stock':1}},'rules':[{'id':'g','on':'txn.card_spend','give':{'reward':'goods','pool':'p'},"
     "'limits':[{'count':1,'per':['customer'],'period':'ever'}]," UNDO("revoke", "recheck") "}]",
     "12-02T10:00 c1 spend 100.00 #a => g+0.00\n"
     "12-02T10:01 c1 spend 100.00 => g!LIMIT_REACHED\n"
     "pool p => 0 left\n"
     "12-02T11:00 c1 refund a => g-0.00\n"
     "pool p => 1 left\n"
     "12-02T12:00 c1 spend 100.00 => g+0.00\n"},
    {"what is not restored stays used",
     "'pools':{'p':{'stock':1}},'rules':[{'id':'g','on':'txn.card_spend','give':{'reward':'goods','pool':'p'},"
     "'limits':[{'count':1,'per':['customer'],'period':'ever'}],'on_reversal':{'reward':'revoke'}}]",
     "12-02T10:00 c1 spend 100.00 #a => g+0.00\n"
     "12-02T11:00 c1 refund a => g-0.00\n"
     "pool p => 0 left\n"
     "12-02T12:00 c1 spend 100.00 => g!LIMIT_REACHED\n"
     "12-02T12:00 c2 spend 100.00 => g!OUT_OF_STOCK\n"},
    {"in parts: the same share each time, to the last fen",
     "'rules':[{'id':'g','on':'txn.card_spend'," TEN "," FREE "," UNDO("revoke", "prorate") "}]",
     "12-02T10:00 c1 spend 99.99 #a => g+10.00\n"
     "12-02T10:01 c1 refund a 33.33 => g~3.33\n"
     "12-02T10:02 c1 refund a 33.33 => g~3.33\n"
     "12-02T10:03 c1 refund a 33.33 => g-3.34\n"
     "12-02T10:04 c1 refund a 33.33 => \n"},
    {"judged again: above the threshold it stays in part, below it goes",
     "'rules':[{'id':'g','on':'txn.card_spend','when':{'amount':{'gte':'100.00'}}," TEN "," FREE "," UNDO("revoke", "recheck") "}]",
     "12-02T10:00 c1 spend 300.00 #a => g+30.00\n"
     "12-02T10:01 c1 refund a 100.00 => g~10.00\n"
     "12-02T10:02 c1 refund a 100.00 => g~10.00\n"
     "12-02T10:03 c1 refund a 0.01 => g-10.00\n"
     "12-02T10:04 c1 refund a => \n"},
    {"ignored until all of it goes", "'rules':[{'id':'g','on':'txn.card_spend'," TEN "," FREE "," UNDO("revoke", "ignore") "}]",
     "12-02T10:00 c1 spend 100.00 #a => g+10.00\n"
     "12-02T10:01 c1 refund a 99.99 => \n"
     "12-02T10:02 c1 refund a 0.01 => g-10.00\n"},
    {"kept whatever comes", "'rules':[{'id':'g','on':'txn.card_spend'," TEN "," FREE ",'on_reversal':{'reward':'keep'}}]",
     "12-02T10:00 c1 spend 100.00 #a => g+10.00\n"
     "12-02T10:01 c1 refund a => \n"},
    {"owed and set off against what comes", "'rules':[{'id':'g','on':'txn.card_spend'," TEN "," FREE "," UNDO("offset", "prorate") "}]",
     "12-02T10:00 c1 spend 200.00 #a => g+20.00\n"
     "12-02T10:01 c1 refund a => g=20.00\n"
     "12-02T10:02 c1 spend 80.00 #b => g=0.00\n"
     "12-02T10:03 c1 spend 150.00 => g+3.00\n"
     "12-02T10:04 c1 refund b => g=8.00\n"
     "12-02T10:05 c1 spend 90.00 => g+1.00\n"},
    {"units go by the share that went, in the customer's favour",
     "'rules':[{'id':'g','on':'txn.card_spend','give':{'reward':'voucher','value':'2.00','count':{'by':'amount','bands':[{'from':'100.00',"
     "'value':5}]},'pool':{'stock':9}}," FREE "," UNDO("revoke", "prorate") "}]",
     "12-02T10:00 c1 spend 100.00 #a => g+2.00x5\n"
     "12-02T10:01 c1 refund a 30.00 => g~2.00\n"
     "pool g => 5 left\n"
     "12-02T10:02 c1 refund a 31.00 => g~2.00\n"
     "12-02T10:03 c1 refund a => g-2.00x3\n"
     "pool g => 9 left\n"},
    {"add-ons go with what they rest on",
     "'rules':[{'id':'g','on':'txn.card_spend'," TEN "," FREE
     "," UNDO("revoke", "prorate") "},{'id':'plus','on':{'reward':'g'},'give':{"
                                   "'reward':'points','value':7,'pool':'unlimited'}," FREE "," UNDO("revoke", "ignore") "}]",
     "12-02T10:00 c1 spend 100.00 #a => g+10.00 plus+7\n"
     "12-02T10:01 c1 refund a 50.00 => g~5.00\n"
     "12-02T10:02 c1 refund a 50.00 => g-5.00 plus-7\n"},
};

static const struct story order_stories[] = {
    {"before its event: as if it had been given and taken back",
     "'pools':{'p':{'stock':1}},'rules':[{'id':'g','on':'txn.card_spend','give':{'reward':'goods','pool':'p'},'limits':[{'count':1,'per':["
     "'customer'],'period':'ever'}],'on_reversal':{'reward':'revoke','pool':'restore'}}]",
     "12-02T10:00 c1 refund a => ORIGINAL_UNKNOWN\n"
     "12-02T09:00 c1 spend 100.00 #a => \n"
     "pool p => 1 left\n"
     "12-02T12:00 c1 spend 100.00 => g!LIMIT_REACHED\n"},
    {"a part of it before its event: what is left goes out",
     "'rules':[{'id':'g','on':'txn.card_spend'," TEN "," FREE "," UNDO("revoke", "prorate") "}]",
     "12-02T10:00 c1 refund a 40.00 => ORIGINAL_UNKNOWN\n"
     "12-02T10:01 c1 refund a 10.00 => ORIGINAL_UNKNOWN\n"
     "12-02T09:00 c1 spend 100.00 #a => g+5.00\n"
     "12-02T11:00 c1 refund a 20.00 => g~2.00\n"
     "12-02T11:01 c1 refund a => g-3.00\n"},
    {"said to be of long ago it is not waited for",
     "'rules':[{'id':'g','on':'txn.card_spend'," TEN "," FREE "," UNDO("revoke", "prorate") "}]",
     "clock 12-20T09:00 => \n"
     "12-20T10:00 c1 refund a original_time=2026-12-01T10:00:00+08:00 => \n"
     "12-19T10:00 c1 spend 100.00 #a => g+10.00\n"},
    {"of a time far ahead itself it is waited for, since the stream is not there",
     "'rules':[{'id':'g','on':'txn.card_spend'," TEN "," FREE "," UNDO("revoke", "prorate") "}]",
     "clock 12-02T12:00 => \n"
     "12-20T10:00 c1 refund a original_time=2026-12-02T10:00:00+08:00 => \n"
     "12-02T10:00 c1 spend 100.00 #a => \n"
     "12-20T10:00 c1 refund b 40.00 original_time=2026-12-02T11:00:00+08:00 => \n"
     "12-02T11:00 c1 spend 100.00 #b => g+6.00\n"},
    {"of a time far behind itself, before the stream has a clock, it is waited for by what it tells of its original",
     "'rules':[{'id':'g','on':'txn.card_spend'," TEN "," FREE "," UNDO("revoke", "prorate") "}]",
     "11-01T10:00 c1 refund a original_time=2026-12-02T10:00:00+08:00 => \n"
     "clock 12-02T12:00 => \n"
     "12-02T10:00 c1 spend 100.00 #a => \n"},
    {"twice it takes nothing more, and a refund cannot be refunded",
     "'rules':[{'id':'g','on':'txn.card_spend'," TEN "," FREE "," UNDO("revoke", "prorate") "}]",
     "12-02T10:00 c1 spend 100.00 #a => g+10.00\n"
     "12-02T10:01 c1 refund a #r => g-10.00\n"
     "12-02T10:01 c1 refund a #r => DUPLICATE_EVENT\n"
     "12-02T10:02 c1 refund a => \n"
     "12-02T10:03 c1 refund r => dead REVERSAL_OF_REVERSAL\n"},
    {"money of one currency is never taken off another",
     "'rules':[{'id':'g','on':'txn.card_spend'," TEN "," FREE "," UNDO("revoke", "prorate") "}]",
     "12-02T10:00 c1 spend 100.00 #a => g+10.00\n"
     "12-02T10:01 c1 refund a 50.00 currency=USD => dead CURRENCY_MISMATCH\n"
     "12-02T10:02 c1 refund a 50.00 => g~5.00\n"},
    {"another source's event is another event", "'rules':[{'id':'g','on':'txn.card_spend'," TEN "," FREE "," UNDO("revoke", "prorate") "}]",
     "12-02T10:00 c1 spend 100.00 #a => g+10.00\n"
     "12-02T10:01 c1 refund a original_source=pos => ORIGINAL_UNKNOWN\n"
     "12-02T10:02 c1 refund a original_source=t => g-10.00\n"},
    {"behind ninety days it is too late, whatever is remembered",
     "'rules':[{'id':'g','on':'txn.card_spend'," TEN "," FREE "," UNDO("revoke", "prorate") "}]",
     "12-02T10:00 c1 spend 100.00 #a => g+10.00\n"
     "12-02T10:00 c1 spend 100.00 #b => g+10.00\n"
     "03-02T10:00 c1 refund a => g-10.00\n"
     "03-02T10:01 c1 refund b => EVENT_TOO_LATE\n"},
    {"the record forgets, and then nobody knows it; whoever says how old it is is told that it is too late",
     "'rules':[{'id':'g','on':'txn.card_spend'," TEN "," FREE "," UNDO("revoke", "prorate") "}]",
     "12-02T10:00 c1 spend 100.00 #a => g+10.00\n"
     "clock 03-20T00:00 => \n"
     "03-20T10:00 c1 refund a => ORIGINAL_UNKNOWN\n"
     "03-20T10:01 c1 refund a original_time=2026-12-02T10:00:00+08:00 => EVENT_TOO_LATE\n"
     "03-20T10:02 c1 refund never original_time=2026-12-02T10:00:00+08:00 => EVENT_TOO_LATE\n"},
    {"out of time by its own time it is too late, whether its original is known or not",
     "'rules':[{'id':'g','on':'txn.card_spend'," TEN "," FREE "," UNDO("revoke", "prorate") "}]",
     "12-02T10:00 c1 spend 100.00 #a => g+10.00\n"
     "clock 12-20T00:00 => \n"
     "12-02T11:00 c1 refund a => EVENT_TOO_LATE\n"
     "12-02T11:00 c1 refund never => EVENT_TOO_LATE\n"
     "12-20T11:00 c1 refund never => ORIGINAL_UNKNOWN\n"
     "12-20T11:01 c1 refund a => g-10.00\n"},
    {"an event that was seen and fed nothing is known: there is nothing to take back",
     "'rules':[{'id':'g','on':'txn.card_spend'," TEN "," FREE "," UNDO("revoke", "prorate") "}]",
     "12-02T10:00 c1 login #l => \n"
     "12-02T10:01 c1 refund l => \n"},
};

static const struct story fact_stories[] = {
    {"what was accumulated falls, and gifts that rested on it go",
     "'facts':{'s':{'measure':'sum','of':'amount','on':'txn.card_spend','window':'month'}},'rules':[{'id':'g','on':'txn.card_spend','when':"
     "{"
     "'fact.s':{'gte':'100.00'}},'give':{'reward':'voucher','value':'5.00','pool':'unlimited'},'limits':[{'count':1,'per':['customer'],"
     "'period':'month'}]," UNDO("revoke", "recheck") "}]",
     "12-02T10:00 c1 spend 60.00 #a => g!TARGET_NOT_REACHED\n"
     "12-02T10:01 c1 spend 60.00 #b => g+5.00\n"
     "12-02T10:02 c1 spend 10.00 #c => g!LIMIT_REACHED\n"
     "12-02T10:03 c1 refund c => \n"
     "12-02T10:04 c1 refund a 15.00 => \n"
     "12-02T10:05 c1 refund a 10.00 => g-5.00\n"
     "12-02T10:06 c1 spend 4.99 => g!TARGET_NOT_REACHED\n"
     "12-02T10:07 c1 spend 0.01 => g+5.00\n"},
    {"a count falls when all of an event goes",
     "'facts':{'n':{'measure':'count','on':'txn.card_spend','window':'month'}},'rules':[{'id':'g','on':'txn.card_spend','when':{'fact.n':"
     "{'gte':2}},'give':{'reward':'voucher','value':'5.00','pool':'unlimited'}," FREE "," UNDO("revoke", "recheck") "}]",
     "12-02T10:00 c1 spend 60.00 #a => g!TARGET_NOT_REACHED\n"
     "12-02T10:01 c1 spend 60.00 #b => g+5.00\n"
     "12-02T10:02 c1 refund a 59.99 => \n"
     "12-02T10:03 c1 refund a => g-5.00\n"},
    {"the first that is undone makes the next one the first",
     "'facts':{'f':{'first':'txn.card_spend','refunds':'reopen','keep':'card'}},'rules':[{'id':'g','on':'txn.card_spend','when':{'fact.f':"
     "'this_event'},'give':{'reward':'voucher','value':'5.00','pool':'unlimited'}," FREE
     "," UNDO("revoke", "recheck") "},{'id':'k','on':"
                                   "'login','when':{'fact.f.card':'k2'},'give':{'reward':'points','value':1,'pool':'unlimited'}," FREE "}]",
     "12-02T10:00 c1 spend 60.00 #a card=k1 => g+5.00\n"
     "12-02T10:01 c1 spend 60.00 #b card=k2 => g!NOT_FIRST\n"
     "12-02T10:02 c1 login => k!CONDITION_NOT_MET\n"
     "12-02T10:03 c1 refund a => g-5.00\n"
     "12-02T10:04 c1 login => k+1\n"
     "12-02T10:05 c1 spend 60.00 => g!NOT_FIRST\n"
     "12-02T10:06 c1 refund b => \n"
     "12-02T10:07 c1 refund n6 => \n"
     "12-02T10:08 c1 spend 60.00 => g+5.00\n"},
    {"chances that are not spent are gone; what the others bought follows its own rule",
     "'rules':[{'id':'c','on':'txn.card_spend','give':{'reward':'chance','chance':'x','count':3}," FREE "," UNDO(
         "revoke", "recheck") "},{"
                              "'id':'use','on':'reward.claimed','spends':'x','give':{'reward':'points','value':5,'pool':'unlimited'}," FREE
                              "}]",
     "12-02T10:00 c1 spend 60.00 #a => c*3\n"
     "12-02T10:01 c1 claim => use+5\n"
     "12-02T10:02 c1 refund a => c-3 use-5\n"
     "12-02T10:03 c1 claim => use!LIMIT_REACHED\n"},
    {"a gift that chances bought goes alone when its own event is undone",
     "'rules':[{'id':'c','on':'login','give':{'reward':'chance','chance':'x','count':2}," FREE
     "},{'id':'use','on':'txn.card_spend','spends':"
     "'x','give':{'reward':'points','value':5,'pool':'unlimited'}," FREE "," UNDO("revoke", "recheck") "}]",
     "12-02T10:00 c1 login => c*2\n"
     "12-02T10:01 c1 spend 60.00 #a => use+5\n"
     "12-02T10:02 c1 refund a => use-5\n"
     "12-02T10:03 c1 spend 60.00 => use+5\n"
     "12-02T10:04 c1 spend 60.00 => use!LIMIT_REACHED\n"},
    {"one refund takes five gifts back: told in order of their events' time, base gifts before what rests on them",
     "'facts':{'s':{'measure':'sum','of':'amount','on':'txn.card_spend','window':'month'}},'rules':[{'id':'g','on':'txn.card_spend',"
     "'when':{'fact.s':{'gte':'100.00'}}," TEN "," FREE "," UNDO("revoke", "recheck") "},{'id':'h','on':{'reward':'g'},'give':{'reward':"
                                                                                      "'points','value':5,'pool':'unlimited'}," FREE
                                                                                      "," UNDO("revoke", "recheck") "}]",
     "12-02T10:00 c1 spend 95.00 #a => g!TARGET_NOT_REACHED\n"
     "12-02T10:01 c1 spend 10.00 => g+1.00 h+5\n"
     "12-02T10:02 c1 spend 11.00 => g+1.10 h+5\n"
     "12-02T10:03 c1 spend 12.00 => g+1.20 h+5\n"
     "12-02T10:04 c1 spend 13.00 => g+1.30 h+5\n"
     "12-02T10:05 c1 spend 14.00 => g+1.40 h+5\n"
     "12-02T10:06 c1 refund a => g-1.00 h-5 g-1.10 h-5 g-1.20 h-5 g-1.30 h-5 g-1.40 h-5\n"},
    {"a gift that rests on two measures of the same payment is looked at, once",
     "'facts':{'s':{'measure':'sum','of':'amount','on':'txn.card_spend','window':'month'},'n':{'measure':'count','on':'txn.card_spend',"
     "'window':'month'}},'rules':[{'id':'g','on':'txn.card_spend','when':{'fact.s':{'gte':'100.00'},'fact.n':{'gte':2}}," TEN "," FREE
     "," UNDO("revoke", "recheck") "},{'id':'h','on':'txn.card_spend'," TEN "," FREE "," UNDO("revoke", "recheck") "}]",
     "12-02T10:00 c1 spend 60.00 #a => g!TARGET_NOT_REACHED h+6.00\n"
     "12-02T10:01 c1 spend 70.00 => g+7.00 h+7.00\n"
     "12-02T10:02 c1 refund a => h-6.00 g-7.00\n"},
    {"add-ons of one gift go back in order of their ids, whatever the order of the record",
     "'rules':[{'id':'g','on':'txn.card_spend'," TEN "," FREE
     "," UNDO("revoke", "recheck") "},{'id':'h','on':{'reward':'g'},'give':{"
                                   "'reward':'points','value':1,'pool':'unlimited'}," FREE
                                   "},{'id':'i','on':{'reward':'g'},'give':{'reward':'points','value':2,'pool':"
                                   "'unlimited'}," FREE
                                   "},{'id':'j','on':{'reward':'g'},'give':{'reward':'points','value':3,'pool':'unlimited'}," FREE
                                   "},{'id':'k','on':{'reward':'g'},'give':{'reward':'points','value':4,'pool':'unlimited'}," FREE "}]",
     "12-02T10:00 c1 spend 60.00 #a => g+6.00 h+1 i+2 j+3 k+4\n"
     "12-02T10:01 c1 refund a => g-6.00 h-1 i-2 j-3 k-4\n"
     "12-02T10:02 c1 spend 60.00 #b => g+6.00 h+1 i+2 j+3 k+4\n"
     "12-02T10:03 c1 refund b => g-6.00 h-1 j-3 k-4 i-2\n"},
    {"top-ups follow their measure down, as far as they are not spent",
     "'facts':{'s':{'measure':'sum','of':'amount','on':'txn.card_spend','window':'month'}},'rules':[{'id':'c','on':{'fact':'s'},'give':{"
     "'reward':'chance','chance':'x','count':{'by':'fact.s','bands':[{'from':'100.00','value':1},{'from':'300.00','value':3}],'pay':"
     "'top_up'}}," FREE
     "," UNDO("revoke", "recheck") "},{'id':'use','on':'reward.claimed','spends':'x','give':{'reward':'points','value':5,"
                                   "'pool':'unlimited'}," FREE "}]",
     "12-02T10:00 c1 spend 150.00 => c*1\n"
     "12-02T10:01 c1 spend 200.00 #b => c*2\n"
     "12-02T10:02 c1 claim => use+5\n"
     "12-02T10:03 c1 refund b => \n"
     "12-02T10:04 c1 claim => use!LIMIT_REACHED\n"
     "12-02T10:05 c1 spend 200.00 => c!TARGET_NOT_REACHED\n"
     "12-02T10:06 c1 claim => use+5\n"
     "12-02T10:07 c1 claim => use+5\n"
     "12-02T10:08 c1 claim => use!LIMIT_REACHED\n"},
};

static void by_policy(void **unused) {
  (void)unused;
  stories_tell(policy_stories, sizeof policy_stories / sizeof policy_stories[0]);
}
static void in_any_order(void **unused) {
  (void)unused;
  stories_tell(order_stories, sizeof order_stories / sizeof order_stories[0]);
}
static void on_facts_and_chances(void **unused) {
  (void)unused;
  stories_tell(fact_stories, sizeof fact_stories / sizeof fact_stories[0]);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(by_policy), cmocka_unit_test(in_any_order), cmocka_unit_test(on_facts_and_chances)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
