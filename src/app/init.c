/* `giftd init DIR`: a working project - configuration, three campaigns with their scenarios and what they cite, sample events - and what to
 * do with it. Paths in the configuration are relative, so the folder can be moved and kept under version control. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "giftd/config.h"
#include "giftd/traffic.h"
#include "help.h"
#include "project.h"

#define SAMPLE_EVENTS 3000
#define CONFIG_BYTES (64u * 1024u)

/* Of the shipped campaigns the three that share one programme's budget: half price on Fridays, thresholds and points at weekends, a draw.
 */
static const char *const campaign_files[] = {
    "bank.json",           "spring-2027.json",    "friday-dining.json",        "friday-dining.test",
    "weekend-market.json", "weekend-market.test", "transaction-draw.json",     "transaction-draw.test",
    "lists/staff.txt",     "lists/aml-deny.txt",  "lists/fraud-confirmed.txt", NULL};

struct init {
  const char *dir, *from;
  char shipped[PROJECT_PATH_BYTES];
  bool dry, force;
};

static int flags_read(int argc, char **argv, struct init *init) {
  static const struct option options[] = {{"dry-run", no_argument, NULL, 'n'},
                                          {"force", no_argument, NULL, 'f'},
                                          {"campaigns", required_argument, NULL, 'c'},
                                          {NULL, 0, NULL, 0}};
  opterr = 0;
  optind = 0;
  for (int flag; (flag = help_flag(argc, argv, ":n", options)) != -1;) {
    switch (flag) {
      case 'n': init->dry = true; break;
      case 'f': init->force = true; break;
      case 'c': init->from = optarg; break;
      default: return help_bad_flag("init", options, argv, flag);
    }
  }
  if (optind == argc) return help_bad_usage("init", "the folder is missing");
  if (optind + 1 < argc) return help_bad_usage("init", "'%s': this command takes only one folder", argv[optind + 1]);
  init->dir = argv[optind];
  return EXIT_DONE;
}

/* Every path that is written is listed once it is there; with --dry-run that is all. */
static enum status listed(const struct init *init, const char *path, enum status status) {
  if (status == STATUS_OK) printf("%s %s\n", init->dry ? "would write" : "wrote", path);
  return status;
}

static enum status path_of(const struct init *init, const char *name, char path[PROJECT_PATH_BYTES], struct fault *fault) {
  return project_join(path, init->dir, name) ? STATUS_OK : fault_set(fault, STATUS_USAGE, "%s: the path is too long", init->dir);
}

static enum status campaign_copy(const struct init *init, const char *file, struct fault *fault) {
  char from[PROJECT_PATH_BYTES], to[PROJECT_PATH_BYTES], name[PROJECT_PATH_BYTES];
  if (!project_join(from, init->shipped, file)) return fault_set(fault, STATUS_USAGE, "%s: the path is too long", init->shipped);
  if (access(from, R_OK) != 0)
    return fault_set(fault, STATUS_USAGE, "%s: %s; name the folder of the shipped campaigns with --campaigns", from, strerror(errno));
  (void)snprintf(name, sizeof(name), "campaigns/%s", file);
  const enum status status = path_of(init, name, to, fault);
  return status == STATUS_OK ? listed(init, to, init->dry ? STATUS_OK : project_copy(from, to, fault)) : status;
}

static enum status folders_make(const struct init *init, struct fault *fault) {
  char path[PROJECT_PATH_BYTES];
  if (init->dry) return STATUS_OK;
  if (!project_join(path, init->dir, "campaigns/lists")) return fault_set(fault, STATUS_USAGE, "%s: the path is too long", init->dir);
  return project_make(path, fault);
}

/* The four options that are set, then the sample with all others as comments. */
static enum status config_write(const struct init *init, struct fault *fault) {
  static char memory[CONFIG_BYTES];
  char path[PROJECT_PATH_BYTES];
  struct buffer text;
  const enum status status = path_of(init, "giftd.conf", path, fault);
  if (status != STATUS_OK || init->dry) return listed(init, path, status);
  buffer_init(&text, memory, sizeof(memory));
  buffer_put(&text, STR("# giftd run -c giftd.conf --once: paths are seen from the folder in which it is called.\n"
                        "input.path = events.jsonl\noutput.dir = out\nstate.dir = state\ncampaigns.dir = campaigns\n\n"));
  config_sample(&text);
  return listed(init, path, project_write(path, buffer_text(&text), fault));
}

static enum status events_write(const struct init *init, struct fault *fault) {
  char path[PROJECT_PATH_BYTES];
  struct traffic_counts counts;
  const struct traffic_settings settings = {.lines = SAMPLE_EVENTS, .customers = 60, .seed = 2027};
  enum status status = path_of(init, "events.jsonl", path, fault);
  if (status != STATUS_OK || init->dry) return listed(init, path, status);
  FILE *out = fopen(path, "we");
  if (out == NULL) return fault_set(fault, STATUS_USAGE, "%s: cannot be written: %s", path, strerror(errno));
  status = traffic_write(&settings, out, &counts, fault);
  if (fclose(out) != 0 && status == STATUS_OK)
    status = fault_set(fault, STATUS_STORAGE, "%s: cannot be written: %s", path, strerror(errno));
  return listed(init, path, status);
}

static enum status init_write(struct init *init, struct fault *fault) {
  enum status status = STATUS_OK;
  if (!init->force && project_is_filled(init->dir)) {
    return fault_set(fault, STATUS_USAGE, "%s is not empty; name a new folder, or use --force to write into this one", init->dir);
  }
  if (init->from != NULL)
    project_absolute(init->from, init->shipped);
  else
    status = project_campaigns(init->shipped, fault);
  if (status == STATUS_OK) status = folders_make(init, fault);
  for (size_t i = 0; campaign_files[i] != NULL && status == STATUS_OK; i++) status = campaign_copy(init, campaign_files[i], fault);
  if (status == STATUS_OK) status = config_write(init, fault);
  return status == STATUS_OK ? events_write(init, fault) : status;
}

static void tell_next(const struct init *init) {
  char program[PROJECT_PATH_BYTES];
  project_program(program);
  printf("\nNext:\n  cd %s\n", init->dir);
  printf("  %s check campaigns\n    # are the campaigns right?\n", program);
  printf("  %s test campaigns\n    # do they do what their scenarios say?\n", program);
  printf("  %s run -c giftd.conf --once\n    # gifts into out/, state into state/\n", program);
  printf("  %s explain -c giftd.conf --customer c0000001\n    # why a customer got something, or nothing\n", program);
}

int command_init(int argc, char **argv) {
  static struct init init;
  struct fault fault = {0};
  init = (struct init){.dir = NULL};
  const int code = flags_read(argc, argv, &init);
  if (code != EXIT_DONE) return code;
  if (init_write(&init, &fault) != STATUS_OK) return app_fail("init", &fault);
  if (!init.dry) tell_next(&init);
  return EXIT_DONE;
}
