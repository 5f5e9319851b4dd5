/* Plays a scenario: each step's event goes through the shard's own loop, with the story's clock and fresh states.
 *
 *     step ─▶ JSON line ─▶ shard_step ─▶ observer: the decision, and those of who heard it as another ─▶ compared
 *
 * Nothing is committed: the log is one line at a time and the view a table in memory. Draws are made with the fixed key, so a story always
 * draws the same.
 */
#include <stdlib.h>

#include "parts.h"

#define LINE_BYTES (32u * 1024u)
#define TEXT_BYTES (8u << 20)
#define MEMORY_MS (90 * MS_PER_DAY)
#define CACHE_BYTES (64u << 20)
#define HEARD_MOST 16384u

struct stage {
  const struct loaded *campaigns;
  struct shard_settings settings;
  struct shard *shard; /* of the scenario being played */
  void *region;
  size_t region_bytes;
  struct arena arena;           /* texts of the step at hand */
  struct record_table *records; /* of the scenario being played */
  struct input_line line;       /* the step's event */
  bool line_waits;              /* it was not taken yet */
  bool decided;
  char letter[1024]; /* why it was not: its dead letter */
  struct decision decision;
  uint32_t heard_count;
  struct scenario_heard
      heard_by[HEARD_MOST]; /* whose decisions the step brought beside its customer's, and where they begin in `decision` */
  struct sight sights[SCENARIO_SIGHTS];
  struct scenario_gifts gifts;
  struct event event;
  char bytes[LINE_BYTES];
  uint64_t events;
};

struct play {
  struct stage *stage;
  const struct scenario_file *file;
  const struct scenario *scenario;
  const struct play_options *options;
  struct buffer *out;
  int64_t now_ms;
  bool titled; /* the scenario's name was printed */
};

/* As long as the most patient campaign accepts late events. */
static int64_t horizon_of(const struct rulebook *rulebook) {
  int64_t most = 7 * MS_PER_DAY;
  for (uint32_t i = 0; i < rulebook->campaign_count; i++)
    most = campaign_late_most(&rulebook->campaigns[i]) > most ? campaign_late_most(&rulebook->campaigns[i]) : most;
  return most;
}

struct stage *stage_new(const struct loaded *campaigns, const struct run_times *times, struct fault *fault) {
  const struct run_times own = {horizon_of(campaigns->rulebook), MEMORY_MS};
  if (times == NULL) times = &own;
  struct shard_settings settings = {.judge = {.id_key = HASH_KEY_FIXED, .horizon_ms = times->horizon_ms, .memory_ms = times->memory_ms},
                                    .cache_bytes = CACHE_BYTES};
  size_t bytes = sizeof(struct stage) + TEXT_BYTES + shard_memory(&settings) + 128;
  void *region = region_open(bytes); /* only what is touched costs memory */
  if (region == NULL) {
    fault_set(fault, STATUS_STORAGE, "no room for %zu MiB of memory", bytes >> 20);
    return NULL;
  }
  struct stage *stage = region;
  stage->region = region, stage->region_bytes = bytes;
  stage->campaigns = campaigns, stage->settings = settings;
  arena_init(&stage->arena, (char *)region + sizeof *stage, TEXT_BYTES);
  return stage;
}

void stage_free(struct stage *stage) {
  if (stage != NULL) region_close(stage->region, stage->region_bytes);
}

uint64_t stage_events(const struct stage *stage) { return stage->events; }

/* ---- what the shard stands on ---- */

static enum status port_poll(void *self, struct input_line *lines, uint32_t capacity, uint32_t *count, bool *ended, struct fault *fault) {
  struct stage *stage = self;
  (void)capacity, (void)fault;
  *count = stage->line_waits;
  *ended = true;
  lines[0] = stage->line;
  stage->line_waits = false;
  return STATUS_OK;
}

static enum status port_append(void *self, enum output output, uint32_t which, struct str bytes, struct fault *fault) {
  struct stage *stage = self;
  (void)which, (void)fault;
  if (output != OUTPUT_DLQ) return STATUS_OK;
  if (bytes.length > sizeof stage->letter - 1) bytes.length = sizeof stage->letter - 1;
  memcpy(stage->letter, bytes.at, bytes.length);
  stage->letter[bytes.length] = 0;
  return STATUS_OK;
}

static struct str port_name(void *self) {
  (void)self;
  return STR("story");
}

