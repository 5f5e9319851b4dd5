/* `giftd config`: what is in effect and where it came from, the manual pages of options and metrics, a commented sample. Reads only. */
#include "config_flags.h"
#include "giftd/telemetry.h"
#include "help.h"

static char printed[1024u * 1024u];

static const char *const verbs[] = {"show", "docs", "sample", NULL};
static const struct option options[] = {{"config", required_argument, NULL, 'c'}, {"set", required_argument, NULL, 'X'},
                                        {"effective", no_argument, NULL, 'e'},    {"json", no_argument, NULL, 'j'},
                                        {"metrics", no_argument, NULL, 'm'},      {NULL, 0, NULL, 0}};

struct request {
  const char *verb;
  struct config_flags flags;
  bool effective, json, metrics;
};

static int flags_read(int argc, char **argv, struct request *request) {
  opterr = 0;
  optind = 0;
  for (int flag; (flag = help_flag(argc, argv, ":c:X:", options)) != -1;) {
    switch (flag) {
      case 'c': request->flags.file = optarg; break;
      case 'X':
        if (!config_flags_set(&request->flags, "config", optarg)) return EXIT_BAD_USAGE;
        break;
      case 'e': request->effective = true; break;
      case 'j': request->json = true; break;
      case 'm': request->metrics = true; break;
      default: return help_bad_flag("config", options, argv, flag);
    }
  }
  return EXIT_DONE;
}

/* EXIT_DONE when the words are right. */
static int request_read(int argc, char **argv, struct request *request) {
  const int code = flags_read(argc, argv, request);
  if (code != EXIT_DONE) return code;
  if (optind == argc) return help_bad_usage("config", "expected show, docs or sample");
  request->verb = argv[optind];
  if (optind + 1 < argc) return help_bad_usage("config", "'%s': this command takes only one word", argv[optind + 1]);
  if (request->metrics && strcmp(request->verb, "docs") != 0) return help_bad_usage("config", "--metrics is for docs");
  for (size_t i = 0; verbs[i] != NULL; i++) {
    if (strcmp(verbs[i], request->verb) == 0) return EXIT_DONE;
  }
  return help_bad_word("config", request->verb, verbs, "show, docs or sample");
}

static int given_show(const struct request *request, const struct config *config, struct buffer *out) {
  if (request->json)
    config_print_json(config, out);
  else
    config_print(config, request->effective, out);
  if (!request->json && out->length == 0) fputs("Every option has its default; giftd config show --effective lists them.\n", stderr);
  return EXIT_DONE;
}

static int show(const struct request *request, struct buffer *out) {
  static struct config_given given;
  struct fault fault;
  const enum status status = config_given_open(&request->flags, options, &given, &fault);
  const int code = status == STATUS_OK ? given_show(request, &given.config, out) : app_fail("config", &fault);
  config_given_close(&given);
  return code;
}

int command_config(int argc, char **argv) {
  struct request request = {.verb = NULL};
  int code = request_read(argc, argv, &request);
  if (code != EXIT_DONE) return code;
  struct buffer out;
  buffer_init(&out, printed, sizeof(printed));
  if (request.metrics)
    metrics_document(&out);
  else if (strcmp(request.verb, "docs") == 0)
    config_document(&out);
  else if (strcmp(request.verb, "sample") == 0)
    config_deployed(&out);
  else
    code = show(&request, &out);
  (void)fwrite(out.memory, 1, out.length, stdout);
  return code;
}
