/* Batches: the two ports behind which the shard room works, and the one transaction a batch becomes.
 *
 *     decided in memory -> [sealed: begin, outputs, journal, buckets, commit_start] -> committed -> its states may go to the view
 *
 * The next batch is decided while the last one commits; it is sealed only after that one is known to be committed, and dropped with it
 * when it is not. */
#include "parts.h"

#define FRAME_HEAD 9u
#define LETTERS_MOST (64u * 1024u * 1024u)

void batch_open(struct ledger *ledger, struct batch *batch) {
  buffer_reset(&batch->outputs);
  uint64_t sequence = ledger->flying != NULL ? ledger->flying->sequence + 1 : ledger->past.sequence + 1;
  const struct batch *before = ledger->flying;
  struct buffer outputs = batch->outputs;
  *batch = (struct batch){.outputs = outputs,
                          .sequence = sequence,
                          .from = ledger->pending.head,
                          .to = ledger->pending.head,
                          .events_next = before != NULL ? before->events_next : ledger->past.events_next,
                          .inbox_next = before != NULL ? before->inbox_next : ledger->past.inbox_next};
  ledger->open = batch;
}

static uint64_t tallies_room(const struct ledger *ledger) { return (uint64_t)ledger->settings.buckets * TALLY_STATE; }

/* Whether another line might not fit. */
bool batch_full(const struct ledger *ledger) {
  const struct batch *batch = ledger->open;
  uint64_t changed = ledger->shard == NULL ? 0 : shard_changed_bytes(ledger->shard);
  return batch->outputs.capacity - batch->outputs.length < LINE_ROOM || batch->letters > LETTERS_MOST ||
         changed + EVENT_STATES + tallies_room(ledger) > pending_room(&ledger->pending);
}

/* ---- the shard's log port ---- */

static enum status port_poll(void *self, struct input_line *lines, uint32_t capacity, uint32_t *count, bool *ended, struct fault *fault) {
  struct ledger *ledger = self;
  *ended = false, *count = 0;
  if (ledger->draining) return STATUS_OK;
  enum status status = ledger->log.poll(ledger->log.self, lines, capacity, count, fault);
  if (MUTANT(INPUT_POLLED) && status == STATUS_OK && *count > 0) ledger->open->events_next = lines[*count - 1].next + 1;
  return status;
}

static enum status port_poll_inbox(void *self, struct input_line *lines, uint32_t capacity, uint32_t *count, struct fault *fault) {
  struct ledger *ledger = self;
  *count = 0;
  enum status status = ledger->log.poll_inbox(ledger->log.self, lines, capacity, count, fault);
  if (status == STATUS_OK && *count > 0 && !MUTANT(INBOX_UNCOUNTED)) ledger->open->inbox_next = lines[*count - 1].next + 1;
  return status;
}

static void frame_number(struct buffer *out, uint32_t number) {
  for (unsigned i = 0; i < 4; i++) buffer_byte(out, (char)(unsigned char)(number >> (8 * i)));
}

static void frame_head(struct buffer *out, enum output output, uint32_t which, size_t length) {
  buffer_byte(out, (char)output);
  frame_number(out, which);
  frame_number(out, (uint32_t)length);
}

static enum status dead_append(struct ledger *ledger, uint32_t line, struct str letter, struct fault *fault) {
  struct buffer *out = &ledger->open->outputs;
  size_t head = out->length;
  ledger->open->letters += letter.length;
  if (line == LINE_NONE) { /* no record of this shard's input is lent */
    frame_head(out, OUTPUT_DLQ, 0, letter.length);
    buffer_put(out, letter);
    return STATUS_OK;
  }
  frame_head(out, OUTPUT_DLQ, 0, 0);
  enum status status = ledger->log.wrap_dead(ledger->log.self, line, letter, out, fault);
  if (status != STATUS_OK) return status;
  assert(!out->overflowed);
  uint32_t length = (uint32_t)(out->length - head - FRAME_HEAD);
  for (unsigned i = 0; i < 4; i++) out->memory[head + 5 + i] = (char)(unsigned char)(length >> (8 * i));
  return STATUS_OK;
}

