/* What only the whole shows: names nobody uses, names that records could not tell apart, programmes that end too early. */
#include "compile.h"

/* ---- names ---- */

static void unused_lint(struct compile *c) {
  for (uint32_t i = 0; i < c->decls.count; i++) {
    const struct decl decl = *decl_at(c, i);
    if (decl.used || decl.file == NONE || decl.kind == DECL_RULE || decl.kind == DECL_CHANCE) continue;
    if (c->campaigns[decl.file].programme || c->files[decl.file].errors > 0) continue;
    c->now = decl.file;
    report(c, &decl.at, CHECK_UNUSED, "nobody uses the %s '%.*s'", kind_name(decl.kind), STR_FORMAT(decl.name));
  }
}

struct named {
  uint64_t decl;
  struct str name, pointer;
  uint32_t campaign;
};
struct clashes {
  struct named *slots;
  uint32_t slot_count;
};

/* What stands in records is the oldest name of each. Facts, chances and rules may have one name; pools among themselves and a limit beside
 * a rule may not: their records would be one. */
static void named_add(struct compile *c, struct clashes *all, struct named one, bool same_name_clashes) {
  uint32_t mask = all->slot_count - 1;
  if (c->files[one.campaign].errors > 0) return;
  for (uint32_t slot = (uint32_t)one.decl & mask;; slot = (slot + 1) & mask) {
    struct named *other = &all->slots[slot];
    if (other->name.length == 0) {
      *other = one;
      return;
    }
    if (other->decl != one.decl) continue;
    if (str_equal(other->name, one.name) && !same_name_clashes) return;
    c->now = one.campaign;
    report_text_at(c, one.pointer, NULL, CHECK_NAME_CLASH, "'%.*s' and '%.*s' have one name in the records", STR_FORMAT(other->name),
                   STR_FORMAT(one.name));
    return;
  }
}

static bool clashes_init(struct compile *c, struct clashes *all, uint32_t count) {
  all->slot_count = 64;
  while (all->slot_count < 2 * count) all->slot_count *= 2;
  all->slots = arena_array(c->scratch, all->slot_count, sizeof *all->slots);
  if (all->slots == NULL) c->full = true;
  return all->slots != NULL;
}

/* Every name once, whatever it names; then those whose records share a kind of cell. */
void names_lint(struct compile *c) {
  struct clashes all, pools, limits;
  uint32_t count = c->facts.count + c->chances.count + c->rules.count + c->limits.count + c->pools.count;
  if (!clashes_init(c, &all, count) || !clashes_init(c, &pools, c->pools.count) ||
      !clashes_init(c, &limits, c->limits.count + c->rules.count))
    return;
  for (uint32_t i = 0; i < c->facts.count; i++) {
    const struct fact *fact = fact_at(c, i);
    named_add(c, &all, (struct named){fact->decl, fact->first_name, STR(""), fact->campaign}, false);
  }
  for (uint32_t i = 0; i < c->chances.count; i++) {
    const struct chance *chance = chance_at(c, i);
    named_add(c, &all, (struct named){chance->decl, chance->first_name, STR(""), chance->campaign}, false);
  }
  for (uint32_t i = 0; i < c->rules.count; i++) {
    struct named one = {rule_at(c, i)->decl, rule_at(c, i)->first_name, rule_at(c, i)->pointer, rule_at(c, i)->campaign};
    named_add(c, &all, one, false);
    named_add(c, &limits, one, true);
  }
  for (uint32_t i = 0; i < c->limits.count; i++) {
    struct named one = {limit_at(c, i)->decl, limit_at(c, i)->first_name, limit_at(c, i)->pointer, limit_at(c, i)->campaign};
    named_add(c, &all, one, false);
    named_add(c, &limits, one, true);
  }
  for (uint32_t i = 0; i < c->pools.count; i++) {
    struct named one = {pool_at(c, i)->decl, pool_at(c, i)->first_name, pool_at(c, i)->pointer, pool_at(c, i)->campaign};
    named_add(c, &all, one, false);
    named_add(c, &pools, one, true);
  }
}

/* Items of a rule, and what stands in for them, are told apart in a customer's record by the mark of their oldest id. */
#define MARKS_MOST (LIMIT_ITEMS_PER_GIVE * (LIMIT_OR_ELSE + 1))
struct marks {
  uint32_t items[MARKS_MOST];
  uint32_t count;
};

static void mark_add(struct compile *c, struct marks *all, uint32_t number) {
  const struct item *item = item_at(c, number);
  assert(all->count < MARKS_MOST);
  for (uint32_t i = 0; i < all->count; i++) {
    const struct item *other = item_at(c, all->items[i]);
    if (other->mark != item->mark) continue;
    report_text_at(c, item->pointer, "id", str_equal(other->first_id, item->first_id) ? CHECK_DUPLICATE_ID : CHECK_NAME_CLASH,
                   "'%.*s' and '%.*s' are one id in the records", STR_FORMAT(other->id), STR_FORMAT(item->id));
    return;
  }
  all->items[all->count++] = number;
}

