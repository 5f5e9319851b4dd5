/* A session that is killed between any two steps of any of its commits goes on to the same bytes (design.md section 4, end; R135). Each run
 * is a process of its own, which kills itself at a chosen step; what is left on the disk is what the next one finds.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "session.h"

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
  strcpy(stage->folder, "/tmp/giftd-session-XXXXXX");
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

static void on_step(void *self, const char *step) {
  struct stage *stage = self;
  (void)step;
  if (++stage->steps == stage->kill_at) raise(SIGKILL);
}

/* In the child. */
static int session_play(struct stage *stage, const char *name) {
  char output[160], state[160];
  const char *campaigns[] = {stage->campaigns};
  struct session_settings settings;
  struct session *session;
  struct fault fault = {0};
  path_of(stage, name, "-out", output);
  path_of(stage, name, "-state", state);
  session_defaults(&settings);
  settings.campaigns = campaigns;
  settings.campaign_count = 1;
  settings.input = stage->input;
  settings.output = output;
  settings.state = state;
  settings.once = true;
  settings.progress = settings.handle_signals = false;
  settings.commit_events = 50;
  settings.commit_ms = 60000;
  settings.shard.cache_bytes = 1u << 20;
  settings.step_hook = on_step;
  settings.step_self = stage;
  enum status status = session_open(&settings, &session, &fault);
  if (status == STATUS_OK) {
    status = session_run(session, &fault);
    session_close(session);
  }
  if (status != STATUS_OK) fprintf(stderr, "%s\n", fault.text);
  return status == STATUS_OK ? 0 : 1;
}

/* Runs to the end, or to its kill; returns whether it was killed. */
static bool run_in_child(struct stage *stage, const char *name, uint32_t kill_at) {
  stage->kill_at = kill_at;
  stage->steps = 0;
  fflush(NULL);
  pid_t child = fork();
  assert_true(child >= 0);
  if (child == 0) {
    int null = open("/dev/null", O_WRONLY);
    if (kill_at != 0) (void)dup2(null, STDERR_FILENO); /* "the last run was interrupted" is expected */
    _exit(session_play(stage, name));
  }
  int how;
  assert_int_equal(waitpid(child, &how, 0), child);
  if (WIFSIGNALED(how)) {
    assert_int_equal(WTERMSIG(how), SIGKILL);
    return true;
  }
  assert_int_equal(WEXITSTATUS(how), 0);
  return false;
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
  assert_true(kills >= 7 * 5); /* five steps of the first commit and of six batches */
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

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_kill_at_any_step_changes_nothing),
      cmocka_unit_test(kills_in_a_row_change_nothing),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
