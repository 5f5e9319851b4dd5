/* Ranks of one shard (docs/language.md section 6): what a decision says of a customer's place before the rank is settled and behind it, who
 * has none, and what comes too late. Lines of stories (story.h), and beside them
 *
 *   rank           => what the last close said: its ranking, a place, what he has / what the last of those before him has
 *   settle         => all have been judged: the rank is settled, of this shard alone
 *   again c1       => the close of a customer who waited is judged again, by the rank
 *
 * A rank keeps twice as many as may win. Times are minutes since 1 December. */
#include "giftd/lend.h"
#include "judge/story.h"
#include "work.h"

#define FREE "'limits':'unlimited'"
#define VOUCHER "'give':{'reward':'voucher','value':'5.00','pool':'unlimited'}"
#define ONCE "'limits':[{'count':1,'per':['customer'],'period':'month'}]"
#define PERIOD "'period':{'from':'2026-12-01','to':'2027-03-31','closing':'P40D'},"
#define FACTS                                                                                                                          \
  PERIOD                                                                                                                               \
  "'facts':{'s':{'measure':'sum','of':'amount','on':'txn.card_spend','window':'month'},'n':{'measure':'count','on':'login','window':'" \
  "month'},'p':{'measure':'sum','of':'score','on':'game.finished','window':'month'},'f':{'first':'login'}},"
#define RANKED(when, rank) FACTS "'rules':[{'id':'g','on':{'close':'month'},'when':{" when "},'rank':{" rank "}," ONCE "," VOUCHER "}]"
#define SPENT "'fact.s':{'gte':'0.00'}"
#define PLAYED "'fact.p':{'lt':1000000000000},'fact.n':{'gte':0}"
#define UNBOUNDED "'fact.p':{'gte':0},'fact.n':{'gte':0}"
#define LOGGED "'fact.n':{'gte':1}"
#define SHARED                                                                                                                     \
  FACTS                                                                                                                            \
  "'pools':{'pot':{'budget':'4000.00'}},'rules':[{'id':'g','on':{'close':'month'},'when':{'fact.s':{'gte':'0.00'}},'give':{'rewar" \
  "d':'cash_back','value':{'share_of':'pot','pot':'1000.00','by':'fact.n','max':'900.00'}}," ONCE "}]"

struct playing {
  struct stage *stage;
  int64_t orders[10]; /* of customers who wait, by the digit of their names */
};

static const char *const words_of[] = {
    [RANKING_NONE] = "none", [RANKING_OPEN] = "open",       [RANKING_BEHIND] = "behind", [RANKING_LOST] = "lost",
    [RANKING_LATE] = "late", [RANKING_NOTHING] = "nothing", [RANKING_WON] = "won",       [RANKING_SHARED] = "shared"};

static struct rank_name name_of(const struct stage *s) { return (struct rank_name){s->book->rules[0].decl, 683}; }

static int64_t minutes(int64_t ms) { return (ms - story_instant_of("12-01T00:00")) / 60000; }

static void rank_tell(const struct stage *s, struct buffer *out) {
  assert_int_equal(s->decision.outcome_count, 1);
  const struct outcome *o = &s->decision.outcomes[0];
  buffer_print(out, "%s", words_of[o->ranking]);
  if (o->place > 0) buffer_print(out, " %u", o->place);
  bool times = o->numbers_are_times;
  if (o->has_numbers)
    buffer_print(out, " %lld/%lld", (long long)(times ? minutes(o->actual) : o->actual),
                 (long long)(times ? minutes(o->expected) : o->expected));
  buffer_print(out, "%s%s", o->has_numbers && o->numbers_are_money ? " money" : "", o->has_numbers && times ? " times" : "");
  if (o->pot > 0) buffer_print(out, " %lld of %lld of %lld", (long long)o->units, (long long)o->units_all, (long long)o->pot);
}

static bool crowded;         /* other shards have reported more than a number tells */
static int64_t pot = 100000; /* what there is to share */

