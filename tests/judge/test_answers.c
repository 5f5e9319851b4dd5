/* Where the answers of one event are written there is so much room and no more: the last place is used, nothing is written behind it, and
 * what does not fit is told (limits.h). */
#include "judge/story.h"
#include "work.h"

#define GIVE "'give':{'reward':'voucher','value':'5.00','pool':'unlimited'},'limits':'unlimited'"

static struct work work_of(struct stage *s, struct judge_input *input) {
  *input = stage_input(s, &s->event, NULL);
  decision_clear(&s->decision);
  return (struct work){.in = input, .book = s->book, .event = &s->event, .out = &s->decision};
}

static struct stage *stage_of_one(void) {
  static const struct story campaign = {"one", "'facts':{'f':{'first':'login'}},'rules':[{'id':'g','on':'login'," GIVE "}]", ""};
  struct stage *s = story_stage(&campaign);
  stage_read(s, "{\"id\":\"1\",\"source\":\"t\",\"customer\":\"c1\",\"type\":\"login\",\"time\":\"2026-12-05T10:00:00+08:00\"}");
  return s;
}

/* A close that is not told is one that nobody is asked for. */
static void instants_of_closes(void **unused) {
  (void)unused;
  struct stage *s = stage_of_one();
  struct judge_input input;
  struct work w = work_of(s, &input);
  for (int64_t number = 0; number < LIMIT_DUES; number++)
    for (int twice = 0; twice < 2; twice++) due_tell(&w, 1000 + number), due_tell(&w, 1000);
  assert_true(s->decision.due_count == LIMIT_DUES && !w.crowded);
  for (uint32_t i = 0; i < LIMIT_DUES; i++) assert_int_equal(s->decision.dues[i], 1000 + i);
  due_tell(&w, 7);
  assert_true(s->decision.due_count == LIMIT_DUES && w.crowded && s->decision.poke_count == 0);
  stage_free(s);
}

static void lines_to_look_at(void **unused) {
  (void)unused;
  struct stage *s = stage_of_one();
  struct judge_input input;
  struct work w = work_of(s, &input);
  for (uint64_t number = 0; number < LIMIT_POKES; number++)
    for (int twice = 0; twice < 2; twice++) queue_poke(&w, 1000 + number), queue_poke(&w, 1000);
  assert_true(s->decision.poke_count == LIMIT_POKES && s->decision.rank_wait_count == 0);
  for (uint32_t i = 0; i < LIMIT_POKES; i++) assert_int_equal(s->decision.pokes[i], 1000 + i);
  queue_poke(&w, 7); /* whoever looks from time to time finds it */
  assert_true(s->decision.poke_count == LIMIT_POKES && s->decision.rank_wait_count == 0 && !w.crowded);
  stage_free(s);
}

static void what_became_of_facts(void **unused) {
  (void)unused;
  struct stage *s = stage_of_one();
  struct judge_input input;
  struct work w = work_of(s, &input);
  for (uint32_t i = 0; i < LIMIT_EFFECTS + 2; i++) effect_add(&w, 0, EFFECT_COUNTED, 0, 0, i);
  assert_int_equal(s->decision.effect_count, LIMIT_EFFECTS);
  for (uint32_t i = 0; i < LIMIT_EFFECTS; i++) assert_int_equal(s->decision.effects[i].after, i);
  stage_free(s);
}

static void assert_names_nothing(const struct outcome *outcome) {
  assert_true(outcome->condition == NONE && outcome->limit == NONE && outcome->pool == NONE && outcome->shut == NONE);
  assert_true(outcome->dimension == NONE && outcome->caused_by == NONE && outcome->gift_count == 0 && outcome->reason == REASON_GIVEN);
}

/* One too many is written where nobody reads it, and the event is refused. */
static void what_rules_came_to(void **unused) {
  (void)unused;
  struct stage *s = stage_of_one();
  struct judge_input input;
  struct work w = work_of(s, &input);
  for (uint32_t i = 0; i < LIMIT_OUTCOMES; i++) {
    struct outcome *outcome = outcome_new(&w, 0, REASON_GIVEN);
    assert_true(outcome == &s->decision.outcomes[i] && !w.crowded);
    assert_names_nothing(outcome);
  }
  struct outcome *behind = outcome_new(&w, 0, REASON_GIVEN);
  assert_true(behind == &s->decision.outcomes[LIMIT_OUTCOMES] && w.crowded && s->decision.outcome_count == LIMIT_OUTCOMES);
  stage_free(s);
}

static struct stage *stage_unrated(void) {
  static const struct story campaign = {
      "unrated",
      "'period':{'from':'2026-12-01','to':'2027-03-31','closing':'P14D'},'fx':{'table':'t','day':'event'},'facts':{'s':{'measure':'sum','of"
      "':'amount','on':'txn.card_spend','window':'month'}},'rules':[{'id':'g','on':'login','when':{'fact.s':{'gte':'1.00'}}," GIVE
      "}]"
      "|{'rates':'t','currency':'CNY','source':'invented','covers':{'from':'2026-11-30','to':'2026-12-05'},'days':{'2026-11-30':{'USD':'7."
      "0000'}}}",
      ""};
  struct stage *s = story_stage(&campaign);
  stage_read(s,
             "{\"id\":\"1\",\"source\":\"t\",\"customer\":\"c1\",\"type\":\"txn.card_spend\",\"amount_minor\":1000,"
             "\"currency\":\"USD\",\"time\":\"2026-12-08T10:00:00+08:00\"}");
  return s;
}

