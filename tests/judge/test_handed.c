/* Gifts that were handed out by hand (docs/language.md section 9.3): which rule and which item a line of the register may name, what is
 * recorded though its payment's rate is not there yet, and what a dead letter says to whoever keeps the register. */
#include "judge/story.h"

#define FREE "'limits':'unlimited'"
#define GIVE "'give':{'reward':'voucher','value':'5.00','pool':'unlimited'}"
#define ITEM(id, more) "{'id':'" id "','reward':'voucher','value':'5.00','pool':{'stock':9}" more "}"
#define PLAIN(id, on) "{'id':'" id "','on':" on "," GIVE "," FREE "}"
#define AT(id, give) \
  "{'id':'" id "','on':{'event':'txn.card_spend','when':{'merchant':'" id "'}},'give':{" give ",'pool':'unlimited'}," FREE "}"
#define CASH(value) "'reward':'cash_back','value':" value
#define SUM(name) "'" name "':{'measure':'sum','of':'amount','on':'txn.card_spend','window':'month'}"
#define COUNT(name) "'" name "':{'measure':'count','on':'txn.card_spend','window':'month'}"
#define PERCENT(of) "{'percent':'10%','of':'" of "','max':'9.00'}"
#define BANDS(by, from) "{'by':'" by "','bands':[{'from':" from ",'value':'1.00'}]}"
#define RATES                                                                                                                   \
  "|{'rates':'t','currency':'CNY','source':'invented','covers':{'from':'2026-11-30','to':'2026-12-05'},'days':{'2026-11-30':{'" \
  "USD':'7.0'},'2026-12-05':{'USD':'7.2'}}}"

#define FACTS SUM("s") "," COUNT("n")
#define FIXED AT("fixed", CASH("'5.00'"))
#define MONEY AT("money", CASH(PERCENT("amount")))
#define BY_SUM AT("sum", CASH(PERCENT("fact.s")))
#define BY_COUNT AT("count", CASH(BANDS("fact.n", "1")))
#define UNITS AT("units", "'reward':'voucher','count':{'by':'fact.n','bands':[{'from':1,'value':2}]}")
#define BY_DAY AT("day", CASH(BANDS("profile.statement_day", "10")))

