/* Broken campaign files, each with what must be said of it. tests/campaign/broken/NAME.json is compiled together with the shipped
 * bank.json (and with beside/NAME.json, if there is one: a programme); NAME.expected holds a line for each finding: CODE, JSON pointer
 * ("-" is the whole file), and behind " ~ " a piece of what the text or the remedy must say. All errors must be listed and no other may
 * be found; warnings are compared where a file expects one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>
#include <dirent.h>

#include "giftd/campaign.h"

#define ARENA_BYTES (32u << 20)
#define FILE_BYTES (300u << 10)
#define EXPECTED_MOST 32u
#define FILES_MOST 1024u
#define FILES_LEAST 100u

static const char *const bank_files[] = {"bank.json", "lists/aml-deny.txt", "lists/fraud-confirmed.txt", "lists/staff.txt"};
#define BANK_FILES (sizeof bank_files / sizeof bank_files[0])

struct bench {
  struct catalogue catalogue;
  struct arena arena, scratch, texts;
  struct findings findings;
  struct fault fault;
  const struct rulebook *rulebook;
  enum status status;
};

static struct str file_read(struct arena *arena, const char *path) {
  FILE *file = fopen(path, "rb");
  if (file == NULL) return (struct str){NULL, 0};
  char *bytes = arena_take(arena, FILE_BYTES);
  assert_non_null(bytes);
  size_t length = fread(bytes, 1, FILE_BYTES, file);
  assert_true(length < FILE_BYTES);
  fclose(file);
  return (struct str){bytes, length};
}

static struct bench *bench_new(void) {
  struct bench *bench = calloc(1, sizeof *bench);
  assert_non_null(bench);
  catalogue_init(&bench->catalogue);
  arena_init(&bench->arena, malloc(ARENA_BYTES), ARENA_BYTES);
  arena_init(&bench->scratch, malloc(ARENA_BYTES), ARENA_BYTES);
  arena_init(&bench->texts, malloc(ARENA_BYTES), ARENA_BYTES);
  assert_true(bench->arena.memory != NULL && bench->scratch.memory != NULL && bench->texts.memory != NULL);
  return bench;
}

static void bench_free(struct bench *bench) {
  free(bench->arena.memory);
  free(bench->scratch.memory);
  free(bench->texts.memory);
  free(bench);
}

/* Compiles one file beside the bank's, and beside another when that is not empty. */
static void compile(struct bench *bench, const char *name, struct str text, struct str beside) {
  struct source sources[BANK_FILES + 2];
  arena_reset(&bench->arena);
  arena_reset(&bench->scratch);
  for (size_t i = 0; i < BANK_FILES; i++) {
    struct str path = arena_print(&bench->texts, "%s/deploy/demo/%s", SOURCE_DIR, bank_files[i]);
    sources[i] = (struct source){str_of(bank_files[i]), file_read(&bench->texts, path.at)};
    assert_non_null(sources[i].text.at);
  }
  sources[BANK_FILES] = (struct source){str_of(name), text};
  sources[BANK_FILES + 1] = (struct source){STR("beside.json"), beside};
  bench->findings = (struct findings){0};
  bench->rulebook = NULL;
  uint32_t count = BANK_FILES + (beside.length > 0 ? 2 : 1);
  bench->status =
      rulebook_read(sources, count, &bench->catalogue, &bench->arena, &bench->scratch, &bench->findings, &bench->rulebook, &bench->fault);
}

/* ---- what is expected ---- */

struct expected {
  struct str code, pointer, says;
  bool found;
};

static uint32_t expected_read(struct str text, struct expected out[EXPECTED_MOST]) {
  uint32_t count = 0;
  struct str line;
  while (text.length > 0) {
    str_split(text, '\n', &line, &text);
    if (line.length == 0) continue;
    assert_true(count < EXPECTED_MOST);
    struct expected *one = &out[count++];
    struct str rest, tail;
    *one = (struct expected){.says = {NULL, 0}};
    str_split(line, ' ', &one->code, &rest);
    if (str_split(rest, ' ', &one->pointer, &tail)) {
      assert_true(str_starts(tail, STR("~ ")));
      one->says = str_from(tail, 2);
    }
    if (str_equal(one->pointer, STR("-"))) one->pointer.length = 0;
  }
  return count;
}

