/* What can be told of a fact when everything it cites is known: what it can never hear, count or keep, what it looks back to, and tasks of
 * a track that one event can do. */
#include "fact_row.h"

static struct str field_name(const struct compile *c, uint32_t field) { return c->catalogue->fields[field].campaign_name; }

static void never_report(struct compile *c, const struct at *at, const char *key, uint32_t field, const char *what) {
  struct at place = at_key(at, key);
  report(c, place.json != NULL ? &place : at, CHECK_CANNOT_HOLD, "none of the events of this %s carries '%.*s'", what,
         STR_FORMAT(field_name(c, field)));
}

static void fields_lint(struct compile *c, const struct at *at, const struct fact *fact) {
  struct at keep = at_key(at, "keep");
  if (fact->keep != FIELD_NONE && never_carried(c, &fact->on, fact->keep))
    report(c, &keep, CHECK_NO_EFFECT, "none of the events of this fact carries '%.*s': nothing is ever kept",
           STR_FORMAT(field_name(c, fact->keep)));
  if (fact->of != FIELD_NONE && never_carried(c, &fact->on, fact->of)) never_report(c, at, "of", fact->of, "fact");
  for (uint32_t i = 0; i < fact->dimension_count; i++) {
    const struct dimension *dimension = &fact->dimensions[i];
    if (dimension->kind == DIMENSION_FIELD && never_carried(c, &fact->on, dimension->index))
      never_report(c, at, "per", dimension->index, "fact");
  }
}

/* ---- looking back ---- */

static void previous_report(struct compile *c, const struct at *at, const struct fact *fact, int32_t first, bool never) {
  char memory[32];
  struct buffer period;
  buffer_init(&period, memory, sizeof memory);
  buffer_period(&period, fact->window.unit, first);
  if (never)
    report(c, at, CHECK_CANNOT_HOLD, "it looks back to before the campaign, and the campaign is over before %.*s: it never holds anything",
           STR_FORMAT(buffer_text(&period)));
  else
    report(c, at, CHECK_EMPTY_AT_FIRST, "a measure of a campaign hears the campaign's own time only: this one holds nothing before %.*s",
           STR_FORMAT(buffer_text(&period)));
}

static bool asks_fact(struct compile *c, uint32_t node, uint32_t fact) {
  if (node == NONE) return false;
  const struct condition condition = *condition_at(c, node);
  if (condition.kind == CONDITION_LEAF) return condition.left == LEFT_FACT && condition.index == fact;
  for (uint32_t i = 0; i < condition.count; i++)
    if (asks_fact(c, condition.first + i, fact)) return true;
  return false;
}

/* Whether the rules that ask it begin, by their schedules, no earlier than that: the only ones that may are those that ask in `when`. */
static bool asked_from(struct compile *c, const struct fact *fact, uint32_t number, int32_t first) {
  const struct campaign *campaign = &c->campaigns[fact->campaign];
  int64_t from_ms = period_start(fact->window.unit, first, campaign->zone);
  bool asked = false;
  for (uint32_t i = 0; i < campaign->rule_count; i++) {
    const struct rule rule = *rule_at(c, campaign->rule_first + i);
    if (!asks_fact(c, rule.when, number)) continue;
    if (rule.schedule == NONE || schedule_at(c, rule.schedule)->from_ms < from_ms) return false;
    asked = true;
  }
  return asked;
}

/* A measure of a campaign has heard nothing before its first day. */
static void previous_lint(struct compile *c, const struct at *at, const struct fact *fact, uint32_t number) {
  const struct campaign *campaign = &c->campaigns[fact->campaign];
  bool closed = fact->window.kind == WINDOW_LAST_UNITS, back = fact->window.kind == WINDOW_UNIT && fact->window.previous > 0;
  if (fact->measure == MEASURE_DAILY_AVERAGE || campaign->programme || (!closed && !back)) return;
  struct at previous = at_key(at, "previous"), window = at_key(at, "window");
  int32_t begins =
      period_of(fact->window.unit, campaign->from_ms, campaign->zone) - (fact->window.cycle > 0); /* it may have begun before */
  int32_t ends = period_of(fact->window.unit, campaign->to_ms - 1, campaign->zone);
  int32_t first = begins + (int32_t)fact->window.previous + (closed ? 1 : 0);
  if (first <= ends && asked_from(c, fact, number, first)) return;
  previous_report(c, previous.json != NULL ? &previous : &window, fact, first, first > ends);
}

