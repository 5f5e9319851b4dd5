/* Bounds of one event and of one record. Whatever an event would gather, give or take back: it is decided as far as it may be, or refused
 * as a whole with a reason, and never ends the program. A rulebook that does so is valid; its author learns it from the decision. */
#include "judge/stage.h"

#define CAMPAIGN_BYTES (250u * 1024u)

/* `rules` rules on a payment, each with `items` vouchers. Single quotes for reading. */
static char *campaign_text(uint32_t number, uint32_t rules, uint32_t items, const char *pool) {
  char *text = malloc(CAMPAIGN_BYTES);
  struct buffer out;
  buffer_init(&out, text, CAMPAIGN_BYTES - 1);
  buffer_print(&out, "{'id': 'c%02u', 'version': 1, 'name': {'zh': 'x', 'en': 'x'}, 'audience': 'everyone',", number);
  buffer_print(&out, "'period': {'from': '2026-12-01', 'to': '2027-03-31'}, 'pools': {'one': {'stock': 1}}, 'rules': [");
  for (uint32_t i = 0; i < rules; i++) {
    buffer_print(&out, "%s{'id': 'r%u', 'on': 'txn.card_spend', 'limits': 'unlimited', 'give': [", i == 0 ? "" : ",", i);
    for (uint32_t k = 0; k < items; k++)
      buffer_print(&out, "%s{'id': 'i%u', 'reward': 'v', 'value': '1.00', 'pool': %s}", k == 0 ? "" : ",", k,
                   k == 0 ? "'unlimited'" : pool);
    buffer_print(&out, "], 'on_reversal': {'reward': 'revoke'}}");
  }
  buffer_print(&out, "]}");
  assert_false(out.overflowed);
  text[out.length] = '\0';
  for (size_t i = 0; i < out.length; i++) text[i] = text[i] == '\'' ? '"' : text[i];
  return text;
}

static struct stage *stage_of(uint32_t campaigns, uint32_t rules, uint32_t items, const char *pool) {
  char *texts[16];
  assert_true(campaigns <= 16);
  for (uint32_t i = 0; i < campaigns; i++) texts[i] = campaign_text(i, rules, items, pool);
  struct stage *s = stage_new((const char *const *)texts, campaigns);
  for (uint32_t i = 0; i < campaigns; i++) free(texts[i]);
  return s;
}

static const char *line(const char *id, const char *type, const char *hour, const char *more) {
  static char text[512];
  snprintf(text, sizeof text, "{\"id\":\"%s\",\"source\":\"t\",\"type\":\"%s\",\"customer\":\"c1\",\"time\":\"2026-12-05T%s:00+08:00\"%s}",
           id, type, hour, more);
  return text;
}
#define PAID ",\"amount_minor\":500,\"currency\":\"CNY\",\"mcc\":\"5812\",\"status\":\"settled\""
#define REFUNDS(id) ",\"original_id\":\"" id "\""

/* ---- of one event ---- */

/* What is wanted comes at once, however much it is: one try finds out, the next decides. */
static void an_event_may_touch_many_owners(void **unused) {
  (void)unused;
  struct stage *s = stage_of(12, 40, 2, "{'stock':5}");
  const struct decision *decision = stage_event(s, line("e", "txn.card_spend", "12:00", PAID));
  assert_int_equal(decision->gift_count, 960);
  assert_int_equal(s->live->touch_count, 480);
  assert_true(s->live->tries <= 20);
  stage_free(s);
}

/* LIMIT_GIVEN gifts; the rule that would give more is told so, and those behind it. */
static void an_event_gives_no_more_than_it_may(void **unused) {
  (void)unused;
  struct stage *s = stage_of(4, 41, 64, "'unlimited'");
  const struct decision *decision = stage_event(s, line("e", "txn.card_spend", "12:00", PAID));
  assert_int_equal(decision->gift_count, LIMIT_GIVEN);
  assert_int_equal(decision->outcome_count, 164);
  for (uint32_t i = 0; i < 164; i++) {
    const struct outcome *outcome = &decision->outcomes[i];
    assert_int_equal(outcome->reason, i < 160 ? REASON_GIVEN : REASON_TOO_MANY_GIFTS);
    assert_int_equal(outcome->gift_count, i < 160 ? 64 : 0);
    if (i >= 160) assert_true(outcome->has_numbers && outcome->expected == LIMIT_GIVEN && outcome->actual == LIMIT_GIVEN + 64);
  }
  stage_free(s);
}

