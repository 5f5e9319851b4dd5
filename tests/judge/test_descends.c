/* What refunds take back of a ladder whose steps were given by different files: each goes back by its own terms, and what stays of one
 * counts as had for those before it. */
#include "judge/story.h"

#define LADDER(item, more)                                                                                                                \
  "'facts':{'s':{'measure':'sum','of':'amount','on':'txn.card_spend','window':'month'}},'rules':[{'id':'g','on':'txn.card_spend','give':" \
  "{" item                                                                                                                                \
  "'reward':'cash_back','value':{'by':'fact.s','bands':[{'from':'100.00','value':'10.00'},{'from':'200.00','value':'25.00'}],'pay':"      \
  "'top_up'},'pool':{'budget':'1000.00'}},'limits':'unlimited'" more "}]"

static const struct rulebook *version(struct stage *s, const char *members) {
  char *texts[STORY_FILES];
  uint32_t count = story_texts(members, texts);
  stage_compile(s, (const char *const *)texts, count);
  for (uint32_t i = 0; i < count; i++) free(texts[i]);
  return s->book;
}

static struct terms terms_of(const struct rulebook *book) {
  return (struct terms){book->campaigns[0].decl, terms_number(&book->campaigns[0]), book};
}

/* In yuan, of the one gift that came of it; 0: of none. */
static int64_t gift_of(struct stage *s, const char *text, uint32_t number, enum gift_kind kind) {
  char line[128], *at[24];
  snprintf(line, sizeof line, "%s", text);
  uint32_t count = story_words(line, at, 24);
  const struct decision *decision = stage_event(s, story_line(at, count, number));
  assert_true(decision->gift_count <= 1);
  if (decision->gift_count == 0) return 0;
  assert_int_equal(decision->gifts[0].kind, kind);
  return decision->gifts[0].value_minor / 100;
}

/* The second step stays whatever is refunded: so does the first, of which nothing is too much as long as its band is reached. */
static void what_stays_counts_as_had(void **unused) {
  (void)unused;
  const struct story first = {"first", LADDER("", ""), ""};
  struct stage *s = story_stage(&first);
  struct terms terms = terms_of(s->book);
  assert_int_equal(gift_of(s, "12-02T10:00 c1 spend 100.00 #a", 1, GIFT_ISSUED), 10);
  (void)version(s, LADDER("", ",'on_reversal':{'reward':'keep'}"));
  s->shelf = (struct terms_shelf){1, &terms};
  assert_int_equal(gift_of(s, "12-02T10:01 c1 spend 100.00 #b", 2, GIFT_ISSUED), 15);
  assert_int_equal(gift_of(s, "12-02T11:00 c1 refund b", 3, GIFT_REVOKED), 0);
  assert_int_equal(gift_of(s, "12-02T11:01 c1 refund a 0.01", 4, GIFT_REVOKED), 10);
  stage_free(s);
}

/* Terms that are gone, and a file of now that does not know the item: nothing is known against the step. */
static void whose_terms_are_gone_stays(void **unused) {
  (void)unused;
  const struct story first = {"first", LADDER("", ""), ""};
  struct stage *s = story_stage(&first);
  assert_int_equal(gift_of(s, "12-02T10:00 c1 spend 100.00 #a", 1, GIFT_ISSUED), 10);
  struct terms terms = terms_of(version(s, LADDER("", ",'on_reversal':{'reward':'revoke'}")));
  assert_int_equal(gift_of(s, "12-02T10:01 c1 spend 100.00 #b", 2, GIFT_ISSUED), 15);
  (void)version(s, LADDER("'id':'other',", ""));
  s->shelf = (struct terms_shelf){1, &terms};
  assert_int_equal(gift_of(s, "12-02T11:00 c1 refund b 0.01", 3, GIFT_REVOKED), 15);
  stage_free(s);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(what_stays_counts_as_had), cmocka_unit_test(whose_terms_are_gone_stays)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
