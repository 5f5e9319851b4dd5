/* Levels: that a measure reached a step at the close of a period, and kept it for further ones (docs/language.md section 5). Whoever hears
 * a level hears the closes of its unit: so a trigger {"fact": level} is a close's, with the level beside it. */
#include "fact_row.h"

static const struct key level_keys[] = {{"level", KEY_MUST}, {"levels", KEY_MUST}, {"every", KEY_MUST},   {"delay", KEY_MAY},
                                        {"once", KEY_MAY},   {"hold", KEY_MAY},    {"on_break", KEY_MAY}, {"fires", KEY_MAY},
                                        {"was", KEY_MAY},    {NULL, KEY_MAY}};
static const struct key step_keys[] = {{"id", KEY_MUST}, {"from", KEY_MUST}, {NULL, KEY_MAY}};
#define HOLD_MOST 36

/* ---- reading ---- */

static bool from_read(struct compile *c, const struct at *at, bool money, int64_t *out) {
  if (money) return read_money(c, at, true, out);
  return read_int(c, at, 1, LIMIT_AMOUNT_MINOR, CHECK_BAD_FACT, out);
}

static bool id_is_new(const struct level *levels, uint32_t count, struct str id) {
  for (uint32_t i = 0; i < count; i++)
    if (str_equal(levels[i].id, id)) return false;
  return true;
}

static void step_read(struct compile *c, const struct at *at, bool money, struct level *levels, uint32_t number) {
  struct at id = at_key(at, "id"), from = at_key(at, "from");
  struct level *level = &levels[number];
  if (!keys_check(c, at, step_keys, "a level") || id.json == NULL || from.json == NULL) return;
  if (read_id(c, &id, false, &level->id)) level->id = keep_text(c, level->id);
  if (!id_is_new(levels, number, level->id)) report(c, &id, CHECK_DUPLICATE_ID, "two levels are called '%.*s'", STR_FORMAT(level->id));
  if (from_read(c, &from, money, &level->from) && number > 0 && level->from <= levels[number - 1].from)
    report(c, &from, CHECK_BAD_FACT, "the levels must rise; this one does not begin above the one before");
}

static void steps_read(struct compile *c, const struct at *at, struct fact *fact) {
  uint32_t count;
  if (!read_list(c, at, CHECK_BAD_FACT, &count)) return;
  if (count > LIMIT_LEVELS) {
    report(c, at, CHECK_TOO_MANY, "%u levels; at most %u", count, LIMIT_LEVELS);
    return;
  }
  struct level *levels = take(c, count, sizeof *levels);
  for (uint32_t i = 0; i < count && levels != NULL; i++) {
    struct at item = at_item(at, i);
    step_read(c, &item, fact->money, levels, i);
  }
  fact->levels = levels, fact->level_count = levels == NULL ? 0 : count;
}

static void measure_read(struct compile *c, const struct at *at, struct fact *fact) {
  struct str name;
  if (!read_text(c, at, &name)) return;
  uint32_t decl = name_resolve(c, at, DECL_FACT, name);
  if (decl == NONE || *fact_is_broken(c, decl_at(c, decl)->number)) return;
  uint32_t number = decl_at(c, decl)->number;
  const struct fact *measure = fact_at(c, number);
  if (measure->kind != FACT_MEASURE)
    report(c, at, CHECK_BAD_FACT, "'%.*s' is no measure: a level is one of a measure's", STR_FORMAT(name));
  else if (fact_fits(c, at, number, measure->money))
    fact->parts[0] = number, fact->money = measure->money;
}