static enum status port_load(void *self, struct str key, struct str *record, struct fault *fault) {
  struct stage *stage = self;
  (void)fault;
  *record = record_table_get(stage->records, key);
  return STATUS_OK;
}

static enum status port_store(void *self, struct str key, struct str record, struct fault *fault) {
  struct stage *stage = self;
  if (record_table_put(stage->records, key, record)) return STATUS_OK;
  return fault_set(fault, STATUS_STORAGE, "out of memory");
}

/* ---- what was decided ---- */

static struct str copied(struct stage *stage, struct str text) {
  char *bytes = arena_take(&stage->arena, text.length);
  if (bytes == NULL || text.length == 0) return (struct str){NULL, 0};
  memcpy(bytes, text.at, text.length);
  return (struct str){bytes, text.length};
}

/* Outcomes and gifts of who heard the event follow the customer's own: they are part of what came of the step. */
static void decision_join(struct stage *stage, const struct decision *one) {
  struct decision *all = &stage->decision;
  uint32_t room = LIMIT_OUTCOMES - all->outcome_count, gifts = LIMIT_GIFTS - all->gift_count;
  uint32_t outcome_count = one->outcome_count < room ? one->outcome_count : room;
  uint32_t gift_count = one->gift_count < gifts ? one->gift_count : gifts;
  for (uint32_t i = 0; i < outcome_count; i++) {
    struct outcome *outcome = &all->outcomes[all->outcome_count + i];
    *outcome = one->outcomes[i];
    outcome->actual_text = copied(stage, outcome->actual_text);
    outcome->gift_first += all->gift_count;
    if (outcome->caused_by != NONE) outcome->caused_by += all->outcome_count;
  }
  if (gift_count > 0) memcpy(&all->gifts[all->gift_count], one->gifts, gift_count * sizeof one->gifts[0]);
  all->outcome_count += outcome_count, all->gift_count += gift_count;
}

/* What follows in `decision` is of that customer; empty: the step's own. */
static void decision_of(struct stage *stage, struct str customer) {
  if (stage->heard_count == HEARD_MOST || (customer.length == 0 && stage->heard_count == 0)) return;
  stage->heard_by[stage->heard_count++] =
      (struct scenario_heard){copied(stage, customer), stage->decision.gift_count, stage->decision.outcome_count};
}

static void gift_note(struct scenario_gifts *gifts, const struct gift *gift) {
  bool names = gift->kind == GIFT_ISSUED || gift->kind == GIFT_SUBSTITUTED || gift->kind == GIFT_PENDING || gift->kind == GIFT_REGISTERED ||
               gift->kind == GIFT_REISSUED;
  if (!names) return;
  struct str rule = gift->book->rules[gift->rule].id;
  uint32_t at = 0;
  while (at < gifts->count && !str_equal(gifts->items[at].rule, rule)) at++;
  if (at == SCENARIO_GIFTS) return;
  gifts->items[at].rule = rule;
  memcpy(gifts->items[at].id, gift->id, sizeof gifts->items[at].id);
  if (at == gifts->count) gifts->count++;
}

static void observe(void *self, const struct event *event, const struct decision *decision) {
  struct stage *stage = self;
  bool own = event->cause.length == 0 && !decision->closed;
  decision_of(stage, own ? (struct str){NULL, 0} : event->customer);
  if (own) {
    stage->event = *event; /* its texts stay until the next line */
    stage->decision.gate = decision->gate;
    stage->decided = true;
    stage->events++;
  }
  decision_join(stage, decision);
  for (uint32_t i = 0; i < decision->gift_count; i++) gift_note(&stage->gifts, &decision->gifts[i]);
}

/* ---- saying what failed ---- */

static void say_title(struct play *play) {
  if (!play->titled && play->options->verbose)
    buffer_print(play->out, "%.*s: %.*s\n", STR_FORMAT(play->file->name), STR_FORMAT(play->scenario->title));
  play->titled = true;
}

static void say_place(struct play *play, const struct step *step, uint32_t n) {
  buffer_print(play->out, "%.*s:%u: FAILED: %.*s\n    %.*s", STR_FORMAT(play->file->name), step->line, STR_FORMAT(play->scenario->title),
               STR_FORMAT(step->text));
  if (step->repeat > 1) buffer_print(play->out, "   (repetition %u)", n);
  buffer_byte(play->out, '\n');
}

