/* The configuration: what is accepted, what is refused and in which words, who wins. Tables of cases; each refusal is compared with the
 * message a person reads. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "giftd/config.h"

#define COUNT(table) (sizeof(table) / sizeof(table)[0])
static unsigned char memory[4u << 20];
static struct arena arena;
static struct config config;
static struct fault fault;

static int fresh(void **state) {
  (void)state;
  arena_init(&arena, memory, sizeof memory);
  config_init(&config, &arena);
  fault = (struct fault){0};
  return 0;
}

static void check_value(enum config_key key, const char *text, int64_t number, enum config_place place, const char *where) {
  const struct config_value *value = &config.values[key];
  assert_true(str_equal(value->text, str_of(text)));
  assert_int_equal(value->number, number);
  assert_int_equal(value->place, place);
  assert_true(str_equal(value->where, str_of(where)));
}

/* ---- what is taken ---- */

static const struct {
  const char *bytes;
  enum config_key key;
  const char *text;
  int64_t number;
  const char *where;
} taken[] = {
    {"log.level = debug", CONFIG_LOG_LEVEL, "debug", 0, "x.conf:1"},
    {"log.level=error\n", CONFIG_LOG_LEVEL, "error", 3, "x.conf:1"},
    {"# comment\n! another\n\n  log.level\t=  warning  \r\n", CONFIG_LOG_LEVEL, "warning", 2, "x.conf:4"},
    {"\xef\xbb\xbflang = zh", CONFIG_LANG, "zh", 1, "x.conf:1"},
    {"cache.bytes = 64MiB", CONFIG_CACHE_BYTES, "64MiB", 64 << 20, "x.conf:1"},
    {"cache.bytes = 2 GiB", CONFIG_CACHE_BYTES, "2 GiB", 2ll << 30, "x.conf:1"},
    {"cache.bytes = 1048576", CONFIG_CACHE_BYTES, "1048576", 1 << 20, "x.conf:1"},
    {"events.horizon = PT72H", CONFIG_EVENTS_HORIZON, "PT72H", 72 * 3600000ll, "x.conf:1"},
    {"events.horizon = P92D", CONFIG_EVENTS_HORIZON, "P92D", 92 * MS_PER_DAY, "x.conf:1"},
    {"commit.events = 1", CONFIG_COMMIT_EVENTS, "1", 1, "x.conf:1"},
    {"commit.events = 1000000", CONFIG_COMMIT_EVENTS, "1000000", 1000000, "x.conf:1"},
    {"input.path = /data/with = sign.jsonl", CONFIG_INPUT_PATH, "/data/with = sign.jsonl", 0, "x.conf:1"},
    {"input.path = a#b", CONFIG_INPUT_PATH, "a#b", 0, "x.conf:1"},
    {"campaigns.dir = 活动", CONFIG_CAMPAIGNS_DIR, "活动", 0, "x.conf:1"},
    {"http.listen = 127.0.0.1:9464", CONFIG_HTTP_LISTEN, "127.0.0.1:9464", 9464, "x.conf:1"},
    {"http.listen = 9464", CONFIG_HTTP_LISTEN, "9464", 9464, "x.conf:1"},
    {"http.listen = [::1]:80", CONFIG_HTTP_LISTEN, "[::1]:80", 80, "x.conf:1"},
    {"http.listen = off", CONFIG_HTTP_LISTEN, "off", 0, "x.conf:1"},
    {"id.key_file =", CONFIG_ID_KEY_FILE, "", 0, "x.conf:1"},
};

static void takes(void **state) {
  for (size_t i = 0; i < COUNT(taken); i++) {
    fresh(state);
    if (config_read(&config, STR("x.conf"), str_of(taken[i].bytes), &fault) != STATUS_OK) fail_msg("%s: %s", taken[i].bytes, fault.text);
    check_value(taken[i].key, taken[i].text, taken[i].number, CONFIG_FROM_FILE, taken[i].where);
  }
}

/* ---- what is refused ---- */

