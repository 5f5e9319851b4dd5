/* Where several shards decide, what one says of a pool: from its block it gives, what is short it asks for, and it refuses only where it
 * is sure that there is not enough anywhere (lend.h). To refuse too early is a gift that was there; not to ask is one too many. */
#include "judge/story.h"
#include "work.h"

#define GIFT(pool, count) "'give':{'reward':'voucher','value':'5.00','count':" count ",'pool':" pool "},'limits':'unlimited'"
#define RULE(id, on, pool, count) "{'id':'" id "','on':'" on "'," GIFT(pool, count) "}"
#define PACE "'pace':{'max':4,'period':'day'}"
#define DAY 20792 /* 5 December */

/* A block as this shard holds it. */
struct block_held {
  int64_t left;
  uint8_t flags;
  int64_t elsewhere;
};
#define NO_BLOCK -1

static struct state *lent_find(void *self, const struct owner *owner) {
  struct place_owner *at = place_owner(self, owner);
  return at->state != NULL ? at->state : place_room(self, at, 64);
}

static enum status lent_judge(struct stage *s, const char *text, uint32_t number) {
  char line[128], *words[8];
  snprintf(line, sizeof line, "%s", text);
  stage_read(s, story_line(words, story_words(line, words, 8), number));
  struct owner customer = owner_customer(s->event.customer);
  struct judge_input input = stage_input(s, &s->event, NULL);
  input.lent = true, input.find = lent_find, input.self = s->live, input.memory = s->live->memory;
  input.turn = ++s->live->turn, input.customer = lent_find(s->live, &customer);
  trail_begin(&s->live->trail);
  enum status status = judge_event(&input, &s->event_arena, &s->decision, &s->dead, &s->fault);
  if (decision_is_void(&s->decision))
    trail_undo(&s->live->trail);
  else
    trail_keep(&s->live->trail);
  return status;
}

static const struct decision *lent(struct stage *s, const char *text, uint32_t number) {
  assert_int_equal(lent_judge(s, text, number), STATUS_OK);
  assert_true(s->decision.want_count == 0 && s->decision.cramped == NULL);
  return &s->decision;
}

static struct state *pool_state(struct stage *s, const char *share) {
  struct owner owner = pool_owner(&s->book->pools[0], str_of(share));
  return lent_find(s->live, &owner);
}

static void hold(struct stage *s, int32_t period, struct block_held held) {
  if (held.left == NO_BLOCK) return;
  struct cell *cell = state_make(pool_state(s, ""), CELL_BLOCK, s->book->pools[0].decl, 0, period);
  cell->block.left = held.left, cell->block.flags = held.flags, cell->block.elsewhere = held.elsewhere;
}

static const struct cell *block_of(struct stage *s, int32_t period) {
  return state_find(pool_state(s, ""), CELL_BLOCK, s->book->pools[0].decl, 0, period);
}

struct sight_row {
  const char *name, *pool, *count, *step;
  int32_t period;
  struct block_held held;
  const char *told; /* + given, ? asked for, ! refused: actual/expected of which period */
};

static void row_tell(const struct sight_row *row, struct stage *s, struct buffer *out) {
  const struct decision *d = lent(s, row->step, 1);
  const struct outcome *o = &d->outcomes[0];
  if (d->shortage_count > 0) {
    buffer_print(out, "? %lld of %d", (long long)d->shortages[0].need, d->shortages[0].period);
  } else if (d->gift_count > 0) {
    const struct cell *block = block_of(s, row->period);
    buffer_print(out, "+ left %lld spent %lld", (long long)block->block.left, (long long)block->block.spent);
  } else {
    buffer_print(out, "! %lld/%lld of %d", (long long)o->actual, (long long)o->expected, o->period);
  }
}

static bool row_holds(const struct sight_row *row) {
  char campaign[512], told[128];
  struct buffer out;
  snprintf(campaign, sizeof campaign, "'pools':{'p':%s},'rules':[" RULE("g", "login", "'p'", "%s") "]", row->pool, row->count);
  const struct story story = {row->name, campaign, ""};
  struct stage *s = story_stage(&story);
  hold(s, row->period, row->held);
  buffer_init(&out, told, sizeof told - 1);
  row_tell(row, s, &out);
  told[out.length] = 0;
  stage_free(s);
  if (strcmp(told, row->told) != 0) print_error("%s: %s\n", row->name, told);
  return strcmp(told, row->told) == 0;
}

