/* Closes that a file leaves due which changed (judge.h, struct look): a customer of whom nothing comes any more is looked at once, and what
 * rules hear now that they did not hear before is made due. Lines of stories (story.h), and beside them
 *
 *   edit N                  => the Nth campaign of the scene is served from now on
 *   heard RULE MONTH        => the rule of that number has heard all closes of months before
 *   look 02-10T00:00        => the customer is looked at then: all that is due of him (passing.h)
 *   looked                  => the number of the look in which he is known as looked at; `look TIME marks`: whatever was found
 *   forget                  => he is not any more
 *
 * December is month 683. Rules give for a count of logins, closes of months are at midnight unless a delay is said. */
#include "judge/story.h"

#define FREE "'limits':'unlimited'"
#define VOUCHER "'give':{'reward':'voucher','value':'5.00','pool':'unlimited'}"
#define PERIOD(from, to) "'period':{'from':'" from "','to':'" to "','closing':'P31D'},"
#define WINTER PERIOD("2026-12-01", "2027-03-31")
#define N(window) "'facts':{'n':{'measure':'count','on':'login','window':" window "}},"
#define RULE(id, close) "{'id':'" id "','on':{'close':" close "},'when':{'fact.n':{'gte':1}}," FREE "," VOUCHER "}"
#define SILENT "'rules':[{'id':'g','on':'login','when':{'fact.n':{'gte':99}}," FREE "," VOUCHER "}]"
#define LOGIN(time) time " c1 login => g!TARGET_NOT_REACHED\n"
#define MONTH "'month'"
#define MONTH_LATER "'month','delay':'P5D'"

struct scene {
  const char *name;
  const char *campaigns[3];
  const char *steps;
};

struct looking {
  struct stage *stage;
  const struct scene *scene;
  struct look look;
  int32_t heard[8];
};

static int32_t unheard(void *self, uint32_t rule, uint32_t close, int32_t period) {
  const struct looking *looking = self;
  assert_true(rule < 8 && close < looking->stage->book->close_count);
  return period < looking->heard[rule] ? looking->heard[rule] : period;
}

static bool never_lost(void *self, uint32_t rule, uint32_t close, int32_t period) {
  (void)self, (void)rule, (void)close, (void)period;
  return false;
}

static struct place_owner *customer_in(struct place *place) {
  struct owner named = owner_customer(STR("c1"));
  struct place_owner *owner = place_owner(place, &named);
  (void)place_load(place, owner);
  return owner;
}

/* As the shard does it. */
static void look_in(struct looking *l, struct place *place, bool marks, struct decision *decision) {
  struct stage *s = l->stage;
  struct judge_input input = stage_input(s, &s->event, NULL);
  struct place_owner *owner = customer_in(place);
  input.matches = NULL, input.match_count = 0;
  (void)place_room(place, owner, 32);
  place->turn++, place->touch_count = 0;
  input.turn = place->turn, input.customer = owner->state;
  input.find = place_find, input.self = place, input.memory = place->memory;
  trail_begin(&place->trail);
  judge_look(&input, marks, decision, &s->event_arena);
  assert_false(decision_is_void(decision));
  assert_true(decision->gate == REASON_GIVEN && decision->closed && decision->outcome_count == 0 && decision->gift_count == 0);
  trail_keep(&place->trail);
  place_keep(place, owner);
}

/* Without a clock: TIME_NONE. */
static void look_at(struct looking *l, int64_t now_ms, bool marks) {
  struct stage *s = l->stage;
  s->clock_ms = now_ms;
  l->look.from_ms = l->look.taken_ms = now_ms, l->look.number++;
  s->event = (struct event){.customer = STR("c1"), .source = STR("giftd"), .type = TYPE_UNKNOWN, .id = STR("look")};
  s->event.time_ms = s->event.arrival_ms = now_ms == TIME_NONE ? 0 : now_ms;
  s->look = &l->look;
  look_in(l, s->live, marks, &s->decision);
  look_in(l, s->stored, marks, &s->again);
  assert_int_equal(s->decision.due_count, s->again.due_count);
}

