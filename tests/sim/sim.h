/* The simulator: the real core, shard and ledger rooms on a simulated log, view, clock and network; one thread, one seed, one history.
 *
 *      input ──▶ sim_log (partitions, transactions, fences) ◀──▶ ledger of a seat ◀──▶ sim_store (segments, versions, lost writes)
 *                                 │                                  ▲
 *                                 ▼                          sim_world: workers, hand-overs, crashes, zombies, time
 *                             sim_check: what was committed, held against the promises
 *
 * Everything that happens is drawn from the seed: the same seed gives the same bytes. Nothing here depends on addresses, time or the order
 * of a table. A fault is an event of the world with a name and odds of its own (FAULTS below); a history draws the odds first, so that some
 * histories know only one kind of trouble and some know all.
 */
#ifndef GIFTD_TESTS_SIM_H
#define GIFTD_TESTS_SIM_H

#include <assert.h>
#include <stdio.h>

#include "giftd/base/mutant.h"
#include "giftd/ledger.h"

#define SHARDS_MOST 4u
#define WORKERS_MOST 3u
#define RECORDS_MOST 8192u /* of one partition */
#define OWNERS_MOST 2048u  /* of one segment */
#define IMAGES_MOST 16u    /* earlier states of a segment that a failover may go back to */
#define WRITES_QUEUED 16u
#define REVIEW_MS 1000 /* of ledger.c */
#define LATE_MOST 32u
#define OPEN_MOST 64u
#define INPUT_MOST 512u
#define WORLD_BYTES (96u << 20)

/* Odds are chances in 10,000 of each opportunity: one of none, the first, the second for a whole history. */
#define FAULTS(ROW)                                                                       \
  ROW(CRASH, 6, 25, "a worker dies during a call")                                        \
  ROW(STOP, 15, 60, "a worker stands still, others take over, it goes on")                \
  ROW(HAND_OVER, 15, 60, "a shard is handed over in order")                               \
  ROW(LOST, 15, 60, "a shard is given away while its owner goes on")                      \
  ROW(COMMIT_ABORTED, 150, 600, "a commit is refused")                                    \
  ROW(COMMIT_UNKNOWN_DONE, 150, 600, "a commit succeeds and nobody is told")              \
  ROW(COMMIT_UNKNOWN_VOID, 150, 600, "a commit fails and nobody is told")                 \
  ROW(LOG_CALL, 10, 60, "a call to the log fails")                                        \
  ROW(TRANSACTION_LEFT, 2000, 6000, "an unfinished transaction is left to its time-out")  \
  ROW(FAILOVER, 10, 50, "the view loses its last writes")                                 \
  ROW(FLUSH, 3, 12, "the view is emptied")                                                \
  ROW(RESTORE, 3, 12, "the view is restored from a backup")                               \
  ROW(REPLY_LOST, 100, 400, "a write arrives and its answer does not")                    \
  ROW(LATE_WRITE, 2000, 7000, "a write that was under way arrives after its worker left") \
  ROW(STORE_AWAY, 5, 20, "the view is not reachable for a while")                         \
  ROW(STORE_READ_ONLY, 5, 20, "the view takes no writes for a while")                     \
  ROW(STORE_SLOW, 5, 20, "the view answers slowly for a while")                           \
  ROW(REPUBLISHED, 10, 60, "an operator publishes old events again")                      \
  ROW(CLOCK_JUMP, 5, 20, "a worker's clock jumps by a day")                               \
  ROW(SWAP, 5, 30, "another rulebook in mid-stream")                                      \
  ROW(WRONG_BOOK, 10, 60, "a worker is given a rulebook whose names mean something else") \
  ROW(ASTRAY, 100, 1000, "a producer chooses partitions in another way")                  \
  ROW(TAMPERED, 10, 60, "records of the view are lost, older, changed, exchanged, added")

#define FAULT_NAME(name, few, many, text) FAULT_##name,
enum sim_fault { FAULTS(FAULT_NAME) FAULT_COUNT };
#undef FAULT_NAME
extern const char *const fault_names[FAULT_COUNT], *const fault_texts[FAULT_COUNT];

/* ---- the log ---- */

enum topic { TOPIC_EVENTS, TOPIC_MESSAGES, TOPIC_JOURNAL, TOPIC_CHECKPOINT, TOPIC_REWARDS, TOPIC_DECISIONS, TOPIC_DLQ, TOPIC_COUNT };
enum fate { FATE_OPEN, FATE_COMMITTED, FATE_ABORTED };

