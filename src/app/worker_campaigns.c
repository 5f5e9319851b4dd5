/* The campaigns of a worker: one rulebook for all its shards, a match cache for each; and the names of pools, so that the view can show
 * people how much of each is left. */
#include <stdlib.h>

#include "worker_parts.h"

#define POOL_NAMES_MOST (1u << 20) /* pools times their shares */

struct pool_name {
  char key[16]; /* of its owner */
  uint32_t pool;
  struct str share;
};

/* ---- the names of pools ---- */

static int pool_name_compare(const void *a, const void *b) { return memcmp(a, b, sizeof((struct pool_name *)NULL)->key); }

static enum status pool_names_read(const struct rulebook *rulebook, struct region *memory, uint32_t *count, struct fault *fault) {
  struct owner owner;
  struct str share;
  struct lend_cursor counting = {0}, taking = {0};
  uint32_t pool, most = 0;
  while (most < POOL_NAMES_MOST && lend_pool_next(rulebook, &counting, &pool, &share, &owner)) most++;
  *memory = region_take((most + 1) * sizeof(struct pool_name));
  if (memory->at == NULL) return fault_set(fault, STATUS_STORAGE, "out of memory for the names of %u pools", most);
  struct pool_name *names = memory->at;
  for (*count = 0; *count < most && lend_pool_next(rulebook, &taking, &pool, &share, &owner); ++*count) {
    struct pool_name *name = &names[*count];
    assert(owner.length <= sizeof name->key);
    memcpy(name->key, owner.key, owner.length);
    name->pool = pool, name->share = share;
  }
  qsort(names, *count, sizeof *names, pool_name_compare);
  return STATUS_OK;
}

static const struct pool_name *pool_name_find(const struct worker *worker, struct str key) {
  struct pool_name wanted = {.pool = 0};
  if (key.length > sizeof wanted.key) return NULL;
  memcpy(wanted.key, key.at, key.length);
  return bsearch(&wanted, worker->pool_names.at, worker->pool_name_count, sizeof wanted, pool_name_compare);
}

bool pool_counter(void *self, struct str key, struct str record, struct redis_counter *out) {
  const struct worker *worker = self; /* one thread turns all shards */
  const struct rulebook *rulebook = worker->loaded.rulebook;
  const struct pool_name *name = pool_name_find(worker, key);
  struct pool_told told;
  struct fault fault;
  if (name == NULL || !pool_tell(rulebook, name->pool, name->share, record, &told, &fault)) return false;
  struct owner owner = pool_owner(&rulebook->pools[name->pool], name->share);
  if (worker->shards > 1 && lend_home(&owner, worker->shards) != worker->stepping) return false; /* a borrower knows its blocks only */
  const struct pool_left left = told.left;
  *out = (struct redis_counter){.total = left.total, .used = left.used, .left = left.left, .unlimited = left.unlimited};
  if (worker->shards > 1) out->lent = told.lent;
  const struct str pool = rulebook->pools[name->pool].name;
  const int length =
      snprintf(out->key, sizeof out->key, "%.*s%s%.*s", STR_FORMAT(pool), name->share.length > 0 ? ":" : "", STR_FORMAT(name->share));
  return length > 0 && (size_t)length < sizeof out->key;
}

/* ---- loading ---- */

static struct str listener_name(const struct rulebook *rulebook, const struct listener *listener, const char **kind) {
  *kind = listener->kind == LISTENER_RULE ? "rule" : "fact or track";
  return listener->kind == LISTENER_RULE ? rulebook->rules[listener->owner].id : rulebook->facts[listener->owner].name;
}

/* Who is heard as another lives in a shard that giftd must be able to compute. */
static enum status places_check(const struct rulebook *rulebook, const struct shard_settings *shard, struct fault *fault) {
  if (shard->partitioner != PARTITIONER_OTHER) return STATUS_OK;
  for (uint32_t i = 0; i < rulebook->listener_count; i++) {
    const struct listener *listener = &rulebook->listeners[i];
    const char *kind;
    if (rulebook->triggers[listener->trigger].as_count == 0) continue;
    const struct str name = listener_name(rulebook, listener, &kind);
    return fault_set(fault, STATUS_USAGE,
                     "campaign %.*s, %s %.*s: `as` asks in which partition another customer lives, and events.partitioner = other says "
                     "that giftd cannot know. Let producers use murmur2 or consistent and say which, or run the campaign without `as`",
                     STR_FORMAT(rulebook->campaigns[listener->campaign].id), kind, STR_FORMAT(name));
  }
  return STATUS_OK;
}

static enum status campaigns_load(const struct worker *worker, struct loaded *out, struct region *names, uint32_t *count,
                                  struct fault *fault) {
  const struct worker_settings *settings = &worker->settings;
  enum status status = load_open(settings->campaigns, settings->campaign_count, out, fault);
  if (status == STATUS_INPUT) {
    char text[1000];
    for (uint32_t i = 0; i < out->findings.count && i < 40; i++) {
      struct buffer line;
      buffer_init(&line, text, sizeof text);
      finding_print(&line, &out->findings.items[i]);
      worker_say(worker, LOG_LEVEL_WARNING, NO_SHARD, "%.*s", STR_FORMAT(buffer_text(&line)));
    }
  }
  if (status == STATUS_OK) status = judge_check(out->rulebook, &settings->shard.judge, fault);
  if (status == STATUS_OK) status = places_check(out->rulebook, &settings->shard, fault);
  if (status == STATUS_OK) status = pool_names_read(out->rulebook, names, count, fault);
  return status;
}

static void change_say(void *self, const char *line) { worker_say(self, LOG_LEVEL_ERROR, NO_SHARD, "%s", line); }

