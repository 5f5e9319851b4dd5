/* What a refund of a part takes out of a measure (docs/language.md section 5): of a sum of money its money; a count and a sum of something
 * else stand until the whole is undone. And what is no money counts as it is, whatever it was paid in. */
#include "judge/story.h"

#define FREE "'limits':'unlimited'"
#define VOUCHER "'give':{'reward':'voucher','value':'5.00','pool':'unlimited'}"
#define SUM(of) "'facts':{'s':{'measure':'sum','of':'" of "','on':'txn.card_spend','window':'month'}},"
#define COUNT "'facts':{'s':{'measure':'count','on':'txn.card_spend','window':'month'}},"
#define ASKS(much) "'rules':[{'id':'g','on':'login','when':{'fact.s':{'gte':" much "}}," FREE "," VOUCHER "}]"

static const struct story stories[] = {
    {"of a count nothing", COUNT ASKS("9"),
     "12-05T10:00 c1 spend 10.00 #a => \n"
     "12-05T10:01 c1 refund a 4.00 => \n"
     "12-05T11:00 c1 login => g!TARGET_NOT_REACHED\n"
     "why g => TARGET_NOT_REACHED condition 0 1/9\n"},
    {"of a sum of money what is refunded, to the fen", SUM("amount") ASKS("'900.00'"),
     "12-05T10:00 c1 spend 10.00 #a => \n"
     "12-05T10:01 c1 refund a 0.01 => \n"
     "12-05T10:02 c1 refund a 4.00 => \n"
     "12-05T11:00 c1 login => g!TARGET_NOT_REACHED\n"
     "why g => TARGET_NOT_REACHED condition 0 599/90000 money\n"},
    {"points count whatever the event was paid in",
     "'facts':{'s':{'measure':'sum','of':'points','on':'points.redeemed','window':'month'}}," ASKS("900"),
     "12-05T10:00 c1 points.redeemed points:=500 currency=USD => \n"
     "12-05T10:00 c1 points.redeemed points:=70 => \n"
     "12-05T11:00 c1 login => g!TARGET_NOT_REACHED\n"
     "why g => TARGET_NOT_REACHED condition 0 570/900\n"},
    {"money that nobody can convert does not", SUM("amount") ASKS("'900.00'"),
     "12-05T10:00 c1 spend 10.00 currency=USD => \n"
     "12-05T10:00 c1 spend 2.00 => \n"
     "12-05T11:00 c1 login => g!TARGET_NOT_REACHED\n"
     "why g => TARGET_NOT_REACHED condition 0 200/90000 money\n"},
};

static void parts(void **unused) {
  (void)unused;
  stories_tell(stories, sizeof stories / sizeof stories[0]);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(parts)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
