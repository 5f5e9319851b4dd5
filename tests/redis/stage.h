/* A real redis-server of the test's own: in a temporary folder, on a socket and a free port, ended by its own pid. */
#ifndef GIFTD_TESTS_REDIS_STAGE_H
#define GIFTD_TESTS_REDIS_STAGE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <fcntl.h>
#include <hiredis/hiredis.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "giftd/redis.h"

struct host {
  char folder[64], socket[96], address[112]; /* address: unix:... */
  int port;
  pid_t pid;
  const char *extra[8]; /* further words of its command line */
};

struct stage {
  struct host host;
  struct redis_settings settings;
  struct redis *redis;
  struct redis_shard *shard;
  struct store_port store;
  struct fault fault;
};

static inline void sleep_ms(long ms) {
  struct timespec time = {ms / 1000, ms % 1000 * 1000000};
  nanosleep(&time, NULL);
}

static inline int free_port(void) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
  socklen_t length = sizeof address;
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  assert_true(fd >= 0);
  assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
  assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &length), 0);
  close(fd);
  return ntohs(address.sin_port);
}

/* One command past giftd, as an operator types it; its answer as text. `host.extra` may want a password: `auth`. */
static inline const char *host_says_as(const struct host *host, const char *auth, const char *command) {
  static char text[65536];
  redisContext *context = redisConnectUnix(host->socket);
  assert_non_null(context);
  if (context->err != 0) {
    snprintf(text, sizeof text, "(%s)", context->errstr);
    redisFree(context);
    return text;
  }
  if (auth != NULL) freeReplyObject(redisCommand(context, auth));
  redisReply *reply = redisCommand(context, command);
  if (reply == NULL)
    snprintf(text, sizeof text, "(%s)", context->errstr);
  else if (reply->type == REDIS_REPLY_INTEGER)
    snprintf(text, sizeof text, "%lld", reply->integer);
  else if (reply->type == REDIS_REPLY_ARRAY)
    snprintf(text, sizeof text, "%zu elements", reply->elements);
  else
    snprintf(text, sizeof text, "%s", reply->str == NULL ? "(nil)" : reply->str);
  freeReplyObject(reply);
  redisFree(context);
  return text;
}

static inline const char *host_says(const struct host *host, const char *command) { return host_says_as(host, NULL, command); }

static inline void host_run(struct host *host) {
  char port[16], log[96];
  snprintf(port, sizeof port, "%d", host->port);
  snprintf(log, sizeof log, "%s/log", host->folder);
  const char *words[32] = {
      "redis-server", "--port",    port, "--bind",       "127.0.0.1", "--unixsocket", host->socket, "--save", "", "--dir",
      host->folder,   "--logfile", log,  "--appendonly", "no"};
  size_t count = 15;
  for (size_t i = 0; i < 8 && host->extra[i] != NULL; i++) words[count++] = host->extra[i];
  host->pid = fork();
  assert_true(host->pid >= 0);
  if (host->pid == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL); /* a test that fails leaves none behind */
    execvp("redis-server", (char **)(uintptr_t)words);
    _exit(127);
  }
  for (int i = 0; i < 500; i++) {
    const char *answer = host_says(host, "PING");
    if (strcmp(answer, "PONG") == 0 || strstr(answer, "NOAUTH") != NULL || strstr(answer, "LOADING") != NULL) return;
    sleep_ms(10);
  }
  fail_msg("redis-server does not start: see %s", log);
}

static inline void host_start(struct host *host) {
  strcpy(host->folder, "/tmp/giftd-redis-XXXXXX");
  assert_non_null(mkdtemp(host->folder));
  snprintf(host->socket, sizeof host->socket, "%s/s", host->folder);
  snprintf(host->address, sizeof host->address, "unix:%s", host->socket);
  host->port = free_port();
  host_run(host);
}

static inline void host_kill(struct host *host) {
  if (host->pid <= 0) return;
  kill(host->pid, SIGKILL);
  kill(host->pid, SIGCONT);
  waitpid(host->pid, NULL, 0);
  host->pid = 0;
}

static inline void host_stop(struct host *host) {
  char command[128];
  host_kill(host);
  snprintf(command, sizeof command, "rm -rf '%s'", host->folder);
  assert_int_equal(system(command), 0);
}

