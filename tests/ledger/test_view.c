/* Records on their way between the view and the shard: whatever is asked for ahead, forgotten, changed, committed and written behind, what
 * is given out is the latest - never a copy from before a change. Owners are loaded as the shard does it: the first record tells how many
 * there are, the others are asked for ahead in pieces, and now and then there is no room for all of them and it is given up halfway. */
#include "parts.h"
#include "rules.h"

#define OWNERS 150u
#define PAGES_MOST 12u
#define PIECE 5u

static const char campaign[] =
    "{\"id\": \"none\", \"version\": 1, \"name\": {\"zh\": \"无\", \"en\": \"None\"}, \"audience\": \"everyone\","
    "\"period\": {\"from\": \"2026-12-01\", \"to\": \"2027-01-31\"}, \"rules\": [{\"id\": \"r\", \"on\": \"login\", "
    "\"give\": {\"reward\": \"points\", \"value\": 1, \"pool\": \"unlimited\"}, \"limits\": [{\"per\": "
    "[\"customer\"], \"period\": \"day\", \"count\": 1}]}]}";

/* What an owner's records must be: page count and a number that every change raises; of each page the number it was changed by. */
struct truth {
  uint32_t pages, pages_seen; /* 0: nobody knows it; seen: the most it ever had */
  uint64_t changes[PAGES_MOST];
  bool here; /* in the shard's cache */
};

struct stage {
  struct rules rules;
  struct shard_settings shard;
  struct ledger_settings settings;
  void *memory, *shard_memory;
  struct world *world;
  struct ledger *ledger;
  struct truth truths[OWNERS];
  uint64_t changes, given_up, loaded;
  struct fault fault;
};

/* ---- a running ledger without its shard ---- */

static struct stage *stage_new(uint64_t seed) {
  struct stage *s = calloc(1, sizeof *s);
  assert_non_null(s);
  random_state = seed;
  rules_read(&s->rules, campaign);
  s->shard = (struct shard_settings){.judge = judge_settings_plain};
  s->settings =
      (struct ledger_settings){.shards = 1, .buckets = 8, .batch_events = 50, .pending_bytes = LEDGER_PENDING_LEAST, .id_key = {1, 2}};
  s->memory = malloc(ledger_memory(&s->settings));
  s->world = calloc(1, sizeof *s->world);
  assert_true(s->memory != NULL && s->world != NULL);
  struct ledger_log log = world_log(s->world);
  struct store_port store = world_store(s->world);
  struct match_cache *cache = match_cache_new(s->rules.index, &s->rules.arena);
  assert_int_equal(
      ledger_open(s->memory, &s->settings, &s->shard, NULL, s->rules.book, s->rules.index, cache, &log, &store, &s->ledger, &s->fault),
      STATUS_OK);
  s->world->segment = (struct segment){.exists = true, .version = {1, 0}};
  s->ledger->version = s->world->segment.version;
  s->ledger->past.epoch = 1;
  s->ledger->prove_next = s->settings.buckets; /* as after a take-over */
  batch_open(s->ledger, &s->ledger->batches[0]);
  return s;
}

static void stage_free(struct stage *s) {
  world_free(s->world);
  free(s->memory), rules_free(&s->rules), free(s);
}

static void good(struct stage *s, enum status status) {
  if (status != STATUS_OK) fail_msg("%s", s->fault.text);
}

/* What was decided is committed, and some of it goes to the view and is answered. */
static void commit(struct stage *s) {
  struct ledger *ledger = s->ledger;
  ledger->committed_to = ledger->pending.head;
  ledger->past.sequence = ledger->open->sequence, ledger->past.place++;
  struct batch *next = ledger->open == &ledger->batches[0] ? &ledger->batches[1] : &ledger->batches[0];
  batch_open(ledger, next);
}

static void write_behind(struct stage *s, uint32_t writes) {
  bool busy;
  s->ledger->now_ms += 1000;
  for (; writes > 0; writes--) good(s, view_write_behind(s->ledger, true, &busy, &s->fault));
  good(s, view_answers(s->ledger, true, &s->fault));
}

