/* Checks, tallies and the root; proof.h has the picture. The table of checks is open addressing, doubled in place: an entry says by its
 * highest bit whether it has found its place since the last doubling. */
#include "proof.h"

#include <assert.h>

#include "giftd/base/bytes.h"

#ifdef GIFTD_SMALL /* the simulator's: doubled and forgotten often */
#define SLOTS_LEAST 16u
#define SLOTS_MOST 4096u
#define KNOWN_MOST 512u
#else
#define SLOTS_LEAST 4096u
#define SLOTS_MOST (4u * 1024u * 1024u) /* 64 MiB of address space; what is not used is not touched */
#define KNOWN_MOST (SLOTS_MOST / 4u * 3u)
#endif
#define TURN (UINT64_C(1) << 63)
enum { FLAG_KNOWN = 1, FLAG_TOUCHED = 2 };

static size_t rounded(size_t bytes) { return (bytes + 63) / 64 * 64; }

size_t proof_memory(uint32_t buckets) {
  return 64 + rounded(buckets * sizeof(struct tally)) + rounded(buckets * sizeof(uint32_t)) + rounded(buckets) +
         SLOTS_MOST * sizeof(struct proof_entry);
}

void proof_init(struct proof *proof, void *memory, uint32_t buckets, const struct hash_key *secret, uint32_t shard) {
  unsigned char *at = memory;
  at += (64 - (uintptr_t)at % 64) % 64;
  *proof = (struct proof){.tallies = (void *)at, .buckets = buckets};
  proof->touched = (void *)(at += rounded(buckets * sizeof(struct tally)));
  proof->flags = at += rounded(buckets * sizeof(uint32_t));
  proof->slots = (void *)(at + rounded(buckets));
  proof->key = (struct hash_key){hash64(secret, STR("giftd view")), hash64_pair(secret, shard, buckets)};
  proof_clear(proof);
}

static void slots_clear(struct proof *proof) {
  proof->mask = SLOTS_LEAST - 1, proof->used = 0, proof->turn = 0;
  memset(proof->slots, 0, SLOTS_LEAST * sizeof *proof->slots);
}

void proof_clear(struct proof *proof) {
  slots_clear(proof);
  memset(proof->tallies, 0, proof->buckets * sizeof *proof->tallies);
  memset(proof->flags, 0, proof->buckets);
  proof->touched_count = 0;
  proof->root = 0;
}

uint64_t proof_check(const struct proof *proof, struct str key, struct str record) {
  if (record.length == 0) return 0;
  struct hash_key of_owner = {proof->key.k0, hash64(&proof->key, key)};
  uint64_t check = hash64(&of_owner, record);
  return check == 0 ? 1 : check;
}

/* ---- the table ---- */

static uint64_t name_of(const struct proof *proof, struct str key) { return hash64(&proof->key, key) & ~TURN; }

static uint64_t home_of(const struct proof *proof, uint64_t name) { return name & proof->mask & ~TURN; }

/* Where an owner is, or the free place where he would be. */
static uint64_t slot_find(const struct proof *proof, uint64_t name) {
  uint64_t at = home_of(proof, name);
  while (proof->slots[at].check != 0 && (proof->slots[at].name & ~TURN) != name) at = (at + 1) & proof->mask;
  return at;
}

static bool has_moved(const struct proof *proof, uint64_t at) { return (proof->slots[at].name & TURN) == proof->turn; }

/* Puts an entry where it goes now; whoever stands there from before the doubling goes next. */
static void entry_move(struct proof *proof, struct proof_entry hand) {
  while (hand.check != 0) {
    uint64_t at = home_of(proof, hand.name);
    while (proof->slots[at].check != 0 && has_moved(proof, at)) at = (at + 1) & proof->mask;
    struct proof_entry there = proof->slots[at];
    proof->slots[at] = (struct proof_entry){(hand.name & ~TURN) | proof->turn, hand.check};
    hand = there;
  }
}

static void slots_double(struct proof *proof) {
  uint64_t count = proof->mask + 1;
  assert(2 * count <= SLOTS_MOST);
  memset(proof->slots + count, 0, count * sizeof *proof->slots);
  proof->mask = 2 * count - 1;
  proof->turn ^= TURN;
  for (uint64_t i = 0; i < count; i++) {
    struct proof_entry hand = proof->slots[i];
    if (hand.check == 0 || has_moved(proof, i)) continue;
    proof->slots[i].check = 0;
    entry_move(proof, hand);
  }
}

/* Closes the gap behind a freed slot (Knuth 6.4, algorithm R). */
static void slot_free(struct proof *proof, uint64_t gap) {
  uint64_t mask = proof->mask;
  for (uint64_t next = (gap + 1) & mask; proof->slots[next].check != 0; next = (next + 1) & mask) {
    uint64_t home = home_of(proof, proof->slots[next].name);
    if (((next - home) & mask) < ((next - gap) & mask)) continue;
    proof->slots[gap] = proof->slots[next];
    gap = next;
  }
  proof->slots[gap].check = 0;
  proof->used--;
}

