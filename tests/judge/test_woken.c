/* Which rules an event wakes through facts, and in what order they are judged (docs/language.md section 9.1): as they stand in the file,
 * whichever fact woke them first; each once for the event, and once for each track. */
#include "judge/story.h"

#define FREE "'limits':'unlimited'"
#define GIVE "'give':{'reward':'voucher','value':'5.00','pool':'unlimited'}"
#define OPENED(id, opens) "'" id "':{'track':{'opens':'" opens "','within':'P5D','tasks':[{'id':'a','on':'login'}]}}"
#define CLOSE(id, least, group) \
  "{'id':'" id "','on':{'close':'month','delay':'P3D'}," group "'when':{'fact.n':{'gte':" least "}}," GIVE "," FREE "}"
#define TRACK(id, on) "'" id "':{'track':{'opens':'account.opened','within':'P5D','tasks':[{'id':'a','on':'" on "'}]}}"

static const struct story stories[] = {
    {"a rule that hears two tracks is woken by the one that completed",
     "'facts':{" TRACK("t", "login") "," TRACK("u", "checkin") "},'rules':[{'id':'g','on':[{'fact':'t'},{'fact':'u'}]," GIVE "," FREE "}]",
     "12-05T09:00 c1 account.opened => \n"
     "12-05T10:00 c1 login => g+5.00\n"
     "12-05T11:00 c1 checkin => g+5.00\n"},
    {"by both at once it gives for both, and for the event itself besides",
     "'facts':{" TRACK("t", "login") "," TRACK("u", "login") "},'rules':[{'id':'g','on':[{'fact':'u'},'login',{'fact':'t'}]," GIVE
                                                             ",'limits':[{'count':3,'per':['customer'],'period':'day'}]}]",
     "12-05T09:00 c1 account.opened => \n"
     "12-05T10:00 c1 login => g+5.00 g+5.00 g+5.00\n"
     "12-05T11:00 c1 login => g!LIMIT_REACHED\n"},
    {"by two measures and the event it is woken once",
     "'facts':{'n':{'measure':'count','on':'login','window':'month'},'m':{'measure':'count','on':'login','window':'day'}},'rules':[{'id':'"
     "g','"
     "on':[{'fact':'n'},{'fact':'m'},'login'],'when':{'fact.n':{'gte':1},'fact.m':{'gte':1}}," GIVE "," FREE "}]",
     "12-05T10:00 c1 login => g+5.00\n"
     "12-05T11:00 c1 login => g+5.00\n"},
    {"of a group one gives for a close, also when it is judged again and another could by then",
     "'facts':{'n':{'measure':'count','on':'login','window':'month'}},'groups':{'x':{'mode':'first'}},'rules':[" CLOSE(
         "f", "9", "") "," CLOSE("g", "2", "'group':'x',") "," CLOSE("h", "1", "'group':'x',") "]",
     "12-05T10:00 c1 login => \n"
     "passes 01-04T00:00 c1 => f!TARGET_NOT_REACHED g!TARGET_NOT_REACHED h+5.00\n"
     "12-31T23:59:59 c1 login @01-03T23:00 => \n"
     "passes 01-05T00:00 c1 => f!TARGET_NOT_REACHED g!EXCLUDED_BY_GROUP h!LIMIT_REACHED\n"},
};

static void woken(void **unused) {
  (void)unused;
  stories_tell(stories, sizeof stories / sizeof stories[0]);
}

