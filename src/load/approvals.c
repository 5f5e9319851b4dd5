/* The register of signatures on disk: approvals.jsonl beside the campaigns, which is only added to.
 *
 * Who signs holds its lock from reading it to having written behind its end, so that two who sign at once are two lines of one chain; who
 * reads holds it too, so that nobody sees half a line. Nobody waits for long: a run that asks for it goes on with the campaigns it has. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "giftd/load/approvals.h"

#define REGISTER_MOST (64 << 20)
#define PATH_BYTES 4096u
#define LOCK_TRIES 100 /* of 50 ms */

struct register_file {
  char path[PATH_BYTES];
  int file; /* -1: there is none */
  struct str text;
};

/* ---- one register ---- */

static enum status failed(const struct register_file *reg, enum status status, struct fault *fault) {
  return fault_set(fault, status, "%s: %s", reg->path, strerror(errno));
}

static enum status register_lock(const struct register_file *reg, int how, struct fault *fault) {
  const struct timespec pause = {.tv_nsec = 50 * 1000 * 1000};
  for (int tries = 0; tries < LOCK_TRIES; tries++) {
    if (flock(reg->file, how | LOCK_NB) == 0) return STATUS_OK;
    if (errno != EWOULDBLOCK && errno != EINTR) return failed(reg, STATUS_STORAGE, fault);
    (void)nanosleep(&pause, NULL);
  }
  return fault_set(fault, STATUS_STORAGE, "%s: another process holds its lock; try again", reg->path);
}

/* Whether the path still names the file that was locked: it may have been exchanged meanwhile. */
static bool is_current(const struct register_file *reg) {
  struct stat named, held;
  return stat(reg->path, &named) == 0 && fstat(reg->file, &held) == 0 && named.st_dev == held.st_dev && named.st_ino == held.st_ino;
}

static void register_close(struct register_file *reg) {
  if (reg->file >= 0) (void)close(reg->file); /* and its lock */
  reg->file = -1;
}

static enum status register_read(struct register_file *reg, struct arena *arena, struct fault *fault) {
  struct stat info;
  size_t used = 0;
  if (fstat(reg->file, &info) != 0) return failed(reg, STATUS_USAGE, fault);
  if (!S_ISREG(info.st_mode)) return fault_set(fault, STATUS_USAGE, "%s: is no file", reg->path);
  if (info.st_size > REGISTER_MOST) return fault_set(fault, STATUS_LIMIT, "%s: larger than %d MiB", reg->path, REGISTER_MOST >> 20);
  char *bytes = arena_take(arena, (size_t)info.st_size + 1);
  if (bytes == NULL) return fault_set(fault, STATUS_LIMIT, "%s: does not fit the memory", reg->path);
  while (used < (size_t)info.st_size) {
    const ssize_t got = pread(reg->file, bytes + used, (size_t)info.st_size - used, (off_t)used);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return failed(reg, STATUS_STORAGE, fault);
    if (got == 0) break; /* it was cut meanwhile: what is there is looked at */
    used += (size_t)got;
  }
  reg->text = (struct str){bytes, used};
  return STATUS_OK;
}

/* Opened, locked, read. Without O_CREAT a missing one is empty. */
static enum status register_open(struct register_file *reg, int flags, int how, struct arena *arena, struct fault *fault) {
  for (int tries = 0; tries < LOCK_TRIES; tries++) {
    reg->file = open(reg->path, flags | O_CLOEXEC | O_NONBLOCK, 0666);
    if (reg->file < 0 && errno == ENOENT && (flags & O_CREAT) == 0) return STATUS_OK;
    if (reg->file < 0) return failed(reg, STATUS_USAGE, fault);
    const enum status status = register_lock(reg, how, fault);
    if (status != STATUS_OK) return status;
    if (is_current(reg)) return register_read(reg, arena, fault);
    register_close(reg);
  }
  return fault_set(fault, STATUS_STORAGE, "%s: it is exchanged all the time; try again", reg->path);
}

/* ---- all of them ---- */

static bool is_folder(const char *path) {
  struct stat info;
  return stat(path, &info) == 0 && S_ISDIR(info.st_mode);
}

