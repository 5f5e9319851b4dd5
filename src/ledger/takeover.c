/* Taking over a shard: nothing of a predecessor may still be under way, and the view must hold all that is committed, before the first line
 * is decided (ARCHITECTURE.md, "Log first", steps 1 and 2).
 *
 *   FENCING     earlier writers are shut out, their last transaction is settled
 *   LOOKING     what the view says of itself: from its mark the journal is read, or from the oldest record
 *   READING     the journal's stable end: sequence, epoch, positions of the input
 *   EPOCH       a record of its own makes the next epoch this worker's, before anything is written to the view
 *   REDOING     the view's version is set to the epoch - late writes of older owners are refused from here - then the journal from the mark
 *   REBUILDING  the view is emptied; buckets, then the journal from the oldest of them; the mark comes last
 *   PROVING     the view's tallies are read: they must be those that the journal ends with (proof.h), else the view is built anew
 */
#include "parts.h"

static enum status enter(struct ledger *ledger, enum ledger_stage stage) {
  ledger->stage = stage;
  ledger->seek_done = false;
  ledger->history_count = ledger->history_at = 0;
  ledger->history_ended = false;
  return STATUS_OK;
}

enum status redo_head_check(const struct ledger *ledger, const struct redo_head *head, struct fault *fault) {
  const struct ledger_settings *s = &ledger->settings;
  if (head->shard != s->shard || head->shards != s->shards)
    return fault_set(
        fault, STATUS_STATE,
        "the journal of shard %u was written as shard %llu of %llu, but there are %u now: the number of partitions of the events "
        "topic must never change; move to new topics to change it",
        s->shard, (unsigned long long)head->shard, (unsigned long long)head->shards, s->shards);
  if (head->buckets != s->buckets)
    return fault_set(fault, STATUS_STATE,
                     "the journal of shard %u was written with view.buckets = %llu, the configuration says %u: set it back", s->shard,
                     (unsigned long long)head->buckets, s->buckets);
  if (head->secret != ledger->secret)
    return fault_set(
        fault, STATUS_STATE,
        "the journal of shard %u was written with another secret: gifts would get other ids and be given twice; set id.key_file "
        "to the secret it was made with",
        s->shard);
  return STATUS_OK;
}

/* The next record of the history under way; *record NULL: none now, or the end (history_ended). */
static enum status history_next(struct ledger *ledger, bool checkpoint, const struct log_record **record, struct fault *fault) {
  *record = NULL;
  if (ledger->history_at == ledger->history_count) {
    if (ledger->history_ended) return STATUS_OK;
    enum status status = checkpoint ? ledger->log.checkpoint_read(ledger->log.self, ledger->history, HISTORY_RECORDS,
                                                                  &ledger->history_count, &ledger->history_ended, fault)
                                    : ledger->log.journal_read(ledger->log.self, ledger->history, HISTORY_RECORDS, &ledger->history_count,
                                                               &ledger->history_ended, fault);
    if (status != STATUS_OK) return status;
    ledger->history_at = 0;
    if (ledger->history_count == 0) return STATUS_OK;
  }
  *record = &ledger->history[ledger->history_at++];
  return STATUS_OK;
}

static bool history_over(const struct ledger *ledger) { return ledger->history_ended && ledger->history_at == ledger->history_count; }

/* ---- fencing, looking, reading ---- */

static enum status fencing(struct ledger *ledger, bool *busy, struct fault *fault) {
  bool done = MUTANT(NO_FENCE) || MUTANT(UNSTABLE_END);
  enum status status = done ? STATUS_OK : ledger->log.fence(ledger->log.self, &done, fault);
  if (status != STATUS_OK || !done) return status;
  *busy = true;
  return enter(ledger, LEDGER_LOOKING);
}

static enum status looking(struct ledger *ledger, bool *busy, struct fault *fault) {
  struct fault unread;
  *busy = true;
  enum status status = ledger->store.look(ledger->store.self, &ledger->seen, fault);
  if (status != STATUS_OK) return status;
  ledger->past = (struct past){.tallied = true}; /* where there is nothing yet there is nothing to tally */
  ledger->usable = ledger->seen.exists && ledger->seen.mark_sequence > 0 && !ledger->distrusted;
  if (ledger->usable && ledger->log.journal_seek(ledger->log.self, ledger->seen.mark_place, &unread) != STATUS_OK)
    ledger->usable = false; /* trimmed, or never written: this mark is of no use */
  status = ledger->usable ? STATUS_OK : ledger->log.journal_seek(ledger->log.self, 0, fault);
  return status == STATUS_OK ? enter(ledger, LEDGER_READING) : status;
}

