/* The lending protocol case by case: what is done at a shard, and the messages that follow from it until nothing is on its way, as one line
 * of text each: FROM>TO KIND UNITS[/SPENT]. Then messages as bytes. Whole histories are in test_histories.c. */
#include "inside.h"
#include "judge/stage.h"

#define SHARDS 3u
#define QUEUE 64u

#define CAMPAIGN(stock)                                                                                                                   \
  "{\"id\": \"c\", \"version\": 1, \"name\": {\"zh\": \"\xE6\xB5\x8B\", \"en\": \"test\"}, \"period\": {\"from\": \"2026-12-01\", "       \
  "\"to\": \"2027-01-31\"}, \"audience\": \"everyone\", \"pools\": {\"p\": {\"stock\": " stock                                            \
  ", \"low_at\": [\"50%\"]}, "                                                                                                            \
  "\"d\": {\"stock\": 100, \"pace\": {\"max\": 4, \"period\": \"day\"}}, \"b\": {\"by\": \"branch\", \"stock\": {\"x\": 1, \"y\": 2}}}, " \
  "\"rules\": [{\"id\": \"r\", \"on\": \"txn.card_spend\", \"give\": {\"reward\": \"goods\", \"pool\": [\"p\", \"d\"]}, "                 \
  "\"limits\": [{\"count\": 2, \"per\": [\"device\"], \"period\": \"campaign\"}]}]}"

struct cases {
  struct stage *stage, *larger; /* a stock of 12, of 2000 */
  const struct rulebook *book;
  struct state *states[SHARDS];
  struct owner owner;
  uint32_t home, speaking, first, count;
  bool pinned[SHARDS];
  int64_t clock_ms;
  char bytes[QUEUE][512], record[LIMIT_STATE_BYTES], told[4096];
  size_t lengths[QUEUE];
};

static struct cases *cases;

static void tell(const char *format, ...) __attribute__((format(__printf__, 1, 2)));
static void tell(const char *format, ...) {
  size_t length = strlen(cases->told);
  va_list args;
  va_start(args, format);
  vsnprintf(cases->told + length, sizeof cases->told - length, format, args);
  va_end(args);
}

/* Shards are named by their place behind home, so that the stories do not depend on a hash: home is 0. */
static uint32_t behind_home(uint32_t shard) { return (shard + SHARDS - cases->home) % SHARDS; }

static void on_send(void *self, const struct lend_message *message) {
  static const char *const kinds[] = {"", "claim", "grant", "final", "open", "recall", "return"};
  uint32_t at = (cases->first + cases->count) % QUEUE;
  assert_ptr_equal(self, cases);
  assert_true(cases->count++ < QUEUE);
  assert_int_equal(message->from, cases->speaking);
  cases->lengths[at] = lend_encode(message, cases->bytes[at], sizeof cases->bytes[at]);
  assert_true(cases->lengths[at] > 0);
  tell("%u>%u %s", behind_home(message->from), behind_home(message->to), kinds[message->kind]);
  if (message->owner.kind == OWNER_POOL && message->kind != LEND_OPEN && message->kind != LEND_RECALL)
    tell(" %lld", (long long)message->units);
  if (message->kind == LEND_FINAL)
    tell(message->spent != 0 ? " in all" : " for now");
  else if (message->spent != 0)
    tell("/%lld", (long long)message->spent);
  if (message->record.length > 0 && message->owner.kind == OWNER_RESOURCE) tell(" record");
  if (message->record.length > 0 && message->owner.kind == OWNER_POOL) tell(" by %.*s", STR_FORMAT(message->record));
  tell("; ");
}

static void on_mark(void *self, const struct pool_mark *mark, const struct owner *owner, struct str cause) {
  assert_ptr_equal(self, cases);
  assert_memory_equal(owner->key, cases->owner.key, owner->length);
  tell("mark %d left %lld", mark->watermark_bp, (long long)mark->left);
  if (cause.length > 0) tell(" by %.*s", STR_FORMAT(cause));
  tell("; ");
}

static struct lending lending_at(uint32_t place) {
  cases->speaking = (cases->home + place) % SHARDS;
  return (struct lending){.rulebook = cases->book,
                          .shard = cases->speaking,
                          .shards = SHARDS,
                          .clock_ms = cases->clock_ms,
                          .send = on_send,
                          .mark = on_mark,
                          .self = cases,
                          .memory_ms = 90 * MS_PER_DAY,
                          .record = cases->record};
}
static struct state *state_at(uint32_t place) { return cases->states[(cases->home + place) % SHARDS]; }

