/* Counting the committed rewards again, with nothing of giftd's: ids once, every cap and total at every prefix of the history and in every
 * window, nobody refused for want of stock while there was some, and nothing left idle when customers nobody has seen have asked for more
 * than there is.
 *
 * The history is the order of commits; within one transaction rewards come before refusals, which can only make the check of refusals
 * milder, never wrong. */
#include "sim.h"

#define SUBJECTS CUSTOMER_SLOTS
#define DAYS 128u
#define DAY_FIRST (-20)
#define IDS_MOST 8192u

enum subject { OF_CUSTOMER, OF_DEVICE, OF_PHONE, OF_ALL };
enum counted { EVER, A_DAY, A_CYCLE, IN_MONEY };

/* What the campaigns beside this file say. raised: in the second rulebook. back: a gift that is taken back gives it back. pool: a refusal
 * is right when less is left than is needed. window: of so many days, any of them. */
struct row {
  const char *campaign, *rule, *other_rule;
  enum subject subject;
  enum counted counted;
  bool back;
  int64_t most, raised;
  bool pool;
  uint32_t window;
};
static const struct row rows[] = {
    {"alone", "three-ever", NULL, OF_CUSTOMER, EVER, false, 3, 3, false, 0},
    {"alone", "daily", NULL, OF_CUSTOMER, A_DAY, false, 1, 1, false, 0},
    {"alone", "viewed", NULL, OF_CUSTOMER, EVER, false, 0, 5, false, 0},
    {"alone", "back", NULL, OF_CUSTOMER, IN_MONEY, true, 600, 600, false, 0},
    {"alone", "welcome", "or-else", OF_CUSTOMER, EVER, false, 1, 1, false, 0},
    {"alone", "cycle", NULL, OF_CUSTOMER, A_CYCLE, false, 1, 1, false, 0},
    {"alone", "ladder", NULL, OF_CUSTOMER, IN_MONEY, true, 20, 20, false, 0},
    {"abroad", "cash", NULL, OF_CUSTOMER, EVER, false, 2, 2, false, 0},
    {"abroad", "visit", NULL, OF_CUSTOMER, EVER, false, 2, 2, false, 0},
    {"terms", "undone", NULL, OF_CUSTOMER, EVER, false, 3, 3, false, 0},
    {"terms", "stays", NULL, OF_CUSTOMER, EVER, false, 3, 3, false, 0},
    {"order", "nested", NULL, OF_CUSTOMER, A_DAY, true, 1, 1, false, 0},
    {"order", "nested", NULL, OF_CUSTOMER, EVER, true, 4, 4, false, 0},
    {"order", "rolling", NULL, OF_CUSTOMER, A_DAY, true, 2, 2, false, 3},
    {"order", "kept", NULL, OF_CUSTOMER, A_DAY, false, 2, 2, false, 5},
    {"shared", "stock", NULL, OF_CUSTOMER, EVER, false, 2, 2, false, 0},
    {"shared", "stock", NULL, OF_ALL, EVER, false, 8, 11, true, 0},
    {"shared", "back", NULL, OF_CUSTOMER, EVER, true, 2, 2, false, 0},
    {"shared", "back", NULL, OF_ALL, EVER, true, 5, 5, true, 0},
    {"shared", "coupon", NULL, OF_CUSTOMER, EVER, false, 2, 2, false, 0},
    {"shared", "coupon", NULL, OF_ALL, EVER, false, 4, 4, true, 0},
    {"shared", "credit", NULL, OF_CUSTOMER, EVER, false, 2, 2, false, 0},
    {"shared", "credit", NULL, OF_ALL, IN_MONEY, false, 7000, 7000, true, 0},
    {"shared", "coupon", "credit", OF_ALL, IN_MONEY, false, 10000, 13000, true, 0},
    {"shared", "paced", NULL, OF_CUSTOMER, A_DAY, false, 1, 1, false, 0},
    {"shared", "paced", NULL, OF_ALL, A_DAY, false, 3, 3, true, 0},
    {"shared", "paced", NULL, OF_ALL, EVER, false, 12, 12, true, 0},
    {"device", "device", NULL, OF_DEVICE, EVER, false, 2, 1000, false, 0},
    {"device", "device", NULL, OF_CUSTOMER, EVER, false, 3, 3, false, 0},
    {"device", "identity", NULL, OF_DEVICE, A_DAY, false, 1, 1, false, 0},
    {"device", "identity", NULL, OF_PHONE, A_DAY, false, 1, 1, false, 0},
    {"device", "identity", NULL, OF_ALL, EVER, false, 5, 5, true, 0},
    {"friend", "stock", NULL, OF_CUSTOMER, EVER, true, 3, 3, false, 0},
    {"friend", "stock", NULL, OF_ALL, EVER, true, 7, 7, true, 0},
    {"friend", "device", NULL, OF_DEVICE, EVER, false, 2, 2, false, 0},
    {"friend", "device", NULL, OF_ALL, EVER, false, 6, 6, true, 0},
    {"family", "goal", NULL, OF_CUSTOMER, EVER, true, 2, 2, false, 0},
    {"family", "self", NULL, OF_CUSTOMER, EVER, false, 1, 1, false, 0},
};
#define ROWS (sizeof rows / sizeof rows[0])

