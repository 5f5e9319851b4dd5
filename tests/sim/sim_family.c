/* Facts that hear an event as another (`as`): whatever a payment or its refund did to the sum of its own customer it did to the sum of the
 * one whom the payment named, once, on whatever shard that one lives; and what a sum was before an event is what it was behind the one
 * before it. From the committed decisions alone: the campaign "family" has one sum of each kind. */
#include "sim.h"

struct moved {
  uint32_t times, customer;
  int64_t by;
};
static struct {
  struct moved own[INPUT_MOST], net[INPUT_MOST]; /* by input */
  bool refused[INPUT_MOST];                      /* whoever was to hear it could not be told */
  int64_t sums[CUSTOMER_SLOTS], latest_ms[SHARDS_MOST];
} family;

int64_t cents_of(struct str text) {
  int64_t cents = 0;
  bool below = text.length > 0 && text.at[0] == '-';
  for (size_t i = below; i < text.length; i++)
    if (text.at[i] != '.') cents = cents * 10 + (text.at[i] - '0');
  return below ? -cents : cents;
}

/* ---- what happened to the sums ---- */

static void sum_follow(struct world *world, uint32_t customer, int64_t before, int64_t after) {
  int64_t *sum = &family.sums[customer_slot(customer)];
  if (*sum != before)
    sim_break(world, "the family of customer %u has %lld cents before an event and had %lld behind the one before it", customer,
              (long long)before, (long long)*sum);
  *sum = after;
}

static void effects_note(struct world *world, struct str line, struct str mark, struct moved *moved, bool followed) {
  uint32_t customer = customer_of(line);
  for (const char *at; (at = str_find(line, mark)) != NULL;) {
    line = str_from(line, (size_t)(at - line.at) + mark.length);
    int64_t before = cents_of(line_field(line, "before")), after = cents_of(line_field(line, "after"));
    moved->times += moved->times == 0 || moved->customer != customer;
    moved->customer = customer, moved->by += after - before;
    if (followed) sum_follow(world, customer, before, after);
  }
}

static void line_note(struct world *world, struct str line) {
  const struct input *input = line_is_close(line) ? NULL : input_of(world, line, OF_DECISION);
  if (input == NULL) return;
  if (gate_of(line).length > 0 && line_field(line, "caused_by").length > 0) family.refused[input->number] = true;
  effects_note(world, line, STR("{\"fact\":\"family/own\",\"what\":"), &family.own[input->number], false);
  effects_note(world, line, STR("{\"fact\":\"family/net\",\"what\":"), &family.net[input->number], true);
}

static void transaction_note(struct world *world, const struct transaction *transaction) {
  for (const struct record *record = transaction->first; record != NULL; record = record->next) {
    struct str rest = record->bytes, line;
    while (record->topic == TOPIC_DECISIONS && str_split(rest, '\n', &line, &rest)) line_note(world, line);
  }
}

/* ---- what had to ---- */

static uint32_t holder_of(const struct input *payment) {
  struct str primary = line_field(payment->line, "primary");
  return primary.length == 0 ? payment->customer_number : (uint32_t)number_of(str_from(primary, 1));
}

/* A shard whose clock is ahead hears for its facts only what it remembers counters for. */
static bool may_be_forgotten(const struct world *world, const struct input *payment, uint32_t holder) {
  char name[16];
  int length = snprintf(name, sizeof name, "c%u", holder);
  uint32_t shard = partition_choose(world->shard_settings.partitioner, (struct str){name, (size_t)length}, world->shards);
  return payment->time_ms < family.latest_ms[shard] - world->shard_settings.judge.horizon_ms;
}

static void input_check(struct world *world, const struct input *input) {
  const struct moved *own = &family.own[input->number], *net = &family.net[input->number];
  const struct input *payment = input->original == NONE ? input : &world->inputs[input->original];
  uint32_t holder = holder_of(payment);
  if (world->full[customer_slot(input->customer_number)] || world->full[customer_slot(holder)] || family.refused[input->number]) return;
  if (own->times == net->times && own->by == net->by && (net->times == 0 || net->customer == holder)) return;
  if (net->times == 0 && holder != input->customer_number && may_be_forgotten(world, payment, holder)) return;
  sim_break(world, "event e%u moved the sum of customer %u by %lld cents, %u times, and that of family %u by %lld, %u times (customer %u)",
            input->number, input->customer_number, (long long)own->by, own->times, holder, (long long)net->by, net->times, net->customer);
}

void check_families(struct world *world) {
  memset(&family, 0, sizeof family);
  for (uint32_t i = 0; i < world->input_count; i++) {
    const struct input *input = &world->inputs[i];
    if (input->time_ms > family.latest_ms[input->shard]) family.latest_ms[input->shard] = input->time_ms;
  }
  for (uint32_t i = 0; i < world->log.committed_count && world->broken[0] == 0; i++) transaction_note(world, world->log.committed[i]);
  for (uint32_t i = 0; i < world->input_count && world->broken[0] == 0; i++) input_check(world, &world->inputs[i]);
}