/* With the room that the caller has to make, and not a cell more. */
static struct state *room_at(uint32_t place, uint32_t cells) {
  struct state **state = &cases->states[(cases->home + place) % SHARDS];
  const char *broken = memory_check(*state);
  if (broken != NULL) print_error("%s\n", broken);
  assert_null(broken);
  if (state_room(*state) < cells) *state = block_grow(*state, cells, 0);
  return *state;
}

static void begin(struct owner owner) {
  cases->owner = owner, cases->home = lend_home(&owner, SHARDS);
  cases->book = cases->stage->book;
  cases->clock_ms = TIME_NONE;
  cases->first = cases->count = 0, cases->told[0] = 0;
  for (uint32_t i = 0; i < SHARDS; i++) {
    free(cases->states[i]);
    cases->states[i] = block_new(0, 0);
    cases->pinned[i] = false;
  }
}

static uint32_t pool_named(const char *name) {
  uint32_t number = 0;
  while (!str_equal(cases->book->pools[number].name, str_of(name))) number++;
  return number;
}
static void begin_pool(const char *name) {
  cases->book = cases->stage->book;
  begin(pool_owner(&cases->book->pools[pool_named(name)], (struct str){NULL, 0}));
}
static void begin_resource(void) {
  struct owner owner = {.kind = OWNER_RESOURCE, .length = 14, .key = "rabcde01234567"};
  begin(owner);
}

/* Everything that is on its way, in the order it was sent. */
static void deliver(void) {
  struct lend_message message;
  struct fault fault = {0};
  while (cases->count > 0) {
    uint32_t at = cases->first;
    assert_true(lend_decode((struct str){cases->bytes[at], cases->lengths[at]}, &message, &fault));
    cases->first = (at + 1) % QUEUE, cases->count--;
    uint32_t place = behind_home(message.to);
    struct lending lending = lending_at(place);
    struct state *state = room_at(place, lend_cells(&message, SHARDS));
    assert_int_equal(lend_hear(&lending, &message, state, cases->pinned[message.to], &fault), STATUS_OK);
  }
}

static void ask(uint32_t place, int32_t period, int64_t need) {
  struct lending lending = lending_at(place);
  lend_ask(&lending, &cases->owner, room_at(place, LEND_CELLS), period, need);
  deliver();
}
static void ask_ahead(uint32_t place) {
  struct lending lending = lending_at(place);
  lend_ask_ahead(&lending, &cases->owner, room_at(place, LEND_CELLS));
  deliver();
}
static void let_go(uint32_t place) {
  struct lending lending = lending_at(place);
  lend_release(&lending, &cases->owner, room_at(place, LEND_CELLS));
  deliver();
}
static void review(uint32_t place) {
  struct lending lending = lending_at(place);
  lend_review(&lending, &cases->owner, room_at(place, LEND_CELLS));
  deliver();
}
static void pin(uint32_t place, bool pinned) { cases->pinned[(cases->home + place) % SHARDS] = pinned; }

static struct cell *block_at(uint32_t place, int32_t period) {
  const struct cell *block = state_find(state_at(place), CELL_BLOCK, lend_name(&cases->owner).decl, 0, period);
  return block == NULL ? NULL : state_write(state_at(place), block);
}
static void spend(uint32_t place, int32_t period, int64_t units) {
  struct cell *block = block_at(place, period);
  assert_true(block != NULL && block->block.left >= units);
  block->block.left -= units, block->block.spent += units;
}

/* As the judge does. */
static void spend_by(uint32_t place, int32_t period, int64_t units, const char *id) {
  struct state *state = room_at(place, 4);
  spend(place, period, units);
  assert_true(lend_cause_put(state, lend_name(&cases->owner).decl, period, STR("pos"), str_of(id)));
}

static int texts_compare(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }

/* In which order several are asked means nothing: it is that of a chain. */
static void sort_told(const char *told, char *out, size_t capacity) {
  char *copy = strdup(told), *texts[QUEUE];
  size_t count = 0;
  for (char *text = strtok(copy, ";"); text != NULL; text = strtok(NULL, ";")) texts[count++] = text + (*text == ' ');
  qsort(texts, count, sizeof texts[0], texts_compare);
  out[0] = 0;
  for (size_t i = 0, used = 0; i < count; i++) used += (size_t)snprintf(out + used, capacity - used, "%s; ", texts[i]);
  free(copy);
}

