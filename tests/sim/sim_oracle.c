/* The oracle: events in order, one thread, with the shard room alone as the embedded mode has it - a view that keeps nothing back, a log
 * that never fails, nothing lent, and a cache that holds every owner. What it issues for campaigns with limits of the customer alone is
 * what must come out of every history; with one shard everything must. */
#include <stdlib.h>

#include "sim.h"

#define OUTPUT_BYTES (8u << 20)
#define TURNS_MOST 100000u /* a history has some hundreds of lines, closes and looks */

struct stage {
  struct world *world;
  struct oracle *oracle;
  const struct record *records;
  uint32_t shard, at, until, count; /* until: nothing comes from here on until the other rulebook is there */
  int64_t arrival_ms;               /* of all of them; TIME_NONE: as the records say */
  struct keeper keepers[BOOKS];
  uint64_t polled[64];
  uint32_t turns;
};

static enum status stage_poll(void *self, struct input_line *lines, uint32_t capacity, uint32_t *count, bool *ended, struct fault *fault) {
  struct stage *stage = self;
  (void)fault;
  *count = 0;
  for (; stage->at < stage->until && *count < capacity && *count < 64; stage->at++) {
    const struct record *record = &stage->records[stage->at];
    if (record->astray) continue; /* nothing comes of it but a letter: sim_check.c */
    stage->polled[*count] = record->place;
    lines[(*count)++] = (struct input_line){.bytes = record->bytes,
                                            .key = record->key,
                                            .position = record->place,
                                            .next = record->place + 1,
                                            .arrival_ms = stage->arrival_ms != TIME_NONE ? stage->arrival_ms : record->arrival_ms};
  }
  *ended = false; /* as of a topic, which may always grow */
  return STATUS_OK;
}

static enum status stage_append(void *self, enum output output, uint32_t which, struct str bytes, struct fault *fault) {
  struct stage *stage = self;
  (void)fault;
  assert(output < OUTPUT_COUNT);
  struct buffer *out = &stage->oracle->outputs[output];
  if (output == OUTPUT_DLQ) buffer_print(out, "{\"position\":%llu,\"letter\":", (unsigned long long)stage->polled[which]);
  buffer_put(out, bytes);
  assert(!out->overflowed);
  return STATUS_OK;
}

static struct str stage_name(void *self) {
  static const char *const names[SHARDS_MOST] = {"events/0", "events/1", "events/2", "events/3"};
  return str_of(names[((struct stage *)self)->shard]);
}

/* Asked before each turn: who goes round in a circle never ends by himself. */
static bool stage_full(void *self) { return ++((struct stage *)self)->turns > TURNS_MOST; }

static enum status stage_load(void *self, struct str key, struct str *record, struct fault *fault) {
  const struct owner_record *there = image_find(&((struct stage *)self)->oracle->view, key);
  (void)fault;
  *record = there == NULL ? (struct str){NULL, 0} : there->record;
  return STATUS_OK;
}

static enum status stage_store(void *self, struct str key, struct str record, struct fault *fault) {
  struct stage *stage = self;
  struct owner_record *there = image_place(&stage->oracle->view, key);
  (void)fault;
  if (there->key.at == NULL) there->key = sim_copy(stage->world, key);
  there->record = sim_copy(stage->world, record);
  return STATUS_OK;
}

/* In order of key: in which order customers are looked at means nothing. */
static enum status stage_customers(void *self, struct str after, struct owner *out, uint32_t capacity, uint32_t *count, bool *ended,
                                   struct fault *fault) {
  const struct image *view = &((struct stage *)self)->oracle->view;
  (void)fault;
  *count = 0;
  for (;;) {
    struct str next = {NULL, 0};
    for (uint32_t i = 0; i < view->count; i++) {
      struct str key = view->owners[i].key;
      bool behind = key_is_customer(key) && (after.length == 0 || str_compare(key, after) > 0);
      if (behind && (next.length == 0 || str_compare(key, next) < 0)) next = key;
    }
    if (next.length == 0 || *count == capacity) break;
    out[(*count)++] = owner_customer(str_from(next, 1));
    after = next;
  }
  *ended = *count == 0;
  return STATUS_OK;
}

static void oracle_prepare(struct oracle *oracle) {
  for (uint32_t i = 0; i < OUTPUT_COUNT; i++) {
    if (oracle->outputs[i].memory == NULL) buffer_init(&oracle->outputs[i], malloc(OUTPUT_BYTES), OUTPUT_BYTES);
    buffer_reset(&oracle->outputs[i]);
  }
  oracle->view.count = 0;
}

static enum status oracle_step(struct stage *stage, struct shard *shard, struct fault *fault) {
  bool ended = false;
  uint32_t count = 1;
  enum status status = STATUS_OK;
  stage->turns = 0;
  while (status == STATUS_OK && count > 0) status = shard_step(shard, 64, 0, &count, &ended, fault);
  if (status == STATUS_OK && stage->turns > TURNS_MOST) return fault_set(fault, STATUS_STATE, "not at its end after %u turns", TURNS_MOST);
  return status == STATUS_OK ? shard_flush(shard, fault) : status;
}

