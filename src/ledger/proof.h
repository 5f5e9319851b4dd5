/* What the view must hold, so that nothing it says is believed unseen: of every bucket a tally - how many owners, and the sum of the checks
 * of their records - and, of buckets that were looked at since, the check of each owner.
 *
 *   log (root, tallies) --> tally of a bucket --> check of an owner --> his record, or that there is none
 *         at a take-over    when it is first asked    at every load
 *
 * A check is a keyed hash of the owner's key and record: what was changed, is another owner's or another giftd's has another one. The sum
 * finds what was lost or added, and with the check of each owner what is older. Tallies are states like any other (keys "s" and the
 * bucket's number): they are journalled with the batch that changes them, reach the view behind it and are in the checkpoint. The root is
 * the sum of all of them; each record of the journal says it, so tallies that the view lost or that are older are noticed as well.
 *
 * All of it is as decided, the open batch included. Memory: 16 bytes for each owner whose bucket was looked at; at the bound all that is
 * forgotten, and buckets are looked at again.
 */
#ifndef GIFTD_LEDGER_PROOF_H
#define GIFTD_LEDGER_PROOF_H

#include "giftd/base.h"

struct tally {
  uint64_t owners, sum;
};
struct proof_entry {
  uint64_t name, check; /* of the owner's key, the highest bit says in which turn; check 0: free */
};
struct proof {
  struct hash_key key;
  struct proof_entry *slots;
  uint64_t mask, used, turn;
  struct tally *tallies;
  uint8_t *flags;
  uint32_t *touched; /* buckets whose tally the open batch changes */
  uint32_t touched_count, buckets;
  uint64_t root; /* while buckets are touched without them */
};

size_t proof_memory(uint32_t buckets);
/* `secret` is what ids are keyed by: whoever does not know it can make no check. */
void proof_init(struct proof *proof, void *memory, uint32_t buckets, const struct hash_key *secret, uint32_t shard);
/* Knows nothing: no owner is anywhere. */
void proof_clear(struct proof *proof);

/* Of a record as it is; 0 of an empty one, which is no record. */
uint64_t proof_check(const struct proof *proof, struct str key, struct str record);
static inline void tally_add(struct tally *tally, uint64_t check) { tally->owners += check != 0, tally->sum += check; }

bool proof_known(const struct proof *proof, uint32_t bucket);
/* The check that an owner of a known bucket must have; 0: there is none. */
uint64_t proof_of(const struct proof *proof, struct str key);
/* Makes room for the owners of a bucket that is looked at; true: what was known of others is forgotten for it. */
bool proof_room(struct proof *proof, uint64_t owners);
/* An owner of a bucket that is looked at, and, when all are found as its tally says, that it is known. */
void proof_learn(struct proof *proof, struct str key, uint64_t check);
bool proof_fits(const struct proof *proof, uint32_t bucket, const struct tally *found);
void proof_learned(struct proof *proof, uint32_t bucket);
/* The open batch gives an owner of a known bucket another record, or none (check 0). There is room (proof_room, 1). */
void proof_change(struct proof *proof, struct str key, uint32_t bucket, uint64_t check);

/* ---- tallies as states ---- */

#define TALLY_KEY_BYTES 5u
#define TALLY_BYTES 24u
struct str tally_key(uint32_t bucket, char out[TALLY_KEY_BYTES]);
bool key_is_tally(struct str key);
struct str tally_write(const struct tally *tally, char out[TALLY_BYTES]);
/* Of an empty record: nobody is in the bucket. False: damaged. */
bool tally_read(struct str record, struct tally *out) MUST_USE;
/* As found in the log or the view, at a take-over. */
void proof_tally(struct proof *proof, uint32_t bucket, const struct tally *tally);
/* As found where no tallies were written yet: it goes out with the next batch. */
void proof_tally_anew(struct proof *proof, uint32_t bucket, const struct tally *tally);
/* Ends the batch: the root is whole; the buckets it touched are touched[0 .. touched_count - 1] until the next change. */
void proof_close(struct proof *proof);

#endif
