/* What happened to the campaigns under test, collected and said in a scenario's own words: gifts, chances, revocations, refusals, the gate.
 *
 * What moves value must be listed by a scenario (required), refusals may be. Refusals that event and rulebook alone decide are not in a
 * decision; they are recomputed, as `giftd explain` does.
 */
#include <assert.h>

#include "giftd/record.h"
#include "parts.h"

/* ---- collecting ---- */

static struct sight *add_sight(struct comparison *c, enum expect_kind kind, uint32_t rule, enum reason reason) {
  assert(c->sight_count < SCENARIO_SIGHTS);
  struct sight *sight = &c->sights[c->sight_count++];
  *sight = (struct sight){.kind = kind, .rule = rule, .reason = reason, .condition = NONE, .required = kind != EXPECT_REFUSE};
  return sight;
}

static bool under_test(const struct comparison *c, uint32_t rule) {
  for (uint32_t i = 0; i < c->scenario->campaign_count; i++)
    if (c->scenario->campaigns[i] == c->rulebook->rules[rule].campaign) return true;
  return false;
}

/* Whose gift or outcome that is: empty for the customer who caused the event. */
static struct str heard_gift(const struct comparison *c, uint32_t gift) {
  struct str to = {NULL, 0};
  for (uint32_t i = 0; i < c->heard_count && gift >= c->heard[i].gift_first; i++) to = c->heard[i].hearer;
  return to;
}

static struct str heard_outcome(const struct comparison *c, uint32_t outcome) {
  struct str to = {NULL, 0};
  for (uint32_t i = 0; i < c->heard_count && outcome >= c->heard[i].outcome_first; i++) to = c->heard[i].hearer;
  return to;
}

static void add_gifts(struct comparison *c) {
  static const enum expect_kind kinds[] = {
      [GIFT_ISSUED] = EXPECT_GIFT,     [GIFT_SUBSTITUTED] = EXPECT_GIFT,      [GIFT_CHANCE] = EXPECT_CHANCE,
      [GIFT_REVOKED] = EXPECT_REVOKE,  [GIFT_REDUCED] = EXPECT_REDUCE,        [GIFT_OFFSET] = EXPECT_OFFSET,
      [GIFT_PENDING] = EXPECT_PENDING, [GIFT_REGISTERED] = EXPECT_REGISTERED, [GIFT_REISSUED] = EXPECT_REISSUE,
      [GIFT_WAIVED] = EXPECT_WAIVE,    [GIFT_REPAID] = EXPECT_REPAY,
  };
  for (uint32_t i = 0; i < c->decision->gift_count; i++) {
    const struct gift *gift = &c->decision->gifts[i];
    /* A lost draw stands as its refusal, and what was undone before it went out as REVERSED. */
    if (gift->kind == GIFT_LOST || gift->kind == GIFT_UNDONE || !under_test(c, gift->rule)) continue;
    struct sight *sight = add_sight(c, kinds[gift->kind], gift->rule, REASON_GIVEN);
    sight->gift = gift, sight->to = heard_gift(c, i);
    if (gift->kind == GIFT_REDUCED && gift->count > 0) sight->required = false; /* fewer units or chances: what is left shows later */
  }
}

static void add_outcomes(struct comparison *c) {
  for (uint32_t i = 0; i < c->decision->outcome_count; i++) {
    const struct outcome *outcome = &c->decision->outcomes[i];
    if (outcome->reason == REASON_GIVEN || !under_test(c, outcome->rule)) continue;
    struct sight *sight = add_sight(c, EXPECT_REFUSE, outcome->rule, outcome->reason);
    sight->outcome = outcome;
    sight->outcome_index = i;
    sight->to = heard_outcome(c, i);
  }
}

static bool was_judged(const struct comparison *c, uint32_t rule) {
  for (uint32_t i = 0; i < c->decision->outcome_count; i++)
    if (c->decision->outcomes[i].rule == rule) return true;
  return false;
}

/* Rules that heard this type of event and were let go by what event and rulebook alone decide. */
static void add_stateless(struct comparison *c) {
  static const enum reason reason_of[] = {[MATCH_NOT_STARTED] = REASON_CAMPAIGN_NOT_STARTED,
                                          [MATCH_ENDED] = REASON_CAMPAIGN_ENDED,
                                          [MATCH_OUTSIDE_SCHEDULE] = REASON_OUTSIDE_SCHEDULE,
                                          [MATCH_CONDITION] = REASON_CONDITION_NOT_MET};
  for (uint32_t i = 0; i < c->scenario->campaign_count; i++) {
    const struct campaign *campaign = &c->rulebook->campaigns[c->scenario->campaigns[i]];
    for (uint32_t rule = campaign->rule_first; rule < campaign->rule_first + campaign->rule_count; rule++) {
      struct match_answer answer = match_rule_refusal(c->rulebook, rule, c->event);
      bool room = c->sight_count < SCENARIO_SIGHTS;
      if (answer.refusal != MATCH_HEARS && answer.refusal != MATCH_HEARS_AS && answer.refusal != MATCH_OTHER_TYPE && !was_judged(c, rule) &&
          room)
        add_sight(c, EXPECT_REFUSE, rule, reason_of[answer.refusal])->condition = answer.condition;
    }
  }
}

