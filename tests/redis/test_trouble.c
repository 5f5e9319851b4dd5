/* What goes wrong between giftd and a real Redis: each kind is told in its own words, nobody waits longer than asked, and what is not this
 * giftd's stays as it is. */
#include "stage.h"

#include <sys/stat.h>

static enum status try_look(struct stage *stage) {
  struct segment segment;
  return stage->store.look(stage->store.self, &segment, &stage->fault);
}

/* The next connection is made anew, with the settings as they are now. */
static void expect_look(struct stage *stage, enum status expected, const char *words) {
  giftd_open(stage, 2);
  expect_status(stage, try_look(stage), expected, words);
  stage->store.drop(stage->store.self);
}

static enum status wait_answers(struct stage *stage) {
  uint64_t answered;
  bool refused;
  return stage->store.answers(stage->store.self, true, &answered, &refused, &stage->fault);
}

static void expect_settings(struct stage *stage, const char *words) {
  giftd_close(stage);
  expect_status(stage, redis_open(&stage->settings, NULL, NULL, &stage->redis, &stage->fault), STATUS_USAGE, words);
  assert_null(stage->redis);
}

static int64_t now_ms(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void file_write(const char *path, const char *text) {
  FILE *file = fopen(path, "we");
  assert_non_null(file);
  fputs(text, file);
  fclose(file);
}

static void test_settings(void **state) {
  (void)state;
  struct stage stage = {0};
  const char *good = "127.0.0.1:6379, unix:/run/redis.sock,[::1]:7000,host";
  stage.settings = (struct redis_settings){.servers = good, .name = "a.b_c-9"};
  giftd_open(&stage, 1000);
  stage.settings.servers = "";
  expect_settings(&stage, "names no server");
  stage.settings.servers = "host:0";
  expect_settings(&stage, "'host:0' is neither host:port");
  stage.settings.servers = "a,,b";
  expect_settings(&stage, "'' is neither host:port");
  stage.settings.servers = "[::1";
  expect_settings(&stage, "'[::1' is neither host:port");
  stage.settings.servers = good;
  stage.settings.name = "a{b";
  expect_settings(&stage, "redis.name 'a{b'");
  stage.settings.name = "";
  expect_settings(&stage, "redis.name ''");
  stage.settings.name = "test";
  stage.settings.user = "giftd";
  expect_settings(&stage, "redis.user is set without");
  stage.settings.password_file = "/nowhere/password";
  expect_settings(&stage, "/nowhere/password: No such file");
  stage.settings.password_file = "/dev/null";
  expect_settings(&stage, "first line is empty");
  giftd_close(&stage);
}

static void test_nobody_there(void **state) {
  (void)state;
  char address[64];
  struct stage stage = {0};
  signal(SIGPIPE, SIG_IGN);
  snprintf(address, sizeof address, "127.0.0.1:%d", free_port());
  stage.settings = (struct redis_settings){.servers = address, .name = "test", .connect_ms = 300, .answer_ms = 300};
  expect_look(&stage, STATUS_SERVICE, "cannot connect: Connection refused; is Redis running there");
  expect_look(&stage, STATUS_SERVICE, address);
  stage.settings.servers = "unix:/nowhere/socket";
  expect_look(&stage, STATUS_SERVICE, "Redis /nowhere/socket: cannot connect: No such file");
  stage.settings.servers = "no-such-host.invalid:1";
  expect_look(&stage, STATUS_SERVICE, "cannot find this host");
  giftd_close(&stage);
}

/* A listener whose backlog is full takes no further connection. */
static void test_connect_in_vain(void **state) {
  (void)state;
  char text[64];
  int waiting[4], port = free_port(), listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}, .sin_port = htons((uint16_t)port)};
  assert_int_equal(bind(listener, (struct sockaddr *)&address, sizeof address), 0);
  assert_int_equal(listen(listener, 0), 0);
  for (int i = 0; i < 4; i++) {
    waiting[i] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    (void)connect(waiting[i], (struct sockaddr *)&address, sizeof address);
  }
  struct stage stage = {0};
  snprintf(text, sizeof text, "127.0.0.1:%d", port);
  stage.settings = (struct redis_settings){.servers = text, .name = "test", .connect_ms = 300, .answer_ms = 300};
  expect_look(&stage, STATUS_SERVICE, "cannot connect within 300 ms");
  for (int i = 0; i < 4; i++) close(waiting[i]);
  close(listener);
  giftd_close(&stage);
}