static const struct {
  const char *bytes, *words;
} refused[] = {
    {"log.levl = debug", "x.conf:1: 'log.levl' is not an option; did you mean 'log.level'?"},
    {"\n\nlevel = debug", "x.conf:3: 'level' is not an option; did you mean 'log.level'?"},
    {"state_dir = x", "did you mean 'state.dir'?"},
    {"nothing.like.it = x", "'nothing.like.it' is not an option; giftd config docs lists all of them"},
    {"log.level", "'log.level' is not key = value"},
    {"= debug", "there is no key before ="},
    {"log.level = loud", "log.level is one of: debug info warning error; not 'loud'"},
    {"log.level =", "log.level has no value; give one or leave the line out"},
    {"log.level = debug # more", "log.level: a comment follows the value; put it on a line of its own"},
    {"log.level = debug\nlog.level = info", "x.conf:2: log.level is set on line 1 already; remove one of them"},
    {"kafka.acks = all\nkafka.acks = 1", "x.conf:2: kafka.acks is set on line 1 already"},
    {"commit.events = 0", "commit.events is a whole number of events from 1 to 1000000, not '0'"},
    {"commit.events = 1000001", "from 1 to 1000000"},
    {"commit.events = 12.5", "not '12.5'"},
    {"commit.interval_ms = fast", "commit.interval_ms is a whole number of ms from 0 to 60000, not 'fast'"},
    {"cache.bytes = 64MB", "cache.bytes is a size from 1MiB to 1024GiB, written 256MiB or 2GiB, not '64MB'"},
    {"cache.bytes = 99999999999999999999", "cache.bytes is a size"},
    {"cache.bytes = 9223372036854775807GiB", "cache.bytes is a size"},
    {"cache.bytes = -1GiB", "cache.bytes is a size"},
    {"cache.bytes = 1023KiB", "cache.bytes is a size"},
    {"events.horizon = P3M", "events.horizon: months have no fixed length; write 'P3M' in days"},
    {"events.horizon = 7 days", "events.horizon is a duration like P7D or PT72H, not '7 days'"},
    {"events.horizon = P93D", "events.horizon is at least PT1H and at most P92D, not 'P93D'"},
    {"events.clock = Wall", "events.clock is one of: auto event wall; not 'Wall'"},
    {"http.listen = localhost", "http.listen is an address"},
    {"http.listen = :0", "http.listen is an address"},
    {"http.listen = 1.2.3.4:70000", "http.listen is an address"},
    {"input.path = a\x01z", "input.path: there is a control character (byte 1) in the value"},
    {"input.path = \xc3\x28", "input.path: the value is not UTF-8"},
    {"kafka.sasl.password = hunter2", "kafka.sasl.password holds a secret, which never stands in a configuration"},
    {"kafka.ssl.key.password=", "write kafka.ssl.key.password_file = /path/of/it"},
    {"kafka.ssl.key.pem = x", "write kafka.ssl.key.location = /path/of/it"},
    {"redis.password = hunter2", "'redis.password' is not an option; did you mean 'redis.password_file'?"},
    {"redis.foo_bar = 1", "'redis.foo_bar' is not an option"},
    {"kafka. = x", "'kafka.' is not an option"},
};

static void refuses(void **state) {
  for (size_t i = 0; i < COUNT(refused); i++) {
    fresh(state);
    assert_int_equal(config_read(&config, STR("x.conf"), str_of(refused[i].bytes), &fault), STATUS_USAGE);
    if (strstr(fault.text, refused[i].words) == NULL)
      fail_msg("%s:\n  got    %s\n  wanted %s", refused[i].bytes, fault.text, refused[i].words);
    if (strstr(fault.text, "hunter2") != NULL) fail_msg("a secret was printed");
  }
}

static void refuses_bytes_that_are_no_text(void **state) {
  (void)state;
  static char long_line[CONFIG_LINE_BYTES + 2], big[CONFIG_FILE_BYTES + 1];
  const struct str zero = {"lang = \0en", 10};
  assert_int_equal(config_read(&config, STR("x"), zero, &fault), STATUS_USAGE);
  assert_non_null(strstr(fault.text, "x:1: a zero byte; is this a text file?"));
  memset(long_line, 'a', sizeof long_line);
  assert_int_equal(config_read(&config, STR("x"), (struct str){long_line, sizeof long_line}, &fault), STATUS_USAGE);
  assert_non_null(strstr(fault.text, "at most 4096 are allowed"));
  memset(big, '\n', sizeof big);
  assert_int_equal(config_read(&config, STR("x"), (struct str){big, sizeof big}, &fault), STATUS_USAGE);
  assert_non_null(strstr(fault.text, "a configuration has at most"));
}

