/* Values that go on within a period (docs/language.md section 6): what is paid for each rise, what goes back from the last step down, what
 * was withheld or failed, and that a period never has more than its band is worth. */
#include "judge/story.h"

#define FREE "'limits':'unlimited'"
#define SUM "'facts':{'s':{'measure':'sum','of':'amount','on':'txn.card_spend','window':'month'}},"
#define BANDS "'bands':[{'from':'100.00','value':'10.00'},{'from':'200.00','value':'25.00'},{'from':'300.00','value':'45.00'}]"
#define LADDER(pay, more)                                                                                                  \
  SUM "'rules':[{'id':'g','on':'txn.card_spend','give':{'reward':'cash_back','value':{'by':'fact.s'," BANDS ",'pay':'" pay \
      "'},'pool':{'budget':'1000.00'}}," more "}]"
#define NOT " => g!TARGET_NOT_REACHED\n"
/* A ladder by a count of logins that no refund lowers, of some window. */
#define COUNTED(window)                                                                                                                  \
  "'facts':{'n':{'measure':'count','on':'login','window':" window                                                                        \
  ",'refunds':'ignore'}},'rules':[{'id':'g','on':'login','give':{'reward':'cash_back','value':{'by':'fact.n','bands':[{'from':1,'value'" \
  ":'1.00'},{'from':3,'value':'2.00'}],'pay':'top_up'},'pool':{'budget':'1000.00'}}," FREE "}]"
#define TWICE(kept) "12-05T10:00 c1 login => g+1.00\nrecord c1 => " kept "\n"

