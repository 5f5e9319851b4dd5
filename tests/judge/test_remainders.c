/* What is left of a gift after a refund (docs/language.md section 8): what is judged again, of the event that was refunded or of another
 * one, the smallest amounts that a gift may come down to, and gifts that are worth nothing in money. */
#include "judge/story.h"

#define FREE "'limits':'unlimited'"
#define POOL "'pool':'unlimited'"
#define VOUCHER "'give':{'reward':'voucher','value':'5.00'," POOL "}"
#define TENTH "'give':{'reward':'cash_back','value':{'percent':'10%','of':'amount','max':'50.00'}," POOL "}"
#define UNDO(reward, partial) "'on_reversal':{'reward':'" reward "','partial':'" partial "'}"
#define SUM "'facts':{'s':{'measure':'sum','of':'amount','on':'txn.card_spend','window':'month'}}"
#define BOOST(of) \
  "{'id':'b','on':{'reward':'g'},'give':{'reward':'cash_back','value':" of "," POOL "}," FREE "," UNDO("revoke", "recheck") "}"

static const struct story stories[] = {
    {"of another event's gift its own event is left as it is, less what went of it before",
     SUM
     ",'rules':[{'id':'g','on':{'event':'txn.card_spend','when':{'merchant':'m'}},'when':{'fact.s':{'gte':'100.00'},'amount':{'gte':'50.00'"
     ",'lt':'60.00'}}," FREE "," VOUCHER "}]",
     "12-05T10:00 c1 spend 100.00 merchant=other #a => \n"
     "12-05T10:01 c1 spend 58.00 merchant=m #b => g+5.00\n"
     "12-05T10:02 c1 refund b 5.00 => \n"
     "12-05T10:03 c1 refund a 10.00 => \n"
     "12-05T10:04 c1 refund a 43.00 => \n"
     "12-05T10:05 c1 refund a 0.01 => g-5.00\n"},
    {"a single fen is gone when its share is",
     "'rules':[{'id':'g','on':'txn.card_spend','give':{'reward':'cash_back','value':'0.01'," POOL "}," FREE
     "," UNDO("revoke", "prorate") "}]",
     "12-05T10:00 c1 spend 10.00 #a => g+0.01\n"
     "12-05T10:01 c1 refund a 9.90 => g-0.01\n"},
    {"half of two fen is half of it", "'rules':[{'id':'g','on':'txn.card_spend'," VOUCHER "," FREE "," UNDO("revoke", "prorate") "}]",
     "12-05T10:00 c1 spend 0.02 #a => g+5.00\n"
     "12-05T10:01 c1 refund a 0.01 => g~2.50\n"
     "12-05T10:02 c1 refund a 0.01 => g-2.50\n"},
    {"as many units as the rest is worth, one begun counts whole",
     "'rules':[{'id':'g','on':'txn.card_spend','give':{'reward':'voucher','value':'2.00','count':7," POOL "}," FREE
     "," UNDO("revoke", "prorate") "}]",
     "12-05T10:00 c1 spend 0.10 #a => g+2.00x7\n"
     "12-05T10:01 c1 refund a 0.07 => g~2.00x4\n"},
    {"what has no worth in money stays while something is left, and goes with the last of it",
     "'rules':[{'id':'g','on':'txn.card_spend','give':{'reward':'goods'," POOL "}," FREE
     "," UNDO("revoke", "prorate") "},{'id':'h','on':'txn.card_spend','when':{'amount':{'gte':'5.00'}},'give':{'reward':'goods'," POOL
                                   "}," FREE "," UNDO("revoke", "recheck") "}]",
     "12-05T10:00 c1 spend 10.00 #a => g+0.00 h+0.00\n"
     "12-05T10:01 c1 refund a 5.00 => \n"
     "12-05T10:02 c1 refund a 1.00 => h-0.00\n"
     "12-05T10:03 c1 refund a 3.99 => \n"
     "12-05T10:04 c1 refund a 0.01 => g-0.00\n"},
    {"a share of a gift that is kept is as it was",
     "'rules':[{'id':'g','on':'txn.card_spend'," TENTH "," FREE
     ",'on_reversal':{'reward':'keep'}}," BOOST("{'percent':'50%','of':'rule_reward.value','max':'10.00'}") "]",
     "12-05T10:00 c1 spend 100.00 #a => g+10.00 b+5.00\n"
     "12-05T10:01 c1 refund a 50.00 => \n"
     "12-05T10:02 c1 refund a => b-5.00\n"},
    {"of one that went out smaller, what it was before is judged again",
     "'rules':[{'id':'g','on':'txn.card_spend'," TENTH "," FREE "," UNDO("offset", "recheck") "}]",
     "12-05T10:00 c1 spend 50.00 #a => g+5.00\n"
     "12-05T10:01 c1 refund a => g=5.00\n"
     "12-05T10:02 c1 spend 80.00 #b => g+3.00\n"
     "12-05T10:03 c1 refund b 40.00 => g=4.00\n"
     "12-05T10:04 c1 spend 100.00 => g+6.00\n"},
    {"chosen after a refund in part: what is left of it, one fen at least",
     "'rules':[{'id':'g','on':'txn.card_spend','give':{'choice_of':[{'id':'x','reward':'cash_back','value':'0.02'," POOL
     "},{'id':'z','reward':'cash_back','value':'0.01'," POOL "},{'id':'y','reward':'goods'," POOL "}],'within':'P7D','default':'x'}," FREE
     "," UNDO("revoke", "prorate") "}]",
     "12-05T10:00 c1 spend 10.00 #a => g>choice\n"
     "12-05T10:01 c1 refund a 9.99 => \n"
     "12-06T10:00 c1 claim reward_id=last choice=x => g.x+0.01\n"
     "12-05T10:00 c2 spend 0.02 #b => g>choice\n"
     "12-05T10:01 c2 refund b 0.01 => \n"
     "12-06T10:00 c2 claim reward_id=last choice=x => g.x+0.01\n"
     "12-05T10:00 c3 spend 10.00 #d => g>choice\n"
     "12-05T10:01 c3 refund d 9.99 => \n"
     "12-06T10:00 c3 claim reward_id=last choice=y => g.y+0.00\n"
     "gifts => g item 2 0\n"
     "12-05T10:00 c4 spend 10.00 #e => g>choice\n"
     "12-05T10:01 c4 refund e 9.99 => \n"
     "12-06T10:00 c4 claim reward_id=last choice=z => g.z+0.01\n"},
};

static void remainders(void **unused) {
  (void)unused;
  stories_tell(stories, sizeof stories / sizeof stories[0]);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(remainders)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
