/* The loop alone: the rooms it calls are played by small fakes here, so that what is tested is the loop - the same bytes however the lines
 * are cut into steps, flushes and caches; whose record is loaded when; what becomes of lines that are no events; the stream's clock.
 *
 * A line of the fake is "ID CUSTOMER TIME [OTHER]": deciding adds 1 to the customer's sum and to the sum of pool OTHER; "!" is no event,
 * "L" cannot be kept.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "giftd/shard.h"

/* ---- the rooms, played ---- */

static struct catalogue fake_catalogue, next_catalogue;
static const struct rulebook fake_rulebook = {.catalogue = &fake_catalogue}, next_rulebook = {.catalogue = &next_catalogue};
static uint32_t read_with_next;

enum event_problem event_read(const struct catalogue *catalogue, struct str line, struct arena *arena, struct event *event,
                              struct event_error *error) {
  long long time_ms = 0;
  char words[3][64] = {"", "", ""}, text[256];
  assert_true(catalogue == &fake_catalogue || catalogue == &next_catalogue);
  read_with_next += catalogue == &next_catalogue;
  assert_int_equal(arena->used, 0); /* emptied for each line */
  snprintf(text, sizeof text, "%.*s", STR_FORMAT(line));
  if (sscanf(text, "%63s %63s %lld %63s", words[0], words[1], &time_ms, words[2]) < 3) {
    *error = (struct event_error){.problem = EVENT_BAD_JSON};
    return EVENT_BAD_JSON;
  }
  *event = (struct event){.time_ms = time_ms, .arrival_ms = TIME_NONE};
  event->id = arena_copy(arena, str_of(words[0]));
  event->customer = arena_copy(arena, str_of(words[1]));
  event->type_name = arena_copy(arena, str_of(words[2])); /* the pool */
  return EVENT_OK;
}

uint32_t match_event(const struct match_index *index, struct match_cache *cache, const struct event *event, uint32_t out[LIMIT_MATCHES]) {
  (void)index;
  (void)cache;
  (void)event;
  out[0] = 7;
  return 1;
}

static struct owner owner_of(enum owner_kind kind, struct str name) {
  struct owner owner = {.kind = kind, .length = (uint8_t)(name.length + 1)};
  owner.key[0] = (char)kind;
  memcpy(owner.key + 1, name.at, name.length);
  return owner;
}

struct owner decide_customer_owner(struct str customer) {
  return owner_of(OWNER_CUSTOMER, customer);
}

uint32_t decide_owners(const struct rulebook *rulebook, const struct event *event, const uint32_t *matches, uint32_t match_count,
                       const struct state *customer, struct owner owners[LIMIT_OWNERS]) {
  (void)rulebook;
  assert_int_equal(match_count, 1);
  assert_int_equal(matches[0], 7);
  assert_false(customer->changed);
  if (event->type_name.length == 0) return 1;
  owners[1] = owner_of(OWNER_POOL, event->type_name);
  return 2;
}

uint32_t decide_hearer_owners(const struct rulebook *rulebook, const struct event *event, const struct hearing *hearing,
                              const struct state *customer, struct owner owners[LIMIT_OWNERS]) {
  (void)rulebook, (void)event, (void)hearing, (void)owners;
  assert_false(customer->changed);
  return 1;
}

/* A record: "SUM POSITION" and padding, so that lengths differ and grow. */
size_t state_encode(const struct state *state, char *out, size_t capacity) {
  int length = snprintf(out, capacity, "%lld %llu %*s.", (long long)state->cells[0].v[0], (unsigned long long)state->position,
                        (int)(state->cells[0].v[0] * 13 % 700), "");
  return (size_t)length;
}

