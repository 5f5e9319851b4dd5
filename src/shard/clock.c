/* The stream's own clock: a fact of the input, so that a replay has the same one.
 *
 * It tells when what is remembered may go, when an event is too late, and stands in for the arrival where the log knows none. So nobody may
 * carry it off: it moves to an instant only when half of the last sixteen events say that instant or a later one. One wild time, or seven
 * of them, change nothing for anybody else; a stream that was quiet for years is at its new time with the eighth event. It never goes back.
 * Before sixteen events there is none: then nothing expires, and an event arrives at its own time.
 *
 * An event that is years ahead of a clock arrives now, so its gate says EVENT_IN_FUTURE; one that is ahead by less may be the stream going
 * on after a pause, and is judged at its own time. */
#include "giftd/base/bytes.h"
#include "parts.h"

#define CLOCK_KEY STR("m:clock")
#define CLOCK_VERSION 2
#define CLOCK_BYTES (1u + 8u * (3u + CLOCK_RING)) /* version; time, latest, count and ring: little endian */
#define CLOCK_QUORUM (CLOCK_RING / 2)
#define YEARS_AHEAD_MS (5 * 366LL * MS_PER_DAY)

/* ---- moving ---- */

/* How many of the last events are behind the clock, and the earliest of these. */
static uint32_t behind_clock(const struct clock *clock, int64_t *earliest_ms) {
  uint32_t behind = 0;
  *earliest_ms = INT64_MAX;
  for (uint32_t i = 0; i < clock->count; i++) {
    if (clock->now_ms != TIME_NONE && clock->ring[i] <= clock->now_ms) continue;
    behind++;
    if (clock->ring[i] < *earliest_ms) *earliest_ms = clock->ring[i];
  }
  return behind;
}

/* To the latest instant that a quorum is at or behind; each turn is one event's time further on, and most events need one. */
static void clock_move(struct clock *clock) {
  int64_t earliest_ms;
  for (uint32_t behind = behind_clock(clock, &earliest_ms); behind >= CLOCK_QUORUM;) {
    assert(clock->now_ms == TIME_NONE || earliest_ms > clock->now_ms); /* never back */
    clock->now_ms = earliest_ms;
    behind = behind > CLOCK_QUORUM ? behind_clock(clock, &earliest_ms) : 0; /* one less at least */
  }
}

static void clock_add(struct clock *clock, int64_t time_ms) {
  assert(clock->at < CLOCK_RING && clock->count <= CLOCK_RING);
  clock->ring[clock->at] = time_ms;
  clock->at = (clock->at + 1) % CLOCK_RING;
  if (clock->count < CLOCK_RING) clock->count++;
  if (clock->latest_ms == TIME_NONE || time_ms > clock->latest_ms) clock->latest_ms = time_ms;
  if (MUTANT(CLOCK_FOLLOWS)) clock->now_ms = clock->latest_ms;
  if (clock->count == CLOCK_RING) clock_move(clock);
}

static int64_t arrival_without_log(const struct clock *clock, int64_t time_ms) {
  if (clock->now_ms == TIME_NONE || (time_ms > clock->now_ms && time_ms - clock->now_ms <= YEARS_AHEAD_MS)) return time_ms;
  return clock->now_ms;
}

/* An event counts before it is judged. What a log that knows arrivals says is in the future is no time at all. */
void clock_hear(struct shard *shard, struct event *event, const struct input_line *line, int64_t now_ms) {
  if (event->arrival_ms == TIME_NONE && !shard->settings.own_clock) event->arrival_ms = line->arrival_ms;
  if (event->arrival_ms == TIME_NONE && shard->settings.wall_clock) event->arrival_ms = now_ms;
  if (event->arrival_ms == TIME_NONE || event->time_ms <= event->arrival_ms + LIMIT_FUTURE_MS) clock_add(&shard->clock, event->time_ms);
  if (event->arrival_ms == TIME_NONE) event->arrival_ms = arrival_without_log(&shard->clock, event->time_ms);
}

/* The latest instant that so many of the few events there are have reached. */
static int64_t reached_by(const struct clock *clock, uint32_t least) {
  int64_t best = TIME_NONE;
  for (uint32_t i = 0; i < clock->count; i++) {
    uint32_t not_before = 0;
    for (uint32_t j = 0; j < clock->count; j++) not_before += clock->ring[j] >= clock->ring[i];
    if (not_before >= least && clock->ring[i] > best) best = clock->ring[i];
  }
  return best;
}

/* Half of them say the one; more than half, and two at least, the other: one event alone does not say that anything is over. */
struct about clock_about(const struct clock *clock) {
  uint32_t half = (clock->count + 1) / 2, more = clock->count / 2 + 1;
  if (clock->now_ms != TIME_NONE || clock->count == 0) return (struct about){clock->now_ms, clock->now_ms};
  return (struct about){reached_by(clock, more < 2 ? 2 : more), reached_by(clock, half)};
}

/* ---- keeping ---- */

/* The ring goes with the clock: what comes after a restart is what would have come without one. */
enum status clock_store(struct shard *shard, struct fault *fault) {
  char record[CLOCK_BYTES] = {0};
  const struct clock *clock = &shard->clock;
  struct writer w = writer_into(record, sizeof record);
  put_byte(&w, CLOCK_VERSION);
  put_fixed(&w, (uint64_t)clock->now_ms, 8);
  put_fixed(&w, (uint64_t)clock->latest_ms, 8);
  put_fixed(&w, clock->count, 8);
  for (uint32_t i = 0; i < clock->count; i++) { /* oldest first */
    uint32_t at = (clock->at + CLOCK_RING - clock->count + i) % CLOCK_RING;
    put_fixed(&w, (uint64_t)clock->ring[at], 8);
  }
  return shard->view.store(shard->view.self, CLOCK_KEY, (struct str){record, sizeof record}, fault);
}

static enum status clock_read(const struct view_port *view, struct clock *clock, struct fault *fault) {
  struct str record;
  *clock = (struct clock){.now_ms = TIME_NONE, .latest_ms = TIME_NONE};
  enum status status = view->load(view->self, CLOCK_KEY, &record, fault);
  if (status != STATUS_OK) return fault_prefix(fault, "the stream's clock: ");
  if (record.length == 0) return STATUS_OK;
  struct reader r = reader_over(record);
  const unsigned version = get_byte(&r);
  const int64_t now_ms = (int64_t)get_fixed(&r, 8), latest_ms = (int64_t)get_fixed(&r, 8);
  const uint64_t count = get_fixed(&r, 8);
  if (record.length != CLOCK_BYTES || version != CLOCK_VERSION || count > CLOCK_RING)
    return fault_set(
        fault, STATUS_STATE,
        "the state was written by another version of giftd, or is damaged (the form of the stream's clock is not known): use the giftd "
        "that wrote it, or start over with empty state and output folders");
  clock->now_ms = now_ms, clock->latest_ms = latest_ms, clock->count = (uint32_t)count;
  for (uint32_t i = 0; i < clock->count; i++) clock->ring[i] = (int64_t)get_fixed(&r, 8);
  clock->at = clock->count % CLOCK_RING;
  return STATUS_OK;
}

enum status clock_load(struct shard *shard, struct fault *fault) { return clock_read(&shard->view, &shard->clock, fault); }

enum status shard_time(const struct view_port *view, struct about *about, struct fault *fault) {
  struct clock clock;
  enum status status = clock_read(view, &clock, fault);
  *about = clock_about(&clock);
  return status;
}
