/* Finds and reads scenario files. */
#include "giftd/story/files.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#define PATH_BYTES 4096u
#define FOLDERS_DEEP 16u

static bool is_scenario_name(const char *name) {
  size_t length = strlen(name);
  return length > 5 && strcmp(name + length - 5, ".test") == 0 && name[0] != '.';
}

struct str test_folder(const char *path) {
  const char *slash = strrchr(path, '/');
  if (slash == NULL) return STR(".");
  return slash == path ? STR("/") : (struct str){path, (size_t)(slash - path)};
}

static enum status add_file(const char *path, struct test_files *out, struct fault *fault) {
  if (out->count == TEST_FILES) return fault_set(fault, STATUS_LIMIT, "more than %u scenario files; name fewer folders", TEST_FILES);
  char *copy = strdup(path);
  if (copy == NULL) return fault_set(fault, STATUS_STORAGE, "out of memory");
  out->paths[out->count++] = copy;
  return STATUS_OK;
}

static enum status search(const char *folder, unsigned depth, struct test_files *out, struct fault *fault);

static enum status visit(const char *folder, const struct dirent *entry, unsigned depth, struct test_files *out, struct fault *fault) {
  char path[PATH_BYTES];
  struct stat found;
  if (entry->d_name[0] == '.') return STATUS_OK;
  const char *slash = folder[strlen(folder) - 1] == '/' ? "" : "/";
  if (snprintf(path, sizeof path, "%s%s%s", folder, slash, entry->d_name) >= (int)sizeof path || stat(path, &found) != 0) return STATUS_OK;
  if (S_ISDIR(found.st_mode)) return depth == FOLDERS_DEEP ? STATUS_OK : search(path, depth + 1, out, fault);
  return is_scenario_name(entry->d_name) ? add_file(path, out, fault) : STATUS_OK;
}

static enum status search(const char *folder, unsigned depth, struct test_files *out, struct fault *fault) {
  DIR *open_folder = opendir(folder);
  if (open_folder == NULL) return fault_set(fault, STATUS_USAGE, "%s: %s", folder, strerror(errno));
  enum status status = STATUS_OK;
  for (const struct dirent *entry; status == STATUS_OK && (entry = readdir(open_folder)) != NULL;)
    status = visit(folder, entry, depth, out, fault);
  closedir(open_folder);
  return status;
}

static int compare_paths(const void *a, const void *b) {
  const char *one = *(const char *const *)a, *other = *(const char *const *)b;
  int folders = str_compare(test_folder(one), test_folder(other));
  return folders != 0 ? folders : strcmp(one, other);
}

static void drop_twins(struct test_files *files) {
  uint32_t kept = 0;
  for (uint32_t i = 0; i < files->count; i++)
    if (kept > 0 && strcmp(files->paths[kept - 1], files->paths[i]) == 0)
      free(files->paths[i]);
    else
      files->paths[kept++] = files->paths[i];
  files->count = kept;
}

enum status test_files_find(const char *const *paths, uint32_t path_count, struct test_files *out, struct fault *fault) {
  out->count = 0;
  for (uint32_t i = 0; i < path_count; i++) {
    struct stat found;
    if (stat(paths[i], &found) != 0) return fault_set(fault, STATUS_USAGE, "%s: %s", paths[i], strerror(errno));
    uint32_t before = out->count;
    enum status status = S_ISDIR(found.st_mode) ? search(paths[i], 0, out, fault) : add_file(paths[i], out, fault);
    if (status != STATUS_OK) return status;
    if (out->count == before) return fault_set(fault, STATUS_USAGE, "%s: no scenario file (*.test) in this folder", paths[i]);
  }
  qsort(out->paths, out->count, sizeof out->paths[0], compare_paths);
  drop_twins(out);
  return STATUS_OK;
}

void test_files_free(struct test_files *files) {
  for (uint32_t i = 0; i < files->count; i++) free(files->paths[i]);
  files->count = 0;
}

enum status test_file_read(const char *path, struct arena *arena, struct str *text, struct fault *fault) {
  FILE *file = fopen(path, "rb");
  if (file == NULL) return fault_set(fault, STATUS_USAGE, "%s: %s", path, strerror(errno));
  char *memory = arena_take(arena, SCENARIO_FILE_BYTES + 1);
  if (memory == NULL) {
    fclose(file);
    return fault_set(fault, STATUS_LIMIT, "%s: too many scenario files in one folder", path);
  }
  size_t length = fread(memory, 1, SCENARIO_FILE_BYTES + 1, file);
  bool failed = ferror(file) != 0;
  int error = errno;
  fclose(file);
  if (failed) return fault_set(fault, STATUS_USAGE, "%s: %s", path, strerror(error));
  if (length > SCENARIO_FILE_BYTES)
    return fault_set(fault, STATUS_INPUT, "%s: larger than %u bytes; split it in two", path, SCENARIO_FILE_BYTES);
  arena->used -= SCENARIO_FILE_BYTES + 1 - (length + 15) / 16 * 16; /* what was not needed */
  *text = (struct str){memory, length};
  return STATUS_OK;
}
