/* Plays a scenario: the path of one event through the pure rooms, with the story's own clock and fresh records.
 *
 *     step ─▶ JSON line ─▶ event_read ─▶ match_event ─▶ decide_owners ─▶ records decoded ─▶ decide_event ─▶ records encoded ─▶ compared
 *
 * It is the shard's loop without log and commit. Draws are made with the fixed key, so a story always draws the same.
 */
#include <stdlib.h>

#include "scenario.h"

#define LINE_BYTES (32u * 1024u)
#define BATCH_BYTES (1u << 20)
#define MEMORY_MS (90 * MS_PER_DAY)

struct stage {
  const struct loaded *campaigns;
  struct decide_settings settings;
  void *region;
  size_t region_bytes;
  struct arena arena;           /* of one event */
  struct record_table *records; /* of the scenario being played */
  struct state *states;         /* LIMIT_OWNERS of them; touched pages alone cost memory */
  struct state *pointers[LIMIT_OWNERS];
  struct owner owners[LIMIT_OWNERS];
  uint32_t matches[LIMIT_MATCHES];
  struct decision decision, heard;
  struct scenario_heard heard_by[LIMIT_FORWARDS]; /* who heard the event of the step, and where it begins in `decision` */
  struct sight sights[SCENARIO_SIGHTS];
  struct event event;
  char line[LINE_BYTES];
  char record[LIMIT_STATE_BYTES];
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
    most = rulebook->campaigns[i].late_ms > most ? rulebook->campaigns[i].late_ms : most;
  return most;
}

struct stage *stage_new(const struct loaded *campaigns, struct fault *fault) {
  struct stage *stage = calloc(1, sizeof *stage);
  if (stage == NULL) {
    fault_set(fault, STATUS_STORAGE, "out of memory");
    return NULL;
  }
  size_t states = LIMIT_OWNERS * sizeof(struct state);
  stage->region_bytes = states + BATCH_BYTES;
  stage->region = region_open(stage->region_bytes);
  if (stage->region == NULL) {
    fault_set(fault, STATUS_STORAGE, "no room for %zu bytes of memory", stage->region_bytes);
    free(stage);
    return NULL;
  }
  stage->states = stage->region;
  for (uint32_t i = 0; i < LIMIT_OWNERS; i++) stage->pointers[i] = &stage->states[i];
  arena_init(&stage->arena, (char *)stage->region + states, BATCH_BYTES);
  stage->campaigns = campaigns;
  stage->settings =
      (struct decide_settings){.id_key = HASH_KEY_FIXED, .horizon_ms = horizon_of(campaigns->rulebook), .memory_ms = MEMORY_MS};
  return stage;
}

void stage_free(struct stage *stage) {
  if (stage == NULL) return;
  region_close(stage->region, stage->region_bytes);
  free(stage);
}

uint64_t stage_events(const struct stage *stage) { return stage->events; }

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

/* ---- one event ---- */

static bool load_states(struct stage *stage, uint32_t from, uint32_t to, struct fault *fault) {
  for (uint32_t i = from; i < to; i++) {
    struct str key = {stage->owners[i].key, stage->owners[i].length};
    if (!state_decode(record_table_get(stage->records, key), stage->pointers[i], fault)) return false;
    stage->pointers[i]->changed = false;
  }
  return true;
}

static bool store_states(struct stage *stage, uint32_t count, struct fault *fault) {
  for (uint32_t i = 0; i < count; i++) {
    if (!stage->pointers[i]->changed) continue;
    size_t length = state_encode(stage->pointers[i], stage->record, sizeof stage->record);
    struct str key = {stage->owners[i].key, stage->owners[i].length};
    if (length == 0 || !record_table_put(stage->records, key, (struct str){stage->record, length})) {
      fault_set(fault, STATUS_LIMIT, "the record of owner %u does not fit", i);
      return false;
    }
  }
  return true;
}

static bool decide_heard(struct stage *stage, uint32_t number, struct fault *fault);

