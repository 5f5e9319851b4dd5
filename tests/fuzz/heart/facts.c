/* Facts of every kind. Each cites only those before it, so that none is computed from itself. */
#include "grammar.h"

static const unsigned kinds_money[] = {KIND_SPEND, KIND_SPEND, KIND_BILL, KIND_TRANSFER, KIND_WEALTH, KIND_PAYROLL};
static const unsigned kinds_any[] = {KIND_SPEND, KIND_SPEND,  KIND_BILL,    KIND_LOGIN,    KIND_BOUND,
                                     KIND_GAME,  KIND_OPENED, KIND_CLAIMED, KIND_REVERSED, KIND_WEALTH};

unsigned kind_pick(struct grammar *g, bool money, const unsigned *kinds, uint32_t count) {
  if (!one_in(g->b, 3)) return money ? g->money_kind : g->other_kind;
  return kinds[pick(g->b, count)];
}

static void when_state_write(struct grammar *g, unsigned number) {
  g->left_count = 0;
  lefts_of_state(g, number);
  for (unsigned i = 0; i < g->left_count; i++) /* whether the event at hand is a first one is asked by rules */
    g->lefts[i].used |= g->lefts[i].form == FORM_FACT && g->facts[g->lefts[i].index].kind == FACT_FIRST;
  SAY(",\"when\":");
  when_write(g, 1);
}

static void per_write(struct grammar *g, struct grammar_fact *fact, unsigned number) {
  fact->keyed = one_in(g->b, 3);
  if (!fact->keyed) return;
  for (unsigned i = 0; i < number; i++) {
    if (g->facts[i].kind != FACT_TABLE || !one_in(g->b, 2)) continue;
    SAY(",\"per\":[\"customer\",\"fact.f%u\"]", i);
    return;
  }
  SAY(",\"per\":[%s", one_in(g->b, 3) ? "\"branch\"," : "");
  SAY("\"%s\",\"customer\"]", one_in(g->b, 2) ? "device" : "city");
}

static void keep_write(struct grammar *g, struct grammar_fact *fact) {
  const char *hearer = word_kinds[fact->heard].hearer;
  if (one_in(g->b, 2)) return;
  fact->keep = hearer != NULL && !one_in(g->b, 3) ? hearer : one_in(g->b, 2) ? "primary" : "device";
  fact->hearer = !fact->keyed && fact->keep[0] != 'd';
  SAY(",\"keep\":\"%s\"", fact->keep);
}

static void first_write(struct grammar *g, struct grammar_fact *fact, unsigned number) {
  fact->heard = KIND_OF(g, one_in(g->b, 2), kinds_any);
  SAY("{\"first\":");
  trigger_write(g, fact->heard);
  per_write(g, fact, number);
  keep_write(g, fact);
  if (one_in(g->b, 4)) {
    SAY(",\"resets\":{\"on\":");
    trigger_write(g, one_in(g->b, 2) ? KIND_LOGIN : KIND_BOUND);
    SAY(",\"after\":\"P%uD\"}", 1 + pick(g->b, 40));
  }
  if (one_in(g->b, 2)) SAY(",\"refunds\":\"%s\"", one_in(g->b, 4) ? "ignore" : "reopen");
  if (one_in(g->b, 5)) when_state_write(g, number);
  SAY("}");
}

static void last_write(struct grammar *g, struct grammar_fact *fact, unsigned number) {
  fact->heard = KIND_OF(g, one_in(g->b, 2), kinds_any);
  SAY("{\"last\":");
  trigger_write(g, fact->heard);
  per_write(g, fact, number);
  keep_write(g, fact);
  if (one_in(g->b, 2)) SAY(",\"if_never\":\"%s\"", one_in(g->b, 2) ? "dormant" : "not_dormant");
  SAY("}");
}

/* ---- measures ---- */