static void test_silent_server(void **state) {
  (void)state;
  struct stage stage = {0};
  stage_open(&stage);
  stage.settings.answer_ms = 1500;
  giftd_open(&stage, 2);
  create(&stage, 5);
  kill(stage.host.pid, SIGSTOP);
  write_one(&stage, 5, 0, 3, STR("c1"), STR("mine"));
  expect_status(&stage, wait_answers(&stage), STATUS_SERVICE, "no answer within 1500 ms");
  uint64_t answered;
  bool refused;
  expect_status(&stage, stage.store.answers(stage.store.self, false, &answered, &refused, &stage.fault), STATUS_SERVICE,
                "no answer within 1500 ms"); /* without waiting as well, since it has been too long */
  stage.store.drop(stage.store.self);
  int64_t started_ms = now_ms();
  struct redis_shard *other; /* nobody else waits for it in vain */
  expect_status(&stage, redis_shard_open(stage.redis, 3, &other, &stage.fault), STATUS_OK, "");
  struct store_port port = redis_shard_store(other);
  struct segment segment;
  expect_status(&stage, port.look(port.self, &segment, &stage.fault), STATUS_SERVICE, "it did not answer a moment ago");
  expect_status(&stage, try_look(&stage), STATUS_SERVICE, "it did not answer a moment ago");
  redis_shard_close(other);
  assert_in_range(now_ms() - started_ms, 0, 1000);
  sleep_ms(1550);
  expect_status(&stage, try_look(&stage), STATUS_SERVICE, "no answer within 1500 ms");
  kill(stage.host.pid, SIGCONT);
  sleep_ms(1550);
  segment = look(&stage);
  assert_true(segment.exists && segment.version.epoch == 5);
  stage_close(&stage);
}

/* A server that stopped taking bytes does not hold a writer for longer than an answer may take. */
static void test_server_takes_nothing(void **state) {
  (void)state;
  static char bytes[65536];
  struct stage stage = {0};
  stage_open(&stage);
  create(&stage, 5);
  kill(stage.host.pid, SIGSTOP);
  enum status status = STATUS_OK;
  struct store_record one = {STR("c1"), {bytes, sizeof bytes}, 3};
  struct store_write write = write_of(5, 0);
  write.records = &one;
  write.count = 1;
  for (int i = 0; i < 300 && status == STATUS_OK; i++) status = send_write(&stage, &write);
  expect_status(&stage, status, STATUS_SERVICE, "no answer within 500 ms");
  stage_close(&stage);
}

/* A server that begins an answer and never ends it, sending one piece after the other. */
static void expect_no_end(const char *piece, long pause_ms) {
  char text[64];
  int port = free_port(), listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}, .sin_port = htons((uint16_t)port)};
  assert_int_equal(bind(listener, (struct sockaddr *)&address, sizeof address), 0);
  assert_int_equal(listen(listener, 8), 0);
  pid_t child = fork();
  if (child == 0) {
    int fd = accept(listener, NULL, NULL);
    if (write(fd, "+", 1) != 1) _exit(1);
    while (write(fd, piece, strlen(piece)) > 0)
      if (pause_ms > 0) sleep_ms(pause_ms);
    _exit(0);
  }
  struct stage stage = {0};
  signal(SIGPIPE, SIG_IGN);
  snprintf(text, sizeof text, "127.0.0.1:%d", port);
  stage.settings = (struct redis_settings){.servers = text, .name = "test", .connect_ms = 300, .answer_ms = 300};
  int64_t started_ms = now_ms();
  expect_look(&stage, STATUS_SERVICE, "no answer within 300 ms");
  assert_in_range(now_ms() - started_ms, 250, 20000);
  kill(child, SIGKILL);
  waitpid(child, NULL, 0);
  close(listener);
  giftd_close(&stage);
}

