/* The input: a file that may grow, be rotated or be cut while it is read, or a stream. Lines are handed out as slices of one buffer.
 *
 *     buffer:  [ handed out, gone | start: unread ... end | free ]     the rest of a line is moved to the front before the next read
 *
 * Reading is by pread into that buffer and not by mapping: a file that is cut under a mapping kills the process.
 */
#include "inside.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

static enum status input_identify(struct input *input, struct fault *fault) {
  struct stat info;
  if (fstat(input->fd, &info) != 0) return fault_set(fault, STATUS_STORAGE, "input %s: %s", input->given, strerror(errno));
  if (S_ISDIR(info.st_mode))
    return fault_set(fault, STATUS_USAGE, "input %s is a folder; name a file of events, one JSON object a line", input->given);
  input->stream = !S_ISREG(info.st_mode) || strcmp(input->given, "-") == 0;
  input->device = (uint64_t)info.st_dev;
  input->inode = (uint64_t)info.st_ino;
  return STATUS_OK;
}

/* Where it was closed main put something that can only be written. */
static bool standard_is_closed(void) {
  const int flags = fcntl(STDIN_FILENO, F_GETFL);
  return flags < 0 || (flags & O_ACCMODE) == O_WRONLY;
}

enum status input_open(struct input *input, const struct files_settings *settings, struct fault *fault) {
  *input = (struct input){.given = settings->input, .follow = settings->follow, .fd = -1, .watch = -1};
  input->buffer = malloc(INPUT_BUFFER_BYTES);
  if (input->buffer == NULL) return fault_set(fault, STATUS_STORAGE, "no memory for the input's buffer");
  bool standard = strcmp(input->given, "-") == 0;
  if (standard && standard_is_closed())
    return fault_set(fault, STATUS_USAGE, "the input - is standard input, and that is closed: give it a pipe, or name a file");
  input->fd = standard ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3) : open(input->given, O_RDONLY | O_CLOEXEC | O_NOCTTY);
  if (input->fd < 0)
    return fault_set(fault, STATUS_USAGE, "cannot open the input %s: %s", standard ? "(standard input)" : input->given, strerror(errno));
  enum status status = input_identify(input, fault);
  if (status != STATUS_OK || input->stream) return status;
  if (realpath(input->given, input->canonical) == NULL)
    return fault_set(fault, STATUS_USAGE, "cannot tell the full name of the input %s: %s", input->given, strerror(errno));
  if (!input->follow) return STATUS_OK;
  input->watch = inotify_init1(IN_NONBLOCK | IN_CLOEXEC); /* without it input_wait looks once in a while */
  if (input->watch >= 0) (void)inotify_add_watch(input->watch, input->given, IN_MODIFY | IN_MOVE_SELF | IN_ATTRIB | IN_CLOSE_WRITE);
  return STATUS_OK;
}

void input_close(struct input *input) {
  if (input->fd >= 0) close(input->fd);
  if (input->watch >= 0) close(input->watch);
  free(input->buffer);
  input->buffer = NULL;
  input->fd = input->watch = -1;
}

uint64_t input_size(const struct input *input) {
  struct stat info;
  return input->stream || fstat(input->fd, &info) != 0 ? 0 : (uint64_t)info.st_size;
}

enum status input_digest(const struct input *input, uint64_t at, size_t length, uint64_t *digest, bool *whole, struct fault *fault) {
  char bytes[EDGE_BYTES];
  size_t have = 0;
  assert(length <= sizeof bytes);
  while (have < length) {
    ssize_t got = pread(input->fd, bytes + have, length - have, (off_t)(at + have));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fault_set(fault, STATUS_STORAGE, "cannot read the input %s: %s", input->given, strerror(errno));
    if (got == 0) break;
    have += (size_t)got;
  }
  *whole = have == length;
  *digest = hash64(&HASH_KEY_FIXED, (struct str){bytes, have});
  return STATUS_OK;
}

/* ---- reading ---- */

static bool stream_ready(const struct input *input) {
  struct pollfd ready = {.fd = input->fd, .events = POLLIN};
  return poll(&ready, 1, 0) > 0;
}

/* A stream is only read when that does not block; a file is read at its own offset. */
static ssize_t bytes_read(const struct input *input, char *to, size_t room) {
  if (!input->stream) return pread(input->fd, to, room, (off_t)(input->position + (input->end - input->start)));
  if (!stream_ready(input)) {
    errno = EAGAIN;
    return -1;
  }
  return read(input->fd, to, room);
}

/* Fills the buffer once; `more` tells whether anything came. at_end: there is nothing more now (file) or ever (stream). */
static enum status buffer_fill(struct input *input, bool *more, struct fault *fault) {
  size_t rest = input->end - input->start;
  assert(rest <= LIMIT_LINE_BYTES + 1);
  memmove(input->buffer, input->buffer + input->start, rest);
  input->start = 0;
  input->end = rest;
  ssize_t got = bytes_read(input, input->buffer + rest, INPUT_BUFFER_BYTES - rest);
  *more = got > 0 || (got < 0 && errno == EINTR);
  if (got < 0 && (errno == EINTR || errno == EAGAIN)) return STATUS_OK;
  if (got < 0)
    return fault_set(fault, STATUS_STORAGE, "cannot read the input %s at byte %llu: %s", input->given,
                     (unsigned long long)(input->position + rest), strerror(errno));
  input->end += (size_t)got;
  input->at_end = got == 0;
  if (got == 0 && !input->stream && input_size(input) < input->position)
    return fault_set(
        fault, STATUS_STATE,
        "the input %s was cut while it was read: it has %llu bytes, but %llu were read; restore it, or give the new one another name",
        input->given, (unsigned long long)input_size(input), (unsigned long long)input->position);
  return STATUS_OK;
}

