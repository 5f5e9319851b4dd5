/* Reads scenario files: a line is a word that says what it is, and what belongs to it. No rulebook is needed, so that any bytes can be
 * read; where there is one, it says in which zone and currency a story's campaigns are.
 *
 *     scenario "..."            opens one; campaign, covers and the story follow
 *     TIME CUSTOMER TYPE ...    an event; TIME is a date and a clock, +DURATION or -
 *         gift ...              indented: what must come of the event above
 *
 * Every event is made once while reading and given to the real event reader, so that what is wrong with it is told with the line and
 * before anything is played.
 */
#include "parts.h"

#define SCENARIO_LINES 20000u
#define EVENT_LINE_BYTES (32u * 1024u)

struct reader {
  struct str file, text;
  const struct catalogue *catalogue;
  const struct rulebook *rulebook; /* or NULL */
  struct arena *arena;
  struct scenario_problems *problems;
  struct scenario_file *out;
  struct scenario *scenario; /* open, or NULL */
  struct str zone;           /* that it says */
  bool doubted;              /* it was told that its times are ambiguous */
  struct step *event;        /* the last event: expectations belong to it; or NULL */
  bool skipping;             /* the line at the margin was not understood: what is indented below it is passed over */
  uint32_t line;             /* number of the line being read */
  struct str line_text;      /* without comment */
  struct step *steps;        /* free entries of the arrays that were taken for the whole file */
  struct expectation *expects;
  struct scenario_word *words;
  struct str *names;
  struct str *covers;
  char *event_line;   /* EVENT_LINE_BYTES */
  void *event_memory; /* for event_read */
};

static const struct str line_words[] = {{"scenario", 8}, {"campaign", 8}, {"covers", 6}, {"zone", 4},
                                        {"customer", 8}, {"pool", 4},     {"repeat", 6}};
#define LINE_WORDS (sizeof line_words / sizeof line_words[0])

#define COMPLAIN(r, ...) scenario_problem((r)->problems, (r)->file, (r)->line, __VA_ARGS__)

/* ---- head of a scenario ---- */

static void read_scenario(struct reader *r, const struct str *words, uint32_t count) {
  if (count != 2 || words[1].length == 0) COMPLAIN(r, "a scenario has one title, in quotes; write: scenario \"Half price once a day\"");
  r->scenario = &r->out->scenarios[r->out->scenario_count++];
  r->event = NULL;
  r->zone = (struct str){NULL, 0}, r->doubted = false;
  *r->scenario = (struct scenario){
      .title = count > 1 ? words[1] : STR(""), .line = r->line, .campaign_texts = r->names, .covers = r->covers, .steps = r->steps};
}

static void read_campaigns(struct reader *r, const struct str *words, uint32_t count) {
  struct scenario *scenario = r->scenario;
  if (scenario->step_count > 0) COMPLAIN(r, "campaign comes after the first event; put it right under the scenario's title");
  if (count < 2) COMPLAIN(r, "campaign needs the id of one or more campaigns; write: campaign friday-dining");
  if (scenario->campaign_line == 0) scenario->campaign_line = r->line;
  for (uint32_t i = 1; i < count; i++) {
    *r->names++ = words[i];
    scenario->campaign_count++;
  }
}

bool scenario_is_requirement(struct str word) {
  if (!str_is_id(word) || word.length > SCENARIO_NAME_BYTES) return false;
  const char first = (char)(word.at[0] | 0x20); /* in small letters */
  return first >= 'a' && first <= 'z';
}

static void read_covers(struct reader *r, const struct str *words, uint32_t count) {
  if (count < 2) COMPLAIN(r, "covers needs names of requirements; write: covers R34 R42");
  for (uint32_t i = 1; i < count; i++) {
    if (!scenario_is_requirement(words[i])) {
      COMPLAIN(r, "'%.*s' is not a requirement's name; that is a letter and up to %u of A-Z a-z 0-9 _ . : -", STR_FORMAT(words[i]),
               SCENARIO_NAME_BYTES - 1);
      continue;
    }
    *r->covers++ = words[i];
    r->scenario->cover_count++;
  }
}

static void read_zone(struct reader *r, const struct str *words, uint32_t count) {
  if (r->scenario->step_count > 0) COMPLAIN(r, "zone comes after the first event; put it right under the scenario's title");
  if (count != 2) COMPLAIN(r, "zone needs one name; write: zone Asia/Tokyo");
  r->zone = count > 1 ? words[1] : STR("");
}

