/* Campaigns from disk: files and folders are listed in order of path, read, compiled and indexed, all in one region that is given back as a
 * whole. Sizes are known before anything is reserved, so that a bank with ten thousand campaigns and a laptop with ten run the same code.
 */
#include "giftd/load.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILES_MOST 32768u
#define NAMES_BYTES (32u << 20)
#define DEPTH_MOST 8u
#define FILE_MOST (256u << 20) /* a list of customers, at most */
#define ARENA_LEAST (96ull << 20)
#define ARENA_TIMES 160ull /* bytes of rulebook and index for a byte of file, with room to spare: only what is touched costs */

/* A file as it was listed: what is read has to be that one still. */
struct entry {
  const char *path;
  size_t bytes;
  struct timespec changed;
  dev_t device;
  ino_t inode;
};
struct listing {
  struct arena names;
  struct entry *entries; /* [FILES_MOST] */
  uint32_t count;
  uint64_t bytes;
};

/* ---- listing ---- */

static bool ends_with(const char *text, const char *ending) {
  size_t length = strlen(text), tail = strlen(ending);
  return length >= tail && strcmp(text + length - tail, ending) == 0;
}

static const char *base_name(const char *path) {
  const char *slash = strrchr(path, '/');
  return slash == NULL ? path : slash + 1;
}

/* Campaigns and catalogues are *.json; of other files those in a folder "lists" that end in .txt. */
static bool is_wanted(const char *folder, const char *name) {
  if (ends_with(name, ".json")) return true;
  return ends_with(name, ".txt") && strcmp(base_name(folder), "lists") == 0;
}

static enum status entry_add(struct listing *listing, const char *path, const struct stat *info, struct fault *fault) {
  struct str copy = arena_copy(&listing->names, str_of(path));
  if (listing->count == FILES_MOST || copy.at == NULL) return fault_set(fault, STATUS_USAGE, "%s: more than %u files", path, FILES_MOST);
  if (info->st_size > (off_t)FILE_MOST) return fault_set(fault, STATUS_USAGE, "%s: the file is larger than %u MiB", path, FILE_MOST >> 20);
  listing->entries[listing->count++] = (struct entry){copy.at, (size_t)info->st_size, info->st_mtim, info->st_dev, info->st_ino};
  listing->bytes += (uint64_t)info->st_size;
  return STATUS_OK;
}

static enum status folder_list(struct listing *listing, const char *folder, unsigned depth, struct fault *fault);

static enum status child_list(struct listing *listing, const char *folder, const char *name, unsigned depth, struct fault *fault) {
  char path[4096];
  struct stat info;
  bool here = strcmp(folder, ".") == 0;
  int length = snprintf(path, sizeof path, "%s%s%s", here ? "" : folder, here ? "" : "/", name);
  if (length < 0 || (size_t)length >= sizeof path) return fault_set(fault, STATUS_USAGE, "%s: the path is too long", folder);
  if (stat(path, &info) != 0) return fault_set(fault, STATUS_USAGE, "%s: %s", path, strerror(errno));
  if (S_ISDIR(info.st_mode)) return depth < DEPTH_MOST ? folder_list(listing, path, depth + 1, fault) : STATUS_OK;
  return S_ISREG(info.st_mode) && is_wanted(folder, name) ? entry_add(listing, path, &info, fault) : STATUS_OK;
}

static enum status folder_list(struct listing *listing, const char *folder, unsigned depth, struct fault *fault) {
  DIR *directory = opendir(folder);
  enum status status = STATUS_OK;
  if (directory == NULL) return fault_set(fault, STATUS_USAGE, "%s: %s", folder, strerror(errno));
  for (struct dirent *entry; status == STATUS_OK && (entry = readdir(directory)) != NULL;) {
    if (entry->d_name[0] != '.') status = child_list(listing, folder, entry->d_name, depth, fault);
  }
  (void)closedir(directory);
  return status;
}

static int by_path(const void *a, const void *b) { return strcmp(((const struct entry *)a)->path, ((const struct entry *)b)->path); }

/* "deploy/campaigns/" is "deploy/campaigns". */
static const char *path_trim(struct listing *listing, const char *path) {
  size_t length = strlen(path);
  while (length > 1 && path[length - 1] == '/') length--;
  return arena_copy(&listing->names, (struct str){path, length}).at;
}

