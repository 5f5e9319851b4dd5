/* Exactness under pressure: stock, money caps and budgets are used up to the last unit and fen and never one further (R41, R42, R45, R104).
 */
#include "judge/stage.h"
#include "work.h"

#define HEADER_UNTIL(id, to)                                                                                                 \
  "\"id\": \"" id                                                                                                            \
  "\", \"version\": 1, \"name\": {\"zh\": \"测试\", \"en\": \"test\"}, \"period\": {\"from\": \"2026-12-01\", \"to\": \"" to \
  "\"}, "                                                                                                                    \
  "\"audience\": \"everyone\","
#define HEADER(id) HEADER_UNTIL(id, "2027-01-31")

static uint64_t seed;
static uint64_t draw(uint64_t below) {
  seed ^= seed << 13, seed ^= seed >> 7, seed ^= seed << 17;
  return (seed * UINT64_C(2685821657736338717) >> 33) % below;
}

static const char *spend(uint64_t number, uint64_t customer, uint64_t minute, int64_t amount) {
  static char line[512];
  snprintf(line, sizeof line,
           "{\"id\":\"e%llu\",\"source\":\"t\",\"type\":\"txn.card_spend\",\"customer\":\"c%llu\","
           "\"time\":\"2026-12-%02dT%02d:%02d:00+08:00\","
           "\"amount_minor\":%lld,\"currency\":\"CNY\",\"mcc\":\"5812\",\"status\":\"settled\"}",
           (unsigned long long)number, (unsigned long long)customer, (int)(1 + minute / 1440), (int)(minute / 60 % 24), (int)(minute % 60),
           (long long)amount);
  return line;
}

static const char *refund(uint64_t number, uint64_t original, uint64_t customer, uint64_t minute, int64_t amount) {
  static char line[512];
  snprintf(
      line, sizeof line,
      "{\"id\":\"r%llu\",\"source\":\"t\",\"type\":\"txn.reversed\",\"customer\":\"c%llu\",\"time\":\"2026-12-%02dT%02d:%02d:00+08:00\","
      "\"original_id\":\"e%llu\",\"amount_minor\":%lld,\"currency\":\"CNY\"}",
      (unsigned long long)number, (unsigned long long)customer, (int)(1 + minute / 1440), (int)(minute / 60 % 24), (int)(minute % 60),
      (unsigned long long)original, (long long)amount);
  return line;
}

static void a_stock_of_a_thousand_gives_a_thousand(void **unused) {
  (void)unused;
  const char *text = "{" HEADER("stock") "\"rules\": [{\"id\": \"g\", \"on\": \"txn.card_spend\", \"give\": {"
      "\"reward\": \"goods\", \"pool\": \"p\"}, \"limits\": \"unlimited\"}],"
                     "\"pools\": {\"p\": {\"stock\": 1000}}}";
  struct stage *s = stage_new(&text, 1);
  uint64_t given = 0, refused = 0;
  for (uint64_t i = 0; i < 4000; i++) {
    const struct decision *d = stage_event(s, spend(i, i % 700, i / 8, 1000));
    assert_int_equal(d->outcome_count, 1);
    given += d->gift_count;
    if (d->outcomes[0].reason == REASON_OUT_OF_STOCK) refused++;
    assert_int_equal(d->outcomes[0].reason, given < 1000 || d->gift_count ? REASON_GIVEN : REASON_OUT_OF_STOCK);
  }
  assert_int_equal(given, 1000);
  assert_int_equal(refused, 3000);
  assert_int_equal(stage_pool(s, "stock/p").left, 0);
  stage_free(s);
}

/* Random amounts against a partial money cap and a budget under a parent: sums per customer and in all never pass by a fen, and are used
 * up. */
