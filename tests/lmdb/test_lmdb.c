/* The store on LMDB: a batch is all or nothing, the space grows, and every kind of strange, damaged or unwritable folder is told in its own
 * words. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "giftd/lmdb.h"

#include <fcntl.h>
#include <lmdb.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

struct stage {
  char folder[64], state[80];
  struct lmdb *lmdb;
  struct view_port port;
  struct fault fault;
};

static void stage_open(struct stage *stage) {
  memset(stage, 0, sizeof *stage);
  strcpy(stage->folder, "/tmp/giftd-lmdb-XXXXXX");
  assert_non_null(mkdtemp(stage->folder));
  snprintf(stage->state, sizeof stage->state, "%s/state", stage->folder);
}

static void stage_close(struct stage *stage) {
  char command[160];
  lmdb_close(stage->lmdb);
  snprintf(command, sizeof command, "chmod -R u+w '%s'; rm -rf '%s'", stage->folder, stage->folder);
  assert_int_equal(system(command), 0);
}

static enum status state_open_sized(struct stage *stage, uint64_t map_bytes) {
  struct lmdb_settings settings = {stage->state, map_bytes};
  lmdb_close(stage->lmdb);
  stage->lmdb = NULL;
  enum status status = lmdb_open(&settings, &stage->lmdb, &stage->fault);
  if (status == STATUS_OK) stage->port = lmdb_port(stage->lmdb);
  return status;
}

static enum status state_open(struct stage *stage) { return state_open_sized(stage, 0); }

static void state_end(struct stage *stage) {
  lmdb_close(stage->lmdb);
  stage->lmdb = NULL;
}

static void expect_status(const struct stage *stage, enum status found, enum status expected, const char *words) {
  if (found != expected) fail_msg("status %d, expected %d: %s", found, expected, stage->fault.text);
  if (expected != STATUS_OK && strstr(stage->fault.text, words) == NULL) fail_msg("'%s' not in: %s", words, stage->fault.text);
}

static const char *data_path(const struct stage *stage) {
  static char path[128];
  snprintf(path, sizeof path, "%s/data.mdb", stage->state);
  return path;
}

static void store_text(struct stage *stage, const char *key, const char *record) {
  expect_status(stage, stage->port.store(stage->port.self, str_of(key), str_of(record), &stage->fault), STATUS_OK, "");
}

static const char *load_text(struct stage *stage, const char *key) {
  static char text[256];
  struct str record;
  expect_status(stage, stage->port.load(stage->port.self, str_of(key), &record, &stage->fault), STATUS_OK, "");
  snprintf(text, sizeof text, "%.*s", STR_FORMAT(record));
  return text;
}

static enum status commit(struct stage *stage) { return lmdb_commit(stage->lmdb, &stage->fault); }

/* n records of `length` bytes under keys that differ. */
static enum status store_many(struct stage *stage, uint32_t first, uint32_t count, size_t length) {
  char key[32], record[8192];
  memset(record, 'r', sizeof record);
  for (uint32_t i = 0; i < count; i++) {
    snprintf(key, sizeof key, "c%08u", (first + i) * 7919u % 1000003u);
    enum status status = stage->port.store(stage->port.self, str_of(key), (struct str){record, length}, &stage->fault);
    if (status != STATUS_OK) return status;
  }
  return STATUS_OK;
}

/* ---- batches ---- */

static void a_batch_is_all_or_nothing(void **unused) {
  (void)unused;
  struct stage stage;
  stage_open(&stage);
  expect_status(&stage, state_open(&stage), STATUS_OK, "");
  assert_string_equal(load_text(&stage, "c1"), "");
  store_text(&stage, "c1", "one");
  assert_string_equal(load_text(&stage, "c1"), "one"); /* seen in the open batch */
  expect_status(&stage, commit(&stage), STATUS_OK, "");
  store_text(&stage, "c1", "changed");
  store_text(&stage, "c2", "two");
  expect_status(&stage, state_open(&stage), STATUS_OK, ""); /* closed without a commit */
  assert_string_equal(load_text(&stage, "c1"), "one");
  assert_string_equal(load_text(&stage, "c2"), "");
  store_text(&stage, "c1", ""); /* an empty record is one that is not there, to the reader */
  expect_status(&stage, commit(&stage), STATUS_OK, "");
  assert_string_equal(load_text(&stage, "c1"), "");
  stage_close(&stage);
}