static const struct story stories[] = {
    {"the rule of that name, not one whose name begins it, nor one that gives to another",
     "'facts':{" COUNT("n") "},'rules':[" PLAIN("g", "'txn.card_spend'") "," PLAIN("gx", "'login'") "," PLAIN(
         "h", "{'event':'txn.card_spend','as':'primary'}") "]",
     "12-05T10:00 c1 spend 1.00 registeredgift=c/gx => dead REGISTERED_UNKNOWN\n"
     "12-05T10:00 c1 spend 1.00 registeredgift=c/gxy => dead REGISTERED_UNKNOWN\n"
     "12-05T10:00 c1 spend 1.00 registeredgift=c/h primary=p => dead REGISTERED_UNKNOWN\n"
     "12-05T10:00 c1 spend 1.00 registeredgift=c/h => dead REGISTERED_UNKNOWN\n"
     "12-05T10:00 c1 spend 1.00 registeredgift=c/g => g!5.00\n"
     "12-05T10:00 c1 login registeredgift=c/gx => gx!5.00\n"},
    {"what a fact hears is no rule of its number",
     "'facts':{" COUNT("n") "},'rules':[" PLAIN("g", "'login'") "," PLAIN("h", "'txn.card_spend'") "]",
     "12-05T10:00 c1 spend 1.00 registeredgift=c/g => dead REGISTERED_UNKNOWN\n"},
    {"one that was given instead, down to the last of three",
     "'rules':[{'id':'g','on':'login','give':" ITEM(
         "a", ",'or_else':" ITEM(
                  "b", ",'or_else':" ITEM("c", ",'or_else':" ITEM("d", "")))) "," FREE
                                                                              "},{'id':'k','on':'checkin','give':[" ITEM("a", "") "," ITEM(
                                                                                  "b", ",'or_else':" ITEM("c", "")) "]," FREE "}]",
     "12-05T10:00 c1 login registeredgift=c/g/b => g.b!5.00\n"
     "12-05T10:01 c1 login registeredgift=c/g/d => g.d!5.00\n"
     "gifts => g item 3 500 pool 3 instead of 0\n"
     "pool g.d => 8 left\n"
     "pool g.a => 9 left\n"
     "12-05T10:01 c1 login registeredgift=c/g/e => dead REGISTERED_UNKNOWN\n"
     "12-05T10:02 c1 login registeredgift=c/g => g.a!5.00\n"
     "12-05T10:03 c1 checkin registeredgift=c/k/c => k.a+5.00 k.c!5.00\n"
     "12-05T10:04 c1 checkin registeredgift=c/k => dead REGISTERED_UNKNOWN\n"},
    {"a rule that facts wake as well was woken by the event",
     "'facts':{" COUNT("m") "," COUNT("n") "," COUNT(
         "z") "},'rules':[{'id':'a','on':{'fact':'z'},'when':{'fact.z':{'gte':1}}," GIVE "," FREE
              "},{'id':'g','on':[{'fact':'m'},{'fact':'n'},'txn.card_spend'],'when':{'fact.m':{'gte':1},'fact.n':{'gte':1}}," GIVE "," FREE
              "}]",
     "12-05T10:00 c1 spend 1.00 registeredgift=c/g => a+5.00 g!5.00\n"},
    {"what a gift woke was not handed out, though its rule hears the event as well",
     "'rules':[" PLAIN("g", "'login'") "," PLAIN("h", "['login',{'reward':'g'}]") "]",
     "12-05T10:00 c1 login registeredgift=c/h => g+5.00 h+5.00 h!5.00\n"},
    {"before the rate: what needs none is recorded, what goes by the money, or by what counts it, is not",
     "'period':{'from':'2026-12-01','to':'2027-03-31','closing':'P14D'},'fx':{'table':'t','day':'event'},'facts':{" FACTS
     "},'rules':[" FIXED "," MONEY "," BY_SUM "," BY_COUNT "," UNITS "," BY_DAY "]" RATES,
     "12-01T10:00 c1 update statement_day:=20 => \n"
     "12-05T10:00 c1 spend 10.00 merchant=other => \n"
     "12-06T10:01 c1 spend 10.00 currency=USD merchant=fixed registeredgift=c/fixed => fixed!5.00 fixed!RATE_UNKNOWN\n"
     "12-06T10:02 c1 spend 10.00 currency=USD merchant=money registeredgift=c/money => dead REGISTERED_UNKNOWN\n"
     "12-06T10:03 c1 spend 10.00 currency=USD merchant=sum registeredgift=c/sum => dead REGISTERED_UNKNOWN\n"
     "12-06T10:04 c1 spend 10.00 currency=USD merchant=count registeredgift=c/count => dead REGISTERED_UNKNOWN\n"
     "12-06T10:05 c1 spend 10.00 currency=USD merchant=units registeredgift=c/units => dead REGISTERED_UNKNOWN\n"
     "12-06T10:07 c1 spend 10.00 currency=USD merchant=day registeredgift=c/day => day!1.00 day!RATE_UNKNOWN\n"
     "12-06T10:08 c1 spend 10.00 merchant=sum registeredgift=c/sum => sum!2.00\n"
     "12-06T10:09 c1 spend 10.00 merchant=units registeredgift=c/units => units!0.00x2\n"},
    {"what a programme counts it has counted, whatever rate a campaign waits for",
     "'period':{'from':'2026-12-01','to':'2027-03-31','closing':'P14D'},'fx':{'table':'t','day':'event'},'rules':[" AT(
         "count", CASH(BANDS("fact.zz/n", "2"))) "]" RATES "|{'id':'zz','version':1,'name':{'zh':'x','en':'x'},'facts':{" COUNT("n") "}}",
     "12-06T10:01 c1 spend 10.00 currency=USD merchant=count => count!RATE_UNKNOWN\n"
     "12-06T10:02 c1 spend 10.00 currency=USD merchant=count registeredgift=c/count => count!1.00 count!RATE_UNKNOWN\n"},
};

static void handed(void **unused) {
  (void)unused;
  stories_tell(stories, sizeof stories / sizeof stories[0]);
}

