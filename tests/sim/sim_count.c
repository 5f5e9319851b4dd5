/* Counting the committed rewards again, with nothing of giftd's: ids once, every cap and total at every prefix of the history, nobody
 * refused for want of stock while there was some, and nothing left idle when customers nobody has seen have asked for more than there is.
 *
 * The history is the order of commits; within one transaction rewards come before refusals, which can only make the check of refusals
 * milder, never wrong. */
#include "sim.h"

#define SUBJECTS 64u
#define DAYS 64u
#define DAY_FIRST (-20)
#define PROBE_CUSTOMER 1000u
#define PROBE_SUBJECT 40u
#define IDS_MOST 8192u

enum subject { OF_CUSTOMER, OF_DEVICE, OF_PHONE, OF_ALL };

/* What the campaigns beside this file say. raised: in the second rulebook. back: a gift that is taken back gives it back. need: a refusal
 * is right when less than so much is left (pools). */
struct row {
  const char *campaign, *rule, *other_rule;
  enum subject subject;
  bool a_day, in_money, back;
  int64_t most, raised;
  bool pool;
};
static const struct row rows[] = {
    {"alone", "three-ever", NULL, OF_CUSTOMER, false, false, false, 3, 3, false},
    {"alone", "daily", NULL, OF_CUSTOMER, true, false, false, 1, 1, false},
    {"alone", "back", NULL, OF_CUSTOMER, false, true, true, 600, 600, false},
    {"shared", "stock", NULL, OF_CUSTOMER, false, false, false, 2, 2, false},
    {"shared", "stock", NULL, OF_ALL, false, false, false, 8, 11, true},
    {"shared", "back", NULL, OF_CUSTOMER, false, false, true, 2, 2, false},
    {"shared", "back", NULL, OF_ALL, false, false, true, 5, 5, true},
    {"shared", "coupon", NULL, OF_CUSTOMER, false, false, false, 2, 2, false},
    {"shared", "coupon", NULL, OF_ALL, false, false, false, 4, 4, true},
    {"shared", "credit", NULL, OF_CUSTOMER, false, false, false, 2, 2, false},
    {"shared", "credit", NULL, OF_ALL, false, true, false, 7000, 7000, true},
    {"shared", "coupon", "credit", OF_ALL, false, true, false, 10000, 13000, true},
    {"shared", "paced", NULL, OF_CUSTOMER, true, false, false, 1, 1, false},
    {"shared", "paced", NULL, OF_ALL, true, false, false, 3, 3, true},
    {"shared", "paced", NULL, OF_ALL, false, false, false, 12, 12, true},
    {"device", "device", NULL, OF_DEVICE, false, false, false, 2, 1000, false},
    {"device", "device", NULL, OF_CUSTOMER, false, false, false, 3, 3, false},
    {"device", "identity", NULL, OF_DEVICE, true, false, false, 1, 1, false},
    {"device", "identity", NULL, OF_PHONE, true, false, false, 1, 1, false},
    {"device", "identity", NULL, OF_ALL, false, false, false, 5, 5, true},
    {"friend", "stock", NULL, OF_CUSTOMER, false, false, true, 3, 3, false},
    {"friend", "stock", NULL, OF_ALL, false, false, true, 7, 7, true},
    {"friend", "device", NULL, OF_DEVICE, false, false, false, 2, 2, false},
    {"friend", "device", NULL, OF_ALL, false, false, false, 6, 6, true},
};
#define ROWS (sizeof rows / sizeof rows[0])

struct tally {
  struct world *world;
  int64_t used[ROWS][SUBJECTS][DAYS];
  uint64_t ids[IDS_MOST]; /* open addressing; 0: free */
  bool undone;            /* something was given back */
};
static struct tally tally;

static bool names(const char *name, struct str text) { return name != NULL && str_equal(str_of(name), text); }

static bool row_is_of(const struct row *row, struct str campaign, struct str rule) {
  return names(row->campaign, campaign) && (names(row->rule, rule) || names(row->other_rule, rule));
}

/* `customer`: whom the line is about, who may not be the one who caused the event. */
static int64_t *row_cell(uint32_t row, const struct input *input, uint32_t customer) {
  uint32_t subject = 0;
  if (rows[row].subject == OF_CUSTOMER) subject = customer;
  if (rows[row].subject == OF_DEVICE) subject = input->device;
  if (rows[row].subject == OF_PHONE) subject = input->phone;
  if (subject >= PROBE_CUSTOMER) subject = subject - PROBE_CUSTOMER + PROBE_SUBJECT;
  int32_t day = rows[row].a_day ? input->day - DAY_FIRST : 0;
  assert(subject < SUBJECTS && day >= 0 && day < (int32_t)DAYS);
  return &tally.used[row][subject][day];
}

static int64_t number_of(struct str text) {
  int64_t number = 0;
  for (size_t i = 0; i < text.length && text.at[i] >= '0' && text.at[i] <= '9'; i++) number = number * 10 + (text.at[i] - '0');
  return number;
}

/* False when it was there already. */
static bool id_add(struct str id) {
  uint64_t digest = hash64(&HASH_KEY_FIXED, id) | 1;
  uint32_t at = (uint32_t)(digest >> 20) % IDS_MOST;
  for (; tally.ids[at] != 0; at = (at + 1) % IDS_MOST)
    if (tally.ids[at] == digest) return false;
  tally.ids[at] = digest;
  return true;
}

static bool id_known(struct str id) {
  uint64_t digest = hash64(&HASH_KEY_FIXED, id) | 1;
  for (uint32_t at = (uint32_t)(digest >> 20) % IDS_MOST; tally.ids[at] != 0; at = (at + 1) % IDS_MOST)
    if (tally.ids[at] == digest) return true;
  return false;
}

