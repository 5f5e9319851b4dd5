/* The world: workers that own shards, and what befalls them. One step is one slice of one seat's work; between steps time passes, events
 * come in, workers die, stand still, are given other shards. */
#include "sim.h"

#define FAULT_STRING(name, few, many, text) #name,
#define FAULT_TEXT(name, few, many, text) text,
const char *const fault_names[FAULT_COUNT] = {FAULTS(FAULT_STRING)};
const char *const fault_texts[FAULT_COUNT] = {FAULTS(FAULT_TEXT)};

#define FAULT_FEW(name, few, many, text) few,
#define FAULT_MANY(name, few, many, text) many,
static const uint16_t odds_few[FAULT_COUNT] = {FAULTS(FAULT_FEW)}, odds_many[FAULT_COUNT] = {FAULTS(FAULT_MANY)};

#define STEPS_TROUBLED 1500u
#define STEPS_HEALED 40000u
#define REVIEWED 4u /* an idle shard looks at its view and its pools once a second, if it has a turn then: time may leap over several */
#define DAY_MS 86400000LL

/* ---- what befalls workers ---- */

static bool draining_anywhere(const struct world *world, uint32_t shard) {
  for (uint32_t w = 0; w < world->workers; w++)
    if (world->seats[w][shard].state == SEAT_DRAINING) return true;
  return false;
}

static void seats_fill(struct world *world) {
  for (uint32_t shard = 0; shard < world->shards; shard++) {
    uint32_t worker = world->owner[shard];
    struct seat *seat = &world->seats[worker][shard];
    if (world->crew[worker].down > 0 || world->crew[worker].stopped > 0 || draining_anywhere(world, shard)) continue;
    if (seat->state == SEAT_ZOMBIE) seat_close(seat);
    if (seat->state == SEAT_NONE) seat_open(world, worker, shard);
  }
}

static void worker_stop(struct world *world) {
  uint32_t worker = sim_upto(world, world->workers);
  if (!sim_hit(world, FAULT_STOP)) return;
  world->crew[worker].stopped = 5 + sim_upto(world, 200);
  sim_tell(world, "worker %u stands still", worker);
  if (world->workers > 1 && sim_chance(world, 8000)) worker_shunned(world, worker);
}

static void shard_move(struct world *world) {
  uint32_t shard = sim_upto(world, world->shards), from = world->owner[shard];
  struct seat *seat = &world->seats[from][shard];
  if (world->workers == 1 || seat->state != SEAT_OWNER) return;
  bool in_order = sim_hit(world, FAULT_HAND_OVER);
  if (!in_order && !sim_hit(world, FAULT_LOST)) return;
  world->owner[shard] = (from + 1 + sim_upto(world, world->workers - 1)) % world->workers;
  sim_tell(world, "shard %u goes from worker %u to %u%s", shard, from, world->owner[shard], in_order ? "" : ", at once");
  seat->state = in_order ? SEAT_DRAINING : SEAT_ZOMBIE;
  seat->life = 1 + sim_upto(world, 80);
  if (in_order) ledger_drain(seat->ledger);
}

static void trouble(struct world *world) {
  worker_stop(world);
  shard_move(world);
  if (world->published > 0 && sim_hit(world, FAULT_REPUBLISHED))
    for (uint32_t i = 1 + sim_upto(world, 6); i > 0; i--) {
      uint32_t number = world->publish[sim_upto(world, world->published)];
      if (!world->inputs[number].wild) input_publish(world, number);
    }
  if (sim_hit(world, FAULT_CLOCK_JUMP)) {
    uint32_t worker = sim_upto(world, world->workers);
    world->crew[worker].skew_ms += sim_chance(world, 5000) ? DAY_MS : -DAY_MS;
    sim_tell(world, "worker %u: clock now off by %lld days", worker, (long long)(world->crew[worker].skew_ms / DAY_MS));
  }
  if (!world->swapped && world->published * 4 > world->publish_count && sim_hit(world, FAULT_SWAP)) {
    world->swapped = true;
    sim_tell(world, "a new rulebook is published");
  }
}

static void crew_tick(struct world *world) {
  for (uint32_t w = 0; w < world->workers; w++) {
    struct worker *worker = &world->crew[w];
    if (worker->down > 0 && --worker->down == 0) sim_tell(world, "worker %u is started again", w);
    if (worker->stopped > 0 && --worker->stopped == 0) sim_tell(world, "worker %u goes on", w);
  }
}

/* ---- one history ---- */

static struct seat *seat_choose(struct world *world) {
  uint32_t shard = sim_upto(world, world->shards), first = sim_upto(world, world->workers);
  for (uint32_t i = 0; i < world->workers; i++) {
    uint32_t w = (first + i) % world->workers;
    if (world->seats[w][shard].state != SEAT_NONE && world->crew[w].stopped == 0 && world->crew[w].down == 0)
      return &world->seats[w][shard];
  }
  return NULL;
}

