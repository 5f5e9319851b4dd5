/* Tracks (docs/language.md section 5): a completed track stays completed, for as long as its campaign goes on. */
#include "judge/story.h"

#define FREE "'limits':'unlimited'"
#define VOUCHER "'give':{'reward':'voucher','value':'5.00','pool':'unlimited'}"
#define YEAR "'period':{'from':'2026-12-01','to':'2027-10-31','closing':'P14D'},"
#define WEEK "'facts':{'t':{'track':{'opens':'login','tasks':[{'id':'a','on':'checkin'}],'need':'all','within':'P7D'}}},"
#define ASKS(id, when) "{'id':'" id "','on':'bill.paid','when':" when "," FREE "," VOUCHER "}"

static const struct story stories[] = {
    {"months behind its time it is completed yet, and known by its time and how long it took",
     YEAR WEEK "'rules':[" ASKS("g", "{'fact.t':'completed'}") "," ASKS("h", "{'fact.t.at':{'older_than':'P90D'}}") "," ASKS(
         "i", "{'fact.t.elapsed':{'lte':'PT23H'}}") "]",
     "12-05T10:00 c1 login => \n"
     "12-06T09:00 c1 checkin => \n"
     "12-06T11:00 c1 bill.paid => g+5.00 h!PENDING_HOLD i+5.00\n"
     "record c1 => TRACK 2027-03-13, TASK 2027-03-13, GRANT 2027-03-14, ORIGINAL 2027-03-14\n"
     "clock 03-12T11:00 => \n"
     "03-12T11:00 c1 bill.paid => g+5.00 h+5.00 i+5.00\n"
     "clock 03-20T11:00 => \n"
     "03-20T11:00 c1 bill.paid => g+5.00 h+5.00 i+5.00\n"
     "clock 10-31T23:59 => \n"
     "10-31T23:59 c1 bill.paid => g+5.00 h+5.00 i+5.00\n"},
    {"the last that was completed is the one; what came before it, or ran out, is forgotten",
     YEAR WEEK "'rules':[" ASKS("g", "{'fact.t':'completed'}") "," ASKS("h", "{'fact.t.elapsed':{'lte':'PT2H'}}") "]",
     "12-05T10:00 c1 login => \n"
     "12-05T11:00 c1 checkin => \n"
     "01-05T10:00 c1 login => \n"
     "01-05T13:00 c1 checkin => \n"
     "02-05T10:00 c1 login => \n"
     "02-05T10:00 c2 login => \n"
     "02-05T11:00 c1 bill.paid => g+5.00 h!CONDITION_NOT_MET\n"
     "clock 06-20T11:00 => \n"
     "06-20T11:00 c1 bill.paid => g+5.00 h!CONDITION_NOT_MET\n"
     "06-20T11:00 c2 bill.paid => g!TASKS_INCOMPLETE h!CONDITION_NOT_MET\n"
     "record c1 => TRACK 2028-02-20, TASK 2028-02-20, GRANT 2027-09-26, ORIGINAL 2027-09-26\n"
     "record c2 => \n"},
    {"four are open at most; those that ran out or are completed are not counted",
     YEAR "'facts':{'t':{'track':{'opens':'login','tasks':[{'id':'a','on':'checkin'},{'id':'b','on':'page.viewed'}],'need':'all','within':"
          "'P7D'}}},'rules':[{'id':'g','on':{'fact':'t'}," FREE "," VOUCHER "}]",
     "12-01T10:00 c1 login => \n"
     "12-02T10:00 c1 login => \n"
     "12-03T10:00 c1 login => \n"
     "12-08T10:00 c1 login => \n"
     "12-08T11:00 c1 login => \n"
     "12-08T12:00 c1 login => \n"
     "12-08T13:00 c1 checkin => \n"
     "12-08T14:00 c1 page.viewed => g+5.00 g+5.00 g+5.00 g+5.00\n"
     "12-08T15:00 c1 login => \n"
     "12-08T15:00 c1 login => \n"
     "12-08T16:00 c1 login => \n"
     "12-08T17:00 c1 login => \n"
     "12-08T18:00 c1 login => \n"
     "12-08T19:00 c1 checkin => \n"
     "12-08T20:00 c1 page.viewed => g+5.00 g+5.00 g+5.00 g+5.00\n"},
    {"how many of its tasks are done says the one that came farthest of those that run",
     YEAR
     "'facts':{'t':{'track':{'opens':'login','tasks':[{'id':'a','on':'checkin'},{'id':'b','on':'page.viewed'},{'id':'d','on':'bill.paid'"
     "}],'need':'all','within':'P2D'}}},'rules':[{'id':'g','on':'service.rated','when':{'fact.t':'completed'}," FREE "," VOUCHER "}]",
     "12-01T10:00 c1 service.rated => g!TASKS_INCOMPLETE\n"
     "why g => TASKS_INCOMPLETE condition 0 0/3\n"
     "12-02T10:00 c1 login => \n"
     "12-02T11:00 c1 service.rated => g!TASKS_INCOMPLETE\n"
     "why g => TASKS_INCOMPLETE condition 0 0/3\n"
     "12-02T12:00 c1 checkin => \n"
     "12-02T13:00 c1 page.viewed => \n"
     "12-03T10:00 c1 login => \n"
     "12-04T10:00:00 c1 service.rated => g!TASKS_INCOMPLETE\n"
     "why g => TASKS_INCOMPLETE condition 0 2/3\n"
     "12-04T10:00:00.001 c1 service.rated => g!TASKS_INCOMPLETE\n"
     "why g => TASKS_INCOMPLETE condition 0 0/3\n"},
    {"of two the one that was completed last is asked, though it was opened first",
     YEAR
     "'facts':{'t':{'track':{'opens':'login','per':['channel'],'match':['channel'],'tasks':[{'id':'a','on':'checkin','match':['channel']}],"
     "'need':'all','within':'P10D'}}},'rules':[" ASKS("g", "{'fact.t.at':{'newer_than':'P2D'}}") "]",
     "12-01T10:00 c1 login channel=x => \n"
     "12-02T10:00 c1 login channel=y => \n"
     "12-03T10:00 c1 checkin channel=y => \n"
     "12-09T10:00 c1 checkin channel=x => \n"
     "12-10T10:00 c1 bill.paid => g+5.00\n"
     "record c1 => TRACK 2028-02-20, TASK 2028-02-20, GRANT 2027-03-18, ORIGINAL 2027-03-18, KEPT 2028-02-20\n"},
    {"two that open at one instant, and one behind the last instant of four",
     YEAR
     "'facts':{'t':{'track':{'opens':'login','tasks':[{'id':'a','on':'checkin'}],'need':'all','within':'P7D'}}},'rules':[{'id':'g','on':{"
     "'fact':'t'}," FREE "," VOUCHER "}]",
     "12-01T10:00 c1 login => \n"
     "12-01T10:00 c1 login => \n"
     "12-01T11:00 c1 checkin => g+5.00 g+5.00\n"
     "12-01T12:00 c2 login => \n"
     "12-01T12:00 c2 login => \n"
     "12-01T12:00 c2 login => \n"
     "12-01T12:00 c2 login => \n"
     "12-08T12:00:00.001 c2 login => \n"
     "12-08T12:00:00.002 c2 checkin => g+5.00\n"},
    {"what may be a step is remembered as long as its track",
     YEAR
     "'facts':{'t':{'track':{'opens':'login','tasks':[{'id':'a','on':'checkin'},{'id':'b','on':'page.viewed'}],'need':'all','order':'listed"
     "','within':'P7D'}}},'rules':[{'id':'g','on':{'fact':'t'}," FREE "," VOUCHER "}]",
     "12-05T10:00 c1 login => \n"
     "12-05T11:00 c1 page.viewed => \n"
     "record c1 => TRACK 2027-03-13, TASK 2027-03-13\n"},
};

