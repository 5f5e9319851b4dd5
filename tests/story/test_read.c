/* Reading scenario files: what is understood, and what is told - with line and nearest word - when it is not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "parts.h"

#define MEMORY (24u * 1024u * 1024u)

struct room {
  struct catalogue catalogue;
  struct scenario_problems problems;
  struct arena arena;
  char memory[MEMORY];
};

static struct room *room_new(void) {
  struct room *room = calloc(1, sizeof *room);
  assert_non_null(room);
  catalogue_init(&room->catalogue);
  arena_init(&room->arena, room->memory, sizeof room->memory);
  room->problems.arena = &room->arena;
  return room;
}

static struct scenario_file *read_text(struct room *room, const char *text) {
  return scenario_read(STR("x/friday.test"), str_of(text), &room->catalogue, NULL, &room->arena, &room->problems);
}

/* ---- broken files ---- */

struct broken {
  const char *text;
  uint32_t line;
  const char *says;
};

#define HEAD "scenario \"a\"\n"
#define EVENT HEAD "2026-12-04 12:30 c1 login\n"

static const struct broken broken_files[] = {
    {"", 1, "holds no scenario"},
    {"# only a comment\n", 2, "holds no scenario"},
    {"senario \"a\"\n", 1, "comes before the first scenario"},
    {"2026-12-04 12:30 c1 login\n", 1, "comes before the first scenario"},
    {"2026-12-04 12:30 c1 login\n    nothing\n- c1 login\nscenario \"a\"\n", 1, "comes before the first scenario"},
    {"scenario a b\n", 1, "one title, in quotes"},
    {"scenario\n", 1, "one title, in quotes"},
    {"scenario \"a\n", 1, "has no partner"},
    {HEAD "campain friday\n", 2, "did you mean 'campaign'?"},
    {HEAD "campaign\n", 2, "needs the id"},
    {EVENT "campaign friday\n", 3, "comes after the first event"},
    {HEAD "covers\n", 2, "needs names of requirements"},
    {HEAD "covers R3,R4\n", 2, "'R3,R4' is not a requirement"},
    {HEAD "covers R34567890123456789012345678901234\n", 2, "is not a requirement"},
    {HEAD "covers 34\n", 2, "'34' is not a requirement"},
    {HEAD "customer\n", 2, "customer needs an id"},
    {HEAD "customer c/1\n", 2, "BAD_CUSTOMER"},
    {HEAD "  customer c1\n", 2, "is indented"},
    {HEAD "  2026-12-04 12:30 c1 login\n", 2, "no event above it"},
    {HEAD "12:30 c1 login\n", 2, "is not a time"},
    {HEAD "2026-12-04 c1 login\n", 2, "is not a time"},
    {HEAD "2026-02-29 12:30 c1 login\n", 2, "is not a time"},
    {HEAD "2026-12-04 24:00 c1 login\n", 2, "is not a time"},
    {HEAD "2026-12-04 12:60 c1 login\n", 2, "is not a time"},
    {HEAD "2026-12-04 12:30\n", 2, "needs a time, a customer and a type"},
    {HEAD "2026-12-04 12:30 c1\n", 2, "needs a time, a customer and a type"},
    {HEAD "- c1\n", 2, "needs a time, a customer and a type"},
    {HEAD "+2H c1 login\n", 2, "is not a duration"},
    {HEAD "+P1DT2H c1 login\n", 2, "is not a duration"},
    {HEAD "- c1 logn\n", 2, "did you mean 'login'?"},
    {HEAD "- c1 txn.cardspend amount=80.00\n", 2, "did you mean 'txn.card_spend'?"},
    {HEAD "- c1 txn.card_spend amont=80.00\n", 2, "did you mean 'amount'?"},
    {HEAD "- c1 txn.card_spend amount\n", 2, "is not field=value"},
    {HEAD "- c1 txn.card_spend amount=80\n", 2, "is not an amount in CNY"},
    {HEAD "- c1 txn.card_spend amount=80.0\n", 2, "is not an amount in CNY"},
    {HEAD "- c1 txn.card_spend amount=-8.00\n", 2, "is not an amount in CNY"},
    {HEAD "- c1 txn.card_spend amount=80.00 currency=JPY\n", 2, "is not an amount in JPY; write it with 0 decimals"},
    {HEAD "- c1 txn.card_spend amount=80.00 currency=XXY\n", 2, "is not a currency"},
    {HEAD "- c1 txn.card_spend amount=80.00 amount=90.00\n", 2, "appears twice"},
    {HEAD "- c1 txn.card_spend mcc=58\n", 2, "BAD_MCC"},
    {HEAD "- c1 login id=caf\xc3\xa9\n", 2, "BAD_ID"},
    {HEAD "- c1 login happened=yesterday\n", 2, "is not a moment"},
    {HEAD "- c/1 login\n", 2, "BAD_CUSTOMER"},
    {HEAD "- c1 game.finished score=high\n", 2, "expected a whole number"},
    {HEAD "repeat\n", 2, "repeat needs a number"},
    {HEAD "repeat 0 - c1 login\n", 2, "repeat needs a number"},
    {HEAD "repeat 1000000 - c1 login\n", 2, "repeat needs a number"},
    {HEAD "repeat ten - c1 login\n", 2, "repeat needs a number"},
    {HEAD "gift half any\n", 2, "indent it under its event"},
    {HEAD "    gift half any\n", 2, "no event above it"},
    {HEAD "pool x\n", 2, "a pool is written"},
    {HEAD "pool x 0\n", 2, "a pool is written"},
    {HEAD "pool x 0 lef\n", 2, "a pool is written"},
    {EVENT "    gft half any\n", 3, "did you mean 'gift'?"},
    {EVENT "    gift\n", 3, "the rule is missing"},
    {EVENT "    gift half\n", 3, "the reward is missing"},
    {EVENT "    gift half instant_discount 40.00 frm pool\n", 3, "did you mean 'from'?"},
    {EVENT "    gift half instant_discount 40.00 from\n", 3, "a word is missing at the end"},
    {EVENT "    gift half instant_discount 40.00 count many\n", 3, "'many' cannot follow 'count'"},
    {EVENT "    gift half instant_discount 40.00 valid tomorrow\n", 3, "'tomorrow' cannot follow 'valid'"},
    {EVENT "    gift half instant_discount 40.00 limit x\n", 3, "is not a word of this expectation"},
    {EVENT "    refuse half\n", 3, "the reason is missing"},
    {EVENT "    refuse half LIMIT_REACH\n", 3, "did you mean 'LIMIT_REACHED'?"},
    {EVENT "    refuse half LIMIT_REACHED count 1\n", 3, "is not a word of this expectation"},
    {EVENT "    reduce half\n", 3, "the value is missing"},
    {EVENT "    chance pack none\n", 3, "N is a whole number"},
    {EVENT "    nothing at all\n", 3, "nothing may follow this word"},
    {HEAD "- c1 login \xff\n", 1, "not UTF-8"},
};

