/* The simulated log. Partitions hold records in the order they came; a record of a transaction counts when that is committed. A reader
 * stops at the first record whose transaction is still open (the last stable offset) and passes over aborted ones, as read_committed does;
 * offsets have holes, where markers stand.
 *
 * One transactional writer for each shard: `fence` shuts out every earlier one at once (its epoch is higher) and settles what they left. A
 * transaction whose end was asked for may turn out either way until then. */
#include "sim.h"

static struct partition *partition_of(struct world *world, enum topic topic, uint32_t partition) {
  return &world->log.partitions[topic][partition];
}

void sim_log_open(struct world *world) {
  memset(&world->log, 0, sizeof world->log);
  world->log.committed = arena_array(&world->arena, RECORDS_MOST, sizeof *world->log.committed);
  for (uint32_t topic = 0; topic < TOPIC_COUNT; topic++)
    for (uint32_t i = 0; i < world->shards; i++) {
      unsigned char *at = (unsigned char *)world->arena.memory + world->arena.used; /* not cleared: only what is used is touched */
      at += (64 - (uintptr_t)at % 64) % 64;
      world->arena.used = (size_t)(at - world->arena.memory) + RECORDS_MOST * sizeof(struct record);
      assert(world->arena.used <= world->arena.capacity);
      world->log.partitions[topic][i].records = (struct record *)(void *)at;
      world->log.partitions[topic][i].next_place = sim_chance(world, 5000) ? 0 : sim_upto(world, 100);
    }
}

struct record *sim_log_append(struct world *world, enum topic topic, uint32_t number, struct str bytes, struct transaction *transaction) {
  struct partition *partition = partition_of(world, topic, number);
  if (partition->count == RECORDS_MOST) {
    sim_break(world, "partition %u of topic %d holds %u records: no end in sight", number, (int)topic, RECORDS_MOST);
    partition->count--;
  }
  struct record *record = &partition->records[partition->count++];
  *record = (struct record){
      .bytes = sim_copy(world, bytes), .place = partition->next_place++, .topic = topic, .partition = number, .transaction = transaction};
  if (transaction == NULL) return record;
  if (transaction->last != NULL)
    transaction->last->next = record;
  else
    transaction->first = record;
  transaction->last = record;
  return record;
}

bool record_committed(const struct record *record) { return record->transaction == NULL || record->transaction->state == FATE_COMMITTED; }

uint64_t sim_log_end(const struct world *world, enum topic topic, uint32_t number) {
  const struct partition *partition = &world->log.partitions[topic][number];
  for (uint32_t i = partition->count; i > 0; i--)
    if (record_committed(&partition->records[i - 1])) return partition->records[i - 1].place + 1;
  return 0;
}

/* ---- transactions ---- */

static struct transaction *transaction_open(struct world *world, uint32_t shard, uint64_t epoch) {
  struct transaction *transaction = arena_take(&world->arena, sizeof *transaction);
  assert(transaction != NULL && world->log.open_count < OPEN_MOST);
  *transaction = (struct transaction){.shard = shard, .number = world->log.transaction_count++, .epoch = epoch};
  world->log.open[world->log.open_count++] = transaction;
  return transaction;
}

static void markers_write(struct world *world, const struct transaction *transaction) {
  bool marked[TOPIC_COUNT][SHARDS_MOST] = {{false}};
  for (const struct record *record = transaction->first; record != NULL; record = record->next) {
    if (marked[record->topic][record->partition]) continue;
    marked[record->topic][record->partition] = true;
    partition_of(world, record->topic, record->partition)->next_place++;
  }
}

/* Messages of a committed transaction are seen by one shard earlier than by another. */
static void transaction_hide(struct world *world, struct transaction *transaction) {
  struct sim_log *log = &world->log;
  if (log->hidden_count == OPEN_MOST || !sim_chance(world, 3000)) return;
  for (const struct record *record = transaction->first; record != NULL; record = record->next)
    if (record->topic == TOPIC_MESSAGES && sim_chance(world, 5000)) transaction->hidden |= 1u << record->partition;
  if (transaction->hidden != 0) log->hidden[log->hidden_count++] = transaction;
}