struct tally {
  struct world *world;
  int64_t used[ROWS][SUBJECTS][DAYS];
  struct {
    uint64_t digest; /* open addressing; 0: free */
    const struct input *input;
  } ids[IDS_MOST];
  bool undone; /* something was given back */
};
static struct tally tally;

static bool names(const char *name, struct str text) { return name != NULL && str_equal(str_of(name), text); }

static bool row_is_of(const struct row *row, struct str campaign, struct str rule) {
  return names(row->campaign, campaign) && (names(row->rule, rule) || names(row->other_rule, rule));
}

/* ---- ids ---- */

static uint32_t id_slot(uint64_t digest) {
  uint32_t at = (uint32_t)(digest >> 20) % IDS_MOST;
  while (tally.ids[at].digest != 0 && tally.ids[at].digest != digest) at = (at + 1) % IDS_MOST;
  return at;
}

/* False when it was there already. */
static bool id_add(struct str id, const struct input *input) {
  uint64_t digest = hash64(&HASH_KEY_FIXED, id) | 1;
  uint32_t slot = id_slot(digest);
  if (tally.ids[slot].digest != 0) return false;
  tally.ids[slot].digest = digest, tally.ids[slot].input = input;
  return true;
}

/* The event that it was given for; NULL: it never was. */
static const struct input *id_find(struct str id) { return tally.ids[id_slot(hash64(&HASH_KEY_FIXED, id) | 1)].input; }

/* ---- what was used ---- */

/* Of all days; `customer`: whom the line is about, who may not be the one who caused the event. */
static int64_t *row_days(uint32_t row, const struct input *input, uint32_t customer) {
  uint32_t subject = 0;
  if (rows[row].subject == OF_CUSTOMER) subject = customer_slot(customer);
  if (rows[row].subject == OF_DEVICE) subject = customer_slot(input->device);
  if (rows[row].subject == OF_PHONE) subject = customer_slot(input->phone);
  return tally.used[row][subject];
}

/* Days between two on which a cycle of anybody may begin: whatever day is told, and however often, one begins between two gifts. */
static int32_t cycle_part(int32_t day) {
  static const int32_t firsts[] = {0, 31, 62, 90, 121}; /* of December's days on: January, February, March, April */
  int32_t part = 0;
  for (uint32_t i = 0; i < sizeof firsts / sizeof firsts[0]; i++)
    part += (day >= firsts[i] + (int32_t)CYCLE_DAY_A - 1) + (day >= firsts[i] + (int32_t)CYCLE_DAY_B - 1);
  return part;
}

static uint32_t row_day(uint32_t row, const struct input *input) {
  int32_t day = rows[row].counted == A_DAY ? input->day - DAY_FIRST : rows[row].counted == A_CYCLE ? cycle_part(input->day) : 0;
  assert(day >= 0 && day < (int32_t)DAYS);
  return (uint32_t)day;
}

static int64_t row_used(uint32_t row, const struct input *input, uint32_t customer) {
  return row_days(row, input, customer)[row_day(row, input)];
}

static int64_t row_most(const struct world *world, uint32_t row) { return world->swapped ? rows[row].raised : rows[row].most; }

/* The fullest window that the day is in. */
static int64_t fullest(const int64_t *days, uint32_t day, uint32_t window) {
  int64_t most = 0;
  if (window <= 1) return days[day];
  for (uint32_t last = day; last < day + window && last < DAYS; last++) {
    int64_t sum = 0;
    for (uint32_t back = 0; back < window && back <= last; back++) sum += days[last - back];
    if (sum > most) most = sum;
  }
  return most;
}

