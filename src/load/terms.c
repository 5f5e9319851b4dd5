/* Comparing and compiling what a state kept of its campaigns. A manifest names texts by their hash; those that are asked for are gathered,
 * each once, and compiled as a set of files, with lists that are empty: who was in a list was settled when a gift was given. */
#include "giftd/load.h"

#include <stdio.h>
#include <stdlib.h>

#define COMPILE_LEAST (24ull << 20)
#define COMPILE_TIMES 160ull /* as for files on disk: only what is touched costs */
#define CHANGES_BYTES (64ull << 20)
#define LISTS_MOST 1024u

struct terms_keeper {
  struct terms_port port;
  struct terms_shelf shelf;
  struct terms *items;
  struct region *regions; /* of each item */
  uint32_t capacity;
  const struct rulebook *rulebook;
  const struct catalogue *catalogue;
  int64_t remembered_ms;
  terms_say *say;
  void *self;
};

/* ---- gathering texts ---- */

struct gathered {
  struct manifest_text text;
  struct str name;
};
struct gathering {
  struct gathered *items;
  uint32_t count, capacity;
  uint64_t bytes;
};

static bool gather(struct gathering *g, struct manifest_text text, struct str name) {
  for (uint32_t i = g->count; i-- > 0;) /* what is cited was often cited just before */
    if (g->items[i].text.hash == text.hash) return true;
  if (g->count == g->capacity) {
    uint32_t capacity = g->capacity == 0 ? 64 : 2 * g->capacity;
    struct gathered *items = realloc(g->items, capacity * sizeof *items);
    if (items == NULL) return false;
    g->items = items, g->capacity = capacity;
  }
  g->items[g->count++] = (struct gathered){text, name};
  g->bytes += text.length;
  return true;
}

static bool gather_entry(struct gathering *g, const struct manifest_entry *entry) {
  bool all = gather(g, entry->text, entry->file);
  for (uint32_t i = 0; i < entry->cited_count && all; i++) all = gather(g, manifest_cited(entry, i), STR("a file that it cited"));
  return all;
}

static enum status no_memory(struct fault *fault) {
  return fault_set(fault, STATUS_STORAGE, "no memory for earlier versions of campaigns");
}

/* ---- compiling them ---- */

struct compiling {
  const struct manifest *manifest;
  const struct view_port *view;
  const struct catalogue *catalogue;
  struct arena arena, scratch;
  struct source *sources;
  uint32_t count;
};

static enum status texts_load(struct compiling *c, const struct gathering *g, struct fault *fault) {
  c->sources = arena_array(&c->arena, g->count + LISTS_MOST, sizeof *c->sources);
  for (uint32_t i = 0; i < g->count; i++) {
    struct manifest_text text = g->items[i].text;
    char *bytes = arena_take(&c->arena, text.length + 1);
    if (bytes == NULL) return no_memory(fault);
    enum status status = manifest_text_load(c->view, text, bytes, fault);
    if (status != STATUS_OK) return status;
    c->sources[c->count++] = (struct source){arena_copy(&c->arena, g->items[i].name), {bytes, text.length}};
  }
  return STATUS_OK;
}

static void lists_add(struct compiling *c) {
  struct str name;
  uint32_t lists = 0;
  for (size_t at = 0; lists < LISTS_MOST && manifest_list(c->manifest, &at, &name); lists++) {
    char path[512];
    (void)snprintf(path, sizeof path, "lists/%.*s.txt", STR_FORMAT(name));
    c->sources[c->count++] = (struct source){arena_copy(&c->arena, str_of(path)), STR("# nobody\n")};
  }
}

static enum status unreadable(const struct findings *findings, struct fault *fault) {
  char text[700] = "";
  struct buffer out;
  buffer_init(&out, text, sizeof text - 1);
  for (uint32_t i = 0; i < findings->count && out.length == 0; i++)
    if (findings->items[i].code < CHECK_WARNINGS) finding_print(&out, &findings->items[i]);
  return fault_set(
      fault, STATUS_STATE,
      "an earlier version of a campaign, whose gifts can still be undone, cannot be read any more: %.*s (if the catalogue lost "
      "a field or a type, bring it back; else use the giftd that ran it)",
      STR_FORMAT(buffer_text(&out)));
}

static enum status sources_compile(struct compiling *c, const struct rulebook **out, struct fault *fault) {
  struct findings findings = {.items = NULL};
  enum status status = rulebook_read(c->sources, c->count, c->catalogue, &c->arena, &c->scratch, &findings, out, fault);
  return status == STATUS_INPUT ? unreadable(&findings, fault) : status;
}

static enum status gathered_compile(struct compiling *c, const struct gathering *g, const struct rulebook **out, struct region *region,
                                    struct fault *fault) {
  size_t bytes = (size_t)(COMPILE_LEAST + COMPILE_TIMES * g->bytes);
  struct region scratch = region_take(bytes);
  *region = region_take(bytes);
  enum status status = region->at == NULL || scratch.at == NULL ? no_memory(fault) : STATUS_OK;
  if (status == STATUS_OK) {
    arena_init(&c->arena, region->at, bytes);
    arena_init(&c->scratch, scratch.at, bytes);
    status = texts_load(c, g, fault);
  }
  if (status == STATUS_OK) {
    lists_add(c);
    status = sources_compile(c, out, fault);
  }
  region_give(&scratch);
  if (status != STATUS_OK) region_give(region);
  return status;
}

