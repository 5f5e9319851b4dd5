/* Other campaigns for a cluster: one rulebook for all its shards, a match cache for each; all of them are asked before any is changed. */
#include <stdlib.h>

#include "parts.h"

static struct str listener_name(const struct rulebook *rulebook, const struct listener *listener, const char **kind) {
  *kind = listener->kind == LISTENER_RULE ? "rule" : "fact or track";
  return listener->kind == LISTENER_RULE ? rulebook->rules[listener->owner].id : rulebook->facts[listener->owner].name;
}

/* Who is heard as another lives in a shard that giftd must be able to compute. */
enum status cluster_may_run(void *self, const struct rulebook *rulebook, struct fault *fault) {
  const struct cluster *cluster = self;
  if (cluster->settings.shard.partitioner != PARTITIONER_OTHER) return STATUS_OK;
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

/* ---- other campaigns ---- */

struct exchange {
  const struct campaigns *campaigns;
  struct pool_names names;
  struct region *cache_memory; /* one for each slot */
  struct match_cache **caches;
};

static enum status slots_ask(struct cluster *cluster, struct exchange *exchange, struct fault *fault) {
  enum status status = STATUS_OK;
  for (uint32_t i = 0; i < cluster->shards && status == STATUS_OK; i++) {
    if (cluster->slots[i].ledger == NULL) continue;
    status = cache_open(&exchange->campaigns->loaded, &exchange->cache_memory[i], &exchange->caches[i], fault);
    if (status == STATUS_OK) status = ledger_admits(cluster->slots[i].ledger, terms_of(exchange->campaigns->terms), fault);
  }
  return status;
}

static enum status exchange_open(struct cluster *cluster, struct exchange *exchange, struct fault *fault) {
  exchange->cache_memory = calloc(cluster->shards, sizeof *exchange->cache_memory);
  exchange->caches = calloc(cluster->shards, sizeof *exchange->caches);
  if (exchange->cache_memory == NULL || exchange->caches == NULL) return fault_set(fault, STATUS_STORAGE, "no memory");
  const enum status status = pool_names_open(exchange->campaigns->loaded.rulebook, &exchange->names, fault);
  return status == STATUS_OK ? slots_ask(cluster, exchange, fault) : status;
}

static void exchange_close(const struct cluster *cluster, struct exchange *exchange) {
  for (uint32_t i = 0; i < cluster->shards && exchange->cache_memory != NULL; i++) region_give(&exchange->cache_memory[i]);
  free(exchange->cache_memory);
  free(exchange->caches);
  pool_names_close(&exchange->names);
}

/* From here on `exchange` holds what was. */
static void exchange_make(struct cluster *cluster, struct exchange *exchange) {
  const struct pool_names names = cluster->names;
  const struct campaigns *campaigns = cluster->campaigns = exchange->campaigns;
  cluster->names = exchange->names, exchange->names = names;
  for (uint32_t i = 0; i < cluster->shards; i++) {
    struct slot *slot = &cluster->slots[i];
    if (slot->ledger == NULL) continue;
    const struct region memory = slot->cache_memory;
    slot->cache_memory = exchange->cache_memory[i], slot->cache = exchange->caches[i];
    exchange->cache_memory[i] = memory;
    ledger_terms(slot->ledger, terms_of(campaigns->terms));
    ledger_swap(slot->ledger, campaigns->loaded.rulebook, campaigns->loaded.index, slot->cache);
  }
}

/* A shard that was closed since its state knew other campaigns may be mended by these. */
enum status cluster_swap(void *self, const struct campaigns *fresh, struct fault *fault) {
  struct cluster *cluster = self;
  struct exchange exchange = {.campaigns = fresh};
  const enum status status = exchange_open(cluster, &exchange, fault);
  if (status == STATUS_OK) exchange_make(cluster, &exchange);
  exchange_close(cluster, &exchange);
  for (uint32_t i = 0; i < cluster->shards && status == STATUS_OK; i++) slot_mend(cluster, &cluster->slots[i]);
  return status;
}