static void hidden_show(struct sim_log *log, uint32_t at) {
  log->hidden[at]->hidden = 0;
  memmove(&log->hidden[at], &log->hidden[at + 1], (log->hidden_count - at - 1) * sizeof log->hidden[0]);
  log->hidden_count--;
}

static bool record_is_readable(const struct record *record) {
  const struct transaction *transaction = record->transaction;
  if (transaction == NULL) return true;
  return transaction->state != FATE_OPEN && (record->topic != TOPIC_MESSAGES || !(transaction->hidden >> record->partition & 1));
}

static void transaction_settle(struct world *world, struct transaction *transaction, bool commit) {
  struct sim_log *log = &world->log;
  if (transaction->state != FATE_OPEN) return;
  transaction->state = commit ? FATE_COMMITTED : FATE_ABORTED;
  markers_write(world, transaction);
  for (uint32_t i = 0; i < log->open_count; i++)
    if (log->open[i] == transaction) {
      memmove(&log->open[i], &log->open[i + 1], (log->open_count - i - 1) * sizeof log->open[0]);
      log->open_count--;
      break;
    }
  sim_tell(world, "log: transaction %u of shard %u %s", transaction->number, transaction->shard, commit ? "committed" : "aborted");
  if (!commit) return;
  transaction_tell(world, transaction);
  assert(log->committed_count < RECORDS_MOST);
  transaction_hide(world, transaction);
  transaction->order = log->committed_count;
  log->committed[log->committed_count++] = transaction;
}

/* Nobody is there to end it any more. */
static void transaction_finish(struct world *world, struct transaction *transaction) {
  transaction_settle(world, transaction, transaction->ending && transaction->will_commit);
}

static void fence_settle(struct world *world, uint32_t shard, uint64_t epoch) {
  for (uint32_t i = world->log.open_count; i > 0; i--) {
    struct transaction *transaction = world->log.open[i - 1];
    if (transaction->shard == shard && transaction->epoch < epoch) transaction_finish(world, transaction);
  }
  for (uint32_t i = world->log.hidden_count; i > 0; i--)
    if (world->log.hidden[i - 1]->shard == shard) hidden_show(&world->log, i - 1);
}

/* Now and then a coordinator ends by itself what was left. */
void sim_log_tick(struct world *world) {
  if (world->log.hidden_count > 0 && sim_chance(world, 1000)) hidden_show(&world->log, sim_upto(world, world->log.hidden_count));
  if (world->log.open_count == 0 || !sim_chance(world, 100)) return;
  struct transaction *transaction = world->log.open[sim_upto(world, world->log.open_count)];
  for (uint32_t w = 0; w < world->workers; w++) /* somebody may still work on it; of one who stands still it times out */
    if (world->seats[w][transaction->shard].writer.transaction == transaction && world->crew[w].stopped == 0) return;
  transaction_finish(world, transaction);
}

void writer_leave(struct seat *seat) {
  struct world *world = seat->world;
  struct writer *writer = &seat->writer;
  struct transaction *transaction = writer->transaction;
  writer->transaction = NULL;
  writer->has_epoch = writer->committing = false;
  writer->fence_polls = 0;
  if (transaction == NULL || transaction->state != FATE_OPEN) return;
  if (!sim_hit(world, FAULT_TRANSACTION_LEFT)) transaction_finish(world, transaction);
}

/* ---- the writer's calls ---- */

static bool writer_is_current(const struct seat *seat) {
  return seat->writer.has_epoch && seat->writer.epoch == seat->world->log.epochs[seat->shard];
}

static enum status call_begins(struct seat *seat, const char *call, struct fault *fault) {
  if (!seat_calls(seat, call)) return seat_fails(fault, "the worker is dead");
  return sim_hit(seat->world, FAULT_LOG_CALL) ? seat_fails(fault, "the broker does not answer") : STATUS_OK;
}

