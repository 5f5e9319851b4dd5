/* What can be told of a rule when everything it cites is known: what can never hold, limits in another unit than the gifts, what has no
 * effect (docs/language.md section 11). */
#include "compile.h"

/* ---- who hears ---- */

/* A fact of the hearer's hears nothing of what another caused, unless it says so: it is never this event (docs/language.md section 3). */
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
    if (leaf->op != OP_THIS_EVENT || fact_hears_as(c, leaf->index)) continue;
    report_text_at(c, leaf->pointer, NULL, CHECK_CANNOT_HOLD,
                   "the rule is heard by another customer, whose own facts do not hear this event: for them it is never 'this_event'");
  }
}

/* Whether the fact hears events of this type for another customer alone. */
static bool hears_elsewhere(struct compile *c, const struct fact *fact, uint16_t type) {
  bool other = false;
  for (uint32_t i = 0; i < fact->on.count; i++) {
    const struct trigger *trigger = trigger_at(c, fact->on.first + i);
    if (trigger->kind != TRIGGER_EVENT || trigger->type != type) continue;
    if (trigger->as_count == 0) return false;
    other = true;
  }
  return other;
}

struct apart {
  const struct rule *rule;
  bool told;
};

/* The event of a card counts for its holder, and is judged for who paid: of him the measure says nothing. */
static bool measure_apart(struct compile *c, uint32_t number, void *self) {
  struct apart *apart = self;
  const struct fact fact = *fact_at(c, number);
  for (uint32_t i = 0; i < apart->rule->on.count && !apart->told; i++) {
    const struct trigger trigger = *trigger_at(c, apart->rule->on.first + i);
    if (trigger.kind != TRIGGER_EVENT || trigger.as_count > 0 || !hears_elsewhere(c, &fact, trigger.type)) continue;
    apart->told = true;
    report_text_at(c, apart->rule->pointer, "on", CHECK_HEARD_APART,
                   "'%.*s' is judged here for who caused it, but '%.*s' hears it for another customer",
                   STR_FORMAT(c->catalogue->types[trigger.type].name), STR_FORMAT(fact.name));
  }
  return apart->told;
}

/* `this_event` asks whether the fact heard the event that woke the rule. */
static void this_event_lint(struct compile *c, const struct rule *rule) {
  uint32_t leaves[TESTS_MOST], count = leaves_of_all(c, rule->when, leaves, TESTS_MOST);
  struct hearing own = {rule->on, rule->when};
  for (uint32_t i = 0; i < rule->on.count; i++)
    if (trigger_at(c, rule->on.first + i)->kind != TRIGGER_EVENT || trigger_at(c, rule->on.first + i)->as_count > 0) return;
  for (uint32_t i = 0; i < count && rule->on.count > 0; i++) {
    const struct condition leaf = *condition_at(c, leaves[i]);
    if (leaf.op != OP_THIS_EVENT || fact_hears_as(c, leaf.index)) continue;
    struct hearing fact = {fact_at(c, leaf.index)->on, fact_at(c, leaf.index)->when};
    if (hear_together(c, &own, &fact) || c->budget == 0) continue;
    report_text_at(c, leaf.pointer, NULL, CHECK_CANNOT_HOLD, "no event of this rule is one that '%.*s' hears: it is never 'this_event'",
                   STR_FORMAT(leaf.left_text));
  }
}

/* ---- chances ---- */

static bool item_keeps(struct compile *c, uint32_t number, uint32_t chance, uint32_t field) {
  const struct item *item = item_at(c, number);
  for (uint32_t i = 0; item->chance == chance && i < item->keep_count; i++)
    if (item->keep[i] == field) return true;
  return false;
}

static bool chance_keeps(struct compile *c, const struct rule *rule, uint32_t field) {
  const struct campaign *campaign = &c->campaigns[rule->campaign];
  for (uint32_t r = 0; r < campaign->rule_count; r++) {
    const struct rule *giving = rule_at(c, campaign->rule_first + r);
    for (uint32_t i = 0; i < giving->item_count; i++)
      if (item_keeps(c, giving->item_first + i, rule->spends, field)) return true;
  }
  return false;
}

