/* Old names: `"was": "weekly"` says that this is what was called weekly, so its counters go on under the new name (docs/language.md
 * section 9.5).
 *
 *     of a fact, a limit, a pool      "weekly": of this file; "campaign/weekly": of any file
 *     of a limit                      "#count.customer.day": inline, in the same rule; "rule#count.customer.day": inline, in another
 *     of a pool                       "rule.item", "rule.item#id"; "#id": inline, in the same item
 *     of a rule, an item, a chance    its old id
 *
 * A list is the whole history, oldest first: the counters stand under the first. What stands in a rule was counted under the rule's own
 * oldest name, so a rule that is named here and has a `was` itself is followed. No two things may have one counter: a name of `was` is had
 * by nothing else of its kind, now or before. */
#include "compile.h"

#define WAS_MOST 8u
#define WAS_BYTES 512u

static const char *const old_words[] = {"fact", "limit", "pool", "chance", "rule", "item"};

/* ---- reading ---- */

static bool name_is_good(struct str text) {
  if (text.length == 0 || text.length > WAS_BYTES) return false;
  for (size_t i = 0; i < text.length; i++) {
    char b = text.at[i];
    bool letter = (b >= 'a' && b <= 'z') || (b >= 'A' && b <= 'Z') || (b >= '0' && b <= '9');
    if (b == 0 || (!letter && strchr("-_./#+:", b) == NULL)) return false;
  }
  return true;
}

/* "rule#..." and "rule.item" of a file, with the rule by its oldest name. */
static struct str inner_full(struct compile *c, struct str file_id, struct str text) {
  size_t end = 0;
  while (end < text.length && text.at[end] != '#' && text.at[end] != '.') end++;
  struct str rule = {text.at, end}, rest = str_from(text, end);
  uint32_t decl = rest.length == 0 ? NONE : name_find(c, DECL_RULE, file_id, rule);
  if (decl != NONE) rule = rule_at(c, decl_at(c, decl)->number)->first_id;
  return arena_print(c->arena, "%.*s/%.*s%.*s", STR_FORMAT(file_id), STR_FORMAT(rule), STR_FORMAT(rest));
}

static bool has_inner(enum old_kind kind) { return kind == OLD_LIMIT || kind == OLD_POOL; }

static const char *full_trouble(struct compile *c, const struct was_scope *scope, struct str home, struct str text) {
  bool moves = scope->kind == OLD_FACT || has_inner(scope->kind);
  if (home.length > 0 && !moves && !str_equal(home, file_now(c)->id)) return "it stays in its file: a new campaign starts at nothing";
  if (text.length > 0 && text.at[0] == '#')
    return has_inner(scope->kind) && scope->home.length > 0 ? NULL
                                                            : "a name that begins with # is of an inline one; say which rule, RULE#...";
  return has_inner(scope->kind) || id_is_good(text, true) ? NULL : "write the name it had";
}

/* The qualified name that is meant; {NULL, 0} after reporting. */
static struct str full_of(struct compile *c, const struct at *at, const struct was_scope *scope, struct str text) {
  struct str home, rest;
  if (!str_split(text, '/', &home, &rest)) rest = home, home = STR("");
  const char *trouble = name_is_good(text) ? full_trouble(c, scope, home, rest) : "write the name it had";
  if (trouble != NULL) {
    report(c, at, CHECK_BAD_WAS, "'%.*s' is not an old name of a %s; %s", STR_FORMAT(text), old_words[scope->kind], trouble);
    return (struct str){NULL, 0};
  }
  if (scope->kind == OLD_ITEM) return arena_print(c->arena, "%.*s.%.*s", STR_FORMAT(scope->home), STR_FORMAT(rest));
  if (rest.at[0] == '#') return arena_print(c->arena, "%.*s%.*s", STR_FORMAT(scope->home), STR_FORMAT(rest));
  if (home.length == 0) home = file_now(c)->id;
  return has_inner(scope->kind) ? inner_full(c, home, rest) : qualified(c, home, rest);
}

static struct str one_read(struct compile *c, const struct at *at, const struct was_scope *scope) {
  struct str text;
  if (!read_text(c, at, &text)) return (struct str){NULL, 0};
  struct str full = full_of(c, at, scope, text);
  if (full.at == NULL) return full;
  if (str_equal(full, scope->own)) {
    report(c, at, CHECK_BAD_WAS, "'%.*s' is its name now: `was` says what it was called before", STR_FORMAT(text));
    return (struct str){NULL, 0};
  }
  uint32_t number = vec_push(c, &c->olds, 1);
  *old_at(c, number) = (struct old){scope->kind, c->now, full, scope->own, at_pointer(c, at)};
  return full;
}