static enum status journal_note(struct ledger *ledger, const struct log_record *record, struct fault *fault) {
  struct redo_head head;
  struct redo_reader reader;
  enum status status = redo_read(record->bytes, &head, &reader, fault);
  if (status == STATUS_OK) status = redo_head_check(ledger, &head, fault);
  if (status != STATUS_OK) return fault_prefix(fault, "journal, record at %llu: ", (unsigned long long)record->place);
  if (ledger->past.any && head.sequence != ledger->past.sequence && head.sequence != ledger->past.sequence + 1)
    return fault_set(fault, STATUS_STATE,
                     "journal of shard %u: batch %llu at place %llu follows batch %llu: records between them are missing",
                     ledger->settings.shard, (unsigned long long)head.sequence, (unsigned long long)record->place,
                     (unsigned long long)ledger->past.sequence);
  ledger->past = (struct past){true, head.epoch, head.sequence, record->place, head.events_next, head.inbox_next, head.tallied, head.root};
  return STATUS_OK;
}

/* The mark says "all up to this record": then this record must be there. Another one is there: the view is of another journal. */
static bool mark_fits(const struct ledger *ledger, const struct log_record *first) {
  struct fault unread;
  struct redo_head head;
  struct redo_reader reader;
  if (first == NULL || redo_read(first->bytes, &head, &reader, &unread) != STATUS_OK) return false;
  return first->place == ledger->seen.mark_place && head.sequence == ledger->seen.mark_sequence && head.last;
}

static enum status reading(struct ledger *ledger, bool *busy, struct fault *fault) {
  const struct log_record *record;
  enum status status;
  while ((status = history_next(ledger, false, &record, fault)) == STATUS_OK && record != NULL) {
    *busy = true;
    if (ledger->usable && !ledger->past.any && !mark_fits(ledger, record)) {
      ledger->usable = false;
      status = ledger->log.journal_seek(ledger->log.self, 0, fault);
      return status == STATUS_OK ? enter(ledger, LEDGER_READING) : status;
    }
    status = journal_note(ledger, record, fault);
    if (status != STATUS_OK) return status;
    if (ledger->history_at == ledger->history_count) break; /* one chunk a slice */
  }
  if (status != STATUS_OK || !history_over(ledger)) return status;
  *busy = true;
  if (ledger->usable && !ledger->past.any) { /* nothing at the mark: that says nothing about the journal; read all of it */
    ledger->usable = false;
    status = ledger->log.journal_seek(ledger->log.self, 0, fault);
    return status == STATUS_OK ? enter(ledger, LEDGER_READING) : status;
  }
  /* An empty journal, or a view that has seen a later epoch than the journal: whatever it has is not of this one. */
  if (!ledger->past.any || (ledger->seen.exists && ledger->seen.version.epoch > ledger->past.epoch)) ledger->usable = false;
  if (!ledger->past.tallied) ledger->usable = false; /* what it lost before is in the log still, and is tallied as the log has it */
  return enter(ledger, LEDGER_EPOCH);
}

/* ---- the epoch ---- */

/* Where lines are taken from is in the epoch's record, so that the next owner begins there too. */
static enum status input_place(struct ledger *ledger, struct fault *fault) {
  const struct ledger_log *log = &ledger->log;
  uint64_t next = ledger->past.events_next == 0 ? NONE_YET : ledger->past.events_next - 1;
  enum status status = STATUS_OK;
  if (ledger->past.epoch == 0 && log->input_first != NULL) status = log->input_first(log->self, &next, fault);
  if (ledger->past.epoch > 0 && next != NONE_YET && log->input_gap != NULL) status = log->input_gap(log->self, &next, fault);
  if (status == STATUS_OK && next != NONE_YET) ledger->past.events_next = next + 1;
  return status;
}

static enum status epoch_commit(struct ledger *ledger, struct fault *fault) {
  bool done = true;
  if (MUTANT(UNSTABLE_END)) {
    enum status status = ledger->log.fence(ledger->log.self, &done, fault);
    if (status != STATUS_OK || !done) return status;
  }
  enum status status = input_place(ledger, fault);
  if (status != STATUS_OK) return status;
  ledger->past.epoch++;
  batch_open(ledger, &ledger->batches[0]);
  ledger->seek_done = true;
  return batch_commit(ledger, fault);
}

