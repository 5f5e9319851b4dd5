/* The checkpoint: buckets of owners, rewritten in turn, inside the transaction of the batch whose states they hold.
 *
 * A bucket is what the view has of it, overlaid with what the view lacks. Written outside the transaction a zombie's older one would
 * overwrite it; taken from the view alone it would miss what is on its way there. When all buckets were written once since some place of
 * the journal, the journal before that place is not needed any more. */
#include "parts.h"

#define GATHER_MS 1000

void checkpoint_begin(struct ledger *ledger) {
  ledger->bucket_ms = ledger->now_ms;
  ledger->bucket_next = 0;
  ledger->round_place = ledger->past.place;
}

/* How many buckets are due by now. Time that jumps is not made up for. */
static uint32_t buckets_due(struct ledger *ledger) {
  int64_t passed = ledger->now_ms - ledger->bucket_ms;
  if (passed < 0 || passed > ledger->settings.checkpoint_ms) passed = 0, ledger->bucket_ms = ledger->now_ms;
  int64_t due = passed * (int64_t)ledger->settings.buckets / ledger->settings.checkpoint_ms;
  if (due < BUCKETS_A_BATCH && passed < GATHER_MS && passed < ledger->settings.checkpoint_ms / 8)
    return 0; /* looking through what is pending costs the same for one and for many */
  if (due > BUCKETS_A_BATCH) due = BUCKETS_A_BATCH;
  if (due > (int64_t)ledger->settings.buckets - ledger->bucket_next) due = (int64_t)ledger->settings.buckets - ledger->bucket_next;
  if (due <= 0) return 0;
  ledger->bucket_ms += due * ledger->settings.checkpoint_ms / (int64_t)ledger->settings.buckets;
  return (uint32_t)due;
}

/* The latest states of these buckets that the view may lack, as decided up to this batch. */
static uint32_t entries_gather(struct ledger *ledger, uint32_t first, uint32_t count, uint64_t end) {
  uint32_t found = 0;
  uint64_t at = ledger->pending.tail;
  if (MUTANT(BUCKET_WITHOUT_PENDING)) return 0;
  for (const struct pending_entry *entry; (entry = pending_next(&ledger->pending, &at, end)) != NULL;) {
    if (entry->bucket < first || entry->bucket >= first + count || !pending_is_latest(entry)) continue;
    if (found == BUCKET_OWNERS) return UINT32_MAX;
    ledger->bucket_entries[found++] = entry;
  }
  return found;
}

static enum status bucket_part(struct ledger *ledger, uint32_t bucket, struct redo_head *head, struct fault *fault) {
  if (head->part >= BUCKET_PARTS)
    return fault_set(fault, STATUS_LIMIT, "bucket %u of the checkpoint has more than %u MiB; make the topics anew with more view.buckets",
                     bucket, BUCKET_PARTS * REDO_BYTES >> 20);
  uint32_t number = bucket * BUCKET_PARTS + (uint32_t)head->part++;
  return ledger->log.append_bucket(ledger->log.self, number, buffer_text(&ledger->part), fault);
}

static enum status state_put(struct ledger *ledger, uint32_t bucket, struct redo_head *head, struct str key, struct str record,
                             struct fault *fault) {
  if (redo_put(&ledger->part, key, record)) return STATUS_OK;
  enum status status = bucket_part(ledger, bucket, head, fault);
  redo_open(&ledger->part, head);
  bool put = redo_put(&ledger->part, key, record);
  assert(put);
  (void)put;
  return status;
}

static enum status tally_put(struct ledger *ledger, uint32_t bucket, struct redo_head *head, struct fault *fault) {
  char key[TALLY_KEY_BYTES], bytes[TALLY_BYTES];
  if (ledger->proof.tallies[bucket].owners == 0) return STATUS_OK;
  return state_put(ledger, bucket, head, tally_key(bucket, key), tally_write(&ledger->proof.tallies[bucket], bytes), fault);
}

static bool pending_has(const struct ledger *ledger, struct str key) {
  struct str record;
  return !MUTANT(BUCKET_WITHOUT_PENDING) && pending_find(&ledger->pending, key, &record);
}

static enum status bucket_write(struct ledger *ledger, const struct batch *batch, uint32_t bucket, uint32_t entries, struct fault *fault) {
  uint32_t count = 0;
  struct redo_head head = redo_head_of(ledger, REDO_CHECKPOINT, batch->sequence);
  head.place = ledger->past.place; /* the batch's own place is not known yet: the one before is a safe bound */
  enum status status = view_bucket(ledger, bucket, &count, fault);
  if (status != STATUS_OK) return status;
  redo_open(&ledger->part, &head);
  for (uint32_t i = 0; i < count && status == STATUS_OK; i++) {
    const struct store_record *record = &ledger->bucket_records[i];
    if (!pending_has(ledger, record->key)) status = state_put(ledger, bucket, &head, record->key, record->record, fault);
  }
  for (uint32_t i = 0; i < entries && status == STATUS_OK; i++) {
    const struct pending_entry *entry = ledger->bucket_entries[i];
    if (entry->bucket == bucket) status = state_put(ledger, bucket, &head, pending_key(entry), pending_record(entry), fault);
  }
  if (status == STATUS_OK) status = tally_put(ledger, bucket, &head, fault);
  return status == STATUS_OK ? bucket_part(ledger, bucket, &head, fault) : status;
}

enum status checkpoint_write(struct ledger *ledger, const struct batch *batch, struct fault *fault) {
  uint32_t first = ledger->bucket_next, due = ledger->shard == NULL ? 0 : buckets_due(ledger);
  if (due == 0) return STATUS_OK;
  uint32_t entries = entries_gather(ledger, first, due, batch->to);
  if (entries == UINT32_MAX) return STATUS_OK; /* too much is on its way to the view: at the next batch */
  for (uint32_t bucket = first; bucket < first + due; bucket++) {
    enum status status = bucket_write(ledger, batch, bucket, entries, fault);
    if (status != STATUS_OK) return status;
  }
  ledger->bucket_next += due;
  ledger->counts.checkpointed_buckets += due;
  return STATUS_OK;
}

enum status checkpoint_committed(struct ledger *ledger, struct fault *fault) {
  if (MUTANT(TRIM_EARLY)) return ledger->log.trim(ledger->log.self, ledger->past.place, fault);
  if (ledger->bucket_next < ledger->settings.buckets) return STATUS_OK;
  uint64_t place = ledger->round_place;
  ledger->bucket_next = 0;
  ledger->round_place = ledger->past.place;
  return place > 0 ? ledger->log.trim(ledger->log.self, place, fault) : STATUS_OK;
}
