/* See scan.h. */
#include "scan.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "giftd/load.h"

#define WINDOW_BYTES (2u * SCAN_LINE_BYTES)

bool scan_is_file(const char *path) {
  struct stat info;
  return path != NULL && stat(path, &info) == 0 && S_ISREG(info.st_mode);
}

enum status scan_open(struct scan *scan, const char *path, struct fault *fault) {
  *scan = (struct scan){.file = -1};
  scan->file = strcmp(path, "-") == 0 ? dup(STDIN_FILENO) : open(path, O_RDONLY | O_CLOEXEC);
  if (scan->file < 0) return fault_set(fault, STATUS_USAGE, "cannot open %s: %s", path, strerror(errno));
  scan->memory = region_open(WINDOW_BYTES);
  if (scan->memory != NULL) return STATUS_OK;
  scan_close(scan);
  return fault_set(fault, STATUS_STORAGE, "the system gives no memory");
}

void scan_close(struct scan *scan) {
  if (scan->file >= 0) (void)close(scan->file);
  if (scan->memory != NULL) region_close(scan->memory, WINDOW_BYTES);
  *scan = (struct scan){.file = -1};
}

/* Moves what is left to the front and reads on. Errors end the file: what was read is told. */
static void window_fill(struct scan *scan) {
  memmove(scan->memory, scan->memory + scan->start, scan->end - scan->start);
  scan->end -= scan->start;
  scan->start = 0;
  ssize_t got;
  do got = read(scan->file, scan->memory + scan->end, WINDOW_BYTES - scan->end);
  while (got < 0 && errno == EINTR);
  if (got <= 0)
    scan->ended = true;
  else
    scan->end += (size_t)got;
}

static void window_take(struct scan *scan, size_t bytes) {
  scan->start += bytes;
  scan->offset += bytes;
}

/* A line longer than any of giftd's is dropped piece by piece. */
static void window_drop_long(struct scan *scan) {
  scan->long_line = true;
  window_take(scan, scan->end - scan->start);
}

bool scan_next(struct scan *scan, struct str *line, uint64_t *position) {
  for (;;) {
    size_t left = scan->end - scan->start;
    const char *from = scan->memory + scan->start, *newline = left == 0 ? NULL : memchr(from, '\n', left);
    if (newline == NULL && !scan->ended) {
      if (left >= SCAN_LINE_BYTES) window_drop_long(scan);
      window_fill(scan);
      continue;
    }
    if (newline == NULL && left == 0) return false;
    *line = (struct str){from, newline == NULL ? left : (size_t)(newline - from)};
    *position = scan->offset;
    window_take(scan, line->length + (newline != NULL));
    if (!scan->long_line && line->length > 0) return true;
    scan->passed_over += scan->long_line;
    scan->long_line = false;
  }
}

/* Reads growing pieces until one holds the newline or the file ends: most lines fit the first. */
static bool line_read(int file, uint64_t position, struct arena *arena, struct str *line) {
  for (size_t size = 8192; size <= SCAN_LINE_BYTES; size *= 4) {
    size_t used = arena->used;
    char *memory = arena_take(arena, size);
    if (memory == NULL) return false;
    ssize_t got = pread(file, memory, size, (off_t)position);
    const char *newline = got <= 0 ? NULL : memchr(memory, '\n', (size_t)got);
    *line = (struct str){memory, newline == NULL ? (size_t)(got < 0 ? 0 : got) : (size_t)(newline - memory)};
    if (newline != NULL || got < (ssize_t)size) return line->length > 0;
    arena->used = used; /* the piece was too short: take a larger one in its place */
  }
  return false;
}

bool scan_line_at(const char *path, uint64_t position, struct arena *arena, struct str *line) {
  char before = '\n';
  if (strcmp(path, "-") == 0 || position > INT64_MAX) return false;
  int file = open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0) return false;
  bool there = position == 0 || pread(file, &before, 1, (off_t)position - 1) == 1;
  there = there && before == '\n' && line_read(file, position, arena, line);
  (void)close(file);
  return there;
}

/* ---- decision lines ---- */

static bool head_take(struct str *rest, struct str constant) {
  if (!str_starts(*rest, constant)) return false;
  *rest = str_from(*rest, constant.length);
  return true;
}

static bool head_text(struct str *rest, struct str *text) {
  const char *quote = rest->length == 0 ? NULL : memchr(rest->at, '"', rest->length);
  if (quote == NULL) return false;
  *text = (struct str){rest->at, (size_t)(quote - rest->at)};
  *rest = str_from(*rest, text->length);
  return text->length == 0 || memchr(text->at, '\\', text->length) == NULL;
}

bool decision_head(struct str line, struct str *id, struct str *customer) {
  if (!head_take(&line, STR("{\"specversion\":\"1.0\",\"id\":\"")) || !head_text(&line, id)) return false;
  return head_take(&line, STR("\",\"source\":\"giftd\",\"type\":\"gift.decision\",\"subject\":\"")) && head_text(&line, customer);
}

bool decision_is_part(struct str line) {
  struct str id, customer;
  return decision_head(line, &id, &customer) && id.length > 0 && memchr(id.at, '+', id.length) != NULL;
}

static int hex_digit(char byte) {
  if (byte >= '0' && byte <= '9') return byte - '0';
  return byte >= 'a' && byte <= 'f' ? byte - 'a' + 10 : -1;
}

bool decision_digest(struct str id, uint64_t *digest, bool *gated) {
  *digest = 0;
  if (id.length < 16) return false;
  for (size_t i = 0; i < 16; i++) {
    int digit = hex_digit(id.at[i]);
    if (digit < 0) return false;
    *digest = *digest << 4 | (uint64_t)digit;
  }
  bool heard = id.length > 16 && id.at[16] == '-'; /* of a customer who heard it as another: judged, not gated */
  *gated = id.length > 16 && !heard;
  return !*gated || id.at[16] == '.';
}
