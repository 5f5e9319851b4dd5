/* Money of another currency (docs/language.md section 2): what a file cannot convert is never compared and never given for, wherever in a
 * rule it is asked for; the refusal names the currency. What is no money is what it is, and money that names no currency is the file's own.
 */
#include "judge/story.h"

#define FREE "'limits':'unlimited'"
#define VOUCHER "'give':{'reward':'voucher','value':'5.00','pool':'unlimited'}"
#define ITEM(id, value, pool, more) "{'id':'" id "','reward':'cash_back','value':" value ",'pool':" pool more "}"
#define PERCENT "{'percent':'1%','of':'amount','max':'9.00'}"
#define COUNT "'n':{'measure':'count','on':'txn.card_spend','window':'month'}"
#define SPENT(more) "{'event':'txn.card_spend'" more "}"
#define OVER "{'amount':{'gte':'1.00'}}"
#define TABLE \
  "'t':{'table':[{'of':'amount','from':['0.00','100.00']},{'of':'profile.age','from':[0,18]}],'cells':[['a','b'],['c','d']],'else':'e'}"
#define RATES                                                                                                                   \
  "|{'rates':'t','currency':'CNY','source':'invented','covers':{'from':'2026-11-30','to':'2026-12-05'},'days':{'2026-11-30':{'" \
  "USD':'7.0'},'2026-12-05':{'USD':'7.2'}}}"

static const struct story stories[] = {
    {"asked first of several",
     "'facts':{" COUNT "},'rules':[{'id':'g','on':'txn.card_spend','when':{'amount':{'gte':'1.00'},'fact.n':{'gte':99}}," VOUCHER "," FREE
     "}]",
     "12-05T10:00 c1 spend 100.00 currency=USD => g!CONDITION_NOT_MET\n"
     "why g => CONDITION_NOT_MET USD\n"
     "12-05T10:01 c1 spend 100.00 => g!TARGET_NOT_REACHED\n"},
    {"asked by the trigger that stands first", "'rules':[{'id':'g','on':[" SPENT(",'when':" OVER) ",'login']," VOUCHER "," FREE "}]",
     "12-05T10:00 c1 spend 100.00 currency=USD => g!CONDITION_NOT_MET\n"
     "why g => CONDITION_NOT_MET USD\n"
     "12-05T10:01 c1 spend 100.00 => g+5.00\n"},
    {"what the third of those that stand in is worth",
     "'rules':[{'id':'g','on':'txn.card_spend','give':" ITEM(
         "a", "'1.00'", "{'budget':'1.00'}",
         ",'or_else':" ITEM(
             "b", "'2.00'", "{'budget':'2.00'}",
             ",'or_else':" ITEM("c", "'3.00'", "{'budget':'3.00'}", ",'or_else':" ITEM("d", PERCENT, "'unlimited'", "")))) "," FREE "}]",
     "12-05T10:00 c1 spend 900.00 currency=USD => g!CONDITION_NOT_MET\n"
     "why g => CONDITION_NOT_MET USD\n"
     "12-05T10:01 c1 spend 900.00 => g.a+1.00\n"},
    {"asked through a table, by its first axis",
     "'facts':{" TABLE "},'rules':[{'id':'g','on':'txn.card_spend','when':{'fact.t':'d'}," VOUCHER "," FREE "}]",
     "12-01T10:00 c1 update age:=30 => \n"
     "12-05T10:00 c1 spend 500.00 currency=USD => g!CONDITION_NOT_MET\n"
     "why g => CONDITION_NOT_MET USD\n"
     "12-05T10:01 c1 spend 500.00 => g+5.00\n"},
    {"a number beside it is no money",
     "'rules':[{'id':'g','on':'game.finished','give':{'reward':'voucher','value':'5.00','count':{'by':'score','bands':[{'from':3,'value':"
     "2}]},'pool':'unlimited'}," FREE "}]",
     "12-05T10:00 c1 game.finished currency=USD score:=3 => g+5.00x2\n"},
    {"money that names no currency is the file's own, whatever rates there are",
     "'period':{'from':'2026-12-01','to':'2027-03-31','closing':'P14D'},'fx':{'table':'t','day':'event'},'rules':[{'id':'g','on':['txn."
     "card_"
     "spend','instalment.approved'],'give':{'reward':'cash_back','value':" PERCENT ",'pool':'unlimited'}," FREE "}]" RATES,
     "12-06T10:00 c1 spend 500.00 currency=USD => g!RATE_UNKNOWN\n"
     "12-06T10:01 c1 instalment.approved amount_minor:=50000 => g+5.00\n"},
};

static void foreign(void **unused) {
  (void)unused;
  stories_tell(stories, sizeof stories / sizeof stories[0]);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(foreign)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
