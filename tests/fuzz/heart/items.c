/* What rules give: items and choosers, and the pools that pay. */
#include "grammar.h"

/* ---- pools ---- */

static void pace_write(struct grammar *g, bool money) {
  static const char *const units[] = {"day", "day", "week", "month"};
  SAY(",\"pace\":{\"max\":");
  if (money)
    say_money(g, 1, 60);
  else
    SAY("%u", 1 + pick(g->b, 3));
  SAY(",\"period\":\"%s\"", PICK(g->b, units));
  if (one_in(g->b, 3)) SAY(",\"at\":\"10:00\"");
  if (one_in(g->b, 3)) SAY(",\"carry_over\":true");
  SAY("}");
}

static void pool_rest_write(struct grammar *g, bool money) {
  if (one_in(g->b, 3)) pace_write(g, money);
  if (one_in(g->b, 4)) SAY(",\"low_at\":[\"50%%\",\"%u%%\"]", 1 + pick(g->b, 40));
  if (one_in(g->b, 6)) SAY(",\"funding\":[{\"party\":\"bank\",\"share\":\"60%%\"},{\"party\":\"shop\",\"share\":\"40%%\"}]");
}

void pools_write(struct grammar *g) {
  SAY(",\"pools\":{\"top\":{\"budget\":");
  say_money(g, 50, 400);
  pool_rest_write(g, true);
  SAY("},\"money\":{\"budget\":");
  say_money(g, 30, 200);
  SAY(",\"parent\":\"top\"");
  if (one_in(g->b, 3)) SAY(",\"fallback\":\"top\"");
  pool_rest_write(g, true);
  SAY("},\"things\":{\"stock\":%u,\"parent\":\"top\"", 1 + pick(g->b, 12));
  SAY("},\"spare\":{\"stock\":%u", 1 + pick(g->b, 4));
  pool_rest_write(g, false);
  SAY("},\"main\":{\"stock\":%u,\"fallback\":\"spare\"", 1 + pick(g->b, 8));
  pool_rest_write(g, false);
  SAY("},\"points\":{\"budget\":%u}}", 5 + pick(g->b, 500));
}

static void stock_write(struct grammar *g) {
  switch (pick(g->b, 4)) {
    case 0:
      SAY("{\"by\":\"device\",\"stock\":{\"d1\":%u", 1 + pick(g->b, 5));
      SAY(",\"d2\":%u}", 1 + pick(g->b, 5));
      break;
    case 1:
      SAY("{\"stock\":\"unlimited\"");
      pace_write(g, false);
      SAY("}");
      return;
    default: SAY("{\"stock\":%u", 1 + pick(g->b, 9));
  }
  pool_rest_write(g, false);
  SAY("}");
}

static void budget_write(struct grammar *g, bool points) {
  SAY("{\"budget\":");
  if (points)
    SAY("%u", 10 + pick(g->b, 300));
  else
    say_money(g, 10, 300);
  if (!points) pool_rest_write(g, true);
  if (!points && one_in(g->b, 4)) SAY(",\"parent\":\"top\"");
  SAY("}");
}

enum given { OF_MONEY, OF_POINTS, OF_NOTHING };

static void pool_write(struct grammar *g, enum given worth) {
  static const char *const of_money[] = {"top", "money", "things", "main", "spare"};
  SAY(",\"pool\":");
  switch (pick(g->b, 7)) {
    case 0: SAY("\"unlimited\""); break;
    case 1:
    case 2: stock_write(g); break;
    case 3:
      if (worth == OF_NOTHING)
        stock_write(g);
      else
        budget_write(g, worth == OF_POINTS);
      break;
    case 4: SAY("[\"%s\",%s]", worth == OF_MONEY ? "money" : "main", worth == OF_POINTS ? "\"points\"" : "\"spare\""); break;
    default: SAY("\"%s\"", worth == OF_MONEY ? PICK(g->b, of_money) : worth == OF_POINTS && one_in(g->b, 2) ? "points" : "main");
  }
}

/* ---- worths ---- */

static unsigned measure_heard(const struct grammar *g, const struct grammar_rule *rule) {
  if (rule->fact && g->facts[rule->of_fact].kind == FACT_MEASURE) return rule->of_fact;
  for (unsigned i = 0; i < g->fact_count; i++)
    if (g->facts[i].kind == FACT_MEASURE || g->facts[i].kind == FACT_DIFFERENCE) return i;
  return GRAMMAR_FACTS;
}

