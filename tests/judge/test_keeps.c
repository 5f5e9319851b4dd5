/* What a first, a last or a chance keeps of its event, and what is asked of that (docs/language.md sections 4 to 6): the items of a list
 * one by one, texts that are longer than a cell as a whole, lists that are looked up; and that what was kept goes with what it is of. */
#include "judge/story.h"

#define FREE "'limits':'unlimited'"
#define VOUCHER "'give':{'reward':'voucher','value':'5.00','pool':'unlimited'}"
#define ASKS(id, when) "{'id':'" id "','on':'login','when':{" when "}," FREE "," VOUCHER "}"
#define HOLDS "'facts':{'h':{'last':'balance.snapshot','keep':'products'}},"
#define BROUGHT "'facts':{'b':{'last':'account.opened','keep':'referrer'}},'rules':[" ASKS("g", "'fact.b.referrer':'x'") "]"
#define SEVEN(text) text text text text text text text
#define SIXTY_THREE SEVEN(SEVEN("\"a\",") "\"a\",\"a\",")
#define LONG_25 "a23456789.123456789.12345"
#define LONG_26 LONG_25 "6"
#define LONG_64 LONG_26 "789.123456789.123456789.123456789.1234"
#define REOPENS(keep) "'facts':{'f':{'first':'txn.card_spend','refunds':'reopen','keep':'" keep "'}},"

static const struct story stories[] = {
    {"of a list any item will do, up to the last that an event may have",
     HOLDS "'rules':[" ASKS("g", "'fact.h.products':{'contains_any':['fund','gold']}") "," ASKS(
         "h", "'fact.h.products':{'exists':true}") "," ASKS("i", "'fact.h.products':{'exists':false}") "]",
     "12-05T10:00 c1 login => g!CONDITION_NOT_MET h!CONDITION_NOT_MET i+5.00\n"
     "12-05T10:01 c1 balance.snapshot products:=[\"a\",\"fund\"] => \n"
     "12-05T10:02 c1 login => g+5.00 h+5.00 i!CONDITION_NOT_MET\n"
     "12-05T10:03 c1 balance.snapshot products:=[\"gold\",\"a\",\"b\"] => \n"
     "12-05T10:04 c1 login => g+5.00 h+5.00 i!CONDITION_NOT_MET\n"
     "12-05T10:05 c1 balance.snapshot products:=[\"a\",\"b\",\"c\"] => \n"
     "12-05T10:06 c1 login => g!CONDITION_NOT_MET h+5.00 i!CONDITION_NOT_MET\n"
     "12-05T10:07 c1 balance.snapshot products:=[" SIXTY_THREE "\"gold\"] => \n"
     "12-05T10:08 c1 login => g+5.00 h+5.00 i!CONDITION_NOT_MET\n"},
    {"a refusal tells what there was of one item, and none of several",
     HOLDS "'rules':[" ASKS("g", "'fact.h.products':{'contains_any':['fund']}") "]",
     "12-05T10:01 c1 balance.snapshot products:=[\"a\"] => \n"
     "12-05T10:02 c1 login => g!CONDITION_NOT_MET\n"
     "why g => CONDITION_NOT_MET condition 0 a\n"
     "12-05T10:03 c1 balance.snapshot products:=[\"a\",\"b\"] => \n"
     "12-05T10:04 c1 login => g!CONDITION_NOT_MET\n"
     "why g => CONDITION_NOT_MET condition 0\n"},
    {"a referrer's id that is longer than a cell is kept as a whole, and goes with the next that is kept", BROUGHT,
     "12-05T10:00 c1 account.opened referrer=" LONG_25 " => \n"
     "record c1 => LAST 2027-07-21, KEPT 2027-07-21\n"
     "12-05T10:01 c1 account.opened referrer=" LONG_26 " => \n"
     "record c1 => LAST 2027-07-21, KEPT 2027-07-21, WHOLE 2027-07-21\n"
     "12-05T10:02 c1 account.opened referrer=r2 => \n"
     "record c1 => LAST 2027-07-21, KEPT 2027-07-21\n"
     "12-05T10:03 c1 account.opened referrer=" LONG_64 " => \n"
     "record c1 => LAST 2027-07-21, KEPT 2027-07-21, WHOLE 2027-07-21\n"
     "12-05T10:04 c1 account.opened => \n"
     "record c1 => LAST 2027-07-21\n"},
    {"the first that steps back takes along what it kept, and brings it back, for as long as it stands",
     REOPENS("card") "'rules':[" ASKS("g", "'fact.f.card':'" LONG_26 "'") "]",
     "12-02T10:00 c1 spend 10.00 card=" LONG_26 " #a => \n"
     "record c1 => FIRST 2027-07-21, FED 2027-03-10, ORIGINAL 2027-03-10, KEPT 2027-07-21, WHOLE 2027-07-21\n"
     "12-02T09:00 c1 spend 10.00 card=k1 #b @12-02T11:00 => \n"
     "record c1 => FIRST 2027-07-21, STANDING 2027-03-10, FED 2027-03-10, ORIGINAL 2027-03-10, KEPT 2027-03-10, KEPT 2027-07-21, WHOLE "
     "2027-03-10\n"
     "12-02T11:01 c1 login => g!CONDITION_NOT_MET\n"
     "12-02T11:02 c1 refund b => \n"
     "record c1 => FIRST 2027-07-21, FED 2027-03-10, ORIGINAL 2027-03-10, KEPT 2027-07-21, WHOLE 2027-07-21\n"
     "12-02T11:03 c1 login => g+5.00\n"
     "12-02T11:04 c1 refund a => \n"
     "record c1 => ORIGINAL 2027-03-10\n"
     "12-02T11:05 c1 login => g!CONDITION_NOT_MET\n"},
    {"of what was kept before nothing is left beside what comes in its place",
     REOPENS("products") "'rules':[" ASKS("g", "'fact.f.products':{'contains_any':['a']}") "," ASKS(
         "h", "'fact.f.products':{'contains_any':['z']}") "]",
     "12-02T10:00 c1 spend 10.00 products:=[\"a\"] #a => \n"
     "12-02T09:00 c1 spend 10.00 products:=[\"x\",\"y\",\"z\"] #b @12-02T11:00 => \n"
     "12-02T11:01 c1 login => g!CONDITION_NOT_MET h+5.00\n"
     "12-02T11:02 c1 refund b => \n"
     "12-02T11:03 c1 login => g+5.00 h!CONDITION_NOT_MET\n"},
    {"a chance is spent by whom it is of: nothing matches what is absent, on either side",
     "'rules':[{'id':'g','on':'login','give':{'reward':'chance','chance':'x','keep':['device']}," FREE
     "},{'id':'u','on':'reward.claimed','spends':{'chance':'x','match':['device']}," FREE "," VOUCHER "}]",
     "12-05T10:00 c1 login => g*1\n"
     "12-05T10:01 c1 claim device=a => u!CONDITION_NOT_MET\n"
     "12-05T10:02 c1 claim => u!CONDITION_NOT_MET\n"
     "12-05T10:00 c2 login device=a => g*1\n"
     "12-05T10:01 c2 claim => u!CONDITION_NOT_MET\n"
     "12-05T10:02 c2 claim device=b => u!CONDITION_NOT_MET\n"
     "12-05T10:03 c2 claim device=a => u+5.00\n"},
};

