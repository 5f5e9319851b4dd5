/* The loop: lines in, decisions, rewards and dead letters out, states of owners kept. Everything it needs is taken from one block of
 * memory at the start, so a steady stream allocates nothing (style rule 6).
 *
 *     poll -> event_read_alike -> match_event -> clock -> judge (event.c) -> record (tell.c) -> outputs
 *                    |                                       |
 *                    +-- no event: dead letter               +-- changed states stay in the cache until shard_flush
 *
 * Nothing here depends on where a batch ends: the same lines give the same bytes, however they are cut (shard.h). But when no line is
 * there, what closed goes on: which closes stand before a line that comes later hangs on when it came.
 */
#include "parts.h"

static size_t rounded(size_t bytes) { return (bytes + 63) / 64 * 64; }

#define TRAIL_BYTES (LIMIT_TRAIL * sizeof(struct trail_entry))

size_t shard_memory(const struct shard_settings *settings) {
  return 64 + rounded(sizeof(struct shard)) + 3 * rounded(ARENA_BYTES) + OUTPUT_COUNT * rounded(OUTPUT_KEPT + OUTPUT_ROOM) +
         rounded(TRAIL_BYTES) + rounded(judge_memory()) + 2 * rounded(MANIFEST_BYTES) + cache_memory(settings->cache_bytes);
}

static void *part(unsigned char **at, size_t bytes) {
  void *start = *at;
  *at += rounded(bytes);
  return start;
}

static void memory_split(struct shard *shard, unsigned char *at) {
  struct reading *readings[] = {&shard->readings[0], &shard->readings[1], &shard->heard_reading};
  for (int i = 0; i < 3; i++) {
    arena_init(&readings[i]->arena, part(&at, ARENA_BYTES), ARENA_BYTES);
    readings[i]->hearing = NULL, readings[i]->closing = NULL, readings[i]->closing_passes = false;
    readings[i]->matches = i < 2 ? shard->matches[i] : NULL;
    readings[i]->match_count = 0, readings[i]->unheard = false;
  }
  for (int i = 0; i < OUTPUT_COUNT; i++) buffer_init(&shard->outputs[i], part(&at, OUTPUT_KEPT + OUTPUT_ROOM), OUTPUT_KEPT + OUTPUT_ROOM);
  shard->trail = (struct trail){.entries = part(&at, TRAIL_BYTES), .capacity = LIMIT_TRAIL};
  shard->judge_memory = part(&at, judge_memory());
  shard->manifest_memory = part(&at, MANIFEST_BYTES);
  shard->manifest_next = part(&at, MANIFEST_BYTES);
  cache_init(&shard->cache, at, shard->settings.cache_bytes, &shard->settings.judge.id_key, &shard->trail);
}

static enum status terms_open(struct shard *shard, struct fault *fault) {
  enum status status = manifest_load(&shard->view, shard->manifest_memory, &shard->manifest, fault);
  if (status == STATUS_OK) status = shard_admits(shard, shard->settings.terms, fault);
  if (status == STATUS_OK) adopt_look(shard);
  return status;
}

static void rulebook_take(struct shard *shard, const struct rulebook *rulebook, const struct match_index *index,
                          struct match_cache *cache) {
  shard->rulebook = rulebook;
  shard->at_hand.rulebook = rulebook->digest; /* the one before may go now */
  shard->index = index;
  shard->match_cache = cache;
  event_shapes_init(&shard->shapes, rulebook->catalogue);
  shard->surveyed = 0; /* others hear now */
  shard->sweep = (struct lend_cursor){0};
  shard->swept = false;
  /* numbers of types and fields are the catalogue's, and others hear: what was read ahead is read anew */
  if (!MUTANT(READ_BEFORE_SWAP)) shard->read_to = shard->line_at;
  shard->waiting.anew = shard->waiting.waits;
  ranks_swap(shard);
  adopt_look(shard);
}

