/* `giftd explain`: why a gift was given, or not. The question is an event (its line), a reward id, or a customer; the answer is the
 * waterfall of record_explain for every event that is meant, in the order of the question or of the stream.
 *
 *   question -> decisions.jsonl, read once -> event's line (given, or found by input and position) -> record_explain -> stdout
 *
 * Nothing is written and nothing is locked: it may be asked while giftd runs.
 */
#include <assert.h>
#include <inttypes.h>
#include <stdlib.h>
#include <unistd.h>

#include "config_flags.h"
#include "explain_scan.h"
#include "help.h"

#define CONFIG_ARENA_BYTES (1024u * 1024u)
#define EVENTS_MOST 4000000u
#define TEXTS_BYTES (4ull << 30)  /* address space for the events asked about */
#define ARENA_BYTES (64u << 20)   /* one decision and its event */
#define OUTPUT_BYTES (256u << 20) /* one explanation: 100,000 rules at some 2 KiB */

struct question {
  const char *event, *reward, *customer, *since, *input;
  struct config_flags flags;
  const char *values[CONFIG_KEY_COUNT];
  struct explain_style style;
  int64_t since_ms;
  bool output_named; /* the output folder was asked for by name: it must be there */
};

/* One event that is asked about. */
struct wanted {
  uint64_t digest, position; /* of its decision line */
  struct str line, customer;
  uint32_t again; /* how often it was stopped as a duplicate or late */
  bool found, gated;
};

struct answer {
  struct question question;
  struct config config;
  struct loaded loaded;
  struct arena texts, arena, event_arena;
  struct buffer out;
  struct wanted *wanted;
  uint32_t wanted_count, *slots, slot_count;
  char decisions[4096], rewards[4096];
  uint32_t told, missing, bad_lines, damaged;
};

/* ---- the question ---- */

#define OPTION_FLAG(key) (256 + (int)(key))
static const struct option options[] = {{"event", required_argument, NULL, 'e'},
                                        {"reward", required_argument, NULL, 'r'},
                                        {"customer", required_argument, NULL, 'u'},
                                        {"since", required_argument, NULL, 's'},
                                        {"input", required_argument, NULL, 'i'},
                                        {"config", required_argument, NULL, 'c'},
                                        {"output", required_argument, NULL, OPTION_FLAG(CONFIG_OUTPUT_DIR)},
                                        {"campaigns", required_argument, NULL, OPTION_FLAG(CONFIG_CAMPAIGNS_DIR)},
                                        {"lang", required_argument, NULL, OPTION_FLAG(CONFIG_LANG)},
                                        {"json", no_argument, NULL, 'j'},
                                        {"brief", no_argument, NULL, 'b'},
                                        {"all", no_argument, NULL, 'a'},
                                        {NULL, 0, NULL, 0}};

static int flag_take(struct question *question, char **argv, int flag) {
  switch (flag) {
    case 'e': question->event = optarg; return 0;
    case 'r': question->reward = optarg; return 0;
    case 'u': question->customer = optarg; return 0;
    case 's': question->since = optarg; return 0;
    case 'i': question->input = optarg; return 0;
    case 'c': question->flags.file = optarg; return 0;
    case 'X': return config_flags_set(&question->flags, "explain", optarg) ? 0 : EXIT_BAD_USAGE;
    case 'j': question->style.json = true; return 0;
    case 'b': question->style.brief = true; return 0;
    case 'a': question->style.only_considered = false; return 0;
    default: break;
  }
  if (flag < 256) return help_bad_flag("explain", options, argv, flag);
  question->values[flag - 256] = optarg;
  return 0;
}

static bool since_parse(struct question *question) {
  int64_t day = 0;
  question->since_ms = TIME_NONE;
  if (question->since == NULL || time_parse(str_of(question->since), &question->since_ms, NULL)) return true;
  if (!date_parse(str_of(question->since), &day)) return false;
  question->since_ms = day * MS_PER_DAY - 8 * 3600 * MS_PER_SECOND; /* a day as it begins in China */
  return true;
}