static void plain_write(struct grammar *g, enum given worth, uint32_t most) {
  if (worth == OF_MONEY)
    SAY("\"%u.%02u\"", most, pick(g->b, 100));
  else
    SAY("%u", most);
}

static void bands_write(struct grammar *g, enum given worth, bool money, const char *pay) {
  uint32_t from = 1 + pick(g->b, 50), value = 1 + pick(g->b, 9), bands = 1 + pick(g->b, 3);
  SAY("\"bands\":[");
  for (uint32_t i = 0; i < bands; i++) {
    SAY(money ? "%s{\"from\":\"%u.00\",\"value\":" : "%s{\"from\":%u,\"value\":", i == 0 ? "" : ",", from);
    plain_write(g, worth, value);
    SAY("}");
    from += 1 + pick(g->b, money ? 200 : 3), value += 1 + pick(g->b, 9);
  }
  SAY("]%s}", pay);
}

/* By the amount of the event, or by a measure. */
static void banded_write(struct grammar *g, const struct grammar_rule *rule, enum given worth, const char *pay) {
  unsigned fact = measure_heard(g, rule);
  bool by_fact = fact < GRAMMAR_FACTS && (!word_kinds[rule->kind].amount || rule->fact || one_in(g->b, 3));
  if (!by_fact) {
    SAY("{\"by\":\"amount\",");
    bands_write(g, worth, true, "");
    return;
  }
  bool heard = rule->fact && rule->of_fact == fact;
  SAY("{\"by\":\"fact.f%u\",", fact);
  bands_write(g, worth, g->facts[fact].money, heard ? pay : "");
}

static bool may_band(const struct grammar *g, const struct grammar_rule *rule) {
  return word_kinds[rule->kind].amount || measure_heard(g, rule) < GRAMMAR_FACTS;
}

static void value_write(struct grammar *g, const struct grammar_rule *rule, enum given worth, bool fixed) {
  bool amount = word_kinds[rule->kind].amount && rule->event;
  SAY(",\"value\":");
  if (!fixed && amount && one_in(g->b, 3)) {
    SAY("{\"percent\":\"%u.5%%\",\"of\":\"amount\",\"max\":", 1 + pick(g->b, 40));
    plain_write(g, worth, 5 + pick(g->b, 40));
    SAY("}");
  } else if (!fixed && may_band(g, rule) && one_in(g->b, 3)) {
    banded_write(g, rule, worth, ",\"pay\":\"highest\"");
  } else {
    plain_write(g, worth, 1 + pick(g->b, 20));
  }
}

static void count_write(struct grammar *g, const struct grammar_rule *rule, bool chance) {
  if (!one_in(g->b, 3) && !chance) return;
  SAY(",\"count\":");
  if (may_band(g, rule) && one_in(g->b, 2))
    banded_write(g, rule, OF_NOTHING, chance ? ",\"pay\":\"top_up\"" : ",\"pay\":\"highest\"");
  else
    SAY("%u", 1 + pick(g->b, 4));
}

/* ---- items ---- */

static void valid_write(struct grammar *g) {
  if (!one_in(g->b, 3)) return;
  if (one_in(g->b, 2))
    SAY(",\"valid\":{\"for\":\"P%uD\"}", 1 + pick(g->b, g->days_open));
  else
    SAY(",\"valid\":{\"from\":{\"after\":\"PT2H\"},\"to\":{\"after\":\"P%uD\"}}", 1 + pick(g->b, g->days_open));
}

static enum given form_write(struct grammar *g, struct grammar_rule *rule) {
  static const char *const money[] = {"instant_discount", "cash_back", "voucher", "goods"};
  enum given worth = rule->points ? OF_POINTS : one_in(g->b, 6) ? OF_NOTHING : OF_MONEY;
  rule->money |= worth == OF_MONEY;
  SAY("\"reward\":\"%s\"", worth == OF_POINTS ? "points" : worth == OF_NOTHING ? "membership" : PICK(g->b, money));
  return worth;
}

static void else_write(struct grammar *g, uint32_t value, const char *id) {
  SAY(",\"or_else\":{\"id\":\"%s-else\",\"reward\":\"goods\",\"value\":\"%u.99\",\"pool\":{\"stock\":%u}}", id, value, 1 + pick(g->b, 3));
}

