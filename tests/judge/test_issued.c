/* What waited is issued (docs/language.md section 6, `timing` and `still`; section 8, `review`): what the gift says then, what is
 * remembered of it, and what becomes of one that nobody knows any more. */
#include "judge/story.h"

#define FREE "'limits':'unlimited'"
#define POOL "'pool':{'stock':9}"
#define LATER "'timing':{'after':'P2D'}"
#define REVIEW(otherwise) "'review':{'within':'P3D','otherwise':'" otherwise "'}"
#define VOUCHER(more) "'give':{'reward':'voucher','value':'5.00'," POOL more "}"
#define OWES                                                                                                                   \
  "{'id':'k','on':'txn.card_spend','give':{'reward':'cash_back','value':{'percent':'10%','of':'amount','max':'9.00'},'pool':'" \
  "unlimited'}," FREE ",'on_reversal':{'reward':'offset'}}"

static const struct story stories[] = {
    {"what has no value is set off against nothing",
     "'rules':[{'id':'g','on':'login','give':{'reward':'goods'," POOL "," LATER "}," FREE "}]",
     "12-05T10:00 c1 login => g>0.00\n"
     "passes 12-07T10:00 c1 => g+0.00\n"
     "gifts => g item 0 0 pool 0\n"},
    {"what is set off as a whole goes out as nothing, be it the least there is",
     "'rules':[" OWES
     ",{'id':'g','on':'login'," REVIEW("pass") ",'give':{'reward':'cash_back','value':'0.01','pool':{'budget':'9.00'}}," FREE "}]",
     "12-05T10:00 c1 spend 0.10 #a => k+0.01\n"
     "12-05T10:01 c1 refund a => k=0.01\n"
     "12-05T10:02 c1 login => g>0.00\n"
     "passes 12-08T10:02 c1 => g=0.00\n"
     "gifts => g item 1 0 pool 0 offset 1\n"},
    {"it says what it is, and when it may be used from its issue on; it is not due any more",
     "'rules':[{'id':'g','on':'txn.card_spend','give':{'reward':'cash_back','value':{'percent':'10%','of':'amount','max':'50.00'},'valid':{"
     "'for':'P10D'},'pool':{'budget':'90.00'}," LATER
     "},'limits':[{'amount':'12.00','per':['customer'],'period':'month','at_limit':'partial'}"
     "]}]",
     "12-05T10:00 c1 spend 200.00 => g>12.00\n"
     "gifts => g item 0 1200 pool 0 cut by 0 of 2000 until 2026-12-17T10:00 due 2026-12-07T10:00\n"
     "passes 12-07T10:00 c1 => g+12.00\n"
     "gifts => g item 0 1200 pool 0 cut until 2026-12-17T10:00\n"
     "record c1 => LIMIT 2027-01-08, GRANT 2027-03-15, TAKEN 2027-03-15, ORIGINAL 2027-03-15\n"},
    {"from a pool without bottom",
     "'rules':[{'id':'g','on':'login','give':{'reward':'voucher','value':'5.00','pool':'unlimited'," LATER "}," FREE "}]",
     "12-05T10:00 c1 login => g>5.00\n"
     "passes 12-07T10:00 c1 => g+5.00\n"
     "gifts => g item 0 500\n"},
    {"a month that has come by then: still is asked as a whole",
     "'rules':[{'id':'g','on':'login','give':{'reward':'voucher','value':'5.00'," POOL ",'timing':'2027-01-02','still':{'month':12}}," FREE
     "},{'id':'h','on':'checkin','give':{'reward':'voucher','value':'6.00'," POOL ",'timing':'2027-01-02','still':{'month':1}}," FREE "}]",
     "12-05T10:00 c1 login => g>5.00\n"
     "12-05T10:00 c2 checkin => h>6.00\n"
     "passes 01-02T00:00 c1 => g!CONDITION_NOT_MET g-5.00\n"
     "pool g => 9 left\n"
     "record c1 => ORIGINAL 2027-04-09\n"
     "passes 01-02T00:00 c2 => h+6.00\n"},
    {"a review that was not passed: the place stays used, the pool has it again, and what was said is known as long as a gift would be",
     "'rules':[{'id':'g','on':'login'," REVIEW("pass") "," VOUCHER("") ",'limits':[{'count':1,'per':['customer'],'period':'day'}]}]",
     "12-05T10:00 c1 login => g>5.00\n"
     "record c1 => LIMIT 2026-12-13, GRANT 2027-03-16, TAKEN 2027-03-16, ORIGINAL 2027-03-16, PENDING 2027-03-16\n"
     "12-06T10:00 c1 reward.reviewed reward_id=last result=refused staff=s1 => g-5.00\n"
     "pool g => 9 left\n"
     "record c1 => LIMIT 2026-12-13, ORIGINAL 2027-03-16, PENDING 2027-03-16\n"
     "12-06T11:00 c1 reward.reviewed reward_id=last result=refused staff=s2 => \n"
     "12-06T12:00 c1 reward.reviewed reward_id=last result=passed staff=s2 => RESULT_CONTRADICTED\n"
     "12-05T11:00 c1 login => g!LIMIT_REACHED\n"
     "passes 12-09T10:00 c1 => \n"},
    {"one that nobody was to look at is unknown to reviewers, before and behind its issue",
     "'rules':[{'id':'g','on':'login'," VOUCHER("," LATER) "," FREE "}]",
     "12-05T10:00 c1 login => g>5.00\n"
     "12-06T10:00 c1 reward.reviewed reward_id=last result=passed staff=s1 => GIFT_UNKNOWN\n"
     "passes 12-07T10:00 c1 => g+5.00\n"
     "12-07T11:00 c1 reward.reviewed reward_id=last result=passed staff=s1 => GIFT_UNKNOWN\n"
     "12-07T11:00 c1 reward.reviewed reward_id=last result=refused staff=s1 => GIFT_UNKNOWN\n"
     "record c1 => GRANT 2027-03-15, TAKEN 2027-03-15, ORIGINAL 2027-03-15\n"},
    {"at the deadline it is the deadline's word that counts",
     "'rules':[{'id':'g','on':'login'," REVIEW("refuse") "," VOUCHER("") "," FREE "}]",
     "12-05T10:00 c1 login => g>5.00\n"
     "12-08T10:00 c1 reward.reviewed reward_id=last result=passed staff=s1 => GIFT_UNKNOWN\n"
     "12-08T09:59:59.999 c1 reward.reviewed reward_id=last result=passed staff=s1 => g+5.00\n"},
    {"not reviewed in time", "'rules':[{'id':'g','on':'login'," REVIEW("refuse") "," VOUCHER("") "," FREE "}]",
     "12-05T10:00 c1 login => g>5.00\n"
     "passes 12-08T10:00 c1 => g!EXPIRED g-5.00\n"
     "why g => EXPIRED review, REVERSED\n"},
};

