/* Decision lines that were cut, edited, made by somebody else: each is refused with a place and a reason, or read for what it says; nothing
 * is read outside the line. */
#include "fixture.h"

static unsigned char arena_memory[1 << 20];

#define DATA(rest) \
  "{\"type\":\"gift.decision\",\"subject\":\"c1\",\"data\":{\"event\":{\"source\":\"s\",\"id\":\"e\"},\"rulebook\":\"r\"" rest "}}"
#define CONSIDERED(list) DATA(",\"considered\":" list)

/* A heap copy of exactly its size, so that the sanitizer sees a read behind it. */
static enum status read_copy(struct str line, struct recorded_decision *out, struct fault *fault) {
  static char *copy;
  struct arena arena;
  free(copy);
  copy = malloc(line.length == 0 ? 1 : line.length);
  memcpy(copy, line.at, line.length);
  arena_init(&arena, arena_memory, sizeof arena_memory);
  fault->text[0] = '\0';
  return record_read_decision((struct str){copy, line.length}, &arena, out, fault);
}

struct hostile_case {
  const char *line, *says;
};
static const struct hostile_case hostile_cases[] = {
    {"", "not a decision line"},
    {" ", "ends too early"},
    {"null", "an object is expected"},
    {"[]", "an object is expected"},
    {"{", "ends too early"},
    {"{}", "its type is not gift.decision"},
    {"{\"type\":\"gift.reward.issued\"}", "its type is not gift.decision"},
    {"{\"type\":\"gift.decision\"}", "event, subject or rulebook is missing"},
    {"{\"type\":1}", "a text is expected"},
    {"{\"id\":null,\"type\":\"gift.decision\"}", "a text is expected"},
    {"{\"type\":\"gift.decision\",\"data\":[]}", "an object is expected"},
    {"{\"type\":\"gift.decision\",\"data\":{\"event\":\"e\"}}", "an object is expected"},
    {"{\"type\":\"gift.decision\",\"data\":{\"event\":{\"id\":7}}}", "a text is expected"},
    {DATA(",\"position\":-1"), "a number is out of range"},
    {DATA(",\"position\":1.5"), "a whole number is expected"},
    {DATA(",\"position\":99999999999999999999"), "does not fit"},
    {DATA(",\"position\":\"0\""), "a number is expected"},
    {CONSIDERED("{}"), "a list is expected"},
    {CONSIDERED("[1]"), "an object is expected"},
    {CONSIDERED("[{}]"), "has no campaign, rule or reason"},
    {CONSIDERED("[{\"campaign\":\"c\",\"rule\":\"r\"}]"), "has no campaign, rule or reason"},
    {CONSIDERED("[{\"campaign\":\"c\",\"rule\":\"r\",\"reason\":\"\"}]"), "has no campaign, rule or reason"},
    {CONSIDERED("[{\"version\":-3}]"), "a number is out of range"},
    {CONSIDERED("[{\"version\":4294967296}]"), "a number is out of range"},
    {CONSIDERED("[{\"gifts\":{}}]"), "a list is expected"},
    {CONSIDERED("[{\"gifts\":[[]]}]"), "an object is expected"},
    {CONSIDERED("[{\"gifts\":[{\"id\":1}]}]"), "a text is expected"},
    {CONSIDERED("[{\"gifts\":[{\"value_minor\":1e3}]}]"), "a whole number is expected"},
    {CONSIDERED("[{\"gifts\":[],\"gifts\":[]}]"), "appears twice"},
    {CONSIDERED("[],\"considered\":[]"), "appears twice"},
    {CONSIDERED("["), "a value is expected"},
    {CONSIDERED("[1 2]"), "a comma or ] is expected"},
    {DATA("") "x", "something follows the value"},
    {DATA("") "{}", "something follows the value"},
    {DATA(",\"x\":\"\\ud800\""), "not a decision line"},
    {DATA(",\"x\":\"\xff\""), "not a decision line"},
    {DATA(",\"x\":[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["), "nested too deep"},
};

static void hostile(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof hostile_cases / sizeof *hostile_cases; i++) {
    struct recorded_decision decision;
    struct fault fault;
    assert_int_equal(read_copy(str_of(hostile_cases[i].line), &decision, &fault), STATUS_INPUT);
    if (strstr(fault.text, hostile_cases[i].says) == NULL) fail_msg("%s: %s", hostile_cases[i].line, fault.text);
  }
}

