/* The ledger room: how a shard's gifts stay exact when the log is the truth (ARCHITECTURE.md, "Log first").
 *
 * A gift exists if and only if its record is committed in the log. The view is a copy of the log's states that carries its own position
 * inside it: it may be lost, emptied, rolled back or restored at any moment. The shard room decides and knows nothing of this; the ledger
 * stands behind its two ports and gives it lines, records and a place for its output.
 *
 *      fence -> find end -> epoch -> bring the view up -> run: step | seal -> commit -> write behind
 *        ^                          (redo, or rebuild)                 |
 *        +------------------------------ any doubt --------------------+
 *
 * Pure: no clock, socket or heap; what is foreign comes through `log` and `store`. One thread. The same calls give the same bytes: the
 * simulator (tests/sim) runs this very code.
 */
#ifndef GIFTD_LEDGER_H
#define GIFTD_LEDGER_H

#include "giftd/shard.h"

/* ---- the log: one shard's partitions ---- */

/* One committed record of the journal or of the checkpoint. The bytes are borrowed until the next read. */
struct log_record {
  struct str bytes;
  uint64_t place;  /* of the record in its partition (Kafka: its offset) */
  uint32_t bucket; /* checkpoint records: which bucket */
};

/* After any status but STATUS_OK the ledger calls `drop` and starts again with `fence`. STATUS_SERVICE: not reachable, outcome unknown,
 * fenced - try again; STATUS_STATE or STATUS_USAGE: a person must act (retention cut the journal, a topic has the wrong form). */
struct ledger_log {
  void *self;
  /* Shuts out every earlier writer of this shard, and waits until the last transaction of each is settled. Polled: *done tells. */
  enum status (*fence)(void *self, bool *done, struct fault *fault);
  /* Forgets the writer and whatever it had under way. Never fails. */
  void (*drop)(void *self);

  /* Committed records only, in order, up to the stable end as it was at the seek (*ended). place 0: the oldest there is. *count may be 0
   * before the end: nothing has arrived yet. */
  enum status (*journal_seek)(void *self, uint64_t place, struct fault *fault);
  enum status (*journal_read)(void *self, struct log_record *records, uint32_t capacity, uint32_t *count, bool *ended, struct fault *fault);
  enum status (*checkpoint_seek)(void *self, struct fault *fault);
  enum status (*checkpoint_read)(void *self, struct log_record *records, uint32_t capacity, uint32_t *count, bool *ended,
                                 struct fault *fault);

  /* Where a shard begins of which nobody ever decided anything; NONE_YET: at the oldest. Asked before its first epoch, whose record keeps
   * it: whoever takes over before the first line was decided begins there as well. May be NULL: at the oldest. */
  enum status (*input_first)(void *self, uint64_t *events, struct fault *fault);
  /* Further on than *events, if that is not there any more and a person has said that what lies between is passed over; else *events
   * stays. Asked before every later epoch, whose record keeps it. May be NULL. */
  enum status (*input_gap)(void *self, uint64_t *events, struct fault *fault);
  /* From where lines are taken next: the offset behind the last one that was decided; NONE_YET: from the oldest. */
  enum status (*input_seek)(void *self, uint64_t events, uint64_t inbox, struct fault *fault);
  /* Lines stay valid until the next poll of the same kind. *count 0: nothing now. Inbox lines are committed messages of shards. */
  enum status (*poll)(void *self, struct input_line *lines, uint32_t capacity, uint32_t *count, struct fault *fault);
  enum status (*poll_inbox)(void *self, struct input_line *lines, uint32_t capacity, uint32_t *count, struct fault *fault);

  struct str (*input_name)(void *self); /* of the events, for decisions and messages: topic/partition; may be NULL */
  /* A dead letter as `append` will want it, while line number `line` of the last poll is still lent: the letter and the record it is about
   * (key, value, headers, time), byte for byte. The form is the log's own. */
  enum status (*wrap_dead)(void *self, uint32_t line, struct str letter, struct buffer *out, struct fault *fault);

  /* One transaction. Bytes are copied. append: rewards one line a call (with its newline), decisions any number of whole lines, dead
   * letters as wrapped (or bare, a JSON object, about an event that another shard read), messages one a call. `which`: the shard a
   * message goes to. */
  enum status (*begin)(void *self, struct fault *fault);
  enum status (*append)(void *self, enum output output, uint32_t which, struct str bytes, struct fault *fault);
  enum status (*append_journal)(void *self, struct str bytes, struct fault *fault);
  enum status (*append_bucket)(void *self, uint32_t bucket, struct str bytes, struct fault *fault);
  /* commit_start hands everything on; commit_poll asks without waiting. *place: of the last journal record of the transaction. A status
   * other than OK means: aborted or not known; both are treated alike. */
  enum status (*commit_start)(void *self, struct fault *fault);
  enum status (*commit_poll)(void *self, bool *done, uint64_t *place, struct fault *fault);
  /* The journal before this place is not needed any more. A wish: it may be granted late or never. */
  enum status (*trim)(void *self, uint64_t place, struct fault *fault);
};
#define NONE_YET UINT64_MAX