static void test_broken_files(void **unused) {
  (void)unused;
  for (size_t i = 0; i < sizeof broken_files / sizeof broken_files[0]; i++) {
    const struct broken *row = &broken_files[i];
    struct room *room = room_new();
    read_text(room, row->text);
    if (room->problems.count != 1) fail_msg("row %zu: %u problems: %s", i, room->problems.count, row->text);
    const struct scenario_problem *problem = &room->problems.items[0];
    if (problem->line != row->line || strstr(problem->text.at, row->says) == NULL)
      fail_msg("row %zu: line %u: %s\nfor: %s", i, problem->line, problem->text.at, row->text);
    assert_true(str_equal(problem->file, STR("x/friday.test")));
    free(room);
  }
}

static void test_all_problems_at_once(void **unused) {
  (void)unused;
  struct room *room = room_new();
  read_text(room, HEAD "covers 4\n- c1 logn\n- c1 login\n    gift\n    refuse half NO\n");
  assert_int_equal(room->problems.count, 4);
  const uint32_t lines[] = {2, 3, 5, 6};
  for (uint32_t i = 0; i < 4; i++) assert_int_equal(room->problems.items[i].line, lines[i]);
  free(room);
}

/* One wrong line is one problem: what hangs on it is not told as well. */
static void test_no_cascade(void **unused) {
  (void)unused;
  static const struct broken rows[] = {
      {"senario \"a\"\n- c1 login\n    nothing\ncustomer c1\n", 1, "did you mean 'scenario'?"},
      {HEAD "event c1 login\n    nothing\n    gift half any\n# text\n\n    chance pack 2\n", 2, "does not begin a line"},
      {HEAD "- c1 bill.paid biller=\"State Grid\n    nothing\n    gift half any\n", 2, "has no partner"},
      {EVENT "    nothing\nevnt c1 login\n    gift half any\n- c1 login\n    nothing\n", 4, "does not begin a line"},
      {HEAD "event c1 login\n    nothing\n- c1 login\n    gft half any\n", 2, "does not begin a line"}, /* and line 5 */
  };
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    struct room *room = room_new();
    read_text(room, rows[i].text);
    if (room->problems.count != (i == 4 ? 2 : 1)) fail_msg("row %zu: %u problems", i, room->problems.count);
    const struct scenario_problem *problem = &room->problems.items[0];
    if (problem->line != rows[i].line || strstr(problem->text.at, rows[i].says) == NULL)
      fail_msg("row %zu: line %u: %s", i, problem->line, problem->text.at);
    if (i == 4) assert_int_equal(room->problems.items[1].line, 5);
    free(room);
  }
}