static void edit(struct looking *l, uint32_t number) {
  const struct story story = {l->scene->name, l->scene->campaigns[number], ""};
  size_t length = strlen(story.campaign);
  char *text = story_text("{" STORY_NAME, story.campaign, length, ",'audience':'everyone'}");
  const char *texts[] = {text};
  stage_compile(l->stage, texts, 1);
  free(text);
}

/* What says it is due never. */
static void looked_tell(struct stage *s, struct buffer *out) {
  const struct state *state = stage_customer(s, "c1");
  const struct cell *looked = state_find(state, CELL_DUE, 0, DUE_LOOKED, 0);
  for (uint32_t look = 0; look < 9; look++)
    if (judge_looked(state, look)) buffer_print(out, "%u", look);
  assert_true(looked == NULL || looked->due.time_ms == INT64_MAX);
}

static void words_tell(struct looking *l, char *const *words, uint32_t count, uint32_t number, struct buffer *out) {
  struct stage *s = l->stage;
  if (strcmp(words[0], "edit") == 0) {
    edit(l, (uint32_t)atoi(words[1]));
  } else if (strcmp(words[0], "heard") == 0) {
    l->heard[atoi(words[1])] = atoi(words[2]);
  } else if (strcmp(words[0], "look") == 0) {
    look_at(l, strcmp(words[1], "none") == 0 ? TIME_NONE : story_instant_of(words[1]), count > 2);
    passing_dues(s, "c1", out);
  } else if (strcmp(words[0], "looked") == 0) {
    looked_tell(s, out);
  } else if (strcmp(words[0], "forget") == 0) {
    judge_looked_forget(customer_in(s->live)->state), judge_looked_forget(customer_in(s->stored)->state);
    place_keep(s->stored, customer_in(s->stored));
  } else {
    story_words_tell(s, words, count, number, out);
  }
}

static bool step(struct looking *l, char *line, uint32_t number) {
  char *words[24], told[1024], shown[256];
  char *arrow = strstr(line, "=>");
  assert_non_null(arrow);
  snprintf(shown, sizeof shown, "%s", line);
  const char *expected = arrow + 2;
  while (*expected == ' ') expected++;
  *arrow = 0;
  struct buffer out;
  buffer_init(&out, told, sizeof told - 1);
  words_tell(l, words, story_words(line, words, 24), number, &out);
  told[out.length] = 0;
  if (strcmp(told, expected) == 0) return true;
  print_error("%s: step %u: %s\n    came: %s\n", l->scene->name, number, shown, told);
  return false;
}

static bool scene_tell(const struct scene *scene) {
  const struct story story = {scene->name, scene->campaigns[0], ""};
  struct looking l = {.stage = story_stage(&story), .scene = scene};
  l.look = (struct look){.from_ms = TIME_NONE, .taken_ms = TIME_NONE, .self = &l, .unheard = unheard, .lost = never_lost};
  char *steps = strdup(scene->steps), *rest = steps;
  bool good = true;
  for (uint32_t number = 1; *rest != 0; number++) {
    char *end = strchr(rest, '\n');
    *end = 0;
    good = step(&l, rest, number) && good;
    rest = end + 1;
  }
  free(steps);
  stage_free(l.stage);
  return good;
}

/* ---- what is due behind a look ---- */

