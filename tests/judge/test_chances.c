/* Chances (docs/language.md section 6): which lot is spent, why none can be, how many a customer may have, and which make way. */
#include "judge/chances.h"
#include "judge/steps.h"

#define ONE_AND_THREE "{'from':'50.00','value':1},{'from':'90.00','value':3}"
#define THIRTY_ONE(line) THIRTY(line) line

static const struct story stories[] = {
    {"not yet, all spent, too late: each tells its own numbers",
     "'rules':[{'id':'g','on':'login','give':{'reward':'chance','chance':'x','count':2,'valid':{'from':{'after':'P2D'},'to':{'after':'P10D'"
     "}"
     "}}," FREE "}," SPENDS "]",
     "12-05T10:00 c1 login => g*2\n"
     "12-05T10:00 c2 login => g*2\n"
     "12-07T09:59 c1 claim => u!PENDING_HOLD\n"
     "why u => PENDING_HOLD 1796608740000/1796608800000 times\n"
     "12-07T10:00 c1 claim => u+5.00\n"
     "12-15T09:59 c1 claim => u+5.00\n"
     "12-15T09:59 c1 claim => u!LIMIT_REACHED\n"
     "why u => LIMIT_REACHED 2/2\n"
     "12-15T10:00 c2 claim => u!EXPIRED\n"
     "why u => EXPIRED 1797300000000/1797300000000 times\n"},
    {"thirty-two that can still be spent, and no more; one that is spent makes way, once",
     "'rules':[{'id':'g','on':'login','give':{'reward':'chance','chance':'x'}," FREE "}," SPENDS "]",
     THIRTY_TWO("12-05T10:00 c1 login => g*1\n") "12-05T10:01 c1 login => g!LIMIT_REACHED\n"
                                                 "why g => LIMIT_REACHED\n"
                                                 "12-05T11:00 c1 claim => u+5.00\n"
                                                 "12-05T11:01 c1 login => g*1\n"
                                                 "12-05T11:02 c1 login => g!LIMIT_REACHED\n" THIRTY_TWO(
                                                     "12-05T12:00 c1 claim => u+5.00\n") "12-05T12:01 c1 claim => u!LIMIT_REACHED\n"
                                                                                         "12-05T12:02 c1 login => g*1\n"},
    {"below thirty-two none makes way: what was spent is told as spent",
     "'rules':[{'id':'g','on':'login','give':{'reward':'chance','chance':'x','keep':['device']}," FREE
     "},{'id':'u','on':'reward.claimed','spends':{'chance':'x','match':['device']}," FREE "," VOUCHER "}]",
     "12-01T10:00 c1 login device=a => g*1\n"
     "12-01T10:01 c1 claim device=a => u+5.00\n" THIRTY(
         "12-01T10:02 c1 login device=b => g*1\n") "12-01T10:03 c1 claim device=a => u!LIMIT_REACHED\n"
                                                   "12-01T10:04 c1 login device=b => g*1\n"
                                                   "12-01T10:05 c1 claim device=a => u!LIMIT_REACHED\n"
                                                   "12-01T10:06 c1 login device=b => g*1\n"
                                                   "12-01T10:07 c1 claim device=a => u!CONDITION_NOT_MET\n"},
    {"what expires makes way from that instant on",
     "'rules':[{'id':'g','on':'login','give':{'reward':'chance','chance':'x','valid':{'to':{'after':'P10D'}}}," FREE "}," SPENDS "]",
     THIRTY_TWO("12-05T10:00 c1 login => g*1\n") "12-15T09:59:59 c1 login => g!LIMIT_REACHED\n"
                                                 "12-15T10:00 c1 login => g*1\n"
                                                 "12-15T10:01 c1 claim => u+5.00\n"
                                                 "12-15T10:02 c1 claim => u!LIMIT_REACHED\n"},
    {"of those that expired the one goes that did first: the other may be claimed late",
     "'rules':[{'id':'g','on':'login','give':{'reward':'chance','chance':'x','keep':['device'],'valid':{'to':{'after':'P10D'}}}," FREE
     "},{'id':'u','on':'reward.claimed','spends':{'chance':'x','match':['device']}," FREE "," VOUCHER "}]",
     "12-01T10:00 c1 login device=a => g*1\n"
     "12-02T10:00 c1 login device=b => g*1\n" THIRTY(
         "12-10T10:00 c1 login device=z => g*1\n") "12-13T10:00 c1 login device=n => g*1\n"
                                                   "12-11T09:00 c1 claim device=a @12-13T11:00 => u!CONDITION_NOT_MET\n"
                                                   "12-11T11:00 c1 claim device=b @12-13T11:00 => u+5.00\n"
                                                   "12-02T10:00 c2 login device=b => g*1\n"
                                                   "12-01T10:00 c2 login device=a @12-02T11:00 => g*1\n" THIRTY(
                                                       "12-10T10:00 c2 login device=z => g*1\n") "12-13T10:00 c2 login device=n => g*1\n"
                                                                                                 "12-11T11:00 c2 claim device=b "
                                                                                                 "@12-13T11:00 => u+5.00\n"},
    {"a top-up has a lot for each key; a refund lowers that one, and what had been announced is not announced again",
     SUM(",'per':['customer','merchant']") "'rules':[" TOP_UP("g", ONE_AND_THREE) "," SPENDS "]",
     "12-05T10:00 c1 spend 49.99 merchant=a #a0 => \n"
     "12-05T10:00 c1 spend 0.01 merchant=a #a => g*1\n"
     "12-05T10:01 c1 spend 95.00 merchant=b #b => g*3\n"
     "12-05T10:02 c1 spend 45.00 merchant=a #a2 => g*2\n"
     "12-05T10:03 c1 refund a2 => \n"
     "12-05T11:00 c1 claim => u+5.00\n"
     "12-05T11:00 c1 claim => u+5.00\n"
     "12-05T11:00 c1 claim => u+5.00\n"
     "12-05T11:00 c1 claim => u+5.00\n"
     "12-05T11:00 c1 claim => u!LIMIT_REACHED\n"
     "12-05T12:00 c1 spend 45.00 merchant=a => g!TARGET_NOT_REACHED\n"
     "12-05T13:00 c1 claim => u+5.00\n"
     "12-05T13:00 c1 claim => u+5.00\n"
     "12-05T13:00 c1 claim => u!LIMIT_REACHED\n"},
    {"a number of chances by bands: below the lowest there are none, and it tells so",
     "'rules':[{'id':'g','on':'txn.card_spend','give':{'reward':'chance','chance':'x','count':{'by':'amount','bands':[{'from':'50.00',"
     "'value':2}]}}," FREE "}," SPENDS "]",
     "12-05T10:00 c1 spend 49.99 => g!TARGET_NOT_REACHED\n"
     "why g => TARGET_NOT_REACHED 4999/5000 money\n"
     "12-05T10:00 c1 claim => u!CONDITION_NOT_MET\n"
     "12-05T10:00 c1 spend 50.00 => g*2\n"
     "12-05T10:01 c1 claim => u+5.00\n"},
    {"of an average of nothing nothing is left to be spent",
     "'facts':{'s':{'measure':'average','of':'amount','on':'txn.card_spend','window':'month'}},'rules':[" TOP_UP(
         "g", "{'from':'0.01','value':1}") "," SPENDS "]",
     "12-05T10:00 c1 spend 10.00 #a => g*1\n"
     "12-05T10:01 c1 refund a => \n"
     "12-05T11:00 c1 claim => u!LIMIT_REACHED\n"
     "why u => LIMIT_REACHED 0/0\n"},
    {"one of the customer alone is lowered likewise, in part and as a whole", SUM("") "'rules':[" TOP_UP("g", ONE_AND_THREE) "," SPENDS "]",
     "12-05T10:00 c1 spend 95.00 #a => g*3\n"
     "12-05T10:01 c1 refund a 5.01 => \n"
     "12-05T11:00 c1 claim => u+5.00\n"
     "12-05T11:00 c1 claim => u!LIMIT_REACHED\n"
     "why u => LIMIT_REACHED 1/1\n"
     "12-05T10:00 c2 spend 95.00 #b => g*3\n"
     "12-05T10:01 c2 refund b => \n"
     "12-05T11:00 c2 claim => u!LIMIT_REACHED\n"
     "why u => LIMIT_REACHED 0/0\n"},
    {"what no top-up paid makes way, though one pays the same chance for as long as the campaign runs",
     "'facts':{'s':{'measure':'sum','of':'amount','on':'txn.card_spend','window':'campaign'}},'rules':[" TOP_UP(
         "t", ONE_AND_THREE) ",{'id':'g','on':'login','give':{'reward':'chance','chance':'x','keep':['device']}," FREE
                             "},{'id':'u','on':'reward.claimed','spends':{'chance':'x','match':['device']}," FREE "," VOUCHER "}]",
     "12-01T10:00 c1 login device=a => g*1\n"
     "12-01T10:01 c1 claim device=a => u+5.00\n" THIRTY_ONE(
         "12-01T10:02 c1 login device=b => g*1\n") "12-01T10:03 c1 claim device=a => u!LIMIT_REACHED\n"
                                                   "12-01T10:04 c1 login device=b => g*1\n"
                                                   "12-01T10:05 c1 claim device=a => u!CONDITION_NOT_MET\n"},
    {"by a list nothing is matched",
     "'rules':[{'id':'g','on':'balance.snapshot','give':{'reward':'chance','chance':'x','keep':['products','channel']}," FREE
     "},{'id':'u','on':'balance.snapshot','spends':{'chance':'x','match':['products']}," FREE "," VOUCHER
     "},{'id':'v','on':'balance.snapshot','spends':{'chance':'x','match':['channel']}," FREE "," VOUCHER "}]",
     "12-05T10:00 c1 balance.snapshot channel=app products:=[\"a\"] balance_minor:=100 currency=CNY => g*1 u!CONDITION_NOT_MET v+5.00\n"},
    {"what a claim says is asked of the claim, what the chance keeps of the chance",
     "'lists':{'l':['a','b']},'rules':[{'id':'g','on':'login','give':{'reward':'chance','chance':'x','keep':['device']}," FREE
     "},{'id':'u','on':'reward.claimed','spends':'x','when':{'any':[{'device':{'in_list':'l'}},{'tag':'a'}]}," FREE "," VOUCHER "}]",
     "12-05T10:00 c1 login device=z => g*1\n"
     "12-05T11:00 c1 claim device=y => u!CONDITION_NOT_MET\n"
     "12-05T11:01 c1 claim device=a => u+5.00\n"
     "12-05T10:00 c2 login device=a => g*1\n"
     "12-05T11:00 c2 claim device=z => u!CONDITION_NOT_MET\n"},
};