static void words_read(struct compile *c, const struct at *at, struct fact *fact) {
  static const char *const onces[] = {"ever", "period", NULL}, *const breaks[] = {"cancel", "restart", NULL},
                           *const choices[] = {"highest", "each", NULL};
  struct at once = at_key(at, "once"), on_break = at_key(at, "on_break"), fires = at_key(at, "fires");
  uint32_t word = 0;
  if (once.json != NULL && read_word(c, &once, onces, CHECK_BAD_VALUE, &word)) fact->every_period = word == 1;
  if (on_break.json != NULL && read_word(c, &on_break, breaks, CHECK_BAD_VALUE, &word)) fact->restarts = word == 1;
  if (fires.json != NULL && read_word(c, &fires, choices, CHECK_BAD_VALUE, &word)) fact->fires_each = word == 1;
  if (fact->hold == 0 && on_break.json != NULL)
    report(c, &on_break, CHECK_NO_EFFECT, "nothing is held, so nothing is broken: add \"hold\"");
  if (fact->hold > 0 && fact->every_period)
    report(c, &once, CHECK_BAD_FACT, "a level that is held is reached once: \"once\": \"period\" goes without \"hold\"");
}

static void level_read(struct compile *c, const struct at *at, struct fact *fact) {
  struct at measure = at_key(at, "level"), steps = at_key(at, "levels"), every = at_key(at, "every"), hold = at_key(at, "hold"),
            delay = at_key(at, "delay");
  int64_t count = 0;
  (void)keys_check(c, at, level_keys, "a level's fact");
  if (campaign_now(c)->programme) report(c, at, CHECK_BAD_FACT, "only campaigns have levels: they are kept for an audience and a period");
  measure_read(c, &measure, fact);
  fact->window = (struct window){.kind = WINDOW_UNIT, .unit = UNIT_MONTH};
  if (every.json != NULL) (void)read_unit(c, &every, true, &fact->window.unit);
  if (steps.json != NULL && fact->parts[0] != NONE) steps_read(c, &steps, fact);
  if (hold.json != NULL && read_int(c, &hold, 0, HOLD_MOST, CHECK_BAD_FACT, &count)) fact->hold = (uint32_t)count;
  (void)close_delay_read(c, &delay, &fact->delay);
  words_read(c, at, fact);
}

/* ---- when its measure is known as a whole ---- */

static bool ends_with(const struct window *window, enum unit unit) {
  if (window->kind == WINDOW_ROLLING_DAYS) return unit == UNIT_DAY;
  bool units = window->kind == WINDOW_LAST_UNITS || (window->kind == WINDOW_UNIT && window->previous == 0);
  return units && window->unit == unit && window->cycle == 0;
}

/* Every close from the campaign's first to the last at which something is held is looked at. */
static void closes_lint(struct compile *c, const struct at *at, const struct fact *fact) {
  const struct campaign *campaign = &c->campaigns[fact->campaign];
  struct at every = at_key(at, "every");
  int32_t first = period_of(fact->window.unit, campaign->from_ms, campaign->zone);
  int32_t last = period_of(fact->window.unit, campaign->to_ms - 1, campaign->zone);
  int64_t closes = (int64_t)last - first + 1 + fact->hold;
  if (closes > (int64_t)LIMIT_LEVEL_CLOSES)
    report(c, &every, CHECK_TOO_MANY, "the campaign has %lld such closes; a level is judged at %u at most: choose a longer unit",
           (long long)closes, LIMIT_LEVEL_CLOSES);
}

static void level_lint(struct compile *c, const struct at *at, const struct fact *fact) {
  struct at place = at_key(at, "level"), every = at_key(at, "every"), hold = at_key(at, "hold");
  if (fact->parts[0] == NONE) return;
  const struct fact *measure = fact_at(c, fact->parts[0]);
  if (!ends_with(&measure->window, fact->window.unit))
    report(c, &every, CHECK_BAD_FACT, "'%.*s' is not of the %s that closes: give it the window \"%s\", or closed ones of it",
           STR_FORMAT(measure->name), unit_name(fact->window.unit), unit_name(fact->window.unit));
  if (measure->dimension_count > 0)
    report(c, &place, CHECK_BAD_FACT, "'%.*s' is counted for each of something, and a close has none", STR_FORMAT(measure->name));
  if (measure->refunds_subtract)
    report(c, &place, CHECK_BAD_FACT,
           "refunds lower '%.*s', and a level that was reached stays: write \"refunds\": \"ignore\", or hear the close",
           STR_FORMAT(measure->name));
  if (fact->hold > 0 && measure->measure != MEASURE_DAILY_AVERAGE)
    report(c, &hold, CHECK_BAD_FACT, "what is held is a daily average: other measures hear nothing behind the campaign's last day");
  closes_lint(c, at, fact);
}

