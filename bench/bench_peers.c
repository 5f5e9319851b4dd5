/* Events of the peers' job (bench/peers), and the clock for its latency. Event i is a function of i alone, so every run sees the same ones.
 *
 *   bench_peers sample N                                    N events for bench/peers/rules.py: type, MCC, city, channel, amount, weekday
 *   bench_peers fill BROKERS TOPIC N                        produces N events, keyed by customer
 *   bench_peers pace BROKERS TOPIC REWARDS RATE SECONDS SKIP
 *                                                           produces RATE events a second; how long until a reward of an event can be
 *                                                           read, of those that are sent after SKIP seconds
 *
 * Thirty days are spread over 12,000,000 events of 500,000 customers, the busiest 1 % of whom make 10 % of the events. */
#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "client.h"

#define CUSTOMERS 500000
#define EVENTS_ALL 12000000
#define DAYS 30
#define BEGIN_S 1792108800 /* 2026-10-16T00:00:00 in the bank's zone, as if that were UTC */
#define EVENT_BYTES 800
#define MCCS 60
#define CITIES 40
#define CALL_MS 60000

static const struct {
  const char *name;
  double share;
  bool money;
} types[] = {{"txn.card_spend", .60, true}, {"login", .20, false},         {"txn.transfer", .10, true},    {"txn.topup", .03, true},
             {"txn.bill_pay", .03, true},   {"txn.withdrawal", .02, true}, {"profile.update", .01, false}, {"card.activated", .01, false}};
#define TYPES (sizeof types / sizeof types[0])
static const char *const channels[] = {"qr", "pos", "online", "app", "atm"};

struct made {
  uint32_t type, mcc, city, channel, customer;
  int weekday;
  int64_t amount_minor;
  char time[40];
};

/* ---- chance ---- */

static uint64_t dice;

static uint64_t draw(void) { /* splitmix64 */
  uint64_t z = (dice += 0x9e3779b97f4a7c15u);
  z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
  z = (z ^ z >> 27) * 0x94d049bb133111ebu;
  return z ^ z >> 31;
}

static double draw_unit(void) { return ((double)(draw() >> 11) + .5) / 9007199254740992.0; }

static double mcc_below[MCCS], city_below[CITIES];

/* A few of many, most of few: sums of shares. */
static void shares_make(double *below, uint32_t count) {
  double sum = 0;
  for (uint32_t i = 0; i < count; i++) below[i] = sum += 1.0 / (i + 6);
  for (uint32_t i = 0; i < count; i++) below[i] /= sum;
}

static uint32_t draw_share(const double *below, uint32_t count) {
  double u = draw_unit();
  uint32_t i = 0;
  while (i < count - 1 && u > below[i]) i++;
  return i;
}

/* ---- events ---- */

static void event_make(uint64_t number, uint64_t all, struct made *e) {
  dice = number * 0xd1342543de82ef95u + 7;
  double u = draw_unit(), c, z;
  for (e->type = 0; e->type < TYPES - 1 && (u -= types[e->type].share) > 0;) e->type++;
  c = draw_unit();
  e->customer = (uint32_t)(CUSTOMERS * c * c);
  time_t at = BEGIN_S + (time_t)((double)number / (double)all * DAYS * 86400);
  struct tm tm;
  (void)gmtime_r(&at, &tm);
  (void)strftime(e->time, sizeof e->time, "%Y-%m-%dT%H:%M:%S+08:00", &tm);
  e->weekday = tm.tm_wday == 0 ? 7 : tm.tm_wday;
  e->mcc = draw_share(mcc_below, MCCS), e->city = draw_share(city_below, CITIES), e->channel = (uint32_t)(draw() % 5);
  z = sqrt(-2 * log(draw_unit()));
  z *= cos(2 * M_PI * draw_unit());
  int64_t amount = llround(8000 * exp(1.4 * z));
  e->amount_minor = !types[e->type].money ? 0 : amount < 100 ? 100 : amount > 2000000 ? 2000000 : amount;
}

static int money_write(uint64_t number, const struct made *e, char *out) {
  char merchant[64] = "";
  if (e->type == 0)
    (void)snprintf(merchant, sizeof merchant, "\"mcc\":\"%u\",\"merchant\":\"m%05u\",", 5000 + e->mcc * 13, (unsigned)(draw() % 5000));
  unsigned card = (unsigned)(draw() % 2000000), device = (unsigned)draw(), terminal = (unsigned)(draw() % 1000000);
  return snprintf(
      out, EVENT_BYTES,
      "{\"id\":\"e%09" PRIu64 "\",\"type\":\"%s\",\"source\":\"core\",\"time\":\"%s\",\"customer\":\"c%07u\",\"amount_minor\":%" PRId64
      ",\"currency\":\"CNY\",%s\"channel\":\"%s\",\"card\":\"k%08u\",\"city\":\"%u\",\"device\":\"d%08x\",\"terminal\":\"t%06u\","
      "\"auth\":\"%012" PRIu64 "\"}",
      number, types[e->type].name, e->time, e->customer, e->amount_minor, merchant, channels[e->channel], card, 110000 + e->city * 10000,
      device, terminal, draw() % 1000000000000u);
}

