/* Debts of gifts that may not have been delivered, of the campaign "owing", whose gifts are worth the same each: what was paid out of one,
 * or set off, less what is owed of it, is all of it while it stands, and nothing once it was refunded or failed, whichever came first. What
 * is owed no more and what went out for it count to the gift that they name. And nobody has more set off than he owes. From the committed
 * lines alone. */
#include "sim.h"

#define GIFTS_MOST 1024u
#define WORTH_MINOR 700

struct owed_gift {
  struct str id;
  const struct input *input;          /* that it was given for */
  int64_t paid, balance;              /* paid: as it was issued; balance: all else, set off and repaid less what is owed */
  bool given, told, failed, refunded; /* given: as far as the decisions are read */
};
static struct owed_gift gifts[GIFTS_MOST];
static uint32_t gift_count;
static int64_t debts[INPUT_MOST]; /* by customer */

static struct owed_gift *gift_find(struct str id) {
  for (uint32_t i = 0; i < gift_count; i++)
    if (str_equal(gifts[i].id, id)) return &gifts[i];
  return NULL;
}

/* ---- what went out ---- */

static void gift_add(struct world *world, struct str line, struct str id, int64_t paid, int64_t set_off) {
  assert(gift_count < GIFTS_MOST);
  const struct input *input = input_of(world, line, OF_REWARD);
  if (input == NULL || paid + set_off != WORTH_MINOR) sim_break(world, "a gift is worth something else: %.*s", STR_FORMAT(line));
  if (world->broken[0] == 0) gifts[gift_count++] = (struct owed_gift){.id = id, .input = input, .paid = paid, .balance = set_off};
  debts[customer_of(line)] -= set_off;
}

static void about(struct world *world, struct str line, struct str id, int64_t sign, bool of_debt) {
  struct owed_gift *gift = gift_find(id);
  const struct input *by = input_of(world, line, OF_REWARD);
  int64_t value = number_of(line_field(line, "value_minor"));
  if (gift == NULL || by == NULL) {
    sim_break(world, "it is about a gift that nobody was given: %.*s", STR_FORMAT(line));
    return;
  }
  gift->balance += sign * value;
  gift->refunded |= by->kind == KIND_REVERSED;
  if (of_debt) debts[customer_of(line)] -= sign * value;
}

static void reward_note(struct world *world, struct str line) {
  struct str type = line_field(line, "type"), repays = line_field(line, "repays"), id = line_field(line, "reward_id");
  int64_t value = number_of(line_field(line, "value_minor"));
  struct str off = line_field(line, "offset_minor");
  if (!str_equal(line_field(line, "campaign"), STR("owing"))) return;
  if (repays.length > 0)
    about(world, line, repays, 1, false);
  else if (str_equal(type, STR("gift.reward.issued")))
    gift_add(world, line, line_field(line, "id"), value, off.length == 0 ? 0 : number_of(off));
  else if (str_equal(type, STR("gift.reward.offset")) && off.length > 0)
    gift_add(world, line, id, value, number_of(off));
  else if (str_equal(type, STR("gift.reward.offset")))
    about(world, line, id, -1, true);
  else if (str_equal(type, STR("gift.reward.waived")))
    about(world, line, id, 1, true);
}

/* ---- what became of it ---- */

static bool names(struct str line, struct str id) { return str_find(line, id) != NULL; }

static void decision_note(struct owed_gift *gift, struct world *world, struct str line) {
  const struct input *input = input_of(world, line, OF_DECISION);
  bool own = input != NULL && line_field(line, "caused_by").length == 0 && gate_of(line).length == 0;
  if (own && input == gift->input && names(line, gift->id)) gift->given = true;
  bool of_it = own && input->kind == KIND_RESULT && input->of_owing && input->original == gift->input->number;
  if (!of_it || !gift->given || gift->told) return;
  gift->told = true, gift->failed = input->failed;
}

static void gift_check(struct world *world, const struct owed_gift *gift) {
  int64_t sum = (gift->failed ? 0 : gift->paid) + gift->balance, due = gift->failed || gift->refunded ? 0 : WORTH_MINOR;
  if (world->full[customer_slot(gift->input->customer_number)] || sum == due) return;
  sim_break(world, "of the gift %.*s for e%u the customer has %lld, it must be %lld", STR_FORMAT(gift->id), gift->input->number,
            (long long)sum, (long long)due);
}

void check_owed(struct world *world) {
  gift_count = 0;
  memset(debts, 0, sizeof debts);
  for (uint32_t shard = 0; shard < world->shards && world->broken[0] == 0; shard++) {
    struct line_reader rewards = {.partition = &world->log.partitions[TOPIC_REWARDS][shard]},
                       decisions = {.partition = &world->log.partitions[TOPIC_DECISIONS][shard]};
    struct str line;
    while (world->broken[0] == 0 && line_next(&rewards, &line)) reward_note(world, line);
    while (world->broken[0] == 0 && line_next(&decisions, &line))
      for (uint32_t i = 0; i < gift_count && !line_is_range(line); i++)
        if (gifts[i].input->customer_number == customer_of(line)) decision_note(&gifts[i], world, line);
  }
  for (uint32_t i = 0; i < gift_count && world->broken[0] == 0; i++) gift_check(world, &gifts[i]);
  for (uint32_t i = 0; i < INPUT_MOST && world->broken[0] == 0; i++)
    if (debts[i] < 0) sim_break(world, "c%u had more set off than he owed", i);
}
