/* Loading campaigns from disk and `giftd check`: what is read, what a wrong path answers, the exit codes of interface.md. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>
#include <fcntl.h>
#include <sys/stat.h>
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
  enum status status = app_load(paths, 4, &loaded, &fault);
  app_print_findings(&loaded.findings, stderr, 5);
  assert_int_equal(status, STATUS_OK);
  assert_int_equal(loaded.source_count, 2); /* one campaign, one list; the catalogue is in the catalogue */
  assert_int_equal(loaded.rulebook->campaign_count, 1);
  assert_int_equal(loaded.rulebook->list_count, 1);
  assert_int_equal(loaded.rulebook->lists[0].count, 2);
  assert_true(loaded.index != NULL && loaded.cache != NULL);
  assert_int_equal(catalogue_type(loaded.catalogue, STR("seat.taken")), loaded.rulebook->triggers[0].type);
  app_unload(&loaded);
  app_unload(&loaded);
}

static void the_shipped_ones(void **unused) {
  (void)unused;
  const char *paths[] = {SOURCE_DIR "/deploy/campaigns"};
  struct loaded loaded;
  struct fault fault;
  enum status status = app_load(paths, 1, &loaded, &fault);
  app_print_findings(&loaded.findings, stderr, 20);
  assert_int_equal(status, STATUS_OK);
  assert_int_equal(loaded.findings.count, 0);
  app_unload(&loaded);
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
    assert_int_equal(app_load(&path, 1, &loaded, &fault), rows[i].status);
    assert_non_null(strstr(fault.text, rows[i].says));
    assert_null(loaded.rulebook);
    assert_true(rows[i].status != STATUS_INPUT || loaded.findings.errors > 0);
    app_unload(&loaded);
  }
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
                                     cmocka_unit_test(exit_codes)};
  return cmocka_run_group_tests(tests, setup, teardown);
}
