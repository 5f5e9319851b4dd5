/* Picks (docs/language.md section 5): which values count in a period, by the times at which they were named, in whatever order that comes.
 */
#include "judge/steps.h"

#define FREE "'limits':'unlimited'"
#define VOUCHER "'give':{'reward':'voucher','value':'5.00','pool':'unlimited'}"
#define PICKS(most, period, change) \
  "'facts':{'p':{'picks':'page.viewed','of':'page','most':" most ",'period':" period ",'change':'" change "'}},"
#define RULES                                                                            \
  "'rules':[{'id':'g','on':'login','when':{'channel':{'in_fact':'p'}}," FREE "," VOUCHER \
  "},{'id':'h','on':'login','when':{'channel':{'not_in_fact':'p'}}," FREE "," VOUCHER    \
  "},{'id':'i','on':'login','when':{'fact.p':{"                                          \
  "'gte':2}}," FREE "," VOUCHER "}]"
#define EITHER                                                                           \
  "'rules':[{'id':'g','on':'login','when':{'channel':{'in_fact':'p'}}," FREE "," VOUCHER \
  "},{'id':'h','on':'login','when':{'channel':{'not_in_fact':'p'}}," FREE "," VOUCHER "}]"
#define IN "g+5.00 h!CONDITION_NOT_MET"
#define OUT "g!CONDITION_NOT_MET h+5.00"
#define FEW " i!TARGET_NOT_REACHED\n"
#define TWO " i+5.00\n"

static const struct story stories[] = {
    {"the first ones count; one that comes late and was named before them takes the place of the last", PICKS("2", "'month'", "no") RULES,
     "12-05T09:00 c1 login channel=a => " OUT FEW "why i => TARGET_NOT_REACHED condition 2 0/2\n"
     "12-05T10:00 c1 page.viewed page=a => \n"
     "12-05T10:01 c1 login channel=a => " IN FEW "12-05T11:00 c1 page.viewed page=b => \n"
     "12-05T12:00 c1 page.viewed page=x => \n"
     "12-05T12:00 c1 page.viewed page=a => \n"
     "12-05T12:01 c1 login channel=a => " IN TWO "12-05T12:01 c1 login channel=b => " IN TWO "12-05T12:01 c1 login channel=x => " OUT TWO
     "12-05T10:30 c1 page.viewed page=d @12-05T13:00 => \n"
     "12-05T13:01 c1 login channel=d => " IN TWO "12-05T13:01 c1 login channel=b => " OUT TWO
     "12-05T10:00 c1 page.viewed page=b @12-05T14:00 => \n"
     "12-05T14:01 c1 login channel=a => " IN TWO "12-05T14:01 c1 login channel=b => " IN TWO "12-05T14:01 c1 login channel=d => " OUT TWO
     "12-05T14:02 c1 login => g!CONDITION_NOT_MET h!CONDITION_NOT_MET" TWO "01-01T00:00 c1 login channel=a => " OUT FEW},
    {"replaced: the latest ones count, and what is named again is named later", PICKS("2", "'campaign'", "replace") RULES,
     "12-05T10:00 c1 page.viewed page=a => \n"
     "12-05T11:00 c1 page.viewed page=b => \n"
     "12-05T12:00 c1 page.viewed page=a => \n"
     "12-05T13:00 c1 page.viewed page=d => \n"
     "12-05T13:01 c1 login channel=a => " IN TWO "12-05T13:01 c1 login channel=b => " OUT TWO "12-05T13:01 c1 login channel=d => " IN TWO
     "12-05T12:30 c1 page.viewed page=b @12-05T14:00 => \n"
     "12-05T14:01 c1 login channel=a => " OUT TWO "12-05T14:01 c1 login channel=b => " IN TWO
     "12-05T11:30 c1 page.viewed page=a @12-05T15:00 => \n"
     "12-05T15:01 c1 login channel=a => " OUT TWO},
    {"whoever has no cycle picks nothing in it, and has no number of it",
     PICKS("2", "{'cycle':'profile.statement_day'}", "no") "'rules':[{'id':'g','on':'login','when':{'fact.p':{'lt':1}}," FREE "," VOUCHER
                                                           "},{'id':'h','on':'login','when':{'channel':{'not_in_fact':'p'}}," FREE
                                                           "," VOUCHER "},{'id':'i','on':'login','when':{'channel':{'in_fact':'p'}}," FREE
                                                           "," VOUCHER "}]",
     "12-05T10:00 c1 page.viewed page=app => \n"
     "12-05T10:01 c1 login channel=app => g!CONDITION_NOT_MET h!CONDITION_NOT_MET i!CONDITION_NOT_MET\n"
     "why g => CONDITION_NOT_MET condition 1 without profile.statement_day\n"
     "why h => CONDITION_NOT_MET condition 2 without profile.statement_day\n"
     "why i => CONDITION_NOT_MET condition 3 without profile.statement_day\n"
     "record c1 => \n"
     "12-05T10:02 c1 update statement_day:=3 => \n"
     "12-05T10:03 c1 login channel=app => g+5.00 h+5.00 i!CONDITION_NOT_MET\n"
     "why i => CONDITION_NOT_MET condition 3 app\n"
     "12-05T10:04 c1 page.viewed page=app => \n"
     "12-05T10:05 c1 login channel=app => g!TARGET_NOT_REACHED h!CONDITION_NOT_MET i+5.00\n"},
};

/* A file that now allows fewer: those count that would have been kept, and none goes before somebody names another. */
static void fewer_are_allowed(void **unused) {
  (void)unused;
  static const struct story two = {"two", PICKS("2", "'month'", "no") EITHER, ""}, one = {"one", PICKS("1", "'month'", "no") EITHER, ""};
  struct stage *s = story_stage(&two);
  char *texts[STORY_FILES];
  static const char *const before[] = {"12-05T10:00 c1 page.viewed page=a => ", "12-05T11:00 c1 page.viewed page=b => ",
                                       ("12-05T12:01 c1 login channel=b => " IN)};
  static const char *const after[] = {("12-05T12:02 c1 login channel=b => " OUT), ("12-05T12:03 c1 login channel=a => " IN)};
  for (uint32_t i = 0; i < 3; i++) tells(s, before[i]);
  const uint32_t count = story_texts(one.campaign, texts);
  stage_compile(s, (const char *const *)texts, count);
  for (uint32_t i = 0; i < 2; i++) tells(s, after[i]);
  for (uint32_t i = 0; i < count; i++) free(texts[i]);
  stage_free(s);
}

static void picks(void **unused) {
  (void)unused;
  stories_tell(stories, sizeof stories / sizeof stories[0]);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(picks), cmocka_unit_test(fewer_are_allowed)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
