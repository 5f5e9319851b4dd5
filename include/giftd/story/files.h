/* What stands around the playing of scenarios: the files that `giftd test` finds, and the reports it writes. */
#ifndef GIFTD_STORY_FILES_H
#define GIFTD_STORY_FILES_H

#include "giftd/story.h"

#define TEST_FILES 4096u

/* Scenario files, sorted by folder, then name: those of one folder stand together. */
struct test_files {
  char *paths[TEST_FILES];
  uint32_t count;
};

/* A path is a scenario file or a folder that is searched for *.test, itself and below. STATUS_USAGE: not there, or nothing in it. */
enum status test_files_find(const char *const *paths, uint32_t path_count, struct test_files *out, struct fault *fault) MUST_USE;
void test_files_free(struct test_files *files);
/* The folder of a file: bytes of its path before the last slash, "." without one. */
struct str test_folder(const char *path);
/* Reads a file whole into the arena. */
enum status test_file_read(const char *path, struct arena *arena, struct str *text, struct fault *fault) MUST_USE;

/* ---- reports ---- */

/* FOLDER/friday-dining-3.jsonl: what the third scenario of friday-dining.test sends. STATUS_USAGE: no such folder, or the file is there. */
enum status test_events_write(const char *folder, struct str story, uint32_t number, struct str lines, struct fault *fault) MUST_USE;

struct test_result {
  struct str file, title, output;
  uint32_t line;
  bool passed;
};
struct test_report {
  struct test_result *items;
  uint32_t count, capacity, failed, errors; /* errors: files that could not be read */
};
/* JUnit XML, as CI servers read it: a suite a file, a case a scenario. */
enum status test_report_junit(const struct test_report *report, const char *path, struct fault *fault) MUST_USE;
/* {"scenarios":N,"passed":N,"failed":N,"errors":N,"results":[...],"coverage":{FOLDER:...}}; `coverage`: its members as text. */
void test_report_json(const struct test_report *report, struct str coverage, void *stream);

#endif