/* Whether an entry is the last one of a campaign that was away and comes back: as long as that is remembered its counters may be there. */
static bool comes_back(const struct rulebook *rulebook, const struct manifest *manifest, const struct manifest_entry *entry) {
  struct manifest_entry other;
  if (entry->until_ms == 0 || rulebook_campaign(rulebook, entry->campaign) == NONE) return false;
  for (size_t at = 0; manifest_next(manifest, &at, &other);)
    if (other.campaign == entry->campaign && (other.until_ms == 0 || other.until_ms > entry->until_ms)) return false;
  return true;
}

static enum status running_compile(struct compiling *c, const struct rulebook *fresh, const struct rulebook **out, struct region *region,
                                   struct fault *fault) {
  struct gathering g = {.items = NULL};
  struct manifest_entry entry;
  bool all = true;
  for (size_t at = 0; all && manifest_next(c->manifest, &at, &entry);)
    if (entry.until_ms == 0 || (fresh != NULL && comes_back(fresh, c->manifest, &entry))) all = gather_entry(&g, &entry);
  enum status status = all ? gathered_compile(c, &g, out, region, fault) : no_memory(fault);
  free(g.items);
  return status;
}

/* What one that comes back cited may be there in another version: then those that run alone are compared here, and it when it starts. */
enum status terms_compile(const struct manifest *manifest, const struct view_port *view, const struct catalogue *catalogue,
                          const struct rulebook *fresh, const struct rulebook **out, struct region *region, struct fault *fault) {
  const struct compiling start = {.manifest = manifest, .view = view, .catalogue = catalogue};
  struct compiling c = start;
  enum status status = running_compile(&c, fresh, out, region, fault);
  c = start;
  return status == STATUS_STATE ? running_compile(&c, NULL, out, region, fault) : status;
}

/* ---- what names mean ---- */

static enum status refused_tell(const struct terms_keeper *keeper, const struct changes *changes, struct fault *fault) {
  char first[800] = "", line[4096];
  for (uint32_t i = 0; i < changes->count; i++) {
    struct buffer out;
    if (!changes->items[i].refused) continue;
    buffer_init(&out, line, sizeof line - 1);
    change_print(&out, &changes->items[i]);
    line[out.length] = 0;
    if (first[0] == 0) (void)snprintf(first, sizeof first, "%.*s", (int)sizeof first - 1, line);
    keeper->say(keeper->self, line);
  }
  return fault_set(fault, STATUS_INPUT, "%u change%s of campaigns %s refused, nothing is decided by the new files: %s", changes->refused,
                   changes->refused == 1 ? "" : "s", changes->refused == 1 ? "is" : "are", first);
}

/* Of one campaign alone, where it is named: what its old file cited may mean something else by now. */
static enum status changes_of(struct changes *changes, struct str only) {
  changes->refused = 0;
  for (uint32_t i = 0; i < changes->count; i++) {
    changes->items[i].refused = changes->items[i].refused && (only.length == 0 || str_equal(changes->items[i].campaign, only));
    changes->refused += changes->items[i].refused;
  }
  return changes->refused == 0 ? STATUS_OK : STATUS_INPUT;
}

static enum status names_compare(struct terms_keeper *keeper, const struct rulebook *before, struct about now, struct str only,
                                 struct fault *fault) {
  struct region memory = region_take(CHANGES_BYTES), scratch = region_take(CHANGES_BYTES);
  struct arena arena, other;
  struct changes changes;
  enum status status = memory.at == NULL || scratch.at == NULL ? no_memory(fault) : STATUS_OK;
  if (status == STATUS_OK) {
    arena_init(&arena, memory.at, memory.bytes);
    arena_init(&other, scratch.at, scratch.bytes);
    status = meanings_compare(before, keeper->rulebook, now, keeper->remembered_ms, &arena, &other, &changes, fault);
  }
  if (status == STATUS_INPUT) status = changes_of(&changes, only);
  if (status == STATUS_INPUT) status = refused_tell(keeper, &changes, fault);
  region_give(&memory);
  region_give(&scratch);
  return status;
}

/* Campaigns that changed or are gone, with what they cited: whatever else there is means what it meant. */
static enum status names_admit(struct terms_keeper *keeper, struct compiling *c, struct about now, struct fault *fault) {
  struct gathering g = {.items = NULL};
  struct region region = {NULL, 0};
  struct manifest_entry entry;
  const struct rulebook *before;
  bool all = true;
  for (size_t at = 0; all && manifest_next(c->manifest, &at, &entry);)
    if (entry.until_ms == 0 && !manifest_runs(keeper->rulebook, &entry)) all = gather_entry(&g, &entry);
  enum status status = all ? STATUS_OK : no_memory(fault);
  if (status == STATUS_OK && g.count > 0) {
    status = gathered_compile(c, &g, &before, &region, fault);
    if (status == STATUS_OK) status = names_compare(keeper, before, now, STR(""), fault);
  }
  region_give(&region);
  free(g.items);
  return status;
}

