/* Campaign folders into a rulebook with its index: what check, run, test, explain and demo share. */
#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app.h"

#define REGION_BYTES (4ULL << 30)  /* address space; memory is used as it is touched */
#define SCRATCH_BYTES (4ULL << 30)
#define SOURCES_MOST (LIMIT_CAMPAIGNS + 4096u)
#define LIST_BYTES_MOST (256u << 20)

void *region_open(size_t bytes) {
  void *region = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  return region == MAP_FAILED ? NULL : region;
}

void region_close(void *region, size_t bytes) {
  if (region != NULL) munmap(region, bytes);
}

struct loading { struct arena *arena; struct source *sources; uint32_t count; struct fault *fault; };

static enum status read_file(struct loading *l, const char *path) {
  int file = open(path, O_RDONLY | O_CLOEXEC);
  struct stat about;
  if (file < 0 || fstat(file, &about) != 0) {
    int error = errno;
    if (file >= 0) close(file);
    return fault_set(l->fault, STATUS_USAGE, "%s: cannot be read: %s", path, strerror(error));
  }
  size_t size = (size_t)about.st_size, got = 0;
  char *bytes = size > LIST_BYTES_MOST ? NULL : arena_take(l->arena, size + 1);
  while (bytes != NULL && got < size) {
    ssize_t n = read(file, bytes + got, size - got);
    if (n <= 0) break;
    got += (size_t)n;
  }
  close(file);
  if (bytes == NULL) return fault_set(l->fault, STATUS_LIMIT, "%s: %zu bytes are too many", path, size);
  if (l->count == SOURCES_MOST) return fault_set(l->fault, STATUS_LIMIT, "more than %u campaign files", SOURCES_MOST);
  l->sources[l->count++] = (struct source){arena_copy(l->arena, str_of(path)), {bytes, got}};
  return STATUS_OK;
}

static bool ends(const char *name, const char *end) {
  size_t a = strlen(name), b = strlen(end);
  return a >= b && strcmp(name + a - b, end) == 0;
}

static enum status read_entry(struct loading *l, const char *folder, const char *name, bool lists);

static enum status read_folder(struct loading *l, const char *folder, bool lists) {
  struct dirent **entries;
  int count = scandir(folder, &entries, NULL, alphasort);
  enum status status = STATUS_OK;
  if (count < 0) return fault_set(l->fault, STATUS_USAGE, "%s: cannot be read: %s", folder, strerror(errno));
  for (int i = 0; i < count; i++) {
    if (status == STATUS_OK && entries[i]->d_name[0] != '.') status = read_entry(l, folder, entries[i]->d_name, lists);
    free(entries[i]);
  }
  free(entries);
  return status;
}

static enum status read_entry(struct loading *l, const char *folder, const char *name, bool lists) {
  char path[4096];
  struct stat about;
  if (snprintf(path, sizeof path, "%s/%s", folder, name) >= (int)sizeof path || stat(path, &about) != 0)
    return fault_set(l->fault, STATUS_USAGE, "%s/%s: cannot be read", folder, name);
  if (S_ISDIR(about.st_mode)) return read_folder(l, path, strcmp(name, "lists") == 0);
  bool wanted = lists ? ends(name, ".txt") : ends(name, ".json");
  return wanted ? read_file(l, path) : STATUS_OK;
}

static enum status read_path(struct loading *l, const char *path) {
  struct stat about;
  if (stat(path, &about) != 0) return fault_set(l->fault, STATUS_USAGE, "%s: %s; name a campaign file or a folder of them", path, strerror(errno));
  return S_ISDIR(about.st_mode) ? read_folder(l, path, false) : read_file(l, path);
}

static bool is_catalogue(struct str name) { return ends(name.at, "/catalogue.json") || str_equal(name, STR("catalogue.json")); }

static enum status compile(struct loaded *out, struct arena *scratch, struct fault *fault) {
  enum status status = rulebook_read(out->sources, out->source_count, out->catalogue, &out->arena, scratch, &out->findings, &out->rulebook, fault);
  if (status != STATUS_OK) return status;
  out->index = match_build(out->rulebook, &out->arena, scratch);
  out->cache = out->index == NULL ? NULL : match_cache_new(out->index, &out->arena);
  return out->cache == NULL ? fault_set(fault, STATUS_LIMIT, "the campaigns' index needs more memory than is reserved") : STATUS_OK;
}

static enum status load_all(const char *const *paths, uint32_t count, struct loaded *out, struct arena *scratch, struct fault *fault) {
  struct loading l = {.arena = &out->arena, .sources = arena_array(&out->arena, SOURCES_MOST, sizeof(struct source)), .fault = fault};
  out->catalogue = arena_take(&out->arena, sizeof *out->catalogue);
  assert(l.sources != NULL && out->catalogue != NULL);
  catalogue_init(out->catalogue);
  for (uint32_t i = 0; i < count; i++) {
    enum status status = read_path(&l, paths[i]);
    if (status != STATUS_OK) return status;
  }
  out->sources = l.sources;
  for (uint32_t i = 0; i < l.count; i++) {
    if (!is_catalogue(l.sources[i].name)) {
      l.sources[out->source_count++] = l.sources[i];
      continue;
    }
    enum status status = catalogue_extend(out->catalogue, l.sources[i], &out->arena, &out->findings, fault);
    if (status != STATUS_OK) return status;
  }
  return compile(out, scratch, fault);
}

enum status app_load(const char *const *paths, uint32_t path_count, struct loaded *out, struct fault *fault) {
  *out = (struct loaded){.region_bytes = REGION_BYTES, .region = region_open(REGION_BYTES)};
  void *scratch_memory = region_open(SCRATCH_BYTES);
  struct arena scratch;
  if (out->region == NULL || scratch_memory == NULL) {
    region_close(scratch_memory, SCRATCH_BYTES);
    return fault_set(fault, STATUS_STORAGE, "the system refuses to reserve memory");
  }
  arena_init(&out->arena, out->region, REGION_BYTES);
  arena_init(&scratch, scratch_memory, SCRATCH_BYTES);
  enum status status = load_all(paths, path_count, out, &scratch, fault);
  region_close(scratch_memory, SCRATCH_BYTES);
  return status;
}

void app_unload(struct loaded *loaded) {
  region_close(loaded->region, loaded->region_bytes);
  *loaded = (struct loaded){.region = NULL};
}

void app_print_findings(const struct findings *findings, void *stream, uint32_t most) {
  char line[4096];
  for (uint32_t i = 0; i < findings->count && i < most; i++) {
    struct buffer buffer;
    buffer_init(&buffer, line, sizeof line);
    finding_print(&buffer, &findings->items[i]);
    fprintf(stream, "%.*s\n", (int)buffer.length, line);
  }
  uint32_t all = findings->errors + findings->warnings, shown = findings->count < most ? findings->count : most;
  if (all > shown) fprintf(stream, "... and %u more\n", all - shown);
}