static enum status port_fence(void *self, bool *done, struct fault *fault) {
  struct seat *seat = self;
  struct world *world = seat->world;
  struct writer *writer = &seat->writer;
  *done = false;
  enum status status = call_begins(seat, "fence", fault);
  if (status != STATUS_OK) return status;
  if (writer->fence_polls == 0) {
    writer->fence_polls = 1 + sim_upto(world, 3);
    writer->epoch = ++world->log.epochs[seat->shard];
    writer->has_epoch = true;
    sim_tell_seat(seat, "fences all writers before epoch %llu of the log", (unsigned long long)writer->epoch);
    return STATUS_OK;
  }
  if (!writer_is_current(seat)) return seat_fails(fault, "fenced by another worker");
  if (--writer->fence_polls > 0) return STATUS_OK;
  fence_settle(world, seat->shard, writer->epoch);
  *done = true;
  return STATUS_OK;
}

static void port_drop(void *self) {
  struct seat *seat = self;
  writer_leave(seat);
}

static enum status port_begin(void *self, struct fault *fault) {
  struct seat *seat = self;
  enum status status = call_begins(seat, "begin", fault);
  if (status != STATUS_OK) return status;
  if (!seat->writer.has_epoch) seat->writer.has_epoch = true, seat->writer.epoch = seat->world->log.epochs[seat->shard];
  if (!writer_is_current(seat)) return seat_fails(fault, "fenced by another worker");
  if (seat->writer.transaction != NULL) transaction_finish(seat->world, seat->writer.transaction);
  seat->writer.transaction = transaction_open(seat->world, seat->shard, seat->writer.epoch);
  seat->writer.committing = false;
  seat->writer.journal_place = 0;
  return STATUS_OK;
}

/* A record that a fenced writer hands in disappears; it learns of that at the latest when it commits. */
static enum status write_record(struct seat *seat, enum topic topic, uint32_t partition, struct str bytes, struct record **out,
                                struct fault *fault) {
  struct transaction *transaction = seat->writer.transaction;
  *out = NULL;
  enum status status = call_begins(seat, "append", fault);
  if (status != STATUS_OK) return status;
  if (transaction == NULL || seat->writer.committing) sim_break(seat->world, "append outside of a transaction");
  if (transaction == NULL || transaction->state != FATE_OPEN || !writer_is_current(seat))
    return sim_chance(seat->world, 5000) ? STATUS_OK : seat_fails(fault, "fenced by another worker");
  *out = sim_log_append(seat->world, topic, partition, bytes, transaction);
  return STATUS_OK;
}

static enum status port_append(void *self, enum output output, uint32_t which, struct str bytes, struct fault *fault) {
  static const enum topic topics[] = {TOPIC_REWARDS, TOPIC_DECISIONS, TOPIC_DLQ, TOPIC_MESSAGES};
  struct seat *seat = self;
  struct record *record;
  if (output == OUTPUT_MESSAGES && which >= seat->world->shards) {
    sim_break(seat->world, "a message for shard %u of %u", which, seat->world->shards);
    return STATUS_OK;
  }
  return write_record(seat, topics[output], output == OUTPUT_MESSAGES ? which : seat->shard, bytes, &record, fault);
}

static enum status port_append_journal(void *self, struct str bytes, struct fault *fault) {
  struct seat *seat = self;
  struct record *record;
  enum status status = write_record(seat, TOPIC_JOURNAL, seat->shard, bytes, &record, fault);
  if (record != NULL) seat->writer.journal_place = record->place;
  return status;
}

static enum status port_append_bucket(void *self, uint32_t bucket, struct str bytes, struct fault *fault) {
  struct seat *seat = self;
  struct record *record;
  if (MUTANT(CHECKPOINT_OUTSIDE)) { /* such a producer has no transaction, and nobody shuts it out */
    if (!seat_calls(seat, "append_bucket")) return seat_fails(fault, "the worker is dead");
    sim_log_append(seat->world, TOPIC_CHECKPOINT, seat->shard, bytes, NULL)->bucket = bucket;
    return STATUS_OK;
  }
  enum status status = write_record(seat, TOPIC_CHECKPOINT, seat->shard, bytes, &record, fault);
  if (record != NULL) record->bucket = bucket;
  return status;
}