/* ---- steps ---- */

/* "deploy/campaigns/friday-dining.test" as "friday-dining" */
static struct str base_name(struct str path) {
  size_t from = path.length;
  while (from > 0 && path.at[from - 1] != '/') from--;
  struct str name = str_from(path, from), stem, end;
  str_split(name, '.', &stem, &end);
  return stem;
}

/* Who is under test is known with the first step: from there on times and amounts mean something. */
static void settle(struct reader *r) {
  const struct str file = base_name(r->file), *campaigns = r->scenario->campaign_texts;
  uint32_t count = r->scenario->campaign_count;
  if (count == 0) campaigns = &file, count = 1;
  struct scenario_home *home = &r->scenario->home;
  *home = scenario_home_of(r->rulebook, campaigns, count);
  if (r->zone.length == 0 || r->rulebook == NULL || scenario_home_zone(home, r->rulebook, r->zone, campaigns, count)) return;
  COMPLAIN(r, "the zone '%.*s' is of no campaign under test; write: zone %.*s", STR_FORMAT(r->zone), STR_FORMAT(home->zone_name));
}

static struct step *add_step(struct reader *r, enum step_kind kind) {
  if (r->scenario->step_count == 0) settle(r);
  struct step *step = r->steps++;
  *step = (struct step){
      .kind = kind, .line = r->line, .text = r->line_text, .repeat = 1, .words = r->words, .expects = r->expects, .pool = NONE};
  r->scenario->step_count++;
  return step;
}

/* pool NAME [share VALUE] N left */
static void read_pool(struct reader *r, const struct str *words, uint32_t count) {
  bool shared = count == 6 && str_equal(words[2], STR("share"));
  if ((count != 4 && !shared) || !str_equal(words[count - 1], STR("left"))) {
    COMPLAIN(r, "a pool is written: pool NAME N left, or of one share: pool NAME share VALUE N left");
    return;
  }
  struct step *step = add_step(r, STEP_POOL);
  step->pool_text = words[1];
  step->share = shared ? words[3] : STR("");
  step->left = words[count - 2];
}

static void zone_doubt(struct reader *r) {
  const struct scenario_home *home = &r->scenario->home;
  if (home->other.length == 0 || r->doubted) return;
  r->doubted = true;
  COMPLAIN(
      r,
      "the campaigns under test have several zones (%.*s: %.*s, %.*s: %.*s); say right under the title which one times are in: zone %.*s",
      STR_FORMAT(home->by), STR_FORMAT(home->zone_name), STR_FORMAT(home->other), STR_FORMAT(home->other_zone),
      STR_FORMAT(home->zone_name));
}

/* Returns how many words the time took, 0 with a problem told. */
static uint32_t read_when(struct reader *r, struct step *step, const struct str *words, uint32_t count) {
  if (str_equal(words[0], STR("-"))) {
    step->when = WHEN_SAME;
    return 1;
  }
  if (words[0].length > 1 && words[0].at[0] == '+') {
    step->when = WHEN_AFTER;
    if (duration_parse(str_from(words[0], 1), &step->after)) return 1;
    COMPLAIN(r, "'%.*s' is not a duration; write one unit, like +PT2H, +P7D or +P3M", STR_FORMAT(words[0]));
    return 0;
  }
  step->when = WHEN_AT;
  struct str clock = count > 1 ? words[1] : STR("");
  if (words[0].length <= 10 && clock.length <= 14) {
    char text[25];
    memcpy(text, words[0].at, words[0].length);
    text[words[0].length] = 'T';
    memcpy(text + words[0].length + 1, clock.at, clock.length);
    struct str moment = {text, words[0].length + 1 + clock.length};
    zone_doubt(r);
    if (scenario_moment(moment, false, r->scenario->home.zone, &step->at_ms)) return 2;
  }
  COMPLAIN(r, "'%.*s %.*s' is not a time; write 2026-12-04 12:30, or +PT2H after the event above, or - for the same time",
           STR_FORMAT(words[0]), STR_FORMAT(clock));
  return 0;
}