static void settle_in(struct stage *s, struct place *place) {
  static struct ranked entries[LIMIT_RANK_KEPT];
  const struct rule *rule = &s->book->rules[0];
  const struct owner owner = rank_owner(name_of(s), false);
  struct place_owner *own = place_owner(place, &owner);
  struct state *state = place_room(place, own, 16), *home = block_new(64, 1);
  struct rank_message report = {.kind = RANK_REPORT, .to = 0, .name = name_of(s), .top = rule->rank.top, .entries = entries};
  report.kept = rule->rank.shared ? 0 : rank_kept(&rule->rank);
  trail_begin(&place->trail);
  rank_report(state, &report);
  if (rule->rank.shared) report.share.pot = pot;
  if (crowded) report.share.units += (units_sum)1 << 64;
  assert_true(rank_merge(home, &report, 1));
  struct rank_message verdict = {.name = name_of(s), .entries = entries};
  rank_verdict(home, 0, &verdict);
  rank_settle(state, &verdict);
  trail_keep(&place->trail);
  place_keep(place, own);
  free(home);
}

static void again(struct playing *r, const char *customer, struct buffer *out) {
  struct stage *s = r->stage;
  const struct close *close = &s->book->closes[0];
  const struct closing closing = {.close = 0,
                                  .decl = close->decl,
                                  .period = 683,
                                  .at_ms = story_instant_of("01-01T00:00"),
                                  .done_ms = TIME_NONE,
                                  .made_ms = TIME_NONE,
                                  .rank = 0,
                                  .rank_order = r->orders[customer[1] - '0']};
  passing_event(s, &closing, customer);
  s->closing = &closing, s->match_count = 0;
  stage_judge(s, &s->event, NULL, &s->decision);
  s->closing = NULL;
  story_told(out, &s->decision);
}

static void words_tell(struct playing *r, char *const *words, uint32_t count, uint32_t number, struct buffer *out) {
  if (strcmp(words[0], "rank") == 0) {
    rank_tell(r->stage, out);
  } else if (strcmp(words[0], "settle") == 0) {
    settle_in(r->stage, r->stage->live), settle_in(r->stage, r->stage->stored);
    crowded = false, pot = 100000;
  } else if (strcmp(words[0], "pot") == 0) {
    pot = atoi(words[1]);
  } else if (strcmp(words[0], "crowd") == 0) {
    crowded = true;
  } else if (strcmp(words[0], "again") == 0) {
    again(r, words[1], out);
  } else {
    story_words_tell(r->stage, words, count, number, out);
    bool waits = strcmp(words[0], "passes") == 0 && r->stage->decision.rank_wait_count > 0;
    if (waits) r->orders[words[2][1] - '0'] = r->stage->decision.rank_waits[0].order;
  }
}

static bool step(struct playing *r, const struct story *story, char *line, uint32_t number) {
  char *words[24], told[1024], shown[256];
  char *arrow = strstr(line, "=>");
  assert_non_null(arrow);
  snprintf(shown, sizeof shown, "%s", line);
  const char *expected = arrow + 2;
  while (*expected == ' ') expected++;
  *arrow = 0;
  struct buffer out;
  buffer_init(&out, told, sizeof told - 1);
  words_tell(r, words, story_words(line, words, 24), number, &out);
  told[out.length] = 0;
  if (strcmp(told, expected) == 0) return true;
  print_error("%s: step %u: %s\n    came: %s\n", story->name, number, shown, told);
  return false;
}

static bool told_as_written(const struct story *story) {
  struct playing r = {.stage = story_stage(story)};
  char *steps = strdup(story->steps), *rest = steps;
  bool good = true;
  for (uint32_t number = 1; *rest != 0; number++) {
    char *end = strchr(rest, '\n');
    *end = 0;
    good = step(&r, story, rest, number) && good;
    rest = end + 1;
  }
  free(steps);
  stage_free(r.stage);
  return good;
}

