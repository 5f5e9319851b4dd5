/* Forwards as bytes (judge.h): what was sent is what is read, at every bound of it; one byte less, one more, or anything else than what
 * giftd writes is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "giftd/base/bytes.h"
#include "giftd/judge.h"

#define MOST (FORWARD_BYTES + 4096u)

struct sending {
  struct decision *decision;
  struct forward_message message, got;
  struct heard_way ways[LIMIT_HEARD];
  char input[FORWARD_INPUT_BYTES + 1], hearer[LIMIT_ID_BYTES + 1], line[LIMIT_EVENT_BYTES + 2], bytes[MOST];
  size_t length;
};

/* As large as it gets: everything at its bound. */
static struct sending *sending_new(uint32_t ways) {
  struct sending *s = calloc(1, sizeof *s);
  assert_non_null(s);
  s->decision = calloc(1, sizeof *s->decision);
  assert_non_null(s->decision);
  memset(s->input, 'i', sizeof s->input), memset(s->hearer, 'h', sizeof s->hearer), memset(s->line, 'l', sizeof s->line);
  s->message = (struct forward_message){.from = LIMIT_SHARDS - 1,
                                        .to = 1,
                                        .position = UINT64_MAX,
                                        .arrival_ms = -5,
                                        .input = {s->input, FORWARD_INPUT_BYTES},
                                        .line = {s->line, LIMIT_EVENT_BYTES + 1}};
  s->decision->undone_minor = 1234, s->decision->undone_whole = true;
  s->decision->forward_count = 2, s->decision->heard_count = ways;
  s->decision->forwards[0] = (struct forward){.hearer = STR("other"), .ways = 1};
  s->decision->forwards[1] = (struct forward){.hearer = {s->hearer, LIMIT_ID_BYTES}, .reversal = true, .ways = ways - 1};
  for (uint32_t i = 0; i < ways; i++)
    s->decision->heard[i] = (struct heard_way){
        .rule = 0xfffffffff0u + i % 16, .fact = i, .key = UINT64_MAX - i, .period = i % 2 == 0 ? INT32_MIN : INT32_MAX, .forward = i > 0};
  return s;
}

static void sending_free(struct sending *s) {
  free(s->decision);
  free(s);
}

static void encoded(struct sending *s) {
  s->length = forward_encode(&s->message, s->decision, 1, s->bytes, sizeof s->bytes);
  assert_true(s->length > 0);
}

static bool decoded(struct sending *s, size_t length) {
  struct fault fault = {0};
  bool good = forward_decode((struct str){s->bytes, length}, s->ways, &s->got, &fault);
  assert_int_equal(good, fault.text[0] == 0);
  return good;
}

static void what_was_sent_is_read(void **unused) {
  (void)unused;
  struct sending *s = sending_new(LIMIT_HEARD);
  encoded(s);
  assert_true(s->length <= FORWARD_BYTES && decoded(s, s->length));
  assert_int_equal(s->got.from, LIMIT_SHARDS - 1);
  assert_int_equal(s->got.to, 1);
  assert_true(s->got.position == UINT64_MAX && s->got.arrival_ms == -5);
  assert_true(str_equal(s->got.input, s->message.input) && str_equal(s->got.line, s->message.line));
  assert_true(str_equal(s->got.hearer, s->decision->forwards[1].hearer));
  assert_true(s->got.hearing.reversal && s->got.hearing.undone_whole && s->got.hearing.undone_minor == 1234);
  assert_int_equal(s->got.hearing.count, LIMIT_HEARD - 1);
  for (uint32_t i = 0; i < LIMIT_HEARD - 1; i++) {
    const struct heard_way *got = &s->got.hearing.ways[i], *sent = &s->decision->heard[i + 1];
    assert_true(got->rule == sent->rule && got->fact == sent->fact && got->key == sent->key && got->period == sent->period);
    assert_true(got->forward == 0 && got->number == 0);
  }
  sending_free(s);
}

