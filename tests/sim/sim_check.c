/* What was committed, held against the promises: every input line has one outcome, in order; what depends on the customer alone is what the
 * oracle says, to the byte; with one shard everything is. Counting is in sim_count.c, states in sim_fold.c, refusals for their time in
 * sim_clock.c, what is undone in sim_undo.c, facts heard as another in sim_family.c, measures in sim_figure.c,
 * other orders of the same events in sim_order.c. */
#include <string.h>

#include "sim.h"

#define GATE_BYTES 400u

struct str line_field(struct str line, const char *name) {
  char pattern[48] = "\"";
  size_t length = strlen(name) + 3;
  assert(length < sizeof pattern);
  memcpy(pattern + 1, name, length - 3), memcpy(pattern + length - 2, "\":", 2); /* a quarter of a history is spent here: no formats */
  const char *found = str_find(line, (struct str){pattern, length});
  if (found == NULL) return (struct str){NULL, 0};
  const char *from = found + length, *end = line.at + line.length, *to;
  bool quoted = from < end && *from == '"';
  if (quoted) from++;
  for (to = from; to < end && (quoted ? *to != '"' : *to != ',' && *to != '}' && *to != '\n');) to++;
  return (struct str){from, (size_t)(to - from)};
}

int64_t number_of(struct str text) {
  int64_t number = 0;
  for (size_t i = 0; i < text.length && text.at[i] >= '0' && text.at[i] <= '9'; i++) number = number * 10 + (text.at[i] - '0');
  return number;
}

/* It stands in front, and most lines have none. */
struct str gate_of(struct str line) {
  return line_field((struct str){line.at, line.length < GATE_BYTES ? line.length : GATE_BYTES}, "gate");
}

uint32_t customer_of(struct str line) { return (uint32_t)number_of(str_from(line_field(line, "subject"), 1)); }

const struct input *input_of(const struct world *world, struct str line, const char *before) {
  struct str mark = str_of(before);
  const char *found = str_find(line, mark);
  if (found == NULL) return NULL;
  int64_t number = number_of(str_from(line, (size_t)(found - line.at) + mark.length));
  return number < world->input_count ? &world->inputs[number] : NULL;
}

/* ---- one outcome for each line ---- */

static bool is_of_astray(struct str line) {
  struct str head = {line.at, line.length < GATE_BYTES ? line.length : GATE_BYTES};
  return str_find(head, STR("\"reason\":\"KEY_MISPLACED\"")) != NULL;
}

/* In a partition that is not its key's an event is a dead letter, whatever it is. */
static void astray_check(struct world *world, uint32_t shard, struct str line, const struct record *event) {
  if (event->astray == is_of_astray(line)) return;
  sim_break(world, "shard %u: the event at place %llu %s: %.*s", shard, (unsigned long long)event->place,
            event->astray ? "stands in another partition than its key's and is decided" : "is where its key belongs and is refused for it",
            (int)(line.length < 200 ? line.length : 200), line.at);
}

uint8_t decider_of(const struct world *world, struct str digest) {
  for (unsigned i = 0; i < BOOKS; i++)
    if (str_equal(world->books[i].rulebook->digest, digest)) return (uint8_t)(i + 1);
  return 0;
}

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
  astray_check(world, shard, line, &events->records[at]);
  if (outcomes[at]++ > 0) sim_break(world, "shard %u: a second outcome for the event at place %lld", shard, (long long)place);
  if (place <= *last)
    sim_break(world, "shard %u: the outcome of place %lld comes behind that of %lld", shard, (long long)place, (long long)*last);
  *last = place;
  world->deciders[shard][at] = decider_of(world, line_field(line, "rulebook"));
}

bool line_is_range(struct str line) { return record_is_range((struct str){line.at, line.length < GATE_BYTES ? line.length : GATE_BYTES}); }

