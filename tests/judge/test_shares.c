/* What a share of a pot is worth (docs/language.md section 6, `share_of`): the share as it was settled, and at most `max`, down to one
 * unit. */
#include "judge/story.h"
#include "work.h"

#define SHARE(id, pot, max)                                                                      \
  "{'id':'" id "','on':{'close':'month'},'give':{'reward':'cash_back','value':{'share_of':'" pot \
  "','pot':'1000.00','by':'fact.n','max':'" max "'}}," ONCE "}"
#define ONCE "'limits':[{'count':1,'per':['customer'],'period':'month'}]"
#define FACTS \
  "'facts':{'n':{'measure':'count','on':'login','window':'month'}},'pools':{'one':{'budget':'9000.00'},'two':{'budget':'9000.00'}},"
#define PERIOD "'period':{'from':'2026-12-01','to':'2027-03-31','closing':'P40D'},"

static void at_most_the_ceiling(void **unused) {
  (void)unused;
  static const struct story campaign = {"shares", PERIOD FACTS "'rules':[" SHARE("g", "one", "0.01") "," SHARE("h", "two", "9.00") "]", ""};
  static const struct {
    int64_t share, least, most; /* of a ceiling of one unit, of 900 */
  } shares[] = {{0, 0, 0}, {1, 1, 1}, {2, 1, 2}, {899, 1, 899}, {900, 1, 900}, {901, 1, 900}, {100000, 1, 900}};
  struct stage *s = story_stage(&campaign);
  static struct work w;
  w.book = s->book;
  for (size_t i = 0; i < sizeof shares / sizeof shares[0]; i++) {
    w.share = shares[i].share;
    assert_int_equal(item_value(&w, &s->book->items[s->book->rules[0].item_first], s->book->rules[0].campaign), shares[i].least);
    assert_int_equal(item_value(&w, &s->book->items[s->book->rules[1].item_first], s->book->rules[1].campaign), shares[i].most);
  }
  stage_free(s);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(at_most_the_ceiling)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
