/* A seat: one worker's work on one shard, from taking over to giving back, and the rulebooks it is given. It runs what it has until it is
 * told of another; whether it may have that one is for the shard to say, from what its state knows of campaigns (sim_terms.c). */
#include <stdlib.h>

#include "sim.h"

#define LOAN_BYTES (512u << 10)
#define COUNTED_LEAST 16u /* decisions: from then on the stream's time is known well enough that a campaign has begun */

static void *memory_reserve(size_t bytes) {
  void *memory = malloc(bytes);
  if (memory == NULL) abort();
  return memory;
}

static void seat_prepare(struct seat *seat) {
  if (seat->ledger_memory != NULL) return;
  seat->ledger_memory = memory_reserve(ledger_memory(&seat->world->ledger_settings));
  struct shard_settings largest = seat->world->shard_settings;
  largest.cache_bytes = 1u << 20;
  seat->shard_memory = memory_reserve(shard_memory(&largest));
  for (uint32_t i = 0; i < 4; i++) buffer_init(&seat->writer.loan[i], memory_reserve(LOAN_BYTES), LOAN_BYTES);
  buffer_init(&seat->connection.loan, memory_reserve(LOAN_BYTES), LOAN_BYTES);
}

const struct book *book_current(const struct world *world) { return &world->books[world->swapped ? BOOK_RAISED : BOOK_FIRST]; }

static const struct terms_port *terms_of(const struct seat *seat, const struct book *book) {
  return &seat->keepers[book - seat->world->books].port;
}

void seat_open(struct world *world, uint32_t worker, uint32_t shard) {
  struct seat *seat = &world->seats[worker][shard];
  struct fault fault = {0};
  seat_prepare(seat);
  seat->state = SEAT_OWNER;
  seat->dead = false;
  seat->turn_ms = seat->sleeps_until_ms = 0;
  seat->reviews = 0;
  seat->book = &world->books[world->swapped && sim_chance(world, 7000) ? BOOK_RAISED : BOOK_FIRST];
  keepers_open(world, seat->keepers);
  struct ledger_settings settings = world->ledger_settings;
  struct shard_settings shard_settings = world->shard_settings;
  settings.shard = shard;
  shard_settings.terms = terms_of(seat, seat->book);
  struct ledger_log log = sim_log_port(seat);
  struct store_port store = sim_store_port(seat);
  enum status status = ledger_open(seat->ledger_memory, &settings, &shard_settings, seat->shard_memory, seat->book->rulebook,
                                   seat->book->index, seat->book->cache, &log, &store, &seat->ledger, &fault);
  if (status != STATUS_OK) sim_break(world, "a ledger cannot be opened: %s", fault.text);
  sim_tell_seat(seat, "takes over");
}

void seat_close(struct seat *seat) {
  struct ledger_counts *sum = &seat->world->counts;
  const struct ledger_counts *counts = ledger_counts(seat->ledger);
  writer_leave(seat);
  connection_leave(seat);
  seat->state = SEAT_NONE;
  sum->commits += counts->commits, sum->aborts += counts->aborts, sum->takeovers += counts->takeovers, sum->redone += counts->redone;
  sum->rebuilds += counts->rebuilds, sum->checkpointed_buckets += counts->checkpointed_buckets, sum->view_writes += counts->view_writes;
  sum->view_refused += counts->view_refused, sum->view_damaged += counts->view_damaged, sum->claims += counts->claims;
  shard_counts_add(&seat->world->shard_counts, ledger_shard_counts(seat->ledger));
}

void worker_shunned(struct world *world, uint32_t worker) {
  for (uint32_t shard = 0; shard < world->shards; shard++) {
    struct seat *seat = &world->seats[worker][shard];
    if (world->owner[shard] == worker) world->owner[shard] = (worker + 1 + sim_upto(world, world->workers - 1)) % world->workers;
    if (seat->state == SEAT_NONE) continue;
    seat->state = SEAT_ZOMBIE;
    seat->life = 1 + sim_upto(world, 80);
  }
}

static void worker_die(struct world *world, uint32_t worker) {
  for (uint32_t shard = 0; shard < world->shards; shard++)
    if (world->seats[worker][shard].state != SEAT_NONE) seat_close(&world->seats[worker][shard]);
  world->crew[worker].down = 1 + sim_upto(world, 40);
  if (world->workers > 1 && sim_chance(world, 7000)) worker_shunned(world, worker);
}