#define STOCK "{'stock':10}"
#define PACED "{'stock':10," PACE "}"
#define AT "12-05T10:00 c1 login"
static const struct sight_row rows[] = {
    {"no block yet", STOCK, "3", AT, 0, {NO_BLOCK, 0, 0}, "? 3 of 0"},
    {"as much as is needed", STOCK, "3", AT, 0, {3, 0, 0}, "+ left 0 spent 3"},
    {"one too few", STOCK, "3", AT, 0, {2, 0, 0}, "? 3 of 0"},
    {"one too few, and there is no more", STOCK, "3", AT, 0, {2, BLOCK_FINAL | BLOCK_OUT, 0}, "! 2/3 of 0"},
    {"what is elsewhere counts", STOCK, "3", AT, 0, {1, BLOCK_FINAL | BLOCK_OUT, 1}, "! 2/3 of 0"},
    {"what is elsewhere is enough", STOCK, "3", AT, 0, {1, BLOCK_FINAL | BLOCK_OUT, 2}, "? 3 of 0"},
    {"a claim that stands is no answer", STOCK, "3", AT, 0, {0, BLOCK_ASKED, 0}, "? 3 of 0"},
    {"a pool of one", "{'stock':1}", "1", AT, 0, {NO_BLOCK, 0, 0}, "? 1 of 0"},
    {"of which nothing was released yet, there is nothing",
     "{'stock':10,'pace':{'max':4,'period':'day','at':'10:00'}}",
     "3",
     "12-01T09:59 c1 login",
     DAY - 5,
     {NO_BLOCK, 0, 0},
     "! 0/3 of 20787"},
    {"from the release on it is asked",
     "{'stock':10,'pace':{'max':1,'period':'day','at':'10:00'}}",
     "1",
     "12-01T10:00 c1 login",
     DAY - 4,
     {NO_BLOCK, 0, 0},
     "? 1 of 20788"},
    {"of a pace: a block of its period", PACED, "3", AT, DAY, {4, 0, 0}, "+ left 1 spent 3"},
    {"of another period there is nothing", PACED, "3", AT, DAY - 1, {4, 0, 0}, "? 3 of 20792"},
    {"the pace has no more", PACED, "3", AT, DAY, {1, BLOCK_FINAL, 1}, "! 2/3 of 20792"},
    {"and is asked again", PACED, "3", AT, DAY, {1, BLOCK_FINAL | BLOCK_ASKED, 1}, "! 2/3 of 20792"},
    {"the total has no more", PACED, "3", AT, DAY, {1, BLOCK_FINAL | BLOCK_OUT, 1}, "! 2/3 of 0"},
    {"a pace alone", "{'stock':'unlimited'," PACE "}", "3", AT, DAY, {NO_BLOCK, 0, 0}, "? 3 of 20792"},
};

static void what_a_block_says(void **unused) {
  (void)unused;
  uint32_t wrong = 0;
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) wrong += !row_holds(&rows[i]);
  assert_int_equal(wrong, 0);
}

/* A value that the file does not list has no share: nobody is asked for it. */
static void a_share_that_is_not_listed_has_nothing(void **unused) {
  (void)unused;
  static const struct story story = {
      "shares", "'pools':{'p':{'by':'branch','stock':{'a':1,'b':9}}},'rules':[" RULE("g", "login", "'p'", "1") "]", ""};
  struct stage *s = story_stage(&story);
  const struct decision *d = lent(s, AT " branch=x", 1);
  assert_true(d->shortage_count == 0 && d->outcomes[0].reason == REASON_OUT_OF_STOCK);
  assert_true(d->outcomes[0].actual == 0 && d->outcomes[0].expected == 1 && d->outcomes[0].has_numbers);
  d = lent(s, AT " branch=a", 2);
  assert_true(d->shortage_count == 1 && d->shortages[0].need == 1);
  struct owner owner = pool_owner(&s->book->pools[0], STR("a"));
  assert_true(str_equal(owner_key(&d->shortages[0].owner), owner_key(&owner)));
  stage_free(s);
}

/* What an event needs of a pool must be there at once, for all of its gifts; what another one took is gone, and not asked for. */
static void all_that_one_event_needs_is_asked_for(void **unused) {
  (void)unused;
  static const struct story story = {
      "two", "'pools':{'p':{'stock':90}},'rules':[" RULE("g", "login", "'p'", "3") "," RULE("h", "login", "'p'", "2") "]", ""};
  struct stage *s = story_stage(&story);
  hold(s, 0, (struct block_held){5, 0, 0});
  assert_int_equal(lent(s, AT, 1)->gift_count, 2);
  hold(s, 0, (struct block_held){4, 0, 0});
  const struct decision *d = lent(s, AT, 2);
  assert_true(d->shortage_count == 1 && d->shortages[0].need == 5 && block_of(s, 0)->block.left == 4);
  stage_free(s);
}

static uint32_t texts_of(struct stage *s) {
  uint32_t count = 0, slot = 0;
  const struct state *state = pool_state(s, "");
  for (const struct cell *cell = state_any(state, &slot); cell != NULL; cell = state_any(state, &slot))
    count += cell_kind(cell) == CELL_WHOLE;
  return count;
}

#define OF_ID 1 /* "source/id": lend/cause.c */
static bool caused_by(struct stage *s, int32_t period, const char *id) {
  char text[LIMIT_ID_BYTES + 1];
  uint64_t key = (uint64_t)(uint32_t)period << 1 | OF_ID;
  size_t length = state_get_text(pool_state(s, ""), CELL_WHOLE, s->book->pools[0].decl, key, text);
  return str_equal((struct str){text, length}, str_of(id));
}