static void entries_sort(struct listing *listing) {
  uint32_t kept = 0;
  qsort(listing->entries, listing->count, sizeof *listing->entries, by_path);
  for (uint32_t i = 0; i < listing->count; i++) {
    if (kept > 0 && strcmp(listing->entries[kept - 1].path, listing->entries[i].path) == 0) continue;
    listing->entries[kept++] = listing->entries[i];
  }
  listing->count = kept;
}

static enum status paths_list(struct listing *listing, const char *const *paths, uint32_t path_count, struct fault *fault) {
  for (uint32_t i = 0; i < path_count; i++) {
    const char *path = path_trim(listing, paths[i]);
    struct stat info;
    if (path == NULL || path[0] == 0 || stat(path, &info) != 0)
      return fault_set(fault, STATUS_USAGE, "%s: %s", paths[i], path == NULL || path[0] == 0 ? "no path" : strerror(errno));
    enum status status = S_ISDIR(info.st_mode) ? folder_list(listing, path, 0, fault) : entry_add(listing, path, &info, fault);
    if (status != STATUS_OK) return status;
  }
  entries_sort(listing);
  return STATUS_OK;
}

/* ---- reading ---- */

/* Files that are exchanged while they are read: half of a list, or of a set of campaigns, must not count. Nothing is wrong with them, so
 * whoever starts giftd may try again. */
static enum status entry_changed(const struct entry *entry, struct fault *fault) {
  return fault_set(
      fault, STATUS_STORAGE,
      "%s changed while it was read: it is being written. Write files under another name, rename them when they are whole, and "
      "have them read again then",
      entry->path);
}

static bool entry_is(const struct entry *entry, const struct stat *info) {
  return (uint64_t)info->st_size == entry->bytes && info->st_mtim.tv_sec == entry->changed.tv_sec &&
         info->st_mtim.tv_nsec == entry->changed.tv_nsec && info->st_dev == entry->device && info->st_ino == entry->inode;
}

static bool bytes_read(int file, char *bytes, size_t length) {
  size_t used = 0;
  while (used < length) {
    const ssize_t got = read(file, bytes + used, length - used);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return false;
    if (got == 0) break; /* it was cut */
    used += (size_t)got;
  }
  return true;
}

/* When it was read it is as it was listed: so all files together are as they were when the last one was listed. */
static enum status file_read(const struct entry *entry, int file, char *bytes, struct fault *fault) {
  struct stat info;
  if (!bytes_read(file, bytes, entry->bytes) || fstat(file, &info) != 0)
    return fault_set(fault, STATUS_USAGE, "%s: %s", entry->path, strerror(errno));
  return entry_is(entry, &info) ? STATUS_OK : entry_changed(entry, fault);
}

static enum status file_bytes(const struct entry *entry, struct arena *arena, struct str *out, struct fault *fault) {
  char *bytes = arena_take(arena, entry->bytes + 1);
  if (bytes == NULL) return fault_set(fault, STATUS_LIMIT, "%s: the file does not fit the memory", entry->path);
  int file = open(entry->path, O_RDONLY | O_CLOEXEC);
  if (file < 0) return fault_set(fault, STATUS_USAGE, "%s: %s", entry->path, strerror(errno));
  const enum status status = file_read(entry, file, bytes, fault);
  (void)close(file);
  *out = (struct str){bytes, entry->bytes};
  return status;
}

static bool is_catalogue(const char *path) { return strstr(base_name(path), "catalogue") != NULL && ends_with(path, ".json"); }