bool state_decode(struct str bytes, struct state *state, struct fault *fault) {
  long long sum = 0;
  unsigned long long position = 0;
  char text[64];
  snprintf(text, sizeof text, "%.*s", (int)(bytes.length < 63 ? bytes.length : 63), bytes.at);
  state->changed = true; /* the loop has to clear it */
  if (bytes.length > 0 && sscanf(text, "%lld %llu", &sum, &position) != 2) {
    (void)fault_set(fault, STATUS_STATE, "not a record");
    return false;
  }
  state->cells[0].v[0] = sum;
  state->position = position;
  return true;
}

/* Event "F" is heard by customer "hearer" as well, event "G" by four customers; "M" cannot be decided for its hearer. */
static void fake_forward(const struct decide_input *input, struct decision *decision) {
  static const char *const hearers[] = {"hearer", "other", "third", "fourth"};
  char kind = input->event->id.at[0];
  decision->heard_count = 0;
  decision->forward_count = input->hearing != NULL ? 0 : kind == 'F' || kind == 'M' ? 1 : kind == 'G' ? 4 : 0;
  for (uint32_t i = 0; i < decision->forward_count; i++) decision->forwards[i] = (struct forward){.hearer = str_of(hearers[i])};
}

bool forward_is(struct str message) { return message.length > 0 && message.at[0] == '>'; }

size_t forward_encode(const struct forward_message *message, const struct decision *decision, uint32_t forward, char *out,
                      size_t capacity) {
  int length = snprintf(out, capacity, ">%u %u %llu %lld %.*s %.*s\n%.*s", message->from, message->to,
                        (unsigned long long)message->position, (long long)message->arrival_ms, STR_FORMAT(message->input),
                        STR_FORMAT(decision->forwards[forward].hearer), STR_FORMAT(message->line));
  assert_true(length > 0 && (size_t)length < capacity);
  return (size_t)length;
}

bool forward_decode(struct str bytes, struct heard_rule *rules, struct forward_message *message, struct fault *fault) {
  unsigned long long position;
  long long arrival_ms;
  static char words[2][64];
  struct str head;
  char text[256];
  assert_true(str_split(bytes, '\n', &head, &message->line));
  snprintf(text, sizeof text, "%.*s", STR_FORMAT(head));
  if (sscanf(text, ">%u %u %llu %lld %63s %63s", &message->from, &message->to, &position, &arrival_ms, words[0], words[1]) != 6) {
    (void)fault_set(fault, STATUS_STATE, "no forward");
    return false;
  }
  message->position = position, message->arrival_ms = arrival_ms;
  message->input = str_of(words[0]), message->hearer = str_of(words[1]);
  message->hearing = (struct hearing){.rules = rules};
  return true;
}

static int64_t arrivals[64];
static uint32_t arrival_count;

enum status decide_event(const struct decide_input *input, struct state **states, struct arena *arena, struct decision *decision,
                         struct fault *fault) {
  (void)arena;
  if (arrival_count < 64) arrivals[arrival_count++] = input->event->arrival_ms;
  decision->gate = REASON_GIVEN;
  decision->outcome_count = 1;
  decision->outcomes[0].reason = states[0]->cells[0].v[0] % 5 == 0 ? REASON_GIVEN : REASON_LIMIT_REACHED;
  decision->gift_count = decision->outcomes[0].reason == REASON_GIVEN ? 1 : 0;
  decision->gifts[0].kind = GIFT_ISSUED;
  decision->mark_count = 0;
  fake_forward(input, decision);
  if (input->event->id.at[0] == 'M' && input->hearing != NULL) return fault_set(fault, STATUS_LIMIT, "the hearer's is full");
  if (input->event->id.at[0] == 'L') return fault_set(fault, STATUS_LIMIT, "outgrown");
  if (input->event->id.at[0] == 'D')
    decision->gate = REASON_DUPLICATE_EVENT, decision->outcome_count = decision->gift_count = 0;
  else
    for (uint32_t i = 0; i < input->owner_count; i++) states[i]->cells[0].v[0]++, states[i]->changed = true;
  return STATUS_OK;
}