static int question_read(int argc, char **argv, struct question *question) {
  opterr = 0;
  optind = 0;
  question->style.only_considered = true;
  for (int flag; (flag = help_flag(argc, argv, ":c:X:", options)) != -1;) {
    int code = flag_take(question, argv, flag);
    if (code != 0) return code;
  }
  if (optind < argc) return help_bad_usage("explain", "'%s': ask with --event FILE, --reward ID or --customer ID", argv[optind]);
  int asked = (question->event != NULL) + (question->reward != NULL) + (question->customer != NULL);
  if (asked != 1) return help_bad_usage("explain", "ask one thing: --event FILE, --reward ID or --customer ID");
  if (question->since != NULL && question->customer == NULL) return help_bad_usage("explain", "--since goes with --customer");
  if (since_parse(question)) return 0;
  return help_bad_usage("explain", "--since '%s': expected a date (2026-12-04) or a time (2026-12-04T10:00:00+08:00)", question->since);
}

/* ---- one explanation ---- */

static void answer_flush(struct answer *a) {
  if (a->out.overflowed) fputs("giftd explain: an explanation is longer than 256 MiB and was cut; ask with --brief\n", stderr);
  (void)fwrite(a->out.memory, 1, a->out.length, stdout);
  buffer_reset(&a->out);
}

static bool event_take(struct answer *a, struct str line, struct event *event) {
  struct event_error error;
  arena_reset(&a->event_arena);
  return event_read(a->loaded.catalogue, line, &a->event_arena, event, &error) == EVENT_OK;
}

/* The event's own line: where the decision says it stood, checked to be that event. */
static bool event_find(struct answer *a, const struct recorded_decision *recorded, struct event *event) {
  char path[4096];
  struct str line;
  (void)snprintf(path, sizeof path, "%.*s", STR_FORMAT(recorded->input));
  if (!scan_line_at(a->question.input != NULL ? a->question.input : path, recorded->position, &a->arena, &line)) return false;
  if (!event_take(a, line, event)) return false;
  return str_equal(event->id, recorded->event_id) && str_equal(event->source, recorded->event_source);
}

static void explain_one(struct answer *a, const struct event *event, const struct recorded_decision *recorded) {
  if (a->told++ > 0 && !a->question.style.json) buffer_byte(&a->out, '\n');
  record_explain(&a->out, a->loaded.rulebook, event, recorded, &a->question.style);
}

static bool decision_read(struct answer *a, struct str line, struct recorded_decision *recorded) {
  struct fault fault;
  if (record_read_decision(line, &a->arena, recorded, &fault) == STATUS_OK) return true;
  if (a->damaged++ < 5) fprintf(stderr, "giftd explain: %s: %s\n", a->decisions, fault.text);
  return false;
}

/* A decision with its further parts, which stand right behind it. */
static bool decision_whole(struct answer *a, uint64_t position, struct recorded_decision *whole) {
  struct str line, id, customer;
  if (!scan_line_at(a->decisions, position, &a->arena, &line) || !decision_read(a, line, whole)) return false;
  for (;;) {
    struct recorded_decision part;
    position += line.length + 1;
    if (!scan_line_at(a->decisions, position, &a->arena, &line) || !decision_head(line, &id, &customer)) return true;
    if (!record_is_part(id, whole->id) || !decision_read(a, line, &part) || !record_join(whole, &part, &a->arena)) return true;
  }
}

/* ---- --event ---- */

static struct wanted *wanted_find(const struct answer *a, uint64_t digest, struct str customer) {
  for (uint32_t slot = (uint32_t)digest & (a->slot_count - 1); a->slots[slot] != 0; slot = (slot + 1) & (a->slot_count - 1)) {
    struct wanted *wanted = &a->wanted[a->slots[slot] - 1];
    if (wanted->digest == digest && str_equal(wanted->customer, customer)) return wanted;
  }
  return NULL;
}

static void wanted_add(struct answer *a, const struct event *event, struct str line) {
  if (wanted_find(a, event->digest, event->customer) != NULL) return; /* the same event twice in the question is asked once */
  struct wanted *wanted = &a->wanted[a->wanted_count++];
  *wanted = (struct wanted){.digest = event->digest};
  wanted->line = arena_copy(&a->texts, line);
  wanted->customer = arena_copy(&a->texts, event->customer);
  uint32_t slot = (uint32_t)event->digest & (a->slot_count - 1);
  while (a->slots[slot] != 0) slot = (slot + 1) & (a->slot_count - 1);
  a->slots[slot] = a->wanted_count;
}

static void wanted_line(struct answer *a, struct str line, uint64_t number) {
  struct event event;
  struct event_error error;
  arena_reset(&a->event_arena);
  if (event_read(a->loaded.catalogue, line, &a->event_arena, &event, &error) == EVENT_OK) {
    wanted_add(a, &event, line);
    return;
  }
  char memory[1024];
  struct buffer text;
  buffer_init(&text, memory, sizeof memory);
  event_error_print(&text, &error);
  if (a->bad_lines++ >= 20) return;
  fprintf(stderr, "giftd explain: %s, line %" PRIu64 ": %.*s\n", a->question.event, number, STR_FORMAT(buffer_text(&text)));
}