/* What every event may have beside its fields. */
static bool attribute_of(struct step *step, struct str key, struct str value) {
  const struct {
    struct str key, *to;
  } attributes[] = {{STR("id"), &step->id},
                    {STR("happened"), &step->happened},
                    {STR("giftmode"), &step->mode},
                    {STR("registeredgift"), &step->registered}};
  for (size_t i = 0; i < sizeof attributes / sizeof attributes[0]; i++) {
    if (!str_equal(key, attributes[i].key)) continue;
    *attributes[i].to = value;
    return true;
  }
  return false;
}

/* One field=value. */
static bool read_field(struct reader *r, struct step *step, struct str word) {
  struct str key, value;
  if (!str_split(word, '=', &key, &value)) {
    COMPLAIN(r, "'%.*s' is not field=value; blanks inside a value need quotes, like biller=\"State Grid\"", STR_FORMAT(word));
    return false;
  }
  if (value.length >= 2 && value.at[0] == '"' && value.at[value.length - 1] == '"') value = (struct str){value.at + 1, value.length - 2};
  if (attribute_of(step, key, value)) return true;
  uint16_t field = catalogue_campaign_field(r->catalogue, key);
  if (field == FIELD_NONE) {
    struct str near = catalogue_near_field(r->catalogue, key);
    COMPLAIN(r, "'%.*s' is not a field of events%s%.*s%s; fields are called as in campaign files", STR_FORMAT(key),
             near.length == 0 ? "" : ", did you mean '", STR_FORMAT(near), near.length == 0 ? "" : "'?");
    return false;
  }
  for (uint32_t i = 0; i < step->word_count; i++)
    if (step->words[i].field == field) {
      COMPLAIN(r, "'%.*s' appears twice; remove one of them", STR_FORMAT(key));
      return false;
    }
  step->words[step->word_count++] = (struct scenario_word){key, value, field};
  return true;
}

/* Makes the event as its first repetition will, and lets the real reader judge it. */
static void check_event(struct reader *r, const struct step *step) {
  char words[512];
  struct buffer line, trouble;
  buffer_init(&line, r->event_line, EVENT_LINE_BYTES);
  buffer_init(&trouble, words, sizeof words);
  int64_t some_time = step->when == WHEN_AT ? step->at_ms : 1764518400000; /* any: only its spelling is looked at */
  if (scenario_event_line(step, 1, some_time, &r->scenario->home, NULL, r->catalogue, &line, &trouble)) {
    struct arena memory;
    struct event event;
    struct event_error error;
    arena_init(&memory, r->event_memory, 3 * EVENT_LINE_BYTES);
    if (event_read(r->catalogue, buffer_text(&line), &memory, &event, &error) == EVENT_OK) return;
    buffer_put(&trouble, STR("no event can be made of this: "));
    event_error_print(&trouble, &error);
  }
  COMPLAIN(r, "%.*s", STR_FORMAT(buffer_text(&trouble)));
}

static void read_event_words(struct reader *r, struct step *step, const struct str *words, uint32_t count) {
  for (uint32_t i = 0; i < count; i++)
    if (!read_field(r, step, words[i])) return;
  r->words += step->word_count;
  check_event(r, step);
}

/* customer ID [field=value ...]: what the bank knows of a customer from now on. */
static void read_customer(struct reader *r, const struct str *words, uint32_t count, uint32_t repeat) {
  struct step *step = r->event = add_step(r, STEP_EVENT);
  step->repeat = repeat;
  step->type = STR("customer.updated");
  if (count < 2) {
    COMPLAIN(r, "customer needs an id; write: customer c1 tags=vip tier=gold");
    return;
  }
  step->customer = words[1];
  read_event_words(r, step, words + 2, count - 2);
}

static void read_event(struct reader *r, const struct str *words, uint32_t count, uint32_t repeat) {
  struct step *step = r->event = add_step(r, STEP_EVENT);
  step->repeat = repeat;
  uint32_t taken = read_when(r, step, words, count);
  if (taken == 0) return;
  if (count == taken + 1 && str_equal(words[taken], STR("passes"))) {
    step->kind = STEP_TIME;
    return;
  }
  if (count < taken + 2) {
    COMPLAIN(r, "an event needs a time, a customer and a type; write: 2026-12-04 12:30  c1  login, or: 2026-12-04 12:30  passes");
    return;
  }
  step->customer = words[taken];
  step->type = words[taken + 1];
  if (catalogue_type(r->catalogue, step->type) == TYPE_UNKNOWN) {
    struct str near = catalogue_near_type(r->catalogue, step->type);
    COMPLAIN(
        r, "'%.*s' is not a type of event%s%.*s%s; types are listed in docs/events.md, a catalogue.json beside the campaigns adds to them",
        STR_FORMAT(step->type), near.length == 0 ? "" : ", did you mean '", STR_FORMAT(near), near.length == 0 ? "" : "'?");
    return;
  }
  read_event_words(r, step, words + taken + 2, count - taken - 2);
}

