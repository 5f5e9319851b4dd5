/* The log on plain files: lines as they stand, one input told from another, outputs cut back to what was committed, and what was edited
 * told. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "giftd/files.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- a stage: a folder, an input, a "store" of two records ---- */

struct stage {
  char folder[64], input[96], output[96];
  char outputs[8192], mark[8192];
  size_t outputs_length, mark_length;
  struct files *files;
  struct log_port port;
  struct fault fault;
};

static void stage_open(struct stage *stage) {
  memset(stage, 0, sizeof *stage);
  strcpy(stage->folder, "/tmp/giftd-files-XXXXXX");
  assert_non_null(mkdtemp(stage->folder));
  snprintf(stage->input, sizeof stage->input, "%s/in.jsonl", stage->folder);
  snprintf(stage->output, sizeof stage->output, "%s/out", stage->folder);
}

static void stage_close(struct stage *stage) {
  char command[128];
  files_close(stage->files);
  snprintf(command, sizeof command, "rm -rf '%s'", stage->folder);
  assert_int_equal(system(command), 0);
}

static void bytes_write(const char *path, const char *mode, const void *bytes, size_t length) {
  FILE *file = fopen(path, mode);
  assert_non_null(file);
  assert_int_equal(fwrite(bytes, 1, length, file), length);
  fclose(file);
}

static void text_write(const char *path, const char *mode, const char *text) { bytes_write(path, mode, text, strlen(text)); }

static size_t bytes_read(const char *path, char *to, size_t room) {
  FILE *file = fopen(path, "r");
  assert_non_null(file);
  size_t got = fread(to, 1, room - 1, file);
  to[got] = 0;
  fclose(file);
  return got;
}

static const char *output_path(const struct stage *stage, const char *name) {
  static char path[160];
  snprintf(path, sizeof path, "%s/%s", stage->output, name);
  return path;
}

static enum status stage_start(struct stage *stage, bool follow) {
  struct files_settings settings = {stage->input, stage->output, "STATE", follow};
  files_close(stage->files);
  stage->files = NULL;
  enum status status = files_open(&settings, &stage->files, &stage->fault);
  if (status != STATUS_OK) return status;
  stage->port = files_port(stage->files);
  return files_resume(stage->files, (struct str){stage->outputs, stage->outputs_length}, (struct str){stage->mark, stage->mark_length},
                      &stage->fault);
}

static void stage_transact(struct stage *stage) {
  struct str record;
  assert_int_equal(files_sync(stage->files, &stage->fault), STATUS_OK);
  record = files_outputs_record(stage->files);
  memcpy(stage->outputs, record.at, record.length);
  stage->outputs_length = record.length;
  assert_int_equal(files_input_record(stage->files, &record, &stage->fault), STATUS_OK);
  if (record.length > 0) memcpy(stage->mark, record.at, record.length);
  stage->mark_length = record.length;
}

static void stage_commit(struct stage *stage) {
  stage_transact(stage);
  assert_int_equal(files_committed(stage->files, &stage->fault), STATUS_OK);
}

static const char *const output_names[] = {"rewards.jsonl", "decisions.jsonl", "dlq.jsonl"};
#define OUTPUT_FILES 3

/* As a killed process leaves it: nothing is cut back. */
static void stage_kill(struct stage *stage) {
  char bytes[OUTPUT_FILES][8192];
  size_t lengths[OUTPUT_FILES];
  for (int i = 0; i < OUTPUT_FILES; i++) lengths[i] = bytes_read(output_path(stage, output_names[i]), bytes[i], sizeof bytes[i]);
  files_close(stage->files);
  stage->files = NULL;
  for (int i = 0; i < OUTPUT_FILES; i++) bytes_write(output_path(stage, output_names[i]), "w", bytes[i], lengths[i]);
}

static uint32_t poll_lines(struct stage *stage, struct input_line *lines, uint32_t capacity, bool *ended) {
  uint32_t count = 0;
  enum status status = stage->port.poll(stage->port.self, lines, capacity, &count, ended, &stage->fault);
  if (status != STATUS_OK) fail_msg("%s", stage->fault.text);
  return count;
}

/* All lines until the end or until there is nothing now, joined by '|', pieces with a '*' in front. */
static const char *lines_joined(struct stage *stage) {
  static char joined[4096];
  struct input_line lines[3];
  bool ended = false;
  joined[0] = 0;
  for (uint32_t count; (count = poll_lines(stage, lines, 3, &ended)) > 0;) {
    for (uint32_t i = 0; i < count; i++) {
      size_t at = strlen(joined);
      int shown = (int)(lines[i].bytes.length > 20 ? 20 : lines[i].bytes.length);
      snprintf(joined + at, sizeof joined - at, "%s%s%.*s@%llu", at == 0 ? "" : "|", lines[i].piece ? "*" : "", shown, lines[i].bytes.at,
               (unsigned long long)lines[i].position);
    }
  }
  return joined;
}