/* ---- sequences ---- */

#define STEPS                                                                                                                              \
  "'facts':{'t':{'track':{'opens':'login','tasks':[{'id':'x','on':'checkin'},{'id':'y','on':'page.viewed'},{'id':'z','on':'bill.paid'}],'" \
  "need':'all','order':'listed','within':'P7D'}}},"
#define TWICE                                                                                                                            \
  "'facts':{'t':{'track':{'opens':'login','tasks':[{'id':'x','on':'checkin'},{'id':'y','on':'checkin'}],'need':'all','order':'listed','" \
  "within':'P7D'}}},"
#define ASKED                                                                               \
  "'rules':[{'id':'g','on':'service.rated','when':{'fact.t':'completed'}," FREE "," VOUCHER \
  "},{'id':'h','on':'service.rated','when':{'fact.t.elapsed':{'lte':'PT3H'}}," FREE "," VOUCHER "}]"

/* What happened, by the hour, a letter each: x y z are checkin, page.viewed, bill.paid. `told` of who asks when all has come. */
struct sequence {
  const char *campaign, *events, *told;
};

static void sequence_event(struct stage *s, const struct sequence *sequence, uint32_t which) {
  static const char *const types[] = {"checkin", "page.viewed", "bill.paid"};
  char line[128], *words[8];
  const uint32_t hour = (uint32_t)(sequence->events[2 * which + 1] - '0');
  snprintf(line, sizeof line, "12-05T%02u:00 c1 %s #e%u", 10 + hour, types[sequence->events[2 * which] - 'x'], which);
  (void)stage_event(s, story_line(words, story_words(line, words, 8), which));
}

