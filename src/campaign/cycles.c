/* What may not go in circles: tables that ask tables, pools above pools, gifts on gifts. Each circle is told once, where it closes. */
#include "fact_row.h"

#define REWARD_DEPTH 8u /* gifts on gifts: as deep as owners are looked for */

struct walk {
  uint8_t *colours, *depths;
};

/* ---- facts: what the value of one is computed from ---- */

static uint32_t fact_edge(struct compile *c, const struct fact *fact, uint32_t number) {
  if (number < fact->dimension_count) return dimension_fact(&fact->dimensions[number]);
  number -= fact->dimension_count;
  if (number < 2) return fact->parts[number];
  uint32_t node = fact->axes[number - 2].left;
  return node == NONE ? NONE : left_fact(condition_at(c, node));
}

const struct decl *decl_of_fact(struct compile *c, uint32_t number) {
  for (uint32_t i = 0; i < c->decls.count; i++) {
    const struct decl *decl = decl_at(c, i);
    if (decl->kind == DECL_FACT && decl->number == number) return decl;
  }
  return NULL;
}

static void fact_walk(struct compile *c, struct walk *walk, uint32_t number) {
  const struct fact *fact = fact_at(c, number);
  walk->colours[number] = GREY;
  const uint32_t edges = fact->dimension_count + (row_of(fact)->computed ? 2 + fact->axis_count : 0);
  for (uint32_t i = 0; i < edges; i++) {
    uint32_t next = fact_edge(c, fact, i);
    if (next == NONE || walk->colours[next] == BLACK) continue;
    if (walk->colours[next] == WHITE) {
      fact_walk(c, walk, next);
      continue;
    }
    const struct decl *decl = decl_of_fact(c, next);
    if (decl == NULL) continue;
    c->now = decl->file;
    report(c, &decl->at, CHECK_CIRCULAR, "the fact '%.*s' is computed from itself", STR_FORMAT(decl->name));
  }
  walk->colours[number] = BLACK;
}

/* ---- pools ---- */

static void pool_report(struct compile *c, const struct pool *pool, const char *key, enum check_code code, struct str text) {
  c->now = pool->campaign;
  report_text_at(c, pool->pointer, key, code, "%.*s", STR_FORMAT(text));
}

/* Whether the pool is part of a circle. */
static bool chain_check(struct compile *c, uint32_t number, bool parents) {
  const struct pool *pool = pool_at(c, number);
  uint32_t least = number, at = number;
  for (uint32_t depth = 0; depth <= LIMIT_POOL_DEPTH; depth++) {
    at = parents ? pool_at(c, at)->parent : pool_at(c, at)->fallback;
    if (at == NONE) return false;
    if (at < least) least = at;
    if (at != number) continue;
    if (least == number)
      pool_report(c, pool, parents ? "parent" : "fallback", CHECK_CIRCULAR, STR("the pool is above itself in its chain of parents"));
    return true;
  }
  uint32_t next = parents ? pool->parent : pool->fallback;
  bool leads = true; /* into a circle that does not hold this one: told there */
  for (uint32_t depth = 0, one = next; depth < 4 * LIMIT_POOL_DEPTH && leads; depth++) {
    one = parents ? pool_at(c, one)->parent : pool_at(c, one)->fallback;
    leads = one != NONE && one != next;
    if (one == next) return true;
  }
  pool_report(c, pool, parents ? "parent" : "fallback", CHECK_TOO_DEEP, STR("the chain of pools is too long: at most six"));
  return true;
}

static void link_check(struct compile *c, uint32_t number, uint32_t other, enum unit_use use, const char *key) {
  if (other == NONE) return;
  struct clash clash = tally_clash(c, use, tally_of_pool(pool_at(c, number)), tally_of_pool(pool_at(c, other)));
  if (clash.text.length > 0) pool_report(c, pool_at(c, number), key, clash.code, clash.text);
}

/* What nobody falls back on, and items draw on themselves, is no reserve: without stock it would be none. */
static void reserve_check(struct compile *c, uint32_t number) {
  bool reserve = !pool_at(c, number)->reserve;
  for (uint32_t i = 0; i < c->pools.count && !reserve; i++) reserve = pool_at(c, i)->fallback == number;
  if (!reserve)
    pool_report(c, pool_at(c, number), "released", CHECK_BAD_POOL,
                STR("'released' is said of a reserve: name the pool as the 'fallback' of another, or leave 'released' out"));
}

/* ---- gifts on gifts ---- */

static void rule_walk(struct compile *c, struct walk *walk, uint32_t number) {
  const struct trigger_set on = rule_at(c, number)->on;
  walk->colours[number] = GREY;
  for (uint32_t i = 0; i < on.count; i++) {
    const struct trigger *trigger = trigger_at(c, on.first + i);
    uint32_t base = trigger->kind == TRIGGER_REWARD ? trigger->rule : NONE;
    if (base == NONE) continue;
    c->now = rule_at(c, number)->campaign;
    if (walk->colours[base] == WHITE) rule_walk(c, walk, base);
    if (walk->colours[base] == GREY) {
      const struct rule *closing = rule_at(c, base);
      struct str pointer = arena_print(c->scratch, "%.*s/on", STR_FORMAT(closing->pointer));
      report_text_at(c, pointer, "reward", CHECK_CIRCULAR, "the gift of '%.*s' leads back to itself", STR_FORMAT(closing->id));
      continue;
    }
    if (walk->depths[base] + 1 > walk->depths[number]) walk->depths[number] = (uint8_t)(walk->depths[base] + 1);
  }
  if (walk->depths[number] == REWARD_DEPTH)
    report_text_at(c, rule_at(c, number)->pointer, "on", CHECK_TOO_DEEP, "gifts that come of other gifts can be nested at most %u deep",
                   REWARD_DEPTH - 1);
  walk->colours[number] = BLACK;
}

void cycles_check(struct compile *c) {
  struct walk facts = {arena_array(c->scratch, c->facts.count, 1), NULL};
  struct walk rules = {arena_array(c->scratch, c->rules.count, 1), arena_array(c->scratch, c->rules.count, 1)};
  if (facts.colours == NULL || rules.colours == NULL || rules.depths == NULL) {
    c->full = true;
    return;
  }
  for (uint32_t i = 0; i < c->facts.count; i++)
    if (facts.colours[i] == WHITE) fact_walk(c, &facts, i);
  for (uint32_t i = 0; i < c->pools.count; i++) {
    bool above = chain_check(c, i, true), behind = chain_check(c, i, false);
    reserve_check(c, i);
    if (above || behind) continue;
    link_check(c, i, pool_at(c, i)->parent, USE_PARENT, "parent");
    link_check(c, i, pool_at(c, i)->fallback, USE_FALLBACK, "fallback");
  }
  for (uint32_t i = 0; i < c->rules.count; i++)
    if (rules.colours[i] == WHITE) rule_walk(c, &rules, i);
}
