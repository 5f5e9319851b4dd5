/* The view as the ledger sees it: loads with their version, and committed states on their way into it.
 *
 * Only committed states are written, each write states the version it expects, and the mark moves to a batch only with the write that holds
 * the last of its states. A state is forgotten here when the view has answered that it holds it. */
#include "parts.h"

#define WRITE_PAUSE_MS 100 /* gather that long: an owner that changes in many batches is written once */

enum status view_refused(struct fault *fault) {
  return fault_set(fault, STATUS_SERVICE,
                   "the view is not as this shard left it: another process owns the shard now, or the view was emptied or restored");
}

/* ---- loads ---- */

_Static_assert(STAGED_SLOTS >= 2 * STAGED_MOST && STAGED_MOST < UINT16_MAX, "look-ups among what is staged end soon");

/* The slot of a key, or the free one where it would go. */
static uint32_t staged_slot(const struct ledger *ledger, struct str key) {
  uint32_t at = (uint32_t)hash64(&HASH_KEY_FIXED, key) % STAGED_SLOTS;
  while (ledger->staged_slots[at] != 0 && !str_equal(ledger->staged[ledger->staged_slots[at] - 1].key, key)) at = (at + 1) % STAGED_SLOTS;
  return at;
}

static struct staged *staged_find(struct ledger *ledger, struct str key) {
  uint32_t slot = staged_slot(ledger, key);
  if (ledger->staged_slots[slot] == 0) return NULL;
  struct staged *staged = &ledger->staged[ledger->staged_slots[slot] - 1];
  return staged->taken ? NULL : staged;
}

static void staged_clear(struct ledger *ledger) {
  ledger->staged_count = 0;
  memset(ledger->staged_slots, 0, sizeof ledger->staged_slots);
  buffer_reset(&ledger->staged_bytes);
}

enum status view_load(struct ledger *ledger, struct str key, struct str *record, struct fault *fault) {
  if (!MUTANT(FORGET_PENDING) && pending_find(&ledger->pending, key, record)) return STATUS_OK;
  struct staged *staged = staged_find(ledger, key);
  if (staged != NULL) {
    staged->taken = true;
    *record = staged->record;
    return STATUS_OK;
  }
  ledger->load_keys[0] = (struct store_record){.key = key, .bucket = pending_bucket(&ledger->pending, key)};
  ledger->load_records[0] = (struct str){NULL, 0};
  enum status status = view_learn(ledger, ledger->load_keys, 1, fault);
  if (status == STATUS_OK && !view_lacks(ledger, ledger->load_keys)) status = view_read(ledger, 1, fault);
  *record = ledger->load_records[0];
  return status;
}

/* A shard without events would not notice that its view was emptied. */
enum status view_check(struct ledger *ledger, struct fault *fault) { return view_read(ledger, 0, fault); }

static struct str staged_copy(struct ledger *ledger, struct str bytes) {
  struct str copy = {ledger->staged_bytes.memory + ledger->staged_bytes.length, bytes.length};
  buffer_put(&ledger->staged_bytes, bytes);
  return copy;
}

static void staged_add(struct ledger *ledger, struct str key, struct str record) {
  struct buffer *bytes = &ledger->staged_bytes;
  uint32_t slot = staged_slot(ledger, key);
  if (ledger->staged_slots[slot] != 0) return; /* asked for twice: a second copy would be given out when the first is old */
  if (ledger->staged_count == STAGED_MOST || bytes->capacity - bytes->length < key.length + record.length) return; /* loaded alone then */
  struct str key_copy = staged_copy(ledger, key), record_copy = staged_copy(ledger, record);
  ledger->staged[ledger->staged_count++] = (struct staged){key_copy, record_copy, false};
  ledger->staged_slots[slot] = (uint16_t)ledger->staged_count;
}

/* Of the keys in load_keys those that the view has; whoever is nowhere is staged as such. A bucket that was forgotten is asked later. */
static uint32_t keys_there(struct ledger *ledger, uint32_t count) {
  uint32_t there = 0;
  for (uint32_t i = 0; i < count; i++) {
    const struct store_record key = ledger->load_keys[i];
    if (view_lacks(ledger, &key))
      staged_add(ledger, key.key, (struct str){NULL, 0});
    else if (view_knows(ledger, &key))
      ledger->load_keys[there++] = key;
  }
  return there;
}

/* What is staged is given out once, and forgotten when room is needed. A record that changed was loaded before, so its staged copy is
 * spent: it is in `pending`, which is asked first, or in the view, which is asked again. */
enum status view_prefetch(struct ledger *ledger, const struct str *keys, uint32_t count, struct fault *fault) {
  struct str record;
  uint32_t wanted = 0;
  if (ledger->staged_count + count > STAGED_MOST || ledger->staged_bytes.length > STAGED_BYTES / 2) staged_clear(ledger);
  for (uint32_t i = 0; i < count && wanted < STAGED_MOST; i++) {
    if (pending_find(&ledger->pending, keys[i], &record)) continue;
    ledger->load_keys[wanted++] = (struct store_record){.key = keys[i], .bucket = pending_bucket(&ledger->pending, keys[i])};
  }
  if (wanted == 0) return STATUS_OK;
  enum status status = view_learn(ledger, ledger->load_keys, wanted, fault);
  wanted = status == STATUS_OK ? keys_there(ledger, wanted) : 0;
  if (wanted > 0) status = view_read(ledger, wanted, fault);
  for (uint32_t i = 0; i < wanted && status == STATUS_OK; i++) staged_add(ledger, ledger->load_keys[i].key, ledger->load_records[i]);
  return status;
}