static enum status wanted_read(struct answer *a, struct fault *fault) {
  struct scan scan;
  struct str line;
  uint64_t position, number = 0;
  if (strcmp(a->question.event, "-") == 0) help_terminal("explain", "--event");
  enum status status = scan_open(&scan, a->question.event, fault);
  if (status != STATUS_OK) return status;
  while (scan_next(&scan, &line, &position)) {
    number++;
    if (a->wanted_count == EVENTS_MOST || a->texts.overflowed) {
      status = fault_set(fault, STATUS_LIMIT, "%s has more events than can be explained at once (%u)", a->question.event, a->wanted_count);
      break;
    }
    wanted_line(a, line, number);
  }
  scan_close(&scan);
  return status;
}

/* Keeps where the decision stands that judged the event; a gated one only as long as there is no other. */
static void wanted_note(struct wanted *wanted, uint64_t position, bool gated) {
  wanted->again += gated && wanted->found;
  if (wanted->found && (gated || !wanted->gated)) return;
  wanted->again += wanted->found;
  wanted->found = true;
  wanted->gated = gated;
  wanted->position = position;
}

static void decision_note(struct answer *a, struct str line, uint64_t position) {
  struct str id, customer;
  uint64_t digest;
  bool gated = false;
  struct recorded_decision recorded;
  if (decision_is_part(line)) return;
  if (!decision_head(line, &id, &customer)) {
    arena_reset(&a->arena);
    if (!decision_read(a, line, &recorded)) return;
    id = recorded.id, customer = recorded.customer;
  }
  if (!decision_digest(id, &digest, &gated)) return;
  struct wanted *wanted = wanted_find(a, digest, customer);
  if (wanted != NULL) wanted_note(wanted, position, gated);
}

/* True when the decisions are there; when nobody asked for the folder by name their absence is told and explained around. */
static enum status decisions_note(struct answer *a, struct fault *fault) {
  struct scan scan;
  struct str line;
  uint64_t position;
  enum status status = scan_open(&scan, a->decisions, fault);
  if (status != STATUS_OK && !a->question.output_named && status == STATUS_USAGE) {
    fprintf(stderr, "giftd explain: %s; name the folder of a run with --output\n", fault->text);
    return STATUS_OK;
  }
  if (status != STATUS_OK) return status;
  while (scan_next(&scan, &line, &position)) decision_note(a, line, position);
  scan_close(&scan);
  return STATUS_OK;
}

static void explain_wanted(struct answer *a, const struct wanted *wanted) {
  struct recorded_decision recorded;
  struct event event;
  arena_reset(&a->arena);
  bool there = wanted->found && decision_whole(a, wanted->position, &recorded);
  if (!event_take(a, wanted->line, &event)) return;
  a->missing += !there;
  explain_one(a, &event, there ? &recorded : NULL);
  if (wanted->again > 0 && !a->question.style.json) {
    bool zh = a->question.style.language == LANGUAGE_ZH;
    if (zh)
      buffer_print(&a->out, "该事件另出现 %u 次,均未再次处理。\n", wanted->again);
    else
      buffer_print(&a->out, "The same event came %u more time%s and was not judged again.\n", wanted->again, wanted->again == 1 ? "" : "s");
  }
  answer_flush(a);
}

static enum status answer_events(struct answer *a, struct fault *fault) {
  enum status status = wanted_read(a, fault);
  if (status == STATUS_OK && a->wanted_count > 0) status = decisions_note(a, fault);
  if (status != STATUS_OK) return status;
  for (uint32_t i = 0; i < a->wanted_count; i++) explain_wanted(a, &a->wanted[i]);
  if (a->wanted_count == 0)
    fprintf(stderr, "giftd explain: no event was found in %s; expected one JSON object a line\n", a->question.event);
  if (a->missing > 0)
    fprintf(
        stderr,
        "giftd explain: %u of %u events have no decision in %s: they were not in the input of that run, or it has not reached them yet\n",
        a->missing, a->wanted_count, a->decisions);
  a->missing += a->bad_lines;
  return STATUS_OK;
}

/* ---- --customer and --reward: decisions first, then their events ---- */

