/* What can be told of a rule and its neighbours when everything they cite is known: what can never hold, what pays twice, pools and limits
 * in another unit than the gifts (campaigns.md section 11). */
#include "compile.h"

/* Fields that every event may carry (interface.md, "Events in"). */
bool field_is_carried(const struct compile *c, uint16_t type, uint32_t field) {
  static const char *const common[] = {"channel", "device", "phone_hash", "id_hash", "city",          "branch",
                                       "staff",   "org",    "tags",       "primary", "authorisation", NULL};
  const struct type_info *info = &c->catalogue->types[type];
  uint64_t documented = 0;
  for (size_t i = 0; i < sizeof info->fields / sizeof info->fields[0]; i++) documented |= info->fields[i];
  if (documented == 0) return true; /* nobody said what it carries */
  if (info->fields[field / 64] >> (field % 64) & 1) return true;
  for (uint32_t i = 0; common[i] != NULL; i++)
    if (str_equal(c->catalogue->fields[field].event_name, str_of(common[i]))) return true;
  return false;
}

/* Whether all triggers are events and none of them carries the field. */
static bool never_carried(struct compile *c, const struct trigger_set *on, uint32_t field) {
  for (uint32_t i = 0; i < on->count; i++) {
    const struct trigger *trigger = trigger_at(c, on->first + i);
    if (trigger->kind != TRIGGER_EVENT || field_is_carried(c, trigger->type, field)) return false;
  }
  return on->count > 0;
}

static struct str field_name(const struct compile *c, uint32_t field) { return c->catalogue->fields[field].campaign_name; }

static bool asks_field(const struct condition *leaf) {
  return leaf->left == LEFT_FIELD && !(leaf->op == OP_EXISTS && leaf->operand.low == 0);
}

void trigger_lint(struct compile *c, const struct trigger *trigger) {
  uint32_t leaves[TESTS_MOST], count = leaves_of_all(c, trigger->when, leaves, TESTS_MOST);
  for (uint32_t i = 0; i < count; i++) {
    const struct condition *leaf = condition_at(c, leaves[i]);
    if (leaf->left_text.length == 0 || !asks_field(leaf) || field_is_carried(c, trigger->type, leaf->index)) continue;
    report_text_at(c, leaf->pointer, NULL, CHECK_CANNOT_HOLD, "an event '%.*s' carries no '%.*s'",
                   STR_FORMAT(c->catalogue->types[trigger->type].name), STR_FORMAT(leaf->left_text));
  }
}

/* ---- when ---- */

static void when_lint(struct compile *c, const struct rule *rule) {
  uint32_t leaves[TESTS_MOST], count = leaves_of_all(c, rule->when, leaves, TESTS_MOST);
  for (uint32_t i = 0; i < count; i++) {
    const struct condition *leaf = condition_at(c, leaves[i]);
    if (!asks_field(leaf) || !never_carried(c, &rule->on, leaf->index)) continue;
    report_text_at(c, leaf->pointer, NULL, CHECK_CANNOT_HOLD, "none of the events of this rule carries '%.*s'",
                   STR_FORMAT(leaf->left_text));
  }
}

/* A fact of the hearer's hears nothing of what another caused: it is never this event (campaigns.md, `as`). */
static void heard_lint(struct compile *c, const struct rule *rule) {
  uint32_t leaves[TESTS_MOST], count = leaves_of_all(c, rule->when, leaves, TESTS_MOST);
  for (uint32_t i = 0; i < rule->on.count; i++) {
    const struct trigger *trigger = trigger_at(c, rule->on.first + i);
    bool self = trigger->as_count == 0;
    for (uint32_t j = 0; j < trigger->as_count; j++) self |= hearer_at(c, trigger->as_first + j)->kind == HEARER_SELF;
    if (self) return;
  }
  for (uint32_t i = 0; i < count && rule->on.count > 0; i++) {
    const struct condition *leaf = condition_at(c, leaves[i]);
    if (leaf->op != OP_THIS_EVENT) continue;
    report_text_at(c, leaf->pointer, NULL, CHECK_CANNOT_HOLD,
                   "the rule is heard by another customer, whose own facts do not hear this event: for them it is never 'this_event'");
  }
}

