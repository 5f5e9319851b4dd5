/* A campaign that goes on longer than it was to (docs/language.md section 9.5): what was remembered until its end of then is remembered
 * until the one of now, as if the longer file had always been served, and what hangs on no end goes when it would have gone. */
#include "judge/story.h"

#define FREE "'limits':'unlimited'"
#define VOUCHER "'give':{'reward':'voucher','value':'5.00','pool':'unlimited'}"
#define PERIOD(to) "'period':{'from':'2026-12-01','to':'" to "','closing':'P31D'},"

struct matter {
  const char *name, *shorter, *longer, *events;
};

#define MATTER(name, members, events) \
  { name, PERIOD("2026-12-31") members, PERIOD("2027-03-31") members, events }

static const struct matter matters[] = {
    MATTER("a limit of the campaign",
           "'rules':[{'id':'g','on':'login'," VOUCHER ",'limits':[{'count':1,'per':['customer'],'period':'campaign'}]}]",
           "12-05T10:00 c1 login => g+5.00\n"),
    MATTER("a limit for ever", "'rules':[{'id':'g','on':'login'," VOUCHER ",'limits':[{'count':1,'per':['customer'],'period':'ever'}]}]",
           "12-05T10:00 c1 login => g+5.00\n"),
    MATTER("a limit that a close asks",
           "'facts':{'n':{'measure':'count','on':'login','window':'month'}},'limits':{'one':{'count':1,'per':['customer'],'period':'"
           "campaign'}}"
           ",'rules':[{'id':'g','on':'login'," VOUCHER
           ",'limits':['one']},{'id':'h','on':{'close':'month','delay':'P10D'},'when':{'fact.n':"
           "{'gte':9}}," VOUCHER ",'limits':['one']}]",
           "12-05T10:00 c1 login => g+5.00\npasses 01-20T00:00 c1 => h!TARGET_NOT_REACHED\n"),
    MATTER("a limit of a month, and one of three days: these go",
           "'rules':[{'id':'g','on':'login'," VOUCHER
           ",'limits':[{'count':1,'per':['customer'],'period':'month'},{'count':1,'per':['custome"
           "r'],'period':{'rolling':'P3D'}}]}]",
           "12-05T10:00 c1 login => g+5.00\n"),
    MATTER("once for an authorisation", "'rules':[{'id':'g','on':'txn.card_spend','once_per':['authorisation']," FREE "," VOUCHER "}]",
           "12-05T10:00 c1 spend 1.00 authorisation=x => g+5.00\n"),
    MATTER(
        "once for a month that closed, which goes",
        "'facts':{'n':{'measure':'count','on':'login','window':'month'}},'rules':[{'id':'g','on':{'close':'month'},'when':{'fact.n':{'gte'"
        ":1}}," FREE "," VOUCHER "}]",
        "12-05T10:00 c1 login => \npasses 01-01T00:00 c1 => g+5.00\n"),
    MATTER("who takes part", "'enrolment':'required','rules':[{'id':'g','on':'login'," FREE "," VOUCHER "}]",
           "12-05T10:00 c1 campaign.enrolled campaign=c => \n"),
    MATTER("a chance, and what it keeps",
           "'rules':[{'id':'g','on':'login','give':{'reward':'chance','chance':'x','keep':['channel']}," FREE
           "},{'id':'u','on':'reward.claimed','spends':{'chance':'x','match':['channel']}," FREE "," VOUCHER "}]",
           "12-05T10:00 c1 login channel=app => g*1\n"),
    MATTER(
        "the first, and a short and a long text that it keeps",
        "'facts':{'f':{'first':'login','keep':'channel'},'e':{'first':'login','keep':'page'}},'rules':[{'id':'g','on':'checkin','when':{'"
        "fact."
        "f.channel':'app','fact.e.page':'b'}," FREE "," VOUCHER "}]",
        "12-05T10:00 c1 login channel=app page=a-page-whose-name-is-longer-than-what-fits-into-one-cell-of-a-record-of-a-customer => \n"),
    MATTER("the last",
           "'facts':{'f':{'last':'login'}},'rules':[{'id':'g','on':'login','when':{'fact.f':{'dormant_for':'P2D'}}," FREE "," VOUCHER "}]",
           "12-05T10:00 c1 login => g!NOT_DORMANT\n"),
    MATTER("measures of the campaign, without an end, of a month, of different values",
           "'facts':{'a':{'measure':'count','on':'login','window':'campaign'},'b':{'measure':'count','on':'login','window':'ever'},'d':{'"
           "measure'"
           ":'count','on':'login','window':'month'},'e':{'measure':'distinct','of':'channel','on':'login','window':'campaign'}},'rules':[{'"
           "id':'g"
           "','on':'login','when':{'fact.a':{'gte':9},'fact.b':{'gte':9},'fact.d':{'gte':9},'fact.e':{'gte':9}}," FREE "," VOUCHER "}]",
           "12-05T10:00 c1 login channel=app => g!TARGET_NOT_REACHED\n"),
    MATTER("balances of days",
           "'facts':{'f':{'measure':'daily_average','of':'balance','on':'balance.snapshot','window':'month'}},'rules':[{'id':'g','on':'"
           "login','whe"
           "n':{'fact.f':{'gte':'1.00'}}," FREE "," VOUCHER "}]",
           "12-05T10:00 c1 balance.snapshot balance_minor:=10000 currency=CNY => \n"),
    MATTER("what was chosen for good",
           "'facts':{'f':{'picks':'page.viewed','of':'page','most':2,'period':'ever','change':'replace'}},'rules':[{'id':'g','on':'login','"
           "when'"
           ":{'channel':{'in_fact':'f'}}," FREE "," VOUCHER "}]",
           "12-05T10:00 c1 page.viewed page=app => \n"),
    MATTER("levels",
           "'facts':{'n':{'measure':'count','on':'login','window':'month','refunds':'ignore'},'l':{'level':'n','levels':[{'id':'a','from':"
           "1}],'eve"
           "ry':'month'}},'rules':[{'id':'g','on':{'fact':'l'}," FREE "," VOUCHER "}]",
           "12-05T10:00 c1 login => \npasses 01-01T00:00 c1 => g+5.00\n"),
    MATTER("a track of each channel, of which another is not opened when it ran out",
           "'facts':{'t':{'track':{'opens':'login','per':['channel'],'tasks':[{'id':'a','on':'checkin'}],'need':'all','within':'P7D'}}},'"
           "rules':[{'id':'g','on':{'fact':'t'}," FREE "," VOUCHER "}]",
           "12-05T10:00 c1 login channel=app => \n"),
    MATTER("the last track that was completed, with its tasks",
           "'facts':{'t':{'track':{'opens':'login','tasks':[{'id':'a','on':'checkin'},{'id':'b','on':'bill.paid'}],'need':'all','within':'"
           "P7D'}}},'"
           "rules':[{'id':'g','on':{'fact':'t'}," FREE "," VOUCHER "}]",
           "12-05T10:00 c1 login => \n12-05T11:00 c1 checkin => \n12-05T12:00 c1 bill.paid => g+5.00\n"),
};

