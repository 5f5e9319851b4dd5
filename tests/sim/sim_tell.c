/* What a committed transaction says, in words, for stories. */
#include "sim.h"

static void reward_tell(const struct world *world, struct str line) {
  struct str type = line_field(line, "type");
  sim_tell(world, "          %.*s: %.*s/%.*s to %.*s, value %.*s", STR_FORMAT(type), STR_FORMAT(line_field(line, "campaign")),
           STR_FORMAT(line_field(line, "rule")), STR_FORMAT(line_field(line, "subject")), STR_FORMAT(line_field(line, "value_minor")));
}

static void refusals_tell(const struct world *world, struct str line) {
  for (size_t i = 0; i + 12 < line.length; i++) {
    if (memcmp(line.at + i, "\"campaign\":\"", 12) != 0) continue;
    struct str entry = str_from(line, i), reason = line_field(entry, "reason");
    if (str_equal(reason, STR("GIVEN"))) continue;
    sim_tell(world, "          refused: %.*s/%.*s at place %.*s: %.*s", STR_FORMAT(line_field(entry, "campaign")),
             STR_FORMAT(line_field(entry, "rule")), STR_FORMAT(line_field(line, "position")), STR_FORMAT(reason));
  }
}

static void forward_tell(const struct world *world, const struct record *record) {
  struct heard_way rules[LIMIT_HEARD];
  struct forward_message message;
  struct fault fault;
  if (!forward_decode(record->bytes, rules, &message, &fault)) return;
  sim_tell(world, "          message %llu to shard %u: %.*s hears place %llu of %.*s%s", (unsigned long long)record->place, message.to,
           STR_FORMAT(message.hearer), (unsigned long long)message.position, STR_FORMAT(message.input),
           message.hearing.reversal ? ", which takes back" : "");
}

static void message_tell(const struct world *world, const struct record *record) {
  static const char *const kinds[] = {"", "claim", "grant", "final", "open", "recall", "return"};
  struct lend_message message;
  struct fault fault;
  char name[2 * sizeof message.owner.key + 1];
  if (!lend_decode(record->bytes, &message, &fault)) {
    sim_tell(world, "          a message that cannot be read: %s", fault.text);
    return;
  }
  for (uint32_t i = 0; i < message.owner.length; i++) snprintf(name + 2 * i, 3, "%02x", (unsigned)(unsigned char)message.owner.key[i]);
  sim_tell(world, "          message %llu to shard %u: %s of %s, period %d, units %lld, spent %lld, record of %zu bytes",
           (unsigned long long)record->place, message.to, kinds[message.kind], name + 2, message.period, (long long)message.units,
           (long long)message.spent, message.record.length);
}

void transaction_tell(const struct world *world, const struct transaction *transaction) {
  if (!world->story) return;
  for (const struct record *record = transaction->first; record != NULL; record = record->next) {
    struct str rest = record->bytes, line;
    if (record->topic == TOPIC_MESSAGES && forward_is(record->bytes)) forward_tell(world, record);
    if (record->topic == TOPIC_MESSAGES && !forward_is(record->bytes)) message_tell(world, record);
    if (record->topic == TOPIC_CHECKPOINT) sim_tell(world, "          bucket %u of the checkpoint", record->bucket / 64);
    if (record->topic != TOPIC_REWARDS && record->topic != TOPIC_DECISIONS) continue;
    while (str_split(rest, '\n', &line, &rest))
      if (record->topic == TOPIC_REWARDS)
        reward_tell(world, line);
      else
        refusals_tell(world, line);
  }
}
