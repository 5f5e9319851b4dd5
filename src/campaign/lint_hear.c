/* What a rule, a fact or a task hears, against what it asks: fields that none of its events carries, tests that its triggers exclude, and
 * whether one event can be heard by two. */
#include "compile.h"

bool never_carried(struct compile *c, const struct trigger_set *on, uint32_t field) {
  for (uint32_t i = 0; i < on->count; i++) {
    const struct trigger *trigger = trigger_at(c, on->first + i);
    if (trigger->kind == TRIGGER_CLOSE) continue; /* has no fields */
    if (trigger->kind != TRIGGER_EVENT || catalogue_carries(c->catalogue, trigger->type, (uint16_t)field)) return false;
  }
  return on->count > 0;
}

static bool asks_field(const struct condition *leaf) {
  return leaf->left == LEFT_FIELD && !(leaf->op == OP_EXISTS && leaf->operand.low == 0);
}

void trigger_lint(struct compile *c, const struct trigger *trigger) {
  uint32_t leaves[TESTS_MOST], count = leaves_of_all(c, trigger->when, leaves, TESTS_MOST);
  for (uint32_t i = 0; i < count; i++) {
    const struct condition *leaf = condition_at(c, leaves[i]);
    if (leaf->left_text.length == 0 || !asks_field(leaf) || catalogue_carries(c->catalogue, trigger->type, (uint16_t)leaf->index)) continue;
    report_text_at(c, leaf->pointer, NULL, CHECK_CANNOT_HOLD, "an event '%.*s' carries no '%.*s'",
                   STR_FORMAT(c->catalogue->types[trigger->type].name), STR_FORMAT(leaf->left_text));
  }
}

/* ---- when ---- */

/* A leaf that a trigger's own condition does not let hold. */
static bool trigger_excludes(struct compile *c, const struct trigger *trigger, const struct condition *leaf) {
  uint32_t leaves[TESTS_MOST], count = leaves_of_all(c, trigger->when, leaves, TESTS_MOST);
  for (uint32_t i = 0; i < count; i++)
    if (leaves_exclude(c, condition_at(c, leaves[i]), leaf)) return true;
  return false;
}

static bool triggers_exclude(struct compile *c, const struct trigger_set *on, const struct condition *leaf) {
  for (uint32_t i = 0; i < on->count; i++)
    if (!trigger_excludes(c, trigger_at(c, on->first + i), leaf)) return false;
  return on->count > 0;
}

void facts_asked_lint(struct compile *c, uint32_t node) {
  if (node == NONE) return;
  const struct condition condition = *condition_at(c, node);
  for (uint32_t i = 0; condition.kind != CONDITION_LEAF && condition.kind != CONDITION_NOT && i < condition.count; i++)
    facts_asked_lint(c, condition.first + i);
  int64_t most;
  if (condition.kind != CONDITION_LEAF || !fact_never_comes_to(c, &condition, &most)) return;
  if (most == INT64_MAX)
    report_text_at(c, condition.pointer, NULL, CHECK_CANNOT_HOLD, "'%.*s' never comes to this: it counts from 0",
                   STR_FORMAT(condition.left_text));
  else
    report_text_at(c, condition.pointer, NULL, CHECK_CANNOT_HOLD, "'%.*s' never comes to this: it counts from 0 to %lld",
                   STR_FORMAT(condition.left_text), (long long)most);
}

void when_lint(struct compile *c, const struct trigger_set *on, uint32_t when, const char *whose) {
  uint32_t leaves[TESTS_MOST], count = leaves_of_all(c, when, leaves, TESTS_MOST);
  facts_asked_lint(c, when);
  for (uint32_t i = 0; i < count; i++) {
    const struct condition leaf = *condition_at(c, leaves[i]);
    if (asks_field(&leaf) && never_carried(c, on, leaf.index))
      report_text_at(c, leaf.pointer, NULL, CHECK_CANNOT_HOLD, "none of the events of this %s carries '%.*s'", whose,
                     STR_FORMAT(leaf.left_text));
    else if (triggers_exclude(c, on, &leaf))
      report_text_at(c, leaf.pointer, NULL, CHECK_CANNOT_HOLD, "what the %s hears excludes this test of '%.*s'", whose,
                     STR_FORMAT(leaf.left_text));
  }
}

