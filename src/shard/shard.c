/* The loop: lines in, decisions, rewards and dead letters out, records of owners kept. Everything it needs is taken from one block of
 * memory at the start, so a steady stream allocates nothing (style rule 6).
 *
 *     poll -> event_read -> arrival -> match_event -> owners (cache, else view) -> decide_event -> record -> outputs
 *                 |                                                                    |
 *                 +-- no event: dead letter                                            +-- changed records stay in the cache until
 * shard_flush
 *
 * Nothing here depends on where a batch ends: the same lines give the same bytes, however they are cut (shard.h).
 */
#include "giftd/shard.h"
#include "cache.h"

#include <assert.h>

#define LINES_MOST 1024u
#define OUTPUT_KEPT (256u * 1024u)        /* an output is handed on when it holds so much */
#define OUTPUT_ROOM (8u * 1024u * 1024u)  /* and one line's worth fits behind it: a piece of LIMIT_LINE_BYTES, every byte escaped */
#define ARENA_BYTES (4u * 1024u * 1024u)  /* of one event: unescaped texts, lists, texts of its outcomes */
#define FAR_AHEAD_MS (366LL * MS_PER_DAY) /* an event so far ahead of the stream does not move its clock */
#define CLOCK_VERSION 1
#define CLOCK_BYTES 17u /* version, clock, sequence; little endian */
_Static_assert(OUTPUT_ROOM >= 6u * LIMIT_LINE_BYTES + 1024u * 1024u, "a dead letter of control characters fits");
_Static_assert(ARENA_BYTES >= 2u * LIMIT_EVENT_BYTES + 4096u, "event_read's bound");

/* A line that was read. Reading runs one line ahead of deciding, so that the owner's record is on its way from memory meanwhile. */
struct reading {
  const struct input_line *line;
  enum event_problem problem; /* EVENT_OK: `event` holds */
  struct event event;
  struct event_error error;
  struct owner customer;
  struct cache_key key; /* of the customer; its bytes are in `customer` */
  struct arena arena;   /* of this event: its texts, those of its outcomes */
};

struct shard {
  struct shard_settings settings;
  const struct rulebook *rulebook;
  const struct match_index *index;
  struct match_cache *match_cache;
  struct log_port log;
  struct view_port view;
  shard_observer *observer;
  void *observer_self;
  struct shard_counts counts;
  int64_t clock_ms;  /* latest event time so far, or TIME_NONE */
  uint64_t sequence; /* lines taken since the state began: the position that records carry */
  struct cache cache;
  struct reading readings[2]; /* the event at hand, and the one behind it */
  struct buffer outputs[OUTPUT_COUNT];
  struct decision decision;
  struct input_line lines[LINES_MOST];
  uint32_t matches[LIMIT_MATCHES];
  struct owner owners[LIMIT_OWNERS];
  struct cache_key keys[LIMIT_OWNERS]; /* of owners */
  struct state *states[LIMIT_OWNERS];
  char record[LIMIT_STATE_BYTES];
  struct state workspace[LIMIT_OWNERS]; /* last: of most, only the first few are ever touched */
};

static size_t rounded(size_t bytes) { return (bytes + 63) / 64 * 64; }

size_t shard_memory(const struct shard_settings *settings) {
  return 64 + rounded(sizeof(struct shard)) + 2 * rounded(ARENA_BYTES) + OUTPUT_COUNT * rounded(OUTPUT_KEPT + OUTPUT_ROOM) +
         cache_memory(settings->cache_bytes);
}

static struct str clock_key(void) { return STR("m:clock"); }

