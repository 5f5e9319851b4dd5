/* `giftd test`: plays the scenario files that stand beside the campaigns (R-numbers cited in them; docs/scenarios.md).
 *
 * Files of one folder share its campaigns, those of folders below the bank's programme the bank's (project_set): they are loaded once,
 * every file is read, bound to the rulebook and played. What a file does wrong is told on stderr with its line; what a campaign does
 * otherwise than expected is told on stdout as a diff.
 */
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config_flags.h"
#include "giftd/story/files.h"
#include "help.h"
#include "project.h"

#define REGION_BYTES (1024u * 1024u * 1024u) /* address space; touched as needed */
#define FILE_ARENA_BYTES (512u * 1024u * 1024u)
#define OUTPUT_BYTES (64u * 1024u * 1024u)
#define COVERAGE_BYTES (16u * 1024u * 1024u)
#define RESULTS 65536u

struct test_options {
  bool verbose, coverage, json, has_pattern;
  int64_t threshold;          /* percent of rules, -1: none */
  const char *junit, *events; /* events: folder for the scenarios' events, or NULL */
  regex_t pattern;
  struct config_flags flags;
};

struct test_run {
  struct test_options options;
  struct config_given given; /* what a run would be configured with */
  struct test_report report;
  struct arena memory;    /* of the whole run */
  struct arena folder;    /* of one folder's files */
  struct buffer output;   /* of one scenario */
  struct buffer lines;    /* its events */
  struct buffer coverage; /* of all folders */
  struct coverage_sums sums;
  uint64_t events;
  enum status worst; /* trouble with campaigns or files */
};

static int bad_status(const struct test_run *run) {
  if (run->worst != STATUS_OK && status_exit_code(run->worst) != EXIT_BAD_ANSWER) return status_exit_code(run->worst);
  return run->worst != STATUS_OK || run->report.failed > 0 || run->report.errors > 0 ? EXIT_BAD_ANSWER : EXIT_DONE;
}

/* ---- one file ---- */

static void print_problems(const struct scenario_problems *problems) {
  for (uint32_t i = 0; i < problems->count; i++) {
    const struct scenario_problem *problem = &problems->items[i];
    fprintf(stderr, "%.*s:%u: error: %.*s\n", STR_FORMAT(problem->file), problem->line, STR_FORMAT(problem->text));
  }
  if (problems->dropped > 0) fprintf(stderr, "... and %u more\n", problems->dropped);
}

static bool is_wanted(const struct test_run *run, const struct scenario *scenario) {
  char title[SCENARIO_LINE_BYTES + 1];
  snprintf(title, sizeof title, "%.*s", STR_FORMAT(scenario->title));
  return !run->options.has_pattern || regexec(&run->options.pattern, title, 0, NULL, 0) == 0;
}

static void note_result(struct test_run *run, const struct scenario_file *file, const struct scenario *scenario, bool passed) {
  if (!run->options.json) fwrite(run->output.memory, 1, run->output.length, stdout);
  run->report.failed += !passed;
  if (run->report.count == RESULTS) return;
  struct str output = arena_copy(&run->memory, buffer_text(&run->output));
  struct test_result *result = &run->report.items[run->report.count++];
  *result =
      (struct test_result){arena_copy(&run->memory, file->name), arena_copy(&run->memory, scenario->title), output, scenario->line, passed};
}

static void events_write(struct test_run *run, const struct scenario_file *file, uint32_t number) {
  struct fault fault;
  enum status status = test_events_write(run->options.events, file->name, number, buffer_text(&run->lines), &fault);
  if (status == STATUS_OK) return;
  if (run->worst == STATUS_OK) (void)app_fail("test", &fault); /* the first of them says it all */
  run->worst = status;
}

