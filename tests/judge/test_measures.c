/* Measures at their bounds (docs/language.md section 8): what is told apart, what is in a row, what a window has at a close, numbers at
 * their ends, and whose key makes way. What a measure is stands in the refusal of a rule that asks more of it. */
#include "judge/story.h"
#include "work.h"

#define FREE "'limits':'unlimited'"
#define VOUCHER "'give':{'reward':'voucher','value':'5.00','pool':'unlimited'}"
#define MEASURE(kind, of, on, window) "'facts':{'f':{'measure':'" kind "'" of ",'on':'" on "','window':" window "}},"
#define OF(field) ",'of':'" field "'"
#define ASKS(on, test) "'rules':[{'id':'g','on':" on ",'when':{'fact.f':" test "}," FREE "," VOUCHER "}]"
#define NOT " => g!TARGET_NOT_REACHED\n"
#define LAST_TWO "{'last':2,'unit':'month'}"

static const struct story stories[] = {
    {"a value of two days is one value, whichever was first",
     MEASURE("distinct", OF("channel"), "login", "{'rolling':'P3D'}") ASKS("'login'", "{'gte':9}"),
     "12-05T10:00 c1 login channel=a" NOT "why g => TARGET_NOT_REACHED condition 0 1/9\n"
     "12-06T10:00 c1 login channel=a" NOT "why g => TARGET_NOT_REACHED condition 0 1/9\n"
     "12-06T11:00 c1 login channel=b" NOT "why g => TARGET_NOT_REACHED condition 0 2/9\n"
     "12-07T10:00 c1 login channel=b" NOT "why g => TARGET_NOT_REACHED condition 0 2/9\n"
     "12-07T11:00 c1 login channel=a" NOT "why g => TARGET_NOT_REACHED condition 0 2/9\n"
     "12-08T11:00 c1 login channel=c" NOT "why g => TARGET_NOT_REACHED condition 0 3/9\n"},
    {"what has no value is none", MEASURE("distinct", OF("channel"), "login", "'month'") ASKS("'login'", "{'gte':9}"),
     "12-05T10:00 c1 login" NOT "why g => TARGET_NOT_REACHED condition 0 0/9\n"},
    {"days in a row, of each device its own",
     "'facts':{'f':{'measure':'streak','of':'day','on':'login','window':'month','per':['customer','device']}}," ASKS("'login'",
                                                                                                                     "{'gte':9}"),
     "12-05T10:00 c1 login device=d" NOT "12-06T10:00 c1 login device=e" NOT "why g => TARGET_NOT_REACHED condition 0 1/9\n"
     "12-07T10:00 c1 login device=e" NOT "why g => TARGET_NOT_REACHED condition 0 2/9\n"
     "12-07T11:00 c1 login device=d" NOT "why g => TARGET_NOT_REACHED condition 0 1/9\n"},
    {"a row ends with its window", MEASURE("streak", OF("day"), "login", "'month'") ASKS("'login'", "{'gte':9}"),
     "12-30T10:00 c1 login" NOT "12-31T10:00 c1 login" NOT "why g => TARGET_NOT_REACHED condition 0 2/9\n"
     "01-01T10:00 c1 login" NOT "why g => TARGET_NOT_REACHED condition 0 1/9\n"},
    {"the largest of several days, of numbers below nothing as well",
     MEASURE("max", OF("score"), "game.finished", "{'rolling':'P3D'}") ASKS("'game.finished'", "{'gte':99}"),
     "12-05T10:00 c1 game.finished score:=-7" NOT "why g => TARGET_NOT_REACHED condition 0 -7/99\n"
     "12-06T10:00 c1 game.finished score:=-3" NOT "why g => TARGET_NOT_REACHED condition 0 -3/99\n"
     "12-07T10:00 c1 game.finished score:=-5" NOT "why g => TARGET_NOT_REACHED condition 0 -3/99\n"
     "12-09T10:00 c1 game.finished score:=-9" NOT "why g => TARGET_NOT_REACHED condition 0 -5/99\n"},
    {"and the least", MEASURE("min", OF("score"), "game.finished", "{'rolling':'P3D'}") ASKS("'game.finished'", "{'gte':99}"),
     "12-05T10:00 c1 game.finished score:=7" NOT "why g => TARGET_NOT_REACHED condition 0 7/99\n"
     "12-06T10:00 c1 game.finished score:=3" NOT "why g => TARGET_NOT_REACHED condition 0 3/99\n"
     "12-07T10:00 c1 game.finished score:=5" NOT "why g => TARGET_NOT_REACHED condition 0 3/99\n"
     "12-09T10:00 c1 game.finished score:=9" NOT "why g => TARGET_NOT_REACHED condition 0 5/99\n"},
    {"the largest number that there is, and none above it",
     MEASURE("sum", OF("score"), "game.finished", "{'rolling':'P3D'}") ASKS("'game.finished'", "{'lt':0}"),
     "12-05T10:00 c1 game.finished score:=9223372036854775807" NOT "why g => TARGET_NOT_REACHED condition 0 9223372036854775807/0\n"
     "12-06T10:00 c1 game.finished score:=9223372036854775807" NOT "why g => TARGET_NOT_REACHED condition 0 9223372036854775807/0\n"
     "12-07T10:00 c1 game.finished score:=-9223372036854775807" NOT "why g => TARGET_NOT_REACHED condition 0 9223372036854775807/0\n"},
    {"the least number, and none below it",
     MEASURE("sum", OF("score"), "game.finished", "{'rolling':'P3D'}") ASKS("'game.finished'", "{'gt':0}"),
     "12-05T10:00 c1 game.finished score:=-9223372036854775807" NOT "why g => TARGET_NOT_REACHED condition 0 -9223372036854775807/0\n"
     "12-06T10:00 c1 game.finished score:=-2" NOT "why g => TARGET_NOT_REACHED condition 0 -9223372036854775808/0\n"
     "12-07T10:00 c1 game.finished score:=2" NOT "why g => TARGET_NOT_REACHED condition 0 -9223372036854775807/0\n"},
    {"an average of nothing is none", MEASURE("average", OF("score"), "game.finished", "'month'") ASKS("'login'", "{'gte':0}"),
     "12-05T10:00 c1 login" NOT "12-05T11:00 c1 game.finished score:=-7 => \n"
     "12-05T12:00 c1 game.finished score:=2 => \n"
     "12-05T13:00 c1 login" NOT "why g => TARGET_NOT_REACHED condition 0 -2/0\n"},
    {"two months that are over, and the two before these",
     "'facts':{'f':{'measure':'count','on':'login','window':{'last':2,'unit':'month'},'previous':1}}," ASKS("'login'", "{'gte':9}"),
     "12-05T10:00 c1 login" NOT "01-05T10:00 c1 login" NOT "why g => TARGET_NOT_REACHED condition 0 0/9\n"
     "01-06T10:00 c1 login" NOT "02-05T10:00 c1 login" NOT "why g => TARGET_NOT_REACHED condition 0 1/9\n"
     "03-05T10:00 c1 login" NOT "why g => TARGET_NOT_REACHED condition 0 3/9\n"},
    {"a month in which nothing was counted does not close", MEASURE("count", "", "login", "'month'") ASKS("{'close':'month'}", "{'gte':9}"),
     "12-05T10:00 c1 login => \n"
     "12-05T11:00 c1 login => \n"
     "02-05T10:00 c1 login => \n"
     "passes 01-01T00:00 c1" NOT "why g => TARGET_NOT_REACHED condition 0 2/9\n"
     "passes 02-01T00:00 c1 => \n"
     "passes 03-01T00:00 c1" NOT "why g => TARGET_NOT_REACHED condition 0 1/9\n"
     "passes 04-14T00:00 c1 => \n"},
    {"a month closes of whom the one before has something in its window",
     "'facts':{'f':{'measure':'count','on':'login','window':'month','previous':1}}," ASKS("{'close':'month'}", "{'gte':9}"),
     "12-05T10:00 c1 login => \n"
     "passes 01-01T00:00 c1 => \n"
     "passes 02-01T00:00 c1" NOT "why g => TARGET_NOT_REACHED condition 0 1/9\n"
     "passes 04-14T00:00 c1 => \n"},
    {"two closed months end with the month that closes", MEASURE("count", "", "login", LAST_TWO) ASKS("{'close':'month'}", "{'gte':9}"),
     "12-05T10:00 c1 login => \n"
     "passes 01-01T00:00 c1" NOT "why g => TARGET_NOT_REACHED condition 0 1/9\n"
     "01-05T10:00 c1 login => \n"
     "passes 02-01T00:00 c1" NOT "why g => TARGET_NOT_REACHED condition 0 2/9\n"
     "passes 03-01T00:00 c1" NOT "why g => TARGET_NOT_REACHED condition 0 1/9\n"
     "passes 04-14T00:00 c1 => \n"},
    {"two months before the last",
     "'facts':{'f':{'measure':'count','on':'login','window':{'last':2,'unit':'month'},'previous':1}}," ASKS("{'close':'month'}",
                                                                                                            "{'gte':9}"),
     "12-05T10:00 c1 login => \n"
     "passes 01-01T00:00 c1 => \n"
     "passes 02-01T00:00 c1" NOT "why g => TARGET_NOT_REACHED condition 0 1/9\n"
     "passes 03-01T00:00 c1" NOT "passes 04-14T00:00 c1 => \n"},
    {"three days at the close of a day", MEASURE("count", "", "login", "{'rolling':'P3D'}") ASKS("{'close':'day'}", "{'gte':9}"),
     "12-05T10:00 c1 login => \n"
     "passes 12-06T00:00 c1" NOT "12-06T10:00 c1 login => \n"
     "passes 12-07T00:00 c1" NOT "why g => TARGET_NOT_REACHED condition 0 2/9\n"
     "passes 12-08T00:00 c1" NOT "why g => TARGET_NOT_REACHED condition 0 2/9\n"
     "passes 12-09T00:00 c1" NOT "why g => TARGET_NOT_REACHED condition 0 1/9\n"
     "passes 12-30T00:00 c1 => \n"},
    {"the whole campaign at each close", MEASURE("count", "", "login", "'campaign'") ASKS("{'close':'month'}", "{'gte':9}"),
     "12-05T10:00 c1 login => \n"
     "passes 01-01T00:00 c1" NOT "passes 02-01T00:00 c1" NOT "why g => TARGET_NOT_REACHED condition 0 1/9\n"
     "passes 03-01T00:00 c1" NOT "passes 04-01T00:00 c1" NOT "passes 04-14T00:00 c1 => \n"},
    {"all that there was at each close", MEASURE("count", "", "login", "'ever'") ASKS("{'close':'month'}", "{'gte':9}"),
     "12-05T10:00 c1 login => \n"
     "passes 01-01T00:00 c1" NOT "passes 02-01T00:00 c1" NOT "why g => TARGET_NOT_REACHED condition 0 1/9\n"},
    {"and what was between two dates",
     MEASURE("count", "", "login", "{'from':'2026-12-02','to':'2026-12-10'}") ASKS("{'close':'month'}", "{'gte':9}"),
     "12-05T10:00 c1 login => \n"
     "passes 01-01T00:00 c1" NOT "passes 02-01T00:00 c1" NOT "why g => TARGET_NOT_REACHED condition 0 1/9\n"},
    {"of two measures the close goes by the one that counts first",
     "'facts':{'f':{'measure':'count','on':'login','window':'month'},'e':{'measure':'count','on':'checkin','window':'month','previous':1}},"
     "'rules':[{'id':'g','on':{'close':'month'},'when':{'fact.f':{'gte':9},'fact.e':{'gte':9}}," FREE "," VOUCHER "}]",
     "12-05T10:00 c1 checkin => \n"
     "12-05T11:00 c1 login => \n"
     "passes 01-01T00:00 c1" NOT "02-05T11:00 c1 login => \n"
     "passes 02-01T00:00 c1" NOT "passes 03-01T00:00 c1" NOT "passes 04-14T00:00 c1 => \n"},
    {"a row of days, and different values, at the close of their month",
     "'facts':{'f':{'measure':'streak','of':'day','on':'login','window':'month'},'e':{'measure':'distinct','of':'channel','on':'checkin','"
     "window':'month'}},'rules':[{'id':'g','on':{'close':'month'},'when':{'fact.f':{'gte':9}}," FREE "," VOUCHER
     "},{'id':'h','on':{'close':'month'},'when':{'fact.e':{'gte':1}}," FREE "," VOUCHER "}]",
     "12-05T10:00 c1 login => \n"
     "passes 01-01T00:00 c1 => g!TARGET_NOT_REACHED\n"
     "01-05T10:00 c1 checkin channel=a => \n"
     "passes 02-01T00:00 c1 => h+5.00\n"},
    {"an event without the number counts nothing", MEASURE("average", OF("score"), "game.finished", "'month'") ASKS("'login'", "{'lt':-9}"),
     "12-05T10:00 c1 game.finished score:=4 => \n"
     "12-05T11:00 c1 game.finished => \n"
     "12-05T13:00 c1 login" NOT "why g => TARGET_NOT_REACHED condition 0 4/-9\n"},
    {"from the customer's own moment on, for two days, both ends in",
     "'facts':{'opened':{'first':'account.opened'},'f':{'measure':'count','on':'login','window':{'since':'fact.opened','for':'P2D'}"
     "}}," ASKS("'login'", "{'gte':9}"),
     "12-05T10:00 c1 account.opened => \n"
     "12-05T09:59:59 c1 login" NOT "why g => TARGET_NOT_REACHED condition 1 0/9\n"
     "12-05T10:00 c1 login" NOT "why g => TARGET_NOT_REACHED condition 1 1/9\n"
     "12-07T09:59:59 c1 login" NOT "why g => TARGET_NOT_REACHED condition 1 2/9\n"
     "12-07T10:00 c1 login" NOT "why g => TARGET_NOT_REACHED condition 1 3/9\n"
     "12-07T10:00:01 c1 login" NOT "why g => TARGET_NOT_REACHED condition 1 3/9\n"},
    {"one event may be refunded, another not: all of the month is known as long as any of it may be refunded",
     "'facts':{'f':{'measure':'count','on':['login','txn.card_spend'],'window':'month'}}," ASKS("['login','txn.card_spend']", "{'gte':9}"),
     "12-05T10:00 c1 login" NOT "record c1 => MEASURE 2027-04-08\n"
     "12-05T11:00 c1 spend 5.00" NOT "record c1 => MEASURE 2027-04-08, FED 2027-03-13, ORIGINAL 2027-03-13\n"
     "12-05T12:00 c1 login" NOT "record c1 => MEASURE 2027-04-08, FED 2027-03-13, ORIGINAL 2027-03-13\n"},
    {"nobody has a cycle, and nothing closes",
     "'period':{'from':'2026-12-01','to':'2027-03-31','closing':'P40D'}," MEASURE("count", "", "login", "{'cycle':'profile.statement_day'}")
         ASKS("{'close':{'cycle':'profile.statement_day'}}", "{'gte':9}"),
     "12-05T10:00 c1 login => \n"
     "dues c1 => \n"
     "record c1 => \n"},
    {"what no refund lowers is remembered until its last day may have a late one",
     MEASURE("max", OF("amount"), "txn.card_spend", "'month'") ASKS("'txn.card_spend'", "{'gte':'9.00'}"),
     "12-05T10:00 c1 spend 1.00" NOT "record c1 => MEASURE 2027-01-08\n"},
};