static enum status clock_load(struct shard *shard, struct fault *fault) {
  struct str record;
  enum status status = shard->view.load(shard->view.self, clock_key(), &record, fault);
  if (status != STATUS_OK) return fault_prefix(fault, "the stream's clock: ");
  shard->clock_ms = TIME_NONE;
  shard->sequence = 0;
  if (record.length == 0) return STATUS_OK;
  if (record.length != CLOCK_BYTES || record.at[0] != CLOCK_VERSION)
    return fault_set(fault, STATUS_STATE, "the stream's clock in the state is not of a known form: written by a newer giftd, or damaged");
  uint64_t clock = 0, sequence = 0;
  for (size_t i = 0; i < 8; i++) {
    clock |= (uint64_t)(uint8_t)record.at[1 + i] << (8 * i);
    sequence |= (uint64_t)(uint8_t)record.at[9 + i] << (8 * i);
  }
  shard->clock_ms = (int64_t)clock;
  shard->sequence = sequence;
  return STATUS_OK;
}

static enum status clock_store(struct shard *shard, struct fault *fault) {
  char record[CLOCK_BYTES] = {CLOCK_VERSION};
  for (size_t i = 0; i < 8; i++) {
    record[1 + i] = (char)(uint8_t)((uint64_t)shard->clock_ms >> (8 * i));
    record[9 + i] = (char)(uint8_t)(shard->sequence >> (8 * i));
  }
  return shard->view.store(shard->view.self, clock_key(), (struct str){record, sizeof record}, fault);
}

enum status shard_open(void *memory, const struct shard_settings *settings, const struct rulebook *rulebook,
                       const struct match_index *index, struct match_cache *cache, const struct log_port *log, const struct view_port *view,
                       struct shard **out, struct fault *fault) {
  unsigned char *at = memory;
  at += (64 - (uintptr_t)at % 64) % 64;
  struct shard *shard = (struct shard *)(void *)at;
  at += rounded(sizeof *shard);
  shard->settings = *settings;
  shard->log = *log;
  shard->view = *view;
  shard->observer = NULL;
  shard->observer_self = NULL;
  memset(&shard->counts, 0, sizeof shard->counts);
  for (uint32_t i = 0; i < LIMIT_OWNERS; i++) shard->states[i] = &shard->workspace[i];
  for (int i = 0; i < 2; i++) {
    arena_init(&shard->readings[i].arena, at, ARENA_BYTES);
    at += rounded(ARENA_BYTES);
  }
  for (int i = 0; i < OUTPUT_COUNT; i++) {
    buffer_init(&shard->outputs[i], at, OUTPUT_KEPT + OUTPUT_ROOM);
    at += rounded(OUTPUT_KEPT + OUTPUT_ROOM);
  }
  cache_init(&shard->cache, at, settings->cache_bytes, &settings->decide.id_key);
  shard_swap(shard, rulebook, index, cache);
  *out = shard;
  return clock_load(shard, fault);
}

void shard_swap(struct shard *shard, const struct rulebook *rulebook, const struct match_index *index, struct match_cache *cache) {
  shard->rulebook = rulebook;
  shard->index = index;
  shard->match_cache = cache;
}

void shard_observe(struct shard *shard, shard_observer *observer, void *self) {
  shard->observer = observer;
  shard->observer_self = self;
}

const struct shard_counts *shard_counts(const struct shard *shard) { return &shard->counts; }
int64_t shard_clock(const struct shard *shard) { return shard->clock_ms; }

/* ---- owners ---- */

/* What changed goes to the view's open batch; from then on it may leave the cache. */
static enum status changed_store(struct shard *shard, struct fault *fault) {
  uint32_t count = cache_sort_changed(&shard->cache);
  for (uint32_t i = 0; i < count; i++) {
    struct str key, record;
    cache_changed(&shard->cache, i, &key, &record);
    enum status status = shard->view.store(shard->view.self, key, record, fault);
    if (status != STATUS_OK) return status;
  }
  cache_settle(&shard->cache);
  return STATUS_OK;
}

static struct str owner_key(const struct owner *owner) { return (struct str){owner->key, owner->length}; }