static void play_file(struct test_run *run, struct stage *stage, struct coverage *coverage, const struct scenario_file *file) {
  struct play_options options = {run->options.verbose, coverage, run->options.events == NULL ? NULL : &run->lines};
  for (uint32_t i = 0; i < file->scenario_count; i++) {
    if (!is_wanted(run, &file->scenarios[i])) continue;
    buffer_reset(&run->output);
    buffer_reset(&run->lines);
    bool passed = scenario_play(stage, file, &file->scenarios[i], &options, &run->output);
    note_result(run, file, &file->scenarios[i], passed);
    if (options.lines != NULL) events_write(run, file, i + 1);
  }
}

static void test_file(struct test_run *run, const char *path, const struct loaded *loaded, struct stage *stage, struct coverage *coverage) {
  struct scenario_problems *problems = arena_take(&run->folder, sizeof *problems);
  struct fault fault;
  struct str text;
  problems->arena = &run->folder;
  enum status status = test_file_read(path, &run->folder, &text, &fault);
  if (status != STATUS_OK) {
    fprintf(stderr, "giftd test: %s\n", fault.text);
    run->report.errors++;
    run->worst = status;
    return;
  }
  struct scenario_file *file = scenario_read(str_of(path), text, loaded->catalogue, loaded->rulebook, &run->folder, problems);
  if (file != NULL) scenario_bind(file, loaded->rulebook, problems);
  print_problems(problems);
  if (file == NULL || problems->count > 0)
    run->report.errors++;
  else
    play_file(run, stage, coverage, file);
}

/* ---- one folder ---- */

static void add_coverage(struct test_run *run, struct str folder, struct coverage *coverage) {
  struct coverage_sums sums = coverage_sums(coverage);
  run->sums.rules += sums.rules;
  run->sums.rules_reached += sums.rules_reached;
  if (run->options.json) {
    if (run->coverage.length > 0) buffer_byte(&run->coverage, ',');
    buffer_json(&run->coverage, folder);
    buffer_byte(&run->coverage, ':');
    coverage_json(coverage, &run->coverage);
    return;
  }
  buffer_print(&run->coverage, "\ncoverage of %.*s\n", STR_FORMAT(folder));
  coverage_print(coverage, &run->coverage);
}

/* Without a configuration stories have the patience of their campaigns. */
static bool is_configured(const struct test_run *run) {
  const struct config_value *values = run->given.config.values;
  return values[CONFIG_EVENTS_HORIZON].place != CONFIG_FROM_DEFAULT || values[CONFIG_EVENTS_MEMORY].place != CONFIG_FROM_DEFAULT;
}

/* Files that a run with this configuration would refuse are not played. */
static enum status folder_load(struct test_run *run, const char *path, struct loaded *loaded, struct fault *fault) {
  const char *paths[2] = {path, config_given_path(&run->given, CONFIG_EVENTS_CATALOGUE)};
  const struct run_times times = config_given_times(&run->given);
  enum status status = load_open(paths, paths[1] == NULL ? 1 : 2, loaded, fault);
  if (status != STATUS_OK || !is_configured(run)) return status;
  if (rulebook_fits(loaded->rulebook, loaded->sources, loaded->source_count, &times, &loaded->arena, &loaded->findings)) return STATUS_OK;
  return fault_set(fault, STATUS_INPUT, "the campaign files do not fit the configuration");
}

/* The folder's list of what is asked of it: a name at the beginning of each line, then what it asks for people. */
static void requirements_read(struct test_run *run, const char *folder, struct coverage *coverage) {
  char path[PROJECT_PATH_BYTES];
  struct str text, line;
  struct fault fault;
  if (!project_join(path, folder, "requirements.txt") || access(path, F_OK) != 0) return;
  arena_reset(&run->folder);
  if (test_file_read(path, &run->folder, &text, &fault) != STATUS_OK) {
    run->worst = fault.status;
    (void)app_fail("test", &fault);
    return;
  }
  while (text.length > 0) {
    struct str name, rest;
    (void)str_split(text, '\n', &line, &text);
    (void)str_split(str_trim(line), ' ', &name, &rest);
    if (scenario_is_requirement(name)) coverage_expect(coverage, name);
  }
}