static void bounds_passed_keys(void **state) {
  (void)state;
  char bytes[8192];
  struct buffer text;
  buffer_init(&text, bytes, sizeof bytes);
  for (unsigned i = 0; i <= CONFIG_PASSED; i++) buffer_print(&text, "kafka.key%u = %u\n", i, i);
  assert_int_equal(config_read(&config, STR("x"), buffer_text(&text), &fault), STATUS_USAGE);
  assert_int_equal(config.passed_count, CONFIG_PASSED);
  assert_non_null(strstr(fault.text, "x:129: more than 128 kafka.* keys"));
}

/* ---- who wins ---- */

static void flag_beats_environment_beats_file_beats_default(void **state) {
  char *environment[] = {(char[]){"PATH=/bin"}, (char[]){"GIFTD_LOG_LEVEL=warning"}, (char[]){"GIFTD_COMMIT_INTERVAL_MS=50"}, NULL};
  const struct str file = STR("log.level = debug\ncommit.interval_ms = 20\nlang = zh\n");
  for (int order = 0; order < 2; order++) { /* in whatever order they are read */
    fresh(state);
    if (order == 1) assert_int_equal(config_set_flag(&config, "log.level=error", &fault), STATUS_OK);
    if (order == 1) assert_int_equal(config_read_environment(&config, environment, &fault), STATUS_OK);
    assert_int_equal(config_read(&config, STR("x.conf"), file, &fault), STATUS_OK);
    if (order == 0) assert_int_equal(config_read_environment(&config, environment, &fault), STATUS_OK);
    if (order == 0) assert_int_equal(config_set_flag(&config, "log.level = error", &fault), STATUS_OK);
    check_value(CONFIG_LOG_LEVEL, "error", 3, CONFIG_FROM_FLAG, "-X log.level");
    check_value(CONFIG_COMMIT_INTERVAL_MS, "50", 50, CONFIG_FROM_ENVIRONMENT, "GIFTD_COMMIT_INTERVAL_MS");
    check_value(CONFIG_LANG, "zh", 1, CONFIG_FROM_FILE, "x.conf:3");
    check_value(CONFIG_EVENTS_CLOCK, "auto", 0, CONFIG_FROM_DEFAULT, "default");
  }
}

static const struct {
  const char *variable, *words; /* words NULL: fine */
} environments[] = {
    {"GIFTD_HTTP_LISTEN=9464", NULL},
    {"GIFTD_STATE_MAP_BYTES=1GiB", NULL},
    {"GIFTD_CONFIG=/nowhere", NULL},
    {"GIFTD_KAFKA_BOOTSTRAP_SERVERS=a:9092", NULL},
    {"GIFTD_FUZZ_SECONDS=5", NULL},
    {"GIFTD_LOG_LEVL=debug", "environment GIFTD_LOG_LEVL: 'log.levl' is not an option; did you mean 'log.level'?"},
    {"GIFTD_LOG_LEVEL=loud", "environment GIFTD_LOG_LEVEL: log.level is one of"},
    {"GIFTD_REDIS_PASSWORD=hunter2", "environment GIFTD_REDIS_PASSWORD: 'redis.password' is not an option; did you mean"},
};

static void reads_the_environment(void **state) {
  for (size_t i = 0; i < COUNT(environments); i++) {
    fresh(state);
    char variable[128];
    (void)snprintf(variable, sizeof variable, "%s", environments[i].variable);
    char *environment[] = {variable, NULL};
    const enum status status = config_read_environment(&config, environment, &fault);
    if (environments[i].words == NULL && status != STATUS_OK) fail_msg("%s: %s", variable, fault.text);
    if (environments[i].words != NULL && (status != STATUS_USAGE || strstr(fault.text, environments[i].words) == NULL)) {
      fail_msg("%s:\n  got    %s\n  wanted %s", variable, fault.text, environments[i].words);
    }
  }
}

