/* The port over input and outputs, and the two records that say what was committed. Records are little-endian with a version in front.
 *
 *   outputs: version 1 | count 1 | number of the commit 8 | per output: length 8, checksum 8      (commit.c)
 *   input:   version 1 | flags 1 | position 8 | head length 4, digest 8 | short head length 4, digest 8 | tail length 4, digest 8 | name
 */
#include "inside.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define RECORD_VERSION 1u /* of the input */
enum input_flag { INPUT_IN_PIECE = 1, INPUT_UNTERMINATED = 2 };

static const char *const output_names[OUTPUT_COUNT] = {"rewards.jsonl", "decisions.jsonl", "dlq.jsonl"};

/* ---- opening ---- */

static enum status folder_make(const char *path, struct fault *fault) {
  struct stat info;
  if (mkdir(path, 0750) == 0) return STATUS_OK;
  int why = errno;
  if (why == EACCES || why == EROFS || why == ENOSPC)
    return fault_set(fault, STATUS_STORAGE, "cannot make the output folder %s: %s", path, strerror(why));
  if (why == EEXIST && stat(path, &info) == 0 && S_ISDIR(info.st_mode)) return STATUS_OK;
  return fault_set(fault, STATUS_USAGE, "cannot make the output folder %s: %s", path,
                   why == EEXIST ? "a file has that name" : strerror(why));
}

/* The names of new files reach the disk too: a commit may count on them. */
static enum status folder_sync(const char *path, struct fault *fault) {
  int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  int failed = fd < 0 || (fsync(fd) != 0 && errno != EINVAL) ? errno : 0;
  if (fd >= 0) close(fd);
  return failed == 0 ? STATUS_OK : fault_set(fault, STATUS_STORAGE, "the output folder %s: %s", path, strerror(failed));
}

static enum status parts_open(struct files *files, const struct files_settings *settings, struct fault *fault) {
  enum status status = input_open(&files->input, settings, fault);
  if (status == STATUS_OK) status = folder_make(settings->output, fault);
  for (int i = 0; i < OUTPUT_COUNT && status == STATUS_OK; i++)
    status = output_open(&files->outputs[i], settings->output, output_names[i], fault);
  if (status == STATUS_OK) status = seal_open(&files->seal, settings->output, fault);
  return status == STATUS_OK ? folder_sync(settings->output, fault) : status;
}

enum status files_open(const struct files_settings *settings, struct files **out, struct fault *fault) {
  struct files *files = calloc(1, sizeof *files);
  *out = NULL;
  if (files == NULL) return fault_set(fault, STATUS_STORAGE, "no memory");
  files->state = settings->state;
  files->input.fd = files->input.watch = files->seal.fd = -1;
  for (int i = 0; i < OUTPUT_COUNT; i++) files->outputs[i].fd = -1;
  enum status status = parts_open(files, settings, fault);
  if (status != STATUS_OK) {
    files_close(files);
    return status;
  }
  if (!files->input.stream) {
    struct buffer key;
    char hex[16];
    digest_to_hex(hash64(&HASH_KEY_FIXED, str_of(files->input.canonical)), hex);
    buffer_init(&key, files->input_key, sizeof files->input_key);
    buffer_print(&key, "f:input:%.16s", hex);
    files->input_key_length = key.length;
  }
  *out = files;
  return STATUS_OK;
}

void files_close(struct files *files) {
  if (files == NULL) return;
  for (int i = 0; i < OUTPUT_COUNT; i++) output_close(&files->outputs[i]);
  seal_close(&files->seal);
  input_close(&files->input);
  free(files);
}

struct str files_outputs_key(const struct files *files) {
  (void)files;
  return STR("f:outputs");
}

struct str files_input_key(const struct files *files) {
  return (struct str){files->input_key, files->input_key_length};
}
struct str files_note(const struct files *files) {
  return str_of(files->note);
}
uint64_t files_position(const struct files *files) { return files->input.position; }
uint64_t files_size(const struct files *files) { return input_size(&files->input); }
void files_wait(struct files *files, int wake, int timeout_ms) { input_wait(&files->input, wake, timeout_ms); }

/* ---- taking up what was committed ---- */

enum status record_damaged(const char *which, struct fault *fault) {
  return fault_set(fault, STATUS_STATE, "the state's record of the %s is not of a known form: written by a newer giftd, or damaged", which);
}

struct input_mark {
  uint64_t version, flags, position, head_length, head, short_length, short_head, tail_length, tail;
  struct str name;
};

static bool mark_read(struct str record, struct input_mark *mark) {
  struct reader r = reader_over(record);
  mark->version = get_byte(&r), mark->flags = get_byte(&r), mark->position = get_fixed(&r, 8);
  mark->head_length = get_fixed(&r, 4), mark->head = get_fixed(&r, 8);
  mark->short_length = get_fixed(&r, 4), mark->short_head = get_fixed(&r, 8);
  mark->tail_length = get_fixed(&r, 4), mark->tail = get_fixed(&r, 8);
  mark->name = (struct str){(const char *)r.at, (size_t)(r.end - r.at)};
  bool whole = !r.bad && mark->version == RECORD_VERSION;
  return whole && mark->head_length <= EDGE_BYTES && mark->short_length <= mark->head_length && mark->tail_length <= EDGE_BYTES &&
         mark->head_length <= mark->position && mark->tail_length <= mark->position;
}

