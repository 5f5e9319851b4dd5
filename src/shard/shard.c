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
#include "parts.h"

static size_t rounded(size_t bytes) { return (bytes + 63) / 64 * 64; }

size_t shard_memory(const struct shard_settings *settings) {
  return 64 + rounded(sizeof(struct shard)) + 3 * rounded(ARENA_BYTES) + OUTPUT_COUNT * rounded(OUTPUT_KEPT + OUTPUT_ROOM) +
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
  shard->line_count = shard->line_at = shard->read_to = 0;
  shard->next = 0;
  shard->touched.count = 0;
  memset(shard->touched.slots, 0, sizeof shard->touched.slots);
  shard->waiting.waits = shard->looking_ahead = shard->in_review = shard->hurries = false;
  shard->waiting.count = shard->waiting.looked_to = 0;
  shard->send_status = STATUS_OK;
  for (uint32_t i = 0; i < LIMIT_OWNERS; i++) shard->states[i] = &shard->workspace[i];
  struct reading *readings[] = {&shard->readings[0], &shard->readings[1], &shard->heard_reading};
  for (int i = 0; i < 3; i++) {
    arena_init(&readings[i]->arena, at, ARENA_BYTES);
    readings[i]->hearing = NULL;
    at += rounded(ARENA_BYTES);
  }
  for (int i = 0; i < OUTPUT_COUNT; i++) {
    buffer_init(&shard->outputs[i], at, OUTPUT_KEPT + OUTPUT_ROOM);
    at += rounded(OUTPUT_KEPT + OUTPUT_ROOM);
  }
  cache_init(&shard->cache, at, settings->cache_bytes, &settings->decide.id_key);
  shard_swap(shard, rulebook, index, cache);
  *out = shard;
  enum status status = clock_load(shard, fault);
  return status == STATUS_OK ? heard_open(shard, fault) : status;
}

void shard_swap(struct shard *shard, const struct rulebook *rulebook, const struct match_index *index, struct match_cache *cache) {
  shard->rulebook = rulebook;
  shard->index = index;
  shard->match_cache = cache;
  shard->sweep = (struct lend_cursor){0};
  shard->swept = false;
  shard->read_to = shard->line_at; /* numbers of types and fields are the catalogue's: what was read ahead is read anew */
  shard->waiting.anew = shard->waiting.waits;
}

void shard_observe(struct shard *shard, shard_observer *observer, void *self) {
  shard->observer = observer;
  shard->observer_self = self;
}

const struct shard_counts *shard_counts(const struct shard *shard) { return &shard->counts; }
int64_t shard_clock(const struct shard *shard) { return shard->clock_ms; }

uint64_t shard_heard_waiting(const struct shard *shard) { return shard->heard.tail - shard->heard.head; }
uint64_t shard_next(const struct shard *shard) { return shard->next; }
bool shard_waits(const struct shard *shard) { return shard->waiting.waits || heard_any(shard); }
bool shard_hurries(const struct shard *shard) { return shard->hurries; }
uint64_t shard_changed_bytes(const struct shard *shard) { return shard->cache.changed_bytes; }

void shard_counts_add(struct shard_counts *sum, const struct shard_counts *more) {
  _Static_assert(sizeof(struct shard_counts) % sizeof(uint64_t) == 0, "counts are numbers of one size");
  uint64_t to[sizeof *sum / sizeof(uint64_t)], from[sizeof *sum / sizeof(uint64_t)];
  memcpy(to, sum, sizeof to);
  memcpy(from, more, sizeof from);
  for (size_t i = 0; i < sizeof to / sizeof to[0]; i++) to[i] += from[i];
  memcpy(sum, to, sizeof to);
}

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