struct transaction {
  uint32_t shard, number, order; /* order: among committed ones */
  uint64_t epoch;
  enum fate state;
  bool ending, will_commit; /* the request to end it is on its way or has arrived; what becomes of it when nobody asks any more */
  uint32_t hidden;          /* committed, and not yet so for readers of the messages of these shards: markers come one by one */
  struct record *first, *last;
};
struct record {
  struct str bytes, key;
  uint64_t place;
  int64_t arrival_ms;
  uint32_t bucket, input; /* input: number of the input line, of events */
  enum topic topic;
  uint32_t partition;
  bool astray;                     /* an event in another partition than its key's */
  struct transaction *transaction; /* NULL: committed at once */
  struct record *next;             /* of the same transaction */
};
struct partition {
  struct record *records;
  uint32_t count;
  uint64_t next_place, start_place; /* start: trimmed up to here */
  uint32_t compacted;               /* checkpoint: records before it are there only if they are the latest of their bucket */
};
struct sim_log {
  struct partition partitions[TOPIC_COUNT][SHARDS_MOST];
  uint64_t epochs[SHARDS_MOST];
  struct transaction *open[OPEN_MOST], *hidden[OPEN_MOST];
  struct transaction **committed;
  uint32_t open_count, hidden_count, committed_count, transaction_count;
};

/* What one seat holds of the log: its transactional producer and its readers. */
struct writer {
  bool has_epoch, committing;
  uint64_t epoch;
  uint32_t polls, effect_polls, fence_polls;
  enum sim_fault plan; /* FAULT_COUNT: goes well */
  struct transaction *transaction;
  uint64_t journal_place;
  uint32_t events_at, inbox_at, journal_at, journal_end, checkpoint_at, checkpoint_end;
  uint64_t polled[256]; /* places of the last poll */
  uint32_t polled_count;
  struct buffer loan[4]; /* events, inbox, journal, checkpoint: bytes lent until the next call */
};

/* ---- the view ---- */

struct owner_record {
  struct str key, record;
  uint32_t bucket;
};
struct image {
  struct segment segment;
  bool tampered; /* since it was made anew: by somebody who is not giftd */
  uint32_t count;
  uint32_t marks[OWNERS_MOST]; /* of the keys: they are looked for again and again */
  struct owner_record owners[OWNERS_MOST];
};
struct queued_write {
  struct store_write write; /* its records are copies */
  uint32_t shard;
  uint64_t connection;
};
struct sim_segment {
  struct image now, backup, past[IMAGES_MOST];
  uint32_t past_count;
  bool has_backup;
};
struct connection {
  uint64_t id; /* 0: closed */
  struct queued_write queue[WRITES_QUEUED];
  uint32_t queued;
  uint64_t applied, answered;
  bool refused, broken;
  struct buffer loan;
};

/* ---- the world ---- */

