/* What an event says that the catalogue does not know: noted and counted whatever shape it has, near words found, and nothing else changed
 * by it. What the catalogue knows is never noted. */
#include "lines.h"

static struct catalogue catalogue;

#define HEAD "\"id\":\"e1\",\"source\":\"core\",\"time\":\"2026-11-20T12:01:07+08:00\""
#define MONEY "\"amount_minor\":1,\"currency\":\"CNY\""

static void words_describe(const struct event *event, struct buffer *out) {
  static const char *const kinds[] = {"type", "field", "value"};
  for (uint32_t i = 0; i < event->unknown_count; i++) {
    const struct unknown_word *word = &event->unknown[i];
    struct str near = catalogue_near_word(&catalogue, event, word);
    buffer_print(out, "%s%s%s %.*s", i == 0 ? "" : ", ", word->beside_data ? "beside " : "", kinds[word->kind], STR_FORMAT(word->text));
    if (near.length > 0) buffer_print(out, " ~%.*s", STR_FORMAT(near));
  }
}

static void unknown_is(const char *line, const char *wanted) {
  struct reading reading;
  char text[8192];
  struct buffer out;
  buffer_init(&out, text, sizeof text - 1);
  line_read(&catalogue, str_of(line), &reading);
  if (reading.problem != EVENT_OK) fail_msg("%s is no event", line);
  words_describe(&reading.event, &out);
  text[out.length] = 0;
  uint32_t all = 0;
  for (int i = 0; i < UNKNOWN_KIND_COUNT; i++) all += reading.event.unknown_counts[i];
  if (strcmp(text, wanted) != 0) fail_msg("%s\n  wanted %s\n  got    %s", line, wanted, text);
  assert_int_equal(all, reading.event.unknown_count);
  free(reading.memory);
}

/* In both shapes. */
static void unknown_of(const char *type, const char *fields, const char *wanted) {
  char line[4096];
  const char *comma = fields[0] == 0 ? "" : ",";
  snprintf(line, sizeof line, "{" HEAD ",\"type\":\"%s\",\"customer\":\"c1\"%s%s}", type, comma, fields);
  unknown_is(line, wanted);
  snprintf(line, sizeof line, "{\"specversion\":\"1.0\"," HEAD ",\"type\":\"%s\",\"subject\":\"c1\",\"data\":{%s}}", type, fields);
  unknown_is(line, wanted);
}

static void words_are_noted(void **state) {
  (void)state;
  static const struct {
    const char *type, *fields, *wanted;
  } rows[] = {
      {"txn.card_spent", "\"amount\":5,\"what\":1",
       "type txn.card_spent ~txn.card_spend"}, /* the type alone: nobody says what it carries */
      {"TXN.CARD_SPEND", "", "type TXN.CARD_SPEND ~txn.card_spend"},
      {"quite.another_thing", "", "type quite.another_thing"},
      {"txn.card_spend", "\"amount\":5", "field amount ~amount_minor"},
      {"txn.card_spend", "\"amountMinor\":5,\"Currency\":\"CNY\"", "field amountMinor ~amount_minor, field Currency ~currency"},
      {"txn.card_spend", MONEY ",\"trace_no\":\"1\"", "field trace_no"},
      {"txn.card_spend", MONEY ",\"trace_no\":null", ""},
      {"txn.card_spend", MONEY ",\"at\":{\"amount\":1,\"mc\":[1]}", "field at"}, /* the key, not what stands in it */
      {"txn.card_spend", MONEY ",\"am\\u006funt\":1", "field amount ~amount_minor"},
      {"txn.card_spend", MONEY ",\"status\":\"SETTLED\"", "value SETTLED ~settled"},
      {"txn.card_spend", MONEY ",\"status\":\"setled\",\"channel\":\"POS\"", "value setled ~settled, value POS ~pos"},
      {"txn.card_spend", MONEY ",\"status\":\"\\u0073ettled\"", ""},
      {"txn.card_spend", MONEY ",\"channel\":\"till\"", "value till"},
      {"txn.transfer", MONEY ",\"method\":\"phone\",\"counterparty\":\"Other_Bank\"", "value phone, value Other_Bank ~other_bank"},
      {"txn.transfer", MONEY ",\"merchant\":\"m1\"", "field merchant"}, /* a field, but not of a transfer */
      {"txn.reversed", "\"original_id\":\"e0\",\"reason\":\"refunded\"", "value refunded ~refund"},
      {"fulfilment.result", "\"reward_id\":\"r\",\"result\":\"passed\"", "value passed"}, /* words are a type's, not the field's */
      {"reward.reviewed", "\"reward_id\":\"r\",\"result\":\"passed\"", ""},
      {"login", "\"channel\":\"till\",\"device\":\"d\",\"branch\":\"b\",\"authorisation\":\"1\"", ""},
      {"customer.updated", "\"mcc\":\"5812\",\"status\":\"asleep\",\"vip\":1", "field vip"}, /* a profile keeps whatever is a field */
  };
  for (size_t i = 0; i < COUNT(rows); i++) unknown_of(rows[i].type, rows[i].fields, rows[i].wanted);
}

