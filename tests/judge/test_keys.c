/* Keys of what is counted for each value of a `per`. They stand in records, and a giftd of another version finds what was counted under
 * them: so how they are made is written down here once more, by hand, and may not change. */
#include "judge/story.h"
#include "work.h"

static uint64_t hash_of_text(const char *text) { return hash64(&HASH_KEY_FIXED, str_of(text)); }

static void values(void **unused) {
  (void)unused;
  const struct value text = {.kind = VALUE_TEXT, .text = STR("d1")}, number = {.kind = VALUE_INT, .number = 7};
  const struct value truth = {.kind = VALUE_BOOL, .number = 1}, list = {.kind = VALUE_LIST}, absent = {.kind = VALUE_ABSENT};
  for (uint64_t seed = 1; seed < 4; seed++) {
    assert_true(hash_of_value(seed, &text) == hash64_pair(&HASH_KEY_FIXED, seed, hash_of_text("d1")));
    assert_true(hash_of_value(seed, &number) == hash64_pair(&HASH_KEY_FIXED, seed ^ 1, 7));
    assert_true(hash_of_value(seed, &truth) == hash64_pair(&HASH_KEY_FIXED, seed ^ 1, 1));
    assert_true(hash_of_value(seed, &list) == seed && hash_of_value(seed, &absent) == seed);
  }
}

/* One behind the other, by the place where each is written; the customer is no part of it. */
static void values_in_their_order(void **unused) {
  (void)unused;
  const char *text =
      "{\"id\":\"c\",\"version\":1,\"name\":{\"zh\":\"x\",\"en\":\"x\"},\"audience\":\"everyone\",\"period\":{\"from\":\"2026-"
      "12-01\",\"to\":\"2027-03-31\"},\"rules\":[{\"id\":\"r\",\"on\":\"login\",\"give\":{\"reward\":\"voucher\",\"value\":\"1."
      "00\",\"pool\":\"unlimited\"},\"limits\":[{\"count\":1,\"per\":[\"customer\",\"device\",\"branch\"],\"period\":\"day\"}]}]}";
  struct stage *s = stage_new(&text, 1);
  stage_event(s,
              "{\"id\":\"1\",\"source\":\"t\",\"type\":\"login\",\"customer\":\"c1\",\"device\":\"d\",\"branch\":\"b\",\"time\":\"2026-12-"
              "05T10:00:00+08:00\"}");
  struct work w = {.event = &s->event, .book = s->book};
  const struct limit *limit = &s->book->limits[0];
  uint64_t key, made = 0;
  for (uint32_t i = 0; i < limit->dimension_count; i++) {
    const struct dimension *dimension = &limit->dimensions[i];
    if (dimension->kind == DIMENSION_CUSTOMER) continue;
    made = hash64_pair(&HASH_KEY_FIXED, made + i + 1, hash_of_text(str_equal(dimension->text, STR("device")) ? "d" : "b"));
  }
  assert_int_equal(limit->dimension_count, 3);
  assert_true(key_of_dimensions(&w, limit->dimensions, limit->dimension_count, 0, &key) && key == made);
  assert_true(key_of_dimensions(&w, limit->dimensions, 0, 0, &key) && key == 0);
  stage_free(s);
}

/* An episode of a first: who does not say of which device has none, and nothing is counted for it. */
static void of_no_device_there_is_no_episode(void **unused) {
  (void)unused;
  static const struct story story = {"episodes",
                                     "'facts':{'f':{'first':'login','per':['customer','device']}},'rules':[{'id':'g','on':'checkin','give':"
                                     "{'reward':'voucher','value':'5.00',"
                                     "'pool':'unlimited'},'limits':[{'count':1,'per':['customer','fact.f.at'],'period':'day'}]}]",
                                     "12-05T09:00 c1 login device=d => \n"
                                     "12-05T10:00 c1 checkin device=d => g+5.00\n"
                                     "12-05T10:01 c1 checkin device=d => g!LIMIT_REACHED\n"
                                     "12-05T10:02 c1 checkin => g!LIMIT_REACHED\n"
                                     "12-05T10:02 c2 checkin => g!LIMIT_REACHED\n"};
  assert_true(story_tell(&story));
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(values), cmocka_unit_test(values_in_their_order),
                                     cmocka_unit_test(of_no_device_there_is_no_episode)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