static void test_answers_without_end(void **state) {
  (void)state;
  expect_no_end("x", 50); /* the deadline is of the whole answer, not of the next byte */
  expect_no_end("many bytes as fast as they go, and no end of the line", 0);
}

static void test_killed_and_restarted(void **state) {
  (void)state;
  struct stage stage = {0};
  stage_open(&stage);
  create(&stage, 5);
  write_one(&stage, 5, 0, 3, STR("c1"), STR("mine"));
  expect_answers(&stage, 2, false);
  kill(stage.host.pid, SIGSTOP);
  write_one(&stage, 5, 1, 3, STR("c1"), STR("lost"));
  host_kill(&stage.host);
  expect_status(&stage, wait_answers(&stage), STATUS_SERVICE, "Redis /tmp/giftd-redis-");
  stage.store.drop(stage.store.self);
  expect_status(&stage, try_look(&stage), STATUS_SERVICE, "is Redis running and is this its socket");
  host_run(&stage.host);
  assert_false(look(&stage).exists);
  create(&stage, 6); /* the script is there again */
  stage_close(&stage);
}

static void test_rolled_back(void **state) {
  (void)state;
  struct stage stage = {0};
  stage_open(&stage);
  create(&stage, 5);
  write_one(&stage, 5, 0, 3, STR("c1"), STR("saved"));
  expect_answers(&stage, 2, false);
  assert_string_equal(host_says(&stage.host, "SAVE"), "OK");
  write_one(&stage, 5, 1, 3, STR("c1"), STR("lost"));
  expect_answers(&stage, 3, false);
  host_kill(&stage.host);
  host_run(&stage.host);
  stage.store.drop(stage.store.self);
  assert_int_equal(look(&stage).version.count, 1);
  bool refused;
  assert_true(str_equal(load_one(&stage, 5, 1, 3, STR("c1"), &refused), STR("saved")));
  (void)load_one(&stage, 5, 2, 3, STR("c1"), &refused);
  assert_true(refused);
  stage_close(&stage);
}

static void test_script_forgotten(void **state) {
  (void)state;
  struct stage stage = {0};
  stage_open(&stage);
  create(&stage, 5);
  assert_string_equal(host_says(&stage.host, "SCRIPT FLUSH"), "OK");
  write_one(&stage, 5, 0, 3, STR("c1"), STR("mine"));
  expect_status(&stage, wait_answers(&stage), STATUS_SERVICE, "forgotten giftd's script");
  stage.store.drop(stage.store.self);
  (void)look(&stage);
  write_one(&stage, 5, 0, 3, STR("c1"), STR("mine"));
  expect_answers(&stage, 1, false);
  stage_close(&stage);
}

static void test_passwords_and_rights(void **state) {
  (void)state;
  struct stage stage = {0};
  char path[128];
  stage_open(&stage);
  snprintf(path, sizeof path, "%s/password", stage.host.folder);
  file_write(path, "wrong\nand a second line\n");
  stage.settings.password_file = path;
  expect_look(&stage, STATUS_USAGE, "it asks for no password");
  assert_string_equal(host_says(&stage.host, "CONFIG SET requirepass secret"), "OK");
  expect_look(&stage, STATUS_USAGE, "wrong user or password");
  assert_null(strstr(stage.fault.text, "secret"));
  stage.settings.password_file = NULL;
  expect_look(&stage, STATUS_USAGE, "it asks for a password: set redis.password_file");
  file_write(path, "secret\r\n");
  stage.settings.password_file = path;
  expect_look(&stage, STATUS_OK, "");
  /* the rights schemas/redis.md lists are enough, and one less is told */
  const char *user =
      "ACL SETUSER giftd on >word ~giftd:* +auth +select +client|setname +info +script|load +evalsha +hget +hmget +hgetall "
      "+hset +hdel +exists +unlink +lindex +lset +lpop +rpush +sadd +smembers";
  assert_string_equal(host_says_as(&stage.host, "AUTH secret", user), "OK");
  stage.settings.user = "giftd";
  file_write(path, "word");
  giftd_open(&stage, 2);
  create(&stage, 5);
  write_one(&stage, 5, 0, 3, STR("pool!coffee"), STR("mine"));
  expect_answers(&stage, 2, false);
  create(&stage, 6);
  write_one(&stage, 6, 0, 3, STR("c1"), STR(""));
  for (uint64_t i = 1; i < 5; i++) write_one(&stage, 6, i, 3, STR("c1"), STR("mine"));
  expect_answers(&stage, 6, false);
  assert_string_equal(host_says_as(&stage.host, "AUTH secret", "ACL SETUSER giftd -hset"), "OK");
  write_one(&stage, 6, 5, 3, STR("c1"), STR("mine"));
  expect_status(&stage, wait_answers(&stage), STATUS_USAGE, "");
  assert_non_null(strstr(stage.fault.text, "the user may not do this"));
  assert_string_equal(host_says_as(&stage.host, "AUTH secret", "ACL SETUSER giftd +hset resetkeys ~other:*"), "OK");
  expect_look(&stage, STATUS_USAGE, "the user may not do this");
  stage_close(&stage);
}

