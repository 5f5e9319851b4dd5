/* What the view costs: customers written through the store port into one Redis, as the ledger does it (500 records a write, owners in the
 * order of events, so scattered over all buckets), then written again, then loaded. bench/redis_bytes runs it against a server of its own
 * and reads the memory.
 *
 *     build/release/bench/bench_redis_view SERVERS SHARDS BUCKETS CUSTOMERS EVENTS PID
 *
 * Each customer's record has two activity clocks and the digests of EVENTS recent events, in the form the core writes. Rates are per
 * CPU-second of the server, whose process is PID: by the wall clock they would tell what else the machine does.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "giftd/memory.h"
#include "giftd/redis.h"

#define CHUNK 500u
#define LIMIT_BENCH_SHARDS 64u
#define DAY_MS 86400000LL

struct lane { /* one shard: its connection and the chunk that is being filled */
  struct redis_shard *shard;
  struct store_port store;
  uint64_t count;
  uint32_t filled;
  struct store_record records[CHUNK];
  char keys[CHUNK][16];
  char bytes[CHUNK][1024];
};

static struct lane *lanes;
static uint32_t shards, buckets, events;
static uint64_t record_bytes;
static struct page_plan plan;
static struct fault fault;

static void good(enum status status) {
  if (status == STATUS_OK) return;
  fprintf(stderr, "bench_redis_view: %s\n", fault.text);
  exit(status_exit_code(status));
}

static clockid_t server_clock;