static void passes_kafka_through(void **state) {
  (void)state;
  const struct str file = STR("kafka.bootstrap.servers = a:1,b:2\nkafka.sasl.password_file = /run/secret # as it stands\n");
  assert_int_equal(config_read(&config, STR("x"), file, &fault), STATUS_OK);
  assert_int_equal(config_set_flag(&config, "kafka.bootstrap.servers=c:3", &fault), STATUS_OK);
  assert_int_equal(config.passed_count, 2);
  assert_true(str_equal(config.passed[0].text, STR("c:3")) && config.passed[0].place == CONFIG_FROM_FLAG);
  assert_true(str_equal(config.passed[1].text, STR("/run/secret # as it stands")));
}

static void write_file(const char *path, const char *text, mode_t mode);

/* What librdkafka gets: names without kafka., secrets out of the first line of their files. */
static void pairs_hold_what_the_files_say(void **state) {
  static unsigned char room[16384];
  static struct config_pair pairs[CONFIG_PASSED];
  struct arena secrets;
  uint32_t count = 0;
  char folder[] = "/tmp/giftd-test-config-XXXXXX", path[64], variable[128];
  (void)state;
  assert_non_null(mkdtemp(folder));
  (void)snprintf(path, sizeof path, "%s/password", folder);
  (void)snprintf(variable, sizeof variable, "GIFTD_KAFKA_SASL_PASSWORD_FILE=%s", path);
  char *environment[] = {variable, NULL};
  arena_init(&secrets, room, sizeof room);
  assert_false(config_on_kafka(&config));
  assert_int_equal(config_read(&config, STR("x"), STR("kafka.bootstrap.servers = a:1\n"), &fault), STATUS_OK);
  assert_true(config_on_kafka(&config));
  assert_int_equal(config_read_environment(&config, environment, &fault), STATUS_OK);
  assert_int_equal(config_pairs(&config, &secrets, pairs, &count, &fault), STATUS_USAGE);
  assert_non_null(strstr(fault.text, "kafka.sasl.password_file: /tmp/giftd-test-config-"));
  write_file(path, "\nhunter2\n", 0600);
  assert_int_equal(config_pairs(&config, &secrets, pairs, &count, &fault), STATUS_USAGE);
  assert_non_null(strstr(fault.text, "is empty; it must hold the secret"));
  write_file(path, "hunter2\r\nmore\n", 0600);
  assert_int_equal(config_pairs(&config, &secrets, pairs, &count, &fault), STATUS_OK);
  assert_int_equal(count, 2);
  assert_string_equal(pairs[0].name, "bootstrap.servers");
  assert_string_equal(pairs[0].value, "a:1");
  assert_string_equal(pairs[1].name, "sasl.password");
  assert_string_equal(pairs[1].value, "hunter2");
  assert_int_equal(unlink(path), 0);
  assert_int_equal(rmdir(folder), 0);
}

static void wrong_flags_are_told(void **state) {
  (void)state;
  assert_int_equal(config_set_flag(&config, "log.level", &fault), STATUS_USAGE);
  assert_string_equal(fault.text, "-X log.level: write -X key=value");
  assert_int_equal(config_set(&config, CONFIG_COMMIT_EVENTS, "many", "--commit-events", &fault), STATUS_USAGE);
  assert_non_null(strstr(fault.text, "--commit-events: commit.events is a whole number"));
}

/* ---- files ---- */

static void write_file(const char *path, const char *text, mode_t mode) {
  FILE *file = fopen(path, "we");
  assert_non_null(file);
  fputs(text, file);
  fclose(file);
  assert_int_equal(chmod(path, mode), 0);
}

static void bytes_write(const char *path, const char *bytes, size_t length) {
  FILE *file = fopen(path, "we");
  assert_non_null(file);
  assert_int_equal(fwrite(bytes, 1, length, file), length);
  fclose(file);
}

