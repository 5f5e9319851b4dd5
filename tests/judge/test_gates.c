/* What stops an event before anything of it is judged (docs/language.md section 9.3), to the millisecond; and until when a record knows ids
 * and places by the stream's own clock: whole days, in UTC. */
#include "judge/story.h"

#define FREE "'limits':'unlimited'"
#define GIVE "'give':{'reward':'voucher','value':'5.00','pool':'unlimited'}"
#define RULE(id, on) "{'id':'" id "','on':'" on "'," GIVE "," FREE "}"
#define ONCE "'rules':[{'id':'g','on':'login'," GIVE ",'limits':[{'count':1,'per':['customer'],'period':'day'}]}]"

static const struct story stories[] = {
    {"five minutes ahead of its arrival, and no more", "'rules':[" RULE("g", "login") "]",
     "12-05T10:05 c1 login @12-05T10:00 => g+5.00\n"
     "12-05T10:05:00.001 c1 login @12-05T10:00 => EVENT_IN_FUTURE\n"},
    {"as old as the horizon, and no older: by its arrival", "'late':{'accept':'P7D'},'rules':[" RULE("g", "login") "]",
     "12-05T10:00 c1 login @12-12T10:00 => g+5.00\n"
     "12-05T10:00 c1 login @12-12T10:00:00.001 => EVENT_TOO_LATE\n"},
    {"and by the clock", "'rules':[" RULE("g", "login") "]",
     "clock 12-12T10:00 => \n"
     "12-05T10:00 c1 login => g+5.00\n"
     "12-05T09:59:59.999 c1 login => EVENT_TOO_LATE\n"},
    {"who signs up in the instant in which it is over has not", "'enrolment':'required','rules':[" RULE("g", "login") "]",
     "03-31T23:59:59.999 c1 campaign.enrolled => \n"
     "record c1 => ENROLLED 2027-07-21\n"
     "04-01T00:00 c2 campaign.enrolled => \n"
     "record c2 => \n"},
    {"a close is heard however late it is worked off",
     "'facts':{'n':{'measure':'count','on':'login','window':'month'}},'rules':[{'id':'g','on':{'close':'month','delay':'P3D'},'when':{'"
     "fact."
     "n':{'gte':1}}," GIVE "," FREE "}]",
     "12-05T10:00 c1 login => \n"
     "clock 02-20T10:00 => \n"
     "passes 02-20T10:00 c1 => g+5.00\n"},
    {"a place of a day is known until its last day is over", ONCE,
     "12-05T10:00 c1 login => g+5.00\n"
     "clock 12-14T07:59:59.999 => \n"
     "12-14T07:59 c1 checkin => \n"
     "record c1 => LIMIT 2026-12-13\n"
     "clock 12-14T08:00 => \n"
     "12-14T08:00 c1 checkin => \n"
     "record c1 => \n"},
    {"ids of the day that is a horizon ago are known, of the day before they are not", "'rules':[" RULE("g", "login") "]",
     "12-06T07:59:50 c1 login #a => g+5.00\n"
     "12-06T08:00:10 c1 login #b => g+5.00\n"
     "clock 12-13T07:59:50 => \n"
     "12-06T07:59:50 c1 login #a => DUPLICATE_EVENT\n"
     "clock 12-13T08:00 => \n"
     "12-06T08:00:10 c1 login #b => DUPLICATE_EVENT\n"
     "12-06T07:59:50 c1 login #a => EVENT_TOO_LATE\n"},
    {"a refund that came first is waited for as long as its payment may come, to the last instant",
     "'late':{'accept':'P7D'},'rules':[" RULE("g", "txn.card_spend") "]",
     "clock 12-12T10:00 => \n"
     "12-12T09:00 c1 refund a original_time=2026-12-05T10:00:00+08:00 => \n"
     "12-12T09:00 c1 refund b original_time=2026-12-05T09:59:59+08:00 => \n"
     "12-05T10:00 c1 spend 5.00 #a => \n"
     "12-05T10:00 c1 spend 5.00 #c => g+5.00\n"},
};

