/* What a fuzz target is without a fuzzer: every file of its kept corpus is fed to it, as it is, cut at up to 64 places, and with single
 * bytes changed (REPLAY_WHOLE: as it is, since it is choices and no text). An input that ever broke something is kept in the corpus, so
 * every run of the tests sees it again. An empty folder is an error: a test that tests nothing must not pass. One file may be named too.
 */
#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A copy of exactly that size, so that the sanitizer sees a read behind it. */
static void feed(const uint8_t *data, size_t size) {
  uint8_t *copy = malloc(size == 0 ? 1 : size);
  if (copy == NULL) abort();
  if (size > 0) memcpy(copy, data, size);
  LLVMFuzzerTestOneInput(copy, size);
  free(copy);
}

#ifdef REPLAY_WHOLE
#define VARIANTS false
#else
#define VARIANTS true
#endif
static void feed_variants(uint8_t *data, size_t size) {
  static const uint8_t marks[] = {0, '"', '\\', '{', '}', '[', ']', ',', ':', '0', '-', 'e', ' ', '\n', 0x7f, 0x80, 0xc0, 0xff};
  size_t step = size / 64 + 1;
  feed(data, size);
  for (size_t at = 0; VARIANTS && at < size; at += step) {
    feed(data, at);
    uint8_t kept = data[at];
    data[at] = marks[(at * 7 + size) % sizeof marks];
    feed(data, size);
    data[at] = kept ^ (uint8_t)(1u << (at % 8));
    feed(data, size);
    data[at] = kept;
  }
}

static int replay_file(const char *path) {
  FILE *file = fopen(path, "rb");
  if (file == NULL) {
    fprintf(stderr, "%s: cannot be opened\n", path);
    return 1;
  }
  size_t capacity = 1u << 20;
  uint8_t *data = malloc(capacity);
  if (data == NULL) abort();
  size_t size = fread(data, 1, capacity, file);
  fclose(file);
  feed_variants(data, size);
  free(data);
  return 0;
}

static int replay_in(const char *folder, const char *name) {
  char path[4096];
  snprintf(path, sizeof path, "%s/%s", folder, name);
  return replay_file(path);
}

int main(int count, char **arguments) {
  if (count != 2) {
    fprintf(stderr, "usage: %s CORPUS|FILE\n", arguments[0]);
    return 2;
  }
  DIR *folder = opendir(arguments[1]);
  if (folder == NULL && errno == ENOTDIR) return replay_file(arguments[1]);
  if (folder == NULL) {
    fprintf(stderr, "%s: no such folder\n", arguments[1]);
    return 1;
  }
  int files = 0, failed = 0;
  for (struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
    if (entry->d_name[0] == '.') continue;
    failed += replay_in(arguments[1], entry->d_name);
    files++;
  }
  closedir(folder);
  fprintf(stderr, "%d files replayed\n", files);
  return files == 0 || failed > 0 ? 1 : 0;
}