static enum status port_append(void *self, enum output output, uint32_t which, struct str bytes, struct fault *fault) {
  struct ledger *ledger = self;
  struct batch *batch = ledger->open;
  batch->stirred = true;
  if (output == OUTPUT_DLQ) return dead_append(ledger, which, bytes, fault);
  if (output == OUTPUT_MESSAGES) ledger->counts.claims++;
  while (bytes.length > 0) {
    struct str line = bytes, rest = {NULL, 0};
    if (output == OUTPUT_REWARDS && str_split(bytes, '\n', &line, &rest)) line.length++; /* one record each */
    frame_head(&batch->outputs, output, which, line.length);
    buffer_put(&batch->outputs, line);
    bytes = rest;
  }
  assert(!batch->outputs.overflowed); /* batch_full stops before */
  return STATUS_OK;
}

static struct str port_input_name(void *self) {
  struct ledger *ledger = self;
  return ledger->log.input_name == NULL ? STR("events") : ledger->log.input_name(ledger->log.self);
}

static bool port_full(void *self) { return batch_full(self); }

struct log_port batch_log_port(struct ledger *ledger) {
  return (struct log_port){ledger, port_poll, port_append, port_input_name, port_poll_inbox, port_full};
}

/* ---- the shard's view port ---- */

static enum status port_load(void *self, struct str key, struct str *record, struct fault *fault) {
  return view_load(self, key, record, fault);
}

static enum status port_store(void *self, struct str key, struct str record, struct fault *fault) {
  struct ledger *ledger = self;
  if (pending_room(&ledger->pending) < pending_size(key, record) + tallies_room(ledger)) /* batch_full stops long before */
    return fault_set(fault, STATUS_USAGE, "one event changed more than pending.bytes holds; make it larger");
  enum status status = proof_store(ledger, key, record, fault);
  if (status != STATUS_OK) return status;
  pending_add(&ledger->pending, key, record, ledger->open->sequence);
  ledger->open->to = ledger->pending.head;
  return STATUS_OK;
}

static enum status port_prefetch(void *self, const struct str *keys, uint32_t count, struct fault *fault) {
  return view_prefetch(self, keys, count, fault);
}

static enum status port_customers(void *self, struct str after, struct owner *out, uint32_t capacity, uint32_t *count, bool *ended,
                                  struct fault *fault) {
  return view_customers(self, after, out, capacity, count, ended, fault);
}

static bool port_before(void *self, struct str a, struct str b) {
  const struct ledger *ledger = self;
  uint32_t in_a = pending_bucket(&ledger->pending, a), in_b = pending_bucket(&ledger->pending, b);
  return in_a != in_b ? in_a < in_b : str_compare(a, b) < 0;
}

struct view_port batch_view_port(struct ledger *ledger) {
  return (struct view_port){ledger, port_load, port_store, port_prefetch, port_customers, port_before};
}

/* ---- seal and commit ---- */

static enum status outputs_append(struct ledger *ledger, const struct batch *batch, struct fault *fault) {
  struct str rest = buffer_text(&batch->outputs);
  while (rest.length > 0) {
    const unsigned char *head = (const unsigned char *)rest.at;
    uint32_t which = 0, length = 0;
    for (unsigned i = 0; i < 4; i++) which |= (uint32_t)head[1 + i] << (8 * i), length |= (uint32_t)head[5 + i] << (8 * i);
    enum status status =
        ledger->log.append(ledger->log.self, (enum output)head[0], which, (struct str){rest.at + FRAME_HEAD, length}, fault);
    if (status != STATUS_OK) return status;
    rest = str_from(rest, FRAME_HEAD + length);
  }
  return STATUS_OK;
}

struct redo_head redo_head_of(const struct ledger *ledger, enum redo_kind kind, uint64_t sequence) {
  return (struct redo_head){.kind = kind,
                            .epoch = ledger->past.epoch,
                            .sequence = sequence,
                            .shard = ledger->settings.shard,
                            .shards = ledger->settings.shards,
                            .buckets = ledger->settings.buckets,
                            .secret = ledger->secret,
                            .tallied = ledger->stage == LEDGER_RUNNING || ledger->past.tallied,
                            .root = ledger->stage == LEDGER_RUNNING ? ledger->proof.root : ledger->past.root};
}