static enum status oracle_swap(struct stage *stage, struct shard *shard, struct fault *fault) {
  const struct book *book = &stage->world->books[BOOK_RAISED];
  const struct terms_port *terms = &stage->keepers[BOOK_RAISED].port;
  enum status status = shard_admits(shard, terms, fault);
  if (status != STATUS_OK) return status;
  shard_terms(shard, terms);
  shard_swap(shard, book->rulebook, book->index, book->cache);
  stage->until = stage->count;
  return oracle_step(stage, shard, fault);
}

static void stage_play(struct stage *stage, bool swaps, struct oracle *oracle) {
  static void *memory;
  struct world *world = stage->world;
  struct shard *shard;
  struct fault fault = {0};
  struct shard_settings settings = world->shard_settings;
  keepers_open(world, stage->keepers);
  settings.shards = 0, settings.cache_bytes = 1u << 20, settings.terms = &stage->keepers[BOOK_FIRST].port;
  oracle_prepare(oracle);
  stage->oracle = oracle;
  if (memory == NULL) memory = malloc(shard_memory(&settings));
  struct log_port log = {stage, stage_poll, stage_append, stage_name, NULL, stage_full};
  struct view_port view = {.self = stage, .load = stage_load, .store = stage_store, .customers = stage_customers};
  const struct book *book = &world->books[BOOK_FIRST];
  enum status status = shard_open(memory, &settings, book->rulebook, book->index, book->cache, &log, &view, &shard, &fault);
  if (status == STATUS_OK) status = oracle_step(stage, shard, &fault);
  if (status == STATUS_OK && swaps) status = oracle_swap(stage, shard, &fault);
  oracle->passed = shard_counts(shard)->passed;
  if (status != STATUS_OK) sim_break(world, "the oracle of shard %u: %s", stage->shard, fault.text);
}

static struct stage stage;

/* ---- the other rulebook ---- */

static uint32_t event_at(const struct partition *events, uint64_t place) {
  uint32_t at = 0;
  while (at < events->count && events->records[at].place != place) at++;
  return at;
}

/* The first event that was decided under it, by a line of its own or in a range. */
static uint64_t swap_place(const struct world *world, uint32_t shard, struct str raised) {
  struct line_reader reader = {.partition = &world->log.partitions[TOPIC_DECISIONS][shard]};
  struct range_reader ranges = {.opened = false};
  struct unheard_range range;
  struct str line;
  uint64_t place = UINT64_MAX;
  while (line_next(&reader, &line)) {
    if (line_is_range(line) || line_is_close(line) || line_field(line, "caused_by").length > 0 ||
        !str_equal(line_field(line, "rulebook"), raised))
      continue;
    place = (uint64_t)number_of(line_field(line, "position"));
    break;
  }
  while (range_next(world, shard, &ranges, &range))
    if (str_equal(range.rulebook, raised) && range.first < place) place = range.first;
  return place;
}

/* Not where it came between an event and what was heard of it. */
static bool swap_is_exact(const struct world *world, uint32_t shard, struct str raised, uint64_t place) {
  struct line_reader reader = {.partition = &world->log.partitions[TOPIC_DECISIONS][shard]};
  struct str line;
  while (line_next(&reader, &line))
    if (line_field(line, "caused_by").length > 0 && str_equal(line_field(line, "rulebook"), raised) &&
        (uint64_t)number_of(line_field(line, "position")) < place)
      return false;
  return true;
}

/* Letters do not name a rulebook: one in front of the first event that was decided under the other may have come before or behind the swap,
 * and that shows, since it ends the open range. */
static bool is_letter(const struct world *world, uint32_t shard, uint64_t place) {
  struct line_reader reader = {.partition = &world->log.partitions[TOPIC_DLQ][shard]};
  struct str line;
  while (line_next(&reader, &line))
    if ((uint64_t)number_of(line_field(line, "position")) == place) return true;
  return false;
}

static uint32_t swap_find(const struct world *world, uint32_t shard, bool *exact) {
  const struct partition *events = &world->log.partitions[TOPIC_EVENTS][shard];
  struct str raised = world->books[BOOK_RAISED].rulebook->digest;
  *exact = true;
  if (!world->swapped) return events->count;
  uint64_t place = swap_place(world, shard, raised);
  uint32_t at = event_at(events, place);
  *exact = swap_is_exact(world, shard, raised, place) && (at == 0 || !is_letter(world, shard, events->records[at - 1].place));
  return at;
}

void oracle_run(struct world *world, uint32_t shard, struct oracle *oracle) {
  const struct partition *events = &world->log.partitions[TOPIC_EVENTS][shard];
  stage = (struct stage){.world = world, .shard = shard, .records = events->records, .count = events->count, .arrival_ms = TIME_NONE};
  stage.until = swap_find(world, shard, &oracle->exact);
  stage_play(&stage, world->swapped, oracle);
}

void oracle_play(struct world *world, const struct record *records, uint32_t count, int64_t arrival_ms, struct oracle *oracle) {
  stage = (struct stage){.world = world, .records = records, .count = count, .until = count, .arrival_ms = arrival_ms};
  stage_play(&stage, false, oracle);
}