static bool is_since(const struct answer *a, const struct recorded_decision *recorded) {
  int64_t ms = 0;
  return a->question.since_ms == TIME_NONE || (time_parse(recorded->time, &ms, NULL) && ms >= a->question.since_ms);
}

static bool has_gift(const struct recorded_decision *recorded, struct str id) {
  for (uint32_t i = 0; i < recorded->outcome_count; i++)
    for (uint32_t g = 0; g < recorded->outcomes[i].gift_count; g++)
      if (str_equal(recorded->outcomes[i].gifts[g].id, id)) return true;
  return false;
}

static void explain_found(struct answer *a, uint64_t position, struct str customer, struct str reward) {
  struct recorded_decision recorded;
  struct event event;
  arena_reset(&a->arena);
  if (!decision_whole(a, position, &recorded)) return;
  if (customer.length > 0 && (!str_equal(recorded.customer, customer) || !is_since(a, &recorded))) return;
  if (reward.length > 0 && !has_gift(&recorded, reward)) return;
  explain_one(a, event_find(a, &recorded, &event) ? &event : NULL, &recorded);
  answer_flush(a);
}

/* Whether a line may be meant, cheaply: parsing tells for sure. */
static bool may_be_meant(struct str line, struct str customer, struct str reward) {
  struct str id, subject;
  if (reward.length > 0) return str_find(line, reward) != NULL;
  return !decision_head(line, &id, &subject) || str_equal(subject, customer);
}

static enum status answer_decisions(struct answer *a, struct str customer, struct str reward, struct fault *fault) {
  struct scan scan;
  struct str line;
  uint64_t position, first = 0, told = UINT64_MAX;
  enum status status = scan_open(&scan, a->decisions, fault);
  if (status != STATUS_OK) return fault_prefix(fault, "name the folder of a run with --output: ");
  while (scan_next(&scan, &line, &position)) {
    if (!decision_is_part(line)) first = position;
    if (told == first || !may_be_meant(line, customer, reward)) continue;
    explain_found(a, first, customer, reward);
    told = first;
  }
  scan_close(&scan);
  return STATUS_OK;
}

static enum status answer_customer(struct answer *a, struct fault *fault) {
  enum status status = answer_decisions(a, str_of(a->question.customer), (struct str){NULL, 0}, fault);
  if (status != STATUS_OK || a->told > 0) return status;
  a->missing++;
  const char *since = a->question.since == NULL ? "" : a->question.since;
  fprintf(stderr, "giftd explain: no decision for customer %s%s%s in %s; check the id as it stands in the events (subject, or customer)\n",
          a->question.customer, *since == '\0' ? "" : " since ", since, a->decisions);
  return STATUS_OK;
}

/* Ids of what was taken back are the gift's id, a dash, the reversal's digest and a letter. */
static struct str reward_of_id(struct str id) {
  return id.length == LIMIT_REWARD_ID_BYTES && id.at[ID22_BYTES] == '-' ? (struct str){id.at, ID22_BYTES} : id;
}

static bool reward_is_issued(const struct answer *a, struct str reward) {
  struct scan scan;
  struct fault fault;
  struct str line;
  uint64_t position;
  bool found = false;
  if (scan_open(&scan, a->rewards, &fault) != STATUS_OK) return false;
  while (!found && scan_next(&scan, &line, &position)) {
    found = str_find(line, reward) != NULL;
    if (found)
      fprintf(stderr, "giftd explain: found in %s, but its decision is not in %s:\n%.*s\n", a->rewards, a->decisions, STR_FORMAT(line));
  }
  scan_close(&scan);
  return found;
}

static enum status answer_reward(struct answer *a, struct fault *fault) {
  struct str reward = reward_of_id(str_of(a->question.reward));
  enum status status = answer_decisions(a, (struct str){NULL, 0}, reward, fault);
  if (status != STATUS_OK || a->told > 0) return status;
  a->missing++;
  if (!reward_is_issued(a, reward))
    fprintf(stderr, "giftd explain: no reward %s in %s or %s; an id has 22 characters, as in the id of gift.reward.issued\n",
            a->question.reward, a->rewards, a->decisions);
  return STATUS_OK;
}

/* ---- the command ---- */