bool proof_room(struct proof *proof, uint64_t owners) {
  bool full = proof->used > 0 && proof->used + owners > KNOWN_MOST;
  assert(owners <= SLOTS_MOST / 4u * 3u);
  if (full) {
    slots_clear(proof);
    for (uint32_t i = 0; i < proof->buckets; i++) proof->flags[i] &= (uint8_t)~FLAG_KNOWN;
  }
  while (proof->used + owners > (proof->mask + 1) / 4u * 3u) slots_double(proof);
  return full;
}

void proof_learn(struct proof *proof, struct str key, uint64_t check) {
  uint64_t name = name_of(proof, key), at = slot_find(proof, name);
  assert(check != 0 && proof->used < proof->mask); /* there was room */
  proof->used += proof->slots[at].check == 0;
  proof->slots[at] = (struct proof_entry){name | proof->turn, check};
}

uint64_t proof_of(const struct proof *proof, struct str key) { return proof->slots[slot_find(proof, name_of(proof, key))].check; }

/* ---- buckets ---- */

bool proof_known(const struct proof *proof, uint32_t bucket) { return (proof->flags[bucket] & FLAG_KNOWN) != 0; }

void proof_learned(struct proof *proof, uint32_t bucket) { proof->flags[bucket] |= FLAG_KNOWN; }

bool proof_fits(const struct proof *proof, uint32_t bucket, const struct tally *found) {
  const struct tally *tally = &proof->tallies[bucket];
  return tally->owners == found->owners && tally->sum == found->sum;
}

static uint64_t mixed(const struct proof *proof, uint32_t bucket) {
  const struct tally *tally = &proof->tallies[bucket];
  return tally->owners == 0 ? 0 : hash64_pair(&proof->key, (uint64_t)bucket << 32 | tally->owners, tally->sum);
}

static void touch(struct proof *proof, uint32_t bucket) {
  if ((proof->flags[bucket] & FLAG_TOUCHED) != 0) return;
  assert(bucket < proof->buckets && proof->touched_count < proof->buckets);
  proof->flags[bucket] |= FLAG_TOUCHED;
  proof->touched[proof->touched_count++] = bucket;
  proof->root -= mixed(proof, bucket);
}

void proof_change(struct proof *proof, struct str key, uint32_t bucket, uint64_t check) {
  uint64_t name = name_of(proof, key), at = slot_find(proof, name), before = proof->slots[at].check;
  assert(proof_known(proof, bucket));
  if (before == check) return;
  touch(proof, bucket);
  struct tally *tally = &proof->tallies[bucket];
  tally->owners += (uint64_t)(check != 0) - (uint64_t)(before != 0);
  tally->sum += check - before;
  if (check != 0)
    proof_learn(proof, key, check);
  else
    slot_free(proof, at);
}

void proof_close(struct proof *proof) {
  for (uint32_t i = 0; i < proof->touched_count; i++) {
    proof->flags[proof->touched[i]] &= (uint8_t)~FLAG_TOUCHED;
    proof->root += mixed(proof, proof->touched[i]);
  }
}

/* ---- tallies as states ---- */

struct str tally_key(uint32_t bucket, char out[TALLY_KEY_BYTES]) {
  out[0] = 's';
  for (unsigned i = 0; i < 4; i++) out[1 + i] = (char)(unsigned char)(bucket >> (24 - 8 * i));
  return (struct str){out, TALLY_KEY_BYTES};
}

bool key_is_tally(struct str key) { return key.length == TALLY_KEY_BYTES && key.at[0] == 's'; }

struct str tally_write(const struct tally *tally, char out[TALLY_BYTES]) {
  struct writer w = {(unsigned char *)out, (unsigned char *)out + TALLY_BYTES, false};
  if (tally->owners == 0) return (struct str){NULL, 0};
  put_varint(&w, tally->owners);
  put_varint(&w, tally->sum);
  assert(!w.full);
  return (struct str){out, (size_t)(w.at - (unsigned char *)out)};
}

bool tally_read(struct str record, struct tally *out) {
  struct reader r = {(const unsigned char *)record.at, (const unsigned char *)record.at + record.length, false};
  *out = (struct tally){0};
  if (record.length == 0) return true;
  out->owners = get_varint(&r);
  out->sum = get_varint(&r);
  return !r.bad && r.at == r.end && out->owners > 0;
}

void proof_tally(struct proof *proof, uint32_t bucket, const struct tally *tally) {
  assert(bucket < proof->buckets && (proof->flags[bucket] & FLAG_TOUCHED) == 0);
  proof->root -= mixed(proof, bucket);
  proof->tallies[bucket] = *tally;
  proof->root += mixed(proof, bucket);
}

void proof_tally_anew(struct proof *proof, uint32_t bucket, const struct tally *tally) {
  touch(proof, bucket);
  proof->tallies[bucket] = *tally;
}
