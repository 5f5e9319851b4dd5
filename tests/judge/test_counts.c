/* A book says how many rules hear a close, how many closes and chances there are. What stands behind the last in memory is another's, or
 * nobody's: nothing of it is judged, looked for or kept. Here counts are shorter than what stands there. */
#include "judge/looking.h"
#include "judge/steps.h"

#define FREE "'limits':'unlimited'"
#define VOUCHER "'give':{'reward':'voucher','value':'5.00','pool':'unlimited'}"
#define COUNTS(id, on, window) "'" id "':{'measure':'count','on':'" on "','window':" window "}"
#define CLOSES(id, period, fact) "{'id':'" id "','on':{'close':" period "},'when':{'fact." fact "':{'gte':1}}," FREE "," VOUCHER "}"
#define SPARSE "'period':{'from':'2026-12-01','to':'2027-03-31','closing':'P40D'},"
#define SILENT \
  SPARSE "'facts':{" COUNTS("n", "login", "'month'") "," COUNTS("m", "checkin", "'month'") "},'rules':[{'id':'z','on':'account.opened','" \
         "when':{'fact.n':{'gte':9},'fact.m':{'gte':9}}," FREE "," VOUCHER "}]"
#define BOTH SPARSE "'facts':{" COUNTS("n", "login", "'month'") "," COUNTS("m", "checkin", "'month'") "},'rules':["

static struct rulebook *book_of(struct stage *s) { return (struct rulebook *)s->book; }

static struct close *close_of(struct stage *s, uint32_t number) { return (struct close *)&s->book->closes[number]; }

/* Files that hear closes come to somebody who counted before: looked at, with only the first `rules` of the close. */
static void looked_at(const char *event, const char *files, uint32_t closes, uint32_t rules, const char *now, const char *expected) {
  const struct story before = {"counts", SILENT, ""};
  struct stage *s = story_stage(&before);
  struct looking l;
  looking_begin(&l, s);
  told(s, event, 1);
  looking_files(s, files);
  assert_true(s->book->close_count >= closes && s->book->closes[0].rule_count >= rules);
  book_of(s)->close_count = closes, close_of(s, 0)->rule_count = rules;
  s->clock_ms = l.look.from_ms = l.look.taken_ms = story_instant_of(now);
  looking_customer(&l, "c1");
  dues_are(s, expected);
  stage_free(s);
}

static void a_look_asks_the_rules_of_a_close(void **unused) {
  (void)unused;
  const char *two = BOTH CLOSES("g", "'month'", "n") "," CLOSES("h", "'month'", "m") "]";
  const char *later =
      BOTH CLOSES("g", "'month','delay':'P5D'", "n") "," CLOSES("h", "'month','delay':'P1D'", "n") "," CLOSES("i", "'month'", "m") "]";
  const char *weeks = BOTH CLOSES("g", "'month'", "n") "," CLOSES("h", "'week'", "m") "]";
  looked_at("12-12T10:00 c1 checkin", two, 1, 1, "01-02T00:00", "");
  looked_at("12-12T10:00 c1 checkin", two, 1, 2, "01-02T00:00", "2027-01-01T00:00 of 683 found made 2027-01-02T00:00");
  looked_at("12-12T10:00 c1 login", later, 1, 1, "01-10T00:00", "2027-01-06T00:00 of 683 found made 2027-01-10T00:00");
  looked_at("12-12T10:00 c1 login", later, 1, 2, "01-10T00:00", "2027-01-02T00:00 of 683 found made 2027-01-10T00:00");
  looked_at("12-12T10:00 c1 checkin", weeks, 1, 1, "12-12T12:00", "");
  looked_at("12-12T10:00 c1 checkin", weeks, 2, 1, "12-12T12:00", "2026-12-07T00:00 of 2970 found made 2026-12-12T12:00");
}

/* Some have heard the month; of those that have still to, the soonest of its own. */
static void a_look_brings_forward_for_the_rules_of_a_close(void **unused) {
  (void)unused;
  const struct story campaign = {"forward",
                                 SPARSE "'facts':{" COUNTS("n", "login", "'month'") "},'rules':[" CLOSES("g", "'month'", "n") "," CLOSES(
                                     "h", "'month','delay':'P9D'", "n") "," CLOSES("i", "'month','delay':'P5D'", "n") "]",
                                 ""};
  for (uint32_t rules = 2; rules <= 3; rules++) {
    struct stage *s = story_stage(&campaign);
    struct looking l;
    looking_begin(&l, s);
    looking_rule(&l, "g")->heard = 683;
    told(s, "12-12T10:00 c1 login", 1);
    assert_true(passing_next(s, "c1", story_instant_of("01-01T00:00")));
    close_of(s, 0)->rule_count = rules;
    s->clock_ms = l.look.from_ms = l.look.taken_ms = story_instant_of("01-03T00:00");
    looking_customer(&l, "c1");
    dues_are(s, rules == 2 ? "2027-01-10T00:00 of 683 done 2027-01-03T00:00" : "2027-01-06T00:00 of 683 done 2027-01-03T00:00");
    stage_free(s);
  }
}