static void count_decisions(void *self, const struct event *event, const struct decision *decision) {
  (void)event;
  (void)decision;
  ++*(uint32_t *)self;
}

void record_decision(struct buffer *out, const struct rulebook *rulebook, const struct event *event, const struct origin *origin,
                     const struct decision *decision) {
  (void)rulebook;
  buffer_print(out, "%.*s %.*s:%llu %d\n", STR_FORMAT(event->id), STR_FORMAT(origin->input), (unsigned long long)origin->position,
               (int)decision->outcomes[0].reason);
}

uint32_t record_rewards(struct buffer *out, const struct rulebook *rulebook, const struct event *event, const struct decision *decision) {
  (void)rulebook;
  assert_true(decision->gift_count > 0);
  buffer_print(out, "gift %.*s\n", STR_FORMAT(event->customer));
  return 1;
}

/* Nothing is lent where there is one shard: whoever is asked here has found a defect. */
#define NEVER(result) \
  {                   \
    fail();           \
    return result;    \
  }
size_t lend_encode(const struct lend_message *message, char *out, size_t capacity) {
  (void)message, (void)out, (void)capacity;
  NEVER(0)
}
bool lend_decode(struct str bytes, struct lend_message *message, struct fault *fault) {
  (void)bytes, (void)message, (void)fault;
  NEVER(false)
}
bool lend_here(const struct owner *owner, const struct state *state) {
  (void)owner, (void)state;
  NEVER(false)
}
void lend_ask(const struct lending *lending, const struct owner *owner, struct state *state, int32_t period, int64_t need) {
  (void)lending, (void)owner, (void)state, (void)period, (void)need;
  NEVER()
}
void lend_ask_ahead(const struct lending *lending, const struct owner *owner, struct state *state) {
  (void)lending, (void)owner, (void)state;
  NEVER()
}
enum status lend_hear(const struct lending *lending, const struct lend_message *message, struct state *state, bool pinned,
                      struct fault *fault) {
  (void)lending, (void)message, (void)state, (void)pinned, (void)fault;
  NEVER(STATUS_OK)
}
void lend_release(const struct lending *lending, const struct owner *owner, struct state *state) {
  (void)lending, (void)owner, (void)state;
  NEVER()
}
void lend_review(const struct lending *lending, const struct owner *owner, struct state *state) {
  (void)lending, (void)owner, (void)state;
  NEVER()
}
bool lend_pool_next(const struct rulebook *rulebook, struct lend_cursor *cursor, uint32_t *pool, struct str *share, struct owner *owner) {
  (void)rulebook, (void)cursor, (void)pool, (void)share, (void)owner;
  NEVER(false)
}
void record_pool_mark(struct buffer *out, const struct rulebook *rulebook, const struct pool_mark *mark, uint64_t share_hash,
                      int64_t time_ms) {
  (void)out, (void)rulebook, (void)mark, (void)share_hash, (void)time_ms;
  NEVER()
}

void record_dead_letter(struct buffer *out, struct str line, const struct origin *origin, const struct event_error *error) {
  buffer_print(out, "dead %llu %d %zu\n", (unsigned long long)origin->position, (int)error->problem, line.length);
}

void record_dead_event(struct buffer *out, struct str line, const struct origin *origin, struct str reason, struct str text) {
  buffer_print(out, "dead %llu %.*s %.*s %zu\n", (unsigned long long)origin->position, STR_FORMAT(reason), STR_FORMAT(text), line.length);
}

/* ---- log and view, played ---- */

#define KEPT 3000
struct kept {
  char key[80];
  char *record;
  size_t key_length, length;
};