/* Home names in `gift.pool.low` who spent last: one that gives back does not, and of a pool without a total nothing runs low. */
static void who_spent_last_is_kept(void **unused) {
  (void)unused;
  static const struct story story = {"cause",
                                     "'pools':{'p':{'stock':90," PACE "}},'rules':[{'id':'g','on':'txn.card_spend'," GIFT(
                                         "'p'", "1") ",'on_reversal':{'reward':'revoke','pool':'restore'}}]",
                                     ""};
  struct stage *s = story_stage(&story);
  hold(s, DAY, (struct block_held){4, 0, 0});
  assert_int_equal(lent(s, "12-05T10:00 c1 spend 5.00 #a", 1)->gift_count, 1);
  assert_true(caused_by(s, DAY, "a") && block_of(s, DAY)->block.left == 3);
  assert_int_equal(lent(s, "12-05T10:01 c1 spend 5.00 #b", 2)->gift_count, 1);
  assert_true(caused_by(s, DAY, "b") && block_of(s, DAY)->block.spent == 2);
  assert_int_equal(lent(s, "12-05T10:02 c1 refund a #r", 3)->gifts[0].kind, GIFT_REVOKED);
  assert_true(caused_by(s, DAY, "b") && block_of(s, DAY)->block.left == 3 && block_of(s, DAY)->block.spent == 1);
  stage_free(s);
}

static void of_a_pace_alone_nobody_is_kept(void **unused) {
  (void)unused;
  static const struct story story = {"pace", "'pools':{'p':{'stock':'unlimited'," PACE "}},'rules':[" RULE("g", "login", "'p'", "1") "]",
                                     ""};
  struct stage *s = story_stage(&story);
  hold(s, DAY, (struct block_held){4, 0, 0});
  assert_int_equal(lent(s, AT, 1)->gift_count, 1);
  assert_int_equal(texts_of(s), 0);
  stage_free(s);
}

/* A gift that pays a debt takes nothing of the pool: who had it spent nothing. */
static void who_paid_a_debt_spent_nothing(void **unused) {
  (void)unused;
  static const struct story story = {
      "debt",
      "'pools':{'p':{'budget':'90.00'}},'rules':[{'id':'g','on':'login','give':{'reward':'cash_back','value':'2.00','pool':'p'},'limits':"
      "'unlimited'},{'id':'k','on':'txn.card_spend','give':{'reward':'cash_back','value':'2.00','pool':'unlimited'},'limits':'unlimited','"
      "on_"
      "reversal':{'reward':'offset'}}]",
      ""};
  struct stage *s = story_stage(&story);
  hold(s, 0, (struct block_held){900, 0, 0});
  assert_int_equal(lent(s, "12-05T10:00 c2 login #a", 1)->gift_count, 1);
  assert_int_equal(lent(s, "12-05T10:01 c1 spend 5.00 #b", 2)->gift_count, 1);
  assert_int_equal(lent(s, "12-05T10:02 c1 refund b #r", 3)->gifts[0].kind, GIFT_OFFSET);
  const struct decision *d = lent(s, "12-05T10:03 c1 login #c", 4);
  assert_true(d->gift_count == 1 && d->gifts[0].kind == GIFT_OFFSET && d->gifts[0].value_minor == 0);
  assert_true(caused_by(s, 0, "a") && block_of(s, 0)->block.left == 700);
  stage_free(s);
}

/* As much as one event may ask for, and nothing is written behind it. */
static void as_much_as_there_is_room_for(void **unused) {
  (void)unused;
  static const struct story story = {"many", "'pools':{'p':{'stock':9}},'rules':[" RULE("g", "login", "'p'", "1") "]", ""};
  struct stage *s = story_stage(&story);
  uint32_t paying[PAYING_MAX], count = 0;
  struct outcome outcome = {0};
  decision_clear(&s->decision);
  stage_read(s, "{\"id\":\"1\",\"source\":\"t\",\"customer\":\"c1\",\"type\":\"login\",\"time\":\"2026-12-05T10:00:00+08:00\"}");
  struct judge_input input = stage_input(s, &s->event, NULL);
  input.lent = true, input.find = lent_find, input.self = s->live;
  struct work w = {.in = &input, .book = s->book, .event = &s->event, .out = &s->decision};
  s->decision.gate = REASON_EXPIRED, s->decision.shortage_count = LIMIT_WANTS - 1;
  for (int i = 0; i < 2; i++) {
    assert_true(pools_have(&w, &s->book->items[0], (struct pool_need){3, 0}, &outcome, paying, &count));
    assert_true(s->decision.shortage_count == LIMIT_WANTS && s->decision.shortages[LIMIT_WANTS - 1].need == 3);
    assert_int_equal(s->decision.gate, REASON_EXPIRED);
  }
  stage_free(s);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(what_a_block_says),
      cmocka_unit_test(a_share_that_is_not_listed_has_nothing),
      cmocka_unit_test(all_that_one_event_needs_is_asked_for),
      cmocka_unit_test(who_spent_last_is_kept),
      cmocka_unit_test(of_a_pace_alone_nobody_is_kept),
      cmocka_unit_test(who_paid_a_debt_spent_nothing),
      cmocka_unit_test(as_much_as_there_is_room_for),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