struct str was_read(struct compile *c, const struct at *object, const struct was_scope *scope, struct str otherwise) {
  struct at was = at_key(object, "was");
  struct str first = {NULL, 0};
  uint32_t count;
  if (was.json == NULL) return otherwise;
  if (!json_is_array(was.json)) {
    first = one_read(c, &was, scope);
    return first.at == NULL ? otherwise : first;
  }
  if (!read_list(c, &was, CHECK_BAD_WAS, &count)) return otherwise;
  if (count > WAS_MOST) {
    report(c, &was, CHECK_TOO_MANY, "%u old names; at most %u", count, WAS_MOST);
    return otherwise;
  }
  for (uint32_t i = 0; i < count; i++) {
    struct at item = at_item(&was, i);
    struct str one = one_read(c, &item, scope);
    if (i == 0) first = one;
  }
  return first.at == NULL ? otherwise : first;
}

/* ---- one counter, one thing ---- */

struct olds {
  uint32_t *slots; /* number of the old name + 1 */
  uint32_t mask;
  bool items; /* some are of items */
};

static uint32_t *slot_of(struct compile *c, const struct olds *all, enum old_kind kind, struct str name) {
  for (uint32_t slot = (uint32_t)(hash64(&HASH_KEY_FIXED, name) + kind) & all->mask;; slot = (slot + 1) & all->mask) {
    if (all->slots[slot] == 0) return &all->slots[slot];
    const struct old *old = old_at(c, all->slots[slot] - 1);
    if (old->kind == kind && str_equal(old->name, name)) return &all->slots[slot];
  }
}

static void old_report(struct compile *c, const struct old *old, struct str other, const char *what) {
  c->now = old->file;
  report_text_at(c, old->pointer, NULL, CHECK_BAD_WAS, "'%.*s' was '%.*s', and '%.*s' %s: two %ss would have one counter",
                 STR_FORMAT(old->own), STR_FORMAT(old->name), STR_FORMAT(other), what, old_words[old->kind]);
}

/* Two items that give one chance may both say what the chance was. */
static void old_add(struct compile *c, const struct olds *all, uint32_t number) {
  const struct old old = *old_at(c, number);
  uint32_t *slot = slot_of(c, all, old.kind, old.name);
  if (*slot == 0) {
    *slot = number + 1;
    return;
  }
  struct str other = old_at(c, *slot - 1)->own;
  if (!str_equal(other, old.own)) old_report(c, &old, other, "was that as well");
}

static void live_check(struct compile *c, const struct olds *all, enum old_kind kind, struct str name) {
  uint32_t slot = *slot_of(c, all, kind, name);
  if (slot == 0) return;
  const struct old old = *old_at(c, slot - 1);
  if (!str_equal(old.own, name)) old_report(c, &old, name, "is still there");
}

static void items_check(struct compile *c, const struct olds *all) {
  for (uint32_t r = 0; r < c->rules.count; r++) {
    const struct rule rule = *rule_at(c, r);
    for (uint32_t i = 0; i < rule.item_count; i++) {
      for (uint32_t number = rule.item_first + i; number != NONE; number = item_at(c, number)->or_else) {
        char memory[WAS_BYTES];
        struct buffer name;
        buffer_init(&name, memory, sizeof memory);
        buffer_print(&name, "%.*s.%.*s", STR_FORMAT(rule.name), STR_FORMAT(item_at(c, number)->id));
        live_check(c, all, OLD_ITEM, buffer_text(&name));
      }
    }
  }
}

void was_check(struct compile *c) {
  struct olds all = {.mask = 63};
  if (c->olds.count == 0) return;
  while (all.mask < 2 * c->olds.count) all.mask = 2 * all.mask + 1;
  all.slots = arena_array(c->scratch, all.mask + 1, sizeof *all.slots);
  if (all.slots == NULL) {
    c->full = true;
    return;
  }
  for (uint32_t i = 0; i < c->olds.count; i++) {
    old_add(c, &all, i);
    all.items |= old_at(c, i)->kind == OLD_ITEM;
  }
  for (uint32_t i = 0; i < c->facts.count; i++) live_check(c, &all, OLD_FACT, fact_at(c, i)->name);
  for (uint32_t i = 0; i < c->limits.count; i++) live_check(c, &all, OLD_LIMIT, limit_at(c, i)->name);
  for (uint32_t i = 0; i < c->pools.count; i++) live_check(c, &all, OLD_POOL, pool_at(c, i)->name);
  for (uint32_t i = 0; i < c->chances.count; i++) live_check(c, &all, OLD_CHANCE, chance_at(c, i)->name);
  for (uint32_t i = 0; i < c->rules.count; i++) live_check(c, &all, OLD_RULE, rule_at(c, i)->name);
  if (all.items) items_check(c, &all);
}
