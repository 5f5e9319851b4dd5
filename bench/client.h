/* What the benches that speak to a broker share: giving up with a word, the clock, a librdkafka handle of some options. */
#ifndef GIFTD_BENCH_CLIENT_H
#define GIFTD_BENCH_CLIENT_H

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <librdkafka/rdkafka.h>

static inline void stop(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  (void)vfprintf(stderr, format, arguments);
  va_end(arguments);
  (void)fputc('\n', stderr);
  exit(1);
}

static inline double now_s(void) {
  struct timespec t;
  (void)clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static inline rd_kafka_t *client(rd_kafka_type_t type, const char *const pairs[][2], size_t count) {
  char text[256];
  rd_kafka_conf_t *conf = rd_kafka_conf_new();
  for (size_t i = 0; i < count; i++)
    if (rd_kafka_conf_set(conf, pairs[i][0], pairs[i][1], text, sizeof text) != RD_KAFKA_CONF_OK) stop("%s", text);
  rd_kafka_t *handle = rd_kafka_new(type, conf, text, sizeof text);
  if (handle == NULL) stop("%s", text);
  return handle;
}

#endif
