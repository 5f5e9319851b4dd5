/* giftd: one binary, many commands. main only finds the command; everything else is in the command's own file (app.h).
 *
 *     giftd NAME ...  ──▶ commands[] ──▶ command_NAME(argc, argv) ──▶ exit code
 *
 * Help is answered here, so that every command has it, in the same form, before any of its flags is looked at. First of all what a shell or
 * a supervisor may have left out is made good: standard streams that are closed, signals that come before a run listens.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "giftd/service.h"
#include "help.h"

/* A file that is opened gets the lowest descriptor that is free. Where standard input, output or error is closed that would be theirs, and
 * a message would be written into the state. So each that is closed is taken before anything is opened, the wrong way round: reading from
 * the first and writing to the others fails as it does on a closed one, and is told. */
static bool streams_take(void) {
  for (int stream = STDIN_FILENO; stream <= STDERR_FILENO; stream++) {
    if (fcntl(stream, F_GETFD) >= 0 || errno != EBADF) continue;
    if (open("/dev/null", stream == STDIN_FILENO ? O_WRONLY : O_RDONLY) != stream) return false;
  }
  return true;
}

static bool asks_help(int argc, char **argv) {
  if (argc > 0 && strcmp(argv[0], "-h") == 0) return true;
  for (int i = 0; i < argc && strcmp(argv[i], "--") != 0; i++) {
    if (strcmp(argv[i], "--help") == 0) return true;
  }
  return false;
}

static int help_command(int argc, char **argv) {
  if (argc < 1) {
    help_overview(stdout);
    return EXIT_DONE;
  }
  const struct command *command = help_find(argv[0]);
  if (command == NULL) return help_unknown_command(argv[0]);
  help_of(command, stdout);
  return EXIT_DONE;
}

/* Data that could not be written is a failure even when all else went well: a full disk must not look like success. */
static int output_closed(int code) {
  if (fflush(stdout) == 0 && !ferror(stdout)) return code;
  fprintf(stderr, "giftd: standard output could not be written; is the disk full or the pipe closed?\n");
  return code == EXIT_DONE ? EXIT_TRY_AGAIN : code;
}

int main(int argc, char **argv) {
  if (argc > 1 && strcmp(argv[1], "run") == 0) signals_hold(); /* no other command listens to them */
  last_words_open();
  if (!streams_take()) {
    fprintf(stderr, "giftd: standard input, output or error is closed, and /dev/null cannot be opened in its place\n");
    return EXIT_TRY_AGAIN;
  }
  if (argc < 2) {
    help_overview(stderr);
    return EXIT_BAD_USAGE;
  }
  const char *name = argv[1];
  if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0 || strcmp(name, "help") == 0)
    return output_closed(help_command(argc - 2, argv + 2));
  if (strcmp(name, "--version") == 0 || strcmp(name, "-V") == 0) {
    char *version[] = {(char[]){"version"}, NULL};
    return output_closed(command_version(1, version));
  }
  const struct command *command = help_find(name);
  if (command == NULL) return help_unknown_command(name);
  if (asks_help(argc - 2, argv + 2)) {
    help_of(command, stdout);
    return output_closed(EXIT_DONE);
  }
  return output_closed(command->run(argc - 1, argv + 1));
}
