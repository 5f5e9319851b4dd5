/* A run that is killed between any two steps of any of its commits goes on to the same bytes (ARCHITECTURE.md, "Embedded"; R135). Each
 * run is a process of its own, which kills itself at a chosen step; what is left on the disk is what the next one finds.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "giftd/embedded.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static const char campaign[] =
    "{\"id\":\"hello\",\"version\":1,\"name\":{\"zh\":\"登录礼\",\"en\":\"Hello\"},\"period\":{\"from\":\"2026-12-01\",\"to\":\"2026-12-"
    "31\"},"
    "\"audience\":\"everyone\",\"pools\":{\"points\":{\"stock\":60}},\"rules\":[{\"id\":\"day\",\"on\":\"login\","
    "\"give\":{\"reward\":\"points\",\"value\":5,\"pool\":\"points\"},\"limits\":[{\"count\":1,\"per\":[\"customer\"],\"period\":\"day\"}]}"
    "]}";

static const char *const outputs[] = {"rewards.jsonl", "decisions.jsonl", "dlq.jsonl"};

struct stage {
  char folder[64], campaigns[96], input[96];
  uint32_t kill_at, steps; /* the n-th step kills; 0: none */
  const char *copied;      /* the run of which each commit is copied, state and outputs, before the next one begins; or NULL */
  uint32_t commits;
};

static void path_of(const struct stage *stage, const char *name, const char *more, char out[160]) {
  snprintf(out, 160, "%s/%s%s", stage->folder, name, more);
}

static void events_write(const char *path, uint32_t count) {
  FILE *file = fopen(path, "w");
  assert_non_null(file);
  for (uint32_t i = 0; i < count; i++) {
    if (i % 41 == 40)
      fprintf(file, "no event %u\n", i);
    else
      fprintf(file,
              "{\"id\":\"e%u\",\"source\":\"mbank\",\"type\":\"login\",\"customer\":\"c%u\",\"time\":\"2026-12-05T10:%02u:%02u+08:00\"}\n",
              i % 37 == 36 ? i - 1 : i, i * 7 % 90, i / 60, i % 60);
  }
  fclose(file);
}

static void stage_open(struct stage *stage) {
  char path[160];
  memset(stage, 0, sizeof *stage);
  const char *place = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp"; /* hundreds of starts: no disk is waited for */
  snprintf(stage->folder, sizeof stage->folder, "%s/giftd-crash-XXXXXX", place);
  assert_non_null(mkdtemp(stage->folder));
  snprintf(stage->campaigns, sizeof stage->campaigns, "%s/campaigns", stage->folder);
  snprintf(stage->input, sizeof stage->input, "%s/events.jsonl", stage->folder);
  assert_int_equal(mkdir(stage->campaigns, 0700), 0);
  path_of(stage, "campaigns/hello.json", "", path);
  FILE *file = fopen(path, "w");
  assert_non_null(file);
  fputs(campaign, file);
  fclose(file);
  events_write(stage->input, 300);
}

static void folder_remove(const struct stage *stage, const char *name) {
  char command[256];
  snprintf(command, sizeof command, "rm -rf '%s/%s'", stage->folder, name);
  assert_int_equal(system(command), 0);
}

static void folder_copy(const struct stage *stage, const char *from, const char *to) {
  char command[400];
  folder_remove(stage, to);
  snprintf(command, sizeof command, "cp -a '%s/%s' '%s/%s'", stage->folder, from, stage->folder, to);
  assert_int_equal(system(command), 0);
}

static const char *name_of(const char *run, const char *what, uint32_t commit) {
  static char names[4][64];
  static uint32_t next;
  char *name = names[next++ % 4];
  snprintf(name, sizeof names[0], "%s-%s%s%.0u", run, what, commit > 0 ? "-" : "", commit);
  return name;
}

static void commit_copy(struct stage *stage) {
  if (stage->commits++ == 0) return; /* there is none yet */
  folder_copy(stage, name_of(stage->copied, "state", 0), name_of(stage->copied, "state", stage->commits - 1));
  folder_copy(stage, name_of(stage->copied, "out", 0), name_of(stage->copied, "out", stage->commits - 1));
}

static void on_step(void *self, const char *step) {
  struct stage *stage = self;
  if (stage->copied != NULL && strcmp(step, "flush") == 0) commit_copy(stage);
  if (++stage->steps == stage->kill_at) raise(SIGKILL);
}

static enum status engine_play(const struct service_settings *settings, struct embedded *embedded, struct fault *fault) {
  const struct engine engine = embedded_engine(embedded);
  struct service *service;
  enum status status = service_open(settings, &engine, &service, fault);
  if (status == STATUS_OK) status = service_run(service, fault);
  service_close(service);
  return status;
}