static void issued(void **unused) {
  (void)unused;
  stories_tell(stories, sizeof stories / sizeof stories[0]);
}

static void told(struct stage *s, uint32_t number, const char *step) {
  char line[256], *words[24];
  snprintf(line, sizeof line, "%s", step);
  (void)stage_event(s, story_line(words, story_words(line, words, 24), number));
  story_note_gift(&s->decision);
}

/* Times in decisions have the offset of their own instant: of a review that was over before the clocks turned, that of behind it. */
static void due_by_the_clocks_of_its_own_time(void **unused) {
  (void)unused;
  static const struct story campaign = {
      "clocks",
      "'period':{'from':'2026-12-01','to':'2027-03-31','closing':'P14D','zone':'America/New_York'},'rules':["
      "{'id':'g','on':'login'," REVIEW("pass") "," VOUCHER(",'timing':{'after':'P5D'}") "," FREE "}]",
      ""};
  struct stage *s = story_stage(&campaign);
  struct closing closing;
  told(s, 1, "03-11T10:00 c1 login");
  assert_non_null(passing_due(s, "c1", &closing));
  assert_true(closing.at_ms == story_instant_of("03-14T10:00") && closing.ahead == -5 * 60);
  told(s, 2, "03-12T10:00 c1 reward.reviewed reward_id=last result=passed staff=s1");
  assert_non_null(passing_due(s, "c1", &closing));
  assert_true(closing.at_ms == story_instant_of("03-16T09:00") && closing.ahead == -4 * 60);
  stage_free(s);
}

/* The terms of a gift are kept as long as it is (shard/terms.c). Were they lost all the same, nobody could say what it was: it is let go,
 * and what is due of it is over. */
static void what_nobody_knows_any_more_is_let_go(void **unused) {
  (void)unused;
  static const struct story campaign = {"lost",
                                        "'rules':[{'id':'g','on':'login'," VOUCHER("," LATER) "," FREE "},{'id':'h','on':'checkin'," REVIEW(
                                            "pass") "," VOUCHER("") "," FREE "}]",
                                        ""};
  static const char *const customers[] = {"c1", "c2", "c3"};
  const char *other =
      "{\"id\":\"d\",\"version\":1,\"name\":{\"zh\":\"x\",\"en\":\"x\"},\"period\":{\"from\":\"2026-12-01\",\"to\":\"2027-03-31\","
      "\"closing\":"
      "\"P14D\"},\"audience\":\"everyone\",\"rules\":[{\"id\":\"g\",\"on\":\"login\",\"limits\":\"unlimited\",\"give\":{\"reward\":"
      "\"voucher\",\"pool\":"
      "\"unlimited\"}}]}";
  struct stage *s = story_stage(&campaign);
  told(s, 1, "12-05T10:00 c1 login");
  told(s, 2, "12-05T10:00 c2 checkin");
  told(s, 3, "12-05T10:00 c3 checkin");
  stage_compile(s, &other, 1);
  for (int c = 0; c < 2; c++) {
    assert_true(passing_next(s, customers[c], story_instant_of("12-08T10:00")));
    assert_int_equal(s->decision.gift_count, 0);
  }
  told(s, 4, "12-06T10:00 c3 reward.reviewed reward_id=last result=passed staff=s1");
  assert_true(s->decision.gift_count == 0 && s->decision.gate == REASON_GIVEN);
  for (int c = 0; c < 3; c++) {
    assert_null(due_first(stage_customer(s, customers[c])));
    uint32_t slot = 0;
    for (const struct cell *cell = state_any(stage_customer(s, customers[c]), &slot); cell != NULL;
         cell = state_any(stage_customer(s, customers[c]), &slot))
      assert_true(cell_kind(cell) != CELL_PENDING && cell_kind(cell) != CELL_GRANT);
  }
  stage_free(s);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(issued), cmocka_unit_test(due_by_the_clocks_of_its_own_time),
                                     cmocka_unit_test(what_nobody_knows_any_more_is_let_go)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