/* Of a folder, or the one that a campaign file lies in. */
static bool register_path(struct register_file *reg, const char *path) {
  const char *slash = strrchr(path, '/');
  size_t length = strlen(path);
  *reg = (struct register_file){.file = -1};
  if (!is_folder(path)) length = slash == NULL ? 0 : (size_t)(slash - path + 1);
  while (length > 1 && path[length - 1] == '/' && path[length - 2] == '/') length--;
  const char *between = length == 0 || path[length - 1] == '/' ? "" : "/";
  const int written = snprintf(reg->path, sizeof reg->path, "%.*s%s%s", (int)length, path, between, APPROVALS_FILE);
  return written > 0 && (size_t)written < sizeof reg->path;
}

/* A catalogue beside a folder of campaigns brings no register; and two paths may lie in one folder. */
static bool is_passed_over(const char *const *paths, uint32_t path_count, uint32_t until, const struct register_file *reg) {
  struct stat one, info;
  for (uint32_t i = 0; i < path_count && !is_folder(paths[until]); i++)
    if (is_folder(paths[i])) return true;
  for (uint32_t i = 0; i < until; i++) {
    struct register_file other;
    if (register_path(&other, paths[i]) && stat(other.path, &one) == 0 && stat(reg->path, &info) == 0 && one.st_dev == info.st_dev &&
        one.st_ino == info.st_ino)
      return true;
  }
  return false;
}

static enum status register_add(struct register_file *reg, struct loaded *loaded, struct signatures *all, struct fault *fault) {
  struct signatures more;
  struct str name = arena_copy(&loaded->arena, str_of(reg->path));
  const uint32_t errors = loaded->findings.errors;
  if (!signatures_read(name, reg->text, &loaded->arena, &more, &loaded->findings)) {
    if (loaded->findings.errors == errors) return fault_set(fault, STATUS_LIMIT, "%s: does not fit the memory", reg->path);
    return fault_set(fault, STATUS_INPUT, "%s: the register of signatures is broken", reg->path);
  }
  struct signature *items = arena_array(&loaded->arena, all->count + more.count, sizeof *items);
  if (items == NULL) return fault_set(fault, STATUS_LIMIT, "%s: does not fit the memory", reg->path);
  if (all->count > 0) memcpy(items, all->items, all->count * sizeof *items);
  if (more.count > 0) memcpy(items + all->count, more.items, more.count * sizeof *items);
  *all = (struct signatures){items, all->count + more.count, more.last};
  return STATUS_OK;
}

enum status approvals_open(const char *const *paths, uint32_t path_count, struct loaded *loaded, struct approvals *out,
                           struct fault *fault) {
  *out = (struct approvals){.signatures = {.count = 0}};
  enum status status = signing_open(&out->signing, loaded->rulebook, loaded->catalogues, loaded->catalogue_count, &loaded->arena, fault);
  for (uint32_t i = 0; i < path_count && status == STATUS_OK; i++) {
    struct register_file reg;
    if (!register_path(&reg, paths[i])) return fault_set(fault, STATUS_USAGE, "%s: the path is too long", paths[i]);
    if (is_passed_over(paths, path_count, i, &reg)) continue;
    status = register_open(&reg, O_RDONLY, LOCK_SH, &loaded->arena, fault);
    register_close(&reg);
    if (status == STATUS_OK) status = register_add(&reg, loaded, &out->signatures, fault);
  }
  return status;
}

static bool asks_any(const struct rulebook *rulebook) {
  for (uint32_t i = 0; i < rulebook->campaign_count; i++)
    if (!rulebook->campaigns[i].programme && rulebook->campaigns[i].approval.role_count > 0) return true;
  return false;
}

enum status approvals_lint(const char *const *paths, uint32_t path_count, struct loaded *loaded, uint32_t *missing, struct fault *fault) {
  struct approvals approvals;
  struct approval_state state;
  *missing = 0;
  if (!asks_any(loaded->rulebook)) return STATUS_OK;
  enum status status = approvals_open(paths, path_count, loaded, &approvals, fault);
  for (uint32_t i = 0; i < loaded->rulebook->campaign_count && status == STATUS_OK; i++) {
    if (loaded->rulebook->campaigns[i].approval.role_count == 0 || loaded->rulebook->campaigns[i].programme) continue;
    status = signing_state(&approvals.signing, i, &approvals.signatures, &state, fault);
    if (status != STATUS_OK) break;
    approval_lint(loaded->rulebook, i, &state, &loaded->arena, &loaded->findings);
    *missing += state.missing > 0;
  }
  return status;
}

