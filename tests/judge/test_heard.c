/* Heard as another (`as`): who hears, what is judged for the hearer with whose record, what a reversal does; and forwards as bytes. */
#include "judge/stage.h"

#define HEADER(name)                                                                       \
  "\"id\": \"" name "\", \"version\": 1, \"name\": {\"zh\": \"" name "\", \"en\": \"" name \
  "\"}, "                                                                                  \
  "\"period\": {\"from\": \"2026-12-01\", \"to\": \"2027-03-31\", \"closing\": \"P31D\"}, \"audience\": \"everyone\", "
#define POINTS "\"give\": {\"reward\": \"points\", \"value\": 10, \"pool\": \"unlimited\"}, "
#define AT(day) "\"time\": \"2026-12-" day "T12:00:00+08:00\""
#define LONG_ID "a-customer-whose-id-is-longer-than-one-cell-and-longer-than-two"

static struct hearing hearing;
static struct heard_way ways[LIMIT_HEARD];

/* Decides forward number `number` of the last decision, as bytes that were written and read. */
static const struct decision *hear(struct stage *s, uint32_t number) {
  static char bytes[FORWARD_BYTES];
  static struct decision decision;
  struct fault fault = {0};
  struct forward_message sent = {
      .from = 1, .to = 2, .position = 77, .arrival_ms = s->event.arrival_ms, .input = STR("in"), .line = STR("{}")};
  struct forward_message message;
  size_t length = forward_encode(&sent, &s->decision, number, bytes, sizeof bytes);
  assert_true(length > 0 && forward_is((struct str){bytes, length}));
  assert_true(forward_decode((struct str){bytes, length}, ways, &message, &fault));
  assert_int_equal(message.position, 77);
  hearing = message.hearing;
  struct event event = s->event;
  event.cause = event.customer, event.customer = message.hearer;
  stage_judge(s, &event, &hearing, &decision);
  assert_int_equal(s->dead.length, 0);
  assert_int_equal(decision.forward_count, 0); /* one hop */
  return &decision;
}

static void hears(const struct stage *s, const char *hearer, uint32_t count) {
  assert_int_equal(s->decision.forward_count, 1);
  assert_true(str_equal(s->decision.forwards[0].hearer, str_of(hearer)));
  assert_int_equal(s->decision.forwards[0].ways, count);
}