/* ---- who hears ---- */

static bool source_carried(struct compile *c, const struct trigger *trigger) {
  for (uint32_t i = 0; i < trigger->as_count; i++) {
    const struct hearer *hearer = hearer_at(c, trigger->as_first + i);
    if (hearer->kind != HEARER_FIELD || catalogue_carries(c->catalogue, trigger->type, (uint16_t)hearer->index)) return true;
  }
  return false;
}

void as_lint(struct compile *c, struct str owner, const struct trigger_set *on, const char *whose) {
  for (uint32_t i = 0; i < on->count; i++) {
    const struct trigger *trigger = trigger_at(c, on->first + i);
    if (trigger->kind != TRIGGER_EVENT || trigger->as_count == 0 || source_carried(c, trigger)) return;
  }
  if (on->count == 0) return;
  report_text_at(c, owner, "on", CHECK_CANNOT_HOLD, "none of the events of this %s carries what `as` names: nobody hears it", whose);
}

/* ---- status ---- */

bool asks_status(struct compile *c, uint32_t node) {
  if (node == NONE) return false;
  const struct condition condition = *condition_at(c, node);
  if (condition.kind == CONDITION_LEAF) return condition.left == LEFT_FIELD && condition.index == FIELD_ID_STATUS;
  for (uint32_t i = 0; i < condition.count; i++)
    if (asks_status(c, condition.first + i)) return true;
  return false;
}

/* Money that moved, or did not: its status is one of closed words. */
static bool has_status(const struct compile *c, uint16_t type) {
  const struct type_info *info = &c->catalogue->types[type];
  return info->reversible && (info->closed[FIELD_ID_STATUS / 64] >> (FIELD_ID_STATUS % 64) & 1) != 0;
}

void status_lint(struct compile *c, struct str owner, const struct trigger_set *on, uint32_t when) {
  for (uint32_t i = 0; i < on->count && !asks_status(c, when); i++) {
    const struct trigger trigger = *trigger_at(c, on->first + i);
    bool own = trigger.kind == TRIGGER_EVENT && str_starts(trigger.pointer, owner); /* an activity says once what is meant */
    if (!own || !has_status(c, trigger.type) || asks_status(c, trigger.when)) continue;
    report_text_at(c, owner, "on", CHECK_ANY_STATUS,
                   "'%.*s' counts here in every status, authorised and failed ones too: nothing asks 'status'",
                   STR_FORMAT(c->catalogue->types[trigger.type].name));
    return;
  }
}

/* ---- one event for two ---- */

struct heard {
  uint32_t leaves[2 * TESTS_MOST], count;
};

static void heard_of(struct compile *c, const struct hearing *hearing, const struct trigger *trigger, struct heard *out) {
  out->count = leaves_of_all(c, hearing->when, out->leaves, TESTS_MOST);
  out->count += leaves_of_all(c, trigger->when, out->leaves + out->count, TESTS_MOST);
}

static bool heard_exclude(struct compile *c, const struct heard *a, const struct heard *b) {
  for (uint32_t i = 0; i < a->count; i++)
    for (uint32_t j = 0; j < b->count; j++)
      if (leaves_exclude(c, condition_at(c, a->leaves[i]), condition_at(c, b->leaves[j]))) return true;
  return false;
}

bool hear_together(struct compile *c, const struct hearing *a, const struct hearing *b) {
  struct heard one, other;
  for (uint32_t i = 0; i < a->on.count && c->budget > 0; i++) {
    const struct trigger first = *trigger_at(c, a->on.first + i);
    if (first.kind != TRIGGER_EVENT) continue;
    heard_of(c, a, &first, &one);
    for (uint32_t j = 0; j < b->on.count; j++) {
      const struct trigger second = *trigger_at(c, b->on.first + j);
      if (second.kind != TRIGGER_EVENT || second.type != first.type) continue;
      if (first.as_count != second.as_count) continue; /* they are two customers' */
      heard_of(c, b, &second, &other);
      if (!heard_exclude(c, &one, &other)) return true;
    }
  }
  return false;
}
