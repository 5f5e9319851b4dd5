/* What can be told of an item when everything it cites is known: values of fields that no event carries, pools in another unit or too
 * small, pools that would pay double, what is never reached. */
#include "compile.h"

static bool table_says(const struct fact *fact, struct str text) {
  uint32_t cells = fact->axes[0].count * (fact->axis_count == 2 ? fact->axes[1].count : 1);
  for (uint32_t i = 0; fact->cells != NULL && i < cells; i++)
    if (str_equal(fact->cells[i], text)) return true;
  return fact->cells == NULL || str_equal(fact->otherwise, text);
}

void cells_lint(struct compile *c, uint32_t node) {
  if (node == NONE) return;
  const struct condition condition = *condition_at(c, node);
  for (uint32_t i = 0; condition.kind != CONDITION_LEAF && i < condition.count; i++) cells_lint(c, condition.first + i);
  if (condition.kind != CONDITION_LEAF || condition.left != LEFT_FACT || traits_of(fact_at(c, condition.index))->figure != FIGURE_TEXT)
    return;
  for (uint32_t i = 0; i < condition.operand.text_count; i++) {
    if (table_says(fact_at(c, condition.index), condition.operand.texts[i])) continue;
    report_text_at(c, condition.pointer, NULL, CHECK_CANNOT_HOLD, "the table has no cell '%.*s'", STR_FORMAT(condition.operand.texts[i]));
  }
}

static struct str field_name(const struct compile *c, uint32_t field) { return c->catalogue->fields[field].campaign_name; }

static void worth_lint(struct compile *c, const struct rule *rule, const struct item *item, const struct worth *worth, const char *key) {
  const struct condition *of = worth_traits[worth->form]->derived && worth->of != NONE ? condition_at(c, worth->of) : NULL;
  if (of == NULL || of->left != LEFT_FIELD || !never_carried(c, &rule->on, of->index)) return;
  report_text_at(c, item->pointer, key, CHECK_CANNOT_HOLD, "none of the events of this rule carries '%.*s'",
                 STR_FORMAT(field_name(c, of->index)));
}

/* ---- pools ---- */

static bool pool_one_lint(struct compile *c, const struct rule *rule, const struct item *item, const struct pool *pool) {
  struct clash clash = tally_clash(c, USE_DRAW, tally_of_item(item, rule->campaign), tally_of_pool(pool));
  if (clash.text.length > 0)
    report_text_at(c, item->pointer, "pool", clash.code, "%.*s (the pool '%.*s')", STR_FORMAT(clash.text), STR_FORMAT(pool->name));
  if (clash.text.length > 0) return false;
  if (pool->by == FIELD_NONE || !never_carried(c, &rule->on, pool->by)) return true;
  report_text_at(c, item->pointer, "pool", CHECK_CANNOT_HOLD,
                 "none of the events of this rule carries '%.*s', by which the pool '%.*s' is divided: nothing is ever given",
                 STR_FORMAT(field_name(c, pool->by)), STR_FORMAT(pool->name));
  return false;
}

/* A pool, what stands above it and what stands in for it: all of them are in a unit that the gift has. */
static bool pool_lint(struct compile *c, const struct rule *rule, const struct item *item, uint32_t number, uint32_t depth) {
  for (; number != NONE && depth < 2 * LIMIT_POOL_DEPTH; number = pool_at(c, number)->parent, depth++) {
    const struct pool pool = *pool_at(c, number);
    if (!pool_one_lint(c, rule, item, &pool)) return false;
    if (pool.fallback != NONE && !pool_lint(c, rule, item, pool.fallback, depth + 1)) return false;
  }
  return true;
}

static void pool_size_lint(struct compile *c, const struct item *item, const struct pool *pool) {
  bool stock = !pool->of_money && !pool->in_points, valued = item->value.form != VALUE_FORM_NONE;
  if (stock || !valued) return;
  int64_t count = item->count.form == VALUE_FORM_FIXED ? item->count.fixed : 1;
  bool fixed = item->value.form == VALUE_FORM_FIXED && item->value.fixed <= LIMIT_AMOUNT_MINOR / 10000;
  int64_t one = fixed ? item->value.fixed * count : item->value.form == VALUE_FORM_FIXED ? item->value.fixed : 0;
  bool small = !pool->unlimited && pool->total > 0 && pool->total < one,
       slow = pool->paced && !pool->carry_over && pool->pace_max > 0 && pool->pace_max < one;
  if (small || slow)
    report_text_at(c, item->pointer, "pool", CHECK_POOL_TOO_SMALL, "%s does not pay a single gift",
                   small ? "the pool" : "what the pool releases in a period");
}

static bool stands_above(struct compile *c, uint32_t above, uint32_t number) {
  for (uint32_t depth = 0; number != NONE && depth < 2 * LIMIT_POOL_DEPTH; depth++) {
    number = pool_at(c, number)->parent;
    if (number == above) return true;
  }
  return false;
}

