/* The first pass: every name of every file, so that the second can cite them in any order. */
#include "compile.h"

static const char *const sections[DECL_KINDS] = {"activities", "lists", "schedules", "facts", "limits", "pools", "groups", NULL, NULL};

static uint32_t number_new(struct compile *c, enum decl_kind kind) {
  switch (kind) {
    case DECL_ACTIVITY: return vec_push(c, &c->activities, 1);
    case DECL_LIST: return vec_push(c, &c->lists, 1);
    case DECL_FACT:
      (void)vec_push(c, &c->fact_broken, 1);
      (void)vec_push(c, &c->fact_priced, 1);
      return vec_push(c, &c->facts, 1);
    case DECL_POOL: return vec_push(c, &c->pools, 1);
    case DECL_GROUP: return vec_push(c, &c->groups, 1);
    case DECL_CHANCE: return vec_push(c, &c->chances, 1);
    default: return NONE;
  }
}

/* What `bank` or a list file declares is everybody's: nobody else may mean something else by it. */
static void redefined_check(struct compile *c, const struct decl *decl) {
  if (file_now(c)->is_bank && decl->kind != DECL_LIST) return;
  bool bank = !file_now(c)->is_bank && name_find(c, decl->kind, STR("bank"), decl->name) != NONE;
  bool list = decl->kind == DECL_LIST && name_find(c, DECL_LIST, STR(""), decl->name) != NONE;
  if (bank)
    report(c, &decl->at, CHECK_REDEFINED, "the programme 'bank' declares the %s '%.*s' already", kind_name(decl->kind),
           STR_FORMAT(decl->name));
  else if (list)
    report(c, &decl->at, CHECK_REDEFINED, "there is a list file '%.*s' already", STR_FORMAT(decl->name));
}

static void declare_one(struct compile *c, const struct at *at, enum decl_kind kind) {
  struct str name = str_of(at->key);
  if (!id_is_good(name, true)) {
    report(c, at, CHECK_BAD_ID, "'%.*s' is not a name: 1 to 64 of a-z 0-9 - _", STR_FORMAT(name));
    name = STR("-");
  }
  struct decl decl = {.kind = kind, .file = c->now, .name = name, .qualified = qualified(c, file_now(c)->id, name), .at = *at};
  if (name_find(c, kind, file_now(c)->id, name) != NONE) return; /* two bad names */
  decl.number = number_new(c, kind);
  redefined_check(c, &decl);
  if (name_add(c, &decl) != NONE) file_now(c)->decl_count[kind]++;
}

static void section_declare(struct compile *c, enum decl_kind kind) {
  struct file *file = file_now(c);
  const struct at *section = &file->sections[kind];
  file->decl_first[kind] = c->decls.count;
  if (section->json == NULL) return;
  if (!json_is_object(section->json)) {
    report(c, section, CHECK_WRONG_TYPE, "'%s' must be an object of names, found %s", section->key, type_of(section->json));
    return;
  }
  for (void *i = json_object_iter(section->json); i != NULL; i = json_object_iter_next(section->json, i)) {
    struct at child = {.up = section, .json = json_object_iter_value(i), .key = json_object_iter_key(i)};
    declare_one(c, &child, kind);
  }
}

/* ---- rules ---- */

static void rule_declare(struct compile *c, const struct at *at, uint32_t index) {
  struct at id = at_key(at, "id");
  struct str file_id = file_now(c)->id;
  uint32_t number = vec_push(c, &c->rules, 1);
  struct rule rule = {.campaign = c->now, .schedule = NONE, .when = NONE, .spends = NONE, .group = NONE, .priority = PRIORITY_NONE};
  rule.pointer = at_pointer(c, at);
  if (id.json == NULL || !read_id(c, &id, false, &rule.id))
    rule.id = arena_print(c->arena, "#%u", index + 1);
  else
    rule.id = keep_text(c, rule.id);
  rule.name = qualified(c, file_id, rule.id);
  rule.first_name = was_read(c, at, &(struct was_scope){.kind = OLD_RULE, .own = rule.name}, rule.name);
  rule.first_id = str_from(rule.first_name, file_id.length + 1);
  rule.decl = name_hash40(rule.first_name);
  *rule_at(c, number) = rule;
  struct decl decl = {
      .kind = DECL_RULE, .file = c->now, .number = number, .name = rule.id, .qualified = rule.name, .at = *at, .used = true};
  if (name_add(c, &decl) != NONE)
    file_now(c)->decl_count[DECL_RULE]++;
  else if (!c->full)
    report(c, &id, CHECK_DUPLICATE_ID, "there are two rules '%.*s'", STR_FORMAT(rule.id));
}