static enum expect_kind gate_kind(enum reason gate) {
  switch (gate) {
    case REASON_DUPLICATE_EVENT: return EXPECT_DUPLICATE;
    case REASON_EVENT_TOO_LATE: return EXPECT_LATE;
    case REASON_EVENT_IN_FUTURE: return EXPECT_FUTURE;
    case REASON_ORIGINAL_UNKNOWN:
    case REASON_GIFT_UNKNOWN: return EXPECT_UNKNOWN;
    case REASON_RESULT_CONTRADICTED: return EXPECT_CONTRADICTED;
    default: return EXPECT_REFUSE;
  }
}

void scenario_sights(struct comparison *c) {
  c->sight_count = 0;
  if (c->decision->gate != REASON_GIVEN) {
    add_sight(c, gate_kind(c->decision->gate), NONE, c->decision->gate)->required = true;
    if (!gate_only_tells(c->decision->gate)) return;
  }
  add_gifts(c);
  add_outcomes(c);
  add_stateless(c);
}

/* ---- printing ---- */

void scenario_print_value(const struct rulebook *rulebook, uint32_t rule, uint32_t item, int64_t value, struct buffer *out) {
  if (item != NONE && rulebook->items[item].is_points)
    buffer_int(out, value);
  else
    buffer_money(out, value, rulebook->campaigns[rulebook->rules[rule].campaign].decimals);
}

static void print_moment(int64_t ms, bool as_end, struct zone zone, struct buffer *out) {
  if (ms == TIME_NONE) return;
  int64_t local = zone_local(zone, ms);
  if (zone_instant(zone, local) != ms) { /* the second of two */
    buffer_time_in(out, ms, zone);
    return;
  }
  if (local % MS_PER_DAY == 0) {
    buffer_date(out, local / MS_PER_DAY - (as_end ? 1 : 0));
    return;
  }
  struct civil civil = civil_from_ms(local);
  buffer_print(out, "%04d-%02d-%02dT%02d:%02d", civil.year, civil.month, civil.day, civil.hour, civil.minute);
  if (civil.second != 0) buffer_print(out, ":%02d", civil.second);
}

static void print_rule(const struct comparison *c, uint32_t rule, struct buffer *out) {
  const struct rule *named = &c->rulebook->rules[rule];
  buffer_byte(out, ' ');
  buffer_put(out, c->scenario->campaign_count == 1 ? named->id : named->name);
}

/* In quotes where a scenario's words end otherwise. */
static void print_word(struct buffer *out, const char *option, struct str name, struct str value) {
  bool quoted = false;
  for (size_t i = 0; i < name.length + value.length; i++) {
    const char byte = i < name.length ? name.at[i] : value.at[i - name.length];
    quoted = quoted || byte == ' ' || byte == '#' || byte == '(';
  }
  const char *mark = quoted ? "\"" : "";
  buffer_print(out, " %s %s%.*s", option, mark, STR_FORMAT(name));
  if (value.at != NULL) buffer_print(out, "=%.*s", STR_FORMAT(value));
  buffer_put(out, str_of(mark));
}

static void print_carried(const struct comparison *c, const struct gift *gift, struct buffer *out) {
  const struct item *item = &c->rulebook->items[gift->item];
  if (item->template_id.length > 0) print_word(out, "template", item->template_id, (struct str){NULL, 0});
  for (uint32_t i = 0; i < item->label_count; i++) print_word(out, "label", item->labels[i].key, item->labels[i].value);
  if (gift->pool == NONE) return;
  const struct pool *pool = &c->rulebook->pools[gift->pool];
  for (uint32_t i = 0; i < pool->funding_count; i++) {
    buffer_print(out, " funding %.*s=", STR_FORMAT(pool->funding[i].party));
    buffer_percent(out, pool->funding[i].share_bp);
  }
}

static void print_until(const struct comparison *c, const struct gift *gift, struct buffer *out) {
  if (gift->due_ms == TIME_NONE) return;
  buffer_put(out, STR(" until "));
  print_moment(gift->due_ms, false, c->scenario->home.zone, out);
}