/* What g gives for one login, by what was open then; a is woken last, and stands first. */
static uint32_t gifts_of_g(const char *const *opened, uint32_t count, char ids[5][ID22_BYTES]) {
  static const struct story campaign = {
      "order",
      "'facts':{" OPENED("t1", "card.bound") "," OPENED("t2", "card.issued") "," OPENED("t3", "account.opened") "," OPENED(
          "v", "pb.signed") "},'rules':[{'id':'a','on':{'fact':'v'}," GIVE "," FREE
                            "},{'id':'g','on':[{'fact':'t3'},{'fact':'t1'},'login',{'fact':'t2'}]," GIVE "," FREE "}]",
      ""};
  struct stage *s = story_stage(&campaign);
  uint32_t found = 0;
  for (uint32_t i = 0; i <= count; i++) {
    char line[512];
    snprintf(line, sizeof line,
             "{\"id\":\"%s\",\"source\":\"t\",\"type\":\"%s\",\"customer\":\"c1\",\"time\":\"2026-12-05T1%d:00:00+08:00\"}",
             i < count ? opened[i] : "l", i < count ? opened[i] : "login", i < count ? 0 : 1);
    stage_event(s, line);
  }
  for (uint32_t i = 0; i < s->decision.gift_count; i++)
    if (s->decision.gifts[i].rule == 1 && found < 5) memcpy(ids[found++], s->decision.gifts[i].id, ID22_BYTES);
  stage_free(s);
  return found;
}

/* Of one rule the event itself first, behind it each track in order of facts: the same gifts that each of them makes alone. */
static void of_one_rule_the_event_first(void **unused) {
  (void)unused;
  static const char *const opens[] = {"pb.signed", "card.bound", "card.issued", "account.opened"};
  char all[5][ID22_BYTES], alone[5][ID22_BYTES];
  assert_int_equal(gifts_of_g(opens, 4, all), 4);
  assert_int_equal(gifts_of_g(opens, 0, alone), 1);
  assert_memory_equal(all[0], alone[0], ID22_BYTES);
  for (uint32_t i = 1; i < 4; i++) {
    assert_int_equal(gifts_of_g(&opens[i], 1, alone), 2);
    assert_memory_equal(all[0], alone[0], ID22_BYTES);
    assert_memory_equal(all[i], alone[1], ID22_BYTES);
  }
}

#define RULES 9u

/* Rule r0 hears the fact that `order` says, and so on; the event itself wakes every third as well. */
static struct stage *stage_in_order(const uint32_t order[RULES], uint32_t rules) {
  static char text[8192];
  struct buffer out;
  buffer_init(&out, text, sizeof text - 1);
  buffer_print(&out, "'facts':{");
  for (uint32_t i = 0; i < rules; i++)
    buffer_print(&out, "%s'f%u':{'measure':'count','on':'login','window':'month'}", i == 0 ? "" : ",", i);
  buffer_print(&out, "},'rules':[");
  for (uint32_t i = 0; i < rules; i++)
    buffer_print(&out, "%s{'id':'r%u','on':[%s{'fact':'f%u'}],'when':{'fact.f%u':{'gte':1}}," GIVE "," FREE "}", i == 0 ? "" : ",", i,
                 i % 3 == 2 ? "'login'," : "", order[i], order[i]);
  buffer_print(&out, "]");
  assert_false(out.overflowed);
  text[out.length] = 0;
  const struct story campaign = {"order", text, ""};
  return story_stage(&campaign);
}

static void as_they_stand_in_the_file(void **unused) {
  (void)unused;
  uint32_t order[RULES];
  struct dice dice = {7};
  for (uint32_t turn = 0; turn < 60; turn++) {
    uint32_t rules = 2 + turn % (RULES - 1);
    for (uint32_t i = 0; i < rules; i++) order[i] = rules - 1 - i; /* turned round at first, at random later */
    for (uint32_t i = rules - 1; i > 0 && turn >= RULES; i--) {
      uint32_t other = (uint32_t)(dice_word(&dice) % (i + 1)), was = order[i];
      order[i] = order[other], order[other] = was;
    }
    struct stage *s = stage_in_order(order, rules);
    const struct decision *decision =
        stage_event(s, "{\"id\":\"1\",\"source\":\"t\",\"type\":\"login\",\"customer\":\"c1\",\"time\":\"2026-12-05T10:00:00+08:00\"}");
    assert_int_equal(decision->outcome_count, rules);
    for (uint32_t i = 0; i < rules; i++) assert_true(decision->outcomes[i].rule == i && decision->outcomes[i].gift_count == 1);
    stage_free(s);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(woken), cmocka_unit_test(of_one_rule_the_event_first),
                                     cmocka_unit_test(as_they_stand_in_the_file)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
