/* Conditions that can never hold: two tests that exclude each other, alternatives that are all excluded by what stands beside them, a `not`
 * that denies what is asked. Whatever cannot be told from the file alone is taken for possible. */
#include "compile.h"

struct asked {
  uint32_t leaves[TESTS_MOST], count; /* all of them must hold */
};

static void leaves_lint(struct compile *c, const struct asked *asked) {
  for (uint32_t j = 1; j < asked->count; j++) {
    const struct condition later = *condition_at(c, asked->leaves[j]);
    for (uint32_t i = 0; i < j; i++) {
      if (!leaves_exclude(c, condition_at(c, asked->leaves[i]), &later)) continue;
      report_text_at(c, later.pointer, NULL, CHECK_CANNOT_HOLD, "two tests of '%.*s' exclude each other", STR_FORMAT(later.left_text));
      return;
    }
  }
}

/* ---- what stands beside ---- */

static bool is_excluded(struct compile *c, const struct asked *asked, uint32_t node) {
  struct asked inner;
  inner.count = leaves_of_all(c, node, inner.leaves, TESTS_MOST);
  for (uint32_t i = 0; i < inner.count; i++)
    for (uint32_t j = 0; j < asked->count; j++)
      if (leaves_exclude(c, condition_at(c, asked->leaves[j]), condition_at(c, inner.leaves[i]))) return true;
  return false;
}

static void any_lint(struct compile *c, const struct asked *asked, const struct condition *any) {
  uint32_t excluded = 0;
  for (uint32_t i = 0; i < any->count; i++) excluded += is_excluded(c, asked, any->first + i);
  if (excluded == any->count && excluded > 0)
    report_text_at(c, any->pointer, NULL, CHECK_CANNOT_HOLD, "every alternative is excluded by a test that stands beside them");
}

static bool is_plain(struct compile *c, uint32_t node) {
  const struct condition condition = *condition_at(c, node);
  bool plain = condition.kind == CONDITION_LEAF || condition.kind == CONDITION_ALL;
  for (uint32_t i = 0; condition.kind == CONDITION_ALL && i < condition.count; i++) plain = plain && is_plain(c, condition.first + i);
  return plain;
}

static bool is_implied(struct compile *c, const struct asked *asked, uint32_t leaf) {
  for (uint32_t i = 0; i < asked->count; i++)
    if (leaf_implies(c, condition_at(c, asked->leaves[i]), condition_at(c, leaf))) return true;
  return false;
}

static void not_lint(struct compile *c, const struct asked *asked, const struct condition * not ) {
  struct asked denied;
  if (!is_plain(c, not ->first)) return;
  denied.count = leaves_of_all(c, not ->first, denied.leaves, TESTS_MOST);
  for (uint32_t i = 0; i < denied.count; i++)
    if (!is_implied(c, asked, denied.leaves[i])) return;
  if (denied.count > 0 && denied.count < TESTS_MOST)
    report_text_at(c, not ->pointer, NULL, CHECK_CANNOT_HOLD, "'not' denies what a test beside it asks for");
}

/* Every any and not that must hold as well; each alternative is a condition of its own. */
static void beside_lint(struct compile *c, const struct asked *asked, uint32_t node) {
  const struct condition condition = *condition_at(c, node);
  if (condition.kind == CONDITION_NOT) not_lint(c, asked, &condition);
  if (condition.kind == CONDITION_ANY) any_lint(c, asked, &condition);
  for (uint32_t i = 0; i < condition.count; i++) {
    if (condition.kind == CONDITION_ALL) beside_lint(c, asked, condition.first + i);
    if (condition.kind == CONDITION_ANY) condition_lint(c, condition.first + i);
  }
}

void condition_lint(struct compile *c, uint32_t node) {
  struct asked asked;
  asked.count = leaves_of_all(c, node, asked.leaves, TESTS_MOST);
  leaves_lint(c, &asked);
  beside_lint(c, &asked, node);
}