struct stage {
  const char *text;
  size_t at, length;
  int64_t arrival_ms;
  bool pieces, stops;
  char *outputs[OUTPUT_COUNT];
  size_t output_lengths[OUTPUT_COUNT];
  struct kept kept[KEPT];
  uint32_t kept_count;
  uint64_t loads, stores;
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
    lines[(*count)++] = (struct input_line){.bytes = {from, (size_t)(newline - from)},
                                            .position = stage->at,
                                            .next = stage->at + 1,
                                            .arrival_ms = stage->arrival_ms,
                                            .piece = stage->pieces};
    stage->at += (size_t)(newline - from) + 1;
  }
  *ended = *count == 0;
  return STATUS_OK;
}

static enum status fake_append(void *self, enum output output, uint32_t which, struct str bytes, struct fault *fault) {
  struct stage *stage = self;
  if (output == OUTPUT_DLQ) stage->dead_which = which;
  if (stage->fail_append > 0 && --stage->fail_append == 0) return fault_set(fault, STATUS_STORAGE, "append fails");
  stage->outputs[output] = realloc(stage->outputs[output], stage->output_lengths[output] + bytes.length);
  assert_non_null(stage->outputs[output]);
  memcpy(stage->outputs[output] + stage->output_lengths[output], bytes.at, bytes.length);
  stage->output_lengths[output] += bytes.length;
  return STATUS_OK;
}

static struct str fake_name(void *self) {
  (void)self;
  return STR("in");
}

static struct kept *kept_find(struct stage *stage, struct str key) {
  for (uint32_t i = 0; i < stage->kept_count; i++)
    if (str_equal((struct str){stage->kept[i].key, stage->kept[i].key_length}, key)) return &stage->kept[i];
  return NULL;
}

static enum status fake_load(void *self, struct str key, struct str *record, struct fault *fault) {
  struct stage *stage = self;
  static char lent[LIMIT_STATE_BYTES]; /* overwritten by the next call, as the port says */
  memset(lent, '#', sizeof lent);
  stage->loads++;
  if (stage->fail_load > 0 && --stage->fail_load == 0) return fault_set(fault, STATUS_STORAGE, "load fails");
  const struct kept *kept = kept_find(stage, key);
  *record = (struct str){lent, kept == NULL ? 0 : kept->length};
  if (kept != NULL) memcpy(lent, kept->record, kept->length);
  return STATUS_OK;
}

static enum status fake_store(void *self, struct str key, struct str record, struct fault *fault) {
  struct stage *stage = self;
  stage->stores++;
  if (stage->fail_store > 0 && --stage->fail_store == 0) return fault_set(fault, STATUS_STORAGE, "store fails");
  struct kept *kept = kept_find(stage, key);
  if (kept == NULL) {
    assert_true(stage->kept_count < KEPT);
    kept = &stage->kept[stage->kept_count++];
    memcpy(kept->key, key.at, key.length);
    kept->key_length = key.length;
  }
  kept->record = realloc(kept->record, record.length + 1);
  assert_non_null(kept->record);
  memcpy(kept->record, record.at, record.length);
  kept->length = record.length;
  return STATUS_OK;
}

