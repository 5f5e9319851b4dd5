/* The last time of something (docs/language.md section 5, `last`): by the events' times, at one and the same time by arrival, and what is
 * kept of it with it. */
#include "judge/steps.h"
#include "work.h"

#define FREE "'limits':'unlimited'"
#define VOUCHER "'give':{'reward':'voucher','value':'5.00','pool':'unlimited'}"
#define KEEPS "'facts':{'l':{'last':'card.bound','keep':'card'}},"
#define ASKS(id, card) "{'id':'" id "','on':'login','when':{'fact.l.card':'" card "'}," FREE "," VOUCHER "}"

static const struct story stories[] = {
    {"of two at one time what came last is kept; what is older changes nothing",
     KEEPS "'rules':[" ASKS("g", "one") "," ASKS("h", "two") "]",
     "12-05T10:00 c1 card.bound card=one => \n"
     "12-05T11:00 c1 login => g+5.00 h!CONDITION_NOT_MET\n"
     "12-05T10:00 c1 card.bound card=two @12-05T12:00 => \n"
     "12-05T13:00 c1 login => g!CONDITION_NOT_MET h+5.00\n"
     "12-05T09:59 c1 card.bound card=one @12-05T14:00 => \n"
     "12-05T15:00 c1 login => g!CONDITION_NOT_MET h+5.00\n"},
};

static void which_is_the_last(void **unused) {
  (void)unused;
  stories_tell(stories, sizeof stories / sizeof stories[0]);
}

/* What is told of it is of no period: the moment before, if there was one, and the event's own. */
static void what_is_told_of_it(void **unused) {
  (void)unused;
  static const struct story campaign = {"told", KEEPS "'rules':[" ASKS("g", "one") "]", ""};
  struct stage *s = story_stage(&campaign);
  const int64_t first_ms = story_instant_of("12-05T10:00"), next_ms = story_instant_of("12-05T11:00");
  const struct effect *told = happens(s, "12-05T10:00 c1 card.bound card=one")->effects;
  assert_int_equal(s->decision.effect_count, 1);
  assert_true(told->kind == EFFECT_LAST && told->period == 0 && told->before == 0 && told->after == first_ms);
  told = happens(s, "12-05T11:00 c1 card.bound card=two")->effects;
  assert_int_equal(s->decision.effect_count, 1);
  assert_true(told->kind == EFFECT_LAST && told->period == 0 && told->before == first_ms && told->after == next_ms);
  assert_int_equal(happens(s, "12-05T10:30 c1 card.bound card=one")->effect_count, 0);
  stage_free(s);
}

/* Once for each time since when he was seen, under a name that a giftd of another version finds again: of who was never seen the time is 0.
 */
static void once_since_he_was_seen_last(void **unused) {
  (void)unused;
  static const struct story campaign = {
      "once", "'facts':{'l':{'last':'checkin'}},'rules':[{'id':'g','on':'login','once_per':['fact.l.at']," FREE "," VOUCHER "}]", ""};
  struct stage *s = story_stage(&campaign);
  const int64_t times[] = {0, story_instant_of("12-05T11:00")};
  assert_int_equal(happens(s, "12-05T10:00 c1 login")->gift_count, 1);
  assert_int_equal(happens(s, "12-05T10:30 c1 login")->gift_count, 0);
  happens(s, "12-05T11:00 c1 checkin");
  assert_int_equal(happens(s, "12-05T12:00 c1 login")->gift_count, 1);
  assert_int_equal(happens(s, "12-05T13:00 c1 login")->gift_count, 0);
  for (int i = 0; i < 2; i++) {
    const struct value time = {.kind = VALUE_INT, .number = times[i]};
    assert_non_null(state_find(stage_customer(s, "c1"), CELL_ONCE, s->book->rules[0].decl, hash_of_value(1, &time), 0));
  }
  stage_free(s);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(which_is_the_last), cmocka_unit_test(what_is_told_of_it),
                                     cmocka_unit_test(once_since_he_was_seen_last)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
