/* A file as rows, front to back, with the numbers of their lines. CSV as RFC 4180 has it: a cell that begins with a quote goes on to the
 * next lone quote, over commas and line ends. What leaves doubt about the whole file - a quote that is never closed, a last line that may
 * be half of one - is told of the file and nothing of it is taken; else half an amount would be an amount. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "inside.h"

#define MEMORY_BYTES (1024u * 1024u)
_Static_assert(MEMORY_BYTES > 2 * IMPORT_ROW_BYTES, "a row and what is behind it");

static enum status trouble(const struct rows *rows, struct fault *fault) {
  return fault_set(fault, STATUS_STORAGE, "%s: cannot be read: %s", rows->path, strerror(errno));
}

static bool ends_with(const char *text, const char *ending) {
  const size_t length = strlen(text), tail = strlen(ending);
  return length >= tail && strcmp(text + length - tail, ending) == 0;
}

/* What a file of another encoding begins with. */
static enum status begin_check(struct rows *rows, struct fault *fault) {
  const unsigned char *at = (const unsigned char *)rows->memory;
  if (rows->to == 0) return fault_set(fault, STATUS_INPUT, "%s: the file is empty; a list without rows still has its header", rows->path);
  if (rows->to >= 2 && ((at[0] == 0xff && at[1] == 0xfe) || (at[0] == 0xfe && at[1] == 0xff)))
    return fault_set(fault, STATUS_INPUT, "%s: the file is UTF-16: save it as UTF-8 (iconv -f UTF-16 -t UTF-8)", rows->path);
  if (rows->to >= 3 && at[0] == 0xef && at[1] == 0xbb && at[2] == 0xbf) rows->from = 3; /* as Excel writes it */
  rows->jsonl = rows->from < rows->to && rows->memory[rows->from] == '{';
  if (ends_with(rows->path, ".csv")) rows->jsonl = false;
  return STATUS_OK;
}

/* What is left moves to the front, and as much as there is room for is read behind it. */
static enum status fill(struct rows *rows, struct fault *fault) {
  memmove(rows->memory, rows->memory + rows->from, rows->to - rows->from);
  rows->base += rows->from, rows->to -= rows->from, rows->from = 0;
  while (rows->to < MEMORY_BYTES) {
    const ssize_t got = pread(rows->file, rows->memory + rows->to, MEMORY_BYTES - rows->to, (off_t)(rows->base + rows->to));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return trouble(rows, fault);
    if (got == 0) break;
    rows->to += (size_t)got;
  }
  return STATUS_OK;
}

enum status rows_open(const char *path, struct rows *rows, struct fault *fault) {
  struct stat info;
  *rows = (struct rows){.file = open(path, O_RDONLY | O_CLOEXEC), .path = path, .line = 1};
  if (rows->file < 0) return fault_set(fault, STATUS_USAGE, "%s: cannot be opened: %s", path, strerror(errno));
  if (fstat(rows->file, &info) != 0) return trouble(rows, fault);
  if (!S_ISREG(info.st_mode))
    return fault_set(fault, STATUS_USAGE, "%s: is no file; rows are read twice, so write what comes through a pipe into a file first",
                     path);
  rows->size = (uint64_t)info.st_size;
  rows->changed_s = info.st_mtim.tv_sec, rows->changed_ns = info.st_mtim.tv_nsec;
  rows->memory = malloc(MEMORY_BYTES);
  if (rows->memory == NULL) return fault_set(fault, STATUS_STORAGE, "no memory");
  const enum status status = fill(rows, fault);
  return status == STATUS_OK ? begin_check(rows, fault) : status;
}

void rows_close(struct rows *rows) {
  if (rows->file >= 0) (void)close(rows->file);
  free(rows->memory);
  *rows = (struct rows){.file = -1};
}

enum status rows_same(const struct rows *rows, struct fault *fault) {
  struct stat now;
  if (fstat(rows->file, &now) != 0) return trouble(rows, fault);
  if ((uint64_t)now.st_size == rows->size && now.st_mtim.tv_sec == rows->changed_s && now.st_mtim.tv_nsec == rows->changed_ns)
    return STATUS_OK;
  return fault_set(fault, STATUS_STORAGE, "%s changed while it was read: import it when it is whole", rows->path);
}

