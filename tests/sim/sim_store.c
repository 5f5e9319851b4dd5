/* The simulated view: one segment for each shard, with the state it had after each of its last writes, so that a failover can lose some.
 *
 * A connection keeps its order: writes wait in its queue, are applied some time, answered some time later. A worker that leaves may leave
 * writes behind in a socket's buffer; they arrive later, with the version they expected then. Copying a segment copies pointers: bytes of
 * records are never changed. */
#include "sim.h"

static void image_copy(struct image *to, const struct image *from) {
  to->segment = from->segment;
  to->tampered = from->tampered;
  to->count = from->count;
  memcpy(to->marks, from->marks, from->count * sizeof from->marks[0]);
  memcpy(to->owners, from->owners, from->count * sizeof from->owners[0]);
}

static uint32_t key_mark(struct str key) { return (uint32_t)hash64(&HASH_KEY_FIXED, key); }

static uint32_t image_at(const struct image *image, struct str key, uint32_t mark) {
  uint32_t at = 0;
  while (at < image->count && (image->marks[at] != mark || !str_equal(image->owners[at].key, key))) at++;
  return at;
}

const struct owner_record *image_find(const struct image *image, struct str key) {
  uint32_t at = image_at(image, key, key_mark(key));
  return at == image->count ? NULL : &image->owners[at];
}

struct owner_record *image_place(struct image *image, struct str key) {
  uint32_t mark = key_mark(key), at = image_at(image, key, mark);
  if (at < image->count) return &image->owners[at];
  assert(image->count < OWNERS_MOST);
  image->marks[at] = mark, image->count++;
  image->owners[at] = (struct owner_record){0};
  return &image->owners[at];
}

void image_remove(struct image *image, uint32_t at) {
  uint32_t last = --image->count;
  assert(at <= last);
  image->owners[at] = image->owners[last], image->marks[at] = image->marks[last];
}

static void image_put(struct image *image, const struct store_record *record) {
  uint32_t at = record->record.length > 0 ? image->count : image_at(image, record->key, key_mark(record->key));
  if (record->record.length == 0 && at < image->count) image_remove(image, at);
  if (record->record.length == 0) return;
  *image_place(image, record->key) = (struct owner_record){record->key, record->record, record->bucket};
}

void sim_store_open(struct world *world) {
  for (uint32_t i = 0; i < SHARDS_MOST; i++) {
    struct sim_segment *segment = &world->segments[i];
    memset(&segment->now.segment, 0, sizeof segment->now.segment);
    segment->now.count = segment->past_count = 0;
    segment->has_backup = segment->now.tampered = false;
  }
  world->late_count = 0;
  world->away_until_ms = world->read_only_until_ms = world->slow_until_ms = 0;
}

static bool version_equal(struct version a, struct version b) { return a.epoch == b.epoch && a.count == b.count; }

/* ---- what befalls the view ---- */

static void segment_remember(struct sim_segment *segment) {
  if (segment->past_count == IMAGES_MOST) { /* the oldest half goes */
    for (uint32_t i = 0; i < IMAGES_MOST / 2; i++) image_copy(&segment->past[i], &segment->past[i + IMAGES_MOST / 2]);
    segment->past_count = IMAGES_MOST / 2;
  }
  image_copy(&segment->past[segment->past_count++], &segment->now);
}

static void segment_fail_over(struct sim_segment *segment, uint32_t writes) {
  while (writes-- > 0 && segment->past_count > 0) image_copy(&segment->now, &segment->past[--segment->past_count]);
}

static void segment_flush(struct sim_segment *segment) {
  memset(&segment->now.segment, 0, sizeof segment->now.segment);
  segment->now.count = segment->past_count = 0;
  segment->now.tampered = false;
}

/* One Redis holds all segments, or each has its own. */
static bool befalls(struct world *world, uint32_t shard, uint32_t chosen) { return chosen == world->shards || chosen == shard; }

