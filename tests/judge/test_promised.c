/* What was promised under a file that has changed since (docs/language.md sections 6 and 9.5): it is paid by the pools as the file says now
 * what there is of them, whatever their numbers are, and told of the pools that were promised; a pool whose file is gone has what it had.
 */
#include "judge/steps.h"

#define FREE "'limits':'unlimited'"
#define ITEM(id, pools) "{'id':'" id "','reward':'voucher','value':'5.00','pool':" pools "}"
#define STOCK(name, n) "'" name "':{'stock':" n "}"
#define CHOICE                                                                                                                            \
  "{'id':'g','on':'login','give':{'choice_of':[" ITEM("a", "['gone']") "," ITEM("b", "['p','q']") "," ITEM("c", "['gone','q']") "," ITEM( \
      "d", "'closed'") "],'within':'P9D','default':'a'}," FREE "}"
#define USES(id, on, pool) "{'id':'" id "','on':'" on "','give':" ITEM(id, "'" pool "'") "," FREE "}"
#define BEFORE \
  "'pools':{" STOCK("p", "1") "," STOCK("q", "1") "," STOCK("gone", "2") ",'closed':{'stock':1,'fallback':'reserve'},"   \
  "'reserve':{'stock':5,'released':'by_operator'}},'rules':[" CHOICE "," USES("k", "checkin", "p") "," USES(           \
      "l", "txn.card_spend", "closed") "]"
#define AFTER                                                                                                                            \
  "'pools':{'reserve':{'stock':5,'released':'by_operator'},'closed':{'stock':1,'fallback':'reserve'}," STOCK(                            \
      "x", "9") ",'q':{'stock':2},'p':{'stock':3}},'rules':[" USES("k", "checkin",                                                       \
                                                                   "p") "," USES("m", "card.bound",                                      \
                                                                                 "q") "," USES("l", "txn.card_spend",                    \
                                                                                               "closed") "," USES("o", "account.opened", \
                                                                                                                  "x") "]"

struct promised {
  struct stage *s;
  struct terms terms[1];
  char choice[LIMIT_REWARD_ID_BYTES + 1]; /* the id of what is to be chosen */
};

/* The file is another one from now on; what it said before stands on the shelf. */
static void edit(struct promised *p, const char *campaign) {
  char *texts[STORY_FILES];
  const struct rulebook *before = p->s->book;
  uint32_t count = story_texts(campaign, texts);
  p->terms[0] = (struct terms){before->campaigns[0].decl, terms_number(&before->campaigns[0]), before};
  p->s->shelf = (struct terms_shelf){1, p->terms};
  stage_compile(p->s, (const char *const *)texts, count);
  for (uint32_t i = 0; i < count; i++) free(texts[i]);
}

static struct promised promised_by(const char *campaign) {
  const struct story story = {"promised", campaign, ""};
  return (struct promised){.s = story_stage(&story)};
}

static const char *of_pool(const struct promised *p, uint32_t pool) {
  static char name[64];
  snprintf(name, sizeof name, "%.*s", STR_FORMAT(p->terms[0].book->pools[pool].name));
  return name;
}

/* As much as there is by now. */
static void pools_that_have_more(void **unused) {
  (void)unused;
  struct promised p = promised_by(BEFORE);
  tells(p.s, "12-05T10:00 c1 checkin => k+5.00");
  tells(p.s, "12-05T10:01 c1 login => g>choice");
  edit(&p, AFTER);
  tells(p.s, "12-05T10:02 c1 claim reward_id=last choice=b => g.b+5.00");
  assert_string_equal(of_pool(&p, p.s->decision.gifts[0].pool), "c/p");
  tells(p.s, "pool p => 1 left");
  tells(p.s, "pool q => 1 left");
  tells(p.s, "pool x => 9 left");
  stage_free(p.s);
}

/* Which is empty is said by its number in the file that promised it; so is a reserve that is shut. */
static void pools_that_are_empty(void **unused) {
  (void)unused;
  struct promised p = promised_by(BEFORE);
  tells(p.s, "12-05T10:00 c1 login => g>choice");
  snprintf(p.choice, sizeof p.choice, "%s", story_last_gift);
  edit(&p, AFTER);
  tells(p.s, "12-05T10:01 c2 card.bound => m+5.00");
  tells(p.s, "12-05T10:02 c2 card.bound => m+5.00");
  snprintf(story_last_gift, sizeof story_last_gift, "%s", p.choice);
  tells(p.s, "12-05T10:03 c1 claim reward_id=last choice=b => g!OUT_OF_STOCK");
  tells(p.s, "why g => OUT_OF_STOCK pool 1 period 0 0/1");
  assert_string_equal(of_pool(&p, p.s->decision.outcomes[0].pool), "c/q");
  tells(p.s, "12-05T10:04 c1 txn.card_spend 1.00 => l+5.00");
  snprintf(story_last_gift, sizeof story_last_gift, "%s", p.choice);
  tells(p.s, "12-05T10:05 c1 claim reward_id=last choice=d => g!OUT_OF_STOCK");
  assert_string_equal(of_pool(&p, p.s->decision.outcomes[0].pool), "c/closed");
  assert_string_equal(of_pool(&p, p.s->decision.outcomes[0].shut), "c/reserve");
  stage_free(p.s);
}

/* What the file has no more is there as it was, with all that stands beside it. */
static void pools_whose_file_is_gone(void **unused) {
  (void)unused;
  struct promised p = promised_by(BEFORE);
  tells(p.s, "12-05T10:00 c1 login => g>choice");
  edit(&p, AFTER);
  tells(p.s, "12-05T10:01 c1 claim reward_id=last choice=c => g.c+5.00");
  assert_string_equal(of_pool(&p, p.s->decision.gifts[0].pool), "c/gone");
  tells(p.s, "pool q => 1 left");
  stage_free(p.s);
}

/* Its terms are not known any more, and the file does not have what it stands for: nothing is asked of what it was given for, it is issued.
 */
static void what_it_stands_for_is_gone(void **unused) {
  (void)unused;
#define WAITS ",'timing':{'after':'P2D'}"
#define SUBSTITUTE "{'id':'b','reward':'voucher','value':'6.00','pool':'unlimited'}"
  static const char after[] = "'rules':[{'id':'a','on':{'fact':'n'},'when':{'fact.n':{'gte':99}},'give':" ITEM(
      "x", "'unlimited'") "," FREE "},{'id':'g','on':'login','give':" SUBSTITUTE "," FREE
                          "}],'facts':{'n':{'measure':'count','on':'checkin','window':'month'}}";
  struct promised p =
      promised_by("'rules':[{'id':'g','on':'login','give':{'id':'a','reward':'voucher','value':'5.00','pool':{'stock':1}" WAITS
                  ",'or_else':" SUBSTITUTE "}," FREE "}]");
  tells(p.s, "12-05T10:00 c2 login => g.a>5.00");
  tells(p.s, "12-05T10:00 c1 login => g.b>6.00");
  edit(&p, after);
  p.s->shelf.count = 0;
  tells(p.s, "passes 12-07T10:00 c1 => g.b+6.00");
  assert_int_equal(p.s->decision.gifts[0].kind, GIFT_ISSUED);
  stage_free(p.s);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(pools_that_have_more), cmocka_unit_test(pools_that_are_empty),
                                     cmocka_unit_test(pools_whose_file_is_gone), cmocka_unit_test(what_it_stands_for_is_gone)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
