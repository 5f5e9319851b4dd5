/* What only the whole shows: contradictions, names nobody uses, names that records could not tell apart, programmes that end too early. */
#include "compile.h"

/* ---- contradictions inside one condition ---- */

static void leaves_lint(struct compile *c, uint32_t node) {
  uint32_t leaves[TESTS_MOST], count = leaves_of_all(c, node, leaves, TESTS_MOST);
  for (uint32_t j = 1; j < count; j++) {
    const struct condition later = *condition_at(c, leaves[j]);
    for (uint32_t i = 0; i < j; i++) {
      if (!leaves_exclude(c, condition_at(c, leaves[i]), &later)) continue;
      report_text_at(c, later.pointer, NULL, CHECK_CANNOT_HOLD, "two tests of '%.*s' exclude each other", STR_FORMAT(later.left_text));
      return;
    }
  }
}

static void alternatives_lint(struct compile *c, uint32_t node) {
  const struct condition condition = *condition_at(c, node);
  for (uint32_t i = 0; condition.kind != CONDITION_LEAF && condition.kind != CONDITION_NOT && i < condition.count; i++) {
    if (condition.kind == CONDITION_ANY)
      condition_lint(c, condition.first + i);
    else
      alternatives_lint(c, condition.first + i);
  }
}

void condition_lint(struct compile *c, uint32_t node) {
  leaves_lint(c, node);
  alternatives_lint(c, node);
}

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

/* Facts, chances and rules may have one name; pools among themselves and a limit beside a rule may not: their records would be one. */
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
    named_add(c, &all, (struct named){fact->decl, fact->name, STR(""), fact->campaign}, false);
  }
  for (uint32_t i = 0; i < c->chances.count; i++) {
    const struct chance *chance = chance_at(c, i);
    named_add(c, &all, (struct named){chance->decl, chance->name, STR(""), chance->campaign}, false);
  }
  for (uint32_t i = 0; i < c->rules.count; i++) {
    struct named one = {rule_at(c, i)->decl, rule_at(c, i)->name, rule_at(c, i)->pointer, rule_at(c, i)->campaign};
    named_add(c, &all, one, false);
    named_add(c, &limits, one, true);
  }
  for (uint32_t i = 0; i < c->limits.count; i++) {
    struct named one = {limit_at(c, i)->decl, limit_at(c, i)->name, limit_at(c, i)->pointer, limit_at(c, i)->campaign};
    named_add(c, &all, one, false);
    named_add(c, &limits, one, true);
  }
  for (uint32_t i = 0; i < c->pools.count; i++) {
    struct named one = {pool_at(c, i)->decl, pool_at(c, i)->name, pool_at(c, i)->pointer, pool_at(c, i)->campaign};
    named_add(c, &all, one, false);
    named_add(c, &pools, one, true);
  }
}

/* Items of a rule are told apart in a customer's record by 16 bits of their id's hash. */
struct marks {
  uint16_t marks[2 * LIMIT_ITEMS_PER_GIVE];
  struct str ids[2 * LIMIT_ITEMS_PER_GIVE];
  uint32_t count;
};

static void mark_add(struct compile *c, struct marks *all, const struct item *item) {
  uint16_t mark = (uint16_t)hash64(&HASH_KEY_FIXED, item->id);
  if (all->count == 2 * LIMIT_ITEMS_PER_GIVE) return;
  for (uint32_t i = 0; i < all->count; i++) {
    if (all->marks[i] != mark) continue;
    report_text_at(c, item->pointer, "id", str_equal(all->ids[i], item->id) ? CHECK_DUPLICATE_ID : CHECK_NAME_CLASH,
                   "'%.*s' and '%.*s' are one id in the records", STR_FORMAT(all->ids[i]), STR_FORMAT(item->id));
    return;
  }
  all->marks[all->count] = mark, all->ids[all->count++] = item->id;
}

static void marks_lint(struct compile *c, const struct rule *rule) {
  struct marks all = {.count = 0};
  for (uint32_t i = 0; i < rule->item_count; i++)
    for (uint32_t number = rule->item_first + i; number != NONE; number = item_at(c, number)->or_else)
      mark_add(c, &all, item_at(c, number));
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

void lint(struct compile *c) {
  unused_lint(c);
  for (uint32_t i = 0; i < c->file_count; i++) {
    const struct campaign *campaign = &c->campaigns[i];
    c->now = i;
    c->budget = LINT_BUDGET;
    if (c->files[i].errors > 0) continue; /* what is broken would be told twice */
    ended_lint(c, i);
    for (uint32_t r = 0; r < campaign->rule_count; r++) {
      const struct rule rule = *rule_at(c, campaign->rule_first + r);
      rule_lint(c, campaign->rule_first + r);
      marks_lint(c, &rule);
    }
    pairs_lint(c, i);
  }
}