static bool str_has(struct str text, struct str piece) {
  for (; text.length >= piece.length; text = str_from(text, 1)) {
    if (str_starts(text, piece)) return true;
    if (text.length == 0) return false;
  }
  return false;
}

static bool finding_is(const struct finding *finding, const struct expected *one) {
  return str_equal(str_of(check_codes[finding->code].code), one->code) && str_equal(finding->pointer, one->pointer) &&
         (str_has(finding->text, one->says) || str_has(finding->remedy, one->says));
}

static void say_finding(const char *mark, const struct finding *finding) {
  char memory[2048];
  struct buffer out;
  buffer_init(&out, memory, sizeof memory);
  finding_print(&out, finding);
  print_message("    %s %.*s\n", mark, STR_FORMAT(buffer_text(&out)));
}

/* True when the findings are those expected. */
static bool compare(const struct bench *bench, const char *name, struct expected *expected, uint32_t count) {
  bool fine = true;
  for (uint32_t i = 0; i < bench->findings.count; i++) {
    const struct finding *finding = &bench->findings.items[i];
    bool listed = false;
    for (uint32_t j = 0; j < count && !listed; j++)
      if (!expected[j].found && finding_is(finding, &expected[j])) expected[j].found = listed = true;
    if (listed || finding->code >= CHECK_WARNINGS) continue;
    if (fine) print_message("%s:\n", name);
    say_finding("+", finding);
    fine = false;
  }
  for (uint32_t j = 0; j < count; j++) {
    if (expected[j].found) continue;
    if (fine) print_message("%s:\n", name);
    print_message("    - %.*s %.*s ~ %.*s\n", STR_FORMAT(expected[j].code), STR_FORMAT(expected[j].pointer), STR_FORMAT(expected[j].says));
    fine = false;
  }
  bool refused = bench->rulebook == NULL && bench->status == STATUS_INPUT, clean = bench->findings.errors == 0;
  if (refused == clean) {
    print_message("%s: with %u errors the answer was %d\n", name, bench->findings.errors, (int)bench->status);
    fine = false;
  }
  return fine;
}

/* ---- the files ---- */

static int by_name(const void *a, const void *b) { return strcmp(*(char *const *)a, *(char *const *)b); }

static uint32_t names_of(struct arena *arena, const char *folder, const char *names[FILES_MOST]) {
  uint32_t count = 0;
  DIR *directory = opendir(folder);
  assert_non_null(directory);
  for (struct dirent *entry; (entry = readdir(directory)) != NULL;) {
    size_t length = strlen(entry->d_name);
    if (length < 6 || strcmp(entry->d_name + length - 5, ".json") != 0) continue;
    assert_true(count < FILES_MOST);
    names[count++] = arena_copy(arena, (struct str){entry->d_name, length - 5}).at;
  }
  closedir(directory);
  qsort(names, count, sizeof *names, by_name);
  return count;
}

static bool file_passes(struct bench *bench, const char *name) {
  struct expected expected[EXPECTED_MOST];
  size_t used = bench->texts.used;
  struct str path = arena_print(&bench->texts, "%s/campaign/broken/%s.json", TESTS_DIR, name);
  struct str text = file_read(&bench->texts, path.at);
  path = arena_print(&bench->texts, "%s/campaign/broken/%s.expected", TESTS_DIR, name);
  struct str lines = file_read(&bench->texts, path.at);
  if (lines.length == 0) print_message("%s: has no .expected beside it\n", name);
  uint32_t count = expected_read(lines, expected);
  path = arena_print(&bench->texts, "%s/campaign/broken/beside/%s.json", TESTS_DIR, name);
  struct str beside = file_read(&bench->texts, path.at);
  compile(bench, "broken.json", text, beside.at == NULL ? STR("") : beside);
  bool fine = compare(bench, name, expected, count) && count > 0;
  bench->texts.used = used;
  return fine;
}

