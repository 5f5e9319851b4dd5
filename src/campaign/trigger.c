/* Triggers: what a rule or fact hears - an event, a named set of events, a fact, another rule's gift (docs/language.md section 3).
 * A named activity is read once; who cites it gets copies of its triggers, which share their conditions. */
#include "compile.h"

static const struct key trigger_keys[] = {{"event", KEY_MAY}, {"activity", KEY_MAY}, {"fact", KEY_MAY}, {"reward", KEY_MAY},
                                          {"when", KEY_MAY},  {"close", KEY_MAY},    {"date", KEY_MAY}, {"as", KEY_MAY},
                                          {"delay", KEY_MAY}, {"time", KEY_MAY},     {NULL, KEY_MAY}};
static const char *const trigger_kinds[] = {"event", "activity", "fact", "reward", "close", "date", NULL};
static const char *const close_keys[] = {"delay", "time", NULL};
#define TRIGGERS_MOST 64u

static void one_read(struct compile *c, const struct at *at, enum place place, struct vec *out);

void trigger_add(struct compile *c, struct vec *out, const struct trigger *trigger) {
  uint32_t number = vec_push(c, out, 1);
  struct trigger *place = vec_at(c, out, number);
  *place = *trigger;
}

static void event_read_trigger(struct compile *c, const struct at *at, const struct at *whole, struct vec *out) {
  struct str name;
  struct trigger trigger = {.kind = TRIGGER_EVENT, .when = NONE, .fact = NONE, .rule = NONE, .pointer = at_pointer(c, whole)};
  struct at when = at_key(whole, "when");
  uint32_t errors = c->findings->errors;
  if (json_is_object(whole->json)) (void)condition_read(c, &when, PLACE_TRIGGER, &trigger.when);
  if (!read_text(c, at, &name)) return;
  trigger.type = catalogue_type(c->catalogue, name);
  if (trigger.type != TYPE_UNKNOWN) {
    if (c->findings->errors == errors) trigger_lint(c, &trigger);
    trigger_add(c, out, &trigger);
    return;
  }
  struct str near = catalogue_near_type(c->catalogue, name);
  report(c, at, CHECK_UNKNOWN_EVENT, "'%.*s' is not a type of event%s%.*s%s", STR_FORMAT(name), near.length > 0 ? "; did you mean '" : "",
         STR_FORMAT(near), near.length > 0 ? "'?" : "");
}

/* ---- activities ---- */

static void activity_fill(struct compile *c, uint32_t decl_number) {
  struct decl decl = *decl_at(c, decl_number);
  struct trigger_set set = {0, 0};
  uint32_t before = c->now;
  activity_at(c, decl.number)->under_way = true;
  c->now = decl.file;
  triggers_read(c, &decl.at, PLACE_TRIGGER, &set);
  c->now = before;
  *activity_at(c, decl.number) = (struct activity){.set = set, .done = true};
}

static bool tests_money(struct compile *c, uint32_t node) {
  if (node == NONE) return false;
  const struct condition condition = *condition_at(c, node);
  bool money = condition.kind == CONDITION_LEAF && condition.money;
  for (uint32_t i = 0; condition.kind != CONDITION_LEAF && i < condition.count; i++) money = money || tests_money(c, condition.first + i);
  return money;
}

static void activity_read(struct compile *c, const struct at *at, struct vec *out) {
  struct str name;
  if (json_is_array(at->json)) { /* inline */
    for (uint32_t i = 0; i < json_array_size(at->json) && i < TRIGGERS_MOST; i++) {
      struct at item = at_item(at, i);
      one_read(c, &item, PLACE_TRIGGER, out);
    }
    return;
  }
  if (!read_text(c, at, &name)) return;
  uint32_t decl = name_resolve(c, at, DECL_ACTIVITY, name);
  if (decl == NONE) return;
  uint32_t number = decl_at(c, decl)->number;
  if (activity_at(c, number)->under_way) {
    report(c, at, CHECK_CIRCULAR, "the activity '%.*s' is part of itself", STR_FORMAT(name));
    return;
  }
  if (!activity_at(c, number)->done) activity_fill(c, decl);
  struct trigger_set set = activity_at(c, number)->set;
  bool priced = false;
  for (uint32_t i = 0; i < set.count; i++) {
    struct trigger trigger = *trigger_at(c, set.first + i);
    priced = priced || tests_money(c, trigger.when);
    trigger_add(c, out, &trigger);
  }
  struct tally own = {priced ? TALLY_MONEY : TALLY_THINGS, c->now}, cited = {TALLY_MONEY, decl_at(c, decl)->file};
  struct clash clash = tally_clash(c, USE_COMPARE, own, cited);
  if (clash.text.length > 0) report(c, at, clash.code, "%.*s", STR_FORMAT(clash.text));
}

