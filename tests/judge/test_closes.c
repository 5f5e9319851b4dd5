/* Which close it is that is due: one that an earlier giftd wrote down, to which the clocks of the zone were known to stay, is the zone's;
 * one that no file asks is nobody's; and of two at one instant the first is the same for whoever looks. */
#include "judge/steps.h"

#define TEXT(zone)                                                                                 \
  "{\"id\":\"c\",\"version\":1,\"name\":{\"zh\":\"c\",\"en\":\"c\"},\"audience\":\"everyone\","    \
  "\"period\":{\"from\":\"2027-01-01\",\"to\":\"2027-06-30\",\"closing\":\"P7D\",\"zone\":\"" zone \
  "\"},"                                                                                           \
  "\"facts\":{\"logins\":{\"measure\":\"count\",\"on\":\"login\",\"window\":\"month\"}},"          \
  "\"rules\":[{\"id\":\"r\",\"on\":{\"close\":\"month\"},\"when\":{\"fact.logins\":{\"gte\":1}},"  \
  "\"give\":{\"reward\":\"points\",\"value\":1,\"pool\":\"unlimited\"},"                           \
  "\"limits\":[{\"count\":1,\"per\":[\"customer\"],\"period\":\"month\"}]}]}"

/* By what records know the month of a zone that has the same offset and stays. */
static uint64_t decl_of_bogota(void) {
  const char *texts[] = {TEXT("America/Bogota")};
  struct stage *s = stage_new(texts, 1);
  uint64_t decl = s->book->closes[0].decl;
  assert_true(str_equal(s->book->closes[0].name, STR("month-05:00")) && s->book->closes[0].stayed == decl);
  stage_free(s);
  return decl;
}

static void event_at(struct event *event, int64_t time_ms) {
  *event = (struct event){.customer = STR("c1"), .id = STR("close"), .source = STR("giftd"), .type_name = STR("period.closed")};
  event->type = TYPE_UNKNOWN, event->time_ms = event->arrival_ms = time_ms;
  event->digest = event_digest(event->source, event->id);
}

/* As the shard does it, in the live place. */
static void close_judge(struct stage *s, const struct closing *closing, struct decision *out) {
  struct event event;
  event_at(&event, closing->at_ms);
  struct judge_input input = stage_input(s, &event, NULL);
  input.closing = closing, input.matches = NULL, input.match_count = 0;
  assert_int_equal(place_judge(s->live, &input, &s->event_arena, out, &s->dead, &s->fault), JUDGED);
}

static const struct cell *due_of(struct stage *s) { return due_first(stage_customer(s, "c1")); }

static void written_while_clocks_stayed(void **unused) {
  (void)unused;
  const char *texts[] = {TEXT("America/New_York")};
  struct stage *s = stage_new(texts, 1);
  struct close *close = (struct close *)&s->book->closes[0];
  const uint64_t decl = close->decl;
  assert_true(str_equal(close->name, STR("month@America/New_York")) && close->stayed == decl_of_bogota());
  close->decl = close->stayed; /* the giftd before */
  (void)stage_event(s, "{\"id\":\"e\",\"source\":\"s\",\"type\":\"login\",\"customer\":\"c1\",\"time\":\"2027-03-31T23:00:00-04:00\"}");
  close->decl = decl;
  const struct cell *due = due_of(s);
  struct closing closing;
  assert_true(due != NULL && closing_of(s->book, due, &closing) && closing.close == 0 && closing.decl == close->stayed);
  struct decision *out = calloc(1, sizeof *out);
  close_judge(s, &closing, out);
  assert_int_equal(out->gift_count, 1);
  assert_null(due_of(s));
  free(out);
  stage_free(s);
}

#define DAY(zone)                                                                                  \
  "{\"id\":\"c\",\"version\":1,\"name\":{\"zh\":\"c\",\"en\":\"c\"},\"audience\":\"everyone\","    \
  "\"period\":{\"from\":\"2027-01-01\",\"to\":\"2028-06-30\",\"closing\":\"P7D\",\"zone\":\"" zone \
  "\"},"                                                                                           \
  "\"rules\":[{\"id\":\"r\",\"on\":{\"date\":\"profile.birthday\"},"                               \
  "\"give\":{\"reward\":\"points\",\"value\":1,\"pool\":\"unlimited\"},\"limits\":\"unlimited\"}]}"
#define TOLD                                                                                                      \
  "{\"id\":\"e\",\"source\":\"s\",\"type\":\"customer.updated\",\"customer\":\"c1\",\"birthday\":\"1990-04-01\"," \
  "\"time\":\"2027-03-31T10:00:00-04:00\"}"

/* The next year's day stands under the zone's own name, and nothing is left under the other. */
static void day_written_while_clocks_stayed(void **unused) {
  (void)unused;
  const char *texts[] = {DAY("America/New_York")};
  struct stage *s = stage_new(texts, 1);
  struct close *close = (struct close *)&s->book->closes[0];
  const uint64_t decl = close->decl;
  struct decision *out = calloc(1, sizeof *out);
  struct closing closing;
  close->decl = close->stayed;
  (void)stage_event(s, TOLD);
  close->decl = decl;
  assert_true(close->stayed != decl && closing_of(s->book, due_of(s), &closing) && closing.decl == close->stayed);
  close_judge(s, &closing, out);
  assert_int_equal(out->gift_count, 1);
  const struct cell *due = due_of(s);
  assert_true(due != NULL && cell_decl(due) == decl && due->due.time_ms > closing.at_ms);
  assert_null(state_find(stage_customer(s, "c1"), CELL_DUE, close->stayed, 0, 0));
  free(out);
  stage_free(s);
}

