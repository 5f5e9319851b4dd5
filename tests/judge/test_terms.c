/* The terms of earlier versions (judge.h, struct terms_shelf; docs/language.md section 9.5): of many that stand on the shelf those are
 * found that a gift was given under, and of what is not there nothing is. */
#include "judge/looking.h"
#include "work.h"

#define FREE "'limits':'unlimited'"
#define POOLED(id, next) "'id':'" id "','reward':'voucher','value':'5.00','pool':{'stock':1}" next
#define OR_ELSE(id, next) ",'or_else':{" POOLED(id, next) "}"
#define CHAIN "'give':{" POOLED("k", OR_ELSE("l", OR_ELSE("m", OR_ELSE("n", "")))) "}," FREE
#define VOUCHER(id) "'give':{'id':'" id "','reward':'voucher','value':'5.00','pool':'unlimited'}," FREE
#define FILE_OF(id, members)                                                                                                              \
  "{'id':'" id "','version':1,'name':{'zh':'x','en':'x'},'period':{'from':'2026-12-01','to':'2027-03-31'},'audience':'everyone'," members \
  "}"

enum { VERSIONS = 5, ON_SHELF = 2 * VERSIONS };

static struct stage *stage_of(const char *members) {
  const struct story story = {"terms", members, ""};
  return story_stage(&story);
}

/* Two campaigns, each in versions of the numbers 10, 20, .. 50; which book stands where is told by its place. */
static void shelf_fill(const struct rulebook *book, struct rulebook books[ON_SHELF], struct terms items[ON_SHELF]) {
  bool second_first = book->campaigns[1].decl < book->campaigns[0].decl;
  for (uint32_t i = 0; i < ON_SHELF; i++) {
    const struct campaign *campaign = &book->campaigns[(i >= VERSIONS) != second_first];
    books[i] = *book;
    items[i] = (struct terms){.campaign = campaign->decl, .number = 10 * (i % VERSIONS + 1), .book = &books[i]};
  }
}

static const struct rulebook *found(const struct work *w, uint32_t rule, uint32_t number) {
  const struct rulebook *book;
  const struct rule *terms;
  const uint64_t decl = w->in->rulebook->rules[rule].decl;
  const struct cell grant = {.name = decl << 8 | CELL_GRANT, .grant.terms = number};
  assert_true(terms_find(w, &grant, &book, &terms));
  assert_true(terms == &book->rules[rule] && terms->decl == decl);
  return book;
}

/* However many of them stand there: each by its campaign and number; of what is not there the running terms hold. */
static void each_by_campaign_and_number(void **unused) {
  (void)unused;
  struct stage *s = stage_of("'audience':'everyone','rules':[{'id':'g','on':'login'," VOUCHER("a") "}]|" FILE_OF(
      "d", "'rules':[{'id':'h','on':'login'," VOUCHER("b") "}]"));
  struct rulebook books[ON_SHELF];
  struct terms items[ON_SHELF];
  struct terms_shelf shelf = {.items = items};
  const struct judge_input input = {.rulebook = s->book, .shelf = &shelf};
  const struct work w = {.in = &input, .book = s->book};
  shelf_fill(s->book, books, items);
  for (shelf.count = 0; shelf.count <= ON_SHELF; shelf.count++)
    for (uint32_t rule = 0; rule < 2; rule++)
      for (uint32_t number = 5; number <= 55; number += 5) {
        const struct rulebook *book = found(&w, rule, number);
        const uint64_t campaign = s->book->campaigns[s->book->rules[rule].campaign].decl;
        uint32_t at = number / 10 - 1 + (number >= 10 && items[0].campaign != campaign ? VERSIONS : 0);
        bool there = number % 10 == 0 && at < shelf.count;
        assert_ptr_equal(book, there ? &books[at] : s->book);
      }
  stage_free(s);
}