static void keeps(void **unused) {
  (void)unused;
  stories_tell(stories, sizeof stories / sizeof stories[0]);
}

/* ---- lists ---- */

static struct stage *stage_with_list(uint32_t count) {
  static char text[16384];
  struct buffer out;
  buffer_init(&out, text, sizeof text - 1);
  buffer_print(&out, "'lists':{'l':[");
  for (uint32_t i = 0; i < count; i++) buffer_print(&out, "%s'card%u'", i == 0 ? "" : ",", 7 * i);
  buffer_print(&out, "]},'facts':{'b':{'last':'card.bound','keep':'card'}},'rules':[" ASKS("g", "'fact.b.card':{'in_list':'l'}") "," ASKS(
                         "h", "'fact.b.card':{'not_in_list':'l'}") "]");
  assert_false(out.overflowed);
  text[out.length] = 0;
  const struct story campaign = {"list", text, ""};
  return story_stage(&campaign);
}

/* Which of the two rules gives after this card was bound. */
static bool is_listed(struct stage *s, uint32_t card, uint32_t *id) {
  char line[256];
  static const char *const types[] = {"card.bound", "login"};
  for (uint32_t i = 0; i < 2; i++) {
    snprintf(
        line, sizeof line,
        "{\"id\":\"e%u\",\"source\":\"t\",\"type\":\"%s\",\"customer\":\"c1\",\"card\":\"card%u\",\"time\":\"2026-12-05T10:00:00+08:00\"}",
        (*id)++, types[i], card);
    stage_event(s, line);
  }
  assert_int_equal(s->decision.gift_count, 1);
  return s->book->rules[s->decision.gifts[0].rule].id.at[0] == 'g';
}

/* Each that is in it, and none beside: short lists are searched one by one, longer ones in slots that several may want. */
static void lists_of_every_length(void **unused) {
  (void)unused;
  static const uint32_t counts[] = {1, 2, 7, 8, 9, 16, 31, 64};
  for (size_t n = 0; n < sizeof counts / sizeof counts[0]; n++) {
    struct stage *s = stage_with_list(counts[n]);
    uint32_t id = 0;
    for (uint32_t card = 0; card < 7 * counts[n]; card++) assert_int_equal(is_listed(s, card, &id), card % 7 == 0);
    stage_free(s);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(keeps), cmocka_unit_test(lists_of_every_length)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
