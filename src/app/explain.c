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

#include "config_flags.h"
#include "giftd/explain.h"
#include "help.h"

struct request {
  struct explain_question question;
  struct config_flags flags;
  struct config_given given;
  char decisions[4096], rewards[4096], letters[4096], state[4096];
};

/* ---- the question ---- */

static const struct option options[] = {{"event", required_argument, NULL, 'e'},
                                        {"reward", required_argument, NULL, 'r'},
                                        {"customer", required_argument, NULL, 'u'},
                                        {"since", required_argument, NULL, 's'},
                                        {"input", required_argument, NULL, 'i'},
                                        {"config", required_argument, NULL, 'c'},
                                        {"output", required_argument, NULL, OPTION_FLAG(CONFIG_OUTPUT_DIR)},
                                        {"state", required_argument, NULL, OPTION_FLAG(CONFIG_STATE_DIR)},
                                        {"campaigns", required_argument, NULL, OPTION_FLAG(CONFIG_CAMPAIGNS_DIR)},
                                        {"lang", required_argument, NULL, OPTION_FLAG(CONFIG_LANG)},
                                        {"json", no_argument, NULL, 'j'},
                                        {"brief", no_argument, NULL, 'b'},
                                        {"all", no_argument, NULL, 'a'},
                                        {NULL, 0, NULL, 0}};

static int flag_take(struct request *request, char **argv, int flag) {
  struct explain_question *question = &request->question;
  switch (flag) {
    case 'e': question->event = optarg; return 0;
    case 'r': question->reward = optarg; return 0;
    case 'u': question->customer = optarg; return 0;
    case 's': question->since = optarg; return 0;
    case 'i': question->input = optarg; return 0;
    case 'c': request->flags.file = optarg; return 0;
    case 'X': return config_flags_set(&request->flags, "explain", optarg) ? 0 : EXIT_BAD_USAGE;
    case 'j': question->style.json = true; return 0;
    case 'b': question->style.brief = true; return 0;
    case 'a': question->style.only_considered = false; return 0;
    default: break;
  }
  if (flag < OPTION_FLAG(0)) return help_bad_flag("explain", options, argv, flag);
  request->flags.values[flag - OPTION_FLAG(0)] = optarg;
  return 0;
}

static bool since_parse(struct explain_question *question) {
  int64_t day = 0;
  question->since_ms = TIME_NONE;
  if (question->since == NULL || time_parse(str_of(question->since), &question->since_ms, NULL)) return true;
  if (!date_parse(str_of(question->since), &day)) return false;
  question->since_ms = day * MS_PER_DAY - 8 * 3600 * MS_PER_SECOND; /* a day as it begins in China */
  return true;
}

static int question_read(int argc, char **argv, struct request *request) {
  struct explain_question *question = &request->question;
  opterr = 0;
  optind = 0;
  question->style.only_considered = true;
  for (int flag; (flag = help_flag(argc, argv, ":c:X:", options)) != -1;) {
    int code = flag_take(request, argv, flag);
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

static void places_take(struct request *request) {
  struct explain_question *question = &request->question;
  const struct str output = config_text(&request->given.config, CONFIG_OUTPUT_DIR);
  (void)snprintf(request->decisions, sizeof request->decisions, "%.*s/decisions.jsonl", STR_FORMAT(output));
  (void)snprintf(request->letters, sizeof request->letters, "%.*s/dlq.jsonl", STR_FORMAT(output));
  (void)snprintf(request->rewards, sizeof request->rewards, "%.*s/rewards.jsonl", STR_FORMAT(output));
  (void)snprintf(request->state, sizeof request->state, "%.*s", STR_FORMAT(config_text(&request->given.config, CONFIG_STATE_DIR)));
  /* Outputs that were asked for by name are perhaps another run's than the state of the configuration. */
  const bool same_run = request->flags.values[CONFIG_OUTPUT_DIR] == NULL || request->flags.values[CONFIG_STATE_DIR] != NULL;
  question->state = same_run ? request->state : NULL;
  question->decisions = request->decisions, question->letters = request->letters, question->rewards = request->rewards;
  question->output_named = request->flags.values[CONFIG_OUTPUT_DIR] != NULL;
  question->style.language = str_equal(config_text(&request->given.config, CONFIG_LANG), STR("zh")) ? LANGUAGE_ZH : LANGUAGE_EN;
  question->style.color = isatty(STDOUT_FILENO) && getenv("NO_COLOR") == NULL;
}

static enum status campaigns_load(struct request *request, struct loaded *loaded, struct fault *fault) {
  struct arena *arena = &request->given.arena;
  const struct config *config = &request->given.config;
  const char *paths[2] = {arena_copy(arena, config_text(config, CONFIG_CAMPAIGNS_DIR)).at,
                          arena_copy(arena, config_text(config, CONFIG_EVENTS_CATALOGUE)).at};
  const enum status status = load_open(paths, config_is_set(config, CONFIG_EVENTS_CATALOGUE) ? 2 : 1, loaded, fault);
  if (status == STATUS_INPUT) load_print(&loaded->findings, stderr, 40);
  return status;
}

static enum status answer(struct request *request, struct explain_count *count, struct fault *fault) {
  struct loaded loaded = {0};
  enum status status = config_given_open(&request->flags, options, &request->given, fault);
  if (status != STATUS_OK) return status;
  places_take(request);
  status = campaigns_load(request, &loaded, fault);
  if (status == STATUS_OK && request->question.event != NULL && strcmp(request->question.event, "-") == 0)
    help_terminal("explain", "--event");
  if (status == STATUS_OK) status = explain_answer(&request->question, &loaded, count, fault);
  load_close(&loaded);
  return status;
}

int command_explain(int argc, char **argv) {
  static struct request request;
  struct explain_count count = {0};
  struct fault fault = {0};
  request = (struct request){.flags.file = NULL};
  const int code = question_read(argc, argv, &request);
  if (code != 0) return code;
  const enum status status = answer(&request, &count, &fault);
  config_given_close(&request.given);
  if (status != STATUS_OK) return app_fail("explain", &fault);
  if (count.damaged > 0)
    fprintf(stderr, "giftd explain: %u lines of %s are not decisions and were skipped\n", count.damaged, request.decisions);
  return count.missing > 0 || count.told == 0 ? EXIT_BAD_ANSWER : EXIT_DONE;
}
