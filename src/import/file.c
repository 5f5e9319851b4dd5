/* Events into a file that giftd reads, or will. It only grows: giftd may be reading it, and would stop at one that was cut. An import that
 * was cut off - killed, disk full - may have left half a line at its end. Since the same input makes the same lines, the next run makes
 * them again, compares what stands there byte for byte, and goes on where it ends, in the middle of a line if need be. */
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "inside.h"

#define BLOCK_BYTES (1024u * 1024u)
#define CLOCK_EVENTS 16u /* by which the stream's clock goes (docs/language.md section 9.3) */
_Static_assert(BLOCK_BYTES >= CLOCK_EVENTS * LIMIT_EVENT_BYTES, "the last of them fit");

struct import_file {
  int file; /* -1: there is none yet */
  const char *path;
  struct import_file_settings settings;
  struct import_position position;
  bool known;        /* the position is that of an earlier run */
  uint64_t at, size; /* of the next byte of this import, and of what stands there */
  uint64_t written;
  char *block; /* what is to be written; before that what is compared */
  size_t length;
  uint64_t compared; /* where block stands in the file, as long as it is compared */
};

static enum status trouble(const struct import_file *file, const char *what, struct fault *fault) {
  return fault_set(fault, STATUS_STORAGE, "%s: cannot be %s: %s; when there is room, give the same command again", file->path, what,
                   strerror(errno));
}

static ssize_t read_at(int file, char *memory, size_t bytes, uint64_t at) {
  size_t used = 0;
  while (used < bytes) {
    const ssize_t got = pread(file, memory + used, bytes - used, (off_t)(at + used));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return -1;
    if (got == 0) break;
    used += (size_t)got;
  }
  return (ssize_t)used;
}

/* ---- what stood there before ---- */

/* Takes the last whole line off the end of a text; empty: there is none. */
static struct str line_take(struct str *text) {
  while (text->length > 0 && text->at[text->length - 1] != '\n') text->length--;
  if (text->length == 0) return *text;
  size_t start = text->length - 1;
  while (start > 0 && text->at[start - 1] != '\n') start--;
  const struct str line = {text->at + start, text->length - 1 - start};
  text->length = start;
  return line;
}

static bool line_time(const struct import_file *file, struct str line, int64_t *time_ms) {
  static char space[2 * LIMIT_EVENT_BYTES + 4096];
  static struct event event;
  struct event_error error;
  struct arena arena;
  arena_init(&arena, space, sizeof space);
  event = (struct event){.arrival_ms = TIME_NONE};
  if (line.length > LIMIT_EVENT_BYTES || event_read(file->settings.catalogue, line, &arena, &event, &error) != EVENT_OK) return false;
  *time_ms = event.time_ms;
  return true;
}

static int by_number(const void *a, const void *b) {
  const int64_t *left = a, *right = b;
  return *left < *right ? -1 : *left > *right;
}

/* How far the stream is that the file holds: the instant that half of its last sixteen events have reached, as giftd's own clock has it, so
 * that one wild time says nothing. TIME_NONE: there are not so many yet. */
static enum status stream_time(const struct import_file *file, int64_t *time_ms, struct fault *fault) {
  int64_t times[CLOCK_EVENTS];
  unsigned count = 0;
  const uint64_t from = file->size > BLOCK_BYTES ? file->size - BLOCK_BYTES : 0;
  const ssize_t got = file->file < 0 ? 0 : read_at(file->file, file->block, (size_t)(file->size - from), from);
  *time_ms = TIME_NONE;
  if (got < 0) return trouble(file, "read", fault);
  for (struct str rest = {file->block, (size_t)got}; rest.length > 0 && count < CLOCK_EVENTS;) {
    const struct str line = line_take(&rest);
    if (line_time(file, line, &times[count])) count++;
  }
  if (count < CLOCK_EVENTS) return STATUS_OK;
  qsort(times, count, sizeof *times, by_number);
  *time_ms = times[CLOCK_EVENTS / 2];
  return STATUS_OK;
}

static enum status ends_check(const struct import_file *file, struct fault *fault) {
  char last = '\n';
  if (file->size > 0 && read_at(file->file, &last, 1, file->size - 1) != 1) return trouble(file, "read", fault);
  if (last == '\n') return STATUS_OK;
  return fault_set(
      fault, STATUS_STATE,
      "%s: ends in the middle of a line: another program writes it, or an import was cut off whose position is not beside this "
      "error file",
      file->path);
}

/* ---- opening ---- */

static enum status lock(struct import_file *file, struct fault *fault) {
  struct stat info;
  if (fstat(file->file, &info) != 0) return trouble(file, "read", fault);
  if (!S_ISREG(info.st_mode)) return fault_set(fault, STATUS_USAGE, "%s: is no file", file->path);
  if (flock(file->file, LOCK_EX | LOCK_NB) != 0) return fault_set(fault, STATUS_STORAGE, "%s: another import is writing it", file->path);
  file->size = (uint64_t)info.st_size;
  return STATUS_OK;
}

static enum status opened(struct import_file *file, int more, struct fault *fault) {
  file->file = open(file->path, O_RDWR | O_APPEND | O_CLOEXEC | more, 0666);
  if (file->file >= 0) return lock(file, fault);
  if (errno == ENOENT && more == 0) return STATUS_OK;
  return fault_set(fault, STATUS_USAGE, "%s: cannot be opened: %s", file->path, strerror(errno));
}