/* ---- the group: which process has which shard ----
 *
 * Who provides a log provides the group beside it (Kafka: KIP-429 cooperative, KIP-62). Membership only says who should own a shard;
 * ownership is the fence of its log. */

enum group_what { GROUP_ASSIGNED, GROUP_REVOKED, GROUP_LOST }; /* LOST: another has it already; drop it, commit nothing */
struct group_change {
  uint32_t shard;
  enum group_what what;
};
/* A shard's log as one process has it, from open to close. */
struct group_shard {
  void *self;
  struct ledger_log log;
};
struct group_port {
  void *self;
  const char *log;  /* what it stands on, "kafka": a check of readiness has this name. Borrowed, like ... */
  const char *name; /* ... what the group is called */
  uint32_t shards;
  enum status (*join)(void *self, struct fault *fault);
  /* At most `capacity` changes since the last call; never waits. Any status but OK: this process can be no member any more. A shard that is
   * revoked goes to another only after given_up(shard) for all that were revoked at once. */
  enum status (*changes)(void *self, struct group_change *changes, uint32_t capacity, uint32_t *count, struct fault *fault);
  void (*given_up)(void *self, uint32_t shard);
  /* Whether the group counts this process in, with shards or without; false again after a session that ran out, and when leaving is done.
   */
  bool (*member)(void *self);
  /* Leaves: everything that is held is revoked (as changes). Serve the group until `member` is false. */
  void (*leave)(void *self);
  /* Until anything may have come (input, commit, group) or the time is over. */
  void (*wait)(void *self, int timeout_ms);
  enum status (*shard_open)(void *self, uint32_t shard, struct group_shard *out, struct fault *fault);
  void (*shard_close)(void *self, struct group_shard *shard); /* aborts what is open */
  /* How far a shard has committed; for lag tools only, never waits. */
  void (*report)(void *self, struct group_shard *shard, uint64_t events_next);
  int64_t (*lag)(void *self, const struct group_shard *shard); /* events not polled yet, as last heard; -1: not known */
};

/* ---- the store: one shard's segment of the view ---- */

struct version {
  uint64_t epoch, count;
};
/* What a segment says of itself. mark: everything up to this journal record is in here. */
struct segment {
  bool exists;
  struct version version;
  uint64_t mark_sequence, mark_place; /* 0: nothing, or a rebuild was under way */
  uint32_t shards, buckets;           /* it was made for so many; other numbers: STATUS_STATE */
  uint64_t secret;                    /* digest of the id key */
};
struct store_record {
  struct str key, record;
  uint32_t bucket;
};
struct store_write {
  struct version expect, next;
  bool create;   /* whatever stands there: empty the segment and set it (rebuild) */
  bool set_mark; /* mark_sequence and mark_place below */
  uint64_t mark_sequence, mark_place;
  uint64_t events_next, inbox_next; /* with set_mark: positions for readers of the view */
  uint32_t shards, buckets;
  uint64_t secret;
  const struct store_record *records; /* copied during the call */
  uint32_t count;
};

/* One connection, in order. `refused`: the version was not the expected one - another owner, or the store lost or restored something.
 * Every status but OK is doubt: the ledger drops the connection and takes over anew. */
/* STATUS_STATE of `answers`, `load` and `buckets`: a key there is not what giftd writes. */
struct store_port {
  void *self;
  void (*drop)(void *self);
  enum status (*look)(void *self, struct segment *out, struct fault *fault);
  /* One scripted call: checks the version, sets the next. Sent without waiting; answers are counted by `answers`. */
  enum status (*write)(void *self, const struct store_write *write, struct fault *fault);
  /* How many writes since `look` were answered; wait: until all are. */
  enum status (*answers)(void *self, bool wait, uint64_t *answered, bool *refused, struct fault *fault);
  /* Records of owners with the version read after them, in one round trip; count 0: the version alone. Absent: empty. Borrowed until the
   * next call. */
  enum status (*load)(void *self, struct version expect, const struct store_record *keys, uint32_t count, struct str *records,
                      bool *refused, struct fault *fault);
  /* All owners of some buckets, the same way, bucket by bucket in the order they are asked in. *found at most `capacity`, else
   * STATUS_LIMIT. */
  enum status (*buckets)(void *self, struct version expect, const uint32_t *buckets, uint32_t count, struct store_record *records,
                         uint32_t capacity, uint32_t *found, bool *refused, struct fault *fault);
};

/* ---- the ledger ---- */

