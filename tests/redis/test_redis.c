/* The store on a real Redis: every write follows its version, what is loaded is known to be of it, and a segment is made anew without
 * holding the server up. */
#include "stage.h"

static void test_first_look_finds_nothing(void **state) {
  (void)state;
  struct stage stage = {0};
  stage_open(&stage);
  assert_false(look(&stage).exists);
  bool refused;
  (void)load_one(&stage, 1, 0, 3, STR("c1"), &refused);
  assert_true(refused);
  stage_close(&stage);
}

static void test_writes_follow_their_version(void **state) {
  (void)state;
  struct stage stage = {0};
  stage_open(&stage);
  create(&stage, 5);
  char binary[] = "G\0\r\n$-1\r\n\xff";
  struct str record = {binary, sizeof binary - 1};
  write_one(&stage, 5, 0, 3, STR("c1"), record);
  write_one(&stage, 5, 1, 599, (struct str){"c\0\r\n", 4}, STR("other"));
  expect_answers(&stage, 3, false);
  bool refused;
  assert_true(str_equal(load_one(&stage, 5, 2, 3, STR("c1"), &refused), record));
  assert_false(refused);
  assert_true(str_equal(load_one(&stage, 5, 2, 599, (struct str){"c\0\r\n", 4}, &refused), STR("other")));
  assert_int_equal(load_one(&stage, 5, 2, 4, STR("c1"), &refused).length, 0);
  assert_false(refused);
  write_one(&stage, 5, 2, 3, STR("c1"), (struct str){NULL, 0}); /* no state any more */
  assert_int_equal(load_one(&stage, 5, 3, 3, STR("c1"), &refused).length, 0);
  assert_false(refused);
  stage_close(&stage);
}

static void test_another_version_is_refused(void **state) {
  (void)state;
  struct stage stage = {0};
  stage_open(&stage);
  create(&stage, 5);
  write_one(&stage, 5, 0, 3, STR("c1"), STR("mine"));
  expect_answers(&stage, 2, false);
  write_one(&stage, 5, 0, 3, STR("c1"), STR("late"));
  expect_answers(&stage, 3, true);
  bool refused;
  (void)look(&stage); /* doubt: begins anew */
  assert_true(str_equal(load_one(&stage, 5, 1, 3, STR("c1"), &refused), STR("mine")));
  assert_false(refused);
  write_one(&stage, 4, 1, 3, STR("c1"), STR("an older epoch"));
  expect_answers(&stage, 1, true);
  (void)load_one(&stage, 5, 1, 3, STR("c1"), &refused);
  assert_true(refused); /* a write before it was */
  stage_close(&stage);
}

static void test_segment_tells_what_was_written(void **state) {
  (void)state;
  struct stage stage = {0};
  stage_open(&stage);
  create(&stage, 18446744073709551615u);
  struct store_write write = write_of(18446744073709551615u, 0);
  write.next = (struct version){18446744073709551614u, 9007199254740993u}; /* beyond what Lua's numbers hold */
  write.set_mark = true;
  write.mark_sequence = 9007199254740995u;
  write.mark_place = 18446744073709551613u;
  expect_status(&stage, send_write(&stage, &write), STATUS_OK, "");
  struct segment found;
  expect_answers(&stage, 2, false);
  found = look(&stage);
  assert_true(found.exists);
  assert_true(found.version.epoch == 18446744073709551614u && found.version.count == 9007199254740993u);
  assert_true(found.mark_sequence == 9007199254740995u && found.mark_place == 18446744073709551613u);
  assert_true(found.shards == 4 && found.buckets == 600 && found.secret == 0xfeed);
  assert_string_equal(host_says(&stage.host, "HGET giftd:{test:2}:segment events_next"), "12");
  struct store_write next = {
      .expect = found.version, .next = {1, 0}, .mark_sequence = 1, .mark_place = 1, .events_next = 1}; /* no mark set */
  expect_status(&stage, send_write(&stage, &next), STATUS_OK, "");
  expect_answers(&stage, 1, false);
  found = look(&stage);
  assert_true(found.version.epoch == 1 && found.mark_sequence == 9007199254740995u && found.mark_place == 18446744073709551613u);
  assert_true(found.shards == 4 && found.buckets == 600 && found.secret == 0xfeed);
  assert_string_equal(host_says(&stage.host, "HGET giftd:{test:2}:segment inbox_next"), "none");
  stage_close(&stage);
}

