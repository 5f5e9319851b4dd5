/* What a refusal tells: which limit, pool or condition it was, of which period and of whom, and how much was there of what was asked.
 * People read it (`giftd explain`), so it must be of what failed, not of its neighbour. */
#include "judge/story.h"

#define FREE "'limits':'unlimited'"
#define VOUCHER "'give':{'reward':'voucher','value':'5.00','pool':'unlimited'}"
#define CASH(pool) "'give':{'reward':'cash_back','value':{'percent':'10%','of':'amount','max':'50.00'},'pool':" pool "}"

static const struct story stories[] = {
    {"a limit of all together is nobody's in particular",
     "'rules':[{'id':'f','on':'checkin'," VOUCHER
     ",'limits':[{'count':9,'per':['customer'],'period':'day'}]},{'id':'g','on':'login'," VOUCHER
     ",'limits':[{'count':5,'per':['customer'],'period':'month'},{'count':1,'per':['customer','device'],'period':'day'}]}]",
     "12-05T10:00 c1 login device=d => g+5.00\n"
     "12-05T10:01 c1 login device=e => g+5.00\n"
     "12-05T10:02 c1 login device=d => g!LIMIT_REACHED\n"
     "why g => LIMIT_REACHED limit 2 period 20792 1/1\n"},
    {"of each it is that of whom it was full",
     "'rules':[{'id':'g','on':'login'," VOUCHER ",'limits':[{'count':1,'per_each':['customer','device'],'period':'day'}]}]",
     "12-05T10:00 c1 login device=d => g+5.00\n"
     "12-05T10:01 c1 login device=e => g!LIMIT_REACHED\n"
     "why g => LIMIT_REACHED limit 0 dimension 0 period 20792 1/1\n"
     "12-05T10:02 c2 login device=d => g!LIMIT_REACHED\n"
     "why g => LIMIT_REACHED limit 0 dimension 1 period 20792 1/1\n"
     "12-05T10:02 c3 login => g!LIMIT_REACHED\n"
     "why g => LIMIT_REACHED limit 0 dimension 1 period 20792 1/1\n"},
    {"of several that are full the fullest",
     "'rules':[{'id':'g','on':'login'," VOUCHER
     ",'limits':[{'count':2,'per_each':['customer','device'],'period':'day','missing':'skip'}]}]",
     "12-05T10:00 c1 login device=d => g+5.00\n"
     "12-05T10:00 c2 login device=d => g+5.00\n"
     "12-05T10:00 c1 login device=e => g+5.00\n"
     "12-05T10:01 c1 login device=d => g!LIMIT_REACHED\n"
     "why g => LIMIT_REACHED limit 0 dimension 0 period 20792 2/2\n"
     "12-05T10:01 c3 login => g+5.00\n"},
    {"money, and what was left of it",
     "'rules':[{'id':'g','on':'txn.card_spend'," CASH(
         "'unlimited'") ",'limits':[{'amount':'12.00','per':['customer'],'period':'week','at_limit':'partial','least':'3.00'}]}]",
     "12-05T10:00 c1 spend 100.00 => g+10.00\n"
     "12-05T10:01 c1 spend 20.00 => g+2.00\n"
     "12-05T10:02 c1 spend 20.00 => g!LIMIT_REACHED\n"
     "why g => LIMIT_REACHED limit 0 period 2970 1200/1200 money\n"
     "12-07T10:02 c1 spend 90.00 => g+9.00\n"
     "12-07T10:03 c1 spend 90.00 => g+3.00\n"
     "12-07T10:03 c1 spend 90.00 => g!LIMIT_REACHED\n"
     "why g => LIMIT_REACHED limit 0 period 2971 1200/1200 money\n"},
    {"money that is given whole or not at all",
     "'rules':[{'id':'g','on':'txn.card_spend'," CASH(
         "'unlimited'") ",'limits':[{'amount':'12.00','per':['customer'],'period':'week','at_limit':'reject'}]}]",
     "12-05T10:00 c1 spend 100.00 => g+10.00\n"
     "12-05T10:01 c1 spend 21.00 => g!LIMIT_REACHED\n"
     "why g => LIMIT_REACHED limit 0 period 2970 1000/1200 money\n"
     "12-05T10:02 c1 spend 20.00 => g+2.00\n"
     "12-05T10:02 c1 spend 20.00 => g!LIMIT_REACHED\n"
     "why g => LIMIT_REACHED limit 0 period 2970 1200/1200 money\n"},
    {"more than the limit ever has",
     "'rules':[{'id':'g','on':'txn.card_spend'," CASH(
         "'unlimited'") ",'limits':[{'amount':'12.00','per':['customer'],'period':'week','at_limit':'reject'}]}]",
     "12-05T10:00 c1 spend 121.00 => g!LIMIT_REACHED\n"
     "why g => LIMIT_REACHED limit 0 period 2970 0/1200 money\n"
     "12-05T10:01 c1 spend 120.00 => g+12.00\n"},
    {"points are no money",
     "'rules':[{'id':'g','on':'login','give':{'reward':'points','value':7,'pool':'unlimited'},'limits':[{'amount':10,'per':['customer'],'"
     "period':'day','at_limit':'reject'}]}]",
     "12-05T10:00 c1 login => g+7\n"
     "12-05T10:01 c1 login => g!LIMIT_REACHED\n"
     "why g => LIMIT_REACHED limit 0 period 20792 7/10\n"},
    {"a cycle that nobody knows",
     "'rules':[{'id':'g','on':'login'," VOUCHER ",'limits':[{'count':1,'per':['customer'],'period':{'cycle':'profile.statement_day'}}]}]",
     "12-05T10:00 c1 login => g!CONDITION_NOT_MET\n"
     "why g => CONDITION_NOT_MET limit 0 without profile.statement_day\n"},
    {"stock and budget, and a parent's",
     "'pools':{'top':{'budget':'12.00'},'p':{'budget':'90.00','parent':'top'},'q':{'stock':1}},'rules':[{'id':'g','on':'txn.card_spend'"
     "," CASH("'p'") "," FREE "},{'id':'h','on':'login','give':{'reward':'voucher','value':'5.00','pool':'q'}," FREE "}]",
     "12-05T10:00 c1 spend 100.00 => g+10.00\n"
     "12-05T10:01 c1 spend 30.00 => g!BUDGET_EXHAUSTED\n"
     "why g => BUDGET_EXHAUSTED pool 0 period 0 200/300 money\n"
     "12-05T10:02 c1 spend 20.00 => g+2.00\n"
     "12-05T10:03 c1 login => h+5.00\n"
     "12-05T10:04 c1 login => h!OUT_OF_STOCK\n"
     "why h => OUT_OF_STOCK pool 2 period 0 0/1\n"},
    {"a pace has its period",
     "'pools':{'p':{'stock':9,'pace':{'max':1,'period':'day'}}},'rules':[{'id':'g','on':'login','give':{'reward':'voucher','value':'5.00','"
     "pool':'p'}," FREE "}]",
     "12-05T10:00 c1 login => g+5.00\n"
     "12-05T10:01 c1 login => g!OUT_OF_STOCK\n"
     "why g => OUT_OF_STOCK pool 0 period 20792 0/1\n"
     "12-06T00:00 c1 login => g+5.00\n"},
    {"a target that is not reached",
     "'facts':{'s':{'measure':'sum','of':'amount','on':'txn.card_spend','window':'month'},'n':{'measure':'count','on':'txn.card_spend','"
     "window':'month'}},'rules':[{'id':'g','on':'txn.card_spend','when':{'fact.n':{'gte':1},'fact.s':{'gte':'100.00'}}," FREE "," VOUCHER
     "},{'id':'h','on':'txn.card_spend','when':{'fact.n':{'gte':3}}," FREE "," VOUCHER "}]",
     "12-05T10:00 c1 spend 40.00 => g!TARGET_NOT_REACHED h!TARGET_NOT_REACHED\n"
     "why g => TARGET_NOT_REACHED condition 2 4000/10000 money\n"
     "why h => TARGET_NOT_REACHED condition 3 1/3\n"},
    {"a condition on the customer",
     "'rules':[{'id':'g','on':'login','when':{'profile.tier':'gold','profile.city':'X'}," FREE "," VOUCHER "}]",
     "12-05T10:00 c1 login => g!CONDITION_NOT_MET\n"
     "why g => CONDITION_NOT_MET condition 1\n"
     "12-05T10:01 c1 update tier=silver city=X => \n"
     "12-05T10:02 c1 login => g!CONDITION_NOT_MET\n"
     "why g => CONDITION_NOT_MET condition 1 silver\n"
     "12-05T10:03 c1 update tier=gold city=Y => \n"
     "12-05T10:04 c1 login => g!CONDITION_NOT_MET\n"
     "why g => CONDITION_NOT_MET condition 2 Y\n"},
    {"not the first, not asleep, not long enough",
     "'facts':{'f':{'first':'login'},'l':{'last':'login'}},'rules':[{'id':'g','on':'login','when':{'fact.f':'this_event'}," FREE "," VOUCHER
     "},{'id':'h','on':'login','when':{'fact.l':{'dormant_for':'P7D'}}," FREE "," VOUCHER
     "},{'id':'o','on':'login','when':{'fact.f.at':{'older_than':'P7D'}}," FREE "," VOUCHER "}]",
     "12-05T10:00 c1 login => g+5.00 h!NOT_DORMANT o!NOT_FIRST\n"
     "12-06T10:00 c1 login => g!NOT_FIRST h!NOT_DORMANT o!PENDING_HOLD\n"
     "why g => NOT_FIRST condition 0 1796436000000/1796522400000 times\n"
     "why h => NOT_DORMANT condition 1 1796522400000/1797040800000 times\n"
     "why o => PENDING_HOLD condition 2 1796522400000/1797040800000 times\n"},
    {"bands and shares of nothing",
     "'facts':{'s':{'measure':'sum','of':'amount','on':'txn.card_spend','window':'month'}},'rules':[{'id':'g','on':'txn.card_spend','give':"
     "{'reward':'cash_back','value':{'by':'fact.s','bands':[{'from':'50.00','value':'2.00'},{'from':'90.00','value':'4.00'}]},'pool':'"
     "unlimited'}," FREE "},{'id':'h','on':'txn.card_spend','give':{'reward':'cash_back','value':{'percent':'1%','of':'amount','max':'5.00'"
     "},'pool':'unlimited'}," FREE "},{'id':'u','on':'txn.card_spend','give':{'reward':'voucher','value':'1.00','count'"
     ":{'by':'fact.s','bands':[{'from':'50.00','value':2}]},'pool':'unlimited'}," FREE "}]",
     "12-05T10:00 c1 spend 0.49 => g!TARGET_NOT_REACHED h!CONDITION_NOT_MET u!TARGET_NOT_REACHED\n"
     "why g => TARGET_NOT_REACHED 49/5000 money\n"
     "why h => CONDITION_NOT_MET 0/1 money\n"
     "why u => TARGET_NOT_REACHED 49/5000 money\n"
     "12-05T10:00 c1 spend 49.51 => g+2.00 h+0.50 u+1.00x2\n"},
    {"a ladder that was paid",
     "'facts':{'s':{'measure':'sum','of':'amount','on':'txn.card_spend','window':'month'}},'rules':[{'id':'g','on':'txn.card_spend','give':"
     "{'reward':'cash_back','value':{'by':'fact.s','pay':'top_up','bands':[{'from':'50.00','value':'2.00'},{'from':'90.00','value':'4.00'}]"
     "},'pool':'unlimited'}," FREE "}]",
     "12-05T10:00 c1 spend 10.00 => g!TARGET_NOT_REACHED\n"
     "why g => TARGET_NOT_REACHED 1000/5000 money\n"
     "12-05T10:00 c1 spend 40.00 => g+2.00\n"
     "12-05T10:00 c1 spend 10.00 => g!TARGET_NOT_REACHED\n"
     "why g => TARGET_NOT_REACHED 6000/9000 money\n"
     "12-05T10:00 c1 spend 30.00 => g+2.00\n"
     "12-05T10:00 c1 spend 30.00 => g!LIMIT_REACHED\n"
     "why g => LIMIT_REACHED once\n"},
    {"an authorisation that gave", "'rules':[{'id':'g','on':'txn.card_spend','once_per':['authorisation']," FREE "," VOUCHER "}]",
     "12-05T10:00 c1 spend 1.00 authorisation=x => g+5.00\n"
     "12-05T10:01 c1 spend 1.00 authorisation=x => g!LIMIT_REACHED\n"
     "why g => LIMIT_REACHED 1/1\n"
     "12-05T10:02 c1 spend 1.00 => g!CONDITION_NOT_MET\n"
     "why g => CONDITION_NOT_MET\n"},
    {"no chance, and one that was used",
     "'rules':[{'id':'g','on':'login','give':{'reward':'chance','chance':'x'}," FREE "},{'id':'u','on':'reward.claimed','spends':'x'," FREE
     "," VOUCHER "}]",
     "12-05T09:00 c1 claim => u!CONDITION_NOT_MET\n"
     "why u => CONDITION_NOT_MET\n"
     "12-05T10:00 c1 login => g*1\n"
     "12-05T11:00 c1 claim => u+5.00\n"
     "12-05T12:00 c1 claim => u!LIMIT_REACHED\n"
     "why u => LIMIT_REACHED 1/1\n"},
    {"who takes part: what was asked of him and what there is, or nothing that was asked",
     "'audience':{'include':'everyone','exclude':['tag:staff'],'when':{'profile.tier':'gold','profile.age':{'gte':18}}},'enrolment':'"
     "required','rules':[{'id':'g','on':'login','when':{'channel':'app'}," FREE "," VOUCHER "}]",
     "12-05T10:00 c1 login channel=app => g!NOT_IN_AUDIENCE\n"
     "why g => NOT_IN_AUDIENCE condition 1\n"
     "12-05T10:01 c1 update tier=silver age:=20 => \n"
     "12-05T10:02 c1 login channel=app => g!NOT_IN_AUDIENCE\n"
     "why g => NOT_IN_AUDIENCE condition 1 silver\n"
     "12-05T10:03 c1 update tier=gold age:=17 => \n"
     "12-05T10:04 c1 login channel=app => g!NOT_IN_AUDIENCE\n"
     "why g => NOT_IN_AUDIENCE condition 2 17/18\n"
     "12-05T10:05 c1 update age:=18 tags:=[\"staff\"] => \n"
     "12-05T10:06 c1 login channel=app => g!NOT_IN_AUDIENCE\n"
     "why g => NOT_IN_AUDIENCE\n"
     "12-05T10:07 c1 update tags:=[] => \n"
     "12-05T10:08 c1 login channel=app => g!NOT_ENROLLED\n"
     "why g => NOT_ENROLLED\n"
     "12-05T10:09 c1 campaign.enrolled campaign=c => \n"
     "12-05T10:10 c1 login channel=app => g+5.00\n"},
    {"late for its campaign", "'late':{'accept':'PT72H'},'rules':[{'id':'g','on':'login'," FREE "," VOUCHER "}]",
     "12-02T00:00 c1 login @12-05T00:01 => g!EVENT_TOO_LATE\n"
     "why g => EVENT_TOO_LATE 1796140800000/1796140860000 times\n"},
};

