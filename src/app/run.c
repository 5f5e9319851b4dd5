/* `giftd run`: events against a folder of campaigns, until the end (--once) or for ever. From a file or stream into files, with state in a
 * folder; or, where kafka.bootstrap.servers is set, from Kafka into Kafka, with the view in Redis (worker.h).
 *
 * Every flag of its own is an option of the configuration under another name, so that flag, environment, file and default are one thing
 * (docs/CONFIGURATION.md). Messages go to stderr; stdout carries the summary with --json and nothing else.
 */
#include "family.h"
#include "giftd/config.h"
#include "help.h"
#include "run_log.h"
#include "session.h"
#include "worker.h"

#include <string.h>
#include <unistd.h>

#define ASSIGNMENTS_MOST 64u
#define CONFIG_ARENA_BYTES (1024u * 1024u)

struct run_flags {
  const char *config_file, *trace;
  const char *values[CONFIG_KEY_COUNT]; /* flags that stand for an option */
  const char *assignments[ASSIGNMENTS_MOST];
  uint32_t assignment_count;
  int64_t workers; /* 0: not given */
  bool once, json;
};

/* Flags that are options: value of getopt_long is 256 + the option's number. */
#define OPTION_FLAG(key) (256 + (int)(key))

static const struct option options[] = {
    {"config", required_argument, NULL, 'c'},
    {"input", required_argument, NULL, OPTION_FLAG(CONFIG_INPUT_PATH)},
    {"output", required_argument, NULL, OPTION_FLAG(CONFIG_OUTPUT_DIR)},
    {"campaigns", required_argument, NULL, OPTION_FLAG(CONFIG_CAMPAIGNS_DIR)},
    {"state", required_argument, NULL, OPTION_FLAG(CONFIG_STATE_DIR)},
    {"once", no_argument, NULL, 'o'},
    {"workers", required_argument, NULL, 'w'},
    {"trace", required_argument, NULL, 't'},
    {"json", no_argument, NULL, 'j'},
    {NULL, 0, NULL, 0},
};

/* 0 when all is well, else the exit code; what is wrong was told. */
static int flag_take(struct run_flags *flags, char **argv, int flag) {
  switch (flag) {
    case 'c': flags->config_file = optarg; return 0;
    case 't': flags->trace = optarg; return 0;
    case 'w': return help_number("run", "--workers", optarg, 1, FAMILY_MOST, &flags->workers) ? 0 : EXIT_BAD_USAGE;
    case 'o': flags->once = true; return 0;
    case 'j': flags->json = true; return 0;
    case 'X':
      if (flags->assignment_count == ASSIGNMENTS_MOST)
        return help_bad_usage("run", "-X is given more than %u times; put the options into a file and name it with -c", ASSIGNMENTS_MOST);
      flags->assignments[flags->assignment_count++] = optarg;
      return 0;
    default:
      if (flag < 256) return help_bad_flag("run", options, argv, flag);
      flags->values[flag - 256] = optarg;
      return 0;
  }
}

static int flags_read(int argc, char **argv, struct run_flags *flags) {
  opterr = 0;
  optind = 0;
  for (int flag; (flag = help_flag(argc, argv, ":c:X:", options)) != -1;) {
    int code = flag_take(flags, argv, flag);
    if (code != 0) return code;
  }
  if (optind < argc) return help_bad_usage("run", "'%s': this command takes no argument; name the input with --input", argv[optind]);
  return 0;
}

static enum status config_take(struct config *config, const struct run_flags *flags, struct fault *fault) {
  enum status status = config_load(config, flags->config_file, environ, flags->assignments, flags->assignment_count, fault);
  for (const struct option *option = options; option->name != NULL && status == STATUS_OK; option++) {
    if (option->val < 256 || flags->values[option->val - 256] == NULL) continue;
    char name[32];
    (void)snprintf(name, sizeof name, "--%s", option->name);
    status = config_set(config, (enum config_key)(option->val - 256), flags->values[option->val - 256], name, fault);
  }
  return status;
}

static const char *text_of(const struct config *config, struct arena *arena, enum config_key key) {
  return arena_copy(arena, config_text(config, key)).at;
}

static enum status settings_fill(const struct config *config, const struct run_flags *flags, struct arena *arena, const char *campaigns[2],
                                 struct session_settings *settings, struct fault *fault) {
  session_defaults(settings);
  campaigns[0] = text_of(config, arena, CONFIG_CAMPAIGNS_DIR);
  campaigns[1] = text_of(config, arena, CONFIG_EVENTS_CATALOGUE);
  settings->campaigns = campaigns;
  settings->campaign_count = config_is_set(config, CONFIG_EVENTS_CATALOGUE) ? 2 : 1;
  settings->input = text_of(config, arena, CONFIG_INPUT_PATH);
  settings->output = text_of(config, arena, CONFIG_OUTPUT_DIR);
  settings->state = text_of(config, arena, CONFIG_STATE_DIR);
  settings->trace = flags->trace;
  if (!str_equal(config_text(config, CONFIG_HTTP_LISTEN), STR("off"))) settings->http_listen = text_of(config, arena, CONFIG_HTTP_LISTEN);
  settings->once = flags->once;
  settings->commit_events = (uint32_t)config_number(config, CONFIG_COMMIT_EVENTS);
  if (config_number(config, CONFIG_COMMIT_INTERVAL_MS) > 0)
    settings->commit_ms = (uint32_t)config_number(config, CONFIG_COMMIT_INTERVAL_MS);
  settings->state_map_bytes = (uint64_t)config_number(config, CONFIG_STATE_MAP_BYTES);
  settings->shard.cache_bytes = (uint64_t)config_number(config, CONFIG_CACHE_BYTES);
  settings->shard.wall_clock = str_equal(config_text(config, CONFIG_EVENTS_CLOCK), STR("wall"));
  settings->shard.judge.horizon_ms = config_number(config, CONFIG_EVENTS_HORIZON);
  settings->shard.judge.memory_ms = config_number(config, CONFIG_EVENTS_MEMORY);
  return config_id_key(config, &settings->shard.judge.id_key, &settings->key, fault);
}

