/* What is told of a number below all bands (docs/language.md section 6): the first of those that there are, whatever stands behind them. */
#include "judge/story.h"

#define FREE "'limits':'unlimited'"

static void one_band_has_none_behind_it(void **unused) {
  (void)unused;
  static const struct story campaign = {"one",
                                        "'rules':[{'id':'g','on':'game.finished','give':{'reward':'voucher','count':{'by':'score','bands':["
                                        "{'from':5,'value':1}]},'pool':'unlimited'}," FREE "}]",
                                        ""};
  struct stage *s = story_stage(&campaign);
  struct worth *count = &((struct item *)s->book->items)->count;
  const struct band bands[] = {count->bands[0], {0, 7}}; /* of another item, which begins lower */
  char refused[] = "12-05T10:00 c1 game.finished score:=4 => g!TARGET_NOT_REACHED", why[] = "why g => TARGET_NOT_REACHED 4/5";
  char given[] = "12-05T10:01 c1 game.finished score:=5 => g+0.00";
  assert_int_equal(count->band_count, 1);
  count->bands = bands;
  assert_true(story_step(s, &campaign, refused, 1));
  assert_true(story_step(s, &campaign, why, 2));
  assert_true(story_step(s, &campaign, given, 3));
  stage_free(s);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(one_band_has_none_behind_it)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