/* What a gift says beside its value. */
static const struct story gift_stories[] = {
    {"plain",
     "'rules':[{'id':'g','on':'login'," VOUCHER "," FREE
     "},{'id':'h','on':'login','give':{'reward':'points','value':3,'pool':{'stock':9}}," FREE "}]",
     "12-05T10:00 c1 login => g+5.00 h+3\n"
     "gifts => g item 0 500, h item 1 3 pool 0\n"},
    {"for how long",
     "'rules':[{'id':'g','on':'login','give':{'reward':'voucher','value':'5.00','valid':{'from':{'after':'P2D'},'to':{'end_of':'month'}},'"
     "pool':'unlimited'}," FREE
     "},{'id':'h','on':'login','give':{'reward':'voucher','value':'5.00','valid':{'for':'P30D'},'pool':'unlimited'}," FREE "}]",
     "12-05T10:00 c1 login => g+5.00 h+5.00\n"
     "gifts => g item 0 500 from 2026-12-07T10:00 until 2027-01-01T00:00, h item 1 500 until 2027-01-04T10:00\n"},
    {"in its place",
     "'rules':[{'id':'g','on':'login','give':{'id':'a','reward':'voucher','value':'5.00','pool':{'stock':1},'or_else':{'id':'b','reward':'"
     "voucher','value':'6.00','pool':{'stock':1},'or_else':{'id':'z','reward':'voucher','value':'7.00','pool':{'stock':1}}}}," FREE "}]",
     "12-05T10:00 c1 login => g.a+5.00\n"
     "gifts => g item 0 500 pool 0\n"
     "12-05T10:01 c1 login => g.b+6.00\n"
     "gifts => g item 1 600 pool 1 instead of 0\n"
     "12-05T10:02 c1 login => g.z+7.00\n"
     "gifts => g item 2 700 pool 2 instead of 0\n"
     "12-05T10:03 c1 login => g!OUT_OF_STOCK\n"
     "why g => OUT_OF_STOCK pool 0 period 0 0/1\n"},
    {"of several that all failed the first is told, once",
     "'rules':[{'id':'g','on':'login','give':[{'id':'a','reward':'voucher','value':'5.00','pool':{'stock':1}},{'id':'b','reward':'voucher',"
     "'value':'6.00','pool':{'stock':2}}]," FREE "}]",
     "12-05T10:00 c1 login => g.a+5.00 g.b+6.00\n"
     "12-05T10:01 c1 login => g.b+6.00 g!OUT_OF_STOCK\n"
     "12-05T10:02 c1 login => g!OUT_OF_STOCK\n"
     "why g => OUT_OF_STOCK pool 0 period 0 0/1\n"},
    {"cut off",
     "'rules':[{'id':'f','on':'checkin'," VOUCHER
     ",'limits':[{'count':9,'per':['customer'],'period':'day'}]},{'id':'g','on':'txn.card_spend'," CASH(
         "{'budget':'90.00'}") ",'limits':[{'amount':'30.00','per':['customer'],'period':'month','at_limit':'partial'},{'amount':'12.00','"
                               "per':['customer'],'period':'week','at_limit':'partial'}]}]",
     "12-05T10:00 c1 spend 100.00 => g+10.00\n"
     "gifts => g item 1 1000 pool 0\n"
     "12-05T10:01 c1 spend 30.00 => g+2.00\n"
     "gifts => g item 1 200 pool 0 cut by 2 of 300\n"},
    {"several units cut off",
     "'rules':[{'id':'g','on':'login','give':{'reward':'voucher','value':'3.00','count':4,'pool':{'stock':9}},'limits':[{'amount':'10.00','"
     "per':['customer'],'period':'week','at_limit':'partial'}]}]",
     "12-05T10:00 c1 login => g+3.00x3\n"
     "gifts => g item 0 300 x3 pool 0 cut by 0 of 1200\n"
     "12-05T10:01 c1 login => g!LIMIT_REACHED\n"
     "why g => LIMIT_REACHED\n"},
    {"drawn",
     "'rules':[{'id':'g','on':'login','give':{'draw_of':[{'id':'a','weight':3,'reward':'voucher','value':'5.00','pool':{'stock':2}},{'id':'"
     "b','weight':5,'reward':'points','value':2,'pool':{'stock':9}},{'id':'n','weight':2,'nothing':true}],'when_empty':'next'}," FREE "}]",
     "12-05T10:00 c1 login => g.a+5.00\n"
     "gifts => g item 0 500 pool 0 drawn 2 of 10\n"
     "12-05T10:01 c1 login => g.b+2\n"
     "gifts => g item 1 2 pool 1 drawn 4 of 10\n"
     "12-05T10:02 c1 login => g.b+2\n"
     "gifts => g item 1 2 pool 1 drawn 7 of 10\n"
     "12-05T10:03 c1 login => g.a+5.00\n"
     "gifts => g item 0 500 pool 0 drawn 0 of 10\n"
     "12-05T10:04 c1 login => g.b+2\n"
     "gifts => g item 1 2 pool 1 drawn 2 of 10\n"
     "12-05T10:05 c1 login => g.b+2\n"
     "gifts => g item 1 2 pool 1 drawn 1 of 10\n"},
    {"set off", "'rules':[{'id':'g','on':'txn.card_spend'," CASH("{'budget':'90.00'}") "," FREE ",'on_reversal':{'reward':'offset'}}]",
     "12-05T10:00 c1 spend 100.00 #a => g+10.00\n"
     "12-05T10:01 c1 refund a => g=10.00\n"
     "gifts => g item 0 1000\n"
     "12-05T10:02 c1 spend 40.00 => g=0.00\n"
     "gifts => g item 0 0 pool 0 offset 400\n"
     "12-05T10:03 c1 spend 100.00 => g+4.00\n"
     "gifts => g item 0 400 pool 0 offset 600\n"},
    {"later",
     "'rules':[{'id':'g','on':'login','give':{'reward':'voucher','value':'5.00','pool':{'stock':10},'timing':{'next':'month','day':10,'"
     "time':'10:00'},'valid':{'for':'P30D'}}," FREE "},{'id':'h','on':'login','review':{'within':'P5D','otherwise':'refuse'},'give':{'"
     "reward':'voucher','value':'5.00','pool':{'stock':10}}," FREE "}]",
     "12-05T10:00 c1 login => g>5.00 h>5.00\n"
     "gifts => g item 0 500 pool 0 until 2027-02-09T10:00 due 2027-01-10T10:00, h item 1 500 pool 1 review 2026-12-10T10:00\n"},
    {"chances, and what is given for one",
     "'rules':[{'id':'g','on':'login','give':{'reward':'chance','chance':'x','count':2,'valid':{'to':{'after':'P10D'}}}," FREE
     "},{'id':'u','on':'reward.claimed','spends':'x'," FREE "," VOUCHER "}]",
     "12-05T10:00 c1 login => g*2\n"
     "gifts => g item 0 0 x2 from 2026-12-05T10:00 until 2026-12-15T10:00\n"
     "12-05T10:01 c1 claim => u+5.00\n"
     "gifts => u item 1 500\n"},
    {"taken back in part",
     "'rules':[{'id':'g','on':'txn.card_spend'," CASH("{'budget':'90.00'}") "," FREE ",'on_reversal':{'partial':'recheck'}}]",
     "12-05T10:00 c1 spend 100.00 #a => g+10.00\n"
     "12-05T10:01 c1 refund a 40.00 => g~4.00\n"
     "gifts => g item 0 400 x0\n"
     "12-05T10:02 c1 refund a => g-6.00\n"
     "gifts => g item 0 600\n"},
};

