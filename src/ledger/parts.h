/* What the files of the ledger share. Private to the room.
 *
 *   ledger.c      open, step, drain, doubt: which stage does what
 *   takeover.c    fence, look, read, epoch, redo, rebuild
 *   batch.c       the ports behind which the shard room works; seal and commit
 *   view.c        loads, and states on their way to the view
 *   proven.c      reads of the view, held against what it must hold       proof.c  checks, tallies and their root
 *   checkpoint.c  buckets that ride in a batch's transaction
 *   pending.c     states that the view lacks        redo.c  bytes of journal and checkpoint
 */
#ifndef GIFTD_LEDGER_PARTS_H
#define GIFTD_LEDGER_PARTS_H

#include <assert.h>

#include "giftd/ledger.h"
#include "pending.h"
#include "proof.h"
#include "redo.h"

#ifdef GIFTD_SMALL /* the simulator's: bounds that are met often */
#define WRITE_RECORDS 4u
#define MARKS_MOST 8u
#define HISTORY_RECORDS 5u
#define STAGED_MOST 6u
#define STAGED_SLOTS 16u
#define BUCKET_OWNERS 1024u
#define OUTPUT_BYTES (LINE_ROOM + 6000u)
#define EVENT_STATES (LEDGER_PENDING_LEAST / 4u)
#else
#define WRITE_RECORDS 500u /* of one write to the view */
#define MARKS_MOST 1024u   /* committed batches whose states are not in the view yet */
#define HISTORY_RECORDS 64u
#define STAGED_MOST 2048u /* records that were asked for ahead */
#define STAGED_SLOTS 4096u
#define BUCKET_OWNERS 8192u
#define OUTPUT_BYTES (48u * 1024u * 1024u) /* framed output of one batch */
#define EVENT_STATES (20u * 1024u * 1024u) /* what one event may change: the largest customer, ten thousand pools */
#endif
#define LINE_ROOM (28u * 1024u * 1024u) /* what one line may add to it at most: a decision, rewards of 16 MiB, claims; or a dead letter */
#define WRITE_BYTES (1024u * 1024u)
#define WRITES_MOST 4u /* under way at a time */
#define STAGED_BYTES (8u * 1024u * 1024u)
#define BUCKETS_A_BATCH 32u
#define TALLY_STATE 80u  /* bytes of a tally among the pending states, at most: a batch may change those of all buckets */
#define BUCKET_PARTS 64u /* records of one bucket */

/* Decided and not yet committed. */
struct batch {
  struct buffer outputs; /* frames: output 1, which 4, length 4, bytes */
  uint64_t sequence;
  uint64_t from, to; /* positions in `pending` */
  uint64_t events_next, inbox_next;
  int64_t opened_ms, sealed_ms;
  uint64_t lines, letters;    /* lines taken; bytes of dead letters, of which the log may hold the records */
  bool stirred;               /* something happened that is worth a commit */
  struct shard_counts counts; /* of the shard up to its end */
};

/* A committed batch whose states are on their way to the view. */
struct mark {
  uint64_t to; /* position in `pending` behind its states */
  uint64_t sequence, place, events_next, inbox_next;
};

/* What the journal's end says. */
struct past {
  bool any;
  uint64_t epoch, sequence, place, events_next, inbox_next;
  bool tallied; /* its tallies are in the log; their root: */
  uint64_t root;
};

struct staged {
  struct str key, record;
  bool taken;
};

struct ledger {
  struct ledger_settings settings;
  struct shard_settings shard_settings;
  const struct rulebook *rulebook;
  const struct match_index *index;
  struct match_cache *cache;
  struct ledger_log log;
  struct store_port store;
  uint64_t secret;
  enum ledger_stage stage;
  struct ledger_counts counts;
  struct shard_counts before, committed, all; /* of shards that were dropped; of this one; their sum */
  void *shard_memory;
  struct shard *shard; /* while running */
  bool draining;
  uint32_t amiss; /* faults for a person that were not told yet; forgiven one by one */
  int64_t now_ms, retry_at_ms, review_at_ms, began_ms;
  int64_t sound_since_ms; /* runs without a fault */

  /* takeover */
  struct segment seen;
  bool usable;      /* the view can be brought up by redo alone */
  bool distrusted;  /* it was found damaged, and must be built anew */
  bool seek_done;   /* of this stage */
  struct past past; /* the end of the journal; from the epoch's record on, its own */
  uint64_t rebuild_place;
  bool buckets_surveyed, buckets_read, first_checked;
  uint32_t prove_next;      /* bucket whose tally is read next */
  uint64_t *bucket_places;  /* of the latest checkpoint of each bucket, + 1; 0: none */
  uint64_t *bucket_batches; /* which batch that one is of: parts of older ones are passed over */
  struct log_record history[HISTORY_RECORDS];
  uint32_t history_count, history_at;
  bool history_ended;

  /* batches */
  struct batch batches[2];
  struct batch *open, *flying; /* flying: NULL when no commit is under way */
  struct pending pending;
  uint64_t committed_to; /* position in `pending`: states before it are committed */
  struct buffer part;    /* a record of journal or checkpoint being written */