/* While there are no faults a seat is woken only as its ledger asked for: when its time has come, or input, or while it commits. */
static bool seat_sleeps(const struct world *world, const struct seat *seat) {
  const struct partition *events = &world->log.partitions[TOPIC_EVENTS][seat->shard];
  const struct partition *inbox = &world->log.partitions[TOPIC_MESSAGES][seat->shard];
  if (world->faults || world->now_ms >= seat->sleeps_until_ms || seat->writer.committing) return false;
  return seat->writer.events_at >= events->count && seat->writer.inbox_at >= inbox->count;
}

static void world_step(struct world *world) {
  world->step++;
  world->now_ms += sim_chance(world, 100) ? 100 + sim_upto(world, 1400) : sim_upto(world, 8);
  sim_log_tick(world);
  crew_tick(world);
  if (world->faults) trouble(world);
  seats_fill(world);
  if (world->published < world->publish_count && sim_chance(world, 1500))
    for (uint32_t i = 1 + sim_upto(world, 5); i > 0 && world->published < world->publish_count; i--)
      input_publish(world, world->publish[world->published++]);
  struct seat *seat = seat_choose(world);
  if (seat != NULL && !seat_sleeps(world, seat)) seat_step(seat);
}

static bool seat_quiet(const struct world *world, uint32_t shard) {
  const struct seat *seat = &world->seats[world->owner[shard]][shard];
  uint64_t events = sim_log_end(world, TOPIC_EVENTS, shard), inbox = sim_log_end(world, TOPIC_MESSAGES, shard);
  if (seat->state != SEAT_OWNER || !ledger_quiet(seat->ledger)) return false;
  if (seat->book != book_current(world)) return false;
  return (events == 0 || ledger_events_next(seat->ledger) == events) && (inbox == 0 || ledger_inbox_next(seat->ledger) == inbox);
}

static bool world_quiet(const struct world *world) {
  if (world->published < world->publish_count || world->log.open_count > 0 || world->log.hidden_count > 0) return false;
  for (uint32_t w = 0; w < world->workers; w++)
    for (uint32_t shard = 0; shard < world->shards; shard++)
      if (world->seats[w][shard].state == SEAT_ZOMBIE) return false;
  for (uint32_t shard = 0; shard < world->shards; shard++)
    if (!seat_quiet(world, shard)) return false;
  return true;
}

static void stage_tell(struct world *world) {
  for (uint32_t shard = 0; shard < world->shards; shard++) {
    const struct seat *seat = &world->seats[world->owner[shard]][shard];
    if (seat_quiet(world, shard) || seat->state == SEAT_NONE) continue;
    sim_break(world, "not drained after %u steps without faults: shard %u in stage %d, at event %lld of %llu, message %lld of %llu",
              STEPS_HEALED, shard, (int)ledger_stage(seat->ledger), (long long)ledger_events_next(seat->ledger),
              (unsigned long long)sim_log_end(world, TOPIC_EVENTS, shard), (long long)ledger_inbox_next(seat->ledger),
              (unsigned long long)sim_log_end(world, TOPIC_MESSAGES, shard));
  }
  sim_break(world, "not drained after %u steps without faults", STEPS_HEALED);
}

static bool all_looked(const struct world *world) {
  for (uint32_t shard = 0; shard < world->shards; shard++)
    if (world->seats[world->owner[shard]][shard].reviews < REVIEWED) return false;
  return true;
}

static void looks_forget(struct world *world) {
  for (uint32_t shard = 0; shard < world->shards; shard++) world->seats[world->owner[shard]][shard].reviews = 0;
}

/* Quiet for so long without a break that every shard has looked at its view and at all its pools since: a zombie that has just gone may
 * have left a view half rebuilt, a rulebook that has just come may have more units than shards were told, and of a pool for which there was
 * no place among those that changed the sweep alone tells what came back. */
static void quiet_reach(struct world *world) {
  uint32_t end = world->step + STEPS_HEALED;
  looks_forget(world);
  while (world->step < end && world->broken[0] == 0) {
    world_step(world);
    if (!world_quiet(world)) looks_forget(world);
    if (all_looked(world)) return;
  }
  if (world->broken[0] == 0) stage_tell(world);
}

static void world_heal(struct world *world) {
  world->faults = false;
  sim_tell(world, "---- no more faults ----");
  for (uint32_t w = 0; w < world->workers; w++)
    world->crew[w].down = world->crew[w].down > 0 ? 1 : 0, world->crew[w].stopped = world->crew[w].stopped > 0 ? 1 : 0;
  sim_store_heal(world);
}

