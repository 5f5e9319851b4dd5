/* Random histories over campaigns that use every mechanic at once: payments, refunds in parts, before their payment and again, refunds of
 * refunds, duplicates, late and future events, customers who hear for others, clocks that move on, and files that are edited meanwhile.
 *
 * Whatever happens: states that stay in memory and states that are stored between any two events come to the same decisions (stage.h),
 * every invariant of every state holds, what was tried in vain never was (place.h); no gift is given twice, none goes back that was not
 * given or by more than it was, and no pool gives what it does not have. */
#include "judge/stage.h"

#define EVENTS 140u
#define GIFTS 8192u
#define CUSTOMERS 3u

/* The files of tests/judge/campaigns, and what of each is edited while they run. */
static const struct {
  const char *name, *before, *after;
} files[] = {{"money", "10%", "5%"}, {"tasks", "6.00", "9.00"}, {"people", "4.00", "3.00"}, {"friends", "20.00", "10.00"}};
#define FILES 4u

struct given {
  char id[ID22_BYTES];
  int64_t value; /* of all units together, with what was set off */
};

struct history {
  struct dice dice;
  struct stage *stage;
  const struct rulebook *books[2];
  const struct match_index *indexes[2];
  struct match_cache *caches[2];
  struct terms terms[16];
  uint32_t given_count, event_count;
  char lines[EVENTS][640];        /* as they were sent */
  uint32_t customers[EVENTS + 8]; /* of each event, of those too that are to come */
  bool spends[EVENTS];
  struct given given[GIFTS];
  uint32_t gifts, backs, refused, late, dead, heard, undone;
};

/* ---- what must hold ---- */

static struct given *given_find(struct history *h, const struct gift *gift) {
  for (uint32_t i = 0; i < h->given_count; i++)
    if (memcmp(h->given[i].id, gift->id, ID22_BYTES) == 0) return &h->given[i];
  return NULL;
}

static int64_t gift_worth(const struct gift *gift) {
  int64_t units = gift->count > 0 ? gift->count : 1;
  return (gift->value_minor > 0 || gift->kind == GIFT_OFFSET ? gift->value_minor : 1) * units + gift->offset_minor;
}

static void gift_given(struct history *h, const struct gift *gift) {
  if (given_find(h, gift) != NULL)
    print_error("%.*s: %.*s given twice\n", STR_FORMAT(gift->book->rules[gift->rule].name), ID22_BYTES, gift->id);
  assert_null(given_find(h, gift)); /* nothing is given twice */
  assert_true(h->given_count < GIFTS && gift->count > 0 && gift->value_minor >= 0);
  struct given *given = &h->given[h->given_count++];
  memcpy(given->id, gift->id, ID22_BYTES);
  given->value = gift_worth(gift), h->gifts++;
}

static void gift_back(struct history *h, const struct gift *gift) {
  struct given *given = given_find(h, gift);
  assert_non_null(given);
  given->value -= gift_worth(gift), h->backs++;
  assert_true(given->value >= 0); /* nothing goes back that was not given */
}

static void decision_holds(struct history *h, const struct decision *d) {
  for (uint32_t i = 0; i < d->outcome_count; i++) {
    const struct outcome *outcome = &d->outcomes[i];
    for (uint32_t g = 0; g < outcome->gift_count; g++) {
      const struct gift *gift = &d->gifts[outcome->gift_first + g];
      assert_int_not_equal(gift->kind, GIFT_UNDONE);
      if (outcome->reason == REASON_GIVEN) gift_given(h, gift);
      if (outcome->reason == REASON_REVERSED) gift_back(h, gift);
    }
    h->undone += outcome->reason == REASON_REVERSED && outcome->gift_count == 0;
  }
  h->refused += judge_refused(d), h->late += d->gate == REASON_EVENT_TOO_LATE || d->gate == REASON_DUPLICATE_EVENT;
}

