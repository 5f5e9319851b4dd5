/* The events of a history: a few customers who share devices, on some days; duplicates, out of order by hours and days, late, from the
 * future, undone in part or whole and before they come, and lines that are no events. Of a log that does not know when a record came, now
 * and then a time that is far off: never so many together that they would be the stream's own. Times begin on 2026-12-06 in the campaigns'
 * zone. */
#include "sim.h"

#define DAY_MS 86400000LL
#define HOUR_MS 3600000LL
#define FIRST_DAY_MS 1796054400000LL /* 2026-12-01T00:00:00+08:00 */
#define ZONE_MINUTES 480
#define PROBES 9u
#define WILD_MOST 5u /* of the last so many of a shard: */
#define WILD_OF 16u

static struct str time_text(struct world *world, int64_t time_ms) {
  struct buffer out;
  buffer_init(&out, arena_take(&world->arena, 32), 32);
  buffer_time(&out, time_ms, ZONE_MINUTES);
  assert(!out.overflowed);
  return buffer_text(&out);
}

static int32_t day_of(int64_t time_ms) {
  int64_t since = time_ms - FIRST_DAY_MS;
  return (int32_t)(since >= 0 ? since / DAY_MS : -((-since + DAY_MS - 1) / DAY_MS));
}

/* Sometimes none, or one that is no event, or is undone already. */
static uint32_t original_find(struct world *world, uint32_t customer) {
  uint32_t found = NONE;
  for (uint32_t i = 0; i < world->input_count; i++)
    if (world->inputs[i].customer_number == customer && world->inputs[i].amount_minor > 0 && sim_chance(world, 6000)) found = i;
  return found;
}

/* ---- one line ---- */

/* Who hears it as another: somebody of this history, now and then the customer himself, who then does not. */
static void other_put(struct world *world, const struct input *input, const char *field, struct buffer *out) {
  if (input->customer_number >= PROBE_CUSTOMER)
    buffer_print(out, ",\"%s\":\"c%u\"", field, PROBE_CUSTOMER + (input->customer_number + 1 - PROBE_CUSTOMER) % PROBES);
  else if (sim_chance(world, 6000))
    buffer_print(out, ",\"%s\":\"c%u\"", field, sim_upto(world, world->customers));
}

static void money_put(struct world *world, struct input *input, struct buffer *out) {
  static const char *const channels[] = {"pos", "qr"};
  input->amount_minor = 1000 * (1 + (int64_t)sim_upto(world, 15));
  buffer_print(out, ",\"amount_minor\":%lld,\"currency\":\"CNY\"", (long long)input->amount_minor);
  if (input->kind == KIND_SPEND) buffer_print(out, ",\"status\":\"settled\",\"channel\":\"%s\"", channels[sim_upto(world, 2)]);
  other_put(world, input, "primary", out);
}

/* In part, or more than there was; with the time of what is undone, as most systems send it, or without. */
static void reversal_put(struct world *world, struct input *input, struct buffer *out) {
  input->original = original_find(world, input->customer_number);
  buffer_print(out, ",\"original_id\":\"e%u\"", input->original == NONE ? 99999 : input->original);
  if (input->original == NONE) return;
  const struct input *original = &world->inputs[input->original];
  if (sim_chance(world, 4000)) {
    input->back_minor = 100 * (1 + (int64_t)sim_upto(world, (uint32_t)original->amount_minor / 80));
    buffer_print(out, ",\"amount_minor\":%lld,\"currency\":\"CNY\"", (long long)input->back_minor);
  }
  if (sim_chance(world, 7000))
    buffer_print(out, ",\"original_time\":\"%.*s\",\"original_amount_minor\":%lld", STR_FORMAT(time_text(world, original->time_ms)),
                 (long long)original->amount_minor);
}