struct ledger_settings {
  uint32_t shard, shards; /* this one, of how many; the partition and number of partitions of the input */
  uint32_t buckets;       /* owners of a shard are hashed into so many; fixed for the life of the topics. Behind them is one of tallies */
  uint32_t batch_events;  /* seal a batch after so many lines ... */
  int64_t batch_ms;       /* ... or so long after its first */
  int64_t checkpoint_ms;  /* every bucket is rewritten within this time */
  int64_t retry_ms;       /* between two attempts to take over */
  uint64_t pending_bytes; /* memory for states that are not in the view yet, and for output that waits for its commit */
  struct hash_key id_key;
};

enum ledger_stage {
  LEDGER_FENCING,
  LEDGER_LOOKING,    /* what the view says of itself */
  LEDGER_READING,    /* the journal, to its stable end */
  LEDGER_EPOCH,      /* commits the record that makes this epoch this one's */
  LEDGER_REDOING,    /* from the mark to the end */
  LEDGER_REBUILDING, /* from buckets and journal */
  LEDGER_RUNNING,
  LEDGER_WAITING, /* after doubt: until the next attempt */
  LEDGER_STOPPED,
  LEDGER_PROVING = LEDGER_STOPPED + 2, /* whether the view has the tallies that the journal ends with. Between: giftd_shard_stage, closed */
  LEDGER_STAGE_COUNT
};

struct ledger_counts {
  uint64_t commits, aborts, takeovers, redone, rebuilds, rebuilt_owners, checkpointed_buckets, claims;
  uint64_t view_writes, view_refused, view_damaged; /* damaged: it was not what it must be */
  int64_t takeover_ms, rebuild_ms, commit_ms;       /* how long the last one took */
};

/* Of what can be summed: how long the last ones took stays as it is. */
void ledger_counts_add(struct ledger_counts *sum, const struct ledger_counts *more);

struct ledger;

size_t ledger_memory(const struct ledger_settings *settings);
#ifdef GIFTD_SMALL /* the simulator opens a million ledgers with small states */
#define LEDGER_PENDING_LEAST (208u * 1024u)
#else
#define LEDGER_PENDING_LEAST (40u * 1024u * 1024u)
#endif
/* `memory` holds ledger_memory(settings) bytes, zeroed or not; `shard_memory` holds shard_memory(shard settings) bytes: the ledger makes
 * the shard there whenever it has taken over, and drops it at any doubt. Both outlive the ledger. shard->shard and ->shards are set here.
 */
enum status ledger_open(void *memory, const struct ledger_settings *settings, const struct shard_settings *shard, void *shard_memory,
                        const struct rulebook *rulebook, const struct match_index *index, struct match_cache *cache,
                        const struct ledger_log *log, const struct store_port *store, struct ledger **out, struct fault *fault) MUST_USE;
/* Whether another rulebook may be taken, as `terms` says, who knows it (shard.h). Nothing changes; while nobody owns the shard here it may.
 */
enum status ledger_admits(struct ledger *ledger, const struct terms_port *terms, struct fault *fault) MUST_USE;
/* `terms` is asked from then on, with a rulebook that ledger_swap brings. */
void ledger_terms(struct ledger *ledger, const struct terms_port *terms);
/* Another rulebook from the next event on. */
void ledger_swap(struct ledger *ledger, const struct rulebook *rulebook, const struct match_index *index, struct match_cache *cache);
/* One slice of work, never longer than a few milliseconds unless a port takes longer. *busy: call again at once; else there is nothing to
 * do before *wake_ms (absolute, of now_ms's clock) or before input, answer or commit arrives. Doubt is handled inside (`fault` has its
 * text, *doubted tells); any status but OK is for a person and ends the shard. now_ms: wall clock; only ever compared with itself. */
enum status ledger_step(struct ledger *ledger, int64_t now_ms, bool *busy, int64_t *wake_ms, bool *doubted, struct fault *fault) MUST_USE;
/* No further events; what was decided is sealed, committed and written behind; then LEDGER_STOPPED. */
void ledger_drain(struct ledger *ledger);
enum ledger_stage ledger_stage(const struct ledger *ledger);
const struct ledger_counts *ledger_counts(const struct ledger *ledger);
const struct shard_counts *ledger_shard_counts(const struct ledger *ledger); /* since ledger_open, over all takeovers */
uint64_t ledger_heard_waiting(const struct ledger *ledger);                  /* shard_heard_waiting(); 0 while the shard is not there yet */
struct shard_ranks ledger_ranks(const struct ledger *ledger);                /* shard_ranks(); nothing while the shard is not there yet */
struct shard_walk ledger_walk(const struct ledger *ledger);                  /* shard_walk(); nothing while the shard is not there yet */
const struct at_hand *ledger_at_hand(const struct ledger *ledger);           /* of its shard; NULL: nothing is decided */
int64_t ledger_clock(const struct ledger *ledger);                           /* the stream's own time, or TIME_NONE */
/* Offsets behind what is committed, for lag tools. */
uint64_t ledger_events_next(const struct ledger *ledger);
uint64_t ledger_inbox_next(const struct ledger *ledger);
bool ledger_quiet(const struct ledger *ledger); /* running, nothing waits: no input, no commit, no write, no claim */

#endif