static enum status port_commit_start(void *self, struct fault *fault) {
  struct seat *seat = self;
  struct world *world = seat->world;
  struct writer *writer = &seat->writer;
  static const enum sim_fault plans[] = {FAULT_COMMIT_ABORTED, FAULT_COMMIT_UNKNOWN_DONE, FAULT_COMMIT_UNKNOWN_VOID};
  enum status status = call_begins(seat, "commit_start", fault);
  if (status != STATUS_OK) return status;
  writer->committing = true;
  writer->plan = FAULT_COUNT;
  for (uint32_t i = 0; i < 3 && writer->plan == FAULT_COUNT; i++)
    if (sim_hit(world, plans[i])) writer->plan = plans[i];
  writer->polls = 1 + sim_upto(world, sim_chance(world, 1000) ? 30 : 5);
  writer->effect_polls = sim_upto(world, writer->polls + 1);
  if (writer->transaction == NULL || writer->transaction->state != FATE_OPEN) return STATUS_OK; /* fenced: commit_poll tells */
  writer->transaction->ending = true;
  writer->transaction->will_commit = writer->plan == FAULT_COMMIT_UNKNOWN_DONE || (writer->plan == FAULT_COUNT && sim_chance(world, 5000));
  return STATUS_OK;
}

static enum status port_commit_poll(void *self, bool *done, uint64_t *place, struct fault *fault) {
  struct seat *seat = self;
  struct world *world = seat->world;
  struct writer *writer = &seat->writer;
  *done = false;
  enum status status = call_begins(seat, "commit_poll", fault);
  if (status != STATUS_OK) return status;
  if (!writer->committing) sim_break(world, "commit_poll without a commit");
  if (writer->transaction == NULL) return seat_fails(fault, "there is no transaction");
  bool settled = writer->transaction->state != FATE_OPEN;
  if (writer->plan == FAULT_COUNT && settled && writer->transaction->state != FATE_COMMITTED) return seat_fails(fault, "fenced");
  if (writer->plan == FAULT_COUNT && !settled && !writer_is_current(seat)) return seat_fails(fault, "fenced");
  if (writer->polls > 0) writer->polls--;
  if (writer->plan == FAULT_COUNT && writer->polls <= writer->effect_polls) transaction_settle(world, writer->transaction, true);
  if (writer->polls > 0) return STATUS_OK;
  if (writer->plan == FAULT_COMMIT_ABORTED) transaction_settle(world, writer->transaction, false);
  if (writer->plan != FAULT_COUNT) return seat_fails(fault, "the commit did not succeed, or nobody knows");
  if (!writer_is_current(seat) && sim_chance(world, 5000)) return seat_fails(fault, "fenced by another worker");
  *done = true;
  *place = writer->journal_place;
  sim_tell_seat(seat, "knows that transaction %u is committed", writer->transaction->number);
  writer->transaction = NULL;
  writer->committing = false;
  return STATUS_OK;
}

static enum status port_trim(void *self, uint64_t place, struct fault *fault) {
  struct seat *seat = self;
  struct world *world = seat->world;
  struct partition *journal = partition_of(world, TOPIC_JOURNAL, seat->shard);
  enum status status = call_begins(seat, "trim", fault);
  if (status != STATUS_OK) return status;
  if (place > journal->start_place && sim_chance(world, 7000)) {
    journal->start_place = place;
    sim_tell_seat(seat, "journal trimmed up to place %llu", (unsigned long long)place);
  }
  return STATUS_OK;
}

/* ---- the readers' calls ---- */