static const struct scene scenes[] = {
    {"months that are over are heard one behind the other, and then what lies ahead",
     {WINTER N("'month'") SILENT, WINTER N("'month'") "'rules':[" RULE("g", MONTH) "]"},
     LOGIN("12-05T10:00") LOGIN("01-05T10:00")
         LOGIN("02-05T10:00") "edit 1 => \n"
                              "look 02-10T00:00 => 2027-01-01T00:00 of 683 found made 2027-02-10T00:00\n"
                              "passes 01-01T00:00 c1 => g+5.00\n"
                              "dues c1 => 2027-02-01T00:00 of 684 found made 2027-02-10T00:00\n"
                              "passes 02-01T00:00 c1 => g+5.00\n"
                              "dues c1 => 2027-03-01T00:00 of 685 made 2027-02-10T00:00\n"
                              "passes 03-01T00:00 c1 => g+5.00\n"
                              "dues c1 => \n"},
    {"a close is over when the clock has come to it",
     {WINTER N("'month'") SILENT, WINTER N("'month'") "'rules':[" RULE("g", MONTH) "]"},
     LOGIN("12-05T10:00") "edit 1 => \n"
                          "look 01-01T00:00 => 2027-01-01T00:00 of 683 found made 2027-01-01T00:00\n"},
    {"and lies ahead until then",
     {WINTER N("'month'") SILENT, WINTER N("'month'") "'rules':[" RULE("g", MONTH) "]"},
     LOGIN("12-05T10:00") "edit 1 => \n"
                          "look 12-31T23:59:59 => 2027-01-01T00:00 of 683 made 2026-12-31T23:59\n"},
    {"what a rule has heard is not found, and what is behind that is",
     {WINTER N("'month'") SILENT, WINTER N("'month'") "'rules':[" RULE("g", MONTH) "]"},
     LOGIN("12-05T10:00") LOGIN("01-05T10:00") "edit 1 => \n"
                                               "heard 0 684 => \n"
                                               "look 02-10T00:00 => 2027-02-01T00:00 of 684 found made 2027-02-10T00:00\n"
                                               "passes 02-01T00:00 c1 => g+5.00\n"
                                               "dues c1 => \n"},
    {"what all have heard leaves nothing due",
     {WINTER N("'month'") SILENT, WINTER N("'month'") "'rules':[" RULE("g", MONTH) "]"},
     LOGIN("12-05T10:00") LOGIN("01-05T10:00") "edit 1 => \n"
                                               "heard 0 685 => \n"
                                               "look 02-10T00:00 => \n"},
    {"two rules, one later than the other: each is heard at its time",
     {WINTER N("'month'") SILENT, WINTER N("'month'") "'rules':[" RULE("h", MONTH_LATER) "," RULE("g", MONTH) "]"},
     LOGIN("12-05T10:00") "edit 1 => \n"
                          "look 02-10T00:00 => 2027-01-01T00:00 of 683 found made 2027-02-10T00:00\n"
                          "passes 01-01T00:00 c1 => g+5.00\n"
                          "dues c1 => 2027-01-06T00:00 of 683 found done 2027-01-01T00:00 made 2027-02-10T00:00\n"
                          "passes 01-06T00:00 c1 => h+5.00\n"
                          "dues c1 => \n"},
    {"of these one has heard it",
     {WINTER N("'month'") SILENT, WINTER N("'month'") "'rules':[" RULE("g", MONTH) "," RULE("h", MONTH_LATER) "]"},
     LOGIN("12-05T10:00") "edit 1 => \n"
                          "heard 0 684 => \n"
                          "look 02-10T00:00 => 2027-01-06T00:00 of 683 found made 2027-02-10T00:00\n"
                          "passes 01-06T00:00 c1 => h+5.00\n"
                          "dues c1 => \n"},
    {"the first is over, the later one lies ahead: found, and then in its time",
     {WINTER N("'month'") SILENT, WINTER N("'month'") "'rules':[" RULE("g", MONTH) "," RULE("h", MONTH_LATER) "]"},
     LOGIN("12-05T10:00") "edit 1 => \n"
                          "look 01-03T00:00 => 2027-01-01T00:00 of 683 found made 2027-01-03T00:00\n"
                          "passes 01-01T00:00 c1 => g+5.00\n"
                          "dues c1 => 2027-01-06T00:00 of 683 done 2027-01-03T00:00 made 2027-01-03T00:00\n"
                          "passes 01-06T00:00 c1 => h+5.00\n"
                          "dues c1 => \n"},
    {"the first has been heard, the later one lies ahead",
     {WINTER N("'month'") SILENT, WINTER N("'month'") "'rules':[" RULE("g", MONTH) "," RULE("h", MONTH_LATER) "]"},
     LOGIN("12-05T10:00") "edit 1 => \n"
                          "heard 0 684 => \n"
                          "look 01-03T00:00 => 2027-01-06T00:00 of 683 done 2027-01-03T00:00 made 2027-01-03T00:00\n"
                          "passes 01-06T00:00 c1 => h+5.00\n"
                          "dues c1 => \n"},
    {"a delay that is gone brings forward what was due",
     {WINTER N("'month'") "'rules':[" RULE("g", MONTH_LATER) "]", WINTER N("'month'") "'rules':[" RULE("g", MONTH) "]"},
     "12-05T10:00 c1 login => \n"
     "dues c1 => 2027-01-06T00:00 of 683\n"
     "edit 1 => \n"
     "look 12-10T00:00 => 2027-01-01T00:00 of 683\n"
     "passes 01-01T00:00 c1 => g+5.00\n"},
    {"a delay that came leaves what was due where it is",
     {WINTER N("'month'") "'rules':[" RULE("g", MONTH) "]", WINTER N("'month'") "'rules':[" RULE("g", MONTH_LATER) "]"},
     "12-05T10:00 c1 login => \n"
     "edit 1 => \n"
     "look 12-10T00:00 => 2027-01-01T00:00 of 683\n"
     "passes 01-01T00:00 c1 => \n"
     "dues c1 => 2027-01-06T00:00 of 683 done 2027-01-01T00:00\n"
     "passes 01-06T00:00 c1 => g+5.00\n"},
    {"of what some have heard the next instant is what lies ahead now",
     {WINTER N("'month'") "'rules':[" RULE("g", MONTH) "," RULE("h", "'month','delay':'P9D'") "]",
      WINTER N("'month'") "'rules':[" RULE("g", MONTH) "," RULE("h", MONTH_LATER) "]"},
     "12-05T10:00 c1 login => \n"
     "passes 01-01T00:00 c1 => g+5.00\n"
     "dues c1 => 2027-01-10T00:00 of 683 done 2027-01-01T00:00\n"
     "edit 1 => \n"
     "heard 0 684 => \n"
     "look 01-03T00:00 => 2027-01-06T00:00 of 683 done 2027-01-03T00:00\n"
     "passes 01-06T00:00 c1 => h+5.00\n"
     "dues c1 => \n"},
    {"and stays where nothing else lies ahead",
     {WINTER N("'month'") "'rules':[" RULE("g", MONTH) "," RULE("h", "'month','delay':'P9D'") "]",
      WINTER N("'month'") "'rules':[" RULE("g", MONTH) "," RULE("h", "'month','delay':'P9D'") "]"},
     "12-05T10:00 c1 login => \n"
     "passes 01-01T00:00 c1 => g+5.00\n"
     "edit 1 => \n"
     "heard 0 684 => \n"
     "look 01-03T00:00 => 2027-01-10T00:00 of 683 done 2027-01-03T00:00\n"
     "passes 01-10T00:00 c1 => h+5.00\n"},
    {"the sooner of two that lie ahead",
     {WINTER N("'month'") "'rules':[" RULE("g", MONTH) "," RULE("h", "'month','delay':'P9D'") "," RULE("i", "'month','delay':'P8D'") "]",
      WINTER N("'month'") "'rules':[" RULE("g", MONTH) "," RULE("h", MONTH_LATER) "," RULE("i", "'month','delay':'P6D'") "]"},
     "12-05T10:00 c1 login => \n"
     "passes 01-01T00:00 c1 => g+5.00\n"
     "dues c1 => 2027-01-09T00:00 of 683 done 2027-01-01T00:00\n"
     "edit 1 => \n"
     "heard 0 684 => \n"
     "look 01-03T00:00 => 2027-01-06T00:00 of 683 done 2027-01-03T00:00\n"
     "passes 01-06T00:00 c1 => h+5.00\n"
     "passes 01-07T00:00 c1 => i+5.00\n"
     "dues c1 => \n"},
    {"what lies ahead later than it did is due later",
     {WINTER N("'month'") "'rules':[" RULE("g", MONTH) "," RULE("h", MONTH_LATER) "]",
      WINTER N("'month'") "'rules':[" RULE("h", "'month','delay':'P9D'") "," RULE("g", MONTH) "]"},
     "12-05T10:00 c1 login => \n"
     "passes 01-01T00:00 c1 => g+5.00\n"
     "dues c1 => 2027-01-06T00:00 of 683 done 2027-01-01T00:00\n"
     "edit 1 => \n"
     "heard 1 684 => \n"
     "look 01-03T00:00 => 2027-01-10T00:00 of 683 done 2027-01-03T00:00\n"
     "passes 01-10T00:00 c1 => h+5.00\n"
     "dues c1 => \n"},
    {"and the sooner of two of these first",
     {WINTER N("'month'") "'rules':[" RULE("g", MONTH) "," RULE("h", MONTH_LATER) "," RULE("i", MONTH_LATER) "]",
      WINTER N("'month'") "'rules':[" RULE("g", MONTH) "," RULE("h", "'month','delay':'P9D'") "," RULE("i", "'month','delay':'P8D'") "]"},
     "12-05T10:00 c1 login => \n"
     "passes 01-01T00:00 c1 => g+5.00\n"
     "edit 1 => \n"
     "heard 0 684 => \n"
     "look 01-03T00:00 => 2027-01-09T00:00 of 683 done 2027-01-03T00:00\n"
     "passes 01-09T00:00 c1 => i+5.00\n"
     "passes 01-10T00:00 c1 => h+5.00\n"
     "dues c1 => \n"},
    {"in whichever order they stand",
     {WINTER N("'month'") "'rules':[" RULE("g", MONTH) "," RULE("i", MONTH_LATER) "," RULE("h", MONTH_LATER) "]",
      WINTER N("'month'") "'rules':[" RULE("g", MONTH) "," RULE("i", "'month','delay':'P8D'") "," RULE("h", "'month','delay':'P9D'") "]"},
     "12-05T10:00 c1 login => \n"
     "passes 01-01T00:00 c1 => g+5.00\n"
     "edit 1 => \n"
     "heard 0 684 => \n"
     "look 01-03T00:00 => 2027-01-09T00:00 of 683 done 2027-01-03T00:00\n"},
    {"what a rule heard before it was put off it does not hear again",
     {WINTER N("'month'") "'rules':[" RULE("g", MONTH) "," RULE("h", MONTH_LATER) "]",
      WINTER N("'month'") "'rules':[" RULE("g", "'month','delay':'P6D'") "," RULE("h", "'month','delay':'P9D'") "]"},
     "12-05T10:00 c1 login => \n"
     "passes 01-01T00:00 c1 => g+5.00\n"
     "edit 1 => \n"
     "heard 0 684 => \n"
     "look 01-03T00:00 => 2027-01-10T00:00 of 683 done 2027-01-03T00:00\n"
     "passes 01-10T00:00 c1 => h+5.00\n"
     "dues c1 => \n"},
    {"what nobody hears any more stays due until it is over, and nothing comes of it",
     {WINTER N("'month'") "'rules':[" RULE("g", MONTH) "," RULE("h", MONTH_LATER) "]",
      WINTER N("'month'") "'rules':[" RULE("g", MONTH) "]"},
     "12-05T10:00 c1 login => \n"
     "passes 01-01T00:00 c1 => g+5.00\n"
     "edit 1 => \n"
     "heard 0 684 => \n"
     "look 01-03T00:00 => 2027-01-06T00:00 of 683 done 2027-01-03T00:00\n"
     "passes 01-10T00:00 c1 => \n"
     "dues c1 => \n"},
    {"what was over and not taken yet stands",
     {WINTER N("'month'") "'rules':[" RULE("g", MONTH) "," RULE("h", MONTH_LATER) "]",
      WINTER N("'month'") "'rules':[" RULE("g", MONTH) "," RULE("h", "'month','delay':'P9D'") "]"},
     "12-05T10:00 c1 login => \n"
     "passes 01-01T00:00 c1 => g+5.00\n"
     "edit 1 => \n"
     "heard 0 684 => \n"
     "look 01-06T00:00 => 2027-01-06T00:00 of 683 done 2027-01-01T00:00\n"},
    {"without a clock nothing is over",
     {WINTER N("'month'") "'rules':[" RULE("g", MONTH) "," RULE("h", MONTH_LATER) "]",
      WINTER N("'month'") "'rules':[" RULE("g", MONTH) "," RULE("h", "'month','delay':'P9D'") "]"},
     "12-05T10:00 c1 login => \n"
     "passes 01-01T00:00 c1 => g+5.00\n"
     "edit 1 => \n"
     "heard 0 684 => \n"
     "look none => 2027-01-06T00:00 of 683 done 2027-01-01T00:00\n"},
    {"the first look of all: nobody says since when",
     {WINTER N("'month'") SILENT, WINTER N("'month'") "'rules':[" RULE("g", MONTH) "]"},
     LOGIN("12-05T10:00") "edit 1 => \n"
                          "look none => 2027-01-01T00:00 of 683\n"},
    {"a rule that came hears what others heard at the same instant",
     {WINTER N("'month'") "'rules':[" RULE("g", MONTH) "," RULE("h", MONTH_LATER) "]",
      WINTER N("'month'") "'rules':[" RULE("g", MONTH) "," RULE("i", MONTH) "," RULE("h", MONTH_LATER) "]"},
     "12-05T10:00 c1 login => \n"
     "passes 01-01T00:00 c1 => g+5.00\n"
     "edit 1 => \n"
     "heard 0 684 => \n"
     "look 01-03T00:00 => 2027-01-01T00:00 of 683 found made 2027-01-03T00:00, 2027-01-06T00:00 of 683 done 2027-01-03T00:00\n"
     "clock 01-20T00:00 => \n"
     "passes 01-01T00:00 c1 => i+5.00\n"
     "dues c1 => 2027-01-06T00:00 of 683 done 2027-01-03T00:00\n"
     "passes 01-06T00:00 c1 => h+5.00\n"
     "dues c1 => \n"},
    {"what was found is over for those who heard it, however late they would hear it now",
     {WINTER N("'month'") SILENT, WINTER N("'month'") "'rules':[" RULE("h", MONTH) "," RULE("g", "'month','delay':'P20D'") "]"},
     LOGIN("12-05T10:00") "edit 1 => \n"
                          "heard 1 684 => \n"
                          "look 01-10T00:00 => 2027-01-01T00:00 of 683 found made 2027-01-10T00:00\n"
                          "passes 01-01T00:00 c1 => h+5.00\n"
                          "dues c1 => \n"},
    {"a campaign that closed and goes on longer does not close again",
     {PERIOD("2026-12-01", "2026-12-31") N("'campaign'") "'rules':[" RULE("g", "'campaign'") "]",
      WINTER N("'campaign'") "'rules':[" RULE("g", "'campaign'") "]"},
     "12-05T10:00 c1 login => \n"
     "passes 01-01T00:00 c1 => g+5.00\n"
     "edit 1 => \n"
     "heard 0 1 => \n"
     "look 02-10T00:00 => \n"},
    {"a campaign closes once, and is found when it is over",
     {WINTER N("'campaign'") SILENT, WINTER N("'campaign'") "'rules':[" RULE("g", "'campaign'") "]"},
     LOGIN("12-05T10:00") "edit 1 => \n"
                          "look 04-10T00:00 => 2027-04-01T00:00 of 0 found made 2027-04-10T00:00\n"
                          "passes 04-01T00:00 c1 => g+5.00\n"
                          "dues c1 => \n"},
    {"or lies ahead",
     {WINTER N("'campaign'") SILENT, WINTER N("'campaign'") "'rules':[" RULE("g", "'campaign'") "]"},
     LOGIN("12-05T10:00") "edit 1 => \n"
                          "look 02-10T00:00 => 2027-04-01T00:00 of 0 made 2027-02-10T00:00\n"
                          "passes 04-01T00:00 c1 => g+5.00\n"
                          "dues c1 => \n"},
    {"or was heard",
     {WINTER N("'campaign'") SILENT, WINTER N("'campaign'") "'rules':[" RULE("g", "'campaign'") "]"},
     LOGIN("12-05T10:00") "edit 1 => \n"
                          "heard 0 1 => \n"
                          "look 04-10T00:00 => \n"},
    {"of who did nothing no campaign closes",
     {WINTER N("'campaign'") SILENT, WINTER N("'campaign'") "'rules':[" RULE("g", "'campaign'") "]"},
     "12-05T10:00 c1 checkin => \n"
     "edit 1 => \n"
     "look 04-10T00:00 => \n"},
    {"a campaign that goes on longer",
     {PERIOD("2026-12-01", "2026-12-31") N("'ever'") "'rules':[" RULE("g", MONTH) "]", WINTER N("'ever'") "'rules':[" RULE("g", MONTH) "]"},
     "12-05T10:00 c1 login => \n"
     "passes 01-01T00:00 c1 => g+5.00\n"
     "dues c1 => \n"
     "edit 1 => \n"
     "heard 0 684 => \n"
     "look 02-10T00:00 => 2027-02-01T00:00 of 684 found made 2027-02-10T00:00\n"
     "passes 02-01T00:00 c1 => g+5.00\n"
     "passes 03-01T00:00 c1 => g+5.00\n"},
    {"of two rules the one that has more to hear says which month",
     {WINTER "'facts':{'n':{'measure':'count','on':'login','window':'month'},'m':{'measure':'count','on':'checkin','window':'month'}},"
             "'rules':[{'id':'g','on':'login','when':{'fact.n':{'gte':99},'fact.m':{'gte':99}}," FREE "," VOUCHER "}]",
      WINTER "'facts':{'n':{'measure':'count','on':'login','window':'month'},'m':{'measure':'count','on':'checkin','window':'month'}},"
             "'rules':[" RULE("g", MONTH) ",{'id':'h','on':{'close':'month'},'when':{'fact.m':{'gte':1}}," FREE "," VOUCHER "}]"},
     "12-05T10:00 c1 checkin => \n" LOGIN("01-05T10:00") "edit 1 => \n"
                                                         "look 02-10T00:00 => 2027-01-01T00:00 of 683 found made 2027-02-10T00:00\n"
                                                         "passes 01-01T00:00 c1 => h+5.00\n"
                                                         "dues c1 => 2027-02-01T00:00 of 684 found made 2027-02-10T00:00\n"
                                                         "passes 02-01T00:00 c1 => g+5.00\n"
                                                         "dues c1 => \n"},
    {"who is looked at is known by it where something is taken right behind, or where it is asked for",
     {WINTER N("'month'") SILENT, WINTER N("'month'") "'rules':[" RULE("g", MONTH) "]"},
     LOGIN("12-05T10:00") "edit 1 => \n"
                          "looked => \n"
                          "look 12-10T00:00 => 2027-01-01T00:00 of 683 made 2026-12-10T00:00\n"
                          "looked => \n"
                          "look 12-11T00:00 marks => 2027-01-01T00:00 of 683 made 2026-12-10T00:00\n"
                          "looked => 2\n"
                          "look 01-10T00:00 => 2027-01-01T00:00 of 683 made 2026-12-10T00:00\n"
                          "looked => 3\n"
                          "forget => \n"
                          "looked => \n"
                          "passes 01-20T00:00 c1 => g+5.00\n"},
};