/* A leaf of the rule that no trigger's own condition lets hold. */
static bool trigger_excludes(struct compile *c, const struct trigger *trigger, const struct condition *leaf) {
  uint32_t leaves[TESTS_MOST], count = leaves_of_all(c, trigger->when, leaves, TESTS_MOST);
  for (uint32_t i = 0; i < count; i++)
    if (leaves_exclude(c, condition_at(c, leaves[i]), leaf)) return true;
  return false;
}

static void trigger_when_lint(struct compile *c, const struct rule *rule) {
  uint32_t leaves[TESTS_MOST], count = leaves_of_all(c, rule->when, leaves, TESTS_MOST);
  for (uint32_t i = 0; i < count; i++) {
    const struct condition leaf = *condition_at(c, leaves[i]);
    uint32_t excluded = 0;
    for (uint32_t t = 0; t < rule->on.count; t++) excluded += trigger_excludes(c, trigger_at(c, rule->on.first + t), &leaf);
    if (rule->on.count == 0 || excluded < rule->on.count) continue;
    report_text_at(c, leaf.pointer, NULL, CHECK_CANNOT_HOLD, "what the rule hears excludes this test of '%.*s'",
                   STR_FORMAT(leaf.left_text));
  }
}

static bool table_says(const struct fact *fact, struct str text) {
  uint32_t cells = fact->axes[0].count * (fact->axis_count == 2 ? fact->axes[1].count : 1);
  for (uint32_t i = 0; fact->cells != NULL && i < cells; i++)
    if (str_equal(fact->cells[i], text)) return true;
  return fact->cells == NULL || str_equal(fact->otherwise, text);
}

static void cells_lint(struct compile *c, uint32_t node) {
  if (node == NONE) return;
  const struct condition condition = *condition_at(c, node);
  for (uint32_t i = 0; condition.kind != CONDITION_LEAF && i < condition.count; i++) cells_lint(c, condition.first + i);
  if (condition.kind != CONDITION_LEAF || condition.left != LEFT_FACT || fact_at(c, condition.index)->kind != FACT_TABLE) return;
  for (uint32_t i = 0; i < condition.operand.text_count; i++) {
    if (table_says(fact_at(c, condition.index), condition.operand.texts[i])) continue;
    report_text_at(c, condition.pointer, NULL, CHECK_CANNOT_HOLD, "the table has no cell '%.*s'", STR_FORMAT(condition.operand.texts[i]));
  }
}

/* ---- items ---- */

static void worth_lint(struct compile *c, const struct rule *rule, const struct item *item, const struct worth *worth, const char *key) {
  bool derived = worth->form == VALUE_FORM_PERCENT || worth->form == VALUE_FORM_BANDS;
  const struct condition *of = derived && worth->of != NONE ? condition_at(c, worth->of) : NULL;
  if (of == NULL || of->left != LEFT_FIELD || !never_carried(c, &rule->on, of->index)) return;
  report_text_at(c, item->pointer, key, CHECK_CANNOT_HOLD, "none of the events of this rule carries '%.*s'",
                 STR_FORMAT(field_name(c, of->index)));
}

static void pool_unit_lint(struct compile *c, const struct item *item, const struct pool *pool) {
  bool stock = !pool->of_money && !pool->in_points, valued = item->value.form != VALUE_FORM_NONE;
  if (stock) return;
  if (!valued)
    report_text_at(c, item->pointer, "pool", CHECK_BAD_POOL,
                   "the item has no 'value': it would draw nothing from a budget; give it a value or a stock");
  else if (pool->in_points != item->is_points)
    report_text_at(
        c, item->pointer, "pool", CHECK_BAD_POOL, "%s",
        item->is_points ? "points are drawn from a budget in points, a whole number" : "money is not drawn from a budget in points");
  int64_t count = item->count.form == VALUE_FORM_FIXED ? item->count.fixed : 1;
  bool fixed = item->value.form == VALUE_FORM_FIXED && item->value.fixed <= LIMIT_AMOUNT_MINOR / 10000;
  int64_t one = fixed ? item->value.fixed * count : item->value.form == VALUE_FORM_FIXED ? item->value.fixed : 0;
  bool small = !pool->unlimited && pool->total > 0 && pool->total < one,
       slow = pool->paced && !pool->carry_over && pool->pace_max > 0 && pool->pace_max < one;
  if (valued && (small || slow))
    report_text_at(c, item->pointer, "pool", CHECK_POOL_TOO_SMALL, "%s does not pay a single gift",
                   small ? "the pool" : "what the pool releases in a period");
}