void world_run(struct world *world) {
  uint32_t steps = STEPS_TROUBLED / 3 + sim_upto(world, STEPS_TROUBLED);
  while (world->step < steps && world->broken[0] == 0) world_step(world);
  world_heal(world);
  quiet_reach(world);
  if (world->broken[0] == 0 && sim_chance(world, 4000)) {
    sim_tell(world, "---- customers nobody has seen ask for all that is left ----");
    input_probe(world);
    quiet_reach(world);
  }
  if (world->broken[0] == 0) check_all(world);
  for (uint32_t w = 0; w < world->workers; w++)
    for (uint32_t shard = 0; shard < world->shards; shard++)
      if (world->seats[w][shard].state != SEAT_NONE) seat_close(&world->seats[w][shard]);
}

static void odds_draw(struct world *world) {
  uint32_t calm = sim_upto(world, 10);
  for (uint32_t i = 0; i < FAULT_COUNT; i++) {
    uint32_t draw = sim_upto(world, 3);
    world->odds[i] = calm == 0 || draw == 0 ? 0 : draw == 1 ? odds_few[i] : odds_many[i];
  }
}

static void settings_draw(struct world *world) {
  struct ledger_settings *ledger = &world->ledger_settings;
  *ledger = (struct ledger_settings){.shards = world->shards, .pending_bytes = LEDGER_PENDING_LEAST, .id_key = {1, 2}};
  ledger->buckets = 1 + sim_upto(world, 8);
  ledger->batch_events = 1 + sim_upto(world, 20);
  ledger->batch_ms = sim_upto(world, 60);
  ledger->checkpoint_ms = 50 + sim_upto(world, 3000);
  ledger->retry_ms = 1 + sim_upto(world, 50);
  world->shard_settings = (struct shard_settings){
      .judge = {.id_key = {1, 2}, .horizon_ms = 7 * DAY_MS, .memory_ms = 90 * DAY_MS}, .cache_bytes = 0, .shards = world->shards};
  world->shard_settings.partitioner = sim_chance(world, 5000) ? PARTITIONER_MURMUR2 : PARTITIONER_CONSISTENT;
  world->shard_settings.cache_bytes = 40960u + sim_upto(world, 3) * 8192u;
}

void world_open(struct world *world, uint64_t seed, bool story) {
  world->seed = seed;
  world->random = seed * 0x9E3779B97F4A7C15ull + 1;
  for (int i = 0; i < 5; i++) sim_random(world);
  world->story = story, world->faults = true, world->swapped = false;
  world->connections = 0, world->step = 0, world->broken[0] = 0;
  world->now_ms = 1000000;
  world->arena.used = 0, world->arena.overflowed = false; /* not cleared: what is taken is */
  world->shards = 1 + sim_upto(world, SHARDS_MOST);
  world->workers = 1 + sim_upto(world, WORKERS_MOST);
  memset(world->crew, 0, sizeof world->crew);
  odds_draw(world);
  settings_draw(world);
  sim_log_open(world);
  sim_store_open(world);
  for (uint32_t w = 0; w < WORKERS_MOST; w++)
    for (uint32_t shard = 0; shard < SHARDS_MOST; shard++) {
      struct seat *seat = &world->seats[w][shard];
      struct buffer loan = seat->connection.loan;
      seat->world = world, seat->worker = w, seat->shard = shard, seat->state = SEAT_NONE;
      seat->writer.transaction = NULL, seat->writer.has_epoch = seat->writer.committing = false; /* an assertion may have ended the last */
      seat->connection = (struct connection){.loan = loan};
    }
  for (uint32_t shard = 0; shard < world->shards; shard++) world->owner[shard] = sim_upto(world, world->workers);
  input_make(world);
  sim_tell(world, "seed %llu: %u shards, %u workers, %u events, batches of %u lines, %u buckets, checkpoint every %lld ms",
           (unsigned long long)seed, world->shards, world->workers, world->publish_count, world->ledger_settings.batch_events,
           world->ledger_settings.buckets, (long long)world->ledger_settings.checkpoint_ms);
}

static void digest_add(uint64_t *digest, struct str bytes) {
  *digest = hash64_pair(&HASH_KEY_FIXED, *digest, hash64(&HASH_KEY_FIXED, bytes));
}

uint64_t world_digest(const struct world *world) {
  uint64_t digest = world->step;
  for (uint32_t topic = 0; topic < TOPIC_COUNT; topic++)
    for (uint32_t i = 0; i < world->shards; i++)
      for (uint32_t at = 0; at < world->log.partitions[topic][i].count; at++) {
        const struct record *record = &world->log.partitions[topic][i].records[at];
        digest_add(&digest, record->bytes);
        digest = hash64_pair(&HASH_KEY_FIXED, digest, record->place * 4 + (record_committed(record) ? 1 : 0));
      }
  for (uint32_t i = 0; i < world->shards; i++)
    for (uint32_t at = 0; at < world->segments[i].now.count; at++) {
      digest_add(&digest, world->segments[i].now.owners[at].key);
      digest_add(&digest, world->segments[i].now.owners[at].record);
    }
  return digest_add(&digest, str_of(world->broken)), digest;
}