static void looks(void **unused) {
  (void)unused;
  uint32_t wrong = 0;
  for (size_t i = 0; i < sizeof scenes / sizeof scenes[0]; i++) wrong += !scene_tell(&scenes[i]);
  assert_int_equal(wrong, 0);
}

/* ---- what a look hangs on ---- */

static uint64_t sign_of(const char *campaign, uint32_t close) {
  const struct story story = {"sign", campaign, ""};
  struct stage *s = story_stage(&story);
  assert_true(close < s->book->close_count);
  const uint64_t sign = look_sign(s->book, 0, close);
  stage_free(s);
  return sign;
}

#define COUNTS(window) WINTER N(window) "'rules':[" RULE("g", MONTH) "]"
#define TWO_CLOSES(delay)                                                                                                               \
  WINTER N("'month'") "'rules':[{'id':'g','on':['login',{'close':'month'},{'close':'week'" delay "}],'when':{'fact.n':{'gte':1}}," FREE \
                      "," VOUCHER "}]"
#define HELD(hold)                                                                                                                     \
  PERIOD("2026-12-01", "2027-03-31")                                                                                                   \
  "'facts':{'avg':{'measure':'daily_average','of':'balance','on':'balance.snapshot','window':'month'},'l':{'level':'avg','levels':[{'" \
  "id':'a','from':'1.00'}],'every':'month','hold':" hold "}},'rules':[{'id':'g','on':{'fact':'l'}," FREE "," VOUCHER "}]"