static void a_killed_process_leaves_the_last_commit(void **unused) {
  (void)unused;
  struct stage stage;
  stage_open(&stage);
  pid_t child = fork();
  assert_true(child >= 0);
  if (child == 0) {
    if (state_open(&stage) != STATUS_OK) _exit(1);
    store_text(&stage, "c1", "one");
    if (commit(&stage) != STATUS_OK) _exit(1);
    store_text(&stage, "c1", "never");
    raise(SIGKILL);
  }
  int how;
  assert_int_equal(waitpid(child, &how, 0), child);
  assert_true(WIFSIGNALED(how));
  expect_status(&stage, state_open(&stage), STATUS_OK, ""); /* neither lock is in the way */
  assert_string_equal(load_text(&stage, "c1"), "one");
  stage_close(&stage);
}

static void the_space_grows_between_batches(void **unused) {
  (void)unused;
  struct stage stage;
  stage_open(&stage);
  expect_status(&stage, state_open_sized(&stage, 1u << 20), STATUS_OK, "");
  for (uint32_t batch = 0; batch < 40; batch++) {
    expect_status(&stage, store_many(&stage, batch * 40, 40, 3000), STATUS_OK, "");
    expect_status(&stage, commit(&stage), STATUS_OK, "");
  }
  assert_true(lmdb_bytes(stage.lmdb) > 4u << 20);
  assert_int_equal(lmdb_records(stage.lmdb), 1601);
  expect_status(&stage, state_open_sized(&stage, 1u << 20), STATUS_OK, ""); /* smaller than what is there */
  assert_int_equal(lmdb_records(stage.lmdb), 1601);
  expect_status(&stage, store_many(&stage, 5000, 40, 3000), STATUS_OK, "");
  expect_status(&stage, commit(&stage), STATUS_OK, "");
  stage_close(&stage);
}

static void a_batch_larger_than_the_space_is_told_and_nothing_is_lost(void **unused) {
  (void)unused;
  struct stage stage;
  stage_open(&stage);
  expect_status(&stage, state_open_sized(&stage, 1u << 20), STATUS_OK, "");
  store_text(&stage, "c1", "one");
  expect_status(&stage, commit(&stage), STATUS_OK, "");
  expect_status(&stage, store_many(&stage, 0, 1000, 8000), STATUS_STORAGE, "outgrown the space");
  expect_status(&stage, state_open(&stage), STATUS_OK, "");
  assert_string_equal(load_text(&stage, "c1"), "one");
  assert_int_equal(lmdb_records(stage.lmdb), 2);
  expect_status(&stage, store_many(&stage, 0, 1000, 8000), STATUS_OK, "");
  expect_status(&stage, commit(&stage), STATUS_OK, "");
  stage_close(&stage);
}

/* A full disk, as a limit on the size of files: the commit fails as a whole. */
static void a_full_disk_fails_the_commit_and_keeps_the_last_one(void **unused) {
  (void)unused;
  struct stage stage;
  struct rlimit before, small;
  stage_open(&stage);
  expect_status(&stage, state_open(&stage), STATUS_OK, "");
  store_text(&stage, "c1", "one");
  expect_status(&stage, commit(&stage), STATUS_OK, "");
  signal(SIGXFSZ, SIG_IGN);
  assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
  small = before;
  small.rlim_cur = 64 * 1024;
  assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
  enum status stored = store_many(&stage, 0, 500, 2000), status = stored == STATUS_OK ? commit(&stage) : stored;
  assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
  expect_status(&stage, status, STATUS_STORAGE, "nothing that was committed is lost");
  expect_status(&stage, state_open(&stage), STATUS_OK, "");
  assert_string_equal(load_text(&stage, "c1"), "one");
  assert_int_equal(lmdb_records(stage.lmdb), 2);
  expect_status(&stage, store_many(&stage, 0, 500, 2000), STATUS_OK, "");
  expect_status(&stage, commit(&stage), STATUS_OK, "");
  stage_close(&stage);
}

/* ---- folders ---- */

static void file_write(const char *path, const void *bytes, size_t length) {
  FILE *file = fopen(path, "w");
  assert_non_null(file);
  assert_int_equal(fwrite(bytes, 1, length, file), length);
  fclose(file);
}

static void a_folder_of_somebody_else_is_refused(void **unused) {
  (void)unused;
  struct stage stage;
  char path[128];
  stage_open(&stage);
  assert_int_equal(mkdir(stage.state, 0700), 0);
  snprintf(path, sizeof path, "%s/thesis.txt", stage.state);
  file_write(path, "x", 1);
  expect_status(&stage, state_open(&stage), STATUS_STATE, "it holds thesis.txt");
  stage_close(&stage);
}