static const struct story stories[] = {
    {"up and down, and up again", LADDER("top_up", FREE),
     "12-02T10:00 c1 spend 99.99 #z" NOT "why g => TARGET_NOT_REACHED 9999/10000 money\n"
     "12-02T10:00 c1 spend 0.01 #a => g+10.00\n"
     "12-02T10:01 c1 spend 99.99 #b" NOT "12-02T10:01 c1 spend 0.01 #d => g+15.00\n"
     "12-02T10:02 c1 spend 100.00 #e => g+20.00\n"
     "12-02T10:03 c1 spend 100.00 #f => g!LIMIT_REACHED\n"
     "12-02T11:00 c1 refund f => \n"
     "12-02T11:01 c1 refund e 0.01 => g-20.00\n"
     "12-02T11:02 c1 refund e 99.99 => \n"
     "12-02T11:03 c1 refund b 0.01 => g-15.00\n"
     "12-02T11:04 c1 spend 100.01 #h => g+35.00\n"
     "12-02T11:05 c1 refund h 0.01 => g~20.00\n"
     "12-02T11:06 c1 refund h => g-15.00\n"
     "12-02T11:07 c1 refund z => \n"
     "12-02T11:08 c1 refund a => g-10.00\n"
     "12-02T11:09 c1 spend 0.01 => g+10.00\n"
     "01-01T00:00 c1 spend 300.00 => g+45.00\n"},
    {"what a limit withheld is paid when there is room, and never goes back",
     LADDER("top_up", "'limits':[{'amount':'20.00','per':['customer'],'period':'day','at_limit':'partial'}]"),
     "12-02T10:00 c1 spend 100.00 #a => g+10.00\n"
     "12-02T10:01 c1 spend 100.00 #b => g+10.00\n"
     "12-02T10:02 c1 spend 1.00 #d => g!LIMIT_REACHED\n"
     "12-03T10:00 c1 spend 1.00 #e => g+5.00\n"
     "12-03T10:01 c1 refund e => \n"
     "12-03T10:02 c1 refund d => \n"
     "12-03T10:03 c1 refund b 0.01 => g-5.00 g-10.00\n"
     "12-03T10:04 c1 refund a 99.99 => \n"
     "12-03T10:05 c1 refund a => g-10.00\n"},
    {"what failed counts as had, and is taken back once", LADDER("top_up", FREE ",'on_failure':{'reward':'forfeit'}"),
     "12-02T10:00 c1 spend 100.00 #a => g+10.00\n"
     "12-02T10:01 c1 spend 100.00 #b => g+15.00\n"
     "12-02T10:02 c1 fulfilment.result reward_id=last result=failed => g-15.00\n"
     "12-02T10:03 c1 spend 50.00 #d" NOT "why g => TARGET_NOT_REACHED 25000/30000 money\n"
     "12-02T10:04 c1 refund b => \n"
     "12-02T10:05 c1 refund d => \n"
     "12-02T10:06 c1 refund a 0.01 => g-10.00\n"},
    {"what is set off against the next ones", LADDER("top_up", FREE ",'on_reversal':{'reward':'offset'}"),
     "12-02T10:00 c1 spend 200.00 #a => g+25.00\n"
     "12-02T10:01 c1 refund a 50.00 => g=15.00\n"
     "12-02T10:02 c1 spend 150.00 #b => g+20.00\n"
     "gifts => g item 0 2000 pool 0 offset 1500\n"
     "12-02T10:03 c1 refund b => g=35.00\n"
     "01-02T10:03 c1 spend 300.00 => g+10.00\n"},
    {"what is kept counts as had", LADDER("top_up", FREE ",'on_reversal':{'reward':'keep'}"),
     "12-02T10:00 c1 spend 200.00 #a => g+25.00\n"
     "12-02T10:01 c1 refund a 50.00 => \n"
     "12-02T10:02 c1 spend 10.00 #b => g!TARGET_NOT_REACHED\n"
     "why g => TARGET_NOT_REACHED 16000/30000 money\n"
     "12-02T10:02 c1 spend 40.00 #c => g!TARGET_NOT_REACHED\n"
     "12-02T10:03 c1 spend 100.00 #d => g+20.00\n"},
    {"a band that is worth the least that there is",
     SUM
     "'rules':[{'id':'g','on':'txn.card_spend','give':{'reward':'cash_back','value':{'by':'fact.s','bands':[{'from':'100.00','value':'0.01'"
     "}],'pay':'top_up'},'pool':{'budget':'1000.00'}}," FREE "}]",
     "12-02T10:00 c1 spend 99.99 => g!TARGET_NOT_REACHED\n"
     "why g => TARGET_NOT_REACHED 9999/10000 money\n"
     "12-02T10:01 c1 spend 0.01 => g+0.01\n"},
    {"of no device there is no measure, and nothing to tell of it",
     "'facts':{'s':{'measure':'sum','of':'amount','on':'txn.card_spend','window':'month','per':['customer','device']}},'rules':[{'id':'g','"
     "on'"
     ":'txn.card_spend','give':{'reward':'cash_back','value':{'by':'fact.s'," BANDS ",'pay':'top_up'},'pool':{'budget':'1000.00'}}," FREE
     "}]",
     "12-02T10:00 c1 spend 300.00 device=d => g+45.00\n"
     "12-02T10:01 c1 spend 300.00 => g!TARGET_NOT_REACHED\n"
     "why g => TARGET_NOT_REACHED\n"
     "12-02T10:02 c1 spend 100.00 device=e => g+10.00\n"},
    {"what was paid for a day is known as long as it may go back", COUNTED("'day'"), TWICE("MEASURE 2026-12-13, LADDER 2027-03-13")},
    {"for the campaign: always, since its file may move the end", COUNTED("'campaign'"), TWICE("MEASURE 2027-07-21, LADDER ever")},
    {"without an end", COUNTED("'ever'"), TWICE("MEASURE 2027-07-21, LADDER ever")},
    {"between two dates", COUNTED("{'from':'2026-12-02','to':'2026-12-10'}"), TWICE("MEASURE 2027-03-18, LADDER ever")},
    {"each band its own, once; the lowest that fails is told", LADDER("each", FREE),
     "12-02T10:00 c1 spend 200.00 #a => g+10.00 g+25.00\n"
     "12-02T10:01 c1 refund a 0.01 => g-25.00\n"
     "12-02T10:02 c1 spend 100.01 #b => g+25.00 g+45.00\n"
     "12-02T10:03 c1 refund b 0.01 => g-45.00\n"
     "12-02T10:04 c1 spend 0.01 => g+45.00\n"
     "12-02T10:05 c1 spend 0.01 => g!LIMIT_REACHED\n"
     "why g => LIMIT_REACHED once\n"},
    {"each band stays as long as it is reached, its own figure in", LADDER("each", FREE),
     "12-02T10:00 c1 spend 310.00 #a => g+10.00 g+25.00 g+45.00\n"
     "12-02T10:01 c1 refund a 5.00 => \n"
     "12-02T10:02 c1 refund a 5.00 => \n"
     "12-02T10:03 c1 refund a 0.01 => g-45.00\n"
     "12-02T10:04 c1 refund a 99.99 => \n"
     "12-02T10:05 c1 refund a 0.01 => g-25.00\n"},
    {"what a login was paid for has no amount, however much of what it rests on is refunded",
     SUM
     "'rules':[{'id':'g','on':'login','when':{'not':{'amount':{'gte':'0.01'}}},'give':{'reward':'cash_back','value':{'by':'fact.s'," BANDS
     ",'pay':'top_up'},'pool':{'budget':'1000.00'}}," FREE "}]",
     "12-02T10:00 c1 spend 250.00 #a => \n"
     "12-02T10:01 c1 login => g+25.00\n"
     "12-02T10:02 c1 refund a 10.00 => \n"
     "12-02T10:03 c1 refund a 100.00 => g~15.00\n"},
    {"what was set off counts as had when more goes back", LADDER("top_up", FREE ",'on_reversal':{'reward':'offset'}"),
     "12-02T10:00 c1 spend 200.00 #a => g+25.00\n"
     "12-02T10:01 c1 refund a => g=25.00\n"
     "12-02T10:02 c1 spend 200.00 #b => g=0.00\n"
     "12-02T10:03 c1 refund b 50.00 => g=15.00\n"},
    {"a step of the least that there is goes back as well",
     SUM "'rules':[{'id':'g','on':'txn.card_spend','give':{'reward':'cash_back','value':{'by':'fact.s','bands':[{'from':'100.00','value':"
         "'10.00'},{'from':'200.00','value':'10.01'}],'pay':'top_up'},'pool':{'budget':'1000.00'}}," FREE "}]",
     "12-02T10:00 c1 spend 100.00 #a => g+10.00\n"
     "12-02T10:01 c1 spend 100.00 #b => g+0.01\n"
     "12-02T10:02 c1 refund b 0.01 => g-0.01\n"},
};

