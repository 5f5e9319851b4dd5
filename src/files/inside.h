/* What the files of this room share; nobody else includes it. */
#ifndef GIFTD_FILES_INSIDE_H
#define GIFTD_FILES_INSIDE_H

#include "giftd/base/bytes.h"
#include "giftd/files.h"

#include <limits.h>

#define EDGE_BYTES 4096u           /* of a head or tail that is digested */
#define SHORT_HEAD_BYTES 128u      /* tells a small new file from one that was cut */
#define READ_BYTES (1024u * 1024u) /* one read of the input */
#define INPUT_BUFFER_BYTES (LIMIT_LINE_BYTES + READ_BYTES)
#define RECORD_BYTES (PATH_MAX + 256u)

struct input {
  const char *given;        /* as named by the user: stands in decisions */
  char canonical[PATH_MAX]; /* absolute, links resolved; "" for a stream */
  int fd, watch;            /* watch: inotify, or -1 */
  bool stream, follow;
  uint64_t position; /* behind the last line handed out */
  bool in_piece;     /* position is inside a line that is too long */
  bool unterminated; /* the last line handed out had no newline: one that follows is no line */
  char *buffer;
  size_t start, end; /* unread bytes of the buffer; buffer[start] is byte `position` of the input */
  bool at_end;       /* the last read found nothing more */
  uint64_t device, inode;
};

struct output_file {
  char path[PATH_MAX];
  int fd;
  uint64_t length, synced, committed;
  char tail[EDGE_BYTES]; /* the last bytes before length */
  size_t tail_length;
};

struct seal {
  char path[PATH_MAX];
  int fd;
  uint64_t number; /* of the last commit that it tells of; 0: of none */
  uint64_t lengths[OUTPUT_COUNT];
  bool synced;
};

struct files {
  const char *state; /* folder of the store, for messages */
  struct input input;
  struct output_file outputs[OUTPUT_COUNT];
  struct seal seal;
  uint64_t number; /* of the last commit; 0: there was none */
  bool resumed;
  char input_key[32];
  size_t input_key_length;
  char input_record[RECORD_BYTES], outputs_record[RECORD_BYTES];
  char note[PATH_MAX + 160]; /* for people */
};

/* ---- files.c ---- */
enum status record_damaged(const char *which, struct fault *fault);

/* ---- input.c ---- */
enum status input_open(struct input *input, const struct files_settings *settings, struct fault *fault) MUST_USE;
void input_close(struct input *input);
enum status input_poll(struct input *input, struct input_line *lines, uint32_t capacity, uint32_t *count, bool *ended,
                       struct fault *fault) MUST_USE;
void input_wait(struct input *input, int wake, int timeout_ms);
/* Digest of `length` bytes at a place of the input (length <= EDGE_BYTES); *whole false: there are not so many. */
enum status input_digest(const struct input *input, uint64_t at, size_t length, uint64_t *digest, bool *whole,
                         struct fault *fault) MUST_USE;
uint64_t input_size(const struct input *input);

/* ---- output.c ---- */
enum status output_open(struct output_file *output, const char *folder, const char *name, struct fault *fault) MUST_USE;
void output_close(struct output_file *output);
/* Takes up what was committed after checking it; *more is how many bytes stand behind it: 0, or output_cut has to follow. */
enum status output_check(struct output_file *output, uint64_t length, uint64_t checksum, uint64_t *more, struct fault *fault) MUST_USE;
enum status output_cut(struct output_file *output, struct fault *fault) MUST_USE;
enum status output_append(struct output_file *output, struct str bytes, struct fault *fault) MUST_USE;
enum status output_sync(struct output_file *output, struct fault *fault) MUST_USE;
uint64_t output_checksum(const struct output_file *output);

/* ---- commit.c ---- */
enum status outputs_resume(struct files *files, struct str record, struct fault *fault) MUST_USE;

/* ---- seal.c ---- */
/* Behind the lock of the outputs. A seal that is missing or damaged tells of no commit. */
enum status seal_open(struct seal *seal, const char *folder, struct fault *fault) MUST_USE;
void seal_close(struct seal *seal);
enum status seal_write(struct seal *seal, uint64_t number, const uint64_t lengths[OUTPUT_COUNT], struct fault *fault) MUST_USE;
enum status seal_sync(struct seal *seal, struct fault *fault) MUST_USE;

#endif
