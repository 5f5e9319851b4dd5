/* The events of a history: a few customers who share devices, on some days; duplicates, out of order, late, from the future, undone, and
 * lines that are no events. Times begin on 2026-12-06 in the campaigns' zone. */
#include "sim.h"

#define DAY_MS 86400000LL
#define FIRST_DAY_MS 1796054400000LL /* 2026-12-01T00:00:00+08:00 */
#define PROBES 9u
#define PROBE_CUSTOMER 1000u

static struct str time_text(struct world *world, int64_t time_ms) {
  int64_t since = time_ms - FIRST_DAY_MS, day = since >= 0 ? since / DAY_MS : -((-since + DAY_MS - 1) / DAY_MS),
          second = (since - day * DAY_MS) / 1000;
  int month = day < 0 ? 11 : day < 31 ? 12 : 1, year = day < 31 ? 2026 : 2027;
  int in_month = (int)(day < 0 ? 31 + day : day < 31 ? day + 1 : day - 30);
  return arena_print(&world->arena, "%d-%02d-%02dT%02d:%02d:%02d+08:00", year, month, in_month, (int)(second / 3600),
                     (int)(second / 60 % 60), (int)(second % 60));
}

static int32_t day_of(int64_t time_ms) {
  int64_t since = time_ms - FIRST_DAY_MS;
  return (int32_t)(since >= 0 ? since / DAY_MS : -((-since + DAY_MS - 1) / DAY_MS));
}

static const struct input *original_find(struct world *world, uint32_t customer) {
  const struct input *found = NULL;
  for (uint32_t i = 0; i < world->input_count; i++)
    if (world->inputs[i].customer_number == customer && world->inputs[i].amount_minor > 0 && sim_chance(world, 6000))
      found = &world->inputs[i];
  return found;
}

enum kind { KIND_SPEND, KIND_LOGIN, KIND_BILL, KIND_BOUND, KIND_CHECKIN, KIND_REVERSED, KIND_COUNT };

/* Who hears it as another: somebody of this history, now and then the customer himself, who then does not. */
static void other_put(struct world *world, const struct input *input, const char *field, struct buffer *out) {
  if (input->customer_number >= PROBE_CUSTOMER)
    buffer_print(out, ",\"%s\":\"c%u\"", field, PROBE_CUSTOMER + (input->customer_number + 1 - PROBE_CUSTOMER) % PROBES);
  else if (sim_chance(world, 6000))
    buffer_print(out, ",\"%s\":\"c%u\"", field, sim_upto(world, world->customers));
}

static void fields_put(struct world *world, struct input *input, enum kind kind, struct buffer *out) {
  static const char *const channels[] = {"pos", "qr"};
  const struct input *original = kind == KIND_REVERSED ? original_find(world, input->customer_number) : NULL;
  if (kind == KIND_SPEND || kind == KIND_BILL) {
    input->amount_minor = 1000 * (1 + (int64_t)sim_upto(world, 15));
    buffer_print(out, ",\"amount_minor\":%lld,\"currency\":\"CNY\"", (long long)input->amount_minor);
  }
  if (kind == KIND_SPEND) buffer_print(out, ",\"status\":\"settled\",\"channel\":\"%s\"", channels[sim_upto(world, 2)]);
  if (kind == KIND_SPEND || kind == KIND_BILL) other_put(world, input, "primary", out);
  if (kind == KIND_BOUND) {
    other_put(world, input, "referrer", out);
    buffer_print(out, ",\"device\":\"d%u\",\"phone_hash\":\"p%u\"", input->device, input->phone);
  }
  if (kind == KIND_REVERSED) buffer_print(out, ",\"original_id\":\"e%u\"", original == NULL ? 99999 : original->number);
}

static void line_write(struct world *world, struct input *input, enum kind kind) {
  static const char *const types[KIND_COUNT] = {"txn.card_spend", "login", "bill.paid", "card.bound", "checkin", "txn.reversed"};
  struct buffer out;
  buffer_init(&out, arena_take(&world->arena, 384), 384);
  buffer_print(&out, "{\"id\":\"e%u\",\"source\":\"sim\",\"type\":\"%s\",\"customer\":\"%.*s\",\"time\":\"%.*s\"", input->number,
               types[kind], STR_FORMAT(input->customer), STR_FORMAT(time_text(world, input->time_ms)));
  fields_put(world, input, kind, &out);
  buffer_print(&out, "}");
  assert(!out.overflowed);
  input->line = buffer_text(&out);
}