static enum status epoch(struct ledger *ledger, bool *busy, struct fault *fault) {
  if (MUTANT(EPOCH_REUSE)) {
    if (ledger->past.epoch == 0) ledger->past.epoch = 1;
    batch_open(ledger, &ledger->batches[0]);
    return enter(ledger, ledger->usable ? LEDGER_REDOING : LEDGER_REBUILDING);
  }
  enum status status = ledger->seek_done ? STATUS_OK : epoch_commit(ledger, fault);
  if (status != STATUS_OK || !ledger->seek_done) return status;
  status = batch_poll(ledger, busy, fault);
  if (status != STATUS_OK || ledger->flying != NULL) return status;
  ledger->marks_count = 0; /* the epoch's record has no states of its own */
  return enter(ledger, ledger->usable ? LEDGER_REDOING : LEDGER_REBUILDING);
}

/* ---- states of the history into the view ---- */

static enum status copies_send(struct ledger *ledger, bool last, struct fault *fault) {
  struct mark mark = {0, ledger->past.sequence, ledger->past.place, ledger->past.events_next, ledger->past.inbox_next};
  if (ledger->write_count == 0 && !last) return STATUS_OK;
  enum status status = view_answers(ledger, ledger->writes_sent - ledger->writes_answered == WRITES_MOST, fault);
  return status == STATUS_OK ? view_send(ledger, last ? &mark : NULL, false, fault) : status;
}

static struct str copy_put(struct ledger *ledger, struct str bytes) {
  struct str copy = {ledger->write_copies.memory + ledger->write_copies.length, bytes.length};
  buffer_put(&ledger->write_copies, bytes);
  return copy;
}

static enum status state_send(struct ledger *ledger, struct str key, struct str record, struct fault *fault) {
  bool full =
      ledger->write_count == WRITE_RECORDS || ledger->write_copies.capacity - ledger->write_copies.length < key.length + record.length;
  enum status status = full ? copies_send(ledger, false, fault) : STATUS_OK;
  if (status != STATUS_OK) return status;
  uint32_t bucket = pending_bucket(&ledger->pending, key);
  struct str key_copy = copy_put(ledger, key), record_copy = copy_put(ledger, record);
  ledger->write_records[ledger->write_count++] = (struct store_record){key_copy, record_copy, bucket};
  if (ledger->stage == LEDGER_REBUILDING) ledger->counts.rebuilt_owners++;
  assert(!ledger->write_copies.overflowed);
  return STATUS_OK;
}

static enum status states_send(struct ledger *ledger, const struct log_record *record, struct redo_reader *reader, struct fault *fault) {
  struct str key, state;
  bool bad;
  while (redo_next(reader, &key, &state, &bad)) {
    enum status status = state_send(ledger, key, state, fault);
    if (status != STATUS_OK) return status;
  }
  return bad ? fault_set(fault, STATUS_STATE, "a damaged record at place %llu of the log of shard %u", (unsigned long long)record->place,
                         ledger->settings.shard)
             : STATUS_OK;
}

/* A rebuild must begin where its buckets say, or at the very beginning. */
static enum status first_check(struct ledger *ledger, const struct redo_head *head, const struct log_record *record, struct fault *fault) {
  bool fits = ledger->rebuild_place == 0 ? head->sequence == 1 : record->place == ledger->rebuild_place;
  ledger->first_checked = true;
  if (fits) return STATUS_OK;
  return fault_set(fault, STATUS_STATE,
                   "the journal of shard %u begins at place %llu (batch %llu), but the checkpoint needs it from place %llu: it was cut by "
                   "retention or by hand; restore the topic, and set retention.ms = -1 (giftd topics check)",
                   ledger->settings.shard, (unsigned long long)record->place, (unsigned long long)head->sequence,
                   (unsigned long long)ledger->rebuild_place);
}

/* One chunk of journal records behind `sequence`. */
static enum status journal_redo(struct ledger *ledger, uint64_t sequence, bool *busy, struct fault *fault) {
  const struct log_record *record;
  enum status status;
  while ((status = history_next(ledger, false, &record, fault)) == STATUS_OK && record != NULL) {
    struct redo_head head;
    struct redo_reader reader;
    *busy = true;
    status = redo_read(record->bytes, &head, &reader, fault);
    if (status == STATUS_OK) status = redo_head_check(ledger, &head, fault);
    if (status == STATUS_OK && sequence == 0 && !ledger->first_checked) status = first_check(ledger, &head, record, fault);
    if (status == STATUS_OK && head.sequence > sequence) {
      status = states_send(ledger, record, &reader, fault);
      ledger->counts.redone++;
    }
    if (status != STATUS_OK || ledger->history_at == ledger->history_count) return status;
  }
  return status;
}