static int other_write(uint64_t number, const struct made *e, char *out) {
  unsigned device = (unsigned)draw(), a = (unsigned)(draw() % 256), b = (unsigned)(draw() % 256), c = (unsigned)(draw() % 256);
  unsigned major = (unsigned)(draw() % 20), minor = (unsigned)(draw() % 9);
  return snprintf(out, EVENT_BYTES,
                  "{\"id\":\"e%09" PRIu64
                  "\",\"type\":\"%s\",\"source\":\"app\",\"time\":\"%s\",\"customer\":\"c%07u\",\"channel\":\"%s\","
                  "\"city\":\"%u\",\"device\":\"d%08x\",\"ip\":\"10.%u.%u.%u\",\"app_version\":\"8.%u.%u\",\"session\":\"%016" PRIx64
                  "\",\"result\":\"ok\",\"risk\":\"low\",\"network\":\"5g\"}",
                  number, types[e->type].name, e->time, e->customer, channels[e->channel], 110000 + e->city * 10000, device, a, b, c, major,
                  minor, draw());
}

static int sample(char **argv) {
  struct made e;
  for (uint64_t i = 0, count = strtoull(argv[2], NULL, 10); i < count; i++) {
    event_make(i, count, &e); /* of all days */
    (void)printf("%s\t%u\t%u\t%s\t%" PRId64 "\t%d\n", types[e.type].name, e.type == 0 ? 5000 + e.mcc * 13 : 0, 110000 + e.city * 10000,
                 channels[e.channel], e.amount_minor, e.weekday);
  }
  return 0;
}

/* ---- Kafka ---- */

static rd_kafka_t *producer(const char *brokers, const char *linger_ms) {
  const char *const pairs[][2] = {{"bootstrap.servers", brokers},
                                  {"linger.ms", linger_ms},
                                  {"queue.buffering.max.messages", "500000"},
                                  {"batch.size", "1000000"},
                                  {"partitioner", "murmur2_random"}};
  return client(RD_KAFKA_PRODUCER, pairs, sizeof pairs / sizeof pairs[0]);
}

static void event_send(rd_kafka_t *handle, const char *topic, uint64_t number) {
  char text[EVENT_BYTES], key[16];
  struct made e;
  rd_kafka_resp_err_t error;
  event_make(number, EVENTS_ALL, &e);
  int length = types[e.type].money ? money_write(number, &e, text) : other_write(number, &e, text);
  int key_length = snprintf(key, sizeof key, "c%07u", e.customer);
  while ((error = rd_kafka_producev(handle, RD_KAFKA_V_TOPIC(topic), RD_KAFKA_V_KEY(key, (size_t)key_length),
                                    RD_KAFKA_V_VALUE(text, (size_t)length), RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_END)) ==
         RD_KAFKA_RESP_ERR__QUEUE_FULL)
    (void)rd_kafka_poll(handle, 5);
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR) stop("%s", rd_kafka_err2str(error));
}

static int fill(char **argv) {
  rd_kafka_t *handle = producer(argv[2], "20");
  uint64_t count = strtoull(argv[4], NULL, 10);
  for (uint64_t i = 0; i < count; i++) {
    event_send(handle, argv[3], i);
    if (i % 1024 == 0) (void)rd_kafka_poll(handle, 0);
  }
  if (rd_kafka_flush(handle, CALL_MS) != RD_KAFKA_RESP_ERR_NO_ERROR) stop("not all were taken");
  rd_kafka_destroy(handle);
  return 0;
}

/* ---- latency ---- */