#define ITEM(id) "{'id':'" id "','reward':'v','value':'1.00','pool':'unlimited'}"
#define FIRST_OF "{'first_of':[{'id':'x','when':{'mcc':'1'},'reward':'v','value':'1.00','pool':'unlimited'}," ITEM("y") "]}"
#define RULE(id, give) ",{'id':'" id "','on':'txn.card_spend','limits':'unlimited','give':" give "}"
#define LADDER                                                                                                                            \
  "{'reward':'cash_back','pool':{'budget':'900.00'},'value':{'by':'fact.n','pay':'each','bands':[{'from':'1.00','value':'1.00'},{'from':" \
  "'2.00','value':'2.00'}]}}"

/* One rule that gives `items` gifts, then a ladder of two bands, two choosers of two items, and one plain gift. */
static char *ends_text(uint32_t items) {
  char *text = malloc(CAMPAIGN_BYTES);
  struct buffer out;
  buffer_init(&out, text, CAMPAIGN_BYTES - 1);
  buffer_print(&out,
               "{'id':'ends','version':1,'name':{'zh':'x','en':'x'},'audience':'everyone','period':{'from':'2026-12-01','to':"
               "'2027-03-31'},'facts':{'n':{'measure':'sum','of':'amount','on':'txn.card_spend','window':'month'}},'rules':[{'id':"
               "'list','on':'txn.card_spend','limits':'unlimited','give':[");
  for (uint32_t i = 0; i < items; i++)
    buffer_print(&out, "%s{'id':'i%u','reward':'v','value':'1.00','pool':'unlimited'}", i == 0 ? "" : ",", i);
  buffer_print(&out, "]}" RULE("ladder", LADDER) RULE("a", FIRST_OF) RULE("b", FIRST_OF) RULE("plain", ITEM("p")) "]}");
  assert_false(out.overflowed);
  text[out.length] = '\0';
  for (size_t i = 0; i < out.length; i++) text[i] = text[i] == '\'' ? '"' : text[i];
  return text;
}

/* A chooser gives one gift, whatever it chooses from, and a ladder one for each of its bands: the last place is used, and none behind it.
 */
static void the_last_gift_of_an_event(void **unused) {
  (void)unused;
  char *texts[5];
  for (uint32_t i = 0; i < 4; i++) texts[i] = campaign_text(i, i < 3 ? 40 : 39, 64, "'unlimited'");
  texts[4] = ends_text(63);
  struct stage *s = stage_new((const char *const *)texts, 5);
  const struct decision *decision = stage_event(s, line("e", "txn.card_spend", "12:00", PAID));
  const struct outcome *ends = &decision->outcomes[159];
  assert_int_equal(decision->gift_count, LIMIT_GIVEN);
  assert_true(ends[0].reason == REASON_GIVEN && ends[0].gift_count == 63);
  assert_true(ends[1].reason == REASON_TOO_MANY_GIFTS && ends[1].actual == LIMIT_GIVEN + 1);
  assert_true(ends[2].reason == REASON_GIVEN && ends[2].gift_count == 1);
  assert_true(ends[3].reason == REASON_TOO_MANY_GIFTS && ends[3].actual == LIMIT_GIVEN + 1);
  assert_true(ends[4].reason == REASON_TOO_MANY_GIFTS && ends[4].actual == LIMIT_GIVEN + 1);
  for (uint32_t i = 0; i < 5; i++) free(texts[i]);
  stage_free(s);
}