static void measures(void **unused) {
  (void)unused;
  stories_tell(stories, sizeof stories / sizeof stories[0]);
}

static const struct outcome *told(struct stage *s, uint32_t number, const char *text) {
  char line[128], *words[8];
  snprintf(line, sizeof line, "%s", text);
  const struct decision *decision = stage_event(s, story_line(words, story_words(line, words, 8), number));
  assert_int_equal(decision->outcome_count, 1);
  return &decision->outcomes[0];
}

/* "12-01" of 0. */
static const char *day_print(uint32_t day) {
  static char text[8];
  uint32_t month = day < 31 ? 12 : day < 62 ? 1 : 2;
  snprintf(text, sizeof text, "%02u-%02u", month, day - (month == 12 ? 0 : month == 1 ? 31 : 62) + 1);
  return text;
}

static uint32_t cells_of(struct stage *s, enum cell_kind kind) {
  uint32_t count = 0, slot = 0;
  const struct state *state = stage_customer(s, "c1");
  for (const struct cell *cell = state_any(state, &slot); cell != NULL; cell = state_any(state, &slot)) count += cell_kind(cell) == kind;
  return count;
}

static const struct cell *cell_of(struct stage *s, enum cell_kind kind) {
  uint32_t slot = 0;
  const struct cell *cell = state_any(stage_customer(s, "c1"), &slot);
  while (cell != NULL && cell_kind(cell) != kind) cell = state_any(stage_customer(s, "c1"), &slot);
  assert_non_null(cell);
  return cell;
}