static const struct story stories[] = {
    {"the one who spent most", RANKED(SPENT, "'by':'fact.s','order':'highest','top':1"),
     "12-05T10:00 c1 spend 100.00 => \n"
     "12-05T10:00 c2 spend 300.00 => \n"
     "12-05T10:00 c3 spend 200.00 => \n"
     "12-05T10:00 c4 spend 50.00 => \n"
     "passes 01-01T00:00 c1 => g!PENDING_HOLD\n"
     "rank => open 10000/10000 money\n"
     "passes 01-01T00:00 c2 => g!PENDING_HOLD\n"
     "rank => open 30000/30000 money\n"
     "passes 01-01T00:00 c4 => g!TARGET_NOT_REACHED\n"
     "rank => behind 5000/10000 money\n"
     "passes 01-01T00:00 c3 => g!PENDING_HOLD\n"
     "rank => open 20000/20000 money\n"
     "settle => \n"
     "again c2 => g+5.00\n"
     "rank => won 1\n"
     "again c3 => g!TARGET_NOT_REACHED\n"
     "rank => lost 2 20000/30000 money\n"
     "again c1 => g!TARGET_NOT_REACHED\n"
     "rank => lost 10000/30000 money\n"
     "12-06T10:00 c4 spend 900.00 => \n"
     "passes 01-01T00:00 c4 => g!TARGET_NOT_REACHED\n"
     "rank => late\n"},
    {"the one who spent least, of two winners", RANKED(SPENT, "'by':'fact.s','order':'lowest','top':2"),
     "12-05T10:00 c1 spend 100.00 => \n"
     "12-05T10:00 c2 spend 300.00 => \n"
     "12-05T10:00 c3 spend 200.00 => \n"
     "passes 01-01T00:00 c1 => g!PENDING_HOLD\n"
     "passes 01-01T00:00 c2 => g!PENDING_HOLD\n"
     "rank => open 30000/30000 money\n"
     "passes 01-01T00:00 c3 => g!PENDING_HOLD\n"
     "settle => \n"
     "12-06T10:00 c3 spend 1.00 => \n"
     "passes 01-01T00:00 c3 => g!PENDING_HOLD\n"
     "rank => open 2 20000/20000 money\n"
     "again c1 => g+5.00\n"
     "again c3 => g+5.00\n"
     "rank => won 2\n"
     "again c2 => g!TARGET_NOT_REACHED\n"
     "rank => lost 3 30000/20000 money\n"},
    {"the one who came first", RANKED(LOGGED, "'by':'fact.f.at','order':'lowest','top':1"),
     "12-01T00:20 c1 login => \n"
     "12-01T00:10 c2 login => \n"
     "passes 01-01T00:00 c1 => g!PENDING_HOLD\n"
     "rank => open 20/20 times\n"
     "passes 01-01T00:00 c2 => g!PENDING_HOLD\n"
     "rank => open 10/10 times\n"
     "settle => \n"
     "again c2 => g+5.00\n"
     "again c1 => g!TARGET_NOT_REACHED\n"
     "rank => lost 2 20/10 times\n"},
    {"where both have the same the tie decides, and after it the time",
     RANKED(SPENT, "'by':'fact.s','order':'highest','top':1,'ties':['fact.n','fact.f.at']"),
     "12-05T10:00 c1 spend 100.00 => \n"
     "12-05T10:00 c2 spend 100.00 => \n"
     "12-05T10:00 c3 spend 100.00 => \n"
     "12-06T10:00 c1 login => \n"
     "12-07T10:00 c2 login => \n"
     "12-07T10:00 c2 login => \n"
     "12-08T10:00 c3 login => \n"
     "12-08T10:00 c3 login => \n"
     "passes 01-01T00:00 c1 => g!PENDING_HOLD\n"
     "passes 01-01T00:00 c2 => g!PENDING_HOLD\n"
     "passes 01-01T00:00 c3 => g!PENDING_HOLD\n"
     "settle => \n"
     "again c2 => g+5.00\n"
     "again c3 => g!TARGET_NOT_REACHED\n"
     "rank => lost 2 10000/10000 money\n"
     "again c1 => g!TARGET_NOT_REACHED\n"
     "rank => lost 10000/10000 money\n"},
    {"the third tie decides where all else is the same",
     RANKED("'fact.s':{'gte':'0.00'},'fact.p':{'gte':0}", "'by':'fact.s','order':'highest','top':1,'ties':['fact.n','fact.f.at','fact.p']"),
     "12-05T10:00 c1 spend 100.00 => \n"
     "12-05T10:00 c2 spend 100.00 => \n"
     "12-06T10:00 c1 login => \n"
     "12-06T10:00 c2 login => \n"
     "12-07T10:00 c1 game.finished score:=3 => \n"
     "12-07T10:00 c2 game.finished score:=7 => \n"
     "passes 01-01T00:00 c1 => g!PENDING_HOLD\n"
     "passes 01-01T00:00 c2 => g!PENDING_HOLD\n"
     "settle => \n"
     "again c2 => g+5.00\n"
     "again c1 => g!TARGET_NOT_REACHED\n"},
    {"whoever has it",
     RANKED("'fact.s':{'gte':'0.00'},'fact.p':{'gte':0}", "'by':'fact.s','order':'highest','top':1,'ties':['fact.n','fact.f.at','fact.p']"),
     "12-05T10:00 c1 spend 100.00 => \n"
     "12-05T10:00 c2 spend 100.00 => \n"
     "12-06T10:00 c1 login => \n"
     "12-06T10:00 c2 login => \n"
     "12-07T10:00 c1 game.finished score:=7 => \n"
     "12-07T10:00 c2 game.finished score:=3 => \n"
     "passes 01-01T00:00 c1 => g!PENDING_HOLD\n"
     "passes 01-01T00:00 c2 => g!PENDING_HOLD\n"
     "settle => \n"
     "again c1 => g+5.00\n"
     "again c2 => g!TARGET_NOT_REACHED\n"},
    {"who is asked, and was not put down, comes late", RANKED(SPENT, "'by':'fact.s','order':'highest','top':1"),
     "12-05T10:00 c1 spend 10.00 => \n"
     "12-05T10:00 c2 spend 20.00 => \n"
     "passes 01-01T00:00 c1 => g!PENDING_HOLD\n"
     "again c2 => g!TARGET_NOT_REACHED\n"
     "rank => late\n"
     "settle => \n"
     "again c1 => g+5.00\n"},
    {"and so of a share", SHARED,
     "12-05T10:00 c1 login => \n"
     "12-05T10:00 c2 login => \n"
     "passes 01-01T00:00 c1 => g!PENDING_HOLD\n"
     "again c2 => g!TARGET_NOT_REACHED\n"
     "rank => late\n"
     "settle => \n"
     "again c1 => g+900.00\n"},
    {"a share of more than a number tells", SHARED,
     "12-05T10:00 c1 login => \n"
     "passes 01-01T00:00 c1 => g!PENDING_HOLD\n"
     "crowd => \n"
     "settle => \n"
     "again c1 => g!TARGET_NOT_REACHED\n"
     "rank => shared 1 of 9223372036854775807 of 100000\n"},
    {"a share of the least that there is", SHARED,
     "12-05T10:00 c1 login => \n"
     "passes 01-01T00:00 c1 => g!PENDING_HOLD\n"
     "pot 1 => \n"
     "settle => \n"
     "again c1 => g+0.01\n"
     "rank => shared 1 of 1 of 1\n"},
    {"of nothing nobody has a share", SHARED,
     "12-05T10:00 c1 login => \n"
     "passes 01-01T00:00 c1 => g!PENDING_HOLD\n"
     "pot 0 => \n"
     "settle => \n"
     "again c1 => g!TARGET_NOT_REACHED\n"
     "rank => late\n"},
    {"who has nothing is not ranked", RANKED(SPENT, "'by':'fact.f.at','order':'lowest','top':1"),
     "12-05T10:00 c1 spend 1.00 => \n"
     "passes 01-01T00:00 c1 => g!TARGET_NOT_REACHED\n"
     "rank => nothing\n"},
    {"of a lot so many tickets take part, and what is drawn is not told",
     RANKED("'fact.s':{'gte':'0.00'},'fact.n':{'gte':0}", "'by':'lot','tickets':'fact.n','most':2,'top':1"),
     "12-05T10:00 c1 login => \n"
     "12-05T10:00 c2 login => \n"
     "12-05T10:00 c2 login => \n"
     "12-05T10:00 c2 login => \n"
     "12-05T10:00 c3 spend 1.00 => \n"
     "passes 01-01T00:00 c1 => g!PENDING_HOLD\n"
     "rank => open 1/0\n"
     "passes 01-01T00:00 c2 => g!PENDING_HOLD\n"
     "rank => open 2/0\n"
     "passes 01-01T00:00 c3 => g!TARGET_NOT_REACHED\n"
     "rank => nothing\n"},
    {"one ticket each", RANKED(LOGGED, "'by':'lot','tickets':'fact.n','most':1,'top':1"),
     "12-05T10:00 c1 login => \n"
     "12-05T10:00 c1 login => \n"
     "passes 01-01T00:00 c1 => g!PENDING_HOLD\n"
     "rank => open 1/0\n"
     "settle => \n"
     "again c1 => g+5.00\n"
     "rank => won 1\n"},
    {"a share of what was made due too late", SHARED,
     "12-05T10:00 c1 login => \n"
     "clock 01-01T00:00 => \n"
     "12-31T10:00 c2 login @12-31T23:59:58 => \n"
     "passes 01-01T00:00 c1 => g!PENDING_HOLD\n"
     "passes 01-01T00:00 c2 => g!TARGET_NOT_REACHED\n"
     "rank => late\n"},
    {"the largest number is a number, whichever is first", RANKED(PLAYED, "'by':'fact.p','order':'lowest','top':1"),
     "12-05T10:00 c1 login => \n"
     "12-05T10:00 c1 game.finished score:=-9223372036854775807 => \n"
     "12-05T10:01 c1 game.finished score:=-5 => \n"
     "passes 01-01T00:00 c1 => g!PENDING_HOLD\n"
     "12-05T10:00 c2 game.finished score:=-9223372036854775806 => \n"
     "passes 01-01T00:00 c2 => g!PENDING_HOLD\n"
     "settle => \n"
     "again c1 => g+5.00\n"},
    {"and the least", RANKED(PLAYED, "'by':'fact.p','order':'highest','top':1"),
     "12-05T10:00 c1 game.finished score:=-9223372036854775807 => \n"
     "12-05T10:01 c1 game.finished score:=-5 => \n"
     "passes 01-01T00:00 c1 => g!PENDING_HOLD\n"
     "12-05T10:00 c2 game.finished score:=-9 => \n"
     "passes 01-01T00:00 c2 => g!PENDING_HOLD\n"
     "rank => open -9/-9\n"
     "settle => \n"
     "again c2 => g+5.00\n"},
    {"what was made due when the clock had come to the close is too late", RANKED(SPENT, "'by':'fact.s','order':'highest','top':1"),
     "12-05T10:00 c1 spend 100.00 => \n"
     "clock 12-31T23:59:59 => \n"
     "12-31T10:00 c2 spend 300.00 @12-31T23:59:58 => \n"
     "clock 01-01T00:00 => \n"
     "12-31T10:00 c3 spend 900.00 @12-31T23:59:58 => \n"
     "passes 01-01T00:00 c1 => g!PENDING_HOLD\n"
     "passes 01-01T00:00 c2 => g!PENDING_HOLD\n"
     "passes 01-01T00:00 c3 => g!TARGET_NOT_REACHED\n"
     "rank => late\n"},
    {"who waits already waits, whatever is judged again", RANKED(SPENT, "'by':'fact.s','order':'highest','top':1"),
     "12-05T10:00 c1 spend 100.00 => \n"
     "passes 01-01T00:00 c1 => g!PENDING_HOLD\n"
     "12-06T10:00 c1 spend 100.00 => \n"
     "passes 01-01T00:00 c1 => g!PENDING_HOLD\n"
     "rank => open 10000/10000 money\n"},
    {"a pot of a thousand by what each has", SHARED,
     "12-05T10:00 c1 login => \n"
     "12-05T10:00 c1 spend 1.00 => \n"
     "12-05T10:00 c2 login => \n"
     "12-05T10:01 c2 login => \n"
     "12-05T10:00 c3 spend 1.00 => \n"
     "12-05T10:00 c4 spend 1.00 => \n"
     "passes 01-01T00:00 c1 => g!PENDING_HOLD\n"
     "rank => open 1/1\n"
     "record c1 => FIRST 2027-08-16, MEASURE 2027-02-08, MEASURE 2027-05-09, FED 2027-03-13, "
     "ORIGINAL 2027-03-13, RANKED 2027-02-08\n"
     "passes 01-01T00:00 c2 => g!PENDING_HOLD\n"
     "rank => open 2/2\n"
     "passes 01-01T00:00 c3 => g!TARGET_NOT_REACHED\n"
     "rank => nothing\n"
     "12-06T10:00 c1 login => \n"
     "passes 01-01T00:00 c1 => g!PENDING_HOLD\n"
     "rank => open 1/1\n"
     "settle => \n"
     "again c1 => g+333.33\n"
     "rank => shared 1 of 3 of 100000\n"
     "again c2 => g+666.66\n"
     "rank => shared 2 of 3 of 100000\n"
     "again c3 => g!TARGET_NOT_REACHED\n"
     "rank => late\n"
     "12-06T10:00 c4 login => \n"
     "passes 01-01T00:00 c4 => g!TARGET_NOT_REACHED\n"
     "rank => late\n"},
};

