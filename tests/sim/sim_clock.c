/* Whether refusals for an event's time are right, by a clock of the checker's own: the stream is where half of the last sixteen events say
 * it is or is past, never earlier than before. One wild time moves nothing: nobody else's events are late for it. */
#include "sim.h"

#define RING 16u
#define QUORUM 8u
#define FUTURE_MS (5 * 60000LL)
#define YEARS_AHEAD_MS (5 * 366 * 86400000LL)

struct reference {
  int64_t ring[RING], now_ms; /* now_ms: or TIME_NONE */
  uint32_t heard;
};

static void reference_hear(struct reference *clock, int64_t time_ms) {
  clock->ring[clock->heard++ % RING] = time_ms;
  for (uint32_t i = 0; i < RING && clock->heard >= RING; i++) {
    uint32_t behind = 0;
    for (uint32_t k = 0; k < RING; k++) behind += clock->ring[k] >= clock->ring[i];
    if (behind >= QUORUM && clock->ring[i] > clock->now_ms) clock->now_ms = clock->ring[i];
  }
}

static bool is_future(const struct world *world, const struct reference *clock, const struct input *input) {
  if (world->arrivals) return input->time_ms > input->arrival_ms + FUTURE_MS;
  return clock->now_ms != TIME_NONE && input->time_ms > clock->now_ms + YEARS_AHEAD_MS;
}

static bool is_late(const struct world *world, const struct reference *clock, const struct input *input) {
  int64_t horizon_ms = world->shard_settings.judge.horizon_ms;
  bool by_clock = clock->now_ms != TIME_NONE && input->time_ms < clock->now_ms - horizon_ms;
  return by_clock || (world->arrivals && input->time_ms < input->arrival_ms - horizon_ms);
}

/* Who has more events than are remembered may be told that one is too late though it is not: never judged twice. */
static bool may_be_floored(const struct world *world, const struct input *input) {
  uint32_t count = 0;
  for (uint32_t i = 0; i < world->input_count; i++) count += world->inputs[i].customer_number == input->customer_number;
  return count >= LIMIT_SEEN;
}

static void gate_check(struct world *world, const struct reference *clock, const struct input *input, struct str gate) {
  bool late = str_equal(gate, STR("EVENT_TOO_LATE")), future = str_equal(gate, STR("EVENT_IN_FUTURE"));
  const char *wrong = NULL;
  if (future && !is_future(world, clock, input)) wrong = "is refused as from the future, and is not";
  if (str_equal(gate, STR("ORIGINAL_UNKNOWN")) && input->kind != KIND_REVERSED)
    wrong = "takes nothing back, and is told that its original is not known";
  if (late && !is_late(world, clock, input) && input->kind != KIND_REVERSED && !may_be_floored(world, input))
    wrong = "is refused as too late, and is not";
  if (gate.length == 0 && is_future(world, clock, input)) wrong = "is from the future, and is judged";
  if (gate.length == 0 && is_late(world, clock, input)) wrong = "is too late, and is judged";
  if (wrong != NULL)
    sim_break(world, "event e%u of customer %u %s; the stream is %lld s behind it", input->number, input->customer_number, wrong,
              (long long)(clock->now_ms == TIME_NONE ? 0 : (input->time_ms - clock->now_ms) / 1000));
}

/* Decisions come in the order of their lines; those for other hearers are passed over, and lines that were no events have none. */
static bool decision_at(struct line_reader *reader, uint64_t place, struct str *line) {
  while (line->length == 0 || line_is_range(*line) || line_is_close(*line) || line_field(*line, "caused_by").length > 0 ||
         number_of(line_field(*line, "position")) < (int64_t)place)
    if (!line_next(reader, line)) return false;
  return number_of(line_field(*line, "position")) == (int64_t)place;
}

void check_times(struct world *world) {
  for (uint32_t shard = 0; shard < world->shards && world->broken[0] == 0; shard++) {
    const struct partition *events = &world->log.partitions[TOPIC_EVENTS][shard];
    struct line_reader reader = {.partition = &world->log.partitions[TOPIC_DECISIONS][shard]};
    struct reference clock = {.now_ms = TIME_NONE};
    struct str line = {NULL, 0};
    for (uint32_t i = 0; i < events->count && world->broken[0] == 0; i++) {
      const struct input *input = &world->inputs[events->records[i].input];
      if (input->poison || events->records[i].astray) continue;
      if (!(world->arrivals && is_future(world, &clock, input))) reference_hear(&clock, input->time_ms);
      if (world->outcomes[shard][i] == IN_RANGE)
        gate_check(world, &clock, input, STR(""));
      else if (decision_at(&reader, events->records[i].place, &line))
        gate_check(world, &clock, input, gate_of(line));
    }
  }
}
