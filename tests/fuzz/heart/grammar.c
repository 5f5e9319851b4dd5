/* A campaign's header and its named things; and the bank's programme beside it. */
#include "grammar.h"

static void lists_write(struct grammar *g) {
  SAY(",\"lists\":{\"words\":[\"5812\",\"pos\",\"m1\",\"k1\",\"gold\",\"d1\",\"gas\"],\"names\":[\"5411\",\"qr\",\"k2\",\"silver\",\"d2\"],"
      "\"people\":[\"c1\",\"c3\"]},\"schedules\":{\"open\":{\"days\":[\"mon\",\"wed\",\"restday\"],\"hours\":[\"08:00-20:00\"]}}"
      ",\"activities\":{\"pay\":[{\"event\":\"txn.card_spend\",\"when\":{\"org\":{\"ne\":\"o2\"}}}]}");
}

static void audience_write(struct grammar *g) {
  switch (g->generous ? 9 : pick(g->b, 10)) {
    case 0: SAY(",\"audience\":{\"include\":[\"tag:t1\",\"segment:retail\",\"list:people\"],\"exclude\":[\"tag:t2\"]}"); break;
    case 1: SAY(",\"audience\":{\"include\":\"everyone\",\"holdout\":\"%u%%\"}", 1 + pick(g->b, 60)); break;
    case 2:
      SAY(",\"audience\":{\"include\":\"everyone\",\"when\":");
      g->left_count = 0;
      lefts_of_state(g, 0);
      when_write(g, 1);
      SAY("}");
      break;
    default: SAY(",\"audience\":\"everyone\"");
  }
}

/* Some are over soon: what is late then, what closes and what is forgotten. */
static void period_write(struct grammar *g, const char *id) {
  static const char *const starts[] = {"2026-12-01", "2026-12-01", "2026-12-15", "2027-01-01"},
                           *const ends[] = {"2027-01-20", "2027-03-31", "2027-12-31"}, *const soon[] = {"2026-12-04", "2026-12-12"},
                           *const zones[] = {"Asia/Shanghai", "Europe/London", "UTC", "Asia/Kolkata", "Australia/Lord_Howe"};
  bool over_soon = g->over_soon;
  const char *from = over_soon ? starts[0] : PICK(g->b, starts), *to = over_soon ? PICK(g->b, soon) : PICK(g->b, ends);
  g->days_open = over_soon ? 2 : 12;
  SAY("{\"id\":\"%s\",\"version\":1,\"name\":{\"zh\":\"x\",\"en\":\"x\"}", id);
  SAY(",\"period\":{\"from\":\"%s\",\"to\":\"%s\",\"closing\":\"%s\",\"zone\":\"%s\"}", from, to, over_soon ? "P2D" : "P31D",
      PICK(g->b, zones));
}

static void header_write(struct grammar *g, const char *id) {
  period_write(g, id);
  bool late = one_in(g->b, 2);
  if (late || g->over_soon) SAY(",\"late\":{\"accept\":\"P%uD\"}", g->over_soon ? 4 + pick(g->b, 4) : 1 + pick(g->b, 7));
  if (!g->generous && one_in(g->b, 10)) SAY(",\"enrolment\":\"required\"");
  if (one_in(g->b, 4)) SAY(",\"on_reversal\":{\"limits\":\"restore\",\"pool\":\"restore\"}");
  audience_write(g);
}

void grammar_campaign(struct bytes *b, struct buffer *out, const char *id) {
  static const unsigned money[] = {KIND_SPEND, KIND_SPEND, KIND_BILL, KIND_TRANSFER, KIND_WEALTH},
                        other[] = {KIND_LOGIN, KIND_BOUND, KIND_GAME, KIND_OPENED, KIND_CLAIMED, KIND_WEALTH};
  struct grammar grammar = {.b = b, .out = out}, *g = &grammar;
  g->money_kind = PICK(b, money), g->other_kind = PICK(b, other);
  g->generous = !one_in(b, 3), g->over_soon = one_in(b, 2);
  header_write(g, id);
  lists_write(g);
  g->chances = !one_in(b, 3), g->keeps = one_in(b, 3);
  facts_write(g);
  SAY(",\"limits\":{\"shared\":");
  limit_write(g, NULL, NULL);
  SAY("}");
  pools_write(g);
  g->rule_count = 1 + pick(b, GRAMMAR_RULES);
  if (g->chances && g->rule_count < 2) g->rule_count = 2;
  SAY(",\"rules\":[");
  for (unsigned i = 0; i < g->rule_count; i++) rule_write(g, i);
  SAY("]}");
}

void grammar_bank(struct bytes *b, struct buffer *out) {
  struct grammar grammar = {.b = b, .out = out}, *g = &grammar;
  SAY("{\"id\":\"bank\",\"version\":1,\"name\":{\"zh\":\"b\",\"en\":\"b\"},\"period\":{\"from\":\"2026-12-01\",\"to\":\"2027-12-31\"}"
      ",\"lists\":{\"denied\":[\"c9\"]},\"facts\":{\"f_login\":{\"last\":\"login\"}},\"risk\":{\"deny\":[\"tag:denied\",\"list:denied\"]}"
      "}");
}