static void ranks(void **unused) {
  (void)unused;
  uint32_t wrong = 0;
  for (size_t i = 0; i < sizeof stories / sizeof stories[0]; i++) wrong += !told_as_written(&stories[i]);
  assert_int_equal(wrong, 0);
}

/* Whoever replays the events comes to the same draw: a ticket's place is a keyed hash of customer, rule, period and its number. */
static void lots_of(const struct story *story, uint32_t most) {
  for (uint32_t tickets = 1; tickets <= most + 1; tickets++) {
    struct stage *s = story_stage(story);
    for (uint32_t number = 0; number < tickets; number++) {
      char line[] = "12-05T10:00 c1 login", *words[8];
      (void)stage_event(s, story_line(words, story_words(line, words, 8), number));
    }
    assert_true(passing_next(s, "c1", story_instant_of("01-01T00:00")));
    assert_int_equal(s->decision.rank_wait_count, 1);
    const struct rank_name name = name_of(s);
    const uint64_t rank = hash64_pair(&HASH_KEY_FIXED, name.decl, (uint64_t)(uint32_t)name.period);
    const uint64_t key = hash64_pair(&s->settings.id_key, hash64(&HASH_KEY_FIXED, STR("c1")), rank);
    int64_t best = INT64_MAX;
    for (uint32_t number = 0; number < tickets && number < most; number++) {
      int64_t lot = (int64_t)(lot_number(&s->settings.id_key, key, number) >> 2);
      if (lot < best) best = lot;
    }
    assert_true(s->decision.rank_waits[0].order == best);
    stage_free(s);
  }
}

