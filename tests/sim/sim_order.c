/* The same events in another order: some days of a history, played by the shard room alone in order of time and shuffled, with some of them
 * twice; all arrive at one instant, so that none is late. What must hold of the campaign "order", from the events alone:
 *
 *   1  no more gifts stand in any window than its limit;
 *   2  no more than the payments that still stand allow, taken in order of time: the earliest first is the most there can be. Of gifts that
 *      are kept, all payments allow;
 *   3  a customer to whom nothing is undone has in order of time just that; shuffled no more, and where windows lie in each other as much.
 *
 * Not "no more than in order of time" throughout: paid, paid again, the first undone. In order of time the first had the place and lost it,
 * the second was refused and stays so; undone first, the second has it. */
#include <stdlib.h>

#include "sim.h"

#define DAY_MS 86400000LL
#define SPAN_MS (6 * DAY_MS + DAY_MS / 2)
#define DAYS 128
#define DAY_FIRST (-20)

struct order_rule {
  const char *id;
  enum input_kind on;
  int32_t window, in_window, ever; /* at most so many in so many days; 0: as many as there are */
  bool restores, nested;           /* nested: every order gives the same */
};
static const struct order_rule order_rules[] = {
    {"nested", KIND_SPEND, 1, 1, 4, true, true},
    {"rolling", KIND_SPEND, 3, 2, 0, true, false},
    {"kept", KIND_BILL, 5, 2, 0, false, false},
};
#define RULES (sizeof order_rules / sizeof order_rules[0])

/* The events, and what came of them. */
struct play {
  struct record records[2 * INPUT_MOST];
  uint32_t count;
  uint64_t ids[RULES][INPUT_MOST];
  bool stands[RULES][INPUT_MOST], full[CUSTOMER_SLOTS];
  struct oracle oracle;
};
static struct play in_time, shuffled;
static bool among[INPUT_MOST], undone[INPUT_MOST]; /* undone: as a whole */
static bool touched[CUSTOMER_SLOTS];               /* something of his is undone, in part or whole */

/* ---- which events ---- */

static int by_time(const void *a, const void *b) {
  const struct input *one = *(const struct input *const *)a, *other = *(const struct input *const *)b;
  if (one->time_ms != other->time_ms) return one->time_ms < other->time_ms ? -1 : 1;
  return one->number < other->number ? -1 : 1;
}

/* Those of some days, in order of time. */
static uint32_t events_choose(struct world *world, const struct input **chosen, int64_t *arrival_ms) {
  uint32_t count = 0;
  const struct input *first = &world->inputs[sim_upto(world, world->input_first_probe)];
  int64_t from_ms = first->time_ms - DAY_MS / 2;
  *arrival_ms = from_ms + SPAN_MS;
  for (uint32_t i = 0; i < world->input_first_probe; i++) {
    const struct input *input = &world->inputs[i];
    among[i] = !first->wild && !input->poison && input->time_ms >= from_ms && input->time_ms < *arrival_ms;
    if (among[i]) chosen[count++] = input;
  }
  qsort(chosen, count, sizeof chosen[0], by_time);
  return count;
}

static void undone_find(const struct world *world) {
  static int64_t back[INPUT_MOST];
  memset(back, 0, sizeof back);
  memset(undone, 0, sizeof undone);
  memset(touched, 0, sizeof touched);
  for (uint32_t i = 0; i < world->input_first_probe; i++) {
    const struct input *input = &world->inputs[i];
    if (!among[i] || input->kind != KIND_REVERSED || input->original == NONE || !among[input->original]) continue;
    const struct input *original = &world->inputs[input->original];
    back[input->original] += input->back_minor > 0 ? input->back_minor : original->amount_minor;
    undone[input->original] = back[input->original] >= original->amount_minor;
    touched[customer_slot(input->customer_number)] = true;
  }
}

/* ---- playing ---- */

static void record_add(struct play *play, const struct input *input) {
  play->records[play->count] = (struct record){.bytes = input->line, .key = input->customer, .place = play->count, .input = input->number};
  play->count++;
}

static void shuffle(struct world *world, struct play *play) {
  for (uint32_t i = play->count; i > 1; i--) {
    uint32_t other = sim_upto(world, i);
    struct record record = play->records[i - 1];
    play->records[i - 1] = play->records[other];
    play->records[other] = record;
  }
  for (uint32_t i = 0; i < play->count; i++) play->records[i].place = i;
}

static uint32_t rule_number(struct str line) {
  struct str rule = line_field(line, "rule");
  if (!str_equal(line_field(line, "campaign"), STR("order"))) return RULES;
  for (uint32_t i = 0; i < RULES; i++)
    if (str_equal(str_of(order_rules[i].id), rule)) return i;
  return RULES;
}

static void reward_note(struct world *world, struct play *play, struct str line) {
  sim_tell(world, "  %.*s: %.*s/%.*s to %.*s, %.*s", STR_FORMAT(line_field(line, "type")), STR_FORMAT(line_field(line, "campaign")),
           STR_FORMAT(line_field(line, "rule")), STR_FORMAT(line_field(line, "subject")), STR_FORMAT(line_field(line, "id")));
  uint32_t rule = rule_number(line), at = 0;
  bool issued = str_equal(line_field(line, "type"), STR("gift.reward.issued"));
  uint64_t id = hash64(&HASH_KEY_FIXED, line_field(line, issued ? "id" : "reward_id"));
  if (rule == RULES) return;
  const struct input *input = input_of(world, line, OF_REWARD);
  if (issued && input != NULL) {
    if (play->ids[rule][input->number] != 0) sim_break(world, "in another order: a second gift of %.*s", STR_FORMAT(line));
    play->ids[rule][input->number] = id;
    play->stands[rule][input->number] = true;
    return;
  }
  while (at < INPUT_MOST && play->ids[rule][at] != id) at++;
  if (at == INPUT_MOST || !play->stands[rule][at])
    sim_break(world, "in another order: what does not stand is taken back: %.*s", STR_FORMAT(line));
  else
    play->stands[rule][at] = false;
}

