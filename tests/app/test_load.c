/* Loading campaigns from disk and `giftd check`: what is read, what a wrong path answers, the exit codes of docs/OPERATIONS.md. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "app.h"

static char folder[64];

static void file_make(const char *name, const char *text) {
  char path[256];
  snprintf(path, sizeof path, "%s/%s", folder, name);
  FILE *file = fopen(path, "wb");
  assert_non_null(file);
  fputs(text, file);
  fclose(file);
}

static void folder_make(const char *name) {
  char path[256];
  snprintf(path, sizeof path, "%s/%s", folder, name);
  assert_int_equal(mkdir(path, 0700), 0);
}

#define GOOD                                                                                                                        \
  "{\"id\":\"good\",\"version\":1,\"name\":{\"zh\":\"g\",\"en\":\"g\"},\"period\":{\"from\":\"2027-01-01\",\"to\":\"2027-01-31\"}," \
  "\"audience\":{\"include\":[\"list:staff\"]},\"rules\":[{\"id\":\"r\",\"on\":\"seat.taken\",\"when\":{\"seat\":\"a1\"},"          \
  "\"give\":{\"reward\":\"goods\",\"pool\":{\"stock\":1}},\"limits\":[{\"count\":1,\"per\":[\"customer\"],\"period\":\"day\"}]}]}"
#define WARNED                                                                                                                        \
  "{\"id\":\"warned\",\"version\":1,\"name\":{\"zh\":\"g\",\"en\":\"g\"},\"period\":{\"from\":\"2027-01-01\",\"to\":\"2027-01-31\"}," \
  "\"audience\":\"everyone\",\"lists\":{\"spare\":[\"x\"]},\"rules\":[{\"id\":\"r\",\"on\":\"login\","                                \
  "\"give\":{\"reward\":\"goods\",\"pool\":{\"stock\":1}},\"limits\":[{\"count\":1,\"per\":[\"customer\"],\"period\":\"day\"}]}]}"

static int setup(void **unused) {
  (void)unused;
  strcpy(folder, "/tmp/giftd-load-XXXXXX");
  assert_non_null(mkdtemp(folder));
  folder_make("lists");
  folder_make("more");
  folder_make("more/.hidden");
  folder_make("empty");
  folder_make("warned");
  folder_make("bad");
  file_make("more/good.json", GOOD);
  file_make("catalogue.json",
            "{\"fields\":[{\"event_name\":\"seat\",\"kind\":\"text\"}],\"types\":[{\"name\":\"seat.taken\",\"fields\":[\"seat\"]}]}");
  file_make("lists/staff.txt", "c1\nc2\n");
  file_make("notes.txt", "not a list");
  file_make("more/.hidden/broken.json", "{");
  file_make("more/.broken.json", "{");
  file_make("warned/warned.json", WARNED);
  file_make("bad/bad.json", "{\"id\":\"bad\"}");
  folder_make("cut");
  folder_make("cut/lists");
  file_make("cut/lists/half.txt", "c1\nc2\nc");
  file_make("cut/warned.json", WARNED);
  file_make("bad/warned.json", WARNED);
  return 0;
}

static int teardown(void **unused) {
  (void)unused;
  char command[128];
  snprintf(command, sizeof command, "rm -rf '%s'", folder);
  return system(command);
}

static const char *path_of(const char *name) {
  static char paths[8][256];
  static unsigned next;
  char *path = paths[next++ % 8];
  snprintf(path, sizeof paths[0], "%s/%s", folder, name);
  return path;
}

static void a_folder(void **unused) {
  (void)unused;
  const char *paths[] = {path_of("more"), path_of("lists"), path_of("catalogue.json"), path_of("more/")};
  struct loaded loaded;
  struct fault fault;
  enum status status = load_open(paths, 4, &loaded, &fault);
  load_print(&loaded.findings, stderr, 5);
  assert_int_equal(status, STATUS_OK);
  assert_int_equal(loaded.source_count, 2); /* one campaign, one list; the catalogue is in the catalogue */
  assert_int_equal(loaded.rulebook->campaign_count, 1);
  assert_int_equal(loaded.rulebook->list_count, 1);
  assert_int_equal(loaded.rulebook->lists[0].count, 2);
  assert_true(loaded.index != NULL && loaded.cache != NULL);
  assert_int_equal(catalogue_type(loaded.catalogue, STR("seat.taken")), loaded.rulebook->triggers[0].type);
  load_close(&loaded);
  load_close(&loaded);
}

static void the_shipped_ones(void **unused) {
  (void)unused;
  const char *paths[] = {SOURCE_DIR "/deploy/demo"};
  struct loaded loaded;
  struct fault fault;
  enum status status = load_open(paths, 1, &loaded, &fault);
  load_print(&loaded.findings, stderr, 20);
  assert_int_equal(status, STATUS_OK);
  assert_int_equal(loaded.findings.count, 0);
  load_close(&loaded);
}

static void wrong_paths(void **unused) {
  (void)unused;
  static const struct {
    const char *name, *says;
    enum status status;
  } rows[] = {{"nowhere", "No such file", STATUS_USAGE}, {"empty", "no campaign file", STATUS_USAGE}, {"bad", "error", STATUS_INPUT}};
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    const char *path = path_of(rows[i].name);
    struct loaded loaded;
    struct fault fault;
    assert_int_equal(load_open(&path, 1, &loaded, &fault), rows[i].status);
    assert_non_null(strstr(fault.text, rows[i].says));
    assert_null(loaded.rulebook);
    assert_true(rows[i].status != STATUS_INPUT || loaded.findings.errors > 0);
    load_close(&loaded);
  }
}

/* ---- files that change while they are read ---- */