static enum status part_append(struct ledger *ledger, struct redo_head *head, bool last, struct fault *fault) {
  if (last) { /* the head says so, and it stands in front: number 2 of the head, always one byte */
    size_t at = 2;
    while ((unsigned char)ledger->part.memory[at] >= 0x80) at++;
    ledger->part.memory[at + 1] = 1;
  }
  head->part++;
  return ledger->log.append_journal(ledger->log.self, buffer_text(&ledger->part), fault);
}

/* The journal record of a batch: every owner it touched with its new state, each once. */
enum status journal_write(struct ledger *ledger, const struct batch *batch, struct fault *fault) {
  struct redo_head head = redo_head_of(ledger, REDO_JOURNAL, batch->sequence);
  head.events_next = batch->events_next, head.inbox_next = batch->inbox_next;
  head.rulebook = hash64(&HASH_KEY_FIXED, ledger->rulebook->digest);
  redo_open(&ledger->part, &head);
  uint64_t at = batch->from;
  for (const struct pending_entry *entry; (entry = pending_next(&ledger->pending, &at, batch->to)) != NULL;) {
    if (!pending_is_latest(entry)) continue; /* nothing is behind the open batch: a later one is of this batch */
    if (redo_put(&ledger->part, pending_key(entry), pending_record(entry))) continue;
    enum status status = part_append(ledger, &head, false, fault);
    if (status != STATUS_OK) return status;
    redo_open(&ledger->part, &head);
    bool put = redo_put(&ledger->part, pending_key(entry), pending_record(entry));
    assert(put); /* the largest state fits an empty part */
    (void)put;
  }
  return part_append(ledger, &head, true, fault);
}

enum status batch_commit(struct ledger *ledger, struct fault *fault) {
  struct batch *batch = ledger->open;
  assert(ledger->flying == NULL);
  if (ledger->shard != NULL) {
    enum status status = shard_flush(ledger->shard, fault);
    if (status != STATUS_OK) return status;
    uint64_t next = shard_next(ledger->shard);
    if (next != 0 && !MUTANT(INPUT_POLLED)) batch->events_next = next + 1;
    batch->counts = *shard_counts(ledger->shard);
    proof_states(ledger);
  }
  enum status status = ledger->log.begin(ledger->log.self, fault);
  if (status == STATUS_OK) status = outputs_append(ledger, batch, fault);
  if (status == STATUS_OK) status = journal_write(ledger, batch, fault);
  if (status == STATUS_OK) status = checkpoint_write(ledger, batch, fault);
  if (status == STATUS_OK) status = ledger->log.commit_start(ledger->log.self, fault);
  if (status != STATUS_OK) return status;
  batch->sealed_ms = ledger->now_ms;
  ledger->flying = batch;
  batch_open(ledger, batch == &ledger->batches[0] ? &ledger->batches[1] : &ledger->batches[0]);
  return STATUS_OK;
}

static void mark_add(struct ledger *ledger, const struct batch *batch) {
  assert(ledger->marks_count < MARKS_MOST);
  ledger->marks[(ledger->marks_first + ledger->marks_count++) % MARKS_MOST] =
      (struct mark){batch->to, batch->sequence, ledger->past.place, batch->events_next, batch->inbox_next};
}

enum status batch_poll(struct ledger *ledger, bool *busy, struct fault *fault) {
  bool done = false;
  uint64_t place = 0;
  struct batch *batch = ledger->flying;
  if (batch == NULL) return STATUS_OK;
  enum status status = ledger->log.commit_poll(ledger->log.self, &done, &place, fault);
  if (MUTANT(KEEP_PIPELINED) && status != STATUS_OK) {
    ledger->flying = NULL;
    ledger->open->sequence = batch->sequence;
    ledger->open->from = batch->from;
    return STATUS_OK;
  }
  if (status != STATUS_OK || !done) return status;
  *busy = true;
  ledger->flying = NULL;
  ledger->past.sequence = batch->sequence, ledger->past.place = place;
  ledger->past.events_next = batch->events_next, ledger->past.inbox_next = batch->inbox_next;
  ledger->committed_to = batch->to;
  ledger->committed = batch->counts;
  ledger->counts.commits++;
  ledger->counts.commit_ms = ledger->now_ms - batch->sealed_ms;
  mark_add(ledger, batch);
  return checkpoint_committed(ledger, fault);
}