/* Of all these no two wake at the same closes the same customers: where one becomes another, customers have to be looked at. */
static const char *const others[] = {
    COUNTS("'month'"),
    COUNTS("'week'"),
    COUNTS("'ever'"),
    COUNTS("'campaign'"),
    COUNTS("'month','previous':1"),
    COUNTS("'month','previous':2"),
    COUNTS("{'last':2,'unit':'month'}"),
    COUNTS("{'last':3,'unit':'month'}"),
    COUNTS("{'rolling':'P2D'}"),
    COUNTS("{'rolling':'P3D'}"),
    COUNTS("{'from':'2026-12-02','to':'2026-12-10'}"),
    COUNTS("{'from':'2026-12-02','to':'2026-12-11'}"),
    COUNTS("{'from':'2026-12-03','to':'2026-12-10'}"),
    WINTER
    "'facts':{'m':{'measure':'count','on':'login','window':'month'}},'rules':[{'id':'g','on':{'close':'month'},'when':{'fact.m':{'"
    "gte':1}}," FREE "," VOUCHER "}]",
    WINTER N("'month'") "'rules':[" RULE("g", MONTH_LATER) "]",
    PERIOD("2026-12-01", "2027-03-30") N("'month'") "'rules':[" RULE("g", MONTH) "]",
    PERIOD("2026-12-02", "2027-03-31") N("'month'") "'rules':[" RULE("g", MONTH) "]",
    "'period':{'from':'2026-12-01','to':'2027-03-31','closing':'P30D'}," N("'month'") "'rules':[" RULE("g", MONTH) "]",
};