static void topic_note(struct world *world, enum topic topic, uint32_t shard, uint8_t *outcomes) {
  const struct partition *partition = &world->log.partitions[topic][shard];
  int64_t last = -1;
  for (uint32_t i = 0; i < partition->count; i++) {
    struct str rest = partition->records[i].bytes, line;
    if (!record_committed(&partition->records[i])) continue;
    while (str_split(rest, '\n', &line, &rest))
      if (!line_is_range(line) && !line_is_close(line)) outcome_note(world, shard, line, outcomes, &last);
  }
}

static void outcomes_check(struct world *world, uint32_t shard) {
  uint8_t *outcomes = world->outcomes[shard];
  const struct partition *events = &world->log.partitions[TOPIC_EVENTS][shard];
  memset(outcomes, 0, events->count);
  memset(world->deciders[shard], 0, events->count);
  topic_note(world, TOPIC_DECISIONS, shard, outcomes);
  topic_note(world, TOPIC_DLQ, shard, outcomes);
  check_ranges(world, shard);
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

/* ---- full records ---- */

static void full_note(struct world *world, struct str line, struct set *set) {
  if (!str_equal(gate_of(line), STR("RECORD_FULL"))) return;
  world->full[customer_slot(customer_of(line))] = true;
  set_add(set, line_field(line, "id"));
}

/* Whether a record is full depends on all that its customer had, also from what customers share. */
static void full_find(struct world *world, const struct oracle *oracles) {
  struct set found = {0, 0}, expected = {0, 0};
  memset(world->full, 0, sizeof world->full);
  for (uint32_t shard = 0; shard < world->shards; shard++) {
    struct line_reader reader = {.partition = &world->log.partitions[TOPIC_DECISIONS][shard]};
    struct str rest = buffer_text(&oracles[shard].outputs[OUTPUT_DECISIONS]), line;
    while (line_next(&reader, &line)) full_note(world, line, &found);
    while (rest.length > 0 && str_split(rest, '\n', &line, &rest)) full_note(world, line, &expected);
  }
  world->full_otherwise = !sets_equal(&found, &expected);
}

bool of_full_customer(const struct world *world, struct str line) {
  const struct input *input = input_of(world, line, OF_REWARD);
  return world->full[customer_slot(customer_of(line))] || (input != NULL && world->full[customer_slot(input->customer_number)]);
}

const struct input *whole_reversal_of(const struct world *world, struct str line) {
  const struct input *input = input_of(world, line, OF_DECISION);
  bool own = input != NULL && line_field(line, "caused_by").length == 0 && gate_of(line).length == 0;
  if (!own || input->kind != KIND_REVERSED || input->original == NONE || world->full[customer_slot(input->customer_number)]) return NULL;
  bool whole = input->back_minor == 0 || input->back_minor >= world->inputs[input->original].amount_minor;
  return whole ? input : NULL;
}

/* ---- lines that must agree ---- */

static bool of_customer_alone(const struct world *world, struct str line) {
  struct str campaign = line_field(line, "campaign");
  bool alone = str_equal(campaign, STR("alone")) || str_equal(campaign, STR("order")) || str_equal(campaign, STR("terms"));
  alone |= str_equal(campaign, STR("abroad")) && !line_is_of_close(line);
  return alone && !of_full_customer(world, line);
}

/* That a close, or a gift that was due, used a pool up. */
static bool is_mark_of_giftd(struct str line) {
  return str_starts(line_field(line, "type"), STR("gift.pool.")) && str_find(line, STR("\"source_events\":[\"giftd/")) != NULL;
}

/* When what closed had its turn is no promise: sim_close.c. */
static bool has_its_place(const struct world *world, struct str line, bool all) {
  if (!all) return of_customer_alone(world, line);
  return !line_is_close(line) && !line_is_of_close(line) && !line_is_of_pending(line) && !line_is_of_queue(line) && !is_mark_of_giftd(line);
}

static bool reader_next_of(const struct world *world, struct line_reader *reader, bool all, struct str *line) {
  while (line_next(reader, line))
    if (!is_of_astray(*line) && has_its_place(world, *line, all)) return true;
  return false;
}

static bool oracle_next_of(const struct world *world, struct str *rest, bool all, struct str *line) {
  while (rest->length > 0 && str_split(*rest, '\n', line, rest))
    if (has_its_place(world, *line, all)) return true;
  return false;
}

static void topic_compare(struct world *world, enum topic topic, uint32_t shard, const struct buffer *expected, bool all) {
  struct line_reader reader = {.partition = &world->log.partitions[topic][shard]};
  struct str rest = buffer_text(expected), want, got;
  static char texts[2][DECISION_PART_BYTES * 2];
  for (;;) {
    bool has_want = oracle_next_of(world, &rest, all, &want), has_got = reader_next_of(world, &reader, all, &got);
    if (!has_want && !has_got) return;
    if (has_want && has_got &&
        str_equal(line_without_queue(world, want, texts[0], sizeof texts[0]), line_without_queue(world, got, texts[1], sizeof texts[1])))
      continue;
    if (!has_want) want = STR("nothing");
    if (!has_got) got = STR("nothing");
    sim_break(world, "shard %u differs from the oracle: expected %.*s, found %.*s", shard, (int)(want.length < 250 ? want.length : 250),
              want.at, (int)(got.length < 250 ? got.length : 250), got.at);
    return;
  }
}

static void oracle_check(struct world *world, uint32_t shard, const struct oracle *oracle) {
  bool all = oracle_is_all(world, oracle);
  topic_compare(world, TOPIC_REWARDS, shard, &oracle->outputs[OUTPUT_REWARDS], all);
  topic_compare(world, TOPIC_DLQ, shard, &oracle->outputs[OUTPUT_DLQ], true);
  if (all) topic_compare(world, TOPIC_DECISIONS, shard, &oracle->outputs[OUTPUT_DECISIONS], true);
}

static void passed_find(struct world *world, const struct oracle *oracles) {
  uint64_t passed = world->shard_counts.passed;
  for (uint32_t shard = 0; shard < world->shards; shard++) passed += oracles[shard].passed;
  for (uint32_t w = 0; w < world->workers; w++)
    for (uint32_t shard = 0; shard < world->shards; shard++)
      if (world->seats[w][shard].state != SEAT_NONE) passed += ledger_shard_counts(world->seats[w][shard].ledger)->passed;
  world->passed = passed > 0;
}

void check_all(struct world *world) {
  static struct oracle oracles[SHARDS_MOST];
  for (uint32_t shard = 0; shard < world->shards; shard++) oracle_run(world, shard, &oracles[shard]);
  full_find(world, oracles);
  passed_find(world, oracles);
  check_counts(world);
  check_folds(world, oracles);
  if (world->broken[0] == 0) check_heard(world, oracles);
  if (world->broken[0] == 0) check_families(world);
  if (world->broken[0] == 0) check_figures(world);
  for (uint32_t shard = 0; shard < world->shards && world->broken[0] == 0; shard++) {
    outcomes_check(world, shard);
    if (world->broken[0] == 0) oracle_check(world, shard, &oracles[shard]);
    if (world->broken[0] == 0) check_closes(world, shard, &oracles[shard]);
    if (world->broken[0] == 0) check_frozen(world, shard);
  }
  if (world->broken[0] == 0) check_ranks(world, oracles);
  if (world->broken[0] == 0) check_pending(world);
  if (world->broken[0] == 0) check_failed(world);
  if (world->broken[0] == 0) check_owed(world);
  if (world->broken[0] == 0) check_reserve(world);
  if (world->broken[0] == 0) check_queue(world);
  if (world->broken[0] == 0) check_times(world);
  if (world->broken[0] == 0) check_undone(world);
  if (world->broken[0] == 0) check_orders(world);
}