static bool decide(struct stage *stage, struct fault *fault) {
  const struct loaded *campaigns = stage->campaigns;
  uint32_t matched = match_event(campaigns->index, campaigns->cache, &stage->event, stage->matches);
  if (matched > LIMIT_MATCHES) return fault_set(fault, STATUS_LIMIT, "more rules and facts hear one event than it may wake"), false;
  stage->owners[0] = decide_customer_owner(stage->event.customer);
  if (!load_states(stage, 0, 1, fault)) return false;
  uint32_t owners = decide_owners(campaigns->rulebook, &stage->event, stage->matches, matched, stage->pointers[0], stage->owners);
  if (owners > LIMIT_OWNERS) return fault_set(fault, STATUS_LIMIT, "more limits and pools stand behind one event than it may touch"), false;
  if (!load_states(stage, 1, owners, fault)) return false;
  struct decide_input input = {
      campaigns->rulebook, &stage->settings, &stage->event, stage->matches, matched, stage->owners, owners, false, NULL};
  if (decide_event(&input, stage->pointers, &stage->arena, &stage->decision, fault) != STATUS_OK) return false;
  stage->events++;
  if (!store_states(stage, owners, fault)) return false;
  for (uint32_t i = 0; i < stage->decision.forward_count; i++)
    if (!decide_heard(stage, i, fault)) return false;
  return true;
}

/* What another customer hears of the event is decided for him next, and is part of what came of it: outcomes and gifts follow the
 * customer's own. */
static bool heard_join(struct stage *stage, struct fault *fault) {
  struct decision *all = &stage->decision, *one = &stage->heard;
  if (all->outcome_count + one->outcome_count > LIMIT_OUTCOMES || all->gift_count + one->gift_count > LIMIT_GIFTS)
    return fault_set(fault, STATUS_LIMIT, "more rules and gifts than a step can show"), false;
  for (uint32_t i = 0; i < one->outcome_count; i++) {
    struct outcome *outcome = &all->outcomes[all->outcome_count + i];
    *outcome = one->outcomes[i];
    outcome->gift_first += all->gift_count;
    if (outcome->caused_by != NONE) outcome->caused_by += all->outcome_count;
  }
  if (one->gift_count > 0) memcpy(&all->gifts[all->gift_count], one->gifts, one->gift_count * sizeof one->gifts[0]);
  all->outcome_count += one->outcome_count, all->gift_count += one->gift_count;
  return true;
}

static bool decide_heard(struct stage *stage, uint32_t number, struct fault *fault) {
  const struct loaded *campaigns = stage->campaigns;
  const struct forward *forward = &stage->decision.forwards[number];
  stage->heard_by[number] = (struct scenario_heard){forward->hearer, stage->decision.gift_count, stage->decision.outcome_count};
  struct heard_rule rules[LIMIT_HEARD];
  struct hearing hearing = {.reversal = forward->reversal, .rules = rules};
  struct event event = stage->event;
  event.cause = event.customer, event.customer = forward->hearer;
  for (uint32_t i = 0; i < stage->decision.heard_count; i++)
    if (stage->decision.heard[i].forward == number) rules[hearing.count++] = stage->decision.heard[i];
  stage->owners[0] = decide_customer_owner(event.customer);
  if (!load_states(stage, 0, 1, fault)) return false;
  uint32_t owners = decide_hearer_owners(campaigns->rulebook, &event, &hearing, stage->pointers[0], stage->owners);
  if (owners > LIMIT_OWNERS) return fault_set(fault, STATUS_LIMIT, "more limits and pools stand behind one event than it may touch"), false;
  if (!load_states(stage, 1, owners, fault)) return false;
  struct decide_input input = {.rulebook = campaigns->rulebook,
                               .settings = &stage->settings,
                               .event = &event,
                               .owners = stage->owners,
                               .owner_count = owners,
                               .hearing = &hearing};
  if (decide_event(&input, stage->pointers, &stage->arena, &stage->heard, fault) != STATUS_OK) return false;
  return store_states(stage, owners, fault) && heard_join(stage, fault);
}