/* ---- owners ---- */

static struct str key_of(uint32_t owner, uint32_t page, char out[96]) {
  char name[32];
  int length = snprintf(name, sizeof name, "cowner-%u", owner);
  return page_key((struct str){name, (size_t)length}, page, out);
}

static void page_check(struct stage *s, uint32_t owner, uint32_t page, struct str record) {
  const struct truth *truth = &s->truths[owner];
  char expected[64];
  int length = truth->changes[page] == 0 ? 0
                                         : snprintf(expected, sizeof expected, "%u/%u of %u: %llu", owner, page, truth->pages,
                                                    (unsigned long long)truth->changes[page]);
  if (truth->pages <= page && truth->pages > 0) length = 0;
  if (record.length != (size_t)length || (length > 0 && memcmp(record.at, expected, record.length) != 0))
    fail_msg("owner %u, page %u: \"%.*s\" is given out, \"%.*s\" is the latest", owner, page, STR_FORMAT(record), length, expected);
}

static void page_load(struct stage *s, uint32_t owner, uint32_t page) {
  char key[96];
  struct str record;
  good(s, view_load(s->ledger, key_of(owner, page, key), &record, &s->fault));
  page_check(s, owner, page, record);
  s->loaded++;
}

static void owner_load(struct stage *s, uint32_t owner) {
  struct truth *truth = &s->truths[owner];
  uint32_t stop = random_below(8) == 0 ? random_below(PAGES_MOST) : PAGES_MOST;
  page_load(s, owner, 0);
  for (uint32_t page = 1; page < truth->pages; page++) {
    struct str keys[PIECE];
    char bytes[PIECE][96];
    uint32_t count = 0;
    for (uint32_t next = page; page % PIECE == 1 && count < PIECE && next < truth->pages; next++)
      keys[count] = key_of(owner, next, bytes[count]), count++;
    if (count > 0) good(s, view_prefetch(s->ledger, keys, count, &s->fault));
    if (page == stop) {
      s->given_up++;
      return;
    }
    page_load(s, owner, page);
  }
  truth->here = true;
}

static void page_store(struct stage *s, uint32_t owner, uint32_t page) {
  struct truth *truth = &s->truths[owner];
  struct view_port view = batch_view_port(s->ledger);
  char key[96], record[64];
  bool gone = page >= truth->pages;
  truth->changes[page] = gone ? 0 : ++s->changes;
  int length =
      gone ? 0 : snprintf(record, sizeof record, "%u/%u of %u: %llu", owner, page, truth->pages, (unsigned long long)truth->changes[page]);
  good(s, view.store(view.self, key_of(owner, page, key), (struct str){record, (size_t)length}, &s->fault));
}

/* All pages when their number changes, as the memory room does it; else some. */
static void owner_change(struct stage *s, uint32_t owner) {
  struct truth *truth = &s->truths[owner];
  uint32_t pages = truth->pages, before = pages;
  if (pages == 0 || random_below(4) == 0) pages = 1 + random_below(random_below(4) == 0 ? PAGES_MOST : 3);
  truth->pages = pages;
  uint32_t most = pages > before ? pages : before;
  if (pages != before)
    for (uint32_t page = 0; page < most; page++) page_store(s, owner, page);
  else
    page_store(s, owner, random_below(pages));
}

/* Customers of the next lines; whoever is in the cache is not asked for, and some come twice. */
static void customers_ahead(struct stage *s) {
  static struct str keys[1024];
  static char bytes[1024][96];
  uint32_t count = 0, most = random_below(20) == 0 ? 1024 : 1 + random_below(30);
  for (uint32_t i = 0; i < most; i++) {
    uint32_t owner = random_below(random_below(2) == 0 ? OWNERS : 30);
    if (!s->truths[owner].here) keys[count] = key_of(owner, 0, bytes[count]), count++;
  }
  good(s, view_prefetch(s->ledger, keys, count, &s->fault));
}