static struct stage *stage_new(const char *text, uint64_t cache_bytes) {
  struct stage *stage = calloc(1, sizeof *stage);
  assert_non_null(stage);
  stage->text = text;
  stage->length = strlen(text);
  stage->arrival_ms = TIME_NONE;
  stage->settings.cache_bytes = cache_bytes;
  stage->settings.decide.id_key = (struct hash_key){3, 4};
  stage->log = (struct log_port){stage, fake_poll, fake_append, fake_name, NULL, NULL};
  stage->view = (struct view_port){stage, fake_load, fake_store, NULL};
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

static void stage_free(struct stage *stage) {
  for (int i = 0; i < OUTPUT_COUNT; i++) free(stage->outputs[i]);
  for (uint32_t i = 0; i < stage->kept_count; i++) free(stage->kept[i].record);
  free(stage->memory);
  free(stage);
}

static void run_to_end(struct stage *stage, uint32_t step, uint32_t flush_every, int64_t now_ms) {
  bool ended = false;
  for (uint32_t steps = 1; !ended; steps++) {
    uint32_t count;
    assert_int_equal(shard_step(stage->shard, step, now_ms, &count, &ended, &stage->fault), STATUS_OK);
    if (steps % flush_every == 0) assert_int_equal(shard_flush(stage->shard, &stage->fault), STATUS_OK);
  }
  assert_int_equal(shard_flush(stage->shard, &stage->fault), STATUS_OK);
}

static void expect_output(const struct stage *stage, enum output output, const char *text) {
  assert_int_equal(stage->output_lengths[output], strlen(text));
  if (text[0] != 0) assert_memory_equal(stage->outputs[output], text, strlen(text));
}

/* ---- tests ---- */

/* Lines of many customers and some pools; a few are no events, or cannot be kept. */
static char *lines_make(uint32_t count) {
  char *text = malloc((size_t)count * 48 + 1);
  size_t at = 0;
  uint32_t random = 1;
  assert_non_null(text);
  for (uint32_t i = 0; i < count; i++) {
    random = random * 1664525u + 1013904223u;
    uint32_t customer = (random >> 8) % 2000;
    if (random % 97 == 0)
      at += (size_t)sprintf(text + at, "!\n");
    else
      at += (size_t)sprintf(text + at, "%c%u c%u %u%s%u\n", random % 89 == 0 ? 'L' : 'e', i, customer, 1000 + i,
                            random % 3 == 0 ? " p" : " ", random % 20);
  }
  return text;
}

static void the_same_lines_give_the_same_bytes_however_they_are_cut(void **unused) {
  (void)unused;
  static const struct {
    uint32_t step, flush_every;
    uint64_t cache_bytes;
  } cases[] = {{1024, 1000000, 64u << 20},  {1, 1, 1u << 20},   {7, 3, 1u << 20}, {1024, 1, 1u << 20},
               {100000, 1000000, 1u << 20}, {333, 10, 2u << 20}};
  char *text = lines_make(30000);
  struct stage *first = NULL;
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    struct stage *stage = stage_new(text, cases[i].cache_bytes);
    stage_start(stage);
    run_to_end(stage, cases[i].step, cases[i].flush_every, TIME_NONE);
    assert_int_equal(shard_counts(stage->shard)->lines, 30000);
    if (first == NULL) {
      first = stage;
      continue;
    }
    for (int output = 0; output < OUTPUT_COUNT; output++) {
      assert_int_equal(stage->output_lengths[output], first->output_lengths[output]);
      assert_memory_equal(stage->outputs[output], first->outputs[output], first->output_lengths[output]);
    }
    assert_int_equal(stage->kept_count, first->kept_count);
    for (uint32_t k = 0; k < first->kept_count; k++) {
      const struct kept *kept = &first->kept[k], *other = kept_find(stage, (struct str){kept->key, kept->key_length});
      assert_non_null(other);
      assert_int_equal(other->length, kept->length);
      assert_memory_equal(other->record, kept->record, kept->length);
    }
    stage_free(stage);
  }
  stage_free(first);
  free(text);
}

/* A second shard over what the first one stored goes on as if there had been one. */
static void a_restart_goes_on(void **unused) {
  (void)unused;
  struct stage *stage = stage_new("a c1 100\nb c1 200\n", 1u << 20);
  stage_start(stage);
  run_to_end(stage, 10, 1, TIME_NONE);
  stage->text = "c c1 150\n";
  stage->at = 0;
  stage->length = strlen(stage->text);
  stage_start(stage);
  assert_int_equal(shard_clock(stage->shard), 200);
  run_to_end(stage, 10, 1, TIME_NONE);
  assert_int_equal(arrivals[0], 200);
  const struct kept *kept = kept_find(stage, STR("cc1"));
  assert_non_null(kept);
  assert_memory_equal(kept->record, "3 3 ", 4); /* sum, and the number of the line that changed it */
  stage_free(stage);
}