static void line_hand_out(struct input *input, struct input_line *line, size_t length, bool newline, bool piece) {
  *line = (struct input_line){.bytes = {input->buffer + input->start, length},
                              .position = input->position,
                              .next = input->position + length + (newline ? 1 : 0),
                              .arrival_ms = TIME_NONE,
                              .piece = piece};
  input->start += length + (newline ? 1 : 0);
  input->position += length + (newline ? 1 : 0);
}

/* The newline that ends a line which was taken before it was there (--once, and the file grew later). */
static void newline_skip(struct input *input) {
  if (!input->unterminated || input->start == input->end) return;
  input->unterminated = false;
  if (input->buffer[input->start] != '\n') return;
  input->start++;
  input->position++;
}

static uint32_t lines_cut(struct input *input, struct input_line *lines, uint32_t capacity) {
  uint32_t count = 0;
  newline_skip(input);
  while (count < capacity && input->start < input->end) {
    const char *from = input->buffer + input->start;
    size_t have = input->end - input->start;
    const char *newline = memchr(from, '\n', have);
    size_t length = newline == NULL ? have : (size_t)(newline - from);
    if (length > LIMIT_LINE_BYTES) {
      line_hand_out(input, &lines[count++], LIMIT_LINE_BYTES, false, true);
      input->in_piece = true;
    } else if (newline != NULL) {
      line_hand_out(input, &lines[count++], length, true, input->in_piece);
      input->in_piece = false;
    } else {
      break;
    }
  }
  return count;
}

/* The rest of the input, which no newline ends. */
static uint32_t last_line_cut(struct input *input, struct input_line *line) {
  if (input->start == input->end) return 0;
  line_hand_out(input, line, input->end - input->start, false, input->in_piece);
  input->in_piece = false;
  input->unterminated = true;
  return 1;
}

/* Whether the name now leads to another file than the one that is open (rotation). */
static bool is_replaced(const struct input *input) {
  struct stat info;
  return stat(input->given, &info) == 0 && S_ISREG(info.st_mode) &&
         ((uint64_t)info.st_ino != input->inode || (uint64_t)info.st_dev != input->device);
}

static enum status replaced_open(struct input *input, struct fault *fault) {
  int fd = open(input->given, O_RDONLY | O_CLOEXEC | O_NOCTTY);
  if (fd < 0) return STATUS_OK; /* gone again: look later */
  close(input->fd);
  input->fd = fd;
  input->position = 0;
  input->start = input->end = 0;
  input->in_piece = input->unterminated = input->at_end = false;
  if (input->watch >= 0) (void)inotify_add_watch(input->watch, input->given, IN_MODIFY | IN_MOVE_SELF | IN_ATTRIB | IN_CLOSE_WRITE);
  return input_identify(input, fault);
}

/* Nothing more can be cut from the buffer and the end was reached. */
static enum status end_meet(struct input *input, struct input_line *lines, uint32_t *count, bool *ended, struct fault *fault) {
  bool growing = input->follow && !input->stream;
  if (!growing) {
    *count = last_line_cut(input, lines);
    *ended = *count == 0; /* the caller comes back once more */
    return STATUS_OK;
  }
  if (!is_replaced(input)) return STATUS_OK;
  *count = last_line_cut(input, lines); /* nobody will finish it any more */
  return *count > 0 ? STATUS_OK : replaced_open(input, fault);
}

enum status input_poll(struct input *input, struct input_line *lines, uint32_t capacity, uint32_t *count, bool *ended,
                       struct fault *fault) {
  *ended = false;
  *count = lines_cut(input, lines, capacity);
  if (*count > 0 || capacity == 0) return STATUS_OK;
  for (bool more = true; more;) { /* a long line may take several reads */
    enum status status = buffer_fill(input, &more, fault);
    if (status != STATUS_OK) return status;
    *count = lines_cut(input, lines, capacity);
    if (*count > 0) return STATUS_OK;
  }
  return input->at_end ? end_meet(input, lines, count, ended, fault) : STATUS_OK;
}

void input_wait(struct input *input, int wake, int timeout_ms) {
  struct pollfd ready[2] = {{.fd = input->stream ? input->fd : input->watch, .events = POLLIN}, {.fd = wake, .events = POLLIN}};
  (void)poll(ready, 2, timeout_ms); /* a descriptor of -1 is skipped */
  char events[4096];
  if (input->watch >= 0)
    while (read(input->watch, events, sizeof events) > 0) {} /* what happened does not matter: the next poll looks */
}