static void gates(void **unused) {
  (void)unused;
  stories_tell(stories, sizeof stories / sizeof stories[0]);
}

/* What a full record let go may have come before: nothing that is as old is judged. */
static void nothing_as_old_as_what_was_let_go(void **unused) {
  (void)unused;
  static const struct story campaign = {"floor", "'rules':[" RULE("g", "login") "]", ""};
  static const struct {
    const char *time;
    enum reason gate;
  } edges[] = {{"12-05T09:59", REASON_EVENT_TOO_LATE}, {"12-05T10:00", REASON_EVENT_TOO_LATE}, {"12-05T10:00:00.001", REASON_GIVEN}};
  struct owner owner = owner_customer(STR("c1"));
  for (uint32_t i = 0; i < 3; i++) {
    struct stage *s = story_stage(&campaign);
    char line[128], *words[8];
    s->stored->stored = false;
    place_state(s->live, &owner)->floor_ms = place_state(s->stored, &owner)->floor_ms = story_instant_of("12-05T10:00");
    snprintf(line, sizeof line, "%s c1 login", edges[i].time);
    assert_int_equal(stage_event(s, story_line(words, story_words(line, words, 8), i))->gate, edges[i].gate);
    stage_free(s);
  }
}

/* Who is heard though no rule and no fact listens: a claim only where it names a gift. */
static void what_concerns_the_judge(void **unused) {
  (void)unused;
  static const struct story campaign = {"concerns", "'rules':[" RULE("g", "login") "]", ""};
  static const struct {
    const char *step;
    bool concerns;
  } edges[] = {{"12-05T10:00 c1 checkin", false},
               {"12-05T10:00 c1 claim rule=g", false},
               {"12-05T10:00 c1 claim choice=a", false},
               {"12-05T10:00 c1 claim reward_id=AAAAAAAAAAAAAAAAAAAAAA", true},
               {"12-05T10:00 c1 checkin registeredgift=c/g", true},
               {"12-05T10:00 c1 checkin registeredgift=x", true},
               {"12-05T10:00 c1 update tier=gold", true},
               {"12-05T10:00 c1 refund a", true}};
  struct stage *s = story_stage(&campaign);
  for (uint32_t i = 0; i < sizeof edges / sizeof edges[0]; i++) {
    char line[128], *words[8];
    snprintf(line, sizeof line, "%s", edges[i].step);
    stage_read(s, story_line(words, story_words(line, words, 8), i));
    if (judge_concerns(&s->event) != edges[i].concerns) fail_msg("%s", edges[i].step);
  }
  stage_read(s, "{\"id\":\"1\",\"source\":\"t\",\"type\":\"checkin\",\"customer\":\"c1\",\"time\":\"2026-12-05T10:00:00+08:00\"}");
  judge_unheard(&s->event, &s->settings, TIME_NONE, &s->decision);
  assert_true(s->decision.unheard && s->decision.gate == REASON_GIVEN && !s->decision.remembers);
  judge_unheard(&s->event, &s->settings, s->event.time_ms + s->settings.horizon_ms + 1, &s->decision);
  assert_int_equal(s->decision.gate, REASON_EVENT_TOO_LATE);
  stage_free(s);
}