static uint32_t customer_of(struct str line) { return (uint32_t)number_of(str_from(line_field(line, "subject"), 1)); }

/* Of "source_events":["sim/e17"] or "event":{"source":"sim","id":"e17". */
static const struct input *input_of(struct world *world, struct str line, const char *before) {
  for (size_t i = 0, length = strlen(before); i + length < line.length; i++)
    if (memcmp(line.at + i, before, length) == 0) {
      int64_t number = number_of(str_from(line, i + length));
      return number < world->input_count ? &world->inputs[number] : NULL;
    }
  return NULL;
}

static void reward_count(struct world *world, struct str line) {
  struct str type = line_field(line, "type"), id = line_field(line, "id"), campaign = line_field(line, "campaign"),
             rule = line_field(line, "rule");
  bool issued = str_equal(type, STR("gift.reward.issued")), revoked = str_equal(type, STR("gift.reward.revoked"));
  if (!issued && !revoked) return; /* marks of pools */
  const struct input *input = input_of(world, line, "\"source_events\":[\"sim/e");
  int64_t value = number_of(line_field(line, "value_minor"));
  uint32_t customer = customer_of(line);
  if (input == NULL) {
    sim_break(world, "a reward of no event: %.*s", STR_FORMAT(line));
    return;
  }
  if (!id_add(id)) sim_break(world, "reward id %.*s twice", STR_FORMAT(id));
  if (revoked && !id_known(line_field(line, "reward_id"))) sim_break(world, "%.*s takes back what was not given", STR_FORMAT(id));
  tally.undone |= revoked;
  for (uint32_t i = 0; i < ROWS; i++) {
    if (!row_is_of(&rows[i], campaign, rule) || (revoked && !rows[i].back)) continue;
    int64_t *used = row_cell(i, input, customer), most = world->swapped ? rows[i].raised : rows[i].most;
    *used += (rows[i].in_money ? value : 1) * (revoked ? -1 : 1);
    if (*used > most || *used < 0)
      sim_break(world, "%.*s/%.*s: %lld of %lld %s given, with reward %.*s for event e%u of customer %u", STR_FORMAT(campaign),
                STR_FORMAT(rule), (long long)*used, (long long)most, rows[i].pool ? "in the pool" : "by the limit", STR_FORMAT(id),
                input->number, customer);
  }
}

/* A refusal for want of stock is right when one of the pools behind the rule has less than is needed. */
static void refusal_check(struct world *world, struct str campaign, struct str rule, const struct input *input) {
  int64_t price = str_equal(rule, STR("coupon")) ? 1500 : str_equal(rule, STR("credit")) ? 1000 : 0;
  bool any = false, right = false;
  for (uint32_t i = 0; i < ROWS; i++) {
    if (!rows[i].pool || !row_is_of(&rows[i], campaign, rule)) continue;
    any = true;
    right |= *row_cell(i, input, input->customer_number) + (rows[i].in_money ? price : 1) > rows[i].most || (rows[i].back && tally.undone);
  }
  if (any && !right)
    sim_break(world, "event e%u of customer %u is refused by %.*s/%.*s while there is some left", input->number, input->customer_number,
              STR_FORMAT(campaign), STR_FORMAT(rule));
}

static void decision_count(struct world *world, struct str line) {
  struct str rest = line, first = STR("\"considered\":");
  const struct input *input = input_of(world, line, "\"source\":\"sim\",\"id\":\"e");
  while (rest.length > first.length && memcmp(rest.at, first.at, first.length) != 0) rest = str_from(rest, 1);
  for (size_t i = 0; i + 12 < rest.length; i++) {
    if (memcmp(rest.at + i, "\"campaign\":\"", 12) != 0) continue;
    struct str entry = str_from(rest, i), reason = line_field(entry, "reason");
    if (str_equal(reason, STR("OUT_OF_STOCK")) || str_equal(reason, STR("BUDGET_EXHAUSTED")))
      if (input != NULL) refusal_check(world, line_field(entry, "campaign"), line_field(entry, "rule"), input);
  }
}

static void transaction_count(struct world *world, const struct transaction *transaction, enum topic topic) {
  for (const struct record *record = transaction->first; record != NULL; record = record->next) {
    struct str rest = record->bytes, line;
    while (record->topic == topic && str_split(rest, '\n', &line, &rest))
      if (topic == TOPIC_REWARDS)
        reward_count(world, line);
      else
        decision_count(world, line);
  }
}

static void rest_check(struct world *world) {
  const struct input *last = &world->inputs[world->input_count - 1];
  for (uint32_t i = 0; i < ROWS; i++) {
    bool asked = rows[i].pool && rows[i].other_rule == NULL && strcmp(rows[i].rule, "coupon") != 0 && strcmp(rows[i].rule, "credit") != 0;
    int64_t used = *row_cell(i, last, last->customer_number), most = world->swapped ? rows[i].raised : rows[i].most;
    if (!asked || used == most || strcmp(rows[i].rule, "paced") == 0) continue;
    sim_break(world, "%s/%s: %lld of %lld are given although more was asked for: the rest is stranded", rows[i].campaign, rows[i].rule,
              (long long)used, (long long)most);
  }
}

void check_counts(struct world *world) {
  memset(&tally, 0, sizeof tally);
  for (uint32_t i = 0; i < world->log.committed_count && world->broken[0] == 0; i++) {
    transaction_count(world, world->log.committed[i], TOPIC_REWARDS);
    transaction_count(world, world->log.committed[i], TOPIC_DECISIONS);
  }
  if (world->input_count > world->input_first_probe && world->broken[0] == 0) rest_check(world);
}
