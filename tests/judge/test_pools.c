/* What a pool has where one shard decides alone: what stands above it, by which period it is refused, and what comes back to it. */
#include "judge/story.h"

#define FREE "'limits':'unlimited'"
#define VOUCHER(pool) "'give':{'reward':'voucher','value':'5.00','pool':" pool "}"

static const struct story stories[] = {
    {"a pace that is used up is refused by its period, though the pool has as much",
     "'pools':{'p':{'stock':2,'pace':{'max':1,'period':'day'}}},'rules':[{'id':'g','on':'login'," VOUCHER("'p'") "," FREE "}]",
     "12-05T10:00 c1 login => g+5.00\n"
     "12-05T11:00 c1 login => g!OUT_OF_STOCK\n"
     "why g => OUT_OF_STOCK pool 0 period 20792 0/1\n"
     "12-06T10:00 c1 login => g+5.00\n"
     "12-07T10:00 c1 login => g!OUT_OF_STOCK\n"
     "why g => OUT_OF_STOCK pool 0 period 0 0/1\n"},
    {"before its first release there is nothing",
     "'pools':{'p':{'stock':9,'pace':{'max':2,'period':'day','at':'10:00'}}},'rules':[{'id':'g','on':'login'," VOUCHER("'p'") "," FREE "}]",
     "12-01T09:59 c1 login => g!OUT_OF_STOCK\n"
     "why g => OUT_OF_STOCK pool 0 period 20787 0/1\n"
     "12-01T10:00 c1 login => g+5.00\n"},
    {"what goes back is there again on the day that it was of",
     "'pools':{'p':{'stock':9,'pace':{'max':1,'period':'day'}}},'rules':[{'id':'g','on':'txn.card_spend'," VOUCHER(
         "'p'") "," FREE ",'on_reversal':{'reward':'revoke','pool':'restore'}}]",
     "12-05T10:00 c1 spend 5.00 #a => g+5.00\n"
     "12-05T11:00 c1 spend 5.00 => g!OUT_OF_STOCK\n"
     "12-05T12:00 c1 refund a => g-5.00\n"
     "pool p => 9 left\n"
     "12-05T13:00 c1 spend 5.00 => g+5.00\n"
     "pool p => 8 left\n"
     "12-05T14:00 c1 spend 5.00 => g!OUT_OF_STOCK\n"},
    {"two pools below one draw on it twice",
     "'pools':{'top':{'stock':3},'p':{'stock':9,'parent':'top'},'q':{'stock':9,'parent':'top'}},'rules':[{'id':'g','on':'login'," VOUCHER(
         "['p','q']") "," FREE "}]",
     "12-05T10:00 c1 login => g+5.00\n"
     "pool top => 1 left\n"
     "12-05T11:00 c1 login => g!OUT_OF_STOCK\n"
     "pool top => 1 left\n"},
    {"the first that is empty is told, also where it is asked for only because another gave nothing",
     "'pools':{'p':{'stock':1},'q':{'stock':1}},'groups':{'x':{'mode':'first'}},'rules':[{'id':'k','on':'checkin'," VOUCHER(
         "'p'") "," FREE
                "},{'id':'m','on':'card.bound'," VOUCHER("'q'") "," FREE "},{'id':'r','on':'login','group':'x','priority':1," VOUCHER(
                    "'q'") "," FREE "},{'id':'t','on':'login','group':'x','priority':2," VOUCHER("['p','q']") "," FREE "}]",
     "12-05T10:00 c1 checkin => k+5.00\n"
     "12-05T11:00 c1 card.bound => m+5.00\n"
     "12-05T12:00 c1 login => r!OUT_OF_STOCK t!OUT_OF_STOCK\n"
     "why r => OUT_OF_STOCK pool 1 period 0 0/1\n"
     "why t => OUT_OF_STOCK pool 0 period 0 0/1\n"},
};

static void pools(void **unused) {
  (void)unused;
  stories_tell(stories, sizeof stories / sizeof stories[0]);
}

/* A file that has lowered what there is: nothing is left, and not less than nothing. */
static void more_was_given_than_there_is_now(void **unused) {
  (void)unused;
  static const struct story story = {"less", "'pools':{'p':{'stock':3}},'rules':[{'id':'g','on':'login'," VOUCHER("'p'") "," FREE "}]", ""};
  struct stage *s = story_stage(&story);
  char first[] = "12-05T10:00 c1 login => g+5.00", second[] = "12-05T10:01 c1 login => g+5.00",
       third[] = "12-05T10:02 c1 login => g!OUT_OF_STOCK";
  char why[] = "why g => OUT_OF_STOCK pool 0 period 0 0/1";
  assert_true(story_step(s, &story, first, 1) && story_step(s, &story, second, 2));
  ((struct pool *)&s->book->pools[0])->total = 1;
  assert_true(story_step(s, &story, third, 3) && story_step(s, &story, why, 4));
  stage_free(s);
}

/* Each watermark that is passed is told once; of a pool without a total there is none. */
static void what_runs_low_is_told(void **unused) {
  (void)unused;
  static const struct story story = {
      "low", "'pools':{'p':{'stock':4,'low_at':['50%']}},'rules':[{'id':'g','on':'login'," VOUCHER("'p'") "," FREE "}]", ""};
  static const int32_t marks[] = {-1, 5000, -1, 0};
  struct stage *s = story_stage(&story);
  for (uint32_t i = 0; i < 4; i++) {
    char line[] = "12-05T10:00 c1 login", *words[8];
    const struct decision *d = stage_event(s, story_line(words, story_words(line, words, 8), i));
    assert_int_equal(d->mark_count, marks[i] < 0 ? 0 : 1);
    if (marks[i] >= 0) assert_true(d->marks[0].watermark_bp == marks[i] && d->marks[0].left == 3 - i && d->marks[0].pool == 0);
  }
  stage_free(s);
}

/* So many pools of one event are told, and nothing is written behind them; the others are told by their next gift. */
static void as_many_as_there_is_room_for(void **unused) {
  (void)unused;
  enum { MARKS = sizeof((struct decision *)0)->marks / sizeof((struct decision *)0)->marks[0] };
  static char campaign[16384];
  struct buffer out;
  buffer_init(&out, campaign, sizeof campaign - 1);
  buffer_print(&out, "'rules':[");
  for (uint32_t i = 0; i < MARKS + 3; i++)
    buffer_print(&out, "%s{'id':'g%u','on':'login'," VOUCHER("{'stock':1}") "," FREE "}", i == 0 ? "" : ",", i);
  buffer_print(&out, "]");
  const struct story story = {"many", campaign, ""};
  struct stage *s = story_stage(&story);
  char line[] = "12-05T10:00 c1 login", *words[8];
  const struct decision *d = stage_event(s, story_line(words, story_words(line, words, 8), 1));
  assert_true(d->gift_count == MARKS + 3 && d->mark_count == MARKS);
  for (uint32_t i = 0; i < MARKS; i++) assert_true(d->marks[i].pool == i && d->marks[i].watermark_bp == 0 && d->marks[i].left == 0);
  stage_free(s);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(pools), cmocka_unit_test(more_was_given_than_there_is_now),
                                     cmocka_unit_test(what_runs_low_is_told), cmocka_unit_test(as_many_as_there_is_room_for)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