static void money_never_passes_by_a_fen(void **unused) {
  (void)unused;
  const char *text = "{" HEADER("money") "\"rules\": [{\"id\": \"g\", \"on\": \"txn.card_spend\", \"give\": {"
      "\"reward\": \"cash_back\", \"value\": {\"percent\": \"7.77%\", \"of\": \"amount\","
                     " \"max\": \"33.33\"}, \"pool\": \"child\"}, \"limits\": [{\"amount\": \"100.01\", \"per\": ["
                     "\"customer\"], \"period\": \"month\", \"at_limit\": \"partial\", \"least\": \"0.02\"}]}],"
                     "\"pools\": {\"top\": {\"budget\": \"5000.00\"}, \"child\": {\"budget\": \"9000.00\", \"parent\": \"top\"}}}";
  for (uint64_t run = 1; run <= 1; run++) {
    struct stage *s = stage_new(&text, 1);
    int64_t by_customer[60] = {0}, all = 0;
    seed = run * 77777;
    for (uint64_t i = 0; i < 4000; i++) {
      uint64_t customer = draw(60);
      const struct decision *d = stage_event(s, spend(i, customer, i / 4, (int64_t)draw(100000)));
      for (uint32_t g = 0; g < d->gift_count; g++) by_customer[customer] += d->gifts[g].value_minor, all += d->gifts[g].value_minor;
      assert_true(by_customer[customer] <= 10001 && all <= 500000);
    }
    assert_true(500000 - all < 3333); /* what is left was less than the last gifts asked for */
    assert_int_equal(stage_pool(s, "money/child").used, all);
    assert_int_equal(stage_pool(s, "money/top").used, all);
    stage_free(s);
  }
}

/* Buy and refund in parts, at random, with everything given back: at the end nothing is out and every counter stands where the ledger does
 * (R133). */
static void refunds_leave_the_ledger_even(void **unused) {
  (void)unused;
  const char *text = "{" HEADER("ledger") "\"rules\": [{\"id\": \"g\", \"on\": \"txn.card_spend\", \"when\": {\"amount\": {"
      "\"gte\": \"100.00\"}}, \"give\": {\"reward\": \"cash_back\","
                     " \"value\": {\"percent\": \"5%\", \"of\": \"amount\", \"max\": \"50.00\"}, \"pool\": {\"budget\": \"300.00\"}},"
                     " \"limits\": [{\"amount\": \"90.00\", \"per\": [\"customer\"], \"period\": \"month\", \"at_limit\": \"partial\"}],"
                     " \"on_reversal\": {\"reward\": \"revoke\", \"limits\": \"restore\", \"pool\": \"restore\", "
                     "\"partial\": \"recheck\"}}]}";
  for (uint64_t run = 1; run <= 2; run++) {
    struct stage *s = stage_new(&text, 1);
    int64_t out = 0, left[400], amount[400];
    uint64_t numbers = 0;
    seed = run * 1234567;
    for (uint64_t i = 0; i < 400; i++) {
      amount[i] = left[i] = (int64_t)draw(150000) + 1;
      const struct decision *d = stage_event(s, spend(i, i % 5, i * 2, amount[i]));
      for (uint32_t g = 0; g < d->gift_count; g++) out += d->gifts[g].value_minor;
      uint64_t back = draw(i + 1);
      int64_t part = draw(3) == 0 ? left[back] : (int64_t)draw((uint64_t)left[back] + 1);
      if (part == 0) continue;
      d = stage_event(s, refund(numbers++, back, back % 5, i * 2 + 1, part));
      left[back] -= part;
      for (uint32_t g = 0; g < d->gift_count; g++) out -= d->gifts[g].value_minor;
      assert_true(out >= 0 && out <= 30000);
      assert_int_equal(stage_pool(s, "ledger/g").used, out);
    }
    for (uint64_t i = 0; i < 400; i++) {
      if (left[i] == 0) continue;
      const struct decision *d = stage_event(s, refund(numbers++, i, i % 5, 1000, left[i]));
      for (uint32_t g = 0; g < d->gift_count; g++) out -= d->gifts[g].value_minor;
    }
    assert_int_equal(out, 0);
    assert_int_equal(stage_pool(s, "ledger/g").used, 0);
    stage_free(s);
  }
}

static void the_same_event_gives_once(void **unused) {
  (void)unused;
  const char *text = "{" HEADER("once") "\"rules\": [{\"id\": \"g\", \"on\": \"txn.card_spend\", \"give\": {"
      "\"reward\": \"goods\", \"pool\": {\"stock\": 100}}, \"limits\": \"unlimited\"}]}";
  struct stage *s = stage_new(&text, 1);
  uint64_t given = 0;
  for (uint64_t round = 0; round < 3; round++)
    for (uint64_t i = 0; i < 50; i++) given += stage_event(s, spend(i, i % 3, i, 500))->gift_count;
  assert_int_equal(given, 50);
  assert_int_equal(s->decision.gate, REASON_DUPLICATE_EVENT);
  stage_free(s);
}

