/* Why a listener does not hear an event, judged one by one: what explain prints, and what the index is held against. */
#include <assert.h>

#include "condition.h"

/* The leaf that failed: the first failing child of an `all`, all the way down; a failed any or not is named itself. */
static uint32_t failed_leaf(const struct rulebook *rulebook, uint32_t node, const struct event *event, struct zone zone) {
  const struct condition *condition = &rulebook->conditions[node];
  while (condition->kind == CONDITION_ALL) {
    uint32_t child = condition->first;
    while (match_condition(rulebook, child, event, zone)) {
      child++;
      assert(child < condition->first + condition->count);
    }
    node = child;
    condition = &rulebook->conditions[node];
  }
  return node;
}

struct match_answer match_listener_refusal(const struct rulebook *rulebook, uint32_t listener, const struct event *event) {
  assert(listener < rulebook->listener_count);
  const struct listener *hears = &rulebook->listeners[listener];
  struct zone zone = rulebook->campaigns[hears->campaign].zone;
  if (hears->type != event->type) return (struct match_answer){MATCH_OTHER_TYPE, NONE};
  if (event->time_ms < hears->from_ms) return (struct match_answer){MATCH_NOT_STARTED, NONE};
  if (event->time_ms >= hears->to_ms) return (struct match_answer){MATCH_ENDED, NONE};
  if (hears->schedule != NONE && !schedule_holds(&rulebook->schedules[hears->schedule], event->time_ms, zone)) {
    return (struct match_answer){MATCH_OUTSIDE_SCHEDULE, NONE};
  }
  for (uint32_t i = 0; i < 3; i++) {
    uint32_t node = hears->conditions[i];
    if (node == NONE || match_condition(rulebook, node, event, zone)) continue;
    return (struct match_answer){MATCH_CONDITION, failed_leaf(rulebook, node, event, zone)};
  }
  bool as = hears->trigger < rulebook->trigger_count && rulebook->triggers[hears->trigger].as_count > 0;
  return (struct match_answer){as ? MATCH_HEARS_AS : MATCH_HEARS, NONE};
}

/* Nearness to being heard: the higher, the more of the order of judgement was passed. */
static uint32_t refusal_nearness(enum match_refusal refusal) {
  switch (refusal) {
    case MATCH_HEARS: return 6;
    case MATCH_HEARS_AS: return 5;
    case MATCH_CONDITION: return 4;
    case MATCH_OUTSIDE_SCHEDULE: return 3;
    case MATCH_ENDED: return 2;
    case MATCH_NOT_STARTED: return 1;
    default: return 0;
  }
}

/* Listeners stand in order of type, facts before rules, rules in order: what (type, rule) comes before a place is a comparison. */
static bool listener_is_before(const struct listener *listener, uint16_t type, uint32_t rule) {
  if (listener->type != type) return listener->type < type;
  if (listener->kind != LISTENER_RULE) return true;
  return listener->owner < rule;
}

struct match_answer match_rule_refusal(const struct rulebook *rulebook, uint32_t rule, const struct event *event) {
  assert(rule < rulebook->rule_count);
  uint32_t low = 0, high = rulebook->listener_count;
  while (low < high) {
    uint32_t middle = low + (high - low) / 2;
    if (listener_is_before(&rulebook->listeners[middle], event->type, rule)) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  struct match_answer best = {MATCH_OTHER_TYPE, NONE};
  for (; low < rulebook->listener_count; low++) {
    const struct listener *listener = &rulebook->listeners[low];
    if (listener->type != event->type || listener->kind != LISTENER_RULE || listener->owner != rule) break;
    struct match_answer answer = match_listener_refusal(rulebook, low, event);
    if (refusal_nearness(answer.refusal) > refusal_nearness(best.refusal)) best = answer;
  }
  return best;
}