/* Where no version but the running one is known. */
static void without_a_shelf_the_running_terms_hold(void **unused) {
  (void)unused;
  struct stage *s = stage_of(
      "'facts':{'n':{'measure':'count','on':'login','window':'day'}},'rules':[{'id':'g','on':'login','when':{'fact.n':{'gte':1}}," VOUCHER(
          "a") "}]");
  const struct judge_input input = {.rulebook = s->book};
  const struct work w = {.in = &input, .book = s->book};
  const struct cell unknown = {.name = (uint64_t)77 << 8 | CELL_GRANT, .grant.terms = 7};
  const struct rulebook *book;
  const struct rule *rule;
  uint32_t fact;
  assert_ptr_equal(found(&w, 0, 7), s->book);
  assert_false(terms_find(&w, &unknown, &book, &rule));
  assert_null(rule);
  assert_true(terms_fact(&w, s->book->facts[0].decl, &book, &fact) && book == s->book && fact == 0);
  assert_false(terms_fact(&w, 77, &book, &fact));
  stage_free(s);
}

/* Of a rule or fact that no file has any more: the book that has it, whatever else has the same number, and none that is not on the shelf.
 */
static void what_went_is_found_where_it_is(void **unused) {
  (void)unused;
  struct stage *s = stage_of("'rules':[{'id':'g','on':'login'," VOUCHER("a") "}]");
  const struct rulebook *running = s->book, *book;
  looking_files(
      s,
      "'facts':{'n':{'measure':'count','on':'login','window':'day'}},'rules':[{'id':'h','on':'login','when':{'fact.n':{'gte':1}}," VOUCHER(
          "b") "}]");
  const struct terms items[] = {{.campaign = 1, .number = 7, .book = running}, {.campaign = 2, .number = 7, .book = s->book}};
  struct terms_shelf shelf = {.items = items, .count = 2};
  const struct judge_input input = {.rulebook = running, .shelf = &shelf};
  const struct work w = {.in = &input, .book = running};
  const struct cell grant = {.name = s->book->rules[0].decl << 8 | CELL_GRANT, .grant.terms = 7};
  const struct rule *rule;
  uint32_t fact;
  assert_true(terms_find(&w, &grant, &book, &rule) && book == s->book && rule == &s->book->rules[0]);
  assert_true(terms_fact(&w, s->book->facts[0].decl, &book, &fact) && book == s->book && fact == 0);
  shelf.count = 1;
  assert_false(terms_find(&w, &grant, &book, &rule));
  assert_false(terms_fact(&w, s->book->facts[0].decl, &book, &fact));
  stage_free(s);
}

/* A gift is one of its rule's items or of their substitutes, down to the third; what the next rule gives is no item of this one. */
static void items_of_a_rule(void **unused) {
  (void)unused;
  struct stage *s = stage_of("'rules':[{'id':'g','on':'login'," CHAIN "},{'id':'h','on':'login'," VOUCHER("o") "}]");
  uint32_t number = s->book->rules[0].item_first, count = 0;
  for (; number != NONE; number = s->book->items[number].or_else, count++)
    assert_ptr_equal(item_of_mark(s->book, &s->book->rules[0], item_mark(&s->book->items[number])), &s->book->items[number]);
  assert_int_equal(count, 1 + LIMIT_OR_ELSE);
  const struct item *other = &s->book->items[s->book->rules[1].item_first];
  assert_ptr_equal(item_of_mark(s->book, &s->book->rules[1], item_mark(other)), other);
  assert_null(item_of_mark(s->book, &s->book->rules[0], item_mark(other)));
  stage_free(s);
  s = stage_of("'rules':[{'id':'h','on':'login'," VOUCHER("o") "},{'id':'g','on':'login'," CHAIN "}]");
  const struct item *behind = &s->book->items[s->book->rules[1].item_first];
  assert_null(item_of_mark(s->book, &s->book->rules[0], item_mark(behind)));
  stage_free(s);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(each_by_campaign_and_number),
                                     cmocka_unit_test(without_a_shelf_the_running_terms_hold),
                                     cmocka_unit_test(what_went_is_found_where_it_is), cmocka_unit_test(items_of_a_rule)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