static void marks_lint(struct compile *c, const struct rule *rule) {
  struct marks all = {.count = 0};
  for (uint32_t i = 0; i < rule->item_count; i++)
    for (uint32_t number = rule->item_first + i; number != NONE; number = item_at(c, number)->or_else) mark_add(c, &all, number);
}

/* ---- programmes ---- */

static void ended_lint(struct compile *c, uint32_t number) {
  const struct campaign *campaign = &c->campaigns[number];
  struct file *file = &c->files[number];
  for (uint32_t i = 0; i < file->cited.count && file->has_period; i++) {
    uint32_t cited = *(uint32_t *)vec_at(c, &file->cited, i);
    if (!c->files[cited].has_period || c->campaigns[cited].to_ms >= campaign->to_ms) continue;
    report_text_at(c, STR("/period"), NULL, CHECK_ENDED, "the programme '%.*s', which this campaign cites, ends before it",
                   STR_FORMAT(c->campaigns[cited].id));
  }
}

/* ---- of the header ---- */

static void header_lint(struct compile *c, const struct campaign *campaign) {
  struct at undo = at_key(&file_now(c)->root, "on_reversal"), late = at_key(&file_now(c)->root, "late");
  bool undone = false;
  for (uint32_t i = 0; i < campaign->rule_count && !undone; i++) {
    const struct rule rule = *rule_at(c, campaign->rule_first + i);
    undone = may_be_undone(c, &rule);
  }
  if (undo.json != NULL && !undone)
    report(c, &undo, CHECK_NO_EFFECT, "%s",
           campaign->programme ? "a programme gives nothing that could be undone" : "none of the rules hears an event that can be undone");
  if (late.json != NULL && campaign->programme)
    report(c, &late, CHECK_NO_EFFECT, "a programme judges nothing: each campaign says itself how late an event may be");
}

/* A campaign's facts hear those who are in its audience, so nobody comes in by what they have to hear first. From its second version on
 * somebody may be inside already. */
static void entry_lint(struct compile *c, uint32_t when) {
  uint32_t leaves[TESTS_MOST], count = leaves_of_all(c, when, leaves, TESTS_MOST);
  for (uint32_t i = 0; i < count; i++) {
    const struct condition leaf = *condition_at(c, leaves[i]);
    bool picked = leaf.op == OP_IN_FACT;
    if (!picked && leaf.left != LEFT_FACT) continue;
    uint32_t fact = picked ? leaf.operand.fact : leaf.index;
    if (fact_at(c, fact)->campaign == c->now && fails_at_first(c, &leaf))
      report_text_at(c, leaf.pointer, NULL, CHECK_CANNOT_HOLD,
                     "nobody ever enters: '%.*s' hears only those who are in this audience (a fact of a programme hears everybody)",
                     STR_FORMAT(fact_at(c, fact)->name));
  }
}

/* Whoever is included is excluded as well. */
static void audience_lint(struct compile *c, const struct campaign *campaign) {
  const struct audience *audience = &campaign->audience;
  uint32_t out = 0;
  facts_asked_lint(c, audience->when);
  as_of_lint(c, campaign);
  if (!campaign->programme && campaign->version == 1) entry_lint(c, audience->when);
  for (uint32_t i = 0; i < audience->include_count; i++) {
    for (uint32_t j = 0; j < audience->exclude_count; j++) {
      if (!str_equal(member_at(c, audience->include_first + i)->text, member_at(c, audience->exclude_first + j)->text)) continue;
      out++;
      break;
    }
  }
  if (out > 0 && out == audience->include_count)
    report_text_at(c, STR("/audience"), "exclude", CHECK_NO_AUDIENCE_SOURCE, "everyone who is included is excluded as well");
}

void lint(struct compile *c) {
  unused_lint(c);
  for (uint32_t i = 0; i < c->file_count; i++) {
    const struct campaign *campaign = &c->campaigns[i];
    c->now = i;
    c->budget = LINT_BUDGET;
    if (c->files[i].errors > 0) continue; /* what is broken would be told twice */
    ended_lint(c, i);
    header_lint(c, campaign);
    audience_lint(c, campaign);
    facts_lint(c);
    for (uint32_t r = 0; r < campaign->rule_count; r++) {
      const struct rule rule = *rule_at(c, campaign->rule_first + r);
      rule_lint(c, campaign->rule_first + r);
      marks_lint(c, &rule);
    }
    pairs_lint(c, i);
  }
}