/* All that one event gave goes back in one reversal, and nothing of it is left but that both happened. */
static void all_goes_back_at_once(void **unused) {
  (void)unused;
  struct stage *s = stage_of(2, 12, 64, "'unlimited'");
  const struct decision *decision = stage_event(s, line("e", "txn.card_spend", "12:00", PAID));
  uint32_t count = decision->gift_count, slot = 0;
  assert_int_equal(count, 2 * 12 * 64);
  decision = stage_event(s, line("r", "txn.reversed", "13:00", REFUNDS("e")));
  assert_int_equal(decision->gift_count, count);
  for (uint32_t i = 0; i < count; i++) assert_int_equal(decision->gifts[i].kind, GIFT_REVOKED);
  for (const struct cell *cell; (cell = state_any(stage_customer(s, "c1"), &slot)) != NULL;)
    assert_int_equal(cell_kind(cell), CELL_ORIGINAL);
  assert_int_equal(stage_customer(s, "c1")->cell_count, 2);
  stage_free(s);
}

/* Items that fail alone have outcomes of their own: before places run out, rules behind are not judged, and the last outcome says so. */
static void an_event_has_no_more_outcomes_than_it_may(void **unused) {
  (void)unused;
  struct stage *s = stage_of(13, 36, 64, "'one'");
  const struct decision *decision = stage_event(s, line("e", "txn.card_spend", "12:00", PAID));
  assert_int_equal(decision->gate, REASON_GIVEN);
  assert_true(decision->outcome_count > LIMIT_OUTCOMES - 4096 && decision->outcome_count < LIMIT_OUTCOMES - 4096 + 65);
  assert_int_equal(decision->outcomes[decision->outcome_count - 1].reason, REASON_TOO_MANY_GIFTS);
  stage_free(s);
}

/* More changes than a trail holds: the event is refused as a whole, and the record is what it was. */
static void an_event_changes_no_more_than_it_may(void **unused) {
  (void)unused;
  char *text = campaign_text(0, 10, 10, "'unlimited'");
  struct stage *s = stage_new_with((const char *const *)&text, 1, 64);
  const struct decision *decision = stage_event(s, line("e", "txn.card_spend", "12:00", PAID));
  assert_true(decision->gate == REASON_TOO_MANY_GIFTS && judge_refused(decision));
  assert_true(decision->outcome_count == 0 && decision->gift_count == 0 && !decision->remembers);
  assert_true(state_is_empty(stage_customer(s, "c1")));
  assert_int_equal(stage_event(s, line("l", "login", "12:00", ""))->gate, REASON_GIVEN); /* others are decided */
  stage_free(s), free(text);
}

/* A first that goes back takes what it kept with it: wherever the trail is full in the midst of that. */
static void a_full_trail_ends_whatever_is_being_done(void **unused) {
  (void)unused;
  const char *text =
      "{\"id\": \"c\", \"version\": 1, \"name\": {\"zh\": \"x\", \"en\": \"x\"}, \"audience\": \"everyone\","
      " \"period\": {\"from\": \"2026-12-01\", \"to\": \"2027-03-31\"}, \"facts\": {\"f\": {\"first\": \"txn.card_spend\", "
      "\"keep\": \"products\", \"refunds\": \"reopen\"}}, \"rules\": [{\"id\": \"r\", \"on\": \"txn.card_spend\", \"when\": "
      "{\"fact.f\": \"this_event\"}, \"give\": {\"reward\": \"voucher\", \"value\": \"1.00\", \"pool\": \"unlimited\"}, "
      "\"limits\": \"unlimited\", \"on_reversal\": {\"reward\": \"revoke\"}}]}";
  uint32_t refused = 0, decided = 0;
  for (uint32_t trail = 2; trail < 60; trail += 2) {
    struct stage *s = stage_new_with(&text, 1, 60);
    assert_int_equal(stage_event(s, line("a", "txn.card_spend", "12:00", PAID ",\"products\":[\"1\",\"2\",\"3\",\"4\"]"))->gift_count, 1);
    assert_int_equal(stage_event(s, line("b", "txn.card_spend", "12:01", PAID ",\"products\":[\"5\",\"6\",\"7\",\"8\"]"))->gate,
                     REASON_GIVEN);
    s->live->trail.capacity = s->stored->trail.capacity = trail;
    const struct decision *decision = stage_event(s, line("r", "txn.reversed", "13:00", REFUNDS("a")));
    refused += decision->gate == REASON_TOO_MANY_GIFTS, decided += decision->gate == REASON_GIVEN;
    stage_free(s);
  }
  assert_true(refused > 5 && decided > 5);
}

