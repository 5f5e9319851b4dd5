/* Closes that an earlier giftd wrote down, to which the clocks of the zone were known to stay: they are judged as the zone's. */
#include "judge/stage.h"

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

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(written_while_clocks_stayed)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