static enum status input_cut(const struct files *files, const struct input_mark *mark, struct fault *fault) {
  return fault_set(fault, STATUS_STATE,
                   "the input %s has %llu bytes, but %llu were read from it: it was cut; restore it, or give the new one another name",
                   files->input.given, (unsigned long long)input_size(&files->input), (unsigned long long)mark->position);
}

/* Whether the input is the one of the mark. Reading fails with a status; what is too short to tell is cut. */
static enum status mark_compare(struct files *files, const struct input_mark *mark, bool *same, struct fault *fault) {
  const struct input *input = &files->input;
  uint64_t size = input_size(input), digest;
  bool whole;
  *same = false;
  enum status status = input_digest(input, 0, (size_t)mark->short_length, &digest, &whole, fault);
  if (status != STATUS_OK) return status;
  if (whole && digest != mark->short_head) return STATUS_OK;
  status = input_digest(input, 0, (size_t)mark->head_length, &digest, &whole, fault);
  if (status != STATUS_OK) return status;
  if (whole && digest != mark->head) return STATUS_OK;
  if (size < mark->position) return input_cut(files, mark, fault);
  status = input_digest(input, mark->position - mark->tail_length, (size_t)mark->tail_length, &digest, &whole, fault);
  *same = status == STATUS_OK && whole && digest == mark->tail;
  return status;
}

static enum status input_resume(struct files *files, struct str record, struct fault *fault) {
  struct input_mark mark;
  bool same = false;
  if (record.length == 0 || files->input.stream) return STATUS_OK;
  if (!mark_read(record, &mark)) return record_damaged("input", fault);
  if (!str_equal(mark.name, str_of(files->input.canonical))) return STATUS_OK; /* another name with the same hash */
  enum status status = mark_compare(files, &mark, &same, fault);
  if (status != STATUS_OK) return status;
  if (!same) {
    (void)snprintf(files->note, sizeof files->note,
                   "the input %s is not the file that was read before under this name: it is read from its start", files->input.given);
    return STATUS_OK;
  }
  files->input.position = mark.position;
  files->input.in_piece = (mark.flags & INPUT_IN_PIECE) != 0;
  files->input.unterminated = (mark.flags & INPUT_UNTERMINATED) != 0;
  return STATUS_OK;
}

enum status files_resume(struct files *files, struct str outputs, struct str input, struct fault *fault) {
  enum status status = outputs_resume(files, outputs, fault);
  if (status == STATUS_OK) status = input_resume(files, input, fault);
  files->resumed = status == STATUS_OK;
  return status;
}

/* ---- what is committed ---- */

static enum status put_edge(const struct files *files, struct writer *out, uint64_t at, size_t length, struct fault *fault) {
  uint64_t digest;
  bool whole;
  enum status status = input_digest(&files->input, at, length, &digest, &whole, fault);
  if (status != STATUS_OK) return status;
  if (!whole)
    return fault_set(fault, STATUS_STATE, "the input %s was cut while it was read; restore it, or give the new one another name",
                     files->input.given);
  put_fixed(out, length, 4);
  put_fixed(out, digest, 8);
  return STATUS_OK;
}

enum status files_input_record(struct files *files, struct str *record, struct fault *fault) {
  const struct input *input = &files->input;
  struct writer out = writer_into(files->input_record, sizeof files->input_record);
  *record = (struct str){NULL, 0};
  if (input->stream) return STATUS_OK;
  size_t edge = input->position < EDGE_BYTES ? (size_t)input->position : EDGE_BYTES;
  put_byte(&out, RECORD_VERSION);
  put_byte(&out, (unsigned char)((input->in_piece ? INPUT_IN_PIECE : 0u) | (input->unterminated ? INPUT_UNTERMINATED : 0u)));
  put_fixed(&out, input->position, 8);
  enum status status = put_edge(files, &out, 0, edge, fault);
  if (status == STATUS_OK) status = put_edge(files, &out, 0, edge < SHORT_HEAD_BYTES ? edge : SHORT_HEAD_BYTES, fault);
  if (status == STATUS_OK) status = put_edge(files, &out, input->position - edge, edge, fault);
  if (status != STATUS_OK) return status;
  for (const char *at = input->canonical; *at != 0; at++) put_byte(&out, (unsigned char)*at);
  assert(!out.full);
  *record = written(&out, files->input_record);
  return STATUS_OK;
}

/* ---- the port ---- */

static enum status port_poll(void *self, struct input_line *lines, uint32_t capacity, uint32_t *count, bool *ended, struct fault *fault) {
  struct files *files = self;
  assert(files->resumed);
  return input_poll(&files->input, lines, capacity, count, ended, fault);
}

static enum status port_append(void *self, enum output output, uint32_t which, struct str bytes, struct fault *fault) {
  (void)which;
  struct files *files = self;
  assert(files->resumed && output < OUTPUT_COUNT);
  return output_append(&files->outputs[output], bytes, fault);
}

static struct str port_input_name(void *self) {
  const struct files *files = self;
  return str_of(files->input.given);
}

struct log_port files_port(struct files *files) {
  return (struct log_port){files, port_poll, port_append, port_input_name, NULL, NULL};
}