/* `input`: the event that the gift was given for. */
static void row_add(struct world *world, uint32_t row, const struct input *input, uint32_t customer, int64_t amount, struct str what) {
  int64_t *days = row_days(row, input, customer);
  uint32_t day = row_day(row, input);
  days[day] += amount;
  int64_t used = fullest(days, day, rows[row].window), most = row_most(world, row);
  if (used > most || days[day] < 0)
    sim_break(world, "%s/%s: %lld of %lld %s given, with %.*s for event e%u to customer %u", rows[row].campaign, rows[row].rule,
              (long long)used, (long long)most, rows[row].pool ? "in the pool" : "by the limit", STR_FORMAT(what), input->number, customer);
}

/* ---- rewards ---- */

enum went { ISSUED, REVOKED, REDUCED };

#define FLAT_POINTS 7 /* against a point for each 10.00 */

/* Of the group "most" the rule gave that is worth more for the event, of equals the flat one. */
static void worth_check(struct world *world, struct str line, const struct input *input) {
  struct str rule = line_field(line, "rule");
  bool flat = str_equal(rule, STR("most-flat")), part = str_equal(rule, STR("most-part"));
  if (!str_equal(line_field(line, "campaign"), STR("alone")) || (!flat && !part)) return;
  if (flat != (input->amount_minor / 1000 <= FLAT_POINTS))
    sim_break(world, "event e%u of %lld has the gift that is worth less: %.*s", input->number, (long long)input->amount_minor,
              STR_FORMAT(rule));
}

static void reward_add(struct world *world, struct str line, const struct input *input, enum went went) {
  struct str campaign = line_field(line, "campaign"), rule = line_field(line, "rule");
  int64_t value = number_of(line_field(line, "value_minor"));
  for (uint32_t i = 0; i < ROWS; i++) {
    if (!row_is_of(&rows[i], campaign, rule) || (went != ISSUED && !rows[i].back)) continue;
    int64_t amount = rows[i].counted == IN_MONEY ? value : went != REDUCED;
    row_add(world, i, input, customer_of(line), went == ISSUED ? amount : -amount, line_field(line, "id"));
  }
}

/* ---- the campaign "abroad", in another currency than all payments ---- */

/* What its table says, computed anew: from which day on (of December 2026), and ten-thousandths. */
static const struct {
  int32_t day, rate;
} day_rates[] = {{-21, 1400}, {-7, 1390}, {3, 1410},  {7, 1450},  {11, 1300}, {19, 1350},
                 {33, 1500},  {47, 1250}, {61, 1420}, {75, 1370}, {89, 1480}, {103, 1400}};
#define DAY_KNOWN 13 /* the last one that the first rulebook's table covers, the second's */
#define DAY_RAISED 117

static bool is_undone(const struct world *world, const struct input *input) {
  for (uint32_t i = 0; i < world->input_count; i++)
    if (world->inputs[i].kind == KIND_REVERSED && world->inputs[i].original == input->number) return true;
  return false;
}

static void rate_check(struct world *world, struct str line, const struct input *input) {
  struct str rule = line_field(line, "rule");
  int64_t rate = 0;
  if (!str_equal(line_field(line, "campaign"), STR("abroad")) || input->kind != KIND_SPEND) return;
  for (size_t i = 0; i < sizeof day_rates / sizeof day_rates[0]; i++)
    if (input->day >= day_rates[i].day) rate = day_rates[i].rate;
  if (rate == 0 || input->day > (world->swapped ? DAY_RAISED : DAY_KNOWN))
    sim_break(world, "a gift of abroad/%.*s for event e%u, whose rate nobody knows", STR_FORMAT(rule), input->number);
  if (!str_equal(rule, STR("cash"))) return;
  int64_t worth = (input->amount_minor * rate + 5000) / 10000, want = (worth * 1000 + 5000) / 10000;
  int64_t value = number_of(line_field(line, "value_minor"));
  if (value > want || (value < want && !is_undone(world, input)))
    sim_break(world, "event e%u comes to %lld in abroad/cash, its day's rate to %lld", input->number, (long long)value, (long long)want);
}

