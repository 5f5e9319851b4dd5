/* The set that runs comes from the state that it counted in, or from files; the comparison is campaign's. */
#include "against.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "giftd/lmdb.h"
#include "giftd/load.h"
#include "giftd/telemetry.h"

#define CHANGES_BYTES (256ull << 20)

struct running {
  const struct rulebook *rulebook;
  struct about now;
  int64_t remembered_ms; /* for how long what a campaign counted matters after it closed */
  struct loaded loaded;
  struct region region;
  struct lmdb *lmdb;
};

/* ---- what runs ---- */

static bool is_state(const char *path) {
  char file[4096];
  struct stat info;
  (void)snprintf(file, sizeof file, "%s/data.mdb", path);
  return stat(file, &info) == 0;
}

static enum status state_compile(struct running *running, const struct loaded *loaded, struct fault *fault) {
  struct view_port view = lmdb_port(running->lmdb);
  struct manifest manifest;
  char *memory = malloc(MANIFEST_BYTES);
  if (memory == NULL) return fault_set(fault, STATUS_STORAGE, "no memory");
  enum status status = shard_time(&view, &running->now, fault);
  if (status == STATUS_OK) status = manifest_load(&view, memory, &manifest, fault);
  if (status == STATUS_OK && manifest.bytes.length == 0)
    status = fault_set(fault, STATUS_USAGE, "nothing was counted in this state yet: there is nothing to compare with");
  if (status == STATUS_OK)
    status = terms_compile(&manifest, &view, loaded->catalogue, loaded->rulebook, &running->rulebook, &running->region, fault);
  free(memory);
  return status;
}

static enum status running_open(struct running *running, const struct loaded *loaded, const char *other, struct config_given *given,
                                struct fault *fault) {
  const int64_t now_ms = clock_wall_ms();
  const struct run_times times = config_given_times(given);
  const char *paths[2] = {other, config_given_path(given, CONFIG_EVENTS_CATALOGUE)};
  *running = (struct running){.now = {now_ms, now_ms}, .remembered_ms = times.memory_ms + times.horizon_ms};
  if (is_state(other)) {
    enum status status = lmdb_open_to_read(other, &running->lmdb, fault);
    return status == STATUS_OK ? state_compile(running, loaded, fault) : status;
  }
  enum status status = load_open(paths, paths[1] == NULL ? 1 : 2, &running->loaded, fault);
  if (status == STATUS_INPUT) {
    load_print(&running->loaded.findings, stderr, 40);
    return fault_set(fault, STATUS_INPUT, "%s: the files that are to be compared with have errors", other);
  }
  running->rulebook = running->loaded.rulebook;
  return status;
}

static void running_close(struct running *running) {
  lmdb_close(running->lmdb);
  region_give(&running->region);
  load_close(&running->loaded);
}

/* ---- telling ---- */

static void member(struct buffer *out, const char *name, struct str text) {
  buffer_print(out, ",\"%s\":", name);
  buffer_json(out, text);
}

static void change_json(struct buffer *out, const struct change *change) {
  buffer_print(out, "{\"change\":\"%s\",\"refused\":%s,\"kind\":\"%s\"", change_classes[change->class].code,
               change->refused ? "true" : "false", meaning_words[change->kind]);
  member(out, "campaign", change->campaign);
  member(out, "name", change->name);
  member(out, "old_name", change->old_name);
  member(out, "before", change->before);
  member(out, "after", change->after);
  member(out, "text_zh", str_of(change_classes[change->class].text_zh));
  member(out, "remedy", change->remedy);
  buffer_byte(out, '}');
}

static void changes_print(const struct changes *changes, bool json) {
  char text[16384];
  for (uint32_t i = 0; i < changes->count; i++) {
    struct buffer out;
    buffer_init(&out, text, sizeof text);
    if (json)
      change_json(&out, &changes->items[i]);
    else
      change_print(&out, &changes->items[i]);
    printf("%.*s\n", STR_FORMAT(buffer_text(&out)));
  }
  FILE *stream = json ? stderr : stdout;
  fprintf(stream, "%u change%s, %u refused\n", changes->count, changes->count == 1 ? "" : "s", changes->refused);
}

static enum status compare(const struct running *running, const struct loaded *loaded, bool json, uint32_t *refused, struct fault *fault) {
  struct region memory = region_take(CHANGES_BYTES), scratch = region_take(CHANGES_BYTES);
  struct arena arena, other;
  struct changes changes;
  enum status status = STATUS_OK;
  if (memory.at == NULL || scratch.at == NULL) status = fault_set(fault, STATUS_STORAGE, "the system gives no memory");
  if (status == STATUS_OK) {
    arena_init(&arena, memory.at, memory.bytes);
    arena_init(&other, scratch.at, scratch.bytes);
    status = meanings_compare(running->rulebook, loaded->rulebook, running->now, running->remembered_ms, &arena, &other, &changes, fault);
  }
  if (status == STATUS_OK || status == STATUS_INPUT) {
    changes_print(&changes, json);
    *refused = changes.refused;
    status = STATUS_OK;
  }
  region_give(&memory);
  region_give(&scratch);
  return status;
}

enum status against_tell(const struct loaded *loaded, const char *other, struct config_given *given, bool json, uint32_t *refused,
                         struct fault *fault) {
  struct running running;
  *refused = 0;
  enum status status = running_open(&running, loaded, other, given, fault);
  if (status == STATUS_OK) status = compare(&running, loaded, json, refused, fault);
  running_close(&running);
  return status;
}