static enum status owner_fetch(struct shard *shard, struct cache_key key, struct str *record, struct fault *fault) {
  shard->counts.owner_loads++;
  enum status status = shard->view.load(shard->view.self, key.bytes, record, fault);
  if (status != STATUS_OK || cache_put(&shard->cache, key, *record, false)) return status;
  status = changed_store(shard, fault);
  if (status != STATUS_OK) return status;
  status = shard->view.load(shard->view.self, key.bytes, record, fault); /* storing ended the first loan */
  if (status != STATUS_OK) return status;
  bool kept = cache_put(&shard->cache, key, *record, false);
  assert(kept); /* nothing is listed any more: there is room */
  (void)kept;
  return STATUS_OK;
}

static enum status owner_load(struct shard *shard, struct cache_key key, struct state *state, struct fault *fault) {
  struct str record;
  if (cache_find(&shard->cache, key, &record)) {
    shard->counts.owner_hits++;
  } else {
    enum status status = owner_fetch(shard, key, &record, fault);
    if (status != STATUS_OK) return status;
  }
  if (!state_decode(record, state, fault)) return fault_prefix(fault, "the record of one owner (kind %c) in the state: ", key.bytes.at[0]);
  state->changed = false;
  return STATUS_OK;
}

static enum status owner_keep(struct shard *shard, struct cache_key key, struct state *state, struct fault *fault) {
  state->position = shard->sequence;
  size_t length = state_encode(state, shard->record, sizeof shard->record);
  assert(length > 0); /* decide_event answers for the bound */
  struct str record = {shard->record, length};
  if (cache_put(&shard->cache, key, record, true)) return STATUS_OK;
  enum status status = changed_store(shard, fault);
  if (status != STATUS_OK) return status;
  bool kept = cache_put(&shard->cache, key, record, true);
  assert(kept);
  (void)kept;
  return STATUS_OK;
}

/* The customer first: whom else the event touches may stand in that record. */
static enum status owners_load(struct shard *shard, const struct reading *reading, uint32_t match_count, uint32_t *owner_count,
                               struct fault *fault) {
  shard->owners[0] = reading->customer;
  shard->keys[0] = (struct cache_key){owner_key(&shard->owners[0]), reading->key.tag};
  enum status status = owner_load(shard, shard->keys[0], shard->states[0], fault);
  if (status != STATUS_OK) return status;
  *owner_count = decide_owners(shard->rulebook, &reading->event, shard->matches, match_count, shard->states[0], shard->owners);
  if (*owner_count > LIMIT_OWNERS) return STATUS_OK;
  assert(*owner_count >= 1 && shard->owners[0].kind == OWNER_CUSTOMER);
  for (uint32_t i = 1; i < *owner_count; i++) {
    shard->keys[i] = cache_key(&shard->cache, owner_key(&shard->owners[i]));
    status = owner_load(shard, shard->keys[i], shard->states[i], fault);
    if (status != STATUS_OK) return status;
  }
  return STATUS_OK;
}

/* ---- one line ---- */

/* When the event reached the stream, and the stream's own clock: the latest event time, but never moved by an event from the far future. */
static void arrival_set(struct shard *shard, struct event *event, const struct input_line *line, int64_t now_ms) {
  if (event->arrival_ms == TIME_NONE) event->arrival_ms = line->arrival_ms;
  if (event->arrival_ms == TIME_NONE && shard->settings.wall_clock) event->arrival_ms = now_ms;
  int64_t latest = event->arrival_ms != TIME_NONE ? event->arrival_ms + LIMIT_FUTURE_MS
                   : shard->clock_ms != TIME_NONE ? shard->clock_ms + FAR_AHEAD_MS
                                                  : INT64_MAX;
  if (event->time_ms <= latest && (shard->clock_ms == TIME_NONE || event->time_ms > shard->clock_ms)) shard->clock_ms = event->time_ms;
  if (event->arrival_ms == TIME_NONE) event->arrival_ms = shard->clock_ms;
}

