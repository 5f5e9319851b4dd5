/* `giftd campaign text`: the rule text of campaigns, written from their files (R115, R128). Reads only. The words and flags of `approve`
 * and `approvals` are read here too (src/load/approve.c).
 *
 * A campaign cites what programmes beside it declare, so a file is read together with its folder (project_set), or with the one named;
 * what is wrong in any of them is told as `giftd check` tells it. */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "config_flags.h"
#include "giftd/load/approvals.h"
#include "giftd/telemetry.h"
#include "giftd/wording.h"
#include "help.h"
#include "project.h"

#define FILES_MOST 256u
#define TEXT_BYTES ((size_t)16 << 20)

enum verb { VERB_TEXT, VERB_APPROVE, VERB_APPROVALS };
static const char *const verbs[] = {"text", "approve", "approvals", NULL};

struct campaign_request {
  struct config_flags flags;
  struct config_given given;
  const char *files[FILES_MOST];
  uint32_t file_count;
  enum language language;
  enum verb verb;
  struct approve_request approve;
};

static const struct option options[] = {{"config", required_argument, NULL, 'c'},
                                        {"campaigns", required_argument, NULL, OPTION_FLAG(CONFIG_CAMPAIGNS_DIR)},
                                        {"lang", required_argument, NULL, OPTION_FLAG(CONFIG_LANG)},
                                        {"role", required_argument, NULL, 'r'},
                                        {"staff", required_argument, NULL, 's'},
                                        {"digest", required_argument, NULL, 'd'},
                                        {"json", no_argument, NULL, 'j'},
                                        {NULL, 0, NULL, 0}};

static int flag_take(struct campaign_request *request, char **argv, int flag) {
  switch (flag) {
    case 'c': request->flags.file = optarg; return EXIT_DONE;
    case 'X': return config_flags_set(&request->flags, "campaign", optarg) ? EXIT_DONE : EXIT_BAD_USAGE;
    case 'r': request->approve.role = optarg; return EXIT_DONE;
    case 's': request->approve.staff = optarg; return EXIT_DONE;
    case 'd': request->approve.digest = optarg; return EXIT_DONE;
    case 'j': request->approve.json = true; return EXIT_DONE;
    default: break;
  }
  if (flag < OPTION_FLAG(0)) return help_bad_flag("campaign", options, argv, flag);
  request->flags.values[flag - OPTION_FLAG(0)] = optarg;
  return EXIT_DONE;
}

/* ---- words ---- */

static int text_words(int argc, char **argv, struct campaign_request *request) {
  if (request->approve.role != NULL || request->approve.staff != NULL || request->approve.digest != NULL || request->approve.json)
    return help_bad_usage("campaign", "--role, --staff and --digest are for approve, --json for approvals");
  if (optind == argc) return help_bad_usage("campaign", "text: name the campaign's file");
  for (; optind < argc; optind++) {
    if (request->file_count == FILES_MOST) return help_bad_usage("campaign", "more than %u files", FILES_MOST);
    request->files[request->file_count++] = argv[optind];
  }
  return EXIT_DONE;
}

static int approve_words(int argc, char **argv, struct campaign_request *request) {
  struct approve_request *approve = &request->approve;
  const bool sign = request->verb == VERB_APPROVE;
  const char *verb = verbs[request->verb];
  if (request->flags.values[CONFIG_CAMPAIGNS_DIR] != NULL) return help_bad_usage("campaign", "%s: the folder stands without a flag", verb);
  if (optind < argc) approve->folder = argv[optind++];
  if (optind < argc) approve->campaign = argv[optind++];
  if (approve->folder == NULL || (sign && approve->campaign == NULL) || optind < argc)
    return help_bad_usage("campaign", sign ? "approve: name the campaigns' folder and one campaign by its id"
                                           : "approvals: name the campaigns' folder, and perhaps one campaign by its id");
  if (!sign && (approve->role != NULL || approve->staff != NULL || approve->digest != NULL))
    return help_bad_usage("campaign", "--role, --staff and --digest are for approve");
  if (sign && (approve->role == NULL || approve->staff == NULL))
    return help_bad_usage("campaign", "approve: say --role ROLE and --staff NUMBER");
  if (sign && !str_is_id(str_of(approve->staff)))
    return help_bad_usage("campaign", "--staff is a number or an account, 1 to 64 of A-Z a-z 0-9 _ . : -, not '%s'", approve->staff);
  return EXIT_DONE;
}