/* Records outlive the giftd that wrote them: a value that is named otherwise would count once more. */
static void values_and_windows_are_known_by_the_same_names(void **unused) {
  (void)unused;
  static const struct story values = {"values", MEASURE("distinct", OF("channel"), "login", "'month'") ASKS("'login'", "{'lt':1}"), ""};
  static const struct story dates = {
      "dates", MEASURE("count", "", "login", "{'from':'2026-12-02','to':'2026-12-10'}") ASKS("'login'", "{'lt':1}"), ""};
  struct stage *s = story_stage(&values);
  const struct value app = {.kind = VALUE_TEXT, .text = STR("app")};
  (void)told(s, 1, "12-05T10:00 c1 login channel=app");
  const struct cell *cell = cell_of(s, CELL_DISTINCT);
  assert_true(cell->distinct.value == hash_of_value(0, &app) && cell->key == hash64_pair(&HASH_KEY_FIXED, 0, cell->distinct.value));
  assert_int_equal(cell->distinct.unit, 20792); /* the day, 5 December */
  assert_int_equal(cell->period, 683);          /* the month */
  stage_free(s);
  s = story_stage(&dates);
  (void)told(s, 1, "12-05T10:00 c1 login");
  assert_int_equal(cell_of(s, CELL_MEASURE)->period, 0);
  stage_free(s);
}