/* ---- of one record ---- */

/* Cells that stay for ever, until so many are free. */
static void crowd(struct stage *s, uint32_t left) {
  struct owner owner = owner_customer(STR("c1"));
  struct place *places[] = {s->live, s->stored};
  for (int i = 0; i < 2; i++) {
    struct place_owner *customer = place_owner(places[i], &owner);
    struct state *state = place_load(places[i], customer);
    customer->state = state = block_grow(state, LIMIT_STATE_CELLS - state->cell_count, 8);
    for (uint64_t n = 0; state->cell_count < LIMIT_STATE_CELLS - left; n++)
      assert_non_null(state_add(state, CELL_LIMIT, 99, dice_word(&(struct dice){n + 1}), 0));
  }
  s->stored->stored = false; /* a record of this size need not be written for each event */
}

static void a_record_that_is_full_decides_nothing(void **unused) {
  (void)unused;
  struct stage *s = stage_of(1, 3, 3, "'unlimited'");
  crowd(s, LIMIT_STATE_SPARE + 5); /* the event wants ten */
  const struct decision *decision = stage_event(s, line("e", "txn.card_spend", "12:00", PAID));
  assert_true(decision->gate == REASON_RECORD_FULL && judge_refused(decision) && decision->gift_count == 0 && !decision->remembers);
  assert_int_equal(stage_customer(s, "c1")->cell_count, LIMIT_STATE_CELLS - LIMIT_STATE_SPARE - 5);
  assert_int_equal(stage_event(s, line("e", "txn.card_spend", "12:00", PAID))->gate,
                   REASON_RECORD_FULL);                                                  /* no duplicate: it was not decided */
  assert_int_equal(stage_event(s, line("l", "login", "12:00", ""))->gate, REASON_GIVEN); /* wants nothing */
  stage_free(s);
}

/* What takes back may use what others leave free: so debts can be noted when nothing new can. */
static void a_record_that_is_full_still_takes_back(void **unused) {
  (void)unused;
  const char *text =
      "{\"id\": \"c\", \"version\": 1, \"name\": {\"zh\": \"x\", \"en\": \"x\"}, \"audience\": \"everyone\","
      " \"period\": {\"from\": \"2026-12-01\", \"to\": \"2027-03-31\"}, "
      "\"facts\": {\"n\": {\"measure\": \"count\", \"on\": \"txn.reversed\", \"window\": \"month\"}}, \"rules\": [{\"id\": \"r\", \"on\": "
      "\"txn.card_spend\", "
      "\"give\": {\"reward\": \"cash_back\", \"value\": \"1.00\", \"pool\": \"unlimited\"}, \"limits\": \"unlimited\", "
      "\"on_reversal\": {\"reward\": \"offset\"}}]}";
  struct stage *s = stage_new(&text, 1);
  assert_int_equal(stage_event(s, line("e", "txn.card_spend", "12:00", PAID))->gift_count, 1);
  crowd(s, LIMIT_STATE_SPARE);
  assert_int_equal(stage_event(s, line("e2", "txn.card_spend", "12:01", PAID))->gate, REASON_RECORD_FULL);
  const struct decision *decision = stage_event(s, line("r", "txn.reversed", "13:00", REFUNDS("e")));
  assert_int_equal(decision->gate, REASON_GIVEN);
  assert_true(decision->gift_count == 1 && decision->gifts[0].kind == GIFT_OFFSET);
  assert_non_null(state_first(stage_customer(s, "c1"), CELL_OWED, name_decl(STR("c")), 0));
  stage_free(s);
}