static void the_first_that_is_present_and_another_hears(void **unused) {
  (void)unused;
  const char *text = "{" HEADER("x") "\"facts\": {\"opened\": {\"first\": \"account.opened\", \"keep\": \"referrer\"}}, \"rules\": ["
                     "{\"id\": \"field\", \"on\": {\"event\": \"account.opened\", \"as\": \"referrer\"}, " POINTS
                     "\"limits\": \"unlimited\"},"
                     "{\"id\": \"kept\", \"on\": {\"event\": \"login\", \"as\": [\"fact.opened\", \"primary\"]}, " POINTS
                     "\"limits\": \"unlimited\"},"
                     "{\"id\": \"self\", \"on\": {\"event\": \"checkin\", \"as\": [\"primary\", \"customer\"]}, \"when\": {\"caused_by\": "
                     "\"self\"}, " POINTS "\"limits\": \"unlimited\"}]}";
  struct stage *s = stage_new(&text, 1);
  stage_event(s, "{\"id\":\"1\",\"source\":\"t\",\"type\":\"account.opened\",\"customer\":\"bob\",\"referrer\":\"ann\"," AT("05") "}");
  assert_int_equal(s->decision.outcome_count, 0);
  hears(s, "ann", 1);
  const struct decision *heard = hear(s, 0);
  assert_int_equal(heard->gift_count, 1);
  /* an own id, no id and no field: nobody */
  stage_event(s, "{\"id\":\"2\",\"source\":\"t\",\"type\":\"account.opened\",\"customer\":\"eve\",\"referrer\":\"eve\"," AT("05") "}");
  assert_int_equal(s->decision.forward_count, 0);
  stage_event(s, "{\"id\":\"3\",\"source\":\"t\",\"type\":\"account.opened\",\"customer\":\"zed\",\"referrer\":\"no id\"," AT("05") "}");
  assert_int_equal(s->decision.forward_count, 0);
  stage_event(s, "{\"id\":\"4\",\"source\":\"t\",\"type\":\"account.opened\",\"customer\":\"kim\"," AT("05") "}");
  assert_int_equal(s->decision.forward_count, 0);
  /* kept ids, short and long; an own one is not kept, so the next of the list is asked */
  stage_event(s, "{\"id\":\"5\",\"source\":\"t\",\"type\":\"login\",\"customer\":\"bob\"," AT("06") "}");
  hears(s, "ann", 1);
  stage_event(s, "{\"id\":\"6\",\"source\":\"t\",\"type\":\"login\",\"customer\":\"eve\",\"primary\":\"pam\"," AT("06") "}");
  hears(s, "pam", 1);
  stage_event(s,
              "{\"id\":\"7\",\"source\":\"t\",\"type\":\"account.opened\",\"customer\":\"lee\",\"referrer\":\"" LONG_ID "\"," AT("05") "}");
  hears(s, LONG_ID, 1);
  stage_event(s, "{\"id\":\"8\",\"source\":\"t\",\"type\":\"login\",\"customer\":\"lee\"," AT("06") "}");
  hears(s, LONG_ID, 1);
  /* the same event again forwards nothing */
  stage_event(s, "{\"id\":\"8\",\"source\":\"t\",\"type\":\"login\",\"customer\":\"lee\"," AT("06") "}");
  assert_int_equal(s->decision.gate, REASON_DUPLICATE_EVENT);
  assert_int_equal(s->decision.forward_count, 0);
  /* "customer" at the end: himself, and then it is caused by himself */
  stage_event(s, "{\"id\":\"9\",\"source\":\"t\",\"type\":\"checkin\",\"customer\":\"bob\"," AT("06") "}");
  assert_int_equal(s->decision.forward_count, 0);
  assert_int_equal(s->decision.gift_count, 1);
  stage_event(s, "{\"id\":\"10\",\"source\":\"t\",\"type\":\"checkin\",\"customer\":\"bob\",\"primary\":\"pam\"," AT("06") "}");
  hears(s, "pam", 1);
  heard = hear(s, 0);
  assert_int_equal(heard->outcomes[0].reason, REASON_CONDITION_NOT_MET);
  stage_free(s);
}