static void test_database_and_policy(void **state) {
  (void)state;
  struct stage stage = {0};
  stage_open(&stage);
  stage.settings.database = 99;
  expect_look(&stage, STATUS_USAGE, "it has no such database: see redis.database");
  stage.settings.database = 3;
  giftd_open(&stage, 2);
  create(&stage, 5);
  assert_string_equal(host_says(&stage.host, "DBSIZE"), "0");
  stage.settings.database = 0;
  expect_look(&stage, STATUS_OK, "");
  assert_string_equal(host_says(&stage.host, "CONFIG SET maxmemory-policy allkeys-lru"), "OK");
  expect_look(&stage, STATUS_USAGE, "maxmemory-policy is allkeys-lru");
  expect_status(&stage, redis_check(stage.redis, &stage.fault), STATUS_USAGE, "maxmemory-policy is allkeys-lru");
  stage_close(&stage);
}

static void test_full(void **state) {
  (void)state;
  static char bytes[60000];
  struct stage stage = {0};
  stage_open(&stage);
  create(&stage, 5);
  assert_string_equal(host_says(&stage.host, "CONFIG SET maxmemory 3mb"), "OK");
  enum status status = STATUS_OK;
  uint64_t count = 0;
  for (; count < 200 && status == STATUS_OK; count++) {
    write_one(&stage, 5, count, (uint32_t)count % 600, STR("c1"), (struct str){bytes, sizeof bytes});
    status = wait_answers(&stage);
  }
  expect_status(&stage, status, STATUS_SERVICE, "it is full: raise maxmemory");
  stage.store.drop(stage.store.self);
  assert_int_equal(look(&stage).version.count, count - 1); /* the refused one left nothing */
  bool refused;
  assert_int_equal(load_one(&stage, 5, count - 1, (uint32_t)(count - 1) % 600, STR("c1"), &refused).length, 0);
  assert_false(refused);
  create(&stage, 6); /* a full Redis can still be emptied: the old generation makes room for the new one */
  for (uint64_t i = 0; i < 4; i++) write_one(&stage, 6, i, 3, STR("c1"), STR("mine"));
  expect_answers(&stage, 5, false);
  stage_close(&stage);
}

static void test_no_room_for_a_client(void **state) {
  (void)state;
  struct stage stage = {0};
  char address[64];
  stage_open(&stage);
  redisContext *other = redisConnectUnix(stage.host.socket);
  freeReplyObject(redisCommand(other, "CONFIG SET maxclients 1"));
  signal(SIGPIPE, SIG_DFL); /* the door minds it itself */
  snprintf(address, sizeof address, "127.0.0.1:%d", stage.host.port);
  stage.settings.servers = address;
  for (int i = 0; i < 20; i++)
    expect_look(&stage, STATUS_SERVICE, "it takes no more c"); /* onnections, or lients when its words are lost */
  stage.settings.servers = stage.host.address;
  for (int i = 0; i < 20; i++) expect_look(&stage, STATUS_SERVICE, "it takes no more connections: raise maxclients");
  redisFree(other);
  stage_close(&stage);
}

