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
  out->mode = (enum group_mode)word;
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
  if (priority.json == NULL || (rule->group != NONE && group_at(c, rule->group)->mode != GROUP_ALL)) return;
  report(c, &priority, CHECK_NO_EFFECT, "%s",
         group.json == NULL ? "'priority' orders the rules of a group, and this rule is in none"
                            : "in a group that lets all of its rules give none comes first: 'priority' is never asked");
}

/* ---- what is worth most ---- */

static bool by_chance(struct compile *c, const struct worth *worth) {
  return worth_traits[worth->form]->derived && condition_at(c, worth->of)->left == LEFT_CHANCE;
}

/* What is compared is known before anything is given, and is all that the rule gives. NULL: it is so. */
static const char *worth_trouble(struct compile *c, const struct rule *rule) {
  const struct item *item = item_at(c, rule->item_first);
  if (rule->give != GIVE_ONE) return "one item, not a list and not by choice, draw or `first_of`; make a rule of each";
  if (item->is_chance || item->is_notice || item->value.form == VALUE_FORM_NONE)
    return "an item with a 'value'; give it one, or leave the group";
  if (item_is_ladder(item)) return "what the event is worth at once; a ladder ('pay') pays what is new of a period: leave the group";
  if (by_chance(c, &item->value) || by_chance(c, &item->count)) return "what does not go by the chance it spends; leave the group";
  return NULL;
}

/* The first rule of the group, which the others are held against. */
static const struct rule *group_first(struct compile *c, uint32_t group) {
  uint32_t rule = 0;
  while (rule_at(c, rule)->group != group) rule++;
  return rule_at(c, rule);
}

static void worth_check(struct compile *c, const struct rule *rule) {
  const struct rule *first = group_first(c, rule->group);
  const char *trouble = worth_trouble(c, rule);
  if (trouble != NULL) {
    report_text_at(c, rule->pointer, "group", CHECK_BAD_VALUE, "in a group of \"best_value\" a rule gives %s", trouble);
    return;
  }
  const struct item *item = item_at(c, rule->item_first), *other = item_at(c, first->item_first);
  struct clash clash = tally_clash(c, USE_CHOOSE, tally_of_item(item, rule->campaign), tally_of_item(other, first->campaign));
  if (clash.text.length > 0) report_text_at(c, rule->pointer, "group", clash.code, "%.*s", STR_FORMAT(clash.text));
}

void groups_check(struct compile *c) {
  const struct campaign *campaign = campaign_now(c);
  for (uint32_t i = 0; i < campaign->rule_count; i++) {
    const struct rule *rule = rule_at(c, campaign->rule_first + i);
    if (rule->group != NONE && group_at(c, rule->group)->mode == GROUP_BEST) worth_check(c, rule);
  }
}