static void expect(const char *told) {
  char came[4096], wanted[4096];
  sort_told(cases->told, came, sizeof came), sort_told(told, wanted, sizeof wanted);
  assert_string_equal(came, wanted);
  cases->told[0] = 0;
}

static int64_t used_at_home(void) {
  const struct cell *used = state_find(state_at(0), CELL_POOL, lend_name(&cases->owner).decl, POOL_TOTAL, 0);
  return used == NULL ? 0 : used->pool.used;
}

/* ---- pools ---- */

static void a_block_is_a_share_of_what_is_left(void **unused) {
  (void)unused;
  begin_pool("c/p");
  ask(1, 0, 1); /* 12 left, two for each of three shards */
  expect("1>0 claim 1; 0>1 grant 2; ");
  ask(0, 0, 1); /* home asks itself */
  expect("0>0 claim 1; 0>0 grant 1; ");
  ask(2, 0, 5);
  expect("2>0 claim 5; 0>2 grant 5; ");
  ask(2, 0, 5); /* it is here */
  expect("");
  ask(2, 0, 7); /* only what is missing */
  expect("2>0 claim 2; 0>2 grant 2; ");
  struct pool_left left = pool_left(cases->book, pool_named("c/p"), state_at(0), (struct str){NULL, 0});
  assert_true(left.total == 12 && left.used == 0 && left.left == 2);
  assert_int_equal(lend_outstanding(cases->book, pool_named("c/p"), state_at(0)), 10);
}

static void nobody_is_refused_while_another_holds_some(void **unused) {
  (void)unused;
  begin_pool("c/p");
  ask(1, 0, 6);
  ask(0, 0, 6);
  spend(1, 0, 4);
  expect("1>0 claim 6; 0>1 grant 6; 0>0 claim 6; 0>0 grant 6; ");
  ask(2, 0, 7); /* 2 and 6 lie idle */
  expect("2>0 claim 7; 0>1 recall; 0>0 recall; 1>0 return 2/4; 0>0 return 6; 0>2 grant 7; ");
  ask(1, 0, 3); /* one is free, seven are out */
  expect("1>0 claim 3; 0>2 recall; 2>0 return 7; 0>1 grant 3; ");
  spend(1, 0, 3);
  ask(0, 0, 6); /* five are left of twelve, and nobody else has one */
  expect("0>0 claim 6; 0>1 recall; 1>0 return 0/3; mark 5000 left 5; 0>0 final 5 in all; ");
  assert_true(block_at(0, 0)->block.flags & BLOCK_FINAL);
  assert_int_equal(used_at_home(), 7);
}

static void a_refund_opens_again(void **unused) {
  (void)unused;
  begin_pool("c/p");
  ask(1, 0, 12);
  spend(1, 0, 12);
  ask(2, 0, 1);
  expect("1>0 claim 12; 0>1 grant 12; 2>0 claim 1; 0>1 recall; 1>0 return 0/12; mark 0 left 0; 0>2 final 0 in all; ");
  spend(1, 0, -1); /* the unit stays where it came back to, until that shard says so */
  review(1);
  expect("1>0 return 0/-1; "); /* claims go before; who has none hears of it at home's next review */
  review(0);
  expect("0>2 open; ");
  assert_false(block_at(2, 0)->block.flags & BLOCK_FINAL);
  ask(2, 0, 1);
  expect("2>0 claim 1; 0>1 recall; 1>0 return 1; 0>2 grant 1; ");
}

static void what_was_told_moves_with_the_units(void **unused) {
  (void)unused;
  begin_pool("c/p");
  ask(1, 0, 13);
  expect("1>0 claim 13; 0>1 final 12 in all; ");
  ask(1, 0, 2); /* enough for that */
  expect("1>0 claim 2; 0>1 grant 2; ");
  assert_true((block_at(1, 0)->block.flags & BLOCK_FINAL) && block_at(1, 0)->block.elsewhere == 10);
  let_go(1); /* not kept once it is known to be scarce */
  expect("1>0 return 2; ");
  assert_true((block_at(1, 0)->block.flags & BLOCK_FINAL) && block_at(1, 0)->block.elsewhere == 12);
  cases->book = cases->larger->book;
  review(0);
  expect("0>1 open; ");
  assert_false(block_at(1, 0)->block.flags & BLOCK_FINAL);
}