static void the_hearers_record_decides(void **unused) {
  (void)unused;
  const char *text = "{" HEADER("x") "\"facts\": {\"start\": {\"track\": {\"opens\": \"account.opened\", \"within\": \"P30D\", \"period\": "
                     "\"campaign\", \"per\": [\"channel\"], \"tasks\": [{\"id\": \"l\", \"on\": \"login\"}]}}}, \"rules\": ["
                     "{\"id\": \"once\", \"on\": {\"event\": \"account.opened\", \"as\": \"referrer\"}, "
                     "\"once_per\": [\"caused_by.id\"], " POINTS
                     "\"limits\": [{\"count\": 2, \"per\": [\"customer\"], \"period\": \"ever\"}]},"
                     "{\"id\": \"done\", \"on\": {\"fact\": \"start\", \"as\": \"primary\"}, " POINTS "\"limits\": \"unlimited\"}]}";
  struct stage *s = stage_new(&text, 1);
  static const char *const lines[] = {
      "{\"id\":\"1\",\"source\":\"t\",\"type\":\"account.opened\",\"customer\":\"bob\",\"referrer\":\"ann\",\"channel\":\"app\"," AT(
          "05") "}",
      "{\"id\":\"2\",\"source\":\"t\",\"type\":\"account.opened\",\"customer\":\"bob\",\"referrer\":\"ann\",\"channel\":\"app\"," AT(
          "06") "}",
      "{\"id\":\"3\",\"source\":\"t\",\"type\":\"account.opened\",\"customer\":\"cat\",\"referrer\":\"ann\",\"channel\":\"app\"," AT(
          "06") "}",
      "{\"id\":\"4\",\"source\":\"t\",\"type\":\"account.opened\",\"customer\":\"dan\",\"referrer\":\"ann\",\"channel\":\"app\"," AT(
          "06") "}"};
  static const enum reason reasons_of[] = {REASON_GIVEN, REASON_LIMIT_REACHED, REASON_GIVEN, REASON_LIMIT_REACHED};
  for (int i = 0; i < 4; i++) {
    stage_event(s, lines[i]);
    hears(s, "ann", 1);
    assert_int_equal(hear(s, 0)->outcomes[0].reason, reasons_of[i]);
  }
  /* tracks of two customers have one key each, and are two gifts of their one hearer */
  struct gift gifts[2];
  static const char *const logins[] = {
      "{\"id\":\"5\",\"source\":\"t\",\"type\":\"login\",\"customer\":\"bob\",\"primary\":\"pam\"," AT("07") "}",
      "{\"id\":\"6\",\"source\":\"t\",\"type\":\"login\",\"customer\":\"cat\",\"primary\":\"pam\"," AT("07") "}"};
  for (int i = 0; i < 2; i++) {
    stage_event(s, logins[i]);
    hears(s, "pam", 1);
    const struct decision *heard = hear(s, 0);
    assert_int_equal(heard->gift_count, 1);
    gifts[i] = heard->gifts[0];
  }
  assert_true(memcmp(gifts[0].id, gifts[1].id, ID22_BYTES) != 0);
  stage_free(s);
}

static void a_reversal_goes_where_its_original_went(void **unused) {
  (void)unused;
  const char *text = "{" HEADER("x") "\"rules\": ["
                     "{\"id\": \"share\", \"on\": {\"event\": \"txn.card_spend\", \"as\": \"primary\"}, "
                     "\"give\": {\"reward\": \"voucher\", "
                     "\"value\": \"5.00\", \"pool\": {\"stock\": 3}}, \"limits\": [{\"count\": 1, \"per\": [\"customer\"], \"period\": "
                     "\"ever\"}], \"on_reversal\": {\"reward\": \"revoke\", \"limits\": \"restore\", \"pool\": \"restore\"}}]}";
  struct stage *s = stage_new(&text, 1);
  stage_event(s, "{\"id\":\"1\",\"source\":\"t\",\"type\":\"txn.card_spend\",\"customer\":\"bob\",\"primary\":\"" LONG_ID
                 "\",\"amount_minor\":500,\"currency\":\"CNY\"," AT("05") "}");
  hears(s, LONG_ID, 1);
  assert_int_equal(hear(s, 0)->gift_count, 1);
  assert_int_equal(stage_pool(s, "x/share").used, 1);
  stage_event(s, "{\"id\":\"2\",\"source\":\"t\",\"type\":\"txn.reversed\",\"customer\":\"bob\",\"original_id\":\"1\"," AT("06") "}");
  hears(s, LONG_ID, 0);
  assert_true(s->decision.forwards[0].reversal);
  const struct decision *heard = hear(s, 0);
  assert_int_equal(heard->gift_count, 1);
  assert_int_equal(heard->gifts[0].kind, GIFT_REVOKED);
  assert_int_equal(stage_pool(s, "x/share").used, 0);
  /* taken back as a whole: a second reversal goes nowhere; one of an unknown original neither */
  stage_event(s, "{\"id\":\"3\",\"source\":\"t\",\"type\":\"txn.reversed\",\"customer\":\"bob\",\"original_id\":\"1\"," AT("06") "}");
  assert_int_equal(s->decision.forward_count, 0);
  stage_event(s, "{\"id\":\"4\",\"source\":\"t\",\"type\":\"txn.reversed\",\"customer\":\"bob\",\"original_id\":\"99\"," AT("06") "}");
  assert_int_equal(s->decision.gate, REASON_ORIGINAL_UNKNOWN);
  assert_int_equal(s->decision.forward_count, 0);
  stage_free(s);
}

