/* States, once all is quiet: the view holds what the journal's records amount to, no more, no less; and so does a view that is rebuilt from
 * the checkpoint and the journal behind it. Where one shard did everything it is what the oracle's is, to the byte: where batches end, what
 * left the cache and came back, and how often all was taken over is nothing that a record knows. */
#include "sim.h"

#include "parts.h"

static bool record_fold(struct world *world, const struct record *record, struct image *image, struct redo_head *head) {
  struct redo_reader reader;
  struct fault fault = {0};
  struct str key, state;
  bool bad = false;
  if (redo_read(record->bytes, head, &reader, &fault) != STATUS_OK) {
    sim_break(world, "a committed record cannot be read: %s", fault.text);
    return false;
  }
  while (redo_next(&reader, &key, &state, &bad)) *image_place(image, key) = (struct owner_record){key, state, 0};
  if (bad) sim_break(world, "a committed record is damaged at place %llu", (unsigned long long)record->place);
  return !bad;
}

static void journal_fold(struct world *world, uint32_t shard, uint64_t from, struct image *image) {
  const struct partition *journal = &world->log.partitions[TOPIC_JOURNAL][shard];
  uint64_t sequence = 0, epoch = 0;
  for (uint32_t i = 0; i < journal->count; i++) {
    struct redo_head head;
    if (!record_committed(&journal->records[i]) || journal->records[i].place < from) continue;
    if (!record_fold(world, &journal->records[i], image, &head)) return;
    bool follows = sequence == 0 || head.sequence == sequence || head.sequence == sequence + 1;
    if (!follows || head.epoch < epoch)
      sim_break(world, "shard %u: journal batch %llu of epoch %llu follows batch %llu of epoch %llu", shard,
                (unsigned long long)head.sequence, (unsigned long long)head.epoch, (unsigned long long)sequence, (unsigned long long)epoch);
    sequence = head.sequence, epoch = head.epoch;
  }
}

/* An empty record is none. */
static void images_compare(struct world *world, uint32_t shard, const char *what, const struct image *a, const struct image *b) {
  for (uint32_t i = 0; i < a->count; i++) {
    const struct owner_record *other = image_find(b, a->owners[i].key);
    if (str_equal(other == NULL ? STR("") : other->record, a->owners[i].record)) continue;
    sim_break(world, "shard %u: owner %.*s %s", shard,
              (int)(a->owners[i].key.at[0] == 'c' || a->owners[i].key.at[0] == 'm' ? a->owners[i].key.length : 1), a->owners[i].key.at,
              what);
    return;
  }
}

static uint64_t batch_of(const struct record *record) {
  struct redo_head head = {0};
  struct redo_reader reader;
  struct fault fault = {0};
  return redo_read(record->bytes, &head, &reader, &fault) == STATUS_OK ? head.sequence : 0;
}

/* Which batch wrote each bucket last. */
static void batches_survey(const struct partition *checkpoint, uint64_t batches[64]) {
  for (uint32_t i = 0; i < checkpoint->count; i++) {
    uint64_t *youngest = &batches[checkpoint->records[i].bucket / BUCKET_PARTS], batch = batch_of(&checkpoint->records[i]);
    if (record_committed(&checkpoint->records[i]) && batch > *youngest) *youngest = batch;
  }
}

/* As a rebuild does it: the youngest records of each bucket, then the journal from the oldest of them. */
static void checkpoint_fold(struct world *world, uint32_t shard, struct image *image) {
  uint64_t places[64] = {0}, batches[64] = {0}, oldest = UINT64_MAX;
  const struct partition *checkpoint = &world->log.partitions[TOPIC_CHECKPOINT][shard],
                         *journal = &world->log.partitions[TOPIC_JOURNAL][shard];
  assert(world->ledger_settings.buckets <= 64);
  batches_survey(checkpoint, batches);
  for (uint32_t i = 0; i < checkpoint->count; i++) {
    struct redo_head head;
    if (batch_of(&checkpoint->records[i]) < batches[checkpoint->records[i].bucket / BUCKET_PARTS]) continue;
    if (!record_committed(&checkpoint->records[i]) || !record_fold(world, &checkpoint->records[i], image, &head)) continue;
    places[checkpoint->records[i].bucket / BUCKET_PARTS] = head.place + 1;
  }
  for (uint32_t i = 0; i < world->ledger_settings.buckets; i++)
    if (places[i] < oldest) oldest = places[i];
  oldest = oldest == 0 ? 0 : oldest - 1;
  if (journal->start_place > oldest && journal->start_place > journal->records[0].place)
    sim_break(world, "shard %u: the journal is trimmed to %llu, the checkpoint needs it from %llu", shard,
              (unsigned long long)journal->start_place, (unsigned long long)oldest);
  journal_fold(world, shard, oldest, image);
}

/* Who is down for a close, by its instant: in which order depends on when others had their turn. */
static bool is_due(struct str key) { return key.length == 13 && key.at[0] == 'd'; }

/* In which order they were ranked, likewise: sim_rank.c looks at who won. */
static bool is_rank(struct str key) {
  return (key.length == 14 && key.at[0] == 'w') || key.at[0] == OWNER_RANK || str_equal(key, STR("m:rank"));
}

static struct set due_set(const struct image *image) {
  struct set set = {0, 0};
  for (uint32_t i = 0; i < image->count; i++) {
    const struct owner_record *owner = &image->owners[i];
    if (!is_due(owner->key) || owner->record.length == 0) continue;
    set.count++;
    set.sum +=
        hash64_pair(&HASH_KEY_FIXED, hash64(&HASH_KEY_FIXED, (struct str){owner->key.at, 9}), hash64(&HASH_KEY_FIXED, owner->record));
  }
  return set;
}