/* Of what was given at once one gift cannot be delivered: the other has their place from now on, on a full record as well. */
static void a_full_record_passes_a_place_on(void **unused) {
  (void)unused;
  const char *text =
      "{\"id\": \"c\", \"version\": 1, \"name\": {\"zh\": \"x\", \"en\": \"x\"}, \"audience\": \"everyone\","
      " \"period\": {\"from\": \"2026-12-01\", \"to\": \"2027-03-31\"}, \"rules\": [{\"id\": \"r\", \"on\": "
      "\"txn.card_spend\", \"give\": [{\"id\": \"a\", \"reward\": \"v\", \"value\": \"1.00\", \"pool\": \"unlimited\"}, {\"id\": "
      "\"b\", \"reward\": \"v\", \"value\": \"2.00\", \"pool\": \"unlimited\"}], \"limits\": [{\"count\": 1, \"per\": "
      "[\"customer\"], \"period\": \"ever\"}], \"on_failure\": {\"reward\": \"forfeit\", \"limits\": \"restore\"}}]}";
  struct stage *s = stage_new(&text, 1);
  char answers[2][100];
  const struct decision *decision = stage_event(s, line("e", "txn.card_spend", "12:00", PAID));
  assert_int_equal(decision->gift_count, 2);
  for (int i = 0; i < 2; i++)
    snprintf(answers[i], sizeof answers[i], ",\"reward_id\":\"%.22s\",\"result\":\"failed\"", decision->gifts[i].id);
  crowd(s, LIMIT_STATE_SPARE);
  decision = stage_event(s, line("f0", "fulfilment.result", "13:00", answers[0]));
  assert_true(decision->gate == REASON_GIVEN && decision->gift_count == 1 && decision->gifts[0].kind == GIFT_REVOKED);
  assert_int_equal(stage_event(s, line("e2", "txn.card_spend", "13:01", PAID))->outcomes[0].reason, REASON_LIMIT_REACHED);
  decision = stage_event(s, line("f1", "fulfilment.result", "13:02", answers[1]));
  assert_true(decision->gate == REASON_GIVEN && decision->gift_count == 1 && decision->gifts[0].kind == GIFT_REVOKED);
  stage_free(s);
}

/* A reviewer's refusal is remembered with the gift gone: else it would go out at its deadline. */
static void a_full_record_takes_a_refusal(void **unused) {
  (void)unused;
  const char *text =
      "{\"id\": \"c\", \"version\": 1, \"name\": {\"zh\": \"x\", \"en\": \"x\"}, \"audience\": \"everyone\","
      " \"period\": {\"from\": \"2026-12-01\", \"to\": \"2027-03-31\", \"closing\": \"P9D\"}, \"rules\": [{\"id\": \"r\", "
      "\"on\": \"txn.card_spend\", \"give\": {\"reward\": \"cash_back\", \"value\": \"1.00\", \"pool\": \"unlimited\"}, "
      "\"limits\": \"unlimited\", \"review\": {\"within\": \"P3D\", \"otherwise\": \"pass\"}}]}";
  struct stage *s = stage_new(&text, 1);
  char answer[100];
  assert_int_equal(stage_event(s, line("e", "txn.card_spend", "12:00", PAID))->gifts[0].kind, GIFT_PENDING);
  snprintf(answer, sizeof answer, ",\"reward_id\":\"%.22s\",\"result\":\"refused\"", s->decision.gifts[0].id);
  crowd(s, 1); /* reversals have left things behind */
  const struct decision *decision = stage_event(s, line("v", "reward.reviewed", "13:00", answer));
  assert_true(decision->gate == REASON_GIVEN && decision->gift_count == 1 && decision->gifts[0].kind == GIFT_REVOKED);
  assert_true(state_first(stage_customer(s, "c1"), CELL_PENDING, 0, 0)->pending.flags & PENDING_REFUSED);
  stage_free(s);
}

/* When some of what is remembered has expired there is room again. */
static void a_record_is_not_full_for_ever(void **unused) {
  (void)unused;
  struct stage *s = stage_of(1, 3, 3, "'unlimited'");
  struct owner owner = owner_customer(STR("c1"));
  crowd(s, LIMIT_STATE_SPARE);
  assert_int_equal(stage_event(s, line("e", "txn.card_spend", "12:00", PAID))->gate, REASON_RECORD_FULL);
  struct place *places[] = {s->live, s->stored};
  for (int i = 0; i < 2; i++) {
    struct state *state = place_state(places[i], &owner);
    for (uint32_t slot = 0; slot < 100; slot++) state_write(state, &state->cells[slot])->expires_day = 20000;
  }
  s->clock_ms = s->event.time_ms;
  assert_int_equal(stage_event(s, line("e", "txn.card_spend", "12:00", PAID))->gift_count, 9);
  stage_free(s);
}

