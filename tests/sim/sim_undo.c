/* A gift is undone as the version says that it was given under, whatever runs when the refund comes. The campaign "terms" has one rule
 * whose gifts go back and one whose gifts stay; the second rulebook has it the other way round. From the committed lines alone. */
#include "sim.h"

enum terms_rule { RULE_UNDONE, RULE_STAYS, RULE_COUNT };
struct given {
  uint64_t id; /* 0: nothing */
  bool first;  /* under the first version */
  bool revoked;
};
static struct given given[INPUT_MOST][RULE_COUNT];

static bool goes_back(const struct given *gift, enum terms_rule rule) { return gift->first == (rule == RULE_UNDONE); }

static uint64_t id_of(struct str line, const char *field) { return hash64(&HASH_KEY_FIXED, line_field(line, field)) | 1; }

static struct given *given_find(uint64_t id, enum terms_rule rule) {
  for (uint32_t i = 0; i < INPUT_MOST; i++)
    if (given[i][rule].id == id) return &given[i][rule];
  return NULL;
}

static void reward_note(struct world *world, struct str line) {
  enum terms_rule rule = str_equal(line_field(line, "rule"), STR("undone")) ? RULE_UNDONE : RULE_STAYS;
  const struct input *input = input_of(world, line, OF_REWARD);
  if (!str_equal(line_field(line, "campaign"), STR("terms"))) return;
  if (str_equal(line_field(line, "type"), STR("gift.reward.issued"))) {
    bool first = number_of(line_field(line, "campaign_version")) == 1;
    if (input != NULL) given[input->number][rule] = (struct given){.id = id_of(line, "id"), .first = first};
    return;
  }
  struct given *gift = given_find(id_of(line, "reward_id"), rule);
  if (gift == NULL || !goes_back(gift, rule))
    sim_break(world, "what its version says stays is taken back: %.*s", STR_FORMAT(line));
  else
    gift->revoked = true;
}

/* A reversal of all of its original was judged. */
static void reversal_check(struct world *world, struct str line) {
  const struct input *input = whole_reversal_of(world, line);
  if (input == NULL) return;
  const struct input *original = &world->inputs[input->original];
  for (uint32_t rule = 0; rule < RULE_COUNT; rule++) {
    const struct given *gift = &given[original->number][rule];
    if (gift->id != 0 && goes_back(gift, (enum terms_rule)rule) && !gift->revoked)
      sim_break(world, "event e%u undoes e%u, whose gift of terms/%s goes back by its version, and it is not taken back", input->number,
                original->number, rule == RULE_UNDONE ? "undone" : "stays");
  }
}

void check_undone(struct world *world) {
  memset(given, 0, sizeof given);
  for (uint32_t shard = 0; shard < world->shards && world->broken[0] == 0; shard++) {
    struct line_reader rewards = {.partition = &world->log.partitions[TOPIC_REWARDS][shard]},
                       decisions = {.partition = &world->log.partitions[TOPIC_DECISIONS][shard]};
    struct str line;
    while (line_next(&rewards, &line)) reward_note(world, line);
    while (line_next(&decisions, &line)) reversal_check(world, line);
  }
}