static void a_lot_is_the_best_of_the_tickets(void **unused) {
  (void)unused;
  static const struct story three = {"lots", RANKED(LOGGED, "'by':'lot','tickets':'fact.n','most':3,'top':1"), ""};
  static const struct story one = {"lots", RANKED(LOGGED, "'by':'lot','tickets':'fact.n','most':1,'top':1"), ""};
  lots_of(&three, 3), lots_of(&one, 1);
}

static uint32_t ranked_without_ties(const struct stage *s) {
  const struct owner owner = rank_owner(name_of(s), false);
  const struct state *state = place_state(s->live, &owner);
  uint32_t slot = 0, count = 0;
  for (const struct cell *cell = state_any(state, &slot); cell != NULL; cell = state_any(state, &slot)) {
    if (cell_kind(cell) != CELL_RANKED) continue;
    for (uint32_t tie = 0; tie < LIMIT_RANK_TIES; tie++) assert_int_equal(ranked_of(cell).ties[tie], 0);
    count++;
  }
  return count;
}

/* Numbers at the ends are numbers: what is before nobody is kept for who has none. */
static void the_ends_are_numbers(void **unused) {
  (void)unused;
  static const struct {
    const char *campaign, *score;
    int64_t order;
  } ends[] = {{RANKED(PLAYED, "'by':'fact.p','order':'highest','top':1"), "-9223372036854775807", INT64_MAX - 1},
              {RANKED(PLAYED, "'by':'fact.p','order':'highest','top':1"), "-9223372036854775806", INT64_MAX - 1},
              {RANKED(PLAYED, "'by':'fact.p','order':'highest','top':1"), "-9223372036854775805", INT64_MAX - 2},
              {RANKED(UNBOUNDED, "'by':'fact.p','order':'lowest','top':1"), "9223372036854775807", INT64_MAX - 1},
              {RANKED(UNBOUNDED, "'by':'fact.p','order':'lowest','top':1"), "9223372036854775806", INT64_MAX - 1},
              {RANKED(UNBOUNDED, "'by':'fact.p','order':'lowest','top':1"), "9223372036854775805", INT64_MAX - 2}};
  for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
    const struct story story = {"ends", ends[i].campaign, ""};
    struct stage *s = story_stage(&story);
    char line[96], *words[8];
    snprintf(line, sizeof line, "12-05T10:00 c1 game.finished score:=%s", ends[i].score);
    (void)stage_event(s, story_line(words, story_words(line, words, 8), 1));
    assert_true(passing_next(s, "c1", story_instant_of("01-01T00:00")));
    assert_int_equal(s->decision.rank_wait_count, 1);
    assert_true(s->decision.rank_waits[0].order == ends[i].order);
    assert_int_equal(ranked_without_ties(s), 1);
    stage_free(s);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(ranks), cmocka_unit_test(a_lot_is_the_best_of_the_tickets),
                                     cmocka_unit_test(the_ends_are_numbers)};
  return cmocka_run_group_tests(tests, NULL, NULL);
}
