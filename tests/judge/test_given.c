/* What a rule gives (docs/language.md section 6): choosers and what each says when nothing is given, draws that run out, choices and what
 * becomes of them, gifts that are looked at and wait as well. */
#include "judge/story.h"

#define FREE "'limits':'unlimited'"
#define ITEM(id, yuan, stock, more) "{'id':'" id "','reward':'voucher','value':'" yuan "','pool':{'stock':" stock "}" more "}"
#define DRAW(items, empty, limits) "'rules':[{'id':'g','on':'login','give':{'draw_of':[" items "],'when_empty':'" empty "'}," limits "}]"
#define THRICE "'limits':[{'count':3,'per':['customer'],'period':'day'}]"

static const struct story stories[] = {
    {"the first that fits; an empty one is passed over or refuses; none tells what the first one asked",
     "'rules':[{'id':'g','on':'txn.card_spend','give':{'first_of':[" ITEM(
         "vip", "30.00", "1",
         ",'when':{'tag':'vip'},'when_empty':'skip'") "," ITEM("mid", "20.00", "1",
                                                               ",'when':{'amount':{'gte':'100.00'}}") "," ITEM("low", "10.00", "9",
                                                                                                               ",'when':{'amount':{'gte':'"
                                                                                                               "50.00'}}") "]}," FREE "}]",
     "12-05T09:00 c1 update tags:=[\"vip\"] => \n"
     "12-05T10:00 c2 spend 10.00 => g!CONDITION_NOT_MET\n"
     "why g => CONDITION_NOT_MET condition 0\n"
     "12-05T10:00 c1 spend 10.00 => g.vip+30.00\n"
     "12-05T10:01 c1 spend 100.00 => g.mid+20.00\n"
     "12-05T10:02 c1 spend 99.99 => g.low+10.00\n"
     "12-05T10:03 c1 spend 100.00 => g!OUT_OF_STOCK\n"
     "why g => OUT_OF_STOCK pool 1 period 0 0/1\n"
     "12-05T10:04 c1 spend 49.99 => g!OUT_OF_STOCK\n"
     "why g => OUT_OF_STOCK pool 0 period 0 0/1\n"
     "12-05T10:05 c2 spend 50.00 => g.low+10.00\n"},
    {"a draw whose prize has run out is lost, and has used the limit", DRAW(ITEM("a", "5.00", "1", ",'weight':1"), "lose", THRICE),
     "12-05T10:00 c1 login => g.a+5.00\n"
     "12-05T10:01 c1 login => g.a?\n"
     "gifts => g item 0 0 x0 drawn 0 of 1\n"
     "12-05T10:02 c1 login => g.a?\n"
     "12-05T10:03 c1 login => g!LIMIT_REACHED\n"
     "why g => LIMIT_REACHED limit 0 period 20792 3/3\n"},
    {"down the list, never up; when all are gone nothing is used",
     DRAW(ITEM("a", "5.00", "1", ",'weight':1000000") "," ITEM("b", "4.00", "1", ",'weight':1"), "next", THRICE),
     "12-05T10:00 c1 login => g.a+5.00\n"
     "12-05T10:01 c1 login => g.b+4.00\n"
     "12-05T10:02 c1 login => g!OUT_OF_STOCK\n"
     "why g => OUT_OF_STOCK pool 0 period 0 0/1\n"
     "12-05T10:03 c1 login => g!OUT_OF_STOCK\n"
     "12-05T10:04 c1 login => g!OUT_OF_STOCK\n"},
    {"drawn again among those that are left",
     DRAW(ITEM("a", "5.00", "1", ",'weight':1000000") "," ITEM("b", "4.00", "2", ",'weight':1"), "redraw", THRICE),
     "12-05T10:00 c1 login => g.a+5.00\n"
     "12-05T10:01 c1 login => g.b+4.00\n"
     "gifts => g item 1 400 pool 1 drawn 0 of 1\n"
     "12-05T10:02 c1 login => g.b+4.00\n"
     "12-05T10:03 c1 login => g!LIMIT_REACHED\n"
     "12-05T10:03 c2 login => g!OUT_OF_STOCK\n"},
    {"nothing is a prize as well",
     DRAW(ITEM("a", "5.00", "1", ",'weight':1") ",{'id':'n','weight':1000000,'nothing':true}", "redraw",
          "'limits':[{'count':1,'per':['customer'],'period':'day'}]"),
     "12-05T10:00 c1 login => g.n?\n"
     "12-05T10:01 c1 login => g!LIMIT_REACHED\n"},
    {"what was chosen says all that it is, takes its pool, and goes back as any gift",
     "'rules':[{'id':'g','on':'txn.card_spend','give':{'choice_of':[{'id':'tea','reward':'voucher','value':'18.00','count':2,'valid':{'for'"
     ":"
     "'P30D'},'pool':{'stock':5}},{'id':'cash','reward':'cash_back','value':'5.00','pool':{'budget':'9.00'}}],'within':'P7D','default':'"
     "cash'},'limits':[{'count':1,'per':['customer'],'period':'day'}],'on_reversal':{'pool':'restore','partial':'prorate'}}]",
     "12-05T10:00 c1 spend 100.00 #a => g>choice\n"
     "12-05T10:01 c1 spend 100.00 => g!LIMIT_REACHED\n"
     "pool g.tea => 5 left\n"
     "12-06T10:00 c1 claim reward_id=last choice=tea => g.tea+18.00x2\n"
     "gifts => g item 0 1800 x2 pool 0 until 2027-01-05T10:00\n"
     "pool g.tea => 3 left\n"
     "record c1 => LIMIT 2026-12-13, GRANT 2027-03-20, TAKEN 2027-03-20, ORIGINAL 2027-03-20, PENDING 2027-03-20\n"
     "12-06T11:00 c1 refund a 50.00 => g.tea~18.00\n"
     "pool g.tea => 4 left\n"
     "12-06T12:00 c1 refund a => g.tea-18.00\n"
     "pool g.tea => 5 left\n"
     "12-05T10:00 c2 spend 100.00 #b => g>choice\n"
     "12-05T11:00 c2 refund b 50.00 => \n"
     "passes 12-12T10:00 c2 => g.cash+2.50\n"
     "pool g.cash => 650 left\n"
     "12-12T11:00 c2 refund b => g.cash-2.50\n"
     "pool g.cash => 900 left\n"},
    {"what is owed is set off against what is chosen",
     "'rules':[{'id':'g','on':'account.opened','give':{'choice_of':[{'id':'cash','reward':'cash_back','value':'5.00','pool':{'budget':'9."
     "00'"
     "}},{'id':'tea','reward':'goods','pool':{'stock':5}}],'within':'P7D','default':'tea'}," FREE
     "},{'id':'k','on':'txn.card_spend','give':{'reward':'cash_back','value':'2.00','pool':'unlimited'}," FREE
     ",'on_reversal':{'reward':'offset'}}]",
     "12-05T10:00 c1 spend 10.00 #a => k+2.00\n"
     "12-05T10:01 c1 refund a => k=2.00\n"
     "12-05T11:00 c1 account.opened => g>choice\n"
     "12-05T12:00 c1 claim reward_id=last choice=cash => g.cash+3.00\n"
     "gifts => g item 0 300 pool 0 offset 200\n"
     "pool g.cash => 600 left\n"},
    {"looked at first, then it waits for its time; passed behind that it is issued at once",
     "'rules':[{'id':'g','on':'login','review':{'within':'P3D','otherwise':'refuse'},'give':{'reward':'voucher','value':'5.00','pool':{'"
     "stock':10},'timing':{'after':'P2D'}}," FREE "}]",
     "12-05T10:00 c1 login => g>5.00\n"
     "gifts => g item 0 500 pool 0 review 2026-12-08T10:00\n"
     "12-06T10:00 c1 reward.reviewed reward_id=last result=passed staff=s1 => g>5.00\n"
     "gifts => g item 0 500 pool 0 due 2026-12-07T10:00\n"
     "passes 12-07T10:00 c1 => g+5.00\n"
     "12-05T10:00 c2 login => g>5.00\n"
     "12-07T10:00 c2 reward.reviewed reward_id=last result=passed staff=s1 => g+5.00\n"
     "12-05T10:00 c3 login => g>5.00\n"
     "passes 12-08T10:00 c3 => g!EXPIRED g-5.00\n"
     "pool g => 8 left\n"},
    {"remembered from when it is issued, though its review is over before",
     "'rules':[{'id':'g','on':'login','review':{'within':'P1D','otherwise':'pass'},'give':{'reward':'voucher','value':'5.00','pool':{'"
     "stock'"
     ":10},'timing':{'after':'P10D'}}," FREE "}]",
     "12-05T10:00 c1 login => g>5.00\n"
     "record c1 => GRANT 2027-03-23, TAKEN 2027-03-23, ORIGINAL 2027-03-23, PENDING 2027-03-23\n"
     "passes 12-06T10:00 c1 => g>5.00\n"
     "passes 12-15T10:00 c1 => g+5.00\n"},
};

static void given(void **unused) {
  (void)unused;
  stories_tell(stories, sizeof stories / sizeof stories[0]);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(given)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