/* ---- what is understood ---- */

static void test_story(void **unused) {
  (void)unused;
  struct room *room = room_new();
  struct scenario_file *file =
      read_text(room,
                "\xEF\xBB\xBF# a comment\r\n"
                "scenario \"\xE5\x91\xA8\xE4\xBA\x94\"   # title in Chinese\r\n"
                "covers R34 R42\r\n"
                "customer c1 tags=vip,segment:retail\r\n"
                "2026-12-04 12:30:05 c1 bill.paid amount=80.00 biller=\"State Grid\" id=p1\r\n"
                "    gift half instant_discount 40.00 count 2 from p partial valid 2026-12-05..2026-12-06  # text\r\n"
                "    refuse other LIMIT_REACHED limit friday/other#count.customer.month actual 3 (3 of 3 per customer)\r\n"
                "  pool p 7 left\r\n"
                "    chance pack 2\r\n"
                "repeat 3 +PT1M c{n} login\r\n"
                "    nothing\r\n");
  assert_int_equal(room->problems.count, 0);
  assert_int_equal(file->scenario_count, 1);
  const struct scenario *scenario = &file->scenarios[0];
  assert_true(str_equal(scenario->campaign_texts[0], STR("friday")));
  assert_int_equal(scenario->cover_count, 2);
  assert_true(str_equal(scenario->covers[1], STR("R42")));
  assert_int_equal(scenario->step_count, 4);
  const struct step *paid = &scenario->steps[1];
  assert_int_equal(paid->at_ms, 1796358605000 - 0);
  assert_int_equal(paid->word_count, 2);
  assert_true(str_equal(paid->words[1].value, STR("State Grid")));
  assert_int_equal(paid->expect_count, 3);
  assert_int_equal(paid->expects[0].count, 2);
  assert_true(paid->expects[0].partial);
  assert_int_equal(paid->expects[0].valid_to_ms - paid->expects[0].valid_from_ms, 2 * MS_PER_DAY);
  assert_int_equal(paid->expects[1].reason, REASON_LIMIT_REACHED);
  assert_true(str_equal(paid->expects[1].limit, STR("friday/other#count.customer.month")));
  assert_int_equal(paid->expects[2].kind, EXPECT_CHANCE);
  assert_int_equal(scenario->steps[2].kind, STEP_POOL);
  assert_int_equal(scenario->steps[3].repeat, 3);
  free(room);
}