enum status shard_open(void *memory, const struct shard_settings *settings, const struct rulebook *rulebook,
                       const struct match_index *index, struct match_cache *cache, const struct log_port *log, const struct view_port *view,
                       struct shard **out, struct fault *fault) {
  unsigned char *at = memory;
  at += (64 - (uintptr_t)at % 64) % 64;
  struct shard *shard = part(&at, sizeof *shard);
  shard->settings = *settings, shard->log = *log, shard->view = *view;
  shard->observer = NULL, shard->observer_self = NULL;
  memset(&shard->counts, 0, sizeof shard->counts);
  shard->line_count = shard->line_at = shard->read_to = shard->surveyed = 0;
  shard->next = shard->turn = 0;
  shard->ranks.turn_count = shard->ranks.row_count = shard->ranks.open = shard->ranks.telling = 0;
  shard->touched.count = 0;
  memset(shard->touched.slots, 0, sizeof shard->touched.slots);
  shard->waiting.waits = shard->looking_ahead = shard->in_review = shard->hurries = false;
  shard->waiting.far = false;
  shard->waiting.count = shard->waiting.near_to = shard->waiting.looked_to = 0;
  shard->send_status = STATUS_OK;
  shard->manifest = (struct manifest){{NULL, 0}};
  shard->at_hand = (struct at_hand){.position = UINT64_MAX};
  memory_split(shard, at);
  rulebook_take(shard, rulebook, index, cache);
  *out = shard;
  enum status status = clock_load(shard, fault);
  if (status == STATUS_OK) status = place_open(shard, fault);
  if (status == STATUS_OK) status = heard_open(shard, fault);
  if (status == STATUS_OK) status = due_open(shard, fault);
  if (status == STATUS_OK) status = queues_open(shard, fault);
  if (status == STATUS_OK) status = rank_open(shard, fault);
  if (status == STATUS_OK) status = range_open(shard, fault);
  if (status == STATUS_OK && settings->terms != NULL) status = terms_open(shard, fault);
  return status == STATUS_OK ? walk_open(shard, fault) : status;
}

enum status shard_admits(struct shard *shard, const struct terms_port *terms, struct fault *fault) {
  if (MUTANT(MANIFEST_UNREAD)) return STATUS_OK;
  return terms->admit(terms->self, &shard->manifest, &shard->view, clock_about(&shard->clock), fault);
}

void shard_terms(struct shard *shard, const struct terms_port *terms) { shard->settings.terms = terms; }

/* Who waits is not to be looked at: what he waits for is his. */
void shard_swap(struct shard *shard, const struct rulebook *rulebook, const struct match_index *index, struct match_cache *cache) {
  rulebook_take(shard, rulebook, index, cache);
  queues_swap(shard);
  shard->walk.asked = true;
}

void shard_observe(struct shard *shard, shard_observer *observer, void *self) {
  shard->observer = observer;
  shard->observer_self = self;
}

const struct shard_counts *shard_counts(const struct shard *shard) { return &shard->counts; }
int64_t shard_clock(const struct shard *shard) { return shard->clock.latest_ms; }

const struct at_hand *shard_at_hand(const struct shard *shard) { return &shard->at_hand; }
uint64_t shard_heard_waiting(const struct shard *shard) { return shard->heard.tail - shard->heard.head; }
uint64_t shard_next(const struct shard *shard) { return shard->next; }
static bool closes_ripe(const struct shard *shard) { return shard_due(shard); }
bool shard_waits(const struct shard *shard) { return shard->waiting.waits || heard_any(shard) || closes_ripe(shard); }
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

/* ---- one line ---- */

/* Before a line is read: that, too, may be what it dies of. */
static void at_hand_set(struct shard *shard, const struct input_line *line) {
  shard->at_hand = (struct at_hand){.shard = shard->settings.shard,
                                    .partitioned = line->key.at != NULL,
                                    .position = line->position,
                                    .input = shard->log.input_name(shard->log.self),
                                    .rulebook = shard->rulebook->digest};
}

void line_read(struct shard *shard, const struct input_line *line, struct reading *reading) {
  at_hand_set(shard, line);
  reading->line = line;
  arena_reset(&reading->arena);
  reading->problem = EVENT_TOO_LONG;
  if (line->piece) return;
  reading->problem = event_read_alike(&shard->shapes, line->bytes, &reading->arena, &reading->event, &reading->error);
  if (reading->problem != EVENT_OK) return;
  reading->match_count = match_event(shard->index, shard->match_cache, &reading->event, reading->matches);
  reading->unheard = reading->match_count == 0 && !judge_concerns(&reading->event);
  if (reading->unheard) return;
  reading->customer = owner_customer(reading->event.customer);
  reading->key = cache_key(&shard->cache, owner_key(&reading->customer));
  cache_prefetch_slot(&shard->cache, reading->key);
}