  /* view */
  struct proof proof;
  uint64_t forgotten_to;         /* position in `pending`: states before it may be of buckets that were known once */
  struct version version;        /* of the last write sent */
  struct mark marks[MARKS_MOST]; /* a ring */
  uint32_t marks_first, marks_count;
  uint64_t writes_sent, writes_answered, writes_to[WRITES_MOST];
  uint64_t written_to; /* position in `pending`: states before it were sent to the view */
  struct mark last_mark;
  int64_t wrote_ms;
  struct store_record write_records[WRITE_RECORDS];
  uint64_t write_bytes;
  uint32_t write_count;
  struct buffer write_copies; /* during redo: bytes that must outlive the history's loan */
  struct staged staged[STAGED_MOST];
  uint32_t staged_count;
  uint16_t staged_slots[STAGED_SLOTS]; /* by hash of the key: number in staged, + 1 */
  struct buffer staged_bytes;
  struct store_record load_keys[STAGED_MOST];
  struct str load_records[STAGED_MOST];
  char tally_keys[STAGED_MOST][TALLY_KEY_BYTES];

  /* checkpoint */
  uint32_t bucket_next;
  int64_t bucket_ms;    /* buckets up to now are paid for */
  uint64_t round_place; /* journal place when this round of buckets began */
  struct store_record bucket_records[BUCKET_OWNERS];
  uint64_t bucket_checks[BUCKET_OWNERS];
  uint32_t customers_bucket; /* buckets before it have nobody behind the customer who was asked for; 0: not known */
  const struct pending_entry *bucket_entries[BUCKET_OWNERS];
};

/* takeover.c: one slice each; *busy: call again at once. */
enum status takeover_step(struct ledger *ledger, bool *busy, struct fault *fault);

/* batch.c */
struct log_port batch_log_port(struct ledger *ledger);
struct view_port batch_view_port(struct ledger *ledger);
void batch_open(struct ledger *ledger, struct batch *batch);
bool batch_full(const struct ledger *ledger);
/* Seals the open batch and starts its commit; nothing may be flying. */
enum status batch_commit(struct ledger *ledger, struct fault *fault);
/* Asks for the commit under way. */
enum status batch_poll(struct ledger *ledger, bool *busy, struct fault *fault);
enum status journal_write(struct ledger *ledger, const struct batch *batch, struct fault *fault);

/* proven.c: all that is read from the view goes through here. STATUS_SERVICE: it is not what it must be.
 * Makes the buckets of some keys known; one of many may be forgotten again at once, where memory ends. */
enum status view_learn(struct ledger *ledger, const struct store_record *keys, uint32_t count, struct fault *fault) MUST_USE;
bool view_knows(const struct ledger *ledger, const struct store_record *key);
/* Whether it is known that the view has no such owner. */
bool view_lacks(const struct ledger *ledger, const struct store_record *key);
/* The records of load_keys, whose buckets are known, into load_records; count 0: only whether the view is still as this shard left it. */
enum status view_read(struct ledger *ledger, uint32_t count, struct fault *fault) MUST_USE;
/* A whole bucket into bucket_records. */
enum status view_bucket(struct ledger *ledger, uint32_t bucket, uint32_t *count, struct fault *fault) MUST_USE;
/* What was read is not what it must be: from now on nothing is believed, until the view is built anew. */
enum status view_damaged(struct ledger *ledger, struct fault *fault);
/* The open batch gives an owner another record. */
enum status proof_store(struct ledger *ledger, struct str key, struct str record, struct fault *fault) MUST_USE;
/* The open batch ends; for its tallies room was kept (TALLY_STATE). */
void proof_states(struct ledger *ledger);
/* The next piece of all tallies: read from the view, or made of what it has. */
enum status tallies_load(struct ledger *ledger, struct fault *fault) MUST_USE;
enum status tallies_make(struct ledger *ledger, struct fault *fault) MUST_USE;

/* view.c */
enum status view_load(struct ledger *ledger, struct str key, struct str *record, struct fault *fault);
/* Customers of a bucket or two, in order of bucket and key (shard.h, view_port.customers). */
enum status view_customers(struct ledger *ledger, struct str after, struct owner *out, uint32_t capacity, uint32_t *count, bool *ended,
                           struct fault *fault) MUST_USE;
enum status view_prefetch(struct ledger *ledger, const struct str *keys, uint32_t count, struct fault *fault);
/* Whether the view is still as this shard left it. */
enum status view_check(struct ledger *ledger, struct fault *fault);
/* Sends what is committed, takes answers, frees what the view holds. `all`: however little. */
enum status view_write_behind(struct ledger *ledger, bool all, bool *busy, struct fault *fault);
/* Sends the collected records with the next version. */
enum status view_send(struct ledger *ledger, const struct mark *mark, bool create, struct fault *fault);
enum status view_answers(struct ledger *ledger, bool wait, struct fault *fault);
bool view_settled(const struct ledger *ledger);
enum status view_refused(struct fault *fault);

/* checkpoint.c: appends the buckets that are due to the open transaction. */
enum status checkpoint_write(struct ledger *ledger, const struct batch *batch, struct fault *fault);
/* The batch that carried them is committed. */
enum status checkpoint_committed(struct ledger *ledger, struct fault *fault);
void checkpoint_begin(struct ledger *ledger);

/* The head of a journal or checkpoint record of this shard. */
struct redo_head redo_head_of(const struct ledger *ledger, enum redo_kind kind, uint64_t sequence);
/* STATUS_STATE when the record is another shard's, another giftd's. */
enum status redo_head_check(const struct ledger *ledger, const struct redo_head *head, struct fault *fault);

#endif