/* Taken back before it came: whoever hears it gives it and takes it back at once, or gives what is left of it. */
static void what_was_undone_before_it_came_is_heard_so(void **unused) {
  (void)unused;
  const char *text = "{" HEADER("x") "\"rules\": ["
                     "{\"id\": \"share\", \"on\": {\"event\": \"txn.card_spend\", \"as\": \"primary\"}, "
                     "\"give\": {\"reward\": \"cash_back\", \"value\": {\"percent\": \"10%\", \"of\": \"amount\", "
                     "\"max\": \"9.00\"}, \"pool\": {\"budget\": \"30.00\"}}, \"limits\": \"unlimited\", "
                     "\"on_reversal\": {\"reward\": \"revoke\", \"limits\": \"restore\", \"pool\": \"restore\", "
                     "\"partial\": \"prorate\"}}]}";
  struct stage *s = stage_new(&text, 1);
  static const char *const parts[] = {"", ",\"amount_minor\":100,\"currency\":\"CNY\""};
  for (int part = 0; part < 2; part++) {
    char line[512];
    snprintf(line, sizeof line,
             "{\"id\":\"r%d\",\"source\":\"t\",\"type\":\"txn.reversed\",\"customer\":\"bob\",\"original_id\":\"s%d\"," AT("06") "%s}",
             part, part, parts[part]);
    assert_int_equal(stage_event(s, line)->forward_count, 0);
    snprintf(line, sizeof line,
             "{\"id\":\"s%d\",\"source\":\"t\",\"type\":\"txn.card_spend\",\"customer\":\"bob\",\"primary\":\"pam\",\"amount_minor\":500,"
             "\"currency\":\"CNY\"," AT("05") "}",
             part);
    stage_event(s, line);
    hears(s, "pam", 1);
    assert_true(s->decision.undone_whole == (part == 0) && s->decision.undone_minor == (part == 0 ? 0 : 100));
    const struct decision *heard = hear(s, 0);
    assert_int_equal(heard->outcome_count, 1);
    assert_int_equal(heard->outcomes[0].reason, part == 0 ? REASON_REVERSED : REASON_GIVEN);
    assert_int_equal(heard->outcomes[0].gift_count, part);
    if (part == 1) assert_int_equal(heard->gifts[heard->outcomes[0].gift_first].value_minor, 40);
  }
  assert_int_equal(stage_pool(s, "x/share").used, 40);
  stage_free(s);
}

#define SPEND(id, customer, more) \
  "{\"id\":\"" id "\",\"source\":\"t\",\"type\":\"txn.card_spend\",\"customer\":\"" customer "\",\"currency\":\"CNY\"," more "}"
#define FAMILY                                                                                                                            \
  "\"family\": {\"measure\": \"sum\", \"of\": \"amount\", \"on\": {\"event\": \"txn.card_spend\", \"as\": [\"primary\", \"customer\"]}, " \
  "\"window\": \"month\"}"

/* In cents; 0: it did nothing to the sum. */
static int64_t sum_behind(const struct decision *decision) { return decision->effect_count == 0 ? 0 : decision->effects[0].after; }

