/* Several shards, one stock, one limit a device: never one over, nobody refused while a unit lies idle, nothing left in blocks - through
 * workers that die, commits that fail and views that are lost. */
#include "rules.h"

#define SHARDS 3u
#define EVENTS 600u /* of each shard */
#define STOCK 200
#define DEVICES 40u
#define DEVICE_CAP 3u

static const char campaign[] =
    "{\"id\": \"shared\", \"version\": 1, \"name\": {\"zh\": \"共享\", \"en\": \"Shared\"}, \"audience\": \"everyone\","
    "\"period\": {\"from\": \"2026-12-01\", \"to\": \"2027-01-31\"}, \"pools\": {\"stock\": {\"stock\": 200}},"
    "\"rules\": [{\"id\": \"once\", \"on\": \"txn.card_spend\", \"give\": {\"reward\": \"goods\", \"pool\": \"stock\"},"
    "\"limits\": [{\"per\": [\"customer\"], \"period\": \"day\", \"count\": 1}]},"
    "{\"id\": \"device\", \"on\": \"login\", \"give\": {\"reward\": \"voucher\", \"pool\": \"unlimited\"}, \"limits\": [{\"per\": "
    "[\"device\"], \"period\": \"campaign\", \"count\": 3}]}]}";

struct stage {
  struct rules rules;
  struct shard_settings shard;
  struct ledger_settings settings;
  struct match_cache *caches[SHARDS];
  void *memory[SHARDS], *shard_memory[SHARDS];
  struct world *worlds[SHARDS];
  struct ledger *ledgers[SHARDS];
  int64_t now_ms;
};

static void lines_make(struct world *w, uint32_t shard) {
  w->lines = calloc(EVENTS, sizeof *w->lines);
  w->line_count = EVENTS;
  for (uint32_t i = 0; i < EVENTS; i++) {
    w->lines[i] = malloc(320);
    bool login = random_below(4) == 0;
    (void)snprintf(
        w->lines[i], 320,
        "{\"id\":\"e%u-%u\",\"source\":\"t\",\"type\":\"%s\",\"customer\":\"c%u-%u\",\"time\":\"2026-12-%02uT%02u:%02u:00+08:00\"%s,"
        "\"device\":\"d%u\"}",
        shard, i, login ? "login" : "txn.card_spend", shard, random_below(60), 1 + i / 200, i / 13 % 24, i % 60,
        login ? "" : ",\"amount_minor\":1000,\"currency\":\"CNY\"", random_below(DEVICES));
  }
}

static struct stage *stage_new(uint64_t seed) {
  struct stage *s = calloc(1, sizeof *s);
  assert_non_null(s);
  random_state = seed;
  rules_read(&s->rules, campaign);
  s->shard = (struct shard_settings){.judge = judge_settings_plain, .cache_bytes = 1u << 20};
  s->settings = (struct ledger_settings){.shards = SHARDS,
                                         .buckets = 8,
                                         .batch_events = 40,
                                         .batch_ms = 20,
                                         .checkpoint_ms = 500,
                                         .retry_ms = 50,
                                         .pending_bytes = LEDGER_PENDING_LEAST,
                                         .id_key = {1, 2}};
  s->shard.shards = SHARDS;
  for (uint32_t i = 0; i < SHARDS; i++) {
    s->caches[i] = match_cache_new(s->rules.index, &s->rules.arena);
    s->memory[i] = malloc(ledger_memory(&s->settings));
    s->shard_memory[i] = malloc(shard_memory(&s->shard));
    s->worlds[i] = calloc(1, sizeof *s->worlds[i]);
    assert_true(s->memory[i] != NULL && s->shard_memory[i] != NULL && s->worlds[i] != NULL);
    s->worlds[i]->peers = s->worlds;
    lines_make(s->worlds[i], i);
  }
  s->now_ms = 1000;
  return s;
}

static void stage_free(struct stage *s) {
  for (uint32_t i = 0; i < SHARDS; i++) world_free(s->worlds[i]), free(s->memory[i]), free(s->shard_memory[i]);
  rules_free(&s->rules), free(s);
}

static void worker_start(struct stage *s, uint32_t i) {
  struct fault fault = {0};
  struct ledger_log log = world_log(s->worlds[i]);
  struct store_port store = world_store(s->worlds[i]);
  s->settings.shard = i;
  world_drop(s->worlds[i]);
  assert_int_equal(ledger_open(s->memory[i], &s->settings, &s->shard, s->shard_memory[i], s->rules.book, s->rules.index, s->caches[i], &log,
                               &store, &s->ledgers[i], &fault),
                   STATUS_OK);
}

static void step(struct stage *s, uint32_t i) {
  struct fault fault = {0};
  bool busy, doubted;
  int64_t wake_ms;
  enum status status = ledger_step(s->ledgers[i], s->now_ms, &busy, &wake_ms, &doubted, &fault);
  if (status != STATUS_OK) print_error("%s\n", fault.text);
  assert_int_equal(status, STATUS_OK);
  s->now_ms += 1;
}

static bool all_quiet(const struct stage *s) {
  for (uint32_t i = 0; i < SHARDS; i++)
    if (!ledger_quiet(s->ledgers[i]) || s->worlds[i]->line_at < EVENTS || s->worlds[i]->inbox_at < s->worlds[i]->inbox.count) return false;
  return true;
}

static void finish(struct stage *s) {
  int64_t quiet_since_ms = s->now_ms;
  for (uint32_t steps = 0; s->now_ms - quiet_since_ms < 12000; steps++) {
    assert_true(steps < 400000);
    step(s, steps % SHARDS);
    if (!all_quiet(s)) quiet_since_ms = s->now_ms;
  }
}