static void spends_lint(struct compile *c, const struct rule *rule) {
  uint32_t leaves[TESTS_MOST], count = leaves_of_all(c, rule->when, leaves, TESTS_MOST);
  struct str pointer = arena_print(c->arena, "%.*s/spends", STR_FORMAT(rule->pointer));
  for (uint32_t i = 0; i < rule->spends_match_count && rule->spends != NONE; i++) {
    struct str field = c->catalogue->fields[rule->spends_match[i]].campaign_name;
    bool carried = !never_carried(c, &rule->on, rule->spends_match[i]);
    if (carried && chance_keeps(c, rule, rule->spends_match[i])) continue;
    report_text_at(c, pointer, "match", CHECK_CANNOT_HOLD, "%s '%.*s': no chance is ever matched",
                   carried ? "no item that gives the chance keeps" : "none of the events of this rule carries", STR_FORMAT(field));
  }
  for (uint32_t i = 0; i < count && rule->spends != NONE; i++) {
    const struct condition leaf = *condition_at(c, leaves[i]);
    bool absent = leaf.op == OP_EXISTS && leaf.operand.low == 0;
    if (leaf.left != LEFT_CHANCE || absent || chance_keeps(c, rule, leaf.index)) continue;
    report_text_at(c, leaf.pointer, NULL, CHECK_CANNOT_HOLD, "no item that gives the chance keeps what '%.*s' asks",
                   STR_FORMAT(leaf.left_text));
  }
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

/* Why the limit caps none of the gifts of the rule; of a count nothing is wrong. */
static struct clash cap_clash(struct compile *c, const struct rule *rule, const struct limit *limit) {
  struct clash clash = {.text = {NULL, 0}};
  for (uint32_t i = 0; i < rule->item_count; i++) {
    for (uint32_t number = rule->item_first + i; number != NONE; number = item_at(c, number)->or_else) {
      clash = tally_clash(c, USE_CAP, tally_of_item(item_at(c, number), rule->campaign), tally_of_limit(limit));
      if (clash.text.length == 0) return clash;
    }
  }
  return clash;
}

static void limit_lint(struct compile *c, const struct rule *rule, const struct limit *limit) {
  bool own = str_starts(limit->pointer, rule->pointer) && limit->campaign == rule->campaign;
  struct str pointer = own ? limit->pointer : rule->pointer;
  struct clash clash = cap_clash(c, rule, limit);
  if (clash.text.length > 0) report_text_at(c, pointer, own ? "amount" : "limits", clash.code, "%.*s", STR_FORMAT(clash.text));
  for (uint32_t i = 0; i < limit->dimension_count; i++) {
    const struct dimension *dimension = &limit->dimensions[i];
    if (dimension->kind != DIMENSION_FIELD || !never_carried(c, &rule->on, dimension->index)) continue;
    report_text_at(c, pointer, own ? NULL : "limits", limit->missing_skip ? CHECK_NO_EFFECT : CHECK_CANNOT_HOLD,
                   "none of the events of this rule carries '%.*s', by which the limit counts", STR_FORMAT(dimension->text));
  }
}

/* Whether every period of one unit lies within one of the other. */
static bool unit_within(enum unit inner, enum unit outer) {
  if (inner == outer || outer >= UNIT_CAMPAIGN) return inner <= outer;
  if (inner == UNIT_DAY) return true;
  if (inner == UNIT_WEEK || outer == UNIT_WEEK || outer == UNIT_TEN_DAYS) return false;
  return inner < outer;
}

static bool dimension_among(const struct dimension *one, const struct limit *limit) {
  for (uint32_t i = 0; i < limit->dimension_count; i++)
    if (limit->dimensions[i].kind == one->kind && limit->dimensions[i].index == one->index) return true;
  return false;
}

static bool counts_by_period(const struct limit *limit) {
  return !limit->of_amount && !limit->each && limit->rolling_days == 0 && limit->cycle == 0 && !limit->missing_skip;
}

/* Whether the other is full whenever this one, which no other rule fills, would be: it counts all that this one does, up to less. */
static bool is_shadowed(const struct limit *limit, const struct limit *other, bool asked_before) {
  if (limit->rule == NONE || !counts_by_period(limit) || !counts_by_period(other) || !unit_within(limit->unit, other->unit)) return false;
  if (other->max > limit->max || (other->max == limit->max && !asked_before) || limit->campaign != other->campaign) return false;
  for (uint32_t i = 0; i < other->dimension_count; i++)
    if (!dimension_among(&other->dimensions[i], limit)) return false;
  return true;
}

static void shadow_lint(struct compile *c, const struct rule *rule) {
  for (uint32_t i = 0; i < rule->limit_count; i++) {
    for (uint32_t j = 0; j < rule->limit_count; j++) {
      const struct limit *limit = limit_at(c, *ref_at(c, rule->limit_first + i)), *other = limit_at(c, *ref_at(c, rule->limit_first + j));
      if (i == j || !is_shadowed(limit, other, j < i)) continue;
      report_text_at(c, limit->pointer, NULL, CHECK_NO_EFFECT, "the limit never decides: '%.*s' is full before it",
                     STR_FORMAT(other->name));
      break;
    }
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

/* A chooser may tell payments apart by their status in its items. */
static void paid_lint(struct compile *c, const struct rule *rule) {
  for (uint32_t i = 0; i < rule->item_count; i++)
    if (asks_status(c, item_at(c, rule->item_first + i)->when)) return;
  status_lint(c, rule->pointer, &rule->on, rule->when);
}

void rule_lint(struct compile *c, uint32_t number) {
  const struct rule rule = *rule_at(c, number);
  as_lint(c, rule.pointer, &rule.on, "rule");
  when_lint(c, &rule.on, rule.when, "rule");
  paid_lint(c, &rule);
  heard_lint(c, &rule);
  this_event_lint(c, &rule);
  (void)rule_asks(c, &rule, measure_apart, &(struct apart){&rule, false});
  cells_lint(c, rule.when);
  schedule_lint(c, &rule, NONE, rule.pointer);
  spends_lint(c, &rule);
  for (uint32_t i = 0; i < rule.item_count; i++) {
    const struct item item = *item_at(c, rule.item_first + i);
    if (item.when != NONE) schedule_lint(c, &rule, item.when, item.pointer);
    item_lint(c, &rule, rule.item_first + i);
  }
  first_of_lint(c, &rule);
  timing_lint(c, number);
  for (uint32_t i = 0; i < rule.limit_count; i++) limit_lint(c, &rule, limit_at(c, *ref_at(c, rule.limit_first + i)));
  shadow_lint(c, &rule);
  once_lint(c, &rule);
}