enum status owner_load(struct shard *shard, struct cache_key key, struct state *state, struct fault *fault) {
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

enum status owner_keep(struct shard *shard, struct cache_key key, struct state *state, struct fault *fault) {
  state->position = shard->sequence;
  if (shard->settings.shards > 1 && key.bytes.at[0] == OWNER_POOL) touched_add(shard, key);
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
  if (reading->hearing != NULL)
    *owner_count = decide_hearer_owners(shard->rulebook, &reading->event, reading->hearing, shard->states[0], shard->owners);
  else
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
  if (event->arrival_ms == TIME_NONE && !shard->settings.own_clock) event->arrival_ms = line->arrival_ms;
  if (event->arrival_ms == TIME_NONE && shard->settings.wall_clock) event->arrival_ms = now_ms;
  int64_t latest = event->arrival_ms != TIME_NONE ? event->arrival_ms + LIMIT_FUTURE_MS
                   : shard->clock_ms != TIME_NONE ? shard->clock_ms + FAR_AHEAD_MS
                                                  : INT64_MAX;
  if (event->time_ms <= latest && (shard->clock_ms == TIME_NONE || event->time_ms > shard->clock_ms)) shard->clock_ms = event->time_ms;
  if (event->arrival_ms == TIME_NONE) event->arrival_ms = shard->clock_ms;
}

static void decision_count(struct shard *shard, bool heard) {
  const struct decision *decision = &shard->decision;
  struct shard_counts *counts = &shard->counts;
  *(heard ? &counts->heard : &counts->events) += 1;
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

/* Handed on at once: the log may need the record itself while it is lent. */
static enum status dead_hand_on(struct shard *shard, uint32_t which, struct fault *fault) {
  struct buffer *buffer = &shard->outputs[OUTPUT_DLQ];
  assert(!buffer->overflowed);
  enum status status = shard->log.append(shard->log.self, OUTPUT_DLQ, which, buffer_text(buffer), fault);
  buffer_reset(buffer);
  return status;
}

enum status dead_line(struct shard *shard, const struct input_line *line, const struct origin *origin, const struct event_error *error,
                      uint32_t which, struct fault *fault) {
  if (shard->looking_ahead) return STATUS_OK;
  dead_count(shard);
  record_dead_letter(&shard->outputs[OUTPUT_DLQ], line->bytes, origin, error);
  return dead_hand_on(shard, which, fault);
}

static enum status dead_piece(struct shard *shard, const struct input_line *line, const struct origin *origin, struct fault *fault) {
  struct event_error error = {.problem = EVENT_TOO_LONG};
  struct buffer detail;
  buffer_init(&detail, error.detail, sizeof error.detail - 1);
  buffer_print(&detail, "a piece of a line of more than %u bytes", LIMIT_LINE_BYTES);
  error.detail[detail.length] = 0;
  return dead_line(shard, line, origin, &error, shard->line_at, fault);
}

static enum status dead_event(struct shard *shard, const struct reading *reading, const struct origin *origin, struct str reason,
                              struct str text, struct fault *fault) {
  struct buffer whole;
  char bytes[1024];
  if (shard->looking_ahead) return STATUS_OK;
  dead_count(shard);
  buffer_init(&whole, bytes, sizeof bytes);
  if (reading->hearing != NULL) /* the line is of who caused it, and was decided for that one */
    buffer_print(&whole, "%s heard by customer %.*s alone: ", reading->hearing->reversal ? "what takes back what was" : "as it was",
                 STR_FORMAT(reading->event.customer));
  buffer_put(&whole, text);
  record_dead_event(&shard->outputs[OUTPUT_DLQ], reading->line->bytes, origin, reason, buffer_text(&whole));
  return dead_hand_on(shard, reading->hearing != NULL ? LINE_NONE : shard->line_at, fault);
}

/* A customer's events must come through one partition: the record's key sees to it, so it must be the customer. */
static bool key_fits(const struct input_line *line, const struct event *event, struct str *reason, struct str *text) {
  if (line->key.at == NULL || str_equal(line->key, event->customer)) return true;
  *reason = line->key.length == 0 ? STR("KEY_MISSING") : STR("KEY_MISMATCH");
  *text = line->key.length == 0 ? STR("the record has no key; events must be keyed by customer, so that one shard sees all of a customer")
                                : STR("the record's key is not the customer of the event; key events by customer");
  return false;
}

static enum status event_keep(struct shard *shard, const struct event *event, const struct origin *origin, uint32_t owner_count,
                              struct fault *fault) {
  for (uint32_t i = 0; i < owner_count; i++) {
    if (!shard->states[i]->changed) continue;
    enum status status = owner_keep(shard, shard->keys[i], shard->states[i], fault);
    if (status != STATUS_OK) return status;
  }
  decision_count(shard, event->cause.length > 0);
  if (shard->observer != NULL) shard->observer(shard->observer_self, event, &shard->decision);
  record_decision(&shard->outputs[OUTPUT_DECISIONS], shard->rulebook, event, origin, &shard->decision);
  if (shard->decision.gift_count > 0 || shard->decision.mark_count > 0)
    record_rewards(&shard->outputs[OUTPUT_REWARDS], shard->rulebook, event, &shard->decision);
  return STATUS_OK;
}

/* True when the event has to wait for what other shards hold; then its claims are made. */
static enum status claims_make(struct shard *shard, uint32_t owner_count, bool missing[], uint32_t missing_count, bool *waits,
                               struct fault *fault) {
  *waits = missing_count > 0 || shard->decision.shortage_count > 0;
  if (!*waits) return STATUS_OK;
  enum status status = shortages_ask(shard, missing, fault);
  if (status != STATUS_OK || shard->looking_ahead) return status;
  return wait_begin(shard, owner_count, missing, fault);
}

static enum status event_settle(struct shard *shard, const struct reading *reading, const struct origin *origin, uint32_t owner_count,
                                struct fault *fault) {
  if (shard->looking_ahead) return STATUS_OK;
  enum status status = shard->settings.shards > 1 ? blocks_mind(shard, owner_count, fault) : STATUS_OK;
  if (status == STATUS_OK) status = event_keep(shard, &reading->event, origin, owner_count, fault);
  return status == STATUS_OK ? forwards_send(shard, reading, origin, fault) : status;
}

static struct str crowd_text(uint32_t match_count) {
  return match_count > LIMIT_MATCHES ? STR("more rules and facts hear this event than one may wake")
                                     : STR("more limits and pools stand behind this event than one may touch");
}

/* `next` is the reading behind this one, or NULL: its record is asked for while this event is decided. */
enum status event_decide(struct shard *shard, struct reading *reading, const struct reading *next, const struct origin *origin,
                         struct fault *fault) {
  const struct event *event = &reading->event;
  bool missing[LIMIT_OWNERS], waits = false, heard = reading->hearing != NULL;
  uint32_t owner_count = 0, missing_count = 0;
  uint32_t match_count = heard ? 0 : match_event(shard->index, shard->match_cache, event, shard->matches);
  if (next != NULL && next->problem == EVENT_OK) cache_prefetch_entry(&shard->cache, next->key);
  if (match_count > LIMIT_MATCHES) return dead_event(shard, reading, origin, STR("STATE_LIMIT"), crowd_text(match_count), fault);
  enum status status = owners_load(shard, reading, match_count, &owner_count, fault);
  if (status != STATUS_OK) return status;
  if (owner_count > LIMIT_OWNERS) return dead_event(shard, reading, origin, STR("STATE_LIMIT"), crowd_text(match_count), fault);
  bool lent = shard->settings.shards > 1;
  if (lent) status = resources_ask(shard, owner_count, missing, &missing_count, fault);
  if (status != STATUS_OK) return status;
  struct decide_input input = {
      shard->rulebook, &shard->settings.decide, event, shard->matches, match_count, shard->owners, owner_count, lent, reading->hearing};
  status = decide_event(&input, shard->states, &reading->arena, &shard->decision, fault);
  if (status == STATUS_LIMIT && missing_count == 0)
    return dead_event(shard, reading, origin, STR("STATE_LIMIT"), str_of(fault->text), fault);
  if (status == STATUS_LIMIT) status = STATUS_OK, shard->decision.shortage_count = 0; /* judged again when the resources are here */
  if (status == STATUS_OK && lent) status = claims_make(shard, owner_count, missing, missing_count, &waits, fault);
  return status == STATUS_OK && !waits ? event_settle(shard, reading, origin, owner_count, fault) : status;
}

enum status outputs_hand_on(struct shard *shard, size_t least, struct fault *fault) {
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

static enum status line_decide(struct shard *shard, struct reading *reading, const struct reading *next, const struct origin *origin,
                               int64_t now_ms, struct fault *fault) {
  const struct input_line *line = reading->line;
  struct str reason, text;
  if (line->piece) return dead_piece(shard, line, origin, fault);
  if (reading->problem != EVENT_OK) return dead_line(shard, line, origin, &reading->error, shard->line_at, fault);
  if (!key_fits(line, &reading->event, &reason, &text)) return dead_event(shard, reading, origin, reason, text, fault);
  enum status status = place_check(shard, line, fault);
  if (status != STATUS_OK) return status;
  arrival_set(shard, &reading->event, line, now_ms);
  return event_decide(shard, reading, next, origin, fault);
}

static struct reading *reading_of(struct shard *shard, uint32_t line) {
  struct reading *reading = &shard->readings[line % 2];
  if (line >= shard->read_to) {
    line_read(shard, &shard->lines[line], reading);
    shard->read_to = line + 1;
  }
  return reading;
}

static enum status line_take(struct shard *shard, int64_t now_ms, struct fault *fault) {
  uint32_t line = shard->line_at;
  bool waited = shard->waiting.waits;
  if (waited) shard->read_to = line; /* its arena holds what the last try left */
  struct reading *reading = reading_of(shard, line);
  const struct reading *next = !waited && line + 1 < shard->line_count ? reading_of(shard, line + 1) : NULL;
  struct str input_name = shard->log.input_name(shard->log.self);
  struct origin origin = {input_name, reading->line->position};
  shard->waiting.waits = shard->waiting.anew = shard->waiting.heard = false;
  shard->sequence++;
  enum status status = line_decide(shard, reading, next, &origin, now_ms, fault);
  if (status == STATUS_OK)
    status = shard->send_status == STATUS_OK ? STATUS_OK : fault_set(fault, shard->send_status, "%s", shard->send_fault.text);
  if (status != STATUS_OK)
    return fault_prefix(fault, "%.*s, %s %llu: ", STR_FORMAT(input_name), reading->line->key.at == NULL ? "byte" : "offset",
                        (unsigned long long)origin.position);
  if (shard->waiting.waits) {
    shard->read_to = line;
    shard->sequence--;
    return STATUS_OK;
  }
  shard->counts.lines++;
  shard->next = reading->line->next;
  shard->line_at++;
  status = waited ? wait_end(shard, fault) : STATUS_OK;
  return status == STATUS_OK ? outputs_hand_on(shard, OUTPUT_KEPT, fault) : status;
}

/* Lines wait while something is heard as another: what an event of this shard forwards to a customer of this shard is decided right
 * behind it. */
enum status head_take(struct shard *shard, int64_t now_ms, struct fault *fault) {
  bool heard = shard->waiting.waits ? shard->waiting.heard : heard_any(shard);
  return heard ? heard_take(shard, fault) : line_take(shard, now_ms, fault);
}

enum status ahead_take(struct shard *shard, uint32_t line, int64_t now_ms, struct fault *fault) {
  struct reading *reading = &shard->readings[(shard->line_at + 1) % 2];
  int64_t clock_ms = shard->clock_ms;
  struct origin origin = {STR("ahead"), 0};
  shard->looking_ahead = true;
  line_read(shard, &shard->lines[line], reading);
  enum status status = line_decide(shard, reading, NULL, &origin, now_ms, fault);
  shard->looking_ahead = false;
  shard->clock_ms = clock_ms;
  return status;
}

/* Records of the customers that come: one round trip for all. Keys tell who comes without reading the lines. */
static enum status customers_prefetch(struct shard *shard, struct fault *fault) {
  uint32_t count = 0;
  struct buffer bytes;
  buffer_init(&bytes, shard->prefetch_bytes, sizeof shard->prefetch_bytes);
  for (uint32_t i = 0; i < shard->line_count; i++) {
    struct str record, customer = shard->lines[i].key;
    if (customer.length == 0 || customer.length > LIMIT_ID_BYTES) continue;
    struct str key = {bytes.memory + bytes.length, customer.length + 1};
    buffer_byte(&bytes, OWNER_CUSTOMER);
    buffer_put(&bytes, customer);
    if (!cache_find(&shard->cache, cache_key(&shard->cache, key), &record)) shard->prefetch_keys[count++] = key;
  }
  return count == 0 ? STATUS_OK : shard->view.prefetch(shard->view.self, shard->prefetch_keys, count, fault);
}

static enum status lines_poll(struct shard *shard, uint32_t most, bool *ended, struct fault *fault) {
  shard->line_at = shard->line_count = shard->read_to = shard->waiting.looked_to = 0;
  enum status status =
      shard->log.poll(shard->log.self, shard->lines, most < LINES_MOST ? most : LINES_MOST, &shard->line_count, ended, fault);
  if (status != STATUS_OK) return status;
  assert(shard->line_count <= LINES_MOST);
  status = places_check(shard, fault);
  if (status != STATUS_OK) return status;
  return shard->view.prefetch != NULL && shard->line_count > 0 ? customers_prefetch(shard, fault) : STATUS_OK;
}

static bool room_for_more(const struct shard *shard) { return shard->log.full == NULL || !shard->log.full(shard->log.self); }

/* What is heard belongs to the event before it: however few lines a step may take, it is not left over - unless a wait has let the queue
 * grow long. */
static bool head_is_there(const struct shard *shard, uint32_t count, uint32_t most) {
  if (shard->waiting.waits) return false;
  return heard_any(shard) ? count < most + HEARD_BEYOND : count < most && shard->line_at < shard->line_count;
}

enum status shard_step(struct shard *shard, uint32_t most, int64_t now_ms, uint32_t *count, bool *ended, struct fault *fault) {
  *count = 0, *ended = false;
  enum status status = shard->settings.shards > 1 ? inbox_take(shard, now_ms, count, fault) : STATUS_OK;
  if (status == STATUS_OK && shard->waiting.waits && shard->waiting.anew) status = head_take(shard, now_ms, fault);
  if (status == STATUS_OK && shard->line_at == shard->line_count) {
    status = lines_poll(shard, most, ended, fault);
    if (status == STATUS_OK && shard->waiting.waits) return look_ahead(shard, now_ms, fault);
  }
  while (status == STATUS_OK && head_is_there(shard, *count, most) && room_for_more(shard)) {
    status = head_take(shard, now_ms, fault);
    if (status == STATUS_OK && shard->waiting.waits) return look_ahead(shard, now_ms, fault);
    (*count)++;
  }
  if (shard->line_at < shard->line_count || heard_any(shard)) *ended = false;
  return status;
}

enum status shard_flush(struct shard *shard, struct fault *fault) {
  enum status status = outputs_hand_on(shard, 0, fault);
  if (status == STATUS_OK) status = changed_store(shard, fault);
  if (status == STATUS_OK) status = clock_store(shard, fault);
  if (status == STATUS_OK) status = heard_store(shard, fault);
  if (status == STATUS_OK) shard->counts.commits++, shard->hurries = false;
  return status;
}