/* BOOK_WRONG may be taken by no state that has counted: a limit of it counts something else than before. */
enum book_kind { BOOK_FIRST, BOOK_RAISED, BOOK_WRONG, BOOKS };
struct book {
  const struct rulebook *rulebook;
  const struct match_index *index;
  struct match_cache *cache;
};
#define SHELF_MOST 32u
struct keeper {
  struct terms_port port;
  struct terms_shelf shelf;
  struct terms items[SHELF_MOST];
  struct world *world;
  const struct book *book; /* that would run */
};
enum input_kind {
  KIND_SPEND,
  KIND_LOGIN,
  KIND_BILL,
  KIND_BOUND,
  KIND_CHECKIN,
  KIND_REVERSED,
  KIND_VIEWED,
  KIND_SNAPSHOT,
  KIND_TAGGED,
  KIND_RESULT, /* of what fulfils */
  KIND_COUNT
};
struct input {
  struct str line, customer;
  enum input_kind kind;
  int64_t time_ms, arrival_ms;
  int32_t day; /* of the event, since 2026-12-01 in the campaigns' zone */
  uint32_t number, customer_number, shard, device, phone;
  int64_t amount_minor, back_minor; /* back: of a reversal, how much; 0: all of it */
  uint32_t original;                /* of a reversal, a result: number of the input that it undoes or whose gift it is about, or NONE */
  bool again, failed;               /* of a result: about the gift that was issued anew; that it failed ... */
  bool of_owing;                    /* ... about that of the campaign "owing" */
  bool poison, wild;                /* wild: of a time far off the stream's */
};
/* Customers have slots: those of a history, and behind them those that probe what is left. */
#define CYCLE_DAY_A 8u /* the statement days that are told */
#define CYCLE_DAY_B 22u
#define PROBE_CUSTOMER 1000u
#define PROBE_SLOT 40u
#define CUSTOMER_SLOTS 64u
static inline uint32_t customer_slot(uint32_t customer) {
  uint32_t slot = customer < PROBE_CUSTOMER ? customer : customer - PROBE_CUSTOMER + PROBE_SLOT;
  assert(slot < CUSTOMER_SLOTS);
  return slot;
}
/* Which tags an event of KIND_TAGGED sets, by its number: gold; gold and staff; none; plain; cleared. */
#define TAG_SETS 5u
static inline uint32_t input_tags(const struct input *input) { return input->number / 2 % TAG_SETS; }
enum seat_state { SEAT_NONE, SEAT_OWNER, SEAT_DRAINING, SEAT_ZOMBIE };
struct seat {
  struct world *world;
  uint32_t worker, shard;
  enum seat_state state;
  uint32_t life; /* a zombie's steps until it learns that it has lost the shard */
  bool dead;
  int64_t turn_ms;         /* of its last step that came a second or more behind the one before that is here: it reviewed pools */
  uint32_t reviews;        /* how many of them, since all has been quiet */
  int64_t sleeps_until_ms; /* what the ledger said: nothing to do before, unless something comes */
  struct ledger *ledger;
  void *ledger_memory, *shard_memory;
  struct writer writer;
  struct connection connection;
  const struct book *book; /* of world.books */
  struct keeper keepers[BOOKS];
};
struct worker {
  uint32_t stopped, down; /* steps until it goes on, is started again */
  int64_t skew_ms;
};
struct world {
  uint64_t seed, random, connections;
  bool story, faults;
  struct arena arena;
  uint16_t odds[FAULT_COUNT];
  uint64_t hits[FAULT_COUNT];
  uint32_t shards, workers, step;
  int64_t now_ms;
  struct sim_log log;
  struct sim_segment segments[SHARDS_MOST];
  struct queued_write late[LATE_MOST];
  uint32_t late_count;
  int64_t away_until_ms, read_only_until_ms, slow_until_ms;
  struct worker crew[WORKERS_MOST];
  struct seat seats[WORKERS_MOST][SHARDS_MOST];
  uint32_t owner[SHARDS_MOST]; /* the worker that should have it */
  struct input inputs[INPUT_MOST];
  uint32_t input_count, input_first_probe, customers;
  uint32_t publish[2 * INPUT_MOST]; /* input numbers in the order they are published */
  uint32_t publish_count, published;
  struct book books[BOOKS];
  bool swapped;
  bool arrivals;                               /* the log knows when a record came */
  uint8_t outcomes[SHARDS_MOST][RECORDS_MOST]; /* of each event: lines of its own, or IN_RANGE */
  uint8_t deciders[SHARDS_MOST][RECORDS_MOST]; /* of its own line: the rulebook, + 1; 0: it is a letter, or there is none */
  bool passed;                                 /* somebody had no room when he was looked at: whether he has hangs on when that is */
  bool full_otherwise;                         /* others were full than by the oracle: a prize of a rank comes between other events */
  bool full[CUSTOMER_SLOTS];                   /* a record of this customer was full, in what happened or by the oracle */
  struct ledger_settings ledger_settings;
  struct shard_settings shard_settings;
  struct ledger_counts counts; /* of all ledgers there were */
  struct shard_counts shard_counts;
  uint64_t ranks;         /* that were settled */
  uint64_t refused;       /* rulebooks that a state would not have */
  uint64_t pages, orders; /* records behind the first of an owner, once all is quiet; sets of events played in another order */
  char broken[640];       /* what promise was broken; empty: none */
};

/* sim_world.c */
void world_open(struct world *world, uint64_t seed, bool story);
void world_run(struct world *world);
uint64_t world_digest(const struct world *world);