/* Of every other event that nobody hears: without a draw, so that earlier seeds are the histories that they were. */
static bool tells(const struct input *input) { return input->kind == KIND_VIEWED && input->number % 2 == 0; }
/* Of its own day, of one up to three days before, or of the next, which nobody can know; the balance follows from the number. */
static void snapshot_put(struct world *world, const struct input *input, struct buffer *out) {
  const int64_t back_ms = ((int64_t)(input->number % 5) - 1) * DAY_MS;
  buffer_print(out, ",\"balance_minor\":%u,\"currency\":\"CNY\",\"date\":\"%.10s\"", input->number * 7919 % 300 * 100,
               time_text(world, input->time_ms - back_ms).at);
}

/* One of a few sets of tags by the event's number, the empty one too; in every fifth they are cleared. */
static void tags_put(const struct input *input, struct buffer *out) {
  static const char *const tags[TAG_SETS] = {"[\"gold\"]", "[\"gold\",\"staff\"]", "[]", "[\"plain\"]", "null"};
  buffer_print(out, ",\"tags\":%s", tags[input_tags(input)]);
}

/* Of the last payment of the customer, or the one before it; of the gift, or the one in its place: all by the number. */
static void result_put(struct world *world, struct input *input, struct buffer *out) {
  uint32_t skip = input->number / 4 % 3 == 2;
  for (uint32_t i = input->number; i-- > 0;) {
    const struct input *paid = &world->inputs[i];
    if (paid->customer_number != input->customer_number || (paid->kind != KIND_SPEND && paid->kind != KIND_BILL)) continue;
    input->original = i;
    if (skip-- == 0) break;
  }
  const struct input *original = input->original == NONE ? NULL : &world->inputs[input->original];
  input->again = input->number / 4 % 2 == 1, input->failed = input->number % 5 != 0;
  input->of_owing = original != NULL && original->kind == KIND_SPEND && input->number % 3 == 0;
  struct str id = original == NULL ? STR("nobody")
                  : input->of_owing ? owing_id(world, original)
                                    : failing_id(world, original, input->again);
  buffer_print(out, ",\"reward_id\":\"%.*s\",\"result\":\"%s\"", STR_FORMAT(id), input->failed ? "failed" : "done");
}

static void fields_put(struct world *world, struct input *input, struct buffer *out) {
  input->original = NONE;
  if (input->kind == KIND_SNAPSHOT) snapshot_put(world, input, out);
  if (input->kind == KIND_SPEND || input->kind == KIND_BILL) money_put(world, input, out);
  if (input->kind == KIND_REVERSED) reversal_put(world, input, out);
  if (tells(input))
    buffer_print(out, ",\"birthday\":\"1990-12-%02u\",\"statement_day\":%u", 6 + input->number * 7 % 24,
                 input->number % 4 == 0 ? CYCLE_DAY_A : CYCLE_DAY_B);
  if (input->kind == KIND_TAGGED) tags_put(input, out);
  if (input->kind == KIND_RESULT) result_put(world, input, out);
  if (input->kind != KIND_BOUND) return;
  other_put(world, input, "referrer", out);
  buffer_print(out, ",\"device\":\"d%u\",\"phone_hash\":\"p%u\"", input->device, input->phone);
}

static void line_write(struct world *world, struct input *input) {
  static const char *const types[KIND_COUNT] = {
      "txn.card_spend", "login",       "bill.paid",        "card.bound",       "checkin",
      "txn.reversed",   "page.viewed", "balance.snapshot", "customer.updated", "fulfilment.result"};
  struct buffer out;
  buffer_init(&out, arena_take(&world->arena, 384), 384);
  buffer_print(&out, "{\"id\":\"e%u\",\"source\":\"%s\",\"type\":\"%s\",\"customer\":\"%.*s\",\"time\":\"%.*s\"", input->number,
               world->seed % 3 == 0 ? "/bank/sim" : "sim", tells(input) ? "customer.updated" : types[input->kind],
               STR_FORMAT(input->customer), STR_FORMAT(time_text(world, input->time_ms)));
  fields_put(world, input, &out);
  buffer_print(&out, "}");
  assert(!out.overflowed);
  input->line = buffer_text(&out);
}

