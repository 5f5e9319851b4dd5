/* Groups: rules of which one pays for an event of a customer, or which may all pay (docs/language.md section 6). A group remembers nothing:
 * it says who may give beside whom, and may change as terms do. */
#include "compile.h"

static const struct key group_keys[] = {{"mode", KEY_MUST}, {NULL, KEY_MAY}};
#define PRIORITY_MOST 1000000

static void group_read(struct compile *c, const struct at *at, struct group *out) {
  static const char *const words[] = {"all", "first", "best_value", NULL};
  struct at mode = at_key(at, "mode");
  uint32_t word = 0;
  if (!keys_check(c, at, group_keys, "a group") || mode.json == NULL || !read_word(c, &mode, words, CHECK_BAD_VALUE, &word)) return;
  if (word == 2) report_not_served(c, &mode, "best_value", "\"mode\": \"best_value\" is");
  out->mode = word == 0 ? GROUP_ALL : GROUP_FIRST;
}

void groups_read(struct compile *c) {
  const struct file *file = file_now(c);
  for (uint32_t i = 0; i < file->decl_count[DECL_GROUP]; i++) {
    struct decl decl = *decl_at(c, file->decl_first[DECL_GROUP] + i);
    struct group group = {.name = decl.qualified};
    group_read(c, &decl.at, &group);
    *group_at(c, decl.number) = group;
  }
}

static bool hears_gifts(struct compile *c, const struct rule *rule) {
  for (uint32_t i = 0; i < rule->on.count; i++)
    if (trigger_at(c, rule->on.first + i)->kind == TRIGGER_REWARD) return true;
  return false;
}

static void group_cite(struct compile *c, const struct at *at, struct rule *rule) {
  struct str ref;
  if (!read_text(c, at, &ref)) return;
  uint32_t decl = name_resolve(c, at, DECL_GROUP, ref);
  if (decl != NONE) rule->group = decl_at(c, decl)->number;
  if (hears_gifts(c, rule))
    report(c, at, CHECK_BAD_VALUE, "an add-on goes with its base gift, and that with the base rule's group: it has no group of its own");
}

void rule_group_read(struct compile *c, const struct at *at, struct rule *rule) {
  struct at group = at_key(at, "group"), priority = at_key(at, "priority");
  int64_t number = PRIORITY_NONE;
  if (group.json != NULL) group_cite(c, &group, rule);
  if (priority.json != NULL && read_int(c, &priority, 1, PRIORITY_MOST, CHECK_BAD_VALUE, &number)) rule->priority = (int32_t)number;
  if (priority.json == NULL || (rule->group != NONE && group_at(c, rule->group)->mode == GROUP_FIRST)) return;
  report(c, &priority, CHECK_NO_EFFECT, "%s",
         group.json == NULL ? "'priority' orders the rules of a group, and this rule is in none"
                            : "in a group that lets all of its rules give none comes first: 'priority' is never asked");
}