/* ---- tracks ---- */

static void match_lint(struct compile *c, const struct at *at, const struct fact *fact) {
  for (uint32_t i = 0; i < fact->match_count; i++) {
    if (never_carried(c, &fact->on, fact->match[i])) never_report(c, at, "match", fact->match[i], "track's opening");
    for (uint32_t t = 0; t < fact->task_count; t++)
      if (never_carried(c, &fact->tasks[t].on, fact->match[i])) never_report(c, at, "match", fact->match[i], "track's tasks");
  }
}

/* One event does one task. Listed ones are done in turn, and where any one is enough it does not matter which. */
static void tasks_meet_lint(struct compile *c, const struct at *tasks, const struct fact *fact) {
  for (uint32_t j = 1; j < fact->task_count && !fact->ordered && fact->need > 1; j++) {
    for (uint32_t i = 0; i < j; i++) {
      struct hearing one = {fact->tasks[i].on, fact->tasks[i].when}, other = {fact->tasks[j].on, fact->tasks[j].when};
      if (!hear_together(c, &one, &other) || c->budget == 0) continue;
      struct at task = at_item(tasks, j);
      report(c, &task, CHECK_TASKS_MEET, "one event fits '%.*s' and '%.*s'; it does one of them", STR_FORMAT(fact->tasks[i].id),
             STR_FORMAT(fact->tasks[j].id));
      break;
    }
  }
}

void track_lint(struct compile *c, const struct at *at, const struct fact *fact) {
  struct at tasks = at_key(at, "tasks"), per = at_key(at, "per"), within = at_key(at, "within");
  for (uint32_t i = 0; i < fact->task_count; i++) {
    struct at task = at_item(&tasks, i);
    when_lint(c, &fact->tasks[i].on, fact->tasks[i].when, "task");
    as_lint(c, at_pointer(c, &task), &fact->tasks[i].on, "task");
    status_lint(c, at_pointer(c, &task), &fact->tasks[i].on, fact->tasks[i].when);
  }
  match_lint(c, at, fact);
  tasks_meet_lint(c, &tasks, fact);
  if (per.json != NULL && fact->dimension_count == 0)
    report(c, &per, CHECK_NO_EFFECT, "a track is the customer's anyway: there is one for each event that opens it, as without 'per'");
  if (fact->within.kind == MOMENT_AFTER && fact->within.after.months == 0 && fact->within.after.ms == 0)
    report(c, &within, CHECK_CANNOT_HOLD, "no time is left for the tasks");
}

/* ---- measures ---- */

void measure_lint(struct compile *c, const struct at *at, const struct fact *fact) {
  if (fact->measure == MEASURE_DAILY_AVERAGE) daily_lint(c, at, fact);
  status_lint(c, at_pointer(c, at), &fact->on, fact->when);
}

/* ---- all of a file ---- */

static void fact_lint(struct compile *c, const struct at *at, const struct fact *fact, uint32_t number) {
  const struct fact_row *row = row_of(fact);
  const char *what = row->inner ? row->traits.word : "fact";
  struct at inner = row->inner ? at_key(at, what) : *at;
  when_lint(c, &fact->on, fact->when, what);
  as_lint(c, at_pointer(c, &inner), &fact->on, what);
  fields_lint(c, &inner, fact);
  previous_lint(c, at, fact, number);
  if (row->lint != NULL) row->lint(c, &inner, fact);
}

void facts_lint(struct compile *c) {
  const struct file *file = file_now(c);
  for (uint32_t i = 0; i < file->decl_count[DECL_FACT]; i++) {
    const struct decl decl = *decl_at(c, file->decl_first[DECL_FACT] + i);
    const struct fact fact = *fact_at(c, decl.number);
    fact_lint(c, &decl.at, &fact, decl.number);
  }
}