static int session_play(struct session_settings *settings, const struct config *config, bool json) {
  struct session *session;
  struct log log;
  struct fault fault = {0};
  run_log_init(&log, config, !settings->once);
  settings->log = &log;
  if (log.format == LOG_FORMAT_JSON) settings->progress = false; /* its lines are for people */
  if (session_open(settings, &session, &fault) != STATUS_OK) return run_log_failed(&log, &fault);
  run_log_started(&log, session);
  const enum status status = session_run(session, &fault);
  if (status == STATUS_OK) run_log_stopped(&log, session);
  if (status == STATUS_OK && json) session_print_json(session, stdout);
  session_close(session);
  return status == STATUS_OK ? EXIT_DONE : run_log_failed(&log, &fault);
}

static int files_run(const struct config *config, const struct run_flags *flags, struct arena *arena) {
  struct session_settings settings;
  const char *campaigns[2];
  struct fault fault = {0};
  if (flags->workers > 1) return help_bad_usage("run", "--workers is for runs on Kafka (kafka.bootstrap.servers); a file has one reader");
  const enum status status = settings_fill(config, flags, arena, campaigns, &settings, &fault);
  return status == STATUS_OK ? session_play(&settings, config, flags->json) : app_fail("run", &fault);
}

struct kafka_play {
  struct worker_settings settings;
  struct log log;
  bool json;
};

/* One process. Each has an endpoint of its own, on the ports from http.listen on. */
static int worker_play(void *self, uint32_t child) {
  static struct worker_counts counts;
  struct kafka_play *play = self;
  struct fault fault = {0};
  play->settings.http_offset = (uint16_t)child;
  const enum status status = worker_run(&play->settings, &counts, &fault);
  if (status != STATUS_OK) return run_log_failed(&play->log, &fault);
  run_log_worker(&play->log, &counts);
  if (play->json) run_json_worker(&counts, stdout);
  return EXIT_DONE;
}

static void open_secrets_tell(const struct config *config, const struct log *log) {
  struct str key;
  char text[1200];
  uint32_t at = 0;
  for (const char *path; (path = config_open_secret(config, &at, &key)) != NULL;) {
    (void)snprintf(text, sizeof text, "%.*s: anyone on this machine can read %s; chmod o-r %s", STR_FORMAT(key), path, path);
    log_write(log, LOG_LEVEL_WARNING, text, NULL, 0);
  }
}

static int kafka_run(const struct config *config, const struct run_flags *flags, struct arena *arena) {
  static struct kafka_pair pairs[CONFIG_PASSED];
  static struct kafka_play play;
  const char *campaigns[2];
  struct fault fault = {0};
  if (flags->trace != NULL) return help_bad_usage("run", "--trace is for runs on files");
  const enum status status = worker_settings_fill(config, arena, campaigns, pairs, &play.settings, &fault);
  if (status != STATUS_OK) return app_fail("run", &fault);
  run_log_init(&play.log, config, !flags->once);
  open_secrets_tell(config, &play.log);
  play.settings.log = &play.log, play.settings.once = flags->once, play.json = flags->json;
  if (flags->workers <= 1) return worker_play(&play, 0);
  const struct family_settings family = {(uint32_t)flags->workers, flags->once, &play.log, worker_play, &play};
  return family_run(&family);
}

int command_run(int argc, char **argv) {
  struct run_flags flags = {0};
  struct fault fault = {0};
  struct arena arena;
  static struct config config;
  int code = flags_read(argc, argv, &flags);
  if (code != 0) return code;
  void *region = region_open(CONFIG_ARENA_BYTES);
  if (region == NULL) {
    (void)fault_set(&fault, STATUS_STORAGE, "no memory");
    return app_fail("run", &fault);
  }
  arena_init(&arena, region, CONFIG_ARENA_BYTES);
  config_init(&config, &arena);
  const enum status status = config_take(&config, &flags, &fault);
  if (status != STATUS_OK)
    code = app_fail("run", &fault);
  else
    code = config_on_kafka(&config) ? kafka_run(&config, &flags, &arena) : files_run(&config, &flags, &arena);
  explicit_bzero(arena.memory, arena.used); /* passwords were read into it */
  region_close(region, CONFIG_ARENA_BYTES);
  return code;
}
