/* One output: bytes are written at once, but count only from the commit on. The length is ours, not the file's: a crash may leave more
 * behind.
 *
 *     [ committed ........ | appended since ..... ]        cut back to `committed` at the next start, if that is sure (commit.c)
 */
#include "inside.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static enum status storage_fault(const struct output_file *output, const char *verb, struct fault *fault) {
  const char *why = strerror(errno);
  return fault_set(fault, STATUS_STORAGE,
                   "%s: cannot %s: %s; nothing that was committed is lost: make room, or repair the disk or its permissions, then start "
                   "again with the same state",
                   output->path, verb, why);
}

enum status output_open(struct output_file *output, const char *folder, const char *name, struct fault *fault) {
  struct stat info;
  output->length = output->synced = output->committed = 0;
  output->tail_length = 0;
  output->fd = -1;
  if (snprintf(output->path, sizeof output->path, "%s/%s", folder, name) >= (int)sizeof output->path)
    return fault_set(fault, STATUS_USAGE, "the name of the output folder is too long");
  output->fd = open(output->path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOCTTY, 0640);
  if (output->fd < 0) {
    bool storage = errno == EACCES || errno == EROFS || errno == ENOSPC || errno == EPERM;
    return fault_set(fault, storage ? STATUS_STORAGE : STATUS_USAGE, "cannot open the output %s: %s", output->path, strerror(errno));
  }
  if (fstat(output->fd, &info) != 0 || !S_ISREG(info.st_mode))
    return fault_set(fault, STATUS_USAGE, "the output %s is not a plain file; name another --output folder", output->path);
  if (flock(output->fd, LOCK_EX | LOCK_NB) != 0)
    return fault_set(fault, STATUS_STORAGE, "%s is being written by another giftd; stop that one, or name another --output folder",
                     output->path);
  return STATUS_OK;
}

void output_close(struct output_file *output) {
  if (output->fd < 0) return;
  if (output->length > output->committed) { /* was never decided, as far as anyone may know */
    int cut = ftruncate(output->fd, (off_t)output->committed);
    (void)cut; /* the next start cuts again */
  }
  close(output->fd);
  output->fd = -1;
}

uint64_t output_checksum(const struct output_file *output) {
  return hash64(&HASH_KEY_FIXED, (struct str){output->tail, output->tail_length});
}

static enum status tail_load(struct output_file *output, uint64_t length, struct fault *fault) {
  size_t want = length < EDGE_BYTES ? (size_t)length : EDGE_BYTES, have = 0;
  while (have < want) {
    ssize_t got = pread(output->fd, output->tail + have, want - have, (off_t)(length - want + have));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return storage_fault(output, "read what was committed", fault);
    have += (size_t)got;
  }
  output->tail_length = want;
  return STATUS_OK;
}

enum status output_check(struct output_file *output, uint64_t length, uint64_t checksum, uint64_t *more, struct fault *fault) {
  struct stat info;
  if (fstat(output->fd, &info) != 0) return storage_fault(output, "look at it", fault);
  uint64_t size = (uint64_t)info.st_size;
  if (size < length)
    return fault_set(fault, STATUS_STATE,
                     "%s has %llu bytes, but the state says %llu were committed: it was edited, cut or replaced; restore it, or start over "
                     "with an empty output folder and an empty state folder%s",
                     output->path, (unsigned long long)size, (unsigned long long)length,
                     size == 0 ? "; or name the output folder that this state belongs to" : "");
  enum status status = tail_load(output, length, fault);
  if (status != STATUS_OK) return status;
  if (output_checksum(output) != checksum)
    return fault_set(fault, STATUS_STATE,
                     "%s: the %zu bytes before byte %llu are not those that were committed: it was edited or replaced; restore it, or "
                     "start over with an empty output folder and an empty state folder",
                     output->path, output->tail_length, (unsigned long long)length);
  output->length = output->synced = length;
  output->committed = size; /* nothing is cut by output_close either */
  *more = size - length;
  return STATUS_OK;
}

enum status output_cut(struct output_file *output, struct fault *fault) {
  if (ftruncate(output->fd, (off_t)output->length) != 0) return storage_fault(output, "cut it back to what was committed", fault);
  output->committed = output->length;
  output->synced = UINT64_MAX; /* the cut has to reach the disk too */
  return STATUS_OK;
}

static void tail_add(struct output_file *output, struct str bytes) {
  if (bytes.length >= EDGE_BYTES) {
    memcpy(output->tail, bytes.at + bytes.length - EDGE_BYTES, EDGE_BYTES);
    output->tail_length = EDGE_BYTES;
    return;
  }
  size_t kept = output->tail_length;
  if (kept + bytes.length > EDGE_BYTES) kept = EDGE_BYTES - bytes.length;
  memmove(output->tail, output->tail + output->tail_length - kept, kept);
  memcpy(output->tail + kept, bytes.at, bytes.length);
  output->tail_length = kept + bytes.length;
}

enum status output_append(struct output_file *output, struct str bytes, struct fault *fault) {
  size_t done = 0;
  while (done < bytes.length) {
    ssize_t wrote = pwrite(output->fd, bytes.at + done, bytes.length - done, (off_t)(output->length + done));
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote < 0) {
      output->length += done; /* so that files_close cuts it back */
      return storage_fault(output, "write", fault);
    }
    done += (size_t)wrote;
  }
  output->length += bytes.length;
  tail_add(output, bytes);
  return STATUS_OK;
}

enum status output_sync(struct output_file *output, struct fault *fault) {
  if (output->synced == output->length) return STATUS_OK;
  if (fdatasync(output->fd) != 0) return storage_fault(output, "bring it to the disk", fault);
  output->synced = output->length;
  return STATUS_OK;
}