/* What a reversal may not be is a dead letter that says what came in, and what to do. */
static void reversals_that_cannot_be(void **unused) {
  (void)unused;
  static const struct story campaign = {"dead", "'rules':[" RULE("g", "txn.card_spend") "]", ""};
  static const struct {
    const char *step, *code, *text;
  } edges[] = {
      {"12-05T10:00 c1 spend 5.00 #a", "", ""},
      {"12-05T11:00 c1 refund a 1.00 currency=USD #r", "CURRENCY_MISMATCH", "the reversal is in USD, the event that it undoes in CNY"},
      {"12-05T11:00 c1 refund a 1.00 #r", "", ""},
      {"12-05T12:00 c1 refund r 1.00", "REVERSAL_OF_REVERSAL", "is a reversal itself"}};
  struct stage *s = story_stage(&campaign);
  for (uint32_t i = 0; i < sizeof edges / sizeof edges[0]; i++) {
    char line[128], *words[8];
    snprintf(line, sizeof line, "%s", edges[i].step);
    memset(&s->fault, 0, sizeof s->fault);
    (void)stage_try(s, story_line(words, story_words(line, words, 8), i));
    assert_true(str_equal(s->dead, str_of(edges[i].code)) && strstr(s->fault.text, edges[i].text) != NULL);
    if (s->dead.length > 0) assert_int_equal(s->fault.status, STATUS_INPUT);
  }
  stage_free(s);
}

static void checked(const char *late, int64_t horizon_ms, const char *hours, const char *remedy) {
  char text[256];
  snprintf(text, sizeof text, "'late':{%s},'rules':[" RULE("g", "login") "]", late);
  const struct story campaign = {"late", text, ""};
  struct stage *s = story_stage(&campaign);
  struct fault fault = {0};
  s->settings.horizon_ms = horizon_ms;
  assert_int_equal(judge_check(s->book, &s->settings, &fault), remedy == NULL ? STATUS_OK : STATUS_INPUT);
  if (remedy != NULL && (strstr(fault.text, hours) == NULL || strstr(fault.text, remedy) == NULL)) fail_msg("%s", fault.text);
  stage_free(s);
}

/* What may come later than its id is remembered for could be given twice: a run refuses to begin, and says what may be done. */
static void ids_are_remembered_as_long_as_events_come(void **unused) {
  (void)unused;
  const int64_t week_ms = 7 * MS_PER_DAY;
  checked("'accept':'P7D'", week_ms, NULL, NULL);
  checked("'accept':'P7D'", week_ms - 1, "168 hours late, but event ids are remembered for 167 hours", "lower late.accept");
  checked("'accept':'P7D'", week_ms - 3600000, "168 hours late, but event ids are remembered for 167 hours", "lower late.accept");
  checked("'accept':'P1D','backfill':'P7D'", week_ms, NULL, NULL);
  checked("'accept':'P1D','backfill':'P7D'", week_ms - MS_PER_DAY, "168 hours late, but event ids are remembered for 144 hours",
          "lower late.backfill");
  checked("'accept':'P6D','backfill':'P7D'", week_ms - MS_PER_DAY, "remembered for 144 hours", "lower late.backfill");
}

/* What many share is let go by whole days as well, and nothing of it as long as the stream has no clock. */
static void what_is_shared_expires_by_whole_days(void **unused) {
  (void)unused;
  const int64_t over_ms = 20001 * MS_PER_DAY;
  struct state *state = block_new(LIMIT_SHARED_KEPT + 2, 1);
  for (uint64_t i = 0; i < LIMIT_SHARED_KEPT + 1; i++) {
    struct cell *cell = state_add(state, CELL_LIMIT, 1, i + 1, 0);
    assert_non_null(cell);
    cell->expires_day = 20000;
  }
  state_look_on(state, 0);
  judge_expire_shared(state, TIME_NONE);
  judge_expire_shared(state, over_ms - 1);
  assert_int_equal(state->cell_count, LIMIT_SHARED_KEPT + 1);
  judge_expire_shared(state, over_ms);
  assert_int_equal(state->cell_count, 0);
  free(state);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(reversals_that_cannot_be),
                                     cmocka_unit_test(ids_are_remembered_as_long_as_events_come),
                                     cmocka_unit_test(what_is_shared_expires_by_whole_days),
                                     cmocka_unit_test(gates),
                                     cmocka_unit_test(nothing_as_old_as_what_was_let_go),
                                     cmocka_unit_test(what_concerns_the_judge)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