static enum status config_take(struct answer *a, struct arena *arena, struct fault *fault) {
  struct question *question = &a->question;
  config_init(&a->config, arena);
  enum status status =
      config_load(&a->config, question->flags.file, environ, question->flags.assignments, question->flags.assignment_count, fault);
  for (const struct option *option = options; option->name != NULL && status == STATUS_OK; option++) {
    if (option->val < 256 || question->values[option->val - 256] == NULL) continue;
    char name[32];
    (void)snprintf(name, sizeof name, "--%s", option->name);
    status = config_set(&a->config, (enum config_key)(option->val - 256), question->values[option->val - 256], name, fault);
  }
  if (status != STATUS_OK) return status;
  struct str output = config_text(&a->config, CONFIG_OUTPUT_DIR);
  (void)snprintf(a->decisions, sizeof a->decisions, "%.*s/decisions.jsonl", STR_FORMAT(output));
  (void)snprintf(a->rewards, sizeof a->rewards, "%.*s/rewards.jsonl", STR_FORMAT(output));
  question->output_named = question->values[CONFIG_OUTPUT_DIR] != NULL;
  question->style.language = str_equal(config_text(&a->config, CONFIG_LANG), STR("zh")) ? LANGUAGE_ZH : LANGUAGE_EN;
  question->style.color = isatty(STDOUT_FILENO) && getenv("NO_COLOR") == NULL;
  return STATUS_OK;
}

static enum status campaigns_load(struct answer *a, struct arena *arena, struct fault *fault) {
  const char *paths[2] = {arena_copy(arena, config_text(&a->config, CONFIG_CAMPAIGNS_DIR)).at,
                          arena_copy(arena, config_text(&a->config, CONFIG_EVENTS_CATALOGUE)).at};
  enum status status = load_open(paths, config_is_set(&a->config, CONFIG_EVENTS_CATALOGUE) ? 2 : 1, &a->loaded, fault);
  if (status == STATUS_INPUT) load_print(&a->loaded.findings, stderr, 40);
  return status;
}

/* Address space for what the question may need; pages are used as they are touched. */
static void *memory_take(struct answer *a, size_t *bytes) {
  uint64_t slots = 2 * 4194304ull;
  _Static_assert(EVENTS_MOST < 4194304u, "the table of events is at most half full");
  *bytes = TEXTS_BYTES + 2ull * ARENA_BYTES + OUTPUT_BYTES + EVENTS_MOST * sizeof *a->wanted + slots * sizeof *a->slots;
  char *memory = region_open(*bytes);
  if (memory == NULL) return NULL;
  char *at = memory;
  a->wanted = (struct wanted *)(void *)at, at += EVENTS_MOST * sizeof *a->wanted;
  a->slots = (uint32_t *)(void *)at, at += slots * sizeof *a->slots;
  a->slot_count = (uint32_t)slots;
  arena_init(&a->texts, at, TEXTS_BYTES), at += TEXTS_BYTES;
  arena_init(&a->arena, at, ARENA_BYTES), at += ARENA_BYTES;
  arena_init(&a->event_arena, at, ARENA_BYTES), at += ARENA_BYTES;
  buffer_init(&a->out, at, OUTPUT_BYTES);
  return memory;
}

static enum status answer_give(struct answer *a, struct fault *fault) {
  if (a->question.event != NULL) return answer_events(a, fault);
  return a->question.reward != NULL ? answer_reward(a, fault) : answer_customer(a, fault);
}

static int answer_end(const struct answer *a) {
  if (a->damaged > 0) fprintf(stderr, "giftd explain: %u lines of %s are not decisions and were skipped\n", a->damaged, a->decisions);
  return a->missing > 0 || a->told == 0 ? EXIT_BAD_ANSWER : EXIT_DONE;
}

int command_explain(int argc, char **argv) {
  static struct answer answer;
  struct fault fault = {0};
  struct arena config_arena;
  size_t bytes = 0;
  answer = (struct answer){.told = 0};
  int code = question_read(argc, argv, &answer.question);
  if (code != 0) return code;
  void *memory = memory_take(&answer, &bytes), *config_memory = region_open(CONFIG_ARENA_BYTES);
  if (memory == NULL || config_memory == NULL) {
    (void)fault_set(&fault, STATUS_STORAGE, "the system gives no memory");
    return app_fail("explain", &fault);
  }
  arena_init(&config_arena, config_memory, CONFIG_ARENA_BYTES);
  enum status status = config_take(&answer, &config_arena, &fault);
  if (status == STATUS_OK) status = campaigns_load(&answer, &config_arena, &fault);
  if (status == STATUS_OK) {
    status = answer_give(&answer, &fault);
    load_close(&answer.loaded);
  }
  region_close(memory, bytes);
  region_close(config_memory, CONFIG_ARENA_BYTES);
  return status == STATUS_OK ? answer_end(&answer) : app_fail("explain", &fault);
}