static struct input *input_add(struct world *world, uint32_t customer, int64_t time_ms, int64_t arrival_ms, enum kind kind) {
  assert(world->input_count < INPUT_MOST);
  struct input *input = &world->inputs[world->input_count];
  *input = (struct input){.number = world->input_count, .customer_number = customer, .time_ms = time_ms, .arrival_ms = arrival_ms};
  input->customer = arena_print(&world->arena, "c%u", customer);
  input->shard = partition_choose(world->shard_settings.partitioner, input->customer, world->shards);
  input->day = day_of(time_ms);
  input->device = customer >= PROBE_CUSTOMER ? customer : sim_upto(world, 4);
  input->phone = customer >= PROBE_CUSTOMER ? customer : sim_upto(world, 4);
  line_write(world, input, kind);
  world->input_count++;
  return input;
}

static enum kind kind_draw(struct world *world) {
  static const uint8_t kinds[] = {KIND_SPEND, KIND_SPEND, KIND_SPEND,   KIND_LOGIN,   KIND_LOGIN,   KIND_BILL,
                                  KIND_BILL,  KIND_BOUND, KIND_CHECKIN, KIND_CHECKIN, KIND_REVERSED};
  return (enum kind)kinds[sim_upto(world, sizeof kinds)];
}

static int64_t event_time(struct world *world, int64_t stream_ms) {
  uint32_t draw = sim_upto(world, 100);
  if (draw < 4) return stream_ms - (80 + (int64_t)sim_upto(world, 120)) * 3600000; /* too late */
  if (draw < 6) return stream_ms + 3600000;                                        /* from the future */
  if (draw < 26) return stream_ms - (int64_t)sim_upto(world, 7200) * 1000;         /* out of order */
  return stream_ms;
}

static void poison_make(struct world *world, struct input *input) {
  uint32_t what = sim_upto(world, 3);
  input->poison = true;
  if (what == 0) input->line.length -= 1 + sim_upto(world, 20);
  if (what == 1) input->customer = STR("somebody-else");
  if (what == 2) input->customer = STR("");
}

void input_make(struct world *world) {
  uint32_t count = 30 + sim_upto(world, 91), customers = 2 + sim_upto(world, 10);
  int64_t stream_ms = FIRST_DAY_MS + 5 * DAY_MS + 9 * 3600000;
  world->input_count = world->publish_count = world->published = 0;
  world->customers = customers;
  for (uint32_t i = 0; i < count; i++) {
    stream_ms += sim_chance(world, 500) ? (6 + (int64_t)sim_upto(world, 14)) * 3600000 : (1 + (int64_t)sim_upto(world, 600)) * 1000;
    if (stream_ms > FIRST_DAY_MS + 28 * DAY_MS) stream_ms = FIRST_DAY_MS + 28 * DAY_MS;
    uint32_t customer = sim_upto(world, customers); /* one draw a statement: arguments are drawn in any order */
    int64_t time_ms = event_time(world, stream_ms);
    struct input *input = input_add(world, customer, time_ms, stream_ms, kind_draw(world));
    if (sim_chance(world, 200)) poison_make(world, input);
    world->publish[world->publish_count++] = input->number;
    if (sim_chance(world, 1000)) world->publish[world->publish_count++] = sim_upto(world, world->input_count);
  }
  world->input_first_probe = world->input_count;
}

/* Customers nobody has seen ask for more of everything than can be left: what the promise "nobody is refused while a unit lies idle" is
 * held against. */
void input_probe(struct world *world) {
  static const uint8_t kinds[] = {KIND_LOGIN, KIND_LOGIN, KIND_BILL, KIND_SPEND, KIND_SPEND, KIND_CHECKIN, KIND_BOUND};
  int64_t stream_ms = FIRST_DAY_MS + 29 * DAY_MS;
  for (uint32_t i = 0; i < PROBES; i++)
    for (uint32_t k = 0; k < sizeof kinds; k++) {
      stream_ms += 60000;
      struct input *input = input_add(world, PROBE_CUSTOMER + i, stream_ms, stream_ms, (enum kind)kinds[k]);
      world->publish[world->publish_count++] = input->number;
    }
}

void input_publish(struct world *world, uint32_t number) {
  const struct input *input = &world->inputs[number];
  struct record *record = sim_log_append(world, TOPIC_EVENTS, input->shard, input->line, NULL);
  record->key = input->customer;
  record->input = number;
  record->arrival_ms = input->arrival_ms;
  struct partition *events = &world->log.partitions[TOPIC_EVENTS][input->shard];
  if (sim_chance(world, 500)) events->next_place += sim_upto(world, 5);
  if (world->story)
    sim_tell(world, "input: shard %u, place %llu: %.*s", input->shard, (unsigned long long)record->place, STR_FORMAT(input->line));
}
