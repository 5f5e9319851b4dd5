/* giftd check: everything that is wrong with campaign files, and what would go wrong commercially, before anything runs.
 *
 * A campaign cites what the bank and programmes beside it declare, so a file is always read together with its folder, or the one above that
 * has the bank's programme (project_set); what is told is then of that file alone. */
#include <stdlib.h>
#include <sys/stat.h>

#include "against.h"
#include "config_flags.h"
#include "giftd/load/approvals.h"
#include "help.h"
#include "project.h"

#define PATHS_MOST 256u

struct check_request {
  bool strict, json;
  const char *against;
  struct config_flags flags;
  struct config_given given; /* what a run would be configured with */
  const char *paths[PATHS_MOST];
  uint32_t path_count;
  const char *roots[PATHS_MOST + 1]; /* what is read: the folders that the paths belong to; and the catalogue of the configuration */
  uint32_t root_count;
  char folders[PATHS_MOST][PROJECT_PATH_BYTES];
  bool narrowed; /* only what is said of the paths is told */
};

static const struct option options[] = {{"strict", no_argument, NULL, 's'},        {"json", no_argument, NULL, 'j'},
                                        {"against", required_argument, NULL, 'a'}, {"config", required_argument, NULL, 'c'},
                                        {"help", no_argument, NULL, 'h'},          {NULL, 0, NULL, 0}};

static bool is_folder(const char *path) {
  struct stat info;
  return stat(path, &info) == 0 && S_ISDIR(info.st_mode);
}

static const char *default_path(struct config_given *given) {
  static const char *const places[] = {"deploy/campaigns", "campaigns", NULL};
  const char *configured = config_given_path(given, CONFIG_CAMPAIGNS_DIR);
  if (configured != NULL) return configured;
  for (size_t i = 0; places[i] != NULL; i++)
    if (is_folder(places[i])) return places[i];
  return ".";
}

/* -1: go on. */
static int request_read(int argc, char **argv, struct check_request *request) {
  optind = 1, opterr = 0;
  for (int found; (found = help_flag(argc, argv, ":hc:X:", options)) != -1;) {
    switch (found) {
      case 's': request->strict = true; break;
      case 'j': request->json = true; break;
      case 'a': request->against = optarg; break;
      case 'c': request->flags.file = optarg; break;
      case 'X':
        if (!config_flags_set(&request->flags, "check", optarg)) return EXIT_BAD_USAGE;
        break;
      case 'h': help_of(help_find("check"), stdout); return EXIT_DONE;
      default: return help_bad_flag("check", options, argv, found);
    }
  }
  for (; optind < argc; optind++) {
    if (request->path_count == PATHS_MOST) return help_bad_usage("check", "more than %u paths; give their folder", PATHS_MOST);
    request->paths[request->path_count++] = argv[optind];
  }
  return -1;
}

static void roots_make(struct check_request *request) {
  for (uint32_t i = 0; i < request->path_count; i++) {
    const char *path = request->paths[i], *slash = strrchr(path, '/');
    struct str folder = str_of(path);
    while (folder.length > 1 && folder.at[folder.length - 1] == '/') folder.length--;
    if (!is_folder(path)) folder = slash == NULL ? STR(".") : (struct str){path, slash == path ? 1 : (size_t)(slash - path)};
    project_set(folder, request->folders[i]);
    request->roots[i] = request->folders[i];
    if (!is_folder(path) || !str_equal(folder, str_of(request->folders[i]))) request->narrowed = true;
  }
  request->root_count = request->path_count;
  const char *catalogue = config_given_path(&request->given, CONFIG_EVENTS_CATALOGUE);
  if (catalogue != NULL) request->roots[request->root_count++] = catalogue;
}

static bool is_asked(const struct check_request *request, struct str file) {
  for (uint32_t i = 0; request->narrowed && i < request->path_count; i++) {
    struct str path = str_of(request->paths[i]);
    while (path.length > 1 && path.at[path.length - 1] == '/') path.length--;
    if (str_equal(file, path)) return true;
    if (is_folder(request->paths[i]) && str_starts(file, path)) return true;
  }
  return !request->narrowed;
}

/* ---- telling ---- */

static void finding_json(const struct finding *finding) {
  char text[8192];
  struct buffer out;
  buffer_init(&out, text, sizeof text);
  buffer_put(&out, STR("{\"file\":"));
  buffer_json(&out, finding->file);
  buffer_put(&out, STR(",\"pointer\":"));
  buffer_json(&out, finding->pointer);
  if (finding->line > 0) buffer_print(&out, ",\"line\":%u,\"column\":%u", finding->line, finding->column);
  buffer_print(&out, ",\"severity\":\"%s\",\"code\":\"%s\",\"text\":", finding->code < CHECK_WARNINGS ? "error" : "warning",
               check_codes[finding->code].code);
  buffer_json(&out, finding->text);
  buffer_put(&out, STR(",\"text_zh\":"));
  buffer_json(&out, str_of(check_codes[finding->code].text_zh));
  buffer_put(&out, STR(",\"remedy\":"));
  buffer_json(&out, finding->remedy);
  buffer_byte(&out, '}');
  printf("%.*s\n", STR_FORMAT(buffer_text(&out)));
}

