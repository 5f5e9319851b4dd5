/* Bytes of the journal and of the checkpoint: what a shard's log says about its past.
 *
 *   journal     'J' version | part, last | epoch | sequence | shard, shards, buckets, secret | events next, inbox next | rulebook 8 |
 *               tallied, root | states: key length 1, key, record length, record ...
 *   checkpoint  'K' version | epoch | sequence | place before | shard, shards, buckets, secret | ... | states ...
 *
 * Numbers are varints; `secret` is a digest of the id key. Physical: whole states, so that neither a new rulebook nor a new program can
 * change the past by replaying it (ARCHITECTURE.md, "Log first"). One batch is one journal record or several parts in one transaction; the
 * last part says so.
 */
#ifndef GIFTD_LEDGER_REDO_H
#define GIFTD_LEDGER_REDO_H

#include "giftd/base.h"

#define REDO_STATE_MOST (LIMIT_STATE_BYTES + 256u)
#ifdef GIFTD_SMALL /* the simulator's: its states are small, and records of several parts are met often */
#define REDO_BYTES 12000u
#else
#define REDO_BYTES (900u * 1024u) /* of one record: a broker's default message.max.bytes is 1 MiB */
_Static_assert(REDO_STATE_MOST * 2 < REDO_BYTES, "a part holds the largest state");
#endif

enum redo_kind { REDO_JOURNAL = 'J', REDO_CHECKPOINT = 'K' };

struct redo_head {
  enum redo_kind kind;
  uint64_t part; /* journal: from 0 */
  bool last;
  uint64_t epoch, sequence;
  uint64_t place; /* checkpoint: journal place at or before which nothing is needed for this bucket */
  uint64_t shard, shards, buckets, secret;
  uint64_t events_next, inbox_next; /* offsets, + 1; 0: none yet */
  uint64_t rulebook;
  bool tallied;  /* false: of a giftd that wrote no tallies (version 1) */
  uint64_t root; /* of all tallies behind this batch (proof.h) */
};

/* Writes the head into an empty buffer; states follow. */
void redo_open(struct buffer *out, const struct redo_head *head);
/* False: it does not fit, nothing was written; close this part and begin another. */
bool redo_put(struct buffer *out, struct str key, struct str record);

struct redo_reader {
  struct str rest;
};
/* STATUS_STATE: not giftd's, of a newer version, or damaged. */
enum status redo_read(struct str bytes, struct redo_head *head, struct redo_reader *reader, struct fault *fault) MUST_USE;
/* The next state; false at the end. `bad` is set when the bytes are damaged. Borrowed from the record. */
bool redo_next(struct redo_reader *reader, struct str *key, struct str *record, bool *bad);

#endif
