/* `giftd import`: what a bank knows in files - profiles, what happened before giftd, balances, gifts that were handed out by hand - as
 * events, into what giftd reads (import.h says why so). Rows that are refused stand in the error file, each with what to do; the others go
 * in, unless --strict. */
#include <stdlib.h>
#include <string.h>

#include "config_flags.h"
#include "giftd/import.h"
#include "giftd/telemetry.h"
#include "help.h"
#include "run_settings.h"

#define PATH_BYTES 4096u

static const char *const kinds[] = {"facts", "grants", "balances", "lists", NULL}; /* as enum import_kind */

struct import_request {
  struct config_flags flags;
  struct config_given given;
  struct import_run run;
  struct import_rename renames[IMPORT_RENAMES_MOST];
  const char *output, *errors, *before, *as_of;
  char errors_path[PATH_BYTES], position_path[PATH_BYTES + 16];
  struct loaded loaded;
  struct catalogue catalogue; /* of no campaigns */
};

/* ---- flags ---- */

static const struct option options[] = {{"input", required_argument, NULL, 'i'},
                                        {"output", required_argument, NULL, 'o'},
                                        {"errors", required_argument, NULL, 'e'},
                                        {"map", required_argument, NULL, 'm'},
                                        {"skip", required_argument, NULL, 's'},
                                        {"type", required_argument, NULL, 't'},
                                        {"source", required_argument, NULL, 'S'},
                                        {"currency", required_argument, NULL, 'y'},
                                        {"offset", required_argument, NULL, 'f'},
                                        {"as-of", required_argument, NULL, 'a'},
                                        {"before", required_argument, NULL, 'b'},
                                        {"strict", no_argument, NULL, 'r'},
                                        {"dry-run", no_argument, NULL, 'n'},
                                        {"json", no_argument, NULL, 'j'},
                                        {"quiet", no_argument, NULL, 'q'},
                                        {"config", required_argument, NULL, 'c'},
                                        {"campaigns", required_argument, NULL, OPTION_FLAG(CONFIG_CAMPAIGNS_DIR)},
                                        {NULL, 0, NULL, 0}};

static int rename_take(struct import_request *request, struct str column, struct str name) {
  if (request->run.settings.rename_count == IMPORT_RENAMES_MOST)
    return help_bad_usage("import", "more than %u of --map and --skip", IMPORT_RENAMES_MOST);
  request->renames[request->run.settings.rename_count++] = (struct import_rename){column, name};
  return EXIT_DONE;
}

static int map_take(struct import_request *request, const char *text) {
  struct str name, column;
  if (!str_split(str_of(text), '=', &name, &column) || name.length == 0 || column.length == 0)
    return help_bad_usage("import", "--map is NAME=COLUMN, as customer=cust_no, not '%s'", text);
  return rename_take(request, column, name);
}

static int text_take(struct import_request *request, int flag) {
  switch (flag) {
    case 'i': request->run.settings.input = optarg; return EXIT_DONE;
    case 'o': request->output = optarg; return EXIT_DONE;
    case 'e': request->errors = optarg; return EXIT_DONE;
    case 'm': return map_take(request, optarg);
    case 's': return rename_take(request, str_of(optarg), (struct str){NULL, 0});
    case 't': request->run.settings.type = str_of(optarg); return EXIT_DONE;
    case 'S': request->run.settings.source = str_of(optarg); return EXIT_DONE;
    case 'y': request->run.settings.currency = str_of(optarg); return EXIT_DONE;
    case 'f': request->run.settings.offset = str_of(optarg); return EXIT_DONE;
    case 'a': request->as_of = optarg; return EXIT_DONE;
    default: request->before = optarg; return EXIT_DONE;
  }
}

static int flag_take(struct import_request *request, char **argv, int flag) {
  switch (flag) {
    case 'r': request->run.strict = true; return EXIT_DONE;
    case 'n': request->run.dry = true; return EXIT_DONE;
    case 'j': request->run.json = true; return EXIT_DONE;
    case 'q': request->run.quiet = true; return EXIT_DONE;
    case 'c': request->flags.file = optarg; return EXIT_DONE;
    case 'X': return config_flags_set(&request->flags, "import", optarg) ? EXIT_DONE : EXIT_BAD_USAGE;
    case '?':
    case ':': return help_bad_flag("import", options, argv, flag);
    default: break;
  }
  if (flag < OPTION_FLAG(0)) return text_take(request, flag);
  request->flags.values[flag - OPTION_FLAG(0)] = optarg;
  return EXIT_DONE;
}

static int kind_take(struct import_request *request, const char *word) {
  for (int i = 0; kinds[i] != NULL; i++) {
    request->run.settings.kind = (enum import_kind)i;
    if (strcmp(word, kinds[i]) == 0) return EXIT_DONE;
  }
  return help_bad_word("import", word, kinds, "facts, grants, balances or lists");
}

static int request_read(int argc, char **argv, struct import_request *request) {
  opterr = 0;
  optind = 0;
  for (int flag; (flag = help_flag(argc, argv, ":c:X:q", options)) != -1;) {
    const int code = flag_take(request, argv, flag);
    if (code != EXIT_DONE) return code;
  }
  if (optind == argc) return help_bad_usage("import", "expected facts, grants, balances or lists");
  const int code = kind_take(request, argv[optind]);
  if (code != EXIT_DONE) return code;
  if (optind + 1 < argc) return help_bad_usage("import", "'%s': this command takes only one word", argv[optind + 1]);
  if (request->run.settings.input == NULL) return help_bad_usage("import", "--input is missing: the file with the rows");
  return EXIT_DONE;
}

/* ---- settings ---- */