static void segments_suffer(struct world *world, enum sim_fault fault) {
  uint32_t chosen = sim_upto(world, world->shards + 1), writes = 1 + sim_upto(world, 4);
  for (uint32_t i = 0; i < world->shards; i++) {
    struct sim_segment *segment = &world->segments[i];
    if (!befalls(world, i, chosen)) continue;
    if (fault == FAULT_FAILOVER) segment_fail_over(segment, writes);
    if (fault == FAULT_FLUSH) segment_flush(segment);
    if (fault == FAULT_RESTORE && segment->has_backup) image_copy(&segment->now, &segment->backup), segment->past_count = 0;
    sim_tell(world, "view of shard %u: %s; version %llu.%llu, mark at batch %llu", i, fault_texts[fault],
             (unsigned long long)segment->now.segment.version.epoch, (unsigned long long)segment->now.segment.version.count,
             (unsigned long long)segment->now.segment.mark_sequence);
  }
}

/* ---- writes ---- */

static bool write_apply(struct world *world, const struct queued_write *queued) {
  struct sim_segment *segment = &world->segments[queued->shard];
  struct image *now = &segment->now;
  const struct store_write *write = &queued->write;
  if (!write->create && !(now->segment.exists && version_equal(now->segment.version, write->expect))) return false;
  segment_remember(segment);
  if (write->create) {
    now->count = 0;
    now->tampered = false;
    now->segment = (struct segment){.shards = write->shards, .buckets = write->buckets, .secret = write->secret};
  }
  now->segment.exists = true;
  now->segment.version = write->next;
  if (write->set_mark) now->segment.mark_sequence = write->mark_sequence, now->segment.mark_place = write->mark_place;
  for (uint32_t i = 0; i < write->count; i++) image_put(now, &write->records[i]);
  if (sim_chance(world, 300)) image_copy(&segment->backup, now), segment->has_backup = true;
  return true;
}

static void late_arrive(struct world *world) {
  uint32_t chosen = sim_upto(world, world->late_count);
  for (uint32_t i = 0; i < chosen; i++) /* one connection keeps its order */
    if (world->late[i].connection == world->late[chosen].connection) {
      chosen = i;
      break;
    }
  struct queued_write late = world->late[chosen];
  memmove(&world->late[chosen], &world->late[chosen + 1], (world->late_count - chosen - 1) * sizeof late);
  world->late_count--;
  bool taken = write_apply(world, &late);
  sim_tell(world, "view of shard %u: a late write %llu.%llu -> %llu.%llu arrives and is %s", late.shard,
           (unsigned long long)late.write.expect.epoch, (unsigned long long)late.write.expect.count,
           (unsigned long long)late.write.next.epoch, (unsigned long long)late.write.next.count, taken ? "taken" : "refused");
}

static void outage_begin(struct world *world, enum sim_fault fault, int64_t *until_ms) {
  if (!sim_hit(world, fault)) return;
  *until_ms = world->now_ms + 20 + sim_upto(world, 400);
  sim_tell(world, "view: %s", fault_texts[fault]);
}

void sim_store_tick(struct world *world) {
  if (world->late_count > 0 && sim_chance(world, 1000)) late_arrive(world);
  if (!world->faults) return;
  static const enum sim_fault sudden[] = {FAULT_FAILOVER, FAULT_FLUSH, FAULT_RESTORE};
  for (uint32_t i = 0; i < 3; i++)
    if (sim_hit(world, sudden[i])) segments_suffer(world, sudden[i]);
  sim_tamper(world);
  outage_begin(world, FAULT_STORE_AWAY, &world->away_until_ms);
  outage_begin(world, FAULT_STORE_READ_ONLY, &world->read_only_until_ms);
  outage_begin(world, FAULT_STORE_SLOW, &world->slow_until_ms);
}

void sim_store_heal(struct world *world) {
  world->away_until_ms = world->read_only_until_ms = world->slow_until_ms = 0;
  while (world->late_count > 0) late_arrive(world);
}

/* ---- one connection ---- */

