/* Days of the customer's own that come again (docs/language.md section 3): when each is due, by what is told of it and when, and that a
 * year gives once. */
#include "judge/story.h"

#define FREE "'limits':'unlimited'"
#define VOUCHER "'give':{'reward':'voucher','value':'5.00','pool':'unlimited'}"
#define YEAR "'period':{'from':'2026-12-01','to':'2027-12-31','closing':'P14D'},"
#define DATE(id, what, time) "{'id':'" id "','on':{'date':'" what "'" time "}," FREE "," VOUCHER "}"

static const struct story stories[] = {
    {"on the day, at its time, and again a year later", YEAR "'rules':[" DATE("g", "profile.birthday", ",'time':'09:00'") "]",
     "12-05T10:00 c1 update birthday=1990-12-20 => \n"
     "dues c1 => 2026-12-20T09:00 of 0 done 2026-12-05T10:00\n"
     "passes 12-20T08:59 c1 => \n"
     "passes 12-20T09:00 c1 => g+5.00\n"
     "dues c1 => 2027-12-20T09:00 of 0 done 2026-12-20T09:00\n"},
    {"told between two times of its day only the later is heard that year",
     YEAR "'rules':[" DATE("g", "profile.birthday", ",'time':'12:00'") "," DATE("h", "profile.birthday", ",'time':'09:00'") "]",
     "12-20T09:00 c1 update birthday=1990-12-20 => \n"
     "dues c1 => 2026-12-20T12:00 of 0 done 2026-12-20T09:00\n"
     "passes 12-20T12:00 c1 => g+5.00\n"
     "dues c1 => 2027-12-20T09:00 of 0 done 2026-12-20T12:00\n"
     "12-20T08:59 c2 update birthday=1990-12-20 => \n"
     "dues c2 => 2026-12-20T09:00 of 0 done 2026-12-20T08:59\n"
     "passes 12-20T09:00 c2 => h+5.00\n"
     "dues c2 => 2026-12-20T12:00 of 0 done 2026-12-20T09:00\n"
     "passes 12-20T12:00 c2 => g+5.00\n"
     "dues c2 => 2027-12-20T09:00 of 0 done 2026-12-20T12:00\n"},
    {"corrected: what was heard is not heard again in that year, what was not is", YEAR "'rules':[" DATE("g", "profile.birthday", "") "]",
     "12-05T10:00 c1 update birthday=1990-12-20 => \n"
     "12-06T10:00 c1 update birthday=1990-12-18 => \n"
     "dues c1 => 2026-12-18T00:00 of 0 done 2026-12-06T10:00\n"
     "passes 12-18T00:00 c1 => g+5.00\n"
     "12-19T10:00 c1 update birthday=1990-12-25 => \n"
     "dues c1 => 2026-12-25T00:00 of 0 done 2026-12-19T10:00\n"
     "passes 12-25T00:00 c1 => g!LIMIT_REACHED\n"
     "12-26T10:00 c1 update birthday=1990-12-10 => \n"
     "dues c1 => 2027-12-10T00:00 of 0 done 2026-12-26T10:00\n"
     "12-27T10:00 c1 update birthday:=null => \n"
     "dues c1 => \n"},
    {"29 February, other words for a day, and none", YEAR "'rules':[" DATE("g", "profile.birthday", "") "]",
     "12-05T10:00 c1 update birthday=1992-02-29 => \n"
     "dues c1 => 2027-02-28T00:00 of 0 done 2026-12-05T10:00\n"
     "12-05T10:00 c2 update birthday=--05-17 => \n"
     "dues c2 => 2027-05-17T00:00 of 0 done 2026-12-05T10:00\n"
     "12-05T10:00 c3 update birthday=05-17 => \n"
     "dues c3 => 2027-05-17T00:00 of 0 done 2026-12-05T10:00\n"
     "12-05T10:00 c4 update birthday=13-40 => \n"
     "dues c4 => \n"},
    {"the day on which a first was reached, from the year behind it on; an earlier one that comes late moves it",
     YEAR "'facts':{'o':{'first':'account.opened'}},'rules':[" DATE("g", "fact.o.at", "") "]",
     "12-05T10:00 c1 account.opened => \n"
     "dues c1 => 2027-12-05T00:00 of 0 done 2026-12-05T10:00\n"
     "12-03T10:00 c1 account.opened @12-05T11:00 => \n"
     "dues c1 => 2027-12-03T00:00 of 0 done 2026-12-05T10:00\n"},
    {"two days of the customer's, each for itself; what comes late and looks ahead to a day that was heard wakes nobody",
     YEAR "'facts':{'o':{'first':'account.opened'}},'rules':[" DATE("g", "fact.o.at", "") "," DATE("h", "profile.birthday", "") "]",
     "11-28T10:00 c1 account.opened => \n"
     "12-05T10:00 c1 update birthday=1990-12-08 => \n"
     "dues c1 => 2026-12-08T00:00 of 0 done 2026-12-05T10:00, 2027-11-28T00:00 of 0 done 2026-11-28T10:00\n"
     "passes 12-08T00:00 c1 => h+5.00\n"
     "dues c1 => 2027-11-28T00:00 of 0 done 2026-11-28T10:00, 2027-12-08T00:00 of 0 done 2026-12-08T00:00\n"
     "12-07T10:00 c1 update city=sh @12-09T10:00 => \n"
     "dues c1 => 2027-11-28T00:00 of 0 done 2026-11-28T10:00, 2027-12-08T00:00 of 0 done 2026-12-08T00:00\n"},
    {"a campaign's first day and its last, and no day beside them",
     "'period':{'from':'2026-12-01','to':'2027-01-31','closing':'P14D'},'rules':[" DATE("g", "profile.birthday", "") "]",
     "11-28T10:00 c1 update birthday=1990-11-30 => \n"
     "passes 12-01T00:00 c1 => \n"
     "11-28T10:00 c2 update birthday=1990-12-01 => \n"
     "passes 12-01T00:00 c2 => g+5.00\n"
     "01-10T10:00 c3 update birthday=1990-01-31 => \n"
     "passes 02-10T00:00 c3 => g+5.00\n"
     "01-10T10:00 c4 update birthday=1990-02-01 => \n"
     "passes 02-10T00:00 c4 => \n"},
    {"what comes in the first instant of the day leaves it due", YEAR "'rules':[" DATE("g", "profile.birthday", "") "]",
     "12-05T10:00 c1 update birthday=1990-12-20 => \n"
     "12-20T00:00 c1 update city=sh => \n"
     "dues c1 => 2026-12-20T00:00 of 0 done 2026-12-05T10:00\n"
     "passes 12-20T00:00 c1 => g+5.00\n"},
};

static void dates(void **unused) {
  (void)unused;
  stories_tell(stories, sizeof stories / sizeof stories[0]);
}

/* Of two rules one stands behind what the day is told to: it is none of those that hear it. */
static void at_the_time_of_its_own_rules(void **unused) {
  (void)unused;
  static const struct story campaign = {
      "own", YEAR "'rules':[" DATE("g", "profile.birthday", ",'time':'12:00'") "," DATE("h", "profile.birthday", ",'time':'09:00'") "]",
      ""};
  char line[] = "12-05T10:00 c1 update birthday=1990-12-20", *at[24], told[128];
  struct stage *s = story_stage(&campaign);
  struct buffer out;
  uint32_t count = story_words(line, at, 24);
  assert_true(s->book->close_count == 1 && s->book->closes[0].rule_count == 2);
  ((struct close *)s->book->closes)[0].rule_count = 1;
  stage_event(s, story_line(at, count, 1));
  buffer_init(&out, told, sizeof told - 1);
  passing_dues(s, "c1", &out);
  told[out.length] = 0;
  assert_string_equal(told, "2026-12-20T12:00 of 0 done 2026-12-05T10:00");
  stage_free(s);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(dates), cmocka_unit_test(at_the_time_of_its_own_rules)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