/* Another threshold than those that the rule names wakes nobody: here the second of two, of which the measure has one. */
static void what_stands_behind_the_thresholds_is_none(void **unused) {
  (void)unused;
  static const struct story campaign = {
      "bands",
      MEASURE("count", "", "login", "'month'") "'rules':[{'id':'g','on':{'fact':'f'},'when':{'fact.f':{'gte':1}}," FREE "," VOUCHER
                                               "},{'id':'h','on':{'fact':'f'},'when':{'fact.f':{'gte':2}}," FREE "," VOUCHER "}]",
      ""};
  struct stage *s = story_stage(&campaign);
  assert_int_equal(s->book->facts[0].band_count, 2);
  ((struct fact *)&s->book->facts[0])->band_count = 1;
  stage_read(s, "{\"id\":\"1\",\"source\":\"t\",\"customer\":\"c1\",\"type\":\"login\",\"time\":\"2026-12-05T10:00:00+08:00\"}");
  stage_judge(s, &s->event, NULL, &s->decision);
  assert_int_equal(s->decision.gift_count, 1);
  stage_read(s, "{\"id\":\"2\",\"source\":\"t\",\"customer\":\"c1\",\"type\":\"login\",\"time\":\"2026-12-05T10:00:00+08:00\"}");
  stage_judge(s, &s->event, NULL, &s->decision);
  assert_int_equal(s->decision.outcome_count, 0);
  stage_free(s);
}

