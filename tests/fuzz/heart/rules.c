/* Rules: what they hear, and how often they may give. */
#include "grammar.h"

/* A test of its own asks one field that rules do not ask, so that the two never exclude each other. */
void trigger_write(struct grammar *g, unsigned kind) {
  const struct word_kind *event = &word_kinds[kind];
  if (kind == KIND_SPEND && one_in(g->b, 3)) {
    SAY("{\"activity\":\"pay\"}");
  } else if (one_in(g->b, 4) && event->fields[0] >= 0) {
    SAY("{\"event\":\"%s\",\"when\":{\"org\":{\"ne\":\"o1\"}}}", event->type);
  } else {
    SAY("\"%s\"", event->type);
  }
}

/* ---- what is heard ---- */

static unsigned fact_to_hear(struct grammar *g) {
  uint32_t from = pick(g->b, GRAMMAR_FACTS);
  for (unsigned i = 0; i < g->fact_count; i++) {
    unsigned number = (from + i) % g->fact_count;
    if (g->facts[number].kind == FACT_TRACK || g->facts[number].kind == FACT_MEASURE) return number;
  }
  return GRAMMAR_FACTS;
}

static void as_write(struct grammar *g, struct grammar_rule *rule) {
  const char *hearer = word_kinds[rule->kind].hearer;
  if (hearer == NULL || one_in(g->b, 3)) hearer = "primary";
  for (unsigned i = 0; i < g->fact_count; i++) {
    if (!g->facts[i].hearer || !one_in(g->b, 2)) continue;
    SAY(",\"as\":[\"fact.f%u\",\"%s\"]", i, hearer);
    return;
  }
  rule->as = !one_in(g->b, 3);
  SAY(",\"as\":[\"%s\"%s]", hearer, rule->as ? "" : ",\"customer\"");
}

static void event_trigger(struct grammar *g, struct grammar_rule *rule, bool as) {
  SAY("{\"event\":\"%s\"", word_kinds[rule->kind].type);
  if (as) as_write(g, rule);
  SAY("}");
}

static void on_fact_write(struct grammar *g, struct grammar_rule *rule) {
  const struct grammar_fact *fact = &g->facts[rule->of_fact];
  rule->fact = true, rule->kind = fact->heard;
  SAY("{\"fact\":\"f%u\"", rule->of_fact);
  if (fact->kind == FACT_TRACK && one_in(g->b, 4)) as_write(g, rule);
  SAY("}");
}

static void on_write(struct grammar *g, unsigned number) {
  static const unsigned kinds[] = {KIND_SPEND, KIND_SPEND, KIND_SPEND, KIND_BILL,   KIND_BILL,    KIND_WEALTH,   KIND_TRANSFER,
                                   KIND_LOGIN, KIND_BOUND, KIND_GAME,  KIND_OPENED, KIND_CLAIMED, KIND_REVERSED, KIND_ENROLLED};
  struct grammar_rule *rule = &g->rules[number];
  rule->kind = KIND_OF(g, !one_in(g->b, 3), kinds), rule->of_fact = fact_to_hear(g);
  SAY("\"on\":");
  if (rule->spends) {
    rule->kind = KIND_CLAIMED, rule->event = true;
    SAY("\"reward.claimed\"");
  } else if (number > 0 && !rule->fact && one_in(g->b, 5) && !(g->chances && number == 1)) {
    unsigned base = g->chances ? 1 : pick(g->b, number);
    rule->reward = true, rule->kind = g->rules[base].kind;
    SAY("{\"reward\":\"r%u\"}", base);
  } else if (rule->of_fact < GRAMMAR_FACTS && one_in(g->b, 3)) {
    on_fact_write(g, rule);
  } else {
    rule->event = true;
    bool as = one_in(g->b, 6), both = !as && one_in(g->b, 6);
    if (both) SAY("[");
    event_trigger(g, rule, as);
    if (both) SAY(",\"%s\"]", word_kinds[rule->kind].reversible ? "payroll.credited" : "page.viewed");
  }
}

/* ---- limits ---- */

static void period_write(struct grammar *g) {
  static const char *const units[] = {"day", "day", "week", "ten_days", "month", "quarter", "half", "year", "campaign", "ever"};
  if (one_in(g->b, 3))
    SAY(",\"period\":{\"rolling\":\"P%uD\"}", 1 + pick(g->b, one_in(g->b, 4) ? 92 : 6));
  else
    SAY(",\"period\":\"%s\"", PICK(g->b, units));
}

static void identity_write(struct grammar *g) {
  switch (pick(g->b, 8)) {
    case 0: SAY(",\"per_each\":[\"customer\",\"device\"],\"missing\":\"skip\""); break;
    case 1: SAY(",\"per_each\":[\"customer\",\"id_hash\",\"device\"]"); break;
    case 2: SAY(",\"per\":[\"device\"]"); break;
    case 3: SAY(",\"per\":[\"customer\",\"city\"],\"missing\":\"skip\""); break;
    case 4: SAY(",\"per\":[\"id_hash\",\"month\"],\"missing\":\"refuse\""); break;
    default: SAY(",\"per\":[\"customer\"]");
  }
}