/* The view has all that is committed, if it kept what it was given. */
static enum status proving_enter(struct ledger *ledger, struct fault *fault) {
  enum status status = copies_send(ledger, true, fault);
  if (status == STATUS_OK) status = view_answers(ledger, true, fault);
  ledger->prove_next = 0;
  proof_clear(&ledger->proof);
  return status == STATUS_OK ? enter(ledger, LEDGER_PROVING) : status;
}

static enum status running_enter(struct ledger *ledger, struct fault *fault) {
  const struct past *past = &ledger->past;
  enum status status = ledger->log.input_seek(ledger->log.self, past->events_next == 0 ? NONE_YET : past->events_next - 1,
                                              past->inbox_next == 0 ? NONE_YET : past->inbox_next - 1, fault);
  if (status != STATUS_OK) return status;
  batch_open(ledger, &ledger->batches[0]);
  struct log_port log = batch_log_port(ledger);
  struct view_port view = batch_view_port(ledger);
  status = shard_open(ledger->shard_memory, &ledger->shard_settings, ledger->rulebook, ledger->index, ledger->cache, &log, &view,
                      &ledger->shard, fault);
  if (status != STATUS_OK) return status;
  ledger->counts.takeovers++;
  ledger->counts.takeover_ms = ledger->now_ms - ledger->began_ms;
  ledger->review_at_ms = ledger->now_ms;
  ledger->distrusted = false;
  checkpoint_begin(ledger);
  return enter(ledger, LEDGER_RUNNING);
}

static enum status redoing(struct ledger *ledger, bool *busy, struct fault *fault) {
  if (!ledger->seek_done) {
    *busy = true;
    ledger->version = ledger->seen.version;
    enum status status = view_send(ledger, NULL, false, fault);
    if (status == STATUS_OK) status = view_answers(ledger, true, fault); /* from here an older owner's writes are refused */
    if (status == STATUS_OK) status = ledger->log.journal_seek(ledger->log.self, ledger->seen.mark_place, fault);
    ledger->seek_done = true;
    return status;
  }
  enum status status = journal_redo(ledger, ledger->seen.mark_sequence, busy, fault);
  return status == STATUS_OK && history_over(ledger) ? proving_enter(ledger, fault) : status;
}

/* ---- rebuild ---- */

static enum status rebuild_begin(struct ledger *ledger, struct fault *fault) {
  if (ledger->version.epoch != ledger->past.epoch) ledger->version = ledger->seen.version; /* else this epoch wrote already */
  struct mark early = {0, ledger->past.sequence, ledger->past.place, ledger->past.events_next, ledger->past.inbox_next};
  enum status status = view_send(ledger, MUTANT(REBUILD_MARKED) ? &early : NULL, true, fault);
  if (status == STATUS_OK) status = view_answers(ledger, true, fault);
  if (status == STATUS_OK) status = ledger->log.checkpoint_seek(ledger->log.self, fault);
  memset(ledger->bucket_places, 0, ledger->settings.buckets * sizeof ledger->bucket_places[0]);
  memset(ledger->bucket_batches, 0, ledger->settings.buckets * sizeof ledger->bucket_batches[0]);
  ledger->buckets_surveyed = ledger->buckets_read = false;
  ledger->seek_done = true;
  ledger->first_checked = false;
  ledger->counts.rebuilds++;
  return status;
}

static enum status bucket_head(struct ledger *ledger, const struct log_record *record, struct redo_head *out, struct redo_reader *reader,
                               struct fault *fault) {
  struct redo_head head;
  uint32_t bucket = record->bucket / BUCKET_PARTS;
  enum status status = redo_read(record->bytes, &head, reader, fault);
  if (status == STATUS_OK) status = redo_head_check(ledger, &head, fault);
  if (status != STATUS_OK) return fault_prefix(fault, "checkpoint, record at %llu: ", (unsigned long long)record->place);
  if (head.sequence > ledger->past.sequence)
    return fault_set(
        fault, STATUS_STATE,
        "the checkpoint of shard %u is of batch %llu, but its journal ends with batch %llu: the journal was emptied or made anew. "
        "Restore it: with an empty one every counter, limit and pool of the shard would begin anew",
        ledger->settings.shard, (unsigned long long)head.sequence, (unsigned long long)ledger->past.sequence);
  if (bucket >= ledger->settings.buckets)
    return fault_set(fault, STATUS_STATE, "checkpoint of shard %u: bucket %u of %u", ledger->settings.shard, bucket,
                     ledger->settings.buckets);
  *out = head;
  return STATUS_OK;
}

/* A bucket that needs fewer records than it did leaves its last ones behind, and compaction comes late: only what its youngest batch wrote
 * counts, which is known when all were seen. */