static void window_write(struct grammar *g) {
  static const char *const units[] = {"day", "week", "ten_days", "month", "quarter", "half", "year", "campaign", "ever"},
                           *const closed[] = {"day", "week", "ten_days"};
  switch (pick(g->b, 8)) {
    case 0: SAY("{\"rolling\":\"P%uD\"}", 1 + pick(g->b, one_in(g->b, 3) ? 92 : 9)); break;
    case 1:
      SAY("{\"last\":%u,", 1 + pick(g->b, 3));
      SAY("\"unit\":\"%s\"}", PICK(g->b, closed));
      break;
    case 2:
      SAY("{\"from\":\"2026-12-%02u\",", 1 + pick(g->b, 12));
      SAY("\"to\":\"2027-01-%02u\"}", 1 + pick(g->b, 31));
      break;
    case 3: SAY("\"%s\",\"previous\":1", PICK(g->b, closed)); break;
    default: SAY("\"%s\"", PICK(g->b, units));
  }
}

static void measure_write(struct grammar *g, struct grammar_fact *fact, unsigned number) {
  static const char *const sums[] = {"sum", "sum", "average", "max", "min"}, *const units[] = {"day", "week", "month"};
  bool valued = !one_in(g->b, 3), subtracts = true;
  SAY("{\"measure\":");
  if (valued) {
    const char *sum = PICK(g->b, sums);
    fact->heard = KIND_OF(g, true, kinds_money), fact->money = true, fact->average = sum[0] == 'a';
    subtracts = sum[0] == 's' || sum[0] == 'a';
    SAY("\"%s\",\"of\":\"amount\"", sum);
  } else {
    uint32_t form = pick(g->b, 4);
    fact->heard = KIND_OF(g, one_in(g->b, 2), kinds_any), subtracts = form < 2;
    if (form < 2) SAY("\"count\"");
    if (form == 2) SAY("\"distinct\",\"of\":\"%s\"", one_in(g->b, 2) ? "device" : PICK(g->b, units));
    if (form == 3) SAY("\"streak\",\"of\":\"%s\"", PICK(g->b, units));
  }
  SAY(",\"on\":");
  trigger_write(g, fact->heard);
  SAY(",\"window\":");
  window_write(g);
  if (subtracts && one_in(g->b, 3)) SAY(",\"refunds\":\"%s\"", one_in(g->b, 2) ? "ignore" : "subtract");
  per_write(g, fact, number);
  if (one_in(g->b, 6)) when_state_write(g, number);
  SAY("}");
}

/* ---- tracks, tables, differences ---- */

static void tasks_write(struct grammar *g, unsigned tasks) {
  static const unsigned kinds[] = {KIND_SPEND, KIND_SPEND, KIND_BILL, KIND_LOGIN, KIND_BOUND, KIND_GAME};
  for (unsigned i = 0; i < tasks; i++) {
    SAY("%s{\"id\":\"t%u\",\"on\":", i == 0 ? "" : ",", i);
    trigger_write(g, KIND_OF(g, one_in(g->b, 2), kinds));
    SAY("}");
  }
}

static void track_write(struct grammar *g, struct grammar_fact *fact, unsigned number) {
  static const unsigned kinds[] = {KIND_LOGIN, KIND_BOUND, KIND_OPENED, KIND_SPEND};
  unsigned tasks = 1 + pick(g->b, 4), last = number;
  for (unsigned i = 0; i < number; i++)
    if (g->facts[i].kind == FACT_LAST && !g->facts[i].keyed) last = i;
  fact->heard = KIND_OF(g, one_in(g->b, 3), kinds);
  SAY("{\"track\":{\"opens\":");
  trigger_write(g, fact->heard);
  if (one_in(g->b, 5)) when_state_write(g, number);
  SAY(",\"tasks\":[");
  tasks_write(g, tasks);
  SAY("],\"within\":\"P%uD\"", 1 + pick(g->b, g->days_open));
  if (one_in(g->b, 2)) SAY(",\"order\":\"listed\"");
  if (one_in(g->b, 3)) SAY(",\"need\":%u", 1 + pick(g->b, tasks));
  if (one_in(g->b, 3)) SAY(",\"match\":[\"device\"]");
  if (one_in(g->b, 4)) SAY(",\"period\":\"%s\"", one_in(g->b, 2) ? "month" : "week");
  fact->keyed = one_in(g->b, 3);
  if (fact->keyed && last < number)
    SAY(",\"per\":[\"fact.f%u.at\"]", last);
  else if (fact->keyed)
    SAY(",\"per\":[\"city\"]");
  SAY("}}");
}