static enum status connection_break(struct connection *connection, struct fault *fault, const char *text) {
  connection->broken = true;
  return seat_fails(fault, text);
}

static enum status call_begins(struct seat *seat, const char *call, struct fault *fault) {
  struct world *world = seat->world;
  struct connection *connection = &seat->connection;
  if (!seat_calls(seat, call)) return seat_fails(fault, "the worker is dead");
  sim_store_tick(world);
  if (world->faults && world->now_ms < world->away_until_ms) return connection_break(connection, fault, "the view is not reachable");
  if (connection->broken) return seat_fails(fault, "the connection is broken");
  if (connection->id == 0) connection->id = ++world->connections;
  return STATUS_OK;
}

/* The next write reaches the view. */
static enum status queue_apply_one(struct seat *seat, struct fault *fault) {
  struct world *world = seat->world;
  struct connection *connection = &seat->connection;
  struct queued_write write = connection->queue[0];
  memmove(&connection->queue[0], &connection->queue[1], (connection->queued - 1) * sizeof write);
  connection->queued--;
  if (world->faults && world->now_ms < world->read_only_until_ms) return connection_break(connection, fault, "the view takes no writes");
  bool taken = write_apply(world, &write);
  connection->refused |= !taken;
  connection->applied++;
  sim_tell_seat(seat, "view write %llu.%llu -> %llu.%llu, %u states%s: %s", (unsigned long long)write.write.expect.epoch,
                (unsigned long long)write.write.expect.count, (unsigned long long)write.write.next.epoch,
                (unsigned long long)write.write.next.count, write.write.count, write.write.set_mark ? ", mark" : "",
                taken ? "taken" : "refused");
  return sim_hit(world, FAULT_REPLY_LOST) ? connection_break(connection, fault, "the answer was lost") : STATUS_OK;
}

static enum status queue_apply(struct seat *seat, uint32_t most, struct fault *fault) {
  enum status status = STATUS_OK;
  while (status == STATUS_OK && most-- > 0 && seat->connection.queued > 0) status = queue_apply_one(seat, fault);
  return status;
}

void connection_leave(struct seat *seat) {
  struct world *world = seat->world;
  struct connection *connection = &seat->connection;
  bool late = connection->queued > 0 && sim_hit(world, FAULT_LATE_WRITE);
  for (uint32_t i = 0; late && i < connection->queued && world->late_count < LATE_MOST; i++)
    world->late[world->late_count++] = connection->queue[i];
  connection->id = 0;
  connection->queued = 0;
  connection->applied = connection->answered = 0;
  connection->refused = connection->broken = false;
}

static void port_drop(void *self) {
  struct seat *seat = self;
  connection_leave(seat);
}

static enum status port_look(void *self, struct segment *out, struct fault *fault) {
  struct seat *seat = self;
  enum status status = call_begins(seat, "look", fault);
  if (status == STATUS_OK) status = queue_apply(seat, WRITES_QUEUED, fault);
  if (status == STATUS_OK) *out = seat->world->segments[seat->shard].now.segment;
  return status;
}

static enum status port_write(void *self, const struct store_write *write, struct fault *fault) {
  struct seat *seat = self;
  struct world *world = seat->world;
  struct connection *connection = &seat->connection;
  enum status status = call_begins(seat, "write", fault);
  if (status != STATUS_OK) return status;
  if (connection->queued == WRITES_QUEUED) {
    sim_break(world, "more than %u writes to the view are under way", WRITES_QUEUED);
    return STATUS_OK;
  }
  struct store_record *copies = arena_array(&world->arena, write->count + 1, sizeof *copies);
  assert(copies != NULL);
  for (uint32_t i = 0; i < write->count; i++)
    copies[i] =
        (struct store_record){sim_copy(world, write->records[i].key), sim_copy(world, write->records[i].record), write->records[i].bucket};
  struct queued_write *queued = &connection->queue[connection->queued++];
  *queued = (struct queued_write){*write, seat->shard, connection->id};
  queued->write.records = copies;
  return sim_chance(world, 5000) ? queue_apply(seat, 1, fault) : STATUS_OK;
}