static void play_run(struct world *world, struct play *play, int64_t arrival_ms) {
  struct str line;
  sim_tell(world, "---- some days in another order ----");
  for (uint32_t i = 0; i < play->count; i++) sim_tell(world, "  %.*s", STR_FORMAT(play->records[i].bytes));
  oracle_play(world, play->records, play->count, arrival_ms, &play->oracle);
  memset(play->ids, 0, sizeof play->ids);
  memset(play->stands, 0, sizeof play->stands);
  memset(play->full, 0, sizeof play->full);
  struct str rest = buffer_text(&play->oracle.outputs[OUTPUT_REWARDS]);
  while (rest.length > 0 && str_split(rest, '\n', &line, &rest)) reward_note(world, play, line);
  rest = buffer_text(&play->oracle.outputs[OUTPUT_DECISIONS]);
  while (rest.length > 0 && str_split(rest, '\n', &line, &rest))
    if (str_equal(gate_of(line), STR("RECORD_FULL"))) play->full[customer_slot(customer_of(line))] = true;
}

/* ---- what must hold ---- */

struct days {
  int32_t gifts[DAYS], all;
};

/* Most in any window that the day is in. */
static int32_t fullest(const struct days *days, int32_t day, int32_t window) {
  int32_t most = 0;
  for (int32_t last = day; last < day + window && last < DAYS; last++) {
    int32_t sum = 0;
    for (int32_t back = 0; back < window && back <= last; back++) sum += days->gifts[last - back];
    if (sum > most) most = sum;
  }
  return most;
}

static int32_t day_index(const struct input *input) {
  assert(input->day >= DAY_FIRST && input->day < DAY_FIRST + DAYS);
  return input->day - DAY_FIRST;
}

/* The campaign begins with day 0. */
static bool is_asked(const struct order_rule *rule, const struct input *input, uint32_t customer) {
  return input->kind == rule->on && input->customer_number == customer && input->day >= 0;
}

/* The most that the events allow: the earliest first. */
static int32_t most_possible(const struct order_rule *rule, const struct input **chosen, uint32_t count, uint32_t customer) {
  struct days days = {.all = 0};
  for (uint32_t i = 0; i < count; i++) {
    if (!is_asked(rule, chosen[i], customer) || (rule->restores && undone[chosen[i]->number])) continue;
    int32_t day = day_index(chosen[i]);
    if ((rule->ever > 0 && days.all == rule->ever) || fullest(&days, day, rule->window) == rule->in_window) continue;
    days.gifts[day]++, days.all++;
  }
  return days.all;
}

static int32_t standing(struct world *world, const struct play *play, uint32_t number, const struct input **chosen, uint32_t count,
                        uint32_t customer) {
  const struct order_rule *rule = &order_rules[number];
  struct days days = {.all = 0};
  for (uint32_t i = 0; i < count; i++)
    if (is_asked(rule, chosen[i], customer) && play->stands[number][chosen[i]->number]) days.gifts[day_index(chosen[i])]++, days.all++;
  for (int32_t day = 0; day < DAYS; day++)
    if (days.gifts[day] > 0 && fullest(&days, day, rule->window) > rule->in_window)
      sim_break(world, "in another order: customer %u has more of %s around day %d than its limit", customer, rule->id, day + DAY_FIRST);
  return days.all;
}

static void rule_check(struct world *world, uint32_t number, const struct input **chosen, uint32_t count, uint32_t customer) {
  const struct order_rule *rule = &order_rules[number];
  int32_t most = most_possible(rule, chosen, count, customer), timely = standing(world, &in_time, number, chosen, count, customer),
          other = standing(world, &shuffled, number, chosen, count, customer);
  bool as_much = touched[customer_slot(customer)] || (timely == most && (!rule->nested || other == timely));
  if (timely > most || other > most || !as_much)
    sim_break(world, "in another order: customer %u has %d of %s, %d in order of time, and %d are possible", customer, other, rule->id,
              timely, most);
}

void check_orders(struct world *world) {
  const struct input *chosen[INPUT_MOST];
  int64_t arrival_ms;
  if (!sim_chance(world, 3000)) return;
  uint32_t count = events_choose(world, chosen, &arrival_ms);
  world->orders++;
  undone_find(world);
  in_time.count = shuffled.count = 0;
  for (uint32_t i = 0; i < count; i++) record_add(&in_time, chosen[i]);
  for (uint32_t i = 0; i < count; i++)
    for (uint32_t copies = sim_chance(world, 1000) ? 2 : 1; copies > 0; copies--) record_add(&shuffled, chosen[i]);
  shuffle(world, &shuffled);
  play_run(world, &in_time, arrival_ms);
  play_run(world, &shuffled, arrival_ms);
  for (uint32_t customer = 0; customer < world->customers && world->broken[0] == 0; customer++) {
    if (in_time.full[customer] || shuffled.full[customer]) continue;
    for (uint32_t number = 0; number < RULES; number++) rule_check(world, number, chosen, count, customer);
  }
}