/* ---- reversals among many ---- */

/* A reversal asks for what its customer's gifts took of others, and never for a record that is nobody's: that of a limit which stands in
 * the customer's own (R133). */
static void a_reversal_asks_for_what_was_taken(void **unused) {
  (void)unused;
  const char *text =
      "{\"id\": \"c\", \"version\": 1, \"name\": {\"zh\": \"x\", \"en\": \"x\"}, \"audience\": \"everyone\","
      " \"period\": {\"from\": \"2026-12-01\", \"to\": \"2027-03-31\"}, \"rules\": [{\"id\": \"r\", \"on\": \"txn.card_spend\","
      " \"give\": {\"reward\": \"voucher\", \"value\": \"1.00\", \"pool\": {\"stock\": 9}},"
      " \"limits\": [{\"count\": 5, \"per\": [\"customer\"], \"period\": \"day\"}, {\"count\": 5, \"per\": [\"device\"], \"period\": "
      "\"day\"}],"
      " \"on_reversal\": {\"reward\": \"revoke\", \"limits\": \"restore\", \"pool\": \"restore\"}}]}";
  static const char *const lines[] = {
      "{\"id\":\"s\",\"source\":\"t\",\"type\":\"txn.card_spend\",\"customer\":\"c1\",\"time\":\"2026-12-05T12:00:00+08:00\","
      "\"amount_minor\":500,\"currency\":\"CNY\",\"mcc\":\"5812\",\"status\":\"settled\",\"device\":\"d1\"}",
      "{\"id\":\"r0\",\"source\":\"t\",\"type\":\"txn.reversed\",\"customer\":\"c1\",\"time\":\"2026-12-05T13:00:00+08:00\","
      "\"original_id\":\"unknown\",\"amount_minor\":500,\"currency\":\"CNY\"}",
      "{\"id\":\"r1\",\"source\":\"t\",\"type\":\"txn.reversed\",\"customer\":\"c1\",\"time\":\"2026-12-05T14:00:00+08:00\","
      "\"original_id\":\"s\",\"amount_minor\":500,\"currency\":\"CNY\"}",
  };
  static const bool touched[] = {true, false, true};
  struct stage *s = stage_new(&text, 1);
  for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
    const struct decision *decision = stage_event(s, lines[i]);
    bool pool = false, resource = false;
    for (uint32_t k = 0; k < s->live->touch_count; k++) {
      pool |= s->live->touches[k]->owner.kind == OWNER_POOL;
      resource |= s->live->touches[k]->owner.kind == OWNER_RESOURCE;
    }
    assert_true(pool == touched[i] && resource == touched[i] && s->live->touch_count == (touched[i] ? 2 : 0));
    if (i == 2) assert_int_equal(decision->gifts[0].kind, GIFT_REVOKED);
  }
  assert_int_equal(stage_pool(s, "c/r").used, 0);
  stage_free(s);
}

