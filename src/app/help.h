/* Help and wrong words: one form for all commands (CONTRIBUTING.md, "A command").
 *
 * A command's flags are one table of getopt_long; what a person mistyped is answered with the nearest word that would have been right.
 */
#ifndef GIFTD_APP_HELP_H
#define GIFTD_APP_HELP_H

#include <getopt.h>
#include <stdio.h>

#include "app.h"

/* `giftd --help`: fits 24 lines of 80 columns. */
void help_overview(FILE *stream);
void help_of(const struct command *command, FILE *stream);
/* The command of that name or NULL. */
const struct command *help_find(const char *name);

/* Each prints one or two lines on stderr - what is wrong, the nearest right word, where to read on - and returns EXIT_BAD_USAGE. */
int help_unknown_command(const char *name);
/* getopt_long, but a long flag is written out: `--campaign` is not `--campaigns`, and stays free to become something else. */
int help_flag(int argc, char **argv, const char *shorts, const struct option *options);
/* For `case '?'` and `case ':'` of a loop over help_flag with opterr = 0 and a short string that begins with ':'. `found` is what
 * help_flag returned; call it at once, before help_flag is called again. */
int help_bad_flag(const char *command, const struct option *options, char **argv, int found);
/* "giftd demo: text" and where to read on. */
int help_bad_usage(const char *command, const char *format, ...) PRINTF_LIKE(2, 3);
/* "'wrod' is not WORDS; did you mean word?"; `said` is how the words (ended by NULL) are told: "create or check". */
int help_bad_word(const char *command, const char *word, const char *const *words, const char *said);
/* The nearest of some words (ended by NULL), or NULL when none is near. */
const char *help_nearest(const char *word, const char *const *words);

/* When standard input is a terminal: that lines are read from it, and which flag would name a file instead. */
void help_terminal(const char *command, const char *flag);

/* A whole number of a flag, between two bounds; false after telling what is wrong. */
bool help_number(const char *command, const char *flag, const char *text, int64_t least, int64_t most, int64_t *out);

#endif