static void reward_count(struct world *world, struct str line) {
  struct str type = line_field(line, "type"), id = line_field(line, "id");
  if (line_is_of_pending(line) || line_is_of_queue(line)) return; /* sim_pending.c, sim_queue.c */
  bool issued = str_equal(type, STR("gift.reward.issued")), reduced = str_equal(type, STR("gift.reward.reduced"));
  if (!issued && !reduced && !str_equal(type, STR("gift.reward.revoked"))) return; /* marks of pools */
  static const struct input no_input; /* what a period gave that closed: how much that is the oracle says */
  const struct input *input = issued ? input_of(world, line, OF_REWARD) : id_find(line_field(line, "reward_id"));
  if (issued && line_is_of_close(line)) input = &no_input;
  if (input == NULL) {
    sim_break(world, issued ? "a reward of no event: %.*s" : "what was not given is taken back: %.*s", STR_FORMAT(line));
    return;
  }
  if (!id_add(id, input)) sim_break(world, "reward id %.*s twice", STR_FORMAT(id));
  if (issued && input != &no_input) rate_check(world, line, input);
  tally.undone |= !issued;
  if (issued && input != &no_input) worth_check(world, line, input);
  if (input != &no_input) reward_add(world, line, input, issued ? ISSUED : reduced ? REDUCED : REVOKED);
}

/* ---- decisions ---- */

/* In money what a gift costs: none of these campaigns' values depends on anything. */
static int64_t price_of(const struct row *row, struct str rule) {
  if (row->counted != IN_MONEY) return 1;
  return str_equal(rule, STR("coupon")) ? 1500 : str_equal(rule, STR("credit")) ? 1000 : 0;
}

/* A refusal for want of stock is right when one of the pools behind the rule has less than is needed. */
static void refusal_check(struct world *world, struct str campaign, struct str rule, const struct input *input) {
  bool any = false, right = false;
  for (uint32_t i = 0; i < ROWS; i++) {
    if (!rows[i].pool || !row_is_of(&rows[i], campaign, rule)) continue;
    any = true;
    right |= row_used(i, input, input->customer_number) + price_of(&rows[i], rule) > rows[i].most || (rows[i].back && tally.undone);
  }
  if (any && !right)
    sim_break(world, "event e%u of customer %u is refused by %.*s/%.*s while there is some left", input->number, input->customer_number,
              STR_FORMAT(campaign), STR_FORMAT(rule));
}

/* Given and taken back at once, since its reversal came first: what is not given back is used. */
static void undone_count(struct world *world, struct str campaign, struct str rule, const struct input *input, uint32_t customer) {
  tally.undone = true;
  for (uint32_t i = 0; i < ROWS; i++)
    if (row_is_of(&rows[i], campaign, rule) && !rows[i].back)
      row_add(world, i, input, customer, price_of(&rows[i], rule), STR("what was undone before it came"));
}

static void outcome_count(struct world *world, struct str entry, const struct input *input, uint32_t customer) {
  struct str reason = line_field(entry, "reason"), campaign = line_field(entry, "campaign"), rule = line_field(entry, "rule");
  bool short_of = str_equal(reason, STR("OUT_OF_STOCK")) || str_equal(reason, STR("BUDGET_EXHAUSTED"));
  if (short_of) refusal_check(world, campaign, rule, input);
  if (str_equal(reason, STR("REVERSED")) && input->kind != KIND_REVERSED) undone_count(world, campaign, rule, input, customer);
}

static void decision_count(struct world *world, struct str line) {
  const struct str mark = STR("{\"campaign\":\""), first = STR("\"considered\":");
  const struct input *input = input_of(world, line, OF_DECISION);
  const char *at = str_find(line, first), *end = line.at + line.length;
  if (input == NULL) return;
  while (at != NULL && (at = str_find((struct str){at, (size_t)(end - at)}, mark)) != NULL) {
    outcome_count(world, (struct str){at, (size_t)(end - at)}, input, customer_of(line));
    at += mark.length;
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

/* coupon and credit have a parent that may be short before they are; paced has a day's share. */
static bool asked_for_all(const struct row *row) {
  static const char *const others[] = {"coupon", "credit", "paced"};
  for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
    if (strcmp(row->rule, others[i]) == 0) return false;
  return row->pool;
}

/* Whose record is full asks for nothing, nor hears what another one's event asks for him: fewer may have asked than there is. */
static bool any_probe_full(const struct world *world) {
  for (uint32_t slot = PROBE_SLOT; slot < CUSTOMER_SLOTS; slot++)
    if (world->full[slot]) return true;
  return false;
}

static void rest_check(struct world *world) {
  const struct input *last = &world->inputs[world->input_count - 1];
  if (any_probe_full(world)) return;
  for (uint32_t i = 0; i < ROWS; i++) {
    int64_t used = row_used(i, last, last->customer_number), most = row_most(world, i);
    if (!asked_for_all(&rows[i]) || used == most) continue;
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
