/* The oracle: the same events, one partition, one thread, in order, with the shard room alone as the embedded mode has it - a view that
 * keeps nothing back, a log that never fails, nothing lent. What it issues for campaigns with limits of the customer alone is what must
 * come out of every history; with one shard everything must. */
#include <stdlib.h>

#include "sim.h"

#define OUTPUT_BYTES (8u << 20)

struct stage {
  struct world *world;
  struct oracle *oracle;
  uint32_t shard, at;
  uint64_t polled[64];
  struct image view;
};

static enum status stage_poll(void *self, struct input_line *lines, uint32_t capacity, uint32_t *count, bool *ended, struct fault *fault) {
  struct stage *stage = self;
  const struct partition *events = &stage->world->log.partitions[TOPIC_EVENTS][stage->shard];
  (void)fault;
  *count = 0;
  for (; stage->at < events->count && *count < capacity && *count < 64; stage->at++) {
    const struct record *record = &events->records[stage->at];
    stage->polled[*count] = record->place;
    lines[(*count)++] = (struct input_line){
        .bytes = record->bytes, .key = record->key, .position = record->place, .next = record->place + 1, .arrival_ms = record->arrival_ms};
  }
  *ended = *count == 0;
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

static enum status stage_load(void *self, struct str key, struct str *record, struct fault *fault) {
  const struct owner_record *there = image_find(&((struct stage *)self)->view, key);
  (void)fault;
  *record = there == NULL ? (struct str){NULL, 0} : there->record;
  return STATUS_OK;
}

static enum status stage_store(void *self, struct str key, struct str record, struct fault *fault) {
  struct stage *stage = self;
  (void)fault;
  struct owner_record *there = (struct owner_record *)(uintptr_t)image_find(&stage->view, key);
  if (there == NULL) {
    assert(stage->view.count < OWNERS_MOST);
    there = &stage->view.owners[stage->view.count++];
    there->key = sim_copy(stage->world, key);
  }
  there->record = sim_copy(stage->world, record);
  return STATUS_OK;
}

static void oracle_prepare(struct oracle *oracle) {
  for (uint32_t i = 0; i < OUTPUT_COUNT; i++) {
    if (oracle->outputs[i].memory == NULL) buffer_init(&oracle->outputs[i], malloc(OUTPUT_BYTES), OUTPUT_BYTES);
    buffer_reset(&oracle->outputs[i]);
  }
}

static enum status oracle_step(struct shard *shard, struct fault *fault) {
  bool ended = false;
  uint32_t count = 1;
  enum status status = STATUS_OK;
  while (status == STATUS_OK && count > 0) status = shard_step(shard, 64, 0, &count, &ended, fault);
  return status == STATUS_OK ? shard_flush(shard, fault) : status;
}

void oracle_run(struct world *world, uint32_t shard_number, struct oracle *oracle) {
  static struct stage stage;
  static void *memory;
  struct shard *shard;
  struct fault fault = {0};
  struct shard_settings settings = world->shard_settings;
  settings.shards = 0, settings.cache_bytes = 1u << 20;
  oracle_prepare(oracle);
  stage = (struct stage){.world = world, .oracle = oracle, .shard = shard_number};
  if (memory == NULL) memory = malloc(shard_memory(&settings));
  struct log_port log = {&stage, stage_poll, stage_append, stage_name, NULL, NULL};
  struct view_port view = {&stage, stage_load, stage_store, NULL};
  const struct book *book = &world->books[0];
  enum status status = shard_open(memory, &settings, book->rulebook, book->index, book->cache, &log, &view, &shard, &fault);
  if (status == STATUS_OK) status = oracle_step(shard, &fault);
  if (status != STATUS_OK) sim_break(world, "the oracle of shard %u: %s", shard_number, fault.text);
}