static bool full_after_a_line(void *self) {
  const struct stage *stage = self;
  return stage->stops && shard_counts(stage->shard)->lines == 1;
}

/* Numbers of types and fields are those of the catalogue it was read with: a line that was read ahead is read anew. */
static void what_was_read_ahead_is_read_anew_by_the_next_rulebook(void **unused) {
  (void)unused;
  struct stage *stage = stage_new("a c1 1\nb c1 2\n", 1u << 20);
  uint32_t count;
  bool ended;
  stage->log.full = full_after_a_line;
  stage->stops = true;
  stage_start(stage);
  read_with_next = 0;
  assert_int_equal(shard_step(stage->shard, 10, TIME_NONE, &count, &ended, &stage->fault), STATUS_OK);
  assert_int_equal(count, 1);
  shard_swap(stage->shard, &next_rulebook, NULL, NULL);
  stage->stops = false;
  run_to_end(stage, 10, 1000, TIME_NONE);
  assert_int_equal(read_with_next, 1);
  stage_free(stage);
}

static void owners_come_from_the_cache_after_the_first_time(void **unused) {
  (void)unused;
  struct stage *stage = stage_new("a c1 1 p\nb c1 2 p\nc c2 3 p\n", 1u << 20);
  stage_start(stage);
  run_to_end(stage, 10, 1000, TIME_NONE);
  assert_int_equal(shard_counts(stage->shard)->owner_loads, 3);
  assert_int_equal(shard_counts(stage->shard)->owner_hits, 3);
  assert_int_equal(stage->loads, 5);  /* with the clock and the ends of the queue of what is heard */
  assert_int_equal(stage->stores, 4); /* two customers, a pool, the clock */
  stage_free(stage);
}

/* What another hears is decided right behind the event, before the next line, however the lines are cut; and the state remembers that it
 * was. */