/* ---- writes ---- */

enum status view_send(struct ledger *ledger, const struct mark *mark, bool create, struct fault *fault) {
  struct store_write write = {.expect = ledger->version,
                              .next = {ledger->past.epoch, ledger->version.count + 1},
                              .create = create,
                              .shards = ledger->settings.shards,
                              .buckets = ledger->settings.buckets,
                              .secret = ledger->secret,
                              .records = ledger->write_records,
                              .count = ledger->write_count};
  if (mark != NULL) {
    write.set_mark = true;
    write.mark_sequence = mark->sequence, write.mark_place = mark->place;
    write.events_next = mark->events_next, write.inbox_next = mark->inbox_next;
  }
  if (MUTANT(NO_VERSION_ON_WRITE)) {
    struct segment now;
    if (ledger->store.look(ledger->store.self, &now, fault) == STATUS_OK && now.exists) write.expect = now.version;
  }
  assert(ledger->writes_sent - ledger->writes_answered < WRITES_MOST);
  ledger->writes_to[ledger->writes_sent % WRITES_MOST] = ledger->written_to;
  enum status status = ledger->store.write(ledger->store.self, &write, fault);
  if (status != STATUS_OK) return status;
  ledger->writes_sent++;
  ledger->version = write.next;
  ledger->write_count = 0, ledger->write_bytes = 0;
  buffer_reset(&ledger->write_copies);
  ledger->counts.view_writes++;
  return STATUS_OK;
}

enum status view_answers(struct ledger *ledger, bool wait, struct fault *fault) {
  if (ledger->writes_sent == ledger->writes_answered) return STATUS_OK;
  bool refused = false;
  uint64_t answered = ledger->writes_answered;
  enum status status = ledger->store.answers(ledger->store.self, wait, &answered, &refused, fault);
  if (status == STATUS_STATE && ledger->stage != LEDGER_REBUILDING) return view_damaged(ledger, fault);
  if (status != STATUS_OK) return status;
  if (refused) {
    ledger->counts.view_refused++;
    return view_refused(fault);
  }
  assert(answered <= ledger->writes_sent && answered >= ledger->writes_answered);
  while (ledger->writes_answered < answered) {
    uint64_t to = ledger->writes_to[ledger->writes_answered++ % WRITES_MOST];
    if (to > ledger->pending.tail) pending_drop(&ledger->pending, to);
  }
  return STATUS_OK;
}

bool view_settled(const struct ledger *ledger) {
  return ledger->writes_sent == ledger->writes_answered && ledger->marks_count == 0 && ledger->written_to == ledger->committed_to;
}

/* A state that a later committed batch changed again is left out: the later one is written, and redo from any mark in between has it. */
static bool superseded(const struct ledger *ledger, const struct pending_entry *entry) {
  const struct pending_entry *latest = pending_latest(&ledger->pending, entry);
  return latest != entry && latest->batch <= ledger->past.sequence;
}

/* Collects one write's worth of committed states; returns the position behind them. */
static uint64_t collect(struct ledger *ledger, uint64_t end) {
  uint64_t at = ledger->written_to;
  ledger->write_count = 0, ledger->write_bytes = 0;
  while (ledger->write_count < WRITE_RECORDS && ledger->write_bytes < WRITE_BYTES) {
    const struct pending_entry *entry = pending_next(&ledger->pending, &at, end);
    if (entry == NULL) return end;
    if (superseded(ledger, entry)) continue;
    ledger->write_records[ledger->write_count++] = (struct store_record){pending_key(entry), pending_record(entry), entry->bucket};
    ledger->write_bytes += entry->size;
  }
  return at;
}

/* The last batch whose states are all before `to`; those before it are done with. */
static const struct mark *marks_take(struct ledger *ledger, uint64_t to) {
  const struct mark *last = NULL;
  while (ledger->marks_count > 0) {
    const struct mark *mark = &ledger->marks[ledger->marks_first];
    if (mark->to > to && !MUTANT(MARK_EARLY)) break;
    ledger->last_mark = *mark;
    last = &ledger->last_mark;
    ledger->marks_first = (ledger->marks_first + 1) % MARKS_MOST;
    ledger->marks_count--;
  }
  return last;
}

static bool writing_is_due(const struct ledger *ledger, bool all) {
  if (ledger->marks_count == 0 && ledger->written_to == ledger->committed_to) return false;
  uint64_t waiting = ledger->committed_to - ledger->written_to;
  return all || waiting >= WRITE_BYTES || ledger->marks_count > MARKS_MOST / 2 || ledger->now_ms - ledger->wrote_ms >= WRITE_PAUSE_MS ||
         ledger->now_ms < ledger->wrote_ms;
}

enum status view_write_behind(struct ledger *ledger, bool all, bool *busy, struct fault *fault) {
  enum status status = view_answers(ledger, false, fault);
  if (status != STATUS_OK || !writing_is_due(ledger, all)) return status;
  uint64_t end = MUTANT(FLUSH_UNCOMMITTED) && ledger->flying != NULL ? ledger->flying->to : ledger->committed_to;
  if (end < ledger->written_to) end = ledger->written_to;
  if (ledger->writes_sent - ledger->writes_answered >= WRITES_MOST) return STATUS_OK;
  ledger->written_to = collect(ledger, end);
  const struct mark *mark = marks_take(ledger, ledger->written_to);
  if (ledger->written_to >= ledger->committed_to) ledger->wrote_ms = ledger->now_ms;
  *busy = true;
  return view_send(ledger, mark, false, fault);
}