static enum status line_decide(struct shard *shard, struct reading *reading, const struct reading *next, const struct origin *origin,
                               int64_t now_ms, struct fault *fault) {
  const struct input_line *line = reading->line;
  struct key_trouble trouble;
  at_hand_set(shard, line);
  shard->at_hand.digest = line->piece || reading->problem != EVENT_OK ? 0 : reading->event.digest;
  if (line->piece) return dead_piece(shard, line, origin, fault);
  if (reading->problem != EVENT_OK) return dead_line(shard, line, origin, &reading->error, shard->line_at, fault);
  if (!key_fits(shard, line, &reading->event, &trouble))
    return dead_event(shard, reading, origin, trouble.reason, str_of(trouble.text), fault);
  clock_hear(shard, &reading->event, line, now_ms);
  return event_decide(shard, reading, next, origin, fault);
}

static struct reading *reading_of(struct shard *shard, uint32_t line) {
  assert(line < shard->line_count && line >= shard->line_at);
  struct reading *reading = &shard->readings[line % 2];
  if (line >= shard->read_to) {
    if (!glance_take(shard, line, reading)) line_read(shard, &shard->lines[line], reading);
    shard->read_to = line + 1;
  }
  return reading;
}

/* An event that waits is heard by the clock when it is decided. */
static void line_waits(struct shard *shard, uint32_t line, const struct clock *before) {
  shard->clock = *before;
  shard->read_to = line;
}

static enum status line_take(struct shard *shard, int64_t now_ms, struct fault *fault) {
  uint32_t line = shard->line_at;
  struct clock before = shard->clock;
  bool waited = shard->waiting.waits;
  if (waited) shard->read_to = line; /* its arena holds what the last try left */
  struct reading *reading = reading_of(shard, line);
  const struct reading *next = !waited && line + 1 < shard->line_count ? reading_of(shard, line + 1) : NULL;
  struct str input_name = shard->log.input_name(shard->log.self);
  struct origin origin = {input_name, reading->line->position};
  shard->waiting.waits = shard->waiting.anew = false;
  shard->waiting.head = HEAD_LINE;
  enum status status = range_mind(shard, reading->line, input_name, fault);
  if (status == STATUS_OK) status = line_decide(shard, reading, next, &origin, now_ms, fault);
  if (status == STATUS_OK)
    status = shard->send_status == STATUS_OK ? STATUS_OK : fault_set(fault, shard->send_status, "%s", shard->send_fault.text);
  if (status != STATUS_OK)
    return fault_prefix(fault, "%.*s, %s %llu: ", STR_FORMAT(input_name), reading->line->key.at == NULL ? "byte" : "offset",
                        (unsigned long long)origin.position);
  assert(!waited || !shard->dues.touched); /* what was due went before it waited */
  if (shard->waiting.waits || shard->dues.touched) {
    line_waits(shard, line, &before);
    return STATUS_OK;
  }
  dues_line_taken(shard);
  queues_line_taken(shard);
  shard->counts.lines++;
  shard->next = reading->line->next;
  shard->line_at++;
  status = waited ? wait_end(shard, fault) : STATUS_OK;
  return status == STATUS_OK ? outputs_hand_on(shard, OUTPUT_KEPT, fault) : status;
}

/* Lines wait while something is heard as another: what an event of this shard forwards to a customer of this shard is decided right
 * behind it. What an event waits for that touches a customer goes before anything else. */
static enum head head_next(const struct shard *shard) {
  if (shard->waiting.waits) return shard->waiting.head;
  if (shard->dues.touched) return HEAD_DUE;
  if (heard_any(shard)) return HEAD_HEARD;
  if (MUTANT(RANK_UNWALKED) && ranks_turn(shard)) return HEAD_RANK;
  if (walk_turn(shard)) return HEAD_WALK;
  if (dues_turn(shard)) return HEAD_DUE;
  if (queues_turn(shard)) return HEAD_QUEUE;
  return ranks_turn(shard) ? HEAD_RANK : HEAD_LINE;
}

enum status head_take(struct shard *shard, int64_t now_ms, struct fault *fault) {
  switch (head_next(shard)) {
    case HEAD_LINE: break;
    case HEAD_HEARD: return heard_take(shard, fault);
    case HEAD_DUE: return due_take(shard, fault);
    case HEAD_RANK: return rank_work(shard, fault);
    case HEAD_WALK: return walk_take(shard, fault);
    case HEAD_QUEUE: return queue_take(shard, fault);
  }
  return line_take(shard, now_ms, fault);
}

