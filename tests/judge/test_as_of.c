/* Tags as they were at the end of a day (docs/language.md section 2, `as_of`): which update is of the day, which stood when it ended, and
 * for how long that is remembered - until the last campaign that asks is over, as long as it goes on now. */
#include "judge/looking.h"
#include "work.h"

#define FREE "'limits':'unlimited'"
#define VOUCHER "'give':{'reward':'voucher','value':'5.00','pool':'unlimited'}"
#define RULES "'rules':[{'id':'g','on':'login'," FREE "," VOUCHER "}]"
#define PERIOD(to) "'period':{'from':'2026-12-01','to':'" to "','closing':'P14D'},"
#define GOLD(day) "'audience':{'include':['tag:gold'],'as_of':'" day "'},"
#define ANYONE "'audience':'everyone',"
#define GOLDEN "tags:=[\"gold\"]"
#define BLANK "tags:=[]"

static const struct story days[] = {
    {"of two updates of one time the one that came last is what stood, also where the day was over already", GOLD("2026-11-30") RULES,
     "11-30T10:00 c1 update " GOLDEN " => \n"
     "12-01T01:00 c1 update " BLANK " => \n"
     "12-01T02:00 c1 login => g+5.00\n"
     "11-30T10:00 c1 update " BLANK " @12-02T00:00 => \n"
     "12-02T02:00 c1 login => g!NOT_IN_AUDIENCE\n"
     "11-30T10:00 c1 update " GOLDEN " @12-03T00:00 => \n"
     "12-03T02:00 c1 login => g+5.00\n"
     "11-30T09:59 c1 update " BLANK " @12-03T03:00 => \n"
     "12-03T04:00 c1 login => g+5.00\n"},
    {"midnight is the next day's", GOLD("2026-11-30") RULES,
     "11-30T23:59 c1 update " GOLDEN " => \n"
     "12-01T00:00 c1 update " BLANK " => \n"
     "12-01T00:00 c1 login => g+5.00\n"},
};

/* Until the end of the campaign, its closing of 14 days, the memory of 90 and the horizon of 7. */
static const struct look_story files[] = {
    {"what stood is remembered for as long as the campaign, and its events, last", PERIOD("2026-12-31") GOLD("2026-11-30") RULES, NULL,
     "11-30T10:00 c1 update " GOLDEN " => \n"
     "12-01T01:00 c1 update " BLANK " => \n"
     "record c1 => TAG ever, FROZEN 2027-04-22\n"},
    {"and for longer when the campaign goes on for longer", PERIOD("2026-12-31") GOLD("2026-11-30") RULES,
     PERIOD("2027-03-31") GOLD("2026-11-30") RULES,
     "11-30T10:00 c1 update " GOLDEN " => \n"
     "12-01T01:00 c1 update " BLANK " => \n"
     "files => \n"
     "clock 05-10T08:00 => \n"
     "05-10T08:00 c1 update region=x => \n"
     "record c1 => TAG ever, PROFILE ever, FROZEN 2027-07-21\n"},
    {"it goes when it would have gone where no file asks for that day any more", PERIOD("2026-12-31") GOLD("2026-11-30") RULES,
     PERIOD("2027-03-31") GOLD("2026-11-29") RULES,
     "11-30T10:00 c1 update " GOLDEN " => \n"
     "12-01T01:00 c1 update " BLANK " => \n"
     "files => \n"
     "clock 05-10T08:00 => \n"
     "05-10T08:00 c1 update region=x => \n"
     "record c1 => TAG ever, PROFILE ever\n"},
    {"a file that comes behind the day: who was last told of at its end was told of behind it, and what stood nobody knows", ANYONE RULES,
     GOLD("2026-11-30") RULES,
     "12-01T00:00 c1 update " GOLDEN " => \n"
     "11-30T23:59 c2 update " GOLDEN " => \n"
     "files => \n"
     "12-01T10:00 c1 login => g!NOT_IN_AUDIENCE\n"
     "12-01T10:00 c2 login => g+5.00\n"
     "12-02T00:00 c1 update " BLANK " => \n"
     "12-02T10:00 c1 login => g!NOT_IN_AUDIENCE\n"},
};

static void what_stood_at_the_end_of_a_day(void **unused) {
  (void)unused;
  stories_tell(days, sizeof days / sizeof days[0]);
}

static void for_how_long_and_behind_an_edit(void **unused) {
  (void)unused;
  looks_tell(files, sizeof files / sizeof files[0]);
}

#define OTHER                                                                                                                              \
  "{'id':'d','version':1,'name':{'zh':'x','en':'x'},'period':{'from':'2026-12-01','to':'2027-01-31','closing':'P14D'}," GOLD("2026-11-29") \
      RULES "}"

/* Of a day that the rulebook has not it says so, also where it stands behind its last. */
static void a_day_that_nobody_asks_for_has_no_end(void **unused) {
  (void)unused;
  const struct story story = {"two days", GOLD("2026-11-30") RULES "|" OTHER, ""};
  struct stage *s = story_stage(&story);
  struct rulebook book = *s->book;
  assert_int_equal(book.as_of_count, 2);
  uint64_t first = book.as_ofs[0].decl, second = book.as_ofs[1].decl;
  assert_int_equal(as_of_over(&book, &s->settings, second), book.as_ofs[1].closing_ms + 97 * MS_PER_DAY);
  book.as_of_count = 1;
  assert_int_equal(as_of_over(&book, &s->settings, first), book.as_ofs[0].closing_ms + 97 * MS_PER_DAY);
  assert_int_equal(as_of_over(&book, &s->settings, second), TIME_NONE);
  stage_free(s);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(what_stood_at_the_end_of_a_day), cmocka_unit_test(for_how_long_and_behind_an_edit),
                                     cmocka_unit_test(a_day_that_nobody_asks_for_has_no_end)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