static void dues_compare(struct world *world, const struct image *expected) {
  struct set want = due_set(expected), got = due_set(&world->segments[0].now);
  if (!sets_equal(&want, &got))
    sim_break(world, "%llu are down for closes to come, by the oracle %llu, or others", (unsigned long long)got.count,
              (unsigned long long)want.count);
}

/* With a mark in it a record is full a cell earlier. */
static bool is_full(const struct world *world, struct str key) {
  return key.at[0] == OWNER_CUSTOMER && !page_is_further(key) && world->full[customer_slot((uint32_t)number_of(str_from(key, 2)))];
}

/* Whom a walk met, how often one began and what its rules had heard hang on which shard of before had committed anything: that it is over
 * does not. */
#define WALK_SAME 2u
static bool walks_equal(struct str want, struct str got) {
  if (want.length < WALK_SAME || got.length < WALK_SAME) return str_equal(want, got);
  return memcmp(want.at, got.at, WALK_SAME) == 0;
}

/* When the first of a line is asked for next hangs on how far a walk was when it was asked last: who stands in it does not. */
#define QUEUE_HEAD 17u
#define QUEUE_LINE 24u
static bool queues_equal(struct str want, struct str got) {
  if (want.length != got.length) return false;
  for (size_t at = QUEUE_HEAD; at < want.length; at += QUEUE_LINE)
    if (memcmp(want.at + at, got.at + at, 8) != 0 || memcmp(want.at + at + 16, got.at + at + 16, 8) != 0) return false;
  return true;
}

/* How many closes were judged hangs on how many were ranked before others; whom an event found with something due, on the sweep. */
#define TAKEN_FROM 5u
#define TAKEN_TO 21u
static bool records_equal(struct str key, struct str want, struct str got) {
  if (str_equal(key, STR("m:queue"))) return queues_equal(want, got);
  if (str_starts(key, STR("m:walk"))) return key.length > 6 || walks_equal(want, got);
  if (!str_equal(key, STR("m:due")) || want.length < TAKEN_TO || got.length < TAKEN_TO) return str_equal(want, got);
  return memcmp(want.at, got.at, TAKEN_FROM) == 0 && str_equal(str_from(want, TAKEN_TO), str_from(got, TAKEN_TO));
}

/* Whoever was down under another rulebook for a time that is another now is still in its list: an entry that finds nothing. Of an event
 * without a line of its own it is not known under which of them it was heard. */
static bool lists_of_before(const struct world *world, struct str key) { return world->swapped && str_equal(key, STR("m:due")); }

static bool is_of_queuer(const struct world *world, struct str key) {
  return key.at[0] == OWNER_CUSTOMER && queue_has(world, (uint32_t)number_of(str_from(key, 2)));
}

static void oracle_compare(struct world *world, const struct image *expected) {
  const struct image *now = &world->segments[0].now;
  const bool pools_differ = any_is_over(world, expected);
  for (uint32_t i = 0; i < expected->count; i++) {
    const struct owner_record *want = &expected->owners[i], *got = image_find(now, want->key);
    if (key_is_of_queue(world, want->key) || is_of_queuer(world, want->key)) continue;
    if (pools_differ && want->key.at[0] == OWNER_POOL) continue;
    if (is_due(want->key) || is_rank(want->key) || is_full(world, want->key) || lists_of_before(world, want->key)) continue;
    if (records_equal(want->key, want->record, got == NULL ? STR("") : got->record)) continue;
    if (want->key.at[0] == OWNER_CUSTOMER && equal_in_effect(world, expected, want->key)) continue;
    bool named = want->key.at[0] == OWNER_CUSTOMER || str_starts(want->key, STR("m:")); /* the others are hashes */
    sim_break(world, "the record of %.*s differs from the oracle's", (int)(named ? want->key.length : 1), want->key.at);
    return;
  }
  if (!world->swapped) dues_compare(world, expected);
}

/* What nobody has asked for since it was tampered with still stands as it is: so far it harmed nobody. */
static void view_mend(struct image *view, const struct image *whole) {
  view->count = whole->count;
  memcpy(view->owners, whole->owners, whole->count * sizeof whole->owners[0]);
  memcpy(view->marks, whole->marks, whole->count * sizeof whole->marks[0]);
}

void check_folds(struct world *world, const struct oracle *oracles) {
  static struct image whole, rebuilt;
  for (uint32_t shard = 0; shard < world->shards && world->broken[0] == 0; shard++) {
    whole.count = rebuilt.count = 0;
    journal_fold(world, shard, 0, &whole);
    if (world->segments[shard].now.tampered) view_mend(&world->segments[shard].now, &whole);
    images_compare(world, shard, "is not in the view as the journal has it", &whole, &world->segments[shard].now);
    images_compare(world, shard, "is in the view and the journal does not say so", &world->segments[shard].now, &whole);
    checkpoint_fold(world, shard, &rebuilt);
    images_compare(world, shard, "would be another after a rebuild", &whole, &rebuilt);
    images_compare(world, shard, "would be there after a rebuild only", &rebuilt, &whole);
    if (oracle_is_all(world, &oracles[0]) && world->broken[0] == 0) oracle_compare(world, &oracles[0].view);
    for (uint32_t i = 0; i < whole.count; i++) world->pages += page_is_further(whole.owners[i].key);
  }
}
