/* Rules: one sentence each - on, schedule, when, spends, once_per, give, limits, on_reversal (docs/language.md, "The shape"). */
#include "compile.h"

static const struct key rule_keys[] = {{"id", KEY_MUST},      {"was", KEY_MAY},         {"on", KEY_MUST},        {"schedule", KEY_MAY},
                                       {"when", KEY_MAY},     {"spends", KEY_MAY},      {"once_per", KEY_MAY},   {"give", KEY_MUST},
                                       {"limits", KEY_MAY},   {"on_reversal", KEY_MAY}, {"rank", KEY_MAY},       {"group", KEY_MAY},
                                       {"priority", KEY_MAY}, {"review", KEY_MAY},      {"on_failure", KEY_MAY}, {NULL, KEY_MAY}};
static const struct key spends_keys[] = {{"chance", KEY_MUST}, {"match", KEY_MAY}, {NULL, KEY_MAY}};
#define MATCH_MOST 8u

/* ---- spends ---- */

static void spends_match_read(struct compile *c, const struct at *at, struct rule *rule) {
  uint32_t count;
  if (!read_list(c, at, CHECK_BAD_CHANCE, &count)) return;
  if (count > MATCH_MOST) {
    report(c, at, CHECK_TOO_MANY, "%u fields; at most %u", count, MATCH_MOST);
    return;
  }
  uint16_t *match = take(c, count, sizeof *match);
  for (uint32_t i = 0; i < count && match != NULL; i++) {
    struct at item = at_item(at, i);
    struct left left;
    struct str name;
    if (read_text(c, &item, &name) && left_read(c, &item, name, PLACE_TRIGGER, &left))
      match[rule->spends_match_count++] = (uint16_t)left.index;
  }
  rule->spends_match = match;
}

static void spends_read(struct compile *c, const struct at *at, struct rule *rule) {
  struct at chance = json_is_object(at->json) ? at_key(at, "chance") : *at, match = at_key(at, "match");
  struct str name;
  if (json_is_object(at->json)) (void)keys_check(c, at, spends_keys, "spends");
  if (chance.json == NULL || !read_text(c, &chance, &name)) return;
  uint32_t decl = name_find(c, DECL_CHANCE, file_now(c)->id, name);
  c->rule_spends = true;
  if (decl == NONE)
    report(c, &chance, CHECK_CHANCE_NOT_GIVEN, "no rule of this file gives the chance '%.*s'", STR_FORMAT(name));
  else
    rule->spends = decl_at(c, decl)->number;
  if (match.json != NULL) spends_match_read(c, &match, rule);
}

/* ---- reversal ---- */

static bool refunds_lower(struct compile *c, uint32_t fact, void *self) {
  (void)self;
  return fact_at(c, fact)->refunds_subtract;
}

/* Gifts that rest on a fact, on another gift or on a chance follow what those rest on. */
bool may_be_undone(struct compile *c, const struct rule *rule) {
  if (rule->on.count == 0 || rule->spends != NONE || rule_asks(c, rule, refunds_lower, NULL)) return true;
  for (uint32_t i = 0; i < rule->on.count; i++) {
    const struct trigger *trigger = trigger_at(c, rule->on.first + i);
    if (trigger->kind != TRIGGER_EVENT || c->catalogue->types[trigger->type].reversible) return true;
  }
  return false;
}

static void rule_undo_read(struct compile *c, const struct at *at, struct rule *rule) {
  struct at undo = at_key(at, "on_reversal"), failure = at_key(at, "on_failure");
  rule->undo = file_now(c)->undo, rule->forfeit = file_now(c)->forfeit;
  if (failure.json != NULL) failure_read(c, &failure, &rule->forfeit);
  if (undo.json == NULL) return;
  undo_read(c, &undo, &rule->undo);
  if (!may_be_undone(c, rule))
    report(c, &undo, CHECK_NOT_REVERSIBLE,
           "none of the events of this rule can be undone by txn.reversed: 'on_reversal' would never be used");
}

/* ---- one rule ---- */

static void once_read(struct compile *c, const struct at *at, struct rule *rule) {
  (void)dimensions_read(c, at, &rule->once_per, &rule->once_per_count);
}

/* Behind the campaign's end, while it closes, are heard what is closed and completed, and who spends a chance. */
static bool rule_lasts(struct compile *c, const struct rule *rule) {
  bool lasts = rule->spends != NONE;
  for (uint32_t i = 0; i < rule->on.count; i++) {
    enum trigger_kind kind = trigger_at(c, rule->on.first + i)->kind;
    lasts |= kind == TRIGGER_FACT || kind == TRIGGER_CLOSE;
  }
  return lasts;
}

static void rule_read(struct compile *c, const struct at *at, uint32_t number) {
  struct at on = at_key(at, "on"), schedule = at_key(at, "schedule"), when = at_key(at, "when"), spends = at_key(at, "spends");
  struct at once = at_key(at, "once_per"), give = at_key(at, "give"), rank = at_key(at, "rank");
  struct rule rule = *rule_at(c, number);
  c->rule = number, c->rule_spends = c->rule_on_reward = false;
  if (!keys_check(c, at, rule_keys, "a rule")) return;
  if (on.json != NULL) triggers_read(c, &on, PLACE_RULE, &rule.on);
  figure_check(c, &on, &rule.on);
  if (spends.json != NULL) spends_read(c, &spends, &rule);
  *rule_at(c, number) = rule;
  c->lasts = rule_lasts(c, &rule);
  if (schedule.json != NULL) rule.schedule = schedule_ref(c, &schedule);
  (void)condition_read(c, &when, PLACE_RULE, &rule.when);
  if (once.json != NULL) once_read(c, &once, &rule);
  if (rank.json != NULL) rank_read(c, &rank, &rule);
  c->rule_ranks = rule.rank.top > 0;
  if (give.json != NULL) give_read(c, &give, &rule);
  c->rule_ranks = false;
  if (give.json != NULL) share_read(c, &give, &rule);
  rule_limits_read(c, at, &rule);
  struct at limits = at_key(at, "limits");
  choice_limits_check(c, &limits, &rule);
  rule_group_read(c, at, &rule);
  rule_undo_read(c, at, &rule);
  if (give.json != NULL) ladders_check(c, &give, &rule);
  struct at review = at_key(at, "review");
  if (review.json != NULL) review_read(c, &review, &rule);
  rule.notes_held = rule_notes_held(c, &rule), rule.notes_seen = rule_notes_seen(c, &rule);
  c->lasts = false;
  *rule_at(c, number) = rule;
}

void rules_read(struct compile *c) {
  struct at rules = at_key(&file_now(c)->root, "rules");
  const struct campaign *campaign = campaign_now(c);
  if (!json_is_array(rules.json)) return;
  for (uint32_t i = 0; i < campaign->rule_count; i++) {
    struct at item = at_item(&rules, i);
    rule_read(c, &item, campaign->rule_first + i);
  }
  c->rule = NONE, c->rule_spends = c->rule_on_reward = false;
}