static void read_repeat(struct reader *r, const struct str *words, uint32_t count) {
  int64_t times = 0;
  if (count < 3 || !str_to_int64(words[1], &times) || times < 1 || times > SCENARIO_REPEAT) {
    COMPLAIN(r, "repeat needs a number from 1 to %d and an event; write: repeat 100 2026-12-04 12:30 c{n} login", SCENARIO_REPEAT);
    r->event = add_step(r, STEP_EVENT);
    return;
  }
  if (str_equal(words[2], STR("customer")))
    read_customer(r, words + 2, count - 2, (uint32_t)times);
  else
    read_event(r, words + 2, count - 2, (uint32_t)times);
}

/* ---- lines ---- */

static void read_indented(struct reader *r, const struct str *words, uint32_t count) {
  if (str_equal(words[0], STR("pool"))) {
    read_pool(r, words, count);
    return;
  }
  if (r->event == NULL) {
    COMPLAIN(r, "this expectation has no event above it; what is indented belongs to the event over it");
    return;
  }
  if (r->event->expect_count == 0) r->event->expects = r->expects;
  if (r->event->expect_count == SCENARIO_WORDS) {
    COMPLAIN(r, "more than %u expectations for one event", SCENARIO_WORDS);
    return;
  }
  if (scenario_read_expectation(r->file, r->line, words, count, &r->scenario->home, r->expects, r->problems)) {
    r->expects->text = r->line_text;
    r->expects++;
    r->event->expect_count++;
  }
}

static bool is_line_word(struct str word) {
  for (uint32_t i = 0; i < LINE_WORDS; i++)
    if (str_equal(word, line_words[i])) return true;
  return false;
}

static bool is_expect_word(struct str word) {
  for (uint32_t i = 0; i < EXPECT_KIND_COUNT; i++)
    if (str_equal(word, expect_words[i])) return true;
  return false;
}

static void read_unindented(struct reader *r, const struct str *words, uint32_t count) {
  struct str first = words[0];
  bool is_time = first.at[0] == '-' || first.at[0] == '+' || (first.at[0] >= '0' && first.at[0] <= '9');
  if (str_equal(first, STR("campaign")))
    read_campaigns(r, words, count);
  else if (str_equal(first, STR("covers")))
    read_covers(r, words, count);
  else if (str_equal(first, STR("zone")))
    read_zone(r, words, count);
  else if (str_equal(first, STR("pool")))
    read_pool(r, words, count);
  else if (str_equal(first, STR("repeat")))
    read_repeat(r, words, count);
  else if (str_equal(first, STR("customer")))
    read_customer(r, words, count, 1);
  else if (is_time)
    read_event(r, words, count, 1);
  else if (is_expect_word(first))
    COMPLAIN(r, "'%.*s' is an expectation; indent it under its event", STR_FORMAT(first));
  else {
    COMPLAIN(r, "'%.*s' does not begin a line%s; lines begin with scenario, campaign, covers, zone, customer, repeat, pool or a time",
             STR_FORMAT(first), scenario_near(r->problems, first, line_words, LINE_WORDS));
    r->skipping = true;
  }
}

/* What stands before the first scenario is read as if it belonged to one, so that this is told once. */
static void read_before(struct reader *r, const struct str *words) {
  const struct str opening = STR("scenario"), title[] = {opening, STR("(without a title)")};
  COMPLAIN(r, "'%.*s' comes before the first scenario%s; begin with: scenario \"TITLE\"", STR_FORMAT(words[0]),
           scenario_near(r->problems, words[0], &opening, 1));
  read_scenario(r, title, 2);
  r->skipping = true;
}