/* A pool pays together with its parents: cited beside one that stands below it, it would pay twice. */
static void pools_twice_lint(struct compile *c, const struct item *item) {
  for (uint32_t i = 0; i < item->pool_count; i++) {
    uint32_t one = *ref_at(c, item->pool_first + i);
    for (uint32_t j = 0; j < item->pool_count; j++) {
      uint32_t other = *ref_at(c, item->pool_first + j);
      if (i == j || !stands_above(c, one, other)) continue;
      report_text_at(c, item->pointer, "pool", CHECK_BAD_POOL,
                     "'%.*s' stands above '%.*s' and pays with it: cited beside it, it would pay twice", STR_FORMAT(pool_at(c, one)->name),
                     STR_FORMAT(pool_at(c, other)->name));
      return;
    }
  }
}

/* ---- chances ---- */

static void keep_lint(struct compile *c, const struct rule *rule, const struct item *item) {
  for (uint32_t i = 0; i < item->keep_count; i++) {
    if (!never_carried(c, &rule->on, item->keep[i])) continue;
    report_text_at(c, item->pointer, "keep", CHECK_NO_EFFECT, "none of the events of this rule carries '%.*s': nothing is ever kept",
                   STR_FORMAT(field_name(c, item->keep[i])));
  }
}

/* ---- its form ---- */

static bool same_letters(struct str a, struct str b) {
  size_t i = 0, j = 0;
  for (;; i++, j++) {
    while (i < a.length && a.at[i] == '_') i++;
    while (j < b.length && b.at[j] == '_') j++;
    if (i == a.length || j == b.length) return i == a.length && j == b.length;
    if (a.at[i] != b.at[j]) return false;
  }
}

/* Forms are an open list, so one that nobody knows is right; but `point` is not `points`, and whoever gets it does not know it either. */
static void form_lint(struct compile *c, const struct item *item) {
  const char *near = NULL;
  for (const struct reward_form *form = reward_forms; form->word != NULL; form++) {
    struct str known = str_of(form->word);
    if (str_equal(item->reward, known)) return;
    if (same_letters(item->reward, known) || str_distance(item->reward, known, 2) == 1) near = form->word;
  }
  if (near != NULL)
    report_text_at(c, item->pointer, "reward", CHECK_UNKNOWN_REWARD, "'%.*s' is none of the forms that giftd knows; did you mean '%s'?",
                   STR_FORMAT(item->reward), near);
}

/* ---- one item ---- */

static void when_beside_lint(struct compile *c, const struct rule *rule, const struct item *item) {
  uint32_t asked[TESTS_MOST], own[TESTS_MOST];
  uint32_t asked_count = leaves_of_all(c, rule->when, asked, TESTS_MOST), own_count = leaves_of_all(c, item->when, own, TESTS_MOST);
  for (uint32_t i = 0; i < own_count; i++) {
    for (uint32_t j = 0; j < asked_count; j++) {
      const struct condition leaf = *condition_at(c, own[i]);
      if (!leaves_exclude(c, condition_at(c, asked[j]), &leaf)) continue;
      report_text_at(c, leaf.pointer, NULL, CHECK_CANNOT_HOLD, "the 'when' of the rule excludes this test of '%.*s'",
                     STR_FORMAT(leaf.left_text));
      return;
    }
  }
}

void item_lint(struct compile *c, const struct rule *rule, uint32_t number) {
  const struct item item = *item_at(c, number);
  bool money = item.value.form != VALUE_FORM_NONE && !item.is_points && !item.is_notice && !item.is_chance;
  form_lint(c, &item);
  when_lint(c, &rule->on, item.when, "rule");
  when_beside_lint(c, rule, &item);
  cells_lint(c, item.when);
  cells_lint(c, item.still);
  worth_lint(c, rule, &item, &item.value, "value");
  worth_lint(c, rule, &item, &item.count, "count");
  for (uint32_t i = 0; i < item.pool_count; i++) {
    uint32_t pool = *ref_at(c, item.pool_first + i);
    if (pool_lint(c, rule, &item, pool, 0)) pool_size_lint(c, &item, pool_at(c, pool));
  }
  pools_twice_lint(c, &item);
  keep_lint(c, rule, &item);
  valid_lint(c, rule, &item);
  if (money && item.pool_count == 0 && c->campaigns[rule->campaign].audience.everyone)
    report_text_at(c, item.pointer, "pool", CHECK_WIDE_OPEN, "money for everyone from a pool without bottom");
  if (item.when_empty != EMPTY_REFUSE && item.pool_count == 0 && !item.is_chance)
    report_text_at(c, item.pointer, "when_empty", CHECK_NO_EFFECT, "the item draws on no pool: it is never empty");
  if (item.or_else != NONE) item_lint(c, rule, item.or_else);
}