static void pools_hold(struct history *h) {
  const struct rulebook *book = h->stage->book;
  for (uint32_t i = 0; i < book->pool_count; i++) {
    struct owner owner = pool_owner(&book->pools[i], (struct str){NULL, 0});
    struct pool_left left = pool_left(book, i, place_state(h->stage->live, &owner), (struct str){NULL, 0});
    assert_true(left.unlimited || (left.used >= 0 && left.used <= left.total));
  }
}

/* ---- events ---- */

static const char *any_of(struct history *h, const char *const *texts, uint32_t count) { return texts[dice_below(&h->dice, count)]; }

static void line_time(struct history *h, struct buffer *out) {
  uint32_t minute = h->event_count * 180 + dice_below(&h->dice, 180);
  if (dice_below(&h->dice, 6) == 0) minute = minute > 4000 ? minute - dice_below(&h->dice, 4000) : minute; /* comes late */
  buffer_print(out, ",\"time\":\"2026-12-%02uT%02u:%02u:00+08:00\"", 1 + minute / 1440, minute / 60 % 24, minute % 60);
  uint32_t arrival = h->event_count * 180 + 180;
  if (dice_below(&h->dice, 3) == 0)
    buffer_print(out, ",\"recordedtime\":\"2026-12-%02uT%02u:%02u:00+08:00\"", 1 + arrival / 1440, arrival / 60 % 24, arrival % 60);
}

static void line_spend(struct history *h, struct buffer *out) {
  static const char *const merchants[] = {"m1", "m2", "m3"}, *const currencies[] = {"CNY", "CNY", "CNY", "CNY", "CNY", "USD"};
  buffer_print(out, ",\"type\":\"txn.card_spend\",\"amount_minor\":%u,\"currency\":\"%s\",\"merchant\":\"%s\",\"status\":\"settled\"",
               100 + dice_below(&h->dice, 60000), any_of(h, currencies, 6), any_of(h, merchants, 3));
  buffer_print(out, ",\"device\":\"d%u\",\"id_hash\":\"i%u\",\"card\":\"k%u\"", dice_below(&h->dice, 3), dice_below(&h->dice, 4),
               dice_below(&h->dice, 2));
  if (dice_below(&h->dice, 2) == 0)
    buffer_print(out, ",\"products\":[\"p%u\",\"p%u\"]", dice_below(&h->dice, 4), 4 + dice_below(&h->dice, 4));
  if (dice_below(&h->dice, 4) == 0) buffer_print(out, ",\"primary\":\"c%u\"", dice_below(&h->dice, 4));
}

/* Of a payment there was, or of an event that is still to come, or of any; whole or in part. */
static uint32_t original_of(struct history *h) {
  uint32_t original = dice_below(&h->dice, h->event_count + 1);
  if (dice_below(&h->dice, 6) == 0) original = h->event_count + dice_below(&h->dice, 6);
  for (uint32_t i = 0; i < 30 && original < h->event_count && !h->spends[original]; i++) original = dice_below(&h->dice, h->event_count);
  return original;
}

static void line_refund(struct history *h, struct buffer *out, uint32_t original) {
  buffer_print(out, ",\"type\":\"txn.reversed\",\"original_id\":\"e%u\"", original);
  if (dice_below(&h->dice, 2) == 0)
    buffer_print(out, ",\"amount_minor\":%u,\"currency\":\"%s\"", 1 + dice_below(&h->dice, 30000),
                 dice_below(&h->dice, 12) == 0 ? "EUR" : "CNY");
}

static void line_update(struct history *h, struct buffer *out) {
  static const char *const tags[] = {"[\"vip\"]", "[\"new\",\"x\"]", "[\"vip\",\"off\"]", "[]", "null"};
  static const char *const tiers[] = {"\"gold\"", "\"basic\"", "null"};
  static const char *const employers[] = {"\"acme\"", "\"Industrial-and-Commercial-Bank-of-China\"", "null"};
  buffer_print(out, ",\"type\":\"customer.updated\",\"tags\":%s,\"tier\":%s,\"employer\":%s", any_of(h, tags, 5), any_of(h, tiers, 3),
               any_of(h, employers, 3));
}

