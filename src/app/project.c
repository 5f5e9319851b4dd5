/* Folders and files of a project. See project.h. */
#include "project.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* From the folder the binary is in: a build folder of the sources, then an installation. */
static const char *const places[] = {"../../deploy/demo", "../deploy/demo", "../share/giftd/demo", NULL};

bool project_join(char out[PROJECT_PATH_BYTES], const char *dir, const char *name) {
  const int length = snprintf(out, PROJECT_PATH_BYTES, "%s/%s", dir, name);
  return length > 0 && (size_t)length < PROJECT_PATH_BYTES;
}

void project_absolute(const char *path, char out[PROJECT_PATH_BYTES]) {
  char *found = realpath(path, NULL);
  snprintf(out, PROJECT_PATH_BYTES, "%s", found == NULL ? path : found);
  free(found);
}

bool project_is_folder(const char *path) {
  struct stat info;
  return stat(path, &info) == 0 && S_ISDIR(info.st_mode);
}

/* Up one folder, in place; false at the top of what is written. */
static bool path_up(char path[PROJECT_PATH_BYTES]) {
  char *slash = strrchr(path, '/');
  const char *name = slash == NULL ? path : slash + 1;
  if (strcmp(path, "/") == 0 || strcmp(name, ".") == 0 || strcmp(name, "..") == 0) return false;
  if (slash == NULL)
    (void)snprintf(path, PROJECT_PATH_BYTES, ".");
  else
    slash[slash == path ? 1 : 0] = 0;
  return true;
}

static bool has_bank(const char *folder) {
  char path[PROJECT_PATH_BYTES];
  return project_join(path, folder, "bank.json") && access(path, F_OK) == 0;
}

#define SET_LEVELS 3u
void project_set(struct str folder, char out[PROJECT_PATH_BYTES]) {
  char above[PROJECT_PATH_BYTES];
  (void)snprintf(out, PROJECT_PATH_BYTES, "%.*s", STR_FORMAT(folder));
  (void)snprintf(above, sizeof(above), "%s", out);
  bool found = has_bank(out);
  for (unsigned i = 0; i < SET_LEVELS && !found && path_up(above); i++) found = has_bank(above);
  if (found) (void)snprintf(out, PROJECT_PATH_BYTES, "%s", above);
}

bool project_is_filled(const char *path) {
  DIR *folder = opendir(path);
  if (folder == NULL) return errno != ENOENT && errno != ENOTDIR; /* what cannot be looked into is not ours to fill */
  bool filled = false;
  for (struct dirent *entry; !filled && (entry = readdir(folder)) != NULL;)
    filled = strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
  (void)closedir(folder);
  return filled;
}

/* Whether the first giftd that a shell would find is this very file. */
static bool program_is_found(const char *self) {
  char path[PROJECT_PATH_BYTES], real[PROJECT_PATH_BYTES];
  const char *at = getenv("PATH");
  while (at != NULL && *at != 0) {
    const size_t length = strcspn(at, ":");
    const int written = snprintf(path, sizeof(path), "%.*s/giftd", (int)(length < sizeof(path) ? length : 0), at);
    if (written > 0 && (size_t)written < sizeof(path) && access(path, X_OK) == 0)
      return realpath(path, real) != NULL && strcmp(real, self) == 0;
    at += length + (at[length] == ':');
  }
  return false;
}

void project_program(char out[PROJECT_PATH_BYTES]) {
  const ssize_t length = readlink("/proc/self/exe", out, PROJECT_PATH_BYTES - 1);
  out[length > 0 ? length : 0] = 0;
  if (length <= 0 || program_is_found(out)) (void)snprintf(out, PROJECT_PATH_BYTES, "giftd");
}

enum status project_campaigns(char out[PROJECT_PATH_BYTES], struct fault *fault) {
  char self[PROJECT_PATH_BYTES], path[PROJECT_PATH_BYTES];
  const ssize_t length = readlink("/proc/self/exe", self, sizeof(self) - 1);
  if (length > 0) {
    self[length] = 0;
    char *slash = strrchr(self, '/');
    if (slash != NULL) *slash = 0;
    for (size_t i = 0; places[i] != NULL; i++) {
      if (!project_join(path, self, places[i]) || !project_is_folder(path)) continue;
      project_absolute(path, out);
      return STATUS_OK;
    }
  }
  return fault_set(fault, STATUS_USAGE,
                   "the shipped campaigns are not beside this program (deploy/demo); name a folder with --campaigns DIR");
}

enum status project_make(const char *path, struct fault *fault) {
  char part[PROJECT_PATH_BYTES];
  for (size_t i = 1; path[0] != 0 && i < sizeof(part); i++) {
    if (path[i] != '/' && path[i] != 0) continue;
    memcpy(part, path, i);
    part[i] = 0;
    if (mkdir(part, 0777) != 0 && errno != EEXIST) return fault_set(fault, STATUS_USAGE, "%s: cannot be made: %s", part, strerror(errno));
    if (path[i] == 0) break;
  }
  if (project_is_folder(path)) return STATUS_OK;
  return fault_set(fault, STATUS_USAGE, "%s: is not a folder", path);
}

enum status project_write(const char *path, struct str text, struct fault *fault) {
  FILE *file = fopen(path, "we");
  bool good = file != NULL && fwrite(text.at, 1, text.length, file) == text.length;
  int error = errno;
  if (file != NULL && fclose(file) != 0 && good) good = false, error = errno; /* a full disk is often told only here */
  if (good) return STATUS_OK;
  return fault_set(fault, file == NULL ? STATUS_USAGE : STATUS_STORAGE, "%s: cannot be written: %s", path, strerror(error));
}

/* Which requirements of giftd's a shipped story covers is nothing to a bank: `giftd test --coverage` counts its own rules. */
static bool lines_copy(FILE *in, FILE *out) {
  char line[4096];
  bool begins = true, left_out = false;
  while (fgets(line, sizeof(line), in) != NULL) {
    if (begins) left_out = strncmp(line, "covers ", 7) == 0;
    if (!left_out && fputs(line, out) < 0) return false;
    begins = strchr(line, '\n') != NULL;
  }
  return !ferror(in);
}

enum status project_copy(const char *from, const char *to, struct fault *fault) {
  FILE *in = fopen(from, "re");
  if (in == NULL) return fault_set(fault, STATUS_USAGE, "%s: cannot be opened: %s", from, strerror(errno));
  FILE *out = fopen(to, "we");
  bool good = out != NULL && lines_copy(in, out);
  int error = errno;
  if (out != NULL && fclose(out) != 0 && good) good = false, error = errno;
  (void)fclose(in);
  return good ? STATUS_OK : fault_set(fault, STATUS_STORAGE, "%s: cannot be written: %s", to, strerror(error));
}