static enum status places_take(struct import_request *request, struct fault *fault) {
  int length = snprintf(request->errors_path, PATH_BYTES, "%s%s", request->errors != NULL ? request->errors : request->run.settings.input,
                        request->errors != NULL ? "" : ".errors.jsonl");
  if (length < 0 || (size_t)length >= PATH_BYTES)
    return fault_set(fault, STATUS_USAGE, "%s: the path is too long", request->run.settings.input);
  (void)snprintf(request->position_path, sizeof request->position_path, "%s.position", request->errors_path);
  request->run.settings.errors = request->run.dry ? NULL : request->errors_path;
  return STATUS_OK;
}

/* Without campaigns and without a file of the bank's it is giftd's own. */
static enum status catalogue_take(struct import_request *request, struct fault *fault) {
  const char *named[2] = {config_given_path(&request->given, CONFIG_CAMPAIGNS_DIR),
                          config_given_path(&request->given, CONFIG_EVENTS_CATALOGUE)};
  const char *paths[2] = {named[0] != NULL ? named[0] : named[1], named[1]};
  const uint32_t count = (named[0] != NULL ? 1u : 0u) + (named[1] != NULL ? 1u : 0u);
  catalogue_init(&request->catalogue);
  request->run.settings.catalogue = &request->catalogue;
  if (count == 0) return STATUS_OK;
  const enum status status = load_open(paths, count, &request->loaded, fault);
  if (status == STATUS_INPUT) load_print(&request->loaded.findings, stderr, 40);
  request->run.settings.catalogue = request->loaded.catalogue;
  return status;
}

static enum status settings_take(struct import_request *request, struct fault *fault) {
  struct import_settings *settings = &request->run.settings;
  enum status status = config_given_open(&request->flags, options, &request->given, fault);
  if (status == STATUS_OK) status = import_times_take(settings, request->before, request->as_of, fault);
  if (status == STATUS_OK) status = places_take(request, fault);
  if (status == STATUS_OK) status = catalogue_take(request, fault);
  settings->renames = request->renames, settings->now_ms = clock_wall_ms();
  return status;
}

/* ---- doing it ---- */

static enum status file_import(struct import_request *request, bool *good, struct fault *fault) {
  const struct import_file_settings settings = {.path = request->output,
                                                .position = request->position_path,
                                                .catalogue = request->run.settings.catalogue,
                                                .horizon_ms = config_number(&request->given.config, CONFIG_EVENTS_HORIZON)};
  struct import_file *file = NULL;
  struct import_place place;
  enum status status = request->output == NULL ? STATUS_OK : import_file_open(&settings, &file, fault);
  if (status == STATUS_OK && file != NULL) place = import_file_place(file), request->run.place = &place;
  if (status == STATUS_OK) status = import_run(&request->run, good, fault);
  import_file_close(file);
  return status;
}

static enum status kafka_import(struct import_request *request, bool *good, struct fault *fault) {
  static struct kafka_pair pairs[CONFIG_PASSED];
  const struct config *config = &request->given.config;
  const struct kafka_place_settings settings = {.position = request->position_path,
                                                .partitioner = partitioner_of(config_text(config, CONFIG_EVENTS_PARTITIONER)),
                                                .horizon_ms = config_number(config, CONFIG_EVENTS_HORIZON),
                                                .now_ms = request->run.settings.now_ms,
                                                .history = request->run.settings.before_ms != TIME_NONE,
                                                .own_clock = str_equal(config_text(config, CONFIG_EVENTS_CLOCK), STR("event"))};
  struct kafka_settings kafka;
  struct kafka_place *sender = NULL;
  struct import_place place;
  enum status status = run_kafka_fill(config, &request->given.arena, pairs, &kafka, fault);
  if (status == STATUS_OK) status = kafka_place_open(&kafka, &settings, &sender, fault);
  if (status == STATUS_OK) place = kafka_place_of(sender), request->run.place = &place, status = import_run(&request->run, good, fault);
  kafka_place_close(sender);
  return status;
}

static enum status list_import(struct import_request *request, bool *good, struct fault *fault) {
  const struct import_run *run = &request->run;
  struct import_list list = {.settings = run->settings, .output = request->output, .dry = run->dry, .json = run->json, .quiet = run->quiet};
  if (list.output == NULL && !list.dry) return fault_set(fault, STATUS_USAGE, "--output is missing: CAMPAIGNS/lists/NAME.txt");
  const enum status status = import_list(&list, fault);
  *good = list.refused == 0;
  return status;
}

/* --output names the place; without it the configuration does. */
static enum status place_import(struct import_request *request, bool *good, struct fault *fault) {
  if (request->run.settings.kind == IMPORT_LISTS) return list_import(request, good, fault);
  if (request->output != NULL) return file_import(request, good, fault);
  if (config_on_kafka(&request->given.config)) return kafka_import(request, good, fault);
  if (request->run.dry) return file_import(request, good, fault);
  return fault_set(fault, STATUS_USAGE, "--output is missing: where the events go; or -c FILE with kafka.bootstrap.servers");
}

int command_import(int argc, char **argv) {
  static struct import_request request;
  struct fault fault = {0};
  bool good = false;
  request = (struct import_request){.output = NULL};
  const int code = request_read(argc, argv, &request);
  if (code != EXIT_DONE) return code;
  enum status status = settings_take(&request, &fault);
  if (status == STATUS_OK) status = place_import(&request, &good, &fault);
  load_close(&request.loaded);
  config_given_close(&request.given);
  if (status != STATUS_OK) return app_fail("import", &fault);
  return good ? EXIT_DONE : EXIT_BAD_ANSWER;
}