static void tell(struct stage *s, const char *steps) {
  char *text = strdup(steps), *rest = text;
  static const struct story story = {"outlives", "", ""};
  bool good = true;
  for (uint32_t number = 1; *rest != 0; number++) {
    char *end = strchr(rest, '\n');
    *end = 0;
    good = story_step(s, &story, rest, number) && good;
    rest = end + 1;
  }
  free(text);
  assert_true(good);
}

static void serve(struct stage *s, const char *members) {
  const char *tail = strstr(members, "'audience':") == NULL ? ",'audience':'everyone'}" : "}";
  char *text = story_text("{" STORY_NAME, members, strlen(members), tail);
  const char *texts[] = {text};
  stage_compile(s, texts, 1);
  free(text);
}

/* Of who was looked at at `clock`, and sent something that is none of the campaign's. */
static void record_at(const struct matter *matter, bool edited, const char *clock, char *out, size_t size) {
  const struct story story = {matter->name, edited ? matter->shorter : matter->longer, ""};
  struct stage *s = story_stage(&story);
  struct buffer buffer;
  buffer_init(&buffer, out, size - 1);
  tell(s, matter->events);
  if (edited) serve(s, matter->longer);
  s->clock_ms = story_instant_of(clock);
  char line[64], *words[8];
  snprintf(line, sizeof line, "%s c1 update region=x", clock);
  (void)stage_event(s, story_line(words, story_words(line, words, 8), 99));
  story_record(s, "c1", &buffer);
  out[buffer.length] = 0;
  stage_free(s);
}

