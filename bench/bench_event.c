/* How many events a second event_read takes in, on one core, beside the two ends of the scale: memchr looking for newlines (no one who
 * reads the bytes can be faster) and jansson building trees of the same lines. All three read the same generated lines in one run, in turn,
 * several times; time is the process's CPU time, so that neighbours on the machine count little. Median and spread are printed.
 *
 *     bench_event [events] [repetitions]
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <jansson.h>

#include "giftd/event.h"

#define REPETITIONS_MAX 101

struct lines {
  char *text;
  size_t length, count;
};

static struct catalogue catalogue;
static unsigned char memory[2 * LIMIT_EVENT_BYTES + 4096];

static double cpu_seconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

/* A bank's mix: seven card payments, two logins and a transfer in ten; some 350 bytes on average for the payments. */
static void put_line(struct buffer *out, unsigned i) {
  unsigned customer = i * 2654435761u % 1000000, second = i % 60, minute = i / 60 % 60;
  const char *type = i % 10 < 7 ? "txn.card_spend" : i % 10 < 9 ? "login" : "txn.transfer";
  buffer_print(out,
               "{\"specversion\":\"1.0\",\"id\":\"20261120-%08u\",\"source\":\"card-core\",\"type\":\"%s\",\"subject\":\"c%07u\","
               "\"time\":\"2026-11-20T12:%02u:%02u+08:00\",\"datacontenttype\":\"application/json\",\"data\":{",
               i, type, customer, minute, second);
  if (i % 10 < 7)
    buffer_print(out,
                 "\"amount_minor\":%u,\"currency\":\"CNY\",\"mcc\":\"5812\",\"channel\":\"qr\",\"merchant\":\"m%05u\",\"card\":\"k%08u\","
                 "\"brand\":\"unionpay\",\"entry\":\"qr\",\"status\":\"settled\",\"city\":\"310000\",\"device\":\"d%07u\"}}\n",
                 i * 37 % 500000, i % 20000, customer, customer);
  else if (i % 10 < 9)
    buffer_print(out, "\"channel\":\"app\",\"page\":\"home\",\"device\":\"d%07u\",\"city\":\"310000\",\"app_version\":\"8.1.2\"}}\n",
                 customer);
  else
    buffer_print(
        out,
        "\"amount_minor\":%u,\"currency\":\"CNY\",\"method\":\"phone_number\",\"counterparty\":\"other_bank\",\"status\":\"settled\","
        "\"channel\":\"app\",\"device\":\"d%07u\"}}\n",
        i * 91 % 900000, customer);
}

static struct lines generate(size_t count) {
  struct lines lines = {malloc(count * 512), 0, count};
  struct buffer out;
  if (lines.text == NULL) abort();
  buffer_init(&out, lines.text, count * 512);
  for (size_t i = 0; i < count; i++) put_line(&out, (unsigned)i);
  if (out.overflowed) abort();
  lines.length = out.length;
  return lines;
}

static struct str next_line(const struct lines *lines, size_t at) {
  const char *start = lines->text + at, *end = memchr(start, '\n', lines->length - at);
  return (struct str){start, (size_t)(end - start)};
}

static uint64_t scan_newlines(const struct lines *lines) {
  uint64_t sum = 0;
  for (size_t at = 0; at < lines->length;) {
    struct str line = next_line(lines, at);
    sum += line.length;
    at += line.length + 1;
  }
  return sum;
}

typedef enum event_problem read_one(struct str line, struct arena *arena, struct event *event, struct event_error *error);

static enum event_problem read_alone(struct str line, struct arena *arena, struct event *event, struct event_error *error) {
  return event_read(&catalogue, line, arena, event, error);
}

static enum event_problem read_alike(struct str line, struct arena *arena, struct event *event, struct event_error *error) {
  static struct event_shapes shapes;
  if (shapes.catalogue == NULL) event_shapes_init(&shapes, &catalogue);
  return event_read_alike(&shapes, line, arena, event, error);
}

static inline uint64_t read_each(const struct lines *lines, read_one *read) {
  static struct event event;
  struct event_error error;
  struct arena arena;
  uint64_t sum = 0;
  arena_init(&arena, memory, sizeof memory);
  for (size_t at = 0; at < lines->length;) {
    struct str line = next_line(lines, at);
    arena_reset(&arena);
    if (read(line, &arena, &event, &error) != EVENT_OK) abort();
    sum += event.digest + event.field_count;
    at += line.length + 1;
  }
  return sum;
}

static uint64_t read_events(const struct lines *lines) { return read_each(lines, read_alone); }
static uint64_t read_events_alike(const struct lines *lines) { return read_each(lines, read_alike); }

static uint64_t read_trees(const struct lines *lines) {
  uint64_t sum = 0;
  for (size_t at = 0; at < lines->length;) {
    struct str line = next_line(lines, at);
    json_t *root = json_loadb(line.at, line.length, JSON_REJECT_DUPLICATES, NULL);
    if (root == NULL) abort();
    sum += json_object_size(root);
    json_decref(root);
    at += line.length + 1;
  }
  return sum;
}

static int by_value(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

static void report(const char *name, double *rates, unsigned count, double bytes_per_event) {
  qsort(rates, count, sizeof *rates, by_value);
  double median = rates[count / 2];
  printf("%-28s %8.2f M events/CPU-s   %8.1f MB/CPU-s   lowest %.2f, highest %.2f\n", name, median / 1e6, median * bytes_per_event / 1e6,
         rates[0] / 1e6, rates[count - 1] / 1e6);
}

static const struct {
  const char *name;
  uint64_t (*run)(const struct lines *lines);
} contenders[] = {{"memchr for newlines", scan_newlines},
                  {"event_read", read_events},
                  {"event_read_alike", read_events_alike},
                  {"jansson (tree, unique keys)", read_trees}};
#define CONTENDERS (sizeof contenders / sizeof contenders[0])

int main(int argc, char **argv) {
  size_t count = argc > 1 ? strtoul(argv[1], NULL, 10) : 200000;
  unsigned repetitions = argc > 2 ? (unsigned)strtoul(argv[2], NULL, 10) : 9;
  static double rates[CONTENDERS][REPETITIONS_MAX];
  if (count == 0 || repetitions == 0 || repetitions > REPETITIONS_MAX) {
    fprintf(stderr, "usage: %s [events] [repetitions up to %d]\n", argv[0], REPETITIONS_MAX);
    return 2;
  }
  catalogue_init(&catalogue);
  struct lines lines = generate(count);
  double bytes = (double)lines.length / (double)count;
  uint64_t sum = 0;
  for (unsigned r = 0; r < repetitions; r++)
    for (size_t c = 0; c < CONTENDERS; c++) {
      double start = cpu_seconds();
      sum += contenders[c].run(&lines);
      rates[c][r] = (double)count / (cpu_seconds() - start);
    }
  printf("%zu events of %.0f bytes, %u repetitions (check %llx)\n", count, bytes, repetitions, (unsigned long long)sum);
  for (size_t c = 0; c < CONTENDERS; c++) report(contenders[c].name, rates[c], repetitions, bytes);
  free(lines.text);
  return 0;
}