static void test_loaded(struct test_run *run, const struct test_files *files, const char *folder, uint32_t first, uint32_t count,
                        const struct loaded *loaded) {
  struct fault fault;
  const struct run_times times = config_given_times(&run->given);
  struct stage *stage = stage_new(loaded, is_configured(run) ? &times : NULL, &fault);
  struct coverage *coverage = coverage_new(loaded->rulebook);
  if (stage == NULL || coverage == NULL) {
    fprintf(stderr, "giftd test: %s\n", stage == NULL ? fault.text : "out of memory");
    run->worst = STATUS_STORAGE;
  }
  if (coverage != NULL) requirements_read(run, folder, coverage);
  for (uint32_t i = 0; i < count && stage != NULL && coverage != NULL; i++) {
    arena_reset(&run->folder);
    test_file(run, files->paths[first + i], loaded, stage, coverage);
  }
  if (stage != NULL && coverage != NULL) {
    add_coverage(run, str_of(folder), coverage);
    run->events += stage_events(stage);
  }
  stage_free(stage);
  coverage_free(coverage);
}

static void test_one_folder(struct test_run *run, const struct test_files *files, const char *folder, uint32_t first, uint32_t count) {
  struct loaded loaded;
  struct fault fault;
  enum status status = folder_load(run, folder, &loaded, &fault);
  if (status == STATUS_OK) {
    test_loaded(run, files, folder, first, count, &loaded);
  } else {
    load_print(&loaded.findings, stderr, 50);
    (void)app_fail("test", &fault);
    run->worst = status;
    run->report.errors += count;
  }
  load_close(&loaded);
}

static void test_all(struct test_run *run, const struct test_files *files) {
  char folder[PROJECT_PATH_BYTES], next[PROJECT_PATH_BYTES];
  for (uint32_t first = 0, count = 0; first < files->count; first += count) {
    project_set(test_folder(files->paths[first]), folder);
    for (count = 1; first + count < files->count; count++) {
      project_set(test_folder(files->paths[first + count]), next);
      if (strcmp(folder, next) != 0) break;
    }
    test_one_folder(run, files, folder, first, count);
  }
}

/* ---- the answer ---- */

static int finish(struct test_run *run) {
  const struct test_report *report = &run->report;
  struct fault fault;
  int code = bad_status(run);
  struct str coverage = run->options.coverage ? buffer_text(&run->coverage) : STR("");
  if (run->options.json) {
    test_report_json(report, coverage, stdout);
  } else {
    fwrite(coverage.at, 1, coverage.length, stdout);
    printf("%s%u scenario%s, %u passed, %u failed, %llu events", coverage.length > 0 ? "\n" : "", report->count,
           report->count == 1 ? "" : "s", report->count - report->failed, report->failed, (unsigned long long)run->events);
    if (report->errors > 0) printf("; %u file%s not played", report->errors, report->errors == 1 ? "" : "s");
    printf("\n");
  }
  if (report->count == 0 && code == EXIT_DONE) return help_bad_usage("test", "no scenario has a title that matches --run");
  uint32_t percent = run->sums.rules == 0 ? 100 : run->sums.rules_reached * 100u / run->sums.rules;
  if (code == EXIT_DONE && run->options.threshold > percent) {
    fprintf(stderr, "giftd test: scenarios reach %u %% of the rules, --threshold asks for %lld\n", percent,
            (long long)run->options.threshold);
    code = EXIT_BAD_ANSWER;
  }
  if (run->options.junit != NULL && test_report_junit(report, run->options.junit, &fault) != STATUS_OK) return app_fail("test", &fault);
  return code;
}

