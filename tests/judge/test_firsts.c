/* The first ever that reopens (docs/language.md section 5): the earliest event that still stands is the first, for as long as one before it
 * can be undone, by a reversal that is late as well. */
#include "judge/story.h"

#define FREE "'limits':'unlimited'"
#define VOUCHER "'give':{'reward':'voucher','value':'5.00','pool':'unlimited'}"
#define FIRST                                                                                                                     \
  "'period':{'from':'2026-12-01','to':'2027-06-30','closing':'P14D'},'facts':{'f':{'first':'txn.card_spend','refunds':'reopen'}}," \
  "'rules':[{'id':'g','on':'txn.card_spend','when':{'fact.f':'this_event'}," FREE "," VOUCHER "}]"

static const struct story stories[] = {
    {"a reversal of the last day that comes a week late", FIRST,
     "12-02T10:00 c1 spend 10.00 #a => g+5.00\n"
     "03-02T10:00 c1 spend 10.00 #b => g!NOT_FIRST\n"
     "03-02T10:00 c1 refund a @03-06T10:00 => g-5.00\n"
     "03-06T11:00 c1 spend 10.00 => g!NOT_FIRST\n"
     "12-02T10:00 c2 spend 10.00 #d => g+5.00\n"
     "03-09T10:00 c2 spend 10.00 #e => g!NOT_FIRST\n"
     "03-02T10:00 c2 refund d @03-09T10:00 => g-5.00\n"
     "03-09T11:00 c2 spend 10.00 => g!NOT_FIRST\n"
     "03-09T12:00 c2 refund e => \n"
     "03-09T13:00 c2 spend 10.00 => g!NOT_FIRST\n"},
    {"what comes behind that cannot become the first any more, and is not remembered for it", FIRST,
     "12-02T10:00 c1 spend 10.00 #a => g+5.00\n"
     "record c1 => FIRST 2027-10-20, GRANT 2027-03-10, FED 2027-03-10, ORIGINAL 2027-03-10\n"
     "03-09T10:00 c1 spend 10.00 #b => g!NOT_FIRST\n"
     "record c1 => FIRST 2027-10-20, STANDING 2027-06-15, GRANT 2027-03-10, FED 2027-03-10, FED 2027-06-15, ORIGINAL 2027-03-10, ORIGINAL 2027-06-15\n"
     "12-02T10:00 c2 spend 10.00 #a => g+5.00\n"
     "03-09T10:00:01 c2 spend 10.00 #b => g!NOT_FIRST\n"
     "record c2 => FIRST 2027-10-20, GRANT 2027-03-10, FED 2027-03-10, ORIGINAL 2027-03-10\n"},
};

static void firsts(void **unused) {
  (void)unused;
  stories_tell(stories, sizeof stories / sizeof stories[0]);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(firsts)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
