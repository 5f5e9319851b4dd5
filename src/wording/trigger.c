/* What a customer does: events with the test of their own, and who gets what comes of it. */
#include "parts.h"

static const struct trigger *trigger_of(const struct say *say, struct trigger_set set, uint32_t place) {
  assert(set.first + place < say->rulebook->trigger_count);
  return &say->rulebook->triggers[set.first + place];
}

void say_rule_name(struct say *say, uint32_t rule) {
  put(say, "rule ", "规则");
  put_ordinal(say, rule - say->campaign->rule_first + 1);
}

/* ---- who hears ---- */

/* Whether it moves money. */
static bool is_payment(const struct say *say, uint16_t type) { return catalogue_carries(say->rulebook->catalogue, type, FIELD_ID_AMOUNT); }

static void hearer_say(struct say *say, const struct trigger *trigger, const struct hearer *hearer) {
  bool payment = trigger->kind == TRIGGER_EVENT && is_payment(say, trigger->type);
  switch (hearer->kind) {
    case HEARER_FIELD:
      put(say, "the ", payment ? "该笔交易登记的" : "该行为登记的");
      say_field(say, hearer->index);
      put(say, " named in it", "");
      return;
    case HEARER_FACT:
      if (say_zh(say)) say_fact(say, hearer->index);
      put(say, "the ", "登记的");
      if (say->rulebook->facts[hearer->index].keep != FIELD_NONE) say_field(say, say->rulebook->facts[hearer->index].keep);
      put(say, " named in the ", "");
      if (!say_zh(say)) say_fact(say, hearer->index);
      return;
    case HEARER_SELF: put(say, "the customer", "客户本人"); return;
  }
}

static const struct hearer *hearer_at(const struct say *say, const struct trigger *trigger, uint32_t place) {
  return &say->rulebook->hearers[trigger->as_first + place];
}

static bool ends_with_self(const struct say *say, const struct trigger *trigger) {
  return hearer_at(say, trigger, trigger->as_count - 1)->kind == HEARER_SELF;
}

/* A measure is of who brought it so far. */
static void figure_say(struct say *say, const struct trigger *trigger) {
  if (trigger->kind != TRIGGER_FACT || traits_of(&say->rulebook->facts[trigger->fact])->heard != HEARD_BANDS) return;
  put(say, " The ", "其中");
  say_fact(say, trigger->fact);
  put(say, " alone is that of the customer who reaches the threshold.", "以达到门槛的客户本人为准。");
}

void say_hearers(struct say *say, const struct trigger *trigger) {
  if (trigger->as_count == 0) return;
  put(say, "The gift goes to ", "奖励归");
  for (uint32_t i = 0; i < trigger->as_count; i++) {
    if (i > 0) put(say, ", or else to ", "，没有登记的归");
    hearer_say(say, trigger, hearer_at(say, trigger, i));
  }
  if (!ends_with_self(say, trigger)) put(say, ", or else to nobody", "，没有登记的不发放");
  put(say, "; customers who name themselves count as having named nobody.", "（登记为客户本人的，视为没有登记）。");
  put(say, " Who may take part, the conditions and the limits are those of whoever gets the gift.",
      "活动对象、条件和次数均以获得奖励的人为准。");
  figure_say(say, trigger);
}

/* Of what facts hear: "计入该笔交易登记的主账户人名下，没有登记的计入客户本人名下". */
static void kept_for(struct say *say, const struct trigger *trigger, bool all) {
  put(say, all ? "all counted for " : "counted for ", all ? "均" : "");
  for (uint32_t i = 0; i < trigger->as_count; i++) {
    put(say, i > 0 ? ", or else for " : "", i > 0 ? "，没有登记的计入" : "计入");
    hearer_say(say, trigger, hearer_at(say, trigger, i));
    put(say, "", "名下");
  }
  if (!ends_with_self(say, trigger)) put(say, ", or else for nobody", "，没有登记或登记为客户本人的不计入");
}

/* ---- acts ---- */

static void act_say(struct say *say, const struct trigger *trigger, bool with_hearers) {
  say_type(say, trigger->type);
  if (trigger->when == NONE && !with_hearers) return;
  put(say, " ", "");
  put_open(say);
  if (trigger->when != NONE) say_condition(say, trigger->when);
  if (trigger->when != NONE && with_hearers) put(say, "; ", "；");
  if (with_hearers) kept_for(say, trigger, false);
  put_close(say);
}

/* Several that are all heard as another are so by the same words: once is enough. */
static bool all_forwarded(const struct say *say, struct trigger_set set) {
  for (uint32_t i = 0; i < set.count; i++)
    if (trigger_of(say, set, i)->as_count == 0) return false;
  return set.count > 1;
}

void say_acts(struct say *say, struct trigger_set set) {
  bool all = all_forwarded(say, set);
  for (uint32_t i = 0; i < set.count; i++) {
    put_or(say, i, set.count);
    act_say(say, trigger_of(say, set, i), !all && trigger_of(say, set, i)->as_count > 0);
  }
  if (!all) return;
  put(say, " (", "（");
  kept_for(say, trigger_of(say, set, 0), true);
  put(say, ")", "）");
}

#define NAMES_MOST 2u

/* Types, each once; of many what they have in common. */
void say_act_names(struct say *say, struct trigger_set set, bool many) {
  uint16_t types[NAMES_MOST + 1];
  uint32_t count = 0;
  bool payments = true;
  for (uint32_t i = 0; i < set.count && count <= NAMES_MOST; i++) {
    uint16_t type = trigger_of(say, set, i)->type;
    bool there = false;
    for (uint32_t k = 0; k < count; k++) there = there || types[k] == type;
    if (!there) types[count++] = type;
  }
  for (uint32_t i = 0; i < set.count; i++) payments = payments && is_payment(say, trigger_of(say, set, i)->type);
  if (count > NAMES_MOST) {
    put(say, payments ? "transaction" : "listed act", payments ? "交易" : "所列行为");
    if (many) put(say, "s", "");
    return;
  }
  for (uint32_t i = 0; i < count; i++) {
    put_or(say, i, count);
    if (many)
      say_types_many(say, types[i]);
    else
      say_type(say, types[i]);
  }
}

bool acts_reversible(const struct say *say, struct trigger_set set) {
  for (uint32_t i = 0; i < set.count; i++) {
    const struct trigger *trigger = trigger_of(say, set, i);
    if (trigger->kind == TRIGGER_EVENT && say->rulebook->catalogue->types[trigger->type].reversible) return true;
  }
  return false;
}
