/* Help and wrong words. See help.h. */
#include "help.h"

#include <stdarg.h>
#include <string.h>
#include <unistd.h>

#define WORDS_MOST 64

void help_overview(FILE *stream) {
  fputs(
      "giftd matches a bank's events against campaigns and issues gifts, exactly once.\n\n"
      "Usage: giftd COMMAND [FLAGS] [ARGUMENTS]\n\n",
      stream);
  for (const struct command *c = commands; c->name != NULL; c++) fprintf(stream, "  %-9s %s\n", c->name, c->summary);
  fputs(
      "\n  giftd COMMAND --help   flags and an example of a command\n"
      "  giftd --version        version of this program\n\n"
      "Exit codes: 0 done, 1 ran and the answer is bad, 2 wrong usage or configuration,\n"
      "  3 warnings under --strict, 69 a needed service is not reachable, 75 try again.\n",
      stream);
}

void help_of(const struct command *command, FILE *stream) { fputs(command->help, stream); }

const struct command *help_find(const char *name) {
  for (const struct command *c = commands; c->name != NULL; c++) {
    if (strcmp(c->name, name) == 0) return c;
  }
  return NULL;
}

const char *help_nearest(const char *word, const char *const *words) {
  const struct str asked = str_of(word);
  unsigned best = asked.length <= 3 ? 2 : 3; /* distances below this are near */
  const char *near = NULL;
  for (; *words != NULL; words++) {
    const struct str known = str_of(*words);
    unsigned distance = str_distance(asked, known, 3);
    if (asked.length >= 2 && known.length > asked.length && str_starts(known, asked)) distance = 1;
    if (distance < best) best = distance, near = *words;
  }
  return near;
}

int help_unknown_command(const char *name) {
  const char *words[WORDS_MOST] = {NULL};
  for (size_t i = 0; commands[i].name != NULL && i + 1 < WORDS_MOST; i++) words[i] = commands[i].name;
  const char *near = help_nearest(name, words);
  fprintf(stderr, "giftd: '%s' is not a command", name);
  if (near != NULL)
    fprintf(stderr, "; did you mean '%s'?\n", near);
  else
    fputs("; see giftd --help for all of them\n", stderr);
  return EXIT_BAD_USAGE;
}

static void flag_words(const struct option *options, const char *words[WORDS_MOST]) {
  size_t count = 0;
  for (; options->name != NULL && count + 2 < WORDS_MOST; options++) words[count++] = options->name;
  words[count++] = "help";
  words[count] = NULL;
}

static const char *shortened; /* what help_flag refused: the flag as it was written */

/* The argument that a long flag was just read from; its value may stand behind it. */
static const char *flag_text(char **argv) {
  const char *last = argv[optind - 1];
  return optarg != NULL && last == optarg ? argv[optind - 2] : last;
}

int help_flag(int argc, char **argv, const char *shorts, const struct option *options) {
  int index = -1;
  shortened = NULL;
  const int found = getopt_long(argc, argv, shorts, options, &index);
  if (found == -1 || found == '?' || found == ':' || index < 0) return found;
  const char *text = flag_text(argv);
  const size_t length = strcspn(text + 2, "=");
  if (strlen(options[index].name) == length) return found;
  shortened = text;
  return '?';
}

/* The argument that was stumbled over: the one before optind, or for a bundle of short flags the one it stands in. */
static const char *stumbled(char **argv) {
  const char *argument = shortened != NULL ? shortened : argv[optind - 1];
  return argument == NULL ? "" : argument;
}

int help_bad_flag(const char *command, const struct option *options, char **argv, int found) {
  const char *argument = stumbled(argv);
  if (found == ':') return help_bad_usage(command, "%s needs a value", argument);
  if (strncmp(argument, "--", 2) != 0) return help_bad_usage(command, "-%c is not a flag of this command", optopt != 0 ? optopt : '?');
  char name[64];
  const size_t length = strcspn(argument + 2, "=");
  snprintf(name, sizeof(name), "%.*s", (int)length, argument + 2);
  const char *words[WORDS_MOST];
  flag_words(options, words);
  for (size_t i = 0; words[i] != NULL; i++) {
    if (strcmp(words[i], name) == 0) return help_bad_usage(command, "--%s takes no value", name);
  }
  const char *near = help_nearest(name, words);
  if (near == NULL) return help_bad_usage(command, "--%s is not a flag of this command", name);
  return help_bad_usage(command, "--%s is not a flag of this command; did you mean --%s?", name, near);
}

int help_bad_usage(const char *command, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  fprintf(stderr, "giftd %s: ", command);
  vfprintf(stderr, format, arguments);
  va_end(arguments);
  fprintf(stderr, "\nSee: giftd %s --help\n", command);
  return EXIT_BAD_USAGE;
}

int help_bad_word(const char *command, const char *word, const char *const *words, const char *said) {
  const char *near = help_nearest(word, words);
  if (near == NULL) return help_bad_usage(command, "'%s' is not %s", word, said);
  return help_bad_usage(command, "'%s' is not %s; did you mean %s?", word, said, near);
}

void help_terminal(const char *command, const char *flag) {
  if (isatty(STDIN_FILENO))
    fprintf(stderr, "giftd %s: reads events from this terminal, one JSON object a line, until Ctrl-D; %s FILE reads a file\n", command,
            flag);
}

bool help_number(const char *command, const char *flag, const char *text, int64_t least, int64_t most, int64_t *out) {
  int64_t number = 0;
  if (str_to_int64(str_of(text), &number) && number >= least && number <= most) {
    *out = number;
    return true;
  }
  (void)help_bad_usage(command, "%s is a whole number from %lld to %lld, not '%s'", flag, (long long)least, (long long)most, text);
  return false;
}