static void another_sign_for_all_that_says_when_and_of_whom(void **unused) {
  (void)unused;
  uint64_t signs[sizeof others / sizeof others[0]];
  for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
    signs[i] = sign_of(others[i], 0);
    assert_true(signs[i] == sign_of(others[i], 0));
    for (size_t j = 0; j < i; j++)
      if (signs[i] == signs[j]) fail_msg("%s\nand\n%s", others[i], others[j]);
  }
  assert_true(sign_of(HELD("0"), 0) != sign_of(HELD("1"), 0));
}

/* And no other for the rest: what it gives, and the delay of another close that it hears. */
static void the_same_sign_for_the_rest(void **unused) {
  (void)unused;
  assert_true(sign_of(WINTER N("'month'") "'rules':[{'id':'g','on':{'close':'month'},'when':{'fact.n':{'gte':7}}," FREE
                                          ",'give':{'reward':'points','value':9,'pool':'unlimited'}}]",
                      0) == sign_of(others[0], 0));
  uint64_t now[2], later[2];
  for (uint32_t close = 0; close < 2; close++)
    now[close] = sign_of(TWO_CLOSES(""), close), later[close] = sign_of(TWO_CLOSES(",'delay':'P1D'"), close);
  assert_int_equal((now[0] == later[0]) + (now[1] == later[1]), 1); /* the delay of one of them */
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(looks), cmocka_unit_test(another_sign_for_all_that_says_when_and_of_whom),
                                     cmocka_unit_test(the_same_sign_for_the_rest)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
