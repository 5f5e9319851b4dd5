/* A second log beside Kafka: a log of three shards in memory joins through the group and log ports, and a whole service runs on it - the
 * loop, reloads of nothing, draining, a shard that is lost and comes back - with a real Redis as its view. Nothing outside of this file
 * knows that it is there.
 */
#include "redis/stage.h" /* first: cmocka.h wants setjmp.h in front */

#include "giftd/cluster.h"
#include "ledger/world.h"

#include <sys/stat.h>

#define SHARDS 3u
#define EVENTS 400u /* of each shard */
#define CUSTOMERS 50u
#define STOCK 100

static const char campaign[] =
    "{\"id\":\"shared\",\"version\":1,\"name\":{\"zh\":\"共享\",\"en\":\"Shared\"},\"audience\":\"everyone\","
    "\"period\":{\"from\":\"2026-12-01\",\"to\":\"2027-01-31\"},\"pools\":{\"stock\":{\"stock\":100}},\"rules\":["
    "{\"id\":\"day\",\"on\":\"login\",\"give\":{\"reward\":\"points\",\"value\":5,\"pool\":\"unlimited\"},"
    "\"limits\":[{\"per\":[\"customer\"],\"period\":\"day\",\"count\":1}]},"
    "{\"id\":\"once\",\"on\":\"login\",\"give\":{\"reward\":\"goods\",\"pool\":\"stock\"},"
    "\"limits\":[{\"per\":[\"customer\"],\"period\":\"campaign\",\"count\":1}]}]}";

/* ---- the log ---- */

struct memory_log {
  struct world *worlds[SHARDS];
  struct group_change waiting[8];
  uint32_t waiting_count;
  bool joined, held[SHARDS];
  uint64_t committed[SHARDS];
  uint32_t opened, lose_after; /* rounds until shard 1 is lost and assigned again; 0: it is not */
  bool was_lost;
};

static void change_put(struct memory_log *log, uint32_t shard, int what) {
  assert_true(log->waiting_count < 8);
  struct group_change *change = &log->waiting[log->waiting_count++];
  change->shard = shard;
  change->what = what == GROUP_ASSIGNED ? GROUP_ASSIGNED : what == GROUP_LOST ? GROUP_LOST : GROUP_REVOKED;
  log->held[shard] = what != GROUP_LOST;
}

static enum status log_join(void *self, struct fault *fault) {
  struct memory_log *log = self;
  (void)fault;
  log->joined = true;
  for (uint32_t i = 0; i < SHARDS; i++) change_put(log, i, GROUP_ASSIGNED);
  return STATUS_OK;
}

static enum status log_changes(void *self, struct group_change *changes, uint32_t capacity, uint32_t *count, struct fault *fault) {
  struct memory_log *log = self;
  (void)fault;
  assert_true(capacity >= 8);
  if (log->lose_after > 0 && --log->lose_after == 0) {
    change_put(log, 1, GROUP_LOST);
    change_put(log, 1, GROUP_ASSIGNED);
    log->was_lost = true;
  }
  memcpy(changes, log->waiting, sizeof log->waiting);
  *count = log->waiting_count;
  log->waiting_count = 0;
  return STATUS_OK;
}

static void log_given_up(void *self, uint32_t shard) { ((struct memory_log *)self)->held[shard] = false; }

static bool log_member(void *self) {
  const struct memory_log *log = self;
  for (uint32_t i = 0; i < SHARDS; i++)
    if (log->held[i]) return true;
  return log->joined;
}

static void log_leave(void *self) {
  struct memory_log *log = self;
  log->joined = false;
  for (uint32_t i = 0; i < SHARDS; i++)
    if (log->held[i]) change_put(log, i, GROUP_REVOKED);
}

static void log_wait(void *self, int timeout_ms) {
  (void)self;
  sleep_ms(timeout_ms < 2 ? timeout_ms : 2);
}

static enum status log_shard_open(void *self, uint32_t shard, struct group_shard *out, struct fault *fault) {
  struct memory_log *log = self;
  (void)fault;
  log->opened++;
  *out = (struct group_shard){log->worlds[shard], world_log(log->worlds[shard])};
  return STATUS_OK;
}

static void log_shard_close(void *self, struct group_shard *shard) {
  (void)self;
  world_drop(shard->self);
  shard->self = NULL;
}

static void log_report(void *self, struct group_shard *shard, uint64_t events_next) {
  struct memory_log *log = self;
  for (uint32_t i = 0; i < SHARDS; i++)
    if (log->worlds[i] == shard->self) log->committed[i] = events_next;
}

static int64_t log_lag(void *self, const struct group_shard *shard) {
  const struct world *w = shard->self;
  (void)self;
  return (int64_t)w->line_count - w->line_at;
}

static enum status log_open(void *self, struct service *service, struct group_port *out, struct fault *fault) {
  (void)service, (void)fault;
  *out = (struct group_port){self,       "memory",  "a log in memory", SHARDS,         log_join,        log_changes, log_given_up,
                             log_member, log_leave, log_wait,          log_shard_open, log_shard_close, log_report,  log_lag};
  return STATUS_OK;
}

static void log_close(void *self) { ((struct memory_log *)self)->waiting_count = 0; }