/* On days behind the end of the shorter file, and around that of the longer one. */
static void as_if_the_longer_file_had_been_there(void **unused) {
  (void)unused;
  static const char *const clocks[] = {"06-10T08:00", "07-01T00:00", "08-07T08:00", "08-08T08:00",
                                       "08-09T08:00", "09-07T08:00", "09-08T08:00"};
  uint32_t wrong = 0;
  for (size_t i = 0; i < sizeof matters / sizeof matters[0]; i++)
    for (size_t c = 0; c < sizeof clocks / sizeof clocks[0]; c++) {
      char one[1024], other[1024];
      record_at(&matters[i], true, clocks[c], one, sizeof one);
      record_at(&matters[i], false, clocks[c], other, sizeof other);
      if (strcmp(one, other) == 0) continue;
      print_error("%s, %s\n  edited: %s\n  longer: %s\n", matters[i].name, clocks[c], one, other);
      wrong++;
    }
  assert_int_equal(wrong, 0);
}

/* What no file knows any more goes on the day that its own file said. */
static void what_no_file_knows_goes_in_its_time(void **unused) {
  (void)unused;
  const char *other =
      "{\"id\":\"d\",\"version\":1,\"name\":{\"zh\":\"x\",\"en\":\"x\"},\"period\":{\"from\":\"2026-12-01\","
      "\"to\":\"2027-12-31\",\"closing\":\"P14D\"},\"audience\":\"everyone\",\"rules\":[{\"id\":\"g\",\"on\":\"login\","
      "\"limits\":\"unlimited\",\"give\":{\"reward\":\"voucher\",\"pool\":\"unlimited\"}}]}";
  for (size_t i = 0; i < sizeof matters / sizeof matters[0]; i++) {
    const struct story story = {matters[i].name, matters[i].shorter, ""};
    struct stage *s = story_stage(&story);
    char record[256], line[] = "07-01T00:00 c1 update region=x", *words[8];
    struct buffer out;
    buffer_init(&out, record, sizeof record - 1);
    tell(s, matters[i].events);
    stage_compile(s, &other, 1);
    s->clock_ms = story_instant_of("07-01T00:00");
    (void)stage_event(s, story_line(words, story_words(line, words, 8), 99));
    story_record(s, "c1", &out);
    record[out.length] = 0;
    assert_string_equal(record, "PROFILE ever");
    stage_free(s);
  }
}

/* Of a file that ends sooner by now: what is remembered stays for as long as it was to. */
static void what_goes_later_stays_as_it_is(void **unused) {
  (void)unused;
#define ONE                                                                                                                             \
  "'facts':{'n':{'measure':'count','on':'txn.card_spend','window':'day'}},'rules':[{'id':'g','on':'txn.card_spend','when':{'fact.n':{'" \
  "gte':1}}," VOUCHER ",'limits':[{'count':1,'per':['customer'],'period':'campaign'}]}]"
  static const struct story story = {"later", PERIOD("2027-03-31") ONE, ""};
  struct stage *s = story_stage(&story);
  char record[256], line[] = "01-20T10:00 c1 update region=x", *words[8];
  struct buffer out;
  tell(s, "12-05T10:00 c1 spend 9.00 => g+5.00\n");
  serve(s, PERIOD("2026-12-31") ONE);
  s->clock_ms = story_instant_of("01-20T10:00");
  (void)stage_event(s, story_line(words, story_words(line, words, 8), 99));
  buffer_init(&out, record, sizeof record - 1);
  story_record(s, "c1", &out);
  record[out.length] = 0;
  assert_string_equal(
      record,
      "MEASURE 2027-03-13, LIMIT 2027-08-07, GRANT 2027-03-13, RESTS 2027-03-13, FED 2027-03-13, ORIGINAL 2027-03-13, PROFILE ever");
  stage_free(s);
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(as_if_the_longer_file_had_been_there),
                                     cmocka_unit_test(what_no_file_knows_goes_in_its_time),
                                     cmocka_unit_test(what_goes_later_stays_as_it_is)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
