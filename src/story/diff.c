/* Compares what a scenario expects of an event with what happened, and says the difference as a diff of expectations. */
#include "parts.h"

static bool value_matches(const struct comparison *c, const struct expectation *expect, const struct gift *gift) {
  if (str_equal(expect->value, STR("any"))) return true;
  int64_t value = gift->kind == GIFT_OFFSET && gift->value_minor == 0 ? gift->offset_minor : gift->value_minor;
  if (expect->value.length == 0) return value == 0;
  char memory[64];
  struct buffer text;
  buffer_init(&text, memory, sizeof memory);
  scenario_print_value(c->rulebook, gift->rule, gift->item, value, &text);
  return str_equal(buffer_text(&text), expect->value);
}

static bool label_matches(const struct item *item, struct str name, struct str text) {
  for (uint32_t i = 0; i < item->label_count; i++)
    if (str_equal(item->labels[i].key, name)) return str_equal(item->labels[i].value, text);
  return false;
}

static bool funder_matches(const struct rulebook *book, uint32_t pool, struct str party, struct str share) {
  char memory[32];
  struct buffer text;
  for (uint32_t i = 0; pool != NONE && i < book->pools[pool].funding_count; i++) {
    if (!str_equal(book->pools[pool].funding[i].party, party)) continue;
    buffer_init(&text, memory, sizeof memory);
    buffer_percent(&text, book->pools[pool].funding[i].share_bp);
    return str_equal(buffer_text(&text), share);
  }
  return false;
}

/* What a gift carries along for the system that takes it: as the event has it, from item and pool. */
static bool carried_matches(const struct comparison *c, const struct expectation *expect, const struct gift *gift) {
  const struct item *item = &c->rulebook->items[gift->item];
  if (expect->template_id.length > 0 && !str_equal(expect->template_id, item->template_id)) return false;
  for (uint32_t i = 0; i < expect->carried_count; i++) {
    struct str name, text;
    (void)str_split(expect->carried[i], '=', &name, &text);
    if (!(expect->of_funding[i] ? funder_matches(c->rulebook, gift->pool, name, text) : label_matches(item, name, text))) return false;
  }
  return true;
}

static bool issued_matches(const struct comparison *c, const struct expectation *expect, const struct gift *gift) {
  const struct rulebook *book = c->rulebook;
  if (gift->item == NONE)
    return str_equal(expect->reward, STR("choice")) && (expect->until_ms == TIME_NONE || expect->until_ms == gift->due_ms);
  const struct item *item = &book->items[gift->item];
  struct str paid_by = gift->pool == NONE ? STR("") : book->pools[gift->pool].name;
  struct str stood_for = gift->instead_of == NONE ? STR("") : book->items[gift->instead_of].id;
  if (!carried_matches(c, expect, gift)) return false;
  return (str_equal(expect->reward, STR("any")) || str_equal(expect->reward, item->reward)) && gift->count == expect->count &&
         gift->partial == expect->partial && (expect->item.length == 0 || str_equal(expect->item, item->id)) &&
         (expect->pool.length == 0 || str_equal(expect->pool, paid_by)) && str_equal(expect->instead_of, stood_for) &&
         (expect->until_ms == TIME_NONE || expect->until_ms == gift->due_ms) &&
         (expect->valid_from_ms == TIME_NONE || expect->valid_from_ms == gift->valid_from_ms) &&
         (expect->valid_to_ms == TIME_NONE || expect->valid_to_ms == gift->valid_to_ms);
}

/* The number or text that was met instead, as explain prints it. */
static bool actual_matches(const struct comparison *c, const struct expectation *expect, const struct outcome *outcome) {
  if (expect->actual.length == 0) return true;
  if (outcome == NULL) return false;
  if (!outcome->has_numbers) return str_equal(expect->actual, outcome->actual_text);
  char memory[64];
  struct buffer text;
  int64_t moment = 0;
  buffer_init(&text, memory, sizeof memory);
  if (outcome->numbers_are_times)
    return scenario_moment(expect->actual, false, c->scenario->home.zone, &moment) && moment == outcome->actual;
  if (outcome->numbers_are_money)
    buffer_money(&text, outcome->actual, c->rulebook->campaigns[c->rulebook->rules[outcome->rule].campaign].decimals);
  else
    buffer_int(&text, outcome->actual);
  return str_equal(buffer_text(&text), expect->actual);
}