static void item_lint(struct compile *c, const struct rule *rule, uint32_t number) {
  const struct item item = *item_at(c, number);
  bool money = item.value.form != VALUE_FORM_NONE && !item.is_points && !item.is_notice && !item.is_chance;
  cells_lint(c, item.when);
  worth_lint(c, rule, &item, &item.value, "value");
  worth_lint(c, rule, &item, &item.count, "count");
  for (uint32_t i = 0; i < item.pool_count; i++) pool_unit_lint(c, &item, pool_at(c, *ref_at(c, item.pool_first + i)));
  if (money && item.pool_count == 0 && c->campaigns[rule->campaign].audience.everyone)
    report_text_at(c, item.pointer, "pool", CHECK_WIDE_OPEN, "money for everyone from a pool without bottom");
  if (item.or_else != NONE) item_lint(c, rule, item.or_else);
}

/* Behind an item without `when` nothing is ever reached, unless it may be skipped. */
static void first_of_lint(struct compile *c, const struct rule *rule) {
  for (uint32_t i = 0; rule->give == GIVE_FIRST_OF && i + 1 < rule->item_count; i++) {
    const struct item *item = item_at(c, rule->item_first + i);
    if (item->when != NONE || item->when_empty == EMPTY_SKIP) continue;
    report_text_at(c, item_at(c, rule->item_first + i + 1)->pointer, NULL, CHECK_CANNOT_HOLD,
                   "the item before this has no 'when': it is always taken, and this one never reached");
    return;
  }
}

/* ---- limits ---- */

static bool gives_amount(struct compile *c, const struct rule *rule, bool points) {
  for (uint32_t i = 0; i < rule->item_count; i++) {
    for (uint32_t number = rule->item_first + i; number != NONE; number = item_at(c, number)->or_else) {
      const struct item *item = item_at(c, number);
      if (item->value.form != VALUE_FORM_NONE && item->is_points == points) return true;
    }
  }
  return rule->item_count == 0;
}

static void limit_lint(struct compile *c, const struct rule *rule, const struct limit *limit) {
  bool own = str_starts(limit->pointer, rule->pointer) && limit->campaign == rule->campaign;
  struct str pointer = own ? limit->pointer : rule->pointer;
  if (limit->of_amount && !gives_amount(c, rule, limit->in_points))
    report_text_at(c, pointer, own ? "amount" : "limits", CHECK_BAD_LIMIT, "the limit is in %s, but the rule gives none",
                   limit->in_points ? "points" : "money");
  for (uint32_t i = 0; i < limit->dimension_count && !limit->missing_skip; i++) {
    const struct dimension *dimension = &limit->dimensions[i];
    if (dimension->kind != DIMENSION_FIELD || !never_carried(c, &rule->on, dimension->index)) continue;
    report_text_at(c, pointer, own ? NULL : "limits", CHECK_CANNOT_HOLD,
                   "none of the events of this rule carries '%.*s', by which the limit counts", STR_FORMAT(dimension->text));
  }
}

static void once_lint(struct compile *c, const struct rule *rule) {
  for (uint32_t i = 0; i < rule->once_per_count; i++) {
    const struct dimension *dimension = &rule->once_per[i];
    if (dimension->kind != DIMENSION_FIELD || !never_carried(c, &rule->on, dimension->index)) continue;
    report_text_at(c, rule->pointer, "once_per", CHECK_CANNOT_HOLD, "none of the events of this rule carries '%.*s'",
                   STR_FORMAT(dimension->text));
  }
}