static void finding_text(const struct finding *finding) {
  char text[4096];
  struct buffer out;
  buffer_init(&out, text, sizeof text);
  finding_print(&out, finding);
  printf("%.*s\n", STR_FORMAT(buffer_text(&out)));
}

struct tally {
  uint32_t errors, warnings, files;
};

static struct tally findings_tell(const struct check_request *request, const struct loaded *loaded) {
  struct tally tally = {0, 0, 0};
  for (uint32_t i = 0; i < loaded->findings.count; i++) {
    const struct finding *finding = &loaded->findings.items[i];
    if (!is_asked(request, finding->file) && finding->code != CHECK_BAD_APPROVALS) continue;
    if (finding->code < CHECK_WARNINGS)
      tally.errors++;
    else
      tally.warnings++;
    if (request->json)
      finding_json(finding);
    else
      finding_text(finding);
  }
  for (uint32_t i = 0; i < loaded->source_count; i++) tally.files += is_asked(request, loaded->sources[i].name);
  if (!request->narrowed) tally.errors = loaded->findings.errors, tally.warnings = loaded->findings.warnings;
  return tally;
}

static const char *plural(uint32_t count) { return count == 1 ? "" : "s"; }

/* Data on stdout, the summary on stderr where stdout is for programs. */
static void summary_tell(const struct check_request *request, const struct loaded *loaded, const struct tally *tally) {
  FILE *stream = request->json ? stderr : stdout;
  fprintf(stream, "%u file%s", tally->files, plural(tally->files));
  if (loaded->rulebook != NULL && !request->narrowed)
    fprintf(stream, ", %u campaigns and programmes, %u rules", loaded->rulebook->campaign_count, loaded->rulebook->rule_count);
  fprintf(stream, ": %u error%s, %u warning%s\n", tally->errors, plural(tally->errors), tally->warnings, plural(tally->warnings));
  if (loaded->findings.dropped > 0) fprintf(stream, "(%u more findings are not shown)\n", loaded->findings.dropped);
}

static bool files_are_there(const struct check_request *request, struct fault *fault) {
  struct stat info;
  for (uint32_t i = 0; i < request->path_count; i++) {
    if (stat(request->paths[i], &info) == 0) continue;
    (void)fault_set(fault, STATUS_USAGE, "%s: no such file or folder", request->paths[i]);
    return false;
  }
  return true;
}

/* What the files say, held against what a run would be configured with. */
static enum status check_load(struct check_request *request, struct loaded *loaded, struct fault *fault) {
  const struct run_times times = config_given_times(&request->given);
  uint32_t missing;
  enum status status = load_open(request->roots, request->root_count, loaded, fault);
  if (status != STATUS_OK || loaded->rulebook == NULL) return status;
  if (!rulebook_fits(loaded->rulebook, loaded->sources, loaded->source_count, &times, &loaded->arena, &loaded->findings))
    return fault_set(fault, STATUS_INPUT, "the files do not fit the configuration");
  return approvals_lint(request->roots, request->root_count, loaded, &missing, fault);
}

/* Commitments of draws, where the configuration says which secret they are of. */
static enum status draws_hold(const struct check_request *request, const struct loaded *loaded, struct fault *fault) {
  struct judge_settings settings = {.horizon_ms = 0};
  enum id_key kind;
  if (!config_is_set(&request->given.config, CONFIG_ID_KEY_FILE)) return STATUS_OK;
  enum status status = config_id_key(&request->given.config, &settings.id_key, &settings.draws, &kind, fault);
  if (status == STATUS_OK) status = draws_check(loaded->rulebook, &settings, fault);
  explicit_bzero(&settings, sizeof settings);
  return status;
}

static int check_tell(struct check_request *request, struct fault *fault) {
  struct loaded loaded;
  uint32_t refused = 0;
  if (request->path_count == 0) request->paths[request->path_count++] = default_path(&request->given);
  if (!files_are_there(request, fault)) return app_fail("check", fault);
  roots_make(request);
  enum status status = check_load(request, &loaded, fault);
  if (status != STATUS_OK && status != STATUS_INPUT) {
    load_close(&loaded);
    return app_fail("check", fault);
  }
  struct tally tally = findings_tell(request, &loaded);
  summary_tell(request, &loaded, &tally);
  status = tally.errors > 0 || loaded.rulebook == NULL ? STATUS_OK : draws_hold(request, &loaded, fault);
  if (status == STATUS_OK && request->against != NULL && tally.errors == 0)
    status = against_tell(&loaded, request->against, &request->given, request->json, &refused, fault);
  load_close(&loaded);
  if (status != STATUS_OK) return app_fail("check", fault);
  if (refused > 0 || tally.errors > 0) return EXIT_BAD_ANSWER;
  return request->strict && tally.warnings > 0 ? EXIT_STRICT_WARNINGS : EXIT_DONE;
}

int command_check(int argc, char **argv) {
  static struct check_request request;
  struct fault fault = {.status = STATUS_OK};
  request = (struct check_request){.strict = false};
  int code = request_read(argc, argv, &request);
  if (code >= 0) return code;
  const enum status status = config_given_open(&request.flags, options, &request.given, &fault);
  code = status == STATUS_OK ? check_tell(&request, &fault) : app_fail("check", &fault);
  config_given_close(&request.given);
  return code;
}