/* A customer with as many events as a memory holds: when one more comes the oldest are let go, and are too late from then on, never judged
 * twice. What is still known is a duplicate. */
static void what_the_memory_let_go_is_too_late_never_twice(void **unused) {
  (void)unused;
  const char *text = "{" HEADER("floor") "\"rules\": [{\"id\": \"g\", \"on\": \"txn.card_spend\", \"give\": {"
      "\"reward\": \"goods\", \"pool\": {\"stock\": 100000}}, \"limits\": \"unlimited\"}]}";
  struct stage *s = stage_new(&text, 1);
  uint64_t late = 0, twice = 0;
  struct owner owner = owner_customer(STR("c1"));
  for (uint64_t i = 0; i < 30; i++) assert_int_equal(stage_event(s, spend(i, 1, 2 * i, 500))->gift_count, 1);
  struct place *places[] = {s->live, s->stored};
  for (int i = 0; i < 2; i++) {
    struct place_owner *customer = place_owner(places[i], &owner);
    struct state *state = place_load(places[i], customer);
    customer->state = block_grow(state, 0, LIMIT_SEEN - state->seen_count);
    for (uint64_t n = 0; customer->state->seen_count < LIMIT_SEEN; n++)
      assert_true(state_see(customer->state, hash64_pair(&HASH_KEY_FIXED, n, 7), s->event.time_ms + 60000 + (int64_t)n));
  }
  s->stored->stored = false; /* a record of this size need not be written for each of them */
  assert_int_equal(stage_event(s, spend(30, 1, 3000, 500))->gift_count, 1);
  for (uint64_t i = 0; i < 30; i++) {
    const struct decision *d = stage_event(s, spend(i, 1, 2 * i, 500));
    assert_int_equal(d->gift_count, 0);
    assert_int_equal(d->gate, REASON_EVENT_TOO_LATE);
    late += stage_event(s, spend(1000 + i, 1, 2 * i, 500))->gate == REASON_EVENT_TOO_LATE; /* never came, but who knows */
  }
  assert_int_equal(late, 30);
  for (uint64_t i = 0; i < 3; i++) twice += stage_event(s, spend(30, 1, 3000, 500))->gate == REASON_DUPLICATE_EVENT;
  assert_int_equal(twice, 3);
  stage_free(s);
}

static const char *login(uint64_t number, int64_t time_ms) {
  static char line[256];
  struct buffer out;
  buffer_init(&out, line, sizeof line - 1);
  buffer_print(&out, "{\"id\":\"e%d\",\"source\":\"t\",\"type\":\"login\",\"customer\":\"c%d\",\"device\":\"d\",\"time\":\"", (int)number,
               (int)number);
  buffer_time(&out, time_ms, 480);
  buffer_print(&out, "\"}");
  line[out.length] = 0;
  return line;
}

/* Two shards whose clocks are weeks apart, or months: of a day one gift at most, whichever of them comes to it first and however long ago
 * that was for the other. What was given in all, and how many events were too late or found nothing. */
static void two_clocks(const char *text, uint64_t days, enum reason refusal, uint64_t *given_in_all, uint64_t *refused) {
  struct stage *s = stage_new(&text, 1);
  uint64_t given[200] = {0};
  int64_t start_ms = 1796054400000; /* 2026-12-01 */
  *given_in_all = *refused = 0;
  assert_true(days <= 200);
  for (uint64_t n = 0; n < 4 * days; n++) {
    uint64_t day = n % 2 == 0 ? n / 4 : n / 12 + draw(3); /* one of them is three times as fast */
    if (day >= days) continue;
    s->clock_ms = start_ms + (int64_t)day * MS_PER_DAY;
    const struct decision *d = stage_event(s, login(n, start_ms + (int64_t)day * MS_PER_DAY));
    given[day] += d->gift_count;
    *refused += d->outcome_count == 1 && d->outcomes[0].reason == refusal && d->outcomes[0].actual == 0;
  }
  for (uint64_t day = 0; day < days; day++) assert_true(given[day] <= 1), *given_in_all += given[day];
  stage_free(s);
}