static void test_emptied_between_is_seen(void **state) {
  (void)state;
  struct stage stage = {0};
  stage_open(&stage);
  create(&stage, 5);
  write_one(&stage, 5, 0, 3, STR("c1"), STR("mine"));
  bool refused;
  (void)load_one(&stage, 5, 1, 3, STR("c1"), &refused);
  assert_false(refused);
  assert_string_equal(host_says(&stage.host, "FLUSHALL"), "OK");
  (void)load_one(&stage, 5, 1, 3, STR("c1"), &refused);
  assert_true(refused);
  write_one(&stage, 5, 1, 3, STR("c1"), STR("next"));
  expect_answers(&stage, 3, true);
  assert_false(look(&stage).exists);
  stage_close(&stage);
}

/* Reads of a load as the server meets them: the version behind all records. */
static void test_version_is_read_behind_the_records(void **state) {
  (void)state;
  struct stage stage = {0};
  stage_open(&stage);
  create(&stage, 5);
  redisContext *monitor = redisConnectUnix(stage.host.socket);
  freeReplyObject(redisCommand(monitor, "MONITOR"));
  struct store_record keys[2] = {{.key = STR("c1"), .bucket = 3}, {.key = STR("c2"), .bucket = 4}};
  struct str records[2];
  bool refused;
  struct version version = {5, 0};
  expect_status(&stage, stage.store.load(stage.store.self, version, keys, 2, records, &refused, &stage.fault), STATUS_OK, "");
  const char *expected[3] = {"HGET", "HGET", "HMGET"};
  for (int i = 0; i < 3; i++) {
    redisReply *line = NULL;
    assert_int_equal(redisGetReply(monitor, (void **)&line), REDIS_OK);
    char verb[16];
    snprintf(verb, sizeof verb, "\"%s\"", expected[i]);
    if (strstr(line->str, verb) == NULL) fail_msg("'%s' is not the %d. command: %s", expected[i], i + 1, line->str);
    freeReplyObject(line);
  }
  redisFree(monitor);
  stage_close(&stage);
}

static void test_writes_go_out_without_waiting(void **state) {
  (void)state;
  struct stage stage = {0};
  stage_open(&stage);
  create(&stage, 5);
  kill(stage.host.pid, SIGSTOP);
  for (uint64_t i = 0; i < 100; i++) write_one(&stage, 5, i, (uint32_t)i % 7, STR("c1"), STR("record"));
  uint64_t answered;
  bool refused;
  expect_status(&stage, stage.store.answers(stage.store.self, false, &answered, &refused, &stage.fault), STATUS_OK, "");
  assert_int_equal(answered, 1);
  kill(stage.host.pid, SIGCONT);
  expect_answers(&stage, 101, false);
  for (uint64_t i = 100; i < 200; i++) write_one(&stage, 5, i, 3, STR("c1"), i == 199 ? STR("last") : STR("record"));
  assert_true(str_equal(load_one(&stage, 5, 200, 3, STR("c1"), &refused), STR("last")));
  assert_false(refused);
  expect_answers(&stage, 201, false);
  stage_close(&stage);
}

