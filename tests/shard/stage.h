/* A log and a view in memory for the shard's tests: both well-behaved unless told otherwise, and no kinder than their contracts - what is
 * lent is overwritten by the next call. */
#ifndef GIFTD_TESTS_SHARD_STAGE_H
#define GIFTD_TESTS_SHARD_STAGE_H

#include "rooms.h"

#define KEPT_SLOTS 65536u

struct kept {
  char key[96], *record;
  size_t key_length, length;
};

struct stage {
  const char *text;
  size_t at, length;
  int64_t arrival_ms;
  bool pieces, stops;
  char *outputs[OUTPUT_COUNT];
  size_t output_lengths[OUTPUT_COUNT];
  struct kept kept[KEPT_SLOTS]; /* open addressing; key_length 0: free */
  uint32_t kept_count;
  uint64_t loads, stores, prefetched, prefetches, stored_bytes; /* bytes: of owners, with what keeping them costs */
  uint32_t dead_which;
  int fail_load, fail_store, fail_append; /* the n-th call fails; 0: none */
  struct shard *shard;
  void *memory;
  struct log_port log;
  struct view_port view;
  struct shard_settings settings;
  struct fault fault;
};

static enum status fake_poll(void *self, struct input_line *lines, uint32_t capacity, uint32_t *count, bool *ended, struct fault *fault) {
  struct stage *stage = self;
  (void)fault;
  *count = 0;
  while (*count < capacity && stage->at < stage->length) {
    const char *from = stage->text + stage->at, *newline = memchr(from, '\n', stage->length - stage->at);
    assert_non_null(newline);
    size_t length = (size_t)(newline - from);
    lines[(*count)++] = (struct input_line){.bytes = {from, length},
                                            .position = stage->at,
                                            .next = stage->at + length + 1,
                                            .arrival_ms = stage->arrival_ms,
                                            .piece = stage->pieces};
    stage->at += length + 1;
  }
  *ended = *count == 0;
  return STATUS_OK;
}

static enum status fake_append(void *self, enum output output, uint32_t which, struct str bytes, struct fault *fault) {
  struct stage *stage = self;
  if (output == OUTPUT_DLQ) stage->dead_which = which;
  if (stage->fail_append > 0 && --stage->fail_append == 0) return fault_set(fault, STATUS_STORAGE, "append fails");
  stage->outputs[output] = realloc(stage->outputs[output], stage->output_lengths[output] + bytes.length + 1);
  assert_non_null(stage->outputs[output]);
  memcpy(stage->outputs[output] + stage->output_lengths[output], bytes.at, bytes.length);
  stage->output_lengths[output] += bytes.length;
  stage->outputs[output][stage->output_lengths[output]] = 0;
  return STATUS_OK;
}

static struct str fake_name(void *self) {
  (void)self;
  return STR("in");
}

static struct kept *kept_slot(struct stage *stage, struct str key) {
  uint32_t at = (uint32_t)hash64(&HASH_KEY_FIXED, key) % KEPT_SLOTS;
  while (stage->kept[at].key_length != 0 && !str_equal((struct str){stage->kept[at].key, stage->kept[at].key_length}, key))
    at = (at + 1) % KEPT_SLOTS;
  return &stage->kept[at];
}

static inline struct kept *kept_find(struct stage *stage, struct str key) {
  struct kept *kept = kept_slot(stage, key);
  return kept->key_length == 0 ? NULL : kept;
}

/* What the view lends is good until its next call, whichever. */
static char lent[LIMIT_STATE_BYTES];
static size_t lent_length;
static void loan_end(void) {
  memset(lent, '#', lent_length);
  lent_length = 0;
}

static enum status fake_load(void *self, struct str key, struct str *record, struct fault *fault) {
  struct stage *stage = self;
  loan_end();
  stage->loads++;
  if (stage->fail_load > 0 && --stage->fail_load == 0) return fault_set(fault, STATUS_STORAGE, "load fails");
  const struct kept *kept = kept_find(stage, key);
  lent_length = kept == NULL ? 0 : kept->length;
  *record = (struct str){lent, lent_length};
  if (kept != NULL) memcpy(lent, kept->record, kept->length);
  return STATUS_OK;
}

static enum status fake_store(void *self, struct str key, struct str record, struct fault *fault) {
  struct stage *stage = self;
  stage->stores++;
  char copy[LIMIT_STATE_BYTES];
  if (record.length > 0) memcpy(copy, record.at, record.length);
  record.at = copy;
  loan_end();
  if (key.at[0] == OWNER_CUSTOMER || key.at[0] == OWNER_POOL) stage->stored_bytes += 48 + key.length + record.length;
  if (stage->fail_store > 0 && --stage->fail_store == 0) return fault_set(fault, STATUS_STORAGE, "store fails");
  struct kept *kept = kept_slot(stage, key);
  if (kept->key_length == 0) {
    assert_true(++stage->kept_count < KEPT_SLOTS * 3 / 4 && key.length <= sizeof kept->key);
    memcpy(kept->key, key.at, key.length);
    kept->key_length = key.length;
  }
  kept->record = realloc(kept->record, record.length + 1);
  assert_non_null(kept->record);
  if (record.length > 0) memcpy(kept->record, record.at, record.length);
  kept->length = record.length;
  return STATUS_OK;
}

