/* What an event did to facts of its customer, as the decision tells it: every kind of fact, in order of what happened. */
#include "judge/story.h"

#define CAMPAIGN                                                                                                                       \
  "'facts':{'n':{'measure':'count','on':'txn.card_spend','window':'day'},'s':{'measure':'sum','of':'amount','on':'txn.card_spend',"    \
  "'window':'month'},'f':{'first':'txn.card_spend','refunds':'reopen'},'l':{'last':'login'},'b':{'first':'card.bound','resets':{'on':" \
  "'card.unbound','after':'P7D'}},'t':{'track':{'opens':'account.opened','tasks':[{'id':'x','on':'login'},{'id':'y','on':'checkin'}]," \
  "'need':'all','within':'P7D'}}},"                                                                                                    \
  "'rules':[{'id':'g','on':{'fact':'t'},'when':{'fact.n':{'gte':0},'fact.s':{'gte':'0.00'},'fact.l.at':{'exists':true},'fact.f.at':{"  \
  "'exists':true},'fact.b.at':{'exists':true}},'give':{'reward':'points','value':1,'pool':'unlimited'},'limits':'unlimited'}]"

static const char *const words[] = {[EFFECT_COUNTED] = "counted", [EFFECT_LOWERED] = "lowered",   [EFFECT_FIRST] = "first",
                                    [EFFECT_LAST] = "last",       [EFFECT_REOPENED] = "reopened", [EFFECT_RESET] = "reset",
                                    [EFFECT_OPENED] = "opened",   [EFFECT_TASK] = "task",         [EFFECT_COMPLETED] = "completed"};

/* "n counted 0 1"; moments as days of December. */
static void effect_tell(struct buffer *out, const struct stage *s, const struct effect *effect) {
  bool moments =
      effect->kind != EFFECT_COUNTED && effect->kind != EFFECT_LOWERED && effect->kind != EFFECT_TASK && effect->kind != EFFECT_COMPLETED;
  int64_t unit = moments ? MS_PER_DAY : 1, start = moments ? INT64_C(1796054400000) : 0;
  struct str name = s->book->facts[effect->fact].name;
  buffer_print(out, "%s%.*s %s", out->length > 0 ? "; " : "", STR_FORMAT(str_from(name, 2)), words[effect->kind]);
  int64_t numbers[] = {effect->before, effect->after};
  for (int i = 0; i < 2; i++)
    buffer_print(out, " %lld", moments && numbers[i] == 0 ? 0LL : (long long)((numbers[i] - start) / unit + (moments ? 1 : 0)));
}

struct step {
  const char *step, *told;
};

static void play(const struct story *campaign, const struct step *steps, size_t count_of_steps) {
  struct stage *s = story_stage(campaign);
  for (size_t i = 0; i < count_of_steps; i++) {
    char line[256], *at[24], told[512];
    struct buffer out;
    snprintf(line, sizeof line, "%s", steps[i].step);
    uint32_t count = story_words(line, at, 24);
    const struct decision *decision = stage_event(s, story_line(at, count, (uint32_t)i));
    buffer_init(&out, told, sizeof told - 1);
    for (uint32_t k = 0; k < decision->effect_count; k++) effect_tell(&out, s, &decision->effects[k]);
    told[out.length] = 0;
    if (strcmp(told, steps[i].told) != 0) print_error("%s\n", steps[i].step);
    assert_string_equal(told, steps[i].told);
  }
  stage_free(s);
}