void activities_read(struct compile *c) {
  const struct file *file = file_now(c);
  for (uint32_t i = 0; i < file->decl_count[DECL_ACTIVITY]; i++) {
    uint32_t decl = file->decl_first[DECL_ACTIVITY] + i;
    if (!activity_at(c, decl_at(c, decl)->number)->done) activity_fill(c, decl);
  }
}

/* ---- facts and gifts ---- */

static void fact_read_trigger(struct compile *c, const struct at *at, const struct at *whole, struct vec *out) {
  struct str name;
  struct trigger trigger = {.kind = TRIGGER_FACT, .type = TYPE_UNKNOWN, .when = NONE, .rule = NONE, .pointer = at_pointer(c, whole)};
  if (!read_text(c, at, &name)) return;
  uint32_t decl = name_resolve(c, at, DECL_FACT, name);
  if (decl == NONE) return;
  trigger.fact = decl_at(c, decl)->number;
  const struct fact *fact = fact_at(c, trigger.fact);
  const enum fact_heard heard = traits_of(fact)->heard;
  if (heard == HEARD_CLOSE) {
    trigger.kind = TRIGGER_CLOSE, trigger.delay = fact->delay;
    close_trigger(c, at, fact->window.unit, 0, &trigger, out);
    return;
  }
  if (heard == HEARD_NEVER && !*fact_is_broken(c, trigger.fact)) {
    report(c, at, CHECK_BAD_TRIGGER, "'%.*s' is no track, measure or level: it never happens, it is only asked", STR_FORMAT(name));
    return;
  }
  if (fact->measure == MEASURE_DAILY_AVERAGE) {
    report(c, at, CHECK_BAD_TRIGGER, "a daily average moves with every day, up and down: hear the close of its period and ask '%.*s' there",
           STR_FORMAT(name));
    return;
  }
  trigger_add(c, out, &trigger);
}

static void reward_one(struct compile *c, const struct at *at, const struct at *whole, struct vec *out) {
  struct str name;
  struct trigger trigger = {.kind = TRIGGER_REWARD, .type = TYPE_UNKNOWN, .when = NONE, .fact = NONE, .pointer = at_pointer(c, whole)};
  if (!read_text(c, at, &name)) return;
  uint32_t decl = name_find(c, DECL_RULE, file_now(c)->id, name);
  if (decl == NONE) {
    struct near near = near_start(name);
    for (uint32_t i = 0; i < file_now(c)->decl_count[DECL_RULE]; i++)
      near_offer(&near, decl_at(c, file_now(c)->decl_first[DECL_RULE] + i)->name);
    struct str hint = near_text(c, &near);
    report(c, at, CHECK_UNKNOWN_REF, "this file has no rule '%.*s'%.*s", STR_FORMAT(name), STR_FORMAT(hint));
    return;
  }
  trigger.rule = decl_at(c, decl)->number;
  c->rule_on_reward = true;
  trigger_add(c, out, &trigger);
}

static void reward_read_trigger(struct compile *c, const struct at *at, const struct at *whole, struct vec *out) {
  uint32_t count;
  c->rule_on_reward = true;
  if (!json_is_array(at->json)) {
    reward_one(c, at, whole, out);
    return;
  }
  if (!read_list(c, at, CHECK_BAD_TRIGGER, &count)) return;
  for (uint32_t i = 0; i < count && i < TRIGGERS_MOST; i++) {
    struct at item = at_item(at, i);
    reward_one(c, &item, whole, out);
  }
}

/* ---- one trigger ---- */

static const char *kind_of(const struct at *at, uint32_t *kinds) {
  const char *found = NULL;
  *kinds = 0;
  for (uint32_t i = 0; trigger_kinds[i] != NULL; i++) {
    if (json_object_get(at->json, trigger_kinds[i]) == NULL) continue;
    found = trigger_kinds[i];
    (*kinds)++;
  }
  return found;
}