static void read_line(struct reader *r, struct str line) {
  struct str words[SCENARIO_WORDS];
  const char *trouble = NULL;
  size_t end = 0;
  if (line.length > 0 && line.at[line.length - 1] == '\r') line.length--;
  if (line.length > SCENARIO_LINE_BYTES) {
    COMPLAIN(r, "the line is longer than %u bytes; one event stands on one line", SCENARIO_LINE_BYTES);
    return;
  }
  uint32_t count = scenario_split(line, words, &end, &trouble);
  bool indented = line.length > 0 && (line.at[0] == ' ' || line.at[0] == '\t');
  if (count == 0 || (indented && r->skipping)) return;
  r->skipping = trouble != NULL && !indented;
  if (trouble != NULL) {
    COMPLAIN(r, "%s", trouble);
    return;
  }
  r->line_text = str_trim((struct str){line.at, end});
  if (words[0].length == 0)
    COMPLAIN(r, "the line begins with an empty text");
  else if (str_equal(words[0], STR("scenario")))
    read_scenario(r, words, count);
  else if (r->scenario == NULL)
    read_before(r, words);
  else if (indented && !(is_line_word(words[0]) && !str_equal(words[0], STR("pool"))))
    read_indented(r, words, count);
  else if (indented)
    COMPLAIN(r, "'%.*s' is indented; only what is expected of the event above is indented", STR_FORMAT(words[0]));
  else
    read_unindented(r, words, count);
}

/* Everything a file can hold is bounded by its lines and words, so the arrays are taken once. */
static bool reserve(struct reader *r) {
  size_t lines = 1, blanks = 1, equals = 1;
  for (size_t i = 0; i < r->text.length; i++) {
    char byte = r->text.at[i];
    lines += byte == '\n' && i > 0 && r->text.at[i - 1] != '\n';
    blanks += byte == ' ' || byte == '\t' || byte == '\n';
    equals += byte == '=';
  }
  if (lines > SCENARIO_LINES) return false;
  r->out = arena_take(r->arena, sizeof *r->out);
  struct scenario *scenarios = arena_array(r->arena, lines, sizeof *scenarios);
  r->steps = arena_array(r->arena, lines, sizeof *r->steps);
  r->expects = arena_array(r->arena, lines, sizeof *r->expects);
  r->words = arena_array(r->arena, equals, sizeof *r->words);
  r->names = arena_array(r->arena, blanks, sizeof *r->names);
  r->covers = arena_array(r->arena, blanks, sizeof *r->covers);
  r->event_line = arena_take(r->arena, EVENT_LINE_BYTES);
  r->event_memory = arena_take(r->arena, 3 * EVENT_LINE_BYTES);
  if (r->arena->overflowed) return false;
  r->out->name = r->file;
  r->out->scenarios = scenarios;
  return true;
}

struct scenario_file *scenario_read(struct str name, struct str text, const struct catalogue *catalogue, const struct rulebook *rulebook,
                                    struct arena *arena, struct scenario_problems *problems) {
  struct reader r = {
      .file = name, .text = text, .catalogue = catalogue, .rulebook = rulebook, .arena = arena, .problems = problems, .line = 1};
  if (!str_is_utf8(text) || memchr(text.at, 0, text.length) != NULL) {
    COMPLAIN(&r, "the file is not UTF-8 text; save it as UTF-8");
    return NULL;
  }
  if (!reserve(&r)) {
    COMPLAIN(&r, "the file is too large (at most %u lines); split it in two", SCENARIO_LINES);
    return NULL;
  }
  struct str line, rest = text;
  if (str_starts(rest, STR("\xEF\xBB\xBF"))) /* editors of other systems put it there */
    rest = str_from(rest, 3);
  for (; rest.length > 0; r.line++) {
    str_split(rest, '\n', &line, &rest);
    read_line(&r, line);
  }
  if (r.out->scenario_count == 0 && problems->count == 0) COMPLAIN(&r, "the file holds no scenario; begin with: scenario \"TITLE\"");
  for (uint32_t i = 0; i < r.out->scenario_count; i++)
    if (r.out->scenarios[i].campaign_count == 0) {
      struct scenario *scenario = &r.out->scenarios[i];
      scenario->campaign_texts = arena_array(arena, 1, sizeof *scenario->campaign_texts);
      if (scenario->campaign_texts == NULL) return NULL;
      scenario->campaign_texts[0] = base_name(name);
      scenario->campaign_count = 1;
      scenario->campaign_line = scenario->line;
    }
  return r.out;
}
