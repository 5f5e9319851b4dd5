/* A reversal that comes before its event (docs/language.md section 9.3): what of it counts, what is told then, and that nothing of it is
 * remembered once the event has come. */
#include "judge/story.h"

#define FREE "'limits':'unlimited'"
#define VOUCHER "'give':{'reward':'voucher','value':'5.00','pool':'unlimited'}"
#define TEN "'give':{'reward':'cash_back','value':{'percent':'10%','of':'amount','max':'50.00'},'pool':{'budget':'100.00'}}"
#define UNDO(reward, partial) "'on_reversal':{'reward':'" reward "','limits':'restore','pool':'restore','partial':'" partial "'}"

static const struct story stories[] = {
    {"currencies that differ in one letter are different ones",
     "'rules':[{'id':'g','on':'txn.card_spend'," VOUCHER "," FREE "," UNDO("revoke", "recheck") "}]",
     "12-02T10:00 c1 refund a 100.00 currency=BSD => ORIGINAL_UNKNOWN\n"
     "12-02T09:00 c1 spend 100.00 currency=USD #a => g+5.00\n"
     "12-02T10:00 c1 refund b 100.00 currency=SRD => ORIGINAL_UNKNOWN\n"
     "12-02T09:00 c1 spend 100.00 currency=SGD #b => g+5.00\n"
     "12-02T10:00 c1 refund d 100.00 currency=CHE => ORIGINAL_UNKNOWN\n"
     "12-02T10:01 c1 refund d 60.00 currency=CHF => ORIGINAL_UNKNOWN\n"
     "12-02T09:00 c1 spend 100.00 currency=CHF #d => g+5.00\n"
     "12-02T11:00 c1 refund d 39.99 currency=CHF => \n"
     "12-02T11:01 c1 refund d 0.01 currency=CHF => g-5.00\n"},
    {"without a currency all of it goes back, and in its own each part",
     "'rules':[{'id':'g','on':'txn.card_spend'," TEN "," FREE "," UNDO("revoke", "prorate") "}]",
     "12-02T10:00 c1 refund a => ORIGINAL_UNKNOWN\n"
     "12-02T09:00 c1 spend 100.00 #a => \n"
     "12-02T10:00 c1 refund b 90.00 => ORIGINAL_UNKNOWN\n"
     "12-02T09:00 c1 spend 100.00 #b => g+1.00\n"},
    {"of an event that names no amount any part is all of it",
     "'rules':[{'id':'g','on':'txn.card_spend'," VOUCHER "," FREE "," UNDO("revoke", "recheck") "}]",
     "12-02T10:00 c1 refund a 40.00 => ORIGINAL_UNKNOWN\n"
     "12-02T09:00 c1 spend #a => \n"
     "12-02T09:00 c1 spend #b => g+5.00\n"
     "12-02T10:00 c1 refund b 40.00 => g-5.00\n"},
    {"parts that come to the whole are the whole, one fen less is not",
     "'rules':[{'id':'g','on':'txn.card_spend'," VOUCHER "," FREE "," UNDO("revoke", "ignore") "}]",
     "12-02T10:00 c1 refund a 60.00 => ORIGINAL_UNKNOWN\n"
     "12-02T10:01 c1 refund a 40.00 => ORIGINAL_UNKNOWN\n"
     "12-02T09:00 c1 spend 100.00 #a => \n"
     "12-02T10:00 c1 refund b 60.00 => ORIGINAL_UNKNOWN\n"
     "12-02T10:01 c1 refund b 39.99 => ORIGINAL_UNKNOWN\n"
     "12-02T09:00 c1 spend 100.00 #b => g+5.00\n"},
    {"nothing of it is remembered when its event has come, whether that gave something or not",
     "'rules':[{'id':'g','on':'txn.card_spend','when':{'amount':{'gte':'50.00'},'profile.tier':'gold'}," VOUCHER "," FREE "}]",
     "12-02T08:00 c2 update tier=gold => \n"
     "12-02T10:00 c1 refund a 40.00 => ORIGINAL_UNKNOWN\n"
     "record c1 => ORIGINAL 2027-03-10, AWAITED 2026-12-17\n"
     "12-02T09:00 c1 spend 60.00 #a => g!CONDITION_NOT_MET\n"
     "record c1 => ORIGINAL 2027-03-10\n"
     "12-02T10:00 c2 refund b 40.00 => ORIGINAL_UNKNOWN\n"
     "12-02T09:00 c2 spend 60.00 #b => \n"
     "record c2 => ORIGINAL 2027-03-10, PROFILE ever\n"
     "12-02T10:00 c2 refund d 40.00 => ORIGINAL_UNKNOWN\n"
     "12-02T09:00 c2 spend 90.00 #d => g+5.00\n"
     "record c2 => GRANT 2027-03-10, ORIGINAL 2027-03-10, PROFILE ever\n"},
    {"what counts on is the latest of them", "'rules':[{'id':'g','on':'txn.card_spend'," VOUCHER "," FREE "}]",
     "12-05T10:00 c1 refund a 40.00 => ORIGINAL_UNKNOWN\n"
     "12-04T10:00 c1 refund a 10.00 => ORIGINAL_UNKNOWN\n"
     "record c1 => ORIGINAL 2027-03-12, ORIGINAL 2027-03-13, AWAITED 2026-12-20\n"
     "12-07T10:00 c1 refund a 10.00 => ORIGINAL_UNKNOWN\n"
     "record c1 => ORIGINAL 2027-03-12, ORIGINAL 2027-03-13, ORIGINAL 2027-03-15, AWAITED 2026-12-22\n"},
    {"what was the first is none, though it gave nothing",
     "'facts':{'f':{'first':'txn.card_spend','refunds':'reopen'}},'rules':[{'id':'g','on':'txn.card_spend','when':{'fact.f':'this_event','"
     "tag':'vip'}," VOUCHER "," FREE "," UNDO("revoke", "recheck") "}]",
     "12-02T10:00 c1 refund a => ORIGINAL_UNKNOWN\n"
     "12-02T09:00 c1 spend 10.00 #a => g!CONDITION_NOT_MET\n"
     "12-02T10:00 c1 update tags:=[\"vip\"] => \n"
     "12-02T11:00 c1 spend 10.00 #b => g+5.00\n"},
    {"it lowers what older gifts rest on: they are told beside what the event itself gave",
     "'facts':{'m':{'measure':'average','of':'amount','on':'txn.card_spend','window':'month'}},'rules':[{'id':'g','on':'txn.card_spend','"
     "when':{'fact.m':{'gte':'50.00'}}," VOUCHER "," FREE "," UNDO("revoke", "recheck") "},{'id':'h','on':'txn.card_spend'," VOUCHER
                                                                                        "," FREE "," UNDO("revoke", "ignore") "}]",
     "12-02T10:00 c1 spend 60.00 #a => g+5.00 h+5.00\n"
     "12-02T11:00 c1 refund b 90.00 => ORIGINAL_UNKNOWN\n"
     "12-02T10:30 c1 spend 100.00 #b => h+5.00 g-5.00\n"},
    {"a gift that was set off in part stays a gift; one that is set off altogether does not",
     "'rules':[{'id':'g','on':'txn.card_spend'," TEN "," FREE "," UNDO("offset", "prorate") "}]",
     "12-02T10:00 c1 spend 40.00 #a => g+4.00\n"
     "12-02T10:01 c1 refund a => g=4.00\n"
     "12-02T11:00 c1 refund b 20.00 => ORIGINAL_UNKNOWN\n"
     "12-02T10:30 c1 spend 100.00 #b => g+4.00\n"
     "gifts => g item 0 400 pool 0 offset 400\n"},
    {"the same where all that was paid out goes back",
     "'rules':[{'id':'g','on':'txn.card_spend'," TEN "," FREE "," UNDO("offset", "prorate") "}]",
     "12-02T10:00 c1 spend 40.00 #a => g+4.00\n"
     "12-02T10:01 c1 refund a => g=4.00\n"
     "12-02T11:00 c1 refund b 60.00 => ORIGINAL_UNKNOWN\n"
     "12-02T10:30 c1 spend 100.00 #b => g=0.00\n"},
    {"and where that was a single fen", "'rules':[{'id':'g','on':'txn.card_spend'," TEN "," FREE "," UNDO("offset", "prorate") "}]",
     "12-02T10:00 c1 spend 0.10 #a => g+0.01\n"
     "12-02T10:01 c1 refund a => g=0.01\n"
     "12-02T11:00 c1 refund b 99.90 => ORIGINAL_UNKNOWN\n"
     "12-02T10:30 c1 spend 100.00 #b => g=0.00\n"},
    {"units without a price go back one by one, and what is left is a gift",
     "'rules':[{'id':'g','on':'txn.card_spend','give':{'reward':'goods','count':{'by':'amount','bands':[{'from':'100.00','value':5}]},"
     "'pool':{'stock':9}}," FREE "," UNDO("revoke", "prorate") "}]",
     "12-02T10:00 c1 refund a 40.00 => ORIGINAL_UNKNOWN\n"
     "12-02T09:00 c1 spend 100.00 #a => g+0.00x3\n"
     "pool g => 6 left\n"},
    {"of a list what is left is told, each once",
     "'rules':[{'id':'g','on':'txn.card_spend','give':[{'id':'a','reward':'cash_back','value':{'by':'amount','bands':[{'from':'80.00',"
     "'value':'8.00'}]},'pool':{'budget':'90.00'}},{'id':'b','reward':'points','value':3,'pool':'unlimited'},{'id':'d','reward':'cash_back'"
     ","
     "'value':{'percent':'10%','of':'amount','max':'50.00'},'pool':'unlimited'}]," FREE "," UNDO("revoke", "recheck") "}]",
     "12-02T10:00 c1 refund a 40.00 => ORIGINAL_UNKNOWN\n"
     "12-02T09:00 c1 spend 100.00 #a => g.b+3 g.d+6.00\n"
     "gifts => g item 1 3, g item 2 600\n"
     "12-02T11:00 c1 refund a 20.00 => g.d~2.00\n"},
};

static void awaited(void **unused) {
  (void)unused;
  stories_tell(stories, sizeof stories / sizeof stories[0]);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(awaited)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