static void what_is_given_out_is_the_latest(void **unused) {
  (void)unused;
  for (uint64_t seed = 1; seed <= 3; seed++) {
    struct stage *s = stage_new(seed);
    for (uint32_t step = 0; step < 30000; step++) {
      uint32_t owner = random_below(random_below(2) == 0 ? OWNERS : 30), what = random_below(100);
      struct truth *truth = &s->truths[owner];
      if (what < 8) customers_ahead(s);
      if (what >= 8 && what < 70 && !truth->here) owner_load(s, owner);
      if (what >= 30 && what < 80 && truth->here) owner_change(s, owner);
      if (what >= 60 && what < 90) truth->here = false; /* it left the cache: what changed was handed over */
      if (what == 90) commit(s);
      if (what == 91) write_behind(s, 1 + random_below(4));
      if (pending_room(&s->ledger->pending) < (1u << 20)) commit(s), write_behind(s, 400);
    }
    assert_true(s->given_up > 100 && s->loaded > 10000 && ledger_counts(s->ledger)->view_writes > 50);
    stage_free(s);
  }
}

/* One of several buckets that are asked for together has more than there is room for, and the tallies know of none of them: damage. */
static void a_blown_up_bucket_among_others_is_damage(void **unused) {
  (void)unused;
  struct stage *s = stage_new(1);
  struct str keys[40];
  char bytes[40][96];
  for (uint32_t i = 0; i < 40; i++) keys[i] = key_of(i, 0, bytes[i]);
  s->world->blown_up = true;
  assert_int_equal(view_prefetch(s->ledger, keys, 40, &s->fault), STATUS_SERVICE);
  assert_true(s->ledger->distrusted && ledger_counts(s->ledger)->view_damaged == 1);
  stage_free(s);
}

/* More than there is room for is said, not written over. */
static void what_does_not_fit_is_told(void **unused) {
  (void)unused;
  struct stage *s = stage_new(1);
  static char record[LIMIT_STATE_BYTES];
  struct view_port view = batch_view_port(s->ledger);
  enum status status = STATUS_OK;
  uint32_t stored = 0;
  for (; status == STATUS_OK; stored++) {
    char key[96];
    status = view.store(view.self, key_of(stored, 0, key), (struct str){record, sizeof record}, &s->fault);
  }
  assert_int_equal(status, STATUS_USAGE);
  assert_non_null(strstr(s->fault.text, "pending.bytes"));
  assert_true(stored > LEDGER_PENDING_LEAST / sizeof record - 8);
  stage_free(s);
}

/* A line is taken only while all that one event may change fits behind what waits. */
static void a_batch_is_full_before_an_event_might_not_fit(void **unused) {
  (void)unused;
  struct stage *s = stage_new(1);
  static char record[LIMIT_STATE_BYTES];
  struct view_port view = batch_view_port(s->ledger);
  for (uint32_t i = 0; !batch_full(s->ledger); i++) {
    char key[96];
    good(s, view.store(view.self, key_of(i, 0, key), (struct str){record, sizeof record}, &s->fault));
  }
  uint64_t room = pending_room(&s->ledger->pending);
  assert_true(room < EVENT_STATES && room > EVENT_STATES - 2 * sizeof record);
  /* the largest customer, every page of it, and as many pools as an event may touch */
  uint64_t customer = (uint64_t)LIMIT_STATE_CELLS * 30 + (uint64_t)LIMIT_SEEN * 12 + LIMIT_STATE_PAGES * 128u, pools = LIMIT_WANTS * 300u;
  assert_true(customer + pools < EVENT_STATES);
  stage_free(s);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(what_is_given_out_is_the_latest), cmocka_unit_test(what_does_not_fit_is_told),
                                     cmocka_unit_test(a_blown_up_bucket_among_others_is_damage),
                                     cmocka_unit_test(a_batch_is_full_before_an_event_might_not_fit)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
