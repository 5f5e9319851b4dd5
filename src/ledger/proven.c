/* Reads of the view, held against what it must hold (proof.h) before anybody uses them: a bucket against its tally when it is first asked,
 * with what the view lacks laid over it; from then on each record against its owner's check. Who is in no known bucket is not asked for.
 *
 * What does not fit is doubt, and the view is built anew from the log. */
#include "parts.h"

#define BUCKETS_ASKED 64u /* in one round trip */

/* Safeguards of the ledger are switched off without this one behind them: it would notice what they let through. */
static bool unproven(void) {
  return MUTANT(NO_FENCE) || MUTANT(UNSTABLE_END) || MUTANT(EPOCH_REUSE) || MUTANT(KEEP_PIPELINED) || MUTANT(NO_VERSION_ON_WRITE) ||
         MUTANT(NO_VERSION_ON_LOAD) || MUTANT(MARK_EARLY) || MUTANT(FLUSH_UNCOMMITTED) || MUTANT(FORGET_PENDING) || MUTANT(TRIM_EARLY) ||
         MUTANT(CHECKPOINT_OUTSIDE) || MUTANT(BUCKET_WITHOUT_PENDING) || MUTANT(REBUILD_MARKED);
}

enum status view_damaged(struct ledger *ledger, struct fault *fault) {
  ledger->counts.view_damaged += !ledger->distrusted;
  ledger->distrusted = true;
  return fault_set(
      fault, STATUS_SERVICE,
      "the view lost or changed what shard %u wrote there: it is built anew from the log; whoever else writes to this Redis, or "
      "evicts from it, must be stopped (schemas/redis.md)",
      ledger->settings.shard);
}

/* ---- buckets ---- */

/* The latest state of an owner of this bucket that the view may lack. Whoever was changed was known: of a bucket that is not known there
 * are only those from before all was forgotten. */
static const struct pending_entry *pending_owner(struct ledger *ledger, uint32_t bucket, uint64_t *at) {
  if (!proof_known(&ledger->proof, bucket) && ledger->forgotten_to <= *at) return NULL;
  const struct pending_entry *entry;
  uint64_t end = proof_known(&ledger->proof, bucket) ? ledger->pending.head : ledger->forgotten_to;
  while ((entry = pending_next(&ledger->pending, at, end)) != NULL)
    if (entry->bucket == bucket && pending_is_latest(entry)) return entry;
  return NULL;
}

/* What the tally must say: of the view what is not superseded, and what supersedes it. The checks of the records stay in bucket_checks. */
static struct tally tally_found(struct ledger *ledger, uint32_t bucket, const struct store_record *records, uint32_t count) {
  struct tally found = {0};
  struct str latest;
  uint64_t at = ledger->pending.tail;
  for (uint32_t i = 0; i < count; i++) {
    bool own = pending_bucket(&ledger->pending, records[i].key) == bucket; /* who lies in another's is nobody's older record */
    bool old = own && pending_find(&ledger->pending, records[i].key, &latest);
    ledger->bucket_checks[i] = old ? 0 : proof_check(&ledger->proof, records[i].key, records[i].record);
    found.owners += !old, found.sum += ledger->bucket_checks[i]; /* nobody has an empty record: such a field is not giftd's */
  }
  for (const struct pending_entry *entry; (entry = pending_owner(ledger, bucket, &at)) != NULL;)
    tally_add(&found, proof_check(&ledger->proof, pending_key(entry), pending_record(entry)));
  return found;
}

static void bucket_learned(struct ledger *ledger, uint32_t bucket, const struct store_record *records, uint32_t count) {
  struct proof *proof = &ledger->proof;
  uint64_t at = ledger->pending.tail;
  if (proof_room(proof, proof->tallies[bucket].owners + count + 1)) ledger->forgotten_to = ledger->pending.head;
  for (uint32_t i = 0; i < count; i++)
    if (ledger->bucket_checks[i] != 0) proof_learn(proof, records[i].key, ledger->bucket_checks[i]);
  for (const struct pending_entry *entry; (entry = pending_owner(ledger, bucket, &at)) != NULL;)
    if (entry->record_length > 0) proof_learn(proof, pending_key(entry), proof_check(proof, pending_key(entry), pending_record(entry)));
  proof_learned(proof, bucket);
}

