/* What the commands share: one table of commands, the exit codes of docs/OPERATIONS.md.
 *
 * One file per command (src/app/NAME.c) with one function `command_NAME`; main.c only looks the name up. Data goes to stdout,
 * messages to stderr. A command parses its own flags with getopt_long; common ones are parsed by app_common_flag.
 */
#ifndef GIFTD_APP_H
#define GIFTD_APP_H

#include "giftd/load.h"

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
int command_campaign(int argc, char **argv);
int command_draw(int argc, char **argv);
int command_import(int argc, char **argv);
int command_config(int argc, char **argv);
int command_version(int argc, char **argv);

/* "giftd run: text" on stderr; returns the exit code of the fault's status. */
int app_fail(const char *command, const struct fault *fault);

#endif
