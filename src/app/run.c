/* `giftd run`: events against a folder of campaigns, until the end (--once) or for ever. From a file or stream into files, with state in a
 * folder (embedded.h); or, where kafka.bootstrap.servers is set, from Kafka into Kafka, with the view in Redis (cluster.h).
 *
 * Every flag of its own is an option of the configuration under another name, so that flag, environment, file and default are one thing
 * (docs/CONFIGURATION.md). Messages go to stderr; stdout carries the summary with --json and nothing else.
 */
#include "config_flags.h"
#include "help.h"
#include "run_log.h"
#include "run_settings.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct run_flags {
  struct config_flags config;
  const char *trace;
  int64_t workers; /* 0: not given */
  bool once, json;
};

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
    case 'c': flags->config.file = optarg; return 0;
    case 't': flags->trace = optarg; return 0;
    case 'w': return help_number("run", "--workers", optarg, 1, FAMILY_MOST, &flags->workers) ? 0 : EXIT_BAD_USAGE;
    case 'o': flags->once = true; return 0;
    case 'j': flags->json = true; return 0;
    case 'X': return config_flags_set(&flags->config, "run", optarg) ? 0 : EXIT_BAD_USAGE;
    default:
      if (flag < OPTION_FLAG(0)) return help_bad_flag("run", options, argv, flag);
      flags->config.values[flag - OPTION_FLAG(0)] = optarg;
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

/* ---- one process ---- */

struct play {
  struct run_settings settings;
  struct log log;
  bool json;
};

/* Until it ends; `embedded` is NULL on Kafka. Returns the exit code. */
static int service_play(const struct play *play, const struct engine *engine, const struct embedded *embedded) {
  static struct run_summary summary;
  struct service *service;
  struct fault fault = {0};
  enum status status = service_open(&play->settings.service, engine, &service, &fault);
  if (status == STATUS_OK) status = service_run(service, &fault);
  if (status == STATUS_OK) {
    summary = (struct run_summary){.elapsed_ms = service_elapsed_ms(service), .embedded = embedded};
    service_counts(service, &summary.counts);
    run_summary_tell(&play->log, &summary);
    if (play->json) run_summary_json(&summary, stdout);
  }
  service_close(service);
  return status == STATUS_OK ? EXIT_DONE : run_log_failed(&play->log, &fault);
}

static int files_run(struct play *play, const struct run_flags *flags) {
  struct embedded *embedded;
  struct fault fault = {0};
  if (flags->workers > 1) return help_bad_usage("run", "--workers is for runs on Kafka (kafka.bootstrap.servers); a file has one reader");
  play->settings.embedded.trace = flags->trace;
  play->settings.service.progress = play->log.format == LOG_FORMAT_TEXT; /* it is for people */
  if (strcmp(play->settings.embedded.input, "-") == 0) help_terminal("run", "--input");
  if (embedded_new(&play->settings.embedded, &embedded, &fault) != STATUS_OK) return app_fail("run", &fault);
  const struct engine engine = embedded_engine(embedded);
  const int code = service_play(play, &engine, embedded);
  embedded_free(embedded);
  return code;
}

/* ---- on Kafka ---- */

/* Kafka as the cluster's group: opened when the campaigns are known to be right. */
struct kafka_opener {
  const struct kafka_settings *settings;
  struct service *service;
  struct kafka *kafka;
};

static void library_say(void *self, int level, const char *text) {
  char line[1024];
  (void)snprintf(line, sizeof line, "librdkafka: %s", text);
  service_library_say(((const struct kafka_opener *)self)->service, level, line);
}

static enum status opener_open(void *self, struct service *service, struct group_port *out, struct fault *fault) {
  struct kafka_opener *opener = self;
  struct kafka_settings settings = *opener->settings;
  opener->service = service;
  settings.say = library_say, settings.say_self = opener;
  const enum status status = kafka_open(&settings, &opener->kafka, fault);
  if (status == STATUS_OK) *out = kafka_port(opener->kafka);
  return status;
}

static void opener_close(void *self) {
  struct kafka_opener *opener = self;
  kafka_close(opener->kafka);
  opener->kafka = NULL;
}

/* One process. Each has an endpoint of its own, on the ports from http.listen on. */
static int cluster_play(void *self, uint32_t child) {
  struct play *play = self;
  struct kafka_opener opener = {.settings = &play->settings.kafka};
  struct cluster *cluster;
  struct fault fault = {0};
  play->settings.service.number = child;
  play->settings.cluster.group = (struct group_opener){&opener, opener_open, opener_close};
  if (cluster_new(&play->settings.cluster, &cluster, &fault) != STATUS_OK) return app_fail("run", &fault);
  const struct engine engine = cluster_engine(cluster);
  const int code = service_play(play, &engine, NULL);
  cluster_free(cluster);
  return code;
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

static int kafka_run(struct play *play, const struct run_flags *flags) {
  if (flags->trace != NULL) return help_bad_usage("run", "--trace is for runs on files");
  if (flags->workers <= 1) return cluster_play(play, 0);
  const struct family_settings family = {.children = (uint32_t)flags->workers,
                                         .once = flags->once,
                                         .log = &play->log,
                                         .play = cluster_play,
                                         .self = play,
                                         .bad_answer = EXIT_BAD_ANSWER,
                                         .bad_usage = EXIT_BAD_USAGE,
                                         .try_again = EXIT_TRY_AGAIN};
  return family_run(&family);
}

static int config_run(const struct config *config, const struct run_flags *flags, struct arena *arena) {
  static struct play play;
  struct fault fault = {0};
  if (run_settings_fill(config, arena, flags->once, &play.settings, &fault) != STATUS_OK) return app_fail("run", &fault);
  run_log_init(&play.log, config, !flags->once);
  open_secrets_tell(config, &play.log);
  play.settings.service.log = &play.log, play.settings.service.once = flags->once, play.json = flags->json;
  return config_on_kafka(config) ? kafka_run(&play, flags) : files_run(&play, flags);
}

int command_run(int argc, char **argv) {
  static struct config_given given;
  struct run_flags flags = {.once = false};
  struct fault fault = {0};
  int code = flags_read(argc, argv, &flags);
  if (code != 0) return code;
  const enum status status = config_given_open(&flags.config, options, &given, &fault);
  code = status == STATUS_OK ? config_run(&given.config, &flags, &given.arena) : app_fail("run", &fault);
  config_given_close(&given);
  return code;
}