static void test_replica(void **state) {
  (void)state;
  struct stage stage = {0};
  struct host primary = {0};
  char command[64];
  stage_open(&stage);
  host_start(&primary);
  create(&stage, 5);
  snprintf(command, sizeof command, "REPLICAOF 127.0.0.1 %d", primary.port);
  assert_string_equal(host_says(&stage.host, command), "OK");
  write_one(&stage, 5, 0, 3, STR("c1"), STR("mine"));
  expect_status(&stage, wait_answers(&stage), STATUS_SERVICE, "it is a replica");
  expect_look(&stage, STATUS_SERVICE, "it is a replica: redis.servers must name the primary");
  host_kill(&primary);
  assert_string_equal(host_says(&stage.host, "CONFIG SET replica-serve-stale-data no"), "OK");
  expect_look(&stage, STATUS_SERVICE, "it is a replica");
  host_stop(&primary);
  stage_close(&stage);
}

static void test_loading(void **state) {
  (void)state;
  struct stage stage = {0};
  stage_open(&stage);
  const char *fill = "for i = 1, 3000 do redis.call('SET', i, string.rep('x', 2000)) end return 'done'";
  redisContext *context = redisConnectUnix(stage.host.socket);
  freeReplyObject(redisCommand(context, "EVAL %s 0", fill));
  freeReplyObject(redisCommand(context, "SAVE"));
  redisFree(context);
  giftd_close(&stage);
  host_kill(&stage.host);
  stage.host.extra[0] = "--key-load-delay";
  stage.host.extra[1] = "1000";
  stage.host.extra[2] = "--loading-process-events-interval-bytes";
  stage.host.extra[3] = "1024";
  stage.host.extra[4] = "--rdbcompression";
  stage.host.extra[5] = "no";
  host_run(&stage.host);
  expect_look(&stage, STATUS_SERVICE, "it is still loading its data");
  stage_close(&stage);
}

/* What another giftd or program left under our names is told and not touched. */
static void expect_foreign(struct stage *stage, const char *words) {
  char before[64];
  snprintf(before, sizeof before, "%.40s", host_says(&stage->host, "DEBUG DIGEST"));
  assert_int_equal(strlen(before), 40);
  expect_look(stage, STATUS_STATE, words);
  expect_look(stage, STATUS_STATE, "giftd:{test:2}:segment");
  expect_status(stage, redis_check(stage->redis, &stage->fault), STATUS_STATE, words);
  assert_string_equal(host_says(&stage->host, "DEBUG DIGEST"), before);
}

static void test_foreign_segments(void **state) {
  (void)state;
  struct stage stage = {.host = {.extra = {"--enable-debug-command", "yes"}}};
  stage_open(&stage);
  create(&stage, 5);
  write_one(&stage, 5, 0, 3, STR("c1"), STR("mine"));
  expect_answers(&stage, 2, false);
  stage.settings.shards = 8;
  expect_foreign(&stage, "a view of 4 shards stands here, this giftd has 8");
  stage.settings.shards = 4;
  stage.settings.buckets = 601;
  expect_foreign(&stage, "a view of 600 buckets a shard stands here, view.buckets says 601");
  stage.settings.buckets = 600;
  stage.settings.secret = 1;
  expect_foreign(&stage, "another secret");
  stage.settings.secret = 0xfeed;
  expect_look(&stage, STATUS_OK, "");
  host_says(&stage.host, "HSET giftd:{test:2}:segment form 2");
  expect_foreign(&stage, "form '2' stands here, this giftd writes form 1");
  host_says(&stage.host, "HSET giftd:{test:2}:segment form 1 count -7");
  expect_foreign(&stage, "damaged or edited");
  host_says(&stage.host, "HSET giftd:{test:2}:segment count 18446744073709551616");
  expect_foreign(&stage, "damaged or edited");
  host_says(&stage.host, "DEL giftd:{test:2}:segment");
  host_says(&stage.host, "SET giftd:{test:2}:segment theirs");
  expect_foreign(&stage, "somebody else uses these names");
  stage_close(&stage);
}