/* ---- events ---- */

static void lines_make(struct world *w, uint32_t shard) {
  w->lines = calloc(EVENTS, sizeof *w->lines);
  assert_non_null(w->lines);
  w->line_count = EVENTS;
  for (uint32_t i = 0; i < EVENTS; i++) {
    w->lines[i] = malloc(200);
    assert_non_null(w->lines[i]);
    snprintf(w->lines[i], 200,
             "{\"id\":\"e%u-%u\",\"source\":\"t\",\"type\":\"login\",\"customer\":\"c%u-%u\",\"time\":\"2026-12-%02uT10:%02u:00+08:00\"}",
             shard, i, shard, i % CUSTOMERS, 1 + i / 200, i % 60);
  }
}

/* Rewards of a rule, over all shards; no id twice. */
static uint32_t rewards_of(const struct memory_log *log, const char *rule) {
  char words[40];
  uint32_t count = 0;
  snprintf(words, sizeof words, "\"rule\":\"%s\"", rule);
  for (uint32_t i = 0; i < SHARDS; i++) {
    const struct rows *rewards = &log->worlds[i]->outputs[OUTPUT_REWARDS];
    for (uint32_t j = 0; j < rewards->count; j++) count += strstr(rewards->rows[j].bytes, words) != NULL;
  }
  return count;
}

static uint32_t decided_in(const struct memory_log *log) {
  uint32_t count = 0;
  for (uint32_t i = 0; i < SHARDS; i++) count += (uint32_t)log->committed[i];
  return count;
}

/* ---- a run ---- */

struct run {
  struct host host;
  struct memory_log log;
  char folder[64];
};

static void run_open(void **state) {
  static struct run run;
  char path[100];
  host_start(&run.host);
  snprintf(run.folder, sizeof run.folder, "/tmp/giftd-log-XXXXXX");
  assert_non_null(mkdtemp(run.folder));
  snprintf(path, sizeof path, "%s/shared.json", run.folder);
  FILE *file = fopen(path, "w");
  assert_non_null(file);
  fputs(campaign, file);
  fclose(file);
  for (uint32_t i = 0; i < SHARDS; i++) {
    run.log.worlds[i] = calloc(1, sizeof *run.log.worlds[i]);
    assert_non_null(run.log.worlds[i]);
    run.log.worlds[i]->peers = run.log.worlds;
    lines_make(run.log.worlds[i], i);
  }
  *state = &run;
}

static void run_close(struct run *run) {
  char command[96];
  for (uint32_t i = 0; i < SHARDS; i++) world_free(run->log.worlds[i]);
  snprintf(command, sizeof command, "rm -rf '%s'", run->folder);
  assert_int_equal(system(command), 0);
  host_stop(&run->host);
}

static struct cluster_settings settings_of(struct run *run) {
  return (struct cluster_settings){
      .group = {&run->log, log_open, log_close},
      .once = true,
      .drain_ms = 10000,
      .pending_bytes = 1u << 20,
      .redis = {.servers = run->host.address, .name = "second", .buckets = 8, .secret = hash64(&HASH_KEY_FIXED, STR("giftd secret"))},
      .shard = {.cache_bytes = 8u << 20},
      .ledger = {.buckets = 8, .batch_events = 40, .batch_ms = 5, .checkpoint_ms = 60000, .retry_ms = 20, .id_key = HASH_KEY_FIXED}};
}

static void play(struct run *run) {
  const char *campaigns[] = {run->folder};
  const struct cluster_settings of_cluster = settings_of(run);
  struct service_settings settings;
  struct cluster *cluster;
  struct service *service;
  struct fault fault = {0};
  service_defaults(&settings);
  settings.campaigns = campaigns, settings.campaign_count = 1;
  settings.once = true, settings.progress = settings.handle_signals = false;
  assert_int_equal(cluster_new(&of_cluster, &cluster, &fault), STATUS_OK);
  const struct engine engine = cluster_engine(cluster);
  if (service_open(&settings, &engine, &service, &fault) != STATUS_OK) fail_msg("%s", fault.text);
  if (service_run(service, &fault) != STATUS_OK) fail_msg("%s", fault.text);
  service_close(service);
  cluster_free(cluster);
}

/* Every customer's points once a day, the stock to its last piece and not beyond, and a further run adds nothing. */
static void a_service_runs_on_it(void **unused) {
  (void)unused;
  void *state;
  run_open(&state);
  struct run *run = state;
  run->log.lose_after = 40;
  play(run);
  assert_true(run->log.was_lost);
  assert_int_equal(run->log.opened, SHARDS + 1);
  for (int again = 0; again < 2; again++) {
    assert_int_equal(decided_in(&run->log), SHARDS * EVENTS);
    assert_int_equal(rewards_of(&run->log, "day"), SHARDS * CUSTOMERS * 2); /* two days */
    assert_int_equal(rewards_of(&run->log, "once"), STOCK);
    if (again == 0) play(run);
  }
  assert_int_equal(run->log.opened, 2 * SHARDS + 1);
  run_close(run);
}

int main(void) {
  (void)signal(SIGPIPE, SIG_IGN);
  const struct CMUnitTest tests[] = {cmocka_unit_test(a_service_runs_on_it)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