static void line_other(struct history *h, struct buffer *out) {
  static const char *const types[] = {"login",          "checkin",        "card.bound",        "card.unbound",
                                      "reward.claimed", "reward.claimed", "campaign.enrolled", "account.opened"};
  buffer_print(out, ",\"type\":\"%s\",\"device\":\"d%u\",\"card\":\"k%u\"", any_of(h, types, 8), dice_below(&h->dice, 3),
               dice_below(&h->dice, 2));
  if (dice_below(&h->dice, 2) == 0) buffer_print(out, ",\"referrer\":\"c%u\"", dice_below(&h->dice, 4));
}

/* Ids come in order, so that refunds know them; now and then a line comes again. */
static const char *line_of(struct history *h) {
  struct buffer out;
  char *line = h->lines[h->event_count];
  uint32_t what = dice_below(&h->dice, 20), original = what >= 9 && what < 15 ? original_of(h) : h->event_count;
  if (h->event_count > 0 && dice_below(&h->dice, 15) == 0)
    return memcpy(line, h->lines[dice_below(&h->dice, h->event_count)], sizeof h->lines[0]);
  uint32_t customer = dice_below(&h->dice, 12) == 0 ? dice_below(&h->dice, CUSTOMERS) : h->customers[original];
  buffer_init(&out, line, sizeof h->lines[0] - 1);
  buffer_print(&out, "{\"id\":\"e%u\",\"source\":\"t\",\"customer\":\"c%u\"", h->event_count, customer);
  h->customers[h->event_count] = customer, h->spends[h->event_count] = what < 9;
  line_time(h, &out);
  if (what < 9)
    line_spend(h, &out);
  else if (what < 15)
    line_refund(h, &out, original);
  else if (what < 16)
    line_update(h, &out);
  else
    line_other(h, &out);
  buffer_byte(&out, '}');
  assert_false(out.overflowed);
  line[out.length] = 0;
  return line;
}

/* ---- one history ---- */

/* Everybody who hears the event as another, as bytes that were written and read. */
static void others_hear(struct history *h) {
  static char bytes[FORWARD_BYTES];
  static struct heard_way rules[LIMIT_HEARD];
  static struct decision heard;
  struct stage *s = h->stage;
  for (uint32_t i = 0; i < s->decision.forward_count; i++) {
    struct forward_message sent = {.arrival_ms = s->event.arrival_ms, .input = STR("in"), .line = STR("{}")}, message;
    struct fault fault = {0};
    size_t length = forward_encode(&sent, &s->decision, i, bytes, sizeof bytes);
    assert_true(length > 0 && forward_decode((struct str){bytes, length}, rules, &message, &fault));
    struct event event = s->event;
    event.cause = event.customer, event.customer = message.hearer;
    stage_judge(s, &event, &message.hearing, &heard);
    if (s->dead.length > 0) continue;
    decision_holds(h, &heard), h->heard++;
  }
}

static void book_change(struct history *h, uint32_t which) {
  struct stage *s = h->stage;
  s->book = h->books[which], s->index = h->indexes[which], s->cache = h->caches[which];
}

static void event_happens(struct history *h) {
  struct stage *s = h->stage;
  const char *line = line_of(h);
  if (getenv("JUDGE_TRACE") != NULL) fprintf(stderr, "%s\n", line);
  (void)stage_try(s, line);
  h->event_count++;
  if (s->dead.length > 0) {
    h->dead++;
    return;
  }
  decision_holds(h, &s->decision);
  others_hear(h);
  if (dice_below(&h->dice, 3) == 0 && (s->clock_ms == TIME_NONE || s->event.time_ms > s->clock_ms)) s->clock_ms = s->event.time_ms;
  if (dice_below(&h->dice, 40) == 0) book_change(h, dice_below(&h->dice, 2));
}

static int terms_order(const void *a, const void *b) {
  const struct terms *one = a, *other = b;
  if (one->campaign != other->campaign) return one->campaign < other->campaign ? -1 : 1;
  return one->number < other->number ? -1 : one->number > other->number;
}