/* A store that another program wrote with LMDB. */
static void a_foreign_store_is_refused(void **unused) {
  (void)unused;
  struct stage stage;
  MDB_env *env;
  MDB_txn *txn;
  MDB_dbi dbi;
  MDB_val key = {3, (void *)(uintptr_t) "key"}, value = {5, (void *)(uintptr_t) "value"};
  stage_open(&stage);
  assert_int_equal(mkdir(stage.state, 0700), 0);
  assert_int_equal(mdb_env_create(&env), 0);
  assert_int_equal(mdb_env_open(env, stage.state, 0, 0600), 0);
  assert_int_equal(mdb_txn_begin(env, NULL, 0, &txn), 0);
  assert_int_equal(mdb_dbi_open(txn, NULL, 0, &dbi), 0);
  assert_int_equal(mdb_put(txn, dbi, &key, &value, 0), 0);
  assert_int_equal(mdb_txn_commit(txn), 0);
  mdb_env_close(env);
  expect_status(&stage, state_open(&stage), STATUS_STATE, "not giftd's; name another --state folder");
  stage_close(&stage);
}

static void a_newer_form_is_refused(void **unused) {
  (void)unused;
  struct stage stage;
  stage_open(&stage);
  expect_status(&stage, state_open(&stage), STATUS_OK, "");
  store_text(&stage, "m:format", "giftd state\x07");
  expect_status(&stage, commit(&stage), STATUS_OK, "");
  expect_status(&stage, state_open(&stage), STATUS_STATE, "written by a newer giftd");
  stage_close(&stage);
}