#define LIMITS ",'limits':'unlimited','give':{'reward':'voucher','value':'5.00','pool':'unlimited'}}"
#define COUNTS(id, window) "'" id "':{'measure':'count','on':'login','window':" window "}"
#define CLOSES(id, period, fact) "{'id':'" id "','on':{'close':" period "},'when':{'fact." fact "':{'gte':1}}" LIMITS
#define BY_DAY "{'cycle':'profile.statement_day'}"
#define BY_AGE "{'cycle':'profile.age'}"

/* A close behind the last of the book is none of its. */
static void of_a_close_that_is_gone(void **unused) {
  (void)unused;
  static const struct story campaign = {
      "gone",
      "'period':{'from':'2026-12-01','to':'2027-10-31','closing':'P40D'},'facts':{" COUNTS("n", BY_DAY) "," COUNTS(
          "m", BY_AGE) "},'rules':[" CLOSES("g", BY_DAY, "n") "," CLOSES("h", BY_AGE, "m") "]",
      ""};
  struct stage *s = story_stage(&campaign);
  struct rulebook *book = (struct rulebook *)s->book;
  struct closing closing;
  assert_int_equal(book->close_count, 2);
  told(s, "12-02T10:00 c1 update statement_day:=10 age:=20", 1);
  told(s, "12-22T10:00 c1 login", 2);
  dues_are(s, "2027-01-10T00:00 of 683, 2027-01-20T00:00 of 683");
  const struct cell *due = state_find(stage_customer(s, "c1"), CELL_DUE, book->closes[1].decl, DUE_IN_TIME, 683);
  assert_true(due != NULL && closing_of(s->book, due, &closing) && closing.close == 1);
  book->close_count = 1;
  assert_false(closing_of(s->book, due, &closing));
  told(s, "12-23T10:00 c1 update statement_day:=11 age:=21", 3);
  book->close_count = 2;
  bool first = closing_of(s->book, due_of(s), &closing) && closing.close == 0;
  dues_are(s, first ? "2027-01-11T00:00 of 683, 2027-01-20T00:00 of 683" : "2027-01-10T00:00 of 683, 2027-01-21T00:00 of 683");
  stage_free(s);
}

static void of_a_close_that_is_gone_and_whose_clocks_turn(void **unused) {
  (void)unused;
  const char *texts[] = {TEXT("America/New_York")};
  struct stage *s = stage_new(texts, 1);
  struct rulebook *book = (struct rulebook *)s->book;
  struct closing closing;
  (void)stage_event(s, "{\"id\":\"e\",\"source\":\"s\",\"type\":\"login\",\"customer\":\"c1\",\"time\":\"2027-03-31T23:00:00-04:00\"}");
  struct close *close = (struct close *)book->closes;
  uint64_t decl = close->decl;
  close->stayed = decl, close->decl = decl + 1; /* as an earlier giftd wrote it */
  assert_true(closing_of(s->book, due_of(s), &closing));
  book->close_count = 0;
  assert_false(closing_of(s->book, due_of(s), &closing));
  stage_free(s);
}

/* Of its rules one stands behind the last: nothing is left due for what that one asks. */
static void next_one_by_its_own_rules(void **unused) {
  (void)unused;
  static const struct story campaign = {"next",
                                        "'facts':{" COUNTS("n", "'month'") "," COUNTS("m", "'ever'") "},'rules':[" CLOSES(
                                            "g", "'month'", "n") "," CLOSES("h", "'month'", "m") "]",
                                        ""};
  for (uint32_t rules = 1; rules <= 2; rules++) {
    struct stage *s = story_stage(&campaign);
    assert_true(s->book->close_count == 1 && s->book->closes[0].rule_count == 2);
    ((struct close *)s->book->closes)[0].rule_count = rules;
    told(s, "12-12T10:00 c1 login", 1);
    assert_true(passing_next(s, "c1", story_instant_of("01-01T00:00")));
    dues_are(s, rules == 1 ? "" : "2027-02-01T00:00 of 684");
    stage_free(s);
  }
}

/* By their names, not by their periods: so it is the same whatever else is due of a customer. */
static void of_two_at_one_instant(void **unused) {
  (void)unused;
  static const struct story campaign = {
      "instant",
      "'period':{'from':'2026-12-01','to':'2026-12-31','closing':'P14D'},'facts':{" COUNTS("d", "'day'") "," COUNTS(
          "m", "'month'") "," COUNTS("y", "'year'") "},'rules':[" CLOSES("g", "'day'", "d") "," CLOSES("h", "'month'",
                                                                                                       "m") "," CLOSES("i", "'year'",
                                                                                                                       "y") "]",
      ""};
  struct stage *s = story_stage(&campaign);
  const int64_t at_ms = story_instant_of("01-01T00:00");
  uint32_t count = 0;
  told(s, "12-31T10:00 c1 login", 1);
  for (uint64_t before = 0; due_of(s) != NULL; count++) {
    const uint64_t name = due_of(s)->name;
    assert_true(due_of(s)->due.time_ms == at_ms && name > before);
    before = name;
    assert_true(passing_next(s, "c1", at_ms));
  }
  assert_int_equal(count, 3);
  stage_free(s);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(written_while_clocks_stayed), cmocka_unit_test(day_written_while_clocks_stayed),
      cmocka_unit_test(of_a_close_that_is_gone),     cmocka_unit_test(of_a_close_that_is_gone_and_whose_clocks_turn),
      cmocka_unit_test(next_one_by_its_own_rules),   cmocka_unit_test(of_two_at_one_instant)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
