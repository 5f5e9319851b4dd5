/* Limits of an amount (docs/language.md section 7): what they leave of a gift down to the last fen, which counter a refusal names, what is
 * told of a gift that was handed out though there was no room, and which days a rolling limit looks at. */
#include "judge/story.h"

#define CASH(id, value) "{'id':'" id "','reward':'cash_back','value':'" value "','pool':'unlimited'}"
#define GIVE(value) "'give':{'reward':'cash_back','value':'" value "','pool':'unlimited'}"
#define AMOUNT(max, more) "'limits':[{'amount':'" max "','per':['customer'],'period':'day'" more "}]"
#define PARTIAL ",'at_limit':'partial'"

static const struct story stories[] = {
    {"nothing is left: nothing is given, not a gift of nothing",
     "'rules':[{'id':'g','on':'login','give':[" CASH("a", "10.00") "," CASH("b", "5.00") "]," AMOUNT("10.00", PARTIAL) "}]",
     "12-05T10:00 c1 login => g.a+10.00 g!LIMIT_REACHED\n"
     "why g => LIMIT_REACHED limit 0 period 20792 1000/1000 money\n"},
    {"the last fen is given",
     "'rules':[{'id':'g','on':'login','give':[" CASH("a", "10.00") "," CASH("b", "5.00") "]," AMOUNT("10.01", PARTIAL) "}]",
     "12-05T10:00 c1 login => g.a+10.00 g.b+0.01\n"
     "12-05T11:00 c1 login => g!LIMIT_REACHED\n"},
    {"each fen counts", "'rules':[{'id':'g','on':'login'," GIVE("0.01") "," AMOUNT("0.02", "") "}]",
     "12-05T10:00 c1 login => g+0.01\n"
     "12-05T11:00 c1 login => g+0.01\n"
     "12-05T12:00 c1 login => g!LIMIT_REACHED\n"
     "why g => LIMIT_REACHED limit 0 period 20792 2/2 money\n"},
    {"of counters that are equally full the first is named, of those in which nothing is none",
     "'rules':[{'id':'g','on':'txn.card_spend','give':{'reward':'cash_back','value':{'percent':'100%','of':'amount','max':'50.00'},'pool':"
     "'unlimited'},'limits':[{'amount':'10.00','per_each':['customer','device'],'period':'day'}]}]",
     "12-05T10:00 c1 spend 20.00 device=d => g!LIMIT_REACHED\n"
     "why g => LIMIT_REACHED limit 0 period 20792 0/1000 money\n"
     "12-05T11:00 c1 spend 5.00 device=d => g+5.00\n"
     "12-05T12:00 c1 spend 6.00 device=d => g!LIMIT_REACHED\n"
     "why g => LIMIT_REACHED limit 0 dimension 0 period 20792 500/1000 money\n"
     "12-05T13:00 c2 spend 6.00 device=d => g!LIMIT_REACHED\n"
     "why g => LIMIT_REACHED limit 0 dimension 1 period 20792 500/1000 money\n"},
    {"what was handed out is a whole gift, and told is how much of it there was room for",
     "'rules':[{'id':'g','on':'login'," GIVE("8.00") "," AMOUNT("10.00", PARTIAL) "}]",
     "12-05T10:00 c1 login => g+8.00\n"
     "12-05T11:00 c1 login registeredgift=c/g => g!8.00 g!LIMIT_REACHED\n"
     "why g => LIMIT_REACHED limit 0 period 20792 800/1000 money\n"
     "12-05T12:00 c1 login registeredgift=c/g => g!8.00 g!LIMIT_REACHED\n"
     "why g => LIMIT_REACHED limit 0 period 20792 1600/1000 money\n"},
    {"what was handed out may pass it: of what stands beside it nothing is given then",
     "'rules':[{'id':'g','on':'login','give':[" CASH("a", "8.00") "," CASH("b", "5.00") "]," AMOUNT("20.00", PARTIAL) "}]",
     "12-05T10:00 c1 login => g.a+8.00 g.b+5.00\n"
     "12-05T11:00 c1 login registeredgift=c/g/a => g.a!8.00 g!LIMIT_REACHED g!LIMIT_REACHED\n"
     "why g => LIMIT_REACHED limit 0 period 20792 2000/2000 money, LIMIT_REACHED limit 0 period 20792 1300/2000 money\n"},
};

static void caps(void **unused) {
  (void)unused;
  stories_tell(stories, sizeof stories / sizeof stories[0]);
}

/* Of a day that shares no window with the event's nothing counts, however far it is. */
static void days_that_are_far_away(void **unused) {
  (void)unused;
  static const struct story story = {
      "rolling", "'rules':[{'id':'g','on':'login'," GIVE("1.00") ",'limits':[{'count':3,'per':['customer'],'period':{'rolling':'P30D'}}]}]",
      ""};
  struct stage *s = story_stage(&story);
  char first[] = "12-05T10:00 c1 login => g+1.00", second[] = "12-05T11:00 c1 login => g+1.00", third[] = "12-05T12:00 c1 login => g+1.00";
  char last[] = "12-05T13:00 c1 login => g!LIMIT_REACHED";
  assert_true(story_step(s, &story, first, 1) && story_step(s, &story, second, 2));
  const struct limit *limit = &s->book->limits[0];
  struct owner owner = owner_customer(STR("c1"));
  struct place *places[] = {s->live, s->stored};
  for (int i = 0; i < 2; i++) {
    struct place_owner *customer = place_owner(places[i], &owner);
    struct state *state = place_room(places[i], customer, 2);
    const struct cell *here = state_find(state, CELL_LIMIT, limit->decl, 0, 20792);
    assert_true(here != NULL && here->limit.used == 2);
    state_make(state, CELL_LIMIT, limit->decl, 0, 20792 + (1 << 22))->limit.used = 3;
    state_make(state, CELL_LIMIT, limit->decl, 0, 20792 - 30)->limit.used = 3;
  }
  assert_true(story_step(s, &story, third, 3) && story_step(s, &story, last, 4));
  stage_free(s);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(caps), cmocka_unit_test(days_that_are_far_away)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
