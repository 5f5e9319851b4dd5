/* Two owners of one shard, who shut each other out again and again, drop transactions half written, commit without waiting for the
 * answer: the log-first protocol in its smallest form, on a real broker. Each event leads to one reward; the journal says how far it went.
 * At the end every event has exactly one reward, in order. GIFTD_TEST_EVENTS and GIFTD_TEST_SEED make it longer and other; brokers may be
 * killed and started again meanwhile. */
#include "stage.h"

enum stage_of_rival { FENCE, READ, SEEK, DECIDE, COMMIT };
struct rival {
  struct kafka *kafka;
  struct kafka_shard *shard;
  struct ledger_log log;
  enum stage_of_rival at;
  uint64_t next, decided; /* next: as the journal says; decided: with what is under way */
  uint32_t takeovers, commits, doubts;
};

static uint64_t seed;
static uint32_t chance(uint32_t of) {
  seed = seed * 6364136223846793005u + 1442695040888963407u;
  return (uint32_t)(seed >> 33) % of;
}

static void begin_anew(struct rival *owner) {
  owner->log.drop(owner->log.self);
  owner->at = FENCE;
  owner->doubts++;
}

static enum status read_journal(struct rival *owner, struct fault *fault) {
  struct log_record records[8];
  uint32_t count = 0;
  bool ended = false;
  enum status status = owner->log.journal_read(owner->log.self, records, 8, &count, &ended, fault);
  if (status != STATUS_OK) return status;
  for (uint32_t i = 0; i < count; i++) {
    int64_t next = -1;
    assert_true(str_to_int64(records[i].bytes, &next));
    assert_true((uint64_t)next >= owner->next); /* never backwards */
    owner->next = (uint64_t)next;
  }
  if (ended) owner->at = SEEK;
  return STATUS_OK;
}

static enum status write_batch(struct rival *owner, const struct input_line *lines, uint32_t count, struct fault *fault) {
  char text[300];
  enum status status = owner->log.begin(owner->log.self, fault);
  for (uint32_t i = 0; i < count && status == STATUS_OK; i++) {
    assert_int_equal(lines[i].position, owner->decided);
    int length = snprintf(text, sizeof text, "{\"id\":\"R%llu\",\"subject\":\"c1\",\"data\":{\"of\":%.*s}}\n",
                          (unsigned long long)lines[i].position, STR_FORMAT(lines[i].bytes));
    status = owner->log.append(owner->log.self, OUTPUT_REWARDS, 0, (struct str){text, (size_t)length}, fault);
    owner->decided = lines[i].next;
  }
  if (status != STATUS_OK) return status;
  int length = snprintf(text, sizeof text, "%llu", (unsigned long long)owner->decided);
  status = owner->log.append_journal(owner->log.self, (struct str){text, (size_t)length}, fault);
  if (status != STATUS_OK) return status;
  if (chance(12) == 0) usleep(chance(30) * 1000); /* some of it is on the broker */
  if (chance(12) == 0) return fault_set(fault, STATUS_SERVICE, "left half written");
  owner->at = COMMIT;
  return owner->log.commit_start(owner->log.self, fault);
}

static enum status step(struct rival *owner, struct fault *fault) {
  struct input_line lines[64];
  uint32_t count = 0;
  uint64_t place = 0;
  bool done = false;
  enum status status = STATUS_OK;
  switch (owner->at) {
    case FENCE:
      status = owner->log.fence(owner->log.self, &done, fault);
      if (status != STATUS_OK || !done) return status;
      owner->takeovers++;
      owner->at = READ;
      owner->next = 0;
      return owner->log.journal_seek(owner->log.self, 0, fault);
    case READ: return read_journal(owner, fault);
    case SEEK:
      owner->at = DECIDE;
      owner->decided = owner->next;
      return owner->log.input_seek(owner->log.self, owner->next, 0, fault);
    case DECIDE:
      status = owner->log.poll(owner->log.self, lines, 1 + chance(64), &count, fault);
      return status == STATUS_OK && count > 0 ? write_batch(owner, lines, count, fault) : status;
    case COMMIT:
      if (chance(40) == 0) return fault_set(fault, STATUS_SERVICE, "gone without waiting for the answer");
      status = owner->log.commit_poll(owner->log.self, &done, &place, fault);
      if (status == STATUS_OK && done) owner->at = DECIDE, owner->next = owner->decided, owner->commits++;
      return status;
  }
  return STATUS_OK;
}