static void decision_count(struct shard *shard) {
  const struct decision *decision = &shard->decision;
  struct shard_counts *counts = &shard->counts;
  counts->events++;
  if (decision->gate == REASON_DUPLICATE_EVENT) counts->duplicates++;
  if (decision->gate == REASON_EVENT_TOO_LATE) counts->late++;
  if (decision->gate == REASON_EVENT_IN_FUTURE) counts->future++;
  if (decision->gate != REASON_GIVEN) counts->by_reason[decision->gate]++;
  for (uint32_t i = 0; i < decision->outcome_count; i++) {
    counts->by_reason[decision->outcomes[i].reason]++;
    if (decision->outcomes[i].reason != REASON_GIVEN) counts->refusals++;
  }
  for (uint32_t i = 0; i < decision->gift_count; i++) {
    enum gift_kind kind = decision->gifts[i].kind;
    if (kind == GIFT_ISSUED || kind == GIFT_SUBSTITUTED) counts->gifts++;
    if (kind == GIFT_REVOKED) counts->revoked++;
  }
}

static void dead_count(struct shard *shard) {
  shard->counts.dead++;
  shard->counts.by_reason[REASON_MALFORMED_EVENT]++;
}

static void dead_line(struct shard *shard, const struct input_line *line, const struct origin *origin, const struct event_error *error) {
  dead_count(shard);
  record_dead_letter(&shard->outputs[OUTPUT_DLQ], line->bytes, origin, error);
}

static void dead_piece(struct shard *shard, const struct input_line *line, const struct origin *origin) {
  struct event_error error = {.problem = EVENT_TOO_LONG};
  struct buffer detail;
  buffer_init(&detail, error.detail, sizeof error.detail - 1);
  buffer_print(&detail, "a piece of a line of more than %u bytes", LIMIT_LINE_BYTES);
  error.detail[detail.length] = 0;
  dead_line(shard, line, origin, &error);
}

static enum status event_keep(struct shard *shard, const struct event *event, const struct origin *origin, uint32_t owner_count,
                              struct fault *fault) {
  for (uint32_t i = 0; i < owner_count; i++) {
    if (!shard->states[i]->changed) continue;
    enum status status = owner_keep(shard, shard->keys[i], shard->states[i], fault);
    if (status != STATUS_OK) return status;
  }
  decision_count(shard);
  if (shard->observer != NULL) shard->observer(shard->observer_self, event, &shard->decision);
  record_decision(&shard->outputs[OUTPUT_DECISIONS], shard->rulebook, event, origin, &shard->decision);
  if (shard->decision.gift_count > 0 || shard->decision.mark_count > 0)
    record_rewards(&shard->outputs[OUTPUT_REWARDS], shard->rulebook, event, &shard->decision);
  return STATUS_OK;
}

static enum status dead_event(struct shard *shard, const struct reading *reading, const struct origin *origin, struct str text) {
  dead_count(shard);
  record_dead_event(&shard->outputs[OUTPUT_DLQ], reading->line->bytes, origin, STR("STATE_LIMIT"), text);
  return STATUS_OK;
}

/* `next` is the reading behind this one, or NULL: its record is asked for while this event is decided. */
static enum status event_decide(struct shard *shard, struct reading *reading, const struct reading *next, const struct origin *origin,
                                struct fault *fault) {
  const struct event *event = &reading->event;
  uint32_t owner_count, match_count = match_event(shard->index, shard->match_cache, event, shard->matches);
  if (next != NULL && next->problem == EVENT_OK) cache_prefetch_entry(&shard->cache, next->key);
  if (match_count > LIMIT_MATCHES) return dead_event(shard, reading, origin, STR("more rules and facts hear this event than one may wake"));
  enum status status = owners_load(shard, reading, match_count, &owner_count, fault);
  if (status != STATUS_OK) return status;
  if (owner_count > LIMIT_OWNERS)
    return dead_event(shard, reading, origin, STR("more limits and pools stand behind this event than one may touch"));
  struct decide_input input = {shard->rulebook, &shard->settings.decide, event,       shard->matches,
                               match_count,     shard->owners,           owner_count, shard->settings.shards > 1};
  status = decide_event(&input, shard->states, &reading->arena, &shard->decision, fault);
  if (status == STATUS_LIMIT) return dead_event(shard, reading, origin, str_of(fault->text));
  return status == STATUS_OK ? event_keep(shard, event, origin, owner_count, fault) : status;
}

