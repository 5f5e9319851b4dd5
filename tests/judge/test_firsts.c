/* The first ever (docs/language.md section 5): that reopens, so the earliest event that still stands is the first, for as long as one
 * before it can be undone, by a reversal that is late as well; and that begins anew so long behind a reset, unless it came again in
 * between. */
#include "judge/story.h"

#define FREE "'limits':'unlimited'"
#define VOUCHER "'give':{'reward':'voucher','value':'5.00','pool':'unlimited'}"
#define FIRST                                                                                                                      \
  "'period':{'from':'2026-12-01','to':'2027-06-30','closing':'P14D'},'facts':{'f':{'first':'txn.card_spend','refunds':'reopen'}}," \
  "'rules':[{'id':'g','on':'txn.card_spend','when':{'fact.f':'this_event'}," FREE "," VOUCHER "}]"

#define KEEPS                                                                                                                              \
  "'facts':{'f':{'first':'txn.card_spend','refunds':'reopen','keep':'card','per':['customer','channel']}},'rules':[{'id':'g','on':'login'" \
  ",'when':{'fact.f.card':'k1'}," FREE "," VOUCHER "},{'id':'h','on':'login','when':{'fact.f.card':'k2'}," FREE "," VOUCHER                \
  "},{'id':'i','on':'login','when':{'fact.f.card':'k3'}," FREE "," VOUCHER "}]"
#define ONE "g+5.00 h!CONDITION_NOT_MET i!CONDITION_NOT_MET\n"
#define OTHER "g!CONDITION_NOT_MET h+5.00 i!CONDITION_NOT_MET\n"
#define THIRD "g!CONDITION_NOT_MET h!CONDITION_NOT_MET i+5.00\n"
#define NONE_OF_THEM "g!CONDITION_NOT_MET h!CONDITION_NOT_MET i!CONDITION_NOT_MET\n"
#define ANEW(after)                                                        \
  "'facts':{'f':{'first':'card.bound','resets':{'on':'card.unbound'" after \
  "}}},'rules':[{'id':'g','on':'card.bound','when':{'fact.f':'this_event'}," FREE "," VOUCHER "}]"
#define FIRST_ONE " => g+5.00\n"
#define NOT " => g!NOT_FIRST\n"

static const struct story stories[] = {
    {"what it keeps goes with it, whichever is undone, of each key for itself", KEEPS,
     "12-02T10:00 c1 spend 10.00 channel=app card=k1 #a => \n"
     "12-02T10:01 c1 spend 10.00 channel=pos card=k2 #z => \n"
     "12-02T11:00 c1 spend 10.00 channel=app card=k2 #b => \n"
     "12-02T12:00 c1 spend 10.00 channel=app card=k3 #d => \n"
     "12-02T12:01 c1 login channel=app => " ONE "12-02T12:02 c1 refund b => \n"
     "12-02T12:03 c1 login channel=app => " ONE "12-02T12:04 c1 refund a 5.00 => \n"
     "12-02T12:05 c1 login channel=app => " ONE "12-02T12:06 c1 refund a => \n"
     "12-02T12:07 c1 login channel=app => " THIRD "12-02T12:08 c1 login channel=pos => " OTHER
     "12-02T09:00 c1 spend 10.00 channel=app card=k1 #e @12-02T13:00 => \n"
     "12-02T13:01 c1 login channel=app => " ONE "12-02T13:02 c1 refund e => \n"
     "12-02T13:03 c1 login channel=app => " THIRD "12-02T13:04 c1 refund d => \n"
     "12-02T13:05 c1 login channel=app => " NONE_OF_THEM "12-02T13:06 c1 login channel=pos => " OTHER
     "12-02T13:06 c1 login => " NONE_OF_THEM},
    {"of two at one instant the one that came first is the first", KEEPS,
     "12-02T10:00 c1 spend 10.00 channel=app card=k1 #a => \n"
     "12-02T10:00 c1 spend 10.00 channel=app card=k2 #b => \n"
     "12-02T10:01 c1 login channel=app => " ONE "12-02T10:02 c1 refund a => \n"
     "12-02T10:03 c1 login channel=app => " OTHER},
    {"anew so long behind a reset, the instant itself in", ANEW(",'after':'P10D'"),
     "12-01T10:00 c1 card.bound" FIRST_ONE "12-02T10:00 c1 card.bound" NOT "12-05T10:00 c1 card.unbound => \n"
     "12-15T10:00 c1 card.bound" FIRST_ONE "12-15T10:01 c1 card.bound" NOT "12-30T10:00 c1 card.bound" NOT
     "12-01T10:00 c2 card.bound" FIRST_ONE "12-05T10:00 c2 card.unbound => \n"
     "12-15T09:59:59 c2 card.bound" NOT "12-15T10:00 c2 card.bound" NOT "12-30T10:00 c2 card.bound" NOT},
    {"a late one from before the reset does not end the waiting, one from behind it does", ANEW(",'after':'P10D'"),
     "12-01T10:00 c1 card.bound" FIRST_ONE "12-05T10:00 c1 card.unbound => \n"
     "12-05T09:59:59 c1 card.bound @12-06T10:00" NOT "12-15T10:00 c1 card.bound" FIRST_ONE "12-01T10:00 c2 card.bound" FIRST_ONE
     "12-05T10:00 c2 card.unbound => \n"
     "12-05T10:00 c2 card.bound @12-06T10:00" NOT "12-15T10:00 c2 card.bound" NOT},
    {"a reset that comes late resets nothing that came again since; of two the later counts", ANEW(",'after':'P10D'"),
     "12-01T10:00 c1 card.bound" FIRST_ONE "12-06T10:00 c1 card.bound" NOT "12-05T10:00 c1 card.unbound @12-07T10:00 => \n"
     "12-20T10:00 c1 card.bound" NOT "12-01T10:00 c2 card.bound" FIRST_ONE "12-05T10:00 c2 card.unbound => \n"
     "12-07T10:00 c2 card.unbound => \n"
     "12-06T10:00 c2 card.unbound @12-07T11:00 => \n"
     "12-17T10:00 c2 card.bound" FIRST_ONE "12-05T10:00 c3 card.unbound => \n"
     "12-06T10:00 c3 card.bound" FIRST_ONE "12-05T11:00 c3 card.unbound @12-06T11:00 => \n"
     "12-16T10:00 c3 card.bound" NOT},
    {"at once", ANEW(""),
     "12-01T10:00 c1 card.bound" FIRST_ONE "12-02T10:00 c1 card.bound" NOT "12-05T10:00 c1 card.unbound => \n"
     "12-05T10:00:01 c1 card.bound" FIRST_ONE "12-05T10:00:02 c1 card.bound" NOT},

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
     "record c1 => FIRST 2027-10-20, STANDING 2027-06-15, GRANT 2027-03-10, FED 2027-03-10, FED 2027-06-15, ORIGINAL 2027-03-10, ORIGINAL "
     "2027-06-15\n"
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
