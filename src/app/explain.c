/* `giftd explain`: why a gift was given, or not. The question is an event (its line), a reward id, or a customer; the answer is the
 * waterfall of record_explain for every event that is meant, in the order of the question or of the stream.
 *
 *   question -> decisions.jsonl, read once -> event's line (given, or found by input and position) -> record_explain -> stdout
 *                                          \-> ranges: events without a line of their own, found in the input
 *
 * Nothing is written and nothing is locked: it may be asked while giftd runs.
 */
#include <assert.h>
#include <stdlib.h>
#include <unistd.h>

#include "explain_parts.h"
#include "help.h"

#define CONFIG_ARENA_BYTES (1024u * 1024u)
#define TEXTS_BYTES (4ull << 30)  /* address space for the events asked about */
#define ARENA_BYTES (64u << 20)   /* one decision and its event */
#define OUTPUT_BYTES (256u << 20) /* one explanation: 100,000 rules at some 2 KiB */

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
  (void)snprintf(a->letters, sizeof a->letters, "%.*s/dlq.jsonl", STR_FORMAT(output));
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
  *bytes = TEXTS_BYTES + 2ull * ARENA_BYTES + OUTPUT_BYTES + EVENTS_MOST * sizeof *a->wanted + slots * sizeof *a->slots +
           RANGES_MOST * sizeof *a->ranges.items;
  char *memory = region_open(*bytes);
  if (memory == NULL) return NULL;
  char *at = memory;
  a->wanted = (struct wanted *)(void *)at, at += EVENTS_MOST * sizeof *a->wanted;
  a->ranges = (struct ranges){.items = (struct noted_range *)(void *)at, .texts = &a->texts, .event = &a->event_arena};
  at += RANGES_MOST * sizeof *a->ranges.items;
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
    answer.ranges.catalogue = answer.loaded.catalogue;
    status = answer_give(&answer, &fault);
    load_close(&answer.loaded);
  }
  region_close(memory, bytes);
  region_close(config_memory, CONFIG_ARENA_BYTES);
  return status == STATUS_OK ? answer_end(&answer) : app_fail("explain", &fault);
}