static void a_lowered_total_is_asked_back(void **unused) {
  (void)unused;
  begin_pool("c/p");
  cases->book = cases->larger->book;
  ask(1, 0, 8);
  ask(2, 0, 3);
  spend(1, 0, 5);
  cases->told[0] = 0;
  review(0);
  expect("");
  cases->book = cases->stage->book;
  review(0); /* blocks of hundreds are out */
  expect("0>0 recall; 0>1 recall; 0>2 recall; 0>0 return 231; 1>0 return 328/5; 2>0 return 277; ");
  ask(2, 0, 8);
  expect("2>0 claim 8; 0>2 final 7 in all; ");
}

static void what_is_pinned_is_handed_over_later(void **unused) {
  (void)unused;
  begin_pool("c/p");
  ask(1, 0, 12);
  pin(1, true);
  ask(2, 0, 1);
  expect("1>0 claim 12; 0>1 grant 12; 2>0 claim 1; 0>1 recall; ");
  ask(0, 0, 1); /* stands behind */
  expect("0>0 claim 1; ");
  spend(1, 0, 3);
  pin(1, false);
  let_go(1);
  expect("1>0 return 9/3; 0>2 grant 1; 0>0 grant 1; ");
  ask(1, 0, 12);
  expect("1>0 claim 12; 0>2 recall; 0>0 recall; 2>0 return 1; 0>0 return 1; 0>1 final 9 in all; ");
}

static void who_asks_hands_over_first(void **unused) {
  (void)unused;
  begin_pool("c/p");
  ask(1, 0, 7);
  ask(2, 0, 5);
  pin(1, true);
  ask(2, 0, 12);
  expect("1>0 claim 7; 0>1 grant 7; 2>0 claim 5; 0>2 grant 5; 2>0 claim 7; 0>1 recall; ");
  pin(1, false);
  ask(1, 0, 12); /* two that want all: the first in line gets it */
  expect("1>0 return 7; 1>0 claim 12; 0>2 grant 7; 0>2 recall; 2>0 return 12; 0>1 grant 12; ");
}

/* The first instant at which nothing of the campaign can come any more. */
static int64_t campaign_is_over(void) { return cases->book->campaigns[0].closing_ms + cases->book->campaigns[0].late_ms; }

static void a_block_stays_until_it_is_asked_for(void **unused) {
  (void)unused;
  begin_pool("c/p");
  ask(1, 0, 8);
  spend(1, 0, 7);
  review(1);
  expect("1>0 claim 8; 0>1 grant 8; 1>0 return 0/7; mark 5000 left 5; ");
  cases->clock_ms = campaign_is_over() - 1;
  for (uint32_t i = 0; i < 1000; i++) review(1);
  expect("");   /* however long it lies there */
  ask(2, 0, 5); /* but the last one who asks gets it, though nothing happens where it is */
  expect("2>0 claim 5; 0>1 recall; 1>0 return 1; 0>2 grant 5; ");
}

static void a_block_goes_home_when_its_campaign_is_over(void **unused) {
  (void)unused;
  begin_pool("c/p");
  ask(1, 0, 8);
  spend(1, 0, 7);
  cases->clock_ms = campaign_is_over();
  review(1);
  expect("1>0 claim 8; 0>1 grant 8; 1>0 return 0/7; mark 5000 left 5; ");
  for (uint32_t i = 0; i + 1 < LEND_IDLE_REVIEWS; i++) review(1);
  expect("");
  review(1);
  expect("1>0 return 1; ");
  assert_null(block_at(1, 0));
  assert_int_equal(state_at(0)->cell_count, 1); /* what was used */
  review(1);
  review(0);
  expect("");
}

static void plenty_is_lent_to_all_at_once(void **unused) {
  (void)unused;
  begin_pool("c/p");
  cases->book = cases->larger->book;
  ask(1, 0, 1);
  expect("1>0 claim 1; 0>1 grant 333; 0>0 grant 231; 0>2 grant 277; ");
  ask(2, 0, 1); /* it is here */
  ask(0, 0, 1);
  expect("");
  ask(1, 0, 1760); /* of silent ones too */
  expect("1>0 claim 1427; 0>0 recall; 0>2 recall; 0>0 return 231; 2>0 return 277; 0>1 grant 1427; ");
}

static void of_little_nobody_gets_any_unasked(void **unused) {
  (void)unused;
  begin_pool("c/p");
  cases->book = cases->larger->book;
  ask(1, 0, 40); /* 1667 are left: not sixteen times as much for each of three */
  expect("1>0 claim 40; 0>1 grant 333; ");
}