/* EXIT_DONE when the words are right. */
static int request_read(int argc, char **argv, struct campaign_request *request) {
  opterr = 0;
  optind = 0;
  for (int flag; (flag = help_flag(argc, argv, ":c:X:", options)) != -1;) {
    const int code = flag_take(request, argv, flag);
    if (code != EXIT_DONE) return code;
  }
  if (optind == argc) return help_bad_usage("campaign", "expected text, approve or approvals");
  const char *verb = argv[optind++];
  while (verbs[request->verb] != NULL && strcmp(verb, verbs[request->verb]) != 0) request->verb++;
  if (verbs[request->verb] == NULL) return help_bad_word("campaign", verb, verbs, "text, approve or approvals");
  return request->verb == VERB_TEXT ? text_words(argc, argv, request) : approve_words(argc, argv, request);
}

/* ---- files ---- */

static bool is_within(const char *file, const char *folder) {
  char file_path[PATH_MAX], folder_path[PATH_MAX];
  if (realpath(file, file_path) == NULL || realpath(folder, folder_path) == NULL) return false;
  const size_t length = strlen(folder_path);
  return strncmp(file_path, folder_path, length) == 0 && (file_path[length] == '/' || length == 1);
}

static const char *folder_of(struct arena *arena, const char *file) {
  char folder[PROJECT_PATH_BYTES];
  const char *slash = strrchr(file, '/');
  project_set(slash == NULL ? STR(".") : (struct str){file, slash == file ? 1 : (size_t)(slash - file)}, folder);
  return arena_copy(arena, str_of(folder)).at;
}