/* LIMIT_CHILDREN gifts that one gift of chances bought go back with it; with one more the refund is refused, and all stay. */
static void no_more_goes_with_a_gift_than_may(void **unused) {
  (void)unused;
  static char text[16 << 10], id[32];
  struct buffer out;
  buffer_init(&out, text, sizeof text - 1);
  buffer_print(&out,
               "{\"id\":\"c\",\"version\":1,\"name\":{\"zh\":\"x\",\"en\":\"x\"},\"audience\":\"everyone\",\"period\":{\"from\":"
               "\"2026-12-01\",\"to\":\"2027-03-31\"},\"rules\":[{\"id\":\"c\",\"on\":\"txn.card_spend\",\"give\":{\"reward\":\"chance\","
               "\"chance\":\"x\",\"count\":20},\"limits\":\"unlimited\"},{\"id\":\"one\",\"on\":\"checkin\",\"spends\":\"x\",\"give\":{"
               "\"reward\":\"v\",\"value\":\"1.00\",\"pool\":\"unlimited\"},\"limits\":\"unlimited\"},{\"id\":\"many\",\"on\":\"login\","
               "\"spends\":\"x\",\"limits\":\"unlimited\",\"give\":[");
  for (uint32_t i = 0; i < 64; i++)
    buffer_print(&out, "%s{\"id\":\"i%u\",\"reward\":\"v\",\"value\":\"1.00\",\"pool\":\"unlimited\"}", i == 0 ? "" : ",", i);
  buffer_print(&out, "]}]}");
  assert_false(out.overflowed);
  for (uint32_t more = 0; more < 2; more++) {
    const char *campaign = text;
    struct stage *s = stage_new(&campaign, 1);
    stage_event(s, line("e", "txn.card_spend", "12:00", PAID));
    for (uint32_t i = 0; i < LIMIT_CHILDREN / 64; i++) {
      snprintf(id, sizeof id, "l%u", i);
      assert_int_equal(stage_event(s, line(id, "login", "12:30", ""))->gift_count, 64);
    }
    if (more > 0) assert_int_equal(stage_event(s, line("o", "checkin", "12:40", ""))->gift_count, 1);
    uint32_t cells = stage_customer(s, "c1")->cell_count;
    const struct decision *decision = stage_event(s, line("r", "txn.reversed", "13:00", REFUNDS("e")));
    assert_int_equal(decision->gate, more > 0 ? REASON_TOO_MANY_GIFTS : REASON_GIVEN);
    assert_int_equal(decision->gift_count, more > 0 ? 0 : LIMIT_CHILDREN + 1);
    if (more > 0) assert_int_equal(stage_customer(s, "c1")->cell_count, cells);
    stage_free(s);
  }
}

/* A customer with `payments` payments of a minute each, every one with two gifts - one rests on the measures, the other on the payment
 * alone - and as many measures fed as `measures`. */
static struct stage *stage_paid(uint32_t payments, uint32_t measures) {
  char text[4096], payment[400];
  struct buffer out;
  buffer_init(&out, text, sizeof text - 1);
  buffer_print(&out,
               "{\"id\": \"c\", \"version\": 1, \"name\": {\"zh\": \"x\", \"en\": \"x\"}, \"audience\": \"everyone\","
               " \"period\": {\"from\": \"2026-12-01\", \"to\": \"2027-03-31\"}, \"facts\": {");
  for (uint32_t i = 0; i < measures; i++)
    buffer_print(&out, "%s\"paid%u\": {\"measure\": \"count\", \"on\": \"txn.card_spend\", \"window\": \"month\"}", i == 0 ? "" : ",", i);
  buffer_print(&out, "}, \"rules\": [{\"id\": \"r\", \"on\": \"txn.card_spend\", \"when\": {\"all\": [");
  for (uint32_t i = 0; i < measures; i++) buffer_print(&out, "%s{\"fact.paid%u\": {\"gte\": 1}}", i == 0 ? "" : ",", i);
  buffer_print(
      &out,
      "]}, \"give\": {\"reward\": \"voucher\", \"value\": \"1.00\", \"pool\": \"unlimited\"}, \"limits\": \"unlimited\","
      " \"on_reversal\": {\"reward\": \"revoke\"}}, {\"id\": \"own\", \"on\": \"txn.card_spend\", \"give\": {\"reward\": \"points\", "
      "\"value\": 5, \"pool\": \"unlimited\"}, \"limits\": \"unlimited\", \"on_reversal\": {\"reward\": \"revoke\"}}]}");
  assert_false(out.overflowed);
  text[out.length] = '\0';
  const char *campaign = text;
  struct stage *s = stage_new(&campaign, 1);
  for (uint32_t i = 0; i < payments; i++) {
    (void)snprintf(
        payment, sizeof payment,
        "{\"id\":\"s%u\",\"source\":\"t\",\"type\":\"txn.card_spend\",\"customer\":\"c1\",\"time\":\"2026-12-05T%02u:%02u:00+08:00\","
        "\"amount_minor\":500,\"currency\":\"CNY\",\"mcc\":\"5812\",\"status\":\"settled\"}",
        i, i / 60, i % 60);
    assert_int_equal(stage_event(s, payment)->gift_count, 2);
  }
  return s;
}