static void each_flag_for_itself(void **unused) {
  (void)unused;
  struct sending *s = sending_new(3);
  for (int flags = 0; flags < 4; flags++) {
    s->decision->forwards[1].reversal = (flags & 1) != 0, s->decision->undone_whole = (flags & 2) != 0;
    encoded(s);
    assert_int_equal(s->bytes[2], flags);
    assert_true(decoded(s, s->length));
    assert_int_equal(s->got.hearing.reversal, (flags & 1) != 0);
    assert_int_equal(s->got.hearing.undone_whole, (flags & 2) != 0);
  }
  s->bytes[2] = 4;
  assert_false(decoded(s, s->length));
  sending_free(s);
}

static void no_byte_less_and_none_more(void **unused) {
  (void)unused;
  struct sending *s = sending_new(4);
  s->message.input = STR("t/1"), s->message.line = STR("{}"), s->decision->forwards[1].hearer = STR("c");
  encoded(s);
  char exact[256];
  assert_int_equal(forward_encode(&s->message, s->decision, 1, exact, s->length), s->length);
  for (size_t less = 0; less < s->length; less++) {
    assert_int_equal(forward_encode(&s->message, s->decision, 1, exact, less), 0);
    assert_false(decoded(s, less));
  }
  assert_true(decoded(s, s->length));
  assert_false(decoded(s, s->length + 1));
  assert_true(forward_is(STR("F")) && !forward_is(STR("")) && !forward_is(STR("G")));
  s->bytes[0] = 'G';
  assert_false(decoded(s, s->length));
  sending_free(s);
}

/* 2 is what rules alone hear, 3 what some fact hears too; others are another giftd's. */
static void versions(void **unused) {
  (void)unused;
  struct sending *s = sending_new(3);
  encoded(s);
  assert_int_equal(s->bytes[1], 2);
  for (char version = 0; version < 6; version++) {
    s->bytes[1] = version;
    assert_int_equal(decoded(s, s->length), version == 2);
  }
  s->decision->heard[2].rule = 0;
  encoded(s);
  assert_int_equal(s->bytes[1], 3);
  for (char version = 0; version < 6; version++) {
    s->bytes[1] = version;
    assert_int_equal(decoded(s, s->length), version == 3);
  }
  sending_free(s);
}

/* 4: what a measure of who caused the event came to, or that it fell. */
static void figures(void **unused) {
  (void)unused;
  struct sending *s = sending_new(LIMIT_HEARD);
  for (uint32_t i = 0; i < LIMIT_HEARD; i++) {
    struct heard_way *way = &s->decision->heard[i];
    way->what = (enum heard_what)(i % 3), way->figure = i % 2 == 0 ? INT64_MIN : INT64_MAX - i, way->fact = i + 1;
    if (way->what == HEARD_FELL) way->rule = 0;
  }
  encoded(s);
  assert_true(s->length <= FORWARD_BYTES && s->bytes[1] == 4 && decoded(s, s->length));
  for (uint32_t i = 0; i < LIMIT_HEARD - 1; i++) {
    const struct heard_way *got = &s->got.hearing.ways[i], *sent = &s->decision->heard[i + 1];
    assert_true(got->what == sent->what && got->figure == sent->figure && got->rule == sent->rule && got->fact == sent->fact);
  }
  for (char version = 0; version < 6; version++) {
    s->bytes[1] = version;
    assert_int_equal(decoded(s, s->length), version == 4);
  }
  sending_free(s);
}