/* While few days are kept nothing is refused that may be given. */
static void a_clock_that_is_ahead_opens_no_limit(void **unused) {
  (void)unused;
  const char *text = "{" HEADER("device") "\"rules\": [{\"id\": \"g\", \"on\": \"login\", \"give\": {\"reward\": \"points\", \"value\": 1, "
                     "\"pool\": \"unlimited\"}, \"limits\": [{\"count\": 1, \"per\": [\"device\"], \"period\": \"day\"}]}]}";
  for (uint64_t days = 10; days <= 60; days += 25) {
    uint64_t given, late;
    two_clocks(text, days, REASON_EVENT_TOO_LATE, &given, &late);
    assert_true(days > LIMIT_SHARED_KEPT ? late > 0 : late == 0 && given == days);
  }
}

/* Days of a pace are kept as long as events can be undone. */
static void a_clock_that_is_ahead_opens_no_pace(void **unused) {
  (void)unused;
  const char *text = "{" HEADER_UNTIL("pace", "2027-12-31") "\"rules\": [{\"id\": \"g\", \"on\": \"login\", \"give\": "
                     "{\"reward\": \"goods\", \"pool\": {\"stock\": 100000, \"pace\": {\"max\": 1, \"period\": \"day\"}}}, "
                     "\"limits\": \"unlimited\"}]}";
  for (uint64_t days = 60; days <= 190; days += 130) {
    uint64_t given, empty;
    two_clocks(text, days, REASON_OUT_OF_STOCK, &given, &empty);
    assert_true(empty > 0 && (days > 100 || given == days));
  }
}

/* Odds: a draw of 1 to 3 comes out as 1 to 3, and a prize that is empty goes on to the next. */
static void draws_follow_their_weights(void **unused) {
  (void)unused;
  const char *text = "{" HEADER("draw") "\"rules\": [{\"id\": \"g\", \"on\": \"txn.card_spend\", \"give\": {\"draw_of\": ["
                     "{\"id\": \"a\", \"weight\": 1, \"reward\": \"goods\", \"pool\": {\"stock\": 500}}, {\"id\": \"b\", "
                     "\"weight\": 2, \"reward\": \"goods\", \"pool\": {\"stock\": 100000}},"
                     "{\"id\": \"n\", \"weight\": 1, \"nothing\": true}], \"when_empty\": \"next\"}, \"limits\": \"unlimited\"}]}";
  struct stage *s = stage_new(&text, 1);
  uint64_t counts[3] = {0};
  struct digest128 id;
  for (uint64_t i = 0; i < 4000; i++) {
    const struct decision *d = stage_event(s, spend(i, i % 500, i / 8, 500));
    assert_int_equal(d->gift_count, 1);
    counts[d->gifts[0].item - s->book->rules[0].item_first]++;
    assert_true(digest_from_id((struct str){d->gifts[0].id, ID22_BYTES}, &id));
    assert_int_equal(draw_number(&s->settings.id_key, id, 0, 4),
                     d->gifts[0].weight_drawn); /* by its id alone: drawn again it is the same */
  }
  assert_int_equal(counts[0], 500); /* some 1,000 were drawn: the stock held 500, the others fell to b */
  assert_true(counts[1] > 2350 && counts[1] < 2650);
  assert_true(counts[2] > 900 && counts[2] < 1100);
  stage_free(s);
}

#define COMMITTED "\"draws\": {\"commitment\": \"2:00000000000000000000000000000000000000000000000000000000000000aa\"}, "
#define WHEEL(empty)                                                                       \
  "{" HEADER("wheel") COMMITTED                                                            \
      "\"rules\": [{\"id\": \"g\", \"on\": \"txn.card_spend\", \"give\": {\"draw_of\": ["  \
      "{\"id\": \"a\", \"weight\": 1, \"reward\": \"goods\", \"pool\": {\"stock\": 100}}," \
      "{\"id\": \"b\", \"weight\": 2, \"reward\": \"goods\", \"pool\": {\"stock\": 300}}," \
      "{\"id\": \"n\", \"weight\": 1, \"nothing\": true}], \"when_empty\": \"" empty       \
      "\"},"                                                                               \
      "\"limits\": \"unlimited\"}]}"