/* sim_chance.c */
bool sim_hit(struct world *world, enum sim_fault fault);
uint64_t sim_random(struct world *world);
uint32_t sim_upto(struct world *world, uint32_t bound); /* 0 .. bound - 1 */
bool sim_chance(struct world *world, uint32_t of_10000);
void sim_tell(const struct world *world, const char *format, ...) PRINTF_LIKE(2, 3);
void sim_tell_seat(const struct seat *seat, const char *format, ...) PRINTF_LIKE(2, 3);
/* The first broken promise is kept. */
void sim_break(struct world *world, const char *format, ...) PRINTF_LIKE(2, 3);
/* A call of a port by this seat: false when its worker is dead, or dies now. */
bool seat_calls(struct seat *seat, const char *call);
enum status seat_fails(struct fault *fault, const char *text);
struct str sim_copy(struct world *world, struct str bytes);
/* Bytes that are lent until the next call of the same kind: a copy that will be overwritten. */
void loan_reset(struct buffer *loan);
struct str loan_copy(struct buffer *loan, struct str bytes);

/* sim_seat.c */
void seat_open(struct world *world, uint32_t worker, uint32_t shard);
void seat_close(struct seat *seat);
void seat_step(struct seat *seat);
/* What this worker had goes to others, if there are any; what it still does itself is a zombie's work. */
void worker_shunned(struct world *world, uint32_t worker);
/* The one that every seat is to have. */
const struct book *book_current(const struct world *world);

/* sim_terms.c */
void keepers_open(struct world *world, struct keeper *keepers);

/* sim_input.c */
void input_make(struct world *world);
void input_probe(struct world *world);
bool input_stands_still(const struct world *world); /* once, for longer than closes are kept without being asked for */
void input_publish(struct world *world, uint32_t number);

/* sim_log.c */
void sim_log_open(struct world *world);
struct ledger_log sim_log_port(struct seat *seat);
struct record *sim_log_append(struct world *world, enum topic topic, uint32_t partition, struct str bytes, struct transaction *transaction);
void writer_leave(struct seat *seat); /* closed or dead: what was under way is settled some time */
void sim_log_tick(struct world *world);
bool record_committed(const struct record *record);
uint64_t sim_log_end(const struct world *world, enum topic topic, uint32_t partition); /* behind the last committed record; 0: none */

/* sim_tell.c */
void transaction_tell(const struct world *world, const struct transaction *transaction);

/* sim_store.c */
void sim_store_open(struct world *world);
struct store_port sim_store_port(struct seat *seat);
void connection_leave(struct seat *seat);
void sim_store_tick(struct world *world);
void sim_store_heal(struct world *world); /* what was late never comes */
void sim_tamper(struct world *world);     /* sim_tamper.c */
const struct owner_record *image_find(const struct image *image, struct str key);
void image_remove(struct image *image, uint32_t at);
struct owner_record *image_place(struct image *image, struct str key); /* a new one has no key yet */

/* sim_oracle.c: the shard room alone on events in order, nothing lent, nothing failing */
struct oracle {
  struct buffer outputs[OUTPUT_COUNT];
  struct image view;
  uint64_t passed; /* customers who had no room for what is due when they were looked at */
  bool exact;      /* the other rulebook came where it came in what happened: not between an event and what was heard of it */
};
/* Whether all that happened must be as it has it. */
static inline bool oracle_is_all(const struct world *world, const struct oracle *oracle) {
  return world->shards == 1 && oracle->exact && !world->full_otherwise && !world->passed;
}
/* The events of one partition, under the rulebooks that decided them. */
void oracle_run(struct world *world, uint32_t shard, struct oracle *oracle);
/* These events of whatever partition, as if all had come at that time. */
void oracle_play(struct world *world, const struct record *records, uint32_t count, int64_t arrival_ms, struct oracle *oracle);

/* sim_check.c, sim_count.c, sim_fold.c, sim_heard.c, sim_family.c, sim_close.c, sim_rank.c, sim_pending.c, sim_clock.c, sim_undo.c,
 * sim_order.c */