/* R136: the fact is the hearer's; a rule that hears it is woken there, with a gift for each event that comes to the threshold. */
static void a_fact_of_the_hearers_hears(void **unused) {
  (void)unused;
  const char *text =
      "{" HEADER("x") "\"facts\": {" FAMILY
                      "}, \"rules\": ["
                      "{\"id\": \"goal\", \"on\": {\"fact\": \"family\"}, \"when\": {\"fact.family\": {\"gte\": \"9.00\"}}, " POINTS
                      "\"limits\": \"unlimited\", \"on_reversal\": {\"reward\": \"revoke\"}}]}";
  struct stage *s = stage_new(&text, 1);
  stage_event(s, SPEND("1", "bob", "\"primary\":\"pam\",\"amount_minor\":500," AT("05")));
  hears(s, "pam", 1);
  assert_int_equal(s->decision.effect_count, 0); /* not his */
  assert_int_equal(sum_behind(hear(s, 0)), 500);
  stage_event(s, SPEND("1", "cat", "\"primary\":\"pam\",\"amount_minor\":400," AT("05")));
  const struct decision *heard = hear(s, 0);
  assert_int_equal(sum_behind(heard), 900);
  assert_int_equal(heard->gift_count, 1);
  stage_event(s, SPEND("2", "pam", "\"amount_minor\":50," AT("06")));
  assert_int_equal(s->decision.forward_count, 0);
  assert_int_equal(sum_behind(&s->decision), 950);
  /* cat's event, not bob's of the same id; and not to whom it names now */
  stage_event(s,
              "{\"id\":\"3\",\"source\":\"t\",\"type\":\"txn.reversed\",\"customer\":\"cat\",\"primary\":\"bob\",\"original_id\":\"1\"," AT(
                  "06") "}");
  hears(s, "pam", 0);
  heard = hear(s, 0);
  assert_int_equal(sum_behind(heard), 550);
  assert_true(heard->gift_count == 1 && heard->gifts[0].kind == GIFT_REVOKED);
  stage_free(s);
}

/* What the hearer's shard may have forgotten the counters of is not counted as if there had been none; the rules hear it all the same. */
static void a_fact_does_not_hear_what_may_be_forgotten(void **unused) {
  (void)unused;
  const char *text = "{" HEADER(
      "x") "\"facts\": {" FAMILY
           "}, \"rules\": ["
           "{\"id\": \"all\", \"on\": {\"event\": \"txn.card_spend\", \"as\": \"primary\"}, \"when\": {\"fact.family\": {\"gte\": "
           "\"5.00\"}}, " POINTS "\"limits\": \"unlimited\"}]}";
  struct stage *s = stage_new(&text, 1);
  static const char *const lines[] = {SPEND("1", "bob", "\"primary\":\"pam\",\"amount_minor\":500," AT("05")),
                                      SPEND("2", "bob", "\"primary\":\"pam\",\"amount_minor\":500," AT("05"))};
  for (int ahead = 0; ahead < 2; ahead++) {
    s->clock_ms = TIME_NONE;
    stage_event(s, lines[ahead]);
    hears(s, "pam", 2);
    s->clock_ms = s->event.time_ms + s->settings.horizon_ms + ahead; /* of the hearer's shard */
    const struct decision *heard = hear(s, 0);
    assert_int_equal(sum_behind(heard), ahead == 0 ? 500 : 0);
    assert_int_equal(heard->outcome_count, 1);
  }
  stage_free(s);
}