static void append_text(struct stage *stage, enum output output, const char *text) {
  assert_int_equal(stage->port.append(stage->port.self, output, 0, str_of(text), &stage->fault), STATUS_OK);
}

static void expect_status(struct stage *stage, enum status found, enum status expected, const char *words) {
  if (found != expected) fail_msg("status %d, expected %d: %s", found, expected, stage->fault.text);
  if (expected != STATUS_OK && strstr(stage->fault.text, words) == NULL) fail_msg("'%s' not in: %s", words, stage->fault.text);
}

/* ---- lines ---- */

static void lines_are_cut_at_newlines(void **unused) {
  (void)unused;
  static const struct {
    const char *text;
    bool follow;
    const char *lines;
  } cases[] = {
      {"", false, ""},
      {"a\nbb\n", false, "a@0|bb@2"},
      {"a\nbb", false, "a@0|bb@2"},
      {"a\nbb", true, "a@0"},
      {"\n\nx\n", false, "@0|@1|x@2"},
      {"a\r\nb\r\n", false, "a\r@0|b\r@3"},
      {"1\n2\n3\n4\n5\n6\n7\n", false, "1@0|2@2|3@4|4@6|5@8|6@10|7@12"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    struct stage stage;
    stage_open(&stage);
    text_write(stage.input, "w", cases[i].text);
    expect_status(&stage, stage_start(&stage, cases[i].follow), STATUS_OK, "");
    assert_string_equal(lines_joined(&stage), cases[i].lines);
    stage_close(&stage);
  }
}

static void a_line_too_long_comes_in_pieces_and_goes_on_after_a_restart(void **unused) {
  (void)unused;
  struct stage stage;
  struct input_line lines[1];
  bool ended;
  size_t length = 2 * (size_t)LIMIT_LINE_BYTES + 5;
  char *text = malloc(length + 8);
  assert_non_null(text);
  memset(text, 'x', length);
  memcpy(text + length, "\nend\n", 5);
  stage_open(&stage);
  bytes_write(stage.input, "w", text, length + 5);
  expect_status(&stage, stage_start(&stage, false), STATUS_OK, "");
  assert_int_equal(poll_lines(&stage, lines, 1, &ended), 1);
  assert_true(lines[0].piece);
  assert_int_equal(lines[0].bytes.length, LIMIT_LINE_BYTES);
  stage_commit(&stage);
  expect_status(&stage, stage_start(&stage, false), STATUS_OK, ""); /* in the middle of the line */
  assert_string_equal(lines_joined(&stage), "*xxxxxxxxxxxxxxxxxxxx@1048576|*xxxxx@2097152|end@2097158");
  bytes_write(stage.input, "w", text, LIMIT_LINE_BYTES); /* just fits */
  text_write(stage.input, "a", "\n");
  stage.mark_length = 0;
  expect_status(&stage, stage_start(&stage, false), STATUS_OK, "");
  assert_string_equal(lines_joined(&stage), "xxxxxxxxxxxxxxxxxxxx@0");
  free(text);
  stage_close(&stage);
}

static void a_growing_file_is_followed_and_a_rotated_one_taken_up(void **unused) {
  (void)unused;
  struct stage stage;
  char old[128];
  stage_open(&stage);
  text_write(stage.input, "w", "a\nb");
  expect_status(&stage, stage_start(&stage, true), STATUS_OK, "");
  assert_string_equal(lines_joined(&stage), "a@0");
  text_write(stage.input, "a", "b\nc\n");
  assert_string_equal(lines_joined(&stage), "bb@2|c@5");
  snprintf(old, sizeof old, "%s.1", stage.input);
  text_write(stage.input, "a", "last");
  assert_int_equal(rename(stage.input, old), 0);
  assert_string_equal(lines_joined(&stage), ""); /* nothing took its place yet: it may still grow */
  text_write(stage.input, "w", "new\n");
  assert_string_equal(lines_joined(&stage), "last@7"); /* and then the new one is opened */
  stage_commit(&stage);
  assert_string_equal(lines_joined(&stage), "new@0");
  stage_commit(&stage);
  expect_status(&stage, stage_start(&stage, true), STATUS_OK, "");
  assert_string_equal(lines_joined(&stage), "");
  stage_close(&stage);
}

static void a_wait_ends_when_the_file_grows(void **unused) {
  (void)unused;
  struct stage stage;
  stage_open(&stage);
  text_write(stage.input, "w", "a\n");
  expect_status(&stage, stage_start(&stage, true), STATUS_OK, "");
  assert_string_equal(lines_joined(&stage), "a@0");
  text_write(stage.input, "a", "b\n");
  files_wait(stage.files, -1, 20000); /* the test's time limit would tell */
  assert_string_equal(lines_joined(&stage), "b@2");
  stage_close(&stage);
}

static void a_pipe_has_no_record_and_begins_at_zero(void **unused) {
  (void)unused;
  struct stage stage;
  bool ended = false;
  struct input_line lines[4];
  stage_open(&stage);
  snprintf(stage.input, sizeof stage.input, "%s/pipe", stage.folder);
  assert_int_equal(mkfifo(stage.input, 0600), 0);
  int keep = open(stage.input, O_RDWR);
  assert_true(keep >= 0);
  expect_status(&stage, stage_start(&stage, false), STATUS_OK, "");
  assert_int_equal(files_input_key(stage.files).length, 0);
  assert_int_equal(poll_lines(&stage, lines, 4, &ended), 0); /* does not block */
  assert_false(ended);
  assert_int_equal(write(keep, "a\nb", 3), 3);
  assert_int_equal(poll_lines(&stage, lines, 4, &ended), 1);
  stage_commit(&stage);
  assert_int_equal(stage.mark_length, 0);
  close(keep);
  assert_int_equal(poll_lines(&stage, lines, 4, &ended), 1); /* the writer is gone: the rest is a line */
  assert_int_equal(poll_lines(&stage, lines, 4, &ended), 0);
  assert_true(ended);
  stage_close(&stage);
}

/* ---- which input it is ---- */

static void an_input_is_known_by_its_bytes(void **unused) {
  (void)unused;
  static const struct {
    const char *what, *first, *second;
    enum status status;
    const char *words, *lines;
  } cases[] = {
      {"nothing new", "a\nb\n", "a\nb\n", STATUS_OK, "", ""},
      {"grown", "a\nb\n", "a\nb\nc\n", STATUS_OK, "", "c@4"},
      {"grown by the newline that was missing", "a\nb", "a\nb\nc\n", STATUS_OK, "", "c@4"},
      {"another file of the same length", "a\nb\n", "x\ny\n", STATUS_OK, "", "x@0|y@2"},
      {"another, longer", "a\nb\n", "x\ny\nz\n", STATUS_OK, "", "x@0|y@2|z@4"},
      {"cut", "a\nb\nc\n", "a\nb\n", STATUS_STATE, "it was cut", NULL},
      {"emptied", "a\nb\n", "", STATUS_STATE, "it was cut", NULL},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    struct stage stage;
    stage_open(&stage);
    text_write(stage.input, "w", cases[i].first);
    expect_status(&stage, stage_start(&stage, false), STATUS_OK, "");
    lines_joined(&stage);
    stage_commit(&stage);
    text_write(stage.input, "w", cases[i].second);
    expect_status(&stage, stage_start(&stage, false), cases[i].status, cases[i].words);
    if (cases[i].lines != NULL) assert_string_equal(lines_joined(&stage), cases[i].lines);
    stage_close(&stage);
  }
}

/* The same first 4 KiB, other bytes before the position; and a small new file under the name of a large one. */
static void a_rewritten_file_is_another_input(void **unused) {
  (void)unused;
  struct stage stage;
  char text[12001];
  for (size_t i = 0; i < 12000; i += 10) memcpy(text + i, "123456789\n", 10);
  stage_open(&stage);
  bytes_write(stage.input, "w", text, 12000);
  expect_status(&stage, stage_start(&stage, false), STATUS_OK, "");
  while (lines_joined(&stage)[0] != 0) {}
  stage_commit(&stage);
  text[11000] = 'X';
  bytes_write(stage.input, "w", text, 12000);
  expect_status(&stage, stage_start(&stage, false), STATUS_OK, "");
  assert_int_equal(files_position(stage.files), 0);
  assert_true(files_note(stage.files).length > 0);
  char small[300];
  memset(small, 'n', sizeof small);
  bytes_write(stage.input, "w", small, sizeof small);
  expect_status(&stage, stage_start(&stage, false), STATUS_OK, "");
  assert_int_equal(files_position(stage.files), 0);
  stage_close(&stage);
}

static void an_input_cut_while_it_is_read_is_told(void **unused) {
  (void)unused;
  struct stage stage;
  uint32_t count;
  bool ended;
  struct input_line lines[4];
  stage_open(&stage);
  text_write(stage.input, "w", "a\nb\n");
  expect_status(&stage, stage_start(&stage, true), STATUS_OK, "");
  assert_string_equal(lines_joined(&stage), "a@0|b@2");
  text_write(stage.input, "w", "");
  expect_status(&stage, stage.port.poll(stage.port.self, lines, 4, &count, &ended, &stage.fault), STATUS_STATE, "cut while it was read");
  stage_close(&stage);
}

/* ---- outputs ---- */

static void outputs_are_cut_back_to_what_was_committed(void **unused) {
  (void)unused;
  struct stage stage;
  char text[256];
  stage_open(&stage);
  text_write(stage.input, "w", "a\nb\n");
  expect_status(&stage, stage_start(&stage, false), STATUS_OK, "");
  append_text(&stage, OUTPUT_REWARDS, "one\n");
  append_text(&stage, OUTPUT_DLQ, "bad\n");
  stage_commit(&stage);
  append_text(&stage, OUTPUT_REWARDS, "two\n");
  append_text(&stage, OUTPUT_DECISIONS, "deci");
  stage_kill(&stage);
  assert_int_equal(bytes_read(output_path(&stage, "rewards.jsonl"), text, sizeof text), 8);
  expect_status(&stage, stage_start(&stage, false), STATUS_OK, "");
  assert_non_null(strstr(files_note(stage.files).at, "8 bytes"));
  bytes_read(output_path(&stage, "rewards.jsonl"), text, sizeof text);
  assert_string_equal(text, "one\n");
  assert_int_equal(bytes_read(output_path(&stage, "decisions.jsonl"), text, sizeof text), 0);
  append_text(&stage, OUTPUT_REWARDS, "2\n");
  stage_commit(&stage);
  append_text(&stage, OUTPUT_REWARDS, "never");
  files_close(stage.files); /* an orderly end without a commit cuts back at once */
  stage.files = NULL;
  bytes_read(output_path(&stage, "rewards.jsonl"), text, sizeof text);
  assert_string_equal(text, "one\n2\n");
  stage_close(&stage);
}

static void edited_outputs_are_refused(void **unused) {
  (void)unused;
  static const struct {
    const char *what, *mode, *text;
    const char *words;
  } cases[] = {
      {"cut", "w", "on", "it was edited, cut or replaced"},
      {"emptied", "w", "", "it was edited, cut or replaced"},
      {"other bytes", "w", "0ne\ntwo\n", "not those that were committed"},
      {"other bytes and longer", "w", "0ne\ntwo\nthree\n", "not those that were committed"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    struct stage stage;
    stage_open(&stage);
    text_write(stage.input, "w", "a\n");
    expect_status(&stage, stage_start(&stage, false), STATUS_OK, "");
    append_text(&stage, OUTPUT_REWARDS, "one\ntwo\n");
    stage_commit(&stage);
    files_close(stage.files);
    stage.files = NULL;
    text_write(output_path(&stage, "rewards.jsonl"), cases[i].mode, cases[i].text);
    expect_status(&stage, stage_start(&stage, false), STATUS_STATE, cases[i].words);
    stage_close(&stage);
  }
}

static void the_last_4_kib_are_checked_however_they_were_appended(void **unused) {
  (void)unused;
  static const size_t sizes[] = {1, 100, 3000, 4095, 4096, 4097, 9000, 7};
  struct stage stage;
  char block[9000];
  stage_open(&stage);
  text_write(stage.input, "w", "a\n");
  expect_status(&stage, stage_start(&stage, false), STATUS_OK, "");
  for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
    memset(block, 'a' + (int)i, sizes[i]);
    assert_int_equal(stage.port.append(stage.port.self, OUTPUT_DECISIONS, 0, (struct str){block, sizes[i]}, &stage.fault), STATUS_OK);
    stage_commit(&stage);
    expect_status(&stage, stage_start(&stage, false), STATUS_OK, "");
  }
  int fd = open(output_path(&stage, "decisions.jsonl"), O_WRONLY);
  struct stat info;
  assert_int_equal(fstat(fd, &info), 0);
  assert_int_equal(pwrite(fd, "Z", 1, info.st_size - 4096), 1);
  close(fd);
  expect_status(&stage, stage_start(&stage, false), STATUS_STATE, "not those that were committed");
  stage_close(&stage);
}

static void outputs_of_another_state_are_not_appended_to(void **unused) {
  (void)unused;
  struct stage stage;
  stage_open(&stage);
  text_write(stage.input, "w", "a\n");
  assert_int_equal(mkdir(stage.output, 0700), 0);
  text_write(output_path(&stage, "dlq.jsonl"), "w", "something\n");
  expect_status(&stage, stage_start(&stage, false), STATUS_STATE, "belong to another state");
  stage_close(&stage);
}

static void outputs_are_held_by_one(void **unused) {
  (void)unused;
  struct stage stage;
  struct files *second;
  stage_open(&stage);
  text_write(stage.input, "w", "a\n");
  expect_status(&stage, stage_start(&stage, false), STATUS_OK, "");
  struct files_settings settings = {stage.input, stage.output, "STATE", false};
  expect_status(&stage, files_open(&settings, &second, &stage.fault), STATUS_STORAGE, "another giftd");
  stage_close(&stage);
}

/* ---- older copies that were put back ---- */

#define COMMITS 6

/* What lies on the disk behind each commit. */
struct copy {
  char record[256], outputs[OUTPUT_FILES][64], seal[8192];
  size_t record_length, lengths[OUTPUT_FILES];
};

static void copy_take(struct stage *stage, struct copy *copy) {
  FILE *file = fopen(output_path(stage, "giftd.commit"), "r");
  assert_non_null(file);
  assert_int_equal(fread(copy->seal, 1, sizeof copy->seal, file), sizeof copy->seal);
  fclose(file);
  for (int i = 0; i < OUTPUT_FILES; i++)
    copy->lengths[i] = bytes_read(output_path(stage, output_names[i]), copy->outputs[i], sizeof copy->outputs[i]);
  memcpy(copy->record, stage->outputs, stage->outputs_length);
  copy->record_length = stage->outputs_length;
}

/* Six commits, each with a copy; the third adds to one output alone, the fourth nothing at all. */
static void copies_make(struct stage *stage, struct copy copies[COMMITS + 1]) {
  static const char *const adds[COMMITS + 1][OUTPUT_FILES] = {
      {NULL, NULL, NULL}, {"1a\n", "1b\n", "1c\n"},     {"2aaa\n", "2b\n", NULL}, {NULL, "3b\n", NULL},
      {NULL, NULL, NULL}, {"5a\n", "5bbbb\n", "5cc\n"}, {"6a\n", "6b\n", "6c\n"}};
  text_write(stage->input, "w", "a\n");
  expect_status(stage, stage_start(stage, false), STATUS_OK, "");
  for (int number = 1; number <= COMMITS; number++) {
    for (int i = 0; i < OUTPUT_FILES; i++)
      if (adds[number][i] != NULL) append_text(stage, (enum output)i, adds[number][i]);
    stage_commit(stage);
    copy_take(stage, &copies[number]);
  }
  memset(copies[0].seal, 0, sizeof copies[0].seal);
  files_close(stage->files);
  stage->files = NULL;
}

/* Puts the record of one commit, the seal of another and each output of its own back, with `more` behind the first output. */
static void copies_put(struct stage *stage, const struct copy copies[COMMITS + 1], int state, int seal, const int outputs[OUTPUT_FILES],
                       const char *more) {
  files_close(stage->files);
  stage->files = NULL;
  memcpy(stage->outputs, copies[state].record, copies[state].record_length);
  stage->outputs_length = copies[state].record_length;
  bytes_write(output_path(stage, "giftd.commit"), "w", copies[seal].seal, sizeof copies[seal].seal);
  for (int i = 0; i < OUTPUT_FILES; i++)
    bytes_write(output_path(stage, output_names[i]), "w", copies[outputs[i]].outputs[i], copies[outputs[i]].lengths[i]);
  text_write(output_path(stage, output_names[0]), "a", more);
}

/* What has to come of it, NULL: it goes on. */
static const char *words_of(const struct copy copies[COMMITS + 1], int state, int seal, const int outputs[OUTPUT_FILES], const char *more) {
  bool longer = false;
  if (seal > state) return "is older than the outputs";
  for (int i = 0; i < OUTPUT_FILES; i++) {
    const size_t length = copies[outputs[i]].lengths[i] + (i == 0 ? strlen(more) : 0);
    if (length < copies[state].lengths[i]) return "was edited, cut or replaced";
    longer |= length > copies[state].lengths[i];
  }
  return longer && seal + 1 < state ? "does not belong to them" : NULL;
}

static void copies_try(struct stage *stage, const struct copy copies[COMMITS + 1], int state, int seal, const int outputs[OUTPUT_FILES],
                       const char *more) {
  char text[64];
  const char *words = words_of(copies, state, seal, outputs, more);
  copies_put(stage, copies, state, seal, outputs, more);
  const enum status status = stage_start(stage, false);
  if (status != (words == NULL ? STATUS_OK : STATUS_STATE) || (words != NULL && strstr(stage->fault.text, words) == NULL))
    fail_msg("state %d, seal %d, outputs %d %d %d%s: %d %s; expected %s", state, seal, outputs[0], outputs[1], outputs[2], more, status,
             stage->fault.text, words == NULL ? "to go on" : words);
  for (int i = 0; i < OUTPUT_FILES; i++) { /* refused: nothing was touched; gone on: as the state knows it */
    const struct copy *copy = &copies[words == NULL ? state : outputs[i]];
    const size_t length = copy->lengths[i] + (words != NULL && i == 0 ? strlen(more) : 0);
    assert_int_equal(bytes_read(output_path(stage, output_names[i]), text, sizeof text), length);
    assert_memory_equal(text, copy->outputs[i], copy->lengths[i]);
  }
}

static void older_copies_are_told_from_a_crash(void **unused) {
  (void)unused;
  struct stage stage;
  static struct copy copies[COMMITS + 1];
  stage_open(&stage);
  copies_make(&stage, copies);
  for (int state = 1; state <= COMMITS; state++)
    for (int seal = 0; seal <= COMMITS; seal++)
      for (int all = 1; all <= COMMITS; all++)
        for (int one = 0; one <= OUTPUT_FILES; one++) {
          int outputs[OUTPUT_FILES] = {all, all, all};
          if (one < OUTPUT_FILES) outputs[one] = state; /* one of them alone is older, or newer */
          copies_try(&stage, copies, state, seal, outputs, "");
          if (outputs[0] == state) copies_try(&stage, copies, state, seal, outputs, "half a l");
        }
  stage_close(&stage);
}

/* Gone on after a crash, all is as if there had been none: the numbers too. */
static void a_crash_is_followed_by_the_next_commit(void **unused) {
  (void)unused;
  struct stage stage;
  static struct copy copies[COMMITS + 1];
  static const int outputs[OUTPUT_FILES] = {2, 2, 2};
  stage_open(&stage);
  copies_make(&stage, copies);
  for (int seal = 1; seal <= 2; seal++) { /* killed before and behind the seal of the second commit */
    copies_put(&stage, copies, 2, seal, outputs, "uncommitted\n");
    expect_status(&stage, stage_start(&stage, false), STATUS_OK, "");
    assert_non_null(strstr(files_note(stage.files).at, "12 bytes"));
    append_text(&stage, OUTPUT_DECISIONS, "3b\n");
    stage_commit(&stage);
    assert_memory_equal(stage.outputs, copies[3].record, copies[3].record_length);
    expect_status(&stage, stage_start(&stage, false), STATUS_OK, "");
  }
  stage_close(&stage);
}

/* The first crash lost the seal of the second commit; the next one came after the third's transaction, before its seal. */
static void a_crash_behind_a_crash_goes_on(void **unused) {
  (void)unused;
  struct stage stage;
  static struct copy copies[COMMITS + 1];
  static const int outputs[OUTPUT_FILES] = {2, 2, 2};
  stage_open(&stage);
  copies_make(&stage, copies);
  copies_put(&stage, copies, 2, 1, outputs, "");
  expect_status(&stage, stage_start(&stage, false), STATUS_OK, "");
  append_text(&stage, OUTPUT_DECISIONS, "3b\n");
  stage_transact(&stage);
  append_text(&stage, OUTPUT_REWARDS, "never committed\n");
  stage_kill(&stage);
  text_write(output_path(&stage, output_names[0]), "a", "half a l");
  expect_status(&stage, stage_start(&stage, false), STATUS_OK, "");
  assert_non_null(strstr(files_note(stage.files).at, "bytes of output that were never committed"));
  stage_close(&stage);
}

static void a_seal_that_is_torn_or_gone(void **unused) {
  (void)unused;
  struct stage stage;
  static struct copy copies[COMMITS + 1];
  static const int outputs[OUTPUT_FILES] = {6, 6, 6};
  stage_open(&stage);
  copies_make(&stage, copies);
  struct copy last = copies[COMMITS];
  for (size_t at = 0; at < 42; at++) { /* the slot of commit 6 is the first; that of 5 is left */
    copies[COMMITS].seal[at] = (char)(last.seal[at] ^ 0x55);
    copies_put(&stage, copies, COMMITS, COMMITS, outputs, "half");
    expect_status(&stage, stage_start(&stage, false), STATUS_OK, "");
    copies_put(&stage, copies, COMMITS - 2, COMMITS, outputs, "");
    expect_status(&stage, stage_start(&stage, false), STATUS_STATE, "tells of commit 5");
    copies[COMMITS].seal[at] = last.seal[at];
  }
  for (size_t length = 0; length < sizeof last.seal; length += 1024) { /* cut: at 0 and within the first slot nothing is left of it */
    copies_put(&stage, copies, COMMITS, COMMITS, outputs, "half");
    assert_int_equal(truncate(output_path(&stage, "giftd.commit"), (off_t)length), 0);
    expect_status(&stage, stage_start(&stage, false), length == 0 ? STATUS_STATE : STATUS_OK, "truncate -s 14 ");
  }
  copies_put(&stage, copies, COMMITS, COMMITS, outputs, "");
  assert_int_equal(unlink(output_path(&stage, "giftd.commit")), 0);
  expect_status(&stage, stage_start(&stage, false), STATUS_OK, ""); /* nothing is to be cut: it is made anew */
  stage_commit(&stage);
  append_text(&stage, OUTPUT_REWARDS, "more");
  stage_kill(&stage);
  expect_status(&stage, stage_start(&stage, false), STATUS_OK, "");
  stage_close(&stage);
}

/* Folders from before there was a seal: the record had no number. They go on as they always did, and are sealed from then on. */
static void folders_without_a_seal_go_on(void **unused) {
  (void)unused;
  struct stage stage;
  static struct copy copies[COMMITS + 1];
  static const int outputs[OUTPUT_FILES] = {2, 2, 2};
  stage_open(&stage);
  copies_make(&stage, copies);
  struct copy *old = &copies[2];
  old->record[0] = 1;
  memmove(old->record + 2, old->record + 10, old->record_length - 10);
  old->record_length -= 8;
  copies_put(&stage, copies, 2, 0, outputs, "half");
  assert_int_equal(unlink(output_path(&stage, "giftd.commit")), 0);
  expect_status(&stage, stage_start(&stage, false), STATUS_OK, "");
  assert_non_null(strstr(files_note(stage.files).at, "4 bytes"));
  stage_commit(&stage);
  expect_status(&stage, stage_start(&stage, false), STATUS_OK, "");
  memcpy(stage.outputs, old->record, old->record_length); /* and that state put back once more */
  stage.outputs_length = old->record_length;
  expect_status(&stage, stage_start(&stage, false), STATUS_STATE, "is older than the outputs");
  stage_close(&stage);
}

/* Begun anew in a folder whose outputs were emptied: what is left of the seal does not make the new state seem old. */
static void an_emptied_folder_begins_anew(void **unused) {
  (void)unused;
  struct stage stage;
  static struct copy copies[COMMITS + 1];
  stage_open(&stage);
  copies_make(&stage, copies);
  for (int i = 0; i < OUTPUT_FILES; i++) text_write(output_path(&stage, output_names[i]), "w", "");
  stage.outputs_length = 0;
  expect_status(&stage, stage_start(&stage, false), STATUS_OK, "");
  append_text(&stage, OUTPUT_REWARDS, "one\n");
  stage_commit(&stage);
  append_text(&stage, OUTPUT_REWARDS, "two\n");
  stage_kill(&stage);
  expect_status(&stage, stage_start(&stage, false), STATUS_OK, "");
  stage_close(&stage);
}

/* A disk that is full, as a limit on the size of files: the message says what to do, and what was committed stays. */
static void a_full_disk_loses_nothing(void **unused) {
  (void)unused;
  struct stage stage;
  struct rlimit before, small;
  char block[6000], text[64];
  stage_open(&stage);
  memset(block, 'x', sizeof block);
  text_write(stage.input, "w", "a\n");
  expect_status(&stage, stage_start(&stage, false), STATUS_OK, "");
  append_text(&stage, OUTPUT_REWARDS, "one\n");
  stage_commit(&stage);
  signal(SIGXFSZ, SIG_IGN);
  assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
  small = before;
  small.rlim_cur = 4096;
  assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
  enum status status = stage.port.append(stage.port.self, OUTPUT_REWARDS, 0, (struct str){block, sizeof block}, &stage.fault);
  assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
  expect_status(&stage, status, STATUS_STORAGE, "nothing that was committed is lost");
  files_close(stage.files);
  stage.files = NULL;
  bytes_read(output_path(&stage, "rewards.jsonl"), text, sizeof text);
  assert_string_equal(text, "one\n");
  expect_status(&stage, stage_start(&stage, false), STATUS_OK, "");
  stage_close(&stage);
}

static void what_cannot_be_opened_is_named(void **unused) {
  (void)unused;
  static const struct {
    const char *input, *output;
    enum status status;
    const char *words;
  } cases[] = {
      {"%s/none.jsonl", "%s/out", STATUS_USAGE, "none.jsonl: No such file"},
      {"%s", "%s/out", STATUS_USAGE, "is a folder"},
      {"%s/in.jsonl", "%s/a/b", STATUS_USAGE, "cannot make the output folder"},
      {"%s/in.jsonl", "%s/in.jsonl", STATUS_USAGE, "a file has that name"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    struct stage stage;
    char input[160], output[160];
    stage_open(&stage);
    text_write(stage.input, "w", "a\n");
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    snprintf(input, sizeof input, cases[i].input, stage.folder);
    snprintf(output, sizeof output, cases[i].output, stage.folder);
#pragma GCC diagnostic pop
    struct files_settings settings = {input, output, "STATE", false};
    expect_status(&stage, files_open(&settings, &stage.files, &stage.fault), cases[i].status, cases[i].words);
    stage_close(&stage);
  }
}

/* Records that are damaged are told, never believed: every length, and every byte changed, ends in a status. */
static void damaged_records_are_told(void **unused) {
  (void)unused;
  struct stage stage;
  char outputs[8192], mark[8192];
  stage_open(&stage);
  text_write(stage.input, "w", "a\nb\n");
  expect_status(&stage, stage_start(&stage, false), STATUS_OK, "");
  lines_joined(&stage);
  append_text(&stage, OUTPUT_REWARDS, "one\n");
  stage_commit(&stage);
  size_t outputs_length = stage.outputs_length, mark_length = stage.mark_length;
  memcpy(outputs, stage.outputs, outputs_length);
  memcpy(mark, stage.mark, mark_length);
  for (size_t length = 1; length < outputs_length; length++) {
    stage.outputs_length = length;
    assert_int_equal(stage_start(&stage, false), STATUS_STATE);
  }
  stage.outputs_length = outputs_length;
  for (size_t length = 1; length < 40; length++) { /* shorter than its numbers */
    stage.mark_length = length;
    expect_status(&stage, stage_start(&stage, false), STATUS_STATE, "record of the input");
  }
  stage.mark_length = mark_length;
  for (size_t i = 0; i < mark_length; i++) {
    memcpy(stage.mark, mark, mark_length);
    stage.mark[i] = (char)(stage.mark[i] ^ 0x55);
    (void)!stage_start(&stage, false); /* another input, or damage: anything but a crash */
  }
  stage_close(&stage);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(lines_are_cut_at_newlines),
      cmocka_unit_test(a_line_too_long_comes_in_pieces_and_goes_on_after_a_restart),
      cmocka_unit_test(a_growing_file_is_followed_and_a_rotated_one_taken_up),
      cmocka_unit_test(a_wait_ends_when_the_file_grows),
      cmocka_unit_test(a_pipe_has_no_record_and_begins_at_zero),
      cmocka_unit_test(an_input_is_known_by_its_bytes),
      cmocka_unit_test(a_rewritten_file_is_another_input),
      cmocka_unit_test(an_input_cut_while_it_is_read_is_told),
      cmocka_unit_test(outputs_are_cut_back_to_what_was_committed),
      cmocka_unit_test(edited_outputs_are_refused),
      cmocka_unit_test(the_last_4_kib_are_checked_however_they_were_appended),
      cmocka_unit_test(outputs_of_another_state_are_not_appended_to),
      cmocka_unit_test(outputs_are_held_by_one),
      cmocka_unit_test(older_copies_are_told_from_a_crash),
      cmocka_unit_test(a_crash_is_followed_by_the_next_commit),
      cmocka_unit_test(a_crash_behind_a_crash_goes_on),
      cmocka_unit_test(a_seal_that_is_torn_or_gone),
      cmocka_unit_test(folders_without_a_seal_go_on),
      cmocka_unit_test(an_emptied_folder_begins_anew),
      cmocka_unit_test(a_full_disk_loses_nothing),
      cmocka_unit_test(what_cannot_be_opened_is_named),
      cmocka_unit_test(damaged_records_are_told),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