void check_all(struct world *world);
void check_counts(struct world *world);
void check_folds(struct world *world, const struct oracle *oracles);
/* sim_effect.c, for that: */
bool page_is_further(struct str key);
bool equal_in_effect(const struct world *world, const struct image *expected, struct str key);
bool any_is_over(const struct world *world, const struct image *expected); /* a gift whose time is, which may be issued or not yet */
void check_heard(struct world *world, const struct oracle *oracles);
void check_families(struct world *world);
void check_figures(struct world *world);
int64_t cents_of(struct str text); /* "-12.50" */
void check_times(struct world *world);
void check_undone(struct world *world);
void check_orders(struct world *world);
/* The next line of a topic's committed records; false at the end. */
struct line_reader {
  const struct partition *partition;
  uint32_t at;
  struct str rest;
};
bool line_next(struct line_reader *reader, struct str *line);
/* Lines whose order is no promise. */
struct set {
  uint64_t count, sum; /* of hashes */
};
static inline void set_add(struct set *set, struct str text) {
  set->count++;
  set->sum += hash64(&HASH_KEY_FIXED, text);
}
static inline bool sets_equal(const struct set *a, const struct set *b) { return a->count == b->count && a->sum == b->sum; }
bool line_is_range(struct str line);
/* sim_close.c: whether a decision is of a period that closed; whether a gift is. What the oracle has of them, held against what there is.
 */
bool line_is_close(struct str line);
bool line_is_of_close(struct str line);
void check_closes(struct world *world, uint32_t shard, const struct oracle *oracle);
void check_frozen(struct world *world, uint32_t shard); /* sim_frozen.c: audiences of a day */
/* sim_rank.c: the same of the campaign "ranks", which has a zone of its own; and who must have won. */
bool line_is_of_rank(struct str line);
bool close_is_ranked(struct str id);
void check_ranks(struct world *world, const struct oracle *oracles);
/* sim_pending.c: of gifts that are issued later, in their turn, as closes are. */
bool line_is_of_pending(struct str line);
void check_pending(struct world *world);
/* What a pool of one shard alone has given by its record. */
void sim_pool_check(struct world *world, const char *name, int64_t given);
/* ---- sim_reserve.c: a reserve that is released ---- */
void check_reserve(struct world *world);
/* ---- sim_failed.c: gifts that could not be delivered ---- */
void check_failed(struct world *world);
/* The id of the gift of "failing" for that event; of the one that is issued anew in its place. */
struct str failing_id(struct world *world, const struct input *original, bool anew);
/* And of "owing", for a payment. */
struct str owing_id(struct world *world, const struct input *original);
/* ---- sim_owed.c: what is owed of gifts that may not have been delivered ---- */
void check_owed(struct world *world);
/* sim_queue.c: of gifts that wait for a pool, likewise. */
bool line_is_of_queue(struct str line);
void check_queue(struct world *world);
/* Under two rulebooks: whether a customer may be given of it, whether a record is of its pools and lines; and a decision without it. */
bool queue_has(const struct world *world, uint32_t customer);
bool key_is_of_queue(const struct world *world, struct str key);
struct str line_without_queue(const struct world *world, struct str line, char *out, size_t capacity);
uint8_t decider_of(const struct world *world, struct str digest); /* as in world.deciders */
/* Whether a line is about a customer whose record was full: what he had depends on what others had. */
bool of_full_customer(const struct world *world, struct str line);
/* Of "source_events":["sim/e17"] or "event":{"source":"sim","id":"e17", whatever stands before sim; NULL: of none there is. */
const struct input *input_of(const struct world *world, struct str line, const char *before);
/* Of a decision that a reversal of all of its original was judged, by its own customer, who is not full: the reversal; else NULL. */
const struct input *whole_reversal_of(const struct world *world, struct str line);
#define OF_REWARD "sim/e"
#define OF_DECISION "sim\",\"id\":\"e"
int64_t number_of(struct str text);
uint32_t customer_of(struct str line); /* number of the subject */
struct str gate_of(struct str line);   /* of a decision; empty: none */
/* The text behind "name": in a line, up to the next quote or comma; empty when it is not there. */
struct str line_field(struct str line, const char *name);

/* sim_range.c: ranges of events that nobody hears. The next one of a shard, the open one in its state last; false: there are no more. */
struct range_reader {
  struct line_reader lines;
  char memory[512];
  bool opened, all;
};
bool range_next(const struct world *world, uint32_t shard, struct range_reader *reader, struct unheard_range *out);
/* Behind the lines of a shard: what its ranges say, held against what has no line. */
#define IN_RANGE 255u
void check_ranges(struct world *world, uint32_t shard);

/* sim_book.c */
/* `reviewed`: beside a bank that reviews the gifts of balance.snapshot. */
void book_load(struct book *book, bool reviewed, enum book_kind kind);

#endif
