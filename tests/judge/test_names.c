/* Keys of gifts that periods, dates and levels give (docs/language.md section 10), and under which names a record remembers that they gave
 * for them. Both are found again by a giftd of another version: so how they are made is written down here once more, by hand, and may not
 * change - else a period would be given for twice. */
#include "judge/steps.h"
#include "work.h"

#define FREE "'limits':'unlimited'"
#define VOUCHER "'give':{'reward':'voucher','value':'5.00','pool':'unlimited'}"
#define RULE(id, on, more) "{'id':'" id "','on':{" on "}," more VOUCHER "," FREE "}"
#define COUNT(name, window) "'" name "':{'measure':'count','on':'login','window':" window "}"
#define CYCLE(of) "{'cycle':'profile." of "'}"
#define ASKS(fact) "'when':{'fact." fact "':{'gte':1}},"
#define LONG "'period':{'from':'2026-12-01','to':'2027-03-31','closing':'P40D'},"
#define LEVELS(name, more) "'" name "':{'level':'n','levels':[{'id':'gold','from':1}],'every':'month'" more "}"

static struct stage *stage_of(const char *campaign) {
  const struct story story = {"names", campaign, ""};
  return story_stage(&story);
}

/* The id of what rule `rule` gave c1 last by that key. */
static void assert_key(struct stage *s, const char *rule, const char *key) {
  char bytes[256], id[ID22_BYTES];
  struct buffer out;
  buffer_init(&out, bytes, sizeof bytes);
  buffer_print(&out, "c%c%s%c%cc1%c%s", 0, rule, 0, 0, 0, key);
  digest_to_id(hash128(&s->settings.id_key, buffer_text(&out)), id);
  const struct gift *gift = &s->decision.gifts[s->decision.gift_count - 1];
  if (memcmp(gift->id, id, ID22_BYTES) != 0) fail_msg("%s: another key than %s", rule, key);
}

/* That it gave is remembered under this name, until that day. */
static void assert_once(struct stage *s, uint32_t rule, uint64_t key, int32_t period, const char *until) {
  char day[32];
  struct buffer out;
  const struct cell *cell = state_find(stage_customer(s, "c1"), CELL_ONCE, s->book->rules[rule].decl, key, period);
  if (cell == NULL) fail_msg("rule %u is not remembered under %llx", rule, (unsigned long long)key);
  buffer_init(&out, day, sizeof day - 1);
  buffer_date(&out, cell->expires_day);
  day[out.length] = 0;
  assert_string_equal(day, until);
}

/* Months are 1970's first and those behind it: December 2026 is 683. Remembered as long as something late may close it again: until a week
 * behind the longest delay of a close. */
static void months(void **unused) {
  (void)unused;
  struct stage *s = stage_of("'facts':{" COUNT("n", "'month'") "},'rules':[" RULE("g", "'close':'month','delay':'PT8H'", ASKS("n")) "]");
  tells(s, "12-05T10:00 c1 login => ");
  tells(s, "passes 01-01T08:00 c1 => g+5.00");
  assert_key(s, "g", "close:month:683");
  assert_once(s, 0, 1 + (uint64_t)UNIT_MONTH, 683, "2027-02-09");
  stage_free(s);
}

/* By what says the day, so each of a customer's cycles is another one. */
static void cycles_of_his_own(void **unused) {
  (void)unused;
  struct stage *s = stage_of(LONG "'facts':{" COUNT("n", CYCLE("statement_day")) "," COUNT("m", CYCLE("age")) "},'rules':[" RULE(
      "g", "'close':" CYCLE("statement_day"), ASKS("n")) "," RULE("h", "'close':" CYCLE("age"), ASKS("m")) "]");
  uint64_t statement = name_decl(STR("cycle.profile.statement_day")), age = name_decl(STR("cycle.profile.age"));
  char key[64];
  tells(s, "12-01T09:00 c1 update statement_day:=6 age:=8 => ");
  tells(s, "12-07T10:00 c1 login => ");
  tells(s, "passes 12-08T00:00 c1 => h+5.00");
  snprintf(key, sizeof key, "close:%010llx:682", (unsigned long long)age);
  assert_key(s, "h", key);
  assert_once(s, 1, age, 682, "2027-01-15");
  tells(s, "passes 01-06T00:00 c1 => g+5.00");
  snprintf(key, sizeof key, "close:%010llx:683", (unsigned long long)statement);
  assert_key(s, "g", key);
  assert_once(s, 0, statement, 683, "2027-02-13");
  stage_free(s);
}

/* A day of the customer's own by what says it, the zone and its year; remembered so long behind that year: the day may be moved in it. */
static void days_of_his_own(void **unused) {
  (void)unused;
  struct stage *s = stage_of("'rules':[" RULE("g", "'date':'profile.birthday','time':'08:00'", "") "]");
  tells(s, "12-05T10:00 c1 update birthday=1990-12-20 => ");
  tells(s, "passes 12-20T08:00 c1 => g+5.00");
  assert_key(s, "g", "date:profile.birthday+08:00:2026");
  assert_once(s, 0, name_decl(STR("profile.birthday+08:00")), 2026 - 1970, "2027-02-08");
  stage_free(s);
}

/* A level by its id; by its month where it may be had in each. */
static void levels(void **unused) {
  (void)unused;
  struct stage *s = stage_of(LONG "'facts':{" COUNT("n", "'month','refunds':'ignore'") "," LEVELS("ever", "") "," LEVELS(
      "each", ",'once':'period'") "},'rules':[" RULE("g", "'fact':'ever'", "") "," RULE("h", "'fact':'each'", "") "]");
  uint64_t gold = hash64(&HASH_KEY_FIXED, STR("gold"));
  tells(s, "12-05T10:00 c1 login => ");
  tells(s, "passes 01-01T00:00 c1 => g+5.00 h+5.00");
  assert_key(s, "h", "level:gold:683");
  assert_once(s, 1, gold, 683, "2027-08-16");
  s->decision.gift_count--;
  assert_key(s, "g", "level:gold");
  assert_once(s, 0, gold, 0, "2027-08-16");
  stage_free(s);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(months),
      cmocka_unit_test(cycles_of_his_own),
      cmocka_unit_test(days_of_his_own),
      cmocka_unit_test(levels),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