static void test_event_line(void **unused) {
  (void)unused;
  struct room *room = room_new();
  struct scenario_file *file = read_text(room, HEAD
                                         "repeat 2 2026-12-04 12:30 c{n} txn.card_spend amount={n}.00 mcc=5812 happened=2026-12-03T23:00\n"
                                         "customer c1 tags=a,b\ncustomer c1 tags=\n- c1 txn.card_spend amount=8 currency=JPY id=x\n");
  static const char *const lines[] = {
      "{\"specversion\":\"1.0\",\"id\":\"line-2.2\",\"source\":\"scenario\",\"type\":\"txn.card_spend\",\"subject\":\"c2\",\"time\":\"2026-"
      "12-03T23:00:00+08:00\","
      "\"recordedtime\":\"2026-12-04T12:30:00+08:00\",\"data\":{\"amount_minor\":200,\"mcc\":\"5812\",\"currency\":\"CNY\"}}",
      "{\"specversion\":\"1.0\",\"id\":\"line-3\",\"source\":\"scenario\",\"type\":\"customer.updated\",\"subject\":\"c1\",\"time\":\"2026-"
      "12-04T12:30:00+08:00\","
      "\"recordedtime\":\"2026-12-04T12:30:00+08:00\",\"data\":{\"tags\":[\"a\",\"b\"]}}",
      "{\"specversion\":\"1.0\",\"id\":\"line-4\",\"source\":\"scenario\",\"type\":\"customer.updated\",\"subject\":\"c1\",\"time\":\"2026-"
      "12-04T12:30:00+08:00\","
      "\"recordedtime\":\"2026-12-04T12:30:00+08:00\",\"data\":{\"tags\":[]}}",
      "{\"specversion\":\"1.0\",\"id\":\"x\",\"source\":\"scenario\",\"type\":\"txn.card_spend\",\"subject\":\"c1\",\"time\":\"2026-12-"
      "04T12:30:00+08:00\","
      "\"recordedtime\":\"2026-12-04T12:30:00+08:00\",\"data\":{\"amount_minor\":8,\"currency\":\"JPY\"}}"};
  if (room->problems.count > 0) fail_msg("%s", room->problems.items[0].text.at);
  for (uint32_t i = 0; i < 4; i++) {
    char memory[4096], words[512];
    struct buffer line, trouble;
    buffer_init(&line, memory, sizeof memory);
    buffer_init(&trouble, words, sizeof words);
    assert_true(scenario_event_line(&file->scenarios[0].steps[i], 2, file->scenarios[0].steps[0].at_ms, &file->scenarios[0].home,
                                    NULL, &room->catalogue, &line, &trouble));
    assert_true(str_equal(buffer_text(&line), str_of(lines[i])));
  }
  free(room);
}

/* Every prefix of a story, and a story of nothing but openings, ends with an answer. */
static void test_prefixes(void **unused) {
  (void)unused;
  static const char story[] = HEAD
      "covers R3\ncustomer c1 tags=a\n2026-12-04 12:30 c1 txn.card_spend amount=80.00\n    gift a b 1.00 valid ..2026-12-05\npool x 1 "
      "left\n";
  for (size_t length = 0; length <= sizeof story - 1; length++) {
    struct room *room = room_new();
    scenario_read(STR("x.test"), (struct str){story, length}, &room->catalogue, NULL, &room->arena, &room->problems);
    free(room);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(test_broken_files), cmocka_unit_test(test_all_problems_at_once),
                                     cmocka_unit_test(test_no_cascade),   cmocka_unit_test(test_story),
                                     cmocka_unit_test(test_event_line),   cmocka_unit_test(test_prefixes)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