static bool fail_with(struct play *play, const struct step *step, uint32_t n, const char *what, struct str text) {
  say_place(play, step, n);
  buffer_print(play->out, "    %s%.*s\n", what, STR_FORMAT(text));
  return false;
}

static void say_sights(struct play *play, const struct comparison *c, const struct step *step, uint32_t n) {
  say_title(play);
  buffer_print(play->out, "  %.*s", STR_FORMAT(step->text));
  if (step->repeat > 1) buffer_print(play->out, "   (repetition %u)", n);
  buffer_byte(play->out, '\n');
  for (uint32_t i = 0; i < c->sight_count; i++) {
    if (scenario_said(c, &c->sights[i])) continue;
    buffer_put(play->out, STR("      "));
    scenario_print_sight(c, &c->sights[i], play->out);
    buffer_byte(play->out, '\n');
  }
  if (c->sight_count == 0) buffer_put(play->out, STR("      nothing\n"));
}

/* ---- one event ---- */

static bool compare(struct play *play, const struct step *step, uint32_t n) {
  struct stage *stage = play->stage;
  bool missing[SCENARIO_WORDS];
  struct comparison c = {stage->campaigns->rulebook, play->scenario, &stage->event, &stage->decision, stage->sights, 0, stage->heard_by,
                         stage->heard_count};
  scenario_sights(&c);
  bool fine = scenario_compare(&c, step, missing);
  if (play->options->coverage != NULL) coverage_decision(play->options->coverage, &c);
  bool first_or_last = n == 1 || n == step->repeat; /* ten thousand repetitions are not printed */
  if (play->options->verbose && first_or_last) say_sights(play, &c, step, n);
  if (!fine) {
    say_place(play, step, n);
    scenario_diff(&c, step, missing, play->out);
  }
  return fine;
}

#define CLOSES_A_STEP 1024u

/* What closes until now, before anything else. */
static bool step_begin(struct play *play, struct fault *fault) {
  struct stage *stage = play->stage;
  uint32_t count;
  bool ended, fine = true;
  stage->line_waits = stage->decided = false, stage->heard_count = 0;
  stage->decision.gate = REASON_GIVEN;
  stage->decision.outcome_count = stage->decision.gift_count = 0;
  stage->letter[0] = 0;
  arena_reset(&stage->arena);
  shard_pass(stage->shard, play->now_ms);
  while (fine && shard_due(stage->shard)) fine = shard_step(stage->shard, CLOSES_A_STEP, play->now_ms, &count, &ended, fault) == STATUS_OK;
  return fine;
}

static bool decide(struct play *play, struct str line, struct fault *fault) {
  struct stage *stage = play->stage;
  uint32_t count;
  bool ended;
  if (!step_begin(play, fault)) return false;
  stage->line = (struct input_line){.bytes = line, .next = line.length, .arrival_ms = play->now_ms};
  stage->line_waits = true;
  return shard_step(stage->shard, 1, play->now_ms, &count, &ended, fault) == STATUS_OK;
}

static bool play_time(struct play *play, const struct step *step) {
  struct fault fault;
  play->stage->event = (struct event){.type = TYPE_UNKNOWN, .time_ms = play->now_ms};
  if (!step_begin(play, &fault)) return fail_with(play, step, 1, "not decided: ", str_of(fault.text));
  return compare(play, step, 1);
}

static bool play_event(struct play *play, const struct step *step, uint32_t n) {
  struct stage *stage = play->stage;
  struct fault fault;
  char words[512];
  struct buffer line, trouble;
  buffer_init(&line, stage->bytes, sizeof stage->bytes);
  buffer_init(&trouble, words, sizeof words);
  if (!scenario_event_line(step, n, play->now_ms, &play->scenario->home, &stage->gifts, stage->campaigns->catalogue, &line, &trouble))
    return fail_with(play, step, n, "", buffer_text(&trouble));
  if (play->options->lines != NULL) buffer_print(play->options->lines, "%.*s\n", STR_FORMAT(buffer_text(&line)));
  if (!decide(play, buffer_text(&line), &fault)) return fail_with(play, step, n, "not decided: ", str_of(fault.text));
  if (!stage->decided) return fail_with(play, step, n, "a dead letter: ", str_of(stage->letter));
  return compare(play, step, n);
}

/* ---- the story ---- */