static bool is_same_file(struct str name, const char *file) {
  char path[PATH_MAX];
  struct stat a, b;
  if (name.length >= sizeof path) return false;
  memcpy(path, name.at, name.length);
  path[name.length] = 0;
  return stat(path, &a) == 0 && stat(file, &b) == 0 && a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

/* What is read for one file: its folder, or the one named and the file where it is not in there. */
static enum status campaign_load(struct campaign_request *request, const char *file, struct loaded *loaded, struct fault *fault) {
  const char *roots[3] = {request->flags.values[CONFIG_CAMPAIGNS_DIR], NULL, NULL};
  uint32_t count = 1;
  if (roots[0] == NULL) roots[0] = folder_of(&request->given.arena, file);
  if (roots[0] == NULL) return fault_set(fault, STATUS_LIMIT, "%s: the path is too long", file);
  if (!is_within(file, roots[0])) roots[count++] = file;
  const char *catalogue = config_given_path(&request->given, CONFIG_EVENTS_CATALOGUE);
  if (catalogue != NULL) roots[count++] = catalogue;
  const enum status status = load_open(roots, count, loaded, fault);
  if (status == STATUS_INPUT) load_print(&loaded->findings, stderr, 40);
  return status;
}

/* ---- telling ---- */

/* For whoever files the text: decisions name the digest of all files, gifts the campaign's version. */
static void digests_tell(const struct rulebook *rulebook, uint32_t campaign) {
  const struct campaign *c = &rulebook->campaigns[campaign];
  fprintf(stderr, "giftd campaign: %.*s version %u, digest %.*s, of the rulebook %.*s\n", STR_FORMAT(c->id), c->version,
          STR_FORMAT(c->digest), STR_FORMAT(rulebook->digest));
}

static enum status campaign_write(const struct campaign_request *request, const struct loaded *loaded, uint32_t campaign,
                                  struct fault *fault) {
  struct region text = region_take(TEXT_BYTES), numbers = region_take(TEXT_BYTES);
  enum status status = STATUS_STORAGE;
  struct arena scratch;
  struct buffer out;
  if (text.at == NULL || numbers.at == NULL) {
    (void)fault_set(fault, STATUS_STORAGE, "the system gives no memory");
  } else {
    arena_init(&scratch, numbers.at, numbers.bytes);
    buffer_init(&out, text.at, text.bytes);
    status = wording_campaign(&out, loaded->rulebook, campaign, request->language, &scratch, fault);
    if (status == STATUS_OK) (void)fwrite(out.memory, 1, out.length, stdout);
    if (status == STATUS_OK) digests_tell(loaded->rulebook, campaign);
  }
  region_give(&text);
  region_give(&numbers);
  return status;
}

static enum status text_tell(struct campaign_request *request, const char *file, struct fault *fault) {
  struct loaded loaded = {.region = NULL};
  enum status status = campaign_load(request, file, &loaded, fault);
  uint32_t found = NONE;
  for (uint32_t i = 0; status == STATUS_OK && found == NONE && i < loaded.rulebook->campaign_count; i++)
    if (is_same_file(loaded.rulebook->campaigns[i].file, file)) found = i;
  if (status == STATUS_OK && found == NONE)
    status = fault_set(fault, STATUS_USAGE, "%s is no campaign file", file);
  else if (status == STATUS_OK && loaded.rulebook->campaigns[found].programme)
    status = fault_set(fault, STATUS_USAGE, "%s is a programme: it gives nothing by itself, and is said where a campaign cites it", file);
  else if (status == STATUS_OK)
    status = campaign_write(request, &loaded, found, fault);
  load_close(&loaded);
  return status;
}

static enum status texts_tell(struct campaign_request *request, struct fault *fault) {
  enum status status = config_given_open(&request->flags, options, &request->given, fault);
  if (status != STATUS_OK) return status;
  request->language = str_equal(config_text(&request->given.config, CONFIG_LANG), STR("zh")) ? LANGUAGE_ZH : LANGUAGE_EN;
  for (uint32_t i = 0; i < request->file_count && status == STATUS_OK; i++) {
    if (i > 0) putchar('\n');
    if (project_is_folder(request->files[i]))
      status = fault_set(fault, STATUS_USAGE, "%s: is a folder; name campaign files", request->files[i]);
    else
      status = text_tell(request, request->files[i], fault);
  }
  return status;
}

/* Signatures lie where `giftd check` and a run look for them. */
static bool is_set(const char *folder, struct fault *fault) {
  char set[PROJECT_PATH_BYTES];
  struct str path = str_of(folder);
  while (path.length > 1 && path.at[path.length - 1] == '/') path.length--;
  project_set(path, set);
  if (str_equal(str_of(set), path)) return true;
  (void)fault_set(fault, STATUS_USAGE, "%s: the bank.json of these campaigns lies above: name its folder, %s", folder, set);
  return false;
}

static int signatures_do(struct campaign_request *request) {
  struct fault fault = {.status = STATUS_OK};
  if (!is_set(request->approve.folder, &fault)) return app_fail("campaign", &fault);
  if (config_given_open(&request->flags, options, &request->given, &fault) != STATUS_OK) return app_fail("campaign", &fault);
  request->approve.catalogue = config_given_path(&request->given, CONFIG_EVENTS_CATALOGUE);
  request->approve.now_ms = clock_wall_ms();
  const bool sign = request->verb == VERB_APPROVE;
  uint32_t missing = 0;
  const enum status status = sign ? approve_sign(&request->approve, &fault) : approve_list(&request->approve, &missing, &fault);
  if (status != STATUS_OK) return app_fail("campaign", &fault);
  return missing > 0 ? EXIT_BAD_ANSWER : EXIT_DONE;
}

static int texts_do(struct campaign_request *request) {
  struct fault fault = {.status = STATUS_OK};
  return texts_tell(request, &fault) == STATUS_OK ? EXIT_DONE : app_fail("campaign", &fault);
}

int command_campaign(int argc, char **argv) {
  static struct campaign_request request;
  request = (struct campaign_request){.file_count = 0};
  int code = request_read(argc, argv, &request);
  if (code != EXIT_DONE) return code;
  code = request.verb == VERB_TEXT ? texts_do(&request) : signatures_do(&request);
  config_given_close(&request.given);
  return code;
}