static void chances(void **unused) {
  (void)unused;
  stories_tell(stories, sizeof stories / sizeof stories[0]);
}

static uint32_t lots_of(struct stage *s) {
  uint32_t count = 0, slot = 0;
  for (const struct cell *cell; (cell = state_any(stage_customer(s, "c1"), &slot)) != NULL;) count += cell_kind(cell) == CELL_LOT;
  return count;
}

/* Thirty-two lots of a top-up, one of them spent: it stays as long as a top-up of the book may ask for it. */
static void as_long_as_a_top_up_asks(void **unused) {
  (void)unused;
  static const struct story campaign = {"asks", SUM(",'per':['customer','merchant']") "'rules':[" TOP_UP("g", ONE_AND_THREE) "," SPENDS "]",
                                        ""};
  for (uint32_t asks = 0; asks <= 1; asks++) {
    struct stage *s = story_stage(&campaign);
    char line[64];
    assert_int_equal(s->book->top_up_count, 1);
    ((struct rulebook *)s->book)->top_up_count = asks;
    for (uint32_t i = 0; i < LIMIT_LOTS; i++) {
      snprintf(line, sizeof line, "12-05T10:00 c1 spend 50.00 merchant=m%u", i);
      told(s, line, i);
    }
    told(s, "12-05T11:00 c1 claim", 90);
    told(s, "12-05T12:00 c1 spend 50.00 merchant=z", 91);
    assert_int_equal(lots_of(s), LIMIT_LOTS + asks);
    stage_free(s);
  }
}

/* By what records know the lot of a top-up of the customer's alone: his rule and the period. */
static void what_a_lot_is_called(void **unused) {
  (void)unused;
  static const struct story campaign = {"called", SUM("") "'rules':[" TOP_UP("g", ONE_AND_THREE) "," SPENDS "]", ""};
  struct stage *s = story_stage(&campaign);
  told(s, "12-05T10:00 c1 spend 50.00", 1);
  const int32_t december = 12 * (2026 - 1970) + 11;
  const uint64_t key = hash64_pair(&HASH_KEY_FIXED, s->book->rules[0].decl, (uint64_t)december);
  assert_non_null(state_find(stage_customer(s, "c1"), CELL_LOT, s->book->chances[0].decl, key, december));
  stage_free(s);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(chances), cmocka_unit_test(as_long_as_a_top_up_asks),
                                     cmocka_unit_test(what_a_lot_is_called)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