static void object_read(struct compile *c, const struct at *at, enum place place, struct vec *out) {
  uint32_t kinds;
  const char *kind = kind_of(at, &kinds);
  (void)keys_check(c, at, trigger_keys, "a trigger");
  if (kinds != 1) {
    report(c, at, CHECK_BAD_TRIGGER, "a trigger has exactly one of event, activity, fact, reward, close, date; found %u of them", kinds);
    return;
  }
  struct at child = at_key(at, kind), when = at_key(at, "when"), as = at_key(at, "as");
  uint32_t first = out->count;
  for (uint32_t i = 0; close_keys[i] != NULL; i++) {
    struct at beside = at_key(at, close_keys[i]);
    bool goes = strcmp(kind, "close") == 0 || strcmp(kind, "date") == 0;
    if (beside.json != NULL && strcmp(kind, "close") == 0 && strcmp(close_keys[i], "time") == 0)
      report(c, &beside, CHECK_BAD_TRIGGER, "'time' goes with a date: a period closes at its end, or a 'delay' later, like \"PT10H\"");
    if (beside.json != NULL && strcmp(kind, "date") == 0 && strcmp(close_keys[i], "delay") == 0)
      report(c, &beside, CHECK_BAD_TRIGGER, "'delay' goes with a close: a date is heard on its day, at a 'time', like \"09:00\"");
    if (beside.json != NULL && !goes)
      report(c, &beside, CHECK_BAD_TRIGGER, "'%s' goes with a close or a date: what an event wakes is woken at once", close_keys[i]);
  }
  bool event = strcmp(kind, "event") == 0, fact = strcmp(kind, "fact") == 0, reward = strcmp(kind, "reward") == 0;
  bool close = strcmp(kind, "close") == 0, date = strcmp(kind, "date") == 0;
  if (!event && when.json != NULL)
    report(c, &when, CHECK_BAD_TRIGGER, "`when` stands beside `event` alone; put it into the `when` of the rule");
  if ((fact || reward || close || date) && place != PLACE_RULE) {
    report(c, &child, CHECK_BAD_TRIGGER, "only a rule hears a %s; this is an event or an activity", kind);
    return;
  }
  if (event)
    event_read_trigger(c, &child, at, out);
  else if (fact)
    fact_read_trigger(c, &child, at, out);
  else if (reward)
    reward_read_trigger(c, &child, at, out);
  else if (close)
    close_read(c, &child, at, out);
  else if (date)
    date_read(c, &child, at, out);
  else if (strcmp(kind, "activity") == 0)
    activity_read(c, &child, out);
  fx_as_check(c, &child, out, first);
  if (as.json != NULL) fx_as_refuse(c, &as);
  if (as.json != NULL) as_read(c, &as, out, first);
}

static void one_read(struct compile *c, const struct at *at, enum place place, struct vec *out) {
  if (json_is_string(at->json))
    event_read_trigger(c, at, at, out);
  else if (json_is_object(at->json))
    object_read(c, at, place, out);
  else
    report(c, at, CHECK_WRONG_TYPE, "a trigger must be the name of an event or an object, found %s", type_of(at->json));
}

void triggers_read(struct compile *c, const struct at *at, enum place place, struct trigger_set *out) {
  struct vec found = {.size = sizeof(struct trigger)};
  uint32_t count = 1;
  *out = (struct trigger_set){0, 0};
  bool list = json_is_array(at->json);
  if (list && !read_list(c, at, CHECK_BAD_TRIGGER, &count)) return;
  if (count > TRIGGERS_MOST) {
    report(c, at, CHECK_TOO_MANY, "%u triggers; at most %u", count, TRIGGERS_MOST);
    return;
  }
  for (uint32_t i = 0; i < count; i++) {
    struct at item = list ? at_item(at, i) : *at;
    one_read(c, &item, place, &found);
  }
  if (found.count == 0 || c->full) return;
  out->first = vec_push(c, &c->triggers, found.count), out->count = found.count;
  for (uint32_t i = 0; i < found.count; i++) *trigger_at(c, out->first + i) = *(struct trigger *)vec_at(c, &found, i);
}
