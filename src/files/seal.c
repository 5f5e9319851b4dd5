/* The seal: a file beside the outputs that says which commit they were last part of, and how long they were then. commit.c has the reason.
 *
 *     giftd.commit:  slot of even numbers | slot of odd numbers
 *     a slot:        version 1 | count 1 | number 8 | lengths 8 each | digest 8
 *
 * A commit writes the slot of the commit before the last one, so that a slot that was torn by a power failure leaves the other. Both have
 * room from the start: writing them asks a full disk for nothing.
 */
#include "inside.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define SEAL_NAME "giftd.commit"
#define SEAL_VERSION 1u
#define SLOT_BYTES 4096u /* no two slots in one sector of any disk */
#define SLOT_COUNT 2u
#define SLOT_USED (1u + 1u + 8u + 8u * OUTPUT_COUNT + 8u)

static enum status seal_fault(const struct seal *seal, const char *verb, int why, struct fault *fault) {
  return fault_set(
      fault, STATUS_STORAGE,
      "%s: cannot %s: %s; nothing that was committed is lost: make room, or repair the disk or its permissions, then start again",
      seal->path, verb, strerror(why));
}

static uint64_t slot_digest(struct str bytes) { return hash64(&HASH_KEY_FIXED, bytes); }

/* A slot that is empty, torn or damaged tells of nothing. */
static void slot_take(struct seal *seal, struct str slot) {
  const struct str content = {slot.at, SLOT_USED - 8};
  struct reader r = reader_over(slot);
  uint64_t lengths[OUTPUT_COUNT];
  const bool known = get_byte(&r) == SEAL_VERSION, fits = get_byte(&r) == OUTPUT_COUNT;
  const uint64_t number = get_fixed(&r, 8);
  for (int i = 0; i < OUTPUT_COUNT; i++) lengths[i] = get_fixed(&r, 8);
  const uint64_t digest = get_fixed(&r, 8);
  if (r.bad || !known || !fits || digest != slot_digest(content) || number <= seal->number) return;
  seal->number = number;
  memcpy(seal->lengths, lengths, sizeof lengths);
}

static enum status room_make(const struct seal *seal, off_t size, struct fault *fault) {
  static const char nothing[SLOT_COUNT * SLOT_BYTES];
  while (size < (off_t)sizeof nothing) {
    const ssize_t wrote = pwrite(seal->fd, nothing, sizeof nothing - (size_t)size, size);
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote <= 0) return seal_fault(seal, "make room in it", wrote < 0 ? errno : ENOSPC, fault);
    size += wrote;
  }
  return STATUS_OK;
}

static enum status slots_read(struct seal *seal, struct fault *fault) {
  for (unsigned i = 0; i < SLOT_COUNT; i++) {
    char bytes[SLOT_USED];
    const ssize_t got = pread(seal->fd, bytes, sizeof bytes, (off_t)(i * SLOT_BYTES));
    if (got < 0) return seal_fault(seal, "read it", errno, fault);
    if (got == (ssize_t)sizeof bytes) slot_take(seal, (struct str){bytes, sizeof bytes});
  }
  return STATUS_OK;
}

enum status seal_open(struct seal *seal, const char *folder, struct fault *fault) {
  struct stat info;
  *seal = (struct seal){.fd = -1, .synced = true};
  if (snprintf(seal->path, sizeof seal->path, "%s/" SEAL_NAME, folder) >= (int)sizeof seal->path)
    return fault_set(fault, STATUS_USAGE, "the name of the output folder is too long");
  seal->fd = open(seal->path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOCTTY, 0640);
  if (seal->fd < 0) return seal_fault(seal, "open it", errno, fault);
  if (fstat(seal->fd, &info) != 0 || !S_ISREG(info.st_mode))
    return fault_set(fault, STATUS_USAGE, "%s is not a plain file; name another --output folder", seal->path);
  enum status status = room_make(seal, info.st_size, fault);
  return status == STATUS_OK ? slots_read(seal, fault) : status;
}

void seal_close(struct seal *seal) {
  struct fault fault;
  if (seal->fd < 0) return;
  enum status status = seal_sync(seal, &fault);
  (void)status; /* as after a crash: the next start knows that it may be one commit behind */
  close(seal->fd);
  seal->fd = -1;
}

enum status seal_write(struct seal *seal, uint64_t number, const uint64_t lengths[OUTPUT_COUNT], struct fault *fault) {
  char bytes[SLOT_USED];
  struct writer out = writer_into(bytes, sizeof bytes);
  put_byte(&out, SEAL_VERSION);
  put_byte(&out, OUTPUT_COUNT);
  put_fixed(&out, number, 8);
  for (int i = 0; i < OUTPUT_COUNT; i++) put_fixed(&out, lengths[i], 8);
  put_fixed(&out, slot_digest(written(&out, bytes)), 8);
  assert(!out.full);
  seal->synced = false;
  const ssize_t wrote = pwrite(seal->fd, bytes, sizeof bytes, (off_t)(number % SLOT_COUNT * SLOT_BYTES));
  if (wrote != (ssize_t)sizeof bytes) return seal_fault(seal, "write it", wrote < 0 ? errno : ENOSPC, fault);
  seal->number = number;
  memcpy(seal->lengths, lengths, sizeof seal->lengths);
  return STATUS_OK;
}

enum status seal_sync(struct seal *seal, struct fault *fault) {
  if (seal->synced) return STATUS_OK;
  if (fdatasync(seal->fd) != 0) return seal_fault(seal, "bring it to the disk", errno, fault);
  seal->synced = true;
  return STATUS_OK;
}