void limit_write(struct grammar *g, const struct grammar_rule *rule, const char *id) {
  bool amount = rule != NULL && (rule->money || rule->points) && one_in(g->b, 3);
  SAY("{");
  if (id != NULL) SAY("\"id\":\"%s\",", id);
  if (!amount) {
    SAY("\"count\":%u", 1 + pick(g->b, 4));
  } else if (rule->points) {
    SAY("\"amount\":%u", 5 + pick(g->b, 60));
  } else {
    SAY("\"amount\":");
    say_money(g, 5, 80);
  }
  if (amount && one_in(g->b, 2))
    SAY(rule->points ? ",\"at_limit\":\"partial\",\"least\":2" : ",\"at_limit\":\"partial\",\"least\":\"1.00\"");
  identity_write(g);
  period_write(g);
  SAY("}");
}

static void limits_write(struct grammar *g, const struct grammar_rule *rule) {
  unsigned limits = pick(g->b, g->generous ? 2 : 4);
  if (limits == 0) {
    SAY(",\"limits\":\"unlimited\"");
    return;
  }
  SAY(",\"limits\":[");
  for (unsigned i = 0; i < limits; i++) {
    char id[16];
    snprintf(id, sizeof id, "l%u", i);
    if (i > 0) SAY(",");
    limit_write(g, rule, id);
  }
  if (one_in(g->b, 3)) SAY(",\"shared\"");
  SAY("]");
}

/* ---- the rest ---- */

/* What is kept gives no place back. */
static void undo_write(struct grammar *g, const struct grammar_rule *rule) {
  static const char *const rewards[] = {"revoke", "revoke", "offset", "keep"}, *const parts[] = {"recheck", "prorate", "ignore"};
  bool undone = rule->fact || rule->reward || rule->spends || word_kinds[rule->kind].reversible;
  if (!undone || one_in(g->b, 5)) return;
  const char *reward = PICK(g->b, rewards);
  bool kept = reward[0] == 'k';
  SAY(",\"on_reversal\":{\"reward\":\"%s\",\"limits\":\"%s\"", reward, kept || one_in(g->b, 2) ? "keep" : "restore");
  SAY(",\"pool\":\"%s\"", kept || one_in(g->b, 2) ? "keep" : "restore");
  SAY(",\"partial\":\"%s\"}", PICK(g->b, parts));
}

static void once_write(struct grammar *g, const struct grammar_rule *rule) {
  if (!one_in(g->b, 6)) return;
  SAY(",\"once_per\":[\"%s\"]", rule->as ? "caused_by.id" : one_in(g->b, 2) ? "device" : one_in(g->b, 2) ? "month" : "authorisation");
}

static void rule_lefts(struct grammar *g, const struct grammar_rule *rule) {
  g->left_count = 0;
  if (rule->event) lefts_of_event(g, rule->kind);
  lefts_of_state(g, g->fact_count);
  left_add(g, FORM_CAUSE, 0);
  if (rule->spends && g->keeps) left_add(g, FORM_CHANCE, 0);
  if (rule->reward) left_add(g, FORM_BASE, 0);
  for (unsigned i = 0; i < g->left_count; i++) { /* "this_event" where the fact hears what the rule hears */
    struct grammar_left *left = &g->lefts[i];
    bool first = left->form == FORM_FACT && g->facts[left->index].kind == FACT_FIRST;
    left->used = first && rule->event && (rule->as || g->facts[left->index].heard != rule->kind);
  }
}

/* A rule that hears a measure names the value that it waits for. */
static void rule_when_write(struct grammar *g, const struct grammar_rule *rule) {
  bool measured = rule->fact && g->facts[rule->of_fact].kind == FACT_MEASURE;
  rule_lefts(g, rule);
  if (measured) {
    SAY(g->facts[rule->of_fact].money ? ",\"when\":{\"fact.f%u\":{\"gte\":\"%u.00\"}}" : ",\"when\":{\"fact.f%u\":{\"gte\":%u}}",
        rule->of_fact, 1 + pick(g->b, g->facts[rule->of_fact].money ? 300 : 4));
    return;
  }
  if (one_in(g->b, 2) || (g->generous && !one_in(g->b, 4))) return;
  SAY(",\"when\":");
  when_write(g, one_in(g->b, 4) ? 2 : 1);
}

void rule_write(struct grammar *g, unsigned number) {
  struct grammar_rule *rule = &g->rules[number];
  *rule = (struct grammar_rule){.points = one_in(g->b, 3), .spends = g->chances && number == 1};
  SAY("%s{\"id\":\"r%u\",", number == 0 ? "" : ",", number);
  on_write(g, number);
  if (one_in(g->b, 12)) SAY(",\"schedule\":\"open\"");
  rule_when_write(g, rule);
  if (rule->spends) SAY(g->keeps ? ",\"spends\":{\"chance\":\"spin\",\"match\":[\"device\"]}" : ",\"spends\":\"spin\"");
  once_write(g, rule);
  SAY(",");
  give_write(g, number);
  limits_write(g, rule);
  undo_write(g, rule);
  SAY("}");
}