static enum status sources_read(const struct listing *listing, struct loaded *out, struct fault *fault) {
  struct source *sources = arena_array(&out->arena, listing->count, sizeof *sources);
  struct source *catalogues = arena_array(&out->arena, listing->count, sizeof *catalogues);
  enum status status = sources == NULL || catalogues == NULL ? fault_set(fault, STATUS_LIMIT, "too many files") : STATUS_OK;
  bool refused = false;
  for (uint32_t i = 0; i < listing->count && status == STATUS_OK; i++) {
    struct source one = {.name = arena_copy(&out->arena, str_of(listing->entries[i].path))};
    status = file_bytes(&listing->entries[i], &out->arena, &one.text, fault);
    if (status != STATUS_OK) break;
    if (!is_catalogue(listing->entries[i].path)) {
      sources[out->source_count++] = one;
      continue;
    }
    catalogues[out->catalogue_count++] = one;
    status = catalogue_extend(out->catalogue, one, &out->arena, &out->findings, fault);
    if (status == STATUS_INPUT) refused = true, status = STATUS_OK; /* its findings stand beside those of the campaigns */
  }
  out->sources = sources, out->catalogues = catalogues;
  return status == STATUS_OK && refused ? STATUS_INPUT : status;
}

static enum status compile(struct loaded *out, struct arena *scratch, struct fault *fault) {
  enum status status =
      rulebook_read(out->sources, out->source_count, out->catalogue, &out->arena, scratch, &out->findings, &out->rulebook, fault);
  if (status != STATUS_OK) return status;
  arena_reset(scratch);
  out->index = match_build(out->rulebook, &out->arena, scratch);
  out->cache = out->index == NULL ? NULL : match_cache_new(out->index, &out->arena);
  if (out->cache != NULL) return STATUS_OK;
  return fault_set(fault, STATUS_LIMIT, "the index of %u campaigns does not fit the memory reserved for it", out->rulebook->campaign_count);
}

static enum status listing_load(const struct listing *listing, struct loaded *out, struct fault *fault) {
  struct arena scratch;
  out->region_bytes = (size_t)(ARENA_LEAST + ARENA_TIMES * listing->bytes);
  out->region = region_open(out->region_bytes);
  void *temporary = region_open(out->region_bytes);
  enum status status = STATUS_OK;
  if (out->region == NULL || temporary == NULL) {
    status = fault_set(fault, STATUS_STORAGE, "out of memory for the campaigns");
  } else {
    arena_init(&out->arena, out->region, out->region_bytes);
    arena_init(&scratch, temporary, out->region_bytes);
    out->catalogue = arena_take(&out->arena, sizeof *out->catalogue);
    catalogue_init(out->catalogue);
    enum status read = sources_read(listing, out, fault);
    if (read == STATUS_OK || read == STATUS_INPUT) status = compile(out, &scratch, fault);
    if (read != STATUS_OK) status = read;
    if (status != STATUS_OK) out->rulebook = NULL;
  }
  region_close(temporary, out->region_bytes);
  return status;
}

enum status load_open(const char *const *paths, uint32_t path_count, struct loaded *out, struct fault *fault) {
  *out = (struct loaded){.region = NULL};
  struct listing listing = {.count = 0};
  size_t bytes = NAMES_BYTES + FILES_MOST * sizeof *listing.entries;
  char *memory = region_open(bytes);
  if (memory == NULL) return fault_set(fault, STATUS_STORAGE, "the system gives no memory");
  listing.entries = (struct entry *)(void *)memory;
  arena_init(&listing.names, memory + FILES_MOST * sizeof *listing.entries, NAMES_BYTES);
  enum status status = paths_list(&listing, paths, path_count, fault);
  if (status == STATUS_OK && listing.count == 0) {
    status = fault_set(fault, STATUS_USAGE, "%s: there is no campaign file (*.json) in it", path_count > 0 ? paths[0] : ".");
  }
  if (status == STATUS_OK) status = listing_load(&listing, out, fault);
  region_close(memory, bytes);
  return status;
}

void load_close(struct loaded *loaded) {
  region_close(loaded->region, loaded->region_bytes);
  *loaded = (struct loaded){.region = NULL};
}

void load_print(const struct findings *findings, void *stream, uint32_t most) {
  char text[4096];
  struct buffer out;
  uint32_t shown = 0;
  for (uint32_t i = 0; i < findings->count && shown < most; i++) {
    if (!finding_refuses(&findings->items[i])) continue;
    buffer_init(&out, text, sizeof text);
    finding_print(&out, &findings->items[i]);
    fprintf(stream, "%.*s\n", STR_FORMAT(buffer_text(&out)));
    shown++;
  }
  if (findings->errors > shown) fprintf(stream, "... and %u more\n", findings->errors - shown);
}