static void so_many_values_are_told_apart(void **unused) {
  (void)unused;
  static const struct story campaign = {"distinct", MEASURE("distinct", OF("channel"), "login", "'month'") ASKS("'login'", "{'lt':1}"), ""};
  struct stage *s = story_stage(&campaign);
  for (uint32_t number = 1; number <= LIMIT_DISTINCT + 1; number++) {
    char text[64];
    snprintf(text, sizeof text, "12-05T10:00 c1 login channel=c%u", number);
    assert_int_equal(told(s, number, text)->actual, number < LIMIT_DISTINCT ? number : LIMIT_DISTINCT);
  }
  assert_int_equal(told(s, 100, "12-06T10:00 c1 login channel=c1")->actual, LIMIT_DISTINCT);
  assert_int_equal(cells_of(s, CELL_DISTINCT), LIMIT_DISTINCT);
  stage_free(s);
}

/* In a window of several months each keeps as many as it may, and no more are told apart of them together. */
static void so_many_of_several_days(void **unused) {
  (void)unused;
  static const struct story campaign = {"distinct",
                                        MEASURE("distinct", OF("channel"), "login", "{'rolling':'P2D'}") ASKS("'login'", "{'lt':1}"), ""};
  struct stage *s = story_stage(&campaign);
  for (uint32_t number = 1; number <= 40; number++) {
    char text[64];
    snprintf(text, sizeof text, "12-05T10:00 c1 login channel=c%u", number);
    assert_int_equal(told(s, number, text)->actual, number);
    snprintf(text, sizeof text, "12-06T10:00 c1 login channel=d%u", number);
    assert_int_equal(told(s, 100 + number, text)->actual, 2 * number < LIMIT_DISTINCT ? 2 * number : LIMIT_DISTINCT);
  }
  stage_free(s);
}