static void key_is_read_from_a_file_of_its_own(void **state) {
  char folder[] = "/tmp/giftd-test-config-XXXXXX", path[64], assignment[96];
  struct hash_key key, again;
  struct digest256 draws, none = {{0}};
  enum id_key kind = ID_KEY_SECRET;
  assert_non_null(mkdtemp(folder));
  (void)snprintf(path, sizeof path, "%s/key", folder);
  (void)snprintf(assignment, sizeof assignment, "id.key_file=%s", path);
  assert_int_equal(config_id_key(&config, &key, &draws, &kind, &fault), STATUS_OK);
  assert_true(kind == ID_KEY_NONE && key.k0 == HASH_KEY_FIXED.k0 && memcmp(&draws, &none, sizeof draws) == 0);
  assert_int_equal(config_set_flag(&config, assignment, &fault), STATUS_OK);
  assert_int_equal(config_id_key(&config, &key, &draws, &kind, &fault), STATUS_USAGE);
  assert_non_null(strstr(fault.text, "id.key_file: "));
  write_file(path, "too short", 0600);
  assert_int_equal(config_id_key(&config, &key, &draws, &kind, &fault), STATUS_USAGE);
  assert_non_null(strstr(fault.text, "at least 16 random ones"));
  write_file(path, "0123456789abcdef", 0644);
  assert_int_equal(config_id_key(&config, &key, &draws, &kind, &fault), STATUS_USAGE);
  assert_non_null(strstr(fault.text, "others may read"));
  assert_int_equal(chmod(path, 0600), 0);
  assert_int_equal(config_id_key(&config, &key, &draws, &kind, &fault), STATUS_OK);
  assert_int_equal(config_id_key(&config, &again, &draws, &kind, &fault), STATUS_OK);
  assert_memory_not_equal(&draws, &none, sizeof draws);
  assert_true(kind == ID_KEY_SECRET && key.k0 == again.k0 && key.k1 == again.k1 && key.k0 != HASH_KEY_FIXED.k0);
  static const char zeros[4096];
  for (size_t length = 16; length <= sizeof zeros; length *= 2) { /* from /dev/zero instead of /dev/urandom */
    bytes_write(path, zeros, length);
    assert_int_equal(config_id_key(&config, &key, &draws, &kind, &fault), STATUS_OK);
    assert_int_equal(kind, ID_KEY_TRIVIAL);
  }
  bytes_write(path, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", 32);
  assert_int_equal(config_id_key(&config, &key, &draws, &kind, &fault), STATUS_OK);
  assert_int_equal(kind, ID_KEY_TRIVIAL);
  fresh(state);
  assert_int_equal(config_read_file(&config, folder, &fault), STATUS_USAGE);
  assert_non_null(strstr(fault.text, "is not a file"));
  assert_int_equal(config_read_file(&config, "/nowhere/x.conf", &fault), STATUS_USAGE);
  assert_non_null(strstr(fault.text, "/nowhere/x.conf: cannot be opened"));
  (void)unlink(path);
  (void)rmdir(folder);
}

static void secrets_that_everybody_may_read_are_named(void **state) {
  char folder[] = "/tmp/giftd-test-config-XXXXXX", path[64], lines[512];
  struct str key;
  (void)state;
  assert_non_null(mkdtemp(folder));
  (void)snprintf(path, sizeof path, "%s/password", folder);
  (void)snprintf(lines, sizeof lines, "kafka.ssl.ca.location = %s\nkafka.sasl.password_file = %s\nredis.password_file = %s\n", path, path,
                 path);
  assert_int_equal(config_read(&config, STR("x"), str_of(lines), &fault), STATUS_OK);
  for (mode_t mode = 0640; mode <= 0644; mode += 4) {
    uint32_t at = 0, found = 0;
    write_file(path, "hunter2\n", mode);
    for (const char *file; (file = config_open_secret(&config, &at, &key)) != NULL; found++) {
      assert_string_equal(file, path);
      assert_true(str_equal(key, found == 0 ? STR("redis.password_file") : STR("kafka.sasl.password_file")));
    }
    assert_int_equal(found, mode == 0644 ? 2 : 0);
  }
  (void)unlink(path);
  (void)rmdir(folder);
}

/* ---- what is printed ---- */

static void prints_what_can_be_read_back(void **state) {
  static char first[64 * 1024], second[64 * 1024];
  struct buffer one, two;
  assert_int_equal(config_read(&config, STR("x"), STR("lang = zh\nkafka.acks = all\ncommit.events = 7\n"), &fault), STATUS_OK);
  buffer_init(&one, first, sizeof first);
  config_print(&config, true, &one);
  assert_non_null(strstr(first, "# file x:1\nlang = zh\n"));
  fresh(state);
  assert_int_equal(config_read(&config, STR("y"), buffer_text(&one), &fault), STATUS_OK);
  assert_int_equal(config_number(&config, CONFIG_COMMIT_EVENTS), 7);
  buffer_init(&two, second, sizeof second);
  config_print_json(&config, &two);
  assert_false(one.overflowed || two.overflowed);
  struct json_cursor cursor = json_open(buffer_text(&two));
  assert_true(json_skip(&cursor) && json_done(&cursor));
}

/* The sample changes nothing until a # is taken away, and then says what the default says; the manual names every option. */
static void documents_come_from_the_table(void **state) {
  (void)state;
  static char sample[64 * 1024], manual[64 * 1024];
  struct buffer text;
  buffer_init(&text, sample, sizeof sample);
  config_sample(&text);
  assert_int_equal(config_read(&config, STR("sample"), buffer_text(&text), &fault), STATUS_OK);
  for (unsigned i = 0; i < CONFIG_KEY_COUNT; i++) assert_int_equal(config.values[i].place, CONFIG_FROM_DEFAULT);
  for (size_t i = 0; i + 1 < text.length; i++) {
    if (sample[i] == '\n' && sample[i + 1] == '#' && sample[i + 2] != ' ') sample[i + 1] = ' ';
  }
  assert_int_equal(config_read(&config, STR("sample"), buffer_text(&text), &fault), STATUS_OK);
  buffer_init(&text, manual, sizeof manual);
  config_document(&text);
  assert_false(text.overflowed);
  for (unsigned i = 0; i < CONFIG_KEY_COUNT; i++) {
    assert_non_null(strstr(manual, config_options[i].key));
    assert_true(str_equal(config.values[i].text, str_of(config_options[i].default_text)));
  }
}

/* docs/CONFIGURATION.md and deploy/giftd.conf are what the table says now. */
static void check_document(const char *name, void (*print)(struct buffer *out), const char *command) {
  static char kept[64 * 1024], wanted[64 * 1024];
  char path[512];
  struct buffer text;
  (void)snprintf(path, sizeof path, "%s/%s", SOURCE_DIR, name);
  FILE *file = fopen(path, "re");
  if (file == NULL) fail_msg("%s is missing: giftd config %s > %s", name, command, name);
  const size_t length = fread(kept, 1, sizeof kept, file);
  fclose(file);
  buffer_init(&text, wanted, sizeof wanted);
  print(&text);
  if (!str_equal((struct str){kept, length}, buffer_text(&text))) fail_msg("%s is old: giftd config %s > %s", name, command, name);
}

static void documents_are_current(void **state) {
  (void)state;
  check_document("docs/CONFIGURATION.md", config_document, "docs");
  check_document("deploy/giftd.conf", config_deployed, "sample");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup(takes, fresh),
      cmocka_unit_test_setup(refuses, fresh),
      cmocka_unit_test_setup(refuses_bytes_that_are_no_text, fresh),
      cmocka_unit_test_setup(bounds_passed_keys, fresh),
      cmocka_unit_test_setup(flag_beats_environment_beats_file_beats_default, fresh),
      cmocka_unit_test_setup(reads_the_environment, fresh),
      cmocka_unit_test_setup(passes_kafka_through, fresh),
      cmocka_unit_test_setup(pairs_hold_what_the_files_say, fresh),
      cmocka_unit_test_setup(wrong_flags_are_told, fresh),
      cmocka_unit_test_setup(key_is_read_from_a_file_of_its_own, fresh),
      cmocka_unit_test_setup(secrets_that_everybody_may_read_are_named, fresh),
      cmocka_unit_test_setup(prints_what_can_be_read_back, fresh),
      cmocka_unit_test_setup(documents_come_from_the_table, fresh),
      cmocka_unit_test_setup(documents_are_current, fresh),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