static void steps_tell_of_facts(void **unused) {
  (void)unused;
  static const struct story campaign = {"effects", CAMPAIGN, ""};
  static const struct step steps[] = {
      {"12-02T10:00 c1 spend 5.00 #a", "n counted 0 1; s counted 0 500; f first 0 2"},
      {"12-02T11:00 c1 spend 7.00 #b", "n counted 1 2; s counted 500 1200"},
      {"12-03T11:00 c1 spend 1.00", "n counted 0 1; s counted 1200 1300"},
      {"12-03T12:00 c1 refund a 2.00", "s lowered 1300 1100"},
      {"12-04T12:00 c1 refund a", "s lowered 1100 800; f reopened 2 2; n lowered 2 1"},
      {"12-05T10:00 c1 account.opened", "t opened 5 12"},
      {"12-06T10:00 c1 login", "t task 0 1; l last 0 6"},
      {"12-07T10:00 c1 login", "l last 6 7"},
      {"12-06T20:00 c1 login", ""},
      {"12-08T10:00 c1 checkin", "t completed 1 2"},
      {"12-09T10:00 c1 card.bound", "b first 0 9"},
      {"12-10T10:00 c1 card.unbound", "b reset 0 10"},
      {"12-10T11:00 c1 card.unbound", "b reset 0 10"},
      {"12-20T10:00 c1 card.bound", "b first 0 20"},
      {"12-20T10:01 c1 service.rated", ""},
  };
  play(&campaign, steps, sizeof steps / sizeof steps[0]);
}

/* What an event counts for later is not told as if it counted now; what was counted before is told, with what there is. */
static void windows_that_have_not_come_are_silent(void **unused) {
  (void)unused;
  static const struct story campaign = {
      "windows",
      "'facts':{'n':{'measure':'count','on':'txn.card_spend','window':'day','previous':1},'d':{'measure':'distinct','of':'day',"
      "'on':'txn.card_spend','window':'month'},'l':{'measure':'sum','of':'amount','on':'txn.card_spend','window':{'last':2,'unit':'day'}}},"
      "'rules':[{'id':'g','on':'login','when':{'fact.n':{'gte':1},'fact.d':{'gte':1},'fact.l':{'gte':'0.00'}},'give':{'reward':'points',"
      "'value':1,'pool':'unlimited'},'limits':'unlimited'}]",
      ""};
  static const struct step steps[] = {
      {"12-02T10:00 c1 spend 5.00", "d counted 0 1"},
      {"12-02T11:00 c1 spend 7.00", "d counted 1 1"},
      {"12-03T11:00 c1 spend 1.00", "d counted 1 2"},
  };
  play(&campaign, steps, sizeof steps / sizeof steps[0]);
}

/* Of a balance the average up to the day that it speaks of, before and with it; of a window that has not come nothing. */
static void averages_of_balances(void **unused) {
  (void)unused;
  static const struct story campaign = {
      "averages",
      "'facts':{'a':{'measure':'daily_average','of':'balance','on':'balance.snapshot','window':'month'},'b':{'measure':'daily_average','of'"
      ":'balance','on':'balance.snapshot','window':'month','previous':1},'r':{'measure':'daily_average','of':'balance','on':'"
      "balance.snapshot','window':{'rolling':'P2D'}}},'rules':[{'id':'g','on':'login','when':{'fact.a':{'gte':'1.00'},'fact.b':{'gte':'1."
      "00'"
      "},'fact.r':{'gte':'1.00'}},'give':{'reward':'points','value':1,'pool':'unlimited'},'limits':'unlimited'}]",
      ""};
  static const struct step steps[] = {
      {"12-04T10:00 c1 balance.snapshot currency=CNY balance_minor:=800", "a counted 0 200; r counted 0 400"},
      {"12-06T10:00 c1 balance.snapshot currency=CNY balance_minor:=600 date=2026-12-05", "a counted 320 280; r counted 800 700"},
      {"12-06T10:01 c1 balance.snapshot currency=CNY balance_minor:=600 date=2026-11-28", ""},
  };
  play(&campaign, steps, sizeof steps / sizeof steps[0]);
}