/* The script looks itself: a segment that has become foreign since the last look is not emptied. */
static void test_create_over_a_foreign_one(void **state) {
  (void)state;
  struct stage stage = {.host = {.extra = {"--enable-debug-command", "yes"}}};
  char before[64];
  stage_open(&stage);
  create(&stage, 5);
  host_says(&stage.host, "HSET giftd:{test:2}:segment secret 00000000000000aa");
  snprintf(before, sizeof before, "%.40s", host_says(&stage.host, "DEBUG DIGEST"));
  struct store_write write = write_of(6, 0);
  write.create = true;
  expect_status(&stage, send_write(&stage, &write), STATUS_OK, "");
  expect_status(&stage, wait_answers(&stage), STATUS_STATE, "of another giftd");
  assert_string_equal(host_says(&stage.host, "DEBUG DIGEST"), before);
  stage_close(&stage);
}

static void test_strange_bucket(void **state) {
  (void)state;
  struct stage stage = {0};
  stage_open(&stage);
  create(&stage, 5);
  char command[128], generation[32];
  snprintf(generation, sizeof generation, "%.31s", host_says(&stage.host, "HGET giftd:{test:2}:segment generation"));
  snprintf(command, sizeof command, "SET giftd:{test:2}:b:%s:3 theirs", generation);
  assert_string_equal(host_says(&stage.host, command), "OK");
  write_one(&stage, 5, 0, 3, STR("c1"), STR("mine"));
  expect_status(&stage, wait_answers(&stage), STATUS_STATE, "somebody else uses these names");
  stage.store.drop(stage.store.self);
  assert_int_equal(look(&stage).version.count, 0); /* broken off in the middle: the version did not move */
  struct store_record one = {.key = STR("c1"), .bucket = 3};
  struct str record;
  bool refused;
  enum status status = stage.store.load(stage.store.self, (struct version){5, 0}, &one, 1, &record, &refused, &stage.fault);
  expect_status(&stage, status, STATUS_STATE, "read of shard 2");
  stage_close(&stage);
}

/* Nothing hangs on what is left to be taken away: it does not hold up a write, nor a new view. */
static void test_strange_keys_of_no_weight(void **state) {
  (void)state;
  struct stage stage = {0};
  stage_open(&stage);
  create(&stage, 5);
  host_says(&stage.host, "SET giftd:{test:2}:old theirs");
  write_one(&stage, 5, 0, 3, STR("c1"), STR("mine"));
  expect_answers(&stage, 2, false);
  assert_string_equal(host_says(&stage.host, "EXISTS giftd:{test:2}:old"), "0");
  host_says(&stage.host, "SET giftd:{test:2}:old theirs");
  host_says(&stage.host, "SET giftd:{test:2}:pools theirs");
  create(&stage, 6);
  assert_string_equal(host_says(&stage.host, "EXISTS giftd:{test:2}:pools"), "0");
  stage_close(&stage);
}

static void test_two_servers(void **state) {
  (void)state;
  struct stage stage = {0};
  struct host other = {0};
  char servers[256];
  stage_open(&stage);
  host_start(&other);
  snprintf(servers, sizeof servers, "%s,127.0.0.1:%d", stage.host.address, other.port);
  stage.settings.servers = servers;
  for (uint32_t shard = 0; shard < 4; shard++) {
    giftd_open(&stage, shard);
    create(&stage, 5);
    write_one(&stage, 5, 0, 3, STR("c1"), STR("mine"));
    expect_answers(&stage, 2, false);
  }
  expect_status(&stage, redis_check(stage.redis, &stage.fault), STATUS_OK, "");
  assert_string_equal(host_says(&stage.host, "EXISTS giftd:{test:0}:segment giftd:{test:2}:segment"), "2");
  assert_string_equal(host_says(&stage.host, "DBSIZE"), "4");
  assert_string_equal(host_says(&other, "EXISTS giftd:{test:1}:segment giftd:{test:3}:segment"), "2");
  host_says(&other, "HSET giftd:{test:3}:segment secret 00000000000000aa");
  expect_status(&stage, redis_check(stage.redis, &stage.fault), STATUS_STATE, "giftd:{test:3}:segment");
  host_stop(&other);
  expect_status(&stage, redis_check(stage.redis, &stage.fault), STATUS_SERVICE, "Connection refused");
  stage_close(&stage);
}

