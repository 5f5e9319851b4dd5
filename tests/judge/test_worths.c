/* What a gift is worth, to the last unit (docs/language.md section 6): roundings, ceilings, nothing of nothing, and bands to their ends. */
#include "judge/story.h"

#define FREE "'limits':'unlimited'"
#define OF(percent, more) "'give':{'reward':'cash_back','value':{'percent':'" percent "','of':'amount'" more "},'pool':{'budget':'900.00'}}"

static const struct story stories[] = {
    {"half a unit is one, less is none", "'rules':[{'id':'g','on':'txn.card_spend'," OF("0.01%", ",'max':'9.00'") "," FREE "}]",
     "12-05T10:00 c1 spend 49.99 => g!CONDITION_NOT_MET\n"
     "12-05T10:01 c1 spend 50.00 => g+0.01\n"
     "12-05T10:02 c1 spend 149.99 => g+0.01\n"
     "12-05T10:03 c1 spend 150.00 => g+0.02\n"},
    {"a ceiling of one unit", "'rules':[{'id':'g','on':'txn.card_spend'," OF("10%", ",'max':'0.01'") "," FREE "}]",
     "12-05T10:00 c1 spend 10.00 => g+0.01\n"
     "12-05T10:01 c1 spend 0.10 => g+0.01\n"},
    {"of less than nothing nothing is given",
     "'facts':{'a':{'measure':'sum','of':'amount','on':'txn.card_spend','window':'month'},'b':{'measure':'sum','of':'amount','on':'bill."
     "paid',"
     "'window':'month'},'d':{'difference':['a','b']}},'rules':[{'id':'g','on':'login','give':{'reward':'cash_back','value':{'percent':'1%',"
     "'of':'fact.d','max':'9.00'},'pool':{'budget':'90.00'}}," FREE "}]",
     "12-05T10:00 c1 spend 100.00 => \n"
     "12-05T10:01 c1 login => g+1.00\n"
     "12-05T10:02 c1 bill.paid 100.00 => \n"
     "12-05T10:03 c1 login => g!TARGET_NOT_REACHED\n"
     "12-05T10:04 c1 bill.paid 100.00 => \n"
     "12-05T10:05 c1 login => g!TARGET_NOT_REACHED\n"},
    {"points of money are whole yuan, whatever they are given beside",
     "'rules':[{'id':'b','on':'txn.card_spend','give':{'reward':'points','value':7,'pool':'unlimited'}," FREE
     "},{'id':'g','on':{'reward':'b'},'give':{'reward':'points','value':{'percent':'10%','of':'amount'},'pool':'unlimited'}," FREE
     "},{'id':'h','on':{'reward':'b'},'give':{'reward':'points','value':{'percent':'100%','of':'rule_reward.value'},'pool':'unlimited'}"
     "," FREE "}]",
     "12-05T10:00 c1 spend 129.90 => b+7 g+12 h+7\n"},
    {"by what is not there",
     "'rules':[{'id':'g','on':'game.finished','give':{'reward':'points','value':{'by':'score','bands':[{'from':5,'value':1},{'from':9,"
     "'value':2}]},'pool':'unlimited'}," FREE "}]",
     "12-05T10:00 c1 game.finished score:=4 => g!CONDITION_NOT_MET\n"
     "why g => CONDITION_NOT_MET 4/5\n"
     "12-05T10:01 c1 game.finished score:=5 => g+1\n"
     "12-05T10:02 c1 game.finished => g!CONDITION_NOT_MET\n"
     "why g => CONDITION_NOT_MET\n"
     "12-05T10:03 c1 game.finished score:=8 => g+1\n"},
    {"what counts from an opening still is in at its last instant, of days and of working days",
     "'facts':{'a':{'track':{'opens':'login','tasks':[{'id':'x','on':'checkin'}],'need':'all','within':'P2D'}},"
     "'b':{'track':{'opens':'login','tasks':[{'id':'x','on':'checkin'}],'need':'all','within':{'working_days':2}}}},"
     "'rules':[{'id':'g','on':{'fact':'a'},'give':{'reward':'points','value':1,'pool':'unlimited'}," FREE
     "},{'id':'h','on':{'fact':'b'},'give':{'reward':'points','value':1,'pool':'unlimited'}," FREE "}]",
     "12-07T10:00 c1 login => \n"
     "12-09T10:00 c1 checkin => g+1 h+1\n"
     "12-07T10:00 c2 login => \n"
     "12-09T10:00:00.001 c2 checkin => \n"},
};

static void worths(void **unused) {
  (void)unused;
  stories_tell(stories, sizeof stories / sizeof stories[0]);
}

/* The highest band is had whatever stands behind it: here the second of two, of which the item has one. */
static void what_stands_behind_the_bands_is_none(void **unused) {
  (void)unused;
  struct stage *s = story_stage(&stories[4]);
  ((struct item *)&s->book->items[0])->value.band_count = 1;
  char line[] = "12-05T10:00 c1 game.finished score:=9", *words[8];
  const struct decision *decision = stage_event(s, story_line(words, story_words(line, words, 8), 1));
  assert_int_equal(decision->gift_count, 1);
  assert_int_equal(decision->gifts[0].value_minor, 1);
  stage_free(s);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(worths), cmocka_unit_test(what_stands_behind_the_bands_is_none)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