static void print_issued(const struct comparison *c, const struct gift *gift, struct buffer *out) {
  if (gift->item == NONE) {
    buffer_put(out, STR(" choice"));
    print_until(c, gift, out);
    return;
  }
  const struct item *item = &c->rulebook->items[gift->item];
  buffer_print(out, " %.*s", STR_FORMAT(item->reward));
  if (gift->value_minor != 0) {
    buffer_byte(out, ' ');
    scenario_print_value(c->rulebook, gift->rule, gift->item, gift->value_minor, out);
  }
  if (gift->count != 1) buffer_print(out, " count %lld", (long long)gift->count);
  if (c->rulebook->rules[gift->rule].item_count > 1) buffer_print(out, " item %.*s", STR_FORMAT(item->id));
  if (gift->pool != NONE) buffer_print(out, " from %.*s", STR_FORMAT(c->rulebook->pools[gift->pool].name));
  if (gift->instead_of != NONE) buffer_print(out, " instead-of %.*s", STR_FORMAT(c->rulebook->items[gift->instead_of].id));
  if (gift->valid_from_ms != TIME_NONE || gift->valid_to_ms != TIME_NONE) {
    buffer_put(out, STR(" valid "));
    print_moment(gift->valid_from_ms, false, c->scenario->home.zone, out);
    buffer_put(out, STR(".."));
    print_moment(gift->valid_to_ms, true, c->scenario->home.zone, out);
  }
  if (gift->partial) buffer_put(out, STR(" partial"));
  print_carried(c, gift, out);
  print_until(c, gift, out);
}

/* The words explain uses behind "RULE: REASON", in brackets: reading a scenario skips them, so a printed line can be copied into one. */
static void print_judged(const struct comparison *c, const struct sight *sight, struct buffer *out) {
  char memory[1024];
  struct buffer line;
  buffer_init(&line, memory, sizeof memory);
  record_outcome_line(&line, c->rulebook, c->decision, sight->outcome_index, LANGUAGE_EN);
  struct str text = buffer_text(&line), code = str_of(reasons[sight->reason].code);
  while (text.length > 0 && !str_starts(text, code)) text = str_from(text, 1);
  text = str_trim(str_from(text, code.length));
  while (text.length > 0 && text.at[text.length - 1] == '\n') text.length--;
  if (text.length > 0) buffer_print(out, " (%.*s)", STR_FORMAT(text));
}

static void print_value(const struct condition *leaf, const struct value *value, int decimals, struct buffer *out) {
  if (value->kind == VALUE_TEXT)
    buffer_put(out, value->text);
  else if (value->kind == VALUE_BOOL)
    buffer_put(out, value->number != 0 ? STR("true") : STR("false"));
  else if (value->kind == VALUE_INT && leaf->money)
    buffer_money(out, value->number, decimals);
  else if (value->kind == VALUE_INT)
    buffer_int(out, value->number);
  else
    buffer_put(out, STR("another list"));
}

static void print_recomputed(const struct comparison *c, const struct sight *sight, struct buffer *out) {
  if (sight->condition == NONE) return;
  const struct campaign *campaign = &c->rulebook->campaigns[c->rulebook->rules[sight->rule].campaign];
  const struct condition *leaf = &c->rulebook->conditions[sight->condition];
  buffer_put(out, STR(" ("));
  record_condition(out, c->rulebook, sight->condition, LANGUAGE_EN);
  if (leaf->kind == CONDITION_LEAF && leaf->left == LEFT_FIELD) {
    const struct value *value = event_field(c->event, (uint16_t)leaf->index);
    buffer_put(out, STR(", was "));
    if (value == NULL)
      buffer_put(out, STR("absent"));
    else
      print_value(leaf, value, campaign->decimals, out);
  }
  buffer_byte(out, ')');
}

static void print_undone(const struct comparison *c, const struct gift *gift, struct buffer *out) {
  int64_t value = gift->kind == GIFT_OFFSET && gift->value_minor == 0 ? gift->offset_minor : gift->value_minor;
  if (value == 0) return;
  buffer_byte(out, ' ');
  scenario_print_value(c->rulebook, gift->rule, gift->item, value, out);
}

bool scenario_said(const struct comparison *c, const struct sight *sight) {
  for (uint32_t i = 0; i < c->sight_count && sight->kind == EXPECT_REFUSE && sight->reason == REASON_REVERSED; i++) {
    const struct sight *other = &c->sights[i];
    bool back = other->kind == EXPECT_REVOKE || other->kind == EXPECT_REDUCE || other->kind == EXPECT_OFFSET || other->kind == EXPECT_WAIVE;
    if (back && other->rule == sight->rule && str_equal(other->to, sight->to)) return true;
  }
  return false;
}

void scenario_print_sight(const struct comparison *c, const struct sight *sight, struct buffer *out) {
  buffer_put(out, expect_words[sight->kind]);
  if (sight->rule != NONE) print_rule(c, sight->rule, out);
  if (expects_gift(sight->kind))
    print_issued(c, sight->gift, out);
  else if (sight->kind == EXPECT_CHANCE)
    buffer_print(out, " %lld", (long long)sight->gift->count);
  else if (sight->gift != NULL)
    print_undone(c, sight->gift, out);
  if (sight->kind == EXPECT_REFUSE) buffer_print(out, " %s", reasons[sight->reason].code);
  if (sight->to.length > 0) buffer_print(out, " to %.*s", STR_FORMAT(sight->to));
  if (sight->kind != EXPECT_REFUSE) return;
  if (sight->outcome != NULL)
    print_judged(c, sight, out);
  else
    print_recomputed(c, sight, out);
}
