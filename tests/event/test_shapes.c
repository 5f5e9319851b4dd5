/* What was learned of lines changes nothing that is read. line_read compares every line of these tests, read alone, with the same line read
 * by what lines before it looked like; here are the lines that such a memory would get wrong.
 */
#include "lines.h"

static struct catalogue catalogue;

static void reads(const char *text, enum event_problem problem) {
  struct reading reading;
  char *copy = malloc(strlen(text));
  memcpy(copy, text, strlen(text));
  line_read(&catalogue, (struct str){copy, strlen(text)}, &reading);
  if (reading.problem != problem) fail_msg("%s: %s", text, event_problems[reading.problem].code);
  free(reading.memory);
  free(copy);
}

#define MONEY ",\"amount_minor\":12800,\"currency\":\"CNY\""

static void lines_of_one_source(void **state) {
  (void)state;
  for (int i = 0; i < 3; i++) {
    reads("{" LINE_FLAT MONEY ",\"mcc\":\"5812\"}", EVENT_OK);
    reads("{" LINE_FLAT MONEY ",\"mcc\":\"5812\",\"city\":\"310000\"}", EVENT_OK);
    reads("{" LINE_FLAT ",\"city\":\"310000\"" MONEY "}", EVENT_OK);
    reads("{" LINE_CE ",\"data\":{\"amount_minor\":1,\"currency\":\"CNY\"}}", EVENT_OK);
    reads("{" LINE_CE ",\"data\":{\"currency\":\"CNY\",\"amount_minor\":1},\"other\":1}", EVENT_OK);
    reads("{" LINE_CE ",\"data\":{\"amount_minor\":1.5,\"currency\":\"CNY\"}}", EVENT_NOT_WHOLE);
  }
}

/* As json.dumps of Python writes them, and with more or fewer blanks than the line before. */
static void blanks(void **state) {
  (void)state;
  static const char *const colons[] = {":", ": ", ":  ", " : ", ":\t"}, *const commas[] = {",", ", ", " ,", ",  "};
  for (size_t i = 0; i < COUNT(colons) * COUNT(commas) * 4; i++) {
    char text[512];
    const char *colon = colons[i % COUNT(colons)], *comma = commas[i / 2 % COUNT(commas)];
    snprintf(text, sizeof text,
             "{\"id\"%s\"e1\"%s\"source\"%s\"core\"%s\"type\"%s\"login\"%s\"customer\"%s\"c1\"%s\"time\"%s\"2026-11-20T12:01:07+08:00\"%s}",
             colon, comma, colon, comma, colon, comma, colon, comma, colon, i % 3 == 0 ? " " : "");
    reads(text, EVENT_OK);
  }
}

/* A path that was learned ends in a key that stood on it. */
static void keys_that_stand_twice(void **state) {
  (void)state;
  for (int i = 0; i < 2; i++) {
    reads("{" LINE_FLAT MONEY "}", EVENT_OK);
    reads("{" LINE_FLAT MONEY ",\"id\":\"e2\"}", EVENT_DUPLICATE_KEY);
    reads("{" LINE_FLAT MONEY ",\"currency\":\"CNY\"}", EVENT_DUPLICATE_KEY);
    reads("{" LINE_FLAT MONEY ",\"\\u0069d\":\"e2\"}", EVENT_DUPLICATE_KEY);
    reads("{\"\\u0069d\":\"e1\",\"id\":\"e1\"" MONEY "}", EVENT_DUPLICATE_KEY);
    reads("{" LINE_CE ",\"data\":{\"mcc\":\"5812\", \"mcc\":\"5812\"}}", EVENT_DUPLICATE_KEY);
  }
}

/* A key of the line is none of data, and the other way round. */
static void places_of_keys(void **state) {
  (void)state;
  for (int i = 0; i < 3; i++) {
    reads("{" LINE_CE ",\"data\":{\"id\":\"x\",\"mcc\":\"5812\"}}", EVENT_OK);
    reads("{" LINE_FLAT ",\"other\":{\"id\":\"x\",\"mcc\":5812}}", EVENT_OK);
    reads("{" LINE_CE ",\"mcc\":\"5812\",\"data\":{\"mcc\":\"5813\"}}", EVENT_OK);
    reads("{" LINE_CE ",\"data\":[{\"mcc\":\"5813\"}]}", EVENT_DATA_NOT_OBJECT);
    reads("{\"data\":{\"mcc\":\"5813\"}," LINE_CE "}", EVENT_OK);
    reads("{" LINE_CE ",\"data\":{\"other\":{\"mcc\":7},\"mcc\":\"5813\"}}", EVENT_OK);
  }
}

/* A line that ends behind a colon teaches nothing, however often it comes: those behind it are learned. */
static void lines_that_are_cut(void **state) {
  (void)state;
  static struct event_shapes shapes;
  static const char whole[] = "{" LINE_CE ",\"data\":{\"mcc\":\"5812\"}}";
  event_shapes_init(&shapes, &catalogue);
  for (unsigned i = 0; i < 20; i++) {
    struct reading reading;
    struct arena arena = reading_arena(&reading, STR(whole));
    assert_int_equal(event_read_alike(&shapes, STR("{\"id\":"), &arena, &reading.event, &reading.error), EVENT_TRUNCATED);
    if (i > 8) assert_int_equal(event_read_alike(&shapes, STR(whole), &arena, &reading.event, &reading.error), EVENT_OK);
    free(reading.memory);
  }
  assert_int_equal(shapes.count, 2 + 8); /* the roots; six attributes, data and mcc */
  assert_int_equal(shapes.missed, 0);
}

/* More kinds of lines than are kept: those that have no place are read all the same, and in time all is learned anew. */
static void more_shapes_than_have_room(void **state) {
  (void)state;
  static struct event_shapes shapes;
  uint32_t most = 0;
  bool anew = false;
  event_shapes_init(&shapes, &catalogue);
  for (unsigned i = 0; i < 90000; i++) {
    char text[512];
    struct reading alone;
    int length = snprintf(text, sizeof text, "{\"a%u\":1,\"b%u\":2,\"c%u\":3,\"d%u\":4,\"e%u\":5," LINE_FLAT ",\"%s\":1" MONEY "}", i % 7,
                          i / 7 % 8, i / 56 % 8, i / 448 % 8, i, "a_key_that_is_longer_than_there_is_room_for");
    struct str line = {text, (size_t)length};
    struct arena arena = reading_arena(&alone, line);
    alone.problem = event_read(&catalogue, line, &arena, &alone.event, &alone.error);
    line_reads_alike(&shapes, line, &alone);
    anew |= shapes.count < most;
    most = shapes.count;
    assert_true(shapes.count <= SHAPE_KEYS && alone.problem == EVENT_OK);
    free(alone.memory);
  }
  assert_true(anew);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(lines_of_one_source),   cmocka_unit_test(blanks),
                                     cmocka_unit_test(keys_that_stand_twice), cmocka_unit_test(places_of_keys),
                                     cmocka_unit_test(lines_that_are_cut),    cmocka_unit_test(more_shapes_than_have_room)};
  catalogue_init(&catalogue);
  return cmocka_run_group_tests(tests, NULL, NULL);
}