static struct input *input_add(struct world *world, uint32_t customer, int64_t time_ms, int64_t arrival_ms, enum input_kind kind) {
  assert(world->input_count < INPUT_MOST);
  struct input *input = &world->inputs[world->input_count];
  *input =
      (struct input){.number = world->input_count, .customer_number = customer, .kind = kind, .time_ms = time_ms, .arrival_ms = arrival_ms};
  input->customer = arena_print(&world->arena, "c%u", customer);
  input->shard = partition_choose(world->shard_settings.partitioner, input->customer, world->shards);
  input->day = day_of(time_ms);
  input->device = customer >= PROBE_CUSTOMER ? customer : sim_upto(world, 4);
  input->phone = customer >= PROBE_CUSTOMER ? customer : sim_upto(world, 4);
  line_write(world, input);
  world->input_count++;
  return input;
}

static enum input_kind kind_draw(struct world *world) {
  static const uint8_t kinds[] = {KIND_SPEND, KIND_SPEND, KIND_SPEND,   KIND_LOGIN,  KIND_LOGIN,    KIND_BILL,
                                  KIND_BILL,  KIND_BOUND, KIND_CHECKIN, KIND_VIEWED, KIND_REVERSED, KIND_REVERSED};
  enum input_kind kind = (enum input_kind)kinds[sim_upto(world, sizeof kinds)];
  if (world->input_count % 2 == 1 && kind == KIND_LOGIN) return KIND_SNAPSHOT;
  if (world->input_count % 4 == 1 && kind == KIND_VIEWED) return KIND_RESULT;
  return world->input_count % 2 == 1 && kind == KIND_CHECKIN ? KIND_TAGGED : kind;
}

/* ---- when ---- */

static int64_t event_time(struct world *world, int64_t stream_ms) {
  uint32_t draw = sim_upto(world, 100);
  if (draw < 4) return stream_ms - (80 + (int64_t)sim_upto(world, 120)) * HOUR_MS; /* too late, of some campaigns or of all */
  if (draw < 6) return stream_ms + HOUR_MS;                                        /* from the future */
  if (draw < 12) return stream_ms - (int64_t)sim_upto(world, 6 * 24 * 60) * 60000; /* days late */
  if (draw < 30) return stream_ms - (int64_t)sim_upto(world, 7200) * 1000;         /* out of order */
  return stream_ms;
}

/* Some days ahead is judged at its own time, years ahead are refused or of no campaign. */
static int64_t wild_time(struct world *world, int64_t stream_ms) {
  static const int16_t years[] = {1, 3, 6, 40, -3, -50};
  if (sim_chance(world, 6000)) return stream_ms + (9 + (int64_t)sim_upto(world, 5)) * DAY_MS;
  return stream_ms + years[sim_upto(world, sizeof years / sizeof years[0])] * 365 * DAY_MS;
}

/* The last times of each shard, a bit each: whether they were wild. */
static bool wild_fits(const uint32_t *wild, uint32_t shard) {
  return (uint32_t)__builtin_popcount(wild[shard] & ((1u << (WILD_OF - 1)) - 1)) < WILD_MOST;
}

/* ---- all of them ---- */

static void poison_make(struct world *world, struct input *input) {
  uint32_t what = sim_upto(world, 3);
  input->poison = true;
  if (what == 0) input->line.length -= 1 + sim_upto(world, 20);
  if (what == 1) input->customer = STR("somebody-else");
  if (what == 2) input->customer = STR("");
}

/* A reversal overtakes what it undoes. */
static void overtake(struct world *world, uint32_t original) {
  uint32_t *publish = world->publish, last = world->publish_count - 1, at = 0;
  uint32_t reversal = publish[last];
  while (at < last && publish[at] != original) at++;
  memmove(&publish[at + 1], &publish[at], (last - at) * sizeof publish[0]);
  publish[at] = reversal;
}

static void publish_add(struct world *world, const struct input *input) {
  world->publish[world->publish_count++] = input->number;
  if (input->original != NONE && sim_chance(world, 3000)) overtake(world, input->original);
  if (!sim_chance(world, 1000)) return;
  uint32_t again = sim_upto(world, world->input_count);
  if (!world->inputs[again].wild) world->publish[world->publish_count++] = again;
}