/* In the child. */
static int run_play(struct stage *stage, const char *name) {
  char output[160], state[160];
  const char *campaigns[] = {stage->campaigns};
  struct service_settings settings;
  struct embedded_settings of_files;
  struct embedded *embedded;
  struct fault fault = {0};
  path_of(stage, name, "-out", output);
  path_of(stage, name, "-state", state);
  service_defaults(&settings);
  settings.campaigns = campaigns, settings.campaign_count = 1;
  settings.once = true;
  settings.progress = settings.handle_signals = false;
  embedded_defaults(&of_files);
  of_files.input = stage->input, of_files.output = output, of_files.state = state;
  of_files.commit_events = 50, of_files.commit_ms = 60000;
  of_files.cache_bytes = 1u << 20;
  of_files.step_hook = on_step, of_files.step_self = stage;
  enum status status = embedded_new(&of_files, &embedded, &fault);
  if (status == STATUS_OK) status = engine_play(&settings, embedded, &fault);
  embedded_free(embedded);
  if (status != STATUS_OK) fprintf(stderr, "%s\n", fault.text);
  return status == STATUS_OK ? 0 : 1;
}

#define KILLED (-1)

/* Runs to the end, or to its kill; returns 0, 1 (it was refused) or KILLED. */
static int child_run(struct stage *stage, const char *name, uint32_t kill_at, bool quiet) {
  stage->kill_at = kill_at;
  stage->steps = stage->commits = 0;
  fflush(NULL);
  pid_t child = fork();
  assert_true(child >= 0);
  if (child == 0) {
    int null = open("/dev/null", O_WRONLY);
    if (quiet) (void)dup2(null, STDERR_FILENO); /* "the last run was interrupted" is expected */
    _exit(run_play(stage, name));
  }
  int how;
  assert_int_equal(waitpid(child, &how, 0), child);
  if (WIFSIGNALED(how)) {
    assert_int_equal(WTERMSIG(how), SIGKILL);
    return KILLED;
  }
  return WEXITSTATUS(how);
}

/* Returns whether it was killed. */
static bool run_in_child(struct stage *stage, const char *name, uint32_t kill_at) {
  const int how = child_run(stage, name, kill_at, kill_at != 0);
  if (how != KILLED) assert_int_equal(how, 0);
  return how == KILLED;
}

static size_t bytes_read(const struct stage *stage, const char *name, const char *output, char **bytes) {
  char path[160];
  struct stat info;
  path_of(stage, name, "-out/", path);
  strcat(path, output);
  FILE *file = fopen(path, "r");
  assert_non_null(file);
  assert_int_equal(fstat(fileno(file), &info), 0);
  *bytes = malloc((size_t)info.st_size + 1);
  assert_non_null(*bytes);
  size_t got = fread(*bytes, 1, (size_t)info.st_size, file);
  fclose(file);
  return got;
}

static void expect_same(const struct stage *stage, const char *first, const char *second) {
  for (size_t i = 0; i < sizeof outputs / sizeof outputs[0]; i++) {
    char *one, *other;
    size_t length = bytes_read(stage, first, outputs[i], &one);
    assert_true(length > 0);
    assert_int_equal(bytes_read(stage, second, outputs[i], &other), length);
    assert_memory_equal(one, other, length);
    free(one);
    free(other);
  }
}

#define STEPS 6 /* of a commit: flush, sync, store, commit, seal, done; the transaction is through before "seal" */

static void a_kill_at_any_step_changes_nothing(void **unused) {
  (void)unused;
  struct stage stage;
  uint32_t kills = 0;
  stage_open(&stage);
  assert_false(run_in_child(&stage, "whole", 0));
  for (uint32_t at = 1;; at++) {
    bool killed = run_in_child(&stage, "killed", at);
    kills += killed;
    if (killed) assert_false(run_in_child(&stage, "killed", 0));
    expect_same(&stage, "whole", "killed");
    folder_remove(&stage, "killed-out");
    folder_remove(&stage, "killed-state");
    if (!killed) break;
  }
  assert_true(kills >= 7 * STEPS); /* six steps of the first commit and of six batches */
  folder_remove(&stage, "");
}