static bool refusal_matches(const struct comparison *c, const struct expectation *expect, const struct sight *sight) {
  if (sight->reason != expect->reason || !actual_matches(c, expect, sight->outcome)) return false;
  if (expect->limit.length == 0) return true;
  return sight->outcome != NULL && sight->outcome->limit != NONE &&
         str_equal(c->rulebook->limits[sight->outcome->limit].name, expect->limit);
}

static bool sight_matches(const struct comparison *c, const struct expectation *expect, const struct sight *sight) {
  if (sight->matched || sight->kind != expect->kind || sight->rule != expect->rule || !str_equal(sight->to, expect->to)) return false;
  switch (sight->kind) {
    case EXPECT_PENDING:
    case EXPECT_REGISTERED:
    case EXPECT_REISSUE:
    case EXPECT_REPAY:
    case EXPECT_GIFT: return issued_matches(c, expect, sight->gift) && value_matches(c, expect, sight->gift);
    case EXPECT_CHANCE: return sight->gift->count == expect->count;
    case EXPECT_REFUSE: return refusal_matches(c, expect, sight);
    case EXPECT_REVOKE:
    case EXPECT_REDUCE:
    case EXPECT_WAIVE:
    case EXPECT_OFFSET: return value_matches(c, expect, sight->gift);
    default: return true;
  }
}

/* An event can be too late for a campaign alone: then its rules say so. */
static bool late_for_all(const struct comparison *c) {
  bool late = false;
  for (uint32_t i = 0; i < c->sight_count; i++) {
    if (c->sights[i].kind != EXPECT_REFUSE) return false;
    late = late || c->sights[i].reason == REASON_EVENT_TOO_LATE;
  }
  return late;
}

/* "nothing" is said aloud for the reader: what must be listed and is not fails anyway. */
static bool find_sight(const struct comparison *c, const struct expectation *expect) {
  if (expect->kind == EXPECT_NOTHING) return true;
  for (uint32_t i = 0; i < c->sight_count; i++)
    if (sight_matches(c, expect, &c->sights[i])) {
      c->sights[i].matched = true;
      return true;
    }
  return expect->kind == EXPECT_LATE && late_for_all(c);
}

bool scenario_compare(struct comparison *c, const struct step *step, bool missing[SCENARIO_WORDS]) {
  bool all = true;
  for (uint32_t i = 0; i < step->expect_count; i++) {
    missing[i] = !find_sight(c, &step->expects[i]);
    all = all && !missing[i];
  }
  for (uint32_t i = 0; i < c->sight_count; i++) all = all && (c->sights[i].matched || !c->sights[i].required);
  return all;
}

static bool is_missing_rule(const struct step *step, const bool missing[SCENARIO_WORDS], uint32_t rule) {
  for (uint32_t i = 0; i < step->expect_count; i++)
    if (missing[i] && step->expects[i].rule == rule) return true;
  return false;
}

/* A rule that hears a measure or a track is judged when that has come far enough. */
static void print_nothing(const struct comparison *c, const struct step *step, const bool missing[SCENARIO_WORDS], struct buffer *out) {
  buffer_put(out, STR("    + nothing (no rule under test was judged"));
  for (uint32_t i = 0; i < step->expect_count; i++) {
    if (!missing[i] || step->expects[i].rule == NONE) continue;
    const struct rule *rule = &c->rulebook->rules[step->expects[i].rule];
    const struct trigger *trigger = &c->rulebook->triggers[rule->on.first];
    if (trigger->kind != TRIGGER_FACT) continue;
    struct str home, fact = c->rulebook->facts[trigger->fact].name;
    (void)str_split(fact, '/', &home, &fact);
    buffer_print(out, "; %.*s waits for the fact %.*s", STR_FORMAT(rule->id), STR_FORMAT(fact));
    break;
  }
  buffer_put(out, STR(")\n"));
}

void scenario_diff(const struct comparison *c, const struct step *step, const bool missing[SCENARIO_WORDS], struct buffer *out) {
  bool nothing = true;
  for (uint32_t i = 0; i < step->expect_count; i++)
    if (missing[i]) buffer_print(out, "    - %.*s\n", STR_FORMAT(step->expects[i].text));
  for (uint32_t i = 0; i < c->sight_count; i++) {
    const struct sight *sight = &c->sights[i];
    if (sight->matched || !(sight->required || is_missing_rule(step, missing, sight->rule))) continue;
    nothing = false;
    buffer_put(out, STR("    + "));
    scenario_print_sight(c, sight, out);
    buffer_byte(out, '\n');
  }
  if (nothing) print_nothing(c, step, missing, out);
}