static uint32_t index_of(const struct partition *partition, uint64_t place) {
  uint32_t low = 0, high = partition->count;
  while (low < high) {
    uint32_t middle = (low + high) / 2;
    if (partition->records[middle].place < place)
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

static uint32_t stable_end(const struct partition *partition) {
  uint32_t at = 0;
  while (at < partition->count && (partition->records[at].transaction == NULL || partition->records[at].transaction->state != FATE_OPEN))
    at++;
  return at;
}

static enum status port_journal_seek(void *self, uint64_t place, struct fault *fault) {
  struct seat *seat = self;
  struct partition *journal = partition_of(seat->world, TOPIC_JOURNAL, seat->shard);
  enum status status = call_begins(seat, "journal_seek", fault);
  if (status != STATUS_OK) return status;
  if (place != 0 && (place < journal->start_place || place >= journal->next_place))
    return fault_set(fault, STATUS_STATE, "the journal has no place %llu", (unsigned long long)place);
  seat->writer.journal_at = index_of(journal, place < journal->start_place ? journal->start_place : place);
  seat->writer.journal_end = stable_end(journal);
  return STATUS_OK;
}

static bool bucket_is_superseded(const struct partition *partition, uint32_t at) {
  for (uint32_t i = at + 1; i < partition->count; i++)
    if (partition->records[i].bucket == partition->records[at].bucket && record_committed(&partition->records[i])) return true;
  return false;
}

static enum status history_read(struct seat *seat, struct partition *partition, uint32_t *at, uint32_t end, struct buffer *loan,
                                struct log_record *records, uint32_t capacity, uint32_t *count, bool *ended) {
  uint32_t most = 1 + sim_upto(seat->world, capacity);
  loan_reset(loan);
  *count = 0;
  for (; *at < end && *count < most; (*at)++) {
    const struct record *record = &partition->records[*at];
    if (!record_committed(record)) continue;
    if (partition->compacted > *at && record->topic == TOPIC_CHECKPOINT && bucket_is_superseded(partition, *at)) continue;
    if (loan->capacity - loan->length < record->bytes.length) break;
    records[(*count)++] = (struct log_record){loan_copy(loan, record->bytes), record->place, record->bucket};
  }
  *ended = *at >= end;
  return STATUS_OK;
}

static enum status port_journal_read(void *self, struct log_record *records, uint32_t capacity, uint32_t *count, bool *ended,
                                     struct fault *fault) {
  struct seat *seat = self;
  *count = 0, *ended = false;
  enum status status = call_begins(seat, "journal_read", fault);
  if (status != STATUS_OK || sim_chance(seat->world, 1000)) return status;
  return history_read(seat, partition_of(seat->world, TOPIC_JOURNAL, seat->shard), &seat->writer.journal_at, seat->writer.journal_end,
                      &seat->writer.loan[2], records, capacity, count, ended);
}

static enum status port_checkpoint_seek(void *self, struct fault *fault) {
  struct seat *seat = self;
  struct partition *checkpoint = partition_of(seat->world, TOPIC_CHECKPOINT, seat->shard);
  enum status status = call_begins(seat, "checkpoint_seek", fault);
  if (status != STATUS_OK) return status;
  if (checkpoint->compacted < checkpoint->count)
    checkpoint->compacted += sim_upto(seat->world, checkpoint->count - checkpoint->compacted + 1);
  seat->writer.checkpoint_at = 0;
  seat->writer.checkpoint_end = stable_end(checkpoint);
  return STATUS_OK;
}

static enum status port_checkpoint_read(void *self, struct log_record *records, uint32_t capacity, uint32_t *count, bool *ended,
                                        struct fault *fault) {
  struct seat *seat = self;
  *count = 0, *ended = false;
  enum status status = call_begins(seat, "checkpoint_read", fault);
  if (status != STATUS_OK || sim_chance(seat->world, 1000)) return status;
  return history_read(seat, partition_of(seat->world, TOPIC_CHECKPOINT, seat->shard), &seat->writer.checkpoint_at,
                      seat->writer.checkpoint_end, &seat->writer.loan[3], records, capacity, count, ended);
}

static enum status port_input_seek(void *self, uint64_t events, uint64_t inbox, struct fault *fault) {
  struct seat *seat = self;
  enum status status = call_begins(seat, "input_seek", fault);
  if (status != STATUS_OK) return status;
  seat->writer.events_at = events == NONE_YET ? 0 : index_of(partition_of(seat->world, TOPIC_EVENTS, seat->shard), events);
  seat->writer.inbox_at = inbox == NONE_YET ? 0 : index_of(partition_of(seat->world, TOPIC_MESSAGES, seat->shard), inbox);
  sim_tell_seat(seat, "goes on at event %lld, message %lld", (long long)events, (long long)inbox);
  return STATUS_OK;
}

static uint32_t lines_take(struct seat *seat, struct partition *partition, uint32_t *at, struct buffer *loan, struct input_line *lines,
                           uint32_t most) {
  uint32_t count = 0;
  loan_reset(loan);
  for (; *at < partition->count && count < most; (*at)++) {
    const struct record *record = &partition->records[*at];
    if (!record_is_readable(record)) break;
    if (!record_committed(record)) continue;
    if (loan->capacity - loan->length < record->bytes.length + record->key.length) break;
    struct str bytes = loan_copy(loan, record->bytes), key = record->key.at == NULL ? record->key : loan_copy(loan, record->key);
    lines[count++] = (struct input_line){
        .bytes = bytes, .key = key, .position = record->place, .next = record->place + 1, .arrival_ms = record->arrival_ms};
  }
  (void)seat;
  return count;
}

static enum status port_poll(void *self, struct input_line *lines, uint32_t capacity, uint32_t *count, struct fault *fault) {
  struct seat *seat = self;
  struct writer *writer = &seat->writer;
  *count = 0;
  enum status status = call_begins(seat, "poll", fault);
  if (status != STATUS_OK || sim_chance(seat->world, 2000)) return status;
  uint32_t most = 1 + sim_upto(seat->world, 12);
  *count = lines_take(seat, partition_of(seat->world, TOPIC_EVENTS, seat->shard), &writer->events_at, &writer->loan[0], lines,
                      most < capacity ? most : capacity);
  writer->polled_count = *count;
  for (uint32_t i = 0; i < *count; i++) writer->polled[i] = lines[i].position;
  return STATUS_OK;
}

static enum status port_poll_inbox(void *self, struct input_line *lines, uint32_t capacity, uint32_t *count, struct fault *fault) {
  struct seat *seat = self;
  *count = 0;
  enum status status = call_begins(seat, "poll_inbox", fault);
  if (status != STATUS_OK || sim_chance(seat->world, 2000)) return status;
  uint32_t most = 1 + sim_upto(seat->world, 12);
  *count = lines_take(seat, partition_of(seat->world, TOPIC_MESSAGES, seat->shard), &seat->writer.inbox_at, &seat->writer.loan[1], lines,
                      most < capacity ? most : capacity);
  return STATUS_OK;
}

static struct str port_input_name(void *self) {
  static const char *const names[SHARDS_MOST] = {"events/0", "events/1", "events/2", "events/3"};
  struct seat *seat = self;
  return str_of(names[seat->shard]);
}

static enum status port_wrap_dead(void *self, uint32_t line, struct str letter, struct buffer *out, struct fault *fault) {
  struct seat *seat = self;
  (void)fault;
  if (line >= seat->writer.polled_count) {
    sim_break(seat->world, "a dead letter about line %u of %u that are lent", line, seat->writer.polled_count);
    return STATUS_OK;
  }
  buffer_print(out, "{\"position\":%llu,\"letter\":", (unsigned long long)seat->writer.polled[line]);
  buffer_put(out, letter);
  return STATUS_OK;
}

struct ledger_log sim_log_port(struct seat *seat) {
  return (struct ledger_log){.self = seat,
                             .fence = port_fence,
                             .drop = port_drop,
                             .journal_seek = port_journal_seek,
                             .journal_read = port_journal_read,
                             .checkpoint_seek = port_checkpoint_seek,
                             .checkpoint_read = port_checkpoint_read,
                             .input_seek = port_input_seek,
                             .poll = port_poll,
                             .poll_inbox = port_poll_inbox,
                             .input_name = port_input_name,
                             .wrap_dead = port_wrap_dead,
                             .begin = port_begin,
                             .append = port_append,
                             .append_journal = port_append_journal,
                             .append_bucket = port_append_bucket,
                             .commit_start = port_commit_start,
                             .commit_poll = port_commit_poll,
                             .trim = port_trim};
}
