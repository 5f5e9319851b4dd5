/* Gifts that wait (docs/language.md section 6, `timing`): until when, as what a record knows them and how long, and when silent customers
 * are looked at for them. */
#include "judge/steps.h"
#include "work.h"

#define FREE "'limits':'unlimited'"
#define LATER(id, after) \
  "{'id':'" id "','on':'login','give':{'reward':'voucher','value':'5.00','pool':'unlimited','timing':{'after':'" after "'}}," FREE "}"
#define HOUR_MS 3600000LL

static const struct story stories[] = {
    {"never longer than until its campaign has closed, also what a chance is spent on in its last days",
     "'rules':[{'id':'g','on':'login','give':{'reward':'chance','chance':'x','count':3}," FREE
     "},{'id':'u','on':'reward.claimed','spends':'x','give':{'reward':'voucher','value':'5.00','pool':'unlimited','timing':{'after':'P2D'}}"
     "," FREE "}]",
     "03-31T10:00 c1 login => g*3\n"
     "04-12T23:59 c1 claim => u>5.00\n"
     "gifts => u item 1 500 due 2027-04-14T23:59\n"
     "04-13T10:00 c1 claim => u>5.00\n"
     "gifts => u item 1 500 due 2027-04-15T00:00\n"
     "dues c1 => 2027-04-14T23:59 gift, 2027-04-15T00:00 gift\n"},
    {"each is remembered as long as it may be undone once it is issued, what it is of as long as the last of them",
     "'rules':[" LATER("g", "P2D") "," LATER("h", "P10D") "," LATER("i", "P2D") "]",
     "12-05T10:00 c1 login => g>5.00 h>5.00 i>5.00\n"
     "dues c1 => 2026-12-07T10:00 gift, 2026-12-07T10:00 gift, 2026-12-15T10:00 gift\n"
     "record c1 => GRANT 2027-03-15, GRANT 2027-03-23, ORIGINAL 2027-03-23, PENDING 2027-03-15, PENDING 2027-03-23\n"},
};

static void waits(void **unused) {
  (void)unused;
  stories_tell(stories, sizeof stories / sizeof stories[0]);
}

static const struct cell *waiting(struct stage *s) {
  const struct cell *cell = state_first(stage_customer(s, "c1"), CELL_PENDING, 0, 0);
  assert_non_null(cell);
  return cell;
}

/* One that no pool pays names none, and one that was chosen is due no more. */
static void as_what_it_is_known(void **unused) {
  (void)unused;
  static const struct story campaign = {
      "known",
      "'rules':[" LATER("g", "P2D") ","
      "{'id':'h','on':'checkin','give':{'choice_of':[{'id':'a','reward':'voucher','value':'5.00','pool':'unlimited'},{'id':'b','reward':"
      "'points','value':3,'pool':'unlimited'}],'within':'P7D','default':'a'}," FREE "}]",
      ""};
  struct stage *s = story_stage(&campaign);
  tells(s, "12-05T10:00 c1 login => g>5.00");
  assert_true(waiting(s)->pending.pool == 0 && waiting(s)->pending.time_ms == story_instant_of("12-07T10:00"));
  tells(s, "passes 12-07T10:00 c1 => g+5.00");
  tells(s, "12-08T10:00 c1 checkin => h>choice");
  assert_true(waiting(s)->pending.pool == 0 && waiting(s)->pending.time_ms == story_instant_of("12-15T10:00"));
  tells(s, "12-08T11:00 c1 claim reward_id=last choice=b => h.b+3");
  assert_true(waiting(s)->pending.waits == PENDING_SETTLED && waiting(s)->pending.time_ms == 0);
  stage_free(s);
}

/* At full hours, never before it is due. */
static void when_silent_customers_are_looked_at(void **unused) {
  (void)unused;
  for (int64_t hour = 0; hour < 3 * HOUR_MS; hour += HOUR_MS) {
    assert_true(pending_looked_at(hour) == hour && pending_looked_at(hour + 1) == hour + HOUR_MS);
    assert_true(pending_looked_at(hour + HOUR_MS - 1) == hour + HOUR_MS);
  }
}

/* For its pool it waits until the campaign has closed, which is behind now. */
static void how_long_for_its_pool(void **unused) {
  (void)unused;
  static const struct story campaign = {"pool", "'rules':[" LATER("g", "P2D") "]", ""};
  struct stage *s = story_stage(&campaign);
  int64_t closing_ms = story_instant_of("04-15T00:00");
  struct event event = {.time_ms = closing_ms - 1};
  const struct work w = {.book = s->book, .event = &event};
  assert_int_equal(s->book->campaigns[0].closing_ms, closing_ms);
  assert_true(pending_queues_until(&w, 0) == closing_ms);
  event.time_ms = closing_ms - LIMIT_PENDING_MS - 1;
  assert_true(pending_queues_until(&w, 0) == closing_ms - 1);
  event.time_ms = closing_ms;
  assert_true(pending_queues_until(&w, 0) == TIME_NONE);
  stage_free(s);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(waits),
      cmocka_unit_test(as_what_it_is_known),
      cmocka_unit_test(when_silent_customers_are_looked_at),
      cmocka_unit_test(how_long_for_its_pool),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