static enum status bucket_take(struct ledger *ledger, const struct log_record *record, struct fault *fault) {
  struct redo_head head = {0};
  struct redo_reader reader;
  uint32_t bucket = record->bucket / BUCKET_PARTS;
  enum status status = bucket_head(ledger, record, &head, &reader, fault);
  if (status != STATUS_OK) return status;
  uint64_t *youngest = &ledger->bucket_batches[bucket];
  if (!ledger->buckets_surveyed) {
    if (head.sequence > *youngest) *youngest = head.sequence;
    return STATUS_OK;
  }
  if (head.sequence < *youngest) return STATUS_OK;
  ledger->bucket_places[bucket] = head.place + 1;
  return states_send(ledger, record, &reader, fault);
}

/* From where the journal is needed: the oldest bucket's place; a bucket that was never written needs all of it. */
static uint64_t oldest_place(const struct ledger *ledger) {
  uint64_t oldest = UINT64_MAX;
  for (uint32_t i = 0; i < ledger->settings.buckets; i++)
    if (ledger->bucket_places[i] < oldest) oldest = ledger->bucket_places[i];
  return oldest == 0 ? 0 : oldest - 1;
}

static enum status buckets_take(struct ledger *ledger, bool *busy, struct fault *fault) {
  const struct log_record *record;
  enum status status;
  while ((status = history_next(ledger, true, &record, fault)) == STATUS_OK && record != NULL) {
    *busy = true;
    status = bucket_take(ledger, record, fault);
    if (status != STATUS_OK || ledger->history_at == ledger->history_count) return status;
  }
  if (status != STATUS_OK || !history_over(ledger)) return status;
  *busy = true;
  ledger->history_count = ledger->history_at = 0, ledger->history_ended = false;
  if (!ledger->buckets_surveyed) {
    ledger->buckets_surveyed = true;
    return ledger->log.checkpoint_seek(ledger->log.self, fault);
  }
  ledger->buckets_read = true;
  ledger->rebuild_place = oldest_place(ledger);
  return ledger->log.journal_seek(ledger->log.self, ledger->rebuild_place, fault);
}

static enum status rebuilding(struct ledger *ledger, bool *busy, struct fault *fault) {
  *busy = true;
  if (!ledger->seek_done) return rebuild_begin(ledger, fault);
  *busy = false;
  if (!ledger->buckets_read) return buckets_take(ledger, busy, fault);
  enum status status = journal_redo(ledger, 0, busy, fault);
  if (status != STATUS_OK || !history_over(ledger)) return status;
  ledger->counts.rebuild_ms = ledger->now_ms - ledger->began_ms;
  return proving_enter(ledger, fault);
}

/* ---- proof ---- */

/* After a rebuild there is nowhere else to take it from. */
static enum status disproved(struct ledger *ledger, struct fault *fault) {
  if (!ledger->usable)
    return fault_set(
        fault, STATUS_STATE,
        "what checkpoint and journal of shard %u hold is not what its last batch says (its root differs): the view changed again "
        "while it was built, or records of these topics are missing. First see that nobody else writes to Redis, then restore "
        "the topics from a copy",
        ledger->settings.shard);
  (void)view_damaged(ledger, fault);
  ledger->usable = false;
  return enter(ledger, LEDGER_REBUILDING);
}

static enum status proving(struct ledger *ledger, bool *busy, struct fault *fault) {
  enum status status = STATUS_OK;
  *busy = true;
  if (ledger->prove_next < ledger->settings.buckets)
    return ledger->past.tallied ? tallies_load(ledger, fault) : tallies_make(ledger, fault);
  bool fits = !ledger->past.tallied || ledger->proof.root == ledger->past.root || MUTANT(ROOT_UNASKED);
  if (!fits) status = disproved(ledger, fault);
  return status == STATUS_OK && fits ? running_enter(ledger, fault) : status;
}

enum status takeover_step(struct ledger *ledger, bool *busy, struct fault *fault) {
  switch (ledger->stage) {
    case LEDGER_FENCING: return fencing(ledger, busy, fault);
    case LEDGER_LOOKING: return looking(ledger, busy, fault);
    case LEDGER_READING: return reading(ledger, busy, fault);
    case LEDGER_EPOCH: return epoch(ledger, busy, fault);
    case LEDGER_REDOING: return redoing(ledger, busy, fault);
    case LEDGER_REBUILDING: return rebuilding(ledger, busy, fault);
    case LEDGER_PROVING: return proving(ledger, busy, fault);
    default: assert(!"not a stage of taking over"); return STATUS_OK;
  }
}