/* What is told of a draw is enough to make it again; `without`: a bit an item that had run out. */
static void drawing_follows(const struct stage *s, const struct outcome *outcome, const struct digest256 *secret) {
  const struct rule *rule = &s->book->rules[outcome->rule];
  const struct item *items = &s->book->items[rule->item_first];
  uint32_t total = 4;
  for (uint32_t i = 0; i < outcome->drawing->count; i++) {
    const struct drawn *drawn = &outcome->drawing->drawn[i];
    const bool next = i > 0 && rule->draw_empty == DRAW_NEXT;
    const struct draw_facts facts = {STR("wheel"), STR("g"), s->event.customer, outcome->drawing->key, i};
    assert_int_equal(drawn->total, next ? 0 : total);
    assert_int_equal(drawn->number, next ? 0 : draw_of_secret(secret, &facts, total));
    total -= items[drawn->item - rule->item_first].weight;
  }
}

static void draws_by_a_commitment_can_be_made_again(void **unused) {
  (void)unused;
  static const char *const texts[] = {WHEEL("redraw"), WHEEL("next"), WHEEL("lose")};
  for (size_t t = 0; t < sizeof texts / sizeof *texts; t++) {
    struct stage *s = stage_new(&texts[t], 1);
    const struct digest256 secret = draw_secret(&s->settings.draws, &s->book->campaigns[0]);
    uint64_t again = 0;
    for (uint64_t i = 0; i < 1500; i++) {
      const struct decision *d = stage_event(s, spend(i, i % 500, i / 8, 500));
      const struct outcome *outcome = &d->outcomes[0];
      assert_int_equal(d->outcome_count, 1);
      assert_non_null(outcome->drawing);
      drawing_follows(s, outcome, &secret);
      again += outcome->drawing->count > 1;
      const uint32_t last = outcome->drawing->drawn[outcome->drawing->count - 1].item;
      if (outcome->gift_count == 1) assert_int_equal(d->gifts[0].item, last);
    }
    assert_true(t == 2 ? again == 0 : again > 500);
    stage_free(s);
  }
}

/* The commitment binds secret, campaign and first day; a file that commits to another is not to run. */
static void a_commitment_is_held_against_the_secret(void **unused) {
  (void)unused;
  const char *text = WHEEL("lose");
  struct stage *s = stage_new(&text, 1);
  struct campaign campaign = s->book->campaigns[0], other = campaign;
  struct rulebook book = *s->book;
  char told[DRAW_COMMITMENT_BYTES], changed[DRAW_COMMITMENT_BYTES];
  struct digest256 secret = draw_secret(&s->settings.draws, &campaign);
  book.campaigns = &campaign;
  assert_int_equal(draws_check(&book, &s->settings, &s->fault), STATUS_INPUT);
  draw_commitment(&secret, &campaign, told);
  campaign.commitment = (struct str){told, sizeof told};
  assert_int_equal(draws_check(&book, &s->settings, &s->fault), STATUS_OK);
  other.from_ms += 1;
  draw_commitment(&secret, &other, changed);
  assert_memory_not_equal(changed, told, sizeof told);
  s->settings.draws.bytes[31] ^= 1;
  assert_int_equal(draws_check(&book, &s->settings, &s->fault), STATUS_INPUT);
  campaign.commitment.length = 0;
  assert_int_equal(draws_check(&book, &s->settings, &s->fault), STATUS_OK);
  stage_free(s);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_stock_of_a_thousand_gives_a_thousand),
      cmocka_unit_test(money_never_passes_by_a_fen),
      cmocka_unit_test(refunds_leave_the_ledger_even),
      cmocka_unit_test(the_same_event_gives_once),
      cmocka_unit_test(what_the_memory_let_go_is_too_late_never_twice),
      cmocka_unit_test(a_clock_that_is_ahead_opens_no_limit),
      cmocka_unit_test(a_clock_that_is_ahead_opens_no_pace),
      cmocka_unit_test(draws_follow_their_weights),
      cmocka_unit_test(draws_by_a_commitment_can_be_made_again),
      cmocka_unit_test(a_commitment_is_held_against_the_secret),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