static void damaged_files_are_told(void **unused) {
  (void)unused;
  char zeros[16384] = {0}, noise[16384];
  for (size_t i = 0; i < sizeof noise; i++) noise[i] = (char)(i * 131 + i / 7);
  static const struct {
    const char *what;
    bool is_noise;
    size_t length;
    enum status status;
    const char *words;
  } cases[] = {
      {"text", true, 100, STATUS_STATE, "damaged or not giftd's"},
      {"noise", true, 16384, STATUS_STATE, "damaged or not giftd's"},
      {"zeros", false, 16384, STATUS_STATE, "damaged or not giftd's"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    struct stage stage;
    stage_open(&stage);
    assert_int_equal(mkdir(stage.state, 0700), 0);
    file_write(data_path(&stage), cases[i].is_noise ? noise : zeros, cases[i].length);
    expect_status(&stage, state_open(&stage), cases[i].status, cases[i].words);
    stage_close(&stage);
  }
}

static void a_wrong_checksum_is_told(void **unused) {
  (void)unused;
  struct stage stage;
  struct str record;
  static char bytes[1 << 20];
  stage_open(&stage);
  expect_status(&stage, state_open(&stage), STATUS_OK, "");
  store_text(&stage, "c1", "a record that is easily found");
  expect_status(&stage, commit(&stage), STATUS_OK, "");
  state_end(&stage);
  int fd = open(data_path(&stage), O_RDWR), changed = 0;
  ssize_t length = read(fd, bytes, sizeof bytes);
  for (ssize_t i = 0; i + 29 < length; i++) {
    if (memcmp(bytes + i, "a record that is easily found", 29) != 0) continue;
    assert_int_equal(pwrite(fd, "b", 1, i), 1);
    changed++;
  }
  close(fd);
  assert_true(changed > 0);
  expect_status(&stage, state_open(&stage), STATUS_OK, "");
  expect_status(&stage, stage.port.load(stage.port.self, STR("c1"), &record, &stage.fault), STATUS_STATE, "wrong checksum");
  stage_close(&stage);
}

/* Cut at every page: either told in words, or nothing that is in use was lost. In a child, since damage may end the process - with code 2.
 */
static void a_file_that_was_cut_is_told(void **unused) {
  (void)unused;
  struct stage stage;
  struct stat info;
  char copy[128], command[320];
  unsigned told = 0;
  stage_open(&stage);
  expect_status(&stage, state_open(&stage), STATUS_OK, "");
  expect_status(&stage, store_many(&stage, 0, 60, 1500), STATUS_OK, "");
  expect_status(&stage, commit(&stage), STATUS_OK, "");
  state_end(&stage);
  assert_int_equal(stat(data_path(&stage), &info), 0);
  snprintf(copy, sizeof copy, "%s/copy", stage.folder);
  snprintf(command, sizeof command, "cp '%s' '%s'", data_path(&stage), copy);
  assert_int_equal(system(command), 0);
  snprintf(command, sizeof command, "cp '%s' '%s'", copy, data_path(&stage));
  for (off_t size = 1000; size < info.st_size; size += 4096) {
    assert_int_equal(system(command), 0);
    assert_int_equal(truncate(data_path(&stage), size), 0);
    pid_t child = fork();
    if (child == 0) {
      int null = open("/dev/null", O_WRONLY);
      (void)dup2(null, 2);
      struct lmdb *lmdb;
      struct fault fault;
      struct lmdb_settings settings = {stage.state, 0};
      enum status status = lmdb_open(&settings, &lmdb, &fault);
      if (status != STATUS_OK) _exit(status == STATUS_STATE && strstr(fault.text, stage.state) != NULL ? 2 : 9);
      _exit(lmdb_records(lmdb) == 61 ? 0 : 8);
    }
    int how;
    assert_int_equal(waitpid(child, &how, 0), child);
    if (!WIFEXITED(how) || (WEXITSTATUS(how) != 0 && WEXITSTATUS(how) != 2)) fail_msg("cut at %ld: %d", (long)size, how);
    told += WEXITSTATUS(how) == 2;
  }
  assert_true(told > 10);
  stage_close(&stage);
}

static void what_is_held_or_not_writable_is_told(void **unused) {
  (void)unused;
  struct stage stage;
  struct lmdb *second;
  stage_open(&stage);
  expect_status(&stage, state_open(&stage), STATUS_OK, "");
  struct lmdb_settings settings = {stage.state, 0};
  expect_status(&stage, lmdb_open(&settings, &second, &stage.fault), STATUS_STORAGE, "held by another running giftd (process ");
  state_end(&stage);
  expect_status(&stage, state_open(&stage), STATUS_OK, "");
  state_end(&stage);
  if (geteuid() != 0) {
    assert_int_equal(chmod(stage.state, 0500), 0);
    assert_int_equal(chmod(data_path(&stage), 0400), 0);
    expect_status(&stage, state_open(&stage), STATUS_STORAGE, stage.state);
  }
  stage_close(&stage);
}

static void impossible_folders_are_told(void **unused) {
  (void)unused;
  struct stage stage;
  stage_open(&stage);
  file_write(stage.state, "x", 1);
  expect_status(&stage, state_open(&stage), STATUS_USAGE, "a file has that name");
  strcat(stage.state, "/below");
  expect_status(&stage, state_open(&stage), STATUS_USAGE, "cannot make the state folder");
  snprintf(stage.state, sizeof stage.state, "%s/a/b", stage.folder);
  expect_status(&stage, state_open(&stage), STATUS_USAGE, "No such file");
  stage_close(&stage);
}

/* Less address space than is asked for: the store takes less. */
static void little_address_space_is_enough(void **unused) {
  (void)unused;
#if defined(__SANITIZE_ADDRESS__)
  skip(); /* the sanitizer itself needs terabytes of it */
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
  skip();
#endif
#endif
  struct stage stage;
  stage_open(&stage);
  pid_t child = fork();
  if (child == 0) {
    struct rlimit small = {2ull << 30, 2ull << 30};
    if (setrlimit(RLIMIT_AS, &small) != 0) _exit(3);
    _exit(state_open(&stage) == STATUS_OK && store_many(&stage, 0, 10, 100) == STATUS_OK && commit(&stage) == STATUS_OK ? 0 : 1);
  }
  int how;
  assert_int_equal(waitpid(child, &how, 0), child);
  assert_true(WIFEXITED(how));
  assert_int_equal(WEXITSTATUS(how), 0);
  stage_close(&stage);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_batch_is_all_or_nothing),
      cmocka_unit_test(a_killed_process_leaves_the_last_commit),
      cmocka_unit_test(the_space_grows_between_batches),
      cmocka_unit_test(a_batch_larger_than_the_space_is_told_and_nothing_is_lost),
      cmocka_unit_test(a_full_disk_fails_the_commit_and_keeps_the_last_one),
      cmocka_unit_test(a_folder_of_somebody_else_is_refused),
      cmocka_unit_test(a_foreign_store_is_refused),
      cmocka_unit_test(a_newer_form_is_refused),
      cmocka_unit_test(damaged_files_are_told),
      cmocka_unit_test(a_wrong_checksum_is_told),
      cmocka_unit_test(a_file_that_was_cut_is_told),
      cmocka_unit_test(what_is_held_or_not_writable_is_told),
      cmocka_unit_test(impossible_folders_are_told),
      cmocka_unit_test(little_address_space_is_enough),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