static void ladders(void **unused) {
  (void)unused;
  stories_tell(stories, sizeof stories / sizeof stories[0]);
}

static const struct cell *step_newest(const struct state *state, uint64_t decl) {
  const struct cell *found = NULL;
  for (const struct cell *step = state_first(state, CELL_STEP, decl, 0); step != NULL; step = state_next(state, step))
    if (found == NULL || step->step.n > found->step.n) found = step;
  assert_non_null(found);
  return found;
}

/* The number of a step is part of its gift's id: whoever reads records that another giftd wrote would give it once more. */
static void steps_are_counted_from_one(void **unused) {
  (void)unused;
  static const struct story campaign = {"steps", LADDER("top_up", FREE), ""};
  struct stage *s = story_stage(&campaign);
  for (uint32_t number = 1; number <= 3; number++) {
    char line[] = "12-02T10:00 c1 spend 100.00", *words[8];
    uint32_t count = story_words(line, words, 8);
    assert_int_equal(stage_event(s, story_line(words, count, number))->gift_count, 1);
    const struct rule *rule = &s->book->rules[0];
    const struct cell *step = step_newest(stage_customer(s, "c1"), rule->decl);
    const struct cell *ladder = state_find(stage_customer(s, "c1"), CELL_LADDER, rule->decl, step->step.ladder, step->period);
    assert_int_equal(step->step.n, number);
    assert_int_equal(ladder->ladder.steps, number);
  }
  stage_free(s);
}

/* The highest band is paid whatever stands behind it: here the third of three, of which the ladder has two. */
static void what_stands_behind_the_bands_is_none(void **unused) {
  (void)unused;
  static const struct story campaign = {"bands", LADDER("top_up", FREE), ""};
  struct stage *s = story_stage(&campaign);
  ((struct item *)&s->book->items[0])->value.band_count = 2;
  char line[] = "12-02T10:00 c1 spend 300.00", *words[8];
  const struct decision *decision = stage_event(s, story_line(words, story_words(line, words, 8), 1));
  assert_int_equal(decision->gift_count, 1);
  assert_int_equal(decision->gifts[0].value_minor, 2500);
  stage_free(s);
}

/* And what was paid for it goes back, whatever is left: here the third of each, of which the ladder has two. */
static void what_stood_behind_the_bands_goes_back(void **unused) {
  (void)unused;
  static const struct story campaign = {"bands", LADDER("each", FREE), ""};
  struct stage *s = story_stage(&campaign);
  char spends[] = "12-02T10:00 c1 spend 310.00 #a", refunds[] = "12-02T10:01 c1 refund a 5.00", *words[8];
  const struct decision *decision = stage_event(s, story_line(words, story_words(spends, words, 8), 1));
  assert_int_equal(decision->gift_count, 3);
  ((struct item *)&s->book->items[0])->value.band_count = 2;
  decision = stage_event(s, story_line(words, story_words(refunds, words, 8), 2));
  assert_int_equal(decision->gift_count, 1);
  assert_true(decision->gifts[0].kind == GIFT_REVOKED && decision->gifts[0].value_minor == 4500);
  stage_free(s);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(ladders), cmocka_unit_test(what_stands_behind_the_bands_is_none),
                                     cmocka_unit_test(steps_are_counted_from_one), cmocka_unit_test(what_stood_behind_the_bands_goes_back)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