/* ---- who hears it ---- */

uint32_t rule_level(struct compile *c, const struct rule *rule) {
  for (uint32_t i = 0; i < rule->on.count; i++) {
    uint32_t level = trigger_level(trigger_at(c, rule->on.first + i));
    if (level != NONE) return level;
  }
  return NONE;
}

static bool is_level(const struct fact *fact, struct str id) {
  for (uint32_t i = 0; i < fact->level_count; i++)
    if (str_equal(fact->levels[i].id, id)) return true;
  return false;
}

static void node_lint(struct compile *c, const struct fact *fact, uint32_t node) {
  if (node == NONE) return;
  const struct condition condition = *condition_at(c, node);
  for (uint32_t i = 0; condition.kind != CONDITION_LEAF && i < condition.count; i++) node_lint(c, fact, condition.first + i);
  if (condition.kind != CONDITION_LEAF || condition.left != LEFT_LEVEL) return;
  for (uint32_t i = 0; i < condition.operand.text_count; i++)
    if (!is_level(fact, condition.operand.texts[i]))
      report_text_at(c, condition.pointer, NULL, CHECK_CANNOT_HOLD, "'%.*s' has no level '%.*s'", STR_FORMAT(fact->name),
                     STR_FORMAT(condition.operand.texts[i]));
}

void rule_level_lint(struct compile *c, const struct rule *rule) {
  uint32_t number = rule_level(c, rule);
  if (number == NONE) return;
  const struct fact fact = *fact_at(c, number);
  if (rule->on.count > 1)
    report_text_at(c, rule->pointer, "on", CHECK_BAD_TRIGGER, "a rule that hears a level hears nothing else: write a rule for each");
  node_lint(c, &fact, rule->when);
  for (uint32_t i = 0; i < rule->item_count; i++) node_lint(c, &fact, item_at(c, rule->item_first + i)->when);
}

/* ---- its row ---- */

static void unasked(struct compile *c, const struct at *at, struct str name) {
  report(c, at, CHECK_BAD_CONDITION, "a level is heard, \"on\": {\"fact\": \"%.*s\"}, and asked as 'level' there", STR_FORMAT(name));
}

/* All of it: what is held under way would end otherwise. */
static void mean(const struct saying *s, const struct fact *fact) {
  buffer_print(s->out, "levels of %.*s:", STR_FORMAT(s->book->facts[fact->parts[0]].first_name));
  for (uint32_t i = 0; i < fact->level_count; i++)
    buffer_print(s->out, "%s %.*s from %lld", i == 0 ? "" : ",", STR_FORMAT(fact->levels[i].id), (long long)fact->levels[i].from);
  if (fact->hold > 0) buffer_print(s->out, "; held for %u more, a break %s", fact->hold, fact->restarts ? "restarts" : "cancels");
  buffer_print(s->out, "; once %s, the highest%s", fact->every_period ? "a period" : "ever", fact->fires_each ? " and those below" : "");
}

static uint64_t cells(const struct fact *fact) {
  (void)fact;
  return LIMIT_LEVEL_CLOSES / 40; /* so many marks stand in a cell (memory.h) */
}

const struct fact_row fact_row_level = {.traits = {.word = "level", .heard = HEARD_CLOSE, .figure = FIGURE_NUMBER, .windowed = true},
                                        .type = TYPE_INT,
                                        .read = level_read,
                                        .lint = level_lint,
                                        .unasked = unasked,
                                        .mean = mean,
                                        .cells = cells};