static void shelf_fill(struct history *h) {
  uint32_t count = 0;
  for (uint32_t which = 0; which < 2; which++)
    for (uint32_t i = 0; i < h->books[which]->campaign_count; i++) {
      const struct campaign *campaign = &h->books[which]->campaigns[i];
      h->terms[count++] = (struct terms){campaign->decl, terms_number(campaign), h->books[which]};
    }
  qsort(h->terms, count, sizeof h->terms[0], terms_order);
  h->stage->shelf = (struct terms_shelf){count, h->terms};
}

/* One of the files, with its edit if it is `edited`. */
static char *file_text(uint32_t number, bool edited) {
  char path[512];
  snprintf(path, sizeof path, "%s/judge/campaigns/%s.json", TESTS_DIR, files[number].name);
  FILE *file = fopen(path, "rb");
  char *text = calloc(1, 64 << 10), *at;
  assert_true(file != NULL && text != NULL);
  size_t length = fread(text, 1, (64 << 10) - 64, file);
  fclose(file);
  while (edited && (at = strstr(text, files[number].before)) != NULL) {
    size_t before = strlen(files[number].before), after = strlen(files[number].after);
    memmove(at + after, at + before, length - (size_t)(at - text) - before + 1);
    memcpy(at, files[number].after, after), length += after - before;
  }
  return text;
}

static void history_compile(struct history *h, bool edited, uint32_t trail) {
  char *texts[FILES];
  for (uint32_t i = 0; i < FILES; i++) texts[i] = file_text(i, edited);
  if (h->stage == NULL)
    h->stage = stage_new_with((const char *const *)texts, FILES, trail);
  else
    stage_compile(h->stage, (const char *const *)texts, FILES);
  h->books[edited] = h->stage->book, h->indexes[edited] = h->stage->index, h->caches[edited] = h->stage->cache;
  for (uint32_t i = 0; i < FILES; i++) free(texts[i]);
}

static struct history *history_new(uint32_t trail) {
  struct history *h = calloc(1, sizeof *h);
  assert_non_null(h);
  history_compile(h, false, trail), history_compile(h, true, trail);
  shelf_fill(h);
  return h;
}

/* The same campaigns, and nobody has anything. */
static void history_begin(struct history *h, uint64_t seed, uint32_t trail) {
  place_free(h->stage->live), place_free(h->stage->stored);
  h->stage->live = place_new(false, trail), h->stage->stored = place_new(true, trail);
  h->stage->clock_ms = TIME_NONE, h->dice = dice_of(seed);
  h->given_count = h->event_count = 0;
  for (uint32_t i = 0; i < EVENTS + 8; i++) h->customers[i] = dice_below(&h->dice, CUSTOMERS);
  memset(h->spends, 0, sizeof h->spends);
  book_change(h, 0);
}

static uint64_t seed_of(const char *name, uint64_t otherwise) {
  const char *text = getenv(name);
  return text == NULL ? otherwise : strtoull(text, NULL, 10);
}

/* By hand: JUDGE_FIRST=1 JUDGE_SEEDS=1000 judge_test_histories */
static void every_history_holds(void **unused) {
  (void)unused;
  struct history *h = history_new(4096);
  uint64_t first = seed_of("JUDGE_FIRST", 1), count = seed_of("JUDGE_SEEDS", 16);
  for (uint64_t seed = first; seed < first + count; seed++) {
    uint32_t trail = seed % 4 == 3 ? 6 + (uint32_t)(seed % 23) : 4096; /* some meet its end often */
    history_begin(h, seed, trail);
    if (getenv("JUDGE_SEEDS") != NULL) print_message("seed %llu\n", (unsigned long long)seed);
    for (uint32_t i = 0; i < EVENTS; i++) event_happens(h);
    pools_hold(h);
  }
  print_message("%u gifts, %u taken back, %u refused, %u late or again, %u dead, %u heard, %u undone before they went out\n", h->gifts,
                h->backs, h->refused, h->late, h->dead, h->heard, h->undone);
  if (count >= 16) assert_true(h->gifts > 2000 && h->backs > 300 && h->refused > 50 && h->late > 50 && h->dead > 10 && h->heard > 50);
  stage_free(h->stage), free(h);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(every_history_holds)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