static enum status outputs_hand_on(struct shard *shard, size_t least, struct fault *fault) {
  for (int i = 0; i < OUTPUT_COUNT; i++) {
    struct buffer *buffer = &shard->outputs[i];
    assert(!buffer->overflowed);
    if (buffer->length <= least) continue;
    enum status status = shard->log.append(shard->log.self, (enum output)i, 0, buffer_text(buffer), fault);
    if (status != STATUS_OK) return status;
    buffer_reset(buffer);
  }
  return STATUS_OK;
}

/* Reads a line and asks for where its customer's record is. */
static void line_read(struct shard *shard, const struct input_line *line, struct reading *reading) {
  reading->line = line;
  arena_reset(&reading->arena);
  reading->problem = EVENT_TOO_LONG;
  if (line->piece) return;
  reading->problem = event_read(shard->rulebook->catalogue, line->bytes, &reading->arena, &reading->event, &reading->error);
  if (reading->problem != EVENT_OK) return;
  reading->customer = decide_customer_owner(reading->event.customer);
  reading->key = cache_key(&shard->cache, owner_key(&reading->customer));
  cache_prefetch_slot(&shard->cache, reading->key);
}

static enum status line_take(struct shard *shard, struct reading *reading, const struct reading *next, struct str input_name,
                             int64_t now_ms, struct fault *fault) {
  const struct input_line *line = reading->line;
  struct origin origin = {input_name, line->position};
  enum status status = STATUS_OK;
  shard->sequence++;
  shard->counts.lines++;
  if (line->piece) {
    dead_piece(shard, line, &origin);
  } else if (reading->problem != EVENT_OK) {
    dead_line(shard, line, &origin, &reading->error);
  } else {
    arrival_set(shard, &reading->event, line, now_ms);
    status = event_decide(shard, reading, next, &origin, fault);
  }
  if (status != STATUS_OK) return fault_prefix(fault, "%.*s, byte %llu: ", STR_FORMAT(input_name), (unsigned long long)line->position);
  return outputs_hand_on(shard, OUTPUT_KEPT, fault);
}

enum status shard_step(struct shard *shard, uint32_t most, int64_t now_ms, uint32_t *count, bool *ended, struct fault *fault) {
  *count = 0;
  uint32_t taken = 0, capacity = most < LINES_MOST ? most : LINES_MOST;
  enum status status = shard->log.poll(shard->log.self, shard->lines, capacity, &taken, ended, fault);
  if (status != STATUS_OK) return status;
  assert(taken <= capacity);
  struct str input_name = shard->log.input_name(shard->log.self);
  if (taken > 0) line_read(shard, &shard->lines[0], &shard->readings[0]);
  for (uint32_t i = 0; i < taken; i++) {
    struct reading *next = i + 1 < taken ? &shard->readings[(i + 1) % 2] : NULL;
    if (next != NULL) line_read(shard, &shard->lines[i + 1], next);
    status = line_take(shard, &shard->readings[i % 2], next, input_name, now_ms, fault);
    if (status != STATUS_OK) return status;
  }
  *count = taken;
  return STATUS_OK;
}

enum status shard_flush(struct shard *shard, struct fault *fault) {
  enum status status = outputs_hand_on(shard, 0, fault);
  if (status == STATUS_OK) status = changed_store(shard, fault);
  if (status == STATUS_OK) status = clock_store(shard, fault);
  if (status == STATUS_OK) shard->counts.commits++;
  return status;
}