/* Whoever spent last is told with what was spent, of each period its own, and is forgotten then. */
static void home_hears_who_spent(void **unused) {
  (void)unused;
  char longest[LIMIT_ID_BYTES + 1];
  memset(longest, 'x', LIMIT_ID_BYTES), longest[LIMIT_ID_BYTES] = 0;
  begin_pool("c/p");
  ask(1, 0, 8);
  spend_by(1, 0, 3, longest);
  spend_by(1, 0, 4, "e2");
  review(1);
  expect("1>0 claim 8; 0>1 grant 8; 1>0 return 0/7 by pos/e2; mark 5000 left 5 by pos/e2; ");
  spend(1, 0, -2);
  spend_by(1, 0, 1, "e3"); /* nothing that home could tell of anybody */
  review(1);
  expect("1>0 return 0/-1; ");
  spend_by(1, 0, 2, longest);
  spend(1, 0, -2); /* undone again */
  cases->clock_ms = campaign_is_over();
  for (uint32_t i = 0; i < LEND_IDLE_REVIEWS; i++) review(1);
  expect("1>0 return 2; ");
  assert_int_equal(state_at(1)->cell_count, 0);
  ask(1, 0, 6);
  spend_by(1, 0, 6, longest);
  ask(2, 0, 1); /* all that is left is recalled: what was spent is told with it */
  char told[512];
  snprintf(told, sizeof told,
           "1>0 claim 6; 0>1 grant 6; 2>0 claim 1; 0>1 recall; 1>0 return 0/6 by pos/%s; mark 0 left 0 by pos/%s; "
           "0>2 final 0 in all; ",
           longest, longest);
  expect(told);
}

static void each_period_has_its_own_spender(void **unused) {
  (void)unused;
  begin_pool("c/d");
  ask(1, 20788, 2);
  ask(1, 20789, 2);
  spend_by(1, 20788, 1, "monday");
  spend_by(1, 20789, 1, "tuesday");
  cases->told[0] = 0;
  review(1);
  expect("1>0 return 0/1 by pos/monday; 1>0 return 0/1 by pos/tuesday; ");
}

static void a_block_ahead_is_asked_for_and_never_recalls(void **unused) {
  (void)unused;
  begin_pool("c/p");
  ask(1, 0, 8);
  spend(1, 0, 7);
  ask_ahead(1); /* less than a quarter is left */
  expect("1>0 claim 8; 0>1 grant 8; 1>0 claim 0; 0>1 grant 1; ");
  ask_ahead(1); /* blocks of one are not asked for ahead */
  expect("");
  ask(2, 0, 3);
  ask(2, 0, 3);
  spend(2, 0, 3);
  ask_ahead(2);
  expect("2>0 claim 3; 0>2 grant 3; ");
  block_at(2, 0)->block.size_log2 = 4; /* as if it had been sixteen */
  ask_ahead(2);
  ask_ahead(2); /* stands */
  expect("2>0 claim 0; ");
  review(2); /* was not answered: there is none to spare */
  expect("2>0 return 0/3; ");
  assert_false(block_at(2, 0) != NULL && (block_at(2, 0)->block.flags & BLOCK_ASKED));
}

static void a_pace_has_blocks_of_its_own(void **unused) {
  (void)unused;
  begin_pool("c/d");
  int32_t first = period_of(UNIT_DAY, cases->book->pools[pool_named("c/d")].start_ms, zone_fixed(480));
  ask(1, first, 4);
  ask(2, first + 1, 4); /* another day has its own four */
  expect("1>0 claim 4; 0>1 grant 4; 2>0 claim 4; 0>2 grant 4; ");
  ask(2, first, 1); /* asks back what is of that day only */
  expect("2>0 claim 1; 0>1 recall; 1>0 return 4; 0>2 grant 1; ");
  ask(1, first, 5);
  expect("1>0 claim 5; 0>2 recall; 2>0 return 1; 0>1 final 4 for now; ");
  cases->clock_ms = period_start(UNIT_DAY, first + 2, zone_fixed(480));
  review(0); /* the day is over, for home's clock */
  expect("0>1 open; ");
}

/* Blocks shrink with what is left: few gifts wait for one, and all units are given. */
static void most_gifts_need_no_round_trip(void **unused) {
  (void)unused;
  uint32_t given = 0, waited = 0;
  begin_pool("c/p");
  cases->book = cases->larger->book;
  for (uint32_t i = 0; i < 6100; i++) {
    uint32_t place = i % SHARDS;
    bool here = block_at(place, 0) != NULL && block_at(place, 0)->block.left >= 1;
    bool final =
        !here && block_at(place, 0) != NULL && (block_at(place, 0)->block.flags & BLOCK_FINAL) && block_at(place, 0)->block.elsewhere == 0;
    if (!here && !final) ask(place, 0, 1), waited++;
    cases->told[0] = 0;
    if (block_at(place, 0)->block.left < 1) continue;
    spend(place, 0, 1), given++;
    ask_ahead(place);
  }
  for (uint32_t place = 0; place < SHARDS; place++) review(place);
  assert_int_equal(given, 2000);
  assert_int_equal(used_at_home(), 2000);
  assert_true(waited < 40); /* 18 when this was written */
}