/* GIFTD_TEST_LOUD: where both are, every five seconds. */
static void progress(const struct rival *rivals) {
  static int64_t said_ms;
  if (getenv("GIFTD_TEST_LOUD") == NULL || clock_ms() - said_ms < 5000) return;
  said_ms = clock_ms();
  for (int i = 0; i < 2; i++)
    fprintf(stderr, "at %lld s: %d is in %d, at event %llu, %u takeovers, %u commits\n", (long long)(said_ms / 1000), i, (int)rivals[i].at,
            (unsigned long long)rivals[i].next, rivals[i].takeovers, rivals[i].commits);
}

static void rewards_are_exact(struct stage *stage, int events) {
  struct raw_reader reader = raw_open(stage_topic(stage, "rewards"), 0, "read_committed");
  rd_kafka_message_t *message;
  int count = 0;
  for (; (message = raw_next(&reader)) != NULL; count++) {
    char want[32];
    snprintf(want, sizeof want, "R%d", count);
    text_is(raw_header(message, "ce_id"), want);
    rd_kafka_message_destroy(message);
  }
  raw_close(&reader);
  assert_int_equal(count, events);
}

static void every_event_has_one_reward(void **state) {
  struct stage stage;
  struct rival owners[2];
  int events = getenv("GIFTD_TEST_EVENTS") != NULL ? atoi(getenv("GIFTD_TEST_EVENTS")) : 2000;
  (void)state;
  seed = getenv("GIFTD_TEST_SEED") != NULL ? (uint64_t)atoi(getenv("GIFTD_TEST_SEED")) : 1;
  stage_make(&stage, 1);
  raw_events(&stage, 0, 0, events);
  for (int i = 0; i < 2; i++) {
    owners[i] = (struct rival){.at = FENCE};
    OK(kafka_open(&stage.settings, &owners[i].kafka, &fault));
    OK(kafka_shard_open(owners[i].kafka, 0, &owners[i].shard, &fault));
    owners[i].log = kafka_shard_log(owners[i].shard);
  }
  int64_t longest_ms = 0;
  uint64_t until[2] = {0, 0}; /* each works for a while, and wakes up while the other works */
  for (int64_t limit = clock_ms() + 480000 + 10 * events; owners[0].next < (uint64_t)events && owners[1].next < (uint64_t)events;) {
    struct rival *owner = &owners[chance(300) == 0 ? chance(2) : until[0] < until[1]];
    struct fault fault = {.status = STATUS_OK};
    assert_true(clock_ms() < limit);
    int64_t began_ms = clock_ms();
    if (step(owner, &fault) != STATUS_OK) {
      if (fault.status != STATUS_SERVICE) fail_msg("%s", fault.text);
      if (getenv("GIFTD_TEST_LOUD") != NULL) fprintf(stderr, "%s\n", fault.text);
      begin_anew(owner);
    }
    if (clock_ms() - began_ms > longest_ms) longest_ms = clock_ms() - began_ms;
    if (chance(400) == 0) until[0] = chance(2), until[1] = 1 - until[0];
    kafka_wait(owner->kafka, 2);
    progress(owners);
  }
  printf("%u + %u takeovers, %u + %u commits, %u + %u doubts, longest call %lld ms\n", owners[0].takeovers, owners[1].takeovers,
         owners[0].commits, owners[1].commits, owners[0].doubts, owners[1].doubts, (long long)longest_ms);
  assert_true(owners[0].takeovers + owners[1].takeovers > 4);
  for (int i = 0; i < 2; i++) {
    kafka_shard_close(owners[i].shard);
    kafka_close(owners[i].kafka);
  }
  rewards_are_exact(&stage, events);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(every_event_has_one_reward)};
  return cmocka_run_group_tests_name("kafka contest", tests, NULL, NULL);
}