static enum status port_answers(void *self, bool wait, uint64_t *answered, bool *refused, struct fault *fault) {
  struct seat *seat = self;
  struct world *world = seat->world;
  struct connection *connection = &seat->connection;
  enum status status = call_begins(seat, "answers", fault);
  bool slow = world->faults && world->now_ms < world->slow_until_ms;
  if (status == STATUS_OK) status = queue_apply(seat, wait ? WRITES_QUEUED : slow ? sim_upto(world, 50) / 49 : sim_upto(world, 4), fault);
  if (status != STATUS_OK) return status;
  uint64_t known = connection->applied - connection->answered;
  connection->answered += wait ? known : sim_upto(world, (uint32_t)known + 1);
  *answered = connection->answered;
  *refused = connection->refused;
  return STATUS_OK;
}

/* Records come first, the version behind them: what happens in between is seen in the version. */
static bool version_read(struct seat *seat, struct version expect) {
  struct world *world = seat->world;
  if (sim_chance(world, 500)) sim_store_tick(world);
  const struct segment *segment = &world->segments[seat->shard].now.segment;
  return segment->exists && version_equal(segment->version, expect);
}

static enum status port_load(void *self, struct version expect, const struct store_record *keys, uint32_t count, struct str *records,
                             bool *refused, struct fault *fault) {
  struct seat *seat = self;
  enum status status = call_begins(seat, "load", fault);
  if (status == STATUS_OK) status = queue_apply(seat, WRITES_QUEUED, fault);
  if (status != STATUS_OK) return status;
  struct buffer *loan = &seat->connection.loan;
  loan_reset(loan);
  for (uint32_t i = 0; i < count; i++) {
    const struct image *now = &seat->world->segments[seat->shard].now;
    const struct owner_record *there = image_find(now, keys[i].key);
    const bool elsewhere = there != NULL && there->bucket != keys[i].bucket;
    if (elsewhere && !now->tampered) sim_break(seat->world, "an owner is looked for in another bucket than it was put");
    records[i] = there == NULL || elsewhere ? (struct str){NULL, 0} : loan_copy(loan, there->record);
  }
  *refused = !version_read(seat, expect);
  return STATUS_OK;
}

static bool bucket_copy(const struct image *now, uint32_t bucket, struct buffer *loan, struct store_record *records, uint32_t capacity,
                        uint32_t *count) {
  for (uint32_t i = 0; i < now->count; i++) {
    const struct owner_record *owner = &now->owners[i];
    if (owner->bucket != bucket) continue;
    if (*count == capacity) return false;
    struct str key = loan_copy(loan, owner->key), record = loan_copy(loan, owner->record);
    records[(*count)++] = (struct store_record){key, record, bucket};
  }
  return true;
}

static enum status port_buckets(void *self, struct version expect, const uint32_t *buckets, uint32_t asked, struct store_record *records,
                                uint32_t capacity, uint32_t *count, bool *refused, struct fault *fault) {
  struct seat *seat = self;
  const struct image *now = &seat->world->segments[seat->shard].now;
  enum status status = call_begins(seat, "bucket", fault);
  if (status == STATUS_OK) status = queue_apply(seat, WRITES_QUEUED, fault);
  if (status != STATUS_OK) return status;
  struct buffer *loan = &seat->connection.loan;
  loan_reset(loan);
  *count = 0;
  for (uint32_t i = 0; i < asked; i++)
    if (!bucket_copy(now, buckets[i], loan, records, capacity, count))
      return fault_set(fault, STATUS_LIMIT, "bucket %u has too many owners", buckets[i]);
  *refused = !version_read(seat, expect);
  return STATUS_OK;
}

struct store_port sim_store_port(struct seat *seat) {
  return (struct store_port){seat, port_drop, port_look, port_write, port_answers, port_load, port_buckets};
}