/* Of no fact, of a rule that hears that it fell; and what there is none of. */
static void figures_that_cannot_be(void **unused) {
  (void)unused;
  static const struct {
    struct heard_way way;
    bool good;
  } tries[] = {{{.rule = 1, .fact = 2, .what = HEARD_FIGURE, .forward = 1}, true},
               {{.rule = 1, .what = HEARD_FIGURE, .forward = 1}, false},
               {{.fact = 2, .what = HEARD_FELL, .forward = 1}, true},
               {{.rule = 1, .fact = 2, .what = HEARD_FELL, .forward = 1}, false},
               {{.what = HEARD_FELL, .forward = 1}, false},
               {{.rule = 1, .fact = 2, .what = (enum heard_what)3, .forward = 1}, false}};
  struct sending *s = sending_new(2);
  for (size_t i = 0; i < sizeof tries / sizeof tries[0]; i++) {
    s->decision->heard[1] = tries[i].way;
    encoded(s);
    assert_int_equal(decoded(s, s->length), tries[i].good);
  }
  sending_free(s);
}

static void beyond_each_bound(void **unused) {
  (void)unused;
  struct sending *s = sending_new(3);
  const struct forward_message good = s->message;
  encoded(s);
  assert_true(decoded(s, s->length));
  s->message.from = LIMIT_SHARDS;
  encoded(s);
  assert_false(decoded(s, s->length));
  s->message = good, s->message.to = LIMIT_SHARDS;
  encoded(s);
  assert_false(decoded(s, s->length));
  s->message = good, s->message.input.length++;
  encoded(s);
  assert_false(decoded(s, s->length));
  s->message = good, s->message.line.length++;
  encoded(s);
  assert_false(decoded(s, s->length));
  s->message = good, s->decision->forwards[1].hearer.length++;
  encoded(s);
  assert_false(decoded(s, s->length));
  s->decision->forwards[1].hearer = STR("");
  encoded(s);
  assert_false(decoded(s, s->length));
  sending_free(s);
}

/* Ways as nobody writes them: of this number, whose first has this period. */
static size_t ways_write(char *out, size_t capacity, uint32_t count, int64_t period) {
  struct writer w = writer_into(out, capacity);
  put_byte(&w, 'F'), put_byte(&w, 2), put_byte(&w, 0);
  put_varint(&w, 0), put_varint(&w, 0), put_varint(&w, 0), put_varint(&w, 0), put_varint(&w, 0);
  put_varint(&w, 0), put_varint(&w, 1), put_byte(&w, 'c');
  put_varint(&w, count);
  for (uint32_t i = 0; i < count; i++)
    put_fixed(&w, 1, 5), put_fixed(&w, 0, 5), put_fixed(&w, 0, 8), put_varint(&w, zigzag(i == 0 ? period : 0));
  put_varint(&w, 0);
  assert_false(w.full);
  return (size_t)(w.at - (unsigned char *)out);
}

static void ways_that_cannot_be(void **unused) {
  (void)unused;
  struct sending *s = sending_new(3);
  const struct {
    uint32_t count;
    int64_t period;
    bool good;
  } tries[] = {{LIMIT_HEARD, 0, true},
               {LIMIT_HEARD + 1, 0, false},
               {1, INT32_MAX, true},
               {1, INT32_MIN, true},
               {1, (int64_t)INT32_MAX + 1, false},
               {1, (int64_t)INT32_MIN - 1, false},
               {0, 0, true}};
  for (size_t i = 0; i < sizeof tries / sizeof tries[0]; i++) {
    size_t length = ways_write(s->bytes, sizeof s->bytes, tries[i].count, tries[i].period);
    assert_int_equal(decoded(s, length), tries[i].good);
    assert_int_equal(s->got.hearing.count, tries[i].good ? tries[i].count : 0);
    if (tries[i].good && tries[i].count == 1) assert_int_equal(s->got.hearing.ways[0].period, tries[i].period);
  }
  sending_free(s);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(what_was_sent_is_read),
                                     cmocka_unit_test(each_flag_for_itself),
                                     cmocka_unit_test(no_byte_less_and_none_more),
                                     cmocka_unit_test(versions),
                                     cmocka_unit_test(beyond_each_bound),
                                     cmocka_unit_test(ways_that_cannot_be),
                                     cmocka_unit_test(figures),
                                     cmocka_unit_test(figures_that_cannot_be)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