static void what_another_hears_is_decided_right_behind(void **unused) {
  (void)unused;
  for (uint32_t step = 1; step <= 4; step++) {
    struct stage *stage = stage_new("a c1 1\nF c1 2\nb c2 3\nG c2 4\nc c1 5\n", 1u << 20);
    stage_start(stage);
    run_to_end(stage, step, 1, TIME_NONE);
    expect_output(stage, OUTPUT_DECISIONS,
                  "a in:0 0\nF in:7 12\nF in:7 0\nb in:14 0\nG in:21 12\nG in:21 12\nG in:21 0\nG in:21 0\nG in:21 0\nc in:28 12\n");
    assert_int_equal(shard_counts(stage->shard)->events, 5);
    assert_int_equal(shard_counts(stage->shard)->heard, 5);
    assert_false(shard_waits(stage->shard));
    const struct kept *heard = kept_find(stage, STR("chearer"));
    assert_non_null(heard);
    assert_memory_equal(heard->record, "2 ", 2);
    const struct kept *ends = kept_find(stage, STR("m:heard"));
    assert_non_null(ends);
    assert_memory_equal(ends->record + 1, "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 16);
    stage->at = stage->length;
    stage_start(stage); /* nothing is heard again */
    assert_false(shard_waits(stage->shard));
    stage_free(stage);
  }
}

/* One that does not fit a record of the state goes through the queue in pieces. */
static void a_long_event_is_heard_as_a_whole(void **unused) {
  (void)unused;
  char *text = malloc(LIMIT_EVENT_BYTES + 2);
  assert_non_null(text);
  for (size_t length = LIMIT_EVENT_BYTES - 60; length <= LIMIT_EVENT_BYTES; length++) {
    memset(text, 'x', length);
    memcpy(text, "F c1 2 ", 7);
    text[length] = '\n', text[length + 1] = 0;
    struct stage *stage = stage_new(text, 1u << 20);
    stage_start(stage);
    run_to_end(stage, 10, 1, TIME_NONE);
    assert_int_equal(shard_counts(stage->shard)->heard, 1);
    const struct kept *piece = kept_find(stage, (struct str){"f\0\0\0\0\0\0\0\0\0", 10});
    assert_non_null(piece);
    assert_int_equal(piece->length, 0);
    stage_free(stage);
  }
  free(text);
}

static void the_length_of_the_queue_is_told(void **unused) {
  (void)unused;
  struct stage *stage = stage_new("a c1 1\n", 1u << 20);
  struct fault fault;
  assert_int_equal(fake_store(stage, STR("m:heard"), (struct str){"\1\2\0\0\0\0\0\0\0\5\0\0\0\0\0\0\0", 17}, &fault), STATUS_OK);
  stage_start(stage);
  assert_int_equal(shard_heard_waiting(stage->shard), 3);
  stage_free(stage);
}

static void what_cannot_be_decided_for_its_hearer_is_a_dead_letter(void **unused) {
  (void)unused;
  struct stage *stage = stage_new("a c1 1\nM c1 2\nb c2 3\n", 1u << 20);
  stage_start(stage);
  run_to_end(stage, 10, 1, TIME_NONE);
  expect_output(stage, OUTPUT_DECISIONS, "a in:0 0\nM in:7 12\nb in:14 0\n");
  expect_output(stage, OUTPUT_DLQ, "dead 7 STATE_LIMIT as it was heard by customer hearer alone: the hearer's is full 6\n");
  assert_true(stage->dead_which == LINE_NONE);
  assert_int_equal(shard_counts(stage->shard)->dead, 1);
  assert_false(shard_waits(stage->shard));
  stage_free(stage);
}

static void lines_that_are_no_events_are_dead_letters(void **unused) {
  (void)unused;
  struct stage *stage = stage_new("!\nL c1 5\nD c1 6\ne c1 7\n", 1u << 20);
  uint32_t observed = 0;
  stage_start(stage);
  shard_observe(stage->shard, count_decisions, &observed);
  run_to_end(stage, 10, 1, TIME_NONE);
  const struct shard_counts *counts = shard_counts(stage->shard);
  expect_output(stage, OUTPUT_DLQ, "dead 0 4 1\ndead 2 STATE_LIMIT outgrown 6\n");
  expect_output(stage, OUTPUT_DECISIONS, "D in:9 0\ne in:16 0\n");
  expect_output(stage, OUTPUT_REWARDS, "gift c1\n");
  assert_int_equal(observed, 2);
  assert_int_equal(counts->lines, 4);
  assert_int_equal(counts->events, 2);
  assert_int_equal(counts->dead, 2);
  assert_int_equal(counts->duplicates, 1);
  assert_int_equal(counts->gifts, 1);
  assert_int_equal(counts->by_reason[REASON_MALFORMED_EVENT], 2);
  stage_free(stage);
}

static void a_piece_of_a_line_is_a_dead_letter_whatever_it_holds(void **unused) {
  (void)unused;
  struct stage *stage = stage_new("e c1 7\n", 1u << 20);
  stage->pieces = true;
  stage_start(stage);
  run_to_end(stage, 10, 1, TIME_NONE);
  assert_int_equal(shard_counts(stage->shard)->dead, 1);
  assert_int_equal(shard_counts(stage->shard)->events, 0);
  stage_free(stage);
}

/* Arrival: of the log, else the wall clock when that is asked for, else the latest event time; nothing far ahead moves the clock. */
static void arrival_is_the_streams_own_time(void **unused) {
  (void)unused;
  const long long day = 86400000;
  char text[256];
  snprintf(text, sizeof text, "a c 1000\nb c 500\nc c 2000\nd c %lld\ne c 2100\nf c %lld\n", 2000 + 367 * day, 2100 + 365 * day);
  struct stage *stage = stage_new(text, 1u << 20);
  const int64_t expected[6] = {1000, 1000, 2000, 2000, 2100, 2100 + 365 * day};
  stage_start(stage);
  run_to_end(stage, 10, 1, 77);
  assert_int_equal(arrival_count, 6);
  for (int i = 0; i < 6; i++) assert_int_equal(arrivals[i], expected[i]);
  stage->settings.wall_clock = true;
  stage->at = 0;
  stage->kept_count = 0;
  stage_start(stage);
  run_to_end(stage, 10, 1, 3000);
  for (int i = 0; i < 6; i++) assert_int_equal(arrivals[i], 3000);
  assert_int_equal(shard_clock(stage->shard), 2100); /* those more than five minutes ahead of their arrival do not count */
  stage->at = 0;
  stage->arrival_ms = 4000;
  stage_start(stage);
  run_to_end(stage, 10, 1, 3000);
  for (int i = 0; i < 6; i++) assert_int_equal(arrivals[i], 4000);
  stage_free(stage);
}

/* Whichever call fails, its status comes up with words in front and nothing is taken for done. */
static void every_failure_comes_up(void **unused) {
  (void)unused;
  char *text = lines_make(3000);
  for (int which = 0; which < 3; which++) {
    uint32_t failures = 0;
    for (int call = 1; call < 100000; call = call * 5 + 1) {
      struct stage *stage = stage_new(text, 1u << 20);
      uint32_t count;
      bool ended = false;
      stage_start(stage);
      (which == 0 ? (stage->fail_load = call) : which == 1 ? (stage->fail_store = call) : (stage->fail_append = call));
      enum status status = STATUS_OK;
      while (status == STATUS_OK && !ended) status = shard_step(stage->shard, 100, TIME_NONE, &count, &ended, &stage->fault);
      if (status == STATUS_OK) status = shard_flush(stage->shard, &stage->fault);
      if (status != STATUS_OK) {
        assert_int_equal(status, STATUS_STORAGE);
        assert_non_null(strstr(stage->fault.text, "fails"));
        failures++;
      }
      stage_free(stage);
    }
    assert_true(failures > 0);
  }
  free(text);
}

static void a_record_that_is_none_is_told(void **unused) {
  (void)unused;
  struct stage *stage = stage_new("e c1 7\n", 1u << 20);
  uint32_t count;
  bool ended;
  struct fault fault;
  assert_int_equal(fake_store(stage, STR("cc1"), STR("rubbish"), &fault), STATUS_OK);
  stage_start(stage);
  assert_int_equal(shard_step(stage->shard, 10, TIME_NONE, &count, &ended, &fault), STATUS_STATE);
  assert_non_null(strstr(fault.text, "in, byte 0: "));
  assert_int_equal(fake_store(stage, STR("m:clock"), STR("\x02..............."), &fault), STATUS_OK);
  struct shard *shard;
  assert_int_equal(shard_open(stage->memory, &stage->settings, &fake_rulebook, NULL, NULL, &stage->log, &stage->view, &shard, &fault),
                   STATUS_STATE);
  stage_free(stage);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_same_lines_give_the_same_bytes_however_they_are_cut),
      cmocka_unit_test(a_restart_goes_on),
      cmocka_unit_test(what_was_read_ahead_is_read_anew_by_the_next_rulebook),
      cmocka_unit_test(owners_come_from_the_cache_after_the_first_time),
      cmocka_unit_test(what_another_hears_is_decided_right_behind),
      cmocka_unit_test(a_long_event_is_heard_as_a_whole),
      cmocka_unit_test(the_length_of_the_queue_is_told),
      cmocka_unit_test(what_cannot_be_decided_for_its_hearer_is_a_dead_letter),
      cmocka_unit_test(lines_that_are_no_events_are_dead_letters),
      cmocka_unit_test(a_piece_of_a_line_is_a_dead_letter_whatever_it_holds),
      cmocka_unit_test(arrival_is_the_streams_own_time),
      cmocka_unit_test(every_failure_comes_up),
      cmocka_unit_test(a_record_that_is_none_is_told),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