#define SIGNED(on) BOTH "{'id':'g','on':[" on "],'when':{'fact.n':{'gte':1}}," FREE "," VOUCHER "}," CLOSES("h", "'week'", "m") "]"

static uint64_t sign_of(const char *files, uint32_t triggers) {
  const struct story campaign = {"sign", files, ""};
  struct stage *s = story_stage(&campaign);
  assert_true(s->book->rules[0].on.count >= triggers);
  ((struct rule *)s->book->rules)[0].on.count = triggers;
  uint64_t sign = look_sign(s->book, 0, 0);
  stage_free(s);
  return sign;
}

static void what_a_look_hangs_on(void **unused) {
  (void)unused;
  const char *one = SIGNED("{'close':'month'}"), *two = SIGNED("{'close':'month'},{'close':'month','delay':'P3D'}");
  assert_true(sign_of(two, 1) == sign_of(one, 1));
  assert_true(sign_of(two, 2) != sign_of(one, 1));
}

/* It had given for h, which is none of those that hear it any more: so g may. */
static void a_group_asks_the_rules_of_a_close(void **unused) {
  (void)unused;
#define MEMBER(id, count) \
  "{'id':'" id "','on':{'close':'month','delay':'P3D'},'group':'x','when':{'fact.n':{'gte':" count "}}," FREE "," VOUCHER "}"
  const struct story campaign = {"group",
                                 SPARSE "'facts':{" COUNTS("n", "login", "'month'") "},'groups':{'x':{'mode':'first'}},'rules':[" MEMBER(
                                     "g", "2") "," MEMBER("h", "1") "]",
                                 ""};
  for (uint32_t rules = 1; rules <= 2; rules++) {
    struct stage *s = story_stage(&campaign);
    told(s, "12-12T10:00 c1 login", 1);
    assert_true(passing_next(s, "c1", story_instant_of("01-04T00:00")) && s->decision.gift_count == 1);
    told(s, "12-31T23:59:59 c1 login @01-03T23:00", 2);
    close_of(s, 0)->rule_count = rules;
    assert_true(passing_next(s, "c1", story_instant_of("01-05T00:00")));
    assert_int_equal(s->decision.outcomes[0].reason, rules == 1 ? REASON_GIVEN : REASON_EXCLUDED_BY_GROUP);
    stage_free(s);
  }
}

#define CHANCES(to)                                                                                                               \
  "'period':{'from':'2026-12-01','to':'" to                                                                                       \
  "','closing':'P31D'},'rules':[{'id':'g','on':'checkin','give':{'reward':'chance','chance':'x'}," FREE                           \
  "},{'id':'h','on':'login','give':{'reward':'chance','chance':'y'}," FREE "},{'id':'u','on':'reward.claimed','spends':'x'," FREE \
  "," VOUCHER "},{'id':'v','on':'reward.claimed','spends':'y'," FREE "," VOUCHER "}]"

/* What no chance of the book is goes in its time. */
static void chances_of_the_book_outlive(void **unused) {
  (void)unused;
  const struct story shorter = {"chances", CHANCES("2026-12-31"), ""};
  for (uint32_t chances = 1; chances <= 2; chances++) {
    struct stage *s = story_stage(&shorter);
    char record[256];
    struct buffer out;
    buffer_init(&out, record, sizeof record - 1);
    told(s, "12-05T10:00 c1 login", 1);
    looking_files(s, CHANCES("2027-03-31"));
    assert_int_equal(s->book->chance_count, 2);
    assert_true(str_equal(s->book->rules[s->book->chances[1].given_by].id, STR("h")));
    book_of(s)->chance_count = chances;
    s->clock_ms = story_instant_of("06-10T08:00");
    judge_expire((struct state *)stage_customer(s, "c1"), s->book, &s->settings, s->clock_ms);
    story_record(s, "c1", &out);
    record[out.length] = 0;
    assert_true((strstr(record, "LOT") != NULL) == (chances == 2));
    stage_free(s);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(a_look_asks_the_rules_of_a_close), cmocka_unit_test(what_a_look_hangs_on),
                                     cmocka_unit_test(a_look_brings_forward_for_the_rules_of_a_close),
                                     cmocka_unit_test(a_group_asks_the_rules_of_a_close), cmocka_unit_test(chances_of_the_book_outlive)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