static void sequence_asked(struct stage *s, const struct sequence *sequence, const uint32_t *order, uint32_t count) {
  char line[] = "12-06T10:00 c1 service.rated #asked", *words[8], told[256];
  struct buffer out;
  buffer_init(&out, told, sizeof told - 1);
  story_told(&out, stage_event(s, story_line(words, story_words(line, words, 8), 99)));
  told[out.length] = 0;
  if (strcmp(told, sequence->told) == 0) return;
  for (uint32_t i = 0; i < count; i++) print_error(" %.2s", sequence->events + (size_t)2 * order[i]);
  print_error("\n");
  assert_string_equal(told, sequence->told);
}

static void sequence_play(const struct sequence *sequence, const uint32_t *order, uint32_t count) {
  const struct story story = {"sequence", sequence->campaign, ""};
  struct stage *s = story_stage(&story);
  char line[] = "12-05T10:00 c1 login #opens", *words[8];
  (void)stage_event(s, story_line(words, story_words(line, words, 8), 98));
  for (uint32_t i = 0; i < count; i++) sequence_event(s, sequence, order[i]);
  sequence_asked(s, sequence, order, count);
  stage_free(s);
}

/* In every order in which they may come. */
static void sequence_permute(const struct sequence *sequence, uint32_t *order, uint32_t from, uint32_t count) {
  if (from == count) sequence_play(sequence, order, count);
  for (uint32_t i = from; i < count; i++) {
    const uint32_t first = order[from];
    order[from] = order[i], order[i] = first;
    sequence_permute(sequence, order, from + 1, count);
    order[i] = order[from], order[from] = first;
  }
}

static void a_sequence_goes_by_the_times_of_events(void **unused) {
  (void)unused;
  static const struct sequence sequences[] = {
      {STEPS ASKED, "x1y2z3", "g+5.00 h+5.00"},
      {STEPS ASKED, "x1z2y3", "g!TASKS_INCOMPLETE h!CONDITION_NOT_MET"},
      {STEPS ASKED, "x1y2y4z3", "g+5.00 h+5.00"},
      {STEPS ASKED, "x1x3y2z4", "g+5.00 h!CONDITION_NOT_MET"},

      {STEPS ASKED, "x2y1y4z3z5", "g+5.00 h!CONDITION_NOT_MET"},
      {TWICE ASKED, "x1x2", "g+5.00 h+5.00"},
      {TWICE ASKED, "x1x3x2", "g+5.00 h+5.00"},
      {TWICE ASKED, "x1", "g!TASKS_INCOMPLETE h!CONDITION_NOT_MET"},
  };
  for (size_t i = 0; i < sizeof sequences / sizeof sequences[0]; i++) {
    uint32_t order[8] = {0, 1, 2, 3, 4, 5, 6, 7};
    sequence_permute(&sequences[i], order, 0, (uint32_t)strlen(sequences[i].events) / 2);
  }
}

/* Six of a step are kept till it is reached, the latest. */
static void of_a_step_six_are_kept(void **unused) {
  (void)unused;
  static const struct {
    struct sequence sequence;
    const uint32_t order[9];
  } plays[] = {
      {{STEPS ASKED, "y1y3y4y5y6y7z2x0", "g+5.00 h+5.00"}, {0, 1, 2, 3, 4, 5, 6, 7}},
      {{STEPS ASKED, "y1y3y4y5y6y7z2x0", "g+5.00 h+5.00"}, {5, 4, 3, 2, 1, 0, 6, 7}},
      {{STEPS ASKED, "y1y3y4y5y6y7z2x0y8", "g!TASKS_INCOMPLETE h!CONDITION_NOT_MET"}, {0, 1, 2, 3, 4, 5, 8, 6, 7}},
      {{STEPS ASKED, "y1y3y4y5y6y7z2x0y8", "g!TASKS_INCOMPLETE h!CONDITION_NOT_MET"}, {1, 0, 2, 3, 4, 5, 8, 6, 7}},
      {{STEPS ASKED, "y1y3y4y5y6y7z2x0y8", "g!TASKS_INCOMPLETE h!CONDITION_NOT_MET"}, {8, 5, 4, 3, 2, 1, 0, 6, 7}},
      {{STEPS ASKED, "y1y2y4y5y6y7z3x0y8", "g+5.00 h+5.00"}, {0, 1, 2, 3, 4, 5, 8, 6, 7}},
      {{STEPS ASKED, "y1y2y4y5y6y7z3x0y8", "g+5.00 h+5.00"}, {3, 1, 0, 2, 4, 5, 8, 6, 7}},
  };
  for (size_t i = 0; i < sizeof plays / sizeof plays[0]; i++)
    sequence_play(&plays[i].sequence, plays[i].order, (uint32_t)strlen(plays[i].sequence.events) / 2);
}

static void tracks(void **unused) {
  (void)unused;
  stories_tell(stories, sizeof stories / sizeof stories[0]);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(tracks), cmocka_unit_test(a_sequence_goes_by_the_times_of_events),
                                     cmocka_unit_test(of_a_step_six_are_kept)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