static double clock_of(clockid_t id) {
  struct timespec now;
  clock_gettime(id, &now);
  return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static uint64_t mixed(uint64_t z) {
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

static void clock_add(struct state *state, uint64_t decl, int64_t time_ms) {
  struct cell *cell = state_add(state, CELL_LAST, decl, 0, 0);
  if (cell == NULL) good(fault_set(&fault, STATUS_LIMIT, "the bench's block is too small"));
  cell->last.time_ms = time_ms;
}

static size_t customer_encode(uint32_t customer, uint32_t pass, char *out, size_t capacity) {
  static _Alignas(64) char block[16384];
  struct state *state = state_init(block, sizeof block, events);
  int64_t last = 1795000000000LL - (int64_t)(mixed(customer) % (uint64_t)(90 * DAY_MS)) + pass;
  clock_add(state, 0x1234567890, last);
  clock_add(state, 0x0987654321, last - 3 * DAY_MS);
  for (uint32_t i = 0; i < events; i++)
    if (!state_see(state, mixed((uint64_t)customer << 8 | i), last - (int64_t)(events - i) * DAY_MS))
      good(fault_set(&fault, STATUS_LIMIT, "the bench's block is too small"));
  page_plan_make(&plan, state);
  return page_encode(state, &plan, 0, out, capacity);
}

static void lane_send(struct lane *lane) {
  uint64_t answered;
  bool refused;
  struct store_write write = {.expect = {1, lane->count}, .next = {1, lane->count + 1}, .records = lane->records, .count = lane->filled};
  good(lane->store.write(lane->store.self, &write, &fault));
  good(lane->store.answers(lane->store.self, lane->count % 16 == 15, &answered, &refused, &fault));
  if (refused) good(fault_set(&fault, STATUS_STATE, "a write was refused"));
  lane->count++;
  lane->filled = 0;
}

static struct lane *customer_stage(uint32_t customer, uint32_t pass) {
  struct lane *lane = &lanes[mixed(customer) % shards];
  uint32_t at = lane->filled++;
  int length = snprintf(lane->keys[at], sizeof lane->keys[at], "cc%09u", customer); /* the kind, and an id of ten bytes */
  struct str key = {lane->keys[at], (size_t)length};
  size_t bytes = customer_encode(customer, pass, lane->bytes[at], sizeof lane->bytes[at]);
  record_bytes += bytes;
  uint32_t bucket = (uint32_t)(hash64(&HASH_KEY_FIXED, key) >> 32) % buckets;
  lane->records[at] = (struct store_record){key, {lane->bytes[at], bytes}, bucket};
  return lane;
}

static void lanes_settle(void) {
  for (uint32_t i = 0; i < shards; i++) {
    uint64_t answered;
    bool refused;
    if (lanes[i].filled > 0) lane_send(&lanes[i]);
    good(lanes[i].store.answers(lanes[i].store.self, true, &answered, &refused, &fault));
  }
}

struct times {
  double wall, own, server;
};

static struct times times_now(void) {
  return (struct times){clock_of(CLOCK_MONOTONIC), clock_of(CLOCK_PROCESS_CPUTIME_ID), clock_of(server_clock)};
}

static void told(const char *what, uint32_t count, struct times since) {
  struct times now = times_now();
  double server = now.server - since.server;
  printf("%-12s %8u states  %8.0f states/s of Redis' CPU (%.2f s; giftd's CPU %.2f s, wall %.2f s)\n", what, count, count / server, server,
         now.own - since.own, now.wall - since.wall);
}

static void write_all(const char *what, uint32_t customers, uint32_t pass) {
  struct times since = times_now();
  record_bytes = 0;
  for (uint32_t i = 0; i < customers; i++) {
    struct lane *lane = customer_stage(i, pass);
    if (lane->filled == CHUNK) lane_send(lane);
  }
  lanes_settle();
  told(what, customers, since);
}

static void load_lane(struct lane *lane) {
  static struct str records[CHUNK];
  bool refused;
  struct version version = {1, lane->count};
  good(lane->store.load(lane->store.self, version, lane->records, lane->filled, records, &refused, &fault));
  for (uint32_t i = 0; i < lane->filled; i++)
    if (refused || !str_equal(records[i], lane->records[i].record))
      good(fault_set(&fault, STATUS_STATE, "what was loaded was never written"));
  lane->filled = 0;
}

static void load_some(uint32_t customers, uint32_t count) {
  struct times since = times_now();
  for (uint32_t i = 0; i < count; i++) {
    struct lane *lane = customer_stage((uint32_t)(mixed(i + 7) % customers), 0);
    if (lane->filled == CHUNK) load_lane(lane);
  }
  told("load", count, since);
}

static void lane_open(struct redis *redis, struct lane *lane, uint32_t shard) {
  struct segment segment;
  uint64_t answered;
  bool refused;
  struct store_write write = {.create = true, .next = {1, 0}, .shards = shards, .buckets = buckets};
  good(redis_shard_open(redis, shard, &lane->shard, &fault));
  lane->store = redis_shard_store(lane->shard);
  good(lane->store.look(lane->store.self, &segment, &fault));
  good(lane->store.write(lane->store.self, &write, &fault));
  good(lane->store.answers(lane->store.self, true, &answered, &refused, &fault));
}

int main(int count, char **words) {
  if (count != 7) {
    fprintf(stderr, "usage: bench_redis_view SERVERS SHARDS BUCKETS CUSTOMERS EVENTS PID\n");
    return 2;
  }
  struct redis *redis;
  struct redis_settings settings = {.servers = words[1], .name = "bench", .answer_ms = 60000};
  uint32_t customers = (uint32_t)atoi(words[4]);
  shards = (uint32_t)atoi(words[2]), buckets = (uint32_t)atoi(words[3]), events = (uint32_t)atoi(words[5]);
  if (shards < 1 || shards > LIMIT_BENCH_SHARDS || buckets < 1 || customers < 1 || events > 64) return 2;
  if (clock_getcpuclockid((pid_t)atoi(words[6]), &server_clock) != 0) return 2;
  lanes = calloc(shards, sizeof *lanes);
  if (lanes == NULL) return 1;
  good(redis_open(&settings, NULL, NULL, &redis, &fault));
  for (uint32_t i = 0; i < shards; i++) lane_open(redis, &lanes[i], i);
  write_all("write", customers, 0);
  printf("record       %.1f bytes (key 11)\n", (double)record_bytes / customers);
  write_all("write again", customers / 5, 0);
  load_some(customers, customers / 5);
  for (uint32_t i = 0; i < shards; i++) redis_shard_close(lanes[i].shard);
  redis_close(redis);
  free(lanes);
  return 0;
}