static void gifts_told(void **unused) {
  (void)unused;
  stories_tell(gift_stories, sizeof gift_stories / sizeof gift_stories[0]);
}

/* Shared records let go of what is old, and know up to when. */
static void shared_records_forget(struct place *place, int64_t floor_ms) {
  for (uint32_t i = 0; i < place->slots; i++) {
    if (place->owners[i] == NULL || place->owners[i]->owner.kind != OWNER_RESOURCE) continue;
    state_floor_set(place_load(place, place->owners[i]), floor_ms);
    place_keep(place, place->owners[i]);
  }
}

/* A counter that may be gone is held to be full: that of the event's day, or of the first day of its earliest window; the next is not. */
static void nothing_is_given_where_a_counter_may_be_gone(void **unused) {
  (void)unused;
  const struct story story = {"gone",
                              "'rules':[{'id':'g','on':'login'," VOUCHER
                              ",'limits':[{'count':9,'per':['device'],'period':'day'}]},{'id':'h','on':'login'," VOUCHER
                              ",'limits':[{'count':9,'per':['device'],'period':{'rolling':'P3D'}}]},{'id':'i','on':'login'," VOUCHER
                              ",'limits':[{'count':9,'per':['customer'],'period':'day'}]}]",
                              NULL};
  struct stage *s = story_stage(&story);
  char before[] = "12-08T10:00 c1 login device=d => g+5.00 h+5.00 i+5.00";
  char gone[] = "12-05T23:59 c1 login device=d => g!EVENT_TOO_LATE h!EVENT_TOO_LATE i+5.00";
  char there[] = "12-06T00:00 c1 login device=d => g+5.00 h+5.00 i+5.00";
  assert_true(story_step(s, &story, before, 1));
  int64_t floor_ms = s->event.time_ms + 6 * MS_PER_DAY; /* the 14th: of the 5th a counter is needed until the 13th */
  shared_records_forget(s->live, floor_ms), shared_records_forget(s->stored, floor_ms);
  assert_true(story_step(s, &story, gone, 2));
  assert_true(story_step(s, &story, there, 3));
  stage_free(s);
}

static void told(void **unused) {
  (void)unused;
  stories_tell(stories, sizeof stories / sizeof stories[0]);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(told), cmocka_unit_test(gifts_told),
                                     cmocka_unit_test(nothing_is_given_where_a_counter_may_be_gone)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