static inline enum status fake_prefetch(void *self, const struct str *keys, uint32_t count, struct fault *fault) {
  struct stage *stage = self;
  (void)fault;
  loan_end();
  stage->prefetches++;
  stage->prefetched += count;
  for (uint32_t i = 0; i < count; i++) assert_true(keys[i].length > 0 && keys[i].length <= sizeof stage->kept[0].key);
  return STATUS_OK;
}

static struct stage *stage_new(const char *text, uint64_t cache_bytes) {
  struct stage *stage = calloc(1, sizeof *stage);
  assert_non_null(stage);
  stage->text = text;
  stage->length = strlen(text);
  stage->arrival_ms = TIME_NONE;
  stage->settings.cache_bytes = cache_bytes;
  stage->settings.judge = (struct judge_settings){.id_key = {3, 4}, .horizon_ms = 7 * MS_PER_DAY, .memory_ms = 90 * MS_PER_DAY};
  stage->log = (struct log_port){stage, fake_poll, fake_append, fake_name, NULL, NULL};
  stage->view = (struct view_port){.self = stage, .load = fake_load, .store = fake_store};
  stage->memory = malloc(shard_memory(&stage->settings));
  assert_non_null(stage->memory);
  return stage;
}

static void stage_start(struct stage *stage) {
  enum status status =
      shard_open(stage->memory, &stage->settings, &fake_rulebook, NULL, NULL, &stage->log, &stage->view, &stage->shard, &stage->fault);
  if (status != STATUS_OK) fail_msg("%s", stage->fault.text);
  arrival_count = 0;
}

static inline void stage_text(struct stage *stage, const char *text) { stage->text = text, stage->at = 0, stage->length = strlen(text); }

static void stage_free(struct stage *stage) {
  for (int i = 0; i < OUTPUT_COUNT; i++) free(stage->outputs[i]);
  for (uint32_t i = 0; i < KEPT_SLOTS; i++) free(stage->kept[i].record);
  free(stage->memory);
  free(stage);
}

static inline void step(struct stage *stage, uint32_t most, int64_t now_ms, bool *ended) {
  uint32_t count;
  enum status status = shard_step(stage->shard, most, now_ms, &count, ended, &stage->fault);
  if (status != STATUS_OK) fail_msg("%s", stage->fault.text);
}

static void flush(struct stage *stage) {
  uint64_t before = stage->stored_bytes, announced = shard_changed_bytes(stage->shard);
  enum status status = shard_flush(stage->shard, &stage->fault);
  if (status != STATUS_OK) fail_msg("%s", stage->fault.text);
  assert_true(stage->stored_bytes - before <= announced);
}

static void run_to_end(struct stage *stage, uint32_t most, uint32_t flush_every, int64_t now_ms) {
  bool ended = false;
  for (uint32_t steps = 1; !ended; steps++) {
    step(stage, most, now_ms, &ended);
    if (steps % flush_every == 0) flush(stage);
  }
  flush(stage);
}

static inline void expect_output(const struct stage *stage, enum output output, const char *text) {
  assert_string_equal(stage->outputs[output] == NULL ? "" : stage->outputs[output], text);
}

static inline void outputs_equal(const struct stage *a, const struct stage *b) {
  for (int output = 0; output < OUTPUT_COUNT; output++) {
    assert_int_equal(a->output_lengths[output], b->output_lengths[output]);
    if (a->output_lengths[output] > 0) assert_memory_equal(a->outputs[output], b->outputs[output], a->output_lengths[output]);
  }
}

/* An empty record is none. */
static inline void records_within(struct stage *a, struct stage *b) {
  for (uint32_t i = 0; i < KEPT_SLOTS; i++) {
    const struct kept *kept = &a->kept[i], *other = kept_find(b, (struct str){kept->key, kept->key_length});
    if (kept->length == 0) continue;
    assert_non_null(other);
    assert_int_equal(other->length, kept->length);
    assert_memory_equal(other->record, kept->record, kept->length);
  }
}

static inline void records_equal(struct stage *a, struct stage *b) {
  records_within(a, b);
  records_within(b, a);
}

static uint64_t random_state;
static inline uint32_t random_below(uint32_t most) {
  random_state = random_state * 6364136223846793005u + 1442695040888963407u;
  return (uint32_t)(random_state >> 33) % most;
}

#endif
