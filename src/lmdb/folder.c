/* A state folder belongs to one running giftd: `giftd.lock` is held with flock, which the system lets go of when the process ends, however
 * it ends. Somebody's folder of documents is not made a state folder by a slip of the fingers. */
#include "folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static enum status folder_fault(const char *folder, const char *verb, int why, struct fault *fault) {
  bool usage = why == ENOENT || why == ENOTDIR || why == ENAMETOOLONG || why == EEXIST;
  return fault_set(fault, usage ? STATUS_USAGE : STATUS_STORAGE, "cannot %s the state folder %s: %s", verb, folder,
                   why == EEXIST ? "a file has that name" : strerror(why));
}

static bool is_ours(const char *name) {
  static const char *const known[] = {".", "..", "giftd.lock", "data.mdb", "lock.mdb", "lost+found", NULL};
  for (const char *const *at = known; *at != NULL; at++)
    if (strcmp(name, *at) == 0) return true;
  return false;
}

static enum status folder_recognise(const char *folder, struct fault *fault) {
  char stranger[256] = "";
  bool has_data = false;
  DIR *dir = opendir(folder);
  if (dir == NULL) return folder_fault(folder, "read", errno, fault);
  for (const struct dirent *entry = readdir(dir); entry != NULL; entry = readdir(dir)) {
    if (strcmp(entry->d_name, "data.mdb") == 0) has_data = true;
    if (!is_ours(entry->d_name)) (void)snprintf(stranger, sizeof stranger, "%s", entry->d_name);
  }
  closedir(dir);
  if (has_data || stranger[0] == 0) return STATUS_OK;
  return fault_set(fault, STATUS_STATE, "%s is not a state folder of giftd: it holds %.200s; name an empty or a new folder as --state",
                   folder, stranger);
}

static enum status folder_lock(const char *folder, int *lock, struct fault *fault) {
  char path[PATH_MAX], holder[32] = "";
  if (snprintf(path, sizeof path, "%s/giftd.lock", folder) >= (int)sizeof path) return folder_fault(folder, "lock", ENAMETOOLONG, fault);
  int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOCTTY, 0640);
  if (fd < 0) return folder_fault(folder, "write to", errno, fault);
  if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
    ssize_t got = read(fd, holder, sizeof holder - 1);
    holder[got > 0 ? got : 0] = 0;
    close(fd);
    holder[strcspn(holder, "\n")] = 0;
    return fault_set(fault, STATUS_STORAGE, "the state folder %s is held by another running giftd (process %s); stop that one first",
                     folder, holder[0] == 0 ? "unknown" : holder);
  }
  int length = snprintf(holder, sizeof holder, "%ld\n", (long)getpid());
  if (ftruncate(fd, 0) != 0 || pwrite(fd, holder, (size_t)length, 0) != length) {
    int why = errno;
    close(fd);
    return folder_fault(folder, "write to", why, fault);
  }
  *lock = fd;
  return STATUS_OK;
}

enum status folder_take(const char *folder, int *lock, struct fault *fault) {
  struct stat info;
  if (mkdir(folder, 0750) != 0) {
    int why = errno;
    bool there = why == EEXIST && stat(folder, &info) == 0 && S_ISDIR(info.st_mode);
    if (!there) return folder_fault(folder, "make", why, fault);
  }
  enum status status = folder_recognise(folder, fault);
  return status == STATUS_OK ? folder_lock(folder, lock, fault) : status;
}
