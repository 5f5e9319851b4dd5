/* `giftd topics create | check`: the Kafka topics that `giftd run` works on, made once or looked at. One line a topic on stdout; what is
 * wrong with one and what to do stands behind its name. */
#include <string.h>
#include <unistd.h>

#include "config_flags.h"
#include "help.h"
#include "run_settings.h"

static const struct option options[] = {
    {"config", required_argument, NULL, 'c'},   {"set", required_argument, NULL, 'X'}, {"partitions", required_argument, NULL, 'p'},
    {"replicas", required_argument, NULL, 'r'}, {"json", no_argument, NULL, 'j'},      {NULL, 0, NULL, 0}};
static const char *const verbs[] = {"create", "check", NULL};

struct request {
  const char *verb;
  struct config_flags flags;
  int64_t partitions, replicas; /* 0: not given */
  bool json;
};

/* EXIT_DONE when all is well, else the exit code; what is wrong was told. */
static int flag_take(struct request *request, char **argv, int flag) {
  switch (flag) {
    case 'c': request->flags.file = optarg; return EXIT_DONE;
    case 'j': request->json = true; return EXIT_DONE;
    case 'p': return help_number("topics", "--partitions", optarg, 1, LIMIT_SHARDS, &request->partitions) ? EXIT_DONE : EXIT_BAD_USAGE;
    case 'r': return help_number("topics", "--replicas", optarg, 1, 100, &request->replicas) ? EXIT_DONE : EXIT_BAD_USAGE;
    case 'X': return config_flags_set(&request->flags, "topics", optarg) ? EXIT_DONE : EXIT_BAD_USAGE;
    default: return help_bad_flag("topics", options, argv, flag);
  }
}

static int request_read(int argc, char **argv, struct request *request) {
  opterr = 0;
  optind = 0;
  for (int flag; (flag = help_flag(argc, argv, ":c:X:", options)) != -1;) {
    const int code = flag_take(request, argv, flag);
    if (code != EXIT_DONE) return code;
  }
  if (optind == argc) return help_bad_usage("topics", "expected create or check");
  request->verb = argv[optind];
  if (optind + 1 < argc) return help_bad_usage("topics", "'%s': this command takes only one word", argv[optind + 1]);
  if (strcmp(request->verb, "create") != 0 && strcmp(request->verb, "check") != 0)
    return help_bad_word("topics", request->verb, verbs, "create or check");
  if (strcmp(request->verb, "check") == 0 && request->partitions + request->replicas > 0)
    return help_bad_usage("topics", "--partitions and --replicas are for create");
  return EXIT_DONE;
}

struct teller {
  bool json;
  uint32_t told, bad;
};

static void topic_tell(void *self, const char *topic, bool ok, const char *text) {
  struct teller *teller = self;
  teller->told++;
  teller->bad += !ok;
  if (!teller->json) {
    printf("%-9s %s: %s\n", ok ? "ok" : "not ok", topic, text);
    return;
  }
  char memory[4096];
  struct buffer line;
  buffer_init(&line, memory, sizeof memory);
  buffer_put(&line, STR("{\"topic\":"));
  buffer_json(&line, str_of(topic));
  buffer_print(&line, ",\"ok\":%s,\"text\":", ok ? "true" : "false");
  buffer_json(&line, str_of(text));
  buffer_put(&line, STR("}\n"));
  (void)fwrite(line.memory, 1, line.length, stdout);
}

static enum status settings_read(const struct request *request, struct config_given *given, struct kafka_settings *settings,
                                 struct fault *fault) {
  static struct kafka_pair pairs[CONFIG_PASSED];
  const enum status status = config_given_open(&request->flags, options, given, fault);
  if (status != STATUS_OK) return status;
  if (!config_on_kafka(&given->config))
    return fault_set(fault, STATUS_USAGE, "kafka.bootstrap.servers is not set: -c FILE or -X kafka.bootstrap.servers=HOST:PORT");
  return run_kafka_fill(&given->config, &given->arena, pairs, settings, fault);
}

static int topics_do(const struct request *request, struct config_given *given) {
  struct kafka_settings settings;
  struct teller teller = {.json = request->json};
  struct fault fault = {0};
  const struct kafka_topics_settings topics = {(uint32_t)request->partitions, (uint32_t)request->replicas, request->partitions > 0};
  enum status status = settings_read(request, given, &settings, &fault);
  if (status != STATUS_OK) return app_fail("topics", &fault);
  if (strcmp(request->verb, "create") == 0)
    status = kafka_topics_create(&settings, &topics, topic_tell, &teller, &fault);
  else
    status = kafka_topics_check(&settings, topic_tell, &teller, &fault);
  if (status == STATUS_STATE && teller.bad > 0) return EXIT_BAD_ANSWER; /* each was told */
  return status == STATUS_OK ? EXIT_DONE : app_fail("topics", &fault);
}

int command_topics(int argc, char **argv) {
  static struct config_given given;
  struct request request = {.verb = NULL};
  int code = request_read(argc, argv, &request);
  if (code != EXIT_DONE) return code;
  code = topics_do(&request, &given);
  config_given_close(&given);
  return code;
}