static void assert_outcomes(const struct stage *s, uint32_t count) {
  assert_int_equal(s->decision.outcome_count, count);
  assert_int_equal(s->decision.outcomes[count - 1].reason, REASON_RATE_UNKNOWN);
}

/* A payment before its rate, that a fact alone hears, is told where rules have left room for it beside what is kept for them. */
static void who_waits_for_a_rate(void **unused) {
  (void)unused;
  const uint32_t places = LIMIT_OUTCOMES - LIMIT_OUTCOMES_SPARE;
  struct stage *s = stage_unrated();
  struct judge_input input;
  struct work w = work_of(s, &input);
  uint32_t match = 0;
  while (s->book->listeners[match].kind == LISTENER_RULE) match++;
  w.arena = &s->event_arena, w.matches = &match, w.match_count = 1;
  for (uint32_t i = 0; i + 1 < places; i++) outcome_new(&w, 0, REASON_GIVEN);
  for (int twice = 0; twice < 2; twice++) missed_tell(&w), assert_outcomes(s, places);
  stage_free(s);
}

static struct state *nobody(void *self, const struct owner *owner) {
  (void)self, (void)owner;
  return NULL;
}
static struct state *elsewhere(void *self, const struct owner *owner) {
  (void)owner;
  return self;
}

static void ask_for(struct work *w, uint64_t number) {
  struct owner owner = owner_named(OWNER_RESOURCE, 7, number);
  assert_null(work_state(w, &owner));
}

/* What is not at hand is wanted, as much as one event may touch; the rest when that is there. */
static void owners_that_are_wanted(void **unused) {
  (void)unused;
  struct stage *s = stage_of_one();
  struct judge_input input;
  struct work w = work_of(s, &input);
  input.find = nobody;
  for (uint64_t i = 0; i < LIMIT_WANTS + 2; i++) ask_for(&w, i);
  assert_true(s->decision.want_count == LIMIT_WANTS && s->decision.shortage_count == 0 && s->decision.cramped == NULL);
  struct owner last = owner_named(OWNER_RESOURCE, 7, LIMIT_WANTS - 1);
  assert_true(str_equal(owner_key(&s->decision.wants[LIMIT_WANTS - 1]), owner_key(&last)));
  stage_free(s);
}

/* Of several shards, what is another's is asked for there, as many at a time. */
static void owners_of_other_shards(void **unused) {
  (void)unused;
  struct stage *s = stage_of_one();
  struct judge_input input;
  struct work w = work_of(s, &input);
  struct state *state = block_new(2, 1);
  input.find = elsewhere, input.self = state, input.lent = true;
  s->decision.gate = REASON_EXPIRED;
  for (uint64_t i = 0; i < LIMIT_WANTS + 2; i++) ask_for(&w, i);
  assert_true(s->decision.shortage_count == LIMIT_WANTS && s->decision.want_count == 0 && s->decision.gate == REASON_EXPIRED);
  struct owner last = owner_named(OWNER_RESOURCE, 7, LIMIT_WANTS - 1);
  assert_true(str_equal(owner_key(&s->decision.shortages[LIMIT_WANTS - 1].owner), owner_key(&last)));
  free(state);
  stage_free(s);
}

/* What a judgement before this one took says nothing. */
static void what_was_taken_is_of_this_judgement(void **unused) {
  (void)unused;
  struct stage *s = stage_of_one();
  struct judge_input input;
  struct work w = work_of(s, &input);
  struct state *state = block_new(2, 1);
  struct owner owner = owner_named(OWNER_POOL, 7, 0);
  input.find = elsewhere, input.self = state, input.turn = 5;
  state->turn = 4, state->taken = 3;
  assert_true(work_state_known(&w, &owner) == state && state->turn == 5 && state->taken == 0);
  state->taken = 2;
  assert_true(work_state_known(&w, &owner) == state && state->turn == 5 && state->taken == 2);
  free(state);
  stage_free(s);
}

/* Numbers stop at their ends, and not before. */
static void sums_at_the_ends(void **unused) {
  (void)unused;
  assert_true(sum_of(INT64_MAX - 1, 1) == INT64_MAX && sum_of(INT64_MAX, 1) == INT64_MAX && sum_of(1, INT64_MAX) == INT64_MAX);
  assert_true(sum_of(INT64_MIN + 1, -1) == INT64_MIN && sum_of(INT64_MIN, -1) == INT64_MIN && sum_of(-1, INT64_MIN) == INT64_MIN);
  assert_true(sum_of(INT64_MAX, INT64_MIN) == -1 && sum_of(0, INT64_MAX) == INT64_MAX && sum_of(0, INT64_MIN) == INT64_MIN);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(instants_of_closes),     cmocka_unit_test(lines_to_look_at),
      cmocka_unit_test(what_became_of_facts),   cmocka_unit_test(what_rules_came_to),
      cmocka_unit_test(who_waits_for_a_rate),   cmocka_unit_test(owners_that_are_wanted),
      cmocka_unit_test(owners_of_other_shards), cmocka_unit_test(what_was_taken_is_of_this_judgement),
      cmocka_unit_test(sums_at_the_ends),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