static const struct decision *stage_refund(struct stage *s, uint32_t payment) {
  char refund[400];
  (void)snprintf(refund, sizeof refund,
                 "{\"id\":\"r%u\",\"source\":\"t\",\"type\":\"txn.reversed\",\"customer\":\"c1\",\"time\":\"2026-12-05T20:00:00+08:00\","
                 "\"original_id\":\"s%u\",\"amount_minor\":500,\"currency\":\"CNY\"}",
                 payment, payment);
  return stage_event(s, refund);
}

/* Whatever else rests on the same measure, and however much: the refunded payment's own gift goes. */
static void a_refund_among_many_takes_its_own_gift(void **unused) {
  (void)unused;
  struct stage *s = stage_paid(150, 1);
  const struct decision *decision = stage_refund(s, 149);
  assert_int_equal(decision->gate, REASON_GIVEN);
  assert_int_equal(decision->gift_count, 1);
  assert_int_equal(decision->gifts[0].kind, GIFT_REVOKED);
  stage_free(s);
}

/* What takes the place of something needs no room: on a full record a field, tags and a cleared field are taken, a further field is not. */
static void a_full_record_takes_what_replaces(void **unused) {
  (void)unused;
  static const char tags[] = ",\"tags\":[\"a\",\"b\",\"c\",\"d\"],\"status\":\"normal\"", *replaced = ",\"tags\":[\"e\",\"f\",\"g\",\"h\"]";
  struct stage *s = stage_of(1, 1, 1, "'unlimited'");
  assert_int_equal(stage_event(s, line("u1", "customer.updated", "10:00", tags))->gate, REASON_GIVEN);
  crowd(s, LIMIT_STATE_SPARE);
  uint32_t cells = stage_customer(s, "c1")->cell_count;
  assert_int_equal(stage_event(s, line("u2", "customer.updated", "11:00", ",\"status\":\"frozen\""))->gate, REASON_GIVEN);
  assert_int_equal(stage_event(s, line("u3", "customer.updated", "12:00", replaced))->gate, REASON_GIVEN);
  assert_int_equal(stage_event(s, line("u4", "customer.updated", "13:00", ",\"status\":null"))->gate, REASON_GIVEN);
  assert_int_equal(stage_event(s, line("u5", "customer.updated", "14:00", ",\"tier\":\"gold\""))->gate, REASON_RECORD_FULL);
  assert_true(tags_have(stage_customer(s, "c1"), STR("h")) && !tags_have(stage_customer(s, "c1"), STR("a")));
  assert_int_equal(stage_customer(s, "c1")->cell_count, cells);
  stage_free(s);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(an_event_may_touch_many_owners),
      cmocka_unit_test(an_event_gives_no_more_than_it_may),
      cmocka_unit_test(the_last_gift_of_an_event),
      cmocka_unit_test(all_goes_back_at_once),
      cmocka_unit_test(an_event_has_no_more_outcomes_than_it_may),
      cmocka_unit_test(an_event_changes_no_more_than_it_may),
      cmocka_unit_test(a_full_trail_ends_whatever_is_being_done),
      cmocka_unit_test(a_record_that_is_full_decides_nothing),
      cmocka_unit_test(a_record_that_is_full_still_takes_back),
      cmocka_unit_test(a_full_record_passes_a_place_on),
      cmocka_unit_test(a_full_record_takes_a_refusal),
      cmocka_unit_test(a_record_is_not_full_for_ever),
      cmocka_unit_test(a_reversal_asks_for_what_was_taken),
      cmocka_unit_test(no_more_goes_with_a_gift_than_may),
      cmocka_unit_test(a_refund_among_many_takes_its_own_gift),
      cmocka_unit_test(a_full_record_takes_what_replaces),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