static void an_unknown_pool_waits(void **unused) {
  (void)unused;
  struct owner unknown = {.kind = OWNER_POOL, .length = 14, .key = "pabcde\0\0\0\0\0\0\0"};
  begin(unknown);
  ask(1, 0, 1);
  expect("1>0 claim 1; ");
  review(0);
  expect("");
  struct lending lending = lending_at(2);
  struct lend_message spent = {.kind = LEND_RETURN, .from = lending.shard, .to = cases->home, .owner = unknown, .spent = 3};
  struct fault fault = {0};
  lending = lending_at(0);
  assert_int_equal(lend_hear(&lending, &spent, room_at(0, LEND_CELLS), false, &fault), STATUS_OK);
  assert_int_equal(used_at_home(), 3); /* what was spent counts whatever the rulebook says */
}

/* ---- resources ---- */

static void put_content(uint32_t place, int64_t number) {
  struct cell *cell = state_add(room_at(place, 1), CELL_LIMIT, 77, 99, 0);
  cell->limit.used = number;
}
static int64_t content_of(uint32_t place) {
  const struct cell *cell = state_find(state_at(place), CELL_LIMIT, 77, 99, 0);
  return cell == NULL ? 0 : cell->limit.used;
}

static void a_record_moves_as_a_whole(void **unused) {
  (void)unused;
  begin_resource();
  assert_false(lend_here(&cases->owner, state_at(1)));
  ask(1, 0, 0);
  expect("1>0 claim; 0>1 grant; ");
  assert_true(lend_here(&cases->owner, state_at(1)));
  ask(1, 0, 0);
  expect("");
  put_content(1, 5);
  ask(2, 0, 0);
  expect("2>0 claim; 0>1 recall; 1>0 return record; 0>2 grant record; ");
  assert_true(!lend_here(&cases->owner, state_at(1)) && lend_here(&cases->owner, state_at(2)));
  assert_true(content_of(2) == 5 && state_at(1)->cell_count == 0 && content_of(0) == 0);
  ask(0, 0, 0); /* home itself: the record stays there, messages go all the same */
  expect("0>0 claim; 0>2 recall; 2>0 return record; 0>0 grant; ");
  assert_true(lend_here(&cases->owner, state_at(0)) && content_of(0) == 5);
  pin(0, true);
  ask(1, 0, 0);
  ask(2, 0, 0);
  expect("1>0 claim; 0>0 recall; 2>0 claim; ");
  pin(0, false);
  let_go(0);
  expect("0>0 return; 0>1 grant record; 0>1 recall; 1>0 return record; 0>2 grant record; ");
  assert_true(content_of(2) == 5 && state_at(1)->cell_count == 0);
}

static void a_holder_is_reminded(void **unused) {
  (void)unused;
  begin_resource();
  ask(1, 0, 0);
  pin(1, true);
  ask(2, 0, 0);
  pin(1, false); /* who took over does not know who waited */
  review(0);
  expect("1>0 claim; 0>1 grant; 2>0 claim; 0>1 recall; ");
  review(2);
  expect("2>0 claim; 0>1 recall; 1>0 return; 0>2 grant; ");
  review(2);
  expect("");
}

/* ---- what cannot be ---- */

static void foreign_messages_are_refused(void **unused) {
  (void)unused;
  begin_pool("c/p");
  struct fault fault = {0};
  struct lending lending = lending_at(1);
  struct lend_message claim = {.kind = LEND_CLAIM, .from = cases->home, .to = lending.shard, .owner = cases->owner, .units = 1};
  assert_int_equal(lend_hear(&lending, &claim, state_at(1), false, &fault), STATUS_STATE); /* not home */
  claim.kind = LEND_GRANT, claim.from = lending.shard;
  assert_int_equal(lend_hear(&lending, &claim, state_at(1), false, &fault), STATUS_STATE); /* not from home */
  claim.from = cases->home, claim.to = cases->home;
  assert_int_equal(lend_hear(&lending, &claim, state_at(1), false, &fault), STATUS_STATE); /* not for this shard */
  claim.to = lending.shard, claim.from = SHARDS;
  assert_int_equal(lend_hear(&lending, &claim, state_at(1), false, &fault), STATUS_STATE); /* of more shards */
  begin_resource();
  lending = lending_at(0);
  struct lend_message back = {.kind = LEND_RETURN, .from = (cases->home + 1) % SHARDS, .to = cases->home, .owner = cases->owner};
  assert_int_equal(lend_hear(&lending, &back, state_at(0), false, &fault), STATUS_STATE); /* was not lent */
  expect("");
}