static void broken_files(void **unused) {
  (void)unused;
  struct bench *bench = bench_new();
  const char *names[FILES_MOST];
  struct str folder = arena_print(&bench->texts, "%s/campaign/broken", TESTS_DIR);
  uint32_t count = names_of(&bench->texts, folder.at, names), failed = 0;
  for (uint32_t i = 0; i < count; i++) failed += !file_passes(bench, names[i]);
  if (failed > 0) print_message("%u of %u broken files are not told as expected\n", failed, count);
  bench_free(bench);
  assert_int_equal(failed, 0);
  assert_true(count >= FILES_LEAST);
}

/* ---- bytes that no text file holds ---- */

static const struct {
  const char *name;
  struct str text;
  enum check_code code;
} bytes[] = {
    {"nothing", {"", 0}, CHECK_SYNTAX},
    {"byte order mark", {"\xEF\xBB\xBF{}", 5}, CHECK_SYNTAX},
    {"not UTF-8", {"{\"id\": \"\xFF\"}", 11}, CHECK_SYNTAX},
    {"NUL inside", {"{\"id\": \"a\0b\"}", 13}, CHECK_SYNTAX},
    {"NUL behind", {"{}\0", 3}, CHECK_SYNTAX},
    {"escaped NUL", {"{\"id\": \"a\\u0000\"}", 17}, CHECK_SYNTAX},
    {"lone surrogate", {"{\"id\": \"\\ud800\"}", 16}, CHECK_SYNTAX},
    {"number too large", {"{\"version\": 123456789012345678901}", 34}, CHECK_SYNTAX},
};

static bool is_told(const struct bench *bench, enum check_code code) {
  for (uint32_t i = 0; i < bench->findings.count; i++)
    if (bench->findings.items[i].code == code && str_equal(bench->findings.items[i].file, STR("broken.json"))) return true;
  return false;
}

static void strange_bytes(void **unused) {
  (void)unused;
  struct bench *bench = bench_new();
  for (size_t i = 0; i < sizeof bytes / sizeof bytes[0]; i++) {
    compile(bench, "broken.json", bytes[i].text, STR(""));
    if (bench->status != STATUS_INPUT || !is_told(bench, bytes[i].code)) fail_msg("%s is not told", bytes[i].name);
  }
  bench_free(bench);
}

static void too_large(void **unused) {
  (void)unused;
  struct bench *bench = bench_new();
  char *text = malloc(LIMIT_CAMPAIGN_BYTES + 2);
  assert_non_null(text);
  memset(text, ' ', LIMIT_CAMPAIGN_BYTES + 2);
  text[0] = '{', text[LIMIT_CAMPAIGN_BYTES + 1] = '}';
  compile(bench, "broken.json", (struct str){text, LIMIT_CAMPAIGN_BYTES + 2}, STR(""));
  assert_int_equal(bench->status, STATUS_INPUT);
  assert_true(is_told(bench, CHECK_TOO_LARGE));
  free(text);
  bench_free(bench);
}

/* Deeply nested arrays must not exhaust the stack. */
static void too_deep(void **unused) {
  (void)unused;
  struct bench *bench = bench_new();
  char text[4096];
  memset(text, '[', sizeof text);
  compile(bench, "broken.json", (struct str){text, sizeof text}, STR(""));
  assert_int_equal(bench->status, STATUS_INPUT);
  assert_true(is_told(bench, CHECK_SYNTAX));
  bench_free(bench);
}

/* The bank's own files are what everything else is compared on: nothing may be wrong with them. */
static void bank_is_sound(void **unused) {
  (void)unused;
  struct bench *bench = bench_new();
  struct str path = arena_print(&bench->texts, "%s/deploy/demo/card-wake.json", SOURCE_DIR);
  compile(bench, "card-wake.json", file_read(&bench->texts, path.at), STR(""));
  for (uint32_t i = 0; i < bench->findings.count; i++) say_finding("+", &bench->findings.items[i]);
  assert_int_equal(bench->status, STATUS_OK);
  assert_int_equal(bench->findings.errors, 0);
  assert_non_null(bench->rulebook);
  bench_free(bench);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(bank_is_sound), cmocka_unit_test(broken_files), cmocka_unit_test(strange_bytes),
      cmocka_unit_test(too_large),     cmocka_unit_test(too_deep),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