static void what_stands_beside_data_is_noted(void **state) {
  (void)state;
  unknown_is("{\"specversion\":\"1.0\"," HEAD
             ",\"type\":\"login\",\"subject\":\"c1\",\"channel\":\"app\",\"partitionkey\":\"c1\",\"data\":{}}",
             "beside field channel");
  unknown_is("{\"channel\":null,\"dataschema\":\"urn:x\",\"datacontenttype\":\"application/json\",\"specversion\":\"1.0\"," HEAD
             ",\"type\":\"login\",\"subject\":\"c1\"}",
             "");
  unknown_is("{\"dataschema\":\"urn:x\",\"tracestate\":\"x\",\"datacontenttype\":\"application/json\"," HEAD
             ",\"type\":\"login\",\"customer\":\"c1\"}",
             "");
}

/* Every field that a type is documented to carry, and the common ones, are known; so is each of its words. */
static void what_is_known_is_not_noted(void **state) {
  (void)state;
  struct event event = {.unknown_count = 0};
  assert_int_equal(event.unknown_count, 0);
  for (uint16_t type = 0; type < catalogue.type_count; type++)
    for (uint16_t field = 0; field < catalogue.field_count; field++) {
      uint64_t bit = UINT64_C(1) << (field % 64);
      bool carried = ((catalogue.types[type].fields[field / 64] | catalogue.common[field / 64]) & bit) != 0;
      assert_int_equal(catalogue_carries(&catalogue, type, field), carried);
    }
  assert_true(catalogue.word_count >= 25);
  for (uint16_t i = 0; i < catalogue.word_count; i++) {
    char fields[256];
    const struct closed_word *word = &catalogue.words[i];
    const struct type_info *type = &catalogue.types[word->type];
    snprintf(fields, sizeof fields, "\"original_id\":\"e0\",\"%.*s\":\"%.*s\"", STR_FORMAT(catalogue.fields[word->field].event_name),
             STR_FORMAT(word->text));
    char name[80];
    snprintf(name, sizeof name, "%.*s", STR_FORMAT(type->name));
    unknown_of(name, word->type == TYPE_ID_REVERSED ? fields : fields + strlen("\"original_id\":\"e0\","), "");
  }
}

/* More words than an event notes are counted all the same. */
static void what_is_not_noted_is_counted(void **state) {
  (void)state;
  char line[8192];
  struct buffer out;
  struct reading reading;
  buffer_init(&out, line, sizeof line);
  buffer_put(&out, STR("{" LINE_FLAT));
  for (unsigned i = 0; i < 200; i++) buffer_print(&out, ",\"x%u\":1", i);
  buffer_put(&out, STR("," MONEY ",\"status\":\"OK\"}"));
  line_read(&catalogue, buffer_text(&out), &reading);
  assert_int_equal(reading.problem, EVENT_OK);
  assert_int_equal(reading.event.unknown_counts[UNKNOWN_FIELD], 200);
  assert_int_equal(reading.event.unknown_counts[UNKNOWN_VALUE], 1);
  assert_int_equal(reading.event.unknown_count, LIMIT_EVENT_UNKNOWN);
  assert_true(str_equal(reading.event.unknown[0].text, STR("OK"))); /* fields of the catalogue first */
  free(reading.memory);
}

/* The event is the one that it is without what nobody knows. */
static void the_event_is_the_same(void **state) {
  (void)state;
  struct reading plain, more;
  char one[1024], other[1024];
  struct buffer first, second;
  buffer_init(&first, one, sizeof one), buffer_init(&second, other, sizeof other);
  line_read(&catalogue, STR("{" LINE_FLAT "," MONEY ",\"status\":\"SETTLED\"}"), &plain);
  line_read(&catalogue, STR("{\"a\":[{}]," LINE_FLAT ",\"amount\":7," MONEY ",\"status\":\"SETTLED\",\"x\":\"\"}"), &more);
  assert_true(plain.problem == EVENT_OK && more.problem == EVENT_OK);
  event_describe(&catalogue, &plain.event, &first);
  event_describe(&catalogue, &more.event, &second);
  assert_true(first.length > 0 && str_equal(buffer_text(&first), buffer_text(&second)));
  free(plain.memory);
  free(more.memory);
}

/* A type of the bank's that says nothing of its fields carries all that are fields. */
static void a_type_that_says_nothing_carries_all(void **state) {
  (void)state;
  static struct catalogue open;
  struct fault fault;
  struct reading reading;
  struct type_info type = {.name = STR("shop.paid")};
  catalogue_init(&open);
  assert_int_equal(catalogue_add_type(&open, &type, &fault), STATUS_OK);
  line_read(&open, STR("{" HEAD ",\"type\":\"shop.paid\",\"customer\":\"c1\",\"mcc\":\"5812\",\"score\":1,\"what\":1}"), &reading);
  assert_int_equal(reading.problem, EVENT_OK);
  assert_int_equal(reading.event.unknown_count, 1);
  assert_true(str_equal(reading.event.unknown[0].text, STR("what")));
  free(reading.memory);
}

static int set_up(void **state) {
  (void)state;
  catalogue_init(&catalogue);
  return 0;
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(words_are_noted),
      cmocka_unit_test(what_stands_beside_data_is_noted),
      cmocka_unit_test(what_is_known_is_not_noted),
      cmocka_unit_test(what_is_not_noted_is_counted),
      cmocka_unit_test(the_event_is_the_same),
      cmocka_unit_test(a_type_that_says_nothing_carries_all),
  };
  return cmocka_run_group_tests(tests, set_up, NULL);
}