static rd_kafka_queue_t *rewards_open(const char *brokers, const char *topic) {
  const char *const pairs[][2] = {{"bootstrap.servers", brokers},
                                  {"group.id", "bench"},
                                  {"enable.auto.commit", "false"},
                                  {"isolation.level", "read_committed"},
                                  {"fetch.wait.max.ms", "5"}};
  rd_kafka_t *handle = client(RD_KAFKA_CONSUMER, pairs, sizeof pairs / sizeof pairs[0]);
  const struct rd_kafka_metadata *metadata;
  rd_kafka_topic_t *handle_topic = rd_kafka_topic_new(handle, topic, NULL);
  if (rd_kafka_metadata(handle, 0, handle_topic, &metadata, CALL_MS) != RD_KAFKA_RESP_ERR_NO_ERROR) stop("no metadata of %s", topic);
  rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(4);
  for (int i = 0; i < metadata->topics[0].partition_cnt; i++)
    rd_kafka_topic_partition_list_add(list, topic, i)->offset = RD_KAFKA_OFFSET_BEGINNING;
  (void)rd_kafka_assign(handle, list);
  (void)rd_kafka_poll_set_consumer(handle);
  return rd_kafka_queue_get_consumer(handle); /* lives as long as the program */
}

static double *sent_at, *waits;
static uint64_t sent_count, wait_count, first_counted;

/* The number behind the last e######### in quotes or behind a slash: a reward names its event so, whoever wrote it. */
static bool event_named(const char *text, size_t length, uint64_t *number) {
  for (size_t at = 1; at + 10 < length; at++) {
    if (text[at] != 'e' || (text[at - 1] != '"' && text[at - 1] != '/') || text[at + 10] != '"') continue;
    uint64_t value = 0;
    size_t digits = 0;
    for (; digits < 9 && text[at + 1 + digits] >= '0' && text[at + 1 + digits] <= '9'; digits++)
      value = value * 10 + (uint64_t)(text[at + 1 + digits] - '0');
    *number = value;
    if (digits == 9) return true;
  }
  return false;
}

static void rewards_take(rd_kafka_queue_t *queue, int wait_ms) {
  for (rd_kafka_message_t *message; (message = rd_kafka_consume_queue(queue, wait_ms)) != NULL; wait_ms = 0) {
    uint64_t number;
    if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR && event_named(message->payload, message->len, &number) && number < sent_count &&
        number >= first_counted)
      waits[wait_count++] = now_s() - sent_at[number];
    rd_kafka_message_destroy(message);
  }
}

static int wait_compare(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

static int pace(char **argv) {
  double rate = atof(argv[5]), seconds = atof(argv[6]), skip = atof(argv[7]), behind = 0;
  rd_kafka_queue_t *queue = rewards_open(argv[2], argv[4]);
  rd_kafka_t *out = producer(argv[2], "2");
  uint64_t all = (uint64_t)(rate * seconds);
  first_counted = (uint64_t)(rate * skip);
  sent_at = calloc(all + 1, sizeof *sent_at), waits = calloc(4 * all + 1, sizeof *waits);
  if (sent_at == NULL || waits == NULL) stop("no memory");
  for (double began = now_s(); sent_count < all;) {
    uint64_t due = (uint64_t)((now_s() - began) * rate);
    if ((double)(due - sent_count) / rate > behind) behind = (double)(due - sent_count) / rate;
    for (; sent_count < due && sent_count < all; sent_count++) {
      sent_at[sent_count] = began + (double)sent_count / rate; /* when it was due: being late here is no excuse */
      event_send(out, argv[3], sent_count);
    }
    (void)rd_kafka_poll(out, 0);
    rewards_take(queue, 1);
  }
  (void)rd_kafka_flush(out, CALL_MS);
  for (double until = now_s() + 10; now_s() < until;) rewards_take(queue, 50);
  if (wait_count == 0) stop("no reward was seen");
  qsort(waits, wait_count, sizeof *waits, wait_compare);
  (void)printf("{\"events\":%" PRIu64 ",\"rewards\":%" PRIu64
               ",\"p50_ms\":%.0f,\"p90_ms\":%.0f,\"p99_ms\":%.0f,\"max_ms\":%.0f,\"producer_late_ms\":%.0f}\n",
               sent_count, wait_count, 1e3 * waits[wait_count / 2], 1e3 * waits[wait_count * 9 / 10], 1e3 * waits[wait_count * 99 / 100],
               1e3 * waits[wait_count - 1], 1e3 * behind);
  return 0;
}

int main(int argc, char **argv) {
  shares_make(mcc_below, MCCS);
  shares_make(city_below, CITIES);
  if (argc == 3 && strcmp(argv[1], "sample") == 0) return sample(argv);
  if (argc == 5 && strcmp(argv[1], "fill") == 0) return fill(argv);
  if (argc == 8 && strcmp(argv[1], "pace") == 0) return pace(argv);
  stop("usage: bench_peers sample N | fill BROKERS TOPIC N | pace BROKERS TOPIC REWARDS RATE SECONDS SKIP");
  return 2;
}