/* Money of a fixed value may have a substitute, which stands in for what runs out. */
static void worth_write(struct grammar *g, struct grammar_rule *rule, enum given worth, const char *id) {
  if (worth == OF_MONEY && one_in(g->b, 5)) {
    uint32_t value = 1 + pick(g->b, 20);
    SAY(",\"value\":\"%u.00\",\"pool\":\"main\"", value);
    else_write(g, value, id);
    return;
  }
  if (worth != OF_NOTHING) value_write(g, rule, worth, false);
  pool_write(g, worth);
}

/* Behind the brace and what the chooser says of it. */
static void item_write(struct grammar *g, struct grammar_rule *rule, const char *id) {
  SAY("\"id\":\"%s\",", id);
  enum given worth = form_write(g, rule);
  worth_write(g, rule, worth, id);
  count_write(g, rule, false);
  valid_write(g);
  if (one_in(g->b, 5)) SAY(",\"labels\":{\"line\":\"card\"},\"template\":\"T%s\"", id);
  SAY("}");
}

static void bundle_write(struct grammar *g) {
  SAY("{\"id\":\"pack\",\"reward\":\"bundle\",\"value\":\"%u.00\"", 2 + pick(g->b, 30));
  SAY(",\"pool\":{\"stock\":%u},\"contents\":[", 1 + pick(g->b, 5));
  SAY("{\"id\":\"x\",\"reward\":\"voucher\",\"value\":\"1.00\",\"count\":2},{\"id\":\"y\",\"reward\":\"goods\",\"value\":\"2.00\"}]}");
}

static void chance_write(struct grammar *g, struct grammar_rule *rule) {
  SAY("{\"reward\":\"chance\",\"chance\":\"spin\"");
  count_write(g, rule, true);
  if (g->keeps) SAY(",\"keep\":[\"device\"]");
  valid_write(g);
  SAY("}");
}

/* ---- choosers ---- */

static void first_of_write(struct grammar *g, struct grammar_rule *rule) {
  unsigned items = 2 + pick(g->b, 2);
  char id[8];
  SAY("{\"first_of\":[");
  for (unsigned i = 0; i < items; i++) {
    snprintf(id, sizeof id, "i%u", i);
    SAY("%s{", i == 0 ? "" : ",");
    if (i + 1 < items) {
      SAY("\"when\":");
      when_write(g, 1);
      SAY(",");
    }
    if (one_in(g->b, 3) && i + 1 < items) SAY("\"when_empty\":\"%s\",", one_in(g->b, 2) ? "refuse" : "skip");
    item_write(g, rule, id);
  }
  SAY("]}");
}

static void draw_write(struct grammar *g, struct grammar_rule *rule) {
  static const char *const empty[] = {"redraw", "next", "lose"};
  unsigned items = 1 + pick(g->b, 3);
  char id[8];
  SAY("{\"draw_of\":[");
  for (unsigned i = 0; i < items; i++) {
    snprintf(id, sizeof id, "i%u", i);
    SAY("%s{\"weight\":%u,", i == 0 ? "" : ",", 1 + pick(g->b, 9));
    item_write(g, rule, id);
  }
  if (one_in(g->b, 2)) SAY(",{\"id\":\"none\",\"weight\":%u,\"nothing\":true}", 1 + pick(g->b, 9));
  SAY("],\"when_empty\":\"%s\"}", PICK(g->b, empty));
}

static void each_write(struct grammar *g, struct grammar_rule *rule) {
  unsigned items = 1 + pick(g->b, 3);
  char id[8];
  SAY("[");
  for (unsigned i = 0; i < items; i++) {
    snprintf(id, sizeof id, "i%u", i);
    SAY("%s{", i == 0 ? "" : ",");
    item_write(g, rule, id);
  }
  SAY("]");
}

static void other_write(struct grammar *g, struct grammar_rule *rule, bool bundle) {
  rule->points = false, rule->money = bundle;
  if (bundle)
    bundle_write(g);
  else
    SAY("{\"reward\":\"notice\",\"template\":\"N\"}");
}

void give_write(struct grammar *g, unsigned number) {
  struct grammar_rule *rule = &g->rules[number];
  SAY("\"give\":");
  if (g->chances && number == 0) {
    rule->points = false;
    chance_write(g, rule);
    return;
  }
  switch (pick(g->b, 12)) {
    case 0: each_write(g, rule); break;
    case 1: first_of_write(g, rule); break;
    case 2:
    case 3: draw_write(g, rule); break;
    case 4: other_write(g, rule, true); break;
    case 5: other_write(g, rule, false); break;
    default: SAY("{"); item_write(g, rule, "i");
  }
}
