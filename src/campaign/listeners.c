/* Listeners: one for each owner and event trigger, grouped by type of event, facts before rules (campaign.h, struct listener). */
#include "fact_row.h"

static void listener_add(struct compile *c, const struct listener *listener, const struct trigger_set *on) {
  for (uint32_t i = 0; i < on->count; i++) {
    const struct trigger *trigger = trigger_at(c, on->first + i);
    if (trigger->kind != TRIGGER_EVENT) continue;
    struct listener one = *listener;
    one.trigger = on->first + i, one.type = trigger->type, one.conditions[0] = trigger->when;
    uint32_t number = vec_push(c, &c->listeners, 1);
    *listener_at(c, number) = one;
  }
}

/* A campaign's own measures and tracks live in its time; tasks may finish while it closes. First and last hear everything ever; what a
 * balance was before the campaign is carried into it, and its last day's is told behind it. */
static void fact_listeners(struct compile *c, uint32_t number) {
  const struct fact fact = *fact_at(c, number);
  const struct campaign *campaign = &c->campaigns[fact.campaign];
  bool balance = fact.measure == MEASURE_DAILY_AVERAGE;
  bool always = campaign->programme || row_of(&fact)->since_ever;
  struct listener listener = {.kind = row_of(&fact)->order == ORDER_TASKS ? LISTENER_OPEN : LISTENER_FACT,
                              .owner = number,
                              .campaign = fact.campaign,
                              .conditions = {NONE, fact.when, NONE},
                              .schedule = NONE};
  listener.from_ms = always || balance ? INT64_MIN / 2 : campaign->from_ms;
  listener.to_ms = always ? INT64_MAX / 2 : balance ? campaign->closing_ms : campaign->to_ms;
  listener_add(c, &listener, &fact.on);
  listener.kind = LISTENER_RESET, listener.conditions[1] = NONE;
  listener_add(c, &listener, &fact.resets);
  listener.kind = LISTENER_TASK, listener.to_ms = campaign->closing_ms;
  for (uint32_t i = 0; i < fact.task_count; i++) {
    listener.part = i, listener.conditions[1] = fact.tasks[i].when;
    listener_add(c, &listener, &fact.tasks[i].on);
  }
}

static void rule_listeners(struct compile *c, uint32_t number) {
  const struct rule rule = *rule_at(c, number);
  const struct campaign *campaign = &c->campaigns[rule.campaign];
  struct listener listener = {.kind = LISTENER_RULE,
                              .owner = number,
                              .campaign = rule.campaign,
                              .conditions = {NONE, rule.when, NONE},
                              .schedule = rule.schedule,
                              .from_ms = campaign->from_ms};
  listener.to_ms = rule.spends == NONE ? campaign->to_ms : campaign->closing_ms;
  listener_add(c, &listener, &rule.on);
}

/* Stable, by type: rules were added after facts. */
static void listeners_sort(struct compile *c) {
  uint32_t starts[LIMIT_EVENT_TYPES + 1] = {0};
  struct vec sorted = {.size = sizeof(struct listener)};
  for (uint32_t i = 0; i < c->listeners.count; i++) starts[listener_at(c, i)->type + 1]++;
  for (uint32_t i = 0; i < LIMIT_EVENT_TYPES; i++) starts[i + 1] += starts[i];
  (void)vec_push(c, &sorted, c->listeners.count);
  if (c->full) return;
  for (uint32_t i = 0; i < c->listeners.count; i++) {
    const struct listener *listener = listener_at(c, i);
    struct listener *place = vec_at(c, &sorted, starts[listener->type]++);
    *place = *listener;
  }
  c->listeners = sorted;
}

void listeners_make(struct compile *c) {
  for (uint32_t i = 0; i < c->facts.count; i++) fact_listeners(c, i);
  for (uint32_t i = 0; i < c->rules.count; i++) rule_listeners(c, i);
  if (!c->full) listeners_sort(c);
}