/* ---- a campaign that was away and comes back ---- */

/* By itself: files that it cited may be there in another version. */
static enum status returning_admit(struct terms_keeper *keeper, struct compiling *c, const struct manifest_entry *entry, struct about now,
                                   struct fault *fault) {
  struct gathering g = {.items = NULL};
  struct region region = {NULL, 0};
  const struct rulebook *before;
  struct str id = keeper->rulebook->campaigns[rulebook_campaign(keeper->rulebook, entry->campaign)].id;
  enum status status = gather_entry(&g, entry) ? gathered_compile(c, &g, &before, &region, fault) : no_memory(fault);
  if (status == STATUS_OK) status = names_compare(keeper, before, now, id, fault);
  region_give(&region);
  free(g.items);
  return status;
}

/* ---- the shelf ---- */

static uint32_t shelf_place(const struct terms_keeper *keeper, const struct manifest_entry *entry, bool *there) {
  uint32_t at = 0;
  *there = false;
  for (; at < keeper->shelf.count; at++) {
    const struct terms *item = &keeper->items[at];
    *there = item->campaign == entry->campaign && item->number == entry->terms;
    if (*there || item->campaign > entry->campaign || (item->campaign == entry->campaign && item->number > entry->terms)) break;
  }
  return at;
}

static bool shelf_grow(struct terms_keeper *keeper) {
  uint32_t capacity = keeper->capacity == 0 ? 32 : 2 * keeper->capacity;
  if (keeper->shelf.count < keeper->capacity) return true;
  struct terms *items = realloc(keeper->items, capacity * sizeof *items);
  if (items != NULL) keeper->items = items, keeper->shelf.items = items;
  struct region *regions = items == NULL ? NULL : realloc(keeper->regions, capacity * sizeof *regions);
  if (regions == NULL) return false;
  keeper->regions = regions, keeper->capacity = capacity;
  return true;
}

static enum status shelf_add(struct terms_keeper *keeper, struct compiling *c, const struct manifest_entry *entry, struct fault *fault) {
  struct gathering g = {.items = NULL};
  struct region region;
  const struct rulebook *book;
  bool there;
  uint32_t at = shelf_place(keeper, entry, &there), behind = keeper->shelf.count - at;
  if (there) return STATUS_OK;
  enum status status = shelf_grow(keeper) && gather_entry(&g, entry) ? STATUS_OK : no_memory(fault);
  if (status == STATUS_OK) status = gathered_compile(c, &g, &book, &region, fault);
  free(g.items);
  if (status != STATUS_OK) return status;
  memmove(&keeper->items[at + 1], &keeper->items[at], behind * sizeof keeper->items[0]);
  memmove(&keeper->regions[at + 1], &keeper->regions[at], behind * sizeof keeper->regions[0]);
  keeper->items[at] = (struct terms){entry->campaign, entry->terms, book};
  keeper->regions[at] = region;
  keeper->shelf.count++;
  return STATUS_OK;
}

/* ---- the port ---- */

static enum status admit(void *self, const struct manifest *manifest, const struct view_port *view, struct about now, struct fault *fault) {
  struct terms_keeper *keeper = self;
  struct compiling fresh = {.manifest = manifest, .view = view, .catalogue = keeper->catalogue}, c = fresh;
  struct manifest_entry entry;
  enum status status = names_admit(keeper, &c, now, fault);
  for (size_t at = 0; status == STATUS_OK && manifest_next(manifest, &at, &entry);) {
    if (manifest_runs(keeper->rulebook, &entry)) continue;
    c = fresh;
    if (comes_back(keeper->rulebook, manifest, &entry)) status = returning_admit(keeper, &c, &entry, now, fault);
    if (status != STATUS_OK) break;
    c = fresh;
    if (manifest_is_same(keeper->rulebook, &entry)) continue;
    status = shelf_add(keeper, &c, &entry, fault);
  }
  return status;
}

struct terms_keeper *terms_open(const struct loaded *loaded, int64_t remembered_ms, terms_say *say, void *self) {
  struct terms_keeper *keeper = calloc(1, sizeof *keeper);
  if (keeper == NULL) return NULL;
  *keeper = (struct terms_keeper){
      .rulebook = loaded->rulebook, .catalogue = loaded->catalogue, .remembered_ms = remembered_ms, .say = say, .self = self};
  keeper->port = (struct terms_port){.self = keeper, .admit = admit, .shelf = &keeper->shelf};
  return keeper;
}

void terms_close(struct terms_keeper *keeper) {
  if (keeper == NULL) return;
  for (uint32_t i = 0; i < keeper->shelf.count; i++) region_give(&keeper->regions[i]);
  free(keeper->regions);
  free(keeper->items);
  free(keeper);
}

const struct terms_port *terms_of(const struct terms_keeper *keeper) { return &keeper->port; }