static void table_write(struct grammar *g, struct grammar_fact *fact) {
  fact->heard = KIND_SPEND;
  if (one_in(g->b, 2))
    SAY("{\"table\":[{\"of\":\"mcc\",\"in\":[\"words\",\"names\"]}],\"cells\":[\"a\",\"b\"],\"else\":\"c\"}");
  else
    SAY("{\"table\":[{\"of\":\"amount\",\"from\":[\"0.00\",\"%u.00\"]},{\"of\":\"profile.tier\",\"in\":[\"words\",\"names\"]}],"
        "\"cells\":[[\"a\",\"b\"],[\"c\",\"a\"]]}",
        1 + pick(g->b, 200));
}

static void picks_write(struct grammar *g, struct grammar_fact *fact) {
  static const char *const periods[] = {"day", "week", "month", "campaign", "ever"};
  fact->heard = KIND_OF(g, one_in(g->b, 2), kinds_any);
  SAY("{\"picks\":");
  trigger_write(g, fact->heard);
  SAY(",\"of\":\"device\",\"most\":%u,\"period\":\"%s\",\"change\":\"%s\"}", 1 + pick(g->b, 3), PICK(g->b, periods),
      one_in(g->b, 2) ? "no" : "replace");
}

/* Of two measures of the same kind; without them picks, or a measure. */
static void difference_write(struct grammar *g, struct grammar_fact *fact, unsigned number) {
  for (unsigned i = 0; i < number; i++) {
    for (unsigned j = i + 1; j < number; j++) {
      if (g->facts[i].kind != FACT_MEASURE || g->facts[j].kind != FACT_MEASURE || g->facts[i].money != g->facts[j].money) continue;
      *fact = (struct grammar_fact){.kind = FACT_DIFFERENCE, .heard = g->facts[i].heard, .money = g->facts[i].money};
      SAY("{\"difference\":[\"f%u\",\"f%u\"]}", j, i);
      return;
    }
  }
  *fact = (struct grammar_fact){.kind = number < 2 ? FACT_PICKS : FACT_MEASURE};
  if (number < 2)
    picks_write(g, fact);
  else
    measure_write(g, fact, number);
}

static void fact_write(struct grammar *g, unsigned number) {
  static const enum fact_kind kinds[] = {FACT_MEASURE, FACT_MEASURE, FACT_MEASURE, FACT_FIRST, FACT_FIRST,
                                         FACT_LAST,    FACT_TRACK,   FACT_TRACK,   FACT_TABLE, FACT_DIFFERENCE};
  struct grammar_fact *fact = &g->facts[number];
  *fact = (struct grammar_fact){.kind = PICK(g->b, kinds)};
  SAY("%s\"f%u\":", number == 0 ? "" : ",", number);
  switch (fact->kind) {
    case FACT_FIRST: first_write(g, fact, number); break;
    case FACT_LAST: last_write(g, fact, number); break;
    case FACT_MEASURE: measure_write(g, fact, number); break;
    case FACT_TRACK: track_write(g, fact, number); break;
    case FACT_TABLE: table_write(g, fact); break;
    case FACT_DIFFERENCE: difference_write(g, fact, number); break;
    case FACT_PICKS: picks_write(g, fact); break;
    case FACT_LEVEL: /* not among them: it is heard at closes */
    case FACT_KIND_COUNT: break;
  }
}

void facts_write(struct grammar *g) {
  g->fact_count = pick(g->b, GRAMMAR_FACTS + 1);
  if (g->fact_count == 0) return;
  SAY(",\"facts\":{");
  for (unsigned i = 0; i < g->fact_count; i++) fact_write(g, i);
  SAY("}");
}
