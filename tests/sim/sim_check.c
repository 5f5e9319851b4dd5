/* What was committed, held against the promises: every input line has one outcome, in order; what depends on the customer alone is what the
 * oracle says, to the byte; with one shard everything is. Counting is in sim_count.c, states in sim_fold.c. */
#include <string.h>

#include "sim.h"

struct str line_field(struct str line, const char *name) {
  char pattern[48];
  int length = snprintf(pattern, sizeof pattern, "\"%s\":", name);
  const char *found = memmem(line.at, line.length, pattern, (size_t)length);
  if (found == NULL) return (struct str){NULL, 0};
  const char *from = found + length, *end = line.at + line.length, *to;
  bool quoted = from < end && *from == '"';
  if (quoted) from++;
  for (to = from; to < end && (quoted ? *to != '"' : *to != ',' && *to != '}' && *to != '\n');) to++;
  return (struct str){from, (size_t)(to - from)};
}

static int64_t number_of(struct str text) {
  int64_t number = 0;
  for (size_t i = 0; i < text.length && text.at[i] >= '0' && text.at[i] <= '9'; i++) number = number * 10 + (text.at[i] - '0');
  return number;
}

/* ---- one outcome for each line ---- */

static void outcome_note(struct world *world, uint32_t shard, struct str line, uint8_t *outcomes, int64_t *last) {
  const struct partition *events = &world->log.partitions[TOPIC_EVENTS][shard];
  int64_t place = number_of(line_field(line, "position"));
  if (line_field(line, "caused_by").length > 0) return; /* of another line: sim_heard.c */
  uint32_t at = 0;
  while (at < events->count && (int64_t)events->records[at].place != place) at++;
  if (at == events->count) {
    sim_break(world, "shard %u: an outcome for place %lld, where no event is", shard, (long long)place);
    return;
  }
  if (outcomes[at]++ > 0) sim_break(world, "shard %u: a second outcome for the event at place %lld", shard, (long long)place);
  if (place <= *last)
    sim_break(world, "shard %u: the outcome of place %lld comes behind that of %lld", shard, (long long)place, (long long)*last);
  *last = place;
}

static void topic_note(struct world *world, enum topic topic, uint32_t shard, uint8_t *outcomes) {
  const struct partition *partition = &world->log.partitions[topic][shard];
  int64_t last = -1;
  for (uint32_t i = 0; i < partition->count; i++) {
    struct str rest = partition->records[i].bytes, line;
    if (!record_committed(&partition->records[i])) continue;
    while (str_split(rest, '\n', &line, &rest)) outcome_note(world, shard, line, outcomes, &last);
  }
}

static void outcomes_check(struct world *world, uint32_t shard) {
  static uint8_t outcomes[RECORDS_MOST];
  const struct partition *events = &world->log.partitions[TOPIC_EVENTS][shard];
  memset(outcomes, 0, events->count);
  topic_note(world, TOPIC_DECISIONS, shard, outcomes);
  topic_note(world, TOPIC_DLQ, shard, outcomes);
  for (uint32_t i = 0; i < events->count; i++)
    if (outcomes[i] == 0)
      sim_break(world, "shard %u: no outcome for the event at place %llu", shard, (unsigned long long)events->records[i].place);
}

/* ---- the oracle ---- */

bool line_next(struct line_reader *reader, struct str *line) {
  while (reader->rest.length == 0) {
    while (reader->at < reader->partition->count && !record_committed(&reader->partition->records[reader->at])) reader->at++;
    if (reader->at == reader->partition->count) return false;
    reader->rest = reader->partition->records[reader->at++].bytes;
  }
  return str_split(reader->rest, '\n', line, &reader->rest);
}

static bool of_customer_alone(struct str line) { return str_equal(line_field(line, "campaign"), STR("alone")); }

static bool reader_next_of(struct line_reader *reader, bool all, struct str *line) {
  while (line_next(reader, line))
    if (all || of_customer_alone(*line)) return true;
  return false;
}

static bool oracle_next_of(struct str *rest, bool all, struct str *line) {
  while (rest->length > 0 && str_split(*rest, '\n', line, rest))
    if (all || of_customer_alone(*line)) return true;
  return false;
}

/* A new rulebook changes the version that is named, not what is given. */
static bool lines_agree(const struct world *world, struct str a, struct str b) {
  if (!world->swapped) return str_equal(a, b);
  return str_equal(line_field(a, "id"), line_field(b, "id")) && str_equal(line_field(a, "type"), line_field(b, "type"));
}

static void topic_compare(struct world *world, enum topic topic, uint32_t shard, const struct buffer *expected, bool all) {
  struct line_reader reader = {.partition = &world->log.partitions[topic][shard]};
  struct str rest = buffer_text(expected), want, got;
  for (;;) {
    bool has_want = oracle_next_of(&rest, all, &want), has_got = reader_next_of(&reader, all, &got);
    if (!has_want && !has_got) return;
    if (has_want && has_got && lines_agree(world, want, got)) continue;
    if (!has_want) want = STR("nothing");
    if (!has_got) got = STR("nothing");
    sim_break(world, "shard %u differs from the oracle: expected %.*s, found %.*s", shard, (int)(want.length < 250 ? want.length : 250),
              want.at, (int)(got.length < 250 ? got.length : 250), got.at);
    return;
  }
}

static void oracle_check(struct world *world, uint32_t shard) {
  static struct oracle oracle;
  bool all = world->shards == 1 && !world->swapped;
  oracle_run(world, shard, &oracle);
  topic_compare(world, TOPIC_REWARDS, shard, &oracle.outputs[OUTPUT_REWARDS], all);
  topic_compare(world, TOPIC_DLQ, shard, &oracle.outputs[OUTPUT_DLQ], true);
  if (all) topic_compare(world, TOPIC_DECISIONS, shard, &oracle.outputs[OUTPUT_DECISIONS], true);
}

void check_all(struct world *world) {
  check_counts(world);
  check_folds(world);
  if (world->broken[0] == 0) check_heard(world);
  for (uint32_t shard = 0; shard < world->shards && world->broken[0] == 0; shard++) {
    outcomes_check(world, shard);
    if (world->broken[0] == 0) oracle_check(world, shard);
  }
}