enum status ahead_take(struct shard *shard, uint32_t line, int64_t now_ms, struct fault *fault) {
  assert(!shard->looking_ahead && line < shard->line_count);
  if (glance_at(shard, line)) return STATUS_OK; /* nobody hears it: it wants nothing */
  struct reading *reading = &shard->readings[(shard->line_at + 1) % 2];
  struct clock clock = shard->clock;
  struct origin origin = {STR("ahead"), 0};
  shard->looking_ahead = true;
  line_read(shard, &shard->lines[line], reading);
  enum status status = line_decide(shard, reading, NULL, &origin, now_ms, fault);
  shard->looking_ahead = false;
  shard->clock = clock;
  return status;
}

static enum status lines_poll(struct shard *shard, uint32_t most, bool *ended, struct fault *fault) {
  shard->line_at = shard->line_count = shard->read_to = shard->surveyed = shard->waiting.near_to = shard->waiting.looked_to = 0;
  enum status status =
      shard->log.poll(shard->log.self, shard->lines, most < LINES_MOST ? most : LINES_MOST, &shard->line_count, ended, fault);
  if (status != STATUS_OK) return status;
  assert(shard->line_count <= LINES_MOST);
  return shard->view.prefetch != NULL && shard->line_count > 0 ? lines_survey(shard, fault) : STATUS_OK;
}

static bool room_for_more(const struct shard *shard) { return shard->log.full == NULL || !shard->log.full(shard->log.self); }

/* What is heard, and what closed, goes with the lines: behind the last line of a poll what closed waits for the next one, and goes on if
 * that brings none. Where a poll ends means nothing. */
static bool beside_lines(const struct shard *shard) { return heard_any(shard) || shard->dues.touched; }

/* What is heard belongs to the event before it: however few lines a step may take, it is not left over - unless a wait has let the queue
 * grow long. Alone nothing waits, and a step takes all that it polled, whatever goes with it: the log's position counts it (shard.h). */
static bool head_is_there(const struct shard *shard, uint32_t count, uint32_t most) {
  bool line = shard->line_at < shard->line_count, alone = shard->settings.shards <= 1;
  if (shard->waiting.waits) return false;
  if (line && alone) return true;
  if (beside_lines(shard)) return alone || count < most + HEARD_BEYOND;
  return count < most && (line || (shard->line_count == 0 && closes_ripe(shard)));
}

/* Nothing will come that the open range could wait for. Its line is work: so it is committed. */
static enum status input_end(struct shard *shard, uint32_t *count, struct fault *fault) {
  *count += shard->unheard.range.events > 0;
  return range_end(shard, fault);
}

enum status shard_step(struct shard *shard, uint32_t most, int64_t now_ms, uint32_t *count, bool *ended, struct fault *fault) {
  *count = 0, *ended = false;
  if (shard->adopting.wanted) return adopt_step(shard, count, fault);
  walk_ask(shard);
  enum status status = shard->settings.shards > 1 ? inbox_take(shard, now_ms, count, fault) : STATUS_OK;
  if (status == STATUS_OK && shard->waiting.waits && shard->waiting.anew) status = head_take(shard, now_ms, fault);
  if (status == STATUS_OK && shard->line_at == shard->line_count) {
    status = lines_poll(shard, most, ended, fault);
    if (status == STATUS_OK && shard->waiting.waits) return look_ahead(shard, now_ms, fault);
  }
  while (status == STATUS_OK && head_is_there(shard, *count, most) && room_for_more(shard)) {
    walk_ask(shard);
    status = head_take(shard, now_ms, fault);
    if (status == STATUS_OK && shard->waiting.waits) return look_ahead(shard, now_ms, fault);
    (*count)++;
  }
  if (shard->line_at < shard->line_count || heard_any(shard) || closes_ripe(shard)) *ended = false;
  return status == STATUS_OK && *ended ? input_end(shard, count, fault) : status;
}

enum status shard_flush(struct shard *shard, struct fault *fault) {
  assert(!shard->looking_ahead && !shard->in_review);
  enum status status = outputs_hand_on(shard, 0, fault);
  if (status == STATUS_OK) status = changed_store(shard, fault);
  if (status == STATUS_OK) status = clock_store(shard, fault);
  if (status == STATUS_OK) status = place_store(shard, fault);
  if (status == STATUS_OK) status = heard_store(shard, fault);
  if (status == STATUS_OK) status = due_store(shard, fault);
  if (status == STATUS_OK) status = queues_store(shard, fault);
  if (status == STATUS_OK) status = rank_store(shard, fault);
  if (status == STATUS_OK) status = walk_store(shard, fault);
  if (status == STATUS_OK) status = range_store(shard, fault);
  if (status == STATUS_OK) shard->counts.commits++, shard->hurries = false;
  return status;
}
