/* What the commands share: one table of commands, one way to load campaigns, the exit codes of docs/OPERATIONS.md.
 *
 * One file per command (src/app/NAME.c) with one function `command_NAME`; main.c only looks the name up. Data goes to stdout,
 * messages to stderr. A command parses its own flags with getopt_long; common ones are parsed by app_common_flag.
 */
#ifndef GIFTD_APP_H
#define GIFTD_APP_H

#include "giftd/match.h"

enum exit_code {
  EXIT_DONE = 0,
  EXIT_BAD_ANSWER = 1,
  EXIT_BAD_USAGE = 2,
  EXIT_STRICT_WARNINGS = 3,
  EXIT_WOULD_CHANGE = 4,
  EXIT_UNAVAILABLE = 69,
  EXIT_TRY_AGAIN = 75
};

struct command {
  const char *name;
  const char *summary;               /* one line of `giftd --help` */
  const char *help;                  /* `giftd NAME --help`: usage, flags, an example; fits a screen of 24 lines x 80 columns */
  int (*run)(int argc, char **argv); /* argv[0] is the command's name; returns an exit_code */
};
extern const struct command commands[]; /* ended by a row with name NULL; src/app/commands.c */

int command_demo(int argc, char **argv);
int command_init(int argc, char **argv);
int command_run(int argc, char **argv);
int command_topics(int argc, char **argv);
int command_check(int argc, char **argv);
int command_test(int argc, char **argv);
int command_explain(int argc, char **argv);
int command_config(int argc, char **argv);
int command_version(int argc, char **argv);

/* Campaigns as they were loaded: everything lives in one reserved region that app_unload gives back. */
struct loaded {
  void *region;
  size_t region_bytes;
  struct arena arena;
  struct catalogue *catalogue;
  struct findings findings;        /* always filled, also on failure */
  const struct rulebook *rulebook; /* NULL on failure */
  const struct match_index *index;
  struct match_cache *cache;
  const struct source *sources; /* the files as read: explain and coverage quote them */
  uint32_t source_count;
};

/* Reads files and folders (of a folder: every *.json in it and below, sorted by path, and lists/NAME.txt; catalogue.json extends the
 * catalogue), compiles them and builds the index. STATUS_USAGE: a path cannot be read. STATUS_INPUT: findings hold errors; print them with
 * app_print_findings. STATUS_STORAGE: no memory, or a file changed while all were read. */
enum status app_load(const char *const *paths, uint32_t path_count, struct loaded *out, struct fault *fault) MUST_USE;
void app_unload(struct loaded *loaded);
/* To `stream`, one a line, at most `most` of them and a line that says how many more. */
void app_print_findings(const struct findings *findings, void *stream, uint32_t most);
/* "giftd run: text" on stderr; returns the exit code of the fault's status. */
int app_fail(const char *command, const struct fault *fault);

/* A reserved, zeroed block of address space (memory is used as it is touched); NULL when the system refuses. */
void *region_open(size_t bytes);
void region_close(void *region, size_t bytes);
struct region {
  void *at; /* NULL: the system gave none */
  size_t bytes;
};
struct region region_take(size_t bytes);
void region_give(struct region *region);

#endif