static enum status bucket_prove(struct ledger *ledger, uint32_t bucket, const struct store_record *records, uint32_t count,
                                struct fault *fault) {
  if (unproven()) return STATUS_OK;
  struct tally found = tally_found(ledger, bucket, records, count);
  if (!proof_fits(&ledger->proof, bucket, &found) && !MUTANT(TALLY_UNASKED)) return view_damaged(ledger, fault);
  if (!proof_known(&ledger->proof, bucket)) bucket_learned(ledger, bucket, records, count);
  return STATUS_OK;
}

/* More than a bucket can hold, where the tallies know of fewer, are not all giftd's. */
static bool fewer_are_known(const struct ledger *ledger, const uint32_t *buckets, uint32_t count) {
  uint64_t owners = 0;
  while (count > 0) owners += ledger->proof.tallies[buckets[--count]].owners;
  return owners <= BUCKET_OWNERS && ledger->prove_next == ledger->settings.buckets;
}

static enum status buckets_read(struct ledger *ledger, const uint32_t *buckets, uint32_t count, uint32_t *found, struct fault *fault) {
  const struct store_port *store = &ledger->store;
  bool refused = false;
  assert(count > 0);
  enum status status =
      store->buckets(store->self, ledger->version, buckets, count, ledger->bucket_records, BUCKET_OWNERS, found, &refused, fault);
  if (status == STATUS_STATE || (status == STATUS_LIMIT && fewer_are_known(ledger, buckets, count))) return view_damaged(ledger, fault);
  if (status == STATUS_LIMIT) fault->status = status = STATUS_USAGE; /* of the view; that of a record refuses an event */
  if (status != STATUS_OK) return status;
  return refused && !MUTANT(NO_VERSION_ON_LOAD) ? view_refused(fault) : STATUS_OK;
}

static enum status buckets_prove(struct ledger *ledger, const uint32_t *buckets, uint32_t count, struct fault *fault) {
  uint32_t found = 0, at = 0;
  enum status status = buckets_read(ledger, buckets, count, &found, fault);
  for (uint32_t i = 0; i < count && status == STATUS_OK; i++) {
    uint32_t first = at;
    while (at < found && ledger->bucket_records[at].bucket == buckets[i]) at++;
    status = bucket_prove(ledger, buckets[i], ledger->bucket_records + first, at - first, fault);
  }
  return status;
}

enum status view_bucket(struct ledger *ledger, uint32_t bucket, uint32_t *count, struct fault *fault) {
  enum status status = buckets_read(ledger, &bucket, 1, count, fault);
  return status == STATUS_OK ? bucket_prove(ledger, bucket, ledger->bucket_records, *count, fault) : status;
}

static bool is_among(const uint32_t *buckets, uint32_t count, uint32_t bucket) {
  while (count > 0 && buckets[count - 1] != bucket) count--;
  return count > 0;
}

enum status view_learn(struct ledger *ledger, const struct store_record *keys, uint32_t count, struct fault *fault) {
  uint32_t buckets[BUCKETS_ASKED], asked = 0;
  uint64_t owners = 0;
  enum status status = STATUS_OK;
  for (uint32_t i = 0; i < count && status == STATUS_OK && !unproven(); i++) {
    uint32_t bucket = keys[i].bucket;
    if (proof_known(&ledger->proof, bucket) || is_among(buckets, asked, bucket)) continue;
    uint64_t more = ledger->proof.tallies[bucket].owners;
    if (asked == BUCKETS_ASKED || (asked > 0 && owners + more > BUCKET_OWNERS / 2)) {
      status = buckets_prove(ledger, buckets, asked, fault);
      asked = 0, owners = 0;
    }
    buckets[asked++] = bucket, owners += more;
  }
  return status == STATUS_OK && asked > 0 ? buckets_prove(ledger, buckets, asked, fault) : status;
}

/* ---- records ---- */

bool view_lacks(const struct ledger *ledger, const struct store_record *key) {
  bool known = !unproven() && proof_known(&ledger->proof, key->bucket);
  return known && proof_of(&ledger->proof, key->key) == 0 && !MUTANT(CHECK_UNASKED);
}