static void so_many_days_are_in_a_row(void **unused) {
  (void)unused;
  static const struct story campaign = {"streak", MEASURE("streak", OF("day"), "login", "'ever'") ASKS("'login'", "{'lt':1}"), ""};
  struct stage *s = story_stage(&campaign);
  for (uint32_t day = 0; day < LIMIT_DISTINCT + 2; day++) {
    char text[64];
    snprintf(text, sizeof text, "%sT10:00 c1 login", day_print(day));
    assert_int_equal(told(s, day, text)->actual, day < LIMIT_DISTINCT ? day + 1 : LIMIT_DISTINCT);
  }
  stage_free(s);
}

/* Of more devices than are told apart the one that was not heard for longest begins anew, whatever it is called. */
static void the_longest_unused_makes_way(void **unused) {
  (void)unused;
  static const struct story campaign = {
      "keys",
      "'facts':{'f':{'measure':'count','on':'login','window':'campaign','per':['customer','device']}}," ASKS("'login'", "{'gte':99}"), ""};
  for (uint32_t first = 0; first < 4; first++) {
    struct stage *s = story_stage(&campaign);
    char text[64];
    for (uint32_t number = 0; number < LIMIT_FACT_KEYS; number++) {
      snprintf(text, sizeof text, "12-05T10:00:%02u c1 login device=d%u", 1 + number, (first + number) % LIMIT_FACT_KEYS);
      assert_int_equal(told(s, number, text)->actual, 1);
    }
    snprintf(text, sizeof text, "12-05T11:00 c1 login device=d%u", first);
    assert_int_equal(told(s, 100, text)->actual, 2);
    assert_int_equal(told(s, 101, "12-05T12:00 c1 login device=one-more")->actual, 1); /* the second of them goes */
    for (uint32_t number = 2; number < LIMIT_FACT_KEYS; number++) {
      snprintf(text, sizeof text, "12-06T10:00 c1 login device=d%u", (first + number) % LIMIT_FACT_KEYS);
      assert_int_equal(told(s, 100 + number, text)->actual, 2);
    }
    snprintf(text, sizeof text, "12-06T10:00 c1 login device=d%u", (first + 1) % LIMIT_FACT_KEYS);
    assert_int_equal(told(s, 200, text)->actual, 1);
    stage_free(s);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(so_many_values_are_told_apart),
                                     cmocka_unit_test(so_many_of_several_days),
                                     cmocka_unit_test(so_many_days_are_in_a_row),
                                     cmocka_unit_test(the_longest_unused_makes_way),
                                     cmocka_unit_test(measures),
                                     cmocka_unit_test(values_and_windows_are_known_by_the_same_names),
                                     cmocka_unit_test(what_stands_behind_the_thresholds_is_none)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