/* The bytes are of the version that knows them; a way that this rulebook does not have is passed over. */
static void facts_are_told_by_a_version_of_their_own(void **unused) {
  (void)unused;
  static struct decision decision;
  char bytes[512];
  struct fault fault = {0};
  struct forward_message sent = {.from = 3, .to = 5, .input = STR("in"), .line = STR("{}")}, message;
  decision.forward_count = 2, decision.heard_count = 2;
  decision.forwards[0] = (struct forward){.hearer = STR("ann"), .ways = 1};
  decision.forwards[1] = (struct forward){.hearer = STR("pam"), .ways = 1};
  decision.heard[0] = (struct heard_way){.rule = 7};
  decision.heard[1] = (struct heard_way){.fact = 9, .key = LISTENER_TASK, .period = 3, .forward = 1};
  for (uint32_t i = 0; i < 2; i++) {
    size_t length = forward_encode(&sent, &decision, i, bytes, sizeof bytes);
    assert_int_equal(bytes[1], 2 + i);
    assert_true(forward_decode((struct str){bytes, length}, ways, &message, &fault));
    assert_true(message.hearing.count == 1 && ways[0].rule == (i == 0 ? 7 : 0) && ways[0].period == (i == 0 ? 0 : 3));
    bytes[1] = (char)(3 - i); /* 3 without a fact, 2 with one */
    assert_false(forward_decode((struct str){bytes, length}, ways, &message, &fault));
  }
  const char *text = "{" HEADER("x") "\"rules\": [{\"id\": \"r\", \"on\": \"login\", " POINTS "\"limits\": \"unlimited\"}]}";
  struct stage *s = stage_new(&text, 1);
  stage_event(s, SPEND("1", "bob", "\"amount_minor\":500," AT("05")));
  s->decision.forward_count = s->decision.heard_count = 1;
  s->decision.forwards[0] = decision.forwards[1];
  s->decision.heard[0] = decision.heard[1], s->decision.heard[0].forward = 0;
  const struct decision *heard = hear(s, 0);
  assert_true(heard->effect_count == 0 && heard->outcome_count == 0 && heard->gate == REASON_GIVEN);
  stage_free(s);
}

/* What was handed out was handed to the customer of the event: whoever hears it beside him is given his own. */
static void what_was_handed_to_one_is_given_to_the_other(void **unused) {
  (void)unused;
  const char *text = "{" HEADER("x") "\"rules\": [{\"id\": \"r\", \"on\": [\"login\", {\"event\": \"login\", \"as\": \"primary\"}], " POINTS
                                     "\"limits\": \"unlimited\"}]}";
  struct stage *s = stage_new(&text, 1);
  stage_event(s,
              "{\"id\":\"1\",\"source\":\"t\",\"type\":\"login\",\"customer\":\"bob\",\"primary\":\"pam\",\"registeredgift\":\"x/r\"," AT(
                  "05") "}");
  assert_true(s->decision.gift_count == 1 && s->decision.gifts[0].kind == GIFT_REGISTERED);
  hears(s, "pam", 1);
  const struct decision *heard = hear(s, 0);
  assert_true(heard->gift_count == 1 && heard->gifts[0].kind == GIFT_ISSUED);
  stage_free(s);
}

static void no_bytes_harm_the_reader_of_forwards(void **unused) {
  (void)unused;
  static struct decision decision;
  char bytes[512];
  struct fault fault = {0};
  struct forward_message sent = {.from = 3, .to = 5, .position = 7, .arrival_ms = 9, .input = STR("events/3"), .line = STR("{\"a\":1}")},
                         message;
  decision.forward_count = 1, decision.heard_count = 2;
  decision.forwards[0] = (struct forward){.hearer = STR("ann"), .ways = 2};
  size_t length = forward_encode(&sent, &decision, 0, bytes, sizeof bytes);
  uint32_t read = 0, refused = 0;
  for (size_t at = 0; at < length; at++)
    for (int change = 1; change < 256; change++) {
      char *exact = malloc(length);
      memcpy(exact, bytes, length);
      exact[at] = (char)(exact[at] + change);
      bool good = forward_decode((struct str){exact, length}, ways, &message, &fault);
      assert_true(!good || (str_is_id(message.hearer) && message.hearing.count <= LIMIT_HEARD && message.from < LIMIT_SHARDS));
      assert_true(good || (fault.status == STATUS_STATE && fault.text[0] != 0));
      read += good, refused += !good;
      free(exact);
    }
  assert_true(read > 1000 && refused > 1000);
}