static void rules_declare(struct compile *c) {
  struct file *file = file_now(c);
  const struct at *rules = &file->sections[DECL_RULE];
  struct campaign *campaign = campaign_now(c);
  uint32_t count;
  campaign->rule_first = c->rules.count;
  file->decl_first[DECL_RULE] = c->decls.count;
  if (rules->json == NULL || !read_list(c, rules, CHECK_BAD_VALUE, &count)) return;
  if (count > LIMIT_RULES_PER_CAMPAIGN) {
    report(c, rules, CHECK_TOO_MANY, "%u rules; at most %u in a campaign", count, LIMIT_RULES_PER_CAMPAIGN);
    count = LIMIT_RULES_PER_CAMPAIGN;
  }
  for (uint32_t i = 0; i < count; i++) {
    struct at item = at_item(rules, i);
    rule_declare(c, &item, i);
  }
  campaign->rule_count = c->rules.count - campaign->rule_first;
}

/* ---- chances: declared by the items that give them ---- */

/* "pack", or {"id": "pack", "was": "packet"}. */
static void chance_declare(struct compile *c, const json_t *item, uint32_t rule) {
  const json_t *chance = json_object_get(item, "chance");
  struct str name = text_of(json_is_object(chance) ? json_object_get(chance, "id") : chance);
  if (!str_equal(text_of(json_object_get(item, "reward")), STR("chance")) || !id_is_good(name, true)) return;
  if (name_find(c, DECL_CHANCE, file_now(c)->id, name) != NONE) return;
  struct decl decl = {.kind = DECL_CHANCE, .file = c->now, .name = name, .qualified = qualified(c, file_now(c)->id, name), .used = true};
  decl.number = number_new(c, DECL_CHANCE);
  *chance_at(c, decl.number) = (struct chance){
      .name = decl.qualified, .first_name = decl.qualified, .decl = name_hash40(decl.qualified), .campaign = c->now, .given_by = rule};
  if (name_add(c, &decl) != NONE) file_now(c)->decl_count[DECL_CHANCE]++;
}

static void chances_of_items(struct compile *c, const json_t *items, uint32_t rule) {
  for (size_t i = 0; i < json_array_size(items); i++) chance_declare(c, json_array_get(items, i), rule);
}

static void chances_of_rule(struct compile *c, const json_t *rule, uint32_t number) {
  const json_t *give = json_object_get(rule, "give");
  chance_declare(c, give, number);
  chances_of_items(c, give, number);
  chances_of_items(c, json_object_get(give, "first_of"), number);
  chances_of_items(c, json_object_get(give, "draw_of"), number);
  chances_of_items(c, json_object_get(give, "choice_of"), number);
}

static void chance_spent(struct compile *c, const json_t *rule) {
  const json_t *spends = json_object_get(rule, "spends");
  struct str name = text_of(json_is_object(spends) ? json_object_get(spends, "chance") : spends);
  uint32_t decl = name.length == 0 ? NONE : name_find(c, DECL_CHANCE, file_now(c)->id, name);
  if (decl != NONE) decl_at(c, decl)->spent = true;
}

static void chances_declare(struct compile *c) {
  struct file *file = file_now(c);
  const json_t *rules = file->sections[DECL_RULE].json;
  file->decl_first[DECL_CHANCE] = c->decls.count;
  for (uint32_t i = 0; i < campaign_now(c)->rule_count; i++) chances_of_rule(c, json_array_get(rules, i), campaign_now(c)->rule_first + i);
  for (uint32_t i = 0; i < campaign_now(c)->rule_count; i++) chance_spent(c, json_array_get(rules, i));
}

void declare_file(struct compile *c) {
  struct file *file = file_now(c);
  for (uint32_t kind = 0; kind < DECL_KINDS; kind++)
    file->sections[kind] = at_key(&file->root, sections[kind] != NULL ? sections[kind] : "rules");
  for (uint32_t kind = 0; kind < DECL_CHANCE; kind++) section_declare(c, (enum decl_kind)kind);
  rules_declare(c);
  chances_declare(c);
}