static void say_sights(struct play *play, const struct comparison *c, const struct step *step, uint32_t n) {
  say_title(play);
  buffer_print(play->out, "  %.*s", STR_FORMAT(step->text));
  if (step->repeat > 1) buffer_print(play->out, "   (repetition %u)", n);
  buffer_byte(play->out, '\n');
  for (uint32_t i = 0; i < c->sight_count; i++) {
    buffer_put(play->out, STR("      "));
    scenario_print_sight(c, &c->sights[i], play->out);
    buffer_byte(play->out, '\n');
  }
  if (c->sight_count == 0) buffer_put(play->out, STR("      nothing\n"));
}

static bool compare(struct play *play, const struct step *step, uint32_t n) {
  struct stage *stage = play->stage;
  bool missing[SCENARIO_WORDS];
  struct comparison c = {stage->campaigns->rulebook,   play->scenario, &stage->event, &stage->decision, stage->sights, 0, stage->heard_by,
                         stage->decision.forward_count};
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

static bool play_event(struct play *play, const struct step *step, uint32_t n) {
  struct stage *stage = play->stage;
  struct fault fault;
  char words[512];
  struct buffer line, trouble;
  struct event_error error;
  buffer_init(&line, stage->line, sizeof stage->line);
  buffer_init(&trouble, words, sizeof words);
  arena_reset(&stage->arena);
  if (!scenario_event_line(step, n, play->now_ms, stage->campaigns->catalogue, &line, &trouble))
    return fail_with(play, step, n, "", buffer_text(&trouble));
  if (event_read(stage->campaigns->catalogue, buffer_text(&line), &stage->arena, &stage->event, &error) != EVENT_OK) {
    event_error_print(&trouble, &error);
    return fail_with(play, step, n, "no event can be made of this: ", buffer_text(&trouble));
  }
  stage->event.arrival_ms = play->now_ms;
  if (!decide(stage, &fault)) return fail_with(play, step, n, "not decided: ", str_of(fault.text));
  return compare(play, step, n);
}

/* ---- the story ---- */

static bool play_pool(struct play *play, const struct step *step) {
  struct stage *stage = play->stage;
  const struct rulebook *book = stage->campaigns->rulebook;
  const struct pool *pool = &book->pools[step->pool];
  struct fault fault;
  stage->owners[0] = decide_pool_owner(book, step->pool, step->share);
  if (!load_states(stage, 0, 1, &fault)) return fail_with(play, step, 1, "the pool's record cannot be read: ", str_of(fault.text));
  struct pool_left left = decide_pool_left(book, step->pool, stage->pointers[0], step->share);
  char memory[64];
  struct buffer text;
  buffer_init(&text, memory, sizeof memory);
  if (left.unlimited)
    buffer_put(&text, STR("unlimited"));
  else if (pool->of_money)
    buffer_money(&text, left.left, book->campaigns[pool->campaign].decimals);
  else
    buffer_int(&text, left.left);
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
    next = duration_add(play->now_ms, step->after, 1, SCENARIO_OFFSET_MINUTES);
  if (next < play->now_ms)
    return fail_with(play, step, n, "time goes back here; put the events in order, a late one says happened=", STR("2026-12-03T23:00"));
  play->now_ms = next;
  return true;
}

static bool play_step(struct play *play, const struct step *step) {
  if (step->kind == STEP_POOL) return play_pool(play, step);
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

bool scenario_play(struct stage *stage, const struct scenario_file *file, const struct scenario *scenario,
                   const struct play_options *options, struct buffer *out) {
  struct play play = {.stage = stage, .file = file, .scenario = scenario, .options = options, .out = out};
  bool passed = true;
  stage->records = record_table_new();
  if (stage->records == NULL) {
    buffer_print(out, "%.*s:%u: FAILED: out of memory\n", STR_FORMAT(file->name), scenario->line);
    return false;
  }
  play.now_ms = start_of(&play);
  for (uint32_t i = 0; i < scenario->step_count; i++) passed = play_step(&play, &scenario->steps[i]) && passed;
  record_table_free(stage->records);
  stage->records = NULL;
  if (passed && options->coverage != NULL) coverage_passed(options->coverage, scenario);
  return passed;
}