static void a_full_record_is_said(void **unused) {
  (void)unused;
  begin_pool("c/p");
  struct fault fault = {0};
  struct state *state = room_at(0, LIMIT_STATE_CELLS + LEND_CELLS);
  for (uint32_t i = 0; i < LIMIT_STATE_CELLS; i++) assert_non_null(state_add(state, CELL_LENT, 1, i + 1, 0));
  struct lending lending = lending_at(0);
  struct lend_message claim = {
      .kind = LEND_CLAIM, .from = (cases->home + 1) % SHARDS, .to = cases->home, .owner = cases->owner, .units = 1};
  assert_int_equal(lend_hear(&lending, &claim, state_at(0), false, &fault), STATUS_LIMIT);
  claim.kind = LEND_GRANT, claim.from = cases->home;
  assert_int_equal(lend_hear(&lending, &claim, state_at(0), false, &fault), STATUS_LIMIT);
}

/* The n-th by counting from the first: a cursor that was moved on must say the same. */
static bool lend_pool(const struct rulebook *rulebook, uint32_t n, uint32_t *pool, struct str *share, struct owner *owner) {
  struct lend_cursor cursor = {0};
  for (uint32_t i = 0; i <= n; i++)
    if (!lend_pool_next(rulebook, &cursor, pool, share, owner)) return false;
  return true;
}

static void pools_come_one_by_one(void **unused) {
  (void)unused;
  struct lend_cursor cursor = {0};
  struct owner owner, same;
  struct str share, other;
  uint32_t pool, again, n = 0;
  cases->book = cases->stage->book;
  for (; lend_pool_next(cases->book, &cursor, &pool, &share, &owner); n++) {
    assert_true(lend_pool(cases->book, n, &again, &other, &same));
    assert_true(pool == again && str_equal(share, other) && memcmp(owner.key, same.key, owner.length) == 0);
    assert_int_equal(lend_home(&owner, 1), 0);
    assert_true(lend_home(&owner, 7) < 7);
  }
  assert_int_equal(n, 4); /* p, d, b of x, b of y */
  assert_false(lend_pool(cases->book, n, &again, &other, &same));
}

/* ---- bytes ---- */

static struct lend_message message_of(uint32_t number) {
  static const struct owner pool = {.kind = OWNER_POOL, .length = 14, .key = "p1234512345678"},
                            resource = {.kind = OWNER_RESOURCE, .length = 14, .key = "r1234512345678"};
  struct lend_message messages[] = {
      {.kind = LEND_CLAIM, .from = 3, .to = 1023, .owner = pool, .period = -5, .units = 300, .claim = 63},
      {.kind = LEND_GRANT, .from = 200, .to = 0, .owner = pool, .period = 20000, .units = INT64_MAX / 4, .claim = 1},
      {.kind = LEND_FINAL, .from = 1, .to = 2, .owner = pool, .units = 0, .claim = 5, .spent = 1, .claimed = 300},
      {.kind = LEND_OPEN, .from = 1, .to = 2, .owner = pool},
      {.kind = LEND_RECALL, .from = 1, .to = 2, .owner = pool, .period = INT32_MIN},
      {.kind = LEND_RETURN, .from = 1, .to = 2, .owner = pool, .period = INT32_MAX, .units = 3, .claim = 2, .spent = -900},
      {.kind = LEND_RETURN, .from = 1, .to = 2, .owner = resource, .record = STR("some bytes")},
      {.kind = LEND_GRANT, .from = 1, .to = 2, .owner = resource},
      {.kind = LEND_RETURN, .from = 1, .to = 2, .owner = pool, .spent = 7, .record = STR("pos/e1")},
  };
  return messages[number];
}
#define MESSAGES 9u

static bool reads(const char *bytes, size_t length, struct lend_message *out) {
  struct fault fault = {0};
  bool good = lend_decode((struct str){bytes, length}, out, &fault);
  assert_true(good || (fault.status == STATUS_STATE && fault.text[0] != 0));
  return good;
}

