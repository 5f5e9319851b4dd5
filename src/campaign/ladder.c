/* Values that go on within a period of their measure: `pay: top_up` and `each` (docs/language.md section 6). What they pay hangs on what
 * the period has had, so the period must be one that begins and ends, and the measure one that only refunds lower. Everything else that
 * decides how much is given would have to be decided once for the whole period, and is refused beside them. */
#include "compile.h"

static const char *const pay_words[] = {"highest", "each", "top_up"};

static bool is_ladder(struct compile *c, uint32_t item) { return item_is_ladder(item_at(c, item)); }

static bool rises(const struct fact *fact) {
  return fact->measure == MEASURE_COUNT || fact->measure == MEASURE_SUM || fact->measure == MEASURE_MAX ||
         fact->measure == MEASURE_DISTINCT;
}

static void measure_check(struct compile *c, const struct at *value, const char *pay, const struct worth *worth) {
  struct at by = at_key(value, "by");
  const struct condition *left = condition_at(c, worth->of);
  const struct fact *fact = left->left == LEFT_FACT ? fact_at(c, left->index) : NULL;
  if (fact == NULL || fact->kind != FACT_MEASURE) {
    report(c, &by, CHECK_BAD_BANDS, "\"%s\" goes on with what a measure counts in a period; this is no measure", pay);
    return;
  }
  bool in_period = fact->window.kind != WINDOW_ROLLING_DAYS && !window_lags(&fact->window);
  if (!in_period)
    report(
        c, &by, CHECK_BAD_BANDS,
        "\"%s\" pays within a period: it goes with the window of a unit, of dates or \"enrolment\", not of days or closed periods behind "
        "the event",
        pay);
  else if (!rises(fact))
    report(c, &by, CHECK_BAD_BANDS,
           "\"%s\" goes with what only refunds lower: count, sum, max or distinct; what falls by itself would take nothing back", pay);
}

static void item_check(struct compile *c, const struct at *at, const struct rule *rule, uint32_t number) {
  const struct item item = *item_at(c, number);
  struct at value = at_key(at, "value"), word = at_key(&value, "pay"), count = at_key(at, "count"), or_else = at_key(at, "or_else");
  const char *pay = pay_words[item.value.pay];
  if (rule->give == GIVE_FIRST_OF || rule->give == GIVE_DRAW_OF || rule->give == GIVE_CHOICE_OF)
    report(c, &word, CHECK_BAD_BANDS, "a chooser picks one item for an event, \"%s\" goes on over a period: write a rule for each item",
           pay);
  if (rule->rank.top > 0)
    report(c, &word, CHECK_BAD_BANDS, "a rank is settled once and gives once, \"%s\" goes on over a period: a rule has one of them", pay);
  if (rule->once_per_count > 0)
    report(c, &word, CHECK_BAD_BANDS, "`once_per` gives once, \"%s\" goes on over a period: a rule has one of them", pay);
  if (item.count.form != VALUE_FORM_FIXED || item.count.fixed != 1)
    report(c, &count, CHECK_BAD_BANDS, "what \"%s\" gives is one unit of so much value: it has no 'count'", pay);
  if (item.contents_count > 0 || item.is_notice)
    report(c, &word, CHECK_BAD_BANDS,
           "each step of \"%s\" would give all that is in it again: give money, points, or one thing of so much value", pay);
  if (item.or_else != NONE) report(c, &or_else, CHECK_BAD_OR_ELSE, "what \"%s\" gives is a difference: nothing is worth the same", pay);
  if (rule->undo.reward != UNDO_KEEP && rule->undo.partial != PARTIAL_RECHECK)
    report(c, &word, CHECK_BAD_REVERSAL,
           "what \"%s\" gave follows its measure, and so does every refund: write \"on_reversal\": {\"partial\": \"recheck\"} in the rule",
           pay);
  measure_check(c, &value, pay, &item.value);
}

/* A close is judged again for what comes late: what goes on pays the rest then, what does not has been given. */
static void mixed_check(struct compile *c, const struct at *give, const struct rule *rule) {
  uint32_t ladders = 0;
  for (uint32_t i = 0; i < rule->item_count; i++) ladders += is_ladder(c, rule->item_first + i);
  if (ladders == 0 || ladders == rule->item_count || !hears_close(c, rule)) return;
  report(c, give, CHECK_BAD_BANDS,
         "a rule that hears a close pays either all its items once for a period or all of them by steps: write two");
}

void ladders_check(struct compile *c, const struct at *give, const struct rule *rule) {
  bool list = rule->give == GIVE_EACH;
  struct at first_of = at_key(give, "first_of"), draw_of = at_key(give, "draw_of");
  struct at choice_of = at_key(give, "choice_of");
  const struct at *items = first_of.json != NULL ? &first_of : draw_of.json != NULL ? &draw_of : give;
  if (choice_of.json != NULL) items = &choice_of;
  for (uint32_t i = 0; i < rule->item_count; i++) {
    struct at one = list || items != give ? at_item(items, i) : *give;
    if (is_ladder(c, rule->item_first + i)) item_check(c, &one, rule, rule->item_first + i);
  }
  mixed_check(c, give, rule);
}