static int play(struct test_run *run, const struct test_files *files) {
  char *region = region_open(REGION_BYTES);
  if (region == NULL) {
    fprintf(stderr, "giftd test: no room for %u bytes of address space; is `ulimit -v` set?\n", REGION_BYTES);
    return EXIT_TRY_AGAIN;
  }
  char *at = region;
  arena_init(&run->folder, at, FILE_ARENA_BYTES);
  at += FILE_ARENA_BYTES;
  buffer_init(&run->output, at, OUTPUT_BYTES);
  at += OUTPUT_BYTES;
  buffer_init(&run->lines, at, OUTPUT_BYTES);
  at += OUTPUT_BYTES;
  buffer_init(&run->coverage, at, COVERAGE_BYTES);
  at += COVERAGE_BYTES;
  arena_init(&run->memory, at, REGION_BYTES - (size_t)(at - region));
  run->report.items = arena_array(&run->memory, RESULTS, sizeof *run->report.items);
  test_all(run, files);
  int code = finish(run);
  region_close(region, REGION_BYTES);
  return code;
}

/* ---- flags ---- */

static const struct option options[] = {
    {"verbose", no_argument, NULL, 'v'},         {"run", required_argument, NULL, 'r'},    {"coverage", no_argument, NULL, 'C'},
    {"threshold", required_argument, NULL, 't'}, {"junit", required_argument, NULL, 'u'},  {"json", no_argument, NULL, 'j'},
    {"config", required_argument, NULL, 'c'},    {"events", required_argument, NULL, 'e'}, {NULL, 0, NULL, 0}};

static bool set_pattern(struct test_options *out, const char *text) {
  if (out->has_pattern) regfree(&out->pattern);
  int trouble = regcomp(&out->pattern, text, REG_EXTENDED | REG_NOSUB);
  out->has_pattern = trouble == 0;
  if (trouble == 0) return true;
  char words[128];
  regerror(trouble, &out->pattern, words, sizeof words);
  (void)help_bad_usage("test", "--run '%s' is not a regular expression: %s", text, words);
  return false;
}

static bool take_flag(int flag, struct test_options *out) {
  switch (flag) {
    case 'v': out->verbose = true; return true;
    case 'C': out->coverage = true; return true;
    case 'j': out->json = true; return true;
    case 'u': out->junit = optarg; return true;
    case 'e': out->events = optarg; return true;
    case 'r': return set_pattern(out, optarg);
    case 'c': out->flags.file = optarg; return true;
    case 'X': return config_flags_set(&out->flags, "test", optarg);
    default: out->coverage = true; return help_number("test", "--threshold", optarg, 0, 100, &out->threshold);
  }
}

static bool take_flags(int argc, char **argv, struct test_options *out) {
  opterr = 0;
  optind = 0;
  for (int flag; (flag = help_flag(argc, argv, ":vc:X:", options)) != -1;) {
    if (flag == '?' || flag == ':') return help_bad_flag("test", options, argv, flag), false;
    if (!take_flag(flag, out)) return false;
  }
  return true;
}

static int find_and_play(struct test_run *run, int argc, char **argv) {
  const char *here[] = {config_given_path(&run->given, CONFIG_CAMPAIGNS_DIR)};
  struct test_files files;
  struct fault fault;
  if (here[0] == NULL) here[0] = ".";
  const char *const *paths = optind < argc ? (const char *const *)(argv + optind) : here;
  uint32_t path_count = optind < argc ? (uint32_t)(argc - optind) : 1;
  int code = test_files_find(paths, path_count, &files, &fault) == STATUS_OK ? play(run, &files) : app_fail("test", &fault);
  test_files_free(&files);
  return code;
}

int command_test(int argc, char **argv) {
  static struct test_run run;
  struct fault fault;
  run = (struct test_run){.options = {.threshold = -1}};
  if (!take_flags(argc, argv, &run.options)) return EXIT_BAD_USAGE;
  const enum status status = config_given_open(&run.options.flags, options, &run.given, &fault);
  int code = status == STATUS_OK ? find_and_play(&run, argc, argv) : app_fail("test", &fault);
  config_given_close(&run.given);
  if (run.options.has_pattern) regfree(&run.options.pattern);
  return code;
}
