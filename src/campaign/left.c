/* Left sides of conditions: what is asked for (docs/language.md section 4) - a field of the event, a fact, the profile, a tag, a schedule.
 */
#include "fact_row.h"

enum left_type left_of_field(const struct compile *c, uint32_t field) {
  switch (c->catalogue->fields[field].kind) {
    case FIELD_TEXT: return TYPE_TEXT;
    case FIELD_MONEY: return TYPE_MONEY;
    case FIELD_INT: return TYPE_INT;
    case FIELD_BOOL: return TYPE_BOOL;
    case FIELD_LIST: return TYPE_LIST;
    case FIELD_TIME: break;
  }
  return TYPE_TIME;
}

static bool field_read(struct compile *c, const struct at *at, struct str name, const char *what, enum left_kind kind, struct left *out) {
  uint16_t field = catalogue_campaign_field(c->catalogue, name);
  if (field == FIELD_NONE) {
    struct str near = catalogue_near_field(c->catalogue, name);
    if (near.length > 0)
      report(c, at, CHECK_UNKNOWN_FIELD, "'%.*s' is no %s; did you mean '%.*s'?", STR_FORMAT(name), what, STR_FORMAT(near));
    else
      report(c, at, CHECK_UNKNOWN_FIELD, "'%.*s' is no %s", STR_FORMAT(name), what);
    return false;
  }
  out->kind = kind, out->index = field, out->type = left_of_field(c, field);
  return true;
}

static enum left_type type_of_fact(const struct fact *fact) {
  enum left_type type = row_of(fact)->type;
  return type == TYPE_INT && fact->money ? TYPE_MONEY : type;
}

/* fact.N.at, fact.N.elapsed, fact.N.FIELD */
static bool fact_part_read(struct compile *c, const struct at *at, struct str part, struct left *out) {
  const struct fact *fact = fact_at(c, out->index);
  if (str_equal(part, STR("at")) && row_of(fact)->timed) {
    out->kind = LEFT_FACT_AT, out->type = TYPE_TIME;
    return true;
  }
  if (str_equal(part, STR("elapsed")) && row_of(fact)->elapsed) {
    out->kind = LEFT_FACT_ELAPSED, out->type = TYPE_DURATION;
    return true;
  }
  bool keeps = row_of(fact)->keeps && fact->keep != FIELD_NONE;
  if (keeps && str_equal(part, c->catalogue->fields[fact->keep].campaign_name)) {
    out->kind = LEFT_FACT_KEEP, out->type = left_of_field(c, fact->keep);
    return true;
  }
  report(c, at, CHECK_UNKNOWN_FIELD,
         "the fact has no '%.*s'; first, last and track have .at, a track has .elapsed, a field that is kept has its name",
         STR_FORMAT(part));
  return false;
}

static bool fact_left_read(struct compile *c, const struct at *at, struct str text, struct left *out) {
  struct str name, part;
  bool parted = str_split(text, '.', &name, &part);
  uint32_t decl = name_resolve(c, at, DECL_FACT, name);
  if (decl == NONE) return false;
  out->kind = LEFT_FACT, out->index = decl_at(c, decl)->number;
  if (*fact_is_broken(c, out->index)) {
    out->type = TYPE_BROKEN;
    return true;
  }
  const struct fact_row *row = row_of(fact_at(c, out->index));
  if (row->unasked != NULL) {
    row->unasked(c, at, name);
    return false;
  }
  if (parted && !fact_part_read(c, at, part, out)) return false;
  if (!parted) out->type = type_of_fact(fact_at(c, out->index));
  return fact_fits(c, at, out->index, out->type == TYPE_MONEY);
}

static bool chance_left_read(struct compile *c, const struct at *at, struct str name, struct left *out) {
  if (!field_read(c, at, name, "field of a chance", LEFT_CHANCE, out)) return false;
  if (c->rule_spends) return true;
  report(c, at, CHECK_BAD_CONDITION, "only a rule that spends a chance can ask what the chance kept");
  return false;
}

/* What the gifts that this rule hears are in: bits of give_units. */
static uint32_t base_units(struct compile *c) {
  const struct trigger_set on = rule_at(c, c->rule)->on;
  uint32_t units = 0;
  for (uint32_t i = 0; i < on.count; i++) {
    const struct trigger *trigger = trigger_at(c, on.first + i);
    if (trigger->kind != TRIGGER_REWARD) continue;
    uint32_t decl = name_find(c, DECL_RULE, file_now(c)->id, rule_at(c, trigger->rule)->id);
    if (decl != NONE) units |= give_units(decl_at(c, decl)->at.json);
  }
  return units;
}

/* The value of a base gift is money or points, as its rule gives. */
static bool base_value_read(struct compile *c, const struct at *at, struct left *out) {
  const uint32_t points = 1u << TALLY_POINTS, money = 1u << TALLY_MONEY, units = base_units(c);
  out->type = units == points ? TYPE_INT : TYPE_MONEY;
  if (units == points || units == money) return true;
  report(c, at, units == 0 ? CHECK_BAD_CONDITION : CHECK_MIXED_UNITS, "%s",
         units == 0 ? "the base gift has no value: nothing can be asked of it"
                    : "the base gifts are money and points: ask of rules that give one of them");
  return false;
}

static bool base_left_read(struct compile *c, const struct at *at, struct str name, struct left *out) {
  bool value = str_equal(name, STR("value")), count = str_equal(name, STR("count"));
  out->kind = LEFT_RULE_REWARD, out->index = value ? 0 : 1, out->type = TYPE_INT;
  if ((value || count) && c->rule_on_reward && c->rule != NONE) return !value || base_value_read(c, at, out);
  report(c, at, CHECK_BAD_CONDITION, "%s",
         value || count ? "only a rule on the reward of another rule has a base gift to ask about"
                        : "of a base gift there are rule_reward.value and rule_reward.count");
  return false;
}