static bool pool_look(struct play *play, const struct step *step, struct pool_told *told, struct fault *fault) {
  struct stage *stage = play->stage;
  const struct rulebook *book = stage->campaigns->rulebook;
  struct owner owner = pool_owner(&book->pools[step->pool], step->share);
  if (shard_flush(stage->shard, fault) != STATUS_OK) return false;
  return pool_tell(book, step->pool, step->share, record_table_get(stage->records, owner_key(&owner)), told, fault);
}

static bool play_pool(struct play *play, const struct step *step) {
  const struct rulebook *book = play->stage->campaigns->rulebook;
  const struct pool *pool = &book->pools[step->pool];
  struct pool_told told;
  struct fault fault;
  char memory[64];
  struct buffer text;
  if (!pool_look(play, step, &told, &fault)) return fail_with(play, step, 1, "the pool cannot be read: ", str_of(fault.text));
  buffer_init(&text, memory, sizeof memory);
  if (told.left.unlimited)
    buffer_put(&text, STR("unlimited"));
  else if (pool->of_money)
    buffer_money(&text, told.left.left, book->campaigns[pool->campaign].decimals);
  else
    buffer_int(&text, told.left.left);
  if (str_equal(buffer_text(&text), step->left)) return true;
  say_place(play, step, 1);
  buffer_print(play->out, "    - %.*s left\n    + %.*s left\n", STR_FORMAT(step->left), STR_FORMAT(buffer_text(&text)));
  return false;
}

static bool advance(struct play *play, const struct step *step, uint32_t n) {
  int64_t next = play->now_ms;
  if (step->when == WHEN_AT)
    next = step->at_ms;
  else if (step->when == WHEN_AFTER)
    next = duration_add(play->now_ms, step->after, 1, play->scenario->home.zone);
  if (next < play->now_ms)
    return fail_with(play, step, n, "time goes back here; put the events in order, a late one says happened=", STR("2026-12-03T23:00"));
  play->now_ms = next;
  return true;
}

static bool play_step(struct play *play, const struct step *step) {
  if (step->kind == STEP_POOL) return play_pool(play, step);
  if (step->kind == STEP_TIME) return advance(play, step, 1) && play_time(play, step);
  for (uint32_t n = 1; n <= step->repeat; n++)
    if (!advance(play, step, n) || !play_event(play, step, n)) return false; /* the first of many is enough */
  return true;
}

/* The story begins with the campaign, or with its first moment when that is before. */
static int64_t start_of(const struct play *play) {
  int64_t start = play->stage->campaigns->rulebook->campaigns[play->scenario->campaigns[0]].from_ms;
  for (uint32_t i = 0; i < play->scenario->step_count; i++)
    if (play->scenario->steps[i].kind == STEP_EVENT && play->scenario->steps[i].when == WHEN_AT) {
      int64_t first = play->scenario->steps[i].at_ms;
      return first < start ? first : start;
    }
  return start;
}

static bool shard_begin(struct stage *stage, struct fault *fault) {
  struct log_port log = {.self = stage, .poll = port_poll, .append = port_append, .input_name = port_name};
  struct view_port view = {.self = stage, .load = port_load, .store = port_store};
  const struct loaded *campaigns = stage->campaigns;
  char *memory = (char *)stage->region + sizeof *stage + TEXT_BYTES;
  enum status status =
      shard_open(memory, &stage->settings, campaigns->rulebook, campaigns->index, campaigns->cache, &log, &view, &stage->shard, fault);
  if (status == STATUS_OK) shard_observe(stage->shard, observe, stage);
  return status == STATUS_OK;
}

bool scenario_play(struct stage *stage, const struct scenario_file *file, const struct scenario *scenario,
                   const struct play_options *options, struct buffer *out) {
  struct play play = {.stage = stage, .file = file, .scenario = scenario, .options = options, .out = out};
  struct fault fault = {.text = "out of memory"};
  stage->gifts.count = 0;
  stage->records = record_table_new();
  bool passed = stage->records != NULL && shard_begin(stage, &fault);
  if (!passed) buffer_print(out, "%.*s:%u: FAILED: %s\n", STR_FORMAT(file->name), scenario->line, fault.text);
  play.now_ms = start_of(&play);
  for (uint32_t i = 0; i < scenario->step_count && stage->shard != NULL; i++) passed = play_step(&play, &scenario->steps[i]) && passed;
  if (stage->records != NULL) record_table_free(stage->records);
  stage->records = NULL, stage->shard = NULL;
  if (passed && options->coverage != NULL) coverage_passed(options->coverage, scenario);
  return passed;
}