/* Whoever keeps the register is to know what to do: the fault is of what came in, and says which of them it was. */
static void a_dead_letter_says_why(void **unused) {
  (void)unused;
  static const struct story campaign = {
      "dead letters",
      "'period':{'from':'2026-12-01','to':'2027-03-31','closing':'P14D'},'fx':{'table':'t','day':'event'},'rules':[" AT(
          "money", CASH(PERCENT("amount"))) ",{'id':'c','on':'checkin','give':{'reward':'chance','chance':'x','valid':{'for':'P5D'}}," FREE
                                            "},{'id':'u','on':'reward.claimed','spends':'x'," GIVE "," FREE "}]" RATES,
      ""};
  static const char *const steps[][2] = {
      {"12-01T10:00 c1 login registeredgift=c/none", "no rule of that name"},
      {"12-01T10:00 c1 checkin registeredgift=c/c", "it has no such item"},
      {"12-01T10:00 c1 checkin registeredgift=c/c/none", "it has no such item"},
      {"12-01T10:00 c1 claim rule=u registeredgift=c/u", "spends a chance"},
      {"12-06T10:00 c1 spend 10.00 currency=USD merchant=money registeredgift=c/money", "goes by a rate that is not there yet"},
      {"12-06T10:00 c1 spend 0.01 merchant=money registeredgift=c/money", "comes to nothing here"}};
  struct stage *s = story_stage(&campaign);
  for (uint32_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
    char line[256], *words[24];
    snprintf(line, sizeof line, "%s", steps[i][0]);
    stage_try(s, story_line(words, story_words(line, words, 24), i));
    assert_true(str_equal(s->dead, STR("REGISTERED_UNKNOWN")));
    assert_int_equal(s->fault.status, STATUS_INPUT);
    if (strstr(s->fault.text, steps[i][1]) == NULL) fail_msg("%s: %s", steps[i][0], s->fault.text);
  }
  stage_free(s);
}

static void tells(struct stage *s, const char *step) {
  static const struct story lines = {"handed", "", ""};
  char line[256];
  snprintf(line, sizeof line, "%s", step);
  assert_true(story_step(s, &lines, line, 1));
}

/* A line of the register whose rule would not give at all is none that was recorded: when the rate is there it is heard as any other. */
static void what_was_not_recorded_is_heard_again(void **unused) {
  (void)unused;
#define ONCE                                                                                                                      \
  "'period':{'from':'2026-12-01','to':'2027-03-31','closing':'P14D'},'late':{'accept':'P1D','backfill':'P7D'},'fx':{'table':'t'," \
  "'day':'event'},'rules':[{'id':'g','on':'txn.card_spend','once_per':['merchant']," GIVE "," FREE                                \
  "},{'id':'k','on':'txn.card_spend','give':{" CASH(PERCENT("amount")) ",'pool':'unlimited'}," FREE "}]"
  static const struct story campaign = {"once", ONCE RATES, ""};
  static const char later[] = ONCE
      "|{'rates':'t','currency':'CNY','source':'invented','covers':{'from':'2026-11-30','to':'2026-12-07'},"
      "'days':{'2026-11-30':{'USD':'7.0'},'2026-12-05':{'USD':'7.2'}}}";
  struct stage *s = story_stage(&campaign);
  char *texts[STORY_FILES];
  tells(s, "12-05T10:00 c1 spend 10.00 merchant=m => g+5.00 k+1.00");
  tells(s, "12-06T10:00 c1 spend 10.00 currency=USD merchant=m registeredgift=c/g #e => g!LIMIT_REACHED k!RATE_UNKNOWN");
  uint32_t count = story_texts(later, texts);
  stage_compile(s, (const char *const *)texts, count);
  tells(s, "12-06T10:00 c1 spend 10.00 currency=USD merchant=m registeredgift=c/g #e @12-07T10:00 => g!LIMIT_REACHED k+7.20");
  tells(s, "12-06T10:00 c1 spend 10.00 currency=USD merchant=m registeredgift=c/g #e @12-07T11:00 => DUPLICATE_EVENT");
  for (uint32_t i = 0; i < count; i++) free(texts[i]);
  stage_free(s);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(handed), cmocka_unit_test(a_dead_letter_says_why),
                                     cmocka_unit_test(what_was_not_recorded_is_heard_again)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