static void cut_or_changed_forwards_are_refused(void **unused) {
  (void)unused;
  static struct decision decision;
  char bytes[512], changed[512];
  struct fault fault = {0};
  struct forward_message sent = {
      .from = 3, .to = 1023, .position = 1ull << 60, .arrival_ms = -5, .input = STR("events/3"), .line = STR("{\"a\":1}")};
  struct forward_message message;
  decision.forward_count = 1, decision.heard_count = 2;
  decision.forwards[0] = (struct forward){.hearer = STR("ann"), .reversal = true, .ways = 2};
  decision.heard[0] = (struct heard_way){.rule = 0xffffffffffull, .fact = 1, .key = UINT64_MAX, .period = INT32_MIN};
  decision.heard[1] = (struct heard_way){.rule = 7};
  size_t length = forward_encode(&sent, &decision, 0, bytes, sizeof bytes);
  assert_true(forward_decode((struct str){bytes, length}, ways, &message, &fault));
  assert_int_equal(message.from, 3);
  assert_int_equal(message.to, 1023);
  assert_int_equal(message.arrival_ms, -5);
  assert_true(message.hearing.reversal && message.hearing.count == 2 && ways[0].key == UINT64_MAX && ways[0].period == INT32_MIN);
  assert_true(str_equal(message.hearer, STR("ann")) && str_equal(message.line, STR("{\"a\":1}")) &&
              str_equal(message.input, STR("events/3")));
  for (size_t cut = 0; cut < length; cut++) assert_false(forward_decode((struct str){bytes, cut}, ways, &message, &fault));
  memcpy(changed, bytes, length);
  changed[1]++;
  assert_false(forward_decode((struct str){changed, length}, ways, &message, &fault));
  assert_int_equal(forward_encode(&sent, &decision, 0, bytes, length - 1), 0);
}

/* What wakes a rule as another's event is that event alone, though a track of the hearer's own completes by it: it is the same gift. */
static void the_event_beside_a_track_of_his_own(void **unused) {
  (void)unused;
  const char *text = "{" HEADER("x") "\"facts\": {\"t\": {\"track\": {\"opens\": \"account.opened\", \"within\": \"P30D\", \"tasks\": "
                     "[{\"id\": \"l\", \"on\": {\"event\": \"login\", \"as\": \"primary\"}}]}}}, \"rules\": ["
                     "{\"id\": \"ev\", \"on\": {\"event\": \"login\", \"as\": \"primary\"}, " POINTS "\"limits\": \"unlimited\"},"
                     "{\"id\": \"done\", \"on\": {\"fact\": \"t\"}, " POINTS "\"limits\": \"unlimited\"}]}";
  char ids[2][ID22_BYTES];
  for (uint32_t opened = 0; opened < 2; opened++) {
    struct stage *s = stage_new(&text, 1);
    if (opened) stage_event(s, "{\"id\":\"1\",\"source\":\"t\",\"type\":\"account.opened\",\"customer\":\"pam\"," AT("05") "}");
    stage_event(s, "{\"id\":\"2\",\"source\":\"t\",\"type\":\"login\",\"customer\":\"bob\",\"primary\":\"pam\"," AT("06") "}");
    const struct decision *heard = hear(s, 0);
    assert_int_equal(heard->gift_count, 1 + opened);
    assert_int_equal(heard->gifts[0].rule, 0);
    memcpy(ids[opened], heard->gifts[0].id, ID22_BYTES);
    stage_free(s);
  }
  assert_memory_equal(ids[0], ids[1], ID22_BYTES);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_event_beside_a_track_of_his_own),
      cmocka_unit_test(the_first_that_is_present_and_another_hears),
      cmocka_unit_test(the_hearers_record_decides),
      cmocka_unit_test(a_reversal_goes_where_its_original_went),
      cmocka_unit_test(what_was_undone_before_it_came_is_heard_so),
      cmocka_unit_test(a_fact_of_the_hearers_hears),
      cmocka_unit_test(a_fact_does_not_hear_what_may_be_forgotten),
      cmocka_unit_test(facts_are_told_by_a_version_of_their_own),
      cmocka_unit_test(cut_or_changed_forwards_are_refused),
      cmocka_unit_test(what_was_handed_to_one_is_given_to_the_other),
      cmocka_unit_test(no_bytes_harm_the_reader_of_forwards),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
