/* Cycles where a unit may stand (docs/language.md section 1, "Cycles"): {"cycle": "profile.statement_day"}, the statement month, and
 * {"cycle": "fact.approved.at", "unit": "month"}, months counted from a moment of the customer's own. Which cycles there are is a table, so
 * that what is said of a customer can be held against it once. */
#include "compile.h"

/* Behind one end of months customers are due on some hundred days to come, behind one of years on four times as many; for so many the shard
 * has lists beside those of the calendar and of dates (src/shard/parts.h). */
#define TIMES_MOST 32u
#define TIMES_OF_A_YEAR 4u

static const struct key cycle_keys[] = {{"cycle", KEY_MUST}, {"unit", KEY_MAY}, {NULL, KEY_MAY}};

/* What no event says of a customer would be waited for in vain. */
static bool is_said(struct compile *c, uint32_t field) {
  return catalogue_carries(c->catalogue, TYPE_ID_CUSTOMER_UPDATED, (uint16_t)field);
}

/* By what the file says: facts behind this one are not read yet, and all that are good have the customer in their `per`. */
bool first_of_customer(struct compile *c, uint32_t fact) {
  const struct decl *decl = decl_of_fact(c, fact);
  return fact_at(c, fact)->kind == FACT_FIRST && decl != NULL && json_array_size(json_object_get(decl->at.json, "per")) <= 1;
}

static bool day_check(struct compile *c, const struct at *at, const struct left *left) {
  if (left->type == TYPE_BROKEN) return false;
  if (left->kind == LEFT_FACT_AT && first_of_customer(c, left->index)) return true;
  bool profile = left->kind == LEFT_PROFILE;
  if (profile && left->type == TYPE_INT && is_said(c, left->index)) return true;
  if (profile && !is_said(c, left->index))
    report(c, at, CHECK_UNKNOWN_FIELD, "'%.*s' is a field of events, and nobody says it of a customer: customer.updated does not carry it",
           STR_FORMAT(left->text));
  else
    report(c, at, CHECK_BAD_UNIT,
           "'%.*s' begins no cycle: name a number of the profile, the day of the month on which it begins, "
           "\"profile.statement_day\", or when a `first` of the customer was reached, \"fact.NAME.at\"",
           STR_FORMAT(left->text));
  return false;
}

/* Of a day of the profile there are months alone. */
static bool unit_read(struct compile *c, const struct at *at, const struct left *left, enum unit *unit) {
  struct at child = at_key(at, "unit");
  *unit = UNIT_MONTH;
  if (left->kind == LEFT_PROFILE && child.json == NULL) return true;
  if (child.json == NULL) {
    report(c, at, CHECK_MISSING_KEY, "a cycle from a moment needs the key 'unit': \"month\" or \"year\"");
    return false;
  }
  if (!read_unit(c, &child, true, unit)) return false;
  if (*unit == UNIT_MONTH || (*unit == UNIT_YEAR && left->kind != LEFT_PROFILE)) return true;
  report(c, &child, CHECK_BAD_UNIT, left->kind == LEFT_PROFILE ? "a day of the month begins months alone" : "a cycle is a month or a year");
  return false;
}

static struct str name_of(struct compile *c, const struct left *left, enum unit unit) {
  if (left->kind == LEFT_PROFILE) return arena_print(c->scratch, "cycle.%.*s", STR_FORMAT(left->text));
  return arena_print(c->scratch, "cycle.%s.fact.%.*s.at", unit_name(unit), STR_FORMAT(fact_at(c, left->index)->first_name));
}

/* A month begins in one zone before it does in another: what holds from it on is kept for each by itself, under a name that stays. */
uint64_t days_name(struct compile *c, struct str name) {
  const struct campaign *campaign = campaign_now(c);
  if (!zone_turns(campaign->zone)) return name_hash40(arena_print(c->scratch, "%.*s%+d", STR_FORMAT(name), campaign->zone.minutes));
  return name_hash40(arena_print(c->scratch, "%.*s@%.*s", STR_FORMAT(name), STR_FORMAT(campaign->zone_name)));
}

static uint32_t cycle_add(struct compile *c, const struct own_cycle *cycle) {
  for (uint32_t i = 0; i < c->own_cycles.count; i++) {
    const struct own_cycle *known = own_cycle_at(c, i);
    if (known->days == cycle->days) return i + 1;
  }
  uint32_t number = vec_push(c, &c->own_cycles, 1);
  *own_cycle_at(c, number) = *cycle;
  return number + 1;
}

static bool cycle_read(struct compile *c, const struct at *at, enum unit *unit, uint32_t *out) {
  struct at day = at_key(at, "cycle");
  struct left left;
  if (!keys_check(c, at, cycle_keys, "a cycle") || day.json == NULL) return false;
  uint32_t node = left_node(c, &day, PLACE_FACT, &left);
  if (node == NONE || !day_check(c, &day, &left) || !unit_read(c, at, &left, unit)) return false;
  struct str name = keep_text(c, name_of(c, &left, *unit));
  *out = cycle_add(c, &(struct own_cycle){.name = name,
                                          .lacking = arena_print(c->arena, "without %.*s", STR_FORMAT(left.text)),
                                          .decl = name_hash40(name),
                                          .days = days_name(c, name),
                                          .unit = *unit,
                                          .left = node,
                                          .zone = campaign_now(c)->zone});
  return true;
}

bool read_period(struct compile *c, const struct at *at, bool calendar_only, enum unit *unit, uint32_t *cycle) {
  *cycle = 0;
  return json_is_object(at->json) ? cycle_read(c, at, unit, cycle) : read_unit(c, at, calendar_only, unit);
}

/* ---- at how many instants cycles close ---- */

static const struct close *cycle_heard_by(struct compile *c, const struct trigger *trigger) {
  if (trigger->kind != TRIGGER_CLOSE || close_at(c, trigger->close)->cycle == 0) return NULL;
  return close_at(c, trigger->close);
}

/* Another delay, zone or unit: instants of its own. */
static bool is_new_time(struct compile *c, uint32_t number) {
  const struct trigger one = *trigger_at(c, number);
  const struct close close = *cycle_heard_by(c, &one);
  for (uint32_t i = 0; i < number; i++) {
    const struct trigger *other = trigger_at(c, i);
    const struct close *known = cycle_heard_by(c, other);
    if (known != NULL && known->unit == close.unit && other->delay.ms == one.delay.ms && zone_is_same(known->zone, close.zone))
      return false;
  }
  return true;
}

void cycle_times_check(struct compile *c) {
  uint32_t times = 0;
  for (uint32_t r = 0; r < c->rules.count && c->own_cycles.count > 0; r++) {
    const struct rule rule = *rule_at(c, r);
    for (uint32_t i = 0; i < rule.on.count; i++) {
      uint32_t number = rule.on.first + i, before = times;
      const struct close *close = cycle_heard_by(c, trigger_at(c, number));
      if (close == NULL || !is_new_time(c, number)) continue;
      times += close->unit == UNIT_YEAR ? TIMES_OF_A_YEAR : 1;
      if (before > TIMES_MOST || times <= TIMES_MOST) continue;
      c->now = rule.campaign;
      report_text_at(c, trigger_at(c, number)->pointer, "close", CHECK_TOO_MANY,
                     "cycles are heard to close after more than %u delays, those of years counted four times, of all zones and campaigns "
                     "together; let campaigns hear them after the same delay",
                     TIMES_MOST);
    }
  }
}