static bool run(const char *folder, const char *command) {
  char line[512];
  snprintf(line, sizeof line, "cd '%s' && { %s; } >openssl.log 2>&1", folder, command);
  return system(line) == 0;
}

/* With a hiredis that has TLS: a certificate of the authority that was named is taken, another's is not. Without: the remedy. */
static void test_tls(void **state) {
  (void)state;
  struct stage stage = {0};
  char port[16], address[64], folder[64], certificate[96], key[96];
  stage.settings = (struct redis_settings){.servers = "localhost", .name = "test", .tls = true};
  if (redis_open(&stage.settings, NULL, NULL, &stage.redis, &stage.fault) != STATUS_OK) {
    expect_status(&stage, stage.fault.status, STATUS_USAGE, "or let a TLS sidecar");
    return;
  }
  giftd_close(&stage);
  strcpy(folder, "/tmp/giftd-redis-XXXXXX");
  assert_non_null(mkdtemp(folder));
  const char *make =
      "for n in a b; do openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -keyout $n.key -out $n.crt || exit 1; done";
  bool made = run(folder, "command -v openssl") && run(folder, make);
  if (made) {
    snprintf(certificate, sizeof certificate, "%s/a.crt", folder);
    snprintf(key, sizeof key, "%s/a.key", folder);
    snprintf(port, sizeof port, "%d", free_port());
    const char *extra[8] = {"--tls-port", port, "--tls-cert-file", certificate, "--tls-key-file", key, "--tls-auth-clients", "no"};
    memcpy(stage.host.extra, extra, sizeof extra);
    stage_open(&stage);
    snprintf(address, sizeof address, "127.0.0.1:%s", port);
    stage.settings.servers = address;
    stage.settings.tls = true;
    stage.settings.tls_ca_file = certificate;
    giftd_open(&stage, 2);
    create(&stage, 5);
    static char bytes[65536]; /* more than one TLS record */
    write_one(&stage, 5, 0, 3, STR("c1"), (struct str){bytes, sizeof bytes});
    bool refused;
    assert_int_equal(load_one(&stage, 5, 1, 3, STR("c1"), &refused).length, sizeof bytes);
    assert_false(refused);
    snprintf(certificate, sizeof certificate, "%s/b.crt", folder);
    expect_look(&stage, STATUS_SERVICE, "TLS with it fails");
    snprintf(address, sizeof address, "127.0.0.1:%d", stage.host.port);
    expect_look(&stage, STATUS_SERVICE, "TLS with it fails");
    stage_close(&stage);
  }
  assert_true(run(folder, "rm -rf ../\"${PWD##*/}\""));
  if (!made) skip();
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_settings),
      cmocka_unit_test(test_nobody_there),
      cmocka_unit_test(test_connect_in_vain),
      cmocka_unit_test(test_silent_server),
      cmocka_unit_test(test_server_takes_nothing),
      cmocka_unit_test(test_answers_without_end),
      cmocka_unit_test(test_killed_and_restarted),
      cmocka_unit_test(test_rolled_back),
      cmocka_unit_test(test_script_forgotten),
      cmocka_unit_test(test_passwords_and_rights),
      cmocka_unit_test(test_database_and_policy),
      cmocka_unit_test(test_full),
      cmocka_unit_test(test_no_room_for_a_client),
      cmocka_unit_test(test_replica),
      cmocka_unit_test(test_loading),
      cmocka_unit_test(test_foreign_segments),
      cmocka_unit_test(test_create_over_a_foreign_one),
      cmocka_unit_test(test_strange_bucket),
      cmocka_unit_test(test_strange_keys_of_no_weight),
      cmocka_unit_test(test_two_servers),
      cmocka_unit_test(test_tls),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