static void test_many_records_in_one_write(void **state) {
  (void)state;
  struct stage stage = {0};
  static struct store_record records[3000];
  static char keys[3000][16], bytes[65536];
  stage_open(&stage);
  create(&stage, 5);
  memset(bytes, 'x', sizeof bytes);
  for (uint32_t i = 0; i < 3000; i++) {
    snprintf(keys[i], sizeof keys[i], "c%u", i);
    records[i] = (struct store_record){str_of(keys[i]), {bytes, i == 17 ? sizeof bytes : i % 50}, i / 1000};
  }
  struct store_write write = write_of(5, 0);
  write.records = records;
  write.count = 3000;
  expect_status(&stage, send_write(&stage, &write), STATUS_OK, "");
  bool refused;
  static struct str found[3000];
  struct version version = {5, 1};
  expect_status(&stage, stage.store.load(stage.store.self, version, records, 3000, found, &refused, &stage.fault), STATUS_OK, "");
  assert_false(refused);
  for (uint32_t i = 0; i < 3000; i++) assert_true(str_equal(found[i], records[i].record));
  static struct store_record all[2000];
  uint32_t count;
  const uint32_t one = 1, seven = 7, several[] = {2, 7, 0};
  expect_status(&stage, stage.store.buckets(stage.store.self, version, &one, 1, all, 1000, &count, &refused, &stage.fault), STATUS_OK, "");
  assert_int_equal(count, 980); /* every fiftieth is empty: none */
  assert_false(refused);
  assert_int_equal(all[0].bucket, 1);
  expect_status(&stage, stage.store.buckets(stage.store.self, version, &seven, 1, all, 1000, &count, &refused, &stage.fault), STATUS_OK,
                "");
  assert_int_equal(count, 0);
  expect_status(&stage, stage.store.buckets(stage.store.self, version, &one, 1, all, 100, &count, &refused, &stage.fault), STATUS_LIMIT,
                "980 owners");
  expect_status(&stage, stage.store.buckets(stage.store.self, version, several, 3, all, 2000, &count, &refused, &stage.fault), STATUS_OK,
                "");
  assert_int_equal(count, 2 * 980);
  assert_int_equal(all[979].bucket, 2);
  assert_int_equal(all[980].bucket, 0);
  stage_close(&stage);
}

static void test_create_leaves_the_old_and_takes_it_away(void **state) {
  (void)state;
  struct stage stage = {0};
  stage_open(&stage);
  create(&stage, 5);
  for (uint32_t i = 0; i < 600; i++) write_one(&stage, 5, i, i, STR("c1"), STR("old"));
  write_one(&stage, 5, 600, 1, STR("pool!coffee"), STR("12345"));
  expect_answers(&stage, 602, false);
  assert_string_equal(host_says(&stage.host, "HMGET giftd:{test:2}:pool:coffee total used lent left"), "4 elements");
  assert_string_equal(host_says(&stage.host, "DBSIZE"), "603"); /* 600 buckets, the segment, a counter, its name */
  create(&stage, 6);
  bool refused;
  assert_int_equal(load_one(&stage, 6, 0, 3, STR("c1"), &refused).length, 0);
  assert_false(refused);
  assert_string_equal(host_says(&stage.host, "EXISTS giftd:{test:2}:pool:coffee"), "0");
  assert_true(look(&stage).mark_sequence == 0);
  assert_string_equal(host_says(&stage.host, "DBSIZE"), "346"); /* a slice of 256 went with the first write */
  for (uint32_t i = 0; i < 5; i++) write_one(&stage, 6, i, 3, STR("c1"), STR("new"));
  expect_answers(&stage, 5, false);
  assert_string_equal(host_says(&stage.host, "DBSIZE"), "2");
  assert_true(str_equal(load_one(&stage, 6, 5, 3, STR("c1"), &refused), STR("new")));
  stage_close(&stage);
}

static void test_counters_can_be_read(void **state) {
  (void)state;
  struct stage stage = {0};
  stage_open(&stage);
  create(&stage, 5);
  write_one(&stage, 5, 0, 1, STR("pool!coffee"), STR("12345"));
  write_one(&stage, 5, 1, 1, STR("pool!endless"), STR("12345"));
  write_one(&stage, 5, 2, 1, STR("plain"), STR("12345"));
  expect_answers(&stage, 4, false);
  assert_string_equal(host_says(&stage.host, "HGET giftd:{test:2}:pool:coffee used"), "5");
  assert_string_equal(host_says(&stage.host, "HGET giftd:{test:2}:pool:coffee left"), "995");
  assert_string_equal(host_says(&stage.host, "HGET giftd:{test:2}:pool:endless left"), "unlimited");
  assert_string_equal(host_says(&stage.host, "SCARD giftd:{test:2}:pools"), "2");
  stage_close(&stage);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(test_first_look_finds_nothing),
      cmocka_unit_test(test_writes_follow_their_version),
      cmocka_unit_test(test_another_version_is_refused),
      cmocka_unit_test(test_segment_tells_what_was_written),
      cmocka_unit_test(test_emptied_between_is_seen),
      cmocka_unit_test(test_version_is_read_behind_the_records),
      cmocka_unit_test(test_writes_go_out_without_waiting),
      cmocka_unit_test(test_many_records_in_one_write),
      cmocka_unit_test(test_create_leaves_the_old_and_takes_it_away),
      cmocka_unit_test(test_counters_can_be_read),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