static void history_add(struct world *world, int64_t stream_ms, bool wilds, uint32_t *wild) {
  uint32_t customer = sim_upto(world, world->customers); /* one draw a statement: arguments are drawn in any order */
  int64_t time_ms = event_time(world, stream_ms), wild_ms = wilds && sim_chance(world, 600) ? wild_time(world, stream_ms) : TIME_NONE;
  struct str name = arena_print(&world->arena, "c%u", customer);
  uint32_t shard = partition_choose(world->shard_settings.partitioner, name, world->shards);
  bool is_wild = wild_ms != TIME_NONE && wild_fits(wild, shard);
  wild[shard] = wild[shard] << 1 | is_wild;
  struct input *input = input_add(world, customer, is_wild ? wild_ms : time_ms, stream_ms, kind_draw(world));
  input->wild = is_wild;
  if (sim_chance(world, 200)) poison_make(world, input);
  publish_add(world, input);
}

/* In every eighth history the stream stands still once for longer than what a close is judged by would be kept without it: what is due
 * then is due all at once. Without a draw, so that the other seeds are the histories that they were. */
bool input_stands_still(const struct world *world) { return world->seed % 8 == 3; }
static int64_t standstill_ms(const struct world *world) { return input_stands_still(world) ? 45 * DAY_MS : 0; }

void input_make(struct world *world) {
  uint32_t count = 30 + sim_upto(world, 91), customers = 2 + sim_upto(world, 10), wild[SHARDS_MOST] = {0};
  int64_t stream_ms = FIRST_DAY_MS + 5 * DAY_MS + 9 * HOUR_MS, last_ms = FIRST_DAY_MS + 28 * DAY_MS;
  world->input_count = world->publish_count = world->published = 0;
  world->customers = customers;
  world->arrivals = sim_chance(world, 6000);
  bool wilds = sim_chance(world, world->arrivals ? 3000 : 8000);
  for (uint32_t i = 0; i < count; i++) {
    stream_ms += sim_chance(world, 500) ? (6 + (int64_t)sim_upto(world, 14)) * HOUR_MS : (1 + (int64_t)sim_upto(world, 600)) * 1000;
    if (i == count / 2) stream_ms += standstill_ms(world), last_ms += standstill_ms(world);
    if (stream_ms > last_ms) stream_ms = last_ms;
    history_add(world, stream_ms, wilds, wild);
  }
  world->input_first_probe = world->input_count;
}

/* Customers nobody has seen ask for more of everything than can be left: what the promise "nobody is refused while a unit lies idle" is
 * held against. */
void input_probe(struct world *world) {
  static const uint8_t kinds[] = {KIND_LOGIN, KIND_LOGIN, KIND_BILL, KIND_SPEND, KIND_SPEND, KIND_CHECKIN, KIND_BOUND};
  int64_t stream_ms = FIRST_DAY_MS + 29 * DAY_MS + standstill_ms(world);
  for (uint32_t i = 0; i < PROBES; i++)
    for (uint32_t k = 0; k < sizeof kinds; k++) {
      stream_ms += 60000;
      struct input *input = input_add(world, PROBE_CUSTOMER + i, stream_ms, stream_ms, (enum input_kind)kinds[k]);
      world->publish[world->publish_count++] = input->number;
    }
}

void input_publish(struct world *world, uint32_t number) {
  const struct input *input = &world->inputs[number];
  bool astray = world->shards > 1 && !input->poison && sim_hit(world, FAULT_ASTRAY);
  uint32_t shard = astray ? (input->shard + 1 + sim_upto(world, world->shards - 1)) % world->shards : input->shard;
  struct record *record = sim_log_append(world, TOPIC_EVENTS, shard, input->line, NULL);
  record->key = input->customer;
  record->astray = astray;
  record->input = number;
  record->arrival_ms = world->arrivals ? input->arrival_ms : TIME_NONE;
  struct partition *events = &world->log.partitions[TOPIC_EVENTS][shard];
  if (sim_chance(world, 500)) events->next_place += sim_upto(world, 5);
  if (world->story)
    sim_tell(world, "input: shard %u%s, place %llu: %.*s", shard, astray ? ", astray" : "", (unsigned long long)record->place,
             STR_FORMAT(input->line));
}