static uint32_t rewards_of(const struct stage *s, const char *what) {
  uint32_t count = 0;
  for (uint32_t i = 0; i < SHARDS; i++)
    for (uint32_t n = 0; n < s->worlds[i]->outputs[OUTPUT_REWARDS].count; n++)
      count += strstr(s->worlds[i]->outputs[OUTPUT_REWARDS].rows[n].bytes, what) != NULL;
  return count;
}

/* The number behind "device":"d in the line that a reward names as its source. */
static uint32_t device_of(const struct stage *s, const char *reward) {
  unsigned shard, line, device;
  const char *source = strstr(reward, "\"source_events\":[\"t/e");
  assert_non_null(source);
  assert_int_equal(sscanf(source, "\"source_events\":[\"t/e%u-%u", &shard, &line), 2);
  assert_int_equal(sscanf(strstr(s->worlds[shard]->lines[line], "\"device\""), "\"device\":\"d%u", &device), 1);
  return device;
}

static void devices_check(const struct stage *s) {
  uint32_t given[DEVICES] = {0}, wanted[DEVICES] = {0};
  for (uint32_t i = 0; i < SHARDS; i++) {
    const struct rows *rewards = &s->worlds[i]->outputs[OUTPUT_REWARDS];
    for (uint32_t n = 0; n < rewards->count; n++)
      if (strstr(rewards->rows[n].bytes, "\"rule\":\"device\"") != NULL) given[device_of(s, rewards->rows[n].bytes)]++;
    for (uint32_t n = 0; n < EVENTS; n++) {
      unsigned device;
      if (strstr(s->worlds[i]->lines[n], "login") == NULL) continue;
      assert_int_equal(sscanf(strstr(s->worlds[i]->lines[n], "\"device\""), "\"device\":\"d%u", &device), 1);
      wanted[device]++;
    }
  }
  for (uint32_t d = 0; d < DEVICES; d++) assert_int_equal(given[d], wanted[d] < DEVICE_CAP ? wanted[d] : DEVICE_CAP);
}

/* The pool ran out once, and who is said to have done it got one of its last. */
static void marks_check(const struct stage *s) {
  char given[160];
  assert_int_equal(rewards_of(s, "gift.pool.empty"), 1);
  for (uint32_t i = 0; i < SHARDS; i++) {
    const struct rows *rewards = &s->worlds[i]->outputs[OUTPUT_REWARDS];
    for (uint32_t n = 0; n < rewards->count; n++) {
      const char *mark = strstr(rewards->rows[n].bytes, "gift.pool.empty"), *source;
      if (mark == NULL) continue;
      source = strstr(mark, "\"source_events\":[\"t/e");
      assert_non_null(source);
      (void)snprintf(given, sizeof given, "\"pool\":\"shared/stock\",%.*s", (int)strcspn(source, "]"), source);
      assert_int_equal(rewards_of(s, given), 1);
    }
  }
}

/* What the home says once quiet: all that was given is reported, nothing is lent. */
static void home_check(struct stage *s) {
  static _Alignas(64) char block[65536];
  struct owner owner = pool_owner(&s->rules.book->pools[0], (struct str){NULL, 0});
  struct state *state = state_init(block, sizeof block, 0);
  struct fault fault = {0};
  struct page_head head;
  const struct viewed *viewed = viewed_find(s->worlds[lend_home(&owner, SHARDS)], (struct str){owner.key, owner.length});
  assert_non_null(viewed);
  struct str record = {viewed->record, viewed->record_length};
  assert_true(page_look(record, &head, &fault) && head.pages == 1 && head.cells < state_room(state));
  assert_true(page_decode(record, state, &fault));
  struct pool_left left = pool_left(s->rules.book, 0, state, (struct str){NULL, 0});
  assert_int_equal(left.used, STOCK);
  assert_int_equal(left.left, 0);
  assert_int_equal(lend_outstanding(s->rules.book, 0, state), 0);
}

static void check(struct stage *s) {
  assert_int_equal(rewards_of(s, "\"rule\":\"once\""), STOCK);
  devices_check(s);
  marks_check(s);
  home_check(s);
}

static void shards_share_to_the_last_unit(void **unused) {
  (void)unused;
  struct stage *s = stage_new(1);
  for (uint32_t i = 0; i < SHARDS; i++) worker_start(s, i);
  finish(s);
  check(s);
  for (uint32_t i = 0; i < SHARDS; i++) assert_int_equal(ledger_counts(s->ledgers[i])->aborts, 0);
  stage_free(s);
}

static void trouble_make(struct stage *s, uint32_t i) {
  struct world *w = s->worlds[i];
  switch (random_below(4)) {
    case 0: worker_start(s, i); break;
    case 1: view_clear(w), w->segment = (struct segment){0}; break;
    case 2: w->fail_commit = true; break;
    default: w->segment.version.count += 7; break;
  }
}

static void shards_share_through_trouble(void **unused) {
  (void)unused;
  for (uint64_t seed = 1; seed <= 12; seed++) {
    struct stage *s = stage_new(seed);
    for (uint32_t i = 0; i < SHARDS; i++) worker_start(s, i);
    for (uint32_t n = 0; n < 60; n++) {
      for (uint32_t steps = random_below(60); steps > 0; steps--) step(s, random_below(SHARDS));
      trouble_make(s, random_below(SHARDS));
    }
    finish(s);
    check(s);
    stage_free(s);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(shards_share_to_the_last_unit), cmocka_unit_test(shards_share_through_trouble)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