static void messages_are_what_they_were(void **unused) {
  (void)unused;
  for (uint32_t i = 0; i < MESSAGES; i++) {
    struct lend_message message = message_of(i), read;
    char bytes[256], again[256];
    size_t length = lend_encode(&message, bytes, sizeof bytes);
    assert_true(length > 0 && reads(bytes, length, &read));
    assert_true(read.kind == message.kind && read.from == message.from && read.to == message.to && read.period == message.period);
    assert_true(read.units == message.units && read.spent == message.spent && read.claim == message.claim &&
                read.claimed == message.claimed);
    assert_true(read.owner.kind == message.owner.kind && read.owner.length == 14 && memcmp(read.owner.key, message.owner.key, 14) == 0);
    assert_true(str_equal(read.record, message.record));
    assert_int_equal(lend_encode(&read, again, sizeof again), length);
    for (size_t room = 0; room < length; room++) assert_int_equal(lend_encode(&message, again, room), 0);
  }
}

/* Every value of one byte. A damaged message is refused, or it is another message in its only form. */
static uint64_t refused_with(char *bytes, size_t length, size_t at) {
  struct lend_message read;
  uint64_t refused = 0;
  char again[256], right = bytes[at];
  for (int value = 0; value < 256; value++) {
    bytes[at] = (char)value;
    bool good = reads(bytes, length, &read);
    refused += !good;
    if (good) assert_int_equal(lend_encode(&read, again, sizeof again), length);
    if (good) assert_memory_equal(again, bytes, length);
  }
  bytes[at] = right;
  return refused;
}

static void damaged_messages_are_refused(void **unused) {
  (void)unused;
  uint64_t refused = 0, tried = 0;
  for (uint32_t i = 0; i < MESSAGES; i++) {
    struct lend_message message = message_of(i), read;
    char bytes[256];
    size_t length = lend_encode(&message, bytes, sizeof bytes - 1);
    for (size_t cut = 0; cut < length; cut++) assert_false(reads(bytes, cut, &read));
    bytes[length] = 0;
    assert_false(reads(bytes, length + 1, &read));
    for (size_t at = 0; at < length; at++) refused += refused_with(bytes, length, at), tried += 256;
  }
  assert_true(refused > 1000 && tried - refused > 1000);
}

static int set_up(void **unused) {
  (void)unused;
  const char *small = CAMPAIGN("12"), *large = CAMPAIGN("2000");
  cases = calloc(1, sizeof *cases);
  cases->stage = stage_new(&small, 1), cases->larger = stage_new(&large, 1);
  return 0;
}

static int take_down(void **unused) {
  (void)unused;
  for (uint32_t i = 0; i < SHARDS; i++) free(cases->states[i]);
  stage_free(cases->stage), stage_free(cases->larger);
  free(cases);
  return 0;
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_block_is_a_share_of_what_is_left),
      cmocka_unit_test(nobody_is_refused_while_another_holds_some),
      cmocka_unit_test(a_refund_opens_again),
      cmocka_unit_test(what_was_told_moves_with_the_units),
      cmocka_unit_test(a_lowered_total_is_asked_back),
      cmocka_unit_test(what_is_pinned_is_handed_over_later),
      cmocka_unit_test(who_asks_hands_over_first),
      cmocka_unit_test(a_block_stays_until_it_is_asked_for),
      cmocka_unit_test(a_block_goes_home_when_its_campaign_is_over),
      cmocka_unit_test(plenty_is_lent_to_all_at_once),
      cmocka_unit_test(of_little_nobody_gets_any_unasked),
      cmocka_unit_test(home_hears_who_spent),
      cmocka_unit_test(each_period_has_its_own_spender),
      cmocka_unit_test(a_block_ahead_is_asked_for_and_never_recalls),
      cmocka_unit_test(a_pace_has_blocks_of_its_own),
      cmocka_unit_test(most_gifts_need_no_round_trip),
      cmocka_unit_test(an_unknown_pool_waits),
      cmocka_unit_test(a_record_moves_as_a_whole),
      cmocka_unit_test(a_holder_is_reminded),
      cmocka_unit_test(foreign_messages_are_refused),
      cmocka_unit_test(a_full_record_is_said),
      cmocka_unit_test(pools_come_one_by_one),
      cmocka_unit_test(messages_are_what_they_were),
      cmocka_unit_test(damaged_messages_are_refused),
  };
  return cmocka_run_group_tests(tests, set_up, take_down);
}
