/* Who is gathered for an event. One that would touch more owners, or give more gifts, than one event may: the decision is void as a whole,
 * nothing is given and nothing ends the program. A rulebook that does so is valid; its author learns it from the dead letters. */
#include "stage.h"

#define CAMPAIGN_BYTES (200u * 1024u)

/* `rules` rules on login, each with `items` vouchers, from pools of their own or unlimited. Single quotes for reading. */
static char *campaign_text(const char *id, uint32_t rules, uint32_t items, bool pools) {
  char *text = malloc(CAMPAIGN_BYTES);
  struct buffer out;
  buffer_init(&out, text, CAMPAIGN_BYTES - 1);
  buffer_print(&out, "{'id': '%s', 'version': 1, 'name': {'zh': 'x', 'en': 'x'}, 'audience': 'everyone',", id);
  buffer_print(&out, "'period': {'from': '2026-12-01', 'to': '2027-03-31'}, 'rules': [");
  for (uint32_t i = 0; i < rules; i++) {
    buffer_print(&out, "%s{'id': 'r%u', 'on': 'login', 'limits': [{'count': 9, 'per': ['customer'], 'period': 'day'}], 'give': [",
                 i == 0 ? "" : ",", i);
    for (uint32_t k = 0; k < items; k++) {
      buffer_print(&out, "%s{'id': 'i%u', 'reward': 'voucher', 'value': '1.00', 'pool': %s}", k == 0 ? "" : ",", k,
                   pools ? "{'stock': 5}" : "'unlimited'");
    }
    buffer_print(&out, "]}");
  }
  buffer_print(&out, "]}");
  assert_false(out.overflowed);
  text[out.length] = '\0';
  for (size_t i = 0; i < out.length; i++) text[i] = text[i] == '\'' ? '"' : text[i];
  return text;
}

static const char login[] =
    "{\"id\":\"1\",\"source\":\"app\",\"type\":\"login\",\"customer\":\"c1\",\"time\":\"2026-12-05T12:00:00+08:00\"}";

/* Matches and owners for the login; the customer's record is empty. */
static uint32_t stage_owners(struct stage *s) {
  struct event_error error;
  assert_int_equal(event_read(&s->catalogue, STR(login), &s->event_arena, &s->event, &error), EVENT_OK);
  s->event.arrival_ms = s->event.time_ms;
  s->match_count = match_event(s->index, s->cache, &s->event, s->matches);
  s->owners[0] = decide_customer_owner(s->event.customer);
  s->owner_count = decide_owners(s->book, &s->event, s->matches, s->match_count, stage_state(s, 0), s->owners);
  return s->owner_count;
}

static void test_owners(void **state) {
  (void)state;
  static const struct { uint32_t rules, owners; } rows[] = {{100, 301}, {170, 511}, {171, LIMIT_OWNERS + 1}, {200, LIMIT_OWNERS + 1}};
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    char *texts[] = {campaign_text("a", rows[i].rules, 1, true), campaign_text("b", rows[i].rules, 1, true),
                     campaign_text("c", rows[i].rules, 1, true)};
    struct stage *s = stage_new((const char *const *)texts, 3);
    assert_int_equal(stage_owners(s), rows[i].owners);
    stage_free(s);
    for (size_t k = 0; k < 3; k++) free(texts[k]);
  }
}

static void test_gifts(void **state) {
  (void)state;
  static const struct {
    uint32_t items;
    enum status status;
  } rows[] = {{4, STATUS_OK}, {5, STATUS_LIMIT}, {8, STATUS_LIMIT}};
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    char *text = campaign_text("a", 128, rows[i].items, false);
    struct stage *s = stage_new((const char *const *)&text, 1);
    struct fault fault = {0};
    assert_int_equal(stage_owners(s), 1);
    struct decide_input input = {s->book, &s->settings, &s->event, s->matches, s->match_count, s->owners, s->owner_count, false, NULL};
    assert_int_equal(decide_event(&input, s->states, &s->event_arena, &s->decision, &fault), rows[i].status);
    assert_int_equal(s->states[0]->changed, rows[i].status == STATUS_OK);
    if (rows[i].status == STATUS_OK) assert_int_equal(s->decision.gift_count, LIMIT_GIFTS);
    if (rows[i].status != STATUS_OK) assert_non_null(strstr(fault.text, "let fewer campaigns hear it"));
    stage_free(s);
    free(text);
  }
}

/* A reversal asks for what its customer's gifts took of others, and never for a record that is nobody's: that of a limit which stands in
 * the customer's own (R133). */
static void test_reversal(void **state) {
  (void)state;
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
  static const char *const kinds[] = {"crp", "c", "crp"};
  struct stage *s = stage_new(&text, 1);
  for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
    const struct decision *decision = stage_event(s, lines[i]);
    char gathered[LIMIT_OWNERS + 1] = {0};
    for (uint32_t k = 0; k < s->owner_count; k++) gathered[k] = (char)s->owners[k].kind;
    assert_string_equal(gathered, kinds[i]);
    if (i == 2) assert_int_equal(decision->gifts[0].kind, GIFT_REVOKED);
  }
  assert_int_equal(stage_pool(s, "c/r").used, 0);
  stage_free(s);
}

/* A customer with `payments` payments of a minute each, every one with two gifts - one rests on the measures, the other on the payment
 * alone - and as many measures fed as `measures`. */
static struct stage *stage_paid(uint32_t payments, uint32_t measures) {
  char text[4096], line[400];
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
        line, sizeof line,
        "{\"id\":\"s%u\",\"source\":\"t\",\"type\":\"txn.card_spend\",\"customer\":\"c1\",\"time\":\"2026-12-05T%02u:%02u:00+08:00\","
        "\"amount_minor\":500,\"currency\":\"CNY\",\"mcc\":\"5812\",\"status\":\"settled\"}",
        i, i / 60, i % 60);
    assert_int_equal(stage_event(s, line)->gift_count, 2);
  }
  return s;
}

static const struct decision *stage_refund(struct stage *s, uint32_t payment) {
  char line[400];
  (void)snprintf(line, sizeof line,
                 "{\"id\":\"r%u\",\"source\":\"t\",\"type\":\"txn.reversed\",\"customer\":\"c1\",\"time\":\"2026-12-05T20:00:00+08:00\","
                 "\"original_id\":\"s%u\",\"amount_minor\":500,\"currency\":\"CNY\"}",
                 payment, payment);
  return stage_event(s, line);
}

/* Whatever else rests on the same measure, and however much: the refunded payment's own gift goes. */
static void test_refund_among_many(void **state) {
  (void)state;
  struct stage *s = stage_paid(150, 1);
  const struct decision *decision = stage_refund(s, 149);
  assert_int_equal(decision->gate, REASON_GIVEN);
  assert_int_equal(decision->gift_count, 1);
  assert_int_equal(decision->gifts[0].kind, GIFT_REVOKED);
  stage_free(s);
}

/* A record that was full has forgotten its oldest events: what takes them back is too late, and says so; the latest are still known. */
static void test_refund_of_what_was_forgotten(void **state) {
  (void)state;
  struct stage *s = stage_paid(180, 5);
  assert_int_equal(stage_refund(s, 0)->gate, REASON_EVENT_TOO_LATE);
  const struct decision *decision = stage_refund(s, 179);
  assert_int_equal(decision->gate, REASON_GIVEN);
  assert_int_equal(decision->gift_count, 1);
  stage_free(s);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_owners), cmocka_unit_test(test_gifts), cmocka_unit_test(test_reversal),
                                     cmocka_unit_test(test_refund_among_many), cmocka_unit_test(test_refund_of_what_was_forgotten)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