void rule_lint(struct compile *c, uint32_t number) {
  const struct rule rule = *rule_at(c, number);
  when_lint(c, &rule);
  heard_lint(c, &rule);
  trigger_when_lint(c, &rule);
  cells_lint(c, rule.when);
  for (uint32_t i = 0; i < rule.item_count; i++) item_lint(c, &rule, rule.item_first + i);
  first_of_lint(c, &rule);
  for (uint32_t i = 0; i < rule.limit_count; i++) limit_lint(c, &rule, limit_at(c, *ref_at(c, rule.limit_first + i)));
  once_lint(c, &rule);
}

/* ---- two rules that pay for one event ---- */

static bool share_limit(struct compile *c, const struct rule *a, const struct rule *b) {
  for (uint32_t i = 0; i < a->limit_count; i++)
    for (uint32_t j = 0; j < b->limit_count; j++)
      if (*ref_at(c, a->limit_first + i) == *ref_at(c, b->limit_first + j)) return true;
  return false;
}

static bool same_form(struct compile *c, const struct rule *a, const struct rule *b) {
  for (uint32_t i = 0; i < a->item_count; i++) {
    const struct item *one = item_at(c, a->item_first + i);
    if (one->is_chance || one->is_notice || one->is_nothing) continue;
    for (uint32_t j = 0; j < b->item_count; j++)
      if (str_equal(one->reward, item_at(c, b->item_first + j)->reward)) return true;
  }
  return false;
}

struct heard {
  uint32_t leaves[2 * TESTS_MOST], count;
};

static void heard_of(struct compile *c, const struct rule *rule, const struct trigger *trigger, struct heard *out) {
  out->count = leaves_of_all(c, rule->when, out->leaves, TESTS_MOST);
  out->count += leaves_of_all(c, trigger->when, out->leaves + out->count, TESTS_MOST);
}

static bool heard_exclude(struct compile *c, const struct heard *a, const struct heard *b) {
  for (uint32_t i = 0; i < a->count; i++)
    for (uint32_t j = 0; j < b->count; j++)
      if (leaves_exclude(c, condition_at(c, a->leaves[i]), condition_at(c, b->leaves[j]))) return true;
  return false;
}

static bool hear_together(struct compile *c, const struct rule *a, const struct rule *b) {
  struct heard one, other;
  for (uint32_t i = 0; i < a->on.count && c->budget > 0; i++) {
    const struct trigger first = *trigger_at(c, a->on.first + i);
    if (first.kind != TRIGGER_EVENT) continue;
    heard_of(c, a, &first, &one);
    for (uint32_t j = 0; j < b->on.count; j++) {
      const struct trigger second = *trigger_at(c, b->on.first + j);
      if (second.kind != TRIGGER_EVENT || second.type != first.type) continue;
      if (first.as_count != second.as_count) continue; /* they pay two customers */
      heard_of(c, b, &second, &other);
      if (!heard_exclude(c, &one, &other)) return true;
    }
  }
  return false;
}

static bool pay_twice(struct compile *c, const struct rule *a, const struct rule *b) {
  if (a->spends != NONE || b->spends != NONE || share_limit(c, a, b) || !same_form(c, a, b)) return false;
  if (a->schedule != NONE && b->schedule != NONE && schedules_exclude(schedule_at(c, a->schedule), schedule_at(c, b->schedule)))
    return false;
  return hear_together(c, a, b);
}

/* Of the same campaign alone: between campaigns it is meant more often than not. */
void pairs_lint(struct compile *c, uint32_t number) {
  const struct campaign *campaign = &c->campaigns[number];
  for (uint32_t j = 1; j < campaign->rule_count; j++) {
    const struct rule later = *rule_at(c, campaign->rule_first + j);
    for (uint32_t i = 0; i < j; i++) {
      const struct rule earlier = *rule_at(c, campaign->rule_first + i);
      if (!pay_twice(c, &earlier, &later) || c->budget == 0) continue;
      report_text_at(c, later.pointer, NULL, CHECK_PAYS_TWICE, "one event may be paid by '%.*s' and by '%.*s'", STR_FORMAT(earlier.id),
                     STR_FORMAT(later.id));
      break;
    }
  }
}