/* Bytes up to and with the end of the first row; 0: it is not in there. *open: a quote is. */
static size_t csv_end(struct str text, bool *open) {
  bool quoted = false, begins = true;
  for (size_t i = 0; i < text.length; i++) {
    const char byte = text.at[i];
    if (quoted) {
      if (byte == '"' && i + 1 < text.length && text.at[i + 1] == '"')
        i++;
      else if (byte == '"')
        quoted = false;
      continue;
    }
    if (byte == '\n') return i + 1;
    quoted = byte == '"' && begins;
    begins = byte == ',';
  }
  *open = quoted;
  return 0;
}

static size_t row_end(const struct rows *rows, struct str text, bool *open) {
  const char *end = text.length == 0 ? NULL : memchr(text.at, '\n', text.length);
  *open = false;
  if (end == NULL && rows->jsonl) return 0;
  if (end != NULL && (rows->jsonl || memchr(text.at, '"', (size_t)(end - text.at)) == NULL)) return (size_t)(end - text.at) + 1;
  return csv_end(text, open);
}

/* The rest of a row that is too long goes; what was begun is told. */
static enum status skip_rest(struct rows *rows, struct fault *fault) {
  for (;;) {
    const char *end = memchr(rows->memory + rows->from, '\n', rows->to - rows->from);
    rows->from = end == NULL ? rows->to : (size_t)(end - rows->memory) + 1;
    if (end != NULL) return STATUS_OK;
    const enum status status = fill(rows, fault);
    if (status != STATUS_OK || rows->to == 0) return status;
  }
}

static enum status unfinished(const struct rows *rows, bool open, struct fault *fault) {
  if (open)
    return fault_set(
        fault, STATUS_INPUT,
        "%s:%llu: a cell opens with a quote that is not closed within %u bytes: close it, or write a quote as two; nothing of the "
        "file was taken",
        rows->path, (unsigned long long)rows->line, MEMORY_BYTES);
  return fault_set(
      fault, STATUS_INPUT,
      "%s:%llu: the last line has no newline at its end: the rest of the file may be missing, and of an amount its last digits; "
      "where it is whole, add the newline",
      rows->path, (unsigned long long)rows->line);
}

/* Finds the end of the row at rows->from, reading on if need be; *length 0: the end of the file. */
static enum status row_find(struct rows *rows, size_t *length, bool *too_long, struct fault *fault) {
  for (bool filled = false;; filled = true) {
    struct str text = {rows->memory + rows->from, rows->to - rows->from};
    bool open;
    *length = row_end(rows, text, &open);
    if (*length == 0 && !filled) {
      const enum status status = fill(rows, fault);
      if (status != STATUS_OK) return status;
      continue;
    }
    if (*length == 0 && text.length == 0) return STATUS_OK;
    if (*length == 0 && (open || text.length < IMPORT_ROW_BYTES)) return unfinished(rows, open, fault);
    *too_long = *length == 0 || *length > IMPORT_ROW_BYTES;
    return STATUS_OK;
  }
}

static uint64_t newlines(struct str bytes) {
  uint64_t count = 0;
  for (const char *at = bytes.at, *end = bytes.at + bytes.length; at < end && (at = memchr(at, '\n', (size_t)(end - at))) != NULL; at++)
    count++;
  return count;
}

static bool is_blank(struct str bytes) { return bytes.length == 1 || (bytes.length == 2 && bytes.at[0] == '\r'); }

enum status rows_next(struct rows *rows, struct row *row, bool *more, struct fault *fault) {
  for (;;) {
    size_t length = 0;
    *row = (struct row){.line = rows->line};
    enum status status = row_find(rows, &length, &row->too_long, fault);
    *more = status == STATUS_OK && (length > 0 || row->too_long);
    if (!*more) return status;
    row->offset = rows->base + rows->from;
    row->bytes = (struct str){rows->memory + rows->from, row->too_long ? 256 : length};
    rows->line += length == 0 ? 1 : newlines((struct str){row->bytes.at, length});
    if (length == 0) return skip_rest(rows, fault); /* what was handed out may be overwritten: nobody reads it */
    rows->from += length;
    if (!is_blank(row->bytes)) return STATUS_OK;
  }
}

enum status rows_at(struct rows *rows, uint64_t offset, size_t length, struct str *bytes, struct fault *fault) {
  if (offset < rows->base || offset + length > rows->base + rows->to) {
    rows->base = offset, rows->from = rows->to = 0;
    const enum status status = fill(rows, fault);
    if (status != STATUS_OK) return status;
  }
  if (offset + length > rows->base + rows->to) return rows_same(rows, fault) != STATUS_OK ? fault->status : trouble(rows, fault);
  *bytes = (struct str){rows->memory + (offset - rows->base), length};
  return STATUS_OK;
}