bool view_knows(const struct ledger *ledger, const struct store_record *key) {
  return unproven() || proof_known(&ledger->proof, key->bucket);
}

enum status view_read(struct ledger *ledger, uint32_t count, struct fault *fault) {
  bool refused = false;
  enum status status =
      ledger->store.load(ledger->store.self, ledger->version, ledger->load_keys, count, ledger->load_records, &refused, fault);
  if (status == STATUS_STATE) return view_damaged(ledger, fault);
  if (status != STATUS_OK) return status;
  if (refused && !MUTANT(NO_VERSION_ON_LOAD)) return view_refused(fault);
  for (uint32_t i = 0; i < count && !unproven(); i++) {
    const struct store_record *key = &ledger->load_keys[i];
    assert(proof_known(&ledger->proof, key->bucket));
    bool fits = proof_check(&ledger->proof, key->key, ledger->load_records[i]) == proof_of(&ledger->proof, key->key);
    if (!fits && !MUTANT(CHECK_UNASKED)) return view_damaged(ledger, fault);
  }
  return STATUS_OK;
}

/* ---- changes ---- */

enum status proof_store(struct ledger *ledger, struct str key, struct str record, struct fault *fault) {
  struct store_record changed = {.key = key, .bucket = pending_bucket(&ledger->pending, key)};
  if (unproven()) return STATUS_OK;
  if (proof_room(&ledger->proof, 1)) ledger->forgotten_to = ledger->pending.head;
  enum status status = view_learn(ledger, &changed, 1, fault);
  if (status == STATUS_OK) proof_change(&ledger->proof, key, changed.bucket, proof_check(&ledger->proof, key, record));
  return status;
}

/* The tallies of the buckets that the batch changed are states of it. */
void proof_states(struct ledger *ledger) {
  struct proof *proof = &ledger->proof;
  char key[TALLY_KEY_BYTES], bytes[TALLY_BYTES];
  proof_close(proof);
  for (uint32_t i = 0; i < proof->touched_count; i++) {
    uint32_t bucket = proof->touched[i];
    pending_add(&ledger->pending, tally_key(bucket, key), tally_write(&proof->tallies[bucket], bytes), ledger->open->sequence);
  }
  proof->touched_count = 0;
  ledger->open->to = ledger->pending.head;
}

/* ---- tallies, at a take-over ---- */

static uint32_t tallies_due(const struct ledger *ledger, uint32_t most) {
  uint32_t left = ledger->settings.buckets - ledger->prove_next;
  return left < most ? left : most;
}

/* A piece of them, from the view. What cannot be read is no tally, and the root tells. */
enum status tallies_load(struct ledger *ledger, struct fault *fault) {
  uint32_t first = ledger->prove_next, count = tallies_due(ledger, STAGED_MOST);
  bool refused = false;
  for (uint32_t i = 0; i < count; i++)
    ledger->load_keys[i] = (struct store_record){.key = tally_key(first + i, ledger->tally_keys[i]), .bucket = ledger->settings.buckets};
  enum status status =
      ledger->store.load(ledger->store.self, ledger->version, ledger->load_keys, count, ledger->load_records, &refused, fault);
  if (status == STATUS_STATE) return view_damaged(ledger, fault);
  if (status == STATUS_OK && refused && !MUTANT(NO_VERSION_ON_LOAD)) status = view_refused(fault);
  for (uint32_t i = 0; i < count && status == STATUS_OK; i++) {
    struct tally tally;
    if (tally_read(ledger->load_records[i], &tally)) proof_tally(&ledger->proof, first + i, &tally);
  }
  ledger->prove_next += count;
  return status;
}

/* Of a log without tallies: of what was just built from it, and told with the first batch. */
enum status tallies_make(struct ledger *ledger, struct fault *fault) {
  uint32_t bucket = ledger->prove_next, found = 0;
  enum status status = buckets_read(ledger, &bucket, 1, &found, fault);
  if (status != STATUS_OK) return status;
  ledger->prove_next++;
  struct tally tally = tally_found(ledger, bucket, ledger->bucket_records, found);
  if (tally.owners > 0) proof_tally_anew(&ledger->proof, bucket, &tally);
  return STATUS_OK;
}