/* ---- giftd's side ---- */

static inline void expect_status(const struct stage *stage, enum status found, enum status expected, const char *words) {
  if (found != expected) fail_msg("status %d, expected %d: %s", found, expected, stage->fault.text);
  if (expected != STATUS_OK && strstr(stage->fault.text, words) == NULL) fail_msg("'%s' not in: %s", words, stage->fault.text);
}

static inline bool counter_read(void *self, struct str key, struct str record, struct redis_counter *out) {
  (void)self;
  if (!str_starts(key, STR("pool!"))) return false;
  *out = (struct redis_counter){.total = 1000, .used = (int64_t)record.length, .lent = 7, .left = 1000 - (int64_t)record.length};
  snprintf(out->key, sizeof out->key, "%.*s", STR_FORMAT(str_from(key, 5)));
  out->unlimited = str_equal(str_from(key, 5), STR("endless"));
  return true;
}

static inline void giftd_close(struct stage *stage) {
  redis_shard_close(stage->shard);
  redis_close(stage->redis);
  stage->shard = NULL;
  stage->redis = NULL;
}

static inline void giftd_open(struct stage *stage, uint32_t shard) {
  giftd_close(stage);
  expect_status(stage, redis_open(&stage->settings, counter_read, NULL, &stage->redis, &stage->fault), STATUS_OK, "");
  expect_status(stage, redis_shard_open(stage->redis, shard, &stage->shard, &stage->fault), STATUS_OK, "");
  stage->store = redis_shard_store(stage->shard);
}

static inline void stage_open(struct stage *stage) {
  signal(SIGPIPE, SIG_IGN);
  host_start(&stage->host);
  stage->settings = (struct redis_settings){
      .servers = stage->host.address, .name = "test", .connect_ms = 500, .answer_ms = 500, .shards = 4, .buckets = 600, .secret = 0xfeed};
  giftd_open(stage, 2);
}

static inline void stage_close(struct stage *stage) {
  giftd_close(stage);
  host_stop(&stage->host);
}

static inline struct segment look(struct stage *stage) {
  struct segment segment;
  expect_status(stage, stage->store.look(stage->store.self, &segment, &stage->fault), STATUS_OK, "");
  return segment;
}

static inline struct store_write write_of(uint64_t epoch, uint64_t count) {
  return (struct store_write){.expect = {epoch, count},
                              .next = {epoch, count + 1},
                              .shards = 4,
                              .buckets = 600,
                              .secret = 0xfeed,
                              .events_next = 12,
                              .inbox_next = NONE_YET};
}

static inline enum status send_write(struct stage *stage, const struct store_write *write) {
  return stage->store.write(stage->store.self, write, &stage->fault);
}

static inline void expect_answers(struct stage *stage, uint64_t expected, bool expect_refused) {
  uint64_t answered;
  bool refused;
  expect_status(stage, stage->store.answers(stage->store.self, true, &answered, &refused, &stage->fault), STATUS_OK, "");
  assert_int_equal(answered, expected);
  assert_int_equal(refused, expect_refused);
}

/* An empty segment of version (epoch, 0). */
static inline void create(struct stage *stage, uint64_t epoch) {
  (void)look(stage);
  struct store_write write = write_of(epoch, 0);
  write.create = true;
  write.next = (struct version){epoch, 0};
  expect_status(stage, send_write(stage, &write), STATUS_OK, "");
  expect_answers(stage, 1, false);
}

static inline void write_one(struct stage *stage, uint64_t epoch, uint64_t count, uint32_t bucket, struct str key, struct str record) {
  struct store_record one = {key, record, bucket};
  struct store_write write = write_of(epoch, count);
  write.records = &one;
  write.count = 1;
  expect_status(stage, send_write(stage, &write), STATUS_OK, "");
}

static inline struct str load_one(struct stage *stage, uint64_t epoch, uint64_t count, uint32_t bucket, struct str key, bool *refused) {
  struct store_record one = {key, {NULL, 0}, bucket};
  struct str record;
  struct version version = {epoch, count};
  expect_status(stage, stage->store.load(stage->store.self, version, &one, 1, &record, refused, &stage->fault), STATUS_OK, "");
  return record;
}

#endif