static void unknown_members_and_any_order(void **state) {
  (void)state;
  struct recorded_decision decision;
  struct fault fault;
  struct str line =
      STR(" { \"data\" : {\"new\":{\"a\":[1,{}]},\"considered\":[{\"reason\":\"X_NEW\",\"why\":null,\"rule\":\"r\",\"campaign\":\"c\","
          "\"gifts\":[]}],\"rulebook\":\"d\",\"event\":{\"id\":\"e\\u0031\",\"source\":\"s\",\"more\":1}},\"subject\":\"c1\","
          "\"type\":\"gift.decision\"}\t");
  assert_int_equal(read_copy(line, &decision, &fault), STATUS_OK);
  assert_text(decision.event_id, "e1");
  assert_int_equal(decision.outcome_count, 1);
  assert_text(decision.outcomes[0].reason, "X_NEW");
  assert_int_equal(decision.outcomes[0].gift_count, 0);
}

static struct str whole_line(void) {
  struct rulebook rulebook = fixture_rulebook();
  struct event event = fixture_event(STR(SPEND));
  struct decision *decision = fixture_decision();
  struct buffer out = text_buffer();
  decision->gifts[decision->gift_count++] = fixture_gift(GIFT_ISSUED, R_HALF, I_HALF, 4000);
  struct outcome outcome = fixture_outcome(R_HALF, REASON_GIVEN);
  outcome.gift_count = 1;
  decision_add(decision, outcome);
  decision_add(decision, fixture_outcome(R_CLAIM, REASON_EXPIRED));
  record_decision(&out, &rulebook, &event, &fixture_origin, decision);
  return buffer_text(&out);
}

static void every_cut(void **state) {
  (void)state;
  struct str line = whole_line();
  struct recorded_decision decision;
  struct fault fault;
  size_t object = line.length - 1; /* without the newline */
  for (size_t cut = 0; cut < object; cut++) assert_int_equal(read_copy((struct str){line.at, cut}, &decision, &fault), STATUS_INPUT);
  assert_int_equal(read_copy((struct str){line.at, object}, &decision, &fault), STATUS_OK);
  assert_int_equal(read_copy(line, &decision, &fault), STATUS_OK);
}

/* As many as a decision can have are read, one more is refused. */
static void too_many(void **state) {
  (void)state;
  static char memory[4 << 20], last[16];
  static unsigned char large[16 << 20];
  snprintf(last, sizeof last, "r%u", LIMIT_OUTCOMES - 1);
  for (uint32_t count = LIMIT_OUTCOMES; count <= LIMIT_OUTCOMES + 1; count++) {
    struct buffer line;
    struct recorded_decision decision;
    struct fault fault;
    struct arena arena;
    buffer_init(&line, memory, sizeof memory);
    buffer_put(&line, STR("{\"type\":\"gift.decision\",\"subject\":\"c1\",\"data\":{\"event\":{\"source\":\"s\",\"id\":\"e\"},\"rulebook\":"
                          "\"r\",\"considered\":["));
    for (uint32_t i = 0; i < count; i++)
      buffer_print(&line, "%s{\"campaign\":\"c\",\"rule\":\"r%u\",\"reason\":\"GIVEN\"}", i > 0 ? "," : "", i);
    buffer_put(&line, STR("]}}"));
    arena_init(&arena, large, sizeof large);
    enum status status = record_read_decision(buffer_text(&line), &arena, &decision, &fault);
    assert_int_equal(status, count > LIMIT_OUTCOMES ? STATUS_INPUT : STATUS_OK);
    if (status == STATUS_OK) assert_text(decision.outcomes[count - 1].rule, last);
  }
}

static void small_arena(void **state) {
  (void)state;
  struct str line = whole_line();
  for (size_t size = 0; size < 400; size += 16) {
    struct recorded_decision decision;
    struct fault fault;
    struct arena arena;
    unsigned char *memory = malloc(size + 1);
    arena_init(&arena, memory, size);
    enum status status = record_read_decision(line, &arena, &decision, &fault);
    assert_true(status == STATUS_OK || (status == STATUS_INPUT && strstr(fault.text, "no memory") != NULL));
    if (size < 100) assert_int_equal(status, STATUS_INPUT);
    free(memory);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(hostile), cmocka_unit_test(unknown_members_and_any_order),
                                     cmocka_unit_test(every_cut), cmocka_unit_test(too_many), cmocka_unit_test(small_arena)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