static enum status terms_make(struct worker *worker, const struct loaded *loaded, struct terms_keeper **out, struct fault *fault) {
  const struct judge_settings *judge = &worker->settings.shard.judge;
  *out = terms_open(loaded, judge->memory_ms + judge->horizon_ms, change_say, worker);
  return *out != NULL ? STATUS_OK : fault_set(fault, STATUS_STORAGE, "no memory");
}

enum status campaigns_open(struct worker *worker, struct fault *fault) {
  enum status status = campaigns_load(worker, &worker->loaded, &worker->pool_names, &worker->pool_name_count, fault);
  return status == STATUS_OK ? terms_make(worker, &worker->loaded, &worker->terms, fault) : status;
}

void campaigns_close(struct worker *worker) {
  terms_close(worker->terms);
  region_give(&worker->pool_names);
  load_close(&worker->loaded);
}

/* Only what is touched costs: as much address space as the rulebook has is more than any cache of it needs. */
enum status cache_open(const struct loaded *loaded, struct region *memory, struct match_cache **out, struct fault *fault) {
  struct arena arena;
  *memory = region_take(loaded->region_bytes);
  if (memory->at == NULL) return fault_set(fault, STATUS_STORAGE, "out of memory for the index of the campaigns");
  arena_init(&arena, memory->at, memory->bytes);
  *out = match_cache_new(loaded->index, &arena);
  if (*out != NULL) return STATUS_OK;
  region_give(memory);
  return fault_set(fault, STATUS_LIMIT, "the index of the campaigns does not fit the memory reserved for it");
}

struct fresh {
  struct loaded loaded;
  struct terms_keeper *terms;
  struct region names;
  uint32_t name_count;
  struct region *cache_memory; /* one for each slot */
  struct match_cache **caches;
};

static enum status fresh_open(struct worker *worker, struct fresh *fresh, struct fault *fault) {
  enum status status = campaigns_load(worker, &fresh->loaded, &fresh->names, &fresh->name_count, fault);
  if (status != STATUS_OK) return status;
  fresh->cache_memory = calloc(worker->shards, sizeof *fresh->cache_memory);
  fresh->caches = calloc(worker->shards, sizeof *fresh->caches);
  if (fresh->cache_memory == NULL || fresh->caches == NULL) return fault_set(fault, STATUS_STORAGE, "no memory");
  status = terms_make(worker, &fresh->loaded, &fresh->terms, fault);
  for (uint32_t i = 0; i < worker->shards && status == STATUS_OK; i++) {
    if (worker->slots[i].ledger == NULL) continue;
    status = cache_open(&fresh->loaded, &fresh->cache_memory[i], &fresh->caches[i], fault);
    if (status == STATUS_OK) status = ledger_admits(worker->slots[i].ledger, terms_of(fresh->terms), fault);
  }
  return status;
}

static void fresh_close(const struct worker *worker, struct fresh *fresh) {
  for (uint32_t i = 0; i < worker->shards && fresh->cache_memory != NULL; i++) region_give(&fresh->cache_memory[i]);
  free(fresh->cache_memory);
  free(fresh->caches);
  region_give(&fresh->names);
  terms_close(fresh->terms);
  load_close(&fresh->loaded);
}

/* From here on `fresh` holds what was. */
static void fresh_swap(struct worker *worker, struct fresh *fresh) {
  const struct loaded loaded = worker->loaded;
  const struct region names = worker->pool_names;
  struct terms_keeper *terms = worker->terms;
  worker->loaded = fresh->loaded, worker->pool_names = fresh->names, worker->pool_name_count = fresh->name_count;
  worker->terms = fresh->terms;
  fresh->loaded = loaded, fresh->names = names, fresh->terms = terms;
  for (uint32_t i = 0; i < worker->shards; i++) {
    struct slot *slot = &worker->slots[i];
    if (slot->ledger == NULL) continue;
    const struct region memory = slot->cache_memory;
    slot->cache_memory = fresh->cache_memory[i], slot->cache = fresh->caches[i];
    fresh->cache_memory[i] = memory;
    ledger_terms(slot->ledger, terms_of(worker->terms));
    ledger_swap(slot->ledger, worker->loaded.rulebook, worker->loaded.index, slot->cache);
  }
}

/* A shard that was closed since its state knew other campaigns may be mended by these. */
static void slots_mend(struct worker *worker) {
  for (uint32_t i = 0; i < worker->shards; i++) slot_mend(worker, &worker->slots[i]);
}

void campaigns_reload(struct worker *worker) {
  struct fresh fresh = {.caches = NULL};
  struct fault fault = {0};
  const enum status status = fresh_open(worker, &fresh, &fault);
  worker->reload_refused = status != STATUS_OK;
  if (status == STATUS_OK) {
    fresh_swap(worker, &fresh);
    slots_mend(worker);
  } else {
    worker->reload_refused_ms = clock_wall_ms();
  }
  worker_watch_reloaded(worker, status == STATUS_OK); /* before it is said: who reads the log asks /readyz at once */
  if (status == STATUS_OK)
    worker_say(worker, LOG_LEVEL_INFO, NO_SHARD, "campaigns read again: %u of them, rulebook %.*s", worker->loaded.rulebook->campaign_count,
               STR_FORMAT(worker->loaded.rulebook->digest));
  else
    worker_say(worker, LOG_LEVEL_ERROR, NO_SHARD, "the new campaigns are not taken, the old ones go on: %s", fault.text);
  if (status == STATUS_OK) key_warn(worker, fresh.loaded.rulebook);
  fresh_close(worker, &fresh);
}