/* ---- one more ---- */

/* A line that could not be written whole is taken back: half of one breaks the register. */
static enum status line_append(const struct register_file *reg, struct str line, struct fault *fault) {
  const off_t length = (off_t)reg->text.length;
  const ssize_t written = write(reg->file, line.at, line.length);
  if (written == (ssize_t)line.length && fsync(reg->file) == 0) return STATUS_OK;
  if (written >= 0 && written < (ssize_t)line.length) errno = ENOSPC;
  const int error = errno;
  const bool back = ftruncate(reg->file, length) == 0 && fsync(reg->file) == 0;
  return fault_set(fault, STATUS_STORAGE, "%s: cannot be written: %s%s", reg->path, strerror(error),
                   back ? "" : "; and what was written of the line is not taken back");
}

/* The folder too: a register that was just made must not be lost with the power. */
static enum status folder_sync(const char *folder, struct fault *fault) {
  const int file = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const bool synced = file >= 0 && fsync(file) == 0;
  const int error = errno;
  if (file >= 0) (void)close(file);
  return synced ? STATUS_OK : fault_set(fault, STATUS_STORAGE, "%s: %s", folder, strerror(error));
}

static enum status digest_hold(const struct signing_request *request, const struct digest256 *digest, struct fault *fault) {
  char hex[2 * DIGEST256_BYTES];
  digest256_to_hex(digest, hex);
  if (request->digest.length == 0 || str_equal(request->digest, (struct str){hex, sizeof hex})) return STATUS_OK;
  return fault_set(fault, STATUS_INPUT, "what is there now has the digest %.*s: it was changed since it was read; nothing is signed",
                   (int)sizeof hex, hex);
}

static enum status sign(const struct signing_request *request, const struct register_file *reg, struct loaded *loaded,
                        struct approvals *approvals, struct fault *fault) {
  const struct campaign *campaign = &loaded->rulebook->campaigns[request->campaign];
  char memory[SIGNATURE_BYTES], reason[2048];
  struct buffer line, refusal;
  struct approval_state state;
  struct digest256 hash;
  enum status status = signing_state(&approvals->signing, request->campaign, &approvals->signatures, &state, fault);
  if (status == STATUS_OK) status = digest_hold(request, &state.digest, fault);
  if (status != STATUS_OK) return status;
  buffer_init(&refusal, reason, sizeof reason);
  signature_refusal(&refusal, loaded->rulebook, request->campaign, &state, &approvals->signatures, request->role, request->staff);
  if (refusal.length > 0) return fault_set(fault, STATUS_INPUT, "%.*s", STR_FORMAT(buffer_text(&refusal)));
  const struct signature signature = {campaign->id, request->role, request->staff, request->time, state.digest};
  buffer_init(&line, memory, sizeof memory);
  signature_line(&line, &signature, &approvals->signatures.last, &hash);
  if (line.overflowed) return fault_set(fault, STATUS_LIMIT, "the line is too long");
  if (reg->text.length == 0) status = folder_sync(request->folder, fault);
  return status == STATUS_OK ? line_append(reg, buffer_text(&line), fault) : status;
}

enum status approvals_sign(const struct signing_request *request, struct loaded *loaded, struct fault *fault) {
  struct approvals approvals = {.signatures = {.count = 0}};
  struct register_file reg;
  enum status status =
      signing_open(&approvals.signing, loaded->rulebook, loaded->catalogues, loaded->catalogue_count, &loaded->arena, fault);
  if (status != STATUS_OK) return status;
  if (!is_folder(request->folder) || !register_path(&reg, request->folder))
    return fault_set(fault, STATUS_USAGE, "%s: is not a folder", request->folder);
  status = register_open(&reg, O_RDWR | O_APPEND | O_CREAT, LOCK_EX, &loaded->arena, fault);
  if (status == STATUS_OK) status = register_add(&reg, loaded, &approvals.signatures, fault);
  if (status == STATUS_OK) status = sign(request, &reg, loaded, &approvals, fault);
  if (status != STATUS_OK && reg.text.at != NULL && reg.text.length == 0) (void)unlink(reg.path); /* it was made for this line */
  register_close(&reg);
  return status;
}