/* Of a sequence what an event moved; of one that comes behind a step that is done nothing. */
static void steps_of_a_sequence(void **unused) {
  (void)unused;
  static const struct story campaign = {"steps",
                                        "'facts':{'t':{'track':{'opens':'login','tasks':[{'id':'a','on':'checkin'},{'id':'b','on':'page."
                                        "viewed'}],'need':'all','order':'listed',"
                                        "'within':'P7D'}}},'rules':[{'id':'g','on':{'fact':'t'},'give':{'reward':'points','value':1,'pool':"
                                        "'unlimited'},'limits':'unlimited'}]",
                                        ""};
  static const struct step steps[] = {
      {"12-05T10:00 c1 login", "t opened 5 12"},
      {"12-05T12:00 c1 checkin", "t task 0 1"},
      {"12-05T13:00 c1 checkin", ""},
      {"12-05T11:00 c1 page.viewed", ""},
      {"12-05T11:30 c1 checkin", "t task 1 1"},
      {"12-05T14:00 c1 page.viewed", "t completed 1 2"},
  };
  play(&campaign, steps, sizeof steps / sizeof steps[0]);
}

/* Of picks how many there are: once for each value that is in, and of one that makes another go; not of who is named again or comes behind.
 */
static void picks_are_counted(void **unused) {
  (void)unused;
  static const struct story campaign = {
      "picks",
      "'facts':{'p':{'picks':'page.viewed','of':'page','most':2,'period':'month','change':'no'}},'rules':[{'id':'g','on':'login','when':{"
      "'channel':{'in_fact':'p'}},'give':{'reward':'points','value':1,'pool':'unlimited'},'limits':'unlimited'}]",
      ""};
  static const struct step steps[] = {
      {"12-05T10:00 c1 page.viewed page=a", "p counted 0 1"},
      {"12-05T11:00 c1 page.viewed page=a", ""},
      {"12-05T09:00 c1 page.viewed page=a", ""},
      {"12-05T12:00 c1 page.viewed page=b", "p counted 1 2"},
      {"12-05T13:00 c1 page.viewed page=d", ""},
      {"12-05T10:30 c1 page.viewed page=e", "p counted 2 2"},
      {"12-05T10:40 c1 page.viewed", ""},
      {"11-30T10:00 c1 page.viewed page=f", ""},
      {"12-05T14:00 c1 login channel=e", ""},
  };
  play(&campaign, steps, sizeof steps / sizeof steps[0]);
}

/* Which period it is that counts more now: the month, the day itself where days roll, and one for all between two dates. */
static void periods_of_averages(void **unused) {
  (void)unused;
#define DAILY(name, window) "'" name "':{'measure':'daily_average','of':'balance','on':'balance.snapshot','window':" window "}"
  static const struct story campaign = {
      "periods",
      "'facts':{" DAILY("a", "'month'") "," DAILY("c", "'campaign'") "," DAILY("d", "{'from':'2026-12-02','to':'2027-01-31'}") "," DAILY(
          "r", "{'rolling':'P5D'}") "},'rules':[{'id':'g','on':'login','when':{'fact.a':{'gte':'1.00'},'fact.c':{'gte':'1.00'},'fact.d':{"
                                    "'gte':'1.00'},'fact.r':{'gte':'1.00'}},'give':{'reward':'points','value':1,'pool':'unlimited'},"
                                    "'limits':'unlimited'}]",
      ""};
  static const int32_t periods[] = {12 * (2026 - 1970) + 11, 0, 0, 20791};
  char line[] = "12-04T10:00 c1 balance.snapshot currency=CNY balance_minor:=800", *at[24];
  struct stage *s = story_stage(&campaign);
  uint32_t count = story_words(line, at, 24);
  const struct decision *decision = stage_event(s, story_line(at, count, 1));
  assert_int_equal(decision->effect_count, 4);
  for (uint32_t i = 0; i < 4; i++) {
    assert_int_equal(decision->effects[i].fact, i);
    assert_int_equal(decision->effects[i].period, periods[i]);
  }
  stage_free(s);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(steps_tell_of_facts),  cmocka_unit_test(windows_that_have_not_come_are_silent),
                                     cmocka_unit_test(averages_of_balances), cmocka_unit_test(picks_are_counted),
                                     cmocka_unit_test(steps_of_a_sequence),  cmocka_unit_test(periods_of_averages)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