/* ---- rulebooks ---- */

/* As a worker does it that is given files while it runs: refused, it goes on with what it had. */
static void seat_swap(struct seat *seat, const struct book *book) {
  struct fault fault = {0};
  const struct terms_port *terms = terms_of(seat, book);
  enum status status = ledger_admits(seat->ledger, terms, &fault);
  seat->world->refused += status == STATUS_INPUT;
  if (status != STATUS_OK) {
    sim_tell_seat(seat, "goes on with the rulebook it has: %s", fault.text);
    if (status != STATUS_SERVICE && (status != STATUS_INPUT || book == book_current(seat->world)))
      sim_break(seat->world, "shard %u does not take the rulebook that is right: %s", seat->shard, fault.text);
    return;
  }
  seat->book = book;
  ledger_terms(seat->ledger, terms);
  ledger_swap(seat->ledger, book->rulebook, book->index, book->cache);
  sim_tell_seat(seat, "has rulebook %ld", (long)(book - seat->world->books));
}

/* Whether its state knows for sure that campaigns have begun. */
static bool has_counted(const struct seat *seat) {
  struct line_reader reader = {.partition = &seat->world->log.partitions[TOPIC_DECISIONS][seat->shard]};
  uint32_t count = 0;
  struct str line;
  while (count < COUNTED_LEAST && line_next(&reader, &line))
    count += !line_is_close(line) && line_field(line, "caused_by").length == 0 && gate_of(line).length == 0;
  return count == COUNTED_LEAST;
}

/* An operator tells all of the new one, sooner or later. */
static void seat_books(struct seat *seat) {
  struct world *world = seat->world;
  const struct book *current = book_current(world);
  if (seat->book != current && (!world->faults || sim_chance(world, 300))) {
    seat_swap(seat, current);
  } else if (seat->state == SEAT_OWNER && sim_hit(world, FAULT_WRONG_BOOK) && has_counted(seat)) {
    seat_swap(seat, &world->books[BOOK_WRONG]);
  }
  if (seat->dead) worker_die(world, seat->worker);
}

/* A worker that has other files than it should finds that the state is not theirs, and a person gives it the right ones. */
static bool seat_refuses(struct seat *seat, enum status status, const struct fault *fault) {
  if (status != STATUS_INPUT || seat->book == book_current(seat->world)) return false;
  sim_tell_seat(seat, "does not begin: %s", fault->text);
  seat->world->refused++;
  seat_close(seat);
  return true;
}

/* ---- one step ---- */

void seat_step(struct seat *seat) {
  struct world *world = seat->world;
  struct fault fault = {0};
  bool busy = false, doubted = false;
  int64_t wake_ms = 0;
  enum ledger_stage before = ledger_stage(seat->ledger);
  enum status status = ledger_step(seat->ledger, world->now_ms + world->crew[seat->worker].skew_ms, &busy, &wake_ms, &doubted, &fault);
  if (seat->dead) {
    worker_die(world, seat->worker);
    return;
  }
  if (world->now_ms >= seat->turn_ms + REVIEW_MS) seat->turn_ms = world->now_ms, seat->reviews++;
  seat->sleeps_until_ms = busy ? 0 : wake_ms - world->crew[seat->worker].skew_ms;
  if (status != STATUS_OK && seat_refuses(seat, status, &fault)) return;
  if (status != STATUS_OK) sim_break(world, "shard %u asks for a person: %s", seat->shard, fault.text);
  enum ledger_stage stage = ledger_stage(seat->ledger);
  if (doubted) sim_tell_seat(seat, "doubts: %s", fault.text);
  if (stage != before && stage == LEDGER_RUNNING) sim_tell_seat(seat, "runs");
  if (stage != before && stage == LEDGER_REBUILDING) sim_tell_seat(seat, "rebuilds the view");
  if (seat->state == SEAT_DRAINING && stage == LEDGER_STOPPED) seat_close(seat);
  if (seat->state == SEAT_ZOMBIE && --seat->life == 0) seat_close(seat);
  if (seat->state == SEAT_NONE) return;
  seat_books(seat);
}