static enum status fresh(struct import_file *file, struct fault *fault) {
  int64_t now_ms = TIME_NONE;
  enum status status = ends_check(file, fault);
  if (status == STATUS_OK) status = stream_time(file, &now_ms, fault);
  if (status != STATUS_OK) return status;
  file->known = false;
  file->position.start = file->size, file->position.done = 0, file->position.whole = false;
  file->position.oldest_ms = now_ms == TIME_NONE ? TIME_NONE : now_ms - file->settings.horizon_ms;
  return STATUS_OK;
}

static enum status resume(struct import_file *file, uint64_t digest, bool *whole, struct fault *fault) {
  const enum status status = import_position_take(file->settings.position, file->path, digest, &file->position, &file->known, fault);
  if (status != STATUS_OK) return status;
  const bool gone = file->position.whole && file->size == 0; /* a new file in place of the one with all of it */
  if (!file->known || gone) return fresh(file, fault);
  if (file->size < file->position.start + file->position.done)
    return fault_set(
        fault, STATUS_STATE,
        "%s: is shorter than when the import left it; remove %s where it is another file by now, and the rows go in anew: what "
        "went in already counts once",
        file->path, file->settings.position);
  *whole = file->position.whole;
  return STATUS_OK;
}

enum status import_file_open(const struct import_file_settings *settings, struct import_file **out, struct fault *fault) {
  struct import_file *file = *out = calloc(1, sizeof *file);
  if (file == NULL) return fault_set(fault, STATUS_STORAGE, "no memory");
  file->settings = *settings, file->path = settings->path, file->file = -1;
  file->block = malloc(BLOCK_BYTES);
  return file->block != NULL ? opened(file, 0, fault) : fault_set(fault, STATUS_STORAGE, "no memory");
}

static enum status look(void *self, uint64_t digest, int64_t *oldest_ms, bool *whole, struct fault *fault) {
  struct import_file *file = self;
  *whole = false;
  const enum status status = resume(file, digest, whole, fault);
  *oldest_ms = file->position.oldest_ms;
  return status;
}

static enum status begin(void *self, struct fault *fault) {
  struct import_file *file = self;
  enum status status = file->file < 0 ? opened(file, O_CREAT, fault) : STATUS_OK;
  file->at = file->position.start;
  if (status != STATUS_OK || file->known) return status;
  if (file->size != file->position.start) return fault_set(fault, STATUS_STORAGE, "%s: another program writes it", file->path);
  return import_position_write(file->settings.position, &file->position, fault);
}

void import_file_close(struct import_file *file) {
  if (file == NULL) return;
  if (file->file >= 0) (void)close(file->file);
  free(file->block);
  free(file);
}

/* ---- comparing, then writing ---- */

static enum status flush(struct import_file *file, struct fault *fault) {
  for (size_t used = 0; used < file->length;) {
    const ssize_t put = write(file->file, file->block + used, file->length - used);
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) return trouble(file, "written", fault);
    used += (size_t)put;
  }
  file->length = 0;
  return STATUS_OK;
}

/* What stands there of these bytes has to be these; *rest is what is missing. */
static enum status compare(struct import_file *file, struct str bytes, struct str *rest, struct fault *fault) {
  const uint64_t left = file->size - file->at;
  const size_t length = bytes.length < left ? bytes.length : (size_t)left;
  if (file->length == 0 || file->at + length > file->compared + file->length) {
    const ssize_t got = read_at(file->file, file->block, BLOCK_BYTES, file->at);
    if (got < (ssize_t)length) return trouble(file, "read", fault);
    file->compared = file->at, file->length = (size_t)got;
  }
  if (memcmp(file->block + (file->at - file->compared), bytes.at, length) != 0)
    return fault_set(fault, STATUS_STATE,
                     "%s: behind byte %llu stands something else than the import left there: it was edited, or another program writes it. "
                     "Import into a file of its own; what went out already counts once",
                     file->path, (unsigned long long)file->at);
  file->at += length;
  *rest = str_from(bytes, length);
  if (file->at == file->size) file->length = 0; /* from here on the block is what is written */
  return STATUS_OK;
}

static enum status send(void *self, uint64_t number, struct str customer, struct str line, struct fault *fault) {
  struct import_file *file = self;
  (void)number, (void)customer;
  enum status status = STATUS_OK;
  assert(line.length <= BLOCK_BYTES);
  if (file->at < file->size) status = compare(file, line, &line, fault);
  if (status != STATUS_OK || line.length == 0) return status;
  if (file->length + line.length > BLOCK_BYTES) status = flush(file, fault);
  if (status != STATUS_OK) return status;
  memcpy(file->block + file->length, line.at, line.length);
  file->length += line.length, file->written++;
  return STATUS_OK;
}

static enum status end(void *self, uint64_t *written, struct fault *fault) {
  struct import_file *file = self;
  struct stat info;
  if (file->at < file->size)
    return fault_set(fault, STATUS_STATE, "%s: more stands there than the import wrote: another program writes it", file->path);
  const enum status status = flush(file, fault);
  *written = file->written;
  if (status != STATUS_OK) return status;
  if (fsync(file->file) != 0 || fstat(file->file, &info) != 0) return trouble(file, "written", fault);
  file->position.done = (uint64_t)info.st_size - file->position.start, file->position.whole = true;
  return import_position_write(file->settings.position, &file->position, fault);
}

struct import_place import_file_place(struct import_file *file) {
  return (struct import_place){file, file->path, look, begin, send, end};
}