/* Killed again and again, a little further each time: while an earlier crash is still being made good. */
static void kills_in_a_row_change_nothing(void **unused) {
  (void)unused;
  struct stage stage;
  stage_open(&stage);
  assert_false(run_in_child(&stage, "whole", 0));
  for (uint32_t stride = 1; stride <= 9; stride++) {
    uint32_t kills = 0;
    while (kills < 40 && run_in_child(&stage, "killed", 1 + (kills * stride + kills / 3) % 11)) kills++;
    assert_true(kills >= 2);
    assert_false(run_in_child(&stage, "killed", 0));
    expect_same(&stage, "whole", "killed");
    assert_false(run_in_child(&stage, "killed", 0)); /* and a further run adds nothing */
    expect_same(&stage, "whole", "killed");
    folder_remove(&stage, "killed-out");
    folder_remove(&stage, "killed-state");
  }
  folder_remove(&stage, "");
}

/* ---- older copies that are put back ---- */

/* The run "again" is one of these states with these outputs. */
static int again(struct stage *stage, const char *state, const char *out) {
  folder_copy(stage, state, "again-state");
  folder_copy(stage, out, "again-out");
  stage->copied = NULL;
  return child_run(stage, "again", 0, true);
}

/* Killed at a step of the commit behind `done` whole ones: the state goes on as it is, and every older one is refused. */
static void older_states_try(struct stage *stage, uint32_t done, uint32_t step) {
  assert_int_equal(again(stage, "killed-state", "killed-out"), 0);
  expect_same(stage, "whole", "again");
  for (uint32_t copy = done < 2 ? 1 : done - 1; copy <= done; copy++) {
    /* Killed between a transaction and its seal, nothing outside of the state knows of it: the one before goes on, to the same bytes. */
    const bool is_newest = copy == done && step < STEPS;
    const int code = again(stage, name_of("killed", "state", copy), "killed-out");
    if (code != !is_newest) fail_msg("killed at step %u of commit %u; the state of commit %u: %d", step, done + 1, copy, code);
    if (is_newest) expect_same(stage, "whole", "again");
  }
}

static void a_state_that_is_older_is_refused_wherever_it_was_killed(void **unused) {
  (void)unused;
  struct stage stage;
  stage_open(&stage);
  assert_false(run_in_child(&stage, "whole", 0));
  for (uint32_t at = 1;; at++) {
    stage.copied = "killed";
    const bool killed = run_in_child(&stage, "killed", at);
    if (killed) older_states_try(&stage, (at - 1) / STEPS, (at - 1) % STEPS + 1);
    folder_remove(&stage, "killed-out");
    folder_remove(&stage, "killed-state");
    if (!killed) break;
    assert_true(at < 100);
  }
  folder_remove(&stage, "");
}

static bool same_sizes(const struct stage *stage, const char *first, const char *second) {
  for (size_t i = 0; i < sizeof outputs / sizeof outputs[0]; i++) {
    char one[200], other[200];
    struct stat a, b;
    snprintf(one, sizeof one, "%s/%s/%s", stage->folder, first, outputs[i]);
    snprintf(other, sizeof other, "%s/%s/%s", stage->folder, second, outputs[i]);
    assert_true(stat(one, &a) == 0 && stat(other, &b) == 0);
    if (a.st_size != b.st_size) return false;
  }
  return true;
}

/* Of each commit of a whole run: all outputs put back with and without their seal, each of them alone, and everything together. */
static void outputs_that_are_older_are_refused(void **unused) {
  (void)unused;
  struct stage stage;
  stage_open(&stage);
  stage.copied = "whole";
  assert_false(run_in_child(&stage, "whole", 0));
  uint32_t refused = 0;
  for (uint32_t copy = 1; copy <= 6; copy++) {
    const char *out = name_of("whole", "out", copy);
    assert_int_equal(again(&stage, name_of("whole", "state", copy), name_of("whole", "out", copy)), 0);
    expect_same(&stage, "whole", "again");
    for (size_t i = 0; i < 5; i++) { /* all, all but the seal, one */
      char command[600];
      folder_copy(&stage, i == 0 ? out : "whole-out", "mixed-out");
      snprintf(command, sizeof command, "cd '%s' && cp -a %s/%s mixed-out/", stage.folder, out, i < 2 ? "*.jsonl" : outputs[i - 2]);
      assert_int_equal(system(command), 0);
      const bool same = same_sizes(&stage, "mixed-out", "whole-out");
      assert_int_equal(again(&stage, "whole-state", "mixed-out"), !same);
      refused += !same;
    }
  }
  assert_true(refused >= 6 * 3);
  folder_remove(&stage, "");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_kill_at_any_step_changes_nothing),
      cmocka_unit_test(kills_in_a_row_change_nothing),
      cmocka_unit_test(a_state_that_is_older_is_refused_wherever_it_was_killed),
      cmocka_unit_test(outputs_that_are_older_are_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
