/* What any program that reads a file of events has to pay: `newline` reads and finds line ends, `jansson` parses every line into a tree and
 * looks up eight fields. Usage: bench_floor newline|jansson FILE; prints lines and CPU seconds. The measures that file_to_file is held
 * against. */
#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#define PIECE (1u << 20)

static double cpu_seconds(void) {
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) + (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

static size_t parse_line(const char *line, size_t length) {
  static const char *const fields[] = {"id", "source", "type", "customer", "time", "amount_minor", "mcc", "channel"};
  json_error_t error;
  size_t found = 0;
  json_t *root = json_loadb(line, length, JSON_REJECT_DUPLICATES, &error);
  for (size_t i = 0; root != NULL && i < sizeof fields / sizeof fields[0]; i++) found += json_object_get(root, fields[i]) != NULL;
  json_decref(root);
  return found;
}

int main(int argc, char **argv) {
  static char buffer[2 * PIECE];
  size_t kept = 0, lines = 0, found = 0;
  int file = argc == 3 ? open(argv[2], O_RDONLY | O_CLOEXEC) : -1;
  if (file < 0) {
    fprintf(stderr, "usage: bench_floor newline|jansson FILE\n");
    return 2;
  }
  int parse = strcmp(argv[1], "jansson") == 0;
  for (ssize_t got; (got = read(file, buffer + kept, PIECE)) > 0;) {
    char *at = buffer, *end = buffer + kept + (size_t)got, *newline;
    while ((newline = memchr(at, '\n', (size_t)(end - at))) != NULL) {
      if (parse) found += parse_line(at, (size_t)(newline - at));
      lines++;
      at = newline + 1;
    }
    kept = (size_t)(end - at);
    memmove(buffer, at, kept);
  }
  close(file);
  printf("%zu %.4f %zu\n", lines, cpu_seconds(), found);
  return 0;
}
