/* Bytes of journal and checkpoint: what was written is read; cut, flipped or foreign bytes are told and never read as something else. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "redo.h"

static const struct redo_head heads[] = {
    {.kind = REDO_JOURNAL, .part = 0, .last = true, .epoch = 1, .sequence = 1, .shard = 0, .shards = 1, .buckets = 1, .secret = 1},
    {REDO_JOURNAL, 300, true, 1u << 20, UINT64_MAX, 0, 1023, 1024, 16384, UINT64_MAX, UINT64_MAX, 129, 77, true, UINT64_MAX},
    {REDO_CHECKPOINT, 3, false, 5, 6, UINT64_MAX, 7, 8, 9, 10, 0, 0, 0, true, 0},
};

static char memory[REDO_BYTES], copy[REDO_BYTES];

static void head_equal(const struct redo_head *a, const struct redo_head *b) {
  assert_int_equal(a->kind, b->kind);
  assert_int_equal(a->part, b->part);
  assert_int_equal(a->last, b->last);
  assert_int_equal(a->epoch, b->epoch);
  assert_true(a->sequence == b->sequence && a->place == b->place && a->secret == b->secret);
  assert_true(a->shard == b->shard && a->shards == b->shards && a->buckets == b->buckets);
  assert_true(a->events_next == b->events_next && a->inbox_next == b->inbox_next && a->rulebook == b->rulebook);
  assert_true(a->tallied == b->tallied && a->root == b->root);
}

static uint32_t fill(struct buffer *out, const struct redo_head *head, uint32_t states) {
  static char record[LIMIT_STATE_BYTES];
  uint32_t put = 0;
  redo_open(out, head);
  for (; put < states; put++) {
    char key[2] = {'c', (char)put};
    memset(record, (int)put, sizeof record);
    if (!redo_put(out, (struct str){key, 2}, (struct str){record, put % 7 == 6 ? sizeof record : put * 3})) break;
  }
  return put;
}

static void what_was_written_is_read(void **unused) {
  (void)unused;
  for (size_t i = 0; i < sizeof heads / sizeof heads[0]; i++) {
    struct buffer out;
    struct redo_head head;
    struct redo_reader reader;
    struct fault fault;
    struct str key, record;
    bool bad;
    buffer_init(&out, memory, sizeof memory);
    uint32_t put = fill(&out, &heads[i], 200), read = 0;
    assert_in_range(put, 14, 199); /* 64 KiB every seventh: it ends, by its own bound */
    assert_true(out.length <= REDO_BYTES);
    assert_int_equal(redo_read(buffer_text(&out), &head, &reader, &fault), STATUS_OK);
    head_equal(&head, &heads[i]);
    for (; redo_next(&reader, &key, &record, &bad); read++) {
      assert_int_equal(key.length, 2);
      assert_int_equal((unsigned char)key.at[1], read);
      assert_int_equal(record.length, read % 7 == 6 ? LIMIT_STATE_BYTES : read * 3);
      for (size_t n = 0; n < record.length; n++) assert_int_equal((unsigned char)record.at[n], read);
    }
    assert_false(bad);
    assert_int_equal(read, put);
  }
}

/* Reads to the end; every string must lie inside the bytes that were given (the sanitizer sees to it: they are a heap block of their own).
 */
static enum status read_all(struct str bytes, bool *bad) {
  struct redo_head head;
  struct redo_reader reader;
  struct fault fault = {0};
  struct str key, record;
  unsigned sum = 0;
  *bad = false;
  enum status status = redo_read(bytes, &head, &reader, &fault);
  if (status != STATUS_OK) assert_true(fault.text[0] != 0);
  while (status == STATUS_OK && redo_next(&reader, &key, &record, bad))
    for (size_t n = 0; n < record.length; n++) sum += (unsigned char)record.at[n];
  return sum == 1 ? STATUS_OK : status;
}

static void cut_and_flipped_bytes_are_survived(void **unused) {
  (void)unused;
  struct buffer out;
  bool bad;
  buffer_init(&out, copy, sizeof copy);
  fill(&out, &heads[1], 6);
  size_t whole = out.length, told = 0;
  for (size_t length = 0; length < whole; length++) {
    char *block = malloc(length + 1);
    assert_non_null(block);
    memcpy(block, copy, length);
    enum status status = read_all((struct str){block, length}, &bad);
    told += status != STATUS_OK || bad;
    if (length < 30) assert_int_equal(status, STATUS_STATE); /* inside the head */
    free(block);
  }
  assert_true(told > whole - 8); /* only a cut between two states looks whole */
  for (size_t at = 0; at < whole; at++) {
    char *block = malloc(whole);
    assert_non_null(block);
    memcpy(block, copy, whole);
    block[at] = (char)~block[at];
    enum status status = read_all((struct str){block, whole}, &bad);
    if (at < 2) assert_int_equal(status, STATUS_STATE);
    free(block);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(what_was_written_is_read), cmocka_unit_test(cut_and_flipped_bytes_are_survived)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