bool left_is_month(struct str text) { return str_equal(text, STR("month")); }

static bool not_served(struct str text) {
  static const char *const words[] = {"day", "week", "ten_days", "quarter", "half", "year", NULL};
  for (uint32_t i = 0; words[i] != NULL; i++)
    if (str_equal(text, str_of(words[i]))) return true;
  return false;
}

static bool state_left_read(struct compile *c, const struct at *at, struct str text, struct left *out) {
  if (str_starts(text, STR("fact."))) return fact_left_read(c, at, str_from(text, 5), out);
  if (str_starts(text, STR("profile."))) return field_read(c, at, str_from(text, 8), "field of the profile", LEFT_PROFILE, out);
  if (str_starts(text, STR("chance."))) return chance_left_read(c, at, str_from(text, 7), out);
  if (str_starts(text, STR("rule_reward."))) return base_left_read(c, at, str_from(text, 12), out);
  out->kind = str_equal(text, STR("tag")) ? LEFT_TAG : str_equal(text, STR("list")) ? LEFT_LIST : LEFT_SCHEDULE;
  out->type = out->kind == LEFT_TAG ? TYPE_TAG : out->kind == LEFT_LIST ? TYPE_CUSTOMER_LIST : TYPE_SCHEDULE;
  return true;
}

static bool needs_state(struct str text) {
  static const char *const starts[] = {"fact.", "profile.", "chance.", "rule_reward.", NULL};
  for (uint32_t i = 0; starts[i] != NULL; i++)
    if (str_starts(text, str_of(starts[i]))) return true;
  return str_equal(text, STR("tag")) || str_equal(text, STR("list")) || str_equal(text, STR("schedule"));
}

/* Who caused the event, where it is heard by another (or by the customer himself). Only a rule is judged for somebody. */
static bool cause_left_read(struct compile *c, const struct at *at, struct str text, enum place place, struct left *out) {
  bool id = str_equal(text, STR("caused_by.id"));
  out->kind = LEFT_CAUSED_BY, out->index = id ? 1 : 0, out->type = TYPE_TEXT;
  if (place == PLACE_RULE) return true;
  report(c, at, CHECK_BAD_CONDITION, "'%.*s' is asked in the `when` of a rule or item: only there an event may be heard by another",
         STR_FORMAT(text));
  return false;
}

static bool place_left_read(struct compile *c, const struct at *at, struct left *out) {
  out->kind = LEFT_PLACE, out->type = TYPE_INT;
  if (c->rule_ranks) return true;
  report(c, at, CHECK_BAD_CONDITION, "'place' is asked by the items of a rule that has a rank: in their `when`, or in bands by it");
  return false;
}

/* Of the fact that the rule hears; that says which there are. */
static bool level_left_read(struct compile *c, const struct at *at, enum place place, struct left *out) {
  uint32_t level = place == PLACE_RULE && c->rule != NONE ? rule_level(c, rule_at(c, c->rule)) : NONE;
  out->kind = LEFT_LEVEL, out->index = level, out->type = TYPE_TEXT;
  if (level != NONE) return true;
  report(c, at, CHECK_BAD_CONDITION,
         "'level' is the one that completed: a rule asks it that hears a level, \"on\": {\"fact\": NAME}, in its `when`, its items' or in "
         "bands");
  return false;
}

bool left_read(struct compile *c, const struct at *at, struct str text, enum place place, struct left *out) {
  *out = (struct left){.kind = LEFT_FIELD, .type = TYPE_BROKEN, .text = keep_text(c, text)};
  if (str_equal(text, STR("level"))) return level_left_read(c, at, place, out);
  if (not_served(text)) {
    report_not_served(c, at, "unit", "'%.*s' in a condition is", STR_FORMAT(text));
    return false;
  }
  if (left_is_month(text)) {
    report(c, at, CHECK_BAD_CONDITION, "'month' stands on the left of a condition alone: {\"month\": {\"same_as\": \"profile.birthday\"}}");
    return false;
  }
  if (str_equal(text, STR("place"))) return place_left_read(c, at, out);
  if (str_equal(text, STR("caused_by")) || str_equal(text, STR("caused_by.id"))) return cause_left_read(c, at, text, place, out);
  if (!needs_state(text)) return field_read(c, at, text, "field of an event", LEFT_FIELD, out);
  if (place != PLACE_TRIGGER) return state_left_read(c, at, text, out);
  report(c, at, CHECK_BAD_TRIGGER,
         "'%.*s' is not a field of the event: `when` beside `event` tests the event alone; move it to the `when` of the rule",
         STR_FORMAT(text));
  return false;
}

uint32_t left_node(struct compile *c, const struct at *at, enum place place, struct left *out) {
  struct str text;
  if (!read_text(c, at, &text) || !left_read(c, at, text, place, out)) return NONE;
  uint32_t node = vec_push(c, &c->conditions, 1);
  *condition_at(c, node) = (struct condition){.kind = CONDITION_LEAF,
                                              .left = out->kind,
                                              .op = OP_EXISTS,
                                              .index = out->index,
                                              .campaign = c->now,
                                              .stateless = out->kind == LEFT_FIELD && !fx_asks_later(c, at, place, out),
                                              .money = out->type == TYPE_MONEY,
                                              .operand = {.kind = VALUE_ABSENT, .low = 1, .list = NONE, .other = NONE},
                                              .pointer = at_pointer(c, at),
                                              .left_text = out->text};
  return node;
}