static void list_make(const char *name, uint32_t lines, const char *form) {
  char path[256];
  snprintf(path, sizeof path, "%s/%s", folder, name);
  FILE *file = fopen(path, "wb");
  assert_non_null(file);
  for (uint32_t i = 0; i < lines; i++) fprintf(file, "%s%06u\n", form, i);
  fclose(file);
}

/* In a process of its own, until it is killed. */
static pid_t changes_begin(void (*change)(void)) {
  const pid_t parent = getpid(), child = fork();
  assert_true(child >= 0);
  while (child == 0 && getppid() == parent) change();
  if (child == 0) _exit(0);
  return child;
}

static void changes_end(pid_t child) {
  assert_int_equal(kill(child, SIGKILL), 0);
  assert_int_equal(waitpid(child, NULL, 0), child);
}

static char list_new[256], list_now[256];

static void list_grow(void) {
  const int file = open(list_now, O_WRONLY | O_APPEND);
  if (file < 0 || write(file, "one more\n", 9) != 9) _exit(1);
  close(file);
}

/* Two whole lists that change places: each is the one that was listed again before long. */
static void list_exchange(void) {
  if (renameat2(AT_FDCWD, list_new, AT_FDCWD, list_now, RENAME_EXCHANGE) != 0) _exit(1);
}

static uint32_t members_of(const struct rulebook *rulebook) {
  for (uint32_t i = 0; i < rulebook->list_count; i++)
    if (str_equal(rulebook->lists[i].name, STR("members"))) return rulebook->lists[i].count;
  fail_msg("the list is not there");
  return 0;
}

/* Loads so often; each load is refused for the change, or has a whole list of one of two lengths. Returns how many were refused. */
static uint32_t whole_or_refused(uint32_t loads, uint32_t one, uint32_t other) {
  uint32_t refused = 0;
  for (uint32_t i = 0; i < loads; i++) {
    const char *paths[] = {path_of("writing")};
    struct loaded loaded;
    struct fault fault;
    const enum status status = load_open(paths, 1, &loaded, &fault);
    const uint32_t count = status == STATUS_OK ? members_of(loaded.rulebook) : 0;
    if (status == STATUS_OK && one > 0 && count != one && count != other) fail_msg("a list of %u", count);
    if (status != STATUS_OK && (status != STATUS_STORAGE || strstr(fault.text, "members.txt changed while it was read") == NULL))
      fail_msg("%d: %s", status, fault.text);
    refused += status != STATUS_OK;
    load_close(&loaded);
  }
  return refused;
}

static void a_list_that_is_written(void **unused) {
  (void)unused;
  folder_make("writing");
  folder_make("writing/lists");
  file_make("writing/warned.json", WARNED);
  snprintf(list_new, sizeof list_new, "%s", path_of("writing/members.new"));
  snprintf(list_now, sizeof list_now, "%s", path_of("writing/lists/members.txt"));
  list_make("writing/lists/members.txt", 100000, "c");
  pid_t child = changes_begin(list_grow);
  assert_true(whole_or_refused(40, 0, 0) > 20); /* not all: the writer may have to wait for its turn */
  changes_end(child);
  list_make("writing/lists/members.txt", 700, "c");
  list_make("writing/members.new", 1000, "customer-");
  child = changes_begin(list_exchange);
  const uint32_t refused = whole_or_refused(300, 700, 1000);
  assert_true(refused > 0 && refused < 300);
  changes_end(child);
}

/* ---- giftd check ---- */

static int quiet_check(int argc, char **argv) {
  int out = dup(STDOUT_FILENO), err = dup(STDERR_FILENO), nothing = open("/dev/null", O_WRONLY);
  fflush(stdout);
  dup2(nothing, STDOUT_FILENO);
  dup2(nothing, STDERR_FILENO);
  int code = command_check(argc, argv);
  fflush(stdout);
  dup2(out, STDOUT_FILENO);
  dup2(err, STDERR_FILENO);
  close(out);
  close(err);
  close(nothing);
  return code;
}

static void exit_codes(void **unused) {
  (void)unused;
  static const struct {
    const char *path, *flag;
    int code;
  } rows[] = {
      {".", NULL, EXIT_BAD_ANSWER},
      {"warned", NULL, EXIT_DONE},
      {"warned", "--strict", EXIT_STRICT_WARNINGS},
      {"warned", "--json", EXIT_DONE},
      {"bad", "--strict", EXIT_BAD_ANSWER},
      {"bad/bad.json", NULL, EXIT_BAD_ANSWER},
      {"cut", NULL, EXIT_BAD_ANSWER},
      {"bad/warned.json", NULL, EXIT_DONE}, /* what is wrong beside it is told of the other file */
      {"bad/warned.json", "--strict", EXIT_STRICT_WARNINGS},
      {"nowhere", NULL, EXIT_BAD_USAGE},
      {"empty", NULL, EXIT_BAD_USAGE},
      {"warned", "--strickt", EXIT_BAD_USAGE},
      {"warned", "--help", EXIT_DONE},
  };
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    char name[] = "check", path[256], flag[32] = "";
    snprintf(path, sizeof path, "%s", path_of(rows[i].path));
    if (rows[i].flag != NULL) snprintf(flag, sizeof flag, "%s", rows[i].flag);
    char *argv[] = {name, path, rows[i].flag == NULL ? NULL : flag, NULL};
    int code = quiet_check(rows[i].flag == NULL ? 2 : 3, argv);
    if (code != rows[i].code) fail_msg("check %s %s: %d", rows[i].path, flag, code);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {cmocka_unit_test(a_folder), cmocka_unit_test(the_shipped_ones), cmocka_unit_test(wrong_paths),
                                     cmocka_unit_test(a_list_that_is_written), cmocka_unit_test(exit_codes)};
  return cmocka_run_group_tests(tests, setup, teardown);
}
